//! Times and durations: civil times in the playbook's zone, exact distances.

use super::{Given, equal, fail, function, property, written};
use crate::{
    base::{
        markdown::TIME_LINK,
        phrase::{pair, phrase},
        time::{ClockTime, Duration, Timestamp, Zone},
    },
    script::frame,
};
use jiff::{Span, civil};
use rhai::{Dynamic, Module};

pub(super) fn register(module: &mut Module) {
    register_durations(module);
    register_times(module);
    register_civil(module);
}

fn register_durations(module: &mut Module) {
    for (name, unit) in [
        ("weeks", Duration::DAY.times(7)),
        ("days", Duration::DAY),
        ("hours", Duration::HOUR),
        ("minutes", Duration::MINUTE),
        ("seconds", Duration::SECOND),
    ] {
        function(module, name, move |n: i64| unit.times(n));
        function(module, name, move |n: f64| scaled(unit, n));
        // `length.days`: how many, with a fraction.
        rhai::FuncRegistration::new_getter(name).set_into_module(module, move |length: &mut Duration| {
            length.as_millis() as f64 / unit.as_millis() as f64
        });
    }
    function(module, "duration", |text: &str| -> Given<Duration> {
        frame::spend(text.len() as u64 / 64)?;
        text.parse().map_err(|error: crate::base::time::TimeError| fail(error.to_string()))
    });
    written::<Duration>(module);
    equal::<Duration>(module, |a, b| a == b);
    function(module, "<", |a: Duration, b: Duration| a < b);
    function(module, "<=", |a: Duration, b: Duration| a <= b);
    function(module, ">", |a: Duration, b: Duration| a > b);
    function(module, ">=", |a: Duration, b: Duration| a >= b);
    function(module, "+", |a: Duration, b: Duration| a + b);
    function(module, "-", |a: Duration, b: Duration| a + -b);
    function(module, "-", |a: Duration| -a);
    function(module, "*", |a: Duration, n: i64| a.times(n));
    function(module, "*", |n: i64, a: Duration| a.times(n));
    function(module, "*", scaled);
    function(module, "/", |a: Duration, n: i64| -> Given<Duration> {
        if n == 0 {
            return Err(fail(pair("a duration divided by zero", "时长除以了零")));
        }
        Ok(Duration::from_millis(a.as_millis().saturating_div(n)))
    });
    function(module, "/", |a: Duration, b: Duration| a.as_millis() as f64 / b.as_millis() as f64);
}

fn scaled(length: Duration, n: f64) -> Duration {
    Duration::from_millis((length.as_millis() as f64 * n).round() as i64)
}

fn register_times(module: &mut Module) {
    written::<Timestamp>(module);
    equal::<Timestamp>(module, |a, b| a == b);
    function(module, "<", |a: Timestamp, b: Timestamp| a < b);
    function(module, "<=", |a: Timestamp, b: Timestamp| a <= b);
    function(module, ">", |a: Timestamp, b: Timestamp| a > b);
    function(module, ">=", |a: Timestamp, b: Timestamp| a >= b);
    function(module, "-", |a: Timestamp, b: Timestamp| a.since(b));
    function(module, "+", |a: Timestamp, b: Duration| a.plus(b));
    function(module, "-", |a: Timestamp, b: Duration| a.plus(-b));
    property(module, "unix", |t: &mut Timestamp| t.as_seconds());
    property(module, "date", |t: &mut Timestamp| civil_of(*t).strftime("%F").to_string());
    property(module, "year", |t: &mut Timestamp| i64::from(civil_of(*t).year()));
    property(module, "month", |t: &mut Timestamp| i64::from(civil_of(*t).month()));
    property(module, "day", |t: &mut Timestamp| i64::from(civil_of(*t).day()));
    property(module, "hour", |t: &mut Timestamp| i64::from(civil_of(*t).hour()));
    property(module, "minute", |t: &mut Timestamp| i64::from(civil_of(*t).minute()));
    property(module, "weekday", |t: &mut Timestamp| i64::from(civil_of(*t).weekday().to_monday_one_offset()));
    property(module, "clock", |t: &mut Timestamp| civil_of(*t).strftime("%H:%M").to_string());
    function(module, "format", |t: &mut Timestamp, pattern: &str| -> Given<String> {
        frame::spend(pattern.len() as u64 / 4)?;
        jiff::fmt::strtime::format(pattern, &civil_of(*t)).map_err(|error| {
            fail(phrase!(
                "{pattern:?} is not a pattern of time such as \"%F %T\": {error}",
                "{pattern:?} 不是 \"%F %T\" 这样的时间格式：{error}"
            ))
        })
    });
}

fn register_civil(module: &mut Module) {
    function(module, "time", |text: &str| frame::with(|f| read(text, &f.facts.zone)));
    function(module, "today", || frame::with(|f| f.facts.zone.day_bounds(f.facts.now).0));
    function(module, "at", |t: &mut Timestamp, there: &str| -> Given<Dynamic> {
        frame::spend(there.len() as u64 / 64)?;
        if let Some(zone) = Zone::named(there) {
            return Ok(frame::with(|f| f.locale().time(*t, &zone, f.facts.now)).into());
        }
        let clock: ClockTime = there.parse().map_err(|_| {
            fail(phrase!(
                "{there:?} is neither a clock time such as \"20:30\" nor a zone such as \"Europe/Berlin\"",
                "{there:?} 既不是 \"20:30\" 这样的钟点，也不是 \"Europe/Berlin\" 这样的时区"
            ))
        })?;
        Ok(Dynamic::from(frame::with(|f| {
            let zone = &f.facts.zone;
            zone.instant(zone.date(*t).to_datetime(clock.to_jiff()))
        })))
    });
    function(module, "stamp", |t: Timestamp| {
        let shown = frame::with(|f| f.locale().time(t, &f.facts.zone, f.facts.now));
        format!("[{shown}]({TIME_LINK}{})", t.as_seconds())
    });
    function(module, "plus_days", |t: &mut Timestamp, days: i64| plus_days(*t, days));
    property(module, "start_of_day", |t: &mut Timestamp| frame::with(|f| f.facts.zone.day_bounds(*t).0));
    property(module, "start_of_week", |t: &mut Timestamp| {
        let back = civil_of(*t).weekday().to_monday_zero_offset();
        first_moment(civil_of(*t).date(), Span::new().days(-i64::from(back)))
    });
    property(module, "start_of_month", |t: &mut Timestamp| {
        let date = civil_of(*t).date();
        first_moment(date, Span::new().days(1 - i64::from(date.day())))
    });
}

fn civil_of(at: Timestamp) -> jiff::Zoned {
    frame::with(|f| f.facts.zone.civil(at))
}

/// The same clock time so many calendar days later.
fn plus_days(at: Timestamp, days: i64) -> Timestamp {
    let civil = civil_of(at).datetime();
    let days = days.clamp(-1_000_000, 1_000_000);
    let moved = civil.checked_add(Span::new().days(days)).unwrap_or(civil);
    frame::with(|f| f.facts.zone.instant(moved))
}

fn first_moment(date: civil::Date, shift: Span) -> Timestamp {
    let day = date.checked_add(shift).unwrap_or(date);
    frame::with(|f| f.facts.zone.instant(day.to_datetime(civil::Time::midnight())))
}

/// Reads `2026-12-01 20:00`, `2026-12-01`, or RFC 3339 with an offset.
fn read(text: &str, zone: &Zone) -> Given<Timestamp> {
    frame::spend(text.len() as u64 / 64)?;
    let trimmed = text.trim();
    if let Ok(instant) = trimmed.parse::<jiff::Timestamp>() {
        return Ok(Timestamp::from_jiff(instant));
    }
    if let Ok(moment) = trimmed.parse::<civil::DateTime>() {
        return Ok(zone.instant(moment));
    }
    Err(fail(phrase!(
        "{text:?} is not a time such as \"2026-12-01 20:00\" or \"2026-12-01\"",
        "{text:?} 不是 \"2026-12-01 20:00\" 或 \"2026-12-01\" 这样的时间"
    )))
}
