//! The rules about people: who comes and goes, who knows whom, who looks after the group.

use super::exam::{Exam, Than};
use crate::{
    base::{
        civil_day::CivilDay,
        habits::window,
        limits,
        metric::MetricUnit,
        phrase::{Phrase, pair, phrase},
        time::{Duration, Timestamp},
        value::Value,
    },
    model::{calendar::Calendar, hours::Hours},
};
use std::collections::BTreeMap;

const SAMPLE: u64 = limits::DOCTOR_SAMPLE_MIN;
const FEW: u64 = limits::DOCTOR_RARE_MIN;
/// So many newcomers tell something about where they came from.
const NEWCOMERS: u64 = 10;

pub(super) fn unclear_topic(exam: &mut Exam<'_>) -> bool {
    let limit = exam.limit("unclear_topic");
    let leave = exam.beyond("early_quits", Some(30), Than::AtLeast, limit, NEWCOMERS);
    let charter = &exam.playbook.charter;
    let lacking: Vec<&str> = ["audience", "not_for"]
        .into_iter()
        .filter(|key| charter.get(key).is_none_or(Value::is_null))
        .collect();
    // Where there is no charter at all, nothing was said that could be unclear.
    let vague = charter.as_map().is_some() && !lacking.is_empty();
    if vague {
        let names = Phrase::ticks(&lacking, "and");
        exam.lacks(phrase!("`charter` has no {names}", "`charter` 没有 {names}"; names));
    }
    leave || vague
}

pub(super) fn unattended(exam: &mut Exam<'_>) -> bool {
    let least = exam.limit("unattended_missed");
    let missed = exam.beyond("missed", Some(7), Than::AtLeast, least, 0);
    let limit = exam.limit("unattended");
    let idle = exam.hears().then(|| working_days_alone(exam)).flatten();
    if exam.chart.gauges.numbers.operators.is_empty() {
        exam.miss(pair(
            "who looks after the group: nobody has done so yet",
            "谁在照看这个群：还没有人照看过",
        ));
    }
    let alone = idle.filter(|days| *days >= limit);
    if let Some(days) = alone {
        let (shown, bound) =
            (MetricUnit::Plain.write(days), Than::AtLeast.words(&MetricUnit::Plain.write(limit)));
        let says = phrase!("working days since anybody looked after it: {shown}, {bound}", "距上次有人照看的工作日：{shown} 天，{bound}"; shown, bound);
        exam.note(days, limit, says);
    }
    missed || alone.is_some()
}

/// How many working days have passed since anybody looked after the group.
fn working_days_alone(exam: &Exam<'_>) -> Option<f64> {
    let gauges = &exam.chart.gauges;
    let zone = gauges.numbers.zone();
    let last = *gauges.numbers.operators.values().max()?;
    let weekdays = Calendar::default();
    let calendar = exam.playbook.workdays().unwrap_or(&weekdays);
    // Longer ago is long ago.
    let mut at = if gauges.now.since(last) > Duration::DAY.times(60) {
        gauges.now.plus(Duration::DAY.times(-60))
    } else {
        last
    };
    // Where the role has hours, its day is as long as they are.
    let host = exam.chart.host.as_deref().filter(|role| role.hours.is_some());
    let hours = host.map(|role| Hours::of(exam.playbook, Some(role)));
    let mut alone = 0.0;
    while at < gauges.now {
        let (begin, next) = zone.day_bounds(at);
        let end = next.min(gauges.now);
        if calendar.is_workday(zone.date(at)) {
            let within = |from, to| {
                hours.as_ref().map_or_else(|| Timestamp::since(to, from), |hours| hours.within(from, to))
            };
            let (passed, day) = (within(at, end).as_millis(), within(begin, next).as_millis());
            alone += passed as f64 / day.max(1) as f64;
        }
        at = end.max(at.plus(Duration::MINUTE));
    }
    Some(alone)
}

pub(super) fn cold_spike(exam: &mut Exam<'_>) -> bool {
    let gauges = &exam.chart.gauges;
    let (numbers, members) = (&gauges.numbers, &gauges.members);
    let today = numbers.today;
    let first = today.plus(-29);
    let mut days: BTreeMap<CivilDay, u64> = BTreeMap::new();
    for cohort in numbers.cohorts.between(first, today) {
        *days.entry(cohort.day).or_default() += u64::from(cohort.joined);
    }
    let all: u64 = days.values().sum();
    let others = f64::from(today.since(numbers.began.max(first))).max(1.0);
    let (times, left) = (exam.limit("cold_spike"), exam.limit("cold_spike_left"));
    let spikes: Vec<(CivilDay, u64)> = days
        .into_iter()
        .filter(|(day, joined)| {
            let mean = (all - joined) as f64 / others;
            *joined >= NEWCOMERS && *joined as f64 > times * mean && today.since(*day) >= 6
        })
        .collect();
    if spikes.is_empty() || !exam.hears() {
        return false;
    }
    for (day, joined) in spikes {
        let back = today.since(day).unsigned_abs();
        let came = members.all_habits().map(|(_, habits)| habits).filter(|habits| habits.came == Some(day));
        let at_once: Vec<u64> =
            came.map(|habits| habits.spoke(today)).filter(|days| days >> back & 1 != 0).collect();
        // The fifth to the seventh day, the day of coming being the first.
        let still = |days: &&u64| **days >> (back - 6) & window(3) != 0;
        let (spoke, later) = (at_once.len() as u64, at_once.iter().filter(still).count() as u64);
        if spoke >= FEW && (later as f64) < left * spoke as f64 {
            let says = phrase!(
                "{day}: {joined} joined, {spoke} of them spoke that day, {later} of those on the fifth to seventh day",
                "{day}：{joined} 人入群，当天 {spoke} 人开口，其中第五至七天还开口的 {later} 人"
            );
            exam.note(later as f64, left * spoke as f64, says);
            return true;
        }
    }
    false
}

pub(super) fn freeloaders(exam: &mut Exam<'_>) -> bool {
    let gauges = &exam.chart.gauges;
    let sources = gauges.parts_of("activation");
    let enough = |of: Option<u64>| of.is_some_and(|of| of >= NEWCOMERS);
    if !sources.iter().any(|(name, figure)| !name.is_empty() && enough(figure.of)) || !exam.hears() {
        return false;
    }
    let (most, silent) = (exam.limit("freeloaders"), exam.limit("freeloaders_silent"));
    let today = gauges.numbers.today;
    let mut found = false;
    for (name, figure) in sources {
        let Some(share) = figure.value.filter(|share| *share <= most) else { continue };
        if name.is_empty() || !enough(figure.of) {
            continue;
        }
        let (mut all, mut idle) = (0_u64, 0_u64);
        for (id, habits) in gauges.members.all_habits() {
            let then = habits.came.is_some_and(|day| (8..=60).contains(&today.since(day)));
            if then && gauges.members.get(id).is_some_and(|member| member.source == name) {
                all += 1;
                idle += u64::from(habits.acted(today) & window(7) == 0);
            }
        }
        if all > 0 && idle as f64 >= silent * all as f64 {
            let (share_shown, of) = (MetricUnit::Share.write(share), figure.of.unwrap_or(0));
            let says = phrase!(
                "from `{name}`: {share_shown} of {of} spoke within a week, {idle} of {all} did nothing this week",
                "来自 `{name}`：{of} 人里七天内开口的占 {share_shown}，{all} 人里本周没有动静的 {idle} 人",
                share_shown = share_shown.en
            );
            exam.note(share, most, says);
            found = true;
        }
    }
    found
}

pub(super) fn adverts_arrive(exam: &mut Exam<'_>) -> bool {
    let numbers = &exam.chart.gauges.numbers;
    let new = numbers.sum(30, |day| day.new_speakers);
    let screened = numbers.sum(30, |day| day.new_screened);
    let limit = exam.limit("adverts_arrive");
    if new < FEW || screened as f64 <= limit * new as f64 || !exam.hears() {
        return false;
    }
    let says = phrase!(
        "first messages of 30 days: {new}, of which {screened} were screened",
        "30 天内新人的第一条消息：{new} 条，其中 {screened} 条被拦下"
    );
    exam.note(screened as f64, limit * new as f64, says);
    true
}

pub(super) fn lopsided_core(exam: &mut Exam<'_>) -> bool {
    let (share, talk) = (exam.limit("lopsided_core"), exam.limit("lopsided_core_talk"));
    let stars = exam.beyond("core_share", None, Than::More, share, NEWCOMERS)
        && exam.beyond("trend", None, Than::Less, 0.0, 0);
    let nobody = exam.read("core_share", None).is_some_and(|(share, _)| share == 0.0)
        && exam.beyond("messages_per_speaker", Some(7), Than::More, talk, FEW);
    stars || nobody
}

pub(super) fn strangers(exam: &mut Exam<'_>) -> bool {
    if !exam.hears() || exam.chart.gauges.humans() < NEWCOMERS {
        return false;
    }
    let numbers = &exam.chart.gauges.numbers;
    let replies = numbers.sum(28, |day| day.replies);
    if replies == 0 && numbers.sum(28, |day| day.human) >= SAMPLE {
        exam.miss(pair("who replies to whom: no reply was heard", "谁回复了谁：没有听到任何回复"));
    }
    if replies < SAMPLE {
        return false;
    }
    let (known, owner) = (exam.limit("strangers"), exam.limit("strangers_owner"));
    let few = exam.beyond("connected", None, Than::Less, known, 0);
    let hub = exam.beyond("owner_replies", Some(28), Than::More, owner, SAMPLE);
    few || hub
}
