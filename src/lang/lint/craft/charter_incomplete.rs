//! `charter-incomplete`: a community whose file does not say why, for whom and how it lasts.

use super::context::{Context, found, is_written};
use crate::base::diagnostic::{
    Diagnostic, Severity,
    code::{Code, Example},
};
use crate::base::phrase::{Phrase, pair, phrase};

const KEYS: [&str; 6] = ["purpose", "audience", "not_for", "tie", "offers", "sustain"];

pub(super) const CODE: Code = Code {
    slug: "charter-incomplete",
    severity: Severity::Warning,
    meaning: pair(
        "the charter does not say why the group exists, for whom, or how it lasts",
        "章程没有说清为何建群、为谁建群、如何持续",
    ),
    explanation: pair(
        "Be clear before the group exists: its `purpose`; the `audience`, in at least two traits, and whom it is \
             `not_for` (narrow positioning beats broad); the `tie` that members share (identity, hobby or interest, \
             goal or need, emotion, place); what it `offers`; and how that is kept up (`sustain`).",
        "建群之前先想清楚：目的（`purpose`）；给谁（`audience`，至少两个特征）、不给谁（`not_for`），定位越细越好；成员的共同点（`tie`：身份、兴趣、目标或需求、情感、地缘）；提供什么（`offers`）；如何持续提供（`sustain`）。",
    ),
    bad: Example::of("charter:\n  purpose: read together\n"),
    good: Example::of(
        "charter:\n  purpose: finish one book a month\n  audience: [in Xi'an, aged 22 to 35]\n  not_for: [looking for customers]\n  \
         tie: interest\n  offers: [a reading night every Friday]\n  sustain: members take turns in leading\nplays:\n  night:\n    \
         every: friday at 20:00\n    steps:\n      - ask: Which page are you on?\n        options: [before 100, after 100]\n        \
         open_for: 2h\n",
    ),
    practices: &["P002", "P003", "P004"],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let charter = &cx.playbook.charter;
    if charter.is_null() {
        if cx.is_community() {
            out.push(
                found(
                    &CODE,
                    cx.span("charter"),
                    pair(
                        "nothing says why this group exists and for whom: there is no `charter`",
                        "没有写明这个群为什么存在、给谁：缺少 `charter`",
                    ),
                )
                .help({
                    let keys = Phrase::ticks(&KEYS, "and");
                    phrase!("add `charter` with {keys}", "加上 `charter`，写明 {keys}"; keys)
                }),
            );
        }
        return;
    }
    if charter.as_map().is_none() {
        return;
    }
    let missing: Vec<&str> = KEYS.into_iter().filter(|key| !is_written(charter.get(key))).collect();
    if !missing.is_empty() {
        out.push(
            found(&CODE, cx.span("charter"), {
                let keys = Phrase::ticks(&missing, "and");
                phrase!("the charter does not say {keys}", "`charter` 没有写明 {keys}"; keys)
            })
            .help(pair(
                "a group that knows why it exists, for whom and how it lasts survives its first month",
                "知道自己为什么存在、给谁、怎样维持的群，才能活过第一个月",
            )),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::messages, CODE};

    #[test]
    fn a_single_play_needs_no_charter() {
        assert_eq!(messages(&CODE, "plays:\n  a:\n    steps:\n      - post: Hello.\n"), [""; 0]);
    }
}
