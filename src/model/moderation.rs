//! `moderate`: what breaks a rule of the group, and what follows from it.
//!
//! What the playbook says; what was broken by whom, and who decides about it, is the engine's.

use super::{budget::Quota, step::Assignee, text::Text, wordlist::WordList};
use crate::{
    base::{
        phrase::{Words, pair},
        time::Duration,
    },
    script::expr::Expr,
};
use std::{fmt, sync::Arc};

/// `moderate`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Moderation {
    /// The rules, in the order of the file.
    pub rules: Arc<[HouseRule]>,
    /// `raid`: how many may join in how long before it is a raid.
    pub raid: Option<Quota>,
    /// `strikes_expire`; the usual time where it is not said.
    pub expire: Option<Duration>,
    /// `exempt`: whom no rule is held against; the usual ones where it is not said.
    pub exempt: Option<Expr>,
    /// `judge`: who decides from `mute` on; whoever has the first role where it is not said.
    pub judge: Option<Assignee>,
    /// Which rule reads what members write, as `FILE:LINE`; none where they are content with who, when and what kind.
    pub reads_text: Option<Arc<str>>,
}

/// How long a strike counts where the playbook does not say.
const STRIKES_EXPIRE: Duration = Duration::DAY.times(30);

impl Moderation {
    /// Whether there is nothing to look at.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.raid.is_none()
    }

    /// A rule by name.
    pub fn rule(&self, name: &str) -> Option<&HouseRule> {
        self.rules.iter().find(|rule| &*rule.name == name)
    }

    /// How long a strike counts.
    pub fn expire(&self) -> Duration {
        self.expire.unwrap_or(STRIKES_EXPIRE)
    }

    /// What plays of the file need not hear for it to be heard.
    pub fn hears(&self) -> impl Iterator<Item = &str> {
        let rules = (!self.rules.is_empty()).then_some(["message", APPEAL]).into_iter().flatten();
        rules.chain(self.raid.map(|_| "member.joined"))
    }
}

/// The key under which rules stand, and by which they are asked for.
pub const RULES: &str = "moderate";

/// The signal by which a member asks somebody else to look at what was decided.
pub const APPEAL: &str = "appeal";

/// One rule. What it says of a message has to hold all at once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HouseRule {
    /// The name of the rule.
    pub name: Arc<str>,
    /// `match`: a condition about the message and whoever wrote it.
    pub matches: Option<Expr>,
    /// `words`: one of them is in the message.
    pub words: Option<Arc<WordList>>,
    /// `kind`: the message is one of these.
    pub kinds: Vec<Arc<str>>,
    /// `links`: the message has a link that is not allowed.
    pub links: bool,
    /// `allow`: sites to which links are no links for this rule.
    pub allow: Arc<[Arc<str>]>,
    /// `max`: so many of them are allowed to one member in so long.
    pub max: Option<Quota>,
    /// `repeats`: so often one member may say the same in so long.
    pub repeats: Option<Quota>,
    /// `say`: what members are told, without a name in it.
    pub say: Option<Text>,
    /// What happens each time.
    pub acts: Acts,
    /// What happens the first, the second, … time; from the last on always that.
    pub rungs: Vec<Rung>,
    /// `to`: who is asked where a person has to do it.
    pub to: Option<Assignee>,
    /// `watch`: for so long a new rule only watches.
    pub watch: Duration,
    /// What it has to let pass, and what it has to catch: looked at by `playbook test`.
    pub samples: Arc<[Sample]>,
}

impl HouseRule {
    /// Whether a breach is a strike: what is only sent elsewhere is none.
    pub fn strikes(&self) -> bool {
        !self.acts.redirect || !self.rungs.is_empty()
    }

    /// What members are told of a rule that says nothing itself and needs no reason: a sentence for what it looks at.
    pub const fn usual_words(&self) -> Option<Words> {
        if self.matches.is_some() || self.words.is_some() {
            None
        } else if self.repeats.is_some() {
            Some(pair("Once is enough for the same words.", "同一段话说一遍就够了。"))
        } else if self.max.is_some() {
            Some(pair("A little less of this, please.", "这类消息发得有点多，少一些。"))
        } else if self.links {
            Some(pair("No links here, please.", "群里不发外部链接。"))
        } else {
            Some(pair("Messages of this kind are not for this group.", "这类消息这个群里不发。"))
        }
    }

    /// Whether members can be told of it.
    pub const fn is_said(&self) -> bool {
        self.say.is_some() || self.usual_words().is_some()
    }

    /// What follows, as the file writes it: each time, then strike by strike.
    pub fn does(&self) -> Vec<String> {
        let acts =
            [("delete", self.acts.delete), ("redirect", self.acts.redirect), ("report", self.acts.report)];
        let acts = acts.into_iter().filter(|(_, does)| *does).map(|(word, _)| word.to_owned());
        acts.chain(self.rungs.iter().map(ToString::to_string)).collect()
    }

    /// What happens at the n-th strike, from 1.
    pub fn rung(&self, n: u32) -> Option<Rung> {
        let index = (n.max(1) as usize - 1).min(self.rungs.len().checked_sub(1)?);
        self.rungs.get(index).copied()
    }
}

/// What follows each breach of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Acts {
    /// `delete`: the message is taken away.
    pub delete: bool,
    /// `redirect`: whoever wrote it is told where it belongs; it is no strike.
    pub redirect: bool,
    /// `report`: a person is shown it.
    pub report: bool,
}

/// A step of the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rung {
    /// The rule is said to the group once more, without a name.
    Remind,
    /// The member is told alone.
    Warn,
    /// The member may not write for so long; the judge decides.
    Mute(Duration),
    /// The member leaves the group; the judge decides, and only a person's yes removes anybody.
    Remove,
}

impl Rung {
    /// Whether the judge decides.
    pub const fn is_judged(self) -> bool {
        matches!(self, Self::Mute(_) | Self::Remove)
    }
}

impl fmt::Display for Rung {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Remind => f.write_str("remind"),
            Self::Warn => f.write_str("warn"),
            Self::Mute(length) => write!(f, "mute {length}"),
            Self::Remove => f.write_str("remove"),
        }
    }
}

/// A message with which a rule is tried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The message, as a signal carries it in `data`.
    pub data: crate::base::value::Value,
    /// Whether the rule has to catch it.
    pub caught: bool,
    /// How it is written, for a sentence.
    pub words: Arc<str>,
}
