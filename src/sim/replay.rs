//! A recorded journal as the world: what came from outside comes again, at its time, to a playbook that may have been
//! edited since.
//!
//! The journal records facts, not wishes, so inputs are read back from what they led to: signals whole, commands from
//! what they changed, receipts from what was settled, wakes from when deadlines were served. What cannot be read back
//! is counted: a command that was refused changed nothing.

use super::{
    Finding, Material,
    oracle::Oracle,
    recording::{RecordedDecision, Recording},
};
use crate::{
    base::{
        ids::{EffectId, InputId, RunId, StepId, TaskId},
        member::Listed,
        phrase::Phrase,
        time::Timestamp,
        value::Value,
    },
    engine::{
        self,
        entry::{Entry, Fact, Outcome, Skip, TaskKind},
        input::{ChannelNews, Command, Input, InputKind, Receipt, Signal, is_of_an_effect},
        moderation::Moderating,
        operation::Operation,
        state::State,
    },
    model::{
        play::Section,
        playbook::{Playbook, Playbooks},
    },
    script::sandbox::Host,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What a replay could not take over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unheard {
    /// Commands that were refused: the journal does not say what they were.
    pub refused: u64,
    /// Inputs about a task or a message that does not exist any more.
    pub gone: u64,
}

/// What scripts may ask of the outside in a replay: files as they are now, addresses as they answered then.
struct Then<'a> {
    host: &'a dyn Host,
    answers: &'a BTreeMap<String, Vec<(Timestamp, Value)>>,
    now: Timestamp,
}

impl Host for Then<'_> {
    fn has(&self, path: &str) -> bool {
        self.host.has(path)
    }

    fn data(&self, path: &str) -> Result<Value, String> {
        self.host.data(path)
    }

    /// The last answer until now; before the first one, the first.
    fn fetch(&self, url: &str) -> Result<Value, String> {
        let answers = self.answers.get(url).map_or(&[][..], Vec::as_slice);
        let past = answers.partition_point(|(at, _)| *at <= self.now);
        match answers.get(past.saturating_sub(1)) {
            None => Err(format!("{url} was not fetched in the recording, so its answer is not known")),
            Some((_, Value::Null)) => Err(format!("{url} gave no answer in the recording")),
            Some((_, body)) => Ok(body.clone()),
        }
    }

    fn expired(&self) -> bool {
        self.host.expired()
    }
}

/// A message with what it said, where it says nothing.
fn with_words(data: &Value, words: &str) -> Value {
    let message = data.get("message").and_then(Value::as_map).filter(|said| !said.contains_key("text"));
    let (Some(message), Some(all), false) = (message, data.as_map(), words.is_empty()) else {
        return data.clone();
    };
    let (mut message, mut all) = (message.clone(), all.clone());
    message.insert(Arc::from("text"), Value::str(words));
    all.insert(Arc::from("message"), Value::Map(Arc::new(message)));
    Value::Map(Arc::new(all))
}

/// Lives a recording again with a playbook; `sink` sees each fact. Gives what was not good and what was not heard.
pub fn replay(
    playbook: &Arc<Playbook>,
    material: &Material,
    recording: &Recording,
    mut sink: impl FnMut(&Entry),
) -> (Vec<Finding>, Unheard) {
    let mut playbooks = Playbooks::default();
    playbooks.insert(playbook.clone());
    let mut player = Player {
        playbook,
        playbooks: &playbooks,
        material,
        state: State::new(recording.group().clone()),
        oracle: Oracle::default(),
        tasks: BTreeMap::new(),
        places: BTreeMap::new(),
        asked: BTreeMap::new(),
        findings: Vec::new(),
        unheard: Unheard::default(),
        answers: &recording.answers,
        returns: recording.entries().filter_map(|entry| returned(&entry.fact)).cloned().collect(),
    };
    for decision in &recording.decisions {
        player.wake_until(decision, &mut sink);
        player.note_tasks(&decision.entries);
        for input in player.inputs(decision) {
            player.take(&input, decision.at, &mut sink);
        }
        player.call_scripts(decision.at, &mut sink);
        if player.findings.iter().any(Finding::is_broken_promise) {
            break;
        }
    }
    (player.findings, player.unheard)
}

/// A place in a playbook that asks something, and the number of the time that it asks.
type AskingPlace = (Option<RunId>, Option<StepId>, TaskKindWord, u32);
type TaskKindWord = &'static str;

struct Player<'p> {
    playbook: &'p Arc<Playbook>,
    playbooks: &'p Playbooks,
    material: &'p Material,
    state: State,
    oracle: Oracle,
    /// Recorded tasks by where they were asked.
    tasks: BTreeMap<TaskId, AskingPlace>,
    /// Tasks of the replay by where they were asked.
    places: BTreeMap<AskingPlace, TaskId>,
    asked: BTreeMap<(bool, Option<RunId>, Option<StepId>, TaskKindWord), u32>,
    findings: Vec<Finding>,
    unheard: Unheard,
    answers: &'p BTreeMap<String, Vec<(Timestamp, Value)>>,
    /// Calls whose return is in the recording.
    returns: BTreeSet<EffectId>,
}

fn returned(fact: &Fact) -> Option<&EffectId> {
    match fact {
        Fact::ScriptReturned { effect, .. } | Fact::ScriptFailed { effect, .. } => Some(effect),
        _ => None,
    }
}

fn kind_word(kind: TaskKind) -> TaskKindWord {
    match kind {
        TaskKind::Task => "task",
        TaskKind::Approval => "approval",
        TaskKind::Question => "question",
        TaskKind::Delivery => "delivery",
        TaskKind::Removal => "removal",
    }
}

impl Player<'_> {
    /// Deadlines that the recording did not serve with this decision come at their time.
    fn wake_until(&mut self, decision: &RecordedDecision, sink: &mut impl FnMut(&Entry)) {
        while let Some(deadline) = engine::deadline(&self.state) {
            let served = decision.due.is_some_and(|due| due <= deadline.at && deadline.at <= decision.at);
            if served || deadline.at >= decision.at {
                return;
            }
            let epoch = self.state.epoch;
            let wake = Input { id: "wake".into(), kind: InputKind::Wake { epoch } };
            self.take(&wake, deadline.at, sink);
            if self.state.epoch == epoch {
                return;
            }
            self.call_scripts(deadline.at, sink);
        }
    }

    /// Scripts that the recording never called return at once.
    fn call_scripts(&mut self, now: Timestamp, sink: &mut impl FnMut(&Entry)) {
        while let Some(call) = self.state.calls.front().cloned() {
            if self.returns.contains(&call.effect) {
                return;
            }
            let Some(input) = self.returned(&call.effect, None, now) else { return };
            self.take(&input, now, sink);
            if self.state.calls.front().is_some_and(|still| still.effect == call.effect) {
                return;
            }
        }
    }

    fn take(&mut self, input: &Input, now: Timestamp, sink: &mut impl FnMut(&Entry)) {
        for entry in engine::step(&self.state, self.playbooks, input, now).entries {
            let group = self.state.group.clone();
            if let Err(error) = engine::apply(&mut self.state, &entry) {
                let what = format!("an entry of the engine is illegal: {error}");
                self.findings.push(Finding::Invariant { at: now, group, what });
                return;
            }
            if let Err(what) = self.oracle.see(self.playbook, &self.state, &entry) {
                self.findings.push(Finding::Invariant { at: now, group, what });
            }
            if let Fact::TaskOpened(task) = &entry.fact {
                let place = self.place(true, task.run.as_ref(), task.step.as_ref(), task.kind);
                self.places.insert(place, task.id.clone());
            }
            sink(&entry);
        }
    }

    fn place(
        &mut self,
        here: bool,
        run: Option<&RunId>,
        step: Option<&StepId>,
        kind: TaskKind,
    ) -> AskingPlace {
        let kind = kind_word(kind);
        let nth = self.asked.entry((here, run.cloned(), step.cloned(), kind)).or_default();
        *nth += 1;
        (run.cloned(), step.cloned(), kind, *nth)
    }

    fn note_tasks(&mut self, entries: &[Entry]) {
        for entry in entries {
            if let Fact::TaskOpened(task) = &entry.fact {
                let place = self.place(false, task.run.as_ref(), task.step.as_ref(), task.kind);
                self.tasks.insert(task.id.clone(), place);
            }
        }
    }

    /// The task of the replay that a recorded one is.
    fn task(&mut self, recorded: &TaskId) -> Option<TaskId> {
        let found = self.tasks.get(recorded).and_then(|place| self.places.get(place)).cloned();
        self.unheard.gone += u64::from(found.is_none());
        found
    }

    /// The inputs that led to a decision.
    fn inputs(&mut self, decision: &RecordedDecision) -> Vec<Input> {
        let entries = &decision.entries;
        if let Some(first) = entries.first()
            && matches!(first.fact, Fact::Adopted { .. })
        {
            let digest = self.playbook.digest.clone();
            return vec![Input { id: InputId::new("adopt"), kind: InputKind::Adopt { digest } }];
        }
        let sent = |id: &InputId| !is_of_an_effect(id);
        if let Some(id) = entries.iter().find_map(|entry| entry.input.clone().filter(sent)) {
            let signal = entries.iter().find_map(|entry| match &entry.fact {
                Fact::SignalReceived(signal) if signal.id == id => Some(signal.clone()),
                _ => None,
            });
            let heard = entries.iter().find_map(|entry| match &entry.fact {
                Fact::Heard(heard) => Some(heard.clone()),
                _ => None,
            });
            if let Some(heard) = heard {
                return vec![Input { id, kind: InputKind::Heard(heard) }];
            }
            return match signal {
                Some(mut signal) => {
                    // Of what broke a rule the beginning is known, and of nothing else that only rules have read.
                    let words = entries.iter().find_map(|entry| match &entry.fact {
                        Fact::Moderated(Moderating::Broken(breach)) => Some(breach.words.as_str()),
                        _ => None,
                    });
                    signal.data = with_words(&signal.data, words.unwrap_or_default());
                    vec![Input { id, kind: InputKind::Signal(self.signal(signal)) }]
                }
                None => self
                    .command(entries)
                    .map(|command| Input { id, kind: InputKind::Command(command) })
                    .into_iter()
                    .collect(),
            };
        }
        let mut found = Vec::new();
        for entry in entries {
            match &entry.fact {
                Fact::ScriptReturned { effect, .. } => found.extend(self.returned(effect, None, decision.at)),
                Fact::ScriptFailed { effect, error } => {
                    // A script that returned and asked for what cannot be is on record as failed as well.
                    found.extend(self.returned(effect, Some(error), decision.at));
                }
                Fact::DeliveryFailed { effect, in_doubt, reason, .. } => {
                    let receipt = if *in_doubt {
                        Receipt::InDoubt { reason: reason.clone() }
                    } else {
                        Receipt::Refused { reason: reason.clone() }
                    };
                    found.push(Input::receipt(effect, receipt));
                }
                Fact::ChannelFailing { channel, since, reason, waiting, told } => {
                    let since = Some(*since);
                    let (reason, waiting, tell) = (reason.clone(), *waiting, *told);
                    let channel = channel.clone();
                    found.push(news_of(ChannelNews { channel, since, reason, waiting, others: 0, tell }));
                }
                Fact::ChannelRecovered { channel, .. } => {
                    let tell = self.state.failing.get(channel).is_some_and(|failing| failing.told);
                    let (channel, reason) = (channel.clone(), Phrase::default());
                    found.push(news_of(ChannelNews {
                        channel,
                        since: None,
                        reason,
                        waiting: 0,
                        others: 0,
                        tell,
                    }));
                }
                Fact::Delivered { effect, note } => {
                    found.push(Input::receipt(effect, Receipt::Accepted { note: note.clone() }));
                }
                _ => {}
            }
        }
        if found.is_empty() && decision.due.is_some() {
            let epoch = self.state.epoch;
            found.push(Input { id: "wake".into(), kind: InputKind::Wake { epoch } });
        }
        found
    }

    /// An answer names its question as the replay knows it.
    fn signal(&mut self, mut signal: Signal) -> Signal {
        if &*signal.name == "answer"
            && let Some(task) = signal.data.get("task").and_then(Value::as_str).map(TaskId::new)
            && let Some(here) = self.task(&task)
            && let Value::Map(map) = &mut signal.data
        {
            Arc::make_mut(map).insert(Arc::from("task"), Value::str(here.as_str()));
        }
        signal
    }

    /// The command that led to these entries; none where they do not say.
    fn command(&mut self, entries: &[Entry]) -> Option<Command> {
        let members: Vec<Listed> = entries
            .iter()
            .filter_map(|entry| match &entry.fact {
                Fact::MemberSet(member) => Some(Listed::clone(member)),
                _ => None,
            })
            .collect();
        let first = entries.iter().find_map(|entry| self.command_of(&entry.fact));
        if let Some(Command::Pause { play: None, caretaker, by, .. }) = first {
            let until = entries.iter().find_map(|entry| match &entry.fact {
                Fact::Paused { play: None, until } => *until,
                _ => None,
            });
            return Some(Command::Pause { play: None, caretaker, until, by });
        }
        if let Some(Command::Cancel { run, by, .. }) = first {
            let tells =
                |entry: &Entry| matches!(&entry.fact, Fact::RunStarted { section: Section::Cancelled, .. });
            return Some(Command::Cancel { run, silent: !entries.iter().any(tells), by });
        }
        if first.is_some() {
            return first;
        }
        if entries.iter().any(|entry| matches!(entry.fact, Fact::Refused { .. })) {
            self.unheard.refused += 1;
            return None;
        }
        // What is left is an import, of new members or of none.
        let left = entries.iter().filter_map(|entry| match &entry.fact {
            Fact::MemberGone { member, .. } => Some(member.clone()),
            _ => None,
        });
        let joined = entries.iter().any(|entry| match &entry.fact {
            Fact::SignalReceived(signal) => signal.id.as_str().starts_with("join/"),
            _ => false,
        });
        Some(Command::ImportMembers { members, left: left.collect(), joined })
    }

    fn command_of(&mut self, fact: &Fact) -> Option<Command> {
        Some(match fact {
            Fact::TaskClosed { task, answer, by, note, .. } => {
                let (by, note) = (by.clone(), note.clone());
                match &**answer {
                    "done" => Command::Done { task: self.task(task)?, by, note },
                    "approved" => {
                        let except = names(note.get("except").unwrap_or(&Value::Null));
                        let note = note.get("note").unwrap_or(&note).as_str().map(str::to_owned);
                        Command::Approve { task: self.task(task)?, by, note, as_operator: true, except }
                    }
                    "rejected" => {
                        let reason = note.as_str().map(str::to_owned);
                        Command::Reject { task: self.task(task)?, by, reason, as_operator: true }
                    }
                    _ => return None,
                }
            }
            Fact::ItemTicked { task, item, text, value, by } => {
                let item = match (text, value.as_str()) {
                    (Some(text), _) => format!("+{text}"),
                    (None, Some(answer)) => format!("{}={answer}", item.saturating_add(1)),
                    (None, None) => item.saturating_add(1).to_string(),
                };
                Command::Tick { task: self.task(task)?, items: vec![item], by: by.clone() }
            }
            Fact::PressUndone { task, by } => Command::Undo { task: self.task(task)?, by: by.clone() },
            Fact::TaskReassigned { task, role, people, by } => {
                let person = people.first().map(|person| Arc::from(person.id.as_str()));
                let to = role.as_ref().map(|role| Arc::from(role.as_str())).or(person)?;
                Command::Reassign { task: self.task(task)?, to, by: by.clone() }
            }
            Fact::Paused { play, until } => {
                Command::Pause { play: play.clone(), caretaker: None, until: *until, by: None }
            }
            Fact::ClockSet { to } => Command::SetBackClock { to: *to },
            Fact::Resumed { play } => Command::Resume { play: play.clone(), by: None },
            Fact::DateMoved { play, date, to, .. } => {
                Command::Postpone { play: play.clone(), date: date.clone(), at: *to, by: None }
            }
            Fact::RunRetried { run } => Command::Retry { run: run.clone(), by: None },
            Fact::OccurrenceDropped { run, by, .. } => {
                Command::Skip { run: run.clone(), step: None, by: by.clone() }
            }
            Fact::Operator { by, did } => operated(did, by.clone())?,
            Fact::StepSkipped { run, step, reason: Skip::Operator, .. } => {
                Command::Skip { run: run.clone(), step: Some(step.clone()), by: None }
            }
            Fact::RunFinished { run, outcome: Outcome::Cancelled, reason }
                if reason.en.starts_with("cancelled by ") =>
            {
                let by = reason.en.strip_prefix("cancelled by ").filter(|by| *by != "an operator");
                Command::Cancel { run: run.clone(), silent: false, by: by.map(str::to_owned) }
            }
            Fact::RunStarted { play, run, cause, .. }
                if run.as_str().contains('#') && cause.signals.is_empty() && cause.date.is_none() =>
            {
                let (args, member) = (cause.args.clone(), cause.member.clone());
                Command::Start { play: play.clone(), args, date: None, member, by: None }
            }
            _ => return None,
        })
    }

    /// The return of a script: the recorded failure, or what the script says now.
    fn returned(&mut self, effect: &EffectId, failed: Option<&Phrase>, now: Timestamp) -> Option<Input> {
        let Some(call) = self.state.calls.iter().find(|call| call.effect == *effect).cloned() else {
            self.unheard.gone += 1;
            return None;
        };
        let facts = engine::script_facts(&self.state, self.playbooks, effect);
        let host = Then { host: self.material.host(), answers: self.answers, now };
        let result = match (failed, self.material.script(&call.script), facts) {
            (Some(error), ..) => Err(error.clone()),
            (None, Ok(script), Some(facts)) => {
                script.call(&call.function, &call.args, &facts, &host).map_err(|error| error.in_words())
            }
            (None, Err(error), _) => Err(error.into()),
            (None, _, None) => Err("its run is gone".into()),
        };
        Some(Input::returned(effect, result))
    }
}

/// The command that led to what an operator did.
fn operated(did: &Operation, by: Option<String>) -> Option<Command> {
    Some(match did.clone() {
        // Recorded behind what it is about.
        Operation::Asked { .. } => return None,
        // What a step asks for.
        Operation::Pinned { .. } => return None,
        Operation::Noted { run, text } => Command::Note { run, text, by },
        Operation::Caretaker { role, .. } => {
            Command::Pause { play: None, caretaker: role, until: None, by: None }
        }
        Operation::Hurried { run, step } => Command::Now { run, step: Some(step), by },
        Operation::Delayed { run, more, .. } => Command::Delay { run, length: more, by },
        Operation::Unskipped { run, .. } => Command::Unskip { run, by },
        Operation::PutOff { play, date } => Command::PutOff { play, date, by },
        // What was sent is known to the outbox alone.
        Operation::LetGo { effect } => Command::Release { effect, by },
        Operation::Recalled { effect, .. } => Command::Recall { effect, known: None, by },
        Operation::StepLeftOut { run, step } => Command::Skip { run, step: Some(step), by },
        Operation::RemindedLater { task, at } => Command::Remind { task, at: Some(at), by },
        Operation::Dropped { effect, .. } => Command::Drop { effect, known: None, by },
        Operation::Corrected { effect, text, .. } => Command::Correct { effect, text, known: None, by },
        Operation::Swapped { role, one, other, .. } => {
            Command::Swap { role, one: Arc::from(one.as_str()), other: Arc::from(other.as_str()), by }
        }
        Operation::Reworded { run, step, text } => Command::Reword { run, step, text, by },
        Operation::Tagged { member, tag, off } => Command::Tag { member, tag, off, by },
        Operation::Replied { member, asked } => Command::Replied { member, asked, by },
        Operation::Hushed { until, why, .. } => Command::Hush { until, why, by },
        Operation::Unhushed { send, .. } => Command::Unhush { send, by },
    })
}

fn news_of(news: ChannelNews) -> Input {
    Input { id: InputId::from(format!("channel/{}", news.channel)), kind: InputKind::Channel(news) }
}

/// The names in a note that lists some.
fn names(note: &Value) -> Vec<String> {
    let names = note.as_list().unwrap_or_default().iter();
    names.filter_map(|name| name.as_str().map(str::to_owned)).collect()
}
