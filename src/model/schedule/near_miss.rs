//! What an operator may have meant: turns a near miss of `every:` into a schedule that can be read.
//!
//! Rewrites the text by habit (`every`, `daily`, `8:30pm`, 每周五, a missing `at`, a misspelled day), reads the
//! result with the same parser, and suggests it only when it can be read. Never changes what is accepted.

use super::{ScheduleError, parse};
use crate::base::phrase::{Phrase, pair, phrase};

/// Adds the help to an error.
pub(super) fn advise(text: &str, mut error: ScheduleError) -> ScheduleError {
    if let Some(meant) = meant(text) {
        error.help = Some(phrase!("write `{meant}`", "写成 `{meant}`"));
    } else if error.help.is_none() {
        error.help = Some(general(text));
    }
    error
}

fn general(text: &str) -> Phrase {
    let fields = text.split_whitespace().count();
    if matches!(fields, 5 | 6) && text.contains('*') {
        return phrase!(
            "this looks like cron; write `cron: \"{}\"`",
            "这像是 cron；写成 `cron: \"{}\"`",
            text.trim()
        );
    }
    pair("write, for example, `15m`, `day at 08:30`, `friday at 20:00`, `2 weeks on sunday at 19:00`, \
     `month on last friday at 19:00` or `year on 12-31 at 20:00`", "可以写 `15m`、`day at 08:30`、`friday at 20:00`、`2 weeks on sunday at 19:00`、`month on last friday at 19:00` 或 `year on 12-31 at 20:00`")
        .into()
}

/// A schedule in the grammar's own words that the text may have meant.
fn meant(text: &str) -> Option<String> {
    // No schedule is longer; what is longer is something else, and comparing its words would take long.
    if text.len() > 200 {
        return None;
    }
    let english = from_chinese(&text.to_lowercase());
    let mut words: Vec<String> = Vec::new();
    for word in english.replace(',', " , ").split_whitespace() {
        match (split_meridiem(word), words.last_mut()) {
            // `at 8`
            (None, Some(last)) if last == "at" && word.bytes().all(|b| b.is_ascii_digit()) => {
                words.push(clock(&format!("{word}:00"), None)?);
            }
            // `8:30 pm`
            (Some(("", afternoon)), Some(last)) => *last = clock(last, Some(afternoon))?,
            (Some((time, afternoon)), _) => words.push(clock(time, Some(afternoon))?),
            (None, _) => {
                words.push(date(word).or_else(|| clock(word, None)).unwrap_or_else(|| word.to_owned()));
            }
        }
    }
    let words = in_order(words);
    let mut text = words.join(" ").replace(" ,", ",");
    if !text.contains(" at ") && !text.starts_with(|c: char| c.is_ascii_digit() && words.len() == 1) {
        text = with_at(&words)?;
    }
    parse::strict(&text).ok().map(|_| text)
}

/// Words that stand for others, and words that stand for nothing.
const HABITS: [(&[&str], &str); 17] = [
    (&["daily"], "day"),
    (&["everyday"], "day"),
    (&["nightly"], "day"),
    (&["weekly"], "week"),
    (&["monthly"], "month"),
    (&["yearly"], "year"),
    (&["annually"], "year"),
    (&["hourly"], "1h"),
    (&["minutely"], "1m"),
    (&["biweekly"], "2 weeks"),
    (&["fortnightly"], "2 weeks"),
    (&["other"], "2"),
    (&["hour"], "1h"),
    (&["minute"], "1m"),
    (&["noon"], "12:00"),
    (&["midnight"], "00:00"),
    (&["every", "each", "the", "@"], ""),
];

const VOCABULARY: [&str; 17] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "weekday",
    "weekend",
    "workday",
    "month",
    "year",
    "last",
    "first",
    "second",
    "third",
    "fourth",
];

/// Puts the words into the grammar's order, and its own words for theirs.
fn in_order(words: Vec<String>) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for word in words {
        if let Some((_, habit)) = HABITS.iter().find(|(words, _)| words.contains(&word.as_str())) {
            out.extend(habit.split(' ').filter(|word| !word.is_empty()).map(str::to_owned));
            continue;
        }
        out.push(spelled(&word));
    }
    let is_day = |word: &str| parse::weekday(word).is_some();
    let has = |out: &[String], word: &str| out.iter().any(|w| w == word);
    // `last friday of month`
    if let Some(of) = out.iter().position(|word| word == "of" || word == "in")
        && out.get(of + 1).is_some_and(|word| word == "month" || word == "year")
    {
        let unit = out.remove(of + 1);
        out.remove(of);
        out.retain(|word| word != "on");
        out.splice(0..0, [unit, "on".to_owned()]);
    }
    // `on friday`
    if out.first().is_some_and(|word| word == "on") {
        out.remove(0);
    }
    // `2 sunday`, from "every other sunday"; `second sunday`, from "every second sunday"
    let second = out.first().is_some_and(|word| word == "2" || word == "second");
    if second && out.get(1).is_some_and(|word| is_day(word)) {
        out.splice(0..1, ["2", "weeks", "on"].map(str::to_owned));
    }
    if out.first().is_some_and(|word| word == "2") && has(&out, "day") && !has(&out, "on") {
        out.iter_mut().filter(|word| *word == "day").for_each(|word| *word = "days".into());
    }
    // `week at 20:00`, `month at 10:00`: the day is missing.
    for (unit, day) in
        [("week", "monday"), ("weeks", "monday"), ("month", "1"), ("months", "1"), ("year", "01-01")]
    {
        if let Some(at) = out.iter().position(|word| word == unit)
            && !has(&out, "on")
        {
            let named = out.get(at + 1).is_some_and(|word| word != "at" && !word.contains(':'));
            let missing = if named { vec!["on"] } else { vec!["on", day] };
            let rest = out.split_off(at + 1);
            out.extend(missing.into_iter().map(str::to_owned).chain(rest));
        }
    }
    out
}

/// The word of the vocabulary that is one or two letters away, else the word.
fn spelled(word: &str) -> String {
    if word.len() < 4
        || !word.bytes().all(|b| b.is_ascii_alphabetic())
        || parse::weekday(word).is_some()
        || VOCABULARY.contains(&word)
    {
        return word.to_owned();
    }
    let near = VOCABULARY.iter().find(|known| strsim::damerau_levenshtein(known, word) == 1);
    let near = near.or_else(|| {
        VOCABULARY.iter().find(|known| word.len() > 6 && strsim::damerau_levenshtein(known, word) == 2)
    });
    match near {
        Some(known) if word.strip_suffix('s') != Some(known) => (*known).to_owned(),
        _ => word.to_owned(),
    }
}

/// Puts `at` before the clock time; a time of day when there is none.
fn with_at(words: &[String]) -> Option<String> {
    let time = words.iter().position(|word| word.contains(':'));
    let (days, times) = match time {
        Some(0) => {
            // The time first: `20:00 friday`.
            let end = words.iter().position(|word| !word.contains(':') && word != ",")?;
            (words[end..].to_vec(), words[..end].to_vec())
        }
        Some(at) => (words[..at].to_vec(), words[at..].to_vec()),
        None => (words.to_vec(), vec!["09:00".to_owned()]),
    };
    let days: Vec<String> = days.into_iter().filter(|word| word != "at").collect();
    let days = if days == ["1", "day"] { vec!["day".to_owned()] } else { days };
    Some(format!("{} at {}", days.join(" "), times.join(" ")).replace(" ,", ","))
}

/// `8:30pm` as time and whether it is after noon.
fn split_meridiem(word: &str) -> Option<(&str, bool)> {
    for (ending, afternoon) in [("am", false), ("a.m.", false), ("pm", true), ("p.m.", true)] {
        if let Some(time) = word.strip_suffix(ending)
            && time.bytes().all(|b| b.is_ascii_digit() || b == b':' || b == b'.')
        {
            return Some((time, afternoon));
        }
    }
    None
}

/// A clock time as the grammar writes it: from `8`, `8:30`, `8.30`, `0830`. A bare number counts only with am or pm.
fn clock(word: &str, afternoon: Option<bool>) -> Option<String> {
    let (hour, minute) = match word.split_once([':', '.']) {
        Some((hour, minute)) => (hour, minute),
        None if afternoon.is_some() && word.len() <= 2 => (word, "00"),
        None => return None,
    };
    let (hour, minute) = (hour.parse::<u8>().ok()?, minute.parse::<u8>().ok().filter(|_| minute.len() == 2)?);
    let hour = match afternoon {
        Some(true) if hour < 12 => hour + 12,
        Some(false) if hour == 12 => 0,
        _ => hour,
    };
    (hour < 24 && minute < 60).then(|| format!("{hour:02}:{minute:02}"))
}

/// A date as the grammar writes it, from `12/31`.
fn date(word: &str) -> Option<String> {
    let (month, day) = word.split_once('/')?;
    let (month, day): (u8, u8) = (month.parse().ok()?, day.parse().ok()?);
    Some(format!("{month:02}-{day:02}"))
}

/// Chinese words of time as English ones; everything else is left.
fn from_chinese(text: &str) -> String {
    const WORDS: [(&str, &str); 47] = [
        ("：", ":"),
        ("，", " , "),
        ("、", " , "),
        ("和", " , "),
        ("每隔一周的", " 2 weeks on "),
        ("每隔一周", " 2 weeks on "),
        ("隔周的", " 2 weeks on "),
        ("隔周", " 2 weeks on "),
        ("双周", " 2 weeks on "),
        ("隔天", " 2 days "),
        ("每个", "每"),
        ("的", " "),
        ("每天", " day "),
        ("每日", " day "),
        ("天天", " day "),
        ("每月", " month on "),
        ("每年", " year on "),
        ("最后一天", " last day "),
        ("最后一个", " last "),
        ("第一个", " first "),
        ("第二个", " second "),
        ("第三个", " third "),
        ("第四个", " fourth "),
        ("工作日", " workday "),
        ("周末", " weekend "),
        ("星期", "周"),
        ("礼拜", "周"),
        ("周一", " monday "),
        ("周二", " tuesday "),
        ("周三", " wednesday "),
        ("周四", " thursday "),
        ("周五", " friday "),
        ("周六", " saturday "),
        ("周日", " sunday "),
        ("周天", " sunday "),
        ("每小时", " 1h "),
        ("每分钟", " 1m "),
        ("小时", "h "),
        ("分钟", "m "),
        ("秒", "s "),
        ("点半", ":30 "),
        ("号", " "),
        ("日", " "),
        ("早上", " am"),
        ("上午", " am"),
        ("下午", " pm"),
        ("晚上", " pm"),
    ];
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut out = text.to_owned();
    for (chinese, english) in WORDS {
        out = out.replace(chinese, english);
    }
    out = out.replace('每', " ");
    let words: Vec<String> = out.split_whitespace().map(clock_of_chinese).collect();
    words.join(" ")
}

/// `pm8点`, `8点30分`, `8:30` as `8:00pm`, `8:30`; `12月31` as `12-31`.
fn clock_of_chinese(word: &str) -> String {
    if let Some((month, day)) = word.split_once('月') {
        return format!("{month}-{day}");
    }
    let (half, time) = match (word.strip_prefix("am"), word.strip_prefix("pm")) {
        (Some(time), _) => ("am", time),
        (_, Some(time)) => ("pm", time),
        _ => ("", word),
    };
    let time = match time.trim_end_matches('分').split_once('点') {
        Some((hour, "")) => format!("{hour}:00"),
        Some((hour, minute)) => format!("{hour}:{minute:0>2}"),
        None => time.to_owned(),
    };
    format!("{time}{half}")
}

#[cfg(test)]
mod tests {
    use crate::model::schedule::Schedule;

    #[test]
    fn near_misses_get_the_words_that_work() {
        for (text, meant) in [
            ("every day 8:30", "day at 08:30"),
            ("every day at 8:30", "day at 08:30"),
            ("day 8:30", "day at 08:30"),
            ("day at 8:30pm", "day at 20:30"),
            ("friday at 8 pm", "friday at 20:00"),
            ("friday 8pm", "friday at 20:00"),
            ("friday at 20.30", "friday at 20:30"),
            ("daily", "day at 09:00"),
            ("daily at 08:00", "day at 08:00"),
            ("weekly", "week on monday at 09:00"),
            ("weekly on friday at 20:00", "week on friday at 20:00"),
            ("monthly", "month on 1 at 09:00"),
            ("yearly", "year on 01-01 at 09:00"),
            ("hourly", "1h"),
            ("every hour", "1h"),
            ("every 15m", "15m"),
            ("every 1 month", "1 month on 1 at 09:00"),
            ("every friday", "friday at 09:00"),
            ("on friday at 20:00", "friday at 20:00"),
            ("firday at 20:00", "friday at 20:00"),
            ("wendesday at 20:00", "wednesday at 20:00"),
            ("every other sunday at 19:00", "2 weeks on sunday at 19:00"),
            ("every second sunday at 19:00", "2 weeks on sunday at 19:00"),
            ("last friday of the month at 19:00", "month on last friday at 19:00"),
            ("20:00 friday", "friday at 20:00"),
            ("day at noon", "day at 12:00"),
            ("day at 8", "day at 08:00"),
            ("every day at 12:30", "day at 12:30"),
            ("every day at 8 pm", "day at 20:00"),
            ("day at 12 pm", "day at 12:00"),
            ("year on 12/31 at 20:00", "year on 12-31 at 20:00"),
            ("每天 8:30", "day at 08:30"),
            ("每周五 20:00", "friday at 20:00"),
            ("周五晚上8点", "friday at 20:00"),
            ("每周一、周三 07:30", "monday, wednesday at 07:30"),
            ("隔周周日 19:00", "2 weeks on sunday at 19:00"),
            ("每月最后一个周五 19：00", "month on last friday at 19:00"),
            ("每月1号 10:00", "month on 1 at 10:00"),
            ("工作日 7点半", "workday at 07:30"),
            ("每年12月31日 20:00", "year on 12-31 at 20:00"),
            ("15分钟", "15m"),
        ] {
            let error = Schedule::parse_every(text).unwrap_err();
            assert_eq!(error.help.map(|help| help.en), Some(format!("write `{meant}`")), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_guessed_gets_examples() {
        let help = |text: &str| Schedule::parse_every(text).unwrap_err().help.unwrap().en;
        assert!(help("when the moon is full").contains("`friday at 20:00`"));
        assert!(help("*/5 * * * *").contains("cron: \"*/5 * * * *\""));
        assert!(help("0s").contains("`1s`"));
        assert!(help("friday at 24:00").contains("`00:00`"));
        assert!(help(&"firday ".repeat(1_000)).contains("`friday at 20:00`"));
        assert!(help("1d").contains("`day at 09:00`"));
    }
}
