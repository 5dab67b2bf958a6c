//! `invite-copy-too-long`: a line beside a QR code that nobody reads in two seconds.

use super::{
    advice,
    context::{Context, found},
    said::says,
};
use crate::base::{
    diagnostic::{Diagnostic, code::Code},
    phrase::{pair, phrase},
};

pub(super) const CODE: Code = advice(
    "invite-copy-too-long",
    pair("the text beside a QR code is longer than two sentences", "二维码旁边的文字超过两句"),
    pair(
        "In a feed people look for two seconds: one or two sentences, forty Chinese characters or twenty words, beside the code.",
        "朋友圈里的人只看两秒：二维码旁边一两句话，四十个字以内。",
    ),
    "plays:\n  invite:\n    steps:\n      - post: \"扫二维码进群。我们每周五晚上八点读书。读完一本换下一本。还有嘉宾来讲，欢迎喜欢阅读的朋友一起来，名额有限，先到先得。\"\n",
    "plays:\n  invite:\n    steps:\n      - post: \"扫二维码，每周五晚一起读完一本书。\"\n",
    &["P040"],
);

const CODES: [&str; 6] = ["二维码", "扫码", "qr code", "qr-code", "scan the code", "太阳码"];
/// What is read in two seconds.
const SENTENCES_MAX: usize = 2;
const CHARS_MAX: usize = 40;
const WORDS_MAX: usize = 20;

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (play, _, step, post) in cx.posts() {
        let text = post.text.source();
        if !says(&text.to_lowercase(), &CODES) {
            continue;
        }
        let sentences = text.split(['。', '！', '？', '!', '?', '\n']).flat_map(|part| part.split(". "));
        let sentences = sentences.filter(|part| part.chars().any(char::is_alphanumeric)).count();
        let wide = text.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).count();
        let words = text.split_whitespace().count();
        if sentences > SENTENCES_MAX || wide > CHARS_MAX || words > WORDS_MAX {
            let message = phrase!(
                "this stands beside a QR code and has {sentences} sentences; two seconds are enough for two",
                "二维码旁边有 {sentences} 句话，两秒钟只够看两句"
            );
            out.push(found(&CODE, cx.step_span(play, step), message).help(pair(
                "one or two sentences of at most forty characters; the rest is the welcome's",
                "留一两句、四十字以内，其余的放到欢迎词里",
            )));
        }
    }
}
