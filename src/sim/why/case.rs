//! What the journal has of one occurrence, gathered entry by entry, and the answer that it adds up to.

use super::{
    Account, Cited, Finding, Question, Verdict,
    step::{Fate, Note},
    words::{self, when},
};
use crate::{
    base::{
        ids::{GroupId, RunId, StepId},
        time::{Duration, Timestamp, Zone},
    },
    engine::{
        entry::{Outcome, Skip},
        state::State,
    },
    model::{play::Play, playbook::Playbook},
    sim::timeline,
};
use std::{collections::BTreeMap, sync::Arc};

/// Entries that one answer cites; the first and the last ones are kept.
const CITED_MAX: usize = 40;

/// Where an occurrence stands.
#[derive(Debug, Clone)]
pub(super) enum Standing {
    /// It did not start.
    Skipped(Skip),
    /// It began.
    Begun {
        /// When.
        at: Timestamp,
        /// How it ended, when, and why.
        ended: Option<(Outcome, Timestamp, String)>,
    },
    /// Its date was taken out of the file.
    Cancelled(Timestamp),
}

/// One occurrence, or a range of them that did not start.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) run: RunId,
    /// The first anchor and the last, and how many.
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) count: u64,
    pub(super) play: Arc<Play>,
    pub(super) zone: Zone,
    pub(super) group: GroupId,
    pub(super) standing: Standing,
    pub(super) findings: Vec<Finding>,
    pub(super) journal: Vec<Cited>,
    pub(super) steps: BTreeMap<StepId, Note>,
}

impl Case {
    pub(super) fn new(
        run: RunId,
        anchor: Timestamp,
        play: Arc<Play>,
        (playbook, group): (&Playbook, &GroupId),
        standing: Standing,
    ) -> Self {
        let trigger = words::trigger(playbook, &play, group, Some(anchor));
        Self {
            run,
            from: anchor,
            to: anchor,
            count: 1,
            zone: play.zone_or(&playbook.zone).clone(),
            group: group.clone(),
            play,
            standing,
            findings: vec![trigger],
            journal: Vec::new(),
            steps: BTreeMap::new(),
        }
    }

    pub(super) fn cite(&mut self, cited: Cited) {
        if self.journal.len() >= CITED_MAX {
            // The end of a long run says more than its middle.
            self.journal.remove(CITED_MAX / 2);
        }
        self.journal.push(cited);
    }

    /// The answer.
    pub(super) fn account(self, group: &GroupId, question: &Question, state: &State) -> Account {
        if let Some(step) = &question.step {
            return self.step_account(group, step.clone(), state);
        }
        let (verdict, says) = self.verdict(state);
        let mut because = self.findings;
        for note in self.steps.into_values().filter(|note| note.fate.is_worth_telling()) {
            because.push(Finding { what: "step", holds: note.fate.holds(), text: note.says.into() });
            because.extend(note.findings.into_iter().filter(|finding| finding.holds == Some(false)));
        }
        // What was in the way comes first.
        because.sort_by_key(|finding| finding.holds != Some(false));
        Account {
            group: group.clone(),
            play: self.play.name.clone(),
            step: None,
            run: Some(self.run),
            anchor: Some(self.from),
            verdict,
            says: says.into(),
            because,
            journal: self.journal,
        }
    }

    fn verdict(&self, state: &State) -> (Verdict, String) {
        let (name, anchor, zone) = (&self.play.name, self.from, &self.zone);
        match &self.standing {
            Standing::Skipped(reason) => {
                let verdict =
                    if matches!(reason, Skip::Late { .. }) { Verdict::Missed } else { Verdict::Skipped };
                let word = if verdict == Verdict::Missed { "was missed" } else { "did not start" };
                let why = words::skip(reason, &self.play);
                if self.count > 1 {
                    let (n, from, to) =
                        (timeline::times(self.count).en, when(self.from, zone), when(self.to, zone));
                    return (
                        verdict,
                        format!("{name} {word} {n} from {from} to {to}: the first of them, {why}"),
                    );
                }
                (verdict, format!("{name} of {} {word}: {why}", when(anchor, zone)))
            }
            Standing::Cancelled(at) => {
                let says = format!(
                    "{name} of {} does not happen: its date was taken out of the file, which took effect {}",
                    when(anchor, zone),
                    when(*at, zone)
                );
                (Verdict::Ended, says)
            }
            Standing::Begun { at, ended } => self.begun(*at, ended.as_ref(), state),
        }
    }

    fn begun(
        &self,
        at: Timestamp,
        ended: Option<&(Outcome, Timestamp, String)>,
        state: &State,
    ) -> (Verdict, String) {
        let zone = &self.zone;
        let start = self.play.start_of(self.from, zone, &self.group);
        let late = at.since(start);
        let began =
            format!("{} of {} began {}", self.play.name, when(self.from, zone), on_time(late, at, zone));
        let told = self.told();
        match ended {
            Some((Outcome::Failed, when_failed, reason)) => {
                (Verdict::Failed, format!("{began} and failed {}: {reason}", when(*when_failed, zone)))
            }
            Some((outcome @ (Outcome::Cancelled | Outcome::Replaced | Outcome::Stopped), end, reason)) => {
                let word = match outcome {
                    Outcome::Cancelled => "was cancelled",
                    Outcome::Replaced => "was ended by a newer run",
                    _ => "stopped",
                };
                let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
                (Verdict::Ended, format!("{began} and {word} {}{reason}{told}", when(*end, zone)))
            }
            Some((Outcome::Done, end, _)) => {
                let verdict = self.of_steps(if is_late(late) { Verdict::Late } else { Verdict::Happened });
                let done = if *end == at {
                    "and was done at once".to_owned()
                } else {
                    format!("and was done {}", when(*end, zone))
                };
                (verdict, format!("{began} {done}{told}"))
            }
            None => {
                let wait = state.runs.get(&self.run).and_then(|run| run.waiting.as_ref());
                let waits = wait.map(|wait| format!("; it {}", words::waits(wait, zone))).unwrap_or_default();
                (self.of_steps(Verdict::Open), format!("{began} and is not done yet{waits}{told}"))
            }
        }
    }

    /// What its steps make of a verdict: what is wrong with one of them is what people ask about.
    fn of_steps(&self, otherwise: Verdict) -> Verdict {
        let has = |fate: Fate| self.steps.values().any(|note| note.fate == fate);
        if has(Fate::Held) {
            Verdict::Held
        } else if has(Fate::NotSent) {
            Verdict::NotSent
        } else if has(Fate::Missed) {
            Verdict::Missed
        } else if otherwise == Verdict::Happened && has(Fate::Late) {
            Verdict::Late
        } else {
            otherwise
        }
    }

    /// What people will miss of it, as the end of a sentence.
    fn told(&self) -> String {
        let n = |fate: Fate| self.steps.values().filter(|note| note.fate == fate).count();
        let parts: Vec<String> = [
            (n(Fate::Held), "message is held by a budget", "messages are held by a budget"),
            (n(Fate::NotSent), "message was not sent", "messages were not sent"),
            (n(Fate::Missed), "step was missed", "steps were missed"),
        ]
        .into_iter()
        .filter(|(n, _, _)| *n > 0)
        .map(|(n, one, many)| format!("{n} {}", if n == 1 { one } else { many }))
        .collect();
        if parts.is_empty() { String::new() } else { format!("; {}", parts.join(", ")) }
    }

    fn step_account(self, group: &GroupId, step: StepId, state: &State) -> Account {
        let (verdict, says, because) = if let Some(note) = self.steps.get(&step) {
            (note.fate.verdict(), note.says.clone(), note.findings.clone())
        } else {
            let (verdict, says) = self.verdict(state);
            let begun = matches!(self.standing, Standing::Begun { .. });
            let says = if begun { format!("step {step} was not reached: {says}") } else { says };
            let verdict = if begun && verdict == Verdict::Happened { Verdict::Skipped } else { verdict };
            (verdict, says, Vec::new())
        };
        let mut because = because;
        because.extend(self.findings);
        because.sort_by_key(|finding| finding.holds != Some(false));
        let mine = |cited: &Cited| cited.step.as_ref().is_none_or(|of| *of == step);
        Account {
            group: group.clone(),
            play: self.play.name.clone(),
            run: Some(self.run),
            anchor: Some(self.from),
            verdict,
            says: says.into(),
            because,
            journal: self.journal.into_iter().filter(mine).collect(),
            step: Some(step),
        }
    }
}

/// Whether it was later than people notice.
pub(super) fn is_late(late: Duration) -> bool {
    late >= Duration::SECOND.times(10)
}

/// "on time, 2026-12-02 20:30", "20 minutes late, 2026-12-02 20:50".
pub(super) fn on_time(late: Duration, at: Timestamp, zone: &Zone) -> String {
    if is_late(late) {
        return format!("{} late, {}", words::length(late), when(at, zone));
    }
    format!("on time, {}", when(at, zone))
}
