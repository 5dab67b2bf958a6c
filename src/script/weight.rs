//! How much a value holds: what Rhai measures too late or not at all.
//!
//! Rhai does not measure a map that grows by `m[key] = value`, counts no keys, knows no nesting, and takes a
//! function for nothing, whatever it has captured. All of it is measured here, of one value at a time; whoever
//! holds several values adds them up. Changes nothing.

use crate::base::{
    limits,
    phrase::{Phrase, phrase},
    value::Value,
};
use rhai::{Dynamic, FnPtr};

/// Why a value is too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Excess {
    /// Too many entries.
    Entries,
    /// One text with too many bytes.
    Text,
    /// Too many bytes of keys.
    Keys,
    /// Nested too deeply.
    Nesting,
    /// Too many bytes of everything.
    Bytes,
    /// Too many variables that functions have captured.
    Captured,
}

impl Excess {
    /// In plain words.
    pub(super) fn message(self) -> Phrase {
        match self {
            Self::Entries => phrase!(
                "a map grew over the limit of {} entries, counting what is inside it",
                "映射连同里面的东西超过了 {} 项",
                limits::SCRIPT_MAP_SIZE_MAX
            ),
            Self::Text => {
                phrase!(
                    "a text grew over the limit of {} bytes",
                    "文字超过了 {} 字节",
                    limits::SCRIPT_STRING_BYTES_MAX
                )
            }
            Self::Keys => {
                phrase!(
                    "the keys of maps grew over the limit of {} bytes",
                    "映射的键超过了 {} 字节",
                    limits::SCRIPT_KEY_BYTES_MAX
                )
            }
            Self::Nesting => {
                phrase!(
                    "lists and maps are nested deeper than {} levels",
                    "列表和映射嵌套超过 {} 层",
                    limits::SCRIPT_NESTING_MAX
                )
            }
            Self::Bytes => phrase!(
                "what the script holds at once grew over the limit of {} bytes; keep less of it in variables",
                "脚本同时存着的东西超过了 {} 字节；变量里少放一些",
                limits::SCRIPT_HELD_BYTES_MAX
            ),
            Self::Captured => phrase!(
                "functions have captured more than {} variables; pass values in as arguments",
                "函数捕获了超过 {} 个变量；请用参数传进去",
                limits::SCRIPT_CAPTURED_MAX
            ),
        }
    }
}

/// What a value holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Weight {
    /// The value, and every value inside it.
    pub(super) nodes: usize,
    /// About how many bytes it takes.
    pub(super) bytes: usize,
    /// Of these, the bytes of text.
    pub(super) text: usize,
    /// Whether there is a function in it.
    pub(super) functions: bool,
    entries: usize,
    keys: usize,
}

/// Bytes of one value, beside its text.
const NODE: usize = 16;
/// Bytes of one entry of a map, beside its key.
const ENTRY: usize = 64;

impl Weight {
    /// What a native function that goes through all of it costs, in operations.
    pub(super) fn cost(&self) -> u64 {
        (self.nodes / 4 + self.text / 64) as u64
    }

    /// What it costs to have it copied, in operations.
    pub(super) fn copy_cost(&self) -> u64 {
        (self.nodes / 8 + self.text / 1024) as u64
    }
}

/// Measures a value.
pub(super) fn weigh(value: &Dynamic) -> Result<Weight, Excess> {
    let mut weight = Weight::default();
    measure(value, 0, &mut weight)?;
    Ok(weight)
}

/// How many elements, entries or bytes a value has at its top, and at once.
pub(super) fn length(value: &Dynamic) -> usize {
    if let Ok(items) = value.as_array_ref() {
        return items.len();
    }
    if let Ok(map) = value.as_map_ref() {
        return map.len();
    }
    value.as_immutable_string_ref().map_or(0, |text| text.len())
}

fn measure(value: &Dynamic, depth: usize, weight: &mut Weight) -> Result<(), Excess> {
    if depth > limits::SCRIPT_NESTING_MAX {
        return Err(Excess::Nesting);
    }
    weight.nodes += 1;
    weight.bytes += NODE;
    // A graph of functions that share what they captured is walked as often as there are ways through it.
    if weight.bytes > limits::SCRIPT_HELD_BYTES_MAX {
        return Err(Excess::Bytes);
    }
    // A value that is locked is in the middle of a call; it is measured next time.
    if value.is_shared() && value.is_locked() {
        return Ok(());
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        if text.len() > limits::SCRIPT_STRING_BYTES_MAX {
            return Err(Excess::Text);
        }
        weight.text += text.len();
        weight.bytes += text.len();
        return Ok(());
    }
    if value.is_array() {
        let Ok(items) = value.as_array_ref() else { return Ok(()) };
        return items.iter().try_for_each(|item| measure(item, depth + 1, weight));
    }
    if value.is_map() {
        let Ok(map) = value.as_map_ref() else { return Ok(()) };
        weight.entries += map.len();
        if weight.entries > limits::SCRIPT_MAP_SIZE_MAX {
            return Err(Excess::Entries);
        }
        return map.iter().try_for_each(|(key, item)| {
            weight.keys += key.len();
            weight.bytes += ENTRY + key.len();
            if weight.keys > limits::SCRIPT_KEY_BYTES_MAX {
                return Err(Excess::Keys);
            }
            measure(item, depth + 1, weight)
        });
    }
    if let Some(function) = value.read_lock::<FnPtr>() {
        weight.functions = true;
        return function.iter_curry().try_for_each(|item| measure(item, depth + 1, weight));
    }
    Ok(())
}

/// What a plain value costs to be turned into one of Rhai's, in operations.
pub(super) fn plain_cost(value: &Value) -> u64 {
    match value {
        Value::Str(text) => 1 + text.len() as u64 / 256,
        Value::List(items) => items.iter().fold(1, |sum: u64, item| sum.saturating_add(plain_cost(item))),
        Value::Map(map) => map.values().fold(1, |sum: u64, item| sum.saturating_add(1 + plain_cost(item))),
        _ => 1,
    }
}
