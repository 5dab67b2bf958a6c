//! Reads the text of `every:`.
//!
//! Words and commas, one small function for each form. Says what was found and what was expected; what to write
//! instead is [`super::near_miss`]'s business.

use super::{
    Schedule, ScheduleError,
    days::{Days, MonthDay, Weekdays},
};
use crate::base::phrase::{Phrase, Words as Both, pair, phrase};
use crate::base::{
    ids::RoleName,
    time::{ClockTime, Duration},
};
use std::ops::Range;

/// What stands for a day, in errors.
const DAYS: Both = pair(
    "a length such as 15m, or days such as `day`, `friday`, `mon, wed`, `workday`, `2 weeks on sunday`, \
                    `month on 1`, `year on 12-31`",
    "间隔（例如 15m），或日子（例如 `day`、`friday`、`mon, wed`、`workday`、`2 weeks on sunday`、`month on 1`、`year on 12-31`）",
);

/// Reads a schedule; an error says only what was found and expected, unless the parser knows better.
pub(super) fn strict(text: &str) -> Result<Schedule, ScheduleError> {
    let lower = text.to_ascii_lowercase();
    let mut words = WordReader::new(text, &lower);
    let Some(first) = words.peek() else {
        return Err(words.expected(DAYS));
    };
    if first == "term" {
        words.next();
        words.require(
            "of",
            pair("`of` and the name of a role, as in `term of host`", "`of` 和角色名，例如 `term of host`"),
        )?;
        let name = words.next_verbatim().ok_or_else(|| {
            words.expected(pair("the name of a role, as in `term of host`", "角色名，例如 `term of host`"))
        })?;
        words.end(pair("nothing after the name of the role", "角色名后面没有别的"))?;
        return Ok(Schedule::Term(RoleName::from(name)));
    }
    if first.starts_with(|c: char| c.is_ascii_digit()) && !words.counts() {
        return interval(&words);
    }
    let days = days(&mut words)?;
    words.require("at", pair("`at` and a clock time such as 20:00", "`at` 和钟点，例如 20:00"))?;
    let times = clock_times(&mut words)?;
    Ok(Schedule::Fixed { days, times })
}

/// `15m`, `1h30m`, `90 minutes`.
fn interval(words: &WordReader<'_>) -> Result<Schedule, ScheduleError> {
    let (text, lower) = (words.text.trim(), words.lower.trim());
    let range = words.whole();
    let error = |message: Phrase, help: Both| {
        Err(ScheduleError { message, help: Some(help.into()), range: range.clone() })
    };
    let Ok(length) = lower.parse::<Duration>() else {
        let (found, expected) = (Phrase::quoted(text), DAYS);
        let message = wrong(&found, &expected.into());
        return Err(ScheduleError { message, help: None, range });
    };
    let units = lower.split(|c: char| !c.is_ascii_alphabetic());
    if units.into_iter().any(|unit| unit.starts_with(['d', 'w'])) {
        return error(
            phrase!("`{text}` names days without a clock time", "`{text}` 写了日子，没有写钟点"),
            pair(
                "write the time of the day: `day at 09:00`, `2 days at 09:00`, `2 weeks on sunday at 19:00`; for exactly \
             24 hours whatever the clock does, `24h`",
                "写上钟点：`day at 09:00`、`2 days at 09:00`、`2 weeks on sunday at 19:00`；要恰好每 24 小时一次，写 `24h`",
            ),
        );
    }
    if length < Duration::SECOND {
        return error(
            phrase!("`{text}` is shorter than a second", "`{text}` 不到一秒"),
            pair("the shortest is `1s`", "最短是 `1s`"),
        );
    }
    if length.as_millis() % 1_000 != 0 {
        return error(
            phrase!("`{text}` is no whole number of seconds", "`{text}` 不是整数秒"),
            pair("write whole seconds, such as `2s`", "写整数秒，例如 `2s`"),
        );
    }
    Ok(Schedule::Interval(length))
}

fn days(words: &mut WordReader<'_>) -> Result<Days, ScheduleError> {
    let every = words.count()?;
    let unit = words.peek().unwrap_or_default();
    let counted = every.unwrap_or(1);
    match unit.strip_suffix('s').unwrap_or(unit) {
        "day" => {
            words.next();
            Ok(Days::Day { every: counted })
        }
        "week" => {
            words.next();
            words.require(
                "on",
                pair(
                    "`on` and days of the week, as in `2 weeks on sunday at 19:00`",
                    "`on` 和星期几，例如 `2 weeks on sunday at 19:00`",
                ),
            )?;
            Ok(Days::Week { every: counted, on: weekdays(words)? })
        }
        "month" => {
            words.next();
            words.require(
                "on",
                pair(
                    "`on` and a day of the month, as in `month on 1 at 10:00`",
                    "`on` 和几号，例如 `month on 1 at 10:00`",
                ),
            )?;
            let mut on = words.list(month_day)?;
            on.sort_unstable();
            on.dedup();
            Ok(Days::Month { every: counted, on })
        }
        "year" => {
            words.next();
            words.require(
                "on",
                pair(
                    "`on` and a date, as in `year on 12-31 at 20:00`",
                    "`on` 和日期，例如 `year on 12-31 at 20:00`",
                ),
            )?;
            let mut on = words.list(year_day)?;
            on.sort_unstable();
            on.dedup();
            Ok(Days::Year { every: counted, on })
        }
        _ if every.is_some() => Err(words.expected(pair(
            "`days`, `weeks on …`, `months on …` or `years on …` after the count",
            "数字后面的 `days`、`weeks on …`、`months on …` 或 `years on …`",
        ))),
        "workday" => {
            words.next();
            Ok(Days::Workday)
        }
        "weekday" => {
            words.next();
            Ok(Days::Week { every: 1, on: Weekdays::WORKING })
        }
        "weekend" => {
            words.next();
            Ok(Days::Week { every: 1, on: Weekdays::WEEKEND })
        }
        _ if weekday_span(unit).is_some() => Ok(Days::Week { every: 1, on: weekdays(words)? }),
        _ => Err(words.expected(DAYS)),
    }
}

/// `mon, wed`, `friday and sunday`, `mon-fri`.
fn weekdays(words: &mut WordReader<'_>) -> Result<Weekdays, ScheduleError> {
    let sets = words.list(|words| {
        let set = words.peek().and_then(weekday_span).ok_or_else(|| {
            words.expected(pair(
                "a day of the week such as `sunday` or `sun`",
                "星期几，例如 `sunday` 或 `sun`",
            ))
        })?;
        words.next();
        Ok(set)
    })?;
    Ok(Weekdays(sets.into_iter().fold(0, |all, set| all | set)))
}

/// A weekday, or a range of them, as a set.
fn weekday_span(word: &str) -> Option<u8> {
    let Some((first, last)) = word.split_once('-') else {
        return weekday(word).map(|day| 1 << day);
    };
    let (first, last) = (weekday(first)?, weekday(last)?);
    let length = (last + 7 - first) % 7;
    Some((0..=length).fold(0, |set, n| set | 1 << ((first + n) % 7)))
}

/// 0 for Monday; long, short or plural.
pub(super) fn weekday(word: &str) -> Option<u32> {
    Some(match word {
        "monday" | "mondays" | "mon" => 0,
        "tuesday" | "tuesdays" | "tue" | "tues" => 1,
        "wednesday" | "wednesdays" | "wed" => 2,
        "thursday" | "thursdays" | "thu" | "thur" | "thurs" => 3,
        "friday" | "fridays" | "fri" => 4,
        "saturday" | "saturdays" | "sat" => 5,
        "sunday" | "sundays" | "sun" => 6,
        _ => return None,
    })
}

/// `1`, `15th`, `last day`, `last friday`, `second tuesday`, `2nd tuesday`.
fn month_day(words: &mut WordReader<'_>) -> Result<MonthDay, ScheduleError> {
    const EXPECTED: Both = pair(
        "a day of the month such as `15`, `last day`, `last friday` or `second tuesday`",
        "一个月中的某天，例如 `15`、`last day`、`last friday` 或 `second tuesday`",
    );
    let word = words.peek().ok_or_else(|| words.expected(EXPECTED))?;
    if word == "last" {
        words.next();
        if words.take(&["day"]) {
            return Ok(MonthDay::LastDay);
        }
        if words.take(&["workday"]) {
            return Ok(MonthDay::LastWorkday);
        }
        let day = words.peek().and_then(weekday);
        let day = day.ok_or_else(|| {
            words.expected(pair(
                "`day`, `workday` or a day of the week after `last`",
                "`last` 后面的 `day`、`workday` 或星期几",
            ))
        })?;
        words.next();
        return Ok(MonthDay::Last(day));
    }
    let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number = match word {
        "first" => Some(1),
        "second" => Some(2),
        "third" => Some(3),
        "fourth" => Some(4),
        "fifth" => Some(5),
        _ if matches!(&word[digits.len()..], "" | "st" | "nd" | "rd" | "th") => digits.parse::<i8>().ok(),
        _ => None,
    };
    let number = number.ok_or_else(|| words.expected(EXPECTED))?;
    let named = !word.starts_with(|c: char| c.is_ascii_digit());
    let place = words.place();
    words.next();
    if let Some(day) = words.peek().and_then(weekday)
        && word != digits
    {
        words.next();
        if !(1..=5).contains(&number) {
            let message = phrase!(
                "found `{word}`, expected `first` to `fifth`, or `last`, before a day of the week",
                "星期几前面应为 `first` 到 `fifth` 或 `last`，写的却是 `{word}`"
            );
            return Err(ScheduleError { message, help: None, range: place });
        }
        return Ok(MonthDay::Nth(number, day));
    }
    if word != digits && (1..=5).contains(&number) && words.take(&["workday"]) {
        return Ok(MonthDay::Workday(number));
    }
    if named && !(number == 1 && words.take(&["day"])) {
        return Err(words.expected(phrase!(
            "a day of the week after `{word}`, as in `{word} friday`",
            "`{word}` 后面的星期几，例如 `{word} friday`"
        )));
    }
    if !(1..=31).contains(&number) {
        let message = phrase!(
            "found `{word}`, expected a day of the month from 1 to 31, or `last day`",
            "应为 1 到 31 号或 `last day`，写的却是 `{word}`"
        );
        return Err(ScheduleError { message, help: None, range: place });
    }
    Ok(MonthDay::Number(number))
}

/// `12-31`.
fn year_day(words: &mut WordReader<'_>) -> Result<(i8, i8), ScheduleError> {
    const EXPECTED: Both = pair("a date as month and day, such as 12-31", "月和日，例如 12-31");
    let word = words.peek().ok_or_else(|| words.expected(EXPECTED))?;
    let number = |text: &str| text.parse::<i8>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
    let parts = word.split_once('-').and_then(|(month, day)| Some((number(month)?, number(day)?)));
    let (month, day) = parts.ok_or_else(|| words.expected(EXPECTED))?;
    // 2000 was a leap year, so that 02-29 passes.
    if jiff::civil::Date::new(2000, month, day).is_err() {
        return Err(words.expected(pair(
            "a date that exists, as month and day, such as 12-31",
            "存在的月和日，例如 12-31",
        )));
    }
    words.next();
    Ok((month, day))
}

fn clock_times(words: &mut WordReader<'_>) -> Result<Vec<ClockTime>, ScheduleError> {
    let mut times = words.list(|words| {
        let time = words.peek().and_then(|word| word.parse::<ClockTime>().ok());
        let time = time.ok_or_else(|| {
            let error = words.expected(pair(
                "a clock time from 00:00 to 23:59, such as 20:00",
                "00:00 到 23:59 的钟点，例如 20:00",
            ));
            let midnight = words.peek() == Some("24:00");
            let help = midnight.then(|| {
                pair("midnight is `00:00` of the day that it begins", "午夜写作它所开始的那一天的 `00:00`")
                    .into()
            });
            ScheduleError { help, ..error }
        })?;
        words.next();
        Ok(time)
    })?;
    words.end(pair(
        "nothing after the clock time, or a comma and another one",
        "钟点后面什么也没有，或逗号加另一个钟点",
    ))?;
    times.sort_unstable();
    times.dedup();
    Ok(times)
}

/// The words of a text, commas apart, and how far they have been read.
struct WordReader<'a> {
    /// As it was written.
    text: &'a str,
    /// In lower case, byte for byte in the same places.
    lower: &'a str,
    places: Vec<Range<usize>>,
    at: usize,
}

impl<'a> WordReader<'a> {
    fn new(text: &'a str, lower: &'a str) -> Self {
        let mut places: Vec<Range<usize>> = Vec::new();
        let mut open = false;
        for (at, c) in lower.char_indices() {
            let place = at..at + c.len_utf8();
            match places.last_mut().filter(|_| open) {
                _ if c.is_whitespace() => open = false,
                _ if c == ',' => {
                    places.push(place);
                    open = false;
                }
                Some(word) => word.end = place.end,
                None => {
                    places.push(place);
                    open = true;
                }
            }
        }
        Self { text, lower, places, at: 0 }
    }

    /// The next word, in lower case.
    fn peek(&self) -> Option<&'a str> {
        self.places.get(self.at).map(|place| &self.lower[place.clone()])
    }

    fn next(&mut self) {
        self.at += 1;
    }

    /// The next word as it was written.
    fn next_verbatim(&mut self) -> Option<&'a str> {
        let place = self.places.get(self.at)?.clone();
        self.at += 1;
        Some(&self.text[place])
    }

    /// Reads the next word if it is one of these.
    fn take(&mut self, any: &[&str]) -> bool {
        let found = self.peek().is_some_and(|word| any.contains(&word));
        self.at += usize::from(found);
        found
    }

    fn require(&mut self, word: &str, expected: Both) -> Result<(), ScheduleError> {
        if self.take(&[word]) { Ok(()) } else { Err(self.expected(expected)) }
    }

    fn end(&self, expected: Both) -> Result<(), ScheduleError> {
        if self.at == self.places.len() { Ok(()) } else { Err(self.expected(expected)) }
    }

    /// One or more items with commas or `and` between.
    fn list<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, ScheduleError>,
    ) -> Result<Vec<T>, ScheduleError> {
        let mut items = vec![item(self)?];
        while self.take(&[",", "and"]) {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// Whether the text begins with a count: a bare number and a word for days or more (`2 weeks`).
    fn counts(&self) -> bool {
        let word = |i: usize| self.places.get(i).map_or("", |place| &self.lower[place.clone()]);
        word(0).bytes().all(|b| b.is_ascii_digit())
            && self.places.len() > 2
            && ["day", "week", "month", "year"].contains(&word(1).strip_suffix('s').unwrap_or(word(1)))
    }

    /// Reads a count, if there is one.
    fn count(&mut self) -> Result<Option<u32>, ScheduleError> {
        if !self.counts() {
            return Ok(None);
        }
        let count = self.peek().and_then(|word| word.parse().ok()).filter(|n| (1..=1_000).contains(n));
        let count = count.ok_or_else(|| self.expected(pair("a count from 1 to 1000", "1 到 1000 的数")))?;
        self.next();
        Ok(Some(count))
    }

    /// Where the next word is; the end of the text when there is none.
    fn place(&self) -> Range<usize> {
        self.places.get(self.at).cloned().unwrap_or(self.text.len()..self.text.len())
    }

    /// From the first word to the last.
    fn whole(&self) -> Range<usize> {
        match (self.places.first(), self.places.last()) {
            (Some(first), Some(last)) => first.start..last.end,
            _ => 0..self.text.len(),
        }
    }

    /// The error at the next word.
    fn expected(&self, expected: impl Into<Phrase>) -> ScheduleError {
        let expected = expected.into();
        let place = self.place();
        let found = &self.text[place.clone()];
        let found = match (found, self.at) {
            ("", 0) => pair("nothing", "空的").into(),
            ("", _) => pair("the end", "到此为止").into(),
            (word, _) => Phrase::quoted(word),
        };
        ScheduleError { message: wrong(&found, &expected), help: None, range: place }
    }
}

/// What was found and what was expected.
fn wrong(found: &Phrase, expected: &Phrase) -> Phrase {
    phrase!("found {found}, expected {expected}", "应为{expected}，写的却是{found}"; found, expected)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(text: &str) -> (Days, String) {
        match strict(text) {
            Ok(Schedule::Fixed { days, times }) => {
                (days, times.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
            }
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn every_form_of_the_design_is_read() {
        let week = |every, on| Days::Week { every, on: Weekdays(on) };
        let month = |every, on: &[MonthDay]| Days::Month { every, on: on.to_vec() };
        for (text, days, times) in [
            ("day at 08:30", Days::Day { every: 1 }, "08:30"),
            ("day at 20:00, 8:30", Days::Day { every: 1 }, "08:30 20:00"),
            ("2 days at 09:00", Days::Day { every: 2 }, "09:00"),
            ("weekday at 09:00", week(1, 0b1_1111), "09:00"),
            ("weekend at 10:00", week(1, 0b110_0000), "10:00"),
            ("workday at 07:30", Days::Workday, "07:30"),
            ("Friday at 20:00", week(1, 0b1_0000), "20:00"),
            ("fridays at 20:00:30", week(1, 0b1_0000), "20:00:30"),
            ("mon, wed at 07:30", week(1, 0b101), "07:30"),
            ("monday and wednesday at 07:30", week(1, 0b101), "07:30"),
            ("mon-wed,sun at 07:30", week(1, 0b100_0111), "07:30"),
            ("fri-mon at 07:30", week(1, 0b111_0001), "07:30"),
            ("2 weeks on sunday at 19:00", week(2, 0b100_0000), "19:00"),
            ("week on sat, sun at 19:00", week(1, 0b110_0000), "19:00"),
            ("month on 1 at 10:00", month(1, &[MonthDay::Number(1)]), "10:00"),
            (
                "month on 15th and 1st at 10:00",
                month(1, &[MonthDay::Number(1), MonthDay::Number(15)]),
                "10:00",
            ),
            ("month on first day at 10:00", month(1, &[MonthDay::Number(1)]), "10:00"),
            ("month on last friday at 19:00", month(1, &[MonthDay::Last(4)]), "19:00"),
            ("month on second tue at 19:00", month(1, &[MonthDay::Nth(2, 1)]), "19:00"),
            ("month on 2nd tuesday at 19:00", month(1, &[MonthDay::Nth(2, 1)]), "19:00"),
            ("month on last day at 20:00", month(1, &[MonthDay::LastDay]), "20:00"),
            ("3 months on 31 at 10:00", month(3, &[MonthDay::Number(31)]), "10:00"),
            ("year on 12-31 at 20:00", Days::Year { every: 1, on: vec![(12, 31)] }, "20:00"),
            ("year on 2-29, 01-01 at 20:00", Days::Year { every: 1, on: vec![(1, 1), (2, 29)] }, "20:00"),
        ] {
            assert_eq!(fixed(text), (days, times.to_owned()), "{text}");
        }
        for (text, seconds) in [
            ("10s", 10),
            ("15m", 900),
            ("2h", 7_200),
            ("1h30m", 5_400),
            ("90 minutes", 5_400),
            (" 2 hours ", 7_200),
        ] {
            assert_eq!(strict(text), Ok(Schedule::Interval(Duration::SECOND.times(seconds))), "{text}");
        }
        assert_eq!(strict("term of Host"), Ok(Schedule::Term(RoleName::from("Host"))));
    }

    #[test]
    fn errors_name_the_word() {
        for (text, at, says) in [
            ("", "", "found nothing"),
            ("day 8:30", "8:30", "expected `at` and a clock time"),
            ("friday", "", "found the end, expected `at`"),
            ("day at", "", "expected a clock time"),
            ("day at 24:00", "24:00", "from 00:00 to 23:59"),
            ("day at 08:30 20:00", "20:00", "a comma and another one"),
            ("2 weeks at 19:00", "at", "expected `on` and days of the week"),
            ("month on 32 at 10:00", "32", "from 1 to 31"),
            ("month on second at 10:00", "at", "as in `second friday`"),
            ("month on 6th friday at 10:00", "6th", "`first` to `fifth`"),
            ("year on 02-30 at 10:00", "02-30", "a date that exists"),
            ("0 days at 10:00", "0", "a count from 1"),
            ("2 fridays at 10:00", "2 fridays at 10:00", "expected a length"),
            ("1d", "1d", "without a clock time"),
            ("2 weeks", "2 weeks", "without a clock time"),
            ("0s", "0s", "shorter than a second"),
            ("1s500ms", "1s500ms", "no whole number of seconds"),
            ("term of", "", "the name of a role"),
            ("Whenever at 8:30", "Whenever", "expected a length"),
        ] {
            let error = strict(text).unwrap_err();
            assert_eq!(&text[error.range.clone()], at, "{text}: {error}");
            assert!(error.message.en.contains(says), "{text}: {error}");
        }
    }
}
