//! What a channel can hear from its platform and do there: the one table of it.
//!
//! The page of channels, each channel's own page, `check` and the engine read it here. Does nothing itself.

use super::channel::ChannelKind;

/// What a channel can hear from its platform, and do there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// Members who join or leave.
    pub joins: bool,
    /// Messages and reactions.
    pub messages: bool,
    /// Answers to questions.
    pub answers: bool,
    /// It can remove a member.
    pub removals: bool,
    /// It can keep a member from writing for a while.
    pub mutes: bool,
    /// It can let in, or turn away, who asks to come in.
    pub admits: bool,
    /// It can mention a person.
    pub mentions: bool,
    /// It can mention everybody.
    pub mention_all: bool,
    /// It has polls.
    pub polls: bool,
    /// A question has a button for each option.
    pub buttons: bool,
    /// It can delete what was sent: its answer says which message it became.
    pub deletes: bool,
    /// It can change what was sent.
    pub edits: bool,
    /// It can keep what was sent at the top.
    pub pins: bool,
}

impl Abilities {
    /// Each with its name, in the order of the documentation.
    pub const fn list(self) -> [(&'static str, bool); 13] {
        [
            ("hears joins", self.joins),
            ("hears messages", self.messages),
            ("hears answers", self.answers),
            ("removes members", self.removals),
            ("mutes members", self.mutes),
            ("lets in who asks", self.admits),
            ("mentions people", self.mentions),
            ("mentions everybody", self.mention_all),
            ("has polls", self.polls),
            ("has buttons to answer by", self.buttons),
            ("deletes what was sent", self.deletes),
            ("edits what was sent", self.edits),
            ("pins what was sent", self.pins),
        ]
    }
}

impl ChannelKind {
    /// What this kind of channel hears from its platform, configured as it has to be for that, and does there.
    pub const fn abilities(self) -> Abilities {
        let [removals, mentions, mention_all, polls] = match self {
            //                       remove mention all   polls
            Self::Discord => [true, true, true, true],
            Self::Telegram => [true, true, false, true],
            Self::Matrix => [true, true, true, true],
            Self::Slack | Self::Onebot | Self::Mattermost => [true, true, true, false],
            Self::Teams => [false, true, false, false],
            Self::Console | Self::Manual | Self::Wecom | Self::Feishu | Self::Dingtalk | Self::GoogleChat => {
                [false, true, true, false]
            }
            Self::Webhook | Self::Ntfy | Self::Email => [false; 4],
        };
        let [deletes, edits, pins] = match self {
            Self::Slack | Self::Discord | Self::Telegram | Self::Matrix | Self::Mattermost => {
                [true, true, true]
            }
            Self::Onebot | Self::Feishu => [true, false, true],
            _ => [false, false, false],
        };
        let [joins, messages, answers] = match self.ear() {
            Some(ear) => [ear.joins, ear.messages, ear.answers],
            None => [false; 3],
        };
        let mutes = matches!(self, Self::Telegram | Self::Onebot | Self::Discord | Self::Matrix);
        let admits = matches!(self, Self::Telegram | Self::Onebot | Self::Matrix);
        let buttons = matches!(self, Self::Slack | Self::Feishu);
        Abilities {
            joins,
            messages,
            answers,
            removals,
            mutes,
            admits,
            mentions,
            mention_all,
            polls,
            buttons,
            deletes,
            edits,
            pins,
        }
    }
}
