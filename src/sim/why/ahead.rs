//! What is ahead of a play: its next occurrence and what stands in its way, the signal it waits for, or why it has none.
//!
//! Tests conditions as they are now and says so; what holds when the time has come is decided then.

use super::{
    Account, Finding, Question, Verdict,
    heard::Heard,
    message,
    words::{self, day, when},
};
use crate::{
    base::{
        ids::RunId,
        limits,
        phrase::{Phrase, phrase},
        time::{Duration, Timestamp},
    },
    engine::{
        entry::{Cause, Skip},
        gate::Occasion,
        in_the_way::in_the_way,
        state::State,
        view::{clock_ahead, clock_ahead_in_words},
    },
    model::{
        group::Group,
        occurrence::{closed_day, next_anchor, scheduled_run_id},
        play::Play,
        playbook::Playbook,
        timetable,
        trigger::{DateEntry, Trigger},
    },
    sim::{
        forecast::Forecast,
        plan::{self, Window},
        timeline,
    },
};
use std::{borrow::Cow, sync::Arc};

/// Occurrences that are looked through for one on an open day.
const LOOKED_MAX: usize = 2_000;
/// Occurrences ahead of which one answer tells.
const TOLD_MAX: usize = 6;

/// What is ahead, or why there is nothing. `known` are the runs that the journal has answered for.
pub(super) fn accounts(
    question: &Question,
    state: &State,
    playbook: &Playbook,
    heard: &Heard,
    known: &[RunId],
) -> Vec<Account> {
    let playbook = playbook.in_group(&state.group);
    let Some(group) = playbook.groups.get(&state.group) else { return Vec::new() };
    let Some(play) = playbook.play(&question.play) else { return Vec::new() };
    let look = Look { question, state, playbook, group, play };
    match &play.trigger {
        Trigger::Schedule(_) | Trigger::Dates(_) => {
            let mut coming = look.coming();
            coming.retain(|(run, _, _)| !known.contains(run));
            let told = if question.at.is_some() { TOLD_MAX } else { 1 };
            let accounts: Vec<Account> = coming
                .into_iter()
                .filter(|(run, _, _)| question.run.as_ref().is_none_or(|wanted| wanted == run))
                .take(told)
                .map(|(run, anchor, start)| look.ahead(run, anchor, start))
                .collect();
            let answered = !known.is_empty() || question.run.is_some();
            if accounts.is_empty() && !answered { vec![look.nothing()] } else { accounts }
        }
        Trigger::Members(_) | Trigger::Signal(_) | Trigger::Whenever(_) | Trigger::Command
            if question.run.is_some() =>
        {
            Vec::new()
        }
        // Whose day it is is looked at when it comes.
        Trigger::Members(_) if !known.is_empty() && asks_of_the_past(question) => Vec::new(),
        Trigger::Members(_) => vec![look.nothing()],
        Trigger::Whenever(_) if !known.is_empty() && asks_of_the_past(question) => Vec::new(),
        Trigger::Whenever(whenever) => vec![look.condition(whenever)],
        Trigger::Signal(_) if !known.is_empty() && asks_of_the_past(question) => Vec::new(),
        Trigger::Signal(_) => vec![look.signal(heard)],
        // How it began has been told; when it begins again nobody knows.
        Trigger::Command if !known.is_empty() => Vec::new(),
        Trigger::Command => vec![look.command()],
    }
}

fn asks_of_the_past(question: &Question) -> bool {
    question.at.is_some_and(|(_, to)| to <= question.now)
}

pub(super) struct Look<'a> {
    pub(super) question: &'a Question,
    pub(super) state: &'a State,
    pub(super) playbook: &'a Playbook,
    group: &'a Group,
    pub(super) play: &'a Play,
}

impl Look<'_> {
    /// The occurrences ahead that are asked about: run, anchor and start, in order.
    fn coming(&self) -> Vec<(RunId, Timestamp, Timestamp)> {
        let Some(known) = self.state.plays.get(&self.play.name) else { return Vec::new() };
        let inside =
            |anchor: Timestamp| self.question.at.is_none_or(|(from, to)| from <= anchor && anchor < to);
        let mut found = Vec::new();
        if let Trigger::Dates(_) = &self.play.trigger {
            for (id, (anchor, start)) in &known.dates {
                if let Some(start) = start.filter(|_| inside(*anchor)) {
                    found.push((known.date_run(&self.play.name, id), *anchor, start));
                }
            }
            found.sort_by_key(|(_, _, start)| *start);
            return found;
        }
        // In a pause a play is not armed: what it holds back begins after what was settled last.
        let held_back = known.after.filter(|_| self.state.is_paused(&self.play.name));
        let armed = known.next.map(|(anchor, _)| anchor);
        let mut next = armed.or_else(|| self.anchor_after(held_back?));
        // Far ahead nothing is walked: the schedule is asked from just before.
        if let (Some(first), Some((from, _))) = (next, self.question.at)
            && from > first
        {
            next = self.anchor_after(from.just_before());
        }
        for _ in 0..LOOKED_MAX {
            let Some(anchor) = next else { break };
            if self.question.at.is_some_and(|(_, to)| anchor >= to) || found.len() >= TOLD_MAX {
                break;
            }
            if inside(anchor) {
                let start = self.play.start_of(anchor, &self.playbook.zone, &self.state.group);
                found.push((scheduled_run_id(self.play, anchor), anchor, start));
            }
            let wanted = self.question.run.as_ref();
            if self.question.at.is_none() && wanted.is_none_or(|run| found.iter().any(|(id, _, _)| id == run))
            {
                break;
            }
            if wanted.is_some() {
                // Only the run that is asked about is worth keeping.
                found.clear();
            }
            next = self.anchor_after(anchor);
        }
        found
    }

    fn anchor_after(&self, after: Timestamp) -> Option<Timestamp> {
        next_anchor(self.playbook, self.group, self.play, self.state.created, after)
    }

    pub(super) fn account(&self, verdict: Verdict, says: Phrase, because: Vec<Finding>) -> Account {
        let mut because = because;
        if let Some(ahead) = clock_ahead(self.state, self.question.machine) {
            because.push(Finding::test("clock", false, clock_ahead_in_words(ahead)));
        }
        because.sort_by_key(|finding| finding.holds != Some(false));
        Account {
            group: self.state.group.clone(),
            play: self.play.name.clone(),
            step: self.question.step.clone(),
            run: None,
            anchor: None,
            verdict,
            says,
            because,
            journal: Vec::new(),
        }
    }

    fn ahead(&self, run: RunId, anchor: Timestamp, start: Timestamp) -> Account {
        let (zone, name) = (&self.playbook.zone, &self.play.name);
        let cause = self.cause(&run);
        let occasion = self.occasion(&run, anchor, &cause);
        let asked = occasion.asked();
        // As `status` says it: an open run that is certain to be in the way then.
        let met = || in_the_way(self.state, self.play, start, zone);
        let obstacle = occasion.obstacle().or_else(|| Some(Skip::Overlap { open: met()?.open.id.clone() }));
        let mut because = vec![words::trigger(self.playbook, self.play, &self.state.group, Some(anchor))];
        because.extend(asked.iter().map(|asked| {
            let finding = words::gate(asked, &occasion);
            if !asked.gate.is_of_the_moment() {
                return finding;
            }
            Finding::fact(
                finding.what,
                {
                    let text = finding.text;
                    phrase!("if it is still so then, it will not begin: {text}", "到时候还是这样就不会开始：{text}"; text)
                },
            )
        }));
        let max = words::length(self.play.max_late);
        because.push(Finding::fact(
            "max_late",
            phrase!("it may begin {max} late", "最多可以迟 {max} 开始"; max),
        ));
        let mut says = self.beginning(anchor, start, obstacle.as_ref());
        if let Some(step) = &self.question.step {
            let slots = timetable::timetable(&self.play.steps, anchor, zone);
            if let Some(slot) = slots.iter().find(|slot| slot.step.id == *step) {
                let at = when(slot.at, zone);
                let distance = self.distance(slot.at);
                says = match &obstacle {
                    None => phrase!(
                        "step {step} of {name} is due {at}, {distance}",
                        "{name} 的步骤 {step} 在 {at}，{distance}";
                        distance
                    ),
                    Some(_) => phrase!(
                        "step {step} of {name} would be due {at}; {says}",
                        "{name} 的步骤 {step} 原定 {at}；{says}";
                        says
                    ),
                };
                if let Some(when) = &slot.step.when {
                    let when = when.source();
                    let text = phrase!("the step has a condition: {when}", "这一步有条件：{when}");
                    because.push(Finding::fact("when", text));
                }
            }
        }
        because.extend(self.expected(&run));
        let missing = self.missing(&run);
        if let Some(text) = &missing {
            let start = when(start, zone);
            says = phrase!("{name} will not begin {start}: {text}", "{name} {start} 不会开始：{text}"; text);
            because.push(Finding::test("dates", false, text.clone()));
        }
        let verdict =
            if obstacle.is_none() && missing.is_none() { Verdict::WillHappen } else { Verdict::WouldNot };
        Account { run: Some(run), anchor: Some(anchor), ..self.account(verdict, says, because) }
    }

    /// When it begins and what stands in its way, in a sentence.
    fn beginning(&self, anchor: Timestamp, start: Timestamp, obstacle: Option<&Skip>) -> Phrase {
        let (zone, name) = (&self.playbook.zone, &self.play.name);
        let at = when(start, zone);
        let mut says = match obstacle {
            None => {
                let distance = self.distance(start);
                phrase!("{name} will begin {at}, {distance}", "{name} 将在 {at} 开始，{distance}"; distance)
            }
            Some(reason) => {
                let reason = timeline::skipped(reason);
                phrase!(
                    "{name} would not begin {at} as things are now: {reason}",
                    "照现在的情况，{name} {at} 不会开始：{reason}";
                    reason
                )
            }
        };
        let overdue = self.question.now.since(start);
        if overdue.as_millis() > limits::ON_TIME_MS && obstacle != Some(&Skip::Paused) {
            let late = self.play.alive_until(anchor, zone, &self.state.group) < self.question.now;
            let then = if late {
                phrase!("it will be recorded as missed", "会记作错过")
            } else {
                phrase!("it may still begin, late", "还可以迟到着开始")
            };
            let overdue = words::length(overdue);
            says = phrase!(
                "{name} was due {at}, {overdue} ago, and no engine has decided about it: is one running? When one does, {then}",
                "{name} 原定 {at}，已过 {overdue}，没有引擎处理过它：引擎在运行吗？等引擎运行起来，{then}";
                overdue, then
            );
        }
        if obstacle.is_none() && start != anchor {
            says = says.then(&phrase!("it is about {}", "它是 {} 的", when(anchor, zone)));
        }
        says
    }

    /// The id of the date that a run is about.
    fn date(&self, run: &RunId) -> Option<&Arc<str>> {
        self.state.plays.get(&self.play.name)?.date_of_run(&self.play.name, run)
    }

    /// What is to be said of an occurrence whose date is missing from the file.
    fn missing(&self, run: &RunId) -> Option<Phrase> {
        let id = self.date(run)?;
        if self.state.by_hand.is_put_off(&self.play.name, id) {
            return Some(phrase!(
                "the date {id} has no time until `playbook postpone` gives it one",
                "日期 {id} 还没有时间，用 `playbook postpone` 给它一个"
            ));
        }
        let until = self.state.plays.get(&self.play.name)?.missing.get(id)?;
        let until = when(*until, &self.playbook.zone);
        Some(phrase!(
            "the date {id} is not in the file any more; it is cancelled {until} unless it is back",
            "文件里没有日期 {id} 了；到 {until} 还没加回来就取消"
        ))
    }

    fn cause(&self, run: &RunId) -> Cause {
        let Trigger::Dates(dates) = &self.play.trigger else { return Cause::default() };
        let date = self.date(run).and_then(|id| dates.iter().find(|date| date.id == *id));
        let values = date.map(|date| crate::base::value::Value::Map(date.values.clone())).unwrap_or_default();
        Cause { date: date.map(|date| date.id.clone()), values, ..Cause::default() }
    }

    pub(super) fn occasion<'a>(
        &'a self,
        run: &'a RunId,
        anchor: Timestamp,
        cause: &'a Cause,
    ) -> Occasion<'a> {
        Occasion {
            state: self.state,
            playbook: self.playbook,
            group: self.group,
            play: self.play,
            run,
            anchor,
            cause,
            now: self.question.now.max(self.state.clock),
        }
    }

    pub(super) fn distance(&self, at: Timestamp) -> Phrase {
        // People wait by the machine's clock, of which a group's may be ahead.
        let left = at.since(self.question.machine);
        if left <= Duration::ZERO {
            return phrase!("now", "就是现在");
        }
        let left = words::length(left);
        phrase!("in {left}", "还有 {left}"; left)
    }

    /// The playbook with its dates where commands have moved them; as it is where none was moved, because it may be the
    /// playbook of thousands of groups.
    fn as_it_stands(&self) -> Cow<'_, Playbook> {
        let mut playbook = Cow::Borrowed(self.playbook);
        for (place, play) in self.playbook.plays.iter().enumerate() {
            let Some(known) = self.state.plays.get(&play.name) else { continue };
            let Trigger::Dates(dates) = &play.trigger else { continue };
            let moved = |date: &Arc<DateEntry>| {
                known.dates.get(&date.id).map(|(anchor, _)| *anchor).filter(|anchor| *anchor != date.at)
            };
            if dates.iter().all(|date| moved(date).is_none()) {
                continue;
            }
            let mut dates = dates.clone();
            for date in &mut dates {
                if let Some(anchor) = moved(date) {
                    Arc::make_mut(date).at = anchor;
                }
            }
            dates.sort_by_key(|date| date.at);
            Arc::make_mut(&mut playbook.to_mut().plays[place]).trigger = Trigger::Dates(dates);
        }
        playbook
    }

    /// What the budgets will probably do with its messages, by the plan of its days.
    fn expected(&self, run: &RunId) -> Vec<Finding> {
        let zone = &self.playbook.zone;
        let Some((_, anchor, start)) = self.coming().into_iter().find(|(id, _, _)| id == run) else {
            return Vec::new();
        };
        let slots = timetable::timetable(&self.play.steps, anchor, zone);
        let last = slots.iter().map(|slot| slot.at).max().unwrap_or(start);
        let window = Window { from: zone.day_bounds(start).0, to: zone.day_bounds(last).1 };
        let playbook = self.as_it_stands();
        let mut forecast = Forecast::new(&playbook);
        let mut findings = Vec::new();
        for planned in plan::plan_of(&playbook, self.group, window, Some(self.state)) {
            let expected = forecast.look(&planned);
            let mine =
                planned.run == *run && self.question.step.as_ref().is_none_or(|step| *step == planned.step);
            if let Some(expected) = expected.filter(|_| mine) {
                let (step, at, told) = (&planned.step, when(planned.at, zone), expected.told());
                let text =
                    phrase!("step {step}, due {at}, probably {told}", "步骤 {step}（{at}）多半{told}"; told);
                findings.push(Finding::test(message::key(expected.by), false, text));
            }
        }
        findings
    }

    /// Why there is no occurrence where one was asked for, or none at all.
    pub(super) fn nothing(&self) -> Account {
        let (zone, name) = (&self.playbook.zone, &self.play.name);
        let mut because = vec![words::trigger(self.playbook, self.play, &self.state.group, None)];
        let Some((from, to)) = self.question.at else {
            if let Trigger::Members(_) = &self.play.trigger {
                let says = phrase!(
                    "{name} begins for each member on the member's day",
                    "{name} 在每位成员自己的日子开始"
                );
                return self.account(Verdict::None, says, because);
            }
            let what = match &self.play.trigger {
                Trigger::Dates(dates) if dates.iter().any(|date| date.at > self.question.now) => {
                    phrase!(
                        "the dates ahead lie outside its from and until",
                        "后面的日期都在 from 和 until 之外"
                    )
                }
                Trigger::Dates(_) => phrase!("all its dates are over", "日期都过去了"),
                _ => phrase!("its schedule has no further instant", "时间表上后面没有时间了"),
            };
            if self.state.phase_final {
                because.push(Finding::test("phase", false, words::closed(self.state)));
            }
            if let Some(until) = self.play.until {
                let text = phrase!("nothing is at or after {}", "{} 起什么都没有", when(until, zone));
                because.push(Finding::test("until", false, text));
            }
            let says = phrase!("{name} will not begin again: {what}", "{name} 不会再开始：{what}"; what);
            return self.account(Verdict::None, says, because);
        };
        let date = day(from, zone);
        let mut says = phrase!("{name} has no occurrence on {date}", "{name} 在 {date} 没有活动"; date);
        if self.state.created > to {
            let began = when(self.state.created, zone);
            says = phrase!("{says}: the group began {began}", "{says}：这个群 {began} 才开始"; says);
        }
        let bound = |what, at: Option<Timestamp>, outside: fn(Timestamp, Timestamp) -> bool| {
            at.filter(|at| outside(from, *at))
                .map(|at| Finding::test(what, false, phrase!("{what} is {}", "{what} 是 {}", when(at, zone))))
        };
        because.extend(bound("from", self.play.from, |day, from| day < from));
        because.extend(bound("until", self.play.until, |day, until| day >= until));
        if let Some(closed) = closed_day(self.playbook, self.play, from) {
            let text = phrase!("the calendar {closed} closes the day", "日历 {closed} 上这天不开");
            because.push(Finding::test("except", false, text));
        }
        if let Trigger::Schedule(schedule) = &self.play.trigger
            && schedule.needs_workdays()
            && let Some(calendar) = self.playbook.workdays()
        {
            let date = zone.date(from);
            if !calendar.is_workday(date) {
                let why = if calendar.has(date) {
                    phrase!("it is off in the calendar", "日历上这天放假")
                } else {
                    phrase!("it is a weekend, and no make-up day", "是周末，也不是调休上班日")
                };
                let date = day(from, zone);
                let text = phrase!("{date} is no working day: {why}", "{date} 不是工作日：{why}"; date, why);
                because.push(Finding::test("workday", false, text));
            }
        }
        if let Some(next) = self.anchor_after(to.just_before()) {
            let text = phrase!("the next one after that is {}", "之后的下一次是 {}", when(next, zone));
            because.push(Finding::fact("next", text));
        }
        self.account(Verdict::None, says, because)
    }
}
