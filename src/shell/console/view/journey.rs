//! The way of one member through the group, as far as the state tells: joined, where they stand, strikes, runs about them.
//!
//! Pure. What the state does not know any more the logbook tells.

use crate::{
    base::{
        ids::{MemberId, RunId},
        limits,
        time::Timestamp,
    },
    engine::{entry::Outcome, state::Run},
    shell::console::board::Here,
};
use std::sync::Arc;

/// A moment of somebody's way.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct JourneyPoint {
    /// When that was.
    pub(crate) at: Timestamp,
    /// What was then.
    pub(crate) what: JourneyWhat,
}

impl JourneyPoint {
    /// Whether the day alone is known, as lists have it.
    pub(crate) fn is_a_day(&self) -> bool {
        matches!(self.what, JourneyWhat::Joined { .. } | JourneyWhat::Heard)
    }
}

/// What was then.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum JourneyWhat {
    /// The member joined.
    Joined {
        /// From where.
        source: String,
    },
    /// Where the member stands since then.
    Stands {
        /// The tier.
        tier: String,
    },
    /// A strike against the member.
    Struck {
        /// The rule.
        rule: Arc<str>,
        /// Until when it counts.
        until: Timestamp,
    },
    /// A run about them began.
    Run {
        /// The run.
        run: RunId,
        /// Its play as people call it.
        title: String,
        /// How it ended; none where it is under way.
        outcome: Option<Outcome>,
    },
    /// The member was heard last.
    Heard,
}

/// The way of a member, oldest first; of very many moments the newest.
pub(super) fn journey(here: Here<'_>, id: &MemberId, now: Timestamp) -> Vec<JourneyPoint> {
    let state = here.state();
    let Some(member) = state.members.get(id) else { return Vec::new() };
    let mut all: Vec<JourneyPoint> = Vec::new();
    let joined = member.joined.map(|at| (at, JourneyWhat::Joined { source: member.source.clone() }));
    let tier = member.tier().map(str::to_owned);
    let stands = state.standing.since.get(id).and_then(|at| Some((*at, JourneyWhat::Stands { tier: tier? })));
    let heard = state.members.activity(id).seen.map(|at| (at, JourneyWhat::Heard));
    let known = joined.into_iter().chain(stands).chain(heard);
    all.extend(known.map(|(at, what)| JourneyPoint { at, what }));
    all.extend(state.moderation.strikes_of(id, now).map(|strike| JourneyPoint {
        at: strike.at,
        what: JourneyWhat::Struck { rule: strike.rule.clone(), until: strike.until },
    }));
    let runs = state.runs.values().chain(state.finished.iter());
    let about = runs.filter(|run: &&Arc<Run>| run.cause.member.as_ref() == Some(id));
    all.extend(about.map(|run| {
        let title = super::brief::title(here, &run.play);
        let what = JourneyWhat::Run { run: run.id.clone(), title, outcome: run.outcome };
        JourneyPoint { at: run.started, what }
    }));
    all.sort_by_key(|point| point.at);
    all.split_off(all.len().saturating_sub(limits::PAGE_ROWS))
}
