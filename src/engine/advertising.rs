//! How much a channel advertises: its share, what holds while there are too few messages for one, and key dates.
//!
//! Counts and says when; holds nothing itself.

use super::{
    budget::Hold,
    draft::Draft,
    entry::{HoldReason, Outgoing, Stale},
    facts::ExprAbout,
    state::State,
};
use crate::{
    base::{
        ids::{CalendarName, ChannelName},
        limits,
        time::{Duration, Timestamp},
    },
    model::{
        budget::{Promo, one_promo_in},
        message::Label,
        playbook::Playbook,
    },
};

impl Draft<'_> {
    /// Whether advertising would be held for longer than it may, as far as that is certain now.
    pub(super) fn never_in_time(
        &self,
        out: &Outgoing,
        reason: HoldReason,
        limit: Timestamp,
    ) -> Option<Stale> {
        let promo = self.playbook.budgets.of(&out.channel)?.promo.as_ref()?;
        let possible = match reason {
            HoldReason::PromoNotBefore | HoldReason::PromoAround => self.promo_opens(promo),
            HoldReason::PromoShare | HoldReason::PromoFew => {
                let (percent, window) = promo.share?;
                let share = promo_share(self.state, &out.channel, window, self.now);
                if share.needed(percent) <= self.messages_ahead(&out.channel, limit) {
                    return None;
                }
                let possible = share.possible(percent, self.now, window.min(self.state.age()));
                let possible = possible.map(|at| at.max(limit));
                // One in so long, or as many as are a share: whichever comes first.
                let rested = share.rested(percent);
                possible.into_iter().chain(rested).min()
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

    /// Why an advertisement may not go now.
    pub(super) fn promo_verdict(&self, promo: &Promo, channel: &ChannelName) -> Option<Hold> {
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
        let (percent, window) = promo.share?;
        let share = promo_share(self.state, channel, window, self.now);
        // It changes with every other message that goes, and when an old advertisement is old enough.
        let (reason, ends) = if share.is_few(percent) {
            (HoldReason::PromoFew, Some(share.rested(percent)?))
        } else if share.is_over(percent) {
            (HoldReason::PromoShare, share.oldest.map(|at| at.plus(window)))
        } else {
            return None;
        };
        Some((reason, Some(ends.map_or(midnight, |at| at.min(midnight)))))
    }
}

/// The share of advertising if one more were let go.
pub(crate) struct PromoShare {
    /// Advertisements, the one in question included.
    pub(crate) promos: u64,
    /// Messages, the one in question included.
    pub(crate) all: u64,
    /// The oldest advertisement that counts.
    pub(crate) oldest: Option<Timestamp>,
    /// The last advertisement of so long as there is one in while there are few messages.
    pub(crate) last: Option<Timestamp>,
}

impl PromoShare {
    /// Whether there are too few messages for a share of them; a share of nothing is nothing of however many.
    pub(crate) const fn is_few(&self, percent: u32) -> bool {
        percent > 0 && self.all < limits::PROMO_MESSAGES_MIN
    }

    const fn is_over(&self, percent: u32) -> bool {
        self.promos.saturating_mul(100) > self.all.saturating_mul(percent as u64)
    }

    /// When the last advertisement is long enough ago, where there are few messages.
    fn rested(&self, percent: u32) -> Option<Timestamp> {
        self.last.filter(|_| self.is_few(percent)).map(|last| last.plus(one_promo_in()))
    }

    /// How many other messages would have to go before it.
    fn needed(&self, percent: u32) -> u64 {
        let all = self.promos.saturating_mul(100).div_ceil(u64::from(percent.max(1)));
        let all = if self.is_few(percent) { all.max(limits::PROMO_MESSAGES_MIN) } else { all };
        all.saturating_sub(self.all)
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
    let (from, rests) = (now.plus(-window), now.plus(-one_promo_in()));
    let recent = state.released_to(channel).into_iter().flat_map(|released| released.iter().rev());
    let mut share = PromoShare { promos: 1, all: 1, oldest: None, last: None };
    for release in recent.take_while(|r| r.at > from.min(rests)) {
        let promo = release.label == Some(Label::Promo);
        if promo && release.at > rests {
            share.last = share.last.or(Some(release.at));
        }
        if release.at <= from {
            continue;
        }
        share.all += 1;
        if promo {
            share.promos += 1;
            share.oldest = Some(release.at);
        }
    }
    share
}

/// Whether a key date is near.
pub(crate) enum Near {
    /// The instant is inside.
    Inside,
    /// The next time at which one will be.
    Opens(Option<Timestamp>),
}

/// Whether now is around a day of a calendar, or when the next such time begins.
pub(crate) fn promo_window(playbook: &Playbook, name: &CalendarName, promo: &Promo, now: Timestamp) -> Near {
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
