//! The JSON Schema of a playbook, for editors: completion, hover and first checks through the YAML language server.
//!
//! Written from the tables by which the compiler refuses keys. Narrower than the compiler in one thing only: a key with
//! nothing behind it is a mistake here. What takes more than one place to see (names, expressions, order) is the
//! compiler's alone.

mod patterns;
mod places;
mod values;

use crate::lang::keys::{self, KeyAbout, KeyTable};
use serde_json::{Map, Value, json};

/// The whole schema, draft 2020-12.
pub fn schema() -> Value {
    let mut root = Map::new();
    root.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    root.insert("$id".into(), json!("urn:playbook:schema:1"));
    root.insert("title".into(), json!("playbook"));
    root.insert("description".into(), json!("A playbook: how a chat community lives, language version 1."));
    if let Value::Object(top) = table(&keys::TOP, &["name"]) {
        root.extend(top);
    }
    // A place for anchors.
    root.insert("patternProperties".into(), json!({ "^x-": {} }));
    root.insert("$defs".into(), places::definitions());
    Value::Object(root)
}

/// A closed mapping by its table.
fn table(keys: &KeyTable, required: &[&str]) -> Value {
    let mut schema = open(keys, required);
    schema["additionalProperties"] = json!(false);
    schema
}

/// A mapping that has the keys of a table, and any other.
fn open(keys: &KeyTable, required: &[&str]) -> Value {
    let mut properties = Map::new();
    for (key, about) in keys.each() {
        properties.insert(key.into(), property(about));
    }
    let mut schema = json!({ "type": "object", "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// A key's value with the words that explain it.
fn property(about: KeyAbout) -> Value {
    described(values::value(about.is), about.words, about.example)
}

/// A schema with its words, which come first.
fn described(schema: Value, words: &str, example: &str) -> Value {
    let mut all = Map::new();
    all.insert("description".into(), json!(words));
    let markdown =
        if example.is_empty() { words.to_owned() } else { format!("{words}\n\n```yaml\n{example}\n```") };
    all.insert("markdownDescription".into(), json!(markdown));
    if let Value::Object(schema) = schema {
        all.extend(schema);
    }
    Value::Object(all)
}
