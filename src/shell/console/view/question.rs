//! An open question of one group, as somebody enters answers to it that its channel does not hear.

use super::place::{Place, place};
use crate::{
    base::{
        ids::{GroupId, MemberId, RunId, TaskId},
        limits,
        phrase::{Phrase, phrase},
        time::{Timestamp, Zone},
        value::Value,
    },
    engine::{entry::TaskKind, state::OpenTask},
    shell::{
        chain,
        console::{
            board::{Board, Here},
            door::Asker,
        },
    },
};

/// The page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct QuestionPage {
    /// The instant it was made.
    pub(crate) now: Timestamp,
    /// The group.
    pub(crate) group: GroupId,
    /// The group as people call it.
    pub(crate) place: String,
    /// The question.
    pub(crate) task: TaskId,
    /// What is asked.
    pub(crate) text: String,
    /// Each option with how often it was chosen.
    pub(crate) options: Vec<(String, u64)>,
    /// How many of them one may choose.
    pub(crate) choices: u32,
    /// The fields of its form.
    pub(crate) fields: Vec<String>,
    /// How many places there are, and how many are taken.
    pub(crate) seats: Option<(u32, u64)>,
    /// The one member who is asked, where it is one.
    pub(crate) of: Option<MemberId>,
    /// How many answers count.
    pub(crate) counted: u64,
    /// How many answers were heard.
    pub(crate) heard: usize,
    /// The answers of members, the latest first, as far as a page goes.
    pub(crate) answers: Vec<(MemberId, String, String)>,
    /// Whether totals that somebody entered have taken the place of what was heard.
    pub(crate) totalled: bool,
    /// When it ends.
    pub(crate) due: Option<Timestamp>,
    /// The run that asks.
    pub(crate) run: Option<RunId>,
    /// The zone of the group.
    pub(crate) zone: Zone,
}

/// A question that is put to a group.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct QuestionRow {
    /// Where; the question there.
    pub(crate) place: Place,
    /// How it begins.
    pub(crate) text: String,
    /// How many have answered.
    pub(crate) answers: u64,
    /// When it ends.
    pub(crate) due: Option<Timestamp>,
    /// The zone of its group.
    pub(crate) zone: Zone,
}

/// A question that is open in a group, of which somebody who commands the group sees everything.
pub(crate) fn open<'b>(
    board: &'b Board,
    asker: &Asker,
    (group, task): (&GroupId, &TaskId),
    now: Timestamp,
) -> Option<(Here<'b>, &'b OpenTask)> {
    let here = board.group_of(group).filter(|here| asker.commands(here.now, now))?;
    let open = here.state().tasks.get(task).filter(|open| open.task.kind == TaskKind::Question)?;
    Some((here, open))
}

/// The questions that are open in the groups that the reader commands, and how many more there are.
pub(crate) fn every(board: &Board, asker: &Asker, now: Timestamp) -> (Vec<QuestionRow>, usize) {
    questions(board, asker, now, limits::PAGE_ROWS)
}

/// Questions to groups that the reader commands, the soonest to end first, and how many more there are.
pub(super) fn questions(
    board: &Board,
    asker: &Asker,
    now: Timestamp,
    most: usize,
) -> (Vec<QuestionRow>, usize) {
    let some = board.asked.iter().take(limits::PLACES_LOOKED_AT_MAX);
    let mut some = some.filter_map(|asked| {
        let here = board.group_of(&asked.group).filter(|here| asker.commands(here.now, now))?;
        let open = here.state().tasks.get(&asked.task)?;
        Some(QuestionRow {
            place: place(here, &asked.task),
            text: super::brief::beginning(&open.task.text),
            answers: super::turnout::answered(open),
            due: open.task.due,
            zone: here.zone(),
        })
    });
    let shown: Vec<QuestionRow> = some.by_ref().take(most).collect();
    let more = if asker.admin { board.asked.len().saturating_sub(shown.len()) } else { some.count() };
    (shown, more)
}

/// The page of such a question.
pub(crate) fn question(
    board: &Board,
    asker: &Asker,
    on: (&GroupId, &TaskId),
    now: Timestamp,
) -> Option<QuestionPage> {
    let (here, open) = self::open(board, asker, on, now)?;
    let task = &open.task;
    let mut latest: Vec<_> = open.answers.iter().collect();
    latest.sort_by_key(|(member, _)| std::cmp::Reverse(open.turns.get(*member).map(|turn| turn.at)));
    let name = |id: &MemberId| here.state().members.name_of(id);
    let answers = latest.into_iter().take(limits::PAGE_ROWS);
    Some(QuestionPage {
        now,
        group: here.id.clone(),
        place: here.title().to_owned(),
        task: task.id.clone(),
        text: task.text.clone(),
        options: counted(open),
        choices: task.choices.unwrap_or(1),
        fields: task.fields.clone(),
        seats: task.seats.map(|seats| (seats, open.seated)),
        of: task.of.clone(),
        counted: super::turnout::answered(open),
        heard: open.answers.len(),
        answers: answers.map(|(id, (_, value))| (id.clone(), name(id), said(value))).collect(),
        totalled: !open.totals.is_empty(),
        due: task.due,
        run: task.run.clone(),
        zone: here.zone(),
    })
}

/// Each option with how often it was chosen: totals that somebody entered count instead of what was heard.
fn counted(open: &OpenTask) -> Vec<(String, u64)> {
    let options = &open.task.options;
    let mut counts: Vec<u64> = open.totals.iter().map(|n| u64::from(*n)).collect();
    if counts.is_empty() {
        counts = vec![0; options.len()];
        for (option, value) in open.answers.values() {
            let several = value.as_list().unwrap_or_default();
            let named = |at: usize| several.iter().any(|one| one.as_str() == Some(options[at].as_str()));
            for (at, count) in counts.iter_mut().enumerate() {
                *count += u64::from(option.is_some_and(|option| option as usize == at) || named(at));
            }
        }
    }
    options.iter().cloned().zip(counts).collect()
}

/// An answer in a line.
fn said(value: &Value) -> String {
    match value {
        Value::List(several) => several.iter().map(said).collect::<Vec<_>>().join(", "),
        Value::Map(fields) => fields
            .iter()
            .map(|(name, value)| format!("{name}: {}", said(value)))
            .collect::<Vec<_>>()
            .join(" · "),
        value => value.as_str().map_or_else(|| value.to_json().to_string(), str::to_owned),
    }
}

/// Whom a person means who enters an answer: an id, a name that one member has, else somebody who is not known yet.
pub(crate) fn whom(here: Here<'_>, written: &str) -> Result<MemberId, Vec<MemberId>> {
    let members = &here.state().members;
    let id = MemberId::new(written);
    if members.contains(&id) {
        return Ok(id);
    }
    let named = members.iter().filter(|member| member.name == *written);
    let mut named: Vec<MemberId> =
        named.map(|member| member.id.clone()).take(limits::GROUPS_NAMED_MAX).collect();
    match named.len() {
        0 => Ok(id),
        1 => Ok(named.remove(0)),
        _ => Err(named),
    }
}

/// What a chain that somebody has pasted changes, in words, and the answers that it comes to; nothing where it has no
/// row.
pub(crate) fn compared(
    here: Here<'_>,
    open: &OpenTask,
    (text, withdraws): (&str, bool),
) -> Option<(Vec<Phrase>, Vec<Value>)> {
    let read = chain::read(text);
    if read.lines.is_empty() {
        return None;
    }
    let found = chain::compare(here.state(), open, &read.lines);
    let how = phrase!(
        "to take that back, go back and tick “Take back the answers of those who are not in it”",
        "要收回，请返回并勾选“不在接龙里的人，收回他们的回答”"
    );
    let words = found.in_words(withdraws, &how).into_iter().chain(read.unread_in_words(&found));
    Some((words.collect(), found.rows(withdraws)))
}
