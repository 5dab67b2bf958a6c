//! One look at the files that matter: every entry on the way to them, links included, and which file each is.
//!
//! Only asks; watches nothing.

#![expect(clippy::disallowed_methods, reason = "asks what the entries on the way to a file are")]

use crate::{base::limits, shell::files::Identity};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
    path::{Component, Path, PathBuf},
};

/// How the entries were.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct FileLook {
    /// By the entry's own place, its folder without links; none where there is nothing of that name.
    entries: BTreeMap<PathBuf, Option<Identity>>,
    /// The folders that these entries are in.
    pub(super) folders: BTreeSet<PathBuf>,
}

impl FileLook {
    /// Looks at every entry on the way to these absolute paths.
    pub(super) fn at(paths: &BTreeSet<PathBuf>) -> Self {
        let mut walk = PathWalk { look: Self::default(), known: BTreeMap::new(), links: 0 };
        for path in paths {
            walk.links = 0;
            if let Some(real) = walk.follow(path) {
                walk.enter(real);
            }
        }
        walk.look
    }

    /// Whether a change of this path, which has no links in it, is one of an entry or of a folder above one.
    pub(super) fn matters(&self, path: &Path) -> bool {
        let at_or_under = self.entries.range::<Path, _>((Bound::Included(path), Bound::Unbounded)).next();
        at_or_under.is_some_and(|(entry, _)| entry.starts_with(path))
    }

    /// Whether anything is different, what is being written aside.
    pub(super) fn differs(&self, other: &Self, written: &BTreeSet<PathBuf>) -> bool {
        let settled = |look: &Self| -> Vec<(PathBuf, Option<Identity>)> {
            let entries = look.entries.iter().filter(|(path, _)| !written.contains(*path));
            entries.map(|(path, identity)| (path.clone(), *identity)).collect()
        };
        self.entries != other.entries && settled(self) != settled(other)
    }

    /// Whether a later write may not have shown: times are counted in long steps there.
    pub(super) fn was_coarse(&self) -> bool {
        self.entries.values().flatten().any(Identity::is_coarse)
    }
}

/// The way to paths, step by step.
struct PathWalk {
    look: FileLook,
    /// Where a path leads that was followed already.
    known: BTreeMap<PathBuf, Option<PathBuf>>,
    /// Links that were followed for one path.
    links: usize,
}

impl PathWalk {
    fn enter(&mut self, entry: PathBuf) {
        if let Some(folder) = entry.parent() {
            self.look.folders.insert(folder.to_path_buf());
        }
        let identity = std::fs::symlink_metadata(&entry).ok().map(|meta| Identity::of(&meta));
        self.look.entries.insert(entry, identity);
    }

    /// Where an absolute path leads, without links; none where something on the way is missing.
    fn follow(&mut self, path: &Path) -> Option<PathBuf> {
        if let Some(known) = self.known.get(path) {
            return known.clone();
        }
        let found = self.step(path);
        self.known.insert(path.to_path_buf(), found.clone());
        found
    }

    fn step(&mut self, path: &Path) -> Option<PathBuf> {
        let (folder, name) = match (path.parent(), path.components().next_back()) {
            (Some(parent), Some(Component::ParentDir)) => {
                let folder = self.follow(parent)?;
                return Some(folder.parent().unwrap_or(&folder).to_path_buf());
            }
            (Some(parent), Some(Component::Normal(name))) => (self.follow(parent)?, name),
            _ => return Some(path.to_path_buf()),
        };
        let here = folder.join(name);
        let Ok(meta) = std::fs::symlink_metadata(&here) else {
            self.enter(here);
            return None;
        };
        if !meta.is_symlink() {
            return Some(here);
        }
        self.enter(here.clone());
        self.links += 1;
        if self.links > limits::FILE_LINKS_MAX {
            return None;
        }
        let target = std::fs::read_link(&here).ok()?;
        self.follow(&folder.join(target))
    }
}

/// Which file system entry a folder is now.
pub(super) fn place(folder: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(folder).ok().map(|meta| Identity::of(&meta).place())
}

/// The kind of a mount that tells of no changes made by other machines.
#[cfg(target_os = "linux")]
pub(super) fn silent_mount(folder: &Path) -> Option<&'static str> {
    let kind = rustix::fs::statfs(folder).ok()?.f_type as u32;
    Some(match kind {
        0x6969 => "NFS",
        0x517b | 0xff53_4d42 | 0xfe53_4d42 => "SMB",
        0x6573_5546 => "FUSE",
        0x0102_1997 => "9P",
        0x786f_4256 => "a VirtualBox folder",
        0x00c3_6400 => "Ceph",
        0x5346_414f => "AFS",
        0x4750_4653 => "GPFS",
        0x0bd0_0bd0 => "Lustre",
        0x7461_636f => "OCFS2",
        _ => return None,
    })
}

/// The kind of a mount that tells of no changes made by other machines.
#[cfg(not(target_os = "linux"))]
pub(super) fn silent_mount(_folder: &Path) -> Option<&'static str> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_on_the_way_matters() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("real/deep")).unwrap();
        std::fs::write(root.join("real/deep/p.yaml"), "x").unwrap();
        std::os::unix::fs::symlink("real", root.join("link")).unwrap();
        std::os::unix::fs::symlink("loop", root.join("loop")).unwrap();
        let paths = ["link/deep/p.yaml", "real/../none/x.csv", "loop"].map(|path| root.join(path));
        let look = FileLook::at(&paths.into());
        let entries: Vec<_> =
            look.entries.iter().map(|(path, found)| (path.as_path(), found.is_some())).collect();
        let expected = [("link", true), ("loop", true), ("none", false), ("real/deep/p.yaml", true)]
            .map(|(p, is)| (root.join(p), is));
        assert_eq!(entries, expected.iter().map(|(path, is)| (path.as_path(), *is)).collect::<Vec<_>>());
        for (path, matters) in [
            ("link", true),
            ("none", true),
            ("real", true),
            ("real/deep/p.yaml", true),
            ("real/other", false),
            ("rea", false),
            ("real/deep/p.yaml~", false),
        ] {
            assert_eq!(look.matters(&root.join(path)), matters, "{path}");
        }
    }
}
