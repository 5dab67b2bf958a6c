//! OneBot programs that have dialled the engine: over which of their connections something is said, and who waits for
//! the answer.
//!
//! Knows no message and opens no socket: whoever serves a connection says what is wanted and hands answers over.

use crate::base::limits;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{mpsc, oneshot};

/// The address of a request that goes over the connection of whoever has dialled with the request's token.
pub const DIALLED: &str = "onebot:dialled";

/// All connections over which can be spoken, the newest of each token. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Dialled(Arc<Mutex<Connections>>);

#[derive(Debug, Default)]
struct Connections {
    last: u64,
    open: BTreeMap<String, (u64, mpsc::Sender<Utterance>)>,
}

/// Something to be said over a connection.
#[derive(Debug)]
pub struct Utterance {
    /// What is said.
    pub text: String,
    /// Where its answer goes.
    pub answer: oneshot::Sender<String>,
}

/// A connection over which can be spoken, until it is dropped.
#[derive(Debug)]
pub struct Dialler {
    of: Dialled,
    token: String,
    number: u64,
    wants: mpsc::Receiver<Utterance>,
    waiting: BTreeMap<String, oneshot::Sender<String>>,
}

impl Dialled {
    /// A program has dialled and shown this token.
    pub fn begin(&self, token: &str) -> Dialler {
        let (say, wants) = mpsc::channel(limits::DIALLED_WAITING_MAX);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.last = all.last.saturating_add(1);
        let number = all.last;
        all.open.insert(token.to_owned(), (number, say));
        drop(all);
        Dialler { of: self.clone(), token: token.to_owned(), number, wants, waiting: BTreeMap::new() }
    }

    /// Says something and waits for its answer. An error says whether it may have been heard.
    pub async fn exchange(
        &self,
        token: &str,
        text: String,
        patience: Duration,
    ) -> Result<String, (bool, String)> {
        let say = {
            let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.open.get(token).map(|(_, say)| say.clone())
        };
        let nobody = || {
            let why = "no OneBot program is connected: its reverse WebSocket dials /hooks/PLAYBOOK/CHANNEL with the \
                       channel's token, and the engine listens with --listen";
            (false, why.to_owned())
        };
        let (answer, told) = oneshot::channel();
        say.ok_or_else(nobody)?.try_send(Utterance { text, answer }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => (false, "the OneBot program takes nothing".to_owned()),
            mpsc::error::TrySendError::Closed(_) => nobody(),
        })?;
        match tokio::time::timeout(patience, told).await {
            Ok(Ok(text)) => Ok(text),
            Ok(Err(_)) => Err((true, "the connection was closed before the answer".into())),
            Err(_) => {
                Err((true, format!("the OneBot program did not answer within {} s", patience.as_secs_f64())))
            }
        }
    }
}

impl Dialler {
    /// What is to be said next; its answer is waited for from then on.
    pub async fn wanted(&mut self) -> Option<String> {
        let Utterance { text, answer } = self.wants.recv().await?;
        self.waiting.retain(|_, answer| !answer.is_closed());
        let asked: Value = serde_json::from_str(&text).unwrap_or_default();
        if let Some(echo) = asked["echo"].as_str() {
            self.waiting.insert(echo.to_owned(), answer);
        }
        Some(text)
    }

    /// Hands an answer to whoever waits for it; false where it is none.
    pub fn answered(&mut self, text: &str, frame: &Value) -> bool {
        if !frame["post_type"].is_null() {
            return false;
        }
        let waits = frame["echo"].as_str().and_then(|echo| self.waiting.remove(echo));
        // Whoever has lost patience reads nothing.
        waits.is_some_and(|answer| answer.send(text.to_owned()).is_ok())
    }
}

impl Drop for Dialler {
    fn drop(&mut self) {
        let mut all = self.of.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.open.get(&self.token).is_some_and(|(number, _)| *number == self.number) {
            all.open.remove(&self.token);
        }
    }
}
