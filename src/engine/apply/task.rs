//! Records facts about tasks and about notices that wait: what is open, and when somebody is told of it.
//!
//! The part of `apply` that knows whom people hear from when; changes nothing else.

use super::change::{Applied, count_effect, illegal};
use crate::base::{
    ids::{MemberId, RunId, StepId, TaskId},
    limits,
    time::Timestamp,
};
use crate::engine::{
    entry::{Fact, MemberAnswer, Notice, Task, TaskKind},
    state::{OpenTask, Press, State},
    timer::Timer,
};
use std::sync::Arc;

/// Entries about tasks.
pub(super) fn apply_task(state: &mut State, fact: &Fact) -> Applied {
    match fact {
        Fact::TaskOpened(task) => open_task(state, task),
        Fact::TaskTold { task } => return task_told(state, task),
        Fact::TaskReminded { task, escalated } => return task_reminded(state, task, *escalated),
        Fact::ItemTicked { task, item, text, value, .. } => {
            let Some(open) = state.tasks.get_mut(task) else {
                return illegal(format!("no open task {task}"));
            };
            let open = Arc::make_mut(open);
            open.task.list.extend(text.clone());
            if *item as usize >= open.task.list.len() {
                return illegal(format!("{task} has no item {item}"));
            }
            open.ticks.insert(*item, value.clone());
        }
        Fact::TaskClosed { task, answer, .. } => return close_task(state, task, answer),
        Fact::TaskReassigned { task, role, people, .. } => {
            let Some(open) = state.tasks.get_mut(task) else {
                return illegal(format!("no open task {task}"));
            };
            let task = &mut Arc::make_mut(open).task;
            task.role = role.clone();
            people.clone_into(&mut task.people);
        }
        Fact::PressUndone { task, .. } => return undo_press(state, task),
        Fact::NoticeWaits(notice) => notice_waits(state, notice),
        Fact::Notified(out) => {
            if let Some(Notice { at, effect, .. }) = state.notices.remove(&out.effect) {
                state.timers.remove(&(at, Timer::Notice { effect }));
            } else {
                count_effect(state, &out.effect);
                state.alerts.sent(out);
            }
        }
        Fact::Answered(given) => return answered(state, given),
        Fact::AnswersTotalled { task, totals } => match state.tasks.get_mut(task) {
            Some(open) => Arc::make_mut(open).totals.clone_from(totals),
            None => return illegal(format!("no open question {task}")),
        },
        Fact::AnswerWithdrawn { task, member } => return answer_withdrawn(state, task, member),
        _ => {}
    }
    Ok(())
}

fn notice_waits(state: &mut State, notice: &Notice) {
    count_effect(state, &notice.effect);
    state.timers.insert((notice.at, Timer::Notice { effect: notice.effect.clone() }));
    state.notices.insert(notice.effect.clone(), notice.clone());
}

fn open_task(state: &mut State, task: &Task) {
    state.tasks_opened += 1;
    watch(state, task);
    state.tasks.insert(task.id.clone(), Arc::new(OpenTask::new(task.clone())));
}

/// Everything that wakes the group for a task.
fn watch(state: &mut State, task: &Task) {
    if let Some(tell) = task.tell {
        state.timers.insert((tell, Timer::TaskTell { task: task.id.clone() }));
    }
    if let Some(remind) = task.remind {
        state.timers.insert((remind, Timer::TaskRemind { task: task.id.clone() }));
    }
    // A delivery's window closes; a task that is overdue is told to somebody.
    let watched = task.kind == TaskKind::Delivery || task.kind == TaskKind::Task && !task.escalate.is_empty();
    if let Some(due) = task.escalate_at.or(task.due).filter(|_| watched) {
        state.timers.insert((due, Timer::TaskDue { task: task.id.clone() }));
    }
}

fn answered(state: &mut State, given: &MemberAnswer) -> Applied {
    let (task, answer) = (&given.task, (given.option, given.value.clone()));
    let Some(open) = state.tasks.get_mut(task) else {
        return illegal(format!("no open question {task}"));
    };
    let open = Arc::make_mut(open);
    open.take(&given.member, answer, given.seat);
    if given.option.is_none() && state.members.contains(&given.member) {
        state.filled_in.add(&given.member);
    }
    // Full, the run goes on and the waiting list stays open until then.
    if let Some(due) = open.task.due.filter(|_| open.is_full()) {
        state.timers.insert((due, Timer::TaskDue { task: task.clone() }));
    }
    Ok(())
}

fn answer_withdrawn(state: &mut State, task: &TaskId, member: &MemberId) -> Applied {
    let Some(open) = state.tasks.get_mut(task) else {
        return illegal(format!("no open question {task}"));
    };
    if !Arc::make_mut(open).withdraw(member) {
        return illegal(format!("{member} has not answered {task}"));
    }
    Ok(())
}

fn task_told(state: &mut State, id: &TaskId) -> Applied {
    let Some(open) = state.tasks.get_mut(id) else { return illegal(format!("no open task {id}")) };
    if let Some(tell) = Arc::make_mut(open).task.tell.take() {
        state.timers.remove(&(tell, Timer::TaskTell { task: id.clone() }));
    }
    Ok(())
}

fn task_reminded(state: &mut State, id: &TaskId, escalated: bool) -> Applied {
    let Some(open) = state.tasks.get_mut(id) else { return illegal(format!("no open task {id}")) };
    let open = Arc::make_mut(open);
    let timer = if escalated {
        open.escalated = true;
        open.task.escalate_at.or(open.task.due).map(|due| (due, Timer::TaskDue { task: id.clone() }))
    } else {
        open.reminded = true;
        open.task.remind.map(|at| (at, Timer::TaskRemind { task: id.clone() }))
    };
    let next = (!escalated && !open.task.reminds.is_empty()).then(|| open.task.reminds.remove(0));
    if next.is_some() {
        open.task.remind = next;
    }
    if let Some(timer) = timer {
        state.timers.remove(&timer);
    }
    if let Some(next) = next {
        state.timers.insert((next, Timer::TaskRemind { task: id.clone() }));
    }
    Ok(())
}

/// A reminder more: the earliest comes next.
pub(super) fn remind_later(state: &mut State, id: &TaskId, at: Timestamp) -> Applied {
    let Some(open) = state.tasks.get_mut(id) else { return illegal(format!("no open task {id}")) };
    let task = &mut Arc::make_mut(open).task;
    let known = task.remind;
    let mut all: Vec<Timestamp> = known.into_iter().chain(task.reminds.drain(..)).chain([at]).collect();
    all.sort_unstable();
    all.dedup();
    let mut all = all.into_iter();
    task.remind = all.next();
    task.reminds = all.collect();
    let next = task.remind;
    if let Some(known) = known {
        state.timers.remove(&(known, Timer::TaskRemind { task: id.clone() }));
    }
    if let Some(next) = next {
        state.timers.insert((next, Timer::TaskRemind { task: id.clone() }));
    }
    Ok(())
}

fn close_task(state: &mut State, id: &TaskId, answer: &str) -> Applied {
    let Some(open) = state.tasks.remove(id) else { return illegal(format!("no open task {id}")) };
    unwatch(state, &open.task);
    let gates = matches!(answer, "approved" | "rejected");
    if gates || answer == "done" && open.task.kind == TaskKind::Task {
        let run = open.task.run.as_ref().and_then(|run| state.runs.get(run)).filter(|_| gates).cloned();
        if state.presses.len() >= limits::PRESSES_MAX {
            state.presses.pop_front();
        }
        state.presses.push_back(Arc::new(Press {
            open: OpenTask::clone(&open),
            run,
            used: None,
            since: Vec::new(),
        }));
    }
    Ok(())
}

/// A later step of the run has begun: what was pressed before is used.
pub(super) fn use_presses(state: &mut State, run: &RunId, step: &StepId) {
    for press in &mut state.presses {
        let task = &press.open.task;
        if task.run.as_ref() != Some(run) || task.step.as_ref() == Some(step) {
            continue;
        }
        if press.used.is_none() || press.since.len() < limits::PRESS_STEPS_MAX {
            let press = Arc::make_mut(press);
            press.used.get_or_insert_with(|| step.clone());
            press.since.push(step.clone());
        }
    }
}

fn undo_press(state: &mut State, id: &TaskId) -> Applied {
    let Some(index) = state.presses.iter().position(|press| press.open.task.id == *id) else {
        return illegal(format!("nothing was pressed at {id}"));
    };
    let Some(press) = state.presses.remove(index) else { return Ok(()) };
    if let Some(before) = &press.run {
        let id = &before.id;
        if let Some(now) = state.runs.get(id).cloned()
            && let Some(timer) = now.timer()
        {
            state.timers.remove(&(timer, Timer::Run { run: id.clone() }));
        }
        Arc::make_mut(&mut state.finished).retain(|run| run.id != *id);
        if let Some(timer) = before.timer() {
            state.timers.insert((timer, Timer::Run { run: id.clone() }));
        }
        if let Some(timeout) = before.timeout {
            state.timers.insert((timeout, Timer::RunTimeout { run: id.clone() }));
        }
        state.runs.insert(id.clone(), before.clone());
    }
    watch(state, &press.open.task);
    state.tasks.insert(id.clone(), Arc::new(press.open.clone()));
    Ok(())
}

fn unwatch(state: &mut State, task: &Task) {
    let id = &task.id;
    if let Some(remind) = task.remind {
        state.timers.remove(&(remind, Timer::TaskRemind { task: id.clone() }));
    }
    if let Some(tell) = task.tell {
        state.timers.remove(&(tell, Timer::TaskTell { task: id.clone() }));
    }
    if let Some(due) = task.escalate_at.or(task.due) {
        state.timers.remove(&(due, Timer::TaskDue { task: id.clone() }));
    }
}
