//! Schedules beside independent programs: cron beside cronsim in zones of every kind, `every` beside dateutil's
//! recurrence rules.
//!
//! Some thousand random cases in each run; `PLAYBOOK_CASES=20000` for more.

#![expect(clippy::disallowed_methods, reason = "asks the judges")]

use crate::help::judge;
use playbook::{
    base::time::{Timestamp, Zone},
    model::schedule::{Frame, Schedule},
};
use std::{
    fmt::Write as _,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

/// How many random cases are compared.
pub(crate) fn cases() -> usize {
    std::env::var("PLAYBOOK_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(2_500)
}

/// Numbers that are the same in every run: splitmix64.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.next() % (high - low + 1) as u64) as i64
    }

    pub(crate) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.between(0, of.len() as i64 - 1) as usize]
    }

    pub(crate) fn chance(&mut self, of: i64) -> bool {
        self.between(1, of) == 1
    }
}

/// Asks a judge written in Python; a line of its answer for each line that it is given.
pub(crate) fn ask(python: &Path, script: &str, input: &[u8]) -> Vec<serde_json::Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges").join(script);
    let mut child = Command::new(python)
        .arg(script)
        // The zone database of the pinned package, not of this machine.
        .env("PYTHONTZPATH", "")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the judge starts");
    let mut stdin = child.stdin.take().expect("its stdin");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().expect("the judge ends");
    writer.join().expect("no panic").expect("the judge reads everything");
    assert!(output.status.success(), "the judge failed");
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Zones with an hour, half an hour, two hours, changes at midnight, backwards "summer" time, fasting breaks, none.
const ZONES: [&str; 16] = [
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Africa/Casablanca",
    "Europe/Dublin",
    "America/Havana",
    "Asia/Amman",
    "Atlantic/Azores",
    "Antarctica/Troll",
    "Pacific/Chatham",
    "Asia/Shanghai",
    "Asia/Kolkata",
    "UTC",
];

fn field(dice: &mut Dice, low: i64, high: i64) -> String {
    let range = |dice: &mut Dice| {
        let from = dice.between(low, high);
        (from, dice.between(from, high))
    };
    match dice.between(1, 10) {
        1..=4 => "*".into(),
        5 | 6 => dice.between(low, high).to_string(),
        7 => format!("*/{}", dice.between(1, 15)),
        8 => {
            let (from, to) = range(dice);
            format!("{from}-{to}")
        }
        9 => {
            // cronsim reads `2-2/3` as `2/3`, every third from 2 on; in crontab(5), and in Debian's `get_range`, a
            // range of one value has that value only, whatever the step. So the judge is given longer ranges here.
            let from = dice.between(low, high - 1);
            format!("{from}-{}/{}", dice.between(from + 1, high), dice.between(1, 5))
        }
        _ => {
            let mut list = dice.between(low, high).to_string();
            for _ in 0..dice.between(1, 4) {
                let _ = write!(list, ",{}", dice.between(low, high));
            }
            list
        }
    }
}

fn expression(dice: &mut Dice) -> String {
    // Half of them at the hours at which clocks change.
    let night = dice.chance(2);
    let minute = field(dice, 0, 59);
    let hour = if night { field(dice, 0, 3) } else { field(dice, 0, 23) };
    let [day, month, weekday] = [(1, 31), (1, 12), (0, 7)]
        .map(|(low, high)| if dice.chance(2) { "*".into() } else { field(dice, low, high) });
    format!("{minute} {hour} {day} {month} {weekday}")
}

/// An instant between 1985 and 2037, most of them within a day of a change of the zone's clocks.
fn instant(dice: &mut Dice, zone: &Zone) -> i64 {
    let at = dice.between(473_385_600, 2_114_380_800);
    let change = zone.tz().following(jiff::Timestamp::from_second(at).expect("in range")).next();
    match change.map(|change| change.timestamp().as_second()).filter(|change| *change < 2_145_000_000) {
        Some(change) if !dice.chance(4) => change + dice.between(-90_000, 20_000),
        _ => at,
    }
}

#[test]
fn cron_agrees_with_an_independent_program() {
    let Some(python) = judge::python() else { return };
    let mut dice = Dice(20_261_122);
    let (mut input, mut ours, mut asked) = (String::new(), Vec::new(), Vec::new());
    while ours.len() < cases() {
        let (expr, name) = (expression(&mut dice), *dice.one(&ZONES));
        let zone = Zone::named(name).expect("a zone");
        let after = instant(&mut dice, &zone);
        let schedule = Schedule::parse_cron(&expr).expect("an expression");
        let frame = Frame::of(&zone);
        let mut found = Vec::new();
        let mut at = Timestamp::from_millis(after * 1000);
        while let Some(next) = schedule.next_after(at, &frame).filter(|_| found.len() < 4) {
            found.push(next.as_millis() / 1000);
            at = next;
        }
        // Rules for the clocks of the far future are not alike in two versions of the database.
        found.retain(|at| *at < 2_145_916_800);
        let case = serde_json::json!({ "expr": expr, "zone": name, "after": after, "n": found.len().max(1) });
        let _ = writeln!(input, "{case}");
        asked.push(case);
        ours.push(found);
    }
    let theirs = ask(&python, "cron.py", input.as_bytes());
    assert_eq!(theirs.len(), ours.len());
    let mut differ = Vec::new();
    for ((case, ours), theirs) in asked.iter().zip(&ours).zip(&theirs) {
        if theirs.is_null() {
            // It refuses to read this one; cron.py says which and why.
            continue;
        }
        let theirs: Vec<i64> = serde_json::from_value(theirs.clone()).expect("instants");
        let theirs: Vec<i64> = theirs.into_iter().filter(|at| *at < 2_145_916_800).collect();
        if *ours != theirs {
            differ.push(format!("{case}\n  ours   {}\n  theirs {}", told(ours, case), told(&theirs, case)));
        }
    }
    assert!(
        differ.is_empty(),
        "{} of {} differ:\n{}",
        differ.len(),
        ours.len(),
        differ[..differ.len().min(12)].join("\n")
    );
}

fn told(instants: &[i64], case: &serde_json::Value) -> String {
    let zone = Zone::named(case["zone"].as_str().unwrap_or("UTC")).expect("a zone");
    let texts: Vec<String> =
        instants.iter().map(|at| Timestamp::from_millis(at * 1000).to_rfc3339(&zone)).collect();
    texts.join(" ")
}

const DAYS: [(&str, &str); 7] = [
    ("mon", "MO"),
    ("tue", "TU"),
    ("wed", "WE"),
    ("thu", "TH"),
    ("fri", "FR"),
    ("sat", "SA"),
    ("sunday", "SU"),
];

/// A form of `every` without its times, and the recurrence rule that means the same.
fn form(dice: &mut Dice) -> (String, String) {
    let (day, by) = *dice.one(&DAYS);
    let (other, also) = *dice.one(&DAYS);
    let n = dice.between(1, 5);
    match dice.between(1, 10) {
        1 => (format!("{n} days"), format!("FREQ=DAILY;INTERVAL={n}")),
        2 => ("weekday".into(), "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR".into()),
        3 => ("weekend".into(), "FREQ=WEEKLY;BYDAY=SA,SU".into()),
        4 => (format!("{day}, {other}"), format!("FREQ=WEEKLY;BYDAY={by},{also}")),
        5 => (
            format!("{n} weeks on {day}, {other}"),
            format!("FREQ=WEEKLY;INTERVAL={n};WKST=MO;BYDAY={by},{also}"),
        ),
        6 => {
            let (a, b) = (dice.between(1, 31), dice.between(1, 31));
            (format!("{n} months on {a}, {b}"), format!("FREQ=MONTHLY;INTERVAL={n};BYMONTHDAY={a},{b}"))
        }
        7 => {
            let ordinals = ["first", "second", "third", "fourth", "fifth", "last"];
            let nth = dice.between(0, 5) as usize;
            let number = if nth == 5 { -1 } else { nth as i64 + 1 };
            (
                format!("{n} months on {} {day}", ordinals[nth]),
                format!("FREQ=MONTHLY;INTERVAL={n};BYDAY={number}{by}"),
            )
        }
        8 => (format!("{n} months on last day"), format!("FREQ=MONTHLY;INTERVAL={n};BYMONTHDAY=-1")),
        9 => {
            let (month, day) = (dice.between(1, 12), dice.between(1, 28));
            (
                format!("{n} years on {month:02}-{day:02}"),
                format!("FREQ=YEARLY;INTERVAL={n};BYMONTH={month};BYMONTHDAY={day}"),
            )
        }
        _ => ("year on 02-29".into(), "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29".into()),
    }
}

#[test]
fn every_agrees_with_recurrence_rules() {
    let Some(python) = judge::python() else { return };
    let utc = Zone::utc();
    let mut dice = Dice(415);
    let (mut input, mut ours, mut asked) = (String::new(), Vec::new(), Vec::new());
    while ours.len() < cases() / 2 {
        let (days, rule) = form(&mut dice);
        let times: Vec<(i64, i64)> =
            (0..dice.between(1, 2)).map(|_| (dice.between(0, 23), dice.between(0, 59))).collect();
        let clocks: Vec<String> =
            times.iter().map(|(hour, minute)| format!("{hour:02}:{minute:02}")).collect();
        let text = format!("{days} at {}", clocks.join(", "));
        let rules: Vec<String> = times
            .iter()
            .map(|(hour, minute)| format!("RRULE:{rule};BYHOUR={hour};BYMINUTE={minute};BYSECOND=0"))
            .collect();
        let schedule = Schedule::parse_every(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let civil = |second: i64| {
            let at = jiff::Timestamp::from_second(second).expect("in range");
            at.to_zoned(jiff::tz::TimeZone::UTC).datetime().to_string()
        };
        // Midnight of some day; without `from` things are counted from 1970.
        let day = dice.between(5_000, 25_000) * 86_400;
        let from = if dice.chance(3) { 0 } else { day };
        let start = Timestamp::from_millis(from * 1000);
        let frame = Frame { from: (from > 0).then_some(start), ..Frame::of(&utc) };
        let after = from.max(day + dice.between(0, 86_400 * 40));
        let mut found = Vec::new();
        let mut at = Timestamp::from_millis(after * 1000 - 1);
        while let Some(next) = schedule.next_after(at, &frame).filter(|_| found.len() < 5) {
            found.push(civil(next.as_millis() / 1000));
            at = next;
        }
        let case = serde_json::json!({
            "rules": rules, "from": civil(from), "after": civil(after), "n": found.len().max(1)
        });
        let _ = writeln!(input, "{case}");
        asked.push(format!("{text} {case}"));
        ours.push(found);
    }
    let theirs = ask(&python, "rrule.py", input.as_bytes());
    assert_eq!(theirs.len(), ours.len());
    for ((case, ours), theirs) in asked.iter().zip(&ours).zip(&theirs) {
        assert_eq!(serde_json::json!(ours), *theirs, "{case}");
    }
}
