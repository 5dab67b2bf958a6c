//! Events of an ICS file: from content lines to when each begins, how long it is and how it repeats.
//!
//! Says nothing of days yet: which days events cover is the calendar's.

use super::{line::ContentLine, rule::RecurrenceRule, zone::NamedZones};
use crate::base::phrase::{pair, phrase};
use crate::{
    base::{
        time::{Duration, Timestamp, Zone},
        words::{shorten, tick},
    },
    lang::data::DataProblem,
};
use jiff::civil::{Date, DateTime, Time};
use std::ops::Range;

/// One event.
pub(super) struct CalendarEvent {
    pub(super) uid: String,
    pub(super) summary: String,
    pub(super) start: When,
    pub(super) length: Length,
    pub(super) rule: Option<(RecurrenceRule, Option<Date>)>,
    pub(super) more: Vec<Date>,
    pub(super) except: Vec<Date>,
    pub(super) replaces: Option<Replaced>,
    /// It does not happen.
    pub(super) cancelled: bool,
    /// Which version of it this is (`SEQUENCE`).
    pub(super) sequence: u64,
    pub(super) range: Range<usize>,
}

impl CalendarEvent {
    /// What it says a version of: a series, or the instances from one on, or one instance.
    pub(super) fn about(&self, zone: &Zone) -> (&str, Option<(Timestamp, bool)>) {
        let instance = self.replaces.as_ref();
        (&self.uid, instance.map(|replaced| (replaced.at.instant(zone), replaced.and_future)))
    }
}

/// Which instances of its series an event stands for (`RECURRENCE-ID`).
pub(super) struct Replaced {
    pub(super) at: When,
    /// All from that one on (`RANGE=THISANDFUTURE`).
    pub(super) and_future: bool,
}

/// When something begins.
#[derive(Debug, Clone)]
pub(super) enum When {
    /// On a whole day.
    Day(Date),
    /// At a time on the clocks of a zone.
    At(DateTime, Zone),
}

/// How long it is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Length {
    Days(i32),
    Exact(Duration),
}

impl When {
    /// The day, on its own clocks.
    pub(super) fn date(&self) -> Date {
        match self {
            Self::Day(date) => *date,
            Self::At(civil, _) => civil.date(),
        }
    }

    /// The day on the clocks by which a series counts: exporters name its instances in UTC, too.
    pub(super) fn date_of_series(&self, first: &Self) -> Date {
        match (self, first) {
            (Self::At(civil, zone), Self::At(_, own)) => own.date(zone.instant(*civil)),
            _ => self.date(),
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
pub(super) fn events(
    lines: &[ContentLine],
    zones: &NamedZones<'_>,
    problems: &mut Vec<DataProblem>,
) -> Vec<CalendarEvent> {
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
                        out.extend(event(&lines[first..=n], zones, problems));
                    } else {
                        problems.push(DataProblem::new(
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
        problems.push(DataProblem::new(
            lines[first].range.clone(),
            pair("this event has no `END:VEVENT`", "这个事件没有 `END:VEVENT`"),
        ));
    }
    out
}

/// The event between `BEGIN:VEVENT` and `END:VEVENT`; what is nested in it (alarms) is left out.
fn event(
    lines: &[ContentLine],
    zones: &NamedZones<'_>,
    problems: &mut Vec<DataProblem>,
) -> Option<CalendarEvent> {
    let whole = lines.first()?.range.clone();
    let mut own: Vec<&ContentLine> = Vec::new();
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
    let cancelled = get("STATUS").is_some_and(|line| line.value.trim().eq_ignore_ascii_case("CANCELLED"));
    let replaced = get("RECURRENCE-ID");
    // Nothing of a cancelled event matters but that it is.
    let mut unread = Vec::new();
    let problems = if cancelled && replaced.is_none() { &mut unread } else { problems };
    let mut keep =
        |found: Result<Option<When>, DataProblem>| found.map_err(|problem| problems.push(problem)).ok();
    let replaces = keep(replaced.map(|line| when(line, &line.value, zones)).transpose())?;
    // A cancelled instance happens on no day, so it needs no beginning of its own.
    let Some(first) = get("DTSTART").or_else(|| replaced.filter(|_| cancelled)) else {
        keep(Err(DataProblem::new(
            whole,
            pair("this event has no `DTSTART`, so it is on no day", "这个事件没有 `DTSTART`，不在任何一天"),
        )));
        return None;
    };
    let start = keep(when(first, &first.value, zones).map(Some))??;
    let end = keep(get("DTEND").map(|line| when(line, &line.value, zones)).transpose())?;
    let mut dates = |name: &str| -> Vec<Date> {
        let mut out = Vec::new();
        for line in own.iter().copied().filter(|line| line.name == name) {
            for item in line.value.split(',') {
                let item = item.split('/').next().unwrap_or(item);
                let found = keep(when(line, item, zones).map(Some)).flatten();
                out.extend(found.map(|when| when.date_of_series(&start)));
            }
        }
        out
    };
    let (more, except) = (dates("RDATE"), dates("EXDATE"));
    let length = length(&start, end.as_ref(), get("DTEND").or(get("DURATION")), zones.own, problems)?;
    let rule = match get("RRULE") {
        Some(line) => Some(recurrence(line, &start, zones).map_err(|problem| problems.push(problem)).ok()?),
        None => None,
    };
    let text = |name: &str| get(name).map(ContentLine::text).unwrap_or_default();
    let (uid, summary) = (text("UID"), text("SUMMARY"));
    let reach = replaced.and_then(|line| line.param("RANGE"));
    let and_future = reach.is_some_and(|reach| reach.trim().eq_ignore_ascii_case("THISANDFUTURE"));
    if let Some(reach) = reach.filter(|_| !and_future) {
        let found = phrase!("`RANGE={reach}` is not read", "`RANGE={reach}` 读不了");
        let help = pair(
            "write the instances that change as events of their own, or `RANGE=THISANDFUTURE`",
            "把有变化的每一次各写成一个事件，或者写 `RANGE=THISANDFUTURE`",
        );
        problems.push(DataProblem::new(whole, found).help(help));
        return None;
    }
    let replaces = replaces.map(|at| Replaced { at, and_future });
    let sequence = text("SEQUENCE").trim().parse().unwrap_or_default();
    Some(CalendarEvent {
        uid,
        summary,
        start,
        length,
        rule,
        more,
        except,
        replaces,
        cancelled,
        sequence,
        range: whole,
    })
}

/// `RRULE` and its last day.
fn recurrence(
    line: &ContentLine,
    start: &When,
    zones: &NamedZones<'_>,
) -> Result<(RecurrenceRule, Option<Date>), DataProblem> {
    let rule = RecurrenceRule::parse(&line.value).map_err(|found| {
        DataProblem::new(
            line.range.clone(),
            phrase!("this RRULE is not understood: {found}", "读不懂这条 RRULE：{found}"; found),
        )
    })?;
    let until = rule.until.as_deref().map(|until| when(line, until, zones)).transpose()?;
    let last = until.map(|until| match (start, &until) {
        (When::At(civil, own), When::At(..)) => {
            // The series ends with the instance that begins at the latest then, on its own clocks.
            let end = own.civil(until.instant(zones.own)).datetime();
            let day = end.date();
            if end.time() < civil.time() { day.yesterday().unwrap_or(day) } else { day }
        }
        (When::Day(_), When::At(..)) => zones.own.date(until.instant(zones.own)),
        (_, When::Day(day)) => *day,
    });
    Ok((rule, last))
}

/// How long an event is: to `DTEND`, for its `DURATION`, else one day or no time.
fn length(
    start: &When,
    end: Option<&When>,
    line: Option<&ContentLine>,
    zone: &Zone,
    problems: &mut Vec<DataProblem>,
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
                    problems.push(DataProblem::new(
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
        problems.push(DataProblem::new(
            range,
            pair("this event ends before it begins", "这个事件的结束早于开始"),
        ));
        return None;
    }
    Some(length)
}

/// `20260101`, `20260101T193000`, `20260101T113000Z`, with the line's `TZID`.
fn when(line: &ContentLine, value: &str, zones: &NamedZones<'_>) -> Result<When, DataProblem> {
    let bad = || {
        DataProblem::new(
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
        None => zones.own.clone(),
        Some(name) => zones.named(name).ok_or_else(|| {
            DataProblem::new(
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
