//! What reaches a running engine over its socket: every input counts once, and none is too large.

use crate::playground::Playground;
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
    let ask = Ask::Signal { name: "hello".into(), member: None, data };
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
