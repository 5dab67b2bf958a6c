//! The maps that `post` and `task` take: which keys there are and what each may hold.
//!
//! Strict: an unknown key is an error, when the script is compiled and again when it runs.

use super::{
    convert,
    objects::{MemberRef, PersonRef, RoleRef},
    render, suggest,
};
use crate::base::phrase::{Phrase, phrase};
use crate::base::{
    time::Duration,
    value::{Map, Value},
};
use rhai::Dynamic;
use std::sync::Arc;

/// What may stand under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// Anything that can be written.
    Text,
    /// Text, a role, a person.
    Somebody,
    /// One of the labels.
    Label,
    /// A name or several.
    Mention,
    /// A list of `#{ text, url }`.
    Buttons,
    /// A duration, or text such as `3h`.
    Duration,
    /// True or false.
    Bool,
}

/// The keys of one verb.
pub(super) struct VerbShape {
    /// `post` or `task`.
    pub(super) verb: &'static str,
    /// The keys, `text` first.
    pub(super) keys: &'static [(&'static str, Holds)],
}

/// `post`
pub(super) const POST: VerbShape = VerbShape {
    verb: "post",
    keys: &[
        ("text", Holds::Text),
        ("to", Holds::Text),
        ("label", Holds::Label),
        ("mention", Holds::Mention),
        ("image", Holds::Text),
        ("buttons", Holds::Buttons),
        ("reply_to", Holds::Text),
        ("expires", Holds::Duration),
        ("urgent", Holds::Bool),
        ("pin", Holds::Bool),
    ],
};

/// `task`
pub(super) const TASK: VerbShape = VerbShape {
    verb: "task",
    keys: &[
        ("text", Holds::Text),
        ("to", Holds::Somebody),
        ("due", Holds::Duration),
        ("remind", Holds::Duration),
        ("escalate", Holds::Somebody),
    ],
};

/// The labels of a post.
pub(super) const LABELS: [&str; 4] = ["content", "notice", "social", "promo"];

impl VerbShape {
    /// What is wrong with a key, if anything.
    pub(super) fn unknown(&self, key: &str) -> Option<Phrase> {
        if self.keys.iter().any(|(name, _)| *name == key) {
            return None;
        }
        let names: Vec<&str> = self.keys.iter().map(|(name, _)| *name).collect();
        let more = suggest::or_list(key, &names);
        let verb = self.verb;
        Some(phrase!("`{verb}` has no key `{key}`{more}", "`{verb}` 没有 `{key}` 这个键{more}"; more))
    }

    fn holds(&self, key: &str) -> Option<Holds> {
        self.keys.iter().find(|(name, _)| *name == key).map(|(_, holds)| *holds)
    }

    /// What is wrong with literal text under a key, if anything.
    pub(super) fn refuses(&self, key: &str, text: &str) -> Option<Phrase> {
        match self.holds(key)? {
            Holds::Label if !LABELS.contains(&text) => {
                let more = suggest::or_list(text, &LABELS);
                Some(phrase!("`label` is {text:?}{more}", "`label` 写的是 {text:?}{more}"; more))
            }
            Holds::Duration => text.parse::<Duration>().err().map(|_| {
                phrase!(
                    "`{key}`: {text:?} is not a duration such as 10m, 1h30m or 7d",
                    "`{key}`：{text:?} 不是 10m、1h30m、7d 这样的时长"
                )
            }),
            Holds::Bool => Some(phrase!("`{key}` is true or false, not text", "`{key}` 是真或假，不是文字")),
            Holds::Buttons => Some(phrase!(
                "`{key}` is a list of `#{{ text, url }}`, not text",
                "`{key}` 是 `#{{ text, url }}` 的列表，不是文字"
            )),
            Holds::Label | Holds::Text | Holds::Somebody | Holds::Mention => None,
        }
    }
}

/// A post or task of text only.
pub(super) fn from_text(text: &str) -> Value {
    Value::map([("text", Value::str(text))])
}

/// Checks a map and makes a plain value of it.
pub(super) fn read(shape: &VerbShape, map: &rhai::Map) -> Result<Value, String> {
    let mut out = Map::new();
    for (key, value) in map {
        if let Some(problem) = shape.unknown(key) {
            return Err(problem.en);
        }
        let holds = shape.holds(key).unwrap_or(Holds::Text);
        let value = value.flatten_clone();
        if !value.is_unit() {
            out.insert(Arc::from(key.as_str()), held(shape, key, holds, &value)?);
        }
    }
    match out.get("text") {
        Some(Value::Str(text)) if !text.trim().is_empty() => Ok(Value::Map(Arc::new(out))),
        _ => Err(format!("`{}` needs a `text` that is not empty", shape.verb)),
    }
}

fn held(shape: &VerbShape, key: &str, holds: Holds, value: &Dynamic) -> Result<Value, String> {
    let wrong = |expected: &str| {
        Err(format!("`{key}` of `{}` is {}; it has to be {expected}", shape.verb, render::text(value)))
    };
    match holds {
        Holds::Text => Ok(Value::from(render::text(value))),
        Holds::Somebody => Ok(Value::from(somebody(value))),
        Holds::Label => {
            let text = render::text(value);
            shape.refuses(key, &text).map_or(Ok(Value::from(text)), |problem| Err(problem.en))
        }
        Holds::Mention => match value.as_array_ref() {
            Ok(items) => Ok(Value::list(items.iter().map(|item| Value::from(somebody(item))).collect())),
            Err(_) => match value.read_lock::<super::objects::MemberList>() {
                Some(list) => Ok(Value::list(list.ids().iter().map(|id| Value::str(id.as_str())).collect())),
                None => Ok(Value::from(somebody(value))),
            },
        },
        Holds::Duration => {
            if let Some(length) = value.read_lock::<Duration>() {
                return Ok(Value::Duration(*length));
            }
            match render::text(value).parse::<Duration>() {
                Ok(length) => Ok(Value::Duration(length)),
                Err(error) => Err(format!("`{key}` of `{}`: {error}", shape.verb)),
            }
        }
        Holds::Bool => value.as_bool().map(Value::Bool).or_else(|_| wrong("true or false")),
        Holds::Buttons => {
            buttons(value).map_or_else(|| wrong("a list of `#{ text: \"…\", url: \"…\" }`"), Ok)
        }
    }
}

/// A role by its name, a person or a member by id, else what is written.
fn somebody(value: &Dynamic) -> String {
    if let Some(role) = value.read_lock::<RoleRef>() {
        return role.name.to_string();
    }
    if let Some(person) = value.read_lock::<PersonRef>() {
        return person.0.id.to_string();
    }
    if let Some(member) = value.read_lock::<MemberRef>() {
        return member.0.to_string();
    }
    render::text(value)
}

fn buttons(value: &Dynamic) -> Option<Value> {
    let items = value.as_array_ref().ok()?;
    let mut out = Vec::new();
    for item in items.iter() {
        let map = item.as_map_ref().ok()?;
        if map.len() != 2 || !map.get("text")?.is_string() || !map.get("url")?.is_string() {
            return None;
        }
        out.push(convert::to_value(item).ok()?);
    }
    Some(Value::list(out))
}
