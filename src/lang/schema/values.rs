//! The schema of each kind of value.

use super::patterns;
use crate::lang::keys::{
    Is,
    closed::{LABELS, RESERVED, SIGNALS},
    words,
};
use serde_json::{Value, json};

/// Zones that an editor offers; any other name of the zone database may stand there too.
const ZONES: [&str; 8] = [
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Asia/Singapore",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Los_Angeles",
    "UTC",
];

/// The schema of one definition by its name.
pub(super) fn def(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

/// Text that fits a pattern; what is said where it does not.
fn line(pattern: &str, says: &str, examples: &[&str]) -> Value {
    json!({ "type": "string", "pattern": pattern, "patternErrorMessage": format!("expected {says}"), "examples": examples })
}

/// An expression as it is.
fn bare(types: &[&str]) -> Value {
    json!({
        "type": types,
        "pattern": patterns::BARE,
        "patternErrorMessage": "an expression stands here as it is: leave `${` and `}` out",
    })
}

/// A scalar: YAML makes a number or a truth value of some texts.
pub(super) fn text() -> Value {
    json!({ "type": ["string", "number", "boolean"] })
}

/// A mapping whose keys are names, to a schema.
pub(super) fn named(inner: Value) -> Value {
    json!({ "type": "object", "propertyNames": { "pattern": patterns::NAME }, "additionalProperties": inner })
}

/// The schema of a kind of value.
pub(super) fn value(is: Is) -> Value {
    match is {
        Is::Any => json!({}),
        Is::Text => text(),
        Is::Reason => json!({ "type": ["string", "number", "boolean", "null"] }),
        Is::Path => json!({ "type": "string", "minLength": 1 }),
        Is::Bool => json!({ "type": "boolean" }),
        Is::Count => json!({ "type": "integer", "minimum": 1, "maximum": 1_000_000_000 }),
        Is::Points => json!({ "type": "integer", "minimum": 0, "maximum": 1_000_000 }),
        Is::Texts => json!({ "type": "array", "items": text() }),
        Is::Steps => def("steps"),
        Is::Def(name) => def(name),
        Is::Setting => def("setting"),
        Is::Values => def("values"),
        Is::Data => def("data"),
        Is::With => json!({ "anyOf": [def("values"), text()] }),
        Is::Writes => {
            json!({ "type": "object", "propertyNames": { "not": { "enum": RESERVED } }, "additionalProperties": value(Is::Expression) })
        }
        Is::Zone => json!({ "type": "string", "examples": ZONES }),
        Is::Words(words) => json!({ "enum": words }),
        Is::WordsOrSteps(words) => json!({ "anyOf": [{ "enum": words }, def("steps")] }),
        Is::QuietHours => json!({ "anyOf": [def("quiet"), { "type": "array", "items": def("quiet") }] }),
        Is::Label => json!({ "anyOf": [{ "enum": crate::lang::keys::words(&LABELS) }, def("name")] }),
        Is::Hold => json!({ "anyOf": [{ "enum": ["day"] }, def("duration")] }),
        Is::Names => {
            let name = json!({ "type": ["string", "number"] });
            json!({ "anyOf": [name, { "type": "array", "items": name }] })
        }
        Is::Hosts => {
            let host = json!({ "type": "string", "pattern": "^[^/ @*]+$", "patternErrorMessage": "expected the name of a host such as api.example.org" });
            json!({ "anyOf": [host, { "type": "array", "items": host }] })
        }
        Is::Expression => bare(&["string", "number", "boolean"]),
        Is::Condition => bare(&["string", "boolean"]),
        Is::Signal => {
            let (names, about) = (words(&SIGNALS), SIGNALS.map(|(_, about)| about));
            json!({ "anyOf": [{ "enum": names, "enumDescriptions": about }, { "type": "string", "pattern": patterns::SIGNAL }] })
        }
        _ => LINES
            .iter()
            .find(|(_, kind)| std::mem::discriminant(kind) == std::mem::discriminant(&is))
            .map_or_else(|| json!({}), |(name, _)| def(name)),
    }
}

/// The kinds that a pattern describes, and what their definitions are called.
const LINES: [(&str, Is); 17] = [
    ("name", Is::Name),
    ("stepId", Is::StepId),
    ("binding", Is::Binding),
    ("sent", Is::Sent),
    ("duration", Is::Duration),
    ("positiveDuration", Is::Positive),
    ("clock", Is::Clock),
    ("moment", Is::Moment),
    ("offset", Is::Offset),
    ("schedule", Is::Schedule),
    ("cron", Is::Cron),
    ("batch", Is::Batch),
    ("rate", Is::Rate),
    ("quota", Is::Quota),
    ("share", Is::Share),
    ("quiet", Is::Quiet),
    ("term", Is::Term),
];

/// The definitions of all kinds that a pattern describes.
pub(super) fn lines() -> impl Iterator<Item = (&'static str, Value)> {
    LINES.into_iter().map(|(name, is)| (name, one_line(is)))
}

fn one_line(is: Is) -> Value {
    match is {
        Is::Name => {
            json!({ "type": ["string", "number"], "pattern": patterns::NAME, "patternErrorMessage": "expected a short word without spaces and signs" })
        }
        Is::StepId => line(patterns::STEP_ID, "a letter, then letters, digits, `-` and `_`", &["teaser"]),
        Is::Binding => line(patterns::BINDING, "English letters, digits and `_`", &["poll"]),
        Is::Sent => line(patterns::SENT, "a signal's name, which has no spaces", &["season.over"]),
        Is::Duration => {
            line(&patterns::duration(), "a duration such as 10m, 1h30m or 7d", &["10m", "1h30m", "7d"])
        }
        Is::Positive => line(
            &patterns::positive(),
            "a duration such as 10m, 1h30m or 7d, longer than nothing",
            &["10m", "1h30m", "7d"],
        ),
        Is::Clock => line(&patterns::clock(), "a clock time such as 20:30", &["20:30"]),
        Is::Moment => line(
            &patterns::moment(),
            "a date such as 2026-12-11, or 2026-12-11 20:00",
            &["2026-12-11", "2026-12-11 20:00"],
        ),
        Is::Offset => line(
            &patterns::offset(),
            "an offset from the run's anchor such as -3h, +20m or -7d 10:00",
            &["-3h", "+20m", "-7d 10:00", "+1d 20:00"],
        ),
        Is::Schedule => line(
            &patterns::every(),
            "a schedule such as 15m, day at 08:30, mon, wed at 07:30, 2 weeks on sunday at 19:00, month on last friday at 19:00 or term of host",
            &[
                "15m",
                "day at 08:30",
                "weekday at 09:00",
                "weekend at 10:00",
                "workday at 07:30",
                "friday at 20:00",
                "mon, wed at 07:30",
                "2 weeks on sunday at 19:00",
                "month on 1 at 10:00",
                "month on last friday at 19:00",
                "month on last day at 20:00",
                "year on 12-31 at 20:00",
                "term of host",
            ],
        ),
        Is::Cron => line(&patterns::cron(), "five fields such as 30 20 * * 3", &["30 20 * * 3", "0 9 1 * *"]),
        Is::Batch => line(&patterns::batch(), "a window such as 10m or until 20:00", &["10m", "until 20:00"]),
        Is::Rate => line(&patterns::rate(), "a rate such as 20 per 1m", &["20 per 1m"]),
        Is::Quota => {
            line(&patterns::quota(), "an amount such as 6 per day or 2 per 12h", &["6 per day", "2 per 12h"])
        }
        Is::Share => line(&patterns::share(), "a share such as 20% per 30d", &["20% per 30d"]),
        Is::Quiet => line(&patterns::quiet(), "quiet hours such as 22:30-08:00", &["22:30-08:00"]),
        Is::Term => {
            line(&patterns::term(), "a term such as 10 weeks, 30 days or 2 months", &["10 weeks", "2 months"])
        }
        _ => json!({}),
    }
}
