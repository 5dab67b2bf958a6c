//! Whether an ear is silent: connected, as it seems, and nothing comes although something usually does.
//!
//! What is usual is how many facts came in each hour of the day over the last week.

use super::{
    Surroundings,
    board::{EarNow, EarState},
    known::KnownEar,
};
use crate::{
    base::{
        limits,
        time::{Duration, Timestamp},
    },
    engine::deaf::EarTold,
    shell::{
        clock,
        store::{Busy, Reader},
    },
};
use std::{collections::BTreeMap, sync::Arc};

/// What is known of all ears.
#[derive(Debug, Default)]
pub(super) struct Lookout {
    ears: BTreeMap<Arc<str>, EarWatched>,
    looked: Timestamp,
}

/// What is known of an ear.
#[derive(Debug, Default)]
struct EarWatched {
    usual: Usual,
    read: Option<Timestamp>,
    /// Up to which fact it was said that something comes.
    heard: Option<Timestamp>,
    /// Since when it has been silent, where that was told.
    silent: Option<Timestamp>,
}

/// How many facts usually come in each hour of the day (UTC).
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Usual([f64; 24]);

impl Lookout {
    /// Looks after all of them, now and then, and tells what is news.
    pub(super) async fn look(&mut self, around: &Surroundings, ears: impl Iterator<Item = &KnownEar>) {
        let now = clock::now();
        if now.since(self.looked).as_millis().abs() < limits::EAR_WATCH_MS {
            return;
        }
        self.looked = now;
        let board = around.published.ears().all();
        for ear in ears {
            let Some(state) = board.get(&ear.name) else { continue };
            let watched = self.ears.entry(ear.name.clone()).or_default();
            if watched.read.is_none_or(|read| now.since(read).as_millis() >= limits::EAR_USUAL_MS) {
                watched.read = Some(now);
                watched.usual = usual(around, &ear.name, now).await;
            }
            let (Some(told), Some(listener)) = (watched.news(state, now), ear.listeners.first()) else {
                continue;
            };
            let id = format!("silence/{}/{}", listener.channel, now.as_millis());
            around.place().tell(ear, listener, told, id);
        }
        self.ears.retain(|name, _| board.contains_key(name));
    }
}

impl EarWatched {
    /// What is to be told of it.
    fn news(&mut self, ear: &EarNow, now: Timestamp) -> Option<EarTold> {
        if ear.told > self.heard {
            self.heard = ear.told;
            self.silent = None;
            // An engine that ran before may have told that it is silent.
            return Some(EarTold::Hears);
        }
        // What nobody listened to is no silence.
        let since = ear.told.map_or(ear.since, |told| told.max(ear.since));
        let silent =
            ear.state == EarState::Listens && self.silent.is_none() && self.usual.is_over(since, now);
        silent.then(|| {
            self.silent = Some(since);
            EarTold::Silent { since }
        })
    }
}

async fn usual(around: &Surroundings, name: &Arc<str>, now: Timestamp) -> Usual {
    let (dir, name) = (around.dir.clone(), name.clone());
    let from = now.plus(-Duration::DAY.times(WEEK));
    let read = move || Reader::beside_engine(&dir)?.busy(&name, from);
    let found = tokio::task::spawn_blocking(read).await.ok().and_then(Result::ok);
    found.map(|busy| Usual::of(&busy, now)).unwrap_or_default()
}

/// Days over which is looked what is usual.
const WEEK: i64 = 7;

impl Usual {
    /// From how busy it was. Less than a day tells nothing.
    fn of(busy: &Busy, now: Timestamp) -> Self {
        let days = busy
            .first
            .map_or(0.0, |first| now.since(first).as_millis() as f64 / Duration::DAY.as_millis() as f64);
        let mut usual = Self::default();
        if days >= 1.0 {
            let hours = usual.0.iter_mut().zip(busy.hours);
            hours.for_each(|(usual, count)| *usual = count as f64 / days.min(WEEK as f64));
        }
        usual
    }

    /// Whether so much would usually have come between two instants that nothing is a silence.
    fn is_over(&self, since: Timestamp, now: Timestamp) -> bool {
        if now.since(since).as_millis() < limits::EAR_SILENT_MS_MIN {
            return false;
        }
        let (hour, end) = (Duration::HOUR.as_millis(), now.as_millis());
        let mut at = since.as_millis().max(end.saturating_sub(Duration::DAY.times(WEEK).as_millis()));
        let mut expected = 0.0;
        while at < end && expected < limits::EAR_SILENT_FACTS_MIN {
            let next = (at.div_euclid(hour).saturating_add(1)).saturating_mul(hour).min(end);
            let place = usize::try_from(at.div_euclid(hour).rem_euclid(24)).unwrap_or(0);
            let rate = self.0.get(place).copied().unwrap_or(0.0);
            expected += rate * (next - at) as f64 / hour as f64;
            at = next;
        }
        expected >= limits::EAR_SILENT_FACTS_MIN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    const DAY: i64 = 24 * HOUR;

    fn at(hours: i64, minutes: i64) -> Timestamp {
        Timestamp::from_millis(20_000 * DAY + hours * HOUR + minutes * 60_000)
    }

    /// Twelve facts an hour by day, one at night, over a week.
    fn busy(first: Timestamp) -> Busy {
        let mut hours = [7; 24];
        hours[8..20].fill(12 * 7);
        Busy { hours, first: Some(first) }
    }

    #[test]
    fn a_silence_is_six_times_what_is_quiet_in_that_hour_and_half_an_hour_at_least() {
        let usual = Usual::of(&busy(at(-7 * 24, 0)), at(0, 0));
        assert!(!usual.is_over(at(10, 0), at(10, 29)), "half an hour at least");
        assert!(usual.is_over(at(10, 0), at(10, 30)), "six facts were to come");
        assert!(!usual.is_over(at(1, 0), at(6, 59)), "at night it takes six hours");
        assert!(usual.is_over(at(1, 0), at(7, 0)));
        assert!(
            !usual.is_over(at(4, 0), at(8, 9)) && usual.is_over(at(4, 0), at(8, 10)),
            "the morning counts as such"
        );
        assert!(usual.is_over(at(-30 * 24, 0), at(0, 0)), "a month away ends");
    }

    #[test]
    fn what_is_not_known_yet_is_no_silence() {
        let young = Usual::of(&busy(at(-23, 0)), at(0, 0));
        assert_eq!(young, Usual::default(), "less than a day tells nothing");
        assert!(!young.is_over(at(-7 * 24, 0), at(0, 0)));
        let never = Usual::of(&Busy { hours: [0; 24], first: None }, at(0, 0));
        assert!(!never.is_over(at(-7 * 24, 0), at(0, 0)));
    }

    #[test]
    fn a_silence_is_told_once_and_its_end_once_and_deaf_is_not_silent() {
        let usual = Usual::of(&busy(at(-7 * 24, 0)), at(0, 0));
        let mut watched = EarWatched { usual, ..EarWatched::default() };
        let mut ear = EarNow {
            channels: Vec::new(),
            state: EarState::Listens,
            since: at(9, 0),
            heard: Some(at(10, 0)),
            told: Some(at(9, 30)),
            hourly: crate::shell::ears::Hourly::default(),
        };
        assert_eq!(
            watched.news(&ear, at(9, 31)),
            Some(EarTold::Hears),
            "one that was told before may be over"
        );
        assert_eq!(watched.news(&ear, at(9, 59)), None);
        assert_eq!(watched.news(&ear, at(10, 0)), Some(EarTold::Silent { since: at(9, 30) }));
        assert_eq!(watched.news(&ear, at(11, 0)), None);
        ear.told = Some(at(11, 5));
        assert_eq!(watched.news(&ear, at(11, 6)), Some(EarTold::Hears));
        ear.state = EarState::Troubled("down".into());
        assert_eq!(watched.news(&ear, at(13, 0)), None, "it is known to be deaf");
        (ear.state, ear.since) = (EarState::Listens, at(13, 0));
        assert_eq!(watched.news(&ear, at(13, 20)), None, "nobody could hear before");
        assert_eq!(watched.news(&ear, at(13, 30)), Some(EarTold::Silent { since: at(13, 0) }));
    }
}
