//! What comes on the days of a calendar, from the plan, with dates where they have been moved to.

use super::{
    brief::beginning,
    foretold::{self, Foretold},
    mark::{DAY_MARKS, Kind, Mark, Proviso, window as bounds},
};
use crate::{
    base::{
        ids::{PlayName, RunId, StepId},
        time::{Timestamp, Zone},
    },
    engine::{entry::Skip, in_the_way::in_the_way, state::State},
    model::{
        channel::GROUP,
        group::Group,
        play::{Play, Section},
        playbook::Playbook,
        step::{Assignee, Step, Verb},
        trigger::{DateEntry, Trigger},
    },
    shell::console::board::Here,
    sim::{
        named::as_read,
        plan::{self, Planned, Window},
    },
};
use jiff::civil::Date;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What will be, from the plan.
pub(super) fn ahead(
    here: Here<'_>,
    playbook: &Playbook,
    days: &[Date],
    window: Window,
) -> Vec<(PlayName, Mark)> {
    let (state, zone) = (here.state(), here.zone());
    let moved = as_moved(&playbook.alone(here.id), state);
    let Some(group) = moved.groups.get(here.id).cloned() else { return Vec::new() };
    // What a budget does depends on the day before it.
    let day = zone.day_bounds(window.from).0;
    let steps = planned(&moved, (&group, state), (days, &zone), Window { from: day, to: window.to });
    let foretold = foretold::foretold(&moved, (&group, state), &steps);
    let blocked = blocked(&moved, state, &steps);
    steps
        .into_iter()
        // A wait is nothing that anybody sees.
        .filter(|step| step.at >= window.from && step.verb != "wait")
        .map(|step| {
            let known = state.plays.get(&step.play);
            let skipped = known.is_some_and(|known| known.skip.contains(&step.run));
            let kind = match blocked.get(&step.run) {
                _ if skipped => Kind::Missed(Skip::Operator),
                Some(open) => Kind::Missed(Skip::Overlap { open: open.clone() }),
                None => {
                    match (condition(&moved, state, &step.play, step.at), foretold.of(&step.run, &step.step))
                    {
                        (Kind::Ahead, Some(doubt)) => Kind::Doubtful(doubt.clone()),
                        (kind, _) => kind,
                    }
                }
            };
            let begun = state.runs.contains_key(&step.run);
            let verb = if step.channel.as_ref().is_none_or(|channel| channel.as_str() == GROUP) {
                step.verb
            } else {
                "note"
            };
            let known = moved.play(&step.play).and_then(|play| step_of(play, &step.step));
            let own = known.and_then(|known| match &known.verb {
                Verb::Post(post) => post.own_label.as_ref().map(ToString::to_string),
                _ => None,
            });
            let mark = Mark {
                at: step.at,
                kind,
                run: step.run,
                step: Some(step.step),
                verb: if step.verb == "post" { verb } else { step.verb },
                text: if speaks(step.verb) {
                    beginning(&as_read(&step.text, moved.locale))
                } else {
                    String::new()
                },
                skips: !begun && !skipped,
                label: own.or_else(|| Some(step.label?.to_string())).unwrap_or_default(),
                people: known.map(|known| asked(&moved, &group, state, known, step.at)).unwrap_or_default(),
                places: Vec::new(),
                more: 0,
                zone: zone.clone(),
            };
            (step.play, mark)
        })
        .collect()
}

/// What stands between the messages of a window and their members.
pub(super) fn foretold(here: Here<'_>, playbook: &Playbook, days: &[Date], window: Window) -> Foretold {
    let state = here.state();
    let moved = as_moved(&playbook.alone(here.id), state);
    let Some(group) = moved.groups.get(here.id).cloned() else { return Foretold::default() };
    let steps = planned(&moved, (&group, state), (days, &here.zone()), window);
    foretold::foretold(&moved, (&group, state), &steps)
}

/// The steps of a window: of a play that has very much in a day, the first of each day, so that what comes later is
/// not left out.
fn planned(
    playbook: &Playbook,
    (group, state): (&Group, &State),
    (days, zone): (&[Date], &Zone),
    window: Window,
) -> Vec<Planned> {
    let of = |plays: &BTreeSet<PlayName>, among: bool| {
        let mut part = playbook.clone();
        part.plays.retain(|play| plays.contains(&play.name) == among);
        part
    };
    let mut dense: BTreeSet<PlayName> = BTreeSet::new();
    let mut steps: Vec<Planned> = loop {
        let rest = of(&dense, false);
        let steps: Vec<Planned> =
            plan::plan_of(&rest, group, window, Some(state)).take(MARKS_MAX + 1).collect();
        if steps.len() <= MARKS_MAX || rest.plays.is_empty() {
            break steps;
        }
        let mut a_day: BTreeMap<(&PlayName, Date), usize> = BTreeMap::new();
        for step in &steps {
            *a_day.entry((&step.play, zone.date(step.at))).or_default() += 1;
        }
        let most = a_day.values().copied().max().unwrap_or_default().min(DAY_MARKS + 1);
        dense.extend(a_day.iter().filter(|(_, n)| **n >= most).map(|((play, _), _)| (*play).clone()));
    };
    for play in &dense {
        let alone = of(&BTreeSet::from([play.clone()]), true);
        for day in days {
            let Window { from, to } = bounds(&[*day], zone);
            let day = Window { from: from.max(window.from), to: to.min(window.to) };
            if day.from < day.to {
                steps.extend(plan::plan_of(&alone, group, day, Some(state)).take(DAY_MARKS + 1));
            }
        }
    }
    steps
}

/// Marks that a page has at most of plays that have few of them in a day.
const MARKS_MAX: usize = 2_000;

/// The runs ahead that their play's open run stands in the way of, each with that run.
fn blocked(playbook: &Playbook, state: &State, steps: &[Planned]) -> BTreeMap<RunId, RunId> {
    let mut starts: BTreeMap<&RunId, (&PlayName, Timestamp)> = BTreeMap::new();
    for step in steps.iter().filter(|step| !state.runs.contains_key(&step.run)) {
        let start = starts.entry(&step.run).or_insert((&step.play, step.at));
        start.1 = start.1.min(step.at);
    }
    let met = starts.into_iter().filter_map(|(run, (play, start))| {
        let met = in_the_way(state, playbook.play(play)?, start, &playbook.zone)?;
        Some((run.clone(), met.open.id.clone()))
    });
    met.collect()
}

/// Whether a play starts whatever happens until then.
fn condition(playbook: &Playbook, state: &State, name: &PlayName, at: Timestamp) -> Kind {
    let Some(play) = playbook.play(name) else { return Kind::Ahead };
    if state.is_paused_at(name, at) {
        return Kind::Missed(Skip::Paused);
    }
    let elsewhere = !play.during.is_empty() && !play.during.contains(&state.phase);
    let titled =
        |name| playbook.phase(name).map_or_else(|| name.to_string(), |phase| phase.shown().to_owned());
    let during: Vec<String> = play.during.iter().filter(|_| elsewhere).map(titled).collect();
    let when = play.when.as_ref().map(|when| when.source().to_owned()).unwrap_or_default();
    if during.is_empty() && when.is_empty() { Kind::Ahead } else { Kind::If(Proviso { during, when }) }
}

/// The playbook with dates where commands have moved them, and without those that are settled.
fn as_moved(playbook: &Playbook, state: &State) -> Playbook {
    let mut moved = playbook.clone();
    for play in &mut moved.plays {
        let Trigger::Dates(dates) = &play.trigger else { continue };
        let Some(known) = state.plays.get(&play.name) else { continue };
        let open: BTreeSet<&Arc<str>> =
            state.runs.values().filter_map(|run| run.cause.date.as_ref()).collect();
        let mut kept: Vec<Arc<DateEntry>> = Vec::new();
        for date in dates {
            match known.dates.get(&date.id) {
                Some((_, None)) if !open.contains(&date.id) => {}
                Some((anchor, _)) => {
                    kept.push(Arc::new(DateEntry { at: *anchor, civil: None, ..DateEntry::clone(date) }));
                }
                None => kept.push(date.clone()),
            }
        }
        DateEntry::sort(&mut kept);
        *play = Arc::new(Play { trigger: Trigger::Dates(kept), ..Play::clone(play) });
    }
    moved
}

/// The step of an id.
fn step_of<'p>(play: &'p Play, id: &StepId) -> Option<&'p Step> {
    play.section(Section::Steps).steps().find(|step| step.id == *id).map(AsRef::as_ref)
}

/// Who will be asked, as things are now.
fn asked(playbook: &Playbook, group: &Group, state: &State, step: &Step, at: Timestamp) -> Vec<String> {
    let to = match &step.verb {
        Verb::Task(task) => &task.to,
        Verb::Approve(approve) => &approve.to,
        Verb::Prune(prune) => &prune.to,
        _ => return Vec::new(),
    };
    let people = match to {
        Some(Assignee::Role(role)) => {
            let role = playbook.role(group, role).cloned();
            role.map(|role| state.by_hand.holders(&role, state.created, at, &playbook.zone).0)
                .unwrap_or_default()
        }
        Some(Assignee::Person(id)) => playbook.person(group, id).cloned().into_iter().collect(),
        Some(Assignee::Text(_)) | None => Vec::new(),
    };
    people.into_iter().map(|person| person.name).collect()
}

/// Whether what a step does is said to somebody: of others people read what play they are of.
fn speaks(verb: &str) -> bool {
    matches!(verb, "post" | "ask" | "task" | "approve" | "mark")
}
