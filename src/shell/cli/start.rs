//! `playbook start`: a run by hand, and what it does that whoever starts it may not expect.
//!
//! Changes nothing itself; what it says is read from the entries with which the engine has answered.

use super::{
    args::TargetArg,
    day,
    failure::Failure,
    output::Output,
    remote::{self, Remote},
};
use crate::{
    base::{
        ids::{EffectId, MemberId, PlayName, RunId},
        phrase::{Phrase, phrase},
    },
    engine::{
        entry::{Fact, Skip},
        in_the_way::{in_the_way, next_start},
        input::Command,
        run::Run,
        state::State,
    },
    model::play::Section,
    sim::timeline::{held_by, skipped},
};

/// Starts a play now, whatever its trigger and its conditions.
#[derive(Debug, clap::Args)]
pub(super) struct StartArgs {
    /// The play; of a play with dates, the date too, by its id or by its day.
    #[arg(value_name = "PLAY[/ID|@DAY]")]
    play: String,
    /// About whom, for a play that runs for each member.
    #[arg(long, value_name = "ID")]
    member: Option<String>,
    /// Its `args`, as JSON.
    #[arg(long, value_name = "JSON")]
    data: Option<String>,
    /// One of its `args`.
    #[arg(long, value_name = "KEY=VALUE", num_args = 1..)]
    with: Vec<String>,
    #[command(flatten)]
    target: TargetArg,
}

/// Steps that are left out for one reason are named up to so many.
const STEPS_NAMED: usize = 8;

impl StartArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let args = remote::data(self.data.as_deref(), &self.with)?;
        let remote = self.target.remote()?;
        let state = remote.state()?;
        let typed = day::as_date(&remote, &state, &remote.named(&state, &self.play)?)?;
        if let Some((name, _)) = typed.rsplit_once('@')
            && state.plays.contains_key(&PlayName::new(name))
        {
            return Err(Failure::usage(phrase!(
                "`{name}` has no dates; a start is now, whatever the day",
                "`{name}` 没有写明日期；手动开始就是现在，不管哪一天"
            ))
            .help(phrase!(
                "start it by its name alone: `playbook start {name}`",
                "只写名字：`playbook start {name}`"
            )));
        }
        let (play, date) = remote::play_or_date(&state, &typed);
        let member = self.member.as_ref().map(MemberId::new);
        let (said, instead) = started(&remote, &state, (&play, date.as_deref()), &self.play);
        let before = remote.last()?;
        let command = Command::Start { play: play.clone(), args, date, member, by: remote.by.clone() };
        remote.command(command, said, out)?;
        for line in consequences(&remote, &play, before)? {
            out.say(line)?;
        }
        Ok(instead.into_iter().try_for_each(|instead| out.say(instead))?)
    }
}

/// What becomes of a start. A date that is started before its day is used up, which nothing else would say until that
/// day comes and nothing happens; and what would have kept it.
fn started(
    remote: &Remote,
    state: &State,
    (play, date): (&PlayName, Option<&str>),
    typed: &str,
) -> (Phrase, Option<Phrase>) {
    let said = phrase!("started {typed}", "已开始 {typed}");
    let dates = state.plays.get(play).map(|known| &known.dates);
    let at = date.and_then(|date| dates?.get(date)).map(|(at, _)| *at);
    let Some(at) = at.filter(|at| *at > state.clock) else { return (said, None) };
    let at = remote.zone.civil(at).strftime("%Y-%m-%d %H:%M").to_string();
    let used = phrase!(
        "{said}: what it does at the date happens from now on, and the date is used up: nothing happens at {at} any \
         more",
        "{said}：到那一天要做的事从现在开始，这个日期就用掉了：{at} 不会再发生什么";
        said
    );
    let instead = phrase!(
        "to try it and keep the date: `playbook rehearse FILE --play {play}`",
        "想试一试又保留日期，用 `playbook rehearse FILE --play {play}`"
    );
    (used, Some(instead))
}

/// What the engine has decided with the start: steps that are left out, posts that are held; and the next occurrence
/// that would find this run open.
fn consequences(remote: &Remote, play: &PlayName, before: i64) -> Result<Vec<Phrase>, Failure> {
    let entries = remote.entries_after(before)?;
    let run = entries.iter().find_map(|entry| match &entry.fact {
        Fact::RunStarted { run, play: of, section: Section::Steps, .. } if of == play => Some(run.clone()),
        _ => None,
    });
    let Some(run) = run else { return Ok(Vec::new()) };
    let mut left_out: Vec<(Phrase, Vec<String>)> = Vec::new();
    let mut said = Vec::new();
    for entry in &entries {
        match &entry.fact {
            Fact::StepSkipped {
                run: of, step, reason: reason @ (Skip::Behind | Skip::Late { .. }), ..
            } if *of == run => {
                let why = skipped(reason);
                match left_out.iter_mut().find(|(known, _)| *known == why) {
                    Some((_, steps)) => steps.push(step.to_string()),
                    None => left_out.push((why, vec![step.to_string()])),
                }
            }
            Fact::Held { outgoing, reason, until, .. } => {
                let Some(step) = step_of(&run, &outgoing.effect) else { continue };
                let why = Phrase::from(held_by(*reason));
                let until = until.map(|until| {
                    let until = remote.time(until);
                    phrase!(" until {until}", "到 {until}"; until)
                });
                let until = until.unwrap_or_default();
                said.push(phrase!(
                    "  step {step} is held{until}: {why}",
                    "  步骤 {step} 先压住{until}：{why}";
                    until, why
                ));
            }
            _ => {}
        }
    }
    let left_out = left_out.into_iter().map(|(why, steps)| {
        let more = steps.len().saturating_sub(STEPS_NAMED);
        let more =
            if more > 0 { phrase!(" and {more} more", "等，另有 {more} 步") } else { Phrase::default() };
        let steps = steps.into_iter().take(STEPS_NAMED).collect::<Vec<_>>().join(", ");
        phrase!("  left out: step {steps}{more}: {why}", "  略过步骤 {steps}{more}：{why}"; more, why)
    });
    let mut all: Vec<Phrase> = left_out.collect();
    all.append(&mut said);
    let state = remote.state()?;
    all.extend(state.runs.get(&run).and_then(|run| next_is_skipped(remote, &state, run)));
    Ok(all)
}

/// The step of a run whose message has this id.
fn step_of<'e>(run: &RunId, effect: &'e EffectId) -> Option<&'e str> {
    effect.as_str().strip_prefix(run.as_str())?.strip_prefix('/')?.rsplit_once('/').map(|(step, _)| step)
}

/// That the next occurrence is skipped, where it comes before this run is sure to be over.
fn next_is_skipped(remote: &Remote, state: &State, run: &Run) -> Option<Phrase> {
    let playbook = remote.playbook(state)?;
    let playbook = playbook.in_group(&remote.group);
    let play = playbook.play(&run.play)?;
    let next = next_start(state, play)?;
    let met = in_the_way(state, play, next, &playbook.zone).filter(|met| met.open.id == run.id)?;
    let next = remote.time(next);
    let until = match met.until {
        None => phrase!("it waits for somebody", "它在等人"),
        Some(until) => {
            let until = remote.time(until);
            phrase!("it goes on until {until} at least", "它至少到 {until} 才结束"; until)
        }
    };
    Some(phrase!(
        "  the occurrence of {next} is skipped if this run is still open then: {until}",
        "  如果到 {next} 这一场还没结束，那一次就不办了：{until}";
        next, until
    ))
}
