//! Source texts and places in them: byte spans, lines and columns.
//!
//! Holds texts that somebody else read; it never opens a file itself. What is needed from
//! a folder is asked of the [`Folder`] trait, which the shell (or a test) implements.

use super::{
    decode::{Encoding, NotText},
    phrase::{Phrase, phrase},
    picture::Glimpse,
};
use std::{collections::BTreeMap, fmt, sync::Arc};

/// A folder of playbook files, read by relative path with `/` separators.
///
/// The core's only way to more text: the shell reads disk, tests and the store read memory.
pub trait Folder: Send + Sync {
    /// The text of a file under the folder. Paths that leave the folder are refused.
    fn read(&self, path: &str) -> Result<Arc<str>, FolderError>;

    /// What a picture under the folder is; none where the folder holds texts only and cannot say.
    fn glimpse(&self, _path: &str) -> Result<Option<Glimpse>, FolderError> {
        Ok(None)
    }
}

/// Why a file could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FolderError {
    /// There is no such file.
    Missing(String),
    /// The path is absolute or climbs out of the folder.
    Outside(String),
    /// The file is larger than the limit for its kind.
    TooLarge {
        /// The path that was asked for.
        path: String,
        /// Its size in bytes.
        found: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The file is text in an encoding that such a file may not have.
    Encoding {
        /// The path that was asked for.
        path: String,
        /// The encoding.
        encoding: Encoding,
    },
    /// The file is no text.
    NotText {
        /// The path that was asked for.
        path: String,
        /// Where that shows.
        error: NotText,
    },
    /// The operating system refused.
    Unreadable {
        /// The path that was asked for.
        path: String,
        /// What the operating system said.
        reason: String,
    },
    /// Somebody is writing the file just now.
    BeingWritten(String),
}

impl FolderError {
    /// Why, in every language of the diagnostics.
    pub fn phrase(&self) -> Phrase {
        match self {
            Self::Missing(path) => {
                phrase!(
                    "there is no file {path:?} in the playbook's folder",
                    "剧本的文件夹里没有文件 {path:?}"
                )
            }
            Self::Outside(path) => {
                phrase!("{path:?} is outside the playbook's folder", "{path:?} 在剧本的文件夹之外")
            }
            Self::TooLarge { path, found, limit } => phrase!(
                "{path:?} has {found} bytes; the limit is {limit}",
                "{path:?} 有 {found} 字节；上限是 {limit}"
            ),
            Self::Encoding { path, encoding: Encoding::Utf16 } => phrase!(
                "{path:?} is written in UTF-16; save it as UTF-8",
                "{path:?} 是 UTF-16 编码；请另存为 UTF-8"
            ),
            Self::Encoding { path, .. } => phrase!(
                "{path:?} looks like GBK (GB18030); save it as UTF-8",
                "{path:?} 看起来是 GBK（GB18030）编码；请另存为 UTF-8"
            ),
            Self::NotText { path, error } => {
                let why = error.phrase();
                phrase!("{path:?} cannot be read: {why}", "{path:?} 读不了：{why}"; why)
            }
            Self::Unreadable { path, reason } => {
                phrase!("{path:?} cannot be read: {reason}", "{path:?} 读不了：{reason}")
            }
            Self::BeingWritten(path) => phrase!(
                "{path:?} is being written just now; it is read when that is done",
                "{path:?} 正在写入；写完后才读"
            ),
        }
    }
}

impl std::error::Error for FolderError {}

impl fmt::Display for FolderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.phrase().en)
    }
}

/// Files held in memory: for tests, for stored sources, for embedded templates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryFolder(pub BTreeMap<String, Arc<str>>);

impl Folder for MemoryFolder {
    fn read(&self, path: &str) -> Result<Arc<str>, FolderError> {
        let clean = normal_path(path).ok_or_else(|| FolderError::Outside(path.into()))?;
        self.0.get(&clean).cloned().ok_or(FolderError::Missing(clean))
    }
}

/// A relative path with `.` and inner `..` resolved, or `None` where it leaves the folder.
pub fn normal_path(path: &str) -> Option<String> {
    if path.starts_with('/') || path.contains('\\') || path.contains('\0') || path.contains(':') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// Which file of a [`SourceMap`] a span is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u16);

/// A range of bytes in one source file; `end` is exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span from byte offsets.
    pub fn new(source: SourceId, start: usize, end: usize) -> Self {
        Self { source, start: start as u32, end: end.max(start) as u32 }
    }
}

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Pairs a value with its place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// One source file.
#[derive(Debug, Clone)]
pub struct Source {
    /// The path as a person knows it.
    pub path: String,
    /// The whole text.
    pub text: Arc<str>,
    lines: Vec<u32>,
}

/// A place for people: both numbers begin at 1; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// All texts that one compilation read, in order; the first is the playbook itself.
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    sources: Vec<Source>,
}

impl SourceMap {
    /// Adds a file and gives its id. At most 65,535 files, far above the limit on `use` and data.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> SourceId {
        let text = text.into();
        let lines = std::iter::once(0)
            .chain(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1))
            .collect();
        self.sources.push(Source { path: path.into(), text, lines });
        SourceId((self.sources.len() - 1) as u16)
    }

    /// The file of an id. Ids come from [`SourceMap::add`] of the same map.
    pub fn get(&self, id: SourceId) -> &Source {
        &self.sources[usize::from(id.0)]
    }

    /// All files in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.sources.iter().enumerate().map(|(i, s)| (SourceId(i as u16), s))
    }
}

impl Source {
    /// Whether it is a plugin script, by its name.
    pub fn is_script(&self) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, ending)| ending == "rhai")
    }

    /// Line and column of a byte offset; an offset past the end is the end.
    pub fn place(&self, offset: u32) -> Place {
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.lines.partition_point(|start| *start as usize <= offset);
        let start = self.lines[line - 1] as usize;
        let column = self.text[start..offset].chars().count() + 1;
        Place { line: line as u32, column: column as u32 }
    }

    /// Byte offset of a line and column, both from 1; past the end of a line is its end.
    pub fn offset(&self, place: Place) -> u32 {
        let line = (place.line.max(1) as usize - 1).min(self.lines.len() - 1);
        let start = self.lines[line] as usize;
        let rest = &self.text[start..];
        let rest = rest.split('\n').next().unwrap_or(rest);
        let within = rest.char_indices().nth(place.column.max(1) as usize - 1).map_or(rest.len(), |(i, _)| i);
        (start + within) as u32
    }
}
