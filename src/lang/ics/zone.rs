//! The time zones of an ICS file: by their IANA name, by the names that exporters write, or as the file itself defines
//! them (`VTIMEZONE`, RFC 5545 section 3.6.5).
//!
//! A zone that the file defines is followed by its newest rules: calendars here are about days to come, not about what
//! clocks showed in 1970.

use super::line::ContentLine;
use crate::base::time::Zone;
use std::collections::BTreeMap;

/// The zones that lines of one file can name.
pub(super) struct NamedZones<'a> {
    /// Where a time without a zone is.
    pub(super) own: &'a Zone,
    defined: BTreeMap<String, Zone>,
}

impl<'a> NamedZones<'a> {
    /// The zones of a file: those that it defines beside those that everybody knows.
    pub(super) fn of(lines: &[ContentLine], own: &'a Zone) -> Self {
        let mut defined = BTreeMap::new();
        let mut from = None;
        for (n, line) in lines.iter().enumerate() {
            if !line.value.trim().eq_ignore_ascii_case("VTIMEZONE") {
                continue;
            }
            match (line.name.as_str(), from) {
                ("BEGIN", _) => from = Some(n),
                ("END", Some(first)) => {
                    let lines = &lines[first..n];
                    let get = |name: &str| lines.iter().find(|line| line.name == name).map(ContentLine::text);
                    let named = get("X-LIC-LOCATION").and_then(|name| known(&name));
                    if let (Some(name), Some(zone)) = (get("TZID"), named.or_else(|| from_rules(lines))) {
                        defined.insert(name.trim().to_owned(), zone);
                    }
                    from = None;
                }
                _ => {}
            }
        }
        Self { own, defined }
    }

    /// The zone of a `TZID`. A name that everybody knows means what everybody means by it.
    pub(super) fn named(&self, name: &str) -> Option<Zone> {
        let name = name.trim();
        known(name).or_else(|| self.defined.get(name).cloned()).or_else(|| offset_in_name(name))
    }
}

/// A zone by its IANA name, behind a path of an exporter too (`/citadel.org/20190914_1/Europe/Berlin`), or by the name
/// that Outlook writes (Unicode CLDR's `windowsZones.xml`).
fn known(name: &str) -> Option<Zone> {
    const OUTLOOK: &[(&str, &str)] = &[
        ("China Standard Time", "Asia/Shanghai"),
        ("Taipei Standard Time", "Asia/Taipei"),
        ("Singapore Standard Time", "Asia/Singapore"),
        ("Tokyo Standard Time", "Asia/Tokyo"),
        ("Korea Standard Time", "Asia/Seoul"),
        ("India Standard Time", "Asia/Kolkata"),
        ("GMT Standard Time", "Europe/London"),
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Romance Standard Time", "Europe/Paris"),
        ("Central Europe Standard Time", "Europe/Budapest"),
        ("Eastern Standard Time", "America/New_York"),
        ("Central Standard Time", "America/Chicago"),
        ("Mountain Standard Time", "America/Denver"),
        ("Pacific Standard Time", "America/Los_Angeles"),
        ("AUS Eastern Standard Time", "Australia/Sydney"),
    ];
    let name = name.trim().trim_start_matches('/');
    let iana = OUTLOOK.iter().find(|(outlook, _)| *outlook == name).map_or(name, |(_, iana)| iana);
    Zone::named(iana).or_else(|| {
        let ends = name.match_indices('/').map(|(at, _)| &name[at + 1..]);
        ends.filter(|end| end.contains('/')).find_map(Zone::named)
    })
}

/// The zone that the newest `STANDARD` and `DAYLIGHT` of a `VTIMEZONE` describe.
fn from_rules(lines: &[ContentLine]) -> Option<Zone> {
    let standard = newest(lines, "STANDARD");
    let daylight = newest(lines, "DAYLIGHT");
    let base = standard.as_ref().or(daylight.as_ref())?;
    let mut posix = format!("<std>{}", posix_offset(base.offset));
    if let (Some(standard), Some(daylight)) = (&standard, &daylight)
        && let (Some(back), Some(forth)) = (&standard.change, &daylight.change)
        && standard.offset != daylight.offset
    {
        posix.push_str(&format!("<dst>{},{forth},{back}", posix_offset(daylight.offset)));
    }
    Zone::posix(&posix)
}

/// One half of a `VTIMEZONE`.
struct Half {
    began: String,
    /// Seconds east of UTC.
    offset: i32,
    /// When clocks change to it each year, as POSIX writes it: `M3.5.0/2:00:00`.
    change: Option<String>,
}

fn newest(lines: &[ContentLine], kind: &str) -> Option<Half> {
    let mut found: Option<Half> = None;
    let mut from = None;
    for (n, line) in lines.iter().enumerate() {
        match (line.name.as_str(), from) {
            ("BEGIN", _) if line.value.trim().eq_ignore_ascii_case(kind) => from = Some(n),
            ("END", Some(first)) => {
                from = None;
                let half = half(&lines[first..n]);
                found = match (found, half) {
                    (Some(old), Some(new)) if old.began > new.began => Some(old),
                    (old, new) => new.or(old),
                };
            }
            _ => {}
        }
    }
    found
}

fn half(lines: &[ContentLine]) -> Option<Half> {
    let get = |name: &str| lines.iter().find(|line| line.name == name).map(|line| line.value.trim());
    let began = get("DTSTART").unwrap_or_default().to_owned();
    let offset = seconds(get("TZOFFSETTO")?)?;
    let change = get("RRULE").and_then(|rule| yearly(rule, &began));
    Some(Half { began, offset, change })
}

/// `FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU` at the clock time of the beginning, as POSIX writes it.
fn yearly(rule: &str, began: &str) -> Option<String> {
    const DAYS: [&str; 7] = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
    let part = |key: &str| rule.split(';').find_map(|part| part.strip_prefix(key)?.strip_prefix('='));
    let month: u8 = part("BYMONTH")?.parse().ok().filter(|month| (1..=12).contains(month))?;
    let by_day = part("BYDAY")?;
    let (nth, day) = by_day.split_at_checked(by_day.len().checked_sub(2)?)?;
    let day = DAYS.iter().position(|name| *name == day)?;
    let week = match nth.trim_start_matches('+') {
        "-1" => 5,
        nth => nth.parse::<u8>().ok().filter(|nth| (1..=5).contains(nth))?,
    };
    let clock = began.split_once('T').map_or("000000", |(_, clock)| clock);
    let (hour, minute) = (clock.get(..2)?, clock.get(2..4)?);
    Some(format!("M{month}.{week}.{day}/{hour}:{minute}"))
}

/// Seconds east of UTC: `+0800`, `-053000`, `+08:00`.
fn seconds(text: &str) -> Option<i32> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits: String = digits.chars().filter(|c| *c != ':').collect();
    let field = |from: usize| -> Option<i32> {
        digits.get(from..from + 2).filter(|part| part.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()
    };
    let (hours, minutes) = (field(0)?, field(2)?);
    (hours <= 24 && minutes < 60)
        .then(|| sign * (hours * 3600 + minutes * 60 + field(4).filter(|s| *s < 60).unwrap_or(0)))
}

/// POSIX counts west of Greenwich.
fn posix_offset(seconds: i32) -> String {
    let (sign, all) = if seconds > 0 { ("-", seconds) } else { ("", -seconds) };
    format!("{sign}{}:{:02}:{:02}", all / 3600, all % 3600 / 60, all % 60)
}

/// `(UTC+08:00) Beijing, Chongqing`, `GMT+0800`, `UTC-05:30`.
fn offset_in_name(name: &str) -> Option<Zone> {
    let at = name.find("UTC").or_else(|| name.find("GMT"))?;
    let rest = name[at + 3..].trim_start();
    let length = rest.bytes().take_while(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b':')).count();
    let offset = &rest[..length];
    if offset.is_empty() {
        return Some(Zone::utc());
    }
    offset
        .starts_with(['+', '-'])
        .then(|| seconds(offset))
        .flatten()
        .and_then(|seconds| Zone::posix(&format!("<std>{}", posix_offset(seconds))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::ics::line;

    fn zone(halves: &str, name: &str) -> Option<Zone> {
        let text = format!("BEGIN:VTIMEZONE\nTZID:Own\n{halves}END:VTIMEZONE\n");
        let lines = line::lines(&text, &mut Vec::new());
        NamedZones::of(&lines, &Zone::utc()).named(name)
    }

    fn utc(zone: &Zone, civil: &str) -> String {
        zone.instant(civil.parse().unwrap()).to_jiff().to_string()
    }

    #[test]
    fn a_zone_follows_the_newest_rules_of_its_definition() {
        let halves = "BEGIN:DAYLIGHT\nTZOFFSETTO:+0200\nDTSTART:19700329T020000\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nEND:DAYLIGHT\n\
                      BEGIN:STANDARD\nTZOFFSETTO:+0900\nDTSTART:19300101T000000\nEND:STANDARD\n\
                      BEGIN:STANDARD\nTZOFFSETTO:+0100\nDTSTART:19701025T030000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nEND:STANDARD\n";
        let own = zone(halves, "Own").unwrap();
        assert_eq!(utc(&own, "2026-12-01T09:00"), "2026-12-01T08:00:00Z");
        assert_eq!(utc(&own, "2026-07-01T09:00"), "2026-07-01T07:00:00Z");
        assert_eq!(utc(&own, "2026-03-29T03:00"), "2026-03-29T01:00:00Z");
        let fixed =
            zone("BEGIN:STANDARD\nTZOFFSETTO:-0330\nDTSTART:16010101T000000\nEND:STANDARD\n", "Own").unwrap();
        assert_eq!(utc(&fixed, "2026-07-01T09:00"), "2026-07-01T12:30:00Z");
        assert!(zone("", "Own").is_none());
    }

    #[test]
    fn names_of_exporters_are_understood() {
        for (name, expected) in [
            ("(UTC+08:00) Beijing, Chongqing, Hong Kong, Urumqi", "2026-12-01T01:00:00Z"),
            ("GMT-0530", "2026-12-01T14:30:00Z"),
            ("(UTC) Coordinated Universal Time", "2026-12-01T09:00:00Z"),
            ("/citadel.org/20190914_1/Asia/Tokyo", "2026-12-01T00:00:00Z"),
            ("/freeassociation.sourceforge.net/America/Argentina/Ushuaia", "2026-12-01T12:00:00Z"),
        ] {
            assert_eq!(utc(&zone("", name).unwrap(), "2026-12-01T09:00"), expected, "{name}");
        }
        assert!(zone("", "Mars/Base").is_none());
    }
}
