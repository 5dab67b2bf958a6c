//! Editions: which rules of behaviour are in force, and which plays of a playbook behave otherwise than before.
//!
//! A release that changes what a playbook means gets the next number and its lines here. What was decided keeps its
//! terms; every decision is stored with the edition that decided it. Pure.

use crate::{
    base::{ids::PlayName, phrase::Phrase},
    model::{
        play::{CatchUp, Play},
        playbook::Playbook,
        step::Verb,
        trigger::Trigger,
    },
    phrase,
};

/// The edition of this program. Everything before editions were counted is 0.
pub const EDITION: i64 = 1;

/// One change of behaviour.
struct NewBehaviour {
    /// Since which edition.
    edition: i64,
    /// Whether a play feels it.
    feels: fn(&Play) -> bool,
    /// What is different, with what to do if that is not wanted.
    says: fn() -> Phrase,
}

const CHANGES: &[NewBehaviour] = &[
    NewBehaviour {
        edition: 1,
        feels: |play| matches!(play.trigger, Trigger::Schedule(_)) && play.catch_up != CatchUp::None,
        says: || {
            phrase!(
                "after a pause they catch up as `catch_up` says; write `catch_up: none` to go on with what comes next",
                "暂停之后会按 `catch_up` 补上；若只想从下一次继续，写 `catch_up: none`"
            )
        },
    },
    NewBehaviour {
        edition: 1,
        feels: |play| play.until.is_some(),
        says: || {
            phrase!(
                "the day of `until` belongs to it; where the day after the last was meant, write the day before",
                "`until` 当天也算在内；若原来写的是最后一天的次日，请改为前一天"
            )
        },
    },
    NewBehaviour {
        edition: 1,
        feels: |play| play.program.steps().any(|step| matches!(step.verb, Verb::Prune(_))),
        says: || {
            phrase!(
                "whoever has never been seen to join or to speak counts as unknown, no longer as idle, and is not removed",
                "从未有加入或发言记录的成员算作未知，不再算作沉默，也不会被移出"
            )
        },
    },
];

/// The plays of a playbook that behave otherwise than by an older edition, with what is different.
pub fn changes(playbook: &Playbook, since: i64) -> Vec<(Vec<PlayName>, Phrase)> {
    let newer = CHANGES.iter().filter(|change| change.edition > since);
    let felt = newer.map(|change| {
        let plays = playbook.plays.iter().filter(|play| (change.feels)(play));
        (plays.map(|play| play.name.clone()).collect::<Vec<_>>(), (change.says)())
    });
    felt.filter(|(plays, _)| !plays.is_empty()).collect()
}
