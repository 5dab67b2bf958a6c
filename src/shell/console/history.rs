//! What was: the decisions of the journal by group, and what kinds of things each has to tell, newest last.
//!
//! Pure. A row is a number, a group and a set of bits, so that a filter looks at integers only; what a page shows is
//! read from the journal by its numbers. A page follows another by the number at its end, never by a count.

use crate::{
    base::{
        ids::{GroupId, RunId},
        limits,
        time::Timestamp,
    },
    engine::{
        entry::{Entry, Fact, Outcome, Skip},
        operation::Operation,
    },
};
use imbl::{OrdMap, Vector};

/// Kinds of entries, as bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kinds(u8);

impl Kinds {
    /// Something was said.
    pub const SAID: Self = Self(1);
    /// Somebody was asked, answered, came or went.
    pub const PEOPLE: Self = Self(2);
    /// Something that had its time did not happen.
    pub const MISSED: Self = Self(4);
    /// Something failed.
    pub const FAILED: Self = Self(8);
    /// A budget held something back.
    pub const BUDGET: Self = Self(16);
    /// Anything else that is worth a line.
    pub const OTHER: Self = Self(32);
    /// A run went on, which is worth no line but on the sheet of that run.
    pub const RUN: Self = Self(64);
    /// Another version of the file took effect.
    pub const VERSION: Self = Self(128);
    /// Everything that is worth a line.
    pub const TOLD: Self = Self(63);

    /// Every kind that people choose from, with the word that an address has for it.
    pub const CHOICES: [(&str, Self); 6] = [
        ("all", Self::TOLD),
        ("said", Self::SAID),
        ("people", Self::PEOPLE),
        ("missed", Self::MISSED),
        ("failed", Self::FAILED),
        ("budget", Self::BUDGET),
    ];

    /// The kind of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::CHOICES.iter().find(|(name, _)| *name == word).map(|(_, kinds)| *kinds)
    }

    /// Both together.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether they have any kind in common.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The kinds of one entry.
    pub fn of(entry: &Entry) -> Self {
        match &entry.fact {
            Fact::Posted(_) => Self::SAID.and(Self::RUN),
            Fact::Released(_) => Self::SAID.and(Self::BUDGET).and(Self::RUN),
            Fact::Held { .. } | Fact::Withdrawn { .. } => Self::BUDGET.and(Self::RUN),
            Fact::Expired { .. } => Self::BUDGET.and(Self::MISSED).and(Self::RUN),
            Fact::Skipped { .. } => Self::MISSED,
            // What lay before a start by hand was not to happen in that run.
            Fact::StepSkipped { reason: Skip::When { .. } | Skip::Behind, .. } => Self::OTHER.and(Self::RUN),
            Fact::StepSkipped { .. } => Self::MISSED.and(Self::RUN),
            Fact::StepFailed { .. } | Fact::RunFinished { outcome: Outcome::Failed, .. } => {
                Self::FAILED.and(Self::RUN)
            }
            Fact::DeliveryFailed { .. }
            | Fact::ChannelFailing { .. }
            | Fact::ScriptFailed { .. }
            | Fact::EarSilent(_)
            | Fact::Poisoned(_) => Self::FAILED,
            Fact::TaskOpened(_) | Fact::TaskClosed { .. } => Self::PEOPLE.and(Self::RUN),
            Fact::TaskTold { .. }
            | Fact::TaskReminded { .. }
            | Fact::PressUndone { .. }
            | Fact::TaskReassigned { .. }
            | Fact::MemberGone { .. }
            | Fact::PruneNoticed { .. } => Self::PEOPLE,
            Fact::RunFinished { outcome: Outcome::Done, .. }
            | Fact::RunStarted { .. }
            | Fact::StepWaiting { .. }
            | Fact::StepDone { .. }
            | Fact::ScriptCalled { .. }
            | Fact::RunRetried { .. }
            | Fact::LoopSet { .. } => Self::RUN,
            Fact::RunFinished { .. } | Fact::Operator { .. } => Self::OTHER.and(Self::RUN),
            Fact::PlaybookChanged { .. } | Fact::Adopted { .. } => Self::OTHER.and(Self::VERSION),
            Fact::Armed { .. }
            | Fact::DateArmed { .. }
            | Fact::MidnightSet { .. }
            | Fact::SignalReceived(_)
            | Fact::Heard(_)
            | Fact::BatchJoined { .. }
            | Fact::BatchOpened { .. }
            | Fact::BatchClosed { .. }
            | Fact::MemberSet(_)
            | Fact::RosterRead
            | Fact::JoinedIds(_)
            | Fact::DayReached(_)
            | Fact::MembersLookedAt(_)
            | Fact::StateSet { .. }
            | Fact::VarSet { .. }
            | Fact::Answered { .. }
            | Fact::AnswersTotalled { .. }
            | Fact::AnswerWithdrawn { .. }
            | Fact::Delivered { .. } => Self::default(),
            _ => Self::OTHER,
        }
    }

    /// The kinds of all entries of a decision.
    pub fn of_all(entries: &[Entry]) -> Self {
        entries.iter().map(Self::of).fold(Self::default(), Self::and)
    }
}

/// A decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Row {
    /// The number of its first entry.
    seq: i64,
    /// When, in seconds.
    at_s: u32,
    group: u32,
    /// How far before it the one before of its group is; none before it at nought.
    back: u32,
    kinds: Kinds,
}

/// A group in the rows: its number, and where its first and its last row are, counted from the row that was first ever.
#[derive(Debug, Clone, Copy)]
struct OfGroup {
    number: u32,
    first: i64,
    last: i64,
}

/// Seconds since 1970; what does not fit is cut.
fn seconds(at: Timestamp) -> u32 {
    at.as_seconds().clamp(0, i64::from(u32::MAX)) as u32
}

/// The decisions; those that have nothing to tell are in it for whoever goes through all of a group's. A clone is a few
/// pointers, and never changes.
#[derive(Debug, Clone, Default)]
pub struct History {
    rows: Vector<Row>,
    groups: OrdMap<GroupId, OfGroup>,
    /// Where the first row is, counted as groups count.
    begin: i64,
    /// Older decisions are not in it: they have not been read yet, or there are too many.
    older: bool,
}

/// A part of what was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The numbers of the decisions, newest first.
    pub decisions: Vec<i64>,
    /// Where the next part begins; none at the end.
    pub before: Option<i64>,
}

impl History {
    /// How many decisions it knows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether there are older decisions that it does not know.
    pub fn is_cut(&self) -> bool {
        self.older
    }

    /// Says whether there are older decisions that it does not know.
    pub fn cut(&mut self, older: bool) {
        self.older = older;
    }

    /// The number of the newest decision.
    pub fn last(&self) -> Option<i64> {
        self.rows.last().map(|row| row.seq)
    }

    /// A decision was made, newer than all others.
    pub fn newer(&mut self, (seq, at): (i64, Timestamp), group: &GroupId, kinds: Kinds) {
        if self.last().is_some_and(|last| last >= seq) {
            return;
        }
        let place = self.begin + self.rows.len() as i64;
        let known = self.groups.get(group).copied();
        let back = known.map_or(0, |known| (place - known.last) as u32);
        let of = known.unwrap_or(OfGroup { number: self.groups.len() as u32, first: place, last: place });
        self.groups.insert(group.clone(), OfGroup { last: place, ..of });
        self.rows.push_back(Row { seq, at_s: seconds(at), group: of.number, back, kinds });
        while self.rows.len() > limits::HISTORY_DECISIONS_MAX {
            self.rows.pop_front();
            self.begin += 1;
            self.older = true;
        }
    }

    /// A decision was read, older than all others; says whether there is room for more.
    pub fn earlier(&mut self, (seq, at): (i64, Timestamp), group: &GroupId, kinds: Kinds) -> bool {
        if self.rows.len() >= limits::HISTORY_DECISIONS_MAX {
            return false;
        }
        let place = self.begin - 1;
        let known = self.groups.get(group).copied();
        if let Some(known) = known {
            let next = usize::try_from(known.first - self.begin).ok();
            if let Some(row) = next.and_then(|at| self.rows.get_mut(at)) {
                row.back = (known.first - place) as u32;
            }
        }
        let of = known.unwrap_or(OfGroup { number: self.groups.len() as u32, first: place, last: place });
        self.groups.insert(group.clone(), OfGroup { first: place, ..of });
        self.begin = place;
        self.rows.push_front(Row { seq, at_s: seconds(at), group: of.number, back: 0, kinds });
        true
    }

    /// Every decision of a group that it knows, oldest first: it goes from one to the next, and to no other group's.
    pub fn all_of(&self, group: &GroupId) -> Vec<i64> {
        let (mut all, mut next) = (Vec::new(), self.groups.get(group).map(|of| of.last));
        while let Some(at) = next.and_then(|place| usize::try_from(place - self.begin).ok()) {
            let Some(row) = self.rows.get(at) else { break };
            all.push(row.seq);
            next = (row.back > 0).then(|| self.begin + at as i64 - i64::from(row.back));
        }
        all.reverse();
        all
    }

    /// Decisions of these kinds from before a number, of one group or of all; the newest so many.
    pub fn before(&self, group: Option<&GroupId>, kinds: Kinds, before: Option<i64>, most: usize) -> Found {
        let end = before.map_or(self.rows.len(), |before| self.place(|row| row.seq < before));
        self.found(0..end, group, kinds, most)
    }

    /// Decisions of these kinds from one instant to before another, of one group or of all; the newest so many.
    pub fn between(
        &self,
        group: Option<&GroupId>,
        kinds: Kinds,
        (from, to): (Timestamp, Timestamp),
        most: usize,
    ) -> Found {
        let (from, to) = (seconds(from), seconds(to));
        let first = self.place(|row| row.at_s < from);
        let end = self.place(|row| row.at_s <= to).max(first);
        self.found(first..end, group, kinds, most)
    }

    fn found(
        &self,
        range: std::ops::Range<usize>,
        group: Option<&GroupId>,
        kinds: Kinds,
        most: usize,
    ) -> Found {
        if let Some(group) = group {
            return self.found_of(range, group, kinds, most);
        }
        let meant = |row: &&Row| row.kinds.meets(kinds);
        let mut found = self.rows.focus().narrow(range).into_iter().rev().filter(meant).map(|row| row.seq);
        let decisions: Vec<i64> = found.by_ref().take(most).collect();
        let more = found.next().is_some();
        let before = decisions.last().copied().filter(|_| more);
        Found { decisions, before }
    }

    /// The same of one group, from row to row of it.
    fn found_of(&self, range: std::ops::Range<usize>, group: &GroupId, kinds: Kinds, most: usize) -> Found {
        let mut found = Found { decisions: Vec::new(), before: None };
        let mut next = self.groups.get(group).map(|of| of.last);
        while let Some(at) = next.and_then(|place| usize::try_from(place - self.begin).ok()) {
            let Some(row) = self.rows.get(at).filter(|_| at >= range.start) else { break };
            next = (row.back > 0).then(|| self.begin + at as i64 - i64::from(row.back));
            if at >= range.end || !row.kinds.meets(kinds) {
                continue;
            }
            if found.decisions.len() == most {
                found.before = found.decisions.last().copied();
                break;
            }
            found.decisions.push(row.seq);
        }
        found
    }

    /// Puts what is newer in this one onto another.
    pub fn onto(&self, other: &mut Self) {
        let names: Vec<&GroupId> = {
            let mut names: Vec<(u32, &GroupId)> =
                self.groups.iter().map(|(id, of)| (of.number, id)).collect();
            names.sort();
            names.into_iter().map(|(_, id)| id).collect()
        };
        let from = other.last().map_or(0, |last| self.place(|row| row.seq <= last));
        for row in self.rows.focus().narrow(from..self.rows.len()) {
            if let Some(group) = names.get(row.group as usize) {
                other.newer((row.seq, Timestamp::from_millis(i64::from(row.at_s) * 1_000)), group, row.kinds);
            }
        }
    }

    /// How many decisions, from the oldest on, something holds of.
    fn place(&self, holds: impl Fn(&Row) -> bool) -> usize {
        let (mut low, mut high) = (0, self.rows.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.rows.get(middle).is_some_and(&holds) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// The run that an entry is about.
pub fn run_of(entry: &Entry) -> Option<RunId> {
    // RUN/STEP/ORDINAL
    let of_effect = |effect: &str| effect.rsplitn(3, '/').nth(2).map(|run| RunId::from(run.to_owned()));
    match &entry.fact {
        Fact::RunStarted { run, .. }
        | Fact::StepWaiting { run, .. }
        | Fact::StepDone { run, .. }
        | Fact::StepSkipped { run, .. }
        | Fact::StepFailed { run, .. }
        | Fact::RunRetried { run }
        | Fact::RunFinished { run, .. }
        | Fact::Reworded { run, .. }
        | Fact::ScriptCalled { run, .. } => Some(run.clone()),
        Fact::TaskOpened(task) => task.run.clone(),
        Fact::Operator { did, .. } => match did {
            Operation::Noted { run, .. } => run.clone(),
            Operation::Hurried { run, .. }
            | Operation::Delayed { run, .. }
            | Operation::Unskipped { run, .. }
            | Operation::StepLeftOut { run, .. }
            | Operation::Reworded { run, .. } => Some(run.clone()),
            Operation::Recalled { effect, .. }
            | Operation::Corrected { effect, .. }
            | Operation::LetGo { effect }
            | Operation::Dropped { effect, .. }
            | Operation::Pinned { effect, .. } => of_effect(effect.as_str()),
            _ => None,
        },
        Fact::Posted(out) | Fact::Released(out) | Fact::Notified(out) => of_effect(out.effect.as_str()),
        Fact::Held { outgoing, .. } => of_effect(outgoing.effect.as_str()),
        Fact::Expired { effect, .. }
        | Fact::Withdrawn { effect }
        | Fact::DeliveryFailed { effect, .. }
        | Fact::Delivered { effect, .. } => of_effect(effect.as_str()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: [i64; 0] = [];

    fn written(rows: &[(i64, &str, Kinds)]) -> History {
        let mut history = History::default();
        for (seq, group, kinds) in rows {
            history.newer((*seq, Timestamp::from_millis(*seq * 1_000)), &GroupId::new(group), *kinds);
        }
        history
    }

    #[test]
    fn a_page_follows_another_by_the_number_at_its_end() {
        let rows: Vec<(i64, &str, Kinds)> = (1..=250)
            .map(|n| {
                (
                    n * 3,
                    if n % 2 == 0 { "a" } else { "b" },
                    if n % 5 == 0 { Kinds::MISSED } else { Kinds::SAID },
                )
            })
            .collect();
        let history = written(&rows);
        let (mut before, mut seen) = (None, Vec::new());
        loop {
            let page = history.before(Some(&GroupId::new("a")), Kinds::SAID, before, 30);
            assert!(page.decisions.len() <= 30);
            seen.extend(page.decisions);
            before = page.before;
            if before.is_none() {
                break;
            }
        }
        let wanted: Vec<i64> = rows
            .iter()
            .rev()
            .filter(|(_, group, kinds)| *group == "a" && *kinds == Kinds::SAID)
            .map(|row| row.0)
            .collect();
        assert_eq!(seen, wanted);
        assert_eq!(history.before(Some(&GroupId::new("nobody")), Kinds::TOLD, None, 30).decisions, NONE);
    }

    #[test]
    fn rows_of_one_group_are_found_from_one_to_the_next_however_they_were_read() {
        let name = |n: i64| GroupId::new(["a", "b", "c"][(n * n % 3) as usize + usize::from(n % 7 == 0)]);
        let mut history = History::default();
        for n in (1..=40).rev() {
            assert!(history.earlier((n, Timestamp::from_millis(n * 1_000)), &name(n), Kinds::SAID));
        }
        for n in 41..=90 {
            history.newer((n, Timestamp::from_millis(n * 1_000)), &name(n), Kinds::SAID);
        }
        for group in ["a", "b", "c"].map(GroupId::new) {
            let wanted: Vec<i64> = (1..=90).rev().filter(|n| name(*n) == group).collect();
            assert_eq!(history.before(Some(&group), Kinds::SAID, None, 99).decisions, wanted, "{group}");
            let oldest_first: Vec<i64> = wanted.iter().copied().rev().collect();
            assert_eq!(history.all_of(&group), oldest_first, "{group}");
            let below: Vec<i64> = wanted.iter().copied().filter(|n| *n < 30).collect();
            assert_eq!(history.before(Some(&group), Kinds::SAID, Some(30), 99).decisions, below, "{group}");
        }
    }

    #[test]
    fn what_is_read_later_is_older_and_what_has_nothing_to_tell_is_left_out() {
        let mut history =
            written(&[(10, "a", Kinds::SAID), (11, "a", Kinds::default()), (12, "b", Kinds::FAILED)]);
        assert!(history.earlier((7, Timestamp::from_millis(7_000)), &GroupId::new("b"), Kinds::SAID));
        history.newer((12, Timestamp::from_millis(12_000)), &GroupId::new("b"), Kinds::SAID);
        assert_eq!(history.before(None, Kinds::TOLD, None, 9).decisions, [12, 10, 7]);
        assert_eq!(history.before(None, Kinds::TOLD, Some(10), 9).decisions, [7]);
        assert_eq!(history.before(None, Kinds::RUN, None, 9).decisions, NONE);
        assert_eq!(history.all_of(&GroupId::new("a")), [10, 11], "with what has nothing to tell");
        let span = (Timestamp::from_millis(8_000), Timestamp::from_millis(12_000));
        assert_eq!(history.between(None, Kinds::TOLD, span, 9).decisions, [12, 10]);
    }
}
