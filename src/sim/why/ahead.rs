//! What is ahead of a play: its next occurrence and what stands in its way, the signal it waits for, or why it has none.
//!
//! Tests conditions as they are now and says so; what holds when the time has come is decided then.

use super::{
    Account, Finding, Question, Verdict, message,
    past::Heard,
    words::{self, day, when},
};
use crate::{
    base::{
        ids::RunId,
        limits,
        phrase::phrase,
        time::{Duration, Timestamp},
    },
    engine::{
        condition::{Condition, Truth},
        entry::{Cause, Skip},
        gate::Occasion,
        state::State,
        view::{clock_ahead, clock_ahead_in_words},
    },
    model::{
        group::Group,
        occurrence::{closed_day, next_anchor, scheduled_run_id},
        play::Play,
        playbook::Playbook,
        timetable,
        trigger::Trigger,
        whenever::Whenever,
    },
    sim::{
        forecast::{Expected, Forecast},
        plan::{self, Window},
        timeline,
    },
};
use std::sync::Arc;

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
        Trigger::Signal(_) | Trigger::Whenever(_) | Trigger::Command if question.run.is_some() => Vec::new(),
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

struct Look<'a> {
    question: &'a Question,
    state: &'a State,
    playbook: &'a Playbook,
    group: &'a Group,
    play: &'a Play,
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

    fn account(&self, verdict: Verdict, says: String, because: Vec<Finding>) -> Account {
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
            says: says.into(),
            because,
            journal: Vec::new(),
        }
    }

    fn ahead(&self, run: RunId, anchor: Timestamp, start: Timestamp) -> Account {
        let (zone, name) = (&self.playbook.zone, &self.play.name);
        let cause = self.cause(&run);
        let occasion = self.occasion(&run, anchor, &cause);
        let asked = occasion.asked();
        let obstacle = occasion.obstacle();
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
        because.push(Finding::fact(
            "max_late",
            format!("it may begin {} late", words::length(self.play.max_late)),
        ));
        let mut says = match &obstacle {
            None => format!("{name} will begin {}, {}", when(start, zone), self.distance(start)),
            Some(reason) => format!(
                "{name} would not begin {} as things are now: {}",
                when(start, zone),
                timeline::skip(reason)
            ),
        };
        let overdue = self.question.now.since(start);
        if overdue.as_millis() > limits::ON_TIME_MS && obstacle != Some(Skip::Paused) {
            let late = self.play.alive_until(anchor, zone, &self.state.group) < self.question.now;
            let then = if late { "it will be recorded as missed" } else { "it may still begin, late" };
            says = format!(
                "{name} was due {}, {} ago, and no engine has decided about it: is one running? When one does, {then}",
                when(start, zone),
                words::length(overdue)
            );
        }
        if obstacle.is_none() && start != anchor {
            says.push_str(&format!("; it is about {}", when(anchor, zone)));
        }
        if let Some(step) = &self.question.step {
            let slots = timetable::timetable(&self.play.steps, anchor, zone);
            if let Some(slot) = slots.iter().find(|slot| slot.step.id == *step) {
                says = match &obstacle {
                    None => format!(
                        "step {step} of {name} is due {}, {}",
                        when(slot.at, zone),
                        self.distance(slot.at)
                    ),
                    Some(_) => format!("step {step} of {name} would be due {}; {says}", when(slot.at, zone)),
                };
                if let Some(when) = &slot.step.when {
                    because
                        .push(Finding::fact("when", format!("the step has a condition: {}", when.source())));
                }
            }
        }
        because.extend(self.expected(&run));
        let missing = self.missing(&run);
        if let Some(text) = &missing {
            says = format!("{name} will not begin {}: {text}", when(start, zone));
            because.push(Finding::test("dates", false, text.clone()));
        }
        let verdict =
            if obstacle.is_none() && missing.is_none() { Verdict::WillHappen } else { Verdict::WouldNot };
        Account { run: Some(run), anchor: Some(anchor), ..self.account(verdict, says, because) }
    }

    /// The id of the date that a run is about.
    fn date(&self, run: &RunId) -> Option<&Arc<str>> {
        self.state.plays.get(&self.play.name)?.date_of_run(&self.play.name, run)
    }

    /// What is to be said of an occurrence whose date is missing from the file.
    fn missing(&self, run: &RunId) -> Option<String> {
        let id = self.date(run)?;
        if self.state.by_hand.is_put_off(&self.play.name, id) {
            return Some(format!("the date {id} has no time until `playbook postpone` gives it one"));
        }
        let until = self.state.plays.get(&self.play.name)?.missing.get(id)?;
        let zone = &self.playbook.zone;
        Some(format!(
            "the date {id} is not in the file any more; it is cancelled {} unless it is back",
            when(*until, zone)
        ))
    }

    fn cause(&self, run: &RunId) -> Cause {
        let Trigger::Dates(dates) = &self.play.trigger else { return Cause::default() };
        let date = self.date(run).and_then(|id| dates.iter().find(|date| date.id == *id));
        let values = date.map(|date| crate::base::value::Value::Map(date.values.clone())).unwrap_or_default();
        Cause { date: date.map(|date| date.id.clone()), values, ..Cause::default() }
    }

    fn occasion<'a>(&'a self, run: &'a RunId, anchor: Timestamp, cause: &'a Cause) -> Occasion<'a> {
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

    fn distance(&self, at: Timestamp) -> String {
        let left = at.since(self.question.now);
        if left <= Duration::ZERO { "now".into() } else { format!("in {}", words::length(left)) }
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
        let mut forecast = Forecast::new(self.playbook);
        let mut findings = Vec::new();
        for planned in plan::plan_of(self.playbook, self.group, window) {
            let expected = forecast.look(&planned);
            let mine =
                planned.run == *run && self.question.step.as_ref().is_none_or(|step| *step == planned.step);
            if let Some(Expected { by, says, .. }) = expected.filter(|_| mine) {
                let text = format!(
                    "step {}, due {}, will probably be held: {says}",
                    planned.step,
                    when(planned.at, zone)
                );
                findings.push(Finding::test(message::key(by), false, text));
            }
        }
        findings
    }

    /// Why there is no occurrence where one was asked for, or none at all.
    fn nothing(&self) -> Account {
        let (zone, name) = (&self.playbook.zone, &self.play.name);
        let mut because = vec![words::trigger(self.playbook, self.play, &self.state.group, None)];
        let Some((from, to)) = self.question.at else {
            let what = match &self.play.trigger {
                Trigger::Dates(dates) if dates.iter().any(|date| date.at > self.question.now) => {
                    "the dates ahead lie outside its from and until"
                }
                Trigger::Dates(_) => "all its dates are over",
                _ => "its schedule has no further instant",
            };
            if self.state.phase_final {
                let text = format!("the phase {} is final: nothing starts in it", self.state.phase);
                because.push(Finding::test("phase", false, text));
            }
            if let Some(until) = self.play.until {
                because.push(Finding::test(
                    "until",
                    false,
                    format!("nothing is at or after {}", when(until, zone)),
                ));
            }
            return self.account(Verdict::None, format!("{name} will not begin again: {what}"), because);
        };
        let mut says = format!("{name} has no occurrence on {}", day(from, zone));
        if self.state.created > to {
            says = format!(
                "{name} has no occurrence on {}: the group began {}",
                day(from, zone),
                when(self.state.created, zone)
            );
        }
        let bound = |what, at: Option<Timestamp>, outside: fn(Timestamp, Timestamp) -> bool| {
            at.filter(|at| outside(from, *at))
                .map(|at| Finding::test(what, false, format!("{what} is {}", when(at, zone))))
        };
        because.extend(bound("from", self.play.from, |day, from| day < from));
        because.extend(bound("until", self.play.until, |day, until| day >= until));
        if let Some(closed) = closed_day(self.playbook, self.play, from) {
            because.push(Finding::test("except", false, format!("the calendar {closed} closes the day")));
        }
        if let Trigger::Schedule(schedule) = &self.play.trigger
            && schedule.needs_workdays()
            && let Some(calendar) = self.playbook.workdays()
        {
            let date = zone.date(from);
            if !calendar.is_workday(date) {
                let why = if calendar.has(date) {
                    "it is off in the calendar"
                } else {
                    "it is a weekend, and no make-up day"
                };
                because.push(Finding::test(
                    "workday",
                    false,
                    format!("{} is no working day: {why}", day(from, zone)),
                ));
            }
        }
        if let Some(next) = self.anchor_after(to.just_before()) {
            because.push(Finding::fact("next", format!("the next one after that is {}", when(next, zone))));
        }
        self.account(Verdict::None, says, because)
    }

    fn signal(&self, heard: &Heard) -> Account {
        let Trigger::Signal(on) = &self.play.trigger else { return self.nothing() };
        let name = &self.play.name;
        let zone = &self.playbook.zone;
        let mut because = vec![words::trigger(self.playbook, self.play, &self.state.group, None)];
        let cause = Cause::default();
        let run = RunId::from(format!("{name}@?"));
        let now = self.question.now.max(self.state.clock);
        let occasion = self.occasion(&run, now, &cause);
        let asked = occasion.asked();
        // What a `when` says depends on the signal, which has not come.
        let gates = asked.iter().filter(|asked| asked.gate != crate::engine::gate::Gate::When);
        because.extend(gates.map(|asked| words::gate(asked, &occasion)));
        let mut says = format!("{name} waits for the signal {}", on.name);
        let open = self.state.plays.get(name).and_then(|known| known.batch.as_ref());
        if let Some((until, signals)) = open {
            says = format!(
                "{name} will begin {}, {}: it collects signals until then and has {}",
                when(*until, zone),
                self.distance(*until),
                signals.len()
            );
        }
        let came = match (heard.all, heard.met) {
            (0, _) => format!("no signal {} has come since the group began", on.name),
            (all, met) if on.filter.is_some() => {
                format!("{all} came since the group began, {met} met its `where`")
            }
            (all, _) => format!("{all} came since the group began"),
        };
        because.push(Finding::fact("signals", came));
        let mut account = self.account(Verdict::Waits, says, Vec::new());
        if let Some((cited, finding)) = &heard.last {
            because.push({
                let text = &finding.text;
                let text = phrase!("the last one: {text}", "最近一次：{text}"; text);
                Finding { text, ..finding.clone() }
            });
            account.journal.push(cited.clone());
        }
        because.sort_by_key(|finding| finding.holds != Some(false));
        if open.is_some() {
            account.verdict = Verdict::WillHappen;
        }
        Account { because, ..account }
    }

    /// What a play with `whenever` waits for.
    fn condition(&self, whenever: &Whenever) -> Account {
        let zone = self.play.zone_or(&self.playbook.zone);
        let because = vec![words::trigger(self.playbook, self.play, &self.state.group, None)];
        let known = self.state.conditions.get(&self.play.name).map(|known| &known.condition);
        let known = known.filter(|known| *known.expression == *whenever.words());
        let name = &self.play.name;
        let says = match known {
            None => format!("{name} starts when its condition becomes true; it has not been true yet"),
            Some(Condition { holds: Truth::False, since, .. }) => format!(
                "{name} starts when its condition becomes true; it has been false since {}",
                words::when(*since, zone)
            ),
            Some(Condition { holds: Truth::Unknown, since, .. }) => format!(
                "{name} does not start: since {} nobody knows whether its condition holds, because it reads a number \
                 that the group does not hear (`playbook metrics` says which)",
                words::when(*since, zone)
            ),
            Some(Condition { since, done: true, .. }) => format!(
                "its condition has been true since {} and has had its effect; {name} starts again after it was false",
                words::when(*since, zone)
            ),
            Some(Condition { since, .. }) => format!(
                "its condition has been true since {}; {name} starts at {} if it stays so",
                words::when(*since, zone),
                words::when(since.plus(whenever.lasts), zone)
            ),
        };
        self.account(Verdict::Waits, says, because)
    }

    fn command(&self) -> Account {
        let because = vec![words::trigger(self.playbook, self.play, &self.state.group, None)];
        let started = self.state.plays.get(&self.play.name).map_or(0, |known| known.started);
        let times = match started {
            0 => "it has never been started".to_owned(),
            1 => "it was started once".to_owned(),
            n => format!("it was started {n} times"),
        };
        let says =
            format!("{} has no time of its own: it begins when it is started; {times}", self.play.name);
        self.account(Verdict::Waits, says, because)
    }
}
