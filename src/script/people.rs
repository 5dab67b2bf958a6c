//! Whom a value stands for: what may be mentioned. Everything else is nobody, and said to be.

use super::objects::{MemberList, MemberRef, PersonRef, RoleRef};
use crate::base::ids::{MemberId, PersonId};
use rhai::Dynamic;

/// Somebody that a value stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// A member.
    Member(MemberId),
    /// One of the playbook's people.
    Person(PersonId),
    /// A word that may name a role, a person or a member.
    Word(String),
}

/// Whom a value stands for, in order; what it is instead where it is nobody.
pub(super) fn named(value: &Dynamic) -> Result<Vec<Named>, String> {
    if value.is_unit() {
        return Ok(Vec::new());
    }
    if let Some(member) = value.read_lock::<MemberRef>() {
        return Ok(vec![Named::Member(member.0.clone())]);
    }
    if let Some(list) = value.read_lock::<MemberList>() {
        return Ok(list.ids().iter().cloned().map(Named::Member).collect());
    }
    if let Some(person) = value.read_lock::<PersonRef>() {
        return Ok(vec![Named::Person(person.0.id.clone())]);
    }
    if let Some(role) = value.read_lock::<RoleRef>() {
        return Ok(role.people().iter().map(|person| Named::Person(person.id.clone())).collect());
    }
    if let Ok(word) = value.as_immutable_string_ref() {
        let word = word.trim();
        return Ok(if word.is_empty() { Vec::new() } else { vec![Named::Word(word.to_owned())] });
    }
    if let Ok(items) = value.as_array_ref() {
        let people: Result<Vec<Vec<Named>>, String> = items
            .iter()
            .map(|item| named(item).map_err(|_| format!("a list with {} in it", kind(item))))
            .collect();
        return Ok(people?.into_iter().flatten().collect());
    }
    Err(kind(value).to_owned())
}

fn kind(value: &Dynamic) -> &'static str {
    super::convert::to_value(value).map_or("a function", |value| value.kind().en)
}
