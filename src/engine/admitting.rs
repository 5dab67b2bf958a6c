//! Who has asked to come in is let in or turned away by the platform where it can, else by a person.
//!
//! Only carries out what a step says. Whoever comes in is told by the platform as a join, and is one from then on.

use super::{
    draft::{Decided, Draft},
    entry::{Fact, Outgoing},
    hands,
};
use crate::{
    base::{
        ids::{EffectId, MemberId},
        value::Value,
    },
    engine::carrying::At,
    model::{
        channel::GROUP,
        message::{Admission, Message},
    },
};
use std::sync::Arc;

/// What the effects that answer somebody begin with; the answer, the decision's number and the member follow.
const ADMIT: &str = "admit/";

impl Draft<'_> {
    /// Answers somebody who has asked to come in.
    pub(super) fn admit(&mut self, at: &At<'_>, member: &MemberId, yes: bool) -> Decided {
        let channel = self.playbook.channel(&self.group, &GROUP.into());
        let able = channel.is_some_and(|channel| channel.abilities().admits);
        if !able || self.platform_of(member).is_none() {
            let name = self.state.members.name_of(member);
            let text = hands::admit_by_hand(self.playbook.locale, &name, yes, None);
            return self.ask_host(text, Some(at.play.name.clone()));
        }
        let answer = if yes { "yes" } else { "no" };
        let effect = EffectId::from(format!("{ADMIT}{answer}/{}/{member}", self.state.epoch));
        let answer = Admission { yes, request: request_of(at, member) };
        let message = Message::admits(member.as_str(), self.now, answer);
        let out = Outgoing { awaited: true, ..Outgoing::new(effect, GROUP.into(), message, self.now) };
        self.emit(Fact::Notified(Box::new(out)))
    }

    /// The platform did not answer somebody: a person is asked to. Says whether it was such an answer.
    pub(super) fn admission_refused(&mut self, effect: &EffectId, reason: &str) -> Decided<bool> {
        let Some((yes, member)) = asked_of(effect) else { return Ok(false) };
        let name = self.state.members.name_of(&member);
        let text = hands::admit_by_hand(self.playbook.locale, &name, yes, Some(reason));
        self.ask_host(text, None)?;
        Ok(true)
    }
}

/// What the platform calls the request of a member with which the run began.
fn request_of(at: &At<'_>, member: &MemberId) -> Option<Arc<str>> {
    let own = |signal: &&Value| {
        let who = signal.get("member").and_then(Value::as_str);
        who.is_none_or(|who| who == member.as_str())
    };
    let signal = at.run.cause.signals.iter().rev().find(own)?;
    signal.get("data")?.get("request")?.as_str().map(Arc::from)
}

fn asked_of(effect: &EffectId) -> Option<(bool, MemberId)> {
    let (answer, rest) = effect.as_str().strip_prefix(ADMIT)?.split_once('/')?;
    Some((answer == "yes", MemberId::new(rest.split_once('/')?.1)))
}
