//! Budgets: how much a group may be talked to. Enforced by the engine, not advice.
//!
//! Only the amounts are here; who counts what, and when a held message goes, is the engine's.

use super::{channel::GROUP, message::Label};
use crate::{
    base::{
        ids::{CalendarName, ChannelName},
        limits,
        time::{ClockTime, Duration, Timestamp, Zone},
    },
    script::expr::Expr,
};
use std::{collections::BTreeMap, fmt, sync::Arc};

/// All budgets of a playbook; what is not written is not limited.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Budgets {
    /// `quiet: 22:30-08:00`, or a list of them.
    pub quiet: Vec<Quiet>,
    /// `posts.max`
    pub posts: Option<Quota>,
    /// `posts.gap`
    pub gap: Option<Duration>,
    /// `promo`
    pub promo: Option<Promo>,
    /// `mentions.max`
    pub mentions: Option<Quota>,
    /// `labels`: how many messages of a label there may be, by the name of the label or one of the playbook's own.
    pub labels: BTreeMap<Arc<str>, Quota>,
    /// `hold`: how long a message of a label may be held before it is missed; what is not there has the default.
    pub hold: BTreeMap<Label, Holding>,
    /// `hush`: the calendar on whose days members see nothing.
    pub hush: Option<CalendarName>,
    /// `channels`: what other channels than `group` may carry, each counted by itself.
    pub channels: BTreeMap<ChannelName, Self>,
}

impl Budgets {
    /// Takes over what it does not limit itself.
    pub fn fill(&mut self, other: Self) {
        if self.quiet.is_empty() {
            self.quiet = other.quiet;
        }
        self.posts = self.posts.take().or(other.posts);
        self.gap = self.gap.or(other.gap);
        self.promo = self.promo.take().or(other.promo);
        self.mentions = self.mentions.take().or(other.mentions);
        self.hush = self.hush.take().or(other.hush);
        for (label, quota) in other.labels {
            self.labels.entry(label).or_insert(quota);
        }
        for (label, holding) in other.hold {
            self.hold.entry(label).or_insert(holding);
        }
        for (channel, budgets) in other.channels {
            self.channels.entry(channel).or_insert(budgets);
        }
    }

    /// What holds for messages to a channel: for `group` what is written at the top; nothing for a channel that is not
    /// named.
    pub fn of(&self, channel: &ChannelName) -> Option<&Self> {
        if channel.as_str() == GROUP { Some(self) } else { self.channels.get(channel) }
    }

    /// The labels with a quota under which a message falls, by its label and the name that the playbook gives to it;
    /// what has no label counts as content.
    pub fn quotas_of(
        &self,
        label: Option<Label>,
        own: Option<&str>,
    ) -> impl Iterator<Item = (&Arc<str>, Quota)> {
        let mine = move |word: &str| is_of(word, label, own);
        self.labels.iter().filter(move |(word, _)| mine(word)).map(|(word, quota)| (word, *quota))
    }

    /// The quiet hours that a clock time is in.
    pub fn quiet_at(&self, clock: ClockTime) -> Option<Quiet> {
        self.quiet.iter().find(|quiet| quiet.has(clock)).copied()
    }

    /// When the quiet hours that contain an instant end, those that follow without a pause included; `None` when it
    /// is not in quiet hours.
    pub fn quiet_ends(&self, at: Timestamp, zone: &Zone) -> Option<Timestamp> {
        let mut end = self.quiet.iter().filter_map(|quiet| quiet.ends(at, zone)).max()?;
        // Each range can lengthen it once; together they may leave no hour of the day.
        for _ in &self.quiet {
            match self.quiet.iter().filter_map(|quiet| quiet.ends(end, zone)).max() {
                Some(later) => end = later,
                None => break,
            }
        }
        Some(end)
    }

    /// When the next quiet hours after an instant begin.
    pub fn quiet_begins(&self, after: Timestamp, zone: &Zone) -> Option<Timestamp> {
        self.quiet.iter().map(|quiet| zone.next_clock(quiet.from, after)).min()
    }

    /// How long a message of a label may be held; what has no label counts as content.
    pub fn holding(&self, channel: &ChannelName, label: Option<Label>) -> Holding {
        let label = label.unwrap_or(Label::Content);
        let own = self.of(channel).and_then(|budgets| budgets.hold.get(&label));
        own.or_else(|| self.hold.get(&label)).copied().unwrap_or_else(|| Holding::usual(label))
    }

    /// Until when a message to a channel may be held that is held from an instant on. What comes in quiet hours
    /// belongs to the day that follows them.
    pub fn held_until(
        &self,
        channel: &ChannelName,
        label: Option<Label>,
        since: Timestamp,
        zone: &Zone,
    ) -> Timestamp {
        match self.holding(channel, label) {
            Holding::For(length) => since.plus(length),
            Holding::Day => {
                let budgets = self.of(channel).unwrap_or(self);
                let day = budgets.quiet_ends(since, zone).unwrap_or(since);
                let midnight = zone.day_bounds(day).1;
                budgets.quiet_begins(day, zone).map_or(midnight, |begins| begins.min(midnight))
            }
        }
    }
}

/// Whether a word is the label of a message, or the name that the playbook gives to it.
pub fn is_of(word: &str, label: Option<Label>, own: Option<&str>) -> bool {
    own == Some(word) || label.unwrap_or(Label::Content).as_str() == word
}

/// How long a message may be held before it is missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holding {
    /// So long.
    For(Duration),
    /// Until the next quiet hours begin, or the day ends.
    Day,
}

impl Holding {
    /// What holds for a label where the playbook says nothing. What has no label counts as content.
    pub fn usual(label: Label) -> Self {
        match label {
            Label::Content | Label::Promo => Self::Day,
            Label::Social => Self::For(Duration::HOUR.times(2)),
            Label::Notice => Self::For(Duration::DAY.times(3)),
        }
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
    /// How many messages the quota allows.
    pub max: u32,
    /// In how long.
    pub per: QuotaWindow,
}

impl fmt::Display for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.per {
            QuotaWindow::Day => write!(f, "{} per day", self.max),
            QuotaWindow::Sliding(length) => write!(f, "{} per {length}", self.max),
        }
    }
}

/// The window of a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaWindow {
    /// A calendar day.
    Day,
    /// Any window of this length, ending now.
    Sliding(Duration),
}

/// How much advertising there may be, and when.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Promo {
    /// `max: 20% per 30d`: a share of the released messages, in percent, the one in question included. Where there are
    /// too few of them for a share, one advertisement goes in a fortnight.
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

/// How long lies between two advertisements where there are too few messages for a share.
pub const fn one_promo_in() -> Duration {
    Duration::DAY.times(limits::PROMO_REST_DAYS)
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
