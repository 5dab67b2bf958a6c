//! The real program in a folder of its own, for the measures that need a process.

use std::{
    fmt::Write as _,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A folder with a playbook in it.
pub(crate) struct Town {
    dir: tempfile::TempDir,
}

/// An instant, as the playbook writes it and as the measure sees it.
pub(crate) struct Due {
    pub(crate) text: String,
    pub(crate) at: Instant,
}

impl Town {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a folder") }
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        std::fs::write(self.dir.path().join(path), text).expect("the folder can be written");
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.dir.path().join(path)).expect("a file")
    }

    /// Where its engine keeps its state.
    pub(crate) fn state(&self) -> std::path::PathBuf {
        self.dir.path().join("state")
    }

    /// How many messages of members the journal of an engine that has stopped counts.
    pub(crate) fn messages(&self) -> usize {
        let mut child = Command::new(env!("CARGO_BIN_EXE_playbook"))
            .args(["log", "--all", "--format", "json", "--state"])
            .arg(self.state())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let counted = lines.map_while(Result::ok).map(|line| messages_in(&line)).sum();
        let _ = child.wait();
        counted
    }

    /// `groups.csv` with so many rows.
    pub(crate) fn write_groups(&self, n: usize) {
        let mut csv = String::from("id,title\n");
        for g in 0..n {
            let _ = writeln!(csv, "g{g:05},Group {g}");
        }
        self.write("groups.csv", &csv);
    }

    /// The next whole second at least so far away.
    pub(crate) fn due_in(wait: Duration) -> Due {
        let now = jiff::Timestamp::now();
        let target = now.as_millisecond() + wait.as_millis() as i64;
        let target = (target / 1000 + 1) * 1000;
        let at = Instant::now() + Duration::from_millis((target - now.as_millisecond()) as u64);
        let text = jiff::Timestamp::from_millisecond(target).expect("a time").to_string();
        Due { text, at }
    }
}

/// How many messages of members an entry of the journal records.
fn messages_in(line: &str) -> usize {
    let entry: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
    let spoken = || entry["by"].as_array().into_iter().flatten();
    match entry["entry"].as_str() {
        Some("heard") => spoken().map(|one| one[1].as_u64().unwrap_or_default() as usize).sum(),
        Some("signal_received") if entry["name"] == "message" => 1,
        _ => 0,
    }
}

/// The program under way.
pub(crate) struct Engine {
    child: Child,
    state: std::path::PathBuf,
    /// From its start until it had armed its first deadline and said what comes next.
    pub(crate) ready: Duration,
    /// The link to its console, where it has a door.
    pub(crate) console: Option<String>,
}

impl Engine {
    /// Starts it and waits until it says what comes next.
    pub(crate) fn start(town: &Town) -> Self {
        Self::start_with(town, &[])
    }

    /// The same, with more to say to it.
    pub(crate) fn start_with(town: &Town, more: &[&str]) -> Self {
        let begun = Instant::now();
        let mut child = Command::new(env!("CARGO_BIN_EXE_playbook"))
            .args(["run", "town.yaml", "--state", "state"])
            .args(more)
            .current_dir(town.dir.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let mut console = None;
        let ready = loop {
            match lines.next() {
                Some(Ok(line)) if line.contains("/enter/") => {
                    console =
                        line.split_whitespace().find(|word| word.starts_with("http")).map(str::to_owned);
                }
                Some(Ok(line)) if line.trim_start().starts_with("next") => break begun.elapsed(),
                Some(Ok(_)) => {}
                other => panic!("the program ended before it was ready: {other:?}"),
            }
        };
        // Its output goes on being read, so that it never waits for us.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, state: town.dir.path().join("state"), ready, console }
    }

    /// Resident memory, in MiB, as Linux tells it.
    pub(crate) fn resident(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap_or_default();
        line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).unwrap_or_default() / 1024.0
    }

    /// Reports a signal to the first group, by the program's own command.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new(env!("CARGO_BIN_EXE_playbook"))
            .args(["signal", name, "--group", "g00000", "--state"])
            .arg(&self.state)
            .stdout(Stdio::null())
            .status();
        assert!(status.is_ok_and(|status| status.success()), "the signal was taken");
    }

    /// Ends it at once.
    pub(crate) fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Stops it in order.
    pub(crate) fn stop(mut self) {
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
