//! Plain values: what YAML, data files, expressions, scripts and signals exchange.
//!
//! Equal on every machine; maps keep their keys in order. Never holds a function or a handle.

use super::{
    phrase::{Words, pair},
    spelling::Spelling,
    time::{Duration, Timestamp},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeMap};
use std::{collections::BTreeMap, fmt, sync::Arc};

/// A plain value.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Nothing; Rhai's `()`.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction; never NaN or infinite when it comes from a file.
    Float(f64),
    /// Such a number as a file spells it; stored as `{"$number": "9.90"}`.
    Spelled(f64, Spelling),
    /// Text.
    Str(Arc<str>),
    /// An instant; stored as `{"$time": milliseconds}`.
    Time(Timestamp),
    /// A length of time; stored as `{"$duration": milliseconds}`.
    Duration(Duration),
    /// A list.
    List(Arc<Vec<Value>>),
    /// A map with ordered keys.
    Map(Arc<Map>),
}

/// A map from names to values.
pub type Map = BTreeMap<Arc<str>, Value>;

impl Value {
    /// Text as a value.
    pub fn str(text: impl AsRef<str>) -> Self {
        Self::Str(Arc::from(text.as_ref()))
    }

    /// A list as a value.
    pub fn list(items: Vec<Self>) -> Self {
        Self::List(Arc::new(items))
    }

    /// A map as a value.
    pub fn map<K: AsRef<str>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Map(Arc::new(entries.into_iter().map(|(k, v)| (Arc::from(k.as_ref()), v)).collect()))
    }

    /// A number with a fraction or a power of ten as it is written, with its spelling where that is not the usual one.
    pub fn spelled(text: &str) -> Option<Self> {
        let x: f64 = text.parse().ok().filter(|x: &f64| x.is_finite())?;
        Some(Spelling::of(text, x).map_or(Self::Float(x), |spelling| Self::Spelled(x, spelling)))
    }

    /// The text, if this is text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if this is a whole number.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(n) => Some(*n),
            _ => None,
        }
    }

    /// The number, also where it is written as text.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Int(n) => Some(*n as f64),
            Self::Float(n) => Some(*n),
            Self::Str(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    /// The truth value, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The list, if this is one.
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The map, if this is one.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The value under a key of a map; `None` for other values and for a missing key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_map()?.get(key)
    }

    /// True for [`Value::Null`].
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The kind of value in plain words, for messages: "a number", "text", "a list".
    pub fn kind(&self) -> Words {
        match self {
            Self::Null => pair("nothing", "空的"),
            Self::Bool(_) => pair("true or false", "真或假"),
            Self::Int(_) => pair("a whole number", "整数"),
            Self::Float(_) | Self::Spelled(..) => pair("a number", "数"),
            Self::Str(_) => pair("text", "文字"),
            Self::Time(_) => pair("a time", "时刻"),
            Self::Duration(_) => pair("a duration", "时长"),
            Self::List(_) => pair("a list", "列表"),
            Self::Map(_) => pair("a map", "映射"),
        }
    }

    /// About how many bytes it takes where it is stored, as JSON writes it.
    pub fn stored_bytes(&self) -> usize {
        let text = |text: &str| {
            let letter = |byte: u8| match byte {
                b'"' | b'\\' | b'\n' | b'\r' | b'\t' => 2,
                0..0x20 => 6,
                _ => 1,
            };
            2 + text.bytes().map(letter).sum::<usize>()
        };
        match self {
            Self::Null | Self::Bool(_) => 5,
            Self::Int(_) | Self::Float(_) => 20,
            Self::Time(_) | Self::Duration(_) | Self::Spelled(..) => 36,
            Self::Str(string) => text(string),
            Self::List(items) => 2 + items.iter().map(|item| 1 + item.stored_bytes()).sum::<usize>(),
            Self::Map(map) => {
                2 + map.iter().map(|(key, item)| 2 + text(key) + item.stored_bytes()).sum::<usize>()
            }
        }
    }

    /// From JSON; a number too large for 64 bits becomes a float.
    pub fn from_json(json: &serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(b) => Self::Bool(*b),
            serde_json::Value::Number(n) => {
                n.as_i64().map_or_else(|| Self::Float(n.as_f64().unwrap_or_default()), Self::Int)
            }
            serde_json::Value::String(s) => Self::str(s),
            serde_json::Value::Array(items) => Self::list(items.iter().map(Self::from_json).collect()),
            serde_json::Value::Object(map) => Self::map(map.iter().map(|(k, v)| (k, Self::from_json(v)))),
        }
    }

    /// As JSON for people and other programs: times in RFC 3339 (UTC), durations as `1h30m`.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Bool(b) => (*b).into(),
            Self::Int(n) => (*n).into(),
            Self::Float(x) | Self::Spelled(x, _) => (*x).into(),
            Self::Str(s) => s.as_ref().into(),
            Self::Time(t) => t.to_utc().into(),
            Self::Duration(d) => d.to_string().into(),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Map(map) => {
                serde_json::Value::Object(map.iter().map(|(k, v)| (k.to_string(), v.to_json())).collect())
            }
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::str(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Str(Arc::from(text))
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

/// Stored form: JSON, with times and durations as one-key maps so that they come back as they were.
impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(b) => serializer.serialize_bool(*b),
            Self::Int(n) => serializer.serialize_i64(*n),
            Self::Float(x) => serializer.serialize_f64(*x),
            Self::Spelled(x, spelling) => match spelling.write(*x) {
                Some(text) => serializer.serialize_newtype_struct(NUMBER, &OneKey(NUMBER, text)),
                None => serializer.serialize_f64(*x),
            },
            Self::Str(s) => serializer.serialize_str(s),
            Self::Time(t) => serializer.serialize_newtype_struct(TIME, &OneKey(TIME, t.as_millis())),
            Self::Duration(d) => serializer.serialize_newtype_struct(LENGTH, &OneKey(LENGTH, d.as_millis())),
            Self::List(items) => items.serialize(serializer),
            Self::Map(map) => map.serialize(serializer),
        }
    }
}

/// The key of a time, and the name under which a serializer may write it for people.
pub const TIME: &str = "$time";
/// The same for a length of time.
pub const LENGTH: &str = "$duration";
/// The same for a number in the spelling of its file.
pub const NUMBER: &str = "$number";

struct OneKey<T>(&'static str, T);

impl<T: Serialize> Serialize for OneKey<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(self.0, &self.1)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> de::Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a plain value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, b: bool) -> Result<Value, E> {
        Ok(Value::Bool(b))
    }

    fn visit_i64<E>(self, n: i64) -> Result<Value, E> {
        Ok(Value::Int(n))
    }

    fn visit_u64<E>(self, n: u64) -> Result<Value, E> {
        Ok(i64::try_from(n).map_or(Value::Float(n as f64), Value::Int))
    }

    fn visit_f64<E>(self, x: f64) -> Result<Value, E> {
        Ok(Value::Float(x))
    }

    fn visit_str<E>(self, s: &str) -> Result<Value, E> {
        Ok(Value::str(s))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Value::list(items))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, value)) = access.next_entry::<String, Value>()? {
            map.insert(Arc::from(key), value);
        }
        if map.len() == 1 {
            if let Some(Value::Int(millis)) = map.get(TIME) {
                return Ok(Value::Time(Timestamp::from_millis(*millis)));
            }
            if let Some(Value::Str(text)) = map.get(NUMBER)
                && let Some(number) = Value::spelled(text)
            {
                return Ok(number);
            }
            if let Some(Value::Int(millis)) = map.get(LENGTH) {
                return Ok(Value::Duration(Duration::from_millis(*millis)));
            }
        }
        Ok(Value::Map(Arc::new(map)))
    }
}
