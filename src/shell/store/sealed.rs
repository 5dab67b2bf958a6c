//! Secrets that stand in a playbook itself, sealed in the stored texts of its versions.
//!
//! A version is compiled again from its stored texts, so what it said has to be there; the database is copied and
//! shown around, so a secret must not be. The key lies beside the database, in a file that no backup takes along.
//! Never writes a secret, sealed or not, into an error.

use super::{StoreError, corrupt};
use crate::{
    base::{
        hex::{hex, unhex},
        ids::Digest,
    },
    shell::{private, random},
};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

/// The texts of a version, by path.
type Texts = BTreeMap<String, String>;

/// What stands before the digits of a sealed secret.
const MARK: &str = "sealed:1:";
/// What an address reads as when the key that sealed it is not here: it compiles, and nothing answers there.
const UNKNOWN: &str = "https://sealed.invalid/";
/// Bytes of the key.
const KEY_BYTES: usize = 32;

/// What seals and opens the secrets of one state directory.
#[derive(Debug)]
pub(super) struct Sealer {
    file: PathBuf,
}

impl Sealer {
    /// The sealer of the directory that a database lies in.
    pub(super) fn beside(database: &Path) -> Self {
        Self { file: database.with_file_name("state.db.key") }
    }

    /// Stores the texts of a version with its secrets sealed, and seals them in older versions that have them open.
    pub(super) fn keep(
        &self,
        conn: &Connection,
        (digest, path): (&Digest, &str),
        files: &BTreeMap<String, Arc<str>>,
        secrets: &[Arc<str>],
        at_ms: i64,
    ) -> Result<(), StoreError> {
        let key = if secrets.is_empty() { None } else { Some(self.key_or_new()?) };
        let mut texts: Texts = files.iter().map(|(path, text)| (path.clone(), text.to_string())).collect();
        if let Some(key) = &key {
            seal(key, &mut texts, secrets)?;
            seal_older(conn, key, secrets)?;
        }
        let texts = serde_json::to_string(&texts).map_err(|e| corrupt("sources to be written", e))?;
        conn.prepare_cached(
            "INSERT INTO sources (digest, path, files, at) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (digest) DO UPDATE SET path = ?2, files = ?3",
        )?
        .execute(params![digest.as_str(), path, texts, at_ms])?;
        Ok(())
    }

    /// The texts of a version with their secrets as they were written, and the path of the playbook among them. Where
    /// the key is gone, as in a copy on another machine, an address that leads nowhere stands for each.
    pub(super) fn read(
        &self,
        conn: &Connection,
        digest: &Digest,
    ) -> Result<Option<(Texts, String)>, StoreError> {
        let found: Option<(String, String)> = conn
            .prepare_cached("SELECT path, files FROM sources WHERE digest = ?1")?
            .query_row([digest.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((path, files)) = found else { return Ok(None) };
        let mut texts: Texts = serde_json::from_str(&files)
            .map_err(|e| corrupt(format!("the sources of {}", digest.short()), e))?;
        if texts.values().any(|text| text.contains(MARK)) {
            let key = self.key();
            for text in texts.values_mut() {
                *text = open(key.as_ref(), text);
            }
        }
        Ok(Some((texts, path)))
    }

    fn key(&self) -> Option<LessSafeKey> {
        let mut bytes = Vec::new();
        File::open(&self.file)
            .and_then(|file| file.take(KEY_BYTES as u64 + 1).read_to_end(&mut bytes))
            .ok()?;
        sealing(&bytes)
    }

    fn key_or_new(&self) -> Result<LessSafeKey, StoreError> {
        if let Some(key) = self.key() {
            return Ok(key);
        }
        let failed = |error: std::io::Error| StoreError::Io(format!("{}: {error}", self.file.display()));
        let mut bytes = [0; KEY_BYTES];
        random::fill(&mut bytes).map_err(failed)?;
        let mut file = private::open(&self.file).map_err(failed)?;
        file.set_len(0).map_err(failed)?;
        file.write_all(&bytes).map_err(failed)?;
        // A secret that is sealed is lost with its key, so the key lasts first.
        file.sync_all().map_err(failed)?;
        sealing(&bytes).ok_or_else(|| StoreError::Io(format!("{}: no key", self.file.display())))
    }
}

fn sealing(bytes: &[u8]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, bytes).ok().map(LessSafeKey::new)
}

/// Seals the secrets in versions that an older program stored as they were.
fn seal_older(conn: &Connection, key: &LessSafeKey, secrets: &[Arc<str>]) -> Result<(), StoreError> {
    let mut older: Vec<(String, String)> = Vec::new();
    let mut statement = conn.prepare_cached("SELECT digest, files FROM sources")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        older.push((row.get(0)?, row.get(1)?));
    }
    for (digest, files) in older {
        let Ok(mut texts) = serde_json::from_str::<Texts>(&files) else { continue };
        if seal(key, &mut texts, secrets)? {
            let texts = serde_json::to_string(&texts).map_err(|e| corrupt("sources to be written", e))?;
            conn.execute("UPDATE sources SET files = ?2 WHERE digest = ?1", params![digest, texts])?;
        }
    }
    Ok(())
}

/// Seals every place of some texts where one of the secrets stands. Whether there was one.
fn seal(key: &LessSafeKey, texts: &mut Texts, secrets: &[Arc<str>]) -> Result<bool, StoreError> {
    let mut found = false;
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        if !texts.values().any(|text| text.contains(&**secret)) {
            continue;
        }
        found = true;
        let failed = || StoreError::Io("a secret of the playbook could not be sealed".into());
        let mut nonce = [0; NONCE_LEN];
        random::fill(&mut nonce).map_err(|_| failed())?;
        let mut sealed = secret.as_bytes().to_vec();
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed)
            .map_err(|_| failed())?;
        let token = format!("{MARK}{}{};", hex(&nonce), hex(&sealed));
        for text in texts.values_mut().filter(|text| text.contains(&**secret)) {
            *text = text.replace(&**secret, &token);
        }
    }
    Ok(found)
}

/// A text with every sealed secret as it was written. What only looks sealed, because somebody wrote it so, stays.
fn open(key: Option<&LessSafeKey>, text: &str) -> String {
    let mut opened = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(MARK) {
        opened.push_str(before);
        let token = after.split_once(';').and_then(|(digits, rest)| Some((unhex(digits)?, rest)));
        match token {
            Some((sealed, after)) if sealed.len() > NONCE_LEN => {
                opened.push_str(key.and_then(|key| open_one(key, &sealed)).as_deref().unwrap_or(UNKNOWN));
                rest = after;
            }
            _ => {
                opened.push_str(MARK);
                rest = after;
            }
        }
    }
    opened + rest
}

fn open_one(key: &LessSafeKey, sealed: &[u8]) -> Option<String> {
    let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut bytes = sealed.to_vec();
    let clear = key.open_in_place(nonce, Aad::empty(), &mut bytes).ok()?;
    String::from_utf8(clear.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Texts {
        [("p.yaml".to_owned(), text.to_owned())].into()
    }

    #[test]
    fn what_is_sealed_is_opened_by_its_key_alone() {
        let key = sealing(&[7; KEY_BYTES]).unwrap();
        let written =
            "url: https://a.example/s3cr3t\nalso: \"https://a.example/s3cr3t\"\nsaid: sealed:1: no\n";
        let mut kept = texts(written);
        assert!(seal(&key, &mut kept, &["https://a.example/s3cr3t".into()]).unwrap());
        let sealed = &kept["p.yaml"];
        assert!(!sealed.contains("s3cr3t"), "{sealed}");
        assert_eq!(open(Some(&key), sealed), written);
        let other = sealing(&[8; KEY_BYTES]).unwrap();
        for without in [Some(&other), None] {
            assert_eq!(
                open(without, sealed),
                written.replace("https://a.example/s3cr3t", UNKNOWN),
                "a key that is not the right one opens nothing"
            );
        }
        assert!(
            !seal(&key, &mut kept, &["https://a.example/s3cr3t".into()]).unwrap(),
            "nothing is left to seal"
        );
    }
}
