//! Independent programs that tests compare with, as `tests/run` installs them.
//!
//! Never skips in silence: a test without its judge says so, and fails where `PLAYBOOK_JUDGES=required`.

use std::path::{Path, PathBuf};

/// The interpreter that has the packages of `tests/judges/requirements.txt`; none, said loudly, without it.
pub(crate) fn python() -> Option<PathBuf> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/judges/python");
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/requirements.txt");
    installed(&home, &list).then(|| home.join("bin/python")).or_else(|| missing("the Python packages"))
}

/// The folder whose `node_modules` has the packages of `tests/judges/package.json`; none, said loudly, without it.
pub(crate) fn node() -> Option<PathBuf> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/judges/node");
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/package.json");
    installed(&home, &list).then_some(home).or_else(|| missing("the Node packages"))
}

/// A Chromium; none, said loudly, without it.
pub(crate) fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let found = std::env::split_paths(&path)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|file| file.is_file());
    found.or_else(|| missing("a Chromium"))
}

/// The checker of Prometheus; none, said loudly, where a system has no package of it.
pub(crate) fn promtool() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found =
        std::env::split_paths(&path).map(|folder| folder.join("promtool")).find(|file| file.is_file());
    if found.is_none() {
        let line = "\nSKIPPED: promtool, which this test compares with, is not installed\n";
        let _ = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
    }
    found
}

/// Whether what is installed is what the list says now.
fn installed(home: &Path, list: &Path) -> bool {
    std::fs::read(home.join("installed"))
        .is_ok_and(|had| std::fs::read(list).is_ok_and(|wanted| had == wanted))
}

fn missing<T>(what: &str) -> Option<T> {
    let words = format!("{what} that this test compares with are missing; `tests/run` installs them");
    assert!(std::env::var("PLAYBOOK_JUDGES").is_err(), "{words}");
    // The test harness keeps what a passing test prints; a skipped comparison has to be seen all the same.
    let line = format!("\nSKIPPED: {words}\n");
    let _ = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
    None
}

#[test]
fn judges_that_are_there_answer() {
    let answers = |program: &Path| {
        std::process::Command::new(program).arg("--version").output().is_ok_and(|out| out.status.success())
    };
    assert!(python().is_none_or(|python| answers(&python)));
    assert!(node().is_none_or(|home| home.join("package.json").is_file()));
    assert!(chromium().is_none_or(|chromium| answers(&chromium)));
}
