//! `/`: Today as markup.

use super::{
    because::SpokenNames,
    cards::{self, Rank, and_more, places},
    evening, health, look,
    parts::{self, run_path, why},
    soon, wording,
};
use crate::{
    base::{
        locale::Locale,
        time::{Timestamp, Zone},
    },
    engine::entry::{Outcome, Skip},
    shell::{
        console::{
            layout::Frame,
            view::{
                cards::Shown,
                day::{DayLeft, Row, Standing},
                hindrance::Hindrance,
                look::Look,
                question::QuestionRow,
                today::{Held, Missed, Today},
            },
        },
        pages::words,
    },
};
use maud::{Markup, html};

/// The title and the page.
pub(crate) fn page(view: &Today, frame: &Frame) -> (String, Markup) {
    let locale = frame.locale;
    let utc = Zone::utc();
    let zone = view.zone.as_ref().unwrap_or(&utc);
    let day = words::day(locale, zone.date(view.now));
    let title = format!("{} {day}", locale.pick("Today", "今天"));
    let now = html! {
        (headline(view, locale))
        (evening::strips(&view.evenings, view.now, frame))
        (look::broken(&view.look, view.look_more, frame))
        @if view.waits.all > 0 {
            section #waits aria-labelledby="waits-title" {
                h2 #waits-title { (locale.pick("Waiting for you", "等你")) " (" (view.waits.all) ")" }
                (cards::list(&view.waits, (0, Rank::Third), view.now, frame))
            }
        }
        (soon::list(&view.soon, view.soon_more, frame))
        div.columns {
            section #day aria-labelledby="day-title" {
                h2 #day-title { (locale.pick("Today", "今天")) }
                @if view.day.is_empty() { p.empty { (locale.pick("Nothing starts today.", "今天没有安排。")) } }
                ul.rows { @for row in &view.day { li { (day_row(row, view, frame)) } } }
                (and_more(view.day_more, "/calendar", locale))
            }
            div {
                (held(&view.held, view.held_more, frame))
                (missed(&view.missed, view.missed_more, locale))
                (look::groups(&view.look, view.look_more, frame))
                (questions(&view.questions, view.questions_more, view.now, locale))
                @if view.others.all > 0 {
                    section #others aria-labelledby="others-title" {
                        h2 #others-title { (locale.pick("Waiting for others", "等别人")) " (" (view.others.all) ")" }
                        (cards::list(&Shown { rest: None, ..view.others.clone() }, (view.waits.cards.len(), Rank::Third), view.now, frame))
                        (and_more(view.others.all.saturating_sub(view.others.cards.len()), "/groups?only=waiting", locale))
                    }
                }
            }
        }
        (health::strip(&view.health, locale))
    };
    let body = html! {
        h1 { (title) small { " " (zone.name()) } }
        (parts::whole("now", locale.pick("How it is now", "现在的情况"), &now, frame))
    };
    (title, body)
}

/// The worst line of the page in one sentence; all is well only where every list is empty.
fn headline(view: &Today, locale: Locale) -> Markup {
    let late = view.waits.late + view.others.late;
    let n = |n: usize, en: &str, many: &str, zh: &str| match locale {
        Locale::En => format!("{n} {}", if n == 1 { en } else { many }),
        Locale::Zh => format!("{n} {zh}"),
    };
    let mut parts = Vec::new();
    let look = view.look.len() + view.look_more;
    if look > 0 {
        parts.push(n(look, "thing needs a look", "things need a look", "件需要看一眼"));
    }
    let paused = view.look.iter().find_map(|one| match one {
        Look::Paused { places, more, .. } => Some(places.len() + more),
        _ => None,
    });
    if let Some(paused) = paused {
        parts.push(n(paused, "group is paused", "groups are paused", "个群全部暂停"));
    }
    if late > 0 {
        parts.push(n(late, "task is overdue", "tasks are overdue", "个任务逾期"));
    }
    if view.waits.all > 0 {
        parts.push(n(view.waits.all, "thing waits for you", "things wait for you", "件事等你"));
    }
    if !view.held.is_empty() {
        parts.push(n(
            view.held.len() + view.held_more,
            "message is held",
            "messages are held",
            "条消息被压住",
        ));
    }
    if !view.missed.is_empty() {
        parts.push(n(
            view.missed.len() + view.missed_more,
            "thing did not happen",
            "things did not happen",
            "件没发生",
        ));
    }
    if view.others.all > 0 {
        parts.push(n(view.others.all, "thing waits for others", "things wait for others", "件事等别人"));
    }
    let groups = n(view.groups, "group", "groups", "个群");
    let bad = late > 0 || !view.look.is_empty();
    if parts.is_empty() {
        parts.push(locale.pick("all is well", "一切正常").to_owned());
    }
    html! { p.headline.bad[bad] { (if bad { "▲ " } else { "● " }) (parts.join(locale.pick(" · ", " · "))) " · " (groups) } }
}

fn day_row(row: &Row, view: &Today, frame: &Frame) -> Markup {
    let locale = frame.locale;
    let (sign, class, word) = standing(&row.standing, locale);
    let on: Vec<(&str, &str)> =
        row.places.iter().map(|place| (place.group.as_str(), place.subject.as_str())).collect();
    let ahead = matches!(row.standing, Standing::Ahead | Standing::Unless(_) | Standing::Doubtful(_));
    // What goes out in the next hours has its press there.
    let stands_above = view.soon.iter().any(|soon| soon.skips && soon.places == row.places);
    html! {
        span class={ "sign " (class) } aria-hidden="true" { (sign) }
        span.time { (words::clock(&row.zone, row.at)) }
        div {
            @match row.places.as_slice() {
                [one] => { a href=(run_path(&one.group, &one.subject.as_str().into())) { bdi { (row.title) } } }
                _ => { bdi { (row.title) } }
            }
            " " small { bdi { (places(&row.places, row.more, locale)) } }
            span.rest { (word) @if !row.reason.is_empty() { ": " bdi { (row.reason.of(locale)) } }
                @if let Some(one) = row.places.first() { " · " (why(&one.group, &one.subject.as_str().into(), None, locale)) }
            }
            @if ahead && row.commands && !stands_above {
                details {
                    summary { (locale.pick("Skip this time", "跳过这次")) }
                    (frame.press("skip", &on, &html! {
                        p.words { (locale.pick("It does not start this time: ", "这一次不会开始：")) bdi { (row.title) } ", " (places(&row.places, row.more, locale)) }
                        button.bad { (locale.pick("Skip", "跳过")) " " (words::clock(&row.zone, row.at)) " " (row.title) }
                    }))
                }
            }
        }
    }
}

/// A sign, its colour and its word.
fn standing(standing: &Standing, locale: Locale) -> (&'static str, &'static str, String) {
    let (sign, class, word) = match standing {
        Standing::Ended(Outcome::Done) => ("✓", "good", locale.pick("done", "已完成")),
        Standing::Ended(Outcome::Stopped) => ("■", "", locale.pick("stopped", "已中止")),
        Standing::Ended(Outcome::Failed) => ("✕", "bad", locale.pick("failed", "失败")),
        Standing::Ended(Outcome::Cancelled) => ("✕", "", locale.pick("cancelled", "已取消")),
        Standing::Ended(Outcome::Replaced) => {
            ("✕", "", locale.pick("replaced by a newer one", "被新的一次代替"))
        }
        Standing::Left(DayLeft::Task) => ("▸", "", locale.pick("its task is open", "还有任务没完成")),
        Standing::Left(DayLeft::Held) => ("⏸", "", locale.pick("a message of it is held", "有消息压住")),
        Standing::Left(DayLeft::OnTheWay) => {
            ("▲", "bad", locale.pick("a message of it has not arrived", "有消息没送到"))
        }
        Standing::Open => ("▸", "good", locale.pick("under way", "进行中")),
        Standing::Ahead => ("○", "", locale.pick("ahead", "待开始")),
        Standing::Unless(skip) => return ("◐", "", unless(skip, locale)),
        Standing::Doubtful(doubt) => {
            let (sign, words) = wording::doubt(doubt, locale);
            return (sign, "", words);
        }
    };
    (sign, class, word.to_owned())
}

/// Why something would not start as things are.
fn unless(skip: &Skip, locale: Locale) -> String {
    wording::doubt(&Hindrance::Start(skip.clone()), locale).1
}

fn held(held: &[Held], more: usize, frame: &Frame) -> Markup {
    let locale = frame.locale;
    html! {
        @if !held.is_empty() {
            section #held aria-labelledby="held-title" {
                h2 #held-title { (locale.pick("Held back", "压住")) " (" (held.len() + more) ")" }
                ul.rows { @for held in held { li {
                    span.sign aria-hidden="true" { "⏸" }
                    span.time { (words::clock(&held.zone, held.due)) }
                    div {
                        @if !held.title.is_empty() { b { bdi { (held.title) } } " " }
                        small { bdi { (held.place.title) } }
                        span.rest {
                            (words::hold(locale, held.reason))
                            @if let Some(until) = held.until { " → " (locale.time(until, &held.zone, held.due)) }
                            @if let Some((run, step)) = wording::step_of(&held.place.subject.as_str().into()) { " · " (why(&held.place.group, &run, Some(&step), locale)) }
                        }
                        span.rest { bdi { (held.text) } }
                        @if held.commands { div.acts { (wording::held(&held.place.group, &held.place.subject.as_str().into(), &held.text, frame)) } }
                    }
                } } }
                (and_more(more, "/log?kind=budget", locale))
            }
        }
    }
}

fn missed(missed: &[Missed], more: usize, locale: Locale) -> Markup {
    html! {
        @if !missed.is_empty() {
            section #missed aria-labelledby="missed-title" {
                h2 #missed-title { (locale.pick("Did not happen", "没发生")) " (" (missed.len() + more) ")" }
                ul.rows { @for row in missed { li {
                    span.sign aria-hidden="true" { "✕" }
                    span.time { (words::clock(&row.zone, row.at)) }
                    div {
                        @if !row.about.is_empty() { b { bdi { (row.about) } } " " }
                        small { bdi { (places(&row.places, row.more, locale)) } }
                        span.rest {
                            @let names = SpokenNames { run: row.run.as_ref(), play: ("", &row.about), steps: &row.steps, locale };
                            bdi { (names.in_words(row.text.of(locale))) }
                            @if let (Some(one), Some(run)) = (row.places.first(), &row.run) { " · " (why(&one.group, run, None, locale)) }
                        }
                    }
                } } }
                (and_more(more, "/log?kind=missed", locale))
            }
        }
    }
}

/// Questions to groups, each with the way to enter answers that no channel hears.
pub(super) fn questions(asked: &[QuestionRow], more: usize, now: Timestamp, locale: Locale) -> Markup {
    html! {
        @if !asked.is_empty() {
            section #questions aria-labelledby="questions-title" {
                h2 #questions-title { (locale.pick("Open questions to groups", "群里正在问的")) " (" (asked.len() + more) ")" }
                ul.rows { @for one in asked { li {
                    span.sign aria-hidden="true" { "?" }
                    span.time { @if let Some(due) = one.due { (parts::at(due, now, &one.zone)) } }
                    div {
                        bdi { (one.text) } " " small { bdi { (one.place.title) } }
                        span.rest {
                            @match locale { Locale::En => { (one.answers) (if one.answers == 1 { " answer" } else { " answers" }) } Locale::Zh => { (one.answers) " 个回答" } }
                            " · " a href=(parts::answer_path(&one.place.group, &one.place.subject.as_str().into())) { (locale.pick("Enter answers", "录入回答")) }
                        }
                    }
                } } }
                (and_more(more, "/answer", locale))
            }
        }
    }
}
