//! What members answer, as lines of the log and of an engine's terminal; a simulation only counts it.

use super::{Line, Tone, line};
use crate::{
    base::{
        ids::MemberId,
        phrase::{Phrase, phrase},
        value::Value,
    },
    engine::{
        entry::{Entry, Fact, MemberAnswer},
        moderation::Moderating,
        standing::Stood,
    },
};

/// An answer as one line; none for every other entry. Of an anonymous question only that somebody has answered.
pub fn answer(entry: &Entry) -> Option<Line> {
    match &entry.fact {
        Fact::Answered(MemberAnswer { task, anonymous: true, .. }) => {
            line("answered", task.as_str(), phrase!("somebody has answered", "有人回答了"), Tone::Person)
        }
        Fact::Answered(MemberAnswer { task, member, value, .. }) => {
            let value = Phrase::same(said(value));
            line(
                "answered",
                member.as_str(),
                phrase!("{task}: {value}", "{task}：{value}"; value),
                Tone::Person,
            )
        }
        Fact::AnswerWithdrawn { task, member } => {
            let text = phrase!("{task}: takes the answer back", "{task}：收回了回答");
            line("answered", member.as_str(), text, Tone::Person)
        }
        Fact::AnswersTotalled { task, totals } => {
            let totals: Vec<String> = totals.iter().map(ToString::to_string).collect();
            let totals = totals.join(", ");
            line(
                "answered",
                task.as_str(),
                phrase!("entered by hand: {totals}", "手工录入：{totals}"),
                Tone::Person,
            )
        }
        _ => None,
    }
}

/// The member whose id a line is about, so that whoever knows the name can write it instead.
pub fn subject(fact: &Fact) -> Option<&MemberId> {
    match fact {
        Fact::Answered(MemberAnswer { anonymous: true, .. }) => None,
        Fact::Answered(MemberAnswer { member, .. })
        | Fact::AnswerWithdrawn { member, .. }
        | Fact::MemberGone { member, .. }
        | Fact::Stood(Stood::Changed { member, .. })
        | Fact::Moderated(
            Moderating::Muted { member, .. }
            | Moderating::Unmuted { member }
            | Moderating::Lifted { member, .. },
        ) => Some(member),
        _ => None,
    }
}

/// An answer in words.
fn said(value: &Value) -> String {
    match value {
        Value::Map(fields) => {
            let fields = fields.iter().map(|(field, value)| format!("{field}: {}", said(value)));
            fields.collect::<Vec<_>>().join(" · ")
        }
        Value::List(all) => all.iter().map(said).collect::<Vec<_>>().join(", "),
        Value::Str(text) => text.to_string(),
        other => other.to_json().to_string(),
    }
}
