//! `/hush`: members see nothing, in one group or in all that somebody commands, and the end of it.

use super::{Visit, enter::see_other, page, press, submitted::Submitted, view, visit};
use crate::{
    base::{
        ids::GroupId,
        limits,
        phrase::{Phrase, phrase},
        time::Duration,
    },
    engine::input::Command,
    shell::{
        door::Inside,
        socket::{Ask, CommandRequest},
    },
};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, Response, Uri},
};
use futures_util::{StreamExt as _, stream};
use std::sync::Arc;

/// `GET /hush`
pub(super) async fn show(uri: Uri, visit: Visit) -> Response<Body> {
    let from = visit::query(&uri, "group")
        .map(|text| percent_encoding::percent_decode_str(text).decode_utf8_lossy());
    let from = from.map(|id| GroupId::new(&id));
    let Some(view) = view::hush::hush(&visit.board, &visit.asker, from.as_ref(), visit.now) else {
        return visit.nothing();
    };
    let (title, body) = page::hush::page(&view, &visit.frame);
    visit.page(None, &title, &body)
}

/// That nobody has said why, in the language of whoever pressed.
fn unsaid(headers: &HeaderMap, inside: &Inside) -> String {
    visit::locale(headers, &inside.published).pick("no reason was given", "没有写原因").to_owned()
}

/// `POST /hush`: every group that is meant, many at once.
pub(super) async fn put(State(inside): State<Arc<Inside>>, request: Request) -> Response<Body> {
    let Submitted { form, asker, snapshot, now, headers } = match Submitted::read(&inside, request).await {
        Ok(submitted) => submitted,
        Err(denied) => return *denied,
    };
    let begins = form.get("what") == Some("hush");
    let length = form.get("for").and_then(|length| length.parse::<Duration>().ok());
    let only = form.get("group").map(GroupId::new);
    let groups: Vec<GroupId> = view::hush::commanded(&snapshot, &asker, now, !begins)
        .map(|(id, _)| id.clone())
        .filter(|id| only.as_ref().is_none_or(|only| only == id))
        .collect();
    let by = Some(asker.name.clone());
    let command = if begins {
        // Whoever is in a hurry says nothing, and that is what those who look after the group read.
        let why = press::reason(&form).filter(|why| !why.trim().is_empty());
        let why = why.unwrap_or_else(|| unsaid(&headers, &inside));
        Command::Hush { until: length.map(|length| now.plus(length)), why, by }
    } else {
        Command::Unhush { send: form.get("send").is_some(), by }
    };
    let verb = if begins { "hush" } else { "unhush" };
    let asks = groups.into_iter().map(|group| {
        let id = press::id_of(&form, verb, group.as_str());
        let request = CommandRequest { id, group: Some(group.clone()), ask: Ask::Command(command.clone()) };
        let inside = inside.clone();
        async move { (group, press::put(&inside, request).await) }
    });
    let mut answers = stream::iter(asks).buffer_unordered(limits::HUSHED_AT_ONCE);
    let (mut did, mut last) = (0_usize, 0);
    let mut refused: Vec<(bool, Phrase)> = Vec::new();
    while let Some((group, reply)) = answers.next().await {
        last = last.max(press::last(&reply));
        match reply.refused {
            None if reply.ok => did += 1,
            reason if refused.len() < limits::GROUPS_NAMED_MAX => {
                let reason = reason.unwrap_or_default();
                refused.push((false, phrase!("{group}: not done: {reason}", "{group}：没有做：{reason}")));
            }
            _ => {}
        }
    }
    drop(answers);
    let mut said = Vec::new();
    if did > 0 {
        let many = Phrase::counted(did, "group", "个群");
        let (hushed, heard) = (
            phrase!("{many}: members see nothing", "{many}：成员看不到任何消息"; many),
            phrase!("{many}: members see again what is said", "{many}：成员重新看到消息"; many),
        );
        said.push((true, if begins { hushed } else { heard }));
    } else if refused.is_empty() {
        said.push((false, phrase!("there is no such group for you", "没有这样的群，或者不归你管")));
    }
    said.append(&mut refused);
    let told = inside.console.tell(&asker.session, said);
    see_other(&format!("/hush?after={last}&said={told}"))
}
