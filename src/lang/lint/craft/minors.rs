//! `minors`: where minors are among the members, nobody is ranked, shown or asked alone, and nothing is kept of them
//! without a guardian's consent. An error: what must not be done with them does not run.

use super::context::{Context, found, shown_texts};
use crate::{
    base::{
        diagnostic::{
            Diagnostic, Severity,
            code::{Code, Example},
        },
        phrase::{Phrase, pair, phrase},
        source::Span,
        words::tick,
    },
    model::{
        keeping::has_minors,
        step::{Assignee, Verb},
        trigger::Trigger,
    },
};

pub(super) const CODE: Code = Code {
    slug: "minors",
    severity: Severity::Error,
    meaning: pair(
        "minors are among the members, and something is done that is not done with them",
        "群里有未成年人，却做了不该对他们做的事",
    ),
    explanation: pair(
        "With minors nobody is ranked, no picture is posted, no field is kept without a guardian's consent, and at \
         least two of the team share every task and every decision about one of them. Where `members.fields` names \
         nothing, nothing is kept.",
        "群里有未成年人时：不排名，不发照片，没有监护人同意不存任何字段，针对某个人的任务和决定至少由两位工作人员一起做。\
         `members.fields` 没有写的，什么也不存。",
    ),
    bad: Example::of(
        "charter: { minors: true }\nplays:\n  stars:\n    every: friday at 20:00\n    steps:\n      - post: First is ${members.top(1)}\n",
    ),
    good: Example::of(
        "charter: { minors: true }\nplays:\n  stars:\n    every: friday at 18:00\n    steps:\n      - post: Thank you all for this week\n",
    ),
    practices: &[],
};

/// What ranks members.
const RANKS: [&str; 2] = [".top(", "leaderboard"];
/// What a purpose says where a guardian has agreed.
const GUARDIANS: [&str; 6] = ["guardian", "parent", "监护", "家长", "父母", "consent"];

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    if !has_minors(&cx.playbook.charter) {
        return;
    }
    let ranks = |text: &str| RANKS.iter().any(|word| text.contains(word));
    for (play, _, step) in cx.steps() {
        let texts = shown_texts(step);
        let items = match &step.verb {
            Verb::Each(each) => ranks(each.items.source()),
            _ => false,
        };
        if items || texts.iter().any(|(_, text)| ranks(&text.source())) {
            out.push(found(&CODE, cx.step_span(play, step), ranked()).help(thank_all()));
        }
        if let Verb::Post(post) = &step.verb
            && post.image.is_some()
        {
            let message =
                pair("a picture is posted, and minors are among the members", "发了图片，而群里有未成年人");
            let help = pair("leave `image` out", "去掉 `image`");
            out.push(found(&CODE, cx.key_span(play, step, "image"), message).help(help));
        }
        let asked = match &step.verb {
            Verb::Task(task) => task.to.as_ref(),
            Verb::Approve(approve) => approve.to.as_ref(),
            _ => None,
        };
        if matches!(&play.trigger, Trigger::Signal(on) if on.per_member)
            && let Some(name) = asked.and_then(|to| alone(cx, to))
        {
            let message = phrase!(
                "one person alone is asked about one member: {name}",
                "关于某一位成员的事只问一个人：{name}"
            );
            let help = pair(
                "ask a role that two people without terms have, who do it together",
                "交给一个角色，由两个人担任、不轮值，一起做",
            );
            out.push(found(&CODE, cx.key_span(play, step, "to"), message).help(help));
        }
    }
    for (id, source) in cx.sources.iter() {
        let code = |line: &str| line.split("//").next().is_some_and(|code| code.contains(RANKS[0]));
        let start = |line: &str| line.as_ptr() as usize - source.text.as_ptr() as usize;
        if source.is_script()
            && let Some(line) = source.text.lines().find(|line| code(line))
        {
            let span = Span::new(id, start(line), start(line) + line.len());
            out.push(found(&CODE, span, ranked()).help(thank_all()));
        }
    }
    for (field, kept) in cx.playbook.keeping.fields.iter().flatten() {
        let purpose = kept.purpose.as_deref().unwrap_or_default().to_lowercase();
        if !GUARDIANS.iter().any(|word| purpose.contains(word)) {
            let name = tick(&**field);
            let message = phrase!(
                "{name} is kept of minors, and no guardian's consent is named",
                "保存了未成年人的 {name}，没有写明监护人同意"
            );
            let help = pair(
                "name it in `purpose`: `with a guardian's consent`, or keep nothing",
                "在 `purpose` 里写上“经监护人同意”，或者不存",
            );
            out.push(found(&CODE, cx.span(&format!("members.fields.{field}")), message).help(help));
        }
    }
}

fn ranked() -> Phrase {
    pair("members are ranked, and minors are among them", "给成员排了名，而群里有未成年人").into()
}

fn thank_all() -> Phrase {
    pair("thank everybody, or tell each their own number alone", "感谢大家，或者只告诉每个人自己的数").into()
}

/// Who is asked, where that is one person alone; whoever is only known when the step runs may be two.
fn alone(cx: &Context<'_>, to: &Assignee) -> Option<String> {
    match to {
        Assignee::Role(role) => {
            let known = cx.playbook.roles.get(role)?;
            (known.people.len() < 2 || known.term.is_some()).then(|| tick(role.as_str()))
        }
        Assignee::Person(person) => Some(tick(person.as_str())),
        Assignee::Text(_) => None,
    }
}
