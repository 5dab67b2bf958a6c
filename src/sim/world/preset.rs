//! Four worlds by name. Where each number comes from is said in `docs/simulate.md`, row by row.
//!
//! Numbers only.

use super::{Operator, People, World};
use crate::base::time::Duration;
use std::{collections::BTreeMap, sync::Arc};

/// A world that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// A group that people come back to.
    Lively,
    /// A group as most good ones are.
    Ordinary,
    /// Born in passion, and silent within weeks.
    Dying,
    /// Made for one campaign: everybody comes at once and goes again.
    Flash,
}

impl Preset {
    /// Every preset.
    pub const ALL: [Self; 4] = [Self::Lively, Self::Ordinary, Self::Dying, Self::Flash];

    /// As written after `--world`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lively => "lively",
            Self::Ordinary => "ordinary",
            Self::Dying => "dying",
            Self::Flash => "flash",
        }
    }

    /// The preset of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.as_str() == word)
    }

    /// The world that it stands for.
    pub fn world(self) -> World {
        let (people, operator) = match self {
            Self::Lively => lively(),
            Self::Ordinary => (ordinary(), Operator::default()),
            Self::Dying => dying(),
            Self::Flash => flash(),
        };
        World {
            name: Arc::from(self.as_str()),
            people,
            named: Vec::new(),
            operators: BTreeMap::from([(None, operator)]),
            channels: BTreeMap::new(),
            signals: Vec::new(),
            fetch: BTreeMap::new(),
            top_leaves: None,
        }
    }
}

fn ordinary() -> People {
    let weights = [("friend", 5), ("qr", 2), ("moments", 2), ("event", 1)];
    People {
        members: 30,
        joins: 1.0,
        joins_halve: Some(Duration::DAY.times(90)),
        joins_until: None,
        sources: weights.map(|(name, weight)| (Arc::from(name), weight)).into(),
        lurkers: 0.45,
        messages: 0.03,
        tail: 0.7,
        stars: 0.03,
        star_messages: 1.5,
        fade: 0.5,
        fade_after: Duration::DAY.times(3),
        activity_halves: None,
        leaves: 0.001,
        invites: 0.002,
        answers: 0.25,
        reactions: 0.04,
        red_packets: 0.6,
        awake: (Duration::HOUR.times(8), Duration::HOUR.times(23)),
    }
}

fn lively() -> (People, Operator) {
    let people = People {
        joins: 2.0,
        joins_halve: Some(Duration::DAY.times(180)),
        lurkers: 0.3,
        messages: 0.08,
        stars: 0.05,
        star_messages: 4.0,
        fade: 0.3,
        leaves: 0.0005,
        invites: 0.005,
        answers: 0.4,
        reactions: 0.1,
        ..ordinary()
    };
    (people, Operator { in_time: 0.92, done: 0.98, approves: 0.9, decides: 0.98, awake: None })
}

fn dying() -> (People, Operator) {
    let people = People {
        joins: 1.0,
        joins_halve: Some(Duration::DAY.times(10)),
        lurkers: 0.75,
        messages: 0.05,
        stars: 0.02,
        star_messages: 2.0,
        fade: 0.8,
        activity_halves: Some(Duration::DAY.times(10)),
        leaves: 0.004,
        invites: 0.0,
        answers: 0.06,
        reactions: 0.01,
        ..ordinary()
    };
    (people, Operator { in_time: 0.4, done: 0.6, approves: 0.5, decides: 0.6, awake: None })
}

fn flash() -> (People, Operator) {
    let people = People {
        members: 80,
        joins: 40.0,
        joins_halve: Some(Duration::DAY.times(2)),
        sources: vec![(Arc::from("qr"), 6), (Arc::from("friend"), 3), (Arc::from("moments"), 1)],
        lurkers: 0.6,
        messages: 0.1,
        stars: 0.01,
        star_messages: 3.0,
        fade: 0.9,
        activity_halves: Some(Duration::DAY.times(3)),
        leaves: 0.02,
        invites: 0.02,
        answers: 0.15,
        reactions: 0.05,
        red_packets: 0.8,
        ..ordinary()
    };
    (people, Operator::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_found_by_its_name() {
        for preset in Preset::ALL {
            assert_eq!(Preset::parse(preset.as_str()), Some(preset));
            assert_eq!(&*preset.world().name, preset.as_str());
        }
        assert_eq!(Preset::parse("loud"), None);
    }
}
