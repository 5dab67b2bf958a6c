//! The schema for editors: it agrees with the compiler about every file of the corpus and of the shelf, and editors
//! get completion, hover and checks from it.
//!
//! Three judges besides the compiler: a validator in Rust, ajv, and the YAML language server itself.

use crate::{help::judge, house::shelf::folder};
use playbook::{
    base::source::MemoryFolder,
    lang::{compile, schema},
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

/// Codes of flaws that one place of a file shows: a schema can see these.
const STRUCTURAL: [&str; 9] = [
    "unknown-key",
    "missing-key",
    "wrong-kind",
    "one-verb",
    "two-triggers",
    "bad-value",
    "bad-schedule",
    "dollar-in-expression",
    "no-steps",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn schema_path() -> PathBuf {
    root().join("docs/playbook.schema.json")
}

/// A file, and the codes of the errors that the compiler finds in its YAML.
struct Case {
    path: PathBuf,
    text: String,
    errors: Vec<&'static str>,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let shared = folder(&root().join("tests/language/files"));
    for kind in ["tests/language/valid", "tests/language/invalid"] {
        add(&root().join(kind), &shared, &mut cases);
    }
    add(&root().join("playbooks"), &folder(&root().join("playbooks")), &mut cases);
    for entry in std::fs::read_dir(root().join("examples")).unwrap() {
        let dir = entry.unwrap().path();
        if dir.is_dir() {
            add(&dir, &folder(&dir), &mut cases);
        }
    }
    cases.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(cases.len() > 60, "{} files", cases.len());
    cases
}

fn add(dir: &Path, shared: &MemoryFolder, cases: &mut Vec<Case>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "yaml") {
            continue;
        }
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name.ends_with(".test.yaml") {
            continue;
        }
        // Bytes that are no UTF-8 are no YAML.
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let mut files = shared.clone();
        files.0.insert(name.clone(), Arc::from(text.as_str()));
        let compiled = compile(&files, &name);
        let errors = compiled
            .report
            .diagnostics
            .iter()
            .filter(|found| found.severity == playbook::base::diagnostic::Severity::Error)
            .filter(|found| found.span.is_none_or(|span| span.source.0 == 0))
            .map(|found| found.code)
            .collect();
        cases.push(Case { path, text, errors });
    }
}

/// What a file has to be by the schema; none where only the compiler can know, or where it is no YAML.
fn wanted(case: &Case) -> Option<bool> {
    if case.errors.iter().any(|code| code.starts_with("yaml-") || *code == "duplicate-key") {
        return None;
    }
    // A column of a data file, an order of numbers, what another play is: no pattern sees these.
    let beyond = [
        "dates-file-column.yaml",
        "cron-range.yaml",
        "cron-step.yaml",
        "every-tiny.yaml",
        "start-about-nothing.yaml",
    ];
    if beyond.iter().any(|name| case.path.ends_with(name)) {
        return None;
    }
    if case.errors.is_empty() {
        // Only warnings, or errors of other files.
        return Some(true);
    }
    case.errors.iter().any(|code| STRUCTURAL.contains(code)).then_some(false)
}

#[test]
fn the_schema_and_the_compiler_agree() {
    let schema = schema::schema();
    let validator = jsonschema::draft202012::new(&schema).expect("a schema of draft 2020-12");
    let mut wrong = String::new();
    let mut seen = BTreeMap::new();
    // YAML 1.2: `yes` is a word.
    let plain = serde_saphyr::options! { strict_booleans: true };
    for case in cases() {
        let Some(wanted) = wanted(&case) else { continue };
        let Ok(instance) = serde_saphyr::from_str_with_options::<Value>(&case.text, plain.clone()) else {
            continue;
        };
        *seen.entry(wanted).or_insert(0) += 1;
        let problems: Vec<String> = validator
            .iter_errors(&instance)
            .map(|error| format!("  at {}: {error}", error.instance_path()))
            .map(|text| text.chars().take(300).collect())
            .collect();
        if problems.is_empty() != wanted {
            let verdict = if wanted { "is refused" } else { "is accepted" };
            let _ = writeln!(
                wrong,
                "{} {verdict} by the schema; compiler: {:?}\n{}",
                case.path.display(),
                case.errors,
                problems.join("\n")
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(seen[&true] > 25 && seen[&false] > 12, "{seen:?}");
}

#[test]
fn every_word_of_a_closed_list_is_taken_by_the_compiler() {
    let play = |line: &str, step: &str| {
        let text = format!(
            "name: a\ntimezone: UTC\nchannels: {{ group: console }}\nplays:\n  p:\n    {line}\n    steps:\n      - {step}\n"
        );
        compile(&MemoryFolder([("a.yaml".to_owned(), Arc::from(text))].into()), "a.yaml").playbook.is_some()
    };
    let schema = schema::schema();
    let words = |key: &str| -> Vec<String> {
        let known = &schema["$defs"]["play"]["properties"][key];
        // A label may be one of the playbook's own, too.
        let list =
            known["enum"].as_array().or_else(|| known["anyOf"][0]["enum"].as_array()).expect("an enum");
        list.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    for key in ["catch_up", "overlap", "label"] {
        assert!(words(key).len() >= 3);
        for word in words(key) {
            assert!(play(&format!("{key}: {word}"), "post: x"), "{key}: {word}");
        }
        assert!(!play(&format!("{key}: other"), "post: x"), "{key}: other");
    }
    for word in schema["$defs"]["channelType"]["enum"].as_array().unwrap() {
        assert!(playbook::model::channel::ChannelKind::parse(word.as_str().unwrap()).is_some());
    }
    for signal in schema["$defs"]["play"]["properties"]["on"]["anyOf"][0]["enum"].as_array().unwrap() {
        assert!(play(&format!("on: {}", signal.as_str().unwrap()), "post: x"), "{signal}");
    }
}

#[test]
fn one_line_values_are_read_by_both_alike() {
    let schema = schema::schema();
    let fits = |name: &str, text: &str| {
        let definition = serde_json::json!({ "$ref": format!("#/$defs/{name}"), "$defs": schema["$defs"] });
        jsonschema::draft202012::is_valid(&definition, &Value::String(text.into()))
    };
    let compiles = |line: &str, text: &str| {
        let text = line.replace('?', &format!("\"{text}\""));
        let text = format!("name: a\ntimezone: Asia/Shanghai\n{text}");
        compile(&MemoryFolder([("a.yaml".to_owned(), Arc::from(text))].into()), "a.yaml").playbook.is_some()
    };
    let play = "plays:\n  p:\n    K: ?\n    steps: [{ post: x }]\n";
    let at = "plays:\n  p:\n    every: day at 08:00\n    steps: [{ post: x, at: ? }]\n";
    let cases: [(&str, String, &[&str]); 9] = [
        (
            "schedule",
            play.replace('K', "every"),
            &[
                "10s",
                "1h30m",
                "90 minutes",
                "day at 08:30",
                "Day at 8:30, 20:00",
                "2 days at 09:00",
                "weekday at 09:00",
                "weekend at 10:00",
                "workday at 07:30",
                "fridays at 20:00:30",
                "mon, wed at 07:30",
                "monday and wednesday at 07:30",
                "fri-mon at 07:30",
                "2 weeks on sunday at 19:00",
                "month on 15th and 1st at 10:00",
                "month on first day at 10:00",
                "month on last friday at 19:00",
                "month on 2nd tuesday at 19:00",
                "3 months on 31 at 10:00",
                "year on 2-29, 01-01 at 20:00",
                "day 8:30",
                "friday",
                "day at 24:00",
                "2 weeks at 19:00",
                "month on 32 at 10:00",
                "month on second at 10:00",
                "1d",
                "2 weeks",
                "whenever at 8:30",
                "",
                "2 fridays at 10:00",
            ],
        ),
        (
            "cron",
            play.replace('K', "cron"),
            &[
                "30 20 * * 3",
                "*/5 * * * *",
                "0 9 1 jan,feb mon-fri",
                "0 30 20 * * 3",
                "@daily",
                "* * * *",
                "a",
                "@x",
            ],
        ),
        (
            "duration",
            play.replace('K', "every: day at 08:00\n    max_late"),
            &["0m", "10m", "1h 30m", "7 days", "10", "m", "1x", "-5m"],
        ),
        ("positiveDuration", play.replace('K', "timeout"), &["10m", "1w", "0m", "x"]),
        (
            "moment",
            play.replace('K', "every: day at 08:00\n    from"),
            &[
                "2026-12-11",
                "2026/1/5 8:00",
                "2026-12-11T20:00:00.5+08:00",
                "2026-12-11 20:00Z",
                "12-11",
                "2026-12-11 25:00",
            ],
        ),
        (
            "offset",
            at.to_owned(),
            &["-3h", "+20m", "-7d 10:00", "+1d 20:00", "+0d 09:00", "0m", "10:00", "x", "-3"],
        ),
        (
            "quota",
            "budgets:\n  posts: ?\n".to_owned(),
            &["6 per day", "2 per 12h", "6perday", "6", "per day", "6 per"],
        ),
        ("share", "budgets:\n  promo: { max: ? }\n".to_owned(), &["20% per 30d", "20 per 30d", "20%"]),
        (
            "quiet",
            "budgets:\n  quiet: ?\n".to_owned(),
            &["22:30-08:00", "22:30 – 8:00", "22:30\u{ff0d}08:00", "22\u{ff1a}30-08:00", "22-8", "night"],
        ),
    ];
    let mut wrong = Vec::new();
    for (name, line, texts) in &cases {
        for text in *texts {
            let (schema, compiler) = (fits(name, text), compiles(line, text));
            if schema != compiler {
                wrong.push(format!("{name} `{text}`: schema {schema}, compiler {compiler}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_schema_beside_the_documentation_is_what_the_program_prints() {
    let output = Command::new(env!("CARGO_BIN_EXE_playbook")).arg("schema").output().unwrap();
    assert!(output.status.success());
    let printed = String::from_utf8(output.stdout).unwrap();
    if std::env::var("UPDATE_EXPECT").is_ok() {
        std::fs::write(schema_path(), &printed).unwrap();
    }
    assert!(
        std::fs::read_to_string(schema_path()).unwrap_or_default() == printed,
        "docs/playbook.schema.json differs; write it anew with UPDATE_EXPECT=1"
    );
    let schema: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["$id"], "urn:playbook:schema:1");
}

#[test]
fn every_example_names_the_schema_in_its_first_line() {
    let yardstick = root().join("examples/community/community.yaml");
    let mut seen = 0;
    for case in cases().iter().filter(|case| case.path.starts_with(root().join("examples"))) {
        // The yardstick is kept to the byte.
        if case.path == yardstick {
            continue;
        }
        seen += 1;
        assert_eq!(
            case.text.lines().next(),
            Some("# yaml-language-server: $schema=../../docs/playbook.schema.json"),
            "{}",
            case.path.display()
        );
    }
    assert!(seen >= 6, "{seen}");
}

#[test]
fn ajv_says_the_same() {
    let Some(home) = judge::node() else { return };
    let list: Vec<(String, bool)> = cases()
        .iter()
        // Its YAML reader takes a second byte order mark for a part of the first key.
        .filter(|case| !case.path.ends_with("yaml-bom-twice.yaml"))
        .filter_map(|case| wanted(case).map(|wanted| (case.path.to_string_lossy().into_owned(), wanted)))
        .collect();
    let output = Command::new("node")
        .arg(root().join("tests/judges/schema.cjs"))
        .arg(&home)
        .arg(schema_path())
        .arg(serde_json::to_string(&list).unwrap())
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{stdout}{}", String::from_utf8_lossy(&output.stderr));
    assert!(stdout.contains(&format!("{} files", list.len())), "{stdout}");
}

#[test]
fn an_editor_completes_explains_and_checks() {
    let Some(home) = judge::node() else { return };
    let output = Command::new("node")
        .arg(root().join("tests/judges/editor.cjs"))
        .arg(&home)
        .arg(schema_path())
        .arg(root().join("examples/community/community.yaml"))
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{stdout}{}", String::from_utf8_lossy(&output.stderr));
    let said: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(said["yardstick"], serde_json::json!([]));
    let labels = |place: &str| -> Vec<String> {
        said[place].as_array().unwrap().iter().map(|label| label.as_str().unwrap().to_owned()).collect()
    };
    for (place, expected) in [
        ("top", &["plays", "channels", "timezone", "budgets"][..]),
        ("play", &["every", "cron", "dates", "on", "max_late", "steps"]),
        ("step", &["post", "run", "task", "approve", "ask", "wait", "if", "each", "prune", "stop"]),
        ("post", &["to", "label", "mention", "expires"]),
        ("label", &["content", "notice", "social", "promo"]),
        ("signal", &["member.joined", "group.created"]),
        ("type", &["wecom", "telegram", "manual"]),
        ("wecom", &["url", "rate"]),
    ] {
        let found = labels(place);
        for word in expected {
            assert!(found.iter().any(|label| label == word), "{place} lacks {word}: {found:?}");
        }
    }
    assert!(!labels("wecom").iter().any(|label| label == "encrypt_key"), "{:?}", labels("wecom"));
    assert!(!labels("post").iter().any(|label| label == "cron"), "{:?}", labels("post"));
    let hover = said["hover"].as_str().unwrap();
    assert!(hover.contains("How late a step may be before it is missed"), "{hover}");
    assert!(hover.contains("max_late: 30m"), "{hover}");
    let broken = labels("broken");
    assert_eq!(broken.len(), 3, "{broken:?}");
}
