//! A place: a group in which something is, and the thing there.

use crate::{base::ids::GroupId, shell::console::board::Here};

/// A group in which something is, and the thing's id there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Place {
    /// The group.
    pub(crate) group: GroupId,
    /// As people call it.
    pub(crate) title: String,
    /// The task, run or message.
    pub(crate) subject: String,
}

/// Something in a group of the board.
pub(crate) fn place(here: Here<'_>, subject: &impl ToString) -> Place {
    Place { group: here.id.clone(), title: here.title().to_owned(), subject: subject.to_string() }
}
