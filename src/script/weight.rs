//! How much a function of a script holds: what Rhai measures too late or not at all.
//!
//! Rhai does not measure a map that grows by `m[key] = value`, counts no keys, and knows no nesting; all three
//! are measured here every few hundred reads of a variable.

use crate::base::limits;
use rhai::{Dynamic, Scope};

/// Why a value is too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Excess {
    /// Too many entries.
    Entries,
    /// Too many bytes of keys.
    Keys,
    /// Nested too deeply.
    Nesting,
}

impl Excess {
    /// In plain words.
    pub(super) fn message(self) -> String {
        match self {
            Self::Entries => format!(
                "a map grew over the limit of {} entries, counting what is inside it",
                limits::SCRIPT_MAP_SIZE_MAX
            ),
            Self::Keys => {
                format!("the keys of maps grew over the limit of {} bytes", limits::SCRIPT_KEY_BYTES_MAX)
            }
            Self::Nesting => {
                format!("lists and maps are nested deeper than {} levels", limits::SCRIPT_NESTING_MAX)
            }
        }
    }
}

/// Measures all variables of a function.
pub(super) fn excess(scope: &Scope<'_>) -> Option<Excess> {
    let mut key_bytes = 0;
    scope.iter_raw().find_map(|(_, _, value)| {
        let mut entries = 0;
        measure(value, 0, &mut entries, &mut key_bytes)
    })
}

fn measure(value: &Dynamic, depth: usize, entries: &mut usize, key_bytes: &mut usize) -> Option<Excess> {
    if depth > limits::SCRIPT_NESTING_MAX {
        return Some(Excess::Nesting);
    }
    // A value that is locked is in the middle of a call; it is measured next time.
    if value.is_array() {
        let items = value.as_array_ref().ok()?;
        return items.iter().find_map(|item| measure(item, depth + 1, entries, key_bytes));
    }
    if !value.is_map() {
        return None;
    }
    let map = value.as_map_ref().ok()?;
    *entries += map.len();
    if *entries > limits::SCRIPT_MAP_SIZE_MAX {
        return Some(Excess::Entries);
    }
    map.iter().find_map(|(key, item)| {
        *key_bytes += key.len();
        if *key_bytes > limits::SCRIPT_KEY_BYTES_MAX {
            return Some(Excess::Keys);
        }
        measure(item, depth + 1, entries, key_bytes)
    })
}
