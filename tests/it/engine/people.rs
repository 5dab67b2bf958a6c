//! Stories of people: tasks that are reminded of, quizzes, who is let go, moved dates under a gate, held messages.

use crate::help::story::{Story, at};
use playbook::{
    base::{
        ids::MemberId,
        limits,
        member::{Listed, Member},
        time::Duration,
        value::Value,
    },
    engine::{
        entry::Fact,
        input::{Command, InputKind},
    },
    script::action::CallOutcome,
};
use std::sync::Arc;

const PEOPLE: &str = "
people: { zhu: { name: 小朱 }, lin: { name: 小林 } }
roles: { host: { people: [zhu], channel: staff } }
channels: { group: { type: console }, staff: { type: console }, alerts: { type: console } }
";

fn with_people(rest: &str) -> String {
    format!("{PEOPLE}{rest}")
}

#[test]
fn a_task_is_reminded_of_and_escalates_and_neither_when_it_is_done() {
    let yaml = with_people(
        "plays: { a: { steps: [{ task: 订场地, to: host, due: 2h, remind: 30m, escalate: lin }] } }",
    );
    let mut story = Story::new("2026-12-01 08:00", &yaml);
    story.start("a");
    story.until("2026-12-01 12:00");
    let news = story.news();
    assert!(news.contains("12-01 09:30 tell staff: **Reminder t1** · 订场地"), "{news}");
    assert!(news.contains("12-01 10:00 tell staff: **Overdue t1** · 订场地"), "{news}");
    story.start("a");
    story.done("t2");
    story.news();
    story.until("2026-12-01 18:00");
    assert_eq!(story.news(), "");
    assert_eq!(playbook::engine::deadline(&story.state), None);
}

#[test]
fn a_quiz_gives_points_to_whoever_is_right() {
    let yaml = "
plays:
  quiz:
    steps:
      - ask: 首都?
        options: [北京, 上海]
        answer: 北京
        points: 5
        open_for: 1h
        as: quiz
      - post: '${quiz.counts}'
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    for member in ["a", "b", "c"] {
        story.join(member, member);
    }
    story.start("quiz");
    let answer = |option: &str| Value::map([("option", Value::str(option))]);
    story.signal("answer", Some("a"), answer("北京"));
    story.signal("answer", Some("b"), answer("1"));
    story.signal("answer", Some("b"), answer("上海"));
    story.signal("answer", Some("c"), answer("2"));
    story.signal("answer", Some("c"), answer("北京"));
    story.until("2026-12-01 09:30");
    let points = |id: &str| story.state.members.get(&MemberId::new(id)).expect("a member").points;
    assert_eq!((points("a"), points("b"), points("c")), (5, 0, 5), "the last answer of a member counts");
    story.signal("answer", Some("a"), answer("上海"));
    assert!(story.state.tasks.is_empty(), "an answer after the end changes nothing");
}

#[test]
fn pruning_takes_the_longest_idle_first_and_never_the_protected() {
    let yaml = with_people(
        "
plays:
  p: { steps: [{ prune: member.idle > days(10), max: 2, protect: member.points > 0, grace: 1d, to: host }] }
",
    );
    let mut story = Story::new("2026-12-01 08:00", &yaml);
    let seen = |id: &str, day: &str| Listed {
        seen: Some(at(day)),
        ..Member::new(id.into(), Some(at("2026-08-01 08:00"))).into()
    };
    let mut rich = seen("rich", "2026-11-01 08:00");
    rich.member.points = 1;
    let [z, y, x] = [("z", "2026-11-01 09:00"), ("y", "2026-11-02 09:00"), ("x", "2026-11-03 09:00")]
        .map(|(id, day)| seen(id, day));
    story.command(Command::ImportMembers { members: vec![x, z, rich, y], left: Vec::new(), joined: false });
    story.until("2026-12-20 08:00");
    story.start("p");
    story.until("2026-12-21 08:00");
    let task = story.state.tasks.values().next().expect("an approval").task.clone();
    assert_eq!(
        task.members.iter().map(playbook::base::ids::MemberId::as_str).collect::<Vec<_>>(),
        ["z", "y"]
    );
    story.until("2026-12-28 08:00");
    assert!(story.state.runs.is_empty(), "silence ends it");
    assert_eq!(story.state.members.len(), 4, "and removes nobody");
}

#[test]
fn a_date_that_moves_while_its_run_waits_at_a_gate_keeps_the_gate_and_plans_what_follows_again() {
    let yaml = with_people(
        "
plays:
  talk:
    dates: [{ id: jia, at: 2026-12-10 20:00 }]
    moved: [post: 改期]
    steps:
      - at: -7d 10:00
        post: 预告
      - approve: 场地定了吗
        to: host
      - at: 0m
        post: 开始
",
    );
    let mut story = Story::new("2026-12-01 08:00", &yaml);
    story.until("2026-12-04 08:00");
    let to = at("2026-12-12 20:00");
    story.command(Command::Postpone { play: "talk".into(), date: Arc::from("jia"), at: to, by: None });
    assert_eq!(story.state.tasks.len(), 1, "the gate is still open");
    story.approve("t1");
    story.until("2026-12-12 19:59");
    let group =
        |story: &Story| story.posts().into_iter().filter(|text| !text.starts_with("**")).collect::<Vec<_>>();
    assert_eq!(group(&story), ["预告", "改期"]);
    story.until("2026-12-12 20:00");
    assert_eq!(group(&story), ["预告", "改期", "开始"]);
}

#[test]
fn a_script_is_tried_again_as_often_as_its_step_says() {
    let yaml = "plays: { a: { steps: [{ run: s.rhai, retry: { times: 2, wait: 1m } }, { post: 好 }] } }";
    let mut story = Story::with_files("2026-12-01 08:00", yaml, &[("s.rhai", "fn main(args) { }")]);
    story.answer_scripts = false;
    for succeed in [true, false] {
        let before = story.posts().len();
        story.start("a");
        for attempt in 0..3 {
            let effect = story.state.calls.front().expect("a call").effect.clone();
            let value =
                CallOutcome { value: Value::Null, actions: Vec::new(), log: Vec::new(), fetches: Vec::new() };
            let result = if succeed && attempt == 2 { Ok(value) } else { Err("坏了".into()) };
            story.input(InputKind::ScriptReturned { effect, result });
            let next = story.now.plus(Duration::MINUTE);
            let next = playbook::base::time::Zone::named("Asia/Shanghai").expect("a zone").civil(next);
            story.until(&next.strftime("%Y-%m-%d %H:%M").to_string());
        }
        assert_eq!(story.posts().len() - before, usize::from(succeed));
        assert!(story.state.runs.is_empty() && story.state.calls.is_empty());
    }
}

#[test]
fn held_messages_of_a_run_that_ended_go_and_those_of_a_cancelled_one_are_taken_back() {
    let yaml = "
budgets: { quiet: '22:30-08:00' }
plays:
  done: { steps: [post: 说完了] }
  open: { steps: [{ post: 没说完 }, { wait: 1d }] }
";
    let mut story = Story::new("2026-12-01 23:00", yaml);
    story.start("done");
    story.start("open");
    let run = story.state.runs.keys().next().expect("an open run").clone();
    story.command(Command::Cancel { run, silent: true, by: None });
    story.until("2026-12-02 09:00");
    assert_eq!(story.posts(), ["说完了"]);
}

#[test]
fn a_held_post_to_a_manual_channel_becomes_a_task_when_it_is_released() {
    let yaml = "
channels: { group: { type: manual } }
budgets: { quiet: '22:30-08:00' }
plays: { a: { steps: [post: 请复制] } }
";
    let mut story = Story::new("2026-12-01 23:00", yaml);
    story.start("a");
    assert!(story.state.tasks.is_empty());
    story.until("2026-12-02 08:00");
    assert_eq!(story.state.tasks.len(), 1);
    story.done("t1");
    assert!(story.state.tasks.is_empty());
}

#[test]
fn a_groups_own_role_takes_the_place_of_the_playbooks() {
    let yaml = "
people: { zhu: { name: 小朱 }, lin: { name: 小林 } }
roles: { host: { people: [zhu] } }
groups: { g: { title: 一群, roles: { host: { people: [lin] } } } }
plays: { a: { steps: [post: '群主 ${roles.host}'] } }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.start("a");
    assert_eq!(story.posts(), ["群主 小林"]);
}

#[test]
fn a_condition_that_cannot_be_answered_starts_nothing_and_says_why() {
    let yaml = "plays: { a: { on: ping, when: signal.data.n > 1, steps: [post: 好] } }";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.signal("ping", None, Value::map([("n", Value::str("x"))]));
    story.signal("ping", None, Value::map([("n", Value::Int(2))]));
    assert_eq!(story.posts(), ["好"]);
    assert!(story.news().contains(": when"));
}

#[test]
fn a_prune_of_many_looks_at_a_part_of_them_in_one_decision() {
    const MANY: usize = 2 * limits::MEMBERS_AT_ONCE_MAX + 500;
    let yaml = with_people(
        "
plays:
  p: { steps: [{ prune: member.idle > days(10), max: 2100, protect: member.has(\"vip\"), grace: 1d, to: host }] }
",
    );
    let mut story = Story::new("2026-12-01 08:00", &yaml);
    let members: Vec<Listed> = (0..MANY)
        .map(|n| {
            let mut member = Member::new(format!("m{n:05}").into(), None);
            if n % 10 == 0 {
                member.tags.insert("vip".into());
            }
            // The last of them are idle longest; of some it is not known.
            let seen = (n % 7 != 0).then(|| at("2026-11-15 08:00").plus(Duration::from_millis(-(n as i64))));
            Listed { member, seen, messages: None }
        })
        .collect();
    let right: Vec<String> = (0..MANY)
        .rev()
        .filter(|n| n % 10 != 0 && n % 7 != 0)
        .take(2100)
        .map(|n| format!("m{n:05}"))
        .collect();
    story.command(Command::ImportMembers { members, left: Vec::new(), joined: false });
    story.start("p");
    story.until("2026-12-01 12:00");
    let looked = story.entries.iter().filter_map(|entry| match &entry.fact {
        Fact::MembersLookedAt(part) => Some(part.count as usize),
        _ => None,
    });
    assert_eq!(looked.collect::<Vec<_>>(), [limits::MEMBERS_AT_ONCE_MAX; 2]);
    let noticed = story.entries.iter().find_map(|entry| match &entry.fact {
        Fact::PruneNoticed { members, .. } => {
            Some(members.iter().map(ToString::to_string).collect::<Vec<_>>())
        }
        _ => None,
    });
    assert_eq!(noticed.as_ref(), Some(&right));
    // Whoever speaks in the grace stays, in whatever part they are.
    for spoke in [&right[0], &right[2099]] {
        story.signal("message", Some(spoke), Value::Null);
    }
    story.until("2026-12-02 12:00");
    let task = story.state.tasks.values().next().expect("an approval").task.clone();
    assert_eq!(task.members.len(), 2098);
    assert!(story.state.runs.values().all(|run| run.choosing.is_none()));
    story.command(Command::Approve {
        task: task.id,
        by: None,
        note: None,
        as_operator: false,
        except: Vec::new(),
    });
    story.until("2026-12-02 13:00");
    let removal = story.state.tasks.values().next().expect("the list").task.clone();
    story.command(Command::Done { task: removal.id, by: None, note: Value::Null });
    assert_eq!(story.state.members.len(), MANY - 2098);
}

#[test]
fn a_play_about_a_leave_still_sees_who_left() {
    let yaml = "
members: { fields: [town] }
plays:
  bye: { on: member.left, steps: [{ at: +1h, post: 'Bye ${signal.member.name} of ${signal.member.fields.town}, ${members.count} stay' }] }
  each: { on: member.left, per: member, steps: [{ post: '${member.name} has gone', mention: '${member}' }] }
  many: { on: member.left, batch: 1h, steps: [{ post: 'Gone: ${signals.map(|s| s.member.name)}' }] }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.join("stays", "Sam");
    let told =
        [("name", "Ann"), ("town", "Xi'an"), ("secret", "x")].map(|(key, text)| (key, Value::str(text)));
    story.signal("member.joined", Some("u7"), Value::map(told));
    story.join("u8", "Bob");
    story.signal("member.left", Some("u7"), Value::Null);
    story.signal("member.left", Some("u8"), Value::map([("how", Value::str("removed"))]));
    story.until("2026-12-01 10:00");
    let news = story.news();
    for said in ["Bye Ann of Xi'an, 1 stay", "Ann has gone", "Bob has gone", "Gone: Ann, Bob"] {
        assert!(news.contains(said), "{said}: {news}");
    }
    let names = story.entries.iter().filter_map(|entry| match &entry.fact {
        Fact::Posted(out) => out.message.mentions.first().cloned(),
        _ => None,
    });
    let named = |mention| match mention {
        playbook::model::message::Mention::Person(person) => person.name,
        playbook::model::message::Mention::All => "all".into(),
    };
    assert_eq!(names.map(named).collect::<Vec<_>>(), ["Ann", "Bob"]);
    let kept = serde_json::to_string(&story.entries).expect("entries can be stored");
    assert!(!kept.contains("secret"), "what is not kept is not remembered at the leave either");
}
