//! Which words can be a name: what commands and ids can carry, and what the expression language reserves.

use super::cx::Cx;
use crate::base::{
    limits,
    phrase::{Phrase, Words, pair, phrase},
};
use crate::{
    base::source::Span,
    lang::{
        codes,
        document::{
            node::{KeyEntry, Node},
            quoting::half_width,
        },
        keys::closed::RESERVED,
    },
};

/// A name that is a key.
pub(crate) fn check_name(cx: &mut Cx<'_>, entry: &KeyEntry, what: Words) {
    check_word(cx, &entry.key.value, entry.key.span, what);
}

/// A name that commands and ids can carry.
pub(crate) fn check_word(cx: &mut Cx<'_>, name: &str, span: Span, what: Words) {
    let bad = name.chars().find(|c| {
        c.is_whitespace()
            || c.is_control()
            || "/@#:,\"'`$\\{}[]()".contains(*c)
            || half_width(&c.to_string()).is_some()
    });
    if name.is_empty() {
        cx.error(
            codes::BAD_NAME,
            span,
            phrase!("a {what} needs a name", "{what}需要名字"; what),
            pair("write a short word", "写一个简短的词"),
        );
    } else if let Some(sign) = bad {
        let plain: String = name
            .chars()
            .map(|c| if c.is_alphanumeric() || matches!(c, '_' | '-' | '.') { c } else { '-' })
            .collect();
        let sign: Phrase = if sign.is_whitespace() {
            pair("a space", "空格").into()
        } else {
            Phrase::same(format!("`{sign}`"))
        };
        let help = match name.split_once('：') {
            Some((key, _)) => phrase!(
                "`：` is a full-width colon: write `{key}:` with a half-width colon and a space behind it",
                "`：` 是全角冒号：写成 `{key}:`，用半角冒号，后面加一个空格"
            ),
            None => phrase!("write `{}`", "写成 `{}`", plain.trim_matches('-')),
        };
        cx.error(
            codes::BAD_NAME,
            span,
            phrase!("the name of a {what} cannot have {sign} in it", "{what}的名字里不能有{sign}"; what, sign),
            help,
        );
    } else if name.chars().count() > limits::NAME_CHARS_MAX {
        let most = limits::NAME_CHARS_MAX;
        cx.error(
            codes::BAD_NAME,
            span,
            phrase!("the name of a {what} has at most {most} letters", "{what}的名字最多 {most} 个字"; what),
            pair("put the rest into `title`", "其余的写进 `title`"),
        );
    }
}

/// Keys that the expression language reserves; true when it is none.
pub(crate) fn check_word_reserved(cx: &mut Cx<'_>, key: &str, span: Span) -> bool {
    if !RESERVED.contains(&key) {
        return true;
    }
    cx.error(
        codes::RESERVED_NAME,
        span,
        phrase!("`{key}` is a word of the expression language", "`{key}` 是表达式语言的保留字"),
        phrase!("write `{key}_` or another word", "写 `{key}_` 或换一个词"),
    );
    false
}

/// The keys of a mapping that expressions read.
pub(crate) fn check_reserved(cx: &mut Cx<'_>, node: &Node) {
    for entry in node.entries().unwrap_or_default() {
        check_word_reserved(cx, &entry.key.value, entry.key.span);
        check_reserved(cx, &entry.value);
    }
}
