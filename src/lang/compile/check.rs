//! Pass 4: what only the whole shows: circles of starts, steps out of order, schedules that never happen, clock times
//! in quiet hours.

use super::cx::Cx;
use crate::base::phrase::{Phrase, pair, phrase};
use crate::{
    base::{
        ids::ChannelName,
        offset::Offset,
        source::Span,
        time::{ClockTime, Timestamp},
    },
    lang::codes,
    model::{
        channel::{ChannelKind, GROUP},
        message::Label,
        play::{Play, Section},
        playbook::Playbook,
        program::Program,
        schedule::{Frame, Schedule},
        step::{Block, Step, Verb},
        trigger::Trigger,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Where the check of a schedule begins when the play has no `from`: 2026-01-01T00:00:00Z.
const EPOCH: Timestamp = Timestamp::from_millis(1_767_225_600_000);

/// Checks a playbook as a whole.
pub(crate) fn check(cx: &mut Cx<'_>, playbook: &Playbook) {
    start_cycles(cx, playbook);
    starts_about_nothing(cx, playbook);
    customers(cx, playbook);
    for play in &playbook.plays {
        let anchors = anchors(cx, playbook, play);
        in_order(cx, playbook, play, &anchors);
        quiet(cx, playbook, play, &anchors);
        urgent_promo(cx, play);
    }
}

/// Groups of WeCom's customers whose channel is a robot, which none of them takes.
fn customers(cx: &mut Cx<'_>, playbook: &Playbook) {
    for group in playbook.groups.values().filter(|group| group.kind.as_deref() == Some("customer")) {
        let Some(channel) = playbook.channel(group, &ChannelName::new(GROUP)) else { continue };
        if channel.kind != ChannelKind::Wecom || !channel.settings.contains_key("url") {
            continue;
        }
        let Some(span) = place(cx, &format!("groups.{}", group.id)) else { continue };
        cx.error(
            codes::BAD_VALUE,
            span,
            phrase!(
                "`{}` is a group of customers (`kind: customer`), and WeCom puts no robot into those",
                "`{}` 是客户群（`kind: customer`），企业微信的客户群加不了机器人",
                group.id
            ),
            pair(
                "give it `channels: { group: { type: manual } }`: a person pastes; or let its owner send by WeCom's own mass \
                 messages, as a `task`",
                "给它写 `channels: { group: { type: manual } }`，由人转发；或写成 `task`，由群主用企业微信的群发助手发",
            ),
        );
    }
}

/// Advertising that would pass the budgets.
fn urgent_promo(cx: &mut Cx<'_>, play: &Play) {
    let programs = Section::ALL.map(|section| play.section(section));
    for step in programs.into_iter().flat_map(Program::steps) {
        let Verb::Post(post) = &step.verb else { continue };
        if !post.urgent || post.label.or(play.label) != Some(Label::Promo) {
            continue;
        }
        let id = format!("plays.{}.steps.{}", play.name, step.id);
        let span = place(cx, &format!("{id}.urgent")).or_else(|| place(cx, &id));
        let Some(span) = span.or_else(|| place(cx, &format!("plays.{}", play.name))) else { continue };
        cx.error(
            codes::MISPLACED_KEY,
            span,
            pair(
                "`urgent` passes budgets, and `label: promo` is advertising: both together is an error",
                "`urgent` 会越过预算，`label: promo` 是推广：两者不能一起写",
            ),
            pair("leave out `urgent`, or give the post another label", "去掉 `urgent`，或给这条消息换个标签"),
        );
    }
}

fn place(cx: &Cx<'_>, id: &str) -> Option<Span> {
    cx.origins.get(id).copied()
}

/// Starts of plays whose runs are about a date or a member, which a start does not have.
fn starts_about_nothing(cx: &mut Cx<'_>, playbook: &Playbook) {
    for play in &playbook.plays {
        let programs = Section::ALL.map(|section| play.section(section));
        for step in programs.into_iter().flat_map(Program::steps) {
            let Verb::Start { play: name, .. } = &step.verb else { continue };
            let message = match playbook.play(name).map(|target| &target.trigger) {
                Some(Trigger::Dates(_)) => phrase!(
                    "a run of `{name}` is about one of its `dates`, and `start` has none",
                    "`{name}` 的每次执行都关于 `dates` 里的某一天，而 `start` 不带日期"
                ),
                Some(Trigger::Members(_)) => phrase!(
                    "a run of `{name}` is about a member (`dates: {{ members: … }}`), and `start` has none",
                    "`{name}` 的每次执行都关于一位成员（`dates: {{ members: … }}`），而 `start` 不带成员"
                ),
                Some(Trigger::Signal(on)) if on.per_member => phrase!(
                    "a run of `{name}` is about a member (`per: member`), and `start` has none",
                    "`{name}` 的每次执行都关于一位成员（`per: member`），而 `start` 不带成员"
                ),
                _ => continue,
            };
            let Some(span) = place(cx, &format!("plays.{}.steps.{}", play.name, step.id)) else { continue };
            cx.error(
                codes::BAD_VALUE,
                span,
                message,
                phrase!(
                    "write a play without a trigger for what is said here, and hand over what it needs: `start: NAME` with \
                     `with: {{ … }}`, which it reads as `args`",
                    "给这里要说的内容另写一个没有触发方式的玩法，把需要的交给它：`start: 名字` 加 `with: {{ … }}`，里面用 `args` 读取"
                ),
            );
        }
    }
}

/// Plays that start each other without end.
fn start_cycles(cx: &mut Cx<'_>, playbook: &Playbook) {
    let starts: BTreeMap<&str, Vec<(&str, &str)>> = playbook
        .plays
        .iter()
        .map(|play| {
            let programs = Section::ALL.map(|section| play.section(section));
            let steps = programs.into_iter().flat_map(Program::steps);
            let targets = steps.filter_map(|step| match &step.verb {
                Verb::Start { play, .. } => Some((play.as_str(), step.id.as_str())),
                _ => None,
            });
            (play.name.as_str(), targets.collect())
        })
        .collect();
    let mut done = BTreeSet::new();
    for name in starts.keys() {
        let mut path = Vec::new();
        walk(cx, name, &starts, &mut path, &mut done);
    }
}

fn walk<'p>(
    cx: &mut Cx<'_>,
    name: &'p str,
    starts: &BTreeMap<&'p str, Vec<(&'p str, &'p str)>>,
    path: &mut Vec<(&'p str, &'p str)>,
    done: &mut BTreeSet<&'p str>,
) {
    if done.contains(name) || path.len() > 1_000 {
        return;
    }
    for (target, step) in starts.get(name).into_iter().flatten() {
        if let Some(at) =
            path.iter().position(|(seen, _)| seen == target).or((*target == name).then_some(path.len()))
        {
            let mut circle: Vec<&str> = path[at..].iter().map(|(name, _)| *name).collect();
            circle.extend([name, target]);
            if let Some(span) = place(cx, &format!("plays.{name}.steps.{step}")) {
                let message = phrase!(
                    "plays start each other in a circle: {}",
                    "玩法互相启动，成了一个圈：`{}`",
                    circle.join(" → ")
                );
                cx.error(
                    codes::START_CYCLE,
                    span,
                    message,
                    pair(
                        "give one of them a trigger instead of starting it",
                        "给其中一个写上触发方式，不要再由别的玩法启动它",
                    ),
                );
            }
            continue;
        }
        path.push((name, step));
        walk(cx, target, starts, path, done);
        path.pop();
    }
    done.insert(name);
}

/// Some anchors of a play: all of its dates, or the first one of its schedule. A schedule without any is reported.
fn anchors(cx: &mut Cx<'_>, playbook: &Playbook, play: &Play) -> Vec<Timestamp> {
    match &play.trigger {
        Trigger::Dates(entries) => entries.iter().map(|entry| entry.at).collect(),
        Trigger::Schedule(Schedule::Term(_))
        | Trigger::Members(_)
        | Trigger::Signal(_)
        | Trigger::Whenever(_)
        | Trigger::Command => Vec::new(),
        Trigger::Schedule(schedule) => {
            let frame = Frame {
                zone: play.zone_or(&playbook.zone),
                from: play.from,
                until: play.until,
                workdays: playbook.workdays(),
            };
            let after = play.from.map_or(EPOCH, Timestamp::just_before);
            let first = schedule.next_after(after, &frame);
            if first.is_none()
                && let Some(span) = place(cx, &format!("plays.{}.trigger", play.name))
            {
                cx.error(
                    codes::NEVER_OCCURS,
                    span,
                    pair("this never happens in fifty years", "五十年内一次也不会发生"),
                    pair("look at the day, the month, `from` and `until`", "检查日、月、`from` 和 `until`"),
                );
            }
            first.into_iter().collect()
        }
    }
}

/// A step whose `at` is before that of the step above it.
fn in_order(cx: &mut Cx<'_>, playbook: &Playbook, play: &Play, anchors: &[Timestamp]) {
    // Where the anchor's clock time is not known, only what is wrong at both ends of a day is wrong.
    let (start, end) = playbook.zone.day_bounds(EPOCH);
    let ends = [start, end.just_before()];
    let anchors = if anchors.is_empty() { &ends[..] } else { &anchors[..1] };
    let mut last: Option<(Offset, &Arc<Step>)> = None;
    let mut found = Vec::new();
    for step in &play.steps {
        let Some(at) = step.at else { continue };
        if let Some((before, other)) = last
            && anchors
                .iter()
                .all(|anchor| at.apply(*anchor, &playbook.zone) < before.apply(*anchor, &playbook.zone))
        {
            found.push((step, at, before, other));
        }
        last = Some((at, step));
    }
    for (step, at, before, other) in found {
        let Some(span) = place(cx, &format!("plays.{}.steps.{}", play.name, step.id)) else { continue };
        let message = phrase!(
            "this step is due at `{at}`, before step `{}` above it at `{before}`",
            "这一步定在 `{at}`，早于上面的步骤 `{}`（`{before}`）",
            other.id
        );
        cx.warning(
            codes::AT_OUT_OF_ORDER,
            span,
            message,
            pair(
                "steps run in order, so it will be late: move it up",
                "步骤按顺序执行，它必然迟到：把它往上移",
            ),
        );
    }
}

/// A message that a budget would always hold back.
fn quiet(cx: &mut Cx<'_>, playbook: &Playbook, play: &Play, anchors: &[Timestamp]) {
    let budgets = &playbook.budgets;
    if budgets.quiet.is_empty() {
        return;
    }
    let mut found = BTreeMap::new();
    if anchors.is_empty() {
        posts(&play.steps, None, &mut |step, due| {
            if let MessageDue::Clock(clock) = due
                && let Some(quiet) = budgets.quiet_at(clock)
            {
                found.insert(step.id.clone(), (clock, quiet, takes_urgent(step)));
            }
        });
    }
    for anchor in anchors {
        posts(&play.steps, Some(Offset::Exact(crate::base::time::Duration::ZERO)), &mut |step, due| {
            let MessageDue::Offset(offset) = due else { return };
            let civil = playbook.zone.civil(offset.apply(*anchor, &playbook.zone));
            let clock = ClockTime { hour: civil.hour(), minute: civil.minute(), second: civil.second() };
            if let Some(quiet) = budgets.quiet_at(clock) {
                found.insert(step.id.clone(), (clock, quiet, takes_urgent(step)));
            }
        });
    }
    for (step, (clock, quiet, urgent)) in found {
        let Some(span) = place(cx, &format!("plays.{}.steps.{step}", play.name)) else { continue };
        let message = phrase!(
            "this is due at {clock}, inside the quiet hours {}-{}",
            "这一步定在 {clock}，正处于静默时段 {}-{}",
            quiet.from,
            quiet.to
        );
        let or =
            if urgent { pair(", or write `urgent: true`", "，或写 `urgent: true`") } else { pair("", "") };
        let or = Phrase::from(or);
        let ends = quiet.to;
        let help = phrase!(
            "it is held back until {ends}; choose another time{or}",
            "消息会被压到 {ends} 才发；换个时间{or}";
            or
        );
        cx.warning(codes::QUIET_CLOCK, span, message, help);
    }
}

/// Whether a step takes `urgent`: a question waits for the morning.
fn takes_urgent(step: &Step) -> bool {
    matches!(step.verb, Verb::Post(_))
}

/// When a message is due, as far as the file tells.
#[derive(Clone, Copy)]
enum MessageDue {
    Offset(Offset),
    Clock(ClockTime),
}

/// Calls `see` with every message to the group whose due instant the file tells.
fn posts(block: &Block, start: Option<Offset>, see: &mut impl FnMut(&Step, MessageDue)) {
    let mut due = start;
    for step in block {
        due = step.at.or(due);
        let to_group = match &step.verb {
            Verb::Post(post) => post.to.as_str() == "group" && !post.urgent,
            Verb::Ask(ask) => ask.to.as_str() == "group",
            _ => false,
        };
        if to_group && let Some(offset) = due {
            match (offset, start) {
                (Offset::Days(_, clock), None) => see(step, MessageDue::Clock(clock)),
                (Offset::Exact(_), None) => {}
                (offset, Some(_)) => see(step, MessageDue::Offset(offset)),
            }
        }
        if let Verb::If(branch) = &step.verb
            && start.is_some()
        {
            posts(&branch.then, due, see);
            posts(&branch.otherwise, due, see);
        }
        // What comes after a wait is due when the wait ends.
        if matches!(
            step.verb,
            Verb::Wait(_) | Verb::Ask(_) | Verb::Approve(_) | Verb::Prune(_) | Verb::Run(_)
        ) {
            due = None;
        }
    }
}
