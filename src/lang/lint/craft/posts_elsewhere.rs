//! `posts-elsewhere`: posts go to a channel that is nobody's group.

use super::{
    advice,
    context::{Context, found},
};
use crate::base::{
    diagnostic::{Diagnostic, code::Code},
    phrase::{pair, phrase},
};
use std::collections::BTreeSet;

pub(super) const CODE: Code = advice(
    "posts-elsewhere",
    pair("posts go to a channel that is nobody's group", "帖子发到了不属于任何群的频道"),
    pair(
        "Whoever carries a message into other people's groups is a guest there: too often, and both are thrown out. A channel beside `group` that no role is told on and that has no budget of its own is taken for such a place. Say what it may carry (`budgets: { channels: { other: { posts: 1 per 7d } } }`), or give the group an entry under `groups`.",
        "把消息发到别人的群里，你就是客人：发得太勤，人和消息都会被请出去。除 `group` 外，没有角色在上面接任务、也没有自己的预算的频道，就当作这种地方。请写明它能发多少（`budgets: { channels: { other: { posts: 1 per 7d } } }`），或者把那个群写进 `groups`。",
    ),
    "channels:\n  group: { type: console }\n  neighbours: { type: console }\nplays:\n  invite:\n    every: day at 12:00\n    steps:\n      - post: Come and read with us\n        to: neighbours\n",
    "channels:\n  group: { type: console }\n  neighbours: { type: console }\nbudgets:\n  channels:\n    neighbours: { posts: 1 per 7d }\nplays:\n  invite:\n    every: day at 12:00\n    steps:\n      - post: Come and read with us\n        to: neighbours\n",
    &["P043"],
);

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let playbook = cx.playbook;
    let mut told = BTreeSet::new();
    for (play, _, step, post) in cx.posts() {
        let channel = &post.to;
        let is_for_staff = playbook.groups.values().any(|group| playbook.is_for_staff(group, channel));
        // A group that has such a channel of its own says whose it is.
        let of_a_group = playbook.groups.values().any(|group| group.channels.contains_key(channel));
        let is_ours = channel.as_str() == crate::model::channel::GROUP || is_for_staff || of_a_group;
        if is_ours || playbook.budgets.channels.contains_key(channel) || !told.insert(channel) {
            continue;
        }
        let message = phrase!(
            "`{channel}` is no group of yours, and nothing says how much may be posted there",
            "`{channel}` 不是你的群，也没有写明能在那里发多少"
        );
        let place = cx.key_span(play, step, "to");
        out.push(found(&CODE, place, message).help(phrase!(
            "write `budgets: {{ channels: {{ {channel}: {{ posts: 1 per 7d }} }} }}`",
            "写上 `budgets: {{ channels: {{ {channel}: {{ posts: 1 per 7d }} }} }}`"
        )));
    }
}
