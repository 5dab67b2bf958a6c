//! When a message may go: quiet hours, posts a day, the gap, the share of advertising, mentions.
//!
//! A message that is held is a decision with a reason; it goes when its reason has passed, or it expires. Counts
//! whole messages to a channel on the day they are released: to `group`, and to every channel that has budgets of its own.

use super::{
    draft::{Decided, Draft},
    entry::{Fact, HoldReason, Outgoing, Stale},
    notice,
    state::{HeldMessage, Released},
};
use crate::{
    base::{
        ids::ChannelName,
        limits,
        time::{Duration, Timestamp, Zone},
    },
    model::{
        budget::{Budgets, Quota, QuotaWindow, is_of, one_promo_in},
        message::{Label, Message},
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// Why a message may not go now, and when to look again; always later than now.
pub(crate) type Hold = (HoldReason, Option<Timestamp>);

/// How far back the budgets of a playbook look: those of channel `group`, and those of other channels.
pub(super) fn horizons(budgets: &Budgets) -> (Duration, BTreeMap<ChannelName, Duration>) {
    let others = budgets.channels.iter().map(|(name, budgets)| (name.clone(), horizon(budgets)));
    (horizon(budgets), others.collect())
}

fn horizon(budgets: &Budgets) -> Duration {
    let quota = |quota: Option<Quota>| match quota.map(|q| q.per) {
        None => Duration::ZERO,
        // A calendar day in autumn has 25 hours.
        Some(QuotaWindow::Day) => Duration::HOUR.times(26),
        Some(QuotaWindow::Sliding(length)) => length,
    };
    let share = budgets
        .promo
        .as_ref()
        .and_then(|p| p.share)
        .map_or(Duration::ZERO, |share| share.1.max(one_promo_in()));
    let gap = budgets.gap.unwrap_or(Duration::ZERO).times(2);
    let labels = budgets.labels.values().map(|max| quota(Some(*max))).max().unwrap_or(Duration::ZERO);
    quota(budgets.posts).max(quota(budgets.mentions)).max(share).max(gap).max(labels)
}

impl Draft<'_> {
    /// Lets a new message go, or holds it.
    ///
    /// Gives whether it may still go.
    pub(super) fn offer(&mut self, out: Outgoing) -> Decided<bool> {
        let hold = self.verdict(&out, self.now).or_else(|| self.behind(&out));
        let Some((reason, until)) = hold else {
            self.goes(out, Fact::Posted)?;
            return Ok(true);
        };
        let effect = out.effect.clone();
        if self.state.held.len() >= limits::HELD_MAX {
            self.emit(Fact::Held { outgoing: Box::new(out), reason, until: None, hold: None })?;
            self.emit(Fact::Expired { effect, reason: Some(reason), stale: None, hush: None })?;
            return Ok(false);
        }
        let hold = self.hold_limit(&out);
        let never = self.never_in_time(&out, reason, hold);
        self.emit(Fact::Held { outgoing: Box::new(out), reason, until, hold: Some(hold) })?;
        if never.is_some() {
            self.emit(Fact::Expired { effect, reason: Some(reason), stale: never, hush: None })?;
        }
        Ok(never.is_none())
    }

    /// Whether a message has to wait for one that was decided earlier. What has a clock time does not wait for what
    /// has none.
    fn behind(&self, out: &Outgoing) -> Option<Hold> {
        if out.urgent {
            return None;
        }
        let held = self.state.held.iter().filter(|held| held.outgoing.channel == out.channel);
        let mut before =
            held.filter(|held| is_flow(held.reason) && (!held.outgoing.reactive || out.reactive)).peekable();
        before.peek()?;
        // The first that knows when it is looked at; where none does, all are looked at before this decision ends.
        Some((HoldReason::Order, before.find_map(|held| held.until)))
    }

    /// Looks at all held messages: what may go goes, what has expired or was held for too long is dropped with its
    /// reason. What has a clock time comes first, else they keep their order.
    pub(super) fn release_held(&mut self) -> Decided {
        let mut blocked: BTreeSet<ChannelName> = BTreeSet::new();
        let (clocked, others): (Vec<_>, Vec<_>) =
            self.state.held.iter().cloned().partition(|held| !held.outgoing.reactive);
        for held in clocked.into_iter().chain(others) {
            self.look_at(&held, &mut blocked)?;
        }
        Ok(())
    }

    fn look_at(&mut self, held: &HeldMessage, blocked: &mut BTreeSet<ChannelName>) -> Decided {
        let out = &held.outgoing;
        let effect = out.effect.clone();
        if out.expires.is_some_and(|expires| expires <= self.now) {
            self.emit(Fact::Expired { effect, reason: Some(held.reason), stale: None, hush: None })?;
            return self.message_lost(&out.effect);
        }
        let limit = held.hold.unwrap_or_else(|| self.hold_limit(out));
        // What is allowed only from then on is of another day.
        if limit <= self.now {
            return self.miss_held(held, limit);
        }
        let hold = if blocked.contains(&out.channel) && !out.urgent {
            // Looked at when the one before it has gone; until then nothing about it changes.
            let aside = !is_flow(held.reason) && held.until.is_none_or(|until| until > self.now);
            // That a hush is over changes something about what waited for it.
            let aside = aside && (held.reason != HoldReason::Hush || self.hushed(&out.channel).is_some());
            if aside && held.hold.is_some() {
                return Ok(());
            }
            Some(if aside { (held.reason, held.until) } else { (HoldReason::Order, None) })
        } else if held.reason == HoldReason::Ahead && held.until.is_some_and(|until| self.now < until) {
            // The one with a clock time goes first, also where it is decided a moment after this.
            Some((held.reason, held.until))
        } else if self.state.by_hand.hush.is_some() && held.reason != HoldReason::Hush {
            // What was held before the hush keeps its reason for as long as it has one.
            self.own_verdict(out, held_due(held, self.now)).or_else(|| self.hushed(&out.channel))
        } else {
            self.verdict(out, held_due(held, self.now))
        };
        let Some((reason, until)) = hold else { return self.goes(out.clone(), Fact::Released) };
        if is_flow(reason) {
            blocked.insert(out.channel.clone());
        }
        if reason != held.reason
            && let Some(stale) = self.never_in_time(out, reason, limit)
        {
            self.emit(Fact::Expired { effect, reason: Some(reason), stale: Some(stale), hush: None })?;
            return self.message_lost(&out.effect);
        }
        if (reason, until) == (held.reason, held.until) && held.hold.is_some() {
            return Ok(());
        }
        // What an older program held is held from now on.
        let hold = held.hold.is_none().then_some(limit);
        self.emit(Fact::StillHeld { effect, reason, until, hold })
    }

    /// A message goes out, without its mention where that is over the budget.
    pub(super) fn goes(&mut self, out: Outgoing, fact: fn(Box<Outgoing>) -> Fact) -> Decided {
        let asks = out.open_for.is_some();
        let out = self.opens(self.within_mentions(out));
        let out = self.let_go(out)?;
        let put = asks.then(|| (out.effect.clone(), out.message.poll.clone()));
        let told = out.muted.then(|| (out.play.clone(), out.message.text.clone()));
        let pinned = out.message.pin.then(|| out.clone());
        self.emit(fact(Box::new(out)))?;
        if let Some(out) = pinned {
            self.pin(&out)?;
        }
        if let Some((play, text)) = told {
            self.ask_host(notice::muted(self.playbook.locale, &text), play)?;
        }
        put.map_or(Ok(()), |(effect, poll)| self.question_put(&effect, poll))
    }

    /// Takes the mentions off a message for which the budget has none left. What the day has is kept for a mention of
    /// all that is dated or urgent.
    fn within_mentions(&self, out: Outgoing) -> Outgoing {
        let quota = self.playbook.budgets.of(&out.channel).and_then(|budgets| budgets.mentions);
        let Some(quota) = quota.filter(|_| !out.message.mentions.is_empty()) else { return out };
        if !self.notifies(&out) {
            return Outgoing { names_only: true, ..out };
        }
        let used =
            quota_used(self.state.newest_to(&out.channel), (&self.playbook.zone, self.now), quota, |r| {
                r.mentions
            });
        let first = out.urgent || self.is_dated(&out);
        let kept = || if first { 0 } else { self.mentions_of_all_ahead(&out.channel) };
        if used.until.is_none()
            && (quota.per != QuotaWindow::Day || used.at.len() + kept() < quota.max as usize)
        {
            return out;
        }
        let message = Message { mentions: Vec::new(), ..out.message };
        Outgoing { message, muted: true, ..out }
    }

    /// Whether the channel of a message notifies anybody by its mentions.
    fn notifies(&self, out: &Outgoing) -> bool {
        let channel = self.playbook.channel(&self.group, &out.channel);
        channel.is_none_or(|channel| out.message.mentions.iter().any(|one| channel.kind.notifies(one)))
    }

    /// Until when a message may be held that is held from now on.
    fn hold_limit(&self, out: &Outgoing) -> Timestamp {
        let budgets = &self.playbook.budgets;
        let limit = budgets.held_until(&out.channel, out.label, self.now, &self.playbook.zone);
        out.before.map_or(limit, |before| before.min(limit))
    }

    /// A message was held for too long. A notice is said by a person then.
    fn miss_held(&mut self, held: &HeldMessage, limit: Timestamp) -> Decided {
        let out = &held.outgoing;
        let stale = if out.before == Some(limit) { Stale::LaterStep } else { Stale::Hold };
        let (effect, reason) = (out.effect.clone(), Some(held.reason));
        self.emit(Fact::Expired { effect, reason, stale: Some(stale), hush: None })?;
        self.message_lost(&out.effect)?;
        if out.label != Some(Label::Notice) || stale != Stale::Hold {
            return Ok(());
        }
        self.ask_host(notice::not_posted(self.playbook.locale, &out.message.text), out.play.clone())
    }

    /// Why a message may not go now. `due` is the instant that the gap is measured from.
    fn verdict(&self, out: &Outgoing, due: Timestamp) -> Option<Hold> {
        self.hushed(&out.channel).or_else(|| self.own_verdict(out, due))
    }

    /// Why a message may not go now where members see what is said. What has room again in the quiet hours has it when
    /// they end.
    fn own_verdict(&self, out: &Outgoing, due: Timestamp) -> Option<Hold> {
        let (reason, until) = self.room(out, due)?;
        let zone = &self.playbook.zone;
        let sleeps = self.playbook.budgets.of(&out.channel).filter(|budgets| !may_wake(out, budgets, zone));
        let ends = sleeps.zip(until).and_then(|(budgets, until)| budgets.quiet_ends(until, zone));
        Some((reason, ends.or(until)))
    }

    /// Why there is no room for a message now, and when there is some again, whatever the hour.
    fn room(&self, out: &Outgoing, due: Timestamp) -> Option<Hold> {
        let zone = &self.playbook.zone;
        let budgets = self.playbook.budgets.of(&out.channel);
        if out.label == Some(Label::Promo)
            && let Some(promo) = budgets.and_then(|budgets| budgets.promo.as_ref())
            && let Some(hold) = self.promo_verdict(promo, &out.channel)
        {
            return Some(hold);
        }
        if let Some(budgets) = budgets
            && let Some(ends) = budgets.quiet_ends(self.now, zone)
            && !may_wake(out, budgets, zone)
        {
            return Some((HoldReason::Quiet, Some(ends)));
        }
        if let Some(until) = self.session_ends(out) {
            return Some((HoldReason::Session, Some(until)));
        }
        let budgets = budgets.filter(|_| !out.urgent)?;
        for (word, quota) in budgets.quotas_of(out.label, out.own_label.as_deref()) {
            let same = |r: &Released| is_of(word, r.label, r.own_label.as_deref());
            let used = quota_used(self.state.newest_to(&out.channel), (zone, self.now), quota, same);
            if let Some(until) = used.until {
                return Some((HoldReason::LabelMax, Some(until)));
            }
        }
        if let Some(quota) = budgets.posts
            && let Some(until) =
                quota_used(self.state.newest_to(&out.channel), (zone, self.now), quota, |_| true).until
        {
            return Some((HoldReason::PostsMax, Some(until)));
        }
        let gap = budgets.gap?;
        let gap_ends = gap_ends(self.state.newest_to(&out.channel), gap, out.reactive, self.now);
        if let Some(until) = gap_ends
            && due.max(out.due) < until
        {
            return Some((HoldReason::PostsGap, Some(until)));
        }
        let next = if out.reactive { self.clocked_ahead(&out.channel, gap) } else { None };
        // Behind it, not beside it.
        next.map(|at| (HoldReason::Ahead, Some(at.plus(gap))))
    }

    /// Members see nothing: an operator said so, or it is such a day, whose end is known.
    pub(super) fn hushed(&self, channel: &ChannelName) -> Option<Hold> {
        if self.playbook.is_for_staff(&self.group, channel) {
            return None;
        }
        if self.state.by_hand.hush.is_some() {
            return Some((HoldReason::Hush, None));
        }
        let name = self.playbook.budgets.hush.as_ref()?;
        let zone = &self.playbook.zone;
        let is_one = self.playbook.calendars.get(name)?.has(zone.date(self.now));
        is_one.then(|| (HoldReason::Hush, Some(zone.day_bounds(self.now).1)))
    }
}

/// How much of a quota is used.
pub(crate) struct QuotaUsed {
    /// What counts, newest first, at most as many as the quota allows.
    pub(crate) at: Vec<Timestamp>,
    /// When a quota that is used up has room again; none when there is room.
    pub(crate) until: Option<Timestamp>,
}

/// When the gap after the last messages of a channel ends, newest first; none where it has. Measured between due
/// instants, so that a decision some milliseconds late holds nothing back. What has a clock time is not held up by what
/// has none.
pub(crate) fn gap_ends<'a>(
    newest: impl Iterator<Item = &'a Released>,
    gap: Duration,
    reactive: bool,
    now: Timestamp,
) -> Option<Timestamp> {
    let recent = newest.take_while(|last| last.at.plus(gap) > now);
    let last = recent.filter(|last| reactive || !last.reactive).map(|last| last.due).max();
    last.map(|last| last.plus(gap)).filter(|until| now < *until)
}

/// What of a channel's messages, newest first, a quota counts now.
pub(crate) fn quota_used<'a>(
    newest: impl Iterator<Item = &'a Released>,
    (zone, now): (&Zone, Timestamp),
    quota: Quota,
    counts: impl Fn(&Released) -> bool,
) -> QuotaUsed {
    let (from, day_end) = match quota.per {
        QuotaWindow::Day => {
            let (start, end) = zone.day_bounds(now);
            (start, Some(end))
        }
        QuotaWindow::Sliding(length) => (now.plus(-length).plus(Duration::from_millis(1)), None),
    };
    // From the last one back, no further than the quota reaches.
    let recent = newest.take_while(|r| r.at >= from).filter(|r| counts(r));
    let at: Vec<Timestamp> = recent.take(quota.max as usize).map(|r| r.at).collect();
    let until = match (quota.per, day_end) {
        _ if at.len() < quota.max as usize => None,
        // With a quota of nothing there is never room.
        (QuotaWindow::Sliding(length), _) => {
            Some(at.last().map_or(now.plus(Duration::DAY), |oldest| oldest.plus(length)))
        }
        (QuotaWindow::Day, end) => end,
    };
    QuotaUsed { at, until }
}

/// Whether an urgent message may go in quiet hours: its own clock time lies in them, or a person sent it.
fn may_wake(out: &Outgoing, budgets: &Budgets, zone: &Zone) -> bool {
    out.urgent && (out.by_hand || (!out.reactive && budgets.quiet_ends(out.due, zone).is_some()))
}

/// Whether a reason holds everything behind it too. Advertising, what has had its share of its label, and what waits
/// for the end of a session or of a day, wait aside.
pub(crate) fn is_flow(reason: HoldReason) -> bool {
    use HoldReason::{Ahead, Order, PostsGap, PostsMax, Quiet};
    matches!(reason, Quiet | PostsMax | PostsGap | Order | Ahead)
}

/// The instant from which the gap of a held message is measured: when it was to be looked at, if that has come.
fn held_due(held: &HeldMessage, now: Timestamp) -> Timestamp {
    held.until.map_or(held.outgoing.due, |until| until.min(now)).max(held.outgoing.due)
}
