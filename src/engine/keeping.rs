//! Keeps of members what the playbook says, and as long as it says.
//!
//! What is not declared never becomes an entry; what was kept long enough is removed by one, also of who has left.

use super::{
    draft::{Decided, Draft},
    entry::Fact,
    leavers::{self, KeptFields, Leaver, asked_until},
};
use crate::base::{
    ids::MemberId,
    limits,
    member::{Listed, Member},
    time::{Duration, Timestamp},
};
use std::{collections::BTreeMap, sync::Arc};

impl Draft<'_> {
    /// Takes over what is said of a member, and joins them with whoever has the same in the field that says who they are.
    pub(super) fn list_member(&mut self, listed: Arc<Listed>) -> Decided {
        let id = listed.member.id.clone();
        self.take_over(listed)?;
        self.join_by_identity(&id)
    }

    /// Takes over what a list or a script says of a member: of fields only those that are kept, each with its day.
    pub(super) fn take_over(&mut self, mut listed: Arc<Listed>) -> Decided {
        let (keeping, said) = (&self.playbook.keeping, listed.clone());
        if listed.member.fields.keys().any(|name| !keeping.keeps(name)) {
            Arc::make_mut(&mut listed).member.fields.retain(|name, _| keeping.keeps(name));
        }
        let since = self.since(&listed.member);
        if since != listed.member.since {
            Arc::make_mut(&mut listed).member.since = since;
        }
        self.emit(Fact::MemberSet(listed))?;
        self.join_listed(&said)
    }

    /// Dates the fields that a report has just told of a member.
    pub(super) fn date_fields(&mut self, id: &MemberId) -> Decided {
        let Some(member) = self.state.members.get(id) else { return Ok(()) };
        let since = self.since(member);
        if since == member.since {
            return Ok(());
        }
        let member = Member { since, ..Member::clone(member) };
        self.emit(Fact::MemberSet(Arc::new(member.into())))
    }

    /// Since when each field of a member is kept, of those that are kept for a time only. One that says what it has
    /// always said is as old as it was.
    fn since(&self, member: &Member) -> BTreeMap<String, Timestamp> {
        let known = self.state.members.get(&member.id);
        let timed =
            self.playbook.keeping.timed().filter_map(|(name, _)| member.fields.get_key_value(&**name));
        let dated = timed.map(|(name, value)| {
            let before = known.filter(|known| known.fields.get(name) == Some(value));
            let since = before.and_then(|known| known.since.get(name)).copied();
            (name.clone(), since.unwrap_or(self.now))
        });
        dated.collect()
    }

    /// What the journal has of somebody who is about to leave, and until when: each field as long as it is kept of
    /// members, and at most thirty days; what they have written, where any of it is kept, and what they have filled in, as
    /// long as that.
    pub(super) fn kept_of(&self, id: &MemberId) -> KeptFields {
        let Some(member) = self.state.members.get(id) else { return KeptFields::new() };
        let last = self.now.plus(Duration::DAY.times(limits::LEAVERS_KEEP_DAYS));
        let until = |name: &str| {
            let own = self.playbook.keeping.retention(name);
            let own = own.zip(member.since.get(name)).map(|(retention, since)| since.plus(retention));
            own.map_or(last, |own| own.min(last))
        };
        let mut kept: KeptFields = member.fields.keys().map(|name| (name.clone(), until(name))).collect();
        let has_words = self.playbook.keeps_text.is_some() || !self.playbook.moderation.is_empty();
        if has_words && self.state.members.activity(&member.id).messages > 0 {
            kept.insert(leavers::WORDS.into(), last);
        }
        if self.state.filled_in.has(&member.id) {
            kept.insert(leavers::FORMS.into(), last);
        }
        kept
    }

    /// Somebody has left, of whom the journal has something.
    pub(super) fn keep_leaver(&mut self, member: &MemberId, until: KeptFields) -> Decided {
        if until.is_empty() {
            return Ok(());
        }
        self.emit(Fact::LeaverKept(Leaver { member: member.clone(), until }))
    }

    /// Whoever asked to come in long ago and did not is kept no longer than somebody who has left; what they asked with is
    /// a form.
    fn expire_asking(&mut self) -> Decided {
        let over = |asking: &Arc<Member>| asking.asked.is_some_and(|asked| asked_until(asked) <= self.now);
        let asked: Vec<MemberId> =
            self.state.members.asking().filter(|one| over(one)).map(|one| one.id.clone()).collect();
        for id in asked {
            let names = self.kept_of(&id).into_keys().chain([leavers::FORMS.to_owned()]);
            let kept = names.map(|name| (name, self.now)).collect();
            self.keep_leaver(&id, kept)?;
        }
        Ok(())
    }

    /// When the next field has been kept long enough.
    pub(super) fn set_retention(&mut self) -> Decided {
        let ends = self.playbook.keeping.timed().filter_map(|(name, retention)| {
            let (since, _) = self.state.members.kept(name).next()?;
            Some(since.plus(retention))
        });
        let asked = self.state.members.asking().filter_map(|asking| asking.asked).min();
        let ends = ends.chain(self.state.leavers.next()).chain(asked.map(asked_until));
        // What is over and does not fit into this decision follows in the next one.
        let later =
            self.state.retention.filter(|at| *at > self.now).unwrap_or(self.now.plus(Duration::SECOND));
        let at = ends.min().map(|at| if at <= self.now { later } else { at });
        if at == self.state.retention { Ok(()) } else { self.emit(Fact::RetentionSet { at }) }
    }

    /// Fields have been kept long enough. Beyond the limit of a decision the others follow in the next one.
    pub(super) fn expire_fields(&mut self) -> Decided {
        let mut gone: BTreeMap<MemberId, Vec<String>> = BTreeMap::new();
        for (name, retention) in self.playbook.keeping.timed() {
            let kept = self.state.members.kept(name);
            let over = kept.take_while(|(since, _)| since.plus(retention) <= self.now);
            for (_, id) in over.take(limits::MEMBERS_AT_ONCE_MAX) {
                gone.entry(id.clone()).or_default().push(name.to_string());
            }
        }
        if !gone.is_empty() {
            self.emit(Fact::FieldsExpired { members: gone.into_iter().collect(), left: false })?;
        }
        self.expire_asking()?;
        let over = self.state.leavers.over(self.now).take(limits::MEMBERS_AT_ONCE_MAX);
        let members: Vec<_> = over.map(|(id, fields)| (id.clone(), fields)).collect();
        if !members.is_empty() {
            self.emit(Fact::FieldsExpired { members, left: true })?;
        }
        self.set_retention()
    }
}
