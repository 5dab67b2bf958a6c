//! Groups: which there are, what is wrong with each, what comes next there. A page of a hundred, by their ids.

use crate::{
    base::{
        ids::{ChannelName, GroupId, PhaseName, RunId},
        limits,
        time::{Timestamp, Zone},
    },
    engine::{
        entry::Outcome,
        state::{State, Timer},
    },
    shell::console::{
        board::{Board, Here},
        door::Asker,
    },
};

/// Which groups are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The beginning of a name or an id.
    pub(crate) name: String,
    /// A phase.
    pub(crate) phase: String,
    /// Of which kind.
    pub(crate) only: Only,
    /// Those after this one.
    pub(crate) after: Option<GroupId>,
}

/// A kind of groups.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Only {
    /// All.
    #[default]
    All,
    /// Something is wrong.
    Trouble,
    /// Something waits for people.
    Waiting,
    /// Everything is paused.
    Paused,
}

impl Only {
    /// Every kind, with its word in an address.
    pub(crate) const ALL: [(&'static str, Self); 4] =
        [("", Self::All), ("trouble", Self::Trouble), ("waiting", Self::Waiting), ("paused", Self::Paused)];

    /// The kind of a word.
    pub(crate) fn parse(word: &str) -> Self {
        Self::ALL.iter().find(|(name, _)| *name == word).map_or(Self::All, |(_, only)| *only)
    }

    /// The word of the filter in an address.
    pub(crate) fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, only)| *only == self).map_or("", |(name, _)| name)
    }
}

/// Something that is wrong with a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// A channel fails.
    Channel(ChannelName),
    /// A run failed.
    Failed(RunId),
    /// Messages that somebody has to decide about.
    Stuck(usize),
    /// Tasks that are overdue.
    Late(usize),
    /// Something broke the engine and was given up.
    Broken,
}

/// A group in the table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// The id of the group.
    pub(crate) id: GroupId,
    /// As people call it.
    pub(crate) title: String,
    /// The phase that the group is in.
    pub(crate) phase: PhaseName,
    /// Whether everything is paused.
    pub(crate) paused: bool,
    /// Whether no file runs it.
    pub(crate) rests: bool,
    /// How many members are known.
    pub(crate) members: usize,
    /// How many things wait for people.
    pub(crate) waits: usize,
    /// How many messages budgets hold back.
    pub(crate) held: usize,
    /// What comes next: when, the play as people call it, and its run where it has begun.
    pub(crate) next: Option<(Timestamp, String)>,
    /// What is wrong.
    pub(crate) troubles: Vec<Trouble>,
    /// Whether the reader commands it.
    pub(crate) commands: bool,
    /// The zone of its times.
    pub(crate) zone: Zone,
}

/// The page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Groups {
    /// The instant it was made.
    pub(crate) now: Timestamp,
    /// What was wanted.
    pub(crate) wanted: Wanted,
    /// The groups.
    pub(crate) rows: Vec<Row>,
    /// How many the reader sees in all, where that is known without asking for each.
    pub(crate) all: Option<usize>,
    /// The last of them, where there are more.
    pub(crate) next: Option<GroupId>,
    /// The phases that files have.
    pub(crate) phases: Vec<PhaseName>,
}

/// Groups of one page.
const ROWS: usize = 80;

/// The groups that are wanted, as far as the reader sees them.
pub(crate) fn groups(board: &Board, asker: &Asker, wanted: Wanted, now: Timestamp) -> Groups {
    let mut rows = Vec::new();
    let mut next = None;
    let found = (!wanted.name.is_empty()).then(|| board.find(&wanted.name, limits::FOUND_MAX));
    let stuck = |id: &GroupId| board.dead.0.iter().filter(|row| row.group == *id).count();
    let mut take = |here: Here<'_>| {
        if !asker.sees(here.now, now) || !meets(here, &wanted, now, stuck(here.id)) {
            return true;
        }
        if rows.len() == ROWS {
            next = rows.last().map(|row: &Row| row.id.clone());
            return false;
        }
        rows.push(row(here, asker, now, stuck(here.id)));
        true
    };
    if let Some(found) = found {
        found.iter().filter_map(|id| board.group_of(id)).all(&mut take);
    } else {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = wanted.after.as_ref().map_or(Unbounded, Excluded);
        let range = board
            .now
            .groups
            .range::<(std::ops::Bound<&GroupId>, std::ops::Bound<&GroupId>), GroupId>((from, Unbounded));
        range.map(|(id, now)| Here { id, now }).all(&mut take);
    }
    let mut phases: Vec<PhaseName> = Vec::new();
    for phase in board.now.books.iter().flat_map(|book| &book.playbook.phases) {
        if !phases.contains(&phase.name) {
            phases.push(phase.name.clone());
        }
    }
    let all = asker.admin.then_some(board.now.groups.len());
    Groups { now, wanted, rows, all, next, phases }
}

/// The only group that the reader sees, where it is the only one.
pub(crate) fn only(board: &Board, asker: &Asker, now: Timestamp) -> Option<GroupId> {
    let mut seen = board.now.groups.iter().filter(|(_, group)| asker.sees(group, now));
    let (id, _) = seen.next()?;
    seen.next().is_none().then(|| id.clone())
}

fn meets(here: Here<'_>, wanted: &Wanted, now: Timestamp, stuck: usize) -> bool {
    let state = here.state();
    let only = match wanted.only {
        Only::All => true,
        Only::Trouble => !troubles(state, now, stuck).is_empty(),
        Only::Waiting => !state.tasks.is_empty(),
        Only::Paused => state.paused,
    };
    only && (wanted.phase.is_empty() || state.phase.as_str() == wanted.phase)
}

fn row(here: Here<'_>, asker: &Asker, now: Timestamp, stuck: usize) -> Row {
    let state = here.state();
    let title = |play: &crate::base::ids::PlayName| {
        let known = here.playbook().and_then(|playbook| playbook.play(play));
        known.map_or_else(|| play.to_string(), |play| play.title.to_string())
    };
    let next = state.timers.iter().find_map(|(at, timer)| match timer {
        Timer::Play { play } | Timer::Date { play, .. } | Timer::Batch { play } => Some((*at, title(play))),
        Timer::Run { run } => state.runs.get(run).map(|run| (*at, title(&run.play))),
        _ => None,
    });
    Row {
        id: here.id.clone(),
        title: here.title().to_owned(),
        phase: state.phase.clone(),
        paused: state.paused,
        rests: here.now.book.is_none(),
        members: state.members.len(),
        waits: state.tasks.len(),
        held: state.held.len(),
        next: next.filter(|_| here.now.book.is_some()),
        troubles: troubles(state, now, stuck),
        commands: asker.commands(here.now, now),
        zone: here.zone(),
    }
}

/// What is wrong with a group, the weightiest first.
pub(crate) fn troubles(state: &State, now: Timestamp, stuck: usize) -> Vec<Trouble> {
    let since = now.plus(-crate::base::time::Duration::from_millis(limits::FAILED_SHOWN_MS));
    let mut all: Vec<Trouble> = state.failing.keys().cloned().map(Trouble::Channel).collect();
    if stuck > 0 {
        all.push(Trouble::Stuck(stuck));
    }
    let runs = state.runs.values().chain(state.finished.iter());
    let mut failed =
        runs.filter(|run| run.outcome == Some(Outcome::Failed) && run.finished.is_none_or(|at| at >= since));
    all.extend(failed.next_back().map(|run| Trouble::Failed(run.id.clone())));
    if state.broken.iter().any(|broken| broken.at >= since) {
        all.push(Trouble::Broken);
    }
    let late = state.tasks.values().filter(|open| open.task.due.is_some_and(|due| due < now)).count();
    if late > 0 {
        all.push(Trouble::Late(late));
    }
    all
}
