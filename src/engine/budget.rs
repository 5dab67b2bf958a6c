//! When a message may go: quiet hours, posts a day, the gap, the share of advertising, mentions.
//!
//! A message that is held is a decision with a reason; it goes when its reason has passed, or it expires. Counts
//! whole messages to a channel on the day they are released: to `group`, and to every channel that has budgets of its own.

use super::{
    draft::{Decided, Draft},
    entry::{Fact, HoldReason, Outgoing, Stale},
    facts::ExprAbout,
    notice,
    state::{HeldMessage, Released, State},
};
use crate::{
    base::{
        ids::ChannelName,
        limits,
        time::{Duration, Timestamp, Zone},
    },
    model::{
        budget::{Budgets, Promo, Quota, QuotaWindow, is_of},
        message::{Label, Message},
        playbook::Playbook,
    },
};
use std::collections::{BTreeMap, BTreeSet};

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
        Some(QuotaWindow::Day) => Duration::HOUR.times(26),
        Some(QuotaWindow::Sliding(length)) => length,
    };
    let share = budgets.promo.as_ref().and_then(|p| p.share).map_or(Duration::ZERO, |share| share.1);
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
    fn goes(&mut self, out: Outgoing, fact: fn(Box<Outgoing>) -> Fact) -> Decided {
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
        let used = quota_used(self.state, &self.playbook.zone, &out.channel, quota, self.now, |r| r.mentions);
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

    /// Whether advertising would be held for longer than it may, as far as that is certain now.
    fn never_in_time(&self, out: &Outgoing, reason: HoldReason, limit: Timestamp) -> Option<Stale> {
        let promo = self.playbook.budgets.of(&out.channel)?.promo.as_ref()?;
        let possible = match reason {
            HoldReason::PromoNotBefore | HoldReason::PromoAround => self.promo_opens(promo),
            HoldReason::PromoShare => {
                let (percent, window) = promo.share?;
                let share = promo_share(self.state, &out.channel, window, self.now);
                let needed = share.needed(percent);
                if needed <= self.messages_ahead(&out.channel, limit) {
                    return None;
                }
                let possible = share.possible(percent, self.now, window.min(self.state.age()));
                possible.map(|at| at.max(limit))
            }
            _ => return None,
        };
        possible.is_none_or(|at| at >= limit).then_some(Stale::Never { possible })
    }

    /// The first instant at which the group is old enough for advertising and a key date is near.
    fn promo_opens(&self, promo: &Promo) -> Option<Timestamp> {
        let old = promo.not_before.map_or(self.now, |age| self.state.created.plus(age).max(self.now));
        match promo.around.as_ref().map(|name| promo_window(&self.playbook, name, promo, old)) {
            None | Some(Near::Inside) => Some(old),
            Some(Near::Opens(at)) => at,
        }
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
            if let Some(until) = quota_used(self.state, zone, &out.channel, quota, self.now, same).until {
                return Some((HoldReason::LabelMax, Some(until)));
            }
        }
        if let Some(quota) = budgets.posts
            && let Some(until) = quota_used(self.state, zone, &out.channel, quota, self.now, |_| true).until
        {
            return Some((HoldReason::PostsMax, Some(until)));
        }
        let gap = budgets.gap?;
        // Measured between due instants, so that a decision some milliseconds late holds nothing back.
        let recent =
            self.state.released_to(&out.channel).into_iter().flat_map(|released| released.iter().rev());
        let recent = recent.take_while(|last| last.at.plus(gap) > self.now);
        // What has a clock time is not held up by what has none.
        let last = recent.filter(|last| out.reactive || !last.reactive).map(|last| last.due).max();
        if let Some(until) = last.map(|last| last.plus(gap))
            && due.max(out.due) < until
            && self.now < until
        {
            return Some((HoldReason::PostsGap, Some(until)));
        }
        let next = if out.reactive { self.clocked_ahead(&out.channel, gap) } else { None };
        // Behind it, not beside it.
        next.map(|at| (HoldReason::Ahead, Some(at.plus(gap))))
    }

    /// Members see nothing: an operator said so, or it is such a day, whose end is known.
    fn hushed(&self, channel: &ChannelName) -> Option<Hold> {
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
            let facts = self.facts(when.names(), &ExprAbout::default());
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
        QuotaWindow::Day => {
            let (start, end) = zone.day_bounds(now);
            (start, Some(end))
        }
        QuotaWindow::Sliding(length) => (now.plus(-length).plus(Duration::from_millis(1)), None),
    };
    // From the last one back, no further than the quota reaches.
    let recent = state.released_to(channel).into_iter().flat_map(|released| released.iter().rev());
    let recent = recent.take_while(|r| r.at >= from).filter(|r| counts(r));
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

/// The share of advertising if one more were let go.
pub(crate) struct PromoShare {
    /// Advertisements, the one in question included.
    pub(crate) promos: u64,
    /// Messages, the one in question included.
    pub(crate) all: u64,
    /// The oldest advertisement that counts.
    pub(crate) oldest: Option<Timestamp>,
}

impl PromoShare {
    /// How many other messages would have to go before it.
    fn needed(&self, percent: u32) -> u64 {
        let percent = u64::from(percent.max(1));
        self.promos.saturating_mul(100).div_ceil(percent).saturating_sub(self.all)
    }

    /// When so many will have gone, if they go on as they have over a span of time; none where none goes.
    fn possible(&self, percent: u32, now: Timestamp, span: Duration) -> Option<Timestamp> {
        let others =
            i64::try_from(self.all.saturating_sub(self.promos)).ok().filter(|n| *n > 0 && percent > 0)?;
        let needed = i64::try_from(self.needed(percent)).ok()?;
        let each = span.as_millis().max(1) / others;
        Some(now.plus(Duration::from_millis(each.saturating_mul(needed))))
    }
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

/// Whether an urgent message may go in quiet hours: its own clock time lies in them, or a person sent it.
fn may_wake(out: &Outgoing, budgets: &Budgets, zone: &Zone) -> bool {
    out.urgent && (out.by_hand || (!out.reactive && budgets.quiet_ends(out.due, zone).is_some()))
}

/// Whether a reason holds everything behind it too. Advertising, what has had its share of its label, and what waits
/// for the end of a session or of a day, wait aside.
fn is_flow(reason: HoldReason) -> bool {
    use HoldReason::{Ahead, Order, PostsGap, PostsMax, Quiet};
    matches!(reason, Quiet | PostsMax | PostsGap | Order | Ahead)
}

/// The instant from which the gap of a held message is measured: when it was to be looked at, if that has come.
fn held_due(held: &HeldMessage, now: Timestamp) -> Timestamp {
    held.until.map_or(held.outgoing.due, |until| until.min(now)).max(held.outgoing.due)
}

/// Whether a key date is near.
pub(crate) enum Near {
    /// The instant is inside.
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
