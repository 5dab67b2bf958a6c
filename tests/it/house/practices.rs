//! docs/practices.md is true: every file, lint, metric and play that it names is there, and what it calls not expressed
//! is counted.

#![expect(clippy::disallowed_methods, reason = "reads the repository's files")]

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// Rows that nothing expresses yet; the number only ever falls.
const NOT_EXPRESSED_MAX: usize = 8;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The rows of the page: the id, and the words of the last column that stand in backticks.
fn rows() -> Vec<(String, String)> {
    let page = std::fs::read_to_string(root().join("docs/practices.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| P"));
    let rows: Vec<_> = rows
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').splitn(3, " | ").map(str::trim).collect();
            assert_eq!(cells.len(), 3, "{line}");
            (cells[0].to_owned(), cells[2].trim_end_matches('|').to_owned())
        })
        .collect();
    assert_eq!(rows.len(), 136);
    rows
}

fn ticked(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_file_and_every_play_that_the_page_names_is_there() {
    let mut missing = Vec::new();
    for (id, cell) in rows() {
        let mut file: Option<String> = None;
        for word in ticked(&cell) {
            if ["playbooks/", "examples/", "scripts/"].iter().any(|dir| word.starts_with(dir)) {
                let path = root().join(word);
                if !path.exists() {
                    missing.push(format!("{id}: {word}"));
                }
                let yaml = path.extension().is_some_and(|end| end == "yaml") && !word.contains("/data/");
                file = yaml.then(|| std::fs::read_to_string(path).unwrap_or_default());
                continue;
            }
            let play = word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
            // Directly behind a playbook the next words are plays of it.
            let behind = cell.contains(&format!(".yaml` `{word}`"));
            if let (true, true, Some(text)) = (play, behind, &file)
                && !text.lines().any(|line| line.trim_end().starts_with(&format!("  {word}:")))
            {
                missing.push(format!("{id}: no play {word}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_lint_and_every_metric_that_the_page_names_is_there() {
    let codes = playbook::lang::explain::all();
    let slugs: BTreeSet<&str> = codes.iter().map(|code| code.slug).collect();
    let mut missing = Vec::new();
    for (id, cell) in rows() {
        for part in cell.split("lint").skip(1) {
            let part = part.trim_start_matches('s');
            let list: Vec<&str> = part.split('`').collect();
            for (word, before) in list.iter().skip(1).step_by(2).zip(list.iter().step_by(2)) {
                if !matches!(before.trim(), "" | ",") {
                    break;
                }
                if !slugs.contains(word) {
                    missing.push(format!("{id}: no lint {word}"));
                }
            }
        }
        for (_, rest) in cell.match_indices("metrics.").map(|(at, word)| (at, &cell[at + word.len()..])) {
            let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            // `metrics.md` is a page.
            if name != "md" && !playbook::base::metric::METRICS.iter().any(|metric| metric.name == name) {
                missing.push(format!("{id}: no metric {name}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn what_is_not_expressed_is_few_and_says_what_it_waits_for() {
    let open: Vec<_> = rows().into_iter().filter(|(_, cell)| cell.contains("not expressed yet")).collect();
    assert!(open.len() <= NOT_EXPRESSED_MAX, "{} rows: {open:#?}", open.len());
    for (id, cell) in &open {
        assert!(cell.contains("waits for"), "{id}: say what it waits for: {cell}");
    }
    assert!(Path::new(&root()).join("docs/practices.md").exists());
}

/// Whether a row has something that is tried, and what is missing of it: what it names by what tries that.
#[test]
fn every_row_is_shown_by_a_test() {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).unwrap_or_default();
    let doctors: String = ["doctor", "doctor_signs", "doctor_ways"]
        .iter()
        .map(|name| read(&format!("tests/it/engine/{name}.rs")))
        .collect();
    let (judge, shelf) = (read("tests/judges/metrics.py"), read("tests/it/house/shelf.rs"));
    let lints: BTreeSet<&str> = playbook::lang::explain::all()
        .iter()
        .filter(|code| !code.practices.is_empty())
        .map(|code| code.slug)
        .collect();
    let mut problems = Vec::new();
    for (id, cell) in rows() {
        let mut shown = cell.starts_with("see P") || cell.contains("not expressed yet");
        let words = ticked(&cell);
        let mut file = String::new();
        for word in &words {
            if let Some(name) = word.strip_prefix("playbooks/").and_then(|name| name.strip_suffix(".yaml")) {
                file = read(&format!("playbooks/{name}.test.yaml"));
                shown |= !file.is_empty();
            } else if cell.contains(&format!(".yaml` `{word}`")) && !file.is_empty() {
                // A scenario cannot set what `with` sets.
                if !file.contains(&format!("play: {word}")) && !shelf.contains(&format!("play: {word},")) {
                    problems.push(format!("{id}: no scenario expects anything of {word}"));
                }
            } else if let Some(name) = word.strip_prefix("examples/") {
                shown |= root().join(format!("examples/{name}/{name}.test.yaml")).is_file();
            } else if word.starts_with("scripts/") {
                let used = std::fs::read_dir(root().join("playbooks"))
                    .unwrap()
                    .flatten()
                    .any(|entry| std::fs::read_to_string(entry.path()).is_ok_and(|text| text.contains(word)));
                if !used {
                    problems.push(format!("{id}: no playbook of the shelf uses {word}"));
                }
                shown |= used;
            } else if word.starts_with("tests/") {
                if !root().join(word).is_file() {
                    problems.push(format!("{id}: there is no {word}"));
                }
                shown = true;
            }
            shown |= lints.contains(word);
            if cell.contains("of [the doctor]")
                && playbook::engine::doctor::AILMENTS.iter().any(|a| a.name == *word)
            {
                if !doctors.contains(&format!("\"{word}\"")) {
                    problems.push(format!("{id}: no world shows {word}"));
                }
                shown = true;
            }
            let metric =
                word.strip_prefix("metrics.").map(|rest| rest.split(['(', ' ']).next().unwrap_or(rest));
            if let Some(metric) = metric {
                shown |= judge.contains(&format!("\"{metric}\""));
            }
        }
        if !shown {
            problems.push(format!("{id}: no test shows it: {cell}"));
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}
