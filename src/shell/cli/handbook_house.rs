//! Parts of the handbook about the house: who does what and when, how much the group is spoken to, its phases, and what
//! to do when something fails.
//!
//! Text only.

use super::{handbook_plays::whom, handbook_words::Telling};
use crate::{
    base::{
        ids::PersonId,
        limits,
        locale::Locale,
        phrase::{Phrase, Words, pair, phrase},
    },
    model::{
        budget::{Budgets, Quota, QuotaWindow, one_promo_in},
        play::Play,
        playbook::Playbook,
        role::{Role, Term},
        step::{Assignee, Step, Verb},
        text::Text,
        trigger::Trigger,
    },
};
use std::fmt::Write as _;

/// When a person is asked: from the moment that the play is about, where the step says so.
fn asked_when(telling: Telling<'_>, play: &Play, step: &Step, when: &dyn Fn(&Play) -> String) -> String {
    let start = match &play.trigger {
        // Its dates stand where the play is told.
        Trigger::Dates(dates) if dates.len() > 1 => telling.pick("for each date", "每个日期"),
        _ => when(play),
    };
    match step.at.map(|at| telling.offset(at)) {
        None => start,
        Some(offset) if matches!(play.trigger, Trigger::Dates(_)) => {
            format!("{offset}{}{start}", telling.locale.pick(", ", "，"))
        }
        Some(offset) => format!("{start}{}{offset}", telling.locale.pick(", ", "，")),
    }
}

/// Who does what and when: each role, its people and turns, and what it is asked.
pub(super) fn people(telling: Telling<'_>, when: &dyn Fn(&Play) -> String) -> String {
    let Telling { playbook, locale } = telling;
    let mut text = String::new();
    for role in playbook.roles.values() {
        let names: Vec<String> = role.people.iter().map(|person| person.name.clone()).collect();
        let _ = writeln!(text, "### {}{}\n", role.name, called(role.name.as_str(), locale));
        let _ = writeln!(text, "{}{}\n", locale.join(&names), turns(role, locale));
        let mut any = false;
        for play in &playbook.plays {
            play.program.steps().filter(|step| is_for(step, role)).for_each(|step| {
                any = true;
                let (asked, when) = (asked(step, telling), asked_when(telling, play, step, when));
                let _ = match locale {
                    Locale::En => writeln!(text, "- {}: {asked} ({when})", play.title),
                    Locale::Zh => writeln!(text, "- {}：{asked}（{when}）", play.title),
                };
            });
        }
        for (play, asked) in told_when_late(playbook, role) {
            any = true;
            let asked = telling.line(asked);
            let _ = match locale {
                Locale::En => writeln!(text, "- {}: hears of it when this is late: {asked}", play.title),
                Locale::Zh => writeln!(text, "- {}：这件事逾期时告诉 TA：{asked}", play.title),
            };
        }
        let judges = playbook.moderation.judge.as_ref();
        if !playbook.moderation.rules.is_empty()
            && judges.is_some_and(|to| matches!(to, Assignee::Role(name) if *name == role.name))
        {
            any = true;
            let _ = writeln!(
                text,
                "- {}",
                locale.pick(
                    "decides about breaches from a mute on, within two waking hours, and never where they are a party",
                    "裁定违规：从禁言起由 TA 决定，白天两小时内；自己是当事人的不裁定"
                )
            );
        }
        if !any {
            let _ = writeln!(
                text,
                "- {}",
                locale.pick("asked for nothing by the plays", "玩法没有给这个角色派事")
            );
        }
        text.push('\n');
    }
    text
}

/// Tasks of which a role hears when they are late, each with its play.
fn told_when_late<'a>(
    playbook: &'a Playbook,
    role: &'a Role,
) -> impl Iterator<Item = (&'a Play, &'a Text)> + 'a {
    playbook.plays.iter().flat_map(move |play| {
        play.program.steps().filter_map(move |step| match &step.verb {
            Verb::Task(task) if matches!(&task.escalate, Some(Assignee::Role(name)) if *name == role.name) => {
                Some((&**play, step.verb.shown()?))
            }
            _ => None,
        })
    })
}

/// What a role of a usual name is called, behind its name; of any other its name is enough.
fn called(role: &str, locale: Locale) -> String {
    const KNOWN: [(&str, Words); 7] = [
        ("host", pair("who looks after the group", "群主，照看群的人")),
        ("owner", pair("whose group it is", "群的主人")),
        ("deputy", pair("who steps in", "副手，顶上的人")),
        ("editor", pair("who reads texts before they go out", "编辑，把关文字")),
        ("moderator", pair("who keeps order", "管秩序的人")),
        ("staff", pair("who works here", "工作人员")),
        ("judge", pair("who decides about breaches", "裁定违规的人")),
    ];
    let known = KNOWN.iter().find(|(name, _)| *name == role);
    known.map_or_else(String::new, |(_, words)| format!(" · {}", words.of(locale)))
}

/// Who decides what follows a breach.
pub(super) fn judge(telling: Telling<'_>) -> String {
    match &telling.playbook.moderation.judge {
        Some(to) => whom(telling, Some(to)),
        None => telling
            .playbook
            .roles
            .keys()
            .next()
            .map_or_else(|| telling.pick("somebody of the team", "团队里的人"), ToString::to_string),
    }
}

/// Whether a step asks a role for something.
fn is_for(step: &Step, role: &Role) -> bool {
    let to = match &step.verb {
        Verb::Task(task) => task.to.as_ref(),
        Verb::Approve(approve) => approve.to.as_ref(),
        Verb::Prune(prune) => prune.to.as_ref(),
        _ => None,
    };
    match to {
        Some(Assignee::Role(name)) => *name == role.name,
        Some(Assignee::Person(id)) => is_one_of(role, id),
        Some(Assignee::Text(_)) | None => false,
    }
}

fn is_one_of(role: &Role, id: &PersonId) -> bool {
    role.people.iter().any(|person| person.id == *id)
}

/// What a step asks, in a line.
fn asked(step: &Step, telling: Telling<'_>) -> String {
    let what = match &step.verb {
        Verb::Approve(_) => telling.pick("approve: ", "审批："),
        Verb::Prune(_) => telling.pick("decide who is let go: ", "决定请出谁："),
        _ => String::new(),
    };
    format!("{what}{}", step.verb.shown().map(|text| telling.line(text)).unwrap_or_default())
}

/// How a role changes hands.
fn turns(role: &Role, locale: Locale) -> String {
    let words = match role.term {
        None => return String::new(),
        Some(Term::Days(days)) => phrase!(", in turns of {days} days", "，每 {days} 天轮换"),
        Some(Term::Months(months)) => phrase!(", in turns of {months} months", "，每 {months} 个月轮换"),
        Some(Term::Exact(length)) => phrase!(", in turns of {length}", "，每 {length} 轮换"),
    };
    words.of(locale).to_owned()
}

/// How much the group is spoken to.
pub(super) fn budgets(telling: Telling<'_>) -> String {
    let Telling { playbook, locale } = telling;
    let mut lines = of_channel(&playbook.budgets, telling);
    for (name, budgets) in &playbook.budgets.channels {
        lines.extend(
            of_channel(budgets, telling).into_iter().map(|line| phrase!("{name}: ", "{name}：").and(&line)),
        );
    }
    list(&lines, locale)
}

/// What holds for one channel.
fn of_channel(budgets: &Budgets, telling: Telling<'_>) -> Vec<Phrase> {
    let mut lines: Vec<Phrase> = Vec::new();
    for quiet in &budgets.quiet {
        lines.push(phrase!(
            "nothing is posted from {} to {}; what comes up then waits for the morning",
            "{} 到 {} 不说话，这段时间的消息等到早上",
            quiet.from,
            quiet.to
        ));
    }
    if let Some(quota) = &budgets.posts {
        let quota = quota_words(quota);
        lines.push(phrase!("at most {quota} to the group", "发到群里的消息{quota}"; quota));
    }
    if let Some(gap) = budgets.gap {
        let gap = Phrase { en: Locale::En.duration(gap), zh: Locale::Zh.duration(gap) };
        lines.push(phrase!("at least {gap} between two of them", "两条之间至少隔 {gap}"; gap));
    }
    if let Some(quota) = &budgets.mentions {
        let times = times_words(quota);
        lines.push(phrase!("everybody is notified at most {times}", "@所有人{times}"; times));
    }
    if let Some(promo) = &budgets.promo {
        if let Some((percent, length)) = promo.share {
            let length = Phrase { en: Locale::En.duration(length), zh: Locale::Zh.duration(length) };
            let least = limits::PROMO_MESSAGES_MIN;
            let rest = one_promo_in();
            let rest = Phrase { en: Locale::En.duration(rest), zh: Locale::Zh.duration(rest) };
            lines.push(phrase!(
                "at most {percent}% of the posts of {length} are promotion; while there are fewer than {least}, one in {rest}",
                "{length}里推广最多占 {percent}%；帖子不满 {least} 条时，{rest}里只发一条";
                length, rest
            ));
        }
        if let Some(age) = promo.not_before {
            let age = Phrase { en: Locale::En.duration(age), zh: Locale::Zh.duration(age) };
            lines.push(phrase!("no promotion before the group is {age} old", "建群满 {age}之前不推广"; age));
        }
        if let Some(around) = &promo.around {
            lines.push(phrase!("promotion only around the days of {around}", "只在 {around} 的日子前后推广"));
        }
        if let Some(when) = &promo.when {
            let when = telling.condition(when.source());
            lines.push(phrase!("promotion only while {when}", "只在{when}时推广"));
        }
    }
    if let Some(calendar) = &budgets.hush {
        lines.push(phrase!("nothing at all on the days of {calendar}", "{calendar} 的日子什么都不发"));
    }
    lines
}

/// How often at most, as a part of a sentence.
pub(super) fn times_words(quota: &Quota) -> Phrase {
    let times = match quota.max {
        1 => phrase!("once", " 1 次"),
        2 => phrase!("twice", " 2 次"),
        n => phrase!("{n} times", " {n} 次"),
    };
    match quota.per {
        QuotaWindow::Day => phrase!("{times} a day", "每天最多{times}"; times),
        QuotaWindow::Sliding(length) => {
            let length = Phrase { en: Locale::En.duration(length), zh: Locale::Zh.duration(length) };
            phrase!("{times} in {length}", "{length}内最多{times}"; times, length)
        }
    }
}

pub(super) fn quota_words(quota: &Quota) -> Phrase {
    match quota.per {
        QuotaWindow::Day => phrase!("{} a day", "每天最多 {} 条", quota.max),
        QuotaWindow::Sliding(length) => {
            let length = Phrase { en: Locale::En.duration(length), zh: Locale::Zh.duration(length) };
            let max = Phrase::same(quota.max.to_string());
            phrase!("{max} in {length}", "{length}内最多 {max} 条"; max, length)
        }
    }
}

/// The phases in their order, and what ends each.
pub(super) fn phases(telling: Telling<'_>) -> String {
    let Telling { playbook, locale } = telling;
    let lines: Vec<Phrase> = playbook.phases.iter().map(|phase| {
        let name = Phrase::same(format!("**{}**", phase.shown()));
        if phase.is_final {
            return phrase!("{name}: the end, nothing starts any more", "{name}：结束，不再有新的开始"; name);
        }
        let until = phase.until.as_ref().map(|until| Phrase::same(telling.condition(until.source())));
        let length = |length| Phrase { en: Locale::En.duration(length), zh: Locale::Zh.duration(length) };
        match (until, phase.timeout.map(length)) {
            (Some(until), Some(most)) => {
                phrase!("{name}: until {until}, at most {most}", "{name}：直到{until}，最多 {most}"; name, until, most)
            }
            (Some(until), None) => phrase!("{name}: until {until}", "{name}：直到{until}"; name, until),
            (None, Some(most)) => phrase!("{name}: for {most}", "{name}：{most}"; name, most),
            (None, None) => phrase!("{name}: stays", "{name}：一直下去"; name),
        }
    }).collect();
    list(&lines, locale)
}

/// What to do when something fails.
pub(super) fn failing(locale: Locale) -> String {
    let lines = [
        phrase!(
            "`playbook status` says what is wrong, weightiest first, and what waits for whom",
            "`playbook status` 说明哪里不对（重的在前），以及什么在等谁"
        ),
        phrase!(
            "`playbook why PLAY` says why something happened, came late, was held or did not happen",
            "`playbook why 玩法` 说明为什么发生、迟到、被压住或没发生"
        ),
        phrase!(
            "`playbook tasks` lists what people are asked; `playbook done t1` and `playbook approve t1` answer it",
            "`playbook tasks` 列出等人做的事；用 `playbook done t1`、`playbook approve t1` 回应"
        ),
        phrase!(
            "A message that was refused or may not have arrived stands in `playbook outbox`: `playbook retry EFFECT` sends it again, `playbook done EFFECT` says that it arrived",
            "被拒收或不知送到没有的消息在 `playbook outbox` 里：`playbook retry 消息` 再发，`playbook done 消息` 表示已送到"
        ),
        phrase!(
            "A run that failed goes on from its step with `playbook retry RUN` once the cause is mended",
            "原因改好之后，`playbook retry 活动` 让失败的活动从那一步继续"
        ),
        phrase!(
            "The guest is late: `playbook delay RUN 20m`. Another day: `playbook postpone PLAY/ID TIME`. Off: `playbook cancel RUN`; who had been told is told",
            "嘉宾迟到：`playbook delay 活动 20m`。改天：`playbook postpone 玩法/日期 时间`。取消：`playbook cancel 活动`；已经知道的人会收到通知"
        ),
        phrase!(
            "Something goes wrong in the group: `playbook hush --why REASON` stops everything that members would see, `playbook unhush` ends that",
            "群里出了事：`playbook hush --why 原因` 立刻停掉成员看得到的一切，`playbook unhush` 恢复"
        ),
        phrase!(
            "A wrong word: `playbook recall` takes a message back, `playbook correct` corrects it",
            "说错了话：`playbook recall` 撤回，`playbook correct` 更正"
        ),
        phrase!(
            "Away for a while: `playbook pause`, and `playbook handover` to whoever takes over",
            "要离开一阵：`playbook pause`，再用 `playbook handover` 交给接手的人"
        ),
    ];
    list(&lines, locale)
}

fn list(lines: &[Phrase], locale: Locale) -> String {
    lines.iter().fold(String::new(), |mut text, line| {
        let _ = writeln!(text, "- {}", line.of(locale));
        text
    })
}
