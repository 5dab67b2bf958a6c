//! Phases: when one is left, which one comes, and what that sets off.

use super::{
    draft::{Decided, Draft},
    entry::{Fact, PhaseCause, Poison},
    facts::ExprAbout,
    input::Signal,
    skip::undecided,
};
use crate::{
    base::{
        ids::{InputId, PhaseName, PlayName},
        time::Duration,
        value::Value,
    },
    model::trigger::Trigger,
    script::expr::EvalError,
};
use std::sync::Arc;

impl Draft<'_> {
    /// Enters a phase and sends `phase.entered`.
    pub(super) fn enter_phase(&mut self, name: &PhaseName, cause: PhaseCause) -> Decided {
        let playbook = self.playbook.clone();
        let Some(phase) = playbook.phase(name) else { return Ok(()) };
        let from = self.state.phase.clone();
        let since = if cause == PhaseCause::Adopted { self.state.created } else { self.now };
        self.emit(Fact::PhaseEntered {
            phase: name.clone(),
            cause,
            timeout: phase.timeout.filter(|_| !phase.is_final).map(|timeout| since.plus(timeout)),
            is_final: phase.is_final,
        })?;
        self.set_midnight()?;
        let data = Value::map([
            ("phase", Value::str(name.as_str())),
            ("from", if from.as_str().is_empty() { Value::Null } else { Value::str(from.as_str()) }),
        ]);
        let id = InputId::from(format!("phase.entered/{name}/{}", self.state.epoch));
        self.record_signal(Signal {
            name: Arc::from("phase.entered"),
            id,
            at: self.now,
            sent: None,
            member: None,
            data,
        })
    }

    /// Sets when `until` is tested next if nothing else happens.
    pub(super) fn set_midnight(&mut self) -> Decided {
        let tested = self.playbook.phase(&self.state.phase).is_some_and(|phase| phase.until.is_some());
        let next = self.playbook.phase_after(&self.state.phase).is_some();
        let waits = self.playbook.plays.iter().any(|play| matches!(play.trigger, Trigger::Whenever(_)));
        let waits = waits || super::idle::is_heard(&self.playbook);
        let at = ((tested && next || waits) && !self.state.phase_final)
            .then(|| self.playbook.zone.day_bounds(self.now).1);
        if at == self.state.midnight { Ok(()) } else { self.emit(Fact::MidnightSet { at }) }
    }

    /// Local midnight has passed; `until` is tested after every input anyway.
    pub(super) fn midnight_passed(&mut self) -> Decided {
        let at = Some(self.playbook.zone.day_bounds(self.now).1);
        self.emit(Fact::MidnightSet { at })
    }

    /// The phase's `timeout` has passed.
    pub(super) fn phase_timed_out(&mut self) -> Decided {
        let next = self.playbook.phase_after(&self.state.phase).map(|phase| phase.name.clone());
        match next {
            Some(next) => self.enter_phase(&next, PhaseCause::Timeout),
            // The last phase has nowhere to go; its timeout is taken away by entering it again without one.
            None => self.emit(Fact::PhaseEntered {
                phase: self.state.phase.clone(),
                cause: PhaseCause::Timeout,
                timeout: None,
                is_final: self.state.phase_final,
            }),
        }
    }

    /// Leaves the phase while its `until` is true. An `until` that fails counts as not yet.
    pub(super) fn test_until(&mut self) -> Decided {
        for _ in 0..self.playbook.phases.len() {
            if self.state.phase_final {
                return Ok(());
            }
            let playbook = self.playbook.clone();
            let Some(until) = playbook.phase(&self.state.phase).and_then(|phase| phase.until.as_ref()) else {
                return Ok(());
            };
            let Some(next) = playbook.phase_after(&self.state.phase) else { return Ok(()) };
            let facts = self.facts(until.names(), &ExprAbout::default());
            match until.eval_bool(&facts) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(error) => return self.until_broke(until.source(), &error),
            }
            let condition = until.source().to_owned();
            self.enter_phase(&next.name, PhaseCause::Until { condition })?;
            self.carry_on()?;
        }
        Ok(())
    }

    /// A phase whose end cannot be decided goes on, and people are told so once a day.
    fn until_broke(&mut self, condition: &str, error: &EvalError) -> Decided {
        if self.told_lately(None) {
            return Ok(());
        }
        let reason = undecided("until", condition, error);
        let text = reason.of(self.playbook.locale).to_owned();
        self.emit(Fact::Poisoned(Poison { reason, timer: None, condition: true }))?;
        self.alert(self.state.phase.clone().as_str(), text)
    }

    /// Whether it was said within a day that something of a play, or of the phases, could not be decided.
    pub(super) fn told_lately(&self, play: Option<&PlayName>) -> bool {
        let since = self.now.plus(-Duration::DAY);
        self.state.broken.iter().any(|broken| broken.play.as_ref() == play && broken.at > since)
    }
}
