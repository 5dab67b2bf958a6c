//! An instant as people type it: a date, a time of the group's zone, a day counted from today, or what the program
//! itself has printed.
//!
//! The one reader of instants of every command and of the door. Of the clock it reads only which day is today.

use super::clock;
use crate::{
    base::{
        phrase::{Phrase, phrase},
        time::{Timestamp, Zone},
    },
    lang::data,
};
use jiff::{Span, civil::Date};

/// Reads an instant: RFC 3339, a civil time of the zone with or without its clock, or a day as people say it.
pub(super) fn read(text: &str, zone: &Zone) -> Result<Timestamp, Phrase> {
    if let Ok(instant) = text.trim().parse::<jiff::Timestamp>() {
        return Ok(Timestamp::from_jiff(instant));
    }
    let said = as_said(text, zone.date(clock::now()));
    data::parse_moment(said.as_deref().unwrap_or(text), zone).map_err(|_| {
        phrase!(
            "{text:?} is not a time; expected 2026-12-01, \"2026-12-01 08:00\" (in {}), \"tomorrow 20:00\", or \
             2026-12-01T08:00:00+08:00",
            "{text:?} 不是时间；应写成 2026-12-01、\"2026-12-01 08:00\"（{} 的时间）、\"明天 20:00\" 或 2026-12-01T08:00:00+08:00",
            zone.name()
        )
    })
}

/// Whether a text names an hour of its day.
pub(super) fn has_clock(text: &str) -> bool {
    text.contains([':', '：'])
}

/// Whether a text says its zone itself, so that none is needed to read it.
pub(super) fn has_offset(text: &str) -> bool {
    let clock = text.trim().split_once(['T', 't', ' ']).map_or("", |(_, clock)| clock);
    clock.contains(['Z', 'z', '+', '-'])
}

/// A day as people say it from today, as a date: `tomorrow 20:00`, 明天, 12月12日(周六)20:00, `Sat 12 Dec, 20:00`.
fn as_said(text: &str, today: Date) -> Option<String> {
    let text = text.trim();
    let (day, rest) =
        counted(text, today).or_else(|| chinese(text, today)).or_else(|| english(text, today))?;
    Some(format!("{day} {}", rest.trim().replace('：', ":")).trim_end().to_owned())
}

/// A day counted from today.
fn counted(text: &str, today: Date) -> Option<(Date, &str)> {
    const DAYS: [(&str, i64); 8] = [
        ("yesterday", -1),
        ("today", 0),
        ("tomorrow", 1),
        ("昨天", -1),
        ("今天", 0),
        ("明天", 1),
        ("后天", 2),
        ("大后天", 3),
    ];
    let (days, rest) = DAYS.iter().find_map(|(word, days)| Some((*days, after_word(text, word)?)))?;
    Some((today.checked_add(Span::new().try_days(days).ok()?).ok()?, rest))
}

/// `12月12日(周六)20:00`, with its year or without.
fn chinese(text: &str, today: Date) -> Option<(Date, &str)> {
    let (before, rest) = text.split_once('月')?;
    let (day, rest) = rest.split_once(['日', '号'])?;
    let (year, month) = match before.split_once('年') {
        Some((year, month)) => (Some(year.trim().parse().ok()?), month),
        None => (None, before),
    };
    let date = of_year(year, month.trim().parse().ok()?, day.trim().parse().ok()?, today)?;
    // The name of the day is the date's own.
    let named = rest.trim_start().strip_prefix(['(', '（']).and_then(|rest| rest.split_once([')', '）']));
    Some((date, named.map_or(rest, |(_, rest)| rest)))
}

/// `Sat 12 Dec, 20:00`, `Dec 12 2026 20:00`, with the day's name and the year or without.
fn english(text: &str, today: Date) -> Option<(Date, &str)> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let begins = |word: &str, names: &[&str]| {
        let word = word.to_lowercase();
        names.iter().position(|name| word.starts_with(name) && word.chars().all(char::is_alphabetic))
    };
    let (first, rest) = word(text);
    let (one, rest) = if begins(first, &DAYS).is_some() { word(rest) } else { (first, rest) };
    let (other, rest) = word(rest);
    let (month, day) = match (begins(one, &MONTHS), begins(other, &MONTHS)) {
        (Some(month), _) => (month, other),
        (_, Some(month)) => (month, one),
        _ => return None,
    };
    let (next, after) = word(rest);
    let year: Option<i16> = next.parse().ok().filter(|year| *year > 31);
    let date = of_year(year, i8::try_from(month).ok()? + 1, day.parse().ok()?, today)?;
    Some((date, if year.is_some() { after } else { rest }))
}

/// The first word of a text, without what separates it from the rest, and the rest.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let (word, rest) = text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()));
    (word.trim_end_matches([',', '.']), rest)
}

/// A date; one without a year is the one nearest to today, because what is looked up lies before and what is planned
/// ahead.
fn of_year(year: Option<i16>, month: i8, day: i8, today: Date) -> Option<Date> {
    if let Some(year) = year {
        return Date::new(year, month, day).ok();
    }
    let far = |date: &Date| (*date - today).get_days().unsigned_abs();
    let years = [0, 1, -1].into_iter().filter_map(|years| today.year().checked_add(years));
    years.filter_map(|year| Date::new(year, month, day).ok()).min_by_key(far)
}

/// What stands after a word, where the text begins with it, whatever its capitals.
fn after_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let head = text.get(..word.len())?;
    let rest = &text[word.len()..];
    let ends = !word.is_ascii() || !rest.starts_with(|c: char| c.is_ascii_alphanumeric());
    (head.eq_ignore_ascii_case(word) && ends).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let zone = Zone::named("Asia/Shanghai").unwrap();
        let read = |text| read(text, &zone).map(|at| at.to_rfc3339(&zone));
        assert_eq!(read("2026-12-01").unwrap(), "2026-12-01T00:00:00+08:00");
        assert_eq!(read("2026-12-01 08:00").unwrap(), "2026-12-01T08:00:00+08:00");
        assert_eq!(read("2026/1/5").unwrap(), "2026-01-05T00:00:00+08:00");
        assert_eq!(read("2026-12-01T08:00:00Z").unwrap(), "2026-12-01T16:00:00+08:00");
        assert_eq!(read("2026-12-01T08:00:00+09:00").unwrap(), "2026-12-01T07:00:00+08:00");
        assert!(read("someday").unwrap_err().en.contains("2026-12-01 08:00"));
    }

    #[test]
    fn days_are_read_as_people_say_them_and_as_they_are_printed() {
        let today = "2026-12-20".parse().unwrap();
        let said = |text| as_said(text, today);
        for (text, wanted) in [
            ("tomorrow 20:00", "2026-12-21 20:00"),
            ("Tomorrow", "2026-12-21"),
            ("后天", "2026-12-22"),
            ("昨天 9:00", "2026-12-19 9:00"),
            ("12月20日 20：00", "2026-12-20 20:00"),
            ("12月21日(周一)20:00", "2026-12-21 20:00"),
            ("2027年1月2日(周六)20:00", "2027-01-02 20:00"),
            ("1月2号", "2027-01-02"),
            ("12月1日", "2026-12-01"),
            ("Sat 2 Jan, 20:00", "2027-01-02 20:00"),
            ("Fri 11 Dec 2026, 20:00", "2026-12-11 20:00"),
            ("Dec 24 20:00", "2026-12-24 20:00"),
            ("30 January 14:00", "2027-01-30 14:00"),
        ] {
            assert_eq!(said(text).as_deref(), Some(wanted), "{text}");
        }
        for text in ["2026-12-01 08:00", "todays", "20:00", "", "Sat", "2月30日", "Mon 31"] {
            assert_eq!(said(text), None, "{text}");
        }
        assert!(has_offset("2026-12-01T08:00Z") && has_offset("2026-12-01 08:00+09:00"));
        assert!(!has_offset("2026-12-01 08:00") && !has_offset("2026-12-01"));
    }
}
