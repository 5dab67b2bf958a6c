//! The heartbeat: a watchman outside is told that the engine works, and nobody else is.

use crate::help::{
    playground::{Playground, eventually},
    sink::Sink,
};

fn playbook(line: &str) -> String {
    format!("name: p\n{line}\nplays: {{ a: {{ steps: [post: hi] }} }}\n")
}

#[test]
fn a_watchman_is_told_as_long_as_the_engine_works_and_a_mended_address_is_used() {
    let (first, second) = (Sink::start(), Sink::start());
    let line = "heartbeat: { url: { file: watch.txt }, every: 1s }";
    let place = Playground::new().file("p.yaml", &playbook(line)).file("watch.txt", &first.url("/ping/k3y"));
    let engine = place.start(&["run", "p.yaml"]);
    eventually("it is told again and again", || first.got().len() >= 2);
    first.busy(true);
    let said = engine.line("was not reached");
    assert!(said.contains("it answered 503") && said.contains("every 1s") && !said.contains("k3y"), "{said}");
    first.busy(false);
    engine.line("is reached again");
    place.write("watch.txt", &second.url("/ping"));
    eventually("the other one is told", || second.got().len() >= 2);
    engine.stop().exits(0);
    let told = second.got().len();
    place.run(&["status"]).exits(0);
    assert_eq!(second.got().len(), told, "only an engine that runs tells");
}

#[test]
fn a_rehearsal_keeps_no_watchman_quiet_and_what_is_missing_is_named() {
    let sink = Sink::start();
    let line = format!("heartbeat: {{ url: \"{}\", every: 1s }}", sink.url("/"));
    let place = Playground::new().file("p.yaml", &playbook(&line));
    let engine = place.start(&["run", "p.yaml", "--rehearse"]);
    engine.line("running");
    engine.stop().exits(0);
    assert!(sink.got().is_empty());

    place.write("p.yaml", &playbook("heartbeat: { url: { env: WATCH } }"));
    let failed = place.run(&["run", "p.yaml"]).exits(3);
    assert!(failed.stderr.contains("heartbeat: environment variable WATCH is not set"), "{}", failed.stderr);
    place.write("p.yaml", &playbook("heartbeat: { every: 5m }"));
    let failed = place.run(&["check", "p.yaml"]).exits(1);
    assert!(failed.stdout.contains("`url`") || failed.stderr.contains("`url`"), "{failed:?}");
    place.write("p.yaml", &playbook("heartbeat: { url: \"https://example.org\", every: 10ms }"));
    place.run(&["check", "p.yaml"]).exits(1);
}
