//! What must be true of every decision: of all its entries together, the state before it and the state after it.
//!
//! Repeated inputs are no-ops, a script's effects come together, every occurrence leaves a record, nothing that is due
//! is left undone.

use crate::{
    base::{
        ids::{InputId, PlayName},
        limits,
        time::{Duration, Timestamp},
    },
    engine::{
        self,
        entry::{Entry, Fact, Poison},
        input::{Input, InputKind},
        state::State,
    },
    model::{occurrence::next_anchor, play::Section, playbook::Playbook},
    script::action::Action,
};
use std::collections::BTreeMap;

/// Watches the decisions of one group.
#[derive(Debug, Default, Clone)]
pub struct Decisions {
    /// Inputs that were decided and are remembered by the engine.
    heard: BTreeMap<InputId, Timestamp>,
}

impl Decisions {
    /// Looks at one decision; the broken promise in words, if there is one.
    pub fn see(
        &mut self,
        playbook: &Playbook,
        before: &State,
        after: &State,
        input: &Input,
        entries: &[Entry],
        now: Timestamp,
    ) -> Result<(), String> {
        if matches!(input.kind, InputKind::Signal(_) | InputKind::Command(_)) {
            // An id is remembered for a day of the group's clock; a sender that waits longer says something new.
            let day = Duration::HOUR.times(limits::RECENT_INPUTS_HOURS);
            let again = self.heard.get(&input.id).is_some_and(|at| after.clock.since(*at) < day);
            if again && !entries.is_empty() {
                return Err(format!("the input {} was decided twice (G1)", input.id));
            }
            self.heard.insert(input.id.clone(), after.clock);
            if !entries.is_empty() && !entries.iter().any(|entry| entry.input.as_ref() == Some(&input.id)) {
                return Err(format!("nothing says that the input {} was heard (G7)", input.id));
            }
        }
        for entry in entries {
            if let Fact::Poisoned(Poison { reason, condition: false, .. }) = &entry.fact {
                return Err(format!("an input could not be digested: {} (G7)", reason.en));
            }
        }
        together(input, entries)?;
        if !after.phase_final {
            // By which rule occurrences came before an edit is not known afterwards.
            if !matches!(input.kind, InputKind::Adopt { .. }) {
                anchors(playbook, before, after, entries)?;
            }
            dates(before, after, entries)?;
            windows(before, after, entries)?;
        }
        for (run, _) in before.runs.iter().filter(|(run, _)| !after.runs.contains_key(*run)) {
            let said =
                |entry: &Entry| matches!(&entry.fact, Fact::RunFinished { run: ended, .. } if ended == run);
            if !entries.iter().any(said) {
                return Err(format!("the run {run} vanished without a record (G7)"));
            }
        }
        let late = engine::deadline(after).filter(|deadline| deadline.at <= now.max(after.clock));
        match late {
            Some(deadline) if !entries.is_empty() => {
                Err(format!("{:?} was due at {:?} and was left undone (G1)", deadline.reason, deadline.at))
            }
            _ => Ok(()),
        }
    }
}

/// G3: all that a script asked for is in the decision that hears of its return, or nothing of it.
fn together(input: &Input, entries: &[Entry]) -> Result<(), String> {
    let InputKind::ScriptReturned { effect, result } = &input.kind else { return Ok(()) };
    let Some(from) = entries
        .iter()
        .position(|entry| matches!(&entry.fact, Fact::ScriptReturned { effect: id, .. } if id == effect))
    else {
        return Ok(());
    };
    let Ok(outcome) = result else {
        return Err(format!("{effect} failed, and is on record as returned (G3)"));
    };
    let (step, _) = effect.as_str().rsplit_once('/').unwrap_or((effect.as_str(), ""));
    let (run, _) = step.rsplit_once('/').unwrap_or((step, ""));
    let own = |id: &str| id.rsplit_once('/').is_some_and(|(of, _)| of == step);
    // Until the step ends everything is the script's own, except the tasks of a manual channel.
    let rest = &entries[from..];
    let end = rest
        .iter()
        .position(|entry| matches!(&entry.fact, Fact::StepDone { run: of, .. } if of.as_str() == run));
    let rest = &rest[..end.unwrap_or(rest.len())];
    let count = |wanted: &dyn Fn(&Fact) -> bool| rest.iter().filter(|entry| wanted(&entry.fact)).count();
    let posts = count(&|fact| match fact {
        Fact::Posted(out) => own(out.effect.as_str()),
        Fact::Held { outgoing, .. } => own(outgoing.effect.as_str()),
        _ => false,
    });
    let states = count(&|fact| matches!(fact, Fact::StateSet { .. }));
    let asked =
        |wanted: &dyn Fn(&Action) -> bool| outcome.actions.iter().filter(|action| wanted(action)).count();
    let pairs = [
        ("posts", posts, asked(&|action| matches!(action, Action::Post { .. }))),
        ("stored values", states, asked(&|action| matches!(action, Action::State { .. }))),
        (
            "signals",
            count(
                &|fact| matches!(fact, Fact::SignalReceived(signal) if signal.id.as_str().starts_with(effect.as_str())),
            ),
            asked(&|action| matches!(action, Action::Signal { .. })),
        ),
    ];
    match pairs.iter().find(|(_, found, wanted)| found != wanted) {
        Some((what, found, wanted)) => {
            Err(format!("{effect} asked for {wanted} {what} and {found} were decided with its return (G3)"))
        }
        None => Ok(()),
    }
}

/// G1: of the anchors that the cursor passed, each was started or skipped, once.
fn anchors(playbook: &Playbook, before: &State, after: &State, entries: &[Entry]) -> Result<(), String> {
    let Some(group) = playbook.groups.get(&before.group) else { return Ok(()) };
    for (name, old) in &before.plays {
        let (Some((first, _)), Some(play)) = (old.next, playbook.play(name)) else { continue };
        let passed = after.plays.get(name).and_then(|play| play.after).filter(|last| *last >= first);
        let Some(last) = passed else { continue };
        let (mut expected, mut anchor) = (0, Some(first));
        while let Some(at) = anchor.filter(|at| *at <= last) {
            expected += 1;
            anchor = next_anchor(playbook, group, play, after.created, at);
        }
        let settled: u64 = entries.iter().map(|entry| of_schedule(&entry.fact, name)).sum();
        if settled != expected {
            return Err(format!(
                "{name} had {expected} occurrences up to {last:?} and {settled} left a record (G1)"
            ));
        }
    }
    Ok(())
}

/// How many occurrences of a scheduled play a fact is the record of; runs by hand have a `#`.
fn of_schedule(fact: &Fact, name: &PlayName) -> u64 {
    match fact {
        Fact::Skipped { play, run, count, .. } if play == name && !run.as_str().contains('#') => *count,
        Fact::RunStarted { play, run, section: Section::Steps, .. }
            if play == name && !run.as_str().contains('#') =>
        {
            1
        }
        _ => 0,
    }
}

/// G1: a date that does not wait any more was started, skipped or cancelled.
fn dates(before: &State, after: &State, entries: &[Entry]) -> Result<(), String> {
    for (name, old) in &before.plays {
        let name = renamed(entries, name);
        for (id, _) in old.dates.iter().filter(|(_, date)| date.1.is_some()) {
            let now = after.plays.get(name).and_then(|play| play.dates.get(id));
            if now.is_some_and(|date| date.1.is_some()) {
                continue;
            }
            let occurrence = old.date_run(name, id);
            let told = entries.iter().any(|entry| match &entry.fact {
                Fact::RunStarted { run, .. } | Fact::Skipped { run, .. } => *run == occurrence,
                Fact::DateCancelled { play, date, .. } => play == name && date == id,
                _ => false,
            });
            if !told {
                return Err(format!("the date {occurrence} left no record (G1)"));
            }
        }
    }
    Ok(())
}

/// What a play is called after a decision.
fn renamed<'n>(entries: &'n [Entry], name: &'n PlayName) -> &'n PlayName {
    let to = entries.iter().find_map(|entry| match &entry.fact {
        Fact::Renamed { from, to } if from == name => Some(to),
        _ => None,
    });
    to.unwrap_or(name)
}

/// G1: a window that closed started its run or says why not.
fn windows(before: &State, after: &State, entries: &[Entry]) -> Result<(), String> {
    for (was, old) in &before.plays {
        let name = renamed(entries, was);
        let open =
            |state: &State| state.plays.get(name).and_then(|play| play.batch.as_ref().map(|batch| batch.0));
        let Some((until, _)) = old.batch.as_ref() else { continue };
        if open(after) == Some(*until) {
            continue;
        }
        let told = entries.iter().any(|entry| match &entry.fact {
            Fact::RunStarted { play, .. } | Fact::Skipped { play, .. } => play == name,
            _ => false,
        });
        if !told {
            return Err(format!("the signals that {name} had collected left no record (G1)"));
        }
    }
    Ok(())
}
