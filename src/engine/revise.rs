//! Mistakes that were sent: taken back or corrected by the platform where it can, else by a person or another post.
//!
//! Also other words for a step that has not been said yet. Decides; what a platform is asked is an effect like others.

use super::{
    dispatched::{Dispatched, Stands},
    draft::{Decided, Draft},
    effect::effect_run,
    entry::{Fact, Outgoing, TaskKind, Waiting},
    hands, notice,
    operation::{Means, Operation},
    state::Run,
    steps::task::Closing,
};
use crate::{
    base::{
        ids::{EffectId, RunId, StepId},
        limits,
        phrase::{Phrase, pair, phrase},
        words,
    },
    model::{
        abilities::Abilities,
        channel::ChannelKind,
        message::{Label, Message, Revising, Revision},
        step::Verb,
    },
};

impl Draft<'_> {
    /// Lets a message go that a budget holds: whoever says so has seen what holds it. Not while the group is hushed.
    pub(super) fn release_by_hand(&mut self, effect: &EffectId, by: Option<String>) -> Decided {
        let Some(held) = self.state.held_message(effect).cloned() else {
            return self.refuse(phrase!(
                "{effect} is not held; `playbook outbox` lists what is",
                "{effect} 没有被压住；用 `playbook outbox` 看有哪些"
            ));
        };
        let mut out = held.outgoing.clone();
        if self.hushed(&out.channel).is_some() {
            return self.refuse(phrase!(
                "members see nothing now: end the silence first, with `playbook unhush`",
                "现在是静默：先用 `playbook unhush` 结束"
            ));
        }
        self.operated(Operation::LetGo { effect: effect.clone() }, by)?;
        (out.by_hand, out.urgent) = (true, out.label != Some(Label::Promo));
        self.goes(out, Fact::Released)
    }

    /// Takes back a message.
    pub(super) fn recall(
        &mut self,
        effect: &EffectId,
        known: Option<&Dispatched>,
        by: Option<String>,
    ) -> Decided {
        if let Some(held) = self.state.held_message(effect).cloned() {
            self.operated(recalled(&held.outgoing, Means::Held, None), by)?;
            self.emit(Fact::Withdrawn { effect: effect.clone() })?;
            return self.message_lost(effect);
        }
        let Some(known) = known else { return self.no_message(effect) };
        let out = &known.outgoing;
        if let Some(task) = out.manual.as_ref().filter(|task| self.is_open_delivery(task)).cloned() {
            self.operated(recalled(out, Means::Held, None), by)?;
            self.close(&task, "cancelled", Closing::default())?;
            let reason = pair("it was recalled before anybody delivered it", "还没人代贴就撤回了").into();
            self.emit(Fact::DeliveryFailed { effect: effect.clone(), in_doubt: false, reason, nth: 0 })?;
            return self.message_lost(effect);
        }
        if known.stands == Stands::Lost {
            return self.refuse(phrase!(
                "{effect} never arrived; there is nothing to take back",
                "{effect} 没有送到，没有什么可以撤回"
            ));
        }
        if self.is_able(out, |can| can.deletes) && known.stands != Stands::InDoubt {
            return self.ask_platform(out, Message::default(), Revising::Deletes, by);
        }
        if known.stands == Stands::Waits {
            self.operated(recalled(out, Means::Held, None), by)?;
            return self.message_lost(effect);
        }
        self.operated(recalled(out, Means::Person, None), by)?;
        self.ask_to_delete(out, None)
    }

    /// Gives up a message that was refused, or may have arrived: nobody has to decide about it any more.
    pub(super) fn drop_message(
        &mut self,
        effect: &EffectId,
        known: Option<&Dispatched>,
        by: Option<String>,
    ) -> Decided {
        let Some(known) = known else { return self.no_message(effect) };
        if !matches!(known.stands, Stands::Lost | Stands::InDoubt) {
            return self.refuse(phrase!(
                "{effect} is on its way or has arrived; `playbook recall {effect}` takes it back",
                "{effect} 正在路上或已经送到；用 `playbook recall {effect}` 撤回"
            ));
        }
        let out = &known.outgoing;
        let (channel, text) = (out.channel.clone(), notice::beginning(&out.message.text));
        self.operated(Operation::Dropped { effect: effect.clone(), channel, text }, by)?;
        self.message_lost(effect)
    }

    /// Corrects a message.
    pub(super) fn correct(
        &mut self,
        (effect, text): (&EffectId, &str),
        known: Option<&Dispatched>,
        by: Option<String>,
    ) -> Decided {
        if text.trim().is_empty() || text.len() > limits::MESSAGE_BYTES_MAX {
            let most = limits::MESSAGE_BYTES_MAX;
            return self.refuse(phrase!(
                "a correction has words, and {most} bytes at most",
                "更正要有字，最多 {most} 字节"
            ));
        }
        if self.state.held_message(effect).is_some() {
            return self.refuse(phrase!(
                "{effect} has not left yet: `playbook recall {effect}` takes it back, and the step can be said anew", "{effect} 还没发出去：用 `playbook recall {effect}` 收回来，这一步可以重说"
            ));
        }
        let Some(known) = known else { return self.no_message(effect) };
        let out = &known.outgoing;
        if known.stands == Stands::Lost || out.manual.as_ref().is_some_and(|task| self.is_open_delivery(task))
        {
            return self.refuse(phrase!(
                "{effect} has not arrived; `playbook recall {effect}` takes it back",
                "{effect} 还没送到；用 `playbook recall {effect}` 收回来"
            ));
        }
        let edits = self.is_able(out, |can| can.edits);
        if edits && known.stands != Stands::InDoubt && out.message.poll.is_none() {
            let message = Message { text: text.to_owned(), ..out.message.clone() };
            return self.ask_platform(out, message, Revising::Edits, by);
        }
        let (effect, channel, how) = (effect.clone(), out.channel.clone(), Means::Post);
        let text = text.to_owned();
        self.operated(Operation::Corrected { effect, channel, how, revision: None, text: text.clone() }, by)?;
        self.post_correction(&out.effect, out.channel.clone(), &text)
    }

    /// The platform is asked; its answer is an input.
    fn ask_platform(
        &mut self,
        out: &Outgoing,
        message: Message,
        does: Revising,
        by: Option<String>,
    ) -> Decided {
        let word = match does {
            Revising::Deletes => "recall",
            Revising::Edits => "correct",
            Revising::Pins => "pin",
        };
        let revision = EffectId::from(format!("{word}/{}/{}", out.effect, self.state.epoch));
        let (how, asked) = (Means::Platform, Some(revision.clone()));
        let did = match does {
            Revising::Deletes => recalled(out, how, asked),
            Revising::Edits => Operation::Corrected {
                effect: out.effect.clone(),
                channel: out.channel.clone(),
                how,
                revision: asked,
                text: message.text.clone(),
            },
            Revising::Pins => pinned(out, how, asked),
        };
        self.operated(did, by)?;
        let message = Message {
            revises: Some(Revision { of: out.effect.clone(), does, heard: None }),
            reply_to: None,
            // Nobody is called twice.
            mentions: Vec::new(),
            ..message
        };
        let revised = Outgoing {
            play: out.play.clone(),
            awaited: true,
            ..Outgoing::new(revision, out.channel.clone(), message, self.now)
        };
        self.emit(Fact::Notified(Box::new(revised)))
    }

    /// What goes out now is to stay at the top once it has arrived: what asks for it goes the same way, behind it.
    pub(super) fn pin(&mut self, out: &Outgoing) -> Decided {
        if self.is_able(out, |can| can.pins) {
            return self.ask_platform(out, Message::default(), Revising::Pins, None);
        }
        self.operated(pinned(out, Means::Person, None), None)?;
        self.ask_to_pin(out, None)
    }

    fn ask_to_pin(&mut self, out: &Outgoing, why: Option<&str>) -> Decided {
        let text = hands::pin_by_hand(self.playbook.locale, &self.group.title, &out.message.text);
        self.ask_host(self.because(text, why), out.play.clone())
    }

    /// What a person is asked to do, with the reason why it is a person.
    fn because(&self, text: String, why: Option<&str>) -> String {
        match why {
            Some(why) => hands::with_reason(self.playbook.locale, &text, why),
            None => text,
        }
    }

    /// The platform did not do what it was asked: a person is, or a correction is posted.
    pub(super) fn revision_failed(&mut self, revision: &EffectId, why: &str) -> Decided {
        let Some(asked) = self.state.by_hand.revisions.get(revision).cloned() else { return Ok(()) };
        match asked.does {
            Revising::Deletes => {
                let message = Message::text(asked.text);
                self.ask_to_delete(&Outgoing::new(asked.of, asked.channel, message, self.now), Some(why))
            }
            Revising::Edits => self.post_correction(&asked.of, asked.channel, &asked.text),
            Revising::Pins => {
                let message = Message::text(asked.text);
                self.ask_to_pin(&Outgoing::new(asked.of, asked.channel, message, self.now), Some(why))
            }
        }
    }

    fn ask_to_delete(&mut self, out: &Outgoing, why: Option<&str>) -> Decided {
        let kind = self.kind_of(out).unwrap_or(ChannelKind::Manual);
        let text = hands::delete_by_hand(
            self.playbook.locale,
            kind,
            &self.group.title,
            &out.effect,
            &out.message.text,
        );
        self.ask_host_in(self.because(text, why), out.play.clone(), None, true)
    }

    fn post_correction(
        &mut self,
        of: &EffectId,
        channel: crate::base::ids::ChannelName,
        text: &str,
    ) -> Decided {
        let effect = EffectId::from(format!("correction/{of}/{}", self.state.epoch));
        let message = Message {
            reply_to: Some(of.clone()),
            ..Message::text(notice::correction(self.playbook.locale, text))
        };
        let play = effect_run(of).and_then(|run| self.state.runs.get(run)).map(|run| run.play.clone());
        let out = Outgoing {
            label: Some(Label::Notice),
            play,
            urgent: true,
            by_hand: true,
            ..Outgoing::new(effect, channel, message, self.now)
        };
        self.offer(out).map(drop)
    }

    /// Whether its channel can do something.
    fn is_able(&self, out: &Outgoing, what: fn(Abilities) -> bool) -> bool {
        self.playbook.channel(&self.group, &out.channel).is_some_and(|channel| what(channel.abilities()))
    }

    fn kind_of(&self, out: &Outgoing) -> Option<ChannelKind> {
        self.playbook.channel(&self.group, &out.channel).map(|channel| channel.kind)
    }

    fn is_open_delivery(&self, task: &crate::base::ids::TaskId) -> bool {
        self.state.tasks.get(task).is_some_and(|open| open.task.kind == TaskKind::Delivery)
    }

    fn no_message(&mut self, effect: &EffectId) -> Decided {
        self.refuse(phrase!(
            "no message {effect} of `{}` is known; `playbook outbox --all` lists those that are kept",
            "`{}` 里没有消息 {effect}；用 `playbook outbox --all` 看留着的消息",
            self.group.id
        ))
    }

    /// A step ahead says something else, in this run only.
    pub(super) fn reword_step(
        &mut self,
        id: &RunId,
        step: &StepId,
        text: &str,
        by: Option<String>,
    ) -> Decided {
        let Some(run) = self.state.runs.get(id).cloned() else { return self.no_run(id) };
        if text.trim().is_empty() || text.len() > limits::MESSAGE_BYTES_MAX {
            let most = limits::MESSAGE_BYTES_MAX;
            return self.refuse(phrase!(
                "a step has words, and {most} bytes at most",
                "步骤要有字，最多 {most} 字节"
            ));
        }
        match self.sayable(&run) {
            ahead if ahead.contains(step) => {
                let (run, step, text) = (id.clone(), step.clone(), text.to_owned());
                self.operated(Operation::Reworded { run, step, text }, by)
            }
            ahead if ahead.is_empty() => {
                self.refuse(phrase!("`{id}` has nothing to say any more", "`{id}` 后面没有要说的话了"))
            }
            ahead => {
                let ahead: Vec<&str> = ahead.iter().map(StepId::as_str).collect();
                let ahead = Phrase { en: words::list(&ahead, "and"), zh: ahead.join("、") };
                let says = phrase!(
                    "step {step} of `{id}` says nothing that is still ahead; steps that do are ",
                    "`{id}` 的步骤 {step} 后面没有要说的话；还有话要说的步骤是 "
                );
                self.refuse(says.and(&ahead))
            }
        }
    }

    /// The steps of a run that have words and have not been said.
    pub(super) fn sayable(&self, run: &Run) -> Vec<StepId> {
        let Some((_, _, play)) = self.play_of(run) else { return Vec::new() };
        let said = run.waiting.as_ref().filter(|wait| !matches!(wait.waiting, Waiting::Due | Waiting::Retry));
        let said = said.map(|wait| wait.step.clone());
        // A loop comes back to its own steps.
        let from = run.loops.first().map_or(run.pc, |outer| outer.pc) as usize;
        let ops = play.section(run.section).ops.iter().skip(from);
        let steps = ops.filter_map(|op| match op {
            crate::model::program::Op::Step { step, .. } => Some(step),
            _ => None,
        });
        let speaks =
            |verb: &Verb| matches!(verb, Verb::Post(_) | Verb::Task(_) | Verb::Ask(_) | Verb::Approve(_));
        let ahead = steps.filter(|step| speaks(&step.verb) && Some(&step.id) != said.as_ref());
        ahead.map(|step| step.id.clone()).collect()
    }
}

fn pinned(out: &Outgoing, how: Means, revision: Option<EffectId>) -> Operation {
    Operation::Pinned {
        effect: out.effect.clone(),
        channel: out.channel.clone(),
        how,
        revision,
        text: notice::beginning(&out.message.text),
    }
}

fn recalled(out: &Outgoing, how: Means, revision: Option<EffectId>) -> Operation {
    Operation::Recalled {
        effect: out.effect.clone(),
        channel: out.channel.clone(),
        how,
        revision,
        text: notice::beginning(&out.message.text),
    }
}
