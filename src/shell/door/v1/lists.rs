//! Lists: how groups are, their runs, tasks and members, the messages on their way, the journal.
//!
//! The rows are those of the views that the command line shows; nothing is said here that it does not say.

use super::{Looked, asked::Asked, lines::Lines};
use crate::{
    base::{ids::GroupId, locale::Locale},
    model::access::Right,
    shell::{
        clock,
        door::answer::Turned,
        runtime::publish::GroupNow,
        store::{GroupInfo, StoreError},
        survey::{self, SurveyWanted},
        view::{self, GroupShown},
    },
};
use serde::Serialize;
use std::collections::BTreeSet;

fn unreadable(error: StoreError) -> Turned {
    Turned::not_yet(error.to_string())
}

/// Rows that follow each other in the groups that are meant.
fn rows<R: Serialize>(
    looked: &Looked,
    asked: &Asked,
    lines: &mut Lines,
    of: impl for<'g> Fn(GroupShown<'g>, &GroupNow) -> Box<dyn Iterator<Item = R> + 'g>,
    key: impl Fn(&R) -> String,
) -> Result<(), Turned> {
    let infos = looked.reader.groups().map_err(unreadable)?;
    let after = asked.line();
    for (id, now) in looked.groups(asked) {
        let seen = after.filter(|(group, _)| *group == id.as_str()).map(|(_, row)| row);
        if after.is_some_and(|(group, _)| id.as_str() < group) {
            continue;
        }
        let info = infos.get(id);
        let zone = info.map_or_else(crate::base::time::Zone::utc, GroupInfo::zone);
        let mut all = of(GroupShown { id, state: &now.state, info, zone: &zone }, now);
        if let Some(seen) = seen {
            // Everything up to the line that was the last.
            let _ = all.find(|row| key(row) == seen);
        }
        for row in all {
            if !lines.push(|| format!("{id}/{}", key(&row)), &row) {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// How each group is.
pub(super) fn status(looked: &Looked, asked: &Asked, lines: &mut Lines) -> Result<(), Turned> {
    let number = asked.number("number", 8, 1_000)?;
    let after = asked.line().map(|(group, _)| group);
    let all =
        looked.groups(asked).map(|(id, _)| id).filter(|id| after.is_none_or(|after| id.as_str() > after));
    let meant: BTreeSet<&GroupId> = all.take(asked.limit + 1).collect();
    let wanted = SurveyWanted { group: asked.group.clone(), all: true, number, ..SurveyWanted::default() };
    let dir = &looked.inside.dir;
    let seen = survey::of_published(&looked.inside.published, &looked.reader, dir, &wanted, &|id| {
        meant.contains(id)
    });
    for one in seen.map_err(unreadable)? {
        if !lines.push(|| one.status.group.to_string(), &one.status) {
            break;
        }
    }
    Ok(())
}

/// The runs of the groups that were asked for.
pub(super) fn runs(looked: &Looked, asked: &Asked, lines: &mut Lines) -> Result<(), Turned> {
    rows(
        looked,
        asked,
        lines,
        |group, is| Box::new(view::runs::runs(group, is.book.as_ref().map(|book| &*book.playbook))),
        |row| row.run.to_string(),
    )
}

/// What waits for people.
pub(super) fn tasks(looked: &Looked, asked: &Asked, lines: &mut Lines) -> Result<(), Turned> {
    rows(looked, asked, lines, |group, _| Box::new(view::tasks::tasks(group)), |row| row.task.to_string())
}

/// Their members; what is kept of each beyond that is for admins.
pub(super) fn members(looked: &Looked, asked: &Asked, lines: &mut Lines) -> Result<(), Turned> {
    let now = clock::now();
    let shown = |mut row: view::members::MemberRow, whole: bool| {
        if !whole {
            row.fields.clear();
        }
        row
    };
    rows(
        looked,
        asked,
        lines,
        |group, is| {
            let whole = looked.asker.right(is, now) == Some(Right::Admin);
            Box::new(view::members::members(group).map(move |row| shown(row, whole)))
        },
        |row| row.id.to_string(),
    )
}

/// The numbers of the groups that were asked for.
pub(super) fn metrics(looked: &Looked, asked: &Asked, lines: &mut Lines) -> Result<(), Turned> {
    let now = clock::now();
    let of = |group: GroupShown<'_>, is: &GroupNow| {
        let playbook = is.book.as_ref().map(|book| &*book.playbook);
        view::metrics::metrics(group, playbook, now, Locale::En).into_iter()
    };
    rows(looked, asked, lines, |group, is| Box::new(of(group, is)), |row| row.metric.clone())
}

/// What their numbers are signs of, and with `score` the scorecards.
pub(super) fn doctor(looked: &Looked, asked: &Asked, lines: &mut Lines) -> Result<(), Turned> {
    let now = clock::now();
    if asked.get("score").is_some_and(|score| score != "false") {
        let of = |group: GroupShown<'_>, is: &GroupNow| {
            let book = is.book.as_ref();
            book.map(|book| view::doctor::marks(group, &book.playbook, now, Locale::En)).unwrap_or_default()
        };
        return rows(
            looked,
            asked,
            lines,
            |group, is| Box::new(of(group, is).into_iter()),
            |row| row.score.clone(),
        );
    }
    let of = |group: GroupShown<'_>, is: &GroupNow| {
        let book = is.book.as_ref();
        book.map(|book| view::doctor::complaints(group, &book.playbook, now, Locale::En)).unwrap_or_default()
    };
    rows(looked, asked, lines, |group, is| Box::new(of(group, is).into_iter()), |row| row.name.clone())
}

/// The messages on their way, and with `all` those that have arrived.
pub(super) fn outbox(looked: &Looked, asked: &Asked, lines: &mut Lines) -> Result<(), Turned> {
    let all = asked.get("all").is_some_and(|all| all != "false");
    let infos = looked.reader.groups().map_err(unreadable)?;
    let seen: BTreeSet<&GroupId> = looked.groups(asked).map(|(id, _)| id).collect();
    let mut after = asked.seq()?;
    loop {
        let found = looked.reader.outbox_after(asked.group.as_ref(), all, after, asked.limit + 1);
        let found = found.map_err(unreadable)?;
        let Some(last) = found.last().map(|row| row.key) else { return Ok(()) };
        for row in found.iter().filter(|row| seen.contains(&row.group)) {
            let zone = infos.get(&row.group).map_or_else(crate::base::time::Zone::utc, GroupInfo::zone);
            if !lines.push(|| row.key.to_string(), &view::outbox::row(row, &zone)) {
                return Ok(());
            }
        }
        after = last;
    }
}

/// The journal.
pub(super) fn log(looked: &Looked, asked: &Asked, lines: &mut Lines) -> Result<(), Turned> {
    let mut zones = view::log::LogZones::new(looked.reader.groups().map_err(unreadable)?);
    let seen: BTreeSet<&GroupId> = looked.groups(asked).map(|(id, _)| id).collect();
    let each = &mut |line: crate::shell::store::LogLine| {
        if !seen.contains(&line.group) {
            return true;
        }
        let zone = zones.of(&line.group);
        lines.push(|| line.seq.to_string(), &view::log::JournalLine::of(&line, zone))
    };
    looked.reader.log_while(asked.group.as_ref(), asked.seq()?, each).map_err(unreadable)
}
