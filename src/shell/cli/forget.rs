//! `playbook members forget`: somebody's id and words go from everything that a state directory keeps.

use super::{args::StateArg, client, failure::Failure, output::Output, state::directory};
use crate::{
    base::{
        ids::{GroupId, MemberId},
        phrase::phrase,
    },
    engine::{
        input::Command,
        state::{OpenTask, State},
    },
    shell::{
        lock::{Lock, LockError},
        socket,
        store::{self, Forgotten, Reader, StoreError},
    },
};
use std::{
    collections::BTreeSet,
    io::{self, IsTerminal as _},
    path::Path,
    sync::Arc,
};

/// Forgets somebody: the id becomes `gone:N` everywhere, and what they said, or what repeats it, becomes empty.
///
/// Journal, archives, outbox, state and members are rewritten at once; what of theirs was on its way is not sent. An
/// engine that runs stops for it and starts again by itself. Backups keep it: `restore` forgets again whoever was
/// forgotten since.
#[derive(Debug, clap::Args)]
pub(super) struct ForgetArgs {
    /// The id, as `playbook members` shows it.
    id: String,
    /// In this group only.
    #[arg(long, value_name = "ID")]
    group: Option<String>,
    /// Do not ask first. Only on a terminal it is asked at all.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    state: StateArg,
}

impl ForgetArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let dir = directory(self.state.state.as_deref(), None);
        let failed = |error: StoreError| Failure::environment(error.in_words());
        if !store::path(&dir).exists() {
            return Err(failed(StoreError::Missing(dir)));
        }
        let forget =
            store::Forget { group: self.group.as_deref().map(GroupId::new), member: MemberId::new(&self.id) };
        let reader = Reader::open(&dir).map_err(failed)?;
        let states = states(&reader, &forget).map_err(failed)?;
        self.one_is_meant(&reader, &states, &forget)?;
        self.is_sure(&states, &forget, out)?;
        drop(reader);
        let lock = match Lock::take(&dir) {
            Ok(lock) => lock,
            Err(LockError::Held { .. }) => {
                let reader = Reader::open(&dir).map_err(failed)?;
                if !Self::is_kept(&reader, &forget).map_err(failed)? {
                    return Err(self.unknown(&dir));
                }
                free_seats(&dir, &reader, &forget)?;
                drop(reader);
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
            return Err(self.unknown(&dir));
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

impl ForgetArgs {
    /// Refuses a name: what is forgotten does not come back, so whose it is must be said.
    fn one_is_meant(
        &self,
        reader: &Reader,
        states: &[(GroupId, State)],
        forget: &store::Forget,
    ) -> Result<(), Failure> {
        let failed = |error: StoreError| Failure::environment(error.in_words());
        let known = states.iter().any(|(_, state)| state.members.contains(&forget.member));
        let named = states.iter().flat_map(|(_, state)| state.members.iter());
        let named: BTreeSet<&str> =
            named.filter(|member| member.name == self.id).map(|member| member.id.as_str()).collect();
        if known
            || named.is_empty()
            || reader.has_met(forget.group.as_ref(), &forget.member, false).map_err(failed)?
        {
            return Ok(());
        }
        let ids = named.into_iter().collect::<Vec<_>>().join(", ");
        let name = &self.id;
        Err(Failure::refused(phrase!(
            "`{name}` is the name of {ids}, and no id",
            "`{name}` 是 {ids} 的名字，不是编号"
        ))
        .help(phrase!("write the id of the one who is meant", "请写要忘记的那个人的编号")))
    }

    /// Who it is, and, where somebody types, whether they are sure: it cannot be undone.
    fn is_sure(
        &self,
        states: &[(GroupId, State)],
        forget: &store::Forget,
        out: &mut Output,
    ) -> Result<(), Failure> {
        for (group, state) in states {
            if let Some(member) = state.members.get(&forget.member) {
                let (name, id) = (&member.name, &member.id);
                out.say(phrase!("in {group}: {name} ({id})", "在 {group} 里：{name}（{id}）"))?;
            }
        }
        if self.yes || !io::stdin().is_terminal() {
            return Ok(());
        }
        out.say(phrase!(
            "What they said and what is kept of them is erased and does not come back. Type yes to do it:",
            "TA 说过的话和记下的一切都会抹掉，不能恢复。确定请输入 yes："
        ))?;
        let mut typed = String::new();
        let _ = io::stdin().read_line(&mut typed);
        if ["yes", "y", "是"].contains(&typed.trim().to_lowercase().as_str()) {
            return Ok(());
        }
        Err(Failure::refused(phrase!("nothing was forgotten", "什么都没忘")))
    }

    fn is_kept(reader: &Reader, forget: &store::Forget) -> Result<bool, StoreError> {
        let states = states(reader, forget)?;
        let known = states.iter().any(|(_, state)| state.members.contains(&forget.member));
        Ok(known || reader.has_met(forget.group.as_ref(), &forget.member, true)?)
    }

    fn unknown(&self, dir: &Path) -> Failure {
        Failure::refused(phrase!(
            "nothing of `{id}` is kept in {dir}",
            "{dir} 里没有 `{id}` 的任何东西",
            id = self.id,
            dir = dir.display()
        ))
        .help(phrase!(
            "`playbook members` shows the ids that are known",
            "`playbook members` 会列出认识的编号"
        ))
    }
}

/// The groups that are meant.
fn states(reader: &Reader, forget: &store::Forget) -> Result<Vec<(GroupId, State)>, StoreError> {
    if let Some(group) = &forget.group {
        return Ok(reader.state(group)?.map(|state| (group.clone(), state)).into_iter().collect());
    }
    let groups = reader.states()?.groups.into_iter();
    Ok(groups.map(|(group, recovered)| (group, recovered.state)).collect())
}

/// Whoever has a place in an open question leaves the group first: the engine lets those move up who wait for it.
fn free_seats(dir: &Path, reader: &Reader, forget: &store::Forget) -> Result<(), Failure> {
    let states = states(reader, forget).map_err(|error| Failure::environment(error.in_words()))?;
    for (group, state) in states {
        let own = state.members.own_id(&forget.member);
        let seated = |open: &Arc<OpenTask>| open.task.seats.is_some() && open.answers.contains_key(own);
        if state.members.contains(own) && state.tasks.values().any(seated) {
            let left = vec![own.clone()];
            client::command(
                dir,
                &group,
                Command::ImportMembers { members: Vec::new(), left, joined: false },
            )?;
        }
    }
    Ok(())
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
