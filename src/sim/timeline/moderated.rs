//! What the rules of `moderate` have seen and what followed, a line each.

use super::{Line, Tone, line};
use crate::{
    base::{
        phrase::{Phrase, pair, phrase},
        time::Timestamp,
    },
    engine::moderation::Moderating,
};

/// The line of a fact; none for what is only counted.
pub(super) fn describe(fact: &Moderating, at: &dyn Fn(Timestamp) -> String) -> Option<Line> {
    match fact {
        Moderating::Broken(breach) => {
            let words = if breach.words.is_empty() {
                Phrase::default()
            } else {
                phrase!(": “{}”", "：「{}」", breach.words)
            };
            let (rule, rung) = (&breach.rule, breach.rung.as_deref().unwrap_or_default());
            let text = match (breach.watched, rung.is_empty(), breach.number) {
                (true, ..) => phrase!("would be caught by {rule}{words}", "会被 {rule} 拦下{words}"; words),
                (false, true, _) => phrase!("is caught by {rule}{words}", "被 {rule} 拦下{words}"; words),
                (false, false, n) => {
                    phrase!("breaks {rule}, strike {n}: {rung}{words}", "违反 {rule}，第 {n} 次：{rung}{words}"; words)
                }
            };
            let tone = if breach.watched { Tone::Plain } else { Tone::Bad };
            line(if breach.watched { "watched" } else { "caught" }, breach.member.as_str(), text, tone)
        }
        Moderating::CaseGrew { task, .. } => {
            let text = pair("one more message is to be taken away", "又多一条消息要删除");
            line("grows", task.as_str(), text, Tone::Person)
        }
        Moderating::Muted { member, mute } => {
            let until = at(mute.until);
            line("muted", member.as_str(), phrase!("until {until}", "到 {until}"), Tone::Person)
        }
        Moderating::Unmuted { member } => {
            line("unmuted", member.as_str(), pair("may write again", "可以发言了"), Tone::Person)
        }
        Moderating::Lifted { member, .. } => {
            line("lifted", member.as_str(), pair("a strike is taken back", "撤销一次违规"), Tone::Person)
        }
        Moderating::Raid { joins, .. } => {
            line("raid", "", phrase!("{joins} joined at once", "一下子进来 {joins} 人"), Tone::Bad)
        }
        _ => None,
    }
}
