//! All timed steps ahead, of every group and play, in order of time.
//!
//! A merge of one small source for each group and play: ten thousand groups are never held at once. Asks no
//! condition: `when` and `during` are shown, not evaluated. Only days that a calendar closes are left out.

use super::preview::{self, PreviewMoment};
use crate::{
    base::{
        ids::{ChannelName, GroupId, PhaseName, PlayName, RunId, StepId},
        phrase::{Phrase, phrase},
        time::{Duration, Timestamp},
    },
    engine::state::State,
    model::{
        group::Group,
        message::Label,
        occurrence,
        play::Play,
        playbook::Playbook,
        step::{MentionTarget, Post, Verb},
        timetable::{self, Slot},
        trigger::{Batch, DateEntry, Trigger},
    },
};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap, VecDeque},
    sync::Arc,
};

/// From, inclusive, and to, exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first instant shown.
    pub from: Timestamp,
    /// The first instant no longer shown.
    pub to: Timestamp,
}

impl Window {
    /// So many calendar days of the playbook's zone, beginning at an instant.
    pub fn days(playbook: &Playbook, from: Timestamp, days: u32) -> Self {
        let civil = playbook.zone.civil(from).datetime();
        let end = civil.checked_add(jiff::Span::new().days(days.min(73_000))).unwrap_or(civil);
        Self { from, to: playbook.zone.instant(end) }
    }

    fn has(self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }
}

/// One step that is ahead.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// When it is due.
    pub at: Timestamp,
    /// The group.
    pub group: GroupId,
    /// The play.
    pub play: PlayName,
    /// The run it belongs to.
    pub run: RunId,
    /// The phases in which the play starts, joined by `, `; none when it starts in every phase.
    pub phase: Option<String>,
    /// The step.
    pub step: StepId,
    /// What it does.
    pub verb: &'static str,
    /// Where it speaks.
    pub channel: Option<ChannelName>,
    /// The label of what it posts.
    pub label: Option<Label>,
    /// The name that the playbook gives to that label, if it has one.
    pub own_label: Option<Arc<str>>,
    /// What it says, with what is not known yet left as `${…}`.
    pub text: String,
    /// Whether it is a post that mentions somebody.
    pub mentions: bool,
    /// Whether it passes the gap and the day's number.
    pub urgent: bool,
    /// The anchor of its run, and whether that is one of the play's dates.
    pub anchor: (Timestamp, bool),
    /// When the group was created, where the file says so.
    pub created: Option<Timestamp>,
}

/// The groups that live already, with their states: when they began, and who has which role there.
pub type LivingStates<'a> = BTreeMap<&'a GroupId, &'a State>;

/// The plan of a playbook, in order of time; equal times in order of group, play and step.
pub fn plan<'a>(playbook: &'a Playbook, window: Window, lives: &LivingStates<'a>) -> Plan<'a> {
    plan_groups(playbook, playbook.groups.values(), window, lives)
}

/// The plan of one group only, which may live already.
pub fn plan_of<'a>(
    playbook: &'a Playbook,
    group: &'a Group,
    window: Window,
    state: Option<&'a State>,
) -> Plan<'a> {
    let lives = state.map(|state| (&group.id, state)).into_iter().collect();
    plan_groups(playbook, playbook.groups.get(&group.id), window, &lives)
}

fn plan_groups<'a>(
    playbook: &'a Playbook,
    groups: impl IntoIterator<Item = &'a Arc<Group>>,
    window: Window,
    lives: &LivingStates<'a>,
) -> Plan<'a> {
    let mut heap = BinaryHeap::new();
    let mut sources = Vec::new();
    for group in groups {
        let playbook = playbook.in_group(&group.id);
        for play in playbook.plays.iter().filter(|play| play.enabled) {
            let state = lives.get(&group.id).copied();
            let Some(mut source) = StepSource::new(playbook, group, (play, state), window) else { continue };
            source.fill(window);
            if let Some(at) = source.next_at() {
                heap.push(Reverse((at, sources.len())));
                sources.push(source);
            }
        }
    }
    Plan { window, heap, sources }
}

/// An iterator over what is ahead.
pub struct Plan<'a> {
    window: Window,
    heap: BinaryHeap<Reverse<(Timestamp, usize)>>,
    sources: Vec<StepSource<'a>>,
}

impl Iterator for Plan<'_> {
    type Item = Planned;

    fn next(&mut self) -> Option<Planned> {
        let Reverse((_, index)) = self.heap.pop()?;
        let source = &mut self.sources[index];
        let due = source.pending.pop_front()?;
        source.fill(self.window);
        if let Some(at) = source.next_at() {
            self.heap.push(Reverse((at, index)));
        }
        Some(source.planned(&due))
    }
}

/// A run that will be, or has begun.
#[derive(Debug)]
struct Ahead {
    run: RunId,
    anchor: Timestamp,
    date: Option<Arc<DateEntry>>,
}

#[derive(Debug)]
struct PlannedDue {
    slot: Slot,
    ahead: Arc<Ahead>,
}

/// One play of one group: the steps due next, and where its next run comes from.
struct StepSource<'a> {
    playbook: &'a Playbook,
    group: &'a Arc<Group>,
    play: &'a Arc<Play>,
    state: Option<&'a State>,
    created: Timestamp,
    anchors: Anchors,
    /// In order of time.
    pending: VecDeque<PlannedDue>,
    /// The next run's steps in the window, and when the first of all its steps is due.
    next: Option<(Timestamp, Vec<PlannedDue>)>,
}

enum Anchors {
    After(Timestamp),
    Dates(usize),
    Once(Timestamp),
    End,
}

impl<'a> StepSource<'a> {
    /// None for a play whose time nobody knows.
    fn new(
        playbook: &'a Playbook,
        group: &'a Arc<Group>,
        (play, state): (&'a Arc<Play>, Option<&'a State>),
        window: Window,
    ) -> Option<Self> {
        let created = state.map(|state| state.created).or(group.created).unwrap_or(window.from);
        let anchors = match &play.trigger {
            Trigger::Schedule(_) => {
                // A run that began before the window may have steps in it.
                let longest = timetable::timetable(&play.steps, window.from, play.zone_or(&playbook.zone))
                    .iter()
                    .map(|slot| slot.at.since(window.from))
                    .max()
                    .unwrap_or_default()
                    .max(Duration::ZERO);
                let back = window.from.plus(-longest).plus(-Duration::DAY.times(2));
                Anchors::After(back.max(created).plus(-Duration::from_millis(1)))
            }
            Trigger::Dates(_) => Anchors::Dates(0),
            Trigger::Signal(on) if on.name.as_ref() == "group.created" => Anchors::Once(match on.batch {
                None => created,
                Some(Batch::For(length)) => created.plus(length),
                Some(Batch::Until(clock)) => play.zone_or(&playbook.zone).next_clock(clock, created),
            }),
            Trigger::Command if starts_with_the_group(playbook, play) => Anchors::Once(created),
            Trigger::Members(_) | Trigger::Signal(_) | Trigger::Whenever(_) | Trigger::Command => {
                return None;
            }
        };
        Some(Self { playbook, group, play, state, created, anchors, pending: VecDeque::new(), next: None })
    }

    fn next_at(&self) -> Option<Timestamp> {
        self.pending.front().map(|due| due.slot.at)
    }

    /// Takes runs in until the first pending step is certainly the next one.
    fn fill(&mut self, window: Window) {
        loop {
            if self.next.is_none() {
                self.next = self.expand(window);
            }
            let Some((first, _)) = &self.next else { return };
            if self.pending.front().is_some_and(|due| due.slot.at < *first) {
                return;
            }
            if let Some((_, dues)) = self.next.take()
                && !dues.is_empty()
            {
                self.pending.extend(dues);
                self.pending.make_contiguous().sort_by_key(|due| due.slot.at);
            }
        }
    }

    /// The next run that has any step before the window's end.
    fn expand(&mut self, window: Window) -> Option<(Timestamp, Vec<PlannedDue>)> {
        let ahead = Arc::new(self.anchor()?);
        let zone = self.play.zone_or(&self.playbook.zone);
        let mut slots = timetable::timetable(&self.play.steps, ahead.anchor, zone);
        let delay = match ahead.date {
            None => self.play.delay(ahead.anchor, &self.group.id),
            Some(_) => Duration::ZERO,
        };
        for slot in &mut slots {
            slot.at = slot.at.plus(delay);
        }
        let first = slots.iter().map(|slot| slot.at).min().unwrap_or(ahead.anchor);
        // A later anchor never has an earlier first step.
        if first >= window.to {
            self.anchors = Anchors::End;
            return None;
        }
        let inside = slots.into_iter().filter(|slot| window.has(slot.at));
        Some((first, inside.map(|slot| PlannedDue { slot, ahead: ahead.clone() }).collect()))
    }

    fn anchor(&mut self) -> Option<Ahead> {
        let playbook = self.playbook;
        loop {
            let (anchor, date) = match self.anchors {
                Anchors::End => return None,
                Anchors::Once(at) => {
                    self.anchors = Anchors::End;
                    (at, None)
                }
                Anchors::After(after) => {
                    let at = occurrence::next_anchor(playbook, self.group, self.play, self.created, after)?;
                    self.anchors = Anchors::After(at);
                    (at, None)
                }
                Anchors::Dates(index) => {
                    let Trigger::Dates(dates) = &self.play.trigger else { return None };
                    let date = dates.get(index)?;
                    self.anchors = Anchors::Dates(index + 1);
                    (date.at, Some(date.clone()))
                }
            };
            if exists(playbook, self.group, self.play, anchor) {
                let run = match &date {
                    Some(date) => occurrence::dated_run_id(self.play, date),
                    None => occurrence::scheduled_run_id(self.play, anchor),
                };
                return Some(Ahead { run, anchor, date });
            }
        }
    }

    /// Whether a post mentions somebody where its channel can notify anybody.
    fn may_notify(&self, post: &Post) -> bool {
        let channel = self.playbook.channel(self.group, &post.to);
        let able = |all: bool| {
            channel.is_none_or(|channel| {
                let abilities = channel.kind.abilities();
                if all { abilities.mention_all } else { abilities.mentions }
            })
        };
        post.mention.iter().any(|target| able(*target == MentionTarget::All))
    }

    fn planned(&self, due: &PlannedDue) -> Planned {
        let playbook = self.playbook;
        let step = &due.slot.step;
        let moment = PreviewMoment {
            created: self.created,
            by_hand: self.state.map(|state| &state.by_hand),
            anchor: due.ahead.anchor,
            run: due.ahead.run.as_str(),
            date: due.ahead.date.as_deref(),
            at: due.slot.at,
        };
        let post = match &step.verb {
            Verb::Post(post) => Some(post),
            _ => None,
        };
        Planned {
            mentions: post.is_some_and(|post| self.may_notify(post)),
            urgent: post.is_some_and(|post| post.urgent),
            created: self.state.map(|state| state.created).or(self.group.created),
            at: due.slot.at,
            group: self.group.id.clone(),
            play: self.play.name.clone(),
            run: due.ahead.run.clone(),
            phase: phases(playbook, self.play),
            step: step.id.clone(),
            verb: step.verb.as_str(),
            channel: preview::channel(playbook, self.group, step),
            label: preview::label(self.play, step),
            own_label: preview::own_label(self.play, step),
            anchor: (due.ahead.anchor, due.ahead.date.is_some()),
            text: preview::step(playbook, self.group, self.play, &moment, step),
        }
    }
}

/// Whether an anchor is one of the play's: inside `from` and `until`, on a day that is open, and, where the file
/// says when the group was created, not before that.
fn exists(playbook: &Playbook, group: &Group, play: &Play, anchor: Timestamp) -> bool {
    play.from.is_none_or(|from| from <= anchor)
        && play.until.is_none_or(|until| anchor < until)
        && group.created.is_none_or(|created| created <= anchor)
        && occurrence::closed_day(playbook, play, anchor).is_none()
}

/// Whether a play is what the first phase does when it is entered, which is when the group begins.
fn starts_with_the_group(playbook: &Playbook, play: &Play) -> bool {
    playbook.phases.first().is_some_and(|phase| phase.on_enter.as_ref() == Some(&play.name))
}

/// The phases in which a play starts, as the plan writes them. A phase's own steps are of that phase.
fn phases(playbook: &Playbook, play: &Play) -> Option<String> {
    let own = playbook.phases.iter().filter(|phase| phase.on_enter.as_ref() == Some(&play.name));
    let names: Vec<&str> =
        own.map(|phase| phase.name.as_str()).chain(play.during.iter().map(PhaseName::as_str)).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// A play that the plan has no time for, and why, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untimed {
    /// The play.
    pub play: PlayName,
    /// Why: what is said of the play.
    pub why: Phrase,
}

/// The plays without any step in the window, with the reason: a signal starts them, nobody has started them,
/// or their time is another. `seen` are the plays that the plan has shown.
pub fn untimed(playbook: &Playbook, window: Window, seen: &BTreeSet<PlayName>) -> Vec<Untimed> {
    let plays = playbook.plays.iter().filter(|play| !seen.contains(&play.name));
    plays.map(|play| Untimed { play: play.name.clone(), why: why_untimed(playbook, play, window) }).collect()
}

fn why_untimed(playbook: &Playbook, play: &Play, window: Window) -> Phrase {
    if !play.enabled {
        return phrase!(
            "is switched off in the file (`enabled: false`)",
            "在文件里停用了（`enabled: false`）"
        );
    }
    let entered = playbook.phases.iter().find(|phase| phase.on_enter.as_ref() == Some(&play.name));
    if let Some(phase) = entered {
        return phrase!("starts when the phase {0} is entered", "进入阶段 {0} 时开始", phase.name);
    }
    if let Some(name) = only_final(playbook, play) {
        return phrase!(
            "never starts: {name} is a final phase, in which nothing starts",
            "不会开始：{name} 是最后阶段，其中什么都不开始"
        );
    }
    match &play.trigger {
        Trigger::Whenever(whenever) => {
            let words = Phrase::same(whenever.words());
            phrase!("starts whenever {words}", "只要 {words} 就开始"; words)
        }
        Trigger::Command => {
            phrase!("starts when another play or an operator starts it", "由别的玩法或操作者启动")
        }
        Trigger::Signal(on) => {
            let batch = match on.batch {
                None => Phrase::default(),
                Some(Batch::For(length)) => {
                    phrase!(", {length} after the first one", "，从第一个算起 {length} 后")
                }
                Some(Batch::Until(clock)) => phrase!(", collected until {clock}", "，攒到 {clock}"),
            };
            let each = if on.per_member {
                phrase!(", once for each member", "，每位成员一次")
            } else {
                Phrase::default()
            };
            let name = Phrase::same(&*on.name);
            phrase!("starts on the signal {name}{batch}{each}", "收到信号 {name} 时开始{batch}{each}"; name, batch, each)
        }
        Trigger::Members(of) => {
            let days = of.words();
            phrase!("starts {days}", "{days}开始"; days)
        }
        Trigger::Dates(dates) => match dates.iter().find(|date| date.at >= window.to) {
            Some(date) => {
                phrase!("has its next date on {0}", "下一个日期是 {0}", playbook.zone.date(date.at))
            }
            None if dates.is_empty() => {
                phrase!("never starts: its list of dates is empty", "不会开始：日期一个都没有")
            }
            None if dates.iter().all(|date| date.at < window.from) => {
                phrase!("never starts again: all its dates are past", "不会再开始：日期都过去了")
            }
            None => phrase!(
                "does not start: the dates ahead lie outside its from and until",
                "不会开始：后面的日期在它的 from 和 until 之外"
            ),
        },
        Trigger::Schedule(_) => why_not_scheduled(playbook, play, window),
    }
}

fn only_final<'a>(playbook: &'a Playbook, play: &Play) -> Option<&'a str> {
    let mut last = None;
    for name in &play.during {
        let phase = playbook.phase(name).filter(|phase| phase.is_final)?;
        last = Some(phase.name.as_str());
    }
    last
}

fn why_not_scheduled(playbook: &Playbook, play: &Play, window: Window) -> Phrase {
    const LOOK_AHEAD: usize = 1_000;
    let Some(group) = playbook.groups.values().next() else {
        return phrase!("never starts: the playbook has no group", "不会开始：这份文件没有群");
    };
    let created = group.created.unwrap_or(window.from);
    let mut after = window.from.plus(-Duration::from_millis(1));
    let mut closed = None;
    for _ in 0..LOOK_AHEAD {
        let Some(at) = occurrence::next_anchor(playbook, group, play, created, after) else { break };
        match occurrence::closed_day(playbook, play, at) {
            None => return phrase!("is next on {0}", "下一次是 {0}", playbook.zone.date(at)),
            Some(calendar) => closed = Some(calendar.to_owned()),
        }
        after = at;
    }
    match (closed, play.until) {
        (Some(calendar), _) => phrase!(
            "never starts: the calendar {calendar} closes every day it falls on",
            "不会开始：轮到的每一天都被日历 {calendar} 排除"
        ),
        (None, Some(until)) if until <= window.to => phrase!(
            "never starts again: its last day was {0} (until)",
            "不会再开始：最后一天是 {0}（until）",
            playbook.zone.date(until.plus(-Duration::from_millis(1)))
        ),
        (None, _) => {
            phrase!("never starts: its schedule has no instant in fifty years", "不会开始：五十年内都轮不到")
        }
    }
}
