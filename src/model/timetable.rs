//! When each step of one run is due, as far as that is certain before the run begins.
//!
//! Never asks a condition: every branch is listed, because a plan shows what may happen.

use super::{
    play::Play,
    step::{Block, Step, Verb, WaitFor, Way},
    trigger::Trigger,
};
use crate::base::{
    ids::{ChannelName, StepId},
    offset::Offset,
    time::{Duration, Timestamp, Zone},
};
use std::sync::Arc;

/// A step and the instant it is due.
#[derive(Debug, Clone)]
pub struct Slot {
    /// When the step is due.
    pub at: Timestamp,
    /// The step that is due.
    pub step: Arc<Step>,
}

/// Every step of a run with this anchor, in the order of the file. A step without `at` is due when the step
/// before has ended: waits, questions and graces count with their full length, people with none.
pub fn timetable(steps: &Block, anchor: Timestamp, zone: &Zone) -> Vec<Slot> {
    let mut slots = Vec::new();
    walk(steps, anchor, anchor, zone, &mut slots);
    slots
}

fn walk(
    steps: &Block,
    mut cursor: Timestamp,
    anchor: Timestamp,
    zone: &Zone,
    slots: &mut Vec<Slot>,
) -> Timestamp {
    for step in steps {
        let due = step.at.map_or(cursor, |at| at.apply(anchor, zone));
        slots.push(Slot { at: due, step: step.clone() });
        let mut inner = |block: &Block, from| walk(block, from, anchor, zone, slots);
        cursor = match &step.verb {
            Verb::If(branch) => {
                let mut leads = |block: &Block| {
                    let end = inner(block, due);
                    // What ends the run leads nowhere, however long it takes.
                    if stops(block) { due } else { end }
                };
                leads(&branch.then).max(leads(&branch.otherwise))
            }
            Verb::Each(each) => inner(&each.steps, due),
            Verb::Approve(approve) => {
                let silent = approve.open_for.map_or(due, |open| due.plus(open));
                let mut way = |way: &Way, from| match way {
                    Way::Steps(block) => inner(block, from),
                    Way::Proceed | Way::Stop => due,
                };
                let after = way(&approve.yes, due);
                after.max(way(&approve.no, due)).max(way(&approve.silence, silent))
            }
            Verb::Ask(ask) => due.plus(ask.open_for),
            Verb::Prune(prune) => due.plus(prune.grace),
            Verb::Wait(wait) => {
                inner(&wait.otherwise, wait.timeout.map_or(due, |timeout| due.plus(timeout)));
                match &wait.target {
                    WaitFor::For(length) => due.plus(*length),
                    WaitFor::Until(clock) => zone.next_clock(*clock, due),
                    WaitFor::Signal(_) | WaitFor::Binding(_) => due,
                }
            }
            Verb::Post(_)
            | Verb::Run(_)
            | Verb::Task(_)
            | Verb::Mark(_)
            | Verb::Set(_)
            | Verb::Signal { .. }
            | Verb::Start { .. }
            | Verb::Enter(_)
            | Verb::Stop(_) => due,
        };
    }
    cursor
}

/// Whether a block ends its run.
fn stops(block: &Block) -> bool {
    block.iter().any(|step| match &step.verb {
        Verb::Stop(_) => step.when.is_none(),
        Verb::If(branch) => stops(&branch.then) && stops(&branch.otherwise),
        _ => false,
    })
}

/// Until when a dated run holds a session on a channel, at an instant: from its step `at: 0m` to its last post of that
/// day. A script may post to the group. None while it holds none.
pub fn session(
    play: &Play,
    anchor: Timestamp,
    zone: &Zone,
    channel: &ChannelName,
    now: Timestamp,
) -> Option<Timestamp> {
    let since = now.since(anchor);
    let near = Duration::ZERO <= since && since < Duration::HOUR.times(26);
    if !near {
        return None;
    }
    play.program.steps().find(|step| step.at == Some(Offset::Exact(Duration::ZERO)))?;
    let end = zone.day_bounds(anchor).1;
    let slots = timetable(&play.steps, anchor, zone);
    let posts = slots.iter().filter(|slot| slot.at >= anchor && slot.step.speaks_to(channel));
    posts.map(|slot| slot.at).filter(|at| *at < end).max().filter(|last| now < *last)
}

/// When the next step of a run is due that comes strictly later than one that was due at an instant, if the file
/// tells. What follows without an `at` of its own moves with it.
pub fn later_step(
    play: &Play,
    step: &StepId,
    anchor: Timestamp,
    due: Timestamp,
    zone: &Zone,
) -> Option<Timestamp> {
    let slots = timetable(&play.steps, anchor, zone);
    let place = slots.iter().position(|slot| slot.step.id == *step)?;
    let moved = due.since(slots[place].at);
    let mut fixed = false;
    // What comes after the answers to a question waits for them, whenever it is put.
    let asks = matches!(slots[place].step.verb, Verb::Ask(_));
    let later = slots[place + 1..].iter().filter_map(|slot| {
        fixed |= slot.step.at.is_some();
        if fixed { Some(slot.at) } else { (!asks).then(|| slot.at.plus(moved)) }
    });
    later.filter(|at| *at > due).min()
}

/// Whether a clock tells when a step is due, and not what somebody does: its own `at`, or the play's trigger and
/// steps before it that take a known time.
pub fn has_clock_time(play: &Play, step: &StepId) -> bool {
    let anchored = play.trigger.schedule().is_some() || matches!(play.trigger, Trigger::Dates(_));
    find(&play.steps, step, anchored, anchored).is_ok_and(|timed| timed)
}

/// The answer for a step, else whether what follows the block has a clock time.
fn find(steps: &Block, id: &StepId, anchored: bool, mut timed: bool) -> Result<bool, bool> {
    for step in steps {
        timed = match step.at {
            Some(Offset::Days(..)) => true,
            Some(Offset::Exact(_)) => anchored,
            None => timed,
        };
        if step.id == *id {
            return Ok(timed);
        }
        let inner = |block: &Block, from| match find(block, id, anchored, from) {
            Ok(found) => Err(found),
            Err(after) => Ok(after),
        };
        let after = match &step.verb {
            Verb::If(branch) => inner(&branch.then, timed)
                .and_then(|then| inner(&branch.otherwise, timed).map(|otherwise| then && otherwise)),
            Verb::Each(each) => inner(&each.steps, timed),
            Verb::Approve(approve) => [&approve.yes, &approve.no, &approve.silence].into_iter().try_fold(
                false,
                |_, way| match way {
                    Way::Steps(block) => inner(block, false).map(|_| false),
                    Way::Proceed | Way::Stop => Ok(false),
                },
            ),
            Verb::Prune(_) => Ok(false),
            Verb::Wait(wait) => inner(&wait.otherwise, timed).map(|_| match wait.target {
                WaitFor::For(_) => timed,
                WaitFor::Until(_) => true,
                WaitFor::Signal(_) | WaitFor::Binding(_) => false,
            }),
            _ => Ok(timed),
        };
        timed = match after {
            Ok(after) => after,
            Err(found) => return Ok(found),
        };
    }
    Err(timed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::time::Duration,
        model::{
            step::{Post, Silence, Wait},
            text::Text,
        },
    };

    fn post(id: &str, at: Option<&str>) -> Arc<Step> {
        Arc::new(Step {
            id: id.into(),
            at: at.map(|at| at.parse().unwrap()),
            when: None,
            max_late: None,
            timeout: None,
            verb: Verb::Post(Box::new(Post {
                text: Text::literal("x"),
                to: "group".into(),
                label: None,
                own_label: None,
                mention: Vec::new(),
                image: None,
                buttons: Vec::new(),
                reply_to: None,
                expires: None,
                urgent: false,
                pin: false,
                otherwise: Silence::Proceed,
            })),
        })
    }

    fn wait(target: WaitFor) -> Arc<Step> {
        Arc::new(Step {
            id: "w".into(),
            at: None,
            when: None,
            max_late: None,
            timeout: None,
            verb: Verb::Wait(Box::new(Wait {
                target,
                filter: None,
                timeout: None,
                otherwise: Vec::new(),
                silence: Silence::Proceed,
                binding: None,
            })),
        })
    }

    fn times(steps: &Block) -> Vec<String> {
        let zone = Zone::named("Asia/Shanghai").unwrap();
        let anchor = zone.instant(jiff::civil::date(2026, 12, 2).at(20, 30, 0, 0));
        let slots = timetable(steps, anchor, &zone);
        slots.iter().map(|slot| slot.at.to_rfc3339(&zone)).collect()
    }

    #[test]
    fn a_step_without_at_is_due_when_the_wait_before_it_ends() {
        let steps = vec![
            post("a", None),
            wait(WaitFor::For(Duration::MINUTE.times(20))),
            post("b", None),
            wait(WaitFor::Until("09:00".parse().unwrap())),
            post("c", None),
        ];
        assert_eq!(
            times(&steps),
            [
                "2026-12-02T20:30:00+08:00",
                "2026-12-02T20:30:00+08:00",
                "2026-12-02T20:50:00+08:00",
                "2026-12-02T20:50:00+08:00",
                "2026-12-03T09:00:00+08:00",
            ]
        );
    }

    #[test]
    fn an_at_counts_from_the_anchor_whatever_came_before() {
        let steps = vec![post("a", Some("-7d 10:00")), post("b", Some("-3h")), post("c", Some("+1d 18:00"))];
        assert_eq!(
            times(&steps),
            ["2026-11-25T10:00:00+08:00", "2026-12-02T17:30:00+08:00", "2026-12-03T18:00:00+08:00"]
        );
    }
}
