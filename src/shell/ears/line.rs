//! One connection: asks, hears, hands over, waits for the commit, goes on; and what it does when something is in the way.
//!
//! Knows no platform.

use super::{
    board::{EarBoard, EarState},
    ear::{Call, Frame, Heard, Hears, Memory, Next, Socket},
    known::KnownEar,
    patience::Patience,
    place::{Place, Stopping},
    wait,
};
use crate::{
    base::limits,
    shell::{
        clock,
        delivery::{adapter::Response, client::Client},
        store::Reader,
        websocket::{Came, NotOpen, WebSocket},
    },
};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// A connection and where it leads.
pub(super) struct Line {
    pub(super) ear: KnownEar,
    pub(super) hears: Hears,
    pub(super) client: Arc<Client>,
    pub(super) place: Place,
    pub(super) board: EarBoard,
    /// Where people read what they should know.
    pub(super) say: Arc<dyn Fn(String) + Send + Sync>,
}

/// Why a call brought no answer.
enum Silence {
    /// In words.
    Broken(String),
    /// The machine slept meanwhile: whatever is open leads nowhere.
    Slept,
}

impl Line {
    /// Listens until the engine stops.
    pub(super) async fn run(mut self) {
        let mut memory = Memory::from(self.cursor().await);
        let mut patience = Patience::new(&self.ear.name);
        let mut heard = self.hear(&Frame::Begin, &mut memory);
        loop {
            if let Err(Stopping) = self.take(&mut heard).await {
                return;
            }
            heard = match heard.next {
                Next::Call(call) => self.ask(call, &mut memory).await,
                Next::Open(socket) => match self.listen(&socket, &mut memory).await {
                    Ok(heard) => heard,
                    Err(Stopping) => return,
                },
                next => {
                    let pause = self.troubled(next, &mut patience);
                    wait(pause).await;
                    self.hear(&Frame::Begin, &mut memory)
                }
            };
        }
    }

    /// Hands over what was heard, and tells the platform what it wants to be told.
    async fn take(&mut self, heard: &mut Heard) -> Result<(), Stopping> {
        for call in std::mem::take(&mut heard.answer) {
            let (client, way) = (self.client.clone(), self.ear.way.clone());
            tokio::spawn(async move {
                // What becomes of it changes nothing.
                let _ = client.send(&call.request, call.patience.to_std(), &way, clock::now).await;
            });
        }
        if heard.signals.is_empty() && heard.cursor.is_none() {
            return Ok(());
        }
        self.place.take(&self.ear, &heard.signals, heard.cursor.as_deref()).await
    }

    /// Listens at a socket until the ear wants something else. What came together is recorded together.
    async fn listen(&mut self, wanted: &Socket, memory: &mut Memory) -> Result<Heard, Stopping> {
        let mut socket = match WebSocket::open(&wanted.url, &wanted.headers, &self.ear.way).await {
            Ok(socket) => socket,
            Err(NotOpen { status: Some(status), .. }) => return Ok(self.hear(&Frame::Shut(status), memory)),
            Err(NotOpen { reason, .. }) => return Ok(Heard::nothing(Next::Again(reason))),
        };
        let beat = wanted.beat.to_std();
        let mut next_beat = tokio::time::Instant::now() + beat;
        let mut last = tokio::time::Instant::now();
        let mut heard = self.hear(&Frame::Opened, memory);
        loop {
            while heard.next == Next::Listen
                && heard.signals.len() < limits::EAR_SIGNALS_MAX
                && let Some(came) = socket.waiting()
            {
                last = tokio::time::Instant::now();
                let more = self.came(came, memory);
                heard.add(more);
            }
            self.take(&mut heard).await?;
            for text in std::mem::take(&mut heard.say) {
                if let Err(reason) = socket.say(text).await {
                    return Ok(Heard::nothing(Next::Again(reason)));
                }
            }
            if heard.next != Next::Listen {
                return Ok(Heard::nothing(heard.next));
            }
            heard = tokio::select! {
                came = socket.next() => {
                    last = tokio::time::Instant::now();
                    self.came(came, memory)
                }
                () = tokio::time::sleep_until(next_beat) => {
                    if last.elapsed() >= beat * 2 {
                        let seconds = last.elapsed().as_secs();
                        return Ok(Heard::nothing(Next::Again(format!("nothing was said for {seconds} s"))));
                    }
                    next_beat = tokio::time::Instant::now() + beat;
                    let heard = self.hear(&Frame::Beat, memory);
                    if heard.say.is_empty()
                        && let Err(reason) = socket.ping().await
                    {
                        return Ok(Heard::nothing(Next::Again(reason)));
                    }
                    heard
                }
                () = slept() => Heard::nothing(Next::Again("the machine slept".into())),
            };
        }
    }

    /// What came over a socket.
    fn came(&self, came: Result<Came, String>, memory: &mut Memory) -> Heard {
        match came {
            Ok(Came::Text(text)) => {
                let heard = self.hear(&Frame::Text(&text), memory);
                if matches!(heard.next, Next::Listen) {
                    self.listens();
                }
                heard
            }
            Ok(Came::Alive) => Heard::nothing(Next::Listen),
            Ok(Came::Closed(code)) => self.hear(&Frame::Closed(code), memory),
            Err(reason) => Heard::nothing(Next::Again(reason)),
        }
    }

    /// Up to where everything was heard before.
    async fn cursor(&self) -> Option<String> {
        let (dir, name) = (self.place.dir.clone(), self.ear.name.clone());
        let read = move || Reader::beside_engine(&dir).and_then(|reader| reader.cursor(&name));
        let found = tokio::task::spawn_blocking(read).await.ok()?.ok()??;
        Some(found.value).filter(|value| !value.is_empty())
    }

    fn hear(&self, frame: &Frame<'_>, memory: &mut Memory) -> Heard {
        memory.now = clock::now();
        (self.hears)(&self.ear.settings, frame, memory)
    }

    /// Asks and hears the answer.
    async fn ask(&self, call: Call, memory: &mut Memory) -> Heard {
        let begun = Instant::now();
        let response = match self.answer(&call).await {
            Ok(response) => response,
            Err(Silence::Slept) => return self.hear(&Frame::Begin, memory),
            Err(Silence::Broken(why)) => return Heard::nothing(Next::Again(why)),
        };
        let heard = self.hear(&Frame::Answer(call.what, &response), memory);
        if let Next::Call(next) = &heard.next {
            self.listens();
            let least = Duration::from_millis(limits::EAR_EMPTY_MS_MIN);
            if next.what == call.what && heard.signals.is_empty() && heard.cursor.is_none() {
                // Whoever answers at once that nothing happened is not asked in a circle.
                wait(least.saturating_sub(begun.elapsed())).await;
            }
        }
        heard
    }

    async fn answer(&self, call: &Call) -> Result<Response, Silence> {
        let most = limits::EAR_ANSWER_BYTES_MAX;
        let send = self.client.fetch(&call.request, call.patience.to_std(), &self.ear.way, clock::now, most);
        tokio::select! {
            answer = send => answer.map_err(|error| Silence::Broken(error.reason)),
            () = slept() => Err(Silence::Slept),
        }
    }

    /// It hears its platform.
    fn listens(&self) {
        let name = &self.ear.name;
        if self.board.set(name, EarState::Listens, clock::now()) {
            let mut groups: Vec<&str> = self.ear.listeners.iter().map(|one| one.group.as_str()).collect();
            groups.dedup();
            let more = groups.len().saturating_sub(5);
            groups.truncate(5);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            (self.say)(format!("ear       {name} listens for {}{more}", groups.join(", ")));
        }
    }

    /// Something is in the way: says so once, and how long to wait.
    fn troubled(&self, next: Next, patience: &mut Patience) -> Duration {
        let now = clock::now();
        let (state, pause) = match next {
            Next::Call(_) | Next::Open(_) | Next::Listen => return Duration::ZERO,
            Next::Pause(length, why) => (EarState::Troubled(why), length.to_std()),
            Next::Again(why) => (EarState::Troubled(why), patience.pause(now)),
            Next::Elsewhere(why) => (EarState::Elsewhere(why), patience.spread(limits::EAR_ELSEWHERE_MS)),
            Next::Refused(why) => (EarState::Refused(why), patience.spread(limits::EAR_REFUSED_MS)),
        };
        let why = self.ear.censor(state.trouble().unwrap_or_default());
        if self.board.set(&self.ear.name, state, now) {
            (self.say)(format!("ear       {} hears nothing: {why}", self.ear.name));
        }
        pause
    }
}

/// Ends when the clocks are apart as they are after the machine has slept.
async fn slept() {
    let look = Duration::from_millis(limits::EAR_LOOK_MS);
    let (mut wall, mut counted) = (clock::now(), Instant::now());
    loop {
        wait(look).await;
        let now = clock::now();
        let apart = now.since(wall).as_millis() - counted.elapsed().as_millis() as i64;
        if apart > limits::EAR_SLEPT_MS {
            return;
        }
        (wall, counted) = (now, Instant::now());
    }
}
