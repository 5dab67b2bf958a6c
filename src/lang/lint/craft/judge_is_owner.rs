//! `judge-is-owner`: whoever owns the group decides about quarrels.

use super::{
    advice,
    context::{Context, found},
};
use crate::{
    base::{
        diagnostic::{Diagnostic, code::Code},
        phrase::{pair, phrase},
        words::tick,
    },
    model::{moderation::Rung, step::Assignee},
};

pub(super) const CODE: Code = advice(
    "judge-is-owner",
    pair("the owner decides about members who break rules", "由群主来裁定违规"),
    pair(
        "Whoever owns the group stays neutral: one who has judged somebody cannot make peace any more. Somebody else decides from `mute` on, and the owner is whom one can turn to.",
        "群主要保持中立：裁定过谁，就没法再调解。从禁言起由别人裁定，群主是大家可以找的人。",
    ),
    "roles: { host: { people: [ann] } }\npeople: { ann: { name: Ann } }\nmoderate:\n  judge: host\n  ads: { links: yes, say: No ads here., do: [remind, mute 1d] }\n",
    "roles: { host: { people: [ann] }, mediator: { people: [bo] } }\npeople: { ann: { name: Ann }, bo: { name: Bo } }\nmoderate:\n  judge: mediator\n  ads: { links: yes, say: No ads here., do: [remind, mute 1d] }\n",
    &["P022"],
);

/// Roles of whom a group is.
const OWNERS: [&str; 4] = ["owner", "host", "creator", "群主"];

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let moderation = &cx.playbook.moderation;
    let judged = moderation.rules.iter().find(|rule| rule.rungs.iter().any(|rung: &Rung| rung.is_judged()));
    let Some(rule) = judged else { return };
    let roles = &cx.playbook.roles;
    let owners = roles.iter().filter(|(name, _)| OWNERS.contains(&name.as_str()));
    let owners: Vec<_> = owners.flat_map(|(_, role)| role.people.iter().map(|person| &person.id)).collect();
    let (name, place) = match &moderation.judge {
        Some(Assignee::Role(role)) => (role.to_string(), "moderate.judge".to_owned()),
        Some(Assignee::Person(person)) => (person.to_string(), "moderate.judge".to_owned()),
        Some(Assignee::Text(_)) => return,
        None => {
            let first = roles.keys().find(|role| role.as_str() == "host").or_else(|| roles.keys().next());
            let Some(first) = first else { return };
            (first.to_string(), format!("moderate.{}", rule.name))
        }
    };
    let judges: Vec<_> = match roles.get(name.as_str()) {
        Some(role) => role.people.iter().map(|person| person.id.as_str()).collect(),
        None => vec![name.as_str()],
    };
    let is_owner = OWNERS.contains(&name.as_str())
        || !judges.is_empty()
            && judges.iter().all(|judge| owners.iter().any(|owner| owner.as_str() == *judge));
    if !is_owner {
        return;
    }
    let judge = tick(&name);
    let message = phrase!("{judge} owns the group and judges its members", "{judge} 是群主，又来裁定成员");
    out.push(found(&CODE, cx.span(&place), message).help(pair(
        "write `judge:` with a role that others have, such as `mediator`",
        "写 `judge:` 和别人担任的角色，例如 `mediator`",
    )));
}
