//! The gauges of a group: what its numbers are read from at an instant, and what a number is a part of.
//!
//! Changes nothing. What a channel does not hear is unknown here, never none. Which number is which is `reading`.

use super::unknown::{BY_HAND, DEAF, OF_NOTHING, SCARCE};
use super::{Numbers, as_of, count::SALES, own::Own, round, survey::Survey};
use crate::{
    base::{
        habits::{KNOWN_DAYS, window},
        ids::ChannelName,
        limits,
        member::Members,
        metric::Figure,
        phrase::Words,
        time::{Duration, Timestamp},
    },
    engine::{moderation::Moderated, state::State},
    model::{
        abilities::Abilities,
        channel::{ChannelKind, GROUP},
        group::Group,
        playbook::Playbook,
    },
    script::facts::{Facts, GroupFacts, Measures},
};
use std::sync::{Arc, OnceLock, Weak};

/// The numbers of a group at an instant.
#[derive(Debug)]
pub struct Gauges {
    pub(in crate::engine) numbers: Arc<Numbers>,
    pub(in crate::engine) members: Members,
    pub(in crate::engine) created: Timestamp,
    pub(in crate::engine) now: Timestamp,
    /// The group's channel, and what it hears as it is configured.
    channel: Option<(ChannelKind, Abilities)>,
    pub(super) moderated: Arc<Moderated>,
    hears: OnceLock<bool>,
    survey: OnceLock<Arc<Survey>>,
    pub(super) own: Own,
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
    pub(super) fn shared(&self) -> Option<Arc<dyn Measures>> {
        let this: Arc<Self> = self.this.upgrade()?;
        Some(this)
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

    /// How many messages members said in 28 days, and how many members said so many; the most first.
    pub fn talk(&self) -> Vec<(u64, u64)> {
        self.survey().counts().collect()
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
    pub(super) fn is_unseen(&self) -> bool {
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

    /// Whether answers are heard, or were ever told.
    pub(in crate::engine) fn hears_answers(&self) -> bool {
        let hears = self.channel.is_none_or(|(kind, can)| kind == ChannelKind::Console || can.answers);
        hears || self.numbers.asks.iter().any(|one| one.responses > 0)
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
