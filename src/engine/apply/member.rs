//! What is recorded of members: who is listed, what is said of them, what was kept for long enough.
//!
//! A part of `apply`: changes the state as the facts say, and decides nothing.

use super::change::retime;
use crate::{
    base::{
        ids::MemberId,
        limits,
        member::{Listed, Member},
        time::Timestamp,
        value::Value,
    },
    engine::{leavers::asked_until, state::State, timer::Timer},
};
use std::sync::Arc;

/// Takes over what a report says of a member: known keys into their places, the rest into `fields`.
pub(in crate::engine) fn describe_member(member: &mut Member, data: &Value) {
    let Some(map) = data.as_map() else { return };
    for (key, value) in map {
        match (&**key, value) {
            ("id", _) => {}
            ("name", Value::Str(name)) => member.name = name.to_string(),
            ("role", Value::Str(role)) => member.role = role.to_string(),
            ("source", Value::Str(source)) => member.source = source.to_string(),
            ("tags", Value::List(tags)) => {
                member.tags.extend(tags.iter().filter_map(|t| t.as_str().map(str::to_owned)));
            }
            _ => {
                member.fields.insert(key.to_string(), value.clone());
            }
        }
    }
}

/// Lists a member, unless the group is full.
pub(in crate::engine) fn set_member(state: &mut State, listed: &Listed) {
    let comes = listed.member.asked.is_none() && !state.members.has_joined(&listed.member.id);
    if comes && state.members.len() >= limits::MEMBERS_MAX {
        return;
    }
    if state.members.list(listed) {
        state.members_ever += 1;
        if state.leavers.is_back(&listed.member.id) {
            state.filled_in.add(&listed.member.id);
        }
    }
}

/// Says when the next field has been kept long enough.
pub(in crate::engine) fn set_retention(state: &mut State, at: Option<Timestamp>) {
    let old = std::mem::replace(&mut state.retention, at);
    retime(state, old, at, Timer::Retention);
}

/// Forgets fields: the part of `apply` that does so. Of people who have left only the journal has any, and who came
/// back has told theirs anew. Who asked to come in and did not is known no more.
pub(in crate::engine) fn expire(
    state: &mut State,
    at: Timestamp,
    members: &[(MemberId, Vec<String>)],
    left: bool,
) {
    for (id, fields) in members {
        if left {
            state.leavers.drop_fields(id, fields);
            let asked = state.members.get(id).and_then(|known| known.asked);
            if asked.is_some_and(|asked| asked_until(asked) <= at) {
                state.filled_in.remove(id);
                state.members.remove(id);
            }
            continue;
        }
        let Some(known) = state.members.get(id) else { continue };
        let mut member = Member::clone(known);
        member.drop_fields(fields);
        state.members.set(Arc::new(member));
    }
}

/// Whoever asked to come in and is in the group now is a member, whether a join was told or not.
pub(in crate::engine) fn has_come(state: &mut State, id: &MemberId, happened: Timestamp) {
    let asking = state.members.get(id).filter(|known| known.asked.is_some());
    if let Some(mut member) = asking.map(|known| Member::clone(known)) {
        (member.asked, member.joined) = (None, Some(happened));
        set_member(state, &member.into());
        // What they asked with is as good as a form.
        if state.members.has_joined(id) {
            state.filled_in.add(id);
        }
    }
}

/// Somebody does something, and says so many things in it. Whoever speaks is a member, reported or not.
pub(in crate::engine) fn is_active(state: &mut State, id: &MemberId, happened: Timestamp, messages: u64) {
    if !state.members.contains(id) {
        set_member(state, &Member::new(id.clone(), Some(happened)).into());
    }
    // A group that is full takes nobody in.
    state.members.act(id, |activity| {
        activity.seen = activity.seen.max(Some(happened));
        activity.messages = activity.messages.saturating_add(messages);
    });
}
