//! What simulations and tests say to programs: the spread of many runs, what a search for faults survived, how a
//! replay differs, whether an expectation was met.

use super::At;
use crate::{
    base::{
        ids::{EffectId, GroupId, PlayName},
        time::Zone,
    },
    sim::{
        difference::{Change, Said},
        fault::Survived,
        spread::{Spread, Spreads},
    },
};
use serde::{Serialize, Serializer, ser::SerializeMap as _};

/// The spread of many runs.
#[derive(Debug, Clone, Serialize)]
pub struct Lived<'a> {
    runs: u64,
    days_until_phase: Named<'a, Option<&'a Spread>>,
    numbers: Named<'a, &'a Spread>,
    plays: Named<'a, Play<'a>>,
}

/// Values by name, in their order.
#[derive(Debug, Clone)]
struct Named<'a, T>(Vec<(&'a str, T)>);

impl<T: Serialize> Serialize for Named<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[derive(Debug, Clone, Serialize)]
struct Play<'a> {
    runs: &'a Spread,
    posts: &'a Spread,
    missed: &'a Spread,
    skipped: &'a Spread,
    failed: &'a Spread,
}

/// The spread of many runs.
pub fn lived(spreads: &Spreads) -> Lived<'_> {
    let play = |[runs, posts, missed, skipped, failed]: [_; 5]| Play { runs, posts, missed, skipped, failed };
    Lived {
        runs: spreads.runs,
        days_until_phase: Named(
            spreads.phases.iter().map(|(phase, spread)| (phase.as_str(), spread.as_ref())).collect(),
        ),
        numbers: Named(spreads.numbers.iter().map(|(name, spread)| (name.en, spread)).collect()),
        plays: Named(
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
pub struct Difference<'a> {
    group: &'a GroupId,
    play: &'a PlayName,
    effect: &'a EffectId,
    change: &'static str,
    was: Option<Message<'a>>,
    is: Option<Message<'a>>,
}

#[derive(Debug, Clone, Serialize)]
struct Message<'a> {
    at: At,
    channel: &'a str,
    text: &'a str,
}

/// A message that is not as it was.
pub fn difference<'a>(
    (group, play, effect): (&'a GroupId, &'a PlayName, &'a EffectId),
    change: &'a Change,
    zone: &Zone,
) -> Difference<'a> {
    let message = |said: &'a Said| Message {
        at: At::new(said.at, zone),
        channel: said.channel.as_str(),
        text: &said.text,
    };
    let (was, is) = match change {
        Change::Added(is) => (None, Some(is)),
        Change::Removed(was) => (Some(was), None),
        Change::Changed(was, is) | Change::Moved(was, is) => (Some(was), Some(is)),
    };
    Difference { group, play, effect, change: change.word(), was: was.map(message), is: is.map(message) }
}

/// Whether an expectation of a scenario was met.
#[derive(Debug, Clone, Serialize)]
pub struct Expectation<'a> {
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
