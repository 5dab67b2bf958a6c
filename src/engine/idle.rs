//! `operators.idle`: nobody looks after the group. Told once for each time of it, where a play hears it.
//!
//! Who does something, and when, is counted by `numbers`; here is only decided that it is long ago.

use super::{
    draft::{Decided, Draft},
    facts::operated_since,
    input::Signal,
};
use crate::{
    base::{ids::InputId, time::Duration, value::Value},
    model::{playbook::Playbook, trigger::Trigger},
};
use std::sync::Arc;

/// The signal.
pub(super) const OPERATORS_IDLE: &str = "operators.idle";

/// Whether a play waits to be told.
pub(super) fn is_heard(playbook: &Playbook) -> bool {
    let hears = |trigger: &Trigger| matches!(trigger, Trigger::Signal(on) if &*on.name == OPERATORS_IDLE);
    playbook.plays.iter().any(|play| hears(&play.trigger))
}

impl Draft<'_> {
    /// Tells the plays that hear it, once it is as long ago as the doctor takes for a sign.
    pub(super) fn tell_idle(&mut self) -> Decided {
        if self.state.phase_final || !is_heard(&self.playbook) {
            return Ok(());
        }
        let since = operated_since(self.state);
        let days = self.playbook.doctor.get("unattended");
        let least = Duration::from_millis((days * Duration::DAY.as_millis() as f64) as i64);
        let told = self.state.numbers.idle_told.is_some_and(|told| told >= since);
        if told || self.now.since(since) < least {
            return Ok(());
        }
        let days = self.now.since(since).as_millis() / Duration::DAY.as_millis();
        let data = Value::map([("since", Value::Time(since)), ("days", Value::Int(days))]);
        self.record_signal(Signal {
            name: Arc::from(OPERATORS_IDLE),
            id: InputId::from(format!("{OPERATORS_IDLE}/{}", since.to_utc())),
            at: self.now,
            sent: None,
            member: None,
            data,
        })?;
        self.carry_on()
    }
}
