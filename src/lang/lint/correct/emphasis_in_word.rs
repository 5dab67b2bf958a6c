//! `emphasis-in-word`: marks that vanish because they are read as emphasis: stars of a product, of a masked number, of a
//! face.

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
    meaning: pair("stars and underscores that are meant, and vanish", "本来要显示的星号、下划线会消失"),
    explanation: pair(
        "Text is `CommonMark`, in which `3*4*5` is a 4 in italics between a 3 and a 5, and `(*^_^*)` a face without its ears. For a star write `\\*`, or `×` for a product.",
        "文字按 `CommonMark` 排版：`3*4*5` 会变成 3、斜体的 4、5，`(*^_^*)` 会少了两只耳朵。要星号就写 `\\*`，乘号写 `×`。",
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
                "the marks of `{word}` are read as emphasis and vanish",
                "`{word}` 里的符号会当作强调，发出去就没了"
            );
            let is_product =
                word.contains('*') && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '*');
            let plain = if is_product && !word.contains("**") && !word.starts_with('*') {
                word.replace('*', "×")
            } else {
                word.replace('*', "\\*").replace('_', "\\_")
            };
            let help = phrase!(
                "write `{plain}`: a backslash before a mark shows it; in a double-quoted YAML text that is `\\\\`",
                "写成 `{plain}`：符号前加反斜杠就会原样显示（YAML 双引号里是 `\\\\`）"
            );
            out.push(found(&CODE, cx.key_span(play, step, key), message).help(help));
        }
    }
}

/// The first marks of a line that vanish though they are meant, with the words around them. Code, escapes and addresses
/// are not looked at.
fn in_word(line: &str) -> Option<String> {
    if line.contains(['`', '\\']) || line.contains("://") {
        return None;
    }
    let chars: Vec<char> = line.chars().collect();
    product(&chars).or_else(|| power(&chars)).or_else(|| masked(&chars)).or_else(|| face(&chars))
}

/// From the first star between two plain letters or digits to the second.
fn product(chars: &[char]) -> Option<String> {
    let is_plain = |at: usize| chars.get(at).is_some_and(char::is_ascii_alphanumeric);
    let star = |at: &usize| chars[*at] == '*' && *at > 0 && is_plain(at - 1) && is_plain(at + 1);
    let mut stars = (0..chars.len()).filter(star);
    let (first, second) = (stars.next()?, stars.next()?);
    let from = (0..first).rev().take_while(|at| is_plain(*at)).last()?;
    let to = (second + 1..chars.len()).take_while(|at| is_plain(*at) || star(at)).last()?;
    Some(chars[from..=to].iter().collect())
}

/// Two double stars between plain letters or digits: `x**2 + y**2`.
fn power(chars: &[char]) -> Option<String> {
    let is_plain = |at: usize| chars.get(at).is_some_and(char::is_ascii_alphanumeric);
    let power =
        |at: &usize| *at > 0 && is_plain(at - 1) && chars[*at..].starts_with(&['*', '*']) && is_plain(at + 2);
    let mut found = (0..chars.len()).filter(power);
    let (first, second) = (found.next()?, found.next()?);
    Some(chars[first - 1..second + 3].iter().collect())
}

/// Digits between stars with more digits behind, as numbers are made unreadable: `138*0000*1234`, `电话*138*0000`.
fn masked(chars: &[char]) -> Option<String> {
    let is_digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    let single = |at: &usize| {
        chars[*at] == '*' && chars.get(at + 1) != Some(&'*') && (*at == 0 || chars[at - 1] != '*')
    };
    let mut stars = (0..chars.len()).filter(single);
    let (first, second) = (stars.next()?, stars.next()?);
    let only_digits = second > first + 1 && (first + 1..second).all(is_digit);
    let to = (second + 1..chars.len()).take_while(|at| is_digit(*at)).last()?;
    only_digits.then(|| chars[first..=to].iter().collect())
}

/// A face: two like marks with nothing but signs between them, such as `(*^_^*)` and `^_^ >_<`.
fn face(chars: &[char]) -> Option<String> {
    let is_sign = |c: char| !c.is_alphanumeric() && !c.is_whitespace();
    for (first, mark) in chars.iter().copied().enumerate().filter(|(_, c)| matches!(c, '*' | '_')) {
        let between = chars[first + 1..].iter().take_while(|c| **c != mark).copied();
        let length = between.clone().count();
        let is_double = |at: usize| chars.get(at) == Some(&mark);
        if is_double(first + 1) || is_double(first + 2 + length) || first > 0 && is_double(first - 1) {
            continue;
        }
        let closes = first + 1 + length < chars.len();
        let begins = between.clone().next().is_some_and(is_sign);
        let ends = between.clone().last().is_some_and(is_sign);
        // A mark that follows a letter and one that leads to a letter open and close nothing.
        let opens = first.checked_sub(1).is_none_or(|before| !chars[before].is_alphanumeric());
        let shuts = chars.get(first + 2 + length).is_none_or(|after| !after.is_alphanumeric());
        let within = between.clone().all(|c| is_sign(c) || c == ' ');
        if closes && begins && ends && within && (mark == '*' || opens && shuts) {
            let from = first.saturating_sub(1);
            let to = (first + 2 + length).min(chars.len() - 1);
            return Some(chars[from..=to].iter().collect::<String>().trim().to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::in_word;

    #[test]
    fn what_vanishes_is_found_and_what_is_meant_is_left_alone() {
        for (line, found) in [
            ("尺寸 3*4*5 厘米", "3*4*5"),
            ("2*3=6, 4*5=20", "2*3=6, 4*5"),
            ("x**2 + y**2", "x**2 + y**2"),
            ("电话*138*0000", "*138*0000"),
            ("(*^_^*)", "(*^_^*)"),
            ("早 ^_^ >_<", "^_^ >_<"),
            ("o(*￣▽￣*)ブ", "(*￣▽￣*)"),
        ] {
            assert_eq!(in_word(line).as_deref(), Some(found), "{line}");
        }
        for line in [
            "**重点**：明天*见*",
            "5*2 元",
            "10 * 20 * 30",
            "a_b_c",
            "`3*4*5`",
            r"3\*4\*5",
            "*138* 位朋友",
            "***",
            "*“重点”* 和 *《书》*",
            "**！！**",
            "2**10",
            "T_T",
        ] {
            assert_eq!(in_word(line), None, "{line}");
        }
    }
}
