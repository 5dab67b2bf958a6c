//! Commands about what was said, or will be: taken back, corrected, said in other words.
//!
//! `recall`, `correct`, `reword`.

use super::{args::TargetArg, failure::Failure, output::Output, remote};
use crate::{
    base::{
        ids::{EffectId, GroupId},
        phrase::{Phrase, phrase},
    },
    engine::input::Command,
    shell::socket::CommandReply,
};

/// Takes back a message that was sent: deletes it where the platform can, else asks a person at once.
///
/// Without `--group` it is taken back in every group that got it. One that has not left yet does not leave.
#[derive(Debug, clap::Args)]
pub(super) struct RecallArgs {
    /// The message, as `playbook outbox --all` shows it.
    #[arg(value_name = "EFFECT")]
    effect: String,
    #[command(flatten)]
    target: TargetArg,
}

impl RecallArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        each(&self.target, &self.effect, out, |effect, by| Command::Recall { effect, known: None, by })
    }
}

/// Corrects a message that was sent: changes it where the platform can, else posts a correction.
///
/// Without `--group` it is corrected in every group that got it.
#[derive(Debug, clap::Args)]
pub(super) struct CorrectArgs {
    /// The message, as `playbook outbox --all` shows it.
    #[arg(value_name = "EFFECT")]
    effect: String,
    /// What it is to say; in a correction of its own, what is right.
    #[arg(value_name = "TEXT")]
    text: String,
    #[command(flatten)]
    target: TargetArg,
}

impl CorrectArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let text = &self.text;
        each(&self.target, &self.effect, out, |effect, by| Command::Correct {
            effect,
            text: text.clone(),
            known: None,
            by,
        })
    }
}

/// In every group that got the message, or in the one that is named.
fn each(
    target: &TargetArg,
    effect: &str,
    out: &mut Output,
    command: impl Fn(EffectId, Option<String>) -> Command,
) -> Result<(), Failure> {
    let effect = EffectId::new(effect);
    let remotes = target.remotes()?;
    let several = remotes.len() > 1;
    let mut refused = None;
    let mut done = 0;
    for remote in remotes {
        // A group that never got it has nothing to say about it.
        if several && !remote.knows(&effect)? {
            continue;
        }
        match remote.ask(command(effect.clone(), remote.by.clone())) {
            Ok(reply) => {
                done += 1;
                out.say(said(&remote.group, &effect, &reply))?;
            }
            Err(failure) => refused = Some(failure),
        }
    }
    match refused {
        Some(failure) => Err(failure),
        None if done == 0 => Err(Failure::refused(phrase!(
            "no message {effect} is known in any group; `playbook outbox --all` lists those that are kept",
            "哪个群都没有消息 {effect}；`playbook outbox --all` 会列出还留着的"
        ))),
        None => Ok(()),
    }
}

/// How it is done, as the journal has it.
fn said(group: &GroupId, effect: &EffectId, reply: &CommandReply) -> Phrase {
    let how = reply.entries.iter().find_map(|entry| entry.get("how")?.as_str());
    let [group, effect] = [group.as_str(), effect.as_str()].map(Phrase::same);
    let how = match how {
        Some("platform") => phrase!(
            "the platform is asked; `playbook log` tells what came of it",
            "已请平台处理；`playbook log` 会说明结果"
        ),
        Some("held") => phrase!("it had not left, and does not leave", "它还没有发出，也不再发出"),
        Some("person") => phrase!(
            "the platform cannot: a person is asked, see `playbook tasks`",
            "平台做不到：已请人处理，见 `playbook tasks`"
        ),
        Some("post") => phrase!("the platform cannot: a correction is posted", "平台做不到：另发一条更正"),
        _ => phrase!("done", "完成"),
    };
    phrase!("{group}: {effect}: {how}", "{group}：{effect}：{how}"; group, effect, how)
}

/// Gives a step ahead other words, in this run only.
#[derive(Debug, clap::Args)]
pub(super) struct RewordArgs {
    /// The run and the step.
    #[arg(value_name = "RUN/STEP")]
    step: String,
    /// What it is to say.
    #[arg(value_name = "TEXT")]
    text: String,
    #[command(flatten)]
    target: TargetArg,
}

impl RewordArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let remote = self.target.remote()?;
        let (run, step) = remote::run_and_step(&remote.state()?, &self.step);
        let Some(step) = step else {
            return Err(Failure::usage(phrase!(
                "{:?} names no step of an open run",
                "{:?} 不是进行中活动的步骤",
                self.step
            ))
            .help(phrase!(
                "write RUN/STEP, such as guest@jia/open; `playbook runs` lists the runs",
                "写成 `RUN/STEP`，例如 `guest@jia/open`；`playbook runs` 会列出各次活动"
            )));
        };
        let said = phrase!("step {step} of {run} says that", "{run} 的步骤 {step} 改说这些");
        let command = Command::Reword { run, step, text: self.text.clone(), by: remote.by.clone() };
        remote.command(command, said, out)
    }
}
