//! What needs a look: whatever is wrong, in the words of the alert about it, bounded for a page.

use super::{
    brief::beginning,
    groups::UNWELL,
    place::{Place, place},
};
use crate::{
    base::{
        ids::GroupId,
        limits,
        phrase::Phrase,
        time::{Duration, Timestamp, Zone},
    },
    shell::{
        answers,
        console::{
            board::{Board, Here},
            door::Asker,
            view::health::Strip,
        },
        ears::EarNow,
        refusals::Refusals,
        store::{FailingNow, MessageStatus},
    },
};
use imbl::OrdSet;

/// Rows of what needs a look on the page of today.
pub(super) const LOOK_ROWS: usize = 10;

/// What needs a look.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Look {
    /// A file of which the newest version is not in force.
    File {
        /// The file.
        file: String,
        /// Why the file is refused.
        why: Phrase,
    },
    /// A channel that fails.
    Channel {
        /// Where; the channel there.
        place: Place,
        /// Since when the channel has been failing.
        since: Timestamp,
        /// What the platform said.
        reason: Phrase,
        /// How many messages wait there, as far as that is known.
        waiting: u64,
        /// The zone of its group.
        zone: Zone,
        /// The instant at which it is looked at.
        now: Timestamp,
    },
    /// A channel that hears nothing although it should.
    Deaf {
        /// Where; the channel there.
        place: Place,
        /// Since when nothing is heard.
        since: Timestamp,
        /// What is in the way.
        reason: Phrase,
        /// The zone of its group.
        zone: Zone,
        /// The instant at which it is looked at.
        now: Timestamp,
    },
    /// A message that was refused, or may have arrived, in one group or alike in several.
    Stuck {
        /// Where; the message there.
        places: Vec<Place>,
        /// How it begins.
        text: String,
        /// Whether it may have arrived.
        in_doubt: bool,
        /// What was said of it.
        reason: Phrase,
        /// Whether the reader may decide about it everywhere.
        commands: bool,
    },
    /// A run that failed.
    Failed {
        /// Where; the run there.
        place: Place,
        /// When the run failed.
        at: Timestamp,
        /// Why the run failed.
        reason: Phrase,
        /// Whether the reader may have it go on.
        commands: bool,
        /// The zone of its group.
        zone: Zone,
        /// The instant at which it is looked at.
        now: Timestamp,
    },
    /// Groups that are not well.
    Unwell {
        /// The group.
        place: Place,
        /// Of 100.
        health: u8,
    },
    /// Groups that are paused.
    Paused {
        /// The first of them.
        places: Vec<Place>,
        /// How many more there are.
        more: usize,
        /// Whether the reader may resume the first of them.
        commands: bool,
    },
    /// Groups in which members see nothing.
    Hushed {
        /// The first of them.
        places: Vec<Place>,
        /// How many more there are.
        more: usize,
    },
}

impl Look {
    /// Whether something broke, and members wait for what it was to say: it stands before everything else.
    pub(crate) const fn is_broken(&self) -> bool {
        matches!(
            self,
            Self::File { .. }
                | Self::Channel { .. }
                | Self::Deaf { .. }
                | Self::Stuck { .. }
                | Self::Failed { .. }
        )
    }
}

/// What is looked at beside the board.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Aside<'a> {
    /// The ears.
    pub(crate) ears: &'a [EarNow],
    /// Versions of files that are not in force.
    pub(crate) refused: &'a Refusals,
    /// How well the groups are.
    pub(crate) health: &'a Strip,
}

/// Channels of which an attempt has failed before anybody was told of it.
fn failing(board: &Board) -> impl Iterator<Item = &FailingNow> {
    let told = |one: &FailingNow| {
        board.group_of(&one.group).is_some_and(|here| here.state().failing.contains_key(&one.channel))
    };
    board.failing.iter().filter(move |one| !told(one))
}

fn attempts(one: &FailingNow, here: Here<'_>, now: Timestamp) -> Look {
    let (since, reason, waiting) = (one.since, answers::in_words(&one.note), one.count);
    Look::Channel { place: place(here, &one.channel), since, reason, waiting, zone: here.zone(), now }
}

/// Messages that somebody has to decide about; those with the same words and the same answer are one.
fn stuck<'b>(
    board: &'b Board,
    (asker, now): (&Asker, Timestamp),
    sees: &impl Fn(&GroupId) -> Option<Here<'b>>,
) -> Vec<Look> {
    let mut all: Vec<Look> = Vec::new();
    for row in &board.dead.0 {
        let Some(here) = sees(&row.group) else { continue };
        let (one, doubt) = (place(here, &row.effect), row.status == MessageStatus::InDoubt);
        let (words, said) = (beginning(&row.outgoing.message.text), answers::in_words(&row.note));
        let may = asker.commands(here.now, now);
        let alike = all.iter_mut().find_map(|known| match known {
            Look::Stuck { places, text, in_doubt, reason, commands }
                if (&*text, *in_doubt, &*reason, *commands) == (&words, doubt, &said, may)
                    && places.len() < limits::PRESS_GROUPS_MAX =>
            {
                Some(places)
            }
            _ => None,
        });
        match alike {
            Some(places) => places.push(one),
            None => all.push(Look::Stuck {
                places: vec![one],
                text: words,
                in_doubt: doubt,
                reason: said,
                commands: may,
            }),
        }
    }
    all
}

/// Everything that needs a look, the weightiest first, and how many more there are.
pub(super) fn look(
    board: &Board,
    (asker, now): (&Asker, Timestamp),
    around: Aside<'_>,
) -> (Vec<Look>, usize) {
    let sees = |group: &GroupId| {
        board.group_of(group).filter(|here| here.now.book.is_some() && asker.sees(here.now, now))
    };
    let (mut all, mut more) = (Vec::new(), 0);
    let mut take = |some: &mut dyn Iterator<Item = Look>| {
        let mut some = some.take(limits::PLACES_LOOKED_AT_MAX);
        all.extend(some.by_ref().take(LOOK_ROWS));
        more += some.count();
    };
    let books = board.now.books.iter().filter(|book| {
        asker.admin
            || book.playbook.groups.keys().take(limits::PLACES_LOOKED_AT_MAX).any(|id| sees(id).is_some())
    });
    take(&mut books.filter_map(|book| {
        let file = book.file.display().to_string();
        around.refused.get(&file).map(|refusal| Look::File { why: refusal.reason(), file })
    }));
    take(&mut board.alarms.iter().filter_map(|(group, channel)| {
        let here = sees(group)?;
        let failing = here.state().failing.get(channel)?;
        Some(Look::Channel {
            place: place(here, channel),
            since: failing.since,
            reason: failing.reason.clone(),
            waiting: 0,
            zone: here.zone(),
            now,
        })
    }));
    take(&mut failing(board).filter_map(|one| Some(attempts(one, sees(&one.group)?, now))));
    take(&mut around.ears.iter().filter_map(|ear| {
        let reason = answers::in_words(ear.state.trouble()?);
        let (here, channel) =
            ear.channels.iter().find_map(|(group, channel)| Some((sees(group)?, channel)))?;
        Some(Look::Deaf { place: place(here, channel), since: ear.since, reason, zone: here.zone(), now })
    }));
    take(&mut board.silent.iter().filter_map(|(group, channel)| {
        let here = sees(group)?;
        let since = *here.state().silences.0.get(channel)?;
        let (place, reason) = (place(here, channel), Phrase::default());
        Some(Look::Deaf { place, since, reason, zone: here.zone(), now })
    }));
    take(&mut stuck(board, (asker, now), &sees).into_iter());
    let since = now.plus(-Duration::from_millis(limits::FAILED_SHOWN_MS));
    let failed = board.runs.failed.iter().rev().take_while(|(at, ..)| *at >= since);
    take(&mut failed.filter_map(|(at, group, run)| {
        let here = sees(group)?;
        let run = here.run(run)?;
        Some(Look::Failed {
            place: place(here, &run.id),
            at: *at,
            reason: run.reason.clone(),
            commands: asker.commands(here.now, now),
            zone: here.zone(),
            now,
        })
    }));
    let unwell = around.health.rows.iter().filter(|one| one.now < UNWELL);
    take(&mut unwell.map(|one| Look::Unwell { place: one.place.clone(), health: one.now }));
    let still = |all: &OrdSet<GroupId>| {
        let mut seen = all.iter().take(limits::PLACES_LOOKED_AT_MAX).filter_map(sees);
        let places: Vec<Place> =
            seen.by_ref().take(limits::GROUPS_NAMED_MAX).map(|here| place(here, &"")).collect();
        let more = if asker.sees_all(&board.now) { all.len() - places.len() } else { seen.count() };
        (!places.is_empty()).then_some((places, more))
    };
    take(&mut still(&board.hushed).map(|(places, more)| Look::Hushed { places, more }).into_iter());
    let resumes = |place: &Place| sees(&place.group).is_some_and(|here| asker.commands(here.now, now));
    take(
        &mut still(&board.paused)
            .map(|(places, more)| Look::Paused { commands: places.iter().all(resumes), places, more })
            .into_iter(),
    );
    (all, more)
}
