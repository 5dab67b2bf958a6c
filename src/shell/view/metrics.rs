//! `metrics`: the numbers of a group, each with its denominator, whether it is complete, and how it is computed.

use super::Group;
use crate::{
    base::{
        ids::GroupId,
        locale::Locale,
        metric::{self, Figure, Takes, Unit},
        time::Timestamp,
    },
    engine::{numbers::Gauges, state::State},
    model::playbook::Playbook,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The group.
    pub group: GroupId,
    /// Its name.
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
    /// The same by source of those who joined.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub by: BTreeMap<String, Part>,
}

/// A number of one source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The value; null where it is unknown.
    pub value: Option<f64>,
    /// What it is a part of.
    pub of: Option<u64>,
}

/// The numbers of a group at an instant.
pub fn reading(state: &State, playbook: Option<&Playbook>, now: Timestamp) -> Gauges {
    let own = playbook.map(|playbook| playbook.in_group(&state.group));
    let group = own.and_then(|playbook| Some((playbook, &**playbook.groups.get(&state.group)?)));
    Gauges::of(state, group, now)
}

/// Every number of a group.
pub fn metrics(group: Group<'_>, playbook: Option<&Playbook>, now: Timestamp, locale: Locale) -> Vec<Row> {
    rows(group.id, &reading(group.state, playbook, now), locale)
}

/// The same of a reading.
pub fn rows(group: &GroupId, reading: &Gauges, locale: Locale) -> Vec<Row> {
    let row = |(metric, taken, figure): (&'static crate::base::metric::Metric, Option<u32>, Figure)| {
        let parts = reading.by_source(metric.name).into_iter();
        Row {
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
            by: parts.map(|(source, one)| (source, Part { value: one.value, of: one.of })).collect(),
        }
    };
    reading.all().map(row).collect()
}

const fn word(unit: Unit) -> &'static str {
    match unit {
        Unit::Count => "count",
        Unit::Share => "share",
        Unit::Minutes => "minutes",
        Unit::Days => "days",
        Unit::Plain => "plain",
        Unit::Points => "points",
    }
}

impl Row {
    /// As an expression writes it.
    pub fn name(&self) -> String {
        match self.days.or(self.n) {
            Some(taken) => format!("{}({taken})", self.metric),
            None => self.metric.clone(),
        }
    }

    /// The value as people read it.
    pub fn shown(&self, locale: Locale) -> String {
        let Some(value) = self.value else { return locale.pick("unknown", "未知").to_owned() };
        let unit = metric::find(&self.metric).map_or(Unit::Plain, |metric| metric.unit);
        unit.write(value).of(locale).to_owned()
    }
}
