//! Stories of hands: steps that did not happen and the names they leave, messages that a person pastes, who is let go
//! and who is not.

use crate::story::Story;
use playbook::{base::value::Value, engine::input::Command};

#[test]
fn a_missed_question_leaves_its_name_and_the_evening_happens() {
    let yaml = "
plays:
  raid:
    every: saturday at 20:00
    steps:
      - at: -2d 18:00
        ask: Who comes?
        options: [Tank, Healer]
        open_for: 1d
        as: signup
      - at: -1h
        post: In one hour we raid. ${signup.total} signed up, ${signup.counts.Tank} tanks, ${signup.winner}.
      - at: 0m
        post: Form up!
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    // The engine is down while the question is due.
    story.sleep_until("2026-12-04 12:00");
    story.until("2026-12-05 21:00");
    assert_eq!(story.posts(), ["In one hour we raid. 0 signed up, 0 tanks, .", "Form up!"]);
}

#[test]
fn a_step_whose_condition_is_false_leaves_its_name_too() {
    let yaml = "
vars: { open: false }
plays:
  a:
    steps:
      - ask: Who comes?
        when: vars.open
        options: ['${vars.open}', no]
        open_for: 1h
        as: signup
      - task: Book it
        when: vars.open
        as: booked
      - run: s.rhai
        when: vars.open
        as: score
      - wait: go
        when: vars.open
        timeout: 1h
        as: heard
      - wait: booked
      - post: '${signup.total} ${signup.answers.len()} ${signup.counts.no} ${booked.done} ${score == ()} ${heard == ()}'
";
    let mut story = Story::with_files("2026-12-01 08:00", yaml, &[("s.rhai", "fn main(args) { 1 }")]);
    story.start("a");
    assert_eq!(story.posts(), ["0 0 0 false true true"]);
}

#[test]
fn a_step_that_an_operator_skips_leaves_its_name_and_so_does_each_round_of_a_loop() {
    let yaml = "
plays:
  a:
    steps:
      - ask: Who comes?
        options: [yes, no]
        open_for: 1d
        as: signup
      - post: '${signup.total} of ${members.count}'
  b:
    steps:
      - each: '[1, 2]'
        as: n
        steps:
          - task: Bring ${n}
            when: n == 1
            as: brought
          - post: '${n} ${brought.task == ()}'
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.join("m", "Mo");
    story.start("a");
    let run = story.state.runs.keys().next().expect("a run").clone();
    story.signal("answer", Some("m"), Value::map([("option", Value::Int(1))]));
    story.command(Command::Skip { run, step: Some("1".into()) });
    assert!(story.state.tasks.is_empty(), "the question is closed with its step");
    assert_eq!(story.posts().last().map(String::as_str), Some("0 of 1"));
    story.start("b");
    assert_eq!(story.posts()[2..], ["1 false", "2 true"], "what the round before has left does not stay");
}
