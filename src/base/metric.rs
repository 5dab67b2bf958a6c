//! Which numbers about a group there are: their names, what they take, and how each is computed, in words.
//!
//! A closed table. The values are computed by the engine; expressions, commands and pages show them by this table.

use super::phrase::{Phrase, Words, pair, phrase};

/// What a number takes in brackets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Nothing.
    Nothing,
    /// Days, today being one of them; so many where none are given.
    Days(u32),
    /// How many members, or of which of the last dates; so many where it is not said.
    Most(u32),
}

/// In what a number is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricUnit {
    /// Whole things.
    Count,
    /// A part of a whole, 0 to 1.
    Share,
    /// Minutes.
    Minutes,
    /// Days.
    Days,
    /// A plain number.
    Plain,
    /// Points of a hundred.
    Points,
}

impl MetricUnit {
    /// A value as people read it.
    pub fn write(self, value: f64) -> Phrase {
        match self {
            Self::Share => Phrase::same(format!("{}%", short(value * 100.0, 1))),
            Self::Minutes => phrase!("{} min", "{} 分钟", short(value, 1)),
            Self::Days => phrase!("{} d", "{} 天", short(value, 1)),
            Self::Points => Phrase::same(format!("{}/100", short(value, 1))),
            Self::Count | Self::Plain => Phrase::same(short(value, 2)),
        }
    }
}

/// With so many digits after the point, and none where they would all be nought.
fn short(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    let whole = text.split_once('.').filter(|(_, rest)| rest.bytes().all(|b| b == b'0'));
    whole.map_or(text.clone(), |(whole, _)| whole.to_owned())
}

/// A number about a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// The metric's name, as in `metrics.NAME`.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// In what it is counted.
    pub unit: MetricUnit,
    /// What it says.
    pub about: Words,
    /// How it is computed.
    pub how: Words,
}

/// A number that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The value; none where it is unknown.
    pub value: Option<f64>,
    /// What a share is a share of, or of how many the number tells; none where there is no such number.
    pub of: Option<u64>,
    /// Whether everything it counts was heard.
    pub complete: bool,
    /// Why it is unknown.
    pub unknown: Option<Words>,
}

impl Figure {
    /// A number that nobody knows.
    pub const fn unknown(why: Words) -> Self {
        Self { value: None, of: None, complete: false, unknown: Some(why) }
    }
}

/// Days back that a window may have.
pub const WINDOW_DAYS_MAX: u32 = 35;

const fn metric(name: &'static str, takes: Takes, unit: MetricUnit, about: Words, how: Words) -> Metric {
    Metric { name, takes, unit, about, how }
}

use MetricUnit::{Count, Minutes, Plain, Points, Share};
use Takes::{Days, Most, Nothing};

/// Every number.
#[rustfmt::skip]
pub static METRICS: [Metric; 57] = [
    metric("health", Nothing, Points, pair("How well the group is", "群的健康度"), pair("speakers 30 (against 10% of members in 7 days), trend 20 (three weeks), connected 15 (against 50%), answers 15, owner and bots 10 (full up to half of what is said), activation 10 (against 50%); what is unknown is left out, and with less than 60 points known there is no number", "开口的人 30 分（7 天内 10% 的成员为满分）、三周走势 20、彼此认识 15（50% 为满分）、有人回答 15、群主和机器人的占比 10（一半以内为满分）、新人激活 10（50% 为满分）；未知的不计，已知不足 60 分时没有这个数")),
    metric("speakers", Days(7), Count, pair("Members who spoke", "开口的成员"), pair("members who spoke on one of the days", "这些天里说过话的成员数")),
    metric("speakers_share", Days(7), Share, pair("Members who spoke, of all", "开口率"), pair("speakers ÷ members", "开口的成员 ÷ 成员")),
    metric("actors", Days(7), Count, pair("Members who did anything", "有动静的成员"), pair("members who spoke, answered, reacted or came on one of the days", "这些天里说话、作答、回应或到场的成员数")),
    metric("messages", Days(7), Count, pair("Messages of humans", "人说的消息"), pair("messages of members who are no bots; our posts are none of them", "非机器人成员的消息数；本程序的帖子不算")),
    metric("messages_per_speaker", Days(7), Plain, pair("Messages for each who spoke", "人均消息"), pair("messages ÷ speakers", "消息数 ÷ 开口的成员")),
    metric("dau", Nothing, Plain, pair("Members who spoke on a day, on average", "日均开口"), pair("sum of the speakers of each of 30 days ÷ 30", "30 天每天开口人数之和 ÷ 30")),
    metric("wau", Nothing, Count, pair("Members who spoke in a week", "周开口"), pair("speakers(7)", "speakers(7)")),
    metric("mau", Nothing, Count, pair("Members who spoke in a month", "月开口"), pair("speakers(30)", "speakers(30)")),
    metric("stickiness", Nothing, Plain, pair("How many of the month's speakers a day has, in percent", "粘性（百分数）"), pair("dau ÷ mau × 100", "dau ÷ mau × 100")),
    metric("trend", Nothing, Plain, pair("Speakers a week more or less, over three weeks", "三周走势"), pair("(speakers of this week − speakers of the week two weeks before) ÷ 2, weeks of 7 days ending today", "（本周开口人数 − 两周前那周的）÷ 2；周为截至今天的 7 天")),
    metric("new_speakers", Days(7), Count, pair("Members who spoke for the first time", "第一次开口的成员"), pair("members whose first message that was heard is of one of the days", "听到的第一条消息在这些天里的成员数")),
    metric("reactions", Days(7), Count, pair("Reactions", "表情回应"), pair("reactions added", "添加的表情回应数")),
    metric("posts", Days(7), Count, pair("Our posts to the group", "本程序发的帖子"), pair("messages to channel `group`", "发到 `group` 频道的消息数")),
    metric("joins", Days(30), Count, pair("Who joined", "入群人数"), pair("reported joins of members nobody knew", "上报的、此前未知成员的入群数")),
    metric("quits", Days(30), Count, pair("Who left", "退群人数"), pair("members who left or were removed; whoever is forgotten is neither", "离开或被移出的成员数；被忘记的不算")),
    metric("net", Days(30), Count, pair("Growth", "净增"), pair("joins − quits", "入群 − 退群")),
    metric("quit_rate", Days(30), Share, pair("Who left, of all", "退群率"), pair("quits ÷ mean of the members at the ends of the days", "退群 ÷ 这些天日末成员数的平均")),
    metric("early_quits", Days(30), Share, pair("Newcomers who left within a week", "七天内退群率"), pair("of those who joined in the days, left within 7 days ÷ joined", "这些天入群的人里，7 天内退群 ÷ 入群")),
    metric("activation", Nothing, Share, pair("Newcomers who spoke within a week", "新人激活率"), pair("of those who joined 8 to 14 days ago, first message within 7 days ÷ joined", "8 至 14 天前入群的人里，7 天内开口 ÷ 入群")),
    metric("retention30", Nothing, Share, pair("Who was still there a month later", "30 天留存"), pair("of those who joined 31 to 60 days ago, still here and did something in days 24 to 30 after joining ÷ joined", "31 至 60 天前入群的人里，仍在群且在入群后第 24–30 天有动静 ÷ 入群")),
    metric("asked", Days(28), Count, pair("Questions of members", "成员的提问"), pair("messages that ask something", "提问的消息数")),
    metric("first_response", Nothing, Minutes, pair("How long a first answer takes, in the middle", "首次响应（中位）"), pair("of answers of 28 days: the least power of two minutes within which half of them came; by reply, else the next message of another within 60 minutes", "28 天内的回答：半数回答所在的最小 2 的幂分钟数；按回复，否则 60 分钟内另一人的下一条消息")),
    metric("first_response_p90", Nothing, Minutes, pair("How long nine of ten first answers take", "首次响应（九成）"), pair("as first_response, for nine of ten", "同 first_response，取九成")),
    metric("response_rate", Days(28), Share, pair("Questions that were answered", "有人回答的比例"), pair("answered within 24 hours ÷ questions that were answered or are older than that", "24 小时内有人回答 ÷ 已有回答或已过 24 小时的提问")),
    metric("sla_breach", Days(28), Share, pair("Answers that took longer than promised", "超时的回答"), pair("answered later than `answer_within` of the role on duty, its hours alone counted (60 minutes where no role has one) ÷ answered", "比值班角色的 `answer_within` 晚（从其时段内算起；没有写的按 60 分钟）的回答 ÷ 有人回答")),
    metric("connected", Nothing, Share, pair("Members who know another", "彼此认识的成员"), pair("members who have spoken with somebody who is no owner and no staff ÷ members", "与非群主、非管理者互相回复过的成员 ÷ 成员")),
    metric("density", Nothing, Share, pair("How many pairs have spoken with each other", "关系密度"), pair("sum over speakers(28) of those they have spoken with (at most 32 each) ÷ (n × (n − 1))", "28 天内开口者各自交谈过的人数（每人至多 32）之和 ÷ (n × (n − 1))")),
    metric("owner_share", Days(14), Share, pair("What owner and hosts say, of all that humans say", "群主发言占比"), pair("messages of owners and hosts, as the platform calls them ÷ messages", "平台上身份为群主的消息 ÷ 人说的消息")),
    metric("bot_share", Days(14), Share, pair("What bots and our posts say, of everything", "机器人占比"), pair("(messages of bots + our posts) ÷ (messages + messages of bots + our posts)", "（机器人消息 + 本程序帖子）÷（人说的消息 + 机器人消息 + 本程序帖子）")),
    metric("owner_replies", Days(28), Share, pair("Replies that touch the owner", "与群主有关的回复"), pair("replies to or by an owner or host ÷ replies", "回复群主或由群主回复 ÷ 全部回复")),
    metric("top_share", Most(1), Share, pair("What the few say who say most", "前几人的占比"), pair("sum of the n largest counts of 28 days ÷ sum", "28 天内发言最多的 n 人 ÷ 合计")),
    metric("gini", Nothing, Plain, pair("How unequal the talk is, 0 to 1", "发言基尼系数"), pair("2 Σ i·x ÷ (n Σ x) − (n + 1) ÷ n, x ascending, over speakers(28)", "2 Σ i·x ÷ (n Σ x) − (n + 1) ÷ n，x 从小到大，28 天内开口者")),
    metric("hhi", Nothing, Plain, pair("How concentrated the talk is, 0 to 1", "发言集中度"), pair("Σ (x ÷ Σ x)² over speakers(28)", "Σ (x ÷ Σ x)²，28 天内开口者")),
    metric("absence_factor", Nothing, Count, pair("How few carry half of the talk", "缺席系数"), pair("the least k of whom the k who say most say half of the messages of 28 days", "发言最多的 k 人占 28 天消息一半时最小的 k")),
    metric("core_presence", Days(7), Share, pair("Days on which a core member spoke", "骨干在场"), pair("days on which a member tagged `core` or `tier:core` spoke ÷ days", "带 `core` 或 `tier:core` 标签的成员开口的天数 ÷ 天数")),
    metric("core_share", Nothing, Share, pair("Core members, of all", "骨干占比"), pair("members tagged `core` or `tier:core` ÷ members", "带 `core` 或 `tier:core` 标签的成员 ÷ 成员")),
    metric("new_in_top", Most(20), Count, pair("New voices among those who say most", "榜上新人"), pair("of the n who said most in 28 days, those who were among the 20 first for the first time within 30 days", "28 天内发言最多的 n 人里，30 天内首次进入前 20 的人数")),
    metric("silence", Nothing, MetricUnit::Days, pair("Days since anybody spoke", "沉默天数"), pair("days since the last message of a human", "距最后一条人说的消息的天数")),
    metric("longest_silence", Nothing, MetricUnit::Days, pair("The longest silence of 30 days", "30 天内最长沉默"), pair("the longest run of closed days without a message of a human, of the last 30", "最近 30 个已结束的日子里，连续没有人说话的最多天数")),
    metric("never_spoke", Nothing, Share, pair("Members who never spoke", "从未开口"), pair("members older than 7 days of whom nothing was ever heard ÷ members older than 7 days", "入群超过 7 天且从未被听到说话 ÷ 入群超过 7 天的成员")),
    metric("promo_share", Days(30), Share, pair("Advertising among our posts", "推广占比"), pair("posts labelled promo ÷ posts", "标为 promo 的帖子 ÷ 帖子")),
    metric("promo_response", Nothing, Share, pair("What the last advertisement brought back", "推广响应"), pair("replies to a bot, reactions and clicks within 24 hours ÷ members then, of the last advertisement older than that", "最近一条满 24 小时的推广：24 小时内对机器人的回复、表情和点击 ÷ 当时成员")),
    metric("promo_trend", Nothing, Plain, pair("The last of five advertisements against the first", "推广疲软"), pair("responses for each member of the last of the last five ÷ the same of the first of them", "最近五条里最后一条的人均响应 ÷ 第一条的")),
    metric("on_topic", Days(28), Share, pair("What is about the group's topic, of what was judged", "切题的占比"), pair("messages with `on_topic: true` ÷ messages with `on_topic`, as whoever reports them judges", "`on_topic: true` 的消息 ÷ 带 `on_topic` 的消息，由上报者判断")),
    metric("conversions", Days(30), Count, pair("What was bought", "成交"), pair("signals `order.paid` and `paid`", "`order.paid` 和 `paid` 信号数")),
    metric("junk_share", Days(7), Share, pair("What was screened", "垃圾信息占比"), pair("screened ÷ messages", "被拦下的 ÷ 人说的消息")),
    metric("strikes", Days(7), Count, pair("Breaches of rules", "违规次数"), pair("signals `strike`", "`strike` 信号数")),
    metric("execution", Days(7), Share, pair("Tasks done in time", "任务按时率"), pair("done in time ÷ (done in time + late + missed)", "按时 ÷（按时 + 迟到 + 未做）")),
    metric("missed", Days(7), Count, pair("Tasks nobody did", "没做的任务"), pair("tasks that were not done by the end of the day after the one on which they were due, or ran out", "到期次日结束时仍未做或已失效的任务数")),
    metric("members_per_operator", Nothing, Plain, pair("Members for each who looks after them", "每位管理者照看的成员"), pair("members ÷ people who ended a task, or spoke as owner or staff, in 7 days", "成员 ÷ 7 天内了结过任务或以管理者身份说过话的人")),
    metric("operators_silence", Nothing, MetricUnit::Days, pair("Days since anybody looked after the group", "无人管理的天数"), pair("days since somebody ended a task, or spoke as owner or staff", "距最近一次有人了结任务或以管理者身份说话的天数")),
    metric("attendance", Most(1), Count, pair("Who came to the last date (2: the one before it)", "上一次活动的到场人数（2 是再上一次）"), pair("ticked off at the door, those they brought included; without such a list, those who signed up and did anything that day", "门口打勾的人数，含带来的人；没有签到的，取报名且当天有动静的")),
    metric("show_up", Most(1), Share, pair("Of those who signed up, who came", "报名到场率"), pair("came and had signed up ÷ signed up", "到场且报过名的 ÷ 报名的")),
    metric("after", Most(1), Share, pair("Of those who came, who did anything in the month after", "到场者之后一个月还有动静的"), pair("of those who came, acted or bought in the 30 days after ÷ came", "到场者里，之后 30 天有动静或成交的 ÷ 到场的成员")),
    metric("after_absent", Most(1), Share, pair("The same of those who signed up and did not come", "报了名没到场的人，同一个数"), pair("of those who signed up and did not come, acted or bought in the 30 days after ÷ those", "报名没到的人里，之后 30 天有动静或成交的 ÷ 报名没到的")),
    metric("longest_gap", Days(30), Count, pair("Days without any post of ours", "最长不发帖天数"), pair("the longest run of closed days without a post of ours", "连续没有本程序帖子的已结束日子的最多天数")),
];

/// Numbers of what is said, for which members have to be heard.
pub const SAID: [&str; 29] = [
    "on_topic",
    "speakers",
    "speakers_share",
    "actors",
    "messages",
    "messages_per_speaker",
    "wau",
    "mau",
    "dau",
    "stickiness",
    "trend",
    "new_speakers",
    "reactions",
    "asked",
    "first_response",
    "first_response_p90",
    "response_rate",
    "sla_breach",
    "owner_share",
    "bot_share",
    "owner_replies",
    "top_share",
    "gini",
    "hhi",
    "absence_factor",
    "longest_silence",
    "junk_share",
    "health",
    "silence",
];

/// Numbers of who members are by what they do, for which they have to be heard, too.
pub const DONE: [&str; 7] =
    ["activation", "retention30", "connected", "density", "core_presence", "new_in_top", "never_spoke"];
/// Numbers for which joins have to be heard.
pub const ARRIVALS: [&str; 5] = ["joins", "net", "early_quits", "activation", "retention30"];

/// Marks of a share, or of those who stay.
const SHARES: [&str; 16] = [
    "/",
    "%",
    "share",
    "rate",
    "ratio",
    "retention",
    "stickiness",
    "activation",
    "connected",
    "survival",
    "health",
    "resolved",
    "率",
    "留存",
    "占比",
    "比例",
];

/// Whether what is measured is a share, or about who stays, and not a count alone.
pub fn is_share(measured: &str) -> bool {
    SHARES.iter().any(|mark| measured.contains(mark))
}

/// A number by its name.
pub fn find(name: &str) -> Option<&'static Metric> {
    METRICS.iter().find(|metric| metric.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_each_is_there_once() {
        for (place, metric) in METRICS.iter().enumerate() {
            assert!(metric.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'));
            assert_eq!(METRICS.iter().position(|other| other.name == metric.name), Some(place));
            assert!(!metric.how.en.is_empty() && !metric.how.zh.is_empty());
        }
    }
}
