//! `dates: { members: FIELD }`: the day that a field of each member names, once or every year.
//!
//! Reads what a field says as a day; who is started when is the engine's.

use super::schedule::Schedule;
use crate::base::{
    locale::Locale,
    member::Member,
    phrase::{Phrase, phrase},
    time::{Timestamp, Zone},
    value::Value,
};
use jiff::civil::Date;
use std::sync::Arc;

/// The field that every member has: the day of joining.
pub const JOINED: &str = "joined";

/// A play that runs once for each member, on the member's day.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberDates {
    /// `members`: the field, or `joined`.
    pub field: Arc<str>,
    /// `every: year`
    pub yearly: bool,
    /// `at`, as the daily schedule by which days are looked at.
    pub schedule: Schedule,
}

/// What a field says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stated {
    /// A day of a year.
    Day(Date),
    /// A day of every year: month and day.
    EveryYear(i8, i8),
}

impl MemberDates {
    /// When its runs begin, in words.
    pub fn words(&self) -> Phrase {
        let field = &self.field;
        let [en, zh] = [Locale::En, Locale::Zh].map(|locale| self.schedule.describe(locale));
        let rule = Phrase { en, zh };
        if self.yearly {
            phrase!("every year on the day in `{field}` of each member ({rule})", "每年在每位成员的 `{field}` 那天（{rule}）"; rule)
        } else {
            phrase!("on the day in `{field}` of each member ({rule})", "每位成员的 `{field}` 那天（{rule}）"; rule)
        }
    }

    /// The day that a member's field names; none where there is none, or it names no day.
    pub fn told(&self, member: &Member, zone: &Zone) -> Option<Stated> {
        if &*self.field == JOINED && !member.fields.contains_key(JOINED) {
            return member.joined.map(|at| Stated::Day(zone.civil(at).date()));
        }
        match member.fields.get(&*self.field)? {
            Value::Time(at) => Some(Stated::Day(zone.civil(*at).date())),
            Value::Str(text) => read(text),
            _ => None,
        }
    }

    /// Whether an instant is on the member's day, and how many years it is since the day that the field names.
    pub fn falls_on(&self, member: &Member, at: Timestamp, zone: &Zone) -> Option<i64> {
        let day = zone.civil(at).date();
        match self.told(member, zone)? {
            Stated::Day(first) if self.yearly => {
                let years = i64::from(day.year()) - i64::from(first.year());
                (years > 0 && is_yearly(first.month(), first.day(), day)).then_some(years)
            }
            Stated::Day(only) => (only == day).then_some(0),
            Stated::EveryYear(month, of_month) => is_yearly(month, of_month, day).then_some(0),
        }
    }
}

/// Whether a day is the month's day of its year; the 29th of February is the 28th in other years.
fn is_yearly(month: i8, of_month: i8, day: Date) -> bool {
    day.month() == month && day.day() == of_month.min(day.days_in_month())
}

/// `2027-01-05`, `2027/1/5`, `2027年1月5日`, with a clock time or without; or `01-05`, `1月5日` for every year.
pub(super) fn read(text: &str) -> Option<Stated> {
    let day = text.trim().split([' ', 'T']).next()?;
    let day = day.trim_end_matches(['日', '号']);
    let parts: Vec<&str> = day.split(['-', '/', '.', '年', '月']).collect();
    let number = |text: &&str| {
        let is_number = (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        is_number.then(|| text.parse::<i16>().ok()).flatten()
    };
    let numbers: Vec<i16> = parts.iter().map(number).collect::<Option<_>>()?;
    match numbers[..] {
        [year, month, day] if year >= 1000 => Date::new(year, month as i8, day as i8).ok().map(Stated::Day),
        // 2000 is a leap year: the 29th of February is a day of every year.
        [month, day] => Date::new(2000, month as i8, day as i8)
            .ok()
            .map(|date| Stated::EveryYear(date.month(), date.day())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn days_are_read_as_people_write_them() {
        for text in [
            "2027-01-05",
            "2027/1/5",
            "2027.1.5",
            "2027年1月5日",
            " 2027-01-05 10:00 ",
            "2027-01-05T10:00:00Z",
        ] {
            assert_eq!(read(text), Some(Stated::Day(date(2027, 1, 5))), "{text}");
        }
        for text in ["01-05", "1/5", "1月5日", "1月5号"] {
            assert_eq!(read(text), Some(Stated::EveryYear(1, 5)), "{text}");
        }
        for text in ["", "soon", "2027-13-01", "2027-02-30", "1.5.2027", "20270105", "5", "-1-5"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_year_has_every_day_once() {
        let zone = Zone::utc();
        let at = |text: &str| Timestamp::from_jiff(text.parse().unwrap());
        let of = |yearly| MemberDates {
            field: "birthday".into(),
            yearly,
            schedule: Schedule::parse_every("day at 10:00").unwrap(),
        };
        let mut member = Member::new("a".into(), Some(at("2024-02-29T08:00:00Z")));
        member.fields.insert("birthday".into(), Value::str("1990-02-29"));
        assert_eq!(of(true).falls_on(&member, at("2026-02-28T10:00:00Z"), &zone), None, "no such day");
        member.fields.insert("birthday".into(), Value::str("1992-02-29"));
        assert_eq!(of(true).falls_on(&member, at("2026-02-28T10:00:00Z"), &zone), Some(34));
        assert_eq!(of(true).falls_on(&member, at("2028-02-28T10:00:00Z"), &zone), None);
        assert_eq!(of(true).falls_on(&member, at("2028-02-29T10:00:00Z"), &zone), Some(36));
        assert_eq!(of(false).falls_on(&member, at("2026-02-28T10:00:00Z"), &zone), None);
        let joined = MemberDates { field: JOINED.into(), ..of(true) };
        assert_eq!(
            joined.falls_on(&member, at("2024-02-29T10:00:00Z"), &zone),
            None,
            "the day itself is none"
        );
        assert_eq!(joined.falls_on(&member, at("2025-02-28T10:00:00Z"), &zone), Some(1));
    }
}
