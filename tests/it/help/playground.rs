//! A playground: a temporary folder, files, and the real binary in a cleared environment.
//!
//! Tests know this one helper. Everything that waits has a deadline, so that a hung process fails its test.

#![expect(clippy::disallowed_methods, reason = "tests start the real binary and wait for it")]
#![expect(clippy::unwrap_used, reason = "a helper that fails fails its test")]
#![allow(dead_code, clippy::allow_attributes, reason = "each test uses the helpers that it needs")]

use std::{
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    time::{Duration, Instant},
};

/// How long anything may take. Generous, because two cores are shared; a test that passes never waits so long.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// A temporary folder with files in it.
pub(crate) struct Playground {
    dir: tempfile::TempDir,
    env: Vec<(String, String)>,
}

/// What a finished process left.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The exit code; `None` when a signal ended it.
    pub(crate) code: Option<i32>,
}

impl Output {
    /// Asserts the exit code and gives the output back.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "exit code; stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// The lines of stdout as JSON values.
    #[track_caller]
    pub(crate) fn json_lines(&self) -> Vec<serde_json::Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
            .collect()
    }
}

impl Playground {
    /// An empty folder.
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), env: Vec::new() }
    }

    /// With a file in it.
    pub(crate) fn file(self, path: &str, text: &str) -> Self {
        self.write(path, text);
        self
    }

    /// With an environment variable for every process.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Without an environment variable that was set before.
    pub(crate) fn without_env(mut self, name: &str) -> Self {
        self.env.retain(|(known, _)| known != name);
        self
    }

    /// Writes a file that is no UTF-8 text.
    pub(crate) fn write_bytes(&self, path: &str, bytes: &[u8]) {
        std::fs::write(self.path(path), bytes).unwrap();
    }

    /// Writes a file, in place.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Writes a file as an editor does that saves by rename.
    pub(crate) fn write_by_rename(&self, path: &str, text: &str) {
        let beside = format!("{path}.swp~");
        self.write(&beside, text);
        std::fs::rename(self.path(&beside), self.path(path)).unwrap();
    }

    /// The text of a file.
    #[track_caller]
    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap()
    }

    /// A path in the folder.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    /// The folder.
    pub(crate) fn root(&self) -> &Path {
        self.dir.path()
    }

    /// A command of the real binary, in the folder, with no environment but the playground's. The zone is an odd
    /// one on purpose: nothing may depend on it.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_playbook"));
        command
            .args(args)
            .current_dir(self.dir.path())
            .env_clear()
            .env("HOME", self.dir.path())
            .env("TMPDIR", std::env::temp_dir())
            .env("TZ", "Pacific/Chatham")
            .envs(self.env.iter().map(|(k, v)| (k, v)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Starts what a shell makes of a line; `$0` in it is the program.
    pub(crate) fn shell(&self, line: &str) -> Process {
        let program = self.command(&[]);
        let mut shell = Command::new("/bin/sh");
        shell.arg("-c").arg(line).arg(program.get_program()).current_dir(self.root()).env_clear();
        for (name, value) in program.get_envs() {
            shell.env(name, value.unwrap_or_default());
        }
        shell.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Process::new(shell.spawn().unwrap())
    }

    /// Runs to the end.
    #[must_use]
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.start(args).wait()
    }

    /// Starts and goes on.
    pub(crate) fn start(&self, args: &[&str]) -> Process {
        Process::new(self.command(args).spawn().unwrap())
    }
}

/// A process under way; killed when it is dropped.
pub(crate) struct Process {
    child: Child,
    lines: Receiver<String>,
    stdout: Arc<Mutex<String>>,
    stderr: Arc<Mutex<String>>,
    readers: Vec<std::thread::JoinHandle<()>>,
}

impl Process {
    fn new(mut child: Child) -> Self {
        let (sender, lines) = channel();
        let stdout = Arc::new(Mutex::new(String::new()));
        let stderr = Arc::new(Mutex::new(String::new()));
        let out = child.stdout.take().unwrap();
        let err = child.stderr.take().unwrap();
        let keep = stdout.clone();
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let mut all = keep.lock().unwrap();
                all.push_str(&line);
                all.push('\n');
                drop(all);
                let _ = sender.send(line);
            }
        });
        let keep = stderr.clone();
        let other = std::thread::spawn(move || {
            let mut reader = BufReader::new(err);
            let mut chunk = [0; 4096];
            while let Ok(n) = reader.read(&mut chunk)
                && n > 0
            {
                keep.lock().unwrap().push_str(&String::from_utf8_lossy(&chunk[..n]));
            }
        });
        Self { child, lines, stdout, stderr, readers: vec![reader, other] }
    }

    /// The next line of stdout that contains a text; lines before it are passed over.
    #[track_caller]
    pub(crate) fn line(&self, text: &str) -> String {
        let until = Instant::now() + DEADLINE;
        loop {
            match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) if line.contains(text) => return line,
                Ok(_) => {}
                Err(why) => {
                    let what = match why {
                        RecvTimeoutError::Timeout => "did not come in time",
                        RecvTimeoutError::Disconnected => "did not come before the end",
                    };
                    panic!(
                        "{text:?} {what}; stdout:\n{}\nstderr:\n{}",
                        self.stdout.lock().unwrap(),
                        self.stderr.lock().unwrap()
                    );
                }
            }
        }
    }

    /// All of stdout until now.
    pub(crate) fn stdout(&self) -> String {
        self.stdout.lock().unwrap().clone()
    }

    /// All of stderr until now.
    pub(crate) fn stderr(&self) -> String {
        self.stderr.lock().unwrap().clone()
    }

    /// The process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop (SIGTERM) and waits for its end.
    #[must_use]
    pub(crate) fn stop(self) -> Output {
        self.signal("TERM");
        self.wait()
    }

    /// Sends a signal by name: `TERM`, `INT`, `STOP`, `CONT`.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status();
        assert!(status.unwrap().success(), "kill -{name}");
    }

    /// Ends it at once (SIGKILL).
    #[must_use]
    pub(crate) fn kill(mut self) -> Output {
        self.child.kill().unwrap();
        self.wait()
    }

    /// Waits for its end.
    #[must_use]
    #[track_caller]
    pub(crate) fn wait(mut self) -> Output {
        let until = Instant::now() + DEADLINE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(
                Instant::now() < until,
                "did not end in time; stdout:\n{}\nstderr:\n{}",
                self.stdout.lock().unwrap(),
                self.stderr.lock().unwrap()
            );
            std::thread::sleep(Duration::from_millis(5));
        };
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        Output { stdout: self.stdout(), stderr: self.stderr(), code: status.code() }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something is true. Fails with `what` when it does not become true in time.
#[track_caller]
pub(crate) fn eventually(what: &str, mut check: impl FnMut() -> bool) {
    let until = Instant::now() + DEADLINE;
    while !check() {
        assert!(Instant::now() < until, "{what}: not in time");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_process_that_ends_leaves_its_output() {
    let output = Playground::new().run(&["--help"]);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
}
