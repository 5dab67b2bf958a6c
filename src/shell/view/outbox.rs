//! `outbox`: messages on their way, and what became of them.

use super::At;
use crate::{
    base::{
        ids::{ChannelName, EffectId, GroupId, PlayName},
        time::Zone,
    },
    model::message::Label,
    shell::store::{OutboxRow, Status},
};
use serde::{Deserialize, Serialize};

/// One message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The group that speaks.
    pub group: GroupId,
    /// The effect.
    pub effect: EffectId,
    /// Where to.
    pub channel: ChannelName,
    /// Where it is on its way.
    pub status: Status,
    /// Attempts made.
    pub attempts: u32,
    /// Whether a second copy is possible.
    pub in_doubt: bool,
    /// What the platform said, or why it failed.
    pub note: String,
    /// When it was decided.
    pub created: At,
    /// The next attempt.
    pub until: Option<At>,
    /// When it was settled.
    pub settled: Option<At>,
    /// The play it belongs to.
    pub play: Option<PlayName>,
    /// Its label.
    pub label: Option<Label>,
    /// Its text.
    pub text: String,
}

/// A row of the outbox.
pub fn row(row: &OutboxRow, zone: &Zone) -> Row {
    Row {
        group: row.group.clone(),
        effect: row.effect.clone(),
        channel: row.channel.clone(),
        status: row.status,
        attempts: row.attempts,
        in_doubt: row.in_doubt,
        note: row.note.clone(),
        created: At::new(row.created, zone),
        until: row.until.map(|at| At::new(at, zone)),
        settled: row.settled.map(|at| At::new(at, zone)),
        play: row.outgoing.play.clone(),
        label: row.outgoing.label,
        text: row.outgoing.message.text.clone(),
    }
}

impl Row {
    /// Where it is on its way, in words: what was in doubt when it expired may have arrived.
    pub fn says(&self) -> String {
        match self.status {
            Status::Expired if self.in_doubt => "may have arrived".into(),
            Status::InDoubt => "in doubt".into(),
            status if self.in_doubt => format!("{} (in doubt)", status.as_str()),
            status => status.as_str().into(),
        }
    }

    /// What was said of it, with the next attempt; empty when there is nothing.
    pub fn remark(&self) -> String {
        let next = self.until.as_ref().filter(|_| self.status == Status::Pending);
        let next = next.map(|at| format!("next attempt {}", at.second()));
        let parts = [Some(self.note.clone()).filter(|note| !note.is_empty()), next];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}
