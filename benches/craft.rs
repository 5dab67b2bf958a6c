//! The craft's mechanisms at their size: a year of the whole life with everything on, and the numbers of a hundred
//! thousand members who wrote a million messages, with the longest decision of it.

use crate::measure::{adopted, line, playbook, time};
use playbook::{
    base::{
        source::MemoryFolder,
        time::{Duration, Timestamp},
        value::Value,
    },
    engine::{
        self,
        input::{Input, InputKind, Signal},
        state::State,
    },
    lang,
    model::playbook::Playbooks,
    sim::{self, Material, Options, world::World},
};
use std::{convert::Infallible, path::Path, sync::Arc};

/// 1 December 2026, 08:00 in Shanghai.
const FROM: Timestamp = Timestamp::from_millis(1_796_083_200_000);
const MEMBERS: u64 = 100_000;
const MESSAGES: u64 = 1_000_000;
/// Days over which the messages are spread.
const DAYS: i64 = 35;

pub(crate) fn run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut whole = MemoryFolder::default();
    read(&root.join("examples/whole-life"), "", &mut whole);
    year("a year of `examples/whole-life`", &whole, "whole-life.yaml");
    let mut all = MemoryFolder::default();
    read(&root.join("playbooks"), "", &mut all);
    all.0.insert("all.yaml".into(), Arc::from(everything()));
    year("a year of the whole shelf in one file", &all, "all.yaml");
    numbers();
}

/// A file that uses everything on the shelf.
fn everything() -> String {
    let parts = [
        "seed-recruiting",
        "rules",
        "weekly-games",
        "kol-session",
        "pruning",
        "offline-event",
        "enforce",
        "people",
        "later-life",
        "growth",
        "service",
        "admission",
    ];
    let uses: Vec<String> =
        parts.iter().map(|part| format!("  - {{ playbook: {part}.yaml, as: {part} }}")).collect();
    format!("name: all\ntimezone: Asia/Shanghai\nlocale: zh-CN\nuse:\n{}\n", uses.join("\n"))
}

/// Every file below a folder, links followed.
fn read(dir: &Path, prefix: &str, into: &mut MemoryFolder) {
    for entry in std::fs::read_dir(dir).expect("a folder of the repository").flatten() {
        let (path, name) = (entry.path(), format!("{prefix}{}", entry.file_name().to_string_lossy()));
        if path.is_dir() {
            read(&path, &format!("{name}/"), into);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            into.0.insert(name, Arc::from(text));
        }
    }
}

fn year(what: &str, folder: &MemoryFolder, file: &str) {
    let compiled = lang::compile(folder, file);
    let playbook = compiled.playbook.unwrap_or_else(|| panic!("{:#?}", compiled.report));
    let material = Material::new(&playbook, Arc::new(folder.clone()));
    let options = Options {
        from: FROM,
        to: FROM.plus(Duration::DAY.times(365)),
        members: 70,
        seed: 1,
        world: Arc::new(World::default()),
    };
    let mut entries = 0;
    let (took, ()) = time(|| {
        let count = |_: &sim::Transition<'_>| {
            entries += 1;
            None::<()>
        };
        let _ = sim::simulate(&playbook, &material, &options, count, Ok::<(), Infallible>);
    });
    line(what, format!("{:>8.1} ms   ({entries} entries)", took.as_secs_f64() * 1e3));
}

/// A group that is fed.
struct Fed {
    state: State,
    playbooks: Playbooks,
    inputs: u64,
}

impl Fed {
    /// One signal of a member, and how long its decision took.
    fn signal(&mut self, name: &str, member: u64, at: Timestamp, data: Value) -> std::time::Duration {
        self.inputs += 1;
        let signal = Signal {
            name: Arc::from(name),
            id: format!("s{}", self.inputs).into(),
            at,
            sent: None,
            member: Some(format!("m{member:06}").into()),
            data,
        };
        let input = Input { id: signal.id.clone(), kind: InputKind::Signal(signal) };
        let (took, step) = time(|| engine::step(&self.state, &self.playbooks, &input, at));
        self.state = step.next;
        took
    }
}

fn numbers() {
    // Its condition comes with an edit: each of a hundred thousand joins, one by one, would test it.
    let before = playbook(
        "name: bench\ntimezone: UTC\nplays:\n  quiet:\n    on: bench\n    steps: [{ post: hello }]\n",
    );
    let after = playbook(
        "name: bench\ntimezone: UTC\nplays:\n  quiet:\n    whenever: metrics.health < 20\n    steps: [{ post: hello }]\n",
    );
    let (state, playbooks) = adopted(&before, FROM);
    let mut group = Fed { state, playbooks, inputs: 0 };
    for member in 0..MEMBERS {
        let at = FROM.plus(Duration::from_millis(member as i64));
        let source = Value::map([("source", Value::str(format!("s{}", member % 16)))]);
        group.signal("member.joined", member, at, source);
    }
    group.playbooks.insert(after.clone());
    let edit = Input { id: "edit".into(), kind: InputKind::Adopt { digest: after.digest.clone() } };
    let now = FROM.plus(Duration::from_millis(MEMBERS as i64));
    group.state = engine::step(&group.state, &group.playbooks, &edit, now).next;
    let base = resident();
    line("100,000 members, before they speak: resident", format!("{base:>8.1} MiB"));
    let (mut closes, mut others) = (std::time::Duration::ZERO, std::time::Duration::ZERO);
    let step = Duration::DAY.times(DAYS).as_millis() / MESSAGES as i64;
    let mut day = 0;
    let (took, ()) = time(|| {
        for n in 0..MESSAGES {
            let at = FROM.plus(Duration::HOUR).plus(Duration::from_millis(n as i64 * step));
            // Few say much, many say little: squares, and a reply every third time.
            let x = n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
            let member = (((x * x) >> 32) * MEMBERS) >> 32;
            let to = Value::map([("member", Value::str(format!("m{:06}", (member * 7 + n) % MEMBERS)))]);
            let reply = if n % 3 == 0 { Value::map([("reply_to", to)]) } else { Value::Null };
            let took = group.signal("message", member, at, Value::map([("message", reply)]));
            let today = at.as_millis() / Duration::DAY.as_millis();
            if std::mem::replace(&mut day, today) == today {
                others = others.max(took);
            } else {
                closes = closes.max(took);
            }
        }
    });
    let above = resident() - base;
    line("a million messages of them: above that", format!("{above:>8.1} MiB"));
    line("… a second", crate::measure::rate(MESSAGES as usize, took));
    let (joined, _) =
        time(|| group.signal("member.joined", MEMBERS, now.plus(Duration::DAY.times(DAYS)), Value::Null));
    line("a join that tests a condition of all members", format!("{:>8.1} ms", joined.as_secs_f64() * 1e3));
    line("the longest decision that closes a day", format!("{:>8.1} ms", closes.as_secs_f64() * 1e3));
    line("the longest of the others", format!("{:>8.1} ms", others.as_secs_f64() * 1e3));
}

/// MiB that the process has resident now.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: f64 = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0.0);
    kib / 1024.0
}
