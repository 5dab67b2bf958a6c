//! How a run ended. Plain data.

use serde::{Deserialize, Serialize};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Every step was carried out, skipped or missed.
    Done,
    /// A `stop` step, a no, or silence that means no.
    Stopped,
    /// A step failed.
    Failed,
    /// An operator, a removed date, or a member who left.
    Cancelled,
    /// A newer run took its place.
    Replaced,
}
