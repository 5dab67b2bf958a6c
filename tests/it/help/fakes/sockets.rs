//! A WebSocket server: each connection is answered as a platform's fake decides, and can be spoken to, cut, stalled or
//! closed at any time. Knows no platform.

use futures_util::{SinkExt as _, StreamExt as _};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinHandle,
};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{ErrorResponse, Request, Response},
        http::StatusCode,
        protocol::{
            CloseFrame,
            frame::{
                Frame,
                coding::{CloseCode, Data, OpCode},
            },
        },
    },
};

/// What a client did.
pub(crate) enum Did<'a> {
    /// It asks for a WebSocket at this path.
    Opened(&'a str),
    Text(&'a str),
    Bytes(&'a [u8]),
    /// It is gone.
    Left,
}

/// What the server does at a connection.
#[derive(Debug, Clone)]
pub(crate) enum Say {
    Text(String),
    /// A text in two frames.
    Halves(String),
    Bytes(Vec<u8>),
    Close(u16),
    /// Ends the connection without a word.
    Cut,
    /// Answers the handshake with this status; only to [`Did::Opened`].
    Shut(u16),
}

type Behave = dyn Fn(usize, Did<'_>) -> Vec<Say> + Send + Sync;
type Lives = Arc<Mutex<BTreeMap<usize, mpsc::UnboundedSender<Say>>>>;

/// A running server; ends with its value.
pub(crate) struct Sockets {
    pub(crate) port: u16,
    live: Lives,
    task: JoinHandle<()>,
}

impl Sockets {
    pub(crate) async fn start(behave: impl Fn(usize, Did<'_>) -> Vec<Say> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (live, behave): (Lives, Arc<Behave>) = (Lives::default(), Arc::new(behave));
        let serving = live.clone();
        let task = tokio::spawn(async move {
            let mut number = 0;
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(number, stream, behave.clone(), serving.clone()));
                number += 1;
            }
        });
        Self { port, live, task }
    }

    /// The connections that are open, oldest first.
    pub(crate) fn live(&self) -> Vec<usize> {
        self.live.lock().unwrap().keys().copied().collect()
    }

    /// Does something at a connection.
    pub(crate) fn say(&self, connection: usize, say: Say) {
        if let Some(way) = self.live.lock().unwrap().get(&connection) {
            let _ = way.send(say);
        }
    }

    /// Does something at the newest connection.
    pub(crate) fn say_newest(&self, say: Say) {
        if let Some(newest) = self.live().last() {
            self.say(*newest, say);
        }
    }
}

impl Drop for Sockets {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Says something at a connection; false where it is over with that.
pub(crate) async fn said(socket: &mut WebSocketStream<TcpStream>, say: Say) -> bool {
    let text = |text: &str, code, last| {
        Message::Frame(Frame::message(text.as_bytes().to_vec(), OpCode::Data(code), last))
    };
    let sent = match say {
        Say::Text(text) => socket.send(Message::text(text)).await,
        Say::Halves(all) => {
            let half = (all.len() / 2..=all.len()).find(|at| all.is_char_boundary(*at)).unwrap();
            let _ = socket.send(text(&all[..half], Data::Text, false)).await;
            socket.send(text(&all[half..], Data::Continue, true)).await
        }
        Say::Bytes(bytes) => socket.send(Message::binary(bytes)).await,
        Say::Close(code) => {
            let frame = CloseFrame { code: CloseCode::from(code), reason: "".into() };
            let _ = socket.close(Some(frame)).await;
            return false;
        }
        Say::Cut | Say::Shut(_) => return false,
    };
    sent.is_ok()
}

#[expect(clippy::result_large_err, reason = "the library's own type of a refusal")]
async fn serve(number: usize, stream: TcpStream, behave: Arc<Behave>, live: Lives) {
    let mut first = Vec::new();
    let check = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
        let path = request.uri().path_and_query().map_or("", |path| path.as_str());
        first = behave(number, Did::Opened(path));
        let Some(Say::Shut(status)) = first.first() else { return Ok(response) };
        let mut refused = ErrorResponse::new(None);
        *refused.status_mut() = StatusCode::from_u16(*status).unwrap();
        Err(refused)
    };
    let Ok(mut socket) = accept_hdr_async(stream, check).await else { return };
    let (way, mut told) = mpsc::unbounded_channel();
    for say in first {
        let _ = way.send(say);
    }
    live.lock().unwrap().insert(number, way.clone());
    loop {
        let answers = tokio::select! {
            say = told.recv() => {
                let Some(say) = say else { break };
                if !said(&mut socket, say).await {
                    break;
                }
                continue;
            },
            frame = socket.next() => match frame {
                Some(Ok(Message::Text(text))) => behave(number, Did::Text(text.as_str())),
                Some(Ok(Message::Binary(bytes))) => behave(number, Did::Bytes(&bytes)),
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                Some(Ok(_)) => continue,
            },
        };
        for say in answers {
            let _ = way.send(say);
        }
    }
    live.lock().unwrap().remove(&number);
    let _ = behave(number, Did::Left);
}
