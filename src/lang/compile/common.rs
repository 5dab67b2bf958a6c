//! Keys that several verbs have: `as`, `to`, one text or several, what silence means.

use super::{
    cx::Cx,
    names::NameSort,
    text::{self, Scope},
    words::check_word_reserved,
};
use crate::{
    base::{
        ids::{PersonId, RoleName},
        phrase::{pair, phrase},
    },
    lang::{
        codes,
        document::{
            node::Node,
            reader::{self, Fields},
        },
        keys::closed::SILENCE,
    },
    model::{
        step::{Assignee, Silence},
        text::Text,
    },
    script::names::Name,
};
use std::sync::Arc;

/// `as`: the name under which later steps see the value.
pub(crate) fn binding(cx: &mut Cx<'_>, fields: &Fields<'_>) -> Option<Arc<str>> {
    let node = fields.get("as")?;
    let name = reader::text(&mut cx.report, node, pair("a name", "名字"))?.clone();
    let word = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !word {
        let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let plain = plain.trim_matches('_').to_owned();
        let help = if plain.is_empty() {
            pair("use English letters, digits and `_`", "用英文字母、数字和 `_`").into()
        } else {
            phrase!("write `as: {plain}`", "写成 `as: {plain}`")
        };
        cx.error(
            codes::BAD_NAME,
            node.span,
            phrase!("`{name}` cannot be used in an expression", "`{name}` 不能用在表达式里"),
            help,
        );
        return None;
    }
    if Name::parse(&name).is_some() {
        cx.error(
            codes::RESERVED_NAME,
            node.span,
            phrase!(
                "`{name}` is a name that every expression knows already",
                "`{name}` 是每个表达式本来就有的名字"
            ),
            phrase!("write `as: my_{name}`", "写成 `as: my_{name}`"),
        );
        return None;
    }
    check_word_reserved(cx, &name, node.span).then_some(name)
}

/// `to`, `escalate`: a role, a person, or a text that names one.
pub(crate) fn assignee(cx: &mut Cx<'_>, fields: &Fields<'_>, key: &str, scope: &Scope) -> Option<Assignee> {
    let node = fields.get(key)?;
    let name = reader::text(&mut cx.report, node, pair("a role or a person", "角色或人"))?.clone();
    if name.contains("${") {
        return text::text(cx, node, scope).map(Assignee::Text);
    }
    cx.refer(NameSort::Assignee, &name, node.span);
    if cx.names.roles.contains(&*name) {
        Some(Assignee::Role(RoleName::new(&name)))
    } else {
        Some(Assignee::Person(PersonId::new(&name)))
    }
}

/// A text, or several.
pub(crate) fn texts(cx: &mut Cx<'_>, node: &Node, scope: &Scope) -> Vec<Text> {
    let items = reader::one_or_many(&mut cx.report, node, pair("a text", "文字"));
    items.into_iter().filter_map(|item| text::text(cx, item, scope)).collect()
}

/// What no answer means: `silence`, `otherwise`.
pub(crate) fn silence(cx: &mut Cx<'_>, node: &Node) -> Option<Silence> {
    reader::choice(&mut cx.report, node, &SILENCE)
}
