//! Which path leads where, and what holds for every path: the names the door answers to, and how much at once.

use super::{answer::Turned, health, hooks, inside::Inside, metrics, openapi, signals, v1};
use crate::{
    base::limits,
    shell::console::{self, Visit},
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
use std::sync::Arc;

/// All routes.
pub(super) fn router(inside: Arc<Inside>) -> Router {
    let bounded = Router::new()
        .route("/signals", post(signals::post))
        .route("/metrics", get(metrics::get))
        .route("/hooks/{channel}", get(hooks::any).post(hooks::any))
        .route("/hooks/{playbook}/{channel}", get(hooks::named).post(hooks::named))
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
