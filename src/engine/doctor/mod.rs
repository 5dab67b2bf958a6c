//! The doctor: what the numbers of a group are signs of, and what helps.
//!
//! Pure: reads numbers and the playbook, changes nothing. A number that nobody knows is no sign of anything; which
//! rules could not be judged is said beside what was found.

mod exam;
mod habits;
mod people;
mod score;
mod shelf;
mod table;
mod talk;

pub use exam::{Around, Chart, Evidence};
pub use score::{Grade, Score, score};
pub use shelf::{InFile, in_file};
pub use table::{AILMENTS, Ailment};

use crate::{base::phrase::Phrase, model::playbook::Playbook};
use exam::Exam;

/// In this phase a group is still being gathered: only what goes wrong while people arrive is a sign of anything.
const SEED: &str = "seed";

/// Something that is wrong with a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnosis {
    /// What it is, and what helps.
    pub ailment: &'static Ailment,
    /// The numbers that tell.
    pub evidence: Vec<Evidence>,
    /// What is not known about it.
    pub unknown: Vec<Phrase>,
}

/// A rule that could not be judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Unjudged {
    /// The rule.
    pub ailment: &'static Ailment,
    /// What is not known.
    pub unknown: Vec<Phrase>,
}

/// What is wrong with a group, in the order of the table.
pub fn diagnose(chart: &Chart, playbook: &Playbook) -> Vec<Diagnosis> {
    examined(chart, playbook)
        .filter(|(_, _, ill)| *ill)
        .map(|(ailment, exam, _)| {
            let (evidence, unknown) = exam.found(ailment.blind);
            Diagnosis { ailment, evidence, unknown }
        })
        .collect()
}

/// The rules that could not be judged, because of what is not known.
pub fn unjudged(chart: &Chart, playbook: &Playbook) -> Vec<Unjudged> {
    examined(chart, playbook)
        .filter(|(_, _, ill)| !*ill)
        .map(|(ailment, exam, _)| Unjudged { ailment, unknown: exam.missing() })
        .filter(|one| !one.unknown.is_empty())
        .collect()
}

fn examined<'a>(
    chart: &'a Chart,
    playbook: &'a Playbook,
) -> impl Iterator<Item = (&'static Ailment, Exam<'a>, bool)> {
    let seed = chart.phase.as_str() == SEED;
    AILMENTS.iter().filter(move |ailment| !seed || ailment.early).map(move |ailment| {
        let mut exam = Exam::new(chart, playbook);
        let ill = (ailment.shows)(&mut exam);
        (ailment, exam, ill)
    })
}
