//! `playbook why`: why something will happen, happened, came late, was held, or did not happen.
//!
//! Reads a state, engine running or not, or the file alone; changes nothing.

use super::{
    args,
    failure::Failure,
    load,
    output::{BAD, DIM, Format, GOOD, HEADING, NAME, Output, WARN, pad, paint, width},
    state::{Opened, ReadArgs, directory, unreadable},
};
use crate::{
    base::{
        diagnostic::suggest,
        ids::{Digest, GroupId, InputId, PlayName, RunId, StepId},
        time::{Duration, Timestamp, Zone},
        words::list,
    },
    engine::{
        self,
        input::{Input, InputKind},
        state::State,
    },
    lang,
    model::{
        play::{Play, Section},
        playbook::{Playbook, Playbooks},
        trigger::Trigger,
    },
    shell::{clock, store, view},
    sim::why::{Account, Historian, Question, Verdict},
};
use std::{cell::RefCell, collections::BTreeMap, path::PathBuf, sync::Arc};

/// Says why something will happen, happened, came late, was held, or did not happen.
///
/// From the journal, by the code that decided: the trigger, the values of its conditions, the budget with its
/// numbers, the phase, how late it was, the entries. Where no engine has run yet, from the file alone. For example:
/// `playbook why game`, `playbook why game/2`, `playbook why game --at 2026-12-09`,
/// `playbook why "game@2026-12-09T12:30:00Z"`.
#[derive(Debug, clap::Args)]
pub(super) struct Why {
    /// A play, a step of it (`PLAY/STEP`), one of its dates (`PLAY/DATE`), or the id of a run.
    #[arg(value_name = "PLAY[/STEP]")]
    target: String,
    #[command(flatten)]
    read: ReadArgs,
    /// The occurrence at this time; a date means all of its day. In the playbook's zone [default: the last one and
    /// the next].
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<String>,
}

/// What an answer is read from.
enum Source {
    State(Box<Opened>),
    File(Arc<Playbook>),
}

impl Why {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let source = self.source()?;
        let group = self.group(&source)?;
        let (playbook, state) = match &source {
            Source::State(opened) => {
                let shown = opened.groups().find(|shown| *shown.id == group);
                let state = shown.map(|shown| shown.state);
                let playbook = state.and_then(|state| opened.playbook(state)).ok_or_else(|| {
                    Failure::environment(format!(
                        "the playbook of {group} does not compile with this program"
                    ))
                    .help("`playbook check FILE` shows why")
                })?;
                (playbook, state)
            }
            Source::File(playbook) => (playbook.clone(), None),
        };
        let (play, run, step) = target(&self.target, &playbook, state)?;
        let window = self.at.as_deref().map(|at| window(at, &playbook.zone)).transpose()?;
        // A group's clock never goes backwards, whatever this machine's says.
        let now = state.map_or(clock::now(), |state| clock::now().max(state.clock));
        let mut question =
            Question { play, run, step, at: window.map(|(window, _)| window), now, machine: clock::now() };
        let mut accounts = answer(&source, &group, &playbook, &question)?;
        let found = |accounts: &[Account]| accounts.iter().any(|account| account.verdict != Verdict::None);
        if let Some((_, day)) = window.filter(|_| !found(&accounts)) {
            // Nothing at that minute: what the day has is what was meant.
            question.at = Some(day);
            accounts = answer(&source, &group, &playbook, &question)?;
        }
        if accounts.is_empty() {
            return Err(no_such_run(&question, &playbook));
        }
        let outbox = outbox(&source, &group)?;
        for (index, account) in accounts.iter().enumerate() {
            let shown = view::why::why(account, &outbox, &playbook.zone);
            match self.read.format.format {
                Format::Json => out.json(&shown)?,
                Format::Text => {
                    if index > 0 {
                        out.line("")?;
                    }
                    text(&shown, account.verdict, out)?;
                }
            }
        }
        if matches!(source, Source::File(_)) && self.read.format.format == Format::Text {
            out.line("")?;
            out.line(paint(
                DIM,
                "No engine has run here yet: this is from the file alone, as if it began now.",
            ))?;
        }
        Ok(())
    }

    /// The state; where there is none, the file that was named, or the only playbook here.
    fn source(&self) -> Result<Source, Failure> {
        let dir = directory(self.read.state.state.as_deref(), self.read.file.as_deref());
        if self.read.state.state.is_some() || store::path(&dir).exists() {
            return Ok(Source::State(Box::new(self.read.open()?)));
        }
        let file = match &self.read.file {
            Some(file) if !file.is_dir() => file.clone(),
            Some(folder) => only_playbook(folder)?,
            None => only_playbook(&PathBuf::from("."))?,
        };
        Ok(Source::File(load::compile(&file)?.playbook()?.clone()))
    }

    fn group(&self, source: &Source) -> Result<GroupId, Failure> {
        let groups: Vec<GroupId> = match source {
            Source::State(opened) => opened.groups().map(|shown| shown.id.clone()).collect(),
            Source::File(playbook) => {
                let wanted = self.read.group.group.as_deref();
                playbook.groups.keys().filter(|id| wanted.is_none_or(|w| w == id.as_str())).cloned().collect()
            }
        };
        match groups.as_slice() {
            [only] => Ok(only.clone()),
            [] => Err(Failure::usage("there is no such group").help("`playbook status` lists the groups")),
            several => {
                let names: Vec<&str> = several.iter().take(8).map(GroupId::as_str).collect();
                Err(Failure::usage(format!("which of {} groups is meant?", several.len()))
                    .help(format!("say `--group` with one of {}", names.join(", "))))
            }
        }
    }
}

/// The only playbook of a folder.
fn only_playbook(folder: &std::path::Path) -> Result<PathBuf, Failure> {
    let found = crate::shell::workspace::playbooks_in(folder);
    match found.as_slice() {
        [only] => Ok(only.clone()),
        _ => Err(Failure::environment(store::StoreError::Missing(folder.join(".playbook")).to_string())
            .help("name the playbook file behind the play: `playbook why PLAY FILE`")),
    }
}

fn no_such_run(question: &Question, playbook: &Playbook) -> Failure {
    let what = question.run.as_ref().map_or(question.play.as_str(), RunId::as_str);
    let failure = Failure::usage(format!("neither the journal nor what is ahead has {what}"));
    let (name, id) = what.split_once('@').unwrap_or((what, ""));
    let known =
        playbook.play(&question.play).map(|play| (steps(play), dates(play, None))).unwrap_or_default();
    match suggest::nearest(id, known.0.iter().chain(&known.1).map(String::as_str)) {
        Some(near) => failure.help(format!("did you mean `{name}/{near}`?")),
        None => failure.help("`playbook runs` lists the runs; `--at TIME` finds an occurrence by its time"),
    }
}

/// The ids of a play's steps.
fn steps(play: &Play) -> Vec<String> {
    play.program.steps().map(|step| step.id.to_string()).collect()
}

/// Goes through the journal with a question.
fn answer(
    source: &Source,
    group: &GroupId,
    playbook: &Arc<Playbook>,
    question: &Question,
) -> Result<Vec<Account>, Failure> {
    let cache: RefCell<BTreeMap<Digest, Option<Arc<Playbook>>>> = RefCell::default();
    let versions = |digest: &Digest| {
        if *digest == playbook.digest {
            return Some(playbook.clone());
        }
        let mut cache = cache.borrow_mut();
        cache.entry(digest.clone()).or_insert_with(|| stored(source, digest)).clone()
    };
    let mut historian = Historian::new(question, group.clone(), &versions);
    let mut broken = None;
    match source {
        Source::State(opened) => {
            let each = &mut |line: store::LogLine| {
                if broken.is_none() {
                    broken = historian.see(line.seq, &line.entry).err();
                }
            };
            opened
                .reader
                .log(Some(group), 0, each)
                .map_err(|error| Failure::environment(error.to_string()))?;
        }
        Source::File(_) => {
            let mut playbooks = Playbooks::default();
            playbooks.insert(playbook.clone());
            let kind = InputKind::Adopt { digest: playbook.digest.clone() };
            let input = Input { id: InputId::new("why"), kind };
            for entry in engine::step(&State::new(group.clone()), &playbooks, &input, question.now).entries {
                if broken.is_none() {
                    broken = historian.see(0, &entry).err();
                }
            }
        }
    }
    if let Some(illegal) = broken {
        return Err(Failure::environment(format!("the journal of {group} cannot be followed: {illegal}")));
    }
    let mut accounts = historian.accounts(playbook);
    if matches!(source, Source::File(_)) {
        for account in &mut accounts {
            account.journal.clear();
        }
    }
    Ok(accounts)
}

/// A version that the state keeps; what this program makes of it goes by the digest that it had.
fn stored(source: &Source, digest: &Digest) -> Option<Arc<Playbook>> {
    let Source::State(opened) = source else { return None };
    let (folder, path) = opened.reader.sources(digest).ok()??;
    let playbook = lang::compile(&folder, &path).playbook?;
    Some(Arc::new(Playbook { digest: digest.clone(), ..Playbook::clone(&playbook) }))
}

/// What is meant: a run, a play, a step or a date of it.
fn target(
    text: &str,
    playbook: &Playbook,
    state: Option<&State>,
) -> Result<(PlayName, Option<RunId>, Option<StepId>), Failure> {
    let find = |name: &str| playbook.play(&PlayName::new(name));
    if let Some(play) = find(text) {
        return Ok((play.name.clone(), None, None));
    }
    if let Some((name, _)) = text.split_once('@') {
        let play = find(name).ok_or_else(|| no_play(name, playbook))?;
        let known = state.is_some_and(|state| {
            let run = RunId::new(text);
            state.knows_run(&run)
        });
        if let Some((run, step)) = text.rsplit_once('/').filter(|(_, step)| !known && has_step(play, step)) {
            return Ok((play.name.clone(), Some(RunId::new(run)), Some(StepId::new(step))));
        }
        return Ok((play.name.clone(), Some(RunId::new(text)), None));
    }
    let Some((name, rest)) = text.split_once('/') else { return Err(no_play(text, playbook)) };
    let play = find(name).ok_or_else(|| no_play(name, playbook))?;
    if has_step(play, rest) {
        return Ok((play.name.clone(), None, Some(StepId::new(rest))));
    }
    let known = state.and_then(|state| state.plays.get(&play.name));
    let run = |id: &str| {
        Some(
            known.map_or_else(|| RunId::from(format!("{name}@{id}")), |known| known.date_run(&play.name, id)),
        )
    };
    let dates = dates(play, state);
    if dates.iter().any(|id| id == rest) {
        return Ok((play.name.clone(), run(rest), None));
    }
    // PLAY/DATE/STEP
    if let Some((date, step)) = rest.rsplit_once('/')
        && dates.iter().any(|id| id == date)
        && has_step(play, step)
    {
        return Ok((play.name.clone(), run(date), Some(StepId::new(step))));
    }
    if !dates.is_empty() {
        // A date that was taken out of the file is in the journal only.
        return Ok((play.name.clone(), run(rest), None));
    }
    let steps = steps(play);
    let failure = Failure::usage(format!("{name} has no step {rest:?}"));
    Err(match suggest::nearest(rest, steps.iter().map(String::as_str)) {
        Some(near) => failure.help(format!("did you mean `{name}/{near}`?")),
        None => failure.help(format!("its steps are {}", steps.join(", "))),
    })
}

fn has_step(play: &Play, id: &str) -> bool {
    let sections = [Section::Steps, Section::Moved, Section::Cancelled];
    sections.into_iter().any(|section| play.section(section).steps().any(|step| step.id.as_str() == id))
}

/// The ids of a play's dates: those in the file, and those that were taken out of it.
fn dates(play: &Play, state: Option<&State>) -> Vec<String> {
    let mut ids: Vec<String> = match &play.trigger {
        Trigger::Dates(dates) => dates.iter().map(|date| date.id.to_string()).collect(),
        _ => Vec::new(),
    };
    let known = state.and_then(|state| state.plays.get(&play.name));
    ids.extend(known.into_iter().flat_map(|known| known.dates.keys().map(ToString::to_string)));
    ids
}

fn no_play(name: &str, playbook: &Playbook) -> Failure {
    let names: Vec<&str> = playbook.plays.iter().map(|play| play.name.as_str()).collect();
    let failure = Failure::usage(format!("there is no play {name:?}"));
    match suggest::nearest(name, names.iter().copied()) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help(format!("the plays are {}", list(&names, "and"))),
    }
}

/// What a time means, and the day that it lies in.
type AtWindow = ((Timestamp, Timestamp), (Timestamp, Timestamp));

fn window(text: &str, zone: &Zone) -> Result<AtWindow, Failure> {
    let at = args::time(text, zone)?;
    let day = zone.day_bounds(at);
    let whole = at == day.0 && !text.contains(':');
    Ok((if whole { day } else { (at, at.plus(Duration::MINUTE)) }, day))
}

/// Messages of a group that somebody still has to do something about, or that were in doubt.
fn outbox(source: &Source, group: &GroupId) -> Result<Vec<view::outbox::Row>, Failure> {
    let Source::State(opened) = source else { return Ok(Vec::new()) };
    let rows = opened.reader.outbox(Some(group), false).map_err(unreadable)?;
    Ok(rows.iter().map(|row| view::outbox::row(row, opened.zone(group))).collect())
}

fn text(account: &view::why::Why, verdict: Verdict, out: &mut Output) -> Result<(), Failure> {
    let style = match verdict {
        Verdict::Failed => BAD,
        verdict if verdict.is_doubtful() => WARN,
        _ => HEADING,
    };
    out.line(paint(style, &account.says))?;
    let most = account.because.iter().map(|one| width(one.what)).max().unwrap_or(0).max(7);
    for one in &account.because {
        let (sign, style) = match one.holds {
            Some(true) => ("✓", GOOD),
            Some(false) => ("✗", WARN),
            None => ("·", DIM),
        };
        out.line(format!("  {} {}  {}", paint(style, sign), paint(NAME, &pad(one.what, most)), one.text))?;
    }
    for (index, one) in account.journal.iter().enumerate() {
        let label = if index == 0 { "journal" } else { "" };
        let at = one.at.second();
        let seq = format!("{:>6}", one.seq);
        out.line(format!("    {}  {} {at}  {}", paint(NAME, &pad(label, most)), paint(DIM, &seq), one.text))?;
    }
    Ok(())
}
