//! `rules-too-many`: more rules than anybody keeps in mind.

use super::context::{Context, entries, found};
use crate::base::diagnostic::{
    Diagnostic, Severity,
    code::{Code, Example},
};
use crate::base::phrase::{pair, phrase};

/// As many as the craft allows.
const RULES_MAX: usize = 5;

pub(super) const CODE: Code = Code {
    slug: "rules-too-many",
    severity: Severity::Warning,
    meaning: pair("the group has more than five rules", "群规超过五条"),
    explanation: pair(
        "Rules are itemised and at most five, or nobody remembers them. Counted are `items`, or else what is under \
             `encourage` and `forbid` together. Join what belongs together, and leave out what no one does anyway.",
        "群规要分条，最多五条，再多就没人记得住。有 `items` 就数 `items`，否则把 `encourage` 和 `forbid` 一起数。把相近的合并，没人会做的就不必写。",
    ),
    bad: Example::of(
        "rules:\n  intro: { who: a book club, benefit: a chapter a week, owner: Ann }\n  namecard: \"{city}-{name}\"\n  \
         encourage: [quotes, questions, answers]\n  forbid: [ads, spam, votes, bargains]\n",
    ),
    good: Example::of(
        "rules:\n  intro: { who: a book club, benefit: a chapter a week, owner: Ann }\n  namecard: \"{city}-{name}\"\n  \
         encourage: [quotes, questions and answers]\n  forbid: [advertising, begging for votes and bargains]\n",
    ),
    practices: &["P013"],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let rules = &cx.playbook.rules;
    let items = entries(rules.get("items"));
    let (counted, key) = match items {
        0 => (entries(rules.get("encourage")) + entries(rules.get("forbid")), "rules"),
        n => (n, "rules.items"),
    };
    if counted > RULES_MAX {
        out.push(
            found(
                &CODE,
                cx.span(key),
                phrase!(
                    "the group has {counted} rules; at most {RULES_MAX} are remembered",
                    "群规有 {counted} 条；最多 {RULES_MAX} 条才记得住"
                ),
            )
            .help(pair(
                "join the ones that belong together, and leave out what no one does anyway",
                "把相近的合并，没人会做的就不必写",
            )),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::messages, CODE};

    #[test]
    fn counts_items_or_both_lists() {
        assert_eq!(messages(&CODE, "rules: { encourage: [a, b, c], forbid: [d, e] }\n"), [""; 0]);
        assert_eq!(
            messages(&CODE, "rules: { items: [a, b, c, d, e, f] }\n"),
            ["the group has 6 rules; at most 5 are remembered"]
        );
    }
}
