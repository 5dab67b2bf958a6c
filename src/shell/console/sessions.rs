//! Who is signed in, and the links that sign somebody in once.
//!
//! A link's code and what a cookie holds are known here by their digests alone. Written through the store, read from
//! memory; what somebody may is not known here.

use crate::{
    base::{
        ids::PersonId,
        limits,
        time::{Duration, Timestamp},
    },
    shell::{
        random,
        store::{SessionChange, SessionRow, StoreHandle, Work},
    },
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The digits of a code: nothing that is read as something else.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// How a token begins, so that whoever finds one knows what it is.
const TOKEN: &str = "pbt_";

/// A link that was given out and not used yet.
#[derive(Debug)]
struct Offer {
    until: Timestamp,
    person: Option<PersonId>,
}

#[derive(Debug, Default)]
struct KnownSession {
    offers: BTreeMap<String, Offer>,
    rows: BTreeMap<String, SessionRow>,
}

/// All sessions of an engine.
#[derive(Debug)]
pub(super) struct Sessions {
    store: StoreHandle,
    known: Mutex<KnownSession>,
}

impl Sessions {
    /// With those that are kept.
    pub(super) fn new(store: StoreHandle, rows: Vec<SessionRow>) -> Self {
        let rows = rows.into_iter().map(|row| (row.hash.clone(), row)).collect();
        Self { store, known: Mutex::new(KnownSession { rows, ..KnownSession::default() }) }
    }

    fn known(&self) -> MutexGuard<'_, KnownSession> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A code that signs in once, and not for long: one of the people, or whoever reaches the control socket.
    pub(super) fn offer(&self, person: Option<PersonId>, now: Timestamp) -> std::io::Result<String> {
        let mut bytes = [0; limits::LOGIN_CODE_CHARS];
        random::fill(&mut bytes)?;
        let mut code = String::new();
        for (at, byte) in bytes.iter().enumerate() {
            if at > 0 && at.is_multiple_of(4) {
                code.push('-');
            }
            code.push(DIGITS[usize::from(*byte) % DIGITS.len()].into());
        }
        let until = now.plus(Duration::from_millis(limits::LOGIN_MS_MAX));
        let mut known = self.known();
        known.offers.retain(|_, offer| offer.until > now);
        if known.offers.len() >= limits::LOGINS_OFFERED_MAX
            && let Some(oldest) =
                known.offers.iter().min_by_key(|(_, offer)| offer.until).map(|(code, _)| code.clone())
        {
            known.offers.remove(&oldest);
        }
        known.offers.insert(digest(&plain(&code)), Offer { until, person });
        Ok(code)
    }

    /// Uses a code up. Gives what the browser is to hold; nothing where the code is used, too old or none.
    pub(super) fn enter(&self, code: &str, label: String, now: Timestamp) -> std::io::Result<Option<String>> {
        let mut known = self.known();
        let Some(offer) = known.offers.remove(&digest(&plain(code))).filter(|offer| offer.until > now) else {
            return Ok(None);
        };
        let mut bytes = [0; limits::SESSION_BYTES];
        random::fill(&mut bytes)?;
        let word = BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let admin = offer.person.is_none();
        let (hash, token) = (digest(&word), false);
        let row = SessionRow { hash, person: offer.person, admin, token, made: now, seen: now, label };
        let browsers = || known.rows.values().filter(|row| !row.token);
        if browsers().count() >= limits::SESSIONS_MAX
            && let Some(oldest) = browsers().min_by_key(|row| row.seen).map(|row| row.hash.clone())
        {
            known.rows.remove(&oldest);
            self.keep(SessionChange::Ended(oldest));
        }
        self.keep(SessionChange::Put(row.clone()));
        known.rows.insert(row.hash.clone(), row);
        Ok(Some(word))
    }

    /// A token for a program of one of the people: it is good until everybody is signed out. Nothing where there are too many.
    pub(super) fn give(&self, person: PersonId, now: Timestamp) -> std::io::Result<Option<String>> {
        let mut bytes = [0; limits::SESSION_BYTES];
        random::fill(&mut bytes)?;
        let word = format!("{TOKEN}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes));
        let (hash, label) = (digest(&word), "token".to_owned());
        let row =
            SessionRow { hash, person: Some(person), admin: false, token: true, made: now, seen: now, label };
        let mut known = self.known();
        if known.rows.values().filter(|row| row.token).count() >= limits::TOKENS_MAX {
            return Ok(None);
        }
        self.keep(SessionChange::Put(row.clone()));
        known.rows.insert(row.hash.clone(), row);
        Ok(Some(word))
    }

    /// Whose program has this token, if anybody's.
    pub(super) fn whose(&self, word: &str, now: Timestamp) -> Option<SessionRow> {
        let mut known = self.known();
        let row = known.rows.get_mut(&digest(word)).filter(|row| row.token)?;
        if now.since(row.seen).as_millis() > limits::SESSION_SEEN_MS {
            row.seen = now;
            self.keep(SessionChange::Put(row.clone()));
        }
        Some(row.clone())
    }

    /// Whose browser holds this, if anybody's.
    pub(super) fn who(&self, word: &str, now: Timestamp) -> Option<SessionRow> {
        let mut known = self.known();
        let row = known.rows.get_mut(&digest(word)).filter(|row| !row.token)?;
        let silent = now.since(row.seen).as_millis();
        if silent > limits::SESSION_IDLE_MS_MAX {
            let hash = row.hash.clone();
            known.rows.remove(&hash);
            self.keep(SessionChange::Ended(hash));
            return None;
        }
        if silent > limits::SESSION_SEEN_MS {
            row.seen = now;
            self.keep(SessionChange::Put(row.clone()));
        }
        Some(row.clone())
    }

    /// Everybody who is signed in, and every token.
    pub(super) fn all(&self) -> Vec<SessionRow> {
        self.known().rows.values().cloned().collect()
    }

    /// Ends one. Says whether it was there.
    pub(super) fn end(&self, hash: &str) -> bool {
        let ended = self.known().rows.remove(hash).is_some();
        if ended {
            self.keep(SessionChange::Ended(hash.to_owned()));
        }
        ended
    }

    /// Ends all of them, and every link that was given out.
    pub(super) fn end_all(&self) -> usize {
        let mut known = self.known();
        let ended = known.rows.len();
        *known = KnownSession::default();
        self.keep(SessionChange::AllEnded);
        ended
    }

    fn keep(&self, kept: SessionChange) {
        // An error says that the engine is stopping: who is signed in is as it was when it starts again.
        let _ = self.store.send(Work::Session(kept));
    }
}

/// A code as people type it.
fn plain(code: &str) -> String {
    let same = |c: char| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        c => c,
    };
    code.chars().filter(char::is_ascii_alphanumeric).map(same).collect()
}

fn digest(word: &str) -> String {
    Sha256::digest(word.as_bytes()).iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
