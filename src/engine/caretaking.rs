//! A group that is paused as a whole, and who looks in meanwhile: one task a week, to the caretaker or to the host.
//!
//! A pause of which nobody takes care for a day asks the host for somebody.

use super::{
    apply::retime,
    draft::{Decided, Draft},
    notice,
    operation::Operation,
    state::{State, Timer},
};
use crate::base::{
    ids::RoleName,
    time::{Duration, Timestamp},
};
use serde::{Deserialize, Serialize};

/// After so long without a caretaker the host is asked for one.
const ASKED_AFTER: Duration = Duration::DAY;
/// How often whoever takes care is asked to look in.
const EVERY: Duration = Duration::DAY.times(7);
/// By when they are to have looked.
const DUE: Duration = Duration::DAY.times(2);

/// Who looks in while the group is paused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caretaking {
    /// The role; the host's where none was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<RoleName>,
    /// Since when it is paused.
    pub since: Timestamp,
    /// When they are asked next.
    pub next: Timestamp,
}

/// Records who takes care, and when they are asked next.
pub(super) fn apply(state: &mut State, at: Timestamp, role: Option<&RoleName>, next: Timestamp) {
    let known = state.by_hand.caretaking.take();
    let since = known.as_ref().map_or(at, |known| known.since);
    retime(state, known.map(|known| known.next), Some(next), Timer::Caretaker);
    state.by_hand.caretaking = Some(Caretaking { role: role.cloned(), since, next });
}

/// The pause is over.
pub(super) fn end(state: &mut State) {
    state.paused = false;
    let known = state.by_hand.caretaking.take();
    retime(state, known.map(|known| known.next), None, Timer::Caretaker);
}

impl Draft<'_> {
    /// Everything is paused: whoever takes care is told at once, the host after a day.
    pub(super) fn take_care(&mut self, role: Option<&RoleName>) -> Decided {
        if let Some(role) = role
            && self.playbook.role(&self.group, role).is_none()
        {
            return self.refuse(format!(
                "there is no role `{role}`; write one of `roles`, or `pause` without `--caretaker`"
            ));
        }
        let next = self.now.plus(if role.is_some() { EVERY } else { ASKED_AFTER });
        self.operated(Operation::Caretaker { role: role.cloned(), next }, None)?;
        self.emit(super::entry::Fact::Paused { play: None })?;
        match role {
            Some(role) => self.ask_caretaker(Some(role.clone()), self.now, false),
            None => Ok(()),
        }
    }

    /// It is time to look in.
    pub(super) fn care_due(&mut self) -> Decided {
        let Some(Caretaking { role, since, .. }) = self.state.by_hand.caretaking.clone() else {
            return Ok(());
        };
        let first = role.is_none() && self.now.since(since) < EVERY;
        let next =
            if first { since.plus(EVERY).max(self.now.plus(ASKED_AFTER)) } else { self.now.plus(EVERY) };
        self.operated(Operation::Caretaker { role: role.clone(), next }, None)?;
        self.ask_caretaker(role, since, first)
    }

    fn ask_caretaker(&mut self, role: Option<RoleName>, since: Timestamp, nobody: bool) -> Decided {
        let text = notice::paused(&self.playbook, &self.group.title, since, self.now, nobody);
        let role = role.filter(|role| self.playbook.role(&self.group, role).is_some());
        let role = role.or_else(|| self.playbook.host_role(&self.group).cloned());
        self.ask_role(role, text, (None, None), false, Some(self.now.plus(DUE)))
    }
}
