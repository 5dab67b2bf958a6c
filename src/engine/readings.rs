//! The values behind conditions, read by the code that decides by them. For `why`; decides nothing.

use super::{
    facts::{ExprAbout, build_facts},
    input::Signal,
    state::{Run, State},
};
use crate::{
    base::time::Timestamp,
    model::{
        budget::Promo,
        group::Group,
        play::Play,
        playbook::Playbook,
        step::{Step, Verb},
        trigger::OnSignal,
    },
    script::{
        expr::Expr,
        facts::Facts,
        names::{Name, Names},
        reading::Reading,
    },
};
use std::sync::Arc;

/// Where an expression is read: one group under one version of its playbook, at one instant.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The state that the decision saw.
    pub state: &'a State,
    /// The version.
    pub playbook: &'a Playbook,
    /// The group as that version describes it.
    pub group: &'a Group,
    /// The clock of the decision.
    pub now: Timestamp,
}

impl Reader<'_> {
    fn facts(&self, play: Option<&Play>, names: Names, about: &ExprAbout<'_>) -> Arc<Facts> {
        build_facts(self.state, self.playbook, self.group, play, self.now, names, about)
    }

    fn read(&self, play: Option<&Play>, condition: &Expr, about: &ExprAbout<'_>) -> Vec<Reading> {
        condition.readings(&self.facts(play, condition.names(), about))
    }

    /// The values in a step's `when`, or in the condition of an `if`.
    pub fn step(&self, play: &Play, run: &Run, step: &Step) -> Vec<Reading> {
        let about = ExprAbout { run: Some(run), step: Some(&step.id), ..ExprAbout::default() };
        let of_if = match &step.verb {
            Verb::If(branch) => Some(&branch.cond),
            _ => None,
        };
        let condition = step.when.as_ref().or(of_if);
        condition.map_or_else(Vec::new, |condition| self.read(Some(play), condition, &about))
    }

    /// Whether a signal meets a play's `where`, and the values in it. A condition about a member is not met by a
    /// signal about nobody.
    pub fn filter(&self, on: &OnSignal, signal: &Signal) -> (bool, Vec<Reading>) {
        let Some(filter) = &on.filter else { return (true, Vec::new()) };
        if signal.member.is_none() && filter.names().has(Name::Member) {
            return (false, Vec::new());
        }
        let about = ExprAbout {
            signal: Some(signal.to_value()),
            member: signal.member.clone(),
            ..ExprAbout::default()
        };
        let facts = self.facts(None, filter.names(), &about);
        (filter.eval_bool(&facts).unwrap_or(false), filter.readings(&facts))
    }

    /// The values in the `until` of the phase that the group is in.
    pub fn until(&self) -> Vec<Reading> {
        let phase = self.playbook.phase(&self.state.phase);
        let until = phase.and_then(|phase| phase.until.as_ref());
        until.map_or_else(Vec::new, |until| self.read(None, until, &ExprAbout::default()))
    }

    /// The values in the condition for advertising.
    pub fn promo(&self, promo: &Promo) -> Vec<Reading> {
        let when = promo.when.as_ref();
        when.map_or_else(Vec::new, |when| self.read(None, when, &ExprAbout::default()))
    }
}
