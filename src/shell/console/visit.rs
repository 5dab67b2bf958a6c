//! A visit: somebody who is signed in asks for a page. Read from a request before its page is made.
//!
//! Waits, for a moment, for what was pressed just before; changes nothing.

use super::{
    Console,
    board::Board,
    door::{self, Asker},
    layout::{Frame, Tab, Theme},
    live, undo, view,
};
use crate::{
    base::{limits, locale::Locale, time::Timestamp},
    shell::{
        clock,
        door::Inside,
        random,
        runtime::publish::{Published, Snapshot},
    },
};
use axum::{
    body::Body,
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, HeaderValue, Response, StatusCode, Uri, header, request::Parts},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use maud::{Markup, html};
use std::{convert::Infallible, sync::Arc, time::Duration};

/// What a page is made from.
pub struct Visit {
    /// Who asks.
    pub(crate) asker: Asker,
    /// Everything as it is now.
    pub(crate) snapshot: Arc<Snapshot>,
    /// The same, with what its indexes say.
    pub(crate) board: Board,
    /// The time.
    pub(crate) now: Timestamp,
    /// What stands around the page.
    pub(crate) frame: Frame,
    /// Whether the page is open already and only its parts are wanted.
    pub(crate) in_parts: bool,
}

impl Visit {
    /// Answers with a page.
    pub(crate) fn page(self, tab: Option<Tab>, title: &str, body: &Markup) -> Response<Body> {
        let page = self.frame.page(tab, title, body);
        html_page(StatusCode::OK, if self.in_parts { live::parts(&page) } else { page })
    }

    /// Answers that there is nothing of that name, or that it is none of the asker's business: nobody learns which.
    pub fn nothing(self) -> Response<Body> {
        let locale = self.frame.locale;
        let title = locale.pick("Nothing here", "这里没有内容");
        let body = html! {
            h1 { (title) }
            p { (locale.pick("It does not exist, or it is not for you.", "它不存在，或者不归你看。")) }
            p { a href="/" { (locale.pick("To Today", "回到今天")) } }
        };
        html_page(StatusCode::NOT_FOUND, self.frame.page(None, title, &body))
    }
}

/// A page as an answer.
pub(super) fn html_page(status: StatusCode, page: String) -> Response<Body> {
    let mut response = Response::new(Body::from(page));
    *response.status_mut() = status;
    let head = response.headers_mut();
    head.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    head.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    // An address of ours may be somebody's way in.
    head.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// What a page may do: load our own style and script, and send forms to us.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' \
                      data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// The language of a reader: what they chose, what their browser asks for, what the first playbook speaks.
pub(super) fn locale(headers: &HeaderMap, published: &Published) -> Locale {
    let chosen = door::cookie(headers, LANGUAGE).and_then(Locale::from_tag);
    chosen
        .or_else(|| door::asked_locale(headers))
        .unwrap_or_else(|| published.snapshot().books.first().map_or(Locale::En, |book| book.playbook.locale))
}

/// The cookie that holds the language somebody chose.
pub(super) const LANGUAGE: &str = "playbook-language";

/// The cookie that holds the colours somebody chose.
pub(super) const THEME: &str = "playbook-theme";

/// What stands around a page of whoever asks, as far as their browser alone says.
pub(super) fn frame(headers: &HeaderMap, published: &Published) -> Frame {
    let theme = door::cookie(headers, THEME).map(Theme::parse).unwrap_or_default();
    Frame { locale: locale(headers, published), theme, ..Frame::default() }
}

impl FromRequestParts<Arc<Inside>> for Visit {
    type Rejection = Response<Body>;

    async fn from_request_parts(parts: &mut Parts, inside: &Arc<Inside>) -> Result<Self, Self::Rejection> {
        let console = &inside.console;
        let frame = frame(&parts.headers, &inside.published);
        let now = clock::now();
        let row = console.session(&parts.headers, now);
        let found = row.and_then(|row| Asker::of(&row, &inside.published.snapshot(), now));
        let asker = found.ok_or_else(|| stranger(&frame))?;
        let after = query(&parts.uri, "after").and_then(|text| text.parse().ok()).unwrap_or_default();
        let snapshot = until(&inside.published, after).await;
        let told = query(&parts.uri, "said").map(|id| console.told(id, &asker.session));
        let (said, answered) = told.unwrap_or_default();
        let undo = undo::undoable(&snapshot, (&asker, now), answered);
        let path = here(&parts.uri);
        let board = inside.kept.board().next(&snapshot).0;
        let mine = view::cards::Mine::of(&board, &asker, now).len();
        let frame = Frame {
            name: asker.name.clone(),
            waits: mine,
            hushed: view::hush::in_bar(&board, &asker, now),
            token: console.seal(&asker.session, &path),
            nonce: nonce(),
            seq: snapshot.seq,
            path,
            said,
            undo,
            ..frame
        };
        let in_parts = parts.headers.contains_key("playbook-part");
        Ok(Self { asker, snapshot, board, now, frame, in_parts })
    }
}

impl OptionalFromRequestParts<Arc<Inside>> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, inside: &Arc<Inside>) -> Result<Option<Self>, Infallible> {
        Ok(<Self as FromRequestParts<Arc<Inside>>>::from_request_parts(parts, inside).await.ok())
    }
}

/// Everything as it is after an entry, or after a while as it is then.
pub(super) async fn until(published: &Published, after: i64) -> Arc<Snapshot> {
    let mut heard = published.subscribe();
    let wait = async {
        while published.snapshot().seq < after {
            if heard.next().await.is_none() {
                return;
            }
        }
    };
    let _ = tokio::time::timeout(Duration::from_millis(limits::PAGE_WAIT_MS_MAX), wait).await;
    published.snapshot()
}

/// A value of a query, as it stands there.
pub(super) fn query<'a>(uri: &'a Uri, name: &str) -> Option<&'a str> {
    uri.query()?
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// The address of a page without what the last press left in it.
fn here(uri: &Uri) -> String {
    let rest = uri.query().unwrap_or_default().split('&');
    let kept: Vec<&str> = rest
        .filter(|pair| !pair.is_empty() && !pair.starts_with("after=") && !pair.starts_with("said="))
        .collect();
    if kept.is_empty() { uri.path().to_owned() } else { format!("{}?{}", uri.path(), kept.join("&")) }
}

/// A word that no other page has.
pub(super) fn nonce() -> String {
    let mut bytes = [0; 9];
    // Without randomness every page has the same word, and a press counts once in all.
    let _ = random::fill(&mut bytes);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// What somebody is told who is not signed in.
fn stranger(frame: &Frame) -> Response<Body> {
    let locale = frame.locale;
    let title = locale.pick("Sign in", "登录");
    let body = html! {
        h1 { (title) }
        p { (locale.pick(
            "This is the console of a playbook engine. Whoever runs the engine makes a link that lets you in, once:",
            "这里是 playbook 引擎的控制台。请运行引擎的人生成一个一次性的登录链接：",
        )) }
        pre.command { "playbook open" }
        p.words { (locale.pick(
            "for somebody of `people` with their name: playbook open --as NAME",
            "给 `people` 里的某个人：playbook open --as 名字",
        )) }
    };
    html_page(StatusCode::UNAUTHORIZED, frame.bare(title, &body))
}

impl Console {
    /// Whose cookie a request carries.
    pub(super) fn session(
        &self,
        headers: &HeaderMap,
        now: Timestamp,
    ) -> Option<crate::shell::store::SessionRow> {
        let secure = self.is_secure(headers);
        self.sessions.who(door::cookie(headers, Self::cookie_name(secure))?, now)
    }

    /// Whether a request came under the address that a proxy with TLS has.
    pub(super) fn is_secure(&self, headers: &HeaderMap) -> bool {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        self.addresses.is_secure(host)
    }

    /// The cookie of a session: one that only the very host can set where there is TLS.
    pub(super) const fn cookie_name(secure: bool) -> &'static str {
        if secure { "__Host-playbook" } else { "playbook" }
    }
}
