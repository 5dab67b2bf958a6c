//! Who has answered and who is there while a run is under way: what is heard, and what somebody has counted by hand.

use crate::{
    base::{
        ids::{ChannelName, MemberId, RunId, TaskId},
        time::Timestamp,
    },
    engine::{
        entry::{Fact, TaskKind},
        operation::Operation,
        state::OpenTask,
    },
    model::channel::GROUP,
    shell::{console::board::Here, store::LogLine},
};

/// An open question of a run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AskedHere {
    /// The question.
    pub(crate) task: TaskId,
    /// How it begins.
    pub(crate) text: String,
    /// How many have answered.
    pub(crate) answers: u64,
}

/// What is known of how many are there.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Turnout {
    /// Questions of it that are open, and how many have answered.
    pub(crate) asked: Vec<AskedHere>,
    /// Members who spoke today and their messages; none where nobody hears them.
    pub(crate) heard: Option<(u32, u32)>,
    /// Questions of members that nobody has answered since it began.
    pub(crate) unanswered: Vec<Unanswered>,
    /// How many were there when somebody counted last: how many, who counted, when.
    pub(crate) present: Option<(u64, Option<String>, Timestamp)>,
}

/// A question of a member that nobody has answered.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Unanswered {
    /// Who asked.
    pub(crate) member: MemberId,
    /// Who that is, as people call them.
    pub(crate) name: String,
    /// When it was asked.
    pub(crate) at: Timestamp,
}

/// Questions of members that a sheet names.
const UNANSWERED_SHOWN: usize = 8;

/// With what a remark begins that has such a count.
const PRESENT: &str = "present: ";

/// A count as a remark.
pub(crate) fn remark(count: u64) -> String {
    format!("{PRESENT}{count}")
}

/// What is known of a run; `lines` are its entries, oldest first.
pub(super) fn turnout(here: Here<'_>, run: &RunId, lines: &[LogLine]) -> Turnout {
    let state = here.state();
    let of_run = state.tasks.values().filter(|open| open.task.run.as_ref() == Some(run));
    let asked = of_run.filter(|open| open.task.kind == TaskKind::Question).map(|open| AskedHere {
        task: open.task.id.clone(),
        text: super::brief::beginning(&open.task.text),
        answers: answered(open),
    });
    let hears = || {
        let playbook = here.playbook()?;
        let channel = playbook.channel(playbook.groups.get(here.id)?, &ChannelName::new(GROUP))?;
        Some(channel.abilities().messages)
    };
    let today = &state.numbers.open;
    let present = lines.iter().rev().find_map(|line| match &line.entry.fact {
        Fact::Operator { by, did: Operation::Noted { run: Some(of), text } } if of == run => {
            Some((text.strip_prefix(PRESENT)?.parse().ok()?, by.clone(), line.entry.at))
        }
        _ => None,
    });
    let begun = here.run(run).map(|run| run.started);
    let open = state.numbers.questions.iter().rev().filter(|one| begun.is_some_and(|begun| one.at >= begun));
    let unanswered = open.take(UNANSWERED_SHOWN).map(|one| Unanswered {
        member: one.by.clone(),
        name: state.members.name_of(&one.by),
        at: one.at,
    });
    Turnout {
        unanswered: unanswered.collect(),
        asked: asked.collect(),
        heard: hears().unwrap_or(false).then_some((today.speakers, today.human)),
        present,
    }
}

/// How many answers to a question count: totals that somebody entered count instead of what was heard.
pub(crate) fn answered(open: &OpenTask) -> u64 {
    let totals = open.totals.iter().map(|n| u64::from(*n)).sum();
    if open.totals.is_empty() { open.answers.len() as u64 } else { totals }
}
