//! `brace-without-dollar`: `{member.name}` in a text, which is shown as it stands.

use super::context::{Context, found, shown_texts};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};
use crate::model::text::TextPart;

pub(super) const CODE: Code = Code {
    slug: "brace-without-dollar",
    severity: Severity::Warning,
    meaning: pair("a name in braces without `$`", "花括号里写了名字，前面没有 `$`"),
    explanation: pair(
        "In text `${member.name}` becomes the name; `{member.name}` and `{{member.name}}` are posted as they stand.",
        "文字里 `${member.name}` 会换成名字；`{member.name}` 和 `{{member.name}}` 会原样发出去。",
    ),
    bad: Example::of(
        "plays:\n  hello:\n    on: member.joined\n    steps:\n      - post: Welcome {member.name}!\n",
    ),
    good: Example::of(
        "plays:\n  hello:\n    on: member.joined\n    steps:\n      - post: Welcome ${member.name}!\n",
    ),
    practices: &[],
};

/// What an expression may begin with, in a text.
const NAMES: [&str; 15] = [
    "group", "members", "member", "phase", "run", "date", "signal", "signals", "vars", "args", "rules",
    "charter", "roles", "now", "state",
];

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (play, _, step) in cx.steps() {
        for (key, text) in shown_texts(step) {
            let hit = text.parts.iter().find_map(|part| match part {
                TextPart::Literal(text) => name_in_braces(text),
                TextPart::Expr(_) => None,
            });
            let Some((written, name)) = hit else { continue };
            let message = phrase!("`{written}` is posted as it stands", "`{written}` 会原样发出去");
            let help = phrase!("write `${{{name}}}` for its value", "要它的值，写 `${{{name}}}`");
            out.push(found(&CODE, cx.key_span(play, step, key), message).help(help));
        }
    }
}

/// The first `{name.property}`, or `{name}` of something that has a value of its own. Full-width braces are meant as
/// plain ones.
fn name_in_braces(text: &str) -> Option<(&str, &str)> {
    text.match_indices(['{', '｛']).find_map(|(at, brace)| {
        let rest = &text[at + brace.len()..];
        let end = rest.find(['}', '｝'])?;
        let (inner, closing) = (rest[..end].trim(), rest[end..].chars().next().map_or(0, char::len_utf8));
        let root = inner.split('.').next()?;
        let plain = inner.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
        let is_value = inner.contains('.') || root == "now";
        (plain && is_value && NAMES.contains(&root))
            .then(|| (&text[at..at + brace.len() + end + closing], inner))
    })
}
