//! Alerts: what goes wrong is told to the first channel of `alerts` that can be told; what failed also to a person
//! where there is none.
//!
//! Where several channels could be told, an alert is kept until one of them has taken it, and goes to the next one when
//! the one before refuses it or has been failing for a while. Decides; changes nothing by itself.

use super::{
    draft::{Decided, Draft},
    effect::effect_run,
    open_alerts::ALERT,
    outgoing::Outgoing,
    state::State,
    task::{EndsWith, TaskKind},
    trouble,
};
use crate::{
    base::ids::{ChannelName, EffectId, PlayName, RunId},
    model::message::Message,
};

/// What stands behind it where the alert is about a channel.
const OF_CHANNEL: &str = "channel/";

/// The channel that an alert is about.
fn trouble_of(effect: &EffectId) -> Option<ChannelName> {
    let about = effect.as_str().strip_prefix(ALERT)?.strip_prefix(OF_CHANNEL)?;
    about.rsplit_once('/').map(|(channel, _)| ChannelName::new(channel))
}

impl Draft<'_> {
    /// Tells the first channel of `alerts` that can be told, if there is one.
    pub(super) fn alert(&mut self, id: &str, text: String) -> Decided {
        let to = self.playbook.alerted(&self.group, None);
        self.alert_to(&to, id, text)
    }

    /// The same about a channel, which is not told of its own trouble.
    pub(super) fn alert_of_channel(&mut self, channel: &ChannelName, text: String) -> Decided {
        let to = self.playbook.alerted(&self.group, Some(channel));
        self.alert_to(&to, &format!("{OF_CHANNEL}{channel}"), text)
    }

    /// The channel that is told of trouble now: the first one that is not failing itself.
    pub(super) fn alert_channel(&self) -> Option<ChannelName> {
        first(self.state, &self.playbook.alerted(&self.group, None)).cloned()
    }

    fn alert_to(&mut self, to: &[ChannelName], id: &str, text: String) -> Decided {
        let Some(channel) = first(self.state, to).cloned() else { return Ok(()) };
        let text = self.hinted(text);
        let effect = EffectId::from(format!("{ALERT}{id}/{}", self.state.epoch));
        let awaited = to.last() != Some(&channel);
        let out = Outgoing::new(effect, channel, Message::text(text), self.now);
        self.send_notice(Outgoing { awaited, ..out })
    }

    /// An alert did not get through: the next channel is told.
    pub(super) fn alert_lost(&mut self, effect: &EffectId) -> Decided {
        let Some((channel, message)) = self.state.alerts.0.get(effect).cloned() else { return Ok(()) };
        let to = self.playbook.alerted(&self.group, trouble_of(effect).as_ref());
        let behind = to.iter().position(|name| *name == channel).map_or(to.len(), |at| at + 1);
        let Some(next) = to.get(behind) else { return Ok(()) };
        let out = Outgoing::new(EffectId::from(format!("{effect}+")), next.clone(), message, self.now);
        self.send_notice(Outgoing { awaited: true, ..out })
    }

    /// A channel has been failing for a while: what it was to tell of trouble is told to the next one.
    pub(super) fn alerts_lost_at(&mut self, channel: &ChannelName) -> Decided {
        let there = self.state.alerts.0.iter().filter(|(_, (to, _))| to == channel);
        let lost: Vec<EffectId> = there.map(|(effect, _)| effect.clone()).collect();
        lost.iter().try_for_each(|effect| self.alert_lost(effect))
    }

    /// A step failed, and its run with it: `alerts` is told, and where there is no such channel whoever has the first
    /// role is asked to look. A play that fails again and again asks once.
    pub(super) fn tell_failed(&mut self, run: &RunId, play: &PlayName, text: String) -> Decided {
        if self.alert_channel().is_some() {
            return self.alert(run.as_str(), text);
        }
        let text = trouble::look_at_failed(self.playbook.locale, &text, run, &self.group.id);
        self.ask_to_look(run, play, text, None)
    }

    /// A message did not arrive: told like a failed step. What is said to the people who are asked of other things is
    /// no message of a play, and a task about it would go the same way.
    pub(super) fn tell_undelivered(&mut self, effect: &EffectId, text: String) -> Decided {
        if self.alert_channel().is_some() {
            return self.alert(effect.as_str(), text);
        }
        let Some(run) = effect_run(effect).map(RunId::new) else { return Ok(()) };
        let play = PlayName::new(play_of(&run));
        if !self.playbook.plays.iter().any(|known| known.name == play) {
            return Ok(());
        }
        let text = trouble::look_at_undelivered(self.playbook.locale, &text, effect, &self.group.id);
        self.ask_to_look(&run, &play, text, Some(EndsWith::Arrival(effect.clone())))
    }

    /// Whoever has the first role is asked to look at a run, once a play.
    fn ask_to_look(&mut self, run: &RunId, play: &PlayName, text: String, ends: Option<EndsWith>) -> Decided {
        let Some(host) = self.playbook.host_role(&self.group).cloned() else { return Ok(()) };
        // What is asked by no step is about the run itself.
        let is_asked = self.state.tasks.values().any(|open| {
            let about = open.task.run.as_ref().is_some_and(|run| play_of(run) == play.as_str());
            about && open.task.kind == TaskKind::Task && open.task.step.is_none()
        });
        if is_asked {
            return Ok(());
        }
        self.ask_role(Some(host), text, (Some(play.clone()), Some(run.clone())), false, None, ends)
    }
}

/// The name of the play that a run is of.
fn play_of(run: &RunId) -> &str {
    run.as_str().split(['@', '~']).next().unwrap_or_default()
}

/// The first channel that is not failing; the first one of all where all are.
fn first<'a>(state: &State, to: &'a [ChannelName]) -> Option<&'a ChannelName> {
    to.iter().find(|name| !state.failing.contains_key(*name)).or_else(|| to.first())
}
