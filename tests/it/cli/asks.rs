//! What is reported and answered by hand: what nobody hears is refused with what was meant, and every hint that is
//! printed works.

use crate::{
    help::playground::{Playground, eventually},
    help::story::Story,
};
use playbook::{
    base::{ids::MemberId, value::Value},
    engine::{
        entry::{Fact, TaskKind},
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
        Fact::Refused { reason } => Some(reason.en.clone()),
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
    assert!(reason.contains("no field `dihs`; did you mean `dish`?"), "{reason}");
    let both =
        Value::map([("task", "t2"), ("dish", "soup"), ("poeple", "2")].map(|(k, v)| (k, Value::str(v))));
    let reason = typed(&mut story, "answer", Some("li"), both).expect("one of two fields is a slip");
    assert!(reason.contains("no field `poeple`; did you mean `people`?"), "{reason}");
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

/// An answer as an ear reports it.
fn answered(story: &mut Story, member: &str, what: Value) {
    story.signal("answer", Some(member), Value::map([("option", what)]));
}

fn options(options: &[&str]) -> Value {
    Value::list(options.iter().map(Value::str).collect())
}

#[test]
fn several_options_may_be_chosen_and_each_counts() {
    let yaml = "
plays:
  when:
    on: go
    steps:
      - { ask: Which evenings?, options: [Mon, Tue, Wed, Thu], choices: 2, open_for: 1h, as: free }
      - post: \"${free.winner} ${free.total} ${free.counts.Mon} ${free.counts.Tue} ${free.counts.Wed} ${free.who('Tue')}\"
";
    let yaml = yaml.replace("'Tue'", "\\\"Tue\\\"");
    let mut story = Story::new("2026-12-01 08:00", &yaml);
    story.join("li", "Li");
    story.join("bo", "Bo");
    story.signal("go", None, Value::Null);
    assert!(story.news().contains("Choose up to 2."));
    answered(&mut story, "li", options(&["Mon", "Tue"]));
    answered(&mut story, "bo", Value::str("Tue、3"));
    let many = Value::map([("task", Value::str("t1")), ("option", options(&["1", "2", "3"]))]);
    let reason = typed(&mut story, "answer", Some("cy"), many).expect("three are too many");
    assert!(reason.contains("takes 2 choices of a person; these are 3"), "{reason}");
    story.until("2026-12-01 10:00");
    let news = story.news();
    assert!(news.contains("Tue 2 1 2 1 Li, Bo"), "{news}");
}

const SIGN_UP: &str = "
channels: { group: { type: console } }
plays:
  trip:
    on: go
    steps:
      - { ask: Who comes?, options: [yes, no], seats: 2, open_for: 1d, as: trip }
      - post: \"Full: ${trip.seated}; waiting ${trip.waiting.count}\"
      - at: +2h
        post: \"Seats: ${trip.seated}. Waiting: ${trip.waiting}. Silent: ${trip.unanswered}\"
        mention: ${trip.seated}
      - at: +30h
        post: \"At last: ${trip.seated}\"
";

#[test]
fn a_sign_up_is_full_at_its_seats_and_whoever_waits_moves_up() {
    let mut story = Story::new("2026-12-01 08:00", SIGN_UP);
    for (id, name) in [("a", "Ann"), ("b", "Bob"), ("c", "Cy"), ("d", "Di"), ("e", "Ed")] {
        story.join(id, name);
    }
    story.signal("go", None, Value::Null);
    answered(&mut story, "d", Value::str("no"));
    answered(&mut story, "a", Value::str("yes"));
    assert!(!story.news().contains("Full"));
    answered(&mut story, "b", Value::str("yes"));
    let news = story.news();
    assert!(news.contains("Full: Ann, Bob; waiting 0"), "{news}");
    answered(&mut story, "c", Value::str("yes"));
    answered(&mut story, "a", Value::str("yes"));
    story.until("2026-12-01 09:30");
    // One says no after all, and later the next one leaves.
    answered(&mut story, "a", Value::str("no"));
    story.until("2026-12-01 10:30");
    let news = story.news();
    assert!(news.contains("Seats: Bob, Cy. Waiting: . Silent: Ed"), "{news}");
    answered(&mut story, "e", Value::str("yes"));
    let back = Value::map([("task", Value::str("trip")), ("withdraw", Value::Bool(true))]);
    assert_eq!(typed(&mut story, "answer", Some("b"), back.clone()), None);
    let reason = typed(&mut story, "answer", Some("b"), back).expect("there is none any more");
    assert!(reason.contains("b has not answered t1"), "{reason}");
    story.signal("member.left", Some("c"), Value::Null);
    story.until("2026-12-02 09:00");
    assert!(story.state.tasks.is_empty(), "the waiting list is closed with the question's time");
    assert!(typed(&mut story, "answer", Some("a"), option("t1", "yes")).is_some());
    story.until("2026-12-02 15:00");
    let news = story.news();
    assert!(news.contains("At last: Ed"), "{news}");
}

#[test]
fn whoever_leaves_after_a_sign_up_has_ended_has_no_place_any_more() {
    let yaml = "
plays:
  trip:
    on: go
    steps:
      - { ask: Who comes?, fields: [dish], seats: 2, open_for: 1h, as: trip }
      - at: +5h
        post: \"${trip.seated} (${trip.who('soup')})\"
";
    let mut story = Story::new("2026-12-01 08:00", &yaml.replace("'soup'", "\\\"soup\\\""));
    for id in ["ann", "bob"] {
        story.join(id, id);
    }
    story.signal("go", None, Value::Null);
    for id in ["ann", "bob"] {
        story.signal("answer", Some(id), Value::map([("dish", Value::str("soup"))]));
    }
    story.until("2026-12-01 12:00");
    story.signal("member.left", Some("ann"), Value::Null);
    story.until("2026-12-01 14:00");
    let news = story.news();
    assert!(news.contains("bob (bob)"), "{news}");
}

#[test]
fn one_member_is_asked_and_nobody_else_answers() {
    let yaml = "
plays:
  hello:
    on: member.joined
    per: member
    steps:
      - { ask: What brings you here?, options: [books, people], of: member, open_for: 1d, as: why }
      - post: \"${member.name}: ${why.winner}\"
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.join("li", "Li");
    story.join("bo", "Bo");
    assert_eq!(story.state.tasks.len(), 2);
    let reason = typed(&mut story, "answer", Some("bo"), option("t1", "books")).expect("it is not put to Bo");
    assert!(reason.contains("t1 is put to li"), "{reason}");
    assert_eq!(typed(&mut story, "answer", Some("li"), option("t1", "people")), None);
    assert_eq!(typed(&mut story, "answer", None, option("t2", "books")), None);
    let news = story.news();
    assert!(news.contains("Li: people") && news.contains("Bo: books"), "{news}");
    assert!(story.state.runs.is_empty());
}

#[test]
fn whoever_is_not_in_the_group_is_asked_by_a_person() {
    let yaml = "
people: { zhu: { name: Zhu } }
roles: { host: { people: [zhu] } }
plays:
  form:
    on: member.requested
    per: member
    steps:
      - { ask: Please fill this in, fields: [city, why], of: member, open_for: 2d, as: form }
      - { approve: 'Let ${member.name} in? ${form.total}', to: host, open_for: 2d }
";
    let mut story = Story::new("2026-12-01 09:00", yaml);
    let named = Value::map([("name", Value::str("Ann"))]);
    story.signal("member.requested", Some("telegram:42"), named);
    assert!(story.posts().is_empty(), "she reads nothing in the group: {:?}", story.posts());
    let by_hand = |story: &Story| {
        let open = story.state.tasks.values().find(|open| open.task.kind == TaskKind::Task);
        open.map(|open| open.task.text.clone())
    };
    let text = by_hand(&story).expect("the host is asked to send it");
    assert!(text.contains("to Ann in private") && text.contains("Please fill this in"), "{text}");
    assert!(text.contains("`playbook answer t1 --with city=… --member telegram:42`"), "{text}");
    let fields = Value::map([("city", Value::str("Xi'an")), ("why", Value::str("books"))]);
    let answer = Value::map([("task", Value::str("t1")), ("fields", fields)]);
    assert_eq!(typed(&mut story, "answer", Some("telegram:42"), answer), None);
    assert_eq!(by_hand(&story), None, "what was sent and answered is asked of nobody");
    let texts: Vec<&str> = story.state.tasks.values().map(|open| open.task.text.as_str()).collect();
    assert_eq!(texts, ["Let Ann in? 1"]);
    // A form that nobody answers in time is asked of nobody either.
    story.signal("member.requested", Some("telegram:43"), Value::map([("name", Value::str("Ben"))]));
    assert!(by_hand(&story).is_some());
    story.until("2026-12-03 10:00");
    assert_eq!(by_hand(&story), None);
}

#[test]
fn a_quiz_knows_the_right_option_and_who_was_first() {
    let yaml = "
plays:
  quiz:
    on: go
    steps:
      - { ask: Capital?, options: [Paris, Lyon], answer: Paris, open_for: 1h, as: quiz }
      - post: \"${quiz.right}, ${quiz.first.name}; ${quiz.who(quiz.right)}\"
  none:
    on: nothing
    steps:
      - { ask: Capital?, options: [Paris, Lyon], answer: Paris, open_for: 1h, as: quiz }
      - post: \"[${quiz.winner}] ${quiz.total} [${quiz.first}] ${quiz.answers.len()}\"
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    for id in ["ann", "bob", "cy"] {
        story.join(id, &id.to_uppercase());
    }
    story.signal("go", None, Value::Null);
    for (id, what) in [("ann", "Lyon"), ("cy", "Paris"), ("bob", "Paris"), ("ann", "Paris")] {
        answered(&mut story, id, Value::str(what));
    }
    story.until("2026-12-01 10:00");
    let news = story.news();
    assert!(news.contains("Paris, CY; CY, BOB, ANN"), "{news}");
    story.signal("nothing", None, Value::Null);
    story.until("2026-12-01 12:00");
    let news = story.news();
    assert!(news.contains("[] 0 [] 0"), "{news}");
}

/// What `check` says of a playbook, in English.
fn problems(yaml: &str) -> String {
    let place = Playground::new().file("p.yaml", &format!("name: p\ntimezone: UTC\n{yaml}"));
    place.run(&["check", "p.yaml", "--lang", "en", "--all"]).stdout
}

#[test]
fn what_cannot_be_people_is_not_mentioned() {
    let raid = |mention: &str| {
        format!(
            "channels: {{ group: {{ type: discord, url: {{ env: G }} }} }}\nplays:\n  raid:\n    every: saturday at 20:00\n    steps:\n      - at: -2d 18:00\n        ask: Who comes?\n        options: [Tank, Healer]\n        open_for: 1d\n        as: signup\n      - at: -1h\n        post: In one hour we raid.\n        mention: {mention}\n"
        )
    };
    for bad in ["${signup.answers}", "${signup.winner}", "${signup.counts}", "${signup}", "${members.count}"]
    {
        let said = problems(&raid(bad));
        assert!(said.contains("is nobody to mention"), "{bad}: {said}");
    }
    for good in [
        "${signup.who(\"Tank\")}",
        "${signup.unanswered}",
        "${members.top(3)}",
        "${signup.answers.map(|a| a.member)}",
    ] {
        let said = problems(&raid(good));
        assert!(!said.contains("error["), "{good}: {said}");
    }
    // What is known only when it runs fails its step, with what would do.
    let yaml = "
channels: { group: { type: discord, url: { env: G } } }
people: { tom: { name: Tom, discord: '123456789012345678' } }
roles: { lead: { people: [tom] } }
vars: { n: 3, word: nobody of that name }
plays:
  a: { on: a, steps: [{ post: A, mention: '${signal.data.x}' }] }
  b: { on: b, steps: [{ post: B, mention: '${roles.lead}' }] }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.join("discord:42", "Ann");
    story.join("Player12", "Player12");
    story.join("876543210987654321", "Bob");
    let mut mentioned = |x: Value| {
        let before = story.entries.len();
        story.signal("a", None, Value::map([("x", x)]));
        let found = story.entries[before..].iter().find_map(|entry| match &entry.fact {
            Fact::Posted(out) => Some(format!("{:?}", out.message.mentions)),
            Fact::StepFailed { error, .. } => Some(error.en.clone()),
            _ => None,
        });
        found.expect("it is posted or fails")
    };
    for nobody in [Value::Int(3), Value::str("nobody of that name"), Value::map([("a", Value::Int(1))])] {
        let said = mentioned(nobody);
        assert!(said.contains("nobody to mention") && said.contains("write `all`, a role"), "{said}");
    }
    assert!(mentioned(Value::str("discord:42")).contains("{\"discord\": \"42\"}"));
    assert!(mentioned(Value::str("876543210987654321")).contains("{\"discord\": \"876543210987654321\"}"));
    let called = mentioned(Value::str("Player12"));
    assert!(called.contains("Player12") && called.contains("handles: {}"), "a name is no id: {called}");
    // Whoever left since is left out, the others are told.
    let some = mentioned(options(&["discord:42", "gone since"]));
    assert!(some.contains("42") && !some.contains("gone"), "{some}");
    assert!(mentioned(Value::str("lead")).contains("123456789012345678"));
    story.signal("b", None, Value::Null);
    assert!(story.entries.iter().any(|entry| format!("{:?}", entry.fact).contains("123456789012345678")));
}

#[test]
fn keys_of_an_ask_that_cannot_be_meant_are_refused() {
    let ask = |on: &str, rest: &str| {
        let on = if on.is_empty() { "    every: monday at 09:00\n" } else { on };
        problems(&format!(
            "plays:\n  a:\n{on}    steps:\n      - ask: Who?\n        open_for: 1h\n        {rest}\n"
        ))
    };
    let said = ask("", "options: [a, b]\n        choices: 3");
    assert!(said.contains("3 of 2 options cannot be chosen"), "{said}");
    let said = ask("", "fields: [a, b]\n        choices: 2");
    assert!(said.contains("`choices` is for a poll"), "{said}");
    let said = ask("", "options: [a, b]\n        of: member");
    assert!(said.contains("about no member") && said.contains("per: member"), "{said}");
    let said = ask("    on: go\n    per: member\n", "options: [a, b]\n        of: host");
    assert!(said.contains("found `host`"), "{said}");
    let said = ask("    on: go\n    per: member\n", "options: [a, b]\n        of: member");
    assert!(!said.contains("error["), "{said}");
    let said = ask("", "options: [a, b]\n        seats: 0");
    assert!(said.contains("error["), "{said}");
}

#[test]
fn a_name_that_is_typed_for_an_id_makes_no_second_member() {
    let mut story = Story::new("2026-12-01 08:00", ASKING);
    story.join("w1", "老吴");
    story.signal("vote", None, Value::Null);
    for (name, data) in
        [("message", Value::Null), ("member.left", Value::Null), ("answer", option("t1", "Nausea"))]
    {
        let reason = typed(&mut story, name, Some("老吴"), data).expect("a name is no id");
        assert!(
            reason.contains("no member has the id `老吴`") && reason.contains("`--member w1`"),
            "{reason}"
        );
    }
    assert_eq!(typed(&mut story, "message", Some("w1"), Value::Null), None);
    assert_eq!(typed(&mut story, "message", Some("小顾"), Value::Null), None, "somebody new");
    assert_eq!(typed(&mut story, "message", Some("小顾"), Value::Null), None, "whose id is the name");
    assert_eq!(story.state.members.len(), 2);
}

#[test]
fn an_id_of_a_platform_may_be_a_number_in_a_table() {
    let yaml = "
channels: { group: { type: discord, url: { env: G } } }
plays: { a: { on: a, steps: [{ post: A, mention: '${members.where(|m| m.points > 0)}' }] } }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    let mut flo = playbook::base::member::Member::new("f".into(), None);
    (flo.name, flo.points) = ("Flo".into(), 3);
    flo.fields.insert("discord".into(), Value::Int(80_351_110_224_678_999));
    story.command(playbook::engine::input::Command::ImportMembers {
        members: vec![flo.into()],
        left: Vec::new(),
        joined: false,
    });
    story.signal("a", None, Value::Null);
    let found = story.entries.iter().find_map(|entry| match &entry.fact {
        Fact::Posted(out) => Some(format!("{:?}", out.message.mentions)),
        _ => None,
    });
    assert!(found.unwrap().contains("{\"discord\": \"80351110224678999\"}"));
}

#[test]
fn a_waiting_list_is_open_until_its_time_is_over_whatever_becomes_of_the_run() {
    let yaml = "plays: { raid: { on: raid, steps: [{ ask: Raid?, options: [Tank, no], seats: 1, open_for: 10m, as: s }, { post: Full }] } }";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.signal("raid", None, Value::Null);
    for member in ["a", "b", "c"] {
        assert_eq!(typed(&mut story, "answer", Some(member), option("t1", "Tank")), None, "{member}");
    }
    assert!(story.state.runs.is_empty(), "the run is over");
    let back = Value::map([("task", Value::str("t1")), ("withdraw", Value::Bool(true))]);
    assert_eq!(typed(&mut story, "answer", Some("a"), back), None, "a place can be given back");
    story.until("2026-12-01 08:11");
    let reason = typed(&mut story, "answer", Some("d"), option("t1", "Tank")).expect("its time is over");
    assert!(reason.contains("t1 is closed"), "{reason}");
    assert!(story.state.tasks.is_empty());
}

#[test]
fn whoever_waits_for_a_place_is_not_among_those_who_come() {
    let yaml = "
plays:
  trip:
    on: trip
    steps:
      - { ask: Who comes?, options: [yes, no], seats: 2, open_for: 1h, as: s }
      - at: +2h
        post: \"${s.who(\\\"yes\\\")}: ${s.counts[\\\"yes\\\"]}, ${s.counts[\\\"no\\\"]} not; all ${s.who()} of ${s.total}; then ${s.waiting}\"
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    for id in ["a", "b", "c", "d"] {
        story.join(id, id);
    }
    story.signal("trip", None, Value::Null);
    for (id, says) in [("d", "no"), ("a", "yes"), ("b", "yes"), ("c", "yes")] {
        assert_eq!(typed(&mut story, "answer", Some(id), option("t1", says)), None);
    }
    story.until("2026-12-01 10:30");
    let news = story.news();
    assert!(news.contains("a, b: 2, 1 not; all d, a, b of 4; then c"), "{news}");
}

#[test]
fn who_answered_what_is_shown_by_name_with_places_and_the_waiting_list() {
    let file = "name: a\ntimezone: UTC\nmembers: { import: people.csv }\nplays:\n  come:\n    on: go\n    steps:\n      \
                - { ask: Coming?, options: [yes, no], open_for: 2h, seats: 1, as: coming }\n  form:\n    on: go\n    steps:\n      \
                - { ask: What do you bring?, fields: [dish], open_for: 2h }\n  secret:\n    on: go\n    steps:\n      \
                - { ask: Happy?, options: [yes, no], open_for: 2h, anonymous: true }\n";
    let place = Playground::new().file("a.yaml", file).file("people.csv", "id,name\n1,Ann\n2,Bo\n3,Cy\n");
    let engine = place.start(&["run", "a.yaml"]);
    engine.line("running");
    let _ = place.run(&["signal", "go"]).exits(0);
    let of = |play: &str| -> String {
        let rows = place.run(&["answers", play, "--format", "json"]).exits(0).json_lines();
        rows[0]["task"].as_str().unwrap().to_owned()
    };
    let [come, form, secret] = ["come", "form", "secret"].map(of);
    for (task, member, words) in [
        (&come, "2", &["yes"][..]),
        (&come, "1", &["yes"]),
        (&come, "3", &["no"]),
        (&form, "1", &["--with", "dish=soup"]),
        (&secret, "1", &["yes"]),
    ] {
        let args = [&["answer", task.as_str()][..], words, &["--member", member]].concat();
        let _ = place.run(&args).exits(0);
    }
    let output = place.run(&["answers", "come"]).exits(0).stdout;
    for words in
        [" yes  2  Bo\n", " no  1  Cy\n", "waiting list, in this order: Ann\n", "answers: 3 for 1 places"]
    {
        assert!(output.contains(words), "{words}: {output}");
    }
    let output = place.run(&["answers", "come", "--lang", "zh"]).exits(0).stdout;
    assert!(output.contains("候补，按先后：Ann"), "{output}");
    assert!(place.run(&["answers", &form]).exits(0).stdout.contains("Ann  dish: soup"));
    let output = place.run(&["answers", "secret"]).exits(0).stdout;
    assert!(
        output.contains(" yes  1\n") && output.contains("anonymous") && !output.contains("Ann"),
        "{output}"
    );
    let _ = place.run(&["cancel", "form", "--silent"]);
    let list = place.run(&["answers"]).exits(0).stdout;
    assert!(list.contains("Coming?") && list.contains("Happy?"), "{list}");
    let log = place.run(&["log"]).exits(0).stdout;
    for words in ["Bo  ", ": yes", "Ann  ", "dish: soup", "somebody has answered"] {
        assert!(log.contains(words), "{words}: {log}");
    }
    assert!(place.run(&["answers", "nothing"]).exits(2).stderr.contains("no question goes by nothing"));
    let told = engine.stop().exits(0).stdout;
    assert!(told.contains("answered") && told.contains("Ann"), "{told}");
}
