//! Signals: what a reported fact starts, opens, joins and wakes.

use super::{
    draft::{Decided, Draft},
    due::StartCause,
    entry::{Cause, Fact, Skip, TaskKind},
    facts::{ExprAbout, JOINED, LEFT},
    input::Signal,
    moderation::without_words,
    open::OpenTask,
};
use crate::{
    base::{
        ids::{MemberId, PlayName},
        limits,
        value::{Map, Value},
    },
    model::{
        play::Play,
        trigger::{Batch, OnSignal, Trigger},
    },
    script::names::Name,
};
use std::sync::Arc;

/// A post that a person was to deliver was seen in the group.
const SEEN: &str = "delivery.confirmed";

impl Draft<'_> {
    /// Records a signal; what it sets off follows when the run under way has gone as far as it can.
    pub(super) fn record_signal(&mut self, mut signal: Signal) -> Decided {
        if let Some(member) = &mut signal.member {
            *member = self.member_of(member)?;
        }
        let ban = if &*signal.name == JOINED { Self::ban_told(&mut signal) } else { None };
        if is_about_a_member(&signal.name) {
            signal.data = self.playbook.keeping.pare(signal.data);
        }
        let leaver = signal.member.clone().filter(|_| &*signal.name == LEFT);
        let kept = leaver.map(|id| (self.kept_of(&id), id));
        if kept.is_some() {
            self.remember_who_leaves(&mut signal);
        }
        self.before_message(&signal)?;
        // What only the rules read of a message is not kept.
        let whole = signal.clone();
        if self.playbook.keeps_text.is_none() && !self.playbook.moderation.is_empty() {
            signal.data = without_words(&signal.data);
        }
        self.emit(Fact::SignalReceived(signal.clone()))?;
        if let Some((kept, id)) = kept {
            self.keep_leaver(&id, kept)?;
        }
        self.tally(&signal)?;
        if let Some(member) = &signal.member
            && &*signal.name != LEFT
        {
            self.make_known(member, &signal)?;
            self.keep_up(member, &signal)?;
            if &*signal.name == JOINED {
                self.date_fields(member)?;
                self.join_told(member)?;
                self.comes_back(member, ban)?;
            }
        }
        self.signals.push_back((signal, self.inside));
        if self.inside { Ok(()) } else { self.look_at_report(&whole) }
    }

    /// Whoever leaves is no member any more when the plays hear of it, so the report says who they were. What is kept
    /// for a time only does not live on in it.
    fn remember_who_leaves(&self, signal: &mut Signal) {
        let Some(member) = signal.member.as_ref().and_then(|id| self.state.members.get(id)) else { return };
        if !matches!(signal.data, Value::Null | Value::Map(_)) {
            return;
        }
        let keeping = &self.playbook.keeping;
        let lasting = |name: &str| keeping.keeps(name) && !keeping.timed().any(|(timed, _)| &**timed == name);
        let fields = member.fields.iter().filter(|(name, _)| lasting(name));
        let mut data: Map = fields.map(|(name, value)| (Arc::from(name.as_str()), value.clone())).collect();
        for (key, text) in [("name", &member.name), ("role", &member.role), ("source", &member.source)] {
            if !text.is_empty() && text != member.id.as_str() {
                data.insert(Arc::from(key), Value::str(text));
            }
        }
        if !member.tags.is_empty() {
            data.insert(Arc::from("tags"), Value::list(member.tags.iter().map(Value::str).collect()));
        }
        if let Some(told) = signal.data.as_map() {
            data.extend(told.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
        if !data.is_empty() {
            signal.data = Value::Map(Arc::new(data));
        }
    }

    /// Somebody has pasted what they were asked to, and another program has seen it: `data.effect` says which post.
    fn delivery_seen(&mut self, signal: &Signal) -> Decided {
        let effect = signal.data.get("effect").and_then(Value::as_str);
        let is_it = |open: &&Arc<OpenTask>| {
            open.task.kind == TaskKind::Delivery
                && open.task.effect.as_ref().is_some_and(|known| Some(known.as_str()) == effect)
        };
        let task = self.state.tasks.values().find(is_it).map(|open| open.task.id.clone());
        task.map_or(Ok(()), |task| self.task_done(&task, None, Value::Null))
    }

    /// What a recorded signal sets off.
    pub(super) fn answer_signal(&mut self, signal: &Signal) -> Decided {
        match &*signal.name {
            "answer" => self.take_answer(signal)?,
            SEEN => self.delivery_seen(signal)?,
            LEFT => {
                if let Some(member) = &signal.member {
                    self.end_member_runs(member)?;
                    self.free_seats(member)?;
                    self.removals_over()?;
                }
            }
            _ => {}
        }
        self.wake_waiting(signal)?;
        let playbook = self.playbook.clone();
        for play in &playbook.plays {
            if let Trigger::Signal(on) = &play.trigger
                && on.name == signal.name
            {
                self.answer_with(play, on, signal)?;
            }
        }
        Ok(())
    }

    fn answer_with(&mut self, play: &Arc<Play>, on: &OnSignal, signal: &Signal) -> Decided {
        // In a final phase nothing starts but what entering it does.
        if self.state.phase_final && &*signal.name != "phase.entered" {
            return Ok(());
        }
        let value = signal.to_value();
        if let Some(filter) = &on.filter {
            if signal.member.is_none() && filter.names().has(Name::Member) {
                // A condition about a member is not met by a signal about nobody.
                return Ok(());
            }
            let about = ExprAbout {
                signal: Some(value.clone()),
                member: signal.member.clone(),
                ..ExprAbout::default()
            };
            let facts = self.facts(filter.names(), &about);
            match filter.eval_bool(&facts) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(error) => {
                    let run = self.fresh_run_id(&play.name, signal.at);
                    let reason = Skip::when(format!("{} ({error})", filter.source()));
                    self.emit(Fact::Skipped {
                        play: play.name.clone(),
                        run,
                        from: signal.at,
                        to: signal.at,
                        count: 1,
                        reason,
                    })?;
                    let text = format!("`where` of `{}` failed: {error}", play.name);
                    return self.alert(play.name.as_str(), text);
                }
            }
        }
        if let Some(batch) = on.batch {
            return self.join_batch(play, batch, signal, value);
        }
        let member = on.per_member.then(|| signal.member.clone()).flatten();
        let run = self.fresh_run_id(&play.name, signal.at);
        let cause = Cause { signals: vec![value], member, ..Cause::default() };
        self.try_start(play, run, signal.at, cause, StartCause::ByTrigger).map(|_| ())
    }

    fn join_batch(&mut self, joined: &Play, batch: Batch, signal: &Signal, value: Value) -> Decided {
        let play = &joined.name;
        let open = self.state.plays.get(play).and_then(|p| p.batch.as_ref());
        let full = open.is_some_and(|(_, signals)| signals.len() >= limits::BATCH_SIGNALS_MAX);
        if full {
            // The window closes early rather than lose a signal.
            self.close_batch(play)?;
            self.carry_on()?;
        }
        if full || open_is_none(self, play) {
            let until = match batch {
                Batch::For(length) => signal.at.plus(length).max(self.now),
                Batch::Until(clock) => joined.zone_or(&self.playbook.zone).next_clock(clock, self.now),
            };
            self.emit(Fact::BatchOpened { play: play.clone(), until })?;
        }
        self.emit(Fact::BatchJoined { play: play.clone(), signal: value })
    }

    /// A window closes: its run starts, anchored at the window's end.
    pub(super) fn close_batch(&mut self, name: &PlayName) -> Decided {
        let batch = self.state.plays.get(name).and_then(|p| p.batch.clone());
        self.emit(Fact::BatchClosed { play: name.clone() })?;
        let playbook = self.playbook.clone();
        let (Some((until, signals)), Some(play)) = (batch, playbook.play(name)) else { return Ok(()) };
        if !matches!(play.trigger, Trigger::Signal(_)) {
            return Ok(());
        }
        // Whoever has joined and left meanwhile is not greeted any more.
        let gone = |signal: &Value| {
            let text = |key: &str| signal.get(key).and_then(Value::as_str);
            let member = text("member").filter(|_| text("name") == Some(JOINED)).map(MemberId::new);
            member.is_some_and(|member| !self.state.members.contains(&member))
        };
        let signals: Vec<Value> = signals.into_iter().filter(|signal| !gone(signal)).collect();
        if signals.is_empty() {
            return Ok(());
        }
        let anchor = until.min(self.now);
        let run = self.fresh_run_id(name, anchor);
        let cause = Cause { signals, ..Cause::default() };
        self.try_start(play, run, anchor, cause, StartCause::ByTrigger).map(|_| ())
    }
}

/// Whether what a signal carries is told of the member.
fn is_about_a_member(name: &str) -> bool {
    name.starts_with("member.")
}

fn open_is_none(draft: &Draft<'_>, play: &PlayName) -> bool {
    draft.state.plays.get(play).is_none_or(|p| p.batch.is_none())
}
