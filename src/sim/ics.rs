//! A plan as a calendar file (RFC 5545): one event a step that somebody sees, with an id that stays the same.
//!
//! Text only, line by line, so that a plan of any length streams. The same plan gives the same bytes.

use super::{forecast::Expected, plan::Planned};
use crate::{
    base::time::{Duration, Timestamp},
    model::{message::Label, playbook::Playbook},
};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// Octets that a line may have before it is folded, without its end.
const LINE_MAX: usize = 75;
/// How long an event is shown to last: a message has no length, and a calendar draws what has none badly.
const SHOWN: Duration = Duration::from_millis(15 * 60_000);

/// What stands before the events.
pub fn head(playbook: &Playbook) -> String {
    let mut out = String::new();
    let title = text(&playbook.title);
    for line in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        concat!("PRODID:-//playbook//playbook ", env!("CARGO_PKG_VERSION"), "//EN"),
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        &format!("NAME:{title}"),
        &format!("X-WR-CALNAME:{title}"),
        &format!("X-WR-TIMEZONE:{}", playbook.zone.name()),
    ] {
        fold(line, &mut out);
    }
    out
}

/// One step. `made` is when the plan was made: the instant that it begins with, so that it does not change by itself.
pub fn event(playbook: &Playbook, planned: &Planned, expected: Option<&Expected>, made: Timestamp) -> String {
    let group = playbook.groups.get(&planned.group);
    let title = group.map_or(planned.group.as_str(), |group| &*group.title);
    let play = playbook.play(&planned.play).map_or(planned.play.as_str(), |play| &*play.title);
    let first = planned.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    let summary = match first {
        "" => format!("{play}: {}", planned.verb),
        words => format!("{play}: {words}"),
    };
    let mut about = planned.text.trim_end().to_owned();
    let mut say = |label: &str, value: &str| {
        let _ = write!(about, "\n{label}: {value}");
    };
    say("\ngroup", planned.group.as_str());
    say("run", planned.run.as_str());
    say("step", &format!("{} ({})", planned.step, planned.verb));
    if let Some(channel) = &planned.channel {
        say("channel", channel.as_str());
    }
    if let Some(phase) = &planned.phase {
        say("only in phase", phase);
    }
    if let Some(expected) = expected {
        say("probably", &expected.told().en);
    }
    let mut categories = vec![planned.play.as_str(), planned.verb];
    categories.extend(planned.label.map(Label::as_str));
    let categories: Vec<String> = categories.into_iter().map(text).collect();
    let mut out = String::new();
    for line in [
        "BEGIN:VEVENT",
        &format!("UID:{}", uid(planned)),
        &format!("DTSTAMP:{}", utc(made)),
        &format!("DTSTART:{}", utc(planned.at)),
        &format!("DTEND:{}", utc(planned.at.plus(SHOWN))),
        &format!("SUMMARY:{}", text(&summary)),
        &format!("DESCRIPTION:{}", text(about.trim_start())),
        &format!("CATEGORIES:{}", categories.join(",")),
        &format!("LOCATION:{}", text(title)),
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ] {
        fold(line, &mut out);
    }
    out
}

/// What stands after the events.
pub fn tail() -> &'static str {
    "END:VCALENDAR\r\n"
}

/// The event's id: the same for the same step of the same occurrence, on every machine and in every plan, also when
/// a date has moved. A digest, because ids in a playbook may hold any sign.
fn uid(planned: &Planned) -> String {
    let mut hash = Sha256::new();
    for part in [planned.group.as_str(), planned.run.as_str(), planned.step.as_str()] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    let mut id = String::new();
    for byte in digest.iter().take(16) {
        let _ = write!(id, "{byte:02x}");
    }
    format!("{id}@playbook")
}

/// An instant as calendars write it in UTC.
fn utc(at: Timestamp) -> String {
    at.to_jiff().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// A text value: what would end it or the line is escaped, and signs that no calendar may hold are left out.
fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            ';' => out.push_str("\\;"),
            ',' => out.push_str("\\,"),
            '\n' => out.push_str("\\n"),
            '\r' => {}
            c if c.is_control() && c != '\t' => {}
            c => out.push(c),
        }
    }
    out
}

/// Writes a line, folded so that no part has more octets than a line may, and no character is cut.
fn fold(line: &str, out: &mut String) {
    let mut used = 0;
    for c in line.chars() {
        if used + c.len_utf8() > LINE_MAX {
            out.push_str("\r\n ");
            // The blank that marks the fold counts.
            used = 1;
        }
        out.push(c);
        used += c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_folded_line_is_short_whole_and_the_same_again(line in "[ -~\u{4e00}-\u{4fff}\u{1f600}-\u{1f64f}]{0,400}") {
            let mut out = String::new();
            fold(&line, &mut out);
            let rows: Vec<&str> = out.strip_suffix("\r\n").unwrap().split("\r\n").collect();
            prop_assert!(rows.iter().all(|row| row.len() <= LINE_MAX));
            prop_assert!(rows[1..].iter().all(|row| row.starts_with(' ')));
            prop_assert_eq!(rows.join("\r\n").replace("\r\n ", ""), line);
        }
    }

    #[test]
    fn what_would_end_a_value_is_escaped() {
        assert_eq!(text("a;b,c\\d\r\ne\u{7}f\tg"), "a\\;b\\,c\\\\d\\nef\tg");
    }
}
