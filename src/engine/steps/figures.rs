//! `numbers` of a task: numbers of the group as they are when the task is opened, below its text.
//!
//! What nobody knows says so.

use crate::{
    base::{
        civil_day::CivilDay,
        metric::{self, Figure, MetricUnit, Takes},
        phrase::{Phrase, pair, phrase},
    },
    engine::{carrying::At, coming::ARRIVED, draft::Draft, numbers::Gauges},
    model::number::{ATTENDANCE, Filled},
};

impl Draft<'_> {
    /// A line for each number.
    pub(super) fn figures(&self, at: &At<'_>, numbers: &[Filled]) -> String {
        if numbers.is_empty() {
            return String::new();
        }
        let gauges = Gauges::of(self.state, Some((&self.playbook, &self.group)), self.now);
        let day = CivilDay::of(at.run.anchor, &self.playbook.zone);
        let locale = self.playbook.locale;
        let mut lines = String::new();
        for number in numbers {
            let (about, figure, unit) = match at_door(at).filter(|_| &*number.name == ATTENDANCE) {
                Some(came) => (phrase!("Who came", "到场人数"), gauges.known(came), MetricUnit::Count),
                None => read(&gauges, number, day),
            };
            let value = figure.value.map_or_else(
                || {
                    let why = figure.unknown.map_or("", |why| why.of(locale));
                    phrase!("unknown: {why}", "未知：{why}")
                },
                |value| unit.write(value),
            );
            let line = phrase!("{about}: {value}", "{about}：{value}"; about, value);
            lines.push_str(&format!("\n- {}", line.of(locale)));
        }
        format!("\n{lines}")
    }
}

/// How many came, where they were ticked off at the door in this run.
fn at_door(at: &At<'_>) -> Option<u64> {
    at.run
        .bindings
        .values()
        .filter_map(|value| value.get(ARRIVED)?.as_int())
        .next_back()
        .map(|n| n.max(0) as u64)
}

fn read(gauges: &Gauges, number: &Filled, day: CivilDay) -> (Phrase, Figure, MetricUnit) {
    if &*number.name == ATTENDANCE {
        let about = phrase!("Members who did anything on {day}", "{day} 有动静的成员");
        return (about, gauges.acted_on(day), MetricUnit::Count);
    }
    if let Some(metric) = metric::find(&number.name) {
        let about = match metric.takes {
            Takes::Days(usual) => {
                let about = Phrase::from(metric.about);
                let days = Phrase::same(number.taken.unwrap_or(usual).to_string());
                phrase!("{about} ({days} days)", "{about}（{days} 天）"; about, days)
            }
            Takes::Nothing | Takes::Most(_) => Phrase::from(metric.about),
        };
        return (about, gauges.read(metric, number.taken), metric.unit);
    }
    let own = gauges.own().find(|(own, _)| own.name == number.name);
    let about = own.as_ref().and_then(|(own, _)| own.title.clone()).unwrap_or_else(|| number.name.clone());
    let figure = own.map_or_else(
        || Figure::unknown(pair("there is no such number", "没有这个数字")),
        |(_, figure)| figure,
    );
    (Phrase::same(&*about), figure, MetricUnit::Plain)
}
