//! When a message may go: quiet hours, posts a day, the gap, the share of advertising, mentions.
//!
//! A message that is held is a decision with a reason; it goes when its reason has passed, or it expires. Counts
//! whole messages to a channel on the day they are released: to `group`, and to every channel that has budgets of its own.

use super::{
    draft::{About, Decided, Draft},
    entry::{Fact, HoldReason, Outgoing},
    state::{HeldMessage, Released, State},
};
use crate::{
    base::{
        ids::ChannelName,
        limits,
        time::{Duration, Timestamp, Zone},
    },
    model::{
        budget::{Budgets, Promo, Quota, Window},
        message::Label,
        playbook::Playbook,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Why a message may not go now, and when to look again; always later than now.
type Hold = (HoldReason, Option<Timestamp>);

/// How far back the budgets of a playbook look: those of channel `group`, and those of other channels.
pub(super) fn horizons(budgets: &Budgets) -> (Duration, BTreeMap<ChannelName, Duration>) {
    let others = budgets.channels.iter().map(|(name, budgets)| (name.clone(), horizon(budgets)));
    (horizon(budgets), others.collect())
}

fn horizon(budgets: &Budgets) -> Duration {
    let quota = |quota: Option<Quota>| match quota.map(|q| q.per) {
        None => Duration::ZERO,
        // A calendar day in autumn has 25 hours.
        Some(Window::Day) => Duration::HOUR.times(26),
        Some(Window::Sliding(length)) => length,
    };
    let share = budgets.promo.as_ref().and_then(|p| p.share).map_or(Duration::ZERO, |share| share.1);
    let gap = budgets.gap.unwrap_or(Duration::ZERO).times(2);
    quota(budgets.posts).max(quota(budgets.mentions)).max(share).max(gap)
}

impl Draft<'_> {
    /// Lets a new message go, or holds it.
    ///
    /// Gives whether it may still go.
    pub(super) fn offer(&mut self, out: Outgoing) -> Decided<bool> {
        if self.unlimited(&out.channel) {
            let out = self.let_go(out)?;
            self.emit(Fact::Posted(Box::new(out)))?;
            return Ok(true);
        }
        let held = self.state.held.iter().filter(|held| held.outgoing.channel == out.channel);
        let mut before = held.filter(|held| is_flow(held.reason)).peekable();
        let blocked = !out.urgent && before.peek().is_some();
        // The first that knows when it is looked at; where none does, all are looked at before this decision ends.
        let until = before.find_map(|held| held.until);
        let hold = self.verdict(&out, self.now).or_else(|| blocked.then_some((HoldReason::Order, until)));
        match hold {
            None => {
                let out = self.let_go(out)?;
                self.emit(Fact::Posted(Box::new(out)))?;
                Ok(true)
            }
            Some((reason, until)) => {
                if self.state.held.len() >= limits::HELD_MAX {
                    let effect = out.effect.clone();
                    self.emit(Fact::Held { outgoing: Box::new(out), reason, until: None })?;
                    self.emit(Fact::Expired { effect, reason: Some(reason) })?;
                    return Ok(false);
                }
                self.emit(Fact::Held { outgoing: Box::new(out), reason, until })?;
                Ok(true)
            }
        }
    }

    fn unlimited(&self, channel: &ChannelName) -> bool {
        let none = match self.playbook.budgets.of(channel) {
            None => true,
            Some(budgets) => *budgets == Budgets::default(),
        };
        none && (self.state.held.is_empty()
            || !self.state.held.iter().any(|held| held.outgoing.channel == *channel))
    }

    /// Looks at all held messages in order: what may go goes, what has expired is dropped with its reason.
    pub(super) fn release_held(&mut self) -> Decided {
        let mut blocked: BTreeSet<ChannelName> = BTreeSet::new();
        for held in self.state.held.iter().cloned().collect::<Vec<_>>() {
            let out = &held.outgoing;
            if out.expires.is_some_and(|expires| expires <= self.now) {
                self.emit(Fact::Expired { effect: out.effect.clone(), reason: Some(held.reason) })?;
                self.message_lost(&out.effect)?;
                continue;
            }
            let hold = if blocked.contains(&out.channel) && !out.urgent {
                // Looked at when the one before it has gone; until then nothing about it changes.
                let aside = !is_flow(held.reason) && held.until.is_none_or(|until| until > self.now);
                if aside {
                    continue;
                }
                Some((HoldReason::Order, None))
            } else {
                self.verdict(out, held_due(&held, self.now))
            };
            match hold {
                None => {
                    let out = self.let_go(out.clone())?;
                    self.emit(Fact::Released(Box::new(out)))?;
                }
                Some((reason, until)) => {
                    if is_flow(reason) {
                        blocked.insert(out.channel.clone());
                    }
                    if (reason, until) != (held.reason, held.until) {
                        self.emit(Fact::StillHeld { effect: out.effect.clone(), reason, until })?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Why a message may not go now. `due` is the instant that the gap is measured from.
    fn verdict(&self, out: &Outgoing, due: Timestamp) -> Option<Hold> {
        let budgets = self.playbook.budgets.of(&out.channel)?;
        let zone = &self.playbook.zone;
        let quota_until = |quota: Quota, counts: fn(&Released) -> bool| {
            quota_used(self.state, zone, &out.channel, quota, self.now, counts).until
        };
        if out.label == Some(Label::Promo)
            && let Some(promo) = &budgets.promo
            && let Some(hold) = self.promo_verdict(promo, &out.channel)
        {
            return Some(hold);
        }
        if !out.message.mentions.is_empty()
            && let Some(quota) = budgets.mentions
            && let Some(until) = quota_until(quota, |r| r.mentions)
        {
            return Some((HoldReason::MentionsMax, Some(until)));
        }
        if !out.urgent
            && let Some(quiet) = budgets.quiet
            && let Some(ends) = quiet.ends(self.now, zone)
        {
            return Some((HoldReason::Quiet, Some(ends)));
        }
        if let Some(quota) = budgets.posts
            && let Some(until) = quota_until(quota, |_| true)
        {
            return Some((HoldReason::PostsMax, Some(until)));
        }
        if !out.urgent
            && let Some(gap) = budgets.gap
            && let Some(last) = self.state.released_to(&out.channel).and_then(|released| released.back())
        {
            // Measured between due instants, so that a decision some milliseconds late holds nothing back.
            let until = last.due.plus(gap);
            let due = due.max(out.due);
            if due < until && self.now < until {
                return Some((HoldReason::PostsGap, Some(until)));
            }
        }
        None
    }

    fn promo_verdict(&self, promo: &Promo, channel: &ChannelName) -> Option<Hold> {
        let zone = &self.playbook.zone;
        if let Some(age) = promo.not_before {
            let until = self.state.created.plus(age);
            if self.now < until {
                return Some((HoldReason::PromoNotBefore, Some(until)));
            }
        }
        if let Some(name) = &promo.around {
            match promo_window(&self.playbook, name, promo, self.now) {
                Near::Inside => {}
                Near::Opens(at) => return Some((HoldReason::PromoAround, at)),
            }
        }
        let midnight = zone.day_bounds(self.now).1;
        if let Some(when) = &promo.when {
            let facts = self.facts(when.names(), &About::default());
            if !when.eval_bool(&facts).unwrap_or(false) {
                return Some((HoldReason::PromoWhen, Some(midnight)));
            }
        }
        if let Some((percent, window)) = promo.share {
            let share = promo_share(self.state, channel, window, self.now);
            if share.promos * 100 > share.all * u64::from(percent) {
                // It changes with every other message that goes, and when an old advertisement leaves the window.
                let leaves = share.oldest.map(|at: Timestamp| at.plus(window));
                return Some((HoldReason::PromoShare, Some(leaves.map_or(midnight, |at| at.min(midnight)))));
            }
        }
        None
    }
}

/// How much of a quota is used.
pub(crate) struct QuotaUsed {
    /// What counts, newest first, at most as many as the quota allows.
    pub(crate) at: Vec<Timestamp>,
    /// When a quota that is used up has room again; none when there is room.
    pub(crate) until: Option<Timestamp>,
}

/// What of a channel's messages a quota counts now.
pub(crate) fn quota_used(
    state: &State,
    zone: &Zone,
    channel: &ChannelName,
    quota: Quota,
    now: Timestamp,
    counts: impl Fn(&Released) -> bool,
) -> QuotaUsed {
    let (from, day_end) = match quota.per {
        Window::Day => {
            let (start, end) = zone.day_bounds(now);
            (start, Some(end))
        }
        Window::Sliding(length) => (now.plus(-length).plus(Duration::from_millis(1)), None),
    };
    // From the last one back, no further than the quota reaches.
    let recent = state.released_to(channel).into_iter().flat_map(|released| released.iter().rev());
    let recent = recent.take_while(|r| r.at >= from).filter(|r| counts(r));
    let at: Vec<Timestamp> = recent.take(quota.max as usize).map(|r| r.at).collect();
    let until = match (quota.per, day_end) {
        _ if at.len() < quota.max as usize => None,
        // With a quota of nothing there is never room.
        (Window::Sliding(length), _) => {
            Some(at.last().map_or(now.plus(Duration::DAY), |oldest| oldest.plus(length)))
        }
        (Window::Day, end) => end,
    };
    QuotaUsed { at, until }
}

/// The share of advertising if one more were let go.
pub(crate) struct PromoShare {
    /// Advertisements, the one in question included.
    pub(crate) promos: u64,
    /// Messages, the one in question included.
    pub(crate) all: u64,
    /// The oldest advertisement that counts.
    pub(crate) oldest: Option<Timestamp>,
}

/// What the share of advertising is counted from.
pub(crate) fn promo_share(
    state: &State,
    channel: &ChannelName,
    window: Duration,
    now: Timestamp,
) -> PromoShare {
    let from = now.plus(-window);
    let recent = state.released_to(channel).into_iter().flat_map(|released| released.iter().rev());
    let mut share = PromoShare { promos: 1, all: 1, oldest: None };
    for release in recent.take_while(|r| r.at > from) {
        share.all += 1;
        if release.label == Some(Label::Promo) {
            share.promos += 1;
            share.oldest = Some(release.at);
        }
    }
    share
}

/// Whether a reason holds everything behind it too. Advertising and mentions wait aside.
fn is_flow(reason: HoldReason) -> bool {
    matches!(reason, HoldReason::Quiet | HoldReason::PostsMax | HoldReason::PostsGap | HoldReason::Order)
}

/// The instant from which the gap of a held message is measured: when it was to be looked at, if that has come.
fn held_due(held: &Arc<HeldMessage>, now: Timestamp) -> Timestamp {
    held.until.map_or(held.outgoing.due, |until| until.min(now)).max(held.outgoing.due)
}

/// Whether a key date is near.
pub(crate) enum Near {
    /// It is.
    Inside,
    /// The next time at which one will be.
    Opens(Option<Timestamp>),
}

/// Whether now is around a day of a calendar, or when the next such time begins.
pub(crate) fn promo_window(
    playbook: &Playbook,
    name: &crate::base::ids::CalendarName,
    promo: &Promo,
    now: Timestamp,
) -> Near {
    let Some(calendar) = playbook.calendars.get(name) else { return Near::Opens(None) };
    let zone = &playbook.zone;
    let midnight = |day: jiff::civil::Date| zone.instant(day.to_datetime(jiff::civil::Time::midnight()));
    let mut opens = None;
    for day in &calendar.off {
        let start = midnight(*day).plus(-promo.before);
        let end = midnight(day.tomorrow().unwrap_or(*day)).plus(promo.after);
        if start <= now && now < end {
            return Near::Inside;
        }
        if start > now {
            opens = Some(opens.map_or(start, |at: Timestamp| at.min(start)));
        }
    }
    Near::Opens(opens)
}
