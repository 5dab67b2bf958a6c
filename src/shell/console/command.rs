//! Presses about runs, plays, groups and members: what each becomes.
//!
//! Pure: nothing where it is none of the asker's business, or no such press.

use super::{door::Asker, form::Form, view::turnout};
use crate::{
    base::{
        ids::{GroupId, MemberId, PlayName, RoleName, RunId, StepId},
        phrase::{Phrase, phrase},
        time::{Duration, Timestamp},
        value::Value,
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
        "signal" => return signal(form),
        _ => return None,
    };
    Some(Ask::Command(command))
}

/// A time of a form, which is one of the group's zone.
fn instant(id: &GroupId, group: &GroupNow, text: &str) -> Option<Timestamp> {
    let civil: jiff::civil::DateTime = text.parse().ok()?;
    Some(group.book.as_ref()?.playbook.in_group(id).zone.instant(civil))
}

/// Something that a person reports by hand.
fn signal(form: &Form) -> Option<Ask> {
    let member = form.get("member").map(MemberId::new);
    let named = form.get("name").map(|name| Value::map([("name", Value::str(name))]));
    let data = named.unwrap_or(Value::Null);
    Some(Ask::Signal { name: form.get("signal")?.to_owned(), member, data, by_hand: true })
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
