//! `emphasis-in-word`: stars between digits or letters that vanish, because they are read as emphasis.

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
    slug: "emphasis-in-word",
    severity: Severity::Warning,
    meaning: pair("stars between digits or letters that vanish", "数字或字母之间的星号会消失"),
    explanation: pair(
        "Text is `CommonMark`, in which `3*4*5` is a 4 in italics between a 3 and a 5. For a star write `\\*`, or `×` for a product.",
        "文字按 `CommonMark` 排版：`3*4*5` 会变成 3、斜体的 4、5。要星号就写 `\\*`，乘号写 `×`。",
    ),
    bad: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: The box is 3*4*5 cm.\n",
    ),
    good: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: The box is 3×4×5 cm.\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (play, _, step) in cx.steps() {
        for (key, text) in shown_texts(step) {
            let hit = text.parts.iter().find_map(|part| match part {
                TextPart::Literal(text) => text.lines().find_map(in_word),
                TextPart::Expr(_) => None,
            });
            let Some(word) = hit else { continue };
            let message = phrase!(
                "the stars of `{word}` are read as emphasis and vanish",
                "`{word}` 里的星号会当作强调，发出去就没了"
            );
            let plain = word.replace('*', "×");
            let help = phrase!(
                "write `{plain}`, or `\\*` for each star; in a double-quoted YAML text that is `\\\\*`",
                "写成 `{plain}`，或把每个星号写成 `\\*`（YAML 双引号里是 `\\\\*`）"
            );
            out.push(found(&CODE, cx.key_span(play, step, key), message).help(help));
        }
    }
}

/// From the first star between two plain letters or digits to the second, with the words around them. Code, escapes,
/// addresses and doubled stars are not looked at.
fn in_word(line: &str) -> Option<String> {
    if line.contains(['`', '\\']) || line.contains("://") {
        return None;
    }
    let chars: Vec<char> = line.chars().collect();
    let is_plain = |at: usize| chars.get(at).is_some_and(char::is_ascii_alphanumeric);
    let star = |at: &usize| chars[*at] == '*' && *at > 0 && is_plain(at - 1) && is_plain(at + 1);
    let mut stars = (0..chars.len()).filter(star);
    let (first, second) = (stars.next()?, stars.next()?);
    let from = (0..first).rev().take_while(|at| is_plain(*at)).last()?;
    let to = (second + 1..chars.len()).take_while(|at| is_plain(*at) || star(at)).last()?;
    Some(chars[from..=to].iter().collect())
}
