//! What readers ask of a running engine, answered from what it has published: nothing here touches the driver, the
//! writer or a lock.

use super::publish::Published;
use crate::shell::{
    socket::Looked,
    store::{Reader, StoreError},
    survey::{SurveyWanted, of_published},
};
use std::path::Path;

/// How the groups are that are wanted.
pub(super) fn status(published: &Published, dir: &Path, wanted: &SurveyWanted) -> Looked {
    let unreadable = |error: StoreError| error.to_string();
    let reader = Reader::beside_engine(dir).map_err(unreadable)?;
    let snapshot = published.snapshot();
    if let Some(group) = wanted.group.as_ref().filter(|group| !snapshot.groups.contains_key(*group)) {
        return Err(format!("there is no group {group} here"));
    }
    let meant = |id: &_| wanted.group.as_ref().is_none_or(|only| only == id);
    let mut seen = of_published(published, &reader, dir, wanted, &meant).map_err(unreadable)?;
    for one in &mut seen {
        one.status.only(wanted.locale);
    }
    Ok(seen)
}
