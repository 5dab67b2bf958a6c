//! The state of one group: what all its entries add up to.
//!
//! Built by [`super::apply`] and by nothing else. Serializable, with a version. Ordered maps only, so that equal
//! entries give equal bytes.

pub use super::failing::Failing;
use super::{
    broken::Broken,
    by_hand::ByHand,
    deaf::Silences,
    entry::{HoldReason, Notice, Outgoing},
    filled_in::FilledIn,
    leavers::Leavers,
    numbers::kept::Numbers,
    open_alerts::OpenAlerts,
    recent::Recent,
    standing::Standing,
};
pub use super::{
    open::{OpenTask, Press},
    run::{Choosing, Loop, Run, RunWait},
    timer::{Deadline, Timer},
};
use crate::{
    base::{
        ids::{ChannelName, Digest, EffectId, GroupId, PhaseName, PlayName, RunId, StepId, TaskId},
        member::Members,
        time::{Duration, Timestamp},
        value::{Map, Value},
    },
    model::{channel::GROUP, message::Label},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

/// The version of the stored form of [`State`].
pub const STATE_VERSION: u32 = 1;

/// The state of one group. Large parts are shared, so that a copy is cheap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// [`STATE_VERSION`] when it was stored.
    pub version: u32,
    /// Which group.
    pub group: GroupId,
    /// The group's clock; never goes backwards.
    pub clock: Timestamp,
    /// Counts applied entries; a wake of another epoch is a no-op.
    pub epoch: u64,
    /// The playbook in force; none before adoption.
    pub digest: Option<Digest>,
    /// The group's creation.
    pub created: Timestamp,
    /// The phase.
    pub phase: PhaseName,
    /// When it was entered.
    pub phase_entered: Timestamp,
    /// When its timeout passes.
    pub phase_timeout: Option<Timestamp>,
    /// Whether it is final.
    pub phase_final: bool,
    /// When `until` is tested next if nothing else happens.
    pub midnight: Option<Timestamp>,
    /// Members. A large part of the state: stored apart from it, by difference.
    #[serde(default, skip_serializing_if = "Members::is_empty")]
    pub members: Members,
    /// Members ever seen, also those who left.
    pub members_ever: u64,
    /// When the next field of a member has been kept long enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<Timestamp>,
    /// Those who have left and of whom the journal still has something.
    #[serde(default, skip_serializing_if = "Leavers::is_empty")]
    pub leavers: Leavers,
    /// Members who have filled in a form.
    #[serde(default, skip_serializing_if = "FilledIn::is_empty")]
    pub filled_in: FilledIn,
    /// When a list last told when members were seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roster: Option<Timestamp>,
    /// Where members stand.
    #[serde(default, skip_serializing_if = "Standing::is_empty")]
    pub standing: Standing,
    /// What `set` wrote.
    pub vars: Arc<Map>,
    /// What scripts stored.
    pub script_state: Arc<Map>,
    /// Where each play is.
    pub plays: imbl::OrdMap<PlayName, Arc<PlayState>>,
    /// Open runs, and failed ones that can be retried.
    pub runs: imbl::OrdMap<RunId, Arc<Run>>,
    /// The last runs that ended, oldest first.
    pub finished: Arc<VecDeque<Arc<Run>>>,
    /// Open tasks, approvals, questions.
    pub tasks: imbl::OrdMap<TaskId, Arc<OpenTask>>,
    /// How many tasks were ever opened.
    pub tasks_opened: u64,
    /// Messages that budgets hold back, in the order in which they were decided.
    pub held: Arc<VecDeque<Arc<HeldMessage>>>,
    /// Messages released to channel `group`, for budgets; older ones than any budget needs are gone.
    pub released: imbl::Vector<Released>,
    /// The script calls that have not returned, in order; the first one is under way.
    pub calls: Arc<VecDeque<Arc<ScriptCall>>>,
    /// Whether everything is paused.
    pub paused: bool,
    /// Everything that waits for a time.
    pub timers: imbl::OrdSet<(Timestamp, Timer)>,
    /// Which inputs were heard lately.
    pub recent: Recent,
    /// How far back budgets look.
    pub horizon: Duration,
    /// How far back the budgets of other channels look, for each that has any.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub horizons: BTreeMap<ChannelName, Duration>,
    /// Messages released to those channels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub released_elsewhere: BTreeMap<ChannelName, imbl::Vector<Released>>,
    /// Channels on which nothing comes although something usually does.
    #[serde(default, skip_serializing_if = "Silences::is_empty")]
    pub silences: Silences,
    /// Channels that have been failing for a while.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub failing: BTreeMap<ChannelName, Failing>,
    /// What people pressed lately, as it was before, so that it can be taken back.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub presses: VecDeque<Arc<Press>>,
    /// Messages to people that wait for their hours.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub notices: BTreeMap<EffectId, Notice>,
    /// Since when messages that failed are counted, and how many did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusals: Option<(Timestamp, u32)>,
    /// Occurrences and timers that broke the engine, the last ones, oldest first.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub broken: VecDeque<Broken>,
    /// Alerts that somebody else could still be told.
    #[serde(default, skip_serializing_if = "OpenAlerts::is_empty")]
    pub alerts: OpenAlerts,
    /// What operators have set: that members see nothing, turns that were swapped, dates without a time.
    #[serde(default, skip_serializing_if = "ByHand::is_empty")]
    pub by_hand: ByHand,
    /// What plays with `whenever` wait for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub conditions: BTreeMap<PlayName, super::condition::Waited>,
    /// What the rules of `moderate` know of it.
    #[serde(default, skip_serializing_if = "super::moderation::is_new")]
    pub moderation: Arc<super::moderation::Moderated>,
    /// What is counted, day by day.
    #[serde(default, skip_serializing_if = "super::numbers::nothing_counted")]
    pub numbers: Arc<Numbers>,
}

/// Where a play is in one group.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct PlayState {
    /// Anchors up to and including this are settled.
    pub after: Option<Timestamp>,
    /// The next anchor and the start of its run.
    pub next: Option<(Timestamp, Timestamp)>,
    /// For dates: by id, the instant and the start of its run (none once it is settled).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dates: BTreeMap<Arc<str>, (Timestamp, Option<Timestamp>)>,
    /// For dates that a command has moved: when they are as the file says.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub said: BTreeMap<Arc<str>, Timestamp>,
    /// Dates that are not in the file any more, and when that is believed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub missing: BTreeMap<Arc<str>, Timestamp>,
    /// Dates that were cancelled after their run had begun, and how often: one that comes back has another run.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub withdrawn: BTreeMap<Arc<str>, u32>,
    /// Runs ever started.
    pub started: u64,
    /// The run started last.
    pub last: Option<RunId>,
    /// Whether it is paused.
    #[serde(default)]
    pub paused: bool,
    /// The open batch window: when it closes, and its signals.
    pub batch: Option<(Timestamp, Vec<Value>)>,
    /// How far the occurrence under way has come that is about a day of members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached: Option<super::choosing::Reached>,
    /// What it was called before, the last names, oldest first.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub was: VecDeque<PlayName>,
    /// Coming occurrences that an operator has skipped.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub skip: BTreeSet<RunId>,
}

impl PlayState {
    /// The id of a date's run, when it starts: of a date that is announced again, it has a number.
    pub fn date_run(&self, play: &PlayName, date: &str) -> RunId {
        match self.withdrawn.get(date) {
            None => RunId::from(format!("{play}@{date}")),
            Some(times) => RunId::from(format!("{play}@{date}#{}", times.saturating_add(1))),
        }
    }

    /// The date that has waited, waits or will wait for this run.
    pub fn date_of_run(&self, play: &PlayName, run: &RunId) -> Option<&Arc<str>> {
        self.dates.keys().find(|date| self.date_run(play, date) == *run)
    }
}

/// A message that a budget holds back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeldMessage {
    /// The message.
    pub outgoing: Outgoing,
    /// By which budget.
    pub reason: HoldReason,
    /// When it is looked at again at the latest.
    pub until: Option<Timestamp>,
    /// Since when the message is held.
    pub since: Timestamp,
    /// After this it is missed; none where an older program held it and nobody has looked at it since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Timestamp>,
}

impl HeldMessage {
    /// Whether it came while members saw nothing. What was held before has its own reason to wait, and outlasts the
    /// hush.
    pub fn came_meanwhile(&self, by_hand: &ByHand) -> bool {
        let since = by_hand.hush.as_ref().map(|hush| hush.since);
        self.reason == HoldReason::Hush && since.is_some_and(|since| self.since >= since)
    }

    /// When it is not sent any more: its `expires`, and the end of what `budgets.hold` allows.
    pub(super) fn ends(&self) -> impl Iterator<Item = Timestamp> + use<> {
        self.outgoing.expires.into_iter().chain(self.hold)
    }
}

/// A message that was released to a channel that has budgets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Released {
    /// When the message was released.
    pub at: Timestamp,
    /// When its step was due.
    pub due: Timestamp,
    /// The label of the message.
    pub label: Option<Label>,
    /// Where that is a name of the playbook's own: the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_label: Option<Arc<str>>,
    /// Whether it mentions everybody or anybody.
    pub mentions: bool,
    /// Whether it answered what somebody did, and had no clock time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reactive: bool,
}

/// A script call that has not returned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScriptCall {
    /// The id of the call.
    pub effect: EffectId,
    /// The run.
    pub run: RunId,
    /// The step.
    pub step: StepId,
    /// The script's path.
    pub script: Arc<str>,
    /// The function.
    pub function: Arc<str>,
    /// The argument of the call.
    pub args: Value,
}

impl State {
    /// A group that nobody has adopted yet.
    pub fn new(group: GroupId) -> Self {
        Self {
            version: STATE_VERSION,
            group,
            clock: Timestamp::MIN,
            epoch: 0,
            digest: None,
            created: Timestamp::MIN,
            phase: PhaseName::new(""),
            phase_entered: Timestamp::MIN,
            phase_timeout: None,
            phase_final: false,
            midnight: None,
            members: Members::new(),
            members_ever: 0,
            retention: None,
            leavers: Leavers::default(),
            filled_in: FilledIn::default(),
            roster: None,
            vars: Arc::default(),
            script_state: Arc::default(),
            plays: imbl::OrdMap::new(),
            runs: imbl::OrdMap::new(),
            finished: Arc::default(),
            tasks: imbl::OrdMap::new(),
            tasks_opened: 0,
            held: Arc::default(),
            released: imbl::Vector::new(),
            calls: Arc::default(),
            paused: false,
            timers: imbl::OrdSet::new(),
            recent: Recent::default(),
            horizon: Duration::ZERO,
            horizons: BTreeMap::new(),
            released_elsewhere: BTreeMap::new(),
            failing: BTreeMap::new(),
            silences: Silences::default(),
            presses: VecDeque::new(),
            notices: BTreeMap::new(),
            refusals: None,
            alerts: OpenAlerts::default(),
            broken: VecDeque::new(),
            by_hand: ByHand::default(),
            conditions: BTreeMap::new(),
            standing: Standing::default(),
            moderation: Arc::default(),
            numbers: Arc::default(),
        }
    }

    /// What was released to a channel lately, oldest first; nothing for a channel without budgets.
    pub fn released_to(&self, channel: &ChannelName) -> Option<&imbl::Vector<Released>> {
        if channel.as_str() == GROUP { Some(&self.released) } else { self.released_elsewhere.get(channel) }
    }

    /// The same, newest first.
    pub fn newest_to(&self, channel: &ChannelName) -> impl Iterator<Item = &Released> {
        self.released_to(channel).into_iter().flat_map(|released| released.iter().rev())
    }

    /// The message of this effect, if it is held.
    pub fn held_message(&self, effect: &EffectId) -> Option<&Arc<HeldMessage>> {
        self.held.iter().find(|held| held.outgoing.effect == *effect)
    }

    /// The effects of the held messages for which something is true of the effect, in their order.
    pub(super) fn held_effects(&self, of: impl Fn(&EffectId) -> bool) -> Vec<EffectId> {
        let effects = self.held.iter().map(|held| &held.outgoing.effect);
        effects.filter(|effect| of(effect)).cloned().collect()
    }

    /// Whether a run of this id is open or among those that ended last.
    pub fn knows_run(&self, id: &RunId) -> bool {
        self.runs.contains_key(id) || self.finished.iter().any(|run| run.id == *id)
    }

    /// Whether nothing has happened of a play yet, and nobody has said anything about it.
    pub fn is_untouched(&self, play: &PlayName) -> bool {
        let as_new = |known: &Arc<PlayState>| {
            let PlayState { started, paused, batch, said, withdrawn, skip, was, .. } = &**known;
            let said_of_it = !said.is_empty() || !withdrawn.is_empty() || !skip.is_empty() || *paused;
            *started == 0 && batch.is_none() && was.is_empty() && !said_of_it
        };
        let runs = || self.runs.values().any(|run| run.play == *play);
        self.plays.get(play).is_none_or(as_new) && !runs()
    }

    /// Whether a play starts nothing until it is resumed.
    pub fn is_paused(&self, play: &PlayName) -> bool {
        self.paused || self.plays.get(play).is_some_and(|known| known.paused)
    }

    /// When a play that is paused is resumed by itself, if nothing else holds it.
    pub fn paused_until(&self, play: &PlayName) -> Option<Timestamp> {
        let ends = &self.by_hand.pause_ends;
        let alone = self.plays.get(play).is_some_and(|known| known.paused);
        let all = if self.paused { Some(ends.of(None)?) } else { None };
        let own = if alone { Some(ends.of(Some(play))?) } else { None };
        all.max(own)
    }

    /// Whether it will start nothing at an instant, as things are: a pause may end by itself before.
    pub fn is_paused_at(&self, play: &PlayName, at: Timestamp) -> bool {
        self.is_paused(play) && self.paused_until(play).is_none_or(|until| at < until)
    }

    /// The open run of a date.
    pub fn run_of_date(&self, play: &PlayName, date: &str) -> Option<&Arc<Run>> {
        let is_it = |run: &&Arc<Run>| run.play == *play && run.cause.date.as_deref() == Some(date);
        let usual = self.plays.get(play).map(|known| known.date_run(play, date));
        // A run keeps the id under which it began, also when its play has another name now.
        usual.and_then(|id| self.runs.get(&id)).filter(is_it).or_else(|| self.runs.values().find(is_it))
    }

    /// Whether a run goes no further because its date is missing from the file, or has no time.
    pub fn is_suspended(&self, run: &Run) -> bool {
        let Some(date) = &run.cause.date else { return false };
        self.by_hand.is_put_off(&run.play, date)
            || self.plays.get(&run.play).is_some_and(|known| known.missing.contains_key(date))
    }

    /// How long the clock says that the group exists.
    pub fn age(&self) -> Duration {
        self.clock.since(self.created)
    }
}
