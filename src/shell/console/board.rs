//! The board: what is, as ordered indexes over the states that an engine has published.
//!
//! Pure: a board and the next snapshot make the next board, and that costs what has changed between the two, however
//! many groups there are. Shared parts of the states are passed over by their addresses.

use crate::{
    base::{
        ids::{ChannelName, EffectId, GroupId, PersonId, PlayName, RunId, TaskId},
        limits,
        locale::Locale,
        time::{Timestamp, Zone},
    },
    engine::{
        entry::TaskKind,
        state::{OpenTask, Run, State, Timer},
    },
    model::{abilities::Abilities, channel::ChannelKind, playbook::Playbook},
    shell::{
        console::{cards::Cards, runs::RunIndex},
        runtime::publish::{GroupNow, Snapshot},
        store::{FailingNow, MessageStatus, OutboxRow},
    },
};
use imbl::{OrdMap, OrdSet, ordmap, ordset};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Something that waits for people. In order of when it is due; what is due at no time comes last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Waiting {
    /// When it should be done.
    pub due: Timestamp,
    /// The group.
    pub group: GroupId,
    /// The task.
    pub task: TaskId,
}

/// Something that comes, in one group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Coming {
    /// The group.
    pub group: GroupId,
    /// The run, where it has begun.
    pub run: Option<RunId>,
    /// The date, where it is one.
    pub date: Option<Arc<str>>,
}

/// A message that a budget holds back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeldBack {
    /// Since when the message is held back.
    pub since: Timestamp,
    /// The group.
    pub group: GroupId,
    /// The message.
    pub effect: EffectId,
}

/// How much there is of what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Groups that a file runs.
    pub groups: usize,
    /// Groups that no file runs.
    pub resting: usize,
    /// Groups in which everything is paused.
    pub paused: usize,
    /// Members of all groups.
    pub members: usize,
    /// Runs that have not ended.
    pub runs: usize,
    /// Groups that have anything that waits for people.
    pub asking: usize,
}

impl Counts {
    fn of(now: &GroupNow) -> Self {
        let state = &now.state;
        let runs = state.runs.values().filter(|run| run.outcome.is_none()).count();
        Self {
            groups: usize::from(now.book.is_some()),
            resting: usize::from(now.book.is_none()),
            paused: usize::from(state.paused),
            members: state.members.len(),
            runs,
            asking: usize::from(!state.tasks.is_empty()),
        }
    }

    fn each(&mut self, other: Self, count: impl Fn(usize, usize) -> usize) {
        self.groups = count(self.groups, other.groups);
        self.resting = count(self.resting, other.resting);
        self.paused = count(self.paused, other.paused);
        self.members = count(self.members, other.members);
        self.runs = count(self.runs, other.runs);
        self.asking = count(self.asking, other.asking);
    }
}

/// What is. A clone is a few pointers, and never changes.
#[derive(Debug, Clone, Default)]
pub struct Board {
    /// The states it was made from.
    pub now: Snapshot,
    /// What waits for people, the most urgent first.
    pub waiting: OrdSet<Waiting>,
    /// The same for each person who is asked.
    pub by_person: OrdMap<PersonId, OrdSet<Waiting>>,
    /// What comes, by instant and play: the same in many groups is one row.
    pub upcoming: OrdMap<(Timestamp, PlayName), OrdSet<Coming>>,
    /// Messages that budgets hold back, the oldest first.
    pub held: OrdSet<HeldBack>,
    /// What waits for people, alike in several groups as one.
    pub cards: Cards,
    /// Runs by their minute and play.
    pub runs: RunIndex,
    /// Groups in which members see nothing.
    pub hushed: OrdSet<GroupId>,
    /// Groups in which everything is paused.
    pub paused: OrdSet<GroupId>,
    /// Health of the last closed day, the worst first.
    pub health: OrdSet<(u8, GroupId)>,
    /// Questions that are put to groups, by when they end.
    pub asked: OrdSet<Waiting>,
    /// Channels that fail.
    pub alarms: OrdSet<(GroupId, ChannelName)>,
    /// Channels on which nothing is heard though something usually is.
    pub silent: OrdSet<(GroupId, ChannelName)>,
    /// Messages that were refused for good or may have arrived, the oldest first, and whether there are more.
    pub dead: Arc<(Vec<OutboxRow>, bool)>,
    /// Channels whose attempts fail just now, and what waits there.
    pub failing: Arc<Vec<FailingNow>>,
    /// Messages of a page that have not arrived, and where they are.
    pub on_the_way: Arc<BTreeMap<(GroupId, EffectId), MessageStatus>>,
    /// How much there is of what.
    pub counts: Counts,
    /// The channels of the files.
    pub channels: Arc<Vec<ChannelSum>>,
    /// The groups whose own roles name somebody.
    pub named: Arc<BTreeMap<PersonId, BTreeSet<GroupId>>>,
    /// Groups by the beginning of their names.
    names: OrdSet<(String, GroupId)>,
    /// The files of which the names were read.
    read: Option<Arc<Vec<Arc<crate::shell::runtime::publish::InForce>>>>,
}

/// What two boards differ in, by the names that a page gives its parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// `today`, `g:GROUP`, `r:RUN`, `channels`.
    pub parts: BTreeSet<String>,
}

impl Board {
    /// The board of a snapshot, from the one before it.
    pub fn next(&self, now: &Snapshot) -> (Self, Changed) {
        let mut next = self.clone();
        let mut changed = Changed::default();
        for item in self.now.groups.diff(&now.groups) {
            let (id, old, new) = match item {
                ordmap::DiffItem::Add(id, new) => (id, None, Some(new)),
                ordmap::DiffItem::Remove(id, old) => (id, Some(old), None),
                ordmap::DiffItem::Update { old: (id, old), new: (_, new) } => (id, Some(old), Some(new)),
            };
            next.group(id, old, new, &mut changed);
        }
        next.now = now.clone();
        if !next.read.as_ref().is_some_and(|read| Arc::ptr_eq(read, &now.books)) {
            next.names = names(now);
            next.named = Arc::new(named(now));
            next.channels = Arc::new(channels(now));
            next.read = Some(now.books.clone());
            changed.parts.insert("channels".into());
        }
        if !changed.parts.is_empty() {
            changed.parts.insert("today".into());
        }
        (next, changed)
    }

    /// The same with what became of messages that somebody has to decide about: one more than are shown says that
    /// there are more.
    pub fn with_dead(&self, mut dead: Vec<OutboxRow>) -> Self {
        let more = dead.len() > limits::STUCK_MAX;
        dead.truncate(limits::STUCK_MAX);
        Self { dead: Arc::new((dead, more)), ..self.clone() }
    }

    /// The same with the messages of another board that somebody has to decide about, and the channels that fail.
    pub fn with_dead_of(&self, other: &Self) -> Self {
        Self { dead: other.dead.clone(), failing: other.failing.clone(), ..self.clone() }
    }

    /// The same with channels whose attempts fail.
    pub fn with_failing(&self, failing: Vec<FailingNow>) -> Self {
        Self { failing: Arc::new(failing), ..self.clone() }
    }

    /// The same with what of a page has not arrived.
    pub fn with_on_the_way(&self, rows: BTreeMap<(GroupId, EffectId), MessageStatus>) -> Self {
        Self { on_the_way: Arc::new(rows), ..self.clone() }
    }

    /// What waits and should be done by now.
    pub fn late(&self, now: Timestamp) -> impl Iterator<Item = &Waiting> {
        self.waiting.iter().take_while(move |one| one.due <= now)
    }

    /// Groups whose id, name or a part of it begins like this, at most so many.
    pub fn find(&self, beginning: &str, most: usize) -> Vec<GroupId> {
        let beginning = beginning.trim().to_lowercase();
        let from = (beginning.clone(), GroupId::new(""));
        let found = self.names.range(from..).take_while(|(name, _)| name.starts_with(&beginning));
        let mut ids: Vec<GroupId> = Vec::new();
        for (_, id) in found {
            if ids.len() >= most {
                break;
            }
            if !ids.contains(id) {
                ids.push(id.clone());
            }
        }
        ids
    }

    /// One group.
    pub fn group_of(&self, id: &GroupId) -> Option<Here<'_>> {
        let (id, now) = self.now.groups.get_key_value(id)?;
        Some(Here { id, now })
    }

    /// A group has changed: what it had before goes from the indexes, what it has now comes.
    fn group(
        &mut self,
        id: &GroupId,
        old: Option<&Arc<GroupNow>>,
        new: Option<&Arc<GroupNow>>,
        changed: &mut Changed,
    ) {
        changed.parts.insert(format!("g:{id}"));
        if let Some(old) = old {
            self.counts.each(Counts::of(old), usize::saturating_sub);
        }
        if let Some(new) = new {
            self.counts.each(Counts::of(new), usize::saturating_add);
        }
        // A group that no file runs does nothing: nothing of it comes or waits.
        let none = State::new(id.clone());
        let live =
            |now: Option<&Arc<GroupNow>>| now.filter(|now| now.book.is_some()).map(|now| now.state.clone());
        let (old, new) = (live(old), live(new));
        let (old, new) = (old.as_deref().unwrap_or(&none), new.as_deref().unwrap_or(&none));
        self.tasks(id, old, new);
        self.timers(id, old, new);
        self.runs.note(id, old, new);
        let is_hushed = |state: &State| state.by_hand.hush.is_some();
        mark(&mut self.hushed, id, is_hushed(old), is_hushed(new));
        mark(&mut self.paused, id, old.paused, new.paused);
        let health = |state: &State| state.numbers.closed.back().and_then(|day| day.health);
        if health(old) != health(new) {
            health(old).map(|health| self.health.remove(&(health, id.clone())));
            health(new).map(|health| self.health.insert((health, id.clone())));
        }
        self.held_back(id, old, new);
        for channel in old.failing.keys().filter(|channel| !new.failing.contains_key(*channel)) {
            self.alarms.remove(&(id.clone(), channel.clone()));
        }
        for channel in new.failing.keys().filter(|channel| !old.failing.contains_key(*channel)) {
            self.alarms.insert((id.clone(), channel.clone()));
        }
        if old.silences != new.silences {
            let one = |channel: &ChannelName| (id.clone(), channel.clone());
            old.silences.0.keys().for_each(|channel| drop(self.silent.remove(&one(channel))));
            new.silences.0.keys().for_each(|channel| drop(self.silent.insert(one(channel))));
        }
        for item in old.runs.diff(&new.runs) {
            let (ordmap::DiffItem::Add(run, _)
            | ordmap::DiffItem::Remove(run, _)
            | ordmap::DiffItem::Update { new: (run, _), .. }) = item;
            changed.parts.insert(format!("r:{run}"));
        }
    }

    fn tasks(&mut self, id: &GroupId, old: &State, new: &State) {
        for item in old.tasks.diff(&new.tasks) {
            match item {
                ordmap::DiffItem::Add(_, task) => self.waits(id, task, true),
                ordmap::DiffItem::Remove(_, task) => self.waits(id, task, false),
                ordmap::DiffItem::Update { old: (_, old), new: (_, new) } => {
                    // Answers that come in change nothing here.
                    if old.task != new.task || old.ticks != new.ticks {
                        self.waits(id, old, false);
                        self.waits(id, new, true);
                    }
                }
            }
        }
    }

    fn waits(&mut self, group: &GroupId, open: &OpenTask, waits: bool) {
        let due = open.task.due.unwrap_or(Timestamp::MAX);
        let one = Waiting { due, group: group.clone(), task: open.task.id.clone() };
        self.cards.note(group, open, waits);
        if open.task.kind == TaskKind::Question {
            if waits {
                self.asked.insert(one.clone())
            } else {
                self.asked.remove(&one)
            };
        }
        for person in &open.task.people {
            let of = self.by_person.entry(person.id.clone()).or_default();
            if waits {
                of.insert(one.clone());
            } else {
                of.remove(&one);
            }
            if of.is_empty() {
                self.by_person.remove(&person.id);
            }
        }
        if waits {
            self.waiting.insert(one);
        } else {
            self.waiting.remove(&one);
        }
    }

    fn timers(&mut self, id: &GroupId, old: &State, new: &State) {
        for item in old.timers.diff(&new.timers) {
            let (at, timer, comes) = match item {
                ordset::DiffItem::Add((at, timer)) => (*at, timer, true),
                ordset::DiffItem::Remove((at, timer)) => (*at, timer, false),
            };
            let (state, group) = (if comes { new } else { old }, id.clone());
            let (play, one) = match timer {
                Timer::Play { play } | Timer::Batch { play } => {
                    (play.clone(), Coming { group, run: None, date: None })
                }
                Timer::Date { play, date } => {
                    (play.clone(), Coming { group, run: None, date: Some(date.clone()) })
                }
                Timer::Run { run } => {
                    let Some(known) = state.runs.get(run) else { continue };
                    (known.play.clone(), Coming { group, run: Some(run.clone()), date: None })
                }
                _ => continue,
            };
            let of = self.upcoming.entry((at, play.clone())).or_default();
            if comes {
                of.insert(one);
            } else {
                of.remove(&one);
            }
            if of.is_empty() {
                self.upcoming.remove(&(at, play));
            }
        }
    }

    fn held_back(&mut self, group: &GroupId, old: &State, new: &State) {
        if Arc::ptr_eq(&old.held, &new.held) {
            return;
        }
        let one = |held: &Arc<crate::engine::state::HeldMessage>| HeldBack {
            since: held.since,
            group: group.clone(),
            effect: held.outgoing.effect.clone(),
        };
        for held in old.held.iter() {
            self.held.remove(&one(held));
        }
        for held in new.held.iter() {
            self.held.insert(one(held));
        }
    }
}

/// Puts a group into a set, or takes it out.
fn mark(set: &mut OrdSet<GroupId>, id: &GroupId, was: bool, is: bool) {
    if was && !is {
        set.remove(id);
    } else if is && !was {
        set.insert(id.clone());
    }
}

/// A group on the board.
#[derive(Debug, Clone, Copy)]
pub struct Here<'a> {
    /// The id of the group.
    pub id: &'a GroupId,
    /// How it is.
    pub now: &'a GroupNow,
}

impl<'a> Here<'a> {
    /// The state of the group.
    pub fn state(self) -> &'a State {
        &self.now.state
    }

    /// The playbook that runs it, with what the group has of its own; none while it rests.
    pub fn playbook(self) -> Option<&'a Playbook> {
        self.now.book.as_ref().map(|book| book.playbook.in_group(self.id))
    }

    /// The shown name of the group.
    pub fn title(self) -> &'a str {
        let group = self.playbook().and_then(|playbook| playbook.groups.get(self.id));
        group.map_or(self.id.as_str(), |group| &group.title)
    }

    /// The zone of its times.
    pub fn zone(self) -> Zone {
        self.playbook().map_or_else(Zone::utc, |playbook| playbook.zone.clone())
    }

    /// The language of its playbook.
    pub fn locale(self) -> Locale {
        self.playbook().map_or(Locale::En, |playbook| playbook.locale)
    }

    /// A run of it, open or one of the last that ended.
    pub fn run(self, id: &RunId) -> Option<&'a Arc<Run>> {
        let ended = || self.now.state.finished.iter().find(|run| run.id == *id);
        self.now.state.runs.get(id).or_else(ended)
    }
}

/// A channel of a file, of all its groups together.
#[derive(Debug, Clone, PartialEq)]
pub struct ChannelSum {
    /// The title of the file.
    pub playbook: String,
    /// The name of the channel.
    pub name: ChannelName,
    /// What it speaks to: of groups that have one of their own, all.
    pub kinds: BTreeSet<ChannelKind>,
    /// Groups that have it.
    pub groups: usize,
    /// What the first of them could hear.
    pub hears: Abilities,
}

impl ChannelSum {
    /// Counts the channels of one group.
    pub(super) fn count(sums: &mut BTreeMap<(String, ChannelName), Self>, playbook: &Playbook, id: &GroupId) {
        let own = playbook.groups.get(id).map(|group| &group.channels);
        let names: BTreeSet<&ChannelName> =
            playbook.channels.keys().chain(own.into_iter().flat_map(BTreeMap::keys)).collect();
        for name in names {
            let channel = own.and_then(|own| own.get(name)).or_else(|| playbook.channels.get(name));
            let Some(channel) = channel else { continue };
            let key = (playbook.title.to_string(), name.clone());
            let sum = sums.entry(key).or_insert_with(|| Self {
                playbook: playbook.title.to_string(),
                name: name.clone(),
                kinds: BTreeSet::new(),
                groups: 0,
                hears: channel.abilities(),
            });
            sum.kinds.insert(channel.kind);
            sum.groups += 1;
        }
    }
}

/// The channels of all files.
fn channels(now: &Snapshot) -> Vec<ChannelSum> {
    let mut sums = BTreeMap::new();
    for book in now.books.iter() {
        for id in book.playbook.groups.keys() {
            ChannelSum::count(&mut sums, book.playbook.in_group(id), id);
        }
    }
    sums.into_values().collect()
}

/// Ids and names of the groups in files, and each word of a name, in small letters.
fn names(now: &Snapshot) -> OrdSet<(String, GroupId)> {
    let groups = now.books.iter().flat_map(|book| book.playbook.groups.values());
    let mut names = OrdSet::new();
    for group in groups {
        let title = group.title.to_lowercase();
        let words = title.split_whitespace().map(str::to_owned);
        for name in words.chain([title.clone(), group.id.as_str().to_lowercase()]) {
            names.insert((name, group.id.clone()));
        }
    }
    names
}

/// The groups whose own roles name somebody.
fn named(now: &Snapshot) -> BTreeMap<PersonId, BTreeSet<GroupId>> {
    let mut named: BTreeMap<PersonId, BTreeSet<GroupId>> = BTreeMap::new();
    for group in now.books.iter().flat_map(|book| book.playbook.groups.values()) {
        for person in group.roles.values().flat_map(|role| &role.people) {
            named.entry(person.id.clone()).or_default().insert(group.id.clone());
        }
    }
    named
}
