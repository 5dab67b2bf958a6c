//! `unused-role`: nothing goes to a role.

use super::context::{Context, found};
use crate::base::ids::RoleName;
use crate::base::words::tick;
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};

pub(super) const CODE: Code = Code {
    slug: "unused-role",
    severity: Severity::Warning,
    meaning: pair("nothing goes to a role", "角色没有被用到"),
    explanation: pair(
        "A role is used by `to`, `mention`, `escalate`, `term of` and `roles.NAME` in texts. What is looked for is its name, anywhere in the playbook, in its data files and in its scripts.",
        "`to`、`mention`、`escalate`、`term of` 和文字里的 `roles.名字` 都算用到角色。只要名字在剧本、数据文件或脚本里别处出现过，就算用到。",
    ),
    bad: Example::of(
        "people: { ann: { name: Ann } }\nroles: { host: { people: [ann] }, cook: { people: [ann] } }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - task: Greet.\n        to: host\n",
    ),
    good: Example::of(
        "people: { ann: { name: Ann } }\nroles: { host: { people: [ann] } }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - task: Greet.\n        to: host\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for name in cx.playbook.roles.keys().map(RoleName::as_str) {
        if !cx.origins.contains_key(&format!("roles.{name}")) || cx.mentions(name.as_ref()) > 1 {
            continue;
        }
        let message = phrase!("nothing uses the role {}", "没有用到角色 {}", tick(name));
        let help = pair(
            "use it, or remove it; look whether it is misspelt where it was meant",
            "用上它或删掉它；看看本该用它的地方是不是写错了",
        );
        out.push(found(&CODE, cx.span(&format!("roles.{name}")), message).help(help));
    }
}
