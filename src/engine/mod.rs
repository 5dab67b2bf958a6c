//! What happens next: `decide`, `apply`, `deadline`.
//!
//! Pure. Knows no text format, no spans, no clock, no database. Time arrives with the input; what is decided is
//! returned as entries and becomes a fact only when somebody has committed them and `apply` has been called.
//!
//! A driver waits for an input or the deadline, decides, commits the entries, applies each of them, and only then
//! does what they want done outside ([`entry::Entry::effect`]). If the commit fails nothing has changed.

pub mod entry;
pub mod gate;
pub mod input;
pub mod outgoing;
pub mod readings;
pub mod task;
pub mod state;
pub mod view;
mod adopt;
mod advance;
mod apply;
mod apply_run;
pub(crate) mod budget;
mod command;
mod draft;
mod due;
mod notice;
mod phase;
mod signal;
mod steps;

use crate::{
    base::limits,
    base::{
        ids::{EffectId, InputId},
        time::{Duration, Timestamp},
    },
    model::{
        group::Group,
        playbook::{Playbook, Playbooks},
    },
    script::{facts::Facts, names::Names},
};
use draft::{About, Decided, Draft};
use entry::{Entry, Fact};
use input::{Input, InputKind, Receipt};
use state::{Deadline, State};
use std::sync::Arc;

/// An entry that cannot follow the state it was applied to: a bug, or a journal that was tampered with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct IllegalEntry(pub String);

/// Decides what an input means now. Pure: the same arguments give the same entries; nothing is changed.
///
/// Empty when the input means nothing: a repeated one, a wake of an old epoch, a playbook that is in force already.
pub fn decide(state: &State, playbooks: &Playbooks, input: &Input, now: Timestamp) -> Vec<Entry> {
    let setting = match Setting::of(state, playbooks, input, now) {
        Ok(Some(setting)) => setting,
        Ok(None) => return Vec::new(),
        Err(reason) => return vec![poison(state, input, now, reason)],
    };
    let (mut copy, mut entries) = (state.clone(), Vec::new());
    match setting.decide(&mut copy, playbooks, input, &mut |_, entry| entries.push(entry)) {
        Ok(()) => entries,
        Err(IllegalEntry(reason)) => vec![poison(state, input, now, reason)],
    }
}

/// Decides and applies in one go, for whoever has nothing to commit in between: `seen` gets each entry that [`decide`]
/// would give, with the state after it. Nothing is copied.
///
/// An input that cannot be digested leaves the state as far as the decision came, where [`decide`] would have taken
/// nothing of it: its last entry is [`Fact::Poisoned`], and the caller should go no further.
pub fn decide_and_apply(
    state: &mut State,
    playbooks: &Playbooks,
    input: &Input,
    now: Timestamp,
    seen: &mut dyn FnMut(&State, Entry),
) {
    let poisoned = match Setting::of(state, playbooks, input, now) {
        Ok(None) => return,
        Ok(Some(setting)) => match setting.decide(state, playbooks, input, seen) {
            Ok(()) => return,
            Err(IllegalEntry(reason)) => poison(state, input, now, reason),
        },
        Err(reason) => poison(state, input, now, reason),
    };
    // A poisoned entry is legal after anything.
    if apply::apply(state, &poisoned).is_ok() {
        seen(state, poisoned);
    }
}

/// What a decision needs to know of the version in force.
struct Setting {
    playbook: Arc<Playbook>,
    group: Arc<Group>,
    now: Timestamp,
    id: Option<InputId>,
}

impl Setting {
    /// None when the input means nothing; an error when it cannot be digested.
    fn of(
        state: &State,
        playbooks: &Playbooks,
        input: &Input,
        now: Timestamp,
    ) -> Result<Option<Self>, String> {
        let remembered = remembered(&input.kind);
        if remembered && state.recent.contains(&apply::fingerprint(&input.id)) {
            return Ok(None);
        }
        if matches!(input.kind, InputKind::Wake { epoch } if epoch != state.epoch) {
            return Ok(None);
        }
        let wanted = match &input.kind {
            InputKind::Adopt { digest } => Some(digest),
            _ => state.digest.as_ref(),
        };
        let Some(playbook) = wanted.and_then(|digest| playbooks.get(digest)) else {
            if matches!(input.kind, InputKind::Wake { .. }) {
                return Ok(None);
            }
            return Err("no playbook is in force for this group; start the engine with its file".into());
        };
        let Some(group) = playbook.groups.get(&state.group) else {
            // The file does not run this group any more: it sleeps until a version does again.
            return Ok(None);
        };
        let id = remembered.then(|| input.id.clone());
        Ok(Some(Self { playbook: playbook.clone(), group: group.clone(), now: now.max(state.clock), id }))
    }

    fn decide(
        self,
        state: &mut State,
        playbooks: &Playbooks,
        input: &Input,
        seen: &mut dyn FnMut(&State, Entry),
    ) -> Decided {
        take(&mut Draft::new(state, playbooks, self.playbook, self.group, self.now, self.id, seen), input)
    }
}

fn poison(state: &State, input: &Input, now: Timestamp, reason: String) -> Entry {
    let id = remembered(&input.kind).then(|| input.id.clone());
    // A wake that cannot be digested must not come again and again: its timer goes with it.
    let timer = matches!(input.kind, InputKind::Wake { .. }).then(|| state.timers.get_min().cloned());
    Entry { at: now.max(state.clock), input: id, fact: Fact::Poisoned { reason, timer: timer.flatten() } }
}

/// Wakes and adoptions are no-ops by themselves when they come twice, and script calls and receipts name their
/// effect; the others are remembered by id.
fn remembered(kind: &InputKind) -> bool {
    matches!(kind, InputKind::Signal(_) | InputKind::Command(_))
}

fn take(draft: &mut Draft<'_>, input: &Input) -> Decided {
    if let InputKind::Adopt { digest } = &input.kind {
        match draft.state.digest.clone() {
            None => draft.adopt()?,
            Some(current) if current == *digest => announce_sleep(draft)?,
            Some(current) => {
                announce_sleep(draft)?;
                let old = draft.playbooks.get(&current).cloned();
                draft.change_playbook(old.as_ref())?;
            }
        }
        draft.carry_on()?;
        draft.fire_due()?;
        return settle(draft);
    }
    // What was due before the input came happens before it.
    announce_sleep(draft)?;
    draft.fire_due()?;
    match &input.kind {
        InputKind::Adopt { .. } | InputKind::Wake { .. } => {}
        InputKind::Signal(signal) => {
            let mut signal = signal.clone();
            signal.at = draft.now;
            draft.record_signal(signal)?;
        }
        InputKind::ScriptReturned { effect, result } => draft.script_returned(effect, result)?,
        InputKind::Receipt { effect, receipt } => receipt_came(draft, effect, receipt)?,
        InputKind::Command(command) => draft.command(command)?,
    }
    draft.carry_on()?;
    settle(draft)
}

/// What follows every input: phases move on, held messages may go, timers that came due meanwhile fire.
fn settle(draft: &mut Draft<'_>) -> Decided {
    loop {
        let before = draft.state.epoch;
        draft.test_until()?;
        draft.carry_on()?;
        if !draft.state.held.is_empty() {
            draft.release_held()?;
        }
        draft.fire_due()?;
        if draft.state.epoch == before {
            return Ok(());
        }
    }
}

/// A deadline that passed long ago means that the group slept: the engine was down, or the clock jumped.
fn announce_sleep(draft: &mut Draft<'_>) -> Decided {
    let Some(missed) = next_wake(draft.state) else { return Ok(()) };
    let length: Duration = draft.now.since(missed);
    if length.as_millis() < limits::SLEPT_ANNOUNCED_MS {
        return Ok(());
    }
    draft.emit(Fact::Slept { from: missed, length })
}

fn receipt_came(draft: &mut Draft<'_>, effect: &EffectId, receipt: &Receipt) -> Decided {
    let (in_doubt, reason) = match receipt {
        Receipt::Accepted { note } => {
            return draft.emit(Fact::Delivered { effect: effect.clone(), note: note.clone() });
        }
        Receipt::Refused { reason } => (false, reason.clone()),
        Receipt::InDoubt { reason } => (true, reason.clone()),
        Receipt::Expired => (false, "it was not delivered before it expired".to_owned()),
    };
    draft.emit(Fact::DeliveryFailed { effect: effect.clone(), in_doubt, reason: reason.clone() })?;
    if effect.as_str().starts_with("alert/") {
        // An alert about an alert has no end.
        return Ok(());
    }
    let title = draft.group.title.clone();
    let text = notice::delivery_failed(draft.playbook.locale, &title, effect.as_str(), in_doubt, &reason);
    draft.alert(effect.as_str(), text)
}

/// Records one fact. The same function serves live operation and recovery; recovery applies entries and never
/// decides again.
pub fn apply(state: &mut State, entry: &Entry) -> Result<(), IllegalEntry> {
    apply::apply(state, entry)
}

/// When to call again, and why. Kept up to date by `apply`, not searched for.
pub fn deadline(state: &State) -> Option<Deadline> {
    state.timers.get_min().map(|(at, reason)| Deadline { at: *at, reason: reason.clone() })
}

/// When to call again; [`deadline`] says why, too.
pub fn next_wake(state: &State) -> Option<Timestamp> {
    state.timers.get_min().map(|(at, _)| *at)
}

/// What the script of a call that has not returned can see, or `None` where there is no such call.
pub fn script_facts(state: &State, playbooks: &Playbooks, effect: &EffectId) -> Option<Arc<Facts>> {
    let call = state.calls.iter().find(|call| call.effect == *effect)?;
    let run = state.runs.get(&call.run)?;
    let playbook = playbooks.get(&run.digest)?;
    let group = playbook.groups.get(&state.group)?;
    let play = playbook.play(&run.play)?;
    let about = About { run: Some(run), step: Some(&call.step), ..About::default() };
    Some(draft::build_facts(state, playbook, group, Some(play), state.clock, Names::ALL, &about))
}

/// What an expression about the group sees at an instant, outside of any run; `None` before the group was adopted.
pub fn group_facts(state: &State, playbooks: &Playbooks, names: Names, now: Timestamp) -> Option<Arc<Facts>> {
    let playbook = playbooks.get(state.digest.as_ref()?)?;
    let group = playbook.groups.get(&state.group)?;
    let now = now.max(state.clock);
    Some(draft::build_facts(state, playbook, group, None, now, names, &About::default()))
}
