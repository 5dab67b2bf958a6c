//! What is wrong with a group: failed runs, inputs that could not be digested, channels that fail, messages that a
//! person has to decide about, a clock that is ahead, facts that nobody hears.

use super::{GroupShown, LocalTime, deaf, known::KnownFacts};
use crate::{
    base::{
        ids::{ChannelName, PlayName, RunId},
        limits,
        phrase::{Phrase, phrase},
        time::{Duration, Timestamp},
    },
    engine::{entry::Outcome, state::Run, view},
    shell::{
        answers,
        ears::EarNow,
        store::{Backlog, MessageStatus},
    },
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What kind of thing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
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
    /// A channel on which nothing comes although something usually does.
    #[serde(rename = "ear-silent")]
    EarSilent,
    /// Facts that no channel brings.
    Unheard,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// What kind of problem it is.
    pub kind: ProblemKind,
    /// The play.
    pub play: Option<PlayName>,
    /// The run, the last of several.
    pub run: Option<RunId>,
    /// The channel.
    pub channel: Option<ChannelName>,
    /// How many of the kind there are.
    pub count: u64,
    /// Since when, or when it was last.
    pub since: Option<LocalTime>,
    /// When it is tried again.
    pub next: Option<LocalTime>,
    /// In words.
    pub text: Phrase,
    /// What to do.
    pub help: Option<Phrase>,
}

impl Problem {
    fn new(kind: ProblemKind, count: u64, text: Phrase) -> Self {
        Self { kind, play: None, run: None, channel: None, count, since: None, next: None, text, help: None }
    }

    fn help(self, help: Phrase) -> Self {
        Self { help: Some(help), ..self }
    }
}

/// What is wrong with a group, weightiest first.
pub fn problems(group: GroupShown<'_>, facts: &KnownFacts<'_>) -> Vec<Problem> {
    let mut all = Vec::new();
    if facts.version.playbook.is_none() && group.state.digest.is_some() {
        let text =
            phrase!("its playbook does not compile with this program", "这个版本的程序编译不了它的剧本");
        all.push(
            Problem::new(ProblemKind::Playbook, 1, text)
                .help(phrase!("`playbook check FILE` shows why", "`playbook check FILE` 会说明原因")),
        );
    }
    if let (Some(refusal), Some(info)) = (facts.refused, group.info) {
        let since = group.at(refusal.since);
        let (file, at, why) = (&info.file, since.minute(), refusal.reason());
        let text = phrase!("{file} is refused since {at}: {why}", "{file} 从 {at} 起没有被采用：{why}"; why);
        all.push(Problem { since: Some(since), ..Problem::new(ProblemKind::Playbook, 1, text) });
    }
    if let Some(ahead) = view::clock_ahead(group.state, facts.now) {
        let until = group.at(group.state.clock);
        let (ahead, at) = (view::clock_ahead_in_words(ahead), Phrase::same(until.minute()));
        let text = phrase!("{ahead}, at {at}", "{ahead}，那时是 {at}"; ahead, at);
        all.push(Problem { since: Some(until), ..Problem::new(ProblemKind::Clock, 1, text) });
    }
    if let Some(hush) = &group.state.by_hand.hush {
        let since = group.at(hush.since);
        let until = hush.until.map(|until| group.at(until).minute());
        let until = until.map(|until| phrase!(" until {until}", "，到 {until}")).unwrap_or_default();
        let (from, why) = (since.minute(), &hush.why);
        let text = phrase!(
            "members see nothing since {from}{until}: {why}",
            "成员从 {from} 起什么都看不到{until}：{why}";
            until
        );
        let help = phrase!(
            "`playbook unhush` ends it and lists what came meanwhile",
            "`playbook unhush` 结束静默，并列出期间的消息"
        );
        all.push(Problem { since: Some(since), ..Problem::new(ProblemKind::Hush, 1, text) }.help(help));
    }
    all.extend(facts.parked.map(|parked| {
        let what = Phrase::counted(parked.count as usize, "input", "条输入");
        let (at, why) = (group.at(parked.last), &parked.reason);
        let last = at.minute();
        let text = phrase!(
            "{what} could not be digested, last at {last}: {why}",
            "{what}无法处理，最近一次在 {last}：{why}";
            what
        );
        Problem { since: Some(at), ..Problem::new(ProblemKind::Parked, parked.count, text) }
    }));
    all.extend(broken(group, facts.now));
    all.extend(failed(group, facts.now));
    all.extend(facts.backlog.iter().filter_map(|rows| channel(group, rows)));
    all.extend(facts.ears.iter().filter_map(|ear| unheard(group, ear)));
    all.extend(silent(group).into_iter().map(|(channel, since, text)| {
        let help = phrase!(
            "look whether the robot is still in the group; `playbook connect {channel}` shows what arrives",
            "看看机器人是否还在群里；`playbook connect {channel}` 会显示收到了什么"
        );
        Problem {
            channel: Some(channel),
            since: Some(since),
            ..Problem::new(ProblemKind::EarSilent, 1, text)
        }
        .help(help)
    }));
    // One line, whatever it is deaf to: nothing of it is broken.
    all.extend(deaf::folded(&facts.version.deaf).map(|(text, help)| {
        let count = facts.version.deaf.len() as u64;
        Problem::new(ProblemKind::Unheard, count, text).help(help)
    }));
    all.sort_by_key(|problem| problem.kind);
    all
}

/// The channels on which nothing comes although something usually does, since when, and that in words.
pub(super) fn silent(group: GroupShown<'_>) -> Vec<(ChannelName, LocalTime, Phrase)> {
    let one = |(channel, since): (&ChannelName, &Timestamp)| {
        let since = group.at(*since);
        let from = since.minute();
        let text = phrase!(
            "nothing has been heard on {channel} since {from}, where something usually is",
            "频道 {channel} 从 {from} 起什么都没听到，而这时通常有动静"
        );
        (channel.clone(), since, text)
    };
    group.state.silences.0.iter().map(one).collect()
}

/// An ear of the group that hears nothing.
fn unheard(group: GroupShown<'_>, ear: &EarNow) -> Option<Problem> {
    let (_, channel) = ear.channels.iter().find(|(id, _)| id == group.id)?;
    let since = group.at(ear.since);
    let (from, why) = (since.minute(), answers::in_words(ear.state.trouble()?));
    let text = phrase!(
        "nothing is heard on {channel} since {from}: {why}",
        "频道 {channel} 从 {from} 起什么都听不到：{why}";
        why
    );
    let channel = Some(channel.clone());
    Some(Problem { channel, since: Some(since), ..Problem::new(ProblemKind::Unheard, 1, text) })
}

/// What broke the engine in the last days and was given up.
fn broken(group: GroupShown<'_>, now: Timestamp) -> Option<Problem> {
    let since = now.max(group.state.clock).plus(-Duration::from_millis(limits::FAILED_SHOWN_MS));
    let lately = || group.state.broken.iter().filter(|broken| broken.at >= since);
    let last = lately().next_back()?;
    let count = lately().count();
    let at = group.at(last.at);
    let what = match &last.play {
        Some(play) => phrase!("an occurrence of {play}", "{play} 的一次活动"),
        None => phrase!("something of the group", "这个群的一件事"),
    };
    let (when, why) = (at.minute(), &last.reason);
    let text = phrase!(
        "{what} could not be decided {when} and was given up: {why}",
        "{what}在 {when} 无法决定，已放弃：{why}";
        what, why
    );
    let problem = Problem {
        since: Some(at),
        play: last.play.clone(),
        ..Problem::new(ProblemKind::Parked, count as u64, text)
    };
    Some(problem)
}

/// Failed runs of the last days, one problem a play.
fn failed(group: GroupShown<'_>, now: Timestamp) -> Vec<Problem> {
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
        let when = at.as_ref().map(LocalTime::minute).unwrap_or_default();
        let (id, why) = (&last.id, &last.reason);
        let text = match runs.len() {
            1 => phrase!("run {id} failed {when}: {why}", "活动 {id} 在 {when} 失败：{why}"; why),
            n => phrase!(
                "{n} runs of {play} failed, last {id} {when}: {why}",
                "{play} 有 {n} 次活动失败，最近是 {id}，{when}：{why}";
                why
            ),
        };
        let help = Phrase::same(format!("playbook retry '{id}' --group {}", group.id));
        let problem = Problem { since: at, ..Problem::new(ProblemKind::Failed, runs.len() as u64, text) };
        Some(Problem { play: Some(play.clone()), run: Some(last.id.clone()), ..problem }.help(help))
    };
    plays.into_iter().filter_map(one).collect()
}

/// What is wrong with the messages of one channel in one status; nothing when they are only on their way.
fn channel(group: GroupShown<'_>, rows: &Backlog) -> Option<Problem> {
    let name = &rows.channel;
    let n = Phrase::counted(rows.count as usize, "message", "条消息");
    let since = group.at(rows.since);
    let (from, note) = (since.minute(), answers::in_words(&rows.note));
    let note = if note.is_empty() { note } else { phrase!(": {note}", "：{note}"; note) };
    let (kind, text) = match rows.status {
        MessageStatus::Pending | MessageStatus::Claimed if rows.failing => {
            let text = phrase!(
                "channel {name} fails since {from}, {n} waiting{note}",
                "频道 {name} 从 {from} 起发送失败，{n}在等{note}";
                n, note
            );
            (ProblemKind::Channel, text)
        }
        MessageStatus::Dead => {
            let text =
                phrase!("{n} to {name} refused for good{note}", "发往 {name} 的{n}被拒收{note}"; n, note);
            (ProblemKind::Dead, text)
        }
        MessageStatus::InDoubt => {
            let text = phrase!(
                "{n} to {name} in doubt: may have arrived{note}",
                "发往 {name} 的{n}存疑：可能已经送到{note}";
                n, note
            );
            (ProblemKind::InDoubt, text)
        }
        MessageStatus::Pending
        | MessageStatus::Claimed
        | MessageStatus::Manual
        | MessageStatus::Delivered
        | MessageStatus::Expired => {
            return None;
        }
    };
    let help = match kind {
        ProblemKind::Channel => phrase!("`playbook outbox` shows them", "`playbook outbox` 会列出它们"),
        ProblemKind::Dead => phrase!(
            "`playbook outbox` shows them; `playbook retry EFFECT` sends one again",
            "`playbook outbox` 会列出它们；`playbook retry EFFECT` 重发一条"
        ),
        _ => phrase!(
            "`playbook done EFFECT` says that one arrived, `playbook retry EFFECT` sends it again",
            "`playbook done EFFECT` 表示已经送到，`playbook retry EFFECT` 再发一次"
        ),
    };
    let next = rows.next.map(|at| group.at(at));
    let problem = Problem { since: Some(since), next, ..Problem::new(kind, rows.count, text) };
    Some(Problem { channel: Some(name.clone()), ..problem }.help(help))
}
