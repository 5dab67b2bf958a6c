//! What kinds of value the weeks ahead give. Shared by the lints about the mix and the rhythm of content.

use super::context::{Context, due_steps};
use crate::{
    base::time::{Duration, Timestamp},
    model::{
        channel::GROUP,
        message::Label,
        play::Play,
        step::{Step, Verb},
        trigger::Trigger,
    },
};
use std::{collections::BTreeMap, sync::Arc};

/// How far is looked ahead, in days.
pub(super) const DAYS: i64 = 56;

/// A post that gives something.
pub(super) struct GivenPost<'a> {
    /// When the post is.
    pub(super) at: Timestamp,
    /// Of which play.
    pub(super) play: &'a Arc<Play>,
    /// The label of the post.
    pub(super) label: Label,
}

fn label(play: &Play, step: &Step) -> Option<Label> {
    let (to, own) = match &step.verb {
        Verb::Post(post) => (&post.to, post.label),
        Verb::Ask(ask) => (&ask.to, ask.label),
        _ => return None,
    };
    own.or(play.label).filter(|label| to.as_str() == GROUP && *label != Label::Notice)
}

/// The posts of eight ordinary weeks, those of dates as they stand, in order.
pub(super) fn values<'a>(cx: &Context<'a>) -> Vec<GivenPost<'a>> {
    gather(cx, |_| true)
}

/// Those of plays with dates only.
pub(super) fn dated<'a>(cx: &Context<'a>) -> Vec<GivenPost<'a>> {
    gather(cx, |play| matches!(play.trigger, Trigger::Dates(_)))
}

fn gather<'a>(cx: &Context<'a>, wanted: impl Fn(&Play) -> bool) -> Vec<GivenPost<'a>> {
    let mut found = Vec::new();
    for play in cx.playbook.plays.iter().filter(|play| wanted(play)) {
        let dues = due_steps(play);
        for anchor in cx.anchors(play, DAYS / 7) {
            for due in &dues {
                if let Some(label) = label(play, due.step) {
                    found.push(GivenPost { at: due.at(anchor, cx.playbook), play, label });
                }
            }
        }
    }
    found.sort_by_key(|given| given.at);
    found
}

/// When plays with a schedule reach the group in eight ordinary weeks.
pub(super) fn scheduled(cx: &Context<'_>) -> Vec<Timestamp> {
    let plays =
        cx.playbook.plays.iter().filter(|play| matches!(play.trigger, Trigger::Schedule(_)) && reaches(play));
    plays.flat_map(|play| cx.anchors(play, DAYS / 7)).collect()
}

fn reaches(play: &Play) -> bool {
    play.program.steps().any(|step| match &step.verb {
        Verb::Post(post) => post.to.as_str() == GROUP,
        Verb::Ask(ask) => ask.to.as_str() == GROUP,
        Verb::Run(_) => true,
        _ => false,
    })
}

/// Whether anything is scheduled for the group at all, and nothing else could fill a gap.
pub(super) fn talks(cx: &Context<'_>) -> bool {
    let dated =
        cx.playbook.plays.iter().any(|play| matches!(play.trigger, Trigger::Dates(_)) && reaches(play));
    !dated
        && scheduled(cx)
            .iter()
            .min()
            .zip(scheduled(cx).iter().max())
            .is_some_and(|(a, b)| b.since(*a) > Duration::DAY)
}

/// The labels that the file declares, with what they count as.
pub(super) fn declared(cx: &Context<'_>) -> BTreeMap<String, Label> {
    cx.playbook.labels.iter().map(|(name, label)| (name.to_string(), *label)).collect()
}
