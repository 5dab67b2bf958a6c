//! What a decision needs to know of the version in force, and which inputs need no decision at all.

use super::{
    input::{Input, InputKind},
    state::State,
};
use crate::{
    base::{
        ids::InputId,
        phrase::{Phrase, pair},
        time::Timestamp,
    },
    model::{
        group::Group,
        playbook::{Playbook, Playbooks},
    },
};
use std::sync::Arc;

/// What a decision needs to know of the version in force.
pub(super) struct Setting {
    pub(super) playbook: Arc<Playbook>,
    pub(super) group: Arc<Group>,
    pub(super) now: Timestamp,
    pub(super) id: Option<InputId>,
}

impl Setting {
    /// None when the input means nothing; an error when it cannot be digested.
    pub(super) fn of(
        state: &State,
        playbooks: &Playbooks,
        input: &Input,
        now: Timestamp,
    ) -> Result<Option<Self>, Phrase> {
        let remembered = remembered(&input.kind);
        if remembered && state.recent.knows(&input.id) {
            return Ok(None);
        }
        if matches!(input.kind, InputKind::Wake { epoch } if epoch != state.epoch) {
            return Ok(None);
        }
        let wanted = match &input.kind {
            InputKind::Adopt { digest } => Some(digest),
            _ => state.digest.as_ref(),
        };
        let Some(playbook) = wanted.and_then(|digest| playbooks.of(digest, &state.group)) else {
            if matches!(input.kind, InputKind::Wake { .. }) {
                return Ok(None);
            }
            return Err(pair(
                "no playbook is in force for this group; start the engine with its file",
                "这个群没有生效的剧本；请用剧本文件启动引擎",
            )
            .into());
        };
        let Some(group) = playbook.groups.get(&state.group) else {
            // The file does not run this group any more: it sleeps until a version does again.
            return Ok(None);
        };
        let id = remembered.then(|| input.id.clone());
        Ok(Some(Self { playbook: playbook.clone(), group: group.clone(), now: now.max(state.clock), id }))
    }
}

/// Wakes and adoptions are no-ops by themselves when they come twice: a wake has an epoch, a version is in force or
/// not; so is a channel failing or not. All others are remembered by id.
pub(super) fn remembered(kind: &InputKind) -> bool {
    !matches!(kind, InputKind::Wake { .. } | InputKind::Adopt { .. } | InputKind::Channel(_))
}
