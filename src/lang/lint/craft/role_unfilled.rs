//! `role-unfilled`: a job that the charter names and nobody has.

use super::{
    advice,
    context::{Context, found},
};
use crate::base::{
    diagnostic::{Diagnostic, code::Code},
    phrase::{Phrase, pair, phrase},
    value::Value,
};

pub(super) const CODE: Code = advice(
    "role-unfilled",
    pair("a job of the charter's team is nobody's role", "章程里的岗位没有人担任"),
    pair(
        "Operation is more than customer service: planner, content, business, steward, trainer. `charter.team` names the jobs that this group needs; each is a role with people, or a mapping from the job to the role or person who does it.",
        "运营不只是客服：策划、内容、商务、管家、讲师都要有人。`charter.team` 写出需要的岗位，每个岗位都是有人的角色，或写明由谁来做。",
    ),
    "charter: { purpose: read, team: [planner, steward], values: [a] }\npeople: { ann: { name: Ann } }\nroles: { planner: ann }\n",
    "charter: { purpose: read, team: [planner, steward], values: [a] }\npeople: { ann: { name: Ann } }\nroles: { planner: ann, steward: ann }\n",
    &["P087", "P128"],
);

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let filled = |name: &str| {
        let role = cx.playbook.roles.iter().find(|(role, _)| role.as_str() == name);
        let own =
            cx.playbook.groups.values().any(|group| group.roles.keys().any(|role| role.as_str() == name));
        role.is_some_and(|(_, role)| !role.people.is_empty()) || own || cx.playbook.people.contains_key(name)
    };
    let known = |who: &Value| match who {
        Value::Str(name) => filled(name.trim()),
        Value::List(names) => names.iter().all(|name| name.as_str().is_some_and(&filled)),
        _ => false,
    };
    let empty: Vec<String> = match cx.playbook.charter.get("team") {
        Some(Value::List(jobs)) => {
            jobs.iter().filter_map(Value::as_str).filter(|job| !filled(job)).map(str::to_owned).collect()
        }
        Some(Value::Map(jobs)) => jobs
            .iter()
            .filter(|(job, who)| !known(who) && !filled(job))
            .map(|(job, _)| job.to_string())
            .collect(),
        _ => return,
    };
    if !empty.is_empty() {
        let jobs = Phrase::ticks(&empty, "and");
        let message =
            phrase!("the team needs {jobs}, and nobody does it", "团队需要 {jobs}，还没有人做"; jobs);
        out.push(found(&CODE, cx.span("charter.team"), message).help(pair(
            "give the job people under `roles`, or write who does it: `team: { planner: host }`",
            "在 `roles` 里给这个岗位配人，或写明谁来做：`team: { planner: host }`",
        )));
    }
}
