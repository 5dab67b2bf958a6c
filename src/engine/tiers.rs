//! Rising, staying and falling in `members.tiers`.
//!
//! All members are looked at once a day, a part of them in one decision; one alone when something is noted of them.
//! What is not known of somebody changes nothing.

use super::{
    draft::{Decided, Draft},
    entry::Fact,
    facts::ExprAbout,
    standing::Stood,
};
use crate::{
    base::{ids::MemberId, limits, time::Duration, value::Value},
    model::tier::Tier,
    script::{facts::Facts, names::Names},
};
use std::sync::Arc;

/// How long after a part of the members the next is looked at: other inputs come in between.
const NEXT_PART: Duration = Duration::from_millis(1);

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
        let facts = self.facts(Names::ALL, &ExprAbout::default());
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
        let facts = self.facts(Names::ALL, &ExprAbout::default());
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
