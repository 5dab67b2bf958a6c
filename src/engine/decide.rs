//! One decision: what an input means now, as entries and as the state after them.
//!
//! The one face of the engine: live operation, the search for faults, simulation, replay and tests all come in here.
//! An input that cannot be digested, and whatever breaks on the way, is dealt with here and nowhere else.

use super::{
    IllegalEntry, apply,
    draft::{Decided, Draft, Piece, Under},
    entry::{Entry, Fact, Poison},
    input::{Input, InputKind, Signal},
    next_wake,
    setting::{Setting, remembered},
    state::State,
};
use crate::{
    base::{
        limits,
        phrase::{Phrase, phrase},
        time::{Duration, Timestamp},
    },
    model::playbook::Playbooks,
    script::allowance,
};
use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// What an input came to. Nothing of it is a fact before its entries are committed.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What was decided. Empty when the input means nothing: a repeated one, a wake of an old epoch, a playbook that
    /// is in force already.
    pub entries: Vec<Entry>,
    /// The state after the entries: what whoever applies them one by one comes to.
    pub next: State,
    /// The input could not be digested, and why. The entries say so, and nothing else of it has happened.
    pub parked: Option<Phrase>,
}

/// Decides what an input means now. Pure: the same arguments give the same step; nothing is changed.
pub fn step(state: &State, playbooks: &Playbooks, input: &Input, now: Timestamp) -> Step {
    let mut broken: Vec<(Piece, Phrase)> = Vec::new();
    loop {
        let (mut next, mut entries, under) = (state.clone(), Vec::new(), Under::default());
        let mut seen = |_: &State, entry| entries.push(entry);
        let Err(reason) = attempt(&mut next, playbooks, input, now, &mut seen, (&under, &broken)) else {
            return Step { entries, next, parked: None };
        };
        // The step or the timer that broke it is given up by itself, and everything else is decided again.
        match under.into_inner().filter(|piece| broken.iter().all(|(known, _)| known != piece)) {
            Some(piece) if broken.len() < limits::BROKEN_PIECES_MAX => broken.push((piece, reason)),
            _ => {
                // A call that returned something indigestible has failed, so that nobody waits for it.
                if let InputKind::ScriptReturned { effect, result: Ok(_) } = &input.kind {
                    let kind = InputKind::ScriptReturned { effect: effect.clone(), result: Err(reason) };
                    return step(state, playbooks, &Input { id: input.id.clone(), kind }, now);
                }
                return parked(state, input, now, reason);
            }
        }
    }
}

/// The step that an input comes to which cannot be digested.
fn parked(state: &State, input: &Input, now: Timestamp, reason: Phrase) -> Step {
    let poison = poison(state, input, now, reason.clone());
    let mut next = state.clone();
    // Legal after anything.
    let applied = apply::apply(&mut next, &poison).is_ok();
    Step { entries: applied.then_some(poison).into_iter().collect(), next, parked: Some(reason) }
}

/// Why an answer that somebody reports means nothing: there is no such question, or it is none of its options. None
/// where it means something, and where a play hears answers whatever they are to.
pub fn answer_unfit(state: &State, playbooks: &Playbooks, signal: &Signal, now: Timestamp) -> Option<Phrase> {
    let input = Input { id: signal.id.clone(), kind: InputKind::Signal(signal.clone()) };
    let setting = Setting::of(state, playbooks, &input, now).ok()??;
    let (mut state, under) = (state.clone(), Under::default());
    let mut seen = |_: &State, _: Entry| {};
    Draft::new(&mut state, playbooks, setting, &mut seen, (&under, &[])).answer_unfit(signal)
}

/// [`step`] in place, for whoever has nothing to commit in between: `seen` gets each entry that [`step`] would give,
/// with the state after it. Nothing is copied. Gives the reason why the input was parked, if it was.
///
/// An input that cannot be digested leaves the state as far as the decision came, where [`step`] takes nothing of it:
/// the caller should go no further.
pub fn step_in_place(
    state: &mut State,
    playbooks: &Playbooks,
    input: &Input,
    now: Timestamp,
    seen: &mut dyn FnMut(&State, Entry),
) -> Option<Phrase> {
    let reason = attempt(state, playbooks, input, now, seen, (&Under::default(), &[])).err()?;
    let poison = poison(state, input, now, reason.clone());
    if apply::apply(state, &poison).is_ok() {
        seen(state, poison);
    }
    Some(reason)
}

/// Decides in place. An error, or a panic, is the reason why it could not be done; the state is then as far as the
/// decision came.
fn attempt(
    state: &mut State,
    playbooks: &Playbooks,
    input: &Input,
    now: Timestamp,
    seen: &mut dyn FnMut(&State, Entry),
    pieces: (&Under, &[(Piece, Phrase)]),
) -> Result<(), Phrase> {
    let members = state.members.len();
    let work = || {
        let Some(setting) = Setting::of(state, playbooks, input, now)? else { return Ok(()) };
        take(&mut Draft::new(state, playbooks, setting, seen, pieces), input).map_err(
            |IllegalEntry(reason)| {
                phrase!(
                    "it led to an entry that cannot follow: {reason}",
                    "它会得出一条不可能的日志：{reason}"
                )
            },
        )
    };
    guarded(|| allowance::within(members, work))
}

/// Does some work; a panic in it is an error like others.
fn guarded<T>(work: impl FnOnce() -> Result<T, Phrase>) -> Result<T, Phrase> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        Err(phrase!(
            "deciding it broke the engine, please report this: {}",
            "处理它时引擎出错了，请报告给我们：{}",
            said(panic.as_ref())
        ))
    })
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("it gave no reason")
}

fn poison(state: &State, input: &Input, now: Timestamp, reason: Phrase) -> Entry {
    let id = remembered(&input.kind).then(|| input.id.clone());
    // A wake that cannot be digested must not come again and again: its timer goes with it.
    let timer = matches!(input.kind, InputKind::Wake { .. }).then(|| state.timers.get_min().cloned());
    Entry {
        at: now.max(state.clock),
        input: id,
        fact: Fact::Poisoned(Poison { reason, timer: timer.flatten(), condition: false }),
    }
}

fn take(draft: &mut Draft<'_>, input: &Input) -> Decided {
    if let InputKind::Adopt { digest } = &input.kind {
        match draft.state.digest.clone() {
            None => draft.adopt()?,
            Some(current) if current == *digest => {
                announce_sleep(draft)?;
                draft.close_day()?;
                draft.join_all_listed()?;
            }
            Some(current) => {
                announce_sleep(draft)?;
                draft.close_day()?;
                let old = draft.playbooks.of(&current, &draft.state.group).cloned();
                draft.change_playbook(old.as_ref())?;
            }
        }
        draft.carry_on()?;
        draft.fire_due()?;
        return settle(draft);
    }
    let says = match &input.kind {
        InputKind::Signal(signal) => &*signal.name == "message",
        kind => matches!(kind, InputKind::Heard(_)),
    };
    draft.tests_conditions = !says || super::numbers::closing(draft.state, draft.now).is_some();
    // What was due before the input came happens before it.
    announce_sleep(draft)?;
    draft.close_day()?;
    draft.fire_due()?;
    match &input.kind {
        InputKind::Adopt { .. } | InputKind::Wake { .. } => {}
        InputKind::Signal(signal) => {
            let mut signal = signal.clone();
            signal.at = draft.now;
            draft.record_signal(signal)?;
        }
        InputKind::Heard(heard) => draft.hear(heard)?,
        InputKind::ScriptReturned { effect, result } => draft.script_returned(effect, result)?,
        InputKind::Receipt { effect, receipt } => draft.receipt_came(effect, receipt)?,
        InputKind::Channel(news) => draft.channel_news(news)?,
        InputKind::Ear(news) => draft.ear_news(news)?,
        InputKind::Command(command) => draft.command(command)?,
    }
    draft.carry_on()?;
    settle(draft)
}

/// What follows every input: phases move on, held messages may go, timers that came due meanwhile fire.
fn settle(draft: &mut Draft<'_>) -> Decided {
    loop {
        let before = draft.state.epoch;
        draft.test_until()?;
        draft.carry_on()?;
        if draft.tests_conditions {
            draft.tell_idle()?;
            draft.test_conditions()?;
            draft.carry_on()?;
        }
        draft.set_retention()?;
        draft.look_at_redated()?;
        if !draft.state.held.is_empty() {
            draft.release_held()?;
        }
        draft.fire_due()?;
        if draft.state.epoch == before {
            return Ok(());
        }
    }
}

/// A deadline that passed long ago means that the group slept: the engine was down, or the clock jumped.
fn announce_sleep(draft: &mut Draft<'_>) -> Decided {
    let Some(missed) = next_wake(draft.state) else { return Ok(()) };
    let length: Duration = draft.now.since(missed);
    if length.as_millis() < limits::SLEPT_ANNOUNCED_MS {
        return Ok(());
    }
    draft.emit(Fact::Slept { from: missed, length })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_with_its_words() {
        let nothing: [u8; 0] = [];
        let index = nothing.len() + 3;
        let broke = guarded(|| Ok(nothing[index])).unwrap_err();
        assert!(broke.en.contains("broke the engine") && broke.en.contains("index"), "{}", broke.en);
        assert_eq!(guarded(|| Err::<(), _>("no".into())), Err("no".into()));
        assert_eq!(guarded(|| Ok(1)), Ok(1));
    }
}
