//! `wait`: for a time, a signal, or a task that an earlier step opened.

use crate::{
    base::{ids::TaskId, time::Timestamp, value::Value},
    engine::{
        carrying::{At, Carried, Trouble, Went},
        draft::{Decided, Draft},
        entry::Waiting,
        facts::ExprAbout,
        input::Signal,
    },
    model::step::{Verb, Wait, WaitFor},
};

impl Draft<'_> {
    pub(in crate::engine) fn wait_step(&mut self, at: &At<'_>, wait: &Wait) -> Carried {
        let limit = wait.timeout.map(|timeout| self.now.plus(timeout));
        match &wait.target {
            WaitFor::For(length) => self.wait_until(at, at.due.plus(*length)),
            WaitFor::Until(clock) => {
                let until = at.play.zone_or(&at.playbook.zone).next_clock(*clock, at.due);
                self.wait_until(at, until)
            }
            WaitFor::Signal(name) => {
                self.wait(at, Waiting::Signal { name: name.clone() }, limit, None)?;
                Ok(Went::Waits)
            }
            WaitFor::Binding(name) => {
                let run = self.run(&at.run.id)?;
                let task = run.bindings.get(name).and_then(|v| v.get("task")).and_then(Value::as_str);
                let Some(task) = task.map(TaskId::new) else {
                    // A question has been counted by the time its name exists; a missed step has no name.
                    return self.done(at, at.pc + 1, None);
                };
                if !self.state.tasks.contains_key(&task) {
                    return self.done(at, at.pc + 1, None);
                }
                self.wait(at, Waiting::Task { task }, limit, None)?;
                Ok(Went::Waits)
            }
        }
    }

    fn wait_until(&mut self, at: &At<'_>, until: Timestamp) -> Carried {
        if until <= self.now {
            let at = At { run: at.run.clone(), ends: until, ..*at };
            return self.done(&at, at.pc + 1, None);
        }
        self.wait(at, Waiting::Time, Some(until), None)?;
        Ok(Went::Waits)
    }

    /// Runs that wait for this signal go on.
    pub(in crate::engine) fn wake_waiting(&mut self, signal: &Signal) -> Decided {
        let waiting: Vec<_> = self
            .state
            .runs
            .values()
            .filter(|run| {
                matches!(run.waiting.as_ref().map(|w| &w.waiting),
                    Some(Waiting::Signal { name }) if *name == signal.name)
            })
            .map(|run| run.id.clone())
            .collect();
        for id in waiting {
            self.with_step(&id, |draft, at| draft.signal_came(at, signal))?;
        }
        Ok(())
    }

    fn signal_came(&mut self, at: &At<'_>, signal: &Signal) -> Carried {
        let Verb::Wait(wait) = &at.step.verb else {
            return Err(Trouble::Step("this step waits for no signal".into()));
        };
        if let Some(filter) = &wait.filter {
            let about = ExprAbout {
                run: Some(&at.run),
                signal: Some(signal.to_value()),
                member: signal.member.clone(),
                step: Some(&at.step.id),
            };
            let facts = self.facts(filter.names(), &about);
            if !filter.eval_bool(&facts)? {
                return Ok(Went::Waits);
            }
        }
        let binding = wait.binding.as_ref().map(|name| (name.clone(), signal.to_value()));
        self.done(at, at.pc + 1, binding)
    }

    /// What was waited for did not come in time.
    pub(in crate::engine) fn waited_in_vain(&mut self, at: &At<'_>) -> Carried {
        let Verb::Wait(wait) = &at.step.verb else {
            return Err(Trouble::Step("this step waits for nothing".into()));
        };
        let binding = wait.binding.as_ref().map(|name| (name.clone(), Value::Null));
        self.done(at, at.otherwise, binding)
    }
}
