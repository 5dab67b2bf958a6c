//! `unused-var`: nothing reads a var.

use super::context::{Context, found};
use crate::base::words::tick;
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};

pub(super) const CODE: Code = Code {
    slug: "unused-var",
    severity: Severity::Warning,
    meaning: pair("nothing reads a var", "变量没有被读取"),
    explanation: pair(
        "A var that nothing reads is either left over or misspelt where it was meant. What is looked for is its name, anywhere in the playbook, in its data files and in its scripts.",
        "没有被读取的变量，要么是多余的，要么是用的地方写错了。只要名字在剧本、数据文件或脚本里别处出现过，就算用到。",
    ),
    bad: Example::of(
        "vars: { city: Xi'an, book: One }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: We read ${vars.book}.\n",
    ),
    good: Example::of(
        "vars: { book: One }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: We read ${vars.book}.\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for name in cx.playbook.vars.keys().map(|key| &**key) {
        if !cx.origins.contains_key(&format!("vars.{name}")) || cx.mentions(name.as_ref()) > 1 {
            continue;
        }
        let message = phrase!("nothing uses the var {}", "没有用到变量 {}", tick(name));
        let help = pair(
            "use it, or remove it; look whether it is misspelt where it was meant",
            "用上它或删掉它；看看本该用它的地方是不是写错了",
        );
        out.push(found(&CODE, cx.span(&format!("vars.{name}")), message).help(help));
    }
}
