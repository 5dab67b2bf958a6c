//! Charts as plain SVG: lines, bars and small ones that fit into a line of text.
//!
//! A drawing is stretched to its place and has no text inside, so that words stay readable at every width; words
//! are HTML beside it. Colours come from classes; every day has its words as a label that hover, focus and tap show.

use super::words;
use maud::{Markup, html};
use std::fmt::Write as _;

/// Points of a chart; more days are taken together.
const POINTS_MAX: usize = 400;

/// How many days one point stands for.
pub(super) fn bucket(days: usize) -> usize {
    days.div_ceil(POINTS_MAX).max(1)
}

/// A round number at or above, whose half is round too.
pub(super) fn nice(max: f64) -> f64 {
    let mut unit = 1.0;
    loop {
        for step in [2.0, 4.0, 6.0, 8.0, 10.0] {
            if max <= step * unit {
                return step * unit;
            }
        }
        unit *= 10.0;
    }
}

/// A drawing with its scales.
pub(super) struct Plot<'a> {
    /// What it shows, for those who do not see it.
    pub(super) title: &'a str,
    /// What its highest line stands for.
    pub(super) max: f64,
    /// What follows each number of the scale.
    pub(super) unit: &'a str,
    /// The words of each point.
    pub(super) tips: &'a [String],
    /// Five words below it, evenly spaced.
    pub(super) below: &'a [String],
    /// What is drawn.
    pub(super) shapes: Markup,
}

impl Plot<'_> {
    /// The drawing.
    pub(super) fn draw(&self) -> Markup {
        let n = self.tips.len().max(1);
        let scale = [self.max, self.max / 2.0, 0.0].map(|n| format!("{}{}", words::decimal(n), self.unit));
        html! {
            div.plot {
                div.scale aria-hidden="true" { @for word in &scale { span { (word) } } }
                svg.rove viewBox={ "0 0 " (n) " 100" } preserveAspectRatio="none" role="group" aria-label=(self.title) {
                    path.grid d={ "M0 0H" (n) "M0 50H" (n) "M0 100H" (n) } {}
                    (self.shapes)
                    @for (i, tip) in self.tips.iter().enumerate() {
                        rect.hit.t x=(i) y="0" width="1" height="100" role="img" aria-label=(tip)
                            tabindex=(if i == 0 { "0" } else { "-1" }) {}
                    }
                }
                div.below aria-hidden="true" { @for word in self.below { span { (word) } } }
            }
        }
    }
}

/// A line with the area under it.
pub(super) fn line(class: &str, values: &[f64], max: f64) -> Markup {
    let mut path = String::new();
    for (i, value) in values.iter().enumerate() {
        let _ = write!(path, "{}{}.5 {}", if i == 0 { 'M' } else { 'L' }, i, height(*value, max));
    }
    let area = format!("{path}V100H0.5Z");
    html! {
        @if values.len() > 1 { path class={ "area " (class) } d=(area) {} }
        path class={ "line " (class) } d=(if values.len() > 1 { path } else { format!("{path}h0.5") }) {}
    }
}

/// One bar a point.
pub(super) fn bars(class: &str, values: &[f64], max: f64) -> Markup {
    let mut path = String::new();
    for (i, value) in values.iter().enumerate().filter(|(_, value)| **value > 0.0) {
        let _ = write!(path, "M{i}.12 100V{}h0.76V100Z", height(*value, max));
    }
    html! { path class={ "bars " (class) } d=(path) {} }
}

/// A level line that something should not pass.
pub(super) fn rule(n: usize, value: f64, max: f64) -> Markup {
    html! { path.rule d={ "M0 " (height(value, max)) "H" (n) } {} }
}

/// How far from the top a value is.
fn height(value: f64, max: f64) -> f64 {
    let y = 100.0 - if max > 0.0 { value * 100.0 / max } else { 0.0 };
    (y.clamp(0.0, 100.0) * 10.0).round() / 10.0
}

/// A small chart inside a line of text; what it shows is beside it as numbers.
pub(in crate::shell) fn spark(class: &str, values: &[u64]) -> Markup {
    const POINTS: usize = 60;
    let size = values.len().div_ceil(POINTS).max(1);
    let sums: Vec<f64> = values.chunks(size).map(|part| part.iter().sum::<u64>() as f64).collect();
    let max = sums.iter().copied().fold(1.0, f64::max);
    html! {
        svg.spark viewBox={ "0 0 " (sums.len().max(1)) " 100" } preserveAspectRatio="none" aria-hidden="true" {
            (bars(class, &sums, max))
        }
    }
}

/// What the quietest share has said of all, with the straight line of a talk in which all say the same.
pub(in crate::shell) fn lorenz(points: &[(f64, f64)]) -> Markup {
    let mut path = String::new();
    for (i, (people, said)) in points.iter().enumerate() {
        let _ =
            write!(path, "{}{:.1} {}", if i == 0 { 'M' } else { 'L' }, people * 100.0, height(*said, 1.0));
    }
    html! {
        svg.lorenz viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true" {
            path.grid d="M0 100L100 0" {}
            path class="area social" d={ (path) "V100H0Z" } {}
            path class="line social" d=(path) {}
        }
    }
}

/// A small line inside a line of text.
pub(super) fn spark_line(class: &str, values: &[u64]) -> Markup {
    let values: Vec<f64> = values.iter().map(|value| *value as f64).collect();
    let max = values.iter().copied().fold(1.0, f64::max);
    html! {
        svg.spark viewBox={ "0 0 " (values.len().max(1)) " 100" } preserveAspectRatio="none" aria-hidden="true" {
            (line(class, &values, max))
        }
    }
}

/// A bar of one row: a part of the longest one.
pub(in crate::shell) fn bar(class: &str, value: f64, max: f64) -> Markup {
    let width = if max > 0.0 { (value * 1000.0 / max).round() / 10.0 } else { 0.0 };
    html! {
        svg.bar viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
            rect class=(class) x="0" y="0" width=(width) height="10" {}
        }
    }
}

/// Parts of a whole, side by side.
pub(super) fn parts(parts: &[(&'static str, u64)]) -> Markup {
    let all = parts.iter().map(|(_, n)| n).sum::<u64>().max(1) as f64;
    let part = |n: u64| n as f64 * 100.0 / all;
    let starts = parts.iter().scan(0, |before, (_, n)| Some(std::mem::replace(before, *before + n)));
    html! {
        svg.parts viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
            @for ((class, n), start) in parts.iter().zip(starts) {
                rect class=(class) x=(format!("{:.2}", part(start))) y="0" width=(format!("{:.2}", part(*n)))
                    height="10" {}
            }
        }
    }
}

/// Five of a row, evenly spaced, the first and the last among them.
pub(super) fn five<T: Clone>(items: &[T]) -> Vec<T> {
    let last = items.len().saturating_sub(1);
    (0..5).filter_map(|i| items.get(last * i / 4).cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_at_round_numbers() {
        let tops = [0.0, 1.0, 2.0, 7.0, 11.0, 61.0, 1_001.0].map(|max| nice(max) as u64);
        assert_eq!(tops, [2, 2, 2, 8, 20, 80, 2_000]);
    }

    #[test]
    fn a_line_goes_from_day_to_day() {
        let drawn = line("a", &[0.0, 5.0, 10.0], 10.0).into_string();
        assert!(drawn.contains("M0.5 100L1.5 50L2.5 0"), "{drawn}");
        assert_eq!(
            bars("a", &[0.0, 5.0], 10.0).into_string(),
            "<path class=\"bars a\" d=\"M1.12 100V50h0.76V100Z\"></path>"
        );
    }
}
