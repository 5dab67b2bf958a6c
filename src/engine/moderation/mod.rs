//! What the rules of `moderate` know of a group: strikes, what is counted, who may not write, what a judge has to
//! decide; and how each fact about it is recorded.
//!
//! Plain data and its own part of `apply`. Keeps no more of a message than its beginning, and that only of one that
//! broke a rule.

mod apply;
mod ban;
mod judge;
mod ladder;
mod said;
mod screen;

pub(super) use apply::{apply_moderation, day_closed, join, settled, sleeps};
pub use ban::Ban;
pub(super) use screen::without_words;
pub use screen::{TriedRule, samples};

use crate::base::{
    ids::{EffectId, MemberId, TaskId},
    limits,
    time::{Duration, Timestamp},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

/// The part of the state about `moderate`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Moderated {
    /// By rule, how it stands.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub rules: BTreeMap<Arc<str>, WatchedRule>,
    /// By member, the strikes that count, oldest first.
    #[serde(default, skip_serializing_if = "imbl::OrdMap::is_empty")]
    pub strikes: imbl::OrdMap<MemberId, Arc<Vec<Strike>>>,
    /// By member and rule, what was counted lately.
    #[serde(default, skip_serializing_if = "imbl::OrdMap::is_empty")]
    pub counted: imbl::OrdMap<MemberId, Arc<CountedByRule>>,
    /// Who may not write, as far as we have said so.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub muted: BTreeMap<MemberId, Mute>,
    /// Who was removed for breaking a rule.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub banned: BTreeMap<MemberId, Ban>,
    /// What people have been asked about members.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cases: BTreeMap<TaskId, Matter>,
    /// What a platform was asked, and who does it by hand where the platform does not.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub asked: BTreeMap<EffectId, PlatformAsk>,
    /// When the last members joined.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub joins: VecDeque<Timestamp>,
    /// When there was a raid last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raided: Option<Timestamp>,
    /// When something of it is due: the end of a watch, or of a mute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Timestamp>,
}

/// By rule, the messages of one member that it has counted lately.
type CountedByRule = BTreeMap<Arc<str>, VecDeque<CountedMessage>>;

/// How a rule stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WatchedRule {
    /// From when on it acts.
    pub acts: Timestamp,
    /// While it only watches: how many messages it would have caught,
    #[serde(default, skip_serializing_if = "crate::base::stored::is_default")]
    pub caught: u32,
    /// of whom,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub of: BTreeSet<MemberId>,
    /// and how the last of them began.
    #[serde(default, rename = "wrote", skip_serializing_if = "VecDeque::is_empty")]
    pub last: VecDeque<String>,
    /// When the group was told of it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Timestamp>,
}

/// A recorded breach of a rule by a member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Strike {
    /// Which rule.
    pub rule: Arc<str>,
    /// When the message came.
    pub at: Timestamp,
    /// When it counts no more.
    pub until: Timestamp,
    /// How the message began.
    #[serde(default, rename = "wrote", skip_serializing_if = "String::is_empty")]
    pub words: String,
    /// What followed: a step of the ladder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rung: Option<Arc<str>>,
    /// Who decided about it, where somebody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judge: Option<String>,
    /// Whether somebody else was asked to look at it again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub appealed: bool,
}

/// A message that a rule has counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CountedMessage {
    /// When the message came.
    pub at: Timestamp,
    /// What it says, as a number by which the same is recognised and nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same: Option<u32>,
}

/// Somebody may not write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mute {
    /// When the member may write again.
    pub until: Timestamp,
    /// For which rule.
    pub rule: Arc<str>,
    /// Whether a person has to end it, because one began it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
}

/// What somebody decides about a member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Matter {
    /// Decides whom.
    pub member: MemberId,
    /// For which rule.
    pub rule: Arc<str>,
    /// What is decided.
    #[serde(flatten)]
    pub about: Decides,
    /// Who cannot decide it: the member, and for an appeal whoever has decided already.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parties: Vec<String>,
    /// When the strike it is about was recorded.
    pub strike: Timestamp,
    /// Where a person takes messages away: how the first of them begin, oldest first.
    #[serde(default, rename = "wrote", skip_serializing_if = "Vec::is_empty")]
    pub messages: Vec<String>,
    /// How many messages there are beyond those.
    #[serde(default, skip_serializing_if = "crate::base::stored::is_default")]
    pub more: u32,
}

impl Matter {
    /// How many messages a person takes away; 0 where it is about something else.
    pub fn message_count(&self) -> u32 {
        (self.messages.len() as u32).saturating_add(self.more)
    }

    /// The same with one more message.
    fn with(mut self, words: &str) -> Self {
        self.add(words);
        self
    }

    /// One more message is to be taken away.
    fn add(&mut self, words: &str) {
        if self.messages.len() < limits::DELETES_SHOWN {
            self.messages.push(words.to_owned());
        } else {
            self.more = self.more.saturating_add(1);
        }
    }
}

/// What is decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Decides {
    /// Whether a member may not write for so long.
    Mute {
        /// How long the member may not write.
        length: Duration,
        /// Whether it holds already, because it came at night.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        holds: bool,
    },
    /// Whether a member leaves the group.
    Remove,
    /// Whether somebody who was removed and has come back may stay.
    Back,
    /// Whether the strike is taken back.
    Appeal,
    /// A message that a person takes away, or a word that a person says.
    Hands,
}

/// What a platform was asked to do to a member or to what they wrote.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlatformAsk {
    /// Decides whom.
    pub member: MemberId,
    /// For which rule.
    pub rule: Arc<str>,
    /// What a person is asked where the platform does not do it; where it is nothing, the group is told the rule.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// A breach of a rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Breach {
    /// Which rule.
    pub rule: Arc<str>,
    /// By whom.
    pub member: MemberId,
    /// The message's id on its platform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Arc<str>>,
    /// How it began.
    #[serde(default, rename = "wrote", skip_serializing_if = "String::is_empty")]
    pub words: String,
    /// Whether the rule only watches.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub watched: bool,
    /// Where it is a strike: when it counts no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Which strike of the member it is, with those that still count; 0 where it is none.
    #[serde(default, skip_serializing_if = "crate::base::stored::is_default")]
    pub number: u32,
    /// The step of the ladder that follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rung: Option<Arc<str>>,
    /// Whether the group is told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub told: bool,
}

/// What is recorded of `moderate`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "moderated", rename_all = "snake_case")]
pub enum Moderating {
    /// A rule is in force, and from an instant on it acts.
    RuleBegan {
        /// The rule's name.
        rule: Arc<str>,
        /// From when on it acts.
        acts: Timestamp,
    },
    /// The file has a rule no more.
    RuleEnded {
        /// The rule's name.
        rule: Arc<str>,
    },
    /// A rule has watched for long enough.
    Watched {
        /// The rule's name.
        rule: Arc<str>,
    },
    /// A message that one member may send only so often.
    Counted {
        /// By which rule.
        rule: Arc<str>,
        /// Of whom.
        member: MemberId,
        /// The message.
        #[serde(flatten)]
        counted: CountedMessage,
        /// What is older counts no more.
        from: Timestamp,
    },
    /// A rule was broken.
    Broken(Box<Breach>),
    /// A person is to decide about a member.
    CaseOpened {
        /// The task that asks.
        task: TaskId,
        /// What about.
        #[serde(flatten)]
        case: Box<Matter>,
    },
    /// The same member has written more that is to be taken away by whoever is asked already.
    CaseGrew {
        /// The task that asks.
        task: TaskId,
        /// How the message begins.
        #[serde(default, rename = "wrote", skip_serializing_if = "String::is_empty")]
        words: String,
        /// What the task says now.
        text: String,
    },
    /// It is decided, or nobody has to decide it any more.
    CaseClosed {
        /// The task that asked.
        task: TaskId,
        /// Who decided.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        judge: Option<String>,
    },
    /// A platform was asked to do something to a member or to what they wrote.
    PlatformAsked {
        /// By which message.
        effect: EffectId,
        /// What the platform was asked.
        #[serde(flatten)]
        asked: Box<PlatformAsk>,
    },
    /// The group is told of a rule, because its breaker could not be.
    Told {
        /// The rule's name.
        rule: Arc<str>,
    },
    /// Somebody may not write.
    Muted {
        /// The member's id.
        member: MemberId,
        /// Until when, and why.
        #[serde(flatten)]
        mute: Mute,
    },
    /// They may again.
    Unmuted {
        /// The member's id.
        member: MemberId,
    },
    /// Somebody is removed for breaking a rule, or was before they were forgotten.
    Banned {
        /// The member's id.
        member: MemberId,
        /// For what, and how long it is remembered.
        #[serde(flatten)]
        ban: Ban,
    },
    /// Somebody who was removed may be there again.
    BanEnded {
        /// The member's id.
        member: MemberId,
    },
    /// A strike is taken back.
    Lifted {
        /// The id of the member whose it was.
        member: MemberId,
        /// When it was recorded.
        strike: Timestamp,
        /// Who took it back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        judge: Option<String>,
    },
    /// Somebody joined, where joins are counted.
    JoinCounted {
        /// What is older counts no more.
        from: Timestamp,
    },
    /// More joined than is usual.
    Raid {
        /// How many joined.
        joins: u32,
        /// In how long.
        within: Duration,
    },
}

/// Whether nothing is known.
pub(super) fn is_new(moderated: &Arc<Moderated>) -> bool {
    **moderated == Moderated::default()
}

impl Moderated {
    /// The strikes of a member that count at an instant, oldest first.
    pub fn strikes_of(&self, member: &MemberId, at: Timestamp) -> impl Iterator<Item = &Strike> {
        self.strikes
            .get(member)
            .into_iter()
            .flat_map(|all| all.iter())
            .filter(move |strike| strike.until > at)
    }

    /// What is asked about a member.
    pub fn case_of(&self, member: &MemberId, is: impl Fn(&Decides) -> bool) -> Option<(&TaskId, &Matter)> {
        self.cases.iter().find(|(_, case)| case.member == *member && is(&case.about))
    }
}
