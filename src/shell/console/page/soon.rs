//! What goes out in the next hours as markup: when, where, its words, and the press that stops it.

use super::{
    cards::{and_more, places},
    parts::{run_path, second, why},
    prose::prose,
    wording,
};
use crate::{
    base::locale::Locale,
    shell::{
        console::{layout::Frame, view::soon::Soon},
        pages::words,
    },
};
use maud::{Markup, html};

/// The list; nothing where nothing is about to be said.
pub(super) fn list(soon: &[Soon], more: usize, frame: &Frame) -> Markup {
    let locale = frame.locale;
    html! {
        @if !soon.is_empty() {
            section #soon aria-labelledby="soon-title" {
                h2 #soon-title { (locale.pick("Goes out in the next three hours", "三小时内要发的")) }
                ul.rows { @for one in soon { li { (row(one, frame)) } } }
                (and_more(more, "/calendar", locale))
            }
        }
    }
}

fn row(one: &Soon, frame: &Frame) -> Markup {
    let locale = frame.locale;
    let Some(first) = one.places.first() else { return html! {} };
    let run = first.subject.as_str().into();
    let doubt = one.doubt.as_ref().map(|doubt| wording::doubt(doubt, locale));
    html! {
        span.sign aria-hidden="true" { (doubt.as_ref().map_or("○", |(sign, _)| sign)) }
        span.time { (words::clock(&one.zone, one.at)) }
        div {
            a href=(run_path(&first.group, &run)) { bdi { (one.title) } }
            " " small { bdi { (places(&one.places, one.more, locale)) } }
            @if one.text.is_empty() { span.rest { (locale.pick("Its words are made when it is said.", "文字到时才生成。")) } }
            @else { div.text { (prose(&one.text)) } }
            @if let Some((_, words)) = &doubt { p.doubt { bdi { (words) } } }
            span.rest { (words::verb(locale, one.verb)) " · " (why(&first.group, &run, one.step.as_ref(), locale)) }
            @if one.skips { (skip(one, frame)) }
        }
    }
}

/// It is not said, by a press that names what and where.
fn skip(one: &Soon, frame: &Frame) -> Markup {
    let locale = frame.locale;
    let on: Vec<(&str, &str)> =
        one.places.iter().map(|place| (place.group.as_str(), place.subject.as_str())).collect();
    let (what, how) = match (&one.step, locale) {
        (Some(_), Locale::En) => ("Skip this step", "It is not said; its run goes on without it: "),
        (Some(_), Locale::Zh) => ("跳过这一步", "这条不说，活动照常往下走："),
        (None, Locale::En) => ("Skip this time", "The whole run does not start this time: "),
        (None, Locale::Zh) => ("跳过这次", "这一次整场不会开始："),
    };
    second(what, &frame.press("skip", &on, &html! {
        p.words {
            (how) bdi { (one.title) } ", " bdi { (places(&one.places, 0, locale)) }
            @if one.more > 0 { @match locale {
                Locale::En => { ". The other " (one.more) " groups stay as they are." }
                Locale::Zh => { "。其余 " (one.more) " 个群不变。" }
            } }
        }
        @if let Some(step) = &one.step { input type="hidden" name="step" value=(step); }
        button.bad { (locale.pick("Skip ", "跳过 ")) (words::clock(&one.zone, one.at)) " " (one.title) }
    }))
}
