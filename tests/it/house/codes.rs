//! Every code that the source names is in the closed list of `playbook explain`.

use playbook::lang::explain;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

#[expect(clippy::disallowed_methods, reason = "reads the source tree, as only a test may")]
fn rust_files(folder: &Path, out: &mut Vec<(PathBuf, String)>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the source tree is there")
        .map(|entry| entry.expect("the source tree can be read").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            rust_files(&path, out);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = std::fs::read_to_string(&path).expect("a source file is text");
            out.push((path, text));
        }
    }
}

#[test]
fn every_code_in_the_source_is_explained() {
    let known: BTreeSet<&str> = explain::all().iter().map(|code| code.slug).collect();
    let mut files = Vec::new();
    rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let mut unknown = Vec::new();
    let mut seen = 0;
    for (path, text) in &files {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for call in ["Diagnostic::error(", "Diagnostic::warning("] {
            for after in code.split(call).skip(1) {
                let Some(slug) = after.trim_start().strip_prefix('"').and_then(|rest| rest.split('"').next())
                else {
                    seen += 1;
                    continue;
                };
                if !known.contains(slug) {
                    unknown.push(format!("{}: {slug}", path.display()));
                }
            }
        }
    }
    assert!(seen > 0, "no diagnostic is made anywhere: the test looks at the wrong folder");
    assert!(unknown.is_empty(), "not in `playbook explain`: {unknown:?}");
}
