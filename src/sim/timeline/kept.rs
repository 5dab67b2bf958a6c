//! What the record lost of members: a line about fields that were kept long enough.

use crate::base::{
    ids::MemberId,
    phrase::{Phrase, pair},
    words,
};
use std::collections::BTreeSet;

/// What is not kept any more of members.
pub(super) fn expired_fields(members: &[(MemberId, Vec<String>)], left: bool) -> Phrase {
    let fields: BTreeSet<&str> =
        members.iter().flat_map(|(_, fields)| fields.iter().map(String::as_str)).collect();
    let fields: Vec<&str> = fields.into_iter().collect();
    let why = if left {
        pair("left long ago, or asked to come in and did not", "退群已久，或者申请了没进群")
    } else {
        pair("kept long enough", "保留期已满")
    };
    let (what, of) = (words::list(&fields, "and"), words::count(members.len(), "member"));
    Phrase {
        en: format!("{what} of {of}: {}", why.en),
        zh: format!("{} 位成员的 {}：{}", members.len(), fields.join("、"), why.zh),
    }
}
