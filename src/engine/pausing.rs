//! Pauses: nothing starts, of one play or of all, until somebody resumes it or its time is over.

use super::{
    draft::{Decided, Draft},
    entry::Fact,
    task::EndsWith,
};
use crate::base::{
    ids::{PlayName, RoleName},
    phrase::pair,
    time::Timestamp,
};

impl Draft<'_> {
    /// From now on nothing starts, of one play or of all.
    pub(super) fn pause_plays(
        &mut self,
        play: Option<&PlayName>,
        until: Option<Timestamp>,
        caretaker: Option<&RoleName>,
    ) -> Decided {
        if until.is_some_and(|until| until <= self.now) {
            return self.refuse(pair("the pause would be over already", "这样的暂停已经过期了").into());
        }
        let Some(play) = play else { return self.take_care(caretaker, until) };
        if self.playbook.play(play).is_none() {
            return self.no_play(play);
        }
        self.emit(Fact::Paused { play: Some(play.clone()), until })
    }

    /// Somebody resumes a play, or all, those that were paused by themselves, too.
    pub(super) fn resume_plays(&mut self, only: Option<&PlayName>) -> Decided {
        if let Some(play) = only
            && self.playbook.play(play).is_none()
        {
            return self.no_play(play);
        }
        let paused: Vec<PlayName> = if let Some(play) = only {
            vec![play.clone()]
        } else {
            self.emit(Fact::Resumed { play: None })?;
            self.cause_is_over(&EndsWith::Resume)?;
            self.state.plays.iter().filter(|(_, p)| p.paused).map(|(name, _)| name.clone()).collect()
        };
        for play in paused {
            self.emit(Fact::Resumed { play: Some(play) })?;
        }
        self.take_up_all(only)
    }

    /// The time of a pause is over; what was paused by itself stays so.
    pub(super) fn pause_ends(&mut self, only: Option<&PlayName>) -> Decided {
        self.emit(Fact::Resumed { play: only.cloned() })?;
        if only.is_none() {
            self.cause_is_over(&EndsWith::Resume)?;
        }
        self.take_up_all(only)
    }

    /// The end of a pause: it was time slept through, so `catch_up` decides about what it held back.
    fn take_up_all(&mut self, only: Option<&PlayName>) -> Decided {
        if self.state.phase_final {
            return Ok(());
        }
        let playbook = self.playbook.clone();
        for play in playbook.plays.iter().filter(|play| only.is_none_or(|only| *only == play.name)) {
            if !self.state.is_paused(&play.name) {
                self.take_up(play)?;
            }
        }
        self.fire_due()
    }
}
