//! What is wrong with a group: failed runs, inputs that could not be digested, channels that fail, messages that a
//! person has to decide about, a clock that is ahead, facts that nobody hears.

use super::{At, Group, status::Facts};
use crate::{
    base::{
        ids::{ChannelName, PlayName, RunId},
        limits,
        time::{Duration, Timestamp},
        words,
    },
    engine::{entry::Outcome, state::Run, view},
    shell::{
        ears::EarNow,
        store::{Backlog, Status},
    },
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What kind of thing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Its playbook, or the newest version of it, cannot be read.
    Playbook,
    /// Its clock is ahead of this machine's.
    Clock,
    /// Members see nothing, because an operator said so.
    Hush,
    /// An input that could not be digested, or a decision that broke.
    Parked,
    /// A run that failed.
    Failed,
    /// A channel to which attempts fail.
    Channel,
    /// Messages that were refused for good.
    Dead,
    /// Messages that may have arrived.
    InDoubt,
    /// Facts that no channel brings.
    Unheard,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// What kind.
    pub kind: Kind,
    /// The play.
    pub play: Option<PlayName>,
    /// The run, the last of several.
    pub run: Option<RunId>,
    /// The channel.
    pub channel: Option<ChannelName>,
    /// How many.
    pub count: u64,
    /// Since when, or when it was last.
    pub since: Option<At>,
    /// When it is tried again.
    pub next: Option<At>,
    /// In words.
    pub text: String,
    /// What to do.
    pub help: Option<String>,
}

impl Problem {
    fn new(kind: Kind, count: u64, text: String) -> Self {
        Self { kind, play: None, run: None, channel: None, count, since: None, next: None, text, help: None }
    }

    fn help(self, help: String) -> Self {
        Self { help: Some(help), ..self }
    }
}

/// What is wrong with a group, weightiest first.
pub fn problems(group: Group<'_>, facts: &Facts<'_>) -> Vec<Problem> {
    let mut all = Vec::new();
    if facts.version.playbook.is_none() && group.state.digest.is_some() {
        let text = "its playbook does not compile with this program".into();
        all.push(Problem::new(Kind::Playbook, 1, text).help("`playbook check FILE` shows why".into()));
    }
    if let (Some(refusal), Some(info)) = (facts.refused, group.info) {
        let since = group.at(refusal.since);
        let text = format!("{} is refused since {}: {}", info.file, since.minute(), refusal.why);
        all.push(Problem { since: Some(since), ..Problem::new(Kind::Playbook, 1, text) });
    }
    if let Some(ahead) = view::clock_ahead(group.state, facts.now) {
        let until = group.at(group.state.clock);
        let text = format!("{}, at {}", view::clock_ahead_in_words(ahead), until.minute());
        all.push(Problem { since: Some(until), ..Problem::new(Kind::Clock, 1, text) });
    }
    if let Some(hush) = &group.state.by_hand.hush {
        let since = group.at(hush.since);
        let until = hush.until.map(|until| format!(" until {}", group.at(until).minute()));
        let text = format!(
            "members see nothing since {}{}: {}",
            since.minute(),
            until.unwrap_or_default(),
            hush.why
        );
        let help = "`playbook unhush` ends it and lists what came meanwhile".into();
        all.push(Problem { since: Some(since), ..Problem::new(Kind::Hush, 1, text) }.help(help));
    }
    all.extend(facts.parked.map(|parked| {
        let what = words::count(parked.count as usize, "input");
        let at = group.at(parked.last);
        let text = format!("{what} could not be digested, last at {}: {}", at.minute(), parked.reason);
        Problem { since: Some(at), ..Problem::new(Kind::Parked, parked.count, text) }
    }));
    all.extend(broken(group, facts.now));
    all.extend(failed(group, facts.now));
    all.extend(facts.backlog.iter().filter_map(|rows| channel(group, rows)));
    all.extend(facts.ears.iter().filter_map(|ear| unheard(group, ear)));
    for deaf in &facts.version.deaf {
        all.push(Problem::new(Kind::Unheard, 1, deaf.clone()));
    }
    all.sort_by_key(|problem| problem.kind);
    all
}

/// An ear of the group that hears nothing.
fn unheard(group: Group<'_>, ear: &EarNow) -> Option<Problem> {
    let (_, channel) = ear.channels.iter().find(|(id, _)| id == group.id)?;
    let since = group.at(ear.since);
    let text = format!("nothing is heard on {channel} since {}: {}", since.minute(), ear.state.trouble()?);
    let channel = Some(channel.clone());
    Some(Problem { channel, since: Some(since), ..Problem::new(Kind::Unheard, 1, text) })
}

/// What broke the engine in the last days and was given up.
fn broken(group: Group<'_>, now: Timestamp) -> Option<Problem> {
    let since = now.max(group.state.clock).plus(-Duration::from_millis(limits::FAILED_SHOWN_MS));
    let lately = || group.state.broken.iter().filter(|broken| broken.at >= since);
    let last = lately().next_back()?;
    let count = lately().count();
    let at = group.at(last.at);
    let what = last.play.as_ref().map_or_else(|| "a timer".into(), |play| format!("an occurrence of {play}"));
    let text = format!("{what} broke the engine {} and was given up: {}", at.minute(), last.reason);
    let problem = Problem {
        since: Some(at),
        play: last.play.clone(),
        ..Problem::new(Kind::Parked, count as u64, text)
    };
    Some(problem)
}

/// Failed runs of the last days, one problem a play.
fn failed(group: Group<'_>, now: Timestamp) -> Vec<Problem> {
    let since = now.max(group.state.clock).plus(-Duration::from_millis(limits::FAILED_SHOWN_MS));
    let runs = group.state.runs.values().chain(group.state.finished.iter());
    let mut plays: BTreeMap<&PlayName, Vec<&Run>> = BTreeMap::new();
    for run in runs.filter(|run| run.outcome == Some(Outcome::Failed)) {
        if run.finished.is_none_or(|at| at >= since) {
            plays.entry(&run.play).or_default().push(run);
        }
    }
    let one = |(play, mut runs): (&PlayName, Vec<&Run>)| {
        runs.sort_by_key(|run| run.finished);
        let last = *runs.last()?;
        let at = last.finished.map(|at| group.at(at));
        let when = at.as_ref().map(At::minute).unwrap_or_default();
        let text = match runs.len() {
            1 => format!("run {} failed {when}: {}", last.id, last.reason),
            n => format!("{n} runs of {play} failed, last {} {when}: {}", last.id, last.reason),
        };
        let help = format!("playbook retry '{}' --group {}", last.id, group.id);
        let problem = Problem { since: at, ..Problem::new(Kind::Failed, runs.len() as u64, text) };
        Some(Problem { play: Some(play.clone()), run: Some(last.id.clone()), ..problem }.help(help))
    };
    plays.into_iter().filter_map(one).collect()
}

/// What is wrong with the messages of one channel in one status; nothing when they are only on their way.
fn channel(group: Group<'_>, rows: &Backlog) -> Option<Problem> {
    let (name, n) = (&rows.channel, words::count(rows.count as usize, "message"));
    let since = group.at(rows.since);
    let note = if rows.note.is_empty() { String::new() } else { format!(": {}", rows.note) };
    let (kind, text) = match rows.status {
        Status::Pending | Status::Claimed if rows.failing => {
            let text = format!("channel {name} fails since {}, {n} waiting{note}", since.minute());
            (Kind::Channel, text)
        }
        Status::Dead => (Kind::Dead, format!("{n} to {name} refused for good{note}")),
        Status::InDoubt => (Kind::InDoubt, format!("{n} to {name} in doubt: may have arrived{note}")),
        Status::Pending | Status::Claimed | Status::Manual | Status::Delivered | Status::Expired => {
            return None;
        }
    };
    let help = match kind {
        Kind::Channel => "`playbook outbox` shows them".to_owned(),
        Kind::Dead => "`playbook outbox` shows them; `playbook retry EFFECT` sends one again".to_owned(),
        _ => {
            "`playbook done EFFECT` says that one arrived, `playbook retry EFFECT` sends it again".to_owned()
        }
    };
    let next = rows.next.map(|at| group.at(at));
    let problem = Problem { since: Some(since), next, ..Problem::new(kind, rows.count, text) };
    Some(Problem { channel: Some(name.clone()), ..problem }.help(help))
}
