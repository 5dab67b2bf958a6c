//! What stands between a message that is ahead and its members: an approval that nobody has given, a hush, a budget.
//!
//! An estimate from the plan and the state; what is held in the end is the engine's decision.

use super::{
    group::beginning,
    planned,
    run::{Sheet, Standing, Step as SheetStep},
};
use crate::{
    base::{
        ids::{ChannelName, GroupId, PlayName, RunId, StepId},
        phrase::{Phrase, pair},
        time::{Duration, Timestamp, Zone},
    },
    engine::{entry::Skip, state::State, view},
    model::{
        group::Group,
        play::Play,
        playbook::Playbook,
        step::{Block, Step, Verb, Way},
        timetable::timetable,
    },
    shell::console::board::{Board, Here},
    sim::{
        forecast::Forecast,
        plan::{Planned, Window},
    },
};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

/// Why a message that is ahead may not go out when it is due.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Hindrance {
    /// A budget or a hush will probably do this to it.
    Held(Phrase),
    /// It goes out only if this is approved.
    Approval(String),
    /// Its run would not start as things are.
    Start(Skip),
}

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

/// The approvals of a play that a run which is at a step has still before it, each with the steps that it gates; of a
/// run that has not begun all of them.
pub(super) fn open_gates(play: &Play, at: Option<&StepId>, zone: &Zone) -> Vec<(StepId, Vec<StepId>)> {
    let order: Vec<StepId> = timetable(&play.steps, Timestamp::default(), zone)
        .into_iter()
        .map(|slot| slot.step.id.clone())
        .collect();
    let place = |id: &StepId| order.iter().position(|one| one == id);
    let passed = at.and_then(place).unwrap_or_default();
    let mut all = Vec::new();
    gates(&play.steps, &mut all);
    all.retain(|(gate, _)| place(gate).is_some_and(|gate| gate >= passed));
    all
}

/// The approvals of a block and of those in it, each with what it gates: steps of its own, or what follows it.
fn gates(block: &Block, all: &mut Vec<(StepId, Vec<StepId>)>) {
    for (n, step) in block.iter().enumerate() {
        if let Verb::Approve(approve) = &step.verb {
            let mut gated = Vec::new();
            let of = match &approve.yes {
                Way::Steps(own) => own.as_slice(),
                Way::Proceed | Way::Stop => &block[n + 1..],
            };
            for step in of {
                ids(step, &mut gated);
            }
            all.push((step.id.clone(), gated));
        }
        for block in blocks(step) {
            gates(block, all);
        }
    }
}

fn ids(step: &Step, all: &mut Vec<StepId>) {
    all.push(step.id.clone());
    blocks(step).into_iter().flatten().for_each(|step| ids(step, all));
}

/// The blocks in a step.
fn blocks(step: &Step) -> Vec<&Block> {
    match &step.verb {
        Verb::If(branch) => vec![&branch.then, &branch.otherwise],
        Verb::Each(each) => vec![&each.steps],
        Verb::Approve(approve) => approve.blocks().collect(),
        _ => Vec::new(),
    }
}

/// What is ahead and waits for an approval says so.
pub(super) fn gated(steps: &mut [SheetStep], gates: Vec<(StepId, Vec<StepId>)>) {
    for (gate, of) in gates {
        let asks = steps.iter().find(|step| step.id == gate).map(|step| step.text.clone());
        let doubt = asks.map(|asks| Hindrance::Approval(beginning(&asks)));
        for step in steps.iter_mut().filter(|step| step.standing == Standing::Ahead && of.contains(&step.id))
        {
            step.doubt = step.doubt.take().or_else(|| doubt.clone());
        }
    }
}

/// Says of the messages of a sheet which are ahead what budgets will probably do.
pub(super) fn foresee(sheet: &mut Sheet, foretold: &Foretold) {
    let run = sheet.run.clone();
    for step in sheet.steps.iter_mut().filter(|step| step.standing == Standing::Ahead || step.is_due()) {
        step.doubt = step.doubt.take().or_else(|| foretold.of(&run, &step.id).cloned());
    }
}

/// The same for the page of a run, as far as its steps reach.
pub(crate) fn foreseen(board: &Board, sheet: &mut Sheet) {
    let last = sheet.steps.iter().filter_map(|step| step.due).max().unwrap_or(sheet.now);
    let until =
        last.plus(Duration::from_millis(60_000)).min(sheet.now.plus(Duration::DAY.times(FORESEEN_DAYS)));
    let Some(here) = board.group_of(&sheet.group).filter(|_| sheet.now < until) else { return };
    let foretold = Foreteller::new(sheet.now, until).of(here);
    foresee(sheet, &foretold);
}

/// Days that the page of a run foretells.
const FORESEEN_DAYS: i64 = 14;

/// Looks at the messages of groups as a page comes to them: of each once, and of few.
pub(super) struct Foreteller {
    now: Timestamp,
    /// How far it looks.
    until: Timestamp,
    known: RefCell<BTreeMap<GroupId, Rc<Foretold>>>,
}

/// Groups of which one page foretells.
const GROUPS_FORETOLD: usize = 12;

impl Foreteller {
    /// For a page of an instant, up to another one.
    pub(super) fn new(now: Timestamp, until: Timestamp) -> Self {
        Self { now, until, known: RefCell::default() }
    }

    /// What is foretold of a group; of one too many nothing.
    pub(super) fn of(&self, here: Here<'_>) -> Rc<Foretold> {
        let mut known = self.known.borrow_mut();
        if let Some(known) = known.get(here.id) {
            return known.clone();
        }
        let zone = here.zone();
        let playbook = here.playbook().filter(|_| known.len() < GROUPS_FORETOLD);
        let foretold = playbook.map(|playbook| {
            let (first, last) = (zone.date(self.now), zone.date(self.until));
            let days: Vec<_> = first.series(jiff::ToSpan::days(1)).take_while(|day| *day <= last).collect();
            planned::foretold(
                here,
                playbook,
                &days,
                Window { from: zone.day_bounds(self.now).0, to: self.until },
            )
        });
        let foretold = Rc::new(foretold.unwrap_or_default());
        known.insert(here.id.clone(), foretold.clone());
        foretold
    }
}
