//! A receiver of generic webhooks: a real HTTP/1.1 server on a free port that remembers what it got.
//!
//! Says yes to everything, at once, over connections that stay open; or, when told to, asks to come back later.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

/// A request that came in.
#[derive(Debug, Clone)]
pub(crate) struct Got {
    /// Its group and effect, `group/effect`; its `webhook-id` where the body does not name them.
    pub(crate) id: String,
    /// Its body.
    pub(crate) body: String,
}

/// The receiver; its threads end with the test process.
pub(crate) struct Sink {
    port: u16,
    got: Arc<Mutex<Vec<Got>>>,
    busy: Arc<AtomicBool>,
}

impl Sink {
    /// Listens on a free port of the loopback interface.
    #[expect(clippy::disallowed_methods, reason = "a test server has a socket and threads")]
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let got = Arc::new(Mutex::new(Vec::new()));
        let shared = got.clone();
        let busy = Arc::new(AtomicBool::new(false));
        let is_busy = busy.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (shared, busy) = (shared.clone(), is_busy.clone());
                std::thread::spawn(move || serve(stream, &shared, &busy));
            }
        });
        Self { port, got, busy }
    }

    /// An address of this receiver.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// From now on nothing is taken, or everything again.
    pub(crate) fn busy(&self, busy: bool) {
        self.busy.store(busy, Ordering::SeqCst);
    }

    /// Everything that was taken, in order of arrival.
    pub(crate) fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }
}

fn serve(stream: TcpStream, got: &Mutex<Vec<Got>>, busy: &AtomicBool) {
    let _ = stream.set_nodelay(true);
    let Ok(mut answer) = stream.try_clone() else { return };
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let (mut length, mut id) = (0, String::new());
        loop {
            line.clear();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().unwrap_or(0),
                "webhook-id" => id = value.trim().to_owned(),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        if busy.load(Ordering::SeqCst) {
            if answer.write_all(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n").is_err() {
                return;
            }
            continue;
        }
        // The header is a digest of these two, because receivers forbid dots.
        if let Ok(json) = serde_json::from_slice::<serde_json::Value>(&body)
            && let (Some(group), Some(effect)) = (json["group"].as_str(), json["effect"].as_str())
        {
            id = format!("{group}/{effect}");
        }
        got.lock().unwrap().push(Got { id, body: String::from_utf8_lossy(&body).into_owned() });
        if answer.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").is_err() {
            return;
        }
    }
}
