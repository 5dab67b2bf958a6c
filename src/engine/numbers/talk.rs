//! The numbers of what is said: who speaks, who carries the talk, what is answered, what our posts come to.
//!
//! Each is computed here as its formula in the table of metrics says.

use super::{gauges::Gauges, unknown::OF_NOTHING};
use crate::{
    base::{
        habits::window,
        metric::{self, Figure},
        phrase::pair,
        time::Duration,
    },
    model::message::Label,
};

/// The share of members who speak in a week that counts as full health.
const SPEAKERS_WANTED: f64 = 0.1;
/// The same for members who know another, and for newcomers who speak.
const HALF: f64 = 0.5;
/// Less than so many known points give no health.
const HEALTH_KNOWN_MIN: f64 = 60.0;
/// Days for which counts a day are kept.
const MONTH: u32 = 28;

/// A number of this file, by its name.
pub(super) fn figure(of: &Gauges, name: &str, n: u32) -> Option<Figure> {
    let numbers = &of.numbers;
    let sum = |field: fn(&super::day::DayNumbers) -> u32| numbers.sum(n, field);
    if let Some(figure) = ours(of, name, n) {
        return Some(figure);
    }
    if !of.hears() && metric::SAID.contains(&name) {
        return Some(Figure::unknown(of.deaf()));
    }
    let humans = of.humans();
    let speakers = u64::from(numbers.speakers.within(n));
    Some(match name {
        "health" => health(of),
        "speakers" => of.count(n, speakers, Some(humans)),
        "speakers_share" => of.share(n, speakers as f64, humans),
        "actors" => of.count(n, u64::from(numbers.actors.within(n)), Some(humans)),
        "messages" => of.count(n, sum(|day| day.human), None),
        "messages_per_speaker" => of.share(n, sum(|day| day.human) as f64, speakers),
        "wau" => of.count(7, u64::from(numbers.speakers.within(7)), Some(humans)),
        "mau" => of.count(30, u64::from(numbers.speakers.within(30)), Some(humans)),
        "dau" => of.share(30, of.survey().speaker_days as f64, 30),
        "stickiness" => {
            let month = u64::from(numbers.speakers.within(30));
            of.share(30, of.survey().speaker_days as f64 / 30.0 * 100.0, month)
        }
        "trend" => {
            let [this, _, before] = of.survey().weeks;
            Figure { value: Some((this as f64 - before as f64) / 2.0), ..of.count(21, 0, None) }
        }
        "new_speakers" => of.count(n, sum(|day| day.new_speakers), Some(speakers)),
        "reactions" => of.count(n, sum(|day| day.reactions), None),
        "asked" => of.count(n, sum(|day| day.asked), None),
        "first_response" => response(of, 50),
        "first_response_p90" => response(of, 90),
        "response_rate" => of.share(n, sum(|day| day.answered) as f64, sum(|day| day.settled)),
        "sla_breach" => {
            of.share(n, sum(super::day::DayNumbers::late_answers) as f64, sum(|day| day.answered))
        }
        "owner_share" => of.share(n, sum(|day| day.owner) as f64, sum(|day| day.human)),
        "bot_share" => {
            let ours = sum(|day| day.bot) + sum(super::day::DayNumbers::all_posts);
            of.share(n, ours as f64, ours + sum(|day| day.human))
        }
        "owner_replies" => of.share(n, sum(|day| day.replies_owner) as f64, sum(|day| day.replies)),
        "top_share" => of.share(MONTH, of.survey().said_by_top(n as usize) as f64, of.survey().said()),
        "gini" => gini(of),
        "hhi" => {
            let said = of.survey().said();
            let squares: u64 = of.survey().counts().map(|(x, members)| x * x * members).sum();
            of.share(MONTH, squares as f64 / said.max(1) as f64, said)
        }
        "absence_factor" => absence(of),
        "silence" => numbers.spoke.map_or_else(
            || Figure::unknown(pair("nobody has spoken yet", "还没有人说过话")),
            |at| Figure { value: Some(of.days_since(at).floor()), ..of.count(1, 0, None) },
        ),
        "longest_silence" => {
            Figure { value: Some(longest(of, 30, |day| day.human == 0)), ..of.count(30, 0, None) }
        }
        "on_topic" => of.share(n, sum(|day| day.on_topic) as f64, sum(|day| day.judged)),
        "junk_share" => of.share(n, sum(super::day::DayNumbers::all_junk) as f64, sum(|day| day.human)),
        _ => return None,
    })
}

/// The numbers of what we do ourselves, which are known without an ear.
fn ours(of: &Gauges, name: &str, n: u32) -> Option<Figure> {
    let numbers = &of.numbers;
    let posts = |days| numbers.sum(days, super::day::DayNumbers::all_posts);
    Some(match name {
        "posts" => of.count(n, posts(n), None),
        "promo_share" => of.share(n, numbers.sum(n, |day| day.posts_of(Label::Promo)) as f64, posts(n)),
        "longest_gap" => {
            Figure { value: Some(longest(of, n, |day| day.all_posts() == 0)), ..of.count(n, 0, None) }
        }
        "conversions" if of.sells() => of.count(n, numbers.sum(n, |day| day.bought), None),
        "conversions" => Figure::unknown(pair(
            "nobody reports what is bought: no play hears `order.paid` or `paid`",
            "没有人上报成交：没有玩法听 `order.paid` 或 `paid`",
        )),
        "promo_response" if of.hears() => {
            let over = numbers.campaigns.iter().rev().find(|one| of.now.since(one.at) >= Duration::DAY);
            over.map_or_else(
                || Figure::unknown(OF_NOTHING),
                |one| of.share(1, f64::from(one.responses), u64::from(one.members)),
            )
        }
        "promo_trend" if of.hears() => {
            let over: Vec<_> =
                numbers.campaigns.iter().filter(|one| of.now.since(one.at) >= Duration::DAY).collect();
            let rate = |one: &super::kept::Campaign| f64::from(one.responses) / f64::from(one.members.max(1));
            match (over.len().checked_sub(5).and_then(|at| over.get(at)), over.last()) {
                (Some(first), Some(last)) if first.responses > 0 => {
                    Figure { value: Some(rate(last) / rate(first)), of: Some(5), ..of.count(1, 0, None) }
                }
                _ => Figure::unknown(pair(
                    "there are no five advertisements yet of which the first brought anything back",
                    "还没有五条推广，或其中第一条没有响应",
                )),
            }
        }
        "promo_response" | "promo_trend" => Figure::unknown(of.deaf()),
        _ => return None,
    })
}

/// The longest run of closed days of which something is true; a day without a record had nothing.
fn longest(of: &Gauges, days: u32, quiet: impl Fn(&super::day::DayNumbers) -> bool) -> f64 {
    let numbers = &of.numbers;
    let first = numbers.today.plus(-(days as i32)).max(numbers.began);
    let (mut last, mut most) = (first.plus(-1), 0);
    for day in numbers.days_since(first).filter(|day| !quiet(day)) {
        most = most.max(day.day.since(last) - 1);
        last = day.day;
    }
    f64::from(most.max(numbers.today.since(last) - 1))
}

fn response(of: &Gauges, part: u64) -> Figure {
    let mut steps: Vec<u64> = Vec::new();
    for day in of.numbers.last_days(MONTH) {
        steps.resize(steps.len().max(day.first_response.len()), 0);
        steps.iter_mut().zip(&day.first_response).for_each(|(sum, n)| *sum += u64::from(*n));
    }
    let all: u64 = steps.iter().sum();
    let mut seen = 0;
    let reached = steps.iter().position(|n| {
        seen += n;
        seen * 100 >= all * part
    });
    match reached.filter(|_| all > 0) {
        Some(step) => {
            Figure { value: Some((1_u64 << step) as f64), of: Some(all), ..of.count(MONTH, 0, None) }
        }
        None => Figure { of: Some(0), ..Figure::unknown(OF_NOTHING) },
    }
}

fn gini(of: &Gauges) -> Figure {
    let (voices, said) = (of.survey().voices(), of.survey().said());
    let n = voices as f64;
    if said == 0 {
        return Figure { of: Some(0), ..Figure::unknown(OF_NOTHING) };
    }
    // Those who said the same have ranks one after the other.
    let (mut below, mut ranked) = (0_u64, 0_u64);
    for (messages, members) in of.survey().counts().rev() {
        let ranks = members * below + members * (members + 1) / 2;
        ranked += messages * ranks;
        below += members;
    }
    let value = 2.0 * ranked as f64 / (n * said as f64) - (n + 1.0) / n;
    Figure { value: Some(value), of: Some(voices), ..of.count(MONTH, 0, None) }
}

fn absence(of: &Gauges) -> Figure {
    match of.survey().half() {
        Some(few) => of.count(MONTH, few, Some(of.survey().voices())),
        None => Figure { of: Some(0), ..Figure::unknown(OF_NOTHING) },
    }
}

/// What health is made of, in one table: the number, its weight, and how much of the weight a value gives.
type HealthPart = (&'static str, f64, fn(&Gauges, f64) -> f64);
const HEALTH: [HealthPart; 6] = [
    ("speakers_share", 30.0, |_, share| share / SPEAKERS_WANTED),
    ("trend", 20.0, |of, slope| {
        let weeks = of.survey().weeks;
        let mean = weeks.iter().sum::<u64>() as f64 / weeks.len() as f64;
        if mean > 0.0 { 1.0 + slope / mean } else { 0.0 }
    }),
    ("connected", 15.0, |_, share| share / HALF),
    ("response_rate", 15.0, |_, share| share),
    ("bot_share", 10.0, |of, bots| {
        let owner = part(of, "owner_share").unwrap_or(0.0);
        (1.0 - (bots + (1.0 - bots) * owner)) / HALF
    }),
    ("activation", 10.0, |_, share| share / HALF),
];

fn part(of: &Gauges, name: &str) -> Option<f64> {
    metric::find(name).and_then(|metric| of.read(metric, None).value)
}

fn health(of: &Gauges) -> Figure {
    let (mut known, mut points) = (0.0, 0.0);
    for (name, weight, give) in HEALTH {
        if let Some(value) = part(of, name) {
            known += weight;
            points += weight * give(of, value).clamp(0.0, 1.0);
        }
    }
    if known < HEALTH_KNOWN_MIN {
        return Figure::unknown(pair("less than 60 of its 100 points are known", "100 分里已知的不足 60 分"));
    }
    let value = (points / known * 100.0).round();
    Figure { value: Some(value), of: Some(known as u64), ..of.count(21, 0, None) }
}

/// Days of the last so many on which a core member spoke.
pub(super) fn core_days(of: &Gauges, days: u32) -> Option<u32> {
    of.survey().core.map(|spoke| (spoke & window(days)).count_ones())
}
