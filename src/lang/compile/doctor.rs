//! `doctor`: the thresholds of a playbook's own.

use super::{brought::Brought, cx::Cx};
use crate::{
    base::{
        metric::MetricUnit,
        phrase::{pair, phrase},
        threshold::{THRESHOLDS, Threshold, Thresholds},
        time::Duration,
    },
    lang::document::{
        node::Node,
        reader::{self, Fields},
    },
};

/// The thresholds that the playbook and the files that it uses set; a name that is none is reported with the one that was
/// meant.
pub(crate) fn lower(cx: &mut Cx<'_>, parts: &[Brought]) -> Thresholds {
    let names = THRESHOLDS.each_ref().map(|threshold| threshold.name);
    let mut own = Thresholds::default();
    for part in parts {
        let fields = Fields::read(&mut cx.report, &part.node, pair("`doctor`", "`doctor`"), &names);
        for threshold in &THRESHOLDS {
            let node = fields.and_then(|fields| fields.get(threshold.name));
            if let Some(value) = node.and_then(|node| value(cx, node, threshold)) {
                own.set(threshold, value);
            }
        }
    }
    own
}

/// A threshold's value: `60%`, `14d`, or a number.
fn value(cx: &mut Cx<'_>, node: &Node, threshold: &Threshold) -> Option<f64> {
    let positive = |text: &str| text.trim().parse().ok().filter(|n: &f64| n.is_finite() && *n > 0.0);
    let (expected, example) = match threshold.unit {
        MetricUnit::Days => {
            let length = reader::positive(&mut cx.report, node)?;
            return Some(length.as_millis() as f64 / Duration::DAY.as_millis() as f64);
        }
        MetricUnit::Share => {
            let share = node.text().and_then(|text| text.strip_suffix('%')).and_then(positive);
            if let Some(share) = share.filter(|share| *share <= 100.0) {
                return Some(share / 100.0);
            }
            let usual = (threshold.usual * 100.0).round();
            (pair("a share such as 60%, at most 100%", "比例，例如 60%，不超过 100%"), format!("{usual}%"))
        }
        _ => {
            if let Some(number) = node.text().and_then(positive) {
                return Some(number);
            }
            (pair("a number greater than 0", "大于 0 的数"), threshold.usual.to_string())
        }
    };
    let name = threshold.name;
    let help = phrase!("usual is `{name}: {example}`", "通常是 `{name}: {example}`");
    reader::bad_value(&mut cx.report, node, expected, Some(help));
    None
}
