//! A request to somebody before it is opened: what is asked, of whom, until when.

use super::{
    addressee::Addressee,
    task::{EndsWith, TaskKind},
};
use crate::base::{
    ids::MemberId,
    time::{Duration, Timestamp},
};

/// A request before it has an id.
pub(super) struct Request {
    pub(super) kind: TaskKind,
    pub(super) text: String,
    pub(super) to: Addressee,
    pub(super) due: Option<Timestamp>,
    pub(super) remind: Vec<Duration>,
    pub(super) escalate: Addressee,
    pub(super) list: Vec<String>,
    /// Told at once, at night too.
    pub(super) urgent: bool,
    /// When they are told, where that is not for the hours to say.
    pub(super) tell: Option<Timestamp>,
    pub(super) options: Vec<String>,
    pub(super) fields: Vec<String>,
    pub(super) show: Option<String>,
    pub(super) members: Vec<MemberId>,
    /// What ends it by itself.
    pub(super) ends: Option<EndsWith>,
    /// Whether the list is of those who come, in the order of `members`.
    pub(super) checkin: bool,
}

impl Request {
    /// A request that says no more than what is asked and of whom.
    pub(super) const fn new(kind: TaskKind, text: String, to: Addressee) -> Self {
        Self {
            kind,
            text,
            to,
            due: None,
            remind: Vec::new(),
            escalate: Addressee { role: None, people: Vec::new(), channel: None },
            list: Vec::new(),
            urgent: false,
            tell: None,
            options: Vec::new(),
            fields: Vec::new(),
            show: None,
            members: Vec::new(),
            ends: None,
            checkin: false,
        }
    }
}
