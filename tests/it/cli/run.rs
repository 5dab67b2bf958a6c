//! `playbook run`: what an operator sees of a living engine.

use crate::{
    help::playground::{Playground, eventually},
    help::sink::Sink,
};

/// A playbook that posts every second and can be edited.
fn ticking(url: &str, text: &str) -> String {
    format!(
        "name: ticks\ntimezone: UTC\nchannels:\n  group: {{ type: webhook, url: \"{url}\" }}\nplays:\n  tick:\n    every: 1s\n    steps:\n      - post: {text}\n"
    )
}

fn bodies(sink: &Sink) -> Vec<String> {
    sink.got().into_iter().map(|post| post.body).collect()
}

#[test]
fn a_second_engine_on_the_same_state_is_refused_by_name() {
    let play = Playground::new().file("p.yaml", "name: p\nplays:\n  x:\n    steps:\n      - post: hi\n");
    let first = play.start(&["run", "p.yaml"]);
    first.line("running");
    let second = play.run(&["run", "p.yaml"]).exits(3);
    assert!(second.stderr.contains(&format!("process {}", first.id())), "{}", second.stderr);
    let _ = first.stop().exits(0);
    let third = play.start(&["run", "p.yaml"]);
    third.line("running");
    let _ = third.stop().exits(0);
}

#[test]
fn an_engine_whose_state_was_taken_away_stops_and_says_so() {
    for replaced in [false, true] {
        let play = Playground::new().file("p.yaml", "name: p\nplays:\n  x:\n    steps:\n      - post: hi\n");
        let engine = play.start(&["run", "p.yaml"]);
        engine.line("running");
        std::fs::rename(play.path(".playbook"), play.path("away")).unwrap();
        if replaced {
            std::fs::create_dir(play.path(".playbook")).unwrap();
            std::fs::copy(play.path("away/state.db"), play.path(".playbook/state.db")).unwrap();
        }
        let output = engine.wait().exits(3);
        assert!(output.stderr.contains("was removed or replaced while the engine ran"), "{}", output.stderr);
    }
}

#[test]
fn a_missing_secret_is_named_exactly_and_a_rehearsal_needs_none() {
    let play = Playground::new().file(
        "p.yaml",
        "name: p\nchannels:\n  group: { type: wecom, url: { env: THE_HOOK } }\nplays:\n  x:\n    on: group.created\n    steps:\n      - post: good morning\n",
    );
    let output = play.run(&["run", "p.yaml"]).exits(3);
    assert!(output.stderr.contains("THE_HOOK"), "{}", output.stderr);
    let rehearsal = play.start(&["run", "p.yaml", "--rehearse"]);
    rehearsal.line("企业微信");
    rehearsal.line("good morning");
    let _ = rehearsal.stop().exits(0);
    assert!(!play.path(".playbook").exists(), "a rehearsal leaves no state");
}

#[test]
fn all_that_is_missing_is_named_at_once() {
    let play = Playground::new().file(
        "p.yaml",
        "name: p\nchannels:\n  group: { type: wecom, url: { env: THE_HOOK } }\n  staff: { type: feishu, url: { env: STAFF_HOOK }, secret: { env: STAFF_SIGN } }\nplays:\n  x:\n    steps:\n      - post: hi\n",
    );
    let output = play.run(&["run", "p.yaml"]).exits(3);
    for name in ["THE_HOOK", "STAFF_HOOK", "STAFF_SIGN"] {
        assert!(output.stderr.contains(name), "{name}: {}", output.stderr);
    }
}

#[test]
fn errors_are_shown_as_check_shows_them_and_nothing_starts() {
    let play = Playground::new().file("p.yaml", "name: p\nplays:\n  x:\n    setps: []\n");
    let output = play.run(&["run", "p.yaml"]).exits(1);
    assert!(output.stderr.contains("setps") && output.stderr.contains("p.yaml"), "{}", output.stderr);
}

#[test]
fn a_group_is_run_by_one_file() {
    let play = Playground::new()
        .file("a.yaml", "name: a\ngroups:\n  g: {}\nplays:\n  x:\n    steps:\n      - post: hi\n")
        .file("b.yaml", "name: b\ngroups:\n  g: {}\nplays:\n  x:\n    steps:\n      - post: hi\n");
    let output = play.run(&["run", "a.yaml", "b.yaml"]).exits(1);
    assert!(output.stderr.contains("a.yaml") && output.stderr.contains("b.yaml"), "{}", output.stderr);
}

#[test]
fn an_edit_is_live_also_when_it_is_saved_by_rename_and_a_broken_one_is_refused() {
    let sink = Sink::start();
    let play = Playground::new().file("p.yaml", &ticking(&sink.url("/"), "one"));
    let engine = play.start(&["run", "p.yaml"]);
    eventually("the first version posts", || bodies(&sink).iter().any(|body| body.contains("one")));
    play.write_by_rename("p.yaml", &ticking(&sink.url("/"), "two"));
    engine.line("changed tick");
    eventually("the second version posts", || bodies(&sink).iter().any(|body| body.contains("two")));
    play.write("p.yaml", "name: ticks\nplays: [");
    engine.line("the last good version goes on");
    let before = sink.got().len();
    eventually("it goes on", || sink.got().len() > before + 1);
    play.write("p.yaml", &ticking(&sink.url("/"), "three"));
    eventually("the third version posts", || bodies(&sink).iter().any(|body| body.contains("three")));
    let _ = engine.stop().exits(0);
}

#[test]
fn a_script_edit_is_live_and_a_broken_script_fails_only_its_step() {
    let sink = Sink::start();
    let yaml = format!(
        "name: p\ntimezone: UTC\nchannels:\n  group: {{ type: webhook, url: \"{}\" }}\nplays:\n  tick:\n    every: 1s\n    steps:\n      - run: a.rhai\n  other:\n    every: 1s\n    steps:\n      - post: other\n",
        sink.url("/")
    );
    let play = Playground::new().file("p.yaml", &yaml).file("a.rhai", "fn main(args) { post(");
    let engine = play.start(&["run", "p.yaml"]);
    eventually("the other play posts", || bodies(&sink).iter().any(|body| body.contains("other")));
    engine.line("failed");
    play.write("a.rhai", "fn main(args) { post(\"first\") }");
    engine.line("a.rhai was saved");
    eventually("the script posts", || bodies(&sink).iter().any(|body| body.contains("first")));
    play.write_by_rename("a.rhai", "fn main(args) { post(\"second\"");
    engine.line("a.rhai is refused, the last good version goes on");
    play.write_by_rename("a.rhai", "fn main(args) { post(\"third\") }");
    eventually("the new script posts", || bodies(&sink).iter().any(|body| body.contains("third")));
    let _ = engine.stop().exits(0);
}

#[test]
fn a_failed_run_goes_on_from_its_step_when_it_is_retried() {
    let yaml = "name: p\nplays:\n  x:\n    steps:\n      - post: before\n      - run: a.rhai\n      - post: after\n  y:\n    steps:\n      - post: why\n";
    let play = Playground::new().file("p.yaml", yaml).file("a.rhai", "fn main(args) { throw \"no\"; }");
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    let _ = play.run(&["start", "x"]).exits(0);
    let runs = || play.run(&["runs", "--format", "json"]).exits(0).json_lines();
    eventually("it fails", || runs().iter().any(|run| run["outcome"] == "failed"));
    // A play that ends often does not make a failed run forgotten.
    for _ in 0..40 {
        let _ = play.run(&["start", "y"]).exits(0);
    }
    let failed = runs().into_iter().find(|run| run["outcome"] == "failed").expect("still there");
    play.write("a.rhai", "fn main(args) { 1 }");
    engine.line("a.rhai was saved");
    let id = failed["run"].as_str().unwrap();
    let _ = play.run(&["retry", id]).exits(0);
    eventually("the rest is posted", || engine.stdout().contains("after"));
    let _ = play.run(&["retry", id]).exits(4);
    let log = play.run(&["log", "--format", "json"]).exits(0).json_lines();
    let before = log.iter().filter(|entry| entry["message"]["text"] == "before").count();
    assert_eq!(before, 1, "what was done is not done again");
    let _ = engine.stop().exits(0);
}

#[test]
fn of_several_files_every_overview_names_its_group() {
    let book = |name: &str| {
        format!(
            "name: {name}\npeople:\n  zhu: {{ name: Zhu }}\nplays:\n  x:\n    on: group.created\n    steps:\n      - task: count us\n        to: zhu\n"
        )
    };
    let play = Playground::new().file("a.yaml", &book("first")).file("b.yaml", &book("second"));
    let engine = play.start(&["run", "a.yaml", "b.yaml"]);
    engine.line("--group second");
    let _ = engine.stop().exits(0);
}

#[test]
fn a_hostile_script_fails_its_step_and_the_engine_goes_on() {
    let sink = Sink::start();
    let hostile = [
        ("loop", "fn main(args) { loop { } }"),
        ("deep", "fn f(n) { f(n + 1) } fn main(args) { f(0) }"),
        ("text", "fn main(args) { let s = \"x\"; loop { s += s; } }"),
        ("list", "fn main(args) { let a = []; loop { a.push(a.len()); } }"),
    ];
    let mut yaml = format!(
        "name: p\ntimezone: UTC\nchannels:\n  group: {{ type: webhook, url: \"{}\" }}\nplays:\n  well:\n    every: 1s\n    steps:\n      - post: well\n",
        sink.url("/")
    );
    let mut play = Playground::new();
    for (name, source) in hostile {
        yaml += "  NAME:\n    on: group.created\n    steps:\n      - run: NAME.rhai\n"
            .replace("NAME", name)
            .as_str();
        play = play.file(&format!("{name}.rhai"), source);
    }
    let play = play.file("p.yaml", &yaml);
    let engine = play.start(&["run", "p.yaml"]);
    let failed = || {
        let log = play.run(&["log", "--format", "json"]).stdout;
        log.lines().filter(|line| line.contains("\"step_failed\"")).count()
    };
    eventually("all four fail", || failed() == hostile.len());
    let before = sink.got().len();
    eventually("the engine goes on", || sink.got().len() > before);
    let _ = engine.stop().exits(0);
}

#[test]
fn commands_reach_a_running_engine_and_are_answered_after_the_commit() {
    let yaml = "name: p\ntimezone: UTC\nroles:\n  host: { people: [zhu] }\npeople:\n  zhu: { name: Zhu }\nplays:\n  x:\n    on: group.created\n    steps:\n      - task: invite friends\n        to: host\n        as: invited\n      - wait: invited\n      - post: thank you\n  hello:\n    on: member.joined\n    steps:\n      - post: welcome ${signal.member}\n";
    let play = Playground::new().file("p.yaml", yaml);
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("playbook done t1");
    engine.line("running");
    let _ = play.run(&["done", "t1"]).exits(0);
    engine.line("thank you");
    let _ = play.run(&["signal", "member.joined", "--member", "lin"]).exits(0);
    engine.line("welcome lin");
    let refused = play.run(&["done", "t9"]).exits(4);
    assert!(refused.stderr.contains("t9"), "{}", refused.stderr);
    let _ = engine.stop().exits(0);
    let nobody = play.run(&["done", "t1"]).exits(3);
    assert!(nobody.stderr.contains("playbook run"), "{}", nobody.stderr);
}

#[test]
fn what_was_decided_is_delivered_after_a_restart() {
    let sink = Sink::start();
    let dead = "http://127.0.0.1:9/";
    let play = Playground::new().file("p.yaml", &ticking(dead, "late"));
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("later");
    let _ = engine.kill();
    play.write("p.yaml", &ticking(&sink.url("/"), "late"));
    let engine = play.start(&["run", "p.yaml"]);
    eventually("it arrives", || !sink.got().is_empty());
    let _ = engine.stop().exits(0);
    let log = play.run(&["log", "--format", "json"]).exits(0).json_lines();
    assert_eq!(log.iter().filter(|entry| entry["entry"] == "adopted").count(), 1);
}

#[test]
fn one_group_of_a_file_that_loses_it_rests_and_comes_back() {
    let yaml = |groups: &str| {
        format!(
            "name: p\ntimezone: UTC\ngroups:\n{groups}plays:\n  x:\n    every: 1s\n    steps:\n      - post: hi\n"
        )
    };
    let play = Playground::new().file("p.yaml", &yaml("  a: {}\n  b: {}\n"));
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("b · x");
    play.write("p.yaml", &yaml("  a: {}\n"));
    engine.line("resting: b");
    play.write("p.yaml", &yaml("  a: {}\n  b: {}\n"));
    engine.line("b · x");
    let _ = engine.stop().exits(0);
}

#[test]
fn several_files_and_groups_run_in_one_process_with_one_state() {
    let hello = |name: &str, groups: &str| {
        format!(
            "name: {name}\n{groups}plays:\n  hello:\n    on: group.created\n    steps:\n      - post: hello from ${{group.id}}\n"
        )
    };
    let play = Playground::new()
        .file("one/a.yaml", &hello("a", ""))
        .file("two/b.yaml", &hello("b", "groups:\n  x: {}\n  y: {}\n"));
    let engine = play.start(&["run", "one/a.yaml", "two/b.yaml", "--state", "here"]);
    for group in ["a", "x", "y"] {
        eventually("each group says hello", || engine.stdout().contains(&format!("hello from {group}")));
    }
    let refused = play.run(&["signal", "ping", "--state", "here"]);
    assert_eq!(refused.code, Some(2), "several groups: which one? {}", refused.stderr);
    let _ = play.run(&["signal", "ping", "--state", "here", "--group", "x"]).exits(4);
    let _ = play.run(&["signal", "ping", "--state", "here", "--group", "x", "--anyway"]).exits(0);
    let _ = engine.stop().exits(0);
    assert!(play.path("here/state.db").exists());
}

#[test]
fn many_groups_are_told_about_in_sums() {
    use std::fmt::Write as _;
    let mut yaml = String::from("name: p\nchannels:\n  group: { type: manual }\ngroups:\n");
    for n in 0..50 {
        let _ = writeln!(yaml, "  g{n}: {{}}");
    }
    yaml += "plays:\n  hello:\n    on: group.created\n    steps:\n      - post: hello\n";
    let play = Playground::new().file("p.yaml", &yaml);
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("50: 50 in main");
    engine.line("running");
    let output = engine.stop().exits(0);
    assert!(output.stdout.lines().count() < 30, "{}", output.stdout);
    let tasks = play.run(&["tasks", "--format", "json"]).exits(0).json_lines();
    assert_eq!(tasks.len(), 50);
}

#[test]
fn a_stop_settles_everything_and_the_next_start_repeats_nothing() {
    let sink = Sink::start();
    let yaml = format!(
        "name: p\nchannels:\n  group: {{ type: webhook, url: \"{}\" }}\nplays:\n  hello:\n    on: group.created\n    steps:\n      - post: hello\n",
        sink.url("/")
    );
    let play = Playground::new().file("p.yaml", &yaml);
    for _ in 0..3 {
        let engine = play.start(&["run", "p.yaml"]);
        engine.line("running");
        eventually("it is sent", || sink.got().len() == 1);
        let _ = engine.stop().exits(0);
    }
    assert_eq!(sink.got().len(), 1);
    assert!(play.run(&["outbox", "--format", "json"]).exits(0).stdout.is_empty(), "nothing is on its way");
}

#[test]
fn a_message_in_doubt_is_held_where_the_channel_says_so_until_a_person_decides() {
    let sink = Sink::start();
    let yaml = format!(
        "name: p\nchannels:\n  group: {{ type: webhook, url: \"{}\", in_doubt: hold }}\nplays:\n  hello:\n    on: group.created\n    steps:\n      - post: hello\n",
        sink.url("/")
    );
    let play = Playground::new().file("p.yaml", &yaml).env("PLAYBOOK_CRASH_AT", "before-settle:1");
    assert_eq!(play.start(&["run", "p.yaml"]).wait().code, None, "it dies between attempt and settlement");
    let play = play.without_env("PLAYBOOK_CRASH_AT");
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("in doubt");
    let row = || play.run(&["outbox", "--format", "json"]).exits(0).json_lines().remove(0);
    eventually("it waits for a person", || row()["status"] == "in_doubt");
    assert_eq!(sink.got().len(), 1, "it is not sent again by itself");
    let effect = row()["effect"].as_str().unwrap().to_owned();
    let _ = play.run(&["retry", &effect]).exits(0);
    eventually("it is sent again", || sink.got().len() == 2);
    eventually("it is delivered, and the doubt stays on record", || {
        let row = row();
        row["status"] == "delivered" && row["in_doubt"] == true
    });
    let _ = engine.stop().exits(0);
}

#[test]
fn a_clock_that_is_wrong_for_a_moment_freezes_nothing_and_one_that_stays_wrong_can_be_set_back() {
    let sink = crate::help::sink::Sink::start();
    let text = format!(
        "name: p\ntimezone: UTC\nchannels:\n  group: {{ type: webhook, url: \"{}\" }}\nplays:\n  tick:\n    every: 1s\n    steps:\n      - post: tick ${{now.date}}\n  slow:\n    steps:\n      - wait: 1s\n      - post: waited\n",
        sink.url("/")
    );
    let play = Playground::new().file("p.yaml", &text).file("clock", "0 0");
    let clock = play.path("clock").display().to_string();
    let play = play.env("PLAYBOOK_CLOCK", &clock);
    // By rename, so that nobody reads half a number.
    let set = |wall: i64, counted: i64| play.write_by_rename("clock", &format!("{wall} {counted}"));
    let posts = || sink.got().len();
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    eventually("it ticks", || posts() > 0);
    const DAY: i64 = 86_400_000;
    set(40 * DAY, 0);
    engine.line("which the time that the machine has counted contradicts");
    let before = posts();
    eventually("it ticks on", || posts() > before + 1);
    set(0, 0);
    engine.line("and believed");
    let status = play.run(&["status", "--format", "json"]).exits(0).json_lines();
    assert!(status[0]["clock_ahead"].is_null(), "{status:?}");
    // A machine that slept: both clocks have gone on.
    set(2 * DAY, 2 * DAY);
    engine.line("slept");
    // A wrong clock that stands for a minute is believed; then the right one stands for a minute.
    set(3 * DAY, 2 * DAY);
    engine.line("which the time that the machine has counted contradicts");
    set(3 * DAY + 61_000, 2 * DAY + 61_000);
    engine.line("and believed");
    eventually("the group lives by it", || {
        let log = play.run(&["log", "--format", "json"]).exits(0).json_lines();
        log.iter().filter(|line| line["entry"] == "slept").count() == 2
    });
    set(2 * DAY + 61_000, 2 * DAY + 61_000);
    engine.line("which the time that the machine has counted contradicts");
    set(2 * DAY + 122_000, 2 * DAY + 122_000);
    engine.line("and believed");
    let status = play.run(&["status"]).exits(0).stdout;
    assert!(status.contains("clock is 23h") && status.contains("playbook clock --set-back"), "{status}");
    let why = play.run(&["why", "tick"]).exits(0).stdout;
    assert!(why.contains("playbook clock --set-back"), "{why}");
    assert!(
        why.contains("in 23 hours") && !why.contains("in 1 second"),
        "people wait by the machine's clock: {why}"
    );
    let said = play.run(&["clock"]).exits(0).stdout;
    assert!(said.contains("ahead of the machine's"), "{said}");
    let _ = play.run(&["start", "slow"]).exits(0);
    let _ = play.run(&["clock", "--set-back"]).exits(0);
    eventually("a wait goes on", || sink.got().iter().any(|post| post.body.contains("waited")));
    let said = play.run(&["clock"]).exits(0).stdout;
    assert!(said.contains("not ahead"), "{said}");
    let _ = play.run(&["clock", "--set-back"]).exits(4);
    let _ = engine.stop().exits(0);
}
