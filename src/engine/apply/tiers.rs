//! What is recorded of where members stand.
//!
//! A part of `apply`: changes the state as the facts say, and decides nothing.

use super::change::{Applied, illegal, retime};
use crate::{
    base::{
        member::{Member, TIER_TAG},
        time::Timestamp,
    },
    engine::{standing::Stood, state::State, timer::Timer},
};
use std::sync::Arc;

/// Entries about tiers.
pub(in crate::engine) fn apply(state: &mut State, at: Timestamp, fact: &Stood) -> Applied {
    match fact {
        Stood::Changed { member, tier, base, .. } => {
            let Some(known) = state.members.get(member) else {
                return illegal(format!("no member {member}"));
            };
            let mut changed = Member::clone(known);
            changed.tags.retain(|tag| !tag.starts_with(TIER_TAG));
            if *base {
                state.standing.since.remove(member);
            } else {
                changed.tags.insert(format!("{TIER_TAG}{tier}"));
                state.standing.since.insert(member.clone(), at);
            }
            state.members.set(Arc::new(changed));
        }
        Stood::LookedAt { after, next } => {
            let old = std::mem::replace(&mut state.standing.next, *next);
            state.standing.after.clone_from(after);
            retime(state, old, *next, Timer::Tiers);
        }
    }
    Ok(())
}
