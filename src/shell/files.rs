//! How every file from outside is read: a regular one, bounded in size before it is read, whole, and not while
//! somebody is writing it.
//!
//! Never waits for a pipe or a device, never reads a part. Writes nothing.

#![expect(clippy::disallowed_methods, reason = "owns the reading of files")]

use crate::base::{limits, phrase::Phrase};
use rustix::fs::OFlags;
use std::{
    fs::{File, FileType, Metadata, OpenOptions},
    io::Read as _,
    os::unix::fs::{FileTypeExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::Path,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The operating system refused.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// It has a name and is no file.
    #[error("it is {0}, not a file")]
    NotAFile(&'static str),
    /// It is larger than its kind may be.
    #[error("it has {found} bytes; the limit is {limit}")]
    TooLarge {
        /// Its size in bytes.
        found: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// It changed each time it was looked at.
    #[error("it is being written just now; read it again when that is done")]
    BeingWritten,
    /// It is no text.
    #[error("it is not UTF-8 text (byte {0}); save it as UTF-8")]
    NotText(usize),
}

impl ReadError {
    /// Why, in both languages.
    pub fn in_words(&self) -> Phrase {
        match self {
            Self::Io(error) => io_in_words(error),
            Self::NotAFile(_) => Phrase { en: self.to_string(), zh: "它不是文件".into() },
            Self::TooLarge { found, limit } => {
                Phrase { en: self.to_string(), zh: format!("它有 {found} 字节，上限是 {limit}") }
            }
            Self::BeingWritten => {
                Phrase { en: self.to_string(), zh: "它正在被写入，写完再读".into() }
            }
            Self::NotText(at) => Phrase {
                en: self.to_string(),
                zh: format!("它不是 UTF-8 文字（第 {at} 字节）；请存成 UTF-8"),
            },
        }
    }

    /// Whether there is nothing of that name.
    pub fn is_missing(&self) -> bool {
        use std::io::ErrorKind::{NotADirectory, NotFound};
        matches!(self, Self::Io(error) if matches!(error.kind(), NotFound | NotADirectory))
    }
}

/// What the operating system says, in both languages where it is common.
pub fn io_in_words(error: &std::io::Error) -> Phrase {
    use std::io::ErrorKind;
    let zh = match error.kind() {
        ErrorKind::NotFound => "没有这个文件或文件夹".to_owned(),
        ErrorKind::PermissionDenied => "没有权限".to_owned(),
        ErrorKind::IsADirectory => "它是文件夹".to_owned(),
        ErrorKind::NotADirectory => "路径中间有一段不是文件夹".to_owned(),
        ErrorKind::AlreadyExists => "它已经存在".to_owned(),
        ErrorKind::StorageFull => "磁盘满了".to_owned(),
        ErrorKind::ReadOnlyFilesystem => "磁盘是只读的".to_owned(),
        _ => error.to_string(),
    };
    Phrase { en: error.to_string(), zh }
}

impl From<ReadError> for std::io::Error {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Io(error) => error,
            other => Self::other(other.to_string()),
        }
    }
}

/// Which file it is and which of its contents: equal as long as nobody has written it or put another in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Identity {
    /// From what the operating system says of a file.
    pub fn of(meta: &Metadata) -> Self {
        Self {
            device: meta.dev(),
            inode: meta.ino(),
            size: meta.size(),
            modified: (meta.mtime(), meta.mtime_nsec()),
            changed: (meta.ctime(), meta.ctime_nsec()),
        }
    }

    /// Which file system entry it is, whatever its content.
    pub fn place(&self) -> (u64, u64) {
        (self.device, self.inode)
    }

    /// Whether the file system counts time in steps so long that two writes may look like one.
    pub fn is_coarse(&self) -> bool {
        self.changed.1 == 0 && self.modified.1 == 0
    }

    /// How long ago it was written, by the machine's clock; a time that lies ahead counts as well.
    fn age(&self) -> Duration {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let then = Duration::new(self.modified.0.max(0) as u64, self.modified.1.clamp(0, 999_999_999) as u32);
        now.abs_diff(then)
    }
}

/// Which file system entry stands at a place, no link followed: its device and inode. None where there is none.
pub fn place_of(path: &Path) -> Option<(u64, u64)> {
    std::fs::symlink_metadata(path).ok().map(|meta| Identity::of(&meta).place())
}

/// Reads a file whole. Waits a moment where it was written just now.
pub fn bytes(path: &Path, limit: usize) -> Result<Vec<u8>, ReadError> {
    let begun = Instant::now();
    loop {
        if let Some(bytes) = once(path, limit as u64)? {
            return Ok(bytes);
        }
        if begun.elapsed() >= Duration::from_millis(limits::FILE_UNSETTLED_MS_MAX) {
            return Err(ReadError::BeingWritten);
        }
        std::thread::sleep(Duration::from_millis(limits::FILE_SETTLE_MS / 4));
    }
}

/// Reads a text whole, as it is: a mark at its beginning stays.
pub fn text(path: &Path, limit: usize) -> Result<String, ReadError> {
    String::from_utf8(bytes(path, limit)?)
        .map_err(|error| ReadError::NotText(error.utf8_error().valid_up_to()))
}

/// What the operating system says of a file; refuses what is none before anybody opens it.
fn regular(meta: &Metadata, limit: u64) -> Result<Identity, ReadError> {
    if !meta.is_file() {
        return Err(ReadError::NotAFile(kind(meta.file_type())));
    }
    if meta.len() > limit {
        return Err(ReadError::TooLarge { found: meta.len(), limit });
    }
    Ok(Identity::of(meta))
}

/// One try; nothing where the file was written a moment ago or while it was read.
fn once(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, ReadError> {
    regular(&std::fs::metadata(path)?, limit)?;
    // What was a file a moment ago may be a pipe by now: opening it does not wait either.
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file: File = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    let before = regular(&file.metadata()?, limit)?;
    if before.age() < Duration::from_millis(limits::FILE_SETTLE_MS) {
        return Ok(None);
    }
    let mut bytes = Vec::with_capacity(before.size as usize);
    // It may grow while it is read.
    (&file).take(limit + 1).read_to_end(&mut bytes)?;
    let after = regular(&file.metadata()?, limit)?;
    Ok((after == before && bytes.len() as u64 == after.size).then_some(bytes))
}

fn kind(kind: FileType) -> &'static str {
    if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else if kind.is_block_device() || kind.is_char_device() {
        "a device"
    } else {
        "something else"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn only_regular_files_are_read_and_nothing_is_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RWXU).unwrap();
        for (path, what) in
            [(pipe.as_path(), "a pipe"), (dir.path(), "a folder"), (Path::new("/dev/zero"), "a device")]
        {
            let error = bytes(path, 100).unwrap_err();
            assert!(matches!(error, ReadError::NotAFile(found) if found == what), "{error}");
        }
        assert!(bytes(&dir.path().join("none"), 100).unwrap_err().is_missing());
    }

    #[test]
    fn a_size_is_looked_at_before_anything_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("big");
        // Holes take no room: reading it would need a terabyte.
        File::create(&path).unwrap().set_len(1 << 40).unwrap();
        assert!(matches!(
            bytes(&path, 100),
            Err(ReadError::TooLarge { found: 1_099_511_627_776, limit: 100 })
        ));
    }

    #[test]
    fn a_file_that_is_written_again_and_again_is_read_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        let whole = [vec![b'a'; 100_000], vec![b'b'; 50_000]];
        std::fs::write(&path, &whole[0]).unwrap();
        let target = path.clone();
        let (stop, stopped) = std::sync::mpsc::channel::<()>();
        let contents = whole.clone();
        let writer = std::thread::spawn(move || {
            for round in 1.. {
                let mut file = File::create(&target).unwrap();
                for part in contents[round % 2].chunks(1_000) {
                    file.write_all(part).unwrap();
                }
                drop(file);
                let pause = Duration::from_millis(3 * limits::FILE_SETTLE_MS);
                if stopped.recv_timeout(pause) != Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                    return;
                }
            }
        });
        for _ in 0..10 {
            let found = bytes(&path, 1_000_000).unwrap();
            assert!(whole.contains(&found), "{} bytes", found.len());
        }
        drop(stop);
        writer.join().unwrap();
    }

    #[test]
    fn what_is_no_text_is_said_with_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("latin");
        std::fs::write(&path, b"caf\xe9").unwrap();
        assert!(matches!(text(&path, 100), Err(ReadError::NotText(3))));
    }
}
