//! `outbox`: messages on their way, and what became of them.

use super::{GroupShown, LocalTime};
use crate::{
    base::{
        ids::{ChannelName, EffectId, GroupId, PlayName},
        phrase::{Phrase, Words, pair, phrase},
        time::Zone,
    },
    engine::entry::HoldReason,
    model::message::Label,
    shell::{
        answers,
        store::{MessageStatus, OutboxRow},
    },
    sim::timeline::held_by,
};
use serde::{Deserialize, Serialize};

/// One message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MessageRow {
    /// The group that speaks.
    pub group: GroupId,
    /// The effect.
    pub effect: EffectId,
    /// The channel that the message goes to.
    pub channel: ChannelName,
    /// Where it is on its way.
    pub status: Way,
    /// Attempts made.
    pub attempts: u32,
    /// Whether a second copy is possible.
    pub in_doubt: bool,
    /// What the platform said, or why it failed.
    pub note: String,
    /// When it was decided.
    pub created: LocalTime,
    /// The next attempt.
    pub until: Option<LocalTime>,
    /// When it was settled.
    pub settled: Option<LocalTime>,
    /// The play it belongs to.
    pub play: Option<PlayName>,
    /// The label of the message.
    pub label: Option<Label>,
    /// The text of the message.
    pub text: String,
    /// What the engine holds it back by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<HoldReason>,
}

/// Where a message is: held back by the engine, or where the outbox has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// The engine holds it back.
    Held,
    /// In the outbox.
    #[serde(untagged)]
    Out(MessageStatus),
}

/// What the engine holds back in a group, in the order in which it goes.
pub fn held(group: GroupShown<'_>) -> impl Iterator<Item = MessageRow> {
    group.state.held.iter().map(move |held| MessageRow {
        group: group.id.clone(),
        effect: held.outgoing.effect.clone(),
        channel: held.outgoing.channel.clone(),
        status: Way::Held,
        attempts: 0,
        in_doubt: false,
        note: held_by(held.reason).en.to_owned(),
        created: group.at(held.since),
        until: held.until.map(|until| group.at(until)),
        settled: None,
        play: held.outgoing.play.clone(),
        label: held.outgoing.label,
        text: held.outgoing.message.text.clone(),
        held: Some(held.reason),
    })
}

/// A row of the outbox.
pub fn row(row: &OutboxRow, zone: &Zone) -> MessageRow {
    MessageRow {
        group: row.group.clone(),
        effect: row.effect.clone(),
        channel: row.channel.clone(),
        status: Way::Out(row.status),
        attempts: row.attempts,
        in_doubt: row.in_doubt,
        note: row.note.clone(),
        created: LocalTime::new(row.created, zone),
        until: row.until.map(|at| LocalTime::new(at, zone)),
        settled: row.settled.map(|at| LocalTime::new(at, zone)),
        play: row.outgoing.play.clone(),
        label: row.outgoing.label,
        text: row.outgoing.message.text.clone(),
        held: None,
    }
}

impl MessageRow {
    /// Where it is on its way, in words: what was in doubt when it expired may have arrived.
    pub fn says(&self) -> Phrase {
        let status = match self.status {
            Way::Held => return phrase!("held", "压住"),
            Way::Out(status) => status,
        };
        match status {
            MessageStatus::Expired if self.in_doubt => phrase!("may have arrived", "可能已送到"),
            MessageStatus::InDoubt => phrase!("in doubt", "存疑"),
            status if self.in_doubt => {
                let word = in_words(status);
                phrase!("{word} (in doubt)", "{word}（存疑）"; word)
            }
            status => in_words(status).into(),
        }
    }

    /// What was said of it, with the next attempt; empty when there is nothing.
    pub fn remark(&self) -> Phrase {
        if let Some(reason) = self.held {
            let by = Some(Phrase::from(held_by(reason)));
            let until = self.until.as_ref().map(|at| phrase!("until {}", "到 {}", at.minute()));
            return Phrase::list(by.into_iter().chain(until));
        }
        let next = self.until.as_ref().filter(|_| self.status == Way::Out(MessageStatus::Pending));
        let next = next.map(|at| phrase!("next attempt {}", "下次尝试 {}", at.second()));
        let note = Some(&self.note).filter(|note| !note.is_empty());
        Phrase::list([note.map(|note| answers::in_words(note)), next].into_iter().flatten())
    }
}

/// Where a message is on its way.
fn in_words(status: MessageStatus) -> Words {
    let zh = match status {
        MessageStatus::Pending => "待发",
        MessageStatus::Claimed => "发送中",
        MessageStatus::Delivered => "已送达",
        MessageStatus::Manual => "待人转发",
        MessageStatus::InDoubt => "存疑",
        MessageStatus::Dead => "被拒收",
        MessageStatus::Expired => "过期",
    };
    pair(status.as_str(), zh)
}
