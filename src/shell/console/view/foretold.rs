//! What stands between a message that is ahead and its members: an approval that nobody has given, a hush, a budget.
//!
//! An estimate from the plan and the state; what is held in the end is the engine's decision.

use super::hindrance::{Hindrance, open_gates};
use crate::{
    base::{
        ids::{ChannelName, PlayName, RunId, StepId},
        phrase::{Phrase, pair},
        time::Timestamp,
    },
    engine::{entry::Skip, state::State, view},
    model::{group::Group, playbook::Playbook},
    sim::{forecast::Forecast, plan::Planned},
};
use std::collections::{BTreeMap, BTreeSet};

/// The doubtful ones among the messages of some days.
#[derive(Debug, Clone, Default)]
pub(super) struct Foretold(BTreeMap<RunId, BTreeMap<StepId, Hindrance>>);

impl Foretold {
    /// What stands in the way of one.
    pub(super) fn of(&self, run: &RunId, step: &StepId) -> Option<&Hindrance> {
        self.0.get(run)?.get(step)
    }

    /// What stands in the way of the first doubtful one of a run.
    pub(super) fn of_run(&self, run: &RunId) -> Option<&Hindrance> {
        self.0.get(run)?.values().next()
    }
}

/// Looks at the messages among what is planned, from the beginning of a day on.
pub(super) fn foretold(playbook: &Playbook, (group, state): (&Group, &State), steps: &[Planned]) -> Foretold {
    // What would not start takes no room from anything else.
    let rests = resting(playbook, state, steps);
    let is_left_out = |step: &&Planned| {
        let known = state.plays.get(&step.play);
        rests.contains(&step.play) && !state.runs.contains_key(&step.run)
            || known.is_some_and(|known| known.skip.contains(&step.run))
    };
    let mut order: Vec<&Planned> = steps.iter().filter(|step| !is_left_out(step)).collect();
    order.sort_by_key(|step| step.at);
    let mut forecast = Forecast::new(playbook);
    let gates = gates_of(playbook, state, &order);
    let mut all: BTreeMap<RunId, BTreeMap<StepId, Hindrance>> = BTreeMap::new();
    for planned in order {
        let budget = forecast.look(planned).map(|expected| expected.told());
        if !matches!(planned.verb, "post" | "ask") {
            continue;
        }
        let gate = gates.get(&planned.run).and_then(|gates| gates.get(&planned.step)).cloned();
        let held = || {
            let channel = planned.channel.as_ref()?;
            hush(playbook, (group, state), channel, planned.at).or_else(|| budget.clone())
        };
        if let Some(doubt) = gate.map(Hindrance::Approval).or_else(|| held().map(Hindrance::Held)) {
            all.entry(planned.run.clone()).or_default().insert(planned.step.clone(), doubt);
        }
    }
    Foretold(all)
}

/// The plays that would not start as things are, whichever of their occurrences comes.
fn resting(playbook: &Playbook, state: &State, steps: &[Planned]) -> BTreeSet<PlayName> {
    let mut first: BTreeMap<&PlayName, &Planned> = BTreeMap::new();
    for step in steps.iter().filter(|step| !state.runs.contains_key(&step.run)) {
        first.entry(&step.play).or_insert(step);
    }
    let rests = |step: &Planned| {
        let unless = view::unless(state, playbook, &step.play, &step.run, (step.at, step.at));
        matches!(unless, Some(Skip::When { .. } | Skip::Phase { .. } | Skip::Paused | Skip::Disabled))
    };
    first.into_iter().filter(|(_, step)| rests(step)).map(|(play, _)| play.clone()).collect()
}

/// That members will see nothing then, because somebody said so.
fn hush(
    playbook: &Playbook,
    (group, state): (&Group, &State),
    channel: &ChannelName,
    at: Timestamp,
) -> Option<Phrase> {
    let hush = state.by_hand.hush.as_ref().filter(|hush| hush.until.is_none_or(|until| at < until))?;
    let quiet = at >= hush.since && !playbook.is_for_staff(group, channel);
    quiet.then(|| pair("held: the group is hushed then", "压住：那时群在静默").into())
}

/// The steps that wait for an approval which nobody has given, each with its question, by run.
fn gates_of(
    playbook: &Playbook,
    state: &State,
    order: &[&Planned],
) -> BTreeMap<RunId, BTreeMap<StepId, String>> {
    let runs: BTreeSet<(&RunId, &PlayName)> =
        order.iter().filter(|step| step.verb == "approve").map(|step| (&step.run, &step.play)).collect();
    let mut all = BTreeMap::new();
    for (run, name) in runs {
        let Some(play) = playbook.play(name) else { continue };
        let at = state.runs.get(run).and_then(|run| Some(&run.waiting.as_ref()?.step));
        if at.is_none() && state.knows_run(run) {
            continue;
        }
        let asks = |gate: &StepId| {
            let asked = order.iter().find(|step| step.run == *run && step.step == *gate);
            asked.map(|step| step.text.clone()).unwrap_or_default()
        };
        let mut of = BTreeMap::new();
        for (gate, gated) in open_gates(play, at, &playbook.zone) {
            let question = asks(&gate);
            of.extend(gated.into_iter().map(|step| (step, question.clone())));
        }
        all.insert(run.clone(), of);
    }
    all
}
