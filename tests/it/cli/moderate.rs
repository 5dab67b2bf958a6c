//! Rules of the group at the command line: what `check` says of them, `test` tries, `why` explains and `simulate` lives
//! through.

use crate::help::{playground::Playground, story::Story};
use playbook::base::value::Value;

const RULES: &str = "\
name: story
timezone: Asia/Shanghai
people: { lin: { name: Lin }, zhu: { name: Zhu } }
roles: { host: { people: [lin] }, mediator: { people: [zhu] } }
channels: { group: { type: telegram, token: { env: T }, chat: '-100', hear: all } }
moderate:
  judge: mediator
  watch: no
  ads: { links: yes, match: 'member.age < days(14)', say: No ads here., do: [delete, warn, mute 1d],
    reject: [{ text: 'http://shop.example', member: { age: 1d } }], accept: [hello] }
  bargain: { words: [free money], do: [redirect], say: Ask Lin., reject: [FREE money], accept: [money] }
";

#[test]
fn check_says_what_is_read_and_that_it_is_not_kept() {
    let place = Playground::new().file("p.yaml", RULES);
    let out = place.run(&["check", "p.yaml"]).exits(0);
    let said = format!("{}{}", out.stdout, out.stderr);
    assert!(said.contains("reads what members write, because p.yaml:11 does"), "{said}");
    assert!(said.contains("keeps no message text but the first 160 characters of one that breaks a rule"));
    let without = RULES.lines().filter(|line| !line.contains("bargain")).collect::<Vec<_>>().join("\n");
    let out = Playground::new().file("p.yaml", &without).run(&["check", "p.yaml"]).exits(0);
    let said = format!("{}{}", out.stdout, out.stderr);
    assert!(said.contains("this playbook keeps no message text"), "links are counted by the ear: {said}");
}

#[test]
fn check_says_what_is_wrong_at_its_place() {
    let refused = |rule: &str, code: &str, line: u64| {
        let yaml = format!("name: p\ntimezone: UTC\nmoderate:\n  ads: {rule}\n");
        let place = Playground::new().file("p.yaml", &yaml);
        let lines = place.run(&["check", "p.yaml", "--format", "json"]).exits(1).json_lines();
        let found = lines.iter().any(|one| one["code"] == code && one["line"] == line);
        assert!(found, "{rule}: {lines:#?}");
    };
    refused("{ say: x }", "missing-key", 4);
    refused("{ words: [x] }", "missing-key", 4);
    refused("{ links: yes, say: x, do: [mute] }", "bad-value", 4);
    refused("{ links: yes, say: x, do: [ban] }", "bad-value", 4);
    refused("{ links: yes, say: x, kinds: sticker }", "unknown-key", 4);
    refused("{ kind: stickers, say: x }", "bad-value", 4);
    refused("{ max: 9000 per 1m, say: x }", "bad-value", 4);
    refused("{ links: yes, say: 'Hello ${member.name}' }", "expression", 4);
    refused("{ links: yes, say: x, do: [mute 1d] }", "missing-key", 4);
    let raid = "name: p\ntimezone: UTC\nmoderate:\n  raid: many\n";
    let _ = Playground::new().file("p.yaml", raid).run(&["check", "p.yaml"]).exits(1);
}

#[test]
fn test_tries_what_rules_have_to_catch_and_to_let_pass() {
    let place = Playground::new().file("p.yaml", RULES);
    let out = place.run(&["test", "p.yaml"]).exits(0);
    assert!(out.stdout.contains("ok   p.yaml: 4 expectations"), "{}", out.stdout);
    // A folder is searched for them, too.
    let _ = place.run(&["test"]).exits(0);
    place.write("p.yaml", &RULES.replace("accept: [money]", "accept: [free money]"));
    let out = place.run(&["test", "p.yaml"]).exits(1);
    assert!(
        out.stdout.contains("p.yaml:11") && out.stdout.contains("`bargain` lets pass “free money”"),
        "{}",
        out.stdout
    );
    assert!(out.stdout.contains("it is caught"), "{}", out.stdout);
}

#[test]
fn why_explains_to_a_member_what_counts_against_them() {
    let yaml = RULES.lines().skip(2).collect::<Vec<_>>().join("\n");
    let mut story = Story::new("2026-12-01 09:00", &yaml);
    story.join("telegram:7", "Ben");
    let message = [
        ("kind", Value::str("text")),
        ("text", Value::str("cheap: http://shop.example/1")),
        ("id", Value::str("1")),
    ];
    story.signal("message", Some("telegram:7"), Value::map([("message", Value::map(message))]));
    let place = Playground::new().file(".playbook/a", "");
    story.store(&place.path(".playbook"));
    let machine = playbook::base::time::Timestamp::from_jiff(jiff::Timestamp::now());
    let moved = story.state.clock.since(machine).as_millis() - 1_000;
    place.write("clock", &format!("{moved} {moved}"));
    let clock = place.path("clock").display().to_string();
    let place = place.env("PLAYBOOK_CLOCK", &clock);
    for who in ["telegram:7", "Ben"] {
        let said = place.run(&["why", who]).exits(0).stdout;
        assert!(said.starts_with("1 strike counts against Ben"), "{said}");
        assert!(
            said.contains("ads, 09:00: “cheap: http://shop.example/1”; warn; it counts until 12-31 09:00"),
            "{said}"
        );
        assert!(
            said.contains("No ads here.") && said.contains("playbook signal appeal --member telegram:7"),
            "{said}"
        );
        assert!(said.contains("breaks ads, strike 1: warn"), "the entry of the journal: {said}");
    }
    let lines = place.run(&["why", "moderate/ads", "--format", "json"]).exits(0).json_lines();
    assert_eq!((&lines[0]["verdict"], &lines[0]["step"]), (&"will_happen".into(), &"ads".into()));
    let said = place.run(&["why", "moderate/ads"]).exits(0).stdout;
    assert!(said.contains("ads acts") && said.contains("delete, warn, mute 1d"), "{said}");
    let log = place.run(&["log"]).exits(0).stdout;
    assert!(log.contains("breaks ads"), "{log}");
}

#[test]
fn a_simulated_group_with_rules_has_somebody_who_advertises() {
    let place = Playground::new().file("p.yaml", RULES);
    let args =
        ["simulate", "p.yaml", "--days", "30", "--seed", "3", "--from", "2026-12-01", "--format", "json"];
    let out = place.run(&args).exits(0).stdout;
    let caught = out.lines().filter(|line| line.contains("\"moderated\":\"broken\"")).count();
    assert!(caught > 5, "{caught}");
    assert!(out.contains("https://shop.example/x"), "the judge is shown what was written");
    let book = place.run(&["handbook", "p.yaml"]).exits(0).stdout;
    assert!(book.contains("What follows a breach") && book.contains("**ads**: No ads here."), "{book}");
}
