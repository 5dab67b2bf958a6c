//! A OneBot program that connects to us: a WebSocket at `/hooks/{playbook}/{channel}`, by which it tells what happens
//! and takes what is said.
//!
//! The route answers as the protocol wants it and leaves the connection to whoever serves it. Where the channel has no
//! address of its own, what is sent to it goes over this connection.

#![expect(clippy::disallowed_methods, reason = "owns the waiting of a connection of its own")]

use super::{
    answer::{self, Turned},
    inside::Inside,
};
use crate::{
    base::limits,
    model::channel::ChannelKind,
    shell::{
        delivery::secret::Secret,
        dialled::Dialler,
        ears::{self, KnownHook},
    },
};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::Value;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use subtle::ConstantTimeEq as _;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::{mpsc, watch},
    time::Instant,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Bytes, Message,
        handshake::derive_accept_key,
        protocol::{Role, WebSocketConfig},
    },
};

/// How often a sign of life is asked for; after two that bring nothing the connection is let go.
const BEAT: Duration = Duration::from_millis(limits::REVERSE_BEAT_MS);

/// What a connection becomes once its request is answered; nothing where it stays what it is.
#[derive(Debug, Clone, Default)]
pub(super) struct Becoming(Arc<Mutex<Option<Reverse>>>);

impl Becoming {
    /// What it becomes.
    pub(super) fn take(&self) -> Option<Reverse> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A connection that tells what happens.
#[derive(Debug)]
pub(super) struct Reverse {
    hook: KnownHook,
    /// Whether something can be said over it: not where only events are told.
    speaks: bool,
    inside: Arc<Inside>,
}

/// Whether a request wants to become a WebSocket.
pub(super) fn is_wanted(head: &HeaderMap) -> bool {
    let upgrade = head.get(header::UPGRADE).and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"))
}

/// Answers whoever connects, if they know the token of a channel.
pub(super) fn open(
    inside: &Arc<Inside>,
    hooks: &[KnownHook],
    (head, query): (&HeaderMap, &str),
    handover: Option<&Becoming>,
) -> Result<Response<Body>, Turned> {
    let takes = |hook: &&KnownHook| hook.kind() == ChannelKind::Onebot && knows(hook, head, query);
    let hook = hooks.iter().find(takes).ok_or_else(|| {
        let message = "only a OneBot program connects here, and it shows the channel's `token`: put the same access \
                       token into its reverse WebSocket";
        Turned::new(StatusCode::UNAUTHORIZED, "signature", message)
    })?;
    let key = head.get(header::SEC_WEBSOCKET_KEY).map(HeaderValue::as_bytes);
    let (Some(key), Some(handover)) = (key, handover) else {
        return Err(Turned::new(
            StatusCode::BAD_REQUEST,
            "websocket",
            "the head of a WebSocket is incomplete",
        ));
    };
    let accept = HeaderValue::from_str(&derive_accept_key(key))
        .map_err(|_| Turned::new(StatusCode::BAD_REQUEST, "websocket", "the key of the WebSocket is none"))?;
    let role = head.get("x-client-role").and_then(|role| role.to_str().ok());
    let speaks = !role.is_some_and(|role| role.eq_ignore_ascii_case("event"));
    let reverse = Reverse { hook: hook.clone(), speaks, inside: inside.clone() };
    *handover.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(reverse);
    let mut response = answer::typed(StatusCode::SWITCHING_PROTOCOLS, "text/plain", "");
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    Ok(response)
}

/// Whether the channel's token is shown, in the head or, as some programs do it, in the query.
fn knows(hook: &KnownHook, head: &HeaderMap, query: &str) -> bool {
    let Some(token) = hook.keys().get("token").map(Secret::expose).filter(|token| !token.is_empty()) else {
        return false;
    };
    let shown = head.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let shown =
        shown.and_then(|shown| shown.strip_prefix("Bearer ").or_else(|| shown.strip_prefix("Token ")));
    let asked = crate::shell::hooks::parameter(query, "access_token");
    let shown = shown.map(str::to_owned).or(asked).unwrap_or_default();
    shown.as_bytes().ct_eq(token.as_bytes()).into()
}

/// Events that were heard and are not recorded yet.
const WAITING: usize = limits::EAR_SIGNALS_MAX;

impl Reverse {
    /// Listens until the other side, an edit of the file or the engine's end closes the connection, and says over it
    /// what is to be said. `read` is what came behind the request.
    pub(super) async fn listen<S>(self, stream: S, read: Bytes, mut stopping: watch::Receiver<bool>)
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let config = WebSocketConfig::default()
            .max_message_size(Some(limits::SOCKET_MESSAGE_BYTES_MAX))
            .max_frame_size(Some(limits::SOCKET_MESSAGE_BYTES_MAX));
        let mut socket =
            WebSocketStream::from_partially_read(stream, read.to_vec(), Role::Server, Some(config)).await;
        let (mut last, mut beat) = (Instant::now(), Instant::now() + BEAT);
        let mut dialler = self.speaks.then(|| self.begin());
        // What was heard is recorded beside: whoever answers what is said here is not kept waiting by it.
        let (tell, told) = mpsc::channel(WAITING);
        let mut records = std::pin::pin!(self.record(told));
        loop {
            tokio::select! {
                () = &mut records => break,
                _ = stopping.changed() => break,
                text = wanted(&mut dialler) => {
                    if socket.send(Message::text(text)).await.is_err() {
                        return;
                    }
                }
                () = tokio::time::sleep_until(beat) => {
                    if last.elapsed() >= BEAT * 2 || socket.send(Message::Ping(Bytes::new())).await.is_err() {
                        return;
                    }
                    beat = Instant::now() + BEAT;
                }
                came = socket.next() => {
                    let Some(Ok(frame)) = came else { return };
                    last = Instant::now();
                    if !self.is_known() {
                        break;
                    }
                    let Some(signal) = meant(&frame, dialler.as_mut()) else { continue };
                    tokio::select! {
                        () = &mut records => break,
                        sent = tell.send(signal) => if sent.is_err() { break },
                    }
                }
            }
        }
        // Whoever has gone hears nothing of it.
        let _ = socket.close(None).await;
    }

    fn begin(&self) -> Dialler {
        let token = self.hook.keys().get("token").map_or("", Secret::expose);
        self.inside.published.dialled().begin(token)
    }

    /// Records what is told, what came together in one go; ends where nothing is taken any more. A connection that has
    /// ended meanwhile says so again.
    async fn record(&self, mut told: mpsc::Receiver<Value>) {
        let mut signals = Vec::new();
        while told.recv_many(&mut signals, WAITING).await > 0 {
            if !self.inside.inlet.take(&self.hook, &signals).await {
                return;
            }
            signals.clear();
        }
    }

    /// Whether the file still has the channel with the same keys.
    fn is_known(&self) -> bool {
        let snapshot = self.inside.published.snapshot();
        snapshot.books.iter().any(|book| book.hooks.iter().any(|hook| hook == &self.hook))
    }
}

/// What is to be said next; never anything where nothing can be said.
async fn wanted(dialler: &mut Option<Dialler>) -> String {
    let text = match dialler {
        Some(dialler) => dialler.wanted().await,
        None => None,
    };
    match text {
        Some(text) => text,
        None => std::future::pending().await,
    }
}

/// What a frame tells. What answers something that was said goes to whoever waits for it.
fn meant(frame: &Message, dialler: Option<&mut Dialler>) -> Option<Value> {
    let Message::Text(text) = frame else { return None };
    let event = serde_json::from_str(text.as_str()).ok()?;
    if dialler.is_some_and(|dialler| dialler.answered(text.as_str(), &event)) {
        return None;
    }
    ears::onebot(&event)
}
