//! `activator-undisclosed`: people who warm a group up and do not say that they are paid to.

use super::{
    advice,
    context::{Context, found},
    said::says,
};
use crate::base::{
    diagnostic::{Diagnostic, code::Code},
    phrase::{pair, phrase},
    words::tick,
};

pub(super) const CODE: Code = advice(
    "activator-undisclosed",
    pair("a role that livens up the group does not say that it is staff", "互动员没有标明是工作人员"),
    pair(
        "Most people follow the crowd, so somebody has to begin; members who learn that the beginner was paid believe nobody any more. Whoever has the role `activator` says so in the name: (staff).",
        "多数人从众，需要有人先开口；但被发现是托，就没人再信了。`activator` 的人要在名字里标明：（工作人员）。",
    ),
    "people: { ann: { name: Ann } }\nroles: { activator: ann }\n",
    "people: { ann: { name: Ann (staff) } }\nroles: { activator: ann }\n",
    &["P067"],
);

const ROLES: [&str; 4] = ["activator", "activators", "互动员", "托"];
const DISCLOSED: [&str; 8] = ["staff", "team", "official", "工作人员", "官方", "小编", "助手", "运营"];

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (name, role) in cx.playbook.roles.iter().filter(|(name, _)| ROLES.contains(&name.as_str())) {
        let hidden = role.people.iter().find(|person| !says(&person.name.to_lowercase(), &DISCLOSED));
        if let Some(person) = hidden {
            let who = tick(&person.name);
            let message = phrase!(
                "{who} livens up the group and does not say to be staff",
                "{who} 负责带动气氛，却没有标明是工作人员"
            );
            out.push(found(&CODE, cx.span(&format!("roles.{name}")), message).help(pair(
                "say it in the name: `name: Ann (staff)`",
                "在名字里写明：`name: 小安（工作人员）`",
            )));
        }
    }
}
