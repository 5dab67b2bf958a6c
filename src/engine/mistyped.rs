//! Members whom somebody names by hand: a name is no id, and an id with a slip in it makes nobody a member.
//!
//! What ears and senders report does not come by here: their ids are the platform's.

use super::{draft::Draft, input::Signal, notice, state::State};
use crate::base::{
    diagnostic::suggest,
    ids::MemberId,
    member::Member,
    phrase::{Phrase, phrase},
    words::{tick, ticks},
};
use std::sync::Arc;

/// At most so many ids are offered.
const IDS_SHOWN: usize = 12;

impl Draft<'_> {
    /// Why whoever a report names is nobody, where somebody else was probably meant. Who is new comes by a join.
    pub(super) fn mistyped(&self, signal: &Signal) -> Option<Phrase> {
        let member = signal.member.as_ref()?;
        if self.state.members.contains(&self.whose(member)) {
            return None;
        }
        self.only_a_name(member).or_else(|| self.misspelt(member).filter(|_| !is_a_coming(&signal.name)))
    }

    /// Why an id is none where members of other ids have it as their name: whoever types it means one of those, and a
    /// second member would be made of what was theirs.
    fn only_a_name(&self, member: &MemberId) -> Option<Phrase> {
        let named = self.state.members.iter().filter(|known| known.name == member.as_str());
        let ids: Vec<&str> = named.map(|known| known.id.as_str()).take(IDS_SHOWN).collect();
        let first = ids.first()?;
        Some(phrase!(
            "no member has the id {}, but it is the name of {}; a name is no id: write `--member {first}`, or `playbook \
             signal … --anyway` for somebody else of that name",
            "没有 id 是 {} 的成员，不过这是 {} 的名字；名字不是 id：请写 `--member {first}`；真是另一位同名的人，用 `playbook signal … --anyway`",
            tick(member.as_str()),
            ticks(&ids, "and")
        ))
    }

    /// Why an id is none that differs in a letter from one that is known.
    fn misspelt(&self, member: &MemberId) -> Option<Phrase> {
        let meant = self.state.member_meant(member.as_str())?;
        let (typed, id, who) = (tick(member.as_str()), &meant.id, in_words(meant));
        let joined = format!("signal member.joined --member {member}");
        let joined = notice::in_group(&self.playbook, self.group.id.as_str(), joined);
        Some(phrase!(
            "nobody has the id {typed}; did you mean {who}? Then write `--member {id}`; somebody new is reported first: \
             `playbook {joined}`",
            "没有 id 是 {typed} 的成员；是不是 {who}？那就写 `--member {id}`；真是新成员，先报一下：`playbook {joined}`"
        ))
    }
}

/// Somebody, by id and name.
fn in_words(member: &Member) -> String {
    let id = tick(member.id.as_str());
    if member.name.is_empty() || member.name == member.id.as_str() {
        id
    } else {
        format!("{id} ({})", member.name)
    }
}

/// Whether a signal is about people who may well be new.
fn is_a_coming(name: &str) -> bool {
    matches!(name, "member.joined" | "join.requested" | "member.requested")
}

impl State {
    /// The member whom somebody who typed an id that nobody has certainly meant. Ids that differ in a number differ on
    /// purpose.
    pub fn member_meant(&self, typed: &str) -> Option<&Arc<Member>> {
        let plain = letters(typed);
        let length = plain.chars().count();
        let is_near = |id: &&Arc<Member>| {
            let other = letters(id.id.as_str());
            other != plain && other.chars().count().abs_diff(length) <= 2
        };
        let near: Vec<&Arc<Member>> = self.members.iter().filter(is_near).collect();
        let meant = suggest::certain(typed, near.iter().map(|member| member.id.as_str()))?;
        near.into_iter().find(|member| member.id.as_str() == meant)
    }
}

/// An id without its digits.
fn letters(id: &str) -> String {
    id.chars().filter(|c| !c.is_ascii_digit()).collect()
}
