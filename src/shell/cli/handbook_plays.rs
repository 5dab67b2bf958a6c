//! The part of the handbook about plays: when each starts, and its steps with their texts.
//!
//! Text only.

use super::handbook_words::Telling;
use crate::{
    base::{locale::Locale, time::Duration, value::Value},
    model::{
        play::Play,
        program::Program,
        step::{Approve, Ask, Assignee, Block, By, Prune, Step, TaskStep, Verb, WaitFor, Way},
        text::Text,
    },
};
use std::fmt::Write as _;

/// A play: when it starts, on which conditions, and every step.
pub(super) fn play(telling: Telling<'_>, play: &Play, when: &str, text: &mut String) {
    let title = if play.title.as_ref() == play.name.as_str() {
        format!("**{}**", play.name)
    } else {
        format!("**{}** (`{}`)", play.title, play.name)
    };
    let colon = telling.pick(": ", "：");
    let _ = writeln!(text, "- {title}{colon}{when}{}", conditions(telling, play));
    for one in play.evidence.as_list().unwrap_or_default() {
        let part = |key: &str| one.get(key).and_then(Value::as_str);
        let told: Vec<&str> = ["who", "where", "numbers", "date"].into_iter().filter_map(part).collect();
        let told = told.join(&telling.pick(", ", "，"));
        let _ = writeln!(text, "  - {}{colon}{told}", telling.pick("has worked", "有效过"));
    }
    block(telling, &play.steps, 1, text);
    changed(telling, &play.moved, &telling.pick("if its date is moved", "改期时"), text);
    changed(telling, &play.cancelled, &telling.pick("if it is cancelled", "取消时"), text);
    text.push('\n');
}

/// What is said when a date is moved or cancelled.
fn changed(telling: Telling<'_>, program: &Program, when: &str, text: &mut String) {
    let said: Vec<&Step> = program.steps().map(|step| &**step).collect();
    if !said.is_empty() {
        let _ = writeln!(text, "  - {when}");
        for (index, one) in said.into_iter().enumerate() {
            step(telling, one, index + 1, 2, text);
        }
    }
}

/// What else has to hold for it to start.
fn conditions(telling: Telling<'_>, play: &Play) -> String {
    let zh = telling.locale == Locale::Zh;
    let mut all: Vec<String> = Vec::new();
    if !play.enabled {
        all.push(telling.pick("switched off", "已停用"));
    }
    if !play.during.is_empty() {
        let names: Vec<String> = play.during.iter().map(ToString::to_string).collect();
        let names = telling.locale.join(&names);
        all.push(if zh { format!("只在阶段 {names}") } else { format!("in the phase {names}") });
    }
    if let Some(when) = &play.when {
        let when = telling.condition(when.source());
        all.push(if zh { format!("条件：{when}") } else { format!("if {when}") });
    }
    if !play.except.is_empty() {
        let names: Vec<String> = play.except.iter().map(ToString::to_string).collect();
        let names = telling.locale.join(&names);
        all.push(if zh { format!("{names} 的日子除外") } else { format!("not on days of {names}") });
    }
    if all.is_empty() { String::new() } else { format!(" · {}", all.join(" · ")) }
}

fn block(telling: Telling<'_>, steps: &Block, depth: usize, text: &mut String) {
    for (index, one) in steps.iter().enumerate() {
        step(telling, one, index + 1, depth, text);
    }
}

/// One step with its text, and those inside it.
fn step(telling: Telling<'_>, step: &Step, number: usize, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    let at = step.at.map(|at| format!("{} · ", telling.offset(at))).unwrap_or_default();
    let only = step.when.as_ref().map(|when| telling.condition(when.source()));
    let only = only.map_or_else(String::new, |only| match telling.locale {
        Locale::En => format!(" (only if {only})"),
        Locale::Zh => format!("（只在{only}时）"),
    });
    let more = terms(telling, &step.verb);
    let more = if more.is_empty() { more } else { format!(" · {more}") };
    let _ = writeln!(text, "{indent}{number}. {at}{}{only}{more}", words(telling, &step.verb));
    if let Some(said) = step.verb.shown() {
        for line in telling.text(said).trim().lines() {
            let _ = writeln!(text, "{indent}   > {line}");
        }
    }
    inside(telling, &step.verb, depth, text);
}

/// What belongs to a step: its list or options, and the steps inside it.
fn inside(telling: Telling<'_>, verb: &Verb, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    let mut items = |items: &[Text]| {
        for item in items {
            let _ = writeln!(text, "{indent}   - {}", telling.line(item));
        }
    };
    match verb {
        Verb::Task(task) => items(&task.list),
        Verb::Ask(ask) => {
            items(&ask.options);
            for field in &ask.fields {
                let _ = writeln!(text, "{indent}   - {field}");
            }
        }
        Verb::If(cond) => {
            block(telling, &cond.then, depth + 1, text);
            if !cond.otherwise.is_empty() {
                let _ = writeln!(text, "{indent}   {}", telling.pick("else", "否则"));
                block(telling, &cond.otherwise, depth + 1, text);
            }
        }
        Verb::Each(each) => block(telling, &each.steps, depth + 1, text),
        Verb::Wait(wait) if !wait.otherwise.is_empty() => {
            let _ = writeln!(text, "{indent}   {}", telling.pick("if it was in vain", "没等到的话"));
            block(telling, &wait.otherwise, depth + 1, text);
        }
        Verb::Approve(approve) => {
            let ways = [
                ("yes", "同意", &approve.yes),
                ("no", "不同意", &approve.no),
                ("no answer", "没有答复", &approve.silence),
            ];
            for (en, zh, way) in ways {
                if let Way::Steps(steps) = way {
                    let _ = writeln!(text, "{indent}   {}", telling.pick(en, zh));
                    block(telling, steps, depth + 1, text);
                }
            }
        }
        _ => {}
    }
}

/// By when, for how many, what follows: behind what a step does.
fn terms(telling: Telling<'_>, verb: &Verb) -> String {
    let parts = match verb {
        Verb::Task(task) => of_task(telling, task),
        Verb::Ask(ask) => of_ask(telling, ask),
        Verb::Approve(approve) => of_approve(telling, approve),
        Verb::Prune(prune) => of_prune(telling, prune),
        Verb::Wait(wait) => wait.timeout.map(|most| at_most(telling, most)).into_iter().collect(),
        _ => Vec::new(),
    };
    parts.join(" · ")
}

fn at_most(telling: Telling<'_>, most: Duration) -> String {
    let long = telling.length(most);
    if telling.locale == Locale::Zh { format!("最多等 {long}") } else { format!("at most {long}") }
}

fn of_task(telling: Telling<'_>, task: &TaskStep) -> Vec<String> {
    let zh = telling.locale == Locale::Zh;
    let mut parts = Vec::new();
    match task.due {
        Some(By::After(length)) => {
            let long = telling.length(length);
            parts.push(if zh { format!("{long}内完成") } else { format!("within {long}") });
        }
        Some(By::At(offset)) => {
            let when = telling.offset(offset);
            parts.push(if zh { format!("最迟 {when}") } else { format!("by {when}") });
        }
        Some(By::Moment(at)) => {
            let when = telling.locale.time(at, &telling.playbook.zone, at);
            parts.push(if zh { format!("最迟 {when}") } else { format!("by {when}") });
        }
        None => {}
    }
    if let Some(to) = &task.escalate {
        let to = whom(telling, Some(to));
        parts.push(if zh {
            format!("逾期告诉 {to}")
        } else {
            format!("{to} hears of it when it is late")
        });
    }
    parts
}

fn of_ask(telling: Telling<'_>, ask: &Ask) -> Vec<String> {
    let zh = telling.locale == Locale::Zh;
    let open = telling.length(ask.open_for);
    let mut parts = vec![if zh { format!("开放 {open}") } else { format!("open for {open}") }];
    if let Some(seats) = ask.seats {
        parts.push(if zh {
            format!("{seats} 个名额，满了排队，有人退出就补上")
        } else {
            format!("{seats} places; whoever comes later waits, and moves up when somebody leaves")
        });
    }
    if ask.choices > 1 {
        let most = ask.choices;
        parts.push(if zh { format!("最多选 {most} 项") } else { format!("up to {most} choices") });
    }
    if ask.anonymous {
        parts.push(telling.pick("without names", "不记名"));
    }
    parts
}

fn of_approve(telling: Telling<'_>, approve: &Approve) -> Vec<String> {
    let Some(open) = approve.open_for.map(|open| telling.length(open)) else {
        return vec![telling.pick("waits until somebody decides", "一直等到有人决定")];
    };
    let part = approve.gates_a_part();
    let silent = match (&approve.silence, telling.locale) {
        (Way::Stop, Locale::En) if part => {
            format!("{open} to decide, else the steps under \"yes\" are left out and the rest goes on")
        }
        (Way::Stop, Locale::Zh) if part => format!("{open}内决定，否则跳过「同意」下面的步骤，后面照常"),
        (Way::Stop, Locale::En) => format!("{open} to decide, else it does not happen"),
        (Way::Stop, Locale::Zh) => format!("{open}内决定，否则不办"),
        (Way::Proceed, Locale::En) => format!("{open} to decide, else it goes on"),
        (Way::Proceed, Locale::Zh) => format!("{open}内没有人说不，就照办"),
        (Way::Steps(_), Locale::En) => format!("{open} to decide"),
        (Way::Steps(_), Locale::Zh) => format!("{open}内决定"),
    };
    vec![silent]
}

fn of_prune(telling: Telling<'_>, prune: &Prune) -> Vec<String> {
    let zh = telling.locale == Locale::Zh;
    let grace = telling.length(prune.grace);
    let mut parts = vec![if zh {
        format!("先告知，宽限 {grace}，期间开口的人留下")
    } else {
        format!("told first; whoever speaks within the grace of {grace} stays")
    }];
    for before in &prune.remind {
        let before = telling.length(*before);
        parts.push(if zh {
            format!("到期前 {before}再提醒一次")
        } else {
            format!("reminded {before} before its end")
        });
    }
    if let Some(most) = prune.max {
        parts.push(if zh { format!("一次最多 {most} 位") } else { format!("at most {most} at a time") });
    }
    if let Some(protect) = &prune.protect {
        let source = protect.source();
        parts.push(match (telling.of_member(source), zh) {
            (Some(who), true) => format!("不动的人：{who}"),
            (Some(who), false) => format!("never anybody who {who}"),
            (None, true) => format!("`{source}` 的不动"),
            (None, false) => format!("never where `{source}`"),
        });
    }
    let to = whom(telling, prune.to.as_ref());
    parts.push(if zh {
        format!("由 {to} 点头才移出")
    } else {
        format!("{to} says yes before anybody is removed")
    });
    parts
}

/// Who is asked, for a sentence.
pub(super) fn whom(telling: Telling<'_>, to: Option<&Assignee>) -> String {
    match to {
        Some(Assignee::Role(role)) => role.to_string(),
        Some(Assignee::Person(person)) => {
            let known = telling.playbook.people.get(person);
            known.map_or_else(|| person.to_string(), |person| person.name.clone())
        }
        Some(Assignee::Text(text)) => telling.line(text),
        None => telling.pick("somebody", "任何人"),
    }
}

/// What a step does.
fn words(telling: Telling<'_>, verb: &Verb) -> String {
    let zh = telling.locale == Locale::Zh;
    let said = |en: String, chinese: String| if zh { chinese } else { en };
    match verb {
        Verb::Post(post) => said(format!("posts to {}", post.to), format!("发到 {}", post.to)),
        Verb::Run(run) => said(format!("runs `{}`", run.script), format!("运行 `{}`", run.script)),
        Verb::Task(task) => {
            let who = whom(telling, task.to.as_ref());
            said(format!("asks {who} to do"), format!("请 {who} 做"))
        }
        Verb::Approve(approve) => {
            let who = whom(telling, approve.to.as_ref());
            said(format!("asks {who} to approve"), format!("请 {who} 审批"))
        }
        Verb::Ask(ask) if ask.of_member => {
            said("asks the member alone".to_owned(), "单独问这位成员".to_owned())
        }
        Verb::Ask(_) => said("asks the group".to_owned(), "问大家".to_owned()),
        Verb::Wait(wait) => match &wait.target {
            WaitFor::For(length) => {
                let length = telling.length(*length);
                said(format!("waits for {length}"), format!("等 {length}"))
            }
            WaitFor::Until(clock) => said(format!("waits until {clock}"), format!("等到 {clock}")),
            WaitFor::Signal(name) => {
                let when = telling.signal(name);
                said(format!("goes on {when}"), format!("等到{when}"))
            }
            WaitFor::Binding(name) => {
                said(format!("waits for what comes of `{name}`"), format!("等 `{name}` 有结果"))
            }
        },
        Verb::If(cond) => {
            let holds = telling.condition(cond.cond.source());
            said(format!("if {holds}"), format!("如果{holds}"))
        }
        Verb::Each(each) => {
            let (items, source) = (telling.stands(each.items.source().trim()), each.items.source().trim());
            said(format!("for each of {items} (`{source}`)"), format!("对{items}逐个来（`{source}`）"))
        }
        Verb::Prune(prune) => {
            let source = prune.predicate.source();
            telling.of_member(source).map_or_else(
                || said(format!("lets members go: `{source}`"), format!("请出成员：`{source}`")),
                |who| said(format!("lets go of whoever {who}"), format!("请出这样的成员：{who}")),
            )
        }
        Verb::Mark(mark) => {
            let (what, text) = (mark.what.as_str(), telling.line(&mark.text));
            let text = match (what, text.as_str()) {
                ("admit", "yes") => telling.pick("yes", "同意"),
                ("admit", "no") => telling.pick("no", "不同意"),
                _ => text,
            };
            let zh = match what {
                "tag" => "打标签",
                "untag" => "去掉标签",
                "admit" => "回复进群申请",
                _ => "记分",
            };
            said(format!("{what}: {text}"), format!("{zh}：{text}"))
        }
        Verb::Set(_) => said("remembers something".to_owned(), "记下一个值".to_owned()),
        Verb::Signal { name, .. } => {
            let name = telling.line(name);
            said(format!("sends the signal `{name}`"), format!("发出信号 `{name}`"))
        }
        Verb::Start { play, .. } => said(format!("starts `{play}`"), format!("启动 `{play}`")),
        Verb::Enter(phase) => said(format!("enters the phase {phase}"), format!("进入阶段 {phase}")),
        Verb::Stop(_) => said("ends here".to_owned(), "到此为止".to_owned()),
    }
}
