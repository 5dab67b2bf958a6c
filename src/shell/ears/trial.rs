//! A channel is tried: whether the platform takes its credential, and the first thing that is heard. Nothing is recorded
//! and nothing is confirmed to the platform.

use super::{
    ear::{Call, Frame, Heard, Hears, Memory, Next, Settings},
    known, telegram, wait,
    which::hears,
    wire::{AtWire, Wire},
};
use crate::{
    base::{limits, words::shorten},
    model::channel::ChannelKind,
    shell::{
        clock,
        delivery::{
            client::Client,
            target::{Target, Way},
        },
        websocket::{Incoming, NotOpen},
    },
};
use serde_json::Value;

/// A channel that is tried.
pub struct Trial {
    kind: ChannelKind,
    hears: Hears,
    settings: Settings,
    way: Way,
    client: Client,
    memory: Memory,
    /// What is next, once the platform has taken the credential.
    next: Heard,
}

/// The first thing that was heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FirstHeard {
    /// What was said, else what happened.
    pub what: String,
    /// In which chat.
    pub chat: String,
    /// Who, by name or id; empty where that is not known.
    pub who: String,
}

/// Why nothing is heard, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deaf {
    /// The platform does not take the credential, or another program holds the connection.
    Refused(String),
    /// Something is in the way.
    Troubled(String),
}

impl Trial {
    /// Of a channel whose settings have been read, and which wants to hear what is said or only that something is; none
    /// where its platform has no ear.
    pub fn new(kind: ChannelKind, text: bool, target: &Target) -> Option<Self> {
        let robot = target.robots.first()?;
        Some(Self {
            kind,
            hears: hears(kind)?,
            // Whatever chat something is heard in, it is shown.
            settings: Settings { values: known::signing_in(robot), chats: Vec::new(), text },
            way: target.way.clone(),
            client: Client::new(),
            memory: Memory::default(),
            next: Heard::nothing(Next::Listen),
        })
    }

    /// Asks the platform whether it takes the credential. Says which switch is missing, where the platform tells.
    pub async fn sign_in(&mut self, fix: bool) -> Result<Option<String>, Deaf> {
        self.next = self.hear(&Frame::Begin);
        if let Next::Call(call) = &self.next.next {
            let call = call.clone();
            self.next = self.ask(&call).await?;
            self.sound()?;
        }
        if fix && self.kind == ChannelKind::Telegram {
            let call = telegram::without_webhook(&self.settings);
            let _ = self.client.send(&call.request, call.patience.to_std(), &self.way, clock::now).await;
        }
        Ok(self.lacks())
    }

    /// What is missing or switched off, as far as the platform has told by now.
    pub fn lacks(&self) -> Option<String> {
        Some(self.memory.word("lacks").to_owned()).filter(|lacks| !lacks.is_empty())
    }

    /// Waits for the first thing that happens.
    pub async fn first(&mut self) -> Result<FirstHeard, Deaf> {
        loop {
            if let Some(signal) = self.next.signals.first() {
                return Ok(first(signal));
            }
            self.next = match self.next.next.clone() {
                Next::Call(call) => {
                    wait(std::time::Duration::from_millis(limits::EAR_EMPTY_MS_MIN / 4)).await;
                    self.ask(&call).await?
                }
                Next::Open(socket) => match Wire::open("trial", &socket, &self.way).await {
                    Ok(wire) => self.listen(wire).await?,
                    Err(NotOpen { status: Some(status), .. }) => self.hear(&Frame::Shut(status)),
                    Err(NotOpen { reason, .. }) => return Err(Deaf::Troubled(reason)),
                },
                Next::Rest(length) | Next::Pause(length, _) => {
                    wait(length.to_std()).await;
                    self.hear(&Frame::Begin)
                }
                Next::Listen | Next::Renew | Next::Again(_) | Next::Elsewhere(_) | Next::Refused(_) => {
                    self.sound()?;
                    self.hear(&Frame::Begin)
                }
            };
            self.sound()?;
        }
    }

    async fn listen(&mut self, mut wire: Wire) -> Result<Heard, Deaf> {
        let mut heard = self.hear(&Frame::Opened);
        loop {
            if !heard.signals.is_empty() {
                return Ok(heard);
            }
            wire.say(&mut heard).await.map_err(Deaf::Troubled)?;
            if let Some(beat) = heard.beat {
                wire.beats(beat.to_std());
            }
            heard = match heard.next {
                Next::Listen => match wire.next().await {
                    AtWire::Came(Incoming::Text(text)) => self.hear(&Frame::Text(&text)),
                    AtWire::Came(Incoming::Bytes(bytes)) => self.hear(&Frame::Bytes(&bytes)),
                    AtWire::Came(Incoming::Alive) => Heard::nothing(Next::Listen),
                    AtWire::Came(Incoming::Closed(code)) => self.hear(&Frame::Closed(code)),
                    AtWire::Beat => {
                        let heard = self.hear(&Frame::Beat);
                        if heard.say.is_empty() && heard.say_bytes.is_empty() {
                            wire.ping().await.map_err(Deaf::Troubled)?;
                        }
                        heard
                    }
                    AtWire::Broken(reason) => return Err(Deaf::Troubled(reason)),
                },
                Next::Call(call) => self.ask(&call).await?,
                _ => return Ok(heard),
            };
        }
    }

    /// What is in the way, if anything is.
    fn sound(&self) -> Result<(), Deaf> {
        match &self.next.next {
            Next::Refused(why) | Next::Elsewhere(why) => Err(Deaf::Refused(why.clone())),
            Next::Again(why) => Err(Deaf::Troubled(why.clone())),
            _ => Ok(()),
        }
    }

    fn hear(&mut self, frame: &Frame<'_>) -> Heard {
        self.memory.now = clock::now();
        (self.hears)(&self.settings, frame, &mut self.memory)
    }

    async fn ask(&mut self, call: &Call) -> Result<Heard, Deaf> {
        let most = limits::EAR_ANSWER_BYTES_MAX;
        let patience = call.patience.to_std();
        let answer = self.client.fetch(&call.request, patience, &self.way, clock::now, most).await;
        let answer = answer.map_err(|error| Deaf::Troubled(error.reason))?;
        Ok(self.hear(&Frame::Answer(call.what, &answer)))
    }
}

fn first(signal: &Value) -> FirstHeard {
    let word = |path: &str| signal.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let who =
        Some(word("/member/name")).filter(|name| !name.is_empty()).unwrap_or_else(|| word("/member/id"));
    let what = match word("/message/text") {
        text if text.is_empty() => word("/type"),
        text => format!("「{}」", shorten(&text, 40)),
    };
    FirstHeard { what, chat: word("/chat"), who }
}
