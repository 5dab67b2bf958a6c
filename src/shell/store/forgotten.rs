//! Who was forgotten, as keyed hashes: whoever comes back in an older copy is forgotten again, and nobody can be read from
//! it.

use super::{StoreError, corrupt};
use crate::{
    base::{
        hex::{hex, unhex},
        ids::{GroupId, MemberId},
    },
    shell::{private, random},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// Keyed hashes of those who were forgotten, for copies that are put back.
pub(super) const HASHES: &str = "forgotten";
/// Keyed hashes of who was forgotten: the key in the first line, then a hash a line.
pub(super) struct Hashes {
    file: PathBuf,
    key: Vec<u8>,
    known: BTreeSet<String>,
}

/// The key's length.
const KEY_BYTES: usize = 32;

pub(super) fn unread(error: io::Error) -> StoreError {
    StoreError::Io(error.to_string())
}

impl Hashes {
    /// Whether nobody was ever forgotten.
    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The folder in which they are.
    pub(super) fn dir(&self) -> &Path {
        self.file.parent().unwrap_or(&self.file)
    }

    pub(super) fn open(dir: &Path) -> Result<Self, StoreError> {
        let file = dir.join(HASHES);
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(unread(error)),
        };
        let mut lines = text.lines().map(str::to_owned);
        let key = lines.next().and_then(|line| unhex(&line)).filter(|key| key.len() == KEY_BYTES);
        if key.is_none() && !text.is_empty() {
            return Err(corrupt(HASHES, "its first line is no key"));
        }
        let known = lines.collect();
        Ok(Self { file, key: key.unwrap_or_default(), known })
    }

    pub(super) fn hash(&self, group: &GroupId, member: &MemberId) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        for part in [group.as_str(), member.as_str()] {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part.as_bytes());
        }
        hex(&mac.finalize().into_bytes())
    }

    pub(super) fn has(&self, group: &GroupId, member: &MemberId) -> bool {
        self.known.contains(&self.hash(group, member))
    }

    pub(super) fn add(&self, group: &GroupId, member: &MemberId) -> Result<(), StoreError> {
        let mut now = Self::open(self.dir())?;
        let mut text = String::new();
        if now.key.is_empty() {
            now.key = vec![0; KEY_BYTES];
            random::fill(&mut now.key).map_err(unread)?;
            let _ = writeln!(text, "{}", hex(&now.key));
        }
        let hash = now.hash(group, member);
        if now.known.contains(&hash) {
            return Ok(());
        }
        let _ = writeln!(text, "{hash}");
        let mut file = private::open(&self.file).map_err(unread)?;
        io::Seek::seek(&mut file, io::SeekFrom::End(0)).map_err(unread)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(unread)
    }
}
