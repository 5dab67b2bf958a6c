//! The numbers of a group as they are read at an instant: each with what it is a part of, whether it is complete, and
//! why it is unknown where it is.
//!
//! Changes nothing. What a channel does not hear is unknown here, never none.

use super::{Numbers, as_of, count::SALES, own::Own, round, survey::Survey};
use crate::{
    base::{
        civil_day::CivilDay,
        habits::{KNOWN_DAYS, window},
        ids::{ChannelName, MemberId},
        limits,
        member::Members,
        metric::{Figure, METRICS, Metric, Takes},
        phrase::{Words, pair},
        time::{Duration, Timestamp},
    },
    engine::{moderation::Moderated, state::State},
    model::{
        abilities::Abilities,
        channel::{ChannelKind, GROUP},
        group::Group,
        number::OwnNumber,
        playbook::Playbook,
    },
    script::facts::{Facts, GroupFacts, Measures},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock, Weak},
};

/// Of a channel that nobody tells of messages.
const DEAF: Words = pair("the group does not hear what members say", "这个群听不到成员说的话");
/// Of a channel of which somebody tells what a few members say.
const SCARCE: Words =
    pair("what is said is reported of too few members to count it", "只报告了少数成员说的话，还算不出来");
/// Of a channel on which people say by hand who spoke.
const BY_HAND: Words = pair(
    "what is said is reported by hand, and nobody knows what is not",
    "发言是人工报告的，没报告的没人知道",
);
/// Of a channel that nobody tells of joins.
pub(in crate::engine) const DEAF_FOR_JOINS: Words =
    pair("the group does not hear who joins", "这个群听不到谁入群");
/// Of a part of nothing.
pub(super) const OF_NOTHING: Words =
    pair("there is nothing yet that it could be a part of", "还没有可以计算的对象");

/// Of a large group whose members have not been looked at yet.
const UNSEEN: Words = pair(
    "so many members are looked at when a day is over; the first one is not yet",
    "成员这么多，要等一天过完才看一遍，第一天还没过完",
);
/// The numbers for which all members have to be looked at.
const SURVEYED: [&str; 13] = [
    "dau",
    "stickiness",
    "trend",
    "top_share",
    "gini",
    "hhi",
    "absence_factor",
    "connected",
    "density",
    "core_presence",
    "core_share",
    "new_in_top",
    "never_spoke",
];

/// The numbers of a group at an instant.
#[derive(Debug)]
pub struct Gauges {
    pub(in crate::engine) numbers: Arc<Numbers>,
    pub(in crate::engine) members: Members,
    pub(in crate::engine) created: Timestamp,
    pub(in crate::engine) now: Timestamp,
    /// The group's channel, and what it hears as it is configured.
    channel: Option<(ChannelKind, Abilities)>,
    moderated: Arc<Moderated>,
    hears: OnceLock<bool>,
    survey: OnceLock<Arc<Survey>>,
    own: Own,
    sells: bool,
    this: Weak<Self>,
}

impl Gauges {
    /// The numbers of a group at an instant; without its playbook it is taken to hear everything.
    pub fn of(state: &State, playbook: Option<(&Playbook, &Group)>, now: Timestamp) -> Arc<Self> {
        let now = now.max(state.clock);
        let (numbers, members) = as_of(state, now);
        let channel = playbook.and_then(|(all, group)| all.channel(group, &ChannelName::new(GROUP)));
        let channel = channel.map(|channel| (channel.kind, channel.abilities()));
        let own = playbook.map(|(playbook, group)| {
            let facts = || own_facts(state, playbook, group, &members, now);
            Own::new(playbook.numbers.clone(), facts)
        });
        let own = own.unwrap_or_default();
        let sells = playbook.is_none_or(|(playbook, _)| SALES.iter().any(|name| playbook.may_hear(name)));
        Arc::new_cyclic(|this| Self {
            numbers,
            members,
            created: state.created,
            now,
            channel,
            moderated: state.moderation.clone(),
            hears: OnceLock::new(),
            survey: OnceLock::new(),
            own,
            sells,
            this: this.clone(),
        })
    }

    /// Whether somebody reports what is bought.
    pub(super) fn sells(&self) -> bool {
        self.sells || self.numbers.sum(limits::DAYS_KEPT_MAX as u32, |day| day.bought) > 0
    }

    /// The same reading, for what is computed of it.
    pub(super) fn shared(&self) -> Option<Arc<Self>> {
        self.this.upgrade()
    }

    /// The playbook's own numbers.
    pub fn own(&self) -> impl Iterator<Item = (&OwnNumber, Figure)> + '_ {
        self.own.numbers().iter().filter_map(|number| Some((number, self.own.figure(self, &number.name)?)))
    }

    /// Members who did anything on a day; unknown of one that is too long ago.
    pub fn acted_on(&self, day: CivilDay) -> Figure {
        let Some(back) = u32::try_from(self.numbers.today.since(day)).ok().filter(|back| *back < KNOWN_DAYS)
        else {
            return Figure::unknown(OF_NOTHING);
        };
        if !self.hears() {
            return Figure::unknown(self.deaf());
        }
        let today = self.numbers.today;
        if round::is_large(&self.members) {
            // As it was when the day closed: whoever has left since is among them.
            let closed = self.numbers.closed.iter().rev().find(|closed| closed.day == day);
            let now = || self.numbers.actors.within(1);
            let acted = if back == 0 { now() } else { closed.map_or(0, |closed| closed.actors) };
            return self.count(back.saturating_add(1), u64::from(acted), None);
        }
        let acted =
            self.members.all_habits().filter(|(_, habits)| habits.acted(today) >> back & 1 != 0).count();
        self.count(back.saturating_add(1), acted as u64, None)
    }

    /// The instant at which they are read.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// What is known without anything having to be heard.
    pub(in crate::engine) fn known(&self, n: u64) -> Figure {
        self.count(1, n, None)
    }

    /// When the group began.
    pub fn created(&self) -> Timestamp {
        self.created
    }

    /// Every number, with what it took.
    pub fn all(&self) -> impl Iterator<Item = (&'static Metric, Option<u32>, Figure)> + '_ {
        METRICS.iter().map(|metric| {
            let taken = match metric.takes {
                Takes::Nothing => None,
                Takes::Days(n) | Takes::Most(n) => Some(n),
            };
            (metric, taken, self.read(metric, taken))
        })
    }

    /// One number. What it takes is what it takes by itself where nothing is given.
    pub fn read(&self, metric: &Metric, taken: Option<u32>) -> Figure {
        let n = match metric.takes {
            Takes::Nothing => 0,
            Takes::Days(usual) => taken.unwrap_or(usual).clamp(1, crate::base::metric::WINDOW_DAYS_MAX),
            Takes::Most(usual) => taken.unwrap_or(usual).max(1),
        };
        if self.numbers.is_new() {
            return Figure::unknown(pair("nothing is counted yet", "还没有开始计数"));
        }
        if SURVEYED.contains(&metric.name) && self.is_unseen() {
            return Figure::unknown(UNSEEN);
        }
        super::talk::figure(self, metric.name, n)
            .or_else(|| super::people::figure(self, metric.name, n))
            .unwrap_or_else(|| Figure::unknown(OF_NOTHING))
    }

    /// What a number is made of: of arrivals by source, of tasks by play, role and person, of rubbish by kind.
    pub fn parts_of(&self, name: &str) -> BTreeMap<String, Figure> {
        super::people::parts_of(self, name)
    }

    pub(super) fn survey(&self) -> &Survey {
        self.survey.get_or_init(|| {
            if !round::is_large(&self.members) {
                return Arc::new(Survey::of(self.numbers.today, &self.members, self.now));
            }
            self.numbers.round.found().cloned().unwrap_or_default()
        })
    }

    /// Whether the group is so large that its members are looked at once a day, and they have not been yet.
    fn is_unseen(&self) -> bool {
        round::is_large(&self.members) && self.numbers.round.found().is_none()
    }

    /// How many members there are, bots aside.
    pub(in crate::engine) fn humans(&self) -> u64 {
        if round::is_large(&self.members) {
            return (self.members.len() as u64).saturating_sub(self.survey().bots);
        }
        self.survey().humans
    }

    /// Whether the group hears what members say: its channel does, or some program has told of several of them.
    pub(in crate::engine) fn hears(&self) -> bool {
        *self.hears.get_or_init(|| {
            let Some((kind, can)) = self.channel else { return true };
            if kind == ChannelKind::Console || can.messages {
                return true;
            }
            let enough = limits::HEARD_MEMBERS_MIN.min(self.members.len().div_ceil(2)).max(1);
            kind != ChannelKind::Manual && self.spoke(enough) == enough
        })
    }

    /// Of how many it was heard lately that they said something, up to so many.
    fn spoke(&self, enough: usize) -> usize {
        if round::is_large(&self.members) {
            return enough.min(self.numbers.speakers.within(limits::DAYS_KEPT_MAX as u32) as usize);
        }
        let all = self.members.all_habits().map(|(_, habits)| habits);
        all.filter(|habits| habits.spoke(self.numbers.today) & window(KNOWN_DAYS) != 0).take(enough).count()
    }

    /// Why nothing is known of what members say, where [`Self::hears`] is false: nobody tells, or of too few.
    pub(in crate::engine) fn deaf(&self) -> Words {
        let by_hand = self.channel.is_some_and(|(kind, _)| kind == ChannelKind::Manual);
        match self.spoke(1) {
            0 => DEAF,
            _ if by_hand => BY_HAND,
            _ => SCARCE,
        }
    }

    /// Whether the group hears who joins.
    pub(in crate::engine) fn hears_joins(&self) -> bool {
        self.channel.is_none_or(|(kind, can)| kind == ChannelKind::Console || can.joins)
            || self.numbers.sum(limits::DAYS_KEPT_MAX as u32, |day| day.joined) > 0
    }

    /// A count of what members did, over so many days.
    pub(super) fn count(&self, days: u32, n: u64, of: Option<u64>) -> Figure {
        Figure { value: Some(n as f64), of, complete: self.is_complete(days), unknown: None }
    }

    /// A part of a whole; unknown where the whole is nothing.
    pub(super) fn share(&self, days: u32, part: f64, whole: u64) -> Figure {
        if whole == 0 {
            return Figure { of: Some(0), ..Figure::unknown(OF_NOTHING) };
        }
        Figure {
            value: Some(part / whole as f64),
            of: Some(whole),
            complete: self.is_complete(days),
            unknown: None,
        }
    }

    pub(in crate::engine) fn is_complete(&self, days: u32) -> bool {
        self.numbers.is_complete(days, self.created)
    }

    /// Days since an instant.
    pub(in crate::engine) fn days_since(&self, at: Timestamp) -> f64 {
        let tenths = self.now.since(at).as_millis().max(0) * 10 / Duration::DAY.as_millis();
        tenths as f64 / 10.0
    }
}

/// What the values of the playbook's own numbers may name, beside numbers.
fn own_facts(state: &State, playbook: &Playbook, group: &Group, members: &Members, now: Timestamp) -> Facts {
    let bare = Facts::bare(group.id.clone(), now, playbook.zone.clone(), playbook.locale);
    Facts {
        group: GroupFacts { title: group.title.clone(), created: state.created, ..bare.group.clone() },
        members: members.clone(),
        vars: crate::engine::facts::vars(state, group),
        ..bare
    }
}

impl Measures for Gauges {
    fn figure(&self, name: &str, taken: Option<u32>) -> Option<Figure> {
        let figure = match crate::base::metric::find(name) {
            Some(metric) => self.read(metric, taken),
            None => self.own.figure(self, name)?,
        };
        self.own.note(&figure);
        Some(figure)
    }

    fn active(&self, member: &MemberId, days: u32) -> Option<u32> {
        if !self.hears() {
            return None;
        }
        let habits = self.members.habits(member);
        let acted = habits.map_or(0, |habits| habits.acted(self.numbers.today));
        Some((acted & window(days)).count_ones())
    }

    fn strikes(&self, member: &MemberId) -> u32 {
        self.moderated.strikes_of(member, self.now).count() as u32
    }

    fn peers(&self, member: &MemberId) -> Option<u32> {
        if !self.hears() {
            return None;
        }
        Some(self.members.habits(member).map_or(0, |habits| habits.peers().len() as u32))
    }
}
