//! The goals of a charter. Shared by the lints about them.

use super::said::{all, says};
use crate::{base::value::Value, model::playbook::Playbook};

/// One of `charter.goals`.
pub(super) struct Goal {
    /// What is wanted.
    pub(super) want: String,
    /// What kind of gain it is.
    kind: String,
    /// By which number; empty where none is named.
    pub(super) metric: String,
    /// By how many channels it is to be reached; 0 where none is named.
    pub(super) channels: usize,
}

impl Goal {
    /// Whether it is about money.
    pub(super) fn is_cash(&self) -> bool {
        says(&self.kind.to_lowercase(), &["cash", "sale", "revenue", "变现", "现金", "销售", "收入"])
    }
}

/// The goals, in their order. A goal that is only a text is what is wanted.
pub(super) fn goals(playbook: &Playbook) -> Vec<Goal> {
    let goals = playbook.charter.get("goals");
    let items: &[Value] = match goals {
        Some(Value::List(items)) => items,
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    let text = |goal: &Value, key: &str| match goal.get(key) {
        Some(Value::Str(text)) => text.trim().to_owned(),
        Some(Value::Null) | None => String::new(),
        Some(other) => all(other),
    };
    let goal = |item: &Value| match item {
        Value::Str(want) => Some(Goal {
            want: want.trim().to_owned(),
            kind: String::new(),
            metric: String::new(),
            channels: 0,
        }),
        Value::Map(_) => Some(Goal {
            want: text(item, "want"),
            kind: text(item, "kind"),
            metric: text(item, "metric"),
            channels: super::context::entries(item.get("channels")),
        }),
        _ => None,
    };
    items.iter().filter_map(goal).collect()
}
