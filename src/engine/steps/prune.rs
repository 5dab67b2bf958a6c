//! `prune`: predicate → notice → grace → re-check → approval → removal → receipt.
//!
//! Nobody is removed who has not been told, who has spoken since, or without a person's yes.

use super::protect;
use crate::{
    base::{
        ids::{MemberId, TaskId},
        limits,
        member::Member,
        phrase::{Phrase, phrase},
        time::{Duration, Timestamp},
        value::Value,
    },
    engine::{
        carrying::{At, Carried, Trouble, Went},
        choosing::LookedAt,
        draft::{Decided, Draft},
        entry::{Fact, Outcome, Outgoing, PruneStage, TaskKind, Waiting},
        notice,
        request::Request,
        state::Run,
    },
    model::{
        channel::GROUP,
        message::Message,
        program::Op,
        step::{Prune, PruneOrder, Verb},
        text::Text,
    },
    script::{expr::EvalError, facts::Facts, names::Names},
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
    pub(in crate::engine) fn prune(&mut self, at: &At<'_>, prune: &Prune) -> Carried {
        if self.hears_for(prune) {
            return self.prune_choose(at, PruneStage::Notice, &[]);
        }
        self.ask_who_is_silent(at, prune)
    }

    /// Nobody hears who speaks: a person says who is silent, and signs it.
    fn ask_who_is_silent(&mut self, at: &At<'_>, prune: &Prune) -> Carried {
        let facts = self.step_facts(at, Names::ALL);
        let text = notice::who_is_silent(&self.playbook, prune.predicate.source(), self.state.members.len());
        let to = self.assignee(prune.to.as_ref(), &facts)?;
        let request =
            Request { due: Some(self.now.plus(DECISION)), ..Request::new(TaskKind::Task, text, to) };
        let until = request.due;
        let task = self.open(at, request)?;
        self.wait(at, Waiting::Task { task }, until, None)?;
        Ok(Went::Waits)
    }

    /// A person has said who is silent.
    pub(in crate::engine) fn prune_named(&mut self, at: &At<'_>, note: &Value) -> Carried {
        let members = self.named_members(&protect::names_in(note))?;
        if members.is_empty() {
            return self.done(at, at.pc + 1, None);
        }
        self.prune_choose(at, PruneStage::Notice, &members)
    }

    /// Why an answer to *who is silent?* cannot be taken, if it cannot.
    pub(in crate::engine) fn refusal_of_names(&self, run: &Run, note: &Value) -> Option<Phrase> {
        let (_, _, play) = self.play_of(run)?;
        let Some(Op::Step { step, .. }) = play.section(run.section).ops.get(run.pc as usize) else {
            return None;
        };
        if !matches!(step.verb, Verb::Prune(_)) {
            return None;
        }
        match self.named_members(&protect::names_in(note)) {
            Ok(_) | Err(Trouble::Bug(_)) => None,
            Err(Trouble::Step(reason)) => Some(reason),
        }
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
            self.emit(Fact::MembersLookedAt(LookedAt {
                run: at.run.id.clone(),
                after,
                count: limits::MEMBERS_AT_ONCE_MAX as u32,
                found,
                next: self.now.plus(NEXT_PART),
            }))?;
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
        let facts = if self.hears_for(prune) {
            self.step_facts(at, Names::ALL)
        } else {
            self.facts_of_silent(at, members)
        };
        let mut found = Vec::new();
        for member in members.iter().filter(|member| !self.is_protected(member)) {
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
        let text = match &prune.notice {
            Some(text) => Some(self.notice_text(at, text, &members)?),
            None => None,
        };
        self.emit(Fact::PruneNoticed { run: at.run.id.clone(), members: members.clone() })?;
        let Some(text) = text else { return self.grace_begins(at, prune, members) };
        let effect = self.effect_id(&at.run.id, &at.step.id);
        let out = self.prune_message(at, text, at.due, Some(self.late_left(at)));
        // Nobody loses time by a notice that has not arrived, and nobody goes for one that never does.
        if !self.send(at, Outgoing { awaited: true, ..out })? {
            return self.undelivered(at, effect);
        }
        self.wait(at, Waiting::Delivery { effect, members }, None, None)?;
        Ok(Went::Waits)
    }

    fn notice_text(&self, at: &At<'_>, text: &Text, members: &[MemberId]) -> Result<String, EvalError> {
        let mut facts = Facts::clone(&self.step_facts(at, text.names()));
        let silent = members.iter().map(|id| Value::map([("$member", Value::str(id.as_str()))])).collect();
        Arc::make_mut(&mut facts.bindings).insert(Arc::from("silent"), Value::list(silent));
        text.render_markdown(&Arc::new(facts))
    }

    /// A word to the whole group about some of it; it names nobody.
    fn prune_message(
        &self,
        at: &At<'_>,
        text: String,
        due: Timestamp,
        late_left: Option<Duration>,
    ) -> Outgoing {
        Outgoing {
            label: Some(crate::model::message::Label::Notice),
            play: Some(at.play.name.clone()),
            late_left,
            ..Outgoing::new(self.effect_id(&at.run.id, &at.step.id), GROUP.into(), Message::text(text), due)
        }
    }

    /// The notice has been delivered: from now on there is time to speak up.
    pub(in crate::engine) fn grace_begins(
        &mut self,
        at: &At<'_>,
        prune: &Prune,
        members: Vec<MemberId>,
    ) -> Carried {
        let moments = protect::moments(prune, self.now);
        let ends = moments.last().copied();
        let waiting = Waiting::Grace { members, ends: ends.filter(|_| moments.len() > 1) };
        self.wait(at, waiting, moments.first().copied(), None)?;
        Ok(Went::Waits)
    }

    /// The grace is over, or the group is told once more that it will be.
    pub(in crate::engine) fn grace_goes_on(
        &mut self,
        at: &At<'_>,
        members: &[MemberId],
        ends: Option<Timestamp>,
    ) -> Carried {
        let Verb::Prune(prune) = &at.step.verb else { return self.done(at, at.pc + 1, None) };
        let Some(ends) = ends.filter(|ends| *ends > self.now) else {
            return self.prune_choose(at, PruneStage::Grace, members);
        };
        if let Some(text) = &prune.notice {
            let text = self.notice_text(at, text, members)?;
            let text = notice::once_more(&self.playbook, &text, ends, self.now);
            let out = self.prune_message(at, text, self.now, None);
            self.send(at, Outgoing { expires: Some(ends), ..out })?;
        }
        let began = ends.plus(-prune.grace);
        let next = protect::moments(prune, began).into_iter().find(|moment| *moment > self.now);
        let waiting = Waiting::Grace { members: members.to_vec(), ends: Some(ends) };
        self.wait(at, waiting, next.or(Some(ends)), None)?;
        Ok(Went::Waits)
    }

    /// Of the members of an approval, those whom somebody wants to stay.
    pub(in crate::engine) fn spared(
        &self,
        task: &TaskId,
        except: &[String],
    ) -> Result<Vec<MemberId>, Phrase> {
        let members = self.state.tasks.get(task).map(|open| open.task.members.clone()).unwrap_or_default();
        let mut spared = Vec::new();
        for word in except {
            let is_meant = |id: &&MemberId| {
                id.as_str() == word || self.state.members.get(id).is_some_and(|member| member.name == *word)
            };
            let before = spared.len();
            spared.extend(members.iter().filter(is_meant).cloned());
            if spared.len() == before {
                let names = self.names_of(&members).join(", ");
                return Err(if members.is_empty() {
                    phrase!(
                        "{task} lets nobody go, so that there is nobody to except",
                        "{task} 不移除任何人，没有人可以留下"
                    )
                } else {
                    phrase!(
                        "`{word}` is not on the list of {task}; on it are {names}",
                        "`{word}` 不在 {task} 的名单上；名单上有 {names}"
                    )
                });
            }
        }
        Ok(spared)
    }

    /// The grace is over: whoever has spoken stays, and a person decides about the others.
    fn prune_ask(&mut self, at: &At<'_>, prune: &Prune, members: Vec<MemberId>) -> Carried {
        let facts = self.step_facts(at, Names::ALL);
        let question = notice::prune_question(&self.playbook, &self.names_of(&members));
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

    /// A person said yes.
    fn prune_remove(&mut self, at: &At<'_>, prune: &Prune, members: Vec<MemberId>) -> Carried {
        let facts = self.step_facts(at, Names::ALL);
        let to = self.assignee(prune.to.as_ref(), &facts)?;
        self.remove_for(at, members, to)
    }

    /// Members are gone: recorded, the runs that were about them end, and their places are free.
    pub(in crate::engine) fn remove_members(&mut self, members: &[MemberId]) -> Decided {
        let mut gone = BTreeSet::new();
        for member in members
            .iter()
            .map(|id| self.state.members.own_id(id).clone())
            .filter(|member| self.state.members.contains(member))
            .collect::<BTreeSet<_>>()
        {
            let kept = self.kept_of(&member);
            self.emit(Fact::MemberGone { member: member.clone(), forgotten: false })?;
            self.keep_leaver(&member, kept)?;
            gone.insert(member);
        }
        let about = |run: &Run| run.cause.member.clone().filter(|member| gone.contains(member));
        let runs: Vec<_> =
            self.state.runs.values().filter_map(|run| Some((run.id.clone(), about(run)?))).collect();
        for (run, member) in runs {
            self.finish(&run, Outcome::Cancelled, phrase!("{member} has left", "{member} 已经退群"))?;
        }
        gone.iter().try_for_each(|member| self.free_seats(member))
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
            self.finish(&run, Outcome::Cancelled, phrase!("{member} has left", "{member} 已经退群"))?;
        }
        Ok(())
    }
}
