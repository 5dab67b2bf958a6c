//! What the plays with `whenever` wait for: whether it holds, since when, and whether it has started its play.
//!
//! Plain data; what holds is found out by the draft.

use crate::base::time::{Duration, Timestamp};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};
use std::{collections::VecDeque, fmt, sync::Arc};

/// Whether a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Truth {
    /// The condition holds.
    #[serde(rename = "true")]
    True,
    /// It does not.
    #[serde(rename = "false")]
    False,
    /// Nobody knows: it reads something that is not heard.
    #[serde(rename = "unknown")]
    Unknown,
}

/// How the condition of a play stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// What is waited for, as the file says it.
    pub expression: Arc<str>,
    /// Whether it holds.
    pub holds: Truth,
    /// Since when; for one that holds again after it was unknown, as if it had held all the time that counts.
    pub since: Timestamp,
    /// While it is unknown: for how long it had held before.
    #[serde(default, skip_serializing_if = "Duration::is_zero")]
    pub counted: Duration,
    /// When it will have held for long enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Whether it has had its effect: nothing starts before it was false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub done: bool,
    /// Whether it has started its play with this.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub starts: bool,
}

/// The same, with when its play has started, as the state keeps it. That it has started something with this is said by
/// the fact alone: the state keeps the times under that name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waited {
    /// How it stands.
    #[serde(flatten)]
    pub condition: Condition,
    /// When its play has started, the last times.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub starts: VecDeque<Timestamp>,
}

impl<'de> Deserialize<'de> for Waited {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(WaitedVisitor)
    }
}

/// Reads what is kept. An older program wrote `starts` twice: whether it has started its play, and when it did.
struct WaitedVisitor;

#[derive(Deserialize)]
#[serde(untagged)]
enum Starts {
    Times(VecDeque<Timestamp>),
    #[expect(dead_code, reason = "it is read to be passed over")]
    Whether(bool),
}

impl<'de> Visitor<'de> for WaitedVisitor {
    type Value = Waited;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("how a condition stands")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Waited, A::Error> {
        let (mut expression, mut holds, mut since) = (None, None, None);
        let (mut counted, mut until, mut done, mut starts) = (Duration::ZERO, None, false, VecDeque::new());
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "expression" => expression = Some(map.next_value()?),
                "holds" => holds = Some(map.next_value()?),
                "since" => since = Some(map.next_value()?),
                "counted" => counted = map.next_value()?,
                "until" => until = map.next_value()?,
                "done" => done = map.next_value()?,
                "starts" => match map.next_value()? {
                    Starts::Times(times) => starts = times,
                    Starts::Whether(_) => {}
                },
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let expression = expression.ok_or_else(|| A::Error::missing_field("expression"))?;
        let holds = holds.ok_or_else(|| A::Error::missing_field("holds"))?;
        let since = since.ok_or_else(|| A::Error::missing_field("since"))?;
        let condition = Condition { expression, holds, since, counted, until, done, starts: false };
        Ok(Waited { condition, starts })
    }
}
