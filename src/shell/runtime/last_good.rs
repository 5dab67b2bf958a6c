//! The last good version of a file, from the state: what a start runs while the file itself is broken.

use super::book::{BrokenAtStart, Loaded};
use crate::{
    base::{ids::Digest, phrase::Phrase},
    lang,
    model::{alike::advice, playbook::Playbook},
    shell::store::{GroupInfo, Reader},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The version of a file that was in force last, compiled from the texts that the state keeps; none where the state
/// knows none. `broken` is what the file is read from now, where it can be read.
pub(super) fn last_good(file: &Path, dir: &Path, broken: Option<Loaded>) -> Option<Loaded> {
    let reader = Reader::open(dir).ok()?;
    let digest = in_force(file, reader.groups().ok()?.values())?;
    let (folder, path) = reader.sources(&digest).ok()??;
    let compiled = lang::compile(&folder, &path);
    compiled.playbook.as_ref()?;
    Some(Loaded {
        file: file.into(),
        name: path,
        reads: folder.0.into_iter().map(|(path, text): (String, Arc<str>)| (path, Some(text))).collect(),
        compiled,
        root: root(file),
        refused: Some(broken.map(BrokenAtStart::of).unwrap_or_default()),
    })
}

/// What a file may have forgotten to say of plays that had another name in the version that was in force last.
pub(super) fn renames(file: &Path, dir: &Path, new: &Playbook) -> Vec<Phrase> {
    let before = || {
        let reader = Reader::open(dir).ok()?;
        let digest = in_force(file, reader.groups().ok()?.values()).filter(|digest| *digest != new.digest)?;
        let (folder, path) = reader.sources(&digest).ok()??;
        lang::compile(&folder, &path).playbook
    };
    before().map(|old| advice(&old, new)).unwrap_or_default()
}

/// The version that most groups of a file have. A file that was given in another way is known by its name, where
/// only one has it.
fn in_force<'a>(file: &Path, groups: impl Iterator<Item = &'a GroupInfo>) -> Option<Digest> {
    let mut by_path: BTreeMap<&str, BTreeMap<&Digest, usize>> = BTreeMap::new();
    for info in groups.filter(|info| !info.rests()) {
        *by_path.entry(info.file.as_str()).or_default().entry(&info.digest).or_default() += 1;
    }
    let given = file.display().to_string();
    let digests = by_path.get(given.as_str()).or_else(|| {
        let mut named = by_path.iter().filter(|(path, _)| Path::new(path).file_name() == file.file_name());
        let (_, digests) = named.next()?;
        named.next().is_none().then_some(digests)
    })?;
    digests.iter().max_by_key(|(_, groups)| **groups).map(|(digest, _)| (*digest).clone())
}

/// The folder that a file is in.
fn root(file: &Path) -> PathBuf {
    file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new(".")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_path_and_else_by_its_name() {
        let info = |file: &str, digest: &str| GroupInfo {
            playbook: "p".into(),
            title: "p".into(),
            zone: "UTC".into(),
            locale: "en".into(),
            file: file.into(),
            digest: Digest::from(digest.to_owned()),
        };
        let groups = [
            info("a/p.yaml", "1"),
            info("a/p.yaml", "2"),
            info("a/p.yaml", "2"),
            info("q.yaml", "3"),
            info("", "4"),
        ];
        let found = |file: &str| in_force(Path::new(file), groups.iter()).map(|digest| digest.to_string());
        assert_eq!(found("a/p.yaml").as_deref(), Some("2"));
        assert_eq!(found("./q.yaml").as_deref(), Some("3"));
        assert_eq!(found("none.yaml"), None);
        let twice = [info("a/p.yaml", "1"), info("b/p.yaml", "2")];
        assert_eq!(in_force(Path::new("p.yaml"), twice.iter()), None);
    }
}
