//! `dead-play`: a play that can never start.

use super::context::{Context, found};
use crate::base::phrase::{Phrase, Words, pair, phrase};
use crate::{
    base::{
        diagnostic::{
            Diagnostic, Severity,
            code::{Code, Example},
        },
        ids::PhaseName,
        time::Timestamp,
        words::tick,
    },
    model::{
        occurrence::{closed_day, next_anchor},
        phase::Phase,
        play::Play,
        schedule::Schedule,
        step::Verb,
        trigger::Trigger,
    },
};

pub(super) const CODE: Code = Code {
    slug: "dead-play",
    severity: Severity::Warning,
    meaning: pair("a play can never start", "玩法永远不会开始"),
    explanation: pair(
        "Nothing makes it start: its `until` is not after its `from`, its schedule has no instant, all its dates lie \
             outside `from` and `until` or on days of `except`, or it runs only `during` phases that are final or that no \
             group can reach (the phase before them has neither `until` nor `timeout`, and nothing enters them).",
        "没有任何情况会启动它：`until` 不晚于 `from`；日程没有任何时刻；所有日期都在 `from`、`until` 之外或落在 `except` 的日子；或 `during` 只有终止阶段，或任何群都到不了的阶段（前一阶段既没有 `until` 也没有 `timeout`，也没有步骤进入它）。",
    ),
    bad: Example::of(
        "phases:\n  - name: seed\n  - name: grow\nplays:\n  vote:\n    every: sunday at 19:00\n    during: grow\n    steps:\n      - post: Vote!\n",
    ),
    good: Example::of(
        "phases:\n  - name: seed\n    until: members.count >= 60\n  - name: grow\nplays:\n  vote:\n    every: sunday at 19:00\n    during: grow\n    \
         steps:\n      - post: Vote!\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let reachable = reachable(cx);
    for play in &cx.playbook.plays {
        let Some((key, why, help)) = dead(cx, play, &reachable) else { continue };
        let message = {
            let name = tick(play.name.as_str());
            phrase!("{name} can never start: {why}", "{name} 永远不会开始：{why}"; why)
        };
        out.push(found(&CODE, cx.span(&format!("plays.{}.{key}", play.name)), message).help(help));
    }
}

/// The key to look at, the reason and the remedy.
fn dead(cx: &Context<'_>, play: &Play, reachable: &[&Phase]) -> Option<(&'static str, Phrase, Words)> {
    if let (Some(from), Some(until)) = (play.from, play.until)
        && until <= from
    {
        return Some((
            "until",
            pair("its `until` is not after its `from`", "`until` 不晚于 `from`").into(),
            pair("exchange the two dates, or remove one", "把两个日期对调，或去掉一个"),
        ));
    }
    if !play.during.is_empty() && !play.during.iter().any(|name| reachable.iter().any(|p| p.name == *name)) {
        let names: Vec<&str> = play.during.iter().map(PhaseName::as_str).collect();
        let why = if play
            .during
            .iter()
            .any(|name| cx.playbook.phase(name).is_some_and(|phase| phase.is_final))
        {
            {
                let names = Phrase::ticks(&names, "and");
                phrase!("in the final phase {names} nothing starts", "终止阶段 {names} 里什么也不会开始"; names)
            }
        } else {
            {
                let names = Phrase::ticks(&names, "or");
                phrase!("no group reaches the phase {names}", "没有群能到达阶段 {names}"; names)
            }
        };
        return Some((
            "during",
            why,
            pair(
                "give the phase before it an `until` or a `timeout`, or change `during`",
                "给前一个阶段加上 `until` 或 `timeout`，或修改 `during`",
            ),
        ));
    }
    match &play.trigger {
        Trigger::Schedule(Schedule::Term(role)) => {
            let turns = cx.playbook.roles.get(role).is_none_or(|role| role.term.is_some())
                || cx.playbook.groups.values().any(|group| group.roles.contains_key(role));
            (!turns).then(|| {
                (
                    "trigger",
                    phrase!("the role {} has no `term`", "角色 {} 没有 `term`", tick(role.as_str())),
                    pair("give the role a term: `term: 10 weeks`", "给角色加上任期：`term: 10 weeks`"),
                )
            })
        }
        Trigger::Schedule(_) => {
            let group = cx.playbook.groups.values().next()?;
            let from = play.from.map_or(Timestamp::from_millis(0), Timestamp::just_before);
            next_anchor(cx.playbook, group, play, from, from).is_none().then(|| {
                (
                    "trigger",
                    pair("its schedule has no instant", "日程没有任何时刻").into(),
                    pair("look at it with `playbook next`", "用 `playbook next` 看一看"),
                )
            })
        }
        Trigger::Dates(dates) if !dates.is_empty() => {
            let lives = |at: Timestamp| {
                play.from.is_none_or(|from| at >= from)
                    && play.until.is_none_or(|until| at < until)
                    && closed_day(cx.playbook, play, at).is_none()
            };
            (!dates.iter().any(|date| lives(date.at))).then(|| {
                (
                    "trigger",
                    pair(
                        "none of its dates lies between `from` and `until` on a day that is open",
                        "没有一个日期落在 `from` 和 `until` 之间且不在休息日",
                    )
                    .into(),
                    pair(
                        "move the dates, or change `from`, `until`, `except` or `only`",
                        "移动日期，或修改 `from`、`until`、`except`、`only`",
                    ),
                )
            })
        }
        Trigger::Dates(_)
        | Trigger::Members(_)
        | Trigger::Signal(_)
        | Trigger::Whenever(_)
        | Trigger::Command => None,
    }
}

/// The phases in which a play can start: those that a group comes to in order, and those that a step enters.
fn reachable<'a>(cx: &Context<'a>) -> Vec<&'a Phase> {
    let entered: Vec<&PhaseName> = cx
        .steps()
        .filter_map(|(_, _, step)| match &step.verb {
            Verb::Enter(phase) => Some(phase),
            _ => None,
        })
        .collect();
    let mut flows = true;
    let mut out = Vec::new();
    for phase in &cx.playbook.phases {
        flows = flows || entered.contains(&&phase.name);
        if flows && !phase.is_final {
            out.push(phase);
        }
        flows = flows && (phase.until.is_some() || phase.timeout.is_some());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{super::tests::messages, CODE};

    #[test]
    fn says_why_it_never_starts() {
        assert_eq!(
            messages(&CODE, CODE.bad.yaml),
            ["`vote` can never start: no group reaches the phase `grow`"]
        );
        let end = "phases:\n  - { name: life, timeout: 9d }\n  - { name: over, final: true }\nplays:\n  bye:\n    \
                   every: sunday at 19:00\n    during: over\n    steps:\n      - post: Bye.\n";
        assert_eq!(messages(&CODE, end), ["`bye` can never start: in the final phase `over` nothing starts"]);
        let dates = "plays:\n  talk:\n    from: 2027-01-01\n    dates: [{ at: 2026-12-11 20:00 }]\n    steps:\n      - post: Now.\n";
        assert_eq!(
            messages(&CODE, dates),
            [
                "`talk` can never start: none of its dates lies between `from` and `until` on a day that is open"
            ]
        );
    }

    #[test]
    fn a_phase_that_a_step_enters_is_reached() {
        let entered = "phases:\n  - name: seed\n  - name: grow\nplays:\n  go:\n    on: launch\n    steps:\n      - enter: grow\n  \
                       vote:\n    every: sunday at 19:00\n    during: grow\n    steps:\n      - post: Vote!\n";
        assert_eq!(messages(&CODE, entered), [""; 0]);
    }
}
