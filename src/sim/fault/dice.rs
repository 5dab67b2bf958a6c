//! What goes wrong, by chance: attempts, inputs without sense, jumps of the clock, scripts.
//!
//! Draws only; what follows from a draw is the life's.

use crate::{
    base::{
        ids::{EffectId, MemberId, RunId, TaskId},
        seed::Seed,
        time::{Duration, Timestamp},
        value::Value,
    },
    engine::input::{Command, InputKind, Receipt, Signal},
    sim::courier::AttemptEnd,
};
use std::sync::Arc;

/// Chance for one group.
#[derive(Debug)]
pub(super) struct Dice(Seed);

impl Dice {
    /// From the seed of a run and the group's id.
    pub(super) fn new(seed: u64, group: &str) -> Self {
        Self(Seed::from_parts(&["faults", group, &seed.to_string()]))
    }

    /// True once in so many times.
    pub(super) fn one_in(&mut self, n: u64) -> bool {
        self.0.below(n) == 0
    }

    /// One of so many.
    pub(super) fn below(&mut self, n: usize) -> usize {
        self.0.below(n.max(1) as u64) as usize
    }

    /// A length below so many seconds.
    pub(super) fn seconds(&mut self, below: u64) -> Duration {
        Duration::SECOND.times(self.0.below(below) as i64)
    }

    /// What becomes of an attempt, and how long it takes.
    pub(super) fn attempt(&mut self) -> (AttemptEnd, Duration) {
        let attempt = match self.0.below(16) {
            0 => AttemptEnd::Refused,
            1 => AttemptEnd::Throttled(self.seconds(3_600)),
            2 => AttemptEnd::Lost { arrived: true },
            3 => AttemptEnd::Lost { arrived: false },
            4 => AttemptEnd::Unreachable,
            _ => AttemptEnd::Accepted,
        };
        let takes = if self.one_in(4) { self.seconds(20) } else { Duration::from_millis(50) };
        (attempt, takes)
    }

    /// A jump of the clock: mostly short, in either direction, sometimes days ahead.
    pub(super) fn jump(&mut self) -> Duration {
        let length = match self.0.below(6) {
            0 => self.seconds(4 * 86_400),
            1 | 2 => self.seconds(6 * 3_600),
            _ => self.seconds(300),
        };
        if self.one_in(2) { length } else { -length }
    }

    /// How long the engine is down after a crash.
    pub(super) fn down(&mut self) -> Duration {
        match self.0.below(8) {
            0 => self.seconds(3 * 86_400),
            1 | 2 => self.seconds(2 * 3_600),
            _ => self.seconds(30),
        }
    }

    /// An input that makes no sense: from a hostile sender, or an operator who mistyped.
    pub(super) fn nonsense(&mut self, at: Timestamp, id: &str) -> InputKind {
        let deep = (0..40).fold(Value::Int(1), |inner, _| Value::list(vec![inner]));
        let long = "长\u{0}".repeat(5_000);
        let data = match self.0.below(5) {
            0 => deep,
            1 => Value::map([("task", Value::from("t999")), ("option", Value::list(vec![]))]),
            2 => Value::map([
                ("name", Value::Int(-1)),
                ("tags", Value::from("x")),
                ("role", Value::Bool(true)),
            ]),
            3 => Value::str(&long),
            _ => Value::Null,
        };
        let member = match self.0.below(3) {
            0 => None,
            1 => Some(MemberId::from("../\u{7}\"; drop".to_owned())),
            _ => Some(MemberId::from("m0001".to_owned())),
        };
        let names = ["answer", "message", "member.left", "task.done", "phase.entered", "no.such", "reaction"];
        match self.0.below(10) {
            0 => InputKind::Command(Command::Cancel {
                run: RunId::from("nobody@never".to_owned()),
                silent: false,
                by: None,
            }),
            1 => InputKind::Command(Command::Start {
                play: "nobody".into(),
                args: data,
                date: None,
                member: None,
                by: None,
            }),
            2 => InputKind::Command(Command::Done { task: TaskId::new("t999"), by: None, note: data }),
            3 => InputKind::Command(Command::Retry { run: RunId::from(String::new()), by: None }),
            4 => InputKind::Receipt {
                effect: EffectId::from("no/such/effect".to_owned()),
                receipt: Receipt::Refused { reason: "?".into() },
            },
            5 => InputKind::ScriptReturned {
                effect: EffectId::from("x".to_owned()),
                result: Err("nobody called it".into()),
            },
            _ => InputKind::Signal(Signal {
                name: Arc::from(names[self.0.below(names.len() as u64) as usize]),
                id: id.to_owned().into(),
                at,
                sent: None,
                member,
                data,
            }),
        }
    }
}
