//! What a simulated history adds up to, as a report shows it: by day, by group, by play, by person.
//!
//! Sees each fact once and keeps sums: memory grows with days and plays, groups and members, never with entries.
//! The facts of one group come in order, groups in any, and what was seen of some groups can be joined with what was
//! seen of others. Judges nothing; words and pictures are the shell's.

pub mod asked;
pub mod groups;
pub mod held;
pub mod prunes;
pub mod questions;
pub mod talk;

use super::{Options, Transition, tally::HistoryTally};
use crate::{
    base::{ids::PlayName, time::Timestamp},
    engine::{
        entry::{Fact, Outgoing, Skip},
        state::State,
    },
    model::{channel::GROUP, message::Label, playbook::Playbook},
};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// One civil day of the playbook's zone, over all groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportDay {
    /// The date of the day.
    pub date: Date,
    /// Members when the day ended.
    pub members: u64,
    /// Members who joined.
    pub joined: u64,
    /// Members who left by themselves.
    pub left: u64,
    /// Members who were let go.
    pub removed: u64,
    /// Messages of members.
    pub messages: u64,
    /// Posts of the playbook, to any channel.
    pub posts: u64,
    /// Of these, the ones to the group itself, which budgets count.
    pub to_group: u64,
    /// Of those, advertising.
    pub promo: u64,
    /// Messages that a budget began to hold.
    pub held: u64,
    /// Posts by play, in the order of the playbook.
    pub plays: Vec<u32>,
}

/// What a history adds up to.
#[derive(Debug, Clone)]
pub struct Report {
    /// The sums.
    pub tally: HistoryTally,
    /// Every day, in order.
    pub days: Vec<ReportDay>,
    /// Every group, in the order of the playbook.
    pub groups: Vec<groups::GroupReport>,
    /// Posts by label; `None` is a post without one.
    pub labels: BTreeMap<Option<Label>, u64>,
    /// Why occurrences and steps of a play did not happen: a word of [`why`], and how often.
    pub reasons: BTreeMap<(PlayName, &'static str), u64>,
    /// What budgets held back, by reason.
    pub holds: Vec<held::HoldReport>,
    /// What people were asked, by role and person.
    pub asked: Vec<asked::AskedReport>,
    /// Questions to the group, by play and step.
    pub questions: Vec<questions::QuestionReport>,
    /// Rounds of letting silent members go, in order of time, as far as they are listed.
    pub prunes: Vec<prunes::PruneReport>,
    /// Rounds that are not listed.
    pub prunes_more: u64,
    /// Who talks.
    pub talk: talk::TalkReport,
}

/// Sees a history, fact by fact.
#[derive(Debug)]
pub struct ReportGatherer {
    report: Report,
    /// When each day ends.
    ends: Vec<Timestamp>,
    /// The day of the last fact: that of the next one, mostly.
    today: usize,
    end: Timestamp,
    plays: BTreeMap<PlayName, usize>,
    groups: groups::GroupGatherer,
    holds: held::HeldGatherer,
    asked: asked::AskedGatherer,
    questions: questions::QuestionGatherer,
    prunes: prunes::PruneGatherer,
    talk: talk::TalkGatherer,
}

impl ReportGatherer {
    /// A gatherer that has seen nothing.
    pub fn new(playbook: &Playbook, options: &Options) -> Self {
        let (mut days, mut ends) = (Vec::new(), Vec::new());
        let mut at = options.from;
        while at < options.to {
            let (_, end) = playbook.zone.day_bounds(at);
            days.push(ReportDay {
                date: playbook.zone.date(at),
                members: 0,
                joined: 0,
                left: 0,
                removed: 0,
                messages: 0,
                posts: 0,
                to_group: 0,
                promo: 0,
                held: 0,
                plays: vec![0; playbook.plays.len()],
            });
            ends.push(end);
            at = end;
        }
        let n = days.len();
        let report = Report {
            tally: HistoryTally::default(),
            days,
            groups: Vec::new(),
            labels: BTreeMap::new(),
            reasons: BTreeMap::new(),
            holds: Vec::new(),
            asked: Vec::new(),
            questions: Vec::new(),
            prunes: Vec::new(),
            prunes_more: 0,
            talk: talk::TalkReport::default(),
        };
        Self {
            report,
            ends,
            today: 0,
            end: options.to,
            plays: playbook.plays.iter().enumerate().map(|(i, play)| (play.name.clone(), i)).collect(),
            groups: groups::GroupGatherer::new(playbook, options.from, n),
            holds: held::HeldGatherer::new(n),
            asked: asked::AskedGatherer::default(),
            questions: questions::QuestionGatherer::default(),
            prunes: prunes::PruneGatherer::default(),
            talk: talk::TalkGatherer::default(),
        }
    }

    /// How a group was before the first fact that is taken in of it.
    pub fn begin(&mut self, state: &State) {
        self.groups.begin(state);
    }

    /// Takes one fact in.
    pub fn see(&mut self, transition: &Transition<'_>) {
        self.turn_to(transition.entry.at);
        self.report.tally.see(transition);
        let today = self.today;
        self.groups.see(transition, today);
        self.holds.see(transition, today);
        self.asked.see(transition);
        self.questions.see(transition);
        self.prunes.see(transition);
        self.talk.see(transition);
        match &transition.entry.fact {
            Fact::Posted(out) | Fact::Released(out) => self.posted(out),
            Fact::Skipped { play, count, reason, .. } => self.reason(play.clone(), reason, *count),
            Fact::StepSkipped { run, reason, .. } => {
                let play = run.as_str().split('@').next().unwrap_or_default();
                self.reason(PlayName::new(play), reason, 1);
            }
            fact => {
                let Some(day) = self.report.days.get_mut(today) else { return };
                match fact {
                    Fact::Held { .. } => day.held += 1,
                    Fact::MemberGone { forgotten: false, .. } => day.removed += 1,
                    Fact::SignalReceived(signal) => match signal.name.as_ref() {
                        "member.joined" => day.joined += 1,
                        "member.left" => day.left += 1,
                        "message" => day.messages += 1,
                        _ => {}
                    },
                    _ => {}
                }
            }
        }
    }

    /// The history is over.
    pub fn finish(self) -> Report {
        let mut report = self.report;
        let (groups, members) = self.groups.finish();
        report.groups = groups;
        for (day, members) in report.days.iter_mut().zip(members) {
            day.members = members;
        }
        report.holds = self.holds.finish();
        report.asked = self.asked.finish(self.end);
        report.questions = self.questions.finish();
        (report.prunes, report.prunes_more) = self.prunes.finish();
        report.talk = self.talk.finish(&report.groups);
        report
    }

    /// Takes over what another one has seen of other groups.
    pub fn join(&mut self, other: Self) {
        self.report.join(other.report);
        self.groups.join(other.groups);
        self.holds.join(other.holds);
        self.asked.join(other.asked);
        self.questions.join(other.questions);
        self.prunes.join(other.prunes);
        self.talk.join(other.talk);
    }

    /// Looks for the day of an instant where the last one was.
    fn turn_to(&mut self, at: Timestamp) {
        let begun = self.today == 0 || self.ends[self.today - 1] <= at;
        if !begun || self.ends.get(self.today).is_none_or(|end| *end <= at) {
            self.today = self.ends.partition_point(|end| *end <= at);
        }
    }

    fn posted(&mut self, out: &Outgoing) {
        *self.report.labels.entry(out.label).or_default() += 1;
        let Some(day) = self.report.days.get_mut(self.today) else { return };
        day.posts += 1;
        if out.channel.as_str() == GROUP {
            day.to_group += 1;
            day.promo += u64::from(out.label == Some(Label::Promo));
        }
        if let Some(index) = out.play.as_ref().and_then(|play| self.plays.get(play)) {
            day.plays[*index] += 1;
        }
    }

    fn reason(&mut self, play: PlayName, reason: &Skip, count: u64) {
        *self.report.reasons.entry((play, why(reason))).or_default() += count;
    }
}

impl Report {
    /// Sums only: what the gatherers hold is joined by them.
    fn join(&mut self, other: Self) {
        self.tally.join(other.tally);
        for (label, posts) in other.labels {
            *self.labels.entry(label).or_default() += posts;
        }
        for (reason, count) in other.reasons {
            *self.reasons.entry(reason).or_default() += count;
        }
        for (day, more) in self.days.iter_mut().zip(other.days) {
            for (sum, more) in [
                (&mut day.joined, more.joined),
                (&mut day.left, more.left),
                (&mut day.removed, more.removed),
                (&mut day.messages, more.messages),
                (&mut day.posts, more.posts),
                (&mut day.to_group, more.to_group),
                (&mut day.promo, more.promo),
                (&mut day.held, more.held),
            ] {
                *sum += more;
            }
            for (sum, more) in day.plays.iter_mut().zip(more.plays) {
                *sum += more;
            }
        }
    }
}

/// Why something did not happen, in one stable word.
pub fn why(reason: &Skip) -> &'static str {
    match reason {
        Skip::Late { .. } => "late",
        Skip::Behind => "behind",
        Skip::CatchUp => "catch_up",
        Skip::Overlap { .. } => "overlap",
        Skip::Calendar { .. } => "calendar",
        Skip::Phase { .. } => "phase",
        Skip::When { .. } => "when",
        Skip::Paused => "paused",
        Skip::Disabled => "disabled",
        Skip::LeftOut => "left_out",
        Skip::Operator => "operator",
        Skip::Undelivered { .. } => "undelivered",
        Skip::Limit { .. } => "limit",
        Skip::Broken { .. } => "broken",
    }
}
