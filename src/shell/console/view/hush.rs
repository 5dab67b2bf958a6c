//! Hush: the groups that the reader commands, and in which of them members see nothing.

use crate::{
    base::{
        ids::GroupId,
        limits,
        time::{Timestamp, Zone},
    },
    engine::state::HeldMessage,
    shell::{
        console::{
            board::Board,
            door::{self, Asker},
        },
        runtime::publish::{GroupNow, Snapshot},
    },
};
use std::sync::Arc;

/// A group in which members see nothing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hushed {
    /// The group.
    pub(crate) group: GroupId,
    /// As people call it.
    pub(crate) title: String,
    /// When members began to see nothing.
    pub(crate) since: Timestamp,
    /// Until when; none where somebody has to end it.
    pub(crate) until: Option<Timestamp>,
    /// Why they see nothing.
    pub(crate) why: String,
    /// Messages that wait for its end.
    pub(crate) held: usize,
    /// The zone of its times.
    pub(crate) zone: Zone,
}

/// The page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HushPage {
    /// The instant it was made.
    pub(crate) now: Timestamp,
    /// The group from which the reader comes.
    pub(crate) here: Option<(GroupId, String)>,
    /// How many groups the reader commands in which members see what is said.
    pub(crate) loud: usize,
    /// The hushed ones, the first hundred.
    pub(crate) hushed: Vec<Hushed>,
    /// How many are hushed in all.
    pub(crate) all: usize,
}

/// The groups that somebody commands, by whether they are hushed.
pub(crate) fn commanded<'s>(
    snapshot: &'s Snapshot,
    asker: &'s Asker,
    now: Timestamp,
    hushed: bool,
) -> impl Iterator<Item = (&'s GroupId, &'s GroupNow)> {
    let all = snapshot.groups.iter().map(|(id, group)| (id, &**group));
    let of_kind =
        all.filter(move |(_, group)| group.book.is_some() && group.state.by_hand.hush.is_some() == hushed);
    of_kind.filter(move |(_, group)| asker.commands(group, now))
}

/// The groups in which somebody may have a say by a role, as far as they are looked at: those whose own roles name
/// them, and the first of all.
fn some<'b>(board: &'b Board, asker: &'b Asker, now: Timestamp) -> impl Iterator<Item = &'b GroupId> {
    let own = asker.person.as_ref().and_then(|person| board.named.get(person));
    let own = own.into_iter().flatten().take(limits::PLACES_LOOKED_AT_MAX);
    let is_own = move |id: &&GroupId| {
        asker.person.as_ref().and_then(|person| board.named.get(person)).is_some_and(|own| own.contains(*id))
    };
    let first = board.now.groups.keys().take(limits::PLACES_LOOKED_AT_MAX);
    let all = own.chain(first.filter(move |id| !is_own(id)));
    all.filter(move |id| {
        board.now.groups.get(*id).is_some_and(|group| group.book.is_some() && asker.commands(group, now))
    })
}

/// What the bar says: how many groups are hushed; nothing to whoever commands none.
pub(crate) fn in_bar(board: &Board, asker: &Asker, now: Timestamp) -> Option<usize> {
    if asker.commands_all(&board.now) {
        return (board.counts.groups > 0).then(|| board.hushed.len());
    }
    let commands = |id: &GroupId| board.now.groups.get(id).is_some_and(|group| asker.commands(group, now));
    let hushed = board.hushed.iter().take(limits::PLACES_LOOKED_AT_MAX).filter(|id| commands(id)).count();
    (hushed > 0 || some(board, asker, now).next().is_some()).then_some(hushed)
}

/// The page, for somebody who commands groups.
pub(crate) fn hush(board: &Board, asker: &Asker, from: Option<&GroupId>, now: Timestamp) -> Option<HushPage> {
    let snapshot = &board.now;
    let here = from.and_then(|id| {
        let group = snapshot.groups.get(id).filter(|group| asker.commands(group, now))?;
        (group.state.by_hand.hush.is_none()).then(|| (id.clone(), door::title(group, id)))
    });
    let commands = |id: &&GroupId| snapshot.groups.get(*id).is_some_and(|group| asker.commands(group, now));
    let (loud, all) = if asker.commands_all(snapshot) {
        (board.counts.groups.saturating_sub(board.hushed.len()), board.hushed.len())
    } else {
        let loud = some(board, asker, now).filter(|id| !board.hushed.contains(*id)).count();
        (loud, board.hushed.iter().take(limits::PLACES_LOOKED_AT_MAX).filter(commands).count())
    };
    let hushed = board.hushed.iter().take(limits::PLACES_LOOKED_AT_MAX).filter(commands).filter_map(|id| {
        let group = snapshot.groups.get(id)?;
        let hush = group.state.by_hand.hush.as_ref()?;
        let came = |held: &&Arc<HeldMessage>| held.came_meanwhile(&group.state.by_hand);
        Some(Hushed {
            group: id.clone(),
            title: door::title(group, id),
            since: hush.since,
            until: hush.until,
            why: hush.why.clone(),
            held: group.state.held.iter().filter(came).count(),
            zone: group.book.as_ref()?.playbook.in_group(id).zone.clone(),
        })
    });
    let hushed = hushed.take(limits::PAGE_ROWS).collect();
    (loud + all > 0).then_some(HushPage { now, here, loud, hushed, all })
}
