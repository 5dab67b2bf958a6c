//! `PLAY@DAY`: an occurrence by its day, or its time, as the people of the group say it.
//!
//! Finds the id of a run; changes nothing.

use super::{failure::Failure, remote::Remote};
use crate::{
    base::{
        ids::{PlayName, RunId},
        phrase::{Phrase, phrase},
        time::{Duration, Timestamp},
    },
    engine::state::State,
    model::occurrence::next_anchor,
    shell::instant,
};
use std::collections::BTreeSet;

/// What somebody typed, with the date that they mean by its day: `meet/jan` of `meet@2099-01-16`. Everything else stays.
pub(super) fn as_date(remote: &Remote, state: &State, text: &str) -> Result<String, Failure> {
    let Some((name, _)) = text.rsplit_once('@') else { return Ok(text.to_owned()) };
    let play = PlayName::new(name);
    let Some(known) = state.plays.get(&play).filter(|known| !known.dates.is_empty()) else {
        return Ok(text.to_owned());
    };
    let run = of_a_day(remote, state, text)?.unwrap_or_else(|| RunId::new(text));
    let named = known.dates.keys().find(|date| {
        let open = state.run_of_date(&play, date).map(|open| &open.id);
        known.date_run(&play, date) == run || open == Some(&run)
    });
    if let Some(date) = named {
        return Ok(format!("{play}/{date}"));
    }
    let dates = known.dates.iter().map(|(date, (at, _))| {
        let at = remote.time(*at);
        phrase!("{play}/{date} ({at})", "{play}/{date}（{at}）"; at)
    });
    let dates = Phrase::list(dates);
    Err(Failure::refused(phrase!("{play} has no date of that day", "{play} 那一天没有日期"))
        .help(phrase!("its dates are {dates}", "它的日期有 {dates}"; dates)))
}

/// That nothing of what somebody typed can be skipped, and why; nothing where the engine knows better.
pub(super) fn nothing_to_skip(remote: &Remote, state: &State, text: &str) -> Result<(), Failure> {
    let head = PlayName::new(text.split(['/', '@']).next().unwrap_or_default());
    let playbook = remote.playbook(state);
    let plays = playbook.iter().flat_map(|playbook| &playbook.plays);
    let names: Vec<&str> = plays.map(|play| play.name.as_str()).collect();
    if state.knows_run(&RunId::new(text)) || text.contains(['/', '@']) && names.contains(&head.as_str()) {
        return Ok(());
    }
    if playbook.is_some() && !names.contains(&head.as_str()) {
        let names = Phrase::same(names.join(", "));
        return Err(Failure::refused(phrase!("there is no play `{head}`", "没有玩法 `{head}`"))
            .help(phrase!("the plays are {names}", "玩法有 {names}"; names)));
    }
    let play = head;
    let next = state.plays.get(&play).and_then(|known| known.next);
    if let Some((anchor, _)) = next {
        let next = remote.time(anchor);
        let day = remote.zone.date(anchor);
        return Err(Failure::refused(phrase!(
            "the next one of `{play}`, {next}, is skipped already",
            "`{play}` 的下一次（{next}）已经跳过了";
            next
        ))
        .help(phrase!(
            "one after it is skipped by its day, such as `playbook skip {play}@{day}`; `playbook unskip` takes it back",
            "更后面的写上日子来跳过，例如 `playbook skip {play}@{day}`；`playbook unskip` 可以收回"
        )));
    }
    Err(Failure::refused(phrase!(
        "nothing of `{play}` is ahead, and no run of it is open",
        "`{play}` 后面没有要开始的，也没有正在进行的"
    )))
}

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
