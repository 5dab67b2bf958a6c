//! The HTTP client of the whole process: one pool, no proxy unless a channel names one, no redirects.
//!
//! Tells truthfully whether a request can have reached its receiver: a message is in doubt only when it was
//! written. No error holds an address beyond its host, nor any other secret.

use super::{
    adapter::{Carrier, Request, Response},
    key::AppKeys,
    mailer,
    secret::redact_url,
    send_error::{CONNECT_MS_MAX, SendError, UNKNOWN_AUTHORITY},
    target::Way,
};
use crate::{
    base::{limits::RESPONSE_BYTES_MAX, time::Timestamp},
    shell::{
        dialled::{DIALLED, Dialled},
        websocket,
    },
};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use std::{
    collections::BTreeMap,
    convert::Infallible,
    error::Error,
    fmt::Write as _,
    pin::Pin,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

/// Below the keep-alive of common servers (five seconds and up): a pooled connection that the server closes at
/// the moment of writing would put the attempt in doubt.
const IDLE_MS_MAX: u64 = 4_000;

/// Sends requests. Built when the first one is sent, because loading the root certificates takes a while.
#[derive(Default)]
pub struct Client {
    direct: OnceLock<Result<reqwest::Client, String>>,
    others: Mutex<BTreeMap<Way, Result<reqwest::Client, String>>>,
    /// With what apps speak through it.
    pub(super) keys: AppKeys,
    /// Over whose connections it can speak.
    dialled: Dialled,
}

impl Client {
    /// A client that has no connection yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, which speaks over the connections of programs that have dialled the engine, too.
    pub fn speaking_over(dialled: Dialled) -> Self {
        Self { dialled, ..Self::default() }
    }

    /// Sends a request and reads its answer, both within `timeout`; at most [`RESPONSE_BYTES_MAX`] of the body.
    /// `now` gives the time of the answer.
    pub async fn send(
        &self,
        request: &Request,
        timeout: Duration,
        way: &Way,
        now: fn() -> Timestamp,
    ) -> Result<Response, SendError> {
        self.fetch(request, timeout, way, now, RESPONSE_BYTES_MAX).await
    }

    /// The same, with at most `most` bytes of the answer's body.
    pub async fn fetch(
        &self,
        request: &Request,
        timeout: Duration,
        way: &Way,
        now: fn() -> Timestamp,
        most: usize,
    ) -> Result<Response, SendError> {
        if request.url == DIALLED {
            let shown = request.headers.iter().find(|(name, _)| name == "authorization");
            let token = shown.and_then(|(_, value)| value.strip_prefix("Bearer ")).unwrap_or_default();
            let answer = self.dialled.exchange(token, request.body.clone(), timeout).await;
            let body = answer.map_err(|(written, reason)| SendError { written, reason })?.into_bytes();
            return Ok(Response { status: 200, headers: Vec::new(), body, at: now() });
        }
        if request.url.starts_with("ws://") || request.url.starts_with("wss://") {
            let answer = websocket::exchange(request, timeout, way, now).await;
            return answer.map_err(|(written, reason)| SendError { written, reason });
        }
        let unsent = |reason: String| SendError { written: false, reason };
        let client = self.on_the(way).map_err(unsent)?;
        let method = reqwest::Method::from_bytes(request.method.as_bytes())
            .map_err(|_| unsent(format!("{:?} is not an HTTP method", request.method)))?;
        let written = Arc::new(AtomicBool::new(false));
        let body = request.raw.clone();
        let body = body.unwrap_or_else(|| Bytes::copy_from_slice(request.body.as_bytes()));
        let is_empty = body.is_empty();
        let mut builder = client.request(method, &request.url).timeout(timeout);
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        if !is_empty {
            builder = builder.body(reqwest::Body::wrap(Watched::new(body, Arc::clone(&written))));
        }
        let host = redact_url(&request.url);
        let mut answer = builder.send().await.map_err(|error| SendError {
            // A body that was not asked for has not left, so nobody can have acted on the request. Without a
            // body only a missing connection is proof.
            written: if is_empty { !error.is_connect() } else { written.load(Ordering::Acquire) },
            reason: explain(error, &host, timeout),
        })?;
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        let mut body = Vec::new();
        // A status whose body broke off is still an answer; the adapter judges what there is of it.
        while let Ok(Some(chunk)) = answer.chunk().await {
            let room = most - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if body.len() >= most {
                break;
            }
        }
        Ok(Response { status: answer.status().as_u16(), headers, body, at: now() })
    }

    /// The same by whichever way the adapter's requests travel.
    pub async fn carry(
        &self,
        carrier: Carrier,
        request: &Request,
        timeout: Duration,
        way: &Way,
        now: fn() -> Timestamp,
    ) -> Result<Response, SendError> {
        match carrier {
            Carrier::Mail => mailer::send(request, timeout, way.ca.as_deref(), now).await,
            Carrier::Http | Carrier::Terminal | Carrier::Person => {
                self.send(request, timeout, way, now).await
            }
        }
    }

    fn on_the(&self, way: &Way) -> Result<reqwest::Client, String> {
        if *way == Way::default() {
            return self.direct.get_or_init(|| build(way)).clone();
        }
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        others.entry(way.clone()).or_insert_with(|| build(way)).clone()
    }
}

/// Whether a text has certificates, and nothing that looks like one and is none.
pub(super) fn holds_certificates(pem: &str) -> bool {
    reqwest::Certificate::from_pem_bundle(pem.as_bytes()).is_ok_and(|found| !found.is_empty())
}

fn build(way: &Way) -> Result<reqwest::Client, String> {
    // Fails when another part of the process has installed one already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(Duration::from_millis(CONNECT_MS_MAX))
        .pool_idle_timeout(Duration::from_millis(IDLE_MS_MAX))
        .tcp_nodelay(true)
        .user_agent(concat!("playbook/", env!("CARGO_PKG_VERSION")));
    if let Some(pem) = &way.ca {
        let certificates = reqwest::Certificate::from_pem_bundle(pem.as_bytes())
            .map_err(|error| format!("`ca` cannot be used: {}", chain(&error)))?;
        builder = builder.tls_certs_merge(certificates);
    }
    if let Some(address) = &way.proxy {
        let proxy = reqwest::Proxy::all(address.expose())
            .map_err(|_| format!("the proxy {} cannot be used", redact_url(address.expose())))?;
        builder = builder.proxy(proxy);
    }
    builder.build().map_err(|error| format!("the HTTP client cannot be set up: {}", chain(&error)))
}

/// A body that remembers whether it was taken to be written.
struct Watched {
    bytes: Option<Bytes>,
    written: Arc<AtomicBool>,
}

impl Watched {
    fn new(body: Bytes, written: Arc<AtomicBool>) -> Self {
        Self { bytes: Some(body), written }
    }
}

impl Body for Watched {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.written.store(true, Ordering::Release);
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, Bytes::len) as u64)
    }
}

fn explain(error: reqwest::Error, host: &str, timeout: Duration) -> String {
    let error = error.without_url();
    if error.is_timeout() && !error.is_connect() {
        return format!("{host} did not answer within {} s", timeout.as_secs_f64());
    }
    if error.is_connect() {
        let cause = chain(&error);
        let strange = ["UnknownIssuer", "CaUsedAsEndEntity"].iter().any(|word| cause.contains(word));
        let advice = if strange { UNKNOWN_AUTHORITY } else { "" };
        return format!("no connection to {host}: {cause}{advice}");
    }
    if error.is_builder() {
        return format!("the request to {host} cannot be made: {}", chain(&error));
    }
    format!("the connection to {host} broke: {}", chain(&error))
}

/// The innermost causes, which say what happened; the outer ones only say where.
fn chain(error: &dyn Error) -> String {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    let mut text = causes.pop().unwrap_or_else(|| error.to_string());
    if let Some(outer) = causes.pop().filter(|outer| !outer.contains(&text) && !text.contains(outer.as_str()))
    {
        let _ = write!(text, " ({outer})");
    }
    text
}
