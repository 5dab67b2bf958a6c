//! How dates, numbers, labels and reasons are written on a page, in the playbook's language.

use crate::{
    base::{
        locale::Locale,
        time::{Timestamp, Zone},
    },
    engine::entry::HoldReason,
    model::{
        message::Label,
        play::Play,
        trigger::{Batch, Trigger},
    },
};
use jiff::civil::Date;
use maud::{Markup, html};

/// `December 2026`, `2026年12月`
pub(in crate::shell) fn month(locale: Locale, date: Date) -> String {
    match locale {
        Locale::En => date.strftime("%B %Y").to_string(),
        Locale::Zh => format!("{}年{}月", date.year(), date.month()),
    }
}

/// `Fri 11 Dec 2026`, `2026年12月11日 周五`
pub(in crate::shell) fn day(locale: Locale, date: Date) -> String {
    match locale {
        Locale::En => date.strftime("%a %-d %b %Y").to_string(),
        Locale::Zh => {
            format!(
                "{}年{}月{}日 周{}",
                date.year(),
                date.month(),
                date.day(),
                weekdays(locale)[weekday(date)]
            )
        }
    }
}

/// `11 Dec`, `12月11日`
pub(in crate::shell) fn short_day(locale: Locale, date: Date) -> String {
    match locale {
        Locale::En => date.strftime("%-d %b").to_string(),
        Locale::Zh => format!("{}月{}日", date.month(), date.day()),
    }
}

/// Monday to Sunday, as short as can be.
pub(in crate::shell) fn weekdays(locale: Locale) -> [&'static str; 7] {
    match locale {
        Locale::En => ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"],
        Locale::Zh => ["一", "二", "三", "四", "五", "六", "日"],
    }
}

/// 0 for Monday to 6 for Sunday.
pub(in crate::shell) fn weekday(date: Date) -> usize {
    date.weekday().to_monday_zero_offset() as usize
}

/// `20:30`
pub(in crate::shell) fn clock(zone: &Zone, at: Timestamp) -> String {
    zone.civil(at).strftime("%H:%M").to_string()
}

/// A number with its thousands apart: `12,345`.
pub(in crate::shell) fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number where there is room for three signs: `999`, `1k`, `12k`, `2M`. The exact one is said beside it.
pub(in crate::shell) fn short(n: u64) -> String {
    match n {
        0..1_000 => n.to_string(),
        1_000..999_500 => format!("{}k", (n + 500) / 1_000),
        _ => format!("{}M", (n + 500_000) / 1_000_000),
    }
}

/// A number in its own cell of a table; nothing stays in the background.
pub(in crate::shell) fn cell(n: u64) -> Markup {
    html! { td.n .zero[n == 0] { (number(n)) } }
}

/// The same, where anything at all is bad.
pub(in crate::shell) fn bad_cell(n: u64) -> Markup {
    html! { td.n .zero[n == 0] .bad[n > 0] { (number(n)) } }
}

/// One digit after the point where it says something: `0.4`, `12`.
pub(in crate::shell) fn decimal(n: f64) -> String {
    let rounded = (n * 10.0).round() / 10.0;
    if rounded.fract() == 0.0 || rounded >= 100.0 {
        number(rounded.round() as u64)
    } else {
        format!("{rounded:.1}")
    }
}

/// A part of a whole, in percent; `–` of nothing.
pub(in crate::shell) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".into();
    }
    format!("{}%", decimal(part as f64 * 100.0 / whole as f64))
}

/// A label, or what a post without one is called.
pub(in crate::shell) fn label(locale: Locale, label: Option<Label>) -> &'static str {
    match label {
        Some(Label::Content) => locale.pick("content", "内容"),
        Some(Label::Notice) => locale.pick("notice", "通知"),
        Some(Label::Social) => locale.pick("social", "互动"),
        Some(Label::Promo) => locale.pick("promo", "推广"),
        None => locale.pick("no label", "未标注"),
    }
}

/// The class that gives a label its colour.
pub(in crate::shell) fn label_class(label: Option<Label>) -> &'static str {
    label.map_or("post", Label::as_str)
}

/// A verb, as operators call it.
pub(in crate::shell) fn verb(locale: Locale, verb: &'static str) -> &'static str {
    let zh = match verb {
        "post" => "发帖",
        "run" => "脚本",
        "task" => "任务",
        "approve" => "审批",
        "ask" => "提问",
        "wait" => "等待",
        "if" => "条件",
        "each" => "逐个",
        "prune" => "清理",
        "set" => "记录",
        "signal" => "信号",
        "start" => "启动",
        "enter" => "换阶段",
        "stop" => "结束",
        other => other,
    };
    locale.pick(verb, zh)
}

/// Why a budget holds a message.
pub(in crate::shell) fn hold(locale: Locale, reason: HoldReason) -> &'static str {
    crate::sim::timeline::held_by(reason).of(locale)
}

/// Why something did not happen, from the word of the report.
pub(in crate::shell) fn why(locale: Locale, word: &'static str) -> &'static str {
    match word {
        "late" => locale.pick("too late", "太晚"),
        "catch_up" => locale.pick("another one was made up for", "补做了别的一次"),
        "overlap" => locale.pick("the last run was still open", "上一次还没结束"),
        "calendar" => locale.pick("a calendar closed the day", "日历上不开"),
        "phase" => locale.pick("not in this phase", "不在该阶段"),
        "when" => locale.pick("its condition was false", "条件不成立"),
        "paused" => locale.pick("paused", "已暂停"),
        "operator" => locale.pick("an operator said so", "人工跳过"),
        "limit" => locale.pick("a limit was reached", "到了上限"),
        other => other,
    }
}

/// When a play starts, in a few words.
pub(in crate::shell) fn trigger(locale: Locale, play: &Play) -> String {
    match &play.trigger {
        Trigger::Schedule(schedule) => schedule.describe(locale),
        Trigger::Members(of) => of.words().of(locale).to_owned(),
        Trigger::Dates(dates) => match locale {
            Locale::En => crate::base::words::count(dates.len(), "date"),
            Locale::Zh => format!("{} 个日期", dates.len()),
        },
        Trigger::Signal(on) => {
            let batch = match on.batch {
                None => String::new(),
                Some(Batch::For(length)) => format!(" + {}", locale.duration(length)),
                Some(Batch::Until(clock)) => format!(" → {clock}"),
            };
            match locale {
                Locale::En => format!("on {}{batch}", on.name),
                Locale::Zh => format!("收到 {}{batch}", on.name),
            }
        }
        Trigger::Whenever(whenever) => match locale {
            Locale::En => format!("whenever {}", whenever.words()),
            Locale::Zh => format!("只要 {}", whenever.words()),
        },
        Trigger::Command => locale.pick("started by another play or a person", "由其他玩法或人启动").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [0, 999, 1_000, 1_499, 999_499, 999_500].map(short),
            ["0", "999", "1k", "1k", "999k", "1M"]
        );
        assert_eq!([0.04, 0.44, 12.0, 99.96, 1234.6].map(decimal), ["0", "0.4", "12", "100", "1,235"]);
        assert_eq!(percent(1, 3), "33.3%");
        assert_eq!(percent(0, 0), "–");
    }

    #[test]
    fn days_are_written_in_the_language_of_the_playbook() {
        let date = jiff::civil::date(2026, 12, 11);
        assert_eq!(day(Locale::En, date), "Fri 11 Dec 2026");
        assert_eq!(day(Locale::Zh, date), "2026年12月11日 周五");
        assert_eq!(
            (month(Locale::En, date), month(Locale::Zh, date)),
            ("December 2026".into(), "2026年12月".into())
        );
    }
}
