//! What a member did lately, day by day: on which days they spoke, how often, whom they know.
//!
//! Counts facts; holds no words of anybody. People are known here by numbers of their group, never by id.

use super::{civil_day::CivilDay, limits, stored::is_default, time::Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::Arc;

/// Days for which messages are counted a day.
pub const COUNTED_DAYS: usize = 28;
/// Days of which is known whether somebody did anything.
pub const KNOWN_DAYS: u32 = u64::BITS;

/// What a member did lately.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Habits {
    /// Their number in the group, in the order in which they were first counted.
    pub no: u32,
    /// The day of the lowest bit, and of the first count.
    pub day: CivilDay,
    /// One bit a day: whether they spoke.
    #[serde(default, skip_serializing_if = "is_default")]
    spoke: u64,
    /// One bit a day: whether they spoke, answered, reacted or came.
    #[serde(default, skip_serializing_if = "is_default")]
    acted: u64,
    /// Messages a day, at most 255.
    #[serde(default, skip_serializing_if = "DayCounts::is_empty")]
    per_day: DayCounts,
    /// When they were first heard to speak.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Timestamp>,
    /// The day on which their joining was reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came: Option<CivilDay>,
    /// The day on which they were first among the twenty who say most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risen: Option<CivilDay>,
    /// The numbers of those to whom they replied or who replied to them, the first ones.
    #[serde(default, skip_serializing_if = "is_default")]
    peers: Arc<[u32]>,
    /// Replies that they got.
    #[serde(default, skip_serializing_if = "is_default")]
    pub got: u16,
    /// Replies that they gave.
    #[serde(default, skip_serializing_if = "is_default")]
    pub gave: u16,
}

impl Habits {
    /// Nothing yet.
    pub fn new(no: u32, day: CivilDay) -> Self {
        Self {
            no,
            day,
            spoke: 0,
            acted: 0,
            per_day: DayCounts::default(),
            first: None,
            came: None,
            risen: None,
            peers: Arc::default(),
            got: 0,
            gave: 0,
        }
    }

    /// They did something on a day, and said so many things in it.
    pub fn mark(&mut self, day: CivilDay, messages: u64) {
        self.turn_to(day);
        let back = self.day.since(day).unsigned_abs();
        if back >= KNOWN_DAYS {
            return;
        }
        self.acted |= 1 << back;
        if messages > 0 {
            self.spoke |= 1 << back;
            self.per_day.add(back as usize, messages);
        }
    }

    /// On which of the last 64 days they spoke, today in the lowest bit.
    pub fn spoke(&self, today: CivilDay) -> u64 {
        seen_from(self.spoke, today.since(self.day))
    }

    /// On which of the last 64 days they spoke, answered, reacted or came, today in the lowest bit.
    pub fn acted(&self, today: CivilDay) -> u64 {
        seen_from(self.acted, today.since(self.day))
    }

    /// Messages in the last so many days, today being one; at most 28 days are counted.
    pub fn messages(&self, today: CivilDay, days: usize) -> u32 {
        let shift = today.since(self.day);
        let kept = days.min(COUNTED_DAYS) as i32 - shift;
        let from = (-shift).clamp(0, COUNTED_DAYS as i32) as usize;
        self.per_day.0.iter().skip(from).take(kept.max(0) as usize).map(|n| u32::from(*n)).sum()
    }

    /// Takes over what somebody did who turns out to be the same.
    pub fn take_over(&mut self, other: &Self) {
        let day = self.day.max(other.day);
        self.turn_to(day);
        self.spoke |= other.spoke(day);
        self.acted |= other.acted(day);
        let behind = usize::try_from(day.since(other.day)).unwrap_or_default();
        for (back, messages) in other.per_day.0.iter().enumerate() {
            self.per_day.add(back.saturating_add(behind), u64::from(*messages));
        }
        self.first = self.first.into_iter().chain(other.first).min();
        self.came = self.came.into_iter().chain(other.came).min();
        self.risen = self.risen.into_iter().chain(other.risen).min();
        for peer in other.peers() {
            self.meet(*peer);
        }
        self.got = self.got.saturating_add(other.got);
        self.gave = self.gave.saturating_add(other.gave);
    }

    /// The lowest bit is a later day.
    fn turn_to(&mut self, day: CivilDay) {
        let ahead = day.since(self.day);
        if ahead > 0 {
            self.spoke = shifted(self.spoke, ahead);
            self.acted = shifted(self.acted, ahead);
            self.per_day.turn(ahead as usize);
            self.day = day;
        }
    }

    /// Whom they replied to, or who replied to them, by their numbers.
    pub fn peers(&self) -> &[u32] {
        &self.peers
    }

    /// They and another have spoken with each other; whether that is new.
    pub fn meet(&mut self, other: u32) -> bool {
        if self.peers.contains(&other) || self.peers.len() >= limits::PEERS_MAX {
            return false;
        }
        self.peers = self.peers.iter().copied().chain([other]).collect();
        true
    }
}

/// The days as seen from one that is so many later.
fn seen_from(days: u64, later: i32) -> u64 {
    if later >= 0 { shifted(days, later) } else { days.checked_shr(later.unsigned_abs()).unwrap_or(0) }
}

fn shifted(days: u64, by: i32) -> u64 {
    days.checked_shl(by.unsigned_abs()).unwrap_or(0)
}

/// So many of the lowest bits.
pub fn window(days: u32) -> u64 {
    if days >= KNOWN_DAYS { u64::MAX } else { (1 << days) - 1 }
}

/// Messages a day, the latest first; in the stored form without the empty days at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
struct DayCounts([u8; COUNTED_DAYS]);

impl Default for DayCounts {
    fn default() -> Self {
        Self([0; COUNTED_DAYS])
    }
}

impl DayCounts {
    fn is_empty(&self) -> bool {
        self.0.iter().all(|n| *n == 0)
    }

    fn turn(&mut self, days: usize) {
        let days = days.min(COUNTED_DAYS);
        self.0.copy_within(..COUNTED_DAYS - days, days);
        self.0[..days].fill(0);
    }

    fn add(&mut self, back: usize, messages: u64) {
        if let Some(count) = self.0.get_mut(back) {
            *count = count.saturating_add(u8::try_from(messages).unwrap_or(u8::MAX));
        }
    }
}

impl Serialize for DayCounts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kept = self.0.iter().rposition(|n| *n > 0).map_or(0, |last| last + 1);
        serializer.collect_seq(&self.0[..kept])
    }
}

impl<'de> Deserialize<'de> for DayCounts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored: Vec<u8> = Vec::deserialize(deserializer)?;
        let mut counts = Self::default();
        counts.0.iter_mut().zip(stored).for_each(|(count, n)| *count = n);
        Ok(counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_move_and_what_comes_late_is_put_where_it_belongs() {
        let day = CivilDay::default();
        let mut habits = Habits::new(7, day);
        habits.mark(day, 2);
        habits.mark(day.plus(3), 1);
        habits.mark(day.plus(1), 5);
        habits.mark(day.plus(3), 0);
        assert_eq!(habits.spoke(day.plus(3)), 0b1101);
        assert_eq!(habits.spoke(day.plus(4)), 0b11010);
        // As it was seen on an earlier day.
        assert_eq!(habits.spoke(day.plus(1)), 0b11);
        assert_eq!(habits.messages(day.plus(3), 28), 8);
        assert_eq!(habits.messages(day.plus(3), 1), 1);
        assert_eq!(habits.messages(day.plus(4), 4), 6);
        assert_eq!(habits.messages(day.plus(40), 28), 0);
        // Too long ago to be known.
        habits.mark(day.plus(-100), 1);
        assert_eq!(habits.messages(day.plus(3), 28), 8);
        habits.mark(day.plus(200), 300);
        assert_eq!((habits.spoke(day.plus(200)), habits.messages(day.plus(200), 7)), (1, 255));
    }

    #[test]
    fn what_two_did_who_are_one_is_added_up_by_the_day() {
        let day = CivilDay::default();
        let (mut one, mut other) = (Habits::new(1, day), Habits::new(2, day));
        one.mark(day, 2);
        other.mark(day, 1);
        other.mark(day.plus(3), 5);
        let mut both = one.clone();
        both.take_over(&other);
        other.take_over(&one);
        for habits in [&both, &other] {
            assert_eq!(habits.spoke(day.plus(3)), 0b1001);
            assert_eq!((habits.messages(day.plus(3), 28), habits.messages(day.plus(3), 1)), (8, 5));
        }
        assert_eq!((both.no, other.no), (1, 2));
    }

    #[test]
    fn the_stored_form_is_small_and_gives_the_same() {
        let day = CivilDay::default();
        let mut habits = Habits::new(1, day);
        assert_eq!(serde_json::to_string(&habits).unwrap(), r#"{"no":1,"day":"1970-01-01"}"#);
        habits.mark(day, 3);
        assert!(habits.meet(9) && !habits.meet(9));
        let text = serde_json::to_string(&habits).unwrap();
        assert_eq!(serde_json::from_str::<Habits>(&text).unwrap(), habits);
        for other in 0..100 {
            habits.meet(other);
        }
        assert_eq!(habits.peers().len(), limits::PEERS_MAX);
    }
}
