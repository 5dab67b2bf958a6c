//! Steps by what they do, for sentences that name them by their ids.

use super::{brief::short, run};
use crate::{
    base::{
        ids::{GroupId, RunId},
        time::Timestamp,
    },
    shell::console::{board::Board, door::Asker},
};

/// A step by its id, its verb and how its text begins.
pub(crate) type NamedStep = (String, &'static str, String);

/// The steps of a run.
pub(crate) fn named_steps(
    board: &Board,
    asker: &Asker,
    of: (&GroupId, &RunId),
    now: Timestamp,
) -> Vec<NamedStep> {
    let sheet = run::sheet(board, asker, of, (Vec::new(), true), now);
    let steps = sheet.map(|sheet| sheet.steps).unwrap_or_default();
    steps.into_iter().map(|step| (step.id.to_string(), step.verb, short(&step.text))).collect()
}
