//! `quiet-hours`: a clock time inside the quiet hours, so that what it says waits for the morning.

use super::context::{Context, due_steps, found};
use crate::{
    base::{
        diagnostic::{
            Diagnostic, Severity,
            code::{Code, Example, Words},
        },
        ids::ChannelName,
        time::ClockTime,
        words::tick,
    },
    model::step::{Step, Verb},
};

pub(super) const CODE: Code = Code {
    slug: "quiet-hours",
    severity: Severity::Warning,
    meaning: Words {
        en: "a message is due inside the quiet hours and will wait for their end",
        zh: "消息落在安静时段,会等到时段结束",
    },
    explanation: Words {
        en: "`budgets.quiet` holds messages to the group back until the quiet hours end; \"good night\" would arrive with \
             breakfast. Move the time, or mark the post `urgent: true` where it must go. Tasks and approvals are not held.",
        zh: "`budgets.quiet` 会把发到群里的消息留到安静时段结束,「晚安」就成了早安。改时间,或给非发不可的消息写 `urgent: true`。\
             任务和审批不受影响。",
    },
    bad: Example::of(
        "budgets: { quiet: 22:30-08:00 }\nplays:\n  night:\n    every: day at 23:00\n    steps:\n      - post: Good night.\n",
    ),
    good: Example::of(
        "budgets: { quiet: 22:30-08:00 }\nplays:\n  night:\n    every: day at 22:00\n    steps:\n      - post: Good night.\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let Some(quiet) = cx.playbook.budgets.quiet else { return };
    let zone = &cx.playbook.zone;
    for play in &cx.playbook.plays {
        let anchors = cx.anchors(play, 8);
        let dues = due_steps(play);
        let late = dues.iter().filter(|due| is_held(due.step)).find_map(|due| {
            let at = anchors
                .iter()
                .map(|anchor| due.at(*anchor, cx.playbook))
                .find(|at| quiet.ends(*at, zone).is_some())?;
            Some((due.step, at))
        });
        let Some((step, at)) = late else { continue };
        let civil = zone.civil(at);
        let clock = ClockTime { hour: civil.hour(), minute: civil.minute(), second: civil.second() };
        let message = format!(
            "{} speaks at {clock}, inside the quiet hours {}-{}; it waits until {}",
            tick(play.name.as_str()),
            quiet.from,
            quiet.to,
            quiet.to
        );
        out.push(
            found(&CODE, cx.step_span(play, step), message)
                .help("move it out of the quiet hours, or mark the post `urgent: true`"),
        );
    }
}

/// Whether budgets hold a step's message back.
fn is_held(step: &Step) -> bool {
    let group = |channel: &ChannelName| channel.as_str() == "group";
    match &step.verb {
        Verb::Post(post) => group(&post.to) && !post.urgent,
        Verb::Ask(ask) => group(&ask.to),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::messages, CODE};

    #[test]
    fn says_when_it_speaks_and_until_when_it_waits() {
        assert_eq!(
            messages(&CODE, CODE.bad.yaml),
            ["`night` speaks at 23:00, inside the quiet hours 22:30-08:00; it waits until 08:00"]
        );
    }

    #[test]
    fn follows_waits_and_offsets_and_leaves_urgent_posts_and_tasks() {
        let late = "budgets: { quiet: 22:30-08:00 }\npeople: { ann: { name: Ann } }\nplays:\n  night:\n    every: day at 22:00\n    \
                    steps:\n      - wait: 45m\n      - task: Lock up.\n        to: ann\n      - post: Fire!\n        urgent: true\n";
        assert_eq!(messages(&CODE, late), [""; 0]);
        let later = "budgets: { quiet: 22:30-08:00 }\nplays:\n  night:\n    every: day at 22:00\n    steps:\n      - wait: 45m\n      \
                     - post: Good night.\n";
        assert_eq!(messages(&CODE, later).len(), 1);
        let early = "budgets: { quiet: 22:30-08:00 }\nplays:\n  talk:\n    dates: [{ at: 2026-12-11 20:00 }]\n    steps:\n      \
                     - at: -7d 07:00\n        post: Next week!\n";
        assert!(messages(&CODE, early)[0].starts_with("`talk` speaks at 07:00"));
    }
}
