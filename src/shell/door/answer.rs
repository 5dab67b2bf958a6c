//! What the door says to whoever asked: a status, JSON, and for a problem its code and what to do.
//!
//! Text only. A problem never repeats a secret, and of a body only what was read as a name.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use serde::Serialize;

/// JSON with a status.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Response<Body> {
    let mut text = serde_json::to_string(value).unwrap_or_else(|_| "{}".into());
    text.push('\n');
    typed(status, "application/json", text)
}

/// A body of a type.
pub(super) fn typed(status: StatusCode, kind: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// Why a request was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Turned {
    /// The status.
    pub(super) status: StatusCode,
    /// A word for programs.
    pub(super) code: &'static str,
    /// What was found, what was expected, what to do.
    pub(super) message: String,
    /// After how many seconds it may be asked again.
    pub(super) retry_after_s: Option<u64>,
}

impl Turned {
    /// A problem that stays as long as the request does.
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after_s: None }
    }

    /// Too much at once: the same request is welcome after some seconds.
    pub(super) fn busy(message: impl Into<String>, retry_after_s: u64) -> Self {
        let retry_after_s = Some(retry_after_s.max(1));
        Self { retry_after_s, ..Self::new(StatusCode::TOO_MANY_REQUESTS, "busy", message) }
    }

    /// Nothing could be recorded in time: nothing is acknowledged, and the same request is welcome.
    pub(super) fn not_yet(message: impl Into<String>) -> Self {
        Self { retry_after_s: Some(1), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "not_yet", message) }
    }
}

impl From<Turned> for Response<Body> {
    fn from(turned: Turned) -> Self {
        let body = serde_json::json!({ "code": turned.code, "message": turned.message });
        let mut response = json(turned.status, &body);
        if let Some(seconds) = turned.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl axum::response::IntoResponse for Turned {
    fn into_response(self) -> Response<Body> {
        self.into()
    }
}
