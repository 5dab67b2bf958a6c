//! What was seen, written down as the expectations of the scenario's file.
//!
//! Keeps everything else of the file as it is, and what it says about `never` and `that`; gives text and writes none.

use super::{
    Scenario,
    read::ScenarioDraft,
    rehearsal::Rehearsal,
    sighting::{Sighting, Sort},
};
use crate::base::time::Zone;
use std::fmt::Write as _;

/// A text longer than this is expected by its beginning.
const TEXT_CHARS_MAX: usize = 60;

/// The file with new expectations.
pub fn record(
    text: &str,
    draft: &ScenarioDraft,
    scenario: &Scenario,
    rehearsal: &Rehearsal,
    zone: &Zone,
) -> String {
    let mut list = String::from("expect:\n");
    let noticed = rehearsal.seen.iter().filter(|seen| seen.is_noticed());
    // The signals that a scenario sends itself are in its script.
    let noticed = noticed.filter(|seen| seen.sort != Sort::Signal);
    for seen in noticed {
        list.push_str(&item(seen, scenario, zone));
    }
    for kept in draft.lasting(text) {
        let _ = writeln!(list, "{kept}");
    }
    if list == "expect:\n" {
        list = "expect: []\n".into();
    }
    let Some(span) = draft.expect_span() else {
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        return format!("{text}{end}{list}");
    };
    let (before, after) = (&text[..span.start as usize], &text[span.end as usize..]);
    // The list ends with its own line end; comments behind the old one stay.
    format!("{before}{}{after}", list.strip_suffix('\n').filter(|_| after.starts_with('\n')).unwrap_or(&list))
}

/// One expectation, with its line end.
fn item(seen: &Sighting, scenario: &Scenario, zone: &Zone) -> String {
    let (civil, start) = (zone.civil(seen.at), zone.civil(scenario.start));
    let days = start.date().until(civil.date()).map_or(0, |span| span.get_days());
    let clock = if civil.second() == 0 { civil.strftime("%H:%M") } else { civil.strftime("%H:%M:%S") };
    let mut out = format!("  - at: +{days}d {clock}\n");
    if let Some(play) = &seen.play {
        let _ = writeln!(out, "    play: {}", quoted(play.as_str()));
    }
    if let Some(channel) = seen.channel.as_ref().filter(|channel| channel.as_str() != "group") {
        let _ = writeln!(out, "    to: {}", quoted(channel.as_str()));
    }
    if let Some(label) = seen.label {
        let _ = writeln!(out, "    label: {label}");
    }
    let line = if seen.line().is_empty() { "true" } else { seen.line() };
    let short: String = line.chars().take(TEXT_CHARS_MAX).collect();
    let _ = writeln!(out, "    {}: {}", seen.sort.as_str(), quoted(&short));
    out
}

/// A text that YAML reads as it is; in quotes unless it is a plain word.
fn quoted(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    // A JSON string is a YAML string.
    if plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}
