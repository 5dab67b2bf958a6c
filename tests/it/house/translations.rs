//! A page in Chinese says what the English one says: the same headings, snippets and tables, in the same order.

#![expect(clippy::disallowed_methods, reason = "reads the documentation")]

use std::path::{Path, PathBuf};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

/// The Chinese pages that are written by hand, by their path below `docs`.
fn pages() -> Vec<String> {
    let mut pages = Vec::new();
    for dir in ["", "channels/"] {
        for entry in std::fs::read_dir(docs().join("zh").join(dir)).unwrap() {
            let name = entry.unwrap().file_name().to_string_lossy().into_owned();
            if Path::new(&name).extension().is_some_and(|ending| ending == "md") && name != "cli.md" {
                pages.push(format!("{dir}{name}"));
            }
        }
    }
    pages.sort();
    pages
}

/// What a page is made of, whatever its language.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// A heading of so many marks.
    Heading(usize),
    /// A snippet: its language and file, and how many lines it has.
    Snippet(String, usize),
    /// A table: its columns in each row.
    Table(Vec<usize>),
}

fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut open: Option<(String, usize)> = None;
    for line in text.lines() {
        if let Some((info, lines)) = open.take() {
            if line.trim_end() == "```" {
                parts.push(Part::Snippet(info, lines));
            } else {
                open = Some((info, lines + 1));
            }
        } else if let Some(info) = line.strip_prefix("```") {
            open = Some((info.trim().to_owned(), 0));
        } else if line.starts_with('#') {
            parts.push(Part::Heading(line.chars().take_while(|c| *c == '#').count()));
        } else if line.starts_with('|') {
            // `\|` is a sign in a cell.
            let columns = line.replace("\\|", "").matches('|').count() - 1;
            match parts.last_mut() {
                Some(Part::Table(rows)) => rows.push(columns),
                _ => parts.push(Part::Table(vec![columns])),
            }
        }
    }
    parts
}

#[test]
fn every_chinese_page_has_the_parts_of_the_english_one() {
    let pages = pages();
    assert!(pages.len() > 2, "{pages:?}");
    for page in pages {
        let [english, chinese] = [docs().join(&page), docs().join("zh").join(&page)]
            .map(|path| std::fs::read_to_string(path).unwrap());
        let (english, chinese) = (parts(&english), parts(&chinese));
        for (n, (there, here)) in english.iter().zip(&chinese).enumerate() {
            assert_eq!(there, here, "docs/{page} (left) and docs/zh/{page} (right) differ at part {n}");
        }
        assert_eq!(
            english.len(),
            chinese.len(),
            "docs/{page} and docs/zh/{page} have other parts at the end"
        );
    }
}

#[test]
fn a_missing_row_and_a_missing_snippet_are_noticed() {
    let page = "# A\n\n| a | b |\n|---|---|\n| 1 | x \\| y |\n\n```yaml f.yaml\na: 1\n```\n";
    let same = parts(page);
    assert_eq!(same, [Part::Heading(1), Part::Table(vec![2, 2, 2]), Part::Snippet("yaml f.yaml".into(), 1)]);
    assert_ne!(parts(&page.replace("| 1 | x \\| y |\n", "")), same);
    assert_ne!(parts(&page.replace("a: 1\n", "")), same);
}
