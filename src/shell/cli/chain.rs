//! A pasted chain (接龙): numbered lines of names, each with a note or people who are brought along.
//!
//! Pure: reads text, compares it with what is known. Reports nothing to the engine.

use crate::base::ids::MemberId;
use crate::engine::state::{OpenTask, State};
use std::collections::BTreeSet;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Who it names.
    pub(super) name: String,
    /// What stands behind the name.
    pub(super) note: String,
    /// How many more people are brought along.
    pub(super) more: u32,
}

/// What a chain changes in the answers to a question.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    /// Whose answer is new, with the option.
    pub(super) new: Vec<(MemberId, String)>,
    /// Whose answer is another one now: before and after.
    pub(super) changed: Vec<(MemberId, String, String)>,
    /// Who has answered and is not in the chain.
    pub(super) missing: Vec<MemberId>,
    /// Names that stand there more than once.
    pub(super) doubles: Vec<String>,
    /// Names that several members have, with their ids.
    pub(super) unclear: Vec<(String, Vec<String>)>,
    /// How many people are brought along.
    pub(super) more: u32,
}

/// The numbered lines of a text: `1. 小明`, `2、小红 +1`, `3) Lin (late)`. Other lines are its heading and notes.
pub(super) fn read(text: &str) -> Vec<Line> {
    text.lines().filter_map(line).collect()
}

fn line(text: &str) -> Option<Line> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit()).filter(|at| *at > 0)?;
    let rest = text[digits..].trim_start();
    let rest = rest.strip_prefix(['.', '、', ')', '）', '．', ':', '：']).unwrap_or(rest).trim();
    let (rest, more) = match rest.rfind(['+', '＋']) {
        Some(at) => {
            let behind = rest[at..].chars().skip(1).collect::<String>();
            match behind.trim().parse::<u32>() {
                Ok(more) => (rest[..at].trim_end(), more),
                Err(_) => (rest, 0),
            }
        }
        None => (rest, 0),
    };
    let stops = |c: char| c.is_whitespace() || "（(，,：:；;/—-".contains(c);
    let end = rest.find(stops).unwrap_or(rest.len());
    let name = rest[..end].to_owned();
    let note = rest[end..].trim_matches(|c: char| stops(c) || "）)".contains(c)).to_owned();
    (!name.is_empty()).then_some(Line { name, note, more })
}

/// Compares a chain with the answers that are known. Who says nothing else takes the first option.
pub(super) fn compare(state: &State, open: &OpenTask, lines: &[Line]) -> Difference {
    let options = &open.task.options;
    let mut found = Difference::default();
    let mut seen: BTreeSet<MemberId> = BTreeSet::new();
    for line in lines {
        let named: Vec<&MemberId> =
            state.members.iter().filter(|member| member.name == line.name).map(|member| &member.id).collect();
        let id = MemberId::new(&line.name);
        let member = match named[..] {
            _ if state.members.contains(&id) => id,
            [] => id,
            [one] => one.clone(),
            _ => {
                let ids = named.iter().map(ToString::to_string).collect();
                found.unclear.push((line.name.clone(), ids));
                continue;
            }
        };
        if !seen.insert(member.clone()) {
            found.doubles.push(line.name.clone());
            continue;
        }
        found.more = found.more.saturating_add(line.more);
        let says = options.iter().filter(|option| line.note.contains(option.as_str()));
        let says = says.max_by_key(|option| option.len()).or(options.first()).cloned().unwrap_or_default();
        match open.answers.get(&member).map(|(option, _)| option.and_then(|at| options.get(at as usize))) {
            None => found.new.push((member, says)),
            Some(Some(known)) if *known == says => {}
            Some(known) => found.changed.push((member, known.cloned().unwrap_or_default(), says)),
        }
    }
    found.missing = open.answers.keys().filter(|member| !seen.contains(*member)).cloned().collect();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_chats_write_them() {
        let text = "#接龙\n周五晚聚餐\n\n1. 小明\n2、小红 +1\n3）老王（晚到）\n4 Lin - no\n5.  何  不来\n6：李＋２人\n没有号的一行\n";
        let read: Vec<(String, String, u32)> =
            read(text).into_iter().map(|line| (line.name, line.note, line.more)).collect();
        let line = |name: &str, note: &str, more| (name.to_owned(), note.to_owned(), more);
        assert_eq!(
            read,
            [
                line("小明", "", 0),
                line("小红", "", 1),
                line("老王", "晚到", 0),
                line("Lin", "no", 0),
                line("何", "不来", 0),
                line("李＋２人", "", 0),
            ]
        );
    }
}
