//! A life of years: the state is upgraded, copied while it is in use, lost and put back, and nothing is sent twice
//! without a word; the process may end at any point of that.

use crate::{
    help::playground::{Playground, eventually},
    help::sink::Sink,
    state::golden,
};
use rusqlite::Connection;
use std::{collections::BTreeSet, os::unix::fs::PermissionsExt as _};

const RUN: [&str; 2] = ["run", "p.yaml"];
const GOLDEN: [&str; 4] = ["run", "club.yaml", "open.yaml", "hands.yaml"];

fn ticking(sink: &Sink) -> Playground {
    let yaml = format!(
        "name: ticks\ntimezone: UTC\nchannels:\n  group: {{ type: webhook, url: \"{}\" }}\nplays:\n  tick:\n    every: 1s\n    catch_up: all\n    overlap: allow\n    steps:\n      - post: tick ${{run.anchor.unix}}\n",
        sink.url("/hook")
    );
    Playground::new().file("p.yaml", &yaml)
}

/// The texts that arrived, in order.
fn got(sink: &Sink) -> Vec<String> {
    sink.got().into_iter().map(|post| post.body).collect()
}

fn lives_until(place: &Playground, sink: &Sink, posts: usize) {
    let engine = place.start(&RUN);
    eventually("posts", || got(sink).len() >= posts);
    let _ = engine.stop().exits(0);
}

fn form(place: &Playground, file: &str) -> i64 {
    let conn = Connection::open(place.path(file)).unwrap();
    conn.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

#[test]
fn a_state_of_an_older_form_is_copied_and_upgraded_at_the_first_start_and_says_so_once() {
    for folder in golden::forms() {
        let place = golden::copy_of(&folder);
        let old = form(&place, ".playbook/state.db");
        let engine = place.start(&GOLDEN);
        let _ = engine.line("running");
        let first = engine.stop().exits(0);
        let now = form(&place, ".playbook/state.db");
        if old == now {
            continue;
        }
        assert!(first.stdout.contains(&format!("from form {old} to form {now}")), "{}", first.stdout);
        assert!(first.stdout.contains("since this version"), "{}", first.stdout);
        let copy = format!(".playbook/state.db.form-{old}");
        assert_eq!(form(&place, &copy), old);
        assert_eq!(std::fs::metadata(place.path(&copy)).unwrap().permissions().mode() & 0o777, 0o600);
        let engine = place.start(&GOLDEN);
        let _ = engine.line("running");
        let second = engine.stop().exits(0);
        assert!(!second.stdout.contains("from form") && !second.stdout.contains("since this version"));
    }
}

#[test]
fn a_state_that_cannot_be_copied_is_not_upgraded() {
    let folder = golden::forms().remove(0);
    let place = golden::copy_of(&folder);
    let old = form(&place, ".playbook/state.db");
    // Nothing can be written under this name.
    std::fs::create_dir_all(place.path(&format!(".playbook/state.db.form-{old}.part/x"))).unwrap();
    let refused = place.run(&GOLDEN).exits(3);
    assert!(refused.stderr.contains("nothing was changed"), "{}", refused.stderr);
    assert_eq!(form(&place, ".playbook/state.db"), old);
    let _ = place.run(&["status"]).exits(0);
}

#[test]
fn an_upgrade_may_end_at_any_point() {
    let folder = golden::forms().remove(0);
    for point in ["before-copy:1", "copy:1", "before-migrate:1", "migrate:1"] {
        let place = golden::copy_of(&folder).env("PLAYBOOK_CRASH_AT", point);
        assert_eq!(place.run(&GOLDEN).code, None, "{point}");
        let place = place.without_env("PLAYBOOK_CRASH_AT");
        let _ = place.run(&["log"]).exits(0);
        let engine = place.start(&GOLDEN);
        let _ = engine.line("running");
        let _ = engine.stop().exits(0);
    }
}

#[test]
fn a_file_of_another_program_is_left_alone() {
    let place = Playground::new().file("p.yaml", "name: p\nplays: { x: { steps: [post: hi] } }\n");
    std::fs::create_dir(place.path(".playbook")).unwrap();
    let conn = Connection::open(place.path(".playbook/state.db")).unwrap();
    conn.execute_batch("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1);").unwrap();
    let refused = place.run(&RUN).exits(3);
    assert!(refused.stderr.contains("another program"), "{}", refused.stderr);
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
    assert_eq!(tables, 1);
}

#[test]
fn a_backup_is_made_under_a_running_engine_and_replaces_nothing_unasked() {
    let sink = Sink::start();
    let place = ticking(&sink);
    let engine = place.start(&RUN);
    eventually("a post", || !got(&sink).is_empty());
    let said = place.run(&["backup", "copy.db"]).exits(0).stdout;
    assert!(said.contains("1 group") && said.contains("whole"), "{said}");
    let mode = std::fs::metadata(place.path("copy.db")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let refused = place.run(&["backup", "copy.db"]).exits(2);
    assert!(refused.stderr.contains("--force"), "{}", refused.stderr);
    let _ = place.run(&["backup", "copy.db", "--force"]).exits(0);
    let _ = engine.stop().exits(0);
    let _ = place.run(&["backup", "later.db"]).exits(0);
    assert!(!place.path("later.db-wal").exists() && !place.path("later.db.part").exists());
    // A copy is a state.
    std::fs::create_dir(place.path("elsewhere")).unwrap();
    std::fs::copy(place.path("later.db"), place.path("elsewhere/state.db")).unwrap();
    let log = |args: &[&str]| place.run(args).exits(0).stdout;
    assert_eq!(log(&["log", "--state", "elsewhere"]), log(&["log"]));
}

/// Loses what was done after a copy, by `restore` or by hand, and looks at what comes after.
fn put_back(by_hand: bool) {
    let sink = Sink::start();
    let place = ticking(&sink);
    lives_until(&place, &sink, 3);
    let _ = place.run(&["backup", "copy.db"]).exits(0);
    lives_until(&place, &sink, 7);
    let before: BTreeSet<String> = got(&sink).into_iter().collect();
    let said = if by_hand {
        for old in ["state.db-wal", "state.db-shm"] {
            let _ = std::fs::remove_file(place.path(".playbook").join(old));
        }
        std::fs::copy(place.path("copy.db"), place.path(".playbook/state.db")).unwrap();
        let engine = place.start(&RUN);
        engine.line("older copy");
        let _ = engine.stop().exits(0);
        String::new()
    } else {
        place.run(&["restore", "copy.db"]).exits(0).stdout
    };
    assert!(by_hand || said.contains("may have been sent since"), "{said}");
    let count = before.len();
    lives_until(&place, &sink, count + 2);
    let all = got(&sink);
    let again: Vec<&String> = all[count..].iter().filter(|post| before.contains(*post)).collect();
    assert!(again.is_empty(), "sent again without a word: {again:?}");
    let rows = place.run(&["outbox", "--format", "json"]).exits(0).json_lines();
    let held: Vec<&serde_json::Value> = rows.iter().filter(|row| row["status"] == "in_doubt").collect();
    assert!(held.len() >= 3, "{rows:?}");
    // A person decides, one by one.
    let effect = |at: usize| held[at]["effect"].as_str().unwrap().to_owned();
    let engine = place.start(&RUN);
    let _ = engine.line("running");
    let _ = place.run(&["done", &effect(0)]).exits(0);
    let _ = place.run(&["retry", &effect(1)]).exits(0);
    let text = held[1]["text"].as_str().unwrap_or_default().to_owned();
    eventually("it is sent again", || {
        got(&sink)[count..].iter().any(|post| post.contains(&text) && !text.is_empty())
    });
    let _ = engine.stop().exits(0);
    if !by_hand {
        let aside = std::fs::read_dir(place.path(".playbook")).unwrap();
        let names: Vec<String> =
            aside.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        assert!(names.iter().any(|name| name.starts_with("state.db.before-")), "{names:?}");
    }
}

#[test]
fn what_a_lost_engine_may_have_sent_is_held_after_a_restore() {
    put_back(false);
}

#[test]
fn a_copy_that_was_put_there_by_hand_is_recognised() {
    put_back(true);
}

#[test]
fn a_restore_may_end_at_any_point() {
    let sink = Sink::start();
    let mut place = ticking(&sink);
    lives_until(&place, &sink, 2);
    let _ = place.run(&["backup", "copy.db"]).exits(0);
    for point in ["before-copy:1", "before-restore:1", "aside:1", "restore:1"] {
        lives_until(&place, &sink, got(&sink).len() + 2);
        let before = got(&sink);
        place = place.env("PLAYBOOK_CRASH_AT", point);
        assert_eq!(place.run(&["restore", "copy.db"]).code, None, "{point}");
        place = place.without_env("PLAYBOOK_CRASH_AT");
        let _ = place.run(&["log"]).exits(0);
        lives_until(&place, &sink, before.len() + 2);
        let all = got(&sink);
        let again: Vec<&String> = all[before.len()..].iter().filter(|post| before.contains(post)).collect();
        assert!(again.is_empty(), "{point}: {again:?}");
    }
}

#[test]
fn what_is_no_copy_is_not_put_back() {
    let sink = Sink::start();
    let place = ticking(&sink);
    lives_until(&place, &sink, 1);
    let log = place.run(&["log"]).exits(0).stdout;
    place.write("none.db", &"no database at all. ".repeat(500));
    let _ = place.run(&["backup", "copy.db"]).exits(0);
    let mut bytes = std::fs::read(place.path("copy.db")).unwrap();
    for at in (4096..bytes.len()).step_by(97) {
        bytes[at] ^= 0xff;
    }
    std::fs::write(place.path("damaged.db"), bytes).unwrap();
    for file in ["none.db", "damaged.db", "missing.db"] {
        let _ = place.run(&["restore", file]).exits(3);
        assert_eq!(place.run(&["log"]).exits(0).stdout, log, "{file}");
    }
    let engine = place.start(&RUN);
    let _ = engine.line("running");
    let refused = place.run(&["restore", "copy.db"]).exits(3);
    assert!(refused.stderr.contains("another engine"), "{}", refused.stderr);
    let _ = engine.stop().exits(0);
}

/// What the reading commands say, to be compared.
fn read(place: &Playground) -> Vec<String> {
    let all: [&[&str]; 6] = [
        &["log", "--format", "json"],
        &["log", "--all"],
        &["log", "--after", "5", "--format", "json"],
        &["outbox", "--all", "--format", "json"],
        &["runs"],
        &["simulate", "p.yaml", "--world", "journal:.playbook"],
    ];
    all.iter().map(|args| place.run(args).exits(0).stdout).collect()
}

fn journal_rows(place: &Playground) -> (i64, i64) {
    let conn = Connection::open(place.path(".playbook/state.db")).unwrap();
    let sql = "SELECT (SELECT count(*) FROM journal), (SELECT COALESCE(sum(decisions), 0) FROM archive)";
    conn.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
}

#[test]
fn a_compacted_journal_is_read_as_before_and_lived_on() {
    let sink = Sink::start();
    let place = ticking(&sink);
    lives_until(&place, &sink, 4);
    let before = read(&place);
    let rows = journal_rows(&place);
    let conn = Connection::open(place.path(".playbook/state.db")).unwrap();
    conn.execute("INSERT INTO sources (digest, path, files, at) VALUES ('nobodys', 'p.yaml', '{}', 0)", [])
        .unwrap();
    drop(conn);
    let nothing = place.run(&["compact", "--before", "2020-01-01"]).exits(0).stdout;
    assert!(nothing.contains("0 decisions"), "{nothing}");
    assert!(nothing.contains("1 playbook version"), "{nothing}");
    let said = place.run(&["compact", "--before", "2999-01-01"]).exits(0).stdout;
    assert!(said.contains("compressed"), "{said}");
    assert_eq!(journal_rows(&place), (0, rows.0));
    assert_eq!(read(&place), before);
    // Its own version is still there, and so is its life.
    lives_until(&place, &sink, got(&sink).len() + 2);
    let (log, lived) = (&before[0], place.run(&["log", "--format", "json"]).exits(0).stdout);
    assert!(lived.starts_with(log.as_str()) && lived.len() > log.len());
    let posts: Vec<String> = got(&sink);
    assert_eq!(posts.iter().collect::<BTreeSet<_>>().len(), posts.len(), "nothing is sent twice");
    let seqs: Vec<i64> = place
        .run(&["log", "--format", "json"])
        .exits(0)
        .json_lines()
        .iter()
        .map(|line| line["seq"].as_i64().unwrap())
        .collect();
    assert!(seqs.iter().zip(1..).all(|(seq, n)| *seq == n), "numbers go on: {seqs:?}");
}

#[test]
fn a_journal_is_compacted_under_a_running_engine() {
    let sink = Sink::start();
    let place = ticking(&sink);
    lives_until(&place, &sink, 4);
    let log = place.run(&["log", "--format", "json"]).exits(0).stdout;
    let engine = place.start(&RUN);
    let count = got(&sink).len();
    eventually("it goes on", || got(&sink).len() > count);
    let said = place.run(&["compact", "--before", "2999-01-01"]).exits(0).stdout;
    assert!(said.contains("used again") && !said.starts_with("0 "), "{said}");
    let count = got(&sink).len();
    eventually("it goes on", || got(&sink).len() > count + 1);
    let _ = place.run(&["why", "tick"]).exits(0);
    let _ = engine.stop().exits(0);
    assert!(place.run(&["log", "--format", "json"]).exits(0).stdout.starts_with(&log));
    let (left, archived) = journal_rows(&place);
    assert!(left > 0 && archived > 0, "{left} {archived}");
}

#[test]
fn a_compaction_may_end_at_any_point() {
    let sink = Sink::start();
    let mut place = ticking(&sink);
    for point in ["before-archive:1", "archive:1", "vacuum:1"] {
        lives_until(&place, &sink, got(&sink).len() + 2);
        let before = read(&place);
        place = place.env("PLAYBOOK_CRASH_AT", point);
        assert_eq!(place.run(&["compact", "--before", "2999-01-01"]).code, None, "{point}");
        place = place.without_env("PLAYBOOK_CRASH_AT");
        assert_eq!(read(&place), before, "{point}");
        let _ = place.run(&["compact", "--before", "2999-01-01"]).exits(0);
        assert_eq!(read(&place), before, "{point}");
    }
    let _ = place.run(&["backup", "copy.db"]).exits(0);
}

/// Everything that is open waits on through an upgrade and a compaction.
#[test]
fn what_is_open_is_found_in_the_archive() {
    for folder in golden::forms() {
        let place = golden::copy_of(&folder);
        let engine = place.start(&GOLDEN);
        let _ = engine.line("running");
        let _ = engine.stop().exits(0);
        let look = || {
            ["outbox", "tasks", "runs"]
                .map(|command| place.run(&[command, "--format", "json"]).exits(0).stdout)
        };
        let before = look();
        let _ = place.run(&["compact", "--before", "2999-01-01"]).exits(0);
        assert_eq!(journal_rows(&place).0, 0);
        assert_eq!(look(), before);
        let engine = place.start(&GOLDEN);
        let _ = engine.line("running");
        let dead = place.run(&["outbox", "--format", "json"]).exits(0).json_lines();
        let dead = dead.iter().find(|row| row["status"] == "dead").expect("a dead message").clone();
        let effect = dead["effect"].as_str().unwrap();
        let _ = place.run(&["retry", effect, "--group", dead["group"].as_str().unwrap()]).exits(0);
        let _ = engine.stop().exits(0);
    }
}

#[test]
fn another_programs_lock_is_waited_for_and_nothing_is_sent_meanwhile() {
    let sink = Sink::start();
    let place = ticking(&sink);
    let engine = place.start(&RUN);
    eventually("a post", || !got(&sink).is_empty());
    let foreign = Connection::open(place.path(".playbook/state.db")).unwrap();
    foreign.execute_batch("BEGIN IMMEDIATE").unwrap();
    engine.line("another program holds the state database");
    let (before, log) = (got(&sink).len(), place.run(&["log"]).exits(0).stdout);
    engine_waits(&sink, before);
    assert_eq!(place.run(&["log"]).exits(0).stdout, log);
    foreign.execute_batch("ROLLBACK").unwrap();
    engine.line("it goes on");
    eventually("posts again", || got(&sink).len() > before + 1);
    foreign.execute_batch("BEGIN IMMEDIATE").unwrap();
    engine.line("another program holds the state database");
    // A stop does not wait for the other program.
    let stopped = engine.stop().exits(3);
    assert!(stopped.stderr.contains("another program"), "{}", stopped.stderr);
    foreign.execute_batch("ROLLBACK").unwrap();
    let before = got(&sink).len();
    lives_until(&place, &sink, before + 2);
    // What was on its way when the state was locked could not be settled: it is sent again, and marked so.
    let rows = place.run(&["outbox", "--all", "--format", "json"]).exits(0).json_lines();
    let doubtful = rows.iter().filter(|row| row["in_doubt"] == true).count();
    let posts = got(&sink);
    let again = posts.len() - posts.iter().collect::<BTreeSet<_>>().len();
    assert!(again <= doubtful, "{again} sent again, {doubtful} of them marked");
}

/// Two ticks pass, and what was claimed already may still arrive.
fn engine_waits(sink: &Sink, before: usize) {
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    assert!(got(sink).len() <= before + 1, "nothing that is not recorded is sent");
}
