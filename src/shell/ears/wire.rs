//! An open socket of an ear: what comes over it, when it is time to say that one is there, and whether the other side
//! is gone.
//!
//! Knows no platform and no ear.

use super::ear::{Heard, Socket};
use crate::{
    base::seed::Seed,
    shell::{
        delivery::target::Way,
        websocket::{Incoming, NotOpen, WebSocket},
    },
};
use std::time::Duration;
use tokio::time::Instant;

/// An open socket.
pub(super) struct Wire {
    socket: WebSocket,
    beat: Duration,
    next_beat: Instant,
    /// When the other side said something last.
    last: Instant,
    seed: Seed,
}

/// What happened at a socket.
pub(super) enum AtWire {
    /// Something came.
    Came(Incoming),
    /// It is time to say that one is there.
    Beat,
    /// It leads nowhere any more, in words.
    Broken(String),
}

impl Wire {
    /// Opens one for whoever has this name.
    pub(super) async fn open(name: &str, wanted: &Socket, way: &Way) -> Result<Self, NotOpen> {
        let socket = WebSocket::open(&wanted.url, &wanted.headers, way).await?;
        let (beat, now) = (wanted.beat.to_std(), Instant::now());
        let seed = Seed::from_parts(&["wire", name]);
        Ok(Self { socket, beat, next_beat: now + beat, last: now, seed })
    }

    /// From now on it is said so often that one is there; the first time after a random part of that.
    pub(super) fn beats(&mut self, every: Duration) {
        self.beat = every;
        self.next_beat = Instant::now() + every.mul_f64(self.seed.fraction());
    }

    /// What has come already; none where that is nothing.
    pub(super) fn waiting(&mut self) -> Option<AtWire> {
        let came = self.socket.waiting()?;
        Some(self.heard(came))
    }

    /// What happens next. Nothing is lost when this is not waited for.
    pub(super) async fn next(&mut self) -> AtWire {
        tokio::select! {
            came = self.socket.next() => self.heard(came),
            () = tokio::time::sleep_until(self.next_beat) => {
                self.next_beat = Instant::now() + self.beat;
                match self.last.elapsed() {
                    silent if silent >= self.beat * 2 => {
                        AtWire::Broken(format!("nothing was said for {} s", silent.as_secs()))
                    }
                    _ => AtWire::Beat,
                }
            }
        }
    }

    fn heard(&mut self, came: Result<Incoming, String>) -> AtWire {
        self.last = Instant::now();
        came.map_or_else(AtWire::Broken, AtWire::Came)
    }

    /// Says what an ear wants to say, and takes it away.
    pub(super) async fn say(&mut self, heard: &mut Heard) -> Result<(), String> {
        for text in std::mem::take(&mut heard.say) {
            self.socket.say(text).await?;
        }
        for bytes in std::mem::take(&mut heard.say_bytes) {
            self.socket.say_bytes(bytes).await?;
        }
        Ok(())
    }

    /// Asks for a sign of life.
    pub(super) async fn ping(&mut self) -> Result<(), String> {
        self.socket.ping().await
    }
}

/// What happens next at a socket that may be there; never where there is none.
pub(super) async fn next_of(wire: &mut Option<Wire>) -> AtWire {
    match wire {
        Some(wire) => wire.next().await,
        None => std::future::pending().await,
    }
}
