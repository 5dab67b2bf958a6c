//! `approve-at-night`: an approval whose time lies almost wholly outside the hours of whoever is asked.

use super::context::{Context, due_steps, found};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    phrase::{pair, phrase},
    time::Duration,
};
use crate::model::{
    hours::Hours,
    step::{Assignee, Verb},
};

/// So much time awake is enough to decide.
const ENOUGH: Duration = Duration::HOUR.times(2);

pub(super) const CODE: Code = Code {
    slug: "approve-at-night",
    severity: Severity::Warning,
    meaning: pair("an approval is open almost only while people sleep", "审批开放的时间几乎都在休息时段"),
    explanation: pair(
        "Whoever is asked is told inside their hours (`roles.X.hours`, by default all but the quiet hours), and `open_for` counts from then. Less than two hours of it while they are awake is hardly time to decide, and silence then decides.",
        "审批会在对方的时段内通知（`roles.X.hours`，默认是静默时段以外），`open_for` 从通知时算起。清醒的时间不足两小时，几乎来不及决定，结果就由无人答复来定。",
    ),
    bad: Example::of(
        "people: { ann: { name: Ann } }\nbudgets: { quiet: 22:00-08:00 }\nplays:\n  hello:\n    every: monday at 21:00\n    steps:\n      - approve: Shall this go out?\n        to: ann\n        open_for: 8h\n      - post: Our news.\n        urgent: true\n",
    ),
    good: Example::of(
        "people: { ann: { name: Ann } }\nbudgets: { quiet: 22:00-08:00 }\nplays:\n  hello:\n    every: monday at 21:00\n    steps:\n      - approve: Shall this go out?\n        to: ann\n        open_for: 13h\n      - post: Our news.\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let group = cx.playbook.groups.values().next();
    for play in &cx.playbook.plays {
        let anchors = cx.anchors(play, 2);
        for due in due_steps(play) {
            let Verb::Approve(approve) = &due.step.verb else { continue };
            let Some(open_for) = approve.open_for.filter(|_| !approve.urgent) else { continue };
            let role = match (&approve.to, group) {
                (Some(Assignee::Role(name)), Some(group)) => cx.playbook.role(group, name),
                _ => None,
            };
            let hours = Hours::of(cx.playbook, role.map(|role| &**role));
            let asleep = anchors.iter().find_map(|anchor| {
                let told = hours.from(due.at(*anchor, cx.playbook));
                let awake = hours.within(told, told.plus(open_for));
                (awake < ENOUGH && awake < open_for).then_some(awake)
            });
            if let Some(awake) = asleep {
                let message = phrase!(
                    "of the {open_for} for this approval only {awake} lie inside the hours of whoever is asked",
                    "这道审批开放 {open_for}，其中只有 {awake} 在对方的时段内"
                );
                let help =
                    pair("ask earlier, or leave it open until the next noon", "早一点问，或开放到第二天中午");
                out.push(found(&CODE, cx.key_span(play, due.step, "open_for"), message).help(help));
            }
        }
    }
}
