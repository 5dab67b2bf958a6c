//! `metrics`: the numbers of a group, each with its denominator, whether it is complete, and how it is computed.

use super::GroupShown;
use crate::{
    base::{
        ids::GroupId,
        locale::Locale,
        metric::{self, Figure, MetricUnit, Takes},
        phrase::{Phrase, pair, phrase},
        time::{Timestamp, Zone},
    },
    engine::{numbers::Gauges, state::State},
    model::{
        number::{OwnNumber, Reckoned},
        playbook::Playbook,
    },
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// One number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NumberRow {
    /// The group.
    pub group: GroupId,
    /// The name of the metric.
    pub metric: String,
    /// The days it looks back, today being one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// How many members it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u32>,
    /// The value; null where it is unknown.
    pub value: Option<f64>,
    /// In what it is counted: `count`, `share`, `minutes`, `days`, `plain`, `points`.
    pub unit: String,
    /// What it is a part of, or of how many it tells.
    pub of: Option<u64>,
    /// Whether everything it counts was heard.
    pub complete: bool,
    /// Why it is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
    /// How it is computed.
    pub how: String,
    /// What it says.
    pub about: String,
    /// The same by source of those who joined, by play of whose tasks they are, by kind of what was screened.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by: BTreeMap<String, SourceRow>,
    /// What it should come to, where the playbook says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetRow>,
    /// The numbers of which one of the playbook's own is made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<String>,
    /// Whether it is one of the playbook's own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own: bool,
}

/// What a number should come to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetRow {
    /// As the playbook says it: `>= 12`.
    pub is: String,
    /// By when, in the group's time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Whether it is reached; null where the number is unknown.
    pub met: Option<bool>,
    /// Whether it is not reached and its time is over.
    pub late: bool,
}

/// A number of one source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceRow {
    /// The value; null where it is unknown.
    pub value: Option<f64>,
    /// What it is a part of.
    pub of: Option<u64>,
}

/// The numbers of a group at an instant.
pub fn reading(state: &State, playbook: Option<&Playbook>, now: Timestamp) -> Arc<Gauges> {
    let own = playbook.map(|playbook| playbook.in_group(&state.group));
    let group = own.and_then(|playbook| Some((playbook, &**playbook.groups.get(&state.group)?)));
    Gauges::of(state, group, now)
}

/// Every number of a group.
pub fn metrics(
    group: GroupShown<'_>,
    playbook: Option<&Playbook>,
    now: Timestamp,
    locale: Locale,
) -> Vec<NumberRow> {
    let reading = reading(group.state, playbook, now);
    own_rows(group.id, &reading, group.zone, locale).chain(rows(group.id, &reading, locale)).collect()
}

/// The playbook's own numbers, each behind the one of which it is a part.
fn own_rows(
    group: &GroupId,
    reading: &Gauges,
    zone: &Zone,
    locale: Locale,
) -> impl Iterator<Item = NumberRow> + use<> {
    let own: Vec<(&OwnNumber, Figure)> = reading.own().collect();
    let is_part = |name: &str| own.iter().any(|(number, _)| number.parts.iter().any(|part| **part == *name));
    let mut ahead: Vec<usize> = (0..own.len()).rev().filter(|at| !is_part(&own[*at].0.name)).collect();
    let mut order = Vec::new();
    while let Some(at) = ahead.pop() {
        if order.contains(&at) {
            continue;
        }
        order.push(at);
        let parts = own[at].0.parts.iter().rev();
        ahead.extend(parts.filter_map(|part| own.iter().position(|(number, _)| number.name == *part)));
    }
    let row = |at: usize| {
        let (number, figure) = &own[at];
        let target = number.target.map(|target| {
            let by = number.by.map(|by| by.of(reading.created()));
            let met = figure.value.map(|value| target.is_met(value));
            TargetRow {
                is: target.to_string(),
                by: by.map(|by| by.just_before().to_rfc3339(zone)),
                late: met == Some(false) && by.is_some_and(|by| reading.now() >= by),
                met,
            }
        });
        let (days, unit) = match &number.reckoned {
            Reckoned::Signals { over, sum, .. } => {
                (Some(*over), if sum.is_none() { MetricUnit::Count } else { MetricUnit::Plain })
            }
            Reckoned::Value(_) => (None, MetricUnit::Plain),
        };
        let how = number.how().of(locale).to_owned();
        NumberRow {
            group: group.clone(),
            metric: number.name.to_string(),
            days,
            n: None,
            value: figure.value,
            unit: word(unit).to_owned(),
            of: figure.of,
            complete: figure.complete,
            unknown: figure.unknown.map(|why| why.of(locale).to_owned()),
            about: number.title.as_ref().map_or_else(|| how.clone(), ToString::to_string),
            how,
            by: BTreeMap::new(),
            target,
            parts: number.parts.iter().map(ToString::to_string).collect(),
            own: true,
        }
    };
    order.into_iter().map(row).collect::<Vec<_>>().into_iter()
}

/// The same of a reading.
pub fn rows(group: &GroupId, reading: &Gauges, locale: Locale) -> Vec<NumberRow> {
    let row = |(metric, taken, figure): (&'static crate::base::metric::Metric, Option<u32>, Figure)| {
        let parts = reading.parts_of(metric.name).into_iter();
        NumberRow {
            group: group.clone(),
            metric: metric.name.to_owned(),
            days: taken.filter(|_| matches!(metric.takes, Takes::Days(_))),
            n: taken.filter(|_| matches!(metric.takes, Takes::Most(_))),
            value: figure.value,
            unit: word(metric.unit).to_owned(),
            of: figure.of,
            complete: figure.complete,
            unknown: figure.unknown.map(|why| why.of(locale).to_owned()),
            how: metric.how.of(locale).to_owned(),
            about: metric.about.of(locale).to_owned(),
            by: parts.map(|(source, one)| (source, SourceRow { value: one.value, of: one.of })).collect(),
            target: None,
            parts: Vec::new(),
            own: false,
        }
    };
    reading.all().map(row).collect()
}

const fn word(unit: MetricUnit) -> &'static str {
    match unit {
        MetricUnit::Count => "count",
        MetricUnit::Share => "share",
        MetricUnit::Minutes => "minutes",
        MetricUnit::Days => "days",
        MetricUnit::Plain => "plain",
        MetricUnit::Points => "points",
    }
}

impl NumberRow {
    /// As an expression writes it.
    pub fn name(&self) -> String {
        match self.days.or(self.n).filter(|_| !self.own) {
            Some(taken) => format!("{}({taken})", self.metric),
            None => self.metric.clone(),
        }
    }

    /// What people call it, with the days that it looks back.
    pub fn called(&self, locale: Locale) -> String {
        // One of the playbook's own that has no title.
        let named = self.own && self.about == self.how;
        let about = Phrase::same(if named { &*self.metric } else { &*self.about });
        let called = match self.days.filter(|_| !self.own) {
            Some(1) => phrase!("{about} (today)", "{about}（今天）"; about),
            Some(days) => phrase!("{about} ({days} days)", "{about}（{days} 天）"; about),
            None => about,
        };
        called.of(locale).to_owned()
    }

    /// The value as people read it.
    pub fn shown(&self, locale: Locale) -> String {
        self.shown_of(self.value, locale)
    }

    /// The value of a part of it.
    pub fn shown_of(&self, value: Option<f64>, locale: Locale) -> String {
        let Some(value) = value else { return locale.pick("unknown", "未知").to_owned() };
        let unit = metric::find(&self.metric).map_or(MetricUnit::Plain, |metric| metric.unit);
        unit.write(value).of(locale).to_owned()
    }

    /// What it should come to, and whether it does, for people; empty where nothing is said.
    pub fn aim(&self, locale: Locale) -> String {
        let Some(target) = &self.target else { return String::new() };
        let TargetRow { by, .. } = target;
        let is = Phrase::same(&*target.is);
        let by = by.as_ref().and_then(|by| by.get(..10)).map(|day| phrase!(" by {day}", "，{day} 前"));
        let by = by.unwrap_or_default();
        let stands = match (target.met, target.late) {
            (Some(true), _) => pair("reached", "已达到"),
            (_, true) => pair("missed", "没有达到"),
            (Some(false), false) => pair("not yet", "还没达到"),
            (None, false) => pair("unknown", "未知"),
        };
        phrase!("target {is}{by}: {stands}", "目标 {is}{by}：{stands}"; is, by, stands).of(locale).to_owned()
    }
}
