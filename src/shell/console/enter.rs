//! Getting in and out: the link that signs somebody in once, the language, and the end of a session.
//!
//! Looking at a link changes nothing: programs that look at links before people do use nothing up. Its button does.

use super::{
    Console, door,
    form::Form,
    key::Purpose,
    layout::{Frame, Theme},
    view,
    visit::{self, LANGUAGE, THEME, html_page, locale},
};
use crate::{
    base::{limits, locale::Locale, phrase::phrase},
    shell::{clock, door::Inside, qr},
};
use axum::{
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
};
use maud::html;
use std::sync::Arc;

/// `GET /enter/CODE`: one button.
pub(super) async fn show(
    State(inside): State<Arc<Inside>>,
    headers: HeaderMap,
    Path(code): Path<String>,
) -> Response<Body> {
    let frame = Frame { locale: locale(&headers, &inside.published), ..Frame::default() };
    let locale = frame.locale;
    let title = locale.pick("Sign in", "登录");
    let body = html! {
        h1 { (title) }
        p { (locale.pick("This link signs this browser in, once.", "这个链接让当前浏览器登录一次。")) }
        form method="post" action={ "/enter/" (code) } {
            button.main { (locale.pick("Sign in here", "在此登录")) }
        }
    };
    html_page(StatusCode::OK, frame.bare(title, &body))
}

/// `POST /enter/CODE`: uses the link up and sets the cookie.
pub(super) async fn enter(
    State(inside): State<Arc<Inside>>,
    headers: HeaderMap,
    Path(code): Path<String>,
) -> Response<Body> {
    let console = &inside.console;
    if !console.is_from_here(&headers) {
        return elsewhere(&inside, &headers);
    }
    let entered = console.sessions.enter(&code, door::browser(&headers), clock::now());
    let Ok(Some(word)) = entered else {
        let frame = Frame { locale: locale(&headers, &inside.published), ..Frame::default() };
        let title = frame.locale.pick("This link does not hold any more", "链接已失效");
        let body = html! {
            h1 { (title) }
            p { (frame.locale.pick(
                "It holds for ten minutes and for one browser. Make a fresh one:",
                "它只在十分钟内、只给一个浏览器用。请重新生成一个：",
            )) }
            pre.command { "playbook open" }
        };
        return html_page(StatusCode::GONE, frame.bare(title, &body));
    };
    let secure = console.is_secure(&headers);
    with_cookie(see_other("/"), Console::cookie_name(secure), &word, secure)
}

/// `POST /language`
pub(super) async fn language(State(inside): State<Arc<Inside>>, request: Request) -> Response<Body> {
    let (console, headers) = (&inside.console, request.headers().clone());
    let form = match console.form(request).await {
        Ok((form, _)) => form,
        Err(denied) => return denied.answer(&inside, &headers),
    };
    let locale = form.get("lang").and_then(Locale::from_tag).unwrap_or_default();
    let response = see_other(door::back(form.get("back").unwrap_or("/")));
    with_cookie(response, LANGUAGE, locale.pick("en", "zh"), console.is_secure(&headers))
}

/// `POST /theme`
pub(super) async fn theme(State(inside): State<Arc<Inside>>, request: Request) -> Response<Body> {
    let (console, headers) = (&inside.console, request.headers().clone());
    let form = match console.form(request).await {
        Ok((form, _)) => form,
        Err(denied) => return denied.answer(&inside, &headers),
    };
    let theme = Theme::parse(form.get("theme").unwrap_or_default());
    let response = see_other(door::back(form.get("back").unwrap_or("/")));
    with_cookie(response, THEME, theme.word(), console.is_secure(&headers))
}

/// `POST /sessions/offer`: a link that signs another browser of the same person in, to scan.
pub(super) async fn offer(State(inside): State<Arc<Inside>>, request: Request) -> Response<Body> {
    let (console, headers) = (&inside.console, request.headers().clone());
    let row = match console.form(request).await {
        Ok((_, row)) => row,
        Err(denied) => return denied.answer(&inside, &headers),
    };
    let frame = visit::frame(&headers, &inside.published);
    let locale = frame.locale;
    let link = console.link(row.person.clone(), clock::now());
    let Ok(link) = link else { return super::form::Denied::Stale.answer(&inside, &headers) };
    let title = locale.pick("Scan it with the phone", "用手机扫码");
    let reached = !["://127.", "://localhost", "://[::1]"].iter().any(|here| link.contains(here));
    let body = html! {
        p.crumb { a href="/channels" { (locale.pick("Channels", "频道")) } }
        h1 { (title) }
        @if let Some((path, width)) = qr::path(&link) {
            svg.code viewBox={ "0 0 " (width) " " (width) } role="img" aria-label=(locale.pick("A code with the link below", "下面链接的二维码")) {
                rect width=(width) height=(width) fill="#fff" {}
                path d=(path) fill="#000" {}
            }
        }
        p { code { (link) } }
        p.words { (locale.pick(
            "It signs one browser in as you, once, within ten minutes. Show it to nobody else.",
            "十分钟内可让一个浏览器以你的身份登录一次。请不要给别人看。",
        )) }
        @if !reached { p.note { (locale.pick(
            "This address is of this machine alone: a phone reaches it through a proxy or a tunnel, and `--url` says its address.",
            "这个地址只有本机能打开：手机要经过代理或隧道访问，并用 `--url` 告诉引擎它的地址。",
        )) } }
    };
    html_page(StatusCode::OK, frame.bare(title, &body))
}

/// `POST /leave`: ends the session.
pub(super) async fn leave(State(inside): State<Arc<Inside>>, request: Request) -> Response<Body> {
    let (console, headers) = (&inside.console, request.headers().clone());
    match console.form(request).await {
        Ok((_, row)) => {
            console.sessions.end(&row.hash);
            see_other("/")
        }
        Err(denied) => denied.answer(&inside, &headers),
    }
}

/// `POST /sessions/end`: ends a session of one's own; an admin's press any, and any token.
pub(super) async fn end(State(inside): State<Arc<Inside>>, request: Request) -> Response<Body> {
    let (console, headers) = (&inside.console, request.headers().clone());
    let (form, row) = match console.form(request).await {
        Ok(read) => read,
        Err(denied) => return denied.answer(&inside, &headers),
    };
    let snapshot = inside.published.snapshot();
    let Some(asker) = door::Asker::of(&row, &snapshot, clock::now()) else {
        return super::form::Denied::Stranger.answer(&inside, &headers);
    };
    let meant = form.get("session").unwrap_or_default();
    let all = console.sessions.all();
    let one = all.iter().find(|one| view::access::sign(one) == meant && view::access::may_end(one, &asker));
    let said = match one.filter(|one| console.sessions.end(&one.hash)) {
        Some(one) => (true, phrase!("{}: signed out", "{}：已退出", one.label)),
        None => (false, phrase!("there is no such thing for you", "没有这一项，或者不归你管")),
    };
    let told = console.tell(&asker.session, vec![said]);
    see_other(&format!("/channels?said={told}"))
}

/// On to a page, by `GET`.
pub(super) fn see_other(path: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SEE_OTHER;
    if let Ok(path) = HeaderValue::from_str(path) {
        response.headers_mut().insert(header::LOCATION, path);
    }
    response
}

fn with_cookie(mut response: Response<Body>, name: &str, value: &str, secure: bool) -> Response<Body> {
    let age = limits::COOKIE_S_MAX;
    let secure = if secure { "; Secure" } else { "" };
    let line = format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(line) = HeaderValue::from_str(&line) {
        response.headers_mut().append(header::SET_COOKIE, line);
    }
    response
}

/// A form that was not sent from a page of ours.
fn elsewhere(inside: &Inside, headers: &HeaderMap) -> Response<Body> {
    super::form::Denied::Elsewhere.answer(inside, headers)
}

impl Console {
    /// Everybody who is signed in here.
    pub(super) fn signed_in(&self) -> Vec<crate::shell::store::SessionRow> {
        self.sessions.all()
    }

    /// Whether what a request wants comes from a page of ours.
    pub(super) fn is_from_here(&self, headers: &HeaderMap) -> bool {
        door::is_from_here(headers, |origin| self.addresses.is_origin(origin))
    }

    /// The seal of the forms of a page.
    pub(super) fn seal(&self, session: &str, path: &str) -> String {
        self.key.seal(Purpose::Form, &[session, path])
    }

    /// Whether a form was made for this session and this page.
    pub(super) fn is_sealed(&self, form: &Form, session: &str) -> bool {
        let (token, back) = (form.get("token").unwrap_or_default(), form.get("back").unwrap_or_default());
        self.key.holds(token, Purpose::Form, &[session, back])
    }
}
