//! `quoted-unasked`: what a member wrote is kept for later, where it may be quoted, and nobody asked them.

use super::{
    advice,
    context::{Context, found},
};
use crate::{
    base::{
        diagnostic::{Diagnostic, code::Code},
        phrase::pair,
        source::Span,
    },
    lang::read_text,
    model::{play::Play, step::Step, step::Verb, trigger::Trigger},
};

pub(super) const CODE: Code = advice(
    "quoted-unasked",
    pair(
        "what members write is kept to be told later, without their yes",
        "没问过本人，就把成员说的话留着以后用",
    ),
    pair(
        "No summary names or quotes anybody who has not agreed. Ask once, and note a yes as the tag `quotable`; then \
         keep only the words of those who have it: `where: member.tags.contains(\"quotable\") && …`. An answer at \
         once, in the same group, quotes nothing that was not just read there.",
        "没有本人同意，任何总结都不点名、不引用。先问一次，同意的打上标签 `quotable`；之后只留有这个标签的人说的话：\
         `where: member.tags.contains(\"quotable\") && …`。当场在同一个群里回话，大家刚刚都看到了，不算引用。",
    ),
    "vars: { best: none }\nplays:\n  best:\n    on: message\n    where: signal.data.message.text.contains(\"#best\")\n    steps:\n      - set: { best: signal.data.message.text }\n",
    "vars: { best: none }\nplays:\n  yes:\n    on: message\n    where: signal.data.message.text == \"you may quote me\"\n    per: member\n    steps:\n      - tag: quotable\n  best:\n    on: message\n    where: member.tags.contains(\"quotable\") && signal.data.message.text.contains(\"#best\")\n    steps:\n      - set: { best: signal.data.message.text }\n",
    &["P059"],
);

/// What a condition says that looks at a member's yes.
const YES: [&str; 4] = ["quotable", "consent", "同意", "引用"];

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let message = || {
        pair(
            "what members write is kept for later, and nobody asked them",
            "把成员说的话留了下来，没问过本人",
        )
    };
    let help = || {
        pair(
            "keep it only where they have said yes: `where: member.tags.contains(\"quotable\") && …`",
            "只留同意了的：`where: member.tags.contains(\"quotable\") && …`",
        )
    };
    for (play, _, step) in cx.steps() {
        if let Verb::Set(vars) = &step.verb
            && vars.iter().any(|(_, value)| read_text::may(value.source()))
            && !asked(play, step)
        {
            out.push(found(&CODE, cx.step_span(play, step), message()).help(help()));
        }
    }
    for (id, source) in cx.sources.iter() {
        let keeps = source.text.find("state.set(");
        if source.is_script()
            && let Some(at) = keeps
            && source.text.lines().any(|line| line.contains("message.text"))
            && !agrees(&source.text)
        {
            out.push(found(&CODE, Span::new(id, at, at + "state.set(".len()), message()).help(help()));
        }
    }
}

/// Whether something on the way to a step looks at a member's yes.
fn asked(play: &Play, step: &Step) -> bool {
    let filter = match &play.trigger {
        Trigger::Signal(on) => on.filter.as_ref(),
        _ => None,
    };
    filter.into_iter().chain(&play.when).chain(&step.when).any(|condition| agrees(condition.source()))
}

fn agrees(text: &str) -> bool {
    YES.iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::{super::tests::messages, CODE};

    #[test]
    fn words_are_kept_of_those_who_agreed() {
        let play = |filter: &str, set: &str| -> &'static str {
            format!("vars: {{ best: none }}\nplays:\n  p:\n    on: message\n    where: '{filter}'\n    steps:\n      - set: {{ best: '{set}' }}\n").leak()
        };
        assert_eq!(messages(&CODE, play("true", "signal.data.message.text")).len(), 1);
        assert_eq!(messages(&CODE, play("true", "signal.data.message.kind")), [""; 0]);
        let agreed = play("member.tags.contains(\"quotable\")", "signal.data.message.text");
        assert_eq!(messages(&CODE, agreed), [""; 0]);
    }
}
