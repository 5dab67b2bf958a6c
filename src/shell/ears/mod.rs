//! The ears: how the engine learns what happens in a group. One connection a credential, each with its own back-off,
//! cursor and watchdog; what is heard becomes inputs of the groups, and the next step waits for their commit.
//!
//! ```text
//!   platform ─▶ line (sockets, pauses, sleep) ─▶ hear (pure) ─▶ place (whose, what may be kept, known before?)
//!                 ▲                                               └─▶ driver ─▶ one commit: facts and cursor
//!                 └──────────────── next: ask, wait, begin again ◀──────────────────────┘
//! ```
//!
//! The sockets are opened here and nowhere else. An ear of a platform is one pure file:
//!
//! 1. `model/ear.rs`: a line in the table, which settings it needs and what it hears; new settings go into
//!    `ChannelKind::settings`. From there `check`, `run`, `status` and the documentation know that it is not deaf.
//! 2. `ears/NAME.rs` with `pub(super) fn hear(&Settings, &Frame, &mut Memory) -> Heard`, and a line in `which::hears`.
//!    It begins at [`ear::Frame::Begin`], asks what it needs by [`ear::Next::Call`] and hears the answers by the call's
//!    name. What happened is written as `POST /signals` takes it, with `chat` as the playbook writes it; an answer
//!    names what was asked in `data.poll` or `message.id`, as the note of the adapter's receipt does.
//! 3. `cursor` is what has to be known after a restart; it is recorded with the last fact that it covers. Nothing is
//!    confirmed to a platform before the next step, and the next step comes after the commit. Where what happens
//!    meanwhile is told later, `ChannelKind::keeps_for_ear` says for how long; elsewhere what was missed is a gap.
//! 4. What a platform says wrongly is [`ear::Next::Again`]; a connection that somebody else holds is
//!    [`ear::Next::Elsewhere`], a credential that it does not take [`ear::Next::Refused`]. Pauses are not the ear's.
//! 5. A fake that stalls, repeats and refuses in `tests/it/help/fakes`, a story in `tests/it/hearing/ears.rs`, recorded frames in the
//!    unit tests, and the steps that a person takes in `docs/channels/NAME.md`.

#![expect(clippy::disallowed_methods, reason = "owns the connections, their tasks and the waiting")]

pub mod board;
mod discord;
mod dingtalk;
mod inlet;
mod ear;
mod feishu;
pub mod known;
mod line;
mod matrix;
mod mattermost;
mod onebot;
mod patience;
mod place;
mod slack;
mod telegram;
mod trial;
mod which;
mod wire;
mod watch;
mod wecom;

pub use board::{EarBoard, EarNow, EarState, Hourly};
pub use inlet::Inlet;
pub use known::{KnownEar, KnownHook, hooks, known};
pub use matrix::{matrix_login, matrix_signed_in};
pub use slack::slack_manifest;
pub use trial::{Deaf, FirstHeard, Trial};

use super::{
    clock,
    delivery::client::Client,
    door::Arrivals,
    runtime::publish::{InForce, Published},
    store::StoreHandle,
};
use crate::base::phrase::Phrase;
use line::Line;
use place::Place;
use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};
use tokio::{
    sync::mpsc,
    task::{AbortHandle, JoinHandle, JoinSet},
};
use watch::Lookout;

/// What an event of OneBot tells, however it came.
pub(in crate::shell) fn onebot(event: &serde_json::Value) -> Option<serde_json::Value> {
    onebot::happened(event)
}

/// What an update of Telegram tells that came by a webhook, of chats as a playbook writes them.
pub(in crate::shell) fn telegram(chats: &[String], update: &serde_json::Value) -> Vec<serde_json::Value> {
    let settings = ear::Settings { values: BTreeMap::new(), chats: chats.to_vec(), text: true };
    telegram::told(&settings, update, &mut ear::Memory::default())
}

/// What the ears need of the engine.
pub struct Surroundings {
    /// What it shows of itself.
    pub published: Published,
    /// Where facts go.
    pub arrived: mpsc::Sender<Arrivals>,
    /// The writer.
    pub store: StoreHandle,
    /// The state directory.
    pub dir: PathBuf,
    /// Where people read what they should know.
    pub say: Arc<dyn Fn(&Phrase) + Send + Sync>,
}

impl Surroundings {
    fn place(&self) -> Place {
        Place {
            published: self.published.clone(),
            arrived: self.arrived.clone(),
            store: self.store.clone(),
            dir: self.dir.clone(),
            notes: BTreeMap::new(),
        }
    }
}

/// All connections of a running engine.
pub struct Ears(JoinHandle<()>);

/// How often is looked whether the playbooks want other ears.
const LOOK: Duration = Duration::from_millis(500);

impl Ears {
    /// Opens what the playbooks in force ask for, and follows their edits.
    pub fn start(around: Surroundings) -> Self {
        Self(tokio::spawn(attend(around)))
    }

    /// Lets all connections go. What was heard and is not committed is heard again.
    pub async fn close(self) {
        self.0.abort();
        // Its end is all that is waited for.
        let _ = self.0.await;
    }
}

async fn attend(around: Surroundings) {
    let client = Arc::new(Client::new());
    let mut lines: BTreeMap<Arc<str>, (KnownEar, AbortHandle)> = BTreeMap::new();
    let mut tasks = JoinSet::new();
    let mut seen: Arc<Vec<Arc<InForce>>> = Arc::default();
    let mut watch = Lookout::default();
    loop {
        let books = around.published.snapshot().books.clone();
        if !Arc::ptr_eq(&books, &seen) {
            let wanted = wanted(&books);
            lines.retain(|name, (ear, task)| {
                let stays = wanted.get(name) == Some(ear);
                if !stays {
                    task.abort();
                    around.published.ears().end(name);
                }
                stays
            });
            for (name, ear) in wanted {
                let Some(hears) = which::hears(ear.kind).filter(|_| !lines.contains_key(&name)) else {
                    continue;
                };
                let board = around.published.ears().clone();
                let channels = ear.listeners.iter().map(|one| (one.group.clone(), one.channel.clone()));
                board.begin(&name, channels.collect(), clock::now());
                let place = around.place();
                let say = around.say.clone();
                let client = client.clone();
                let line = Line { ear: ear.clone(), hears, client, place, board, say, known: None };
                lines.insert(name, (ear, tasks.spawn(line.run())));
            }
            seen = books;
        }
        while tasks.try_join_next().is_some() {}
        watch.look(&around, lines.values().map(|(ear, _)| ear)).await;
        wait(LOOK).await;
    }
}

/// The ears of all playbooks: one connection a credential, whoever names it.
fn wanted(books: &[Arc<InForce>]) -> BTreeMap<Arc<str>, KnownEar> {
    let mut all: BTreeMap<Arc<str>, KnownEar> = BTreeMap::new();
    for ear in books.iter().flat_map(|book| book.ears.iter()) {
        match all.get_mut(&ear.name) {
            Some(known) => known.join(ear),
            None => drop(all.insert(ear.name.clone(), ear.clone())),
        }
    }
    all
}

async fn wait(time: Duration) {
    tokio::time::sleep(time).await;
}
