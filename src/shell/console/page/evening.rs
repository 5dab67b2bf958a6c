//! The evening's strip: how long it has been under way, what comes next, and what is pressed then.

use super::{
    cards::places,
    parts::{self, run_path},
    wording,
};
use crate::{
    base::{
        limits,
        locale::Locale,
        time::{Duration, Timestamp},
    },
    engine::entry::Waiting,
    shell::{
        console::{
            layout::Frame,
            view::{
                brief::short,
                evening::Evening,
                run::{Standing, Step},
            },
        },
        pages::words,
    },
};
use maud::{Markup, html};

/// The strips of all that is under way.
pub(super) fn strips(evenings: &[Evening], now: Timestamp, frame: &Frame) -> Markup {
    html! {
        @if !evenings.is_empty() {
            section #evening aria-labelledby="evening-title" {
                h2 #evening-title { (frame.locale.pick("Under way", "正在进行")) }
                ul.cards { @for evening in evenings { li.card.task.strip { (strip(evening, now, frame)) } } }
            }
        }
    }
}

fn strip(evening: &Evening, now: Timestamp, frame: &Frame) -> Markup {
    let locale = frame.locale;
    let ahead = evening.anchor > now;
    // Whole minutes: a page that stands open counts nothing down.
    let minutes = now.since(evening.anchor).as_millis() / 60_000;
    let length = locale.duration(Duration::MINUTE.times(minutes.max(1)));
    let clock = words::clock(&evening.zone, evening.anchor);
    html! {
        p.meta {
            span { b { bdi { (evening.title) } } " · " bdi { (places(&evening.places, evening.more, locale)) } }
            span {
                (clock) " · "
                @match (ahead, evening.begun, locale) {
                    (true, false, Locale::En) => { "about to begin" }
                    (true, false, Locale::Zh) => { "就要开始" }
                    (true, true, Locale::En) => { "has begun early" }
                    (true, true, Locale::Zh) => { "提前开始了" }
                    (false, _, Locale::En) => { (length) " in" }
                    (false, _, Locale::Zh) => { "已进行 " (length) }
                }
            }
        }
        @if let Some(Step { standing: Standing::Now { waiting, until }, .. }) = &evening.current {
            p { (wording::waiting(waiting).of(locale))
                @if let Some(until) = until { " " (locale.pick("until ", "到 ")) (parts::at(*until, now, &evening.zone)) }
            }
        }
        @if let Some(next) = &evening.next {
            h3 { (locale.pick("Next: ", "接着：")) @if let Some(due) = next.due { (parts::at(due, now, &evening.zone)) " " } (step(next, frame)) }
            @if let Some(doubt) = &next.doubt { @let (sign, words) = wording::doubt(doubt, locale); p.doubt { (sign) " " bdi { (words) } } }
        }
        div.acts {
            @if evening.commands && evening.more == 0 { (pressed(evening, frame)) }
            @for place in evening.places.iter().take(limits::GROUPS_NAMED_MAX) {
                a.button href=(run_path(&place.group, &place.subject.as_str().into())) {
                    (locale.pick("Open", "打开")) @if evening.places.len() > 1 { " " bdi { (place.title) } }
                }
            }
        }
    }
}

/// What is pressed in all groups of a strip: of several by a second press that says so.
fn pressed(evening: &Evening, frame: &Frame) -> Markup {
    let locale = frame.locale;
    let on: Vec<(&str, &str)> =
        evening.places.iter().map(|place| (place.group.as_str(), place.subject.as_str())).collect();
    let later = frame.press(
        "delay",
        &on,
        &html! { button name="by" value="10m" { (locale.pick("Ten more minutes", "再加十分钟")) } },
    );
    match evening.places.as_slice() {
        [place] => html! {
            (go_on(evening, &on, frame))
            (later)
            a.button href={ "/hush?group=" (parts::piece(place.group.as_str())) } { (locale.pick("Hush this group", "这个群静默")) }
        },
        places => html! {
            (parts::second(locale.pick("Now, or later", "现在，或往后推"), &html! {
                p.words { @match locale {
                    Locale::En => { "In these " (places.len()) " groups: " }
                    Locale::Zh => { "在这 " (places.len()) " 个群里：" }
                } bdi { (locale.join(&places.iter().map(|place| place.title.clone()).collect::<Vec<_>>())) } }
                (go_on(evening, &on, frame))
                (later)
            }))
            @for place in places { a.button href={ "/hush?group=" (parts::piece(place.group.as_str())) } { (locale.pick("Hush ", "静默 ")) bdi { (place.title) } } }
        },
    }
}

/// Goes on now with what comes: without what it waits for, or before its time.
fn go_on(evening: &Evening, on: &[(&str, &str)], frame: &Frame) -> Markup {
    let locale = frame.locale;
    let waits = match &evening.current {
        Some(Step { standing: Standing::Now { waiting, .. }, .. }) => Some(waiting),
        _ => None,
    };
    let says = match (waits, &evening.at_once) {
        (None | Some(Waiting::Time), Some(next)) => {
            html! { (locale.pick("Now: ", "现在：")) (step(next, frame)) }
        }
        (Some(waiting), _) => match ends_now(waiting, locale) {
            Some(says) => html! { (says) },
            None => return html! {},
        },
        (None, None) => return html! {},
    };
    frame.press("now", on, &html! { button.main { (says) } })
}

/// What the press *now* does to a wait; nothing where it ends none.
pub(super) fn ends_now(waiting: &Waiting, locale: Locale) -> Option<&'static str> {
    match waiting {
        Waiting::Time => Some(locale.pick("End the wait now", "现在结束等待")),
        Waiting::Answers { .. } => Some(locale.pick("Count the answers now", "现在统计回答")),
        _ => None,
    }
}

/// A step in a few words: what it does, and how its text begins.
fn step(step: &Step, frame: &Frame) -> Markup {
    let text = if step.verb == "run" { step.id.to_string() } else { step.text.clone() };
    html! { (words::verb(frame.locale, step.verb)) " " bdi { (short(&text)) } }
}
