//! `playbook compact`: older journal into compressed pages.
//!
//! Needs no engine and disturbs none.

use super::{
    args::{StateArg, time},
    failure::Failure,
    output::Output,
    state::directory,
};
use crate::{
    base::{time::Zone, words},
    shell::store,
};

/// Compresses the older part of the journal, engine running or not.
///
/// `log`, `why` and `simulate --world journal:DIR` read it as before. Texts of playbook versions that no group and no
/// run has any more go. With no engine running, the file is shortened; else its free space is used again.
#[derive(Debug, clap::Args)]
pub(super) struct Compact {
    /// What was decided before this is compressed.
    #[arg(long, value_name = "TIME")]
    before: String,
    #[command(flatten)]
    state: StateArg,
}

impl Compact {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let dir = directory(self.state.state.as_deref(), None);
        let before = time(&self.before, &Zone::utc())?;
        let done = store::compact(&dir, before).map_err(|error| Failure::environment(error.to_string()))?;
        out.line(format!(
            "{} compressed: {} bytes of text are {} now",
            words::count(done.decisions as usize, "decision"),
            done.text_bytes,
            done.page_bytes
        ))?;
        if done.sources > 0 {
            let versions = words::count(done.sources as usize, "playbook version");
            out.line(format!("{versions} that nobody has any more: dropped"))?;
        }
        let after = if done.online {
            "free space in it is used again; compact with no engine running to shorten it"
        } else {
            "shortened"
        };
        out.line(format!("the file had {} bytes and has {}: {after}", done.before_bytes, done.after_bytes))?;
        Ok(())
    }
}
