//! `late-pile-up`: occurrences that were slept through may all be made up for at once.

use super::context::{Context, found};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
};
use crate::model::play::CatchUp;

pub(super) const CODE: Code = Code {
    slug: "late-pile-up",
    severity: Severity::Warning,
    meaning: pair(
        "occurrences that were slept through may all be made up for at once",
        "错过的几次可能会一起补上",
    ),
    explanation: pair(
        "With `catch_up: all` everything that is still inside `max_late` is made up for. A `max_late` longer than the interval lets several pile up after a pause.",
        "`catch_up: all` 会补上所有还在 `max_late` 之内的。`max_late` 比间隔长，停顿之后就会一下子补好几次。",
    ),
    bad: Example::of(
        "plays:\n  hello:\n    every: 30m\n    catch_up: all\n    max_late: 6h\n    steps:\n      - post: Drink water.\n",
    ),
    good: Example::of(
        "plays:\n  hello:\n    every: 30m\n    catch_up: all\n    max_late: 20m\n    steps:\n      - post: Drink water.\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for play in cx.playbook.plays.iter().filter(|play| play.catch_up == CatchUp::All) {
        let Some(gap) = cx.gap(play).filter(|gap| play.max_late > *gap) else { continue };
        let late = play.max_late;
        let message = phrase!(
            "`max_late` is {late} and the play comes every {gap}: after a pause several are made up for at once",
            "`max_late` 是 {late}，而玩法每 {gap} 就有一次：停顿之后会一下子补上好几次"
        );
        let help = phrase!(
            "write `catch_up: last`, or a `max_late` of at most {gap}",
            "写 `catch_up: last`，或让 `max_late` 不超过 {gap}"
        );
        out.push(found(&CODE, cx.span(&format!("plays.{}.max_late", play.name)), message).help(help));
    }
}
