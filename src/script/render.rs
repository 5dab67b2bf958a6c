//! A value as members read it in a message.
//!
//! Writes only; what is asked of a value is in [`super::objects`].

use super::{
    frame,
    objects::{GroupRef, MemberList, MemberRef, OpenMap, PersonRef, PhaseRef, RoleRef, RunRef},
};
use crate::base::{
    ids::MemberId,
    spelling::{Spelling, usual},
    time::{Duration, Timestamp},
    value::Value,
};
use rhai::Dynamic;

/// Whether a value is a number, a truth or a time, which nobody's words are.
pub(super) fn is_measure(value: &Dynamic) -> bool {
    value.is_unit()
        || value.is_bool()
        || value.is_int()
        || value.is_float()
        || value.is::<Timestamp>()
        || value.is::<Duration>()
}

/// Times and durations by the locale, lists joined, numbers plainly, nothing as no text, people by name.
pub(super) fn text(value: &Dynamic) -> String {
    if value.is_unit() {
        return String::new();
    }
    if let Ok(s) = value.as_immutable_string_ref() {
        return s.to_string();
    }
    if let Ok(x) = value.as_float() {
        let spelled = Spelling::from_tag(value.tag()).and_then(|spelling| spelling.write(x));
        return spelled.unwrap_or_else(|| usual(x));
    }
    if let Ok(items) = value.as_array_ref() {
        let parts: Vec<String> = items.iter().map(text).collect();
        return join(&parts);
    }
    if let Ok(map) = value.as_map_ref() {
        if let Some(name) = map.get("name").filter(|name| name.is_string()) {
            return text(name);
        }
        let parts: Vec<String> = map.iter().map(|(key, item)| pair(key, &text(item))).collect();
        return join(&parts);
    }
    handle(value).unwrap_or_else(|| value.to_string())
}

fn handle(value: &Dynamic) -> Option<String> {
    if let Some(t) = value.read_lock::<Timestamp>() {
        return Some(time(*t));
    }
    if let Some(d) = value.read_lock::<Duration>() {
        return Some(frame::with(|f| f.locale().duration(*d)));
    }
    if let Some(member) = value.read_lock::<MemberRef>() {
        return Some(member.get().name.clone());
    }
    if let Some(list) = value.read_lock::<MemberList>() {
        let names: Vec<String> = list.all().iter().map(|m| m.name.clone()).collect();
        return Some(join(&names));
    }
    if let Some(person) = value.read_lock::<PersonRef>() {
        return Some(person.0.name.clone());
    }
    if let Some(role) = value.read_lock::<RoleRef>() {
        return Some(role.names());
    }
    if let Some(map) = value.read_lock::<OpenMap>() {
        return Some(plain(&Value::Map(map.0.clone())));
    }
    if value.is::<PhaseRef>() {
        return Some(frame::with(|f| f.facts.phase.name.to_string()));
    }
    if value.is::<GroupRef>() {
        return Some(frame::with(|f| f.facts.group.title.to_string()));
    }
    if value.is::<RunRef>() {
        return Some(frame::with(|f| {
            f.facts.run.as_ref().map_or_else(String::new, |run| run.id.to_string())
        }));
    }
    None
}

/// A plain value in the same way.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(b) => b.to_string(),
        Value::Int(n) => n.to_string(),
        Value::Float(x) => usual(*x),
        Value::Spelled(x, spelling) => spelling.write(*x).unwrap_or_else(|| usual(*x)),
        Value::Str(s) => s.to_string(),
        Value::Time(t) => time(*t),
        Value::Duration(d) => frame::with(|f| f.locale().duration(*d)),
        Value::List(items) => join(&items.iter().map(plain).collect::<Vec<_>>()),
        Value::Map(map) => match (map.get(super::convert::MEMBER_KEY), map.get("name")) {
            (Some(Value::Str(id)), _) => MemberRef(MemberId::new(id)).get().name.clone(),
            (_, Some(Value::Str(name))) => name.to_string(),
            _ => join(&map.iter().map(|(key, item)| pair(key, &plain(item))).collect::<Vec<_>>()),
        },
    }
}

/// An instant in the playbook's zone.
fn time(at: Timestamp) -> String {
    frame::with(|f| f.locale().time(at, &f.facts.zone, f.facts.now))
}

fn pair(key: &str, value: &str) -> String {
    frame::with(|f| format!("{key}{}{value}", f.locale().pick(": ", ":")))
}

fn join(parts: &[String]) -> String {
    frame::with(|f| f.locale().join(parts))
}
