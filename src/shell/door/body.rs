//! The body of a request: read whole within its size and its time, and only of a kind that is understood.

use super::answer::Turned;
use crate::base::limits;
use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use std::time::Duration;

/// The kinds of text that are read.
const KINDS: [&str; 6] = [
    "application/json",
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonl",
    "application/x-jsonlines",
    "text/json",
];

/// Refuses by the head alone what need not be read: another kind of text, a packed one, one that is too long.
pub(super) fn check(headers: &HeaderMap) -> Result<(), Turned> {
    let unsupported = |message: String| Err(Turned::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "kind", message));
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?").trim().to_lowercase());
    if let Some(packed) = text(header::CONTENT_ENCODING).filter(|packed| packed != "identity") {
        return unsupported(format!("the body is packed ({packed}); send it as it is"));
    }
    if let Some(kind) = text(header::CONTENT_TYPE) {
        let plain = kind.split(';').next().unwrap_or_default().trim().to_owned();
        if !KINDS.contains(&plain.as_str()) {
            return unsupported(format!(
                "the body says it is {plain}; send `content-type: application/json`, or application/x-ndjson for a \
                 line each"
            ));
        }
    }
    let length = text(header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    match length {
        Some(length) if length > limits::DOOR_BODY_BYTES_MAX as u64 => Err(too_large()),
        _ => Ok(()),
    }
}

/// Reads it to its end.
pub(super) async fn read(body: Body) -> Result<Bytes, Turned> {
    let whole = Duration::from_millis(limits::DOOR_BODY_MS_MAX);
    match tokio::time::timeout(whole, all(body)).await {
        Ok(read) => read,
        Err(_) => Err(Turned::new(
            StatusCode::REQUEST_TIMEOUT,
            "slow",
            format!("the body did not come within {} s", limits::DOOR_BODY_MS_MAX / 1_000),
        )),
    }
}

async fn all(mut body: Body) -> Result<Bytes, Turned> {
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let broken =
            |error| Turned::new(StatusCode::BAD_REQUEST, "body", format!("the body cannot be read: {error}"));
        let Ok(data) = frame.map_err(broken)?.into_data() else { continue };
        if read.len() + data.len() > limits::DOOR_BODY_BYTES_MAX {
            return Err(too_large());
        }
        read.extend_from_slice(&data);
    }
    Ok(read.freeze())
}

fn too_large() -> Turned {
    let message = format!("a body has at most {} bytes; send it in parts", limits::DOOR_BODY_BYTES_MAX);
    Turned::new(StatusCode::PAYLOAD_TOO_LARGE, "size", message)
}
