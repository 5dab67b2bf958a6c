//! A form that somebody who is signed in has sent, with the engine as it was shown then.
//!
//! Whatever it asks for is decided by whoever reads it.

use super::{
    door::Asker,
    form::{Denied, Form},
};
use crate::{
    base::time::Timestamp,
    shell::{clock, door::Inside, runtime::publish::Snapshot},
};
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, Response},
};
use std::sync::Arc;

/// A form with its sender.
pub(super) struct Submitted {
    /// The form.
    pub(super) form: Form,
    /// Who sent it.
    pub(super) asker: Asker,
    /// The engine as it was published last.
    pub(super) snapshot: Arc<Snapshot>,
    /// What the browser said of itself.
    pub(super) headers: HeaderMap,
    /// The instant it came.
    pub(super) now: Timestamp,
}

impl Submitted {
    /// Reads a form; where it is denied, the answer to that.
    pub(super) async fn read(inside: &Inside, request: Request) -> Result<Self, Box<Response<Body>>> {
        let headers = request.headers().clone();
        let denied = |why: Denied| Box::new(why.answer(inside, &headers));
        let (form, row) = inside.console.form(request).await.map_err(denied)?;
        let (snapshot, now) = (inside.published.snapshot(), clock::now());
        let asker = Asker::of(&row, &snapshot, now).ok_or(Denied::Stranger).map_err(denied)?;
        Ok(Self { form, asker, snapshot, headers, now })
    }
}
