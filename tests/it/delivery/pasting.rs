//! Where no robot is: whoever pastes is told what, where and until when, and told when it was missed; one text for
//! many groups is one card.

use crate::{
    help::playground::{Playground, eventually},
    help::story::Story,
};
use playbook::engine::input::Command;

const PEOPLE: &str = "
budgets: { quiet: 22:00-08:00 }
people: { zhu: { name: 小朱 }, lin: { name: 小林 } }
roles: { host: { people: [zhu], channel: staff }, hand: { people: [lin], channel: desk } }
";

fn story(to: &str, plays: &str) -> Story {
    let channels = format!(
        "channels: {{ group: {{ type: manual{to} }}, staff: {{ type: console }}, desk: {{ type: console }} }}\n"
    );
    Story::new("2026-12-01 08:30", &format!("{PEOPLE}{channels}plays:\n{plays}"))
}

const HI: &str =
    "  hi: { every: day at 09:00, steps: [{ post: '**早**', expires: 2h, mention: all }, { post: 又 }] }\n";

#[test]
fn whoever_pastes_is_told_when_the_window_opens_and_when_it_was_missed() {
    for (to, channel, who) in
        [("", "staff", "小朱"), (", to: hand", "desk", "小林"), (", to: lin", "desk", "小林")]
    {
        let mut story = story(to, HI);
        story.until("2026-12-01 09:30");
        let news = story.news();
        assert!(news.contains(&format!("tell {channel}: **To paste t1** · into **story**")), "{to}: {news}");
        let open = &story.state.tasks["t1"].task;
        assert_eq!(open.people[0].name, who, "{to}");
        assert_eq!(open.text, "**早**");
        assert!(open.to_paste().mentions.len() == 1, "whom it mentions goes with it");
        story.until("2026-12-01 12:00");
        let news = story.news();
        assert!(news.contains(&format!("tell {channel}: **Not pasted t1**")), "{to}: {news}");
        assert!(!news.contains("t2"), "what follows it is missed with it");
    }
}

#[test]
fn a_channel_is_enough_where_nobody_is_named() {
    let mut story = story(", to: desk", HI);
    story.until("2026-12-01 09:30");
    assert!(story.news().contains("tell desk: **To paste t1**"));
    assert!(story.state.tasks["t1"].task.people.is_empty());
    story.done("t1");
    assert!(story.news().contains("tell desk: **To paste t2**"));
}

#[test]
fn what_a_script_posts_is_pasted_before_its_run_goes_on() {
    let mut story = Story::with_files(
        "2026-12-01 08:30",
        &format!(
            "{PEOPLE}channels: {{ group: {{ type: manual }}, staff: {{ type: console }}, desk: {{ type: console }} }}\nplays:\n  hi: {{ steps: [{{ run: s.rhai, as: n }}, {{ post: '${{n}}', to: staff }}] }}\n"
        ),
        &[("s.rhai", "fn main(args) { post(\"a\"); post(\"b\"); 7 }")],
    );
    story.start("hi");
    assert!(!story.news().contains("post staff: 7"));
    story.done("t1");
    assert!(!story.news().contains("post staff: 7"));
    story.done("t2");
    assert!(story.news().contains("post staff: 7"));
    story.start("hi");
    story.until("2026-12-02 09:00");
    assert!(!story.news().contains("post staff: 7"), "nobody has pasted it");
}

#[test]
fn a_question_that_is_over_is_not_put_any_more() {
    let mut story = Story::new(
        "2026-12-01 21:30",
        "budgets: { quiet: 20:00-08:00 }\nplays: { hi: { steps: [{ ask: 来吗, options: [来, 不来], open_for: 3d, as: who }] } }\n",
    );
    story.start("hi");
    assert_eq!(story.state.held.len(), 1);
    let run = story.state.runs.keys().next().expect("a run").clone();
    story.command(Command::Skip { run, step: Some("1".into()), by: None });
    story.until("2026-12-02 12:00");
    assert!(story.posts().is_empty() && story.state.held.is_empty(), "{}", story.news());
}

const FILE: &str = "\
name: club
timezone: UTC
people: { zhu: { name: Zhu } }
roles: { host: { people: [zhu], channel: staff } }
channels: { group: { type: manual }, staff: { type: console } }
groups: { a: {}, b: {}, c: { vars: { x: 1 } } }
plays:
  talk:
    dates: [{ id: jia, at: 2099-12-05 20:00 }]
    steps:
      - post: \"**Tonight** at eight\\n\\n- bring tea\"
        mention: all
      - post: Thanks
";

#[test]
fn one_text_for_many_groups_is_one_card() {
    let place = Playground::new().file("club.yaml", FILE);
    let engine = place.start(&["run", "club.yaml"]);
    eventually("the groups", || place.run(&["status"]).stdout.contains('c'));
    for group in ["a", "b"] {
        let _ = place.run(&["start", "talk/jia", "--group", group]).exits(0);
    }
    let tasks = place.run(&["tasks"]).exits(0).stdout;
    assert_eq!(tasks.matches("bring tea").count(), 2, "one row and one card: {tasks}");
    assert!(tasks.contains("a, b"), "{tasks}");
    assert!(tasks.contains("the same in 2 groups (`--everywhere`)"), "{tasks}");
    assert!(tasks.contains("\n@everyone\nTonight at eight\n"), "as it is to be pasted: {tasks}");
    let _ = engine.line("To paste t1");
    let done = place.run(&["done", "t1", "--group", "a", "--everywhere", "--by", "Zhu"]).exits(0).stdout;
    assert!(done.contains("a: t1 is done") && done.contains("b: t1 is done"), "{done}");
    let one = place.run(&["tasks", "T2", "--group", "a"]).exits(0).stdout;
    assert!(one.contains("Thanks") && !one.contains("Tonight"), "{one}");
    let rows = place.run(&["tasks", "--format", "json"]).json_lines();
    assert_eq!(rows.len(), 2, "the next post of each run: {rows:?}");
    let _ = engine.stop().exits(0);
}

#[test]
fn a_scenario_pastes_what_is_to_be_pasted() {
    let place = Playground::new().file("club.yaml", FILE).file(
        "club.test.yaml",
        "playbook: club.yaml\ngroup: a\nstart: 2099-12-05 12:00\nscript:\n  - at: +8h30m\n    done: talk\nexpect:\n  - at: +8h30m\n    post: Thanks\n",
    );
    let _ = place.run(&["test", "club.test.yaml"]).exits(0);
}

#[test]
fn who_pastes_has_to_be_somebody() {
    let place = Playground::new().file("club.yaml", &FILE.replace("type: manual", "type: manual, to: hots"));
    let said = place.run(&["check", "club.yaml"]).exits(1).stdout;
    assert!(said.contains("hots") && said.contains("host"), "{said}");
}

#[test]
fn what_an_occurrence_asks_in_many_groups_is_one_row_and_done_everywhere() {
    let groups: Vec<String> =
        (0..12).map(|n| format!("g{n:02}: {}", if n == 3 { "{ live: false }" } else { "{}" })).collect();
    let file = format!(
        "name: club\ntimezone: UTC\npeople: {{ zhu: {{ name: Zhu }} }}\nroles: {{ host: {{ people: [zhu], channel: staff }} }}\n\
         channels: {{ group: {{ type: manual }}, staff: {{ type: console }} }}\ngroups: {{ {} }}\nplays:\n  \
         tea: {{ dates: [{{ id: jia, at: 2099-12-05 20:00 }}], steps: [{{ task: Buy tea, to: host }}, {{ wait: 9d }}] }}\n",
        groups.join(", ")
    );
    let place = Playground::new().file("club.yaml", &file);
    let engine = place.start(&["run", "club.yaml"]);
    engine.line("running");
    for n in 0..12 {
        let _ = place.run(&["start", "tea/jia", "--group", &format!("g{n:02}")]).exits(0);
    }
    let tasks = place.run(&["tasks"]).exits(0).stdout;
    assert!(tasks.contains("g00 and 11 more"), "{tasks}");
    assert_eq!(tasks.matches("Buy tea").count(), 2, "one row, and how it is done: {tasks}");
    assert!(
        tasks.contains("playbook done t1 --group g00, the same in 12 groups (`--everywhere`)"),
        "{tasks}"
    );
    // Which group only rehearses stands beside its runs.
    let runs = place.run(&["runs"]).exits(0).stdout;
    assert_eq!(runs.matches("(rehearses)").count(), 1, "{runs}");
    let rows = place.run(&["runs", "--format", "json"]).json_lines();
    let rehearse: Vec<&str> =
        rows.iter().filter(|row| row["rehearses"] == true).filter_map(|row| row["group"].as_str()).collect();
    assert_eq!(rehearse, ["g03"]);
    let _ = place.run(&["done", "t1", "--group", "g05"]).exits(0);
    let tasks = place.run(&["tasks"]).exits(0).stdout;
    assert!(tasks.contains("g00 and 10 more"), "{tasks}");
    let done = place.run(&["done", "t1", "--group", "g00", "--everywhere"]).exits(0).stdout;
    assert_eq!(done.matches("t1 is done").count(), 11, "{done}");
    assert!(place.run(&["tasks", "--format", "json"]).json_lines().is_empty());
    // A hint that is a command names the group.
    let _ = place.run(&["pause", "--group", "g01", "--caretaker", "host"]).exits(0);
    let text = place.run(&["tasks", "--format", "json"]).json_lines()[0]["text"].to_string();
    assert!(text.contains("`playbook resume --group g01`"), "{text}");
    let _ = engine.stop().exits(0);
}
