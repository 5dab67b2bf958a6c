//! Every snippet of the documentation: YAML compiles, scripts compile, commands print what the page says.
//!
//! A block of ```` ```yaml ```` is a whole playbook or some of its top-level keys; ```` ```yaml NAME.yaml ```` is also
//! written to a folder in which the page's ```` ```console ```` blocks are then run. In expected output a line that
//! is `…` stands for any number of lines, and `…` inside a line for any text.

#![expect(clippy::disallowed_methods, reason = "reads the documentation and starts the binary")]

use playbook::{
    base::{diagnostic::Severity, source::MemoryFolder},
    lang,
    script::sandbox::Script,
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

/// What a snippet may leave out.
const PREAMBLE: &[(&str, &str)] = &[
    ("name", "name: snippet\n"),
    ("timezone", "timezone: Asia/Shanghai\n"),
    ("people", "people:\n  zhu: { name: 小朱 }\n  lin: { name: 小林 }\n"),
    (
        "roles",
        "roles:\n  host: { people: [zhu, lin], term: 10 weeks, from: 2026-11-02 }\n  editor: { people: [lin] }\n",
    ),
    ("phases", "phases:\n  - name: seed\n    until: members.count >= 60\n  - name: grow\n  - name: steady\n"),
    ("calendars", "calendars:\n  holidays: calendars/holidays.ics\n"),
    ("plays", "plays:\n  hello:\n    on: group.created\n    steps:\n      - post: 大家好\n"),
];

struct Block {
    page: String,
    line: usize,
    language: String,
    file: Option<String>,
    text: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn pages() -> Vec<String> {
    let mut pages: Vec<String> = ["README.md", "README.zh-CN.md", "ARCHITECTURE.md"].map(String::from).into();
    for dir in ["docs", "docs/channels", "docs/zh", "docs/zh/channels"] {
        for entry in std::fs::read_dir(root().join(dir)).unwrap() {
            let name = entry.unwrap().file_name().to_string_lossy().into_owned();
            if Path::new(&name).extension().is_some_and(|ending| ending == "md") {
                pages.push(format!("{dir}/{name}"));
            }
        }
    }
    pages.sort();
    pages
}

fn blocks(page: &str) -> Vec<Block> {
    let text = std::fs::read_to_string(root().join(page)).unwrap();
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    for (number, line) in text.lines().enumerate() {
        if let Some(block) = &mut open {
            if line.trim_end() == "```" {
                found.extend(open.take());
            } else {
                block.text.push_str(line);
                block.text.push('\n');
            }
        } else if let Some(info) = line.strip_prefix("```") {
            let mut words = info.split_whitespace();
            open = Some(Block {
                page: page.into(),
                line: number + 1,
                language: words.next().unwrap_or_default().into(),
                file: words.next().map(String::from),
                text: String::new(),
            });
        }
    }
    assert!(open.is_none(), "{page}: a fence is not closed");
    found
}

/// The folder in which snippets are compiled: the community's scripts, data and calendar.
fn folder() -> MemoryFolder {
    let mut found = MemoryFolder::default();
    let dir = root().join("examples/community");
    for path in [
        "scripts/welcome.rhai",
        "scripts/rules.rhai",
        "scripts/riddle.rhai",
        "data/riddles.csv",
        "data/members.csv",
        "calendars/holidays.ics",
    ] {
        found.0.insert(path.into(), Arc::from(std::fs::read_to_string(dir.join(path)).unwrap()));
    }
    for (path, from) in [
        ("data/topics.csv", "examples/content-calendar/data/topics.csv"),
        ("data/cities.csv", "examples/twenty-cities/data/cities.csv"),
        ("data/lists/expert-share.yaml", "playbooks/data/lists/expert-share.yaml"),
        ("scripts/leaderboard.rhai", "scripts/leaderboard.rhai"),
        ("scripts/digest.rhai", "scripts/digest.rhai"),
        ("scripts/namecard_check.rhai", "scripts/namecard_check.rhai"),
        ("scripts/spotlight.rhai", "scripts/spotlight.rhai"),
        ("rules.yaml", "playbooks/rules.yaml"),
        ("kol-session.yaml", "playbooks/en/kol-session.yaml"),
        ("data/lists/retro.yaml", "playbooks/en/data/lists/retro.yaml"),
    ] {
        found.0.insert(path.into(), Arc::from(std::fs::read_to_string(root().join(from)).unwrap()));
    }
    found
}

/// The snippet with what it leaves out.
fn whole(text: &str) -> String {
    let mut whole = String::new();
    for (key, lines) in PREAMBLE {
        if !text.lines().any(|line| line.starts_with(&format!("{key}:"))) {
            whole.push_str(lines);
        }
    }
    whole + text
}

#[test]
fn every_yaml_snippet_compiles() {
    let mut problems = Vec::new();
    let mut seen = 0;
    let is_playbook = |block: &Block| {
        // Scenarios are run by the page's commands.
        block.language == "yaml" && !block.file.as_ref().is_some_and(|file| file.ends_with(".test.yaml"))
    };
    for block in pages().iter().flat_map(|page| blocks(page)).filter(is_playbook) {
        seen += 1;
        let mut folder = folder();
        folder.0.insert("snippet.yaml".into(), Arc::from(whole(&block.text)));
        let compiled = lang::compile(&folder, "snippet.yaml");
        for found in compiled.report.diagnostics.iter().filter(|found| found.severity == Severity::Error) {
            let line = found.span.map_or(String::new(), |span| {
                let source = compiled.sources.get(span.source);
                source.text.lines().nth(source.place(span.start).line as usize - 1).unwrap_or_default().into()
            });
            problems.push(format!("{}:{}: {}: {line}", block.page, block.line, found.message.en));
        }
    }
    assert!(problems.is_empty(), "snippets that do not compile:\n  {}", problems.join("\n  "));
    assert!(seen > 10, "{seen} snippets");
}

/// The keys of the language, as the tables of the compiler write them.
fn keys() -> std::collections::BTreeSet<String> {
    let tables = ["play", "step", "top"]
        .map(|name| std::fs::read_to_string(root().join(format!("src/lang/keys/{name}.rs"))).unwrap());
    let key = |line: &str| {
        let (key, rest) = line.trim_start().strip_prefix('"')?.split_once('"')?;
        rest.starts_with(": Is::").then(|| key.to_owned())
    };
    tables.iter().flat_map(|text| text.lines().filter_map(key)).collect()
}

#[test]
fn every_key_of_the_language_stands_in_a_snippet() {
    let pages = pages();
    let yaml: Vec<String> = (pages.iter().flat_map(|page| blocks(page)))
        .filter(|block| block.language == "yaml")
        .map(|block| block.text)
        .collect();
    let stands = |key: &String| {
        let key = format!("{key}:");
        yaml.iter().any(|text| {
            let mut places = text.match_indices(&key);
            places.any(|(at, _)| !text[..at].ends_with(|c: char| c.is_alphanumeric() || "_-.".contains(c)))
        })
    };
    let keys = keys();
    assert!(keys.len() > 150, "{} keys: they are read from src/lang/keys", keys.len());
    let missing: Vec<&String> = keys.iter().filter(|key| !stands(key)).collect();
    assert!(missing.is_empty(), "no snippet in docs shows {missing:?}; docs/keys.md is the place");
}

#[test]
fn every_script_snippet_compiles() {
    for block in pages().iter().flat_map(|page| blocks(page)).filter(|block| block.language == "rhai") {
        if let Err(errors) = Script::compile("snippet.rhai", &block.text) {
            let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
            panic!("{}:{}:\n{}", block.page, block.line, errors.join("\n"));
        }
    }
}

#[test]
fn every_command_prints_what_the_page_says() {
    for page in pages() {
        let blocks = blocks(&page);
        if !blocks.iter().any(|block| block.language == "console") {
            continue;
        }
        let dir = tempfile::tempdir().unwrap();
        for block in blocks {
            if let (Some(file), "yaml" | "rhai" | "csv" | "markdown") = (&block.file, block.language.as_str())
            {
                let path = dir.path().join(file);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, &block.text).unwrap();
            }
            if block.language == "console" {
                console(&block, dir.path());
            }
        }
    }
}

/// Runs the lines that begin with `$ playbook` and compares what stands below each.
fn console(block: &Block, dir: &Path) {
    let mut commands: Vec<(String, Vec<String>)> = Vec::new();
    for line in block.text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            commands.push((command.into(), Vec::new()));
        } else if let Some((_, expected)) = commands.last_mut() {
            expected.push(line.trim_end().into());
        }
    }
    for (command, expected) in commands {
        let words = words(&command);
        assert_eq!(words[0], "playbook", "{}:{}: only `playbook` is run", block.page, block.line);
        let output = Command::new(env!("CARGO_BIN_EXE_playbook"))
            .current_dir(dir)
            .env_clear()
            // A page in Chinese shows what a Chinese terminal shows.
            .envs(
                (block.page.starts_with("docs/zh/") || block.page == "README.zh-CN.md")
                    .then_some(("LANG", "zh_CN.UTF-8")),
            )
            .args(&words[1..])
            .output()
            .unwrap();
        let mut found = String::from_utf8_lossy(&output.stdout).into_owned();
        found.push_str(&String::from_utf8_lossy(&output.stderr));
        let found: Vec<String> = found.lines().map(|line| line.trim_end().into()).collect();
        assert!(
            matches(&expected, &found),
            "{}:{}: `{command}` printed\n{}\n\nand the page says\n{}",
            block.page,
            block.line,
            found.join("\n"),
            expected.join("\n")
        );
    }
}

/// A command's words; single and double quotes hold a word together.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for c in command.chars() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(q), c) if q == c => quote = None,
            (None, ' ') => words.push(std::mem::take(&mut word)),
            _ => word.push(c),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

fn matches(expected: &[String], found: &[String]) -> bool {
    match expected.split_first() {
        None => found.iter().all(String::is_empty),
        Some((first, rest)) if first.trim() == "…" => (0..=found.len()).any(|n| matches(rest, &found[n..])),
        Some((first, rest)) => found
            .split_first()
            .is_some_and(|(line, others)| line_matches(first, line) && matches(rest, others)),
    }
}

fn line_matches(expected: &str, found: &str) -> bool {
    let Some((before, after)) = expected.split_once('…') else { return expected == found };
    let Some(rest) = found.strip_prefix(before) else { return false };
    rest.char_indices().map(|(i, _)| i).chain([rest.len()]).any(|i| line_matches(after, &rest[i..]))
}

#[test]
fn the_comparison_of_output_can_fail() {
    let lines = |text: &str| text.lines().map(String::from).collect::<Vec<_>>();
    assert!(matches(&lines("a\n…\nc"), &lines("a\nb\nb\nc")));
    assert!(matches(&lines("at … it is"), &lines("at 20:30 it is")));
    assert!(!matches(&lines("a\nc"), &lines("a\nb\nc")));
    assert!(!matches(&lines("a"), &lines("a\nb")));
}

#[test]
fn every_link_between_pages_leads_somewhere() {
    let mut problems = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for page in pages() {
        let text = std::fs::read_to_string(root().join(&page)).unwrap();
        for (at, _) in text.match_indices("](") {
            let target: String = text[at + 2..].chars().take_while(|c| *c != ')' && *c != '#').collect();
            if target.is_empty() || target.contains("://") || target.contains([' ', '\n']) {
                continue;
            }
            *seen.entry(page.clone()).or_default() += 1;
            let from = root().join(&page);
            if !from.parent().unwrap().join(&target).exists() {
                problems.push(format!("{page}: {target}"));
            }
        }
    }
    assert!(problems.is_empty(), "links to files that are not there:\n  {}", problems.join("\n  "));
    assert!(!seen.is_empty(), "the pages link to one another");
}
