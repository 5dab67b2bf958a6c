//! What readers ask of a running engine, answered from what it has published: nothing here touches the driver, the
//! writer or a lock.

use super::publish::Published;
use crate::{
    base::time::Zone,
    engine::state::State,
    lang,
    shell::{
        clock, refusals,
        socket::Looked,
        store::{Reader, StoreError},
        survey::{Sources, Wanted, survey},
        view::{Group, status::Versions},
    },
};
use std::{collections::BTreeMap, path::Path};

/// How the groups are that are wanted.
pub(super) fn status(published: &Published, dir: &Path, wanted: &Wanted) -> Looked {
    let unreadable = |error: StoreError| error.to_string();
    let reader = Reader::beside_engine(dir).map_err(unreadable)?;
    let snapshot = published.snapshot();
    if let Some(group) = wanted.group.as_ref().filter(|group| !snapshot.groups.contains_key(*group)) {
        return Err(format!("there is no group {group} here"));
    }
    let infos = reader.groups().map_err(unreadable)?;
    let mut zones: BTreeMap<&str, Zone> = BTreeMap::new();
    for info in infos.values() {
        zones.entry(&info.zone).or_insert_with(|| info.zone());
    }
    let (utc, versions, now) = (Zone::utc(), Versions::default(), clock::now());
    let version = |state: &State| {
        versions.of(state.digest.as_ref(), now, |digest| {
            // A group that rests stands at a version that no file has.
            snapshot.playbooks.get(digest).cloned().or_else(|| {
                let (folder, path) = reader.sources(digest).ok()??;
                lang::compile(&folder, &path).playbook
            })
        })
    };
    let only = wanted.group.as_ref();
    let groups = snapshot.groups.iter().filter(|(id, _)| only.is_none_or(|only| only == *id));
    let groups = groups.map(|(id, group)| {
        let info = infos.get(id);
        let zone = info.and_then(|info| zones.get(info.zone.as_str())).unwrap_or(&utc);
        Group { id, state: &group.state, info, zone }
    });
    let ears = published.ears().all().into_values().collect();
    let sources = Sources { reader: &reader, version: &version, refused: &refusals::read(dir), ears, now };
    survey(&sources, wanted, (groups, snapshot.groups.len())).map_err(unreadable)
}
