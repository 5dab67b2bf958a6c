//! People sleep: tasks, approvals, reminders and notices that can wait are told inside the hours of whoever is asked;
//! and what a task may say of its time.

use crate::{
    help::playground::Playground,
    help::story::{Story, at},
};
use playbook::engine::input::Command;

const PEOPLE: &str = "
people: { zhu: { name: 小朱 }, lin: { name: 小林 } }
roles:
  host: { people: [zhu], channel: staff }
  early: { people: [lin], channel: desk, hours: 06:00-20:00 }
channels: { group: { type: console }, staff: { type: console }, desk: { type: console }, alerts: { type: console } }
budgets: { quiet: '22:30-08:00' }
";

fn story(start: &str, steps: &str) -> Story {
    let mut story = Story::new(start, &format!("{PEOPLE}plays:\n  a:\n    steps:\n{steps}"));
    story.start("a");
    story
}

/// What was told to people: when, and the first line.
fn told(story: &mut Story) -> Vec<String> {
    let news = story.news();
    let told = news.lines().filter(|line| line.contains(" tell ")).map(str::trim);
    told.map(|line| line.replace("**", "")).collect()
}

#[test]
fn a_task_of_the_night_is_told_in_the_morning() {
    let mut story = story("2026-12-01 23:10", "      - { task: 订场地, to: host, due: 1d, remind: 20h }\n");
    assert_eq!(story.state.tasks.len(), 1, "it is there at once");
    story.until("2026-12-03 00:00");
    assert_eq!(
        told(&mut story),
        ["12-02 08:00 tell staff: Task t1 · 订场地"],
        "the reminder would come before"
    );
}

#[test]
fn what_is_due_before_the_hours_begin_is_told_at_once_and_so_is_what_is_urgent() {
    let mut night = story("2026-12-01 23:10", "      - { task: 关灯, to: host, due: 2h }\n");
    night.until("2026-12-02 12:00");
    assert_eq!(told(&mut night), ["12-01 23:10 tell staff: Task t1 · 关灯"]);
    let mut urgent = story("2026-12-01 23:10", "      - { task: 灭火, to: host, due: 3d, urgent: true }\n");
    urgent.until("2026-12-02 12:00");
    assert_eq!(told(&mut urgent), ["12-01 23:10 tell staff: Task t1 · 灭火"]);
}

#[test]
fn a_role_has_hours_of_its_own() {
    let mut evening = story(
        "2026-12-01 21:00",
        "      - { task: 问好, to: early, due: 1d }\n      - { task: 再问, to: host }\n",
    );
    evening.until("2026-12-02 12:00");
    assert_eq!(
        told(&mut evening),
        ["12-01 21:00 tell staff: Task t2 · 再问", "12-02 06:00 tell desk: Task t1 · 问好"]
    );
}

#[test]
fn what_is_done_before_the_morning_is_not_told() {
    let mut story = story("2026-12-01 23:10", "      - { task: 订场地, to: host, due: 1d, remind: 2h }\n");
    story.done("t1");
    story.until("2026-12-03 12:00");
    assert!(told(&mut story).is_empty());
    assert_eq!(playbook::engine::deadline(&story.state), None);
}

#[test]
fn a_reminder_of_the_night_comes_in_the_evening_before_or_in_the_morning() {
    // Due at 04:00: the reminder would be at 03:00, and the word that it is overdue at 04:00.
    let mut before =
        story("2026-12-04 20:00", "      - { task: 选书, to: host, due: 8h, remind: 1h, escalate: host }\n");
    before.until("2026-12-05 12:00");
    assert_eq!(
        told(&mut before),
        [
            "12-04 20:00 tell staff: Task t1 · 选书",
            "12-04 22:00 tell staff: Reminder t1 · 选书",
            "12-05 08:00 tell staff: Overdue t1 · 选书",
        ]
    );
    let mut morning = story("2026-12-04 12:00", "      - { task: 选书, to: host, due: 22h, remind: 5h }\n");
    morning.until("2026-12-05 12:00");
    assert_eq!(
        told(&mut morning),
        ["12-04 12:00 tell staff: Task t1 · 选书", "12-05 08:00 tell staff: Reminder t1 · 选书"]
    );
}

#[test]
fn several_reminders_go_out_in_order_and_never_two_at_once() {
    let mut story =
        story("2026-12-01 09:00", "      - { task: 收作业, to: host, due: 3d, remind: [1h, 2d, 1d, 24h] }\n");
    story.until("2026-12-05 12:00");
    assert_eq!(
        told(&mut story),
        [
            "12-01 09:00 tell staff: Task t1 · 收作业",
            "12-02 09:00 tell staff: Reminder t1 · 收作业",
            "12-03 09:00 tell staff: Reminder t1 · 收作业",
            "12-04 08:00 tell staff: Reminder t1 · 收作业",
        ]
    );
}

#[test]
fn open_for_counts_from_the_telling() {
    let gate =
        "      - { approve: 可以发吗, to: host, open_for: 2h, silence: proceed }\n      - post: 发了\n";
    let mut late = story("2026-12-01 23:10", gate);
    late.until("2026-12-02 09:59");
    assert_eq!(told(&mut late), ["12-02 08:00 tell staff: Approval t1 · 可以发吗"]);
    assert_eq!(late.state.tasks.values().next().expect("it is open").task.due, Some(at("2026-12-02 10:00")));
    late.until("2026-12-02 10:00");
    assert!(late.posts().contains(&"发了".to_owned()));
    let mut urgent = story("2026-12-01 23:10", &gate.replace("open_for: 2h", "open_for: 2h, urgent: true"));
    urgent.until("2026-12-02 08:00");
    assert_eq!(told(&mut urgent)[0], "12-01 23:10 tell staff: Approval t1 · 可以发吗");
}

#[test]
fn an_approval_before_a_step_of_the_night_is_told_at_once() {
    let yaml = format!(
        "{PEOPLE}
plays:
  a:
    dates: [{{ id: d, at: 2026-12-02 06:00 }}]
    steps:
      - {{ at: -7h, approve: 行吗, to: host, open_for: 3h, silence: proceed }}
      - {{ at: 0m, post: 早, urgent: true }}
"
    );
    let mut story = Story::new("2026-12-01 20:00", &yaml);
    story.until("2026-12-02 12:00");
    assert_eq!(told(&mut story), ["12-01 23:00 tell staff: Approval t1 · 行吗"]);
    assert!(story.posts().contains(&"早".to_owned()));
}

#[test]
fn what_a_no_has_ended_at_night_is_told_in_the_morning() {
    let mut story = story("2026-12-01 20:00", "      - { approve: 行吗, to: host }\n      - post: 发了\n");
    story.until("2026-12-02 01:00");
    told(&mut story);
    let (task, by) = ("t1".into(), Some("zhu".to_owned()));
    story.command(Command::Reject { task, by, reason: None, as_operator: false });
    assert!(story.state.runs.is_empty() && told(&mut story).is_empty());
    story.until("2026-12-02 12:00");
    let told = told(&mut story);
    assert!(told.len() == 2 && told.iter().all(|line| line.starts_with("12-02 08:00 ")), "{told:?}");
    assert!(story.state.notices.is_empty());
}

#[test]
fn a_task_is_due_by_an_offset_from_the_anchor_or_at_a_moment() {
    let yaml = format!(
        "{PEOPLE}
plays:
  a:
    dates: [{{ id: d, at: 2026-12-11 20:00 }}]
    steps:
      - {{ at: -3d 10:00, task: 订场地, to: host, due: -1d 18:00, remind: 6h }}
      - {{ at: -3d 11:00, task: 交报告, to: host, due: 2026-12-10 12:00 }}
      - {{ at: -3d 12:00, task: 备茶, to: host, due: -30m, list: [买茶, '借 ${{1 + 1}} 个壶'] }}
"
    );
    let mut story = Story::new("2026-12-01 08:00", &yaml);
    story.until("2026-12-08 13:00");
    let due: Vec<_> = story.state.tasks.values().map(|open| open.task.due.expect("a due")).collect();
    assert_eq!(due, [at("2026-12-10 18:00"), at("2026-12-10 12:00"), at("2026-12-11 19:30")]);
    let list = story.posts().into_iter().find(|text| text.contains("备茶")).expect("it is told");
    assert!(list.contains("- [ ] 买茶\n- [ ] 借 2 个壶"), "{list}");
    story.until("2026-12-10 13:00");
    assert!(told(&mut story).contains(&"12-10 12:00 tell staff: Reminder t1 · 订场地".to_owned()));
}

const NIGHT: &str = "\
name: night
timezone: Asia/Shanghai
budgets: { quiet: 22:30-08:00 }
people: { zhu: { name: Zhu } }
roles: { host: { people: [zhu] } }
plays:
  first:
    on: group.created
    steps: [{ task: Invite twenty, to: host, due: 1d, remind: 6h }]
  newcomer:
    on: member.joined
    per: member
    steps:
      - wait: 3d
      - task: Greet ${member.name}
        to: host
        due: 1d
        remind: 20h
";

#[test]
fn nobody_is_told_or_reminded_at_night_in_ten_days_of_joins() {
    let place = Playground::new().file("p.yaml", NIGHT);
    let lines = place
        .run(&[
            "simulate",
            "p.yaml",
            "--from",
            "2026-12-01T09:00:00+08:00",
            "--days",
            "10",
            "--members",
            "20",
            "--format",
            "json",
        ])
        .exits(0)
        .json_lines();
    let mut told = 0;
    for line in &lines {
        let fact = &line["entry"];
        let at_once = fact == "task_opened" && line["tell"].is_null();
        if at_once || fact == "task_told" || fact == "task_reminded" {
            told += 1;
            let clock = line["at"].as_str().expect("an instant")[11..16].to_owned();
            assert!(("08:00"..="22:30").contains(&clock.as_str()), "{line}");
        }
    }
    assert!(told > 5, "people were told {told} times of {} entries", lines.len());
}

#[test]
fn check_warns_of_approvals_at_night_and_of_handovers_inside_a_run() {
    let gate = |open: &str| {
        format!(
            "name: a\ntimezone: UTC\npeople: {{ lin: {{ name: Lin }} }}\nbudgets: {{ quiet: 22:00-08:00 }}\nplays:\n  p:\n    every: monday at 21:30\n    steps:\n      - approve: ok?\n        to: lin\n        open_for: {open}\n      - post: x\n        urgent: true\n"
        )
    };
    let check = |yaml: &str| {
        let output = Playground::new()
            .file("p.yaml", yaml)
            .run(&["check", "p.yaml", "--all", "--lang", "en"])
            .exits(0);
        format!("{}{}", output.stdout, output.stderr)
    };
    assert!(check(&gate("8h")).contains("approve-at-night"));
    assert!(!check(&gate("14h")).contains("approve-at-night"));
    assert!(!check(&gate("20m")).contains("approve-at-night"), "short, and wholly inside");
    let rota = |from: &str| {
        format!(
            "name: c\ntimezone: Europe/Berlin\npeople: {{ mira: {{ name: Mira }}, jose: {{ name: José }}, wei: {{ name: Wei }} }}\nroles: {{ host: {{ people: [mira, jose, wei], term: 1 week, from: {from} }} }}\nplays:\n  office-hours:\n    every: thursday at 17:00\n    steps:\n      - at: -1d 10:00\n        task: You host tomorrow's office hours, ${{roles.host}}.\n        to: host\n        due: 6h\n      - at: -1h\n        post: Office hours in one hour with ${{roles.host}}.\n"
        )
    };
    assert!(check(&rota("2026-11-26")).contains("handover-between"));
    assert!(!check(&rota("2026-11-23")).contains("handover-between"));
    assert!(
        !check(&rota("2026-11-26").replace("${roles.host}.", "you."))
            .contains("one person is asked, another is meant here\n  --> p.yaml:14")
    );
}
