//! What whoever is told of trouble reads: a failed step, messages that did not arrive.
//!
//! CommonMark in the playbook's locale. Pure text; decides nothing.

use crate::base::{
    ids::{EffectId, GroupId, RunId},
    locale::Locale,
};

/// What whoever is asked to look at a failed run can do.
pub(super) fn look_at_failed(locale: Locale, text: &str, run: &RunId, group: &GroupId) -> String {
    match locale {
        Locale::En => format!(
            "{text}\n\nMend the cause and go on with `playbook retry {run} --group {group}`, or carry on by hand."
        ),
        Locale::Zh => {
            format!("{text}\n\n改好原因后用 `playbook retry {run} --group {group}` 继续，或者手动接着做。")
        }
    }
}

/// What is asked of a person where a message did not arrive and no channel is told of trouble.
pub(super) fn look_at_undelivered(locale: Locale, text: &str, effect: &EffectId, group: &GroupId) -> String {
    match locale {
        Locale::En => format!(
            "{text}\n\nMend the cause, then `playbook retry '{effect}' --group {group}` sends it; \
             `playbook done '{effect}' --group {group}` says that members have it. All: `playbook outbox`"
        ),
        Locale::Zh => format!(
            "{text}\n\n改好原因后用 `playbook retry '{effect}' --group {group}` 重发；成员已经看到了就用 \
             `playbook done '{effect}' --group {group}`。全部见 `playbook outbox`"
        ),
    }
}

/// A message was refused for good, or nobody knows whether it arrived.
pub(super) fn delivery_failed(
    locale: Locale,
    group: &str,
    effect: &str,
    in_doubt: bool,
    reason: &str,
) -> String {
    match (locale, in_doubt) {
        (Locale::En, false) => format!("**{group}**: message `{effect}` was refused.\n\n{reason}"),
        (Locale::Zh, false) => format!("**{group}**：消息 `{effect}` 被拒收。\n\n{reason}"),
        (Locale::En, true) => {
            format!(
                "**{group}**: nobody knows whether message `{effect}` arrived; `playbook outbox` shows it.\n\n{reason}"
            )
        }
        (Locale::Zh, true) => {
            format!("**{group}**：消息 `{effect}` 是否送达不明；`playbook outbox` 可以查看。\n\n{reason}")
        }
    }
}

/// So many messages failed within the hour that not each is told.
pub(super) fn more_refused(locale: Locale, group: &str) -> String {
    match locale {
        Locale::En => {
            format!(
                "**{group}**: more messages failed; for an hour they are not told one by one. All: `playbook outbox`"
            )
        }
        Locale::Zh => {
            format!("**{group}**：还有消息发送失败，一小时内不再逐条提醒。全部见 `playbook outbox`")
        }
    }
}
