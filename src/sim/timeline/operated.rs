//! What an operator has done, as a line.

use super::{Line, Tone, brief, reason::long};
use crate::{
    base::{
        phrase::{Phrase, phrase},
        time::{Timestamp, Zone},
    },
    engine::operation::{Bidding, Means, Operation},
};

/// How what was sent is taken back or corrected, in words.
fn means(how: Means) -> Phrase {
    match how {
        Means::Platform => phrase!("the platform is asked", "已请平台处理"),
        Means::Held => phrase!("it had not left", "还没有发出"),
        Means::Person => phrase!("a person is asked", "已请人处理"),
        Means::Post => phrase!("a correction is posted", "另发一条更正"),
    }
}

/// What was commanded, where its own facts do not say by whom.
fn bidden(what: Bidding) -> Phrase {
    match what {
        Bidding::Start => phrase!("started by hand", "手动开始"),
        Bidding::Pause => phrase!("paused by hand", "手动暂停"),
        Bidding::Resume => phrase!("resumed by hand", "手动恢复"),
        Bidding::Postpone => phrase!("moved by hand", "手动改期"),
        Bidding::Retry => phrase!("tried again by hand", "手动重试"),
    }
}

/// A hush has ended.
fn unhushed(send: bool) -> Phrase {
    if send {
        phrase!(
            "members see again what is said; what came meanwhile is sent",
            "成员又看得到消息了；期间的消息补发"
        )
    } else {
        phrase!(
            "members see again what is said; what came meanwhile is dropped",
            "成员又看得到消息了；期间的消息不再发"
        )
    }
}

/// A tag was given, or taken away.
fn tagged(tag: &str, off: bool) -> Phrase {
    if off {
        phrase!("no `{tag}` any more", "去掉标签 `{tag}`")
    } else {
        phrase!("is `{tag}`", "打标签 `{tag}`")
    }
}

/// What a member asked was answered.
fn replied(asked: Option<String>) -> Phrase {
    asked.map_or_else(
        || phrase!("what they asked was answered", "提问已有人回答"),
        |asked| phrase!("what they asked at {asked} was answered", "{asked} 的提问已有人回答"),
    )
}

/// What an operator has done.
pub(super) fn by_operator(did: &Operation, by: Option<&str>, now: Timestamp, zone: &Zone) -> Line {
    let (word, about, text) = match did {
        Operation::Noted { run, text } => {
            ("note", run.as_ref().map_or_else(String::new, ToString::to_string), Phrase::same(&**text))
        }
        Operation::Asked { what, about } => ("asked", about.clone(), bidden(*what)),
        Operation::Caretaker { role, next } => {
            let (who, next) = (role.as_ref().map_or("", |role| role.as_str()), brief(*next, now, zone));
            let text = phrase!("whoever looks in is asked next {next}", "下次请照看的人看群：{next}");
            ("caretaker", who.to_owned(), text)
        }
        Operation::Hurried { run, step } => ("now", run.to_string(), phrase!("step {step}", "步骤 {step}")),
        Operation::Delayed { run, later, .. } => {
            let length = long(later.length);
            let text = phrase!(
                "what is still due today is {length} later",
                "今天还没到时间的都推迟 {length}";
                length
            );
            ("delayed", run.to_string(), text)
        }
        Operation::Unskipped { run, .. } => {
            ("unskipped", run.to_string(), phrase!("starts after all", "还是会开始"))
        }
        Operation::PutOff { play, date } => {
            let text = phrase!(
                "{date} has no time until it is given another one",
                "{date} 没有时间了，等重新定一个"
            );
            ("put off", play.to_string(), text)
        }
        Operation::Recalled { effect, how, text, .. } => {
            let how = means(*how);
            ("recalled", effect.to_string(), phrase!("{how}: {text}", "{how}：{text}"; how))
        }
        Operation::Corrected { effect, how, text, .. } => {
            let how = means(*how);
            ("corrected", effect.to_string(), phrase!("{how}: {text}", "{how}：{text}"; how))
        }
        Operation::StepLeftOut { run, step } => {
            ("step left out", run.to_string(), phrase!("step {step} is left out", "步骤 {step} 不做了"))
        }
        Operation::RemindedLater { task, at } => {
            let at = brief(*at, now, zone);
            ("remind later", task.to_string(), phrase!("a reminder comes at {at}", "{at} 再提醒"))
        }
        Operation::LetGo { effect } => {
            ("let go", effect.to_string(), phrase!("goes out by hand, whatever holds it", "手动放行"))
        }
        Operation::Dropped { effect, text, .. } => {
            ("dropped", effect.to_string(), phrase!("it is given up: {text}", "不再发送：{text}"))
        }
        Operation::Pinned { effect, how, text, .. } => {
            let how = means(*how);
            ("pinned", effect.to_string(), phrase!("{how}: {text}", "{how}：{text}"; how))
        }
        Operation::Swapped { role, one, other, .. } => (
            "swapped",
            role.to_string(),
            phrase!("{one} and {other} swap their turns", "{one} 和 {other} 换班"),
        ),
        Operation::Reworded { run, step, text } => {
            ("reworded", run.to_string(), phrase!("step {step} says: {text}", "步骤 {step} 改为：{text}"))
        }
        Operation::Tagged { member, tag, off } => ("tagged", member.to_string(), tagged(tag, *off)),
        Operation::Replied { member, asked } => {
            ("replied", member.to_string(), replied(asked.map(|asked| brief(asked, now, zone))))
        }
        Operation::Hushed { until, why, .. } => {
            let until = until.map(|until| phrase!(" until {}", "，到 {}", brief(until, now, zone)));
            let until = until.unwrap_or_default();
            let text = phrase!("members see nothing{until}: {why}", "成员什么都看不到{until}：{why}"; until);
            ("hush", String::new(), text)
        }
        Operation::Unhushed { send, .. } => ("unhush", String::new(), unhushed(*send)),
    };
    let by = by.map(|by| phrase!(" ({by})", "（{by}）")).unwrap_or_default();
    Line { word, about, text: phrase!("{text}{by}", "{text}{by}"; text, by), tone: Tone::Turn }
}
