//! `unused-arg`: a play has an argument that nothing reads.

use super::context::{Context, found};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};
use crate::base::{value::Value, words::tick};
use crate::model::text::Template;

pub(super) const CODE: Code = Code {
    slug: "unused-arg",
    severity: Severity::Warning,
    meaning: pair("a play has an argument that nothing reads", "玩法的参数没有被读取"),
    explanation: pair(
        "`args` gives the values that a start may overlay; they are read as `args.NAME`. What is looked for is its name, anywhere in the playbook, in its data files and in its scripts.",
        "`args` 是启动时可以覆盖的值，用 `args.名字` 读取。只要名字在剧本、数据文件或脚本里别处出现过，就算用到。",
    ),
    bad: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    args: { city: Rome }\n    steps:\n      - post: Hello.\n",
    ),
    good: Example::of(
        "plays:\n  hello:\n    every: monday at 09:00\n    args: { city: Rome }\n    steps:\n      - post: Hello ${args.city}.\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for play in &cx.playbook.plays {
        let names: Vec<&str> = match &play.args {
            Template::Map(entries) => entries.iter().map(|(key, _)| &**key).collect(),
            Template::Const(Value::Map(map)) => map.keys().map(|key| &**key).collect(),
            _ => continue,
        };
        for name in names.into_iter().filter(|name| cx.mentions(name) <= 1) {
            let message = phrase!(
                "nothing reads the argument {} of this play",
                "没有读取这个玩法的参数 {}",
                tick(name)
            );
            let help = phrase!("read it as `args.{name}`, or remove it", "用 `args.{name}` 读取它，或删掉它");
            out.push(found(&CODE, cx.span(&format!("plays.{}.args", play.name)), message).help(help));
        }
    }
}
