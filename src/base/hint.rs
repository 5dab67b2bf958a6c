//! Commands in sentences: where there are several groups, a command that is about one of them names it, so that it works
//! as it stands when it is pasted.
//!
//! Text only.

use super::phrase::Phrase;

/// Commands that are about one group, and are refused without its name where there are several.
const OF_ONE_GROUP: [&str; 28] = [
    "answer", "approve", "cancel", "clock", "correct", "delay", "done", "handover", "hush", "note", "now",
    "pause", "postpone", "reassign", "recall", "reject", "remind", "resume", "retry", "signal", "skip",
    "start", "swap", "undo", "unhush", "unskip", "why", "answers",
];

/// Those that mean something without an argument of their own.
const ALONE: [&str; 2] = ["resume", "unhush"];

/// A text in which every command about one group names this one; commands stand in backticks. What names a group
/// already, or only speaks of a command, stays.
pub fn of_group(text: &str, group: &str) -> String {
    if !text.contains("`playbook ") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + group.len() + 16);
    for (nth, part) in text.split('`').enumerate() {
        if nth > 0 {
            out.push('`');
        }
        out.push_str(part);
        if nth % 2 == 1 && is_about_a_group(part) {
            out.push_str(" --group ");
            out.push_str(&word(group));
        }
    }
    out
}

/// The same of a phrase.
pub fn phrase_of_group(phrase: &Phrase, group: &str) -> Phrase {
    Phrase { en: of_group(&phrase.en, group), zh: of_group(&phrase.zh, group) }
}

fn is_about_a_group(code: &str) -> bool {
    let mut words = code.split_whitespace();
    let (program, command) = (words.next(), words.next());
    let Some(command) = command.filter(|_| program == Some("playbook")) else { return false };
    let mut rest = words.clone();
    let named = rest.any(|word| word == "--group" || word == "-g" || word == "--everywhere");
    !named && OF_ONE_GROUP.contains(&command) && (words.next().is_some() || ALONE.contains(&command))
}

/// A word as a shell takes it.
fn word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ':' | '@');
    if text.chars().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_about_one_group_name_it_and_others_stay() {
        for (text, wanted) in [
            ("do `playbook done t1` now", "do `playbook done t1 --group g` now"),
            (
                "`playbook retry a` or `playbook done b`",
                "`playbook retry a --group g` or `playbook done b --group g`",
            ),
            ("`playbook unhush` ends it", "`playbook unhush --group g` ends it"),
            ("`playbook done t1 --group h`", "`playbook done t1 --group h`"),
            ("`playbook skip` speaks of it", "`playbook skip` speaks of it"),
            (
                "`playbook outbox` shows them; `playbook retry E`",
                "`playbook outbox` shows them; `playbook retry E --group g`",
            ),
            ("`playbook run FILE`, playbook done t1", "`playbook run FILE`, playbook done t1"),
            ("no command", "no command"),
        ] {
            assert_eq!(of_group(text, "g"), wanted);
            assert_eq!(of_group(&of_group(text, "g"), "g"), wanted, "twice is once");
        }
        assert_eq!(of_group("`playbook done t1`", "读书 会"), "`playbook done t1 --group '读书 会'`");
    }
}
