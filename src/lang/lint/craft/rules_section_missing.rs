//! `rules-section-missing`: rules without an introduction or without one of their three parts.

use super::context::{Context, found, is_written};
use crate::base::diagnostic::{
    Diagnostic, Severity,
    code::{Code, Example},
};
use crate::base::phrase::{Phrase, pair, phrase};

pub(super) const CODE: Code = Code {
    slug: "rules-section-missing",
    severity: Severity::Warning,
    meaning: pair("the rules lack a part that newcomers need", "群规缺少新人需要的部分"),
    explanation: pair(
        "The introduction of a group says who we are, what joining gives and who the owner is (`intro` with `who`, \
             `benefit`, `owner`). The rules proper have three parts: the name card (`namecard`), what is encouraged \
             (`encourage`) and what is forbidden (`forbid`). `rules` as plain text is taken as it is.",
        "群介绍说清三件事：我们是谁、进群有什么好处、群主是谁（`intro` 下的 `who`、`benefit`、`owner`）。群规有三部分：群名片（`namecard`）、鼓励什么（`encourage`）、禁止什么（`forbid`）。写成一段文字的 `rules` 不检查。",
    ),
    bad: Example::of("rules:\n  forbid: [advertising]\n"),
    good: Example::of(
        "rules:\n  intro: { who: a book club, benefit: a chapter a week, owner: Ann }\n  namecard: \"{city}-{name}\"\n  \
         encourage: [quotes]\n  forbid: [advertising]\n",
    ),
    practices: &["P015", "P016"],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let rules = &cx.playbook.rules;
    if rules.as_map().is_none() {
        return;
    }
    let mut missing: Vec<String> = Vec::new();
    match rules.get("intro") {
        Some(intro) if intro.as_map().is_some() => missing.extend(
            ["who", "benefit", "owner"]
                .into_iter()
                .filter(|key| !is_written(intro.get(key)))
                .map(|key| format!("intro.{key}")),
        ),
        intro if is_written(intro) => {}
        _ => missing.push("intro".into()),
    }
    let keys: &[&str] =
        if is_written(rules.get("items")) { &["namecard"] } else { &["namecard", "encourage", "forbid"] };
    missing.extend(keys.iter().filter(|key| !is_written(rules.get(key))).map(|key| (*key).to_owned()));
    if !missing.is_empty() {
        out.push(
            found(&CODE, cx.span("rules"), {
                let names = Phrase::ticks(&missing, "and no");
                phrase!("the rules have no {names}", "群规里没有 {names}"; names)
            })
                .help(pair("newcomers ask who we are, what joining gives, who the owner is, and what is wanted and unwanted", "新人会问：我们是谁，进群有什么好处，群主是谁，鼓励什么，禁止什么")),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::messages, CODE};

    #[test]
    fn names_what_is_missing_and_leaves_plain_text_alone() {
        assert_eq!(messages(&CODE, "rules: be kind\n"), [""; 0]);
        assert_eq!(
            messages(&CODE, "rules: { intro: { who: us }, namecard: a, encourage: [b], forbid: [c] }\n"),
            ["the rules have no `intro.benefit` and no `intro.owner`"]
        );
    }

    #[test]
    fn points_at_the_rules() {
        let text: std::sync::Arc<str> = "name: a\nrules: { forbid: [b] }\n".into();
        let folder = crate::base::source::MemoryFolder([("a.yaml".to_owned(), text)].into());
        let compiled = crate::lang::compile(&folder, "a.yaml");
        let found = compiled.report.diagnostics.iter().find(|found| found.code == CODE.slug);
        let span = found.and_then(|found| found.span).expect("it is reported at a place");
        assert_eq!(compiled.sources.get(span.source).place(span.start).line, 2);
    }
}
