//! What starts a play: a schedule, dates, a signal, or nothing but a command.

use super::{member_dates::MemberDates, schedule::Schedule, whenever::Whenever};
use crate::{
    base::{
        time::{ClockTime, Duration, Timestamp, Zone},
        value::{Map, Value},
    },
    script::expr::Expr,
};
use jiff::civil::DateTime;
use std::sync::Arc;

/// What starts a play.
#[derive(Debug, Clone, PartialEq)]
pub enum Trigger {
    /// `every` or `cron`.
    Schedule(Schedule),
    /// `dates`, in order of their instants.
    Dates(Vec<Arc<DateEntry>>),
    /// `dates: { members: … }`
    Members(MemberDates),
    /// `on`
    Signal(OnSignal),
    /// `whenever`
    Whenever(Whenever),
    /// Started by `start:` or by an operator.
    Command,
}

/// In an entry of `dates`: the id that it had before; in `replaced`: the entry as it was.
pub const WAS: &str = "was";

/// One entry of `dates`.
#[derive(Debug, Clone, PartialEq)]
pub struct DateEntry {
    /// Its identity: `id`, else its `at` as it was written.
    pub id: Arc<str>,
    /// When the date is.
    pub at: Timestamp,
    /// What clocks show then; none where the file names the instant itself.
    pub civil: Option<DateTime>,
    /// Every key of the entry, `id` and `at` (a time) included: `date` in expressions.
    pub values: Arc<Map>,
}

impl Trigger {
    /// The rule by which its occurrences come, where it has one.
    pub const fn schedule(&self) -> Option<&Schedule> {
        match self {
            Self::Schedule(schedule) | Self::Members(MemberDates { schedule, .. }) => Some(schedule),
            Self::Dates(_) | Self::Signal(_) | Self::Whenever(_) | Self::Command => None,
        }
    }
}

impl DateEntry {
    /// The entry where clocks show another zone's time.
    pub fn in_zone(self: &Arc<Self>, zone: &Zone) -> Arc<Self> {
        let Some(civil) = self.civil else { return self.clone() };
        let at = zone.instant(civil);
        let mut values = Map::clone(&self.values);
        values.insert(Arc::from("at"), Value::Time(at));
        Arc::new(Self { id: self.id.clone(), at, civil: Some(civil), values: Arc::new(values) })
    }

    /// Puts entries in order of their instants.
    pub fn sort(entries: &mut [Arc<Self>]) {
        entries.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    }
}

/// A play that answers signals.
#[derive(Debug, Clone, PartialEq)]
pub struct OnSignal {
    /// The signal's name.
    pub name: Arc<str>,
    /// Only signals for which this is true.
    pub filter: Option<Expr>,
    /// Collect signals for a while.
    pub batch: Option<Batch>,
    /// One run a member, ended when the member leaves.
    pub per_member: bool,
}

/// The window that the first signal opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Batch {
    /// So long.
    For(Duration),
    /// To the next such clock time.
    Until(ClockTime),
}

/// Facts that every group hears, whatever its plays: they change what is known of its members.
pub const ALWAYS_HEARD: [&str; 4] = ["member.joined", "member.left", "message", "reaction"];

/// What people call the signals that every group has, folded by [`plain`].
const MEANT: [(&str, &[&str]); 7] = [
    ("group.created", &["created", "start", "groupcreate", "建群", "群创建"]),
    (
        "member.joined",
        &[
            "join",
            "joins",
            "joined",
            "newcomer",
            "welcome",
            "newmember",
            "newmembers",
            "memberjoin",
            "memberjoins",
            "memberjoined",
            "memberadded",
            "membernew",
            "userjoin",
            "userjoined",
            "newuser",
            "groupjoin",
            "groupjoined",
            "onjoin",
            "新人",
            "新成员",
            "加入",
            "入群",
            "进群",
            "加群",
        ],
    ),
    (
        "member.left",
        &[
            "leave",
            "leaves",
            "left",
            "memberleave",
            "memberleaves",
            "memberleft",
            "memberremoved",
            "userleft",
            "userleave",
            "groupleave",
            "goodbye",
            "退群",
            "离群",
            "离开",
            "退出",
        ],
    ),
    (
        "message",
        &["messages", "msg", "messageposted", "newmessage", "messagereceived", "消息", "发言", "说话"],
    ),
    ("reaction", &["reactions", "react", "reacted", "emoji", "like", "表情", "点赞"]),
    (
        "answer",
        &["answers", "answered", "vote", "voted", "poll", "pollanswer", "回答", "投票", "接龙", "报名"],
    ),
    ("task.done", &["task", "done", "taskdone", "taskcompleted", "taskfinished", "任务完成", "完成任务"]),
];

/// The signal of every group that somebody means by a name: `join`, `new_member`, `新人入群`.
pub fn meant_signal(name: &str) -> Option<&'static str> {
    let plain = plain(name);
    let is = |word: &&str| plain == *word || !word.is_ascii() && plain.contains(word);
    MEANT.iter().find(|(signal, words)| *signal != name && words.iter().any(is)).map(|(signal, _)| *signal)
}

/// A name without what stands between its words, in small letters.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, '.' | '_' | '-' | ':' | '/' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::meant_signal;

    #[test]
    fn a_signal_of_every_group_is_meant_by_many_names() {
        for name in ["join", "member_joined", "New-Member", "新人入群", "有人进群", "on_join"] {
            assert_eq!(meant_signal(name), Some("member.joined"), "{name}");
        }
        assert_eq!(meant_signal("member.leave"), Some("member.left"));
        assert_eq!(meant_signal("poll_answer"), Some("answer"));
        for name in ["member.joined", "game.won", "订单已付"] {
            assert_eq!(meant_signal(name), None, "{name}");
        }
    }
}
