//! Which name was meant: a thin word around the shared "did you mean".

/// The nearest of some names, if any is near.
pub(crate) fn nearest<'a>(found: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(found);
    let longest = folded.chars().count();
    let mut best: Option<(usize, &'a str)> = None;
    for name in names {
        let other = fold(name);
        let distance = strsim::osa_distance(&folded, &other);
        let length = longest.max(other.chars().count());
        let allowed = match length {
            0 | 1 => 0,
            2..=5 => 1,
            _ => length / 3,
        };
        let part = longest >= 3 && other.split('.').any(|part| part == folded);
        if (distance <= allowed || part) && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

fn fold(name: &str) -> String {
    name.trim().to_lowercase().replace(['-', ' '], "_")
}

/// "did you mean `x`?", else the names there are.
pub(crate) fn advice<'a>(found: &str, names: &[&'a str], what: &str) -> String {
    if let Some(name) = nearest(found, names.iter().copied()) {
        return format!("did you mean `{name}`?");
    }
    if names.is_empty() {
        return format!("there is no {what} yet");
    }
    let shown: Vec<String> = names.iter().take(12).map(|name| format!("`{name}`")).collect();
    let rest = names.len().saturating_sub(shown.len());
    let more = if rest == 0 { String::new() } else { format!(" and {rest} more") };
    format!("write one of {}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        assert_eq!(nearest("tilte", ["title", "steps"]), Some("title"));
        assert_eq!(nearest("max-late", ["max_late"]), Some("max_late"));
        assert_eq!(nearest("colour", ["title", "steps"]), None);
        assert_eq!(advice("x", &["a", "b"], "role"), "write one of `a`, `b`");
    }
}
