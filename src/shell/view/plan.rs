//! `plan` and `check --against` for programs: a timed step, and what an edit would change.

use super::GroupShown;
use crate::{
    base::{
        ids::{ChannelName, Digest, GroupId, PlayName, StepId},
        phrase::{Phrase, phrase},
        time::{Timestamp, Zone},
    },
    engine::{
        entry::Outcome,
        in_the_way::{in_the_way, next_start},
    },
    model::{
        edit::{Edit, PlayFate},
        message::Label,
        playbook::Playbook,
        trigger::Trigger,
    },
    sim::{
        forecast::{Expected, Prospect},
        plan::Planned,
        timeline,
    },
};
use serde::Serialize;

/// A timed step ahead; its instants have whole seconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlannedStep<'a> {
    at: String,
    group: &'a GroupId,
    play: &'a PlayName,
    phase: Option<&'a str>,
    step: &'a StepId,
    verb: &'a str,
    channel: Option<&'a ChannelName>,
    label: Option<&'a Label>,
    text: &'a str,
    /// Only where there is something to say, so that the line is as the contract has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<Holdup<'a>>,
}

/// A budget that will probably hold it.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Holdup<'a> {
    by: &'a str,
    until: Option<String>,
    says: &'a Phrase,
    /// Whether it waits until it is too late. Of a mention that is left out neither is said: the message goes.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    missed: bool,
}

/// A timed step, with the budget (its key and what is expected of it) that will probably hold it.
pub fn step<'a>(planned: &'a Planned, held: Option<(&'a str, &'a Expected)>, zone: &Zone) -> PlannedStep<'a> {
    PlannedStep {
        at: planned.at.to_rfc3339(zone),
        group: &planned.group,
        play: &planned.play,
        phase: planned.phase.as_deref(),
        step: &planned.step,
        verb: planned.verb,
        channel: planned.channel.as_ref(),
        label: planned.label.as_ref(),
        text: &planned.text,
        held: held.map(|(by, expected)| Holdup {
            by,
            until: expected.until.map(|until| until.to_rfc3339(zone)),
            says: &expected.says,
            missed: expected.prospect == Prospect::Missed,
        }),
    }
}

/// What stands otherwise in a group that lives already than in the file, in words: hushed, paused, moved, called off.
pub fn otherwise(group: GroupShown<'_>, playbook: &Playbook) -> Vec<Phrase> {
    let state = group.state;
    let mut found = Vec::new();
    if let Some(hush) = &state.by_hand.hush {
        let until = until(group, hush.until);
        found.push(phrase!("members see nothing{until}", "成员什么都看不到{until}"; until));
    }
    if state.paused {
        let until = until(group, state.by_hand.pause_ends.all);
        found.push(phrase!("everything is paused{until}", "全部已暂停{until}"; until));
    }
    for play in &playbook.plays {
        let name = &play.name;
        let Some(known) = state.plays.get(name) else { continue };
        if known.paused {
            let until = until(group, state.by_hand.pause_ends.of(Some(name)));
            found.push(phrase!("{name} is paused{until}", "{name} 已暂停{until}"; until));
        }
        let start = next_start(state, play);
        let met = start.and_then(|start| Some((start, in_the_way(state, play, start, &playbook.zone)?)));
        if let Some((start, met)) = met {
            let (at, open) = (group.at(start).minute(), &met.open.id);
            found.push(phrase!(
                "{name} will not start at {at} while {open} is open",
                "{open} 没结束，{name} 到 {at} 就不会开始"
            ));
        }
        for run in &known.skip {
            found.push(phrase!("{run} is skipped", "{run} 会跳过"));
        }
        let Trigger::Dates(dates) = &play.trigger else { continue };
        for date in dates {
            let id = &date.id;
            let run = known.date_run(name, id);
            let ended = state.finished.iter().find(|ended| ended.id == run && date.at > state.clock);
            if state.by_hand.is_put_off(name, id) {
                found.push(phrase!("{name}/{id} has no time yet", "{name}/{id} 时间待定"));
            } else if let Some(ended) = ended {
                let how = Phrase::from(timeline::ended(ended.outcome.unwrap_or(Outcome::Done)));
                found.push(phrase!("{name}/{id} is over already: {how}", "{name}/{id} 已经结束：{how}"; how));
            } else if let Some((at, _)) = known.dates.get(id).filter(|(at, _)| *at != date.at) {
                let (at, was) = (group.at(*at).minute(), group.at(date.at).minute());
                found.push(phrase!("{name}/{id} is at {at}, not {was}", "{name}/{id} 在 {at}，不是 {was}"));
            }
        }
    }
    found
}

/// Until when something is so, in words behind it; empty where somebody has to end it.
fn until(group: GroupShown<'_>, ends: Option<Timestamp>) -> Phrase {
    let ends = ends.map(|ends| group.at(ends).minute());
    ends.map(|ends| phrase!(" until {ends}", "，到 {ends}")).unwrap_or_default()
}

/// What a playbook would change on a state.
#[derive(Debug, Clone, Serialize)]
pub struct Against<'a> {
    /// The state directory.
    pub against: String,
    /// The file.
    pub file: String,
    /// The version that is compared with.
    pub to: &'a Digest,
    /// By version in force.
    pub changes: Vec<PlannedChange<'a>>,
    /// Groups that would begin.
    pub begin: &'a [GroupId],
    /// Groups that would rest.
    pub resting: &'a [GroupId],
}

/// What it would change for the groups of one version.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedChange<'a> {
    groups: &'a [GroupId],
    from: &'a Digest,
    plays: Vec<PlanRow<'a>>,
    rest: &'a [Phrase],
    under_way: Option<&'a Phrase>,
    reworded: Option<&'a Phrase>,
}

#[derive(Debug, Clone, Serialize)]
struct PlanRow<'a> {
    play: &'a PlayName,
    fate: &'static str,
    details: &'a [Phrase],
}

/// What an edit of a version changes for its groups.
pub fn change<'a>(
    groups: &'a [GroupId],
    from: &'a Digest,
    edit: &'a Edit,
    [under_way, reworded]: [Option<&'a Phrase>; 2],
) -> PlannedChange<'a> {
    let plays = edit.plays.iter();
    let plays = plays.map(|play| PlanRow {
        play: &play.play,
        fate: PlayFate::as_str(play.fate),
        details: &play.details,
    });
    PlannedChange { groups, from, plays: plays.collect(), rest: &edit.rest, under_way, reworded }
}
