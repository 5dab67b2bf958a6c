//! The control socket: how a command reaches a running engine. One JSON object a line each way.
//!
//! Only the owner of the state directory can open it. It changes nothing itself: a request becomes an input, and
//! the answer comes after its commit.

#![expect(clippy::disallowed_methods, reason = "owns the control socket")]

use crate::{
    base::{
        ids::{EffectId, GroupId, MemberId},
        limits,
        value::Value,
    },
    engine::input::Command,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::{
    io::{BufRead as _, BufReader, Write as _},
    os::unix::{
        ffi::OsStrExt as _,
        fs::{DirBuilderExt as _, PermissionsExt as _},
        net::UnixStream,
    },
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _},
    net::UnixListener,
    sync::{mpsc, oneshot},
};

/// A request to a running engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommandRequest {
    /// Makes a repeated request a no-op. The sender chooses it; without one every request is a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Which group; may be left out where the engine runs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    /// What is asked.
    pub ask: Ask,
}

/// What may be asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// A command of an operator, a members' import included.
    Command(Command),
    /// A fact is reported.
    Signal {
        /// Its name.
        name: String,
        /// The member it is about.
        #[serde(default)]
        member: Option<MemberId>,
        /// Anything else.
        #[serde(default)]
        data: Value,
    },
    /// Every file and every secret is read again.
    Reload,
    /// A dead message, or one in doubt, is sent again.
    Resend {
        /// Which.
        effect: EffectId,
    },
    /// A message in doubt has arrived, as a person saw.
    Arrived {
        /// Which.
        effect: EffectId,
        /// Who says so.
        #[serde(default)]
        by: Option<String>,
    },
}

/// What the engine answers, after the commit.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct CommandReply {
    /// Whether it was done. A repeated request is answered with true and no entries.
    pub ok: bool,
    /// The group it was for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupId>,
    /// What was decided, as in `log` but without numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<serde_json::Value>,
    /// What there is to say beside that, a line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub said: Vec<String>,
    /// Why it was refused, with what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

impl CommandReply {
    /// A refusal.
    pub fn refuse(reason: impl Into<String>) -> Self {
        Self { refused: Some(reason.into()), ..Self::default() }
    }
}

/// Why a request could not be put.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// Nobody listens.
    #[error(
        "no engine is running on the state in {}: start one with `playbook run FILE`, or say where its state is \
         with --state DIR", .0.display()
    )]
    NotRunning(PathBuf),
    /// The connection broke.
    #[error("the engine on {} did not answer: {reason}", dir.display())]
    Broken {
        /// The state directory.
        dir: PathBuf,
        /// What happened.
        reason: String,
    },
}

/// A request under way: what was asked and where the answer goes.
pub type Asked = (CommandRequest, oneshot::Sender<CommandReply>);

/// The longest socket path that every system takes, in bytes.
const PATH_BYTES_MAX: usize = 100;
/// How long a client waits for an answer.
const ANSWER: Duration = Duration::from_secs(30);

/// Where the socket of a state directory is: in it, or where that path is too long, in the temporary folder.
fn socket_path(dir: &Path) -> PathBuf {
    let full = std::fs::canonicalize(dir).unwrap_or_else(|_| dir.into());
    let plain = full.join("control.sock");
    if plain.as_os_str().as_bytes().len() <= PATH_BYTES_MAX {
        return plain;
    }
    let digest = Sha256::digest(full.as_os_str().as_bytes());
    let short = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    std::env::temp_dir().join(format!("playbook-{short:016x}")).join("s")
}

/// Puts a request to the engine that runs on a state directory and waits for its answer.
pub fn request(dir: &Path, request: &CommandRequest) -> Result<CommandReply, SocketError> {
    let broken = |reason: String| SocketError::Broken { dir: dir.into(), reason };
    // Where the path is too long, the engine has written down where its socket is.
    let path = std::fs::read_to_string(dir.join("control.path"))
        .map_or_else(|_| socket_path(dir), |text| PathBuf::from(text.trim_end_matches('\n')));
    let mut stream = UnixStream::connect(path).map_err(|_| SocketError::NotRunning(dir.into()))?;
    stream.set_read_timeout(Some(ANSWER)).map_err(|e| broken(e.to_string()))?;
    let mut line = serde_json::to_string(request).map_err(|e| broken(e.to_string()))?;
    line.push('\n');
    stream.write_all(line.as_bytes()).map_err(|e| broken(e.to_string()))?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).map_err(|e| broken(e.to_string()))?;
    if answer.is_empty() {
        return Err(broken("it is stopping; the request may or may not have been taken".into()));
    }
    serde_json::from_str(&answer).map_err(|e| broken(e.to_string()))
}

/// The listening socket; its file goes when this is dropped.
#[derive(Debug)]
pub struct Server {
    path: PathBuf,
    note: PathBuf,
    accepting: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Listens. The caller holds the directory's lock, so a file left behind is a dead engine's.
    pub fn start(dir: &Path, asked: mpsc::Sender<Asked>) -> std::io::Result<Self> {
        let path = socket_path(dir);
        let note = dir.join("control.path");
        if path.starts_with(std::env::temp_dir()) && !path.ends_with("control.sock") {
            if let Some(parent) = path.parent() {
                std::fs::DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
            }
            std::fs::write(&note, path.as_os_str().as_bytes())?;
        } else {
            let _ = std::fs::remove_file(&note);
        }
        let _ = std::fs::remove_file(&path);
        let listener = UnixListener::bind(&path)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        let accepting = tokio::spawn(accept(listener, asked));
        Ok(Self { path, note, accepting })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
        let _ = std::fs::remove_file(&self.path);
        let _ = std::fs::remove_file(&self.note);
    }
}

async fn accept(listener: UnixListener, asked: mpsc::Sender<Asked>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream, asked.clone()));
    }
}

/// Answers the requests of one connection, one after another.
async fn serve(stream: tokio::net::UnixStream, asked: mpsc::Sender<Asked>) {
    let (read, mut write) = stream.into_split();
    let mut read = tokio::io::BufReader::new(read);
    loop {
        let mut line = Vec::new();
        let limit = limits::CONTROL_BYTES_MAX as u64 + 1;
        match (&mut read).take(limit).read_until(b'\n', &mut line).await {
            Ok(n) if n > 0 => {}
            _ => return,
        }
        let too_long = line.len() as u64 >= limit;
        let reply = if too_long {
            CommandReply::refuse(format!("a request has at most {} bytes", limits::CONTROL_BYTES_MAX))
        } else {
            answer(&line, &asked).await
        };
        let mut text = serde_json::to_string(&reply).unwrap_or_else(|_| "{\"ok\":false}".into());
        text.push('\n');
        if write.write_all(text.as_bytes()).await.is_err() || too_long {
            return;
        }
    }
}

async fn answer(line: &[u8], asked: &mpsc::Sender<Asked>) -> CommandReply {
    let request: CommandRequest = match serde_json::from_slice(line) {
        Ok(request) => request,
        Err(error) => return CommandReply::refuse(format!("the request cannot be read: {error}")),
    };
    let (reply, answer) = oneshot::channel();
    if asked.send((request, reply)).await.is_err() {
        return CommandReply::refuse("the engine is stopping; ask again when it runs");
    }
    answer.await.unwrap_or_else(|_| CommandReply::refuse("the engine is stopping; ask again when it runs"))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn echo(dir: PathBuf) {
        let (sender, mut receiver) = mpsc::channel::<Asked>(4);
        let server = Server::start(&dir, sender).unwrap();
        let asking = dir.clone();
        let client = tokio::task::spawn_blocking(move || {
            let ask = Ask::Signal { name: "hello".into(), member: None, data: Value::Null };
            request(&asking, &CommandRequest { id: Some("1".into()), group: None, ask })
        });
        let (request, reply) = receiver.recv().await.unwrap();
        assert!(matches!(request.ask, Ask::Signal { name, .. } if name == "hello"));
        reply.send(CommandReply { ok: true, ..CommandReply::default() }).unwrap();
        assert!(client.await.unwrap().unwrap().ok);
        drop(server);
    }

    #[tokio::test]
    async fn a_request_is_answered() {
        let dir = tempfile::tempdir().unwrap();
        echo(dir.path().into()).await;
        let ask = Ask::Resend { effect: "e".into() };
        let error = request(dir.path(), &CommandRequest { id: None, group: None, ask }).unwrap_err();
        assert!(matches!(error, SocketError::NotRunning(_)));
    }

    #[tokio::test]
    async fn a_deep_folder_has_its_socket_elsewhere() {
        let dir = tempfile::tempdir().unwrap();
        let deep = dir.path().join("a-long-name-of-a-folder/".repeat(8));
        std::fs::create_dir_all(&deep).unwrap();
        echo(deep).await;
    }

    #[tokio::test]
    async fn nonsense_is_refused_and_the_connection_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let (sender, _receiver) = mpsc::channel::<Asked>(4);
        let _server = Server::start(dir.path(), sender).unwrap();
        let path = dir.path().join("control.sock");
        let text = tokio::task::spawn_blocking(move || {
            let mut stream = UnixStream::connect(path).unwrap();
            stream.write_all(b"nonsense\n[1]\n").unwrap();
            let mut lines = BufReader::new(stream).lines();
            [lines.next().unwrap().unwrap(), lines.next().unwrap().unwrap()]
        })
        .await
        .unwrap();
        assert!(text.iter().all(|line| line.contains("cannot be read")), "{text:?}");
    }
}
