//! What everything costs: nothing that a script or an expression can call goes through a value uncounted.

use super::*;
use crate::{
    base::limits,
    script::{cost, engine},
};
use std::collections::BTreeSet;

/// Functions of Rhai that cost the same however long their arguments are, or no more than one copy of a text,
/// which has its limit.
#[rustfmt::skip]
const CONSTANT: [(&str, &[&str]); 28] = [
    ("+", &["SS", "SC", "CS", "SU", "US", "S?", "?S"]), ("+=", &["SS", "SC", "SU", "S?"]), ("append", &["S?"]),
    ("bytes", &["S"]), ("chars", &["S", "SI", "SII", "SQ", "SR"]), ("clear", &["S"]), ("contains", &["MS"]),
    ("debug", &["D", "P"]), ("ends_with", &["SC"]), ("get", &["AI", "MS"]), ("get$bytes", &["S"]),
    ("get$chars", &["S"]), ("get$is_anonymous", &["P"]), ("get$is_empty", &["A", "S"]), ("get$len", &["A"]),
    ("get$name", &["P"]), ("is_anonymous", &["P"]), ("is_empty", &["A", "M", "S"]), ("len", &["A", "M"]),
    ("name", &["P"]), ("pop", &["A"]), ("print", &["D", "S"]), ("remove", &["MS"]), ("starts_with", &["SC"]),
    ("to_debug", &["D", "P"]), ("to_string", &["D", "S"]), ("replace", &["SCC"]), ("index_of", &[]),
];

/// Functions of Rhai that call a closure for each element: its operations are counted.
#[rustfmt::skip]
const CALLING: [(&str, &[&str]); 19] = [
    ("all", &["AP"]), ("dedup", &["AP"]), ("drain", &["AP", "MP"]), ("filter", &["AP", "MP"]),
    ("find", &["AP", "API"]), ("find_map", &["AP", "API"]), ("for_each", &["AP"]),
    ("index_of", &["AP", "API"]), ("map", &["AP", "MP"]), ("order", &["AP"]), ("order_by", &["AP"]),
    ("reduce", &["AP", "APD"]), ("reduce_rev", &["AP", "APD"]), ("retain", &["AP", "MP"]), ("some", &["AP"]),
    ("sort", &["AP"]), ("sort_by", &["AP"]), ("zip", &["AAP"]), ("get$map", &[]),
];

/// Functions that stand before Rhai's of the same signature and count by themselves.
#[rustfmt::skip]
const OURS: [(&str, &[&str]); 3] = [
    ("replace", &["SCC", "SCS", "SSC", "SSS"]), ("to_string", &["A"]), ("index_of", &["AS", "ASI"]),
];

/// The letters of a signature; a type without a length is `?`.
fn letters(arguments: &str) -> String {
    let letter = |argument: &str| {
        let kind = argument.split_once(':').map_or(argument, |(_, kind)| kind);
        match kind.trim().trim_start_matches("&mut ").trim_start_matches("mut ") {
            "array" => 'A',
            "map" => 'M',
            "string" => 'S',
            "char" => 'C',
            "i64" => 'I',
            "range" => 'R',
            "range=" => 'Q',
            "Dynamic" => 'D',
            "Fn" => 'P',
            "()" => 'U',
            _ => '?',
        }
    };
    arguments.split(',').filter(|argument| !argument.trim().is_empty()).map(letter).collect()
}

fn declared(name: &str, signature: &str) -> bool {
    let among = |table: &[(&str, &[&str])]| {
        table.iter().any(|(known, signatures)| *known == name && signatures.contains(&signature))
    };
    !signature.contains(['A', 'M', 'S', 'D', 'P'])
        || [&cost::BY_LENGTH[..], &cost::BY_NAME[..], &CONSTANT[..], &CALLING[..], &OURS[..]]
            .into_iter()
            .any(among)
}

#[test]
fn every_function_of_the_engines_has_a_cost() {
    let ours: BTreeSet<&str> = super::super::api::ITEMS.iter().map(|item| item.name).collect();
    let operators = ["+", "-", "*", "/", "==", "!=", "<", "<=", ">", ">="];
    let shown = [
        "to_string",
        "to_debug",
        "print",
        "index$get$",
        "index$set$",
        "reduce",
        "reduce_rev",
        "replace",
        "zip",
        "to_float",
        "to_int",
    ];
    let mut undeclared = BTreeSet::new();
    for signature in engine::scripts()
        .gen_fn_signatures(true)
        .into_iter()
        .chain(engine::expressions().gen_fn_signatures(true))
    {
        let (name, rest) = signature.split_once('(').unwrap();
        let arguments =
            rest.rsplit_once(") -> ").map_or_else(|| rest.trim_end_matches(')'), |(given, _)| given);
        let plain = name.trim_start_matches("get$");
        let known = if arguments.split(',').any(|argument| argument.trim() == "_") {
            // Registered here: in the table of the API, which each of its functions is counted for, or an operator.
            ours.contains(plain)
                || operators.contains(&name)
                || shown.contains(&name)
                || cost::BY_LENGTH.iter().chain(&cost::BY_NAME).any(|(known, _)| *known == name)
        } else {
            declared(name, &letters(arguments))
        };
        if !known {
            undeclared.insert(signature);
        }
    }
    assert!(undeclared.is_empty(), "without a declared cost (script/cost.rs): {undeclared:#?}");
}

/// Twenty thousand members.
fn crowded() -> Arc<Facts> {
    let mut facts = facts_in(Locale::En);
    facts.members = (0..20_000).map(|n| member(&format!("p{n:05}"), "P", 1, n)).collect();
    Arc::new(facts)
}

#[test]
fn an_expression_pays_by_length() {
    let facts = crowded();
    let costs = [
        "members.where(|m| members.top(10).contains(m)).count == 3",
        "members.where(|m| members.ids.contains(m.id)).count == 3",
        "members.map(|m| members.names.join(\"\")).len() == 3",
        "members.any(|m| members.idle_longest(3).count == 4)",
        "members.map(|m| m).map(|a| members.where(|b| b.points > a.points).count).len() == 3",
        "members.ids.map(|a| members.ids.sort()).len() == 3",
        "members.ids.map(|a| members.ids.index_of(a + \"x\")).len() == 3",
        "members.ids.map(|a| members.ids == members.names).len() == 3",
        "members.ids.map(|a| members.newest(100).random(9)).len() == 3",
    ];
    for source in costs {
        let error = compile(source).unwrap().eval(&facts).unwrap_err();
        assert!(error.to_string().contains("operations"), "{source}: {error}");
    }
}

#[test]
fn what_asks_every_member_once_works_for_as_many_as_there_may_be() {
    let mut facts = facts_in(Locale::En);
    facts.members =
        (0..limits::MEMBERS_MAX as i64).map(|n| member(&format!("p{n:06}"), "P", n % 100, n)).collect();
    let facts = Arc::new(facts);
    for (source, expected) in [
        ("members.count", 100_000),
        ("members.where(|m| m.points >= 50000).count", 50_000),
        ("members.where(|m| m.idle > days(49) && !m.has(\"vip\")).count", 50_000),
        ("members.where(|m| m.tags.contains(\"vip\") || m.messages < 100).count", 10),
        ("members.top(3).count", 3),
        ("members.top(3).first.points", 99_999),
        ("members.idle(days(90)).count", 9_000),
        ("members.tagged(\"vip\").count", 0),
        ("members.newest(7).count", 7),
    ] {
        assert_eq!(compile(source).unwrap().eval(&facts), Ok(Value::Int(expected)), "{source}");
    }
    assert_eq!(compile("members.find(\"p099999\").points").unwrap().eval(&facts), Ok(Value::Int(99_999)));
    assert_eq!(compile("members.contains(\"p099999\")").unwrap().eval(&facts), Ok(Value::Bool(true)));
    assert_eq!(compile("members.any(|m| m.points == 99999)").unwrap().eval(&facts), Ok(Value::Bool(true)));
}
