//! `GET /live?after=SEQ`: what changes, for pages that are open. One stream a browser; a page that has none asks now and then.
//!
//! Tells numbers and the names of parts, nothing of what is in them: what a reader may see they ask for as always.

use super::{Visit, keep::News};
use crate::{base::limits, shell::door::Inside};
use axum::{
    body::Body,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
};
use bytes::Bytes;
use futures_util::stream;
use std::{collections::BTreeMap, convert::Infallible, fmt::Write as _, sync::Arc, time::Duration};
use tokio::{
    sync::{
        OwnedSemaphorePermit,
        broadcast::{Receiver, error::RecvError},
    },
    time::{Instant, timeout},
};

const BREATH: Duration = Duration::from_millis(limits::LIVE_BREATH_MS);
const LIFE: Duration = Duration::from_millis(limits::LIVE_LIFE_MS_MAX);

/// One stream while it is open.
struct OpenStream {
    news: Receiver<Arc<News>>,
    until: Instant,
    /// What is said first.
    first: Option<String>,
    _place: OwnedSemaphorePermit,
}

/// Answers somebody who is signed in with a stream, as long as there is room.
pub(super) async fn get(
    State(inside): State<Arc<Inside>>,
    headers: HeaderMap,
    Query(words): Query<BTreeMap<String, String>>,
    _visit: Visit,
) -> Response<Body> {
    let Ok(place) = inside.kept.places.clone().try_acquire_owned() else {
        let mut full =
            Response::new(Body::from("every place for a stream is taken; the page asks now and then\n"));
        *full.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        full.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("30"));
        return full;
    };
    let news = inside.kept.listen();
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let seen = last.or_else(|| words.get("after").map(String::as_str)).and_then(|id| id.parse::<i64>().ok());
    // Looked at behind the first news: what comes between a page and its stream is told.
    let seq = inside.published.snapshot().seq;
    // Whoever comes late has missed something: then everything may be different.
    let first = match seen {
        Some(seen) if seen < seq => told(&News { seq, parts: Vec::new() }),
        _ => "retry: 5000\n\n".to_owned(),
    };
    let open = OpenStream { news, until: Instant::now() + LIFE, first: Some(first), _place: place };
    let mut response = Response::new(Body::from_stream(stream::unfold(open, next)));
    let head = response.headers_mut();
    head.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    head.insert(header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

/// What is said next; nothing at the end.
async fn next(mut open: OpenStream) -> Option<(Result<Bytes, Infallible>, OpenStream)> {
    if let Some(first) = open.first.take() {
        return Some((Ok(first.into()), open));
    }
    if Instant::now() >= open.until {
        return None;
    }
    let text = match timeout(BREATH, open.news.recv()).await {
        Ok(Ok(news)) => told(&news),
        Ok(Err(RecvError::Lagged(_))) => told(&News { seq: 0, parts: Vec::new() }),
        Ok(Err(RecvError::Closed)) => return None,
        Err(_) => ":\n\n".to_owned(),
    };
    Some((Ok(text.into()), open))
}

/// News as an event.
fn told(news: &News) -> String {
    let mut text = String::from("event: changed\n");
    if news.seq > 0 {
        let _ = writeln!(text, "id: {}", news.seq);
    }
    let _ = write!(text, "data: {}\n\n", serde_json::json!({ "seq": news.seq, "parts": news.parts }));
    text
}

/// The parts of a page that somebody has open already: only its sections that are swapped, and its title.
pub(super) fn parts(page: &str) -> String {
    let mut out = String::new();
    if let Some(title) =
        page.find("<title>").and_then(|from| Some(&page[from..from + page[from..].find("</title>")? + 8]))
    {
        out.push_str(title);
    }
    let mut rest = page;
    while let Some(from) = rest.find("<section ") {
        rest = &rest[from..];
        let head = rest.find('>').unwrap_or_default();
        if !rest[..head].contains(" data-part=") {
            rest = &rest[head..];
            continue;
        }
        let end = whole(rest);
        out.push_str(&rest[..end]);
        rest = &rest[end..];
    }
    out
}

/// Where the section ends that a text begins with; sections may lie in one another.
fn whole(text: &str) -> usize {
    let (mut at, mut depth) = (0, 0_usize);
    loop {
        let (open, close) = (text[at..].find("<section"), text[at..].find("</section>"));
        match (open, close) {
            (Some(open), Some(close)) if open < close => {
                depth += 1;
                at += open + "<section".len();
            }
            (_, Some(close)) => {
                depth = depth.saturating_sub(1);
                at += close + "</section>".len();
                if depth == 0 {
                    return at;
                }
            }
            (_, None) => return text.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_said_as_browsers_read_it() {
        let news = News { seq: 7, parts: vec!["today".into(), "g:x\ny".into()] };
        let data = "{\"seq\":7,\"parts\":[\"today\",\"g:x\\ny\"]}";
        assert_eq!(told(&news), format!("event: changed\nid: 7\ndata: {data}\n\n"));
    }

    #[test]
    fn only_what_is_swapped_is_sent_again() {
        let page = "<title>(3) x</title><h1>x</h1><section id=\"a\" data-part=\"a\" data-rev=\"1\"><p>one</p></section>\
                    <section id=\"b\"><p>two</p></section><section id=\"c\" data-part=\"c\" data-rev=\"2\"><section \
                    id=\"d\">three</section>four</section>";
        assert_eq!(
            parts(page),
            "<title>(3) x</title><section id=\"a\" data-part=\"a\" data-rev=\"1\"><p>one</p></section>\
             <section id=\"c\" data-part=\"c\" data-rev=\"2\"><section id=\"d\">three</section>four</section>"
        );
    }
}
