//! The lives that golden files are made of: stories in which every kind of entry is written and every kind of thing
//! stays open.
//!
//! A kind of entry, or a thing that can stay open, that comes with a later release gets its scene here before that
//! release writes its golden files.

use crate::help::story::{Story, at};
use playbook::{
    base::{member::Member, value::Value},
    engine::{
        self,
        effect::Effect,
        entry::{Entry, Fact, Poison},
        input::{ChannelNews, Command, InputKind, Receipt},
    },
    script::action::{Action, CallOutcome, Fetched},
};
use std::sync::Arc;

const PEOPLE: &str = "
people: { zhu: { name: 小朱 }, lin: { name: 小林 } }
roles: { host: { people: [zhu], channel: staff } }
channels: { group: { type: console }, staff: { type: console }, alerts: { type: console } }
";

/// A group that has lived through everything.
pub(crate) fn club() -> (&'static str, Story) {
    let yaml = |word: &str, dates: &str| {
        format!(
            "{PEOPLE}
groups: {{ club: {{ title: 读书会 }} }}
vars: {{ n: 1 }}
budgets: {{ quiet: '22:30-08:00', posts: {{ max: 4 per day, gap: 10m }} }}
phases:
  - {{ name: seed, until: members.count >= 3, timeout: 3d }}
  - {{ name: grow }}
plays:
  hi: {{ every: day at 08:30, max_late: 30m, steps: [post: {word}] }}
  talk:
    dates: [{dates}]
    moved: [post: '改期至 ${{date.at.format(\"%d\")}}']
    cancelled: [post: 取消]
    steps: [{{ at: -7d 10:00, post: 预告 }}, {{ at: 0m, post: 开始 }}]
  welcome: {{ on: member.joined, batch: 10m, steps: [post: '欢迎 ${{signals.len()}} 位'] }}
  journey: {{ on: member.joined, per: member, steps: [{{ at: +1d, post: '${{member.name}} 一天了' }}] }}
  loops:
    steps:
      - set: {{ n: vars.n + 1 }}
      - each: '[1, 2]'
        as: k
        steps: [task: '第 ${{k}} 个']
      - task: 订场地
        to: host
        due: 2h
        remind: 30m
        escalate: lin
        as: job
      - wait: 20m
      - stop: 够了
  ad: {{ steps: [{{ approve: 可以发吗?, to: host, open_for: 2h }}, {{ wait: ready, timeout: 1d }}, post: 发了] }}
  vote:
    steps:
      - {{ ask: 读哪本?, options: [活着, 围城], open_for: 1h, as: vote }}
      - {{ post: '结果 ${{vote.winner}}', when: vote.total > 0 }}
  calc: {{ steps: [{{ run: s.rhai, retry: {{ times: 2, wait: 1m }}, as: sum }}, {{ post: '${{sum}}' }}] }}
  prune:
    steps: [{{ prune: member.idle > days(2), notice: 要走了, grace: 1d, to: host }}]
  night: {{ every: day at 23:00, steps: [{{ post: 过时, expires: 2h }}, post: 一, post: 二, post: 三] }}
  slow: {{ steps: [{{ post: 没说完 }}, {{ wait: 1d }}] }}
"
        )
    };
    let dates = "{ id: jia, at: 2026-03-11 20:00 }, { id: yi, at: 2026-03-12 20:00 }";
    let first = yaml("早", dates);
    let script = ("s.rhai", "fn main(args) { 1 }");
    let mut story = Story::with_files("2026-03-01 08:00", &first, &[script]);
    people(&mut story);
    scripts(&mut story);
    story.until("2026-03-06 12:00");
    let to = at("2026-03-13 20:00");
    story.command(Command::Postpone { play: "talk".into(), date: Arc::from("jia"), at: to, by: None });
    story.edit(&yaml("早安", "{ id: jia, at: 2026-03-13 20:00 }"));
    held_back(&mut story);
    story.command(Command::ImportMembers {
        members: vec![Member::new("rich".into(), Some(at("2026-02-01 08:00"))).into()],
        left: Vec::new(),
        joined: false,
    });
    story.start("prune");
    story.until("2026-03-10 12:00");
    let open: Vec<String> = story
        .state
        .tasks
        .values()
        .filter(|task| task.task.text.contains("Remove"))
        .map(|t| t.task.id.to_string())
        .collect();
    for task in open {
        story.approve(&task);
    }
    let open: Vec<String> = story.state.tasks.values().map(|task| task.task.id.to_string()).collect();
    for task in open {
        story.done(&task);
    }
    story.sleep_until("2026-03-20 09:05");
    let reason = "deciding it broke the engine: a test".into();
    let fact = Fact::Poisoned(Poison { reason, timer: None, condition: false });
    let entry = Entry { at: story.now, input: None, fact };
    engine::apply(&mut story.state, &entry).expect("a legal entry");
    story.entries.push(entry);
    ("club.yaml", story)
}

/// Members come, answer, get welcomed, and go; an operator does what operators do.
fn people(story: &mut Story) {
    story.join("a", "甲");
    story.join("b", "乙");
    story.until("2026-03-01 09:00");
    story.start("vote");
    let answer = |option: &str| Value::map([("option", Value::str(option))]);
    story.signal("answer", Some("a"), answer("围城"));
    story.start("ad");
    let task = story.state.tasks.values().next_back().expect("an approval").task.id.to_string();
    story.approve(&task);
    story.start("loops");
    let job = story.state.tasks.values().find(|task| task.task.text.contains("订场地"));
    let job = job.expect("a task").task.id.to_string();
    story.done(&job);
    story.start("loops");
    story.until("2026-03-01 13:00");
    story.signal("ready", None, Value::Null);
    story.signal("member.left", Some("a"), Value::Null);
    story.join("c", "丙");
    story.join("d", "丁");
    story.command(Command::Pause { play: Some("hi".into()), caretaker: None, until: None, by: None });
    story.until("2026-03-02 09:00");
    story.command(Command::Resume { play: Some("hi".into()), by: None });
    story.command(Command::Pause { play: None, caretaker: None, until: None, by: None });
    story.command(Command::Resume { play: None, by: None });
    story.command(Command::Skip { run: "hi@2026-03-03T00:30:00Z".into(), step: None, by: None });
    story.approve("t99");
}

/// A script that fails, one that is tried again, one that does all that a script may.
fn scripts(story: &mut Story) {
    story.answer_scripts = false;
    story.start("calc");
    for _ in 0..3 {
        let effect = story.state.calls.front().expect("a call").effect.clone();
        story.input(InputKind::ScriptReturned { effect, result: Err("坏了".into()) });
        story.now = story.now.plus(playbook::base::time::Duration::MINUTE);
        let epoch = story.state.epoch;
        story.input(InputKind::Wake { epoch });
    }
    let failed =
        story.state.finished.iter().rev().find(|run| run.play.as_str() == "calc").expect("a run").id.clone();
    story.command(Command::Retry { run: failed, by: None });
    let effect = story.state.calls.front().expect("a call").effect.clone();
    let actions = vec![Action::State { key: "n".into(), value: Value::Int(1) }];
    let fetches = vec![Fetched { url: "https://api.example/x".into(), body: Value::str("sunny") }];
    let outcome = CallOutcome { value: Value::Int(7), actions, log: vec!["算好了".into()], fetches };
    story.input(InputKind::ScriptReturned { effect, result: Ok(outcome) });
    story.answer_scripts = true;
}

/// A night: what is held is released one by one, expires, or is taken back; what a platform refused comes after all.
fn held_back(story: &mut Story) {
    story.until("2026-03-06 23:30");
    story.start("slow");
    let run =
        story.state.runs.values().find(|run| run.play.as_str() == "slow").expect("an open run").id.clone();
    story.command(Command::Cancel { run, silent: true, by: None });
    story.until("2026-03-07 09:00");
    let sent = story.entries.iter().rev().find_map(|entry| match entry.effect() {
        Some(Effect::Send(out)) => Some(out.effect.clone()),
        _ => None,
    });
    let effect = sent.expect("a post");
    let refused = Receipt::Refused { reason: "the platform said no".into() };
    story.input(InputKind::Receipt { effect: effect.clone(), receipt: refused });
    story.input(InputKind::Receipt { effect, receipt: Receipt::Accepted { note: "after all".into() } });
    for since in [Some(story.now), None] {
        let reason = "no connection".into();
        let news = ChannelNews { channel: "group".into(), since, reason, waiting: 2, others: 1, tell: true };
        story.input(InputKind::Channel(news));
    }
}

/// A group in which everything that can be open is open.
pub(crate) fn open() -> (&'static str, Story) {
    let yaml = format!(
        "{PEOPLE}
groups: {{ open: {{ title: 开着的群 }} }}
budgets: {{ posts: {{ max: 2 per day }} }}
plays:
  chat: {{ steps: [post: 一, post: 二, post: 三] }}
  talk:
    dates: [{{ id: jia, at: 2026-03-11 20:00 }}, {{ id: yi, at: 2026-04-12 20:00 }}]
    steps: [{{ at: -10d 10:00, post: 预告, to: staff }}, {{ at: 0m, post: 开始 }}]
  welcome: {{ on: member.joined, batch: 10m, steps: [post: '欢迎 ${{signals.len()}} 位'] }}
  journey: {{ on: member.joined, per: member, steps: [{{ at: +1d, post: '${{member.name}} 一天了' }}] }}
  job: {{ steps: [{{ task: 订场地, to: host, due: 3d, remind: 1h, as: job }}, {{ wait: job }}, post: 好了] }}
  ad: {{ steps: [{{ approve: 可以发吗?, to: host, open_for: 2d }}, post: 发了] }}
  vote: {{ steps: [{{ ask: 读哪本?, options: [活着, 围城], open_for: 1d, as: vote }}, {{ post: '${{vote.winner}}' }}] }}
  form: {{ steps: [{{ ask: 来吗?, fields: [who], open_for: 1d, as: form }}, {{ post: '${{form.total}}' }}] }}
  calc: {{ steps: [{{ run: s.rhai, as: sum }}, {{ post: '${{sum}}' }}] }}
  again: {{ steps: [{{ run: s.rhai, retry: {{ times: 2, wait: 1h }} }}, post: 好] }}
  signal: {{ steps: [{{ wait: ready, timeout: 3d }}, post: 等到了] }}
  loops: {{ steps: [{{ each: '[1, 2]', as: k, steps: [{{ wait: 1h }}, {{ post: '${{k}}' }}] }}] }}
  prune: {{ steps: [{{ prune: member.idle > days(2), notice: 要走了, grace: 7d, to: host }}] }}
  hi: {{ every: day at 08:30, steps: [{{ post: 早, to: staff }}] }}
"
    );
    let mut story = Story::with_files("2026-03-01 07:00", &yaml, &[("s.rhai", "fn main(args) { 1 }")]);
    story.join("old", "老人");
    story.until("2026-03-05 08:00");
    for play in ["chat", "job", "ad", "vote", "form", "signal", "loops", "prune"] {
        story.start(play);
    }
    let answer = Value::map([("option", Value::str("围城"))]);
    story.signal("answer", Some("old"), answer);
    story.answer_scripts = false;
    story.start("again");
    let effect = story.state.calls.front().expect("a call").effect.clone();
    story.input(InputKind::ScriptReturned { effect, result: Err("坏了".into()) });
    story.start("calc");
    story.command(Command::Pause { play: Some("hi".into()), caretaker: None, until: None, by: None });
    story.join("new", "新人");
    ("open.yaml", story)
}

/// A group whose posts a person copies out.
pub(crate) fn hands() -> (&'static str, Story) {
    let yaml = "
people: { zhu: { name: 小朱 } }
roles: { host: { people: [zhu] } }
groups: { hands: { title: 手动的群 } }
channels: { group: { type: manual } }
plays:
  hi: { every: day at 08:30, steps: [{ post: 请复制 }, { post: 也请复制 }] }
";
    let mut story = Story::new("2026-03-01 07:00", yaml);
    story.until("2026-03-02 09:00");
    story.done("t1");
    ("hands.yaml", story)
}
