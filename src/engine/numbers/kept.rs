//! The numbers of a group as the state keeps them: the open day, the closed ones, and what is still waited for.
//!
//! Plain data in bounds; counted by the files beside it.

use super::{
    cohort::Cohorts, day::DayNumbers, duty::AnswerDuty, event::Event, round::Round, tally::Tally,
    windows::Windows,
};
use crate::base::{
    civil_day::CivilDay,
    ids::MemberId,
    limits,
    time::{Timestamp, Zone},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

/// What is counted of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Numbers {
    /// Whose days are counted: the name of a zone. Nothing is counted before it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Arc<str>>,
    /// The day that is open.
    pub today: CivilDay,
    /// When it began.
    pub from: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// The first day of which anything was counted.
    pub began: CivilDay,
    /// The number of the member who is counted next.
    #[serde(default)]
    pub next_no: u32,
    /// The open day so far.
    #[serde(default)]
    pub open: DayNumbers,
    /// Closed days on which anything happened, oldest first.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub closed: VecDeque<Arc<DayNumbers>>,
    /// How many members spoke within the last n days, today being one of them.
    #[serde(default)]
    pub speakers: Windows,
    /// How many members did anything within the last n days.
    #[serde(default)]
    pub actors: Windows,
    /// Who joined when, and what became of them.
    #[serde(default)]
    pub cohorts: Cohorts,
    /// Questions that nobody has answered, oldest first.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub questions: VecDeque<OpenQuestion>,
    /// The last advertisements, oldest first.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub campaigns: VecDeque<Campaign>,
    /// The last questions to the group, oldest first: when each was counted, and how many had answered.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub asks: VecDeque<Campaign>,
    /// The last dates to which members could sign up, oldest first.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub events: VecDeque<Event>,
    /// When those who look after the group did something last, by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub operators: BTreeMap<String, Timestamp>,
    /// The last message of a human.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spoke: Option<Timestamp>,
    /// When plays were told last that nobody looks after the group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_told: Option<Timestamp>,
    /// What the playbook's own numbers count of signals.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tallies: BTreeMap<Arc<str>, Tally>,
    /// Days on which nobody listened for a while, oldest first, each with the last of as many.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub unheard: VecDeque<(CivilDay, CivilDay)>,
    /// What the last look at all members of a large group found, and the one that is under way.
    #[serde(default, skip_serializing_if = "Round::is_empty")]
    pub round: Round,
    /// Who answers questions now, and within how long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duty: Option<Arc<AnswerDuty>>,
    /// Tasks that were due before this are counted: the beginning of the day that was closed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overdue_from: Option<Timestamp>,
    /// When the rules were changed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules_changed: Option<Timestamp>,
}

/// An advertisement and what came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Campaign {
    /// When it went out.
    pub at: Timestamp,
    /// How many members there were.
    pub members: u32,
    /// Replies, reactions and clicks within a day.
    pub responses: u32,
}

/// A question that nobody has answered yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenQuestion {
    /// Who asks.
    pub by: MemberId,
    /// When the question was asked.
    pub at: Timestamp,
    /// The platform's id of the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// By when an answer is due, where somebody has that duty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// Whose duty it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub whose: Vec<String>,
}

impl Numbers {
    /// Whether nothing has ever been counted.
    pub fn is_new(&self) -> bool {
        self.zone.is_none()
    }

    /// From when on tasks that are not done are not yet counted as such.
    pub fn overdue_from(&self) -> Timestamp {
        self.overdue_from.unwrap_or(self.from)
    }

    /// The day on which an instant is.
    pub fn day_of(&self, at: Timestamp) -> CivilDay {
        if self.from <= at && at < self.until {
            return self.today;
        }
        CivilDay::of(at, &self.zone())
    }

    /// The zone whose days are counted.
    pub fn zone(&self) -> Zone {
        self.zone.as_deref().and_then(Zone::named).unwrap_or_else(Zone::utc)
    }

    /// The closed days from one on, oldest first.
    pub fn days_since(&self, first: CivilDay) -> impl Iterator<Item = &DayNumbers> {
        self.closed.iter().map(|day| &**day).filter(move |day| day.day >= first)
    }

    /// The last so many days, the open one being the last of them.
    pub fn last_days(&self, days: u32) -> impl Iterator<Item = &DayNumbers> {
        let first = self.today.plus(1 - days.min(i32::MAX as u32) as i32);
        self.days_since(first).chain((days > 0).then_some(&self.open))
    }

    /// A sum over the last so many days.
    pub fn sum(&self, days: u32, of: impl Fn(&DayNumbers) -> u32) -> u64 {
        self.last_days(days).map(|day| u64::from(of(day))).sum()
    }

    /// Whether everything of the last so many days was counted and heard.
    pub fn is_complete(&self, days: u32, created: Timestamp) -> bool {
        let first = self.today.plus(1 - days.min(i32::MAX as u32) as i32);
        let whole = self.began <= first || self.day_of(created) >= self.began;
        let heard = self.unheard.iter().all(|(_, last)| *last < first);
        whole && heard && self.last_days(days).all(|day| !day.incomplete)
    }

    /// A day in a zone begins, with nothing in it.
    pub(super) fn begin_day(&mut self, at: Timestamp, zone: &Zone) {
        let first = self.zone.is_none();
        if self.zone.as_deref() != Some(zone.name()) {
            self.zone = Some(Arc::from(zone.name()));
        }
        let today = CivilDay::of(at, zone);
        let ahead = today.since(self.today);
        if first {
            self.began = today;
        } else {
            self.speakers.turn(ahead);
            self.actors.turn(ahead);
        }
        (self.from, self.until) = zone.day_bounds(at);
        self.today = today;
        self.open = DayNumbers { day: today, ..DayNumbers::default() };
    }
}

/// Keeps a list within a bound by forgetting its oldest.
pub(super) fn keep<T>(list: &mut VecDeque<T>, new: T, most: usize) -> Option<T> {
    list.push_back(new);
    if list.len() > most { list.pop_front() } else { None }
}

/// Notes that one of those who look after the group did something.
pub(super) fn operated(numbers: &mut Numbers, who: &str, at: Timestamp) {
    if let Some(known) = numbers.operators.get_mut(who) {
        *known = at.max(*known);
        return;
    }
    if numbers.operators.len() >= limits::OPERATORS_KEPT_MAX
        && let Some(oldest) = numbers.operators.iter().min_by_key(|(_, at)| **at).map(|(who, _)| who.clone())
    {
        numbers.operators.remove(&oldest);
    }
    numbers.operators.insert(who.to_owned(), at);
}
