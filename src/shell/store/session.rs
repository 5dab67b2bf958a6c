//! Sessions: who is signed in to the console, by the digest of what their browser holds.
//!
//! Never sees what the browser holds, and never says what somebody may. Takes a connection that somebody else opened.

use super::{StoreError, form};
use crate::base::{ids::PersonId, time::Timestamp};
use rusqlite::{Connection, params};

/// One browser that is signed in, or one program that has a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// The digest of what its cookie holds, in hex.
    pub hash: String,
    /// Whose it is; nobody's by name where whoever reaches the control socket signed in.
    pub person: Option<PersonId>,
    /// Whether it is that of whoever reaches the control socket.
    pub admin: bool,
    /// Whether a program holds it, and no browser.
    pub token: bool,
    /// When it was made.
    pub made: Timestamp,
    /// When it was seen last.
    pub seen: Timestamp,
    /// The browser, in a few words.
    pub label: String,
}

/// What becomes of sessions.
#[derive(Debug, Clone)]
pub enum SessionChange {
    /// This one is kept as it is now.
    Put(SessionRow),
    /// This one has ended.
    Ended(String),
    /// All have.
    AllEnded,
}

pub(super) fn keep(conn: &Connection, kept: &SessionChange) -> Result<(), StoreError> {
    match kept {
        SessionChange::Put(row) => {
            let role = match (row.admin, row.token) {
                (true, _) => ADMIN,
                (false, true) => TOKEN,
                (false, false) => PERSON,
            };
            let person = row.person.as_ref().map(PersonId::as_str);
            let (made, seen) = (row.made.as_millis(), row.seen.as_millis());
            conn.prepare_cached(
                "INSERT INTO session (hash, person, role, made, seen, label) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
                 ON CONFLICT (hash) DO UPDATE SET seen = ?5, label = ?6",
            )?
            .execute(params![row.hash, person, role, made, seen, row.label])?;
        }
        SessionChange::Ended(hash) => {
            conn.prepare_cached("DELETE FROM session WHERE hash = ?1")?.execute([hash])?;
        }
        SessionChange::AllEnded => {
            conn.execute("DELETE FROM session", [])?;
        }
    }
    Ok(())
}

const ADMIN: &str = "admin";
const PERSON: &str = "person";
const TOKEN: &str = "token";

/// Of a copy that was put back: who was signed out since would be signed in again, so nobody is.
pub(super) fn none(conn: &Connection) -> Result<Vec<SessionRow>, StoreError> {
    keep(conn, &SessionChange::AllEnded)?;
    Ok(Vec::new())
}

/// All that are kept.
pub(super) fn all(conn: &Connection) -> Result<Vec<SessionRow>, StoreError> {
    if !form::has(conn, form::SESSION_FORM)? {
        return Ok(Vec::new());
    }
    let mut statement = conn.prepare("SELECT hash, person, role, made, seen, label FROM session")?;
    let rows = statement.query_map([], |row| {
        Ok(SessionRow {
            hash: row.get(0)?,
            person: row.get::<_, Option<String>>(1)?.map(PersonId::from),
            admin: row.get_ref(2)?.as_str()? == ADMIN,
            token: row.get_ref(2)?.as_str()? == TOKEN,
            made: Timestamp::from_millis(row.get(3)?),
            seen: Timestamp::from_millis(row.get(4)?),
            label: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
