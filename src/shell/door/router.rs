//! Which path leads where, and what holds for every path: the names the door answers to, and how much at once.

use super::{
    address, answer::Turned, arrivals::Arrivals, bucket::Bucket, health, hooks, metrics, openapi,
    pulse::Pulse, signals, v1,
};
use crate::{
    base::{limits, time::Timestamp},
    shell::{
        clock,
        console::{self, Console, Visit, keep::Kept},
        ears::{Inlet, KnownHook},
        runtime::publish::{InForce, Published},
        senders::KnownSender,
        socket::Asked,
    },
};
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Response, StatusCode, header},
    middleware::{self, Next},
    response::IntoResponse as _,
    routing::{get, post},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{Semaphore, mpsc};

/// Whether a request came over a socket of this machine alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Near(pub(super) bool);

/// Whose connection it is.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub Option<std::net::IpAddr>);

/// What the routes have of the engine. Cheap to share; nothing in it is changed from here.
#[derive(Debug)]
pub struct Inside {
    /// Where the door is, and its names.
    pub addresses: address::Addresses,
    /// How the driver is.
    pub pulse: Arc<Pulse>,
    /// What the engine shows of itself.
    pub published: Published,
    /// Where facts go.
    pub arrived: mpsc::Sender<Arrivals>,
    /// Where commands go.
    pub asked: mpsc::Sender<Asked>,
    /// Where what platforms tell goes.
    pub inlet: Inlet,
    /// The state directory.
    pub dir: PathBuf,
    /// The console.
    pub console: Console,
    /// What its pages are made from.
    pub kept: Arc<Kept>,
    /// Places for requests that are being answered.
    places: Semaphore,
    /// Places for streams of the journal.
    pub(super) streams: Arc<Semaphore>,
    /// What each sender may still report.
    buckets: Mutex<BTreeMap<Arc<str>, Bucket>>,
}

impl Inside {
    /// Of an engine that is about to run.
    pub fn new(
        addresses: address::Addresses,
        pulse: Arc<Pulse>,
        published: Published,
        (arrived, asked, inlet): (mpsc::Sender<Arrivals>, mpsc::Sender<Asked>, Inlet),
        dir: &Path,
        console: Console,
    ) -> Self {
        let places = Semaphore::new(limits::DOOR_REQUESTS_MAX);
        Self {
            addresses,
            pulse,
            published,
            arrived,
            asked,
            kept: Kept::new(dir),
            inlet,
            dir: dir.into(),
            console,
            places,
            streams: Arc::new(Semaphore::new(limits::DOOR_STREAMS_MAX)),
            buckets: Mutex::default(),
        }
    }

    /// Turns away a sender that has reported too much lately.
    pub(super) fn open_bucket(&self, senders: &[(Arc<InForce>, KnownSender)]) -> Result<(), Turned> {
        let now = clock::now();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let known = self.published.snapshot();
        // Senders come and go with edits.
        buckets.retain(|source, _| {
            let senders =
                known.books.iter().flat_map(|book| book.senders.iter()).map(|sender| &sender.source);
            let hooks = known.books.iter().flat_map(|book| book.hooks.iter()).map(KnownHook::source);
            senders.chain(hooks).any(|known| known == source)
        });
        for (_, sender) in senders {
            open(&mut buckets, &sender.source, now)?;
        }
        Ok(())
    }

    /// Takes what a platform tells out of its channel's bucket, or turns it away.
    pub(super) fn pour(&self, hook: &KnownHook, signals: usize) -> Result<(), Turned> {
        let now = clock::now();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        open(&mut buckets, hook.source(), now)?.take(signals, now);
        Ok(())
    }

    /// Changes what senders may still report.
    pub(super) fn in_buckets(&self, senders: &[(Arc<InForce>, KnownSender)], change: impl Fn(&mut Bucket)) {
        let now = clock::now();
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        for (_, sender) in senders {
            change(buckets.entry(sender.source.clone()).or_insert_with(|| Bucket::full(now)));
        }
    }
}

/// The bucket of a source, unless it is empty.
fn open<'b>(
    buckets: &'b mut BTreeMap<Arc<str>, Bucket>,
    source: &Arc<str>,
    now: Timestamp,
) -> Result<&'b mut Bucket, Turned> {
    let bucket = buckets.entry(source.clone()).or_insert_with(|| Bucket::full(now));
    match bucket.open(now) {
        Ok(()) => Ok(bucket),
        Err(seconds) => {
            let rate = limits::SENDER_SIGNALS_PER_S;
            Err(Turned::busy(format!("{source} may report {rate} signals a second"), seconds))
        }
    }
}

/// All routes.
pub(super) fn router(inside: Arc<Inside>) -> Router {
    let bounded = Router::new()
        .route("/signals", post(signals::post))
        .route("/metrics", get(metrics::get))
        .route("/hooks/{playbook}/{channel}", get(hooks::any).post(hooks::any))
        .merge(v1::routes())
        .merge(console::routes());
    Router::new()
        .merge(bounded.layer(middleware::from_fn_with_state(inside.clone(), places)))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/openapi.json", get(openapi::get))
        .fallback(nowhere)
        .method_not_allowed_fallback(otherwise)
        .layer(middleware::from_fn_with_state(inside.clone(), named))
        .with_state(inside)
}

async fn nowhere(visit: Option<Visit>, request: Request) -> Response<Body> {
    let accepts = request.headers().get(header::ACCEPT).and_then(|kinds| kinds.to_str().ok());
    if let Some(visit) = visit.filter(|_| accepts.is_some_and(|kinds| kinds.contains("text/html"))) {
        return visit.nothing();
    }
    let found = request.uri().path().chars().take(200).collect::<String>();
    Turned::new(
        StatusCode::NOT_FOUND,
        "no_such_path",
        format!("there is nothing at {found}; /openapi.json lists what there is"),
    )
    .into()
}

async fn otherwise(request: Request) -> Turned {
    let method = request.method().as_str().chars().take(20).collect::<String>();
    let found = request.uri().path().chars().take(200).collect::<String>();
    let message = format!("{found} does not take {method}; /openapi.json lists what it takes");
    Turned::new(StatusCode::METHOD_NOT_ALLOWED, "method", message)
}

/// Only so many are answered at once. Turned away before the body is read.
async fn places(State(inside): State<Arc<Inside>>, request: Request, next: Next) -> Response<Body> {
    let Ok(_place) = inside.places.try_acquire() else {
        let message = format!("{} requests are being answered already", limits::DOOR_REQUESTS_MAX);
        return Turned::busy(message, 1).into();
    };
    next.run(request).await
}

/// Only under the door's own names, and nothing that it says is kept by others.
async fn named(State(inside): State<Arc<Inside>>, request: Request, next: Next) -> Response<Body> {
    let host = request.headers().get(header::HOST).map(|host| host.to_str().unwrap_or_default());
    // A request of the older protocol names nobody, and no browser sends one.
    if host.is_some_and(|host| !inside.addresses.knows(host)) {
        let message = "the door does not go by that name: call it by its address, by localhost, or by the host of \
                       --url; with a proxy in front, start the engine with --url https://HOST";
        return Turned::new(StatusCode::MISDIRECTED_REQUEST, "host", message).into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
