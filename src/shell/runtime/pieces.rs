//! The pieces of which lines on the terminal are made: the command that answers a task, how long is left, an indented
//! block.
//!
//! Text only.

use crate::{
    base::{
        ids::GroupId,
        phrase::{Phrase, phrase},
        time::Timestamp,
    },
    engine::entry::TaskKind,
};

/// The columns before a line's text.
pub(super) const INDENT: usize = 10;

/// The command that answers a task of a kind.
pub(super) fn answer_command(kind: TaskKind, id: &str, fields: &[String], group: Option<&GroupId>) -> String {
    let whose = group.map(|group| format!(" --group {group}")).unwrap_or_default();
    match kind {
        TaskKind::Approval => format!("playbook approve {id}{whose} · playbook reject {id}{whose}"),
        TaskKind::Question if !fields.is_empty() => {
            let fields: Vec<String> = fields.iter().map(|field| shell_word(&format!("{field}=…"))).collect();
            format!("playbook answer {id} --member ID --with {}{whose}", fields.join(" "))
        }
        TaskKind::Question => format!("playbook answer {id} 1 --member ID{whose}"),
        TaskKind::Task | TaskKind::Delivery | TaskKind::Removal => format!("playbook done {id}{whose}"),
    }
}

/// A word as a shell takes it.
fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '=' | '…' | '_' | '-' | '.');
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// A block below a line's text.
pub(super) fn indent(text: &str) -> String {
    let pad = " ".repeat(INDENT);
    let lines: Vec<String> = text.lines().map(|line| format!("{pad}{line}")).collect();
    lines.join("\n")
}

/// How long until an instant, coarsely.
pub(super) fn clock_left(at: Timestamp, now: Timestamp) -> Phrase {
    let millis = at.since(now).as_millis().max(0);
    if millis < 1_000 {
        return phrase!("a moment", "片刻");
    }
    let (n, unit) = match millis {
        m if m < 60_000 => ((m + 500) / 1_000, ("second", "秒")),
        m if m < 3_600_000 => (m / 60_000, ("minute", "分钟")),
        m if m < 48 * 3_600_000 => (m / 3_600_000, ("hour", "小时")),
        m => (m / 86_400_000, ("day", "天")),
    };
    Phrase::counted(usize::try_from(n).unwrap_or_default(), unit.0, unit.1)
}
