//! Commands that change a running engine: runs and plays.
//!
//! `cancel`, `pause`, `resume`, `postpone`, `retry`, `skip`.

use super::{
    args::{self, TargetArg},
    client, day,
    failure::Failure,
    output::Output,
    remote::{self, Remote},
};
use crate::{
    base::{
        ids::{EffectId, PlayName, RoleName, RunId},
        phrase::{Phrase, phrase},
        time::Timestamp,
    },
    engine::{input::Command, state::State},
    model::{step::Verb, timetable::timetable},
    shell::clock,
};

/// Ends a run; steps ahead are not carried out. Members who had been told are told by the play's `cancelled`.
#[derive(Debug, clap::Args)]
pub(super) struct CancelArgs {
    /// The run, as `playbook runs` shows it.
    #[arg(value_name = "RUN")]
    run: String,
    /// Tell nobody.
    #[arg(long)]
    silent: bool,
    #[command(flatten)]
    target: TargetArg,
}

impl CancelArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let remote = self.target.remote()?;
        let state = remote.state()?;
        let (run, _) = remote::open_run_and_step(&state, &remote.named(&state, &self.run)?);
        let said = phrase!("cancelled {run}", "已取消 {run}");
        remote.command(Command::Cancel { run, silent: self.silent, by: remote.by.clone() }, said, out)
    }
}

/// Starts nothing until `resume`, or until a time: one play, or all of them. Runs under way go on.
#[derive(Debug, clap::Args)]
pub(super) struct PauseArgs {
    /// The play; all when there is none.
    #[arg(value_name = "PLAY")]
    play: Option<String>,
    /// Of all: the role that is asked at once, and every week, to look in. Without it the host is asked for somebody
    /// after a day.
    #[arg(long, value_name = "ROLE", conflicts_with = "play")]
    caretaker: Option<String>,
    /// When it ends by itself; a civil time is in the playbook's zone. Until `resume` when it is left out.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// In every group.
    #[arg(long, conflicts_with = "group")]
    all: bool,
    #[command(flatten)]
    target: TargetArg,
}

impl PauseArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        for remote in self.target.one_or_all(self.all)? {
            let caretaker = self.caretaker.as_ref().map(RoleName::new);
            let play = match &self.play {
                Some(play) => Some(PlayName::new(remote.named(&remote.state()?, play)?)),
                None => None,
            };
            let until = self.until.as_deref().map(|until| args::time(until, &remote.zone)).transpose()?;
            let end = until.map(|until| remote.time(until));
            let end = end.map(|end| phrase!(" until {end}", "，到 {end}"; end)).unwrap_or_default();
            let command = Command::Pause { play, caretaker, until, by: remote.by.clone() };
            let said = match &self.play {
                Some(play) => phrase!("paused {play}{end}", "已暂停 {play}{end}"; end),
                None => phrase!("paused every play{end}", "已暂停所有玩法{end}"; end),
            };
            remote.command(command, remote.in_group(self.all, said), out)?;
        }
        Ok(())
    }
}

/// Lets plays start again after `pause`.
#[derive(Debug, clap::Args)]
pub(super) struct ResumeArgs {
    /// The play; all when there is none.
    #[arg(value_name = "PLAY")]
    play: Option<String>,
    /// In every group.
    #[arg(long, conflicts_with = "group")]
    all: bool,
    #[command(flatten)]
    target: TargetArg,
}

impl ResumeArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        for remote in self.target.one_or_all(self.all)? {
            let state = remote.state()?;
            let play = match &self.play {
                Some(play) => Some(PlayName::new(remote.named(&state, play)?)),
                None => None,
            };
            let said = remote.in_group(self.all, resumed(&state, play.as_ref()));
            remote.command(Command::Resume { play, by: remote.by.clone() }, said, out)?;
        }
        Ok(())
    }
}

/// What becomes of a resume.
fn resumed(state: &State, play: Option<&PlayName>) -> Phrase {
    let alone: Vec<&str> =
        state.plays.iter().filter(|(_, known)| known.paused).map(|(name, _)| name.as_str()).collect();
    match play {
        Some(play) if state.paused => {
            phrase!(
                "{play} is resumed by itself; every play is still paused, until `playbook resume`",
                "{play} 自身已恢复；但所有玩法仍在暂停，直到 `playbook resume`"
            )
        }
        Some(play) if state.is_paused(play) => phrase!("resumed {play}", "已恢复 {play}"),
        Some(play) => phrase!("{play} was not paused", "{play} 没有暂停"),
        None if state.paused => phrase!("resumed every play", "已恢复所有玩法"),
        None if alone.is_empty() => phrase!("nothing was paused", "没有暂停的玩法"),
        None => phrase!("resumed {}", "已恢复 {}", alone.join(", ")),
    }
}

/// Moves a date of a play: the steps ahead move with it, what was done stays done.
#[derive(Debug, clap::Args)]
pub(super) struct PostponeArgs {
    /// The play and the id of the date, `guest-session/jia`, or its day, `guest-session@2026-12-11`; of a play with one
    /// date its name is enough.
    #[arg(value_name = "PLAY/ID|PLAY@DAY")]
    date: String,
    /// The new time; a civil time is in the playbook's zone, and a day alone keeps the clock time. `tbd` where it is
    /// not known yet: members who had been told hear that it follows, and nothing goes on until it is given.
    #[arg(value_name = "TIME|tbd")]
    time: String,
    #[command(flatten)]
    target: TargetArg,
}

impl PostponeArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let remote = self.target.remote()?;
        let state = remote.state()?;
        let typed = day::as_date(&remote, &state, &remote.named(&state, &self.date)?)?;
        let (play, date) = remote::date(&state, &typed)?;
        if self.time == "tbd" {
            let said = phrase!(
                "{play}/{date} has no time until it is given another one",
                "{play}/{date} 没有时间了，等重新定一个"
            );
            return remote.command(Command::PutOff { play, date, by: remote.by.clone() }, said, out);
        }
        let mut at = args::time(&self.time, &remote.zone)?;
        let known = state.plays.get(&play).and_then(|known| known.dates.get(&date));
        if let Some((now, _)) = known.filter(|_| !self.time.contains([':', '：'])) {
            let clock = remote.zone.civil(*now).time();
            at = remote.zone.instant(remote.zone.date(at).to_datetime(clock));
        }
        let to = remote.time(at);
        let said = phrase!("{play}/{date} is now at {to}", "{play}/{date} 改到 {to}"; to);
        let minds = minds(&remote, &state, &play, at);
        remote.command(Command::Postpone { play, date, at, by: remote.by.clone() }, said, out)?;
        Ok(minds.into_iter().try_for_each(|one| out.say(one))?)
    }
}

/// What whoever moves a date may not have meant: posts in the quiet hours.
fn minds(remote: &Remote, state: &State, play: &PlayName, at: Timestamp) -> Vec<Phrase> {
    let now = state.clock.max(clock::now());
    let mut found = Vec::new();
    let Some(playbook) = remote.playbook(state) else { return found };
    let playbook = playbook.in_group(&remote.group);
    let Some(play) = playbook.play(play) else { return found };
    let held = timetable(&play.steps, at, &remote.zone).into_iter().filter(|slot| slot.at > now).filter_map(
        |slot| {
            let (to, urgent) = match &slot.step.verb {
                Verb::Post(post) => (&post.to, post.urgent),
                Verb::Ask(ask) => (&ask.to, false),
                _ => return None,
            };
            let ends = playbook.budgets.of(to)?.quiet_ends(slot.at, &remote.zone)?;
            (!urgent).then_some((slot.at, ends))
        },
    );
    let held: Vec<(Timestamp, Timestamp)> = held.collect();
    if let Some((at, ends)) = held.first() {
        let clock = |at: Timestamp| remote.zone.civil(at).strftime("%Y-%m-%d %H:%M").to_string();
        let (n, at, ends) = (held.len(), clock(*at), clock(*ends));
        found.push(phrase!(
            "  posts in the quiet hours: {n}; what is due at {at} is held until {ends}",
            "  落在静默时段里的消息有 {n} 条；{at} 的要等到 {ends}"
        ));
    }
    found
}

/// Tries again: a message that was refused, is in doubt or waits, or a run from the step that failed; and lets a message
/// go now that a budget holds.
#[derive(Debug, clap::Args)]
pub(super) struct RetryArgs {
    /// The effect as `playbook outbox` shows it, or the run as `playbook runs` does.
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    target: TargetArg,
}

impl RetryArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let remote = self.target.remote()?;
        let run = RunId::new(&self.id);
        let state = remote.state()?;
        if state.knows_run(&run) {
            return remote.command(
                Command::Retry { run, by: remote.by.clone() },
                phrase!("{} goes on", "{} 继续", self.id),
                out,
            );
        }
        let effect = EffectId::new(&self.id);
        if state.held_message(&effect).is_some() {
            let command = Command::Release { effect, by: remote.by.clone() };
            return remote.command(command, phrase!("{} goes out now", "{} 现在就发", self.id), out);
        }
        client::retry(&remote.dir, &remote.group, &EffectId::new(&self.id))?;
        out.say(phrase!("{} is tried again", "{} 再试一次", self.id))?;
        Ok(())
    }
}

/// Skips a coming occurrence, or the step that a run waits at; gives up a message that was refused, is in doubt or is held.
#[derive(Debug, clap::Args)]
pub(super) struct SkipArgs {
    /// The play, for what comes next of it; the play and a day, `game@2026-12-09`; one of its dates; a run, which may be
    /// one that has not started; or a run and its step; or a message, as `playbook outbox` shows it.
    #[arg(value_name = "PLAY|PLAY@DAY|PLAY/ID|RUN[/STEP]|EFFECT")]
    run: String,
    #[command(flatten)]
    target: TargetArg,
}

impl SkipArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let remote = self.target.remote()?;
        let effect = EffectId::new(&self.run);
        if remote.is_stuck(&effect)? {
            let command = Command::Drop { effect, known: None, by: remote.by.clone() };
            return remote.command(command, phrase!("{} is given up", "{} 不再发送", self.run), out);
        }
        let state = remote.state()?;
        if state.held_message(&effect).is_some() {
            let command = Command::Recall { effect, known: None, by: remote.by.clone() };
            return remote.command(command, phrase!("{} is given up", "{} 不再发送", self.run), out);
        }
        let typed = remote.named(&state, &self.run)?;
        let (run, step) = match day::of_a_day(&remote, &state, &typed)? {
            Some(run) => (run, None),
            None => remote::run_and_step(&state, &typed),
        };
        if run.as_str() == typed {
            day::nothing_to_skip(&remote, &state, &typed)?;
        }
        let what = step.as_ref().map_or_else(|| run.to_string(), |step| format!("{run}/{step}"));
        let when = remote.when(&state, &run);
        let command = Command::Skip { run, step, by: remote.by.clone() };
        remote.command(command, phrase!("skipped {what}{when}", "已跳过 {what}{when}"; when), out)
    }
}
