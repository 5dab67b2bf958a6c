//! Who is signed in here, as far as the reader may know: an admin knows all, everybody else themselves.

use crate::{
    base::time::Timestamp,
    shell::{console::door::Asker, runtime::publish::Snapshot, store::SessionRow},
};

/// A browser that is signed in, or a token of a program.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Session {
    /// What tells it from others.
    pub(crate) sign: String,
    /// Whose it is.
    pub(crate) name: String,
    /// What it is.
    pub(crate) label: String,
    /// Whether a program has it.
    pub(crate) token: bool,
    /// Whether it is the reader's own.
    pub(crate) own: bool,
    /// When it was signed in.
    pub(crate) made: Timestamp,
    /// When it was last seen.
    pub(crate) seen: Timestamp,
}

/// The list, those seen last first.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Access {
    /// The instant it was made.
    pub(crate) now: Timestamp,
    /// The sessions.
    pub(crate) rows: Vec<Session>,
    /// A zone to tell times in.
    pub(crate) zone: crate::base::time::Zone,
}

/// What tells a session from others on a page: not enough to be it.
pub(crate) fn sign(row: &SessionRow) -> String {
    row.hash.chars().take(SIGN_CHARS).collect()
}

/// Of the digest of a cookie.
const SIGN_CHARS: usize = 16;

/// Whether somebody may end it: their own, and an admin any.
pub(crate) fn may_end(row: &SessionRow, asker: &Asker) -> bool {
    asker.admin || asker.person.is_some() && row.person == asker.person
}

/// The sessions that the reader may end.
pub(crate) fn access(rows: Vec<SessionRow>, asker: &Asker, snapshot: &Snapshot, now: Timestamp) -> Access {
    let mine = rows.into_iter().filter(|row| may_end(row, asker));
    // Whoever left `people` is out already.
    let mut rows: Vec<Session> = mine
        .filter_map(|row| {
            let whose = Asker::of(&row, snapshot, now)?;
            Some(Session {
                sign: sign(&row),
                name: whose.name,
                own: row.hash == asker.session,
                label: row.label,
                token: row.token,
                made: row.made,
                seen: row.seen,
            })
        })
        .collect();
    rows.sort_by_key(|row| (std::cmp::Reverse(row.seen), row.sign.clone()));
    rows.truncate(crate::base::limits::PAGE_ROWS);
    let zone = snapshot.books.first().map(|book| book.playbook.zone.clone());
    Access { now, rows, zone: zone.unwrap_or_else(crate::base::time::Zone::utc) }
}
