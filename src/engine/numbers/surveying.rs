//! When a large group is looked at: a part of its members in one decision, and other inputs come in between.

use crate::{
    base::time::Duration,
    engine::{
        draft::{Decided, Draft},
        entry::Fact,
    },
};

/// How long after a part of the members the next is looked at.
const NEXT_PART: Duration = Duration::from_millis(1);

impl Draft<'_> {
    /// The time to look at members has come: a part of them.
    pub(in crate::engine) fn survey_members(&mut self) -> Decided {
        let more = self.state.numbers.round.goes_on(&self.state.members);
        let next = more.then(|| self.now.plus(NEXT_PART));
        self.emit(Fact::Surveyed { next })
    }
}
