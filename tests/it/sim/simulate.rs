//! `playbook simulate` from outside: the same seed, golden timelines, findings.

use crate::help::playground::Playground;

const SMALL: &str = "\
name: demo
timezone: Asia/Shanghai
people:
  zhu: { name: 小朱 }
roles:
  host: { people: [zhu] }
budgets:
  quiet: 22:30-08:00
phases:
  - name: seed
    timeout: 2d
  - name: grow
plays:
  game:
    every: day at 20:30
    during: grow
    steps:
      - post: 猜谜
      - wait: 20m
      - post: 谜底
  night:
    every: day at 23:00
    steps:
      - post: 晚安
  chore:
    every: 2 weeks on monday at 10:00
    from: 2026-11-30
    steps:
      - task: 整理书单
        to: host
        due: 1d
";

#[test]
fn a_timeline_can_be_scanned_and_ends_with_the_sums() {
    let place = Playground::new().file("demo.yaml", SMALL);
    let args = [
        "simulate",
        "demo.yaml",
        "--from",
        "2026-11-30",
        "--days",
        "4",
        "--members",
        "0",
        "--seed",
        "7",
        "-v",
    ];
    insta::assert_snapshot!(place.run(&args).exits(0).stdout, @"
    2026-11-30 Monday
      00:00  adopted   the group begins at 00:00
      00:00  phase     seed  the first one; until 12-02 00:00 at the latest
      10:00  task      t1  小朱: 整理书单 (by 12-01 10:00)
      20:30  skipped   game  20:30: the phase is seed
      23:00  held      night  quiet hours until 12-01 08:00: 晚安

    2026-12-01 Tuesday
      08:00  post      night  晚安 (due 11-30 23:00)
      20:30  skipped   game  20:30: the phase is seed
      23:00  held      night  quiet hours until 12-02 08:00: 晚安

    2026-12-02 Wednesday
      00:00  phase     grow  because its time was over
      08:00  post      night  晚安 (due 12-01 23:00)
      08:39  answer    t1  done by 小朱
      20:30  post      game  猜谜
      20:50  post      game  谜底
      23:00  held      night  quiet hours until 12-03 08:00: 晚安

    2026-12-03 Thursday
      08:00  post      night  晚安 (due 12-02 23:00)
      20:30  post      game  猜谜
      20:50  post      game  谜底
      23:00  held      night  quiet hours until 12-04 08:00: 晚安

    Summary
      2026-11-30 to 2026-12-04, 4 members at the end (4 joined, 0 left, 0 let go), 1 of their messages
      phases: seed from 2026-11-30, grow from 2026-12-02
      1 task: 1 done, 0 overdue; 0 approvals: 0 given, 0 refused, 0 unanswered; 0 answers
      4 messages held by budgets, 0 expired
      who talks: 1 member, the five who talk most say 100% of it
      1 newcomer: 1 never said anything, 0 went quiet within three days, 0 stayed in the talk

    play   runs  posts  missed steps  skipped  failed
    game   2     4      0             2        0
    night  4     3      0             0        0
    chore  1     0      0             0        0
    ");
}

#[test]
fn the_short_form_begins_with_what_went_wrong_and_has_a_line_a_day_or_a_week() {
    let broken = SMALL
        .replace("      - post: 晚安\n", "      - post: 晚安\n        max_late: 30m\n      - run: s.rhai\n");
    let place = Playground::new().file("demo.yaml", &broken).file("s.rhai", "fn main() { throw \"坏了\" }\n");
    let simulate = |days: &str| {
        let args = [
            "simulate",
            "demo.yaml",
            "--from",
            "2026-11-30",
            "--days",
            days,
            "--members",
            "0",
            "--seed",
            "7",
        ];
        place.run(&args).exits(1).stdout
    };
    insta::assert_snapshot!(simulate("4"));
    insta::assert_snapshot!(simulate("30"));
}

#[test]
fn a_history_without_faults_says_so() {
    let place = Playground::new()
        .file("demo.yaml", "name: demo\nplays:\n  a:\n    every: 1h\n    steps:\n      - post: x\n");
    let args = ["simulate", "demo.yaml", "--from", "2026-11-30", "--days", "2", "--members", "0"];
    let text = place.run(&args).exits(0).stdout;
    assert!(text.starts_with("What went wrong\n  nothing: no step failed, none was missed\n"), "{text}");
    assert!(text.contains("Day by day\n  2026-11-30 Mon  phase main · 24 posts (a 24)"), "{text}");
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_one_another_history() {
    let place = Playground::new();
    let _ = place.run(&["new", "community"]).exits(0);
    let run = |seed: &str, format: &str| {
        let file = "community/community.yaml";
        let args =
            ["simulate", file, "--from", "2026-12-01", "--days", "365", "--seed", seed, "--format", format];
        place.run(&args).exits(0).stdout
    };
    assert_eq!(run("1", "json"), run("1", "json"));
    assert_eq!(run("1", "text"), run("1", "text"));
    assert_ne!(run("1", "json"), run("2", "json"));
}

#[test]
fn transitions_for_programs_are_numbered_and_in_order_of_time() {
    let place = Playground::new().file("demo.yaml", SMALL);
    let args = ["simulate", "demo.yaml", "--from", "2026-11-30", "--days", "10", "--format", "json"];
    let lines = place.run(&args).exits(0).json_lines();
    let numbers: Vec<u64> = lines.iter().map(|line| line["seq"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=lines.len() as u64).collect::<Vec<_>>());
    let times: Vec<&str> = lines.iter().map(|line| line["at"].as_str().unwrap()).collect();
    assert!(times.is_sorted());
    assert!(lines.iter().all(|line| line["group"] == "demo" && line["entry"].is_string()));
    assert_eq!(lines[0]["entry"], "adopted");
}

#[test]
fn a_script_that_fails_is_a_finding_that_can_be_repeated() {
    let file =
        "name: demo\ntimezone: UTC\nplays:\n  a:\n    every: day at 09:00\n    steps:\n      - run: s.rhai\n";
    let place =
        Playground::new().file("demo.yaml", file).file("s.rhai", "fn main() {\n  let a = [];\n  a[3]\n}\n");
    let args = ["simulate", "demo.yaml", "--from", "2026-12-01", "--days", "1", "--seed", "5"];
    let output = place.run(&args).exits(1);
    assert!(output.stderr.contains("the script of a@2026-12-01T09:00:00Z/1/0 failed"), "{}", output.stderr);
    assert!(output.stderr.contains("s.rhai:3:"), "{}", output.stderr);
    let again = "playbook simulate demo.yaml --from 2026-12-01T00:00:00+00:00 --days 1 --members 30 --seed 5";
    assert!(output.stderr.contains(again), "{}", output.stderr);
}

#[test]
fn a_step_that_fails_is_a_finding_too() {
    let file = "name: demo\ntimezone: UTC\nplays:\n  a:\n    every: day at 09:00\n    steps:\n      - run: s.rhai\n        as: q\n      \
                - post: The word is ${q.word.first}.\n";
    let place = Playground::new().file("demo.yaml", file).file("s.rhai", "fn main() { #{} }\n");
    for format in ["text", "json"] {
        let args = ["simulate", "demo.yaml", "--from", "2026-12-01", "--days", "2", "--format", format];
        let output = place.run(&args).exits(1);
        let failed = "step 2 of a@2026-12-01T09:00:00Z failed: ";
        assert!(output.stderr.contains(failed), "{}", output.stderr);
    }
}

#[test]
fn many_groups_live_side_by_side() {
    let mut file = SMALL.to_owned();
    file.push_str("groups:\n  east: { title: 东 }\n  west: { title: 西 }\n");
    let place = Playground::new().file("demo.yaml", &file);
    let args = ["simulate", "demo.yaml", "--from", "2026-11-30", "--days", "30", "--format", "json"];
    let lines = place.run(&args).exits(0).json_lines();
    let times: Vec<&str> = lines.iter().map(|line| line["at"].as_str().unwrap()).collect();
    assert!(times.is_sorted());
    for group in ["east", "west"] {
        assert!(lines.iter().any(|line| line["group"] == group && line["entry"] == "posted"), "{group}");
    }
}

#[test]
fn what_a_channel_never_hears_no_simulated_number_knows() {
    let file = |channel: &str, more: &str| {
        format!(
            "name: p\ntimezone: UTC\nchannels: {{ group: {channel} }}\n{more}plays:\n  crowd:\n    whenever: metrics.speakers(7) > 0\n    \
             steps: [post: You talk.]\n  letter:\n    every: monday at 09:00\n    steps: [post: 'Spoke: ${{metrics.speakers(7)}}']\n"
        )
    };
    let webhook = "{ type: webhook, url: 'http://127.0.0.1:9/' }";
    let reported = "inbound: { bot: { token: { env: T }, may: [message] } }\n";
    for (channel, more, known) in [
        (webhook, "", false),
        (webhook, reported, true),
        ("{ type: console }", "", true),
        ("{ type: manual }", "", false),
    ] {
        let place = Playground::new().file("p.yaml", &file(channel, more));
        let args = [
            "simulate",
            "p.yaml",
            "--from",
            "2026-12-01",
            "--days",
            "21",
            "--members",
            "30",
            "--format",
            "json",
        ];
        let said = place.run(&args).exits(0).stdout;
        assert!(said.contains("\"message\""), "people talk all the same");
        assert_eq!(said.contains("You talk."), known, "{channel} {more}");
        assert_eq!(said.contains("Spoke: unknown"), !known, "{channel} {more}");
    }
}
