//! What reaches a terminal is text: a member's name that carries escape sequences through every reading command.

use crate::help::playground::{Playground, eventually};

/// Clipboard, title, clear, a colour that the program never uses, carriage return, C1, override of direction, a space
/// without width, a line end, a tab.
const NAME: &str = "u\u{1b}]52;c;cHduZWQ=\u{7}\u{1b}]0;PWNED\u{7}\u{1b}[2J\u{1b}[35mred\rOVER\u{9b}2J\u{202e}moor\u{200b}\u{fdd3}x\n\tlast";

const FILE: &str = r#"
name: demo
timezone: Asia/Shanghai
people:
  zhu: { name: "Zhu\e]0;ROLE\a" }
roles: { host: { people: [zhu] } }
channels: { group: { type: console }, staff: { type: manual } }
plays:
  hello:
    title: "Hi\e[2J"
    on: member.joined
    steps:
      - task: "Look after ${raw_name}"
        to: host
      - post: "Hello ${signal.member} ${signal.data.name}"
      - approve: "Let ${signal.data.name} in?"
        to: host
  paste:
    on: member.joined
    steps:
      - post: "For ${signal.data.name}"
        to: staff
  broken:
    on: boom
    steps:
      - run: bad.rhai
        with: { t: "${signal.data.t}" }
"#;

/// Control characters that are left once line ends and the program's own colours are taken away.
fn controls(text: &str) -> Vec<String> {
    let mut rest = text.to_owned();
    for own in ["0", "1", "2", "31", "32", "33", "36", "91", "92", "94", "96"] {
        rest = rest.replace(&format!("\u{1b}[{own}m"), "");
    }
    rest.chars()
        .filter(|c| *c != '\n' && (c.is_control() || matches!(c, '\u{202e}' | '\u{200b}' | '\u{fdd3}')))
        .map(|c| format!("U+{:04X}", u32::from(c)))
        .collect()
}

#[test]
fn a_name_reaches_no_terminal_as_anything_but_text() {
    let file = FILE.replace("${raw_name}", "${signal.data.name}");
    let place = Playground::new()
        .file("demo.yaml", &file)
        .file("bad.rhai", "fn main(args) { throw \"no \" + args.t; }");
    let engine = place.start(&["--color", "always", "run", "demo.yaml"]);
    eventually("the engine", || place.run(&["status"]).code == Some(0));
    let data = serde_json::json!({ "name": NAME, "t": NAME }).to_string();
    let id = "u1\u{1b}]0;PWNED\u{7}";
    let _ = place.run(&["signal", "member.joined", "--member", id, "--data", &data]).exits(0);
    let _ = place.run(&["signal", "boom", "--data", &data]).exits(0);
    eventually("the failure", || place.run(&["runs"]).stdout.contains("failed"));
    eventually("the approval", || place.run(&["tasks"]).stdout.contains("approval"));

    for args in [
        &["members"][..],
        &["log"],
        &["log", "--all"],
        &["tasks"],
        &["runs"],
        &["outbox"],
        &["outbox", "--all"],
        &["status"],
        &["status", "--all"],
        &["why", "hello"],
        &["why", "broken"],
        &["plan", "demo.yaml", "--days", "3"],
        &["explain"],
        &["check", "demo.yaml"],
        &["handbook", "demo.yaml"],
        &["simulate", "demo.yaml", "--days", "3", "--from", "2026-12-01"],
        &["simulate", "demo.yaml", "--days", "3", "--from", "2026-12-01", "--verbose"],
        &["why", "hello\u{1b}]0;PWNED\u{7}"],
        &["start", "hello\u{1b}[2J"],
        &["done", "t\u{9b}2J"],
        &["cancel", "hello@\u{202e}x"],
        &["plan", "no\u{1b}[2J.yaml"],
        &["status", "--group", "no\u{1b}[2J"],
        &["check", "--wrong\u{1b}[2J"],
    ] {
        if args == ["status", "--all"] && !place.run(&["status", "--help"]).stdout.contains("--all") {
            continue;
        }
        for color in ["always", "never"] {
            let output = place.run(&[&["--color", color][..], args].concat());
            assert_eq!(controls(&output.stdout), [""; 0], "{args:?}: {:?}", output.stdout);
            assert_eq!(controls(&output.stderr), [""; 0], "{args:?}: {:?}", output.stderr);
            assert!(!output.stdout.contains("\u{1b}[35m") && output.code != Some(70), "{args:?}");
        }
    }
    for command in ["members", "log", "tasks", "runs", "outbox", "status"] {
        let output = place.run(&[command, "--format", "json"]).exits(0);
        assert_eq!(controls(&output.stdout), [""; 0], "{command}: {:?}", output.stdout);
        let _ = output.json_lines();
    }
    // Nothing is hidden either: it is shown as what it is.
    let members = place.run(&["members"]).exits(0).stdout;
    assert!(members.contains("␛]52;c;cHduZWQ=␇") && members.contains("<U+202E>moor<U+200B>"), "{members}");
    assert_eq!(members.lines().count(), 2, "{members}");
    let json = place.run(&["members", "--format", "json"]).exits(0).json_lines();
    assert_eq!(json[0]["name"], NAME);

    let ran = engine.stop().exits(0);
    assert_eq!(controls(&ran.stdout), [""; 0], "{:?}", ran.stdout);
    assert_eq!(controls(&ran.stderr), [""; 0], "{:?}", ran.stderr);
    assert!(ran.stdout.contains("␛]52;c;cHduZWQ=␇"), "{:?}", ran.stdout);
}

#[test]
fn a_hostile_file_is_shown_as_text_too() {
    let place = Playground::new()
        .file("a.yaml", "name: a\nplays:\n  x:\n    \"st\\e]0;PWNED\\aeps\": []\n  \"y\\e[2J\": 1\n")
        .file("b.yaml", "name: b\u{9b}\u{202e}\ntitle: [\u{202e}\n");
    for file in ["a.yaml", "b.yaml"] {
        for color in ["always", "never"] {
            let output = place.run(&["--color", color, "check", file]).exits(1);
            let text = output.stdout.replace("\u{1b}[", "").replace('\u{1b}', "ESC");
            assert!(
                !text.contains("ESC") && !output.stdout.contains(['\u{202e}', '\u{7}', '\u{9b}']),
                "{text}"
            );
            let ran = place.run(&["--color", color, "run", file]).exits(1);
            assert!(!ran.stderr.contains(['\u{202e}', '\u{7}', '\u{9b}']), "{}", ran.stderr);
            assert!(!ran.stderr.contains("\u{1b}]") && !ran.stderr.contains("\u{1b}[2J"), "{}", ran.stderr);
        }
    }
}

#[test]
fn the_listing_of_what_scripts_may_use_is_there_in_both_languages() {
    let place = Playground::new();
    let english = place.run(&["api"]).exits(0).stdout;
    let chinese = place.run(&["api", "--lang", "zh"]).exits(0).stdout;
    assert!(english.contains("members") && chinese.contains("members") && english != chinese);
    assert!(place.run(&["api", "--format", "rhai"]).exits(0).stdout.contains("fn "));
}
