//! Random playbooks under random inputs: what must hold whatever happens.
//!
//! The story helper checks at every input that the decision is pure, that entries are legal, and that recovery from
//! their stored form gives the same state; here are the guarantees that go over a whole life. A life that broke one is
//! kept in `tests/proptest-regressions`; `PLAYBOOK_CASES=20000` lives more of them.

use crate::help::story::Story;
use playbook::{
    base::{
        ids::{EffectId, InputId, PlayName, RunId, TaskId},
        limits,
        time::{Duration, Timestamp},
        value::Value,
    },
    engine::{
        self,
        entry::{Fact, Outgoing, Waiting},
        input::{Command, Input, InputKind, Receipt},
        state::State,
        timer::Timer,
    },
    model::{message::Label, occurrence::next_anchor, play::Section},
    script::action::{Action, CallOutcome},
};
use proptest::{prelude::*, test_runner::FileFailurePersistence::Direct};
use std::{collections::BTreeSet, fmt::Write as _, sync::Arc};

const POSTS_A_DAY: usize = 12;
const PROMO_PERCENT: usize = 25;
const MEMBERS: [&str; 4] = ["a", "b", "c", "d"];

/// Numbers that proptest made, taken one by one; zero when there are no more, so that shorter is simpler.
struct Dice<'a>(std::slice::Iter<'a, u16>);

impl Dice<'_> {
    fn below(&mut self, n: usize) -> usize {
        self.0.next().map_or(0, |number| *number as usize % n)
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.below(from.len())]
    }
}

/// A valid playbook. Versions of one life share budgets, people and phases, so that the oracles know them.
fn playbook_text(dice: &mut Dice<'_>) -> String {
    let mut text = format!(
        "
people: {{ zhu: {{ name: 小朱 }}, lin: {{ name: 小林 }} }}
roles: {{ host: {{ people: [zhu, lin], term: 3 days, from: 2026-11-30 }} }}
channels: {{ group: {{ type: console }}, staff: {{ type: manual }}, alerts: {{ type: console }} }}
calendars: {{ holidays: [2026-12-03, 2026-12-05] }}
vars: {{ n: 0 }}
budgets:
  quiet: 22:30-08:00
  posts: {{ max: {POSTS_A_DAY} per day, gap: 10m }}
  promo: {{ max: {PROMO_PERCENT}% per 30d }}
  mentions: {{ max: 2 per day }}
phases:
  - {{ name: seed, until: members.count >= 3, timeout: 6d }}
  - {{ name: grow, timeout: 8d }}
  - {{ name: over, final: true }}
plays:
"
    );
    for index in 0..=dice.below(4) {
        play_text(dice, index, &mut text);
    }
    // A play at the end that plays before it may start.
    text.push_str("  p9: { steps: [post: 九] }\n");
    text
}

fn play_text(dice: &mut Dice<'_>, index: usize, text: &mut String) {
    let _ = writeln!(text, "  p{index}:");
    let mut line = |written: String| {
        let _ = writeln!(text, "    {written}");
    };
    let mut loops = false;
    let mut dated = false;
    match dice.below(8) {
        0 => {}
        1 | 2 => line(format!(
            "every: {}",
            dice.pick(&[
                "day at 08:30",
                "20m",
                "friday at 20:00",
                "weekday at 23:00",
                "2 weeks on sunday at 19:00",
                "month on last friday at 19:00",
                "term of host"
            ])
        )),
        3 => line(format!("cron: '{}'", dice.pick(&["30 9 * * *", "*/20 8-9 * * *", "0 20 1 * mon-fri"]))),
        4 | 5 => {
            let dates = ["a, at: 2026-12-02 20:00", "b, at: 2026-12-04 10:00", "c, at: 2026-12-09 12:00"];
            let moved = ["a, at: 2026-12-03 21:00", "b, at: 2026-12-04 10:00", "d, at: 2026-12-02 09:00"];
            let from = if dice.one_in(3) { moved } else { dates };
            let skip = dice.below(4);
            let listed: Vec<String> = from
                .iter()
                .enumerate()
                .filter(|(at, _)| at + 1 != skip)
                .map(|(_, date)| format!("{{ id: {date} }}"))
                .collect();
            line(format!("dates: [{}]", listed.join(", ")));
            line("moved: [post: 改期]".into());
            line("cancelled: [post: 取消]".into());
            dated = true;
        }
        _ => {
            loops = true;
            line(format!(
                "on: {}",
                dice.pick(&[
                    "member.joined",
                    "message",
                    "ping",
                    "phase.entered",
                    "group.created",
                    "task.done"
                ])
            ));
            match dice.below(5) {
                0 => line("batch: 10m".into()),
                1 => line("batch: until 20:00".into()),
                2 => line("per: member".into()),
                3 => line("where: signal.name != \"x\"".into()),
                _ => {}
            }
        }
    }
    if dice.one_in(4) {
        line(format!("during: {}", dice.pick(&["seed", "[seed, grow]", "grow"])));
    }
    if dice.one_in(4) {
        line("when: members.count < 4".into());
    }
    if dice.one_in(4) {
        line("except: holidays".into());
    }
    if dice.one_in(3) {
        line(format!("label: {}", dice.pick(&["promo", "content"])));
    }
    if dice.one_in(5) {
        line("timeout: 3h".into());
    }
    line(format!("max_late: {}", dice.pick(&["1h", "5m", "2d"])));
    line(format!("catch_up: {}", dice.pick(&["last", "all", "none"])));
    if dice.one_in(2) {
        line(format!("overlap: {}", dice.pick(&["skip", "allow", "replace"])));
    }
    line("steps:".into());
    let early = dice.one_in(2);
    if early {
        let offset = dice.pick(&["-30m", "-1d 10:00", "+20m", "+0d 21:00"]);
        let _ = writeln!(text, "      - at: {offset}\n        post: 先 {index}");
    }
    for _ in 0..=dice.below(4) {
        step_text(dice, loops, text);
    }
    if dated || (early && dice.one_in(2)) {
        let _ = writeln!(text, "      - at: +2d 20:00\n        post: 后 {index}");
    }
}

fn step_text(dice: &mut Dice<'_>, loops: bool, text: &mut String) {
    let step = match dice.below(if loops { 15 } else { 18 }) {
        0 => "post: 好",
        1 => "post: 急\n        urgent: true\n        label: notice",
        2 => "post: 限\n        expires: 2h\n        mention: all",
        3 => "post: '${members.count} 人'\n        when: members.count > 0",
        4 => "run: s.rhai\n        retry: { times: 1, wait: 1m }\n        max_late: 3h",
        5 => "run: s.rhai\n        timeout: 30m",
        6 => {
            "task: 做\n        to: host\n        due: 2h\n        remind: 30m\n        escalate: lin\n        as: job\n      - wait: job\n        timeout: 5h"
        }
        7 => "approve: 行吗\n        to: host\n        open_for: 2h",
        8 => {
            "approve: 行吗\n        to: host\n        open_for: 2h\n        otherwise: proceed\n        then: [post: 批]"
        }
        9 => {
            "ask: 哪个\n        options: [甲, 乙]\n        open_for: 90m\n        as: vote\n      - post: '${vote.winner}'"
        }
        10 => "wait: 20m\n      - post: 等",
        11 => "wait: 09:00",
        12 => "wait: ping\n        timeout: 1h\n        otherwise: [post: 空等]",
        13 => "each: '[1, 2]'\n        as: k\n        steps: [{ wait: 5m }, { post: '第 ${k} 个' }]",
        14 => {
            "prune: member.idle > days(1)\n        max: 2\n        notice: 冒泡\n        grace: 1d\n        to: host"
        }
        15 => "signal: ping",
        16 => "start: p9",
        _ => {
            "if: vars.n < 2\n        then: [{ set: { n: vars.n + 1 } }, { enter: grow }]\n        else: [{ stop: 够 }]"
        }
    };
    let _ = writeln!(text, "      - {step}");
}

/// A life under observation.
struct Life {
    story: Story,
    checked: usize,
    started: BTreeSet<RunId>,
    decided: BTreeSet<EffectId>,
    sent: Vec<(Timestamp, Option<Label>)>,
    /// Held messages that nothing but their turn keeps, in the order in which they were decided.
    /// What is held, and whether it has a clock time.
    queue: Vec<(EffectId, bool)>,
    versions: Vec<String>,
    calls: Vec<EffectId>,
    in_final: bool,
}

impl Life {
    fn new(versions: Vec<String>) -> Self {
        let script = ("s.rhai", "fn main(args) { post(\"脚本\"); }");
        let mut story = Story::with_files("2026-12-01 08:00", &versions[0], &[script]);
        story.answer_scripts = false;
        let mut life = Self {
            story,
            checked: 0,
            started: BTreeSet::new(),
            decided: BTreeSet::new(),
            sent: Vec::new(),
            queue: Vec::new(),
            versions,
            calls: Vec::new(),
            in_final: false,
        };
        // The script that adoption called was answered by the story itself.
        life.check(&life.story.state.clone(), true);
        life
    }

    fn input(&mut self, kind: InputKind) {
        let before = self.story.state.clone();
        self.story.input(kind);
        self.check(&before, false);
    }

    fn wake(&mut self) {
        let epoch = self.story.state.epoch;
        self.input(InputKind::Wake { epoch });
    }

    /// Time goes on by so many minutes, with a wake at every deadline, as long as there are not too many.
    fn live(&mut self, minutes: usize) {
        let end = self.story.now.plus(Duration::MINUTE.times(minutes as i64));
        for _ in 0..40 {
            let Some(deadline) = engine::deadline(&self.story.state).filter(|deadline| deadline.at <= end)
            else {
                self.story.now = self.story.now.max(end);
                return;
            };
            self.story.now = self.story.now.max(deadline.at);
            let epoch = self.story.state.epoch;
            self.wake();
            assert!(self.story.state.epoch > epoch, "a wake at {deadline:?} decides something");
        }
    }

    fn act(&mut self, dice: &mut Dice<'_>) {
        let member = dice.pick(&MEMBERS);
        match dice.below(24) {
            0..=2 => self.live(60 * 6),
            3 => self.live(15),
            4 => {
                self.story.now = self.story.now.plus(Duration::MINUTE.times(7 + 400 * dice.below(30) as i64));
                self.wake();
            }
            5 => {
                self.story.now = self.story.now.plus(-Duration::MINUTE.times(90));
                self.wake();
            }
            6 => {
                let epoch = self.story.state.epoch + 7;
                let before = self.story.entries.len();
                self.input(InputKind::Wake { epoch });
                assert_eq!(before, self.story.entries.len(), "a wake of another epoch decides nothing");
            }
            7 => self.signal("member.joined", Some(member)),
            8 => self.signal("member.left", Some(member)),
            9 => self.signal("message", Some(member)),
            10 => self.signal("ping", None),
            11 => self.signal("answer", Some(member)),
            12 | 13 => self.answer_call(dice),
            14 | 15 => self.task_command(dice),
            16 => self.edit(dice),
            17 => self.receipt(dice),
            18 => self.repeated(),
            _ => self.command(dice),
        }
    }

    fn signal(&mut self, name: &str, member: Option<&str>) {
        let before = self.story.state.clone();
        self.story.signal(name, member, Value::map([("option", Value::str("乙"))]));
        self.check(&before, false);
    }

    fn edit(&mut self, dice: &mut Dice<'_>) {
        let text = self.versions[dice.below(self.versions.len())].clone();
        let before = self.story.state.clone();
        self.story.edit(&text);
        self.check(&before, true);
    }

    fn answer_call(&mut self, dice: &mut Dice<'_>) {
        // Also calls that have been answered, or whose run has ended.
        let Some(effect) = self.calls.get(dice.below(self.calls.len().max(1))).cloned() else { return };
        let result = if dice.one_in(3) {
            Err("坏了".into())
        } else {
            let with = |text: &str| Value::map([("text", Value::str(text))]);
            let actions = vec![
                Action::Post { with: with("脚本一") },
                Action::Task { with: with("脚本任务") },
                Action::Post { with: with("脚本二") },
            ];
            Ok(CallOutcome { value: Value::Int(1), actions, log: Vec::new(), fetches: Vec::new() })
        };
        self.input(InputKind::ScriptReturned { effect, result });
    }

    fn task_command(&mut self, dice: &mut Dice<'_>) {
        let open: Vec<TaskId> = self.story.state.tasks.keys().cloned().collect();
        let task = open.get(dice.below(open.len() + 1)).cloned().unwrap_or_else(|| TaskId::new("t99"));
        let command = match dice.below(3) {
            0 => Command::Approve { task, by: None, note: None, as_operator: false, except: Vec::new() },
            1 => Command::Reject { task, by: Some("lin".into()), reason: None, as_operator: true },
            _ => Command::Done { task, by: None, note: Value::Null },
        };
        self.input(InputKind::Command(command));
    }

    fn command(&mut self, dice: &mut Dice<'_>) {
        let play = PlayName::new(dice.pick(&["p0", "p1", "p2", "p3", "p9", "nobody"]));
        let state = &self.story.state;
        let mut runs: Vec<RunId> = state.runs.keys().cloned().collect();
        runs.extend(state.finished.back().map(|run| run.id.clone()));
        runs.push(RunId::new("p0@2026-12-02T00:30:00Z"));
        runs.push(RunId::new("p1@a"));
        let run = runs[dice.below(runs.len())].clone();
        let step = state.runs.get(&run).and_then(|run| run.waiting.as_ref()).map(|wait| wait.step.clone());
        let by = None;
        let command = match dice.below(15) {
            0 | 1 => Command::Start { play, args: Value::Null, date: None, member: None, by: None },
            2 => Command::Cancel { run, silent: true, by: None },
            3 => Command::Pause {
                play: dice.one_in(2).then_some(play),
                caretaker: None,
                until: None,
                by: None,
            },
            4 | 5 => Command::Resume { play: dice.one_in(2).then_some(play), by: None },
            6 => {
                let to = self.story.now.plus(Duration::HOUR.times(dice.below(60) as i64));
                Command::Postpone { play, date: Arc::from(dice.pick(&["a", "b", "c"])), at: to, by: None }
            }
            7 => Command::Retry { run, by: None },
            8 => Command::Now { run, step: step.filter(|_| dice.one_in(2)), by },
            9 => Command::Delay { run, length: Duration::MINUTE.times(dice.below(50) as i64), by },
            10 => Command::Unskip { run, by },
            11 => {
                let until = self.story.now.plus(Duration::HOUR.times(dice.below(30) as i64));
                Command::Hush { until: dice.one_in(2).then_some(until), why: "x".into(), by }
            }
            12 => Command::Unhush { send: dice.one_in(2), by },
            13 => Command::PutOff { play, date: Arc::from(dice.pick(&["a", "b", "c"])), by },
            _ => Command::Skip { run, step: step.filter(|_| dice.one_in(2)), by: None },
        };
        self.input(InputKind::Command(command));
    }

    /// The same input again, as a sender does that got no answer.
    fn repeated(&mut self) {
        let command = Command::Start {
            play: PlayName::new("p9"),
            args: Value::Null,
            date: None,
            member: None,
            by: None,
        };
        let id = InputId::from(format!("again-{}", self.checked));
        let input = Input { id, kind: InputKind::Command(command) };
        let before = self.story.state.clone();
        self.story.input_as(input.clone());
        self.check(&before, false);
        self.story.input_as(input);
        assert_eq!(self.checked, self.story.entries.len(), "a repeated input decides nothing");
    }

    fn receipt(&mut self, dice: &mut Dice<'_>) {
        let Some(effect) = self.decided.iter().nth(dice.below(8)).cloned() else { return };
        let receipt = match dice.below(4) {
            0 => Receipt::Accepted { note: String::new() },
            1 => Receipt::Refused { reason: "93000".into() },
            2 => Receipt::InDoubt { reason: "broken".into() },
            _ => Receipt::Expired,
        };
        self.input(InputKind::Receipt { effect, receipt });
    }

    /// The versions, and what the journal says of a run's play.
    fn told(&self, run: &RunId) -> String {
        let play = run.as_str().split('@').next().unwrap_or_default();
        let about = self.story.entries.iter().map(|entry| format!("{entry:?}"));
        let about: Vec<String> = about.filter(|entry| entry.contains(&format!("\"{play}"))).collect();
        format!("\n{}\n{}", about.join("\n"), self.versions.join("\n---\n"))
    }

    /// What holds after every decision.
    fn check(&mut self, before: &State, edited: bool) {
        let new: Vec<_> = self.story.entries[self.checked..].to_vec();
        self.checked = self.story.entries.len();
        for entry in &new {
            match &entry.fact {
                Fact::PhaseEntered { is_final, .. } => self.in_final = *is_final,
                Fact::RunStarted { run, cause, section, .. } => {
                    assert!(self.started.insert(run.clone()), "G1: {run} started twice{}", self.told(run));
                    let entering = cause.signals.first().and_then(|signal| signal.get("name").cloned());
                    let entering = entering.as_ref().and_then(Value::as_str) == Some("phase.entered");
                    assert!(
                        !self.in_final || entering || *section != Section::Steps,
                        "{run} started in a final phase"
                    );
                }
                Fact::Posted(out) => {
                    self.decide(&out.effect);
                    self.on_time(out, entry.at);
                    assert!(
                        !is_plain(out) || !self.queue.iter().any(|(_, clocked)| *clocked || out.reactive),
                        "G4: {} passed {:?}",
                        out.effect,
                        self.queue
                    );
                    self.budgets(out, entry.at);
                }
                Fact::Held { outgoing, .. } => {
                    self.decide(&outgoing.effect);
                    if is_plain(outgoing) {
                        self.queue.push((outgoing.effect.clone(), !outgoing.reactive));
                    }
                }
                Fact::Expired { effect, .. } | Fact::Withdrawn { effect } => {
                    self.queue.retain(|(held, _)| held != effect);
                }
                Fact::Released(out) => {
                    assert!(self.decided.contains(&out.effect));
                    if is_plain(out) {
                        let mut alike = self.queue.iter().filter(|(_, clocked)| *clocked != out.reactive);
                        let first = alike.next().map(|(effect, _)| effect);
                        assert_eq!(first, Some(&out.effect), "G4: in the order of decision");
                        self.queue.retain(|(held, _)| *held != out.effect);
                    }
                    self.budgets(out, entry.at);
                }
                Fact::Notified(out) => self.decide(&out.effect),
                Fact::ScriptCalled { effect, .. } => {
                    self.decide(effect);
                    self.calls.insert(0, effect.clone());
                }
                _ => {}
            }
        }
        if !edited {
            self.every_anchor_is_settled(before, &new.iter().map(|entry| &entry.fact).collect::<Vec<_>>());
        }
        self.consistent();
    }

    fn decide(&mut self, effect: &EffectId) {
        assert!(self.decided.insert(effect.clone()), "G2: {effect} decided twice");
    }

    /// G5: nothing goes out later than its step may be. Every step of these playbooks has the play's `max_late` or 3 h.
    fn on_time(&self, out: &Outgoing, at: Timestamp) {
        let Some(play) = &out.play else { return };
        let versions = self.story.playbooks.iter().filter_map(|playbook| playbook.play(play));
        let longest = versions.map(|play| play.max_late.max(Duration::HOUR.times(3))).max();
        assert!(longest.is_none_or(|longest| at.since(out.due) <= longest), "G5: {out:?} at {at:?}");
        assert!(out.expires.is_none_or(|expires| expires >= at), "{out:?} went out after it expired");
    }

    fn budgets(&mut self, out: &Outgoing, at: Timestamp) {
        if out.channel.as_str() != "group" {
            return;
        }
        let zone = &self.story.playbook.zone;
        let quiet = |at| self.story.playbook.budgets.quiet_ends(at, zone).is_some();
        let may = out.urgent && (out.by_hand || (!out.reactive && quiet(out.due)));
        assert!(may || !quiet(at), "{} at {at:?} in quiet hours", out.effect);
        self.sent.push((at, out.label));
        let day = zone.date(at);
        let today = self.sent.iter().filter(|(sent, _)| zone.date(*sent) == day).count();
        assert!(out.urgent || today <= POSTS_A_DAY, "{today} posts on {day}");
        if out.label == Some(Label::Promo) {
            let since = at.plus(-Duration::DAY.times(30));
            let all = self.sent.iter().filter(|(sent, _)| *sent > since);
            let promos = all.clone().filter(|(_, label)| *label == Some(Label::Promo)).count();
            let few = self.sent.iter().filter(|(sent, _)| *sent > since).count() < 10;
            let rests = at.plus(-Duration::DAY.times(14));
            let lately =
                self.sent.iter().filter(|(sent, label)| *sent > rests && *label == Some(Label::Promo));
            let fits = if few { lately.count() == 1 } else { promos * 100 <= all.count() * PROMO_PERCENT };
            assert!(fits, "too much advertising");
        }
    }

    /// G1: of the anchors that the cursor passed, each was started or skipped, once.
    fn every_anchor_is_settled(&self, before: &State, facts: &[&Fact]) {
        let story = &self.story;
        for (name, old) in &before.plays {
            let (Some((first, _)), Some(play)) = (old.next, story.playbook.play(name)) else { continue };
            let Some(last) = story.state.plays.get(name).and_then(|p| p.after).filter(|last| *last >= first)
            else {
                continue;
            };
            let group = story.playbook.groups.values().next().expect("a group");
            let (mut expected, mut anchor) = (0, Some(first));
            while let Some(at) = anchor.filter(|at| *at <= last) {
                expected += 1;
                anchor = next_anchor(&story.playbook, group, play, story.state.created, at);
            }
            let settled: u64 = facts
                .iter()
                .map(|fact| match fact {
                    Fact::Skipped { play, run, count, .. } if play == name && !run.as_str().contains('#') => {
                        *count
                    }
                    Fact::RunStarted { play, run, section: Section::Steps, .. }
                        if play == name && !run.as_str().contains('#') =>
                    {
                        1
                    }
                    _ => 0,
                })
                .sum();
            assert_eq!(settled, expected, "{name}: anchors from {first:?} to {last:?}");
        }
    }

    fn consistent(&self) {
        let state = &self.story.state;
        let now = self.story.now.max(state.clock);
        assert!(
            engine::deadline(state).is_none_or(|deadline| deadline.at > now),
            "nothing due is left undone"
        );
        assert!(state.held.len() <= limits::HELD_MAX && state.recent.len() <= limits::RECENT_INPUTS_MAX);
        assert!(state.finished.len() <= limits::RUNS_REMEMBERED_MAX);
        for run in state.runs.values() {
            let Some(wait) = run.waiting.as_ref() else {
                // What it waited for has come; its date has no time, so that it goes no further.
                assert!(state.is_suspended(run), "{} is open and waits for nothing", run.id);
                continue;
            };
            match &wait.waiting {
                Waiting::Script { effect } => {
                    assert!(state.calls.iter().any(|call| call.effect == *effect), "{effect} is under way");
                }
                Waiting::Approval { task }
                | Waiting::Answers { task }
                | Waiting::Task { task }
                | Waiting::Removal { task } => assert!(state.tasks.contains_key(task), "{task} is open"),
                Waiting::Due
                | Waiting::Retry
                | Waiting::Time
                | Waiting::Choice { .. }
                | Waiting::Grace { .. } => {
                    assert!(wait.until.is_some(), "{} waits for ever", run.id);
                }
                Waiting::Signal { .. } | Waiting::Delivery { .. } => {}
            }
        }
        for call in state.calls.iter() {
            assert!(state.runs.contains_key(&call.run), "the run of {} is open", call.effect);
        }
        for (at, timer) in &state.timers {
            let known = match timer {
                Timer::Run { run } | Timer::RunTimeout { run } => state.runs.contains_key(run),
                Timer::TaskTell { task } | Timer::TaskRemind { task } | Timer::TaskDue { task } => {
                    state.tasks.contains_key(task)
                }
                Timer::Notice { effect } => state.notices.contains_key(effect),
                Timer::Held { effect } | Timer::Expiry { effect } => {
                    state.held.iter().any(|held| held.outgoing.effect == *effect)
                }
                Timer::Play { play } => state.plays.get(play).is_some_and(|p| p.next.is_some()),
                Timer::Batch { play } => state.plays.get(play).is_some_and(|p| p.batch.is_some()),
                Timer::Date { play, date } => {
                    let play = state.plays.get(play);
                    play.and_then(|p| p.dates.get(date)).is_some_and(|date| date.1.is_some())
                }
                Timer::DateMissing { play, date } => {
                    state.plays.get(play).is_some_and(|p| p.missing.contains_key(date))
                }
                Timer::PhaseTimeout => state.phase_timeout.is_some(),
                Timer::Tiers => state.standing.next == Some(*at),
                Timer::Survey => state.numbers.round.next() == Some(*at),
                Timer::Moderation => state.moderation.next == Some(*at),
                Timer::Midnight => state.midnight.is_some(),
                Timer::Condition { play } => {
                    state.conditions.get(play).is_some_and(|known| known.condition.until.is_some())
                }
                Timer::HushEnds => state.by_hand.hush.is_some(),
                Timer::PauseEnds { play } => state.by_hand.pause_ends.of(play.as_ref()) == Some(*at),
                Timer::Retention => state.retention.is_some(),
                Timer::Caretaker => state.by_hand.caretaking.as_ref().is_some_and(|care| care.next == *at),
            };
            assert!(known, "{timer:?} wakes something that is there");
        }
        if state.phase_final {
            let starts = |timer: &Timer| matches!(timer, Timer::Play { .. } | Timer::Date { .. });
            assert!(!state.timers.iter().any(|(_, timer)| starts(timer)), "nothing starts in a final phase");
        }
    }
}

/// Whether a message has no budget of its own and keeps its place in the queue.
fn is_plain(out: &Outgoing) -> bool {
    let counted = out.label == Some(Label::Promo) || !out.message.mentions.is_empty() || out.muted;
    out.channel.as_str() == "group" && !out.urgent && !counted
}

fn live(numbers: &[u16]) {
    let mut dice = Dice(numbers.iter());
    let versions: Vec<String> = (0..=dice.below(3)).map(|_| playbook_text(&mut dice)).collect();
    let mut life = Life::new(versions);
    while dice.0.len() > 0 {
        life.act(&mut dice);
    }
    // A stored state goes on as the live one does.
    let stored = serde_json::to_string(&life.story.state).expect("a state can be stored");
    let read: State = serde_json::from_str(&stored).expect("a state reads back");
    assert_eq!(read, life.story.state, "a state reads back as it was stored");
    life.live(60 * 24 * 20);
}

#[expect(clippy::disallowed_methods, reason = "a test reads how long it shall run")]
fn cases() -> u32 {
    std::env::var("PLAYBOOK_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(200)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: cases(),
        failure_persistence: Some(Box::new(Direct("tests/proptest-regressions/properties.txt"))),
        ..ProptestConfig::default()
    })]

    #[test]
    fn whatever_happens_the_guarantees_hold(numbers in proptest::collection::vec(any::<u16>(), 20..420)) {
        live(&numbers);
    }
}
