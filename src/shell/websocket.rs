//! Sockets of the web as a client: one connection over TCP or TLS, and one question with its answer.
//!
//! No proxy is used: a channel that names one is told so. No error holds an address beyond its host.

use super::delivery::{
    adapter::{Request, Response},
    secret::redact_url,
    target::Way,
};
use crate::base::{limits, time::Timestamp};
use futures_util::{FutureExt as _, SinkExt as _, StreamExt as _};
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use rustls_platform_verifier::Verifier;
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        Bytes, Error, Message,
        client::IntoClientRequest as _,
        http::{HeaderName, HeaderValue},
        protocol::WebSocketConfig,
    },
};

trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// An open connection.
pub(crate) struct WebSocket(WebSocketStream<Box<dyn Io>>);

/// Why there is none.
#[derive(Debug)]
pub(crate) struct NotOpen {
    /// What the server said instead, where it said something.
    pub(crate) status: Option<u16>,
    /// In words.
    pub(crate) reason: String,
}

/// What came over it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Incoming {
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A sign of life.
    Alive,
    /// The other side has closed it, with its reason's number.
    Closed(Option<u16>),
}

impl WebSocket {
    /// Opens one.
    pub(crate) async fn open(url: &str, headers: &[(String, String)], way: &Way) -> Result<Self, NotOpen> {
        let host = redact_url(url);
        let most = Duration::from_millis(limits::SOCKET_OPEN_MS_MAX);
        let slow = || not_open(format!("{host} did not open a WebSocket within {} s", most.as_secs()));
        tokio::time::timeout(most, Self::handshake(url, headers, way, &host)).await.map_err(|_| slow())?
    }

    async fn handshake(
        url: &str,
        headers: &[(String, String)],
        way: &Way,
        host: &str,
    ) -> Result<Self, NotOpen> {
        if way.proxy.is_some() {
            return Err(not_open("a WebSocket uses no proxy: remove `proxy` at this channel"));
        }
        let mut request =
            url.into_client_request().map_err(|_| not_open(format!("{host} is no WebSocket address")))?;
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).ok();
            if let (Some(name), Ok(value)) = (name, HeaderValue::from_str(value)) {
                request.headers_mut().insert(name, value);
            }
        }
        let uri = request.uri();
        let name = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let secure = uri.scheme_str() == Some("wss");
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        let no_way = |error: &dyn std::fmt::Display| not_open(format!("no connection to {host}: {error}"));
        let tcp = TcpStream::connect((name.as_str(), port)).await.map_err(|error| no_way(&error))?;
        let _ = tcp.set_nodelay(true);
        let io: Box<dyn Io> = if secure {
            let server = ServerName::try_from(name).map_err(|error| no_way(&error))?;
            let config = tls(way).map_err(|error| no_way(&error))?;
            let stream = tokio_rustls::TlsConnector::from(config).connect(server, tcp).await;
            Box::new(stream.map_err(|error| no_way(&error))?)
        } else {
            Box::new(tcp)
        };
        let config = WebSocketConfig::default()
            .max_message_size(Some(limits::SOCKET_MESSAGE_BYTES_MAX))
            .max_frame_size(Some(limits::SOCKET_MESSAGE_BYTES_MAX));
        match client_async_with_config(request, io, Some(config)).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(response)) => {
                let status = response.status().as_u16();
                let reason = format!("{host} opens no WebSocket: it answered {status}");
                Err(NotOpen { status: Some(status), reason })
            }
            Err(error) => Err(no_way(&error)),
        }
    }

    /// What comes next.
    pub(crate) async fn next(&mut self) -> Result<Incoming, String> {
        match self.0.next().await {
            Some(Ok(Message::Text(text))) => Ok(Incoming::Text(text.as_str().to_owned())),
            Some(Ok(Message::Binary(bytes))) => Ok(Incoming::Bytes(bytes.to_vec())),
            Some(Ok(Message::Close(frame))) => Ok(Incoming::Closed(frame.map(|frame| frame.code.into()))),
            Some(Ok(_)) => Ok(Incoming::Alive),
            Some(Err(error)) => Err(format!("the connection broke: {error}")),
            None => Ok(Incoming::Closed(None)),
        }
    }

    /// What has come already; none where that is nothing.
    pub(crate) fn waiting(&mut self) -> Option<Result<Incoming, String>> {
        self.next().now_or_never()
    }

    /// Says something.
    pub(crate) async fn say(&mut self, text: String) -> Result<(), String> {
        self.0.send(Message::text(text)).await.map_err(|error| format!("the connection broke: {error}"))
    }

    /// Says something in bytes.
    pub(crate) async fn say_bytes(&mut self, bytes: Vec<u8>) -> Result<(), String> {
        self.0.send(Message::binary(bytes)).await.map_err(|error| format!("the connection broke: {error}"))
    }

    /// Asks for a sign of life.
    pub(crate) async fn ping(&mut self) -> Result<(), String> {
        let ping = Message::Ping(Bytes::new());
        self.0.send(ping).await.map_err(|error| format!("the connection broke: {error}"))
    }
}

/// Sends a request's body over a connection of its own and waits for the answer that bears its `echo`. An error says
/// whether the body may have been read.
pub(crate) async fn exchange(
    request: &Request,
    patience: Duration,
    way: &Way,
    now: fn() -> Timestamp,
) -> Result<Response, (bool, String)> {
    let opened = WebSocket::open(&request.url, &request.headers, way).await;
    let mut socket = match opened {
        Ok(socket) => socket,
        Err(NotOpen { status: Some(status), .. }) => {
            return Ok(Response { status, headers: Vec::new(), body: Vec::new(), at: now() });
        }
        Err(NotOpen { reason, .. }) => return Err((false, reason)),
    };
    let asked: serde_json::Value = serde_json::from_str(&request.body).unwrap_or_default();
    socket.say(request.body.clone()).await.map_err(|reason| (true, reason))?;
    let answer = async {
        loop {
            match socket.next().await? {
                Incoming::Text(text) => {
                    let found: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
                    if found["echo"] == asked["echo"] {
                        return Ok(text);
                    }
                }
                Incoming::Alive | Incoming::Bytes(_) => {}
                Incoming::Closed(_) => return Err("the connection was closed before the answer".to_owned()),
            }
        }
    };
    let host = redact_url(&request.url);
    let slow = |_| (true, format!("{host} did not answer within {} s", patience.as_secs_f64()));
    let body =
        tokio::time::timeout(patience, answer).await.map_err(slow)?.map_err(|reason| (true, reason))?;
    Ok(Response { status: 200, headers: Vec::new(), body: body.into_bytes(), at: now() })
}

fn not_open(reason: impl Into<String>) -> NotOpen {
    NotOpen { status: None, reason: reason.into() }
}

/// The authorities that this machine knows, and those of the channel.
fn tls(way: &Way) -> Result<Arc<rustls::ClientConfig>, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let extra: Vec<CertificateDer<'static>> = match &way.ca {
        Some(pem) => CertificateDer::pem_slice_iter(pem.as_bytes())
            .collect::<Result<_, _>>()
            .map_err(|error| error.to_string())?,
        None => Vec::new(),
    };
    let verifier =
        Verifier::new_with_extra_roots(extra, provider.clone()).map_err(|error| error.to_string())?;
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(Arc::new(config))
}
