//! Local stand-ins for platforms: a tiny HTTP/1.1 server that records what it gets and answers as it is told.
//!
//! Faithful where the engine could notice: errors inside HTTP 200, sliding windows, limits, signatures. Binds
//! 127.0.0.1 on a free port and ends with its `Fake`.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

pub(crate) mod app;
pub(crate) mod dingtalk;
pub(crate) mod discord;
pub(crate) mod discord_gateway;
pub(crate) mod feishu;
pub(crate) mod feishu_app;
pub(crate) mod google_chat;
pub(crate) mod long_connection;
pub(crate) mod matrix;
pub(crate) mod mattermost;
pub(crate) mod ntfy;
pub(crate) mod matrix_sync;
pub(crate) mod onebot;
pub(crate) mod onebot_socket;
pub(crate) mod slack;
pub(crate) mod slack_socket;
pub(crate) mod smtp;
pub(crate) mod sockets;
pub(crate) mod teams;
pub(crate) mod telegram;
pub(crate) mod telegram_updates;
pub(crate) mod wecom;
pub(crate) mod window;

/// A request as it was received.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
    /// The body as it came, which need not be text.
    pub(crate) bytes: Vec<u8>,
    pub(crate) at: Instant,
}

impl Seen {
    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("a JSON body")
    }
}

/// A part of a form.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) file: Option<String>,
    pub(crate) bytes: Vec<u8>,
}

impl Field {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.bytes.clone()).expect("a field of text")
    }
}

impl Seen {
    /// The parts of a `multipart/form-data` body, read as RFC 7578 has it; none where it is none or is broken.
    pub(crate) fn form(&self) -> Option<Vec<Field>> {
        let boundary = self.headers.get("content-type")?.strip_prefix("multipart/form-data; boundary=")?;
        let mark = format!("--{boundary}");
        let mut rest = self.bytes.strip_prefix(mark.as_bytes())?;
        let mut fields = Vec::new();
        loop {
            if rest == b"--\r\n" {
                return Some(fields);
            }
            rest = rest.strip_prefix(b"\r\n")?;
            let find = |bytes: &[u8], wanted: &[u8]| bytes.windows(wanted.len()).position(|at| at == wanted);
            let head_end = find(rest, b"\r\n\r\n")?;
            let head = std::str::from_utf8(&rest[..head_end]).ok()?.to_owned();
            rest = &rest[head_end + 4..];
            let next = format!("\r\n{mark}");
            let end = find(rest, next.as_bytes())?;
            let value = |name: &str| {
                let at = head.find(&format!("; {name}=\""))? + name.len() + 4;
                Some(head[at..].split('"').next()?.to_owned())
            };
            fields.push(Field { name: value("name")?, file: value("filename"), bytes: rest[..end].to_vec() });
            rest = &rest[end + next.len()..];
        }
    }
}

/// Whether bytes begin as a picture does.
pub(crate) fn is_picture(bytes: &[u8]) -> bool {
    [&b"\x89PNG\r\n\x1a\n"[..], b"\xff\xd8\xff", b"GIF8"].iter().any(|begin| bytes.starts_with(begin))
}

/// Percent-encoding undone, once.
pub(crate) fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = (first == b'%').then(|| std::str::from_utf8(rest.get(1..3)?).ok()).flatten();
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            bytes.push(byte);
            rest = &rest[3..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).expect("text")
}

/// A value of the query, decoded once.
pub(crate) fn query(path: &str, name: &str) -> Option<String> {
    let (_, query) = path.split_once('?')?;
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.filter(|(key, _)| *key == name).map(|(_, value)| decoded(value)).next()
}

/// What the server does with a request that it has read.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// Closes the connection without a word.
    Drop,
    /// Answers nothing and keeps the connection open.
    Hang,
    /// Keeps the request open, and is asked again in a moment.
    Later,
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self::Answer { status, headers: Vec::new(), body: String::new() }
    }

    pub(crate) fn json(body: &serde_json::Value) -> Self {
        Self::Answer { status: 200, headers: Vec::new(), body: body.to_string() }
    }

    pub(crate) fn error(status: u16, body: &serde_json::Value) -> Self {
        Self::Answer { status, headers: Vec::new(), body: body.to_string() }
    }

    /// Plain text with a status.
    pub(crate) fn text(status: u16, body: &str) -> Self {
        Self::Answer { status, headers: Vec::new(), body: body.to_owned() }
    }

    pub(crate) fn with(self, name: &'static str, value: &str) -> Self {
        match self {
            Self::Answer { status, mut headers, body } => {
                headers.push((name, value.to_owned()));
                Self::Answer { status, headers, body }
            }
            other => other,
        }
    }
}

/// Decides the reply; told the request and how many came before it.
pub(crate) type Behave = Box<dyn Fn(&Seen, usize) -> Reply + Send + Sync>;

/// A running stand-in.
pub(crate) struct Fake {
    pub(crate) port: u16,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    behave: Behave,
    seen: Mutex<Vec<Seen>>,
    count: watch::Sender<usize>,
    in_flight: AtomicUsize,
    in_flight_max: AtomicUsize,
    /// So many connections are closed before anything is read from them.
    unread: AtomicUsize,
}

impl Fake {
    pub(crate) async fn start(behave: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_at(0, behave).await
    }

    pub(crate) async fn start_at(
        port: u16,
        behave: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.expect("a free port");
        let port = listener.local_addr().expect("a bound socket").port();
        let shared = Arc::new(Shared {
            behave: Box::new(behave),
            seen: Mutex::default(),
            count: watch::Sender::new(0),
            in_flight: AtomicUsize::new(0),
            in_flight_max: AtomicUsize::new(0),
            unread: AtomicUsize::new(0),
        });
        let serving = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let is_unread = serving
                    .unread
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1))
                    .is_ok();
                if !is_unread {
                    tokio::spawn(serve(stream, Arc::clone(&serving)));
                }
            }
        });
        Self { port, shared, task }
    }

    /// Answers these in turn, the last one for ever.
    pub(crate) async fn scripted(replies: Vec<Reply>) -> Self {
        Self::start(move |_, before| replies[before.min(replies.len() - 1)].clone()).await
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook?key=k%20&x=1", self.port)
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// Waits until this many requests have been read.
    pub(crate) async fn wait_for(&self, count: usize) {
        let mut seen = self.shared.count.subscribe();
        seen.wait_for(|seen| *seen >= count).await.expect("the server lives");
    }

    pub(crate) fn in_flight_max(&self) -> usize {
        self.shared.in_flight_max.load(Ordering::Relaxed)
    }

    pub(crate) fn drop_unread(&self, connections: usize) {
        self.shared.unread.store(connections, Ordering::Relaxed);
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, shared: Arc<Shared>) {
    let mut buffer = Vec::new();
    while let Some(seen) = read_request(&mut stream, &mut buffer).await {
        let now = shared.in_flight.fetch_add(1, Ordering::Relaxed) + 1;
        shared.in_flight_max.fetch_max(now, Ordering::Relaxed);
        let mut reply = {
            let mut all = shared.seen.lock().unwrap();
            let reply = (shared.behave)(&seen, all.len());
            all.push(seen.clone());
            shared.count.send_replace(all.len());
            reply
        };
        while matches!(reply, Reply::Later) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            reply = (shared.behave)(&seen, usize::MAX);
        }
        let Reply::Answer { status, headers, body } = reply else {
            if matches!(reply, Reply::Hang) {
                std::future::pending::<()>().await;
            }
            shared.in_flight.fetch_sub(1, Ordering::Relaxed);
            return;
        };
        // The others get a chance to come in, so that what is in flight at once is seen.
        tokio::task::yield_now().await;
        shared.in_flight.fetch_sub(1, Ordering::Relaxed);
        let mut head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if stream.write_all(format!("{head}\r\n{body}").as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Seen> {
    let head_end = loop {
        if let Some(at) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&buffer[..head_end]).into_owned();
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while buffer.len() < head_end + 4 + length {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    let rest = buffer.split_off(head_end + 4 + length);
    let bytes = buffer[head_end + 4..].to_vec();
    let body = String::from_utf8_lossy(&bytes).into_owned();
    *buffer = rest;
    Some(Seen { method, path, headers, body, bytes, at: Instant::now() })
}
