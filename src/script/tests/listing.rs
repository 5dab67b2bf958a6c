//! The listing and what is registered say the same.

use super::*;
use crate::script::api::{ITEMS, RHAI, definitions, listing};
use std::collections::BTreeSet;

/// Something of each kind to call on.
fn sample(on: &str) -> &'static str {
    match on {
        "" => "",
        "group" => "group",
        "phase" => "phase",
        "run" => "run",
        "signal" => "signals[0]",
        "members" => "members",
        "result" => {
            "#{ winner: \"\", total: 0, counts: #{}, answers: [], right: \"\", first: (), unanswered: members, seated: members, waiting: members, incomplete: false }"
        }
        "member" => "members[0]",
        "role" => "roles.host",
        "person" => "roles.host.people[0]",
        "time" => "now",
        "duration" => "days(2)",
        "list" => "[1, 2, 3]",
        "open map" => "signals[0].data",
        "state" => "state",
        "metrics" => "metrics",
        "operators" => "operators",
        other => panic!("nothing to call {other} on"),
    }
}

fn argument(on: &str, name: &str, param: &str) -> &'static str {
    match (on, name, param) {
        (_, "format", _) => "\"%F\"",
        ("", "at" | "stamp", "time") => "now",
        (_, _, "zone") => "\"Europe/Berlin\"",
        (_, "at", _) => "\"20:30\"",
        (_, "duration", _) => "\"7d\"",
        (_, "time", _) => "\"2026-12-01 20:00\"",
        ("list", "group_by", _) => "|x| x",
        (_, "data", "path") => "\"data/riddles.csv\"",
        (_, _, "test") => "|x| true",
        (_, _, "make") => "|x| 1",
        (_, _, "within" | "longer") => "days(3)",
        (_, _, "by") => "\"points\"",
        (_, _, "list") => "[1, 2]",
        (_, "random", "to") => "9",
        (_, _, "n" | "days" | "points" | "digits" | "letters" | "from" | "whole" | "part") => "2",
        (_, _, "fraction" | "probability" | "number") => "0.5",
        (_, _, "url") => "\"https://allowed.example/\"",
        (_, "signal", "data") => "#{}",
        _ => "\"word\"",
    }
}

#[test]
fn everything_listed_is_there() {
    for item in ITEMS.iter() {
        let object = sample(item.on);
        let dot = if object.is_empty() { "" } else { "." };
        let call = match item.params {
            None => format!("{object}{dot}{}", item.name),
            Some(params) => {
                let args: Vec<&str> = params.iter().map(|p| argument(item.on, item.name, p)).collect();
                format!("{object}{dot}{}({})", item.name, args.join(", "))
            }
        };
        let result = run_with(&format!("fn main() {{ let it = {call}; it }}"), Value::Null);
        result.unwrap_or_else(|error| panic!("{} as `{call}`: {error}", item.signature()));
    }
}

#[test]
fn rhais_own_functions_are_listed_once() {
    let names: BTreeSet<&str> = RHAI.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), RHAI.len());
    assert!(
        ["map", "filter", "len", "push", "keys", "split", "to_upper", "abs"]
            .iter()
            .all(|n| names.contains(n))
    );
}

#[test]
fn definitions_are_one_line_an_item() {
    let text = definitions();
    assert!(text.starts_with("module static;"));
    assert!(text.contains("fn award(self: Member, points: ?) -> ();"), "{text}");
    assert!(text.contains("fn days(n: ?) -> Duration;"));
    assert!(listing(Locale::Zh).contains("member.award(points)"));
}
