//! New rules: what another version of the file adds to them, takes from them and keeps, as a signal for plays.

use super::{
    draft::{Decided, Draft},
    input::Signal,
};
use crate::{
    base::{ids::InputId, value::Value},
    model::playbook::Playbook,
};
use std::sync::Arc;

impl Draft<'_> {
    /// Sends `rules.changed` where the version in force has other rules than the one before it.
    pub(super) fn tell_rules(&mut self, old: Option<&Arc<Playbook>>) -> Decided {
        let Some(old) = old.filter(|old| old.rules != self.playbook.rules) else { return Ok(()) };
        let (before, after) = (items(&old.rules), items(&self.playbook.rules));
        let only =
            |of: &[String], not: &[String]| of.iter().filter(|item| !not.contains(item)).cloned().collect();
        let kept = after.iter().filter(|item| before.contains(item)).cloned().collect();
        let list = |of: Vec<String>| Value::list(of.into_iter().map(Value::from).collect());
        let data = Value::map([
            ("added", list(only(&after, &before))),
            ("removed", list(only(&before, &after))),
            ("kept", list(kept)),
        ]);
        self.record_signal(Signal {
            name: Arc::from("rules.changed"),
            id: InputId::from(format!("rules.changed/{}/{}", self.playbook.digest, self.state.epoch)),
            at: self.now,
            sent: None,
            member: None,
            data,
        })
    }
}

/// The rules one by one, wherever in the file they stand.
fn items(rules: &Value) -> Vec<String> {
    match rules {
        Value::Str(text) => {
            let lines = text.lines().map(|line| line.trim_start_matches(['-', '*', ' ']).trim());
            lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
        }
        Value::List(list) => list.iter().flat_map(items).collect(),
        Value::Map(map) => map.values().flat_map(items).collect(),
        Value::Null => Vec::new(),
        other => vec![other.to_json().to_string()],
    }
}
