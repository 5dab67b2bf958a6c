//! Why something will happen, happened, came late, was held, or did not happen: from the journal and from the state
//! it adds up to, by the code that decided.
//!
//! Goes through the journal once and asks at each entry what the state before it held. Changes nothing, decides nothing.

mod ahead;
mod case;
mod dates;
mod heard;
mod message;
mod note;
mod past;
pub mod rules;
mod step;
mod timeless;
mod words;

pub use message::key as budget_key;
pub use past::Historian;

use crate::{
    base::{
        ids::{Digest, GroupId, PlayName, RunId, StepId},
        phrase::Phrase,
        time::Timestamp,
    },
    model::{play::Play, playbook::Playbook},
};
use std::sync::Arc;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// About which play.
    pub play: PlayName,
    /// What it was called before, oldest first: what is decided and its runs' ids have these names.
    pub was: Vec<PlayName>,
    /// About this run only.
    pub run: Option<RunId>,
    /// About this step only.
    pub step: Option<StepId>,
    /// About occurrences from the first instant to before the second.
    pub at: Option<(Timestamp, Timestamp)>,
    /// The clock: what is after it is ahead.
    pub now: Timestamp,
    /// The machine's clock, of which a group's may be ahead.
    pub machine: Timestamp,
}

impl Question {
    /// Whether a play is the one that is asked about, by any of its names.
    pub(crate) fn is_about(&self, play: &PlayName) -> bool {
        self.play == *play || self.was.contains(play)
    }

    /// The play in a version of the file, by the name that it had there.
    pub(crate) fn play_in<'p>(&self, playbook: &'p Playbook) -> Option<&'p Arc<Play>> {
        playbook.play(&self.play).or_else(|| self.was.iter().rev().find_map(|name| playbook.play(name)))
    }

    /// Whether two ids are of one run, the play's names aside.
    pub(crate) fn is_one_run(&self, one: &RunId, other: &RunId) -> bool {
        let moment = |run: &RunId| {
            let mut names = std::iter::once(&self.play).chain(&self.was);
            let of = |name: &PlayName| {
                run.as_str().strip_prefix(name.as_str())?.strip_prefix('@').map(str::to_owned)
            };
            names.find_map(of)
        };
        one == other || moment(one).is_some_and(|moment_of| moment(other) == Some(moment_of))
    }
}

/// Gives the playbook of a version; none where it is not known any more.
pub type Versions<'a> = dyn Fn(&Digest) -> Option<Arc<Playbook>> + 'a;

/// What became of something, in a word for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is ahead, and nothing stands in its way as things are now.
    WillHappen,
    /// It is ahead, and would not start as things are now.
    WouldNot,
    /// It begins when something else does: a signal, a start.
    Waits,
    /// It happened on time.
    Happened,
    /// It happened later than it was due.
    Late,
    /// It has begun and waits.
    Open,
    /// A message of it is held by a budget.
    Held,
    /// A message of it was held until it expired, or was taken back.
    NotSent,
    /// It was later than `max_late` allows.
    Missed,
    /// It did not start for another reason.
    Skipped,
    /// The step failed.
    Failed,
    /// It was ended by somebody or by a newer run, or its date was taken out.
    Ended,
    /// There is no such occurrence.
    None,
}

impl Verdict {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WillHappen => "will_happen",
            Self::WouldNot => "would_not_start",
            Self::Waits => "waits",
            Self::Happened => "happened",
            Self::Late => "late",
            Self::Open => "open",
            Self::Held => "held",
            Self::NotSent => "not_sent",
            Self::Missed => "missed",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::Ended => "ended",
            Self::None => "none",
        }
    }

    /// Whether something did not happen, or not as it should have.
    pub const fn is_doubtful(self) -> bool {
        !matches!(self, Self::WillHappen | Self::Waits | Self::Happened | Self::Open)
    }
}

/// One thing that bore on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The key of the language or the word of the engine it is about: `trigger`, `when`, `quiet`, `max_late`.
    pub what: &'static str,
    /// Whether it let it happen; none where it is only worth knowing.
    pub holds: Option<bool>,
    /// In plain words, with the values.
    pub text: Phrase,
}

impl Finding {
    fn fact(what: &'static str, text: impl Into<Phrase>) -> Self {
        Self { what, holds: None, text: text.into() }
    }

    fn test(what: &'static str, holds: bool, text: impl Into<Phrase>) -> Self {
        Self { what, holds: Some(holds), text: text.into() }
    }
}

/// An entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cited {
    /// The number of the entry that is cited.
    pub seq: i64,
    /// When it was decided.
    pub at: Timestamp,
    /// The step it is about.
    pub step: Option<StepId>,
    /// What it says.
    pub text: Phrase,
}

/// The answer about one occurrence, or about a play that has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The group.
    pub group: GroupId,
    /// The play.
    pub play: PlayName,
    /// The step, where one was asked about.
    pub step: Option<StepId>,
    /// The run that it is, was, or would have been.
    pub run: Option<RunId>,
    /// The moment it is about.
    pub anchor: Option<Timestamp>,
    /// What became of it.
    pub verdict: Verdict,
    /// The answer in one sentence.
    pub says: Phrase,
    /// What bore on it, the decisive first.
    pub because: Vec<Finding>,
    /// What the journal has of it.
    pub journal: Vec<Cited>,
}
