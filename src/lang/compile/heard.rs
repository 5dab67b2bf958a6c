//! What others may have said in a playbook: the vars and args whose words are not the operator's.

use crate::script::names::SaidKeys;
use std::collections::BTreeMap;

/// What others may have said in a playbook.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// In `vars`.
    pub(crate) vars: SaidKeys,
    /// In the `args` of each play that is started by another.
    pub(crate) args: BTreeMap<String, SaidKeys>,
}

impl Heard {
    /// The `args` of a play.
    pub(crate) fn args(&self, play: &str) -> SaidKeys {
        self.args.get(play).cloned().unwrap_or_default()
    }
}
