//! `playbook members forget`: somebody's id and words go from everything that a state directory keeps.

use super::{
    args::StateArg,
    client,
    failure::{Code, Failure},
    output::Output,
    state::directory,
};
use crate::{
    base::ids::{GroupId, MemberId},
    shell::{
        lock::{Lock, LockError},
        socket,
        store::{self, Forgotten, StoreError},
    },
};
use std::path::Path;

/// Forgets somebody: the id becomes `gone:N` everywhere, and what they said, or what repeats it, becomes empty.
///
/// Journal, archives, outbox, state and members are rewritten at once; what of theirs was on its way is not sent. An
/// engine that runs stops for it and starts again by itself. Backups keep it: `restore` forgets again whoever was
/// forgotten since.
#[derive(Debug, clap::Args)]
pub(super) struct Forget {
    /// The id, as `playbook members` shows it.
    id: String,
    /// In this group only.
    #[arg(long, value_name = "ID")]
    group: Option<String>,
    #[command(flatten)]
    state: StateArg,
}

impl Forget {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let dir = directory(self.state.state.as_deref(), None);
        let failed = |error: StoreError| Failure::environment(error.to_string());
        if !store::path(&dir).exists() {
            return Err(failed(StoreError::Missing(dir)));
        }
        let forget =
            store::Forget { group: self.group.as_deref().map(GroupId::new), member: MemberId::new(&self.id) };
        let lock = match Lock::take(&dir) {
            Ok(lock) => lock,
            Err(LockError::Held { .. }) => {
                client::forget(&dir, forget.group, forget.member)?;
                if !store::wait_until_forgotten(&dir).map_err(failed)? {
                    return Err(Failure::environment("the engine has not forgotten yet; it goes on with it"));
                }
                if !socket::is_back(&dir) {
                    return Err(Failure::environment("forgotten; the engine has not started again yet"));
                }
                out.line("forgotten; the engine has started again")?;
                return copies(&dir, out);
            }
            Err(error) => return Err(Failure::environment(error.to_string())),
        };
        store::ask_to_forget(&dir, &forget).map_err(failed)?;
        let done = store::forget(&dir).map_err(failed)?;
        drop(lock);
        if done.is_empty() {
            return Err(Failure {
                code: Code::Refused,
                message: format!("nothing of `{}` is kept in {}", self.id, dir.display()),
                help: Some("`playbook members` shows the ids that are known".into()),
            });
        }
        for Forgotten { group, gone, decisions, listed } in done {
            out.line(format!("forgotten in {group}: now {gone}, {decisions} decisions rewritten"))?;
            if listed {
                out.line(format!(
                    "a file of the playbook of {group} names them: take them out of it, else they come back with it"
                ))?;
            }
        }
        copies(&dir, out)
    }
}

/// Copies keep what they were made of.
fn copies(dir: &Path, out: &mut Output) -> Result<(), Failure> {
    for copy in store::copies(dir) {
        out.line(format!(
            "{} is an older copy and keeps them: delete it when it is not needed",
            copy.display()
        ))?;
    }
    Ok(())
}
