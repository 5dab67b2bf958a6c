//! The line of a run as markup: its moments in their order, and where now is among them.

use crate::{
    base::{locale::Locale, time::Timestamp},
    shell::{
        console::view::{
            line::{LinePoint, LineStands, line},
            run::Sheet,
        },
        pages::words,
    },
};
use maud::{Markup, html};

/// The line; nothing where a run has one moment alone.
pub(super) fn of(view: &Sheet, locale: Locale) -> Markup {
    let points = line(view);
    html! {
        @if !points.is_empty() {
            ol.line aria-label=(locale.pick("The run in its order", "这场的进程")) {
                @for point in &points { (mark(point, view, locale)) }
            }
        }
    }
}

fn mark(point: &LinePoint, view: &Sheet, locale: Locale) -> Markup {
    let (sign, class, word) = match point.stands {
        LineStands::Behind => ("●", "", locale.pick("behind", "已过")),
        LineStands::Ahead => ("○", "", locale.pick("ahead", "待开始")),
        LineStands::Under => ("▸", "good", locale.pick("under way", "进行中")),
        LineStands::Wrong => ("✕", "bad", locale.pick("something went wrong", "出了问题")),
        LineStands::Now => ("▲", "good", locale.pick("now", "现在")),
    };
    let is_now = point.stands == LineStands::Now;
    html! {
        li .now[is_now] aria-current=[is_now.then_some("time")] {
            span class={ "sign " (class) } aria-hidden="true" { (sign) }
            @if is_now { b { (word) } } @else { span.unseen { (word) ": " } }
            time datetime=(point.at.to_rfc3339(&view.zone)) { (when(point.at, view)) }
            @if point.steps > 1 { small { "×" (point.steps) } }
        }
    }
}

/// The clock on the day that the run is about; of another day how many days before or after.
fn when(at: Timestamp, view: &Sheet) -> String {
    let day = |at: Timestamp| view.zone.date(at);
    let days = day(at).duration_since(day(view.anchor)).as_hours() / 24;
    if days == 0 {
        words::clock(&view.zone, at)
    } else {
        format!("{}{}d", if days < 0 { "−" } else { "+" }, days.abs())
    }
}
