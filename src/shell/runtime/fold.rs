//! Messages that nobody wants one by one become one input, as many as wait together.
//!
//! What is folded is not known by its own id in the group, so the last of it are remembered here; what was committed
//! the inbox knows.

use super::pending::{Answering, Pending, Reply};
use crate::{
    base::{ids::InputId, limits},
    engine::{
        chatter::Chatter,
        input::{Input, InputKind, Signal},
        recent::{Recent, fingerprint},
        state::State,
    },
    model::playbook::Playbooks,
};
use std::collections::VecDeque;

/// What nobody wants one by one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Unwanted {
    messages: bool,
    reactions: bool,
}

impl Unwanted {
    /// In a group, where the next input may be such a thing; a version with which an open run began is asked, too.
    /// `behind` is what waits after `next`.
    pub(super) fn of(
        state: &State,
        playbooks: &Playbooks,
        (next, behind): (&Pending, Option<&Pending>),
    ) -> Self {
        let waits = behind.is_some_and(|next| signal(next).is_some());
        if state.digest.is_none() || signal(next).is_none() && !waits {
            return Self::default();
        }
        let group = &state.group;
        let mut versions = playbooks.iter().filter(|playbook| playbook.groups.contains_key(group)).peekable();
        if versions.peek().is_none() {
            return Self::default();
        }
        let mut unwanted = Self { messages: true, reactions: true };
        for playbook in versions {
            unwanted.messages &= !playbook.wants_each("message");
            unwanted.reactions &= !playbook.wants_each("reaction");
        }
        unwanted
    }

    fn covers(self, signal: &Signal) -> bool {
        Chatter::takes(signal) && if &*signal.name == "message" { self.messages } else { self.reactions }
    }
}

/// What an ear told and may be heard with others.
fn signal(pending: &Pending) -> Option<&Signal> {
    match &pending.input.kind {
        InputKind::Signal(signal) if !pending.alone => Some(signal),
        _ => None,
    }
}

/// The last things that were folded, by the fingerprints of their ids.
#[derive(Debug, Default)]
pub(super) struct Lately(VecDeque<u64>);

impl Lately {
    /// Adds an input to those that are decided together: to the one before it where both can be heard together.
    pub(super) fn add(
        &mut self,
        together: &mut Vec<Pending>,
        next: Pending,
        unwanted: Unwanted,
        recent: &Recent,
    ) {
        let Some(heard) = signal(&next).filter(|signal| unwanted.covers(signal)).cloned() else {
            return together.push(next);
        };
        if !together.last().is_some_and(has_room) {
            let input = Input { id: InputId::new("heard"), kind: InputKind::Heard(Chatter::default()) };
            together.push(Pending { reply: Some(Reply::Facts(Vec::new())), ..Pending::new(input) });
        }
        let Some(last) = together.last_mut() else { return };
        let Pending { letters, coverings, reply, .. } = next;
        let print = fingerprint(heard.id.as_str());
        let again = self.0.contains(&print) || recent.knows(&heard.id);
        if !again {
            if let InputKind::Heard(chatter) = &mut last.input.kind {
                chatter.hear(&heard);
            }
            // The id of all follows from theirs.
            let id = fingerprint(&format!("{}/{}", last.input.id, heard.id));
            last.input.id = InputId::from(format!("heard/{id:016x}"));
            last.letters.extend(letters);
            if self.0.len() >= limits::HEARD_LATELY_MAX {
                self.0.pop_front();
            }
            self.0.push_back(print);
        }
        last.coverings.extend(coverings);
        if let (Some(Reply::Facts(all)), Some(Reply::Facts(more))) = (&mut last.reply, reply) {
            all.extend(more.into_iter().map(|told| Answering { again: again || told.again, ..told }));
        }
    }
}

/// Whether more can be heard together with an input.
fn has_room(pending: &Pending) -> bool {
    matches!(pending.input.kind, InputKind::Heard(_)) && pending.letters.len() < limits::HEARD_TOGETHER_MAX
}
