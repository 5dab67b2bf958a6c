//! The thresholds of the doctor's rules: from where on a number is a sign of trouble, by default and as a playbook sets it.
//!
//! A closed table. What a threshold is compared with is said by the rules; a playbook overrides it under `doctor`.

use super::{
    metric::MetricUnit,
    phrase::{Words, pair},
};
use std::collections::BTreeMap;

/// From where on a number is a sign of trouble.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    /// Its name under `doctor`: a rule's name, or that and a word behind it.
    pub name: &'static str,
    /// What it is where the playbook says nothing.
    pub usual: f64,
    /// In what it is counted.
    pub unit: MetricUnit,
    /// What it is compared with.
    pub about: Words,
}

const fn threshold(name: &'static str, usual: f64, unit: MetricUnit, about: Words) -> Threshold {
    Threshold { name, usual, unit, about }
}

use MetricUnit::{Count, Days, Plain, Share};

/// Every threshold.
#[rustfmt::skip]
pub static THRESHOLDS: [Threshold; 49] = [
    threshold("unclear_topic", 0.3, Share, pair("newcomers who leave within a week, at least", "七天内退群的新人，不少于")),
    threshold("unattended", 2.0, Days, pair("working days without anybody who looks after the group, at least", "无人管理的工作日，不少于")),
    threshold("unattended_missed", 3.0, Count, pair("tasks that nobody did in a week, at least", "一周没做的任务，不少于")),
    threshold("junk", 0.2, Share, pair("messages that are screened, more than", "被拦下的消息，超过")),
    threshold("junk_strikes", 3.0, Count, pair("breaches of rules in the last of three rising weeks, at least", "连升三周后本周的违规，不少于")),
    threshold("flood", 1000.0, Count, pair("messages on a day, more than", "一天的消息，超过")),
    threshold("flood_days", 3.0, Count, pair("such days in a week, at least", "一周里这样的日子，不少于")),
    threshold("fading_core", 3.0, Count, pair("days of a week on which a core member speaks, fewer than", "一周里骨干开口的天数，少于")),
    threshold("fading_core_answers", 1.0 / 3.0, Share, pair("how far the share of answered questions falls in four weeks, at least", "四周里有人回答的比例下降，不少于")),
    threshold("monologue", 0.5, Share, pair("what owner and hosts say of all, more than", "群主发言占比，超过")),
    threshold("monologue_members", 50.0, Count, pair("members, at least", "成员，不少于")),
    threshold("bot_talk", 0.8, Share, pair("what bots and our posts say of everything, more than", "机器人占比，超过")),
    threshold("bot_talk_speakers", 0.03, Share, pair("members who speak in a week, less than", "一周开口的成员，少于")),
    threshold("cold_spike", 3.0, Plain, pair("joins on a day, times the mean of the other days, more than", "一天的入群是其他日子平均的倍数，超过")),
    threshold("cold_spike_left", 0.2, Share, pair("of those who spoke on the day they came, who speaks five days later, less than", "入群当天开口的人里，五天后还开口的，少于")),
    threshold("freeloaders", 0.1, Share, pair("newcomers of a source who speak within a week, at most", "一个来源的新人七天内开口的，不超过")),
    threshold("freeloaders_silent", 0.5, Share, pair("of those of the source, who did nothing for a week, at least", "该来源的人里，一周没有动静的，不少于")),
    threshold("adverts_arrive", 0.5, Share, pair("first messages that are screened, more than", "被拦下的第一条消息，超过")),
    threshold("no_echo", 0.01, Share, pair("responses to each of the last three advertisements for each member, less than", "最近三条推广的人均响应，少于")),
    threshold("worn_ads", 0.5, Plain, pair("responses to the last of five advertisements against the first, at most", "五条推广里最后一条与第一条的响应之比，不超过")),
    threshold("pushy", 0.2, Share, pair("advertising among our posts, more than", "推广在帖子中的占比，超过")),
    threshold("pushy_quits", 2.0, Plain, pair("who leaves within a day of an advertisement, times an ordinary day, more than", "推广后一天内退群的人数是平日的倍数，超过")),
    threshold("few_voices", 0.3, Share, pair("what the one who says most says of all, more than", "发言最多的一人占比，超过")),
    threshold("few_voices_people", 2.0, Count, pair("members who say half of everything, at most", "说了一半话的成员，不超过")),
    threshold("lopsided_core", 0.5, Share, pair("core members of all, more than", "骨干占比，超过")),
    threshold("lopsided_core_talk", 10.0, Plain, pair("messages for each who speaks in a week without any core member, more than", "没有骨干时一周人均消息，超过")),
    threshold("strangers", 0.3, Share, pair("members who know another, less than", "彼此认识的成员，少于")),
    threshold("strangers_owner", 0.7, Share, pair("replies that touch the owner, more than", "与群主有关的回复，超过")),
    threshold("too_strict", 0.5, Share, pair("how far breaches rise since the rules were changed, at least", "群规修改后违规上升，不少于")),
    threshold("too_strict_speakers", 0.25, Share, pair("how far speakers fall since then, at least", "此后开口的成员下降，不少于")),
    threshold("dying", 14.0, Days, pair("days without a word, at least; or from three weeks of age on, fewer than three speakers a week", "没人说话的天数，不少于；或满三周后一周开口不到三人")),
    threshold("dying_health", 10.0, Count, pair("points of health that are lost over three falling weeks, at least", "连降三周失去的健康分，不少于")),
    threshold("off_topic", 0.3, Share, pair("judged messages that are on topic, less than", "判断过的消息里切题的，少于")),
    threshold("off_topic_speakers", 0.1, Share, pair("members who speak in a week, at least", "一周开口的成员，不少于")),
    threshold("no_trust", 0.1, Share, pair("members who speak in a month, less than", "一个月开口的成员，少于")),
    threshold("no_trust_promos", 3.0, Count, pair("advertisements of a month, at least", "一个月的推广，不少于")),
    threshold("slow_answers", 0.5, Share, pair("answers that took longer than an hour, more than", "超过一小时才有的回答，超过")),
    threshold("slow_answers_rate", 0.5, Share, pair("questions that were answered within a day, less than", "一天内有人回答的提问，少于")),
    threshold("front_loaded", 0.7, Share, pair("posts of the first two weeks, of those of the first month, more than", "头两周的帖子占头一个月的，超过")),
    threshold("lurkers", 0.4, Share, pair("members who never spoke, at least", "从未开口的成员，不少于")),
    threshold("no_new_blood", 0.01, Share, pair("who joined, and who spoke for the first time, in a month, of all members, at most", "一个月里入群的、第一次开口的占成员的比例，都不超过")),
    threshold("lost_in_pause", 0.1, Share, pair("members who left in a month with such a pause, at least", "有这样停顿的一个月里退群的成员，不少于")),
    threshold("lost_in_pause_days", 7.0, Count, pair("days without a post of ours, at least", "没有本程序帖子的天数，不少于")),
    threshold("scattered", 0.2, Share, pair("members who are in too many groups, at least", "同时在太多群里的成员，不少于")),
    threshold("scattered_groups", 4.0, Count, pair("groups of this engine that are too many for one member, at least", "一个成员同时在多少个群里算太多，不少于")),
    threshold("sprawl", 50.0, Count, pair("health of the group in the middle while new ones are opened, less than", "还在开新群时，健康度居中的群，少于")),
    threshold("no_guest", 21.0, Days, pair("days without a date of any play, more than", "没有任何活动日期的天数，超过")),
    threshold("late_handover", 3.0, Days, pair("days of a term in which only whoever had the role before does anything, at least", "任期开始后仍只有前任在做事的天数，不少于")),
    threshold("vanity_goals", 2.0, Count, pair("goals with a metric of which none is a share, at least", "写了数字、却没有一个比例的目标数，不少于")),
];

/// A threshold by its name.
pub fn find(name: &str) -> Option<&'static Threshold> {
    THRESHOLDS.iter().find(|threshold| threshold.name == name)
}

/// The thresholds of a playbook: its own, else the usual ones.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Thresholds(BTreeMap<&'static str, f64>);

impl Thresholds {
    /// Sets one.
    pub fn set(&mut self, threshold: &'static Threshold, value: f64) {
        self.0.insert(threshold.name, value);
    }

    /// One by its name.
    pub fn get(&self, name: &str) -> f64 {
        let usual = || find(name).map_or(f64::INFINITY, |threshold| threshold.usual);
        self.0.get(name).copied().unwrap_or_else(usual)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_is_the_playbooks_own_or_the_usual_one() {
        let mut own = Thresholds::default();
        let whole = |own: &Thresholds, name| (own.get(name) * 10.0).round() as u64;
        assert_eq!(whole(&own, "monologue"), 5);
        own.set(find("monologue").unwrap(), 0.6);
        assert_eq!((whole(&own, "monologue"), whole(&own, "flood")), (6, 10_000));
        for (place, one) in THRESHOLDS.iter().enumerate() {
            assert_eq!(THRESHOLDS.iter().position(|other| other.name == one.name), Some(place));
        }
    }
}
