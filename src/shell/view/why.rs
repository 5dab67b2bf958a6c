//! `why`: what became of an occurrence or a step, and what bore on it.

use super::LocalTime;
use crate::{
    base::{
        ids::{GroupId, PlayName, RunId, StepId},
        phrase::{Phrase, phrase},
        time::Zone,
    },
    sim::why::Account,
};
use serde::Serialize;

/// The answer about one occurrence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WhyAnswer {
    /// The group.
    pub group: GroupId,
    /// The play.
    pub play: PlayName,
    /// The step, where one was asked about.
    pub step: Option<StepId>,
    /// The run.
    pub run: Option<RunId>,
    /// The moment it is about.
    pub anchor: Option<LocalTime>,
    /// What became of it, as a word for programs.
    pub verdict: &'static str,
    /// The answer in one sentence.
    pub says: Phrase,
    /// What bore on it, the decisive first.
    pub because: Vec<Because>,
    /// What the journal has of it.
    pub journal: Vec<CitedEntry>,
}

/// One thing that bore on it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Because {
    /// The key of the language or the word of the engine it is about.
    pub what: &'static str,
    /// Whether it let it happen.
    pub holds: Option<bool>,
    /// In plain words.
    pub text: Phrase,
}

/// An entry of the journal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CitedEntry {
    /// The number of the entry that is cited.
    pub seq: i64,
    /// When it was decided.
    pub at: LocalTime,
    /// The step it is about.
    pub step: Option<StepId>,
    /// What it says.
    pub text: Phrase,
}

/// An account, with what is known of its messages on their way.
pub fn why(account: &Account, outbox: &[super::outbox::MessageRow], zone: &Zone) -> WhyAnswer {
    let because = account.because.iter().map(|one| Because {
        what: one.what,
        holds: one.holds,
        text: one.text.clone(),
    });
    let journal = account.journal.iter().map(|one| CitedEntry {
        seq: one.seq,
        at: LocalTime::new(one.at, zone),
        step: one.step.clone(),
        text: one.text.clone(),
    });
    WhyAnswer {
        group: account.group.clone(),
        play: account.play.clone(),
        step: account.step.clone(),
        run: account.run.clone(),
        anchor: account.anchor.map(|at| LocalTime::new(at, zone)),
        verdict: account.verdict.as_str(),
        says: account.says.clone(),
        because: because.chain(on_the_way(account, outbox)).collect(),
        journal: journal.collect(),
    }
}

/// Messages of the run, or of its step, that somebody still has to do something about.
fn on_the_way(account: &Account, outbox: &[super::outbox::MessageRow]) -> Vec<Because> {
    let Some(run) = &account.run else { return Vec::new() };
    let of = match &account.step {
        Some(step) => format!("{run}/{step}/"),
        None => format!("{run}/"),
    };
    // What has not been tried yet is on its way, which needs no word, but where something before it does not get through.
    let stuck = |row: &super::outbox::MessageRow| {
        let before = outbox.iter().take_while(|other| other.effect != row.effect);
        before
            .filter(|other| other.group == row.group && other.channel == row.channel)
            .any(|other| other.attempts > 0)
    };
    let rows = outbox.iter().filter(|row| row.group == account.group && row.effect.as_str().starts_with(&of));
    let rows = rows.filter(|row| row.attempts > 0 || stuck(row));
    rows.map(|row| {
        if row.attempts == 0 {
            let [effect, channel] = [row.effect.as_str(), row.channel.as_str()].map(Phrase::same);
            let text = phrase!(
                "{effect} waits behind a message to channel {channel} that does not get through: `playbook outbox`",
                "{effect} 排在频道 {channel} 里一条发不出去的消息后面：`playbook outbox`";
                effect, channel
            );
            return Because { what: "delivery", holds: None, text };
        }
        let remark = row.remark();
        let remark =
            if remark.is_empty() { Phrase::default() } else { phrase!(": {remark}", "：{remark}"; remark) };
        let attempts = Phrase::counted(row.attempts as usize, "attempt", "次");
        let [effect, channel] = [row.effect.as_str(), row.channel.as_str()].map(Phrase::same);
        let says = row.says();
        let text = phrase!(
            "{effect} on channel {channel} is {says} after {attempts}{remark}",
            "频道 {channel} 上的 {effect} 试过 {attempts}，{says}{remark}";
            effect, channel, says, attempts, remark
        );
        Because { what: "delivery", holds: None, text }
    })
    .collect()
}
