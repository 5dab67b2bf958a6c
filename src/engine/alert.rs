//! Alerts: what goes wrong is told to the first channel of `alerts` that can be told; a failed step also to a person.
//!
//! Where several channels could be told, an alert is kept until one of them has taken it, and goes to the next one when
//! the one before refuses it or has been failing for a while. Decides; changes nothing by itself.

use super::{
    draft::{Decided, Draft},
    notice,
    open_alerts::ALERT,
    outgoing::Outgoing,
    state::State,
    task::TaskKind,
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
        if self.playbook.host_role(&self.group).is_none() {
            return Ok(());
        }
        let of_play = |other: &RunId| other.as_str().split(['@', '~']).next() == Some(play.as_str());
        // What is asked by no step is about the run itself.
        let is_asked = self.state.tasks.values().any(|open| {
            open.task.kind == TaskKind::Task
                && open.task.step.is_none()
                && open.task.run.as_ref().is_some_and(of_play)
        });
        if is_asked {
            return Ok(());
        }
        let text = notice::look_at_failed(self.playbook.locale, &text, run, &self.group.id);
        self.ask_host_in(text, Some(play.clone()), Some(run.clone()), false)
    }
}

/// The first channel that is not failing; the first one of all where all are.
fn first<'a>(state: &State, to: &'a [ChannelName]) -> Option<&'a ChannelName> {
    to.iter().find(|name| !state.failing.contains_key(*name)).or_else(|| to.first())
}
