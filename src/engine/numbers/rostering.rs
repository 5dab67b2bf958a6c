//! Whose duty a question is that is asked now, by the roles with `answer_within`.
//!
//! Decides that; what follows from it is counted by `apply`.

use super::{duty::AnswerDuty, said::Said};
use crate::{
    base::time::{Duration, Timestamp},
    engine::{
        chatter::Chatter,
        draft::{Decided, Draft},
        entry::Fact,
        input::Signal,
    },
    model::{hours::Hours, role::Role},
};
use std::sync::Arc;

impl Draft<'_> {
    /// A message may ask something: whose duty it is to answer is known before.
    pub(in crate::engine) fn before_message(&mut self, signal: &Signal) -> Decided {
        if &*signal.name == "message" && Said::of(&signal.data).asks {
            return self.answers_from(signal.happened());
        }
        Ok(())
    }

    /// The same of what is heard together: by its first question.
    pub(in crate::engine) fn before_talk(&mut self, heard: &Chatter) -> Decided {
        let first = heard.questions.first().and_then(|question| heard.by.get(question.place));
        first.map_or(Ok(()), |asked| self.answers_from(asked.2))
    }

    fn answers_from(&mut self, at: Timestamp) -> Decided {
        let duty = self.duty_at(at);
        let known = self.state.numbers.duty.as_deref();
        if known == duty.as_ref() {
            return Ok(());
        }
        let nobody =
            AnswerDuty { role: None, people: Vec::new(), within: Duration::ZERO, asleep: Vec::new() };
        self.emit(Fact::OnDuty(duty.unwrap_or(nobody)))
    }

    /// Of the roles with `answer_within`, the one by which an answer is due first.
    fn duty_at(&self, at: Timestamp) -> Option<AnswerDuty> {
        let playbook = &self.playbook;
        let roles = playbook.roles_of(&self.group).filter(|role| role.answer_within.is_some());
        let due =
            |role: &&Arc<Role>| Some(Hours::of(playbook, Some(role)).from(at).plus(role.answer_within?));
        let role = roles.min_by_key(due)?;
        let (people, _) = self.holders(role);
        let hours = Hours::of(playbook, Some(role));
        Some(AnswerDuty {
            role: Some(role.name.clone()),
            people: people.into_iter().map(|person| person.id).collect(),
            within: role.answer_within?,
            asleep: hours.asleep().map(|range| (range.from, range.to)).collect(),
        })
    }
}
