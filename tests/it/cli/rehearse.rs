//! `playbook rehearse`: an evening on a clock of its own, answered from other processes and by keys.

use crate::help::{
    playground::{Playground, Process, eventually},
    sink::Sink,
};
use std::{fs::File, io::Write as _};

/// A guest's evening with somebody who has to say that he is there, and a note the day after.
const EVENING: &str = "\
name: club
timezone: Asia/Shanghai
people: { zhu: { name: Zhu } }
roles: { host: { people: [zhu] } }
budgets: { quiet: 22:30-08:00 }
channels:
  group: { type: wecom, url: { env: THE_HOOK } }
  trial: { type: webhook, url: { env: THE_TRIAL } }
plays:
  guest-session:
    dates:
      - { id: jia, at: 2026-12-11 20:00 }
    steps:
      - at: -14d
        post: early notice
      - at: -3h
        task: Is the guest there?
        to: host
        as: there
      - wait: there
        timeout: 2h
        otherwise: stop
      - at: 0m
        post: welcome to the evening
      - at: +3h
        post: late thanks
      - at: +4h
        approve: Once more?
        to: host
      - post: once more it is
  other:
    every: 10m
    steps:
      - post: somebody else talks
";

/// A rehearsal and what its keys are written to.
fn keyed(play: &Playground, args: &str) -> (Process, File) {
    let engine = play.shell(&format!("mkfifo keys; exec \"$0\" rehearse {args} < keys"));
    eventually("the keys are there", || play.path("keys").exists());
    let keys = File::options().write(true).open(play.path("keys")).unwrap();
    (engine, keys)
}

fn entries(play: &Playground) -> Vec<serde_json::Value> {
    play.run(&["log", "--format", "json"]).exits(0).json_lines()
}

/// The instant of the first entry about a text.
fn at(log: &[serde_json::Value], text: &str) -> String {
    let found = log.iter().find(|entry| entry["entry"] == "posted" && entry.to_string().contains(text));
    found.map(|entry| entry["at"].as_str().unwrap()[..16].to_owned()).unwrap_or_default()
}

#[test]
fn an_evening_takes_seconds_its_clock_is_everybodys_and_other_processes_answer() {
    let play = Playground::new().file("club.yaml", EVENING);
    let evening = "club.yaml --from '2026-12-11 16:00' --speed 3600 --play guest-session";
    let (engine, mut keys) = keyed(&play, evening);
    engine.line("nothing is sent");
    engine.line("2026-12-11 16:00, 3600 times as fast");
    engine.line("keys: n ");
    engine.line("running");
    engine.line("Is the guest there?");
    keys.write_all(b" ").unwrap();
    engine.line("the clock stands");
    let _ = play.run(&["done", "t1"]).exits(0);
    let tasks = play.run(&["tasks"]).exits(0).stdout;
    assert!(!tasks.contains("Is the guest there?"), "{tasks}");
    keys.write_all(b" ").unwrap();
    engine.line("welcome to the evening");
    eventually("the approval waits", || {
        play.run(&["tasks", "--format", "json"]).exits(0).stdout.contains("Once more?")
    });
    let log = entries(&play);
    assert_eq!(at(&log, "welcome to the evening"), "2026-12-11T20:00", "on time, whatever the speed");
    let held =
        |entry: &&serde_json::Value| entry["entry"] == "held" && entry.to_string().contains("late thanks");
    assert!(log.iter().any(|entry| held(&entry)), "quiet hours follow its clock: {log:#?}");
    let _ = play.run(&["approve", "t2"]).exits(0);
    let output = engine.wait().exits(0);
    assert!(output.stdout.contains("once more it is"), "{}", output.stdout);
    assert!(!output.stdout.contains("somebody else talks"), "one play only: {}", output.stdout);
    assert!(output.stdout.contains("another play is rehearsed alone"), "{}", output.stdout);
    assert!(!output.stdout.contains("enabled: false"), "{}", output.stdout);
    assert!(output.stdout.contains("the rehearsal's state is thrown away"), "{}", output.stdout);
    assert!(!play.path(".playbook").exists() && !play.path(".playbook-rehearsal").exists());
}

#[test]
fn commands_of_a_rehearsal_are_not_taken_for_the_engines() {
    let play = Playground::new().file(
        "club.yaml",
        "name: club\nplays:\n  x:\n    on: group.created\n    steps:\n      - task: Look\n",
    );
    let engine = play.start(&["run", "club.yaml"]);
    engine.line("running");
    let rehearsal = play.start(&["rehearse", "club.yaml", "--speed", "1"]);
    rehearsal.line("--state ./.playbook-rehearsal");
    rehearsal.line("running");
    let refused = play.run(&["done", "t1"]).exits(2);
    assert!(refused.stderr.contains("--state .playbook-rehearsal"), "{}", refused.stderr);
    let _ = play.run(&["done", "t1", "--state", ".playbook-rehearsal"]).exits(0);
    let tasks = |args: &[&str]| play.run(args).exits(0).stdout;
    assert!(tasks(&["tasks"]).contains("Look"), "the engine's own task is open");
    assert!(!tasks(&["tasks", "--state", ".playbook-rehearsal"]).contains("Look"));
    let _ = rehearsal.stop().exits(0);
    let _ = engine.stop().exits(0);
}

#[test]
fn one_channel_may_have_everything_and_needs_its_own_secret_alone() {
    let sink = Sink::start();
    let play = Playground::new().file("club.yaml", EVENING).env("THE_TRIAL", &sink.url("/"));
    let engine = play.start(&[
        "rehearse",
        "club.yaml",
        "--from",
        "2026-12-11 19:55",
        "--speed",
        "3600",
        "--to",
        "trial",
        "--until",
        "2026-12-11 21:00",
    ]);
    let output = engine.wait().exits(0);
    assert!(output.stdout.contains("everything goes to the channel `trial` alone"), "{}", output.stdout);
    assert!(sink.got().iter().any(|post| post.body.contains("welcome to the evening")), "{:?}", sink.got());
    let bad = play.run(&["rehearse", "club.yaml", "--to", "trail"]).exits(2);
    assert!(bad.stderr.contains("did you mean trial?"), "{}", bad.stderr);
}

#[test]
fn a_play_that_nothing_starts_is_started_and_keys_answer() {
    let play = Playground::new().file(
        "p.yaml",
        "name: p\nplays:\n  x:\n    steps:\n      - task: First\n        as: a\n      - wait: a\n        timeout: 30d\n      - approve: Second?\n        to: host\n        open_for: 30d\n      - wait: 20d\n      - post: the end\npeople: { zhu: {} }\nroles: { host: { people: [zhu] } }\n",
    );
    let (engine, mut keys) = keyed(&play, "p.yaml --play x --speed 1");
    let mut press = |key: &str| keys.write_all(key.as_bytes()).unwrap();
    engine.line("First");
    engine.line("running");
    press("y");
    engine.line("nothing of that kind waits");
    press("d");
    engine.line("Second?");
    press("y");
    // Twenty days ahead, at once.
    engine.line("next");
    press("n");
    engine.line("the end");
    let _ = engine.wait().exits(0);
}

#[test]
fn it_speaks_chinese() {
    let play = Playground::new().file("club.yaml", EVENING).env("LANG", "zh_CN.UTF-8");
    let output = play
        .run(&[
            "rehearse",
            "club.yaml",
            "--from",
            "2026-12-11 19:59",
            "--speed",
            "3600",
            "--until",
            "2026-12-11 20:30",
        ])
        .exits(0);
    for text in ["演练：什么都不发", "是真实时间的 3600 倍", "按键：n", "演练的状态已丢弃"]
    {
        assert!(output.stdout.contains(text), "{text}: {}", output.stdout);
    }
}

/// The pages, the example that each begins with, and the language of its reader.
const READMES: [(&str, &str, &str); 2] =
    [("README.md", "guild", "en_US.UTF-8"), ("README.zh-CN.md", "whole-life", "zh_CN.UTF-8")];

#[test]
#[expect(clippy::disallowed_methods, reason = "reads the pages of the repository")]
fn the_evening_that_a_readme_shows_is_what_is_printed() {
    for (page, example, lang) in READMES {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(root.join(page)).unwrap();
        let typed = text.lines().find(|line| line.contains(&format!("{example}.yaml"))).expect("a command");
        let from = typed.split('"').nth(1).expect("an instant");
        let shown =
            text.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a block");
        // The example as it lies in the repository, in a folder that the state may stand in.
        let play = Playground::new().env("LANG", lang);
        for (path, text) in crate::house::shelf::folder(&root.join("examples").join(example)).0 {
            play.write(&format!("examples/{example}/{path}"), &text);
        }
        let file = format!("examples/{example}/{example}.yaml");
        let engine = play.start(&["rehearse", &file, "--from", from, "--play", "session"]);
        engine.line("playbook done t1");
        let printed = engine.stop().exits(0).stdout;
        // What comes an hour later on its clock is not waited for.
        for line in shown.lines().take_while(|line| !line.contains("playbook done t1")) {
            // The file's version is another one after each edit of it.
            let begins = line.split(['·', '，']).next().unwrap_or(line);
            let begins = if line.contains(".yaml ·") { begins } else { line };
            assert!(printed.lines().any(|said| said.starts_with(begins)), "{page}: {line}\n{printed}");
        }
    }
}
