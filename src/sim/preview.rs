//! What a step will say, as far as it can be known beforehand; the rest stays `${…}`.
//!
//! Evaluates only what does not depend on what happens until then: dates, roles, constants, the charter.

use crate::{
    base::{ids::ChannelName, time::Timestamp, value::Value},
    engine::by_hand::ByHand,
    model::{
        group::Group,
        message::Label,
        play::Play,
        playbook::Playbook,
        step::{Assignee, Step, Verb, WaitFor},
        text::{Text, TextPart},
        trigger::DateEntry,
    },
    script::{
        facts::{Facts, GroupFacts, RoleFacts, RunFacts},
        names::{Name, Names},
    },
};
use std::{fmt::Write as _, sync::Arc};

/// The moment for which a step is previewed.
#[derive(Debug, Clone, Copy)]
pub struct PreviewMoment<'a> {
    /// The group's creation, as far as it is known.
    pub created: Timestamp,
    /// What operators have set in the group, where one lives already.
    pub by_hand: Option<&'a ByHand>,
    /// The run's anchor.
    pub anchor: Timestamp,
    /// The run's id.
    pub run: &'a str,
    /// The entry of `dates`.
    pub date: Option<&'a DateEntry>,
    /// When the step is due.
    pub at: Timestamp,
}

/// What can be evaluated beforehand.
fn known(moment: &PreviewMoment<'_>) -> Names {
    let always = [Name::Group, Name::Run, Name::Vars, Name::Rules, Name::Charter, Name::Roles, Name::Now];
    let names: Names = always.into_iter().collect();
    if moment.date.is_some() { names.with(Name::Date) } else { names }
}

/// The facts that are certain before the step happens.
fn facts(
    playbook: &Playbook,
    group: &Group,
    play: &Play,
    moment: &PreviewMoment<'_>,
    used: Names,
) -> Arc<Facts> {
    let mut facts =
        Facts::bare(group.id.clone(), moment.at, play.zone_or(&playbook.zone).clone(), playbook.locale);
    facts.group = GroupFacts { id: group.id.clone(), title: group.title.clone(), created: moment.created };
    facts.run = Some(RunFacts {
        id: Arc::from(moment.run),
        play: Arc::from(play.name.as_str()),
        anchor: moment.anchor,
        number: 0,
    });
    facts.vars = group.vars.clone();
    facts.rules = playbook.rules.clone();
    facts.charter = playbook.charter.clone();
    facts.data = playbook.data.clone();
    facts.date = moment.date.map_or(Value::Null, |date| Value::Map(date.values.clone()));
    if used.has(Name::Roles) {
        let names = playbook.roles.keys().chain(group.roles.keys());
        let roles = names.filter_map(|name| {
            let (role, zone) = (playbook.role(group, name)?, &playbook.zone);
            let (now, next) = match moment.by_hand {
                Some(by_hand) => by_hand.holders(role, moment.created, moment.at, zone),
                None => role.holders(moment.created, moment.at, zone),
            };
            Some((name.clone(), RoleFacts { now, next }))
        });
        facts.roles = Arc::new(roles.collect());
    }
    Arc::new(facts)
}

/// A text with everything evaluated that is certain.
pub fn text(
    playbook: &Playbook,
    group: &Group,
    play: &Play,
    moment: &PreviewMoment<'_>,
    text: &Text,
) -> String {
    if let Some(literal) = text.as_literal() {
        return literal.to_owned();
    }
    let facts = facts(playbook, group, play, moment, text.names());
    let known = known(moment);
    let mut out = String::new();
    for part in &text.parts {
        // Which run of its play it will be is known only when it starts.
        let counts = matches!(part, TextPart::Expr(expr) if expr.source().contains("run.number"));
        let one = Text { parts: vec![part.clone()] };
        out.push_str(&one.preview(&facts, if counts { Names::NONE } else { known }));
    }
    out
}

/// What a step does, in its own words.
pub fn step(
    playbook: &Playbook,
    group: &Group,
    play: &Play,
    moment: &PreviewMoment<'_>,
    step: &Step,
) -> String {
    let text = |t: &Text| text(playbook, group, play, moment, t).trim_end().to_owned();
    match &step.verb {
        Verb::Post(post) => text(&post.text),
        Verb::Run(run) => format!("{} {}", run.script, run.call),
        Verb::Task(task) => text(&task.text),
        Verb::Approve(approve) => text(&approve.text),
        Verb::Ask(ask) => text(&ask.text),
        Verb::Wait(wait) => match &wait.target {
            WaitFor::For(length) => length.to_string(),
            WaitFor::Until(clock) => clock.to_string(),
            WaitFor::Signal(name) | WaitFor::Binding(name) => name.to_string(),
        },
        Verb::If(branch) => branch.cond.source().to_owned(),
        Verb::Each(each) => each.items.source().to_owned(),
        Verb::Prune(prune) => prune.predicate.source().to_owned(),
        Verb::Mark(mark) => text(&mark.text),
        Verb::Set(vars) => vars.iter().fold(String::new(), |mut out, (name, expr)| {
            let comma = if out.is_empty() { "" } else { ", " };
            let _ = write!(out, "{comma}{name} = {}", expr.source());
            out
        }),
        Verb::Signal { name, .. } => text(name),
        Verb::Start { play, .. } => play.to_string(),
        Verb::Enter(phase) => phase.to_string(),
        Verb::Stop(reason) => text(reason),
    }
}

/// Where a step speaks: a post's and a question's channel; for a task, an approval and a prune the channel of
/// the role that is asked.
pub fn channel(playbook: &Playbook, group: &Group, step: &Step) -> Option<ChannelName> {
    let of_role = |to: &Option<Assignee>| match to {
        Some(Assignee::Role(name)) => playbook.role(group, name)?.channel.clone(),
        _ => None,
    };
    match &step.verb {
        Verb::Post(post) => Some(post.to.clone()),
        Verb::Ask(ask) => Some(ask.to.clone()),
        Verb::Task(task) => of_role(&task.to),
        Verb::Approve(approve) => of_role(&approve.to),
        Verb::Prune(prune) => of_role(&prune.to),
        _ => None,
    }
}

/// The label of what a step posts: its own, else the play's.
pub fn own_label(play: &Play, step: &Step) -> Option<Arc<str>> {
    let (label, own) = match &step.verb {
        Verb::Post(post) => (post.label, &post.own_label),
        Verb::Ask(ask) => (ask.label, &ask.own_label),
        _ => return None,
    };
    if label.is_some() { own.clone() } else { play.own_label.clone() }
}

/// The label of what a step posts.
pub fn label(play: &Play, step: &Step) -> Option<Label> {
    match &step.verb {
        Verb::Post(post) => post.label.or(play.label),
        Verb::Ask(ask) => ask.label.or(play.label),
        _ => None,
    }
}
