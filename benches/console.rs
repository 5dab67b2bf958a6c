//! The console with 10,000 groups and a million entries: what the board costs a decision, how long a filter looks, how
//! soon and how large pages come from the real program, how much memory it takes, and what ten pages that are open take
//! from the engine.

use crate::{
    engine_process::{Engine, Town},
    measure::{line, rate, time},
};
use playbook::{
    base::{ids::GroupId, source::MemoryFolder, time::Timestamp},
    engine::{
        self,
        entry::Entry,
        input::{Input, InputKind},
        state::State,
    },
    lang,
    model::playbook::{Playbook, Playbooks},
    shell::{
        console::{
            board::Board,
            history::{History, Kinds},
        },
        runtime::publish::{GroupNow, InForce, Snapshot},
        store::{Decision, GroupInfo, Store, Work},
    },
};
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

const GROUPS: usize = 10_000;
/// Entries of each group: a million in all.
const ENTRIES: usize = 100;
/// Decisions after which the board is brought up to date, one by one.
const DECISIONS: usize = 2_000;
/// How often each page is asked for.
const ASKED: usize = 200;

const PLAYS: &str = "name: town\ntimezone: UTC\nlocale: en\nbudgets: { posts: { max: 2 per day } }\n\
    groups: groups.csv\npeople: { zhu: { name: Zhu } }\nroles: { host: { people: [zhu] } }\nplays:\n\
    \x20 morning: { every: day at 07:30, steps: [post: Good morning.] }\n\
    \x20 noon: { every: day at 12:00, steps: [{ post: A question. }, { task: Look at the answers, to: host }] }\n\
    \x20 night: { every: day at 20:00, steps: [post: Good night.] }\n\
    \x20 tick: { on: tick, steps: [post: Tick.] }\n";

/// Pairs of batches, one with pages that are open and one without.
const PAIRS: usize = 11;
/// Facts of a batch: what a sender may report at once.
const FACTS: usize = 1_000;
/// Browsers that have a page open.
const OPEN: usize = 10;
/// Pages are to come within this at the 99th percentile, in milliseconds, and be no larger than this.
const AIM: (f64, usize) = (10.0, 60_000);

/// Who reports the facts: one sender a batch, because each has its limit.
fn senders() -> String {
    let one = |n| format!("  s{n}: {{ token: {{ file: token-{n} }}, may: [tick] }}\n");
    format!("inbound:\n{}", (0..PAIRS * 2).map(one).collect::<String>())
}

fn token(n: usize) -> String {
    format!("a-token-of-the-measure-that-is-long-enough-{n}")
}

fn compiled(town: &Town) -> Arc<Playbook> {
    let mut folder = MemoryFolder::default();
    for file in ["town.yaml", "groups.csv"] {
        folder.0.insert(file.into(), Arc::from(town.read(file).as_str()));
    }
    let compiled = lang::compile(&folder, "town.yaml");
    compiled.playbook.unwrap_or_else(|| panic!("{:#?}", compiled.report))
}

/// A group, and its decisions with their instants.
type Lived = (State, Vec<(Timestamp, Vec<Entry>)>);

/// One group that has lived until it has so many entries, decision by decision.
fn lived(id: &GroupId, playbook: &Playbook, playbooks: &Playbooks, from: Timestamp) -> Lived {
    let (mut state, mut decisions, mut count) = (State::new(id.clone()), Vec::new(), 0);
    let mut input = InputKind::Adopt { digest: playbook.digest.clone() };
    let mut now = from;
    while count < ENTRIES {
        let step = engine::step(&state, playbooks, &Input { id: "i".into(), kind: input }, now);
        state = step.next;
        count += step.entries.len();
        decisions.push((now, step.entries));
        let Some(wake) = engine::deadline(&state) else { break };
        (now, input) = (wake.at, InputKind::Wake { epoch: state.epoch });
    }
    (state, decisions)
}

pub(crate) fn run() {
    let town = Town::new();
    let (playbook, playbooks, groups) = settled(&town);
    boards(&playbook, &playbooks, &groups);
    histories(&groups);
    write(&town.state(), &playbook, &groups);
    drop(groups);
    served(&town);
}

/// The state of ten thousand groups with a million entries, in a folder with their playbook.
pub(crate) fn a_town_that_has_lived(town: &Town) {
    let (playbook, _, groups) = settled(town);
    write(&town.state(), &playbook, &groups);
}

/// The town's files, and what its groups have lived through.
fn settled(town: &Town) -> (Arc<Playbook>, Playbooks, Vec<Lived>) {
    town.write_groups(GROUPS);
    town.write("town.yaml", &format!("{PLAYS}{}", senders()));
    for n in 0..PAIRS * 2 {
        town.write(&format!("token-{n}"), &token(n));
    }
    let playbook = compiled(town);
    let mut playbooks = Playbooks::default();
    playbooks.insert(playbook.clone());
    // So long ago that all of it has happened by now.
    let from = Timestamp::from_millis(jiff::Timestamp::now().as_millisecond() - 60 * 86_400_000);
    let groups = playbook.groups.keys().map(|id| lived(id, &playbook, &playbooks, from)).collect();
    (playbook, playbooks, groups)
}

/// The board, made at once and brought up to date decision by decision.
fn boards(playbook: &Arc<Playbook>, playbooks: &Playbooks, groups: &[Lived]) {
    let book = Arc::new(InForce {
        file: "town.yaml".into(),
        playbook: playbook.clone(),
        warnings: Arc::default(),
        targets: Arc::default(),
        senders: Arc::default(),
        watchman: None,
        ears: Arc::default(),
        hooks: Arc::default(),
    });
    let now = |state: &State| Arc::new(GroupNow { state: Arc::new(state.clone()), book: Some(book.clone()) });
    let mut snapshot = Snapshot {
        seq: 1,
        groups: groups.iter().map(|(state, _)| (state.group.clone(), now(state))).collect(),
        books: Arc::new(vec![book.clone()]),
        playbooks: Arc::new(playbooks.clone()),
    };
    let (took, (mut board, _)) = time(|| Board::default().next(&snapshot));
    line("the board of all groups, made at once: groups", rate(GROUPS, took));
    let mut costs: Vec<Duration> = Vec::with_capacity(DECISIONS);
    for (state, _) in groups.iter().take(DECISIONS) {
        let Some(wake) = engine::deadline(state) else { continue };
        let input = Input { id: "w".into(), kind: InputKind::Wake { epoch: state.epoch } };
        let next = engine::step(state, playbooks, &input, wake.at).next;
        snapshot.groups.insert(state.group.clone(), now(&next));
        let (took, (next, _)) = time(|| board.next(&snapshot));
        board = next;
        costs.push(took);
    }
    costs.sort();
    let at = |share: f64| costs[((costs.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e6;
    line("the board after one decision", format!("{:>8.1} µs   p99 {:.1} µs", at(0.5), at(0.99)));
}

/// A filter over a million decisions.
fn histories(groups: &[Lived]) {
    let mut history = History::default();
    let mut seq = 0;
    let (took, ()) = time(|| {
        for round in 0..ENTRIES {
            for (state, decisions) in groups {
                let Some((at, entries)) = decisions.get(round % decisions.len()) else { continue };
                seq += 1;
                history.newer((seq, *at), &state.group, Kinds::of_all(entries).and(Kinds::RUN));
            }
        }
    });
    line("the history, decision by decision", rate(seq as usize, took));
    let rare = groups.last().map(|(state, _)| state.group.clone());
    for (what, group, kinds) in [
        ("a page of everything", None, Kinds::TOLD),
        ("a page of one group", rare.as_ref(), Kinds::TOLD),
        ("a page of what never happened", None, Kinds::FAILED),
    ] {
        let (took, found) = time(|| history.before(group, kinds, None, 100));
        let ms = took.as_secs_f64() * 1e3;
        line(
            &format!("{what} of {} decisions", history.len()),
            format!("{ms:>8.2} ms   {} found", found.decisions.len()),
        );
    }
}

/// Writes what has happened into a state, as an engine would have left it.
fn write(dir: &Path, playbook: &Playbook, groups: &[Lived]) {
    let (tell, _acks) = tokio::sync::mpsc::unbounded_channel();
    std::fs::create_dir_all(dir).expect("a folder");
    let (store, _, _) = Store::open(dir, tell).expect("a store");
    let handle = store.handle();
    let send = |work| handle.send(work).expect("the writer is there");
    for (state, _) in groups {
        let info = GroupInfo {
            playbook: playbook.name.to_string(),
            title: state.group.to_string(),
            zone: "UTC".into(),
            locale: "en".into(),
            file: "town.yaml".into(),
            digest: playbook.digest.clone(),
        };
        send(Work::Group(state.group.clone(), info));
    }
    for (state, decisions) in groups {
        for (at, entries) in decisions {
            send(Work::Decide(Decision {
                group: state.group.clone(),
                at: *at,
                entries: Arc::new(entries.clone()),
                claimed: Vec::new(),
                told: None,
                letters: Vec::new(),
                coverings: Vec::new(),
                parked: None,
            }));
        }
    }
    drop(handle);
    store.close();
}

/// Pages of the real program.
fn served(town: &Town) {
    let deaf = Engine::start_with(town, &["--no-watch"]);
    std::thread::sleep(Duration::from_secs(5));
    let without = deaf.resident();
    deaf.stop();
    let engine = Engine::start_with(town, &["--listen", "127.0.0.1:0", "--no-watch"]);
    let link = engine.console.clone().expect("a link to the console");
    let (host, code) = link.trim_start_matches("http://").split_once("/enter/").expect("a link");
    let said = ask(
        host,
        &format!("POST /enter/{code}"),
        "sec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\n",
    );
    let cookie = said.lines().find_map(|line| line.strip_prefix("set-cookie: ")).expect("a cookie");
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    // What was is read beside the engine.
    std::thread::sleep(Duration::from_secs(20));
    for path in [
        "/",
        "/groups",
        "/groups/g05000",
        "/log",
        "/log?kind=missed",
        "/log?kind=failed",
        "/log?group=g05000",
        "/channels",
        "/calendar",
        "/calendar?group=g05000",
        "/calendar?group=g05000&view=month",
        "/why/noon?group=g05000",
        "/members?q=a",
        "/hush",
        "/groups/g05000/members",
    ] {
        let mut took: Vec<f64> = Vec::new();
        let mut bytes = 0;
        for _ in 0..ASKED {
            let begun = Instant::now();
            let page = ask(host, &format!("GET {path}"), &format!("cookie: {cookie}\r\n"));
            took.push(begun.elapsed().as_secs_f64() * 1e3);
            assert!(page.starts_with("HTTP/1.1 200"), "{path}: {page:.200}");
            bytes = page.len();
        }
        took.sort_by(f64::total_cmp);
        let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
        let met = if at(0.99) <= AIM.0 && bytes <= AIM.1 { "" } else { "   OVER" };
        line(path, format!("{:>8.2} ms   p99 {:>7.2} ms   {:>6} bytes{met}", at(0.5), at(0.99), bytes));
    }
    let with = engine.resident();
    line("resident without a door", format!("{without:>8.1} MiB"));
    line("resident with the console open", format!("{with:>8.1} MiB   {:+.1} MiB", with - without));
    pairs(host, &cookie);
    line("resident after ten pages were open", format!("{:>8.1} MiB", engine.resident()));
    engine.stop();
}

/// Facts that are recorded, a second, with ten pages that are open and without, in turn.
fn pairs(host: &str, cookie: &str) {
    let mut ratios: Vec<f64> = Vec::with_capacity(PAIRS);
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for pair in 0..PAIRS {
        // Whichever comes first has the colder engine: they take turns.
        let first = pair % 2 == 0;
        let (mut open, mut closed) = (0.0, 0.0);
        for (half, pages) in [(0, first), (1, !first)] {
            let rate = if pages {
                open_pages(host, cookie, || batch(host, pair * 2 + half))
            } else {
                batch(host, pair * 2 + half)
            };
            *(if pages { &mut open } else { &mut closed }) = rate;
        }
        ratios.push(open / closed);
        with.push(open);
        without.push(closed);
    }
    let median = |all: &mut Vec<f64>| {
        all.sort_by(f64::total_cmp);
        all[all.len() / 2]
    };
    line("facts recorded, no page open", format!("{:>8.0} a second", median(&mut without)));
    line("facts recorded, ten pages open", format!("{:>8.0} a second", median(&mut with)));
    line("the second to the first, median of the pairs", format!("{:>8.3}", median(&mut ratios)));
}

/// Reports a batch of facts, each about another group, and waits for its commit. Gives facts a second.
fn batch(host: &str, n: usize) -> f64 {
    let facts = (0..FACTS).map(|at| {
        let group = (n * FACTS + at) % GROUPS;
        format!("{{\"id\":\"b{n}-{at}\",\"type\":\"tick\",\"group\":\"g{group:05}\"}}\n")
    });
    let body: String = facts.collect();
    let head = format!("authorization: Bearer {}\r\ncontent-type: application/x-ndjson\r\n", token(n));
    let begun = Instant::now();
    let said = ask_with(host, "POST /signals", &head, &body);
    assert!(said.starts_with("HTTP/1.1 200"), "{said:.300}");
    FACTS as f64 / begun.elapsed().as_secs_f64()
}

/// Does something while ten browsers have Today open and load what has changed, as the script of the pages does.
fn open_pages(host: &str, cookie: &str, does: impl FnOnce() -> f64) -> f64 {
    let ends = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..OPEN {
            scope.spawn(|| follow(host, cookie, &ends));
        }
        std::thread::sleep(Duration::from_millis(500));
        let done = does();
        ends.store(true, Ordering::Relaxed);
        done
    })
}

/// One browser with one page.
fn follow(host: &str, cookie: &str, ends: &AtomicBool) {
    let mut stream = TcpStream::connect(host).expect("the door");
    let request = format!("GET /live HTTP/1.1\r\nhost: {host}\r\ncookie: {cookie}\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("the door reads");
    stream.set_read_timeout(Some(Duration::from_millis(100))).expect("a stream");
    let mut bytes = vec![0; 65_536];
    while !ends.load(Ordering::Relaxed) {
        let Ok(read) = stream.read(&mut bytes) else { continue };
        if String::from_utf8_lossy(&bytes[..read]).contains("event: changed") {
            let _ = ask(host, "GET /", &format!("cookie: {cookie}\r\nplaybook-part: all\r\n"));
        }
    }
}

fn ask(host: &str, what: &str, head: &str) -> String {
    ask_with(host, what, head, "")
}

fn ask_with(host: &str, what: &str, head: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(host).expect("the door");
    let length = body.len();
    let request = format!(
        "{what} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {length}\r\n{head}\r\n{body}"
    );
    stream.write_all(request.as_bytes()).expect("the door reads");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("the door answers");
    String::from_utf8_lossy(&bytes).into_owned()
}
