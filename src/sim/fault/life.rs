//! One group under faults: what is durable, what a crash takes away, and what comes again after it.
//!
//! Durable are the journal, as text, with a stored state now and then, the outbox with it, and receipts until they are
//! heard. Everything else is rebuilt by applying entries, never by deciding again.

use super::{
    Rig, StepTold, Survived,
    backup::{Backup, recovered},
    dice::Dice,
    told::{describe, kinds, word},
};
use crate::{
    base::{
        ids::{EffectId, InputId},
        phrase::Phrase,
        time::{Duration, Timestamp},
    },
    courier::Doubt,
    engine::{
        self, Step,
        effect::Effect,
        entry::Entry,
        input::{Input, InputKind, Receipt},
        state::State,
    },
    model::{
        group::Group,
        playbook::{Playbook, Playbooks},
    },
    sim::{
        Material, Options,
        courier::{AttemptEnd, Courier, CourierEvent, CourierTrial},
        crowd::Crowd,
        oracle::{Oracle, decision::Decisions, delivery::Deliveries},
    },
};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

/// One group under faults.
pub(super) struct Life<'l> {
    versions: &'l [Arc<Playbook>],
    /// The version that the file holds.
    file: usize,
    playbooks: &'l Playbooks,
    material: &'l Material,
    options: &'l Options,
    rig: &'l Rig<'l>,
    group: &'l Group,
    state: State,
    /// The state as it was stored last, and the entries since.
    stored: (String, Vec<String>),
    crowd: Crowd,
    courier: Courier,
    dice: Dice,
    oracle: Oracle,
    decisions: Decisions,
    deliveries: Deliveries,
    /// The time that really is, and how far the clock is off.
    time: Timestamp,
    skew: Duration,
    /// Inputs that will come again.
    again: BTreeMap<(Timestamp, u64), Input>,
    /// Receipts that have not been heard.
    untold: VecDeque<Input>,
    /// The script call under way, and when it returns.
    call: Option<(EffectId, Timestamp)>,
    /// Every input that was committed, when, and what came of it.
    history: Vec<(Input, Timestamp, Vec<Entry>)>,
    /// A copy of the state, if somebody made one.
    backup: Option<Backup>,
    /// What may have been sent before a copy was put back.
    doubt: Option<Doubt>,
    /// The last instant that the clock or an entry had: the mark beside the state.
    reached: Timestamp,
    made: u64,
    pub(super) survived: Survived,
}

/// Who speaks next.
enum Speaker {
    Deadline,
    Receipt,
    Script,
    Courier,
    Again,
    Crowd,
}

impl<'l> Life<'l> {
    pub(super) fn new(
        versions: &'l [Arc<Playbook>],
        playbooks: &'l Playbooks,
        group: &'l Group,
        material: &'l Material,
        options: &'l Options,
        rig: &'l Rig<'l>,
        survived: Survived,
    ) -> Self {
        let state = State::new(group.id.clone());
        let playbook = &versions[0];
        let crowd = Crowd::new(
            &options.world,
            options.seed,
            &group.id,
            &playbook.zone,
            playbook.locale,
            options.from,
        );
        Self {
            versions,
            file: 0,
            playbooks,
            material,
            options,
            rig,
            group,
            stored: (serde_json::to_string(&state).unwrap_or_default(), Vec::new()),
            state,
            crowd,
            courier: Courier::new(
                playbook,
                Some(group),
                &options.world,
                options.from,
                CourierTrial::Everything,
            ),
            dice: Dice::new(options.seed, group.id.as_str()),
            oracle: Oracle::thorough(),
            decisions: Decisions::default(),
            deliveries: Deliveries::default(),
            time: options.from,
            skew: Duration::ZERO,
            again: BTreeMap::new(),
            untold: VecDeque::new(),
            call: None,
            history: Vec::new(),
            backup: None,
            doubt: None,
            reached: options.from,
            made: 0,
            survived,
        }
    }

    /// What the clock of the machine says.
    pub(super) fn wall(&self) -> Timestamp {
        self.time.plus(self.skew)
    }

    /// Lives to the end, or to a step; the broken promise in words, if there is one.
    pub(super) fn live(&mut self, until: Option<u64>, told: &mut StepTold<'_>) -> Result<(), String> {
        self.take_over(told)?;
        if let Some(import) = self.crowd.settle(&self.state, self.options.members) {
            self.hear(import, told)?;
        }
        while until.is_none_or(|until| self.survived.steps < until) {
            self.survived.steps += 1;
            self.misfortune(told)?;
            self.take_over(told)?;
            let Some((at, next)) = self.next().filter(|(at, _)| *at < self.options.to) else { break };
            self.time = self.time.max(at);
            self.step(next, told)?;
        }
        self.deliveries.end(self.courier.open())?;
        self.repeat_all()
    }

    /// What the file holds comes into force; an engine that dies over it is started again and does it then.
    fn take_over(&mut self, told: &mut StepTold<'_>) -> Result<(), String> {
        while self.state.digest.as_ref() != self.versions.get(self.file).map(|version| &version.digest) {
            let Some(version) = self.versions.get(self.file) else { break };
            self.survived.steps += 1;
            let kind = InputKind::Adopt { digest: version.digest.clone() };
            self.hear(Input { id: InputId::new("adopt"), kind }, told)?;
        }
        Ok(())
    }

    /// The version in force.
    fn playbook(&self) -> Arc<Playbook> {
        let digest = self.state.digest.as_ref();
        let found = digest.and_then(|digest| self.playbooks.of(digest, &self.group.id));
        found.unwrap_or(&self.versions[0]).clone()
    }

    /// What happens next, and when.
    fn next(&self) -> Option<(Timestamp, Speaker)> {
        let deadline = engine::deadline(&self.state).map(|deadline| {
            // A clock that was set back leaves the group ahead of it: then what is due is due all the same.
            let due = deadline.at <= self.state.clock.max(self.wall());
            if due { self.time } else { deadline.at.plus(-self.skew) }
        });
        let script = self.state.calls.front().map(|call| match &self.call {
            Some((effect, at)) if *effect == call.effect => *at,
            _ => self.time,
        });
        let all = [
            (deadline, Speaker::Deadline),
            ((!self.untold.is_empty()).then_some(self.time), Speaker::Receipt),
            (script, Speaker::Script),
            (self.courier.next_at(), Speaker::Courier),
            (self.again.first_key_value().map(|((at, _), _)| *at), Speaker::Again),
            (self.crowd.next_at(), Speaker::Crowd),
        ];
        let timed = all.into_iter().filter_map(|(at, next)| Some((at?.max(self.time), next)));
        timed.min_by_key(|(at, _)| *at)
    }

    /// Between two steps the process may die, the clock may jump, and somebody may say what makes no sense.
    fn misfortune(&mut self, told: &mut StepTold<'_>) -> Result<(), String> {
        if self.dice.one_in(60) {
            self.crash("between two inputs", told)?;
        }
        if self.dice.one_in(60) {
            let jump = self.dice.jump();
            self.skew = self.skew + jump;
            self.courier.skew = self.skew;
            self.survived.jumps += 1;
            told(self.survived.steps, self.wall(), &|| format!("the clock jumps by {jump}"));
        }
        if self.dice.one_in(60) {
            self.backup = Some(self.copied());
            told(self.survived.steps, self.wall(), &|| "a copy of the state is made".to_owned());
        }
        if self.dice.one_in(120)
            && let Some(backup) = self.backup.take()
        {
            self.restore(&backup, told)?;
        }
        if self.dice.one_in(40) {
            self.file = self.dice.below(self.versions.len());
            self.survived.edits += 1;
            let file = self.file;
            told(self.survived.steps, self.wall(), &|| format!("the file holds version {file}"));
        }
        if self.dice.one_in(30) {
            self.made += 1;
            self.survived.nonsense += 1;
            let id = format!("nonsense-{}", self.made);
            let kind = self.dice.nonsense(self.wall(), &id);
            self.hear(Input { id: InputId::from(id), kind }, told)?;
        }
        Ok(())
    }

    fn step(&mut self, next: Speaker, told: &mut StepTold<'_>) -> Result<(), String> {
        match next {
            Speaker::Deadline => {
                let epoch = self.state.epoch;
                let committed = self.history.len();
                self.hear(Input { id: "wake".into(), kind: InputKind::Wake { epoch } }, told)?;
                let idle = self.state.epoch == epoch && self.history.len() > committed;
                if idle {
                    return Err("the engine asked to be called and then did nothing (G1)".into());
                }
            }
            Speaker::Receipt => {
                if let Some(receipt) = self.untold.front().cloned() {
                    self.hear(receipt, told)?;
                }
            }
            Speaker::Script => self.script(told)?,
            Speaker::Courier => self.carry(told)?,
            Speaker::Again => {
                if let Some((_, input)) = self.again.pop_first() {
                    self.survived.repeats += 1;
                    self.hear(input, told)?;
                }
            }
            Speaker::Crowd => {
                if let Some(input) = self.crowd.happen(&self.state) {
                    self.hear(input, told)?;
                }
            }
        }
        Ok(())
    }

    /// A script call begins, or returns.
    fn script(&mut self, told: &mut StepTold<'_>) -> Result<(), String> {
        let Some(call) = self.state.calls.front().cloned() else { return Ok(()) };
        if self.call.as_ref().is_none_or(|(effect, _)| *effect != call.effect) {
            self.call = Some((call.effect.clone(), self.time.plus(self.dice.seconds(5))));
            return Ok(());
        }
        let result = if self.dice.one_in(6) {
            self.survived.scripts += 1;
            Err(Phrase::same("the script crashed"))
        } else {
            match (
                self.material.script(&call.script),
                engine::script_facts(&self.state, self.playbooks, &call.effect),
            ) {
                (Ok(script), Some(facts)) => script
                    .call(&call.function, &call.args, &facts, self.material.host())
                    .map_err(|error| error.in_words()),
                (Err(error), _) => Err(error.into()),
                (_, None) => return Err(format!("the run of the call {} is gone (G3)", call.effect)),
            }
        };
        if self.dice.one_in(10) {
            self.survived.scripts += 1;
            return self.crash("after a script has returned and before that is known", told);
        }
        self.hear(Input::returned(&call.effect, result), told)
    }

    /// The courier begins and ends attempts.
    fn carry(&mut self, told: &mut StepTold<'_>) -> Result<(), String> {
        let mut events = Vec::new();
        let (dice, rebuffs) = (&mut self.dice, &mut self.survived.rebuffs);
        self.courier.step(
            self.time,
            &mut |_| {
                let (attempt, takes) = dice.attempt();
                *rebuffs += u64::from(matches!(attempt, AttemptEnd::Refused | AttemptEnd::Throttled(_)));
                (attempt, takes)
            },
            &mut events,
        );
        (self.rig.carry)(&mut events);
        self.seen(events, told)
    }

    fn seen(&mut self, events: Vec<CourierEvent>, told: &mut StepTold<'_>) -> Result<(), String> {
        for event in events {
            match &event {
                CourierEvent::Arrived { .. } => self.survived.arrivals += 1,
                CourierEvent::Doubted { .. } => self.survived.doubts += 1,
                CourierEvent::Settled { effect, receipt } => {
                    if let Some(receipt) = receipt.clone() {
                        self.untold.push_back(Input::receipt(effect, receipt));
                    }
                }
            }
            told(self.survived.steps, self.wall(), &|| describe(&event));
            self.deliveries.see(&event, self.wall())?;
        }
        Ok(())
    }

    /// An input is decided, and committed unless the process dies first.
    fn hear(&mut self, input: Input, told: &mut StepTold<'_>) -> Result<(), String> {
        let now = self.wall();
        let Step { entries, next, .. } = (self.rig.step)(&self.state, self.playbooks, &input, now);
        if self.dice.one_in(25) {
            self.comes_again(&input);
            return self.crash("before the commit", told);
        }
        let before = self.state.clone();
        told(self.survived.steps, now, &|| format!("{}: {}", word(&input), kinds(&entries)));
        for entry in &entries {
            self.commit(entry)?;
        }
        if next != self.state {
            return Err("the state after a step is not what its entries add up to (G2)".into());
        }
        if matches!(input.kind, InputKind::Receipt { .. }) {
            self.untold.retain(|receipt| receipt.id != input.id);
        }
        let playbook = self.playbook();
        let decisions = &mut self.decisions;
        decisions.see(&playbook, &before, &self.state, &input, &entries, now)?;
        self.history.push((input.clone(), now, entries));
        if self.dice.one_in(25) {
            // Whoever sent it got no answer.
            self.comes_again(&input);
            return self.crash("after the commit", told);
        }
        if self.dice.one_in(15) {
            self.comes_again(&input);
        }
        Ok(())
    }

    /// A sender that got no answer sends again; some have gone. A version that is in force comes by itself.
    fn comes_again(&mut self, input: &Input) {
        let sent = !matches!(input.kind, InputKind::Adopt { .. });
        if sent && !self.dice.one_in(4) {
            self.made += 1;
            let at = self.time.plus(self.dice.seconds(600));
            self.again.insert((at, self.made), input.clone());
        }
    }

    fn commit(&mut self, entry: &Entry) -> Result<(), String> {
        let text =
            serde_json::to_string(entry).map_err(|error| format!("an entry cannot be stored: {error}"))?;
        engine::apply(&mut self.state, entry)
            .map_err(|error| format!("an entry of the engine is illegal: {error}"))?;
        self.stored.1.push(text);
        self.survived.entries += 1;
        let playbook = self.playbook();
        self.oracle.see(&playbook, &self.state, entry)?;
        self.deliveries.decided(entry);
        self.reached = self.reached.max(self.wall()).max(entry.at);
        if let Some(Effect::Send(out)) = entry.effect() {
            if self.doubt.is_some_and(|doubt| doubt.covers(out)) {
                self.may_have_been_sent(&out.effect)?;
            } else {
                self.courier.submit(&self.group.id, out, self.time);
            }
        }
        self.crowd.see(entry);
        Ok(())
    }

    /// The process dies and is started again: the state comes from what was stored.
    fn crash(&mut self, when: &str, told: &mut StepTold<'_>) -> Result<(), String> {
        self.survived.crashes += 1;
        told(self.survived.steps, self.wall(), &|| format!("the process dies {when}"));
        let mut events = Vec::new();
        self.courier.crash(&mut events);
        self.seen(events, told)?;
        self.call = None;
        self.time = self.time.plus(self.dice.down());
        self.courier.restart(self.time);
        let state = recovered(&self.stored)?;
        if state != self.state {
            return Err("recovery gives another state than there was (G2)".into());
        }
        self.state = state;
        if self.dice.one_in(3) {
            let text = serde_json::to_string(&self.state).map_err(|error| error.to_string())?;
            self.stored = (text, Vec::new());
        }
        Ok(())
    }

    /// A copy of what is durable now.
    fn copied(&self) -> Backup {
        Backup {
            stored: self.stored.clone(),
            courier: self.courier.copy(),
            untold: self.untold.clone(),
            oracle: self.oracle.clone(),
            decisions: self.decisions.clone(),
            deliveries: self.deliveries.clone(),
            history: self.history.len(),
        }
    }

    /// The state is lost, and a copy of it takes its place.
    fn restore(&mut self, backup: &Backup, told: &mut StepTold<'_>) -> Result<(), String> {
        self.survived.restores += 1;
        told(self.survived.steps, self.wall(), &|| "the state is lost, and the copy is put back".to_owned());
        self.call = None;
        self.time = self.time.plus(self.dice.down());
        self.state = recovered(&backup.stored)?;
        self.stored.clone_from(&backup.stored);
        self.untold.clone_from(&backup.untold);
        self.oracle.clone_from(&backup.oracle);
        self.decisions.clone_from(&backup.decisions);
        self.deliveries.put_back(&backup.deliveries);
        self.history.truncate(backup.history);
        self.reached = self.reached.max(self.wall());
        self.doubt = Some(Doubt { until: self.reached });
        let mut events = Vec::new();
        self.courier.put_back(&backup.courier, &mut events);
        self.seen(events, told)?;
        self.courier.restart(self.time);
        Ok(())
    }

    /// A message that is decided again, or was lost with what had decided it: it waits for a person.
    fn may_have_been_sent(&mut self, effect: &EffectId) -> Result<(), String> {
        let receipt = Receipt::InDoubt { reason: Phrase::same("the state was put back") };
        self.untold.push_back(Input::receipt(effect, receipt.clone()));
        let settled = CourierEvent::Settled { effect: effect.clone(), receipt: Some(receipt) };
        for event in [CourierEvent::Doubted { effect: effect.clone() }, settled] {
            self.deliveries.see(&event, self.wall())?;
        }
        Ok(())
    }

    /// G6: the same inputs at the same times give the same journal.
    fn repeat_all(&self) -> Result<(), String> {
        let mut state = State::new(self.group.id.clone());
        for (input, now, entries) in &self.history {
            if (self.rig.step)(&state, self.playbooks, input, *now).entries != *entries {
                return Err(format!(
                    "the input {} is decided in another way when it is repeated (G6)",
                    input.id
                ));
            }
            for entry in entries {
                engine::apply(&mut state, entry).map_err(|error| format!("{error} (G6)"))?;
            }
        }
        Ok(())
    }
}
