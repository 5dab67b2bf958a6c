//! A message whose row is committed, on its way to the courier or kept for later.
//!
//! A plain value: where it goes is decided when it goes.

use crate::{
    base::{
        ids::{ChannelName, EffectId, GroupId},
        time::Timestamp,
    },
    engine::entry::Outgoing,
    model::message::{Label, Message, Revising},
    shell::{delivery::job::Job, store::OutboxRow},
};

/// A message whose row is committed.
pub(super) struct Outbound {
    pub(super) key: i64,
    pub(super) group: GroupId,
    pub(super) effect: EffectId,
    pub(super) channel: ChannelName,
    pub(super) message: Message,
    pub(super) label: Option<Label>,
    pub(super) expires: Option<Timestamp>,
    pub(super) not_before: Option<Timestamp>,
    pub(super) attempts: u32,
    pub(super) part: u32,
    pub(super) in_doubt: bool,
    pub(super) retried: bool,
    pub(super) awaited: bool,
    pub(super) claimed: bool,
}

impl Outbound {
    /// A message that was decided just now.
    pub(super) fn new(key: i64, group: &GroupId, out: &Outgoing, claimed: bool) -> Self {
        Self {
            key,
            group: group.clone(),
            effect: out.effect.clone(),
            channel: out.channel.clone(),
            message: out.message.clone(),
            label: out.label,
            expires: out.expires,
            not_before: None,
            attempts: 0,
            part: 0,
            in_doubt: false,
            retried: false,
            awaited: out.is_awaited(),
            claimed,
        }
    }
}

/// A message that was on its way.
impl From<OutboxRow> for Outbound {
    fn from(row: OutboxRow) -> Self {
        Self {
            key: row.key,
            awaited: row.outgoing.is_awaited(),
            group: row.group,
            effect: row.effect,
            channel: row.channel,
            message: row.outgoing.message,
            label: row.outgoing.label,
            expires: row.outgoing.expires,
            not_before: row.until,
            attempts: row.attempts,
            part: row.part,
            in_doubt: row.in_doubt,
            retried: false,
            claimed: false,
        }
    }
}

impl Outbound {
    /// A message that was taken back from the courier.
    pub(super) fn back(job: Job) -> Self {
        Self {
            key: job.key,
            group: job.group,
            effect: job.effect,
            channel: job.target.route.name.clone(),
            message: Message::clone(&job.message),
            label: job.label,
            expires: job.expires,
            not_before: job.not_before,
            attempts: job.attempts,
            part: job.part,
            in_doubt: job.in_doubt,
            retried: job.retried,
            awaited: job.awaited,
            claimed: false,
        }
    }

    /// Whether it is held by a hush: an attempt that has its place already is under way, and only what is said is a word.
    pub(super) fn waits_for_hush(&self) -> bool {
        let speaks = self.message.revises.as_ref().is_none_or(|revision| revision.does == Revising::Edits);
        !self.claimed && speaks && self.message.restricts.is_none()
    }

    /// The effect of what goes out.
    pub(super) const fn effect(&self) -> &EffectId {
        &self.effect
    }

    /// Whether the engine hears what becomes of it.
    pub(super) const fn is_awaited(&self) -> bool {
        self.awaited
    }

    /// A message that a person wants sent again.
    pub(super) fn again(row: OutboxRow) -> Self {
        Self { attempts: 0, retried: true, ..Self::from(row) }
    }
}
