//! People who are asked: operators who do their tasks on time, late or never; members who answer questions.
//!
//! Plans what will be done; whether it is still wanted then is looked at when the time has come.

use super::{Crowd, Happening};
use crate::{
    base::{
        ids::MemberId,
        time::{Duration, Timestamp},
        value::Value,
    },
    engine::{
        entry::{Task, TaskKind},
        input::Command,
        state::State,
    },
};

impl Crowd {
    /// Members answer a question, most of them soon.
    pub(super) fn think(&mut self, task: &Task) {
        let open = task.due.map_or(Duration::DAY, |due| due.since(asked_at(task)));
        let options = task.options.len().max(1) as u64;
        for index in 0..self.people.len() {
            let person = &self.people[index];
            if person.speaks(asked_at(task)) && self.seed.chance(person.manner.answers) {
                let u = self.seed.fraction();
                let after = Duration::from_millis((open.as_millis() as f64 * u * u) as i64);
                // The first options are a little dearer to people than the last.
                let option = self.seed.below(options).min(self.seed.below(options)) as u32;
                let option = (!task.options.is_empty()).then_some(option);
                let id = self.people[index].id.clone();
                self.schedule(asked_at(task).plus(after), Happening::Answers(id, task.id.clone(), option));
            }
        }
    }

    /// An operator decides, or never looks.
    pub(super) fn judge(&mut self, task: &Task) {
        let habits = self.world.operator(task.role.as_ref());
        let u = self.seed.fraction();
        let open = task.due.map_or(Duration::DAY, |due| due.since(asked_at(task)));
        let share = self.seed.fraction() * 0.9;
        let at = self.awake_at(habits.awake, asked_at(task), open, share);
        let by = asked(task);
        let command = if u < habits.approves {
            Command::Approve { task: task.id.clone(), by, note: None, as_operator: false, except: Vec::new() }
        } else if u < habits.decides {
            Command::Reject { task: task.id.clone(), by, reason: None, as_operator: false }
        } else {
            return;
        };
        self.schedule(at, Happening::Does(command));
    }

    /// An operator does it in time, late, or never. A post that is only to be copied is copied soon.
    pub(super) fn work(&mut self, task: &Task) {
        let habits = self.world.operator(task.role.as_ref());
        let u = self.seed.fraction();
        let open = match (task.kind, task.due) {
            (TaskKind::Delivery, _) => Duration::MINUTE.times(20),
            (_, Some(due)) => due.since(asked_at(task)),
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
        let at = self.awake_at(habits.awake, asked_at(task), open, share);
        let command = Command::Done { task: task.id.clone(), by: asked(task), note: Value::Null };
        self.schedule(at, Happening::Does(command));
    }

    /// When somebody gets to it: at that share of the hours in which they are awake between the asking and the end.
    /// Whoever sleeps all that time looks when they wake up; whoever is late is late in waking hours, too.
    fn awake_at(
        &mut self,
        hours: Option<(Duration, Duration)>,
        asked: Timestamp,
        open: Duration,
        share: f64,
    ) -> Timestamp {
        let hours = hours.unwrap_or(self.world.people.awake);
        let end = asked.plus(open);
        if share > 1.0 {
            let late = end.plus(Duration::from_millis((open.as_millis() as f64 * (share - 1.0)) as i64));
            let (from, _) = self.waking(hours, late);
            let soon = Duration::from_millis((Duration::HOUR.as_millis() as f64 * (share - 1.0)) as i64);
            return if late < from { from.plus(soon) } else { late };
        }
        let mut stretches = Vec::new();
        let mut at = asked;
        while at < end && stretches.len() < DAYS_LOOKED_AT {
            let (from, to) = self.waking(hours, at);
            if from.max(at) < end {
                stretches.push((from.max(at), to.min(end)));
            }
            at = to;
        }
        let awake: i64 = stretches.iter().map(|(from, to)| to.since(*from).as_millis()).sum();
        let mut left = (awake as f64 * share) as i64;
        for (from, to) in &stretches {
            let length = to.since(*from).as_millis();
            if left < length {
                return from.plus(Duration::from_millis(left));
            }
            left -= length;
        }
        let (from, _) = self.waking(hours, asked);
        from.max(asked).plus(Duration::from_millis((Duration::HOUR.as_millis() as f64 * share) as i64))
    }

    /// The waking hours that an instant lies in, or the next ones.
    fn waking(&self, (from, to): (Duration, Duration), at: Timestamp) -> (Timestamp, Timestamp) {
        let (midnight, next) = self.zone.day_bounds(at);
        if at < midnight.plus(to) {
            return (midnight.plus(from), midnight.plus(to));
        }
        (next.plus(from), next.plus(to))
    }

    /// What somebody writes into a form: their name where it asks for one, else what fits most questions.
    pub(super) fn filled_in(&mut self, task: &Task, member: &MemberId, state: &State) -> Value {
        let name = state.members.get(member).map(|member| member.name.clone()).unwrap_or_default();
        let few = 1 + self.seed.below(3).min(self.seed.below(3));
        let fields = task.fields.iter().map(|field| {
            let asks = |words: &[&str]| words.iter().any(|word| field.to_lowercase().contains(word));
            let value = if asks(&["name", "名", "who", "谁"]) {
                Value::from(name.clone())
            } else {
                Value::from(few.to_string())
            };
            (field.clone(), value)
        });
        Value::map(fields)
    }
}

/// So many days are looked at for hours in which a task could be done; what is open longer is done within them.
const DAYS_LOOKED_AT: usize = 400;

/// When they are told of it.
fn asked_at(task: &Task) -> Timestamp {
    task.tell.unwrap_or(task.opened)
}

fn asked(task: &Task) -> Option<String> {
    task.people.first().map(|person| person.name.clone())
}
