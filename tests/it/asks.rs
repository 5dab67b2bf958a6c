//! What is reported and answered by hand: what nobody hears is refused with what was meant, and every hint that is
//! printed works.

use crate::{
    playground::{Playground, eventually},
    story::Story,
};
use playbook::{
    base::{ids::MemberId, value::Value},
    engine::{
        entry::Fact,
        input::{Command, InputKind, Signal},
    },
};

/// Somebody types a signal; the refusal, if there is one.
fn typed(story: &mut Story, name: &str, member: Option<&str>, data: Value) -> Option<String> {
    let signal = Signal {
        name: name.into(),
        id: format!("typed-{}", story.entries.len()).as_str().into(),
        at: story.now,
        sent: None,
        member: member.map(MemberId::new),
        data,
    };
    let before = story.entries.len();
    story.input(InputKind::Command(Command::Report { signal }));
    story.entries[before..].iter().find_map(|entry| match &entry.fact {
        Fact::Refused { reason } => Some(reason.clone()),
        _ => None,
    })
}

fn option(task: &str, option: &str) -> Value {
    Value::map([("task", Value::str(task)), ("option", Value::str(option))])
}

const HEARING: &str = "
plays:
  won: { on: game.won, steps: [{ post: Bravo }] }
  paid:
    on: group.created
    steps:
      - wait: order.paid
      - post: Paid
  moved:
    dates: [{ id: a, at: 2026-12-30 10:00 }]
    steps: [{ post: A }]
    moved: [{ wait: move.seen }]
";

#[test]
fn a_typed_signal_that_nobody_hears_is_refused_with_what_was_meant() {
    let mut story = Story::new("2026-12-01 08:00", HEARING);
    for heard in
        ["game.won", "order.paid", "move.seen", "message", "reaction", "member.joined", "member.left"]
    {
        assert_eq!(typed(&mut story, heard, Some("li"), Value::Null), None, "{heard}");
    }
    for (name, near) in [
        ("game.wom", "`game.won`"),
        ("order_paid", "`order.paid`"),
        ("join", "`member.joined`"),
        ("新人入群", "`member.joined`"),
        ("member.leave", "`member.left`"),
    ] {
        let reason =
            typed(&mut story, name, None, Value::Null).unwrap_or_else(|| panic!("{name} is refused"));
        assert!(reason.contains(&format!("did you mean {near}?")) && reason.contains("--anyway"), "{reason}");
    }
    let reason = typed(&mut story, "zzz", None, Value::Null).expect("nobody hears it");
    assert!(reason.contains("hears `game.won`, `group.created`, `move.seen` and `order.paid`"), "{reason}");
}

#[test]
fn a_signal_about_somebody_makes_them_known_and_says_nothing_of_what_they_did() {
    let mut story = Story::new("2026-12-01 08:00", HEARING);
    let data = Value::map([("name", Value::str("Li"))]);
    assert_eq!(typed(&mut story, "game.won", Some("discord:7"), data), None);
    let id = MemberId::new("discord:7");
    let member = story.state.members.get(&id).expect("known now").clone();
    assert_eq!((member.name.as_str(), member.joined), ("Li", None));
    assert_eq!(story.state.members.activity(&id).seen, None);
    // Who leaves is not made known by it.
    assert_eq!(typed(&mut story, "member.left", Some("nobody"), Value::Null), None);
    assert!(!story.state.members.contains(&MemberId::new("nobody")));
}

#[test]
fn points_for_somebody_nobody_knew_are_kept() {
    let yaml = "
plays:
  contribution:
    on: pr.merged
    steps:
      - run: award.rhai
        with: { who: \"${signal.member}\" }
      - post: \"${signal.member.name} has ${signal.member.points} points.\"
";
    let files = [("award.rhai", "fn main(args) { args.who.award(3); }")];
    let mut story = Story::with_files("2026-12-01 08:00", yaml, &files);
    assert_eq!(typed(&mut story, "pr.merged", Some("ann"), Value::Null), None);
    assert!(story.news().contains("ann has 3 points."));
    let points =
        |story: &Story, id: &str| story.state.members.get(&MemberId::new(id)).map(|member| member.points);
    assert_eq!(points(&story, "ann"), Some(3));
    // Somebody who left while the script ran does not come back by what they got.
    story.answer_scripts = false;
    assert_eq!(typed(&mut story, "pr.merged", Some("bob"), Value::Null), None);
    assert_eq!(typed(&mut story, "member.left", Some("bob"), Value::Null), None);
    story.answer_scripts = true;
    story.run_scripts();
    assert_eq!(points(&story, "bob"), None);
}

const ASKING: &str = "
plays:
  vote:
    on: vote
    steps:
      - { ask: Which book?, options: [The Plague, Nausea], open_for: 1h, as: book }
      - post: \"${book.winner} (${book.total})\"
  dinner:
    on: dinner
    steps:
      - { ask: What do you bring?, fields: [dish, people], open_for: 2h, as: dinner }
      - post: \"${dinner.total}: ${dinner.answers[0].answer.dish}\"
";

#[test]
fn a_typed_answer_to_nothing_is_refused_and_one_that_fits_is_counted() {
    let mut story = Story::new("2026-12-01 08:00", ASKING);
    let mut refused = |task: &str, what: &str| typed(&mut story, "answer", Some("li"), option(task, what));
    let reason = refused("t1", "Nausea").expect("nothing is asked");
    assert!(reason.contains("there is no open question `t1`; no question is open"), "{reason}");
    story.signal("vote", None, Value::Null);
    story.signal("dinner", None, Value::Null);
    let mut refused = |task: &str, what: &str| typed(&mut story, "answer", Some("li"), option(task, what));
    let reason = refused("vot", "Nausea").expect("no such play");
    assert!(reason.contains("did you mean `vote`?") && reason.contains("t1 (Which book?)"), "{reason}");
    let reason = refused("t1", "Nausee").expect("no such option");
    assert!(reason.contains("did you mean `Nausea`?"), "{reason}");
    let reason = refused("t1", "3").expect("no such number");
    assert!(reason.contains("1 The Plague, 2 Nausea"), "{reason}");
    let reason = refused("t2", "soup").expect("a form");
    assert!(reason.contains("`--with dish=… people=…`"), "{reason}");
    let other = Value::map([("task", Value::str("t2")), ("dihs", Value::str("soup"))]);
    let reason = typed(&mut story, "answer", Some("li"), other).expect("no such field");
    assert!(reason.contains("no field `dihs`; it has dish, people"), "{reason}");
    let mut refused = |task: &str, what: &str| typed(&mut story, "answer", Some("li"), option(task, what));
    // By the task, the play or the name of the result; by the text or the number.
    for (name, what) in [("t1", "Nausea"), ("vote", "2"), ("book", " The Plague ")] {
        assert_eq!(refused(name, what), None, "{name}");
    }
    let form =
        Value::map([("task", Value::str("t2")), ("dish", Value::str("soup")), ("people", Value::Int(2))]);
    assert_eq!(typed(&mut story, "answer", Some("never seen"), form), None);
    assert!(story.state.members.contains(&MemberId::new("never seen")));
    story.until("2026-12-01 11:00");
    let news = story.news();
    assert!(news.contains("The Plague (1)") && news.contains("1: soup"), "{news}");
    let reason = typed(&mut story, "answer", Some("li"), option("t1", "Nausea")).expect("closed");
    assert!(reason.contains("t1 is closed"), "{reason}");
}

#[test]
fn what_run_prints_works_when_it_is_pasted_and_nothing_else_says_that_it_worked() {
    let yaml = format!("name: p\ntimezone: UTC\n{ASKING}")
        .replace("on: vote", "on: group.created")
        .replace("on: dinner", "on: group.created");
    let place = Playground::new().file("p.yaml", &yaml);
    let engine = place.start(&["run", "p.yaml"]);
    let line = engine.line("playbook answer t1 ");
    let paste = |line: &str| {
        let from = line.find("playbook answer").expect("the hint");
        let words: Vec<&str> = line[from..].split_whitespace().skip(1).collect();
        place.run(&words)
    };
    let _ = paste(&line).exits(0);
    let form = engine.line("playbook answer t2 ");
    assert!(form.contains("--with dish=… people=…"), "{form}");
    let _ = paste(&form).exits(0);
    eventually("both are counted", || {
        let tasks = place.run(&["tasks", "--format", "json"]).json_lines();
        tasks.len() == 2 && tasks.iter().all(|task| task["answers"] == 1)
    });
    for refused in [
        &["answer", "t9", "1", "--member", "li"][..],
        &["answer", "t1", "Nausee", "--member", "li"],
        &["signal", "answr", "--member", "li"],
        &["signal", "answer", "--member", "li", "--with", "task=t7", "option=1"],
        &["signal", "新人入群"],
    ] {
        let output = place.run(refused).exits(4);
        assert_eq!(output.stdout, "", "{refused:?}");
    }
    let _ = place.run(&["signal", "新人入群", "--anyway"]).exits(0);
    let _ = engine.stop().exits(0);
}

#[test]
fn each_remedy_at_a_deaf_channel_brings_the_fact_that_is_missing() {
    let yaml = "name: imp\ntimezone: Europe/Paris\nchannels: { group: { type: wecom, url: \"http://127.0.0.1:9/\" } }\nplays:\n  welcome:\n    on: member.joined\n    per: member\n    steps:\n      - post: Hi ${member.name}!\n";
    let place = Playground::new().file("imp.yaml", yaml).file("new.csv", "id,name\nann,Ann\nbob,Bob\n");
    let check = place.run(&["check", "imp.yaml", "--lang", "en"]).exits(0);
    assert!(check.stdout.contains("playbook members import FILE.csv --joined"), "{}", check.stdout);
    let engine = place.start(&["run", "imp.yaml"]);
    engine.line("running");
    let _ = place.run(&["members", "import", "new.csv"]).exits(0);
    let runs = || place.run(&["runs", "--format", "json", "--all"]).stdout.matches("welcome@").count();
    assert_eq!(runs(), 0, "a list alone is no join");
    place.write("more.csv", "id,name\nann,Ann\ncy,Cy\n");
    let _ = place.run(&["members", "import", "more.csv", "--joined"]).exits(0);
    eventually("Cy is welcomed", || place.run(&["log"]).stdout.contains("Hi Cy!"));
    let _ = place.run(&["signal", "member.joined", "--member", "di", "--with", "name=Di"]).exits(0);
    eventually("Di is welcomed", || place.run(&["log"]).stdout.contains("Hi Di!"));
    assert!(!place.run(&["log"]).stdout.contains("Hi Ann!"));
    let _ = engine.stop();
}
