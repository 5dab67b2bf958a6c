//! `playbook open`: a link into the console of a running engine.

use super::{
    args::StateArg,
    failure::Failure,
    output::Output,
    state::{directory, is_there},
};
use crate::{
    base::{
        ids::PersonId,
        phrase::{Phrase, phrase},
    },
    shell::{
        console::Wish,
        qr,
        socket::{self, SocketError},
        terminal,
    },
};
use std::path::PathBuf;

/// Makes a link that signs a browser in to the console of a running engine, once, within ten minutes.
///
/// Without `--as` it is the link of whoever runs the engine, who may everything. With `--as` it signs in one of
/// `people`, who may what `access` says and answers what is asked of them.
#[derive(Debug, clap::Args)]
pub(super) struct OpenArgs {
    /// The playbook file whose engine is meant [default: the engine of this directory].
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// One of `people`, by their id.
    #[arg(long = "as", value_name = "ID")]
    person: Option<String>,
    /// Instead of a link, a token with which a program of one of `people` asks `/v1`; it is shown once, and good until
    /// `--revoke`.
    #[arg(long, value_name = "ID", conflicts_with = "person")]
    token: Option<String>,
    /// Sign everybody out first; links in messages that were sent end, too.
    #[arg(long)]
    revoke: bool,
    #[command(flatten)]
    state: StateArg,
}

impl OpenArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        is_there(self.state.state.as_deref(), self.file.as_deref())?;
        let dir = directory(self.state.state.as_deref(), self.file.as_deref());
        let person = self.person.as_ref().or(self.token.as_ref()).map(PersonId::new);
        let wish = Wish { person, token: self.token.is_some(), revoke: self.revoke };
        let granted = socket::open(&dir, &wish).map_err(|error| match error {
            SocketError::NotRunning(dir) => Failure::no_engine(&dir),
            broken @ SocketError::Broken { .. } => Failure::environment(broken.in_words()),
        })?;
        let opened = granted.map_err(|denied| Failure::refused(denied.0))?;
        if self.revoke {
            let sessions = Phrase::counted(opened.ended, "session", "个登录");
            out.say(phrase!("signed out: {sessions}", "已退出{sessions}"; sessions))?;
        }
        if self.token.is_none() && terminal::output_is_seen() {
            // A phone lies beside the machine on which this is typed.
            for line in qr::lines(&opened.link).into_iter().flatten() {
                out.line(line)?;
            }
        }
        out.line(opened.link)?;
        Ok(())
    }
}
