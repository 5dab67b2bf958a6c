//! The overview at the start: the files and groups, each group's phase and how far it is from its end, what comes
//! next and what will not, what waits for a person, what the channels cannot hear.
//!
//! Text only; from committed states.

use super::{
    announce::{answer_command, clock_left},
    book::Book,
    console::{DIM, HEADING, NAME, WARN, paint},
    publish::InForce,
};
use crate::{
    base::{time::Timestamp, words},
    engine::{
        state::State,
        view::{self, Upcoming, upcoming},
    },
    model::{ending::endings, message::Message, play::Play, playbook::Playbook},
    script::{
        expr::Expr,
        facts::{Facts, PhaseFacts},
        names::{Known, Names},
    },
    shell::{clock, delivery::preview, terminal::Style, view::deaf},
    sim::{
        plan::{Window, plan},
        timeline,
    },
};
use std::{collections::BTreeMap, fmt::Write as _, path::Path, sync::Arc};
use unicode_width::UnicodeWidthStr as _;

/// Lines of what comes next.
const NEXT_SHOWN: usize = 8;
/// Tasks shown of a group.
const TASKS_SHOWN: usize = 6;
/// How far ahead a post is looked for.
const POST_DAYS: u32 = 60;
/// Groups that have an overview of their own.
const GROUPS_SHOWN: usize = 5;

/// Which files run, and where their state is.
pub(super) fn header(books: &[Book], dir: &Path, rehearse: bool, _columns: usize) -> String {
    let mut out = String::new();
    for book in books {
        let playbook = &book.playbook;
        let name = if *playbook.title == *playbook.name.as_str() {
            paint(HEADING, &playbook.title)
        } else {
            format!("{} {}", paint(HEADING, &playbook.title), paint(DIM, playbook.name.as_str()))
        };
        let groups = words::count(playbook.groups.len(), "group");
        let plays = words::count(playbook.plays.len(), "play");
        let _ = writeln!(
            out,
            "{name}\n  {} · version {} · {groups} · {plays} · {}",
            book.file.display(),
            playbook.digest.short(),
            playbook.zone.name()
        );
    }
    if rehearse {
        out.push_str(&paint(WARN, "  a rehearsal: nothing is sent, the state is thrown away"));
    } else {
        out.push_str(&paint(DIM, &format!("  state in {}", dir.display())));
    }
    out.push('\n');
    out
}

/// How the groups of a book are; `several` when the engine runs more than one, which then must be named.
pub(super) fn overview(
    book: &InForce,
    states: &[&State],
    several: bool,
    rehearse: bool,
    columns: usize,
) -> String {
    let mut out = String::from("\n");
    if states.len() > GROUPS_SHOWN {
        let mut phases: BTreeMap<&str, usize> = BTreeMap::new();
        for state in states {
            *phases.entry(state.phase.as_str()).or_default() += 1;
        }
        let phases: Vec<String> = phases.iter().map(|(phase, n)| format!("{n} in {phase}")).collect();
        row(&mut out, "groups", &format!("{}: {}", states.len(), phases.join(", ")));
        let tasks: usize = states.iter().map(|state| state.tasks.len()).sum();
        if tasks > 0 {
            row(&mut out, "waiting", &format!("{tasks} for people; `playbook tasks` lists them"));
        }
        let soonest = states.iter().filter_map(|state| crate::engine::deadline(state)).map(|d| d.at).min();
        if let Some(at) = soonest {
            row(&mut out, "next", &format!("{} ({})", when(at, book), relative(at)));
        }
    }
    for state in states.iter().take(if states.len() > GROUPS_SHOWN { 0 } else { GROUPS_SHOWN }) {
        if several {
            let title = book.playbook.groups.get(&state.group).map_or("", |group| &group.title);
            let _ = writeln!(out, "{} {}", paint(HEADING, state.group.as_str()), paint(DIM, title));
        }
        group(&mut out, book, state, several, columns);
    }
    for what in deaf::deaf(&book.playbook) {
        row(&mut out, "deaf", &paint(WARN, &what));
    }
    if rehearse && let Some(post) = next_post(book, columns) {
        out.push_str(&post);
    }
    for ending in endings(&book.playbook, clock::now()) {
        row(&mut out, "ends", &paint(WARN, &ending.in_words().en));
    }
    let warnings = book.warnings;
    if warnings > 0 {
        let text = format!(
            "{}; `playbook check {}` shows them",
            words::count(warnings, "warning"),
            book.file.display()
        );
        row(&mut out, "check", &paint(DIM, &text));
    }
    out
}

fn group(out: &mut String, book: &InForce, state: &State, several: bool, columns: usize) {
    row(out, "phase", &phase(book, state));
    if let Some(ahead) = view::clock_ahead(state, clock::now()) {
        row(out, "clock", &paint(WARN, &view::clock_ahead_in_words(ahead)));
    }
    for (index, task) in state.tasks.values().take(TASKS_SHOWN).enumerate() {
        let task = &task.task;
        let whom: Vec<&str> = task.people.iter().map(|person| person.name.as_str()).collect();
        let whom = if whom.is_empty() { String::new() } else { format!("{}: ", whom.join(", ")) };
        let due = task.due.map(|due| format!(" by {}", when(due, book))).unwrap_or_default();
        let answer =
            answer_command(task.kind, task.id.as_str(), &task.fields, several.then_some(&state.group));
        let text = words::shorten(&task.text, columns.saturating_sub(24).max(20));
        row(
            out,
            if index == 0 { "waiting" } else { "" },
            &format!(
                "{} {whom}{text}{due}\n             {}",
                paint(NAME, task.id.as_str()),
                paint(DIM, &answer)
            ),
        );
    }
    if state.tasks.len() > TASKS_SHOWN {
        row(out, "", &format!("and {} more: `playbook tasks`", state.tasks.len() - TASKS_SHOWN));
    }
    let coming = upcoming(state, &book.playbook);
    let width = coming.iter().take(NEXT_SHOWN).map(|next| next.play.as_str().width()).max().unwrap_or(0);
    let dates = coming.iter().take(NEXT_SHOWN).map(|next| when(next.at, book).len()).max().unwrap_or(0);
    for (index, next) in coming.iter().take(NEXT_SHOWN).enumerate() {
        let label = if index == 0 { "next" } else { "" };
        let name = next.play.as_str();
        let pad = " ".repeat(width.saturating_sub(name.width()));
        let (style, text) = outlook(book, next);
        row(
            out,
            label,
            &format!("{:<dates$}  {}{pad}  {}", when(next.at, book), paint(NAME, name), paint(style, &text)),
        );
    }
    if coming.len() > NEXT_SHOWN {
        row(
            out,
            "",
            &format!("and {} more: `playbook plan {}`", coming.len() - NEXT_SHOWN, book.file.display()),
        );
    }
}

/// Why something will not happen, else how far away it is; with the steps of a date that have passed.
fn outlook(book: &InForce, next: &Upcoming) -> (Style, String) {
    if let Some(reason) = &next.unless {
        return (WARN, format!("not as it is now: {}", timeline::skip(reason)));
    }
    let mut text = relative(next.at);
    if let Some(step) = &next.step {
        let _ = write!(text, ", step {step}");
    } else if let Some(play) = book.playbook.play(&next.play) {
        let passed = passed_steps(play, next.anchor, book);
        if passed > 0 {
            let _ = write!(
                text,
                ", {} will be missed: their time has passed",
                words::count(passed, "early step")
            );
        }
    }
    (DIM, text)
}

/// How many steps of a coming run were due longer ago than they may be late.
fn passed_steps(play: &Play, anchor: Timestamp, book: &InForce) -> usize {
    let now = clock::now();
    let late = |step: &Arc<crate::model::step::Step>| {
        step.at.is_some_and(|at| now.since(at.apply(anchor, &book.playbook.zone)) > play.max_late)
    };
    play.program.steps().filter(|step| late(step)).count()
}

/// The phase, and how far it is from its end.
fn phase(book: &InForce, state: &State) -> String {
    let mut text = paint(HEADING, state.phase.as_str());
    let Some(phase) = book.playbook.phase(&state.phase) else { return text };
    if phase.is_final {
        text.push_str(", the final one: nothing starts any more");
        return text;
    }
    if let Some(until) = &phase.until {
        let _ = write!(text, " until {}", until.source());
        if let Some((what, value)) = progress(&book.playbook, state, until) {
            let _ = write!(text, " ({what} is {value})");
        }
    }
    if let Some(timeout) = state.phase_timeout {
        let _ = write!(text, ", at the latest {} ({})", when(timeout, book), relative(timeout));
    }
    if let Some(next) = book.playbook.phase_after(&state.phase) {
        let _ = write!(text, ", then {}", next.name);
    }
    text
}

/// The left side of a comparison and its present value.
fn progress(playbook: &Playbook, state: &State, until: &Expr) -> Option<(String, String)> {
    let source = until.source();
    let at = [" >= ", " > ", " <= ", " < ", " == "].iter().find_map(|sign| source.find(sign))?;
    let left = source[..at].trim();
    if source.contains("&&") || source.contains("||") {
        return None;
    }
    let known = Known { globals: Names::ALL, ..Known::default() };
    let expr = Expr::compile(left, &known).ok()?;
    let group = playbook.groups.get(&state.group)?;
    let now = clock::now().max(state.clock);
    let mut facts = Facts::bare(state.group.clone(), now, playbook.zone.clone(), playbook.locale);
    facts.group.created = state.created;
    facts.members = state.members.clone();
    facts.phase = PhaseFacts { name: state.phase.clone(), entered: state.phase_entered };
    facts.vars = group.vars.clone();
    let value = expr.eval_text(&Arc::new(facts)).ok()?;
    Some((left.to_owned(), value))
}

/// The next post whose text is known already, as its platform will show it.
fn next_post(book: &InForce, columns: usize) -> Option<String> {
    let playbook = &book.playbook;
    let window = Window::days(playbook, clock::now(), POST_DAYS);
    let next = plan(playbook, window).find(|next| next.verb == "post" && !next.text.contains("${"))?;
    let name = next.channel?;
    let channel = playbook.channel(playbook.groups.get(&next.group)?, &name)?;
    let message = Message::text(next.text);
    let mut out = String::new();
    let head = format!("{}  {}, as it will look", when(next.at, book), paint(NAME, next.play.as_str()));
    row(&mut out, "post", &head);
    for line in preview::preview(channel.kind, &name, &message, columns.saturating_sub(13)).lines() {
        row(&mut out, "", line);
    }
    Some(out)
}

/// The one thing that comes next over all groups.
pub(super) fn next_line<'a>(
    groups: impl Iterator<Item = (&'a State, &'a InForce)>,
    several: bool,
) -> Option<String> {
    let next = |(state, book): (&'a State, &'a InForce)| {
        let next = upcoming(state, &book.playbook).into_iter().find(|next| next.unless.is_none())?;
        Some((state, book, next))
    };
    let (state, book, next) = groups.filter_map(next).min_by_key(|(_, _, next)| next.at)?;
    let whose = if several { format!("{} · ", state.group) } else { String::new() };
    let step = next.step.as_ref().map(|step| format!(", step {step}")).unwrap_or_default();
    Some(format!("next      {whose}{}{step} at {}", next.play, when(next.at, book)))
}

fn when(at: Timestamp, book: &InForce) -> String {
    let now = clock::now();
    let same_year = book.playbook.zone.civil(at).year() == book.playbook.zone.civil(now).year();
    let format = if same_year { "%a %d %b %H:%M" } else { "%a %d %b %Y %H:%M" };
    book.playbook.zone.civil(at).strftime(format).to_string()
}

fn relative(at: Timestamp) -> String {
    let now = clock::now();
    if at <= now { "now".into() } else { format!("in {}", clock_left(at, now)) }
}

fn row(out: &mut String, label: &str, text: &str) {
    let _ = writeln!(out, "  {label:<10} {text}");
}
