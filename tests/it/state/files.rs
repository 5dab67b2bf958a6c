//! Files that are no files, files that are being written, and files behind links: what a running engine takes, and
//! what it leaves until it is whole.

use crate::{
    help::playground::{Playground, eventually},
    help::sink::Sink,
};
use std::{io::Write as _, path::Path};

fn fifo(path: &Path) {
    rustix::fs::mkfifoat(rustix::fs::CWD, path, rustix::fs::Mode::RWXU).unwrap();
}

fn link(target: &str, path: &Path) {
    let beside = path.with_extension("beside");
    std::os::unix::fs::symlink(target, &beside).unwrap();
    std::fs::rename(&beside, path).unwrap();
}

/// A playbook that posts a word every second.
fn ticking(url: &str, word: &str) -> String {
    format!(
        "name: p\ntimezone: UTC\nchannels:\n  group: {{ type: webhook, url: \"{url}\" }}\nplays:\n  tick:\n    every: 1s\n    steps:\n      - post: {word}\n"
    )
}

fn posts(sink: &Sink, word: &str) -> usize {
    sink.got().iter().filter(|got| got.body.contains(word)).count()
}

#[test]
fn a_pipe_in_the_place_of_a_file_is_refused_by_every_command() {
    let groups = "name: p\ntimezone: UTC\ngroups: pipe.csv\nplays:\n  x:\n    every: 1h\n    steps:\n      - post: x\n";
    let dates = "name: p\ntimezone: UTC\nplays:\n  x:\n    dates: { file: pipe.csv, at: \"${row.at}\" }\n    steps:\n      - post: x\n";
    let uses = "name: p\nuse:\n  - { playbook: pipe.csv }\nplays:\n  x:\n    steps:\n      - post: x\n";
    let calendar = "name: p\ntimezone: UTC\ncalendars:\n  off: pipe.ics\nplays:\n  x:\n    every: day at 08:00\n    except: off\n    steps:\n      - post: x\n";
    let members = "name: p\nmembers: { import: pipe.csv }\nplays:\n  x:\n    steps:\n      - post: x\n";
    let script = "name: p\nplays:\n  x:\n    steps:\n      - run: pipe.rhai\n";
    let play = Playground::new().file("ok.yaml", "name: ok\nplays:\n  x:\n    steps:\n      - post: x\n");
    for (name, text) in [
        ("groups", groups),
        ("dates", dates),
        ("uses", uses),
        ("calendar", calendar),
        ("members", members),
        ("script", script),
    ] {
        play.write(&format!("{name}.yaml"), text);
    }
    for name in ["pipe.csv", "pipe.ics", "pipe.rhai", "pipe.yaml"] {
        fifo(&play.path(name));
    }
    for name in ["groups", "dates", "uses", "calendar", "members", "script"] {
        let file = format!("{name}.yaml");
        let checked = play.run(&["check", &file]);
        assert!(format!("{}{}", checked.stdout, checked.stderr).contains("a pipe"), "{name}: {checked:?}");
    }
    let ran = play.run(&["run", "groups.yaml"]).exits(1);
    assert!(ran.stderr.contains("a pipe"), "{}", ran.stderr);
    let _ = play.run(&["simulate", "dates.yaml"]).exits(1);
    let _ = play.run(&["plan", "dates.yaml"]).exits(1);
    let _ = play.run(&["check", "pipe.yaml"]).exits(1);
    let test = play.run(&["test", "pipe.yaml"]).exits(3);
    assert!(test.stderr.contains("a pipe"), "{}", test.stderr);
    let world = play.run(&["simulate", "ok.yaml", "--world", "pipe.yaml"]).exits(3);
    assert!(world.stderr.contains("a pipe"), "{}", world.stderr);
    let render = play.run(&["render", "pipe.csv", "--as", "telegram"]).exits(3);
    assert!(render.stderr.contains("a pipe"), "{}", render.stderr);
    let import = play.run(&["members", "import", "pipe.csv"]).exits(3);
    assert!(import.stderr.contains("a pipe"), "{}", import.stderr);
    // Looking for scenarios passes pipes over.
    let _ = play.run(&["test"]).exits(2);
}

#[test]
fn a_secret_is_no_pipe_and_no_mountain() {
    let play = Playground::new().file(
        "p.yaml",
        "name: p\nchannels:\n  group: { type: wecom, url: { file: key } }\nplays:\n  x:\n    steps:\n      - post: x\n",
    );
    fifo(&play.path("key"));
    let output = play.run(&["run", "p.yaml"]).exits(3);
    assert!(output.stderr.contains("a pipe"), "{}", output.stderr);
    std::fs::remove_file(play.path("key")).unwrap();
    std::fs::File::create(play.path("key")).unwrap().set_len(1 << 40).unwrap();
    let output = play.run(&["run", "p.yaml"]).exits(3);
    assert!(output.stderr.contains("limit"), "{}", output.stderr);
}

#[test]
fn scripts_that_read_a_pipe_fail_and_the_others_go_on() {
    let mut yaml = String::from("name: p\ntimezone: UTC\ngroups: {");
    for group in ["a", "b", "c", "d", "e"] {
        yaml += &format!(" {group}: {{ title: {group} }},");
    }
    yaml += " }\nplays:\n  f:\n    on: f\n    steps: [ { run: f.rhai } ]\n  ok:\n    on: ok\n    steps: [ { run: ok.rhai } ]\n";
    let play = Playground::new()
        .file("p.yaml", &yaml)
        .file("f.rhai", "fn main(args) { let p = \"fi\"; data(p + \"fo\") }")
        .file("ok.rhai", "fn main(args) { post(\"script works\"); }");
    fifo(&play.path("fifo"));
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    for group in ["a", "b", "c", "d"] {
        let _ = play.run(&["signal", "f", "--group", group]).exits(0);
    }
    let _ = play.run(&["signal", "ok", "--group", "e"]).exits(0);
    engine.line("script works");
    let failed = || {
        let log = play.run(&["log", "--format", "json"]).stdout;
        log.lines().filter(|line| line.contains("\"step_failed\"") && line.contains("a pipe")).count()
    };
    eventually("all four fail", || failed() == 4);
    let _ = engine.stop().exits(0);
}

#[test]
fn a_file_that_is_being_written_is_not_read() {
    let sink = Sink::start();
    let day = |days: u64| {
        let now = std::time::SystemTime::now() + std::time::Duration::from_secs(days * 86_400);
        jiff::Timestamp::try_from(now).unwrap().strftime("%Y-%m-%d 23:00").to_string()
    };
    let rows = [("jia", day(3)), ("chen", day(10)), ("liu", day(17))];
    let table = |n: usize| {
        rows.iter()
            .take(n)
            .fold("id,at\n".to_owned(), |text, (id, at)| text + format!("{id},{at}\n").as_str())
    };
    let yaml = format!(
        "name: p\ntimezone: UTC\nchannels:\n  group: {{ type: webhook, url: \"{}\" }}\nplays:\n  guest:\n    dates: {{ file: g.csv, at: \"${{row.at}}\" }}\n    cancelled:\n      - post: CANCELLED ${{date.id}}\n    steps:\n      - at: -30d\n        post: begin ${{date.id}}\n  tick:\n    every: 1s\n    steps:\n      - post: FIRST\n",
        sink.url("/")
    );
    let play = Playground::new().file("p.yaml", &yaml).file("g.csv", &table(3));
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    eventually("it runs", || posts(&sink, "FIRST") > 0);
    // A spreadsheet is saved in two writes; meanwhile the playbook is saved, which reads the table as well.
    let mut half = std::fs::File::create(play.path("g.csv")).unwrap();
    half.write_all(table(1).as_bytes()).unwrap();
    play.write("p.yaml", &yaml.replace("FIRST", "SECOND"));
    eventually("the edit is live", || posts(&sink, "SECOND") > 0);
    half.write_all(&table(3).as_bytes()[table(1).len()..]).unwrap();
    drop(half);
    // The playbook itself is half there: what is there is a playbook without its dates.
    let third = yaml.replace("FIRST", "THIRD");
    let cut = third.find("  guest:").unwrap();
    let mut half = std::fs::File::create(play.path("p.yaml")).unwrap();
    half.write_all(&third.as_bytes()[..cut]).unwrap();
    half.write_all(b"  tick:\n    every: 1s\n    steps:\n      - post: HALF\n").unwrap();
    let before = posts(&sink, "SECOND");
    eventually("the version in force goes on", || posts(&sink, "SECOND") > before + 1);
    half.set_len(0).unwrap();
    std::io::Seek::rewind(&mut half).unwrap();
    half.write_all(third.as_bytes()).unwrap();
    drop(half);
    eventually("the whole edit is live", || posts(&sink, "THIRD") > 0);
    assert_eq!((posts(&sink, "CANCELLED"), posts(&sink, "HALF")), (0, 0));
    let log = play.run(&["log", "--format", "json"]).stdout;
    assert!(!log.contains("date_cancelled"), "{log}");
    let _ = engine.stop().exits(0);
}

#[test]
fn edits_behind_links_are_live() {
    let sink = Sink::start();
    let url = sink.url("/");
    let play =
        Playground::new().file("one/p.yaml", &ticking(&url, "ONE")).file("two/p.yaml", &ticking(&url, "TWO"));
    link("one", &play.path("current"));
    let engine = play.start(&["run", "current/p.yaml", "--state", "st"]);
    eventually("one", || posts(&sink, "ONE") > 0);
    link("two", &play.path("current"));
    eventually("the link leads elsewhere", || posts(&sink, "TWO") > 0);
    play.write("two/p.yaml", &ticking(&url, "THREE"));
    eventually("what is behind the link is edited", || posts(&sink, "THREE") > 0);
    let _ = engine.stop().exits(0);
}

#[test]
fn a_reload_takes_edits_that_nobody_watches() {
    let sink = Sink::start();
    let url = sink.url("/");
    let play = Playground::new().file("p.yaml", &ticking(&url, "ONE"));
    let engine = play.start(&["run", "p.yaml", "--no-watch"]);
    eventually("one", || posts(&sink, "ONE") > 0);
    play.write("p.yaml", &ticking(&url, "TWO"));
    let said = play.run(&["reload"]).exits(0);
    assert!(said.stdout.contains("takes effect"), "{said:?}");
    eventually("two", || posts(&sink, "TWO") > 0);
    let said = play.run(&["reload", "p.yaml"]).exits(0);
    assert!(said.stdout.contains("as it was"), "{said:?}");
    play.write("p.yaml", "name: p\nplays: [");
    let refused = play.run(&["reload"]).exits(4);
    assert!(refused.stderr.contains("p.yaml has errors"), "{refused:?}");
    assert!(refused.stderr.contains("p.yaml:2:"), "the line is named: {refused:?}");
    play.write("p.yaml", &ticking(&url, "TWO").replace("post:", "psot:"));
    let refused = play.run(&["reload"]).exits(4);
    assert!(refused.stderr.contains("error[") && refused.stderr.contains("psot"), "{refused:?}");
    let before = posts(&sink, "TWO");
    eventually("the last good version goes on", || posts(&sink, "TWO") > before);
    let _ = engine.stop().exits(0);
    let _ = play.run(&["reload"]).exits(3);
}

#[test]
fn a_hang_up_reads_the_files_again() {
    let sink = Sink::start();
    let url = sink.url("/");
    let play = Playground::new().file("p.yaml", &ticking(&url, "ONE"));
    let engine = play.start(&["run", "p.yaml", "--no-watch"]);
    eventually("one", || posts(&sink, "ONE") > 0);
    play.write("p.yaml", &ticking(&url, "TWO"));
    engine.signal("HUP");
    eventually("two", || posts(&sink, "TWO") > 0);
    let _ = engine.stop().exits(0);
}

#[test]
fn a_start_while_the_file_is_broken_runs_the_last_good_version() {
    let sink = Sink::start();
    let url = sink.url("/");
    let play = Playground::new().file("p.yaml", &ticking(&url, "ONE"));
    let status = || play.run(&["status", "--format", "json"]).exits(0).json_lines().remove(0);
    // Without a state there is nothing to go on with.
    play.write("p.yaml", "name: p\nplays: [");
    let _ = play.run(&["run", "p.yaml"]).exits(1);
    play.write("p.yaml", &ticking(&url, "ONE"));
    let engine = play.start(&["run", "p.yaml"]);
    eventually("one", || posts(&sink, "ONE") > 0);
    assert!(status()["refused"].is_null());
    play.write("p.yaml", "name: p\nplays: [");
    engine.line("the last good version goes on");
    eventually("the status says so", || !status()["refused"].is_null());
    let _ = engine.stop().exits(0);
    let _ = play.run(&["run", "p.yaml", "--strict"]).exits(1);
    let before = posts(&sink, "ONE");
    let engine = play.start(&["run", "p.yaml"]);
    eventually("it goes on", || posts(&sink, "ONE") > before);
    assert!(engine.stderr().contains("p.yaml has errors: the last good version"), "{}", engine.stderr());
    assert!(play.run(&["status"]).exits(0).stdout.contains("p.yaml is refused since"));
    play.write("p.yaml", &ticking(&url, "TWO"));
    eventually("the mended file is live", || posts(&sink, "TWO") > 0);
    eventually("the status is clean", || status()["refused"].is_null());
    let _ = engine.stop().exits(0);
    // The file is not there at all, as in a volume that is not mounted yet.
    std::fs::remove_file(play.path("p.yaml")).unwrap();
    let before = posts(&sink, "TWO");
    let engine = play.start(&["run", "p.yaml"]);
    eventually("it goes on without its file", || posts(&sink, "TWO") > before);
    play.write("p.yaml", &ticking(&url, "THREE"));
    eventually("the file is back", || posts(&sink, "THREE") > 0);
    let _ = engine.stop().exits(0);
}

#[test]
fn a_table_that_cannot_be_read_is_refused_aloud() {
    let sink = Sink::start();
    let yaml = ticking(&sink.url("/"), "TICK").replace(
        "plays:\n",
        "plays:\n  guest:\n    dates: { file: g.csv, at: \"${row.at}\" }\n    steps:\n      - post: guest\n",
    );
    let play = Playground::new().file("p.yaml", &yaml).file("g.csv", "id,at\njia,2036-01-05 20:00\n");
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    for broken in
        [&b"id,at\ncaf\xe9,2036-01-05 20:00\n"[..], b"id,at\n\"jia,2036-01-05 20:00\n", b"id,at\njia,soon\n"]
    {
        std::fs::write(play.path("g.csv"), broken).unwrap();
        engine.line("the last good version goes on");
        play.write("g.csv", "id,at\njia,2036-01-05 20:00\n");
        engine.line("again what it was");
    }
    assert!(engine.stderr().matches("g.csv").count() >= 3, "{}", engine.stderr());
    let log = play.run(&["log", "--format", "json"]).stdout;
    assert!(!log.contains("date_cancelled"), "{log}");
    let _ = engine.stop().exits(0);
}

#[test]
fn a_pipe_in_the_place_of_a_state_or_of_a_copy_keeps_nobody_waiting() {
    let play = Playground::new()
        .file("p.yaml", "name: p\ntimezone: UTC\nplays:\n  x:\n    steps:\n      - post: x\n");
    fifo(&play.path("copy.db"));
    let said = play.run(&["restore", "copy.db"]).exits(3).stderr;
    assert!(said.contains("no regular file"), "{said}");
    for name in ["state.db", "state.mark"] {
        let place = Playground::new()
            .file("p.yaml", "name: p\ntimezone: UTC\nplays:\n  x:\n    steps:\n      - post: x\n");
        std::fs::create_dir(place.path(".playbook")).unwrap();
        fifo(&place.path(&format!(".playbook/{name}")));
        let said = place.run(&["run", "p.yaml"]).exits(3).stderr;
        assert!(said.contains("no regular file"), "{name}: {said}");
    }
    std::fs::create_dir(play.path(".playbook")).unwrap();
    fifo(&play.path(".playbook/state.db"));
    let readers: [&[&str]; 9] = [
        &["status"],
        &["log"],
        &["why", "x"],
        &["report"],
        &["metrics"],
        &["doctor"],
        &["backup", "z.db"],
        &["compact", "--before", "2026-01-01"],
        &["check", "p.yaml", "--against", ".playbook"],
    ];
    for args in readers {
        let said = play.run(args).exits(3).stderr;
        assert!(said.contains("no regular file"), "{args:?}: {said}");
    }
}

#[test]
fn a_copy_is_never_made_in_the_place_of_a_state() {
    let text = "name: p\ntimezone: UTC\nplays:\n  x:\n    on: go\n    steps:\n      - post: x\n";
    let play = Playground::new().file("p.yaml", text);
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    link(".playbook", &play.path("other"));
    for name in ["state.db", "state.db-wal", "state.mark", "lock", "control.key"] {
        for folder in [".playbook", "other", "./.playbook/../.playbook"] {
            let said = play.run(&["backup", &format!("{folder}/{name}"), "--force"]).exits(2).stderr;
            assert!(said.contains("is a file of a state itself"), "{folder}/{name}: {said}");
        }
    }
    let _ = play.run(&["signal", "go"]).exits(0);
    let _ = engine.stop().exits(0);
}

#[test]
fn what_was_put_aside_by_one_restore_is_kept_by_the_next() {
    let text = "name: p\ntimezone: UTC\nplays:\n  x:\n    on: go\n    steps:\n      - post: x\n";
    let play = Playground::new().file("p.yaml", text);
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    let _ = play.run(&["backup", "copy.db"]).exits(0);
    let _ = play.run(&["signal", "go"]).exits(0);
    let _ = engine.stop().exits(0);
    let decided = play.run(&["log", "--format", "json"]).exits(0).json_lines().len();
    for _ in 0..3 {
        let _ = play.run(&["restore", "copy.db"]).exits(0);
    }
    let aside = std::fs::read_dir(play.path(".playbook")).unwrap();
    let aside: Vec<_> = aside
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("state.db.before-"))
        .collect();
    assert_eq!(aside.len(), 3, "{aside:?}");
    // One of them is the life that was there first, whole.
    let lives = aside.iter().filter(|name| {
        let place = format!("look-{name}");
        std::fs::create_dir(play.path(&place)).unwrap();
        std::fs::copy(play.path(&format!(".playbook/{name}")), play.path(&format!("{place}/state.db")))
            .unwrap();
        play.run(&["log", "--format", "json", "--state", &place]).exits(0).json_lines().len() == decided
    });
    assert_eq!(lives.count(), 1);
}

#[test]
fn an_engine_whose_state_was_replaced_leaves_the_new_one_its_socket() {
    let text = "name: p\ntimezone: UTC\nplays:\n  x:\n    on: go\n    steps:\n      - post: x\n";
    let play = Playground::new().file("p.yaml", text);
    let first = play.start(&["run", "p.yaml"]);
    first.line("running");
    std::fs::remove_dir_all(play.path(".playbook")).unwrap();
    let second = play.start(&["run", "p.yaml"]);
    second.line("running");
    let gone = first.wait().exits(3).stderr;
    assert!(gone.contains("removed or replaced"), "{gone}");
    let _ = play.run(&["signal", "go"]).exits(0);
    let _ = second.stop().exits(0);
}

#[test]
fn an_empty_database_beside_a_mark_is_a_loss_and_no_new_life() {
    let text = "name: p\ntimezone: UTC\nplays:\n  x:\n    on: group.created\n    steps:\n      - post: x\n";
    let play = Playground::new().file("p.yaml", text);
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("post");
    let _ = play.run(&["backup", "copy.db"]).exits(0);
    let _ = engine.stop().exits(0);
    let lost: [fn(&Path); 2] =
        [|file| std::fs::remove_file(file).unwrap(), |file| std::fs::write(file, "").unwrap()];
    for lose in lost {
        for log in ["state.db-wal", "state.db-shm"] {
            let _ = std::fs::remove_file(play.path(&format!(".playbook/{log}")));
        }
        lose(&play.path(".playbook/state.db"));
        let said = play.run(&["run", "p.yaml"]).exits(3).stderr;
        assert!(said.contains("is empty or gone") && said.contains("playbook restore"), "{said}");
    }
    let _ = play.run(&["restore", "copy.db"]).exits(0);
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    let _ = engine.stop().exits(0);
    // Who means it begins anew.
    std::fs::remove_file(play.path(".playbook/state.db")).unwrap();
    std::fs::remove_file(play.path(".playbook/state.mark")).unwrap();
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("post");
    let _ = engine.stop().exits(0);
}

#[test]
fn an_engine_whose_lock_is_gone_stops_before_a_second_one_writes() {
    let text = "name: p\ntimezone: UTC\nplays:\n  x:\n    on: go\n    steps:\n      - post: x\n";
    let play = Playground::new().file("p.yaml", text);
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    std::fs::remove_file(play.path(".playbook/lock")).unwrap();
    let said = engine.wait().exits(3).stderr;
    assert!(said.contains("lock was removed or replaced"), "{said}");
}
