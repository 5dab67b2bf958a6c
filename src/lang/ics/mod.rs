//! An ICS file (RFC 5545) as a calendar: which days are in it, and which are make-up working days (调休).
//!
//! Only days are kept: an event of some hours stands for the days it touches on the zone's clocks. Reads text that
//! somebody else read; reports every problem with its place.

mod event;
mod line;
mod rule;
mod zone;

use crate::base::phrase::{pair, phrase};
use crate::{
    base::{
        limits::{CALENDAR_DAYS_MAX, DATA_PROBLEMS_MAX},
        time::{Duration, Zone},
        words::{shorten, tick},
    },
    lang::data::DataProblem,
    model::calendar::Calendar,
};
use event::{CalendarEvent, Length, Replaced, When};
use jiff::{Span, civil::Date};
use std::collections::BTreeMap;
use zone::NamedZones;

/// Reads an ICS file.
///
/// Every day that an event covers is `off`: an all-day event from `DTSTART` to the day before `DTEND`, an event of
/// some hours every day it touches in `zone`. `RRULE` (daily to yearly; followed to 2040), `RDATE`, `EXDATE` and
/// instances that were moved or cancelled (`RECURRENCE-ID`), one or all from one on (`RANGE=THISANDFUTURE`), are read;
/// a cancelled event is on no day.
///
/// Files of Chinese public holidays name the working days that make up for them in the event's title. Where at
/// least one title says 补班, 调休上班, 上班, (班), 班 as its last word, or "working day", the calendar tells working
/// days: these events are `work` and all others `off`. Where none does, all are `off`, whatever they are called.
///
/// # Errors
///
/// Every problem found: lines that are no lines, events without a readable beginning, zones that are unknown, rules
/// that are not read, more days than the limit.
pub fn parse(text: &str, zone: &Zone) -> Result<Calendar, Vec<DataProblem>> {
    let mut problems = Vec::new();
    let lines = line::lines(text, &mut problems);
    if !lines.iter().any(|line| line.name == "BEGIN" && line.value.trim().eq_ignore_ascii_case("VCALENDAR")) {
        let found = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("nothing");
        return Err(vec![
            DataProblem::new(
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
    let events = event::events(&lines, &NamedZones::of(&lines, zone), &mut problems);
    let calendar = calendar(&events, zone, &mut problems);
    if problems.is_empty() {
        return Ok(calendar);
    }
    problems.sort_by_key(|problem| problem.range.start);
    problems.truncate(DATA_PROBLEMS_MAX);
    Err(problems)
}

/// The days of all events.
fn calendar(events: &[CalendarEvent], zone: &Zone, problems: &mut Vec<DataProblem>) -> Calendar {
    let tells_work = events.iter().any(|event| is_work(&event.summary));
    let mut newest: BTreeMap<_, u64> = BTreeMap::new();
    for event in events {
        let version = newest.entry(event.about(zone)).or_default();
        *version = event.sequence.max(*version);
    }
    // Of an event without an id nobody knows what it is a version of.
    let is_newest = |event: &&CalendarEvent| {
        event.uid.is_empty() || newest.get(&event.about(zone)).is_none_or(|newest| event.sequence >= *newest)
    };
    let events: Vec<&CalendarEvent> = events.iter().filter(is_newest).collect();
    let mut instead: BTreeMap<&str, Vec<(&CalendarEvent, &Replaced)>> = BTreeMap::new();
    for event in &events {
        if let Some(replaced) = &event.replaces {
            instead.entry(&event.uid).or_default().push((event, replaced));
        }
    }
    let mut calendar = Calendar { tells_work, ..Calendar::default() };
    let mut left = CALENDAR_DAYS_MAX;
    for event in events {
        if event.cancelled {
            continue;
        }
        let first = event.start.date();
        let mut begins = match &event.rule {
            Some((rule, until)) => rule.days(first, *until, &mut left),
            None => vec![first],
        };
        begins.extend(&event.more);
        begins.retain(|day| !event.except.contains(day));
        let others = instead.get(event.uid.as_str()).filter(|_| event.replaces.is_none());
        for begin in begins {
            let Some((event, begin)) =
                others.map_or(Some((event, begin)), |others| stands_for(event, begin, others))
            else {
                continue;
            };
            let (from, days) = covered(event, begin, zone);
            if days >= left {
                problems.push(DataProblem::new(
                    event.range.clone(),
                    phrase!("the events of this file cover more than {CALENDAR_DAYS_MAX} days; the limit is in days", "这个文件的事件覆盖超过 {CALENDAR_DAYS_MAX} 天；这是上限"),
                ));
                return calendar;
            }
            left -= days;
            let into = if is_work(&event.summary) { &mut calendar.work } else { &mut calendar.off };
            into.extend(from.series(Span::new().days(1)).take(days));
        }
    }
    // A day that is both is worked: the make-up day is the exception to the longer holiday.
    calendar.off = calendar.off.difference(&calendar.work).copied().collect();
    calendar
}

/// The event and the day that an instance of a series became: itself where nothing replaces it, that many days away
/// where a change of all that follow moved it, none where it was cancelled or has an event of its own.
fn stands_for<'a>(
    series: &'a CalendarEvent,
    day: Date,
    others: &[(&'a CalendarEvent, &'a Replaced)],
) -> Option<(&'a CalendarEvent, Date)> {
    let of = |replaced: &Replaced| replaced.at.date_of_series(&series.start);
    if others.iter().any(|(_, replaced)| of(replaced) == day) {
        return None;
    }
    let ranges = others.iter().filter(|(_, replaced)| replaced.and_future && of(replaced) < day);
    let Some((event, replaced)) = ranges.max_by_key(|(_, replaced)| of(replaced)) else {
        return Some((series, day));
    };
    let moved = of(replaced).until(event.start.date()).ok()?;
    if event.cancelled { None } else { Some((event, day.checked_add(moved).ok()?)) }
}

/// The first day and the number of days that an event beginning on a day covers in the zone.
fn covered(event: &CalendarEvent, begin: Date, zone: &Zone) -> (Date, usize) {
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
    fn an_instance_can_be_cancelled_or_change_all_that_follow() {
        let weekly = "UID:w\r\nDTSTART;TZID=Asia/Shanghai:20261201T070000\r\nRRULE:FREQ=WEEKLY;COUNT=4";
        let cancelled = "UID:w\r\nRECURRENCE-ID;TZID=Asia/Shanghai:20261208T070000\r\nDTSTART;TZID=Asia/Shanghai:20261208T070000\r\nSTATUS:CANCELLED";
        assert_eq!(off(&[weekly, cancelled]), ["2026-12-01", "2026-12-15", "2026-12-22"]);
        // In UTC the same instance is on the day before.
        let in_utc = "UID:w\r\nRECURRENCE-ID:20261207T230000Z\r\nSTATUS:CANCELLED";
        assert_eq!(off(&[in_utc, weekly]), ["2026-12-01", "2026-12-15", "2026-12-22"]);
        let except = format!("{weekly}\r\nEXDATE:20261214T230000Z");
        assert_eq!(off(&[&except]), ["2026-12-01", "2026-12-08", "2026-12-22"]);
        let moved_on = "UID:w\r\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Asia/Shanghai:20261215T070000\r\nDTSTART;TZID=Asia/Shanghai:20261216T070000";
        assert_eq!(off(&[weekly, moved_on]), ["2026-12-01", "2026-12-08", "2026-12-16", "2026-12-23"]);
        let ended = "UID:w\r\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261214T230000Z\r\nSTATUS:CANCELLED";
        assert_eq!(off(&[weekly, ended]), ["2026-12-01", "2026-12-08"]);
        assert_eq!(off(&["UID:w\r\nDTSTART:20261201\r\nSTATUS:CANCELLED\r\nRRULE:FREQ=DAILY"]), [""; 0]);
    }

    #[test]
    fn a_series_ends_on_its_own_clocks() {
        let until = |until: &str| {
            off(&[&format!("DTSTART;TZID=Asia/Shanghai:20261201T200000\r\nRRULE:FREQ=WEEKLY;UNTIL={until}")])
        };
        assert_eq!(until("20261208T115959Z"), ["2026-12-01"]);
        assert_eq!(until("20261208T120000Z"), ["2026-12-01", "2026-12-08"]);
        assert_eq!(until("20261208"), ["2026-12-01", "2026-12-08"]);
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
