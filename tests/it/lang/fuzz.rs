//! The compiler under damaged files: no panic, no hang, memory bounded, whatever stands in the file.
//!
//! Mutates the files of `tests/language`, `examples`, `playbooks` and `playbook explain`, by bytes and by lines and
//! words of the language. `PLAYBOOK_FUZZ_SECONDS` says how long (two without it), `PLAYBOOK_FUZZ_SEED` repeats a run.
//! What fails is kept under `target/fuzz`, where `PLAYBOOK_FUZZ_FILE=path` tries one file again.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a run of minutes says what it did")]
#![expect(clippy::format_collect, reason = "the monsters are made once, and read better so")]

use playbook::{
    base::{
        diagnostic::{code::Example, fix, github, json, text},
        locale::Locale,
        source::{MemoryFolder, SourceId},
    },
    lang::{compile, explain},
};
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// One input may take this long, in a build without optimisation on a busy machine.
const INPUT_SECONDS_MAX: u64 = 30;
/// All inputs together may hold this much memory at once, in KiB. Names that were interned stay, so it is generous.
const MEMORY_KIB_MAX: u64 = 2 * 1024 * 1024;

/// Words that mean something to YAML, to the language, or to expressions.
const WORDS: &[&str] = &[
    "name:",
    "timezone: Asia/Shanghai",
    "plays:",
    "steps:",
    "- post:",
    "- ask:",
    "- wait:",
    "- if:",
    "then:",
    "else:",
    "- each:",
    "- prune:",
    "- run:",
    "- task:",
    "- approve:",
    "- set:",
    "- signal:",
    "- start:",
    "- enter:",
    "- stop:",
    "every: day at 08:30",
    "every: 2 weeks on sunday at 19:00",
    "cron: '*/5 * * * *'",
    "cron: 0 0 31 2 *",
    "on: message",
    "dates: [{ id: a, at: 2026-12-11 20:00 }]",
    "dates: { file: topics.csv, at: \"${row.date} 12:30\" }",
    "at: -7d 10:00",
    "at: +3h",
    "when: members.count > 3",
    "during: grow",
    "max_late: 1h",
    "batch: until 20:00",
    "per: member",
    "as: x",
    "options: [a, b]",
    "open_for: 2h",
    "groups: groups.csv",
    "channels:",
    "phases:",
    "people:",
    "roles:",
    "vars:",
    "calendars:",
    "budgets:",
    "quiet: 22:30-08:00",
    "use: [{ playbook: parts/quiz.yaml, as: q }]",
    "&a",
    "*a",
    "<<: *a",
    "!!str",
    "---",
    "...",
    "%YAML 1.2",
    "|",
    ">",
    "|+9",
    "\"",
    "'",
    "#",
    "# ",
    "\t",
    "\r\n",
    "\u{feff}",
    "\u{0}",
    "\u{2028}",
    "\u{ff1a}",
    "\u{3000}",
    "“",
    "${",
    "}",
    "$${",
    "${members.count}",
    "${",
    "{",
    "[",
    "]",
    ",",
    ":",
    ": ",
    "-",
    "- ",
    "~",
    "null",
    "true",
    "off",
    "0",
    "-1",
    "1e999",
    "9223372036854775808",
    "99999999999999999999d",
    "-9999999w 10:00",
    "1970-01-01",
    "9999-12-31 23:59",
    "-009999-01-01",
    "2026-02-30",
    "25:61",
    "👩‍👩‍👧",
    "话题",
    "é",
    "||",
    "&&",
    "==",
    "fn main(args) {",
    "|m| m.idle",
    "members.where(|m| m.points > 10)",
    "days(60)",
    "let x = 1;",
    "eval(\"1\")",
    "term of host",
    "workday at 07:30",
    "month on last friday at 19:00",
    "year on 02-29 at 20:00",
    "999999 weeks on sunday at 19:00",
    "20%",
    "6 per day",
];

/// SplitMix64: the same numbers from the same seed everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { (self.next() % n as u64) as usize }
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn collect(folder: &Path, prefix: &str, into: &mut BTreeMap<String, String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_string_lossy());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), into);
        } else if let Ok(text) = fs::read_to_string(&path) {
            into.insert(name, text);
        }
    }
}

/// What is mutated, and the files beside it.
struct Corpus {
    seeds: Vec<String>,
    files: BTreeMap<String, Arc<str>>,
}

fn corpus() -> Corpus {
    let mut seeds = BTreeMap::new();
    for folder in ["tests/language", "examples", "playbooks"] {
        collect(&root().join(folder), &format!("{folder}/"), &mut seeds);
    }
    seeds.retain(|name, _| Path::new(name).extension().is_some_and(|ending| ending == "yaml"));
    let mut seeds: Vec<String> = seeds.into_values().collect();
    for code in explain::all() {
        seeds.extend([code.bad, code.good].iter().filter(|e| !e.yaml.is_empty()).map(Example::whole));
    }
    let mut files = BTreeMap::new();
    for folder in ["tests/language/files", "examples/community", "playbooks"] {
        collect(&root().join(folder), "", &mut files);
    }
    let files = files.into_iter().map(|(path, text)| (path, Arc::from(text))).collect();
    Corpus { seeds, files }
}

/// A file that is damaged in one to eight ways.
fn mutate(dice: &mut Dice, corpus: &Corpus) -> String {
    let mut text = corpus.seeds[dice.below(corpus.seeds.len())].clone().into_bytes();
    for _ in 0..=dice.below(8) {
        let at = dice.below(text.len() + 1);
        match dice.below(16) {
            0 => drop(text.get_mut(at).map(|byte| *byte ^= 1 << (at % 8))),
            1 => text.insert(at, (at % 128) as u8),
            2 => text.truncate(at),
            3 => {
                let end = (at + dice.below(40)).min(text.len());
                text.drain(at..end);
            }
            4..=7 => {
                let word = dice.pick(WORDS);
                text.splice(at..at, word.bytes());
            }
            8 => {
                let other = corpus.seeds[dice.below(corpus.seeds.len())].as_bytes();
                let start = dice.below(other.len());
                let end = (start + dice.below(400)).min(other.len());
                text.splice(at..at, other[start..end].iter().copied());
            }
            9 => {
                let end = (at + dice.below(30)).min(text.len());
                let part = text[at..end].to_vec();
                for _ in 0..dice.below(200) {
                    text.splice(at..at, part.iter().copied());
                }
            }
            _ => lines(dice, &mut text),
        }
    }
    text.truncate(200_000);
    String::from_utf8_lossy(&text).into_owned()
}

/// Moves, doubles, indents, removes or rewrites whole lines.
fn lines(dice: &mut Dice, text: &mut Vec<u8>) {
    let mut lines: Vec<Vec<u8>> = text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let (at, other) = (dice.below(lines.len()), dice.below(lines.len()));
    match dice.below(7) {
        0 => lines.swap(at, other),
        1 => lines.insert(other, lines[at].clone()),
        2 => drop(lines.remove(at)),
        3 => drop(lines[at].splice(0..0, *b"  ")),
        4 => {
            let indent = lines[at].iter().take_while(|byte| **byte == b' ').count().min(2);
            lines[at].drain(..indent);
        }
        5 => {
            let indent = lines[at].iter().take_while(|byte| **byte == b' ').count();
            lines[at].truncate(indent);
            lines[at].extend(dice.pick(WORDS).bytes());
        }
        _ => {
            if let Some(colon) = lines[at].iter().position(|byte| *byte == b':') {
                lines[at].truncate(colon + 1);
                lines[at].push(b' ');
                lines[at].extend(dice.pick(WORDS).bytes());
            }
        }
    }
    *text = lines.join(&b'\n');
}

/// Compiles a text among the files and writes every report of it.
fn try_one(text: &str, files: &BTreeMap<String, Arc<str>>) {
    let mut files = files.clone();
    files.insert("fuzz.yaml".into(), text.into());
    let compiled = compile(&MemoryFolder(files), "fuzz.yaml");
    for found in compiled.report.diagnostics.iter().chain(&compiled.script_problems).take(50) {
        for locale in [Locale::En, Locale::Zh] {
            text::render(found, &compiled.sources, text::ColourStyle::Plain, locale);
            json::render(found, &compiled.sources, locale);
            github::render(found, &compiled.sources, locale);
        }
    }
    // A fix changes its place and nothing else, and what it leaves can be read again.
    let fixes = fix::together(&compiled.report.diagnostics, SourceId(0));
    let length = fixes.iter().fold(text.len() as i64, |length, fix| {
        length + fix.text.len() as i64 - i64::from(fix.span.end - fix.span.start)
    });
    assert_eq!(fix::apply(text, &fixes).len() as i64, length, "a fix that lost bytes");
    assert_eq!(compiled.playbook.is_none(), compiled.report.has_errors(), "a playbook beside errors");
}

/// The most memory that the process ever held, in KiB; none where the system does not tell.
fn memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn keep(kind: &str, number: u64, text: &str) -> PathBuf {
    let folder = root().join("target/fuzz");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("{kind}-{number}.yaml"));
    fs::write(&path, text).unwrap();
    path
}

/// Ends the process when one input takes too long: a loop without end cannot be ended otherwise.
fn watch(count: Arc<AtomicU64>, done: Arc<AtomicBool>) -> std::thread::JoinHandle<()> {
    std::thread::spawn(move || {
        let (mut last, mut since) = (u64::MAX, Instant::now());
        while !done.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(100));
            let now = count.load(Ordering::Relaxed);
            if now != last {
                (last, since) = (now, Instant::now());
            } else if since.elapsed().as_secs() > INPUT_SECONDS_MAX {
                eprintln!(
                    "input {now} takes longer than {INPUT_SECONDS_MAX} s: see target/fuzz/current-*.yaml"
                );
                std::process::abort();
            }
        }
    })
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is no number")))
}

#[test]
fn no_damaged_file_breaks_the_compiler() {
    let corpus = corpus();
    if let Ok(path) = std::env::var("PLAYBOOK_FUZZ_FILE") {
        return try_one(&fs::read_to_string(path).unwrap(), &corpus.files);
    }
    let seconds = number("PLAYBOOK_FUZZ_SECONDS").unwrap_or(2);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let seed = number("PLAYBOOK_FUZZ_SEED").unwrap_or(now);
    println!("PLAYBOOK_FUZZ_SEED={seed}");
    let (count, done) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let watchdog = watch(count.clone(), done.clone());
    let begun = Instant::now();
    let mut dice = Dice(seed);
    let mut broken = Vec::new();
    let mut slowest = Duration::ZERO;
    // A stack that overflows ends the process: what it was at is on disk.
    let mut current = PathBuf::new();
    while begun.elapsed().as_secs() < seconds && broken.len() < 20 {
        let text = mutate(&mut dice, &corpus);
        let number = count.fetch_add(1, Ordering::Relaxed);
        current = keep("current", u64::from(std::process::id()), &text);
        let start = Instant::now();
        if catch_unwind(AssertUnwindSafe(|| try_one(&text, &corpus.files))).is_err() {
            broken.push(keep("panic", seed ^ number, &text));
        }
        if start.elapsed() > slowest {
            slowest = start.elapsed();
            if slowest > Duration::from_secs(2) {
                keep("slow", seed ^ number, &text);
            }
        }
    }
    done.store(true, Ordering::Relaxed);
    watchdog.join().unwrap();
    let _ = fs::remove_file(current);
    println!(
        "{} inputs in {} s, the slowest {slowest:?}, at most {:?} KiB",
        count.load(Ordering::Relaxed),
        begun.elapsed().as_secs(),
        memory()
    );
    assert!(broken.is_empty(), "the compiler panicked, see {broken:?}");
    assert!(memory().is_none_or(|kib| kib < MEMORY_KIB_MAX), "too much memory: {:?} KiB", memory());
}

/// Files that are large or deep on purpose.
fn monsters() -> Vec<(&'static str, String)> {
    let head = "name: big\ntimezone: Asia/Shanghai\n";
    let mut bomb = format!("{head}a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    let mut merges = format!("{head}m0: &m0 {{ k: v }}\n");
    for n in 1..40 {
        let before = n - 1;
        let _ = writeln!(bomb, "a{n}: &a{n} [{}]", vec![format!("*a{before}"); 9].join(", "));
        let _ =
            writeln!(merges, "m{n}: &m{n} {{ <<: [*m{before}, *m{before}, *m{before}], k{n}: *m{before} }}");
    }
    let play = |n: usize| format!("  p{n}:\n    every: friday at 20:00\n    steps:\n      - post: 你好\n");
    let plays: String = (0..25_000).map(play).collect();
    let steps: String = (0..100_000).map(|n| format!("      - post: line {n}\n")).collect();
    let wrong: String = (0..100_000).map(|n| format!("key{n}: @all\n")).collect();
    let lines: String = (0..100_000).map(|n| format!("    line {n}\n")).collect();
    let groups: String = (0..20_000).map(|n| format!("  g{n}: {{ vars: {{ city: 西安 }} }}\n")).collect();
    let start: String =
        (0..3_000).map(|n| format!("  p{n}:\n    steps:\n      - start: p{}\n", (n + 1) % 3_000)).collect();
    let hello = "plays:\n  a:\n    every: day at 09:00\n    steps:\n";
    vec![
        ("alias bomb", bomb),
        ("merge bomb", merges),
        ("deep lists", format!("{head}vars: {{ a: {}{} }}\n", "[".repeat(100_000), "]".repeat(100_000))),
        ("deep block", (0..2_000).map(|n| format!("{}a:\n", " ".repeat(n))).collect()),
        (
            "deep expression",
            format!("{head}{hello}      - if: {}1{}\n", "(".repeat(1_900), ")".repeat(1_900)),
        ),
        ("many operators", format!("{head}{hello}      - if: {}1\n", "1+".repeat(2_000))),
        ("100,000 lines of plays", format!("{head}plays:\n{plays}")),
        ("100,000 steps", format!("{head}{hello}{steps}")),
        ("100,000 wrong lines", format!("{head}{wrong}")),
        (
            "100,000 lines of text",
            format!("{head}{hello}      - post: |\n{}", lines.replace("    line", "          line")),
        ),
        ("20,000 groups", format!("{head}groups:\n{groups}{hello}      - post: hi\n")),
        ("a long circle", format!("{head}plays:\n{start}")),
        ("one line of a megabyte", format!("{head}title: {}\n", "长".repeat(350_000))),
        ("a thousand anchors", (0..1_000).map(|n| format!("a{n}: &a{n} x\n")).collect()),
        ("open brackets", "{".repeat(1_000_000)),
        ("dashes", "- ".repeat(500_000)),
        ("question marks", "? ".repeat(200_000)),
        ("colons", "a: ".repeat(200_000)),
        ("quotes", "\"".repeat(300_001)),
        ("tabs", "\t".repeat(300_000)),
        ("sharps", "a: b #c\n".repeat(50_000)),
    ]
}

#[test]
fn a_monstrous_file_ends_in_time_and_memory() {
    let files = BTreeMap::new();
    for (name, text) in monsters() {
        let (count, done) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let watchdog = watch(count, done.clone());
        let start = Instant::now();
        let ended = catch_unwind(AssertUnwindSafe(|| try_one(&text, &files)));
        println!("{name}: {} bytes, {:?}, {:?} KiB", text.len(), start.elapsed(), memory());
        done.store(true, Ordering::Relaxed);
        watchdog.join().unwrap();
        assert!(ended.is_ok(), "{name}");
    }
    assert!(memory().is_none_or(|kib| kib < MEMORY_KIB_MAX), "too much memory: {:?} KiB", memory());
}
