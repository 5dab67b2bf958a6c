//! `fraud-words`: our own copy speaks the language of fraud.

use super::{
    advice,
    context::{Context, found, shown_texts},
};
use crate::base::{
    diagnostic::{Diagnostic, code::Code},
    phrase::{pair, phrase},
};

pub(super) const CODE: Code = advice(
    "fraud-words",
    pair(
        "a text of the playbook has words that are the marks of fraud",
        "我们自己的文案里有诈骗或传销的字眼",
    ),
    pair(
        "A guaranteed yield, commission on those below, paying in to unlock: these are the marks by which fraud is known, and the group is closed for them.",
        "保本、月收益、发展下线、交钱解锁，都是资金盘和传销的标志，群会因此被封。",
    ),
    "plays:\n  sale:\n    steps:\n      - post: 保本理财，月收益 10%，发展下线再返佣！\n",
    "plays:\n  sale:\n    steps:\n      - post: 本周书单九折。\n",
    &["P078"],
);

/// The marks of fraud.
pub(super) const WORDS: [&str; 14] = [
    "保本",
    "稳赚",
    "月收益",
    "日收益",
    "下线",
    "拉人头",
    "资金盘",
    "交钱解锁",
    "入金解锁",
    "躺赚",
    "guaranteed return",
    "guaranteed profit",
    "risk-free profit",
    "downline",
];

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (play, _, step) in cx.steps() {
        for (key, text) in shown_texts(step) {
            let text = text.source().to_lowercase();
            let Some(word) = WORDS.iter().find(|word| text.contains(**word) && !denies(&text, word)) else {
                continue;
            };
            let message =
                phrase!("this text says `{word}`, a mark of fraud", "这段文字里有「{word}」，是诈骗的标志");
            out.push(
                found(&CODE, cx.key_span(play, step, key), message)
                    .help(pair("say what is really given, at which price", "写清真正给什么、什么价钱")),
            );
        }
    }
}

/// Whether the words around say that it is not allowed, or are about it: 线下 is a place.
fn denies(text: &str, word: &str) -> bool {
    let Some(at) = text.find(word) else { return false };
    let before: String = text[..at].chars().rev().take(8).collect();
    before.starts_with('线') || before.contains('禁') || before.contains('勿') || before.contains('拒')
}

#[cfg(test)]
mod tests {
    use super::{super::tests::messages, CODE};

    #[test]
    fn a_warning_of_fraud_is_no_fraud() {
        assert_eq!(
            messages(
                &CODE,
                "plays:\n  a:\n    steps:\n      - post: 禁止保本理财广告，线下见面时请核对身份。\n"
            ),
            [""; 0]
        );
    }
}
