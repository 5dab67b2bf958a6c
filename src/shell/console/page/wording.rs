//! Words that several pages have for the same things: how runs stand, what they wait for, what a task is.

use super::parts::second;
use crate::{
    base::{
        ids::{EffectId, GroupId, RunId, StepId},
        locale::Locale,
        phrase::{Phrase, phrase},
    },
    engine::entry::{Outcome, Skip, TaskKind, Waiting},
    shell::{
        console::{layout::Frame, view::hindrance::Hindrance},
        store::MessageStatus,
    },
    sim::{supposed::Supposing, timeline},
};
use maud::{Markup, html};

/// The presses about a message that was refused, or of which nobody knows whether it arrived.
pub(super) fn decide(on: &[(&str, &str)], in_doubt: bool, frame: &Frame) -> Markup {
    let locale = frame.locale;
    html! {
        @if in_doubt {
            (frame.press("arrived", on, &html! { button.main { (locale.pick("It has arrived", "已送达")) } }))
            (second(locale.pick("Send again", "重发"), &frame.press("resend", on, &html! {
                p.words { (locale.pick("It may arrive twice: nobody knows whether the first one did.", "可能会到两次：没人知道第一次到没到。")) }
                button.bad { (locale.pick("Send again all the same", "仍然重发")) }
            })))
        } @else {
            (frame.press("resend", on, &html! { button.main { (locale.pick("Try again", "重试")) } }))
        }
        (second(locale.pick("Give it up", "放弃"), &frame.press("drop", on, &html! {
            p.words { (locale.pick(
                "It is not sent any more, and what waits for it goes on without it. The journal says who decided so.",
                "这条不再发送，等它的活动继续往下走。日志会记下是谁决定的。",
            )) }
            button.bad { (locale.pick("Give up this message", "放弃这条消息")) }
        })))
    }
}

/// What became of a message that did not arrive, before its words.
pub(super) fn undelivered(in_doubt: bool, locale: Locale) -> &'static str {
    if in_doubt {
        locale.pick("May not have arrived: ", "不知道到没到：")
    } else {
        locale.pick("Was refused: ", "被拒收：")
    }
}

/// The presses about a message that is held back.
pub(super) fn held(group: &GroupId, effect: &EffectId, text: &str, frame: &Frame) -> Markup {
    let (locale, on) = (frame.locale, [(group.as_str(), effect.as_str())]);
    html! {
        (second(locale.pick("Send it now", "现在就发"), &frame.press("release", &on, &html! {
            p.words { (locale.pick("It goes out at once, whatever holds it: ", "不管被什么压住，马上发出：")) bdi { (text) } }
            button.main { (locale.pick("Send it all the same", "仍然现在发")) }
        })))
        (second(locale.pick("Give it up", "不发了"), &frame.press("recall", &on, &html! {
            p.words { (locale.pick("It has not gone out yet, and will not: ", "它还没发出，也不会再发：")) bdi { (text) } }
            button.bad { (locale.pick("Do not send it", "这条不发了")) }
        })))
    }
}

/// What kind of request it is.
pub(super) fn task(kind: TaskKind, locale: Locale) -> &'static str {
    match kind {
        TaskKind::Task => locale.pick("Task", "任务"),
        TaskKind::Approval => locale.pick("Approval", "审批"),
        TaskKind::Question => locale.pick("Question", "提问"),
        TaskKind::Delivery => locale.pick("To paste by hand", "手动发送"),
        TaskKind::Removal => locale.pick("To remove by hand", "手动移出"),
    }
}

/// How a run stands: a sign, its colour and its word.
pub(super) fn outcome(
    outcome: Option<Outcome>,
    locale: Locale,
) -> (&'static str, &'static str, &'static str) {
    let Some(outcome) = outcome else { return ("▸", "good", locale.pick("under way", "进行中")) };
    let word = crate::sim::timeline::ended(outcome).of(locale);
    match outcome {
        Outcome::Done => ("✓", "good", word),
        Outcome::Stopped => ("■", "", word),
        Outcome::Failed => ("✕", "bad", word),
        Outcome::Cancelled | Outcome::Replaced => ("✕", "", word),
    }
}

/// What a run waits for.
pub(super) fn waiting(waiting: &Waiting) -> Phrase {
    match waiting {
        Waiting::Due | Waiting::Time => phrase!("waits for its time", "等时间到"),
        Waiting::Script { .. } => phrase!("waits for its script", "等脚本运行完"),
        Waiting::Retry => phrase!("is tried again", "等待重试"),
        Waiting::Approval { task } => phrase!("waits for approval {task}", "等审批 {task}"),
        Waiting::Answers { task } => phrase!("collects answers to {task}", "正在收集 {task} 的回答"),
        Waiting::Signal { name } => phrase!("waits for the signal {name}", "等信号 {name}"),
        Waiting::Task { task } => phrase!("waits for task {task}", "等任务 {task}"),
        Waiting::Delivery { .. } => phrase!("waits until its message has arrived", "等这条消息送达"),
        Waiting::Grace { members, .. } => {
            let n = members.len();
            phrase!("gives {n} members time to answer", "给 {n} 位成员留出回应时间")
        }
        Waiting::Choice { .. } => phrase!("looks through the members", "正在逐个查看成员"),
        Waiting::Removal { task } => phrase!("waits for the removals of {task}", "等 {task} 移出完成"),
    }
}

/// The run and the step of a message.
pub(super) fn step_of(effect: &EffectId) -> Option<(RunId, StepId)> {
    let mut parts = effect.as_str().rsplitn(3, '/');
    let (_, step, run) = (parts.next()?, parts.next()?, parts.next()?);
    Some((RunId::new(run), StepId::new(step)))
}

/// Words of an entry of a run without the ids of its messages, which say nothing to a reader of pages.
pub(super) fn without_ids(text: &str, run: &RunId, locale: Locale) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    let id = format!("{run}/");
    while let Some(from) = rest.find(&id) {
        let behind = &rest[from + id.len()..];
        let end = behind.find(|c: char| !(c.is_ascii_alphanumeric() || "/._-".contains(c)));
        out.push_str(&rest[..from]);
        out.push_str(locale.pick("its message", "这条消息"));
        rest = &behind[end.unwrap_or(behind.len())..];
    }
    out.push_str(rest);
    out
}

/// Why something did not happen, or would not: conditions in words, and nothing by its id.
pub(super) fn skipped(skip: &Skip, locale: Locale) -> String {
    match skip {
        Skip::When { condition, .. } => {
            let words = Supposing { locale, known: &|_| None }.sentence(condition);
            match (words, locale) {
                (Some(words), Locale::En) => format!("it is not so that {words}"),
                (Some(words), Locale::Zh) => format!("还没有做到：{words}"),
                (None, _) => locale.pick("its condition does not hold", "条件不成立").to_owned(),
            }
        }
        Skip::Overlap { .. } => locale.pick("the last one is still open", "上一场还没结束").to_owned(),
        other => timeline::skipped(other).of(locale).to_owned(),
    }
}

/// Why a message that is ahead may not go out: the sign and the words.
pub(super) fn doubt(doubt: &Hindrance, locale: Locale) -> (&'static str, String) {
    match (doubt, locale) {
        (Hindrance::Held(says), Locale::En) => ("⏸", format!("probably {}", says.en)),
        (Hindrance::Held(says), Locale::Zh) => ("⏸", format!("多半{}", says.zh)),
        (Hindrance::Start(skip), Locale::En) => ("◐", format!("would not start: {}", skipped(skip, locale))),
        (Hindrance::Start(skip), Locale::Zh) => ("◐", format!("到时不会开始：{}", skipped(skip, locale))),
        (Hindrance::Approval(asks), Locale::En) => ("◐", format!("only if it is approved: {asks}")),
        (Hindrance::Approval(asks), Locale::Zh) => ("◐", format!("要先批准：{asks}")),
    }
}

/// Where a message is that has not arrived: the sign, its colour, the word.
pub(super) fn on_the_way(
    status: MessageStatus,
    locale: Locale,
) -> (&'static str, &'static str, &'static str) {
    match status {
        MessageStatus::Dead => ("✕", "bad", locale.pick("was refused, did not arrive", "被拒收，没有送到")),
        MessageStatus::InDoubt => ("▲", "bad", locale.pick("may not have arrived", "不知道到没到")),
        _ => ("▸", "", locale.pick("is on its way, not there yet", "在发，还没送到")),
    }
}
