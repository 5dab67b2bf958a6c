//! What a person is asked to do because the platform does not: to delete, to pin, to remove.
//!
//! Words only, in the group's language.

use super::notice::beginning;
use crate::{
    base::{ids::EffectId, locale::Locale, markdown},
    model::channel::ChannelKind,
};

/// A member whom the platform did not remove.
pub(super) fn remove_by_hand(locale: Locale, who: &str, task: &str, reason: &str) -> String {
    let (who, reason) = (markdown::escape(who), markdown::escape(reason));
    match locale {
        Locale::En => format!(
            "The platform did not remove {who} ({reason}): do it in the app, then say `playbook done {task}`"
        ),
        Locale::Zh => {
            format!("平台没能移出 {who}（{reason}）：请在群里操作，完成后运行 `playbook done {task}`")
        }
    }
}

/// What a person is asked to do, with the reason why the platform did not: it says which right to give.
pub(super) fn with_reason(locale: Locale, text: &str, reason: &str) -> String {
    let reason = markdown::escape(reason);
    match locale {
        Locale::En => format!("{text} (the platform did not do it: {reason})"),
        Locale::Zh => format!("{text}（平台没有办成：{reason}）"),
    }
}

/// Somebody who has asked to come in is answered by hand; with the reason why the platform did not do it.
pub(super) fn admit_by_hand(locale: Locale, who: &str, yes: bool, reason: Option<&str>) -> String {
    let who = markdown::escape(who);
    let reason = reason.map(markdown::escape);
    match (locale, yes) {
        (Locale::En, yes) => {
            let what = if yes { "Let them in" } else { "Turn the request down" };
            let reason =
                reason.map(|reason| format!("The platform did not do it ({reason}). ")).unwrap_or_default();
            format!("{who} has asked to come in. {reason}{what} in the app")
        }
        (Locale::Zh, yes) => {
            let what = if yes { "通过申请" } else { "拒绝申请" };
            let reason = reason.map(|reason| format!("平台没有办成（{reason}），")).unwrap_or_default();
            format!("{who} 申请进群：{reason}请在群里{what}")
        }
    }
}

/// What was sent is to be deleted by hand: how that goes on the platform.
pub(super) fn delete_by_hand(
    locale: Locale,
    kind: ChannelKind,
    group: &str,
    effect: &EffectId,
    text: &str,
) -> String {
    let (how, text) = (steps_to_delete(locale, kind), beginning(text));
    match locale {
        Locale::En => {
            format!("Please delete this message in **{group}** now: “{text}” {how} (`{effect}`)")
        }
        Locale::Zh => format!("请马上删除 **{group}** 里的这条消息：「{text}」{how}（`{effect}`）"),
    }
}

/// A message that is to stay at the top, which nobody but a person can do.
pub(super) fn pin_by_hand(locale: Locale, group: &str, text: &str) -> String {
    let text = beginning(text);
    match locale {
        Locale::En => format!("Please pin this message in **{group}**, once it is there: “{text}”"),
        Locale::Zh => format!("这条消息发出后，请在 **{group}** 里把它置顶：「{text}」"),
    }
}

fn steps_to_delete(locale: Locale, kind: ChannelKind) -> &'static str {
    let (en, zh) = match kind {
        ChannelKind::Slack => (
            "Point at it, press ⋯, “Delete message”; a workspace admin can delete what an app has posted.",
            "把鼠标移到消息上，点 ⋯，选“删除消息”；应用发的消息由工作区管理员删除。",
        ),
        ChannelKind::Mattermost => (
            "Point at it, press ⋯, “Delete”; a channel or system admin can delete what a webhook has posted.",
            "把鼠标移到消息上，点 ⋯，选“删除”；Webhook 发的消息由频道或系统管理员删除。",
        ),
        ChannelKind::Teams | ChannelKind::GoogleChat => (
            "Point at it, press ⋯, “Delete”; an owner of the group can.",
            "把鼠标移到消息上，点 ⋯，选“删除”；群的所有者可以删除。",
        ),
        ChannelKind::Feishu | ChannelKind::Dingtalk => (
            "The group's owner presses it for long and recalls it. If that is not offered, post a correction.",
            "由群主长按这条消息，选“撤回”。如果没有这一项，请发一条更正。",
        ),
        ChannelKind::Wecom => (
            "Nobody can recall what a WeCom robot has posted: post a correction with `playbook correct` at once.",
            "企业微信群机器人发的消息谁都不能撤回：请马上用 `playbook correct` 发一条更正。",
        ),
        ChannelKind::Discord => (
            "Right-click it, “Delete Message”; whoever may manage messages can.",
            "右键点这条消息，选“删除消息”；需要有管理消息的权限。",
        ),
        ChannelKind::Telegram | ChannelKind::Matrix => (
            "Press it for long, “Delete”, for everybody; an administrator of the group can.",
            "长按这条消息，选“删除”，对所有人删除；群管理员可以操作。",
        ),
        ChannelKind::Manual | ChannelKind::Onebot => (
            "Whoever sent it presses it for long and recalls it, within two minutes; later, post a correction.",
            "由发送的人长按这条消息，选“撤回”（两分钟内）；过了时间请发一条更正。",
        ),
        ChannelKind::Console | ChannelKind::Webhook | ChannelKind::Ntfy | ChannelKind::Email => (
            "It cannot be called back from there: tell those who got it.",
            "那里的消息收不回来：请告诉收到的人。",
        ),
    };
    locale.pick(en, zh)
}
