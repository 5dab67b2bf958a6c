//! What members say where nobody wants it one by one: many messages and reactions of a group as one fact.
//!
//! Carries, in order, what the members and the numbers need, so that both come out as from single messages; never a
//! word of what was said.

use super::{
    numbers::said::{self, Quoted, Said},
    signal::Signal,
};
use crate::base::{ids::MemberId, time::Timestamp, value::Value};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What was said and put to messages, in the order in which it was heard.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Chatter {
    /// When the first of it happened.
    pub from: Timestamp,
    /// When the last of it happened.
    pub to: Timestamp,
    /// Who spoke.
    pub by: Vec<Utterance>,
    /// Which of them replied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replies: Vec<Replied>,
    /// Which of them asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Queried>,
    /// Which of them were said in a channel that was named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<SaidIn>,
    /// Which of them put something to a message, or took it away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<Reacted>,
    /// What was told of those who spoke. Not a part of what is recorded: what is news is a fact of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub speakers: Vec<Speaker>,
}

/// What is told of somebody who spoke.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Speaker {
    /// The id of whoever spoke.
    pub id: MemberId,
    /// The name that is told of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The role that is told of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
}

/// Somebody, how many messages (none for a reaction), and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Utterance(pub MemberId, pub u32, pub Timestamp);

/// The message at a place in `by`, and those that are one with it, were said in a channel of the group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidIn {
    /// The place.
    pub place: usize,
    /// The channel's name.
    pub channel: Arc<str>,
}

/// The message at a place in `by` is a reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replied {
    /// The place.
    pub place: usize,
    /// To whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<MemberId>,
    /// To which message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Arc<str>>,
}

/// The message at a place in `by` is a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queried {
    /// The place.
    pub place: usize,
    /// Which message it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Arc<str>>,
}

/// What is at a place in `by` is a reaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reacted {
    /// The place.
    pub place: usize,
    /// Whose message it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<MemberId>,
    /// Whether it was taken away.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
}

impl Chatter {
    /// Whether a signal is one of those that can be heard together. What somebody has judged stands alone.
    pub fn takes(signal: &Signal) -> bool {
        let judged = || Said::of(&signal.data).on_topic.is_some();
        signal.member.is_some() && matches!(&*signal.name, "message" | "reaction") && !judged()
    }

    /// Hears one more. What a member says several times at one instant, replying to nothing and asking nothing, is
    /// said once with a number, as long as nobody has asked or replied in between: then the order does not matter.
    pub fn hear(&mut self, signal: &Signal) {
        let Some(member) = &signal.member else { return };
        let at = signal.happened();
        self.from = if self.by.is_empty() { at } else { self.from.min(at) };
        self.to = if self.by.is_empty() { at } else { self.to.max(at) };
        if let Some(beside) = signal.data.get("member") {
            let word = |key| beside.get(key).and_then(Value::as_str).map(str::to_owned);
            let (name, role) = (word("name"), word("role"));
            if (name.is_some() || role.is_some()) && self.speakers.iter().all(|known| known.id != *member) {
                self.speakers.push(Speaker { id: member.clone(), name, role });
            }
        }
        let place = self.by.len();
        if &*signal.name == "reaction" {
            let (to, added) = said::reaction(&signal.data);
            self.by.push(Utterance(member.clone(), 0, at));
            self.reactions.push(Reacted { place, to, gone: !added });
            return;
        }
        let Said { id, reply, asks, channel, .. } = Said::of(&signal.data);
        if reply.is_none() && !asks && self.merge(member, at, channel) {
            return;
        }
        self.by.push(Utterance(member.clone(), 1, at));
        if let Some(channel) = channel {
            self.channels.push(SaidIn { place, channel: Arc::from(channel) });
        }
        if let Some(Quoted { id, member }) = reply {
            self.replies.push(Replied { place, to: member.map(MemberId::new), id: id.map(Arc::from) });
        }
        if asks {
            self.questions.push(Queried { place, id: id.map(Arc::from) });
        }
    }

    fn merge(&mut self, member: &MemberId, at: Timestamp, channel: Option<&str>) -> bool {
        let replied = self.replies.last().map(|reply| reply.place);
        let barrier = replied.max(self.questions.last().map(|question| question.place));
        let after = barrier.map_or(0, |place| place + 1);
        let channels = &self.channels;
        let place_of =
            |place: usize| channels.iter().rev().find(|one| one.place == place).map(|one| &*one.channel);
        let same = |(place, one): &(usize, &mut Utterance)| {
            one.0 == *member && one.2 == at && one.1 > 0 && place_of(*place) == channel
        };
        let said = self.by.iter_mut().enumerate().skip(after).rev().take(LOOK_BACK);
        let Some((_, known)) = said.into_iter().find(same) else {
            return false;
        };
        known.1 = known.1.saturating_add(1);
        true
    }

    /// Everybody who is named by it.
    pub(super) fn members_mut(&mut self) -> impl Iterator<Item = &mut MemberId> {
        let replied = self.replies.iter_mut().filter_map(|reply| reply.to.as_mut());
        let reacted = self.reactions.iter_mut().filter_map(|reaction| reaction.to.as_mut());
        self.by.iter_mut().map(|one| &mut one.0).chain(replied).chain(reacted)
    }

    /// Whether nothing was heard.
    pub fn is_empty(&self) -> bool {
        self.by.is_empty()
    }
}

/// So far back is looked for the same member at the same instant.
const LOOK_BACK: usize = 16;
