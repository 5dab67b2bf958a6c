//! Channels: whether we speak and what we could hear, what is on its way, what somebody has to decide about, and which
//! versions of which files are in force.

use crate::{
    base::{
        ids::{ChannelName, EffectId, GroupId},
        limits,
        phrase::Phrase,
        time::{Duration, Timestamp, Zone},
    },
    model::{abilities::Abilities, channel::ChannelKind, ending::endings},
    shell::{
        answers,
        console::{
            board::{Board, ChannelSum, Here},
            door::Asker,
            keep::{Accepted, Taken},
        },
        ears::EarNow,
        refusals::{Refusals, RefusedFile},
        runtime::publish::{InForce, Noticed},
        store::{Backlog, Cursor, MessageStatus},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A channel of a file: of all its groups together.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// The file's title.
    pub(crate) playbook: String,
    /// The name of the channel.
    pub(crate) name: ChannelName,
    /// What it speaks to: of groups that have one of their own, all.
    pub(crate) kinds: BTreeSet<ChannelKind>,
    /// Groups that have it.
    pub(crate) groups: usize,
    /// What its platform took, since the engine began.
    pub(crate) taken: Option<Taken>,
    /// When the first of what waits is tried next.
    pub(crate) next: Option<Timestamp>,
    /// Addresses that share its messages.
    pub(crate) robots: usize,
    /// Since when nothing is heard on it though something usually is.
    pub(crate) silent: Option<Timestamp>,
    /// Groups in which the reader may try it, a few of them.
    pub(crate) tries: Vec<(GroupId, String)>,
    /// Messages that wait.
    pub(crate) waiting: u64,
    /// Messages that are under way.
    pub(crate) under_way: u64,
    /// Messages that people paste.
    pub(crate) by_hand: u64,
    /// Groups of which it fails, since when, and what was said.
    pub(crate) failing: Option<(usize, Timestamp, Phrase)>,
    /// What it could hear.
    pub(crate) hears: Abilities,
    /// How its ear is, where it has one: of several, the one that hears least.
    pub(crate) ear: Option<EarNow>,
    /// Up to where that one has heard: how the platform calls it, and when it was kept.
    pub(crate) cursor: Option<Cursor>,
}

/// Channels by the title of their file and their name.
type ChannelRows = BTreeMap<(String, ChannelName), Row>;

impl Channels {
    /// Whether a message that a channel of this name has refused waits for somebody to decide.
    pub(crate) fn refuses(&self, name: &ChannelName) -> bool {
        self.stuck.iter().any(|stuck| stuck.channel == *name && !stuck.in_doubt)
    }
}

/// A message that somebody has to decide about.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stuck {
    /// The group.
    pub(crate) group: GroupId,
    /// The group as people call it.
    pub(crate) place: String,
    /// The message.
    pub(crate) effect: EffectId,
    /// The channel that the message is stuck at.
    pub(crate) channel: ChannelName,
    /// Whether it may have arrived.
    pub(crate) in_doubt: bool,
    /// When it was decided.
    pub(crate) created: Timestamp,
    /// What was said of it.
    pub(crate) note: Phrase,
    /// How it begins.
    pub(crate) text: String,
    /// Whether the reader commands its group.
    pub(crate) commands: bool,
    /// The zone of its group.
    pub(crate) zone: Zone,
}

/// A file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Book {
    /// The file.
    pub(crate) file: String,
    /// The title of the playbook.
    pub(crate) title: String,
    /// The version in force.
    pub(crate) version: String,
    /// Groups that it runs.
    pub(crate) groups: usize,
    /// Warnings of that version.
    pub(crate) warnings: Arc<Vec<Noticed>>,
    /// What runs out.
    pub(crate) ending: Vec<Phrase>,
    /// The versions that took effect last, newest first.
    pub(crate) history: Vec<(Timestamp, String)>,
    /// Why its newest version is not in force.
    pub(crate) refused: Option<Phrase>,
}

/// How the engine itself is.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct EngineNow {
    /// How long the earliest thing that is due waits.
    pub(crate) behind: Duration,
    /// Whether the state cannot be written.
    pub(crate) held_up: bool,
    /// Bytes that the disk of the state has room for.
    pub(crate) room: Option<u64>,
}

/// What is found beside the board.
pub(crate) struct ChannelFacts<'a> {
    /// What is on its way, by group.
    pub(crate) backlog: &'a BTreeMap<GroupId, Vec<Backlog>>,
    /// What platforms took.
    pub(crate) accepted: &'a Accepted,
    /// Versions of files that are not in force.
    pub(crate) refused: &'a Refusals,
    /// Versions that took effect, by file.
    pub(crate) versions: &'a BTreeMap<String, Vec<(Timestamp, String)>>,
    /// Up to where each ear has heard.
    pub(crate) cursors: &'a [Cursor],
    /// How the engine is.
    pub(crate) engine: EngineNow,
}

/// The page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Channels {
    /// The instant it was made.
    pub(crate) now: Timestamp,
    /// The channels.
    pub(crate) rows: Vec<Row>,
    /// Messages that somebody has to decide about, the oldest first.
    pub(crate) stuck: Vec<Stuck>,
    /// Whether there are more.
    pub(crate) more: bool,
    /// The files.
    pub(crate) books: Vec<Book>,
    /// How the engine is.
    pub(crate) engine: EngineNow,
    /// A zone to tell times in.
    pub(crate) zone: Zone,
}

/// The channels of the groups that the reader sees.
pub(crate) fn channels(
    board: &Board,
    asker: &Asker,
    found: ChannelFacts<'_>,
    ears: &BTreeMap<Arc<str>, EarNow>,
    now: Timestamp,
) -> Channels {
    let ChannelFacts { backlog, accepted, refused, versions, cursors, engine } = found;
    let (sums, zone) = sums(board, asker, now);
    let mut rows = ChannelRows::new();
    for sum in sums {
        let key = (sum.playbook.clone(), sum.name.clone());
        let taken = accepted.get(&key).cloned();
        rows.insert(
            key,
            Row {
                playbook: sum.playbook,
                name: sum.name,
                kinds: sum.kinds,
                groups: sum.groups,
                taken,
                next: None,
                robots: 0,
                silent: None,
                tries: Vec::new(),
                waiting: 0,
                under_way: 0,
                by_hand: 0,
                failing: None,
                hears: sum.hears,
                ear: None,
                cursor: None,
            },
        );
    }
    let seen = |id: &GroupId| {
        let here = board.group_of(id).filter(|here| asker.sees(here.now, now))?;
        Some((here, here.playbook()?.title.to_string()))
    };
    for (id, name) in board.alarms.iter().take(limits::PLACES_LOOKED_AT_MAX) {
        let Some((here, title)) = seen(id) else { continue };
        let row = rows.get_mut(&(title, name.clone()));
        let Some((row, failing)) = row.zip(here.state().failing.get(name)) else { continue };
        let (groups, since, reason) = row.failing.take().unwrap_or((0, failing.since, Phrase::default()));
        let reason = if reason.is_empty() { failing.reason.clone() } else { reason };
        row.failing = Some((groups + 1, since.min(failing.since), reason));
    }
    for (id, name) in board.silent.iter().take(limits::PLACES_LOOKED_AT_MAX) {
        let Some((here, title)) = seen(id) else { continue };
        let row = rows.get_mut(&(title, name.clone()));
        let Some((row, since)) = row.zip(here.state().silences.0.get(name)) else { continue };
        row.silent = Some(row.silent.map_or(*since, |known| known.min(*since)));
    }
    for (id, open) in backlog {
        let Some((_, title)) = seen(id) else { continue };
        for open in open {
            let Some(row) = rows.get_mut(&(title.clone(), open.channel.clone())) else { continue };
            let fails =
                open.failing && matches!(open.status, MessageStatus::Pending | MessageStatus::Claimed);
            if fails && row.failing.is_none() {
                row.failing = Some((1, open.since, answers::in_words(&open.note)));
            }
            match open.status {
                MessageStatus::Pending => {
                    row.waiting += open.count;
                    row.next = row.next.into_iter().chain(open.next).min();
                }
                MessageStatus::Claimed => row.under_way += open.count,
                MessageStatus::Manual => row.by_hand += open.count,
                MessageStatus::Delivered
                | MessageStatus::Dead
                | MessageStatus::InDoubt
                | MessageStatus::Expired => {}
            }
        }
    }
    listening(board, asker, (&mut rows, ears, cursors), now);
    tries(board, asker, &mut rows, now);
    let mut rows: Vec<Row> = rows.into_values().collect();
    rows.sort_by_key(|row| row.failing.is_none());
    rows.truncate(limits::PAGE_ROWS);
    let (stuck, more) = stuck(board, asker, now);
    let books = books(board, versions, refused, now);
    Channels { now, rows, stuck, more, books, engine, zone }
}

/// The files, with the versions that took effect last and what is refused.
fn books(
    board: &Board,
    versions: &BTreeMap<String, Vec<(Timestamp, String)>>,
    refused: &Refusals,
    now: Timestamp,
) -> Vec<Book> {
    let book = |book: &Arc<InForce>| {
        let file = book.file.display().to_string();
        Book {
            title: book.playbook.title.to_string(),
            version: book.playbook.digest.short().to_owned(),
            groups: book.playbook.groups.len(),
            warnings: book.warnings.clone(),
            ending: endings(&book.playbook, now).into_iter().map(|ending| ending.in_words()).collect(),
            history: versions.get(&file).cloned().unwrap_or_default(),
            refused: refused.get(&file).map(RefusedFile::reason),
            file,
        }
    };
    board.now.books.iter().map(book).collect()
}

/// The channels of the groups that the reader sees, and a zone to tell times in.
fn sums(board: &Board, asker: &Asker, now: Timestamp) -> (Vec<ChannelSum>, Zone) {
    let mut seen = board.now.groups.iter().take(limits::PLACES_LOOKED_AT_MAX).filter_map(|(id, group)| {
        board.group_of(id).filter(|_| asker.sees(group, now)).and_then(|here| Some((id, here.playbook()?)))
    });
    if asker.sees_all(&board.now) {
        let zone = seen.next().map_or_else(Zone::utc, |(_, playbook)| playbook.zone.clone());
        return (board.channels.to_vec(), zone);
    }
    let (mut sums, mut zone) = (BTreeMap::new(), None);
    for (id, playbook) in seen {
        zone.get_or_insert_with(|| playbook.zone.clone());
        ChannelSum::count(&mut sums, playbook, id);
    }
    (sums.into_values().collect(), zone.unwrap_or_else(Zone::utc))
}

/// Puts each ear to its channel: of several, the one that hears least.
fn listening(
    board: &Board,
    asker: &Asker,
    (rows, ears, cursors): (&mut ChannelRows, &BTreeMap<Arc<str>, EarNow>, &[Cursor]),
    now: Timestamp,
) {
    for (known_as, ear) in ears {
        for (id, name) in &ear.channels {
            let playbook =
                board.group_of(id).filter(|here| asker.sees(here.now, now)).and_then(Here::playbook);
            let key = playbook.map(|playbook| (playbook.title.to_string(), name.clone()));
            let Some(row) = key.and_then(|key| rows.get_mut(&key)) else { continue };
            let worse = row
                .ear
                .as_ref()
                .is_none_or(|known| known.state.trouble().is_none() && ear.state.trouble().is_some());
            if worse {
                row.ear = Some(ear.clone());
                row.cursor = cursors.iter().find(|cursor| cursor.channel == *known_as).cloned();
            }
        }
    }
}

/// Where each channel can be tried: in groups that the reader commands, on a platform that is really spoken to.
fn tries(board: &Board, asker: &Asker, rows: &mut ChannelRows, now: Timestamp) {
    let some = board.now.groups.iter().take(limits::PLACES_LOOKED_AT_MAX);
    for (id, group) in some.filter(|(_, group)| asker.sees(group, now)) {
        let (Some(here), Some(book)) = (board.group_of(id), &group.book) else { continue };
        let Some(playbook) = here.playbook() else { continue };
        let own = playbook.groups.get(id).map(|group| &group.channels);
        let names = playbook.channels.keys().chain(own.into_iter().flat_map(BTreeMap::keys));
        for name in names {
            let Some(row) = rows.get_mut(&(playbook.title.to_string(), name.clone())) else { continue };
            let Some(target) = book.targets.get(id, name) else { continue };
            row.robots = row.robots.max(target.robots.len());
            let speaks = !matches!(target.route.kind, ChannelKind::Console | ChannelKind::Manual);
            let known = row.tries.iter().any(|(known, _)| known == id);
            if speaks && !known && row.tries.len() < TRIES_SHOWN && asker.commands(group, now) {
                row.tries.push((id.clone(), here.title().to_owned()));
            }
        }
    }
}

/// Groups that a channel offers to be tried in.
const TRIES_SHOWN: usize = 20;

fn stuck(board: &Board, asker: &Asker, now: Timestamp) -> (Vec<Stuck>, bool) {
    let (rows, more) = &*board.dead;
    let mut seen = rows.iter().filter_map(|row| {
        let here = board.group_of(&row.group).filter(|here| asker.sees(here.now, now))?;
        Some(Stuck {
            group: row.group.clone(),
            place: here.title().to_owned(),
            effect: row.effect.clone(),
            channel: row.channel.clone(),
            in_doubt: row.status == MessageStatus::InDoubt,
            created: row.created,
            note: answers::in_words(&row.note),
            text: super::brief::beginning(&row.outgoing.message.text),
            commands: asker.commands(here.now, now),
            zone: here.zone(),
        })
    });
    let shown: Vec<Stuck> = seen.by_ref().take(limits::PAGE_ROWS).collect();
    let more = *more || seen.next().is_some();
    (shown, more)
}
