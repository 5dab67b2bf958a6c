//! Whom a value stands for: what may be mentioned. Everything else is nobody, and said to be.

use super::objects::{MemberList, MemberRef, PersonRef, RoleRef};
use crate::base::{
    ids::{MemberId, PersonId},
    phrase::{Phrase, pair, phrase},
};
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
pub(super) fn named(value: &Dynamic) -> Result<Vec<Named>, Phrase> {
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
        let people: Result<Vec<Vec<Named>>, Phrase> = items
            .iter()
            .map(|item| {
                named(item).map_err(|_| {
                    let kind = kind(item);
                    phrase!("a list with {kind} in it", "一个列表，里面有{kind}"; kind)
                })
            })
            .collect();
        return Ok(people?.into_iter().flatten().collect());
    }
    Err(kind(value))
}

fn kind(value: &Dynamic) -> Phrase {
    super::convert::to_value(value).map_or(pair("a function", "函数"), |value| value.kind()).into()
}
