//! `playbook backup` and `playbook restore`: a copy of the state, and a copy in its place.
//!
//! A backup only reads, engine running or not; what it wrote it has read again. A restore takes the state's lock.

use super::{
    args::{StateArg, time},
    failure::Failure,
    output::Output,
    state::directory,
};
use crate::{
    base::{time::Zone, words},
    shell::store::{self, Copied, Reader},
};
use std::path::PathBuf;

/// Copies the whole state into one file, engine running or not.
///
/// The copy is of one moment, is read again before it gets its name, and can be put back with `playbook restore`.
#[derive(Debug, clap::Args)]
pub(super) struct Backup {
    /// The file to write.
    #[arg(value_name = "FILE")]
    to: PathBuf,
    /// Replace a file that has this name already.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    state: StateArg,
}

impl Backup {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let dir = directory(self.state.state.as_deref(), None);
        let to = self.to.display();
        if self.to.is_dir() {
            return Err(Failure::usage(format!("{to} is a folder; expected the name of a file to write")));
        }
        if self.to.exists() && !self.force {
            return Err(Failure::usage(format!("{to} exists already"))
                .help("give another name, one with the date for example, or --force to replace it"));
        }
        let failed = |error: store::StoreError| Failure::environment(error.to_string());
        let copied = Reader::open(&dir).map_err(failed)?.copy(&self.to).map_err(failed)?;
        out.line(format!("{to}: {}, read again and whole", said(&copied)))?;
        Ok(())
    }
}

/// Puts a copy in the place of the state. The engine must not run.
///
/// What was sent after the copy was made is not known to it. So what it holds as on its way, and what is due until
/// --until, is in doubt: held until `playbook done EFFECT` says that it arrived or `playbook retry EFFECT` sends it.
/// The state that was there is kept beside.
#[derive(Debug, clap::Args)]
pub(super) struct Restore {
    /// The copy, as `playbook backup` wrote it.
    #[arg(value_name = "FILE")]
    from: PathBuf,
    /// When the lost engine ended, if you know: what is due later was not sent by it [default: now].
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    #[command(flatten)]
    state: StateArg,
}

impl Restore {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let dir = directory(self.state.state.as_deref(), None);
        let until = self.until.as_deref().map(|text| time(text, &Zone::utc())).transpose()?;
        let restored = store::restore(&self.from, &dir, until)
            .map_err(|error| Failure::environment(error.to_string()))?;
        out.line(format!("{}: {}", dir.display(), said(&restored.copied)))?;
        if let Some(aside) = &restored.aside {
            out.line(format!("the state that was there lies in {}", aside.display()))?;
        }
        if !restored.forgotten.is_empty() {
            let people = words::count(restored.forgotten.len(), "member");
            out.line(format!("{people} forgotten since the copy was made: forgotten in it, too"))?;
        }
        let messages = words::count(restored.doubtful, "message");
        out.line(format!(
            "{messages} on the way in the copy, and whatever is due until {}, may have been sent since: held until \
             you say so (`playbook outbox`, `playbook done EFFECT`, `playbook retry EFFECT`)",
            restored.until.to_rfc3339(&Zone::utc())
        ))?;
        Ok(())
    }
}

fn said(copied: &Copied) -> String {
    let last = copied.last_at.map_or_else(
        || "nothing decided yet".to_owned(),
        |at| format!("entries up to {} of {}", copied.last_seq, at.to_rfc3339(&Zone::utc())),
    );
    format!(
        "{}, {last}, {} on the way, {} bytes",
        words::count(copied.groups as usize, "group"),
        words::count(copied.open as usize, "message"),
        copied.bytes
    )
}
