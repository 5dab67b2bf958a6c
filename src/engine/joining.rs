//! One person, several ids: what a list, `people` or the field of `members.identity` says to be of one is one member.
//!
//! An ear names members `TYPE:ID`, a person as they type it. A name joins nobody, except somebody of whom nothing but the
//! name is known when a list brings the only one who has it; an id that somebody has stays theirs: others become names
//! of it.

use super::{
    draft::{Decided, Draft},
    entry::Fact,
    joined_ids::JoinedIds,
};
use crate::{
    base::{
        ids::MemberId,
        limits,
        member::{Listed, Member},
        value::Value,
    },
    model::channel::ChannelKind,
};
use std::{collections::BTreeMap, sync::Arc};

impl Draft<'_> {
    /// The member whom an id means. Where `people` says that it is somebody who is known by another id, both are joined.
    pub(super) fn member_of(&mut self, id: &MemberId) -> Decided<MemberId> {
        let (known, owner) = (self.state.members.own_id(id).clone(), self.whose(id));
        if owner == known {
            return Ok(known);
        }
        let full =
            (self.state.members.get(&owner)).is_some_and(|owner| owner.ids.len() >= limits::MEMBER_IDS_MAX);
        if !full {
            self.emit(Fact::JoinedIds(JoinedIds { from: known, into: owner.clone() }))?;
        }
        Ok(owner)
    }

    /// The member whom an id means, joined or not; the id itself where nobody of them is known yet.
    pub(super) fn whose(&self, id: &MemberId) -> MemberId {
        let members = &self.state.members;
        let person = self.playbook.person_of(id);
        let ids = person.into_iter().flat_map(|person| {
            let handles =
                person.handles.iter().map(|(kind, handle)| MemberId::from(format!("{kind}:{handle}")));
            std::iter::once(MemberId::new(person.id.as_str())).chain(handles)
        });
        let first = ids.map(|id| members.own_id(&id).clone()).find(|id| members.contains(id));
        first.unwrap_or_else(|| members.own_id(id).clone())
    }

    /// Joins the ids that the columns of a list say to be a member's.
    pub(super) fn join_listed(&mut self, listed: &Listed) -> Decided {
        let member = &listed.member;
        for id in ids_said(member) {
            let owner = self.state.members.own_id(&id).clone();
            let is_theirs = owner == member.id || self.state.members.own_id(&member.id) == &owner;
            // Two rows may say the same: the first one counts as long as it says so.
            let taken = owner != id
                && self.state.members.get(&owner).is_some_and(|other| ids_said(other).any(|said| said == id));
            let known = self.state.members.get(&member.id);
            let full = known.is_none_or(|known| known.ids.len() >= limits::MEMBER_IDS_MAX);
            if !is_theirs && !taken && !full {
                self.emit(Fact::JoinedIds(JoinedIds { from: id, into: member.id.clone() }))?;
            }
        }
        Ok(())
    }

    /// The id of somebody who is known by nothing but the name of a listed member: what was typed or pasted before the
    /// list came. Nobody where another member, known or listed, has the name too, or the list has that id as well.
    pub(super) fn known_by_name_only(&self, listed: &Listed, list: &[Listed]) -> Option<MemberId> {
        let (name, into) = (&listed.member.name, &listed.member.id);
        let id = MemberId::new(name.as_str());
        let known = self.state.members.get(&id).filter(|known| known.id == id && known.name == *name)?;
        let also = |other: &Member| other.name == *name && other.id != id && other.id != *into;
        let unclear = id == *into
            || self.playbook.person_of(&id).is_some()
            || list.iter().any(|other| other.member.id == id || also(&other.member))
            || self.state.members.iter().any(|other| also(other));
        let ids = self.state.members.get(into).map_or(0, |into| into.ids.len());
        (!unclear && ids + known.ids.len() < limits::MEMBER_IDS_MAX).then_some(id)
    }

    /// Joins the ids that a report of somebody's coming has told.
    pub(super) fn join_told(&mut self, member: &MemberId) -> Decided {
        let known = self.state.members.get(member).filter(|known| ids_said(known).next().is_some());
        if let Some(known) = known.cloned() {
            self.join_listed(&Listed::from(Member::clone(&known)))?;
        }
        self.join_by_identity(member)
    }

    /// Joins a member with whoever has the same in the field of `members.identity`.
    pub(super) fn join_by_identity(&mut self, id: &MemberId) -> Decided {
        let Some(field) = self.playbook.keeping.identity.clone() else { return Ok(()) };
        let Some(member) = self.state.members.get(id).cloned() else { return Ok(()) };
        let Some(value) = identity_of(&member, &field) else { return Ok(()) };
        let same = |other: &&Arc<Member>| {
            other.id != member.id && identity_of(other, &field).as_ref() == Some(&value)
        };
        let found = self.state.members.iter().find(same).cloned();
        match found {
            Some(other) => self.join_same(&other, &member),
            None => Ok(()),
        }
    }

    /// The same for everybody at once, after a list.
    pub(super) fn join_all_by_identity(&mut self) -> Decided {
        let Some(field) = self.playbook.keeping.identity.clone() else { return Ok(()) };
        let mut first: BTreeMap<String, Arc<Member>> = BTreeMap::new();
        let mut same: Vec<(Arc<Member>, Arc<Member>)> = Vec::new();
        for member in self.state.members.iter() {
            let Some(value) = identity_of(member, &field) else { continue };
            match first.get(&value) {
                Some(known) => same.push((known.clone(), member.clone())),
                None => drop(first.insert(value, member.clone())),
            }
        }
        same.iter().try_for_each(|(known, member)| self.join_same(known, member))
    }

    /// Two are one: under the id that a list gave, else under the one that was there first.
    fn join_same(&mut self, known: &Member, member: &Member) -> Decided {
        let heard = |id: &MemberId| {
            let kind = id.as_str().split_once(':').map_or("", |(kind, _)| kind);
            ChannelKind::parse(kind).is_some()
        };
        let (into, from) =
            if heard(&known.id) && !heard(&member.id) { (member, known) } else { (known, member) };
        // One of them may have become the other meanwhile.
        let apart = self.state.members.own_id(&into.id) != self.state.members.own_id(&from.id);
        if !apart || into.ids.len() + from.ids.len() >= limits::MEMBER_IDS_MAX {
            return Ok(());
        }
        self.emit(Fact::JoinedIds(JoinedIds { from: from.id.clone(), into: into.id.clone() }))
    }

    /// Joins what lists said before anybody joined ids: so many at once, the others when the group is looked at again.
    pub(super) fn join_all_listed(&mut self) -> Decided {
        let unjoined =
            |member: &&Arc<Member>| ids_said(member).any(|id| id != member.id && !member.ids.contains(&id));
        let waiting: Vec<Arc<Member>> =
            self.state.members.iter().filter(unjoined).take(limits::MEMBERS_AT_ONCE_MAX).cloned().collect();
        for member in waiting {
            self.join_listed(&Listed::from(Member::clone(&member)))?;
        }
        Ok(())
    }
}

/// What a member has in the field that says who they are, as text.
fn identity_of(member: &Member, field: &str) -> Option<String> {
    let text = match member.fields.get(field)? {
        Value::Str(text) => text.trim().to_owned(),
        Value::Int(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// The ids that the fields which bear a platform's name say to be a member's.
fn ids_said(member: &Member) -> impl Iterator<Item = MemberId> {
    let platforms = ChannelKind::ALL.iter().filter(|_| !member.fields.is_empty());
    let said = platforms.filter(|kind| member.fields.contains_key(kind.as_str()));
    said.filter_map(|kind| {
        let handle = member.handle(kind.as_str())?;
        let handle = handle.trim();
        // Whoever is called by a name there has none.
        (!handle.is_empty() && !handle.starts_with('@')).then(|| MemberId::from(format!("{kind}:{handle}")))
    })
}
