//! A life of years: a restart with many open messages, and five years of twenty groups, compacted. A hundred groups are
//! five times that; the uncompacted state of those would be several gigabytes.

use crate::{
    engine_process::{Engine, Town},
    measure::{line, time},
};
use playbook::{
    base::{
        ids::GroupId,
        source::MemoryFolder,
        time::{Duration, Timestamp},
    },
    engine::{
        entry::{Entry, Fact},
        state::State,
    },
    lang,
    shell::store::{Ack, Decision, Reader, Store, Work, compact},
    sim::{Material, Options, simulate, world::World},
};
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::mpsc::unbounded_channel;

pub(crate) fn run() {
    restart();
    five_years();
}

/// 100,000 open posts to an address that refuses, decided a thousand at a time.
fn restart() {
    let town = Town::new();
    town.write("town.yaml", &file("http://127.0.0.1:1/x", 1));
    town.write_groups(1);
    Engine::start(&town).stop();
    let dir = town.state();
    let (tell, mut acks) = unbounded_channel();
    let (store, _, _) = Store::open(&dir, tell).expect("a store");
    let handle = store.handle();
    for batch in 0..100 {
        let posts = (0..1_000).map(|n| crate::store::posted(batch * 1_000 + n)).collect();
        let decision = Decision {
            group: GroupId::new("g00000"),
            at: Timestamp::from_millis(jiff::Timestamp::now().as_millisecond()),
            entries: Arc::new(posts),
            claimed: Vec::new(),
            told: None,
            letters: Vec::new(),
            coverings: Vec::new(),
            parked: None,
        };
        handle.send(Work::Decide(decision)).expect("the writer runs");
    }
    drop(handle);
    store.close();
    while let Ok(ack) = acks.try_recv() {
        assert!(matches!(ack, Ack::Committed(_)), "{ack:?}");
    }
    let engine = Engine::start(&town);
    line("restart with 100,000 open posts: up after", millis(engine.ready));
    engine.kill();
    let (took, rows) =
        time(|| Reader::open(&dir).and_then(|reader| reader.outbox(None, false)).expect("rows"));
    assert_eq!(rows.len(), 100_000);
    line("`outbox` of them", millis(took));
}

/// Lives five years in virtual time and stores them as an engine would have.
fn five_years() {
    let town = Town::new();
    let text = file("http://127.0.0.1:1/x", 20);
    town.write("town.yaml", &text);
    town.write_groups(20);
    let dir = town.state();
    std::fs::create_dir(&dir).expect("a folder for the state");
    let mut folder = MemoryFolder::default();
    folder.0.insert("town.yaml".into(), Arc::from(text));
    folder.0.insert("groups.csv".into(), Arc::from(town.read("groups.csv")));
    let compiled = lang::compile(&folder, "town.yaml");
    let playbook = compiled.playbook.unwrap_or_else(|| panic!("{:#?}", compiled.report));
    let material = Material::new(&playbook, Arc::new(folder));
    let from = Timestamp::from_millis(1_640_995_200_000);
    let options = Options {
        from,
        to: from.plus(Duration::DAY.times(1_826)),
        members: 0,
        seed: 1,
        world: Arc::new(World::still()),
    };
    let (tell, mut acks) = unbounded_channel();
    let (store, _, _) = Store::open(&dir, tell).expect("a store");
    let handle = store.handle();
    let mut under_way: BTreeMap<GroupId, Vec<Entry>> = BTreeMap::new();
    let (mut posts, mut sent, mut done) = (0_u64, 0_u64, 0_u64);
    let mut commit = |group: &GroupId, entries: Vec<Entry>| {
        let decision = Decision {
            group: group.clone(),
            at: entries[0].at,
            entries: Arc::new(entries),
            claimed: Vec::new(),
            told: None,
            letters: Vec::new(),
            coverings: Vec::new(),
            parked: None,
        };
        handle.send(Work::Decide(decision)).expect("the writer runs");
        sent += 1;
        // The writer is not left far behind.
        while sent - done > 4_096 {
            match acks.blocking_recv() {
                Some(Ack::Committed(acked)) => done += acked.len() as u64,
                other => panic!("{other:?}"),
            }
        }
    };
    let keep = |transition: &playbook::sim::Transition<'_>| {
        Some((transition.group.clone(), transition.entry.clone()))
    };
    let lived = simulate(&playbook, &material, &options, keep, |(group, entry)| {
        posts += u64::from(matches!(entry.fact, Fact::Posted(_)));
        let open = under_way.entry(group.clone()).or_default();
        if open.last().is_some_and(|last| last.at != entry.at) {
            commit(&group, std::mem::take(open));
        }
        open.push(entry);
        Ok::<(), std::convert::Infallible>(())
    });
    drop(lived);
    for (group, entries) in std::mem::take(&mut under_way) {
        commit(&group, entries);
    }
    drop(handle);
    store.close();
    settle(&dir);
    line("five years, 20 groups, 20 posts a day: posts", posts);
    line("  the state before, as an engine leaves it", mebibytes(&dir));
    let (took, done) = time(|| compact(&dir, Timestamp::from_millis(i64::MAX / 2)).expect("compacted"));
    line("  compacted in", millis(took));
    line("  pages against text", format!("1 : {:.1}", done.text_bytes as f64 / done.page_bytes as f64));
    line("  the state after", mebibytes(&dir));
    let engine = Engine::start(&town);
    line("  start: up after", millis(engine.ready));
    engine.stop();
    let (took, entries) = time(|| {
        let mut entries = 0_u64;
        Reader::open(&dir).and_then(|reader| reader.log(None, 0, &mut |_| entries += 1)).expect("a log");
        entries
    });
    line("  the whole journal read", format!("{} ({entries} entries)", millis(took)));
}

/// What the courier and the hours do in a real life: messages are delivered and leave the outbox, states are stored.
fn settle(dir: &std::path::Path) {
    let states: Vec<State> = Reader::open(dir)
        .and_then(|reader| reader.states())
        .expect("states")
        .groups
        .into_values()
        .map(|group| group.state)
        .collect();
    let (tell, _acks) = unbounded_channel();
    let conn = rusqlite::Connection::open(dir.join("state.db")).expect("a database");
    conn.execute_batch("DELETE FROM outbox; VACUUM;").expect("settled long ago");
    let (store, recovered, _) = Store::open(dir, tell).expect("a store");
    for state in states {
        store.handle().send(Work::Snapshot(Box::new(state), recovered.last_seq)).expect("the writer runs");
    }
    store.handle().send(Work::Checkpoint(recovered.last_seq)).expect("the writer runs");
    store.close();
}

fn file(url: &str, plays: usize) -> String {
    let mut text = format!(
        "name: town\ntimezone: UTC\nchannels: {{ group: {{ type: webhook, url: \"{url}\" }} }}\ngroups: groups.csv\nplays:\n"
    );
    for n in 0..plays {
        text.push_str(&format!(
            "  daily-{n}: {{ every: day at {:02}:10, steps: [post: 'Good morning, this is number {n} of ${{run.number}}. Who has read the chapter? Tell us what you made of it.'] }}\n",
            n % 24
        ));
    }
    text
}

fn millis(took: std::time::Duration) -> String {
    format!("{:.0} ms", took.as_secs_f64() * 1e3)
}

fn mebibytes(dir: &std::path::Path) -> String {
    let bytes = std::fs::metadata(dir.join("state.db")).expect("a database").len();
    format!("{:.1} MiB", bytes as f64 / 1024.0 / 1024.0)
}
