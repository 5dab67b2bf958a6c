//! The console: pages from which people run communities, served at the door.
//!
//! ```text
//!   GET  ─▶ visit (who asks, what is published) ─▶ view: (&Snapshot, &Asker, now) ─▶ page: (&View, &Frame) ─▶ HTML
//!   POST ─▶ form (from here? whose? sealed?) ─▶ press: a command of the control socket ─▶ 303 to the page
//! ```
//!
//! A GET never changes anything, a page loads nothing from elsewhere, and what is essential works without a script.
//!
//! **To add a page**, take four steps:
//!
//! 1. `view/NAME.rs`: a plain value and the pure function that makes it from the snapshot, the [`door::Asker`] and the
//!    instant. What the asker may not see is not in it: ask [`door::Asker::sees`] and [`door::Asker::commands`].
//! 2. `page/NAME.rs`: the pure function from that value and the [`layout::Frame`] to `Markup`, all words by
//!    `locale.pick` or a `Phrase`. A form is `frame.press("VERB", &[("GROUP", "SUBJECT")], &html! { button … })`; the
//!    verb is one of [`press`]. A second press is a `<details>` that says what will happen, with the button inside.
//! 3. Below, a handler that takes a [`visit::Visit`] and answers with `visit.page(Some(Tab::NAME), title, &body)` or
//!    `visit.nothing()`, and its route in [`routes`].
//! 4. In [`layout::Tab`], its place in the bar, if it has one. Its own style goes to the end of `console.css`.

pub mod board;
pub mod cards;
pub mod history;
pub mod keep;
pub mod runs;

mod assets;
mod bring;
mod command;
pub(crate) mod door;
mod enter;
mod form;
mod hush;
mod key;
pub mod lately;
mod layout;
mod link;
mod live;
mod page;
mod phone;
mod picture;
mod press;
mod undo;
mod submitted;
mod question;
mod serve;
mod sessions;
mod shelf;
mod test_send;
mod view;
mod visit;
mod why;

use super::{
    door::{Addresses, Inside},
    ears::EarNow,
    refusals,
    runtime::publish::Snapshot,
    store::{SessionRow, StoreHandle},
};
use crate::base::{
    ids::{GroupId, PersonId, TaskId},
    phrase::{Phrase, kept, pair, phrase},
    time::Timestamp,
};
use axum::{
    Router,
    body::Body,
    extract::State,
    http::Response,
    routing::{get, post},
};
pub use key::FILE as KEY_FILE;
use layout::Tab;
use serde::{Deserialize, Serialize};
use std::{
    collections::VecDeque,
    path::Path,
    sync::{Arc, Mutex},
};
pub use visit::Visit;

/// What presses came to, the last ones.
#[derive(Debug, Default)]
struct Told {
    next: u64,
    kept: VecDeque<Said>,
}

/// What one press came to.
#[derive(Debug)]
struct Said {
    id: u64,
    session: String,
    lines: Vec<(bool, Phrase)>,
    /// What was answered, and can be taken back as long as nothing has used it.
    undo: Vec<(GroupId, TaskId)>,
}

/// What the console has of its own: who is signed in, and the key of forms and links.
#[derive(Debug)]
pub struct Console {
    sessions: sessions::Sessions,
    key: key::Key,
    addresses: Addresses,
    told: Mutex<Told>,
    answered: phone::Answered,
    tried: test_send::TriedForms,
}

/// What is asked of the console through the control socket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// Whom a link signs in: one of the people, or whoever asks.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// Whether a token for a program is wanted instead of a link.
    #[serde(default)]
    pub token: bool,
    /// Whether everybody is signed out first, and every link ends.
    #[serde(default)]
    pub revoke: bool,
}

/// Why no way into the console is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotOpened(#[serde(with = "kept")] pub Phrase);

/// A link that signs in once, or a token.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// The link's address, or the token.
    pub link: String,
    /// How many sessions were ended before.
    pub ended: usize,
}

impl Console {
    /// Of a state directory, with the sessions that it keeps. Where that is a copy of an older one, links of before
    /// end.
    pub fn open(
        dir: &Path,
        addresses: Addresses,
        store: StoreHandle,
        rows: Vec<SessionRow>,
        copied: bool,
    ) -> std::io::Result<Self> {
        let key = key::Key::open(dir)?;
        if copied {
            key.renew()?;
        }
        Ok(Self {
            sessions: sessions::Sessions::new(store, rows),
            key,
            addresses,
            told: Mutex::default(),
            answered: phone::Answered::default(),
            tried: test_send::TriedForms::default(),
        })
    }

    /// Whether anybody can reach it.
    pub fn is_open(&self) -> bool {
        self.addresses.is_open()
    }

    /// What makes links to what messages ask.
    pub fn links(&self) -> link::Links {
        link::Links::new(self.key.clone(), self.addresses.url.clone())
    }

    /// A link that signs in once, at the address that others reach.
    pub fn link(&self, person: Option<PersonId>, now: Timestamp) -> std::io::Result<String> {
        Ok(format!("{}/enter/{}", self.addresses.base(), self.sessions.offer(person, now)?))
    }

    /// Answers a wish.
    pub fn grant(&self, wish: &Wish, snapshot: &Snapshot, now: Timestamp) -> Result<Opened, NotOpened> {
        let failed = |error: std::io::Error| NotOpened(Phrase::same(error.to_string()));
        if !self.is_open() {
            let closed = pair(
                "the engine has no door: start it with `playbook run FILE --listen`",
                "引擎没有开门：用 `playbook run FILE --listen` 启动",
            );
            return Err(NotOpened(closed.into()));
        }
        let mut ended = 0;
        if wish.revoke {
            self.key.renew().map_err(failed)?;
            ended = self.sessions.end_all();
        }
        if let Some(person) = &wish.person {
            let row = SessionRow {
                hash: String::new(),
                person: Some(person.clone()),
                admin: false,
                token: false,
                made: now,
                seen: now,
                label: String::new(),
            };
            if door::Asker::of(&row, snapshot, now).is_none() {
                return Err(NotOpened(phrase!(
                    "no playbook here has a person `{person}` under `people` or in a role",
                    "这里的剧本没有 `{person}` 这个人，`people` 和角色里都没有"
                )));
            }
        }
        if wish.token {
            let person = wish.person.clone().ok_or_else(|| {
                NotOpened(
                    pair("a token is one of the people's: say whose", "令牌属于某个人：说是谁的").into(),
                )
            })?;
            let token = self.sessions.give(person, now).map_err(failed)?;
            let link = token.ok_or_else(|| {
                let most = crate::base::limits::TOKENS_MAX;
                NotOpened(phrase!(
                    "there are {most} tokens already; `playbook open --revoke` ends all of them",
                    "已经有 {most} 个令牌；`playbook open --revoke` 全部作废"
                ))
            })?;
            return Ok(Opened { link, ended });
        }
        let link = self.link(wish.person.clone(), now).map_err(failed)?;
        Ok(Opened { link, ended })
    }

    /// Whose program has a token, as things are now.
    pub(crate) fn whose(&self, token: &str, snapshot: &Snapshot, now: Timestamp) -> Option<door::Asker> {
        door::Asker::of(&self.sessions.whose(token, now)?, snapshot, now)
    }
}

/// The routes of the console.
pub fn routes() -> Router<Arc<Inside>> {
    Router::new()
        .route("/", get(today))
        .route("/enter/{code}", get(enter::show).post(enter::enter))
        .route("/language", post(enter::language))
        .route("/leave", post(enter::leave))
        .route("/theme", post(enter::theme))
        .route("/sessions/offer", post(enter::offer))
        .route("/sessions/end", post(enter::end))
        .route("/press/{verb}", post(press::press))
        .route("/hush", get(hush::show).post(hush::put))
        .route("/bring", post(bring::put))
        .route("/test-send", post(test_send::put))
        .route("/why/{*asked}", get(why::why))
        .route("/shelf/{file}/{play}", get(shelf::show))
        .route("/answer", get(question::show).post(question::put))
        .route("/me", get(phone::mine))
        .route("/picture", get(picture::of_card))
        .route("/t/{link}/picture", get(picture::of_link))
        .route("/t/{link}", get(phone::task).post(phone::answer_task))
        .route("/s/{link}", get(phone::ballot).post(phone::answer_ballot))
        .route("/a/{file}", get(assets::get))
        .merge(serve::routes())
        .route("/live", get(live::get))
}

async fn today(State(inside): State<Arc<Inside>>, mut visit: Visit) -> Response<Body> {
    inside.kept.reach(visit.snapshot.seq).await;
    let view = what_is(&inside, &visit);
    visit.frame.refreshes = true;
    visit.frame.live = "today g:*".to_owned();
    let (title, body) = page::today::page(&view, &visit.frame);
    visit.page(Some(Tab::Today), &title, &body)
}

/// Today, as a visit sees it.
fn what_is(inside: &Inside, visit: &Visit) -> view::today::Today {
    let board = visit.board.with_dead_of(&inside.kept.board());
    let ears: Vec<EarNow> = inside.published.ears().all().into_values().collect();
    let refused = refusals::read(inside.kept.dir());
    let health = view::health::strip(&board, &visit.asker, visit.now);
    let around = view::look::Aside { ears: &ears, refused: &refused, health: &health };
    let (links, lately) = (inside.console.links(), inside.kept.lately());
    view::today::today(&board, (&visit.asker, visit.now), &links, (&lately, around))
}
