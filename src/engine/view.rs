//! What a group looks like to a person: what comes next and what will not, what waits for somebody.
//!
//! Reads a state; decides nothing. From the same values that decide.

use super::{
    entry::{Cause, Skip, Waiting},
    gate::Occasion,
    in_the_way::in_the_way,
    reword::rewording,
    state::{Run, State},
};
use crate::{
    base::{
        ids::{PlayName, RunId, StepId},
        limits,
        locale::Locale,
        phrase::{Phrase, phrase},
        time::{Duration, Timestamp},
    },
    model::{
        group::Group,
        group_at_edit::GroupAtEdit,
        occurrence::scheduled_run_id,
        play::Play,
        playbook::{Playbook, Playbooks},
        trigger::Trigger,
    },
};
use std::{collections::BTreeMap, sync::Arc};

/// Something that will happen, or would if nothing stood in its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Upcoming {
    /// When the occurrence is.
    pub at: Timestamp,
    /// The play.
    pub play: PlayName,
    /// The run it is, or will be.
    pub run: RunId,
    /// The moment the run is about.
    pub anchor: Timestamp,
    /// For a run that is open: the step that comes.
    pub step: Option<StepId>,
    /// Why it would not start if it were due now.
    pub unless: Option<Skip>,
}

/// What comes next, in order of time: the next start of every timed play, and the next step of every open run that
/// waits for a time.
pub fn upcoming(state: &State, playbook: &Playbook) -> Vec<Upcoming> {
    next(state, playbook, usize::MAX)
}

/// The first so many of [`upcoming`]. What stands in the way is looked for only of those.
pub fn next(state: &State, playbook: &Playbook, most: usize) -> Vec<Upcoming> {
    let playbook = playbook.in_group(&state.group);
    let Some(group) = playbook.groups.get(&state.group).filter(|_| most > 0) else { return Vec::new() };
    let mut all = timed(state, playbook);
    all.sort_by(|(a, _), (b, _)| (a.at, &a.run).cmp(&(b.at, &b.run)));
    all.truncate(most);
    let judged = all.into_iter().map(|(one, play)| {
        let unless =
            play.and_then(|play| obstacle(state, playbook, (group, play), &one.run, (one.anchor, one.at)));
        Upcoming { unless, ..one }
    });
    judged.collect()
}

/// What comes before an instant, in no order; what stands in its way is not looked for.
pub fn before(state: &State, playbook: &Playbook, until: Timestamp) -> Vec<Upcoming> {
    let all = timed(state, playbook.in_group(&state.group)).into_iter().map(|(one, _)| one);
    all.filter(|one| one.at < until).collect()
}

/// Why an occurrence of a play would not start if it were due now.
pub fn unless(
    state: &State,
    playbook: &Playbook,
    play: &PlayName,
    run: &RunId,
    (anchor, start): (Timestamp, Timestamp),
) -> Option<Skip> {
    let playbook = playbook.in_group(&state.group);
    let (group, play) = (playbook.groups.get(&state.group)?, playbook.play(play)?);
    obstacle(state, playbook, (group, play), run, (anchor, start))
}

/// Everything that waits for a time; with its play, where that has not started.
fn timed<'p>(state: &State, playbook: &'p Playbook) -> Vec<(Upcoming, Option<&'p Arc<Play>>)> {
    let mut all = Vec::new();
    for play in &playbook.plays {
        let Some(known) = state.plays.get(&play.name) else { continue };
        let start = |at, run, anchor| {
            (Upcoming { at, play: play.name.clone(), run, anchor, step: None, unless: None }, Some(play))
        };
        if let Some((anchor, at)) = known.next {
            all.push(start(at, scheduled_run_id(play, anchor), anchor));
        }
        for (id, (anchor, at)) in &known.dates {
            if let Some(at) = at.filter(|_| !state.by_hand.is_put_off(&play.name, id)) {
                all.push(start(at, known.date_run(&play.name, id), *anchor));
            }
        }
        if let Some((until, _)) = &known.batch {
            let run = RunId::from(format!("{}@{}", play.name, until.to_utc()));
            all.push((start(*until, run, *until).0, None));
        }
    }
    let open = state.runs.values().filter(|run| !state.is_suspended(run));
    all.extend(open.filter_map(|run| Some((open_step(run)?, None))));
    all
}

/// Where a group stands when an edit of this playbook comes.
pub fn standing(state: &State, playbook: &Playbook, now: Timestamp) -> GroupAtEdit {
    let playbook = playbook.in_group(&state.group);
    let mut postponed = BTreeMap::new();
    for (play, known) in &state.plays {
        let Some(Trigger::Dates(dates)) = playbook.play(play).map(|play| &play.trigger) else { continue };
        for date in dates {
            let Some((anchor, start)) = known.dates.get(&date.id) else { continue };
            let lives = || start.is_some() || state.run_of_date(play, &date.id).is_some();
            if *anchor != date.at && lives() {
                postponed.insert((play.clone(), date.id.clone()), *anchor);
            }
        }
    }
    let mut settled = BTreeMap::new();
    for (play, known) in &state.plays {
        for (id, _) in known.dates.iter().filter(|(_, (_, start))| start.is_none()) {
            let open = state.run_of_date(play, id).is_some();
            settled.insert((play.clone(), id.clone()), open);
        }
    }
    let now = now.max(state.clock);
    GroupAtEdit { group: state.group.clone(), created: state.created, now, postponed, settled }
}

/// How far a group's clock is ahead of the machine's, where that is worth saying: then nothing is due before the
/// machine's clock gets there.
pub fn clock_ahead(state: &State, now: Timestamp) -> Option<Duration> {
    let ahead = state.clock.since(now);
    (ahead.as_millis() > limits::CLOCK_AHEAD_MS).then_some(ahead)
}

/// That a clock is ahead, in words.
pub fn clock_ahead_in_words(ahead: Duration) -> Phrase {
    let ahead = Duration::from_millis(ahead.as_millis() / 60_000 * 60_000);
    let long = Phrase { en: ahead.to_string(), zh: Locale::Zh.duration(ahead) };
    phrase!(
        "the group's clock is {long} ahead of the machine's, which was wrong for a while: nothing is due until the \
         machine's clock gets there; `playbook clock --set-back` sets it back",
        "群的时钟比本机快 {long}，本机的时钟曾经走错：本机走到那个时间之前什么都不会到期；`playbook clock --set-back` 把它拨回来";
        long
    )
}

/// Which open runs finish under an older version than this one, in words; of many groups the runs are counted.
pub fn under_way<'s>(states: impl Iterator<Item = &'s State>, playbook: &Playbook) -> Option<Phrase> {
    let mut runs: Vec<&Run> = Vec::new();
    for state in states {
        runs.extend(state.runs.values().map(AsRef::as_ref).filter(|run| run.digest != playbook.digest));
    }
    let (first, shown) = (runs.first()?, runs.len().min(RUNS_NAMED));
    let names = named(runs[..shown].iter().map(|run| Phrase::same(run.id.as_str())).collect(), runs.len());
    let version = if runs.iter().all(|run| run.digest == first.digest) {
        phrase!("version {}", "版本 {}", first.digest.short())
    } else {
        phrase!("the versions they began with", "各自开始时的版本")
    };
    let n = Phrase::counted(runs.len(), "run", "次");
    let finish = if runs.len() == 1 { "finishes" } else { "finish" };
    Some(phrase!(
        "{n} under way {finish} under {version}: {names}",
        "进行中的活动有 {n}，按{version}做完：{names}";
        n, version, names
    ))
}

/// Which open runs say something else from now on, in words; of many the runs are counted.
pub fn reworded<'s>(
    states: impl Iterator<Item = &'s State>,
    playbooks: &Playbooks,
    new: &Arc<Playbook>,
) -> Option<Phrase> {
    let mut shown = Vec::new();
    let mut count = 0;
    for state in states {
        for run in state.runs.values().filter(|run| run.is_of_another(&new.digest)) {
            let Some(reworded) = rewording(state, run, playbooks, new) else { continue };
            count += 1;
            if shown.len() < RUNS_NAMED {
                let steps: Vec<&str> = reworded.steps.iter().map(StepId::as_str).collect();
                let (run, steps) = (&run.id, steps.join(", "));
                shown.push(if steps.is_empty() {
                    Phrase::same(run.as_str())
                } else {
                    phrase!("{run} (step {steps})", "{run}（步骤 {steps}）")
                });
            }
        }
    }
    if count == 0 {
        return None;
    }
    let (n, names) = (Phrase::counted(count, "run", "次活动"), named(shown, count));
    Some(if count == 1 {
        phrase!("{n} takes the new words for its steps ahead: {names}", "{n}后面的步骤换成新的说法：{names}"; n, names)
    } else {
        phrase!("{n} take the new words for their steps ahead: {names}", "{n}后面的步骤换成新的说法：{names}"; n, names)
    })
}

/// Some of so many names, and how many more there are.
fn named(shown: Vec<Phrase>, all: usize) -> Phrase {
    let more = all.saturating_sub(shown.len());
    let names = Phrase::list(shown);
    if more == 0 {
        return names;
    }
    phrase!("{names} and {more} more", "{names} 等，另有 {more} 次"; names)
}

/// So many runs are named in one line.
const RUNS_NAMED: usize = 3;

fn open_step(run: &Run) -> Option<Upcoming> {
    let wait = run.waiting.as_ref()?;
    let timed = matches!(
        wait.waiting,
        Waiting::Due | Waiting::Time | Waiting::Retry | Waiting::Grace { .. } | Waiting::Answers { .. }
    );
    let at = wait.until.filter(|_| timed)?;
    Some(Upcoming {
        at,
        play: run.play.clone(),
        run: run.id.clone(),
        anchor: run.anchor,
        step: Some(wait.step.clone()),
        unless: None,
    })
}

/// Why an occurrence would not start if it were due now, or will not as far as its play's open run is known.
fn obstacle(
    state: &State,
    playbook: &Playbook,
    (group, play): (&Group, &Play),
    run: &RunId,
    (anchor, start): (Timestamp, Timestamp),
) -> Option<Skip> {
    let cause = Cause::default();
    let occasion = Occasion { state, playbook, group, play, run, anchor, cause: &cause, now: state.clock };
    occasion.obstacle().or_else(|| {
        let met = in_the_way(state, play, start, &playbook.zone)?;
        Some(Skip::Overlap { open: met.open.id.clone() })
    })
}
