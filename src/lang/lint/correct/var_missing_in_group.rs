//! `var-missing-in-group`: a var that some groups have and others lack.

use super::context::{Context, found};
use crate::base::words::tick;
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{Phrase, pair, phrase},
};
use std::collections::BTreeSet;

pub(super) const CODE: Code = Code {
    slug: "var-missing-in-group",
    severity: Severity::Warning,
    meaning: pair("a var that some groups have and others lack", "有的群有这个变量，有的群没有"),
    explanation: pair(
        "A group's `vars` are laid over the playbook's. A text that reads a var which neither the group nor the playbook has fails in that group, when it runs.",
        "群的 `vars` 叠加在剧本的 `vars` 上。文字读取的变量，群里和剧本里都没有，在那个群执行时就会失败。",
    ),
    bad: Example::of(
        "groups:\n  rome: { vars: { city: Rome } }\n  oslo: { title: Oslo }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Good morning ${vars.city}!\n",
    ),
    good: Example::of(
        "groups:\n  rome: { vars: { city: Rome } }\n  oslo: { vars: { city: Oslo } }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Good morning ${vars.city}!\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let groups: Vec<_> = cx.playbook.groups.values().collect();
    let names: BTreeSet<&str> = groups.iter().flat_map(|group| group.vars.keys()).map(|key| &**key).collect();
    for name in names {
        let lacks: Vec<&str> = groups
            .iter()
            .filter(|group| !group.vars.contains_key(name))
            .map(|group| group.id.as_str())
            .collect();
        let Some(first) = lacks.first().filter(|_| cx.reads(&format!("vars.{name}"))) else { continue };
        let rest = lacks.len() - 1;
        let more =
            if rest == 0 { Phrase::default() } else { phrase!(" and {rest} more", " 和另外 {rest} 个") };
        let (name, first) = (tick(name), tick(first));
        let message = phrase!("texts read the var {name}, and these groups have none: {first}{more}", "文字里读取变量 {name}，而这些群没有：{first}{more}"; more);
        let help = pair(
            "write it for each group, or a common value under `vars`",
            "给每个群写上，或在 `vars` 下面写一个共同的值",
        );
        out.push(found(&CODE, cx.span(&format!("groups.{}", lacks[0])), message).help(help));
    }
}
