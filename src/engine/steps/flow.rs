//! `signal` and `start`: a run that causes others.

use crate::{
    base::{
        ids::{InputId, MemberId, PlayName, RunId},
        phrase::phrase,
        time::Timestamp,
        value::Value,
    },
    engine::{
        carrying::{At, Carried, Trouble, Went},
        draft::{Decided, Draft},
        due::StartCause,
        entry::Cause,
        input::Signal,
    },
    model::{
        text::{Template, Text},
        trigger::Trigger,
    },
};
use std::sync::Arc;

impl Draft<'_> {
    pub(in crate::engine) fn signal_step(&mut self, at: &At<'_>, name: &Text, with: &Template) -> Carried {
        let facts = self.step_facts(at, name.names().union(with.names()));
        let name = name.render(&facts)?;
        let data = with.eval(&facts)?;
        let effect = self.effect_id(&at.run.id, &at.step.id);
        self.send_signal(name, data, effect.as_str())?;
        self.done(at, at.pc + 1, None)
    }

    /// A signal that the playbook itself sends; `data.member` is the member it is about.
    pub(in crate::engine) fn send_signal(&mut self, name: String, data: Value, id: &str) -> Decided {
        // A member leaves an expression as a map of one key.
        let member = data.get("member").map(|member| member.get("$member").unwrap_or(member));
        let member = member.and_then(Value::as_str).map(MemberId::new);
        let signal =
            Signal { name: Arc::from(name), id: InputId::new(id), at: self.now, sent: None, member, data };
        self.record_signal(signal)
    }

    pub(in crate::engine) fn start_step(&mut self, at: &At<'_>, play: &PlayName, with: &Template) -> Carried {
        let args = with.eval(&self.step_facts(at, with.names()))?;
        let playbook = self.playbook.clone();
        let Some(target) = playbook.play(play) else {
            return Err(Trouble::Step(phrase!(
                "there is no play `{play}` in the playbook that is in force",
                "生效的剧本里没有玩法 `{play}`"
            )));
        };
        let run = self.fresh_run_id(play, self.now);
        let cause = Cause { args, by_hand: at.run.cause.by_hand, ..Cause::default() };
        self.done(at, at.pc + 1, None)?;
        self.try_start(target, run, self.now, cause, StartCause::ByTrigger)?;
        Ok(Went::On(at.pc + 1))
    }

    /// An id for a run that no schedule yields: the play and its anchor, numbered when there are several.
    pub(in crate::engine) fn fresh_run_id(&self, play: &PlayName, anchor: Timestamp) -> RunId {
        let base = format!("{play}@{}", anchor.to_utc());
        let known = self.playbook.play(play);
        let scheduled = known.is_some_and(|play| matches!(play.trigger, Trigger::Schedule(_)));
        let state = self.state.plays.get(play);
        // An earlier version's schedule may have settled occurrences that are still ahead.
        let settled = state.and_then(|p| p.after).is_some_and(|after| anchor <= after);
        if scheduled || settled {
            // An id without a number is an occurrence's, which starts at most once.
            let started = state.map_or(0, |p| p.started);
            return RunId::from(format!("{base}#{}", started + 1));
        }
        let last = state.and_then(|p| p.last.clone());
        let mut number = match last.as_ref().and_then(|last| last.as_str().strip_prefix(&base)) {
            None => 1,
            Some("") => 2,
            Some(suffix) => suffix.trim_start_matches('#').parse::<usize>().unwrap_or(1) + 1,
        };
        loop {
            let id = RunId::from(if number == 1 { base.clone() } else { format!("{base}#{number}") });
            // Another kind of start may have come in between, so that the last one does not tell.
            if !self.state.knows_run(&id) {
                return id;
            }
            number += 1;
        }
    }
}
