//! What to say about a name that is not known: what was meant, else what there is.

use crate::base::diagnostic::suggest::nearest;
use crate::base::phrase::{Phrase, Words, phrase};

/// "did you mean `x`?", else the names there are.
pub(crate) fn advice(found: &str, names: &[&str], what: Words) -> Phrase {
    if let Some(name) = nearest(found, names.iter().copied()) {
        return phrase!("did you mean `{name}`?", "是不是想写 `{name}`？");
    }
    if names.is_empty() {
        return phrase!("there is no {what} yet", "还没有{what}"; what);
    }
    let shown: Vec<String> = names.iter().take(12).map(|name| format!("`{name}`")).collect();
    let rest = names.len().saturating_sub(shown.len());
    let more =
        if rest == 0 { Phrase::default() } else { phrase!(" and {rest} more", "，还有 {rest} 个") };
    let list = shown.join(", ");
    if names.len() == 1 {
        return phrase!("write {list}", "写成 {list}");
    }
    phrase!("write one of {list}{more}", "从中选一个：{list}{more}"; more)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::phrase::pair;

    #[test]
    fn names_what_was_meant_or_what_there_is() {
        assert_eq!(advice("tilte", &["title", "steps"], pair("key", "键")).en, "did you mean `title`?");
        assert_eq!(advice("x", &["aa", "bb"], pair("role", "角色")).en, "write one of `aa`, `bb`");
        assert_eq!(advice("x", &[], pair("role", "角色")).zh, "还没有角色");
    }
}
