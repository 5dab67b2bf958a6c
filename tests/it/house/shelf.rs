//! Everything on the shelf: each file of `playbooks/` and `examples/` compiles and lives through ninety days, each
//! script compiles.
//!
//! What is shipped must work as it stands, without a secret, a server or a network.

#![expect(clippy::disallowed_methods, reason = "reads the repository's files and starts the binary")]

use playbook::{
    base::{
        diagnostic::Severity,
        source::{MemoryFolder, SourceMap},
    },
    lang,
    script::sandbox::Script,
};
use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every file under a folder, links followed, by path from the folder.
pub(crate) fn folder(dir: &Path) -> MemoryFolder {
    fn walk(dir: &Path, prefix: &str, into: &mut MemoryFolder) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{prefix}{}", path.file_name().unwrap().to_string_lossy());
            if path.is_dir() {
                walk(&path, &format!("{name}/"), into);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                into.0.insert(name, Arc::from(text));
            }
        }
    }
    let mut found = MemoryFolder::default();
    walk(dir, "", &mut found);
    found
}

fn ends(path: &str, ending: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == ending)
}

/// Every playbook on the shelf: its folder and its file name.
pub(crate) fn playbooks() -> Vec<(PathBuf, String)> {
    let mut dirs = vec![root().join("playbooks"), root().join("playbooks/en")];
    let mut examples = vec![root().join("examples")];
    while let Some(folder) = examples.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            // What is in the other language stands in a folder of its own.
            if path.ends_with("examples/en") || path.ends_with("examples/zh") {
                examples.push(path);
            } else if path.is_dir() {
                dirs.push(path);
            }
        }
    }
    dirs.sort();
    let mut found = Vec::new();
    for dir in dirs {
        let files: Vec<String> = folder(&dir)
            .0
            .into_keys()
            .filter(|f| ends(f, "yaml") && !f.contains('/') && !f.ends_with(".test.yaml"))
            .collect();
        assert!(!files.is_empty(), "{} has a playbook", dir.display());
        found.extend(files.into_iter().map(|file| (dir.clone(), file)));
    }
    found
}

#[test]
fn the_yardstick_and_the_six_parts_are_here() {
    let names: Vec<String> = playbooks().into_iter().map(|(_, file)| file).collect();
    for file in [
        "community.yaml",
        "seed-recruiting.yaml",
        "rules.yaml",
        "weekly-games.yaml",
        "kol-session.yaml",
        "pruning.yaml",
        "offline-event.yaml",
    ] {
        assert!(names.iter().any(|name| name == file), "{file} is on the shelf");
    }
}

#[test]
fn every_playbook_compiles() {
    let mut problems = Vec::new();
    for (dir, file) in playbooks() {
        let compiled = lang::compile(&folder(&dir), &file);
        for found in compiled.report.diagnostics.iter().filter(|found| found.severity == Severity::Error) {
            problems.push(format!("{file}: {}", place(found, &compiled.sources)));
        }
        assert!(compiled.playbook.is_some() || !problems.is_empty(), "{file}: no playbook and no error");
    }
    assert!(problems.is_empty(), "errors on the shelf:\n  {}", problems.join("\n  "));
}

fn place(found: &playbook::base::diagnostic::Diagnostic, sources: &SourceMap) -> String {
    let Some(span) = found.span else { return found.message.en.clone() };
    let source = sources.get(span.source);
    format!("{}:{}: {} ({})", source.path, source.place(span.start), found.message.en, found.label.en)
}

#[test]
fn every_script_compiles() {
    let mut dirs = vec![root().join("scripts")];
    dirs.extend(playbooks().into_iter().map(|(dir, _)| dir));
    let mut seen = 0;
    for dir in dirs {
        for (path, text) in folder(&dir).0.into_iter().filter(|(path, _)| ends(path, "rhai")) {
            seen += 1;
            assert!(text.starts_with("// "), "{path} opens with what it does");
            if let Err(errors) = Script::compile(&path, &text) {
                panic!("{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
            }
        }
    }
    assert!(seen >= 7, "{seen} scripts");
}

#[test]
fn every_playbook_lives_through_ninety_days() {
    for (dir, file) in playbooks() {
        let output = Command::new(env!("CARGO_BIN_EXE_playbook"))
            .current_dir(&dir)
            .env_clear()
            .args([
                "simulate",
                &file,
                "--from",
                "2026-12-01T08:00:00+08:00",
                "--days",
                "90",
                "--members",
                "80",
            ])
            .args(["--format", "json"])
            .output()
            .unwrap();
        let (stdout, stderr) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{file}: {}\n{stderr}\n{}", output.status, tail(&stdout));
        assert!(stdout.lines().count() > 5, "{file}: something happens in ninety days\n{stderr}\n{stdout}");
    }
}

/// Ninety days of a playbook that uses many parts, from a Monday: what was decided, a value an entry.
fn ninety_days(dir: &Path, example: &str, offset: &str) -> Vec<serde_json::Value> {
    let from = format!("2026-12-07T09:00:00{offset}");
    let output = Command::new(env!("CARGO_BIN_EXE_playbook"))
        .current_dir(dir)
        .env_clear()
        .args(["simulate", &format!("{example}.yaml"), "--from", &from, "--days", "90", "--members", "70"])
        .args(["--format", "json"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{example}: {}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn all_six_parts_together_sleep_at_night_speak_one_at_a_time_and_ask_little() {
    for (example, offset) in [("whole-life", "+08:00"), ("guild", "+00:00")] {
        let entries = ninety_days(&root().join("examples").join(example), example, offset);
        calm(example, &entries);
        let asked = |entry: &&serde_json::Value| kind(entry) == "task_opened" && entry["kind"] != "question";
        let tasks = entries.iter().filter(asked).count();
        assert!(tasks <= 2 * 90 && tasks > 20, "{example}: {tasks} tasks in ninety days");
        for play in ["recruit", "welcome", "riddle-night", "session", "prune", "meetup"] {
            let runs = |entry: &&serde_json::Value| kind(entry) == "run_started" && entry["play"] == play;
            assert!(entries.iter().any(|entry| runs(&entry)), "{example}: {play} never ran");
        }
    }
}

/// What kind of entry it is.
fn kind(entry: &serde_json::Value) -> String {
    entry["entry"].as_str().unwrap_or_default().to_owned()
}

/// Nothing fails, nothing is said at night, and never twice within ten minutes.
fn calm(example: &str, entries: &[serde_json::Value]) {
    let failed: Vec<_> = entries.iter().filter(|entry| kind(entry) == "step_failed").collect();
    assert!(failed.is_empty(), "{example}: {failed:#?}");
    let said = |entry: &&serde_json::Value| {
        matches!(kind(entry).as_str(), "posted" | "released") && entry["channel"] == "group"
    };
    let posts: Vec<jiff::Timestamp> =
        entries.iter().filter(said).map(|entry| entry["at"].as_str().unwrap().parse().unwrap()).collect();
    assert!(posts.len() > 60, "{example}: {} posts", posts.len());
    for entry in entries.iter().filter(said) {
        let clock = &entry["at"].as_str().unwrap()[11..16];
        assert!(("08:30".."21:30").contains(&clock), "{example}: a post at night: {entry:#}");
    }
    for pair in posts.windows(2) {
        let apart = pair[1].duration_since(pair[0]).as_mins();
        assert!(apart >= 10, "{example}: two posts in one slot, at {} and {}", pair[0], pair[1]);
    }
}

/// Every part of the shelf that is a part of a life, in one file and in either language.
#[test]
fn the_whole_shelf_in_one_file_is_calm_in_both_languages() {
    const PARTS: [&str; 12] = [
        "seed-recruiting",
        "rules",
        "weekly-games",
        "kol-session",
        "pruning",
        "offline-event",
        "enforce",
        "people",
        "later-life",
        "growth",
        "service",
        "admission",
    ];
    for (shelf, zone, locale, offset) in
        [("playbooks", "Asia/Shanghai", "zh-CN", "+08:00"), ("playbooks/en", "Europe/London", "en", "+00:00")]
    {
        let dir = tempfile::tempdir().unwrap();
        for (path, text) in folder(&root().join(shelf)).0 {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, &*text).unwrap();
        }
        let uses: Vec<String> =
            PARTS.iter().map(|part| format!("  - {{ playbook: {part}.yaml, as: {part} }}")).collect();
        let uses = uses.join("\n");
        let all = format!(
            "name: all\ntimezone: {zone}\nlocale: {locale}\npeople: {{ owner: {{ name: A }}, deputy: {{ name: B }} }}\n\
             roles: {{ host: {{ people: [owner, deputy], term: 10 weeks }} }}\nuse:\n{uses}\n"
        );
        std::fs::write(dir.path().join("all.yaml"), all).unwrap();
        let compiled = lang::compile(&folder(dir.path()), "all.yaml");
        let told: Vec<String> =
            compiled.report.diagnostics.iter().map(|found| place(found, &compiled.sources)).collect();
        let playbook = compiled.playbook.unwrap_or_else(|| panic!("{shelf}: {told:#?}"));
        assert!(playbook.plays.len() > 40, "{shelf}: {} plays", playbook.plays.len());
        for strange in ["use-differs", "same-slot", "dead-play", "duplicate-name"] {
            let found =
                compiled.report.diagnostics.iter().any(|found| found.code.to_string().contains(strange));
            assert!(!found, "{shelf}: {strange} in {told:#?}");
        }
        let entries = ninety_days(dir.path(), "all", offset);
        calm(shelf, &entries);
        let mut asked: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
        for task in entries.iter().filter(|entry| kind(entry) == "task_opened" && entry["kind"] != "question")
        {
            *asked.entry(task["at"].as_str().unwrap()[..10].to_owned()).or_default() += 1;
        }
        // The seventh is a question of the first week: where are those who were invited?
        assert!(asked.values().all(|n| *n <= 7), "{shelf}: people are asked too much: {asked:?}");
        for play in ["people-keeper", "later-life-health-letter", "weekly-games-riddle-night"] {
            assert!(entries.iter().any(|e| kind(e) == "run_started" && e["play"] == play), "{shelf}: {play}");
        }
    }
}

/// What an example brings along is the shelf's, so that neither is mended alone.
#[test]
fn the_parts_of_the_examples_are_those_of_the_shelf() {
    for (example, shelf) in [("whole-life", "playbooks"), ("guild", "playbooks/en")] {
        let (parts, shelf) =
            (folder(&root().join("examples").join(example).join("parts")), folder(&root().join(shelf)));
        assert!(parts.0.len() >= 10, "{example}: {:?}", parts.0.keys());
        for (path, text) in &parts.0 {
            assert!(shelf.0.get(path) == Some(text), "{example}/parts/{path} is not as on the shelf");
        }
    }
}

/// 10 October 2026 is a Saturday that is worked for the holiday before it; 7 October is a Wednesday off.
#[test]
fn the_morning_paper_comes_on_make_up_working_days() {
    let output = Command::new(env!("CARGO_BIN_EXE_playbook"))
        .current_dir(root().join("examples/morning-paper"))
        .env_clear()
        .args(["plan", "morning-paper.yaml", "--from", "2026-10-05", "--days", "8", "--format", "json"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let days: Vec<String> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .filter(|step| step["play"] == "paper" && step["verb"] == "post")
        .map(|step| step["at"].as_str().unwrap()[..10].to_owned())
        .collect();
    assert_eq!(days, ["2026-10-08", "2026-10-09", "2026-10-10", "2026-10-12"]);
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(5)..].join("\n")
}

#[test]
fn every_playbook_has_a_scenario_and_meets_it() {
    for (dir, file) in playbooks() {
        let scenario = file.replace(".yaml", ".test.yaml");
        assert!(dir.join(&scenario).is_file(), "{file} has {scenario} beside it");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_playbook"))
        .current_dir(root())
        .env_clear()
        .args(["test", "playbooks", "examples"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// A group that is full at two: whoever was silent for longest makes room for whoever comes.
const FULL: &str = "\
playbook: full.yaml
start: 2026-12-20 09:00
members:
  - { id: quiet, name: 小静, joined: -100d, seen: -90d }
  - { id: here, name: 小在, joined: -100d, seen: -1d }
script:
  - { at: +1h, signal: member.joined, with: { id: new, name: 小新 } }
  - { at: 2026-12-23 20:00, approve: one-in-one-out, by: 群主 }
  - { at: 2026-12-23 21:00, done: one-in-one-out }
expect:
  - { at: 2026-12-20 17:30, play: one-in-one-out, post: 群满员了 }
  - { at: 2026-12-23 17:30, play: one-in-one-out, approve: true }
  - { at: 2026-12-23 20:00, play: one-in-one-out, removal: 小静 }
  - { gone: quiet, after: +3d, count: 1 }
  - never: { gone: here }
  - never: { gone: new }
";

#[test]
fn a_full_group_lets_one_go_for_each_who_comes() {
    let english = FULL
        .replace("群满员了", "We are full")
        .replace("by: 群主", "by: the host")
        .replace("小静", "Quinn")
        .replace("小在", "Hal")
        .replace("小新", "Nia");
    for (part, zone, scenario) in [
        ("playbooks/pruning.yaml", "Asia/Shanghai", FULL),
        ("playbooks/en/pruning.yaml", "Europe/London", &english),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let full = format!(
            "name: full\ntimezone: {zone}\nuse:\n  - {{ playbook: pruning.yaml, with: {{ capacity: 2 }} }}\n"
        );
        std::fs::copy(root().join(part), dir.path().join("pruning.yaml")).unwrap();
        std::fs::write(dir.path().join("full.yaml"), full).unwrap();
        std::fs::write(dir.path().join("full.test.yaml"), scenario).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_playbook"))
            .current_dir(dir.path())
            .env_clear()
            .args(["test", "full.test.yaml"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{part}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

/// A play of which nothing is expected could be taken away, and no scenario would notice.
#[test]
fn every_play_of_the_shelf_is_expected_by_a_scenario_in_its_language() {
    let mut problems = Vec::new();
    for dir in ["playbooks", "playbooks/en"].map(|dir| root().join(dir)) {
        let files = std::fs::read_dir(&dir).unwrap().flatten().map(|entry| entry.path());
        let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
        let (tests, parts): (Vec<PathBuf>, Vec<PathBuf>) = files
            .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
            .partition(|path| path.to_string_lossy().ends_with(".test.yaml"));
        let tests: Vec<String> = tests.iter().map(|path| read(path)).collect();
        for part in parts {
            let name = part.file_name().unwrap().to_string_lossy().into_owned();
            let of_part = |text: &&String| text.contains(&format!("playbook: {name}\n"));
            let expected: String = tests.iter().filter(of_part).map(String::as_str).collect();
            let wants = |play: &str| {
                let of = format!("play: {play},");
                expected.lines().any(|line| line.contains(&of) && !line.contains("never:"))
                    || FULL.contains(&of) && name == "pruning.yaml"
            };
            let text = read(&part);
            let plays = text.split_once("\nplays:").map_or("", |(_, plays)| plays);
            let names = plays.lines().filter_map(|line| {
                let (play, _) = line.strip_prefix("  ")?.split_once(':')?;
                (!play.starts_with([' ', '#', '-'])).then_some(play)
            });
            problems
                .extend(names.filter(|play| !wants(play)).map(|play| format!("{}: {play}", part.display())));
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}
