//! docs/practices.md is true: every file, lint, metric and play that it names is there, and what it calls not expressed
//! is counted.

#![expect(clippy::disallowed_methods, reason = "reads the repository's files")]

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// Rows that nothing expresses yet; the number only ever falls.
const NOT_EXPRESSED_MAX: usize = 9;

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
