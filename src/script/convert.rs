//! Our values ↔ Rhai's.
//!
//! A signal keeps its shape on both ways (its `member` is a handle inside and an id outside); a member
//! outside is `{ $member: id }`, so that it comes back as the same member.

use super::{
    frame,
    objects::{
        GroupRef, MemberList, MemberRef, OpenMap, PersonRef, PhaseRef, RoleRef, RolesRef, RunRef, StateRef,
    },
};
use crate::base::{
    ids::MemberId,
    phrase::{Phrase, pair, phrase},
    spelling::Spelling,
    time::{Duration, Timestamp},
    value::{Map, Value},
};
use rhai::Dynamic;
use std::sync::Arc;

/// Values may be nested this deep.
const DEPTH_MAX: usize = 64;
/// The key by which a member outside is known.
pub(super) const MEMBER_KEY: &str = "$member";

/// A value as Rhai sees it.
pub(super) fn to_dynamic(value: &Value) -> Dynamic {
    match value {
        Value::Null => Dynamic::UNIT,
        Value::Bool(b) => (*b).into(),
        Value::Int(n) => (*n).into(),
        Value::Float(x) => (*x).into(),
        Value::Spelled(x, spelling) => {
            let mut number: Dynamic = (*x).into();
            number.set_tag(spelling.tag());
            number
        }
        Value::Str(s) => s.as_ref().into(),
        Value::Time(t) => Dynamic::from(*t),
        Value::Duration(d) => Dynamic::from(*d),
        Value::List(items) => Dynamic::from_array(items.iter().map(to_dynamic).collect()),
        Value::Map(map) => map_to_dynamic(map),
    }
}

/// The same, counted by its length.
pub(super) fn counted(value: &Value) -> Dynamic {
    frame::spent(super::weight::plain_cost(value) as usize);
    to_dynamic(value)
}

fn map_to_dynamic(map: &Map) -> Dynamic {
    if map.len() == 1
        && let Some(Value::Str(id)) = map.get(MEMBER_KEY)
    {
        return Dynamic::from(MemberRef(MemberId::new(id)));
    }
    if is_signal(map.keys().map(AsRef::as_ref)) {
        let parts = map.iter().map(|(key, value)| (key.as_ref().into(), signal_part(key, value)));
        // One of an older record happened when it was received.
        let happened = map.get("sent").or_else(|| map.get("at")).map(|at| ("sent".into(), to_dynamic(at)));
        return Dynamic::from_map(parts.chain(happened).collect());
    }
    let mut made: rhai::Map =
        map.iter().map(|(key, value)| (key.as_ref().into(), to_dynamic(value))).collect();
    if is_result(|key| map.contains_key(key)) {
        asked(map, &mut made);
    }
    Dynamic::from_map(made)
}

/// What the result of a question has only in expressions and scripts: it follows from the members of now.
const OF_NOW: [&str; 3] = ["unanswered", "seated", "waiting"];
/// Whether the totals of a question were entered by a person, and its answers are not known.
const INCOMPLETE: &str = "incomplete";

/// Whether these are the keys of the result of a question.
fn is_result(has: impl Fn(&str) -> bool) -> bool {
    ["answers", "counts", "total", "winner"].into_iter().all(has)
}

/// Adds who has not answered, who has a place and who waits for one.
fn asked(map: &Map, made: &mut rhai::Map) {
    let answers = map.get("answers").and_then(Value::as_list).unwrap_or_default();
    made.entry(INCOMPLETE.into()).or_insert(false.into());
    let by: Option<Vec<MemberId>> = answers
        .iter()
        .map(|answer| answer.get("member").and_then(Value::as_str).map(MemberId::new))
        .collect();
    if let Some(mut by) = by {
        by.sort();
        made.insert("unanswered".into(), Dynamic::from(MemberList::Without(Arc::new(by))));
    }
    let (Some(Value::Int(seats)), Some(places)) =
        (map.get("seats"), map.get("places").and_then(Value::as_list))
    else {
        return;
    };
    // Whoever has left since has no place any more, and the next one has it.
    let ids =
        places.iter().filter_map(|place| place.get(MEMBER_KEY).and_then(Value::as_str).map(MemberId::new));
    let here: Vec<MemberId> = ids.filter(frame::is_member).collect();
    let cut = usize::try_from(*seats).unwrap_or(0).min(here.len());
    made.insert("seated".into(), Dynamic::from(MemberList::of(here[..cut].iter().cloned())));
    made.insert("waiting".into(), Dynamic::from(MemberList::of(here[cut..].iter().cloned())));
    if let Some(counts) = map.get("counts").and_then(Value::as_map) {
        let counts = without_waiting(counts, answers, &here[cut..]);
        made.insert("counts".into(), to_dynamic(&Value::Map(Arc::new(counts))));
    }
}

/// How often each option was chosen by those who do not wait for a place.
fn without_waiting(counts: &Map, answers: &[Value], waiting: &[MemberId]) -> Map {
    let mut counts = counts.clone();
    let waits = |answer: &&Value| {
        let member = answer.get("member").and_then(Value::as_str);
        member.is_some_and(|member| waiting.iter().any(|id| id.as_str() == member))
    };
    for given in answers.iter().filter(waits).filter_map(|answer| answer.get("answer")) {
        let options = given.as_list().unwrap_or(std::slice::from_ref(given));
        for option in options.iter().filter_map(Value::as_str) {
            if let Some(Value::Int(count)) = counts.get_mut(option) {
                *count = count.saturating_sub(1);
            }
        }
    }
    counts
}

/// Whether these are exactly the keys of a signal; older records of one have no `sent`.
fn is_signal<'a>(keys: impl Iterator<Item = &'a str>) -> bool {
    keys.filter(|key| *key != "sent").eq(["at", "data", "id", "member", "name"])
}

fn signal_part(key: &str, value: &Value) -> Dynamic {
    match (key, value) {
        ("member", Value::Str(id)) => Dynamic::from(MemberRef(MemberId::new(id))),
        ("data", Value::Map(data)) => Dynamic::from(OpenMap(data.clone())),
        ("data", Value::Null) => Dynamic::from(OpenMap::default()),
        _ => to_dynamic(value),
    }
}

/// A map whose missing keys read as nothing.
pub(super) fn open(value: &Value) -> Dynamic {
    match value {
        Value::Null => Dynamic::from(OpenMap::default()),
        Value::Map(map) => Dynamic::from(OpenMap(map.clone())),
        other => to_dynamic(other),
    }
}

/// What Rhai holds, as a plain value. The reason when it cannot leave.
pub(super) fn to_value(value: &Dynamic) -> Result<Value, Phrase> {
    plain(value, 0)
}

fn plain(value: &Dynamic, depth: usize) -> Result<Value, Phrase> {
    if depth > DEPTH_MAX {
        return Err(phrase!("a value is nested deeper than {DEPTH_MAX} levels", "值嵌套超过 {DEPTH_MAX} 层"));
    }
    if value.is_unit() {
        return Ok(Value::Null);
    }
    if let Ok(b) = value.as_bool() {
        return Ok(Value::Bool(b));
    }
    if let Ok(n) = value.as_int() {
        return Ok(Value::Int(n));
    }
    if let Ok(x) = value.as_float() {
        if !x.is_finite() {
            return Err(phrase!("a number is {x}", "有一个数是 {x}"));
        }
        let spelling = Spelling::from_tag(value.tag()).filter(|spelling| spelling.write(x).is_some());
        return Ok(spelling.map_or(Value::Float(x), |spelling| Value::Spelled(x, spelling)));
    }
    if let Ok(c) = value.as_char() {
        return Ok(Value::str(c.to_string()));
    }
    if let Ok(s) = value.as_immutable_string_ref() {
        return Ok(Value::str(s.as_str()));
    }
    if let Ok(items) = value.as_array_ref() {
        return Ok(Value::list(items.iter().map(|item| plain(item, depth + 1)).collect::<Result<_, _>>()?));
    }
    if let Ok(map) = value.as_map_ref() {
        return map_to_value(&map, depth);
    }
    if let Some(handle) = handle_to_value(value) {
        return Ok(handle);
    }
    if value.is_fnptr() {
        return Err(
            pair("a function cannot be kept; keep what it returns", "函数不能存；请存它返回的东西").into()
        );
    }
    Err(phrase!(
        "{} cannot be kept; turn it into a list, a map, text or a number first",
        "{} 不能存；请先转成列表、映射、文字或数",
        value.type_name()
    ))
}

fn map_to_value(map: &rhai::Map, depth: usize) -> Result<Value, Phrase> {
    let signal = is_signal(map.keys().map(rhai::Identifier::as_str));
    let result = is_result(|key| map.contains_key(key));
    let mut out = Map::new();
    for (key, item) in map {
        if result
            && (OF_NOW.contains(&key.as_str()) || key.as_str() == INCOMPLETE && item.as_bool() == Ok(false))
        {
            continue;
        }
        let value = match item.read_lock::<MemberRef>() {
            Some(member) if signal && key == "member" => Value::str(member.0.as_str()),
            _ => plain(item, depth + 1)?,
        };
        out.insert(Arc::from(key.as_str()), value);
    }
    Ok(Value::Map(Arc::new(out)))
}

/// The id of a member outside.
pub(crate) fn member_of(value: &Value) -> Option<MemberId> {
    value.get(MEMBER_KEY).and_then(Value::as_str).map(MemberId::new)
}

/// A member outside.
pub(crate) fn member_value(id: &MemberId) -> Value {
    Value::map([(MEMBER_KEY, Value::str(id.as_str()))])
}

fn handle_to_value(value: &Dynamic) -> Option<Value> {
    if let Some(t) = value.read_lock::<Timestamp>() {
        return Some(Value::Time(*t));
    }
    if let Some(d) = value.read_lock::<Duration>() {
        return Some(Value::Duration(*d));
    }
    if let Some(member) = value.read_lock::<MemberRef>() {
        return Some(member_value(&member.0));
    }
    if let Some(list) = value.read_lock::<MemberList>() {
        return Some(Value::list(list.ids().iter().map(member_value).collect()));
    }
    if let Some(map) = value.read_lock::<OpenMap>() {
        return Some(Value::Map(map.0.clone()));
    }
    if let Some(person) = value.read_lock::<PersonRef>() {
        return Some(Value::map([
            ("id", Value::str(person.0.id.as_str())),
            ("name", Value::str(&person.0.name)),
        ]));
    }
    if let Some(role) = value.read_lock::<RoleRef>() {
        return Some(Value::from(role.names()));
    }
    if value.is::<PhaseRef>() {
        return Some(frame::with(|f| Value::str(f.facts.phase.name.as_str())));
    }
    if value.is::<GroupRef>() {
        return Some(frame::with(|f| {
            let group = &f.facts.group;
            Value::map([
                ("id", Value::str(group.id.as_str())),
                ("title", Value::Str(group.title.clone())),
                ("created", Value::Time(group.created)),
            ])
        }));
    }
    if value.is::<RunRef>() {
        return Some(frame::with(|f| match &f.facts.run {
            None => Value::Null,
            Some(run) => Value::map([
                ("id", Value::Str(run.id.clone())),
                ("play", Value::Str(run.play.clone())),
                ("anchor", Value::Time(run.anchor)),
                ("number", Value::Int(run.number as i64)),
            ]),
        }));
    }
    if value.is::<RolesRef>() {
        return Some(frame::with(|f| {
            Value::map(f.facts.roles.iter().map(|(name, facts)| {
                let names: Vec<String> = facts.now.iter().map(|p| p.name.clone()).collect();
                (name.as_str().to_owned(), Value::from(f.locale().join(&names)))
            }))
        }));
    }
    if value.is::<StateRef>() {
        return Some(frame::with(|f| {
            Value::Map(f.live().map_or_else(|| f.facts.state.clone(), |live| live.borrow().state.clone()))
        }));
    }
    None
}
