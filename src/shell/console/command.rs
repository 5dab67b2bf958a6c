//! Presses about runs, plays, groups and members: what each becomes.
//!
//! Pure: nothing where it is none of the asker's business, or no such press.

use super::{
    board::Here,
    door::Asker,
    form::Form,
    view::{question::whom, turnout},
};
use crate::{
    base::{
        ids::{GroupId, MemberId, PlayName, RoleName, RunId, StepId},
        phrase::{Phrase, phrase},
        time::{Duration, Timestamp},
        value::{Map, Value},
    },
    engine::input::Command,
    shell::{runtime::publish::GroupNow, socket::Ask},
};
use std::sync::Arc;

/// What a press about a group becomes; its subject is a run, a play, a date of one, a member, or nothing.
pub(super) fn ask(
    (asker, now): (&Asker, Timestamp),
    (id, group, subject): (&GroupId, &GroupNow, &str),
    verb: &str,
    form: &Form,
) -> Option<Ask> {
    if verb == "forget" {
        return asker.admin.then(|| Ask::Forget { member: MemberId::new(subject) });
    }
    asker.commands(group, now).then_some(())?;
    let by = Some(asker.name.clone());
    let run = || RunId::new(subject);
    let play = || (!subject.is_empty()).then(|| PlayName::new(subject));
    let command = match verb {
        "pause" => {
            let caretaker = form.get("caretaker").filter(|role| !role.is_empty()).map(RoleName::new);
            let until = match form.get("until") {
                Some(civil) => Some(instant(id, group, civil)?),
                None => None,
            };
            Command::Pause { play: play(), caretaker, until, by }
        }
        "resume" => Command::Resume { play: play(), by },
        "start" => {
            let (play, date) = match subject.split_once('/') {
                Some((play, date)) => (PlayName::new(play), Some(Arc::from(date))),
                None => (play().or_else(|| form.get("play").map(PlayName::new))?, None),
            };
            Command::Start { play, args: Value::Null, date, member: None, by }
        }
        "cancel" => Command::Cancel { run: run(), by, silent: form.get("silent").is_some() },
        "now" => Command::Now { run: run(), step: form.get("step").map(StepId::new), by },
        "delay" => {
            let length: Duration = form.get("by")?.parse().ok()?;
            Command::Delay { run: run(), length, by }
        }
        "unskip" => Command::Unskip { run: run(), by },
        "note" => {
            let text = form.get("note")?.to_owned();
            Command::Note { run: (!subject.is_empty()).then(run), text, by }
        }
        "present" => {
            let text = turnout::remark(form.get("count")?.parse().ok()?);
            Command::Note { run: Some(run()), text, by }
        }
        "postpone" => {
            let (play, date) = subject.split_once('/')?;
            let at = instant(id, group, form.get("time")?)?;
            Command::Postpone { play: PlayName::new(play), date: Arc::from(date), at, by }
        }
        "drop" => Command::Drop { effect: subject.into(), known: None, by },
        "release" => Command::Release { effect: subject.into(), by },
        "recall" => Command::Recall { effect: subject.into(), known: None, by },
        "correct" => {
            Command::Correct { effect: subject.into(), text: form.get("text")?.to_owned(), known: None, by }
        }
        "reword" => {
            let (step, text) = (StepId::new(form.get("step")?), form.get("text")?.to_owned());
            Command::Reword { run: run(), step, text, by }
        }
        "tag" | "untag" => {
            let tag = form.get("tag")?.to_owned();
            Command::Tag { member: MemberId::new(subject), tag, off: verb == "untag", by }
        }
        "replied" => {
            let asked = form.get("asked").and_then(|at| at.parse().ok()).map(Timestamp::from_millis);
            Command::Replied { member: MemberId::new(subject), asked, by }
        }
        "signal" => return signal(Here { id, now: group }, form),
        _ => return None,
    };
    Some(Ask::Command(command))
}

/// A time of a form, which is one of the group's zone.
fn instant(id: &GroupId, group: &GroupNow, text: &str) -> Option<Timestamp> {
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    Some(group.book.as_ref()?.playbook.in_group(id).zone.instant(civil))
}

/// Something that a person reports by hand. Whoever is new goes by the word that was written, until the platform or a
/// list says more.
fn signal(here: Here<'_>, form: &Form) -> Option<Ask> {
    let name = form.get("signal")?;
    let written = form.get("member").map(str::trim).filter(|word| !word.is_empty());
    let member = written.and_then(|word| whom(here, word).ok());
    let new = member.as_ref().filter(|id| name == "member.joined" && !here.state().members.contains(id));
    let mut told = Map::new();
    if let Some(new) = new {
        told.insert("name".into(), Value::str(form.get("name").unwrap_or(new.as_str())));
        if let Some(source) = form.get("note") {
            told.insert("source".into(), Value::str(source));
        }
    }
    let data = if told.is_empty() { Value::Null } else { Value::Map(Arc::new(told)) };
    Some(Ask::Signal { name: name.to_owned(), member, data, by_hand: true })
}

/// What is missing in a form, where it cannot become a command as it is.
pub(super) fn missing(here: Here<'_>, verb: &str, form: &Form) -> Option<Phrase> {
    if verb != "signal" {
        return None;
    }
    let Some(name) = form.get("signal") else {
        return Some(phrase!("choose what has happened", "请选择发生了什么事"));
    };
    let written = form.get("member").map(str::trim).filter(|word| !word.is_empty());
    let Some(written) = written else {
        let of_somebody = matches!(name, "member.joined" | "member.left" | "message" | "appeal");
        return of_somebody.then(|| phrase!("say who it is", "请写明是谁"));
    };
    match whom(here, written) {
        Ok(id) if name == "member.joined" || here.state().members.contains(&id) => None,
        Ok(_) => Some(phrase!(
            "nobody here is called {written}; *Members* lists who is known",
            "群里没有叫 {written} 的人；成员页列出了认识的人"
        )),
        Err(ids) => {
            let ids = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            Some(phrase!(
                "{written} is the name of {ids}: write the id in its place",
                "{written} 是 {ids} 的名字：请改写成编号"
            ))
        }
    }
}

/// That it was done; nothing for a press that is not of these.
pub(super) fn done(verb: &str, what: &str) -> Option<Phrase> {
    Some(match verb {
        "pause" => phrase!("{what}: paused", "{what}：已暂停"),
        "resume" => phrase!("{what}: resumed", "{what}：已恢复"),
        "start" => phrase!("{what}: started", "{what}：已开始"),
        "cancel" => phrase!("{what}: cancelled", "{what}：已取消"),
        "now" => phrase!("{what}: it is due now", "{what}：现在就做"),
        "delay" => phrase!("{what}: later today", "{what}：今天往后推了"),
        "unskip" => phrase!("{what}: it starts after all", "{what}：还是会开始"),
        "present" => phrase!("{what}: counted", "{what}：已记下人数"),
        "note" => phrase!("{what}: written down", "{what}：已记下"),
        "postpone" => phrase!("{what}: moved", "{what}：已改期"),
        "drop" => phrase!("{what}: it is given up", "{what}：不再发送"),
        "release" => phrase!("{what}: goes out now", "{what}：现在就发"),
        "recall" => phrase!("{what}: taken back", "{what}：已撤回"),
        "correct" => phrase!("{what}: corrected", "{what}：已更正"),
        "reword" => phrase!("{what}: it says that now", "{what}：文字已改"),
        "tag" => phrase!("{what}: tagged", "{what}：已打标签"),
        "untag" => phrase!("{what}: the tag is gone", "{what}：已去掉标签"),
        "replied" => phrase!("{what}: answered", "{what}：已答"),
        "signal" => phrase!("{what}: reported", "{what}：已报告"),
        "forget" => phrase!("{what}: the engine forgets and starts again", "{what}：引擎正在删除并重新启动"),
        _ => return None,
    })
}
