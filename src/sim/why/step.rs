//! What became of one step of a run: done, late, held, missed, failed, and why.

use super::{
    Finding, message,
    note::{Fate, Note},
    past::Historian,
    words::{self, is_late, on_time, when},
};
use crate::{
    base::{
        ids::{RunId, StepId},
        phrase::{Phrase, phrase},
        time::Timestamp,
    },
    engine::{
        entry::{Entry, Fact, HoldReason, Outgoing, Skip, Waiting},
        readings::Reader,
        reword::{Version, version_of},
        state::{Run, RunWait},
    },
    model::playbook::Playbook,
    script::reading::Reading,
    sim::timeline,
};
use std::sync::Arc;

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
                let waits = words::waits(&wait, zone);
                Note::new(
                    Fate::Waits,
                    phrase!("step {step}: the run {waits}", "步骤 {step}：活动{waits}"; waits),
                )
            }
            Fact::StepDone { .. } => {
                let due = self.due(run, step).map(|due| self.since_its_start(run, due));
                let late = due.map(|due| entry.at.since(due)).unwrap_or_default();
                if is_late(late) && !self.waited(run) {
                    let at = on_time(late, entry.at, zone);
                    let says = phrase!("step {step} was done {at}", "步骤 {step} {at} 完成"; at);
                    Note::new(Fate::Late, says)
                        .because(due.and_then(|due| self.lateness(due, entry.at, playbook)))
                } else {
                    let at = when(entry.at, zone);
                    Note::new(Fate::Done, phrase!("step {step} was done {at}", "步骤 {step} {at} 完成"))
                }
            }
            Fact::StepSkipped { due, reason, .. } => {
                self.step_skipped(entry, playbook, run, step, *due, reason)
            }
            Fact::StepFailed { error, retry, .. } => {
                let at = when(entry.at, zone);
                let says =
                    phrase!("step {step} failed {at}: {error}", "步骤 {step} {at} 失败：{error}"; error);
                let retry = retry.map(|at| phrase!("it is tried again {}", "{} 再试", when(at, zone)));
                Note::new(Fate::Failed, retry.map_or(says.clone(), |retry| says.then(&retry)))
            }
            _ => return self.message_note(entry, playbook, run, step),
        })
    }

    /// What an entry says of a step's message.
    fn message_note(
        &self,
        entry: &Entry,
        playbook: &Arc<Playbook>,
        run: &RunId,
        step: &StepId,
    ) -> Option<Note> {
        let zone = &playbook.zone;
        Some(match &entry.fact {
            Fact::Posted(out) => {
                let due = self.since_its_start(run, out.due);
                let late = entry.at.since(due);
                let says = sent(step, &on_time(late, entry.at, zone));
                let fate = if is_late(late) { Fate::Late } else { Fate::Done };
                let why = if is_late(late) { self.lateness(due, entry.at, playbook) } else { None };
                Note::new(fate, says).because(why)
            }
            Fact::Held { outgoing, reason, until, .. } => {
                self.held(entry, playbook, step, outgoing, *reason, *until)
            }
            Fact::StillHeld { effect, reason, until, .. } => {
                let held = self.state.held_message(effect)?;
                self.held(entry, playbook, step, &held.outgoing, *reason, *until)
            }
            Fact::Released(out) => {
                let held = self.state.held_message(&out.effect);
                let late = entry.at.since(out.due);
                let says = sent(step, &on_time(late, entry.at, zone));
                Note::new(Fate::Released, says.and(&held_by(held.map(|held| held.reason))))
            }
            Fact::Expired { reason, stale, hush, .. } => {
                let (by, at) = (held_by(reason.filter(|_| hush.is_none())), when(entry.at, zone));
                let says = match stale {
                    None => {
                        phrase!(
                            "step {step}: its message expired {at}{by}",
                            "步骤 {step} 的消息 {at} 过期{by}";
                            by
                        )
                    }
                    Some(stale) => {
                        let because = timeline::gone_stale(*stale, hush.as_deref(), zone);
                        phrase!(
                            "step {step}: its message was missed {at}{by}: {because}",
                            "步骤 {step} 的消息 {at} 错过了{by}：{because}";
                            by, because
                        )
                    }
                };
                Note::new(Fate::NotSent, says)
            }
            Fact::Withdrawn { .. } => {
                let says = phrase!(
                    "step {step}: its held message was taken back with its run",
                    "步骤 {step} 被压住的消息随活动一起收回了"
                );
                Note::new(Fate::NotSent, says)
            }
            Fact::DeliveryFailed { reason, in_doubt, .. } => {
                let what = if *in_doubt {
                    phrase!("nobody knows whether its message arrived", "不知道消息到了没有")
                } else {
                    phrase!("the platform refused its message", "平台拒绝了消息")
                };
                let says = phrase!(
                    "step {step}: {what}: {reason}; `playbook outbox` shows it",
                    "步骤 {step}：{what}：{reason}；见 `playbook outbox`";
                    what, reason
                );
                Note::new(Fate::Failed, says)
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
        // Older journals call late what lay before a start by hand.
        let behind = self.state.runs.get(run).is_some_and(|run| run.began_after(due));
        let reason = if behind && matches!(reason, Skip::Late { .. }) { &Skip::Behind } else { reason };
        let late = matches!(reason, Skip::Late { .. });
        let why = match reason {
            Skip::Late { by, max } => {
                let (due, by, max) = (when(due, zone), words::length(*by), words::length(*max));
                phrase!(
                    "it was due {due}, {by} before, and may be {max} late",
                    "原定 {due}，已过 {by}，最多可以迟 {max}";
                    by, max
                )
            }
            other => timeline::skipped(other),
        };
        let note = if late {
            Note::new(
                Fate::Missed,
                phrase!("step {step} was missed: {why}", "步骤 {step} 错过了：{why}"; why),
            )
        } else {
            Note::new(
                Fate::Skipped,
                phrase!("step {step} was skipped: {why}", "步骤 {step} 跳过了：{why}"; why),
            )
        };
        match reason {
            Skip::Late { .. } => note.because(self.lateness(due, entry.at, playbook)),
            Skip::When { condition, .. } => {
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
        let (due, key, until) = (when(out.due, zone), message::key(reason), message::until(until, zone));
        let says = phrase!(
            "step {step}: its message, due {due}, is held by {key}{until}",
            "步骤 {step} 的消息（{due}）被 {key} 压住{until}";
            until
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

    /// From when lateness counts: what was due before somebody started the run by hand, from then on.
    fn since_its_start(&self, run: &RunId, due: Timestamp) -> Timestamp {
        let by_hand = self.state.runs.get(run).filter(|run| run.began_after(due));
        by_hand.map_or(due, |run| run.started)
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

fn sent(step: &StepId, at: &Phrase) -> Phrase {
    phrase!("step {step} sent its message {at}", "步骤 {step} 的消息{at} 发出"; at)
}

/// By what a message is or was held, as the end of a sentence.
fn held_by(reason: Option<HoldReason>) -> Phrase {
    let key = reason.map(message::key);
    key.map(|key| phrase!(", held by {key}", "，曾被 {key} 压住")).unwrap_or_default()
}
