//! The picture of a post that somebody pastes by hand, to be saved on the phone and sent with it.
//!
//! Only files of the playbook's folder that begin as pictures do, and only to whoever may answer the task.

use super::{Visit, visit};
use crate::{
    base::{
        ids::{GroupId, TaskId},
        picture::PictureFormat,
    },
    engine::entry::TaskKind,
    shell::{
        clock, delivery::picture::path, door::Inside, runtime::publish::GroupNow, workspace::DiskFolder,
    },
};
use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, Response, StatusCode, Uri, header},
};
use std::sync::Arc;

/// Bytes of a picture that is shown.
const PICTURE_BYTES_MAX: usize = 10 * 1024 * 1024;

/// `GET /t/LINK/picture`: to whoever has the link, as long as it asks anybody.
pub(super) async fn of_link(State(inside): State<Arc<Inside>>, Path(link): Path<String>) -> Response<Body> {
    let snapshot = inside.published.snapshot();
    let meant = inside.console.links().read_task(&snapshot, &link);
    let meant = meant.filter(|link| !super::view::phone::who(&snapshot, link, clock::now()).is_empty());
    let found = meant.and_then(|link| Some((snapshot.groups.get(&link.group)?.clone(), link.task)));
    match found {
        Some((group, task)) => shown(group, task).await,
        None => nothing(),
    }
}

/// `GET /picture?group=ID&task=ID`: to whoever may answer the task.
pub(super) async fn of_card(uri: Uri, visit: Visit) -> Response<Body> {
    let word = |name| {
        let text = visit::query(&uri, name).unwrap_or_default();
        percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
    };
    let (group, task) = (GroupId::new(word("group")), TaskId::new(word("task")));
    let found = visit.snapshot.groups.get(&group);
    match found.filter(|group| visit.asker.answers(group, &task, visit.now).is_some()) {
        Some(group) => shown(group.clone(), task).await,
        None => nothing(),
    }
}

async fn shown(group: Arc<GroupNow>, task: TaskId) -> Response<Body> {
    let read = tokio::task::spawn_blocking(move || read(&group, &task));
    let Ok(Some((format, bytes))) = read.await else { return nothing() };
    let mut response = Response::new(Body::from(bytes));
    let kind = match format {
        PictureFormat::Png => "image/png",
        PictureFormat::Jpeg => "image/jpeg",
        PictureFormat::Gif => "image/gif",
        PictureFormat::Webp => "image/webp",
    };
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn read(group: &GroupNow, task: &TaskId) -> Option<(PictureFormat, Vec<u8>)> {
    let open = group.state.tasks.get(task).filter(|open| open.task.kind == TaskKind::Delivery)?;
    let message = open.task.to_paste();
    let (folder, _) = DiskFolder::of_file(&group.book.as_ref()?.file).ok()?;
    let bytes = folder.bytes(path(&message)?, PICTURE_BYTES_MAX).ok()?;
    Some((PictureFormat::of(&bytes)?, bytes))
}

fn nothing() -> Response<Body> {
    let mut gone = Response::new(Body::from("there is no such picture for you\n"));
    *gone.status_mut() = StatusCode::NOT_FOUND;
    gone
}
