//! How the group's channels fare: a channel that has been failing for a while, one that gets through again, and
//! messages that were refused.
//!
//! Each is a fact once, and told once: trouble comes in numbers, and nobody reads the tenth alert.

use super::{
    draft::{Decided, Draft},
    entry::Fact,
    input::{ChannelNews, Receipt},
    notice,
    open_alerts::is_alert,
    task::EndsWith,
    trouble,
};
use crate::base::{ids::EffectId, limits::REFUSALS_TOLD_MAX, phrase::pair, time::Duration, value::Value};

/// Over so long refused messages are counted before they are told of again.
const TOLD_OVER: Duration = Duration::HOUR;

impl Draft<'_> {
    /// A channel fails, or gets through again. What is known already is no news.
    pub(super) fn channel_news(&mut self, news: &ChannelNews) -> Decided {
        let known = self.state.failing.get(&news.channel).cloned();
        let channel = news.channel.clone();
        let title = self.group.title.clone();
        let locale = self.playbook.locale;
        let (fact, text) = match (news.since, known) {
            (Some(since), None) => {
                let fact = Fact::ChannelFailing {
                    channel,
                    since,
                    reason: news.reason.clone(),
                    waiting: news.waiting,
                    told: news.tell,
                };
                let at = locale.time(since, &self.playbook.zone, self.now);
                (fact, notice::channel_failing(locale, &title, news, &at))
            }
            (None, Some(known)) => {
                let at = locale.time(known.since, &self.playbook.zone, self.now);
                let fact = Fact::ChannelRecovered { channel, since: known.since };
                (fact, notice::channel_recovered(locale, &title, news, &at))
            }
            _ => return Ok(()),
        };
        self.emit(fact)?;
        if news.since.is_some() {
            self.alerts_lost_at(&news.channel)?;
        }
        if !news.tell {
            return Ok(());
        }
        // Trouble with the only channel that is told of trouble is told where the engine runs.
        self.alert_of_channel(&news.channel, text)
    }

    /// What became of a message that was not simply accepted.
    pub(super) fn receipt_came(&mut self, effect: &EffectId, receipt: &Receipt) -> Decided {
        let (in_doubt, reason) = match receipt {
            Receipt::Accepted { note } => {
                if let Some(task) = self.to_be_pasted(effect) {
                    // Somebody says of the message, and not of the task, that it is there.
                    return self.task_done(&task, None, Value::str(note));
                }
                self.emit(Fact::Delivered { effect: effect.clone(), note: note.clone() })?;
                self.cause_is_over(&EndsWith::Arrival(effect.clone()))?;
                self.removed_by_platform(effect)?;
                return self.message_arrived(effect);
            }
            Receipt::Refused { reason } => (false, reason.clone()),
            Receipt::InDoubt { reason } => (true, reason.clone()),
            Receipt::Expired => {
                (false, pair("it was not delivered before it expired", "过期之前没有送到").into())
            }
        };
        if self.state.by_hand.revisions.contains_key(effect) {
            // Somebody is asked to do what the platform did not, which says more than that it did not.
            self.revision_failed(effect, reason.of(self.playbook.locale))?;
            return self.emit(Fact::DeliveryFailed { effect: effect.clone(), in_doubt, reason, nth: 0 });
        }
        if self.state.moderation.asked.contains_key(effect) {
            self.platform_refused(effect, reason.of(self.playbook.locale))?;
            return self.emit(Fact::DeliveryFailed { effect: effect.clone(), in_doubt, reason, nth: 0 });
        }
        let why = reason.of(self.playbook.locale);
        if self.removal_refused(effect, why)? || self.admission_refused(effect, why)? {
            return self.emit(Fact::DeliveryFailed { effect: effect.clone(), in_doubt, reason, nth: 0 });
        }
        self.alert_lost(effect)?;
        let nth = self.nth_failure();
        self.emit(Fact::DeliveryFailed { effect: effect.clone(), in_doubt, reason: reason.clone(), nth })?;
        if !in_doubt {
            self.message_lost(effect)?;
        }
        if *receipt == Receipt::Expired {
            self.question_lost(effect)?;
        }
        if is_alert(effect) {
            // An alert about an alert has no end.
            return Ok(());
        }
        let title = self.group.title.clone();
        let locale = self.playbook.locale;
        match nth {
            nth if nth <= REFUSALS_TOLD_MAX => {
                let text =
                    trouble::delivery_failed(locale, &title, effect.as_str(), in_doubt, reason.of(locale));
                self.tell_undelivered(effect, text)
            }
            nth if nth == REFUSALS_TOLD_MAX + 1 => {
                self.alert("more-refused", trouble::more_refused(locale, &title))
            }
            _ => Ok(()),
        }
    }

    /// Which failed message this is within the hour that the first of them began.
    fn nth_failure(&self) -> u32 {
        match self.state.refusals {
            Some((since, nth)) if self.now.since(since) < TOLD_OVER => nth.saturating_add(1),
            _ => 1,
        }
    }
}
