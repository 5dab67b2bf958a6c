//! What is recorded of a second's talk.
//!
//! A part of `apply`: changes the state as the facts say, and decides nothing.

use super::member::{has_come, is_active};
use crate::{
    base::{ids::MemberId, time::Timestamp},
    engine::{
        chatter::{Chatter, Utterance},
        numbers::{
            self,
            said::{Quoted, Said},
        },
        state::State,
    },
};

/// Records all of it, one after another.
pub(in crate::engine) fn apply(state: &mut State, at: Timestamp, chatter: &Chatter) {
    let mut replies = chatter.replies.iter().peekable();
    let mut channels = chatter.channels.iter().peekable();
    let mut questions = chatter.questions.iter().peekable();
    let mut reactions = chatter.reactions.iter().peekable();
    for (place, Utterance(member, messages, happened)) in chatter.by.iter().enumerate() {
        let reply = replies.next_if(|reply| reply.place == place);
        let channel = channels.next_if(|one| one.place == place);
        let question = questions.next_if(|question| question.place == place);
        let reaction = reactions.next_if(|reaction| reaction.place == place);
        let messages = u64::from(*messages);
        has_come(state, member, *happened);
        is_active(state, member, *happened, messages);
        if state.numbers.is_new() {
            continue;
        }
        if let Some(reaction) = reaction {
            let to = reaction.to.as_ref();
            numbers::reacts(state, at, member, *happened, (to, !reaction.gone));
            continue;
        }
        let said = Said {
            id: question.and_then(|question| question.id.as_deref()),
            reply: reply.map(|reply| Quoted {
                id: reply.id.as_deref(),
                member: reply.to.as_ref().map(MemberId::as_str),
            }),
            asks: question.is_some(),
            on_topic: None,
            channel: channel.map(|one| &*one.channel),
        };
        numbers::talks(state, at, member, *happened, (messages, &said));
    }
}
