//! `no-alerts`: nobody would hear that messages no longer arrive.

use super::{
    advice,
    context::{Context, found},
};
use crate::{
    base::{
        diagnostic::{Diagnostic, code::Code},
        ids::ChannelName,
        phrase::{pair, phrase},
        words::tick,
    },
    model::{
        channel::{ChannelKind, GROUP, STAFF},
        group::Group,
        playbook::Playbook,
    },
};

pub(super) const CODE: Code = advice(
    "no-alerts",
    pair("nobody hears when messages no longer arrive", "消息发不出去时没有人会知道"),
    pair(
        "Addresses are revoked, robots are removed from groups, steps fail. The engine tells the channel `alerts`, or the channels that the key `alerts` names; without any, it opens a task for whoever has the first role, told in the role's `channel` or in `staff`. Where there is none of these, trouble stands on the terminal and in `playbook status` only, where nobody looks at night.",
        "地址会失效，机器人会被移出群，步骤会失败。引擎会发到频道 `alerts`，或 `alerts` 一栏列出的频道；都没有时给第一个角色开一个任务，发到该角色的 `channel` 或 `staff`。这些都没有，故障就只在终端和 `playbook status` 里，夜里没人会看。",
    ),
    "channels:\n  group: { type: webhook, url: { env: GROUP_WEBHOOK } }\nplays:\n  morning:\n    every: day at 09:00\n    steps:\n      - post: Good morning!\n",
    "channels:\n  group: { type: webhook, url: { env: GROUP_WEBHOOK } }\n  alerts: { type: ntfy, url: \"https://ntfy.sh/my-group-alerts\" }\nplays:\n  morning:\n    every: day at 09:00\n    steps:\n      - post: Good morning!\n",
    &[],
);

/// Whether somebody is told in another channel when this one fails.
fn is_watched(playbook: &Playbook, group: &Group, channel: &ChannelName) -> bool {
    if !playbook.alerted(group, Some(channel)).is_empty() {
        return true;
    }
    let Some(role) = playbook.host_role(group).and_then(|name| playbook.role(group, name)) else {
        return false;
    };
    let staff = ChannelName::new(STAFF);
    let told = role.channel.as_ref().unwrap_or(&staff);
    told != channel && playbook.channel(group, told).is_some()
}

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let playbook = cx.playbook;
    let is_real = |name: &ChannelName, group: &Group| {
        let kind = playbook.channel(group, name).map(|channel| channel.kind);
        kind.is_some_and(|kind| !matches!(kind, ChannelKind::Console | ChannelKind::Manual))
    };
    for group in playbook.groups.values() {
        let mut names = playbook.channels.keys().chain(group.channels.keys());
        // One place is enough: the same key mends all.
        let Some(name) = names.find(|name| {
            let is_for_staff = name.as_str() != GROUP && playbook.is_for_staff(group, name);
            is_real(name, group) && !is_for_staff && !is_watched(playbook, group, name)
        }) else {
            continue;
        };
        let message = phrase!(
            "nobody is told when {} fails: there is no `alerts`",
            "{} 发不出去时没有人会知道：没有 `alerts`",
            tick(name.as_str())
        );
        out.push(found(&CODE, cx.span(&format!("channels.{name}")), message).help(pair(
            "add a channel `alerts` (another chat, e-mail, ntfy; `alerts: { type: console }` for the terminal alone), or \
             give the first role a `channel`",
            "加一个频道 `alerts`（另一个群、邮件、ntfy；只要终端就写 `alerts: { type: console }`），或给第一个角色一个 `channel`",
        )));
        return;
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::messages, CODE};

    const FILE: &str = "channels:\n  group: { type: webhook, url: { env: A } }\n";

    #[test]
    fn a_file_is_watched_by_alerts_by_a_role_that_is_told_or_has_nothing_that_can_fail() {
        let leaked = |text: String| -> &'static str { text.leak() };
        assert_eq!(messages(&CODE, FILE), ["nobody is told when `group` fails: there is no `alerts`"]);
        let silent = [
            "channels:\n  group: { type: manual }\n".to_owned(),
            "channels:\n  group: { type: console }\n".to_owned(),
            format!("{FILE}  alerts: {{ type: console }}\n"),
            format!("{FILE}  phone: {{ type: console }}\nalerts: phone\n"),
            format!(
                "{FILE}  staff: {{ type: webhook, url: {{ env: B }} }}\npeople: {{ ann: {{ name: Ann }} }}\nroles: {{ host: ann }}\n"
            ),
        ];
        for yaml in silent {
            assert_eq!(messages(&CODE, leaked(yaml.clone())), [""; 0], "{yaml}");
        }
        // A role that is told in the channel that fails hears nothing.
        let same = format!(
            "{FILE}people: {{ ann: {{ name: Ann }} }}\nroles:\n  host: {{ people: [ann], channel: group }}\n"
        );
        assert_eq!(messages(&CODE, leaked(same)).len(), 1);
    }
}
