//! A play with the structure of one version and the words of another: what an open run carries on with after an edit.
//!
//! Words are the texts of `post`, `task`, `ask`, `approve` and of a `prune`'s notice, whom and where they go to, and
//! their pictures. Never changes which steps there are, when they are due, or what they lead to.

use super::{
    play::Play,
    program::{Op, Program},
    step::{Approve, Ask, Post, Prune, Step, TaskStep, Verb},
};
use crate::base::ids::StepId;
use std::{collections::BTreeSet, sync::Arc};

/// `old` with the words of `new`. The step that is `under_way` keeps its words: they have been said.
pub fn reword(old: &Play, new: &Play, under_way: Option<&StepId>) -> Play {
    let section = |old: &Program, new: &Program| program(old, new, under_way);
    Play {
        title: new.title.clone(),
        program: section(&old.program, &new.program),
        moved: section(&old.moved, &new.moved),
        cancelled: section(&old.cancelled, &new.cancelled),
        ..old.clone()
    }
}

/// The steps from an operation on whose words differ between two versions of one structure.
pub fn reworded_steps(one: &Program, other: &Program, from: u32) -> Vec<StepId> {
    let pairs = one.ops.iter().zip(&other.ops).skip(from as usize);
    let differ = pairs.filter_map(|pair| match pair {
        (Op::Step { step, .. }, Op::Step { step: other, .. }) if step != other => Some(step.id.clone()),
        _ => None,
    });
    differ.collect()
}

fn program(old: &Program, new: &Program, under_way: Option<&StepId>) -> Program {
    let alike = is_alike(old, new);
    // A step that found another place is known by a name of its own, and only where it reads no name that the run
    // never had.
    let named = names_bound(new).is_subset(&names_bound(old));
    let words_of = |step: &Step| {
        let same = |other: &&Arc<Step>| other.id == step.id && other.verb.as_str() == step.verb.as_str();
        let other = new.steps().find(same)?;
        let found = alike || (named && has_own_name(&step.id));
        (found && Some(&step.id) != under_way).then_some(other)
    };
    let ops = old.ops.iter().map(|op| match op {
        Op::Step { step, otherwise, silent, end } => {
            let step = words_of(step).map_or_else(|| step.clone(), |other| with_words(step, other));
            Op::Step { step, otherwise: *otherwise, silent: *silent, end: *end }
        }
        other @ (Op::Jump(_) | Op::Next(_) | Op::End(_)) => other.clone(),
    });
    Program { ops: ops.collect() }
}

/// Whether the same verbs stand at the same places and leave the same names.
fn is_alike(old: &Program, new: &Program) -> bool {
    let ways = |op: &Op| match op {
        Op::Step { otherwise, silent, end, .. } => Some((*otherwise, *silent, *end)),
        _ => None,
    };
    let same = |(here, there): (&Op, &Op)| match (here, there) {
        (Op::Step { step: old, .. }, Op::Step { step: new, .. }) => {
            ways(here) == ways(there)
                && old.id == new.id
                && old.verb.as_str() == new.verb.as_str()
                && old.verb.binding() == new.verb.binding()
        }
        _ => here == there,
    };
    old.ops.len() == new.ops.len() && old.ops.iter().zip(&new.ops).all(same)
}

fn names_bound(program: &Program) -> BTreeSet<&Arc<str>> {
    let loops = program.steps().filter_map(|step| match &step.verb {
        Verb::Each(each) => Some(&each.binding),
        _ => None,
    });
    program.steps().filter_map(|step| step.verb.binding()).chain(loops).collect()
}

/// Whether the id was written, and is not the step's place.
fn has_own_name(id: &StepId) -> bool {
    !id.as_str().starts_with(|c: char| c.is_ascii_digit())
}

fn with_words(step: &Arc<Step>, other: &Step) -> Arc<Step> {
    let verb = match (&step.verb, &other.verb) {
        (Verb::Post(old), Verb::Post(new)) => Verb::Post(Box::new(Post {
            text: new.text.clone(),
            to: new.to.clone(),
            mention: new.mention.clone(),
            image: new.image.clone(),
            buttons: new.buttons.clone(),
            ..Post::clone(old)
        })),
        (Verb::Task(old), Verb::Task(new)) => Verb::Task(Box::new(TaskStep {
            text: new.text.clone(),
            to: new.to.clone(),
            escalate: new.escalate.clone(),
            list: new.list.clone(),
            ..TaskStep::clone(old)
        })),
        (Verb::Approve(old), Verb::Approve(new)) => Verb::Approve(Box::new(Approve {
            text: new.text.clone(),
            show: new.show.clone(),
            to: new.to.clone(),
            ..Approve::clone(old)
        })),
        (Verb::Ask(old), Verb::Ask(new)) => {
            // What is counted are places in the list: other options are another question.
            let same = old.options.len() == new.options.len();
            let (options, answer) =
                if same { (&new.options, &new.answer) } else { (&old.options, &old.answer) };
            Verb::Ask(Box::new(Ask {
                text: new.text.clone(),
                to: new.to.clone(),
                options: options.clone(),
                answer: answer.clone(),
                ..Ask::clone(old)
            }))
        }
        (Verb::Prune(old), Verb::Prune(new)) => Verb::Prune(Box::new(Prune {
            notice: old.notice.as_ref().and(new.notice.clone()).or_else(|| old.notice.clone()),
            to: new.to.clone(),
            ..Prune::clone(old)
        })),
        _ => return step.clone(),
    };
    if verb == step.verb { step.clone() } else { Arc::new(Step { verb, ..Step::clone(step) }) }
}
