//! A history in short: one page a day or a week, and what went wrong on top.
//!
//! Counts entries, in any order of groups, and two of them can be joined; judges nothing and writes no words.

use super::{Transition, timeline};
use crate::{
    base::{
        ids::{PhaseName, PlayName, StepId},
        phrase::{Phrase, phrase},
        time::{Timestamp, Zone},
    },
    engine::{
        effect::effect_run,
        entry::{Fact, Skip, Stale, TaskKind},
    },
};
use jiff::{ToSpan as _, civil::Date};
use std::collections::BTreeMap;

/// What one day or one week came to, over all groups.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DiaryPage {
    /// Posts that went out, by play; those of no play under an empty name.
    pub posts: BTreeMap<PlayName, u64>,
    /// Tasks, approvals and removals that were asked of people.
    pub tasks: u64,
    /// Questions that were put to a group.
    pub questions: u64,
    /// Posts that a budget held back.
    pub held: u64,
    /// Steps that were missed, and posts that expired.
    pub missed: u64,
    /// Runs that failed.
    pub failed: u64,
    /// Members who joined.
    pub joined: u64,
    /// Members who left by themselves.
    pub left: u64,
    /// Members who were let go.
    pub removed: u64,
    /// Members who were forgotten, which is neither.
    pub forgotten: u64,
    /// Phases that were entered.
    pub phases: Vec<PhaseName>,
}

/// One kind of thing that went wrong: where, why, and how often.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DiaryFault {
    /// What became of the step.
    pub kind: FaultKind,
    /// Of which play.
    pub play: PlayName,
    /// At which step.
    pub step: StepId,
    /// Why, as the step said it.
    pub why: Phrase,
}

/// What became of a step that went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// A step failed.
    Failed,
    /// It was missed: too late.
    Missed,
    /// Its message was held for so long that it is not sent any more.
    Unsent,
}

/// How often something went wrong, and when first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Often {
    /// So many times.
    pub times: u64,
    /// First at.
    pub first: Timestamp,
}

/// A history in short.
#[derive(Debug, Clone)]
pub struct Diary {
    zone: Zone,
    weekly: bool,
    /// By the first day of each.
    pub pages: BTreeMap<Date, DiaryPage>,
    /// What went wrong.
    pub faults: BTreeMap<DiaryFault, Often>,
}

impl Diary {
    /// Nothing yet; one page a week, from Monday on, or one a day.
    pub const fn new(zone: Zone, weekly: bool) -> Self {
        Self { zone, weekly, pages: BTreeMap::new(), faults: BTreeMap::new() }
    }

    /// Whether a page is a week.
    pub const fn is_weekly(&self) -> bool {
        self.weekly
    }

    /// Takes note of an entry.
    pub fn see(&mut self, transition: &Transition<'_>) {
        let at = transition.entry.at;
        match &transition.entry.fact {
            Fact::Posted(out) | Fact::Released(out) => {
                let play = out.play.clone().unwrap_or_else(|| PlayName::new(""));
                *self.page(at).posts.entry(play).or_default() += 1;
            }
            Fact::TaskOpened(task) if task.kind == TaskKind::Question => self.page(at).questions += 1,
            Fact::TaskOpened(_) => self.page(at).tasks += 1,
            Fact::Held { .. } => self.page(at).held += 1,
            Fact::Expired { effect, reason, stale, hush } => {
                self.page(at).missed += 1;
                // What members are to see nothing of is not sent on purpose.
                let (None, Some(run)) = (hush, effect_run(effect)) else { return };
                let step = effect.as_str()[run.len()..].split('/').nth(1).unwrap_or_default();
                let held = reason.map(|reason| Phrase::from(timeline::held_by(reason)));
                let why = match (stale, held) {
                    // The first day that would be possible is another one for each.
                    (Some(Stale::Never { .. }) | None, Some(held)) => held,
                    (Some(stale), Some(held)) => {
                        let stale = timeline::gone_stale(*stale, None, &self.zone);
                        phrase!("{stale} ({held})", "{stale}（{held}）"; stale, held)
                    }
                    (Some(stale), None) => timeline::gone_stale(*stale, None, &self.zone),
                    (None, None) => phrase!("it was too late for it", "发出时已经太晚"),
                };
                self.fault(FaultKind::Unsent, run, &StepId::new(step), why, at);
            }
            Fact::StepSkipped { reason: Skip::When { .. } | Skip::Operator | Skip::Behind, .. } => {}
            Fact::StepSkipped { run, step, reason, .. } => {
                self.page(at).missed += 1;
                // Each is late by another time.
                let late = matches!(reason, Skip::Late { .. });
                let why = if late {
                    phrase!("too late by its `max_late`", "超过了 `max_late`")
                } else {
                    timeline::skipped(reason)
                };
                self.fault(FaultKind::Missed, run.as_str(), step, why, at);
            }
            Fact::StepFailed { run, step, error, retry: None, .. } => {
                self.page(at).failed += 1;
                self.fault(FaultKind::Failed, run.as_str(), step, error.clone(), at);
            }
            // A condition that cannot be decided lets nothing begin.
            Fact::Skipped { run, reason, .. } if reason.broken().is_some() => {
                let error = reason.broken().cloned().unwrap_or_default();
                self.page(at).failed += 1;
                self.fault(FaultKind::Failed, run.as_str(), &StepId::new(""), error, at);
            }
            Fact::SignalReceived(signal) => match signal.name.as_ref() {
                "member.joined" => self.page(at).joined += 1,
                "member.left" => self.page(at).left += 1,
                _ => {}
            },
            Fact::MemberGone { forgotten: true, .. } => self.page(at).forgotten += 1,
            Fact::MemberGone { .. } => self.page(at).removed += 1,
            Fact::PhaseEntered { phase, .. } => {
                let page = self.page(at);
                if !page.phases.contains(phase) {
                    page.phases.push(phase.clone());
                }
            }
            _ => {}
        }
    }

    /// Takes over the pages of other groups.
    pub fn join(&mut self, other: Self) {
        for (date, page) in other.pages {
            let known = self.pages.entry(date).or_default();
            for (play, posts) in page.posts {
                *known.posts.entry(play).or_default() += posts;
            }
            for (sum, more) in [
                (&mut known.tasks, page.tasks),
                (&mut known.questions, page.questions),
                (&mut known.held, page.held),
                (&mut known.missed, page.missed),
                (&mut known.failed, page.failed),
                (&mut known.joined, page.joined),
                (&mut known.left, page.left),
                (&mut known.removed, page.removed),
                (&mut known.forgotten, page.forgotten),
            ] {
                *sum += more;
            }
            for phase in page.phases {
                if !known.phases.contains(&phase) {
                    known.phases.push(phase);
                }
            }
        }
        for (fault, often) in other.faults {
            self.faults
                .entry(fault)
                .and_modify(|known| {
                    known.times += often.times;
                    known.first = known.first.min(often.first);
                })
                .or_insert(often);
        }
    }

    fn page(&mut self, at: Timestamp) -> &mut DiaryPage {
        let date = self.zone.date(at);
        let back = if self.weekly { i64::from(date.weekday().to_monday_zero_offset()) } else { 0 };
        self.pages.entry(date.saturating_sub(back.days())).or_default()
    }

    fn fault(&mut self, kind: FaultKind, run: &str, step: &StepId, why: Phrase, at: Timestamp) {
        let play = PlayName::new(run.split('@').next().unwrap_or(run));
        let fault = DiaryFault { kind, play, step: step.clone(), why };
        self.faults.entry(fault).or_insert(Often { times: 0, first: at }).times += 1;
    }
}
