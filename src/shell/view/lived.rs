//! What simulations and tests say to programs: the spread of many runs, what a search for faults survived, how a
//! replay differs, whether an expectation was met.

use super::LocalTime;
use crate::{
    base::{
        ids::{EffectId, GroupId, PlayName},
        time::Zone,
    },
    sim::{
        difference::{PostChange, PostSaid},
        fault::Survived,
        spread::{Spread, Spreads},
    },
};
use serde::{Serialize, Serializer, ser::SerializeMap as _};

/// The spread of many runs.
#[derive(Debug, Clone, Serialize)]
pub struct SpreadLine<'a> {
    runs: u64,
    days_until_phase: NamedValues<'a, Option<&'a Spread>>,
    numbers: NamedValues<'a, &'a Spread>,
    plays: NamedValues<'a, PlayLine<'a>>,
}

/// Values by name, in their order.
#[derive(Debug, Clone)]
struct NamedValues<'a, T>(Vec<(&'a str, T)>);

impl<T: Serialize> Serialize for NamedValues<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[derive(Debug, Clone, Serialize)]
struct PlayLine<'a> {
    runs: &'a Spread,
    posts: &'a Spread,
    missed: &'a Spread,
    skipped: &'a Spread,
    failed: &'a Spread,
}

/// The spread of many runs.
pub fn lived(spreads: &Spreads) -> SpreadLine<'_> {
    let play =
        |[runs, posts, missed, skipped, failed]: [_; 5]| PlayLine { runs, posts, missed, skipped, failed };
    SpreadLine {
        runs: spreads.runs,
        days_until_phase: NamedValues(
            spreads.phases.iter().map(|(phase, spread)| (phase.as_str(), spread.as_ref())).collect(),
        ),
        numbers: NamedValues(spreads.numbers.iter().map(|(name, spread)| (name.en, spread)).collect()),
        plays: NamedValues(
            spreads.plays.iter().map(|(name, spreads)| (name.as_str(), play(spreads.each_ref()))).collect(),
        ),
    }
}

/// What a search for faults survived.
#[derive(Debug, Clone, Serialize)]
pub struct Faults {
    /// How many runs.
    pub runs: u32,
    /// The rest.
    #[serde(flatten)]
    pub survived: Survived,
}

/// A message that is not as it was in a recording.
#[derive(Debug, Clone, Serialize)]
pub struct LivedDifference<'a> {
    group: &'a GroupId,
    play: &'a PlayName,
    effect: &'a EffectId,
    change: &'static str,
    was: Option<LivedMessage<'a>>,
    is: Option<LivedMessage<'a>>,
}

#[derive(Debug, Clone, Serialize)]
struct LivedMessage<'a> {
    at: LocalTime,
    channel: &'a str,
    text: &'a str,
}

/// A message that is not as it was.
pub fn difference<'a>(
    (group, play, effect): (&'a GroupId, &'a PlayName, &'a EffectId),
    change: &'a PostChange,
    zone: &Zone,
) -> LivedDifference<'a> {
    let message = |said: &'a PostSaid| LivedMessage {
        at: LocalTime::new(said.at, zone),
        channel: said.channel.as_str(),
        text: &said.text,
    };
    let (was, is) = match change {
        PostChange::Added(is) => (None, Some(is)),
        PostChange::Removed(was) => (Some(was), None),
        PostChange::Changed(was, is) | PostChange::Moved(was, is) => (Some(was), Some(is)),
    };
    LivedDifference { group, play, effect, change: change.word(), was: was.map(message), is: is.map(message) }
}

/// Whether an expectation of a scenario was met.
#[derive(Debug, Clone, Serialize)]
pub struct ExpectationLine<'a> {
    /// The scenario's file.
    pub file: String,
    /// The line.
    pub line: u32,
    /// Whether it was met.
    pub met: bool,
    /// What was expected.
    pub expected: &'a str,
    /// What was found instead.
    pub found: Option<&'a str>,
}
