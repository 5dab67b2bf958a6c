//! A route: where a channel's messages go, as far as order, rate and doubt depend on it.
//!
//! Names robots by digests and hosts by their names; holds no address and no secret.

use crate::{
    base::{ids::ChannelName, time::Duration},
    model::channel::{ChannelKind, InDoubt, Rate},
};

/// What the lanes know of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The channel's name.
    pub name: ChannelName,
    /// The platform.
    pub kind: ChannelKind,
    /// The robots that share the channel's messages; one unless a setting was a list. Never empty.
    pub robots: Vec<Stop>,
    /// What the platform allows one robot, or what the channel says instead; all of them hold at once.
    pub rates: Vec<Rate>,
    /// What to do when an attempt's outcome is unknown.
    pub in_doubt: InDoubt,
}

/// One address of a channel: the unit that a platform's rate limit counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Which robot.
    pub id: RobotId,
    /// Scheme, host and port: requests in flight are counted by it. Empty where nothing is sent over HTTP.
    pub host: String,
    /// What the platform counts beside it: all that one bot or app sends, whichever chat it is for.
    pub bot: Option<Bot>,
}

/// Whom a platform counts over all its chats, and how often it may send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bot {
    /// Equal for equal credentials on the same platform; a digest.
    pub id: String,
    /// What is allowed over all; all of them hold at once.
    pub rates: Vec<Rate>,
}

/// What a platform allows one bot or app over all its chats; empty where nothing is counted so.
pub fn bot_rates(kind: ChannelKind) -> Vec<Rate> {
    let rate = |count, per| Rate { count, per };
    match kind {
        ChannelKind::Telegram => vec![rate(30, Duration::SECOND)],
        ChannelKind::Discord => vec![rate(50, Duration::SECOND)],
        ChannelKind::Feishu => vec![rate(50, Duration::SECOND), rate(1_000, Duration::MINUTE)],
        // A space is counted, whichever of its webhooks is used.
        ChannelKind::GoogleChat => vec![rate(1, Duration::SECOND)],
        _ => Vec::new(),
    }
}

/// Names a robot without telling its credentials: equal for equal ones on the same platform.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RobotId(pub String);

/// What a platform allows one robot, from `channels.md` section 0.3; empty where there is no such limit.
pub fn preset_rates(kind: ChannelKind) -> Vec<Rate> {
    let rate = |count, per| Rate { count, per };
    match kind {
        ChannelKind::Wecom | ChannelKind::Dingtalk => vec![rate(20, Duration::MINUTE)],
        ChannelKind::Feishu => vec![rate(5, Duration::SECOND), rate(100, Duration::MINUTE)],
        ChannelKind::Slack | ChannelKind::GoogleChat => vec![rate(1, Duration::SECOND)],
        ChannelKind::Discord => vec![rate(5, Duration::SECOND.times(2)), rate(30, Duration::MINUTE)],
        ChannelKind::Telegram => vec![rate(1, Duration::SECOND), rate(20, Duration::MINUTE)],
        // A workflow answers before it posts, so that what Teams throttles is lost without a word: its bot posts
        // about 25 messages in five minutes.
        ChannelKind::Teams => vec![rate(4, Duration::SECOND), rate(25, Duration::MINUTE.times(5))],
        ChannelKind::Mattermost => vec![rate(10, Duration::SECOND)],
        ChannelKind::Matrix => vec![rate(10, Duration::SECOND.times(50))],
        ChannelKind::Onebot => vec![rate(1, Duration::from_millis(500))],
        ChannelKind::Ntfy => vec![rate(60, Duration::MINUTE.times(5))],
        ChannelKind::Console | ChannelKind::Manual | ChannelKind::Webhook | ChannelKind::Email => Vec::new(),
    }
}
