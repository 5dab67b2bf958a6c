//! "Did you mean": the nearest of the names there are.

use crate::base::phrase::{Phrase, pair, phrase};

/// The nearest name, when one is near enough to have been meant.
pub(super) fn nearest<'a>(found: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = match found.chars().count() {
        0..=2 => 1,
        3..=5 => 2,
        _ => 3,
    };
    names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(found, name), name))
        .filter(|(distance, name)| *distance <= most && *distance < name.chars().count())
        .min()
        .map(|(_, name)| name)
}

/// `; did you mean …?`, or the list of what there is.
pub(super) fn or_list(found: &str, names: &[&str]) -> Phrase {
    match nearest(found, names.iter().copied()) {
        Some(name) => phrase!("; did you mean `{name}`?", "；是不是想写 `{name}`？"),
        None if names.is_empty() => pair("; there are none", "；这里一个也没有").into(),
        None => phrase!("; there are {}", "；有 `{}`", names.join(", ")),
    }
}
