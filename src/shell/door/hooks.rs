//! `GET,POST /hooks/{channel}` and `/hooks/{playbook}/{channel}`: a platform's own way to tell. Answered as the platform
//! wants it, after the commit. Of several playbooks that have such a channel it is told to the one whose key it bears.
//!
//! Who may tell is the pure half's word ([`crate::shell::hooks`]). Says nothing of keys.

use super::{
    answer::{self, Turned},
    body,
    inside::Inside,
    reverse,
};
use crate::{
    base::limits,
    shell::{
        clock,
        ears::KnownHook,
        hooks::{Came, HookTold, Meant, Wrong, reads},
        random,
    },
};
use axum::{
    body::Body,
    extract::{Path, RawQuery, Request, State},
    http::{Method, Response, StatusCode, request::Parts},
};
use std::{sync::Arc, time::Duration};

/// Takes what a platform tells of a channel of one playbook.
pub(super) async fn named(
    State(inside): State<Arc<Inside>>,
    Path((playbook, channel)): Path<(String, String)>,
    query: RawQuery,
    request: Request,
) -> Result<Response<Body>, Turned> {
    let hooks = known(&inside, Some(&playbook), &channel);
    told(&inside, &hooks, query, request).await
}

/// Takes what a platform tells of a channel of whichever playbook has it.
pub(super) async fn any(
    State(inside): State<Arc<Inside>>,
    Path(channel): Path<String>,
    query: RawQuery,
    request: Request,
) -> Result<Response<Body>, Turned> {
    let hooks = known(&inside, None, &channel);
    told(&inside, &hooks, query, request).await
}

async fn told(
    inside: &Arc<Inside>,
    hooks: &[KnownHook],
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response<Body>, Turned> {
    if hooks.is_empty() {
        let message = "no channel hears anything here: the address is /hooks/CHANNEL or /hooks/PLAYBOOK/CHANNEL, and the \
                       channel needs `chat` and the keys of its platform; see docs/channels/README.md, \"Hooks\"";
        return Err(Turned::new(StatusCode::NOT_FOUND, "no_hook", message));
    }
    let (head, body) = request.into_parts();
    if reverse::is_wanted(&head.headers) {
        let shown = (&head.headers, query.as_deref().unwrap_or_default());
        return reverse::open(inside, hooks, shown, head.extensions.get());
    }
    let bytes = body::read(body).await?;
    let (hook, meant) = heard(hooks, &head, query.as_deref().unwrap_or_default(), &bytes)?;
    match meant {
        Meant::Asked(told) => Ok(answered(told)),
        Meant::Happened(signals, told) => {
            if !signals.is_empty() {
                inside.pour(hook, signals.len())?;
                let wait = Duration::from_millis(limits::DOOR_COMMIT_MS_MAX);
                let taken = tokio::time::timeout(wait, inside.inlet.take(hook, &signals)).await;
                if taken != Ok(true) {
                    return Err(Turned::not_yet("it is not recorded yet; tell it again, it counts once"));
                }
            }
            Ok(answered(told))
        }
    }
}

/// What it means, and to which channel.
fn heard<'h>(
    hooks: &'h [KnownHook],
    head: &Parts,
    query: &str,
    body: &[u8],
) -> Result<(&'h KnownHook, Meant), Turned> {
    let text = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    let mut bytes = [0; 16];
    if random::fill(&mut bytes).is_err() {
        return Err(Turned::not_yet("the system has too little randomness at the moment"));
    }
    let asks = head.method == Method::GET;
    let chats: Vec<String> = hooks.iter().flat_map(KnownHook::chats).cloned().collect();
    meant(hooks, &Came { asks, query, head: &text, body, now: clock::now(), random: bytes, chats: &chats })
}

fn known(inside: &Inside, playbook: Option<&str>, channel: &str) -> Vec<KnownHook> {
    let snapshot = inside.published.snapshot();
    let is_meant = |name: &str| playbook.is_none_or(|playbook| playbook == name);
    let books = snapshot.books.iter().filter(|book| is_meant(book.playbook.name.as_str()));
    let hooks = books.flat_map(|book| book.hooks.iter());
    hooks.filter(|hook| hook.channel.as_str() == channel).cloned().collect()
}

/// What it means to the first channel whose key it is. Groups may have keys of their own under one name.
fn meant<'h>(hooks: &'h [KnownHook], came: &Came<'_>) -> Result<(&'h KnownHook, Meant), Turned> {
    let mut refused = None;
    for hook in hooks {
        let Some((read, _)) = reads(hook.kind()) else { continue };
        match read(hook.keys(), came) {
            Ok(meant) => return Ok((hook, meant)),
            Err(wrong @ (Wrong::Unsigned(_) | Wrong::NoKey(_))) => drop(refused.get_or_insert(wrong)),
            Err(wrong) => refused = Some(wrong),
        }
    }
    Err(match refused {
        Some(Wrong::Stale) => Turned::new(
            StatusCode::UNAUTHORIZED,
            "stale",
            "it was signed too long ago, or by a clock that is ahead: set the clock of this machine",
        ),
        Some(Wrong::Unsigned(why)) => Turned::new(StatusCode::UNAUTHORIZED, "signature", why),
        Some(Wrong::NoKey(name)) => Turned::new(
            StatusCode::UNAUTHORIZED,
            "no_key",
            format!("the channel has no `{name}`, by which such a request would be known"),
        ),
        Some(Wrong::Unreadable(why)) => Turned::new(StatusCode::BAD_REQUEST, "body", why),
        None => Turned::new(StatusCode::NOT_FOUND, "no_hook", "this platform tells nothing here"),
    })
}

fn answered(told: HookTold) -> Response<Body> {
    let status = StatusCode::from_u16(told.status).unwrap_or(StatusCode::OK);
    answer::typed(status, told.kind, told.body)
}
