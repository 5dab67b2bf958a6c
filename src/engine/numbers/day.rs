//! The numbers of one day.
//!
//! Stored for ever, in the entry that closes the day: a field may be added, never taken away.

use crate::{
    base::{civil_day::CivilDay, limits, stored::is_default},
    model::message::Label,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What happened on a day.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DayNumbers {
    /// Which day.
    pub day: CivilDay,
    /// Members at its end.
    #[serde(default, skip_serializing_if = "is_default")]
    pub members: u32,
    /// Who joined.
    #[serde(default, skip_serializing_if = "is_default")]
    pub joined: u32,
    /// Who left, also who was removed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub left: u32,
    /// Of them, who was removed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub removed: u32,
    /// Of them, who had joined at most seven days before.
    #[serde(default, skip_serializing_if = "is_default")]
    pub left_early: u32,
    /// Of them, who left within a day after an advertisement.
    #[serde(default, skip_serializing_if = "is_default")]
    pub left_after_promo: u32,
    /// Members who spoke.
    #[serde(default, skip_serializing_if = "is_default")]
    pub speakers: u32,
    /// Members who did anything.
    #[serde(default, skip_serializing_if = "is_default")]
    pub actors: u32,
    /// Members who spoke for the first time.
    #[serde(default, skip_serializing_if = "is_default")]
    pub new_speakers: u32,
    /// Of them, whose first message was screened.
    #[serde(default, skip_serializing_if = "is_default")]
    pub new_screened: u32,
    /// Messages of humans.
    #[serde(default, skip_serializing_if = "is_default")]
    pub human: u32,
    /// Messages of bots, our posts aside.
    #[serde(default, skip_serializing_if = "is_default")]
    pub bot: u32,
    /// Of the humans' messages, those of owners and hosts.
    #[serde(default, skip_serializing_if = "is_default")]
    pub owner: u32,
    /// The humans' messages in each of the group's channels, where it has several.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub channels: BTreeMap<String, u32>,
    /// Our posts to the group: content, notice, social, promo.
    #[serde(default, skip_serializing_if = "is_default")]
    pub posts: [u32; 4],
    /// Questions of members.
    #[serde(default, skip_serializing_if = "is_default")]
    pub asked: u32,
    /// Questions of which it is known what became of them: answered, or unanswered for a day.
    #[serde(default, skip_serializing_if = "is_default")]
    pub settled: u32,
    /// Of them, those that were answered within a day.
    #[serde(default, skip_serializing_if = "is_default")]
    pub answered: u32,
    /// Of them, those that were answered within an hour.
    #[serde(default, skip_serializing_if = "is_default")]
    pub answered_soon: u32,
    /// Of those that were answered, those that took longer than whoever was on duty had; where nobody ever was, it is
    /// what took longer than an hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_late: Option<u32>,
    /// What was answered of the questions of each role (`role host`) and of each person (`person zhu`) on duty.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, AnswerCount>,
    /// How long first answers took: less than 1, 2, 4, 8 … minutes; trailing zeros are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub first_response: Vec<u32>,
    /// Messages that were screened, by kind.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub junk: BTreeMap<String, u32>,
    /// Breaches of rules that were recorded.
    #[serde(default, skip_serializing_if = "is_default")]
    pub strikes: u32,
    /// Messages of which somebody judged whether they are on topic.
    #[serde(default, skip_serializing_if = "is_default")]
    pub judged: u32,
    /// Of them, those that are.
    #[serde(default, skip_serializing_if = "is_default")]
    pub on_topic: u32,
    /// What was bought.
    #[serde(default, skip_serializing_if = "is_default")]
    pub bought: u32,
    /// Reactions.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reactions: u32,
    /// Replies of one human to another.
    #[serde(default, skip_serializing_if = "is_default")]
    pub replies: u32,
    /// Of them, those to or by an owner or a host.
    #[serde(default, skip_serializing_if = "is_default")]
    pub replies_owner: u32,
    /// Pairs of members who had not spoken with each other before.
    #[serde(default, skip_serializing_if = "is_default")]
    pub pairs: u32,
    /// Tasks that were done in time.
    #[serde(default, skip_serializing_if = "is_default")]
    pub done: u32,
    /// Tasks that were done late, by the end of the day after the one on which they were due.
    #[serde(default, skip_serializing_if = "is_default")]
    pub late: u32,
    /// Tasks that were due on the days before and are still open; and those that ran out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub missed: u32,
    /// Occurrences that did not start.
    #[serde(default, skip_serializing_if = "is_default")]
    pub skipped: u32,
    /// The same of the tasks of each play, of each role (`role host`) and of each person (`person zhu`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub duties: BTreeMap<String, Duties>,
    /// The group's health at its end, of 100; none where too little is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<u8>,
    /// Whether something of the day was not heard, or came later.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub incomplete: bool,
}

/// What became of a play's tasks on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Duties {
    /// Done in time.
    #[serde(skip_serializing_if = "is_default")]
    pub done: u32,
    /// Done late, by the end of the day after the one on which they were due.
    #[serde(skip_serializing_if = "is_default")]
    pub late: u32,
    /// Due on the days before and still open, or ran out.
    #[serde(skip_serializing_if = "is_default")]
    pub missed: u32,
}

/// What was answered of somebody's questions on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AnswerCount {
    /// Answered within a day.
    pub answered: u32,
    /// Of them, answered later than promised.
    #[serde(skip_serializing_if = "is_default")]
    pub late: u32,
}

/// Adds to a count.
pub(super) fn add(count: &mut u32, n: u64) {
    *count = count.saturating_add(u32::try_from(n).unwrap_or(u32::MAX));
}

impl DayNumbers {
    /// Whether nothing happened on it.
    pub fn is_empty(&self) -> bool {
        let Self { day, members, health, .. } = self;
        *self == Self { day: *day, members: *members, health: *health, ..Self::default() }
    }

    /// All our posts to the group.
    pub fn all_posts(&self) -> u32 {
        self.posts.iter().fold(0, |sum, n| sum.saturating_add(*n))
    }

    /// Our posts of a label.
    pub const fn posts_of(&self, label: Label) -> u32 {
        self.posts[place(label)]
    }

    /// Everything that was screened.
    pub fn all_junk(&self) -> u32 {
        self.junk.values().fold(0, |sum, n| sum.saturating_add(*n))
    }

    pub(super) fn post(&mut self, label: Label) {
        add(&mut self.posts[place(label)], 1);
    }

    /// A task ended so, and whose duty it was.
    pub(super) fn duty(&mut self, whose: &[String], how: fn(&mut Duties) -> &mut u32) {
        let mut all = Duties { done: self.done, late: self.late, missed: self.missed };
        add(how(&mut all), 1);
        (self.done, self.late, self.missed) = (all.done, all.late, all.missed);
        for whose in whose {
            let known = self.duties.contains_key(whose) || self.duties.len() < limits::DUTIES_KEPT_MAX;
            let whose = if known { whose } else { "other" };
            add(how(self.duties.entry(whose.to_owned()).or_default()), 1);
        }
    }

    /// What was answered later than promised.
    pub fn late_answers(&self) -> u32 {
        self.answered_late.unwrap_or_else(|| self.answered.saturating_sub(self.answered_soon))
    }

    /// A question is answered; before it is counted among those that are.
    pub(super) fn answer(&mut self, whose: &[String], promised: bool, late: bool) {
        if promised || self.answered_late.is_some() {
            self.answered_late = Some(self.late_answers().saturating_add(u32::from(late)));
        }
        for whose in whose {
            let known = self.answers.contains_key(whose) || self.answers.len() < limits::DUTIES_KEPT_MAX;
            let whose = if known { whose } else { "other" };
            let sum = self.answers.entry(whose.to_owned()).or_default();
            add(&mut sum.answered, 1);
            add(&mut sum.late, u64::from(late));
        }
    }

    pub(super) fn said_in(&mut self, channel: &str, messages: u64) {
        let known = self.channels.contains_key(channel) || self.channels.len() < limits::CHANNELS_COUNTED_MAX;
        let channel = if known { channel } else { "other" };
        add(self.channels.entry(channel.to_owned()).or_default(), messages);
    }

    pub(super) fn screen(&mut self, kind: &str) {
        let known = self.junk.contains_key(kind) || self.junk.len() < limits::JUNK_KINDS_MAX;
        let kind = if known { kind } else { "other" };
        add(self.junk.entry(kind.to_owned()).or_default(), 1);
    }
}

const fn place(label: Label) -> usize {
    match label {
        Label::Content => 0,
        Label::Notice => 1,
        Label::Social => 2,
        Label::Promo => 3,
    }
}
