//! How a run goes on: one step after the other until it waits or ends.
//!
//! Keeps the order of steps, their due instants and their lateness; what a step does is in `steps/`.

use super::{
    IllegalEntry,
    carrying::{At, Carried, Trouble, Went},
    draft::{Decided, Draft, Piece},
    entry::{Cause, Fact, Outcome, Skip, TaskKind, Waiting},
    facts::ExprAbout,
    state::{Run, RunWait},
};
use crate::{
    base::{
        ids::{RunId, TaskId},
        limits,
        phrase::{Phrase, pair, phrase},
        time::{Duration, Timestamp},
        value::Value,
    },
    model::{
        play::Play,
        playbook::Playbook,
        program::Op,
        step::{Verb, WaitFor, Way},
    },
    script::{allowance, facts::Facts, names::Names},
};
use std::sync::Arc;

impl Draft<'_> {
    /// Answers recorded signals and carries ready runs on, until nothing can go on.
    pub(super) fn carry_on(&mut self) -> Decided {
        loop {
            if let Some(run) = self.ready.pop_front() {
                if self.state.runs.contains_key(&run)
                    && !self.is_suspended(&run)?
                    && !self.end_if_redated(&run)?
                {
                    self.advance(&run)?;
                }
            } else if let Some((signal, inside)) = self.signals.pop_front() {
                self.inside = inside;
                let answered = self.answer_signal(&signal);
                self.inside = false;
                answered?;
            } else {
                return Ok(());
            }
        }
    }

    /// Carries a run on until it waits or ends.
    fn advance(&mut self, id: &RunId) -> Decided {
        let run = self.run(id)?;
        let Some((playbook, group, play)) = self.play_of(&run) else {
            let reason = phrase!(
                "the version {} of the playbook with which this run began is not known any more",
                "这场活动开始时的那一版剧本（{}）已经找不到了",
                run.digest.short()
            );
            return self.fail(id, &"?".into(), reason);
        };
        let program = play.section(run.section);
        let mut pc = run.pc;
        drop(run);
        loop {
            let Some(op) = program.ops.get(pc as usize) else {
                return self.finish(id, Outcome::Done, Phrase::default());
            };
            match op {
                Op::Jump(to) => pc = *to,
                Op::End(why) => return self.finish(id, Outcome::Stopped, Phrase::from(*why)),
                Op::Next(head) => pc = self.next_item(id, *head, &program.ops)?,
                Op::Step { step, otherwise, silent, end } => {
                    self.steps += 1;
                    let zone = play.zone_or(&playbook.zone);
                    let enough = self.steps > limits::STEPS_PER_DECISION_MAX || allowance::is_short();
                    if enough && !self.chained.contains(id) {
                        // Enough for one decision: the next one begins at once and goes on here.
                        let due = self.run(id)?.due_of(step, zone);
                        return self.emit(Fact::StepWaiting {
                            run: id.clone(),
                            step: step.id.clone(),
                            pc,
                            due,
                            waiting: Waiting::Due,
                            until: Some(self.now),
                            fails: None,
                        });
                    }
                    if self.steps > limits::STEPS_PER_DECISION_MAX {
                        return self.fail(
                            id,
                            &step.id,
                            phrase!(
                                "more than {} steps in one decision; a play that starts itself, or a signal \
                                 that answers itself, has no end",
                                "一次决定做了超过 {} 步；自己启动自己的玩法、自己回答自己的信号，没有尽头",
                                limits::STEPS_PER_DECISION_MAX
                            ),
                        );
                    }
                    let run = self.run(id)?;
                    let due = run.due_of(step, zone);
                    let at = At {
                        run,
                        playbook: &playbook,
                        group: &group,
                        play: &play,
                        step,
                        pc,
                        otherwise: *otherwise,
                        silent: *silent,
                        due,
                        ends: self.now,
                    };
                    if let Some(broke) = self.begin(Piece::Step(id.clone(), step.id.clone())) {
                        return self.fail(id, &step.id, broke);
                    }
                    self.inside = true;
                    let went = self.step(&at, *end);
                    self.inside = false;
                    if !matches!(went, Err(Trouble::Bug(_))) {
                        self.end();
                    }
                    match went {
                        Ok(Went::On(next)) => pc = next,
                        Ok(Went::Waits) => return Ok(()),
                        Err(Trouble::Bug(bug)) => return Err(bug),
                        Err(Trouble::Step(error)) => return self.fail(id, &step.id, error),
                    }
                }
            }
        }
    }

    fn step(&mut self, at: &At<'_>, end: u32) -> Carried {
        if at.due > self.now {
            self.wait(at, Waiting::Due, Some(at.due), None)?;
            return Ok(Went::Waits);
        }
        if at.run.amended.left_out.contains(&at.step.id) {
            return self.skip(at, end, Skip::Operator);
        }
        let late = self.now.since(at.due);
        let max = at.step.max_late.unwrap_or(at.play.max_late);
        // Waiting for an instant says nothing to anybody; what follows is measured from that instant.
        let is_late = late > max && !is_timed_wait(&at.step.verb);
        // Going one way or the other is nothing that can be late: what lies inside is missed step by step.
        let only_leads = matches!(at.step.verb, Verb::If(_) | Verb::Each(_));
        if is_late && !only_leads {
            let behind = at.run.began_after(at.due);
            return self.skip(at, end, if behind { Skip::Behind } else { Skip::Late { by: late, max } });
        }
        if let Some(when) = &at.step.when {
            let facts = self.step_facts(at, when.names());
            if !when.eval_bool(&facts)? {
                let condition = when.source().to_owned();
                return self.skip(at, end, Skip::when(condition));
            }
        }
        if is_late {
            // It ends when it was due, so that what follows it is measured as if it had been on time.
            return self.carry_out(&At { run: at.run.clone(), ends: at.due, ..*at });
        }
        self.carry_out(at)
    }

    fn skip(&mut self, at: &At<'_>, end: u32, reason: Skip) -> Carried {
        let late = matches!(reason, Skip::Late { .. } | Skip::Behind);
        // A condition that is false leaves no gap in time: what follows is measured from the step before.
        let due = if late { at.due } else { at.run.end.max(at.due) };
        let pc = if end == u32::MAX { at.pc + 1 } else { end };
        let binding = self.empty_binding(at);
        let (run, step) = (at.run.id.clone(), at.step.id.clone());
        self.emit(Fact::StepSkipped { run, step, pc, due, reason, binding })?;
        if late
            && let Verb::Approve(approve) = &at.step.verb
            && approve.silence != Way::Proceed
            && !approve.gates_a_part()
        {
            // A gate that nobody could pass stays shut.
            return self.shut(at, None, &super::shut::Shut::Missed);
        }
        Ok(Went::On(pc))
    }

    /// The name that a step leaves when it did not happen, with the empty value: later steps stay meaningful.
    pub(super) fn empty_binding(&self, at: &At<'_>) -> Option<(Arc<str>, Value)> {
        if let Verb::Approve(approve) = &at.step.verb {
            return Some((approve.binding.clone()?, super::steps::approve::undecided()));
        }
        let name = at.step.verb.binding()?.clone();
        let value = match &at.step.verb {
            Verb::Ask(ask) => self.unanswered(at, ask),
            Verb::Task(_) => super::steps::task_not_done(),
            _ => Value::Null,
        };
        Some((name, value))
    }

    fn carry_out(&mut self, at: &At<'_>) -> Carried {
        match &at.step.verb {
            Verb::Post(post) => self.post(at, post),
            Verb::Run(run) => self.call_script(at, run),
            Verb::Task(task) => self.task(at, task),
            Verb::Approve(approve) => self.approve(at, approve),
            Verb::Ask(ask) => self.ask(at, ask),
            Verb::Wait(wait) => self.wait_step(at, wait),
            Verb::If(branch) => {
                let facts = self.step_facts(at, branch.cond.names());
                let pc = if branch.cond.eval_bool(&facts)? { at.pc + 1 } else { at.otherwise };
                self.done(at, pc, None)
            }
            Verb::Each(each) => self.begin_loop(at, each),
            Verb::Prune(prune) => self.prune(at, prune),
            Verb::Mark(mark) => self.mark(at, mark),
            Verb::Set(vars) => {
                for (name, expr) in vars {
                    let value = expr.eval(&self.step_facts(at, expr.names()))?;
                    super::steps::vars_fit(&self.state.vars, name, &value).map_err(Trouble::Step)?;
                    self.emit(Fact::VarSet { name: name.clone(), value })?;
                }
                self.done(at, at.pc + 1, None)
            }
            Verb::Signal { name, with } => self.signal_step(at, name, with),
            Verb::Start { play, with } => self.start_step(at, play, with),
            Verb::Enter(phase) => {
                self.enter_phase(phase, super::entry::PhaseCause::Step { run: at.run.id.clone() })?;
                self.done(at, at.pc + 1, None)
            }
            Verb::Stop(reason) => {
                let reason = reason.render(&self.step_facts(at, reason.names()))?;
                self.finish(&at.run.id, Outcome::Stopped, reason.into())?;
                Ok(Went::Waits)
            }
        }
    }

    /// What expressions of a step see now.
    pub(super) fn step_facts(&self, at: &At<'_>, names: Names) -> Arc<Facts> {
        // The run may have gained bindings since the step began.
        let run = self.state.runs.get(&at.run.id).unwrap_or(&at.run);
        let about = ExprAbout { run: Some(run), step: Some(&at.step.id), ..ExprAbout::default() };
        super::facts::build_facts(self.state, at.playbook, at.group, Some(at.play), self.now, names, &about)
    }

    /// Records that a step has ended, now.
    pub(super) fn done(&mut self, at: &At<'_>, pc: u32, binding: Option<(Arc<str>, Value)>) -> Carried {
        self.emit(Fact::StepDone {
            run: at.run.id.clone(),
            step: at.step.id.clone(),
            pc,
            end: at.ends.max(at.due),
            binding,
        })?;
        Ok(Went::On(pc))
    }

    /// Records that a run waits at a step.
    pub(super) fn wait(
        &mut self,
        at: &At<'_>,
        waiting: Waiting,
        until: Option<Timestamp>,
        fails: Option<Timestamp>,
    ) -> Decided {
        let fails = fails.or_else(|| {
            let timed = !matches!(waiting, Waiting::Due);
            at.step.timeout.filter(|_| timed).map(|timeout| self.now.plus(timeout))
        });
        self.emit(Fact::StepWaiting {
            run: at.run.id.clone(),
            step: at.step.id.clone(),
            pc: at.pc,
            due: at.due,
            waiting,
            until,
            fails,
        })
    }

    /// A run's time has come: its step is due, or what it waited for did not happen in time.
    pub(super) fn wake_run(&mut self, id: &RunId) -> Decided {
        let run = self.run(id)?;
        let Some(wait) = run.waiting.clone() else {
            return Err(IllegalEntry(format!("{id} waits for nothing")));
        };
        if wait.fails.is_some_and(|fails| fails <= self.now && wait.until.is_none_or(|until| fails < until)) {
            let since = wait.due.to_rfc3339(&self.playbook.zone);
            let reason = phrase!(
                "the step took longer than its timeout; it was due at {since}",
                "这一步超时了；它应在 {since} 完成"
            );
            return self.fail(id, &wait.step, reason);
        }
        self.resume(id, &run, &wait)
    }

    /// Carries on a run whose wait is over in one way or another.
    fn resume(&mut self, id: &RunId, run: &Arc<Run>, wait: &RunWait) -> Decided {
        match &wait.waiting {
            Waiting::Due | Waiting::Retry => {
                self.ready.push_back(id.clone());
                // The timer is taken away by whatever the step decides next; a step always decides something.
                Ok(())
            }
            _ => self.with_step_ended(id, wait.until, |draft, at| match &wait.waiting {
                Waiting::Approval { task } => draft.approval_silent(at, task),
                Waiting::Answers { task } => draft.count_answers(at, task),
                Waiting::Time => draft.done(at, at.pc + 1, None),
                // Nobody has said who is silent: nobody is.
                Waiting::Task { task } if matches!(at.step.verb, Verb::Prune(_)) => {
                    draft.approval_silent(at, task)
                }
                Waiting::Signal { .. } | Waiting::Task { .. } => draft.waited_in_vain(at),
                Waiting::Grace { members, ends } => draft.grace_goes_on(at, members, *ends),
                Waiting::Choice { stage, among } => draft.prune_part(at, *stage, among),
                Waiting::Removal { .. }
                | Waiting::Delivery { .. }
                | Waiting::Script { .. }
                | Waiting::Due
                | Waiting::Retry => Err(Trouble::Step(phrase!(
                    "{} waited for nothing that has an end",
                    "{} 等的东西没有尽头",
                    run.id
                ))),
            }),
        }
    }

    /// Does something at the step where a run waits, then carries the run on.
    pub(super) fn with_step(
        &mut self,
        id: &RunId,
        act: impl FnOnce(&mut Self, &At<'_>) -> Carried,
    ) -> Decided {
        self.with_step_ended(id, None, act)
    }

    /// The same for a step whose end had an instant of its own.
    fn with_step_ended(
        &mut self,
        id: &RunId,
        ended: Option<Timestamp>,
        act: impl FnOnce(&mut Self, &At<'_>) -> Carried,
    ) -> Decided {
        let run = self.run(id)?;
        let Some((playbook, group, play)) = self.play_of(&run) else {
            return self.fail(
                id,
                &"?".into(),
                pair("its version of the playbook is not known any more", "它所用的那一版剧本已经找不到了")
                    .into(),
            );
        };
        let Some(Op::Step { step, otherwise, silent, .. }) =
            play.section(run.section).ops.get(run.pc as usize)
        else {
            return self.fail(
                id,
                &"?".into(),
                pair("its step is not in its version of the playbook", "它的步骤不在它那一版剧本里").into(),
            );
        };
        let due = run.waiting.as_ref().map_or(run.end, |wait| wait.due);
        let at = At {
            pc: run.pc,
            run,
            playbook: &playbook,
            group: &group,
            play: &play,
            step,
            otherwise: *otherwise,
            silent: *silent,
            due,
            ends: ended.map_or(self.now, |ended| ended.min(self.now)),
        };
        if let Some(broke) = self.begin(Piece::Step(id.clone(), step.id.clone())) {
            return self.fail(id, &step.id, broke);
        }
        let went = act(self, &at);
        if !matches!(went, Err(Trouble::Bug(_))) {
            self.end();
        }
        match went {
            Ok(Went::On(_)) => {
                self.ready.push_back(id.clone());
                Ok(())
            }
            Ok(Went::Waits) => Ok(()),
            Err(Trouble::Bug(bug)) => Err(bug),
            Err(Trouble::Step(error)) => self.fail(id, &step.id, error),
        }
    }

    /// Ends a run: its approvals and questions are closed, but for the waiting list of a full sign-up, and for a run that was ended from outside its held
    /// messages are taken back.
    pub(super) fn finish(&mut self, id: &RunId, outcome: Outcome, reason: Phrase) -> Decided {
        let ended = matches!(outcome, Outcome::Cancelled | Outcome::Replaced);
        let asked: Vec<TaskId> = self
            .state
            .tasks
            .values()
            .filter(|open| open.task.run.as_ref() == Some(id))
            // What is to be done for a run that is no more need not be done.
            .filter(|open| ended || open.task.kind != TaskKind::Task)
            // People were told that they may wait until its time is over.
            .filter(|open| outcome != Outcome::Done || !open.is_full())
            .map(|open| open.task.id.clone())
            .collect();
        for task in asked {
            self.close(&task, "cancelled", super::steps::task::Closing::default())?;
        }
        if ended {
            self.take_back_deliveries(id)?;
            let its = |effect: &_| super::effect::effect_run(effect) == Some(id.as_str());
            for effect in self.state.held_effects(its) {
                self.emit(Fact::Withdrawn { effect })?;
            }
        }
        self.emit(Fact::RunFinished { run: id.clone(), outcome, reason })
    }

    /// A step failed: its run ends, and people are told.
    pub(super) fn fail(&mut self, id: &RunId, step: &crate::base::ids::StepId, error: Phrase) -> Decided {
        self.emit(Fact::StepFailed {
            run: id.clone(),
            step: step.clone(),
            error: error.clone(),
            retry: None,
        })?;
        let (locale, title) = (self.playbook.locale, &self.group.title);
        let text = super::notice::run_failed(locale, title, id, step, error.of(locale));
        let play = self.run(id)?.play.clone();
        self.finish(id, Outcome::Failed, phrase!("step {step}: ", "步骤 {step}：").and(&error))?;
        self.tell_failed(id, &play, text)
    }

    /// A run takes longer than its play's `timeout`.
    pub(super) fn fail_run_timeout(&mut self, id: &RunId) -> Decided {
        let run = self.run(id)?;
        let step = run.waiting.as_ref().map_or_else(|| "?".into(), |wait| wait.step.clone());
        let limit = run.timeout.map_or(Duration::ZERO, |timeout| timeout.since(run.started));
        let zh = crate::base::locale::Locale::Zh.duration(limit);
        let error = Phrase {
            en: format!("the run was still open after its play's timeout of {limit}"),
            zh: format!("活动超过了玩法的时限 {zh} 还没结束"),
        };
        self.fail(id, &step, error)
    }
}

/// Whether a step only waits, for an instant that its due instant gives.
fn is_timed_wait(verb: &Verb) -> bool {
    matches!(verb, Verb::Wait(wait) if matches!(wait.target, WaitFor::For(_) | WaitFor::Until(_)))
}

/// A run that has not started, so that its conditions can be tested.
pub(super) fn probe_run(
    play: &Play,
    playbook: &Playbook,
    id: &RunId,
    anchor: Timestamp,
    now: Timestamp,
    cause: &Cause,
) -> Run {
    Run::begun(id.clone(), play.name.clone(), playbook.digest.clone(), anchor, now, cause.clone())
}
