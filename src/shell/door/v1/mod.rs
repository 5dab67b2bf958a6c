//! `/v1`: what the engine shows to other programs, in the lines of `--format json`, and the commands that it takes.
//!
//! ```text
//!   token ─▶ whose? ─▶ what may they? ─▶ rows of a snapshot or of the journal ─▶ NDJSON, up to a bound
//! ```
//!
//! A GET changes nothing and reaches no driver. Rows are read beside the engine's own threads.

mod asked;
mod commands;
mod lines;
mod lists;
mod questions;
mod stream;

use super::{
    answer::{self, Turned},
    inside::Inside,
};
use crate::shell::{
    clock,
    console::door::Asker,
    runtime::publish::{GroupNow, Snapshot},
    store::Reader,
};
use asked::Asked;
use axum::{
    Router,
    body::Body,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
    routing::{get, post},
};
use lines::Lines;
use std::sync::Arc;

/// All routes below `/v1`.
pub(super) fn routes() -> Router<Arc<Inside>> {
    Router::new()
        .route("/v1/commands", post(commands::post))
        .route("/v1/log/stream", get(stream::get))
        .route("/v1/{view}", get(view))
}

/// Writes the rows of a view.
type Rows = fn(&Looked, &Asked, &mut Lines) -> Result<(), Turned>;

/// Something that can be asked.
pub(super) struct View {
    /// The last part of its path.
    pub(super) name: &'static str,
    /// What it shows.
    pub(super) about: &'static str,
    /// What may be said beside `group`, `after` and `limit`.
    pub(super) more: &'static [&'static str],
    rows: Rows,
}

/// What there is to ask.
pub(super) const VIEWS: [View; 10] = [
    View { name: "status", about: "How each group is.", more: &["number"], rows: lists::status },
    View { name: "runs", about: "The runs of each group.", more: &[], rows: lists::runs },
    View {
        name: "log",
        about: "The journal; `after` is the number of an entry.",
        more: &[],
        rows: lists::log,
    },
    View {
        name: "outbox",
        about: "Messages on their way; with `all` the others, too.",
        more: &["all"],
        rows: lists::outbox,
    },
    View { name: "tasks", about: "What waits for people.", more: &[], rows: lists::tasks },
    View {
        name: "members",
        about: "The members; their further fields for admins.",
        more: &[],
        rows: lists::members,
    },
    View { name: "metrics", about: "The numbers of each group.", more: &[], rows: lists::metrics },
    View {
        name: "doctor",
        about: "What the numbers are signs of, and what helps; with `score` the scorecard.",
        more: &["score"],
        rows: lists::doctor,
    },
    View {
        name: "plan",
        about: "The timed steps ahead; `after` is how many of them were read.",
        more: &["from", "days", "playbook"],
        rows: questions::plan,
    },
    View { name: "why", about: "Why `of` happened, or did not.", more: &["of", "at"], rows: questions::why },
];

/// What a view is read from, and who asks.
pub(super) struct Looked {
    inside: Arc<Inside>,
    snapshot: Arc<Snapshot>,
    reader: Reader,
    asker: Asker,
}

impl Looked {
    /// The groups that are meant and that the asker sees, in order of their ids.
    fn groups<'a>(
        &'a self,
        asked: &'a Asked,
    ) -> impl Iterator<Item = (&'a crate::base::ids::GroupId, &'a GroupNow)> {
        let now = clock::now();
        let all = self.snapshot.groups.iter().map(|(id, group)| (id, &**group));
        all.filter(move |(id, group)| {
            asked.group.as_ref().is_none_or(|only| only == *id) && self.asker.sees(group, now)
        })
    }
}

/// Whose token it is.
pub(super) fn asker(inside: &Inside, headers: &HeaderMap) -> Result<Asker, Turned> {
    let unknown = |message| Turned::new(StatusCode::UNAUTHORIZED, "unknown_token", message);
    let text = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = text
        .and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let Some((_, token)) = token else {
        return Err(unknown(
            "expected `Authorization: Bearer TOKEN`; `playbook open --token NAME` makes one",
        ));
    };
    inside.console.whose(token.trim(), &inside.published.snapshot(), clock::now()).ok_or_else(|| {
        unknown(
            "nobody has that token, or the playbook does not know its person any more; `playbook open --token NAME` \
             makes one",
        )
    })
}

/// Answers a view.
async fn view(
    State(inside): State<Arc<Inside>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response<Body>, Turned> {
    let asker = asker(&inside, &headers)?;
    let Some(view) = VIEWS.iter().find(|view| view.name == name) else {
        let known: Vec<&str> = VIEWS.iter().map(|view| view.name).collect();
        let message = format!("there is no such view; there are {}", known.join(", "));
        return Err(Turned::new(StatusCode::NOT_FOUND, "no_such_path", message));
    };
    let query = query.unwrap_or_default();
    let asked = Asked::read(&query, view.more)?;
    let rows = view.rows;
    let read = move || -> Result<Lines, Turned> {
        let reader =
            Reader::beside_engine(&inside.dir).map_err(|error| Turned::not_yet(error.to_string()))?;
        let looked = Looked { snapshot: inside.published.snapshot(), inside, reader, asker };
        if let Some(group) = &asked.group
            && looked.groups(&asked).next().is_none()
        {
            let message = format!("there is no group {group} here that this token may see");
            return Err(Turned::new(StatusCode::NOT_FOUND, "group", message));
        }
        let mut lines = Lines::new(asked.limit);
        rows(&looked, &asked, &mut lines)?;
        Ok(lines)
    };
    let read = tokio::task::spawn_blocking(read).await;
    let lines = read.unwrap_or_else(|error| Err(Turned::not_yet(error.to_string())))?;
    let (text, next) = lines.end();
    let mut response = answer::typed(StatusCode::OK, "application/x-ndjson", text);
    if let Some(next) = next {
        let link = format!("</v1/{name}?{}>; rel=\"next\"", asked::next(&query, &next));
        if let Ok(value) = HeaderValue::from_str(&link) {
            response.headers_mut().insert(header::LINK, value);
        }
    }
    Ok(response)
}
