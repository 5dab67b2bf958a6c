//! What the journal has of dates: moved, taken out of the file, back in it, and who started one before its day.
//!
//! Gathers only; the sentences about an occurrence are made elsewhere.

use super::{
    Cited, Finding,
    case::{Case, Standing},
    past::Historian,
    words::{self, when},
};
use crate::{
    base::{
        ids::{PlayName, RunId},
        phrase::{Phrase, phrase},
        time::Timestamp,
    },
    engine::{entry::Entry, state::PlayState},
    model::playbook::Playbook,
};
use std::sync::Arc;

impl Historian<'_> {
    /// The play that is asked about by the name that it had, and what was known of it.
    fn known(&self) -> Option<(&PlayName, &PlayState)> {
        let mut names = std::iter::once(&self.question.play).chain(self.question.was.iter().rev());
        names.find_map(|name| Some((name, &**self.state.plays.get(name)?)))
    }

    /// A date that was taken out is in the file again: what was said of it is over.
    pub(super) fn date_armed(&mut self, date: &Arc<str>) {
        let Some((play, known)) = self.known() else { return };
        let run = known.date_run(play, date);
        self.no_longer_cancelled(&run);
    }

    pub(super) fn no_longer_cancelled(&mut self, run: &RunId) {
        self.cases.retain(|case| case.run != *run || !matches!(case.standing, Standing::Cancelled(_)));
    }

    /// Who it was that started a run by hand stands behind its start.
    pub(super) fn asked_to_start(&mut self, at: Timestamp, about: &str, by: Option<&str>) {
        let names = std::iter::once(&self.question.play).chain(&self.question.was);
        let mut rests = names.filter_map(|name| about.strip_prefix(name.as_str()));
        if !rests.any(|rest| rest.is_empty() || rest.starts_with('/')) {
            return;
        }
        let mine = |case: &&mut Case| case.by_hand.is_some() && case.begun_at() == Some(at);
        if let (Some(case), Some(by)) = (self.cases.iter_mut().rev().find(mine), by) {
            case.by_hand = Some(Phrase::same(by));
        }
    }

    pub(super) fn date_moved(
        &mut self,
        seq: i64,
        entry: &Entry,
        playbook: &Arc<Playbook>,
        date: &Arc<str>,
        (from, to): (Timestamp, Timestamp),
    ) {
        let Some((play, known)) = self.known() else { return };
        let run = known.date_run(play, date);
        let asked = self.question;
        let Some(case) = self.cases.iter_mut().find(|case| asked.is_one_run(&case.run, &run)) else { return };
        (case.from, case.to) = (to, to);
        if let Some(trigger) = case.findings.iter_mut().find(|finding| finding.what == "trigger") {
            *trigger = words::trigger(playbook, &case.play, &self.state.group, Some(to));
        }
        let (from, to) = (when(from, &playbook.zone), when(to, &playbook.zone));
        case.findings.push(Finding::fact("dates", phrase!("moved from {from}", "从 {from} 移来")));
        let text = phrase!("the date {date} has moved to {to}", "日期 {date} 移到 {to}");
        case.cite(Cited { seq, at: entry.at, step: None, text });
    }

    pub(super) fn date_cancelled(
        &mut self,
        seq: i64,
        entry: &Entry,
        playbook: &Arc<Playbook>,
        date: &Arc<str>,
    ) {
        let Some((play, known)) = self.known() else { return };
        let run = known.date_run(play, date);
        let known = known.dates.get(date);
        let (Some((anchor, _)), Some(play)) = (known.copied(), self.question.play_in(playbook).cloned())
        else {
            return;
        };
        let text = phrase!("the date {date} was taken out of the file", "日期 {date} 从文件里删掉了");
        let cited = Cited { seq, at: entry.at, step: None, text };
        let asked = self.question;
        if let Some(case) = self.cases.iter_mut().find(|case| asked.is_one_run(&case.run, &run)) {
            case.findings.push(Finding::test("dates", false, cited.text.clone()));
            case.cite(cited);
        } else if self.wants(&run, anchor, anchor) {
            let mut case =
                Case::new(run, anchor, play, (playbook, &self.state.group), Standing::Cancelled(entry.at));
            case.findings.push(Finding::test("dates", false, cited.text.clone()));
            case.cite(cited);
            self.open(case);
        }
    }
}
