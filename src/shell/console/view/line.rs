//! The line of a run: the moments at which its steps are due, with now among them.
//!
//! Pure. Of many moments those around now.

use super::run::{Sheet, Standing};
use crate::{
    base::time::Timestamp,
    shell::{console::cards::minute, store::MessageStatus},
};
use std::collections::BTreeMap;

/// A moment of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LinePoint {
    /// The minute.
    pub(crate) at: Timestamp,
    /// How its steps stand together.
    pub(crate) stands: LineStands,
    /// How many steps are due then.
    pub(crate) steps: usize,
}

/// How the steps of one moment stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum LineStands {
    /// All of them are behind.
    Behind,
    /// Some are still to come.
    Ahead,
    /// The run is at one of them.
    Under,
    /// Something went wrong.
    Wrong,
    /// It is now.
    Now,
}

/// The moments of a line are at most so many.
pub(crate) const LINE_POINTS_MAX: usize = 9;

/// The line of a run that is under way or comes; nothing where there are not two moments.
pub(crate) fn line(sheet: &Sheet) -> Vec<LinePoint> {
    let mut points: BTreeMap<Timestamp, LinePoint> = BTreeMap::new();
    for step in &sheet.steps {
        let Some(at) = step.due.or(step.at).map(minute) else { continue };
        let stands = match &step.standing {
            Standing::Now { .. } => LineStands::Under,
            Standing::Ahead | Standing::Held(_) | Standing::ToPaste => LineStands::Ahead,
            Standing::Failed(_) | Standing::NotSent => LineStands::Wrong,
            Standing::OnTheWay(MessageStatus::Dead | MessageStatus::InDoubt) => LineStands::Wrong,
            Standing::OnTheWay(_) => LineStands::Under,
            Standing::Done | Standing::Late(_) | Standing::Missed(_) | Standing::Passed => LineStands::Behind,
        };
        let point = points.entry(at).or_insert(LinePoint { at, stands, steps: 0 });
        point.stands = point.stands.max(stands);
        point.steps += 1;
    }
    if points.len() < 2 {
        return Vec::new();
    }
    let mut all: Vec<LinePoint> = points.into_values().collect();
    let now = all.partition_point(|point| point.at <= sheet.now);
    if sheet.ended.is_none() {
        all.insert(now, LinePoint { at: sheet.now, stands: LineStands::Now, steps: 0 });
    }
    let first = now.saturating_sub(LINE_POINTS_MAX / 2).min(all.len().saturating_sub(LINE_POINTS_MAX));
    all.into_iter().skip(first).take(LINE_POINTS_MAX).collect()
}
