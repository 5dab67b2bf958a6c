//! Why a number is unknown, in words.

use crate::base::phrase::{Words, pair};

/// Of a channel that nobody tells of joins.
pub(in crate::engine) const DEAF_FOR_JOINS: Words =
    pair("the group does not hear who joins", "这个群听不到谁入群");
/// Of a part of nothing.
pub(super) const OF_NOTHING: Words =
    pair("there is nothing yet that it could be a part of", "还没有可以计算的对象");
/// Of a channel that nobody tells of messages.
pub(super) const DEAF: Words = pair("the group does not hear what members say", "这个群听不到成员说的话");
/// Of a channel of which somebody tells what a few members say.
pub(super) const SCARCE: Words =
    pair("what is said is reported of too few members to count it", "只报告了少数成员说的话，还算不出来");
/// Of a channel on which people say by hand who spoke.
pub(super) const BY_HAND: Words = pair(
    "what is said is reported by hand, and nobody knows what is not",
    "发言是人工报告的，没报告的没人知道",
);
/// Of a large group whose members have not been looked at yet.
pub(super) const UNSEEN: Words = pair(
    "so many members are looked at when a day is over; the first one is not yet",
    "成员这么多，要等一天过完才看一遍，第一天还没过完",
);
/// The numbers for which all members have to be looked at.
pub(super) const SURVEYED: [&str; 13] = [
    "dau",
    "stickiness",
    "trend",
    "top_share",
    "gini",
    "hhi",
    "absence_factor",
    "connected",
    "density",
    "core_presence",
    "core_share",
    "new_in_top",
    "never_spoke",
];
