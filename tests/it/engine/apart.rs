//! Plays and groups that are apart: switched off, of some groups only, in another zone, later by chance, rehearsing.

use crate::{help::playground::Playground, help::sink::Sink, help::story::Story};
use playbook::engine::entry::{Fact, Skip};

const TOUR: &str = "\
name: tour
timezone: Asia/Shanghai
groups:
  east: { kind: city }
  west: { kind: city, timezone: Europe/Berlin, locale: en }
  kids: { kind: family, locale: zh-CN }
plays:
  morning:
    every: day at 09:00
    steps:
      - post: morning at ${run.anchor}
  evening:
    groups: [family, west]
    dates: [{ id: jia, at: 2026-12-02 20:00 }, { id: exact, at: \"2026-12-02T12:30:00Z\" }]
    steps:
      - at: -1h
        post: at ${date.at}
  call:
    timezone: America/New_York
    groups: east
    every: day at 08:00
    steps:
      - at: +0d 09:00
        post: call
";

/// The posts of a day: when, in UTC, in which group, and what.
fn posts(place: &Playground, from: &str) -> Vec<String> {
    let args = ["simulate", "p.yaml", "--from", from, "--days", "1", "--members", "1", "--format", "json"];
    let lines = place.run(&args).exits(0).json_lines();
    let mut found: Vec<String> = lines
        .iter()
        .filter_map(|line| {
            let text = line["message"]["text"].as_str()?;
            let at: jiff::Timestamp = line["at"].as_str()?.parse().ok()?;
            Some(format!("{} {} {text}", at.strftime("%d %H:%M"), line["group"].as_str()?))
        })
        .collect();
    found.sort();
    found
}

#[test]
fn clock_times_are_of_the_play_else_of_the_group_else_of_the_playbook() {
    let place = Playground::new().file("p.yaml", TOUR);
    let lived = posts(&place, "2026-12-02 00:00");
    assert_eq!(
        lived,
        [
            "02 01:00 east morning at Wed 2 Dec, 09:00",
            "02 01:00 kids morning at 12月2日(周三)09:00",
            "02 08:00 west morning at Wed 2 Dec, 09:00",
            "02 11:00 kids at 12月2日(周三)20:00",
            "02 11:30 kids at 12月2日(周三)20:30",
            "02 11:30 west at Wed 2 Dec, 13:30",
            "02 14:00 east call",
        ],
        "the exact date is one instant everywhere, the other is eight in the evening of each group"
    );
    let plan = ["plan", "p.yaml", "--from", "2026-12-02 00:00", "--days", "2", "--format", "json"];
    let planned = place.run(&plan).exits(0).json_lines();
    let of = |group: &str, play: &str| -> Vec<String> {
        let own = planned.iter().filter(|line| line["group"] == group && line["play"] == play);
        own.map(|line| line["at"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(of("west", "morning")[0], "2026-12-02T16:00:00+08:00");
    assert_eq!(of("west", "evening"), ["2026-12-02T19:30:00+08:00", "2026-12-03T02:00:00+08:00"]);
    assert_eq!(of("east", "evening"), [""; 0]);
    assert_eq!(of("kids", "call"), [""; 0]);
}

#[test]
fn a_table_of_groups_says_the_same_in_columns_and_a_bare_kind_stays_a_var() {
    let yaml = TOUR.split_once("groups:\n").unwrap().0.to_owned()
        + "groups: groups.csv\n"
        + TOUR.split_once("plays:\n").map(|(_, plays)| format!("plays:\n{plays}")).unwrap().as_str();
    let yaml = yaml.replace("morning at ${run.anchor}", "morning, ${vars.kind}");
    let table = "id,group.kind,group.timezone,group.locale,kind\neast,city,,,old\nwest,city,Europe/Berlin,en,new\nkids,family,,zh-CN,small\n";
    let place = Playground::new().file("p.yaml", &yaml).file("groups.csv", table);
    let lived = posts(&place, "2026-12-02 00:00");
    assert_eq!(
        lived[..3],
        ["02 01:00 east morning, old", "02 01:00 kids morning, small", "02 08:00 west morning, new"]
    );
    let place =
        Playground::new().file("p.yaml", &yaml).file("groups.csv", &table.replace("group.kind", "group.knd"));
    let said = place.run(&["check", "p.yaml"]).exits(1).stdout;
    assert!(said.contains("`kind`"), "{said}");
}

#[test]
fn a_play_of_groups_that_nobody_knows_is_an_error_with_the_near_name() {
    let place = Playground::new().file("p.yaml", &TOUR.replace("[family, west]", "[familiy, west]"));
    let said = place.run(&["check", "p.yaml"]).exits(1).stdout;
    assert!(
        said.contains("there is no group or kind of groups `familiy`") && said.contains("`family`"),
        "{said}"
    );
}

const SWITCH: &str = "
plays:
  tick:
    enabled: ON
    every: day at 09:00
    catch_up: all
    max_late: 3d
    overlap: allow
    steps:
      - post: nine
      - wait: 2h
      - post: eleven
  guest:
    enabled: ON
    dates: [{ id: jia, at: 2026-12-04 20:00 }, { id: yi, at: 2026-12-08 20:00 }]
    steps:
      - at: -1d 10:00
        post: tomorrow ${date.id}
    cancelled:
      - post: no ${date.id}
";

#[test]
fn what_is_switched_off_goes_on_where_it_has_begun_and_catches_nothing_up() {
    let (on, off) = (SWITCH.replace("ON", "true"), SWITCH.replace("ON", "false"));
    let mut story = Story::new("2026-12-01 08:00", &on);
    story.until("2026-12-01 09:30");
    story.edit(&off);
    story.until("2026-12-05 10:00");
    assert_eq!(story.posts(), ["nine", "eleven"], "the run that was open goes on");
    let disabled: Vec<_> = story
        .entries
        .iter()
        .filter_map(|entry| match &entry.fact {
            Fact::Skipped { run, reason: Skip::Disabled, .. } => Some(run.as_str().to_owned()),
            _ => None,
        })
        .collect();
    assert_eq!(
        disabled,
        [
            "tick@2026-12-02T01:00:00Z",
            "tick@2026-12-03T01:00:00Z",
            "guest@jia",
            "tick@2026-12-04T01:00:00Z",
            "tick@2026-12-05T01:00:00Z"
        ]
    );
    story.edit(&on);
    story.until("2026-12-09 08:00");
    let after = story.posts()[2..].to_vec();
    assert_eq!(after.iter().filter(|text| **text == "nine").count(), 3, "from the sixth on: {after:?}");
    assert_eq!(after.iter().filter(|text| text.contains("jia")).count(), 0);
    assert_eq!(after.iter().filter(|text| **text == "tomorrow yi").count(), 1);
}

#[test]
fn chance_moves_all_of_a_run_and_neither_its_anchor_nor_its_id() {
    let yaml = |jitter: &str| {
        format!(
            "
plays:
  look:
    every: 2h
    {jitter}
    max_late: 1m
    steps:
      - post: now
      - at: +30m
        post: later
"
        )
    };
    let run = |yaml: &str| {
        let mut story = Story::new("2026-12-01 00:30", yaml);
        story.until("2026-12-02 01:45");
        let started = story.entries.iter().filter_map(|entry| match &entry.fact {
            Fact::RunStarted { run, anchor, .. } => {
                Some((run.as_str().to_owned(), entry.at.since(*anchor).as_millis()))
            }
            _ => None,
        });
        let started: Vec<(String, i64)> = started.collect();
        (started, story.posts().len())
    };
    let (plain, _) = run(&yaml(""));
    let (moved, posts) = run(&yaml("jitter: 50m"));
    assert_eq!(posts, moved.len() * 2, "the step half an hour later is moved with it");
    let ids = |runs: &[(String, i64)]| runs.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&plain), ids(&moved), "the ids say the schedule's time");
    assert!(moved.iter().all(|(_, late)| (0..=50 * 60_000).contains(late)), "{moved:?}");
    assert!(
        moved.iter().any(|(_, late)| *late > 60_000),
        "and later than max_late from the anchor: {moved:?}"
    );
    assert_eq!(run(&yaml("jitter: 50m")).0, moved, "the same in every replay");
}

#[test]
fn a_jitter_of_half_the_interval_is_an_error() {
    for (trigger, jitter, good) in [
        ("every: 1h", "29m", true),
        ("every: 1h", "30m", false),
        ("every: \"mon, tue at 09:00\"", "11h", true),
        ("every: \"mon, tue at 09:00\"", "12h", false),
        ("every: \"day at 09:00, 09:30\"", "20m", false),
        ("cron: \"0,10 * * * *\"", "5m", false),
        ("cron: \"0,10 * * * *\"", "4m", true),
        ("on: ping", "1m", false),
    ] {
        let yaml = format!(
            "name: p\ntimezone: UTC\nplays:\n  a: {{ {trigger}, jitter: {jitter}, steps: [{{ post: hi }}] }}\n"
        );
        let place = Playground::new().file("p.yaml", &yaml);
        let output = place.run(&["check", "p.yaml"]);
        assert_eq!(output.code, Some(i32::from(!good)), "{trigger} {jitter}: {}", output.stdout);
        assert_eq!(output.stdout.contains("jitter"), !good, "{}", output.stdout);
    }
}

#[test]
fn a_group_that_rehearses_shows_its_posts_and_sends_none() {
    let sink = Sink::start();
    let yaml = |live: &str| {
        format!(
            "name: p\ntimezone: UTC\nchannels:\n  group: {{ type: webhook, url: \"{}\" }}\ngroups:\n  a: {{}}\n  b: {{ live: {live}, channels: {{ staff: {{ type: wecom, url: {{ env: NOBODY_HAS_IT }} }} }} }}\nplays:\n  x:\n    every: 1s\n    steps:\n      - post: hello from ${{group.id}}\n",
            sink.url("")
        )
    };
    let play = Playground::new().file("p.yaml", &yaml("false"));
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("hello from b");
    engine.line("hello from a");
    crate::help::playground::eventually("the living group's arrive", || {
        sink.got().iter().any(|post| post.body.contains("hello from a"))
    });
    engine.line("hello from b");
    let _ = engine.stop().exits(0);
    assert!(sink.got().iter().all(|post| !post.body.contains("hello from b")));
    let status = play.run(&["status", "--format", "json"]).exits(0).json_lines();
    assert_eq!(status.iter().map(|row| &row["live"]).collect::<Vec<_>>(), [true, false]);
    let status = play.run(&["status", "--all"]).exits(0).stdout;
    assert_eq!(status.matches("rehearses (`live: false`)").count(), 1, "{status}");
    let plan = play.run(&["plan", "p.yaml", "--days", "0"]).exits(0).stdout;
    assert!(plan.contains("nothing is sent to them: b"), "{plan}");
    let rows = play.run(&["outbox", "--all", "--format", "json"]).exits(0).json_lines();
    assert!(
        rows.iter().all(|row| row["group"] != "b" || row["note"].as_str().unwrap().contains("live: false"))
    );
}
