//! What an ear is given and what it gives back: settings, frames, memory; signals, answers, what to do next.
//!
//! Values only. An ear is pure: it has no clock, no socket and no store.

use crate::{
    base::{
        limits,
        time::{Duration, Timestamp},
    },
    shell::delivery::{
        adapter::{Request, Response},
        secret::Secret,
    },
};
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};

/// The pure half of an ear: what one frame means.
pub(super) type Hears = fn(&Settings, &Frame<'_>, &mut Memory) -> Heard;

/// What a channel says about itself, secrets included.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Settings {
    /// The settings of the ear's channel, by key.
    pub(super) values: BTreeMap<String, Secret>,
    /// The chats that are listened to, as the playbooks write them. Others may come; they are heard by nobody.
    pub(super) chats: Vec<String>,
    /// Whether anything that is said is kept: a platform is not asked for what nobody reads.
    pub(super) text: bool,
}

impl Settings {
    /// A setting, empty where there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        self.values.get(name).map_or("", Secret::expose)
    }
}

/// What came.
#[derive(Debug)]
pub(super) enum Frame<'a> {
    /// Nothing yet: the ear begins, or begins again after a pause.
    Begin,
    /// The answer to a [`Call`], with the call's name.
    Answer(&'static str, &'a Response),
    /// A socket is open.
    Opened,
    /// No socket was opened: the server answered with this status.
    Shut(u16),
    /// What came over the socket.
    Text(&'a str),
    /// Bytes that came over the socket.
    Bytes(&'a [u8]),
    /// It is time to say over the socket that one is there.
    Beat,
    /// The other side has closed the socket, with its reason's number.
    Closed(Option<u16>),
}

/// What an ear remembers from frame to frame. Gone with the process, the cursor aside.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Up to where everything was heard, in the platform's words; kept in the store.
    pub(super) cursor: Option<String>,
    /// What time it is.
    pub(super) now: Timestamp,
    /// Whatever else: the bot's own id, a session.
    pub(super) words: BTreeMap<&'static str, String>,
    /// Pieces of what is not whole yet.
    pub(super) pieces: BTreeMap<String, Vec<u8>>,
    recent: VecDeque<(String, &'static str, Timestamp)>,
}

impl From<Option<String>> for Memory {
    fn from(cursor: Option<String>) -> Self {
        Self { cursor, ..Self::default() }
    }
}

impl Memory {
    /// A word of its own, empty where there is none.
    pub(super) fn word(&self, name: &str) -> &str {
        self.words.get(name).map_or("", String::as_str)
    }

    /// Whether what happened to somebody is another thing than what happened to them last, within so long: platforms
    /// tell of some things twice.
    pub(super) fn is_news(&mut self, whom: String, what: &'static str, within: Duration) -> bool {
        let now = self.now;
        self.recent.retain(|(_, _, at)| now.since(*at) <= within);
        if self
            .recent
            .iter()
            .rev()
            .find(|(known, ..)| *known == whom)
            .is_some_and(|(_, last, _)| *last == what)
        {
            return false;
        }
        if self.recent.len() >= limits::EAR_RECENT_MAX {
            self.recent.pop_front();
        }
        self.recent.push_back((whom, what, now));
        true
    }
}

impl Memory {
    /// What happened last to somebody is not known any more.
    pub(super) fn forget(&mut self, whom: &str) {
        if let Some(at) = self.recent.iter().rposition(|(known, ..)| known == whom) {
            self.recent.remove(at);
        }
    }
}

/// A request that an ear wants to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    /// Its name, by which the ear knows the answer.
    pub(super) what: &'static str,
    /// The request.
    pub(super) request: Request,
    /// How long its answer may take.
    pub(super) patience: Duration,
    /// Whether it is answered when something happens: whoever asks so listens.
    pub(super) listens: bool,
}

/// A socket that an ear wants to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Socket {
    /// Its address; may hold a key.
    pub(super) url: String,
    /// Header names with values; may hold secrets.
    pub(super) headers: Vec<(String, String)>,
    /// How often is said that one is there; the other side is gone when it said nothing for twice as long.
    pub(super) beat: Duration,
}

/// What a frame meant.
#[derive(Debug, PartialEq)]
pub(super) struct Heard {
    /// What happened, each in the one shape that `POST /signals` takes; `chat` says where. Of an `answer`,
    /// `data.poll` or `message.id` names what was asked as the platform calls it.
    pub(super) signals: Vec<Value>,
    /// What the platform is told in return. Nobody waits for what comes of it.
    pub(super) answer: Vec<Call>,
    /// What is said over the socket, after what happened is recorded.
    pub(super) say: Vec<String>,
    /// The same in bytes.
    pub(super) say_bytes: Vec<Vec<u8>>,
    /// How often is said from now on that one is there, where the platform told; the first time after a random part of
    /// it, so that many do not come at once.
    pub(super) beat: Option<Duration>,
    /// Up to where everything was heard with this frame; none where that has not changed.
    pub(super) cursor: Option<String>,
    /// What is done next.
    pub(super) next: Next,
}

impl Heard {
    /// What was heard right after it.
    pub(super) fn add(&mut self, more: Self) {
        self.signals.extend(more.signals);
        self.answer.extend(more.answer);
        self.say.extend(more.say);
        self.say_bytes.extend(more.say_bytes);
        self.beat = more.beat.or(self.beat.take());
        self.cursor = more.cursor.or(self.cursor.take());
        self.next = more.next;
    }

    /// Nothing happened.
    pub(super) fn nothing(next: Next) -> Self {
        Self {
            signals: Vec::new(),
            answer: Vec::new(),
            say: Vec::new(),
            say_bytes: Vec::new(),
            beat: None,
            cursor: None,
            next,
        }
    }
}

/// What is done after a frame.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Next {
    /// Asks, and hears the answer. A socket that is open stays open meanwhile.
    Call(Call),
    /// Opens a socket.
    Open(Socket),
    /// Goes on listening at the socket.
    Listen,
    /// The other side is about to close the socket: begins again at once, and listens at the old one until the new one
    /// is open and a while longer.
    Renew,
    /// All is well: looks again after so long.
    Rest(Duration),
    /// Waits so long because the platform wants it, and begins again.
    Pause(Duration, String),
    /// Waits a little and begins again: something is in the way.
    Again(String),
    /// Another program holds this connection: begins again after a while, and never fights for it.
    Elsewhere(String),
    /// The platform does not take the credential: begins again much later, or when the file says another.
    Refused(String),
}

/// Who is in a chat, all of them, after a gap that began somewhen: whoever is known there and is not among them has left.
pub(super) fn roster(platform: &str, chat: &str, gap: &str, members: &[Value]) -> Value {
    let id = format!("{platform}:roster:{chat}:{gap}");
    serde_json::json!({ "type": ROSTER, "id": id, "chat": chat, "data": { "members": members } })
}

/// What an ear tells of a roster by; it is no signal, and nobody outside can send it.
pub(super) const ROSTER: &str = "roster";

/// Whether a text asks something, as far as its end tells.
pub(super) fn is_question(text: &str) -> bool {
    text.trim_end().ends_with(['?', '？', '吗', '呢'])
}

/// An instant as a signal has it.
pub(super) fn instant(seconds: i64) -> Value {
    Value::String(Timestamp::from_millis(seconds.saturating_mul(1_000)).to_utc())
}
