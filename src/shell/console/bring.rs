//! A list of members that is pasted into a page, and the one that is taken away as a table.

use super::{Visit, door::Asker, enter::see_other, form::Form, page, press, submitted::Submitted};
use crate::{
    base::{
        ids::GroupId,
        limits,
        member::Listed,
        phrase::{Phrase, phrase},
        time::{Timestamp, Zone},
    },
    engine::input::Command,
    lang::roster,
    shell::{
        door::Inside,
        runtime::publish::Snapshot,
        socket::{Ask, CommandRequest},
        view::{GroupShown, members},
    },
};
use axum::{
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderValue, Response, header},
};
use std::sync::Arc;

/// Problems of a list that are told at once.
const PROBLEMS_TOLD: usize = 5;

/// `GET /groups/ID/members.csv`: everything that is kept, for an admin.
pub(super) async fn table(Path(id): Path<String>, visit: Visit) -> Response<Body> {
    let id = GroupId::new(&id);
    let group = visit.snapshot.groups.get(&id).filter(|_| visit.asker.admin);
    let Some((group, book)) = group.and_then(|group| Some((group, group.book.as_ref()?))) else {
        return visit.nothing();
    };
    let zone = &book.playbook.in_group(&id).zone;
    let rows = members::members(GroupShown { id: &id, state: &group.state, info: None, zone });
    let Ok(text) = members::csv(&rows.collect::<Vec<_>>()) else { return visit.nothing() };
    let mut response = Response::new(Body::from(text));
    let head = response.headers_mut();
    head.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    head.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"members.csv\""),
    );
    response
}

/// `POST /bring`: a pasted table, as `members import` reads it.
pub(super) async fn put(State(inside): State<Arc<Inside>>, request: Request) -> Response<Body> {
    let Submitted { form, asker, snapshot, now, .. } = match Submitted::read(&inside, request).await {
        Ok(submitted) => submitted,
        Err(denied) => return *denied,
    };
    let id = GroupId::new(form.get("group").unwrap_or_default());
    let (said, after) = match meant(&snapshot, (&asker, now), (&id, &form)) {
        Err(said) => (said, 0),
        Ok(listed) => brought(&inside, &id, listed, &form).await,
    };
    let told = inside.console.tell(&asker.session, said);
    see_other(&format!("{}/members?after={after}&said={told}", page::parts::group_path(&id)))
}

/// Who is listed; else what is wrong with the list.
fn meant(
    snapshot: &Snapshot,
    (asker, now): (&Asker, Timestamp),
    (id, form): (&GroupId, &Form),
) -> Result<Vec<Listed>, Vec<(bool, Phrase)>> {
    let group = snapshot.groups.get(id).filter(|group| asker.commands(group, now));
    let Some(group) = group else {
        return Err(vec![(false, phrase!("there is no such group for you", "没有这样的群，或者不归你管"))]);
    };
    let book = group.book.as_ref().map(|book| book.playbook.in_group(id));
    let zone = book.map_or_else(Zone::utc, |book| book.zone.clone());
    let identity = book.and_then(|book| book.keeping.identity.as_deref());
    let rows = roster::read(form.get("list").unwrap_or_default(), identity, &zone).map_err(|problems| {
        let told = problems.iter().take(PROBLEMS_TOLD);
        told.map(|problem| (false, problem.message.clone())).collect::<Vec<_>>()
    })?;
    let own = rows.into_iter().filter(|row| row.group.as_ref().is_none_or(|group| group == id.as_str()));
    let mut listed: Vec<Listed> = own.map(|row| row.listed).collect();
    for one in &mut listed {
        group.book.iter().for_each(|book| drop(roster::as_declared(&book.playbook.keeping, &mut one.member)));
    }
    if listed.is_empty() || listed.len() > limits::MEMBERS_AT_ONCE_MAX {
        let most = limits::MEMBERS_AT_ONCE_MAX;
        return Err(vec![(
            false,
            phrase!(
                "the list has a header line and 1 to {most} members; larger ones are brought in by `playbook members import`",
                "名单要有表头和 1 到 {most} 位成员；更大的名单用 `playbook members import` 导入"
            ),
        )]);
    }
    Ok(listed)
}

async fn brought(
    inside: &Inside,
    id: &GroupId,
    listed: Vec<Listed>,
    form: &Form,
) -> (Vec<(bool, Phrase)>, i64) {
    let n = listed.len();
    let joined = form.get("joined").is_some();
    let command = Command::ImportMembers { members: listed, left: Vec::new(), joined };
    let request = CommandRequest {
        id: press::id_of(form, "bring", id.as_str()),
        group: Some(id.clone()),
        ask: Ask::Command(command),
    };
    let reply = press::put(inside, request).await;
    let after = press::last(&reply);
    match reply.refused {
        None if reply.ok => (vec![(true, phrase!("{n} members are brought in", "已导入 {n} 位成员"))], after),
        refused => {
            let reason = refused.unwrap_or_default();
            (vec![(false, phrase!("not done: {reason}", "没有做：{reason}"))], after)
        }
    }
}
