//! The key of a state directory: what forms and links are sealed with.
//!
//! A file of its owner's alone, beside the database and in no backup. A seal says nothing of the key, and is compared
//! in constant time.

use crate::{
    base::limits,
    shell::{private, random},
};
use arc_swap::ArcSwap;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::{
    io::{Read as _, Result, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};
use subtle::ConstantTimeEq as _;

/// Its name in a state directory.
pub const FILE: &str = "control.key";

type Bytes = [u8; limits::CONSOLE_KEY_BYTES];

/// The key. Clones are the same key, also after it was made anew.
#[derive(Clone)]
pub(super) struct Key {
    bytes: Arc<ArcSwap<Bytes>>,
    file: Arc<PathBuf>,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Key").finish_non_exhaustive()
    }
}

/// What something is sealed for: a seal of one kind is none of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A form of a page, for one session.
    Form,
    /// A link to a task, for whoever it asks.
    Task,
    /// A link to a question, for everybody in a group.
    Ballot,
    /// The calendar of a group, for a calendar program.
    Calendar,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Task => "task",
            Self::Ballot => "ballot",
            Self::Calendar => "calendar",
        }
    }
}

impl Key {
    /// Reads the key of a state directory; where there is none it is made.
    pub(super) fn open(dir: &Path) -> Result<Self> {
        let path = dir.join(FILE);
        let mut file = private::open(&path)?;
        let mut bytes = Bytes::default();
        let found = match file.read_exact(&mut bytes) {
            Ok(()) => bytes,
            Err(_) => write(file)?,
        };
        Ok(Self { bytes: Arc::new(ArcSwap::from_pointee(found)), file: Arc::new(path) })
    }

    /// Makes it anew: nothing that was sealed before holds any more.
    pub(super) fn renew(&self) -> Result<()> {
        self.bytes.store(Arc::new(write(private::open(&self.file)?)?));
        Ok(())
    }

    /// Seals the parts.
    pub(super) fn seal(&self, purpose: Purpose, parts: &[&str]) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(&self.mac(purpose, parts)[..limits::SEAL_BYTES])
    }

    /// Whether the parts were sealed so.
    pub(super) fn holds(&self, seal: &str, purpose: Purpose, parts: &[&str]) -> bool {
        bool::from(self.seal(purpose, parts).as_bytes().ct_eq(seal.as_bytes()))
    }

    fn mac(&self, purpose: Purpose, parts: &[&str]) -> Vec<u8> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&**self.bytes.load()).expect("HMAC takes keys of any length");
        for part in [purpose.as_str()].iter().chain(parts) {
            // With its length before it, no part can reach into the next one.
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().to_vec()
    }
}

fn write(mut file: std::fs::File) -> Result<Bytes> {
    let mut bytes = Bytes::default();
    random::fill(&mut bytes)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_holds_for_its_parts_alone_and_ends_with_its_key() {
        let dir = tempfile::tempdir().unwrap();
        let key = Key::open(dir.path()).unwrap();
        let seal = key.seal(Purpose::Form, &["ab", "c"]);
        assert_eq!(seal.len(), 22);
        assert!(Key::open(dir.path()).unwrap().holds(&seal, Purpose::Form, &["ab", "c"]), "it is kept");
        assert!(!key.holds(&seal, Purpose::Form, &["a", "bc"]));
        assert!(!key.holds("", Purpose::Form, &["ab", "c"]));
        key.renew().unwrap();
        assert!(!key.holds(&seal, Purpose::Form, &["ab", "c"]));
        let text = format!("{key:?}");
        assert!(text.len() < 20, "{text}");
    }
}
