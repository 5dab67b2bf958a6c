//! What is recorded of what was heard: facts from outside, what was said, and when nobody listened.
//!
//! A part of `apply`: changes the state as the facts say, and decides nothing.

use super::{
    change::{Applied, illegal, play_mut},
    chatter,
    member::is_active,
    member::{describe_member, has_come, set_member},
};
use crate::base::{
    member::{Listed, Member},
    time::Timestamp,
};
use crate::engine::{entry::Fact, input::Signal, numbers, state::State, timer::Timer};

/// Records it.
pub(super) fn apply(state: &mut State, at: Timestamp, fact: &Fact) -> Applied {
    match fact {
        Fact::SignalReceived(signal) => signal_received(state, signal),
        Fact::Heard(heard) => chatter::apply(state, at, heard),
        Fact::Gap(gap) => numbers::nobody_listened(state, gap.from, gap.to),
        Fact::EarSilent(silence) => drop(state.silences.0.insert(silence.channel.clone(), silence.since)),
        Fact::EarHears(over) => drop(state.silences.0.remove(&over.channel)),
        Fact::BatchOpened { play, until } => {
            play_mut(state, play, |p| p.batch = Some((*until, Vec::new())));
            state.timers.insert((*until, Timer::Batch { play: play.clone() }));
        }
        Fact::BatchJoined { play, signal } => {
            let joined = play_mut(state, play, |p| {
                p.batch.as_mut().map(|(_, signals)| signals.push(signal.clone())).is_some()
            });
            if !joined {
                return illegal(format!("`{play}` has no open window"));
            }
        }
        Fact::BatchClosed { play } => {
            if let Some((until, _)) = play_mut(state, play, |p| p.batch.take()) {
                state.timers.remove(&(until, Timer::Batch { play: play.clone() }));
            }
        }
        _ => {}
    }
    Ok(())
}

fn signal_received(state: &mut State, signal: &Signal) {
    let Some(id) = &signal.member else { return };
    match &*signal.name {
        "member.joined" => {
            let new = !state.members.has_joined(id);
            has_come(state, id, signal.happened());
            let known = state.members.get(id).map(|member| Member::clone(member));
            let mut member = known.unwrap_or_else(|| Member::new(id.clone(), Some(signal.happened())));
            describe_member(&mut member, &signal.data);
            set_member(state, &Listed { seen: new.then_some(signal.happened()), ..member.into() });
        }
        "member.left" => {
            state.standing.since.remove(id);
            state.filled_in.remove(id);
            state.members.remove(id);
        }
        "message" | "reaction" | "answer" => {
            // An answer may be one to the form of those who ask.
            if &*signal.name != "answer" {
                has_come(state, id, signal.happened());
            }
            is_active(state, id, signal.happened(), u64::from(&*signal.name == "message"));
        }
        _ => {}
    }
}
