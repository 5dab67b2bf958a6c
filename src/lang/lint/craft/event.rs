//! Dated plays that are events: announced, prepared, held. Shared by the lints about lead times.

use super::context::{Context, Due, due_steps};
use crate::{
    base::time::Duration,
    model::{
        play::Play,
        step::{Step, Verb},
        trigger::Trigger,
    },
};
use std::sync::Arc;

/// Keys of a date that say where people meet.
const PLACE_KEYS: [&str; 8] = ["place", "venue", "address", "location", "地点", "场地", "地址", "位置"];

/// Keys of a date that say who speaks.
const GUEST_KEYS: [&str; 6] = ["guest", "speaker", "expert", "嘉宾", "讲者", "老师"];

/// A dated play that is an event.
pub(super) struct EventPlay<'a> {
    /// The play.
    pub(super) play: &'a Arc<Play>,
    /// Whether people meet in a place.
    pub(super) offline: bool,
    /// The first step that tells the group, and how long before the date it is due.
    pub(super) told: Option<(&'a Arc<Step>, Duration)>,
}

impl EventPlay<'_> {
    /// Whether somebody speaks to the group: it begins in the group itself, with steps at its own time.
    pub(super) fn is_talk(&self) -> bool {
        let begins = due_steps(self.play).iter().any(|due| due.lead() == Duration::ZERO && tells(due));
        let Trigger::Dates(dates) = &self.play.trigger else { return false };
        let guest = dates.iter().any(|date| GUEST_KEYS.iter().any(|key| date.values.contains_key(*key)));
        !self.offline && begins && guest
    }
}

/// The events of a playbook: dated plays that prepare something before the date, whose dates are more than a week
/// apart (what comes more often is a series, and its members know).
pub(super) fn events<'a>(cx: &Context<'a>) -> Vec<EventPlay<'a>> {
    cx.playbook.plays.iter().filter_map(event).collect()
}

fn event(play: &Arc<Play>) -> Option<EventPlay<'_>> {
    let Trigger::Dates(dates) = &play.trigger else { return None };
    if dates.is_empty() || dates.windows(2).any(|pair| pair[1].at.since(pair[0].at) <= Duration::DAY.times(8))
    {
        return None;
    }
    let dues = due_steps(play);
    if !dues.iter().any(|due| due.lead() >= Duration::HOUR) {
        return None;
    }
    let told = dues.iter().filter(|due| tells(due)).max_by_key(|due| due.lead());
    let offline = dates.iter().any(|date| PLACE_KEYS.iter().any(|key| date.values.contains_key(*key)));
    Some(EventPlay { play, offline, told: told.map(|due| (due.step, due.lead())) })
}

fn tells(due: &Due<'_>) -> bool {
    match &due.step.verb {
        Verb::Post(post) => post.to.as_str() == "group",
        Verb::Ask(ask) => ask.to.as_str() == "group",
        Verb::Run(_) => true,
        _ => false,
    }
}
