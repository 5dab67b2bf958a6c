//! `unused-channel`: a channel to which nothing is ever sent.

use super::context::{Context, found};
use crate::base::phrase::{pair, phrase};
use crate::{
    base::{
        diagnostic::{
            Diagnostic, Severity,
            code::{Code, Example},
            suggest,
        },
        ids::ChannelName,
        words::tick,
    },
    model::step::Verb,
};
use std::collections::BTreeSet;

pub(super) const CODE: Code = Code {
    slug: "unused-channel",
    severity: Severity::Warning,
    meaning: pair("nothing is sent to a channel", "频道没有任何消息"),
    explanation: pair(
        "A channel is used by `to` of a post or an ask, by `channel` of a role, by `alerts`, or by a script that names \
             it. `group` is where posts go by default and `alerts` is told about failures; these two are never unused, nor is one that can only hear.",
        "`post`、`ask` 的 `to`，角色的 `channel`，`alerts`，或脚本里写到它的名字，都算用到。`group` 是默认去处，`alerts` 接收故障消息，这两个和只能听的频道不检查。",
    ),
    bad: Example::of("channels:\n  group: { type: console }\n  staff: { type: console }\n"),
    good: Example::of(
        "channels:\n  group: { type: console }\n  staff: { type: console }\npeople: { ann: { name: Ann } }\nroles:\n  host: { people: [ann], channel: staff }\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let playbook = cx.playbook;
    let mut used: BTreeSet<&str> = ["group", "alerts"].into();
    for (_, _, step) in cx.steps() {
        match &step.verb {
            Verb::Post(post) => used.insert(post.to.as_str()),
            Verb::Ask(ask) => used.insert(ask.to.as_str()),
            _ => continue,
        };
    }
    let groups = || playbook.groups.values();
    let roles = playbook.roles.values().chain(groups().flat_map(|group| group.roles.values()));
    used.extend(roles.filter_map(|role| role.channel.as_ref()).map(ChannelName::as_str));
    let channels = playbook.channels.values().chain(groups().flat_map(|group| group.channels.values()));
    used.extend(
        channels.flat_map(|channel| &channel.alerts).chain(&playbook.alerts).map(ChannelName::as_str),
    );
    let everywhere = playbook.channels.keys().map(|name| (name, format!("channels.{name}")));
    // A group's own channel of a name that the file has nowhere else is mostly a slip of one that it has.
    let own = groups().flat_map(|group| {
        let new = group.channels.keys().filter(|name| !playbook.channels.contains_key(*name));
        new.map(|name| (name, format!("groups.{}.channels.{name}", group.id)))
    });
    let speaks = |name: &ChannelName| playbook.channels.get(name).is_none_or(|channel| !channel.only_hears());
    for (name, place) in
        everywhere.chain(own).filter(|(name, _)| !used.contains(name.as_str()) && speaks(name))
    {
        if cx.in_scripts(name.as_str()) {
            continue;
        }
        let message =
            phrase!("nothing is sent to the channel {}", "没有任何消息发到频道 {}", tick(name.as_str()));
        let near = suggest::nearest(name.as_str(), used.iter().copied());
        let near = near.map(|near| phrase!("did you mean `{near}`? else ", "是不是 `{near}`？不然就"));
        let near = near.unwrap_or_default();
        out.push(found(&CODE, cx.span(&place), message).help(phrase!(
            "{near}send to it with `to: {name}`, give it to a role with `channel: {name}`, or remove it",
            "{near}用 `to: {name}` 发到它，用 `channel: {name}` 交给某个角色，或删掉它";
            near
        )));
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::messages, CODE};

    #[test]
    fn alerts_and_group_are_never_unused() {
        let channels = "channels:\n  group: { type: console }\n  alerts: { type: console }\n  spare: { type: console }\n";
        assert_eq!(messages(&CODE, channels), ["nothing is sent to the channel `spare`"]);
    }

    #[test]
    fn a_groups_own_channel_that_nothing_names_is_a_slip() {
        let own = "channels:\n  group: { type: console }\ngroups:\n  one: { channels: { grup: { type: console } } }\n  two: { channels: { group: { type: console } } }\n";
        assert_eq!(messages(&CODE, own), ["nothing is sent to the channel `grup`"]);
    }
}
