//! Who a member is to the group, as far as the platform or a tag says: a program, the owner, somebody who looks after it.
//!
//! Reads one member.

use crate::base::{member::Member, value::Value};

/// Whether a member is a program.
pub(in crate::engine) fn is_a_bot(member: &Member) -> bool {
    member.role == "bot" || member.fields.get("bot").and_then(Value::as_bool) == Some(true)
}

/// Whether a group is a member's own, as far as the platform says.
pub(in crate::engine) fn is_owner(member: &Member) -> bool {
    matches!(member.role.as_str(), "owner" | "host" | "creator" | "群主")
}

/// Whether a member looks after the group, as far as the platform or a tag says.
pub(in crate::engine) fn is_staff(member: &Member) -> bool {
    is_owner(member)
        || matches!(
            member.role.as_str(),
            "admin" | "administrator" | "moderator" | "mediator" | "staff" | "管理员"
        )
        || member.tags.contains("staff")
}
