//! The list at the door: who said in this run that they come is ticked off, and whoever comes without having said so is
//! added.

use crate::{
    base::{ids::MemberId, limits, markdown, value::Value},
    engine::{
        carrying::At,
        coming::signed,
        draft::{Decided, Draft},
        state::OpenTask,
    },
};

/// The signal about a member who was ticked off at the door.
const CAME: &str = "came";

impl Draft<'_> {
    /// The list at the door: those who come and are still here, by name.
    pub(super) fn signed_up(&self, at: &At<'_>) -> (Vec<String>, Vec<MemberId>) {
        let mut members = signed(&at.run.bindings).unwrap_or_default();
        members.retain(|id| self.state.members.contains(id));
        members.truncate(limits::LIST_ITEMS_MAX);
        let names = members.iter().map(|id| markdown::escape(&self.state.members.name_of(id)));
        (names.collect(), members)
    }

    /// Whoever was ticked off at the door is told of: they did something.
    pub(super) fn tell_came(&mut self, open: &OpenTask, item: u32) -> Decided {
        let Some(member) = open.task.members.get(item as usize).filter(|_| open.task.checkin) else {
            return Ok(());
        };
        let data = Value::map([("task", Value::str(open.task.id.as_str()))]);
        self.tell_of(&member.clone(), CAME, data)
    }
}
