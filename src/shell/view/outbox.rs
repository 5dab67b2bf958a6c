//! `outbox`: messages on their way, and what became of them.

use super::At;
use crate::{
    base::{
        ids::{ChannelName, EffectId, GroupId, PlayName},
        phrase::{Phrase, Words, pair, phrase},
        time::Zone,
    },
    model::message::Label,
    shell::{
        answers,
        store::{OutboxRow, Status},
    },
};
use serde::{Deserialize, Serialize};

/// One message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The group that speaks.
    pub group: GroupId,
    /// The effect.
    pub effect: EffectId,
    /// The channel that the message goes to.
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
    /// The label of the message.
    pub label: Option<Label>,
    /// The text of the message.
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
    pub fn says(&self) -> Phrase {
        match self.status {
            Status::Expired if self.in_doubt => phrase!("may have arrived", "可能已送到"),
            Status::InDoubt => phrase!("in doubt", "存疑"),
            status if self.in_doubt => {
                let word = in_words(status);
                phrase!("{word} (in doubt)", "{word}（存疑）"; word)
            }
            status => in_words(status).into(),
        }
    }

    /// What was said of it, with the next attempt; empty when there is nothing.
    pub fn remark(&self) -> Phrase {
        let next = self.until.as_ref().filter(|_| self.status == Status::Pending);
        let next = next.map(|at| phrase!("next attempt {}", "下次尝试 {}", at.second()));
        let note = Some(&self.note).filter(|note| !note.is_empty());
        Phrase::list([note.map(|note| answers::in_words(note)), next].into_iter().flatten())
    }
}

/// Where a message is on its way.
fn in_words(status: Status) -> Words {
    let zh = match status {
        Status::Pending => "待发",
        Status::Claimed => "发送中",
        Status::Delivered => "已送达",
        Status::Manual => "待人转发",
        Status::InDoubt => "存疑",
        Status::Dead => "被拒收",
        Status::Expired => "过期",
    };
    pair(status.as_str(), zh)
}
