//! `report`: what really happened, for programs.

use super::LocalTime;
use crate::{
    base::{
        ids::{GroupId, PlayName},
        phrase::Phrase,
    },
    model::playbook::Playbook,
    shell::past::Past,
};
use serde::Serialize;

/// What happened to the groups of one playbook.
#[derive(Debug, Clone, Serialize)]
pub(in crate::shell) struct Happened {
    playbook: String,
    from: LocalTime,
    to: LocalTime,
    problems: Vec<MishapRow>,
    joined: u64,
    left: u64,
    removed: u64,
    messages: u64,
    posts: u64,
    promo: u64,
    held: u64,
    expired: u64,
    tasks: u64,
    tasks_done: u64,
    approvals: u64,
    approved: u64,
    answers: u64,
    groups: Vec<GroupRow>,
    days: Vec<DayRow>,
    plays: Vec<PlayRow>,
    asked: Vec<AskedRow>,
}

#[derive(Debug, Clone, Serialize)]
struct MishapRow {
    kind: &'static str,
    play: Option<PlayName>,
    times: u64,
    first: LocalTime,
    text: Phrase,
}

#[derive(Debug, Clone, Serialize)]
struct GroupRow {
    group: GroupId,
    title: String,
    members_first: u64,
    members_last: u64,
    messages: u64,
    posts: u64,
    phase: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
struct DayRow {
    date: String,
    members: u64,
    joined: u64,
    left: u64,
    removed: u64,
    messages: u64,
    posts: u64,
    held: u64,
}

#[derive(Debug, Clone, Serialize)]
struct PlayRow {
    play: PlayName,
    runs: u64,
    posts: u64,
    missed: u64,
    skipped: u64,
    failed: u64,
}

#[derive(Debug, Clone, Serialize)]
struct AskedRow {
    role: Option<String>,
    people: Vec<String>,
    tasks: u64,
    in_time: u64,
    late: u64,
    missed: u64,
    open: u64,
    approvals: u64,
    approved: u64,
    rejected: u64,
    silent: u64,
}

/// What happened to the groups of a playbook.
pub(in crate::shell) fn report(playbook: &Playbook, past: &Past) -> Happened {
    let zone = &playbook.zone;
    let (tally, report) = (&past.report.tally, &past.report);
    let problems = past.troubles.iter().map(|trouble| MishapRow {
        kind: trouble.kind,
        play: trouble.play.clone(),
        times: trouble.times,
        first: LocalTime::new(trouble.first, zone),
        text: trouble.text.clone(),
    });
    let groups = report.groups.iter().map(|group| GroupRow {
        group: group.id.clone(),
        title: group.title.to_string(),
        members_first: group.members_first,
        members_last: group.members_last,
        messages: group.messages,
        posts: group.posts,
        phase: group.phases.last().map(|(name, _)| name.to_string()),
    });
    let days = report.days.iter().map(|day| DayRow {
        date: day.date.to_string(),
        members: day.members,
        joined: day.joined,
        left: day.left,
        removed: day.removed,
        messages: day.messages,
        posts: day.posts,
        held: day.held,
    });
    let plays = playbook.plays.iter().map(|play| {
        let sums = tally.plays.get(&play.name).cloned().unwrap_or_default();
        PlayRow {
            play: play.name.clone(),
            runs: sums.runs,
            posts: sums.posts,
            missed: sums.missed,
            skipped: sums.skipped,
            failed: sums.failed,
        }
    });
    let asked = report.asked.iter().map(|row| AskedRow {
        role: row.role.as_ref().map(ToString::to_string),
        people: row.people.clone(),
        tasks: row.tasks,
        in_time: row.in_time,
        late: row.late,
        missed: row.missed,
        open: row.open,
        approvals: row.approvals,
        approved: row.approved,
        rejected: row.rejected,
        silent: row.silent,
    });
    Happened {
        playbook: playbook.name.to_string(),
        from: LocalTime::new(past.options.from, zone),
        to: LocalTime::new(past.options.to, zone),
        problems: problems.collect(),
        joined: tally.joined,
        left: tally.left,
        removed: tally.removed,
        messages: tally.messages,
        posts: report.labels.values().sum(),
        promo: report.days.iter().map(|day| day.promo).sum(),
        held: tally.held,
        expired: tally.expired,
        tasks: tally.tasks,
        tasks_done: tally.tasks_done,
        approvals: tally.approvals,
        approved: tally.approved,
        answers: tally.answers,
        groups: groups.collect(),
        days: days.collect(),
        plays: plays.collect(),
        asked: asked.collect(),
    }
}
