//! The plan as a list: every step with its time and text, what the plays wait for, and what has no time.

use super::{
    plan_step::{PagedStep, class, held, kind, play_conditions},
    section, words,
};
use crate::{
    base::ids::PlayName,
    model::{channel::GROUP, play::Play, playbook::Playbook},
    sim::named::as_read,
    sim::plan::{self, Window},
};
use jiff::civil::Date;
use maud::{Markup, html};
use std::collections::BTreeSet;

/// Every step of a month, by day: what the grid shows, for reading and for paper.
pub(super) fn list(playbook: &Playbook, steps: &[&PagedStep]) -> Markup {
    let locale = playbook.locale;
    let mut days: Vec<(Date, Vec<&PagedStep>)> = Vec::new();
    for step in steps {
        let date = playbook.zone.date(step.at);
        match days.last_mut() {
            Some((day, inside)) if *day == date => inside.push(step),
            _ => days.push((date, vec![step])),
        }
    }
    html! {
        table.steps {
            thead {
                tr {
                    th scope="col" { (locale.pick("Time", "时间")) }
                    th scope="col" { (locale.pick("Play", "玩法")) }
                    th scope="col" { (locale.pick("Step", "步骤")) }
                    th scope="col" { (locale.pick("Text", "内容")) }
                }
            }
            @for (date, inside) in &days {
                tbody {
                    tr { th.day colspan="4" scope="rowgroup" { (words::day(locale, *date)) } }
                    @for step in inside { (list_row(playbook, step)) }
                }
            }
        }
    }
}

fn list_row(playbook: &Playbook, step: &PagedStep) -> Markup {
    let play = playbook.play(&step.play);
    let place = step.channel.as_ref().filter(|channel| channel.as_str() != GROUP);
    html! {
        tr {
            td.time { (words::clock(&playbook.zone, step.at)) }
            td { bdi { (play.map_or(step.play.as_str(), |play| play.title.as_ref())) } }
            td {
                i class={ "k " (class(step)) } {}
                (kind(playbook.locale, step))
                @if let Some(place) = place { " " span.chip { (place) } }
            }
            td.text {
                bdi { (as_read(&step.text, playbook.locale)) }
                @if let Some(held) = held(playbook, step) {
                    " " span.chip.held { (held) }
                }
            }
        }
    }
}

/// The plays that were shown, when each starts, and what must hold.
pub(super) fn conditions(playbook: &Playbook, seen: &BTreeSet<PlayName>) -> Markup {
    let locale = playbook.locale;
    let plays: Vec<&Play> =
        playbook.plays.iter().map(AsRef::as_ref).filter(|play| seen.contains(&play.name)).collect();
    if plays.is_empty() {
        return html! {};
    }
    let body = html! {
        div.card.wide {
            table.fixed {
                thead {
                    tr {
                        th scope="col" { (locale.pick("Play", "玩法")) }
                        th scope="col" { (locale.pick("Starts", "何时开始")) }
                        th scope="col" { (locale.pick("Only if", "条件")) }
                    }
                }
                tbody {
                    @for play in plays {
                        tr {
                            th scope="row" { bdi { (play.title) } @if play.title.as_ref() != play.name.as_str() { " " small { (play.name) } } }
                            td { (words::trigger(locale, play)) }
                            td.text { (play_conditions(locale, play).join("\n")) }
                        }
                    }
                }
            }
        }
    };
    section("conditions", locale.pick("Plays and their conditions", "各玩法的条件"), "", &body)
}

/// The plays without a time, and why.
pub(super) fn untimed(playbook: &Playbook, window: Window, seen: &BTreeSet<PlayName>) -> Markup {
    let locale = playbook.locale;
    let rows = plan::untimed(playbook, window, seen);
    if rows.is_empty() {
        return html! {};
    }
    let title =
        |name: &PlayName| playbook.play(name).map_or_else(|| name.to_string(), |play| play.title.to_string());
    let body = html! {
        div.card.wide {
            table.fixed {
                tbody {
                    @for row in &rows {
                        tr {
                            th scope="row" { bdi { (title(&row.play)) } @if title(&row.play) != row.play.as_str() { " " small { (row.play) } } }
                            td { (row.why.of(locale)) }
                        }
                    }
                }
            }
        }
    };
    section("untimed", locale.pick("Without a time in this window", "这段时间里没有时间的玩法"), "", &body)
}
