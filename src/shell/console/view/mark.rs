//! A mark on a day of a calendar: when, how it stands, what it is about.

use super::{hindrance::Hindrance, place::Place};
use crate::{
    base::{
        ids::{RunId, StepId},
        phrase::Phrase,
        time::{Duration, Timestamp, Zone},
    },
    engine::entry::{HoldReason, Skip},
    shell::store::MessageStatus,
    sim::plan::Window,
};
use jiff::{ToSpan as _, civil::Date};

/// How a mark stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// It happened on time.
    Done,
    /// It waits to be pasted by somebody.
    ToPaste,
    /// It has not arrived yet, or never will by itself.
    OnTheWay(MessageStatus),
    /// It happened later than it was due.
    Late(Duration),
    /// It did not happen.
    Missed(Skip),
    /// The run failed.
    Failed(Phrase),
    /// A budget holds it.
    Held(HoldReason, Option<Timestamp>),
    /// A budget held it until it was not sent any more.
    NotSent,
    /// The run is still to come.
    Ahead,
    /// It comes, if a condition holds then.
    If(Proviso),
    /// It comes, and something stands between it and its members.
    Doubtful(Hindrance),
}

/// On what it depends whether a play starts.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Proviso {
    /// The phases in which it starts, as people call them; none where it starts in all.
    pub(crate) during: Vec<String>,
    /// What has to hold then, as it stands in the file; empty where nothing has.
    pub(crate) when: String,
}

/// A mark on a day.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mark {
    /// When the mark is.
    pub(crate) at: Timestamp,
    /// How it stands.
    pub(crate) kind: Kind,
    /// The run.
    pub(crate) run: RunId,
    /// The step, where it is one.
    pub(crate) step: Option<StepId>,
    /// What it does.
    pub(crate) verb: &'static str,
    /// How it begins.
    pub(crate) text: String,
    /// Whether the run has not begun: it can be skipped as a whole.
    pub(crate) skips: bool,
    /// The label of what it posts; empty where it has none.
    pub(crate) label: String,
    /// Who is asked.
    pub(crate) people: Vec<String>,
    /// Where it is, in a calendar of several groups: its run in each.
    pub(crate) places: Vec<Place>,
    /// In how many more groups.
    pub(crate) more: usize,
    /// The zone of its group.
    pub(crate) zone: Zone,
}

/// The instants of some days.
pub(crate) fn window(days: &[Date], zone: &Zone) -> Window {
    let bound = |day: Date| zone.instant(day.to_datetime(jiff::civil::Time::midnight()));
    let from = days.first().copied().map(bound).unwrap_or_default();
    let to = days.last().map(|day| bound(day.saturating_add(1.day()))).unwrap_or_default();
    Window { from, to }
}

/// Marks of one play and day that are counted; where there are more, the day says so.
pub(crate) const DAY_MARKS: usize = 24;

/// Whether a play has more on a day than was counted.
pub(crate) fn is_cut(marks: &[Mark]) -> bool {
    marks.iter().filter(|mark| matches!(mark.kind, Kind::Ahead | Kind::If(_) | Kind::Doubtful(_))).count()
        == DAY_MARKS + 1
}
