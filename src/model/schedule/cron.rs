//! `cron`: the five fields of Debian's crontab(5), and six with seconds in front.
//!
//! What is a field follows Debian's crontab(5) (package cron 3.0pl1): `*`, numbers, ranges, lists, steps after a
//! range or `*`, names by their first three letters, 0 and 7 for Sunday, the nicknames. Where that page is vague
//! this follows the daemon: a field counts as starred when it *begins* with `*` (so `*/2` is starred), the two day
//! fields are OR-ed only when neither is, and names may stand in lists and ranges. `@reboot` is refused: a playbook
//! has no boot. How fields meet a change of the clock is in [`super::face::Rule`].

use super::{
    ScheduleError,
    days::HORIZON,
    face::{Civil, DAY, Day, date_of, month_days, weekday_of},
};
use crate::base::{
    phrase::{Phrase, pair, phrase},
    time::ClockTime,
};
use std::ops::Range;

/// A cron expression as bit sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    /// As written, with single spaces.
    text: String,
    pub(super) seconds: u64,
    pub(super) minutes: u64,
    pub(super) hours: u64,
    pub(super) days: u64,
    pub(super) months: u64,
    /// Bit 0 is Sunday.
    pub(super) weekdays: u64,
    /// Whether the field of days, or that of weekdays, begins with `*`: then a day must be in both sets.
    pub(super) day_starred: bool,
    /// Whether the minute or the hour begins with `*`.
    wild: bool,
}

/// One of the fields: its name, its bounds and the names of its values.
struct CronField {
    name: &'static str,
    zh: &'static str,
    low: u32,
    high: u32,
    names: &'static [&'static str],
}

const FIELDS: [CronField; 6] = [
    CronField { name: "second", zh: "秒", low: 0, high: 59, names: &[] },
    CronField { name: "minute", zh: "分", low: 0, high: 59, names: &[] },
    CronField { name: "hour", zh: "时", low: 0, high: 23, names: &[] },
    CronField { name: "day of the month", zh: "日", low: 1, high: 31, names: &[] },
    CronField { name: "month", zh: "月", low: 1, high: 12, names: &MONTHS },
    CronField { name: "day of the week", zh: "星期", low: 0, high: 7, names: &WEEKDAYS },
];
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const NICKNAMES: [(&str, &str); 7] = [
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@monthly", "0 0 1 * *"),
    ("@weekly", "0 0 * * 0"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@hourly", "0 * * * *"),
];

impl Cron {
    /// Reads an expression. One whose day never exists (30 February) can be read, as in crontab(5); it yields nothing.
    pub fn parse(text: &str) -> Result<Self, ScheduleError> {
        let words = words(text);
        if let [(word, range)] = words.as_slice()
            && word.starts_with('@')
        {
            return Self::nickname(word, range.clone());
        }
        let seconds = match words.len() {
            5 => None,
            6 => Some(&words[0]),
            n => return Err(wrong_count(text, n)),
        };
        let at = words.len() - 5;
        let set = |i: usize| parse_field(&FIELDS[i + 1], words[at + i].0, words[at + i].1.start);
        let starred = |i: usize| words[at + i].0.starts_with('*');
        let weekdays = set(4)?;
        Ok(Self {
            text: words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(" "),
            seconds: seconds.map_or(Ok(1), |(word, range)| parse_field(&FIELDS[0], word, range.start))?,
            minutes: set(0)?,
            hours: set(1)?,
            days: set(2)?,
            months: set(3)?,
            weekdays: (weekdays | weekdays >> 7) & 0x7f,
            day_starred: starred(2) || starred(4),
            wild: starred(0) || starred(1),
        })
    }

    /// The clock times of a day, where they are fixed ones: none where the minute or the hour begins with `*`.
    pub fn clock_times(&self) -> Vec<ClockTime> {
        if self.wild {
            return Vec::new();
        }
        let bits = |set: u64| (0..60_i8).filter(move |bit| set >> bit & 1 == 1);
        bits(self.hours)
            .flat_map(|hour| bits(self.minutes).map(move |minute| ClockTime { hour, minute, second: 0 }))
            .collect()
    }

    fn nickname(word: &str, range: Range<usize>) -> Result<Self, ScheduleError> {
        let lower = word.to_ascii_lowercase();
        if let Some((_, fields)) = NICKNAMES.iter().find(|(name, _)| *name == lower) {
            return Self::parse(fields);
        }
        let help = if lower == "@reboot" {
            pair("an engine may start at any time and must not repeat itself; for something at the beginning of a \
             group's life use `on: group.created`", "引擎随时可能启动，不能因此重复；要在建群之初做的事用 `on: group.created`")
                .into()
        } else {
            let near = NICKNAMES.iter().map(|(name, _)| *name);
            let near = near.min_by_key(|name| strsim::damerau_levenshtein(name, &lower)).unwrap_or("@daily");
            phrase!(
                "did you mean `{near}`? The nicknames are @hourly, @daily, @weekly, @monthly and @yearly",
                "是不是想写 `{near}`？可用的简写有 `@hourly`、`@daily`、`@weekly`、`@monthly` 和 `@yearly`"
            )
        };
        let message = phrase!(
            "found `{word}`, expected five fields or a nickname such as @daily",
            "应为五个字段或 `@daily` 这样的简写，写的却是 `{word}`"
        );
        Err(ScheduleError { message, help: Some(help), range })
    }

    /// The expression as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it follows real time through a change of the clock: its minute or its hour begins with `*`.
    pub fn is_wild(&self) -> bool {
        self.wild
    }

    /// The first civil second at or after another that the fields match; `None` when there is none in fifty years.
    pub(super) fn next(&self, civil: Civil) -> Option<Civil> {
        let today = civil.div_euclid(DAY);
        if self.next_day(today, today + 1).is_some()
            && let Some(time) = self.next_time(civil.rem_euclid(DAY))
        {
            return Some(today * DAY + time);
        }
        Some(self.next_day(today + 1, today + HORIZON)? * DAY + self.next_time(0)?)
    }

    /// The first matching day at or after `from` and before `end`.
    fn next_day(&self, from: Day, end: Day) -> Option<Day> {
        let date = date_of(from);
        let mut month = i64::from(date.year()) * 12 + i64::from(date.month()) - 1;
        let mut day = from;
        while day < end {
            let (first, length) = month_days(month)?;
            if self.months & 1 << (month.rem_euclid(12) + 1) != 0 {
                let mut candidates = day..(first + length).min(end);
                if let Some(day) = candidates.find(|day| self.has_day(*day, day - first + 1)) {
                    return Some(day);
                }
            }
            day = first + length;
            month += 1;
        }
        None
    }

    fn has_day(&self, day: Day, of_month: i64) -> bool {
        let in_days = self.days & 1 << of_month != 0;
        let in_weekdays = self.weekdays & 1 << ((weekday_of(day) + 1) % 7) != 0;
        if self.day_starred { in_days && in_weekdays } else { in_days || in_weekdays }
    }

    /// The first matching second of a day at or after another.
    fn next_time(&self, second: i64) -> Option<i64> {
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        let time = |hour: i64, minute: i64, second: i64| hour * 3_600 + minute * 60 + second;
        if self.hours & 1 << hour != 0 {
            if self.minutes & 1 << minute != 0
                && let Some(second) = at_least(self.seconds, second)
            {
                return Some(time(hour, minute, second));
            }
            if let Some(minute) = at_least(self.minutes, minute + 1) {
                return Some(time(hour, minute, at_least(self.seconds, 0)?));
            }
        }
        let hour = at_least(self.hours, hour + 1)?;
        Some(time(hour, at_least(self.minutes, 0)?, at_least(self.seconds, 0)?))
    }
}

/// The smallest member of a set at or above a number below 64.
fn at_least(set: u64, n: i64) -> Option<i64> {
    let rest = set >> n;
    (rest != 0).then(|| n + i64::from(rest.trailing_zeros()))
}

/// The words of a text between blanks, each with its bytes.
fn words(text: &str) -> Vec<(&str, Range<usize>)> {
    let start = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    text.split_whitespace().map(|word| (word, start(word)..start(word) + word.len())).collect()
}

fn wrong_count(text: &str, n: usize) -> ScheduleError {
    let help = if n == 7 {
        pair(
            "the seventh field of Quartz is a year; leave it out, and say `from` and `until` beside `cron`",
            "Quartz 的第七个字段是年；去掉它，在 `cron` 旁边写 `from` 和 `until`",
        )
    } else if text.contains(" at ") || text.chars().any(|c| c.is_alphabetic() && !c.is_ascii()) {
        pair(
            "words belong under `every:`, such as `every: friday at 20:00`; cron has numbers: `0 20 * * fri`",
            "文字写法属于 `every:`，例如 `every: friday at 20:00`；cron 用数字：`0 20 * * fri`",
        )
    } else {
        pair(
            "write minute, hour, day of the month, month, day of the week: `0 20 * * fri` is Friday at 20:00",
            "依次写分、时、日、月、星期：`0 20 * * fri` 是周五 20:00",
        )
    };
    let found: Phrase = match n {
        0 => pair("found nothing", "什么也没有").into(),
        1 => pair("found 1 field", "只有 1 个字段").into(),
        n => phrase!("found {n} fields", "有 {n} 个字段"),
    };
    ScheduleError {
        message: phrase!(
            "{found}, expected five fields (or six with seconds in front)",
            "{found}，应为五个字段（前面加秒则是六个）"; found
        ),
        help: Some(help.into()),
        range: 0..text.len(),
    }
}

/// Reads a field into a set; `start` is where it begins in the whole text.
fn parse_field(field: &CronField, text: &str, start: usize) -> Result<u64, ScheduleError> {
    let mut set = 0;
    let mut at = start;
    for part in text.split(',') {
        set |= parse_part(field, part).map_err(|(message, help)| ScheduleError {
            message,
            help,
            range: at..at + part.len().max(1),
        })?;
        at += part.len() + 1;
    }
    Ok(set)
}

type PartError = (Phrase, Option<Phrase>);

/// One part of a list: `*`, a value or a range, with a step after `*` or a range.
fn parse_part(field: &CronField, part: &str) -> Result<u64, PartError> {
    let CronField { name, zh, low, high, .. } = field;
    if part.is_empty() {
        let help = Some(
            pair(
                "write lists without blanks and without a comma at the end: `1,15`",
                "列表里不要空格，末尾不要逗号：`1,15`",
            )
            .into(),
        );
        return Err((
            phrase!(
                "found an empty place in the list of the field `{name}`, expected a value",
                "{zh}字段的列表里有一处是空的，应有一个值"
            ),
            help,
        ));
    }
    let (range, step) = match part.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (part, None),
    };
    let (first, last) = if range == "*" {
        (*low, *high)
    } else if let Some((first, last)) = range.split_once('-') {
        (value(field, first)?, value(field, last)?)
    } else {
        let first = value(field, range)?;
        if step.is_some() {
            let help = phrase!(
                "write the range too: `{range}-{high}{}`",
                "把范围也写上：`{range}-{high}{}`",
                &part[range.len()..]
            );
            let message = phrase!(
                "found `{part}`, expected a range or `*` before the step in the field `{name}`",
                "{zh}字段里步长前面应为范围或 `*`，写的却是 `{part}`"
            );
            return Err((message, Some(help)));
        }
        (first, first)
    };
    if first > last {
        let message = phrase!(
            "found `{range}` in the field `{name}`, which ends before it begins",
            "{zh}字段里的 `{range}` 结束早于开始"
        );
        return Err((message, Some(backward_help(field, range, first, last))));
    }
    let step = match step {
        None => 1,
        Some(step) => step.parse().ok().filter(|n: &u32| *n > 0).ok_or_else(|| {
            let help =
                phrase!("`*/5` in the field `{name}` means every fifth", "在{zh}字段里，`*/5` 表示每隔五个");
            (
                phrase!(
                    "found the step `{step}`, expected a number from 1",
                    "步长应为不小于 1 的数，写的却是 `{step}`"
                ),
                Some(help),
            )
        })?,
    };
    Ok((first..=last).step_by(step as usize).fold(0, |set, n| set | 1 << n))
}

fn backward_help(field: &CronField, range: &str, first: u32, last: u32) -> Phrase {
    if field.low == 0 && field.high == 7 && last == 0 {
        return phrase!("a week ends with Sunday as 7: `{first}-7`", "一周以周日（7）结束：`{first}-7`");
    }
    let (begin, end) = range.split_once('-').unwrap_or((range, range));
    let whole = if field.high == 7 { 6 } else { field.high };
    let ends = if first == whole { begin.to_owned() } else { format!("{begin}-{whole}") };
    let begins = if last == field.low { end.to_owned() } else { format!("{}-{end}", field.low) };
    phrase!("write it as two: `{ends},{begins}`", "拆成两段：`{ends},{begins}`")
}

/// One value: a number within the field's bounds or one of its names.
fn value(field: &CronField, text: &str) -> Result<u32, PartError> {
    let CronField { name, zh, low, high, names } = field;
    let lower = text.to_ascii_lowercase();
    if let Some(position) = names.iter().position(|name| *name == lower) {
        return Ok(position as u32 + low);
    }
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return match text.parse() {
            Ok(n) if (*low..=*high).contains(&n) => Ok(n),
            _ => Err((
                phrase!(
                    "found `{text}`, expected a {name} from {low} to {high}",
                    "{zh}应为 {low} 到 {high}，写的却是 `{text}`"
                ),
                None,
            )),
        };
    }
    let or_name = if names.is_empty() {
        Phrase::default()
    } else {
        phrase!(" or a name such as `{}`", "，或 `{}` 这样的名字", names[1])
    };
    let message = phrase!(
        "found `{text}`, expected a {name} from {low} to {high}{or_name}",
        "{zh}应为 {low} 到 {high}{or_name}，写的却是 `{text}`"; or_name
    );
    Err((message, value_help(field, &lower)))
}

fn value_help(field: &CronField, lower: &str) -> Option<Phrase> {
    let short = lower.get(..3).filter(|short| field.names.contains(short));
    if let Some(short) = short {
        return Some(phrase!("names have three letters here: `{short}`", "这里的名字是三个字母：`{short}`"));
    }
    if lower == "?" {
        return Some(pair("Quartz's `?` is `*` here", "Quartz 的 `?` 在这里写 `*`").into());
    }
    if lower.contains(['l', 'w', '#']) && lower.len() <= 5 && (field.names.is_empty() || field.high == 7) {
        return Some(
            pair("crontab(5) has no `L`, `W` or `#`; write it under `every:`, such as \
             `every: month on last friday at 19:00`", "crontab(5) 没有 `L`、`W`、`#`；请写在 `every:` 下面，例如 `every: month on last friday at 19:00`")
                .into(),
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> (String, String) {
        let error = Cron::parse(text).unwrap_err();
        (
            text[error.range].to_owned(),
            format!("{} / {}", error.message.en, error.help.unwrap_or_default().en),
        )
    }

    #[test]
    fn fields_become_sets() {
        let cron = Cron::parse("*/20 8-10,22 1-9/4 feb,MAR 0,fri-7").unwrap();
        assert_eq!(cron.seconds, 1);
        assert_eq!(cron.minutes, 1 | 1 << 20 | 1 << 40);
        assert_eq!(cron.hours, 1 << 8 | 1 << 9 | 1 << 10 | 1 << 22);
        assert_eq!(cron.days, 1 << 1 | 1 << 5 | 1 << 9);
        assert_eq!(cron.months, 1 << 2 | 1 << 3);
        assert_eq!(cron.weekdays, 1 | 1 << 5 | 1 << 6);
        assert!(cron.is_wild() && !cron.day_starred);
        assert_eq!(Cron::parse("15 30 8 * * *").unwrap().seconds, 1 << 15);
    }

    #[test]
    fn nicknames_stand_for_their_fields() {
        for (nickname, fields) in NICKNAMES {
            assert_eq!(Cron::parse(nickname).unwrap(), Cron::parse(fields).unwrap());
        }
        assert!(error("@reboot").1.contains("group.created"));
        assert!(error("@dayly").1.contains("@daily"));
    }

    #[test]
    fn errors_name_the_part_and_the_remedy() {
        for (text, at, says) in [
            ("", "", "found nothing"),
            ("0 20 * *", "0 20 * *", "found 4 fields"),
            ("0 0 12 * * * 2026", "0 0 12 * * * 2026", "Quartz"),
            ("60 * * * *", "60", "minute from 0 to 59"),
            ("0 1,25 * * *", "25", "hour from 0 to 23"),
            ("0 0 0 * *", "0", "day of the month from 1 to 31"),
            ("5/10 * * * *", "5/10", "`5-59/10`"),
            ("*/0 * * * *", "*/0", "expected a number from 1"),
            ("0 22-2 * * *", "22-2", "`22-23,0-2`"),
            ("0 8 * * fri-sun", "fri-sun", "`5-7`"),
            ("0 8 * * sat-mon", "sat-mon", "`sat,0-mon`"),
            ("0 8 * * friday", "friday", "`fri`"),
            ("0 8 ? * mon", "?", "Quartz's `?`"),
            ("0 8 L * *", "L", "month on last"),
            ("0 8 * * 5#2", "5#2", "month on last"),
            ("0 8 1, * *", " ", "without a comma at the end"),
        ] {
            let (found, message) = error(text);
            assert_eq!(found, at, "{text}: {message}");
            assert!(message.contains(says), "{text}: {message}");
        }
    }
}
