//! What the pages about the console call a button, a state or a heading is what stands on the page, in each language.

#![expect(clippy::disallowed_methods, reason = "reads the documentation and the sources")]

use std::{collections::BTreeSet, path::Path};

/// Every piece of text in the sources of the pages, without the mark that it ends with.
fn phrases(folder: &Path, all: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            phrases(&path, all);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let source = std::fs::read_to_string(&path).unwrap();
            // Every second piece between quotation marks of a line is a text.
            let texts = source.lines().flat_map(|line| line.split('"').skip(1).step_by(2));
            all.extend(texts.map(|text| text.trim().trim_end_matches([':', '：', ' ', '…']).to_owned()));
        }
    }
}

/// What a page puts between single stars, outside of its snippets.
fn emphasised(text: &str) -> Vec<String> {
    let outside: Vec<&str> = text.split("```").step_by(2).collect();
    let lines = outside.iter().flat_map(|part| part.lines());
    let pieces = lines.flat_map(|line| {
        // What is bold is a term of the page itself.
        let line = line.replace("**", "\u{1}");
        let pieces: Vec<String> = line.split('*').skip(1).step_by(2).map(str::to_owned).collect();
        pieces
    });
    pieces.filter(|piece| !piece.contains('\u{1}')).collect()
}

#[test]
fn the_console_s_pages_call_everything_as_the_documentation_does() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut known = BTreeSet::new();
    phrases(&root.join("src/shell/console"), &mut known);
    for page in ["docs/console.md", "docs/zh/console.md"] {
        let names = emphasised(&std::fs::read_to_string(root.join(page)).unwrap());
        assert!(names.len() > 40, "{page}: {names:?}");
        let unknown: Vec<&String> = names.iter().filter(|name| !known.contains(*name)).collect();
        assert!(unknown.is_empty(), "{page} names what stands on no page: {unknown:?}");
    }
}

#[test]
fn what_is_emphasised_is_found_and_what_is_bold_is_not() {
    let found = emphasised("Press *Send it now*, **at once**.\n```\n*not this*\n```\nand *Later*");
    assert_eq!(found, ["Send it now", "Later"]);
}
