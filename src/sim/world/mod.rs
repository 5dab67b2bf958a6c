//! The description of a synthetic world: how its members, its operators and its channels behave.
//!
//! Plain values that were checked when they were read; it does nothing itself. Numbers are taken by additions,
//! multiplications, divisions and square roots only, which IEEE 754 rounds exactly, so that every machine gets the
//! same bits; no function whose last digit is left to the platform.

pub mod preset;
pub mod file;

use crate::base::{
    ids::{ChannelName, RoleName},
    time::{Duration, Timestamp},
    value::Value,
};
use std::{collections::BTreeMap, sync::Arc};

/// A world: everything around the engine.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    /// The preset that it is, or that it extends.
    pub name: Arc<str>,
    /// The members.
    pub people: People,
    /// Members with habits of their own.
    pub named: Vec<NamedMember>,
    /// How people do what they are asked, by role; under no role, everybody else.
    pub operators: BTreeMap<Option<RoleName>, Operator>,
    /// Channels that are not ideal; the others take every message at once.
    pub channels: BTreeMap<ChannelName, PlatformHabits>,
    /// Signals of the playbook's own that come from outside.
    pub signals: Vec<OutsideSender>,
    /// Answers of addresses that scripts fetch.
    pub fetch: BTreeMap<String, Value>,
    /// So many of those who talk most leave at an instant.
    pub top_leaves: Option<(u32, Timestamp)>,
}

/// How members behave. Shares are from 0 to 1, rates are a day.
#[derive(Debug, Clone, PartialEq)]
pub struct People {
    /// Members at the beginning, where the command line does not say.
    pub members: u32,
    /// Members who join on a day, on average.
    pub joins: f64,
    /// After this long only half as many join, and so on.
    pub joins_halve: Option<Duration>,
    /// So long after the beginning the door closes: nobody joins any more, but those who are named.
    pub joins_until: Option<Duration>,
    /// Where they come from, with weights.
    pub sources: Vec<(Arc<str>, u32)>,
    /// Of all members, those who never speak.
    pub lurkers: f64,
    /// How often the least talkative of the others speaks, in messages a day.
    pub messages: f64,
    /// How heavy the tail is: 0 and everybody speaks alike, towards 1 and a few speak for all.
    pub tail: f64,
    /// Of those who speak, the stars.
    pub stars: f64,
    /// How often a star speaks, in messages a day.
    pub star_messages: f64,
    /// Of those who join, how many go quiet,
    pub fade: f64,
    /// and after how long.
    pub fade_after: Duration,
    /// After this long everybody speaks half as much, and so on.
    pub activity_halves: Option<Duration>,
    /// The chance that a member leaves on a day; lurkers leave twice as often.
    pub leaves: f64,
    /// The chance that a member who speaks brings somebody in on a day.
    pub invites: f64,
    /// The chance that a member who speaks answers a question.
    pub answers: f64,
    /// The chance that a member who speaks reacts to a post.
    pub reactions: f64,
    /// The chance that a member, silent or not, grabs a red packet.
    pub red_packets: f64,
    /// The hours in which people speak, from and to, as lengths since midnight.
    pub awake: (Duration, Duration),
}

/// A member with habits of their own; what is not said is as with the others.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NamedMember {
    /// The id; derived from the place in the list where there is none.
    pub id: Option<Arc<str>>,
    /// The shown name.
    pub name: Arc<str>,
    /// How long after the beginning they join; none for those who are there.
    pub joins: Option<Duration>,
    /// How long after the beginning they leave.
    pub leaves: Option<Duration>,
    /// Messages a day.
    pub messages: Option<f64>,
    /// The chance that they answer a question.
    pub answers: Option<f64>,
    /// How long after they came they go quiet.
    pub quiet_after: Option<Duration>,
    /// The chance that what they say is an advertisement with a link.
    pub advertises: Option<f64>,
}

/// How people do what they are asked. Shares of all requests.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Operator {
    /// Tasks that are done in time.
    pub in_time: f64,
    /// Tasks that are done, in time or late.
    pub done: f64,
    /// Approvals that are given.
    pub approves: f64,
    /// Approvals that are given or refused; the others are never answered.
    pub decides: f64,
    /// The hours in which they do anything, from and to, as lengths since midnight; those of the members where
    /// nothing else is said.
    pub awake: Option<(Duration, Duration)>,
}

/// A signal that comes from outside again and again, or at instants of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct OutsideSender {
    /// The signal's name.
    pub name: Arc<str>,
    /// How often on a day, on average, in the waking hours.
    pub rate: f64,
    /// When else.
    pub at: Vec<WorldMoment>,
    /// Whether it is about a member, whoever that is.
    pub by_member: bool,
    /// The data of the signal.
    pub data: Value,
}

/// How a channel's platform takes messages.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlatformHabits {
    /// From the attempt to the answer.
    pub latency: Duration,
    /// At most so many messages in so long.
    pub limit: Option<(u32, Duration)>,
    /// Times in which nothing gets through, in order.
    pub outages: Vec<(WorldMoment, WorldMoment)>,
    /// Messages that the platform refuses for good.
    pub refuses: f64,
    /// Attempts whose outcome nobody gets to know.
    pub doubt: f64,
}

/// An instant of a world file: exact, or so long after the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorldMoment {
    /// Exactly then.
    At(Timestamp),
    /// So long after the first instant of the simulation.
    After(Duration),
}

impl WorldMoment {
    /// The instant, in a simulation that begins at `from`.
    pub fn at(self, from: Timestamp) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::After(length) => from.plus(length),
        }
    }
}

impl World {
    /// The same world, in which somebody joins on the third day and advertises, where nobody does.
    pub fn with_an_advertiser(mut self) -> Self {
        if self.named.iter().all(|named| named.advertises.is_none()) {
            self.named.push(NamedMember {
                name: Arc::from("AD"),
                joins: Some(Duration::DAY.times(2)),
                messages: Some(2.0),
                advertises: Some(0.8),
                ..NamedMember::default()
            });
        }
        self
    }

    /// A world in which nobody does anything of their own accord, and every message arrives.
    pub fn still() -> Self {
        let people = People {
            members: 0,
            joins: 0.0,
            messages: 0.0,
            star_messages: 0.0,
            lurkers: 1.0,
            leaves: 0.0,
            invites: 0.0,
            answers: 0.0,
            reactions: 0.0,
            red_packets: 0.0,
            ..Self::default().people
        };
        let nobody = Operator { in_time: 0.0, done: 0.0, approves: 0.0, decides: 0.0, awake: None };
        Self {
            name: Arc::from("still"),
            people,
            named: Vec::new(),
            operators: BTreeMap::from([(None, nobody)]),
            channels: BTreeMap::new(),
            signals: Vec::new(),
            fetch: BTreeMap::new(),
            top_leaves: None,
        }
    }

    /// How the people of a role do what they are asked.
    pub fn operator(&self, role: Option<&RoleName>) -> Operator {
        let of_role = role.and_then(|role| self.operators.get(&Some(role.clone())));
        of_role.or_else(|| self.operators.get(&None)).copied().unwrap_or_default()
    }
}

impl Default for World {
    /// The ordinary world.
    fn default() -> Self {
        preset::Preset::Ordinary.world()
    }
}

impl Default for Operator {
    fn default() -> Self {
        Self { in_time: 0.8, done: 0.93, approves: 0.85, decides: 0.93, awake: None }
    }
}

/// `base` to a fractional power by exponentiation of halves, so that every machine gives the same bits: the
/// standard library leaves the precision of `powf` to the platform.
pub(super) fn power(base: f64, exponent: f64) -> f64 {
    let mut root = if exponent < 0.0 { 1.0 / base } else { base };
    let mut rest = exponent.abs();
    let mut out = 1.0;
    while rest >= 1.0 {
        out *= root;
        rest -= 1.0;
    }
    for _ in 0..20 {
        // IEEE 754 requires the square root to be exactly rounded.
        root = root.sqrt();
        rest *= 2.0;
        if rest >= 1.0 {
            out *= root;
            rest -= 1.0;
        }
    }
    out
}

/// What is left of something that halves every so often, after so long.
pub(super) fn halved(every: Option<Duration>, after: Duration) -> f64 {
    match every {
        // Sixty halvings are nothing.
        Some(every) if every.as_millis() > 0 => {
            power(0.5, (after.as_millis().max(0) as f64 / every.as_millis() as f64).min(60.0))
        }
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_near_the_real_ones() {
        for (base, exponent) in [(0.5, -0.7), (0.001, -0.7), (2.0, 1.5), (9.0, 0.5)] {
            let real = f64::powf(base, exponent);
            assert!((power(base, exponent) / real - 1.0).abs() < 1e-4, "{base}^{exponent}");
        }
    }

    #[test]
    fn what_halves_is_a_quarter_after_two_periods() {
        let month = Some(Duration::DAY.times(30));
        assert!((halved(month, Duration::DAY.times(60)) - 0.25).abs() < 1e-9);
        assert!((halved(None, Duration::DAY.times(60)) - 1.0).abs() < 1e-9);
        assert!(halved(month, Duration::DAY.times(36_500)) < 1e-9);
    }
}
