//! The rules about what is said: who says it, how much, who answers, what our posts come to.

use super::exam::{Exam, Than};
use crate::{
    base::{
        civil_day::CivilDay,
        limits,
        metric::MetricUnit,
        phrase::{Phrase, phrase},
        time::Duration,
    },
    engine::numbers::day::DayNumbers,
};
use std::collections::BTreeSet;

/// A share of fewer is no sign of anything.
const SAMPLE: u64 = limits::DOCTOR_SAMPLE_MIN;
/// The same where each of what is counted is rare.
const FEW: u64 = limits::DOCTOR_RARE_MIN;
/// Kinds of groups in which one is meant to speak.
const SPOKEN_TO: [&str; 3] = ["class", "service", "notice"];

pub(super) fn junk(exam: &mut Exam<'_>) -> bool {
    let limit = exam.limit("junk");
    let screened = exam.beyond("junk_share", Some(7), Than::More, limit, SAMPLE);
    let strikes = |days| exam.chart.gauges.numbers.sum(days, |day| day.strikes);
    let [one, two, three] = [strikes(7), strikes(14), strikes(21)];
    let weeks = [three - two, two - one, one];
    let least = exam.limit("junk_strikes");
    let rising = weeks[0] < weeks[1] && weeks[1] < weeks[2] && one as f64 >= least;
    if rising {
        let [a, b, c] = weeks;
        let says = phrase!(
            "breaches of rules of the last three weeks: {a}, {b}, {c}",
            "最近三周的违规：{a}、{b}、{c} 次"
        );
        exam.note(one as f64, least, says);
    }
    screened || rising
}

pub(super) fn flood(exam: &mut Exam<'_>) -> bool {
    if !exam.hears() {
        return false;
    }
    let numbers = exam.chart.gauges.numbers.clone();
    let first = numbers.today.plus(-27).max(numbers.began);
    let lived = usize::try_from(numbers.today.since(first)).unwrap_or(0).saturating_add(1);
    let members = exam.chart.gauges.humans() as f64;
    let (usual, least) = (exam.limit("flood").max(2.0 * members), exam.limit("flood_days"));
    // What is said beside the channels that are told is one more.
    let named: BTreeSet<&str> =
        numbers.last_days(28).flat_map(|day| day.channels.keys().map(String::as_str)).collect();
    let rest = std::iter::once(None).chain(named.into_iter().map(Some));
    let mut found = false;
    for channel in rest {
        let said = |day: &DayNumbers| match channel {
            Some(channel) => day.channels.get(channel).copied().unwrap_or(0),
            None => day.channels.values().fold(day.human, |rest, said| rest.saturating_sub(*said)),
        };
        let mut counts: Vec<u32> = numbers.last_days(28).map(said).collect();
        counts.resize(lived, 0);
        counts.sort_unstable();
        let median = f64::from(counts.get(counts.len() / 2).copied().unwrap_or(0));
        let limit = usual.max(3.0 * median);
        let days = numbers.last_days(7).filter(|day| f64::from(said(day)) > limit).count();
        if (days as f64) < least {
            continue;
        }
        let place =
            channel.map_or_else(Phrase::default, |channel| phrase!(" in `{channel}`", "`{channel}` 里"));
        let says = phrase!(
            "days of the last seven with more than {limit} messages{place}: {days}",
            "最近七天{place}消息超过 {limit} 条的日子：{days} 天"; place
        );
        exam.note(days as f64, least, says);
        found = true;
    }
    found
}

pub(super) fn fading_core(exam: &mut Exam<'_>) -> bool {
    let limit = exam.limit("fading_core") / 7.0;
    if !exam.beyond("core_presence", Some(7), Than::Less, limit, 0) {
        return false;
    }
    let numbers = exam.chart.gauges.numbers.clone();
    let sum = |days, of: fn(&DayNumbers) -> u32| numbers.sum(days, of);
    let week = |of: fn(&DayNumbers) -> u32| (sum(7, of), sum(28, of) - sum(21, of));
    let (answered, settled) = (week(|day| day.answered), week(|day| day.settled));
    if settled.0 < FEW || settled.1 < FEW {
        return false;
    }
    let (now, then) = (answered.0 as f64 / settled.0 as f64, answered.1 as f64 / settled.1 as f64);
    let limit = exam.limit("fading_core_answers");
    // A hair's breadth for shares that cannot be written exactly.
    if then <= 0.0 || now > then * (1.0 - limit) + 1e-9 {
        return false;
    }
    let (was, is) = (MetricUnit::Share.write(then), MetricUnit::Share.write(now));
    let says = phrase!("questions that were answered: {was} three weeks ago, {is} this week", "有人回答的提问：三周前 {was}，本周 {is}"; was, is);
    exam.note(now, then * (1.0 - limit), says);
    true
}

pub(super) fn monologue(exam: &mut Exam<'_>) -> bool {
    if exam.chart.kind.as_deref().is_some_and(|kind| SPOKEN_TO.contains(&kind)) {
        return false;
    }
    let (limit, members) = (exam.limit("monologue"), exam.limit("monologue_members"));
    exam.chart.gauges.humans() as f64 >= members
        && exam.beyond("owner_share", Some(14), Than::More, limit, SAMPLE)
}

pub(super) fn bot_talk(exam: &mut Exam<'_>) -> bool {
    let (bots, speakers) = (exam.limit("bot_talk"), exam.limit("bot_talk_speakers"));
    exam.beyond("bot_share", Some(14), Than::More, bots, SAMPLE)
        && exam.beyond("speakers_share", Some(7), Than::Less, speakers, 0)
}

pub(super) fn no_echo(exam: &mut Exam<'_>) -> bool {
    let gauges = &exam.chart.gauges;
    let over = |at| gauges.now.since(at) >= Duration::DAY;
    let asks = gauges.numbers.asks.iter().filter(|_| gauges.hears_answers());
    let mut lately: Vec<_> =
        gauges.numbers.campaigns.iter().filter(|one| over(one.at)).chain(asks).cloned().collect();
    lately.sort_by_key(|one| std::cmp::Reverse(one.at));
    lately.truncate(3);
    if lately.len() < 3 || !exam.hears() {
        return false;
    }
    let limit = exam.limit("no_echo");
    if lately.iter().any(|one| f64::from(one.responses) >= limit * f64::from(one.members.max(1))) {
        return false;
    }
    let responses: u32 = lately.iter().map(|one| one.responses).fold(0, u32::saturating_add);
    let members = lately.first().map_or(0, |one| one.members);
    let says = phrase!(
        "responses to the last three advertisements and questions to the group: {responses}, among {members} members",
        "最近三条推广和提问的响应：{responses} 次，成员 {members} 人"
    );
    exam.note(f64::from(responses), limit, says);
    true
}

pub(super) fn worn_ads(exam: &mut Exam<'_>) -> bool {
    let limit = exam.limit("worn_ads");
    exam.chart.gauges.numbers.campaigns.len() >= 5 && exam.beyond("promo_trend", None, Than::AtMost, limit, 0)
}

pub(super) fn pushy(exam: &mut Exam<'_>) -> bool {
    let limit = exam.limit("pushy");
    let share = exam.beyond("promo_share", Some(30), Than::More, limit, 10);
    let gauges = &exam.chart.gauges;
    let numbers = &gauges.numbers;
    let after = numbers.sum(30, |day| day.left_after_promo);
    let others = numbers.sum(30, |day| day.left).saturating_sub(after);
    let lately = |at| gauges.now.since(at) <= Duration::DAY.times(30);
    let promo = numbers.campaigns.iter().filter(|one| lately(one.at)).count() as f64;
    let lived = f64::from(numbers.today.since(numbers.began).clamp(0, 29)) + 1.0;
    let times = exam.limit("pushy_quits");
    let (after_each, usual) = (after as f64 / promo.max(1.0), others as f64 / (lived - promo).max(1.0));
    let driven = promo > 0.0 && after >= 3 && after_each > times * usual;
    if driven {
        let (a, b) = (MetricUnit::Plain.write(after_each), MetricUnit::Plain.write(usual));
        let says = phrase!("who left within a day of an advertisement: {a} each time, {b} on another day", "推广后一天内退群：平均每次 {a} 人，平日每天 {b} 人"; a, b);
        exam.note(after_each, times * usual, says);
    }
    share || driven
}

pub(super) fn few_voices(exam: &mut Exam<'_>) -> bool {
    if !exam.beyond("speakers", Some(28), Than::AtLeast, 15.0, 0) {
        return false;
    }
    let (share, people) = (exam.limit("few_voices"), exam.limit("few_voices_people"));
    let one = exam.beyond("top_share", Some(1), Than::More, share, SAMPLE);
    let few = exam.beyond("absence_factor", None, Than::AtMost, people, 0);
    one || few
}

pub(super) fn too_strict(exam: &mut Exam<'_>) -> bool {
    let gauges = &exam.chart.gauges;
    let numbers = gauges.numbers.clone();
    let Some(changed) = numbers.rules_changed.map(|at| numbers.day_of(at)) else { return false };
    let days = numbers.today.since(changed).min(14);
    if days < 3 || numbers.today.since(changed) > 28 || changed.plus(-days) < numbers.began || !exam.hears() {
        return false;
    }
    let (after, before) = ((changed, changed.plus(days - 1)), (changed.plus(-days), changed.plus(-1)));
    let strikes = |(first, last): (CivilDay, CivilDay)| -> u64 {
        numbers
            .last_days(35)
            .filter(|day| day.day >= first && day.day <= last)
            .map(|day| u64::from(day.strikes))
            .sum()
    };
    let spoke = |(first, last)| exam.spoke_between(first, last);
    let (breaches, speakers) = ([strikes(before), strikes(after)], [spoke(before), spoke(after)]);
    let (rise, fall) = (exam.limit("too_strict"), exam.limit("too_strict_speakers"));
    let rose = breaches[1] >= 3 && breaches[1] as f64 >= breaches[0] as f64 * (1.0 + rise);
    let fell = speakers[0] >= FEW && speakers[1] as f64 <= speakers[0] as f64 * (1.0 - fall);
    if !(rose && fell) {
        return false;
    }
    let ([a, b], [c, d]) = (breaches, speakers);
    exam.note(
        b as f64,
        a as f64 * (1.0 + rise),
        phrase!(
            "breaches: {a} in the {days} days before the rules were changed, {b} in as many after",
            "违规：改群规前 {days} 天 {a} 次，此后同样长的时间 {b} 次"
        ),
    );
    exam.note(
        d as f64,
        c as f64 * (1.0 - fall),
        phrase!(
            "members who spoke: {c} in the {days} days before, {d} in as many after",
            "开口的成员：之前 {days} 天 {c} 人，此后同样长的时间 {d} 人"
        ),
    );
    true
}

pub(super) fn dying(exam: &mut Exam<'_>) -> bool {
    let limit = exam.limit("dying");
    let silent = exam.beyond("silence", None, Than::AtLeast, limit, 0);
    let age = exam.chart.gauges.days_since(exam.chart.gauges.created);
    let few = age >= 21.0 && exam.beyond("speakers", Some(7), Than::Less, 3.0, 0);
    let falls = super::habits::falls(exam);
    silent || few || falls
}
