//! The overview at the start: the files and groups, each group's phase and how far it is from its end, what comes
//! next and what will not, what waits for a person, what the channels cannot hear.
//!
//! Text only; from committed states.

use super::{
    book::Book,
    console::{DIM, HEADING, NAME, WARN, paint},
    pieces::{answer_command, clock_left},
    publish::InForce,
};
use crate::{
    base::{
        locale::Locale,
        phrase::{Phrase, phrase},
        time::Timestamp,
        words,
    },
    engine::{
        entry::Skip,
        state::State,
        view::{self, Upcoming, upcoming},
    },
    model::{ending::endings, message::Message, play::Play, playbook::Playbook, trigger::Trigger},
    script::{
        expr::Expr,
        facts::{Facts, PhaseFacts},
        names::{Known, Names},
    },
    shell::{clock, delivery::preview, terminal::Style, view::deaf},
    sim::{
        plan::{LivingStates, Window, plan},
        timeline,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::Path,
    sync::Arc,
};
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
pub(super) fn header(books: &[Book], dir: &Path, rehearsal: &[Phrase], locale: Locale) -> String {
    let mut out = String::new();
    for book in books {
        let playbook = &book.playbook;
        let name = if *playbook.title == *playbook.name.as_str() {
            paint(HEADING, &playbook.title)
        } else {
            format!("{} {}", paint(HEADING, &playbook.title), paint(DIM, playbook.name.as_str()))
        };
        let groups = Phrase::counted(playbook.groups.len(), "group", "个群");
        let plays = Phrase::counted(playbook.plays.len(), "play", "个玩法");
        let (file, zone) = (book.file.display(), playbook.zone.name());
        let version = phrase!("version {}", "版本 {}", playbook.digest.short());
        let [version, groups, plays] = [&version, &groups, &plays].map(|words| words.of(locale));
        let _ = writeln!(out, "{name}\n  {file} · {version} · {groups} · {plays} · {zone}");
    }
    for (index, words) in rehearsal.iter().enumerate() {
        let style = if index == 0 { WARN } else { DIM };
        let _ = writeln!(out, "{}", paint(style, &format!("  {}", words.of(locale))));
    }
    if rehearsal.is_empty() {
        let words = phrase!("  state in {}", "  状态在 {}", dir.display());
        let _ = writeln!(out, "{}", paint(DIM, words.of(locale)));
    }
    out
}

/// How the groups of a book are; `several` when the engine runs more than one, which then must be named.
pub(super) fn overview(
    book: &InForce,
    states: &[&State],
    several: bool,
    rehearse: bool,
    (columns, locale): (usize, Locale),
) -> String {
    let mut out = String::from("\n");
    if states.len() > GROUPS_SHOWN {
        let mut phases: BTreeMap<&str, usize> = BTreeMap::new();
        for state in states {
            *phases.entry(state.phase.as_str()).or_default() += 1;
        }
        let phases: Vec<String> = phases
            .iter()
            .map(|(phase, n)| phrase!("{n} in {phase}", "{phase} {n} 个").of(locale).to_owned())
            .collect();
        row(&mut out, locale.pick("groups", "群"), &format!("{}: {}", states.len(), locale.join(&phases)));
        let tasks: usize = states.iter().map(|state| state.tasks.len()).sum();
        if tasks > 0 {
            let text = phrase!(
                "{tasks} for people; `playbook tasks` lists them",
                "{tasks} 件等人处理；`playbook tasks` 会列出"
            );
            row(&mut out, locale.pick("waiting", "等人"), text.of(locale));
        }
        let soonest = states.iter().filter_map(|state| crate::engine::deadline(state)).map(|d| d.at).min();
        if let Some(at) = soonest {
            row(
                &mut out,
                locale.pick("next", "接下来"),
                &format!("{} ({})", when(at, book, locale), relative(at).of(locale)),
            );
        } else {
            row(&mut out, locale.pick("next", "接下来"), nothing_by_the_clock(book).of(locale));
        }
    }
    for state in states.iter().take(if states.len() > GROUPS_SHOWN { 0 } else { GROUPS_SHOWN }) {
        if several {
            let title = book.playbook.groups.get(&state.group).map_or("", |group| &group.title);
            let _ = writeln!(out, "{} {}", paint(HEADING, state.group.as_str()), paint(DIM, title));
        }
        group(&mut out, book, state, several, (columns, locale));
    }
    if let Some((what, remedy)) = deaf::folded(&deaf::deaf(&book.playbook)) {
        let text = phrase!("{what}; {remedy}", "{what}；{remedy}"; what, remedy);
        row(&mut out, locale.pick("deaf", "听不到"), &paint(WARN, text.of(locale)));
    }
    if rehearse && let Some(post) = next_post(book, columns, locale) {
        out.push_str(&post);
    }
    for ending in endings(&book.playbook, clock::now()) {
        row(&mut out, locale.pick("ends", "快到头"), &paint(WARN, ending.in_words().of(locale)));
    }
    let warnings = book.warnings.len();
    if warnings > 0 {
        let (n, file) =
            (Phrase::counted(warnings, "warning", "条警告"), Phrase::same(book.file.display().to_string()));
        let text = phrase!("{n}; `playbook check {file}` shows them", "{n}；`playbook check {file}` 会列出"; n, file);
        row(&mut out, locale.pick("check", "检查"), &paint(DIM, text.of(locale)));
    }
    out
}

fn group(out: &mut String, book: &InForce, state: &State, several: bool, (columns, locale): (usize, Locale)) {
    row(out, locale.pick("phase", "阶段"), &phase(book, state, locale));
    if let Some(ahead) = view::clock_ahead(state, clock::now()) {
        row(out, locale.pick("clock", "时钟"), &paint(WARN, view::clock_ahead_in_words(ahead).of(locale)));
    }
    for (index, task) in state.tasks.values().take(TASKS_SHOWN).enumerate() {
        let task = &task.task;
        let whom: Vec<String> = task.people.iter().map(|person| person.name.clone()).collect();
        let whom = if whom.is_empty() {
            String::new()
        } else {
            format!("{}{}", locale.join(&whom), locale.pick(": ", "："))
        };
        let due = task.due.map(|due| when(due, book, locale));
        let due = due.map(|due| phrase!(" by {due}", "（{due} 前）")).unwrap_or_default();
        let due = due.of(locale);
        let answer =
            answer_command(task.kind, task.id.as_str(), &task.fields, several.then_some(&state.group));
        let text = words::shorten(&task.text, columns.saturating_sub(24).max(20));
        row(
            out,
            if index == 0 { locale.pick("waiting", "等人") } else { "" },
            &format!(
                "{} {whom}{text}{due}\n             {}",
                paint(NAME, task.id.as_str()),
                paint(DIM, &answer)
            ),
        );
    }
    if state.tasks.len() > TASKS_SHOWN {
        let more = state.tasks.len() - TASKS_SHOWN;
        row(
            out,
            "",
            phrase!("and {more} more: `playbook tasks`", "还有 {more} 件：`playbook tasks`").of(locale),
        );
    }
    let mut coming = upcoming(state, &book.playbook);
    // Where one play is rehearsed alone, nobody has to read of each other one that it is not.
    coming.retain(|next| next.unless != Some(Skip::LeftOut));
    let width = coming.iter().take(NEXT_SHOWN).map(|next| next.play.as_str().width()).max().unwrap_or(0);
    let dates =
        coming.iter().take(NEXT_SHOWN).map(|next| when(next.at, book, locale).width()).max().unwrap_or(0);
    for (index, next) in coming.iter().take(NEXT_SHOWN).enumerate() {
        let label = if index == 0 { locale.pick("next", "接下来") } else { "" };
        let name = next.play.as_str();
        let pad = " ".repeat(width.saturating_sub(name.width()));
        let (style, text) = outlook(book, next);
        row(
            out,
            label,
            &format!(
                "{}  {}{pad}  {}",
                wide(&when(next.at, book, locale), dates),
                paint(NAME, name),
                paint(style, text.of(locale))
            ),
        );
    }
    if coming.is_empty() {
        row(out, locale.pick("next", "接下来"), nothing_by_the_clock(book).of(locale));
    }
    if coming.len() > NEXT_SHOWN {
        row(
            out,
            "",
            phrase!(
                "and {} more: `playbook plan {}`",
                "还有 {} 件：`playbook plan {}`",
                coming.len() - NEXT_SHOWN,
                book.file.display()
            )
            .of(locale),
        );
    }
}

/// What a group waits for that has nothing with a time before it: its signals, else somebody who starts a play.
fn nothing_by_the_clock(book: &InForce) -> Phrase {
    let signals: BTreeSet<&str> = (book.playbook.plays.iter())
        .filter_map(|play| match &play.trigger {
            Trigger::Signal(on) => Some(&*on.name),
            _ => None,
        })
        .take(NEXT_SHOWN)
        .collect();
    if signals.is_empty() {
        return phrase!(
            "nothing has a time; `playbook start PLAY` begins one",
            "没有按时间开始的事；用 `playbook start 玩法` 开始一个"
        );
    }
    let names = Phrase::same(signals.into_iter().collect::<Vec<_>>().join(", "));
    phrase!("nothing has a time; it begins when it hears {names}", "没有按时间开始的事；听到 {names} 就开始"; names)
}

/// Why something will not happen, else how far away it is; with the steps of a date that have passed.
fn outlook(book: &InForce, next: &Upcoming) -> (Style, Phrase) {
    if let Some(reason) = &next.unless {
        let why = timeline::skipped(reason);
        return (WARN, phrase!("not as it is now: {why}", "照现在不会：{why}"; why));
    }
    let mut text = relative(next.at);
    if let Some(step) = &next.step {
        text = phrase!("{text}, step {step}", "{text}，步骤 {step}"; text);
    } else if let Some(play) = book.playbook.play(&next.play) {
        let passed = passed_steps(play, next.anchor, book);
        if passed > 0 {
            let passed = Phrase::counted(passed, "early step", "步");
            text = phrase!(
                "{text}, {passed} will be missed: their time has passed",
                "{text}，前面 {passed}会错过：时间已过";
                text, passed
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
fn phase(book: &InForce, state: &State, locale: Locale) -> String {
    let mut text = paint(HEADING, state.phase.as_str());
    let mut add = |words: &Phrase| text.push_str(words.of(locale));
    let Some(phase) = book.playbook.phase(&state.phase) else { return text };
    if phase.is_final {
        add(&phrase!(", the final one: nothing starts any more", "，最后一个阶段：不再有新的开始"));
        return text;
    }
    if let Some(until) = &phase.until {
        add(&phrase!(" until {}", "，直到 {}", until.source()));
        if let Some((what, value)) = progress(&book.playbook, state, until) {
            add(&phrase!(" ({what} is {value})", "（{what} 现在是 {value}）"));
        }
    }
    if let Some(timeout) = state.phase_timeout {
        let (at, left) = (Phrase::same(when(timeout, book, locale)), relative(timeout));
        add(&phrase!(", at the latest {at} ({left})", "，最迟 {at}（{left}）"; at, left));
    }
    if let Some(next) = book.playbook.phase_after(&state.phase) {
        add(&phrase!(", then {}", "，然后是 {}", next.name));
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
fn next_post(book: &InForce, columns: usize, locale: Locale) -> Option<String> {
    let playbook = &book.playbook;
    let window = Window::days(playbook, clock::now(), POST_DAYS);
    let next = plan(playbook, window, &LivingStates::new())
        .find(|next| next.verb == "post" && !next.text.contains("${"))?;
    let name = next.channel?;
    let channel = playbook.channel(playbook.groups.get(&next.group)?, &name)?;
    let message = Message::text(next.text);
    let mut out = String::new();
    let (at, play) = (when(next.at, book, locale), paint(NAME, next.play.as_str()));
    let head = phrase!("{at}  {play}, as it will look", "{at}  {play}，会是这个样子");
    row(&mut out, locale.pick("post", "发出"), head.of(locale));
    for line in preview::preview(channel.kind, &name, &message, (columns.saturating_sub(13), locale)).lines()
    {
        row(&mut out, "", line);
    }
    Some(out)
}

/// The one thing that comes next over all groups.
pub(super) fn next_line<'a>(
    groups: impl Iterator<Item = (&'a State, &'a InForce)>,
    several: bool,
    locale: Locale,
) -> Option<String> {
    let next = |(state, book): (&'a State, &'a InForce)| {
        let next = upcoming(state, &book.playbook).into_iter().find(|next| next.unless.is_none())?;
        Some((state, book, next))
    };
    let (state, book, next) = groups.filter_map(next).min_by_key(|(_, _, next)| next.at)?;
    let whose = if several { format!("{} · ", state.group) } else { String::new() };
    let step = next.step.as_ref().map(|step| phrase!(", step {step}", "，步骤 {step}")).unwrap_or_default();
    let (play, at) = (format!("{whose}{}", next.play), when(next.at, book, locale));
    let said = phrase!("next      {play}{step} at {at}", "接下来    {play}{step}，{at}"; step);
    Some(said.of(locale).to_owned())
}

fn when(at: Timestamp, book: &InForce, locale: Locale) -> String {
    let now = clock::now();
    if locale == Locale::Zh {
        return locale.time(at, &book.playbook.zone, now);
    }
    let same_year = book.playbook.zone.civil(at).year() == book.playbook.zone.civil(now).year();
    let format = if same_year { "%a %d %b %H:%M" } else { "%a %d %b %Y %H:%M" };
    book.playbook.zone.civil(at).strftime(format).to_string()
}

fn relative(at: Timestamp) -> Phrase {
    let now = clock::now();
    if at <= now {
        return phrase!("now", "现在");
    }
    let left = clock_left(at, now);
    phrase!("in {left}", "{left}后"; left)
}

/// Filled up with spaces to so many columns.
pub(super) fn wide(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(text.width())))
}

fn row(out: &mut String, label: &str, text: &str) {
    let _ = writeln!(out, "  {} {text}", wide(label, 10));
}
