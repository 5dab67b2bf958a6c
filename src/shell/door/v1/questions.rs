//! Questions: what is planned, and why something happened or did not.

use super::{
    Looked,
    asked::{Asked, wrong},
    lines::Lines,
};
use crate::{
    base::{ids::GroupId, limits},
    shell::{
        clock,
        door::answer::Turned,
        inquiry::{Inquiry, Unclear},
        instant, view,
    },
    sim::{
        forecast::Forecast,
        plan::{self, LivingStates, Window},
        why::budget_key,
    },
};
use axum::http::StatusCode;
use std::collections::BTreeSet;

fn unclear(unclear: Unclear) -> Turned {
    let message = match unclear.help {
        Some(help) => format!("{}; {}", unclear.message.en, help.en),
        None => unclear.message.en,
    };
    if unclear.asked { wrong(message) } else { Turned::not_yet(message) }
}

/// The timed steps ahead, in order of time: of each playbook, or of the groups that are meant.
pub(super) fn plan(looked: &Looked, asked: &Asked, lines: &mut Lines) -> Result<(), Turned> {
    let days = asked.number("days", 30, limits::VIEW_DAYS_MAX)? as u32;
    let seen: BTreeSet<&GroupId> = looked.groups(asked).map(|(id, _)| id).collect();
    let meant = |book: &&std::sync::Arc<crate::shell::runtime::publish::InForce>| {
        let named = asked.get("playbook").is_none_or(|name| book.playbook.name.as_str() == name);
        named && book.playbook.groups.keys().any(|group| seen.contains(group))
    };
    let passed = asked.after.as_deref().map(str::parse::<usize>).transpose();
    let passed = passed.map_err(|_| wrong("`after` is the number of a step"))?.unwrap_or_default();
    let lives: LivingStates<'_> = looked.groups(asked).map(|(id, group)| (id, &*group.state)).collect();
    let mut number = 0;
    for book in looked.snapshot.books.iter().filter(meant) {
        let playbook = &book.playbook;
        let from = asked.get("from").map(|text| instant::read(text, &playbook.zone)).transpose();
        let from = from.map_err(|message| wrong(message.en))?.unwrap_or_else(clock::now);
        let mut forecast = Forecast::new(playbook);
        for planned in plan::plan(playbook, Window::days(playbook, from, days), &lives) {
            let expected = forecast.look(&planned);
            if !seen.contains(&planned.group) {
                continue;
            }
            number += 1;
            if number <= passed {
                continue;
            }
            let held = expected.as_ref().map(|expected| (budget_key(expected.by), expected));
            let step = view::plan::step(&planned, held, &playbook.zone);
            if !lines.push(|| number.to_string(), &step) {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Why something will happen, happened, came late, was held, or did not happen.
pub(super) fn why(looked: &Looked, asked: &Asked, lines: &mut Lines) -> Result<(), Turned> {
    let Some(of) = asked.get("of") else {
        return Err(wrong("say what about: `of=PLAY`, `of=PLAY/STEP`, `of=PLAY/DATE`, or the id of a run"));
    };
    let mut groups = looked.groups(asked);
    let (Some((id, group)), None) = (groups.next(), groups.next()) else {
        return Err(wrong("say about which group: `group=ID`"));
    };
    let Some(book) = &group.book else {
        let message =
            format!("no file runs {id} at the moment; `playbook why` on this machine reads what it was");
        return Err(Turned::new(StatusCode::CONFLICT, "rests", message));
    };
    let inquiry = Inquiry {
        group: id,
        playbook: &book.playbook,
        state: Some(&group.state),
        journal: Some(&looked.reader),
        decisions: None,
        most: None,
    };
    let answers = inquiry.answer(of, asked.get("at")).map_err(unclear)?;
    for (place, (shown, _)) in answers.iter().enumerate() {
        if !lines.push(|| place.to_string(), shown) {
            break;
        }
    }
    Ok(())
}
