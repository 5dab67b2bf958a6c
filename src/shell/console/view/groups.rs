//! Groups: which there are, what is wrong with each, what comes next there. A page of a hundred, by their ids.

use crate::{
    base::{
        ids::{ChannelName, GroupId, PhaseName, PlayName, RunId},
        limits,
        time::{Duration, Timestamp, Zone},
    },
    engine::{
        entry::Outcome,
        numbers::day::DayNumbers,
        state::{State, Timer},
    },
    model::{channel::GROUP, trigger::Trigger},
    shell::console::{
        board::{Board, Here},
        door::Asker,
    },
};
use std::collections::BTreeSet;

/// Which groups are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The beginning of a name or an id.
    pub(crate) name: String,
    /// A phase.
    pub(crate) phase: String,
    /// Of which kind.
    pub(crate) only: Only,
    /// The platform that the group is on.
    pub(crate) platform: String,
    /// In which order.
    pub(crate) order: Order,
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
    /// Its health is low.
    Unwell,
}

/// In which order groups are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Order {
    /// By their ids.
    #[default]
    Name,
    /// By their health, the worst first; those of which it is unknown are left out.
    Health,
}

impl Only {
    /// Every kind, with its word in an address.
    pub(crate) const ALL: [(&'static str, Self); 5] = [
        ("", Self::All),
        ("trouble", Self::Trouble),
        ("waiting", Self::Waiting),
        ("paused", Self::Paused),
        ("unwell", Self::Unwell),
    ];

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
    /// Whether members see nothing.
    pub(crate) hushed: bool,
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
    /// How well it is, of 100, on the last closed day, and a week before.
    pub(crate) health: Option<(u8, Option<u8>)>,
    /// How it talks; none where nobody hears it.
    pub(crate) talk: Option<GroupTalk>,
    /// Whether the reader commands it.
    pub(crate) commands: bool,
    /// The zone of its times.
    pub(crate) zone: Zone,
}

/// How a group talks, as far as it is heard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct GroupTalk {
    /// Members who spoke within seven days.
    pub(crate) speakers: u32,
    /// For how many days nobody has spoken.
    pub(crate) silent: i64,
    /// What owner and hosts say of all that humans said in fourteen days, in hundredths.
    pub(crate) owner: Option<u64>,
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
    /// The platforms that groups are on.
    pub(crate) platforms: BTreeSet<&'static str>,
    /// Plays that a person can start in chosen groups.
    pub(crate) plays: Vec<(PlayName, String)>,
}

/// A group below this is not well.
pub(crate) const UNWELL: u8 = 40;
/// Plays that are offered to be started in chosen groups.
const PLAYS_OFFERED: usize = 40;
/// Days of which the talk of owner and hosts is told.
const TALK_DAYS: u32 = 14;

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
    } else if wanted.order == Order::Health || wanted.only == Only::Unwell {
        let known = wanted.after.as_ref().and_then(|id| board.health.iter().find(|(_, known)| known == id));
        let behind =
            known.map_or(std::ops::Bound::Unbounded, |known| std::ops::Bound::Excluded(known.clone()));
        let range = board.health.range((behind, std::ops::Bound::Unbounded));
        range.filter_map(|(_, id)| board.group_of(id)).all(&mut take);
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
    let kinds = board.channels.iter().filter(|sum| sum.name.as_str() == GROUP);
    let platforms = kinds.flat_map(|sum| sum.kinds.iter().map(|kind| kind.as_str())).collect();
    let mut plays: Vec<(PlayName, String)> = Vec::new();
    for play in board.now.books.iter().flat_map(|book| &book.playbook.plays) {
        let starts = !matches!(play.trigger, Trigger::Dates(_));
        if starts && plays.len() < PLAYS_OFFERED && plays.iter().all(|(known, _)| *known != play.name) {
            plays.push((play.name.clone(), play.title.to_string()));
        }
    }
    Groups { now, wanted, rows, all, next, phases, platforms, plays }
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
        Only::Unwell => health(state).is_some_and(|(health, _)| health < UNWELL),
    };
    let platform = || {
        let playbook = here.playbook()?;
        let channel = playbook.channel(playbook.groups.get(here.id)?, &ChannelName::new(GROUP))?;
        Some(channel.kind.as_str() == wanted.platform)
    };
    let only = only && (wanted.platform.is_empty() || platform().unwrap_or(false));
    only && (wanted.phase.is_empty() || state.phase.as_str() == wanted.phase)
}

fn row(here: Here<'_>, asker: &Asker, now: Timestamp, stuck: usize) -> Row {
    let state = here.state();
    let title = |play: &PlayName| {
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
        hushed: state.by_hand.hush.is_some(),
        rests: here.now.book.is_none(),
        members: state.members.len(),
        waits: state.tasks.len(),
        held: state.held.len(),
        next: next.filter(|_| here.now.book.is_some()),
        troubles: troubles(state, now, stuck),
        health: health(state),
        talk: talk(state, now),
        commands: asker.commands(here.now, now),
        zone: here.zone(),
    }
}

/// How well a group was on its last closed day, and a week before.
fn health(state: &State) -> Option<(u8, Option<u8>)> {
    let closed = &state.numbers.closed;
    let last = closed.back()?;
    let week = last.day.plus(-7);
    let before = closed.iter().rev().take(8).find(|day| day.day == week).and_then(|day| day.health);
    Some((last.health?, before))
}

/// How a group talks; none where nothing of it was ever heard.
fn talk(state: &State, now: Timestamp) -> Option<GroupTalk> {
    let numbers = &state.numbers;
    let spoke = numbers.spoke?;
    let sum = |count: fn(&DayNumbers) -> u32| numbers.sum(TALK_DAYS, count);
    let (human, owner) = (sum(|day| day.human), sum(|day| day.owner));
    Some(GroupTalk {
        speakers: numbers.speakers.within(7),
        silent: now.since(spoke).as_millis().max(0) / Duration::DAY.as_millis(),
        owner: (human > 0).then(|| owner * 100 / human),
    })
}

/// What is wrong with a group, the weightiest first.
pub(crate) fn troubles(state: &State, now: Timestamp, stuck: usize) -> Vec<Trouble> {
    let since = now.plus(-Duration::from_millis(limits::FAILED_SHOWN_MS));
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
