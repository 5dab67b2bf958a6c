//! The doctor: a world that causes each finding and one that must not, thresholds, the scorecard, the page.

use crate::{help::story::Story, house::tidy::files};
use playbook::{
    base::{
        locale::Locale, metric::MetricUnit, source::MemoryFolder, threshold::THRESHOLDS, time::Duration,
        value::Value,
    },
    engine::{
        doctor::{AILMENTS, Chart, Diagnosis, Grade, diagnose, in_file, score, unjudged},
        input::Command,
    },
    lang,
};
use std::{collections::BTreeSet, fmt::Write as _, path::PathBuf, process::Command as Process, sync::Arc};

const BARE: &str = "
people: { zhu: { name: 小朱 } }
roles: { host: { people: [zhu] } }
channels: { group: { type: console } }
plays:
  ad: { steps: [{ post: 八折, label: promo }] }
  news: { steps: [{ post: 早报, label: content }] }
  work: { steps: [{ task: 订场地, to: host, due: 4h }] }
";

pub(crate) fn group(extra: &str) -> Story {
    Story::new("2026-11-30 09:00", &format!("{extra}{BARE}"))
}

/// The same with another host.
pub(crate) fn group_of(host: &str) -> Story {
    Story::new("2026-11-30 09:00", &BARE.replace("{ people: [zhu] }", host))
}

fn chart(story: &Story) -> Chart {
    let described = story.playbook.groups.values().next().expect("a group");
    Chart::of(&story.state, &story.playbook, described, story.now)
}

fn diagnoses(story: &Story) -> Vec<Diagnosis> {
    diagnose(&chart(story), &story.playbook)
}

pub(crate) fn found(story: &Story) -> BTreeSet<&'static str> {
    diagnoses(story).iter().map(|one| one.ailment.name).collect()
}

/// What tells of one finding, in words.
pub(crate) fn told(story: &Story, name: &str) -> Vec<String> {
    let found = diagnoses(story).into_iter().filter(|one| one.ailment.name == name);
    found.flat_map(|one| one.evidence).map(|evidence| evidence.says.en).collect()
}

fn open(story: &Story) -> BTreeSet<&'static str> {
    unjudged(&chart(story), &story.playbook).iter().map(|one| one.ailment.name).collect()
}

pub(crate) fn join(story: &mut Story, who: &str, parts: &[(&'static str, Value)]) {
    story.signal("member.joined", Some(who), Value::map(parts.to_vec()));
}

/// So many members, `m0` and so on, and an owner.
pub(crate) fn people(story: &mut Story, n: usize) {
    join(story, "owner", &[("role", Value::str("owner"))]);
    for i in 0..n {
        join(story, &format!("m{i}"), &[]);
    }
}

pub(crate) fn say(story: &mut Story, who: &str, times: usize) {
    for _ in 0..times {
        story.signal("message", Some(who), Value::Null);
    }
}

fn reply(story: &mut Story, who: &str, to: &str) {
    let to = Value::map([("member", Value::str(to))]);
    story.signal("message", Some(who), Value::map([("message", Value::map([("reply_to", to)]))]));
}

/// The same time, so many days later.
pub(crate) fn later(story: &mut Story, days: i64) {
    let end = story.now.plus(Duration::DAY.times(days));
    let shown = story.playbook.zone.civil(end).strftime("%Y-%m-%d %H:%M").to_string();
    story.until(&shown);
}

/// A week in which each of twenty members talks with another, and the owner looks after them.
fn lively(story: &mut Story) {
    people(story, 20);
    for day in 0..7 {
        for i in 0..20 {
            reply(story, &format!("m{i}"), &format!("m{}", (i + day + 1) % 20));
        }
        say(story, "owner", 1);
        later(story, 1);
    }
    say(story, "owner", 1);
}

#[test]
fn a_prescribed_play_that_the_file_has_is_changed_and_not_brought_again() {
    let yaml = format!(
        "{BARE}  first-word: {{ every: monday at 09:00, steps: [{{ post: x }}] }}\n  games-digest: {{ every: monday at 10:00, enabled: false, steps: [{{ post: x }}] }}\n  undigest: {{ every: monday at 11:00, steps: [{{ post: x }}] }}\n  go-review: {{ on: go, steps: [{{ post: x }}] }}\n"
    );
    let mut story = Story::new("2026-12-01 09:00", &yaml);
    let says = |story: &Story, rule: &str| -> Vec<(String, String)> {
        let ailment = AILMENTS.iter().find(|one| one.name == rule).expect("a rule");
        let known = in_file(ailment, &story.playbook, &story.state);
        known.into_iter().map(|one| (one.play.to_string(), one.says.en)).collect()
    };
    let of = says(&story, "lurkers");
    assert_eq!(of.len(), 1, "`prune` is not there: {of:?}");
    assert!(of[0].1.contains("has never started: `playbook why first-word`"), "{of:?}");
    story.until("2026-12-08 09:00");
    assert!(says(&story, "lurkers")[0].1.contains("ask more of them each time"));
    let of = says(&story, "flood");
    assert!(of.len() == 1 && of[0].0 == "games-digest" && of[0].1.contains("switched off"), "{of:?}");
    assert_eq!(says(&story, "too_strict")[0].0, "go-review");
    story.command(Command::Pause { play: Some("first-word".into()), by: None, caretaker: None, until: None });
    assert!(says(&story, "lurkers")[0].1.contains("`playbook resume first-word`"));
}

#[test]
fn a_lively_group_has_nothing() {
    let mut story = group("charter: { audience: [readers], not_for: [sellers] }\n");
    lively(&mut story);
    assert_eq!(found(&story), BTreeSet::new());
}

#[test]
fn a_charter_that_does_not_say_for_whom_and_newcomers_who_leave_are_an_unclear_topic() {
    let mut story = group("charter: { purpose: reading }\n");
    lively(&mut story);
    let all = diagnoses(&story);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].ailment.name, "unclear_topic");
    assert!(all[0].evidence[0].says.en.contains("`audience` and `not_for`"), "{:?}", all[0].evidence);
    assert!(!all[0].unknown.is_empty());

    let mut story = group("");
    lively(&mut story);
    for i in 0..6 {
        story.signal("member.left", Some(&format!("m{i}")), Value::Null);
    }
    assert!(found(&story).is_empty(), "6 of 21 are less than 30%");
    story.signal("member.left", Some("m6"), Value::Null);
    let all = diagnoses(&story);
    let says = &all[0].evidence[0];
    assert_eq!((all[0].ailment.name, says.of, says.limit), ("unclear_topic", Some(21), Some(0.3)));
    assert!(says.says.en.contains("33.3%") && says.says.zh.contains("33.3%"), "{says:?}");
}

#[test]
fn nobody_looks_after_a_group_when_two_working_days_or_three_tasks_passed() {
    // Monday the 7th.
    let mut story = group("");
    lively(&mut story);
    later(&mut story, 1);
    assert!(!found(&story).contains("unattended"));
    later(&mut story, 1);
    assert!(found(&story).contains("unattended"), "48 hours");

    // From Friday evening to Monday morning nobody works.
    let mut story = group("");
    lively(&mut story);
    story.until("2026-12-11 18:00");
    say(&mut story, "owner", 1);
    story.until("2026-12-14 09:00");
    assert!(!found(&story).contains("unattended"));

    // The night of a role with hours is nobody's: a day of it is as long as its hours.
    let of_role = |until: &str| {
        let host = BARE.replace("{ people: [zhu] }", "{ people: [zhu], hours: 08:00-20:00 }");
        let mut story = Story::new("2026-11-30 09:00", &format!("doctor: {{ unattended: 30h }}{host}"));
        lively(&mut story);
        story.until("2026-12-14 20:00");
        say(&mut story, "owner", 1);
        story.until(until);
        found(&story).contains("unattended")
    };
    assert!(!of_role("2026-12-16 08:00"), "36 hours, of which 12 are theirs");
    assert!(of_role("2026-12-16 11:30"));

    let three = || {
        let mut story = group("");
        lively(&mut story);
        for _ in 0..3 {
            story.start("work");
        }
        story
    };
    let done = |story: &mut Story, by: &str| {
        let open: Vec<_> = story.state.tasks.keys().cloned().collect();
        for task in open {
            story.command(Command::Done { task, by: Some(by.into()), note: Value::Null });
        }
    };
    // What is done on the next day is late, and not what nobody did.
    let mut story = three();
    later(&mut story, 1);
    say(&mut story, "owner", 1);
    assert!(!found(&story).contains("unattended"));
    done(&mut story, "小朱");
    let duties = story.state.numbers.open.duties["person zhu"];
    assert_eq!((duties.late, duties.missed), (3, 0), "a name is the person's");
    let mut story = three();
    for _ in 0..2 {
        later(&mut story, 1);
        say(&mut story, "owner", 1);
    }
    assert!(found(&story).contains("unattended"), "three tasks were missed");
    assert_eq!(story.state.numbers.closed.back().expect("a day").duties["person zhu"].missed, 3);
    done(&mut story, "zhu");
    assert_eq!(story.state.numbers.open.late, 0, "counted once");
    let mut story = group("");
    lively(&mut story);
    for _ in 0..3 {
        story.start("work");
    }
    let open: Vec<_> = story.state.tasks.keys().cloned().collect();
    for task in open {
        story.command(Command::Done { task, by: Some("zhu".into()), note: Value::Null });
    }
    later(&mut story, 1);
    assert!(!found(&story).contains("unattended"));
}

#[test]
fn an_owner_who_says_most_holds_a_monologue_unless_that_is_what_the_group_is_for() {
    let tale = |extra: &str, members: usize, owner: usize| {
        let mut story = group(extra);
        people(&mut story, members);
        say(&mut story, "owner", owner);
        for i in 0..15 {
            say(&mut story, &format!("m{i}"), 1);
        }
        found(&story).contains("monologue")
    };
    assert!(tale("", 50, 20));
    assert!(!tale("", 48, 20), "49 members with the owner");
    assert!(!tale("", 50, 14));
    assert!(!tale("doctor: { monologue: 60% }\n", 50, 20), "20 of 35 are less than 60%");
    assert!(!tale("groups: { story: { kind: class } }\n", 50, 20));
}

#[test]
fn a_talk_that_hangs_on_one_or_two_is_told() {
    let tale = |one: usize| {
        let mut story = group("");
        people(&mut story, 16);
        for i in 0..15 {
            say(&mut story, &format!("m{i}"), 2);
        }
        say(&mut story, "m15", one);
        found(&story).contains("few_voices")
    };
    assert!(tale(15), "a third");
    assert!(!tale(5));
}

#[test]
fn members_who_only_speak_with_the_owner_are_strangers() {
    let tale = |to: &str| {
        let mut story = group("");
        people(&mut story, 12);
        for i in 0..12 {
            for _ in 0..2 {
                reply(
                    &mut story,
                    &format!("m{i}"),
                    if to == "owner" { to.to_owned() } else { format!("m{}", (i + 1) % 12) }.as_str(),
                );
            }
        }
        (found(&story).contains("strangers"), open(&story).contains("strangers"))
    };
    assert_eq!(tale("owner"), (true, false));
    assert_eq!(tale("others"), (false, false));
    // Where no reply is ever heard, nobody knows.
    let mut story = group("");
    people(&mut story, 12);
    say(&mut story, "m1", 30);
    assert!(!found(&story).contains("strangers") && open(&story).contains("strangers"));
}

#[test]
fn a_group_in_which_nobody_speaks_is_dying_but_not_while_it_is_gathered() {
    let mut story = group("");
    lively(&mut story);
    later(&mut story, 13);
    assert!(!found(&story).contains("dying"));
    later(&mut story, 1);
    assert!(found(&story).contains("dying"), "14 days");
    let mut story = group("phases: [seed, grow]\n");
    lively(&mut story);
    later(&mut story, 30);
    assert_eq!(found(&story), BTreeSet::new(), "in the seed phase");
    let mut story = group("doctor: { dying: 30d }\n");
    lively(&mut story);
    later(&mut story, 13);
    assert!(!found(&story).contains("dying"));
    later(&mut story, 2);
    assert!(found(&story).contains("dying"), "three weeks old, and fewer than three speak");
}

#[test]
fn what_nobody_hears_is_no_sign_and_is_said() {
    let deaf = BARE.replace("type: console", "type: wecom, url: { env: ROBOT }");
    let mut story = Story::new("2026-11-30 09:00", &deaf);
    later(&mut story, 40);
    assert_eq!(found(&story), BTreeSet::new());
    let open = open(&story);
    for name in ["unclear_topic", "unattended", "bot_talk", "few_voices", "strangers", "dying", "flood"] {
        assert!(open.contains(name), "{name}: {open:?}");
    }
    let marks = score(&chart(&story), &story.playbook);
    let of = |name: &str| marks.iter().find(|one| one.name == name).map(|one| one.grade);
    assert_eq!(of("participation"), Some(Grade::Unknown));
    assert_eq!((of("rules"), of("team")), (Some(Grade::Not), Some(Grade::Not)));
}

#[test]
fn the_scorecard_says_what_is_met() {
    let extra = "
charter: { purpose: reading, audience: [readers], not_for: [sellers], horizon: two years }
rules: { encourage: [excerpts], forbid: [advertising] }
";
    let yaml = format!(
        "{extra}{}\n  paper:\n    every: day at 08:00\n    steps: [{{ ask: 读到哪里了？, options: [前半, 后半] }}]\n",
        BARE.trim_end()
            .replace("people: [zhu]", "people: [zhu, lin]")
            .replace("people: { zhu", "people: { lin: { name: 小林 }, zhu")
    );
    let mut story = Story::new("2026-11-30 09:00", &yaml);
    lively(&mut story);
    let marks = score(&chart(&story), &story.playbook);
    for one in &marks {
        assert_eq!(one.grade, Grade::Met, "{}: {}", one.name, one.line.en);
        assert!(!one.line.zh.is_empty());
    }
    assert_eq!(marks.len(), 8);
}

#[test]
fn a_threshold_that_is_none_is_refused_with_the_one_that_was_meant() {
    let compile = |line: &str| {
        let mut folder = MemoryFolder::default();
        let text =
            format!("name: x\ndoctor: {{ {line} }}\nplays:\n  a: {{ on: tick, steps: [{{ post: a }}] }}\n");
        folder.0.insert("p.yaml".into(), Arc::from(text));
        let compiled = lang::compile(&folder, "p.yaml");
        let all: Vec<String> = compiled
            .report
            .diagnostics
            .iter()
            .map(|one| format!("{} {:?}", one.message.en, one.help))
            .collect();
        (compiled.playbook.map(|playbook| playbook.doctor.clone()), all.join("\n"))
    };
    let (none, said) = compile("monolog: 60%");
    assert!(none.is_none() && said.contains("monologue"), "{said}");
    for wrong in ["monologue: 0.6", "monologue: 120%", "dying: 21", "flood: many", "flood: 0"] {
        assert!(compile(wrong).0.is_none(), "{wrong}");
    }
    let own = compile("monologue: 60%, dying: 36h, flood: 3000").0.expect("it compiles");
    assert_eq!((own.get("monologue"), own.get("dying"), own.get("flood")), (0.6, 1.5, 3000.0));
}

/// What is shipped in one language, with the scripts and tables beside it.
/// `doctor: { NAME: … }` for every name, and every name in a rule.
#[test]
fn every_threshold_is_set_by_its_key_and_read_by_a_rule() {
    let rules: String = files("src/engine/doctor", ".rs")
        .into_iter()
        .filter(|(path, _)| !path.ends_with("table.rs"))
        .map(|(_, text)| text)
        .collect();
    for threshold in &THRESHOLDS {
        let (written, meant) = match threshold.unit {
            MetricUnit::Share => ("37%", 0.37),
            MetricUnit::Days => ("5d", 5.0),
            _ => ("7", 7.0),
        };
        let name = threshold.name;
        let set = Story::new("2026-12-01 08:00", &format!("doctor: {{ {name}: {written} }}\n{BARE}"));
        assert!((set.playbook.doctor.get(name) - meant).abs() < 1e-9, "{name}");
        assert!(rules.contains(&format!("\"{name}\"")), "no rule reads {name}");
    }
}

fn shelf(language: Locale) -> MemoryFolder {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let own = root.join(language.pick("playbooks/en", "playbooks"));
    let mut shipped = MemoryFolder::default();
    for (at, under) in [(&own, ""), (&root, "scripts"), (&own, "data"), (&own, "data/lists")] {
        for entry in std::fs::read_dir(at.join(under)).expect("a folder").flatten() {
            let name = entry.file_name().into_string().expect("a name");
            let path = if under.is_empty() { name } else { format!("{under}/{name}") };
            if let Ok(text) = std::fs::read_to_string(entry.path()) {
                shipped.0.insert(path, Arc::from(text));
            }
        }
    }
    shipped
}

#[test]
fn what_is_prescribed_ships_with_the_program_and_comes_with_the_lines() {
    let mut files = BTreeSet::new();
    for language in [Locale::En, Locale::Zh] {
        let shipped = shelf(language);
        for ailment in &AILMENTS {
            let lines = ailment.lines.of(language);
            let mut text = String::from(
                "name: x\ntimezone: Asia/Shanghai\npeople: { owner: { name: O }, lin: { name: L } }\n",
            );
            if !lines.contains("roles:") {
                text.push_str("roles: { host: { people: [owner] } }\n");
            }
            if !lines.contains("plays:") {
                text.push_str("plays: { a: { on: tick, steps: [{ post: a }] } }\n");
            }
            let mut folder = shipped.clone();
            folder.0.insert("p.yaml".into(), Arc::from(format!("{text}{lines}")));
            let compiled = lang::compile(&folder, "p.yaml");
            let errors: Vec<String> = compiled
                .report
                .diagnostics
                .iter()
                .filter(|one| one.severity == playbook::base::diagnostic::Severity::Error)
                .map(|one| one.message.en.clone())
                .collect();
            let Some(playbook) = compiled.playbook else { panic!("{}: {errors:?}\n{lines}", ailment.name) };
            for play in ailment.plays {
                let (file, play) = play.split_once('/').expect("a playbook and a play");
                assert!(
                    lines.contains(&format!("playbook: {file}.yaml")),
                    "{}: the lines bring {file} along",
                    ailment.name
                );
                let ships = playbook.plays.iter().any(|one| one.name.as_str().ends_with(play));
                assert!(ships, "{}: {file}/{play} in {:?}", ailment.name, language);
                files.insert(file);
            }
            assert!(!ailment.plays.is_empty(), "{} has a play", ailment.name);
            assert!(
                THRESHOLDS.iter().any(|one| one.name == ailment.name),
                "{} has a threshold",
                ailment.name
            );
        }
    }
    // Whoever is told of it gets it, in either language.
    let dir = tempfile::tempdir().expect("a folder");
    for (file, language) in files.iter().flat_map(|file| [(file, "en"), (file, "zh")]) {
        let new = Process::new(env!("CARGO_BIN_EXE_playbook"))
            .args(["new", file, &format!("{file}-{language}"), "--lang", language])
            .current_dir(dir.path())
            .output()
            .expect("it runs");
        assert!(new.status.success(), "playbook new {file}: {}", String::from_utf8_lossy(&new.stderr));
        let text = std::fs::read_to_string(dir.path().join(format!("{file}-{language}/{file}.yaml")));
        let own = if language == "en" { "locale: en" } else { "locale: zh" };
        assert!(text.expect("a file").contains(own), "{file} in {language}");
    }
}

#[test]
fn the_command_shows_findings_and_the_scorecard() {
    let mut story = group("charter: { purpose: reading }\n");
    lively(&mut story);
    let dir = tempfile::tempdir().expect("a folder");
    story.store(dir.path());
    let run = |more: &[&str]| {
        let out = Process::new(env!("CARGO_BIN_EXE_playbook"))
            .arg("doctor")
            .arg("--state")
            .arg(dir.path())
            .args(more)
            .output()
            .expect("it runs");
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).expect("text")
    };
    let text = run(&[]);
    assert!(text.contains("It is not clear what the group is for (unclear_topic)"), "{text}");
    assert!(text.contains("rules/welcome") && text.contains("      use:"), "{text}");
    assert!(text.contains("playbook new rules"), "{text}");
    assert!(run(&["--lang", "zh"]).contains("没有说清"), "{text}");
    let lines = run(&["--format", "json"]);
    let first: serde_json::Value = serde_json::from_str(lines.lines().next().expect("a line")).expect("JSON");
    assert_eq!((first["name"].as_str(), first["found"].as_bool()), (Some("unclear_topic"), Some(true)));
    assert!(first["prescription"]["yaml"].as_str().is_some_and(|yaml| yaml.contains("not_for")));
    let card = run(&["--score", "--format", "json"]);
    assert_eq!(card.lines().count(), 8);
    assert!(card.contains("\"score\":\"topic\"") && card.contains("\"state\":\"not\""), "{card}");
    assert!(run(&["--score"]).contains("`charter` does not say"), "{card}");
}

#[test]
fn the_page_has_every_rule_and_threshold() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/doctor.md");
    let page = std::fs::read_to_string(&path).expect("the page");
    let mut rules = String::from(
        "| Rule | What it is | Shows when | Helps | Practices | 说明 | 何时 |\n|---|---|---|---|---|---|---|\n",
    );
    for one in &AILMENTS {
        let early = if one.early { " •" } else { "" };
        let _ = writeln!(
            rules,
            "| `{}`{early} | {} | {} | `{}` | {} | {} | {} |",
            one.name,
            one.title.en,
            one.when.en,
            one.plays.join("`, `"),
            one.practices.join(" "),
            one.title.zh,
            one.when.zh
        );
    }
    let mut thresholds =
        String::from("| Threshold | Usually | What it is compared with | 说明 |\n|---|---|---|---|\n");
    for one in &THRESHOLDS {
        let usual = match one.unit {
            MetricUnit::Days => format!("{}d", one.usual),
            unit => unit.write(one.usual).en,
        };
        let _ = writeln!(thresholds, "| `{}` | {usual} | {} | {} |", one.name, one.about.en, one.about.zh);
    }
    let mut fresh = page.clone();
    for (name, table) in [("rules", rules), ("thresholds", thresholds)] {
        let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
        let (before, rest) = fresh.split_once(&begin).expect("where a table begins");
        let (_, after) = rest.split_once(&end).expect("where it ends");
        fresh = format!("{before}{begin}{table}{end}{after}");
    }
    if std::env::var("UPDATE_EXPECT").is_ok() {
        std::fs::write(&path, fresh).expect("written");
        return;
    }
    assert_eq!(page, fresh, "docs/doctor.md is out of date: UPDATE_EXPECT=1 writes it anew");
}

/// No rule is without a world that shows it and one so like it that it does not.
#[test]
fn every_rule_is_shown_and_not_shown_by_a_world() {
    let files = [include_str!("doctor.rs"), include_str!("doctor_signs.rs"), include_str!("doctor_ways.rs")];
    let tales: Vec<&str> = files.iter().flat_map(|file| file.split("#[test]").skip(1)).collect();
    let mut missing = Vec::new();
    for ailment in &AILMENTS {
        let of = || tales.iter().filter(|tale| tale.contains(&format!("\"{}\"", ailment.name)));
        let denies = of().any(|tale| tale.contains("assert!(!"));
        let shows = of().any(|tale| tale.split("assert!(").skip(1).any(|claim| !claim.starts_with('!')));
        if !(shows && denies) {
            missing.push(ailment.name);
        }
    }
    assert_eq!(missing, [""; 0]);
}
