//! What somebody sees who came by a link in a message: one task, or one question.

use super::cards::Card;
use crate::{
    base::{
        ids::{GroupId, PersonId, RoleName, TaskId},
        person::Person,
        time::{Timestamp, Zone},
        value::Value,
    },
    engine::{
        entry::{Task, TaskKind},
        state::OpenTask,
    },
    shell::{
        console::{door, link::TaskLink},
        runtime::publish::{GroupNow, Snapshot},
    },
};

/// A task behind a link.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Sheet {
    /// The task waits for an answer.
    Open(Box<OpenSheet>),
    /// It is over.
    Closed(Option<Closed>),
    /// The link asks nobody any more.
    Nobody,
}

/// A task that waits.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OpenSheet {
    /// What is asked.
    pub(crate) card: Card,
    /// Who may answer by this link.
    pub(crate) who: Vec<Person>,
    /// Who answered from this phone before.
    pub(crate) me: Option<PersonId>,
    /// The role that it asks, where it asks one.
    pub(crate) role: Option<RoleName>,
    /// Whether a link is not enough.
    pub(crate) strict: bool,
    /// Which of the groups this is in which the same text waits to be pasted, and how many they are.
    pub(crate) alike: (usize, usize),
    /// The instant it was looked at.
    pub(crate) now: Timestamp,
}

/// How a task ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Closed {
    /// When the task was closed.
    pub(crate) at: Timestamp,
    /// The zone of its group.
    pub(crate) zone: Zone,
    /// `done`, `approved`, `rejected`, …
    pub(crate) answer: String,
    /// By whom.
    pub(crate) by: Option<String>,
    /// What they added.
    pub(crate) note: String,
}

/// A question behind a link.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ballot {
    /// The group, as people call it.
    pub(crate) title: String,
    /// The question.
    pub(crate) text: String,
    /// Its options, in order.
    pub(crate) options: Vec<String>,
    /// How many of them one may choose.
    pub(crate) choices: u32,
    /// The fields of its form.
    pub(crate) fields: Vec<String>,
    /// How many places there are, and how many are taken.
    pub(crate) seats: Option<(u32, u64)>,
    /// When it ends.
    pub(crate) due: Option<Timestamp>,
    /// The zone of its group.
    pub(crate) zone: Zone,
    /// The instant it was looked at.
    pub(crate) now: Timestamp,
}

/// Who may answer by a link: whoever has its role, holders of the moment first, or its person. Nobody who has left, and
/// nobody where the task was handed to somebody else.
pub(crate) fn who(snapshot: &Snapshot, link: &TaskLink, now: Timestamp) -> Vec<Person> {
    let people = || {
        let group = snapshot.groups.get(&link.group)?;
        let playbook = &group.book.as_ref()?.playbook;
        let one = playbook.groups.get(&link.group)?;
        let open = group.state.tasks.get(&link.task).map(|open| &open.task);
        let asks = |task: &Task| {
            let by_role = task.role.as_ref().is_some_and(|role| role.as_str() == &*link.of);
            by_role || task.people.iter().any(|person| person.id.as_str() == &*link.of)
        };
        if open.is_some_and(|task| !asks(task)) {
            return None;
        }
        let role = (&*link.of).into();
        let Some(known) = playbook.role(one, &role) else {
            return Some(vec![playbook.person(one, &PersonId::new(&link.of))?.clone()]);
        };
        let mut people = door::holders(group, &role, now);
        people.extend(
            known.people.iter().filter(|person| !people.contains(person)).cloned().collect::<Vec<_>>(),
        );
        Some(people)
    };
    people().unwrap_or_default()
}

/// What a link to a task shows.
pub(crate) fn sheet(
    snapshot: &Snapshot,
    link: &TaskLink,
    me: Option<PersonId>,
    now: Timestamp,
    closed: impl FnOnce() -> Option<Closed>,
) -> Sheet {
    let who = who(snapshot, link, now);
    if who.is_empty() {
        return Sheet::Nobody;
    }
    let group = snapshot.groups.get(&link.group);
    let Some((group, open)) = group.and_then(|group| Some((group, group.state.tasks.get(&link.task)?)))
    else {
        return Sheet::Closed(closed());
    };
    let card = card(snapshot, &link.group, open);
    let (strict, role) = (is_strict(open), open.task.role.clone());
    let alike = if open.task.kind == TaskKind::Delivery { alike(snapshot, group, open) } else { (1, 1) };
    card.map_or(Sheet::Nobody, |card| {
        Sheet::Open(Box::new(OpenSheet { card, who, me, role, strict, alike, now }))
    })
}

/// In how many groups of the same file the same waits for the same people, and which of them this one is.
fn alike(snapshot: &Snapshot, group: &GroupNow, open: &OpenTask) -> (usize, usize) {
    let same = |other: &&std::sync::Arc<OpenTask>| {
        let (this, that) = (&open.task, &other.task);
        this.kind == that.kind && this.text == that.text && this.people == that.people
    };
    let of_file = snapshot.groups.iter().filter(|(_, other)| match (&group.book, &other.book) {
        (Some(a), Some(b)) => std::sync::Arc::ptr_eq(a, b),
        _ => false,
    });
    let waits = of_file.filter(|(_, other)| other.state.tasks.values().any(|task| same(&task)));
    let (mut this, mut all) = (1, 0);
    for (id, _) in waits {
        all += 1;
        if *id == group.state.group {
            this = all;
        }
    }
    (this, all.max(1))
}

/// Whether a link is not enough to answer: where the file says so, and where members are let go.
pub(crate) fn is_strict(open: &OpenTask) -> bool {
    open.task.strict || open.task.kind == TaskKind::Removal || !open.task.members.is_empty()
}

fn card(snapshot: &Snapshot, id: &GroupId, open: &OpenTask) -> Option<Card> {
    let group = snapshot.groups.get(id)?;
    let playbook = group.book.as_ref()?.playbook.in_group(id);
    Some(Card::of(&door::title(group, id), group, open, playbook.zone.clone()))
}

/// What a link to a question shows.
pub(crate) fn ballot(snapshot: &Snapshot, id: &GroupId, open: &OpenTask, now: Timestamp) -> Option<Ballot> {
    let group = snapshot.groups.get(id)?;
    let playbook = group.book.as_ref()?.playbook.in_group(id);
    Some(Ballot {
        title: door::title(group, id),
        text: open.task.text.clone(),
        options: open.task.options.clone(),
        choices: open.task.choices.unwrap_or(1),
        fields: open.task.fields.clone(),
        seats: open.task.seats.map(|seats| (seats, open.seated)),
        due: open.task.due,
        zone: playbook.zone.clone(),
        now,
    })
}

/// How a task ended, from its entry.
pub(crate) fn closed(entry: &crate::engine::entry::Entry, task: &TaskId, zone: &Zone) -> Option<Closed> {
    let crate::engine::entry::Fact::TaskClosed { task: known, answer, by, note, .. } = &entry.fact else {
        return None;
    };
    let note = match note {
        Value::Str(text) => text.to_string(),
        _ => String::new(),
    };
    (known == task).then(|| Closed {
        at: entry.at,
        zone: zone.clone(),
        answer: answer.to_string(),
        by: by.clone(),
        note,
    })
}
