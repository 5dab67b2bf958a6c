//! `deaf-channel`: a play needs to hear or do what its channel cannot.

use super::context::{Context, found};
use crate::base::phrase::{Phrase, Words, pair, phrase};
use crate::{
    base::{
        diagnostic::{
            Diagnostic, Severity,
            code::{Code, Example},
        },
        ids::ChannelName,
        metric,
        source::Span,
        words::{list, tick},
    },
    model::{
        abilities::Abilities,
        channel::{Channel, ChannelKind},
        number::Reckoned,
        play::Play,
        step::{Verb, WaitFor},
        trigger::Trigger,
    },
    script::expr::Expr,
};
use std::collections::BTreeSet;

pub(super) const CODE: Code = Code {
    slug: "deaf-channel",
    severity: Severity::Warning,
    meaning: pair("a play needs to hear something that its channel cannot hear", "玩法需要频道听不到的消息"),
    explanation: pair(
        "Most group robots only speak: a WeCom, Feishu or DingTalk robot, a webhook, a person who copies a text hear no \
             joins, messages or answers and remove nobody; and a channel with `hear: nothing` is deaf because it is told \
             to. The play is right; somebody has to tell the engine what happens: by `playbook signal`, by `playbook answer`, by `playbook members import FILE.csv` (with `--joined` it reports joins), \
             run by a person or by another program. \
             A removal becomes a task with the list.",
        "多数群机器人只会说不会听：企业微信、飞书、钉钉机器人，webhook，以及手动复制的人，都听不到入群、发言和回答，也不能移人；写了 `hear: nothing` 的频道是自己不听。玩法没有错，只是需要有人告诉引擎发生了什么：`playbook signal`、`playbook answer`、`playbook members import FILE.csv`（加 `--joined` 才算入群），由人或别的程序运行都行。移出成员会变成带名单的任务。",
    ),
    bad: Example::of(
        "channels:\n  group: { type: wecom, url: { env: GROUP_WEBHOOK } }\nplays:\n  welcome:\n    on: member.joined\n    steps:\n      - post: Welcome!\n",
    ),
    good: Example::of(
        "channels:\n  group: { type: wecom, url: { env: GROUP_WEBHOOK } }\nplays:\n  welcome:\n    every: monday at 09:00\n    steps:\n      - post: Welcome!\n",
    ),
    practices: &[],
};

/// What a play needs of its channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum HearingNeed {
    Joins,
    Messages,
    Answers,
    Removals,
}

impl HearingNeed {
    fn met(self, abilities: Abilities) -> bool {
        match self {
            Self::Joins => abilities.joins,
            Self::Messages => abilities.messages,
            Self::Answers => abilities.answers,
            Self::Removals => abilities.removals,
        }
    }

    /// Whether a sender of `inbound` reports it.
    fn reported(self, cx: &Context<'_>) -> bool {
        let signal = match self {
            Self::Joins => "member.joined",
            Self::Messages => "message",
            Self::Answers => "answer",
            Self::Removals => return false,
        };
        cx.playbook.inbound.values().any(|sender| sender.may.contains(signal))
    }

    /// What the channel cannot do.
    const fn verb(self) -> Words {
        match self {
            Self::Joins => pair("hear who joins or leaves", "听不到谁入群、谁退群"),
            Self::Messages => pair("hear what members say", "听不到成员发言"),
            Self::Answers => pair("hear answers", "听不到回答"),
            Self::Removals => pair("remove members", "不能移出成员"),
        }
    }

    /// What to do about it.
    const fn remedy(self) -> Words {
        match self {
            Self::Joins => pair(
                "report joins with `playbook signal member.joined --member ID`, or a list of those who have joined with \
                 `playbook members import FILE.csv --joined`; another program can run the same command",
                "用 `playbook signal member.joined --member ID` 报告入群，或用 `playbook members import FILE.csv --joined` 报告名单里新来的人；别的程序也可以运行同样的命令",
            ),
            Self::Messages => pair(
                "report messages with `playbook signal message --member ID`, or when members were last seen with a column \
                 `seen` in `playbook members import FILE.csv`; another program can run the same command",
                "用 `playbook signal message --member ID` 报告发言，或在 `playbook members import FILE.csv` 的 `seen` 列里导入成员最后出现的时间；别的程序也可以运行同样的命令",
            ),
            Self::Answers => pair(
                "bring answers in with `playbook answer TASK OPTION --member ID`; another program can run the same command",
                "用 `playbook answer TASK OPTION --member ID` 录入回答；别的程序也可以运行同样的命令",
            ),
            Self::Removals => pair(
                "the removal becomes a task with the list; say `playbook done` when it is carried out",
                "移出会变成带名单的任务；做完后运行 `playbook done`",
            ),
        }
    }
}

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let group = ChannelName::new("group");
    // Whoever reports joins for one phase does so for all.
    let mut told = BTreeSet::new();
    for phase in &cx.playbook.phases {
        let needs = phase.until.as_ref().map(counted).unwrap_or_default();
        let new: Vec<HearingNeed> = needs.into_iter().filter(|need| told.insert(*need)).collect();
        report(cx, cx.span(&format!("phases.{}.until", phase.name)), &group, &new, out);
    }
    let moderation = &cx.playbook.moderation;
    let needs = [
        (!moderation.rules.is_empty(), HearingNeed::Messages),
        (moderation.raid.is_some(), HearingNeed::Joins),
    ];
    let needs: Vec<HearingNeed> =
        needs.into_iter().filter(|(reads, _)| *reads).map(|(_, need)| need).collect();
    if !needs.is_empty() {
        report(cx, cx.span("moderate"), &group, &needs, out);
    }
    for play in &cx.playbook.plays {
        let mut told = BTreeSet::new();
        if let Trigger::Signal(on) = &play.trigger
            && let Some(need) = heard(&on.name)
        {
            told.insert(need);
            report(cx, cx.span(&format!("plays.{}.trigger", play.name)), &group, &[need], out);
        }
        steps(cx, play, &mut told, out);
        if let Some(condition) = &play.when {
            unknown(cx, cx.span(&format!("plays.{}.when", play.name)), condition, out);
        }
        if let Trigger::Whenever(whenever) = &play.trigger {
            unknown(cx, cx.span(&format!("plays.{}.trigger", play.name)), &whenever.condition, out);
        }
    }
}

/// What the steps of a play need; each need is said once a play.
fn steps(cx: &Context<'_>, play: &Play, told: &mut BTreeSet<HearingNeed>, out: &mut Vec<Diagnostic>) {
    let group = ChannelName::new("group");
    for step in play.program.steps() {
        let (channel, needs) = match &step.verb {
            Verb::Ask(ask) => (&ask.to, vec![HearingNeed::Answers]),
            Verb::Prune(prune) => {
                let mut needs = spoken(&prune.predicate);
                needs.push(HearingNeed::Removals);
                (&group, needs)
            }
            Verb::Wait(wait) => match &wait.target {
                WaitFor::Signal(name) => (&group, heard(name).into_iter().collect()),
                WaitFor::For(_) | WaitFor::Until(_) | WaitFor::Binding(_) => continue,
            },
            _ => continue,
        };
        let new: Vec<HearingNeed> = needs.into_iter().filter(|need| told.insert(*need)).collect();
        report(cx, cx.step_span(play, step), channel, &new, out);
    }
}

/// What a signal's name needs.
fn heard(signal: &str) -> Option<HearingNeed> {
    match signal {
        "member.joined" | "member.left" => Some(HearingNeed::Joins),
        "message" | "reaction" => Some(HearingNeed::Messages),
        "answer" => Some(HearingNeed::Answers),
        _ => None,
    }
}

/// Says of a condition that it reads numbers of which nothing is known where nobody is heard: it is never true.
fn unknown(cx: &Context<'_>, span: Span, condition: &Expr, out: &mut Vec<Diagnostic>) {
    let mut read = Vec::new();
    numbers(cx, condition.source(), &mut read);
    let group = ChannelName::new("group");
    let of = |need: HearingNeed, channel: &Channel| {
        let lacks =
            !need.met(channel.abilities()) && !need.reported(cx) && channel.kind != ChannelKind::Console;
        let needs = |name: &&&str| match need {
            HearingNeed::Joins => metric::ARRIVALS.contains(*name),
            _ => metric::SAID.contains(*name) || metric::DONE.contains(*name),
        };
        read.iter().find(needs).filter(|_| lacks).map(|name| (need, *name))
    };
    let channels = cx.channels(&group);
    let found_at = channels.iter().find_map(|channel| {
        let found = of(HearingNeed::Messages, channel).or_else(|| of(HearingNeed::Joins, channel));
        found.map(|(need, name)| (channel.kind, need, name))
    });
    let Some((kind, need, name)) = found_at else { return };
    let (cannot, remedy) = (Phrase::from(need.verb()), Phrase::from(need.remedy()));
    let message = phrase!(
        "this is never true: nothing is known of `metrics.{name}` where the channel `group` ({kind}) cannot {cannot}",
        "这个条件永远不成立：频道 `group`（{kind}）{cannot}，`metrics.{name}` 就没有数";
        cannot
    );
    let help = if need.met(kind.abilities()) {
        phrase!(
            "let the channel hear: `playbook connect group` says what it lacks for that; or {remedy}",
            "让频道听得到：`playbook connect group` 会说还缺什么；或者{remedy}";
            remedy
        )
    } else {
        remedy
    };
    out.push(found(&CODE, span, message).label(pair("reads a number", "读的是数字")).help(help));
}

/// The numbers of the table that an expression reads, by way of the playbook's own ones, too.
fn numbers(cx: &Context<'_>, source: &str, read: &mut Vec<&'static str>) {
    let mut own: Vec<&str> = Vec::new();
    let mut texts = vec![source];
    while let Some(text) = texts.pop() {
        for behind in text.split("metrics.").skip(1) {
            let end = behind.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(behind.len());
            let name = &behind[..end];
            read.extend(metric::find(name).map(|metric| metric.name));
            let number = cx.playbook.numbers.iter().find(|number| *number.name == *name);
            if let Some(number) = number.filter(|number| !own.contains(&&*number.name)) {
                own.push(&number.name);
                if let Reckoned::Value(value) = &number.reckoned {
                    texts.push(value.source());
                }
            }
        }
    }
}

/// What an expression about the number of members needs.
fn counted(expr: &Expr) -> Vec<HearingNeed> {
    let source = expr.source();
    let mut needs = spoken(expr);
    if source.contains("members.") {
        needs.insert(0, HearingNeed::Joins);
    }
    needs
}

/// What an expression about how members behave needs.
fn spoken(expr: &Expr) -> Vec<HearingNeed> {
    let source = expr.source();
    let asks = [".idle", ".seen", ".messages"].iter().any(|field| source.contains(field));
    if asks { vec![HearingNeed::Messages] } else { Vec::new() }
}

fn report(
    cx: &Context<'_>,
    span: Span,
    channel: &ChannelName,
    needs: &[HearingNeed],
    out: &mut Vec<Diagnostic>,
) {
    let lacking = |channel: &Channel| -> Vec<HearingNeed> {
        let met = |need: &HearingNeed| need.met(channel.abilities()) || need.reported(cx);
        needs.iter().copied().filter(|need| !met(need)).collect()
    };
    let deaf: Vec<(ChannelKind, Vec<HearingNeed>)> = (cx.channels(channel).into_iter())
        .map(|channel| (channel.kind, lacking(channel)))
        .filter(|(_, needs)| !needs.is_empty())
        .collect();
    let Some((kind, needs)) = deaf.first() else { return };
    let verbs: Vec<Words> = needs.iter().map(|need| need.verb()).collect();
    let (en, zh): (Vec<_>, Vec<_>) = verbs.iter().map(|verb| (verb.en, verb.zh)).unzip();
    let cannot = Phrase { en: format!("cannot {}", list(&en, "or")), zh: zh.join("，也") };
    let message = {
        let name = tick(channel.as_str());
        phrase!("the channel {name} ({kind}) {cannot}", "频道 {name}（{kind}）{cannot}"; cannot)
    };
    let remedies: Vec<Words> = needs.iter().map(|need| need.remedy()).collect();
    let (en, zh): (Vec<_>, Vec<_>) = remedies.iter().map(|remedy| (remedy.en, remedy.zh)).unzip();
    let help = Phrase { en: en.join("\n"), zh: zh.join("\n") };
    out.push(found(&CODE, span, message).label(pair("needs to be told", "需要有人告诉它")).help(help));
}

#[cfg(test)]
mod tests {
    use super::{super::tests::messages, CODE};

    #[test]
    fn each_need_is_said_once_a_play() {
        let asks = "channels:\n  group: { type: wecom, url: { env: A } }\nplays:\n  vote:\n    every: monday at 09:00\n    steps:\n      \
                    - { ask: One?, options: [a, b], open_for: 1h }\n      - { ask: Two?, options: [a, b], open_for: 1h }\n";
        assert_eq!(messages(&CODE, asks), ["the channel `group` (wecom) cannot hear answers"]);
        let prune = "channels:\n  group: { type: feishu, url: { env: A } }\nplays:\n  prune:\n    every: month on 1 at 09:00\n    steps:\n      \
                     - prune: member.idle > days(60)\n        notice: Say hello.\n        grace: 7d\n";
        assert_eq!(
            messages(&CODE, prune),
            ["the channel `group` (feishu) cannot hear what members say or remove members"]
        );
    }

    #[test]
    fn rules_need_to_hear_what_they_are_about() {
        let rules = "channels:\n  group: { type: dingtalk, url: { env: A } }\nmoderate:\n  ads: { links: yes, say: No ads. }\n  raid: 9 joins per 1m\n";
        assert_eq!(
            messages(&CODE, rules),
            ["the channel `group` (dingtalk) cannot hear what members say or hear who joins or leaves"]
        );
    }

    #[test]
    fn a_number_of_what_nobody_hears_makes_a_condition_that_is_never_true() {
        let text = |channel: &str, condition: &str| -> &'static str {
            let text = format!(
                "{channel}metrics:\n  lively: {{ value: metrics.speakers(7) * 2 }}\nplays:\n  digest:\n    {condition}\n    steps:\n      - post: Hi.\n"
            );
            Box::leak(text.into_boxed_str())
        };
        let wecom = "channels:\n  group: { type: wecom, url: { env: A } }\n";
        let when = "every: monday at 09:00\n    when: metrics.lively > 3";
        let expected = [
            "this is never true: nothing is known of `metrics.speakers` where the channel `group` (wecom) cannot hear what members say",
        ];
        assert_eq!(messages(&CODE, text(wecom, when)), expected);
        let whenever = text(wecom, "whenever: metrics.speakers(7) == 0");
        assert_eq!(messages(&CODE, whenever), expected);
        // Our own posts are known without an ear, and the console hears.
        let ours = text(wecom, "every: monday at 09:00\n    when: metrics.posts(7) == 0");
        assert_eq!(messages(&CODE, ours), [""; 0]);
        assert_eq!(messages(&CODE, text("", when)), [""; 0]);
    }

    #[test]
    fn the_console_that_stands_in_is_not_accused() {
        assert_eq!(
            messages(&CODE, "plays:\n  hi:\n    on: member.joined\n    steps:\n      - post: Hi.\n"),
            [""; 0]
        );
    }
}
