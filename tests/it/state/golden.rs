//! Released forms of the state: databases as older programs left them are opened, read and carried on by this one.
//!
//! Each folder of `tests/golden/` is one released form: playbooks, their scripts, and the database as SQL text. None
//! is ever edited. A release whose form differs from the last one adds its own:
//!
//! ```text
//! PLAYBOOK_GOLDEN=form-3 cargo test --test it -- golden::the_form_of_today
//! ```
//!
//! writes `tests/golden/form-3/` from the lives in `golden_life.rs`, which must have a scene for every kind of entry
//! by then. From that commit on every test here reads it as well.

use crate::{help::playground::Playground, help::story::Story, state::golden_life};
use playbook::{
    base::{
        ids::GroupId,
        time::{Duration, Timestamp},
    },
    engine::{self, entry::Entry, recent::Recent, state::State},
    shell::store::{
        Ack, Decision, GroupInfo, MessageStatus, OpenMessage, Reader, Settle, Store, Work, read_entries,
        write_entries,
    },
};
use rusqlite::{Connection, types::ValueRef};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    path::{Path, PathBuf},
    sync::Arc,
};

const FILES: [&str; 3] = ["club.yaml", "open.yaml", "hands.yaml"];

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// Every released form.
pub(crate) fn forms() -> Vec<PathBuf> {
    let mut forms: Vec<PathBuf> =
        std::fs::read_dir(golden()).unwrap().map(|entry| entry.unwrap().path()).collect();
    forms.sort();
    assert!(!forms.is_empty());
    forms
}

/// A copy of a released state, beside its playbooks.
pub(crate) fn copy_of(form: &Path) -> Playground {
    let place = Playground::new();
    for entry in std::fs::read_dir(form).unwrap() {
        let file = entry.unwrap().path();
        let name = file.file_name().unwrap().to_str().unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        if name == "state.sql" {
            std::fs::create_dir(place.path(".playbook")).unwrap();
            database(&place).execute_batch(&text).unwrap();
        } else {
            place.write(name, &text);
        }
    }
    place
}

fn database(place: &Playground) -> Connection {
    Connection::open(place.path(".playbook/state.db")).unwrap()
}

#[test]
fn a_released_state_is_read_and_carried_on() {
    for form in forms() {
        let place = copy_of(&form);
        let before = journal(&place).len();
        for args in [
            &["status"][..],
            &["runs"],
            &["tasks"],
            &["outbox"],
            &["members"],
            &["log"],
            &["why", "hi", "--group", "club"],
        ] {
            let output = place.run(args).exits(0);
            assert!(!output.stdout.is_empty(), "{args:?} of {}", form.display());
        }
        let engine = place.start(&["run", FILES[0], FILES[1], FILES[2]]);
        let _ = engine.line("running");
        for args in [
            &["status"][..],
            &["runs"],
            &["tasks"],
            &["outbox"],
            &["members"],
            &["why", "hi", "--group", "club"],
        ] {
            let _ = place.run(args).exits(0);
        }
        let _ = place.run(&["start", "loops", "--group", "club"]).exits(0);
        let stopped = engine.stop().exits(0);
        for bad in ["damaged", "not in the state", "broke the engine", "cannot go on"] {
            assert!(!stopped.stderr.contains(bad), "{}", stopped.stderr);
        }
        let after = journal(&place);
        assert!(after.len() > before, "it lives on");
        let kinds: Vec<&str> = after[before..].iter().map(|line| line["entry"].as_str().unwrap()).collect();
        assert!(!kinds.contains(&"poisoned"), "{kinds:?}");
        let dead = place.run(&["outbox", "--format", "json"]).exits(0).json_lines();
        for status in ["dead", "in_doubt"] {
            assert!(dead.iter().any(|row| row["status"] == status), "{status}: {dead:?}");
        }
    }
}

fn journal(place: &Playground) -> Vec<serde_json::Value> {
    place.run(&["log", "--format", "json"]).exits(0).json_lines()
}

#[test]
fn the_stored_journal_applied_from_nothing_is_the_stored_state() {
    for form in forms() {
        let place = copy_of(&form);
        let stored = states(&place);
        let from = "DELETE FROM snapshot; UPDATE meta SET value = 0 WHERE name = 'checkpoint';";
        let snapshots: i64 =
            database(&place).query_row("SELECT count(*) FROM snapshot", [], |row| row.get(0)).unwrap();
        assert_eq!(snapshots as usize, stored.len(), "a snapshot of every group is stored");
        database(&place).execute_batch(from).unwrap();
        let applied = states(&place);
        assert!(applied.iter().map(named).eq(stored.iter().map(named)), "{}", form.display());
    }
}

/// For how long ids of inputs are remembered is not what older forms kept, and they kept no answers to take back.
fn named((group, state): (&GroupId, &State)) -> (GroupId, State) {
    (group.clone(), State { recent: Recent::default(), presses: VecDeque::new(), ..state.clone() })
}

fn states(place: &Playground) -> BTreeMap<GroupId, State> {
    let recovered = Reader::open(&place.path(".playbook")).unwrap().states().unwrap();
    recovered.groups.into_iter().map(|(group, found)| (group, found.state)).collect()
}

/// The lives of `golden_life.rs`, stored by this program; they become a released form where one is asked for.
#[test]
fn the_form_of_today() {
    let place = Playground::new();
    std::fs::create_dir(place.path(".playbook")).unwrap();
    let lives = [golden_life::club(), golden_life::open(), golden_life::hands()];
    for (file, story) in &lives {
        place.write(file, &story.versions.last().unwrap().1.0["p.yaml"]);
        write(&place.path(".playbook"), file, story);
    }
    place.write("s.rhai", "fn main(args) { 1 }");
    ship(&place.path(".playbook"));

    let conn = database(&place);
    let mut statement = conn.prepare("SELECT seq, version, entries FROM journal").unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    let mut kinds = BTreeSet::new();
    for row in rows {
        let (seq, version, text): (i64, i64, String) = row.unwrap();
        let entries = read_entries(seq, version, &text).unwrap();
        assert_eq!(write_entries(&entries).unwrap(), text, "what is read back is written in the same bytes");
        kinds.extend(entries.iter().map(kind));
    }
    for (_, story) in &lives {
        let mut again = State::new(story.state.group.clone());
        for entry in &story.entries {
            engine::apply(&mut again, entry).unwrap();
        }
        assert_eq!(states(&place)[&story.state.group], again, "recovery gives the state that was lived");
    }
    if let Ok(form) = std::env::var("PLAYBOOK_GOLDEN") {
        let missing: Vec<String> = every_kind().into_iter().filter(|kind| !kinds.contains(kind)).collect();
        assert!(missing.is_empty(), "these kinds of entries have no scene yet: {missing:?}");
        let into = golden().join(form);
        std::fs::create_dir(&into).expect("a released form is never written again");
        for file in FILES.into_iter().chain(["s.rhai"]) {
            std::fs::copy(place.path(file), into.join(file)).unwrap();
        }
        std::fs::write(into.join("state.sql"), dump(&conn)).unwrap();
    }
}

fn kind(entry: &Entry) -> String {
    serde_json::to_value(&entry.fact).unwrap()["entry"].as_str().unwrap().to_owned()
}

/// The kinds that the source lists, as they are stored.
fn every_kind() -> Vec<String> {
    let source =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/engine/entry.rs")).unwrap();
    let list = source.split("pub enum Fact {").nth(1).unwrap().split("\n}").next().unwrap();
    let names = list
        .lines()
        .filter_map(|line| line.strip_prefix("    ").filter(|rest| rest.starts_with(char::is_uppercase)));
    names
        .map(|name| {
            let name = name.split(['(', ' ', ',']).next().unwrap();
            let mut snake = String::new();
            for (at, letter) in name.char_indices() {
                if at > 0 && letter.is_uppercase() {
                    snake.push('_');
                }
                snake.extend(letter.to_lowercase());
            }
            snake
        })
        .collect()
}

/// Writes a life as an engine would have left it: decision by decision, with a snapshot some way back.
fn write(dir: &Path, file: &str, story: &Story) {
    let (tell, mut acks) = tokio::sync::mpsc::unbounded_channel();
    let (store, recovered, _) = Store::open(dir, tell).unwrap();
    let handle = store.handle();
    for (digest, files) in &story.versions {
        let files = files.0.clone();
        handle
            .send(Work::Source { digest: digest.clone(), path: "p.yaml".into(), files, secrets: Vec::new() })
            .unwrap();
    }
    let group = story.state.group.clone();
    let info = GroupInfo {
        playbook: "story".into(),
        title: story.playbook.groups[&group].title.to_string(),
        zone: story.playbook.zone.name().to_owned(),
        locale: "en".into(),
        file: file.into(),
        digest: story.playbook.digest.clone(),
    };
    handle.send(Work::Group(group.clone(), info)).unwrap();
    let (mut last, mut state, mut kept) = (recovered.last_seq, State::new(group.clone()), None);
    for entries in decisions(&story.entries) {
        last += entries.len() as i64;
        for entry in entries {
            engine::apply(&mut state, entry).unwrap();
        }
        if state.epoch as usize * 3 < story.entries.len() * 2 {
            kept = Some((state.clone(), last));
        }
        let decision = Decision {
            group: group.clone(),
            at: entries[0].at,
            entries: Arc::new(entries.to_vec()),
            claimed: Vec::new(),
            told: None,
            letters: Vec::new(),
            coverings: Vec::new(),
            parked: None,
        };
        handle.send(Work::Decide(decision)).unwrap();
    }
    let (state, seq) = kept.expect("a life has several decisions");
    handle.send(Work::Snapshot(Box::new(state), seq)).unwrap();
    drop(handle);
    store.close();
    while let Ok(ack) = acks.try_recv() {
        assert!(matches!(ack, Ack::Committed(_)), "{ack:?}");
    }
}

/// Entries as they were decided together.
fn decisions(entries: &[Entry]) -> Vec<&[Entry]> {
    entries.chunk_by(|one, next| next.input.is_none() && one.at == next.at).collect()
}

/// Gives the rows of the outbox every fate that a message may have.
fn ship(dir: &Path) {
    let (tell, _acks) = tokio::sync::mpsc::unbounded_channel();
    let (store, _, open) = Store::open(dir, tell).unwrap();
    let handle = store.handle();
    let keys: Vec<i64> = open
        .iter()
        .filter_map(|open| match open {
            OpenMessage::Send(row) if row.group.as_str() == "open" => Some(row.key),
            _ => None,
        })
        .collect();
    let settle = |key: i64, status: MessageStatus, tell: bool| Settle {
        key,
        status,
        attempts: 2,
        part: 0,
        in_doubt: status == MessageStatus::InDoubt,
        note: "what the platform said".into(),
        until: (status == MessageStatus::Pending)
            .then(|| Timestamp::from_millis(1_772_700_000_000).plus(Duration::HOUR)),
        failed: false,
        tell,
    };
    let fates = [
        (MessageStatus::Delivered, false),
        (MessageStatus::Dead, true),
        (MessageStatus::Dead, false),
        (MessageStatus::InDoubt, false),
        (MessageStatus::Expired, true),
        (MessageStatus::Expired, false),
        (MessageStatus::Pending, false),
    ];
    assert!(keys.len() > fates.len() + 1, "{}", keys.len());
    let settles = keys.iter().zip(fates).map(|(key, (status, tell))| settle(*key, status, tell)).collect();
    let under_way = vec![keys[fates.len()]];
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        handle.record(Vec::new(), settles, Vec::new()).await.unwrap();
        handle.record(under_way, Vec::new(), Vec::new()).await.unwrap();
    });
    drop(handle);
    store.close();
}

/// A database as SQL text: one row a line.
fn dump(conn: &Connection) -> String {
    let mut out = String::new();
    for pragma in ["application_id", "user_version"] {
        let value: i64 = conn.pragma_query_value(None, pragma, |row| row.get(0)).unwrap();
        out.push_str(&format!("PRAGMA {pragma} = {value};\n"));
    }
    let mut made = conn.prepare("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").unwrap();
    let made: Vec<(String, String, String)> = made
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    for (_, _, sql) in &made {
        out.push_str(&format!("{sql};\n"));
    }
    for (_, table, _) in made.iter().filter(|(kind, _, _)| kind == "table") {
        let mut statement = conn.prepare(&format!("SELECT * FROM {table} ORDER BY 1")).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values: Vec<String> = (0..columns).map(|at| quoted(row.get_ref(at).unwrap())).collect();
            out.push_str(&format!("INSERT INTO {table} VALUES ({});\n", values.join(", ")));
        }
    }
    out
}

fn quoted(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "NULL".into(),
        ValueRef::Integer(n) => n.to_string(),
        ValueRef::Real(n) => n.to_string(),
        ValueRef::Text(text) => format!("'{}'", std::str::from_utf8(text).unwrap().replace('\'', "''")),
        ValueRef::Blob(bytes) => {
            let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("x'{}'", digits.concat())
        }
    }
}
