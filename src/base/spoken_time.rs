//! Instants, days and lengths of time as people write them, in English and Chinese.

use super::{
    locale::Locale,
    time::{Duration, Timestamp, Zone},
};
use jiff::civil::{Date, Weekday};

impl Locale {
    /// An instant as members read it: `12月11日(周五)20:00`, `Fri 11 Dec, 20:00`. With the year when it
    /// is not the year of `now`.
    pub fn time(self, at: Timestamp, zone: &Zone, now: Timestamp) -> String {
        let civil = zone.civil(at);
        let same_year = civil.year() == zone.civil(now).year();
        match self {
            Self::En => {
                let format = if same_year { "%a %-d %b, %H:%M" } else { "%a %-d %b %Y, %H:%M" };
                civil.strftime(format).to_string()
            }
            Self::Zh => {
                let year = if same_year { String::new() } else { format!("{}年", civil.year()) };
                format!(
                    "{year}{}月{}日({}){}",
                    civil.month(),
                    civil.day(),
                    weekday_zh(civil.weekday()),
                    civil.strftime("%H:%M")
                )
            }
        }
    }

    /// The short name of a day: `Fri`, `周五`.
    pub fn weekday(self, date: Date) -> String {
        match self {
            Self::En => date.strftime("%a").to_string(),
            Self::Zh => weekday_zh(date.weekday()).to_owned(),
        }
    }

    /// A day of the year with its name, as a heading: `2026-12-11 Friday`, `2026-12-11 周五`.
    pub fn day(self, date: Date) -> String {
        let name = match self {
            Self::En => date.strftime("%A").to_string(),
            Self::Zh => weekday_zh(date.weekday()).to_owned(),
        };
        format!("{date} {name}")
    }

    /// A civil date: `12月11日`, `11 Dec`.
    pub fn date(self, at: Timestamp, zone: &Zone) -> String {
        let civil = zone.civil(at);
        match self {
            Self::En => civil.strftime("%-d %b").to_string(),
            Self::Zh => format!("{}月{}日", civil.month(), civil.day()),
        }
    }

    /// A length of time with its one or two largest units: `2 小时 5 分钟`, `2 hours 5 minutes`.
    pub fn duration(self, length: Duration) -> String {
        const UNITS: [(u64, &str, &str); 4] = [
            (86_400_000, "day", "天"),
            (3_600_000, "hour", "小时"),
            (60_000, "minute", "分钟"),
            (1_000, "second", "秒"),
        ];
        let mut rest = length.as_millis().unsigned_abs();
        let mut parts = Vec::new();
        for (size, en, zh) in UNITS {
            let n = rest / size;
            rest %= size;
            if n > 0 && parts.len() < 2 {
                parts.push(match self {
                    Self::En if n == 1 => format!("1 {en}"),
                    Self::En => format!("{n} {en}s"),
                    Self::Zh => format!("{n} {zh}"),
                });
            } else if !parts.is_empty() {
                break;
            }
        }
        if parts.is_empty() {
            return self.pick("0 seconds", "0 秒").to_owned();
        }
        let sign = if length.as_millis() < 0 { "-" } else { "" };
        format!("{sign}{}", parts.join(" "))
    }
}

/// 周一 to 周日.
pub(crate) fn weekday_zh(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "周一",
        Weekday::Tuesday => "周二",
        Weekday::Wednesday => "周三",
        Weekday::Thursday => "周四",
        Weekday::Friday => "周五",
        Weekday::Saturday => "周六",
        Weekday::Sunday => "周日",
    }
}
