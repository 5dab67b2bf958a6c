//! `play-without-evidence`: a play was taken over from another file, and nothing says that it has ever worked.

use super::context::{Context, found};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
    source::SourceId,
    words::tick,
};
use std::collections::BTreeSet;

pub(super) const CODE: Code = Code {
    slug: "play-without-evidence",
    severity: Severity::Warning,
    meaning: pair("a play was taken over that names no evidence", "沿用了没有写依据的玩法"),
    explanation: pair(
        "What worked in one group need not work in yours. A file that measures itself (`metrics` with a `target`, or `evidence` on a play) should know of each play that it brings in by `use` who tried it, where, with which numbers and when: `evidence: { who: Lin, where: three reading groups, numbers: 12% spoke more, date: 2026-05 }`. Where nobody has tried it, say so, and try it in one group first.",
        "在别的群有效的，在你的群未必有效。会量自己的剧本（`metrics` 有 `target`，或玩法有 `evidence`），对每个用 `use` 引入的玩法都应当知道谁试过、在哪、数字是多少、什么时候：`evidence: { who: 林, where: 三个读书群, numbers: 开口的人多了 12%, date: 2026-05 }`。没人试过也照实写，先在一个群里试。",
    ),
    bad: Example {
        yaml: "metrics:\n  orders: { count: order.paid, target: \">= 20\" }\nuse:\n  - { playbook: taken.yaml, as: taken }\n",
        files: &[(
            "taken.yaml",
            "name: taken\nplays:\n  quiz:\n    on: tick\n    steps:\n      - post: A question\n",
        )],
    },
    good: Example {
        yaml: "metrics:\n  orders: { count: order.paid, target: \">= 20\" }\nuse:\n  - { playbook: taken.yaml, as: taken }\n",
        files: &[(
            "taken.yaml",
            "name: taken\nplays:\n  quiz:\n    on: tick\n    evidence: { who: Lin, where: three reading groups, numbers: 12% spoke more, date: 2026-05 }\n    steps:\n      - post: A question\n",
        )],
    },
    practices: &["P132"],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let plays = &cx.playbook.plays;
    let measures = cx.playbook.numbers.iter().any(|number| number.target.is_some())
        || plays.iter().any(|play| !play.evidence.is_null());
    if !measures {
        return;
    }
    let home = cx.span("name").source;
    let mut told: BTreeSet<SourceId> = BTreeSet::new();
    for play in plays.iter().filter(|play| play.evidence.is_null()) {
        let span = cx.span(&format!("plays.{}", play.name));
        if span.source == home || !told.insert(span.source) {
            continue;
        }
        let name = tick(play.name.as_str());
        let message = phrase!("nothing says where {name} has worked", "没有写 {name} 在哪里有效过");
        out.push(found(&CODE, span, message).help(pair(
            "add `evidence: { who, where, numbers, date }` to the play, and to the others of its file",
            "给这个玩法和它文件里的其他玩法加上 `evidence: { who, where, numbers, date }`",
        )));
    }
}
