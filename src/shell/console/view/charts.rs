//! Four charts of a group and what became of those who joined, from days that are closed.

use crate::{
    base::{
        civil_day::CivilDay,
        metric::{MetricUnit, find},
        time::Timestamp,
    },
    engine::{
        numbers::{Gauges, day::DayNumbers},
        state::State,
    },
    model::{message::Label, playbook::Playbook},
    shell::view::metrics::reading,
};
use std::collections::BTreeMap;

/// Days of which charts tell.
const DAYS: u32 = 28;
/// Days back of those who joined.
const JOINED_DAYS: i32 = 60;
/// Sources that are told apart.
const SOURCES: usize = 12;
/// Of how many who talk most it is said how much they say.
const TOPS: [u32; 3] = [1, 3, 10];

/// One closed day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct DayOfChart {
    /// Which day.
    pub(crate) day: CivilDay,
    /// Members who spoke.
    pub(crate) speakers: u32,
    /// Who joined.
    pub(crate) joined: u32,
    /// Who left.
    pub(crate) left: u32,
}

/// Those who joined from one source.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct OfSource {
    /// How many joined.
    pub(crate) joined: u32,
    /// Of them, who spoke within seven days.
    pub(crate) spoke: u32,
    /// Of those of whom a month is over, how many there were, and how many are still active.
    pub(crate) stayed: (u32, u32),
}

/// What is drawn.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Charts {
    /// The days, oldest first; those on which nothing happened are in it, too.
    pub(crate) days: Vec<DayOfChart>,
    /// Of the few who say most: how many, and their share of all messages in 28 days.
    pub(crate) tops: Vec<(u32, f64)>,
    /// The members who spoke in 28 days, those who said least first, in tenths: what share of them has said what share
    /// of all messages. Nothing where too few are heard.
    pub(crate) lorenz: Vec<(f64, f64)>,
    /// How few of those who spoke said half of it, and how many spoke.
    pub(crate) absence: Option<(u64, u64)>,
    /// What owner and hosts say, of all that humans say.
    pub(crate) owner: Option<f64>,
    /// Messages of humans and of bots.
    pub(crate) said: (u64, u64),
    /// Our posts, and of them promos.
    pub(crate) posts: (u64, u64),
    /// What became of those who joined, by where they came from.
    pub(crate) sources: Vec<(String, OfSource)>,
}

/// The charts of a group; none where no day is closed.
pub(crate) fn charts(state: &State, playbook: Option<&Playbook>, now: Timestamp) -> Option<Charts> {
    let numbers = &state.numbers;
    let last = numbers.closed.back()?.day;
    let first = last.plus(1 - DAYS as i32).max(numbers.closed.front()?.day);
    let known: BTreeMap<CivilDay, _> = numbers.days_since(first).map(|day| (day.day, day)).collect();
    let days: Vec<DayOfChart> = (0..=last.since(first))
        .map(|n| first.plus(n))
        .map(|day| {
            let of = known.get(&day);
            let of = |count: fn(&DayNumbers) -> u32| of.map_or(0, |day| count(day));
            DayOfChart {
                day,
                speakers: of(|day| day.speakers),
                joined: of(|day| day.joined),
                left: of(|day| day.left),
            }
        })
        .collect();
    let sum = |count: fn(&DayNumbers) -> u32| known.values().map(|day| u64::from(count(day))).sum::<u64>();
    let gauges = reading(state, playbook, now);
    let charts = Charts {
        days,
        tops: TOPS.iter().filter_map(|n| Some((*n, share(&gauges, "top_share", Some(*n))?))).collect(),
        lorenz: lorenz(&gauges.talk()),
        absence: absence(&gauges),
        owner: share(&gauges, "owner_share", None),
        said: (sum(|day| day.human), sum(|day| day.bot)),
        posts: (sum(DayNumbers::all_posts), sum(|day| day.posts_of(Label::Promo))),
        sources: sources(state, last),
    };
    Some(charts)
}

fn share(gauges: &Gauges, name: &str, taken: Option<u32>) -> Option<f64> {
    let metric = find(name).filter(|metric| metric.unit == MetricUnit::Share)?;
    gauges.read(metric, taken).value
}

/// How few say half of what is said; nothing where that is not known.
fn absence(gauges: &Gauges) -> Option<(u64, u64)> {
    let figure = gauges.read(find("absence_factor")?, None);
    Some((figure.value? as u64, figure.of?))
}

/// Into how many parts those who spoke are cut.
const LORENZ_PARTS: u64 = 10;

/// What the quietest tenth of those who spoke has said, the quietest two tenths, and so on: shares of people and of
/// messages. `talk` has messages and how many members said so many, the most first.
fn lorenz(talk: &[(u64, u64)]) -> Vec<(f64, f64)> {
    let voices: u64 = talk.iter().map(|(_, members)| members).sum();
    let said: u64 = talk.iter().map(|(messages, members)| messages * members).sum();
    if voices < 2 || said == 0 {
        return Vec::new();
    }
    let of_quietest = |n: u64| {
        let (mut left, mut sum) = (n, 0);
        for (messages, members) in talk.iter().rev() {
            let of_them = left.min(*members);
            (left, sum) = (left - of_them, sum + messages * of_them);
        }
        sum
    };
    let parts = LORENZ_PARTS.min(voices);
    let cut = |part: u64| voices * part / parts;
    (0..=parts).map(cut).map(|n| (n as f64 / voices as f64, of_quietest(n) as f64 / said as f64)).collect()
}

/// What became of those who joined, the largest source first.
fn sources(state: &State, last: CivilDay) -> Vec<(String, OfSource)> {
    let mut all: BTreeMap<String, OfSource> = BTreeMap::new();
    for cohort in state.numbers.cohorts.between(last.plus(-JOINED_DAYS), last) {
        let of = all.entry(cohort.from.clone()).or_default();
        of.joined = of.joined.saturating_add(cohort.joined);
        of.spoke = of.spoke.saturating_add(cohort.activated);
        if let Some(stayed) = cohort.retained {
            of.stayed = (of.stayed.0.saturating_add(cohort.joined), of.stayed.1.saturating_add(stayed));
        }
    }
    let mut all: Vec<(String, OfSource)> = all.into_iter().collect();
    all.sort_by_key(|(_, of)| std::cmp::Reverse(of.joined));
    all.truncate(SOURCES);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_says_what_the_quietest_have_said() {
        // One said 90, nine said 10 each.
        let curve = lorenz(&[(90, 1), (10, 9)]);
        assert_eq!(curve.len(), 11);
        assert_eq!((curve[0], curve[10]), ((0.0, 0.0), (1.0, 1.0)));
        assert_eq!(curve[9], (0.9, 0.5), "nine of ten said half of it");
        // Where all say the same it is straight.
        assert!(lorenz(&[(7, 20)]).iter().all(|(people, said)| (people - said).abs() < 1e-9));
        assert_eq!(lorenz(&[(7, 3)]).len(), 4, "of three there are no tenths");
        assert!(lorenz(&[(7, 1)]).is_empty() && lorenz(&[]).is_empty());
    }
}
