//! A play: one automation, its trigger, its conditions, its policies and its steps.

use super::{
    message::Label,
    program::Program,
    step::{Block, Verb, WaitFor},
    text::Template,
    trigger::Trigger,
};
use crate::{
    base::{
        ids::{CalendarName, PhaseName, PlayName},
        time::{Duration, Timestamp, Zone},
    },
    script::expr::Expr,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One automation.
#[derive(Debug, Clone, PartialEq)]
pub struct Play {
    /// The key under `plays`.
    pub name: PlayName,
    /// The shown name; the key where there is none.
    pub title: Arc<str>,
    /// What starts it.
    pub trigger: Trigger,
    /// The file that its `dates` are read from.
    pub dates_file: Option<Arc<str>>,
    /// Starts only in these phases; in every phase when empty.
    pub during: Vec<PhaseName>,
    /// Starts only when this is true.
    pub when: Option<Expr>,
    /// Nothing is anchored before this; intervals and weeks are counted from it.
    pub from: Option<Timestamp>,
    /// Nothing is anchored at or after this.
    pub until: Option<Timestamp>,
    /// Not on days of these calendars.
    pub except: Vec<CalendarName>,
    /// Only on days of these calendars, when there are any.
    pub only: Vec<CalendarName>,
    /// How late a step may be.
    pub max_late: Duration,
    /// Whether open runs keep the words they began with.
    pub frozen: bool,
    /// The name that it had before.
    pub was: Option<PlayName>,
    /// Which occurrences are made up for after a pause.
    pub catch_up: CatchUp,
    /// What happens when a run is still open.
    pub overlap: Overlap,
    /// A run that has not ended so long after its start fails.
    pub timeout: Option<Duration>,
    /// The `args` where the start gives none.
    pub args: Template,
    /// The label of posts that have none.
    pub label: Option<Label>,
    /// The steps as a tree, for `plan` and for the pages.
    pub steps: Block,
    /// The steps.
    pub program: Program,
    /// What is done when a date moves of which people have been told.
    pub moved: Program,
    /// What is done when a date is cancelled of which people have been told.
    pub cancelled: Program,
}

/// Which occurrences are made up for after a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CatchUp {
    /// The last one.
    #[default]
    Last,
    /// Every one.
    All,
    /// None.
    None,
}

/// What happens when the play's last run is still open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// The new one is skipped.
    Skip,
    /// Both run.
    Allow,
    /// The old one is ended.
    Replace,
}

/// Which of a play's programs a run carries out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// `steps`
    #[default]
    Steps,
    /// `moved`
    Moved,
    /// `cancelled`
    Cancelled,
}

impl Play {
    /// The program of a section.
    pub fn section(&self, section: Section) -> &Program {
        match section {
            Section::Steps => &self.program,
            Section::Moved => &self.moved,
            Section::Cancelled => &self.cancelled,
        }
    }

    /// The names of the signals that its steps wait for.
    pub fn awaits(&self) -> impl Iterator<Item = &str> {
        let sections = [Section::Steps, Section::Moved, Section::Cancelled];
        sections.into_iter().flat_map(|section| self.section(section).steps()).filter_map(|step| match &step
            .verb
        {
            Verb::Wait(wait) => match &wait.target {
                WaitFor::Signal(name) => Some(&**name),
                WaitFor::For(_) | WaitFor::Until(_) | WaitFor::Binding(_) => None,
            },
            _ => None,
        })
    }

    /// When a run with this anchor starts: when its first step is due.
    pub fn start_of(&self, anchor: Timestamp, zone: &Zone) -> Timestamp {
        let first = self.program.steps().next().and_then(|step| step.at);
        first.map_or(anchor, |at| at.apply(anchor, zone))
    }

    /// Until when a run with this anchor can still do anything on time: the last instant at which a step with an
    /// `at`, or the first step, is not yet too late.
    pub fn alive_until(&self, anchor: Timestamp, zone: &Zone) -> Timestamp {
        let mut steps = self.program.steps();
        let first = steps.next();
        let late = |max: Option<Duration>| max.unwrap_or(self.max_late);
        let begin = first.map_or(anchor, |s| s.at.map_or(anchor, |at| at.apply(anchor, zone)));
        let begin = begin.plus(late(first.and_then(|s| s.max_late)));
        let timed = steps.filter_map(|s| s.at.map(|at| at.apply(anchor, zone).plus(late(s.max_late))));
        timed.fold(begin, Timestamp::max)
    }

    /// When the last step that has an `at` is due; the anchor when none has one.
    pub fn last_due(&self, anchor: Timestamp, zone: &Zone) -> Timestamp {
        let last = self.program.steps().filter_map(|step| step.at).map(|at| at.apply(anchor, zone)).max();
        last.unwrap_or(anchor)
    }
}
