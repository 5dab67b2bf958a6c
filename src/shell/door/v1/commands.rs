//! `POST /v1/commands`: a request of the control socket, word for word, by somebody who has a token.
//!
//! What the token's person may is looked at here; whether it can be done is the engine's word. Answered after the commit.

use super::asker;
use crate::{
    base::{
        ids::{GroupId, TaskId},
        limits,
    },
    shell::{
        clock,
        console::door::Asker,
        door::{
            answer::{self, Turned},
            body,
            inside::Inside,
        },
        runtime::publish::{GroupNow, Snapshot},
        socket::CommandRequest,
        socket_server,
    },
};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{Response, StatusCode},
};
use serde_json::Value;
use std::{sync::Arc, time::Duration};

/// What only an admin may ask.
const FOR_ADMINS: [&str; 4] = ["reload", "forget", "import_members", "set_back_clock"];
/// What whoever is asked may say about their task.
const OF_THE_ASKED: [&str; 4] = ["done", "approve", "reject", "undo"];

/// Takes a command.
pub(super) async fn post(
    State(inside): State<Arc<Inside>>,
    request: Request,
) -> Result<Response<Body>, Turned> {
    let (head, body) = request.into_parts();
    let asker = asker(&inside, &head.headers)?;
    body::check(&head.headers)?;
    let bytes = body::read(body).await?;
    let request = read(&bytes, &asker, &inside.published.snapshot())?;
    let wait = Duration::from_millis(limits::DOOR_COMMAND_MS_MAX);
    let put = socket_server::put(request, bytes.len(), &inside.asked);
    let reply = tokio::time::timeout(wait, put).await.map_err(|_| {
        Turned::not_yet(
            "it is not recorded yet; ask again with the same `id`, what is recorded by then counts once",
        )
    })?;
    let status = if reply.ok { StatusCode::OK } else { StatusCode::CONFLICT };
    Ok(answer::json(status, &reply))
}

/// Reads a request and looks whether its asker may ask it. Who asks is whoever has the token.
fn read(bytes: &[u8], asker: &Asker, snapshot: &Snapshot) -> Result<CommandRequest, Turned> {
    let unreadable = |error: serde_json::Error| {
        let form = r#"{"group": "ID", "ask": {"command": {"command": "pause"}}}"#;
        let message = format!("the request cannot be read: {error}; expected for example {form}");
        Turned::new(StatusCode::BAD_REQUEST, "command", message)
    };
    let mut json: Value = serde_json::from_slice(bytes).map_err(unreadable)?;
    let mut meant = Aim::default();
    match json.get_mut("ask") {
        Some(Value::String(word)) => meant.word = word.clone(),
        Some(Value::Object(ask)) => {
            if let Some((word, Value::Object(fields))) = ask.iter_mut().next() {
                let command = fields.get("command").and_then(Value::as_str).filter(|_| word == "command");
                meant.word = command.unwrap_or(word).to_owned();
                meant.task = fields.get("task").and_then(Value::as_str).map(TaskId::new);
                meant.in_place = fields.get("as_operator").and_then(Value::as_bool) == Some(true);
                if let Some(person) = &asker.person {
                    fields.insert("by".into(), person.as_str().into());
                }
            }
        }
        _ => {}
    }
    let request: CommandRequest = serde_json::from_value(json).map_err(unreadable)?;
    if meant.may(asker, request.group.as_ref(), snapshot) {
        return Ok(request);
    }
    let message =
        format!("{} may not ask `{}` here; `access` in the playbook says who may", asker.name, meant.word);
    Err(Turned::new(StatusCode::FORBIDDEN, "not_allowed", message))
}

/// What is asked, as far as it matters for whether it may be.
#[derive(Debug, Default)]
struct Aim {
    word: String,
    task: Option<TaskId>,
    in_place: bool,
}

impl Aim {
    fn may(&self, asker: &Asker, group: Option<&GroupId>, snapshot: &Snapshot) -> bool {
        if asker.admin {
            return true;
        }
        let mut running = snapshot.groups.iter().filter(|(_, group)| group.book.is_some());
        let group: Option<&GroupNow> = match group {
            Some(id) => snapshot.groups.get(id).map(|group| &**group),
            None => match (running.next(), running.next()) {
                (Some((_, only)), None) => Some(only),
                _ => None,
            },
        };
        let Some(group) = group.filter(|_| !FOR_ADMINS.contains(&self.word.as_str())) else { return false };
        let now = clock::now();
        if asker.commands(group, now) {
            return true;
        }
        let of_theirs = OF_THE_ASKED.contains(&self.word.as_str()) && !self.in_place;
        let open = self.task.as_ref().and_then(|task| group.state.tasks.get(task));
        of_theirs && (self.word == "undo" || open.is_some_and(|open| asker.is_asked(group, open, now)))
    }
}
