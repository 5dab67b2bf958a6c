//! `prune`: predicate → notice → grace → re-check → approval → removal → receipt.
//!
//! Nobody is removed who has not been told, who has spoken since, or without a person's yes.

use super::task::Request;
use crate::{
    base::{
        ids::MemberId,
        limits,
        member::Member,
        time::{Duration, Timestamp},
    },
    engine::{
        advance::{At, Carried, Trouble, Went},
        draft::{Decided, Draft},
        entry::{Fact, Outcome, Outgoing, PruneStage, TaskKind, Waiting},
        notice,
        state::Run,
    },
    model::{
        channel::GROUP,
        message::{Mention, Message},
        step::{Prune, PruneOrder, Verb},
    },
    script::names::Names,
};
use std::{collections::BTreeSet, sync::Arc};

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

/// How long after a part of the members the next is looked at: other inputs come in between.
const NEXT_PART: Duration = Duration::from_millis(1);
/// How long the decision may take; silence removes nobody.
const DECISION: Duration = Duration::DAY.times(7);

impl Draft<'_> {
    pub(in crate::engine) fn prune(&mut self, at: &At<'_>) -> Carried {
        self.prune_choose(at, PruneStage::Notice, &[])
    }

    /// Chooses among the listed members, or among all; a part at a time where they are many.
    pub(in crate::engine) fn prune_choose(
        &mut self,
        at: &At<'_>,
        stage: PruneStage,
        among: &[MemberId],
    ) -> Carried {
        let many = if among.is_empty() { self.state.members.len() } else { among.len() };
        if many <= limits::MEMBERS_AT_ONCE_MAX {
            return self.prune_part(at, stage, among);
        }
        let waiting = Waiting::Choice { stage, among: among.to_vec() };
        self.wait(at, waiting, Some(self.now.plus(NEXT_PART)), None)?;
        Ok(Went::Waits)
    }

    /// Looks at the next part of the members of a choice; goes on with those who were chosen when it was the last.
    pub(in crate::engine) fn prune_part(
        &mut self,
        at: &At<'_>,
        stage: PruneStage,
        among: &[MemberId],
    ) -> Carried {
        let Verb::Prune(prune) = &at.step.verb else { return self.done(at, at.pc + 1, None) };
        let mut choosing = at.run.choosing.clone().unwrap_or_default();
        let part: Vec<Arc<Member>> = if among.is_empty() {
            let rest = self.state.members.after(choosing.after.as_ref());
            rest.take(limits::MEMBERS_AT_ONCE_MAX).cloned().collect()
        } else {
            let rest = among.iter().skip(choosing.looked as usize).take(limits::MEMBERS_AT_ONCE_MAX);
            rest.filter_map(|id| self.state.members.get(id)).cloned().collect()
        };
        let found = self.chosen(at, prune, &part)?;
        let after = if among.is_empty() {
            part.last().filter(|_| part.len() == limits::MEMBERS_AT_ONCE_MAX).map(|last| last.id.clone())
        } else {
            among.get(choosing.looked as usize + limits::MEMBERS_AT_ONCE_MAX - 1).cloned()
        };
        if let Some(after) = after {
            self.emit(Fact::MembersLookedAt {
                run: at.run.id.clone(),
                after,
                count: limits::MEMBERS_AT_ONCE_MAX as u32,
                found,
                next: self.now.plus(NEXT_PART),
            })?;
            return Ok(Went::Waits);
        }
        choosing.found.extend(found);
        choosing.found.sort();
        let members = choosing.found.into_iter().map(|(_, id)| id);
        let mut members: Vec<MemberId> = members.filter(|id| self.state.members.contains(id)).collect();
        if stage == PruneStage::Notice {
            members.truncate(prune.max.map_or(usize::MAX, |max| max as usize));
        }
        if members.is_empty() {
            return self.done(at, at.pc + 1, None);
        }
        match stage {
            PruneStage::Notice => self.prune_notice(at, prune, members),
            PruneStage::Grace => self.prune_ask(at, prune, members),
            PruneStage::Removal => self.prune_remove(at, prune, members),
        }
    }

    /// Of some members those for whom the predicate holds and who are not protected, with their places in the order
    /// of the step.
    fn chosen(
        &self,
        at: &At<'_>,
        prune: &Prune,
        members: &[Arc<Member>],
    ) -> Result<Vec<(i64, MemberId)>, Trouble> {
        let facts = self.step_facts(at, Names::ALL);
        let mut found = Vec::new();
        for member in members {
            // Nobody is let go for what is not known of them.
            if prune.predicate.eval_bool_for(&facts, &member.id)? != Some(true) {
                continue;
            }
            if let Some(protect) = &prune.protect
                && protect.eval_bool_for(&facts, &member.id)? != Some(false)
            {
                continue;
            }
            let seen = self.state.members.activity(&member.id).seen;
            found.push((rank(prune.order, member, seen), member.id.clone()));
        }
        Ok(found)
    }

    fn prune_notice(&mut self, at: &At<'_>, prune: &Prune, members: Vec<MemberId>) -> Carried {
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

    /// The grace is over: whoever has spoken stays, and a person decides about the others.
    fn prune_ask(&mut self, at: &At<'_>, prune: &Prune, members: Vec<MemberId>) -> Carried {
        let facts = self.step_facts(at, Names::ALL);
        let question = notice::prune_question(&self.playbook, &self.names(&members));
        let to = self.assignee(prune.to.as_ref(), &facts)?;
        let request = Request {
            due: Some(self.now.plus(DECISION)),
            members,
            ..Request::new(TaskKind::Approval, question, to)
        };
        let until = request.due;
        let task = self.open(at, request)?;
        self.wait(at, Waiting::Approval { task }, until, None)?;
        Ok(Went::Waits)
    }

    /// A person said yes. No platform here can remove a member for us, so the person gets the list.
    fn prune_remove(&mut self, at: &At<'_>, prune: &Prune, members: Vec<MemberId>) -> Carried {
        let facts = self.step_facts(at, Names::ALL);
        let list = notice::prune_list(&self.playbook, &self.names(&members));
        let to = self.assignee(prune.to.as_ref(), &facts)?;
        let request = Request { members, ..Request::new(TaskKind::Removal, list, to) };
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

    /// Members are gone: recorded, and the runs that were about them end.
    pub(in crate::engine) fn remove_members(&mut self, members: &[MemberId]) -> Decided {
        let mut gone = BTreeSet::new();
        for member in
            members.iter().filter(|member| self.state.members.contains(member)).cloned().collect::<Vec<_>>()
        {
            self.emit(Fact::MemberGone { member: member.clone() })?;
            gone.insert(member);
        }
        let about = |run: &Run| run.cause.member.clone().filter(|member| gone.contains(member));
        let runs: Vec<_> =
            self.state.runs.values().filter_map(|run| Some((run.id.clone(), about(run)?))).collect();
        for (run, member) in runs {
            self.finish(&run, Outcome::Cancelled, format!("{member} has left"))?;
        }
        Ok(())
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
            self.finish(&run, Outcome::Cancelled, format!("{member} has left"))?;
        }
        Ok(())
    }
}
