//! An ICS file (RFC 5545) as a calendar: which days are in it, and which are make-up working days (调休).
//!
//! Only days are kept: an event of some hours stands for the days it touches on the zone's clocks. Reads text that
//! somebody else read; reports every problem with its place.

mod line;
mod rule;

use crate::base::phrase::{pair, phrase};
use crate::{
    base::{
        limits::{CALENDAR_DAYS_MAX, DATA_PROBLEMS_MAX},
        time::{Duration, Timestamp, Zone},
        words::{shorten, tick},
    },
    lang::data::Problem,
    model::calendar::Calendar,
};
use jiff::{
    Span,
    civil::{Date, DateTime, Time},
};
use line::Line;
use rule::Rule;
use std::{collections::BTreeSet, ops::Range};

/// Reads an ICS file.
///
/// Every day that an event covers is `off`: an all-day event from `DTSTART` to the day before `DTEND`, an event of
/// some hours every day it touches in `zone`. `RRULE` (daily to yearly; followed to 2040), `RDATE`, `EXDATE` and
/// moved single instances (`RECURRENCE-ID`) are read, cancelled events are not.
///
/// Files of Chinese public holidays name the working days that make up for them in the event's title. Where at
/// least one title says 补班, 调休上班, 上班, (班), 班 as its last word, or "working day", the calendar tells working
/// days: these events are `work` and all others `off`. Where none does, all are `off`, whatever they are called.
///
/// # Errors
///
/// Every problem found: lines that are no lines, events without a readable beginning, zones that are unknown, rules
/// that are not read, more days than the limit.
pub fn parse(text: &str, zone: &Zone) -> Result<Calendar, Vec<Problem>> {
    let mut problems = Vec::new();
    let lines = line::lines(text, &mut problems);
    if !lines.iter().any(|line| line.name == "BEGIN" && line.value.trim().eq_ignore_ascii_case("VCALENDAR")) {
        let found = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("nothing");
        return Err(vec![
            Problem::new(
                0..text.lines().next().map_or(0, str::len),
                phrase!(
                    "this is not an ICS file: found {}, expected `BEGIN:VCALENDAR`",
                    "这不是 ICS 文件：应为 `BEGIN:VCALENDAR`，写的却是 {}",
                    tick(shorten(found, 40))
                ),
            )
            .help(pair(
                "export the calendar as iCalendar (.ics), or write the days as a list of dates",
                "把日历导出为 iCalendar(.ics)，或把日子写成一列日期",
            )),
        ]);
    }
    let events = events(&lines, zone, &mut problems);
    let calendar = calendar(&events, zone, &mut problems);
    if problems.is_empty() {
        return Ok(calendar);
    }
    problems.sort_by_key(|problem| problem.range.start);
    problems.truncate(DATA_PROBLEMS_MAX);
    Err(problems)
}

/// One event.
struct Event {
    uid: String,
    summary: String,
    start: When,
    length: Length,
    rule: Option<(Rule, Option<Date>)>,
    more: Vec<Date>,
    except: Vec<Date>,
    /// The day of the series that this event replaces.
    replaces: Option<Date>,
    range: Range<usize>,
}

/// When something begins.
#[derive(Debug, Clone)]
enum When {
    /// On a whole day.
    Day(Date),
    /// At a time on the clocks of a zone.
    At(DateTime, Zone),
}

/// How long it is.
#[derive(Debug, Clone, Copy)]
enum Length {
    Days(i32),
    Exact(Duration),
}

impl When {
    /// The day, on its own clocks.
    fn date(&self) -> Date {
        match self {
            Self::Day(date) => *date,
            Self::At(civil, _) => civil.date(),
        }
    }

    fn instant(&self, zone: &Zone) -> Timestamp {
        match self {
            Self::Day(date) => zone.instant(date.to_datetime(Time::midnight())),
            Self::At(civil, own) => own.instant(*civil),
        }
    }
}

/// The events of all content lines.
fn events(lines: &[Line], zone: &Zone, problems: &mut Vec<Problem>) -> Vec<Event> {
    let mut out = Vec::new();
    let mut open: Option<(usize, usize)> = None;
    let mut depth = 0_usize;
    for (n, line) in lines.iter().enumerate() {
        let is_event = line.value.trim().eq_ignore_ascii_case("VEVENT");
        match line.name.as_str() {
            "BEGIN" => {
                depth += 1;
                if is_event && open.is_none() {
                    open = Some((n, depth));
                }
            }
            "END" => {
                if let Some((first, at)) = open
                    && at == depth
                {
                    open = None;
                    if is_event {
                        out.extend(event(&lines[first..=n], zone, problems));
                    } else {
                        problems.push(Problem::new(
                            line.range.clone(),
                            phrase!(
                                "found {}, expected `END:VEVENT`",
                                "应为 `END:VEVENT`，写的却是 {}",
                                tick(&line.value)
                            ),
                        ));
                    }
                }
                depth = depth.saturating_sub(1);
            }
            _ => {}
        }
    }
    if let Some((first, _)) = open {
        problems.push(Problem::new(
            lines[first].range.clone(),
            pair("this event has no `END:VEVENT`", "这个事件没有 `END:VEVENT`"),
        ));
    }
    out
}

/// The event between `BEGIN:VEVENT` and `END:VEVENT`; what is nested in it (alarms) is left out.
fn event(lines: &[Line], zone: &Zone, problems: &mut Vec<Problem>) -> Option<Event> {
    let whole = lines.first()?.range.clone();
    let mut own: Vec<&Line> = Vec::new();
    let mut depth = 0_usize;
    for line in lines {
        match line.name.as_str() {
            "BEGIN" => depth += 1,
            "END" => depth = depth.saturating_sub(1),
            _ if depth == 1 => own.push(line),
            _ => {}
        }
    }
    let get = |name: &str| own.iter().copied().find(|line| line.name == name);
    if get("STATUS").is_some_and(|line| line.value.trim().eq_ignore_ascii_case("CANCELLED")) {
        return None;
    }
    let mut keep =
        |found: Result<Option<When>, Problem>| found.map_err(|problem| problems.push(problem)).ok();
    let Some(first) = get("DTSTART") else {
        keep(Err(Problem::new(
            whole,
            pair("this event has no `DTSTART`, so it is on no day", "这个事件没有 `DTSTART`，不在任何一天"),
        )));
        return None;
    };
    let start = keep(when(first, &first.value, zone).map(Some))??;
    let end = keep(get("DTEND").map(|line| when(line, &line.value, zone)).transpose())?;
    let replaces = keep(get("RECURRENCE-ID").map(|line| when(line, &line.value, zone)).transpose())?;
    let mut dates = |name: &str| -> Vec<Date> {
        let mut out = Vec::new();
        for line in own.iter().copied().filter(|line| line.name == name) {
            for item in line.value.split(',') {
                let item = item.split('/').next().unwrap_or(item);
                out.extend(keep(when(line, item, zone).map(Some)).flatten().map(|when| when.date()));
            }
        }
        out
    };
    let (more, except) = (dates("RDATE"), dates("EXDATE"));
    let length = length(&start, end.as_ref(), get("DTEND").or(get("DURATION")), zone, problems)?;
    let rule = match get("RRULE") {
        Some(line) => Some(recurrence(line, zone).map_err(|problem| problems.push(problem)).ok()?),
        None => None,
    };
    let text = |name: &str| get(name).map(Line::text).unwrap_or_default();
    let (uid, summary) = (text("UID"), text("SUMMARY"));
    let replaces = replaces.map(|when| when.date());
    Some(Event { uid, summary, start, length, rule, more, except, replaces, range: whole })
}

/// `RRULE` and its last day.
fn recurrence(line: &Line, zone: &Zone) -> Result<(Rule, Option<Date>), Problem> {
    let rule = Rule::parse(&line.value).map_err(|found| {
        Problem::new(
            line.range.clone(),
            phrase!("this RRULE is not understood: {found}", "读不懂这条 RRULE：{found}"; found),
        )
    })?;
    let until = rule.until.as_deref().map(|until| when(line, until, zone)).transpose()?;
    let until = until.map(|until| zone.date(until.instant(zone)));
    Ok((rule, until))
}

/// How long an event is: to `DTEND`, for its `DURATION`, else one day or no time.
fn length(
    start: &When,
    end: Option<&When>,
    line: Option<&Line>,
    zone: &Zone,
    problems: &mut Vec<Problem>,
) -> Option<Length> {
    let range = line.map_or(0..0, |line| line.range.clone());
    let length = match (start, end) {
        (When::Day(from), Some(to)) => {
            let days = from.until(to.date()).map_or(0, |span| span.get_days());
            Length::Days(if days == 0 { 1 } else { days })
        }
        (When::At(..), Some(to)) => Length::Exact(to.instant(zone).since(start.instant(zone))),
        (start, None) => match line.filter(|line| line.name == "DURATION") {
            Some(line) => {
                let Some(exact) = duration(line.value.trim()) else {
                    problems.push(Problem::new(
                        range,
                        phrase!(
                            "{} is not a duration such as `P1D` or `PT2H30M`",
                            "{} 不是 `P1D`、`PT2H30M` 这样的时长",
                            tick(&line.value)
                        ),
                    ));
                    return None;
                };
                match start {
                    When::Day(_) => {
                        Length::Days((exact.as_millis() / Duration::DAY.as_millis()).max(1) as i32)
                    }
                    When::At(..) => Length::Exact(exact),
                }
            }
            None if matches!(start, When::Day(_)) => Length::Days(1),
            None => Length::Exact(Duration::ZERO),
        },
    };
    let backwards = match length {
        Length::Days(days) => days < 0,
        Length::Exact(exact) => exact < Duration::ZERO,
    };
    if backwards {
        problems
            .push(Problem::new(range, pair("this event ends before it begins", "这个事件的结束早于开始")));
        return None;
    }
    Some(length)
}

/// `20260101`, `20260101T193000`, `20260101T113000Z`, with the line's `TZID`.
fn when(line: &Line, value: &str, zone: &Zone) -> Result<When, Problem> {
    let bad = || {
        Problem::new(
            line.range.clone(),
            phrase!(
                "{} is not a date such as `20260101` or `20260101T193000`",
                "{} 不是 `20260101`、`20260101T193000` 这样的日期",
                tick(shorten(value, 40))
            ),
        )
    };
    let value = value.trim();
    let number = |from: usize, to: usize| -> Option<i16> {
        value.get(from..to).filter(|part| part.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()
    };
    let field = |from: usize, to: usize| number(from, to).map(|n| n as i8);
    let (Some(year), Some(month), Some(day)) = (number(0, 4), field(4, 6), field(6, 8)) else {
        return Err(bad());
    };
    let date = Date::new(year, month, day).map_err(|_| bad())?;
    let Some(clock) = value.get(8..).filter(|rest| !rest.is_empty()) else { return Ok(When::Day(date)) };
    let utc = clock.ends_with('Z');
    if !clock.starts_with('T') || clock.len() != 7 + usize::from(utc) {
        return Err(bad());
    }
    let (Some(hour), Some(minute), Some(second)) = (field(9, 11), field(11, 13), field(13, 15)) else {
        return Err(bad());
    };
    // A leap second is the last second of its minute.
    let time = Time::new(hour, minute, second.min(59), 0).map_err(|_| bad())?;
    let own = match line.param("TZID") {
        _ if utc => Zone::utc(),
        None => zone.clone(),
        Some(name) => named_zone(name).ok_or_else(|| {
            Problem::new(
                line.range.clone(),
                phrase!("there is no time zone {}", "没有 {} 这个时区", tick(name)),
            )
            .help(pair(
                "write an IANA name such as `TZID=Asia/Shanghai`",
                "写 IANA 名字，例如 `TZID=Asia/Shanghai`",
            ))
        })?,
    };
    Ok(When::At(date.to_datetime(time), own))
}

/// A zone by its IANA name, or by the name that Outlook writes (Unicode CLDR's `windowsZones.xml`).
fn named_zone(name: &str) -> Option<Zone> {
    const OUTLOOK: &[(&str, &str)] = &[
        ("China Standard Time", "Asia/Shanghai"),
        ("Taipei Standard Time", "Asia/Taipei"),
        ("Singapore Standard Time", "Asia/Singapore"),
        ("Tokyo Standard Time", "Asia/Tokyo"),
        ("Korea Standard Time", "Asia/Seoul"),
        ("India Standard Time", "Asia/Kolkata"),
        ("GMT Standard Time", "Europe/London"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Romance Standard Time", "Europe/Paris"),
        ("Central Europe Standard Time", "Europe/Budapest"),
        ("Eastern Standard Time", "America/New_York"),
        ("Central Standard Time", "America/Chicago"),
        ("Mountain Standard Time", "America/Denver"),
        ("Pacific Standard Time", "America/Los_Angeles"),
        ("AUS Eastern Standard Time", "Australia/Sydney"),
    ];
    let name = name.trim().trim_start_matches('/');
    let iana = OUTLOOK.iter().find(|(outlook, _)| *outlook == name).map_or(name, |(_, iana)| iana);
    Zone::named(iana)
}

/// `P1D`, `P2W`, `PT1H30M`; no sign.
fn duration(text: &str) -> Option<Duration> {
    let mut rest = text.strip_prefix('P')?;
    let mut in_day = false;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('T') {
            in_day = true;
            rest = after;
            continue;
        }
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let n: i64 = rest[..digits].parse().ok().filter(|n| *n <= 1_000_000)?;
        let unit = match (rest[digits..].chars().next()?, in_day) {
            ('W', false) => Duration::DAY.times(7),
            ('D', false) => Duration::DAY,
            ('H', true) => Duration::HOUR,
            ('M', true) => Duration::MINUTE,
            ('S', true) => Duration::SECOND,
            _ => return None,
        };
        total = total + unit.times(n);
        rest = &rest[digits + 1..];
    }
    Some(total)
}

/// The days of all events.
fn calendar(events: &[Event], zone: &Zone, problems: &mut Vec<Problem>) -> Calendar {
    let tells_work = events.iter().any(|event| is_work(&event.summary));
    let moved: BTreeSet<(&str, Date)> =
        events.iter().filter_map(|event| Some((event.uid.as_str(), event.replaces?))).collect();
    let mut calendar = Calendar { tells_work, ..Calendar::default() };
    let mut left = CALENDAR_DAYS_MAX;
    for event in events {
        let first = event.start.date();
        let mut begins = match &event.rule {
            Some((rule, until)) => rule.days(first, *until, &mut left),
            None => vec![first],
        };
        begins.extend(&event.more);
        begins.retain(|day| {
            !event.except.contains(day)
                && (event.replaces.is_some() || !moved.contains(&(event.uid.as_str(), *day)))
        });
        let into = if is_work(&event.summary) { &mut calendar.work } else { &mut calendar.off };
        for begin in begins {
            let (from, days) = covered(event, begin, zone);
            if days >= left {
                problems.push(Problem::new(
                    event.range.clone(),
                    phrase!("the events of this file cover more than {CALENDAR_DAYS_MAX} days; the limit is in days", "这个文件的事件覆盖超过 {CALENDAR_DAYS_MAX} 天；这是上限"),
                ));
                return calendar;
            }
            left -= days;
            into.extend(from.series(Span::new().days(1)).take(days));
        }
    }
    // A day that is both is worked: the make-up day is the exception to the longer holiday.
    calendar.off = calendar.off.difference(&calendar.work).copied().collect();
    calendar
}

/// The first day and the number of days that an event beginning on a day covers in the zone.
fn covered(event: &Event, begin: Date, zone: &Zone) -> (Date, usize) {
    match (&event.start, event.length) {
        (When::At(civil, own), Length::Exact(exact)) => {
            let start = own.instant(begin.to_datetime(civil.time()));
            let last = start.plus(Duration::from_millis((exact.as_millis() - 1).max(0)));
            let (from, to) = (zone.date(start), zone.date(last));
            let days = from.until(to).map_or(0, |span| span.get_days().max(0));
            (from, days as usize + 1)
        }
        (_, Length::Days(days)) => (begin, days.max(1) as usize),
        (When::Day(_), Length::Exact(_)) => (begin, 1),
    }
}

/// Whether an event's title says that people work on that day.
fn is_work(summary: &str) -> bool {
    let title = summary.trim();
    ["补班", "上班", "(班)", "\u{ff08}班\u{ff09}", "【班】", "[班]"].iter().any(|mark| title.contains(mark))
        || title == "班"
        || title.ends_with(" 班")
        || title.to_ascii_lowercase().contains("working day")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shanghai() -> Zone {
        Zone::named("Asia/Shanghai").unwrap()
    }

    fn file(events: &[&str]) -> String {
        let body: Vec<String> =
            events.iter().map(|e| format!("BEGIN:VEVENT\r\n{e}\r\nEND:VEVENT\r\n")).collect();
        let body = body.concat();
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{body}END:VCALENDAR\r\n")
    }

    fn off(events: &[&str]) -> Vec<String> {
        parse(&file(events), &shanghai()).unwrap().off.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_end_of_an_all_day_event_is_not_in_it() {
        assert_eq!(
            off(&["DTSTART;VALUE=DATE:20260101\r\nDTEND;VALUE=DATE:20260104"]),
            ["2026-01-01", "2026-01-02", "2026-01-03"]
        );
        assert_eq!(off(&["DTSTART:20260101"]), ["2026-01-01"]);
        assert_eq!(off(&["DTSTART:20260101\r\nDURATION:P2D"]), ["2026-01-01", "2026-01-02"]);
    }

    #[test]
    fn an_event_of_some_hours_covers_the_days_it_touches_here() {
        // 23:00 UTC is seven the next morning in Shanghai; an end at midnight does not touch the day it begins.
        assert_eq!(off(&["DTSTART:20260101T230000Z\r\nDTEND:20260101T233000Z"]), ["2026-01-02"]);
        assert_eq!(off(&["DTSTART:20260101T200000\r\nDTEND:20260102T000000"]), ["2026-01-01"]);
        assert_eq!(
            off(&["DTSTART;TZID=\"America/New_York\":20260101T090000\r\nDURATION:PT4H"]),
            ["2026-01-01", "2026-01-02"]
        );
        assert_eq!(off(&["DTSTART;TZID=China Standard Time:20260101T090000"]), ["2026-01-01"]);
    }

    #[test]
    fn repetitions_exceptions_and_moved_instances() {
        let weekly = "UID:w\r\nDTSTART:20260105\r\nRRULE:FREQ=WEEKLY;UNTIL=20260126T000000Z\r\nEXDATE;VALUE=DATE:20260112";
        let moved = "UID:w\r\nRECURRENCE-ID:20260119\r\nDTSTART:20260120";
        assert_eq!(off(&[weekly, moved]), ["2026-01-05", "2026-01-20", "2026-01-26"]);
        assert_eq!(
            off(&[
                "DTSTART:20260105\r\nRDATE:20260301,20260401\r\nSTATUS:CONFIRMED",
                "DTSTART:20270101\r\nSTATUS:CANCELLED"
            ]),
            ["2026-01-05", "2026-03-01", "2026-04-01"]
        );
    }

    #[test]
    fn make_up_days_are_told_by_their_titles() {
        let text = file(&[
            "SUMMARY:国庆节(休)\r\nDTSTART:20261001\r\nDTEND:20261008",
            "SUMMARY:国庆节\u{ff08}班\u{ff09}\r\nDTSTART:20261010",
            "SUMMARY:中秋节 补班\r\nDTSTART:20260920",
        ]);
        let found = parse(&text, &shanghai()).unwrap();
        assert!(found.tells_work);
        assert_eq!(found.off.len(), 7);
        assert!(found.is_workday("2026-10-10".parse().unwrap()));
        assert!(!found.has("2026-10-10".parse().unwrap()));
        let plain = parse(&file(&["SUMMARY:读书班\r\nDTSTART:20261010"]), &shanghai()).unwrap();
        assert!(!plain.tells_work && plain.has("2026-10-10".parse().unwrap()));
    }

    #[test]
    fn alarms_and_zones_inside_are_left_out() {
        let event = "DTSTART:20260101\r\nBEGIN:VALARM\r\nTRIGGER:-PT15M\r\nDURATION:bad\r\nEND:VALARM";
        let zone = "BEGIN:VTIMEZONE\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";
        let text = file(&[event]).replace("VERSION:2.0\r\n", zone);
        assert_eq!(parse(&text, &shanghai()).unwrap().off.len(), 1);
    }

    #[test]
    fn every_problem_has_its_place() {
        let text = file(&[
            "SUMMARY:a",
            "DTSTART:2026-01-01",
            "DTSTART;TZID=Mars/Base:20260101T000000",
            "DTSTART:20260105\r\nDTEND:20260101",
            "DTSTART:20260105\r\nRRULE:FREQ=YEARLY;BYWEEKNO=2",
        ]);
        let found = parse(&text, &shanghai()).unwrap_err();
        let shown: Vec<String> =
            found.iter().map(|p| format!("{} | {}", &text[p.range.clone()], p.message.en)).collect();
        assert_eq!(
            shown,
            [
                "BEGIN:VEVENT | this event has no `DTSTART`, so it is on no day",
                "DTSTART:2026-01-01 | `2026-01-01` is not a date such as `20260101` or `20260101T193000`",
                "DTSTART;TZID=Mars/Base:20260101T000000 | there is no time zone `Mars/Base`",
                "DTEND:20260101 | this event ends before it begins",
                "RRULE:FREQ=YEARLY;BYWEEKNO=2 | this RRULE is not understood: `BYWEEKNO` is not read; write the days as \
                 events of their own",
            ]
        );
        assert_eq!(parse("<html>", &shanghai()).unwrap_err()[0].range, 0..6);
        let cut = parse("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101\n", &shanghai()).unwrap_err();
        assert_eq!(cut[0].message.en, "this event has no `END:VEVENT`");
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(picks in proptest::collection::vec((0_usize..14, "[0-9TZPWDHM;:=,\\-節\"]{0,12}"), 0..20)) {
            const NAMES: [&str; 14] = [
                "BEGIN:VEVENT", "END:VEVENT", "DTSTART:", "DTSTART;TZID=Asia/Shanghai:", "DTEND:", "DURATION:P", "EXDATE:",
                "RDATE:", "RRULE:FREQ=DAILY;COUNT=", "RRULE:FREQ=YEARLY;BYDAY=", "RRULE:FREQ=MONTHLY;UNTIL=", "SUMMARY:", " ",
                "RECURRENCE-ID:2026",
            ];
            let body: Vec<String> = picks.iter().map(|(name, rest)| format!("{}{rest}\n", NAMES[*name])).collect();
            let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101\n{}END:VEVENT\nEND:VCALENDAR\n", body.concat());
            for problem in parse(&text, &shanghai()).err().unwrap_or_default() {
                proptest::prop_assert!(text.get(problem.range.clone()).is_some(), "{problem:?}");
            }
        }
    }

    #[test]
    fn a_file_without_end_stops_at_the_limit() {
        let event = "DTSTART:20000101\r\nDTEND:21990101\r\nRRULE:FREQ=DAILY";
        assert!(parse(&file(&[event]), &shanghai()).unwrap_err()[0].message.en.contains("1000000 days"));
    }
}
