//! Hush: members see nothing until somebody, or a time, ends it. People who look after the group go on hearing.
//!
//! What had been decided before and has not left yet is stopped by the driver, which sees the same fact.

use super::{
    draft::{Decided, Draft},
    entry::{Fact, HoldReason},
    notice,
    operation::Operation,
    outgoing::Stale,
};
use crate::base::{
    ids::{ChannelName, EffectId},
    time::Timestamp,
};

impl Draft<'_> {
    /// From now on members see nothing.
    pub(super) fn hush(&mut self, until: Option<Timestamp>, why: &str, by: Option<String>) -> Decided {
        if until.is_some_and(|until| until <= self.now) {
            return self.refuse("the hush would be over already".into());
        }
        if why.trim().is_empty() {
            return self.refuse("a hush needs its reason: those who look after the group read it".into());
        }
        let text = notice::hushed(&self.playbook, &self.group.title, until, why, self.now);
        self.operated(
            Operation::Hushed { until, why: why.to_owned(), channels: self.seen_by_members() },
            by,
        )?;
        self.alert("hush", text)
    }

    /// Members see again what is said. What was held meanwhile is dropped, unless it is to be sent all the same.
    pub(super) fn unhush(&mut self, send: bool, by: Option<String>) -> Decided {
        if self.state.by_hand.hush.is_none() {
            return self.refuse(format!("`{}` is not hushed", self.group.id));
        }
        self.operated(Operation::Unhushed { send, channels: self.seen_by_members() }, by)?;
        if send {
            return Ok(());
        }
        let late: Vec<EffectId> = self
            .state
            .held
            .iter()
            .filter(|held| held.reason == HoldReason::Hush)
            .map(|held| held.outgoing.effect.clone())
            .collect();
        for effect in late {
            let (reason, stale) = (Some(HoldReason::Hush), Some(Stale::Hushed));
            self.emit(Fact::Expired { effect: effect.clone(), reason, stale })?;
            self.message_lost(&effect)?;
        }
        Ok(())
    }

    /// The time of a hush is over.
    pub(super) fn hush_ends(&mut self) -> Decided {
        self.unhush(false, None)
    }

    fn seen_by_members(&self) -> Vec<ChannelName> {
        let all = self.playbook.channels.keys().chain(self.group.channels.keys());
        let mut seen: Vec<ChannelName> =
            all.filter(|name| !self.playbook.is_for_staff(&self.group, name)).cloned().collect();
        seen.sort_unstable();
        seen.dedup();
        seen
    }
}
