//! A rehearsal: a scenario lived through with the real engine, and what came of each expectation.
//!
//! Adds nobody's behaviour of its own: what is not in the scenario does not happen.

use super::{
    Scenario,
    expectation::{Expectation, What},
    sighting::Sighting,
};
use crate::{
    base::{
        ids::InputId,
        phrase::{Phrase, phrase},
        source::Span,
        time::{Timestamp, Zone},
        value::Value,
    },
    engine::{
        self,
        input::{Command, Input, InputKind},
        question::question,
        run::Run,
    },
    model::{
        playbook::{Playbook, Playbooks},
        step::Verb,
    },
    sim::{Finding, Material, Options, Transition, group::GroupSim, world::World},
};
use std::sync::Arc;

/// What came of a scenario.
#[derive(Debug)]
pub struct Rehearsal {
    /// All that was seen, in order of time.
    pub seen: Vec<Sighting>,
    /// One for each expectation, in the order of the file.
    pub verdicts: Vec<ExpectationVerdict>,
    /// Acts that could not be done, and why.
    pub stuck: Vec<(Span, Timestamp, Phrase)>,
    /// Scripts that failed, promises that were broken.
    pub findings: Vec<Finding>,
}

/// What came of an expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExpectationVerdict {
    /// It was met.
    Met,
    /// It was not: why, and the places in `seen` that count.
    Failed {
        /// What was found instead.
        found: Phrase,
        /// Sightings that counted.
        counted: Vec<usize>,
    },
}

impl Rehearsal {
    /// Whether everything was as expected.
    pub fn is_good(&self) -> bool {
        self.stuck.is_empty()
            && self.findings.is_empty()
            && self.verdicts.iter().all(|verdict| *verdict == ExpectationVerdict::Met)
    }
}

/// Lives a scenario through.
pub fn rehearse(playbook: &Arc<Playbook>, material: &Material, scenario: &Scenario) -> Rehearsal {
    let mut playbooks = Playbooks::default();
    playbooks.insert(playbook.clone());
    let options = Options {
        from: scenario.start,
        to: scenario.until,
        members: 0,
        seed: 1,
        world: Arc::new(World::still()),
    };
    let mut stage = Stage {
        group: GroupSim::new(&scenario.group, playbook, &options),
        playbooks,
        material,
        playbook,
        zone: &playbook.zone,
        seen: Vec::new(),
        findings: Vec::new(),
        stuck: Vec::new(),
        truths: vec![None; scenario.expect.len()],
    };
    stage.live(scenario, &options);
    let verdicts = scenario.expect.iter().zip(&stage.truths);
    let verdicts =
        verdicts.map(|(one, truth)| judge(one, truth.as_ref(), &stage.seen, &playbook.zone)).collect();
    Rehearsal { verdicts, seen: stage.seen, stuck: stage.stuck, findings: stage.findings }
}

fn judge(
    expectation: &Expectation,
    truth: Option<&Result<bool, String>>,
    seen: &[Sighting],
    zone: &Zone,
) -> ExpectationVerdict {
    let (least, most) = match &expectation.what {
        What::True(_) => {
            let found = match truth {
                Some(Ok(true)) => return ExpectationVerdict::Met,
                Some(Ok(false)) => phrase!("it is false", "不成立"),
                Some(Err(error)) => Phrase::same(error.as_str()),
                None => phrase!("the scenario ends before", "情景在那之前就结束了"),
            };
            return ExpectationVerdict::Failed { found, counted: Vec::new() };
        }
        What::Seen { least, most, .. } => (*least, *most),
    };
    let counted = expectation.counted(seen);
    if (least..=most).contains(&counted.len()) {
        return ExpectationVerdict::Met;
    }
    let found = match counted.len() {
        0 => {
            let nearly = expectation.nearly(seen, zone);
            nearly.unwrap_or_else(|| phrase!("nothing like it was seen", "没有看到类似的"))
        }
        1 => phrase!("it was seen once", "看到了 1 次"),
        n => phrase!("it was seen {n} times", "看到了 {n} 次"),
    };
    let place = |one: &&Sighting| seen.iter().position(|other| std::ptr::eq(*one, other));
    ExpectationVerdict::Failed { found, counted: counted.iter().filter_map(place).collect() }
}

/// Everything that a rehearsal needs while it lasts.
struct Stage<'a> {
    group: GroupSim,
    playbooks: Playbooks,
    material: &'a Material,
    playbook: &'a Playbook,
    zone: &'a Zone,
    seen: Vec<Sighting>,
    findings: Vec<Finding>,
    stuck: Vec<(Span, Timestamp, Phrase)>,
    /// For each expectation that is an expression: what it was.
    truths: Vec<Option<Result<bool, String>>>,
}

impl Stage<'_> {
    fn live(&mut self, scenario: &Scenario, options: &Options) {
        let Self { group, playbooks, material, zone, seen, findings, .. } = self;
        let mut see = |t: &Transition<'_>| seen.extend(Sighting::of(t.entry, zone));
        group.adopt(playbooks, material, options, findings, &mut see);
        if !scenario.members.is_empty() {
            let members = scenario.members.clone();
            let import = Command::ImportMembers { members, left: Vec::new(), joined: false };
            self.tell(
                scenario.start,
                &Input { id: InputId::new("members"), kind: InputKind::Command(import) },
            );
        }
        let mut script = scenario.script.iter().enumerate().peekable();
        let mut tests: Vec<(Timestamp, usize)> =
            scenario.expect.iter().enumerate().filter_map(truth_at).collect();
        tests.sort_unstable();
        let mut tests = tests.into_iter().peekable();
        loop {
            let act = script.peek().map(|(_, act)| act.at);
            let wake = self.group.next_at();
            let next = act.into_iter().chain(wake).min().filter(|at| *at < scenario.until);
            // What is tested at an instant is tested when all of that instant has happened.
            while let Some((at, index)) = tests.next_if(|(at, _)| next.is_none_or(|next| *at < next)) {
                self.test(at, index, &scenario.expect[index]);
            }
            let Some(next) = next else { return };
            if act == Some(next)
                && let Some((number, act)) = script.next()
            {
                match act.input(self.group.state(), number) {
                    Ok(input) => match self.unfit(&input, next) {
                        None => self.tell(next, &input),
                        Some(why) => self.stuck.push((act.span, next, why)),
                    },
                    Err(why) => self.stuck.push((act.span, next, why)),
                }
            } else {
                let Self { group, playbooks, material, zone, seen, findings, .. } = self;
                let mut see = |t: &Transition<'_>| seen.extend(Sighting::of(t.entry, zone));
                group.step(playbooks, material, findings, &mut see);
            }
            if self.findings.iter().any(Finding::is_broken_promise) {
                return;
            }
        }
    }

    /// Why an answer fits no question, where that is a slip: what comes late is something to rehearse.
    fn unfit(&self, input: &Input, at: Timestamp) -> Option<Phrase> {
        let InputKind::Signal(signal) = &input.kind else { return None };
        if &*signal.name != "answer" {
            return None;
        }
        let why = engine::answer_unfit(self.group.state(), &self.playbooks, signal, at)?;
        let named = ["task", "ask"].iter().find_map(|key| signal.data.get(key).and_then(Value::as_str));
        let play = |run: &Run| self.playbook.play(&run.play).cloned();
        let is_open = question(self.group.state(), named, play).is_some();
        let is_none = named.is_some_and(|name| !asks_by(self.playbook, name));
        (is_open || is_none).then_some(why)
    }

    fn tell(&mut self, at: Timestamp, input: &Input) {
        let Self { group, playbooks, material, zone, seen, findings, .. } = self;
        let mut see = |t: &Transition<'_>| seen.extend(Sighting::of(t.entry, zone));
        group.tell(at, input, playbooks, material, findings, &mut see);
    }

    fn test(&mut self, at: Timestamp, index: usize, expectation: &Expectation) {
        let What::True(expr) = &expectation.what else { return };
        let facts = engine::group_facts(self.group.state(), &self.playbooks, expr.names(), at);
        self.truths[index] = facts.map(|facts| expr.eval_bool(&facts).map_err(|error| error.to_string()));
    }
}

/// Whether a playbook has a question that goes by this name: its play's, its result's, or a task's.
fn asks_by(playbook: &Playbook, name: &str) -> bool {
    let is_task = name.strip_prefix('t').is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
    let mut steps = playbook.plays.iter().flat_map(|play| play.program.steps().map(move |step| (play, step)));
    is_task
        || steps.any(|(play, step)| {
            let binding = step.verb.binding();
            matches!(step.verb, Verb::Ask(_))
                && (play.name.as_str() == name
                    || play.was.as_ref().is_some_and(|was| was.as_str() == name)
                    || binding.is_some_and(|binding| **binding == *name))
        })
}

/// When an expectation is tested, if it is an expression.
fn truth_at((index, expectation): (usize, &Expectation)) -> Option<(Timestamp, usize)> {
    matches!(expectation.what, What::True(_)).then_some((expectation.window.from, index))
}
