//! `run`: a script is called outside, and what it asked for happens together when it returns.
//!
//! Everything is checked before the first action is decided: a script's effects happen together or not at all.

use crate::{
    base::{
        civil_day::CivilDay,
        ids::{EffectId, MemberId},
        limits,
        member::{Listed, Member},
        phrase::{Phrase, pair, phrase},
        time::Duration,
        value::Value,
    },
    engine::{
        addressee::Addressee,
        carrying::{At, Carried, Trouble, Went},
        draft::{Decided, Draft},
        entry::{Fact, Outgoing, TaskKind, Waiting},
        request::Request,
    },
    model::step::{Assignee, RunScript, Verb},
    script::{action, action::Action, facts::Facts, names::Names},
};
use std::{collections::BTreeMap, sync::Arc};

use super::held;

/// What a script asked for, checked and ready to be decided.
enum Prepared {
    Post(Box<Outgoing>),
    Task(Box<Request>),
    Signal { name: String, data: Value },
    Member(Arc<Listed>),
    State { key: Arc<str>, value: Value },
}

impl Draft<'_> {
    pub(in crate::engine) fn call_script(&mut self, at: &At<'_>, run: &RunScript) -> Carried {
        let args = run.with.eval(&self.step_facts(at, run.with.names()))?;
        let effect = self.effect_id(&at.run.id, &at.step.id);
        self.emit(Fact::ScriptCalled {
            effect: effect.clone(),
            run: at.run.id.clone(),
            step: at.step.id.clone(),
            script: run.script.clone(),
            function: run.call.clone(),
            args,
        })?;
        self.wait(at, Waiting::Script { effect }, None, None)?;
        Ok(Went::Waits)
    }

    /// A script call has ended.
    pub(in crate::engine) fn script_returned(
        &mut self,
        effect: &EffectId,
        result: &Result<action::CallOutcome, Phrase>,
    ) -> Decided {
        let Some(call) = self.state.calls.iter().find(|call| call.effect == *effect).cloned() else {
            // A second answer to the same call, or its run was cancelled meanwhile.
            return Ok(());
        };
        if !self.state.runs.contains_key(&call.run) {
            let error = phrase!("the run {} is not open any more", "活动 {} 已经结束了", call.run);
            return self.emit(Fact::ScriptFailed { effect: effect.clone(), error });
        }
        match result {
            Ok(outcome) => self.with_step(&call.run, |draft, at| draft.commit_script(at, effect, outcome)),
            Err(error) => {
                self.emit(Fact::ScriptFailed { effect: effect.clone(), error: error.clone() })?;
                self.with_step(&call.run, |draft, at| draft.script_failed(at, error))
            }
        }
    }

    fn script_failed(&mut self, at: &At<'_>, error: &Phrase) -> Carried {
        let Verb::Run(run) = &at.step.verb else {
            return Err(Trouble::Step(error.clone()));
        };
        let tries = self.run(&at.run.id)?.tries;
        match run.retry.filter(|retry| tries < retry.times) {
            None => Err(Trouble::Step(error.clone())),
            Some(retry) => {
                let again = self.now.plus(retry.wait.max(Duration::SECOND));
                self.emit(Fact::StepFailed {
                    run: at.run.id.clone(),
                    step: at.step.id.clone(),
                    error: error.clone(),
                    retry: Some(again),
                })?;
                self.wait(at, Waiting::Retry, Some(again), None)?;
                Ok(Went::Waits)
            }
        }
    }

    fn commit_script(&mut self, at: &At<'_>, effect: &EffectId, outcome: &action::CallOutcome) -> Carried {
        let fits =
            held::result_fits(&outcome.value).and_then(|()| held::actions_fit(self.state, &outcome.actions));
        let prepared = match fits.map_err(Trouble::Step).and_then(|()| self.prepare(at, &outcome.actions)) {
            Ok(prepared) => prepared,
            Err(Trouble::Step(error)) => {
                self.emit(Fact::ScriptFailed { effect: effect.clone(), error: error.clone() })?;
                return self.script_failed(at, &error);
            }
            Err(bug) => return Err(bug),
        };
        self.emit(Fact::ScriptReturned {
            effect: effect.clone(),
            value: outcome.value.clone(),
            log: outcome.log.clone(),
            fetches: outcome.fetches.clone(),
        })?;
        // The last one that a person pastes; they paste in order.
        let mut pasted = None;
        for (index, action) in prepared.into_iter().enumerate() {
            match action {
                Prepared::Post(mut out) => {
                    out.effect = self.effect_id(&at.run.id, &at.step.id);
                    let last = (out.effect.clone(), self.is_manual(&out.channel));
                    if self.send(at, *out)? && last.1 {
                        pasted = Some(last.0);
                    }
                }
                Prepared::Task(request) => {
                    self.open(at, *request)?;
                }
                Prepared::Signal { name, data } => {
                    self.send_signal(name, data, &format!("{effect}/{index}"))?;
                }
                Prepared::Member(member) => self.member_is(member)?,
                Prepared::State { key, value } => self.emit(Fact::StateSet { key, value })?,
            }
        }
        let Verb::Run(run) = &at.step.verb else {
            return Err(Trouble::Step(pair("this step runs no script", "这一步没有脚本").into()));
        };
        let binding = run.binding.clone().map(|name| (name, outcome.value.clone()));
        let Some(effect) = pasted else { return self.done(at, at.pc + 1, binding) };
        // As after a post: nothing that follows makes sense to a group that has not read it.
        if let Some((name, value)) = binding {
            self.emit(Fact::Bound { run: at.run.id.clone(), name, value })?;
        }
        self.wait(at, Waiting::Delivery { effect, members: Vec::new() }, None, None)?;
        Ok(Went::Waits)
    }

    fn prepare(&mut self, at: &At<'_>, actions: &[Action]) -> Result<Vec<Prepared>, Trouble> {
        if actions.len() > limits::SCRIPT_ACTIONS_MAX {
            return Err(Trouble::Step(phrase!(
                "the script asked for {} things; at most {} may be asked for at once",
                "脚本一次要做 {} 件事，最多 {} 件",
                actions.len(),
                limits::SCRIPT_ACTIONS_MAX
            )));
        }
        let tasks = actions.iter().filter(|action| matches!(action, Action::Task { .. })).count();
        if self.state.tasks.len() + tasks > limits::TASKS_OPEN_MAX {
            return Err(Trouble::Step(phrase!(
                "the script asks for {tasks} tasks and {} are open in this group; at most {} may be",
                "脚本要开 {tasks} 个任务，这个群已有 {} 个没做完，最多 {} 个",
                self.state.tasks.len(),
                limits::TASKS_OPEN_MAX
            )));
        }
        // Several changes of one member add up before they become one fact each.
        let mut changed: BTreeMap<MemberId, Member> = BTreeMap::new();
        let facts = self.step_facts(at, Names::ALL);
        let mut prepared = Vec::with_capacity(actions.len());
        for action in actions {
            let ready = match action {
                Action::Post { with } => {
                    let run = &at.run;
                    let effect = self.effect_id(&run.id, &at.step.id);
                    let mut out = self.outgoing_of_map(with, effect, at.play, at.due, &run.posts)?;
                    out.late_left = Some(self.late_left(at));
                    if out.message.text.len() > limits::MESSAGE_BYTES_MAX {
                        return Err(Trouble::Step(phrase!(
                            "the script posts {} bytes; at most {} may be sent at once",
                            "脚本要发 {} 字节，一次最多发 {} 字节",
                            out.message.text.len(),
                            limits::MESSAGE_BYTES_MAX
                        )));
                    }
                    Prepared::Post(Box::new(out))
                }
                Action::Task { with } => Prepared::Task(Box::new(self.request_of_map(at, with, &facts)?)),
                Action::Signal { name, data } => Prepared::Signal { name: name.clone(), data: data.clone() },
                Action::State { key, value } => {
                    let full = self.state.script_state.len() >= limits::SCRIPT_STATE_KEYS_MAX;
                    if full && !self.state.script_state.contains_key(key.as_str()) {
                        return Err(Trouble::Step(phrase!(
                            "the scripts of this group have stored {} keys, the limit; remove some with `state.remove`",
                            "这个群的脚本已经存了 {} 个键，到上限了；用 `state.remove` 删掉一些",
                            limits::SCRIPT_STATE_KEYS_MAX
                        )));
                    }
                    Prepared::State { key: Arc::from(key.as_str()), value: value.clone() }
                }
                Action::Field { key, .. } if !self.playbook.keeping.keeps(key) => {
                    return Err(Trouble::Step(phrase!(
                        "the script stores the field `{key}` of a member, which is not kept; \
                         name it under `members.fields` with what it is for",
                        "脚本要存成员的字段 `{key}`，这一项没有声明；写到 `members.fields` 下面，说明用来做什么"
                    )));
                }
                Action::Tag { member, .. }
                | Action::Untag { member, .. }
                | Action::Points { member, .. }
                | Action::Field { member, .. } => {
                    let known = self.state.members.get(member).map(|m| Member::clone(m));
                    // The member may have left between the call and its return.
                    let Some(entry) = changed.remove(member).or(known) else { continue };
                    let entry = change_member(entry, action, self.today());
                    changed.insert(member.clone(), entry.clone());
                    Prepared::Member(Arc::new(entry.into()))
                }
            };
            prepared.push(ready);
        }
        Ok(prepared)
    }

    fn request_of_map(&self, at: &At<'_>, with: &Value, facts: &Arc<Facts>) -> Result<Request, Trouble> {
        let assignee = |key: &str| {
            let word = with.get(key).and_then(Value::as_str)?;
            Some(Assignee::Text(crate::model::text::Text::literal(word)))
        };
        let length = |key: &str| match with.get(key) {
            Some(Value::Duration(length)) => Some(*length),
            _ => None,
        };
        let escalate = match assignee("escalate") {
            Some(to) => self.assignee(Some(&to), facts)?,
            None => Addressee::default(),
        };
        Ok(Request {
            due: length("due").map(|due| at.due.plus(due)),
            remind: length("remind").into_iter().collect(),
            escalate,
            ..Request::new(
                TaskKind::Task,
                with.get("text").and_then(Value::as_str).unwrap_or_default().to_owned(),
                self.assignee(assignee("to").as_ref(), facts)?,
            )
        })
    }
}

/// A member after what was asked for; `today` is when.
pub(super) fn change_member(mut member: Member, action: &Action, today: CivilDay) -> Member {
    match action {
        Action::Tag { tag, .. } => {
            member.tags.insert(tag.clone());
        }
        Action::Untag { tag, .. } => {
            member.tags.remove(tag);
        }
        Action::Points { add, kind: None, .. } => member.points = member.points.saturating_add(*add),
        Action::Points { add, kind: Some(kind), .. } => {
            member.accounts.entry(kind.clone()).or_default().add(*add, today);
        }
        Action::Field { key, value, .. } if value.is_null() => {
            member.fields.remove(key);
        }
        Action::Field { key, value, .. } => {
            member.fields.insert(key.clone(), value.clone());
        }
        Action::Post { .. } | Action::Task { .. } | Action::Signal { .. } | Action::State { .. } => {}
    }
    member
}
