//! `plan` and `check --against` for programs: a timed step, and what an edit would change.

use crate::{
    base::{
        ids::{ChannelName, Digest, GroupId, PlayName, StepId},
        phrase::Phrase,
        time::Zone,
    },
    model::{
        edit::{Edit, Fate},
        message::Label,
    },
    sim::{forecast::Expected, plan::Planned},
};
use serde::Serialize;

/// A timed step ahead; its instants have whole seconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[expect(clippy::struct_field_names, reason = "the keys are a promise to programs")]
pub struct Step<'a> {
    at: String,
    group: &'a GroupId,
    play: &'a PlayName,
    phase: Option<&'a str>,
    step: &'a StepId,
    verb: &'a str,
    channel: Option<&'a ChannelName>,
    label: Option<&'a Label>,
    text: &'a str,
    /// Only where there is something to say, so that the line is as the contract has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    held: Option<Holdup<'a>>,
}

/// A budget that will probably hold it.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Holdup<'a> {
    by: &'a str,
    until: Option<String>,
    says: &'a Phrase,
}

/// A timed step, with the budget (its key and what is expected of it) that will probably hold it.
pub fn step<'a>(planned: &'a Planned, held: Option<(&'a str, &'a Expected)>, zone: &Zone) -> Step<'a> {
    Step {
        at: planned.at.to_rfc3339(zone),
        group: &planned.group,
        play: &planned.play,
        phase: planned.phase.as_deref(),
        step: &planned.step,
        verb: planned.verb,
        channel: planned.channel.as_ref(),
        label: planned.label.as_ref(),
        text: &planned.text,
        held: held.map(|(by, expected)| Holdup {
            by,
            until: expected.until.map(|until| until.to_rfc3339(zone)),
            says: &expected.says,
        }),
    }
}

/// What a playbook would change on a state.
#[derive(Debug, Clone, Serialize)]
pub struct Against<'a> {
    /// The state directory.
    pub against: String,
    /// The file.
    pub file: String,
    /// The version that is compared with.
    pub to: &'a Digest,
    /// By version in force.
    pub changes: Vec<Change<'a>>,
    /// Groups that would begin.
    pub begin: &'a [GroupId],
    /// Groups that would rest.
    pub resting: &'a [GroupId],
}

/// What it would change for the groups of one version.
#[derive(Debug, Clone, Serialize)]
pub struct Change<'a> {
    groups: &'a [GroupId],
    from: &'a Digest,
    plays: Vec<PlayRow<'a>>,
    rest: &'a [Phrase],
    under_way: Option<&'a Phrase>,
    reworded: Option<&'a Phrase>,
}

#[derive(Debug, Clone, Serialize)]
struct PlayRow<'a> {
    play: &'a PlayName,
    fate: &'static str,
    details: &'a [Phrase],
}

/// What an edit of a version changes for its groups.
pub fn change<'a>(
    groups: &'a [GroupId],
    from: &'a Digest,
    edit: &'a Edit,
    [under_way, reworded]: [Option<&'a Phrase>; 2],
) -> Change<'a> {
    let plays = edit.plays.iter();
    let plays =
        plays.map(|play| PlayRow { play: &play.play, fate: Fate::as_str(play.fate), details: &play.details });
    Change { groups, from, plays: plays.collect(), rest: &edit.rest, under_way, reworded }
}
