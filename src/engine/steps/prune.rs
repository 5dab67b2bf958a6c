//! `prune`: predicate → notice → grace → re-check → approval → removal → receipt.
//!
//! Nobody is removed who has not been told, who has spoken since, or without a person's yes.

use super::task::Request;
use crate::{
    base::{
        ids::MemberId,
        member::Member,
        time::{Duration, Timestamp},
    },
    engine::{
        advance::{At, Carried, Trouble, Went},
        draft::{Decided, Draft},
        entry::{Fact, Outgoing, TaskKind, Waiting},
        notice,
    },
    model::{
        channel::GROUP,
        message::{Mention, Message},
        step::{Prune, PruneOrder, Verb},
    },
    script::names::Names,
};

/// Where a member stands in the order of a `prune`, the first to go first.
fn rank(order: PruneOrder, member: &Member, seen: Option<Timestamp>) -> i64 {
    let millis = |at: Option<Timestamp>| at.map_or(i64::MAX, Timestamp::as_millis);
    match order {
        PruneOrder::Idle => millis(seen),
        PruneOrder::Oldest => millis(member.joined),
        PruneOrder::Newest => member.joined.map_or(i64::MAX, |at| at.as_millis().saturating_neg()),
        PruneOrder::Points => member.points,
    }
}

/// How long the decision may take; silence removes nobody.
const DECISION: Duration = Duration::DAY.times(7);

impl Draft<'_> {
    pub(in crate::engine) fn prune(&mut self, at: &At<'_>, prune: &Prune) -> Carried {
        let mut members = self.candidates(at, prune, None)?;
        members.truncate(prune.max.map_or(usize::MAX, |max| max as usize));
        if members.is_empty() {
            return self.done(at, at.pc + 1, None);
        }
        self.emit(Fact::PruneNoticed { run: at.run.id.clone(), members: members.clone() })?;
        if let Some(text) = &prune.notice {
            let facts = self.step_facts(at, text.names());
            let mut message = Message::text(text.render_markdown(&facts)?);
            message.mentions = members.iter().map(|id| Mention::Person(self.member_person(id))).collect();
            let out = Outgoing {
                effect: self.effect_id(&at.run.id, &at.step.id),
                channel: GROUP.into(),
                message,
                label: Some(crate::model::message::Label::Notice),
                play: Some(at.play.name.clone()),
                due: at.due,
                expires: None,
                late_left: Some(self.late_left(at)),
                urgent: false,
                manual: None,
            };
            self.send(out)?;
        }
        let until = self.now.plus(prune.grace);
        self.wait(at, Waiting::Grace { members }, Some(until), None)?;
        Ok(Went::Waits)
    }

    /// The members for whom the predicate holds and who are not protected, in the order of the step; only those of
    /// a list, if there is one.
    fn candidates(
        &self,
        at: &At<'_>,
        prune: &Prune,
        among: Option<&[MemberId]>,
    ) -> Result<Vec<MemberId>, Trouble> {
        let facts = self.step_facts(at, Names::ALL);
        let mut found: Vec<(i64, MemberId)> = Vec::new();
        let mut test = |member: &Member| -> Result<(), Trouble> {
            // Nobody is let go for what is not known of them.
            if prune.predicate.eval_bool_for(&facts, &member.id)? != Some(true) {
                return Ok(());
            }
            if let Some(protect) = &prune.protect
                && protect.eval_bool_for(&facts, &member.id)? != Some(false)
            {
                return Ok(());
            }
            let seen = self.state.members.activity(&member.id).seen;
            found.push((rank(prune.order, member, seen), member.id.clone()));
            Ok(())
        };
        let mut members = self.state.members.iter();
        match among {
            Some(among) => among.iter().filter_map(|id| self.state.members.get(id)).try_for_each(|m| test(m)),
            None => members.try_for_each(|m| test(m)),
        }?;
        found.sort();
        Ok(found.into_iter().map(|(_, id)| id).collect())
    }

    /// The grace is over: whoever has spoken stays, and a person decides about the others.
    pub(in crate::engine) fn prune_after_grace(&mut self, at: &At<'_>, told: &[MemberId]) -> Carried {
        let Verb::Prune(prune) = &at.step.verb else { return self.done(at, at.pc + 1, None) };
        let members = self.candidates(at, prune, Some(told))?;
        if members.is_empty() {
            return self.done(at, at.pc + 1, None);
        }
        let facts = self.step_facts(at, Names::ALL);
        let request = Request {
            kind: TaskKind::Approval,
            text: notice::prune_question(&self.playbook, &self.names(&members)),
            to: self.assignee(prune.to.as_ref(), &facts)?,
            due: Some(self.now.plus(DECISION)),
            remind: None,
            escalate: Vec::new(),
            options: Vec::new(),
            members,
        };
        let until = request.due;
        let task = self.open(at, request)?;
        self.wait(at, Waiting::Approval { task }, until, None)?;
        Ok(Went::Waits)
    }

    /// A person said yes. No platform here can remove a member for us, so the person gets the list.
    pub(in crate::engine) fn prune_approved(&mut self, at: &At<'_>, members: &[MemberId]) -> Carried {
        let Verb::Prune(prune) = &at.step.verb else { return self.done(at, at.pc + 1, None) };
        let members = self.candidates(at, prune, Some(members))?;
        if members.is_empty() {
            return self.done(at, at.pc + 1, None);
        }
        let facts = self.step_facts(at, Names::ALL);
        let request = Request {
            kind: TaskKind::Removal,
            text: notice::prune_list(&self.playbook, &self.names(&members)),
            to: self.assignee(prune.to.as_ref(), &facts)?,
            due: None,
            remind: None,
            escalate: Vec::new(),
            options: Vec::new(),
            members,
        };
        let task = self.open(at, request)?;
        self.wait(at, Waiting::Removal { task }, None, None)?;
        Ok(Went::Waits)
    }

    fn names(&self, members: &[MemberId]) -> Vec<String> {
        members
            .iter()
            .map(|id| self.state.members.get(id).map_or_else(|| id.to_string(), |m| m.name.clone()))
            .collect()
    }

    /// A member is gone: recorded, and the runs that were about that member end.
    pub(in crate::engine) fn remove_member(&mut self, member: &MemberId) -> Decided {
        if !self.state.members.contains(member) {
            return Ok(());
        }
        self.emit(Fact::MemberGone { member: member.clone() })?;
        self.end_member_runs(member)
    }

    /// `per: member` runs end when the member leaves.
    pub(in crate::engine) fn end_member_runs(&mut self, member: &MemberId) -> Decided {
        let runs: Vec<_> = self
            .state
            .runs
            .values()
            .filter(|run| run.cause.member.as_ref() == Some(member))
            .map(|run| run.id.clone())
            .collect();
        for run in runs {
            self.finish(&run, crate::engine::entry::Outcome::Cancelled, format!("{member} has left"))?;
        }
        Ok(())
    }
}
