//! Commands with which people answer a running engine, and report what its channels cannot hear.
//!
//! `done`, `approve`, `reject`, `answer`, `signal`.

use super::{
    args::{self, TargetArg},
    client,
    failure::Failure,
    load::read_stdin,
    output::Output,
    remote::{self, Remote},
};
use crate::{
    base::{
        decode::decode,
        ids::{EffectId, MemberId, TaskId},
        limits,
        phrase::{Phrase, phrase},
        value::{Map, Value},
    },
    engine::{
        entry::{Task, TaskKind},
        input::Command,
        state::{OpenTask, State},
    },
    lang::roster,
    model::step::{Verb, Way},
    shell::{chain, files},
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Says that a task is done, or that a post was copied to where it belongs.
#[derive(Debug, clap::Args)]
pub(super) struct DoneArgs {
    /// The task, as `playbook tasks` shows it, or a message in doubt that has arrived after all.
    #[arg(value_name = "TASK")]
    task: String,
    /// What you have to add; later steps see it under the task's `as` name.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// What on the task's list is done: its number, or the beginning of its text; `2=ANSWER` answers it, `+NAME` adds
    /// somebody or something that is not on the list. With the last one the task is done.
    #[arg(long = "item", value_name = "ITEM", conflicts_with = "note")]
    items: Vec<String>,
    /// The same text was pasted into every group in which it waits, or the same task is done for all of them.
    #[arg(long)]
    everywhere: bool,
    #[command(flatten)]
    target: TargetArg,
}

impl DoneArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let remote = self.target.remote()?;
        if self.everywhere {
            return self.everywhere(&remote, out);
        }
        // A task's id is short; an effect's names its run.
        if self.task.contains('/') {
            client::arrived(&remote.dir, &remote.group, &EffectId::new(&self.task), remote.by.clone())?;
            out.say(phrase!("{} has arrived", "{} 已送到", self.task))?;
            return Ok(());
        }
        if !self.items.is_empty() {
            let (task, items) = (args::task(&self.task), self.items.clone());
            let unasked = remote.unasked(&remote.state()?, &task, self.target.by.as_deref())?;
            let (of, n) = (Phrase::same(&*self.task), Phrase::counted(items.len(), "item", "项"));
            let said = phrase!("{of}: {n} done", "{of}：{n}完成"; of, n);
            remote.command(Command::Tick { task, items, by: remote.by.clone() }, said, out)?;
            return Ok(unasked.map_or(Ok(()), |unasked| out.say(unasked))?);
        }
        let note = self.note.as_deref().map_or(Value::Null, Value::str);
        let task = args::task(&self.task);
        let unasked = remote.unasked(&remote.state()?, &task, self.target.by.as_deref())?;
        let command = Command::Done { task, by: remote.by.clone(), note };
        remote.command(command, phrase!("{} is done", "{} 已完成", self.task), out)?;
        Ok(unasked.map_or(Ok(()), |unasked| out.say(unasked))?)
    }
}

impl DoneArgs {
    /// One card over many groups: what one occurrence has to say is pasted everywhere at once.
    fn everywhere(&self, one: &Remote, out: &mut Output) -> Result<(), Failure> {
        let task = args::task(&self.task);
        let state = one.state()?;
        let card = state.tasks.get(&task).filter(|open| is_of_an_occurrence(open));
        let Some(card) = card else {
            return Err(Failure::refused(phrase!(
                "{task} of {} is neither a post to paste nor what a step has asked",
                "{task}（{}）既不是要转发的消息，也不是步骤派的任务",
                one.group
            )));
        };
        for remote in self.target.everywhere()? {
            let state = remote.state()?;
            let same = |open: &&Arc<OpenTask>| {
                let (this, that) = (&open.task, &card.task);
                let of = |task: &Task| (task.kind, task.run.clone(), task.step.clone(), task.effect.clone());
                of(this) == of(that) && this.text == that.text
            };
            let Some(open) = state.tasks.values().find(same) else { continue };
            let task = open.task.id.clone();
            let note = self.note.as_deref().map_or(Value::Null, Value::str);
            let command = Command::Done { task: task.clone(), by: remote.by.clone(), note };
            remote.command(command, phrase!("{}: {task} is done", "{}：{task} 已完成", remote.group), out)?;
        }
        Ok(())
    }
}

/// Whether an occurrence asks it of people, who may be asked the same in other groups.
fn is_of_an_occurrence(open: &OpenTask) -> bool {
    let by_a_step = open.task.run.is_some() || open.task.effect.is_some();
    matches!(open.task.kind, TaskKind::Task | TaskKind::Delivery) && by_a_step
}

/// Gives an approval. Only those who were asked can, by their id or name under `people`; the operator can in their
/// place.
#[derive(Debug, clap::Args)]
pub(super) struct ApproveArgs {
    /// The approval, as `playbook tasks` shows it.
    #[arg(value_name = "TASK")]
    task: String,
    /// Of members who are to be let go, one who stays: an id or a name.
    #[arg(long, value_name = "NAME")]
    except: Vec<String>,
    /// What you have to add; later steps see it as `approval.note`.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    place: Deputy,
    #[command(flatten)]
    target: TargetArg,
}

/// Who answers where others were asked.
#[derive(Debug, Clone, clap::Args)]
struct Deputy {
    /// Answer in the place of those who were asked; the journal shows it. Without `--by` this is so.
    #[arg(long)]
    as_operator: bool,
}

impl Deputy {
    /// Whoever reaches the socket is the operator of the engine; a name that is given is meant.
    fn holds(&self, target: &TargetArg) -> bool {
        self.as_operator || target.by.is_none()
    }
}

impl ApproveArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let remote = self.target.remote()?;
        let command = Command::Approve {
            task: args::task(&self.task),
            by: remote.by.clone(),
            note: self.note.clone(),
            as_operator: self.place.holds(&self.target),
            except: self.except.clone(),
        };
        remote.command(command, phrase!("{} is approved", "{} 已批准", self.task), out)
    }
}

/// Refuses an approval: what it gates does not happen.
#[derive(Debug, clap::Args)]
pub(super) struct RejectArgs {
    /// The approval, as `playbook tasks` shows it.
    #[arg(value_name = "TASK")]
    task: String,
    /// Why; later steps see it as `approval.note`.
    #[arg(long, alias = "note", value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    place: Deputy,
    #[command(flatten)]
    target: TargetArg,
}

impl RejectArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let remote = self.target.remote()?;
        let command = Command::Reject {
            task: args::task(&self.task),
            by: remote.by.clone(),
            reason: self.reason.clone(),
            as_operator: self.place.holds(&self.target),
        };
        let instead =
            remote.state().ok().and_then(|state| not_done(&remote, &state, &args::task(&self.task)));
        remote.command(command, phrase!("{} is rejected", "{} 已驳回", self.task), out)?;
        Ok(instead.map_or(Ok(()), |instead| out.say(instead))?)
    }
}

/// What does not happen now that an approval is refused; nothing is said of one that no step asks for.
fn not_done(remote: &Remote, state: &State, task: &TaskId) -> Option<Phrase> {
    let task = &state.tasks.get(task)?.task;
    let run = state.runs.get(task.run.as_ref()?)?;
    let play = remote.play_of(run)?;
    let step = play.section(run.section).steps().find(|step| Some(&step.id) == task.step.as_ref())?;
    let Verb::Approve(approve) = &step.verb else { return None };
    let play = &run.play;
    Some(match (&approve.no, approve.gates_a_part()) {
        (Way::Steps(_), _) => phrase!(
            "what a yes leads to does not happen; the steps under `no` do, and then {play} goes on",
            "同意之后的事不做；改做 `no` 下面的步骤，然后 {play} 继续"
        ),
        (_, true) => phrase!(
            "the steps under `yes` do not happen; {play} goes on behind them",
            "`yes` 下面的步骤不做；{play} 从后面接着走"
        ),
        (_, false) => phrase!(
            "{play} ends here: nothing that stands behind the approval happens",
            "{play} 到此为止：审批后面的都不做"
        ),
    })
}

/// Answers a question to the group for a member, on a channel that hears no answers.
///
/// For example `playbook answer t4 yes --member li`, or for a form
/// `playbook answer t4 --member li --with name=Li --with dish=soup`. A chain that was pasted into the chat is read by
/// `--chain FILE`, what was counted elsewhere by `--counts 6,3,1`.
#[derive(Debug, clap::Args)]
pub(super) struct AnswerArgs {
    /// The question, as `playbook tasks` shows it, its play, or the name under which its result is known.
    #[arg(value_name = "TASK")]
    task: String,
    /// The option: its text or its number; several where the question takes several.
    #[arg(value_name = "OPTION")]
    options: Vec<String>,
    /// Who answers.
    #[arg(long, value_name = "ID", required_unless_present_any = ["chain", "counts"])]
    member: Option<String>,
    /// A pasted chain, or `-`: a numbered line for each who comes, with a name, and the option where it is not
    /// the first. What is new, changed, there twice or missing is shown; what is new and changed is then counted.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["options", "with", "member", "counts"])]
    chain: Option<PathBuf>,
    /// With `--chain`: shows what it would change, and counts nothing.
    #[arg(long, requires = "chain")]
    dry_run: bool,
    /// What was counted elsewhere, a number for each option: `6,3,1`. It takes the place of what was heard; who it was
    /// nobody knows.
    #[arg(long, value_name = "N,N", value_delimiter = ',', conflicts_with_all = ["options", "with", "member", "withdraw"])]
    counts: Vec<u32>,
    /// A field of a form.
    #[arg(long, value_name = "FIELD=VALUE", num_args = 1..)]
    with: Vec<String>,
    /// Takes the answer back; whoever waits for a place moves up. With `--chain` those are taken back who are not in it.
    #[arg(long, conflicts_with_all = ["options", "with"])]
    withdraw: bool,
    #[command(flatten)]
    target: TargetArg,
}

impl AnswerArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        if let Some(path) = &self.chain {
            return self.chain(path, out);
        }
        if !self.counts.is_empty() {
            return self.counts(out);
        }
        let mut data = Map::new();
        match (self.options.as_slice(), self.with.is_empty()) {
            ([], true) if self.withdraw => drop(data.insert("withdraw".into(), Value::Bool(true))),
            ([], true) => {
                return Err(Failure::usage(phrase!(
                    "an answer needs an option, or --with FIELD=VALUE for a form",
                    "回答要写选项；表单用 `--with FIELD=VALUE`"
                )));
            }
            ([], false) => drop(data.insert("fields".into(), remote::data(None, &self.with)?)),
            (_, false) => {
                return Err(Failure::usage(phrase!(
                    "a poll takes an option and a form takes --with, not both",
                    "投票写选项，表单用 `--with`，不能都写"
                )));
            }
            ([one], true) => drop(data.insert("option".into(), Value::str(one))),
            (several, true) => {
                let several = several.iter().map(Value::str).collect();
                data.insert("option".into(), Value::list(several));
            }
        }
        data.insert("task".into(), Value::str(&self.task));
        let remote = self.target.remote()?;
        let who = self.member.as_deref().unwrap_or_default();
        let member = Some(MemberId::new(who));
        let (before, about) = (remote.state().ok(), member.clone());
        client::signal(&remote.dir, &remote.group, "answer", member, Value::Map(Arc::new(data)), true)?;
        let task = &self.task;
        out.say(if self.withdraw {
            phrase!("{who} has taken back the answer to {task}", "{who} 收回了对 {task} 的回答")
        } else {
            phrase!("{who} has answered {task}", "{who} 回答了 {task}")
        })?;
        let answered = (!self.withdraw).then_some(self.task.as_str());
        let new = remote.newly_known(before.as_ref(), about.as_ref(), answered);
        Ok(new.map_or(Ok(()), |new| out.say(new))?)
    }
}

impl AnswerArgs {
    /// What somebody has counted elsewhere.
    fn counts(&self, out: &mut Output) -> Result<(), Failure> {
        let remote = self.target.remote()?;
        let counts = self.counts.iter().map(|n| Value::Int(i64::from(*n))).collect();
        let data = Value::map([("task", Value::str(&self.task)), ("counts", Value::list(counts))]);
        client::signal(&remote.dir, &remote.group, "answer", None, data, true)?;
        let total: u64 = self.counts.iter().map(|n| u64::from(*n)).sum();
        out.say(phrase!("{}: {total} in all", "{}：一共 {total}", self.task))?;
        Ok(())
    }

    /// A pasted chain: shows what it changes, then has it counted.
    fn chain(&self, path: &Path, out: &mut Output) -> Result<(), Failure> {
        let remote = self.target.remote()?;
        let text = if path == Path::new("-") { read_stdin()? } else { pasted(path)? };
        let state = remote.state()?;
        let name = args::task(&self.task);
        let open = remote.question(&state, name.as_str()).filter(|open| !open.task.options.is_empty());
        let open = open.ok_or_else(|| {
            Failure::refused(phrase!("{name} is no open poll", "{name} 不是进行中的投票"))
                .help(phrase!("`playbook tasks` shows the open ones", "`playbook tasks` 会列出进行中的"))
        })?;
        let task = &open.task.id;
        let read = chain::read(&text);
        if read.lines.is_empty() {
            return Err(Failure::usage(phrase!(
                "there is no numbered line in {}; expected `1. NAME`",
                "{} 里没有编号的行；应写成 `1. 名字`",
                path.display()
            )));
        }
        let found = chain::compare(&state, open, &read.lines);
        let how = phrase!("--withdraw takes that back", "`--withdraw` 会收回");
        for line in found.in_words(self.withdraw, &how).into_iter().chain(read.unread_in_words(&found)) {
            out.say(line)?;
        }
        if self.dry_run {
            return Ok(());
        }
        let rows = found.rows(self.withdraw);
        if !rows.is_empty() {
            let data = Value::map([("task", Value::str(task.as_str())), ("rows", Value::list(rows))]);
            client::signal(&remote.dir, &remote.group, "answer", None, data, true)?;
        }
        let n = found.said.len();
        out.say(phrase!("{task}: {n} counted", "{task}：计入 {n} 人"))?;
        Ok(())
    }
}

/// A chain that lies in a file, in whatever encoding it was saved.
fn pasted(path: &Path) -> Result<String, Failure> {
    let shown = path.display();
    let bytes = files::bytes(path, limits::DATA_BYTES_MAX).map_err(|error| {
        let (at, error) = (Phrase::same(shown.to_string()), error.in_words());
        Failure::environment(phrase!("{at} cannot be read: {error}", "读不了 {at}：{error}"; at, error))
    })?;
    let (text, _) = decode(&bytes).map_err(|error| {
        let (path, error) = (Phrase::same(shown.to_string()), error.phrase());
        Failure::usage(phrase!("{path}: {error}", "{path}：{error}"; path, error))
    })?;
    Ok(text.into_owned())
}

/// Reports a fact: a member joined, somebody answered, or a signal of your own.
///
/// For example `playbook signal member.joined --member li --with name=Li`. A signal that nothing in the playbook
/// hears is refused with the nearest name; joins, leaves and messages are always heard.
#[derive(Debug, clap::Args)]
pub(super) struct SignalArgs {
    /// The signal's name.
    #[arg(value_name = "NAME")]
    name: String,
    /// The member it is about.
    #[arg(long, value_name = "ID")]
    member: Option<String>,
    /// What goes with it, as JSON.
    #[arg(long, value_name = "JSON")]
    data: Option<String>,
    /// One value that goes with it.
    #[arg(long, value_name = "KEY=VALUE", num_args = 1..)]
    with: Vec<String>,
    /// Report it even if nothing hears it.
    #[arg(long)]
    anyway: bool,
    #[command(flatten)]
    target: TargetArg,
}

impl SignalArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let data = in_plain_keys(&self.name, remote::data(self.data.as_deref(), &self.with)?);
        if self.name.is_empty() || self.name.contains(char::is_whitespace) {
            return Err(Failure::usage(phrase!(
                "{:?} is not a signal's name; expected one word",
                "{:?} 不是信号的名字；应是一个词",
                self.name
            )));
        }
        if self.member.is_none()
            && matches!(self.name.as_str(), "member.joined" | "member.left" | "message" | "answer")
        {
            return Err(Failure::usage(phrase!(
                "{} is about a member, and none is named",
                "{} 说的是一位成员，但没有写是谁",
                self.name
            ))
            .help(phrase!(
                "add --member ID, with any id under which you know the member",
                "加上 `--member ID`，用你认得这位成员的任何编号"
            )));
        }
        let remote = self.target.remote()?;
        let member = self.member.as_ref().map(MemberId::new);
        let (before, about) = (remote.state().ok(), member.clone());
        client::signal(&remote.dir, &remote.group, &self.name, member, data, !self.anyway)?;
        out.say(phrase!("reported {}", "已报告 {}", self.name))?;
        let new = remote.newly_known(before.as_ref(), about.as_ref(), None);
        Ok(new.map_or(Ok(()), |new| out.say(new))?)
    }
}

/// What is told of a member, by the keys that mean something: 姓名 is `name`, as in a list of members.
fn in_plain_keys(signal: &str, data: Value) -> Value {
    let Some(map) = data.as_map().filter(|_| signal.starts_with("member.")) else { return data };
    let meant = |key: &str| {
        let known = roster::column(key).filter(|known| ["name", "role", "source"].contains(known));
        known.filter(|known| !map.contains_key(*known))
    };
    let map =
        map.iter().map(|(key, value)| (meant(key).map_or_else(|| key.clone(), Arc::from), value.clone()));
    Value::Map(Arc::new(map.collect()))
}
