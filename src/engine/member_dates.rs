//! Plays that run once for each member, on the day that a field of the member names.
//!
//! Days are looked at as a daily schedule is; a member whose field is told or changed meanwhile is looked at then. A run
//! whose day is another one by now ends, because what it had to say of the old day is wrong.

use super::{
    draft::{Decided, Draft},
    due::Asked,
    entry::{Cause, Outcome, Skip},
};
use crate::{
    base::{
        ids::{MemberId, RunId},
        member::Member,
        time::Timestamp,
        value::{Map, Value},
    },
    model::{
        member_dates::MemberDates,
        occurrence::{next_anchor, scheduled_run_id},
        play::{Play, Section},
        trigger::Trigger,
    },
};
use std::{collections::BTreeSet, sync::Arc};

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
            let Some(settled) = self.state.plays.get(&play.name).and_then(|known| known.after) else {
                continue;
            };
            let reach = play.alive_until(self.now, zone, &self.state.group).since(self.now);
            let mut after = self.now.plus(-reach).max(self.state.created);
            while let Some(anchor) = next_anchor(&playbook, &self.group, play, self.state.created, after)
                .filter(|at| *at <= settled)
            {
                after = anchor;
                if play.alive_until(anchor, zone, &self.state.group) >= self.now {
                    self.start_on_day(play, of, anchor, Some(&redated))?;
                }
            }
        }
        Ok(())
    }

    /// Starts a run for each member, or each of some, whose day an anchor is.
    pub(super) fn start_on_day(
        &mut self,
        play: &Arc<Play>,
        of: &MemberDates,
        anchor: Timestamp,
        only: Option<&BTreeSet<MemberId>>,
    ) -> Decided {
        let day = scheduled_run_id(play, anchor);
        if self.state.plays.get(&play.name).is_some_and(|known| known.skip.contains(&day)) {
            return self.skip_range(play, anchor, anchor, 1, Skip::Operator);
        }
        let zone = play.zone_or(&self.playbook.zone).clone();
        let falls = |member: &Arc<Member>| {
            let is_meant = only.is_none_or(|only| only.contains(&member.id));
            is_meant
                .then(|| of.falls_on(member, anchor, &zone))
                .flatten()
                .map(|years| (member.id.clone(), years))
        };
        let due: Vec<(MemberId, i64)> = self.state.members.iter().filter_map(falls).collect();
        for (member, years) in due {
            let run = RunId::from(format!("{day}/{member}"));
            if self.state.knows_run(&run) {
                continue;
            }
            let values = Map::from([
                (Arc::from("id"), Value::str(member.as_str())),
                (Arc::from("at"), Value::Time(anchor)),
                (Arc::from("years"), Value::Int(years)),
            ]);
            let cause =
                Cause { member: Some(member), values: Value::Map(Arc::new(values)), ..Cause::default() };
            self.try_start(play, run, anchor, cause, Asked::ByTrigger)?;
            self.carry_on()?;
        }
        Ok(())
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
        let reason = format!("`{}` of {member} is another day now", of.field);
        self.finish(id, Outcome::Cancelled, reason)?;
        Ok(true)
    }
}
