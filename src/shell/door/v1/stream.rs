//! `GET /v1/log/stream`: the journal as it grows, one event an entry (server-sent events).
//!
//! Begins with what is recorded already and goes on with what is committed. A reader that is too slow is brought up
//! to date from the journal; the driver never waits for it.

#![expect(clippy::disallowed_methods, reason = "owns a task for each open stream")]

use super::{asked::Asked, asker};
use crate::{
    base::{ids::GroupId, limits, time::Zone},
    engine::entry::Entry,
    shell::{
        clock,
        console::door::Asker,
        door::{
            answer::{self, Turned},
            inside::Inside,
        },
        runtime::publish::{Heard, Snapshot},
        store::{LogLine, Reader, StoreError},
        view::log::{JournalLine, LogZones},
    },
};
use axum::{
    body::Body,
    extract::{RawQuery, State},
    http::{HeaderMap, Response, StatusCode},
};
use bytes::Bytes;
use http_body_util::StreamBody;
use hyper::body::Frame;
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::sync::mpsc;

/// What is said so that nobody in between takes the line for dead.
const BEAT: &str = ": beat\n\n";

/// Answers with a stream.
pub(super) async fn get(
    State(inside): State<Arc<Inside>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response<Body>, Turned> {
    let asker = asker(&inside, &headers)?;
    let mut asked = Asked::read(query.as_deref().unwrap_or_default(), &[])?;
    // A browser that comes back says what it had.
    if let Some(last) = headers.get("last-event-id").and_then(|value| value.to_str().ok()) {
        asked.after = Some(last.to_owned());
    }
    let after = asked.seq()?;
    let Ok(place) = inside.streams.clone().try_acquire_owned() else {
        let most = limits::DOOR_STREAMS_MAX;
        return Err(Turned::not_yet(format!("{most} streams are open already")));
    };
    let (tell, told) = mpsc::channel(limits::DOOR_STREAM_PARTS_MAX);
    let follower = StreamReader { inside, asker, only: asked.group, after, tell };
    tokio::spawn(async move {
        follower.follow().await;
        drop(place);
    });
    let body = futures_util::stream::unfold(told, async |mut told: mpsc::Receiver<String>| {
        let text = told.recv().await?;
        Some((Ok::<_, Infallible>(Frame::data(Bytes::from(text))), told))
    });
    Ok(answer::typed(StatusCode::OK, "text/event-stream", Body::new(StreamBody::new(body))))
}

/// One reader of the stream.
struct StreamReader {
    inside: Arc<Inside>,
    asker: Asker,
    only: Option<GroupId>,
    /// The last entry that was told.
    after: i64,
    tell: mpsc::Sender<String>,
}

/// Whoever listened has gone, or the engine ends.
struct Gone;

impl StreamReader {
    async fn follow(mut self) {
        // What is committed from here on is heard; what was before is in the journal.
        let mut heard = self.inside.published.subscribe();
        let beat = Duration::from_millis(limits::DOOR_STREAM_BEAT_MS);
        if self.catch_up().await.is_err() {
            return;
        }
        loop {
            let told = match tokio::time::timeout(beat, heard.next()).await {
                Err(_) => self.say(BEAT.into()).await,
                Ok(None) => return,
                Ok(Some(Heard::Lost(_))) => self.catch_up().await,
                Ok(Some(Heard::Commits(commits))) => {
                    let snapshot = self.inside.published.snapshot();
                    let mut text = String::new();
                    for commit in commits.iter() {
                        if !self.sees(&snapshot, &commit.group) {
                            continue;
                        }
                        let utc = Zone::utc();
                        let zone = commit.now.book.as_ref().map_or(&utc, |book| &book.playbook.zone);
                        for (seq, entry) in (commit.first..).zip(commit.entries.iter()) {
                            self.event(seq, &commit.group, entry, zone, &mut text);
                        }
                    }
                    self.say(text).await
                }
                Ok(Some(Heard::Settled(_) | Heard::Idle)) => Ok(()),
            };
            if told.is_err() {
                return;
            }
        }
    }

    fn sees(&self, snapshot: &Snapshot, group: &GroupId) -> bool {
        self.only.as_ref().is_none_or(|only| only == group)
            && snapshot.groups.get(group).is_some_and(|now| self.asker.sees(now, clock::now()))
    }

    /// Adds an entry, unless it was told.
    fn event(&mut self, seq: i64, group: &GroupId, entry: &Entry, zone: &Zone, text: &mut String) {
        if seq <= self.after {
            return;
        }
        self.after = seq;
        let line = serde_json::to_string(&JournalLine { seq, group, entry, zone }).unwrap_or_default();
        text.push_str(&format!("id: {seq}\nevent: entry\ndata: {line}\n\n"));
    }

    /// Tells what the journal has after the last entry that was told, a part at a time.
    async fn catch_up(&mut self) -> Result<(), Gone> {
        loop {
            let (inside, only, after) = (self.inside.clone(), self.only.clone(), self.after);
            let read = move || -> Result<(Vec<LogLine>, LogZones), StoreError> {
                let reader = Reader::beside_engine(&inside.dir)?;
                let mut lines = Vec::new();
                reader.log_while(only.as_ref(), after, &mut |line| {
                    lines.push(line);
                    lines.len() < limits::VIEW_LINES_MAX
                })?;
                Ok((lines, LogZones::new(reader.groups()?)))
            };
            let Ok(Ok((lines, mut zones))) = tokio::task::spawn_blocking(read).await else {
                return Err(Gone);
            };
            if lines.is_empty() {
                return Ok(());
            }
            let snapshot = self.inside.published.snapshot();
            let mut text = String::new();
            for line in lines {
                if self.sees(&snapshot, &line.group) {
                    let zone = zones.of(&line.group).clone();
                    self.event(line.seq, &line.group, &line.entry, &zone, &mut text);
                }
                self.after = self.after.max(line.seq);
            }
            self.say(text).await?;
        }
    }

    async fn say(&self, text: String) -> Result<(), Gone> {
        if text.is_empty() {
            return Ok(());
        }
        // Who takes nothing for long has gone.
        let patience = Duration::from_millis(limits::DOOR_STREAM_WAIT_MS_MAX);
        match tokio::time::timeout(patience, self.tell.send(text)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Gone),
        }
    }
}
