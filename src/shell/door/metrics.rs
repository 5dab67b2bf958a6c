//! `/metrics`: numbers of the engine in the text format of Prometheus.
//!
//! Names playbooks and groups, and no member; the numbers of single groups are those of the first 200.

use super::{
    address,
    answer::{self, Turned},
    inside::{Inside, Near},
    v1,
};
use crate::{
    base::{ids::GroupId, metric::find},
    engine::numbers::Gauges,
    shell::{
        clock,
        runtime::publish::{InForce, Snapshot},
        view::metrics::reading,
    },
};
use axum::{
    Extension,
    body::Body,
    extract::State,
    http::{HeaderMap, Response, StatusCode, header},
};
use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

/// More groups than this are not told of one by one.
const GROUPS_MAX: usize = 200;
/// The type of the text format.
const KIND: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Answers who asks on this machine, and elsewhere who has a token.
pub(super) async fn get(
    State(inside): State<Arc<Inside>>,
    Extension(near): Extension<Near>,
    headers: HeaderMap,
) -> Result<Response<Body>, Turned> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let passed_on = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];
    let here = near.0
        && host.is_none_or(address::is_loopback)
        && !passed_on.iter().any(|name| headers.contains_key(*name));
    if !here && !headers.contains_key(header::AUTHORIZATION) {
        let message = "without a token numbers are told on this machine only: ask 127.0.0.1 or localhost, and through no \
                       proxy, or show `Authorization: Bearer TOKEN`; `playbook open --token NAME` makes one";
        return Err(Turned::new(StatusCode::FORBIDDEN, "elsewhere", message));
    }
    if !here {
        v1::asker(&inside, &headers)?;
    }
    let behind_ms = inside.pulse.behind_ms(clock::now());
    let text = text(&inside.published.snapshot(), behind_ms, inside.pulse.is_held_up());
    Ok(answer::typed(StatusCode::OK, KIND, text))
}

/// What is counted of the groups of one playbook.
#[derive(Default)]
struct Sum([usize; 5]);

/// Each with its name and what it is, in the order of [`Sum`].
const SUMS: [(&str, &str); 5] = [
    ("playbook_groups", "Groups that run."),
    ("playbook_members", "Members of all groups."),
    ("playbook_runs_open", "Runs that have not ended."),
    ("playbook_tasks_open", "Tasks, approvals and questions that wait for people."),
    ("playbook_messages_held", "Messages that budgets hold back."),
];

fn text(snapshot: &Snapshot, behind_ms: i64, held_up: bool) -> String {
    let mut sums: BTreeMap<&str, Sum> = BTreeMap::new();
    for book in snapshot.books.iter() {
        sums.entry(book.playbook.name.as_str()).or_default();
    }
    let mut resting = 0;
    for group in snapshot.groups.values() {
        let Some(book) = &group.book else {
            resting += 1;
            continue;
        };
        let state = &group.state;
        let open = state.runs.values().filter(|run| run.outcome.is_none()).count();
        let counts = [1, state.members.len(), open, state.tasks.len(), state.held.len()];
        let sum = sums.entry(book.playbook.name.as_str()).or_default();
        for (sum, count) in sum.0.iter_mut().zip(counts) {
            *sum += count;
        }
    }
    let mut out = String::new();
    people(&mut out, snapshot);
    for (place, (name, about)) in SUMS.iter().enumerate() {
        head(&mut out, name, about, "gauge");
        for (playbook, sum) in &sums {
            let _ = writeln!(out, "{name}{{playbook=\"{}\"}} {}", label(playbook), sum.0[place]);
        }
    }
    let single = [
        ("playbook_groups_resting", "Groups in the state that no file runs.", "gauge", resting.to_string()),
        ("playbook_journal_entries_total", "Entries of the journal.", "counter", snapshot.seq.to_string()),
        (
            "playbook_behind_seconds",
            "How long the earliest thing that is due waits.",
            "gauge",
            format!("{}", behind_ms as f64 / 1_000.0),
        ),
        (
            "playbook_store_held_up",
            "1 while the state cannot be written.",
            "gauge",
            u8::from(held_up).to_string(),
        ),
    ];
    for (name, about, kind, value) in single {
        head(&mut out, name, about, kind);
        let _ = writeln!(out, "{name} {value}");
    }
    out
}

/// The numbers that are told of every group, with what they are.
const PER_GROUP: [(&str, &str); 8] = [
    ("health", "How well the group is, of 100."),
    ("speakers", "Members who spoke in 7 days."),
    ("messages", "Messages of humans in 7 days."),
    ("joins", "Who joined in 30 days."),
    ("quits", "Who left in 30 days."),
    ("activation", "Share of newcomers who spoke within a week."),
    ("response_rate", "Share of questions that were answered within a day."),
    ("missed", "Tasks of 7 days that nobody did."),
];

/// Numbers of groups: a line for each group of which one is known, of the first groups of a large installation.
fn people(out: &mut String, snapshot: &Snapshot) {
    let now = clock::now();
    let groups = snapshot.groups.values().filter(|group| group.book.is_some()).take(GROUPS_MAX);
    let readings: Vec<_> = groups
        .filter_map(|group| {
            let book = group.book.as_ref()?;
            Some((&group.state.group, book, reading(&group.state, Some(&book.playbook), now)))
        })
        .collect();
    for (name, about) in PER_GROUP {
        let Some(metric) = find(name) else { continue };
        let prometheus = format!("playbook_group_{name}");
        let mut begun = false;
        for (group, book, reading) in &readings {
            let Some(value) = reading.read(metric, None).value else { continue };
            if !std::mem::replace(&mut begun, true) {
                head(out, &prometheus, about, "gauge");
            }
            let (playbook, group) = (label(book.playbook.name.as_str()), label(group.as_str()));
            let _ = writeln!(out, "{prometheus}{{playbook=\"{playbook}\",group=\"{group}\"}} {value}");
        }
    }
    own(out, &readings);
}

/// The numbers of the playbooks' own, all under one name.
fn own(out: &mut String, readings: &[(&GroupId, &Arc<InForce>, Arc<Gauges>)]) {
    let mut begun = false;
    for (group, book, reading) in readings {
        for (number, figure) in reading.own() {
            let Some(value) = figure.value else { continue };
            if !std::mem::replace(&mut begun, true) {
                head(out, "playbook_group_own", "Numbers of the playbook's own.", "gauge");
            }
            let (playbook, group) = (label(book.playbook.name.as_str()), label(group.as_str()));
            let name = &number.name;
            let _ = writeln!(
                out,
                "playbook_group_own{{playbook=\"{playbook}\",group=\"{group}\",metric=\"{name}\"}} {value}"
            );
        }
    }
}

fn head(out: &mut String, name: &str, about: &str, kind: &str) {
    let _ = writeln!(out, "# HELP {name} {about}\n# TYPE {name} {kind}");
}

/// A label's value.
fn label(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_without_groups_has_every_number() {
        let text = text(&Snapshot { seq: 7, ..Snapshot::default() }, 1_500, true);
        assert!(text.contains("\nplaybook_journal_entries_total 7\n"), "{text}");
        assert!(text.contains("\nplaybook_behind_seconds 1.5\n") && text.ends_with("held_up 1\n"), "{text}");
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            assert!(line.split_once(' ').is_some_and(|(_, value)| value.parse::<f64>().is_ok()), "{line}");
        }
        assert_eq!(label("a\"b\\c\n"), "a\\\"b\\\\c\\n");
    }
}
