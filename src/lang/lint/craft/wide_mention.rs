//! `wide-mention`: everybody is notified more often than a group bears.

use super::context::{Context, found};
use crate::base::phrase::{pair, phrase};
use crate::{
    base::{
        diagnostic::{
            Diagnostic, Severity,
            code::{Code, Example},
        },
        words::tick,
    },
    model::{play::Section, step::MentionTarget, trigger::Trigger},
};

/// Notifications of everybody by one play in four weeks.
const MENTIONS_MAX: usize = 4;

pub(super) const CODE: Code = Code {
    slug: "wide-mention",
    severity: Severity::Warning,
    meaning: pair("a play notifies everybody more than once a week", "一个玩法每周不止一次 @所有人"),
    explanation: pair(
        "People in many groups watch only a few and mute the loud ones. Notify everybody for what they would be sorry \
             to miss, at most once a week; for the rest mention a role or nobody. A play that answers a signal such as \
             `member.joined` should not notify everybody at all.",
        "加了很多群的人只看几个，吵的会被设为免打扰。只有错过会可惜的事才 @所有人，每周最多一次；其余 @某个角色或谁也不 @。由 `member.joined` 这类信号触发的玩法不应 @所有人。",
    ),
    bad: Example::of(
        "plays:\n  morning:\n    every: day at 08:30\n    steps:\n      - post: Good morning!\n        mention: all\n",
    ),
    good: Example::of(
        "plays:\n  morning:\n    every: day at 08:30\n    steps:\n      - post: Good morning!\n",
    ),
    practices: &["P069"],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (play, section, step, post) in cx.posts() {
        if section != Section::Steps || !post.mention.contains(&MentionTarget::All) {
            continue;
        }
        let name = tick(play.name.as_str());
        let message = match &play.trigger {
            Trigger::Schedule(_) => match cx.anchors(play, 4).len() {
                0..=MENTIONS_MAX => continue,
                n => phrase!(
                    "{name} notifies everybody {n} times in four weeks",
                    "{name} 四周里 @所有人 {n} 次"
                ),
            },
            Trigger::Signal(on)
                if matches!(
                    &*on.name,
                    "member.joined" | "member.left" | "message" | "reaction" | "answer"
                ) =>
            {
                phrase!(
                    "{name} notifies everybody at every {}",
                    "每次 {} 时，{name} 都会 @所有人",
                    tick(&*on.name)
                )
            }
            Trigger::Signal(_)
            | Trigger::Dates(_)
            | Trigger::Members(_)
            | Trigger::Whenever(_)
            | Trigger::Command => continue,
        };
        out.push(
            found(&CODE, cx.step_span(play, step), message)
                .help(pair("leave `mention: all` out, or mention a role; `budgets: { mentions: { max: 1 per day } }` is a stop", "去掉 `mention: all`，或改为提醒某个角色；`budgets: { mentions: { max: 1 per day } }` 可以限制次数")),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::messages, CODE};

    #[test]
    fn once_a_week_is_fine_and_every_join_is_not() {
        let weekly = "plays:\n  night:\n    every: friday at 20:00\n    steps:\n      - post: Now!\n        mention: all\n";
        assert_eq!(messages(&CODE, weekly), [""; 0]);
        let rare = "calendars: { days: [2026-12-18, 2027-01-22] }\nplays:\n  launch:\n    every: day at 08:30\n    only: days\n    steps:\n      - post: Today!\n        mention: all\n";
        assert_eq!(messages(&CODE, rare), [""; 0]);
        let dense = "calendars: { days: [2026-11-02, 2026-12-01..2026-12-06, 2027-03-01] }\nplays:\n  launch:\n    every: day at 08:30\n    only: days\n    steps:\n      - post: Today!\n        mention: all\n";
        assert_eq!(messages(&CODE, dense), ["`launch` notifies everybody 6 times in four weeks"]);
        let join = "plays:\n  welcome:\n    on: member.joined\n    steps:\n      - post: Welcome!\n        mention: all\n";
        assert_eq!(messages(&CODE, join), ["`welcome` notifies everybody at every `member.joined`"]);
    }
}
