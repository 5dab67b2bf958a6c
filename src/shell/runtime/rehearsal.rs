//! A rehearsal: what it was asked, the state that it throws away, and when it is over.
//!
//! Its state lies beside the playbook, so that commands from another terminal find it without being told.

#![expect(clippy::disallowed_methods, reason = "owns the folder of a state that is thrown away")]

use super::{RunError, state_dir};
use crate::{
    base::{
        ids::{ChannelName, GroupId, PlayName},
        phrase::{Phrase, phrase},
        time::Timestamp,
        value::Value,
    },
    engine::{input::Command, state::State},
    model::{playbook::Playbook, trigger::Trigger},
    shell::{
        lock::{Lock, LockError},
        socket::{self, Ask, CommandRequest},
    },
};
use std::{
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

/// What a rehearsal was asked.
#[derive(Debug, Clone, Default)]
pub struct Rehearse {
    /// Where its clock begins and how fast it runs; the machine's clock where there is none.
    pub clock: Option<(Timestamp, u32)>,
    /// It is over at this time.
    pub until: Option<Timestamp>,
    /// The one play that is rehearsed; it is over with its run.
    pub play: Option<PlayName>,
    /// The one channel that everything goes to; nothing is sent where there is none.
    pub to: Option<ChannelName>,
    /// Whether keys of its own terminal are commands.
    pub keys: bool,
}

impl Rehearse {
    /// A playbook as it is rehearsed: of one play alone, the others start nothing, and no phase or condition keeps it
    /// from starting, because the group of a rehearsal is new.
    pub(super) fn narrowed(&self, playbook: &Arc<Playbook>) -> Arc<Playbook> {
        let Some(only) = &self.play else { return playbook.clone() };
        let mut playbook = Playbook::clone(playbook);
        for play in &mut playbook.plays {
            let mut one = play.as_ref().clone();
            if one.name == *only {
                one.during.clear();
                one.when = None;
            } else {
                one.enabled = false;
                one.left_out = true;
            }
            *play = one.into();
        }
        Arc::new(playbook)
    }

    /// What starts its play where nothing else does, in every group.
    pub(super) fn starts(&self, playbook: &Playbook) -> Vec<CommandRequest> {
        let play = self.play.as_ref().and_then(|name| playbook.play(name));
        let Some(play) = play.filter(|play| matches!(play.trigger, Trigger::Command)) else {
            return Vec::new();
        };
        let start =
            Command::Start { play: play.name.clone(), args: Value::Null, date: None, member: None, by: None };
        let ask = |group: &GroupId| CommandRequest {
            id: None,
            group: Some(group.clone()),
            ask: Ask::Command(start.clone()),
        };
        playbook.groups.keys().map(ask).collect()
    }

    /// Whether its time has come, or every run of its play has ended.
    pub(super) fn is_over<'a>(&self, now: Timestamp, states: impl Iterator<Item = &'a State>) -> bool {
        if self.until.is_some_and(|until| now >= until) {
            return true;
        }
        let Some(only) = &self.play else { return false };
        let (mut started, mut open) = (false, false);
        for state in states {
            started |= state.plays.get(only).is_some_and(|play| play.started > 0);
            open |= state.runs.values().any(|run| run.play == *only);
        }
        started && !open
    }

    /// What is said of it at the start.
    pub(super) fn in_words(&self, begins: &str, dir: &Backstage) -> Vec<Phrase> {
        let sent = match &self.to {
            Some(to) => phrase!(
                "a rehearsal: everything goes to the channel `{to}` alone, the state is thrown away",
                "演练：所有消息都只发到频道 `{to}`，状态用完就丢"
            ),
            None => phrase!(
                "a rehearsal: nothing is sent, the state is thrown away",
                "演练：什么都不发，状态用完就丢"
            ),
        };
        let mut said = vec![sent];
        if let Some((_, speed)) = self.clock {
            said.push(if speed == 1 {
                phrase!("its clock runs from {begins}", "时钟从 {begins} 走起")
            } else {
                phrase!(
                    "its clock runs from {begins}, {speed} times as fast as yours",
                    "时钟从 {begins} 走起，是真实时间的 {speed} 倍"
                )
            });
        }
        if let Some(play) = &self.play {
            said.push(phrase!(
                "only `{play}`, whatever its `during` and `when` say; it ends with the run",
                "只演 `{play}`，不看它的 `during` 和 `when`；这次活动结束，演练就结束"
            ));
        }
        said.push(if dir.is_found() {
            phrase!(
                "commands from another terminal in this folder reach it: `playbook tasks`, `playbook done t1`",
                "在这个目录另开一个终端，命令就能发给它：`playbook tasks`、`playbook done t1`"
            )
        } else {
            phrase!(
                "commands from another terminal reach it with `--state {}`",
                "在另一个终端里给命令加上 `--state {}` 就能发给它",
                dir.path().display()
            )
        });
        said
    }
}

/// The name of a rehearsal's state, beside the playbook.
const FOLDER: &str = ".playbook-rehearsal";

/// Where a rehearsal beside a state directory keeps its own.
pub fn rehearsal_beside(state: &Path) -> PathBuf {
    state.with_file_name(FOLDER)
}

/// A state directory that goes when this is dropped.
pub(super) struct Backstage {
    dir: PathBuf,
    /// Commands find it by themselves.
    found: bool,
}

impl Backstage {
    /// Makes the folder: beside the playbook, else, where another rehearsal has it or nothing can be written, in the
    /// folder for what is temporary.
    pub(super) fn build(file: &Path) -> Result<Self, RunError> {
        let state = state_dir(file);
        let beside = rehearsal_beside(&state);
        let make = |dir: &Path| std::fs::DirBuilder::new().mode(0o700).create(dir);
        let stale = || match Lock::take(&beside) {
            // Left behind by a process that was killed.
            Ok(lock) => {
                drop(lock);
                std::fs::remove_dir_all(&beside).is_ok()
            }
            Err(LockError::Held { .. } | LockError::Io { .. }) => false,
        };
        if make(&beside).is_ok() || (beside.is_dir() && stale() && make(&beside).is_ok()) {
            return Ok(Self { found: !socket::answers(&state), dir: beside });
        }
        let base = std::env::temp_dir();
        for n in 0..100 {
            let dir = base.join(format!("playbook-rehearsal-{}-{n}", std::process::id()));
            match make(&dir) {
                Ok(()) => return Ok(Self { dir, found: false }),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(RunError::environment(error.to_string())),
            }
        }
        Err(RunError::environment(phrase!(
            "{} is full of old rehearsals",
            "{} 里堆满了旧的演练",
            base.display()
        )))
    }

    /// The folder.
    pub(super) fn path(&self) -> &Path {
        &self.dir
    }

    /// Whether commands find it by themselves.
    fn is_found(&self) -> bool {
        self.found
    }
}

impl Drop for Backstage {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}
