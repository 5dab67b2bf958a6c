//! `playbook members forget`: somebody's id and words go from everything that a state directory keeps.

use super::{
    args::StateArg,
    client,
    failure::{Code, Failure},
    output::Output,
    state::directory,
};
use crate::{
    base::{
        ids::{GroupId, MemberId},
        phrase::phrase,
    },
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
        let failed = |error: StoreError| Failure::environment(error.in_words());
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
                    return Err(Failure::environment(phrase!(
                        "the engine has not forgotten yet; it goes on with it",
                        "引擎还没忘完；它会继续"
                    )));
                }
                if !socket::is_back(&dir) {
                    return Err(Failure::environment(phrase!(
                        "forgotten; the engine has not started again yet",
                        "已忘记；引擎还没有重新开始"
                    )));
                }
                out.say(phrase!("forgotten; the engine has started again", "已忘记；引擎已重新开始"))?;
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
                message: phrase!(
                    "nothing of `{id}` is kept in {dir}",
                    "{dir} 里没有 `{id}` 的任何东西",
                    id = self.id,
                    dir = dir.display()
                ),
                help: Some(phrase!(
                    "`playbook members` shows the ids that are known",
                    "`playbook members` 会列出认识的编号"
                )),
            });
        }
        for Forgotten { group, gone, decisions, listed } in done {
            out.say(phrase!(
                "forgotten in {group}: now {gone}, {decisions} decisions rewritten",
                "已在 {group} 里忘记：现在叫 {gone}，改写了 {decisions} 个决定"
            ))?;
            if listed {
                out.say(phrase!(
                    "a file of the playbook of {group} names them: take them out of it, else they come back with it",
                    "{group} 的剧本有文件写着这个人：请从文件里去掉，不然会跟着文件回来"
                ))?;
            }
        }
        copies(&dir, out)
    }
}

/// Copies keep what they were made of.
fn copies(dir: &Path, out: &mut Output) -> Result<(), Failure> {
    for copy in store::copies(dir) {
        out.say(phrase!(
            "{} is an older copy and keeps them: delete it when it is not needed",
            "{} 是旧副本，里面还有这个人：不需要时请删除",
            copy.display()
        ))?;
    }
    Ok(())
}
