//! Whose the state is: modes, owners, links in the place of files, the socket and who is at its other end.
//!
//! What needs a second user is tested where the tests run as root, and only there.

use crate::help::playground::{DEADLINE, Playground, eventually};
use std::{
    os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _, chown, symlink},
        net::UnixStream,
        process::CommandExt as _,
    },
    path::Path,
    process::Command,
};

/// Nobody: a user that is not this one.
const STRANGER: u32 = 65_534;

const TICKS: &str = "name: p\ntimezone: UTC\nplays:\n  tick:\n    every: 1s\n    steps:\n      - post: tick\n  knock:\n    on: knock\n    steps:\n      - post: who is there\n";

fn mode(path: &Path) -> u32 {
    std::fs::symlink_metadata(path).unwrap().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[test]
fn a_state_is_private_and_is_made_private_with_a_word() {
    let play = Playground::new().file("p.yaml", TICKS);
    let engine = play.shell("umask 000; exec \"$0\" run p.yaml --state st");
    engine.line("running");
    let _ = play.run(&["signal", "knock", "--state", "st"]).exits(0);
    let files = || {
        let all = std::fs::read_dir(play.path("st")).unwrap().map(|entry| entry.unwrap().path());
        all.filter(|path| !path.is_dir())
    };
    for dir in ["st", "st/calls"] {
        assert_eq!(mode(&play.path(dir)), 0o700, "{dir}");
    }
    for file in files() {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    let _ = engine.stop().exits(0);
    // As an older program, or an administrator, left it.
    set_mode(&play.path("st"), 0o755);
    for file in files() {
        set_mode(&file, 0o644);
    }
    let engine = play.start(&["run", "p.yaml", "--state", "st"]);
    engine.line("running");
    assert_eq!(
        (mode(&play.path("st")), mode(&play.path("st/state.db")), mode(&play.path("st/lock"))),
        (0o700, 0o600, 0o600)
    );
    let said = engine.stop().exits(0).stderr;
    assert!(said.contains("was open to other users (mode 0755)") && said.contains("state.db"), "{said}");
}

#[test]
fn no_link_in_a_state_is_followed() {
    for name in ["lock", "state.db", "state.db-wal", "state.mark", "control.path", "calls", "bans"] {
        let play = Playground::new().file("p.yaml", TICKS).file("victim", "keep");
        std::fs::create_dir(play.path("st")).unwrap();
        symlink(play.path("victim"), play.path("st").join(name)).unwrap();
        let output = play.run(&["run", "p.yaml", "--state", "st"]).exits(3);
        assert!(output.stderr.contains("is a link"), "{name}: {}", output.stderr);
        assert_eq!(play.read("victim"), "keep");
        std::fs::remove_file(play.path("st").join(name)).unwrap();
        std::fs::hard_link(play.path("victim"), play.path("st").join(name)).unwrap();
        let output = play.run(&["run", "p.yaml", "--state", "st"]).exits(3);
        assert!(output.stderr.contains("second name"), "{name}: {}", output.stderr);
        assert_eq!(play.read("victim"), "keep");
    }
    // The directory itself may be a link: whoever names it chooses it.
    let play = Playground::new().file("p.yaml", TICKS);
    std::fs::create_dir(play.path("real")).unwrap();
    symlink("real", play.path("st")).unwrap();
    let engine = play.start(&["run", "p.yaml", "--state", "st"]);
    engine.line("running");
    let _ = engine.stop().exits(0);
}

#[test]
fn a_strangers_folder_lock_and_socket_are_not_believed() {
    if !is_root() {
        return;
    }
    let play = Playground::new().file("p.yaml", TICKS);
    set_mode(play.root(), 0o755);
    std::fs::create_dir(play.path("theirs")).unwrap();
    chown(play.path("theirs"), Some(STRANGER), None).unwrap();
    let output = play.run(&["run", "p.yaml", "--state", "theirs"]).exits(3);
    assert!(output.stderr.contains("belongs to another user"), "{}", output.stderr);
    // A stranger holds the lock of a file that an older program left readable.
    std::fs::create_dir(play.path("st")).unwrap();
    set_mode(&play.path("st"), 0o755);
    play.write("st/lock", "");
    set_mode(&play.path("st/lock"), 0o644);
    let mut holder = Command::new("flock")
        .args(["--exclusive", "--nonblock", "st/lock", "sleep", "60"])
        .current_dir(play.root())
        .uid(STRANGER)
        .spawn()
        .unwrap();
    let locked = || std::fs::File::open(play.path("st/lock")).unwrap().try_lock_shared().is_err();
    eventually("the stranger holds the lock", locked);
    let engine = play.start(&["run", "p.yaml", "--state", "st"]);
    engine.line("running");
    // Our own engine is believed all the same.
    let _ = play.run(&["run", "p.yaml", "--state", "st"]).exits(3);
    let said = engine.stop().exits(0).stderr;
    assert!(said.contains("of another user held the lock"), "{said}");
    let _ = holder.kill();
    let _ = holder.wait();
    // The engine is one user's, the directory another's: what a stranger with a socket there would be.
    let theirs = play.shell(&format!(
        "exec setpriv --reuid {STRANGER} --clear-groups \"$0\" run {} --state theirs",
        play.path("p.yaml").display()
    ));
    theirs.line("running");
    let _ = play.run(&["signal", "knock", "--state", "theirs"]).exits(0);
    chown(play.path("theirs"), Some(STRANGER - 1), None).unwrap();
    let output = play.run(&["signal", "knock", "--state", "theirs"]).exits(3);
    assert!(output.stderr.contains("held by another user"), "{}", output.stderr);
    let _ = theirs.kill();
}

#[test]
fn the_socket_of_a_long_path_is_in_a_private_folder() {
    let long = "a-long-name-of-a-folder/".repeat(8);
    let place = |play: &Playground| {
        let note = play.path(&long).join(".playbook/control.path");
        std::path::PathBuf::from(std::fs::read_to_string(note).unwrap())
    };
    let play = Playground::new().file(&format!("{long}p.yaml"), TICKS);
    let short = tempfile::Builder::new().prefix("pb").tempdir_in("/tmp").unwrap();
    let play = play.env("TMPDIR", short.path().to_str().unwrap());
    let (file, state) = (format!("{long}p.yaml"), format!("{long}.playbook"));
    let round = |play: &Playground| {
        let engine = play.start(&["run", &file]);
        engine.line("running");
        let found = place(play);
        assert_eq!(mode(found.parent().unwrap()), 0o700);
        let _ = play.run(&["signal", "knock", "--state", &state]).exits(0);
        let _ = engine.stop().exits(0);
        assert!(!found.exists());
        found
    };
    let first = round(&play);
    assert!(first.starts_with(short.path()), "{}", first.display());
    // Somebody else was first with the name, and leads it elsewhere.
    symlink("/", first.parent().unwrap()).unwrap();
    let second = round(&play);
    assert_ne!(first, second);
    let own = tempfile::Builder::new().prefix("pb").tempdir_in("/tmp").unwrap();
    let play = play.env("XDG_RUNTIME_DIR", own.path().to_str().unwrap());
    set_mode(own.path(), 0o777);
    assert!(round(&play).starts_with(short.path()), "a runtime folder that is open to others is none");
    set_mode(own.path(), 0o700);
    assert!(round(&play).starts_with(own.path()));
}

#[test]
fn a_damaged_database_is_noticed_before_anything_is_written() {
    use std::io::{Seek as _, SeekFrom, Write as _};
    let play = Playground::new().file("p.yaml", TICKS);
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    for _ in 0..30 {
        let _ = play.run(&["signal", "knock"]).exits(0);
    }
    let _ = engine.stop().exits(0);
    let path = play.path(".playbook/state.db");
    let sound = std::fs::read(&path).unwrap();
    let mut found = 0;
    for page in 1..sound.len() / 4096 {
        let mut file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        file.seek(SeekFrom::Start(page as u64 * 4096)).unwrap();
        file.write_all(&[0x5a; 4096]).unwrap();
        drop(file);
        let damaged = std::fs::read(&path).unwrap();
        let log = play.run(&["log"]);
        let ran = play.shell("exec timeout 5 \"$0\" run p.yaml").wait();
        if ran.code == Some(3) {
            found += 1;
            assert!(
                ran.stderr.contains("damaged") && ran.stderr.contains("playbook restore"),
                "{}",
                ran.stderr
            );
            assert_eq!(std::fs::read(&path).unwrap(), damaged, "nothing was changed");
            assert_eq!(log.code, Some(3), "{log:?}");
        }
        std::fs::write(&path, &sound).unwrap();
        if found == 2 {
            break;
        }
    }
    assert_eq!(found, 2);
}

#[test]
fn too_little_memory_is_said() {
    let play = Playground::new().file("p.yaml", TICKS);
    let ran = play.shell("ulimit -v 100000; exec \"$0\" run p.yaml").wait().exits(3);
    assert!(ran.stderr.contains("ulimit -v"), "{}", ran.stderr);
    let checked = play.shell("ulimit -v 98304; exec \"$0\" check p.yaml").wait();
    assert_eq!(checked.code, Some(0), "{checked:?}");
}

#[test]
fn a_shortage_of_files_deafens_nobody() {
    let play = Playground::new().file("p.yaml", TICKS);
    let engine = play.shell("ulimit -n 48; exec \"$0\" run p.yaml");
    engine.line("running");
    let open: Vec<UnixStream> =
        (0..100).filter_map(|_| UnixStream::connect(play.path(".playbook/control.sock")).ok()).collect();
    assert!(open.len() > 48, "{}", open.len());
    engine.line("tick");
    drop(open);
    let _ = play.run(&["signal", "knock"]).exits(0);
    engine.line("who is there");
    let _ = engine.stop().exits(0);
}

#[test]
fn who_says_nothing_on_the_socket_is_let_go_and_a_signal_has_a_size() {
    use std::io::{Read as _, Write as _};
    let play = Playground::new().file("p.yaml", TICKS);
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    let connect = || {
        let stream = UnixStream::connect(play.path(".playbook/control.sock")).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream
    };
    let mut silent = connect();
    let mut large = connect();
    let data = "x".repeat(2 * 1024 * 1024);
    let line = format!("{{\"ask\":{{\"signal\":{{\"name\":\"knock\",\"data\":\"{data}\"}}}}}}\n");
    large.write_all(line.as_bytes()).unwrap();
    let mut answer = vec![0; 4096];
    let n = large.read(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer[..n]).into_owned();
    assert!(answer.contains("at most"), "{answer}");
    assert_eq!(silent.read(&mut [0; 16]).unwrap(), 0, "the connection is closed");
    let _ = engine.stop().exits(0);
}
