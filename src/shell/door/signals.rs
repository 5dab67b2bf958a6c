//! `POST /signals`: facts from programs outside. Answered after the commit that made them facts.
//!
//! Changes nothing itself: what it takes becomes inputs of the driver. Says nothing of keys.

use super::{
    answer::{self, Turned},
    arrivals::{Arrival, Arrivals, Took},
    body,
    inside::Inside,
    reported::{self, Fault, Reported},
};
use crate::{
    base::{ids::GroupId, limits},
    engine::{self, input::InputKind},
    model::channel::{Channel, Setting},
    shell::{
        clock,
        runtime::publish::InForce,
        senders::{KnownSender, ShownCredential},
        signing::Signed,
        store::{Letter, Reader},
    },
};
use axum::{
    body::Body,
    extract::{RawQuery, Request, State},
    http::{HeaderMap, Response, StatusCode, header},
};
use serde::Serialize;
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::sync::mpsc;

/// What became of a request.
#[derive(Debug, Default, Serialize)]
struct Told {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry: bool,
    accepted: usize,
    repeated: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parked: Vec<Remark>,
    refused: Vec<Remark>,
}

/// What there is to say of one signal.
#[derive(Debug, Serialize)]
struct Remark {
    index: usize,
    code: &'static str,
    message: String,
}

/// A sender that may be meant, and the file in which it stands.
type Candidate = (Arc<InForce>, KnownSender);

/// Takes signals.
pub(super) async fn post(
    State(inside): State<Arc<Inside>>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response<Body>, Turned> {
    let dry = query.is_some_and(|query| query.split('&').any(|key| key == "dry" || key == "dry=true"));
    let (head, body) = request.into_parts();
    let all: Vec<Candidate> = candidates(&inside);
    if all.is_empty() {
        let message =
            "nobody may report anything: the playbook has no `inbound`; see docs/operating.md, \"The door\"";
        return Err(Turned::new(StatusCode::FORBIDDEN, "no_inbound", message));
    }
    let shown = shown(&head.headers)?;
    // What a token shows, and what is too much, is known before the body is read.
    let by_token = matches!(shown, ShownCredential::Token(_)).then(|| meant(&all, shown, &[])).transpose()?;
    if let Some(senders) = &by_token {
        inside.open_bucket(senders)?;
    }
    body::check(&head.headers)?;
    let bytes = body::read(body).await?;
    let senders = if let Some(senders) = by_token {
        senders
    } else {
        let senders = meant(&all, shown, &bytes)?;
        inside.open_bucket(&senders)?;
        senders
    };
    let items = reported::items(&bytes)
        .map_err(|(code, message)| Turned::new(StatusCode::BAD_REQUEST, code, message))?;
    if items.is_empty() {
        return Err(Turned::new(StatusCode::BAD_REQUEST, "empty", "there is no signal in the body"));
    }
    if items.len() > limits::DOOR_SIGNALS_MAX {
        let (found, most) = (items.len(), limits::DOOR_SIGNALS_MAX);
        let message = format!("{found} signals came at once; at most {most} may, send them in parts");
        return Err(Turned::new(StatusCode::PAYLOAD_TOO_LARGE, "too_many", message));
    }
    let (came, now) = (items.len(), clock::now());
    inside.in_buckets(&senders, |bucket| bucket.take(came, now));
    let webhook_id = match shown {
        ShownCredential::Signature(signed) if items.len() == 1 => Some(signed.id),
        _ => None,
    };
    let mut told = Told { dry, ..Told::default() };
    let arrivals = sort(items, webhook_id, &senders, &mut told);
    let mut news = drop_known(&inside, arrivals, &mut told).await?;
    refuse_unfit(&inside, &mut news, &mut told);
    if dry {
        told.accepted = news.len();
    } else {
        take_in(&inside, news, &mut told).await.inspect_err(|_| {
            // That it has to come again is not its sender's fault.
            inside.in_buckets(&senders, |bucket| bucket.give_back(came));
        })?;
    }
    let nothing = told.accepted + told.repeated + told.parked.len() == 0;
    let status = if nothing { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(answer::json(status, &told))
}

fn candidates(inside: &Inside) -> Vec<Candidate> {
    let snapshot = inside.published.snapshot();
    let of_book = |book: &Arc<InForce>| {
        let book = book.clone();
        let senders = book.senders.clone();
        (0..senders.len()).map(move |place| (book.clone(), senders[place].clone()))
    };
    snapshot.books.iter().flat_map(of_book).collect()
}

/// What the head shows of who sent it.
fn shown(headers: &HeaderMap) -> Result<ShownCredential<'_>, Turned> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(word) = text(header::AUTHORIZATION.as_str()) {
        let token = word.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let token = token.map(|(_, token)| token.trim()).filter(|token| !token.is_empty());
        return token
            .map(ShownCredential::Token)
            .ok_or_else(|| unknown("expected `Authorization: Bearer TOKEN`"));
    }
    let found = [text("webhook-id"), text("webhook-timestamp"), text("webhook-signature")];
    let [Some(id), Some(timestamp), Some(signatures)] = found else {
        return Err(unknown(
            "nobody said who sends this: expected the headers webhook-id, webhook-timestamp and webhook-signature \
             (Standard Webhooks), or `Authorization: Bearer TOKEN`",
        ));
    };
    let signed = Signed { id, timestamp, signatures };
    if signed.is_fresh(clock::now()) {
        return Ok(ShownCredential::Signature(signed));
    }
    let most = limits::SIGNATURE_SKEW_S_MAX / 60;
    let message = format!(
        "webhook-timestamp is not within {most} minutes of now: set the clock, and sign each attempt anew"
    );
    Err(Turned::new(StatusCode::UNAUTHORIZED, "stale", message))
}

fn unknown(message: impl Into<String>) -> Turned {
    Turned::new(StatusCode::UNAUTHORIZED, "unknown_sender", message)
}

/// The senders whose key it is. Every one is tried.
fn meant(all: &[Candidate], shown: ShownCredential<'_>, body: &[u8]) -> Result<Vec<Candidate>, Turned> {
    let found: Vec<Candidate> = all.iter().filter(|(_, sender)| sender.sent(shown, body)).cloned().collect();
    if !found.is_empty() {
        return Ok(found);
    }
    Err(unknown(match shown {
        ShownCredential::Token(_) => "no sender of `inbound` has that token",
        ShownCredential::Signature(_) => {
            "no sender of `inbound` has signed this: check the secret, and that the body is signed as it is sent"
        }
    }))
}

/// Reads each and finds its group; what cannot be taken is told.
fn sort(
    items: Vec<Result<serde_json::Value, Fault>>,
    webhook_id: Option<&str>,
    senders: &[Candidate],
    told: &mut Told,
) -> Vec<(usize, Arrival)> {
    let now = clock::now();
    let mut seen = BTreeSet::new();
    let mut taken = Vec::new();
    for (index, item) in items.into_iter().enumerate() {
        let read = item.and_then(|json| reported::signal(json, webhook_id, now));
        let placed =
            read.and_then(|signal| place(senders, &signal).map(|(source, group)| (signal, source, group)));
        match placed {
            Ok((signal, source, group)) => {
                let arrival = Arrival::of(signal, source, group);
                if seen.insert(arrival.letter.clone()) {
                    taken.push((index, arrival));
                } else {
                    told.repeated += 1;
                }
            }
            Err((code, message)) => told.refused.push(Remark { index, code, message }),
        }
    }
    taken
}

/// The sender that may report it, and the group that it is about.
fn place(senders: &[Candidate], signal: &Reported) -> Result<(Arc<str>, GroupId), Fault> {
    let mut fault = None;
    for (book, sender) in senders {
        if !sender.may.may.contains(&signal.name) {
            let name = &signal.name;
            let message = format!("{} may not report `{name}`; `inbound` says what it may", sender.source);
            fault.get_or_insert(("not_allowed", message));
            continue;
        }
        match group(book, sender, signal) {
            Ok(group) => return Ok((sender.source.clone(), group)),
            Err(other) => fault = Some(other),
        }
    }
    Err(fault.unwrap_or(("not_allowed", "nobody may report this".into())))
}

fn group(book: &InForce, sender: &KnownSender, signal: &Reported) -> Result<GroupId, Fault> {
    let allowed = |group: &GroupId| sender.may.groups.is_empty() || sender.may.groups.contains(group);
    if let Some(name) = &signal.group {
        let known = book.playbook.groups.get_key_value(name.as_str());
        let (group, _) = known.ok_or_else(|| ("group", format!("no group `{name}` runs here")))?;
        if allowed(group) {
            return Ok(group.clone());
        }
        return Err(("not_allowed", format!("{} may report nothing about `{group}`", sender.source)));
    }
    let groups = book.playbook.groups.iter().filter(|(id, _)| allowed(id));
    let found: Vec<&GroupId> = match &signal.chat {
        None => groups.map(|(id, _)| id).collect(),
        Some(chat) => {
            let of_group = |name| book.playbook.channels.get(name);
            groups
                .filter(|(_, group)| {
                    let shared =
                        book.playbook.channels.keys().filter(|name| !group.channels.contains_key(*name));
                    group.channels.values().chain(shared.filter_map(of_group)).any(|one| is_chat(one, chat))
                })
                .map(|(id, _)| id)
                .collect()
        }
    };
    match (found.as_slice(), &signal.chat) {
        ([only], _) => Ok((*only).clone()),
        ([], Some(chat)) => {
            Err(("chat", format!("no channel of a group has the chat {chat:?}; say `group`")))
        }
        (_, Some(chat)) => Err(("chat", format!("several groups have the chat {chat:?}; say `group`"))),
        (many, None) => {
            Err(("group", format!("it may be about {} groups; say which with `group`", many.len())))
        }
    }
}

/// Whether a channel goes to a chat, as far as the file says.
fn is_chat(channel: &Channel, chat: &str) -> bool {
    let settings = ["chat", "room", "group"].iter().filter_map(|key| channel.settings.get(*key));
    settings.flatten().any(|setting| matches!(setting, Setting::Literal(text) if text == chat))
}

/// What was recorded before is counted and goes no further.
async fn drop_known(
    inside: &Inside,
    arrivals: Vec<(usize, Arrival)>,
    told: &mut Told,
) -> Result<Vec<(usize, Arrival)>, Turned> {
    if arrivals.is_empty() {
        return Ok(arrivals);
    }
    let letters: Vec<Letter> = arrivals.iter().map(|(_, arrival)| arrival.letter.clone()).collect();
    let dir = inside.dir.clone();
    let read = move || Reader::beside_engine(&dir).and_then(|reader| reader.letters(&letters));
    let known = match tokio::task::spawn_blocking(read).await {
        Ok(Ok(known)) => known,
        Ok(Err(error)) => return Err(Turned::not_yet(error.to_string())),
        Err(error) => return Err(Turned::not_yet(error.to_string())),
    };
    let mut news = Vec::with_capacity(arrivals.len());
    for (arrival, known) in arrivals.into_iter().zip(known) {
        if known { told.repeated += 1 } else { news.push(arrival) }
    }
    Ok(news)
}

/// An answer to no question, or one that it does not take, is told to whoever sends it.
fn refuse_unfit(inside: &Inside, news: &mut Vec<(usize, Arrival)>, told: &mut Told) {
    let (snapshot, now) = (inside.published.snapshot(), clock::now());
    news.retain(|(index, arrival)| {
        let InputKind::Signal(signal) = &arrival.input.kind else { return true };
        let group = snapshot.groups.get(&arrival.group).filter(|_| &*signal.name == "answer");
        let unfit =
            group.and_then(|group| engine::answer_unfit(&group.state, &snapshot.playbooks, signal, now));
        if let Some(message) = &unfit {
            told.refused.push(Remark { index: *index, code: "answer", message: message.en.clone() });
        }
        unfit.is_none()
    });
    told.refused.sort_by_key(|remark| remark.index);
}

/// Hands facts to the driver and waits for their commits.
async fn take_in(inside: &Inside, news: Vec<(usize, Arrival)>, told: &mut Told) -> Result<(), Turned> {
    let (indexes, items): (Vec<usize>, Vec<Arrival>) = news.into_iter().unzip();
    let left = indexes.len();
    if left == 0 {
        return Ok(());
    }
    let (took, mut heard) = mpsc::unbounded_channel();
    let wait = Duration::from_millis(limits::DOOR_COMMIT_MS_MAX);
    let stopping = || Turned::not_yet("the engine is stopping; send it again when it runs");
    let all = async {
        inside.arrived.send(Arrivals { items, covering: None, took }).await.map_err(|_| stopping())?;
        for _ in 0..left {
            let (place, took) = heard.recv().await.ok_or_else(stopping)?;
            match took {
                Took::Accepted => told.accepted += 1,
                Took::Repeated => told.repeated += 1,
                Took::Parked(message) => {
                    let index = indexes.get(place).copied().unwrap_or_default();
                    told.parked.push(Remark { index, code: "parked", message: message.en });
                }
                Took::Full => {
                    let most = limits::INPUTS_WAITING_MAX;
                    return Err(Turned::busy(format!("{most} inputs of a group are waiting already"), 1));
                }
            }
        }
        Ok(())
    };
    tokio::time::timeout(wait, all).await.unwrap_or_else(|_| {
        Err(Turned::not_yet(
            "it is not recorded yet; send it again with the same ids, what is recorded by then counts once",
        ))
    })
}
