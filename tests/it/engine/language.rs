//! Stories of the language: waits that name their signal, branches and loops that come late, decisions that are too
//! long for one, conditions that fail.

use crate::help::story::Story;
use playbook::{
    base::value::Value,
    engine::entry::{Fact, Skip},
};

#[test]
fn a_waited_signal_has_a_name_for_the_steps_that_follow() {
    let yaml = "
plays:
  seat:
    on: seat.reserved
    steps:
      - wait: order.paid
        where: signal.data.seat == signals[0].data.seat
        as: paid
        timeout: 2d
      - if: paid == ()
        then: [{ post: free again }]
        else: [{ post: 'paid by ${paid.data.name} for ${signal.data.seat}' }]
";
    let seat = |n: i64, name: &str| Value::map([("seat", Value::Int(n)), ("name", Value::str(name))]);
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.signal("seat.reserved", None, seat(4, ""));
    story.signal("order.paid", None, seat(5, "Bo"));
    assert!(story.posts().is_empty());
    story.signal("order.paid", None, seat(4, "Ann"));
    assert_eq!(story.posts(), ["paid by Ann for 4"]);
    story.signal("seat.reserved", None, seat(7, ""));
    story.until("2026-12-04 08:00");
    assert_eq!(story.posts()[1..], ["free again"]);
}

#[test]
fn a_late_branch_or_loop_takes_only_its_passed_steps_with_it() {
    let yaml = "
plays:
  talk:
    dates: [{ id: jia, at: 2026-12-11 20:00, topics: [a, b] }]
    steps:
      - at: -7d 12:00
        if: date.topics.len() > 1
        then:
          - post: a week ahead
          - at: -1d 12:00
            post: a day ahead
      - at: -6d 12:00
        each: date.topics
        as: topic
        steps:
          - post: early ${topic}
          - at: -1h
            post: soon ${topic}
      - at: 0m
        post: now
";
    let mut story = Story::new("2026-12-09 08:00", yaml);
    assert_eq!(
        story.news().lines().filter(|line| line.contains("missed")).collect::<Vec<_>>(),
        ["12-09 08:00 missed talk@jia/1.then.1: late"]
    );
    story.until("2026-12-12 08:00");
    // The second round begins when the first has ended, and so it is on time.
    assert_eq!(story.posts(), ["a day ahead", "soon a", "early b", "soon b", "now"]);
}

#[test]
fn the_steps_of_a_loop_are_measured_from_the_loop() {
    // Three hours lie between the anchor and the loop; its first step is punctual all the same.
    let yaml = "
plays:
  night:
    every: day at 18:00
    steps:
      - post: doors
      - at: +3h
        each: [1, 2]
        as: round
        steps: [{ post: 'round ${round}' }]
";
    let yaml = yaml.replace("each: [1, 2]", "each: vars.rounds");
    let mut story = Story::new("2026-12-01 08:00", &format!("vars: {{ rounds: [1, 2] }}{yaml}"));
    story.until("2026-12-02 08:00");
    assert_eq!(story.posts(), ["doors", "round 1", "round 2"]);
}

#[test]
fn what_is_too_much_for_one_decision_goes_on_in_the_next() {
    let numbers: Vec<String> = (0..110).map(|n| n.to_string()).collect();
    let yaml = format!(
        "
vars: {{ n: [{}], sum: 0 }}
plays:
  long:
    on: ping
    steps:
      - each: vars.n
        as: a
        steps:
          - each: vars.n
            as: b
            steps: [{{ set: {{ sum: vars.sum + 1 }} }}]
      - post: sum ${{vars.sum}}
",
        numbers.join(", ")
    );
    let mut story = Story::new("2026-12-01 08:00", &yaml);
    story.signal("ping", None, Value::Null);
    assert!(story.posts().is_empty(), "the first decision has an end");
    story.until("2026-12-01 08:00");
    assert_eq!(story.posts(), ["sum 12100"]);
}

#[test]
fn a_signal_that_answers_itself_has_an_end() {
    let mut story =
        Story::new("2026-12-01 08:00", "plays: { round: { on: ping, steps: [{ signal: ping }] } }");
    story.signal("ping", None, Value::Null);
    story.until("2026-12-01 08:01");
    assert!(story.news().contains("has no end"), "it fails with the reason");
}

#[test]
fn a_condition_of_a_trigger_that_fails_leaves_a_record() {
    let mut story =
        Story::new("2026-12-01 08:00", "plays: { hi: { on: ping, where: signal.data.n, steps: [post: x] } }");
    story.signal("ping", None, Value::map([("n", Value::str("many"))]));
    let skipped = story.entries.iter().find_map(|entry| match &entry.fact {
        Fact::Skipped { play, reason: Skip::When { condition, .. }, .. } => {
            Some((play.to_string(), condition.clone()))
        }
        _ => None,
    });
    let (play, condition) = skipped.expect("the journal has it");
    assert_eq!(play, "hi");
    assert!(condition.starts_with("signal.data.n ("), "{condition}");
}

#[test]
fn what_nobody_copied_in_its_window_is_not_asked_for_any_more() {
    let yaml = "
channels: { group: { type: manual } }
plays: { hi: { every: day at 09:00, max_late: 3h, steps: [{ post: morning, expires: 2h }] } }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.until("2026-12-01 10:59");
    assert_eq!(story.state.tasks.len(), 1);
    let _ = story.news();
    story.until("2026-12-01 12:00");
    assert!(story.state.tasks.is_empty());
    let news = story.news();
    let ended = "12-01 11:00 closed t1: expired\n12-01 11:00 undelivered hi@2026-12-01T01:00:00Z/1/0\n";
    assert!(news.starts_with(ended), "{news}");
    assert!(story.state.runs.is_empty(), "its step is missed, and the run ends: {news}");
}

#[test]
fn dates_come_from_a_yaml_file_with_a_mark_in_front_and_days_as_spreadsheets_write_them() {
    let yaml = "plays: { talk: { dates: { file: d.yaml, at: '${row.day} 20:00' }, steps: [{ post: 'on ${date.topic}' }] } }";
    let file = "\u{feff}- { day: 2026/1/5, topic: ink }\n- { day: 2026.1.7, topic: paper }\n";
    let mut story = Story::with_files("2026-01-01 08:00", yaml, &[("d.yaml", file)]);
    story.until("2026-01-05 20:00");
    assert_eq!(story.posts(), ["on ink"]);
    story.until("2026-01-08 08:00");
    assert_eq!(story.posts(), ["on ink", "on paper"]);
}

#[test]
fn a_window_until_a_clock_time_gives_one_run_anchored_at_its_end() {
    let yaml = "
plays:
  call:
    on: member.joined
    batch: until 20:00
    steps: [{ post: '${signals.len()} at ${run.anchor.format(\"%H:%M\")}' }]
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.join("a", "Ann");
    story.until("2026-12-01 12:00");
    story.join("b", "Bo");
    story.until("2026-12-01 21:00");
    story.join("c", "Cai");
    story.until("2026-12-02 21:00");
    assert_eq!(story.posts(), ["2 at 20:00", "1 at 20:00"]);
}

#[test]
fn promotion_goes_out_only_around_the_days_of_its_calendar() {
    let yaml = "
calendars: { launches: [2026-12-10] }
budgets: { promo: { around: launches, before: 2d, after: 1d } }
plays: { offer: { every: day at 12:00, label: promo, steps: [{ post: '${run.anchor.format(\"%d\")}', expires: 1h }] } }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.until("2026-12-20 08:00");
    assert_eq!(story.posts(), ["08", "09", "10", "11"]);
}

#[test]
fn a_role_is_handed_over_at_each_term_and_a_group_has_its_own_people() {
    let yaml = "
people: { zhu: { name: Zhu }, lin: { name: Lin } }
roles: { host: { people: [zhu, lin], term: 1 week, from: 2026-12-07 } }
plays: { over: { every: term of host, steps: [{ post: '${roles.host} then ${roles.host.next}' }] } }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.until("2026-12-22 08:00");
    assert_eq!(story.posts(), ["Lin then Zhu", "Zhu then Lin"]);
    let own = yaml.to_owned() + "groups: { lake: { roles: { host: [lin] } } }\n";
    let mut story = Story::new("2026-12-01 08:00", &own);
    story.until("2026-12-15 08:00");
    assert_eq!(story.posts(), ["Lin then Lin"]);
}
