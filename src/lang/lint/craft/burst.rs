//! `burst`: more posts on one day than the budget allows, so that the last ones arrive on another.

use super::context::{Context, due_steps, found};
use crate::base::{
    phrase::{Phrase, pair, phrase},
    spoken_time,
};
use crate::{
    base::{
        diagnostic::{
            Diagnostic, Severity,
            code::{Code, Example},
        },
        ids::{ChannelName, PhaseName, PlayName},
        time::Timestamp,
    },
    model::{
        budget::QuotaWindow,
        channel::GROUP,
        play::Play,
        step::{Step, Verb},
        trigger::Trigger,
    },
};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const CODE: Code = Code {
    slug: "burst",
    severity: Severity::Warning,
    meaning: pair(
        "on some day the plays post more often than `posts.max` allows",
        "某一天的消息数超过 `posts.max`",
    ),
    explanation: pair(
        "What is over the budget of a day is held until the next, in order, and pushes that day's messages back in turn. \
             Counted are posts and questions to the group whose time follows from the file, over eight ordinary weeks and \
             all dates; scripts may add more.",
        "超出当天预算的消息会按顺序留到第二天，又把第二天的往后推。统计的是八个普通星期和所有日期里、时间可以从文件推出的`post` 和 `ask`；脚本可能还会更多。",
    ),
    bad: Example::of(
        "budgets: { posts: { max: 2 per day } }\nplays:\n  news:\n    every: day at 09:00\n    steps:\n      - post: One.\n      \
         - post: Two.\n      - post: Three.\n",
    ),
    good: Example::of(
        "budgets: { posts: { max: 3 per day } }\nplays:\n  news:\n    every: day at 09:00\n    steps:\n      - post: One.\n      \
         - post: Two.\n      - post: Three.\n",
    ),
    practices: &["P058"],
};

pub(super) fn check(cx: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let budgets = &cx.playbook.budgets;
    let channels = budgets.channels.keys().cloned().chain([ChannelName::new(GROUP)]);
    for channel in channels {
        let quota = budgets.of(&channel).and_then(|budgets| budgets.posts);
        if let Some(quota) = quota.filter(|quota| quota.per == QuotaWindow::Day) {
            check_channel(cx, &channel, quota.max, out);
        }
    }
}

fn check_channel(cx: &Context<'_>, channel: &ChannelName, max: u32, out: &mut Vec<Diagnostic>) {
    // Of each day of the week the worst.
    let mut over: BTreeMap<i8, Crowded<'_>> = BTreeMap::new();
    for phase in &cx.playbook.phases {
        for (day, posts) in posts_by_day(cx, &phase.name, channel) {
            let total = u32::try_from(posts.len()).unwrap_or(u32::MAX);
            let known = over.get(&day.weekday().to_monday_zero_offset());
            if some_wait(posts.values(), max) && known.is_none_or(|worst| total > worst.total) {
                let plays: BTreeSet<&str> = posts.into_keys().map(|(_, play, _)| play).collect();
                let plays = plays.into_iter().collect();
                over.insert(day.weekday().to_monday_zero_offset(), Crowded { day, total, plays });
            }
        }
    }
    let Some(most) = over.values().map(|day| day.total).max() else { return };
    let Some(worst) = over.values().filter(|day| day.total == most).min_by_key(|day| day.day) else { return };
    let (at, to) = match channel.as_str() {
        GROUP => ("budgets.posts.max", Phrase::default()),
        name => ("budgets.channels", phrase!(" to `{name}`", "（到 `{name}`）")),
    };
    let (day, total, plays, weekday) =
        (worst.day, worst.total, Phrase::ticks(&worst.plays, "and"), worst.weekday());
    let others: Vec<Phrase> =
        over.values().filter(|day| day.day != worst.day).map(|day| day.beside(worst)).collect();
    let others = if others.is_empty() {
        Phrase::default()
    } else {
        let others = Phrase::list(others);
        phrase!("; over it too: {others}", "；超出的还有{others}"; others)
    };
    // Where no play has dates, the day is one of a week like any other.
    let is_date = |name: &&str| {
        let play = cx.playbook.play(&PlayName::new(name));
        play.is_some_and(|play| matches!(play.trigger, Trigger::Dates(_)))
    };
    let day = if worst.plays.iter().any(is_date) {
        phrase!("{weekday} {day}", "{day} {weekday}"; weekday)
    } else {
        phrase!("a {weekday} such as {day}", "{weekday}（例如 {day}）"; weekday)
    };
    let message = phrase!(
        "{day} has {total} posts{to} by {plays}, the budget is {max}; what is over waits, or is missed where its hold ends first{others}",
        "{day} {plays} 共发 {total} 条{to}，预算是 {max} 条；多出的要等，等不到就错过{others}"; day, to, plays, others
    );
    out.push(found(&CODE, cx.span(at), message).help(pair(
        "spread the plays over the week, join posts, or raise `posts.max`",
        "把玩法分散到一周里，合并消息，或调高 `posts.max`",
    )));
}

/// A day with more posts than may be.
struct Crowded<'a> {
    day: Date,
    total: u32,
    plays: Vec<&'a str>,
}

impl Crowded<'_> {
    fn weekday(&self) -> Phrase {
        let zh = spoken_time::weekday_zh(self.day.weekday()).to_owned();
        Phrase { en: self.day.strftime("%A").to_string(), zh }
    }

    /// Beside the worst day: how many, and of which plays where they are others.
    fn beside(&self, worst: &Self) -> Phrase {
        let (weekday, total) = (self.weekday(), self.total);
        if self.plays == worst.plays {
            return phrase!("{weekday} ({total})", "{weekday}（{total} 条）"; weekday);
        }
        let plays = Phrase::ticks(&self.plays, "and");
        phrase!("{weekday} ({total}: {plays})", "{weekday}（{total} 条：{plays}）"; weekday, plays)
    }
}

/// Whether a post of a day has to wait for the next, said of each in order of time whether it is urgent: what is urgent
/// counts and does not wait.
fn some_wait<'a>(urgent: impl Iterator<Item = &'a bool>, max: u32) -> bool {
    let mut gone = 0;
    urgent.into_iter().any(|urgent| {
        let waits = !urgent && gone >= max;
        gone += 1;
        waits
    })
}

/// The posts of a day, by when they are due and of which play: whether they are urgent.
type PostsOfDay<'a> = BTreeMap<(Timestamp, &'a str, usize), bool>;

/// What is posted to a channel on each day while a phase lasts.
fn posts_by_day<'a>(
    cx: &Context<'a>,
    phase: &PhaseName,
    channel: &ChannelName,
) -> BTreeMap<Date, PostsOfDay<'a>> {
    let mut days: BTreeMap<Date, PostsOfDay<'_>> = BTreeMap::new();
    for play in cx.playbook.plays.iter().filter(|play| runs_in(play, phase)) {
        let dues = due_steps(play);
        for anchor in cx.anchors(play, 8) {
            for due in &dues {
                let Some(urgent) = posts(due.step, channel) else { continue };
                let at = due.at(anchor, cx.playbook);
                let day = days.entry(cx.playbook.zone.date(at)).or_default();
                day.insert((at, play.name.as_str(), day.len()), urgent);
            }
        }
    }
    days
}

fn runs_in(play: &Play, phase: &PhaseName) -> bool {
    play.during.is_empty() || play.during.contains(phase)
}

/// Of a post or question to a channel, whether it is urgent.
fn posts(step: &Step, channel: &ChannelName) -> Option<bool> {
    match &step.verb {
        Verb::Post(post) => (post.to == *channel).then_some(post.urgent),
        Verb::Ask(ask) => (ask.to == *channel).then_some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::messages, CODE};

    #[test]
    fn adds_up_the_plays_of_a_day_but_not_of_different_phases() {
        let two = "budgets: { posts: { max: 1 per day } }\nplays:\n  a:\n    every: monday at 09:00\n    steps:\n      - post: One.\n  \
                   b:\n    every: monday at 10:00\n    steps:\n      - post: Two.\n";
        assert_eq!(
            messages(&CODE, two),
            [
                "a Monday such as 2026-03-02 has 2 posts by `a` and `b`, the budget is 1; what is over waits, or is missed where its hold ends first"
            ]
        );
        let week = "budgets: { posts: { max: 1 per day } }\nplays:\n  a:\n    every: mon, fri at 09:00\n    steps:\n      - post: One.\n      \
                    - post: Two.\n  b:\n    every: sunday at 10:00\n    steps:\n      - post: Three.\n      - post: Four.\n";
        assert_eq!(
            messages(&CODE, week),
            [
                "a Monday such as 2026-03-02 has 2 posts by `a`, the budget is 1; what is over waits, or is missed where its hold ends first; over it \
                 too: Friday (2), Sunday (2: `b`)"
            ]
        );
        let urgent = "budgets: { posts: { max: 1 per day } }\nplays:\n  a:\n    every: monday at 09:00\n    steps:\n      - post: One.\n  \
                      b:\n    every: monday at 10:00\n    steps:\n      - { post: Two., urgent: true }\n";
        assert_eq!(messages(&CODE, urgent), [""; 0], "what is urgent does not wait");
        let phases = "budgets: { posts: { max: 1 per day } }\nphases:\n  - { name: seed, timeout: 7d }\n  - { name: grow }\nplays:\n  \
                      a:\n    every: monday at 09:00\n    during: seed\n    steps:\n      - post: One.\n  \
                      b:\n    every: monday at 10:00\n    during: grow\n    steps:\n      - post: Two.\n";
        assert_eq!(messages(&CODE, phases), [""; 0]);
        let news = "channels: { group: { type: console }, news: { type: console } }\nbudgets: { channels: { news: { posts: 1 per day } } }\nplays:\n  \
                    a:\n    every: monday at 09:00\n    steps:\n      - { post: One., to: news }\n      - { post: Two., to: news }\n      - post: Three.\n";
        assert_eq!(
            messages(&CODE, news),
            [
                "a Monday such as 2026-03-02 has 2 posts to `news` by `a`, the budget is 1; what is over waits, or is missed where its hold ends first"
            ]
        );
    }
}
