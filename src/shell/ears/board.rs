//! How the ears are: what each hears for whom, since when, and what is in its way. For readers; changes nothing.

use crate::base::{
    ids::{ChannelName, GroupId},
    time::Timestamp,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// How an ear is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EarState {
    /// It has not heard its platform yet.
    Begins,
    /// The ear hears.
    Listens,
    /// Something is in the way, in words; it tries again by itself.
    Troubled(String),
    /// Another program holds the connection, in words.
    Elsewhere(String),
    /// The platform does not take the credential, in words.
    Refused(String),
}

impl EarState {
    /// What is in the way.
    pub fn trouble(&self) -> Option<&str> {
        match self {
            Self::Begins | Self::Listens => None,
            Self::Troubled(why) | Self::Elsewhere(why) | Self::Refused(why) => Some(why),
        }
    }
}

/// An ear as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarNow {
    /// The groups and their channels that it listens for.
    pub channels: Vec<(GroupId, ChannelName)>,
    /// How it is.
    pub state: EarState,
    /// Since when the ear has been so.
    pub since: Timestamp,
    /// When the platform said something last, be it that nothing happened.
    pub heard: Option<Timestamp>,
    /// When it told last of something that happened.
    pub told: Option<Timestamp>,
    /// How often it told of something in this hour of the clock, and in the one before.
    pub hourly: Hourly,
}

/// How often something happened in an hour of the clock, and in the one before it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hourly {
    hour: i64,
    now: u32,
    before: u32,
}

impl Hourly {
    /// It happened once more.
    fn count(&mut self, now: Timestamp) {
        *self = self.at(now);
        self.now = self.now.saturating_add(1);
    }

    /// The same as of a later moment.
    fn at(self, now: Timestamp) -> Self {
        let hour = now.as_millis().div_euclid(3_600_000);
        match hour - self.hour {
            0 => self,
            1 => Self { hour, now: 0, before: self.now },
            _ => Self { hour, now: 0, before: 0 },
        }
    }

    /// In the hour under way, and in the one before.
    pub fn counts(self, now: Timestamp) -> (u32, u32) {
        let known = self.at(now);
        (known.now, known.before)
    }
}

/// All ears by the name of their connection. Clones are the same board.
#[derive(Debug, Clone, Default)]
pub struct EarBoard(Arc<Mutex<BTreeMap<Arc<str>, EarNow>>>);

impl EarBoard {
    /// All ears as they are.
    pub fn all(&self) -> BTreeMap<Arc<str>, EarNow> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// An ear begins; whatever was said of it before is forgotten.
    pub(super) fn begin(&self, name: &Arc<str>, channels: Vec<(GroupId, ChannelName)>, now: Timestamp) {
        let ear = EarNow {
            channels,
            state: EarState::Begins,
            since: now,
            heard: None,
            told: None,
            hourly: Hourly::default(),
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone(), ear);
    }

    /// An ear is no more.
    pub(super) fn end(&self, name: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }

    /// When an ear heard its platform last.
    pub(super) fn heard(&self, name: &str) -> Option<Timestamp> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name)?.heard
    }

    /// An ear that listens is still connected.
    pub(super) fn is_alive(&self, name: &str, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ear) = all.get_mut(name).filter(|ear| ear.state == EarState::Listens) {
            ear.heard = Some(now);
        }
    }

    /// An ear told of something that happened.
    pub(super) fn tells(&self, name: &str, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ear) = all.get_mut(name) {
            ear.told = Some(now);
            ear.hourly.count(now);
        }
    }

    /// How an ear is from now on; says whether that is news.
    pub(super) fn set(&self, name: &str, state: EarState, now: Timestamp) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(ear) = all.get_mut(name) else { return false };
        if state == EarState::Listens {
            ear.heard = Some(now);
        }
        let news = ear.state != state;
        if news {
            (ear.state, ear.since) = (state, now);
        }
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_counted_by_the_hour() {
        let at = |minutes: i64| Timestamp::from_millis(minutes * 60_000);
        let mut told = Hourly::default();
        for minute in [5, 50, 59, 61] {
            told.count(at(minute));
        }
        assert_eq!(told.counts(at(119)), (1, 3));
        assert_eq!(told.counts(at(121)), (0, 1));
        assert_eq!(told.counts(at(300)), (0, 0));
    }
}
