//! What is written in values and texts, for the lints that look at words.

use crate::base::value::Value;

/// Words that ask somebody to bring others.
pub(super) const INVITES: [&str; 9] =
    ["invite", "bring a friend", "forward it", "repost", "邀请", "拉人", "转发", "拉进群", "扩散"];

/// All words in a value, in small letters, a line each.
pub(super) fn all(value: &Value) -> String {
    let mut text = String::new();
    gather(value, &mut text);
    text
}

fn gather(value: &Value, text: &mut String) {
    match value {
        Value::Str(words) => {
            text.push_str(&words.to_lowercase());
            text.push('\n');
        }
        Value::List(items) => items.iter().for_each(|item| gather(item, text)),
        Value::Map(map) => {
            for (key, item) in map.iter() {
                // Of `low_frequency: true` the key is what is said.
                if *item == Value::Bool(true) {
                    text.push_str(&key.replace('_', " "));
                    text.push('\n');
                }
                gather(item, text);
            }
        }
        _ => {}
    }
}

/// Whether a text in small letters has one of these words.
pub(super) fn says(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}
