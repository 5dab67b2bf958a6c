//! `POST /test-send`: one message to a channel, for real and once, and what came of it in words.
//!
//! The same as `playbook send`: nothing is retried and nothing counts as said. Who tried what is a remark in the journal.

use super::{
    door::{self, Asker},
    enter::see_other,
    form::Form,
    press,
    submitted::Submitted,
};
use crate::{
    base::{
        ids::{ChannelName, EffectId, GroupId},
        limits,
        phrase::{Phrase, phrase},
        time::Timestamp,
    },
    engine::input::Command,
    model::message::Message,
    shell::{
        answers, clock,
        delivery::{
            client::Client,
            render::{self, End},
            target::Target,
        },
        door::Inside,
        runtime::publish::{GroupNow, Snapshot},
        socket::{Ask, CommandRequest},
    },
};
use axum::{
    body::Body,
    extract::{Request, State},
    http::Response,
};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

/// The forms that were tried lately, so that one that is sent twice is tried once.
#[derive(Debug, Default)]
pub(super) struct TriedForms(Mutex<VecDeque<String>>);

impl TriedForms {
    /// Whether a form is tried for the first time.
    fn is_new(&self, id: &str) -> bool {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.iter().any(|one| one == id) {
            return false;
        }
        known.push_back(id.to_owned());
        if known.len() > limits::PRESSES_TOLD_MAX {
            known.pop_front();
        }
        true
    }
}

/// What a form asks to be tried.
struct Meant<'a> {
    group: &'a GroupNow,
    id: GroupId,
    channel: ChannelName,
    target: &'a Arc<Target>,
}

/// Tries a channel of a group that the sender commands.
pub(super) async fn put(State(inside): State<Arc<Inside>>, request: Request) -> Response<Body> {
    let Submitted { form, asker, snapshot, now, .. } = match Submitted::read(&inside, request).await {
        Ok(submitted) => submitted,
        Err(denied) => return *denied,
    };
    let said = match wish(&snapshot, (&asker, now), &form) {
        None => vec![(false, phrase!("there is no such channel for you", "没有这个频道，或者不归你管"))],
        Some(wish) => tried(&inside, &asker, &wish, &form).await,
    };
    let told = inside.console.tell(&asker.session, said);
    let back = door::back(form.get("back").unwrap_or("/channels"));
    let sign = if back.contains('?') { '&' } else { '?' };
    see_other(&format!("{back}{sign}said={told}"))
}

/// What is meant; nothing where it is none of the asker's business, or nothing would be sent there.
fn wish<'a>(snapshot: &'a Snapshot, (asker, now): (&Asker, Timestamp), form: &Form) -> Option<Meant<'a>> {
    let (id, channel) = (GroupId::new(form.get("group")?), ChannelName::new(form.get("channel")?));
    let group = snapshot.groups.get(&id).filter(|group| asker.commands(group, now))?;
    let target = group.book.as_ref()?.targets.get(&id, &channel)?;
    Some(Meant { group, id, channel, target })
}

/// Sends it, and says what came of it.
async fn tried(inside: &Inside, asker: &Asker, wish: &Meant<'_>, form: &Form) -> Vec<(bool, Phrase)> {
    let id = press::id_of(form, "test-send", wish.channel.as_str()).unwrap_or_default();
    if id.is_empty() || !inside.console.tried.is_new(&format!("{}/{id}", asker.session)) {
        return vec![(
            false,
            phrase!(
                "this form was tried already; load the page to try again",
                "这个表单已经试过；刷新页面再试"
            ),
        )];
    }
    let (title, channel) = (door::title(wish.group, &wish.id), &wish.channel);
    let text = form.get("text").map_or_else(|| test_words(wish), str::to_owned);
    let effect = EffectId::from(format!("send/{}", clock::now().as_millis()));
    let client = Client::new();
    let message = Message::text(text);
    let sent = render::send_once(&client, wish.target, &message, (&wish.id, &effect), clock::now).await;
    let (did, lines) = match sent {
        Ok(sent) => (sent.end, sent.lines),
        Err(refusal) => (End::Refused, vec![answers::in_words(&refusal.to_string())]),
    };
    let words = match did {
        End::Accepted => phrase!(
            "{title}, {channel}: the platform took it. Look whether it stands in the chat.",
            "{title} · {channel}：平台收下了。请到群里看一眼。"
        ),
        End::Refused => {
            phrase!("{title}, {channel}: the platform refused it", "{title} · {channel}：平台拒收")
        }
        End::Undelivered => {
            phrase!("{title}, {channel}: it did not arrive", "{title} · {channel}：没有送到")
        }
    };
    let text = format!("test send to {channel}: {}", lines.first().map_or("", |line| line.en.as_str()));
    let note = Command::Note { run: None, text: short(&text), by: Some(asker.name.clone()) };
    let request = CommandRequest { id: Some(id), group: Some(wish.id.clone()), ask: Ask::Command(note) };
    let _ = press::put(inside, request).await;
    let done = did == End::Accepted;
    let further = lines
        .into_iter()
        .map(|line| (done, Phrase { en: line.en.trim().to_owned(), zh: line.zh.trim().to_owned() }));
    std::iter::once((done, words)).chain(further).collect()
}

/// What is sent where nothing else is wanted.
pub(super) const TEST_WORDS: (&str, &str) =
    ("A test from the console. You can ignore it.", "控制台试发的一条消息，不用理会。");

fn test_words(wish: &Meant<'_>) -> String {
    let locale = wish.group.book.as_ref().map(|book| book.playbook.locale).unwrap_or_default();
    locale.pick(TEST_WORDS.0, TEST_WORDS.1).to_owned()
}

/// As much as a remark keeps.
fn short(text: &str) -> String {
    text.chars().take(REMARK_CHARS).collect()
}

/// How much of an outcome a remark has.
const REMARK_CHARS: usize = 200;
