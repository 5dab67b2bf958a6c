//! "Did you mean": the nearest of the names there are.

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
pub(super) fn or_list(found: &str, names: &[&str]) -> String {
    match nearest(found, names.iter().copied()) {
        Some(name) => format!("; did you mean `{name}`?"),
        None if names.is_empty() => "; there are none".into(),
        None => format!("; there are {}", names.join(", ")),
    }
}
