//! `/healthz` and `/readyz`: whether the process lives, and whether the engine does its work.

use super::{
    answer::{self, Turned},
    inside::Inside,
};
use crate::{
    base::limits,
    shell::{clock, ears::EarState},
};
use axum::{
    body::Body,
    extract::State,
    http::{Response, StatusCode},
};
use std::sync::Arc;

/// The process answers.
pub(super) async fn healthz() -> Response<Body> {
    answer::typed(StatusCode::OK, "text/plain; charset=utf-8", "ok\n")
}

/// The store can be written, nothing that is due waits for long, and each ear hears or is known not to.
pub(super) async fn readyz(State(inside): State<Arc<Inside>>) -> Result<Response<Body>, Turned> {
    let behind = inside.pulse.behind_ms(clock::now());
    if inside.pulse.is_held_up() {
        return Err(Turned::not_yet(
            "the state cannot be written at the moment; the engine's output says why",
        ));
    }
    if behind > limits::READY_BEHIND_MS_MAX {
        return Err(Turned::not_yet(format!("what is due waits for {behind} ms already")));
    }
    let ears = inside.published.ears().all();
    if let Some((name, _)) = ears.iter().find(|(_, ear)| ear.state == EarState::Begins) {
        return Err(Turned::not_yet(format!("{name} has not heard its platform yet")));
    }
    Ok(answer::typed(StatusCode::OK, "text/plain; charset=utf-8", "ready\n"))
}
