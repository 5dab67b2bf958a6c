//! An occurrence: one instant that a play's trigger yields, with an id that is the same everywhere.
//!
//! The only place where a trigger, a group and a calendar become instants.

use super::{
    group::Group,
    play::Play,
    playbook::Playbook,
    schedule::{Frame, Schedule},
    trigger::{DateEntry, Trigger},
};
use crate::base::{ids::RunId, time::Timestamp};
use std::sync::Arc;

/// One instant that a play's trigger yields.
#[derive(Debug, Clone, PartialEq)]
pub struct Occurrence {
    /// The run it is, when it runs: play and scheduled instant, or play and date id.
    pub run: RunId,
    /// The moment it is about.
    pub anchor: Timestamp,
    /// When its first step is due.
    pub start: Timestamp,
    /// The entry of `dates`.
    pub date: Option<Arc<DateEntry>>,
}

/// The id of a scheduled occurrence.
pub fn scheduled_run_id(play: &Play, anchor: Timestamp) -> RunId {
    RunId::from(format!("{}@{}", play.name, anchor.to_utc()))
}

/// The id of a date's occurrence.
pub fn dated_run_id(play: &Play, date: &DateEntry) -> RunId {
    RunId::from(format!("{}@{}", play.name, date.id))
}

/// Why a day is not one of a play's days: the calendar that says so.
pub fn closed_day<'a>(playbook: &Playbook, play: &'a Play, anchor: Timestamp) -> Option<&'a str> {
    if play.except.is_empty() && play.only.is_empty() {
        return None;
    }
    let day = playbook.zone.date(anchor);
    let has = |name: &crate::base::ids::CalendarName| {
        playbook.calendars.get(name).is_some_and(|calendar| calendar.has(day))
    };
    if let Some(name) = play.except.iter().find(|name| has(name)) {
        return Some(name.as_str());
    }
    match play.only.first() {
        Some(first) if !play.only.iter().any(has) => Some(first.as_str()),
        _ => None,
    }
}

/// The first anchor of a scheduled play strictly after an instant. `created` is the group's creation, from which
/// a role's terms are counted unless the role says otherwise.
pub fn next_anchor(
    playbook: &Playbook,
    group: &Group,
    play: &Play,
    created: Timestamp,
    after: Timestamp,
) -> Option<Timestamp> {
    let Trigger::Schedule(schedule) = &play.trigger else { return None };
    if let Schedule::Term(role) = schedule {
        let role = playbook.role(group, role)?;
        let after = play.from.map_or(after, |from| after.max(Timestamp::from_millis(from.as_millis() - 1)));
        let at = role.handover_after(created, after, &playbook.zone)?;
        return play.until.is_none_or(|until| at < until).then_some(at);
    }
    let frame =
        Frame { zone: &playbook.zone, from: play.from, until: play.until, workdays: playbook.workdays() };
    schedule.next_after(after, &frame)
}
