//! `minors`: where minors are among the members, nobody is ranked, shown or asked alone, and nothing is kept of them
//! without a guardian's consent.

use super::{
    advice,
    context::{Context, found, shown_texts},
};
use crate::{
    base::{
        diagnostic::{Diagnostic, code::Code},
        phrase::{pair, phrase},
        value::Value,
        words::tick,
    },
    model::{
        step::{Assignee, Verb},
        trigger::Trigger,
    },
};

pub(super) const CODE: Code = advice(
    "minors",
    pair(
        "minors are among the members, and something is done that is not done with them",
        "群里有未成年人，却做了不该对他们做的事",
    ),
    pair(
        "With minors nobody is ranked, no picture is posted, no field is kept without a guardian's consent, and at least two of the team share every task about one of them.",
        "群里有未成年人时：不排名，不发照片，没有监护人同意不存任何字段，针对某个人的任务至少由两位工作人员一起做。",
    ),
    "charter: { minors: true }\nplays:\n  stars:\n    every: friday at 20:00\n    steps:\n      - post: First is ${members.top(1)}\n",
    "charter: { minors: true }\nplays:\n  stars:\n    every: friday at 18:00\n    steps:\n      - post: Thank you all for this week\n",
    &[],
);

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
            let message =
                pair("members are ranked, and minors are among them", "给成员排了名，而群里有未成年人");
            let help = pair(
                "thank everybody, or tell each their own number alone",
                "感谢大家，或者只告诉每个人自己的数",
            );
            out.push(found(&CODE, cx.step_span(play, step), message).help(help));
        }
        if let Verb::Post(post) = &step.verb
            && post.image.is_some()
        {
            let message =
                pair("a picture is posted, and minors are among the members", "发了图片，而群里有未成年人");
            let help = pair("leave `image` out", "去掉 `image`");
            out.push(found(&CODE, cx.key_span(play, step, "image"), message).help(help));
        }
        if let Verb::Task(task) = &step.verb
            && matches!(&play.trigger, Trigger::Signal(on) if on.per_member)
            && let Some(Assignee::Role(role)) = &task.to
            && let Some(known) = cx.playbook.roles.get(role)
            && (known.people.len() < 2 || known.term.is_some())
        {
            let name = tick(role.as_str());
            let message = phrase!(
                "one person alone has a task about one member: {name}",
                "针对某一位成员的任务只有一个人做：{name}"
            );
            let help = pair(
                "give the role two people without terms, who do it together",
                "让这个角色有两个人、不轮值，一起做",
            );
            out.push(found(&CODE, cx.key_span(play, step, "to"), message).help(help));
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

/// Whether the charter says so, in whatever words.
fn has_minors(charter: &Value) -> bool {
    match charter.get("minors") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(has)) => *has,
        Some(Value::Str(text)) => !matches!(text.trim(), "" | "no" | "none" | "false" | "无" | "没有"),
        Some(_) => true,
    }
}
