//! People who are asked: operators who do their tasks on time, late or never; members who answer questions.
//!
//! Plans what will be done; whether it is still wanted then is looked at when the time has come.

use super::{Crowd, Happening};
use crate::{
    base::{time::Duration, value::Value},
    engine::{
        entry::{Task, TaskKind},
        input::Command,
    },
};

impl Crowd {
    /// Members answer a question, most of them soon.
    pub(super) fn think(&mut self, task: &Task) {
        let open = task.due.map_or(Duration::DAY, |due| due.since(task.opened));
        let options = task.options.len().max(1) as u64;
        for index in 0..self.people.len() {
            let person = &self.people[index];
            if person.speaks(task.opened) && self.seed.chance(person.manner.answers) {
                let u = self.seed.fraction();
                let after = Duration::from_millis((open.as_millis() as f64 * u * u) as i64);
                // The first options are a little dearer to people than the last.
                let option = self.seed.below(options).min(self.seed.below(options)) as u32;
                let id = self.people[index].id.clone();
                self.schedule(task.opened.plus(after), Happening::Answers(id, task.id.clone(), option));
            }
        }
    }

    /// An operator decides, or never looks.
    pub(super) fn judge(&mut self, task: &Task) {
        let habits = self.world.operator(task.role.as_ref());
        let u = self.seed.fraction();
        let open = task.due.map_or(Duration::DAY, |due| due.since(task.opened));
        let after = Duration::from_millis((open.as_millis() as f64 * self.seed.fraction() * 0.9) as i64);
        let by = asked(task);
        let command = if u < habits.approves {
            Command::Approve { task: task.id.clone(), by, note: None, as_operator: false }
        } else if u < habits.decides {
            Command::Reject { task: task.id.clone(), by, reason: None, as_operator: false }
        } else {
            return;
        };
        self.schedule(task.opened.plus(after), Happening::Does(command));
    }

    /// An operator does it in time, late, or never. A post that is only to be copied is copied soon.
    pub(super) fn work(&mut self, task: &Task) {
        let habits = self.world.operator(task.role.as_ref());
        let u = self.seed.fraction();
        let open = match (task.kind, task.due) {
            (TaskKind::Delivery, _) => Duration::MINUTE.times(20),
            (_, Some(due)) => due.since(task.opened),
            (_, None) => Duration::HOUR.times(8),
        };
        let share = self.seed.fraction();
        let share = if u < habits.in_time {
            share * 0.95
        } else if u < habits.done {
            1.0 + share
        } else {
            return;
        };
        let after = Duration::from_millis((open.as_millis() as f64 * share) as i64);
        let command = Command::Done { task: task.id.clone(), by: asked(task), note: Value::Null };
        self.schedule(task.opened.plus(after), Happening::Does(command));
    }
}

fn asked(task: &Task) -> Option<String> {
    task.people.first().map(|person| person.name.clone())
}
