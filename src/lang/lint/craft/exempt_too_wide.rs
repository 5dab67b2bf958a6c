//! `exempt-too-wide`: the rules are not for everybody.

use super::{
    advice,
    context::{Context, found},
};
use crate::base::{
    diagnostic::{Diagnostic, code::Code},
    phrase::{pair, phrase},
};

pub(super) const CODE: Code = advice(
    "exempt-too-wide",
    pair("`exempt` spares more than those who look after the group", "`exempt` 放过的不只是管理群的人"),
    pair(
        "A rule that is not held against friends, payers or regulars is no rule: everybody sees who may and who may not. Owners, staff and bots are enough.",
        "对熟人、付费的人、老成员不执行的规则不是规则：谁可以谁不可以，大家都看得见。放过群主、管理和机器人就够了。",
    ),
    "roles: { host: { people: [ann] } }\npeople: { ann: { name: Ann } }\nmoderate:\n  exempt: member.points > 100\n  ads: { links: yes, say: No ads here. }\n",
    "roles: { host: { people: [ann] } }\npeople: { ann: { name: Ann } }\nmoderate:\n  exempt: member.role == \"owner\"\n  ads: { links: yes, say: No ads here. }\n",
    &["P021"],
);

/// What says who looks after a group.
const STAFF: [&str; 14] = [
    "owner",
    "host",
    "creator",
    "群主",
    "bot",
    "staff",
    "admin",
    "administrator",
    "moderator",
    "mediator",
    "管理员",
    "管理",
    "operator",
    "team",
];
/// What an expression about those may read of a member.
const READS: [&str; 5] = ["member.role", "member.tags.contains", "member.has", "member.tags", "member.bot"];

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let Some(exempt) = &cx.playbook.moderation.exempt else { return };
    let source = exempt.source();
    let named = source.split('"').skip(1).step_by(2).all(|word| STAFF.contains(&word));
    let bare: String = source.split('"').step_by(2).collect();
    let mut rest = bare.clone();
    for read in READS {
        rest = rest.replace(read, "");
    }
    let always = bare.trim() == "true";
    if named && !always && !rest.contains("member") {
        return;
    }
    let message = phrase!(
        "`{source}` spares more than owners, staff and bots",
        "`{source}` 放过的不只是群主、管理和机器人"
    );
    out.push(found(&CODE, cx.span("moderate.exempt"), message).help(pair(
        "name those who look after the group: `member.role == \"owner\"`, `member.tags.contains(\"staff\")`",
        "只写管理群的人：`member.role == \"owner\"`、`member.tags.contains(\"staff\")`",
    )));
}

#[cfg(test)]
mod tests {
    use super::{super::tests::messages, CODE};

    #[test]
    fn owners_and_staff_may_be_spared_and_nobody_need_be() {
        for exempt in ["member.role == \"owner\" || member.tags.contains(\"staff\")", "false"] {
            let yaml = format!("moderate:\n  exempt: '{exempt}'\n  ads: {{ links: yes, say: No ads. }}\n");
            assert_eq!(messages(&CODE, yaml.leak()), [""; 0], "{exempt}");
        }
        for exempt in ["member.name == \"Ann\"", "true", "member.active(28) > 3"] {
            let yaml = format!("moderate:\n  exempt: '{exempt}'\n  ads: {{ links: yes, say: No ads. }}\n");
            assert_eq!(messages(&CODE, yaml.leak()).len(), 1, "{exempt}");
        }
    }
}
