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
    base::{
        ids::{ChannelName, GroupId},
        metric::find,
        time::{Duration, Timestamp},
    },
    engine::{entry::Outcome, numbers::Gauges},
    shell::{
        clock,
        console::keep::{Accepted, Outcomes},
        ears::{EarNow, EarState},
        runtime::publish::{InForce, Snapshot},
        store::{Backlog, MessageStatus, Reader},
        view::metrics::reading,
    },
};
use axum::{
    Extension,
    body::Body,
    extract::State,
    http::{HeaderMap, Response, StatusCode, header},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    sync::Arc,
};

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
    let snapshot = inside.published.snapshot();
    let mut text = text(&snapshot, behind_ms, inside.pulse.is_held_up());
    let kept = inside.kept.clone();
    let read = move || Reader::beside_engine(kept.dir())?.backlog(None);
    let backlog = tokio::task::spawn_blocking(read).await.ok().and_then(Result::ok).unwrap_or_default();
    let (accepted, outcomes) = (inside.kept.accepted(), inside.kept.outcomes());
    let ears = inside.published.ears().all();
    messages(&mut text, &snapshot, (&backlog, &accepted, &outcomes));
    work(&mut text, &snapshot, clock::now());
    listening(&mut text, &ears);
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
const PER_GROUP: [(&str, &str); 9] = [
    ("health", "How well the group is, of 100."),
    ("speakers", "Members who spoke in 7 days."),
    ("messages", "Messages of humans in 7 days."),
    ("joins", "Who joined in 30 days."),
    ("quits", "Who left in 30 days."),
    ("activation", "Share of newcomers who spoke within a week."),
    ("response_rate", "Share of questions that were answered within a day."),
    ("sla_breach", "Share of answers of 28 days that took longer than promised."),
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
    on_duty(out, &readings);
    own(out, &readings);
}

/// Answers later than promised, by the role and the person on duty.
fn on_duty(out: &mut String, readings: &[(&GroupId, &Arc<InForce>, Arc<Gauges>)]) {
    let mut begun = false;
    let name = "playbook_group_sla_breach_by_duty";
    for (group, book, reading) in readings {
        for (whose, figure) in reading.parts_of("sla_breach") {
            let Some(value) = figure.value else { continue };
            if !std::mem::replace(&mut begun, true) {
                head(out, name, "The same by the role and the person on duty.", "gauge");
            }
            let (playbook, group) = (label(book.playbook.name.as_str()), label(group.as_str()));
            let whose = label(&whose);
            let _ = writeln!(
                out,
                "{name}{{playbook=\"{playbook}\",group=\"{group}\",whose=\"{whose}\"}} {value}"
            );
        }
    }
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

/// How many there are of what, by the playbook and one word more.
type Counted<'a> = BTreeMap<(&'a str, String), i64>;

/// Messages: on their way by where they stand, ended by how, and when each channel got through last.
fn messages(
    out: &mut String,
    snapshot: &Snapshot,
    (backlog, accepted, outcomes): (&BTreeMap<GroupId, Vec<Backlog>>, &Accepted, &Outcomes),
) {
    let mut open: Counted<'_> = Counted::new();
    for book in snapshot.books.iter() {
        for status in [
            MessageStatus::Pending,
            MessageStatus::Claimed,
            MessageStatus::Manual,
            MessageStatus::Dead,
            MessageStatus::InDoubt,
        ] {
            open.insert((book.playbook.name.as_str(), status.as_str().to_owned()), 0);
        }
    }
    for (group, rows) in backlog {
        let Some(book) = snapshot.groups.get(group).and_then(|group| group.book.as_ref()) else { continue };
        for row in rows {
            let key = (book.playbook.name.as_str(), row.status.as_str().to_owned());
            let sum = open.entry(key).or_default();
            *sum = sum.saturating_add(i64::try_from(row.count).unwrap_or(i64::MAX));
        }
    }
    counted(
        out,
        ("playbook_outbox_messages", "Messages that are not settled, by where they stand.", "gauge"),
        "status",
        &open,
    );
    let named = |title: &str| {
        let mut books = snapshot.books.iter();
        books.find(|book| &*book.playbook.title == title).map(|book| book.playbook.name.as_str())
    };
    let mut ended: Counted<'_> = Counted::new();
    for book in snapshot.books.iter() {
        for word in ["accepted", "refused", "in_doubt", "expired"] {
            ended.insert((book.playbook.name.as_str(), word.to_owned()), 0);
        }
    }
    for ((title, word), n) in outcomes {
        let Some(name) = named(title) else { continue };
        ended.insert((name, (*word).to_owned()), i64::try_from(*n).unwrap_or(i64::MAX));
    }
    let about = "Messages by how they ended, since the engine began.";
    counted(out, ("playbook_messages_total", about, "counter"), "outcome", &ended);
    let last: Counted<'_> = accepted
        .iter()
        .filter_map(|((title, channel), taken)| {
            Some(((named(title)?, channel.to_string()), taken.at.as_seconds()))
        })
        .collect();
    let about = "When a platform took something of the channel last, since the engine began.";
    counted(out, ("playbook_channel_last_success_timestamp_seconds", about, "gauge"), "channel", &last);
}

/// Tasks that are due or late, channels that fail, and when each play was done last.
fn work(out: &mut String, snapshot: &Snapshot, now: Timestamp) {
    let (mut tasks, mut failing, mut done) = (Counted::new(), Counted::new(), Counted::new());
    for book in snapshot.books.iter() {
        let name = book.playbook.name.as_str();
        for word in ["due", "late"] {
            tasks.insert((name, word.to_owned()), 0);
        }
        failing.extend(book.playbook.channels.keys().map(|channel| ((name, channel.to_string()), 0)));
    }
    let tomorrow = now.plus(Duration::DAY);
    for group in snapshot.groups.values() {
        let Some(book) = &group.book else { continue };
        let name = book.playbook.name.as_str();
        for due in group.state.tasks.values().filter_map(|open| open.task.due).filter(|due| *due < tomorrow) {
            let word = if due < now { "late" } else { "due" };
            *tasks.entry((name, word.to_owned())).or_default() += 1;
        }
        for channel in group.state.failing.keys() {
            *failing.entry((name, channel.to_string())).or_default() += 1;
        }
        let ended = group.state.finished.iter().filter(|run| run.outcome == Some(Outcome::Done));
        for (play, at) in ended.filter_map(|run| Some((run.play.to_string(), run.finished?.as_seconds()))) {
            let last = done.entry((name, play)).or_insert(at);
            *last = (*last).max(at);
        }
    }
    counted(
        out,
        ("playbook_tasks_waiting", "Tasks that are due within a day, and those that are late.", "gauge"),
        "when",
        &tasks,
    );
    counted(
        out,
        ("playbook_channel_failing_groups", "Groups in which the channel fails.", "gauge"),
        "channel",
        &failing,
    );
    let about = "When a run of the play was done last, of the runs that are remembered.";
    counted(out, ("playbook_play_last_done_timestamp_seconds", about, "gauge"), "play", &done);
}

/// Ears by how they are, and when each heard its platform last.
fn listening(out: &mut String, ears: &BTreeMap<Arc<str>, EarNow>) {
    const STATES: [&str; 5] = ["begins", "listens", "troubled", "elsewhere", "refused"];
    let word = |ear: &EarNow| match ear.state {
        EarState::Begins => STATES[0],
        EarState::Listens => STATES[1],
        EarState::Troubled(_) => STATES[2],
        EarState::Elsewhere(_) => STATES[3],
        EarState::Refused(_) => STATES[4],
    };
    head(out, "playbook_ears", "Connections that listen, by how they are.", "gauge");
    for state in STATES {
        let n = ears.values().filter(|ear| word(ear) == state).count();
        let _ = writeln!(out, "playbook_ears{{state=\"{state}\"}} {n}");
    }
    let heard = ears.values().filter_map(|ear| Some((ear.channels.first()?, ear.heard?))).take(GROUPS_MAX);
    let mut heard = heard.peekable();
    if heard.peek().is_some() {
        let about = "When the platform said something to the connection last.";
        head(out, "playbook_ear_last_heard_timestamp_seconds", about, "gauge");
    }
    let mut told: BTreeSet<(&GroupId, &ChannelName)> = BTreeSet::new();
    for ((group, channel), at) in heard {
        if !told.insert((group, channel)) {
            continue;
        }
        let (group, channel, at) = (label(group.as_str()), label(channel.as_str()), at.as_seconds());
        let _ = writeln!(
            out,
            "playbook_ear_last_heard_timestamp_seconds{{group=\"{group}\",channel=\"{channel}\"}} {at}"
        );
    }
}

/// A family with two labels; nothing where it has no line.
fn counted(out: &mut String, (name, about, kind): (&str, &str, &str), second: &str, all: &Counted<'_>) {
    if !all.is_empty() {
        head(out, name, about, kind);
    }
    for ((playbook, word), n) in all {
        let (playbook, word) = (label(playbook), label(word));
        let _ = writeln!(out, "{name}{{playbook=\"{playbook}\",{second}=\"{word}\"}} {n}");
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
