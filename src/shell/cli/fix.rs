//! `playbook check --fix`: makes the changes that are certain.
//!
//! Owns the writing of the operator's own YAML files, also for `test --update`. A file is replaced whole or not at all; line ends, a byte
//! order mark and every byte outside a fix stay as they are.

#![expect(clippy::disallowed_methods, reason = "writes the mended files")]

use super::{
    failure::Failure,
    load::{self, LoadedFile},
};
use crate::{
    base::{
        diagnostic::{Diagnostic, extent::extent, fix},
        limits,
        locale::Locale,
        phrase::phrase,
        source::Source,
    },
    shell::files,
};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A fix can uncover what the file said wrongly behind it; more rounds than this are a loop.
const ROUNDS_MAX: usize = 20;

/// Makes every fix of a playbook and of the files it uses; what was done, a line each.
pub(super) fn mend(file: &Path, locale: Locale) -> Result<Vec<String>, Failure> {
    let mut done = Vec::new();
    for _ in 0..ROUNDS_MAX {
        let loaded = load::compile(file)?;
        let before = done.len();
        once(file, &loaded, locale, &mut done)?;
        if done.len() == before {
            break;
        }
    }
    Ok(done)
}

fn once(file: &Path, loaded: &LoadedFile, locale: Locale, done: &mut Vec<String>) -> Result<(), Failure> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let compiled = &loaded.compiled;
    for (id, source) in compiled.sources.iter() {
        let fixes = fix::together(&compiled.report.diagnostics, id);
        if fixes.is_empty() || !is_yaml(&source.path) {
            continue;
        }
        let path = folder.join(&source.path);
        let Some(mark) = unchanged(&path, source) else { continue };
        write(&path, &format!("{mark}{}", fix::apply(&source.text, &fixes)))?;
        let made = |found: &&Diagnostic| found.fix.as_ref().is_some_and(|fix| fixes.contains(&fix));
        for found in compiled.report.diagnostics.iter().filter(made) {
            let at = extent(found, &compiled.sources);
            let (place, what) = (format!("{}:{}", at.file, at.start), found.message.of(locale));
            done.push(phrase!("fixed {place}: {what}", "已改正 {place}：{what}").of(locale).to_owned());
        }
    }
    Ok(())
}

/// Whether a path is that of a YAML file.
fn is_yaml(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|ending| ending == "yaml" || ending == "yml")
}

/// The byte order mark of a file that still is what was read; none where somebody else has written it meanwhile.
fn unchanged(path: &Path, source: &Source) -> Option<&'static str> {
    let now = files::text(path, limits::PLAYBOOK_BYTES_MAX).ok()?;
    if now == *source.text {
        return Some("");
    }
    (now.strip_prefix('\u{feff}') == Some(&*source.text)).then_some("\u{feff}")
}

/// Replaces a file whole: beside it, then over it.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::environment(format!("{}: {error}", path.display()));
    // A link stays a link: what it leads to is replaced.
    let target: PathBuf = fs::canonicalize(path).map_err(failed)?;
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(".mending");
    let beside = target.with_file_name(name);
    let written = fs::write(&beside, text)
        .and_then(|()| fs::set_permissions(&beside, fs::metadata(&target)?.permissions()))
        .and_then(|()| fs::File::open(&beside)?.sync_all())
        .and_then(|()| fs::rename(&beside, &target));
    written.map_err(|error| {
        let _ = fs::remove_file(&beside);
        failed(error)
    })
}
