//! What is known around a group before it is shown how it is: the version in force, what is wrong, who hears.

use super::deaf;
use crate::{
    base::{ids::Digest, phrase::Phrase, time::Timestamp},
    model::{ending::endings, playbook::Playbook},
    shell::{
        ears::EarNow,
        refusals::RefusedFile,
        store::{Backlog, LogLine, Parked},
    },
};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc, sync::Arc};

/// What a status is made from, beside the state.
#[derive(Clone, Copy)]
pub struct KnownFacts<'a> {
    /// The version in force.
    pub version: &'a KnownVersion,
    /// Messages of the group that somebody still has to do something about.
    pub backlog: &'a [Backlog],
    /// Inputs of it that were parked lately.
    pub parked: Option<&'a Parked>,
    /// Its file's newest version is refused.
    pub refused: Option<&'a RefusedFile>,
    /// Entries about what did not happen, newest first.
    pub skipped: &'a [LogLine],
    /// How the ears are of an engine that runs.
    pub ears: &'a [EarNow],
    /// Whether an engine runs.
    pub running: bool,
    /// Real time.
    pub now: Timestamp,
    /// How much of what comes to show.
    pub most: usize,
}

/// What is known of a version of a playbook, the same for all its groups.
#[derive(Debug, Clone, Default)]
pub struct KnownVersion {
    /// The playbook; none where it does not compile with this program.
    pub playbook: Option<Arc<Playbook>>,
    /// What runs out.
    pub(super) ending: Vec<Phrase>,
    /// What no channel hears.
    pub(super) deaf: Vec<deaf::DeafTo>,
}

impl KnownVersion {
    /// Of a playbook, as of now.
    pub fn of(playbook: Option<Arc<Playbook>>, now: Timestamp) -> Self {
        let ending = playbook.iter().flat_map(|playbook| endings(playbook, now));
        let ending = ending.map(|ending| ending.in_words()).collect();
        let deaf = playbook.as_deref().map(deaf::deaf).unwrap_or_default();
        Self { playbook, ending, deaf }
    }
}

/// Versions that are in force, each compiled once however many groups have it.
#[derive(Debug, Default)]
pub struct KnownVersions(RefCell<BTreeMap<Digest, Rc<KnownVersion>>>);

impl KnownVersions {
    /// A version; `compile` is called where it has not been asked for before.
    pub fn of(
        &self,
        digest: Option<&Digest>,
        now: Timestamp,
        compile: impl FnOnce(&Digest) -> Option<Arc<Playbook>>,
    ) -> Rc<KnownVersion> {
        let Some(digest) = digest else { return Rc::default() };
        if let Some(known) = self.0.borrow().get(digest) {
            return known.clone();
        }
        let version = Rc::new(KnownVersion::of(compile(digest), now));
        self.0.borrow_mut().insert(digest.clone(), version.clone());
        version
    }
}
