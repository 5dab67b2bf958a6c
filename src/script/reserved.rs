//! Words that Rhai keeps for itself.

use super::engine::expressions;

/// Whether Rhai keeps a word for itself (`new`, `default`, `match`, …), so that it cannot follow a dot and must
/// not be a key of `vars`, `dates` or `with`. A word that is no identifier is not reserved.
pub fn reserved(word: &str) -> bool {
    let identifier = word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    identifier && expressions().compile_expression(format!("a.{word}")).is_err()
}
