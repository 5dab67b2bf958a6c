//! Every file of `tests/language` compiles to the report beside it.
//!
//! `valid` files have no errors, `invalid` files are named after their flaw. `UPDATE_EXPECT=1 cargo test --test it
//! language` writes the reports anew; read the difference before you keep it.
#![expect(clippy::disallowed_methods, reason = "reads and writes the test's own files")]

use playbook::{
    base::{
        diagnostic::{Diagnostic, Severity},
        source::MemoryFolder,
    },
    lang::{Compiled, compile},
};
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/language")
}

fn add(files: &mut BTreeMap<String, Arc<str>>, folder: &Path, prefix: &str) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            add(files, &path, &format!("{name}/"));
        } else {
            files.insert(name, fs::read_to_string(&path).unwrap().into());
        }
    }
}

/// The shared files, and one playbook among them.
fn folder(name: &str, text: &str) -> MemoryFolder {
    let mut files = BTreeMap::new();
    add(&mut files, &root().join("files"), "");
    files.insert(name.to_owned(), text.into());
    MemoryFolder(files)
}

fn line(compiled: &Compiled, diagnostic: &Diagnostic) -> String {
    let (source, place) = diagnostic.span.map_or_else(Default::default, |span| {
        let source = compiled.sources.get(span.source);
        let file = if span.source.0 == 0 { String::new() } else { format!("{}:", source.path) };
        (file, source.place(span.start).to_string())
    });
    let Diagnostic { severity, code, message, .. } = diagnostic;
    let mut out = format!("{source}{place} {}[{code}] {message}", severity.as_str());
    if let Some(help) = &diagnostic.help {
        write!(out, "\n    {}", help.replace('\n', "\n    ")).unwrap();
    }
    out
}

fn report(compiled: &Compiled) -> String {
    compiled
        .report
        .diagnostics
        .iter()
        .chain(&compiled.script_problems)
        .map(|diagnostic| line(compiled, diagnostic) + "\n")
        .collect()
}

fn check(kind: &str) -> Vec<(String, Compiled)> {
    let mut done = Vec::new();
    let mut wrong = Vec::new();
    for entry in fs::read_dir(root().join(kind)).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "yaml") {
            continue;
        }
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let compiled = compile(&folder(&name, &text), &name);
        let found = report(&compiled);
        let beside = path.with_extension("txt");
        if std::env::var("UPDATE_EXPECT").is_ok() {
            fs::write(&beside, &found).unwrap();
        } else if fs::read_to_string(&beside).unwrap_or_default() != found {
            wrong.push(format!("{name}:\n{found}"));
        }
        done.push((name, compiled));
    }
    assert!(wrong.is_empty(), "reports differ from what is written beside the files:\n{}", wrong.join("\n"));
    done
}

#[test]
fn valid_files_compile_without_errors() {
    for (name, compiled) in check("valid") {
        assert!(!compiled.report.has_errors(), "{name}: {}", report(&compiled));
        assert!(compiled.playbook.is_some(), "{name}");
    }
}

#[test]
fn invalid_files_say_what_is_wrong() {
    for (name, compiled) in check("invalid") {
        let problems = compiled.report.count(Severity::Error) + compiled.report.count(Severity::Warning);
        assert!(problems + compiled.script_problems.len() > 0, "{name} has no problem");
        assert_eq!(compiled.playbook.is_none(), compiled.report.has_errors(), "{name}");
    }
}
