//! The crash harness: the process dies at every commit point, and by `kill -9` at random, and afterwards the
//! journal, the outbox and what the receiver got are compared.
//!
//! G1: no occurrence is lost or started twice. G2: a second copy of a post appears only where an attempt was in
//! doubt, and is marked so. G4: posts of one group arrive in the order in which they were decided.

use crate::{
    help::playground::{Playground, eventually},
    help::sink::Sink,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

#[expect(clippy::disallowed_methods, reason = "lets an engine run for a while")]
fn pause(millis: u64) {
    std::thread::sleep(std::time::Duration::from_millis(millis));
}

const GROUPS: usize = 20;

/// Twenty groups that tick every second, with a script in every third tick.
fn town(url: &str) -> Playground {
    let groups: Vec<String> = (0..GROUPS).map(|n| format!("  g{n:02}: {{}}\n")).collect();
    let groups = groups.concat();
    let yaml = format!(
        "name: town\ntimezone: UTC\nchannels:\n  group: {{ type: webhook, url: \"{url}\" }}\ngroups:\n{groups}\
plays:
  tick:
    every: 1s
    catch_up: all
    steps:
      - post: tick ${{run.number}}
  count:
    every: 3s
    catch_up: all
    steps:
      - run: count.rhai
"
    );
    Playground::new()
        .file("town.yaml", &yaml)
        .file("count.rhai", "fn main(args) { let n = state.get(\"n\"); if n == () { n = 0; } state.set(\"n\", n + 1); post(`count ${n + 1}`); n + 1 }\n")
}

const RUN: [&str; 4] = ["run", "town.yaml", "--state", "state"];

/// The journal as JSON lines.
fn journal(town: &Playground) -> Vec<Value> {
    town.run(&["log", "--state", "state", "--format", "json"]).exits(0).json_lines()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// Compares journal, outbox and what the sink got, after the last engine has stopped.
fn judge(town: &Playground, sink: &Sink) {
    let log = journal(town);
    let mut started = BTreeSet::new();
    let mut settled: BTreeMap<(String, String), BTreeSet<i64>> = BTreeMap::new();
    let mut decided: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in &log {
        let group = text(entry, "group").to_owned();
        match text(entry, "entry") {
            "run_started" => {
                let run = text(entry, "run").to_owned();
                assert!(started.insert((group.clone(), run.clone())), "G1: {group} started {run} twice");
                settled.entry((group, text(entry, "play").into())).or_default().insert(second_of(&run));
            }
            "skipped" => {
                let run = text(entry, "run").to_owned();
                let count = entry["count"].as_i64().unwrap_or(1);
                let every = if text(entry, "play") == "tick" { 1 } else { 3 };
                let seconds = settled.entry((group, text(entry, "play").into())).or_default();
                for n in 0..count {
                    assert!(seconds.insert(second_of(&run) + n * every), "G1: {run} settled twice");
                }
            }
            "posted" | "released" => decided.entry(group).or_default().push(text(entry, "effect").into()),
            "step_failed" | "poisoned" => panic!("{entry}"),
            _ => {}
        }
    }
    for ((group, play), seconds) in &settled {
        let every = if play == "tick" { 1 } else { 3 };
        let (first, last) = (seconds.first().unwrap(), seconds.last().unwrap());
        let expected = (last - first) / every + 1;
        assert_eq!(seconds.len() as i64, expected, "G1: {group} lost an occurrence of {play}");
    }
    assert_eq!(settled.len(), GROUPS * 2, "every group ticks");

    let effects: BTreeMap<String, (String, String)> = decided
        .iter()
        .flat_map(|(group, effects)| {
            effects.iter().map(move |effect| (format!("{group}/{effect}"), (group.clone(), effect.clone())))
        })
        .collect();
    let outbox = town.run(&["outbox", "--state", "state", "--format", "json"]).exits(0).json_lines();
    let doubtful: BTreeSet<(String, String)> = outbox
        .iter()
        .filter(|row| row["in_doubt"] == true)
        .map(|row| (text(row, "group").into(), text(row, "effect").into()))
        .collect();
    let waits: BTreeSet<(String, String)> = outbox
        .iter()
        .filter(|row| ["pending", "claimed"].contains(&text(row, "status")))
        .map(|row| (text(row, "group").into(), text(row, "effect").into()))
        .collect();
    let got = sink.got();
    let mut copies: BTreeMap<String, usize> = BTreeMap::new();
    for post in &got {
        *copies.entry(post.id.clone()).or_default() += 1;
    }
    for (id, n) in &copies {
        let effect = effects.get(id).unwrap_or_else(|| panic!("{id} came and was never decided"));
        let marked = doubtful.contains(effect);
        assert!(*n == 1 || marked, "G2: {id} came {n} times and is not marked in doubt");
    }
    for (group, in_order) in &decided {
        let order: Vec<&str> = got
            .iter()
            .filter_map(|post| effects.get(&post.id))
            .filter(|(of, _)| of == group)
            .map(|(_, effect)| effect.as_str())
            .collect();
        let mut firsts: Vec<&str> = Vec::new();
        for effect in &order {
            if !firsts.contains(effect) {
                firsts.push(effect);
            }
        }
        // What was decided as the engine was asked to stop may still be on its way: durable, and last in its lane.
        let open = |effect: &str| waits.contains(&(group.clone(), effect.to_owned()));
        let arrived = in_order.iter().rposition(|effect| !open(effect)).map_or(0, |last| last + 1);
        let in_order: Vec<&str> = in_order[..arrived].iter().map(String::as_str).collect();
        firsts.retain(|effect| in_order.contains(effect) || !open(effect));
        assert_eq!(firsts, in_order, "G4: {group} got its posts once each and in order");
    }
}

fn second_of(run: &str) -> i64 {
    let (_, at) = run.split_once('@').unwrap();
    at.parse::<jiff::Timestamp>().unwrap().as_second()
}

fn rows(town: &Playground) -> usize {
    let out = town.run(&["log", "--state", "state", "--format", "json"]);
    if out.code == Some(0) { out.stdout.lines().filter(|l| l.contains("run_started")).count() } else { 0 }
}

/// Lets an engine tick for a while, then stops it in order, so that nothing is in flight.
fn calm(town: &Playground) {
    let before = rows(town);
    let engine = town.start(&RUN);
    eventually("two more ticks of every group", || rows(town) >= before + GROUPS * 3);
    let _ = engine.stop().exits(0);
}

fn crash_at(point: &str) {
    let sink = Sink::start();
    let town = town(&sink.url("/hook")).env("PLAYBOOK_CRASH_AT", point);
    let dead = town.start(&RUN).wait();
    assert_eq!(dead.code, None, "{point}: it aborts; {}{}", dead.stdout, dead.stderr);
    let town = town.without_env("PLAYBOOK_CRASH_AT");
    calm(&town);
    judge(&town, &sink);
}

#[test]
fn dies_around_the_commit() {
    for point in ["before-commit:2", "commit:2", "before-dispatch:3"] {
        crash_at(point);
    }
}

#[test]
fn dies_around_the_dispatch() {
    for point in ["dispatch:1", "dispatch:3", "claim:1"] {
        crash_at(point);
    }
}

#[test]
fn dies_around_the_settlement() {
    for point in ["before-settle:1", "before-settle:7", "settle:1"] {
        crash_at(point);
    }
}

#[test]
fn dies_around_a_script() {
    for point in ["script:1", "script:9", "commit:1"] {
        crash_at(point);
    }
}

#[test]
fn survives_kill_9_at_random_while_twenty_groups_tick() {
    let sink = Sink::start();
    let town = town(&sink.url("/hook"));
    // Not a fixed sequence on purpose: every run of the suite tries other instants.
    let mut seed = u64::from(std::process::id());
    for _ in 0..6 {
        let engine = town.start(&RUN);
        let _ = engine.line("town");
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        pause(300 + (seed >> 40) % 1500);
        let _ = engine.kill();
    }
    calm(&town);
    judge(&town, &sink);
}
