//! `approve`: who may decide, what they are shown, where their answer leads, and who hears what a no has ended.

use super::task::{Closing, Terms};
use crate::{
    base::{
        ids::{ChannelName, MemberId, RunId, StepId, TaskId},
        limits,
        member::Member,
        person::Person,
        phrase::{Phrase, Words, pair, phrase},
        time::Timestamp,
        value::Value,
    },
    engine::{
        addressee::Addressee,
        carrying::{At, Carried, Went},
        draft::{Decided, Draft},
        entry::{Outcome, PruneStage, Task, TaskKind, Waiting},
        input::VIA_LINK,
        notice,
        request::Request,
        shut::Shut,
    },
    model::{
        message::{Mention, Message},
        program::Op,
        step::{Approve, Show, Verb, Way},
        text::Text,
    },
    script::names::Names,
};
use std::{collections::BTreeMap, sync::Arc};

/// The role that hears what a no has ended.
const HOST: &str = "host";

/// What somebody said to an approval.
pub(in crate::engine) struct Judgement {
    pub(in crate::engine) yes: bool,
    pub(in crate::engine) by: Option<String>,
    pub(in crate::engine) note: Option<String>,
    /// Of members who are to be let go, those who stay.
    pub(in crate::engine) spared: Vec<MemberId>,
    /// Whether they may decide also where they were not asked.
    pub(in crate::engine) as_operator: bool,
}

fn said(what: Words, by: Option<&str>, note: Option<&str>) -> Phrase {
    let (en, zh) = by.map_or_else(Default::default, |by| (format!(" by {by}"), format!("{by} ")));
    let note = note.map_or_else(Phrase::default, |note| phrase!(": {note}", "：{note}"));
    Phrase { en: format!("{}{en}", what.en), zh: format!("{zh}{}", what.zh) }.and(&note)
}

impl Draft<'_> {
    pub(in crate::engine) fn approve(&mut self, at: &At<'_>, approve: &Approve) -> Carried {
        let facts = self.step_facts(at, Names::ALL);
        let show = match &approve.show {
            None => None,
            Some(Show::Text(text)) => Some(text.render_markdown(&facts)?),
            Some(Show::Step(id)) => self.shown(at, id),
        };
        let to = self.assignee(approve.to.as_ref(), &facts)?;
        // What is gated may have a time that does not wait for the morning.
        let told = self.telling(&to, self.next_fixed(at), approve.urgent);
        let request = Request {
            due: approve.open_for.map(|open| told.plus(open)),
            tell: Some(told),
            show,
            ..Request::new(TaskKind::Approval, at.words(&approve.text).render_markdown(&facts)?, to)
        };
        let until = request.due;
        let task = self.open_on(at, request, Terms { strict: approve.strict, ..Terms::default() })?;
        self.wait(at, Waiting::Approval { task }, until, None)?;
        Ok(Went::Waits)
    }

    /// When the next step with an `at` of its own is due.
    fn next_fixed(&self, at: &At<'_>) -> Option<Timestamp> {
        let ops = at.play.section(at.run.section).ops.iter().skip(at.pc as usize + 1);
        ops.filter_map(|op| match op {
            Op::Step { step, .. } => step.at,
            _ => None,
        })
        .map(|offset| at.offset(offset))
        .find(|due| *due >= self.now)
    }

    /// The text of another step, as it would be sent now; what is not known yet stands as it was written.
    fn shown(&self, at: &At<'_>, id: &StepId) -> Option<String> {
        let step = at.play.section(at.run.section).steps().find(|step| step.id == *id)?;
        let facts = self.step_facts(at, Names::ALL);
        let mut shown = readable(step.verb.shown()?, &facts);
        if let Verb::Ask(ask) = &step.verb {
            for (index, option) in ask.options.iter().enumerate() {
                shown.push_str(&format!("\n{}. {}", index + 1, readable(option, &facts)));
            }
        }
        Some(shown)
    }

    /// Nobody decided in time.
    pub(in crate::engine) fn approval_silent(&mut self, at: &At<'_>, id: &TaskId) -> Carried {
        let asked = self.state.tasks.get(id).map(|open| open.task.clone());
        self.close(id, "silent", Closing::default())?;
        let Verb::Approve(approve) = &at.step.verb else {
            // The decision of a `prune`: silence removes nobody.
            return self.done(at, at.pc + 1, None);
        };
        let binding = approve.binding.clone().map(|name| (name, approval("silence", None, None)));
        match &approve.silence {
            Way::Proceed => self.done(at, at.pc + 1, binding),
            Way::Steps(_) => self.done(at, at.silent, binding),
            Way::Stop if approve.gates_a_part() => self.done(at, at.silent, binding),
            Way::Stop => self.shut(at, asked.as_ref(), &Shut::Silent),
        }
    }

    /// Somebody gave or refused an approval.
    pub(in crate::engine) fn decided(&mut self, id: &TaskId, decision: Judgement) -> Decided {
        let Some(open) = self.state.tasks.get(id).cloned() else { return self.no_task(id) };
        if open.task.kind == TaskKind::Delivery && !decision.yes {
            let Judgement { by, note, .. } = decision;
            return self.not_delivered(&open.task, by, note);
        }
        if open.task.kind != TaskKind::Approval {
            return match open.task.kind {
                TaskKind::Question => self.refuse(phrase!(
                    "{id} is a question to the group; answers come in with `playbook answer {id} OPTION --member ID`", "{id} 是问全群的提问；回答用 `playbook answer {id} 选项 --member ID` 报进来"
                )),
                _ => self.refuse(phrase!("{id} is no approval; answer it with `playbook done {id}`", "{id} 不是审批；做完了用 `playbook done {id}`")),
            };
        }
        let Judgement { yes, by, note, spared, as_operator } = decision;
        if let Some(reason) = self.refusal_of_party(id, by.as_deref()) {
            return self.refuse(reason);
        }
        let matter = self.matter(id);
        let asked = self.was_asked(&open.task, by.as_deref());
        if let (false, false, Some(by)) = (asked, as_operator, &by) {
            let whom = open.task.whom();
            let (id, by) = (Phrase::same(id.as_str()), Phrase::same(by));
            return self.refuse(phrase!(
                "{id} asks {whom}; {by} was not asked. Let them answer, or answer in their place with \
                 --as-operator, which the journal shows",
                "{id} 问的是{whom}，没有问 {by}。请他们来答，或者加上 --as-operator 代答，日志里会写明";
                id, whom, by
            ));
        }
        let mut added = note.as_deref().map_or(Value::Null, Value::str);
        if !spared.is_empty() {
            let except = spared.iter().map(|member| Value::str(member.as_str())).collect();
            added = Value::map([("note", added), ("except", Value::list(except))]);
        }
        let closing = Closing { by: by.clone(), note: added, operator: !asked };
        self.close(id, if yes { "approved" } else { "rejected" }, closing)?;
        if let Some(matter) = matter {
            return self.case_ends(id, &matter, yes, by);
        }
        let Some(run) = open.task.run.clone() else { return Ok(()) };
        self.drop_proofs(&run)?;
        self.with_step(&run, |draft, at| {
            let Verb::Approve(approve) = &at.step.verb else {
                // The decision of a `prune`.
                let mut members = open.task.members.clone();
                members.retain(|member| !spared.contains(member));
                return if yes && !members.is_empty() {
                    draft.prune_choose(at, PruneStage::Removal, &members)
                } else {
                    draft.done(at, at.pc + 1, None)
                };
            };
            let value = approval(if yes { "yes" } else { "no" }, by.as_deref(), note.as_deref());
            let binding = approve.binding.clone().map(|name| (name, value));
            match (yes, &approve.yes, &approve.no) {
                (true, Way::Stop, _) => {
                    let reason = said(pair("approved", "同意"), by.as_deref(), note.as_deref());
                    draft.finish(&at.run.id, Outcome::Stopped, reason)?;
                    Ok(Went::Waits)
                }
                (true, ..) => draft.done(at, at.pc + 1, binding),
                (false, _, Way::Steps(_)) | (false, Way::Steps(_), _) => {
                    draft.done(at, at.otherwise, binding)
                }
                (false, ..) => draft.shut(at, Some(&open.task), &Shut::Rejected { by, note }),
            }
        })
    }

    /// What was kept only until somebody has decided about a member is kept no longer.
    fn drop_proofs(&mut self, run: &RunId) -> Decided {
        let proofs = self.playbook.proofs.clone();
        let Some(run) = self.state.runs.get(run).filter(|_| !proofs.is_empty()) else { return Ok(()) };
        let about = || run.cause.signals.first()?.get("member")?.as_str().map(MemberId::new);
        let Some(known) = run.cause.member.clone().or_else(about).and_then(|id| self.state.members.get(&id))
        else {
            return Ok(());
        };
        let mut member = Member::clone(known);
        member.fields.retain(|field, _| !proofs.iter().any(|proof| **proof == **field));
        self.member_is(Arc::new(member.into()))
    }

    /// Whether somebody is among those who were asked; where nobody was, anybody is. Whoever gives no name is not.
    fn was_asked(&self, task: &Task, by: Option<&str>) -> bool {
        let role = task.role.as_ref().and_then(|role| self.playbook.role(&self.group, role));
        let mut asked = task.people.iter().chain(role.iter().flat_map(|role| &role.people)).peekable();
        if asked.peek().is_none() {
            return true;
        }
        // Who came by a link in a message is named so.
        let by = by.map(|by| by.strip_suffix(VIA_LINK).unwrap_or(by));
        by.is_some_and(|by| asked.any(|person| person.id.as_str() == by || person.name == by))
    }

    /// A gate stays shut and the rest of the run was gated: it ends, and people hear what does not happen.
    pub(in crate::engine) fn shut(&mut self, at: &At<'_>, asked: Option<&Task>, why: &Shut) -> Carried {
        self.tell_shut(at, asked, why)?;
        self.finish(&at.run.id, Outcome::Stopped, why.reason())?;
        Ok(Went::Waits)
    }

    /// Tells whoever was asked, the hosts and `alerts` what a gate that stays shut has ended.
    fn tell_shut(&mut self, at: &At<'_>, asked: Option<&Task>, why: &Shut) -> Decided {
        let ahead = self.steps_ahead(at);
        if ahead.is_empty() {
            return Ok(());
        }
        let mut told: BTreeMap<ChannelName, Vec<Person>> = BTreeMap::new();
        let mut tell = |channel: Option<ChannelName>, people: Vec<Person>| {
            if let Some(channel) = channel {
                let known = told.entry(channel).or_default();
                for person in people {
                    if !known.iter().any(|other| other.id == person.id) {
                        known.push(person);
                    }
                }
            }
        };
        if let Some(task) = asked {
            tell(self.channel_of(task.role.as_ref(), &task.people), task.people.clone());
        }
        if let Some(host) = self.playbook.role(&self.group, &HOST.into()) {
            let (people, _) = self.holders(host);
            tell(self.channel_of(Some(&host.name), &people), people);
        }
        tell(self.alert_channel(), Vec::new());
        let text = notice::gate_shut(&self.playbook, at.play, at.run.anchor, self.now, why, &ahead);
        for (channel, people) in told {
            let mut message = Message::text(text.clone());
            message.mentions = people.iter().cloned().map(Mention::Person).collect();
            let effect = self.effect_id(&at.run.id, &at.step.id);
            let to = Addressee { role: None, people, channel: None };
            let (until, play) = (self.hours(&to).from(self.now), Some(at.play.name.clone()));
            self.notify_from(until, effect, channel, message, play)?;
        }
        Ok(())
    }

    /// The steps behind this one that people would have noticed, those of a loop's next round included: when, where a
    /// step says so, and its words.
    fn steps_ahead(&self, at: &At<'_>) -> Vec<(Option<Timestamp>, String)> {
        let run = self.state.runs.get(&at.run.id).unwrap_or(&at.run);
        let again = run.loops.iter().rev().filter(|round| round.has_next());
        let rounds: Vec<u32> = again.map(|round| round.pc).collect();
        let facts = self.step_facts(at, Names::ALL);
        let ahead = at.play.section(at.run.section).ahead(at.pc, &rounds).into_iter();
        let ahead = ahead.filter_map(|(step, later)| {
            let words = match &step.verb {
                Verb::Run(run) => run.script.to_string(),
                // What the next round is about is not known to this one.
                verb if later => verb.shown()?.source(),
                verb => readable(verb.shown()?, &facts),
            };
            let line = words.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
            let line: String = line.chars().take(limits::EXCERPT_CHARS_MAX).collect();
            Some((step.at.map(|offset| at.offset(offset)), line))
        });
        ahead.collect()
    }
}

/// A text as it would be sent now; one that cannot be made yet stands as it was written.
fn readable(text: &Text, facts: &Arc<crate::script::facts::Facts>) -> String {
    text.render_markdown(facts).unwrap_or_else(|_| text.source())
}

/// `approval` where nobody came to the gate, so that later steps stay meaningful.
pub(in crate::engine) fn undecided() -> Value {
    approval("", None, None)
}

/// A decision as later steps see it: `approval`.
fn approval(answer: &str, by: Option<&str>, note: Option<&str>) -> Value {
    Value::map([
        ("answer", Value::str(answer)),
        ("yes", Value::Bool(answer == "yes")),
        ("by", Value::str(by.unwrap_or_default())),
        ("note", Value::str(note.unwrap_or_default())),
    ])
}
