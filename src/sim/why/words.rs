//! The words for triggers, conditions and waits, with their values.
//!
//! Words only; what they say was found by others.

use super::Finding;
use crate::{
    base::{
        ids::{CalendarName, GroupId, PhaseName},
        locale::Locale,
        time::{Duration, Timestamp, Zone},
        words::list,
    },
    engine::{
        entry::{Skip, Waiting},
        gate::{Asked, Gate, Occasion},
        readings::Reader,
        state::{RunWait, State},
    },
    model::{
        play::{CatchUp, Overlap, Play},
        playbook::Playbook,
        step::Verb,
        trigger::{Batch, OnSignal, Trigger},
    },
    script::reading::Reading,
    sim::timeline,
};
use std::fmt::Write as _;

/// An instant for a sentence: `2026-12-09 20:30`, with seconds where it has any.
pub(super) fn when(at: Timestamp, zone: &Zone) -> String {
    let civil = zone.civil(at);
    let format = if civil.second() == 0 { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S" };
    civil.strftime(format).to_string()
}

/// A day with its name: `Wednesday 2026-12-09`.
pub(super) fn day(at: Timestamp, zone: &Zone) -> String {
    zone.civil(at).strftime("%A %Y-%m-%d").to_string()
}

/// A length for a sentence: "2 hours 5 minutes".
pub(super) fn length(length: Duration) -> String {
    Locale::En.duration(length)
}

/// The trigger of a play in words, and which of its instants is meant.
pub(super) fn trigger(
    playbook: &Playbook,
    play: &Play,
    group: &GroupId,
    anchor: Option<Timestamp>,
) -> Finding {
    let zone = play.zone_or(&playbook.zone);
    let mut text = match &play.trigger {
        Trigger::Schedule(schedule) => format!("{}, {}", schedule.describe(Locale::En), zone.name()),
        Trigger::Dates(dates) => {
            let n = dates.len();
            match anchor.and_then(|anchor| dates.iter().find(|date| date.at == anchor)) {
                Some(date) if n == 1 => format!("its only date, {}, {}", date.id, zone.name()),
                Some(date) => format!("the date {}, one of {n}, {}", date.id, zone.name()),
                None => format!("{}, {}", crate::base::words::count(n, "date"), zone.name()),
            }
        }
        Trigger::Signal(on) => signal(on),
        Trigger::Whenever(whenever) => format!("whenever {}", whenever.words()),
        Trigger::Command => command(playbook, play),
    };
    if let Some(anchor) = anchor {
        let _ = write!(text, "; this one is about {}", when(anchor, zone));
        let start = play.start_of(anchor, zone, group);
        if start != anchor {
            let _ = write!(text, " and its first step is due {}", when(start, zone));
        }
    }
    Finding::fact("trigger", text)
}

fn signal(on: &OnSignal) -> String {
    let filter = on.filter.as_ref().map(|filter| format!(" where {}", filter.source())).unwrap_or_default();
    let batch = match on.batch {
        None => String::new(),
        Some(Batch::For(window)) => format!(", collected for {} from the first one", length(window)),
        Some(Batch::Until(clock)) => format!(", collected until {clock}"),
    };
    let each = if on.per_member { ", once for each member" } else { "" };
    format!("on the signal {}{filter}{batch}{each}", on.name)
}

fn command(playbook: &Playbook, play: &Play) -> String {
    if let Some(phase) = playbook.phases.iter().find(|phase| phase.on_enter.as_ref() == Some(&play.name)) {
        return format!("what is done when the phase {} is entered", phase.name);
    }
    let starts = |other: &Play| {
        let mut steps = other.program.steps();
        steps.any(|step| matches!(&step.verb, Verb::Start { play: started, .. } if *started == play.name))
    };
    let by: Vec<&str> =
        playbook.plays.iter().filter(|other| starts(other)).map(|other| other.name.as_str()).collect();
    if by.is_empty() {
        return format!("none; it begins with `playbook start {}`", play.name);
    }
    format!("none; the play {} starts it, or `playbook start {}`", list(&by, "or"), play.name)
}

/// `members.count is 41, vars.city is "Xi'an"`.
pub(super) fn readings(readings: &[Reading]) -> String {
    let parts: Vec<String> =
        readings.iter().map(|reading| format!("{} is {}", reading.source, reading.value)).collect();
    parts.join(", ")
}

/// A condition with its values behind it.
pub(super) fn condition(source: &str, holds: bool, values: &[Reading]) -> String {
    let truth = if holds { "is true" } else { "is false" };
    if values.is_empty() {
        return format!("{source} {truth}");
    }
    format!("{source} {truth}: {}", readings(values))
}

/// An answer to one of the questions that an occurrence is asked.
pub(super) fn gate(asked: &Asked, at: &Occasion<'_>) -> Finding {
    let (play, zone, state) = (at.play, &at.playbook.zone, at.state);
    let holds = asked.refusal.is_none();
    match asked.gate {
        Gate::Paused => {
            let (what, command) = if state.paused {
                ("everything is paused", "playbook resume".to_owned())
            } else {
                ("the play is paused", format!("playbook resume {}", play.name))
            };
            Finding::test("paused", holds, format!("{what} until `{command}`"))
        }
        Gate::Skipped => {
            Finding::test("skip", holds, "an operator skipped this occurrence before it started")
        }
        Gate::Final => {
            Finding::test("phase", holds, format!("the phase {} is final: nothing starts in it", state.phase))
        }
        Gate::Enabled => Finding::test("enabled", holds, "the file switches the play off: `enabled: false`"),
        Gate::Late => {
            Finding::test("max_late", holds, late_rule(play, &state.group, at.anchor, at.now, zone))
        }
        Gate::Bounds => {
            let bound = |name: &str, at: Option<Timestamp>| {
                at.map(|at| format!("{name} {}", when(at, zone))).unwrap_or_default()
            };
            let text = format!("{} {}", bound("from", play.from), bound("until", play.until));
            let inside = if holds { "inside" } else { "outside" };
            Finding::test("from", holds, format!("{}: {} is {inside}", text.trim(), when(at.anchor, zone)))
        }
        Gate::Calendar => calendar(asked, at),
        Gate::During => {
            let names: Vec<&str> = play.during.iter().map(PhaseName::as_str).collect();
            let text = format!("{}: {}", list(&names, "or"), phase(at.state, at.playbook, at.now, holds));
            Finding::test("during", holds, text)
        }
        Gate::When => {
            let source = play.when.as_ref().map_or("", |when| when.source());
            match &asked.refusal {
                Some(Skip::When { condition }) if condition != source => {
                    Finding::test("when", false, condition.clone())
                }
                _ => Finding::test("when", holds, condition(source, holds, &asked.readings)),
            }
        }
        Gate::Overlap => Finding::test("overlap", holds, overlap(asked, play, state, zone)),
    }
}

fn overlap(asked: &Asked, play: &Play, state: &State, zone: &Zone) -> String {
    let Some(Skip::Overlap { open }) = &asked.refusal else { return String::new() };
    let rule = match play.overlap {
        Overlap::Skip => "skip",
        Overlap::Allow => "one run a member",
        Overlap::Replace => "replace",
    };
    let Some(run) = state.runs.get(open) else { return format!("{rule}: {open} is still open") };
    let since = when(run.started, zone);
    let waits = run.waiting.as_ref().map(|wait| format!("; it {}", waits(wait, zone))).unwrap_or_default();
    format!("{rule}: the run {open}, begun {since}, is still open{waits}")
}

fn calendar(asked: &Asked, at: &Occasion<'_>) -> Finding {
    let play = at.play;
    let date = day(at.anchor, &at.playbook.zone);
    let names = |names: &[CalendarName]| {
        let names: Vec<&str> = names.iter().map(CalendarName::as_str).collect();
        list(&names, "or")
    };
    match &asked.refusal {
        Some(Skip::Calendar { calendar }) if play.except.iter().any(|name| name.as_str() == &**calendar) => {
            Finding::test("except", false, format!("{date} is in the calendar {calendar}"))
        }
        Some(_) => Finding::test("only", false, format!("{date} is not in {}", names(&play.only))),
        None if play.only.is_empty() => {
            Finding::test("except", true, format!("{date} is not in {}", names(&play.except)))
        }
        None => Finding::test("only", true, format!("{date} is in {}", names(&play.only))),
    }
}

/// The phase the group is in, and when it comes to another.
pub(super) fn phase(state: &State, playbook: &Playbook, now: Timestamp, inside: bool) -> String {
    let mut text = format!("the phase is {}", state.phase);
    let Some(phase) = playbook.phase(&state.phase).filter(|_| !inside) else { return text };
    if phase.is_final {
        text.push_str(", a final one");
        return text;
    }
    let next = playbook.phase_after(&state.phase).map(|next| next.name.to_string()).unwrap_or_default();
    if let Some(until) = &phase.until {
        let _ = write!(text, "; {next} follows when {}", until.source());
        let group = playbook.groups.get(&state.group);
        let values = group.map(|group| Reader { state, playbook, group, now }.until()).unwrap_or_default();
        if !values.is_empty() {
            let _ = write!(text, " ({})", readings(&values));
        }
    }
    if let Some(timeout) = state.phase_timeout {
        let _ = write!(text, "; at the latest {}", when(timeout, &playbook.zone));
    }
    text
}

/// How late a run may begin, and how late it was or would be.
pub(super) fn late_rule(
    play: &Play,
    group: &GroupId,
    anchor: Timestamp,
    now: Timestamp,
    zone: &Zone,
) -> String {
    let start = play.start_of(anchor, zone, group);
    let last = play.last_due(anchor, zone, group);
    let max = length(play.max_late);
    if last > now {
        return format!(
            "a step may be {max} late; the last one with a time is due {}, ahead",
            when(last, zone)
        );
    }
    if last > start {
        return format!(
            "a step may be {max} late; the last one with a time was due {}, {} before",
            when(last, zone),
            length(now.since(last))
        );
    }
    format!("it may be {max} late; it was due {}, {} before", when(start, zone), length(now.since(start)))
}

/// What `catch_up` does, in words.
pub(super) fn catch_up(play: &Play) -> &'static str {
    match play.catch_up {
        CatchUp::Last => "last: of all that were slept through only the last is made up for",
        CatchUp::All => "all: more were slept through than are made up for at once",
        CatchUp::None => "none: what was slept through is not made up for",
    }
}

/// What a run waits for, as the rest of a sentence that begins with it.
pub(super) fn waits(wait: &RunWait, zone: &Zone) -> String {
    let until = wait.ends().map(|at| format!(", at the latest until {}", when(at, zone))).unwrap_or_default();
    let what = match &wait.waiting {
        Waiting::Due | Waiting::Time => {
            let at = wait.until.unwrap_or(wait.due);
            return format!("waits at step {} for its time, {}", wait.step, when(at, zone));
        }
        Waiting::Script { .. } => "for its script to return".to_owned(),
        Waiting::Retry => "for the next try of its script".to_owned(),
        Waiting::Approval { task } => {
            format!("for a decision: `playbook approve {task}` or `playbook reject {task}`")
        }
        Waiting::Answers { task } => format!("for answers to {task}"),
        Waiting::Signal { name } => format!("for the signal {name}"),
        Waiting::Task { task } => format!("for the task {task}: `playbook done {task}`"),
        Waiting::Delivery { effect, .. } => format!("for {effect} to be delivered"),
        Waiting::Grace { members, .. } => {
            format!("while {} may still speak up", crate::base::words::count(members.len(), "member"))
        }
        Waiting::Choice { .. } => "while it looks at all members, a part at a time".into(),
        Waiting::Removal { task } => format!("for the removals of {task}: `playbook done {task}`"),
    };
    format!("waits at step {} {what}{until}", wait.step)
}

/// Why something did not happen, as the end of a sentence.
pub(super) fn skip(reason: &Skip, play: &Play) -> String {
    match reason {
        Skip::CatchUp => match play.catch_up {
            CatchUp::Last => "it was slept through, and catch_up makes up for the last one only".into(),
            CatchUp::All => "it was slept through, and too many were to make up for all".into(),
            CatchUp::None => "it was slept through, and catch_up is none".into(),
        },
        Skip::Late { by, max } => format!("it was {} late and {} is allowed", length(*by), length(*max)),
        Skip::Operator => "an operator skipped it".into(),
        Skip::Paused => "it was paused".into(),
        Skip::Disabled => "the file switches the play off (`enabled: false`)".into(),
        Skip::Phase { phase } => format!("the phase was {phase}"),
        Skip::When { condition } => format!("{condition} was false"),
        Skip::Overlap { open } => format!("the run {open} was still open"),
        Skip::Calendar { .. } | Skip::Undelivered { .. } | Skip::Limit { .. } | Skip::Broken { .. } => {
            timeline::skip(reason)
        }
    }
}
