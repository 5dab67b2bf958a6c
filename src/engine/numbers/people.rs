//! The numbers of people: who comes and goes, who knows whom, who looks after the group.
//!
//! Each is computed here as its formula in the table of metrics says.

use super::{
    cohort::{CHECKED_AFTER, Cohort},
    event::{AFTER, Event},
    gauges::Gauges,
    talk::core_days,
    unknown::{DEAF_FOR_JOINS, OF_NOTHING},
};
use crate::base::{
    civil_day::CivilDay,
    habits::window,
    ids::MemberId,
    metric::{self, Figure},
    phrase::pair,
    time::Duration,
};
use std::collections::{BTreeMap, BTreeSet};

/// A number of this file, by its name.
pub(super) fn figure(of: &Gauges, name: &str, n: u32) -> Option<Figure> {
    let numbers = &of.numbers;
    let sum = |field: fn(&super::day::DayNumbers) -> u32| numbers.sum(n, field);
    let today = numbers.today;
    if metric::ARRIVALS.contains(&name) && !of.hears_joins() {
        return Some(Figure::unknown(DEAF_FOR_JOINS));
    }
    if metric::DONE.contains(&name) && !of.hears() {
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
            let top = of.survey().top.iter().take(n as usize);
            let all = top.len() as u64;
            let new = top.filter(|voice| voice.new).count() as u64;
            Figure { complete: of.is_complete(30), ..of.count(28, new, Some(all)) }
        }
        "never_spoke" => {
            let (settled, silent) = of.survey().settled;
            of.share(28, silent as f64, settled)
        }
        "attendance" | "show_up" | "after" | "after_absent" => of_date(of, name, n),
        "strikes" => of.count(n, sum(|day| day.strikes), None),
        "execution" => {
            let due = sum(|day| day.done) + sum(|day| day.late) + sum(|day| day.missed);
            of.share(n, sum(|day| day.done) as f64, due)
        }
        "missed" => of.count(n, sum(|day| day.missed), None),
        "members_per_operator" => {
            let lately = |at: &&crate::base::time::Timestamp| of.now.since(**at) <= Duration::DAY.times(7);
            let active = numbers.operators.iter().filter(|(_, at)| lately(at));
            let ids: BTreeSet<MemberId> = active.map(|(who, _)| MemberId::new(who)).collect();
            // One person may write under the id of a platform and do tasks under a name.
            let people: BTreeSet<&MemberId> = ids.iter().map(|id| of.members.own_id(id)).collect();
            of.share(7, of.humans() as f64, people.len() as u64)
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

/// What a number is made of: of arrivals by source, of tasks by play, role and person, of rubbish by kind.
pub(super) fn parts_of(of: &Gauges, name: &str) -> BTreeMap<String, Figure> {
    match name {
        "execution" => by_play(of),
        "junk_share" if of.hears() => by_kind(of),
        "sla_breach" if of.hears() => by_duty(of),
        _ => by_source(of, name),
    }
}

/// Tasks of a week done in time, by play, by role and by person.
fn by_play(of: &Gauges) -> BTreeMap<String, Figure> {
    let mut sums: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for (play, duties) in of.numbers.last_days(7).flat_map(|day| &day.duties) {
        let sum = sums.entry(play.clone()).or_default();
        sum.0 += u64::from(duties.done);
        sum.1 += u64::from(duties.done) + u64::from(duties.late) + u64::from(duties.missed);
    }
    sums.into_iter().map(|(play, (done, due))| (play, of.share(7, done as f64, due))).collect()
}

/// Answers of four weeks later than promised, by the role and the person on duty.
fn by_duty(of: &Gauges) -> BTreeMap<String, Figure> {
    let mut sums: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for (whose, answers) in of.numbers.last_days(28).flat_map(|day| &day.answers) {
        let sum = sums.entry(whose.clone()).or_default();
        sum.0 += u64::from(answers.late);
        sum.1 += u64::from(answers.answered);
    }
    sums.into_iter().map(|(whose, (late, all))| (whose, of.share(28, late as f64, all))).collect()
}

/// What was screened in a week, by kind.
fn by_kind(of: &Gauges) -> BTreeMap<String, Figure> {
    let said = of.numbers.sum(7, |day| day.human);
    let mut sums: BTreeMap<String, u64> = BTreeMap::new();
    for (kind, n) in of.numbers.last_days(7).flat_map(|day| &day.junk) {
        *sums.entry(kind.clone()).or_default() += u64::from(*n);
    }
    sums.into_iter().map(|(kind, n)| (kind, of.share(7, n as f64, said))).collect()
}

/// A number for each source of those who joined.
fn by_source(of: &Gauges, name: &str) -> BTreeMap<String, Figure> {
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

/// A number of the date that was so many dates ago.
fn of_date(of: &Gauges, name: &str, n: u32) -> Figure {
    let events = &of.numbers.events;
    let Some(event) = events.len().checked_sub(n as usize).and_then(|at| events.get(at)) else {
        return Figure::unknown(pair(
            "no date to which members could sign up is over yet",
            "还没有办完过可以报名的活动",
        ));
    };
    if !of.hears() && (!event.door || name.starts_with("after")) {
        return Figure::unknown(of.deaf());
    }
    let days = u32::try_from(of.numbers.today.since(event.day).max(0)).unwrap_or_default().saturating_add(1);
    let signed = event.signed.len() as u64;
    let absent = || event.signed.iter().filter(|id| !event.came.contains(id));
    match name {
        "attendance" => of.count(days, u64::from(event.heads), Some(signed)),
        "show_up" => {
            let came = event.came.iter().filter(|id| event.signed.contains(id)).count();
            of.share(days, came as f64, signed)
        }
        "after" => of.lasting(event, event.came.iter(), days),
        "after_absent" => of.lasting(event, absent(), days),
        _ => Figure::unknown(OF_NOTHING),
    }
}

impl Gauges {
    /// Of some members, those who did or bought anything in the month after a date.
    fn lasting<'a>(&self, event: &Event, whom: impl Iterator<Item = &'a MemberId>, days: u32) -> Figure {
        let today = self.numbers.today;
        let since = today.since(event.day);
        // The bits of the days after the date, at most a month of them.
        let skipped = u32::try_from(since - AFTER).unwrap_or_default();
        let bits = window(u32::try_from(since).unwrap_or_default()) & !window(skipped);
        let lasts = |id: &MemberId| {
            let acted = self.members.habits(id).map_or(0, |habits| habits.acted(today));
            acted & bits != 0 || event.paid.contains(id)
        };
        let (all, lasting) = whom.fold((0_u64, 0_u64), |sum, id| (sum.0 + 1, sum.1 + u64::from(lasts(id))));
        self.share(days, lasting as f64, all)
    }
}
