//! The strip of health on Today: bars, the number, and the change in words.

use super::parts::group_path;
use crate::{
    base::locale::Locale,
    shell::console::view::health::{Health, Strip},
};
use maud::{Markup, html};

/// The strip; nothing where too little is known of every group.
pub(super) fn strip(strip: &Strip, locale: Locale) -> Markup {
    html! {
        @if !strip.rows.is_empty() {
            section #health aria-labelledby="health-title" {
                h2 #health-title { (locale.pick("Health", "健康度")) " " small { (locale.pick("of 100", "满分 100")) } }
                ul.healths {
                    @for one in &strip.rows { li { (row(one, locale)) } }
                    @if strip.more > 0 { li.rest {
                        @match locale {
                            Locale::En => { "the other " (strip.more) " have " (strip.least) " or more" }
                            Locale::Zh => { "其余 " (strip.more) " 个不低于 " (strip.least) }
                        }
                    } }
                }
            }
        }
    }
}

fn row(one: &Health, locale: Locale) -> Markup {
    html! {
        a href=(group_path(&one.place.group)) { bdi { (one.place.title) } } " "
        span.bars aria-hidden="true" { @for day in &one.days { (bar(*day)) } } " "
        b { (one.now) }
        @if let Some(change) = change(one, locale) { " " small { (change) } }
    }
}

/// One of eight heights; a dot where nothing is known.
const fn bar(day: Option<u8>) -> char {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    match day {
        Some(health) => BARS[if health >= 100 { 7 } else { health as usize * 8 / 100 }],
        None => '·',
    }
}

fn change(one: &Health, locale: Locale) -> Option<String> {
    let (now, before) = (i16::from(one.now), i16::from(one.before?));
    let by = (now - before).abs();
    Some(match (now.cmp(&before), locale) {
        (std::cmp::Ordering::Equal, _) => return None,
        (std::cmp::Ordering::Less, Locale::En) => format!("{by} lower than a week before"),
        (std::cmp::Ordering::Less, Locale::Zh) => format!("比一周前低 {by}"),
        (std::cmp::Ordering::Greater, Locale::En) => format!("{by} higher than a week before"),
        (std::cmp::Ordering::Greater, Locale::Zh) => format!("比一周前高 {by}"),
    })
}
