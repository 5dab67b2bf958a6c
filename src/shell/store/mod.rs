//! The store: one SQLite file that holds the journal, the outbox, snapshots and sources.
//!
//! ```text
//!   driver ──Work──▶ writer thread ──one transaction──▶ state.db ◀──read only── status · runs · log · outbox
//!          ◀──Ack─── (drains its channel, commits once)
//! ```
//!
//! A decision's journal row, its outbox rows and what it settles are one transaction, durable before anybody is
//! told. Recovery applies entries and never decides. Nothing here knows what an entry means.

#![expect(clippy::disallowed_methods, reason = "owns the database and its writer thread")]

mod members;
mod schema;
mod wire;
mod work;
mod writer;
mod sound;
mod trouble;
mod outbox;
mod outbox_row;
mod form;
mod group_info;
mod place;
mod robots;
mod inbox;
mod session;
mod cursor;
mod recovery;
mod query;
mod archive;
mod bans;
mod erase;
mod forget;
mod forgotten;
mod retention;
mod sealed;
mod health;
mod connect;
mod copy;
mod restore;

pub use archive::{Compacted, compact};
pub use bans::Bans;
pub use copy::Copied;
pub use cursor::{Covering, Cursor};
pub use forget::{Forget, Forgotten, ask as ask_to_forget, copies, forget, wait_until_forgotten};
pub use group_info::GroupInfo;
pub use health::{Backlog, FailingNow, Parked};
pub use inbox::{Busy, Letter};
pub use outbox::{OpenMessage, Settle};
pub use outbox_row::{MessageStatus, OutboxRow};
pub use query::Reader;
pub use recovery::{Recovered, RecoveredGroup};
pub use restore::{MAY_HAVE_BEEN_SENT, Restored, restore};
pub use retention::expire;
pub use schema::Upgraded;
pub use session::{SessionChange, SessionRow};
pub use wire::{LogLine, read as read_entries, write as write_entries};
pub use work::{Ack, Acked, Decision, StoreHandle, Work};
pub use writer::Store;

use std::path::{Path, PathBuf};

/// The database's file name in a state directory.
pub const FILE: &str = "state.db";

/// The database of a state directory.
pub fn path(dir: &Path) -> PathBuf {
    dir.join(FILE)
}

/// Why the store could not do its work. Whoever gets one has lost nothing that was committed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// There is no room.
    #[error(
        "the disk is full: nothing can be recorded, so nothing is sent. What was committed is safe; free some space \
         ({0})"
    )]
    Full(String),
    /// Somebody else writes into it.
    #[error(
        "another program holds the state database: nothing can be recorded, so nothing is sent until it lets go ({0})"
    )]
    Busy(String),
    /// The operating system refused.
    #[error("the state database cannot be written or read: {0}. What was committed is safe")]
    Io(String),
    /// A newer program wrote it.
    #[error(
        "the state database has form {found} and this program knows forms up to {known}: it was written by a \
         newer playbook. Run that one, or give another state directory with --state DIR"
    )]
    Newer {
        /// The form of the database.
        found: usize,
        /// The newest that is known.
        known: usize,
    },
    /// Another program's database.
    #[error(
        "the file state.db is a database of another program, and nothing was written into it. Give another state \
         directory with --state DIR"
    )]
    Foreign,
    /// The state of an older form could not be copied before it was to be brought to the present form.
    #[error(
        "the state has form {from} and this program works with form {to}. It is copied before it is changed, and \
         that failed, so nothing was changed: {reason}. Make room for a second copy of state.db and start again"
    )]
    NotUpgraded {
        /// The form that the database has.
        from: usize,
        /// The present form.
        to: usize,
        /// Why there is no copy.
        reason: String,
    },
    /// No copy could be made, or a copy is none.
    #[error("{}: {reason}", to.display())]
    NoCopy {
        /// The copy's file.
        to: PathBuf,
        /// What was found.
        reason: String,
    },
    /// The database is empty or gone, and the mark beside it says that there was one.
    #[error(
        "{} is empty or gone, and state.mark beside it tells of {entries} entries: what was recorded is not here. \
         `playbook restore FILE` puts a backup back; to begin a new life, remove state.mark, too",
        file.display()
    )]
    Lost {
        /// The database.
        file: PathBuf,
        /// The number of its last entry.
        entries: i64,
    },
    /// Something that is no regular file stands where one belongs.
    #[error("{} is no regular file: it is not opened. Move it away, or give another place", .0.display())]
    NoFile(PathBuf),
    /// What was given as a backup is a file of another kind.
    #[error("{} is no backup; expected a file that `playbook backup` wrote", .0.display())]
    NoBackup(PathBuf),
    /// The file that was opened is not at its place any more.
    #[error(
        "{} was removed or replaced while the engine ran: what it records there nobody would read again, so it stops. \
         Put the state back (`playbook restore` takes a backup), or start with a new one",
        .0.display()
    )]
    Gone(PathBuf),
    /// An engine has the state.
    #[error("{}", .0.en)]
    Locked(crate::base::phrase::Phrase),
    /// There is a file and nothing in it.
    #[error("the state database is empty: no engine has run on it yet")]
    Empty,
    /// There is no database.
    #[error("there is no state in {}: no engine has run there yet. `playbook run FILE` makes one beside the file, or say where with --state DIR", .0.display())]
    Missing(PathBuf),
    /// What is stored cannot be understood.
    #[error(
        "the state database is damaged at {place}: {reason}. Nothing was changed; `playbook restore` puts a backup in its place (docs/operating.md, \"A damaged file\")"
    )]
    Corrupt {
        /// Where: a table and a key.
        place: String,
        /// What was found.
        reason: String,
    },
    /// The writer has stopped after an earlier error.
    #[error("the store has stopped after an error")]
    Stopped,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(error.to_string()),
            Some(ErrorCode::DiskFull) => Self::Full(error.to_string()),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Corrupt { place: FILE.into(), reason: error.to_string() }
            }
            _ => Self::Io(error.to_string()),
        }
    }
}

impl StoreError {
    /// Whether it passes by itself, or when a person makes room.
    fn passes(&self) -> bool {
        matches!(self, Self::Full(_) | Self::Busy(_))
    }
}

fn corrupt(place: impl Into<String>, reason: impl ToString) -> StoreError {
    StoreError::Corrupt { place: place.into(), reason: reason.to_string() }
}
