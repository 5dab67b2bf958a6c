//! `status`: what is wrong with a group, where it is, what comes next and what will not, what did not happen.

use super::{GroupShown, LocalTime, known::KnownFacts, problem, turns};
use crate::{
    base::{
        ids::{Digest, GroupId, PhaseName, PlayName, RunId, StepId},
        locale::Locale,
        phrase::Phrase,
    },
    engine::{entry::Fact, view},
    shell::store::{GroupInfo, LogLine},
    sim::timeline,
};
use serde::{Deserialize, Serialize};

/// How a group is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// The group.
    pub group: GroupId,
    /// Whether an engine runs on the state; otherwise it is as the last one left it.
    #[serde(default)]
    pub running: bool,
    /// Whether its messages are sent; otherwise it rehearses.
    #[serde(default)]
    pub live: bool,
    /// The shown name of the group.
    pub title: Option<String>,
    /// The playbook's name.
    pub playbook: Option<String>,
    /// The playbook's file; none while no file runs the group.
    pub file: Option<String>,
    /// The version in force.
    pub digest: Option<Digest>,
    /// Why the file's newest version is not in force.
    pub refused: Option<Phrase>,
    /// When the group began.
    pub created: LocalTime,
    /// The clock of the group.
    pub clock: LocalTime,
    /// How many seconds it is ahead of the machine's, where that is worth saying.
    pub clock_ahead: Option<i64>,
    /// The phase that the group is in.
    pub phase: PhaseName,
    /// Since when the group is in its phase.
    pub phase_entered: LocalTime,
    /// Until when at most.
    pub phase_timeout: Option<LocalTime>,
    /// Whether everything is paused.
    pub paused: bool,
    /// When that ends by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused_until: Option<LocalTime>,
    /// How many members it has.
    pub members: usize,
    /// How many runs are open.
    pub runs: usize,
    /// How many tasks are open.
    pub tasks: usize,
    /// How many messages budgets hold back.
    pub held: usize,
    /// Who has which role now, where people take turns, and who next.
    #[serde(default)]
    pub turns: Vec<turns::RoleTurn>,
    /// What comes next.
    pub next: Vec<ComingUp>,
    /// What did not happen, newest first.
    pub skipped: Vec<Skipped>,
    /// What runs out, in words.
    pub ending: Vec<Phrase>,
    /// What is wrong, weightiest first.
    pub problems: Vec<problem::Problem>,
}

impl Status {
    /// Whether no file runs the group, although one has.
    pub fn rests(&self) -> bool {
        self.file.is_none() && self.playbook.is_some()
    }

    /// For a reader of one language only.
    pub fn only(&mut self, locale: Locale) {
        let next = self.next.iter_mut().filter_map(|next| next.unless.as_mut());
        let skipped = self.skipped.iter_mut().flat_map(|one| [&mut one.why, &mut one.text]);
        let problems =
            self.problems.iter_mut().flat_map(|problem| [Some(&mut problem.text), problem.help.as_mut()]);
        let rest = self.refused.iter_mut().chain(&mut self.ending);
        let turns = self.turns.iter_mut().flat_map(|turn| [&mut turn.next, &mut turn.text]);
        next.chain(turns)
            .chain(skipped)
            .chain(problems.flatten())
            .chain(rest)
            .for_each(|words| words.only(locale));
    }
}

/// Something that comes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComingUp {
    /// When the next occurrence is.
    pub at: LocalTime,
    /// The play.
    pub play: PlayName,
    /// The run it is, or will be.
    pub run: RunId,
    /// For a run that is open: the step.
    pub step: Option<StepId>,
    /// Why it would not start as things are.
    pub unless: Option<Phrase>,
}

/// Something that did not happen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Skipped {
    /// The number of its entry.
    pub seq: i64,
    /// When it was decided.
    pub at: LocalTime,
    /// The run, or what it would have been.
    pub run: RunId,
    /// The step, where one was missed.
    pub step: Option<StepId>,
    /// The first moment.
    pub from: LocalTime,
    /// The last moment.
    pub to: LocalTime,
    /// How many occurrences were skipped.
    pub count: u64,
    /// Why, in words.
    pub why: Phrase,
    /// What it is about, for people.
    pub about: String,
    /// All of it in words.
    pub text: Phrase,
}

/// How a group is.
pub fn status(group: GroupShown<'_>, facts: &KnownFacts<'_>) -> Status {
    let GroupShown { state, info, .. } = group;
    let playbook = facts.version.playbook.as_deref();
    let rests = info.is_some_and(GroupInfo::rests);
    // Where no file runs it nothing comes.
    let next = playbook
        .filter(|_| !rests)
        .map(|playbook| view::next(state, playbook, facts.most))
        .unwrap_or_default();
    Status {
        group: group.id.clone(),
        running: facts.running,
        live: playbook.and_then(|playbook| playbook.groups.get(group.id)).is_none_or(|group| group.live),
        title: info.map(|info| info.title.clone()),
        playbook: info.map(|info| info.playbook.clone()),
        file: info.filter(|_| !rests).map(|info| info.file.clone()),
        digest: state.digest.clone(),
        refused: facts.refused.map(crate::shell::refusals::RefusedFile::reason),
        created: group.at(state.created),
        clock: group.at(state.clock),
        clock_ahead: view::clock_ahead(state, facts.now).map(|ahead| ahead.as_millis() / 1_000),
        phase: state.phase.clone(),
        phase_entered: group.at(state.phase_entered),
        phase_timeout: state.phase_timeout.map(|at| group.at(at)),
        paused: state.paused,
        paused_until: state.by_hand.pause_ends.all.map(|at| group.at(at)),
        members: state.members.len(),
        runs: state.runs.values().filter(|run| run.outcome.is_none()).count(),
        tasks: state.tasks.len(),
        held: state.held.len(),
        turns: playbook
            .filter(|_| facts.most > 0 && !rests)
            .map(|playbook| turns::now(group, playbook))
            .unwrap_or_default(),
        next: next.into_iter().map(|one| coming(group, one)).collect(),
        skipped: facts.skipped.iter().filter_map(|line| skipped(group, line)).collect(),
        ending: facts.version.ending.clone(),
        problems: problem::problems(group, facts),
    }
}

fn coming(group: GroupShown<'_>, next: view::Upcoming) -> ComingUp {
    ComingUp {
        at: group.at(next.at),
        play: next.play,
        run: next.run,
        step: next.step,
        unless: next.unless.as_ref().map(timeline::skipped),
    }
}

/// An occurrence or a step that did not happen.
fn skipped(group: GroupShown<'_>, line: &LogLine) -> Option<Skipped> {
    let (run, step, from, to, count, reason) = match &line.entry.fact {
        Fact::Skipped { run, from, to, count, reason, .. } => (run, None, *from, *to, *count, reason),
        Fact::StepSkipped { run, step, due, reason, .. } => (run, Some(step.clone()), *due, *due, 1, reason),
        _ => return None,
    };
    let words = timeline::describe(&line.entry, group.zone);
    let (about, text) = words.map(|words| (words.about, words.text)).unwrap_or_default();
    Some(Skipped {
        seq: line.seq,
        at: group.at(line.entry.at),
        run: run.clone(),
        step,
        from: group.at(from),
        to: group.at(to),
        count,
        why: timeline::skipped(reason),
        about,
        text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::time::Timestamp,
        engine::state::State,
        shell::{
            store::Backlog,
            view::known::{KnownVersion, KnownVersions},
        },
    };
    use std::cell::Cell;

    #[test]
    fn a_version_is_compiled_once_however_many_groups_have_it() {
        let (versions, compiled) = (KnownVersions::default(), Cell::new(0));
        for group in 0..1_000 {
            let digest = Digest::from(format!("v{}", group % 2));
            let _ = versions.of(Some(&digest), Timestamp::default(), |_| {
                compiled.set(compiled.get() + 1);
                None
            });
        }
        assert_eq!(compiled.get(), 2);
    }

    #[test]
    fn what_is_wrong_is_said_weightiest_first() {
        let (id, zone) = (GroupId::new("g"), crate::base::time::Zone::utc());
        let mut state = State::new(id.clone());
        state.clock = Timestamp::from_millis(10 * 24 * 3_600_000);
        state.digest = Some(Digest::from("v".to_owned()));
        let group = GroupShown { id: &id, state: &state, info: None, zone: &zone };
        let row = |status, failing| Backlog {
            channel: "group".into(),
            status,
            count: 3,
            failing,
            since: Timestamp::default(),
            next: None,
            note: "503".into(),
        };
        use crate::shell::store::MessageStatus as Row;
        let backlog =
            [row(Row::InDoubt, true), row(Row::Pending, true), row(Row::Dead, true), row(Row::Manual, false)];
        let facts = KnownFacts {
            version: &KnownVersion::default(),
            backlog: &backlog,
            parked: None,
            refused: None,
            skipped: &[],
            ears: &[],
            running: true,
            now: Timestamp::default(),
            most: 8,
        };
        let kinds: Vec<problem::ProblemKind> =
            status(group, &facts).problems.iter().map(|problem| problem.kind).collect();
        use problem::ProblemKind as Kind;
        assert_eq!(kinds, [Kind::Playbook, Kind::Clock, Kind::Channel, Kind::Dead, Kind::InDoubt]);
    }
}
