//! `/openapi.json`: what the door takes and answers, written from one table.
//!
//! Pure.

use super::{answer, v1};
use axum::{
    body::Body,
    http::{Response, StatusCode},
};
use serde_json::{Map, Value, json};

/// A route: its path, its method, what it does, what it answers.
struct Described {
    path: &'static str,
    method: &'static str,
    about: &'static str,
    answers: &'static [(u16, &'static str)],
}

/// What hooks answer.
const HOOK: &[(u16, &str)] = &[
    (200, "as the platform wants it"),
    (204, "as the platform wants it"),
    (400, "it is signed and cannot be understood"),
    (401, "signature, time or receiver is wrong"),
    (404, "no channel hears anything here"),
    (429, "too much at once; see Retry-After"),
    (503, "not recorded yet; tell it again"),
];

/// Every route of the door.
const ROUTES: [Described; 11] = [
    Described {
        path: "/signals",
        method: "post",
        about: "Reports facts: one signal, an array, or one a line. Answered after the commit; `?dry` only checks.",
        answers: &[
            (200, "what was accepted, repeated, parked and refused"),
            (400, "the body cannot be understood"),
            (401, "nobody is known to have sent it"),
            (403, "the playbook names no sender"),
            (408, "the body came too slowly"),
            (413, "too long, or too many signals"),
            (415, "another kind of text"),
            (422, "every signal is refused"),
            (429, "too much at once; see Retry-After"),
            (503, "not recorded yet; send it again with the same ids"),
        ],
    },
    Described {
        path: "/hooks/{channel}",
        method: "post",
        about: "What a platform tells of itself, in its own form and signed with a key of the channel, whichever playbook has it. Answered after the commit.",
        answers: HOOK,
    },
    Described {
        path: "/hooks/{channel}",
        method: "get",
        about: "The question of a platform whether the address is right.",
        answers: HOOK,
    },
    Described {
        path: "/hooks/{playbook}/{channel}",
        method: "post",
        about: "What a platform tells of itself, in its own form and signed with a key of the channel. Answered after the commit.",
        answers: HOOK,
    },
    Described {
        path: "/hooks/{playbook}/{channel}",
        method: "get",
        about: "The question of a platform whether the address is right.",
        answers: HOOK,
    },
    Described {
        path: "/v1/commands",
        method: "post",
        about: "A command, as the control socket takes it. Answered after the commit.",
        answers: &[
            (200, "it is done; `entries` is what was decided"),
            (400, "the request cannot be understood"),
            (401, "nobody has that token"),
            (403, "the token's person may not ask this"),
            (409, "the engine refuses it; `refused` says why"),
            (429, "too much at once; see Retry-After"),
            (503, "not recorded yet; ask again with the same `id`"),
        ],
    },
    Described {
        path: "/v1/log/stream",
        method: "get",
        about: "The journal after an entry, and what is added to it, as server-sent events: `entry`, whose id is its number.",
        answers: &[
            (200, "text/event-stream"),
            (400, "the query cannot be understood"),
            (401, "nobody has that token"),
            (503, "too many streams are open"),
        ],
    },
    Described {
        path: "/metrics",
        method: "get",
        about: "Numbers of the engine, for Prometheus; from elsewhere than this machine with a token.",
        answers: &[
            (200, "text format 0.0.4"),
            (401, "nobody has that token"),
            (403, "asked from elsewhere without a token"),
            (429, "too much at once"),
        ],
    },
    Described {
        path: "/healthz",
        method: "get",
        about: "Whether the process answers.",
        answers: &[(200, "it does")],
    },
    Described {
        path: "/readyz",
        method: "get",
        about: "Whether the engine does its work.",
        answers: &[(200, "it does"), (503, "the state cannot be written, or what is due waits")],
    },
    Described {
        path: "/openapi.json",
        method: "get",
        about: "This document.",
        answers: &[(200, "OpenAPI 3.1")],
    },
];

/// Answers with the document.
pub(super) async fn get() -> Response<Body> {
    answer::json(StatusCode::OK, &document())
}

fn document() -> Value {
    let mut paths = Map::new();
    for route in &ROUTES {
        let mut responses = Map::new();
        for (status, about) in route.answers {
            responses.insert(status.to_string(), json!({ "description": about }));
        }
        let mut operation = json!({ "summary": route.about, "responses": responses });
        if route.path == "/signals" {
            let one = json!({ "$ref": "#/components/schemas/Signal" });
            let many = json!({ "oneOf": [one, { "type": "array", "items": one }] });
            operation["requestBody"] = json!({ "required": true, "content": {
                "application/json": { "schema": many },
                "application/x-ndjson": { "schema": one },
            } });
            operation["security"] = json!([{ "token": [] }, { "signature": [] }]);
        }
        if route.path.starts_with("/v1/") {
            operation["security"] = json!([{ "token": [] }]);
        }
        if route.path == "/metrics" {
            operation["security"] = json!([{}, { "token": [] }]);
        }
        if route.path == "/v1/commands" {
            let command = json!({ "$ref": "#/components/schemas/Command" });
            operation["requestBody"] =
                json!({ "required": true, "content": { "application/json": { "schema": command } } });
        }
        if route.path == "/v1/log/stream" {
            operation["parameters"] = ["group", "after"].iter().map(|name| parameter(name)).collect();
        }
        if route.path.starts_with("/hooks/") {
            let one = |name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } });
            let names = ["playbook", "channel"].into_iter();
            operation["parameters"] =
                names.filter(|name| route.path.contains(&format!("{{{name}}}"))).map(one).collect();
        }
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method] = operation;
    }
    for view in &v1::VIEWS {
        let parameters: Vec<Value> =
            ["group", "after", "limit"].iter().chain(view.more).map(|name| parameter(name)).collect();
        let operation = json!({
            "summary": view.about,
            "parameters": parameters,
            "security": [{ "token": [] }],
            "responses": {
                "200": { "description": "a line of JSON each, as `--format json` writes them; `link` leads to the next", "content": {
                    "application/x-ndjson": { "schema": { "type": "object" } },
                } },
                "400": { "description": "the query cannot be understood" },
                "401": { "description": "nobody has that token" },
                "404": { "description": "there is no such group, or the token's person does not see it" },
                "429": { "description": "too much at once; see Retry-After" },
                "503": { "description": "it cannot be read at the moment" },
            },
        });
        paths.insert(format!("/v1/{}", view.name), json!({ "get": operation }));
    }
    json!({
        "openapi": "3.1.0",
        "info": { "title": "playbook", "version": env!("CARGO_PKG_VERSION") },
        "paths": paths,
        "components": {
            "schemas": { "Signal": signal(), "Command": command() },
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer" },
                "signature": { "type": "apiKey", "in": "header", "name": "webhook-signature" },
            },
        },
    })
}

fn parameter(name: &str) -> Value {
    let number = matches!(name, "limit" | "days" | "number");
    json!({ "name": name, "in": "query", "schema": { "type": if number { "integer" } else { "string" } } })
}

/// The shape of a command; what may be asked is the control socket's.
fn command() -> Value {
    json!({
        "type": "object",
        "required": ["ask"],
        "properties": {
            "id": { "type": "string" },
            "group": { "type": "string" },
            "ask": { "anyOf": [{ "type": "string" }, { "type": "object" }] },
        },
    })
}

/// The shape of a signal.
fn signal() -> Value {
    let text = json!({ "type": ["string", "number"] });
    json!({
        "type": "object",
        "required": ["type"],
        "additionalProperties": false,
        "properties": {
            "id": text,
            "type": { "type": "string" },
            "time": { "type": "string", "format": "date-time" },
            "timestamp": { "type": "string", "format": "date-time" },
            "group": text,
            "chat": text,
            "member": { "anyOf": [text, { "type": "object" }] },
            "actor": { "type": "object" },
            "message": { "type": "object" },
            "data": { "type": "object" },
            "//": {},
        },
    })
}
