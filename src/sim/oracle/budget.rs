//! What a channel of a group was told, against its budgets: quiet hours, posts, the gap, advertising, mentions.
//!
//! Counts whole messages on the day they go out, as the promise says; remembers no further back
//! than a budget looks.

use crate::{
    base::{
        limits,
        time::{Duration, Timestamp},
    },
    engine::entry::Outgoing,
    model::{
        budget::{Budgets, Promo, Quota, QuotaWindow, one_promo_in},
        message::Label,
        playbook::Playbook,
    },
};
use std::collections::VecDeque;

/// Messages that went to one channel of a group.
#[derive(Debug, Default, Clone)]
pub(super) struct Spent {
    sent: VecDeque<SentPost>,
    last_due: Option<Timestamp>,
    last_clocked_due: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy)]
struct SentPost {
    at: Timestamp,
    promo: bool,
    mentions: bool,
}

impl Spent {
    /// Counts a message; the budget that it breaks in words, if there is one.
    pub(super) fn sent(
        &mut self,
        playbook: &Playbook,
        budgets: &Budgets,
        created: Timestamp,
        at: Timestamp,
        out: &Outgoing,
        due: Timestamp,
    ) -> Result<(), String> {
        let effect = &out.effect;
        let zone = &playbook.zone;
        let of_the_night =
            out.urgent && (out.by_hand || (!out.reactive && budgets.quiet_ends(out.due, zone).is_some()));
        if let Some(ends) = budgets.quiet_ends(at, zone).filter(|_| !of_the_night) {
            return Err(format!("{effect} went out in the quiet hours that end {ends:?}"));
        }
        let last = if out.reactive { self.last_due } else { self.last_clocked_due };
        if let (Some(gap), Some(last)) = (budgets.gap.filter(|_| !out.urgent), last) {
            let until = last.plus(gap);
            if due < until && at < until {
                return Err(format!(
                    "{effect} went out before {until:?}, less than {gap} after the post before it"
                ));
            }
        }
        self.last_due = self.last_due.max(Some(due));
        if !out.reactive {
            self.last_clocked_due = self.last_clocked_due.max(Some(due));
        }
        let sent = SentPost {
            at,
            promo: out.label == Some(Label::Promo),
            mentions: !out.message.mentions.is_empty(),
        };
        self.remember(budgets, sent);
        if let Some(quota) = budgets.posts.filter(|_| !out.urgent) {
            self.within(playbook, at, quota, "posts", effect.as_str(), |_| true)?;
        }
        if let Some(quota) = budgets.mentions.filter(|_| sent.mentions) {
            self.within(playbook, at, quota, "mentions", effect.as_str(), |sent| sent.mentions)?;
        }
        match &budgets.promo {
            Some(promo) if sent.promo => self.promo(playbook, promo, created, at, effect.as_str()),
            _ => Ok(()),
        }
    }

    fn remember(&mut self, budgets: &Budgets, sent: SentPost) {
        let window = |quota: Option<Quota>| match quota.map(|quota| quota.per) {
            Some(QuotaWindow::Sliding(length)) => length,
            _ => Duration::HOUR.times(26),
        };
        let share = budgets
            .promo
            .as_ref()
            .and_then(|promo| promo.share)
            .map_or(Duration::ZERO, |share| share.1.max(one_promo_in()));
        let oldest = sent.at.plus(-window(budgets.posts).max(window(budgets.mentions)).max(share));
        while self.sent.front().is_some_and(|first| first.at < oldest) {
            self.sent.pop_front();
        }
        self.sent.push_back(sent);
    }

    fn within(
        &self,
        playbook: &Playbook,
        at: Timestamp,
        quota: Quota,
        what: &str,
        effect: &str,
        counts: impl Fn(&SentPost) -> bool,
    ) -> Result<(), String> {
        let inside = |sent: &SentPost| match quota.per {
            QuotaWindow::Day => playbook.zone.day_bounds(at).0 <= sent.at,
            QuotaWindow::Sliding(length) => sent.at > at.plus(-length),
        };
        let most = quota.max as usize;
        let recent = self.sent.iter().rev().filter(|sent| counts(sent)).take(most + 1);
        // Only whether there is one too many matters: the oldest of so many decides.
        let count = recent.clone().count();
        match recent.last() {
            Some(oldest) if count > most && inside(oldest) => Err(format!(
                "{effect} is one of more than {} {what} in {}; {} are allowed",
                quota.max,
                match quota.per {
                    QuotaWindow::Day => "its day".to_owned(),
                    QuotaWindow::Sliding(length) => length.to_string(),
                },
                quota.max
            )),
            _ => Ok(()),
        }
    }

    fn promo(
        &self,
        playbook: &Playbook,
        promo: &Promo,
        created: Timestamp,
        at: Timestamp,
        effect: &str,
    ) -> Result<(), String> {
        if let Some(age) = promo.not_before.filter(|age| at < created.plus(*age)) {
            return Err(format!("{effect} advertises in a group younger than {age}"));
        }
        if let Some((percent, window)) = promo.share {
            let recent = self.sent.iter().rev().take_while(|sent| sent.at > at.plus(-window));
            let (all, promos) =
                recent.fold((0u64, 0u64), |(all, promos), sent| (all + 1, promos + u64::from(sent.promo)));
            if all < limits::PROMO_MESSAGES_MIN && percent > 0 {
                let rests = at.plus(-one_promo_in());
                let lately = self.sent.iter().filter(|sent| sent.promo && sent.at > rests).count();
                if lately > 1 {
                    return Err(format!(
                        "{effect} is one of {lately} advertisements in {}, and there are {all} messages",
                        one_promo_in()
                    ));
                }
            } else if promos * 100 > all * u64::from(percent) {
                return Err(format!(
                    "with {effect}, {promos} of {all} messages advertise; {percent}% are allowed"
                ));
            }
        }
        let Some(calendar) = promo.around.as_ref().and_then(|name| playbook.calendars.get(name)) else {
            return Ok(());
        };
        let midnight =
            |day: jiff::civil::Date| playbook.zone.instant(day.to_datetime(jiff::civil::Time::midnight()));
        let near = calendar.off.iter().any(|day| {
            let end = midnight(day.tomorrow().unwrap_or(*day)).plus(promo.after);
            midnight(*day).plus(-promo.before) <= at && at < end
        });
        if near { Ok(()) } else { Err(format!("{effect} advertises while no key date is near")) }
    }
}
