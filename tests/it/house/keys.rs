//! Every key of a playbook, and beside it the test that fails when the key is ignored.
//!
//! `keys.txt` is the table: a key by its place in the schema, and a test by its file and name. What a key promises is
//! kept only as long as somebody would notice; so a key without a row, a row without its key, a test that is gone and a
//! file that does not even name the key are refused here.

use super::tidy::files;
use playbook::lang::schema;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

const TABLE: &str = include_str!("keys.txt");

/// Places that are laid key by key over another, with its keys: `groups.*.channels` over `channels`, and the like.
const LAID_OVER: [&str; 2] = ["groupChannels", "groupRoles"];

/// The mappings of a definition that have keys of their own, one below the other.
fn mappings(schema: &Value) -> Vec<&Map<String, Value>> {
    match schema {
        Value::Object(map) if map.contains_key("properties") => vec![map],
        Value::Object(map) => map.values().flat_map(mappings).collect(),
        Value::Array(items) => items.iter().flat_map(mappings).collect(),
        _ => Vec::new(),
    }
}

fn names(mapping: &Map<String, Value>) -> impl Iterator<Item = &str> {
    mapping["properties"].as_object().into_iter().flatten().map(|(key, _)| key.as_str())
}

fn needs(mapping: &Map<String, Value>) -> &str {
    mapping.get("required").and_then(|needs| needs[0].as_str()).unwrap_or_default()
}

/// Every key of the language by its place.
fn keys() -> BTreeSet<String> {
    let schema = schema::schema();
    let root = schema.as_object().unwrap();
    let definitions = root["$defs"].as_object().unwrap();
    let mut found: BTreeSet<String> = names(root).map(str::to_owned).collect();
    for (place, definition) in definitions.iter().filter(|(place, _)| !LAID_OVER.contains(&place.as_str())) {
        let all = mappings(definition);
        match place.as_str() {
            "step" => found.extend(steps(&all)),
            // A table of thresholds, which its test goes through.
            "doctor" => found.extend(["doctor.THRESHOLDS".to_owned()]),
            "channel" => found.extend(channels(definition)),
            "dates" => {
                let each = |one| names(one).map(move |key| format!("dates.{}.{key}", needs(one)));
                found.extend(all.into_iter().flat_map(each));
            }
            "moderate" => {
                found.extend(names(all[0]).map(|key| format!("moderate.{key}")));
                found.extend(
                    mappings(&definition["additionalProperties"])
                        .into_iter()
                        .flat_map(names)
                        .map(|key| format!("moderate.rule.{key}")),
                );
            }
            _ => found.extend(all.into_iter().flat_map(names).map(|key| format!("{place}.{key}"))),
        }
    }
    found
}

/// `step.post`, `step.post.label`, and `step.at` for what every step may have.
fn steps(verbs: &[&Map<String, Value>]) -> BTreeSet<String> {
    let everywhere = |key: &str| verbs.iter().all(|verb| names(verb).any(|other| other == key));
    verbs
        .iter()
        .flat_map(|verb| {
            let own = needs(verb);
            names(verb).map(move |key| match key {
                key if key == own => format!("step.{own}"),
                key if everywhere(key) => format!("step.{key}"),
                key => format!("step.{own}.{key}"),
            })
        })
        .collect()
}

/// `channel.rate` for what every channel may have, `channel.telegram.token` for what its type has.
fn channels(definition: &Value) -> BTreeSet<String> {
    let whole = definition["anyOf"][1].as_object().unwrap();
    let mut found: BTreeSet<String> = names(whole).map(|key| format!("channel.{key}")).collect();
    for rule in whole["allOf"].as_array().unwrap() {
        let kind = rule["if"]["properties"]["type"]["const"].as_str().unwrap();
        let own =
            rule["then"]["properties"].as_object().unwrap().iter().filter(|(_, value)| !value.is_boolean());
        found.extend(own.map(|(key, _)| format!("channel.{kind}.{key}")));
    }
    found
}

/// The rows of the table: a key, and the file and name of its test.
fn rows() -> Vec<(&'static str, &'static str, &'static str)> {
    let rows = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    rows.map(|line| {
        let mut words = line.split_whitespace();
        let (Some(key), Some((file, test)), None) =
            (words.next(), words.next().and_then(|test| test.split_once("::")), words.next())
        else {
            panic!("`{line}` is no row: a key, a space, and FILE.rs::TEST");
        };
        (key, file, test)
    })
    .collect()
}

/// Whether a text has a key as a whole word.
fn mentions(text: &str, key: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(key)
        .any(|(at, _)| !part(text[..at].chars().next_back()) && !part(text[at + key.len()..].chars().next()))
}

#[test]
fn every_key_has_a_test_that_fails_when_it_is_ignored() {
    let (keys, rows) = (keys(), rows());
    assert!(keys.len() > 380 && keys.contains("step.post.label") && keys.contains("channel.telegram.token"));
    let texts: BTreeMap<String, String> =
        files("tests/it", ".rs").into_iter().chain(files("src", ".rs")).collect();
    let mut problems = Vec::new();
    let mut held = BTreeSet::new();
    for (key, file, test) in rows {
        if !keys.contains(key) {
            problems.push(format!("{key}: no such key"));
        }
        if !held.insert(key.to_owned()) {
            problems.push(format!("{key}: twice"));
        }
        let path = if file.starts_with("src/") { file.to_owned() } else { format!("tests/it/{file}") };
        let Some(text) = texts.get(&path) else {
            problems.push(format!("{key}: there is no file {path}"));
            continue;
        };
        if !text.contains(&format!("fn {test}(")) {
            problems.push(format!("{key}: {path} has no test `{test}`"));
        }
        if !mentions(text, key.rsplit('.').next().unwrap_or(key)) {
            problems.push(format!("{key}: {path} does not name it"));
        }
    }
    problems.extend(keys.difference(&held).map(|key| format!("{key}: no row says which test holds it")));
    assert!(problems.is_empty(), "tests/it/house/keys.txt:\n  {}", problems.join("\n  "));
}
