//! Every line of the table of commands, read by a Chinese and by an English reader: none has words of the other's
//! language, beside names, files and what is to be typed.

use super::{every, tongue::english};

/// What is for programs, or a file in the playbook's own language.
const FOR_PROGRAMS: [&str; 8] = [
    "--format json",
    "--format github",
    "--format rhai",
    "schema",
    "completions",
    "--version",
    "handbook",
    "--lang",
];

/// Words that are the same in Chinese: what the files of the table say, keys of the language, names that everybody
/// writes in English.
const ALLOWED: &str = "\
    demo xian beijing second guest broken Zhu Invite friends Begin Begun Riddle Talk args round play rejected by \
    burst cron expression script workload unknown key hello every monday at setps steps plays \
    id auto always never en zh none Schema Markdown";

/// Whether a word may stand in what a Chinese reader gets; `typed` is what they wrote themselves.
fn may(word: &str, typed: &[String]) -> bool {
    let placeholder = word.chars().all(|c| c.is_ascii_uppercase());
    let known = ALLOWED.split_whitespace().chain(COMMANDS.split_whitespace()).any(|allowed| allowed == word);
    placeholder || known || typed.iter().any(|typed| typed.contains(word))
}

/// The commands, which `--help` lists by their names.
const COMMANDS: &str = "\
    new check plan simulate test run rehearse status runs log outbox tasks members metrics doctor done approve reject \
    undo reassign handover remind answer signal start cancel pause resume postpone retry reload open skip unskip now \
    delay note recall correct reword swap hush unhush clock backup restore compact next why render send connect \
    explain schema handbook api completions";

#[test]
fn a_chinese_reader_meets_no_english() {
    let place = every::stage().env("LANG", "zh_CN.UTF-8");
    let mut found = Vec::new();
    let run = every::each(&place, |line, words, code, output| {
        if FOR_PROGRAMS.iter().any(|part| line.contains(part)) {
            return;
        }
        // What the engine and a platform refuse is said as it was recorded.
        let text =
            if code == 4 { output.stdout.clone() } else { format!("{}\n{}", output.stdout, output.stderr) };
        for said in text.lines() {
            let strange: Vec<String> = english(said).into_iter().filter(|word| !may(word, words)).collect();
            if !strange.is_empty() {
                found.push(format!("{line}: {strange:?} in {said}"));
            }
        }
    });
    for said in run.lines() {
        let strange: Vec<String> = english(said).into_iter().filter(|word| !may(word, &[])).collect();
        if !strange.is_empty() {
            found.push(format!("run: {strange:?} in {said}"));
        }
    }
    assert!(found.is_empty(), "{} lines:\n{}", found.len(), found.join("\n"));
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
