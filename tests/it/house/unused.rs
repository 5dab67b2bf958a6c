//! What is public and what nobody uses: a library's compiler never says so of a `pub` item.

use super::tidy::files;
use std::collections::BTreeMap;

/// The product's part of a file: comments and its own tests aside.
fn product(text: &str) -> String {
    let own = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    own.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| line.to_owned() + "\n")
        .collect()
}

/// The name that a line makes public, unless it is a field, a module or something made by a macro.
fn made_public(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("pub")?;
    let rest = match rest.strip_prefix('(') {
        Some(scoped) => scoped.split_once(')')?.1,
        None => rest,
    };
    let mut words = rest.split_whitespace().skip_while(|word| matches!(*word, "async" | "unsafe"));
    let kind = match words.next()? {
        // `pub const NAME` and `pub const fn name`.
        "const" => {
            let next = words.next()?;
            return name(if next == "fn" { words.next()? } else { next });
        }
        kind => kind,
    };
    let is_item = matches!(kind, "fn" | "struct" | "enum" | "trait" | "type" | "static");
    is_item.then(|| words.next().and_then(name)).flatten()
}

/// The identifier that a word begins with.
fn name(word: &str) -> Option<&str> {
    word.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().filter(|name| !name.is_empty())
}

#[test]
fn the_reader_of_public_names_reads_items() {
    let names =
        ["pub fn a() {}", "    pub(super) const fn b<T>(t: T)", "pub const C: u8 = 1;", "pub struct D<'a> {"];
    assert_eq!(names.map(made_public), [Some("a"), Some("b"), Some("C"), Some("D")]);
    assert_eq!(
        ["pub mod m;", "    pub field: u8,", "fn f() {}", "pub use x::Y;"].map(made_public),
        [None; 4]
    );
}

#[test]
fn what_is_public_is_used_in_the_product() {
    let texts: BTreeMap<String, String> = files("src", ".rs")
        .into_iter()
        .filter(|(path, _)| !path.ends_with("tests.rs") && !path.contains("/tests/"))
        .map(|(path, text)| (path, product(&text)))
        .collect();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for word in texts.values().flat_map(|text| text.split(|c: char| !(c.is_alphanumeric() || c == '_'))) {
        *seen.entry(word).or_default() += 1;
    }
    let alone: Vec<String> = texts
        .iter()
        .flat_map(|(path, text)| text.lines().filter_map(made_public).map(move |name| (path, name)))
        .filter(|(_, name)| seen.get(name).copied() == Some(1))
        .map(|(path, name)| format!("{path}: `{name}`"))
        .collect();
    assert!(alone.is_empty(), "public, and used by tests at most:\n  {}", alone.join("\n  "));
}
