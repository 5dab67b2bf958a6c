//! Facts on their way from the door to the driver, and what became of each.

use super::reported::Reported;
use crate::{
    base::{
        ids::{GroupId, InputId},
        phrase::Phrase,
    },
    engine::{
        deaf::EarNews,
        input::{Input, InputKind, Signal},
    },
    shell::{
        clock,
        store::{Covering, Letter},
    },
};
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedSender;

/// One fact for one group.
#[derive(Debug)]
pub struct Arrival {
    /// The group.
    pub group: GroupId,
    /// The fact.
    pub input: Input,
    /// Who reported it, and its id there.
    pub letter: Letter,
    /// Whether it is a fact by itself, also where nobody wants such things one by one: a sender of its own is told
    /// what became of each.
    pub alone: bool,
}

impl Arrival {
    /// What was reported by somebody, for a group. Its id is theirs, so that it counts once however often it comes.
    pub(in crate::shell) fn of(read: Reported, source: Arc<str>, group: GroupId) -> Self {
        let letter = Letter { source, id: Arc::from(read.id.as_str()) };
        let id = InputId::from(format!("in/{}/{}", letter.source, letter.id));
        let signal = Signal {
            name: read.name,
            id: id.clone(),
            at: clock::now(),
            sent: read.time,
            member: read.member,
            data: read.data,
        };
        Self { group, input: Input { id, kind: InputKind::Signal(signal) }, letter, alone: true }
    }

    /// What is to be known of an ear, for a group.
    pub(in crate::shell) fn of_ear(news: EarNews, id: String, source: Arc<str>, group: GroupId) -> Self {
        let letter = Letter { source, id: id.into() };
        let id = InputId::from(format!("in/{}/{}", letter.source, letter.id));
        Self { group, input: Input { id, kind: InputKind::Ear(news) }, letter, alone: true }
    }
}

/// What became of a fact; said after its commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Took {
    /// It is recorded.
    Accepted,
    /// It was recorded before.
    Repeated,
    /// It could not be digested; it lies aside with the reason.
    Parked(Phrase),
    /// Too much waits for its group already: nothing of what came with it was taken.
    Full,
}

/// Facts that came together.
#[derive(Debug)]
pub struct Arrivals {
    /// The facts.
    pub items: Vec<Arrival>,
    /// The cursor that they make true, where an ear heard them.
    pub covering: Option<Arc<Covering>>,
    /// Where it is said what became of each, by its place. Whoever hears no more has to ask again.
    pub took: UnboundedSender<(usize, Took)>,
}
