//! What reaches a running engine over its socket: every input counts once, and none is too large.

use crate::help::playground::Playground;
use playbook::{
    base::{limits, value::Value},
    shell::socket::{Ask, CommandReply, CommandRequest, request},
};

const CLUB: &str = "\
name: club
timezone: UTC
plays:
  hello: { on: hello, steps: [post: 'hello ${signal.data.n}'] }
";

fn club() -> Playground {
    Playground::new().file("club.yaml", CLUB)
}

fn signal(place: &Playground, id: Option<String>, data: Value) -> CommandReply {
    let ask = Ask::Signal { name: "hello".into(), member: None, data, by_hand: false };
    request(&place.path(".playbook"), &CommandRequest { id, group: None, ask }).unwrap()
}

#[test]
fn an_input_counts_once_however_many_came_since() {
    let place = club();
    let engine = place.start(&["run", "club.yaml"]);
    let _ = engine.line("running");
    let count = |n: i64| Value::map([("n", Value::Int(n))]);
    for n in 0..600 {
        assert!(!signal(&place, Some(format!("hook-{n}")), count(n)).entries.is_empty());
    }
    let again = signal(&place, Some("hook-0".into()), count(0));
    assert!(again.ok && again.entries.is_empty(), "{again:?}");
    // Also after a restart.
    let _ = engine.stop().exits(0);
    let engine = place.start(&["run", "club.yaml"]);
    let _ = engine.line("running");
    assert!(signal(&place, Some("hook-7".into()), count(7)).entries.is_empty());
    let _ = engine.stop().exits(0);
}

#[test]
fn a_signal_that_is_too_large_is_refused_and_the_engine_goes_on() {
    let place = club();
    let engine = place.start(&["run", "club.yaml"]);
    let _ = engine.line("running");
    let large = Value::map([("n", Value::str("x".repeat(30 * limits::COMMAND_BYTES_MAX)))]);
    let refused = signal(&place, None, large).refused.expect("refused");
    assert!(refused.contains("a command or a signal has at most 1048576 bytes"), "{refused}");
    assert!(signal(&place, None, Value::map([("n", Value::Int(1))])).ok);
    let _ = engine.stop().exits(0);
}

/// Groups of more than a few thousand members are decided beside the driver.
#[test]
fn a_large_group_hears_everything_once_and_in_order() {
    let place = Playground::new().file(
        "two.yaml",
        "name: two\ntimezone: UTC\ngroups: { big: { title: Big }, small: { title: Small } }\nplays:\n  hello: { on: hello, \
         when: \"members.where(|m| m.messages >= 0).count >= 0\", steps: [post: 'hello ${signal.data.n}'] }\n",
    );
    let members = limits::DECISION_HERE_MEMBERS_MAX + 500;
    let rows: Vec<String> = (0..members).map(|n| format!("u{n},Ann")).collect();
    place.write("m.csv", &format!("id,name\n{}\n", rows.join("\n")));
    let engine = place.start(&["run", "two.yaml"]);
    let _ = engine.line("running");
    let _ = place.run(&["members", "import", "m.csv", "--group", "big"]).exits(0);
    let ask = |group: &str, n: i64| {
        let data = Value::map([("n", Value::Int(n))]);
        let ask = Ask::Signal { name: "hello".into(), member: None, data, by_hand: false };
        let id = Some(format!("{group}-{n}"));
        let one = CommandRequest { id, group: Some(group.into()), ask };
        request(&place.path(".playbook"), &one).unwrap()
    };
    for n in 0..20 {
        assert!(ask("big", n).ok && ask("small", n).ok);
        assert!(ask("big", n).entries.is_empty(), "the same once more");
    }
    let _ = engine.stop().exits(0);
    for group in ["big", "small"] {
        let log = place.run(&["log", "--group", group, "--format", "json"]).exits(0).json_lines();
        let heard: Vec<i64> = log
            .iter()
            .filter(|line| line["entry"] == "signal_received")
            .filter_map(|line| line["data"]["n"].as_i64())
            .collect();
        assert_eq!(heard, (0..20).collect::<Vec<_>>(), "{group}");
    }
}
