//! `item` of an act: what is ticked off a task's list.

use crate::{
    base::{diagnostic::Report, phrase::pair},
    lang::document::reader::{self, Fields},
};

/// One item or several; none where nothing is said.
pub(super) fn of(report: &mut Report, fields: &Fields<'_>) -> Vec<String> {
    let Some(node) = fields.get("item") else { return Vec::new() };
    let items = reader::one_or_many(report, node, pair("an item", "清单里的一项"));
    items.iter().filter_map(|item| item.text()).map(str::to_owned).collect()
}
