//! Commands about the evening that is under way, and about what members see.
//!
//! `note`, `now`, `delay`, `swap`, `unskip`, `hush`, `unhush`.

use super::{
    args::{self, TargetArg},
    day,
    failure::Failure,
    output::Output,
    remote::{self, Remote},
};
use crate::{
    base::{
        ids::{RoleName, RunId},
        locale::Locale,
        phrase::{Phrase, phrase},
        time::{Duration, Timestamp},
    },
    engine::{
        input::Command,
        state::{HeldMessage, State},
    },
    shell::{clock, store::MessageStatus},
};

/// Keeps a remark in the journal, about a run or a group.
#[derive(Debug, clap::Args)]
pub(super) struct NoteArgs {
    /// The run, as `playbook runs` shows it, or the group.
    #[arg(value_name = "RUN|GROUP")]
    about: String,
    /// The remark.
    #[arg(value_name = "TEXT")]
    text: String,
    #[command(flatten)]
    target: TargetArg,
}

impl NoteArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let remote = match self.target.remote_or(&self.about)? {
            (remote, true) => return self.keep(&remote, None, out),
            (remote, false) => remote,
        };
        let state = remote.state()?;
        let (run, _) = remote::open_run_and_step(&state, &remote.named(&state, &self.about)?);
        self.keep(&remote, Some(run), out)
    }

    fn keep(&self, remote: &Remote, run: Option<RunId>, out: &mut Output) -> Result<(), Failure> {
        let command = Command::Note { run, text: self.text.clone(), by: remote.by.clone() };
        remote.command(command, phrase!("noted about {}", "已记下关于 {} 的备注", self.about), out)
    }
}

/// Begins the next step of a run now: one that is due later, a wait, or the end of a question.
#[derive(Debug, clap::Args)]
pub(super) struct NowArgs {
    /// The run, or the run and the step that is meant.
    #[arg(value_name = "RUN[/STEP]")]
    run: String,
    #[command(flatten)]
    target: TargetArg,
}

impl NowArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let remote = self.target.remote()?;
        let state = remote.state()?;
        let (run, step) = remote::open_run_and_step(&state, &remote.named(&state, &self.run)?);
        let command = Command::Now { run, step, by: remote.by.clone() };
        remote.command(command, phrase!("{} goes on now", "{} 现在继续", self.run), out)
    }
}

/// Does what is still due today in a run some minutes later.
///
/// Steps of other days stay where they are. Members who know of it are told by `moved`, and only when it begins more
/// than half an hour later.
#[derive(Debug, clap::Args)]
pub(super) struct DelayArgs {
    /// The run, as `playbook runs` shows it.
    #[arg(value_name = "RUN")]
    run: String,
    /// By how much: 5m, 10m, 15m.
    #[arg(value_name = "LENGTH")]
    length: String,
    #[command(flatten)]
    target: TargetArg,
}

impl DelayArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let length = args::length(&self.length)?;
        let remote = self.target.remote()?;
        let state = remote.state()?;
        let (run, _) = remote::open_run_and_step(&state, &remote.named(&state, &self.run)?);
        let long = Phrase { en: length.to_string(), zh: Locale::Zh.duration(length) };
        let said = phrase!(
            "what is still due today in {run} is {long} later",
            "{run} 今天还没到时间的都推迟 {long}";
            long
        );
        remote.command(Command::Delay { run, length, by: remote.by.clone() }, said, out)
    }
}

/// Has two people swap their next turns of a role; a turn under way counts.
#[derive(Debug, clap::Args)]
pub(super) struct SwapArgs {
    /// The role, which has a `term`.
    #[arg(value_name = "ROLE")]
    role: String,
    /// One of its people, by id or name.
    #[arg(value_name = "WHO")]
    one: String,
    /// Another one.
    #[arg(long, value_name = "WHO")]
    with: String,
    /// In every group.
    #[arg(long, conflicts_with = "group")]
    all: bool,
    #[command(flatten)]
    target: TargetArg,
}

impl SwapArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        for remote in self.target.one_or_all(self.all)? {
            let (one, other) = (self.one.as_str().into(), self.with.as_str().into());
            let command =
                Command::Swap { role: RoleName::new(&self.role), one, other, by: remote.by.clone() };
            let said = phrase!(
                "{} and {} swap their turns of {}",
                "{} 和 {} 交换了 {} 的轮值",
                self.one,
                self.with,
                self.role
            );
            remote.command(command, remote.in_group(self.all, said), out)?;
        }
        Ok(())
    }
}

/// Takes back that a coming occurrence is skipped, until its time has come.
#[derive(Debug, clap::Args)]
pub(super) struct UnskipArgs {
    /// The play where one occurrence of it is skipped, one of its dates, or the run that it will be.
    #[arg(value_name = "PLAY|PLAY/ID|RUN")]
    run: String,
    #[command(flatten)]
    target: TargetArg,
}

impl UnskipArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let remote = self.target.remote()?;
        let state = remote.state()?;
        let typed = remote.named(&state, &self.run)?;
        let run = match day::of_a_day(&remote, &state, &typed)? {
            Some(run) => run,
            None => skipped(&state, &typed),
        };
        let said = phrase!("{run} starts after all", "{run} 还是会开始");
        remote.command(Command::Unskip { run, by: remote.by.clone() }, said, out)
    }
}

/// The skipped occurrence that is meant.
fn skipped(state: &State, text: &str) -> RunId {
    let (play, date) = remote::play_or_date(state, text);
    let Some(known) = state.plays.get(&play) else { return RunId::new(text) };
    match date {
        Some(date) => known.date_run(&play, &date),
        None => known.skip.first().cloned().unwrap_or_else(|| RunId::new(text)),
    }
}

/// Stops at once all that members would see: what is on its way, what is urgent, open sessions.
///
/// Hearing, tasks and what goes to staff go on. Without `--group` every group of the engine is hushed.
#[derive(Debug, clap::Args)]
pub(super) struct HushArgs {
    /// Why; those who look after the group read it.
    #[arg(long, value_name = "TEXT")]
    why: String,
    /// For how long; until `unhush` when it is left out.
    #[arg(long = "for", value_name = "LENGTH")]
    length: Option<String>,
    #[command(flatten)]
    target: TargetArg,
}

impl HushArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let length = self.length.as_deref().map(args::length).transpose()?;
        let until = length.map(|length: Duration| clock::now().plus(length));
        for remote in self.target.remotes()? {
            let command = Command::Hush { until, why: self.why.clone(), by: remote.by.clone() };
            let ends = |until: Option<Timestamp>| {
                until.map_or_else(|| "`playbook unhush`".into(), |until| remote.time(until))
            };
            let end = ends(until);
            let before = remote.state()?.by_hand.hush;
            let group = &remote.group;
            let said = phrase!(
                "{group}: members see nothing until {end}",
                "{group}：在 {end} 之前，成员什么都看不到";
                end
            );
            remote.command(command, said, out)?;
            if let Some(before) = before {
                let (end, why) = (ends(before.until), Phrase::same(before.why));
                out.say(remote.hint(phrase!(
                    "{group}: it takes the place of the hush until {end}: {why}",
                    "{group}：取代了原来到 {end} 为止的静默：{why}";
                    end, why
                )))?;
            }
        }
        Ok(())
    }
}

/// Ends a hush. What came meanwhile is listed and dropped.
#[derive(Debug, clap::Args)]
pub(super) struct UnhushArgs {
    /// Send what came meanwhile, too.
    #[arg(long)]
    send: bool,
    #[command(flatten)]
    target: TargetArg,
}

impl UnhushArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let remotes = self.target.remotes()?;
        let mut states = Vec::new();
        for remote in &remotes {
            states.push(remote.state()?);
        }
        let several = remotes.len() > 1;
        let mut ended = 0;
        for (remote, state) in remotes.iter().zip(states) {
            if several && state.by_hand.hush.is_none() {
                continue;
            }
            ended += 1;
            let late = late(remote, &state)?;
            for (at, text) in &late {
                let (group, text) = (&remote.group, Phrase::same(text));
                out.say(phrase!("{group}: {at} {text}", "{group}：{at} {text}"; at, text))?;
            }
            let kept = to_paste(remote, &state, out)?;
            let what = match (late.len(), self.send) {
                (0, _) => phrase!("nothing came meanwhile", "期间没有消息"),
                (n, true) => {
                    let n = Phrase::counted(n, "message", "条消息");
                    phrase!("{n} sent now", "{n}现在发出"; n)
                }
                (n, false) => {
                    let n = Phrase::counted(n, "message", "条消息");
                    phrase!("{n} dropped", "{n}不再发出"; n)
                }
            };
            let command = Command::Unhush { send: self.send, by: remote.by.clone() };
            let group = Phrase::same(remote.group.as_str());
            let said = phrase!(
                "{group}: members see again what is said; {what}{kept}",
                "{group}：成员又看得到消息了；{what}{kept}";
                group, what, kept
            );
            remote.command(command, said, out)?;
        }
        if ended == 0 {
            return Err(Failure::refused(phrase!("no group is hushed", "没有群在静默")));
        }
        Ok(())
    }
}

/// What would have been said meanwhile: what was held, and what was on its way.
fn late(remote: &Remote, state: &State) -> Result<Vec<(Phrase, String)>, Failure> {
    let held = state.held.iter().filter(|held| held.came_meanwhile(&state.by_hand));
    let held = held.map(|held: &std::sync::Arc<HeldMessage>| {
        let out = &held.outgoing;
        (remote.time(out.due), first_line(&out.message.text))
    });
    let rows = remote.on_the_way()?;
    let rows = rows.into_iter().filter(|row| row.status == MessageStatus::Pending);
    let rows = rows.map(|row| (remote.time(row.created), first_line(&row.outgoing.message.text)));
    Ok(rows.chain(held).collect())
}

/// What people may paste again: it is listed, and counted.
fn to_paste(remote: &Remote, state: &State, out: &mut Output) -> Result<Phrase, Failure> {
    let open = state.tasks.values().filter(|open| state.is_not_to_be_pasted_yet(&open.task));
    let mut kept = 0;
    for open in open {
        kept += 1;
        out.line(format!("{}: {} {}", remote.group, open.task.id, first_line(&open.task.text)))?;
    }
    if kept == 0 {
        return Ok(Phrase::default());
    }
    let n = Phrase::counted(kept, "post", "条消息");
    Ok(phrase!(", {n} may be pasted now", "，{n}现在可以贴了"; n))
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
