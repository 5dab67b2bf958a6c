//! A play: one automation, its trigger, its conditions, its policies and its steps.

use super::{
    group::Group,
    message::Label,
    program::Program,
    step::{Block, Verb, WaitFor},
    text::Template,
    trigger::{DateEntry, Trigger},
};
use crate::{
    base::{
        ids::{CalendarName, GroupId, PhaseName, PlayName},
        seed::Seed,
        time::{Duration, Timestamp, Zone},
        value::Value,
    },
    script::expr::Expr,
};
use jiff::civil::DateTime;
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
    /// Whether it starts at all; what has begun goes on.
    pub enabled: bool,
    /// It is left out, because another play is rehearsed alone.
    pub left_out: bool,
    /// The groups it belongs to, by id or kind; every group when empty.
    pub groups: Vec<Arc<str>>,
    /// The zone of its clock times, where it has one of its own.
    pub zone: Option<Zone>,
    /// Each run begins up to so much later than its anchor.
    pub jitter: Option<Duration>,
    /// Starts only in these phases; in every phase when empty.
    pub during: Vec<PhaseName>,
    /// Starts only when this is true.
    pub when: Option<Expr>,
    /// Nothing is anchored before this; intervals and weeks are counted from it.
    pub from: Option<Timestamp>,
    /// Nothing is anchored at or after this.
    pub until: Option<Timestamp>,
    /// What clocks show at `from` and at `until`, where they are clock times.
    pub bounds: (Option<DateTime>, Option<DateTime>),
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
    /// Where that is a name of the playbook's own: the name.
    pub own_label: Option<Arc<str>>,
    /// Whether it may post while a dated run of another play is on.
    pub during_session: bool,
    /// `evidence`: where it has worked; a map, or a list of them.
    pub evidence: Value,
    /// The steps as a tree, for `plan` and for the pages.
    pub steps: Block,
    /// The steps.
    pub program: Program,
    /// What is done when a date moves of which people have been told.
    pub moved: Program,
    /// What is done when a date is cancelled of which people have been told.
    pub cancelled: Program,
    /// What is done when a date's row says something else of which people have been told.
    pub replaced: Program,
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
    /// `replaced`
    Replaced,
}

impl Section {
    /// Every section.
    pub const ALL: [Self; 4] = [Self::Steps, Self::Moved, Self::Cancelled, Self::Replaced];

    /// The key in the file.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Steps => "steps",
            Self::Moved => "moved",
            Self::Cancelled => "cancelled",
            Self::Replaced => "replaced",
        }
    }
}

impl Play {
    /// The program of a section.
    pub fn section(&self, section: Section) -> &Program {
        match section {
            Section::Steps => &self.program,
            Section::Moved => &self.moved,
            Section::Cancelled => &self.cancelled,
            Section::Replaced => &self.replaced,
        }
    }

    /// The names of the signals that its steps wait for.
    pub fn awaits(&self) -> impl Iterator<Item = &str> {
        Section::ALL.into_iter().flat_map(|section| self.section(section).steps()).filter_map(|step| {
            match &step.verb {
                Verb::Wait(wait) => match &wait.target {
                    WaitFor::Signal(name) => Some(&**name),
                    WaitFor::For(_) | WaitFor::Until(_) | WaitFor::Binding(_) => None,
                },
                _ => None,
            }
        })
    }

    /// The zone of its clock times: its own, else the given one of its group.
    pub fn zone_or<'z>(&'z self, zone: &'z Zone) -> &'z Zone {
        self.zone.as_ref().unwrap_or(zone)
    }

    /// Whether a group has it.
    pub fn belongs_to(&self, group: &Group) -> bool {
        let is = |name: &Arc<str>| **name == *group.id.as_str() || group.kind.as_ref() == Some(name);
        self.groups.is_empty() || self.groups.iter().any(is)
    }

    /// How much later than it says an occurrence is in a group: drawn from the two, so that it is the same always.
    pub fn delay(&self, anchor: Timestamp, group: &GroupId) -> Duration {
        let Some(jitter) = self.jitter else { return Duration::ZERO };
        let seconds = u64::try_from(jitter.as_millis() / 1_000).unwrap_or_default();
        let parts = ["jitter", group.as_str(), self.name.as_str(), &anchor.to_utc()];
        let drawn = Seed::from_parts(&parts).below(seconds.saturating_add(1));
        Duration::SECOND.times(i64::try_from(drawn).unwrap_or_default())
    }

    /// When a run with this anchor starts: when its first step is due.
    pub fn start_of(&self, anchor: Timestamp, zone: &Zone, group: &GroupId) -> Timestamp {
        let first = self.program.steps().next().and_then(|step| step.at);
        let start = first.map_or(anchor, |at| at.apply(anchor, self.zone_or(zone)));
        start.plus(self.delay(anchor, group))
    }

    /// Until when a run with this anchor can still do anything on time: the last instant at which a step with an
    /// `at`, or the first step, is not yet too late.
    pub fn alive_until(&self, anchor: Timestamp, zone: &Zone, group: &GroupId) -> Timestamp {
        let zone = self.zone_or(zone);
        let mut steps = self.program.steps();
        let first = steps.next();
        let late = |max: Option<Duration>| max.unwrap_or(self.max_late);
        let begin = first.map_or(anchor, |s| s.at.map_or(anchor, |at| at.apply(anchor, zone)));
        let begin = begin.plus(late(first.and_then(|s| s.max_late)));
        let timed = steps.filter_map(|s| s.at.map(|at| at.apply(anchor, zone).plus(late(s.max_late))));
        timed.fold(begin, Timestamp::max).plus(self.delay(anchor, group))
    }

    /// When the last step that has an `at` is due; the anchor when none has one.
    pub fn last_due(&self, anchor: Timestamp, zone: &Zone, group: &GroupId) -> Timestamp {
        let zone = self.zone_or(zone);
        let last = self.program.steps().filter_map(|step| step.at).map(|at| at.apply(anchor, zone)).max();
        last.unwrap_or(anchor).plus(self.delay(anchor, group))
    }

    /// The play where clocks show another zone's time; none where it would be the same.
    pub fn in_zone(&self, zone: &Zone) -> Option<Self> {
        let dated =
            matches!(&self.trigger, Trigger::Dates(dates) if dates.iter().any(|date| date.civil.is_some()));
        if self.zone.is_some() || !(dated || self.bounds.0.is_some() || self.bounds.1.is_some()) {
            return None;
        }
        let mut play = self.clone();
        let instant = |civil: DateTime| zone.instant(civil);
        play.from = self.bounds.0.map_or(self.from, |civil| Some(instant(civil)));
        play.until = self.bounds.1.map_or(self.until, |civil| Some(instant(civil)));
        if let Trigger::Dates(dates) = &mut play.trigger {
            for date in dates.iter_mut() {
                *date = date.in_zone(zone);
            }
            DateEntry::sort(dates);
        }
        Some(play)
    }
}
