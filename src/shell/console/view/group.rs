//! One group: how it is, what is wrong with it, what comes, what is held, what waits, what is under way.

use super::{
    brief::{beginning, title},
    cards::{Remedy, remedy},
    charts::{Charts, charts},
    conduct::{Conduct, conduct},
    groups::{Trouble, troubles},
};
use crate::{
    base::{
        ids::{EffectId, GroupId, PhaseName, PlayName, RoleName, RunId, StepId, TaskId},
        limits,
        locale::Locale,
        time::{Timestamp, Zone},
    },
    engine::{
        entry::{HoldReason, Outcome, Skip, TaskKind, Waiting},
        state::OpenTask,
        view,
    },
    model::trigger::Trigger,
    shell::{
        console::{
            board::{Board, Here},
            door::Asker,
        },
        view::{
            doctor::{Complaint, complaints},
            metrics::{NumberRow as Number, metrics},
        },
    },
};

/// The page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    /// The instant it was made.
    pub(crate) now: Timestamp,
    /// The id of the group.
    pub(crate) id: GroupId,
    /// As people call it.
    pub(crate) title: String,
    /// The playbook that runs it; none while no file does.
    pub(crate) playbook: Option<String>,
    /// Its phase, since when, until when at most, and on what it ends before that.
    pub(crate) phase: Phase,
    /// Whether everything is paused.
    pub(crate) paused: bool,
    /// When that ends by itself.
    pub(crate) paused_until: Option<Timestamp>,
    /// Since when members see nothing.
    pub(crate) hushed: Option<Timestamp>,
    /// How many members are known.
    pub(crate) members: usize,
    /// Since when it is run.
    pub(crate) created: Timestamp,
    /// What is wrong.
    pub(crate) troubles: Vec<Trouble>,
    /// What comes next.
    pub(crate) next: Vec<Next>,
    /// What budgets hold back.
    pub(crate) held: Vec<Held>,
    /// What waits for people.
    pub(crate) tasks: Vec<Task>,
    /// Runs that have not ended, and the last that have.
    pub(crate) runs: Vec<Run>,
    /// The plays of the group.
    pub(crate) plays: Vec<Play>,
    /// How well it is, or why nobody knows; none while no file runs it.
    pub(crate) health: Option<Number>,
    /// Its numbers, as far as they are known.
    pub(crate) numbers: Vec<Number>,
    /// How its rules are kept; none where nothing is moderated.
    pub(crate) conduct: Option<Conduct>,
    /// What they are signs of.
    pub(crate) findings: Vec<Complaint>,
    /// Its days as charts; none where none is closed.
    pub(crate) charts: Option<Charts>,
    /// What a person may report by hand: signals that plays hear.
    pub(crate) signals: Vec<String>,
    /// Names of members that a form offers: the first of them.
    pub(crate) names: Vec<String>,
    /// Roles of which one can look in while everything is paused.
    pub(crate) roles: Vec<RoleName>,
    /// Whether the reader commands it.
    pub(crate) commands: bool,
    /// The zone of its times.
    pub(crate) zone: Zone,
}

/// Where a group is in its life.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Phase {
    /// Its name; empty where the playbook has none.
    pub(crate) name: PhaseName,
    /// Its name for people.
    pub(crate) title: String,
    /// Since when the group is in the phase.
    pub(crate) since: Timestamp,
    /// Until when at most.
    pub(crate) timeout: Option<Timestamp>,
    /// On what it ends before that.
    pub(crate) until: Option<String>,
}

/// Something that comes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Next {
    /// When the next occurrence is.
    pub(crate) at: Timestamp,
    /// The play as people call it.
    pub(crate) title: String,
    /// The run it is or will be.
    pub(crate) run: RunId,
    /// The step, where the run has begun.
    pub(crate) step: Option<StepId>,
    /// Why it would not start as things are.
    pub(crate) unless: Option<Skip>,
}

/// A message that a budget holds back.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Held {
    /// The message.
    pub(crate) effect: EffectId,
    /// How it begins.
    pub(crate) text: String,
    /// By what.
    pub(crate) reason: HoldReason,
    /// When it was due.
    pub(crate) due: Timestamp,
    /// When it is looked at again at the latest.
    pub(crate) until: Option<Timestamp>,
}

/// Something that waits for people.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Task {
    /// The id of the task.
    pub(crate) id: TaskId,
    /// What kind of task it is.
    pub(crate) kind: TaskKind,
    /// What is asked; of a message that was refused, or may not have arrived, how it begins.
    pub(crate) text: String,
    /// Whether it is about such a message.
    pub(crate) refused: bool,
    /// Who is asked.
    pub(crate) people: Vec<String>,
    /// When it should be done.
    pub(crate) due: Option<Timestamp>,
}

/// A run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Run {
    /// The id of the run.
    pub(crate) id: RunId,
    /// Its play as people call it.
    pub(crate) title: String,
    /// When it began.
    pub(crate) started: Timestamp,
    /// How it ended.
    pub(crate) outcome: Option<Outcome>,
    /// What it waits for, and until when at most.
    pub(crate) waiting: Option<(Waiting, Option<Timestamp>)>,
}

/// A play.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Play {
    /// The name of the play.
    pub(crate) name: PlayName,
    /// As people call it.
    pub(crate) title: String,
    /// Whether it is paused by itself.
    pub(crate) paused: bool,
    /// When that ends by itself.
    pub(crate) paused_until: Option<Timestamp>,
    /// How many runs it has had.
    pub(crate) started: u64,
    /// Whether a person may start it without saying more.
    pub(crate) starts: bool,
}

/// A group that the reader sees; none where there is no such group for them.
pub(crate) fn group(
    board: &Board,
    asker: &Asker,
    id: &GroupId,
    (now, locale): (Timestamp, Locale),
) -> Option<Group> {
    let here = board.group_of(id).filter(|here| asker.sees(here.now, now))?;
    let state = here.state();
    let playbook = here.playbook();
    let stuck = board.dead.0.iter().filter(|row| row.group == *id).count();
    let described = playbook.and_then(|playbook| playbook.phase(&state.phase));
    let until = described.and_then(|phase| phase.until.as_ref());
    let phase = Phase {
        name: state.phase.clone(),
        title: described.map_or_else(|| state.phase.to_string(), |phase| phase.shown().to_owned()),
        since: state.phase_entered,
        timeout: state.phase_timeout,
        until: until.map(|until| until.source().to_owned()),
    };
    let next = playbook.map(|playbook| view::next(state, playbook, NEXT_SHOWN)).unwrap_or_default();
    let next = next.into_iter().map(|one| Next {
        at: one.at,
        title: title(here, &one.play),
        run: one.run,
        step: one.step,
        unless: one.unless,
    });
    let commands = asker.commands(here.now, now);
    let zone = here.zone();
    let shown = crate::shell::view::GroupShown { id: here.id, state, info: None, zone: &zone };
    let all = metrics(shown, playbook, now, locale);
    Some(Group {
        now,
        id: id.clone(),
        title: here.title().to_owned(),
        playbook: playbook.map(|playbook| playbook.title.to_string()),
        phase,
        paused: state.paused,
        paused_until: state.by_hand.pause_ends.all,
        hushed: state.by_hand.hush.as_ref().map(|hush| hush.since),
        members: state.members.len(),
        created: state.created,
        troubles: troubles(state, now, stuck),
        next: next.collect(),
        held: held(here),
        tasks: tasks(board, here),
        runs: runs(here),
        plays: plays(here),
        health: all.iter().find(|one| one.metric == "health" && playbook.is_some()).cloned(),
        numbers: known(all),
        conduct: conduct(here, now),
        findings: findings(here, now, locale),
        charts: charts(state, playbook, now),
        signals: playbook.map(signals).unwrap_or_default(),
        names: state.members.iter().map(|member| member.name.clone()).take(NAMES_OFFERED).collect(),
        roles: playbook.map(|playbook| playbook.roles.keys().cloned().collect()).unwrap_or_default(),
        commands,
        zone: here.zone(),
    })
}

/// The numbers that are known; of which nobody hears is told by `metrics`.
fn known(all: Vec<Number>) -> Vec<Number> {
    all.into_iter().filter(|number| number.own || number.value.is_some()).collect()
}

/// What the numbers are signs of; rules that could not be judged are left to the command line.
fn findings(here: Here<'_>, now: Timestamp, locale: Locale) -> Vec<Complaint> {
    let zone = here.zone();
    let group = crate::shell::view::GroupShown { id: here.id, state: here.state(), info: None, zone: &zone };
    let all = here.playbook().map(|playbook| complaints(group, playbook, now, locale));
    all.unwrap_or_default().into_iter().filter(|one| one.found == Some(true)).collect()
}

/// Things that come, of one group.
const NEXT_SHOWN: usize = 12;
/// Runs that ended, of one group.
const ENDED_SHOWN: usize = 20;

fn held(here: Here<'_>) -> Vec<Held> {
    let held = here.state().held.iter().take(limits::PAGE_ROWS);
    held.map(|held| Held {
        effect: held.outgoing.effect.clone(),
        text: beginning(&held.outgoing.message.text),
        reason: held.reason,
        due: held.outgoing.due,
        until: held.until,
    })
    .collect()
}

fn tasks(board: &Board, here: Here<'_>) -> Vec<Task> {
    let told = |open: &OpenTask| match remedy(board, here.now, &open.task.text) {
        Some(Remedy::Decide { words, .. }) => (words, true),
        _ => (beginning(&open.task.text), false),
    };
    let mut tasks: Vec<Task> = here
        .state()
        .tasks
        .values()
        .map(|open| Task {
            id: open.task.id.clone(),
            kind: open.task.kind,
            text: told(open).0,
            refused: told(open).1,
            people: open.task.people.iter().map(|person| person.name.clone()).collect(),
            due: open.task.due,
        })
        .collect();
    tasks.sort_by_key(|task| task.due.unwrap_or(Timestamp::MAX));
    tasks.truncate(limits::PAGE_ROWS);
    tasks
}

fn runs(here: Here<'_>) -> Vec<Run> {
    let state = here.state();
    let ended = state.finished.iter().rev().take(ENDED_SHOWN);
    let one = |run: &std::sync::Arc<crate::engine::state::Run>| {
        let wait = run.waiting.as_ref().filter(|_| run.outcome.is_none());
        Run {
            id: run.id.clone(),
            title: title(here, &run.play),
            started: run.started,
            outcome: run.outcome,
            waiting: wait.map(|wait| (wait.waiting.clone(), wait.ends())),
        }
    };
    state.runs.values().take(limits::PAGE_ROWS).chain(ended).map(one).collect()
}

fn plays(here: Here<'_>) -> Vec<Play> {
    let Some(playbook) = here.playbook() else { return Vec::new() };
    let Some(group) = playbook.groups.get(here.id) else { return Vec::new() };
    let plays = playbook.plays.iter().filter(|play| play.belongs_to(group));
    plays
        .map(|play| {
            let known = here.state().plays.get(&play.name);
            Play {
                name: play.name.clone(),
                title: play.title.to_string(),
                paused: known.is_some_and(|known| known.paused),
                paused_until: here.state().by_hand.pause_ends.of(Some(&play.name)),
                started: known.map_or(0, |known| known.started),
                starts: !matches!(play.trigger, Trigger::Dates(_)),
            }
        })
        .collect()
}

/// Members whose names a form offers; every other name can be written.
const NAMES_OFFERED: usize = 100;

/// What the engine says by itself, or a page of its own is for.
const NOT_REPORTED: [&str; 12] = [
    "phase.entered",
    "member.requested",
    "answer",
    "reaction",
    "task.done",
    "rules.changed",
    "tag.added",
    "tier.changed",
    "operators.idle",
    "strike",
    "screened",
    "question.answered",
];

/// What every group hears of its members, the most frequent first.
const OF_MEMBERS: [&str; 3] = ["member.joined", "member.left", "message"];

/// Signals that a person may report: who came, left and spoke, and what the plays of the file hear.
fn signals(playbook: &crate::model::playbook::Playbook) -> Vec<String> {
    let own = playbook.hears().into_iter().filter(|name| {
        !name.starts_with("group.") && !NOT_REPORTED.contains(name) && !OF_MEMBERS.contains(name)
    });
    OF_MEMBERS.into_iter().chain(own).map(str::to_owned).collect()
}
