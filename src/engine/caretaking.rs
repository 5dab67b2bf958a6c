//! A group that is paused as a whole, and who looks in meanwhile: one task a week, to the caretaker or to the host.
//!
//! A pause of which nobody takes care for a day asks the host for somebody.

use super::{
    by_hand::Caretaking,
    draft::{Decided, Draft},
    notice,
    operation::Operation,
    task::EndsWith,
};
use crate::base::{
    ids::RoleName,
    phrase::{Phrase, pair, phrase},
    time::{Duration, Timestamp},
};

/// After so long without a caretaker the host is asked for one.
const ASKED_AFTER: Duration = Duration::DAY;
/// How often whoever takes care is asked to look in.
const EVERY: Duration = Duration::DAY.times(7);
/// By when they are to have looked.
const DUE: Duration = Duration::DAY.times(2);

impl Draft<'_> {
    /// Everything is paused: whoever takes care is told at once, the host after a day.
    pub(super) fn take_care(&mut self, role: Option<&RoleName>, until: Option<Timestamp>) -> Decided {
        if let Some(role) = role
            && self.playbook.role(&self.group, role).is_none()
        {
            let names: Vec<String> = self.playbook.roles.keys().map(|name| format!("`{name}`")).collect();
            let roles = if names.is_empty() {
                pair("the file has no `roles`", "文件里没有 `roles`").into()
            } else {
                Phrase {
                    en: format!("the roles are {}", names.join(", ")),
                    zh: format!("角色有 {}", names.join("、")),
                }
            };
            return self.refuse(phrase!(
                "there is no role `{role}`; {roles}; or `pause` without `--caretaker`",
                "没有角色 `{role}`；{roles}；也可以 `pause` 时不写 `--caretaker`";
                roles
            ));
        }
        let next = self.now.plus(if role.is_some() { EVERY } else { ASKED_AFTER });
        self.operated(Operation::Caretaker { role: role.cloned(), next }, None)?;
        self.emit(super::entry::Fact::Paused { play: None, until })?;
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
        let text = notice::paused(&self.playbook, &self.group, since, self.now, nobody);
        let role = role.filter(|role| self.playbook.role(&self.group, role).is_some());
        let role = role.or_else(|| self.playbook.host_role(&self.group).cloned());
        let due = Some(self.now.plus(DUE));
        self.ask_role(role, text, (None, None), false, due, Some(EndsWith::Resume))
    }
}
