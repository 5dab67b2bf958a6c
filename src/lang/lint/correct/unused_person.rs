//! `unused-person`: nobody asks or mentions a person.

use super::context::{Context, found};
use crate::base::ids::PersonId;
use crate::base::words::tick;
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};

pub(super) const CODE: Code = Code {
    slug: "unused-person",
    severity: Severity::Warning,
    meaning: pair("nobody asks or mentions a person", "没有任务或提醒用到这个人"),
    explanation: pair(
        "People are listed so that roles, tasks and mentions can name them. What is looked for is its name, anywhere in the playbook, in its data files and in its scripts.",
        "列出人是为了让角色、任务和提醒能指到他们。只要名字在剧本、数据文件或脚本里别处出现过，就算用到。",
    ),
    bad: Example::of(
        "people: { ann: { name: Ann }, bob: { name: Bob } }\nroles: { host: { people: [ann] } }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - task: Greet.\n        to: host\n",
    ),
    good: Example::of(
        "people: { ann: { name: Ann } }\nroles: { host: { people: [ann] } }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - task: Greet.\n        to: host\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for name in cx.playbook.people.keys().map(PersonId::as_str) {
        if !cx.origins.contains_key(&format!("people.{name}")) || cx.mentions(name.as_ref()) > 1 {
            continue;
        }
        let message = phrase!("nothing uses the person {}", "没有用到人 {}", tick(name));
        let help = pair(
            "use it, or remove it; look whether it is misspelt where it was meant",
            "用上它或删掉它；看看本该用它的地方是不是写错了",
        );
        out.push(found(&CODE, cx.span(&format!("people.{name}")), message).help(help));
    }
}
