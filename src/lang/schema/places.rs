//! The schema of each place of a playbook: what is a mapping, what may be written shorter, which keys go together.

use super::{
    described, open, patterns, property, table,
    values::{def, named, text},
};
use crate::{
    base::{metric::MetricUnit, threshold::THRESHOLDS},
    lang::keys::{
        self, KeyTable, VERBS,
        closed::{LABELS, RESERVED},
    },
    model::channel::{ChannelKind, SettingNeed},
};
use serde_json::{Map, Value, json};

/// Everything that is referred to by name.
pub(super) fn definitions() -> Value {
    let quota = || super::values::value(keys::Is::Quota);
    let one_or_many = |item: Value| json!({ "anyOf": [item, { "type": "array", "items": item }] });
    let path = json!({ "type": "string", "minLength": 1 });
    let day = json!({ "anyOf": [
        { "type": "string", "pattern": patterns::days() },
        { "type": "string", "pattern": r"\.(?:[iI][cC][sS]|[cC][sS][vV]|[yY][aA]?[mM][lL]|[jJ][sS][oO][nN]|[tT][xX][tT])$" },
    ] });
    let mut all = json!({
        "play": play(),
        "plays": named(def("play")),
        "steps": { "type": "array", "items": def("step") },
        "step": step(),
        "wait": wait(),
        "buttons": { "type": "array", "items": table(&keys::BUTTON, &["text", "url"]) },
        "retry": { "anyOf": [super::values::value(keys::Is::Count), table(&keys::RETRY, &["times"])] },
        "dates": dates(),
        "charter": loose(&keys::CHARTER),
        "rules": loose(&keys::RULES),
        "channels": named(def("channel")),
        "channel": channel(),
        "channelType": { "enum": kinds() },
        "groupChannels": named(group_channel()),
        "setting": setting(),
        "secret": secret(),
        "groups": { "anyOf": [
            path,
            { "type": "object", "properties": { "file": path }, "required": ["file"], "maxProperties": 1 },
            named(json!({ "anyOf": [table(&keys::GROUP, &[]), { "type": "null" }] })),
        ] },
        "inbound": named(sender()),
        "groupRoles": named(role(&[])),
        "roles": named(role(&["people"])),
        "people": named(person()),
        "calendars": named(json!({ "anyOf": [one_or_many(day.clone()), table(&keys::CALENDAR, &[])] })),
        "days": one_or_many(day),
        "members": table(&keys::MEMBERS, &[]),
        "memberList": { "type": ["string", "array"] },
        "fields": fields(),
        "labels": { "type": "object", "propertyNames": { "pattern": super::patterns::NAME }, "additionalProperties": { "enum": keys::words(&LABELS) } },
        "budgets": budgets(),
        "channelBudgets": named(table(&keys::AMOUNTS, &[])),
        "posts": { "anyOf": [quota(), table(&keys::POSTS, &[])] },
        "mentions": { "anyOf": [quota(), table(&keys::MENTIONS, &[])] },
        "promo": table(&keys::PROMO, &[]),
        "phases": { "type": "array", "items": { "anyOf": [{ "type": "string" }, phase()] } },
        "uses": { "type": "array", "items": { "anyOf": [path, table(&keys::USE, &["playbook"])] } },
        "values": {
            "type": "object",
            "propertyNames": { "not": { "enum": RESERVED } },
            "additionalProperties": { "if": { "type": "object" }, "then": def("values") },
        },
        "data": { "if": { "type": "object" }, "then": def("values") },
        "url": url(),
    });
    let before = super::values::value(keys::Is::Positive);
    let length = super::values::value(keys::Is::Positive);
    all["retention"] = json!({ "anyOf": [{ "const": "decided" }, length] });
    all["tiers"] = json!({ "type": "array", "items": table(&keys::TIER, &["name"]) });
    all["moderate"] = moderate();
    all["watch"] = json!({ "anyOf": [{ "const": "no" }, super::values::value(keys::Is::Duration)] });
    all["raid"] = json!({ "type": "string", "pattern": r"^\s*[0-9]+\s*(?:joins)?\s*per\s*[0-9]+\S*\s*$" });
    all["does"] = one_or_many(
        json!({ "type": "string", "pattern": r"^(?:delete|redirect|report|remind|warn|mute\s+\S+|remove)$" }),
    );
    all["samples"] = json!({ "type": "array", "items": { "anyOf": [text(), { "type": "object" }] } });
    all["wordlist"] = json!({ "anyOf": [text(), { "type": "array", "items": text() }, table(&keys::LIST_FILE, &["file"])] });
    all["list"] = json!({ "anyOf": [text(), { "type": "array", "items": text() }, table(&keys::LIST_FILE, &["file"])] });
    all["reminders"] = one_or_many(before);
    all["away"] = json!({ "type": "object", "additionalProperties": def("days") });
    all["doctor"] = thresholds();
    all["metrics"] = named(table(&keys::METRIC, &[]));
    let evidence = table(&keys::EVIDENCE, &[]);
    all["evidence"] = json!({ "anyOf": [evidence, { "type": "array", "items": evidence }] });
    all["targetDate"] = json!({ "anyOf": [super::values::value(keys::Is::Positive), super::values::value(keys::Is::Moment)] });
    all["heartbeat"] = json!({ "anyOf": [text(), table(&keys::HEARTBEAT, &["url"])] });
    all["qr"] = table(&keys::QR, &["made"]);
    all["access"] = table(&keys::ACCESS, &[]);
    all["labelQuotas"] = json!({ "type": "object", "additionalProperties": quota() });
    all["hold"] = table(&keys::HOLD, &[]);
    for (name, schema) in super::values::lines() {
        all[name] = schema;
    }
    all
}

/// `moderate`: its settings, and rules under any other name.
fn moderate() -> Value {
    let mut schema = open(&keys::MODERATE, &[]);
    schema["additionalProperties"] = table(&keys::MODERATE_RULE, &[]);
    schema
}

/// The doctor's thresholds, each in its unit.
fn thresholds() -> Value {
    let properties = THRESHOLDS.iter().map(|one| {
        let mut value = match one.unit {
            MetricUnit::Share => json!({ "type": "string", "pattern": r"^[0-9]+(?:\.[0-9]+)?%$" }),
            MetricUnit::Days => super::values::value(keys::Is::Positive),
            _ => json!({ "type": "number", "exclusiveMinimum": 0 }),
        };
        value["description"] = json!(format!("{}.", one.about.en));
        (one.name.to_owned(), value)
    });
    let properties: Map<String, Value> = properties.collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// Keys that lints know, among any others; or plain text.
fn loose(keys: &KeyTable) -> Value {
    let mut schema = open(keys, &[]);
    schema["type"] = json!(["object", "string", "array", "number", "boolean"]);
    schema
}

fn play() -> Value {
    let mut schema = table(&keys::PLAY, &["steps"]);
    schema["properties"]["steps"]["minItems"] = json!(1);
    schema["dependentRequired"] = json!({ "where": ["on"], "batch": ["on"], "per": ["on"], "moved": ["dates"], "cancelled": ["dates"], "replaced": ["dates"] });
    let mut rules =
        vec![apart(&["batch", "per"], "`batch` collects many members, `per: member` starts a run for each")];
    let triggers = ["every", "cron", "dates", "on"];
    for (index, first) in triggers.iter().enumerate() {
        for second in &triggers[index + 1..] {
            rules.push(apart(&[first, second], "a play has one trigger"));
        }
    }
    schema["allOf"] = Value::Array(rules);
    schema
}

/// Keys that do not stand together.
fn apart(keys: &[&str], says: &str) -> Value {
    json!({ "not": { "required": keys }, "errorMessage": says })
}

/// One alternative a verb, so that an editor offers what stands beside it.
fn step() -> Value {
    let alternatives: Vec<Value> = VERBS.iter().map(verb).collect();
    json!({ "type": "object", "description": "A step: exactly one verb, and what stands beside it.", "oneOf": alternatives })
}

fn verb(verb: &keys::VerbKeys) -> Value {
    let mut properties = Map::new();
    properties.insert(verb.name.into(), property(verb.about));
    for (key, about) in verb.beside.each().chain(keys::COMMON.each()) {
        properties.insert(key.into(), property(about));
    }
    let required: Vec<&str> = std::iter::once(verb.name).chain(verb.needs.iter().copied()).collect();
    let mut schema = json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    match verb.name {
        "task" => schema["dependentRequired"] = json!({ "remind": ["due"] }),
        "approve" => {
            schema["dependentRequired"] = json!({ "otherwise": ["open_for"], "silence": ["open_for"] });
        }
        "ask" => schema["oneOf"] = json!([{ "required": ["options"] }, { "required": ["fields"] }]),
        _ => {}
    }
    schema
}

fn wait() -> Value {
    let mut one = table(&keys::WAIT, &[]);
    one["minProperties"] = json!(1);
    one["maxProperties"] = json!(1);
    json!({ "anyOf": [
        {
            "type": "string",
            "pattern": patterns::wait(),
            "patternErrorMessage": "expected a duration such as 20m, a clock time such as 20:00, a signal, or the `as` name of a task or ask",
            "examples": ["20m", "20:00", "order.paid"],
        },
        one,
    ] })
}

fn dates() -> Value {
    let moment = super::values::value(keys::Is::Moment);
    let mut entry = open(&keys::MOVING_DATE, &["at"]);
    entry["propertyNames"] = json!({ "not": { "enum": RESERVED } });
    json!({ "anyOf": [
        { "type": "array", "items": { "anyOf": [moment, entry] } },
        { "type": "string", "pattern": patterns::one_var(), "patternErrorMessage": "expected a list of dates, a file, or one var such as ${vars.evenings}" },
        table(&keys::DATES_FILE, &["file"]),
        table(&keys::MEMBER_DATES, &["members", "at"]),
    ] })
}

fn kinds() -> Vec<&'static str> {
    ChannelKind::ALL.iter().map(|kind| kind.as_str()).collect()
}

/// The words of a setting.
fn about(key: &str) -> &'static str {
    keys::SETTINGS.iter().find(|(name, _)| *name == key).map_or("", |(_, words)| words)
}

/// A setting of a type of channel.
fn own(key: &str, secret: bool) -> Value {
    let schema = match key {
        "url" => def("url"),
        "headers" => json!({ "type": "object", "additionalProperties": def("setting") }),
        "body" => json!({ "type": ["object", "string", "number", "boolean", "array"] }),
        _ => def("setting"),
    };
    let example = if secret && key != "headers" { format!("{key}: {{ env: NAME }}") } else { String::new() };
    described(schema, about(key), &example)
}

fn url() -> Value {
    let one = json!({ "type": "string", "pattern": patterns::URL, "patternErrorMessage": "expected an address such as https://example.org/hook" });
    let item = json!({ "anyOf": [def("secret"), one] });
    json!({ "anyOf": [def("secret"), one, { "type": "array", "items": item }] })
}

/// A channel: a mapping whose type says what else it has, or a type that needs nothing else.
fn channel() -> Value {
    let bare: Vec<&str> = ChannelKind::ALL
        .iter()
        .filter(|kind| kind.settings().iter().all(|(_, need, _)| *need == SettingNeed::Optional))
        .map(|kind| kind.as_str())
        .collect();
    // The type decides: an editor then offers what that type has, and nothing else.
    let mut rules = Vec::new();
    for kind in ChannelKind::ALL {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for key in keys::CHANNEL.names {
            properties.insert((*key).into(), json!(true));
        }
        for (key, need, secret) in kind.settings() {
            properties.insert((*key).into(), own(key, *secret));
            if *need == SettingNeed::Required {
                required.push(*key);
            }
        }
        let mut then =
            json!({ "properties": properties, "required": required, "additionalProperties": false });
        if let instead @ [_, ..] = kind.instead_of_url() {
            // By a robot's address, or as an app.
            then["required"] = json!([]);
            then["anyOf"] = json!([{ "required": required }, { "required": instead }]);
        }
        rules.push(json!({
            "if": { "properties": { "type": { "const": kind.as_str() } }, "required": ["type"] },
            "then": then,
        }));
    }
    let mut schema = open(&keys::CHANNEL, &["type"]);
    schema["allOf"] = json!(rules);
    json!({ "anyOf": [{ "enum": bare }, schema] })
}

/// A channel of a group: what is not said is the playbook's.
fn group_channel() -> Value {
    let mut schema = table(&keys::CHANNEL, &[]);
    for kind in ChannelKind::ALL {
        for (key, _, secret) in kind.settings() {
            schema["properties"][*key] = own(key, *secret);
        }
    }
    json!({ "anyOf": [{ "enum": kinds() }, schema] })
}

fn secret() -> Value {
    let mut properties = Map::new();
    for (key, about) in keys::SECRET {
        properties.insert(key.into(), described(text(), about, ""));
    }
    json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1,
        "examples": [{ "env": "NAME" }],
    })
}

fn setting() -> Value {
    let item = json!({ "anyOf": [def("secret"), text()] });
    json!({ "anyOf": [def("secret"), text(), { "type": "array", "items": item }] })
}

fn sender() -> Value {
    let mut schema = table(&keys::SENDER, &["may"]);
    schema["oneOf"] = json!([{ "required": ["secret"] }, { "required": ["token"] }]);
    schema
}

fn role(required: &[&str]) -> Value {
    let names = super::values::value(keys::Is::Names);
    json!({ "anyOf": [names, table(&keys::ROLE, required)] })
}

fn person() -> Value {
    let mut schema = table(&keys::PERSON, &[]);
    for kind in kinds() {
        schema["properties"][kind] =
            described(text(), &format!("The id by which {kind} mentions this person."), "");
    }
    json!({ "anyOf": [{ "type": ["string", "number", "null"] }, schema] })
}

fn fields() -> Value {
    let field = json!({ "anyOf": [table(&keys::FIELD, &[]), { "type": ["string", "number", "boolean", "array", "null"] }] });
    json!({ "anyOf": [{ "type": "array", "items": text() }, { "type": "object", "additionalProperties": field }] })
}

/// What `group` gets, and beside it what other channels get.
fn budgets() -> Value {
    let mut schema = table(&keys::AMOUNTS, &[]);
    for (key, about) in keys::BUDGETS.each() {
        schema["properties"][key] = property(about);
    }
    schema
}

fn phase() -> Value {
    let mut schema = table(&keys::PHASE, &["name"]);
    schema["allOf"] = json!([{
        "not": {
            "properties": { "final": { "const": true } },
            "required": ["final"],
            "anyOf": [{ "required": ["until"] }, { "required": ["timeout"] }],
        },
        "errorMessage": "a final phase has no end",
    }]);
    schema
}
