//! What the journal has of one occurrence, gathered entry by entry, and the answer that it adds up to.

use super::{
    Account, Cited, Finding, Question, Verdict,
    note::{Fate, Note},
    words::{self, is_late, on_time, when},
};
use crate::{
    base::{
        ids::{GroupId, RunId, StepId},
        phrase::{Phrase, pair, phrase},
        time::{Duration, Timestamp, Zone},
        words::count_of,
    },
    engine::{
        entry::{Outcome, Skip},
        state::State,
    },
    model::{play::Play, playbook::Playbook, trigger::Trigger},
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
    /// The run began.
    Begun {
        /// When the run began.
        at: Timestamp,
        /// How it ended, when, and why.
        ended: Option<(Outcome, Timestamp, Phrase)>,
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
    /// Who started it by hand; none where the engine did.
    pub(super) by_hand: Option<Phrase>,
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
            by_hand: None,
            findings: vec![trigger],
            journal: Vec::new(),
            steps: BTreeMap::new(),
        }
    }

    /// When its run began.
    pub(super) fn begun_at(&self) -> Option<Timestamp> {
        if let Standing::Begun { at, .. } = &self.standing { Some(*at) } else { None }
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
            because.push(Finding { what: "step", holds: note.fate.holds(), text: note.says });
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
            says,
            because,
            journal: self.journal,
        }
    }

    fn verdict(&self, state: &State) -> (Verdict, Phrase) {
        let (name, zone) = (&self.play.name, &self.zone);
        let anchor = when(self.from, zone);
        match &self.standing {
            Standing::Skipped(reason) => {
                let (verdict, word) = if matches!(reason, Skip::Late { .. }) {
                    (Verdict::Missed, pair("was missed", "错过了"))
                } else {
                    (Verdict::Skipped, pair("did not start", "没有开始"))
                };
                let (word, why) = (Phrase::from(word), words::skip(reason, &self.play));
                let says = if self.count > 1 {
                    let (n, to) = (timeline::times(self.count), when(self.to, zone));
                    phrase!(
                        "{name} {word} {n} from {anchor} to {to}: the first of them, {why}",
                        "{name} 从 {anchor} 到 {to} {word} {n}：第一次是因为 {why}";
                        word, n, why
                    )
                } else {
                    phrase!("{name} of {anchor} {word}: {why}", "{anchor} 的 {name} {word}：{why}"; word, why)
                };
                (verdict, says)
            }
            Standing::Cancelled(at) => {
                let at = when(*at, zone);
                let says = phrase!(
                    "{name} of {anchor} does not happen: its date was taken out of the file, which took effect {at}",
                    "{anchor} 的 {name} 不会有了：它的日期从文件里删掉了，{at} 起生效"
                );
                (Verdict::Ended, says)
            }
            Standing::Begun { at, ended } => self.begun(*at, ended.as_ref(), state),
        }
    }

    fn begun(
        &self,
        at: Timestamp,
        ended: Option<&(Outcome, Timestamp, Phrase)>,
        state: &State,
    ) -> (Verdict, Phrase) {
        let zone = &self.zone;
        let start = self.play.start_of(self.from, zone, &self.group);
        // Whoever starts a run by hand begins it when they mean to.
        let late = if self.by_hand.is_some() { Duration::ZERO } else { at.since(start) };
        let (name, anchor, on_time) = (&self.play.name, when(self.from, zone), on_time(late, at, zone));
        let began = match &self.by_hand {
            Some(who) if !matches!(self.play.trigger, Trigger::Command) => {
                let at = when(at, zone);
                phrase!("{name}: {who} started it by hand {at}", "{name}：{who} {at} 手动开始了它"; who)
            }
            _ => phrase!(
                "{name} of {anchor} began {on_time}",
                "{anchor} 的 {name} {on_time} 开始";
                on_time
            ),
        };
        let told = self.told();
        match ended {
            Some((Outcome::Failed, end, reason)) => {
                let end = when(*end, zone);
                let says = phrase!("{began} and failed {end}: {reason}", "{began}，{end} 失败：{reason}"; began, reason);
                (Verdict::Failed, says)
            }
            Some((outcome @ (Outcome::Cancelled | Outcome::Replaced | Outcome::Stopped), end, reason)) => {
                let word = Phrase::from(match outcome {
                    Outcome::Cancelled => pair("was cancelled", "被取消"),
                    Outcome::Replaced => pair("was ended by a newer run", "被新的一次代替"),
                    _ => pair("stopped", "中止"),
                });
                let end = when(*end, zone);
                let reason = if reason.is_empty() {
                    Phrase::default()
                } else {
                    phrase!(": {reason}", "：{reason}"; reason)
                };
                let says = phrase!(
                    "{began} and {word} {end}{reason}{told}",
                    "{began}，{end} {word}{reason}{told}";
                    began, word, reason, told
                );
                (Verdict::Ended, says)
            }
            Some((Outcome::Done, end, _)) => {
                let verdict = self.of_steps(if is_late(late) { Verdict::Late } else { Verdict::Happened });
                let done = if *end == at {
                    phrase!("and was done at once", "马上就完成了")
                } else {
                    phrase!("and was done {}", "{} 完成", when(*end, zone))
                };
                (verdict, phrase!("{began} {done}{told}", "{began}，{done}{told}"; began, done, told))
            }
            None if let Some(date) = self.has_no_time(state) => {
                let says = phrase!(
                    "{name}: the date {date} has no time, and nothing of it goes on until `playbook postpone` gives it one",
                    "{name}：日期 {date} 还没有时间，在用 `playbook postpone` 给它一个之前什么都不会继续"
                );
                (Verdict::Open, says)
            }
            None => {
                let wait = state.runs.get(&self.run).and_then(|run| run.waiting.as_ref());
                let waits = wait.map(|wait| words::still(wait, zone)).unwrap_or_default();
                let says = phrase!(
                    "{began} and is not done yet{waits}{told}",
                    "{began}，还没完成{waits}{told}";
                    began, waits, told
                );
                (self.of_steps(Verdict::Open), says)
            }
        }
    }

    /// The date that its run is about, where somebody has put it off without a new time.
    fn has_no_time<'s>(&self, state: &'s State) -> Option<&'s Arc<str>> {
        let run = state.runs.get(&self.run)?;
        let date = run.cause.date.as_ref()?;
        state.by_hand.is_put_off(&run.play, date).then_some(date)
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
    fn told(&self) -> Phrase {
        let parts: Vec<Phrase> = [
            (Fate::Held, "message is held by a budget", "messages are held by a budget", "条消息被预算压住"),
            (Fate::NotSent, "message was not sent", "messages were not sent", "条消息没有发"),
            (Fate::Missed, "step was missed", "steps were missed", "个步骤错过了"),
        ]
        .into_iter()
        .map(|(fate, one, many, zh)| {
            (self.steps.values().filter(|note| note.fate == fate).count(), one, many, zh)
        })
        .filter(|(n, ..)| *n > 0)
        .map(|(n, one, many, zh)| Phrase { en: count_of(n, one, many), zh: format!("{n} {zh}") })
        .collect();
        if parts.is_empty() {
            return Phrase::default();
        }
        let parts = Phrase::list(parts);
        phrase!("; {parts}", "；{parts}"; parts)
    }

    fn step_account(self, group: &GroupId, step: StepId, state: &State) -> Account {
        let (verdict, says, because) = if let Some(note) = self.steps.get(&step) {
            (note.fate.verdict(), note.says.clone(), note.findings.clone())
        } else {
            let (verdict, says) = self.verdict(state);
            let begun = matches!(self.standing, Standing::Begun { .. });
            let says = if begun {
                phrase!("step {step} was not reached: {says}", "没有走到步骤 {step}：{says}"; says)
            } else {
                says
            };
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
            says,
            because,
            journal: self.journal.into_iter().filter(mine).collect(),
            step: Some(step),
        }
    }
}
