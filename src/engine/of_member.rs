//! What a person does about one member: a tag is given or taken away, what the member asked was answered.

use super::{
    draft::{Decided, Draft},
    operation::Operation,
    steps::tagged,
};
use crate::base::{
    ids::MemberId,
    phrase::{Phrase, phrase},
    time::Timestamp,
};
use std::sync::Arc;

impl Draft<'_> {
    /// A tag is given to a member, or taken away.
    pub(super) fn tag(&mut self, id: &MemberId, tag: &str, off: bool, by: Option<String>) -> Decided {
        let tag = tag.trim();
        let Some(known) = self.state.members.get(id).cloned() else { return self.no_member(id) };
        let changed = match tagged(&known, tag, off, self.today()) {
            Ok(changed) => changed,
            Err(reason) => return self.refuse(reason),
        };
        let name = &known.name;
        if changed == *known {
            return self.refuse(if off {
                phrase!("{name} has no tag `{tag}`", "{name} 没有标签 `{tag}`")
            } else {
                phrase!("{name} has the tag `{tag}` already", "{name} 已经有标签 `{tag}`")
            });
        }
        let member = known.id.clone();
        self.operated(Operation::Tagged { member, tag: tag.to_owned(), off }, by)?;
        self.member_is(Arc::new(changed.into()))
    }

    /// What a member asked was answered where nobody heard it: one question, or all that are open.
    pub(super) fn replied(&mut self, id: &MemberId, asked: Option<Timestamp>, by: Option<String>) -> Decided {
        let member = self.state.members.own_id(id).clone();
        let open = self.state.numbers.questions.iter();
        if !open.clone().any(|one| one.by == member && asked.is_none_or(|asked| one.at == asked)) {
            let mut names: Vec<String> = open.map(|one| self.state.members.name_of(&one.by)).collect();
            names.dedup();
            let waiting = if names.is_empty() {
                phrase!("no question of a member is open", "没有成员的提问在等回答")
            } else {
                let names = names.join(", ");
                phrase!("open are questions of {names}", "还没人答的是 {names} 的提问")
            };
            return self.refuse(
                phrase!("no question of `{id}` is open; ", "`{id}` 没有在等回答的提问；").and(&waiting),
            );
        }
        self.operated(Operation::Replied { member, asked }, by)
    }

    pub(super) fn no_member(&mut self, id: &MemberId) -> Decided {
        let meant = self.state.member_meant(id.as_str());
        let meant: Phrase =
            meant.map(|meant| phrase!("did you mean `{}`? ", "是不是 `{}`？", meant.id)).unwrap_or_default();
        self.refuse(phrase!(
            "no member `{id}` is known; {meant}`playbook members` lists them",
            "没有成员 `{id}`；{meant}用 `playbook members` 看有哪些";
            meant
        ))
    }
}
