//! What a playbook holds and nobody reads: a field of the model that only the compiler writes is a promise that nobody
//! keeps.

use super::tidy::files;
use std::collections::BTreeSet;

/// The product's part of a file: comments and its own tests aside.
fn product(text: &str) -> String {
    let own = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    own.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| line.to_owned() + "\n")
        .collect()
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Every name of a text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !is_part(c)).filter(|word| !word.is_empty())
}

/// Every name behind a dot: what is read of something.
fn read_of(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('.').filter_map(|(at, _)| {
        let rest = &text[at + 1..];
        let name = &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())];
        (!name.is_empty()).then_some(name)
    })
}

/// The public fields of the structs of a file: the struct and the field.
fn fields(text: &str) -> Vec<(&str, &str)> {
    let (mut of, mut found) = (None, Vec::new());
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("pub struct ") {
            of = words(rest).next();
        } else if line.starts_with('}') {
            of = None;
        } else if let (Some(of), Some(rest)) = (of, line.strip_prefix("    pub "))
            && let Some((name, _)) = rest.split_once(": ")
            && name.chars().all(is_part)
        {
            found.push((of, name));
        }
    }
    found
}

/// The functions of a file: the name, and all from there to the next.
fn functions(text: &str) -> Vec<(&str, &str)> {
    let starts: Vec<usize> = text.match_indices("fn ").map(|(at, _)| at).collect();
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let each = starts.iter().zip(ends).map(|(start, end)| &text[*start..end]);
    each.filter_map(|body| Some((words(&body[3..]).next()?, body))).collect()
}

/// The fields that nobody reads: neither those who use the model, nor a function of the model that they call.
fn unread(model: &[(String, String)], users: &str) -> Vec<String> {
    let mut called: BTreeSet<&str> = words(users).chain(["fmt", "eq", "cmp", "from"]).collect();
    let mut read: BTreeSet<&str> = read_of(users).collect();
    let mut left: Vec<(&str, &str)> = model.iter().flat_map(|(_, text)| functions(text)).collect();
    loop {
        let (reached, others): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|(name, _)| called.contains(name));
        for (_, body) in &reached {
            called.extend(words(body));
            read.extend(read_of(body));
        }
        left = others;
        if reached.is_empty() {
            break;
        }
    }
    let all = model.iter().flat_map(|(path, text)| fields(text).into_iter().map(move |field| (path, field)));
    all.filter(|(_, (_, name))| !read.contains(name))
        .map(|(path, (of, name))| format!("{path}: `{of}.{name}`"))
        .collect()
}

#[test]
fn every_field_of_the_model_is_read_by_somebody_who_is_not_the_compiler() {
    let texts = |layer: &str| {
        let all = files(&format!("src/{layer}"), ".rs").into_iter();
        let own = all.filter(|(path, _)| !path.ends_with("tests.rs") && !path.contains("/tests/"));
        own.map(|(path, text)| (path, product(&text))).collect::<Vec<_>>()
    };
    let model = texts("model");
    let layers = ["script", "engine", "courier", "sim", "shell"];
    let users: String = layers.into_iter().flat_map(texts).map(|(_, text)| text).collect();
    assert!(
        model.iter().map(|(_, text)| fields(text).len()).sum::<usize>() > 300,
        "the reader of fields reads"
    );
    let unread = unread(&model, &users);
    assert!(unread.is_empty(), "compiled, and read by nobody:\n  {}", unread.join("\n  "));
}

#[test]
fn the_reader_of_fields_sees_what_is_read_through_a_function() {
    let model = "pub struct Play {\n    pub name: String,\n    pub title: String,\n    pub length: u8,\n    pub lost: u8,\n}\n\
                 impl Play {\n    pub fn is_long(&self) -> bool { self.much() }\n    fn much(&self) -> bool { self.length > 9 }\n\
                 \x20   fn never(&self) -> u8 { self.lost }\n}\n";
    let model = [("play.rs".to_owned(), model.to_owned())];
    assert_eq!(
        unread(&model, "play.title; play.is_long()"),
        ["play.rs: `Play.name`", "play.rs: `Play.lost`"]
    );
}
