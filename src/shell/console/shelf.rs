//! `/shelf/FILE/PLAY`: a play that ships with the program, as its file has it: what a finding prescribes.

use super::{Visit, layout::Tab, page};
use crate::shell::cli::templates::shipped_play;
use axum::{body::Body, extract::Path, http::Response};

/// `GET /shelf/FILE/PLAY`
pub(super) async fn show(Path((file, play)): Path<(String, String)>, visit: Visit) -> Response<Body> {
    let name = format!("{file}/{play}");
    let Some(text) = shipped_play(&name, visit.frame.locale) else { return visit.nothing() };
    let (title, body) = page::shelf::page((&file, &play), &text, &visit.frame);
    visit.page(Some(Tab::Groups), &title, &body)
}
