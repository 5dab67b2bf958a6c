//! Who was banned and has been forgotten, as keyed hashes beside the state: whoever comes back is known by them until
//! the ban ends, and nobody can be read from them.

use super::{
    StoreError, corrupt,
    forgotten::{Hashes, unread},
};
use crate::{
    base::{
        ids::{GroupId, MemberId},
        time::Timestamp,
    },
    engine::{
        input::Signal,
        moderation::{Ban, Moderated},
    },
    shell::private,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write as _},
    path::Path,
};

/// The file of those who are banned and forgotten.
const FILE: &str = "bans";

/// A line of the file.
#[derive(Serialize, Deserialize)]
struct KeptBan {
    who: String,
    #[serde(flatten)]
    ban: Ban,
}

/// Those who are banned and forgotten.
pub struct Bans {
    hashes: Option<Hashes>,
    known: BTreeMap<String, Ban>,
}

impl Bans {
    /// Reads those of a state directory; none where nobody is.
    pub fn read(dir: &Path) -> Result<Self, StoreError> {
        let text = match fs::read_to_string(dir.join(FILE)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(unread(error)),
        };
        let mut known = BTreeMap::new();
        for line in text.lines() {
            let kept: KeptBan = serde_json::from_str(line).map_err(|error| corrupt(FILE, error))?;
            known.insert(kept.who, kept.ban);
        }
        let hashes = if known.is_empty() { None } else { Some(Hashes::open(dir)?) };
        Ok(Self { hashes, known })
    }

    /// Tells with a join that whoever joins is banned.
    pub fn tell(&self, group: &GroupId, signal: &mut Signal) {
        if &*signal.name != "member.joined" {
            return;
        }
        let ban = self.hashes.as_ref().zip(signal.member.as_ref());
        let ban = ban.and_then(|(hashes, member)| self.known.get(&hashes.hash(group, member)));
        Ban::tell(ban.filter(|ban| ban.until > signal.at), &mut signal.data);
    }
}

/// Keeps the ban of somebody who is forgotten, by all their ids; one that is over is let go.
pub(super) fn keep(
    dir: &Path,
    group: &GroupId,
    ids: &[MemberId],
    rules: &Moderated,
    now: Timestamp,
) -> Result<(), StoreError> {
    let removed = ids.iter().find_map(|id| rules.banned.get(id)).cloned();
    let muted = ids.iter().find_map(|id| rules.muted.get(id));
    let muted = muted.map(|mute| Ban { rule: mute.rule.clone(), since: now, until: mute.until, mute: true });
    let Some(ban) = removed.or(muted).filter(|ban| ban.until > now) else { return Ok(()) };
    let hashes = Hashes::open(dir)?;
    let mut known = Bans::read(dir)?.known;
    known.retain(|_, ban| ban.until > now);
    for id in ids {
        known.insert(hashes.hash(group, id), ban.clone());
    }
    let fresh = dir.join("bans.new");
    let mut file = private::open(&fresh).map_err(unread)?;
    file.set_len(0).map_err(unread)?;
    for (who, ban) in known {
        let line = serde_json::to_string(&KeptBan { who, ban }).map_err(|error| corrupt(FILE, error))?;
        writeln!(file, "{line}").map_err(unread)?;
    }
    file.sync_all().and_then(|()| fs::rename(&fresh, dir.join(FILE))).map_err(unread)
}
