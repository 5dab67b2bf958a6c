//! The rules about how a group is run: who answers, what comes back, who leaves and who comes, whose turn it is.

use super::exam::{Exam, Than};
use crate::{
    base::{
        ids::MemberId,
        limits,
        metric::{MetricUnit, is_share},
        phrase::{Phrase, phrase},
        time::{Duration, Timestamp},
        value::Value,
    },
    model::role::Role,
};

/// A share of fewer is no sign of anything.
const SAMPLE: u64 = limits::DOCTOR_SAMPLE_MIN;
/// The same where each of what is counted is rare.
const FEW: u64 = limits::DOCTOR_RARE_MIN;
/// A group that is younger may still be growing together.
const SETTLED_DAYS: f64 = 60.0;

pub(super) fn off_topic(exam: &mut Exam<'_>) -> bool {
    let (speakers, limit) = (exam.limit("off_topic_speakers"), exam.limit("off_topic"));
    exam.beyond("speakers_share", Some(7), Than::AtLeast, speakers, 0)
        && exam.beyond("on_topic", Some(28), Than::Less, limit, SAMPLE)
}

pub(super) fn no_trust(exam: &mut Exam<'_>) -> bool {
    let (limit, promos) = (exam.limit("no_trust"), exam.limit("no_trust_promos"));
    let gauges = exam.chart.gauges.clone();
    let lately = |at: Timestamp| gauges.now.since(at) <= Duration::DAY.times(30);
    let sold = gauges.numbers.campaigns.iter().filter(|one| lately(one.at)).count();
    if (sold as f64) < promos || !exam.beyond("conversions", Some(30), Than::AtMost, 0.0, 0) {
        return false;
    }
    let says = phrase!("advertisements of 30 days: {sold}", "30 天里的推广：{sold} 条");
    exam.note(sold as f64, promos, says);
    exam.beyond("speakers_share", Some(30), Than::Less, limit, 0)
}

pub(super) fn slow_answers(exam: &mut Exam<'_>) -> bool {
    let (late, rate) = (exam.limit("slow_answers"), exam.limit("slow_answers_rate"));
    let slow = exam.beyond("sla_breach", Some(28), Than::More, late, FEW);
    if slow {
        exam.by_duty(late, FEW);
    }
    let none = exam.beyond("response_rate", Some(28), Than::Less, rate, FEW);
    slow || none
}

pub(super) fn front_loaded(exam: &mut Exam<'_>) -> bool {
    let numbers = exam.chart.gauges.numbers.clone();
    let first = numbers.day_of(exam.chart.gauges.created);
    let age = numbers.today.since(first);
    if !(28..=limits::DAYS_KEPT_MAX as i32).contains(&age) {
        return false;
    }
    let of = |until: i32| -> u64 {
        let days = numbers.last_days(limits::DAYS_KEPT_MAX as u32 + 1);
        days.filter(|day| day.day < first.plus(until)).map(|day| u64::from(day.all_posts())).sum()
    };
    let (early, all) = (of(14), of(i32::MAX));
    let limit = exam.limit("front_loaded");
    if all < SAMPLE || (early as f64) <= limit * all as f64 {
        return false;
    }
    let says = phrase!(
        "posts of the first two weeks: {early}, of {all} in all {age} days",
        "头两周的帖子：{early} 条，{age} 天里一共 {all} 条"
    );
    exam.note(early as f64 / all as f64, limit, says);
    true
}

pub(super) fn lurkers(exam: &mut Exam<'_>) -> bool {
    let limit = exam.limit("lurkers");
    exam.beyond("never_spoke", None, Than::AtLeast, limit, SAMPLE)
}

pub(super) fn no_new_blood(exam: &mut Exam<'_>) -> bool {
    let gauges = exam.chart.gauges.clone();
    let members = gauges.humans();
    if members < SAMPLE || gauges.days_since(gauges.created) < SETTLED_DAYS {
        return false;
    }
    let few = (exam.limit("no_new_blood") * members as f64).floor();
    exam.beyond("joins", Some(30), Than::AtMost, few, 0)
        && exam.beyond("new_speakers", Some(30), Than::AtMost, few, 0)
}

pub(super) fn lost_in_pause(exam: &mut Exam<'_>) -> bool {
    let (days, limit) = (exam.limit("lost_in_pause_days"), exam.limit("lost_in_pause"));
    // Where nothing was ever posted, nothing has paused.
    let posted = exam.read("posts", Some(30)).is_some_and(|(posts, _)| posts > 0.0);
    posted
        && exam.beyond("longest_gap", Some(30), Than::AtLeast, days, 0)
        && exam.beyond("quit_rate", Some(30), Than::AtLeast, limit, SAMPLE)
}

pub(super) fn scattered(exam: &mut Exam<'_>) -> bool {
    let Some(around) = exam.chart.around.clone() else { return false };
    let (groups, limit) = (exam.limit("scattered_groups"), exam.limit("scattered"));
    let gauges = exam.chart.gauges.clone();
    let all = gauges.members.len();
    let many = |id: &MemberId| around.seats.get(id).is_some_and(|seats| f64::from(*seats) >= groups);
    let many = gauges.members.ids().filter(|id| many(id)).count();
    if (all as u64) < SAMPLE || (many as f64) < limit * all as f64 {
        return false;
    }
    let says = phrase!(
        "members who are in {groups} groups or more: {many} of {all}",
        "同时在 {groups} 个以上群里的成员：{all} 人里有 {many} 人"
    );
    exam.note(many as f64 / all as f64, limit, says);
    true
}

pub(super) fn sprawl(exam: &mut Exam<'_>) -> bool {
    let Some(around) = exam.chart.around.clone() else { return false };
    let limit = exam.limit("sprawl");
    let Some(median) = around.health.filter(|health| *health < limit) else { return false };
    let (groups, young) = (around.groups, around.young);
    if groups < 3 || young == 0 {
        return false;
    }
    let shown = MetricUnit::Points.write(median);
    let [groups, young] = [groups, young].map(|n| Phrase::same(n.to_string()));
    let says = phrase!("groups: {groups}, of which {young} are younger than 60 days; the one in the middle has a health of {shown}", "群：{groups} 个，其中 {young} 个不满 60 天；健康度居中的群是 {shown}"; groups, young, shown);
    exam.note(median, limit, says);
    true
}

pub(super) fn no_guest(exam: &mut Exam<'_>) -> bool {
    let now = exam.chart.gauges.now;
    let (last, next) = exam.chart.guests;
    let Some(last) = last else { return false };
    let limit = exam.limit("no_guest");
    let ends = next.unwrap_or(now).max(now);
    let days = ends.since(last).as_millis() as f64 / Duration::DAY.as_millis() as f64;
    let soon = next.is_some_and(|next| next.since(now) <= Duration::DAY.times(14));
    if days <= limit || soon {
        return false;
    }
    let days = days.floor();
    let says = phrase!(
        "days without a date of any play: {days}, and none in the two weeks to come",
        "没有任何活动日期的天数：{days} 天，往后两周也没有"
    );
    exam.note(days, limit, says);
    true
}

pub(super) fn late_handover(exam: &mut Exam<'_>) -> bool {
    let gauges = exam.chart.gauges.clone();
    let limit = exam.limit("late_handover");
    let mut late = false;
    for role in exam.playbook.roles.values() {
        let zone = &exam.playbook.zone;
        let Some(begun) = begun(role, gauges.created, gauges.now, zone) else { continue };
        let days = gauges.days_since(begun);
        let since = |people: Vec<crate::base::person::Person>| {
            let names = people.iter().flat_map(|person| [person.id.as_str(), person.name.as_str()]);
            // What they write is counted under the id of a platform.
            let ids = people
                .iter()
                .map(|person| gauges.members.own_id(&MemberId::new(person.id.as_str())).to_string());
            let known: Vec<String> = names.map(str::to_owned).chain(ids).collect();
            known.iter().filter_map(|name| gauges.numbers.operators.get(name)).any(|at| *at >= begun)
        };
        let new = role.holders(gauges.created, gauges.now, zone).0;
        let old = role.holders(gauges.created, begun.just_before(), zone).0;
        if days < limit || new == old || since(new.clone()) || !since(old) {
            continue;
        }
        let (name, who) = (&role.name, new.first().map_or("", |person| person.name.as_str()));
        let says = phrase!(
            "`{name}` is {who}'s for {days} days, and only whoever had it before does anything",
            "`{name}` 交给 {who} 已 {days} 天，做事的还是前一位"
        );
        exam.note(days, limit, says);
        late = true;
    }
    late
}

/// When the present term of a role began, if one came before it.
fn begun(
    role: &Role,
    created: Timestamp,
    now: Timestamp,
    zone: &crate::base::time::Zone,
) -> Option<Timestamp> {
    let term = role.term?;
    let from = role.from.unwrap_or(created);
    let n = term.index(from, now, zone);
    (n >= 1 && role.people.len() > 1).then(|| term.nth(from, n, zone))
}

pub(super) fn vanity_goals(exam: &mut Exam<'_>) -> bool {
    let goals = exam.playbook.charter.get("goals").and_then(Value::as_list).unwrap_or_default();
    let metric = |goal: &Value| goal.get("metric").and_then(Value::as_str).map(str::to_owned);
    let measured: Vec<String> = goals.iter().filter_map(metric).collect();
    if (measured.len() as f64) < exam.limit("vanity_goals") || measured.iter().any(|metric| is_share(metric))
    {
        return false;
    }
    let all = measured.join(", ");
    exam.lacks(phrase!(
        "`charter.goals` measures {all}, and no share of anything",
        "`charter.goals` 只量了 {all}，没有一个比例"
    ));
    true
}

/// Whether the group's health fell from week to week for three weeks, by the days that were closed.
pub(super) fn falls(exam: &mut Exam<'_>) -> bool {
    let numbers = exam.chart.gauges.numbers.clone();
    let week = |n: i32| -> Option<f64> {
        let (first, last) = (numbers.today.plus(-7 * (n + 1)), numbers.today.plus(-7 * n - 1));
        let days = numbers.days_since(first).filter(|day| day.day <= last);
        let health: Vec<f64> = days.filter_map(|day| day.health).map(f64::from).collect();
        (health.len() >= 3).then(|| health.iter().sum::<f64>() / health.len() as f64)
    };
    let (Some(now), Some(before), Some(first)) = (week(0), week(1), week(2)) else { return false };
    let limit = exam.limit("dying_health");
    if !(first > before && before > now && first - now >= limit) {
        return false;
    }
    let [a, b, c] = [first, before, now].map(|health| MetricUnit::Points.write(health));
    let says =
        phrase!("health of the last three weeks: {a}, {b}, {c}", "最近三周的健康度：{a}、{b}、{c}"; a, b, c);
    exam.note(first - now, limit, says);
    true
}
