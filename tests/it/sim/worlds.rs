//! `playbook simulate` with `--world`, `--runs` and `--faults` from outside.

use crate::help::playground::Playground;
use playbook::{base::time::Zone, sim::world::file};

const SMALL: &str = "\
name: demo
timezone: Asia/Shanghai
people:
  zhu: { name: 小朱 }
roles:
  host: { people: [zhu] }
channels:
  group: { type: console }
  alerts: { type: console }
phases:
  - name: seed
    until: members.count >= 40
  - name: grow
plays:
  hello:
    every: day at 20:30
    max_late: 1h
    steps:
      - post: 大家好
        expires: 30m
      - task: 看看谁没说话
        to: host
        due: 2h
  greet:
    on: member.joined
    per: member
    steps:
      - post: 欢迎 ${member.name}
";

fn simulate<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec!["simulate", "demo.yaml", "--from", "2026-12-01"];
    args.extend(more);
    args
}

#[test]
fn the_world_file_of_the_documentation_is_one() {
    #[expect(clippy::disallowed_methods, reason = "reads the documentation")]
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/simulate.md")).unwrap();
    let (_, rest) = page.split_once("```world\n").unwrap();
    let (text, _) = rest.split_once("```").unwrap();
    let read = file::read("w.yaml", text, &Zone::named("Asia/Shanghai").unwrap());
    assert_eq!(read.report.diagnostics, []);
    let world = read.world.unwrap();
    assert_eq!(
        (&*world.name, world.people.members, world.named.len(), world.fetch.len()),
        ("lively", 40, 2, 1)
    );
}

#[test]
fn worlds_by_name_differ() {
    let place = Playground::new().file("demo.yaml", SMALL);
    let messages = |world: &str| {
        let args = simulate(&["--days", "40", "--world", world, "--format", "json"]);
        let lines = place.run(&args).exits(0).json_lines();
        lines.iter().filter(|line| line["entry"] == "signal_received" && line["name"] == "message").count()
    };
    let (lively, ordinary, dying) = (messages("lively"), messages("ordinary"), messages("dying"));
    assert!(lively > 2 * ordinary && ordinary > dying && dying > 0, "{lively} {ordinary} {dying}");
    let unknown = place.run(&simulate(&["--world", "livly"])).exits(2);
    assert!(unknown.stderr.contains("expected lively, ordinary, dying, flash"), "{}", unknown.stderr);
}

#[test]
fn a_world_file_with_mistakes_is_refused_as_check_refuses_one() {
    let place = Playground::new()
        .file("demo.yaml", SMALL)
        .file("w.yaml", "extends: lively\nlurker: 40%\n")
        .file("v.yaml", "channels:\n  gruop: { latency: 1s }\n");
    let output = place.run(&simulate(&["--world", "w.yaml"])).exits(1);
    assert!(output.stdout.contains("unknown-key") && output.stdout.contains("w.yaml:2"), "{}", output.stdout);
    assert!(output.stdout.contains("did you mean `lurkers`?"), "{}", output.stdout);
    let output = place.run(&simulate(&["--world", "v.yaml"])).exits(1);
    assert!(output.stderr.contains("a channel `gruop` that the playbook does not have"), "{}", output.stderr);
}

#[test]
fn an_outage_makes_what_expires_meanwhile_a_delivery_that_failed() {
    let place = Playground::new().file("demo.yaml", SMALL).file(
        "w.yaml",
        "joins: 0 per day\nchannels:\n  group: { outage: [2026-12-02 20:00, 2026-12-02 22:00] }\n\
         operators:\n  host: { in_time: 0%, done: 0% }\n",
    );
    let args = simulate(&["--days", "3", "--members", "0", "--world", "w.yaml", "--format", "json"]);
    let lines = place.run(&args).exits(0).json_lines();
    let failed: Vec<&str> = lines
        .iter()
        .filter(|line| line["entry"] == "delivery_failed")
        .map(|line| line["at"].as_str().unwrap())
        .collect();
    // At 21:00 it may still be sent, as in live operation; the instant after, it may not.
    assert_eq!(failed, ["2026-12-02T21:00:00.001+08:00"], "when it expires, not when the outage ends");
    let alerts =
        lines.iter().filter(|line| line["entry"] == "notified" && line["channel"] == "alerts").count();
    assert_eq!(alerts, 1);
    assert!(!lines.iter().any(|line| line["entry"] == "task_closed"), "nobody does anything");
}

#[test]
fn a_camp_closes_its_door_and_signals_of_ones_own_come_from_outside() {
    let camp = "joins: 5 per day\ninvites: 50% per week\njoins_until: +4d\nsignals:\n\
        - { name: order.paid, rate: 3 per day, by: member, data: { amount: 99 } }\n\
        - { name: camp.over, at: [+6d, 2026-12-08 09:00] }\n";
    let plays = format!(
        "{SMALL}  paid:\n    on: order.paid\n    steps:\n      - post: 收到 ${{signal.data.amount}}\n"
    );
    let place = Playground::new().file("demo.yaml", &plays).file("w.yaml", camp);
    let args = simulate(&["--days", "10", "--members", "20", "--world", "w.yaml", "--format", "json"]);
    let lines = place.run(&args).exits(0).json_lines();
    let signals = |name: &str| -> Vec<&serde_json::Value> {
        lines.iter().filter(|line| line["entry"] == "signal_received" && line["name"] == name).collect()
    };
    let joins = signals("member.joined");
    assert!(joins.len() > 8, "{}", joins.len());
    assert!(joins.iter().all(|line| line["at"].as_str().unwrap() < "2026-12-05"), "{joins:?}");
    let paid = signals("order.paid");
    assert!(paid.len() > 15, "{}", paid.len());
    assert!(paid.iter().all(|line| line["member"].is_string() && line["data"]["amount"] == 99), "{paid:?}");
    let over: Vec<&str> = signals("camp.over").iter().map(|line| line["at"].as_str().unwrap()).collect();
    assert_eq!(over, ["2026-12-07T00:00:00+08:00", "2026-12-08T09:00:00+08:00"]);
    assert!(lines.iter().any(|line| line["entry"] == "posted" && line["message"]["text"] == "收到 99"));
}

#[test]
fn a_world_says_when_a_signal_never_comes() {
    let place =
        Playground::new().file("demo.yaml", SMALL).file("w.yaml", "signals:\n  - { name: order.paid }\n");
    let output = place.run(&simulate(&["--world", "w.yaml"])).exits(1);
    assert!(output.stdout.contains("this signal never comes"), "{}", output.stdout);
    assert!(output.stdout.contains("write `rate: 2 per week` or `at: +3d`"), "{}", output.stdout);
}

#[test]
fn a_form_is_filled_in_with_what_it_asks_for() {
    let form = format!(
        "{SMALL}  sign-up:\n    every: day at 12:00\n    steps:\n      - ask: 报名\n        fields: [名字, 人数]\n        open_for: 6h\n        as: form\n      - post: 共 ${{form.total}} 份\n"
    );
    let place = Playground::new().file("demo.yaml", &form);
    let args = simulate(&["--days", "3", "--members", "40", "--world", "lively", "--format", "json"]);
    let lines = place.run(&args).exits(0).json_lines();
    let answers: Vec<&serde_json::Value> = lines.iter().filter(|line| line["entry"] == "answered").collect();
    assert!(answers.len() > 5, "{}", answers.len());
    for answer in answers {
        assert_eq!(answer["value"]["名字"].as_str().map(str::is_empty), Some(false), "{answer}");
        assert!(answer["value"]["人数"].as_str().is_some_and(|n| ["1", "2", "3"].contains(&n)), "{answer}");
    }
}

#[test]
fn operators_sleep() {
    let busy = format!(
        "{SMALL}  late:\n    every: 3h\n    steps:\n      - task: 看一眼\n        to: host\n        due: 5h\n      - approve: 行吗?\n        to: host\n        open_for: 7h\n"
    );
    let place = Playground::new()
        .file("demo.yaml", &busy)
        .file("w.yaml", "operators:\n  host: { in_time: 60%, done: 95%, awake: 10:00-21:30 }\n");
    for (world, from, to) in [("ordinary", "08:00", "23:59"), ("w.yaml", "10:00", "21:30")] {
        let args = simulate(&["--days", "20", "--members", "0", "--world", world, "--format", "json"]);
        let lines = place.run(&args).exits(0).json_lines();
        let by_hand = |line: &&serde_json::Value| {
            line["entry"] == "task_closed"
                && ["done", "approved", "rejected"].contains(&line["answer"].as_str().unwrap_or(""))
        };
        let times: Vec<&str> =
            lines.iter().filter(by_hand).map(|line| &line["at"].as_str().unwrap()[11..16]).collect();
        assert!(times.len() > 60, "{}", times.len());
        let asleep: Vec<&&str> = times.iter().filter(|at| **at < from || **at > to).collect();
        assert!(asleep.is_empty(), "{world}: {asleep:?}");
    }
}

#[test]
fn many_runs_are_told_in_plain_words_and_the_same_twice() {
    let place = Playground::new().file("demo.yaml", SMALL);
    let args = simulate(&["--days", "40", "--runs", "6"]);
    let text = place.run(&args).exits(0).stdout;
    assert!(
        text.starts_with(
            "6 runs of 40 days\n  phase seed is there from the first day\n  phase grow reached in "
        ),
        "{text}"
    );
    assert!(text.contains("(median "), "{text}");
    assert_eq!(text, place.run(&args).exits(0).stdout);
    let mut json = args.clone();
    json.extend(["--format", "json"]);
    let lines = place.run(&json).exits(0).json_lines();
    assert_eq!((lines.len(), &lines[0]["runs"]), (1, &serde_json::json!(6)));
    assert_eq!(lines[0]["plays"]["hello"]["runs"]["least"], 40);
    assert_eq!(lines[0]["days_until_phase"]["seed"]["runs"], 6);
}

#[test]
fn faults_are_survived_and_a_step_can_be_looked_at() {
    let place = Playground::new().file("demo.yaml", SMALL);
    let text = place.run(&simulate(&["--days", "10", "--runs", "4", "--faults"])).exits(0).stdout;
    assert!(text.starts_with("4 runs: no promise was broken\n"), "{text}");
    assert!(text.contains("crashes") && text.contains("in doubt"), "{text}");
    let step = place.run(&simulate(&["--days", "10", "--faults", "--step", "40"])).exits(0).stdout;
    // A step in which nothing happens has no line.
    let last = step
        .lines()
        .last()
        .and_then(|line| line.split_whitespace().next())
        .and_then(|n| n.parse::<u32>().ok());
    assert!(step.lines().count() >= 15 && last.is_some_and(|last| (30..=40).contains(&last)), "{step}");
    let _ = place.run(&simulate(&["--step", "40"])).exits(2);
}

#[test]
fn a_journal_that_is_none_is_refused() {
    let place =
        Playground::new().file("demo.yaml", SMALL).file("j.jsonl", "{\"at\":1}\n").file("empty.jsonl", "");
    let output = place.run(&simulate(&["--world", "journal:j.jsonl"])).exits(1);
    assert!(output.stderr.contains("j.jsonl:1: a line of a journal has an `at`"), "{}", output.stderr);
    let output = place.run(&simulate(&["--world", "journal:empty.jsonl"])).exits(1);
    assert!(output.stderr.contains("is empty"), "{}", output.stderr);
    let _ = place.run(&simulate(&["--world", "journal:nowhere.jsonl"])).exits(3);
}

#[test]
fn a_simulation_is_a_journal_that_can_be_lived_again() {
    let place = Playground::new().file("demo.yaml", SMALL);
    let log = place.run(&simulate(&["--days", "20", "--format", "json"])).exits(0).stdout;
    place.write("j.jsonl", &log);
    let again = place.run(&simulate(&["--world", "journal:j.jsonl"])).exits(0).stdout;
    assert!(again.contains("0 added, 0 removed, 0 changed, 0 moved"), "{again}");
    place.write("demo.yaml", &SMALL.replace("day at 20:30", "day at 21:00"));
    let moved = place.run(&simulate(&["--world", "journal:j.jsonl"])).exits(0).stdout;
    assert!(moved.contains("2026-12-01 20:30  moved     to 2026-12-01 21:00: 大家好"), "{moved}");
    assert!(moved.contains("0 added, 0 removed, 0 changed, 20 moved"), "{moved}");
}

#[test]
fn a_simulated_group_has_the_numbers_of_a_living_one_and_is_tried_against_its_targets() {
    let aims =
        "metrics:\n  posts_each: { value: metrics.posts(7) / members.count, target: '>= 100', by: 7d }\n";
    let place = Playground::new().file("demo.yaml", &format!("{SMALL}{aims}"));
    let more = ["--days", "21", "--members", "12", "--seed", "3", "--world", "lively", "--metrics"];
    let text = place.run(&simulate(&more)).exits(0).stdout;
    assert!(
        text.contains("Numbers at the end") && text.contains("target >= 100 by 2026-12-07: missed"),
        "{text}"
    );
    let lines = place.run(&simulate(&[&more[..], &["--format", "json"]].concat())).exits(0).stdout;
    let rows: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let of = |name: &str| rows.iter().find(|row| row["metric"] == name).expect("the number").clone();
    assert_eq!(of("posts_each")["target"]["late"], true);
    assert!(
        of("speakers")["value"].as_f64().is_some_and(|n| n > 0.0)
            && of("posts")["value"].as_f64().is_some_and(|n| n >= 7.0),
        "{lines}"
    );
    let page = place.run(&simulate(&["--days", "21", "--members", "12", "--format", "html"])).exits(0).stdout;
    assert!(page.contains("id=\"metrics\"") && page.contains("metrics.posts(7) / members.count"));
}

#[test]
fn what_becomes_of_a_group_without_those_who_talk_most() {
    let place = Playground::new().file("demo.yaml", SMALL);
    let more = ["--days", "28", "--members", "20", "--seed", "5", "--world", "lively", "--without-top", "3"];
    let lines = place.run(&simulate(&[&more[..], &["--format", "json"]].concat())).exits(0).stdout;
    let rows: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let messages = rows.iter().find(|row| row["metric"] == "messages(7)").expect("the number");
    let (with, without) = (messages["value"].as_f64(), messages["without"].as_f64());
    assert!(without < with && without > Some(0.0), "{messages}");
    let quits = rows.iter().find(|row| row["metric"] == "quits(30)").expect("the number");
    assert!(quits["without"].as_f64() >= quits["value"].as_f64().map(|n| n + 3.0 - 1.0), "{quits}");
    let text = place.run(&simulate(&more)).exits(0).stdout;
    assert!(text.contains("when the 3 who talk most leave on 2026-12-15"), "{text}");
    // It is one history twice, and no distribution.
    place.run(&simulate(&[&more[..], &["--runs", "2"]].concat())).exits(2);
}
