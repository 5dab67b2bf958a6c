//! What platforms answer, in the reader's language: the sentences of adapters, ears and the courier beside their
//! Chinese, in `answers.zh`.
//!
//! What is stored is the English sentence, which is as good as a code. A platform's own words, which follow in brackets
//! or behind a colon, stay as they came. Sends nothing.

use crate::base::phrase::Phrase;

/// Pairs of lines, English and Chinese. What stands in a sentence at `{}` is put at the `{}` of the other one, in the
/// same order, and is itself told in Chinese where it is one of these sentences.
const TABLE: &str = include_str!("answers.zh");

/// How often a sentence is told within another one.
const DEPTH_MAX: usize = 4;

/// The pairs.
fn pairs() -> impl Iterator<Item = (&'static str, &'static str)> {
    let mut lines = TABLE.lines();
    std::iter::from_fn(move || lines.next().zip(lines.next()))
}

/// What a text holds where a sentence has its `{}`, and what follows the sentence; nothing if it begins otherwise.
fn held<'a>(sentence: &str, text: &'a str) -> Option<(Vec<&'a str>, &'a str)> {
    let mut pieces = sentence.split("{}");
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut held = Vec::new();
    for piece in pieces {
        let at = if piece.is_empty() { rest.len() } else { rest.find(piece)? };
        held.push(&rest[..at]);
        rest = &rest[at + piece.len()..];
    }
    Some((held, rest))
}

/// Some words in Chinese; nothing where no sentence of the table begins them.
fn in_chinese(noted: &str, depth: usize) -> Option<String> {
    let known = pairs().filter_map(|(en, zh)| Some((en, zh, held(en, noted)?)));
    let (_, zh, (held, rest)) = known.max_by_key(|(en, ..)| en.len())?;
    let mut said = String::new();
    for (n, piece) in zh.split("{}").enumerate() {
        if let Some(held) = n.checked_sub(1).and_then(|n| held.get(n)) {
            let inner = if depth < DEPTH_MAX { in_chinese(held, depth + 1) } else { None };
            said.push_str(inner.as_deref().unwrap_or(held));
        }
        said.push_str(piece);
    }
    said.push_str(&follows(rest));
    Some(said)
}

/// What follows a sentence, with the signs that Chinese has: ` (93000): gone` is `（93000）：gone`.
fn follows(rest: &str) -> String {
    let Some((inside, behind)) = rest.strip_prefix(" (").and_then(|rest| rest.split_once(')')) else {
        return rest.to_owned();
    };
    let (colon, said) = behind.strip_prefix(": ").map_or(("", behind), |said| ("：", said));
    format!("（{inside}）{colon}{said}")
}

/// What an attempt brought back, as it was noted, in every language: the sentence that it begins with is known.
pub fn in_words(noted: &str) -> Phrase {
    let zh = in_chinese(noted, 0).unwrap_or_else(|| noted.to_owned());
    Phrase { en: noted.to_owned(), zh }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_sentence_counts_and_what_follows_stays() {
        let told = in_words("the mail server refused the message (550 no)");
        assert_eq!(told.zh, "邮件服务器拒绝了这封信（550 no）");
        assert_eq!(in_words("something new").zh, "something new");
        let shared = pairs().filter(|(en, _)| pairs().filter(|(other, _)| other == en).count() > 1);
        assert_eq!(shared.map(|(en, _)| en).collect::<Vec<_>>(), Vec::<&str>::new(), "twice in the table");
    }

    #[test]
    fn what_stands_in_a_sentence_is_told_too() {
        let told = in_words("given up after 12 attempts: WeCom is busy (-1): system busy");
        assert_eq!(told.zh, "试了 12 次后放弃：企业微信正忙（-1）：system busy");
        let told = in_words(
            "in doubt: qyapi.weixin.qq.com did not answer within 10 s; it is sent again, a second copy is possible",
        );
        assert_eq!(told.zh, "存疑：qyapi.weixin.qq.com 在 10 秒内没有回应；会再发一次，可能出现第二份");
        let told = in_words(&"given up after 1 attempts: ".repeat(9));
        assert!(told.zh.ends_with("given up after 1 attempts: "), "{}", told.zh);
    }

    #[test]
    fn both_sentences_of_a_pair_have_the_same_holes() {
        for (en, zh) in pairs() {
            assert_eq!(en.matches("{}").count(), zh.matches("{}").count(), "{en}\n{zh}");
            assert!(en.len() > 2 && zh.chars().any(|c| c > '\u{2e80}'), "{en}\n{zh}");
        }
    }
}
