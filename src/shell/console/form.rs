//! A form that was sent in: read whole within its size, of somebody who is signed in, from a page of ours.

use super::{Console, layout::Frame, visit};
use crate::{
    base::{
        limits,
        phrase::{Phrase, pair},
    },
    shell::{clock, door::Inside, store::SessionRow},
};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, Response, StatusCode, header},
};
use http_body_util::{BodyExt as _, Limited};
use maud::html;
use percent_encoding::percent_decode;
use std::time::Duration;

/// The fields of a form in their order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads what a browser sends; none where it has more fields than a form may have.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let text = |bytes: &[u8]| {
            let spaced: Vec<u8> = bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
            percent_decode(&spaced).decode_utf8_lossy().into_owned()
        };
        let pairs = body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
        if pairs.clone().count() > limits::FORM_FIELDS_MAX {
            return None;
        }
        let fields = pairs.map(|pair| {
            let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            (text(&pair[..at]), text(pair.get(at + 1..).unwrap_or_default()))
        });
        Some(Self(fields.collect()))
    }

    /// The first value of a field, if it says anything.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.said().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// Every value of a field that says anything.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        self.said().filter(|(key, _)| *key == name).map(|(_, value)| value).collect()
    }

    fn said(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.0.iter().map(|(key, value)| (key.as_str(), value.trim()));
        all.filter(|(_, value)| !value.is_empty())
    }
}

/// Why a form was not taken. Nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denied {
    /// It was sent from elsewhere.
    Elsewhere,
    /// Nobody is signed in.
    Stranger,
    /// It was not made for this session.
    Stale,
    /// It is too long, too slow, or none.
    Body,
}

impl Denied {
    /// The page that says so.
    pub(super) fn answer(self, inside: &Inside, headers: &HeaderMap) -> Response<Body> {
        let frame = Frame { locale: visit::locale(headers, &inside.published), ..Frame::default() };
        let (status, what): (StatusCode, Phrase) = match self {
            Self::Elsewhere => (
                StatusCode::FORBIDDEN,
                pair(
                    "This was sent from a page of elsewhere, and nothing was done. Open the console and press again.",
                    "这个请求来自别的网页，什么也没做。请打开控制台再按一次。",
                ).into(),
            ),
            Self::Stranger => (
                StatusCode::UNAUTHORIZED,
                pair(
                    "You are not signed in any more, and nothing was done. `playbook open` makes a fresh link.",
                    "登录已失效，什么也没做。请用 `playbook open` 重新生成登录链接。",
                ).into(),
            ),
            Self::Stale => (
                StatusCode::FORBIDDEN,
                pair(
                    "This form was made for another session, and nothing was done. Load the page again and press there.",
                    "这个表单属于另一次登录，什么也没做。请重新打开页面再按。",
                ).into(),
            ),
            Self::Body => (
                StatusCode::PAYLOAD_TOO_LARGE,
                pair("This is no form, or it is too long. Nothing was done.", "表单内容不对或太长，什么也没做。").into(),
            ),
        };
        let title = frame.locale.pick("Nothing was done", "什么也没做");
        let body = html! {
            h1 { (title) }
            p { (what.of(frame.locale)) }
            p { a href="/" { (frame.locale.pick("To Today", "回到今天")) } }
        };
        visit::html_page(status, frame.bare(title, &body))
    }
}

impl Console {
    /// Reads a form, and whose it is.
    pub(super) async fn form(&self, request: Request) -> Result<(Form, SessionRow), Denied> {
        let (head, body) = request.into_parts();
        if !self.is_from_here(&head.headers) {
            return Err(Denied::Elsewhere);
        }
        let row = self.session(&head.headers, clock::now()).ok_or(Denied::Stranger)?;
        let form = read(&head.headers, body).await.ok_or(Denied::Body)?;
        if self.is_sealed(&form, &row.hash) { Ok((form, row)) } else { Err(Denied::Stale) }
    }
}

/// Reads a form to its end.
pub(super) async fn read(headers: &HeaderMap, body: Body) -> Option<Form> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/x-www-form-urlencoded") {
        return None;
    }
    let whole = Limited::new(body, limits::FORM_BYTES_MAX).collect();
    let read = tokio::time::timeout(Duration::from_millis(limits::DOOR_BODY_MS_MAX), whole).await;
    Form::read(&read.ok()?.ok()?.to_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_browsers_write_it() {
        let form = Form::read(b"on=xian+t31&note=a%26b%3D%E5%A5%BD+%2B&on=beijing+t2&empty=&bare").unwrap();
        assert_eq!(form.all("on"), ["xian t31", "beijing t2"]);
        assert_eq!(form.get("note"), Some("a&b=好 +"));
        assert_eq!((form.get("empty"), form.get("bare"), form.get("x")), (None, None, None));
    }

    #[test]
    fn a_form_with_too_many_fields_is_none_and_loses_none_in_silence() {
        let fields = |n: usize| "on=t1&".repeat(n);
        let most = limits::FORM_FIELDS_MAX;
        assert_eq!(Form::read(fields(most).as_bytes()).map(|form| form.all("on").len()), Some(most));
        assert_eq!(Form::read(fields(most + 1).as_bytes()), None);
    }
}
