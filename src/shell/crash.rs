//! Points at which a test may end the process as a power cut would, or fill the disk. Does nothing in a release build.
//!
//! `PLAYBOOK_DISK_FULL=FILE` makes the disk full for the state as long as that file is there.
//! `PLAYBOOK_CRASH_AT=N` aborts at the N-th point that is passed, counted from 1 over all kinds;
//! `PLAYBOOK_CRASH_AT=settle:N` at the N-th of one kind. Honoured only with debug assertions, so that no
//! environment variable can end a production engine.

#![expect(clippy::disallowed_methods, reason = "reads the variables that ask for a crash or a full disk")]

use std::{
    path::PathBuf,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// Where a crash is interesting: between every two things that must not be confused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// Decisions are written, their transaction is not committed.
    BeforeCommit,
    /// The transaction is committed, nobody has been told.
    AfterCommit,
    /// The driver has installed the new state and not yet handed its effects out.
    BeforeDispatch,
    /// The effects have been handed out.
    AfterDispatch,
    /// A claim is committed, the attempt has not begun.
    AfterClaim,
    /// An attempt has ended, nothing of it is written.
    BeforeSettle,
    /// A settlement is committed.
    AfterSettle,
    /// A script has been called and has not returned.
    DuringScript,
    /// A script has returned, nothing of it is written.
    AfterScript,
    /// A snapshot is committed.
    AfterSnapshot,
    /// A copy of the database is whole and has no name yet.
    BeforeCopy,
    /// A state of an older form is copied beside itself.
    AfterCopy,
    /// Migrations are written, their transaction is not committed.
    BeforeMigrate,
    /// Migrations are committed.
    AfterMigrate,
    /// A copy that is to be put back is ready beside the state.
    BeforeRestore,
    /// The state that was there lies aside, too.
    AfterAside,
    /// The copy has taken its place.
    AfterRestore,
    /// A page of the archive is written, its transaction is not committed.
    BeforeArchive,
    /// A page has taken the place of its rows.
    AfterArchive,
    /// The file was shortened.
    AfterVacuum,
}

impl Point {
    /// Every point, in the order in which an effect passes them.
    pub const ALL: [Self; 20] = [
        Self::BeforeCommit,
        Self::AfterCommit,
        Self::BeforeDispatch,
        Self::AfterDispatch,
        Self::AfterClaim,
        Self::BeforeSettle,
        Self::AfterSettle,
        Self::DuringScript,
        Self::AfterScript,
        Self::AfterSnapshot,
        Self::BeforeCopy,
        Self::AfterCopy,
        Self::BeforeMigrate,
        Self::AfterMigrate,
        Self::BeforeRestore,
        Self::AfterAside,
        Self::AfterRestore,
        Self::BeforeArchive,
        Self::AfterArchive,
        Self::AfterVacuum,
    ];

    /// As written in `PLAYBOOK_CRASH_AT`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BeforeCommit => "before-commit",
            Self::AfterCommit => "commit",
            Self::BeforeDispatch => "before-dispatch",
            Self::AfterDispatch => "dispatch",
            Self::AfterClaim => "claim",
            Self::BeforeSettle => "before-settle",
            Self::AfterSettle => "settle",
            Self::DuringScript => "in-script",
            Self::AfterScript => "script",
            Self::AfterSnapshot => "snapshot",
            Self::BeforeCopy => "before-copy",
            Self::AfterCopy => "copy",
            Self::BeforeMigrate => "before-migrate",
            Self::AfterMigrate => "migrate",
            Self::BeforeRestore => "before-restore",
            Self::AfterAside => "aside",
            Self::AfterRestore => "restore",
            Self::BeforeArchive => "before-archive",
            Self::AfterArchive => "archive",
            Self::AfterVacuum => "vacuum",
        }
    }
}

struct CrashPlan {
    kind: Option<Point>,
    left: AtomicU64,
}

/// Ends the process here if a test asked for it.
pub fn point(at: Point) {
    if !cfg!(debug_assertions) {
        return;
    }
    static PLAN: OnceLock<Option<CrashPlan>> = OnceLock::new();
    let Some(plan) =
        PLAN.get_or_init(|| std::env::var("PLAYBOOK_CRASH_AT").ok().and_then(|text| parse(&text)))
    else {
        return;
    };
    if plan.kind.is_some_and(|kind| kind != at) {
        return;
    }
    if plan.left.fetch_sub(1, Ordering::SeqCst) == 1 {
        std::process::abort();
    }
}

/// Whether the disk is full because a test says so; none where no test ever does.
pub fn disk_is_full() -> Option<bool> {
    if !cfg!(debug_assertions) {
        return None;
    }
    static FILE: OnceLock<Option<PathBuf>> = OnceLock::new();
    let file = FILE.get_or_init(|| std::env::var_os("PLAYBOOK_DISK_FULL").map(PathBuf::from));
    file.as_ref().map(|file| file.exists())
}

fn parse(text: &str) -> Option<CrashPlan> {
    let (kind, count) = match text.split_once(':') {
        Some((kind, count)) => (Some(Point::ALL.into_iter().find(|p| p.as_str() == kind)?), count),
        None => (None, text),
    };
    Some(CrashPlan { kind, left: AtomicU64::new(count.parse().ok().filter(|n| *n > 0)?) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_names_a_kind_and_a_count() {
        assert!(parse("settle:2").is_some_and(|plan| plan.kind == Some(Point::AfterSettle)));
        assert!(parse("7").is_some_and(|plan| plan.kind.is_none()));
        assert!(parse("0").is_none());
        assert!(parse("nowhere:1").is_none());
    }
}
