//! One run: its sheet. What was done, what it is at, what comes, and the one likely next press.
//!
//! From the state, the play as the run began with it, and the run's own entries of the journal.

pub(crate) use super::revised::Revised;
use super::revised::{afterwards, step_of};
use super::{
    brief::beginning,
    brief::title,
    happened::{ON_TIME_MS, waits_for_hands},
    hindrance::{Hindrance, open_gates},
    logbook::as_seen,
    place::Place,
    slots::{begins, slots},
    turnout::{Turnout, turnout},
};
use crate::{
    base::{
        ids::{EffectId, GroupId, PlayName, RunId, StepId, TaskId},
        limits,
        phrase::Phrase,
        time::{Duration, Timestamp, Zone},
    },
    engine::{
        entry::{Fact, HoldReason, Outcome, Skip, Waiting},
        state,
        task::Task,
    },
    model::{occurrence, playbook::Playbook, step::Verb, trigger::Trigger},
    shell::{
        console::{
            board::{Board, Here},
            door::Asker,
            history::run_of,
        },
        store::{LogLine, MessageStatus},
    },
    sim::{
        named::as_read,
        preview::{self, PreviewMoment},
        timeline::{self, Line},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sheet {
    /// The instant it was made.
    pub(crate) now: Timestamp,
    /// The group.
    pub(crate) group: GroupId,
    /// The group as people call it.
    pub(crate) place: String,
    /// The run.
    pub(crate) run: RunId,
    /// The play of the run.
    pub(crate) play: PlayName,
    /// Its play as people call it.
    pub(crate) title: String,
    /// Which run of its play it is, once it has begun.
    pub(crate) number: Option<u64>,
    /// The moment it is about.
    pub(crate) anchor: Timestamp,
    /// When that is as things are; nothing once it is behind.
    pub(crate) begins: Option<Timestamp>,
    /// The date, where it is one that can be moved.
    pub(crate) date: Option<Arc<str>>,
    /// When it began.
    pub(crate) started: Option<Timestamp>,
    /// How it ended, and when.
    pub(crate) ended: Option<(Outcome, Option<Timestamp>)>,
    /// Why it ended.
    pub(crate) reason: Phrase,
    /// Why it would not start as things are.
    pub(crate) unless: Option<Skip>,
    /// Whether somebody has said that it is left out this time, and it has not come.
    pub(crate) skipped: bool,
    /// Whether its play is paused.
    pub(crate) paused: bool,
    /// When that ends by itself.
    pub(crate) paused_until: Option<Timestamp>,
    /// Its steps in the order of the file.
    pub(crate) steps: Vec<Step>,
    /// The step that is carried out at once when the wait at which the run is ends now.
    pub(crate) at_once: Option<StepId>,
    /// What the journal has of it, newest first: when, and in words.
    pub(crate) lines: Vec<(Timestamp, Line)>,
    /// Whether the journal had more than was read.
    pub(crate) cut: bool,
    /// Other groups with the same date at the same time; filled in where the date can be moved.
    pub(crate) elsewhere: Vec<Place>,
    /// Whether the reader commands its group.
    pub(crate) commands: bool,
    /// The zone of its group.
    pub(crate) zone: Zone,
    /// Who is there, as far as anybody counts.
    pub(crate) turnout: Turnout,
}

/// How a step stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Standing {
    /// It was carried out.
    Done,
    /// Its message waits to be pasted by somebody.
    ToPaste,
    /// Its message has not arrived yet, or never will by itself.
    OnTheWay(MessageStatus),
    /// It was carried out, later than it was due.
    Late(Duration),
    /// Its message is held back.
    Held(HoldReason),
    /// Its message was held, and is not sent any more.
    NotSent,
    /// The run is at it.
    Now {
        /// What it waits for.
        waiting: Waiting,
        /// Until when at most.
        until: Option<Timestamp>,
    },
    /// The step is still to come.
    Ahead,
    /// It was not carried out.
    Missed(Skip),
    /// The step failed.
    Failed(Phrase),
    /// The run has ended before it, or went another way.
    Passed,
}

/// A step.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    /// The id of the step.
    pub(crate) id: StepId,
    /// What it does.
    pub(crate) verb: &'static str,
    /// When it was or will be due, as far as that is known.
    pub(crate) due: Option<Timestamp>,
    /// When what happened did.
    pub(crate) at: Option<Timestamp>,
    /// What it says.
    pub(crate) text: String,
    /// How it stands.
    pub(crate) standing: Standing,
    /// The task that it opened.
    pub(crate) task: Option<TaskId>,
    /// Who did it.
    pub(crate) by: Option<String>,
    /// The message that it sent, or that is held.
    pub(crate) effect: Option<EffectId>,
    /// Whether the message was taken back or corrected.
    pub(crate) revised: Option<Revised>,
    /// Whether it can be given other words: it has some, and has not been carried out.
    pub(crate) rewords: bool,
    /// Why it may not go out when it is due.
    pub(crate) doubt: Option<Hindrance>,
}

impl Sheet {
    /// The step that the run is at.
    pub(crate) fn current(&self) -> Option<&Step> {
        self.steps.iter().find(|step| matches!(step.standing, Standing::Now { .. }))
    }

    /// The step that is carried out at once when the present wait ends.
    pub(crate) fn at_once(&self) -> Option<&Step> {
        self.at_once.as_ref().and_then(|id| self.steps.iter().find(|step| step.id == *id))
    }

    /// How many steps have not been begun: those ahead, and the one that waits for its time.
    pub(crate) fn to_come(&self) -> usize {
        self.steps.iter().filter(|step| step.standing == Standing::Ahead || step.is_due()).count()
    }

    /// The step that comes after it.
    pub(crate) fn following(&self) -> Option<&Step> {
        self.steps.iter().find(|step| step.standing == Standing::Ahead)
    }
}

impl Step {
    /// Whether the run is at it, and it waits for its own time or for another try.
    pub(crate) const fn is_due(&self) -> bool {
        matches!(self.standing, Standing::Now { waiting: Waiting::Due | Waiting::Retry, .. })
    }
}

/// What is known of a run.
struct RunFacts<'a> {
    here: Here<'a>,
    run: Option<&'a state::Run>,
    play: PlayName,
    anchor: Timestamp,
    date: Option<Arc<str>>,
}

/// A run that has begun or will, in a group that the reader sees. `lines` are entries of its group, oldest first.
pub(crate) fn sheet(
    board: &Board,
    asker: &Asker,
    (group, run): (&GroupId, &RunId),
    (lines, cut): (Vec<LogLine>, bool),
    now: Timestamp,
) -> Option<Sheet> {
    let here = board.group_of(group).filter(|here| asker.sees(here.now, now))?;
    let known = known(here, run)?;
    let tasks = tasks_of(here, run, &lines);
    let lines: Vec<LogLine> = lines.into_iter().filter(|line| is_of(line, run, &tasks)).collect();
    let in_force = here.playbook();
    // The run goes by the file that it began with; its dates and title by the one in force.
    let own = known.run.and_then(|run| board.now.playbooks.of(&run.digest, group)).map(Arc::as_ref);
    let steps = own
        .or(in_force)
        .map(|playbook| steps(playbook, &known, run, (lines.as_slice(), &*board.on_the_way)))
        .unwrap_or_default();
    let at_once = known.run.and_then(|run| after_wait(own.or(in_force)?, run));
    let unless = in_force.filter(|_| known.run.is_none()).and_then(|playbook| {
        crate::engine::view::next(here.state(), playbook, usize::MAX)
            .into_iter()
            .find(|one| one.run == *run && one.step.is_none())?
            .unless
    });
    let turnout = turnout(here, run, &lines);
    let zone = here.zone();
    let told = lines.iter().rev().filter_map(|line| {
        Some((line.entry.at, as_seen(line, timeline::describe(&line.entry, &zone)?, board)))
    });
    let lines = told.take(limits::PAGE_ROWS).collect();
    Some(Sheet {
        now,
        group: group.clone(),
        place: here.title().to_owned(),
        run: run.clone(),
        title: title(here, &known.play),
        number: known.run.map(|run| run.number),
        anchor: known.anchor,
        begins: begins(own.or(in_force), known.run, known.anchor),
        started: known.run.map(|run| run.started),
        ended: known.run.and_then(|run| Some((run.outcome?, run.finished))),
        reason: known.run.map(|run| run.reason.clone()).unwrap_or_default(),
        unless,
        skipped: known.run.is_none()
            && here.state().plays.get(&known.play).is_some_and(|play| play.skip.contains(run)),
        paused: here.state().is_paused(&known.play),
        paused_until: here.state().paused_until(&known.play),
        steps,
        at_once,
        lines,
        cut,
        elsewhere: Vec::new(),
        commands: asker.commands(here.now, now),
        zone: here.zone(),
        date: known.date,
        play: known.play,
        turnout,
    })
}

/// The tasks that a run opened, as far as the state and the entries tell.
fn tasks_of(here: Here<'_>, run: &RunId, lines: &[LogLine]) -> BTreeSet<TaskId> {
    let open = here.state().tasks.values().map(|open| -> &Task { &open.task });
    let opened = lines.iter().filter_map(|line| match &line.entry.fact {
        Fact::TaskOpened(task) => Some(task),
        _ => None,
    });
    let of_run = open.chain(opened.map(AsRef::as_ref)).filter(|task| task.run.as_ref() == Some(run));
    of_run.map(|task| task.id.clone()).collect()
}

/// Whether an entry is about a run, or about one of the tasks that it opened.
fn is_of(line: &LogLine, run: &RunId, tasks: &BTreeSet<TaskId>) -> bool {
    match &line.entry.fact {
        Fact::TaskClosed { task, .. }
        | Fact::TaskReminded { task, .. }
        | Fact::TaskReassigned { task, .. }
        | Fact::PressUndone { task, .. } => tasks.contains(task),
        _ => run_of(&line.entry).as_ref() == Some(run),
    }
}

/// The step right after the wait at which a run is, unless it has a time of its own.
fn after_wait(playbook: &Playbook, run: &state::Run) -> Option<StepId> {
    let wait = run.waiting.as_ref().filter(|wait| wait.waiting == Waiting::Time)?;
    let program = playbook.play(run.born_as())?.section(run.section);
    program.steps().find(|step| step.id == wait.step)?;
    program.after(run.pc).filter(|step| step.at.is_none()).map(|step| step.id.clone())
}

/// What the state knows of a run: one that has begun, or one that comes.
fn known<'a>(here: Here<'a>, id: &RunId) -> Option<RunFacts<'a>> {
    let state = here.state();
    if let Some(run) = here.run(id) {
        let date =
            run.cause.date.clone().filter(|date| {
                state.plays.get(&run.play).is_some_and(|known| known.dates.contains_key(date))
            });
        return Some(RunFacts { here, run: Some(run), play: run.play.clone(), anchor: run.anchor, date });
    }
    let playbook = here.playbook()?;
    let name = PlayName::new(id.as_str().split('@').next()?);
    let (play, comes) = (playbook.play(&name)?, state.plays.get(&name)?);
    if let Some((date, (anchor, _))) = comes.dates.iter().find(|(date, _)| comes.date_run(&name, date) == *id)
    {
        return Some(RunFacts { here, run: None, play: name, anchor: *anchor, date: Some(date.clone()) });
    }
    // Any later one, too: a calendar leads there.
    let group = playbook.groups.get(here.id)?;
    let at: jiff::Timestamp = id.as_str().split_once('@')?.1.parse().ok()?;
    let at = Timestamp::from_jiff(at);
    let anchor = occurrence::next_anchor(playbook, group, play, state.created, at.just_before())?;
    let is_it = anchor == at
        && occurrence::scheduled_run_id(play, anchor) == *id
        && comes.next.is_some_and(|(next, _)| next <= at);
    is_it.then_some(RunFacts { here, run: None, play: name, anchor, date: None })
}

/// What the entries say of one step.
#[derive(Default)]
struct StepFacts {
    at: Option<Timestamp>,
    due: Option<Timestamp>,
    text: Option<String>,
    standing: Option<Standing>,
    task: Option<TaskId>,
    by: Option<String>,
    effect: Option<EffectId>,
    revised: Option<Revised>,
}

fn steps(
    playbook: &Playbook,
    known: &RunFacts<'_>,
    id: &RunId,
    (lines, on_the_way): (&[LogLine], &BTreeMap<(GroupId, EffectId), MessageStatus>),
) -> Vec<Step> {
    let name = known.run.map_or(&known.play, |run| run.born_as());
    let Some(play) = playbook.play(name) else { return Vec::new() };
    let group = playbook.groups.get(known.here.id);
    let zone = play.zone_or(&playbook.zone);
    let slots = slots(play, known.run, known.anchor, zone);
    let mut said = said(lines, known.here.state(), on_the_way);
    let date = match &play.trigger {
        Trigger::Dates(dates) => dates.iter().find(|date| Some(&date.id) == known.date.as_ref()),
        _ => None,
    };
    let waiting = known.run.and_then(|run| run.waiting.as_ref().filter(|_| run.outcome.is_none()));
    let mut passed = known.run.is_some();
    let mut steps: Vec<Step> = slots
        .into_iter()
        .map(|(at, step)| {
            let said = said.remove(&step.id).unwrap_or_default();
            let is_current = waiting.is_some_and(|wait| wait.step == step.id);
            let due = said.due.or(at);
            let standing = if let Some(wait) = waiting.filter(|_| is_current) {
                passed = false;
                Standing::Now { waiting: wait.waiting.clone(), until: wait.ends() }
            } else if let Some(standing) = said.standing {
                standing
            } else if known.run.is_some_and(|run| run.outcome.is_some()) || passed {
                Standing::Passed
            } else if known.run.is_some_and(|run| run.amended.left_out.contains(&step.id)) {
                Standing::Missed(Skip::Operator)
            } else {
                Standing::Ahead
            };
            let text = said.text.unwrap_or_else(|| {
                let Some(group) = group else { return String::new() };
                let moment = PreviewMoment {
                    created: known.here.state().created,
                    by_hand: Some(&known.here.state().by_hand),
                    anchor: known.anchor,
                    run: id.as_str(),
                    date: date.map(Arc::as_ref),
                    at: due.unwrap_or(known.anchor),
                };
                as_read(&preview::step(playbook, group, play, &moment, &step), playbook.locale)
            });
            let text = if matches!(step.verb, Verb::If(_) | Verb::Each(_)) { String::new() } else { text };
            let speaks = matches!(step.verb, Verb::Post(_) | Verb::Task(_) | Verb::Ask(_) | Verb::Approve(_));
            let waits = matches!(&standing, Standing::Now { waiting: Waiting::Due | Waiting::Retry, .. });
            Step {
                id: step.id.clone(),
                verb: step.verb.as_str(),
                due,
                at: said.at,
                text,
                task: said.task,
                by: said.by,
                effect: said.effect,
                revised: said.revised,
                rewords: speaks && (waits || standing == Standing::Ahead),
                doubt: None,
                standing,
            }
        })
        .collect();
    let at = waiting.map(|wait| &wait.step);
    if known.run.is_none() || at.is_some() {
        gated(&mut steps, open_gates(play, at, zone));
    }
    steps
}

/// What the entries of a run say of its steps.
fn said(
    lines: &[LogLine],
    state: &state::State,
    on_the_way: &BTreeMap<(GroupId, EffectId), MessageStatus>,
) -> BTreeMap<StepId, StepFacts> {
    let mut steps: BTreeMap<StepId, StepFacts> = BTreeMap::new();
    let mut tasks: BTreeMap<&TaskId, StepId> = BTreeMap::new();
    for line in lines {
        let at = line.entry.at;
        match &line.entry.fact {
            Fact::StepWaiting { step, due, .. } => {
                steps.entry(step.clone()).or_default().due = Some(*due);
            }
            Fact::StepDone { step, .. } => {
                let said = steps.entry(step.clone()).or_default();
                if !matches!(
                    said.standing,
                    Some(
                        Standing::Late(_)
                            | Standing::Held(_)
                            | Standing::NotSent
                            | Standing::ToPaste
                            | Standing::OnTheWay(_)
                    )
                ) {
                    said.standing = Some(Standing::Done);
                }
                said.at.get_or_insert(at);
            }
            Fact::StepSkipped { step, due, reason, .. } => {
                let said = steps.entry(step.clone()).or_default();
                (said.due, said.at) = (Some(*due), Some(at));
                said.standing = Some(Standing::Missed(reason.clone()));
            }
            Fact::StepFailed { step, error, .. } => {
                let said = steps.entry(step.clone()).or_default();
                said.at = Some(at);
                said.standing = Some(Standing::Failed(error.clone()));
            }
            Fact::Posted(out) | Fact::Released(out) => {
                let Some(step) = step_of(out.effect.as_str()) else { continue };
                let said = steps.entry(step).or_default();
                (said.at, said.due, said.text) = (Some(at), Some(out.due), Some(out.message.text.clone()));
                if waits_for_hands(out, state) {
                    said.standing = Some(Standing::ToPaste);
                    continue;
                }
                said.effect = Some(out.effect.clone());
                if let Some(status) = on_the_way.get(&(line.group.clone(), out.effect.clone())) {
                    said.standing = Some(Standing::OnTheWay(*status));
                    continue;
                }
                let late = at.since(out.due);
                let on_time = late <= Duration::from_millis(ON_TIME_MS);
                said.standing = Some(if on_time { Standing::Done } else { Standing::Late(late) });
            }
            Fact::Held { outgoing, reason, .. } => {
                let Some(step) = step_of(outgoing.effect.as_str()) else { continue };
                let said = steps.entry(step).or_default();
                (said.due, said.text) = (Some(outgoing.due), Some(outgoing.message.text.clone()));
                said.standing = Some(Standing::Held(*reason));
                said.effect = Some(outgoing.effect.clone());
            }
            Fact::Expired { effect, .. } | Fact::Withdrawn { effect } => {
                let Some(step) = step_of(effect.as_str()) else { continue };
                let said = steps.entry(step).or_default();
                (said.at, said.standing, said.effect) = (Some(at), Some(Standing::NotSent), None);
            }
            Fact::Operator { did, .. } => {
                let Some((step, revised, text)) = afterwards(did) else { continue };
                let said = steps.entry(step).or_default();
                (said.revised, said.text) = (revised.or(said.revised), text.or(said.text.take()));
            }
            Fact::TaskOpened(task) => {
                let Some(step) = &task.step else { continue };
                tasks.insert(&task.id, step.clone());
                let said = steps.entry(step.clone()).or_default();
                (said.text, said.task) = (Some(task.text.clone()), Some(task.id.clone()));
            }
            Fact::TaskClosed { task, by, .. } => {
                let Some(step) = tasks.get(task) else { continue };
                let said = steps.entry(step.clone()).or_default();
                (said.at, said.by, said.task) = (Some(at), by.clone(), None);
            }
            _ => {}
        }
    }
    steps
}

/// What is ahead and waits for an approval says so.
fn gated(steps: &mut [Step], gates: Vec<(StepId, Vec<StepId>)>) {
    for (gate, of) in gates {
        let asks = steps.iter().find(|step| step.id == gate).map(|step| step.text.clone());
        let doubt = asks.map(|asks| Hindrance::Approval(beginning(&asks)));
        for step in steps.iter_mut().filter(|step| step.standing == Standing::Ahead && of.contains(&step.id))
        {
            step.doubt = step.doubt.take().or_else(|| doubt.clone());
        }
    }
}
