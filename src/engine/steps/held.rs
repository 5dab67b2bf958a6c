//! How much a group may keep: what scripts, steps and answers store, in bytes.
//!
//! Judges before anything is decided; a step that would pass a bound fails with what holds how much. Stores nothing.

use crate::{
    base::{
        limits,
        member::Member,
        phrase::{Phrase, Words, pair, phrase},
        value::{Map, Value},
    },
    engine::state::State,
    script::action::Action,
};
use std::collections::BTreeMap;

/// What a script returns.
pub(super) fn result_fits(value: &Value) -> Result<(), Phrase> {
    let bytes = value.stored_bytes();
    if bytes > limits::SCRIPT_RESULT_BYTES_MAX {
        return Err(phrase!(
            "the script returns {bytes} bytes; at most {} are kept; return less of it",
            "脚本返回了 {bytes} 字节，最多留 {} 字节；请少返回一些",
            limits::SCRIPT_RESULT_BYTES_MAX
        ));
    }
    Ok(())
}

/// What the group holds once a script's actions are done.
pub(super) fn actions_fit(state: &State, actions: &[Action]) -> Result<(), Phrase> {
    let mut keys: BTreeMap<&str, &Value> = BTreeMap::new();
    let mut fields: BTreeMap<&str, usize> = BTreeMap::new();
    for action in actions {
        match action {
            Action::State { key, value } => drop(keys.insert(key, value)),
            Action::Field { member, key, value } => {
                *fields.entry(member.as_str()).or_default() += key.len() + value.stored_bytes();
            }
            Action::Tag { member, tag } => *fields.entry(member.as_str()).or_default() += tag.len(),
            Action::Post { .. }
            | Action::Task { .. }
            | Action::Signal { .. }
            | Action::Untag { .. }
            | Action::Points { .. } => {}
        }
    }
    if !keys.is_empty() {
        let kept = state.script_state.iter().filter(|(key, _)| !keys.contains_key(&***key));
        let held =
            kept.map(|(key, value)| (&**key, value)).chain(keys.iter().map(|(key, value)| (*key, *value)));
        fit(
            pair("the scripts of this group would", "这个群的脚本存的 `state`"),
            limits::GROUP_STATE_BYTES_MAX,
            held,
        )?;
    }
    if !fields.is_empty() {
        members_fit(state, &fields)?;
    }
    Ok(())
}

/// What `set` has written once it has written this.
pub(in crate::engine) fn vars_fit(known: &Map, name: &str, value: &Value) -> Result<(), Phrase> {
    let kept = known.iter().map(|(key, value)| (&**key, value)).filter(|(key, _)| *key != name);
    let held = kept.chain(std::iter::once((name, value)));
    fit(pair("the vars of this group would", "这个群的变量"), limits::GROUP_VARS_BYTES_MAX, held)
}

/// Whether one more answer fits among those to a question.
pub(super) fn answer_fits<'v>(known: impl Iterator<Item = &'v Value>, value: &Value) -> bool {
    let share = limits::ANSWERS_BYTES_MAX / limits::MEMBERS_MAX;
    let bytes = value.stored_bytes();
    // As many short ones as there may be members fit in any case.
    bytes <= share || bytes + known.map(Value::stored_bytes).sum::<usize>() <= limits::ANSWERS_BYTES_MAX
}

/// What is known of members once this much is added to some of them.
fn members_fit(state: &State, more: &BTreeMap<&str, usize>) -> Result<(), Phrase> {
    for (id, added) in more {
        let id = &crate::base::ids::MemberId::new(id);
        let bytes = state.members.get(id).map_or(0, |member| member_bytes(member)) + added;
        if bytes > limits::MEMBER_FIELDS_BYTES_MAX {
            return Err(phrase!(
                "the fields and tags of {id} would hold {bytes} bytes; at most {} may be; keep less of each member",
                "{id} 的字段和标签会有 {bytes} 字节，最多 {} 字节；每位成员少存一些",
                limits::MEMBER_FIELDS_BYTES_MAX
            ));
        }
    }
    let all: usize = state.members.iter().map(|member| member_bytes(member)).sum();
    let bytes = all + more.values().sum::<usize>();
    if bytes > limits::GROUP_FIELDS_BYTES_MAX {
        return Err(phrase!(
            "the fields of all {} members would hold {bytes} bytes; at most {} may be; keep less of each member",
            "全部 {} 位成员的字段会有 {bytes} 字节，最多 {} 字节；每位成员少存一些",
            state.members.len(),
            limits::GROUP_FIELDS_BYTES_MAX
        ));
    }
    Ok(())
}

fn member_bytes(member: &Member) -> usize {
    let fields = member.fields.iter().map(|(key, value)| key.len() + value.stored_bytes());
    fields.sum::<usize>() + member.tags.iter().map(String::len).sum::<usize>()
}

/// The sum of what keys hold, against a bound; the largest are named.
fn fit<'v>(who: Words, most: usize, held: impl Iterator<Item = (&'v str, &'v Value)>) -> Result<(), Phrase> {
    let mut sizes: Vec<(usize, &str)> =
        held.map(|(key, value)| (key.len() + value.stored_bytes(), key)).collect();
    let bytes: usize = sizes.iter().map(|(bytes, _)| bytes).sum();
    if bytes <= most {
        return Ok(());
    }
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let largest: Vec<String> = sizes.iter().take(3).map(|(bytes, key)| format!("`{key}` {bytes}")).collect();
    let (keys, largest) = (sizes.len(), largest.join(", "));
    let rest = phrase!(
        "; at most {most} bytes may be; the largest of {keys} keys, in bytes: {largest}",
        "，一共 {bytes} 字节，最多 {most} 字节；{keys} 个键里最大的（字节）：{largest}"
    );
    let en = format!("{} hold {bytes} bytes", who.en);
    Err(Phrase { en, zh: who.zh.to_owned() }.and(&rest))
}
