//! What would have changed: the posts of two histories side by side, by the effect that each of them is.
//!
//! Compares; says nothing about which of the two is better.

use crate::{
    base::{
        ids::{ChannelName, EffectId, PlayName},
        phrase::{Words, pair},
        time::{Duration, Timestamp},
    },
    engine::{effect::Effect, entry::Entry},
};
use std::collections::BTreeMap;

/// What was said, where and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostSaid {
    /// When it went out.
    pub at: Timestamp,
    /// The channel that it was said on.
    pub channel: ChannelName,
    /// The text that was said.
    pub text: String,
}

/// One post that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PostChange {
    /// It would be said and was not.
    Added(PostSaid),
    /// It was said and would not be.
    Removed(PostSaid),
    /// Another text or another channel.
    Changed(PostSaid, PostSaid),
    /// The same at another time.
    Moved(PostSaid, PostSaid),
}

/// Posts by what they are; the play and the effect.
#[derive(Debug, Clone, Default)]
pub struct Posts(BTreeMap<(PlayName, EffectId), PostSaid>);

/// Less than this is the same time.
const SAME: Duration = Duration::MINUTE;
/// How far a post may be moved with its schedule.
const NEAR: Duration = Duration::HOUR.times(12);

impl Posts {
    /// Takes note of an entry.
    pub fn see(&mut self, entry: &Entry) {
        if let Some(Effect::Send(out)) = entry.effect() {
            let play = out.play.clone().unwrap_or_else(|| PlayName::new(""));
            let said =
                PostSaid { at: entry.at, channel: out.channel.clone(), text: out.message.text.clone() };
            self.0.insert((play, out.effect.clone()), said);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is different in the other history, by play and then by time.
    pub fn changes(&self, other: &Self) -> Vec<(PlayName, EffectId, PostChange)> {
        let mut found = Vec::new();
        for ((play, effect), was) in &self.0 {
            let change = match other.0.get(&(play.clone(), effect.clone())) {
                None => PostChange::Removed(was.clone()),
                Some(is) if (&is.text, &is.channel) != (&was.text, &was.channel) => {
                    PostChange::Changed(was.clone(), is.clone())
                }
                Some(is) if is.at.since(was.at).max(was.at.since(is.at)) >= SAME => {
                    PostChange::Moved(was.clone(), is.clone())
                }
                Some(_) => continue,
            };
            found.push((play.clone(), effect.clone(), change));
        }
        let new = other.0.iter().filter(|(key, _)| !self.0.contains_key(*key));
        for ((play, effect), is) in new {
            match twin(&found, play, effect, is) {
                Some((index, was)) if was.text == is.text => {
                    found[index].2 = PostChange::Moved(was, is.clone());
                }
                Some((index, was)) => found[index].2 = PostChange::Changed(was, is.clone()),
                None => found.push((play.clone(), effect.clone(), PostChange::Added(is.clone()))),
            }
        }
        found.sort_by(|a, b| (&a.0, a.2.at(), &a.1).cmp(&(&b.0, b.2.at(), &b.1)));
        found
    }
}

/// A schedule that was moved names its runs by other instants: the post of the same step, at most half a day away,
/// that is not said any more.
fn twin(
    found: &[(PlayName, EffectId, PostChange)],
    play: &PlayName,
    effect: &EffectId,
    is: &PostSaid,
) -> Option<(usize, PostSaid)> {
    let step = |effect: &EffectId| effect.as_str().split_once('/').map(|(_, step)| step.to_owned());
    let wanted = step(effect);
    let away = |was: &PostSaid| is.at.since(was.at).max(was.at.since(is.at));
    let near = found.iter().enumerate().filter_map(|(index, (of, old, change))| match change {
        PostChange::Removed(was)
            if of == play
                && was.channel == is.channel
                && wanted.is_some()
                && step(old) == wanted
                && away(was) <= NEAR =>
        {
            Some((index, was))
        }
        _ => None,
    });
    near.min_by_key(|(_, was)| away(was)).map(|(index, was)| (index, was.clone()))
}

impl PostChange {
    /// When it was, or would be.
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Added(said) | Self::Removed(said) | Self::Changed(said, _) | Self::Moved(said, _) => {
                said.at
            }
        }
    }

    /// The same in a word for people.
    pub const fn said(&self) -> Words {
        match self {
            Self::Added(_) => pair("added", "多了"),
            Self::Removed(_) => pair("removed", "少了"),
            Self::Changed(..) => pair("changed", "改了"),
            Self::Moved(..) => pair("moved", "挪了"),
        }
    }

    /// In a word for programs.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Added(_) => "added",
            Self::Removed(_) => "removed",
            Self::Changed(..) => "changed",
            Self::Moved(..) => "moved",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posts(all: &[(&str, i64, &str)]) -> Posts {
        let said = |minute: i64, text: &str| PostSaid {
            at: Timestamp::from_millis(0).plus(Duration::MINUTE.times(minute)),
            channel: "group".into(),
            text: text.to_owned(),
        };
        let keyed = all
            .iter()
            .map(|(effect, minute, text)| ((PlayName::new("p"), (*effect).into()), said(*minute, text)));
        Posts(keyed.collect())
    }

    #[test]
    fn each_kind_of_change_is_told_apart() {
        let was = posts(&[("a", 0, "x"), ("b", 1, "x"), ("c", 2, "x"), ("d@1/0/0", 3, "x")]);
        let is = posts(&[("a", 0, "x"), ("b", 1, "y"), ("c", 9, "x"), ("e@1/1/0", 4, "x")]);
        let words: Vec<String> = was
            .changes(&is)
            .iter()
            .map(|(_, effect, change)| format!("{effect} {}", change.word()))
            .collect();
        assert_eq!(words, ["b changed", "c moved", "d@1/0/0 removed", "e@1/1/0 added"]);
        assert_eq!(was.changes(&was), []);
        let (was, is) =
            (posts(&[("p@1/0/0", 0, "x"), ("p@9/0/0", 900, "x")]), posts(&[("p@2/0/0", 30, "x")]));
        let words: Vec<&str> = was.changes(&is).iter().map(|(_, _, change)| change.word()).collect();
        assert_eq!(words, ["moved", "removed"]);
    }
}
