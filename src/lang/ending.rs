//! `runs-out`: the one warning that needs a clock. Whoever has one asks for it beside the report.
//!
//! Never asked while compiling: the same file compiles to the same report for ever.

use super::{Compiled, codes};
use crate::{
    base::{
        diagnostic::Diagnostic,
        source::{SourceId, Span},
        time::Timestamp,
    },
    model::ending::{Covers, endings},
};

/// A warning for each calendar and each file of dates that has ended or ends soon.
pub fn warnings(compiled: &Compiled, now: Timestamp) -> Vec<Diagnostic> {
    let Some(playbook) = &compiled.playbook else { return Vec::new() };
    let found = endings(playbook, now).into_iter().map(|ending| {
        let (key, help) = match &ending.what {
            Covers::Calendar(name) => (
                format!("calendars.{name}"),
                "after that day every Monday to Friday counts as worked and no special day is known; add the days of \
                 the next year",
            ),
            Covers::Dates(play, _) => (
                format!("plays.{play}.trigger"),
                "after that day the play does not start any more; add rows, or remove the play when it is over",
            ),
        };
        let span = compiled.origins.get(&key).copied().unwrap_or(Span::new(SourceId(0), 0, 0));
        Diagnostic::warning(codes::RUNS_OUT, span, ending.to_string()).help(help)
    });
    found.collect()
}
