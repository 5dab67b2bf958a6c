//! What happened on the days of a calendar: each message, task and miss once, as it stands after all entries.

use super::{
    brief::beginning,
    mark::{Kind, Mark},
};
use crate::{
    base::{
        ids::{EffectId, GroupId, PlayName, RunId, StepId},
        time::{Duration, Timestamp, Zone},
    },
    engine::{
        entry::{Fact, Outgoing, Skip, Task},
        state::State,
    },
    shell::store::{LogLine, MessageStatus},
};
use std::collections::BTreeMap;

/// What was, from entries in their order.
pub(super) fn past(
    (lines, on_the_way): (&[LogLine], &OnTheWay),
    state: &State,
    zone: &Zone,
) -> Vec<(PlayName, Mark)> {
    let mut gathered = Gathered { marks: BTreeMap::new(), zone, on_the_way };
    for line in lines {
        gathered.take(line, state);
    }
    gathered.marks.into_values().collect()
}

/// What is no later than this came on time, in milliseconds: gaps between messages and short batches are no delay.
pub(super) const ON_TIME_MS: i64 = 60_000;

/// Whether nobody has said yet that a message is pasted which a person was asked to paste.
pub(super) fn waits_for_hands(out: &Outgoing, state: &State) -> bool {
    out.manual.as_ref().is_some_and(|task| state.tasks.contains_key(task))
}

/// Messages that have not arrived, and where they are.
pub(super) type OnTheWay = BTreeMap<(GroupId, EffectId), MessageStatus>;

/// Marks by what they are about.
struct Gathered<'z> {
    marks: BTreeMap<String, (PlayName, Mark)>,
    zone: &'z Zone,
    on_the_way: &'z OnTheWay,
}

impl Gathered<'_> {
    fn take(&mut self, line: &LogLine, state: &State) {
        let at = line.entry.at;
        match &line.entry.fact {
            Fact::Posted(out) | Fact::Released(out) => {
                let late = at.since(out.due);
                let kind = if waits_for_hands(out, state) {
                    Kind::ToPaste
                } else if let Some(status) = self.on_the_way.get(&(line.group.clone(), out.effect.clone())) {
                    Kind::OnTheWay(*status)
                } else if late > Duration::from_millis(ON_TIME_MS) {
                    Kind::Late(late)
                } else {
                    Kind::Done
                };
                self.message(out, at, kind);
            }
            Fact::Held { outgoing, reason, until, .. } => {
                self.message(outgoing, outgoing.due, Kind::Held(*reason, *until));
            }
            Fact::Expired { effect, .. } | Fact::Withdrawn { effect } => {
                self.becomes(effect.as_str(), Kind::NotSent);
            }
            Fact::DeliveryFailed { effect, in_doubt: false, reason, .. } => {
                self.becomes(effect.as_str(), Kind::Failed(reason.clone()));
            }
            Fact::Delivered { effect, .. } => self.becomes(effect.as_str(), Kind::Done),
            Fact::TaskOpened(task) => self.task(task, at),
            // Nobody missed what was due before there was a group.
            Fact::Skipped { from: due, .. } | Fact::StepSkipped { due, .. } if *due < state.created => {}
            Fact::Skipped { play, run, from, reason, .. } => {
                let mark = self.mark(*from, Kind::Missed(reason.clone()), run, None);
                self.marks.insert(format!("{run}/"), (play.clone(), mark));
            }
            Fact::StepSkipped { reason: Skip::When { .. }, .. } => {}
            Fact::StepSkipped { run, step, due, reason, .. } => {
                let mark = self.mark(*due, Kind::Missed(reason.clone()), run, Some(step));
                self.marks.insert(format!("{run}/{step:?}"), (play_of(run), mark));
            }
            Fact::StepFailed { run, step, error, .. } => {
                let mark = self.mark(at, Kind::Failed(error.clone()), run, Some(step));
                self.marks.insert(format!("{run}/{step:?}"), (play_of(run), mark));
            }
            _ => {}
        }
    }

    fn mark(&self, at: Timestamp, kind: Kind, run: &RunId, step: Option<&StepId>) -> Mark {
        Mark {
            at,
            kind,
            run: run.clone(),
            step: step.cloned(),
            verb: "",
            text: String::new(),
            skips: false,
            label: String::new(),
            people: Vec::new(),
            places: Vec::new(),
            more: 0,
            zone: self.zone.clone(),
        }
    }

    fn becomes(&mut self, effect: &str, kind: Kind) {
        if let Some((_, mark)) = self.marks.get_mut(effect) {
            mark.kind = kind;
        }
    }

    fn task(&mut self, task: &Task, at: Timestamp) {
        // What asks somebody to look at trouble is no step of a play.
        let Some(run) = task.run.as_ref().filter(|_| task.step.is_some()) else { return };
        let mark = Mark {
            verb: "task",
            text: beginning(&task.text),
            people: task.people.iter().map(|person| person.name.clone()).collect(),
            ..self.mark(at, Kind::Done, run, task.step.as_ref())
        };
        self.marks.insert(task.id.to_string(), (play_of(run), mark));
    }

    fn message(&mut self, out: &Outgoing, at: Timestamp, kind: Kind) {
        let effect = out.effect.as_str();
        let mut parts = effect.rsplitn(3, '/');
        let (_, step, run) = (parts.next(), parts.next(), parts.next());
        let (Some(step), Some(run)) = (step, run) else { return };
        let run = RunId::new(run);
        let play = out.play.clone().unwrap_or_else(|| play_of(&run));
        let label = out.own_label.as_ref().map(ToString::to_string);
        let mark = Mark {
            verb: "post",
            text: beginning(&out.message.text),
            label: label.or_else(|| Some(out.label?.to_string())).unwrap_or_default(),
            ..self.mark(at, kind, &run, Some(&StepId::new(step)))
        };
        self.marks.insert(effect.to_owned(), (play, mark));
    }
}

fn play_of(run: &RunId) -> PlayName {
    PlayName::new(run.as_str().split('@').next().unwrap_or_default())
}
