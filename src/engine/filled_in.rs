//! Who has filled in a form since they came: their words stand in answers, and go some time after they do.
//!
//! Plain data, a part of the state. Whoever left is in `leavers` instead; what they answered is not here.

use crate::base::ids::MemberId;
use serde::{Deserialize, Serialize};

/// Members who have filled in a form.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FilledIn(imbl::OrdSet<MemberId>);

impl FilledIn {
    /// Whether nobody has.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a member has.
    pub fn has(&self, id: &MemberId) -> bool {
        self.0.contains(id)
    }

    /// A member has filled one in.
    pub(super) fn add(&mut self, id: &MemberId) {
        self.0.insert(id.clone());
    }

    /// Somebody is no member any more.
    pub(super) fn remove(&mut self, id: &MemberId) {
        self.0.remove(id);
    }

    /// Two members turn out to be one.
    pub(super) fn join(&mut self, from: &MemberId, into: &MemberId) {
        if self.0.remove(from).is_some() {
            self.0.insert(into.clone());
        }
    }
}
