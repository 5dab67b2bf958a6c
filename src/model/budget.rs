//! Budgets: how much a group may be talked to. Enforced by the engine, not advice.
//!
//! Only the amounts are here; who counts what, and when a held message goes, is the engine's.

use super::channel::GROUP;
use crate::{
    base::{
        ids::{CalendarName, ChannelName},
        time::{ClockTime, Duration, Timestamp, Zone},
    },
    script::expr::Expr,
};
use std::collections::BTreeMap;

/// All budgets of a playbook; what is not written is not limited.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Budgets {
    /// `quiet: 22:30-08:00`
    pub quiet: Option<Quiet>,
    /// `posts.max`
    pub posts: Option<Quota>,
    /// `posts.gap`
    pub gap: Option<Duration>,
    /// `promo`
    pub promo: Option<Promo>,
    /// `mentions.max`
    pub mentions: Option<Quota>,
    /// `channels`: what other channels than `group` may carry, each counted by itself.
    pub channels: BTreeMap<ChannelName, Self>,
}

impl Budgets {
    /// What holds for messages to a channel: for `group` what is written at the top; nothing for a channel that is not
    /// named.
    pub fn of(&self, channel: &ChannelName) -> Option<&Self> {
        if channel.as_str() == GROUP { Some(self) } else { self.channels.get(channel) }
    }
}

/// Hours in which nothing is posted; may pass midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    /// From this clock time, inclusive.
    pub from: ClockTime,
    /// To this clock time, exclusive.
    pub to: ClockTime,
}

/// `6 per day` (a calendar day in the playbook's zone) or `6 per 12h` (any window of that length).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// How many.
    pub max: u32,
    /// In how long.
    pub per: Window,
}

/// The window of a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// A calendar day.
    Day,
    /// Any window of this length, ending now.
    Sliding(Duration),
}

/// How much advertising there may be, and when.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Promo {
    /// `max: 20% per 30d`: a share of the released messages, in percent, the one in question included.
    pub share: Option<(u32, Duration)>,
    /// Nothing before the group is this old.
    pub not_before: Option<Duration>,
    /// Only around the days of this calendar,
    pub around: Option<CalendarName>,
    /// this long before a day begins,
    pub before: Duration,
    /// and this long after it ends.
    pub after: Duration,
    /// Only while this is true.
    pub when: Option<Expr>,
}

impl Quiet {
    /// Whether a clock time is inside.
    pub fn has(self, clock: ClockTime) -> bool {
        if self.from <= self.to {
            self.from <= clock && clock < self.to
        } else {
            self.from <= clock || clock < self.to
        }
    }

    /// When the quiet hours that contain an instant end; `None` when it is not in quiet hours.
    pub fn ends(self, at: Timestamp, zone: &Zone) -> Option<Timestamp> {
        let civil = zone.civil(at);
        let clock = ClockTime { hour: civil.hour(), minute: civil.minute(), second: civil.second() };
        if !self.has(clock) {
            return None;
        }
        let day = civil.date();
        let day = if clock < self.to { day } else { day.tomorrow().unwrap_or(day) };
        // Where clocks are set back, the quiet hours end at the first of two such instants.
        Some(zone.instant(day.to_datetime(self.to.to_jiff()))).filter(|end| *end > at)
    }
}
