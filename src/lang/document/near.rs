//! What to say about a name that is not known: what was meant, else what there is.

use crate::base::diagnostic::suggest::nearest;

/// "did you mean `x`?", else the names there are.
pub(crate) fn advice(found: &str, names: &[&str], what: &str) -> String {
    if let Some(name) = nearest(found, names.iter().copied()) {
        return format!("did you mean `{name}`?");
    }
    if names.is_empty() {
        return format!("there is no {what} yet");
    }
    let shown: Vec<String> = names.iter().take(12).map(|name| format!("`{name}`")).collect();
    let rest = names.len().saturating_sub(shown.len());
    let more = if rest == 0 { String::new() } else { format!(" and {rest} more") };
    let one_of = if names.len() == 1 { "" } else { "one of " };
    format!("write {one_of}{}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_was_meant_or_what_there_is() {
        assert_eq!(advice("tilte", &["title", "steps"], "key"), "did you mean `title`?");
        assert_eq!(advice("x", &["aa", "bb"], "role"), "write one of `aa`, `bb`");
        assert_eq!(advice("x", &[], "role"), "there is no role yet");
    }
}
