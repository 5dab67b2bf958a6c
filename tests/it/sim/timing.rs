//! One piece of code decides when: `plan`, `next`, `simulate`, `status` and the engine agree; what a calendar program
//! reads is the plan; nothing is lost when clocks jump or the engine sleeps.

#![expect(clippy::disallowed_methods, reason = "starts the real program to read its bytes")]

use crate::{
    help::judge,
    help::playground::{Playground, eventually},
    help::story::Story,
    lang::schedules::{Dice, ask, cases},
};
use playbook::{
    base::{
        ids::InputId,
        source::MemoryFolder,
        time::{Duration, Timestamp},
    },
    engine::{
        self,
        effect::Effect,
        entry::Fact,
        input::{Input, InputKind},
        state::State,
        view,
    },
    lang,
    model::playbook::{Playbook, Playbooks},
    sim::plan::{LivingStates, Window, plan},
};
use std::{collections::BTreeSet, sync::Arc};

const ZONES: [&str; 5] =
    ["Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Casablanca"];

fn trigger(dice: &mut Dice) -> String {
    let hour = dice.between(0, 23);
    let minute = dice.between(0, 59);
    let day = *dice.one(&["mon", "tue", "fri", "sat", "sunday"]);
    match dice.between(1, 9) {
        1 => format!("every: {}m", dice.between(47, 2_000)),
        2 => format!("every: day at {hour:02}:{minute:02}"),
        3 => format!("every: {} days at {hour:02}:{minute:02}", dice.between(2, 4)),
        4 => format!("every: {day} at {hour:02}:{minute:02}"),
        5 => format!("every: workday at {hour:02}:{minute:02}"),
        6 => format!("every: month on {} at 02:30", dice.between(1, 31)),
        7 => format!("every: month on last {day} at {hour:02}:{minute:02}"),
        8 => format!("cron: \"{minute} {hour} * * {}\"", dice.between(0, 6)),
        _ => format!("cron: \"{minute} */{} * * *\"", dice.between(3, 9)),
    }
}

/// A playbook without conditions on what happens: only days and times.
fn random(dice: &mut Dice, start: i64) -> (String, Option<Arc<Playbook>>) {
    let zone = *dice.one(&ZONES);
    let day = |n: i64| {
        let at = jiff::Timestamp::from_second(start + n * 86_400).expect("in range");
        at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string()
    };
    let days: BTreeSet<String> = (0..4).map(|_| day(dice.between(0, 12))).collect();
    let list = days.into_iter().collect::<Vec<_>>().join(", ");
    let mut text = format!(
        "name: p\ntimezone: {zone}\ncalendars:\n  feast: [{list}]\n  work: {{ off: [{}], work: [{}] }}\nplays:\n",
        day(dice.between(0, 12)),
        day(dice.between(0, 12))
    );
    for n in 0..dice.between(1, 5) {
        text.push_str(&format!("  p{n}:\n    {}\n    overlap: allow\n", trigger(dice)));
        if dice.chance(4) {
            text.push_str(&format!("    {}: feast\n", dice.one(&["except", "only"])));
        }
        if dice.chance(5) {
            text.push_str(&format!("    from: {}\n", day(dice.between(0, 3))));
        }
        if dice.chance(5) {
            text.push_str(&format!("    until: {}\n", day(dice.between(4, 12))));
        }
        let lead = if dice.chance(3) { format!("at: -{}h, ", dice.between(1, 30)) } else { String::new() };
        text.push_str(&format!("    steps:\n      - {{ {lead}post: a }}\n"));
        if dice.chance(2) {
            text.push_str(&format!("      - {{ at: +{}m, post: b }}\n", dice.between(0, 300)));
        }
    }
    let files = MemoryFolder([("p.yaml".to_owned(), Arc::from(text.as_str()))].into());
    // Chance may write a play that never occurs, which is refused.
    let playbook = lang::compile(&files, "p.yaml").playbook;
    (text, playbook)
}

/// Instants with the step or the run that they belong to.
type Moments = Vec<(Timestamp, String)>;

/// What the engine posts until an instant, and what `status` says comes next at the beginning.
fn lives(playbook: &Arc<Playbook>, from: Timestamp, to: Timestamp) -> (Moments, Moments) {
    let mut playbooks = Playbooks::default();
    playbooks.insert(playbook.clone());
    let mut state = State::new(playbook.groups.keys().next().expect("a group").clone());
    let mut posts = Vec::new();
    let mut kind = InputKind::Adopt { digest: playbook.digest.clone() };
    let mut now = from;
    let mut next = None;
    loop {
        for entry in engine::step(&state, &playbooks, &Input { id: InputId::new("i"), kind }, now).entries {
            assert!(!matches!(entry.fact, Fact::Poisoned(_)), "{entry:?}");
            if let Some(Effect::Send(out)) = entry.effect() {
                let step = out.effect.as_str().rsplit_once('/').map_or("", |(step, _)| step);
                posts.push((out.due, step.to_owned()));
            }
            engine::apply(&mut state, &entry).expect("legal");
        }
        next.get_or_insert_with(|| {
            let coming = view::upcoming(&state, playbook).into_iter();
            coming.filter(|one| one.unless.is_none()).map(|one| (one.at, one.run.to_string())).collect()
        });
        match engine::deadline(&state).filter(|deadline| deadline.at < to) {
            Some(deadline) => now = now.max(deadline.at),
            None => return (posts, next.unwrap_or_default()),
        }
        kind = InputKind::Wake { epoch: state.epoch };
    }
}

#[test]
fn plan_engine_and_status_agree_on_random_playbooks() {
    let mut dice = Dice(7);
    for _ in 0..cases() / 25 {
        // Around changes of the clock too.
        let start = dice.between(1_773_000_000, 1_810_000_000);
        let from = Timestamp::from_millis(start * 1000);
        let (text, Some(playbook)) = random(&mut dice, start) else { continue };
        let window = Window { from, to: from.plus(Duration::DAY.times(12)) };
        let planned: Vec<_> = plan(&playbook, window, &LivingStates::new()).collect();
        let (mut posts, next) = lives(&playbook, from, window.to);
        let mut expected: Vec<(Timestamp, String)> =
            planned.iter().map(|one| (one.at, format!("{}/{}", one.run, one.step))).collect();
        posts.sort();
        expected.sort();
        // What was due just before the beginning still goes, late; a plan begins with the window.
        posts.retain(|(due, _)| *due >= from);
        assert_eq!(posts, expected, "{text}");
        for one in &planned {
            let play = playbook.play(&one.play).expect("a play");
            let closed = |anchor| playbook::model::occurrence::closed_day(&playbook, play, anchor).is_some();
            let run = one.run.as_str().split_once('@').expect("a run").1;
            let anchor = Timestamp::from_jiff(run.parse().expect("an instant"));
            assert!(!closed(anchor), "{text}: {run} is on a closed day");
            assert!(
                play.from.is_none_or(|from| anchor >= from) && play.until.is_none_or(|until| anchor < until)
            );
        }
        // The first start of each play is what `status` has next, unless its next day is closed.
        for (at, run) in next.iter().filter(|(at, _)| *at < window.to && *at >= from) {
            let first = planned.iter().find(|one| one.run.as_str() == run);
            assert!(first.is_some_and(|first| first.at == *at), "{text}: status has {run} at {at:?}");
        }
    }
}

#[test]
fn the_commands_agree() {
    let text = "name: p\ntimezone: Europe/Berlin\nplays:\n  a:\n    every: sunday at 02:30\n    steps: [{ post: a }]\n";
    let place = Playground::new().file("p.yaml", text);
    let window = ["--from", "2026-03-20 00:00", "--days", "30", "--format", "json"];
    let run = |args: &[&str]| place.run(&[args, &window].concat()).exits(0).json_lines();
    let at = |lines: &[serde_json::Value]| -> Vec<String> {
        lines.iter().map(|line| line["at"].as_str().expect("an instant").to_owned()).collect()
    };
    let planned = at(&run(&["plan", "p.yaml"]));
    let simulated: Vec<serde_json::Value> = run(&["simulate", "p.yaml", "--members", "0"])
        .into_iter()
        .filter(|line| line["entry"] == "posted")
        .collect();
    let simulated: Vec<Timestamp> =
        at(&simulated).iter().map(|at| Timestamp::from_jiff(at.parse().expect("an instant"))).collect();
    let next = place
        .run(&[
            "next",
            "--every",
            "sunday at 02:30",
            "--timezone",
            "Europe/Berlin",
            "--from",
            "2026-03-20",
            "-n",
            "4",
            "--format",
            "json",
        ])
        .exits(0)
        .stdout;
    let next: Vec<String> = serde_json::from_str(&next).expect("a list");
    assert_eq!(planned, next);
    let planned: Vec<Timestamp> =
        planned.iter().map(|at| Timestamp::from_jiff(at.parse().expect("an instant"))).collect();
    assert_eq!(planned, simulated);
}

const SERIES: &str = "\
name: series
title: \"Lesen; reden, \\\\ und mehr\"
timezone: Europe/Berlin
budgets: { quiet: 22:30-08:00, posts: { max: 2 per day } }
plays:
  game:
    title: 猜谜
    every: friday at 20:30
    label: social
    steps:
      - post: |
          一周一次的猜谜之夜,今晚八点半开始;请大家准备好纸和笔,谜底在九点公布,第一个答对的人选下周的题目,不许查手机,不许场外求助!
          第二行,有\\反斜杠
      - wait: 20m
      - post: 谜底
      - post: 散会
  late:
    every: friday at 23:00
    steps: [{ post: 晚安 }]
";

/// What a command writes, to the byte.
fn bytes(place: &Playground, args: &[&str]) -> String {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_playbook"));
    let output = command.args(args).current_dir(place.root()).output().expect("the program runs");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn a_plan_is_a_calendar_that_programs_read() {
    let place = Playground::new().file("series.yaml", SERIES);
    let window = ["plan", "series.yaml", "--from", "2026-10-20", "--days", "14", "--format"];
    let run = |format: &str| place.run(&[&window[..], &[format]].concat()).exits(0);
    let ics = bytes(&place, &[&window[..], &["ics"]].concat());
    assert_eq!(ics, bytes(&place, &[&window[..], &["ics"]].concat()), "the same plan gives the same bytes");
    assert!(ics.ends_with("\r\n") && !ics.replace("\r\n", "").contains(['\r', '\n']), "lines end with CRLF");
    assert!(ics.split("\r\n").all(|line| line.len() <= 75), "no line is longer than 75 octets");
    let plan = run("json").json_lines();
    assert_eq!(ics.matches("BEGIN:VEVENT").count(), plan.len());
    let Some(python) = judge::python() else { return };
    let events = ask(&python, "events.py", ics.as_bytes());
    let instant = |text: &serde_json::Value| -> jiff::Timestamp {
        text.as_str().expect("a text").parse().expect("an instant")
    };
    let uids: BTreeSet<&str> = events.iter().filter_map(|event| event["uid"].as_str()).collect();
    assert_eq!(uids.len(), events.len(), "every event has an id of its own");
    for (event, step) in events.iter().zip(&plan) {
        assert_eq!(instant(&event["start"]), instant(&step["at"]));
        let text = step["text"].as_str().expect("a text").trim_end();
        let description = event["description"].as_str().expect("a text");
        assert!(description.starts_with(text), "{description:?} begins with {text:?}");
        let first = text.lines().next().unwrap_or_default();
        assert!(event["summary"].as_str().expect("a text").ends_with(first));
        assert_eq!(event["categories"][0], step["play"]);
        assert_eq!(event["stamp"], "2026-10-19T22:00:00+00:00");
    }
    // In another window the same step has the same id.
    let later = ["plan", "series.yaml", "--from", "2026-10-24", "--days", "14", "--format", "ics"];
    let later = bytes(&place, &later);
    let later = ask(&python, "events.py", later.as_bytes());
    assert!(uids.contains(later[0]["uid"].as_str().expect("a text")));
}

#[test]
fn our_own_reader_reads_it_too() {
    let place = Playground::new().file("series.yaml", SERIES);
    let ics = place
        .run(&["plan", "series.yaml", "--from", "2026-10-20", "--days", "14", "--format", "ics"])
        .exits(0);
    place.write("plan.ics", &ics.stdout);
    place.write(
        "b.yaml",
        "name: b\ntimezone: Europe/Berlin\ncalendars: { games: plan.ics }\nplays: { x: { every: day at 09:00, only: games, steps: [post: x] } }\n",
    );
    let days =
        place.run(&["plan", "b.yaml", "--from", "2026-10-20", "--days", "20", "--format", "json"]).exits(0);
    let days: Vec<String> = days
        .json_lines()
        .iter()
        .map(|line| line["at"].as_str().expect("an instant")[..10].to_owned())
        .collect();
    assert_eq!(days, ["2026-10-23", "2026-10-30"]);
}

#[test]
fn a_plan_and_a_check_say_what_budgets_will_hold() {
    let place = Playground::new().file("series.yaml", SERIES);
    let args = ["plan", "series.yaml", "--from", "2026-10-23", "--days", "1"];
    insta::assert_snapshot!(place.run(&args).exits(0).stdout, @r#"
    2026-10-23 Friday
      20:30  game  post     一周一次的猜谜之夜,今晚八点半开始;请大家准备好纸和笔,谜底在九点公布,第一个答对的人选下周的题目,不许查手机,不许场外求助! ⏎ 第二行,有\反斜杠
      20:30  game  wait     20m
      20:50  game  post     谜底
      20:50  game  post     散会  (will be missed: post 3 of the day, the budget is 2)
      23:00  late  post     晚安  (held: quiet hours until 08:00)
      Friday has 4 posts, the budget is 2: what is over waits, or is missed where its hold ends first
    "#);
    let lines = place.run(&[&args[..], &["--format", "json"]].concat()).exits(0).json_lines();
    assert_eq!(lines[3]["held"]["by"], "posts.max");
    assert_eq!(lines[4]["held"]["by"], "quiet");
    let keys: Vec<&String> = lines[0].as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["at", "group", "play", "phase", "step", "verb", "channel", "label", "text"]);
    let check = place.run(&["check", "series.yaml", "--format", "json"]).exits(0).json_lines();
    let burst = check.iter().find(|line| line["code"] == "burst").expect("a warning");
    let message = burst["message"].as_str().expect("a text");
    assert!(
        message.starts_with("a Friday such as 2026-03-06 has 4 posts by `game` and `late`, the budget is 2"),
        "{message}"
    );
    assert_eq!(burst["line"], 4);
}

const PAPER: &str = "\
name: paper
timezone: Asia/Shanghai
calendars: { holidays: { off: [2026-10-01], work: [2026-10-10] } }
plays:
  paper: { every: workday at 07:30, steps: [post: 早报] }
  topic: { dates: { file: topics.csv, at: \"${row.date} 12:30\" }, steps: [post: 话题] }
  once: { dates: [{ at: 2026-01-05 12:30 }], steps: [post: 一次] }
";

#[test]
fn a_calendar_and_a_file_of_dates_that_run_out_are_said() {
    let place =
        Playground::new().file("paper.yaml", PAPER).file("topics.csv", "date\n2026-01-05\n2026-02-05\n");
    let check = place.run(&["check", "paper.yaml", "--format", "json"]).exits(0).json_lines();
    let ends: Vec<&str> = check
        .iter()
        .filter(|line| line["code"] == "runs-out")
        .map(|line| line["message"].as_str().expect("a text"))
        .collect();
    let expected = [
        "the calendar `holidays` ended on 2026-10-10",
        "`topics.csv`, the dates of `topic`, ended on 2026-02-05",
    ];
    assert_eq!(ends, expected);
    let engine = place.start(&["run", "paper.yaml"]);
    eventually("the start", || {
        engine.stdout().contains(expected[0]) && engine.stdout().contains(expected[1])
    });
    let _ = engine.stop().exits(0);
    let status = place.run(&["status"]).exits(0).stdout;
    assert!(expected.iter().all(|line| status.contains(line)), "{status}");
    // Long before the end it is silent.
    let far = PAPER.replace("2026-10-10", "2199-10-10").replace("topics.csv", "far.csv");
    place.write("far.yaml", &far);
    place.write("far.csv", "date\n2199-01-05\n");
    let silent = place.run(&["check", "far.yaml"]).exits(0).stdout;
    assert!(!silent.contains("runs-out"), "{silent}");
}

#[test]
fn every_occurrence_that_did_not_happen_is_in_status_with_its_reason() {
    let yaml = "
calendars: { feast: [2099-12-05] }
plays:
  tick: { every: day at 08:30, except: feast, max_late: 30m, steps: [{ post: 早 }] }
  slow: { dates: [{ id: a, at: 2099-12-03 20:00 }], steps: [{ at: -1d, post: 前 }, { at: +0m, post: 后 }] }
";
    let mut story = Story::new("2099-12-01 09:00", yaml);
    story.sleep_until("2099-12-03 07:00");
    story.until("2099-12-06 09:00");
    let place = Playground::new().file(".playbook/a", "");
    story.store(&place.path(".playbook"));
    let status = place.run(&["status", "--format", "json"]).exits(0).json_lines();
    let why: Vec<(&str, &str)> = status[0]["skipped"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (one["run"].as_str().expect("a run"), one["why"].as_str().expect("words")))
        .collect();
    assert_eq!(
        why,
        [
            ("tick@2099-12-05T00:30:00Z", "the calendar feast closes the day"),
            ("slow@a", "11h late, 1h is allowed"),
            ("tick@2099-12-02T00:30:00Z", "22h30m late, 30m is allowed"),
        ]
    );
    // The story's clock is ahead of the machine's, which status says first.
    let shown = place.run(&["status"]).exits(0).stdout;
    let (problems, state) = shown.split_at(shown.find("\nstory\n").expect("the group") + 1);
    assert!(problems.contains("ahead of the machine's"), "{problems}");
    insta::assert_snapshot!(state, @"
    story
      phase main since 2099-12-01 09:00
      0 members, 0 runs open, 0 tasks, 0 messages held
      next
        2099-12-07 08:30  tick
      did not happen
        2099-12-05 08:30  tick  08:30: the calendar feast closes the day
        2099-12-03 07:00  slow  step 1: 11h late, 1h is allowed
        2099-12-03 07:00  tick  12-02 08:30: 22h30m late, 30m is allowed
    ");
}

/// What a story in the past or in the future becomes when the real engine, with the real clock, goes on with it.
fn restarted(start: &str, until: &str) -> (Playground, Vec<serde_json::Value>) {
    let yaml =
        "plays: { tick: { every: day at 08:30, steps: [{ post: 早 }] }, hand: { steps: [{ post: 手 }] } }";
    let mut story = Story::new(start, yaml);
    story.until(until);
    let place = Playground::new().file("p.yaml", &format!("name: story\ntimezone: Asia/Shanghai\n{yaml}"));
    place.write(".playbook/a", "");
    story.store(&place.path(".playbook"));
    let engine = place.start(&["run", "p.yaml"]);
    eventually("the engine answers", || place.run(&["start", "hand"]).code == Some(0));
    let _ = engine.stop().exits(0);
    let log = place.run(&["log", "--format", "json"]).exits(0).json_lines();
    (place, log)
}

#[test]
fn a_clock_that_jumped_forward_by_years_is_time_slept_through() {
    let (place, log) = restarted("2021-12-01 07:00", "2021-12-03 09:00");
    let of = |kind: &str| log.iter().filter(|line| line["entry"] == kind).collect::<Vec<_>>();
    assert_eq!(of("slept").len(), 1);
    let skipped = of("skipped");
    assert_eq!(skipped[0]["why"], "late");
    assert_eq!(skipped[0]["from"], "2021-12-04T08:30:00+08:00");
    assert!(skipped[0]["count"].as_u64().is_some_and(|n| n > 1_000), "one entry for all of them");
    let runs: BTreeSet<&str> = of("run_started").iter().filter_map(|line| line["run"].as_str()).collect();
    assert_eq!(runs.len(), of("run_started").len(), "nothing starts twice");
    let status = place.run(&["status"]).exits(0).stdout;
    assert!(status.contains("did not happen") && status.contains("times from"), "{status}");
    let why = place.run(&["why", "tick", "--at", "2022-05-05"]).exits(0).stdout;
    assert!(why.starts_with("tick was missed"), "{why}");
    assert!(why.contains("the engine was down, the machine was suspended, or its clock jumped"), "{why}");
}

#[test]
fn a_clock_that_was_set_back_repeats_nothing_and_holds_nothing_up() {
    let (_, log) = restarted("2099-12-01 07:00", "2099-12-03 09:00");
    let started: Vec<&str> = log
        .iter()
        .filter(|line| line["entry"] == "run_started")
        .map(|line| line["run"].as_str().expect("a run"))
        .collect();
    assert_eq!(
        started[..3],
        ["tick@2099-12-01T00:30:00Z", "tick@2099-12-02T00:30:00Z", "tick@2099-12-03T00:30:00Z"]
    );
    assert_eq!(started.len(), 4, "and the one that was asked for: {started:?}");
    let at: Vec<&str> = log.iter().map(|line| line["at"].as_str().expect("an instant")).collect();
    assert!(at.is_sorted(), "a group's clock never goes backwards");
}

#[test]
fn a_suspended_machine_makes_up_for_the_last_and_records_the_others() {
    let place = Playground::new()
        .file("p.yaml", "name: p\ntimezone: UTC\nplays: { tick: { every: 1s, steps: [{ post: tick }] } }\n");
    let engine = place.start(&["run", "p.yaml"]);
    eventually("the first tick", || place.run(&["log"]).stdout.contains("tick"));
    engine.signal("STOP");
    std::thread::sleep(std::time::Duration::from_secs(4));
    engine.signal("CONT");
    eventually("what was slept through", || place.run(&["log"]).stdout.contains("catch_up"));
    let _ = engine.stop().exits(0);
    let log = place.run(&["log", "--format", "json"]).exits(0).json_lines();
    let settled: u64 = log
        .iter()
        .map(|line| match line["entry"].as_str() {
            Some("run_started") => 1,
            Some("skipped") => line["count"].as_u64().unwrap_or(0),
            _ => 0,
        })
        .sum();
    let anchors: Vec<&str> = log
        .iter()
        .filter(|line| line["entry"] == "run_started")
        .filter_map(|line| line["anchor"].as_str())
        .collect();
    let at = |text: &str| text.parse::<jiff::Timestamp>().expect("an instant").as_second();
    let (first, last) = (at(anchors[0]), at(anchors[anchors.len() - 1]));
    assert_eq!(settled, (last - first + 1) as u64, "every second has its record");
}
