//! A recurrence rule (`RRULE`, RFC 5545 section 3.3.10) as far as it says on which days something repeats.
//!
//! Yields dates only: hours inside a day are left to the event. A part that it does not know is a problem, never
//! ignored.

use crate::base::limits::CALENDAR_REPETITIONS_MAX;
use crate::base::phrase::{Phrase, pair, phrase};
use jiff::{
    Span,
    civil::{Date, Weekday},
};

/// Rules without an end are followed to the end of this year.
const LAST_YEAR: i16 = 2040;

/// How often something repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RecurrenceRule {
    freq: Freq,
    interval: i32,
    count: Option<usize>,
    /// The last day, if there is one, as written: a date, or a date and time.
    pub(super) until: Option<String>,
    by_day: Vec<(i8, Weekday)>,
    by_month_day: Vec<i8>,
    by_month: Vec<i8>,
    by_set_pos: Vec<i16>,
    week_start: Weekday,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Freq {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

impl RecurrenceRule {
    /// Reads `FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU`; the error says what was found.
    pub(super) fn parse(text: &str) -> Result<Self, Phrase> {
        let mut rule = Self {
            freq: Freq::Yearly,
            interval: 1,
            count: None,
            until: None,
            by_day: Vec::new(),
            by_month_day: Vec::new(),
            by_month: Vec::new(),
            by_set_pos: Vec::new(),
            week_start: Weekday::Monday,
        };
        let mut has_freq = false;
        for part in text.split(';').filter(|part| !part.trim().is_empty()) {
            let (key, value) = part
                .split_once('=')
                .ok_or_else(|| phrase!("`{part}` is not KEY=VALUE", "`{part}` 不是 KEY=VALUE"))?;
            let value = value.trim().to_ascii_uppercase();
            let bad = || phrase!("`{part}` is not understood", "读不懂 `{part}`");
            match key.trim().to_ascii_uppercase().as_str() {
                "FREQ" => {
                    has_freq = true;
                    rule.freq = match value.as_str() {
                        "DAILY" => Freq::Daily,
                        "WEEKLY" => Freq::Weekly,
                        "MONTHLY" => Freq::Monthly,
                        "YEARLY" => Freq::Yearly,
                        _ => {
                            return Err(phrase!(
                                "`{part}`: a calendar repeats DAILY, WEEKLY, MONTHLY or YEARLY",
                                "`{part}`：日历按 DAILY、WEEKLY、MONTHLY 或 YEARLY 重复"
                            ));
                        }
                    };
                }
                "INTERVAL" => {
                    rule.interval = value.parse().ok().filter(|n| (1..=1_000).contains(n)).ok_or_else(bad)?;
                }
                "COUNT" => rule.count = Some(value.parse().ok().filter(|n| *n > 0).ok_or_else(bad)?),
                "UNTIL" => rule.until = Some(value),
                "BYDAY" => rule.by_day = list(&value, ordinal_day).ok_or_else(bad)?,
                "BYMONTHDAY" => rule.by_month_day = list(&value, |n| signed(n, 31)).ok_or_else(bad)?,
                "BYMONTH" => {
                    rule.by_month = list(&value, |n| signed(n, 12).filter(|n| *n > 0)).ok_or_else(bad)?;
                }
                "BYSETPOS" => {
                    rule.by_set_pos = list(&value, |n| n.parse().ok().filter(|n| *n != 0)).ok_or_else(bad)?;
                }
                "WKST" => rule.week_start = weekday(&value).ok_or_else(bad)?,
                // Hours do not change the day.
                "BYHOUR" | "BYMINUTE" | "BYSECOND" => {}
                key => {
                    return Err(phrase!(
                        "`{key}` is not read; write the days as events of their own",
                        "不支持 `{key}`；请把这些日子写成单独的事件"
                    ));
                }
            }
        }
        if has_freq { Ok(rule) } else { Err(pair("it has no FREQ", "缺少 FREQ").into()) }
    }

    /// The days on which something that begins on `start` happens, the first included, in order; not after
    /// `until`. Each period that is looked at takes one from `left`; at none the days end there.
    pub(super) fn days(&self, start: Date, until: Option<Date>, left: &mut usize) -> Vec<Date> {
        let limit = self.count.unwrap_or(usize::MAX).min(CALENDAR_REPETITIONS_MAX);
        let until = until.unwrap_or(Date::constant(LAST_YEAR, 12, 31));
        let mut out = vec![start];
        for n in 0.. {
            let Some(period) = self.period(start, n) else { break };
            if period > until {
                break;
            }
            let mut days = self.candidates(period, start);
            days.sort_unstable();
            days.dedup();
            for day in self.chosen(days) {
                if day > until || out.len() >= limit {
                    break;
                }
                if day > start {
                    out.push(day);
                }
            }
            *left = left.saturating_sub(1);
            if out.len() >= limit || *left == 0 {
                break;
            }
        }
        out.retain(|day| *day <= until || *day == start);
        out
    }

    /// The first day of the nth period: the day, the week, the month or the year.
    fn period(&self, start: Date, n: i32) -> Option<Date> {
        let steps = n.checked_mul(self.interval)?;
        let (from, span) = match self.freq {
            Freq::Daily => (start, Span::new().try_days(steps)),
            Freq::Weekly => {
                let back = start.weekday().since(self.week_start);
                (start.checked_sub(Span::new().days(i64::from(back))).ok()?, Span::new().try_weeks(steps))
            }
            Freq::Monthly => (start.first_of_month(), Span::new().try_months(steps)),
            Freq::Yearly => (start.first_of_year(), Span::new().try_years(steps)),
        };
        from.checked_add(span.ok()?).ok()
    }

    fn candidates(&self, period: Date, start: Date) -> Vec<Date> {
        let in_month = |day: &Date| self.by_month.is_empty() || self.by_month.contains(&day.month());
        match self.freq {
            Freq::Daily => {
                let fits = |day: &Date| {
                    (self.by_day.is_empty() || self.by_day.iter().any(|(_, w)| *w == day.weekday()))
                        && (self.by_month_day.is_empty() || self.is_month_day(*day))
                };
                Some(period).filter(in_month).filter(fits).into_iter().collect()
            }
            Freq::Weekly => {
                let wanted = |day: Weekday| {
                    if self.by_day.is_empty() {
                        day == start.weekday()
                    } else {
                        self.by_day.iter().any(|(_, w)| *w == day)
                    }
                };
                span_of(period, 7).filter(|day| wanted(day.weekday())).filter(in_month).collect()
            }
            Freq::Monthly => {
                if in_month(&period) {
                    self.in_month(period, start)
                } else {
                    Vec::new()
                }
            }
            Freq::Yearly => self.in_year(period, start),
        }
    }

    fn in_year(&self, year: Date, start: Date) -> Vec<Date> {
        if self.by_month.is_empty() && self.by_month_day.is_empty() && !self.by_day.is_empty() {
            let days: Vec<Date> = span_of(year, usize::from(year.days_in_year().unsigned_abs())).collect();
            return self.nth_weekdays(&days);
        }
        let months: Vec<i8> = match (self.by_month.is_empty(), self.by_month_day.is_empty()) {
            (false, _) => self.by_month.clone(),
            (true, true) => vec![start.month()],
            (true, false) => (1..=12).collect(),
        };
        let firsts = months.into_iter().filter_map(|month| Date::new(year.year(), month, 1).ok());
        firsts.flat_map(|first| self.in_month(first, start)).collect()
    }

    fn in_month(&self, first: Date, start: Date) -> Vec<Date> {
        let days: Vec<Date> = span_of(first, usize::from(first.days_in_month().unsigned_abs())).collect();
        match (self.by_day.is_empty(), self.by_month_day.is_empty()) {
            (true, true) => days.into_iter().filter(|day| day.day() == start.day()).collect(),
            (true, false) => days.into_iter().filter(|day| self.is_month_day(*day)).collect(),
            (false, true) => self.nth_weekdays(&days),
            (false, false) => {
                self.nth_weekdays(&days).into_iter().filter(|day| self.is_month_day(*day)).collect()
            }
        }
    }

    /// `BYDAY` in a month or a year: `2FR` the second Friday, `-1SU` the last Sunday, `MO` every Monday.
    fn nth_weekdays(&self, days: &[Date]) -> Vec<Date> {
        let mut out = Vec::new();
        for (nth, weekday) in &self.by_day {
            let all: Vec<Date> = days.iter().copied().filter(|day| day.weekday() == *weekday).collect();
            match *nth {
                0 => out.extend(all),
                n if n > 0 => out.extend(all.get(n as usize - 1)),
                n => out.extend(all.len().checked_sub(n.unsigned_abs() as usize).and_then(|i| all.get(i))),
            }
        }
        out
    }

    fn is_month_day(&self, day: Date) -> bool {
        let back = day.day() - day.days_in_month() - 1;
        self.by_month_day.iter().any(|n| *n == day.day() || *n == back)
    }

    fn chosen(&self, days: Vec<Date>) -> Vec<Date> {
        if self.by_set_pos.is_empty() {
            return days;
        }
        let mut out: Vec<Date> = (self.by_set_pos.iter())
            .filter_map(|pos| match *pos {
                n if n > 0 => days.get(n as usize - 1),
                n => days.len().checked_sub(n.unsigned_abs() as usize).and_then(|i| days.get(i)),
            })
            .copied()
            .collect();
        out.sort_unstable();
        out
    }
}

/// So many days from a first one.
fn span_of(first: Date, days: usize) -> impl Iterator<Item = Date> {
    first.series(Span::new().days(1)).take(days)
}

fn list<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    text.split(',').map(|item| read(item.trim())).collect()
}

fn signed(text: &str, max: i8) -> Option<i8> {
    text.parse().ok().filter(|n: &i8| *n != 0 && (-max..=max).contains(n))
}

fn ordinal_day(text: &str) -> Option<(i8, Weekday)> {
    let split = text.len().checked_sub(2).filter(|at| text.is_char_boundary(*at))?;
    let day = weekday(&text[split..])?;
    let nth = if split == 0 { 0 } else { signed(text[..split].trim_start_matches('+'), 53)? };
    Some((nth, day))
}

fn weekday(text: &str) -> Option<Weekday> {
    Some(match text {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first days of a rule, as `MMDD` with the year where it changes.
    fn first(rule: &str, start: &str, n: usize) -> String {
        let days = RecurrenceRule::parse(rule).unwrap().days(start.parse().unwrap(), None, &mut 100_000);
        days.iter().take(n).map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_examples_of_rfc_5545() {
        // Section 3.8.5.3, dates only.
        assert_eq!(first("FREQ=DAILY;COUNT=3", "1997-09-02", 9), "1997-09-02 1997-09-03 1997-09-04");
        assert_eq!(
            first("FREQ=DAILY;INTERVAL=10;COUNT=5", "1997-09-02", 3),
            "1997-09-02 1997-09-12 1997-09-22"
        );
        assert_eq!(
            first("FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", "1997-09-02", 4),
            "1997-09-02 1997-09-04 1997-09-16 1997-09-18"
        );
        assert_eq!(
            first("FREQ=MONTHLY;COUNT=10;BYDAY=1FR", "1997-09-05", 3),
            "1997-09-05 1997-10-03 1997-11-07"
        );
        assert_eq!(
            first("FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", "1997-09-22", 3),
            "1997-09-22 1997-10-20 1997-11-17"
        );
        assert_eq!(first("FREQ=MONTHLY;BYMONTHDAY=-3", "1997-09-28", 3), "1997-09-28 1997-10-29 1997-11-28");
        assert_eq!(
            first("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "1997-09-30", 3),
            "1997-09-30 1997-10-31 1997-11-28"
        );
        assert_eq!(
            first("FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "1996-11-05", 3),
            "1996-11-05 2000-11-07 2004-11-02"
        );
        assert_eq!(first("FREQ=YEARLY;BYDAY=20MO", "1997-05-19", 3), "1997-05-19 1998-05-18 1999-05-17");
        assert_eq!(
            first("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "1998-02-13", 3),
            "1998-02-13 1998-03-13 1998-11-13"
        );
    }

    #[test]
    fn short_months_and_years_are_left_out() {
        assert_eq!(first("FREQ=MONTHLY", "2026-01-31", 3), "2026-01-31 2026-03-31 2026-05-31");
        assert_eq!(first("FREQ=YEARLY", "2024-02-29", 3), "2024-02-29 2028-02-29 2032-02-29");
    }

    #[test]
    fn ends_with_until_or_in_2040() {
        let rule = RecurrenceRule::parse("FREQ=WEEKLY;UNTIL=20260119").unwrap();
        let days =
            rule.days("2026-01-05".parse().unwrap(), Some("2026-01-19".parse().unwrap()), &mut 100_000);
        assert_eq!(days.len(), 3);
        let yearly = RecurrenceRule::parse("FREQ=YEARLY").unwrap().days(
            "2026-05-01".parse().unwrap(),
            None,
            &mut 100_000,
        );
        assert_eq!(yearly.last().map(ToString::to_string).as_deref(), Some("2040-05-01"));
    }

    #[test]
    fn unknown_parts_are_refused() {
        assert_eq!(
            RecurrenceRule::parse("FREQ=YEARLY;BYWEEKNO=20").unwrap_err().en,
            "`BYWEEKNO` is not read; write the days as events of their own"
        );
        assert!(RecurrenceRule::parse("FREQ=HOURLY").unwrap_err().en.contains("DAILY, WEEKLY"));
        assert_eq!(RecurrenceRule::parse("COUNT=3").unwrap_err().en, "it has no FREQ");
        assert!(RecurrenceRule::parse("FREQ=DAILY;BYDAY=XX").is_err());
        assert!(RecurrenceRule::parse("FREQ=DAILY;BYDAY=日").is_err());
    }
}
