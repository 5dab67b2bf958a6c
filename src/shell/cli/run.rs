//! `playbook run`: the engine itself.

use super::{
    failure::{Exit, Failure},
    output::Output,
};
use crate::{
    base::phrase::phrase,
    shell::{
        door::{self, Addresses},
        runtime::{self, Rehearse, RunOptions},
        terminal::ColorChoice,
    },
};
use std::{net::SocketAddr, path::PathBuf};

/// Runs playbooks until told to stop.
///
/// Posts go out when they are due, each once, through restarts and edits. A saved file takes effect without a
/// restart, and while a file has errors its last good version goes on, from the state also after a restart. Stop
/// with Ctrl-C or SIGTERM: attempts in flight are finished and everything is recorded.
#[derive(Debug, clap::Args)]
pub(super) struct RunArgs {
    /// The playbook files.
    #[arg(required_unless_present = "listen", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The state directory [default: `.playbook` beside the first file].
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Send nothing: print every post as its platform would show it, and throw the state away.
    #[arg(long)]
    rehearse: bool,
    /// Leave saved files alone until `playbook reload` or the next start.
    #[arg(long)]
    no_watch: bool,
    /// End with 1 when a file has errors, also where the state has its last good version.
    #[arg(long)]
    strict: bool,
    /// Begin the file's new groups anew, also where groups of the state are in it no more.
    #[arg(long)]
    fresh: bool,
    /// Open the door: HTTP for facts, views and commands [default address: 127.0.0.1:7878]. Port 0 takes one that is
    /// free and prints it. May be given again.
    #[arg(long, value_name = "ADDR", num_args = 0..=1, default_missing_value = DOOR)]
    listen: Vec<String>,
    /// The address under which others reach the door, behind a proxy with TLS.
    #[arg(long, value_name = "URL", requires = "listen")]
    url: Option<String>,
    /// Listen where other machines can listen along.
    #[arg(long, requires = "listen")]
    insecure: bool,
}

/// Where the door is unless `--listen` says otherwise.
const DOOR: &str = "127.0.0.1:7878";

impl RunArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let color = if out.color() { ColorChoice::Always } else { ColorChoice::Never };
        let (files, listen) = self.listens()?;
        let options = RunOptions {
            files,
            state: self.state.clone(),
            rehearse: self.rehearse.then(Rehearse::default),
            watch: !self.no_watch,
            strict: self.strict,
            fresh: self.fresh,
            door: Addresses { listen, url: self.url.clone() },
            insecure: self.insecure,
            color,
            locale: out.languages.people,
        };
        engine(&options)
    }

    /// The files, and where the door is. A file behind a bare `--listen` is a file.
    fn listens(&self) -> Result<(Vec<PathBuf>, Vec<SocketAddr>), Failure> {
        let (mut files, mut listen) = (self.files.clone(), Vec::new());
        for text in &self.listen {
            match door::read_address(text) {
                Some(address) => listen.push(address),
                None if [".yaml", ".yml"].iter().any(|end| text.to_lowercase().ends_with(end)) => {
                    files.push(text.into());
                    listen.extend(door::read_address(DOOR));
                }
                None => {
                    let why = phrase!("--listen {text} is no address", "`--listen {text}` 不是地址");
                    return Err(Failure::usage(why).help(phrase!(
                        "expected an address and a port such as 127.0.0.1:7878, [::1]:7878 or 0.0.0.0:7878, or a port \
                         alone",
                        "应写地址和端口，例如 127.0.0.1:7878、[::1]:7878 或 0.0.0.0:7878，也可以只写端口"
                    )));
                }
            }
        }
        Ok((files, listen))
    }
}

/// Runs the engine until it stops.
pub(super) fn engine(options: &RunOptions) -> Result<(), Failure> {
    runtime::run(options).map_err(|error| {
        let code = match error.code {
            1 => Exit::Playbook,
            2 => Exit::Usage,
            3 => Exit::Environment,
            _ => Exit::Bug,
        };
        Failure { code, message: error.message, help: error.help }
    })
}
