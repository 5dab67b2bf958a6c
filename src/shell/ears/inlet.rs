//! The way in for what platforms tell `/hooks/…` and over sockets that they open.
//!
//! Of some things a platform tells twice, under two ids; which of them was heard is remembered here for a while.

use super::{Surroundings, ear::Memory, known::KnownHook, place::Place, telegram};
use crate::{model::channel::ChannelKind, shell::clock};
use serde_json::Value;
use std::sync::{Mutex, PoisonError};

/// The way in.
#[derive(Debug)]
pub struct Inlet {
    place: Place,
    memory: Mutex<Memory>,
}

/// What was taken as news, as long as it is not recorded.
struct Fresh<'a> {
    memory: &'a Mutex<Memory>,
    whom: Vec<String>,
}

impl Drop for Fresh<'_> {
    fn drop(&mut self) {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        // What was not recorded is told again, and is news then.
        for whom in &self.whom {
            memory.forget(whom);
        }
    }
}

impl Inlet {
    /// Into the engine.
    pub fn new(around: &Surroundings) -> Self {
        Self { place: around.place(), memory: Mutex::default() }
    }

    /// Hands facts over and waits until they are recorded; false when the engine stops.
    pub async fn take(&self, hook: &KnownHook, signals: &[Value]) -> bool {
        let mut fresh = Fresh { memory: &self.memory, whom: Vec::new() };
        let news: Vec<Value> = signals.iter().filter(|signal| fresh.takes(hook, signal)).cloned().collect();
        let taken = self.place.clone().take(&hook.ear, &news, None).await.is_ok();
        if taken {
            fresh.whom.clear();
        }
        taken
    }
}

impl Fresh<'_> {
    /// Whether something is news: Telegram tells of joins and leaves as a message of the service and as a change of a
    /// member.
    fn takes(&mut self, hook: &KnownHook, signal: &Value) -> bool {
        let what = match signal["type"].as_str() {
            Some("member.joined") => "joined",
            Some("member.left") => "left",
            _ => return true,
        };
        if hook.kind() != ChannelKind::Telegram {
            return true;
        }
        let whom = format!("{} {} {}", hook.source(), signal["chat"], signal["member"]["id"]);
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        memory.now = clock::now();
        let news = memory.is_news(whom.clone(), what, telegram::TWICE);
        if news {
            self.whom.push(whom);
        }
        news
    }
}
