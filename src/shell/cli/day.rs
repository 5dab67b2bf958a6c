//! `PLAY@DAY`: an occurrence by its day, or its time, as the people of the group say it.
//!
//! Finds the id of a run; changes nothing.

use super::{failure::Failure, remote::Remote};
use crate::{
    base::{
        ids::{PlayName, RunId},
        phrase::phrase,
        time::{Duration, Timestamp},
    },
    engine::state::State,
    model::occurrence::next_anchor,
    shell::instant,
};
use std::collections::BTreeSet;

/// The run that `game@2026-12-09` or `game@2026-12-09 20:30` means: one under way, one of a date, or a coming one. None
/// where the text is an id as it stands, or something else.
pub(super) fn of_a_day(remote: &Remote, state: &State, text: &str) -> Result<Option<RunId>, Failure> {
    let Some((name, day)) = text.rsplit_once('@') else { return Ok(None) };
    let (play, zone) = (PlayName::new(name), &remote.zone);
    let Some(known) = state.plays.get(&play) else { return Ok(None) };
    let is_an_id = day.ends_with('Z')
        || state.runs.contains_key(&RunId::new(text))
        || known.dates.keys().any(|date| known.date_run(&play, date).as_str() == text);
    let Some(from) = instant::read(day, zone).ok().filter(|_| !is_an_id) else { return Ok(None) };
    let clock = instant::has_clock(day);
    let meant = |at: Timestamp| if clock { at == from } else { zone.date(at) == zone.date(from) };
    let open =
        state.runs.values().filter(|run| run.play == play && meant(run.anchor)).map(|run| run.id.clone());
    let dates = known.dates.iter().filter(|(_, (at, _))| meant(*at)).map(|(id, _)| known.date_run(&play, id));
    let mut found: BTreeSet<RunId> = open.chain(dates).collect();
    if let Some(playbook) = remote.playbook(state)
        && let Some(group) = playbook.groups.get(&remote.group)
        && let Some(play) = playbook.in_group(&remote.group).play(&play)
        && let Some((next, _)) = known.next
    {
        let mut after = from.max(next).plus(Duration::from_millis(-1));
        while let Some(at) = next_anchor(&playbook, group, play, state.created, after).filter(|at| meant(*at))
        {
            let _ = found.insert(RunId::from(format!("{}@{}", play.name, at.to_utc())));
            if found.len() > 1 {
                break;
            }
            after = at;
        }
    }
    match found.len() {
        0 => Ok(None),
        1 => Ok(found.pop_first()),
        _ => Err(Failure::refused(phrase!("{play} has several of that day", "{play} 那一天不止一次")).help(
            phrase!(
                "write its time, too: `{play}@2026-12-09 20:30`",
                "把钟点也写上：`{play}@2026-12-09 20:30`"
            ),
        )),
    }
}
