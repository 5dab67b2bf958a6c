//! `rules-no-voice`: a community in which nothing lets people dare to speak.

use super::{
    advice,
    context::{Context, found, is_written, shown_texts},
    said::says,
};
use crate::{
    base::{
        diagnostic::{Diagnostic, code::Code},
        phrase::pair,
    },
    model::step::Verb,
};

pub(super) const CODE: Code = advice(
    "rules-no-voice",
    pair("nothing in the file gives people a reason to speak", "文件里没有任何让人敢开口的安排"),
    pair(
        "Good rules say what is wanted and give ways that make people dare to speak: an introduction, a question that anybody can answer, a game.",
        "好的规矩除了鼓励和禁止，还要有让人敢说话的办法：自我介绍、人人答得上的问题、小游戏。",
    ),
    "charter:\n  purpose: finish one book a month\n  audience: [in Xi'an, aged 22 to 35]\n  not_for: [ads]\n  tie: interest\n  offers: [a reading night]\n  sustain: members take turns\n  values: [finish what you began]\nrules: { intro: { who: us, benefit: books, owner: Ann }, namecard: a, encourage: [quotes], forbid: [ads] }\nplays:\n  news:\n    every: friday at 20:00\n    steps:\n      - post: Page ten.\n",
    "charter:\n  purpose: finish one book a month\n  audience: [in Xi'an, aged 22 to 35]\n  not_for: [ads]\n  tie: interest\n  offers: [a reading night]\n  sustain: members take turns\n  values: [finish what you began]\nrules: { intro: { who: us, benefit: books, owner: Ann }, namecard: a, encourage: [quotes], forbid: [ads] }\nplays:\n  news:\n    every: friday at 20:00\n    steps:\n      - ask: Which page are you on?\n        options: [ten, twenty]\n        open_for: 2h\n",
    &["P019"],
);

/// Words that ask somebody to say something.
const VOICE: [&str; 10] = [
    "introduce",
    "introduction",
    "say hello",
    "tell us",
    "自我介绍",
    "介绍一下",
    "报到",
    "说一句",
    "聊聊",
    "？",
];

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let rules = &cx.playbook.rules;
    if !cx.is_community() || rules.as_map().is_none() || !is_written(Some(rules)) {
        return;
    }
    let asks = cx.steps().any(|(_, _, step)| match &step.verb {
        Verb::Ask(_) | Verb::Run(_) => true,
        _ => shown_texts(step).iter().any(|(_, text)| says(&text.source().to_lowercase(), &VOICE)),
    });
    if !asks {
        let message = pair(
            "there are rules, and nothing that makes people dare to speak",
            "有群规，却没有让人敢开口的安排",
        );
        out.push(found(&CODE, cx.span("rules"), message).help(pair(
            "ask newcomers to introduce themselves, or add a weekly `ask`",
            "请新人自我介绍，或每周来一次 `ask`",
        )));
    }
}
