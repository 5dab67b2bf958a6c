//! Names that a command line gives: who has done a task, and whether a member was known before.
//!
//! Reads a state and a playbook; asks the engine nothing.

use super::{failure::Failure, remote::Remote};
use crate::{
    base::{
        diagnostic::suggest,
        ids::{MemberId, TaskId},
        phrase::{Phrase, phrase},
    },
    engine::state::State,
};

impl Remote {
    /// What is to be said of somebody who says that a task is done and was not asked. A name that nobody has, and that is
    /// near one of those who were asked or are known, is refused.
    pub(super) fn unasked(
        &self,
        state: &State,
        task: &TaskId,
        by: Option<&str>,
    ) -> Result<Option<Phrase>, Failure> {
        let (Some(by), Some(open)) = (by, state.tasks.get(task)) else { return Ok(None) };
        let task = &open.task;
        let playbook = self.playbook(state);
        let role =
            playbook.as_ref().and_then(|book| book.role(book.groups.get(&self.group)?, task.role.as_ref()?));
        let asked: Vec<_> =
            task.people.iter().chain(role.into_iter().flat_map(|role| &role.people)).collect();
        let words = |person: &&crate::base::person::Person| [person.id.to_string(), person.name.clone()];
        if asked.is_empty() || asked.iter().flat_map(words).any(|word| word == by) {
            return Ok(None);
        }
        let listed = playbook.iter().flat_map(|playbook| playbook.people.values().map(AsRef::as_ref));
        let known: Vec<String> = asked.iter().copied().chain(listed).flat_map(|one| words(&one)).collect();
        let is_member =
            state.members.contains(&MemberId::new(by)) || state.members.iter().any(|m| m.name == by);
        let is_known = is_member || known.iter().any(|word| word == by);
        let (id, whom) = (Phrase::same(task.id.as_str()), task.whom());
        if !is_known && let Some(near) = suggest::nearest(by, known.iter().map(String::as_str)) {
            return Err(Failure::refused(phrase!(
                "nobody is called `{by}`; {id} asks {whom}",
                "没有叫 `{by}` 的人；{id} 问的是 {whom}";
                id, whom
            ))
            .help(phrase!("did you mean `--by {near}`?", "是不是 `--by {near}`？")));
        }
        Ok(Some(phrase!(
            "{id} asked {whom}; that {by} has done it is on record",
            "{id} 问的是 {whom}；记下的是 {by} 做的";
            id, whom
        )))
    }

    /// What is to be said of a member whom what was just reported has made one, where `before` did not know them.
    /// `answered` is the question to which it was an answer, which is taken back first.
    pub(super) fn newly_known(
        &self,
        before: Option<&State>,
        member: Option<&MemberId>,
        answered: Option<&str>,
    ) -> Option<Phrase> {
        let (before, id) = (before?, member?);
        if before.members.contains(id) {
            return None;
        }
        // Another id of somebody who is known is no new member.
        let now = self.state().ok()?;
        let _new = now.members.get(id).filter(|member| member.id == *id)?;
        let letters = |id: &str| id.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
        // Ids that differ in a number differ on purpose.
        let others = before.members.ids().map(MemberId::as_str);
        let others = others.filter(|other| letters(other) != letters(id.as_str()));
        let near = suggest::nearest(id.as_str(), others).map(|near| {
            let first = answered.map(|task| format!("`playbook answer {task} --withdraw --member {id}`, "));
            let first = first.unwrap_or_default();
            phrase!(
                "; did you mean `{near}`? {first}`playbook members forget {id}` takes it back",
                "；是不是 `{near}`？用 {first}`playbook members forget {id}` 收回"
            )
        });
        let near = self.hint(near.unwrap_or_default());
        Some(
            phrase!("{id} was not known and is a member now{near}", "{id} 以前不认识，现在是成员了{near}"; near),
        )
    }
}
