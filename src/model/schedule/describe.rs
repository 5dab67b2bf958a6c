//! A schedule in words, English or Chinese: "every second Sunday at 19:00", "隔周周日 19:00".
//!
//! Words only; never decides when. A cron expression is described where it is the same as a plain schedule, else
//! quoted.

use super::{Cron, Days, MonthDay, Schedule, Weekdays};
use crate::base::{
    locale::Locale,
    time::{ClockTime, Duration},
};

const DAYS_EN: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const DAYS_ZH: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Schedule {
    /// In words, to stand alone or inside a sentence: "every Wednesday at 20:30", "每周三 20:30". Without the zone.
    pub fn describe(&self, locale: Locale) -> String {
        match (self, locale) {
            (Self::Interval(length), Locale::En) => every_length(*length),
            (Self::Interval(length), Locale::Zh) => format!("每 {}", length_in(*length, Locale::Zh)),
            (Self::Fixed { days, times }, Locale::En) => {
                format!("{} at {}", days_en(days), list_en(&clocks(times)))
            }
            (Self::Fixed { days, times }, Locale::Zh) => {
                format!("{} {}", days_zh(days), clocks(times).join("、"))
            }
            (Self::Cron(cron), _) => match plain(cron) {
                Some(schedule) => schedule.describe(locale),
                None => format!("cron \"{}\"", cron.text()),
            },
            (Self::Term(role), Locale::En) => format!("at each handover of {role}"),
            (Self::Term(role), Locale::Zh) => format!("{role} 每次交接时"),
        }
    }
}

fn clocks(times: &[ClockTime]) -> Vec<String> {
    times.iter().map(ToString::to_string).collect()
}

/// "a", "a and b", "a, b and c".
fn list_en(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

fn every_length(length: Duration) -> String {
    match length.as_millis() {
        3_600_000 => "every hour".into(),
        60_000 => "every minute".into(),
        1_000 => "every second".into(),
        _ => format!("every {}", length_in(length, Locale::En)),
    }
}

/// The length in words, exactly: as it is read when it has more than two units.
fn length_in(length: Duration, locale: Locale) -> String {
    let units = length.to_string().chars().filter(char::is_ascii_alphabetic).count();
    if units > 2 { length.to_string() } else { locale.duration(length) }
}

/// "every", "every second", "every third", "every 4".
fn every_en(every: u32, unit: &str) -> String {
    match every {
        1 => format!("every {unit}"),
        2 => format!("every second {unit}"),
        3 => format!("every third {unit}"),
        n => format!("every {n} {unit}s"),
    }
}

fn days_en(days: &Days) -> String {
    match days {
        Days::Day { every } => every_en(*every, "day"),
        Days::Workday => "every working day".into(),
        Days::Week { every: 1, on: Weekdays::ALL } => "every day".into(),
        Days::Week { every: 1, on: Weekdays::WORKING } => "every Monday to Friday".into(),
        Days::Week { every, on } => {
            let names = list_en(&on.iter().map(|day| DAYS_EN[day as usize].to_owned()).collect::<Vec<_>>());
            match every {
                1..=3 => every_en(*every, &names),
                n => format!("every {n} weeks on {names}"),
            }
        }
        Days::Month { every, on } => {
            let days = list_en(&on.iter().map(|day| month_day_en(*day)).collect::<Vec<_>>());
            format!("on {days} of {}", every_en(*every, "month"))
        }
        Days::Year { every, on } => {
            let dates = on.iter().map(|(month, day)| format!("{day} {}", MONTHS_EN[*month as usize - 1]));
            let dates = list_en(&dates.collect::<Vec<_>>());
            if *every == 1 {
                format!("every {dates}")
            } else {
                format!("{} on {dates}", every_en(*every, "year"))
            }
        }
    }
}

fn month_day_en(day: MonthDay) -> String {
    let ordinals = ["first", "second", "third", "fourth", "fifth"];
    match day {
        MonthDay::Number(n) => {
            let ending = match (n % 10, n / 10) {
                (1, 0 | 2 | 3) => "st",
                (2, 0 | 2) => "nd",
                (3, 0 | 2) => "rd",
                _ => "th",
            };
            format!("the {n}{ending}")
        }
        MonthDay::Nth(n, day) => format!("the {} {}", ordinals[n as usize - 1], DAYS_EN[day as usize]),
        MonthDay::Last(day) => format!("the last {}", DAYS_EN[day as usize]),
        MonthDay::LastDay => "the last day".into(),
        MonthDay::Workday(n) => format!("the {} working day", ordinals[n as usize - 1]),
        MonthDay::LastWorkday => "the last working day".into(),
    }
}

fn days_zh(days: &Days) -> String {
    match days {
        Days::Day { every: 1 } | Days::Week { every: 1, on: Weekdays::ALL } => "每天".into(),
        Days::Day { every: 2 } => "隔天".into(),
        Days::Day { every } => format!("每 {every} 天"),
        Days::Workday => "每个工作日".into(),
        Days::Week { every: 1, on: Weekdays::WORKING } => "每周一至周五".into(),
        Days::Week { every, on } => {
            let names = on.iter().map(|day| DAYS_ZH[day as usize]).collect::<Vec<_>>().join("、");
            match every {
                1 => format!("每{names}"),
                2 => format!("隔周{names}"),
                n => format!("每 {n} 周的{names}"),
            }
        }
        Days::Month { every, on } => {
            let days = on.iter().map(|day| month_day_zh(*day)).collect::<Vec<_>>().join("、");
            match every {
                1 => format!("每月{days}"),
                n => format!("每 {n} 个月的{days}"),
            }
        }
        Days::Year { every, on } => {
            let dates =
                on.iter().map(|(month, day)| format!("{month}月{day}日")).collect::<Vec<_>>().join("、");
            match every {
                1 => format!("每年{dates}"),
                n => format!("每 {n} 年的{dates}"),
            }
        }
    }
}

fn month_day_zh(day: MonthDay) -> String {
    let ordinals = ["一", "二", "三", "四", "五"];
    match day {
        MonthDay::Number(n) => format!("{n}日"),
        MonthDay::Nth(n, day) => format!("第{}个{}", ordinals[n as usize - 1], DAYS_ZH[day as usize]),
        MonthDay::Last(day) => format!("最后一个{}", DAYS_ZH[day as usize]),
        MonthDay::LastDay => "最后一天".into(),
        MonthDay::Workday(n) => format!("第{}个工作日", ordinals[n as usize - 1]),
        MonthDay::LastWorkday => "最后一个工作日".into(),
    }
}

/// The plain schedule that says the same as an expression, for the shapes people use.
fn plain(cron: &Cron) -> Option<Schedule> {
    const ALL_DAYS: u64 = 0xffff_fffe;
    const ALL_MONTHS: u64 = 0x1ffe;
    const ALL_HOURS: u64 = 0xff_ffff;
    let every_day = cron.days == ALL_DAYS && cron.weekdays == 0x7f && cron.months == ALL_MONTHS;
    if cron.is_wild() {
        // A step that divides the hour: the same as an interval.
        let first = cron.minutes & cron.minutes.wrapping_neg();
        let count = cron.minutes.count_ones();
        let step = 60 / count.max(1);
        let even = (0..count).fold(0, |set: u64, n| set | 1 << (n * step));
        let regular =
            every_day && cron.seconds == 1 && cron.hours == ALL_HOURS && first == 1 && 60 % count == 0;
        return (regular && even == cron.minutes)
            .then(|| Schedule::Interval(Duration::MINUTE.times(i64::from(step))));
    }
    let times = plain_times(cron)?;
    let numbers = || bits(cron.days).map(|day| day as i8);
    let days = if every_day {
        Days::Day { every: 1 }
    } else if cron.days == ALL_DAYS && cron.day_starred && cron.months == ALL_MONTHS {
        let sunday_last = (cron.weekdays >> 1 | cron.weekdays << 6) & 0x7f;
        Days::Week { every: 1, on: Weekdays(sunday_last as u8) }
    } else if cron.weekdays == 0x7f && cron.day_starred && cron.months == ALL_MONTHS {
        Days::Month { every: 1, on: numbers().map(MonthDay::Number).collect() }
    } else if cron.weekdays == 0x7f
        && cron.day_starred
        && cron.days.count_ones() * cron.months.count_ones() <= 4
    {
        let dates = bits(cron.months).flat_map(|month| numbers().map(move |day| (month as i8, day)));
        Days::Year { every: 1, on: dates.collect() }
    } else {
        return None;
    };
    Some(Schedule::Fixed { days, times })
}

/// Up to four clock times.
fn plain_times(cron: &Cron) -> Option<Vec<ClockTime>> {
    if cron.hours.count_ones() * cron.minutes.count_ones() * cron.seconds.count_ones() > 4 {
        return None;
    }
    let mut times = Vec::new();
    for hour in bits(cron.hours) {
        for minute in bits(cron.minutes) {
            for second in bits(cron.seconds) {
                times.push(ClockTime { hour: hour as i8, minute: minute as i8, second: second as i8 });
            }
        }
    }
    Some(times)
}

/// The members of a set, in order.
fn bits(set: u64) -> impl Iterator<Item = u32> {
    (0..64).filter(move |n| set & 1 << n != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_in_words() {
        for (every, en, zh) in [
            ("10s", "every 10 seconds", "每 10 秒"),
            ("1h", "every hour", "每 1 小时"),
            ("1h30m", "every 1 hour 30 minutes", "每 1 小时 30 分钟"),
            ("1h30m15s", "every 1h30m15s", "每 1h30m15s"),
            ("day at 08:30", "every day at 08:30", "每天 08:30"),
            ("day at 08:30, 20:00", "every day at 08:30 and 20:00", "每天 08:30、20:00"),
            ("2 days at 09:00", "every second day at 09:00", "隔天 09:00"),
            ("workday at 07:30", "every working day at 07:30", "每个工作日 07:30"),
            ("weekday at 09:00", "every Monday to Friday at 09:00", "每周一至周五 09:00"),
            ("weekend at 10:00", "every Saturday and Sunday at 10:00", "每周六、周日 10:00"),
            ("friday at 20:00", "every Friday at 20:00", "每周五 20:00"),
            ("2 weeks on sunday at 19:00", "every second Sunday at 19:00", "隔周周日 19:00"),
            (
                "5 weeks on mon, tue at 19:00",
                "every 5 weeks on Monday and Tuesday at 19:00",
                "每 5 周的周一、周二 19:00",
            ),
            (
                "month on 1, 22 at 10:00",
                "on the 1st and the 22nd of every month at 10:00",
                "每月1日、22日 10:00",
            ),
            (
                "month on last friday at 19:00",
                "on the last Friday of every month at 19:00",
                "每月最后一个周五 19:00",
            ),
            (
                "month on 2nd fri at 19:00",
                "on the second Friday of every month at 19:00",
                "每月第二个周五 19:00",
            ),
            ("month on last day at 20:00", "on the last day of every month at 20:00", "每月最后一天 20:00"),
            ("3 months on 11 at 10:00", "on the 11th of every third month at 10:00", "每 3 个月的11日 10:00"),
            ("year on 12-31 at 20:00", "every 31 December at 20:00", "每年12月31日 20:00"),
            ("term of host", "at each handover of host", "host 每次交接时"),
        ] {
            let schedule = Schedule::parse_every(every).unwrap();
            assert_eq!(schedule.describe(Locale::En), en);
            assert_eq!(schedule.describe(Locale::Zh), zh);
        }
    }

    #[test]
    fn cron_in_words_where_words_are_plain() {
        for (cron, en) in [
            ("*/15 * * * *", "every 15 minutes"),
            ("@hourly", "every hour"),
            ("* * * * *", "every minute"),
            ("30 8 * * *", "every day at 08:30"),
            ("0 20 * * 5", "every Friday at 20:00"),
            ("0 9 * * 1-5", "every Monday to Friday at 09:00"),
            ("0 19 * * 0,7", "every Sunday at 19:00"),
            ("0 10 1,15 * *", "on the 1st and the 15th of every month at 10:00"),
            ("@yearly", "every 1 January at 00:00"),
            ("*/7 * * * *", "cron \"*/7 * * * *\""),
            ("5  4 1 * sun", "cron \"5 4 1 * sun\""),
            ("*/10 8-20 * * *", "cron \"*/10 8-20 * * *\""),
        ] {
            assert_eq!(Schedule::parse_cron(cron).unwrap().describe(Locale::En), en, "{cron}");
        }
    }
}
