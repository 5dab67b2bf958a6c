//! The part of the handbook about plays: when each starts, and its steps with their texts.
//!
//! Text only, in the playbook's language.

use crate::{
    base::{
        locale::Locale,
        phrase::{Phrase, phrase},
        value::Value,
    },
    model::{
        play::Play,
        step::{Assignee, Block, Step, Verb, WaitFor, Way},
        text::Text,
    },
};
use std::fmt::Write as _;

/// A play: when it starts, on which conditions, and every step.
pub(super) fn play(play: &Play, when: &str, locale: Locale, text: &mut String) {
    let title = if play.title.as_ref() == play.name.as_str() {
        format!("**{}**", play.name)
    } else {
        format!("**{}** (`{}`)", play.title, play.name)
    };
    let _ = writeln!(text, "- {title}: {when}{}", conditions(play, locale));
    for one in play.evidence.as_list().unwrap_or_default() {
        let part = |key: &str| one.get(key).and_then(Value::as_str);
        let told: Vec<&str> = ["who", "where", "numbers", "date"].into_iter().filter_map(part).collect();
        let told = told.join(locale.pick(", ", "，"));
        let _ = writeln!(text, "  - {}: {told}", locale.pick("has worked", "有效过"));
    }
    block(&play.steps, 1, locale, text);
    text.push('\n');
}

/// What else has to hold for it to start.
fn conditions(play: &Play, locale: Locale) -> String {
    let mut all: Vec<Phrase> = Vec::new();
    if !play.enabled {
        all.push(phrase!("switched off", "已停用"));
    }
    if !play.during.is_empty() {
        let names: Vec<&str> = play.during.iter().map(crate::base::ids::PhaseName::as_str).collect();
        all.push(phrase!("in the phase {}", "只在阶段 {}", names.join(", ")));
    }
    if let Some(when) = &play.when {
        all.push(phrase!("if `{}`", "条件 `{}`", when.source()));
    }
    if !play.except.is_empty() {
        let names: Vec<&str> = play.except.iter().map(crate::base::ids::CalendarName::as_str).collect();
        all.push(phrase!("not on days of {}", "{} 的日子除外", names.join(", ")));
    }
    let all: Vec<&str> = all.iter().map(|words| words.of(locale)).collect();
    if all.is_empty() { String::new() } else { format!(" · {}", all.join(" · ")) }
}

fn block(steps: &Block, depth: usize, locale: Locale, text: &mut String) {
    for (index, one) in steps.iter().enumerate() {
        step(one, index + 1, depth, locale, text);
    }
}

/// One step with its text, and those inside it.
fn step(step: &Step, number: usize, depth: usize, locale: Locale, text: &mut String) {
    let indent = "  ".repeat(depth);
    let at = step.at.map(|at| format!("{at} · ")).unwrap_or_default();
    let only = step.when.as_ref().map(|when| format!(" (`{}`)", when.source())).unwrap_or_default();
    let _ = writeln!(text, "{indent}{number}. {at}{}{only}", words(&step.verb).of(locale));
    if let Some(said) = step.verb.shown() {
        quoted(said, &indent, text);
    }
    match &step.verb {
        Verb::Task(task) => {
            for item in &task.list {
                let _ = writeln!(text, "{indent}   - {}", item.source());
            }
        }
        Verb::Ask(ask) => {
            for option in &ask.options {
                let _ = writeln!(text, "{indent}   - {}", option.source());
            }
        }
        Verb::If(cond) => {
            block(&cond.then, depth + 1, locale, text);
            if !cond.otherwise.is_empty() {
                let _ = writeln!(text, "{indent}   {}", locale.pick("else", "否则"));
                block(&cond.otherwise, depth + 1, locale, text);
            }
        }
        Verb::Each(each) => block(&each.steps, depth + 1, locale, text),
        Verb::Wait(wait) => block(&wait.otherwise, depth + 1, locale, text),
        Verb::Approve(approve) => {
            let ways = [
                ("yes", "同意", &approve.yes),
                ("no", "不同意", &approve.no),
                ("silence", "没有答复", &approve.silence),
            ];
            for (en, zh, way) in ways {
                if let Way::Steps(steps) = way {
                    let _ = writeln!(text, "{indent}   {}", locale.pick(en, zh));
                    block(steps, depth + 1, locale, text);
                }
            }
        }
        _ => {}
    }
}

/// A text as it will be read, below its step.
fn quoted(said: &Text, indent: &str, text: &mut String) {
    for line in said.source().trim().lines() {
        let _ = writeln!(text, "{indent}   > {line}");
    }
}

/// What a step does.
fn words(verb: &Verb) -> Phrase {
    let whom = |to: &Option<Assignee>| match to {
        Some(Assignee::Role(role)) => Phrase::same(role.as_str()),
        Some(Assignee::Person(person)) => Phrase::same(person.as_str()),
        Some(Assignee::Text(text)) => Phrase::same(text.source()),
        None => phrase!("somebody", "任何人"),
    };
    match verb {
        Verb::Post(post) => phrase!("posts to {}", "发到 {}", post.to),
        Verb::Run(run) => phrase!("runs `{}`", "运行 `{}`", run.script),
        Verb::Task(task) => {
            let who = whom(&task.to);
            phrase!("asks {who} to do", "请 {who} 做"; who)
        }
        Verb::Approve(approve) => {
            let who = whom(&approve.to);
            phrase!("asks {who} to approve", "请 {who} 审批"; who)
        }
        Verb::Ask(_) => phrase!("asks the group", "问大家"),
        Verb::Wait(wait) => match &wait.target {
            WaitFor::For(length) => {
                let length = Phrase { en: Locale::En.duration(*length), zh: Locale::Zh.duration(*length) };
                phrase!("waits for {length}", "等 {length}"; length)
            }
            WaitFor::Until(clock) => phrase!("waits until {clock}", "等到 {clock}"),
            WaitFor::Signal(name) | WaitFor::Binding(name) => phrase!("waits for `{name}`", "等 `{name}`"),
        },
        Verb::If(cond) => phrase!("if `{}`", "如果 `{}`", cond.cond.source()),
        Verb::Each(each) => phrase!("for each of `{}`", "对每一个 `{}`", each.items.source()),
        Verb::Prune(prune) => phrase!("lets members go: `{}`", "请出成员：`{}`", prune.predicate.source()),
        Verb::Mark(mark) => phrase!("{}: {}", "{}：{}", mark.what.as_str(), mark.text.source()),
        Verb::Set(_) => phrase!("remembers something", "记下一个值"),
        Verb::Signal { name, .. } => phrase!("sends the signal `{}`", "发出信号 `{}`", name.source()),
        Verb::Start { play, .. } => phrase!("starts `{play}`", "启动 `{play}`"),
        Verb::Enter(phase) => phrase!("enters the phase {phase}", "进入阶段 {phase}"),
        Verb::Stop(_) => phrase!("ends here", "到此为止"),
    }
}
