//! Commands about what was said, or will be: taken back, corrected, said in other words.
//!
//! `recall`, `correct`, `reword`.

use super::{args::Target, failure::Failure, output::Output, remote};
use crate::{
    base::ids::{EffectId, GroupId},
    engine::input::Command,
    shell::socket::CommandReply,
};

/// Takes back a message that was sent: deletes it where the platform can, else asks a person at once.
///
/// Without `--group` it is taken back in every group that got it. One that has not left yet does not leave.
#[derive(Debug, clap::Args)]
pub(super) struct Recall {
    /// The message, as `playbook outbox --all` shows it.
    #[arg(value_name = "EFFECT")]
    effect: String,
    #[command(flatten)]
    target: Target,
}

impl Recall {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        each(&self.target, &self.effect, out, |effect, by| Command::Recall { effect, known: None, by })
    }
}

/// Corrects a message that was sent: changes it where the platform can, else posts a correction.
///
/// Without `--group` it is corrected in every group that got it.
#[derive(Debug, clap::Args)]
pub(super) struct Correct {
    /// The message, as `playbook outbox --all` shows it.
    #[arg(value_name = "EFFECT")]
    effect: String,
    /// What it is to say; in a correction of its own, what is right.
    #[arg(value_name = "TEXT")]
    text: String,
    #[command(flatten)]
    target: Target,
}

impl Correct {
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
    target: &Target,
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
                out.line(said(&remote.group, &effect, &reply))?;
            }
            Err(failure) => refused = Some(failure),
        }
    }
    match refused {
        Some(failure) => Err(failure),
        None if done == 0 => Err(Failure::refused(format!(
            "no message {effect} is known in any group; `playbook outbox --all` lists those that are kept"
        ))),
        None => Ok(()),
    }
}

/// How it is done, as the journal has it.
fn said(group: &GroupId, effect: &EffectId, reply: &CommandReply) -> String {
    let how = reply.entries.iter().find_map(|entry| entry.get("how")?.as_str());
    let how = match how {
        Some("platform") => "the platform is asked; `playbook log` tells what came of it",
        Some("held") => "it had not left, and does not leave",
        Some("person") => "the platform cannot: a person is asked, see `playbook tasks`",
        Some("post") => "the platform cannot: a correction is posted",
        _ => "done",
    };
    format!("{group}: {effect}: {how}")
}

/// Gives a step ahead other words, in this run only.
#[derive(Debug, clap::Args)]
pub(super) struct Reword {
    /// The run and the step.
    #[arg(value_name = "RUN/STEP")]
    step: String,
    /// What it is to say.
    #[arg(value_name = "TEXT")]
    text: String,
    #[command(flatten)]
    target: Target,
}

impl Reword {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let remote = self.target.remote()?;
        let (run, step) = remote::run_and_step(&remote.state()?, &self.step);
        let Some(step) = step else {
            return Err(Failure::usage(format!("{:?} names no step of an open run", self.step))
                .help("write RUN/STEP, such as guest@jia/open; `playbook runs` lists the runs"));
        };
        let said = format!("step {step} of {run} says that");
        let command = Command::Reword { run, step, text: self.text.clone(), by: remote.by.clone() };
        remote.command(command, &said, out)
    }
}
