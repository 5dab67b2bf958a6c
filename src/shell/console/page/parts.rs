//! What several pages have: parts that are swapped by themselves, addresses, second presses, times.
//!
//! Pure. All words in both languages.

use crate::{
    base::{
        ids::{GroupId, RunId, StepId, TaskId},
        locale::Locale,
        time::{Duration, Timestamp, Zone},
    },
    shell::console::layout::Frame,
};
use maud::{Markup, PreEscaped, html};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// What may stand in an address as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'@');

/// A piece of an address.
pub(crate) fn piece(text: &str) -> String {
    utf8_percent_encode(text, PLAIN).to_string()
}

/// Where a group is.
pub(crate) fn group_path(group: &GroupId) -> String {
    format!("/groups/{}", piece(group.as_str()))
}

/// Where a run is.
pub(crate) fn run_path(group: &GroupId, run: &RunId) -> String {
    format!("/runs/{}?group={}", piece(run.as_str()), piece(group.as_str()))
}

/// Where it is said why something happened, or did not.
pub(crate) fn why_path(group: &GroupId, run: &RunId, step: Option<&StepId>) -> String {
    let step = step.map(|step| format!("/{step}")).unwrap_or_default();
    format!("/why/{}?group={}", piece(&format!("{run}{step}")), piece(group.as_str()))
}

/// Where answers to an open question are entered.
pub(crate) fn answer_path(group: &GroupId, task: &TaskId) -> String {
    address("/answer", &[("group", group.as_str()), ("task", task.as_str())])
}

/// The question why, as a link.
pub(crate) fn why(group: &GroupId, run: &RunId, step: Option<&StepId>, locale: Locale) -> Markup {
    html! { a.why href=(why_path(group, run, step)) { (locale.pick("Why?", "为什么？")) } }
}

/// An address with what is wanted; what says nothing is left out.
pub(crate) fn address(path: &str, wanted: &[(&str, &str)]) -> String {
    let mut out = path.to_owned();
    let mut sign = '?';
    for (name, value) in wanted.iter().filter(|(_, value)| !value.is_empty()) {
        let _ = write!(out, "{sign}{name}={}", piece(value));
        sign = '&';
    }
    out
}

/// A part of a page that is swapped by itself when it is different: a section with a heading.
pub(crate) fn part(name: &str, title: &str, body: &Markup, frame: &Frame) -> Markup {
    html! {
        section #(name) data-part=(name) data-rev=(sign_of(body, frame)) aria-labelledby={ (name) "-title" } {
            h2 #{ (name) "-title" } { (title) }
            (PreEscaped(&body.0))
        }
    }
}

/// The same of several sections that have their own headings.
pub(crate) fn whole(name: &str, label: &str, body: &Markup, frame: &Frame) -> Markup {
    html! {
        section #(name) data-part=(name) data-rev=(sign_of(body, frame)) aria-label=(label) { (PreEscaped(&body.0)) }
    }
}

/// The bar at the bottom of a page, which is swapped as a whole; without anything in it, it is not seen.
pub(crate) fn bar(label: &str, body: &Markup, frame: &Frame) -> Markup {
    html! {
        section.nextbar #bar data-part="bar" data-rev=(sign_of(body, frame)) aria-label=(label) { (PreEscaped(&body.0)) }
    }
}

/// The sign of what a part says; it leaves out what every page has anew.
fn sign_of(body: &Markup, frame: &Frame) -> String {
    let same = if frame.nonce.is_empty() { body.0.clone() } else { body.0.replace(&frame.nonce, "") };
    Sha256::digest(same.as_bytes()).iter().take(6).fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Words of a line without the marks of Markdown that it may have.
pub(crate) fn unmarked(text: &str) -> String {
    let marked = text.contains("**") || text.contains('`');
    if marked { crate::shell::delivery::markup::plain(text) } else { text.to_owned() }
}

/// A press that says first what it will do.
pub(crate) fn second(summary: &str, form: &Markup) -> Markup {
    html! { details { summary { (summary) } div.inner { (form) } } }
}

/// What stands open where there is room, and folded on a phone.
pub(crate) fn folded(summary: &str, body: &Markup) -> Markup {
    html! { details.fold { summary { (summary) } (body) } }
}

/// A field of a form, with its label.
pub(crate) fn field(name: &str, label: &str) -> Markup {
    html! { label.field { (label) input type="text" name=(name) autocomplete="off" maxlength="2000"; } }
}

/// An instant beside now: the clock alone on the same day.
pub(crate) fn at(at: Timestamp, now: Timestamp, zone: &Zone) -> Markup {
    let exact = at.to_rfc3339(zone);
    html! { time datetime=(exact) { (brief(at, now, zone)) } }
}

/// The same in words: with the year only where the day without it may be meant of another one, so that all days of a
/// list are told alike.
pub(crate) fn brief(at: Timestamp, now: Timestamp, zone: &Zone) -> String {
    let far = at.since(now).as_millis().abs() >= Duration::DAY.times(YEAR_TOLD_DAYS).as_millis();
    let (civil, today) = (zone.civil(at), zone.civil(now));
    let format = match (civil.date() == today.date(), far) {
        (true, _) => "%H:%M",
        (false, false) => "%m-%d %H:%M",
        (false, true) => "%Y-%m-%d %H:%M",
    };
    civil.strftime(format).to_string()
}

/// From so many days on a day has its year.
const YEAR_TOLD_DAYS: i64 = 330;

/// Choices that lead elsewhere: name, address, whether it is the one that is shown.
pub(crate) fn choices(label: &str, all: &[(String, String, bool)]) -> Markup {
    html! {
        nav.choices aria-label=(label) {
            ul { @for (name, path, here) in all { li {
                a href=(path) aria-current=[here.then_some("true")] { (name) }
            } } }
        }
    }
}

/// The sign and the word of a kind of thing that stands beside it.
pub(crate) fn sign(sign: &str, class: &str, word: &str) -> Markup {
    html! { span class={ "sign " (class) } { span aria-hidden="true" { (sign) } " " (word) } }
}
