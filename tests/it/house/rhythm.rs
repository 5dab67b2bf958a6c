//! The rhythm of the shelf: the twelve plays that are copied most have their steps at their hours, and a year of a life
//! made of the shelf's parts says little, at decent hours, in texts that fit a lock screen.
//!
//! Reads the compiled playbooks and what a simulation of them says, never their files.

#![expect(clippy::disallowed_methods, reason = "reads the repository's files and starts the binary")]

use super::shelf::folder;
use playbook::{
    base::{ids::PlayName, locale::Locale},
    lang,
    model::{
        play::Play,
        playbook::Playbook,
        step::{Block, Verb, WaitFor},
        trigger::{Batch, Trigger},
    },
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A part of the shelf, in one of its languages.
fn part(shelf: &str, name: &str) -> Arc<Playbook> {
    let compiled = lang::compile(&folder(&root().join(shelf)), &format!("{name}.yaml"));
    compiled.playbook.unwrap_or_else(|| panic!("{shelf}/{name}: {:#?}", compiled.report))
}

fn play(playbook: &Playbook, name: &str) -> Arc<Play> {
    playbook
        .plays
        .iter()
        .find(|play| play.name == PlayName::new(name))
        .cloned()
        .unwrap_or_else(|| panic!("no play {name}"))
}

/// What starts it, in a few words.
fn trigger(play: &Play) -> String {
    match &play.trigger {
        Trigger::Schedule(schedule) => schedule.describe(Locale::En),
        Trigger::Signal(on) => match on.batch {
            Some(Batch::For(length)) => format!("on {} batch {length}", on.name),
            Some(Batch::Until(clock)) => format!("on {} until {clock}", on.name),
            None => format!("on {}", on.name),
        },
        Trigger::Dates(_) => "dates".to_owned(),
        Trigger::Members(members) => format!("dates of {}", members.field),
        Trigger::Whenever(whenever) => format!("whenever {}", whenever.condition.source()),
        Trigger::Command => "by hand".to_owned(),
    }
}

/// Its steps in the order of the file: when, and what.
fn steps(play: &Play) -> Vec<String> {
    fn walk(block: &Block, into: &mut Vec<String>) {
        for step in block {
            let at = step.at.map(|at| format!("{at} ")).unwrap_or_default();
            let what = match &step.verb {
                Verb::Wait(wait) => match &wait.target {
                    WaitFor::For(length) => format!("wait {length}"),
                    WaitFor::Until(clock) => format!("wait {clock}"),
                    WaitFor::Signal(_) | WaitFor::Binding(_) => "wait".to_owned(),
                },
                Verb::Ask(ask) => match ask.seats {
                    Some(seats) => format!("ask {seats} seats"),
                    None => "ask".to_owned(),
                },
                verb => verb.as_str().to_owned(),
            };
            into.push(format!("{at}{what}"));
            match &step.verb {
                Verb::If(branch) => {
                    walk(&branch.then, into);
                    walk(&branch.otherwise, into);
                }
                Verb::Approve(approve) => {
                    for way in [&approve.yes, &approve.no] {
                        if let playbook::model::step::Way::Steps(block) = way {
                            walk(block, into);
                        }
                    }
                }
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    walk(&play.steps, &mut found);
    found
}

/// Play by play: its file, its name, what starts it, and steps that it has, in this order.
const TWELVE: [(&str, &str, &str, &[&str]); 18] = [
    ("rules", "welcome", "on member.joined batch 20m", &[]),
    ("weekly-games", "riddle-night", "every Wednesday at", &["wait 20m"]),
    (
        "kol-session",
        "session",
        "dates",
        &[
            "-8d 17:30 approve",
            "-7d 12:00 post",
            "-7d 12:20 ask",
            "-1d 20:00 post",
            "-1h post",
            "-10m",
            "0m post",
        ],
    ),
    ("offline-event", "meetup", "dates", &["-35d 11:00 post", "-30d 11:00 ask 20 seats", "-2d 11:00 post"]),
    ("growth", "code-keeper", "every Saturday at 08:45", &["task"]),
    ("growth", "code-full", "whenever members.count >= 180", &["wait 08:45", "task"]),
    ("seed-recruiting", "first-days", "every day at 17:30", &["task"]),
    ("rules", "reminder", "every Monday at 09:00", &[]),
    ("weekly-games", "digest", "every Sunday at", &[]),
    ("people", "keeper", "every day at 08:45", &["task", "wait 21:30", "post"]),
    ("people", "correction", "on correction", &["approve", "post"]),
    ("people", "apology", "on apology", &["approve", "post", "task"]),
    ("people", "hush-card", "by hand", &["task"]),
    ("service", "renewal", "dates of paid_until", &["-7d 08:45 task", "+3d 08:45 task"]),
    ("service", "refund", "on refund.requested", &["wait 17:30", "approve", "task"]),
    ("pruning", "prune", "on the last Sunday of every month at 08:45", &["task", "wait 7d", "prune"]),
    ("weekly-games", "quiz", "every second Friday at", &["ask", "post", "wait 08:45", "task"]),
    ("rules", "namecards", "every Tuesday at 08:45", &["task"]),
];

#[test]
fn the_plays_that_are_copied_most_keep_their_hours_in_both_languages() {
    let mut wrong = Vec::new();
    for shelf in ["playbooks", "playbooks/en"] {
        for (file, name, starts, wanted) in TWELVE {
            // A name card with a city is a custom of Chinese groups.
            if (shelf, name) == ("playbooks/en", "namecards") {
                continue;
            }
            let playbook = part(shelf, file);
            let play = play(&playbook, name);
            let (trigger, steps) = (trigger(&play), steps(&play));
            if !trigger.starts_with(starts) {
                wrong.push(format!("{shelf}/{file} {name} starts {trigger}, not {starts}"));
            }
            let mut rest = steps.iter();
            for step in wanted {
                if !rest.any(|found| found.starts_with(step)) {
                    wrong.push(format!("{shelf}/{file} {name}: no {step} in its place: {steps:?}"));
                }
            }
        }
        let rules = part(shelf, "rules");
        assert_eq!(rules.budgets.labels["welcome"].to_string(), "2 per day", "{shelf}");
        assert_eq!(play(&rules, "welcome").own_label.as_deref(), Some("welcome"), "{shelf}");
        let prune = play(&part(shelf, "pruning"), "prune");
        assert!(prune.when.as_ref().is_some_and(|when| when.source().contains("month % 3")), "{shelf}");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// One day of one group: what was said to it, and when people were asked.
#[derive(Default)]
struct Day {
    posts: usize,
    welcomes: usize,
    all: usize,
    asked: Vec<String>,
}

/// What a simulation says of a file, an entry each.
fn lived(dir: &Path, file: &str, from: &str, days: &str) -> Vec<serde_json::Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_playbook"))
        .current_dir(dir)
        .env_clear()
        .args(["simulate", file, "--from", from, "--days", days, "--members", "70", "--format", "json"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{file}: {}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Plays with dates of their own: people have signed up for what they say. A welcome answers whoever came, and has a
/// bound of its own.
const SESSIONS: [&str; 2] = ["session", "meetup"];

#[test]
fn a_year_of_a_whole_life_says_little_and_at_decent_hours() {
    // It begins when people are asked: whoever starts an engine sits before it.
    for (example, from) in
        [("whole-life", "2026-12-07T08:45:00+08:00"), ("guild", "2026-12-07T08:45:00+00:00")]
    {
        let dir = root().join("examples").join(example);
        let mut days: BTreeMap<String, Day> = BTreeMap::new();
        for entry in lived(&dir, &format!("{example}.yaml"), from, "365") {
            let word = |key: &str| entry[key].as_str().unwrap_or_default();
            let at = word("at").to_owned();
            let (date, clock) = (at[..10].to_owned(), at[11..16].to_owned());
            let day = days.entry(date).or_default();
            let play = if word("play").is_empty() { word("run") } else { word("play") };
            let play = play.split(['@', '~']).next().unwrap_or_default();
            match word("entry") {
                "posted" | "released" if word("channel") == "group" => {
                    assert!(("08:30".."21:30").contains(&clock.as_str()), "{example}: {entry}");
                    day.posts += usize::from(!SESSIONS.contains(&play) && play != "welcome");
                    day.welcomes += usize::from(play == "welcome");
                    let all = entry["message"]["mentions"].to_string().contains("all");
                    day.all += usize::from(all);
                }
                // Whom somebody has let go is removed when they say so.
                "task_opened"
                    if !["question", "removal"].contains(&word("kind")) && !SESSIONS.contains(&play) =>
                {
                    assert!(["08:45", "17:30"].contains(&clock.as_str()), "{example}: {entry}");
                    day.asked.push(clock);
                }
                _ => {}
            }
        }
        for (date, day) in &mut days {
            assert!(day.posts <= 2, "{example}: {} posts on {date}", day.posts);
            assert!(day.welcomes <= 2, "{example}: {} welcomes on {date}", day.welcomes);
            day.asked.dedup();
            assert!(day.asked.len() <= 2, "{example}: asked at {:?} on {date}", day.asked);
        }
        let days: Vec<(String, Day)> = days.into_iter().collect();
        for week in days.chunk_by(|a, b| week_of(&a.0) == week_of(&b.0)) {
            let posts: usize = week.iter().map(|(_, day)| day.posts).sum();
            let all: usize = week.iter().map(|(_, day)| day.all).sum();
            assert!(posts <= 8, "{example}: {posts} posts in the week of {}", week[0].0);
            assert!(all <= 1, "{example}: all were called {all} times in the week of {}", week[0].0);
        }
        let posts: usize = days.iter().map(|(_, day)| day.posts).sum();
        assert!(posts > 150, "{example}: {posts} posts in a year");
    }
}

/// The Monday of a day.
fn week_of(day: &str) -> jiff::civil::Date {
    let date: jiff::civil::Date = day.parse().unwrap();
    date.checked_sub(jiff::Span::new().days(i64::from(date.weekday().to_monday_zero_offset()))).unwrap()
}

/// What is said by the parts of the shelf, in texts for a lock screen: a first line that is whole, no cry, one question.
#[test]
fn what_the_shelf_says_is_read_on_a_lock_screen() {
    let mut wrong = Vec::new();
    for (example, from, wide) in
        [("whole-life", "2026-12-07T08:45:00+08:00", true), ("guild", "2026-12-07T08:45:00+00:00", false)]
    {
        let dir = root().join("examples").join(example);
        for entry in lived(&dir, &format!("{example}.yaml"), from, "120") {
            let word = |key: &str| entry[key].as_str().unwrap_or_default();
            if !matches!(word("entry"), "posted" | "released") || word("channel") != "group" {
                continue;
            }
            let text = entry["message"]["text"].as_str().unwrap_or_default();
            assert!(!text.is_empty(), "{entry}");
            let first = text.lines().next().unwrap_or_default().replace("**", "");
            // Names of whoever came are as long as they are; a letter of a Latin word is half as wide.
            let long = first.chars().count() > if wide { 22 } else { 44 };
            if long && !["spotlight", "welcome"].contains(&word("play")) {
                wrong.push(format!(
                    "{example} {}: a first line of {}: {first}",
                    word("play"),
                    first.chars().count()
                ));
            }
            if text.contains("！！") || text.contains("!!") || (wide && text.contains('！')) {
                wrong.push(format!("{example} {}: cries: {text}", word("play")));
            }
            if wide
                && ["他们", "她们", "他", "她"].iter().any(|who| text.contains(who))
                && !text.contains("其他")
            {
                wrong.push(format!("{example} {}: write TA: {text}", word("play")));
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Seven come in one batch: five are named; the look back has six lines; where nobody answered nothing is told.
#[test]
fn a_welcome_names_five_a_look_back_has_six_lines_and_silence_has_no_result() {
    for (shelf, who, rest) in
        [("playbooks", "新人", "等 7 位"), ("playbooks/en", "New", "everybody who came with you")]
    {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in folder(&root().join(shelf)).0 {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, &*text).unwrap();
        }
        let mut script = String::new();
        for n in 1..=7 {
            script.push_str(&format!(
                "  - {{ at: +{n}m, signal: member.joined, with: {{ id: n{n}, name: {who}{n} }} }}\n"
            ));
        }
        let test = format!(
            "playbook: rules.yaml\nstart: 2026-12-01 09:00\nmembers: 0\nscript:\n{script}expect:\n  \
             - {{ play: welcome, post: {{ contains: [{who}5, {rest}], lacks: {who}6 }}, count: 1 }}\n"
        );
        std::fs::write(dir.path().join("five.test.yaml"), test).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_playbook"))
            .current_dir(dir.path())
            .env_clear()
            .args(["test", "five.test.yaml"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        let lived = lived(dir.path(), "weekly-games.yaml", "2026-12-06T09:00:00Z", "14");
        let digest =
            lived.iter().find(|entry| entry["play"] == "digest" && entry["message"]["text"].is_string());
        let text = digest.unwrap()["message"]["text"].as_str().unwrap();
        assert_eq!(text.lines().filter(|line| !line.trim().is_empty()).count(), 6, "{shelf}: {text}");
    }
}

/// What the doctor finds at the end of a simulated life of the shelf's parts: signs of an end in a dying world, and
/// nothing but what a console cannot hear where the group is well.
#[test]
fn the_doctor_finds_a_dying_world_and_nothing_in_a_lively_one() {
    let lived = |world: &str, members: &str, days: &str, more: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_playbook"))
            .current_dir(root().join("examples/whole-life"))
            .env_clear()
            .args(["simulate", "whole-life.yaml", "--from", "2026-12-07T08:45:00+08:00", "--doctor"])
            .args(["--world", world, "--members", members, "--days", days])
            .args(more)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let text = lived("dying", "40", "60", &["--lang", "en"]);
    let (life, findings) = text.split_once("What the doctor finds at the end").expect("the findings");
    assert!(life.len() > 1_000, "the life is above");
    assert!(findings.contains("(dying)") && findings.contains("ready-made: later-life/revive"), "{findings}");
    // What the file has is not prescribed again.
    assert!(findings.contains("`month-check` is in the file"), "{findings}");
    assert!(
        !findings.contains("seed-recruiting/month-check") && !findings.contains("as: seed"),
        "{findings}"
    );
    // The next guest comes on the 25th of February.
    for (seed, members) in [("1", "60"), ("2", "80"), ("3", "70")] {
        let lines = lived("lively", members, "72", &["--format", "json", "--seed", seed]);
        let rows = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
        let found: Vec<String> = rows
            .filter(|row| row["found"] == true)
            .map(|row| row["name"].as_str().unwrap_or_default().to_owned())
            .collect();
        assert!(found.iter().all(|name| name == "deaf"), "{found:?}");
    }
}

/// A year of a group that is well, with a guest every three weeks as its operator would write them down.
#[test]
fn the_doctor_finds_nothing_in_a_simulated_year_of_a_healthy_group() {
    fn copy(from: &Path, to: &Path) {
        std::fs::create_dir_all(to).unwrap();
        for entry in std::fs::read_dir(from).unwrap().flatten() {
            let (from, to) = (entry.path(), to.join(entry.file_name()));
            if from.is_dir() {
                copy(&from, &to);
            } else {
                assert!(std::fs::copy(from, to).is_ok());
            }
        }
    }
    let dir = tempfile::tempdir().unwrap();
    copy(&root().join("examples/whole-life"), dir.path());
    let file = dir.path().join("parts/kol-session.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let last = text.lines().find(|line| line.contains("id: session-2, at: 2027-02-25")).unwrap();
    let mut day = jiff::civil::date(2027, 2, 25);
    let mut rows = last.to_owned();
    for n in 3..20 {
        day = day.checked_add(jiff::Span::new().days(21)).unwrap();
        let row = last.replace("session-2", &format!("session-{n}")).replace("2027-02-25", &day.to_string());
        rows = format!("{rows}\n{row}");
    }
    std::fs::write(&file, text.replace(last, &rows)).unwrap();
    let lived = |seed: u32| {
        let output = Command::new(env!("CARGO_BIN_EXE_playbook"))
            .current_dir(dir.path())
            .env_clear()
            .args(["simulate", "whole-life.yaml", "--from", "2026-12-07T08:45:00+08:00", "--doctor"])
            .args(["--world", "lively", "--members", "20", "--days", "365", "--format", "json"])
            .args(["--seed", &seed.to_string()])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let lines = String::from_utf8_lossy(&output.stdout).into_owned();
        // Only the findings have both keys; a year has tens of thousands of lines.
        let rows =
            lines.lines().filter(|line| line.contains("\"found\":") && line.contains("\"practices\":"));
        let rows = rows.map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
        let found = rows.filter(|row| row["found"] == true);
        found.map(|row| row["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        for first in [1, 2] {
            scope.spawn(move || {
                for seed in (first..=10).step_by(2) {
                    // A console hears nobody, and that is said.
                    assert_eq!(lived(seed), ["deaf"], "seed {seed}");
                }
            });
        }
    });
}
