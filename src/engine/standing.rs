//! Where members stand: `members.tiers`, with rising, staying and falling.
//!
//! All members are looked at once a day, a part of them in one decision; one alone when something is noted of them.
//! What is not known of somebody changes nothing.

use super::{
    IllegalEntry,
    apply::illegal,
    draft::{About, Decided, Draft},
    entry::Fact,
    state::State,
    timer::Timer,
};
use crate::{
    base::{
        ids::MemberId,
        limits,
        member::{Member, TIER_TAG},
        time::{Duration, Timestamp},
        value::Value,
    },
    model::tier::Tier,
    script::{facts::Facts, names::Names},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How long after a part of the members the next is looked at: other inputs come in between.
const NEXT_PART: Duration = Duration::from_millis(1);

/// The part of the state about tiers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Standing {
    /// Since when each member who has risen stands there.
    #[serde(default, skip_serializing_if = "imbl::OrdMap::is_empty")]
    pub since: imbl::OrdMap<MemberId, Timestamp>,
    /// When members are looked at next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Timestamp>,
    /// The member who was looked at last, while not all have been.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<MemberId>,
}

/// What is recorded of where members stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stood", rename_all = "snake_case")]
pub enum Stood {
    /// A member stands somewhere else from now on.
    Changed {
        /// The member whose standing changed.
        member: MemberId,
        /// The tier.
        tier: Arc<str>,
        /// The one before it.
        from: String,
        /// Whether it is the one that everybody has.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        base: bool,
    },
    /// Some members, or all, were looked at.
    LookedAt {
        /// The last of them, where there are more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<MemberId>,
        /// When the others, or all again, are looked at; none where there are no tiers any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<Timestamp>,
    },
}

impl Standing {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Entries about tiers.
pub(super) fn apply_standing(state: &mut State, at: Timestamp, fact: &Stood) -> Result<(), IllegalEntry> {
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
            super::apply::retime(state, old, *next, Timer::Tiers);
        }
    }
    Ok(())
}

impl Draft<'_> {
    /// Begins to look at where members stand, or stops, as the version in force says.
    pub(super) fn arm_tiers(&mut self) -> Decided {
        let wanted = !self.playbook.tiers.is_empty() && !self.state.phase_final;
        match (wanted, self.state.standing.next) {
            (true, None) => self.emit(Fact::Stood(Stood::LookedAt { after: None, next: Some(self.now) })),
            (false, Some(_)) => self.emit(Fact::Stood(Stood::LookedAt { after: None, next: None })),
            _ => Ok(()),
        }
    }

    /// The time to look at members has come: a part of them.
    pub(super) fn look_at_tiers(&mut self) -> Decided {
        if self.playbook.tiers.is_empty() || self.state.phase_final {
            return self.emit(Fact::Stood(Stood::LookedAt { after: None, next: None }));
        }
        let rest = self.state.members.after(self.state.standing.after.as_ref());
        let part: Vec<MemberId> =
            rest.take(limits::MEMBERS_AT_ONCE_MAX).map(|member| member.id.clone()).collect();
        let facts = self.facts(Names::ALL, &About::default());
        for member in &part {
            self.stand(member, &facts)?;
        }
        let more = part.last().filter(|_| part.len() == limits::MEMBERS_AT_ONCE_MAX).cloned();
        let (_, midnight) = self.playbook.zone.day_bounds(self.now);
        let next = if more.is_some() { self.now.plus(NEXT_PART) } else { midnight };
        self.emit(Fact::Stood(Stood::LookedAt { after: more, next: Some(next) }))
    }

    /// Something was noted of a member: where do they stand now?
    pub(super) fn look_at_standing(&mut self, member: &MemberId) -> Decided {
        if self.playbook.tiers.is_empty() {
            return Ok(());
        }
        let facts = self.facts(Names::ALL, &About::default());
        self.stand(member, &facts)
    }

    fn stand(&mut self, id: &MemberId, facts: &Arc<Facts>) -> Decided {
        let tiers = self.playbook.tiers.clone();
        let Some(member) = self.state.members.get(id) else { return Ok(()) };
        let named = member.tier();
        let now = named.and_then(|name| tiers.iter().position(|tier| &*tier.name == name));
        let Some(next) = self.tier_of(id, now.unwrap_or(0), &tiers, facts) else { return Ok(()) };
        // A tier that the file has no more is left for the one that holds now.
        if Some(next) == now || now.is_none() && named.is_none() && next == 0 {
            return Ok(());
        }
        let (Some(tier), from) = (tiers.get(next), named.unwrap_or_default().to_owned()) else {
            return Ok(());
        };
        let from = if from.is_empty() { tiers[0].name.to_string() } else { from };
        let tier = tier.name.clone();
        self.emit(Fact::Stood(Stood::Changed {
            member: id.clone(),
            tier: tier.clone(),
            from: from.clone(),
            base: next == 0,
        }))?;
        let data = Value::map([
            ("tier", Value::str(&*tier)),
            ("from", Value::from(from)),
            ("up", Value::Bool(next > now.unwrap_or(0))),
        ]);
        self.tell_of(id, "tier.changed", data)
    }

    /// Where somebody should stand; none where that is not known.
    fn tier_of(&self, id: &MemberId, now: usize, tiers: &[Tier], facts: &Arc<Facts>) -> Option<usize> {
        let mut highest = 0;
        for (index, tier) in tiers.iter().enumerate().skip(1).rev() {
            let enters = tier.enter.as_ref()?.eval_bool_for(facts, id).ok()??;
            if enters {
                highest = index;
                break;
            }
        }
        if highest >= now {
            return Some(highest);
        }
        let tier = tiers.get(now)?;
        let since = self.state.standing.since.get(id).copied().unwrap_or(self.state.created);
        if tier.at_least.is_some_and(|least| self.now.since(since) < least) {
            return Some(now);
        }
        let remains = match &tier.remain {
            Some(remain) => remain.eval_bool_for(facts, id).ok()??,
            None => false,
        };
        Some(if remains { now } else { highest })
    }
}
