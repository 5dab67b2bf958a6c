//! The list at the door: who said in this run that they come is ticked off, and whoever comes without having said so is
//! added.

use crate::{
    base::{ids::MemberId, limits, locale::Locale, markdown, value::Value},
    engine::{
        carrying::At,
        coming::signed,
        draft::{Decided, Draft},
        state::OpenTask,
    },
};

/// The signal about a member who was ticked off at the door.
const CAME: &str = "came";

/// How many more have signed up than a list holds; nothing where all are on it.
pub(super) fn unlisted(more: usize, locale: Locale) -> String {
    match locale {
        _ if more == 0 => String::new(),
        Locale::En => format!("\n\nThe list is full: {more} more have signed up and are not on it."),
        Locale::Zh => format!("\n\n清单满了：还有 {more} 人报了名，没有列上。"),
    }
}

impl Draft<'_> {
    /// The list at the door: those who come and are still here, by name; and how many do not fit on it.
    pub(super) fn signed_up(&self, at: &At<'_>) -> (Vec<String>, Vec<MemberId>, usize) {
        let mut members = signed(&at.run.bindings).unwrap_or_default();
        members.retain(|id| self.state.members.contains(id));
        let more = members.len().saturating_sub(limits::LIST_ITEMS_MAX);
        members.truncate(limits::LIST_ITEMS_MAX);
        let names = members.iter().map(|id| markdown::escape(&self.state.members.name_of(id)));
        (names.collect(), members, more)
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
