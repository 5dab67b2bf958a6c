//! A receiver of webhooks for the measures: answers 200 at once, and remembers when each request came.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// The receiver; it ends with the process.
pub(crate) struct Receiver {
    port: u16,
    count: Arc<AtomicUsize>,
    arrivals: Arc<Mutex<Vec<Instant>>>,
}

impl Receiver {
    /// Listens on a free port of the loopback interface, on a thread of its own.
    pub(crate) fn start() -> Self {
        Self::answering(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
    }

    /// The same with an answer of its own; with an empty one it never answers.
    pub(crate) fn answering(answer: &'static [u8]) -> Self {
        let (tell, port) = std::sync::mpsc::channel();
        let count = Arc::new(AtomicUsize::new(0));
        let arrivals = Arc::new(Mutex::new(Vec::new()));
        let (counted, noted) = (count.clone(), arrivals.clone());
        std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
                let _ = tell.send(listener.local_addr().expect("an address").port());
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(serve(stream, answer, counted.clone(), noted.clone()));
                }
            });
        });
        Self { port: port.recv().expect("the receiver listens"), count, arrivals }
    }

    /// Its address.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    /// Waits until so many requests have come; gives when each came, in order.
    pub(crate) fn wait(&self, n: usize) -> Vec<Instant> {
        self.wait_for(n, std::time::Duration::from_mins(2))
    }

    /// The same for at most so long.
    pub(crate) fn wait_for(&self, n: usize, most: std::time::Duration) -> Vec<Instant> {
        let begun = Instant::now();
        while self.count.load(Ordering::Acquire) < n {
            assert!(begun.elapsed() < most, "only {} of {n} came", self.count.load(Ordering::Acquire));
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        self.arrivals.lock().expect("nobody panicked").clone()
    }
}

async fn serve(
    mut stream: TcpStream,
    answer: &'static [u8],
    count: Arc<AtomicUsize>,
    arrivals: Arc<Mutex<Vec<Instant>>>,
) {
    let _ = stream.set_nodelay(true);
    let mut buffer = Vec::with_capacity(4096);
    loop {
        let Some(length) = request_length(&buffer) else {
            if stream.read_buf(&mut buffer).await.unwrap_or(0) == 0 {
                return;
            }
            continue;
        };
        buffer.drain(..length);
        arrivals.lock().expect("nobody panicked").push(Instant::now());
        count.fetch_add(1, Ordering::Release);
        if stream.write_all(answer).await.is_err() {
            return;
        }
    }
}

/// The length of the first whole request in the buffer.
fn request_length(buffer: &[u8]) -> Option<usize> {
    let head = buffer.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&buffer[..head]).to_ascii_lowercase();
    let length = text.split("content-length:").nth(1)?.split("\r\n").next()?.trim().parse::<usize>().ok()?;
    (buffer.len() >= head + length).then_some(head + length)
}
