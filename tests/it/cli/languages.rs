//! Every line of the table of commands, read by a reader of each language: an English one meets no words of Chinese, a
//! Chinese one no words of English, beside names, files and code.

use super::{every, tongue};
use crate::help::playground::Output;
use playbook::base::metric;

/// What is written for programs, whatever the reader's language.
fn is_for_programs(line: &str) -> bool {
    ["--format", "schema", "completions", "--version"].iter().any(|word| line.contains(word))
}

#[test]
fn an_english_reader_meets_no_chinese() {
    let place = every::stage().env("LANG", "en_US.UTF-8");
    let mut found = Vec::new();
    let chinese =
        |text: &str| text.replace("西安", "").chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    let run = every::each(&place, |line, _, _, output| {
        // Heads of member lists are understood in Chinese, too, and the page of `--help` says which.
        if line.contains("--lang") || line.starts_with("new") || line.starts_with("schema") {
            return;
        }
        let lines = output.stdout.lines().chain(output.stderr.lines());
        found.extend(lines.filter(|said| chinese(said)).map(|said| format!("{line}: {said}")));
    });
    found.extend(run.lines().filter(|said| chinese(said)).map(|said| format!("run: {said}")));
    assert!(found.is_empty(), "{} lines:\n{}", found.len(), found.join("\n"));
}

/// What the playbook, its people and the person at the keyboard wrote, which is said as it was written; names of
/// things, and what has no other name in Chinese.
const WRITTEN: &[&str] = &[
    "Invite",
    "friends",
    "Begin",
    "Begun",
    "Again",
    "Riddle",
    "Talk",
    "Zhu",
    "Li",
    "zhu",
    "demo",
    "begin",
    "second",
    "game",
    "guest",
    "broken",
    "xian",
    "beijing",
    "again",
    "agian",
    "nothing",
    "nowhere",
    "nobody",
    "better",
    "sunny",
    "testing",
    "fine",
    "well",
    "soon",
    "never",
    "example",
    "elsewhere",
    "hello",
    "jia",
    "li",
    "no",
    "host",
    "group",
    "console",
    "Asia",
    "Shanghai",
    "tbd",
    "good",
    "soup",
    "other",
    "round",
    "more",
    "args",
    "Friday",
    "UTC",
    "TLS",
    "YAML",
    "CRON",
    "Slack",
    "VIP",
    "cron",
    "JSON",
    "Schema",
    "Markdown",
    "SQLite",
    "HTML",
    "URL",
    "Rhai",
    "id",
    "Discord",
    "day",
    "days",
    "any",
    "points",
    "messages",
    "dau",
    "mau",
    "GitHub",
    "Prometheus",
    "CSV",
    "ICS",
    "TA",
    "Ctrl",
    "text",
    "markdown",
];

/// The page of the doctor's rules.
const DOCTOR: &str = include_str!("../../../docs/doctor.md");

/// Listings whose first word is the name of what the line is about.
const LISTINGS: [&str; 4] = ["api", "explain", "new", "--help"];

/// Listings of numbers, each with the name by which an expression knows it.
const NUMBERS: [&str; 2] = ["metrics", "simulate demo.yaml --from 2026-12-01 --days 2 --metrics"];

/// The words of a line that a Chinese reader would have to know English for.
fn foreign(line: &str, said: &str) -> Vec<String> {
    // An excerpt of a file, an example, a step of the engine by the names of its entries, what a script writes.
    let code = said.trim_start().starts_with(|c: char| c.is_ascii_digit()) && said.contains(" | ")
        || line.contains("--faults") && said.contains("  2026-12-01 ")
        || line.starts_with("explain ") && said.starts_with("    ")
        || line.starts_with("api") && said.contains("#{")
        || line.contains("--doctor")
            && ["use:", "- {"].iter().any(|yaml| said.trim_start().starts_with(yaml));
    let listed = LISTINGS.iter().any(|listing| line.starts_with(listing));
    let mut words = if code { Vec::new() } else { tongue::english(said) };
    if NUMBERS.iter().any(|listing| line.starts_with(listing)) {
        words.retain(|word| metric::find(word).is_none() && word != "promo");
    }
    if listed {
        let name: String = said.chars().take(34).collect();
        words.retain(|word| !name.contains(word.as_str()));
    }
    if line.contains("--doctor") {
        // The names of its rules, by which `explain` and the page of the doctor know them.
        words.retain(|word| !DOCTOR.contains(&format!("`{word}`")));
    }
    words.retain(|word| !WRITTEN.contains(&word.as_str()));
    words
}

#[test]
fn a_chinese_reader_meets_no_english() {
    let place = every::chinese_stage().env("LANG", "zh_CN.UTF-8");
    let mut found = Vec::new();
    let mut look = |line: &str, text: &str| {
        for said in text.lines() {
            let words = foreign(line, said);
            if !words.is_empty() {
                found.push(format!("{line}: {said}  ← {}", words.join(" ")));
            }
        }
    };
    let run = every::each(&place, |line, _, _, Output { stdout, stderr, .. }| {
        look(line, stderr);
        if !is_for_programs(line) {
            look(line, stdout);
        }
    });
    look("run", &run);
    assert!(found.is_empty(), "{} lines:\n{}", found.len(), found.join("\n"));
}
