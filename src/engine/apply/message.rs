//! What is recorded of messages: decided, held, let go, given up.
//!
//! A part of `apply`: changes the state as the facts say, and decides nothing.

use super::change::{Applied, illegal, retime};
use crate::engine::{
    IllegalEntry,
    effect::effect_run,
    entry::{Fact, HoldReason, Outgoing},
    state::{HeldMessage, Released, Run, State},
    timer::Timer,
};
use crate::{
    base::{
        ids::EffectId,
        limits,
        time::{Duration, Timestamp},
    },
    model::channel::GROUP,
};
use std::sync::Arc;

/// Records what became of a message.
pub(super) fn apply_message(state: &mut State, at: Timestamp, fact: &Fact) -> Applied {
    match fact {
        Fact::Posted(out) => {
            sent(state, out);
            remember_release(state, at, out.due, out);
        }
        Fact::Held { outgoing, reason, until, hold: limit } => {
            hold(
                state,
                HeldMessage {
                    outgoing: Outgoing::clone(outgoing),
                    reason: *reason,
                    until: *until,
                    since: at,
                    hold: *limit,
                },
            );
        }
        Fact::Released(out) => {
            let held = unhold(state, &out.effect)?;
            let due = held.until.map_or(out.due, |until| until.min(at)).max(out.due);
            told(state, &out.effect);
            remember_release(state, at, due, out);
        }
        Fact::StillHeld { effect, reason, until, hold } => {
            still_held(state, effect, *reason, *until, *hold)?;
        }
        Fact::Expired { effect, .. } | Fact::Withdrawn { effect } => {
            unhold(state, effect)?;
        }
        _ => {}
    }
    Ok(())
}

fn sent(state: &mut State, out: &Outgoing) {
    let Some(id) = effect_run(&out.effect) else { return };
    let Some(run) = state.runs.get_mut(id) else { return };
    let run = Arc::make_mut(run);
    run.ordinal += 1;
    run.told = true;
    note_post(run, out);
}

/// A held message was counted when it was held; only now people are told.
fn told(state: &mut State, effect: &EffectId) {
    if let Some(run) = effect_run(effect).and_then(|id| state.runs.get_mut(id)) {
        Arc::make_mut(run).told = true;
    }
}

fn note_post(run: &mut Run, out: &Outgoing) {
    let id = out.effect.as_str();
    if let Some((rest, _)) = id.rsplit_once('/')
        && let Some((_, step)) = rest.rsplit_once('/')
    {
        run.posts.insert(step.into(), out.effect.clone());
    }
}

fn remember_release(state: &mut State, at: Timestamp, due: Timestamp, out: &Outgoing) {
    let (released, horizon) = if out.channel.as_str() == GROUP {
        (&mut state.released, state.horizon)
    } else {
        let Some(horizon) = state.horizons.get(&out.channel) else { return };
        (state.released_elsewhere.entry(out.channel.clone()).or_default(), *horizon)
    };
    if horizon == Duration::ZERO {
        return;
    }
    let horizon = at.plus(-horizon);
    while released.front().is_some_and(|r| r.at < horizon) || released.len() >= limits::RELEASED_MAX {
        released.pop_front();
    }
    // The gap is measured from the latest due instant, whatever went out after it. What has a clock time is measured
    // from its like.
    let mut before = released.iter().rev().take(limits::RELEASED_ALIKE_MAX);
    let before = before.find(|last| out.reactive || !last.reactive);
    let due = before.map_or(due, |last| last.due.max(due));
    released.push_back(Released {
        at,
        due,
        label: out.label,
        own_label: out.own_label.clone(),
        mentions: !out.message.mentions.is_empty() && !out.names_only,
        reactive: out.reactive,
    });
}

fn hold(state: &mut State, message: HeldMessage) {
    let out = &message.outgoing;
    if let Some(id) = effect_run(&out.effect)
        && let Some(run) = state.runs.get_mut(id)
    {
        let run = Arc::make_mut(run);
        run.ordinal += 1;
        note_post(run, out);
    }
    if let Some(until) = message.until {
        state.timers.insert((until, Timer::Held { effect: out.effect.clone() }));
    }
    for end in message.ends() {
        state.timers.insert((end, Timer::Expiry { effect: out.effect.clone() }));
    }
    Arc::make_mut(&mut state.held).push_back(Arc::new(message));
}

fn unhold(state: &mut State, effect: &EffectId) -> Result<Arc<HeldMessage>, IllegalEntry> {
    let held = Arc::make_mut(&mut state.held);
    let index = held.iter().position(|h| h.outgoing.effect == *effect);
    let Some(message) = index.and_then(|index| held.remove(index)) else {
        return Err(IllegalEntry(format!("the message {effect} is not held")));
    };
    if let Some(until) = message.until {
        state.timers.remove(&(until, Timer::Held { effect: effect.clone() }));
    }
    for end in message.ends() {
        state.timers.remove(&(end, Timer::Expiry { effect: effect.clone() }));
    }
    Ok(message)
}

fn still_held(
    state: &mut State,
    effect: &EffectId,
    reason: HoldReason,
    until: Option<Timestamp>,
    hold: Option<Timestamp>,
) -> Applied {
    let held = Arc::make_mut(&mut state.held);
    let Some(message) = held.iter_mut().find(|h| h.outgoing.effect == *effect) else {
        return illegal(format!("the message {effect} is not held"));
    };
    let message = Arc::make_mut(message);
    message.reason = reason;
    if let Some(hold) = hold {
        message.hold = Some(hold);
        state.timers.insert((hold, Timer::Expiry { effect: effect.clone() }));
    }
    let old = std::mem::replace(&mut message.until, until);
    retime(state, old, until, Timer::Held { effect: effect.clone() });
    Ok(())
}
