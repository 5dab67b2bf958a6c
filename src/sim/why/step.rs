//! What became of one step of a run: done, late, held, missed, failed, and why.

use super::{
    Finding, Verdict,
    case::{is_late, on_time},
    message,
    past::Historian,
    words::{self, when},
};
use crate::{
    base::{
        ids::{RunId, StepId},
        time::Timestamp,
    },
    engine::{
        entry::{Entry, Fact, HoldReason, Outgoing, Skip, Waiting},
        readings::Reader,
        state::{Run, RunWait},
        wording::{Version, version_of},
    },
    model::playbook::Playbook,
    script::reading::Reading,
    sim::timeline,
};
use std::sync::Arc;

/// What became of a step, as far as the journal goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It was done on time.
    Done,
    /// It was done late.
    Late,
    /// It waits.
    Waits,
    /// Its message is held.
    Held,
    /// Its message was held and has gone since.
    Released,
    /// Its message was never sent.
    NotSent,
    /// It was too late.
    Missed,
    /// Its condition was false, or an operator skipped it.
    Skipped,
    /// It failed.
    Failed,
}

impl Fate {
    /// Whether an answer about the whole run has to say it.
    pub(super) fn is_worth_telling(self) -> bool {
        !matches!(self, Self::Done | Self::Waits)
    }

    /// Whether it let the step happen.
    pub(super) fn holds(self) -> Option<bool> {
        match self {
            Self::Held | Self::NotSent | Self::Missed | Self::Failed => Some(false),
            Self::Done | Self::Late | Self::Waits | Self::Released | Self::Skipped => None,
        }
    }

    /// The same as an answer.
    pub(super) fn verdict(self) -> Verdict {
        match self {
            Self::Done => Verdict::Happened,
            Self::Late | Self::Released => Verdict::Late,
            Self::Waits => Verdict::Open,
            Self::Held => Verdict::Held,
            Self::NotSent => Verdict::NotSent,
            Self::Missed => Verdict::Missed,
            Self::Skipped => Verdict::Skipped,
            Self::Failed => Verdict::Failed,
        }
    }
}

/// A step in an answer.
#[derive(Debug, Clone)]
pub(super) struct Note {
    pub(super) fate: Fate,
    /// One sentence.
    pub(super) says: String,
    pub(super) findings: Vec<Finding>,
}

impl Note {
    pub(super) fn new(fate: Fate, says: impl Into<String>) -> Self {
        Self { fate, says: says.into(), findings: Vec::new() }
    }

    pub(super) fn because(mut self, findings: impl IntoIterator<Item = Finding>) -> Self {
        self.findings.extend(findings);
        self
    }
}

impl Historian<'_> {
    /// What an entry says of a step.
    pub(super) fn step_note(
        &self,
        entry: &Entry,
        playbook: &Arc<Playbook>,
        run: &RunId,
        step: &StepId,
    ) -> Option<Note> {
        let zone = &playbook.zone;
        Some(match &entry.fact {
            Fact::StepWaiting { waiting, due, until, fails, .. } => {
                let wait = RunWait {
                    step: step.clone(),
                    due: *due,
                    waiting: waiting.clone(),
                    until: *until,
                    fails: *fails,
                };
                Note::new(Fate::Waits, format!("step {step}: the run {}", words::waits(&wait, zone)))
            }
            Fact::StepDone { .. } => {
                let due = self.due(run, step);
                let late = due.map(|due| entry.at.since(due)).unwrap_or_default();
                let says = format!("step {step} was done {}", on_time(late, entry.at, zone));
                if is_late(late) && !self.waited(run) {
                    Note::new(Fate::Late, says)
                        .because(due.and_then(|due| self.lateness(due, entry.at, playbook)))
                } else {
                    Note::new(Fate::Done, format!("step {step} was done {}", when(entry.at, zone)))
                }
            }
            Fact::StepSkipped { due, reason, .. } => {
                self.step_skipped(entry, playbook, run, step, *due, reason)
            }
            Fact::StepFailed { error, retry, .. } => {
                let retry =
                    retry.map(|at| format!("; it is tried again {}", when(at, zone))).unwrap_or_default();
                let says = format!("step {step} failed {}: {error}{retry}", when(entry.at, zone));
                Note::new(Fate::Failed, says)
            }
            Fact::Posted(out) => {
                let late = entry.at.since(out.due);
                let says = format!("step {step} sent its message {}", on_time(late, entry.at, zone));
                let fate = if is_late(late) { Fate::Late } else { Fate::Done };
                let why = if is_late(late) { self.lateness(out.due, entry.at, playbook) } else { None };
                Note::new(fate, says).because(why)
            }
            Fact::Held { outgoing, reason, until, .. } => {
                self.held(entry, playbook, step, outgoing, *reason, *until)
            }
            Fact::StillHeld { effect, reason, until, .. } => {
                let held = self.state.held.iter().find(|held| held.outgoing.effect == *effect)?;
                self.held(entry, playbook, step, &held.outgoing, *reason, *until)
            }
            Fact::Released(out) => {
                let held = self.state.held.iter().find(|held| held.outgoing.effect == out.effect);
                let by =
                    held.map(|held| format!(", held by {}", message::key(held.reason))).unwrap_or_default();
                let late = entry.at.since(out.due);
                let says = format!("step {step} sent its message {}{by}", on_time(late, entry.at, zone));
                Note::new(Fate::Released, says)
            }
            Fact::Expired { reason, stale, .. } => {
                let by =
                    reason.map(|reason| format!(", held by {}", message::key(reason))).unwrap_or_default();
                let at = when(entry.at, zone);
                let says = match stale {
                    None => format!("step {step}: its message expired {at}{by}"),
                    Some(stale) => {
                        let because = timeline::gone_stale(*stale, zone).en;
                        format!("step {step}: its message was missed {at}{by}: {because}")
                    }
                };
                Note::new(Fate::NotSent, says)
            }
            Fact::Withdrawn { .. } => {
                Note::new(Fate::NotSent, format!("step {step}: its held message was taken back with its run"))
            }
            Fact::DeliveryFailed { reason, in_doubt, .. } => {
                let what = if *in_doubt {
                    "nobody knows whether its message arrived"
                } else {
                    "the platform refused its message"
                };
                Note::new(Fate::Failed, format!("step {step}: {what}: {reason}; `playbook outbox` shows it"))
            }
            _ => return None,
        })
    }

    fn step_skipped(
        &self,
        entry: &Entry,
        playbook: &Arc<Playbook>,
        run: &RunId,
        step: &StepId,
        due: Timestamp,
        reason: &Skip,
    ) -> Note {
        let zone = &playbook.zone;
        let late = matches!(reason, Skip::Late { .. });
        let (fate, word) = if late { (Fate::Missed, "was missed") } else { (Fate::Skipped, "was skipped") };
        let why = match reason {
            Skip::Late { by, max } => format!(
                "it was due {}, {} before, and may be {} late",
                when(due, zone),
                words::length(*by),
                words::length(*max)
            ),
            Skip::Operator => "an operator said so".into(),
            other => timeline::skip(other),
        };
        let note = Note::new(fate, format!("step {step} {word}: {why}"));
        match reason {
            Skip::Late { .. } => note.because(self.lateness(due, entry.at, playbook)),
            Skip::When { condition } => {
                let values = self.step_values(run, step, entry.at).unwrap_or_default();
                note.because([Finding::test("when", false, words::condition(condition, false, &values))])
            }
            _ => note,
        }
    }

    fn held(
        &self,
        entry: &Entry,
        playbook: &Arc<Playbook>,
        step: &StepId,
        out: &Outgoing,
        reason: HoldReason,
        until: Option<Timestamp>,
    ) -> Note {
        let zone = &playbook.zone;
        let says = format!(
            "step {step}: its message, due {}, is held by {}{}",
            when(out.due, zone),
            message::key(reason),
            message::until(until, zone)
        );
        let group = playbook.groups.get(&self.state.group);
        let finding = group.map(|group| {
            let reader = Reader { state: &self.state, playbook, group, now: entry.at };
            message::budget(&reader, out, reason)
        });
        Note::new(Fate::Held, says).because(finding)
    }

    /// An open run, and the version that it is carried on with.
    fn of_run(&self, run: &RunId) -> Option<(Arc<Run>, Version)> {
        let run = self.state.runs.get(run)?.clone();
        let version = version_of(&run, &self.state.group, self.versions)?;
        Some((run, version))
    }

    /// Whether the run waited at its step for more than its time.
    fn waited(&self, run: &RunId) -> bool {
        let run = self.state.runs.get(run);
        let wait = run.and_then(|run| run.waiting.as_ref());
        wait.is_some_and(|wait| !matches!(wait.waiting, Waiting::Due))
    }

    /// When a step of an open run was due.
    fn due(&self, run: &RunId, step: &StepId) -> Option<Timestamp> {
        let (run, (playbook, _, play)) = self.of_run(run)?;
        let step = play.section(run.section).steps().find(|other| other.id == *step)?;
        Some(run.due_of(step, play.zone_or(&playbook.zone)))
    }

    /// The values in a step's condition, under the version that its run began with.
    fn step_values(&self, run: &RunId, step: &StepId, now: Timestamp) -> Option<Vec<Reading>> {
        let (run, (playbook, group, play)) = self.of_run(run)?;
        let step = play.section(run.section).steps().find(|other| other.id == *step)?;
        Some(Reader { state: &self.state, playbook: &playbook, group: &group, now }.step(&play, &run, step))
    }
}
