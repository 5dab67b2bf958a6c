//! The logbook: what happened, newest first, a page of a hundred decisions.

use crate::{
    base::{
        ids::{EffectId, GroupId, RunId},
        limits,
        time::{Timestamp, Zone},
    },
    engine::entry::Fact,
    shell::{
        console::{
            board::Board,
            door::Asker,
            history::{Found, Kinds, run_of},
        },
        store::{LogLine, MessageStatus},
    },
    sim::timeline::{self, Line, Tone},
};

/// Lines of one page of the logbook, before the last decision on it is told to its end.
const LOG_LINES: usize = 80;

/// Which lines are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Of which group; of all that the reader sees otherwise.
    pub(crate) group: Option<GroupId>,
    /// Of which kinds.
    pub(crate) kinds: &'static str,
    /// Before which number.
    pub(crate) before: Option<i64>,
    /// What lines have in them.
    pub(crate) text: String,
}

/// A line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// The number of the entry.
    pub(crate) seq: i64,
    /// When the entry was recorded.
    pub(crate) at: Timestamp,
    /// The group.
    pub(crate) group: GroupId,
    /// The group as people call it.
    pub(crate) place: String,
    /// What happened.
    pub(crate) line: Line,
    /// The run it is about.
    pub(crate) run: Option<RunId>,
    /// The zone of its group.
    pub(crate) zone: Zone,
}

/// The page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Logbook {
    /// What was wanted.
    pub(crate) wanted: Wanted,
    /// The lines, newest first.
    pub(crate) rows: Vec<Row>,
    /// Where the page before it begins.
    pub(crate) next: Option<i64>,
    /// Whether there are older entries than pages have.
    pub(crate) cut: bool,
    /// Whether the reader may write a remark about the group.
    pub(crate) commands: bool,
    /// Groups to choose from: those of the page, and the one that was wanted.
    pub(crate) groups: Vec<(GroupId, String)>,
}

/// Lines of decisions, newest first, as far as the reader sees their groups.
pub(crate) fn logbook(
    board: &Board,
    asker: &Asker,
    wanted: Wanted,
    (lines, found, cut): (&[LogLine], &Found, bool),
    now: Timestamp,
) -> Logbook {
    let kinds = Kinds::parse(wanted.kinds).unwrap_or(Kinds::TOLD);
    let mut rows = Vec::new();
    let sought = wanted.text.to_lowercase();
    // A decision may have many lines: a page ends behind one when it is full, and the next begins there.
    let (mut next, mut of) = (found.before, None);
    for line in lines {
        let decision = found.decisions.iter().copied().find(|first| *first <= line.seq);
        if rows.len() >= LOG_LINES && decision != of {
            next = of;
            break;
        }
        of = decision;
        let Some(here) = board.group_of(&line.group) else { continue };
        if !Kinds::of(&line.entry).meets(kinds) || !asker.sees(here.now, now) {
            continue;
        }
        let zone = here.zone();
        let Some(told) = timeline::describe(&line.entry, &zone) else { continue };
        let told = as_seen(line, told, board);
        if !has(&told, here.title(), &sought) {
            continue;
        }
        rows.push(Row {
            seq: line.seq,
            at: line.entry.at,
            group: line.group.clone(),
            place: here.title().to_owned(),
            line: told,
            run: subject(line),
            zone,
        });
    }
    let seen = board
        .now
        .groups
        .iter()
        .take(limits::PLACES_LOOKED_AT_MAX)
        .filter(|(_, group)| asker.sees(group, now))
        .take(GROUPS_OFFERED);
    let mut groups: Vec<(GroupId, String)> =
        seen.filter_map(|(id, _)| Some((id.clone(), board.group_of(id)?.title().to_owned()))).collect();
    if let Some(here) =
        wanted.group.as_ref().and_then(|id| board.group_of(id)).filter(|here| asker.sees(here.now, now))
        && !groups.iter().any(|(id, _)| id == here.id)
    {
        groups.push((here.id.clone(), here.title().to_owned()));
    }
    let group = wanted.group.as_ref().and_then(|id| board.group_of(id));
    let commands = group.is_some_and(|here| asker.commands(here.now, now));
    Logbook { wanted, rows, next, cut, commands, groups }
}

/// Whether a line has some words in it, in either language.
fn has(line: &Line, place: &str, sought: &str) -> bool {
    let texts = [line.about.as_str(), &line.text.en, &line.text.zh, line.word, place];
    sought.is_empty() || texts.iter().any(|text| text.to_lowercase().contains(sought))
}

/// A line as the logbook has it: what a person was asked to paste is not said yet, and what was refused has a name.
pub(crate) fn as_seen(line: &LogLine, told: Line, board: &Board) -> Line {
    let status = |effect: &EffectId| board.on_the_way.get(&(line.group.clone(), effect.clone()));
    match &line.entry.fact {
        Fact::Posted(out) | Fact::Released(out) if out.manual.is_some() => {
            Line { word: "to paste", tone: Tone::Plain, ..told }
        }
        Fact::Posted(out) | Fact::Released(out) if let Some(status) = status(&out.effect) => {
            let word = match status {
                MessageStatus::Dead => "refused",
                MessageStatus::InDoubt => "in doubt",
                _ => "on its way",
            };
            Line { word, tone: Tone::Plain, ..told }
        }
        Fact::DeliveryFailed { effect, .. } if told.about.is_empty() => {
            Line { about: effect.to_string(), ..told }
        }
        _ => told,
    }
}

/// Groups that a list offers; the others are found by their names.
const GROUPS_OFFERED: usize = 50;

/// The run that an entry is about, or would have been.
fn subject(line: &LogLine) -> Option<RunId> {
    match &line.entry.fact {
        Fact::Skipped { run, .. } => Some(run.clone()),
        _ => run_of(&line.entry),
    }
}
