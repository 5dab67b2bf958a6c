//! `playbook plan` from outside: text, JSON, windows, the yardstick.

use crate::help::playground::Playground;

const SMALL: &str = "\
name: demo
timezone: Asia/Shanghai
channels:
  group: { type: console }
  staff: { type: console }
people:
  zhu: { name: 小朱 }
roles:
  host: { people: [zhu], channel: staff }
calendars:
  holidays: [2026-12-09]
phases:
  - name: seed
    until: members.count > 9
  - name: grow
plays:
  begin:
    on: group.created
    steps:
      - task: 邀请朋友
        to: host
      - at: +1d 19:30
        post: 现在 ${members.count} 人
  game:
    every: wednesday at 20:30
    during: grow
    except: holidays
    label: social
    steps:
      - post: 猜谜
      - wait: 20m
      - post: 谜底,主持 ${roles.host}
  guest:
    dates:
      - { id: jia, at: 2026-12-05 20:00, guest: 贾老师 }
    steps:
      - at: -3d 18:00
        task: 联系 ${date.guest}
        to: host
      - at: -10m
        post: 就要开始
      - at: +1d 10:00
        post: 感谢 ${date.guest},第 ${run.number} 期
  hello:
    on: member.joined
    batch: 10m
    steps:
      - post: 欢迎
";

#[test]
fn a_plan_reads_as_a_calendar() {
    let place = Playground::new().file("demo.yaml", SMALL);
    let output = place.run(&["plan", "demo.yaml", "--from", "2026-12-02", "--days", "15"]).exits(0);
    insta::assert_snapshot!(output.stdout, @"
    2026-12-02 Wednesday
      00:00  begin  task     [staff] 邀请朋友
      18:00  guest  task     [staff] 联系 贾老师
      20:30  game   post     猜谜
      20:30  game   wait     20m
      20:50  game   post     谜底,主持 小朱

    2026-12-03 Thursday
      19:30  begin  post     现在 ${members.count} 人

    2026-12-05 Saturday
      19:50  guest  post     就要开始

    2026-12-06 Sunday
      10:00  guest  post     感谢 贾老师,第 ${run.number} 期

    2026-12-16 Wednesday
      20:30  game   post     猜谜
      20:30  game   wait     20m
      20:50  game   post     谜底,主持 小朱

    Conditions
      game  only in phase grow; not on days of holidays

    Without a time in this window
      hello  starts on the signal member.joined, 10m after the first one
    ");
}

#[test]
fn a_plan_for_programs_has_one_step_a_line() {
    let place = Playground::new().file("demo.yaml", SMALL);
    let args = ["plan", "demo.yaml", "--from", "2026-12-02 18:00", "--days", "1", "--format", "json"];
    insta::assert_snapshot!(place.run(&args).exits(0).stdout, @r#"
    {"at":"2026-12-02T18:00:00+08:00","group":"demo","play":"begin","phase":null,"step":"1","verb":"task","channel":"staff","label":null,"text":"邀请朋友"}
    {"at":"2026-12-02T18:00:00+08:00","group":"demo","play":"guest","phase":null,"step":"1","verb":"task","channel":"staff","label":null,"text":"联系 贾老师"}
    {"at":"2026-12-02T20:30:00+08:00","group":"demo","play":"game","phase":"grow","step":"1","verb":"post","channel":"group","label":"social","text":"猜谜"}
    {"at":"2026-12-02T20:30:00+08:00","group":"demo","play":"game","phase":"grow","step":"2","verb":"wait","channel":null,"label":null,"text":"20m"}
    {"at":"2026-12-02T20:50:00+08:00","group":"demo","play":"game","phase":"grow","step":"3","verb":"post","channel":"group","label":"social","text":"谜底,主持 小朱"}
    "#);
}

#[test]
fn the_steps_that_remain_of_a_date_are_shown_from_the_middle_of_it() {
    let place = Playground::new().file("demo.yaml", SMALL);
    let args = ["plan", "demo.yaml", "--from", "2026-12-05 20:00:01", "--days", "1", "--format", "json"];
    let steps: Vec<String> = place
        .run(&args)
        .exits(0)
        .json_lines()
        .iter()
        .filter(|line| line["play"] == "guest")
        .map(|line| format!("{} {}", line["at"].as_str().unwrap(), line["text"].as_str().unwrap()))
        .collect();
    assert_eq!(steps, ["2026-12-06T10:00:00+08:00 感谢 贾老师,第 ${run.number} 期"]);
}

#[test]
fn a_file_with_errors_has_no_plan() {
    let place = Playground::new().file("bad.yaml", "name: 1\nplays: x\n");
    let output = place.run(&["plan", "bad.yaml"]).exits(1);
    assert_eq!(output.stdout, "");
    assert!(output.stderr.contains("playbook check bad.yaml"), "{}", output.stderr);
}

#[test]
fn the_yardstick_is_planned_for_75_days_in_order_of_time() {
    let place = Playground::new();
    let _ = place.run(&["new", "community"]).exits(0);
    let args =
        ["plan", "community/community.yaml", "--from", "2026-12-01", "--days", "75", "--format", "json"];
    let lines = place.run(&args).exits(0).json_lines();
    let of = |play: &str, verb: &str| -> Vec<String> {
        let all = lines.iter().filter(|line| line["play"] == play && line["verb"] == verb);
        all.map(|line| line["at"].as_str().unwrap().to_owned()).collect()
    };
    let times: Vec<&str> = lines.iter().map(|line| line["at"].as_str().unwrap()).collect();
    assert!(times.is_sorted() && times.iter().all(|at| at.ends_with("+08:00")));
    assert_eq!(of("handover", "task"), ["2027-01-04T10:00:00+08:00"]);
    assert_eq!(of("handover", "post"), ["2027-01-11T09:00:00+08:00"]);
    assert_eq!(of("guest-session", "approve"), ["2026-12-03T18:00:00+08:00", "2027-01-07T18:00:00+08:00"]);
    assert_eq!(
        of("meetup", "post"),
        ["2026-12-26T10:00:00+08:00", "2027-01-28T10:00:00+08:00", "2027-01-30T17:00:00+08:00"]
    );
    assert_eq!(of("prune", "prune"), ["2026-12-27T10:00:00+08:00", "2027-01-31T10:00:00+08:00"]);
    assert_eq!(of("book-vote", "ask")[..2], ["2026-12-06T19:00:00+08:00", "2026-12-20T19:00:00+08:00"]);
    // Every Wednesday of the ten weeks and a half; twice a night.
    assert!(of("riddle-night", "run").iter().all(|at| at.contains("T20:30") || at.contains("T20:50")));
    let handover = lines.iter().find(|line| line["play"] == "handover").unwrap();
    assert_eq!(handover["text"], "与 小林 交接:定位、群规、排期、常见问题");
    let riddle = lines.iter().find(|line| line["play"] == "riddle-night").unwrap();
    assert_eq!(
        (riddle["phase"].as_str(), riddle["text"].as_str()),
        (Some("grow, steady"), Some("scripts/riddle.rhai main"))
    );
}

#[test]
fn a_branch_that_ends_the_run_delays_nothing_that_follows_it() {
    let file = "\
name: p
timezone: UTC
vars: { left: 3 }
plays:
  quiz:
    every: friday at 20:00
    steps:
      - if: vars.left == 0
        then:
          - post: None left.
          - wait: 12h
          - post: Send us yours.
          - stop: all used
      - { ask: Which?, options: [a, b], open_for: 10h }
      - post: The answers.
";
    let place = Playground::new().file("p.yaml", file);
    let args = ["plan", "p.yaml", "--from", "2026-12-04", "--days", "3", "--format", "json"];
    let steps = place.run(&args).exits(0).json_lines();
    let at = |text: &str| {
        let step = steps.iter().find(|step| step["text"].as_str().is_some_and(|said| said.contains(text)));
        step.map(|step| step["at"].clone()).unwrap_or_default()
    };
    assert_eq!(at("Which?"), "2026-12-04T20:00:00+00:00", "{steps:?}");
    assert_eq!(at("The answers."), "2026-12-05T06:00:00+00:00");
    assert_eq!(at("Send us yours."), "2026-12-05T08:00:00+00:00");
}

#[test]
fn what_budgets_will_do_is_said_as_the_engine_does_it() {
    let file = "\
name: a
timezone: Asia/Shanghai
locale: en
groups: { g: { created: 2027-01-01 } }
calendars: { mourning: [2027-01-20] }
budgets:
  quiet: 22:30-08:00
  posts: { max: 3 per day, gap: 30m }
  labels: { social: 1 per day }
  mentions: { max: 1 per day }
  hold: { notice: 12h }
  hush: mourning
people: { zhu: { name: Zhu } }
plays:
  noon: { every: day at 12:00, label: notice, steps: [{ post: Noon, mention: all }] }
  after: { every: day at 12:10, label: notice, steps: [{ post: After }] }
  tea: { every: day at 15:00, label: social, steps: [{ post: Tea }] }
  chat: { every: day at 16:00, label: social, steps: [{ post: Chat, mention: all }] }
  late: { every: day at 20:05, label: notice, steps: [{ post: Late }] }
  evening:
    dates: [{ id: n, at: 2027-01-16 20:00 }]
    steps:
      - { at: 0m, post: Begin, urgent: true, mention: all }
      - { at: 30m, post: End, urgent: true }
";
    let place = Playground::new().file("a.yaml", file);
    let plan = |from: &str, days: &str| {
        let args = ["plan", "a.yaml", "--from", from, "--days", days, "--format", "json"];
        let lines = place.run(&args).exits(0).json_lines();
        let row = |line: &serde_json::Value| {
            let held = &line["held"];
            let missed = if held["missed"] == true { " missed" } else { "" };
            let until = held["until"].as_str().map(|at| format!(" {}", &at[5..16])).unwrap_or_default();
            let by = held["by"].as_str().map(|by| format!(" {by}{until}{missed}")).unwrap_or_default();
            format!("{} {}{by}", &line["at"].as_str().unwrap()[5..16], line["text"].as_str().unwrap())
        };
        lines.iter().map(row).collect::<Vec<_>>()
    };
    assert_eq!(
        plan("2027-01-16T00:00:00+08:00", "1"),
        [
            "01-16T12:00 Noon",
            "01-16T12:10 After posts.gap 01-16T12:30",
            "01-16T15:00 Tea",
            "01-16T16:00 Chat labels 01-17T08:00 missed",
            // What is urgent passes the number of the day, and its mention is left out when there is none left.
            "01-16T20:00 Begin mentions.max",
            "01-16T20:05 Late session 01-16T20:30",
            "01-16T20:30 End",
        ]
    );
    // What comes to it the engine does as well.
    let args =
        ["simulate", "a.yaml", "--from", "2027-01-16T00:00:00+08:00", "--days", "2", "--format", "json"];
    let lived = place.run(&args).exits(0).json_lines();
    let posted = lived.iter().filter(|line| line["entry"] == "posted" && line["channel"] == "group");
    let posted: Vec<&str> = posted.filter_map(|line| line["message"]["text"].as_str()).collect();
    assert_eq!(posted[..4], ["Noon", "Tea", "Begin", "End"]);
    // A day on which members see nothing holds all that is planned on it.
    let mourning = plan("2027-01-20T00:00:00+08:00", "1");
    assert!(mourning.iter().all(|line| line.contains(" hush 01-21T00:00")), "{mourning:?}");
    let text =
        place.run(&["plan", "a.yaml", "--from", "2027-01-16T00:00:00+08:00", "--days", "1"]).exits(0).stdout;
    for said in [
        "Chat  (will be missed: the posts labelled social are used up until 2027-01-17 08:00)",
        "Begin  (goes without its mention: the budget of mentions is 1, and used up)",
        "Late  (held: a session is on until 20:30)",
    ] {
        assert!(text.contains(said), "{said} in {text}");
    }
}
