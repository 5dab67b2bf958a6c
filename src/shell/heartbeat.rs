//! The heartbeat: somebody outside is told again and again that the engine works, and notices when nobody tells.
//!
//! It stops when the engine cannot record or is behind with what is due, which is what it is for. Changes nothing; the
//! address is never printed beyond its host.

#![expect(clippy::disallowed_methods, reason = "owns the task that tells, and its pauses")]

use super::{
    answers, clock,
    delivery::{
        adapter::Request,
        client::Client,
        secret::{Secret, redact_url},
        target::Way,
    },
    door::Pulse,
    runtime::publish::Published,
    watchman::Watchman,
};
use crate::base::{
    limits,
    locale::Locale,
    phrase::{Phrase, phrase},
};
use std::{borrow::Cow, collections::BTreeMap, path::PathBuf, sync::Arc};
use tokio::{
    task::{JoinHandle, JoinSet},
    time::Instant,
};

/// How often the files in force are looked at.
const LOOK: std::time::Duration = std::time::Duration::from_secs(1);

/// What is said on the terminal.
type Say = Arc<dyn Fn(&Phrase) + Send + Sync>;

/// The task that tells the watchmen of all files; it ends with this.
#[derive(Debug)]
pub struct Heart(JoinHandle<()>);

impl Heart {
    /// Begins.
    pub fn start(published: Published, pulse: Arc<Pulse>, say: Say) -> Self {
        Self(tokio::spawn(beat(published, pulse, say)))
    }
}

impl Drop for Heart {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Where a watchman of a file stands.
struct Tending {
    watchman: Watchman,
    next: Instant,
    /// The last one did not get through, and it was said.
    is_deaf: bool,
}

async fn beat(published: Published, pulse: Arc<Pulse>, say: Say) {
    let client = Arc::new(Client::new());
    let mut told: BTreeMap<PathBuf, Tending> = BTreeMap::new();
    let mut asking: JoinSet<(PathBuf, Result<(), String>)> = JoinSet::new();
    loop {
        let books = published.snapshot().books.clone();
        told.retain(|file, told| {
            let same = |watchman: &Watchman| *watchman == told.watchman;
            books.iter().any(|book| book.file == *file && book.watchman.as_ref().is_some_and(same))
        });
        for book in books.iter() {
            let Some(watchman) = &book.watchman else { continue };
            let now = Instant::now();
            let known = told.entry(book.file.clone()).or_insert_with(|| Tending {
                watchman: watchman.clone(),
                next: now,
                is_deaf: false,
            });
            if now < known.next || !works(&pulse) {
                continue;
            }
            known.next =
                now + std::time::Duration::from_millis(known.watchman.every.as_millis().unsigned_abs());
            let (client, url, file) = (client.clone(), known.watchman.url.clone(), book.file.clone());
            asking.spawn(async move { (file, ask(&client, &url).await) });
        }
        let next = told.values().map(|told| told.next).min();
        let look = Instant::now() + LOOK;
        tokio::select! {
            Some(Ok((file, answer))) = asking.join_next() => {
                if let Some(told) = told.get_mut(&file) {
                    answered(told, answer, &say);
                }
            }
            () = tokio::time::sleep_until(next.map_or(look, |next| next.clamp(Instant::now(), look))) => {
                if !works(&pulse) {
                    tokio::time::sleep_until(look).await;
                }
            }
        }
    }
}

/// Whether the engine records what is due.
fn works(pulse: &Pulse) -> bool {
    !pulse.is_held_up() && pulse.behind_ms(clock::now()) <= limits::READY_BEHIND_MS_MAX
}

async fn ask(client: &Client, url: &Secret) -> Result<(), String> {
    let request = Request {
        method: Cow::Borrowed("GET"),
        url: url.expose().to_owned(),
        headers: Vec::new(),
        body: String::new(),
        raw: None,
    };
    let timeout = std::time::Duration::from_millis(limits::REQUEST_MS_MAX);
    match client.send(&request, timeout, &Way::default(), clock::now).await {
        Ok(answer) if (200..300).contains(&answer.status) => Ok(()),
        Ok(answer) => Err(format!("it answered {}", answer.status)),
        Err(error) => Err(error.reason),
    }
}

/// A watchman who does not answer is told of once, and once when it is over.
fn answered(told: &mut Tending, answer: Result<(), String>, say: &Say) {
    let (host, every) = (redact_url(told.watchman.url.expose()), told.watchman.every);
    match answer {
        Ok(()) if std::mem::take(&mut told.is_deaf) => {
            say(&phrase!("heartbeat {host} is reached again", "心跳      {host} 又联系上了"));
        }
        Err(reason) if !std::mem::replace(&mut told.is_deaf, true) => {
            let reason = answers::in_words(&reason);
            let every = Phrase { en: every.to_string(), zh: Locale::Zh.duration(every) };
            say(&phrase!(
                "heartbeat {host} was not reached: {reason}; it is tried again every {every}",
                "心跳      联系不上 {host}：{reason}；每 {every} 再试一次";
                reason, every
            ));
        }
        Ok(()) | Err(_) => {}
    }
}
