//! Properties that every schedule form has: instants only increase, do not depend on where one starts to look, and
//! are never before `from` or at `until`; the words of two forms are equal only where their instants are. Tests only.

use super::{Frame, Schedule};
use crate::{
    base::{
        locale::Locale,
        person::Person,
        time::{Timestamp, Zone},
    },
    model::{
        calendar::Calendar,
        role::{Role, Term},
    },
};
use jiff::civil::date;
use proptest::prelude::*;

fn clock() -> impl Strategy<Value = String> {
    prop_oneof![
        (0..24, 0..60).prop_map(|(hour, minute)| format!("{hour:02}:{minute:02}")),
        (0..4, 0..60).prop_map(|(hour, minute)| format!("{hour:02}:{minute:02}, {:02}:30", hour + 1)),
    ]
}

fn form() -> impl Strategy<Value = String> {
    let weekday = prop::sample::select(vec!["mon", "tue", "wed", "thu", "fri", "sat", "sunday"]);
    let nth = prop::sample::select(vec!["first", "second", "third", "fourth", "fifth", "last"]);
    let days = prop_oneof![
        (1..40).prop_map(|n| format!("{n} days")),
        Just("workday".to_owned()),
        Just("weekday".to_owned()),
        Just("weekend".to_owned()),
        (weekday.clone(), weekday.clone()).prop_map(|(a, b)| format!("{a}, {b}")),
        (1..6, weekday.clone()).prop_map(|(n, day)| format!("{n} weeks on {day}")),
        (1..5, 1..32, 1..32).prop_map(|(n, a, b)| format!("{n} months on {a}, {b}")),
        (nth, weekday).prop_map(|(nth, day)| format!("month on {nth} {day}")),
        Just("month on last day".to_owned()),
        (1..13, 1..29).prop_map(|(month, day)| format!("year on {month:02}-{day:02}")),
        Just("year on 02-29".to_owned()),
    ];
    prop_oneof![
        1 => (1..200_000).prop_map(|n| format!("{n}s")),
        6 => (days, clock()).prop_map(|(days, clock)| format!("{days} at {clock}")),
    ]
}

fn cron() -> impl Strategy<Value = String> {
    let field = |low: u32, high: u32| {
        prop_oneof![
            3 => Just("*".to_owned()),
            2 => (low..=high).prop_map(|n| n.to_string()),
            1 => (2..9_u32).prop_map(|n| format!("*/{n}")),
        ]
    };
    (field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 7))
        .prop_map(|(a, b, c, d, e)| format!("{a} {b} {c} {d} {e}"))
}

fn schedule() -> impl Strategy<Value = (String, Schedule)> {
    prop_oneof![
        3 => form().prop_map(|text| (text.clone(), Schedule::parse_every(&text).unwrap())),
        1 => cron().prop_map(|text| (text.clone(), Schedule::parse_cron(&text).unwrap())),
    ]
}

fn zone() -> impl Strategy<Value = Zone> {
    let names = vec![
        "Asia/Shanghai",
        "Europe/Berlin",
        "America/Sao_Paulo",
        "Asia/Beirut",
        "America/St_Johns",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "America/Havana",
        "UTC",
    ];
    prop::sample::select(names).prop_map(|name| Zone::named(name).unwrap())
}

/// Instants from 1975 to 2060.
fn instant() -> impl Strategy<Value = Timestamp> {
    (157_766_400_000_i64..2_840_140_800_000).prop_map(Timestamp::from_millis)
}

fn holidays() -> Calendar {
    Calendar {
        off: [date(2026, 10, 1), date(2026, 10, 2)].into(),
        work: [date(2026, 10, 10)].into(),
        tells_work: true,
    }
}

/// Words right and wrong, in several scripts.
const WORDS: [&str; 44] = [
    "every",
    "day",
    "weeks",
    "2",
    "0",
    "31",
    "on",
    "at",
    "of",
    "term",
    "host",
    "last",
    "second",
    "2nd",
    "firday",
    "mon",
    "sun-tue",
    "month",
    "months",
    "year",
    "12-31",
    "12/31",
    "8",
    "8:30",
    "24:00",
    "20:00",
    "pm",
    "8pm",
    "10s",
    "1h30m",
    "*",
    "*/5",
    "1-",
    "/",
    "-",
    ",",
    "@daily",
    "每周五",
    "晚上8点",
    "号",
    "每月",
    "点",
    "İ",
    "é",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn instants_increase_and_do_not_depend_on_where_one_looks_from(
        (text, schedule) in schedule(),
        zone in zone(),
        start in instant(),
        from in prop::option::of(instant()),
        parts in prop::collection::vec(0.0..1.0_f64, 6),
    ) {
        let calendar = holidays();
        let frame = Frame { zone: &zone, from, until: None, workdays: Some(&calendar) };
        let mut at = start;
        for part in parts {
            let Some(next) = schedule.next_after(at, &frame) else { break };
            prop_assert!(next > at, "{text} after {at:?}");
            prop_assert!(from.is_none_or(|from| next >= from), "{text} before from");
            let between = at.as_millis() + (next.since(at).as_millis() as f64 * part) as i64;
            let again = schedule.next_after(Timestamp::from_millis(between), &frame);
            prop_assert_eq!(again, Some(next), "{} from {}", text, between);
            let last = schedule.next_after(next.just_before(), &frame);
            prop_assert_eq!(last, Some(next), "{} just before", text);
            let until = Frame { until: Some(next), ..frame };
            prop_assert_eq!(schedule.next_after(at, &until), None);
            at = next;
        }
    }

    #[test]
    fn a_window_holds_what_asking_again_and_again_gives(
        (text, schedule) in schedule(),
        zone in zone(),
        start in instant(),
        days in 1..40_i64,
        until in prop::option::of(instant()),
    ) {
        let calendar = holidays();
        let frame = Frame { zone: &zone, from: None, until, workdays: Some(&calendar) };
        let end = start.plus(crate::base::time::Duration::DAY.times(days));
        let window: Vec<_> = schedule.between(start, end, &frame).take(300).collect();
        let mut asked = Vec::new();
        let mut at = start.just_before();
        while let Some(next) = schedule.next_after(at, &frame).filter(|next| *next < end && asked.len() < 300) {
            prop_assert!(until.is_none_or(|until| next < until), "{text} at or after until");
            asked.push(next);
            at = next;
        }
        prop_assert_eq!(window, asked, "{}", text);
    }

    #[test]
    fn equal_words_mean_equal_instants(
        one in schedule(),
        other in schedule(),
        start in instant(),
    ) {
        let utc = Zone::utc();
        let frame = Frame::of(&utc);
        for locale in [Locale::En, Locale::Zh] {
            let words = one.1.describe(locale);
            prop_assert!(!words.is_empty() && words == words.trim(), "{}: {words:?}", one.0);
            if words == other.1.describe(locale) {
                let next = |schedule: &Schedule| schedule.next_after(start, &frame);
                prop_assert_eq!(next(&one.1), next(&other.1), "{} and {} are both {}", one.0, other.0, words);
            }
        }
    }

    #[test]
    fn terms_follow_each_other_whatever_one_looks_from(
        length in 1..400_i32,
        unit in 0..3_u8,
        zone in zone(),
        created in instant(),
        after in instant(),
        part in 0.0..1.0_f64,
    ) {
        let term = match unit {
            0 => Term::Days(length),
            1 => Term::Months(length % 24 + 1),
            _ => Term::Exact(crate::base::time::Duration::HOUR.times(i64::from(length))),
        };
        let person = Person { id: "a".into(), name: "a".into(), handles: std::collections::BTreeMap::new() };
        let role = Role { name: "host".into(), people: vec![person], channel: None, hours: None, answer_within: None, away: std::collections::BTreeMap::new(), term: Some(term), from: None };
        let mut at = after;
        for _ in 0..4 {
            let Some(next) = role.handover_after(created, at, &zone) else { break };
            prop_assert!(next > at && next > created, "{term:?}");
            let between = at.as_millis() + (next.since(at).as_millis() as f64 * part) as i64;
            let again = role.handover_after(created, Timestamp::from_millis(between), &zone);
            prop_assert_eq!(again, Some(next), "{:?} from {}", term, between);
            at = next;
        }
    }

    #[test]
    fn any_text_is_read_or_refused_with_a_place_and_a_help(
        words in prop::collection::vec(prop::sample::select(WORDS.to_vec()), 0..8),
        glue in prop::sample::select(vec!["", " ", ", "]),
    ) {
        let text = words.join(glue);
        for result in [Schedule::parse_every(&text), Schedule::parse_cron(&text)] {
            if let Err(error) = result {
                prop_assert!(text.get(error.range.clone()).is_some(), "{text:?} {error:?}");
                prop_assert!(error.message.en.starts_with(['f', '`']), "{}", error.message.en);
            }
        }
        if let Err(error) = Schedule::parse_every(&text) {
            let help = error.help.unwrap_or_default().en;
            prop_assert!(!help.is_empty());
            if let Some(meant) = help.strip_prefix("write `").and_then(|help| help.strip_suffix('`')) {
                prop_assert!(Schedule::parse_every(meant).is_ok(), "{text:?}: {meant}");
            }
        }
    }
}
