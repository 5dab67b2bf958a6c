//! One group in virtual time: the real engine, a synthetic world, and an oracle that watches both.
//!
//! The same order as the live driver: wait, decide, commit, apply, announce; waiting is a jump and committing is
//! nothing. Scripts run at once, in the sandbox that they have live.

use super::{
    Finding, Material, Options, Transition,
    courier::{AttemptEnd, Courier, CourierEvent, CourierTrial},
    crowd::Crowd,
    oracle::Oracle,
};
use crate::{
    base::{
        ids::{EffectId, GroupId, InputId},
        seed::Seed,
        time::Timestamp,
    },
    engine::{
        self,
        effect::Effect,
        entry::{Fact, Poison},
        input::{Input, InputKind, Receipt},
        state::State,
    },
    model::playbook::{Playbook, Playbooks},
};
use std::{collections::VecDeque, sync::Arc};

/// One group in virtual time.
#[derive(Debug)]
pub struct GroupSim {
    playbook: Arc<Playbook>,
    state: State,
    crowd: Crowd,
    /// The channels that are not ideal.
    courier: Courier,
    chance: Seed,
    /// Receipts that have not been heard, in order.
    receipts: VecDeque<Input>,
    /// Receipts of channels that are ideal, which follow at once.
    taken: VecDeque<Input>,
    oracle: Oracle,
    n: u64,
    now: Timestamp,
    /// A script call that failed; its step says whether it is tried again.
    failed: Option<(EffectId, String)>,
    broken: bool,
}

impl GroupSim {
    /// A group that nobody has adopted yet.
    pub fn new(id: &GroupId, playbook: &Arc<Playbook>, options: &Options) -> Self {
        let world = &options.world;
        let playbook = playbook.shared_in_group(id);
        let group = playbook.groups.get(id).map(Arc::as_ref);
        let courier = Courier::new(playbook, group, world, options.from, CourierTrial::World);
        Self {
            playbook: playbook.clone(),
            state: State::new(id.clone()),
            crowd: Crowd::new(world, options.seed, id, &playbook.zone, playbook.locale, options.from)
                .of(playbook, id),
            courier,
            chance: Seed::from_parts(&["channels", id.as_str(), &options.seed.to_string()]),
            receipts: VecDeque::new(),
            taken: VecDeque::new(),
            oracle: Oracle::default(),
            n: 0,
            now: options.from,
            failed: None,
            broken: false,
        }
    }

    /// Begins: the engine sees the group for the first time, and its first members are brought in.
    pub fn adopt(
        &mut self,
        playbooks: &Playbooks,
        material: &Material,
        options: &Options,
        findings: &mut Vec<Finding>,
        sink: &mut impl FnMut(&Transition<'_>),
    ) {
        let digest = self.playbook.digest.clone();
        let adopt = Input { id: InputId::new("adopt"), kind: InputKind::Adopt { digest } };
        self.take(&adopt, playbooks, material, findings, sink);
        if let Some(import) = self.crowd.settle(&self.state, options.members) {
            self.take(&import, playbooks, material, findings, sink);
        }
    }

    /// Whether the engine has seen the group.
    pub fn is_adopted(&self) -> bool {
        self.n > 0
    }

    /// Whether a promise was broken: nothing that follows means anything.
    pub fn is_broken(&self) -> bool {
        self.broken
    }

    /// The group as it is now.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Hands an input from outside to the engine at an instant.
    pub fn tell(
        &mut self,
        at: Timestamp,
        input: &Input,
        playbooks: &Playbooks,
        material: &Material,
        findings: &mut Vec<Finding>,
        sink: &mut impl FnMut(&Transition<'_>),
    ) {
        self.now = self.now.max(at);
        self.take(input, playbooks, material, findings, sink);
    }

    /// When something happens next: the engine's deadline, or something in the world.
    pub fn next_at(&self) -> Option<Timestamp> {
        let deadline = engine::next_wake(&self.state).map(|at| at.max(self.now));
        let courier = self.courier.next_at().map(|at| at.max(self.now));
        deadline.into_iter().chain(self.crowd.next_at()).chain(courier).min()
    }

    /// Lives through what happens next.
    pub fn step(
        &mut self,
        playbooks: &Playbooks,
        material: &Material,
        findings: &mut Vec<Finding>,
        sink: &mut impl FnMut(&Transition<'_>),
    ) {
        let Some(at) = self.next_at() else { return };
        self.now = at;
        if engine::next_wake(&self.state).is_none_or(|wake| wake > at) {
            if self.courier.next_at().is_some_and(|next| next <= at) {
                self.carry();
                while let Some(receipt) = self.receipts.pop_front() {
                    self.take(&receipt, playbooks, material, findings, sink);
                }
            } else if let Some(input) = self.crowd.happen(&self.state) {
                self.take(&input, playbooks, material, findings, sink);
            }
            return;
        }
        let epoch = self.state.epoch;
        let wake = Input { id: InputId::from(format!("wake-{epoch}")), kind: InputKind::Wake { epoch } };
        self.take(&wake, playbooks, material, findings, sink);
        if self.state.epoch == epoch {
            let reason = engine::deadline(&self.state).map(|deadline| deadline.reason);
            findings
                .push(self.broken(format!("the engine asked to be called for {reason:?} and did nothing")));
        }
    }

    /// The courier does what its time has come for; what the engine is told of it waits in `receipts`.
    fn carry(&mut self) {
        let mut events = Vec::new();
        let chance = &mut self.chance;
        self.courier.step(
            self.now,
            &mut |line| {
                let attempt = if chance.chance(line.refuses) {
                    AttemptEnd::Refused
                } else if chance.chance(line.doubt) {
                    AttemptEnd::Lost { arrived: chance.chance(0.5) }
                } else {
                    AttemptEnd::Accepted
                };
                (attempt, line.latency)
            },
            &mut events,
        );
        for event in events {
            if let CourierEvent::Settled { effect, receipt: Some(receipt) } = event {
                self.receipts.push_back(Input::receipt(&effect, receipt));
            }
        }
    }

    /// Hands an input to the engine, and after it every script call that comes of it.
    fn take(
        &mut self,
        input: &Input,
        playbooks: &Playbooks,
        material: &Material,
        findings: &mut Vec<Finding>,
        sink: &mut impl FnMut(&Transition<'_>),
    ) {
        self.decide(input, playbooks, findings, sink);
        self.call_scripts(playbooks, material, findings, sink);
        while let Some(receipt) = self.taken.pop_front() {
            self.decide(&receipt, playbooks, findings, sink);
            self.call_scripts(playbooks, material, findings, sink);
        }
    }

    fn call_scripts(
        &mut self,
        playbooks: &Playbooks,
        material: &Material,
        findings: &mut Vec<Finding>,
        sink: &mut impl FnMut(&Transition<'_>),
    ) {
        while let Some(call) = self.state.calls.front().cloned() {
            let result = match (
                material.script(&call.script),
                engine::script_facts(&self.state, playbooks, &call.effect),
            ) {
                (Ok(script), Some(facts)) => script
                    .call(&call.function, &call.args, &facts, material.host())
                    .map_err(|error| error.in_words()),
                (Err(error), _) => Err(error.into()),
                (_, None) => Err("its run is gone".into()),
            };
            self.decide(&Input::returned(&call.effect, result), playbooks, findings, sink);
            if self.state.calls.front().is_some_and(|still| still.effect == call.effect) {
                findings.push(self.broken(format!("the script call {} never ends", call.effect)));
                return;
            }
        }
    }

    fn decide(
        &mut self,
        input: &Input,
        playbooks: &Playbooks,
        findings: &mut Vec<Finding>,
        sink: &mut impl FnMut(&Transition<'_>),
    ) {
        let Self { playbook, state, crowd, courier, oracle, taken, n, now, failed, broken, .. } = self;
        let _ = engine::step_in_place(state, playbooks, input, *now, &mut |state, entry| {
            *n += 1;
            let group = &state.group;
            if let Err(what) = oracle.see(playbook, state, &entry) {
                *broken = true;
                findings.push(Finding::Invariant { at: *now, group: group.clone(), what });
            }
            if let Some(found) = judge(failed, *now, group, &entry.fact) {
                *broken |= found.is_broken_promise();
                findings.push(found);
            }
            crowd.see(&entry);
            if let Some(Effect::Send(out)) = entry.effect() {
                let is_sent = courier.submit(&state.group, out, *now);
                if !is_sent && out.is_awaited() {
                    let accepted = Receipt::Accepted { note: String::new() };
                    taken.push_back(Input::receipt(&out.effect, accepted));
                }
            }
            sink(&Transition::new(state, *n, &entry));
        });
    }

    fn broken(&mut self, what: String) -> Finding {
        self.broken = true;
        Finding::Invariant { at: self.now, group: self.state.group.clone(), what }
    }
}

/// A step that fails is a finding when it is not tried again; `failed` is the last script call that did.
fn judge(
    failed: &mut Option<(EffectId, String)>,
    at: Timestamp,
    group: &GroupId,
    fact: &Fact,
) -> Option<Finding> {
    let group = || group.clone();
    match fact {
        Fact::ScriptFailed { effect, error } => *failed = Some((effect.clone(), error.en.clone())),
        Fact::StepFailed { run, step, error, retry } => {
            let script = failed.take();
            if retry.is_some() {
                return None;
            }
            let group = group();
            if let Some((effect, error)) = script {
                return Some(Finding::Script { at, group, effect, error });
            }
            let (run, step, error) = (run.clone(), step.clone(), error.en.clone());
            return Some(Finding::Step { at, group, run, step, error });
        }
        Fact::Poisoned(Poison { reason, condition: false, .. }) => {
            let what = format!("the engine could not digest an input: {}", reason.en);
            return Some(Finding::Invariant { at, group: group(), what });
        }
        _ => {}
    }
    None
}
