//! Plays that run once for each member, on the day that a field of the member names.
//!
//! Days are looked at as a daily schedule is; a member whose field is told or changed meanwhile is looked at then. A run
//! whose day is another one by now ends, because what it had to say of the old day is wrong.

use super::{
    choosing::{DayReached, Reached},
    draft::{Decided, Draft},
    due::StartCause,
    entry::{Cause, Fact, Outcome, Skip},
};
use crate::{
    base::{
        ids::{MemberId, RunId},
        limits,
        member::Member,
        phrase::phrase,
        time::{Duration, Timestamp},
        value::{Map, Value},
    },
    model::{
        member_dates::MemberDates,
        occurrence::{next_anchor, scheduled_run_id},
        play::{Play, Section},
        trigger::Trigger,
    },
};
use std::sync::Arc;

/// So long after one part of the members the next one is looked at, so that other groups have their turn between them.
const NEXT_PART: Duration = Duration::from_millis(1);

/// The dates of members that a play is about.
fn of(play: &Play) -> Option<&MemberDates> {
    match &play.trigger {
        Trigger::Members(of) => Some(of),
        _ => None,
    }
}

impl Draft<'_> {
    /// Notes who has another day than before: they are looked at before the decision ends.
    pub(super) fn note_dates(&mut self, id: &MemberId, before: Option<&Arc<Member>>) {
        let after = self.state.members.get(id);
        let differs = |play: &Play| {
            let (Some(of), zone) = (of(play), play.zone_or(&self.playbook.zone)) else { return false };
            let told = |member: Option<&Arc<Member>>| member.and_then(|member| of.told(member, zone));
            told(before) != told(after)
        };
        if self.playbook.plays.iter().any(|play| differs(play)) {
            self.redated.insert(id.clone());
        }
    }

    /// Starts what the new days of members ask for, of the days that were looked at already.
    pub(super) fn look_at_redated(&mut self) -> Decided {
        let redated = std::mem::take(&mut self.redated);
        if redated.is_empty() {
            return Ok(());
        }
        let playbook = self.playbook.clone();
        for play in &playbook.plays {
            let Some(of) = of(play) else { continue };
            let zone = &playbook.zone;
            let Some(known) = self.state.plays.get(&play.name) else { continue };
            // Whoever the occurrence under way has not come to yet has their turn in it.
            let reached = known.reached.clone();
            let Some(settled) = known.after.max(reached.as_ref().map(|reached| reached.anchor)) else {
                continue;
            };
            let reach = play.alive_until(self.now, zone, &self.state.group).since(self.now);
            let mut after = self.now.plus(-reach).max(self.state.created);
            while let Some(anchor) = next_anchor(&playbook, &self.group, play, self.state.created, after)
                .filter(|at| *at <= settled)
            {
                after = anchor;
                if play.alive_until(anchor, zone, &self.state.group) >= self.now {
                    let last = reached.as_ref().filter(|reached| reached.anchor == anchor);
                    let passed = |id: &&MemberId| last.is_none_or(|last| **id <= last.member);
                    let due: Vec<_> = (redated.iter().filter(passed))
                        .filter_map(|id| self.state.members.get(id))
                        .filter_map(|member| self.falls(play, of, member, anchor))
                        .collect();
                    due.into_iter().try_for_each(|due| self.start_for(play, anchor, due))?;
                }
            }
        }
        Ok(())
    }

    /// Starts a run for each member whose day an anchor is, of one part of them; whether it was the last part. A part
    /// ends sooner where what it has started is much.
    pub(super) fn start_on_day(
        &mut self,
        play: &Arc<Play>,
        of: &MemberDates,
        anchor: Timestamp,
    ) -> Decided<bool> {
        let day = scheduled_run_id(play, anchor);
        let known = self.state.plays.get(&play.name);
        if known.is_some_and(|known| known.skip.contains(&day)) {
            self.skip_range(play, anchor, anchor, 1, Skip::Operator)?;
            return Ok(true);
        }
        let reached =
            known.and_then(|known| known.reached.as_ref()).filter(|reached| reached.anchor == anchor);
        let rest = self.state.members.after(reached.map(|reached| &reached.member));
        let part: Vec<Arc<Member>> = rest.take(limits::MEMBERS_AT_ONCE_MAX).cloned().collect();
        let whole = part.len() < limits::MEMBERS_AT_ONCE_MAX;
        let (mut last, mut started) = (None, 0);
        for member in &part {
            if started >= limits::MEMBER_RUNS_AT_ONCE_MAX {
                return self.reached(play, anchor, last);
            }
            last = Some(&member.id);
            if let Some(due) = self.falls(play, of, member, anchor) {
                started += 1;
                self.start_for(play, anchor, due)?;
            }
        }
        if whole { Ok(true) } else { self.reached(play, anchor, last) }
    }

    fn reached(&mut self, play: &Play, anchor: Timestamp, last: Option<&MemberId>) -> Decided<bool> {
        let Some(member) = last.cloned() else { return Ok(true) };
        let (reached, next) = (Reached { anchor, member }, self.now.plus(NEXT_PART));
        self.emit(Fact::DayReached(DayReached { play: play.name.clone(), reached, next }))?;
        Ok(false)
    }

    /// A member whose day an anchor is, and how many years it is since the day that the field names.
    fn falls(
        &self,
        play: &Play,
        of: &MemberDates,
        member: &Member,
        anchor: Timestamp,
    ) -> Option<(MemberId, i64)> {
        let years = of.falls_on(member, anchor, play.zone_or(&self.playbook.zone))?;
        Some((member.id.clone(), years))
    }

    fn start_for(
        &mut self,
        play: &Arc<Play>,
        anchor: Timestamp,
        (member, years): (MemberId, i64),
    ) -> Decided {
        let run = RunId::from(format!("{}/{member}", scheduled_run_id(play, anchor)));
        if self.state.knows_run(&run) {
            return Ok(());
        }
        let values = Map::from([
            (Arc::from("id"), Value::str(member.as_str())),
            (Arc::from("at"), Value::Time(anchor)),
            (Arc::from("years"), Value::Int(years)),
        ]);
        let cause = Cause { member: Some(member), values: Value::Map(Arc::new(values)), ..Cause::default() };
        self.try_start(play, run, anchor, cause, StartCause::ByTrigger)?;
        self.carry_on()
    }

    /// Ends a run about a member's day if the member has another one by now. Whether it has ended.
    pub(super) fn end_if_redated(&mut self, id: &RunId) -> Decided<bool> {
        let Some(run) =
            self.state.runs.get(id).filter(|run| run.section == Section::Steps && !run.cause.by_hand)
        else {
            return Ok(false);
        };
        let Some(member) = run.cause.member.as_ref() else { return Ok(false) };
        let Some((playbook, _, play)) = self.play_of(run) else { return Ok(false) };
        let (Some(of), Some(known)) = (of(&play), self.state.members.get(member)) else { return Ok(false) };
        if of.falls_on(known, run.anchor, play.zone_or(&playbook.zone)).is_some() {
            return Ok(false);
        }
        let reason =
            phrase!("`{}` of {member} is another day now", "`{}` 对 {member} 来说换了日子", of.field);
        self.finish(id, Outcome::Cancelled, reason)?;
        Ok(true)
    }
}
