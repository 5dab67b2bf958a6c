//! The closed list of facts that the journal records, and which of them are effects.
//!
//! Stored for ever: a variant may gain fields with defaults, never lose or rename one.

use super::chatter::Chatter;
use super::deaf::{EarSilence, Gap};
pub use super::{
    answered::MemberAnswer,
    broken::Poison,
    by_hand::Hush,
    cause::{Cause, PhaseCause},
    operation::Operation,
    outcome::Outcome,
    outgoing::{HoldReason, Notice, Outgoing, Stale},
    skip::Skip,
    task::{Task, TaskKind},
    waiting::{PruneStage, Waiting},
};
use super::{condition::Condition, input::Signal, numbers::day::DayNumbers};
use crate::base::ids::{
    ChannelName, Digest, EffectId, InputId, MemberId, PhaseName, PlayName, RoleName, RunId, StepId, TaskId,
};
use crate::base::phrase::{Phrase, kept};
use crate::base::time::{Duration, Timestamp};
use crate::base::{civil_day::CivilDay, member::Listed, person::Person, stored::is_default, value::Value};
use crate::{model::play::Section, script::action::Fetched};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// One fact, and when it was decided. Stored as `{at, input, fact}`: some facts have an `at` too, which must not
/// collide with the entry's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The group's clock when it was decided.
    pub at: Timestamp,
    /// On the first entry of a decision: the input it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<InputId>,
    /// The fact.
    pub fact: Fact,
}

/// One fact. In the journal it is a JSON object with `entry` as its kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
pub enum Fact {
    /// The engine saw the group for the first time.
    Adopted {
        /// The playbook.
        digest: Digest,
        /// The group's creation.
        created: Timestamp,
        /// How far back budgets look; what is older need not be remembered.
        #[serde(default)]
        horizon: Duration,
        /// The same for other channels that have budgets.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        horizons: BTreeMap<ChannelName, Duration>,
        /// The zone whose days are counted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        zone: Option<Arc<str>>,
    },
    /// A day is over, in the group's zone: what happened on it. One on which nothing happened is not recorded.
    DayClosed {
        /// Which day.
        day: CivilDay,
        /// What happened on it.
        numbers: Box<DayNumbers>,
        /// The zone whose days are counted from now on, where it is another.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        zone: Option<Arc<str>>,
    },
    /// Another version of the playbook is in force.
    PlaybookChanged {
        /// The version.
        digest: Digest,
        /// How far back budgets look.
        #[serde(default)]
        horizon: Duration,
        /// The same for other channels that have budgets.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        horizons: BTreeMap<ChannelName, Duration>,
    },
    /// A phase was entered.
    PhaseEntered {
        /// The phase that is entered.
        phase: PhaseName,
        /// Why the phase is entered.
        #[serde(flatten)]
        cause: PhaseCause,
        /// When its `timeout` passes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout: Option<Timestamp>,
        /// Whether it is final.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_final: bool,
    },
    /// When the phase's `until` is tested next if nothing else happens.
    MidnightSet {
        /// The next local midnight; none when the phase has no `until`.
        #[serde(rename = "next")]
        at: Option<Timestamp>,
    },
    /// A play has another name: its cursor, its dates and its runs go on under it. Ids stay.
    Renamed {
        /// The name it had.
        from: PlayName,
        /// The name it has.
        to: PlayName,
    },
    /// An open run takes the words of its steps ahead from another version.
    Reworded {
        /// The run.
        run: RunId,
        /// Where the words are written.
        #[serde(flatten)]
        words: super::run::Wording,
        /// The steps that say something else; none when only vars, data or the date's row do.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        steps: Vec<StepId>,
        /// What the date's row says now, where it says something else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        values: Option<Value>,
    },
    /// When a scheduled play starts next. Anchors up to and including `after` are settled.
    Armed {
        /// The play.
        play: PlayName,
        /// The last settled anchor.
        after: Timestamp,
        /// The next anchor and the start of its run; none when there is none.
        next: Option<(Timestamp, Timestamp)>,
    },
    /// Of the members whose day an occurrence is about a part was looked at; the next part follows.
    DayReached(super::choosing::DayReached),
    /// When a date of a play starts.
    DateArmed {
        /// The play.
        play: PlayName,
        /// The date's id.
        date: Arc<str>,
        /// The instant of the date.
        anchor: Timestamp,
        /// The start of its run; none when it has been started, missed or cancelled.
        start: Option<Timestamp>,
    },
    /// A date has a new instant.
    DateMoved {
        /// The play.
        play: PlayName,
        /// The date's id.
        date: Arc<str>,
        /// The instant that the date had.
        from: Timestamp,
        /// The instant that the date has now.
        to: Timestamp,
        /// What the file says, where a command moved it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        said: Option<Timestamp>,
    },
    /// A date is not in the file any more. Until it is believed, its run goes no further and nobody is told.
    DateMissing {
        /// The play.
        play: PlayName,
        /// The date's id.
        date: Arc<str>,
        /// When it is believed.
        until: Timestamp,
    },
    /// The time of a date came while its play was paused, or the pause is over.
    DateWaits {
        /// The play.
        play: PlayName,
        /// The date's id.
        date: Arc<str>,
        /// Whether it waits for the end of the pause.
        waits: bool,
    },
    /// A date that was missing is in the file again.
    DateBack {
        /// The play.
        play: PlayName,
        /// The date's id.
        date: Arc<str>,
    },
    /// A date was taken out of the file.
    DateCancelled {
        /// The play.
        play: PlayName,
        /// The date's id.
        date: Arc<str>,
        /// Whether its run had begun, so that it has another run when it comes back.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        begun: bool,
    },
    /// Occurrences that did not start: one, or a range.
    Skipped {
        /// The play.
        play: PlayName,
        /// The run that the first would have been.
        run: RunId,
        /// The first anchor.
        from: Timestamp,
        /// The last anchor.
        to: Timestamp,
        /// How many occurrences are skipped.
        count: u64,
        /// Why they are skipped.
        #[serde(flatten)]
        reason: Skip,
    },
    /// An operator skips an occurrence that has not started.
    OccurrenceDropped {
        /// The play.
        play: PlayName,
        /// The run that it would have been.
        run: RunId,
        /// Who said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// A signal was reported, or sent by a step.
    SignalReceived(Signal),
    /// Members said things that nobody wants one by one.
    Heard(Chatter),
    /// Nobody listened on a channel, and what happened meanwhile is told by nobody.
    Gap(Gap),
    /// Nothing comes on a channel although something usually does.
    EarSilent(EarSilence),
    /// Something comes again.
    EarHears(EarSilence),
    /// A batch window was opened by its first signal, which follows as `BatchJoined`.
    BatchOpened {
        /// The play.
        play: PlayName,
        /// When it closes.
        until: Timestamp,
    },
    /// What a play waits for has become true, false or unknown, or has started it.
    Condition {
        /// The play.
        play: PlayName,
        /// How it stands.
        #[serde(flatten)]
        condition: Condition,
    },
    /// A signal was put into the play's open window.
    BatchJoined {
        /// The play.
        play: PlayName,
        /// The signal as expressions see it.
        signal: Value,
    },
    /// The window closed.
    BatchClosed {
        /// The play.
        play: PlayName,
    },
    /// A run began.
    RunStarted {
        /// The id of the run.
        run: RunId,
        /// The play.
        play: PlayName,
        /// The moment it is about.
        anchor: Timestamp,
        /// Which run of the play in this group it is, from 1.
        number: u64,
        /// The version it was started with.
        digest: Digest,
        /// Which of the play's programs.
        #[serde(default)]
        section: Section,
        /// Why the run started.
        cause: Cause,
        /// When it fails because it takes too long.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout: Option<Timestamp>,
        /// How much later than its anchor says everything in it is due.
        #[serde(default, skip_serializing_if = "Duration::is_zero")]
        delay: Duration,
    },
    /// A run waits at a step.
    StepWaiting {
        /// The run.
        run: RunId,
        /// The step.
        step: StepId,
        /// The operation that the step waits at.
        pc: u32,
        /// When it was due.
        due: Timestamp,
        /// What the step waits for.
        #[serde(flatten)]
        waiting: Waiting,
        /// Until when at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        /// When the step fails because it takes too long.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fails: Option<Timestamp>,
    },
    /// A step has ended and the run goes on at `pc`.
    StepDone {
        /// The run.
        run: RunId,
        /// The step.
        step: StepId,
        /// The next operation.
        pc: u32,
        /// The instant from which the next step's lateness is measured.
        end: Timestamp,
        /// Bound under this name, with the value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        binding: Option<(Arc<str>, Value)>,
    },
    /// A step was not carried out, and the run goes on at `pc`.
    StepSkipped {
        /// The run.
        run: RunId,
        /// The step.
        step: StepId,
        /// The next operation.
        pc: u32,
        /// When it was due.
        due: Timestamp,
        /// Why the step is skipped.
        #[serde(flatten)]
        reason: Skip,
        /// The name it leaves all the same, with the empty value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        binding: Option<(Arc<str>, Value)>,
    },
    /// A binding of a run has another value: its task was closed.
    Bound {
        /// The run.
        run: RunId,
        /// The name.
        name: Arc<str>,
        /// The value.
        value: Value,
    },
    /// A loop began, or went on to its next item.
    LoopSet {
        /// The run.
        run: RunId,
        /// The loop's operation.
        pc: u32,
        /// The items, on the first round.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        items: Option<Value>,
        /// The item's index; none when the loop has ended.
        index: Option<u32>,
        /// The item's name.
        binding: Arc<str>,
        /// The next operation.
        next: u32,
        /// From when the first item's steps are measured, on the first round.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end: Option<Timestamp>,
    },
    /// A step failed.
    StepFailed {
        /// The run.
        run: RunId,
        /// The step.
        step: StepId,
        /// Why, with what to do.
        #[serde(with = "kept")]
        error: Phrase,
        /// When it is tried again, if it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry: Option<Timestamp>,
    },
    /// A failed run goes on from the step that failed.
    RunRetried {
        /// The run.
        run: RunId,
    },
    /// A run ended.
    RunFinished {
        /// The run.
        run: RunId,
        /// How the run ended.
        outcome: Outcome,
        /// Why, where there is more to say.
        #[serde(default, skip_serializing_if = "Phrase::is_empty", with = "kept")]
        reason: Phrase,
    },
    /// A message was decided and goes out.
    Posted(Box<Outgoing>),
    /// A message was decided and is held back.
    Held {
        /// The message.
        #[serde(flatten)]
        outgoing: Box<Outgoing>,
        /// By which budget.
        reason: HoldReason,
        /// When it is looked at again at the latest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
        /// After this it is missed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hold: Option<Timestamp>,
    },
    /// A held message goes out.
    Released(Box<Outgoing>),
    /// A held message waits for another reason or time.
    StillHeld {
        /// The message that is still held.
        effect: EffectId,
        /// By which budget.
        reason: HoldReason,
        /// When it is looked at again at the latest.
        until: Option<Timestamp>,
        /// After this it is missed, where that was not known yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hold: Option<Timestamp>,
    },
    /// A message was not sent: its `expires` passed first, or it was held for too long.
    Expired {
        /// The message that has expired.
        effect: EffectId,
        /// What held it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<HoldReason>,
        /// Why it was not held any longer; none where its `expires` had passed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stale: Option<Stale>,
        /// The hush that it came in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hush: Option<Box<Hush>>,
    },
    /// A held message was taken back: its run was cancelled.
    Withdrawn {
        /// The message that is withdrawn.
        effect: EffectId,
    },
    /// A number of the playbook's own is counted.
    Tallied(super::numbers::tally::Tallied),
    /// Whoever answers questions from now on, and within how long.
    OnDuty(super::numbers::duty::AnswerDuty),
    /// A part of the members of a large group was looked at, for its numbers.
    Surveyed {
        /// When the others are; none where all have been.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<Timestamp>,
    },
    /// Where members stand.
    Stood(super::standing::Stood),
    /// What the rules of the group have seen, and what follows.
    Moderated(super::moderation::Moderating),
    /// Something on a task's list is done, or is answered.
    ItemTicked {
        /// The task.
        task: TaskId,
        /// Its place in the list.
        item: u32,
        /// What it says, where it was not on the list before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// What was answered; `true` where it was only ticked.
        value: Value,
        /// Who says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// A person is told something: a task, an alert. No budget holds it.
    Notified(Box<Outgoing>),
    /// A message to people waits for their hours.
    NoticeWaits(Box<Notice>),
    /// The platform refused a message for good, or its outcome is unknown and a person decides.
    DeliveryFailed {
        /// The message that did not arrive.
        effect: EffectId,
        /// Whether the outcome is unknown.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        in_doubt: bool,
        /// Why the message did not arrive.
        #[serde(with = "kept")]
        reason: Phrase,
        /// Which one it is within an hour, so that not each of many is told; 0 where nobody counts.
        #[serde(default, skip_serializing_if = "is_default")]
        nth: u32,
    },
    /// A channel has been failing for a while.
    ChannelFailing {
        /// The channel that fails.
        channel: ChannelName,
        /// Since when the channel has been failing.
        since: Timestamp,
        /// What the last attempt brought back.
        #[serde(default, with = "kept", skip_serializing_if = "Phrase::is_empty")]
        reason: Phrase,
        /// Messages of the group that wait for it.
        #[serde(default)]
        waiting: u32,
        /// Whether people are told by this group; of many with the same trouble one tells.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        told: bool,
    },
    /// A channel that was failing gets through again.
    ChannelRecovered {
        /// The channel that works again.
        channel: ChannelName,
        /// Since when it had been failing.
        since: Timestamp,
    },
    /// A message was taken by the platform after all, or by a person.
    Delivered {
        /// The message that arrived.
        effect: EffectId,
        /// What was said.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    /// A person, or the group, is asked something.
    TaskOpened(Box<Task>),
    /// The hours of those who are asked have begun, and they are told.
    TaskTold {
        /// The task that was told.
        task: TaskId,
    },
    /// The reminder or the escalation of a task was sent.
    TaskReminded {
        /// The task that somebody was reminded of.
        task: TaskId,
        /// Whether it was the escalation.
        escalated: bool,
    },
    /// A task has ended.
    TaskClosed {
        /// The task that is closed.
        task: TaskId,
        /// `done`, `approved`, `rejected`, `silent`, `counted`, `cancelled`, `expired`, `resumed`, `arrived`.
        answer: Arc<str>,
        /// Who said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
        /// What they added.
        #[serde(default, skip_serializing_if = "Value::is_null")]
        note: Value,
        /// Whether they were not asked, and answered as the operator.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        operator: bool,
    },
    /// A press was taken back before anything used it: the task is open again, and so is its gate.
    PressUndone {
        /// Which task.
        task: TaskId,
        /// Who said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// Somebody else is asked.
    TaskReassigned {
        /// Which task.
        task: TaskId,
        /// The role that is asked now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<RoleName>,
        /// The people who are asked now.
        people: Vec<Person>,
        /// Who said so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// A member answered a question; a second answer of the same member takes the first one's place.
    Answered(MemberAnswer),
    /// Somebody has counted the answers to a question elsewhere: how many chose each of its options.
    AnswersTotalled {
        /// The question.
        task: TaskId,
        /// By option, in order.
        totals: Vec<u32>,
    },
    /// A member took an answer back, or left: whoever waits for a place moves up.
    AnswerWithdrawn {
        /// The question.
        task: TaskId,
        /// The member who took the answer back.
        member: MemberId,
    },
    /// A script is to be called.
    ScriptCalled {
        /// The call.
        effect: EffectId,
        /// The run.
        run: RunId,
        /// The step.
        step: StepId,
        /// The script's path.
        script: Arc<str>,
        /// The function.
        function: Arc<str>,
        /// The argument of the call.
        args: Value,
    },
    /// A script call returned; what it asked for follows.
    ScriptReturned {
        /// The call.
        effect: EffectId,
        /// What it returned.
        value: Value,
        /// What it logged.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        log: Vec<String>,
        /// What it fetched.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fetches: Vec<Fetched>,
    },
    /// A script call failed; nothing that it asked for happens.
    ScriptFailed {
        /// The call.
        effect: EffectId,
        /// Why, with the place in the script.
        #[serde(with = "kept")]
        error: Phrase,
    },
    /// A script stored something.
    StateSet {
        /// The key.
        key: Arc<str>,
        /// The value; null removes it.
        value: Value,
    },
    /// A `set` step wrote a group variable.
    VarSet {
        /// The name of the var.
        name: Arc<str>,
        /// The new value of the var.
        value: Value,
    },
    /// What is known of a member changed: an import, a tag, points, a field.
    MemberSet(Arc<Listed>),
    /// When the next field has been kept long enough.
    RetentionSet {
        /// None where no field is kept for a time only.
        at: Option<Timestamp>,
    },
    /// Somebody has left; the journal still has something of them.
    LeaverKept(super::leavers::Leaver),
    /// Fields were kept long enough, and are forgotten.
    FieldsExpired {
        /// Whose, and which.
        members: Vec<(MemberId, Vec<String>)>,
        /// They are of people who have left.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        left: bool,
    },
    /// A member is gone: imported away, removed by a `prune`, or forgotten.
    MemberGone {
        /// The member who is gone.
        member: MemberId,
        /// Nothing is kept of them any more, for which they have neither left nor were removed.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        forgotten: bool,
    },
    /// Two ids are of one member: what was done under either is done by that member.
    JoinedIds(super::joined_ids::JoinedIds),
    /// A list told of members when they were last seen.
    RosterRead,
    /// A part of the members was looked at for a choice; the next part follows.
    MembersLookedAt(super::choosing::LookedAt),
    /// A `prune` made its list and told the members.
    PruneNoticed {
        /// The run.
        run: RunId,
        /// Who, in order.
        members: Vec<MemberId>,
    },
    /// A play, or everything, starts nothing until resumed.
    Paused {
        /// Which; all when there is none.
        play: Option<PlayName>,
        /// Until when; none where somebody has to resume it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    /// It starts again.
    Resumed {
        /// Which; all when there is none.
        play: Option<PlayName>,
    },
    /// The group slept through this long: the clock jumped forward, or the engine was down.
    Slept {
        /// From.
        from: Timestamp,
        /// How long the group slept.
        length: Duration,
    },
    /// The group's clock was ahead of the machine's and was set back by an operator. What was settled stays settled.
    ClockSet {
        /// To.
        to: Timestamp,
    },
    /// What an operator has done, and who it was.
    Operator {
        /// The person who did it; none for an operator without a name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
        /// What the person did.
        #[serde(flatten)]
        did: Operation,
    },
    /// A command was refused.
    Refused {
        /// Why, with what to do.
        #[serde(with = "kept")]
        reason: Phrase,
    },
    /// An input could not be digested; it is parked and never blocks the group. Or a condition could not be decided.
    Poisoned(Poison),
}
