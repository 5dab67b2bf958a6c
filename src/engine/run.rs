//! One execution of a play: where it is, what it waits for, what operators have changed of it.
//!
//! A part of the state; changed by `apply` alone.

use super::{amended::Amended, cause::Cause, outcome::Outcome, waiting::Waiting};
use crate::{
    base::{
        ids::{Digest, EffectId, MemberId, PlayName, RunId, StepId},
        phrase::{Phrase, kept},
        time::{Duration, Timestamp, Zone},
        value::{Map, Value},
    },
    model::{play::Section, step::Step},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// One execution of a play.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// The id of the run.
    pub id: RunId,
    /// The play.
    pub play: PlayName,
    /// The version it began with.
    pub digest: Digest,
    /// What the play was called in that version, where it is called otherwise now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub born: Option<PlayName>,
    /// The version whose words its steps ahead have, where it is not the one it began with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Wording>,
    /// Which of the play's programs.
    #[serde(default)]
    pub section: Section,
    /// The moment it is about.
    pub anchor: Timestamp,
    /// When it began.
    pub started: Timestamp,
    /// Which run of its play it is.
    pub number: u64,
    /// Why it exists.
    pub cause: Cause,
    /// The operation that the run is at.
    pub pc: u32,
    /// From when the next step's lateness is measured.
    pub end: Timestamp,
    /// How much later than its anchor says everything in it is due.
    #[serde(default, skip_serializing_if = "Duration::is_zero")]
    pub delay: Duration,
    /// What operators have changed of it.
    #[serde(default, skip_serializing_if = "Amended::is_empty")]
    pub amended: Amended,
    /// What it waits for, at which step, since when it was due, until when at most.
    pub waiting: Option<RunWait>,
    /// The `as` values.
    pub bindings: Arc<Map>,
    /// Loops, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loops: Vec<Loop>,
    /// Tries of the step under way that have failed.
    #[serde(default)]
    pub tries: u32,
    /// When it fails because it takes too long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// When it ended.
    pub finished: Option<Timestamp>,
    /// Why it ended.
    #[serde(default, skip_serializing_if = "Phrase::is_empty", with = "kept")]
    pub reason: Phrase,
    /// Steps that were missed.
    #[serde(default)]
    pub missed: u32,
    /// How far the choice among many members has come that a step is making.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choosing: Option<Choosing>,
    /// Whether people have been told anything: a post, a question, a task.
    #[serde(default)]
    pub told: bool,
    /// Effects decided so far by the step under way.
    #[serde(default)]
    pub ordinal: u32,
    /// By step, the last message it sent: for `reply_to`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub posts: BTreeMap<StepId, EffectId>,
}

impl Run {
    /// A run at its first operation, with nothing done yet.
    pub(super) fn begun(
        id: RunId,
        play: PlayName,
        digest: Digest,
        anchor: Timestamp,
        started: Timestamp,
        cause: Cause,
    ) -> Self {
        Self {
            id,
            play,
            digest,
            born: None,
            words: None,
            section: Section::Steps,
            anchor,
            started,
            number: 0,
            cause,
            pc: 0,
            end: anchor,
            delay: Duration::ZERO,
            amended: Amended::default(),
            waiting: None,
            bindings: Arc::default(),
            loops: Vec::new(),
            tries: 0,
            timeout: None,
            outcome: None,
            finished: None,
            reason: Phrase::default(),
            missed: 0,
            choosing: None,
            told: false,
            ordinal: 0,
            posts: BTreeMap::new(),
        }
    }

    /// What its play is called in the version it began with.
    pub fn born_as(&self) -> &PlayName {
        self.born.as_ref().unwrap_or(&self.play)
    }

    /// When a step is due that the file says is due at an instant, or after the step before it.
    pub fn due_of(&self, step: &Step, zone: &Zone) -> Timestamp {
        let by_file = || step.at.map_or(self.end, |at| self.moved(at.apply(self.anchor, zone)));
        self.amended.hurried(&step.id).unwrap_or_else(by_file)
    }

    /// Whether somebody started it by hand after an instant, which so is nothing that the engine was late for.
    pub fn began_after(&self, at: Timestamp) -> bool {
        self.cause.by_hand && at < self.started
    }

    /// An instant of the file as it is in this run.
    pub fn moved(&self, at: Timestamp) -> Timestamp {
        self.amended.moved(at.plus(self.delay))
    }

    /// An instant of this run as the file says it.
    pub fn by_file(&self, at: Timestamp) -> Timestamp {
        self.amended.by_file(at).plus(-self.delay)
    }

    /// When its wait ends by itself.
    pub(super) fn timer(&self) -> Option<Timestamp> {
        let wait = self.waiting.as_ref()?;
        match (wait.until, wait.fails) {
            (Some(until), Some(fails)) => Some(until.min(fails)),
            (until, fails) => until.or(fails),
        }
    }
}

impl Run {
    /// The versions that the run needs.
    pub fn digests(&self) -> impl Iterator<Item = &Digest> {
        std::iter::once(&self.digest).chain(self.words.iter().map(|words| &words.digest))
    }

    /// Whether its steps or its words are of another version than this one.
    pub(super) fn is_of_another(&self, digest: &Digest) -> bool {
        self.digests().any(|own| own != digest)
    }

    /// The step whose words have been said: the one that the run is in the middle of.
    pub(super) fn under_way(&self) -> Option<&StepId> {
        let wait = self.waiting.as_ref()?;
        (!matches!(wait.waiting, Waiting::Due | Waiting::Retry)).then_some(&wait.step)
    }
}

/// A choice among more members than one decision looks at.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Choosing {
    /// The member who was looked at last; of a list that was given, the one at its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<MemberId>,
    /// How many were looked at.
    pub looked: u32,
    /// Those who were chosen, each with their place in the order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<(i64, MemberId)>,
}

/// What a run waits for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunWait {
    /// The step.
    pub step: StepId,
    /// When it was due.
    pub due: Timestamp,
    /// What the run waits for.
    pub waiting: Waiting,
    /// Until when at most.
    pub until: Option<Timestamp>,
    /// When the step fails because it takes too long.
    #[serde(default)]
    pub fails: Option<Timestamp>,
}

impl RunWait {
    /// When the wait is over at the latest. A grace is woken for its reminders before that.
    pub fn ends(&self) -> Option<Timestamp> {
        match &self.waiting {
            Waiting::Grace { ends: Some(ends), .. } => Some(*ends),
            _ => self.until,
        }
    }
}

/// A loop under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Loop {
    /// The operation of the loop.
    pub pc: u32,
    /// The items that the loop goes through.
    pub items: Value,
    /// The item under way.
    pub index: u32,
}

impl Loop {
    /// Whether another round follows this one.
    pub fn has_next(&self) -> bool {
        self.items.as_list().is_some_and(|items| items.len() > self.index as usize + 1)
    }
}

/// Where the words of a run's steps ahead are written, when it is not the version that the run began with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wording {
    /// The version.
    pub digest: Digest,
    /// What the play is called in it.
    pub play: PlayName,
}
