//! Records one fact: how each entry changes a group's state, and which entries are legal when.
//!
//! A pure match over entries. Never evaluates an expression, never looks at a playbook, never decides.

mod caretaking;
pub(super) mod change;
mod chatter;
mod clock;
mod condition;
mod date;
mod heard;
pub(super) mod member;
mod message;
mod operation;
mod pausing;
mod rename;
mod run;
mod same_person;
mod task;
mod tiers;

use super::{
    broken::Broken,
    entry::{Entry, Fact, PhaseCause, Poison},
    moderation, numbers,
    state::{Failing, ScriptCall, State, Timer},
};
use crate::base::{
    ids::{EffectId, PhaseName, PlayName, RunId},
    limits,
    phrase::Phrase,
    time::Timestamp,
    value::Value,
};
use change::{Applied, count_effect, illegal, play_mut, retime};
use std::sync::Arc;

/// Records one fact. The clock never goes backwards; an illegal entry changes nothing but the clock.
pub(super) fn apply(state: &mut State, entry: &Entry) -> Applied {
    state.clock = state.clock.max(entry.at);
    state.epoch += 1;
    if let Some(input) = &entry.input {
        state.recent.remember(input, state.clock);
    }
    let before = numbers::before(state, entry);
    apply_fact(state, entry.at, &entry.fact)?;
    numbers::after(state, entry, before);
    Ok(())
}

fn apply_fact(state: &mut State, at: Timestamp, fact: &Fact) -> Applied {
    match fact {
        Fact::Adopted { digest, created, horizon, horizons, .. } => {
            if state.digest.is_some() {
                return illegal("the group is adopted already");
            }
            state.digest = Some(digest.clone());
            state.created = *created;
            state.horizon = *horizon;
            state.horizons = horizons.clone();
        }
        Fact::PlaybookChanged { digest, horizon, horizons } => {
            if state.digest.is_none() {
                return illegal("the group is not adopted");
            }
            state.digest = Some(digest.clone());
            state.horizon = *horizon;
            state.horizons = horizons.clone();
            state.released_elsewhere.retain(|channel, _| horizons.contains_key(channel));
        }
        Fact::PhaseEntered { phase, timeout, is_final, cause } => {
            enter_phase(state, at, phase, *timeout, *is_final, cause);
        }
        Fact::MidnightSet { at } => {
            let old = std::mem::replace(&mut state.midnight, *at);
            retime(state, old, *at, Timer::Midnight);
        }
        Fact::Armed { play, after, next } => {
            let old = play_mut(state, play, |p| {
                p.after = Some(p.after.map_or(*after, |old| old.max(*after)));
                p.reached = p.reached.take().filter(|reached| reached.anchor > *after);
                std::mem::replace(&mut p.next, *next)
            });
            retime(state, old.map(|n| n.1), next.map(|n| n.1), Timer::Play { play: play.clone() });
        }
        Fact::DayReached(reached) => date::reach(state, reached),
        Fact::DateArmed { .. }
        | Fact::DateMoved { .. }
        | Fact::DateMissing { .. }
        | Fact::DateBack { .. }
        | Fact::DateWaits { .. }
        | Fact::DateCancelled { .. } => date::apply_date(state, fact),
        Fact::Skipped { play, run, to, reason, .. } => {
            broken(state, at, Some(play), reason.broken());
            let last = RunId::from(format!("{play}@{}", to.to_utc()));
            play_mut(state, play, |p| p.skip.retain(|skip| skip != run && !(*run < *skip && *skip <= last)));
        }
        Fact::OccurrenceDropped { play, run, .. } => {
            play_mut(state, play, |p| {
                p.skip.insert(run.clone());
            });
        }
        Fact::Condition { play, condition } => condition::apply(state, at, play, condition),
        Fact::SignalReceived(_)
        | Fact::Heard(_)
        | Fact::Gap(_)
        | Fact::EarSilent(_)
        | Fact::EarHears(_)
        | Fact::BatchOpened { .. }
        | Fact::BatchJoined { .. }
        | Fact::BatchClosed { .. } => return heard::apply(state, at, fact),
        Fact::RunStarted { .. }
        | Fact::StepWaiting { .. }
        | Fact::StepDone { .. }
        | Fact::StepSkipped { .. }
        | Fact::Bound { .. }
        | Fact::LoopSet { .. }
        | Fact::StepFailed { .. }
        | Fact::MembersLookedAt(_)
        | Fact::RunRetried { .. }
        | Fact::RunFinished { .. } => return run::apply_run(state, at, fact),
        Fact::Posted(_)
        | Fact::Held { .. }
        | Fact::Released(_)
        | Fact::StillHeld { .. }
        | Fact::Expired { .. }
        | Fact::Withdrawn { .. } => return message::apply_message(state, at, fact),
        Fact::DeliveryFailed { .. }
        | Fact::Delivered { .. }
        | Fact::ChannelFailing { .. }
        | Fact::ChannelRecovered { .. } => apply_delivery(state, at, fact),
        Fact::TaskOpened(_)
        | Fact::TaskTold { .. }
        | Fact::TaskReminded { .. }
        | Fact::ItemTicked { .. }
        | Fact::TaskClosed { .. }
        | Fact::TaskReassigned { .. }
        | Fact::PressUndone { .. }
        | Fact::NoticeWaits(_)
        | Fact::Notified(_)
        | Fact::Answered(_)
        | Fact::AnswersTotalled { .. }
        | Fact::AnswerWithdrawn { .. } => return task::apply_task(state, fact),
        Fact::ScriptCalled { effect, run, step, script, function, args } => {
            count_effect(state, effect);
            Arc::make_mut(&mut state.calls).push_back(Arc::new(ScriptCall {
                effect: effect.clone(),
                run: run.clone(),
                step: step.clone(),
                script: script.clone(),
                function: function.clone(),
                args: args.clone(),
            }));
        }
        Fact::ScriptReturned { effect, .. } | Fact::ScriptFailed { effect, .. } => {
            let calls = Arc::make_mut(&mut state.calls);
            let Some(index) = calls.iter().position(|call| call.effect == *effect) else {
                return illegal(format!("no script call {effect} is under way"));
            };
            calls.remove(index);
        }
        Fact::StateSet { key, value } => set_key(&mut state.script_state, key, value),
        Fact::VarSet { name, value } => set_var(state, name, value),
        Fact::MemberSet(member) => member::set_member(state, member),
        Fact::JoinedIds(ids) => same_person::join(state, ids),
        Fact::RetentionSet { at } => member::set_retention(state, *at),
        Fact::LeaverKept(left) => state.leavers.add(&left.member, &left.until),
        Fact::FieldsExpired { members, left } => member::expire(state, at, members, *left),
        Fact::MemberGone { member, .. } => {
            state.standing.since.remove(member);
            state.filled_in.remove(member);
            state.members.remove(member);
        }
        Fact::Stood(fact) => tiers::apply(state, at, fact)?,
        Fact::Moderated(fact) => moderation::apply_moderation(state, at, fact),
        Fact::RosterRead => state.roster = Some(at),
        Fact::Poisoned(Poison { timer, reason, condition }) => {
            broken(state, at, None, (timer.is_some() || *condition).then_some(reason));
            let _ = timer.as_ref().map(|timer| state.timers.remove(timer));
        }
        Fact::Renamed { from, to } => rename::renamed(state, from, to)?,
        Fact::Reworded { run, words, values, .. } => run::take_words(state, run, words, values.as_ref())?,
        Fact::ClockSet { to } => clock::set_back(state, *to),
        Fact::Operator { did, .. } => operation::apply_operation(state, at, did)?,
        Fact::DayClosed { .. } => moderation::day_closed(state, at),
        Fact::PruneNoticed { .. } | Fact::Slept { .. } | Fact::Refused { .. } => {}
        Fact::Tallied(_) | Fact::Surveyed { .. } | Fact::OnDuty(_) => {}
        Fact::Paused { play, until } => pausing::pause(state, play.as_ref(), *until),
        Fact::Resumed { play } => pausing::resume(state, play.as_ref()),
    }
    Ok(())
}

/// Remembers what was given up and why, if anything was: the last ones.
fn broken(state: &mut State, at: Timestamp, play: Option<&PlayName>, reason: Option<&Phrase>) {
    let Some(reason) = reason else { return };
    // What goes on failing is kept once, with when it was last.
    state.broken.retain(|known| known.play.as_ref() != play || known.reason != *reason);
    if state.broken.len() >= limits::BROKEN_KEPT_MAX {
        state.broken.pop_front();
    }
    state.broken.push_back(Broken { at, play: play.cloned(), reason: reason.clone() });
}

fn enter_phase(
    state: &mut State,
    at: Timestamp,
    phase: &PhaseName,
    timeout: Option<Timestamp>,
    is_final: bool,
    cause: &PhaseCause,
) {
    let stays = state.phase == *phase && matches!(cause, PhaseCause::Edit | PhaseCause::Timeout);
    state.phase = phase.clone();
    // The first phase begins with the group itself, which may be older than its adoption.
    if !stays {
        state.phase_entered = if *cause == PhaseCause::Adopted { state.created } else { at };
    }
    let old = std::mem::replace(&mut state.phase_timeout, timeout);
    retime(state, old, timeout, Timer::PhaseTimeout);
    state.phase_final = is_final;
    if !is_final {
        return;
    }
    // Nothing starts any more, so nothing may wake the group to start it.
    let starts: Vec<_> = state
        .timers
        .iter()
        .filter(|(_, timer)| {
            matches!(
                timer,
                Timer::Play { .. }
                    | Timer::Date { .. }
                    | Timer::Batch { .. }
                    | Timer::Condition { .. }
                    | Timer::Midnight
                    | Timer::Moderation
            )
        })
        .cloned()
        .collect();
    for timer in starts {
        state.timers.remove(&timer);
    }
    state.midnight = None;
    moderation::sleeps(state);
    let names: Vec<PlayName> = state.plays.keys().cloned().collect();
    for name in names {
        play_mut(state, &name, |p| {
            p.next = None;
            p.batch = None;
            p.dates.values_mut().for_each(|date| date.1 = None);
        });
    }
}

/// What became of messages, and how channels fare.
fn apply_delivery(state: &mut State, at: Timestamp, fact: &Fact) {
    match fact {
        Fact::DeliveryFailed { nth: 0, effect, .. } | Fact::Delivered { effect, .. } => {
            settled(state, effect);
        }
        Fact::DeliveryFailed { nth, effect, .. } => {
            settled(state, effect);
            let since = state.refusals.filter(|_| *nth > 1).map_or(at, |(since, _)| since);
            state.refusals = Some((since, *nth));
        }
        Fact::ChannelFailing { channel, since, reason, told, .. } => {
            let failing = Failing { since: *since, reason: reason.clone(), told: *told };
            state.failing.insert(channel.clone(), failing);
        }
        Fact::ChannelRecovered { channel, .. } => drop(state.failing.remove(channel)),
        _ => {}
    }
}

/// What became of a message is known: nobody waits for it any more.
fn settled(state: &mut State, effect: &EffectId) {
    state.by_hand.revisions.remove(effect);
    state.alerts.settled(effect);
    moderation::settled(state, effect);
}

/// One play, or everything, starts nothing until it is resumed.
fn set_var(state: &mut State, name: &Arc<str>, value: &Value) {
    Arc::make_mut(&mut state.vars).insert(name.clone(), value.clone());
}

fn set_key(map: &mut Arc<crate::base::value::Map>, key: &Arc<str>, value: &Value) {
    let map = Arc::make_mut(map);
    if value.is_null() {
        map.remove(key);
    } else {
        map.insert(key.clone(), value.clone());
    }
}
