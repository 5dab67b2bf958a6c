//! The engine's end of the control socket: it listens, reads a request a line, and answers after the commit.
//!
//! Only its own user comes in. It decides nothing: a request goes to the driver, a question to what was published.

#![expect(clippy::disallowed_methods, reason = "owns the control socket's file")]

use super::{
    files, private,
    socket::{
        AskedFor, Beside, CommandReply, CommandRequest, Looked, NOTE, OpenRequest, SOCKET, StatusRequest,
        place,
    },
};
use crate::base::{
    limits,
    phrase::{pair, phrase},
};
use serde::Serialize;
use std::{
    io::Write as _,
    os::unix::{ffi::OsStrExt as _, fs::PermissionsExt as _},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _},
    net::UnixListener,
    sync::{Semaphore, mpsc, oneshot},
    time::timeout,
};

/// How long accepting pauses after an error, such as too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
const IDLE: Duration = Duration::from_millis(limits::CONTROL_IDLE_MS_MAX);

/// The listening socket; its file goes when this is dropped.
#[derive(Debug)]
pub struct Server {
    path: PathBuf,
    note: PathBuf,
    /// The file that was made: a state directory that was replaced has another engine's at the same place.
    made: Option<(u64, u64)>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Listens. The caller holds the directory's lock, so a file left behind is a dead engine's.
    pub fn start(dir: &Path, asked: mpsc::Sender<AskedFor>, beside: Beside) -> std::io::Result<Self> {
        let path = place(dir)?;
        let note = dir.join(NOTE);
        let _ = std::fs::remove_file(&note);
        let _ = std::fs::remove_file(&path);
        let listener = UnixListener::bind(&path)?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        if !path.ends_with(SOCKET) {
            private::open(&note)?.write_all(path.as_os_str().as_bytes())?;
        }
        let made = files::place_of(&path);
        let accepting = tokio::spawn(accept(listener, asked, beside));
        Ok(Self { path, note, made, accepting })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
        if self.made.is_none() || files::place_of(&self.path) != self.made {
            return;
        }
        let _ = std::fs::remove_file(&self.path);
        if !self.path.ends_with(SOCKET) {
            let _ = std::fs::remove_file(&self.note);
            let _ = self.path.parent().map(std::fs::remove_dir);
        }
    }
}

/// Takes connections as long as the engine runs. An error is somebody's who connected, or a shortage that passes.
async fn accept(listener: UnixListener, asked: mpsc::Sender<AskedFor>, beside: Beside) {
    let places = Arc::new(Semaphore::new(limits::CONTROL_CONNECTIONS_MAX));
    // A request of the largest kind is taken one at a time.
    let large = Arc::new(Semaphore::new(1));
    loop {
        let Ok(place) = places.clone().acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) if is_ours(&stream) => {
                let (asked, large, beside) = (asked.clone(), large.clone(), beside.clone());
                tokio::spawn(async move {
                    serve(stream, &asked, &beside, &large).await;
                    drop(place);
                });
            }
            Ok(_) => {}
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

/// Whether a connection is this user's, or root's.
fn is_ours(stream: &tokio::net::UnixStream) -> bool {
    stream.peer_cred().is_ok_and(|peer| peer.uid() == private::user() || peer.uid() == 0)
}

/// Answers the requests of one connection, one after another. Who says nothing for long, or takes no answer, is
/// let go.
async fn serve(
    stream: tokio::net::UnixStream,
    asked: &mpsc::Sender<AskedFor>,
    beside: &Beside,
    large: &Semaphore,
) {
    let (read, mut write) = stream.into_split();
    let mut read = tokio::io::BufReader::new(read);
    loop {
        let (line, whole) = match timeout(IDLE, line(&mut read, large)).await {
            Ok(Ok(line)) if !line.0.is_empty() => line,
            _ => return,
        };
        let mut text = if whole {
            answer(&line, asked, beside).await
        } else {
            written(&CommandReply::refuse(phrase!(
                "a request has at most {} bytes",
                "一个请求最多 {} 字节",
                limits::CONTROL_BYTES_MAX
            )))
        };
        text.push('\n');
        let written = timeout(IDLE, write.write_all(text.as_bytes())).await;
        if !matches!(written, Ok(Ok(()))) || !whole {
            return;
        }
    }
}

/// The next line, and whether it is all of it.
async fn line(
    read: &mut (impl tokio::io::AsyncBufRead + Unpin),
    large: &Semaphore,
) -> std::io::Result<(Vec<u8>, bool)> {
    let mut line = Vec::new();
    let mut limit = limits::COMMAND_BYTES_MAX;
    (&mut *read).take(limit as u64).read_until(b'\n', &mut line).await?;
    if line.len() < limit || line.ends_with(b"\n") {
        return Ok((line, true));
    }
    let _alone = large.acquire().await.map_err(std::io::Error::other)?;
    limit = limits::CONTROL_BYTES_MAX;
    let left = limit.saturating_sub(line.len()) as u64;
    read.take(left).read_until(b'\n', &mut line).await?;
    let whole = line.len() < limit || line.ends_with(b"\n");
    Ok((line, whole))
}

fn written(reply: &impl Serialize) -> String {
    serde_json::to_string(reply).unwrap_or_else(|_| "{\"ok\":false}".into())
}

async fn answer(line: &[u8], asked: &mpsc::Sender<AskedFor>, beside: &Beside) -> String {
    let error = match serde_json::from_slice::<CommandRequest>(line) {
        Ok(request) => return written(&put(request, line.len(), asked).await),
        Err(error) => error,
    };
    if let Ok(OpenRequest { open }) = serde_json::from_slice(line) {
        return written(&(beside.grant)(&open));
    }
    let Ok(StatusRequest { status }) = serde_json::from_slice(line) else {
        return written(&CommandReply::refuse(phrase!(
            "the request cannot be read: {error}",
            "请求读不懂：{error}"
        )));
    };
    let look = beside.look.clone();
    // Of ten thousand groups there is much to write, too.
    let looked = tokio::task::spawn_blocking(move || written(&look(&status))).await;
    looked.unwrap_or_else(|error| written(&Looked::Err(error.to_string())))
}

/// Puts a request to the driver.
pub(crate) async fn put(
    request: CommandRequest,
    bytes: usize,
    asked: &mpsc::Sender<AskedFor>,
) -> CommandReply {
    if bytes > limits::COMMAND_BYTES_MAX && !request.ask.is_import() {
        let most = limits::COMMAND_BYTES_MAX;
        return CommandReply::refuse(phrase!(
            "a command or a signal has at most {most} bytes",
            "一条命令或信号最多 {most} 字节"
        ));
    }
    let (reply, answer) = oneshot::channel();
    if asked.send((request, reply)).await.is_err() {
        return CommandReply::refuse(pair(
            "the engine is stopping; ask again when it runs",
            "引擎正在停止；等它运行时再试",
        ));
    }
    answer.await.unwrap_or_else(|_| {
        CommandReply::refuse(pair(
            "the engine is stopping; ask again when it runs",
            "引擎正在停止；等它运行时再试",
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::{phrase::Phrase, value::Value},
        shell::{
            console::NotOpened,
            socket::{Ask, SocketError, request},
        },
    };
    use std::{
        io::{BufRead as _, BufReader},
        os::unix::net::UnixStream,
    };

    fn blind() -> Beside {
        Beside {
            look: Arc::new(|_| Err("nothing is seen".into())),
            grant: Arc::new(|_| Err(NotOpened(Phrase::same("nothing is open")))),
        }
    }

    async fn echo(dir: PathBuf) {
        let (sender, mut receiver) = mpsc::channel::<AskedFor>(4);
        let server = Server::start(&dir, sender, blind()).unwrap();
        let asking = dir.clone();
        let client = tokio::task::spawn_blocking(move || {
            let ask = Ask::Signal { name: "hello".into(), member: None, data: Value::Null, by_hand: true };
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
        let (sender, _receiver) = mpsc::channel::<AskedFor>(4);
        let _server = Server::start(dir.path(), sender, blind()).unwrap();
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
