//! What can wake a group: the closed list of inputs.
//!
//! An input is only a wish or a report; it becomes a fact by what a step makes of it.

pub use super::signal::Signal;
use super::{chatter::Chatter, deaf::EarNews, dispatched::Dispatched, recent::fingerprint};
use crate::{
    base::{
        ids::{ChannelName, Digest, EffectId, InputId, MemberId, PlayName, RoleName, RunId, StepId, TaskId},
        member::Listed,
        phrase::{Phrase, kept, pair},
        time::{Duration, Timestamp},
        value::Value,
    },
    script::action::CallOutcome,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One input for one group. A second input with the same id is a no-op.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// Its id: derived where it can be (a script's effect, a receipt), else given by the sender.
    pub id: InputId,
    /// What it says.
    pub kind: InputKind,
}

impl Input {
    /// The return of a script call; its id is the call's, so that only one counts.
    pub fn returned(effect: &EffectId, result: Result<CallOutcome, Phrase>) -> Self {
        let id = InputId::from(format!("{RETURNED}{effect}"));
        Self { id, kind: InputKind::ScriptReturned { effect: effect.clone(), result } }
    }

    /// What an attempt brought back; its id is the effect's and of what it says, so that it counts once however often
    /// it is told.
    pub fn receipt(effect: &EffectId, receipt: Receipt) -> Self {
        let (word, said) = match &receipt {
            Receipt::Accepted { note } => ("accepted", note.as_str()),
            Receipt::Refused { reason } => ("refused", reason.en.as_str()),
            Receipt::InDoubt { reason } => ("in_doubt", reason.en.as_str()),
            Receipt::Expired => ("expired", ""),
        };
        let id = InputId::from(format!("{RECEIPT}{effect}/{word}-{:016x}", fingerprint(said)));
        Self { id, kind: InputKind::Receipt { effect: effect.clone(), receipt } }
    }
}

const RETURNED: &str = "script/";
const RECEIPT: &str = "receipt/";

/// Whether an input's id was derived from an effect: a script's return, or a receipt.
pub fn is_of_an_effect(id: &InputId) -> bool {
    id.as_str().starts_with(RETURNED) || id.as_str().starts_with(RECEIPT)
}

/// What an input says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "input", rename_all = "snake_case")]
pub enum InputKind {
    /// The group is to be run by this playbook: the first one, or a newer version.
    Adopt {
        /// The version to adopt.
        digest: Digest,
    },
    /// The deadline has come. A wake of an old epoch is a no-op.
    Wake {
        /// The epoch of the state that asked for it.
        epoch: u64,
    },
    /// A fact was reported from outside.
    Signal(Signal),
    /// Members said things that nobody wants one by one.
    Heard(Chatter),
    /// A script call has ended.
    ScriptReturned {
        /// Which call.
        effect: EffectId,
        /// What it brought back, or why it failed.
        result: Result<CallOutcome, Phrase>,
    },
    /// An attempt to deliver a message has ended for good.
    Receipt {
        /// Which message.
        effect: EffectId,
        /// What it brought back.
        receipt: Receipt,
    },
    /// A channel has been failing for a while, or gets through again.
    Channel(ChannelNews),
    /// What is told of an ear of the group.
    Ear(EarNews),
    /// An operator asks for something.
    Command(Command),
}

/// How a channel of the group fares, as the courier sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelNews {
    /// The channel that the news is of.
    pub channel: ChannelName,
    /// Since when it has been failing; none when it gets through again.
    pub since: Option<Timestamp>,
    /// What the last attempt brought back, in words.
    #[serde(default, with = "kept", skip_serializing_if = "Phrase::is_empty")]
    pub reason: Phrase,
    /// Messages of the group that wait for it.
    #[serde(default)]
    pub waiting: u32,
    /// Other groups whose channel of that name fails, too.
    #[serde(default)]
    pub others: u32,
    /// Whether people are told: of many groups with the same trouble one tells.
    #[serde(default)]
    pub tell: bool,
}

/// What an attempt brought back in the end. Plain acceptances are not inputs; they settle in the outbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "receipt", rename_all = "snake_case")]
pub enum Receipt {
    /// The platform took it, after an attempt whose outcome was unknown or with something to remember.
    Accepted {
        /// What the platform said, shortened; never a secret.
        note: String,
    },
    /// The platform refused it for good.
    Refused {
        /// Why, in words, with what to do.
        #[serde(with = "kept")]
        reason: Phrase,
    },
    /// The outcome is unknown and the channel says `in_doubt: hold`.
    InDoubt {
        /// What happened to the attempt.
        #[serde(with = "kept")]
        reason: Phrase,
    },
    /// It was not sent in time: its `expires` had passed before the channel took it.
    Expired,
}

impl Receipt {
    /// Its `expires` had passed before the channel took it for certain: after an attempt whose outcome is unknown it
    /// may have arrived all the same.
    pub fn expired(in_doubt: bool) -> Self {
        if !in_doubt {
            return Self::Expired;
        }
        let reason = pair(
            "an attempt ended without an answer, and it expired before another: it may have arrived",
            "有一次发送没有等到回答，没来得及再发就过期了：可能已经到了",
        );
        Self::InDoubt { reason: reason.into() }
    }
}

/// What stands behind the name of somebody who answers by a link in a message.
pub const VIA_LINK: &str = " (link)";

/// What an operator may ask for. `by` is who asked, as far as the sender knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Start a play now.
    Start {
        /// The play to start.
        play: PlayName,
        /// The `args` of the run.
        #[serde(default)]
        args: Value,
        /// Which date, for a play that has them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        date: Option<Arc<str>>,
        /// About whom, for a play that runs for each member.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        member: Option<MemberId>,
        /// Who asks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// Record what somebody reports by hand, if anybody hears it.
    Report {
        /// The signal that is reported.
        signal: Signal,
    },
    /// Set the group's clock back where it is ahead of the machine's.
    SetBackClock {
        /// To.
        to: Timestamp,
    },
    /// End a run; people who had been told are told.
    Cancel {
        /// The run to cancel.
        run: RunId,
        /// Without telling anybody.
        #[serde(default)]
        silent: bool,
        /// Who says so.
        #[serde(default)]
        by: Option<String>,
    },
    /// Keep a remark in the journal.
    Note {
        /// About which run; about the group when there is none.
        #[serde(default)]
        run: Option<RunId>,
        /// The remark to keep.
        text: String,
        /// Who says so.
        #[serde(default)]
        by: Option<String>,
    },
    /// Begin the next step of a run now.
    Now {
        /// The run.
        run: RunId,
        /// The step that is meant; the next one when there is none.
        #[serde(default)]
        step: Option<StepId>,
        /// Who says so.
        #[serde(default)]
        by: Option<String>,
    },
    /// Do what is still due today in a run later.
    Delay {
        /// The run.
        run: RunId,
        /// By how much.
        length: Duration,
        /// Who says so.
        #[serde(default)]
        by: Option<String>,
    },
    /// Start a coming occurrence after all that was to be skipped.
    Unskip {
        /// The run that it will be.
        run: RunId,
        /// Who says so.
        #[serde(default)]
        by: Option<String>,
    },
    /// Two people swap their next turns of a role.
    Swap {
        /// The role.
        role: RoleName,
        /// One, by id or name.
        one: Arc<str>,
        /// The other.
        other: Arc<str>,
        /// Who says so.
        #[serde(default)]
        by: Option<String>,
    },
    /// Take back a message that was sent.
    Recall {
        /// The message to take back.
        effect: EffectId,
        /// What is known of it; the engine looks it up itself.
        #[serde(default)]
        known: Option<Box<Dispatched>>,
        /// Who says so.
        #[serde(default)]
        by: Option<String>,
    },
    /// Let a message go that a budget holds.
    Release {
        /// The message that is held.
        effect: EffectId,
        /// Who says so.
        #[serde(default)]
        by: Option<String>,
    },
    /// Give a message up that was refused, or of which nobody knows whether it arrived.
    Drop {
        /// The message to give up.
        effect: EffectId,
        /// What is known of it; the engine looks it up itself.
        #[serde(default)]
        known: Option<Box<Dispatched>>,
        /// Who says so.
        #[serde(default)]
        by: Option<String>,
    },
    /// Correct a message that was sent.
    Correct {
        /// The message to correct.
        effect: EffectId,
        /// What it is to say.
        text: String,
        /// What is known of it; the engine looks it up itself.
        #[serde(default)]
        known: Option<Box<Dispatched>>,
        /// Who says so.
        #[serde(default)]
        by: Option<String>,
    },
    /// Give a step ahead other words, in this run only.
    Reword {
        /// The run.
        run: RunId,
        /// The step.
        step: StepId,
        /// What it is to say.
        text: String,
        /// Who says so.
        #[serde(default)]
        by: Option<String>,
    },
    /// Show members nothing from now on.
    Hush {
        /// Until when; until `unhush` when there is none.
        #[serde(default)]
        until: Option<Timestamp>,
        /// Why the group is hushed.
        why: String,
        /// Who says so.
        #[serde(default)]
        by: Option<String>,
    },
    /// Show members again what is said.
    Unhush {
        /// Send what has come too late, too.
        #[serde(default)]
        send: bool,
        /// Who says so.
        #[serde(default)]
        by: Option<String>,
    },
    /// Take a date's time away until it is given another one.
    PutOff {
        /// The play.
        play: PlayName,
        /// The date's id.
        date: Arc<str>,
        /// Who says so.
        #[serde(default)]
        by: Option<String>,
    },
    /// Start nothing until resumed: one play, or all.
    Pause {
        /// Which; all when there is none.
        play: Option<PlayName>,
        /// Of all: the role that looks in meanwhile.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caretaker: Option<RoleName>,
        /// Until when; until somebody resumes it when there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        /// Who asks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// Start again.
    Resume {
        /// Which; all when there is none.
        play: Option<PlayName>,
        /// Who asks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// Move a date.
    Postpone {
        /// The play.
        play: PlayName,
        /// The date's id.
        date: Arc<str>,
        /// The new instant of the occurrence.
        at: Timestamp,
        /// Who asks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// Carry a failed run on from the step that failed.
    Retry {
        /// The run to try again.
        run: RunId,
        /// Who asks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// Skip the step that a run waits at, or a coming occurrence.
    Skip {
        /// The run, which may be one that has not started.
        run: RunId,
        /// The step; the whole run when there is none.
        step: Option<StepId>,
        /// Who says so.
        #[serde(default)]
        by: Option<String>,
    },
    /// A task is done.
    Done {
        /// The task that is done.
        task: TaskId,
        /// Who says so.
        by: Option<String>,
        /// What they add; the value of the task's `as` name.
        #[serde(default)]
        note: Value,
    },
    /// Things on a task's list are done.
    Tick {
        /// Which task.
        task: TaskId,
        /// Each as it is written: its number, its text or the beginning of it; `2=ANSWER` answers it, `+NAME` adds one
        /// that was not on the list.
        items: Vec<String>,
        /// Who says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// An approval is given.
    Approve {
        /// The task to approve.
        task: TaskId,
        /// Who says so.
        by: Option<String>,
        /// What they add.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// Whether they may say so where they were not asked.
        #[serde(default)]
        as_operator: bool,
        /// Of members who are to be let go, those who stay: ids or names.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        except: Vec<String>,
    },
    /// An approval is refused.
    Reject {
        /// The task to reject.
        task: TaskId,
        /// Who says so.
        by: Option<String>,
        /// Why the task is rejected.
        reason: Option<String>,
        /// Whether they may say so where they were not asked.
        #[serde(default)]
        as_operator: bool,
    },
    /// A press is taken back: a task is open again.
    Undo {
        /// The task whose answer is taken back.
        task: TaskId,
        /// Who says so.
        by: Option<String>,
    },
    /// Somebody else is asked.
    Reassign {
        /// Which task.
        task: TaskId,
        /// A role, or one of `people`.
        to: Arc<str>,
        /// Who says so.
        by: Option<String>,
    },
    /// What is open for one person goes to another.
    Handover {
        /// Whose, by their id or name.
        from: Arc<str>,
        /// A role, or one of `people`.
        to: Arc<str>,
        /// Who says so.
        by: Option<String>,
    },
    /// Whoever is asked is reminded, now or later.
    Remind {
        /// Of which task.
        task: TaskId,
        /// When; now where nothing is said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
        /// Who says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// Give a member a tag, or take it away.
    Tag {
        /// The member.
        member: MemberId,
        /// The tag: one word.
        tag: String,
        /// Whether it is taken away.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        off: bool,
        /// Who says so.
        #[serde(default)]
        by: Option<String>,
    },
    /// What a member asked was answered where nobody heard it.
    Replied {
        /// Who asked.
        member: MemberId,
        /// When; all questions of theirs that are open when there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked: Option<Timestamp>,
        /// Who says so.
        #[serde(default)]
        by: Option<String>,
    },
    /// Members as a file or a platform lists them; known ones are updated.
    ImportMembers {
        /// The members to import.
        members: Vec<Listed>,
        /// Who has left, because the list has them no more.
        #[serde(default)]
        left: Vec<MemberId>,
        /// Whether those who are new have just joined: then each of them is a signal, too.
        #[serde(default)]
        joined: bool,
    },
}
