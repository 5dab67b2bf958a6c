//! `duplicate-option`: a question offers the same answer twice.

use super::context::{Context, found};
use crate::base::words::tick;
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};
use crate::model::step::Verb;
use std::collections::BTreeSet;

pub(super) const CODE: Code = Code {
    slug: "duplicate-option",
    severity: Severity::Warning,
    meaning: pair("a question offers the same answer twice", "问题里有两个相同的选项"),
    explanation: pair(
        "Members see the same answer twice and the votes for it are split.",
        "成员会看到两个一样的选项，票数也会分散。",
    ),
    bad: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - ask: Which?\n        options: [tea, coffee, tea]\n        open_for: 2h\n",
    ),
    good: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - ask: Which?\n        options: [tea, coffee]\n        open_for: 2h\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (play, _, step) in cx.steps() {
        let Verb::Ask(ask) = &step.verb else { continue };
        let mut seen = BTreeSet::new();
        let twice = ask
            .options
            .iter()
            .filter_map(|option| option.as_literal())
            .find(|text| !seen.insert(text.trim()));
        let Some(text) = twice else { continue };
        let message = phrase!("the option {} is offered twice", "选项 {} 出现了两次", tick(text));
        out.push(found(&CODE, cx.key_span(play, step, "options"), message).help(pair(
            "remove one of the two, or write what makes them different",
            "去掉其中一个，或写出它们的区别",
        )));
    }
}
