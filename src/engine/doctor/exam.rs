//! One look at a group for one rule: reads numbers, notes those that tell, and what is not known.

use crate::{
    base::{
        civil_day::CivilDay,
        habits::window,
        ids::{MemberId, PhaseName},
        metric::{Metric, MetricUnit, Takes, find},
        phrase::{Phrase, Words, phrase},
        time::Timestamp,
    },
    engine::{numbers::Gauges, state::State},
    model::{group::Group, playbook::Playbook, role::Role, trigger::Trigger},
};
use std::{collections::BTreeMap, sync::Arc};

/// What is known of a group at an instant.
#[derive(Debug)]
pub struct Chart {
    pub(super) gauges: Arc<Gauges>,
    pub(super) phase: PhaseName,
    pub(super) kind: Option<Arc<str>>,
    /// Who looks after the group.
    pub(super) host: Option<Arc<Role>>,
    /// When a date of any play was last, and is next.
    pub(super) guests: (Option<Timestamp>, Option<Timestamp>),
    /// The other groups of the same engine, where they are known.
    pub(super) around: Option<Arc<Around>>,
}

/// All groups of an engine, as far as one of them is judged by them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Around {
    /// How many there are.
    pub groups: usize,
    /// Of them, those that are younger than 60 days.
    pub young: usize,
    /// The health of the one in the middle, of those of which it is known.
    pub health: Option<f64>,
    /// In how many of them each member is.
    pub seats: BTreeMap<MemberId, u32>,
}

impl Around {
    /// All groups, each with its playbook.
    pub fn of<'s>(groups: impl Iterator<Item = (&'s State, &'s Playbook)>, now: Timestamp) -> Self {
        let mut all = Self::default();
        let mut known: Vec<f64> = Vec::new();
        for (state, playbook) in groups {
            let own = playbook.in_group(&state.group);
            let Some(group) = own.groups.get(&state.group) else { continue };
            let gauges = Gauges::of(state, Some((own, group)), now);
            all.groups += 1;
            all.young += usize::from(gauges.days_since(state.created) < 60.0);
            known.extend(find("health").and_then(|health| gauges.read(health, None).value));
            for member in state.members.ids() {
                let seats = all.seats.entry(member.clone()).or_default();
                *seats = seats.saturating_add(1);
            }
        }
        known.sort_unstable_by(f64::total_cmp);
        all.health = known.get(known.len() / 2).copied();
        all
    }
}

impl Chart {
    /// What is known of a group.
    pub fn of(state: &State, playbook: &Playbook, group: &Group, now: Timestamp) -> Self {
        Self {
            gauges: Gauges::of(state, Some((playbook, group)), now),
            phase: state.phase.clone(),
            kind: group.kind.clone(),
            host: playbook.host_role(group).and_then(|role| playbook.role(group, role)).cloned(),
            guests: guests(state, playbook, now),
            around: None,
        }
    }

    /// The same among the other groups of its engine.
    #[must_use]
    pub fn among(self, around: Arc<Around>) -> Self {
        Self { around: Some(around), ..self }
    }
}

/// When a date of any play was last, and is next.
fn guests(state: &State, playbook: &Playbook, now: Timestamp) -> (Option<Timestamp>, Option<Timestamp>) {
    let dated = playbook.plays.iter().filter(|play| matches!(play.trigger, Trigger::Dates(_)));
    let dates = dated.filter_map(|play| state.plays.get(&play.name)).flat_map(|play| play.dates.values());
    let (mut last, mut next) = (None, None);
    for (at, _) in dates {
        if *at <= now {
            last = last.max(Some(*at));
        } else if next.is_none_or(|next| *at < next) {
            next = Some(*at);
        }
    }
    (last, next)
}

/// A number that tells.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Which number, as an expression writes it; none where it is no number of the table of metrics.
    pub metric: Option<String>,
    /// The value of the number that speaks for the finding; none where it is unknown.
    pub value: Option<f64>,
    /// What it is a part of.
    pub of: Option<u64>,
    /// What it was compared with.
    pub limit: Option<f64>,
    /// The same in words.
    pub says: Phrase,
}

/// How a number is compared.
#[derive(Debug, Clone, Copy)]
pub(super) enum Than {
    More,
    AtLeast,
    Less,
    AtMost,
}

impl Than {
    fn holds(self, value: f64, limit: f64) -> bool {
        match self {
            Self::More => value > limit,
            Self::AtLeast => value >= limit,
            Self::Less => value < limit,
            Self::AtMost => value <= limit,
        }
    }

    /// In words, with the limit.
    pub(super) fn words(self, limit: &Phrase) -> Phrase {
        match self {
            Self::More => phrase!("more than {limit}", "超过 {limit}"; limit),
            Self::AtLeast => phrase!("at least {limit}", "不少于 {limit}"; limit),
            Self::Less => phrase!("less than {limit}", "少于 {limit}"; limit),
            Self::AtMost => phrase!("at most {limit}", "不超过 {limit}"; limit),
        }
    }
}

/// A look at a group for one rule.
#[derive(Debug)]
pub(super) struct Exam<'a> {
    pub(super) chart: &'a Chart,
    pub(super) playbook: &'a Playbook,
    evidence: Vec<Evidence>,
    holes: Vec<Phrase>,
    missing: Vec<Phrase>,
}

impl<'a> Exam<'a> {
    pub(super) const fn new(chart: &'a Chart, playbook: &'a Playbook) -> Self {
        Self { chart, playbook, evidence: Vec::new(), holes: Vec::new(), missing: Vec::new() }
    }

    /// A threshold.
    pub(super) fn limit(&self, name: &str) -> f64 {
        self.playbook.doctor.get(name)
    }

    /// A number, and what it is a part of; what is not known is noted.
    pub(super) fn read(&mut self, metric: &str, taken: Option<u32>) -> Option<(f64, Option<u64>)> {
        let metric = find(metric)?;
        let figure = self.chart.gauges.read(metric, taken);
        match (figure.value, figure.unknown) {
            (Some(value), _) => Some((value, figure.of)),
            // A part of nothing is not what anybody has to be told of.
            (None, Some(why)) if figure.of != Some(0) => {
                self.lack(metric, taken, why);
                None
            }
            _ => None,
        }
    }

    fn lack(&mut self, metric: &Metric, taken: Option<u32>, why: Words) {
        let (name, why) = (called(metric, taken), Phrase::from(why));
        self.miss(phrase!("{name}: {why}", "{name}：{why}"; name, why));
    }

    /// Something is not known.
    pub(super) fn miss(&mut self, what: impl Into<Phrase>) {
        let what = what.into();
        if !self.missing.contains(&what) {
            self.missing.push(what);
        }
    }

    /// Whether the group hears what members say; where it does not, that is noted.
    pub(super) fn hears(&mut self) -> bool {
        let hears = !self.chart.gauges.numbers.is_new() && self.chart.gauges.hears();
        if !hears {
            self.miss(self.chart.gauges.deaf());
        }
        hears
    }

    /// Whether a number is beyond its threshold; where it is, that is noted. A share of fewer than `least` is no sign.
    pub(super) fn beyond(
        &mut self,
        metric: &str,
        taken: Option<u32>,
        than: Than,
        limit: f64,
        least: u64,
    ) -> bool {
        let Some((value, of)) = self.read(metric, taken) else { return false };
        if !than.holds(value, limit) || of.is_some_and(|of| of < least) {
            return false;
        }
        let Some(metric) = find(metric) else { return false };
        let (name, about) = (Phrase::same(written(metric, taken)), Phrase::from(metric.about));
        let (shown, bound) = (metric.unit.write(value), than.words(&metric.unit.write(limit)));
        let whole = of.map_or_else(Phrase::default, |of| phrase!(" of {of}", "，共 {of}"));
        let says = phrase!("{about}: {shown}{whole}, {bound} ({name})", "{about}：{shown}{whole}，{bound}（{name}）"; about, shown, whole, bound, name);
        if !self.chart.gauges.read(metric, taken).complete {
            let name = called(metric, taken);
            self.holes.push(phrase!("{name} counts days of which not everything was heard", "{name}所数的日子里，有的没有全部听到"; name));
        }
        self.evidence.push(Evidence {
            metric: Some(written(metric, taken)),
            value: Some(value),
            of,
            limit: Some(limit),
            says,
        });
        true
    }

    /// Notes on whose duty answers came late.
    pub(super) fn by_duty(&mut self, limit: f64, least: u64) {
        for (whose, figure) in self.chart.gauges.parts_of("sla_breach") {
            let (Some(value), Some(of)) = (figure.value, figure.of.filter(|of| *of >= least)) else {
                continue;
            };
            if value > limit {
                let shown = MetricUnit::Share.write(value);
                let says = phrase!("on duty of {whose}: {shown} of {of}", "{whose} 值班时：{of} 个里 {shown}"; shown);
                self.note(value, limit, says);
            }
        }
    }

    /// Notes what tells beside the table of metrics.
    pub(super) fn note(&mut self, value: f64, limit: f64, says: Phrase) {
        self.evidence.push(Evidence { metric: None, value: Some(value), of: None, limit: Some(limit), says });
    }

    /// How many members spoke from one day to another, both included.
    pub(super) fn spoke_between(&self, first: CivilDay, last: CivilDay) -> u64 {
        let today = self.chart.gauges.numbers.today;
        let back = today.since(last).max(0).unsigned_abs();
        let days = last.since(first).saturating_add(1).max(0).unsigned_abs();
        let wanted = window(days).checked_shl(back).unwrap_or(0);
        let all = self.chart.gauges.members.all_habits();
        all.filter(|(_, habits)| habits.spoke(today) & wanted != 0).count() as u64
    }

    /// Notes what the file lacks.
    pub(super) fn lacks(&mut self, says: Phrase) {
        self.evidence.push(Evidence { metric: None, value: None, of: None, limit: None, says });
    }

    /// What told, and what is not known.
    pub(super) fn found(self, blind: Words) -> (Vec<Evidence>, Vec<Phrase>) {
        let blind = Some(Phrase::from(blind)).filter(|blind| !blind.is_empty());
        let unknown = self.holes.into_iter().chain(self.missing).chain(blind).collect();
        (self.evidence, unknown)
    }

    /// The first of what is not known.
    pub(super) fn missed(&self) -> Option<Phrase> {
        self.missing.first().cloned()
    }

    /// What is not known.
    pub(super) fn missing(self) -> Vec<Phrase> {
        self.missing
    }
}

/// What people call a number, with how an expression writes it.
fn called(metric: &Metric, taken: Option<u32>) -> Phrase {
    let (name, about) = (Phrase::same(written(metric, taken)), Phrase::from(metric.about));
    phrase!("{about} ({name})", "{about}（{name}）"; about, name)
}

/// A number as an expression writes it.
fn written(metric: &Metric, taken: Option<u32>) -> String {
    match (metric.takes, taken) {
        (Takes::Nothing, _) | (_, None) => format!("metrics.{}", metric.name),
        (_, Some(n)) => format!("metrics.{}({n})", metric.name),
    }
}
