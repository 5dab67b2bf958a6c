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
    wire::{AtWire, Wire, next_of},
};
use crate::{
    base::{
        limits,
        phrase::{Phrase, phrase},
        time::{Duration as Length, Timestamp},
    },
    engine::deaf::EarTold,
    shell::{
        answers, clock,
        delivery::{adapter::Response, client::Client},
        store::{Cursor, Reader},
        websocket::{Incoming, NotOpen},
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
    pub(super) say: Arc<dyn Fn(&Phrase) + Send + Sync>,
    /// Its cursor when the engine started, and when something was heard last before.
    pub(super) known: Option<Cursor>,
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
        self.known = self.cursor().await;
        let value = self.known.as_ref().map(|known| known.value.clone());
        let mut memory = Memory::from(value.filter(|value| !value.is_empty()));
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
                Next::Rest(length) => {
                    self.listens();
                    self.board.is_alive(&self.ear.name, clock::now());
                    tokio::select! {
                        () = wait(length.to_std()) => {}
                        () = slept() => {}
                    }
                    self.hear(&Frame::Begin, &mut memory)
                }
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
        self.place.take(&self.ear, &heard.signals, heard.cursor.as_deref()).await?;
        if let Some(value) = &heard.cursor {
            let channel = self.ear.name.clone();
            self.known = Some(Cursor { channel, value: value.clone(), at: clock::now() });
        }
        if !heard.signals.is_empty() {
            self.board.tells(&self.ear.name, clock::now());
        }
        Ok(())
    }

    /// Remembers that it listens, where the platform keeps nothing for whoever does not.
    fn note(&self) {
        if self.ear.keeps().is_none() {
            let value = self.known.as_ref().map(|known| known.value.clone()).unwrap_or_default();
            self.place.note(Cursor { channel: self.ear.name.clone(), value, at: clock::now() });
        }
    }

    /// Listens at a socket until the ear wants something else. What came together is recorded together.
    async fn listen(&mut self, wanted: &Socket, memory: &mut Memory) -> Result<Heard, Stopping> {
        let mut wire = match self.open(wanted, memory).await {
            Ok(wire) => wire,
            Err(heard) => return Ok(heard),
        };
        // The socket before this one, which the other side closes in a moment.
        let mut before: Option<Wire> = None;
        // What was sent before the machine slept is read when it wakes, and is no sign of life.
        let mut sleeps = std::pin::pin!(slept());
        let mut heard = self.hear(&Frame::Opened, memory);
        loop {
            let waits = tokio::time::Instant::now() + Duration::from_millis(limits::HEARD_WAITS_MS_MAX);
            while heard.next == Next::Listen && heard.signals.len() < limits::EAR_SIGNALS_MAX {
                let event = match wire.waiting() {
                    Some(event) => Ok(event),
                    None if self.can_wait(&heard) => tokio::time::timeout_at(waits, wire.next()).await,
                    None => break,
                };
                let Ok(event) = event else { break };
                let more = self.meant(event, &mut wire, memory).await;
                heard.add(more);
            }
            self.take(&mut heard).await?;
            if let Some(beat) = heard.beat {
                wire.beats(beat.to_std());
            }
            if let Err(reason) = wire.say(&mut heard).await {
                return Ok(Heard::nothing(Next::Again(reason)));
            }
            heard = match heard.next {
                Next::Listen => tokio::select! {
                    event = wire.next() => self.meant(event, &mut wire, memory).await,
                    event = next_of(&mut before) => {
                        self.last_words(event, &mut before, memory).await?;
                        Heard::nothing(Next::Listen)
                    }
                    () = &mut sleeps => Heard::nothing(Next::Again("the machine slept".into())),
                },
                Next::Call(call) => self.ask(call, memory).await,
                Next::Renew => match self.renewed(memory).await? {
                    Ok(fresh) => {
                        before = Some(std::mem::replace(&mut wire, fresh));
                        self.hear(&Frame::Opened, memory)
                    }
                    Err(heard) => return Ok(heard),
                },
                next => return Ok(Heard::nothing(next)),
            };
        }
    }

    async fn open(&self, wanted: &Socket, memory: &mut Memory) -> Result<Wire, Heard> {
        match Wire::open(&self.ear.name, wanted, &self.ear.way).await {
            Ok(wire) => Ok(wire),
            Err(NotOpen { status: Some(status), .. }) => Err(self.hear(&Frame::Shut(status), memory)),
            Err(NotOpen { reason, .. }) => Err(Heard::nothing(Next::Again(reason))),
        }
    }

    /// Another socket, while the one before is still open; else what is in the way.
    async fn renewed(&mut self, memory: &mut Memory) -> Result<Result<Wire, Heard>, Stopping> {
        let mut heard = self.hear(&Frame::Begin, memory);
        loop {
            self.take(&mut heard).await?;
            heard = match heard.next {
                Next::Call(call) => self.ask(call, memory).await,
                Next::Open(wanted) => return Ok(self.open(&wanted, memory).await),
                next => return Ok(Err(Heard::nothing(next))),
            };
        }
    }

    /// What still comes over a socket that another one has taken the place of.
    async fn last_words(
        &mut self,
        event: AtWire,
        before: &mut Option<Wire>,
        memory: &mut Memory,
    ) -> Result<(), Stopping> {
        let mut heard = match event {
            AtWire::Came(Incoming::Text(text)) => self.hear(&Frame::Text(&text), memory),
            AtWire::Came(Incoming::Bytes(bytes)) => self.hear(&Frame::Bytes(&bytes), memory),
            AtWire::Came(Incoming::Alive) => return Ok(()),
            AtWire::Came(Incoming::Closed(_)) | AtWire::Beat | AtWire::Broken(_) => {
                *before = None;
                return Ok(());
            }
        };
        loop {
            self.take(&mut heard).await?;
            let Some(wire) = before else { return Ok(()) };
            if wire.say(&mut heard).await.is_err() {
                *before = None;
            }
            match heard.next {
                Next::Call(call) => heard = self.ask(call, memory).await,
                // It was said already that it ends.
                Next::Listen | Next::Renew => return Ok(()),
                _ => {
                    *before = None;
                    return Ok(());
                }
            }
        }
    }

    /// Whether nobody wants any of it before others come: then more is recorded together.
    fn can_wait(&self, heard: &Heard) -> bool {
        let wanted = self.ear.listeners.iter().any(|listener| listener.each);
        let talk = |signal: &serde_json::Value| {
            let answers = signal["message"]["reply_to"].is_object() || signal["data"]["called"] == true;
            matches!(signal["type"].as_str(), Some("message" | "reaction")) && !answers
        };
        !wanted && !heard.signals.is_empty() && heard.signals.iter().all(talk)
    }

    /// What happened at a socket.
    async fn meant(&self, event: AtWire, wire: &mut Wire, memory: &mut Memory) -> Heard {
        let heard = match event {
            AtWire::Came(Incoming::Text(text)) => self.hear(&Frame::Text(&text), memory),
            AtWire::Came(Incoming::Bytes(bytes)) => self.hear(&Frame::Bytes(&bytes), memory),
            AtWire::Came(Incoming::Alive) => {
                self.board.is_alive(&self.ear.name, clock::now());
                return Heard::nothing(Next::Listen);
            }
            AtWire::Came(Incoming::Closed(code)) => return self.hear(&Frame::Closed(code), memory),
            AtWire::Broken(reason) => return Heard::nothing(Next::Again(reason)),
            AtWire::Beat => {
                self.note();
                let heard = self.hear(&Frame::Beat, memory);
                let said = if heard.say.is_empty() && heard.say_bytes.is_empty() {
                    wire.ping().await
                } else {
                    Ok(())
                };
                return said.map_or_else(|reason| Heard::nothing(Next::Again(reason)), |()| heard);
            }
        };
        // Whoever is only told how often to speak up is greeted, and not heard yet.
        if heard.next == Next::Listen && heard.beat.is_none() {
            self.listens();
        }
        heard
    }

    /// Up to where everything was heard before.
    async fn cursor(&self) -> Option<Cursor> {
        let (dir, name) = (self.place.dir.clone(), self.ear.name.clone());
        let read = move || Reader::beside_engine(&dir).and_then(|reader| reader.cursor(&name));
        tokio::task::spawn_blocking(read).await.ok()?.ok()?
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
        if heard.next == Next::Listen {
            self.listens();
        }
        if let Next::Call(next) = &heard.next {
            if next.listens {
                self.listens();
            }
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
        let (name, now) = (&self.ear.name, clock::now());
        let before = self.board.heard(name).or_else(|| self.known.as_ref().map(|known| known.at));
        if self.board.set(name, EarState::Listens, now) {
            self.note();
            self.missed(before, now);
            let mut groups: Vec<&str> = self.ear.listeners.iter().map(|one| one.group.as_str()).collect();
            groups.dedup();
            let more = groups.len().saturating_sub(5);
            groups.truncate(5);
            let more = if more > 0 {
                phrase!(" and {more} more", " 等，还有 {more} 个")
            } else {
                Phrase::default()
            };
            let groups = Phrase::list(groups.into_iter().map(Phrase::from));
            (self.say)(&phrase!(
                "ear       {name} listens for {groups}{more}",
                "耳        {name} 在听 {groups}{more}";
                groups, more
            ));
        }
    }

    /// What happened between two instants was heard by nobody, as far as the platform does not tell it now.
    fn missed(&self, from: Option<Timestamp>, to: Timestamp) {
        let kept = self.ear.keeps().unwrap_or(Length::ZERO);
        let to = to.plus(-kept);
        let long = |from: &Timestamp| to.since(*from).as_millis() >= limits::EAR_GAP_MS_MIN;
        let Some(from) = from.filter(long) else { return };
        for listener in &self.ear.listeners {
            let id = format!("gap/{}/{}", listener.channel, from.as_millis());
            self.place.tell(&self.ear, listener, EarTold::Gap { from, to }, id);
        }
    }

    /// Something is in the way: says so once, and how long to wait.
    fn troubled(&self, next: Next, patience: &mut Patience) -> Duration {
        let now = clock::now();
        let (state, pause) = match next {
            Next::Call(_) | Next::Open(_) | Next::Listen | Next::Renew | Next::Rest(_) => {
                return Duration::ZERO;
            }
            Next::Pause(length, why) => (EarState::Troubled(why), length.to_std()),
            Next::Again(why) => (EarState::Troubled(why), patience.pause(now)),
            Next::Elsewhere(why) => (EarState::Elsewhere(why), patience.spread(limits::EAR_ELSEWHERE_MS)),
            Next::Refused(why) => (EarState::Refused(why), patience.spread(limits::EAR_REFUSED_MS)),
        };
        let why = self.ear.censor(state.trouble().unwrap_or_default());
        if self.board.set(&self.ear.name, state, now) {
            let (name, why) = (&self.ear.name, answers::in_words(&why));
            (self.say)(
                &phrase!("ear       {name} hears nothing: {why}", "耳        {name} 什么都听不到：{why}"; why),
            );
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
