//! What needs a look as markup: each with where it leads, and what is pressed about it.

use super::{
    cards::{and_more, places},
    parts::{self, group_path, run_path, why},
    wording,
};
use crate::{
    base::{locale::Locale, phrase::Phrase},
    shell::console::{
        layout::Frame,
        view::{look::Look, place::Place},
    },
};
use maud::{Markup, html};

/// What broke, which stands above everything else; nothing where all goes out.
pub(super) fn broken(look: &[Look], more: usize, frame: &Frame) -> Markup {
    let some: Vec<&Look> = look.iter().filter(|one| one.is_broken()).collect();
    list("look", frame.locale.pick("Needs a look", "需要看一眼"), (&some, more), frame)
}

/// How groups are that nothing is broken in; nothing where all is well.
pub(super) fn groups(look: &[Look], more: usize, frame: &Frame) -> Markup {
    let some: Vec<&Look> = look.iter().filter(|one| !one.is_broken()).collect();
    // What there is more of has been said above, where something is there.
    let more = if some.len() == look.len() { more } else { 0 };
    list("groups", frame.locale.pick("Groups to look at", "要看看的群"), (&some, more), frame)
}

fn list(id: &str, title: &str, (look, more): (&[&Look], usize), frame: &Frame) -> Markup {
    html! {
        @if !look.is_empty() {
            section #(id) aria-labelledby={ (id) "-title" } {
                h2 #{ (id) "-title" } { (title) " (" (look.len() + more) ")" }
                ul.rows.plainrows { @for one in look { li {
                    span.sign.bad aria-hidden="true" { "▲" }
                    div { (look_at(one, frame)) }
                } } }
                (and_more(more, "/groups?only=trouble", frame.locale))
            }
        }
    }
}

fn look_at(look: &Look, frame: &Frame) -> Markup {
    let locale = frame.locale;
    match look {
        Look::File { file, why } => html! {
            a href="/channels" { b { (file) } } (locale.pick(": its newest version is not in force", "：最新版本没有生效"))
            span.rest { bdi { (why.of(locale)) } }
        },
        Look::Channel { place, since, reason, waiting, zone, now } => html! {
            @let at = locale.time(*since, zone, *now);
            (of(place, locale)) @match locale {
                Locale::En => { "channel " a href="/channels" { (place.subject) } " has been failing since " (at) }
                Locale::Zh => { "频道 " a href="/channels" { (place.subject) } " 自" (at) "起一直发送失败" }
            }
            @if *waiting > 0 { (locale.pick(", waiting: ", "，在等的消息：")) (waiting) }
            span.rest { bdi { (reason.of(locale)) } }
        },
        Look::Deaf { place, since, reason, zone, now } => html! {
            @let at = locale.time(*since, zone, *now);
            (of(place, locale)) @match locale {
                Locale::En => { "nothing has been heard on " a href="/channels" { (place.subject) } " since " (at) }
                Locale::Zh => { "频道 " a href="/channels" { (place.subject) } " 自" (at) "起什么都没听到" }
            }
            span.rest { bdi { (reason.of(locale)) } }
        },
        Look::Stuck { places: some, text, in_doubt, reason, commands } => {
            stuck(some, text, (*in_doubt, reason, *commands), frame)
        }
        Look::Failed { place, at, reason, commands, zone, now } => html! {
            @let words = reason.of(locale);
            @let rest = words.strip_prefix(locale.pick("step ", "步骤 "));
            @let (step, error) = rest.and_then(|rest| rest.split_once(locale.pick(": ", "："))).unwrap_or(("", words));
            @let run = html! { a href=(run_path(&place.group, &place.subject.as_str().into())) { code { (place.subject) } } };
            (of(place, locale)) @match (locale, step) {
                (Locale::En, "") => { "run " (run) " failed" }
                (Locale::Zh, "") => { "运行 " (run) " 失败" }
                (Locale::En, step) => { "run " (run) " failed at step " (step) "." }
                (Locale::Zh, step) => { "运行 " (run) " 在步骤 " (step) " 失败。" }
            }
            span.rest { bdi { (error) } " · " (locale.time(*at, zone, *now)) }
            @if *commands {
                (frame.press("retry", &[(place.group.as_str(), place.subject.as_str())], &html! { button { (locale.pick("Try again", "重试")) } }))
            }
        },
        Look::Unwell { place, health } => html! {
            a href=(group_path(&place.group)) { bdi { (place.title) } } ": "
            @match locale {
                Locale::En => { "its health is " (health) " of 100; its page says what that is a sign of" }
                Locale::Zh => { "健康度 " (health) "（满分 100），群页面有原因和处方" }
            }
        },
        Look::Hushed { places: some, more } => html! {
            @let of = some.first().map_or_else(|| "/groups".to_owned(), |place| group_path(&place.group));
            a href=(of) { bdi { (places(some, *more, locale)) } } (locale.pick(": ", "：")) (locale.pick("hushed: members see nothing", "静默中：成员什么都看不到"))
        },
        Look::Paused { places: some, more, commands } => html! {
            a href=(parts::address("/groups", &[("only", "paused")])) { bdi { (places(some, *more, locale)) } } (locale.pick(": ", "：")) (locale.pick("everything is paused", "全部暂停中"))
            @if *commands { div.acts { (resume(some, *more, frame)) } }
        },
    }
}

/// A message that was refused, or may have arrived, by its words.
fn stuck(
    some: &[Place],
    text: &str,
    (in_doubt, reason, commands): (bool, &Phrase, bool),
    frame: &Frame,
) -> Markup {
    let locale = frame.locale;
    let on: Vec<(&str, &str)> =
        some.iter().map(|place| (place.group.as_str(), place.subject.as_str())).collect();
    html! {
        b { (wording::undelivered(in_doubt, locale)) } bdi { (text) }
        span.rest { bdi { (places(some, 0, locale)) } " · " bdi { (reason.of(locale)) }
            @if let Some(place) = some.first() && let Some((run, step)) = wording::step_of(&place.subject.as_str().into()) {
                " · " (why(&place.group, &run, Some(&step), locale))
            }
        }
        @if commands { div.acts { (wording::decide(&on, in_doubt, frame)) } }
    }
}

/// The groups that a row names go on, by a second press that names them.
fn resume(some: &[Place], more: usize, frame: &Frame) -> Markup {
    let locale = frame.locale;
    let on: Vec<(&str, &str)> = some.iter().map(|place| (place.group.as_str(), "")).collect();
    parts::second(locale.pick("Resume", "恢复"), &frame.press("resume", &on, &html! {
        p.words {
            (locale.pick("What is due starts again in ", "到时间的活动会重新开始：")) bdi { (places(some, 0, locale)) }
            @if more > 0 { @match locale {
                Locale::En => { ". The other " (more) " groups stay paused." }
                Locale::Zh => { "。其余 " (more) " 个群继续暂停。" }
            } }
        }
        button.main { (locale.pick("Resume now", "现在恢复")) }
    }))
}

/// The group, as an alert about it begins.
fn of(place: &Place, locale: Locale) -> Markup {
    html! { bdi { (place.title) } (locale.pick(": ", "：")) }
}
