//! Members of all groups: somebody by name, and the groups in which members are.

use crate::{
    base::{
        ids::{GroupId, MemberId},
        limits,
        time::Timestamp,
    },
    shell::console::{
        board::{Board, Here},
        door::Asker,
    },
};

/// Somebody who was found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hit {
    /// The group.
    pub(crate) group: GroupId,
    /// The group as people call it.
    pub(crate) place: String,
    /// The member's id.
    pub(crate) id: MemberId,
    /// The member's shown name.
    pub(crate) name: String,
}

/// A group with members.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// The group's id.
    pub(crate) id: GroupId,
    /// As people call it.
    pub(crate) title: String,
    /// How many are known.
    pub(crate) members: usize,
    /// Decisions about members that wait.
    pub(crate) decisions: usize,
}

/// The page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Everybody {
    /// Who was looked for.
    pub(crate) name: String,
    /// Who was found.
    pub(crate) hits: Vec<Hit>,
    /// Whether not everybody was looked at.
    pub(crate) cut: bool,
    /// Groups that the reader sees.
    pub(crate) rows: Vec<Row>,
    /// The last of them, where there are more.
    pub(crate) next: Option<GroupId>,
}

/// The members of all groups that the reader sees: by a piece of a name, and group by group after one.
pub(crate) fn everybody(
    board: &Board,
    asker: &Asker,
    (name, after): (&str, Option<&GroupId>),
    now: Timestamp,
) -> Everybody {
    let ids = || board.now.groups.keys();
    let seen = || ids().filter_map(|id| board.group_of(id)).filter(|here| asker.sees(here.now, now));
    let (hits, cut) = if name.is_empty() { (Vec::new(), false) } else { find(seen(), name) };
    use std::ops::Bound::{Excluded, Unbounded};
    let behind = (after.map_or(Unbounded, Excluded), Unbounded);
    let behind =
        board.now.groups.range::<(std::ops::Bound<&GroupId>, std::ops::Bound<&GroupId>), GroupId>(behind);
    let mut from = behind.map(|(id, now)| Here { id, now }).filter(|here| asker.sees(here.now, now));
    let rows: Vec<Row> = from
        .by_ref()
        .take(limits::PAGE_ROWS)
        .map(|here| Row {
            id: here.id.clone(),
            title: here.title().to_owned(),
            members: here.state().members.len(),
            decisions: here.state().tasks.values().filter(|open| !open.task.members.is_empty()).count(),
        })
        .collect();
    let next = from.next().and_then(|_| rows.last().map(|row| row.id.clone()));
    Everybody { name: name.to_owned(), hits, cut, rows, next }
}

/// Members with a piece of a name, or the beginning of an id, in the first groups.
fn find<'a>(groups: impl Iterator<Item = Here<'a>>, name: &str) -> (Vec<Hit>, bool) {
    let (name, mut hits, mut looked) = (name.to_lowercase(), Vec::new(), 0);
    for here in groups {
        for member in here.state().members.after(None) {
            if looked == limits::PEOPLE_LOOKED_AT_MAX || hits.len() == limits::PEOPLE_FOUND_MAX {
                return (hits, true);
            }
            looked += 1;
            let is = member.name.to_lowercase().contains(&name)
                || member.id.as_str().to_lowercase().starts_with(&name);
            if is {
                hits.push(Hit {
                    group: here.id.clone(),
                    place: here.title().to_owned(),
                    id: member.id.clone(),
                    name: member.name.clone(),
                });
            }
        }
    }
    (hits, false)
}
