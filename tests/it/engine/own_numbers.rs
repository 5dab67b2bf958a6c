//! The playbook's own numbers: counted of signals, computed of each other, with targets and a tree.

use crate::help::story::Story;
use playbook::{
    base::{locale::Locale, value::Value},
    engine::entry::Fact,
    shell::view::{
        GroupShown,
        metrics::{NumberRow, metrics},
    },
};

const SHOP: &str = "
metrics:
  revenue: { sum: signal.data.amount, on: order.paid, over: 7d, title: Revenue }
  orders: { count: order.paid, over: 7d }
  per_order: { value: metrics.revenue / metrics.orders, target: '>= 12', by: 10d, parts: [revenue, orders] }
  doubled: { value: metrics.per_order * 2 }
plays:
  cheer: { whenever: metrics.per_order > 12, steps: [{ post: 'Each brings ${metrics.per_order}.' }] }
";

fn rows(story: &Story) -> Vec<NumberRow> {
    let zone = story.playbook.zone.clone();
    let group = GroupShown { id: &story.state.group, state: &story.state, info: None, zone: &zone };
    metrics(group, Some(&story.playbook), story.now, Locale::En)
}

fn row(story: &Story, name: &str) -> NumberRow {
    rows(story).into_iter().find(|row| row.metric == name).expect("the number")
}

fn paid(story: &mut Story, amount: Value) {
    story.signal("order.paid", Some("li"), Value::map([("amount", amount)]));
}

#[test]
fn signals_are_added_up_over_days_and_values_are_computed_of_them() {
    let mut story = Story::new("2026-12-01 08:00", SHOP);
    assert_eq!(row(&story, "revenue").value, Some(0.0));
    let per = row(&story, "per_order");
    assert_eq!(
        (per.value, per.target.as_ref().and_then(|target| target.met)),
        (None, None),
        "nothing by nothing"
    );
    assert!(per.unknown.is_some());
    paid(&mut story, Value::Int(10));
    paid(&mut story, Value::str("15.50"));
    assert_eq!(row(&story, "revenue").value, Some(25.5));
    // Two orders, whole numbers too: a division keeps its fraction.
    assert_eq!(row(&story, "per_order").value, Some(12.75));
    assert_eq!(row(&story, "doubled").value, Some(25.5));
    assert_eq!(row(&story, "per_order").target.and_then(|target| target.met), Some(true));
    assert!(story.posts().iter().any(|text| text.contains("Each brings 12.75.")), "{:?}", story.posts());
    // What carries no number counts as an order and adds nothing.
    paid(&mut story, Value::str("much"));
    assert_eq!((row(&story, "revenue").value, row(&story, "orders").value), (Some(25.5), Some(3.0)));
    // The window moves on.
    story.until("2026-12-07 08:00");
    assert_eq!(row(&story, "orders").value, Some(3.0));
    story.until("2026-12-08 08:00");
    assert_eq!(row(&story, "orders").value, Some(0.0));
    let late = row(&story, "per_order");
    assert!(late.value.is_none() && late.target.is_some_and(|target| !target.late));
    story.until("2026-12-12 08:00");
    paid(&mut story, Value::Int(3));
    let late = row(&story, "per_order").target.expect("a target");
    assert_eq!((late.is.as_str(), late.met, late.late), (">= 12", Some(false), true));
}

#[test]
fn another_sum_begins_anew_and_what_is_gone_is_forgotten() {
    let mut story = Story::new("2026-12-01 08:00", SHOP);
    paid(&mut story, Value::Int(10));
    story.edit(&SHOP.replace("signal.data.amount", "signal.data.amount * 2"));
    assert_eq!((row(&story, "revenue").value, row(&story, "orders").value), (Some(0.0), Some(1.0)));
    paid(&mut story, Value::Int(10));
    assert_eq!(row(&story, "revenue").value, Some(20.0));
    story.edit("plays: { a: { on: tick, steps: [{ post: a }] } }\n");
    assert!(story.state.numbers.tallies.is_empty());
    // A playbook without numbers of its own records nothing of them.
    let before = story.entries.len();
    paid(&mut story, Value::Int(10));
    let new = &story.entries[before..];
    assert!(!new.iter().any(|entry| matches!(entry.fact, Fact::Tallied(_))));
}

#[test]
fn the_tree_comes_first_with_its_parts_below() {
    let story = Story::new("2026-12-01 08:00", SHOP);
    let names: Vec<String> = rows(&story).into_iter().take(5).map(|row| row.metric).collect();
    assert_eq!(names, ["per_order", "revenue", "orders", "doubled", "health"]);
    assert_eq!(row(&story, "per_order").parts, ["revenue", "orders"]);
    assert_eq!(row(&story, "revenue").about, "Revenue");
}

fn problems(metrics: &str) -> String {
    let mut folder = playbook::base::source::MemoryFolder::default();
    let text = format!(
        "name: x\ntimezone: Asia/Shanghai\nmetrics:\n{metrics}\nplays: {{ a: {{ on: tick, steps: [{{ post: a }}] }} }}\n"
    );
    folder.0.insert("p.yaml".into(), text.into());
    let found = playbook::lang::compile(&folder, "p.yaml").report.diagnostics;
    let lines: Vec<String> = found.iter().map(|one| format!("{}: {}", one.code, one.message.en)).collect();
    lines.join("\n")
}

#[test]
fn a_number_that_cannot_be_is_an_error() {
    assert_eq!(problems("  a: { count: order.paid }"), "");
    for (metrics, code) in [
        ("  a: { value: metrics.b }\n  b: { value: 'metrics.a + 1' }", "metric-cycle"),
        ("  a: { count: x, parts: [b] }\n  b: { count: x, parts: [a] }", "metric-cycle"),
        ("  speakers: { count: x }", "duplicate-name"),
        ("  a: { value: metrics.nothing }", "expression"),
        ("  a: { sum: signal.data.x }", "missing-key"),
        ("  a: { count: x, value: '1' }", "missing-key"),
        ("  a: { count: x, over: 36h }", "bad-value"),
        ("  a: { count: x, target: much }", "bad-value"),
        ("  a: { count: x, by: 30d }", "misplaced-key"),
        ("  a: { count: x, parts: [speakerz] }", "unknown-name"),
        ("  a-b: { count: x }", "bad-name"),
    ] {
        assert!(problems(metrics).contains(code), "{metrics}: {}", problems(metrics));
    }
}
