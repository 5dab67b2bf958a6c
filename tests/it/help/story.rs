//! A story: a playbook's text, a group, and time that goes as fast as the test likes.
//!
//! Uses only what a driver uses: compile, decide, apply, deadline. Every entry also goes through the journal's
//! stored form and is applied to a second state, which must stay equal: recovery is tested by every story.

use playbook::{
    base::{
        ids::{Digest, GroupId, InputId, MemberId, PlayName, TaskId},
        source::MemoryFolder,
        time::{Duration, Timestamp},
        value::Value,
    },
    engine::{
        self, Step,
        effect::Effect,
        entry::{Entry, Fact, Poison},
        input::{Command, Input, InputKind, Receipt, Signal},
        state::State,
    },
    lang,
    model::playbook::{Playbook, Playbooks},
    script::sandbox::{Host, Script},
    shell::store::{Ack, Decision, GroupInfo, Store, Work},
};
use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

pub(crate) struct Story {
    pub(crate) state: State,
    recovered: State,
    pub(crate) playbooks: Playbooks,
    pub(crate) playbook: Arc<Playbook>,
    pub(crate) now: Timestamp,
    files: MemoryFolder,
    scripts: BTreeMap<String, Script>,
    inputs: u64,
    pub(crate) entries: Vec<Entry>,
    seen: usize,
    /// The texts of every version that was in force.
    pub(crate) versions: Vec<(Digest, MemoryFolder)>,
    /// When false, messages whose receipt is awaited stay on their way.
    pub(crate) deliver: bool,
    /// When false, script calls stay under way, as if the engine were down.
    pub(crate) answer_scripts: bool,
}

struct NoHost;

impl Host for NoHost {
    fn data(&self, path: &str) -> Result<Value, String> {
        Err(format!("no file {path}"))
    }
    fn fetch(&self, url: &str) -> Result<Value, String> {
        Err(format!("no network for {url}"))
    }
    fn expired(&self) -> bool {
        false
    }
}

pub(crate) fn at(text: &str) -> Timestamp {
    let civil: jiff::civil::DateTime = text.replace(' ', "T").parse().expect("a civil time");
    let zone = playbook::base::time::Zone::named("Asia/Shanghai").expect("a zone");
    zone.instant(civil)
}

pub(crate) fn compile(files: &MemoryFolder) -> Arc<Playbook> {
    let compiled = lang::compile(files, "p.yaml");
    let problems: Vec<String> = compiled
        .report
        .diagnostics
        .iter()
        .filter(|d| d.severity == playbook::base::diagnostic::Severity::Error)
        .map(|d| format!("{}: {} {:?}", d.code, d.message.en, d.help))
        .collect();
    compiled.playbook.unwrap_or_else(|| panic!("the story's playbook has errors: {problems:#?}"))
}

impl Story {
    /// A playbook in Shanghai, adopted at a time. The text needs no `name` and no `timezone`.
    pub(crate) fn new(start: &str, yaml: &str) -> Self {
        Self::with_files(start, yaml, &[])
    }

    pub(crate) fn with_files(start: &str, yaml: &str, files: &[(&str, &str)]) -> Self {
        let mut folder = MemoryFolder::default();
        folder.0.insert("p.yaml".into(), Arc::from(Self::text(yaml)));
        let mut scripts = BTreeMap::new();
        for (path, text) in files {
            folder.0.insert((*path).into(), Arc::from(*text));
            if path.rsplit_once('.').is_some_and(|(_, ending)| ending == "rhai") {
                let script = Script::compile(path, text).expect("the story's script compiles");
                scripts.insert((*path).to_owned(), script);
            }
        }
        let playbook = compile(&folder);
        let mut playbooks = Playbooks::default();
        playbooks.insert(playbook.clone());
        let group: GroupId = playbook.groups.keys().next().expect("a group").clone();
        let mut story = Self {
            state: State::new(group.clone()),
            recovered: State::new(group),
            playbooks,
            playbook: playbook.clone(),
            now: at(start),
            files: folder.clone(),
            scripts,
            inputs: 0,
            entries: Vec::new(),
            seen: 0,
            versions: vec![(playbook.digest.clone(), folder)],
            deliver: true,
            answer_scripts: true,
        };
        story.input(InputKind::Adopt { digest: playbook.digest.clone() });
        story
    }

    fn text(yaml: &str) -> String {
        format!("name: story\ntimezone: Asia/Shanghai\n{yaml}")
    }

    /// Saves another version of the file.
    pub(crate) fn edit(&mut self, yaml: &str) {
        self.files.0.insert("p.yaml".into(), Arc::from(Self::text(yaml)));
        self.playbook = compile(&self.files);
        self.playbooks.insert(self.playbook.clone());
        self.versions.push((self.playbook.digest.clone(), self.files.clone()));
        self.input(InputKind::Adopt { digest: self.playbook.digest.clone() });
    }

    /// One input, now; and the scripts that it called.
    pub(crate) fn input(&mut self, kind: InputKind) {
        self.inputs += 1;
        let id = InputId::from(format!("input-{}", self.inputs));
        self.input_as(Input { id, kind });
    }

    pub(crate) fn input_as(&mut self, input: Input) {
        let Step { entries, next, parked } = engine::step(&self.state, &self.playbooks, &input, self.now);
        assert_eq!(parked, None, "{input:?}");
        let (mut at_once, mut again) = (self.state.clone(), Vec::new());
        let parked =
            engine::step_in_place(&mut at_once, &self.playbooks, &input, self.now, &mut |_, entry| {
                again.push(entry);
            });
        assert_eq!(
            entries, again,
            "a step is deterministic, and the same whether it is taken in place or not"
        );
        assert_eq!(parked, None);
        for entry in &entries {
            engine::apply(&mut self.state, entry).expect("a decided entry is legal");
            let stored = serde_json::to_string(entry).expect("an entry can be stored");
            let read: Entry =
                serde_json::from_str(&stored).unwrap_or_else(|e| panic!("{stored} reads back: {e}"));
            assert_eq!(&read, entry, "an entry reads back as it was stored");
            engine::apply(&mut self.recovered, &read).expect("a stored entry is legal");
            if let Fact::Poisoned(Poison { reason, condition: false, .. }) = &entry.fact {
                panic!("poisoned: {}", reason.en);
            }
        }
        assert_eq!(self.state, self.recovered, "recovery gives the same state");
        assert_eq!(self.state, next, "the state after a step is what its entries add up to");
        assert_eq!(self.state, at_once, "taken in place is the same as applied after");
        let awaited: Vec<_> = entries
            .iter()
            .filter_map(|entry| match entry.effect() {
                Some(Effect::Send(out)) if out.is_awaited() => Some(out.effect.clone()),
                _ => None,
            })
            .collect();
        self.entries.extend(entries);
        let delivered = if self.deliver { awaited } else { Vec::new() };
        for effect in &delivered {
            self.input_as(Input::receipt(effect, Receipt::Accepted { note: String::new() }));
        }
        if self.answer_scripts {
            self.run_scripts();
        }
    }

    /// Answers the script calls that are under way, one at a time.
    pub(crate) fn run_scripts(&mut self) {
        while let Some(call) = self.state.calls.front().cloned() {
            let facts =
                engine::script_facts(&self.state, &self.playbooks, &call.effect).expect("facts of a call");
            let result = match self.scripts.get(&*call.script) {
                Some(script) => {
                    script.call(&call.function, &call.args, &facts, &NoHost).map_err(|e| e.in_words())
                }
                None => Err(format!("there is no script {}", call.script).into()),
            };
            let before = self.state.calls.len();
            self.input(InputKind::ScriptReturned { effect: call.effect.clone(), result });
            assert!(
                self.state.calls.len() < before || self.state.calls.front() != Some(&call),
                "a call ends"
            );
        }
    }

    /// Lets time go to an instant, waking the group whenever it asked for it.
    pub(crate) fn until(&mut self, to: &str) {
        let to = at(to);
        for _ in 0..100_000 {
            match engine::deadline(&self.state) {
                Some(deadline) if deadline.at <= to => {
                    self.now = self.now.max(deadline.at);
                    let epoch = self.state.epoch;
                    self.input(InputKind::Wake { epoch });
                    assert!(
                        self.state.epoch > epoch,
                        "a wake at its deadline {deadline:?} decides something"
                    );
                }
                _ => {
                    self.now = self.now.max(to);
                    return;
                }
            }
        }
        panic!("the group never comes to rest");
    }

    /// The engine goes on from a state that another program has left.
    pub(crate) fn resume_from(&mut self, state: State) {
        self.recovered = state.clone();
        self.state = state;
    }

    /// The engine is down until then; nothing is decided meanwhile.
    pub(crate) fn sleep_until(&mut self, to: &str) {
        self.now = at(to);
        let epoch = self.state.epoch;
        self.input(InputKind::Wake { epoch });
        self.until(to);
    }

    pub(crate) fn signal(&mut self, name: &str, member: Option<&str>, data: Value) {
        self.inputs += 1;
        let id = InputId::from(format!("signal-{}", self.inputs));
        let signal = Signal {
            name: Arc::from(name),
            id: id.clone(),
            at: self.now,
            sent: None,
            member: member.map(MemberId::new),
            data,
        };
        self.input_as(Input { id, kind: InputKind::Signal(signal) });
    }

    pub(crate) fn command(&mut self, command: Command) {
        self.input(InputKind::Command(command));
    }

    pub(crate) fn approve(&mut self, task: &str) {
        self.command(Command::Approve {
            task: TaskId::new(task),
            by: Some("zhu".into()),
            note: None,
            as_operator: true,
            except: Vec::new(),
        });
    }

    pub(crate) fn done(&mut self, task: &str) {
        self.command(Command::Done { task: TaskId::new(task), by: None, note: Value::Null });
    }

    pub(crate) fn start(&mut self, play: &str) {
        self.command(Command::Start {
            play: PlayName::new(play),
            args: Value::Null,
            date: None,
            member: None,
            by: None,
        });
    }

    pub(crate) fn join(&mut self, id: &str, name: &str) {
        self.signal("member.joined", Some(id), Value::map([("name", Value::str(name))]));
    }

    pub(crate) fn idle_for(&self, length: Duration) -> usize {
        let seen = |id| self.state.members.activity(id).seen;
        self.state.members.ids().filter_map(seen).filter(|seen| self.now.since(*seen) > length).count()
    }

    /// What has happened since the last call, a line each, as a person would tell it. Cursors and bookkeeping are
    /// left out.
    pub(crate) fn news(&mut self) -> String {
        let mut out = String::new();
        for entry in &self.entries[self.seen..] {
            if let Some(line) = tell(entry) {
                let when = self.playbook.zone.civil(entry.at).strftime("%m-%d %H:%M").to_string();
                let _ = writeln!(out, "{when} {line}");
            }
        }
        self.seen = self.entries.len();
        out
    }

    /// Writes what has happened into a state directory, as an engine would have left it.
    pub(crate) fn store(&self, dir: &std::path::Path) {
        let (tell, mut acks) = tokio::sync::mpsc::unbounded_channel();
        let (store, _, _) = Store::open(dir, tell).expect("a store");
        let handle = store.handle();
        for (digest, files) in &self.versions {
            let files = files.0.clone();
            let source =
                Work::Source { digest: digest.clone(), path: "p.yaml".into(), files, secrets: Vec::new() };
            handle.send(source).expect("the writer is there");
        }
        let info = GroupInfo {
            playbook: "story".into(),
            title: "story".into(),
            zone: self.playbook.zone.name().to_owned(),
            locale: "en".into(),
            file: "p.yaml".into(),
            digest: self.playbook.digest.clone(),
        };
        handle.send(Work::Group(self.state.group.clone(), info)).expect("the writer is there");
        for entry in &self.entries {
            let decision = Decision {
                group: self.state.group.clone(),
                at: entry.at,
                entries: Arc::new(vec![entry.clone()]),
                claimed: Vec::new(),
                told: None,
                letters: Vec::new(),
                coverings: Vec::new(),
                parked: None,
            };
            handle.send(Work::Decide(decision)).expect("the writer is there");
        }
        drop(handle);
        store.close();
        while let Ok(ack) = acks.try_recv() {
            assert!(matches!(ack, Ack::Committed(_)), "{ack:?}");
        }
    }

    /// The texts that went out, in order.
    pub(crate) fn posts(&self) -> Vec<String> {
        self.entries
            .iter()
            .filter_map(|entry| match entry.effect() {
                Some(Effect::Send(out)) => Some(out.message.text.clone()),
                _ => None,
            })
            .collect()
    }
}

fn tell(entry: &Entry) -> Option<String> {
    let json = |value: &Value| value.to_json().to_string();
    Some(match &entry.fact {
        Fact::PhaseEntered { phase, .. } => format!("phase {phase}"),
        Fact::Skipped { run, count, reason, .. } => {
            let reason = serde_json::to_value(reason).expect("a reason can be stored");
            let n = if *count == 1 { String::new() } else { format!(" x{count}") };
            format!("skipped {run}{n}: {}", reason["why"].as_str().unwrap_or_default())
        }
        Fact::RunStarted { run, .. } => format!("start {run}"),
        Fact::StepSkipped { run, step, reason, .. } => {
            let reason = serde_json::to_value(reason).expect("a reason can be stored");
            format!("missed {run}/{step}: {}", reason["why"].as_str().unwrap_or_default())
        }
        Fact::StepFailed { step, error, .. } => format!("failed {step}: {}", error.en),
        Fact::RunFinished { run, outcome, .. } => {
            format!(
                "end {run}: {}",
                serde_json::to_value(outcome).expect("stored").as_str().unwrap_or_default()
            )
        }
        Fact::Posted(out) => format!("post {}: {}", out.channel, out.message.text),
        Fact::Released(out) => format!("release {}: {}", out.channel, out.message.text),
        Fact::Held { outgoing, reason, .. } => format!(
            "hold {}: {}",
            serde_json::to_value(reason).expect("stored").as_str().unwrap_or_default(),
            outgoing.message.text
        ),
        Fact::Expired { .. } => "expired".into(),
        Fact::Withdrawn { .. } => "withdrawn".into(),
        Fact::Notified(out) => format!("tell {}: {}", out.channel, first_line(&out.message.text)),
        Fact::TaskOpened(task) => format!("task {} {}", task.id, first_line(&task.text)),
        Fact::TaskClosed { task, answer, .. } => format!("closed {task}: {answer}"),
        Fact::VarSet { name, value } => format!("set {name} = {}", json(value)),
        Fact::StateSet { key, value } => format!("state {key} = {}", json(value)),
        Fact::MemberGone { member, .. } => format!("gone {member}"),
        Fact::DateMoved { date, .. } => format!("moved {date}"),
        Fact::DateCancelled { date, .. } => format!("cancelled {date}"),
        Fact::Refused { reason } => format!("refused: {}", reason.en),
        Fact::Slept { length, .. } => format!("slept {length}"),
        Fact::DeliveryFailed { effect, .. } => format!("undelivered {effect}"),
        _ => return None,
    })
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
