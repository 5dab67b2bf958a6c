//! Folders and files that are nobody else's business: made private, checked, and mended where they are ours.
//!
//! A state holds members and messages. So its folder is 0700 and its files are 0600; no link in it is followed, and
//! a folder of another user is refused.

#![expect(clippy::disallowed_methods, reason = "owns the modes of the state directory")]

use crate::base::phrase::{Phrase, phrase};
use std::{
    fs::{DirBuilder, File, Metadata, OpenOptions, Permissions},
    io::{Error, ErrorKind, Result},
    os::unix::fs::{
        DirBuilderExt as _, FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
    },
    path::Path,
};

/// Bits of a mode that let others in.
const OTHERS: u32 = 0o077;
/// What the names of files that belong to a state begin with.
const OURS: &[&str] =
    &["state.db", "state.mark", "lock", "control.", "clock", "calls", "bans", "forget", "retention"];

/// Files that this process makes from now on are its user's alone.
pub fn keep_to_ourselves() {
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(OTHERS as rustix::fs::RawMode));
}

/// Whether a file of this name in a state directory belongs to the state.
pub fn is_ours(name: &str) -> bool {
    OURS.iter().any(|ours| name.starts_with(ours))
}

/// The user that this process acts as.
pub fn user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Whose a state directory is, where this process may believe what is in it: its own, or anybody's for root.
pub fn trusted_owner(dir: &Path) -> Result<u32> {
    let owner = std::fs::metadata(dir)?.uid();
    if owner == user() || user() == 0 { Ok(owner) } else { Err(foreign(owner)) }
}

/// Makes a folder private, and makes it where it is missing. Gives what had to be mended, to be said.
pub fn folder(dir: &Path) -> Result<Vec<Phrase>> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|error| {
        let taken = error.kind() == ErrorKind::AlreadyExists;
        if taken { Error::other("a file has that name") } else { error }
    })?;
    let mut said = Vec::new();
    let meta = std::fs::metadata(dir)?;
    if meta.uid() != user() {
        return Err(foreign(meta.uid()));
    }
    if let Some(before) = tighten(dir, &meta, 0o700)? {
        said.push(closed(dir, before, 0o700));
    }
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        if !is_ours(&name.to_string_lossy()) {
            continue;
        }
        let path = entry.path();
        let meta = std::fs::symlink_metadata(&path)?;
        check(&path, &meta)?;
        let mode = if meta.is_dir() { 0o700 } else { 0o600 };
        if let Some(before) = tighten(&path, &meta, mode)? {
            said.push(closed(&path, before, mode));
        }
    }
    Ok(said)
}

/// What is said of a file that others could open.
fn closed(path: &Path, before: u32, now: u32) -> Phrase {
    let path = path.display();
    phrase!(
        "{path} was open to other users (mode {before:04o}); it is {now:04o} now",
        "{path} 原来别的用户也能打开（权限 {before:04o}），现在改成了 {now:04o}"
    )
}

/// A folder for one socket: not a link, ours, private. Made where it is missing.
pub fn socket_folder(dir: &Path) -> Result<()> {
    match DirBuilder::new().mode(0o700).create(dir) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let meta = std::fs::symlink_metadata(dir)?;
    if !meta.is_dir() {
        return Err(Error::other("it is no folder"));
    }
    if meta.uid() != user() {
        return Err(foreign(meta.uid()));
    }
    tighten(dir, &meta, 0o700).map(drop)
}

/// Whether a folder is there, is ours, and lets nobody else in.
pub fn is_private(dir: &Path) -> bool {
    std::fs::metadata(dir)
        .is_ok_and(|meta| meta.is_dir() && meta.uid() == user() && meta.mode() & OTHERS == 0)
}

/// Opens a file of the state directory for writing, never through a link; made where it is missing.
pub fn open(path: &Path) -> Result<File> {
    use rustix::fs::OFlags;
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
        .map_err(|error| match error.raw_os_error().map(rustix::io::Errno::from_raw_os_error) {
            Some(rustix::io::Errno::LOOP) => link(path),
            _ => error,
        })?;
    check(path, &file.metadata()?)?;
    Ok(file)
}

/// Whether a file may be one of ours: no link, no second name of another file, nobody else's.
fn check(path: &Path, meta: &Metadata) -> Result<()> {
    if meta.is_symlink() {
        return Err(link(path));
    }
    if meta.uid() != user() {
        return Err(Error::new(
            ErrorKind::PermissionDenied,
            format!("{}: {}", path.display(), foreign(meta.uid())),
        ));
    }
    // A pipe keeps whoever opens it waiting. The control socket and the folder of calls are ours.
    if !meta.is_file() && !meta.is_dir() && !meta.file_type().is_socket() {
        return Err(Error::other(format!("{} is no regular file: remove it", path.display())));
    }
    if meta.is_file() && meta.nlink() > 1 {
        let text = format!("{} is a second name of another file: remove it", path.display());
        return Err(Error::other(text));
    }
    Ok(())
}

/// Takes others' rights away. Gives the mode that it was, where there was something to take.
fn tighten(path: &Path, meta: &Metadata, mode: u32) -> Result<Option<u32>> {
    let before = meta.mode() & 0o7777;
    if before & OTHERS == 0 {
        return Ok(None);
    }
    std::fs::set_permissions(path, Permissions::from_mode(mode))?;
    Ok(Some(before))
}

fn link(path: &Path) -> Error {
    Error::other(format!(
        "{} is a link, and no link in a state directory is followed: remove it",
        path.display()
    ))
}

fn foreign(owner: u32) -> Error {
    let text =
        format!("it belongs to another user (uid {owner}, this is uid {}): give one of your own", user());
    Error::new(ErrorKind::PermissionDenied, text)
}
