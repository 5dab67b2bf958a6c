//! What an occurrence is asked before it starts: the closed list of questions, in their order.
//!
//! The one place that asks them. Deciding stops at the first that refuses; `status` and `why` ask all. Changes nothing.

use super::{
    advance::probe_run,
    entry::{Cause, Skip},
    facts::{ExprAbout, build_facts},
    state::State,
};
use crate::{
    base::{ids::RunId, time::Timestamp, value::Value},
    model::{
        group::Group,
        occurrence::closed_day,
        play::{Overlap, Play, Section},
        playbook::Playbook,
    },
    script::{expr::Expr, facts::Facts, reading::Reading},
};
use std::sync::Arc;

/// One question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// Is the play, or everything, paused?
    Paused,
    /// Did an operator skip this occurrence?
    Skipped,
    /// Is the phase final?
    Final,
    /// Is the play switched off in the file?
    Enabled,
    /// Is it too late?
    Late,
    /// Is it between `from` and `until`?
    Bounds,
    /// `except` and `only`
    Calendar,
    /// `during`
    During,
    /// `when`
    When,
    /// Is the last run still open?
    Overlap,
}

impl Gate {
    /// Every question, in the order in which they are asked.
    pub const ALL: [Self; 10] = [
        Self::Paused,
        Self::Skipped,
        Self::Final,
        Self::Enabled,
        Self::Late,
        Self::Bounds,
        Self::Calendar,
        Self::During,
        Self::When,
        Self::Overlap,
    ];

    /// Whether the answer can change before an occurrence that is ahead comes: these say nothing about it yet.
    pub fn is_of_the_moment(self) -> bool {
        matches!(self, Self::Late | Self::Overlap)
    }
}

/// An occurrence that is about to start, or would if it were due now.
#[derive(Clone, Copy)]
pub struct Occasion<'a> {
    /// The group's state.
    pub state: &'a State,
    /// The version in force.
    pub playbook: &'a Playbook,
    /// The group as that version describes it.
    pub group: &'a Group,
    /// The play.
    pub play: &'a Play,
    /// The run that it would be.
    pub run: &'a RunId,
    /// The moment it is about.
    pub anchor: Timestamp,
    /// Why the run would exist.
    pub cause: &'a Cause,
    /// The clock of the decision.
    pub now: Timestamp,
}

/// A question with its answer.
#[derive(Debug, Clone, PartialEq)]
pub struct AskedGate {
    /// The question.
    pub gate: Gate,
    /// Why it refuses; none when it lets the occurrence pass.
    pub refusal: Option<Skip>,
    /// For `when`: the values in the condition.
    pub readings: Vec<Reading>,
}

impl Occasion<'_> {
    /// Why it does not start; none when it does.
    pub(super) fn refusal(&self) -> Option<Skip> {
        Gate::ALL.into_iter().find_map(|gate| self.ask(gate))
    }

    /// Why it would not start if it were due now, though it is ahead.
    pub fn obstacle(&self) -> Option<Skip> {
        let mut gates = Gate::ALL.into_iter().filter(|gate| !gate.is_of_the_moment());
        gates.find_map(|gate| self.ask(gate))
    }

    /// Every question that means something for this play, with its answer.
    pub fn asked(&self) -> Vec<AskedGate> {
        let play = self.play;
        let means = |gate: &Gate| match gate {
            Gate::Bounds => play.from.is_some() || play.until.is_some(),
            Gate::Calendar => !play.except.is_empty() || !play.only.is_empty(),
            Gate::During => !play.during.is_empty(),
            Gate::When => play.when.is_some(),
            Gate::Paused | Gate::Skipped | Gate::Final | Gate::Enabled | Gate::Late | Gate::Overlap => false,
        };
        Gate::ALL
            .into_iter()
            .map(|gate| (gate, self.ask(gate)))
            .filter(|(gate, refusal)| means(gate) || refusal.is_some())
            .map(|(gate, refusal)| {
                let when = self.play.when.as_ref().filter(|_| gate == Gate::When);
                let readings = when.map_or_else(Vec::new, |when| when.readings(&self.facts(when)));
                AskedGate { gate, refusal, readings }
            })
            .collect()
    }

    fn ask(&self, gate: Gate) -> Option<Skip> {
        let Self { state, playbook, play, run, anchor, now, .. } = *self;
        let known = state.plays.get(&play.name);
        match gate {
            Gate::Paused => state.is_paused(&play.name).then_some(Skip::Paused),
            Gate::Skipped => known.is_some_and(|p| p.skip.contains(run)).then_some(Skip::Operator),
            Gate::Final => (state.phase_final && !is_about_phase(self.cause))
                .then(|| Skip::Phase { phase: state.phase.clone() }),
            Gate::Enabled => (!play.enabled).then(|| Skip::off(play)),
            Gate::Late => {
                let late = anchor < now && play.alive_until(anchor, &playbook.zone, &state.group) < now;
                late.then(|| {
                    let by = now.since(play.last_due(anchor, &playbook.zone, &state.group));
                    Skip::Late { by, max: play.max_late }
                })
            }
            Gate::Bounds => {
                let outside = play.from.is_some_and(|from| anchor < from)
                    || play.until.is_some_and(|until| anchor >= until);
                outside.then(|| Skip::when("within `from` and `until` of the play"))
            }
            Gate::Calendar => closed_day(playbook, play, anchor)
                .map(|calendar| Skip::Calendar { calendar: calendar.into() }),
            Gate::During => (!play.during.is_empty() && !play.during.contains(&state.phase))
                .then(|| Skip::Phase { phase: state.phase.clone() }),
            Gate::When => {
                let when = play.when.as_ref()?;
                match when.eval_bool(&self.facts(when)) {
                    Ok(true) => None,
                    Ok(false) => Some(Skip::when(when.source())),
                    Err(error) => Some(Skip::undecided(when.source(), &error)),
                }
            }
            Gate::Overlap => {
                // One run a member: a second one would say everything twice.
                let once = play.overlap == Overlap::Skip
                    || (play.overlap == Overlap::Allow && self.cause.member.is_some());
                let open = once.then(|| open_runs(state, play, self.cause).into_iter().next()).flatten()?;
                Some(Skip::Overlap { open })
            }
        }
    }

    fn facts(&self, condition: &Expr) -> Arc<Facts> {
        let probe = probe_run(self.play, self.playbook, self.run, self.anchor, self.now, self.cause);
        let about = ExprAbout { run: Some(&probe), ..ExprAbout::default() };
        let (play, names) = (Some(self.play), condition.names());
        build_facts(self.state, self.playbook, self.group, play, self.now, names, &about)
    }
}

/// The open runs that a new one would overlap: for a play that runs once a member, those about the same member.
pub(super) fn open_runs(state: &State, play: &Play, cause: &Cause) -> Vec<RunId> {
    let runs = state.runs.values();
    runs.filter(|run| run.play == play.name && run.section == Section::Steps)
        .filter(|run| cause.member.is_none() || run.cause.member == cause.member)
        .map(|r| r.id.clone())
        .collect()
}

/// Whether a start answers the entering of a phase: the only one that a final phase allows.
fn is_about_phase(cause: &Cause) -> bool {
    cause.signals.first().and_then(|signal| signal.get("name")).and_then(Value::as_str)
        == Some("phase.entered")
}
