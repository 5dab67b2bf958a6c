//! One group in virtual time: the real engine, a synthetic world, and an oracle that watches both.
//!
//! The same order as the live driver: wait, decide, commit, apply, announce; waiting is a jump and committing is
//! nothing. Scripts run at once, in the sandbox that they have live.

use super::{
    Finding, Material, Options, Transition,
    courier::{Attempt, Courier, Event},
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
        entry::{Effect, Fact},
        input::{Input, InputKind},
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
    oracle: Oracle,
    n: u64,
    now: Timestamp,
    /// A script call that failed; its step says whether it is tried again.
    failed: Option<(EffectId, String)>,
}

impl GroupSim {
    /// A group that nobody has adopted yet.
    pub fn new(id: &GroupId, playbook: &Arc<Playbook>, options: &Options) -> Self {
        let world = &options.world;
        let courier = playbook
            .groups
            .get(id)
            .map_or_else(Courier::default, |group| Courier::new(playbook, group, world, options.from, false));
        Self {
            playbook: playbook.clone(),
            state: State::new(id.clone()),
            crowd: Crowd::new(world, options.seed, id, &playbook.zone, playbook.locale, options.from),
            courier,
            chance: Seed::from_parts(&["channels", id.as_str(), &options.seed.to_string()]),
            receipts: VecDeque::new(),
            oracle: Oracle::default(),
            n: 0,
            now: options.from,
            failed: None,
        }
    }

    /// Begins: the engine sees the group for the first time, and its first members are brought in.
    pub fn adopt<E>(
        &mut self,
        playbooks: &Playbooks,
        material: &Material,
        options: &Options,
        findings: &mut Vec<Finding>,
        sink: &mut impl FnMut(&Transition<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let digest = self.playbook.digest.clone();
        let adopt = Input { id: InputId::new("adopt"), kind: InputKind::Adopt { digest } };
        self.take(&adopt, playbooks, material, findings, sink)?;
        match self.crowd.settle(&self.state, options.members) {
            Some(import) => self.take(&import, playbooks, material, findings, sink),
            None => Ok(()),
        }
    }

    /// The group as it is now.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Hands an input from outside to the engine at an instant.
    pub fn tell<E>(
        &mut self,
        at: Timestamp,
        input: &Input,
        playbooks: &Playbooks,
        material: &Material,
        findings: &mut Vec<Finding>,
        sink: &mut impl FnMut(&Transition<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.now = self.now.max(at);
        self.take(input, playbooks, material, findings, sink)
    }

    /// When something happens next: the engine's deadline, or something in the world.
    pub fn next_at(&self) -> Option<Timestamp> {
        let deadline = engine::deadline(&self.state).map(|deadline| deadline.at.max(self.now));
        let courier = self.courier.next_at().map(|at| at.max(self.now));
        deadline.into_iter().chain(self.crowd.next_at()).chain(courier).min()
    }

    /// Lives through what happens next.
    pub fn step<E>(
        &mut self,
        playbooks: &Playbooks,
        material: &Material,
        findings: &mut Vec<Finding>,
        sink: &mut impl FnMut(&Transition<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(at) = self.next_at() else { return Ok(()) };
        self.now = at;
        let deadline = engine::deadline(&self.state).filter(|deadline| deadline.at <= at);
        let Some(deadline) = deadline else {
            if self.courier.next_at().is_some_and(|next| next <= at) {
                self.carry();
                while let Some(receipt) = self.receipts.pop_front() {
                    self.take(&receipt, playbooks, material, findings, sink)?;
                }
                return Ok(());
            }
            return match self.crowd.happen(&self.state) {
                Some(input) => self.take(&input, playbooks, material, findings, sink),
                None => Ok(()),
            };
        };
        let epoch = self.state.epoch;
        let wake = Input { id: InputId::from(format!("wake-{epoch}")), kind: InputKind::Wake { epoch } };
        self.take(&wake, playbooks, material, findings, sink)?;
        if self.state.epoch == epoch {
            let what =
                format!("the engine asked to be called for {:?} and then did nothing", deadline.reason);
            findings.push(self.broken(what));
        }
        Ok(())
    }

    /// The courier does what its time has come for; what the engine is told of it waits in `receipts`.
    fn carry(&mut self) {
        let mut events = Vec::new();
        let chance = &mut self.chance;
        self.courier.step(
            self.now,
            &mut |_, line| {
                if chance.chance(line.refuses) {
                    Attempt::Refused
                } else if chance.chance(line.doubt) {
                    Attempt::Lost { arrived: chance.chance(0.5) }
                } else {
                    Attempt::Accepted
                }
            },
            &mut events,
        );
        for event in events {
            if let Event::Settled { effect, receipt: Some(receipt) } = event {
                let id = InputId::from(format!("receipt/{effect}"));
                self.receipts.push_back(Input { id, kind: InputKind::Receipt { effect, receipt } });
            }
        }
    }

    /// Hands an input to the engine, and after it every script call that comes of it.
    fn take<E>(
        &mut self,
        input: &Input,
        playbooks: &Playbooks,
        material: &Material,
        findings: &mut Vec<Finding>,
        sink: &mut impl FnMut(&Transition<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.decide(input, playbooks, findings, sink)?;
        while let Some(call) = self.state.calls.front().cloned() {
            let result = match (
                material.script(&call.script),
                engine::script_facts(&self.state, playbooks, &call.effect),
            ) {
                (Ok(script), Some(facts)) => script
                    .call(&call.function, &call.args, &facts, material.host())
                    .map_err(|error| error.to_string()),
                (Err(error), _) => Err(error),
                (_, None) => Err("its run is gone".into()),
            };
            let id = InputId::new(call.effect.as_str());
            let returned = InputKind::ScriptReturned { effect: call.effect.clone(), result };
            self.decide(&Input { id, kind: returned }, playbooks, findings, sink)?;
            if self.state.calls.front().is_some_and(|still| still.effect == call.effect) {
                findings.push(self.broken(format!("the script call {} never ends", call.effect)));
                return Ok(());
            }
        }
        Ok(())
    }

    fn decide<E>(
        &mut self,
        input: &Input,
        playbooks: &Playbooks,
        findings: &mut Vec<Finding>,
        sink: &mut impl FnMut(&Transition<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        for entry in engine::decide(&self.state, playbooks, input, self.now) {
            if let Err(error) = engine::apply(&mut self.state, &entry) {
                findings.push(self.broken(format!("an entry of the engine is illegal: {error}")));
                return Ok(());
            }
            self.n += 1;
            if let Err(what) = self.oracle.see(&self.playbook, &self.state, &entry) {
                findings.push(self.broken(what));
            }
            self.judge_script(&entry.fact, findings);
            self.crowd.see(&entry);
            if let Some(Effect::Send(out)) = entry.effect() {
                self.courier.submit(out, self.now);
            }
            let transition =
                Transition { group: &self.state.group, n: self.n, entry: &entry, state: &self.state };
            sink(&transition)?;
        }
        Ok(())
    }

    /// A script call that fails is a finding when its step is not tried again.
    fn judge_script(&mut self, fact: &Fact, findings: &mut Vec<Finding>) {
        match fact {
            Fact::ScriptFailed { effect, error } => self.failed = Some((effect.clone(), error.clone())),
            Fact::StepFailed { retry, .. } => {
                if let (Some((effect, error)), None) = (self.failed.take(), retry) {
                    let group = self.state.group.clone();
                    findings.push(Finding::Script { at: self.now, group, effect, error });
                }
            }
            Fact::Poisoned { reason, .. } => {
                findings.push(self.broken(format!("the engine could not digest an input: {reason}")));
            }
            _ => {}
        }
    }

    fn broken(&self, what: String) -> Finding {
        Finding::Invariant { at: self.now, group: self.state.group.clone(), what }
    }
}
