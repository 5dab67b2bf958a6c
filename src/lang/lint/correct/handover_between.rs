//! `handover-between`: a role changes hands between two steps of one run that are both about its holder.

use super::context::{Context, Due, due_steps, found, shown_texts};
use crate::base::{
    diagnostic::{
        Diagnostic, Severity,
        code::{Code, Example},
    },
    ids::RoleName,
    phrase::{pair, phrase},
    words::tick,
};
use crate::model::{
    play::Play,
    role::Role,
    schedule::Schedule,
    step::{Assignee, MentionTarget, Step, Verb},
    text::TextPart,
    trigger::Trigger,
};

pub(super) const CODE: Code = Code {
    slug: "handover-between",
    severity: Severity::Warning,
    meaning: pair(
        "a role changes hands between two steps of one run",
        "同一次运行的两个步骤之间，角色换了人",
    ),
    explanation: pair(
        "A role is who has it at the moment of each step. Where a term ends between two steps that are about its holder, one person is asked and another is named. Begin the terms on a day that no run crosses, ask `roles.X.next`, or keep what was true: `set: { tonight: roles.host }`.",
        "每个步骤都看当时由谁担任。任期在两个步骤之间结束时，问的是一个人，公布的是另一个人。把任期的起点挪到不被跨过的日子，改问 `roles.X.next`，或先记下来：`set: { tonight: roles.host }`。",
    ),
    bad: Example::of(
        "people: { ann: { name: Ann }, bob: { name: Bob } }\nroles: { host: { people: [ann, bob], term: 1 week, from: 2026-11-26 } }\nplays:\n  hello:\n    every: thursday at 17:00\n    steps:\n      - at: -1d 10:00\n        task: You host tomorrow.\n        to: host\n      - at: -1h\n        post: Tonight with ${roles.host}.\n",
    ),
    good: Example::of(
        "people: { ann: { name: Ann }, bob: { name: Bob } }\nroles: { host: { people: [ann, bob], term: 1 week, from: 2026-11-23 } }\nplays:\n  hello:\n    every: thursday at 17:00\n    steps:\n      - at: -1d 10:00\n        task: You host tomorrow.\n        to: host\n      - at: -1h\n        post: Tonight with ${roles.host}.\n",
    ),
    practices: &[],
};

/// The weeks that are looked at: a term of weeks ends in them.
const WEEKS: i64 = 12;

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (name, role) in &cx.playbook.roles {
        if role.term.is_none() || role.people.len() < 2 {
            continue;
        }
        for play in &cx.playbook.plays {
            if !matches!(&play.trigger, Trigger::Schedule(Schedule::Term(_)))
                && let Some((first, second)) = crossed(cx, play, role, name)
            {
                let message = phrase!(
                    "{} changes hands between step {} and this one: one person is asked, another is meant here",
                    "{} 在步骤 {} 和这一步之间换人：前面问的是一个人，这里是另一个人",
                    tick(name.as_str()),
                    first.id
                );
                let help = phrase!(
                    "let the terms of {} begin on a day that no run of this play crosses (`from`)",
                    "把 {} 的任期起点（`from`）挪到这个玩法不会跨过的日子",
                    tick(name.as_str())
                );
                out.push(found(&CODE, cx.key_span(play, second, second.verb.as_str()), message).help(help));
            }
        }
    }
}

/// Two steps about the holder of a role with a handover between them, in the first run that has such.
fn crossed<'a>(
    cx: &Context<'a>,
    play: &'a Play,
    role: &Role,
    name: &RoleName,
) -> Option<(&'a Step, &'a Step)> {
    let about: Vec<Due<'a>> = due_steps(play).into_iter().filter(|due| is_about(due.step, name)).collect();
    let created = cx.playbook.groups.values().find_map(|group| group.created);
    // Without a beginning nobody knows when a term ends.
    let from = role.from.or(created)?;
    let term = role.term?;
    cx.anchors(play, WEEKS).into_iter().find_map(|anchor| {
        about.windows(2).find_map(|two| {
            let [first, second] = two else { return None };
            let turn = |due: &Due<'_>| {
                let turn = term.index(from, due.at(anchor, cx.playbook), &cx.playbook.zone);
                // Schedules are sampled from weeks that may lie before the first term; turns come back all the same.
                let turn = if matches!(play.trigger, Trigger::Dates(_)) { turn.max(0) } else { turn };
                turn.rem_euclid(role.people.len() as i64)
            };
            (turn(first) != turn(second)).then_some((&**first.step, &**second.step))
        })
    })
}

/// Whether a step asks or names whoever has a role.
fn is_about(step: &Step, name: &RoleName) -> bool {
    let asked = |to: &Option<Assignee>| matches!(to, Some(Assignee::Role(role)) if role == name);
    let by_verb = match &step.verb {
        Verb::Task(task) => asked(&task.to),
        Verb::Approve(approve) => asked(&approve.to),
        Verb::Prune(prune) => asked(&prune.to),
        Verb::Post(post) => {
            post.mention.iter().any(|who| matches!(who, MentionTarget::Role(role) if role == name))
        }
        _ => false,
    };
    by_verb
        || shown_texts(step).iter().flat_map(|(_, text)| &text.parts).any(|part| match part {
            TextPart::Literal(_) => false,
            TextPart::Expr(expr) => names(expr.source(), name),
        })
}

/// Whether an expression reads the holder of a role, and not who comes next.
fn names(source: &str, name: &RoleName) -> bool {
    let word = format!("roles.{name}");
    source.match_indices(&word).any(|(at, _)| {
        let rest = &source[at + word.len()..];
        !rest.starts_with(".next") && !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')
    })
}
