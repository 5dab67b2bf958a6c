//! Which ear a platform has.

use super::ear::Hears;
use crate::model::channel::ChannelKind;

/// The ear of a platform; none where nothing is heard.
pub(super) fn hears(kind: ChannelKind) -> Option<Hears> {
    match kind {
        ChannelKind::Telegram => Some(super::telegram::hear),
        ChannelKind::Onebot => Some(super::onebot::hear),
        ChannelKind::Matrix => Some(super::matrix::hear),
        ChannelKind::Slack => Some(super::slack::hear),
        ChannelKind::Feishu => Some(super::feishu::hear),
        ChannelKind::Discord => Some(super::discord::hear),
        ChannelKind::Mattermost => Some(super::mattermost::hear),
        ChannelKind::Dingtalk => Some(super::dingtalk::hear),
        ChannelKind::Wecom => Some(super::wecom::hear),
        _ => None,
    }
}
