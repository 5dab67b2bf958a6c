//! `runs-out`: the one warning that needs a clock. Whoever has one asks for it beside the report.
//!
//! Never asked while compiling: the same file compiles to the same report for ever.

use super::{Compiled, codes};
use crate::{
    base::{
        diagnostic::Diagnostic,
        phrase::pair,
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
                pair(
                    "after that day every Monday to Friday counts as worked and no special day is known; add the days \
                     of the next year",
                    "那天之后，周一到周五一律算工作日，也没有任何特别的日子；请补上下一年的日子",
                ),
            ),
            Covers::Dates(play, _) => (
                format!("plays.{play}.trigger"),
                pair(
                    "after that day the play does not start any more; add rows, or remove the play when it is over",
                    "那天之后这个玩法不再开始；请补上新的行，用完了就删掉这个玩法",
                ),
            ),
        };
        let span = compiled.origins.get(&key).copied().unwrap_or(Span::new(SourceId(0), 0, 0));
        Diagnostic::warning(codes::RUNS_OUT, span, ending.in_words()).help(help)
    });
    found.collect()
}
