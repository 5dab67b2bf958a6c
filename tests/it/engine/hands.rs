//! Stories of hands: steps that did not happen and the names they leave, messages that a person pastes, who is let go
//! and who is not.

use crate::help::story::{Story, at};
use playbook::{
    base::{
        ids::EffectId,
        member::{Listed, Member},
        time::Duration,
        value::Value,
    },
    engine::input::{Command, Input, Receipt},
};

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
    story.command(Command::Skip { run, step: Some("1".into()), by: None });
    assert!(story.state.tasks.is_empty(), "the question is closed with its step");
    assert_eq!(story.posts().last().map(String::as_str), Some("0 of 1"));
    story.start("b");
    assert_eq!(story.posts()[2..], ["1 false", "2 true"], "what the round before has left does not stay");
}

const TIDY: &str = "
budgets: { quiet: 20:00-10:00 }
people: { tom: { name: Tom } }
roles: { officer: { people: [tom] } }
plays:
  tidy:
    every: month on first sunday at 20:30
    max_late: 20h
    steps:
      - prune: member.idle > days(45)
        notice: Say hi within one day and you keep your spot.
        grace: 1d
        remind: 4h
        to: officer
";

fn seen_long_ago(story: &Story, id: &str, days: i64) -> Listed {
    let ago = |days: i64| Some(story.now.plus(Duration::DAY.times(-days)));
    Listed { seen: ago(days), ..Member::new(id.into(), ago(days + 40)).into() }
}

fn import(story: &mut Story, members: Vec<Listed>) {
    story.command(Command::ImportMembers { members, left: Vec::new(), joined: false });
}

fn asked(story: &Story) -> Vec<String> {
    let task = story.state.tasks.values().next();
    task.map(|open| open.task.members.iter().map(ToString::to_string).collect()).unwrap_or_default()
}

#[test]
fn the_grace_begins_when_its_notice_is_delivered() {
    let mut story = Story::new("2026-12-06 12:00", TIDY);
    let kim = seen_long_ago(&story, "kim", 60);
    import(&mut story, vec![kim]);
    // Quiet hours hold the notice until ten; the platform takes it two hours later.
    story.deliver = false;
    story.until("2026-12-07 12:00");
    story.news();
    let effect = story.state.runs.values().next().expect("a run").posts.values().next().cloned();
    let receipt = Receipt::Accepted { note: "42".into() };
    story.input_as(Input::receipt(&effect.expect("a notice"), receipt));
    let wait = story.state.runs.values().next().and_then(|run| run.waiting.clone()).expect("a grace");
    assert_eq!(wait.ends(), Some(at("2026-12-08 12:00")), "and not the reminder's instant");
    story.until("2026-12-08 11:59");
    assert!(asked(&story).is_empty(), "a day has not passed since it was delivered");
    let news = story.news();
    assert!(news.contains("12-08 08:00") && news.contains("Once more"), "the reminder is decided: {news}");
    story.until("2026-12-08 12:00");
    assert_eq!(asked(&story), ["kim"]);
}

#[test]
fn a_notice_that_never_arrives_removes_nobody() {
    let ends: [fn(&EffectId) -> Input; 2] = [
        |effect| Input::receipt(effect, Receipt::Refused { reason: "no such chat".into() }),
        |effect| Input::receipt(effect, Receipt::Expired),
    ];
    for end in ends {
        let mut story = Story::new("2026-12-06 12:00", TIDY);
        let kim = seen_long_ago(&story, "kim", 60);
        import(&mut story, vec![kim]);
        story.deliver = false;
        story.until("2026-12-07 12:00");
        let effect = story.state.runs.values().next().and_then(|run| run.posts.values().next().cloned());
        let effect = effect.expect("a notice");
        // In doubt decides nothing; what settles it does.
        story.input_as(Input::receipt(&effect, Receipt::InDoubt { reason: "cut off".into() }));
        story.until("2026-12-20 12:00");
        assert!(asked(&story).is_empty() && story.state.runs.len() == 1);
        story.input_as(end(&effect));
        assert!(story.state.runs.is_empty(), "the run ends and nobody goes");
        // Where no channel is told of trouble, the host is asked to look.
        let asked = story.state.tasks.values().map(|open| open.task.text.contains("playbook outbox"));
        assert_eq!(asked.collect::<Vec<_>>(), [true]);
    }
    // A notice that quiet hours hold until it is too late is never sent at all.
    let mut story = Story::new(
        "2026-12-06 12:00",
        &TIDY.replace("max_late: 20h", "max_late: 1h").replace("20:00-10:00", "20:31-20:30"),
    );
    let kim = seen_long_ago(&story, "kim", 60);
    import(&mut story, vec![kim]);
    story.until("2026-12-20 12:00");
    assert!(asked(&story).is_empty());
}

#[test]
fn whoever_has_a_role_has_paid_or_is_new_is_never_let_go() {
    let mut story = Story::new("2026-12-06 12:00", TIDY);
    let mut members = Vec::new();
    for id in ["tom", "admin", "tag", "field", "until", "over", "plain"] {
        members.push(seen_long_ago(&story, id, 60));
    }
    members[1].member.role = "admin".into();
    members[2].member.tags.insert("paid".into());
    members[3].member.fields.insert("paid".into(), Value::str("yes"));
    members[4].member.fields.insert("paid_until".into(), Value::str("2027-01-31"));
    members[5].member.fields.insert("paid_until".into(), Value::str("2026-01-31"));
    let mut new = seen_long_ago(&story, "new", 60);
    new.member.joined = Some(story.now.plus(Duration::DAY.times(-10)));
    members.push(new);
    import(&mut story, members);
    story.until("2026-12-08 10:00");
    assert_eq!(asked(&story), ["over", "plain"]);
    let task = story.state.tasks.keys().next().expect("an approval").clone();
    let except = |names: &[&str]| Command::Approve {
        task: task.clone(),
        by: None,
        note: None,
        as_operator: true,
        except: names.iter().map(|name| (*name).to_owned()).collect(),
    };
    story.command(except(&["tom"]));
    assert!(story.news().contains("not on the list"), "who is not on it cannot be struck off it");
    story.command(except(&["over"]));
    assert_eq!(asked(&story), ["plain"], "one is struck off, the other is to be removed");
}

#[test]
fn where_nobody_hears_who_speaks_a_person_says_who_is_silent() {
    let yaml = "
channels: { group: { type: manual } }
people: { zhu: { name: 朱朱 } }
roles: { host: { people: [zhu] } }
plays:
  prune:
    every: month on last sunday at 10:00
    steps:
      - prune: member.idle > days(60) && !member.tags.contains(\"vip\")
        notice: '${silent.len()} of you have been silent; a word within seven days is enough.'
        grace: 7d
        to: host
";
    let mut story = Story::new("2026-12-01 09:00", yaml);
    let joined = Some(story.now.plus(Duration::DAY.times(-90)));
    let mut members: Vec<Member> =
        ["m1", "m2", "m3", "m4"].iter().map(|id| Member::new((*id).into(), joined)).collect();
    members[2].name = "真潜水".into();
    members[3].tags.insert("vip".into());
    import(&mut story, members.into_iter().map(Listed::from).collect());
    story.until("2026-12-27 10:00");
    let task = story.state.tasks.values().next().expect("a question").task.clone();
    assert!(task.text.starts_with("Who is silent?") && task.members.is_empty(), "{}", task.text);
    let answer =
        |note: &str| Command::Done { task: task.id.clone(), by: Some("zhu".into()), note: Value::str(note) };
    story.command(answer("真潜水，小美"));
    assert!(story.news().contains("no member is called `小美`"));
    story.command(answer("真潜水，m4"));
    let told = story.posts().last().cloned().unwrap_or_default();
    assert_eq!(told, "1 of you have been silent; a word within seven days is enough.", "and it names nobody");
    // Pasted a day later; the grace counts from there.
    story.until("2026-12-27 18:00");
    let paste = story.state.tasks.keys().next().expect("a post to paste").clone();
    story.done(paste.as_str());
    story.until("2027-01-03 17:59");
    assert!(asked(&story).is_empty());
    story.until("2027-01-03 18:00");
    assert_eq!(asked(&story), ["m3"]);
}

#[test]
fn silence_about_who_is_silent_removes_nobody_and_a_fresh_roster_needs_no_question() {
    let deaf = TIDY.replace(
        "budgets: { quiet: 20:00-10:00 }",
        "channels: { group: { type: wecom, url: { env: GROUP } } }",
    );
    let mut story = Story::new("2026-11-20 12:00", &deaf);
    let kim = seen_long_ago(&story, "kim", 60);
    import(&mut story, vec![kim]);
    story.until("2026-12-06 21:00");
    let text = story.state.tasks.values().next().expect("a question").task.text.clone();
    assert!(text.starts_with("Who is silent?"), "the roster is sixteen days old: {text}");
    story.until("2026-12-14 12:00");
    assert!(story.state.runs.is_empty() && story.state.tasks.is_empty());
    let kim = seen_long_ago(&story, "kim", 80);
    story.until("2027-01-02 12:00");
    import(&mut story, vec![kim]);
    story.until("2027-01-04 21:00");
    assert_eq!(asked(&story), ["kim"]);
}

const RIDDLE: &str = "
channels: { group: { type: manual } }
budgets: { quiet: 22:00-08:00 }
plays:
  riddle:
    every: wednesday at 20:30
    steps:
      - post: A riddle.
        expires: 10m
      - wait: 20m
      - post: Rain.
      - at: +1d 09:00
        post: Good morning.
";

/// Pastes what is to be pasted, and gives its text.
fn paste(story: &mut Story) -> Option<String> {
    let task = story.state.tasks.values().next()?.task.clone();
    story.done(task.id.as_str());
    Some(task.text)
}

#[test]
fn what_follows_a_post_to_paste_counts_from_its_pasting() {
    let mut story = Story::new("2026-12-06 12:00", RIDDLE);
    story.until("2026-12-09 20:38");
    assert_eq!(paste(&mut story).as_deref(), Some("A riddle."));
    story.until("2026-12-09 20:57");
    assert!(story.state.tasks.is_empty(), "twenty minutes have not passed since it was pasted");
    story.until("2026-12-09 20:58");
    let answer = story.state.tasks.values().next().expect("the answer").task.clone();
    assert_eq!(
        (answer.text.as_str(), answer.due),
        ("Rain.", Some(crate::help::story::at("2026-12-09 22:00")))
    );
}

#[test]
fn what_is_said_ahead_is_pasted_before_the_next_word_or_the_beginning() {
    let yaml = "
channels: { group: { type: manual } }
budgets: { quiet: 22:00-08:00 }
plays:
  talk:
    dates: [{ id: jia, at: 2026-12-11 19:45 }]
    steps:
      - { at: -1d 12:00, post: Tomorrow. }
      - { at: -1h, post: In an hour. }
      - { at: -10m, post: In ten minutes. }
      - { at: 0m, post: We begin. }
      - { wait: 20m }
      - { post: Questions? }
";
    let mut story = Story::new("2026-12-06 12:00", yaml);
    let mut due = |until: &str| {
        story.until(until);
        let tasks = story.state.tasks.values();
        tasks.map(|open| (open.task.text.clone(), open.task.due)).collect::<Vec<_>>()
    };
    let at = |text| Some(crate::help::story::at(text));
    assert_eq!(
        due("2026-12-10 12:01"),
        [("Tomorrow.".to_owned(), at("2026-12-10 22:00"))],
        "the rest of its day"
    );
    assert_eq!(due("2026-12-11 18:46"), [("In an hour.".to_owned(), at("2026-12-11 19:35"))]);
    assert_eq!(due("2026-12-11 19:36"), [("In ten minutes.".to_owned(), at("2026-12-11 19:45"))]);
    assert_eq!(due("2026-12-11 19:46"), [("We begin.".to_owned(), at("2026-12-11 22:00"))]);
}

#[test]
fn a_post_that_nobody_pasted_takes_what_follows_with_it_up_to_the_next_instant() {
    let mut story = Story::new("2026-12-06 12:00", RIDDLE);
    story.until("2026-12-10 09:00");
    assert_eq!(story.posts(), ["A riddle.", "Good morning."]);
    // The rest of the day up to the quiet hours is the window of a post without `expires`.
    story.until("2026-12-10 21:59");
    assert_eq!(story.state.tasks.len(), 1);
    story.until("2026-12-10 22:00");
    assert!(story.state.tasks.is_empty() && story.state.runs.is_empty());

    let stops = RIDDLE.replace("expires: 10m", "expires: 10m\n        otherwise: stop");
    let mut story = Story::new("2026-12-06 12:00", &stops);
    story.until("2026-12-10 12:00");
    assert_eq!(story.posts(), ["A riddle."]);
}

#[test]
fn an_unpasted_post_in_a_loop_leaves_the_loop_and_keeps_the_gate_shut() {
    let yaml = "
channels: { group: { type: manual } }
people: { zhu: { name: Zhu } }
roles: { host: { people: [zhu] } }
plays:
  a:
    every: day at 10:00
    until: 2026-12-01
    steps:
      - each: '[1, 2]'
        as: n
        steps:
          - post: Round ${n}
            expires: 10m
          - task: After ${n}
      - ask: Who?
        options: [a, b]
        open_for: 1h
        as: who
      - at: +2h
        post: '${who.total} came'
      - approve: More?
        to: host
      - at: +3d 10:00
        post: Never
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.until("2026-12-01 12:30");
    assert_eq!(story.posts(), ["Round 1", "0 came"]);
    story.until("2026-12-05 12:00");
    assert_eq!(story.posts().len(), 2, "the gate behind an unpasted post was not passed");
    assert!(story.state.runs.is_empty());
}
