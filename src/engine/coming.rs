//! Who said in a run that they come, and who came: read from what is kept.
//!
//! Decides nothing.

use super::state::OpenTask;
use crate::{
    base::{
        ids::MemberId,
        limits,
        value::{Map, Value},
    },
    script::member_of,
};

/// Under which key the result of a question says who comes.
pub(super) const COMING: &str = "coming";
/// Under which key the value of a list at the door says how many came.
pub(super) const ARRIVED: &str = "arrived";

/// Who comes, as the results of the questions of a run say; of several the one with most.
pub(super) fn signed(bindings: &Map) -> Option<Vec<MemberId>> {
    let told = bindings.values().filter_map(|value| value.get(COMING)?.as_list());
    let list = told.max_by_key(|list| list.len())?;
    Some(list.iter().filter_map(member_of).collect())
}

/// How many an answer at the door stands for: whoever brings two others is three.
fn heads(answer: &Value) -> i64 {
    let more = answer.as_str().map(|text| text.trim_start_matches(['+', '＋']));
    let more = more.and_then(|n| n.parse::<i64>().ok()).unwrap_or(0);
    more.clamp(0, limits::LIST_ITEMS_MAX as i64).saturating_add(1)
}

impl OpenTask {
    /// Of a list at the door: who of those on it came, and how many in all.
    pub(super) fn arrived(&self) -> (Vec<MemberId>, i64) {
        let came = self.task.members.iter().zip(0_u32..).filter(|(_, place)| self.ticks.contains_key(place));
        (came.map(|(id, _)| id.clone()).collect(), self.ticks.values().map(heads).sum())
    }
}
