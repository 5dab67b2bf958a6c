//! The numbers of a group as they are read: the same as a second program makes of the journal, unknown where nobody
//! hears, in expressions, on the command line and in the documentation.

use crate::help::story::{Story, at};
use playbook::{
    base::{
        ids::MemberId,
        locale::Locale,
        metric::METRICS,
        seed::Seed,
        time::{Duration, Zone},
        value::Value,
    },
    engine::{
        entry::TaskKind,
        input::{Command, InputKind, Signal},
        state::OpenTask,
    },
    shell::{
        store::LogLine,
        view::{
            GroupShown,
            log::JournalLine,
            metrics::{NumberRow, metrics, reading},
        },
    },
};
use std::{
    collections::BTreeMap,
    io::Write as _,
    path::PathBuf,
    process::{Command as Process, Stdio},
    sync::Arc,
};

const LIFE: &str = "
people: { zhu: { name: 小朱 }, lin: { name: 小林 } }
roles:
  host: { people: [zhu, lin], channel: staff, term: 10 days, hours: '09:00-22:00', answer_within: 20m }
  night: { people: [lin], hours: '21:00-02:00', answer_within: 90m }
channels: { group: { type: console }, staff: { type: console } }
metrics:
  revenue: { sum: signal.data.amount, on: order.paid, over: 7d }
  orders: { count: order.paid, over: 7d }
  per_order: { value: metrics.revenue / metrics.orders }
plays:
  news: { steps: [{ post: 早报, label: content }] }
  ad: { steps: [{ post: 八折, label: promo }] }
  work: { steps: [{ task: 订场地, to: host, due: 4h }] }
  meet:
    dates: [{ id: a, at: 2026-12-20 14:00 }, { id: b, at: 2027-01-17 14:00 }]
    steps:
      - { at: -4d 10:00, ask: 来吗, options: [来, 不来], open_for: 3d, as: who }
      - { at: -1h, task: 签到, to: host, list: checkin, as: door, due: 1d }
  talk:
    dates: [{ id: c, at: 2027-01-29 20:00 }]
    steps:
      - { at: -3d 10:00, ask: 来听吗, options: [来, 不来], open_for: 2d, as: who }
      - { at: 0m, post: 开始 }
      - { at: +2h, post: 散 }
";

fn numbers(story: &Story) -> Vec<NumberRow> {
    let zone = story.playbook.zone.clone();
    let group = GroupShown { id: &story.state.group, state: &story.state, info: None, zone: &zone };
    metrics(group, Some(&story.playbook), story.now, Locale::En)
}

fn value(story: &Story, metric: &str) -> Option<f64> {
    numbers(story).into_iter().find(|row| row.metric == metric).expect("a metric").value
}

/// A life of seventy days with everything that is counted in it.
fn life(seed: u64) -> Story {
    let mut story = Story::new("2026-12-01 08:00", LIFE);
    let mut seed = Seed::from_u64(seed);
    story.signal("member.joined", Some("bot"), Value::map([("bot", Value::Bool(true))]));
    story.signal("member.joined", Some("owner"), Value::map([("role", Value::str("owner"))]));
    let core = Value::map([("tags", Value::list(vec![Value::str("core")]))]);
    story.signal("member.joined", Some("core"), core);
    let end = story.now.plus(Duration::DAY.times(70));
    let mut asked = Vec::new();
    while story.now < end {
        story.now = story.now.plus(Duration::from_millis(seed.below(3 * 3_600_000) as i64));
        if let Some(wake) = playbook::engine::next_wake(&story.state).filter(|wake| *wake <= story.now) {
            let now = std::mem::replace(&mut story.now, wake);
            story.input(InputKind::Wake { epoch: story.state.epoch });
            story.now = now;
        }
        let n = seed.below(100);
        let who = ["owner", "core", "bot"].get(seed.below(12) as usize).map_or_else(
            || {
                format!(
                    "m{}",
                    seed.below(
                        1 + (story.now.since(at("2026-12-01 08:00")).as_millis() / 86_400_000) as u64 * 2
                    )
                )
            },
            |name| (*name).to_owned(),
        );
        people_answer(&mut story, &mut seed, &who);
        match n {
            0..=9 => {
                let source = format!("s{}", seed.below(3));
                story.signal("member.joined", Some(&who), Value::map([("source", Value::str(&source))]));
            }
            10..=14 => story.signal("member.left", Some(&who), Value::Null),
            15..=20 => story.signal("reaction", Some(&who), Value::Null),
            21..=22 => story.signal("strike", Some(&who), Value::Null),
            23 => {
                let amount = Value::map([("amount", Value::Int(seed.below(90) as i64))]);
                story.signal("order.paid", (seed.below(2) == 0).then_some(who.as_str()), amount);
            }
            24 => story.signal("screened", Some(&who), Value::map([("kind", Value::str("ads"))])),
            25..=28 => story.start("news"),
            29..=30 => story.start("ad"),
            31..=33 => story.start("work"),
            34..=38 => {
                let open = story.state.tasks.keys().next().cloned();
                if let Some(task) = open {
                    story.command(Command::Done { task, by: Some("zhu".into()), note: Value::Null });
                }
            }
            _ => {
                let id = format!("q{}", asked.len());
                let mut parts = vec![("id", Value::str(&id))];
                if n.is_multiple_of(2) {
                    parts.push(("on_topic", Value::Bool(n.is_multiple_of(3))));
                }
                if seed.below(5) == 0 {
                    parts.push(("question", Value::Bool(true)));
                    asked.push((id, who.clone()));
                } else if seed.below(2) == 0 && !asked.is_empty() {
                    let (id, by) = &asked[asked.len() - 1 - seed.below(asked.len().min(4) as u64) as usize];
                    let to = Value::map([("id", Value::str(id)), ("member", Value::str(by))]);
                    parts.push(("reply_to", to));
                }
                let late = (seed.below(40) == 0).then(|| story.now.plus(Duration::HOUR.times(-30)));
                let signal = Signal {
                    name: Arc::from("message"),
                    id: format!("m-{}", story.entries.len()).as_str().into(),
                    at: story.now,
                    sent: late,
                    member: Some(who.as_str().into()),
                    data: Value::map([("message", Value::map(parts))]),
                };
                story.input(InputKind::Signal(signal));
            }
        }
    }
    story
}

/// Whoever is here says whether they come, and at the door somebody ticks them off.
fn people_answer(story: &mut Story, seed: &mut Seed, who: &str) {
    let open = |story: &Story, door: bool| {
        let asks = |open: &&Arc<OpenTask>| {
            if door { open.task.checkin } else { open.task.kind == TaskKind::Question }
        };
        story.state.tasks.values().find(asks).cloned()
    };
    let here = story.state.members.contains(&MemberId::new(who));
    if let Some(asked) = open(story, false).filter(|_| here && seed.below(2) == 0) {
        let option = ["来", "来", "不来"][seed.below(3) as usize];
        let data = Value::map([("task", Value::str(asked.task.id.as_str())), ("option", Value::str(option))]);
        story.signal("answer", Some(who), data);
    }
    if let Some(door) = open(story, true).filter(|_| seed.below(2) == 0) {
        let place = 1 + seed.below(door.task.list.len().max(1) as u64);
        let item = match seed.below(4) {
            0 => format!("{place}=+2"),
            1 => "+路人".to_owned(),
            _ => place.to_string(),
        };
        let task = door.task.id.clone();
        story.command(Command::Tick { task, items: vec![item], by: Some("zhu".into()) });
    }
}

/// The numbers as the other program has them.
#[derive(serde::Deserialize)]
struct Judged {
    /// As they are usually read.
    numbers: BTreeMap<String, Option<f64>>,
    /// In other windows, `speakers(3)`, and by source, `joins of s1`.
    others: BTreeMap<String, Option<f64>>,
}

/// What the other program makes of the journal; none where there is no Python.
fn judged(story: &Story) -> Option<Judged> {
    let zone = Zone::named("Asia/Shanghai").expect("a zone");
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/judges/metrics.py");
    let started = Process::new("python3")
        .arg(script)
        .arg(story.now.to_rfc3339_exact(&zone))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut judge) = started else {
        assert!(std::env::var("PLAYBOOK_JUDGES").is_err(), "there is no python3");
        let _ = std::io::stderr().write_all(b"\nSKIPPED: there is no python3 to recompute the metrics\n");
        return None;
    };
    let mut input = judge.stdin.take().expect("a pipe");
    for (seq, entry) in story.entries.iter().enumerate() {
        let line = LogLine { seq: seq as i64, group: story.state.group.clone(), entry: entry.clone() };
        let line = serde_json::to_string(&JournalLine::of(&line, &zone)).expect("a line");
        writeln!(input, "{line}").expect("the judge reads");
    }
    drop(input);
    let out = judge.wait_with_output().expect("the judge ends");
    assert!(out.status.success(), "the judge failed");
    Some(serde_json::from_slice(&out.stdout).expect("JSON"))
}

#[test]
fn a_second_program_makes_the_same_numbers_of_the_journal() {
    for seed in 1..=4 {
        let story = life(seed);
        let Some(judged) = judged(&story) else { return };
        let ours = numbers(&story);
        assert_eq!(ours.len(), judged.numbers.len(), "every number is judged");
        let mut wrong = Vec::new();
        let mut compare = |name: &str, ours: Option<f64>, theirs: Option<f64>| {
            let same = match (ours, theirs) {
                (Some(a), Some(b)) => (a - b).abs() < 1e-9,
                (a, b) => a == b,
            };
            if !same {
                wrong.push(format!("{name}: {ours:?}, judged {theirs:?}"));
            }
        };
        for row in &ours {
            let theirs =
                judged.numbers.get(&row.metric).unwrap_or_else(|| panic!("{} is not judged", row.metric));
            compare(&row.name(), row.value, *theirs);
            for (source, part) in &row.by {
                let name = format!("{} of {source}", row.metric);
                let theirs = judged.others.get(&name).unwrap_or_else(|| panic!("{name} is not judged"));
                compare(&name, part.value, *theirs);
            }
        }
        let gauges = reading(&story.state, Some(&story.playbook), story.now);
        let mut windows = 0;
        for (name, theirs) in &judged.others {
            let Some((metric, taken)) = name.strip_suffix(')').and_then(|name| name.split_once('(')) else {
                continue;
            };
            let metric = playbook::base::metric::find(metric).expect("a number of the table");
            compare(name, gauges.read(metric, Some(taken.parse().expect("a number"))).value, *theirs);
            windows += 1;
        }
        assert!(windows > 130, "{windows} windows");
        assert!(wrong.is_empty(), "seed {seed}: {wrong:#?}");
        // A life in which most numbers say something.
        assert!(ours.iter().filter(|row| row.value.is_some_and(|value| value != 0.0)).count() > 36);
    }
}

#[test]
fn what_a_channel_does_not_hear_is_unknown_and_no_condition_is_met_by_it() {
    let yaml = "
channels: { group: { type: wecom, url: { env: ROBOT } } }
plays:
  quiet: { on: tick, when: metrics.speakers(7) < 5, steps: [{ post: 谁来说说 }] }
  silent: { on: tick, when: '!(metrics.speakers(7) >= 5)', steps: [{ post: 也不知道 }] }
  told: { on: tick, steps: [{ post: '${metrics.speakers(7)} 人开口，发了 ${metrics.posts(7)} 条' }] }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.signal("tick", None, Value::Null);
    let news = story.news();
    assert!(!news.contains("谁来说说") && !news.contains("也不知道"), "{news}");
    assert!(news.contains("unknown 人开口，发了 0 条"), "{news}");
    let row = numbers(&story).into_iter().find(|row| row.metric == "speakers").expect("a row");
    assert_eq!((row.value, row.complete), (None, false));
    assert!(row.unknown.is_some_and(|why| why.contains("does not hear")));
    // Some program tells of messages: from then on it is known.
    for who in ["a", "b", "c"] {
        story.signal("message", Some(who), Value::Null);
    }
    story.signal("tick", None, Value::Null);
    let news = story.news();
    assert!(news.contains("谁来说说") && news.contains("也不知道") && news.contains("3 人开口"), "{news}");
}

#[test]
fn expressions_read_numbers_and_what_members_did_lately() {
    let yaml = "
plays:
  all:
    on: tick
    steps:
      - post: '${metrics.joins} ${metrics.joins(1)} ${metrics.top_share(2)} ${metrics.wau}'
      - post: '${members.where(|m| m.active(7) >= 2).names} ${members.where(|m| m.peers > 0).count}'
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.join("a", "甲");
    story.join("b", "乙");
    story.signal("message", Some("a"), Value::Null);
    story.now = at("2026-12-02 08:00");
    story.join("c", "丙");
    let reply = Value::map([("reply_to", Value::map([("member", Value::str("a"))]))]);
    story.signal("message", Some("b"), Value::map([("message", reply)]));
    story.signal("message", Some("a"), Value::Null);
    story.signal("tick", None, Value::Null);
    let news = story.news();
    assert!(news.contains("post group: 3 1 1 2"), "{news}");
    assert!(news.contains("post group: 甲 2"), "{news}");
    assert_eq!(value(&story, "members_per_operator"), None);
}

#[test]
fn a_part_of_two_numbers_keeps_its_fraction_wherever_it_is_written() {
    let yaml = "
metrics:
  share: { value: metrics.speakers(7) / members.count }
plays:
  heard:
    on: tick
    where: metrics.speakers(7) / members.count > 0.6
    steps: [{ post: where }]
  asked:
    on: tick
    when: metrics.speakers(7) / members.count > 0.6
    steps:
      - if: metrics.joins(7) / metrics.speakers(7) == 1.5
        then: [{ post: if }]
  stays:
    whenever: metrics.speakers(7) / members.count > 0.5 && metrics.speakers(7) == 2
    steps: [{ post: whenever }]
  told:
    on: tick
    steps:
      - post: '${metrics.speakers(7)} of ${members.count} is ${round(metrics.speakers(7) / members.count, 2)}; ${members.count / metrics.speakers(7)}'
      - post: '${\"all \" + metrics.speakers(7)}, ${plural(metrics.speakers(7), \"one\", \"people\")}, ${members.take(metrics.speakers(7)).count}'
      - post: '${round(metrics.share, 3)}; each ${round(members.where(|m| m.active(7) / 7 > 0.1).count, 0)}; ${members.where(|m| m.peers == 0).count}'
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    for who in ["a", "b", "c"] {
        story.join(who, who);
    }
    story.signal("message", Some("a"), Value::Null);
    story.signal("message", Some("b"), Value::Null);
    story.signal("tick", None, Value::Null);
    let news = story.news();
    for text in ["where", "if", "whenever", "2 of 3 is 0.67; 1.5", "all 2, 2 people, 2", "0.667; each 2; 3"] {
        assert!(news.contains(&format!("post group: {text}\n")), "{text}: {news}");
    }
}

#[test]
fn a_number_that_is_not_there_is_an_error_with_the_name_that_was_meant() {
    let mut folder = playbook::base::source::MemoryFolder::default();
    let text = "name: x\nplays:\n  a: { on: tick, when: metrics.speaker(7) > 1, steps: [{ post: '${metrics.helth}' }] }\n";
    folder.0.insert("p.yaml".into(), Arc::from(text));
    let compiled = playbook::lang::compile(&folder, "p.yaml");
    let found: Vec<String> =
        compiled.report.diagnostics.iter().map(|one| format!("{} {:?}", one.message.en, one.help)).collect();
    let all = found.join("\n");
    assert!(compiled.playbook.is_none());
    assert!(all.contains("speakers") && all.contains("health"), "{all}");
}

#[test]
fn the_page_has_every_number_with_its_formula() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/metrics.md");
    let page = std::fs::read_to_string(&path).expect("the page");
    let (begin, end) = ("<!-- numbers -->\n", "<!-- /numbers -->");
    let (before, rest) = page.split_once(begin).expect("where the table begins");
    let (kept, after) = rest.split_once(end).expect("where the table ends");
    let mut table =
        String::from("| Number | What it says | How it is computed | 说明 | 算法 |\n|---|---|---|---|---|\n");
    for metric in &METRICS {
        use playbook::base::metric::Takes;
        use std::fmt::Write as _;
        let taken = match metric.takes {
            Takes::Nothing => String::new(),
            Takes::Days(days) => format!("({days})"),
            Takes::Most(n) => format!("({n})"),
        };
        let (about, how) = (metric.about, metric.how);
        let _ = writeln!(
            table,
            "| `{}{taken}` | {} | {} | {} | {} |",
            metric.name, about.en, how.en, about.zh, how.zh
        );
    }
    if std::env::var("UPDATE_EXPECT").is_ok() {
        std::fs::write(&path, format!("{before}{begin}{table}{end}{after}")).expect("written");
        return;
    }
    assert_eq!(kept, table, "docs/metrics.md is out of date: UPDATE_EXPECT=1 writes it anew");
}
