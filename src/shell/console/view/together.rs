//! The calendar of several groups together: what is alike in them at the same time is one mark.

use super::{
    calendar::{Calendar, Shape, calendar},
    lane::Lane,
    mark::{Kind, Mark},
    place::Place,
};
use crate::{
    base::{
        ids::{GroupId, PlayName},
        limits,
        time::Timestamp,
    },
    shell::{
        console::{board::Board, door::Asker},
        store::LogLine,
    },
};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Groups of which one calendar is made.
const TOGETHER_MAX: usize = 24;
/// Of more groups so many are shown: who has hundreds looks at one, and a page is made at once.
const FIRST_OF_MANY: usize = 6;

/// The groups that are shown together, and how many more the reader sees: the first by their ids.
pub(crate) fn members(board: &Board, asker: &Asker, now: Timestamp) -> (Vec<GroupId>, usize) {
    let some = board.now.groups.iter().take(limits::PLACES_LOOKED_AT_MAX);
    let mut some = some.filter(|(_, group)| group.book.is_some() && asker.sees(group, now));
    let mut shown: Vec<GroupId> = some.by_ref().take(TOGETHER_MAX).map(|(id, _)| id.clone()).collect();
    let more = some.next().is_some();
    let left_out = if more { shown.len() - FIRST_OF_MANY + 1 } else { 0 };
    if more {
        shown.truncate(FIRST_OF_MANY);
    }
    let beyond =
        if asker.sees_all(&board.now) { board.counts.groups - shown.len() } else { some.count() + left_out };
    (shown, beyond)
}

/// The calendar of some groups. `lines` are entries of any groups inside the days.
pub(crate) fn together(
    board: &Board,
    asker: &Asker,
    (groups, beyond): (&[GroupId], usize),
    (shape, day): (Shape, Date),
    (lines, cut): (&[LogLine], bool),
    now: Timestamp,
) -> Option<Calendar> {
    let mut all: Option<Calendar> = None;
    let mut lanes: BTreeMap<(String, PlayName), Lane> = BTreeMap::new();
    let mut order: Vec<(String, PlayName)> = Vec::new();
    for id in groups {
        let own: Vec<LogLine> = lines.iter().filter(|line| line.group == *id).cloned().collect();
        let one = calendar(board, asker, (id, shape, day), (&own, cut), now);
        let Some(mut one) = one else { continue };
        for lane in std::mem::take(&mut one.lanes) {
            let key = (one.file.clone(), lane.play.clone());
            if !lanes.contains_key(&key) {
                order.push(key.clone());
            }
            let days = one.days.len();
            let of =
                lanes.entry(key).or_insert_with(|| Lane { days: vec![Vec::new(); days], ..lane.clone() });
            for (all, marks) in of.days.iter_mut().zip(lane.days) {
                for mark in marks {
                    put(all, mark, id, &one.place);
                }
            }
        }
        match &mut all {
            None => all = Some(one),
            Some(all) => {
                all.commands &= one.commands;
                for (sum, more) in all.posts.iter_mut().zip(one.posts) {
                    *sum = (sum.0 + more.0, sum.1 | more.1);
                }
            }
        }
    }
    let all = all?;
    let mut lanes: Vec<Lane> = order.into_iter().filter_map(|key| lanes.remove(&key)).collect();
    for lane in &mut lanes {
        lane.days.iter_mut().for_each(|marks| marks.sort_by_key(|mark| mark.at));
    }
    let plays = lanes.iter().map(|lane| (lane.play.clone(), lane.title.clone())).collect();
    let of = groups.len();
    let together = Calendar {
        group: None,
        of,
        beyond,
        place: String::new(),
        // A budget is of one group.
        posts_max: all.posts_max.filter(|_| of == 1),
        lanes,
        plays,
        ..all
    };
    Some(together.told())
}

/// Puts the mark of a group to what is alike, or beside it.
fn put(marks: &mut Vec<Mark>, mark: Mark, group: &GroupId, title: &str) {
    let alike = |known: &&mut Mark| {
        known.verb == mark.verb
            && known.step == mark.step
            && same(&known.kind, &mark.kind)
            && clock(known) == clock(&mark)
    };
    let place = Place { group: group.clone(), title: title.to_owned(), subject: mark.run.to_string() };
    match marks.iter_mut().find(alike) {
        None => marks.push(Mark { places: vec![place], ..mark }),
        Some(known) => {
            known.skips &= mark.skips;
            for person in mark.people {
                if !known.people.contains(&person) {
                    known.people.push(person);
                }
            }
            if known.places.len() < TOGETHER_MAX { known.places.push(place) } else { known.more += 1 }
        }
    }
}

/// Whether two marks stand alike; how late each is may differ.
fn same(a: &Kind, b: &Kind) -> bool {
    match (a, b) {
        (Kind::Late(_), Kind::Late(_)) => true,
        _ => a == b,
    }
}

/// The minute of a mark as its group reads it.
fn clock(mark: &Mark) -> (Date, i8, i8) {
    let civil = mark.zone.civil(mark.at);
    (civil.date(), civil.hour(), civil.minute())
}
