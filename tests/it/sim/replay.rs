//! Live and simulated agree (G6): the real program runs, its journal is lived again, and the entries are the same.
//!
//! What is not repeated is said by the replay itself: commands that were refused.

use crate::help::playground::{Playground, eventually};
use playbook::{
    base::{
        ids::GroupId,
        source::MemoryFolder,
        time::{Duration, Timestamp},
        value::Value,
    },
    engine::entry::Entry,
    lang,
    shell::store::Reader,
    sim::{
        Material, Options, Transition,
        recording::Recording,
        replay::{Unheard, replay},
        simulate,
        world::World,
    },
};
use std::{collections::BTreeMap, sync::Arc};

/// What a script fetched then it gets again, though nobody answers any more; a new address has no answer.
#[test]
fn a_script_gets_the_answers_of_the_recording() {
    let text = "\
name: weather
timezone: UTC
fetch: [api.example]
plays:
  morning:
    every: day at 08:00
    steps:
      - { run: w.rhai, as: sky }
      - post: 'today ${sky}'
";
    let lived = |script: &str| {
        let mut folder = MemoryFolder::default();
        folder.0.insert("p.yaml".into(), Arc::from(text));
        folder.0.insert("w.rhai".into(), Arc::from(script));
        let compiled = lang::compile(&folder, "p.yaml");
        let playbook = compiled.playbook.unwrap_or_else(|| panic!("{:?}", compiled.report));
        let material = Material::new(&playbook, Arc::new(folder));
        (playbook, material)
    };
    let script = "fn main(args) { fetch(\"https://api.example/sky\").text }";
    let (playbook, material) = lived(script);
    let fixture = Value::map([("text", Value::str("sunny"))]);
    let material = material.with_fixtures([("https://api.example/sky".to_owned(), fixture)].into());
    let from = Timestamp::from_millis(1_796_054_400_000);
    let to = from.plus(Duration::DAY.times(3));
    let options = Options { from, to, members: 0, seed: 1, world: Arc::new(World::still()) };
    let mut recorded = Vec::new();
    let keep = |transition: &Transition<'_>| Some((transition.group.clone(), transition.entry.clone()));
    let Ok(findings) = simulate(&playbook, &material, &options, keep, |one| {
        recorded.push(one);
        Ok::<(), std::convert::Infallible>(())
    });
    assert_eq!(findings, []);
    let group = recorded[0].0.clone();
    let entries: Vec<Entry> = recorded.into_iter().map(|(_, entry)| entry).collect();
    let told = |entries: &[Entry]| format!("{entries:?}").matches("today sunny").count();
    assert_eq!(told(&entries), 3);
    let recording = Recording::new(group, entries.clone()).unwrap();

    let (playbook, material) = lived(script);
    let mut again = Vec::new();
    let heard = replay(&playbook, &material, &recording, |entry| again.push(entry.clone()));
    assert_eq!(heard, (Vec::new(), Unheard::default()));
    assert_eq!(again, entries);

    let (playbook, material) = lived("fn main(args) { fetch(\"https://api.example/other\").text }");
    let mut again = Vec::new();
    replay(&playbook, &material, &recording, |entry| again.push(entry.clone()));
    assert_eq!(told(&again), 0);
    let said = format!("{again:?}");
    assert!(said.contains("https://api.example/other was not fetched in the recording"), "{said}");
}

const FILE: &str = "\
name: demo
timezone: Asia/Shanghai
people:
  zhu: { name: 小朱 }
roles:
  host: { people: [zhu] }
budgets:
  posts: { max: 5 per 5s }
phases:
  - name: seed
    until: members.count >= 3
  - name: grow
vars: { n: 0 }
plays:
  begin:
    on: group.created
    steps:
      - task: 邀请朋友
        to: host
        due: 1d
        as: invited
      - wait: invited
      - approve: 可以开始吗?
        to: host
      - post: 开始
  tick:
    every: 1s
    steps:
      - set: { n: vars.n + 1 }
      - post: 第 ${vars.n} 次
  game:
    every: 2s
    overlap: allow
    steps:
      - run: s.rhai
        with: { n: \"${vars.n}\" }
        as: said
      - wait: 1s
      - post: '${said} 人'
  welcome:
    on: member.joined
    batch: 1s
    steps:
      # The posts with a clock time fill the budget: what waits for them would wait for ever.
      - post: 欢迎 ${signals.len()} 位
        urgent: true
  vote:
    on: phase.entered
    during: grow
    steps:
      - ask: 哪个?
        options: [甲, 乙]
        open_for: 2s
        as: vote
      - post: '${vote.winner}'
";
const SCRIPT: &str = "\
fn main(args) {
    let times = state.get(\"times\", 0);
    state.set(\"times\", times + 1);
    post(`${random(1, 100)}: ${members.count}`);
    if times % 2 == 1 { task(#{ text: \"跟进\", to: \"host\", due: hours(1) }); }
    members.count
}
";

/// Lets the real program live for some seconds, with people in it.
fn lived() -> Playground {
    let place = Playground::new().file("demo.yaml", FILE).file("s.rhai", SCRIPT);
    let engine = place.start(&["run", "demo.yaml"]);
    eventually("the first task", || place.run(&["tasks"]).stdout.contains("邀请朋友"));
    for (name, member) in
        [("member.joined", "a"), ("member.joined", "b"), ("message", "a"), ("member.joined", "c")]
    {
        let _ = place.run(&["signal", name, "--member", member]).exits(0);
    }
    let _ = place.run(&["done", "t1", "--by", "小朱", "--note", "八位"]).exits(0);
    let open = |word: &str| {
        let tasks = place.run(&["tasks", "--format", "json"]).json_lines();
        let found = tasks.iter().find(|task| task["kind"] == word);
        found.map(|task| task["task"].as_str().unwrap().to_owned())
    };
    eventually("the approval", || open("approval").is_some());
    let _ = place.run(&["approve", &open("approval").unwrap(), "--by", "小朱"]).exits(0);
    let _ = place.run(&["pause", "game"]).exits(0);
    let _ = place.run(&["resume", "game"]).exits(0);
    let _ = place.run(&["start", "tick"]).exits(0);
    let _ = place.run(&["signal", "member.left", "--member", "b"]).exits(0);
    eventually("posts, a welcome and a vote", || {
        let log = place.run(&["log"]).stdout;
        log.matches("  post ").count() >= 8 && log.contains("held") && log.contains("  post      welcome")
    });
    let _ = engine.stop().exits(0);
    place
}

fn journal(place: &Playground) -> BTreeMap<GroupId, Vec<Entry>> {
    let mut groups: BTreeMap<GroupId, Vec<Entry>> = BTreeMap::new();
    let reader = Reader::open(&place.path(".playbook")).unwrap();
    reader.log(None, 0, &mut |line| groups.entry(line.group).or_default().push(line.entry)).unwrap();
    groups
}

#[test]
fn the_journal_of_a_real_run_lived_again_is_the_same_journal() {
    let place = lived();
    let recorded = journal(&place).remove(&GroupId::new("demo")).unwrap();
    assert!(recorded.len() > 60, "{}", recorded.len());
    let mut folder = MemoryFolder::default();
    folder.0.insert("demo.yaml".into(), Arc::from(FILE));
    folder.0.insert("s.rhai".into(), Arc::from(SCRIPT));
    let playbook = lang::compile(&folder, "demo.yaml").playbook.unwrap();
    let material = Material::new(&playbook, Arc::new(folder));
    let recording = Recording::new("demo".into(), recorded.clone()).unwrap();
    let mut again: Vec<Entry> = Vec::new();
    let heard = replay(&playbook, &material, &recording, |entry| again.push(entry.clone()));
    assert_eq!(heard, (Vec::new(), Unheard::default()));
    for (at, (was, is)) in recorded.iter().zip(&again).enumerate() {
        assert_eq!(was, is, "entry {} of {}", at + 1, recorded.len());
    }
    assert_eq!(recorded.len(), again.len());

    // The same through the program, and what an edit would have changed.
    let args = ["simulate", "demo.yaml", "--world", "journal:.playbook"];
    let same = place.run(&args).exits(0).stdout;
    assert!(same.contains("0 added, 0 removed, 0 changed, 0 moved"), "{same}");
    place.write("demo.yaml", &FILE.replace("post: 欢迎", "post: 你好"));
    let edited = place.run(&args).exits(0).stdout;
    assert!(edited.contains("welcome") && edited.contains("位 → 你好 "), "{edited}");
    let mut json = args.to_vec();
    json.extend(["--format", "json"]);
    let lines = place.run(&json).exits(0).json_lines();
    let changed = lines.iter().find(|line| line["change"] == "changed").unwrap();
    assert_eq!(changed["play"], "welcome");
    assert!(changed["is"]["text"].as_str().unwrap().starts_with("你好 "), "{changed}");

    // A journal that was written for people can be lived again as well, to the second.
    let log = place.run(&["log", "--format", "json"]).exits(0).stdout;
    place.write("journal.jsonl", &log);
    place.write("demo.yaml", FILE);
    let from_file = place.run(&["simulate", "demo.yaml", "--world", "journal:journal.jsonl"]).exits(0).stdout;
    assert!(from_file.contains("messages as recorded"), "{from_file}");
}
