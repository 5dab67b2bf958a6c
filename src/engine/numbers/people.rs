//! The numbers of people: who comes and goes, who knows whom, who looks after the group.
//!
//! Each is computed here as its formula in the table of metrics says.

use super::{
    cohort::{CHECKED_AFTER, Cohort},
    reading::{DEAF_FOR_JOINS, Gauges, OF_NOTHING},
    talk::core_days,
};
use crate::base::{civil_day::CivilDay, metric::Figure, phrase::pair, time::Duration};
use std::collections::BTreeMap;

/// A number of this file, by its name.
pub(super) fn figure(of: &Gauges, name: &str, n: u32) -> Option<Figure> {
    let numbers = &of.numbers;
    let sum = |field: fn(&super::day::DayNumbers) -> u32| numbers.sum(n, field);
    let today = numbers.today;
    if ARRIVALS.contains(&name) && !of.hears_joins() {
        return Some(Figure::unknown(DEAF_FOR_JOINS));
    }
    if HEARD.contains(&name) && !of.hears() {
        return Some(Figure::unknown(of.deaf()));
    }
    Some(match name {
        "joins" => of.count(n, sum(|day| day.joined), None),
        "quits" => of.count(n, sum(|day| day.left), None),
        "net" => {
            let value = sum(|day| day.joined) as f64 - sum(|day| day.left) as f64;
            Figure { value: Some(value), ..of.count(n, 0, None) }
        }
        "quit_rate" => {
            let closed: Vec<u64> = numbers
                .days_since(today.plus(1 - n as i32))
                .map(|day| u64::from(day.members))
                .chain([of.members.len() as u64])
                .collect();
            let mean = closed.iter().sum::<u64>() / closed.len().max(1) as u64;
            of.share(n, sum(|day| day.left) as f64, mean)
        }
        "early_quits" => cohorts(of, (today.plus(1 - n as i32), today), n, |cohort| Some(cohort.left_early)),
        "activation" => {
            let (first, last) = ACTIVATION;
            cohorts(of, (today.plus(first), today.plus(last)), 14, |cohort| Some(cohort.activated))
        }
        "retention30" => {
            let (first, last) = RETENTION;
            cohorts(of, (today.plus(first), today.plus(last)), 35, |cohort| cohort.retained)
        }
        "connected" => of.share(28, of.survey().connected as f64, of.humans()),
        "density" => {
            let (speakers, known) = of.survey().known;
            of.share(28, known as f64, speakers * speakers.saturating_sub(1))
        }
        "core_presence" => match core_days(of, n) {
            Some(days) => of.share(n, f64::from(days), u64::from(n)),
            None => Figure::unknown(pair("no member is tagged `core`", "没有成员带 `core` 标签")),
        },
        "core_share" => of.share(1, of.survey().cores as f64, of.humans()),
        "new_in_top" => {
            let top = of.survey().risen.iter().take(n as usize);
            let all = top.len() as u64;
            let new = top.filter(|new| **new).count() as u64;
            Figure { complete: of.is_complete(30), ..of.count(28, new, Some(all)) }
        }
        "never_spoke" => {
            let (settled, silent) = of.survey().settled;
            of.share(28, silent as f64, settled)
        }
        "strikes" => of.count(n, sum(|day| day.strikes), None),
        "execution" => {
            let due = sum(|day| day.done) + sum(|day| day.late) + sum(|day| day.missed);
            of.share(n, sum(|day| day.done) as f64, due)
        }
        "missed" => of.count(n, sum(|day| day.missed), None),
        "members_per_operator" => {
            let lately = |at: &&crate::base::time::Timestamp| of.now.since(**at) <= Duration::DAY.times(7);
            let operators = numbers.operators.values().filter(lately).count() as u64;
            of.share(7, of.humans() as f64, operators)
        }
        "operators_silence" => numbers.operators.values().max().map_or_else(
            || Figure::unknown(pair("nobody has looked after it yet", "还没有人管理过")),
            |at| Figure { value: Some(of.days_since(*at)), ..of.count(1, 0, None) },
        ),
        _ => return None,
    })
}

/// From when to when those joined of whom it is known whether they spoke within seven days.
const ACTIVATION: (i32, i32) = (-14, -8);
/// From when to when those joined of whom it is known whether they stayed.
const RETENTION: (i32, i32) = (-60, -CHECKED_AFTER);
/// Numbers for which joins have to be heard.
const ARRIVALS: [&str; 5] = ["joins", "net", "early_quits", "activation", "retention30"];
/// Numbers for which members have to be heard.
const HEARD: [&str; 7] =
    ["activation", "retention30", "connected", "density", "core_presence", "new_in_top", "never_spoke"];

fn cohorts(
    of: &Gauges,
    (first, last): (CivilDay, CivilDay),
    days: u32,
    part: impl Fn(&Cohort) -> Option<u32>,
) -> Figure {
    let (mut joined, mut sum) = (0_u64, 0_u64);
    for cohort in of.numbers.cohorts.between(first, last) {
        let Some(n) = part(cohort) else { continue };
        joined += u64::from(cohort.joined);
        sum += u64::from(n);
    }
    of.share(days, sum as f64, joined)
}

/// A number for each source of those who joined.
pub(super) fn by_source(of: &Gauges, name: &str) -> BTreeMap<String, Figure> {
    let today = of.numbers.today;
    type Part = fn(&Cohort) -> Option<u32>;
    let (range, part): ((i32, i32), Part) = match name {
        "joins" => ((-29, 0), |_| Some(0)),
        "early_quits" => ((-29, 0), |cohort| Some(cohort.left_early)),
        "activation" => (ACTIVATION, |cohort| Some(cohort.activated)),
        "retention30" => (RETENTION, |cohort| cohort.retained),
        _ => return BTreeMap::new(),
    };
    let mut sums: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for cohort in of.numbers.cohorts.between(today.plus(range.0), today.plus(range.1)) {
        let Some(n) = part(cohort) else { continue };
        let sum = sums.entry(cohort.from.clone()).or_default();
        sum.0 += u64::from(n);
        sum.1 += u64::from(cohort.joined);
    }
    let read = |(n, joined): (u64, u64)| match name {
        "joins" => of.count(30, joined, None),
        _ if joined == 0 => Figure { of: Some(0), ..Figure::unknown(OF_NOTHING) },
        _ => of.share(30, n as f64, joined),
    };
    sums.into_iter().map(|(source, sum)| (source, read(sum))).collect()
}
