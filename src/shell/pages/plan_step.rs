//! A step of the plan as the page shows it: its kind, whether a condition decides, what will probably hold it.

use super::words;
use crate::{
    base::locale::Locale,
    model::{channel::GROUP, play::Play, playbook::Playbook},
    sim::{
        forecast::{Expected, Prospect},
        plan::Planned,
    },
};
use jiff::civil::Date;
use std::ops::Deref;

/// A step, and what will probably hold its message.
pub(super) struct PagedStep {
    pub(super) planned: Planned,
    pub(super) held: Option<Expected>,
}

impl Deref for PagedStep {
    type Target = Planned;
    fn deref(&self) -> &Planned {
        &self.planned
    }
}

pub(super) fn on(first: Date, day: i32) -> Date {
    first.checked_add(jiff::Span::new().days(day - 1)).unwrap_or(first)
}

/// Whether a step speaks to the group, as budgets count it. What a script will post nobody knows yet.
pub(super) fn to_group(step: &PagedStep) -> bool {
    matches!(step.verb, "post" | "ask")
        && step.channel.as_ref().is_some_and(|channel| channel.as_str() == GROUP)
}

pub(super) fn is_conditional(play: &Play) -> bool {
    play.when.is_some() || !play.during.is_empty()
}

/// The class that gives a step its colour.
pub(super) fn class(step: &PagedStep) -> &'static str {
    match step.verb {
        "post" => words::label_class(step.label),
        "ask" => step.label.map_or("ask", |label| words::label_class(Some(label))),
        "task" | "approve" | "prune" => "person",
        "run" => "script",
        _ => "quiet",
    }
}

/// The verb and the label, in words.
pub(super) fn kind(locale: Locale, step: &PagedStep) -> String {
    let verb = words::verb(locale, step.verb);
    let label =
        step.label.map(|label| format!(" ({})", words::label(locale, Some(label)))).unwrap_or_default();
    format!("{verb}{label}")
}

/// For a message that a budget will probably hold: by which, and until when where that is certain.
pub(super) fn held(playbook: &Playbook, step: &PagedStep) -> Option<String> {
    let held = step.held.as_ref()?;
    if held.prospect != Prospect::Waits {
        let told = held.told();
        return Some(format!("{}{}", playbook.locale.pick("probably ", "多半"), told.of(playbook.locale)));
    }
    let zone = &playbook.zone;
    let why = words::hold(playbook.locale, held.by);
    let until = held.until.map(|until| {
        let day = zone.date(until);
        let near = day == zone.date(step.at) || Some(day) == zone.date(step.at).tomorrow().ok();
        let day = if near { String::new() } else { format!("{} ", words::short_day(playbook.locale, day)) };
        format!("{day}{}", words::clock(zone, until))
    });
    Some(match (playbook.locale, until) {
        (Locale::En, Some(until)) => format!("probably waits until {until}: {why}"),
        (Locale::En, None) => format!("probably waits: {why}"),
        (Locale::Zh, Some(until)) => format!("多半等到 {until}: {why}"),
        (Locale::Zh, None) => format!("多半要等：{why}"),
    })
}

/// When a play starts at all, a line each.
pub(super) fn play_conditions(locale: Locale, play: &Play) -> Vec<String> {
    fn join<T: ToString>(locale: Locale, items: &[T]) -> String {
        let items: Vec<String> = items.iter().map(ToString::to_string).collect();
        items.join(locale.pick(" or ", "、"))
    }
    let mut lines = Vec::new();
    if !play.during.is_empty() {
        lines.push(format!("{} {}", locale.pick("only in phase", "只在阶段"), join(locale, &play.during)));
    }
    if let Some(when) = &play.when {
        lines.push(format!("{} {}", locale.pick("only when", "条件"), when.source()));
    }
    if !play.except.is_empty() {
        lines.push(format!(
            "{} {}",
            locale.pick("not on days of", "这些日子除外："),
            join(locale, &play.except)
        ));
    }
    if !play.only.is_empty() {
        lines.push(format!(
            "{} {}",
            locale.pick("only on days of", "只在这些日子："),
            join(locale, &play.only)
        ));
    }
    lines
}
