//! `mention-unsupported`: a mention that notifies nobody on its channel's platform.

use super::context::{Context, found};
use crate::base::phrase::{Phrase, pair, phrase};
use crate::{
    base::{
        diagnostic::{
            Diagnostic, Severity,
            code::{Code, Example},
        },
        words::tick,
    },
    model::{
        channel::ChannelKind,
        step::{MentionTarget, Post},
    },
};

pub(super) const CODE: Code = Code {
    slug: "mention-unsupported",
    severity: Severity::Warning,
    meaning: pair("a mention notifies nobody on its channel's platform", "在该平台上，这个 @ 不会提醒任何人"),
    explanation: pair(
        "Some platforms have no mentions, some cannot notify everybody, and all need the id by which they know a person. \
             The message is sent with the name as plain text.",
        "有的平台不能 @，有的不能 @所有人，而且都需要平台自己的用户 id。消息照样发出，但名字只是普通文字。",
    ),
    bad: Example::of(
        "channels:\n  group: { type: ntfy, url: { env: NTFY } }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n        \
         mention: all\n",
    ),
    good: Example::of(
        "channels:\n  group: { type: ntfy, url: { env: NTFY } }\nplays:\n  hello:\n    every: monday at 09:00\n    steps:\n      - post: Hello.\n",
    ),
    practices: &[],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (play, _, step, post) in cx.posts().filter(|(.., post)| !post.mention.is_empty()) {
        let lacks = cx.kinds(&post.to).into_iter().find_map(|kind| lacking(cx, kind, post));
        if let Some((message, help)) = lacks {
            out.push(found(&CODE, cx.step_span(play, step), message).help(help));
        }
    }
}

/// What a kind of channel lacks for a post's mentions, and what to do.
fn lacking(cx: &Context<'_>, kind: ChannelKind, post: &Post) -> Option<(Phrase, Phrase)> {
    let abilities = kind.abilities();
    let channel = tick(post.to.as_str());
    if !abilities.mentions {
        let message = phrase!(
            "the channel {channel} ({kind}) cannot mention anybody; the names are sent as text",
            "频道 {channel}（{kind}）不能 @ 任何人；名字只会作为普通文字发出"
        );
        return Some((message, pair("leave `mention` out", "去掉 `mention`").into()));
    }
    if !abilities.mention_all && post.mention.contains(&MentionTarget::All) {
        let message = phrase!(
            "the channel {channel} ({kind}) cannot notify everybody",
            "频道 {channel}（{kind}）不能 @ 所有人"
        );
        return Some((
            message,
            pair("mention a role or a person instead of `all`", "改为提醒某个角色或人，不要用 `all`").into(),
        ));
    }
    if matches!(kind, ChannelKind::Console | ChannelKind::Manual) {
        return None;
    }
    let people = post.mention.iter().flat_map(|target| match target {
        MentionTarget::Person(person) => vec![&**person],
        MentionTarget::Role(role) => {
            cx.playbook.roles.get(role).map(|role| role.people.iter().collect()).unwrap_or_default()
        }
        MentionTarget::All | MentionTarget::Text(_) => Vec::new(),
    });
    let unknown = people.into_iter().find(|person| !person.handles.contains_key(kind.as_str()))?;
    let message = phrase!(
        "{} has no {kind} id, so the mention is only a name",
        "{} 没有 {kind} 的 id，只会显示名字，不会提醒",
        tick(unknown.id.as_str())
    );
    Some((
        message,
        phrase!(
            "write it under `people`: `{}: {{ name: {}, {kind}: … }}`",
            "写在 `people` 下面：`{}: {{ name: {}, {kind}: … }}`",
            unknown.id,
            unknown.name
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::{super::tests::messages, CODE};

    #[test]
    fn a_person_without_an_id_on_the_platform_is_not_notified() {
        let file = "channels:\n  group: { type: wecom, url: { env: A } }\npeople:\n  ann: { name: Ann }\n  bob: { name: Bob, wecom: BobB }\n\
                    plays:\n  hi:\n    every: monday at 09:00\n    steps:\n      - { post: Hi., mention: bob }\n      - { post: Hi., mention: ann }\n";
        assert_eq!(messages(&CODE, file), ["`ann` has no wecom id, so the mention is only a name"]);
    }
}
