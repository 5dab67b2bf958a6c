//! Why a command did not do what it was asked, and the exit code that says so to other programs.
//!
//! Never prints; [`super::main`] does.

use crate::{
    base::phrase::{Phrase, phrase},
    shell::inquiry::Unclear,
};
use std::{fmt, path::Path};

/// The exit codes of the program, beside 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Exit {
    /// The playbook, or a simulation, has errors.
    Playbook = 1,
    /// The command was not written right.
    Usage = 2,
    /// Something outside is missing or in the way: a secret, a lock, a port, a file.
    Environment = 3,
    /// The engine refused the command, or a platform the message of `send`.
    Refused = 4,
    /// A bug of this program.
    Bug = 70,
    /// Whoever reads has read enough: no failure.
    Enough = 0,
}

/// Why a command did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// What other programs see.
    pub(super) code: Exit,
    /// What was found and what was expected. Empty when everything has been said already.
    pub(super) message: Phrase,
    /// What to do next.
    pub(super) help: Option<Phrase>,
}

impl Failure {
    /// Nobody listens on a state directory.
    pub(super) fn no_engine(dir: &Path) -> Self {
        Self::environment(phrase!("no engine is running on {}", "{} 上没有引擎在运行", dir.display())).help(
            phrase!(
                "start it with `playbook run FILE`, or name its state with --state DIR",
                "用 `playbook run FILE` 启动，或用 `--state DIR` 指出它的状态目录"
            ),
        )
    }

    /// A failure with a message.
    pub(super) fn new(code: Exit, message: impl Into<Phrase>) -> Self {
        Self { code, message: message.into(), help: None }
    }

    /// The command was not written right.
    pub(super) fn usage(message: impl Into<Phrase>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// Something outside is missing or in the way.
    pub(super) fn environment(message: impl Into<Phrase>) -> Self {
        Self::new(Exit::Environment, message)
    }

    /// The engine refused the command.
    pub(super) fn refused(message: impl Into<Phrase>) -> Self {
        Self::new(Exit::Refused, message)
    }

    /// The exit code is all there is to say: the output has said the rest.
    pub(super) fn said(code: Exit) -> Self {
        Self::new(code, "")
    }

    /// Adds what to do next.
    pub(super) fn help(mut self, help: impl Into<Phrase>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message.en)
    }
}

impl std::error::Error for Failure {}

impl From<Unclear> for Failure {
    fn from(unclear: Unclear) -> Self {
        let code = if unclear.asked { Exit::Usage } else { Exit::Environment };
        Self { help: unclear.help, ..Self::new(code, unclear.message) }
    }
}

/// Writing to standard output failed. A closed pipe is the reader's good right and ends in silence.
impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Self::said(Exit::Enough);
        }
        Self::environment(phrase!("the output cannot be written: {error}", "写不了输出：{error}"))
    }
}
