//! What of a prescription the playbook has already, and what to change in it there.
//!
//! A play of the shelf is known by its name, with or without the prefix of its use. Names plays; changes nothing.

use super::table::Ailment;
use crate::{
    base::{
        ids::PlayName,
        phrase::{Phrase, Words, pair, phrase},
    },
    engine::state::State,
    model::{play::Play, playbook::Playbook},
};

/// A prescribed play that is in the file.
#[derive(Debug, Clone, PartialEq)]
pub struct InFile {
    /// As it is prescribed: `PLAYBOOK/PLAY`.
    pub prescribed: &'static str,
    /// What it is called in the file.
    pub play: PlayName,
    /// What to change in it.
    pub says: Phrase,
}

/// What to change in a play that runs and has not helped.
const CHANGES: [(&str, Words); 28] = [
    (
        "admission/admission",
        pair("ask one thing more in its form, and say no sooner", "表单里多问一项，该拒就拒"),
    ),
    (
        "enforce/weekly",
        pair(
            "let the rules act that only watch (`watch: no`), and move `mute 1d` up the ladder",
            "让还在观察的规则动手（`watch: no`），把 `mute 1d` 往前放",
        ),
    ),
    (
        "growth/referral",
        pair("credit later: more active days before the points", "晚一点再算：活跃天数多几天才给分"),
    ),
    (
        "growth/trial-officers",
        pair(
            "take other people this time, and tell of what they found before anything is sold",
            "这次换一批人，先讲他们试下来怎样，再卖",
        ),
    ),
    (
        "kol-session/session",
        pair(
            "give it the next date (`with: { evenings: … }`), one a month, and ask the guest for a question to the group",
            "给它下一个日期（`with: { evenings: … }`），每月一场，请嘉宾给大家留一个问题",
        ),
    ),
    (
        "later-life/health-letter",
        pair(
            "send it to somebody who acts on it, on the day on which they plan the week",
            "发给会照着办的人，放在排一周安排的那天",
        ),
    ),
    (
        "later-life/replicate",
        pair(
            "let it wait for more: `when: metrics.health >= 80`",
            "条件定高一点：`when: metrics.health >= 80`",
        ),
    ),
    (
        "later-life/revive",
        pair(
            "let it begin sooner (`metrics.silence >= 7`), with a question that everybody can answer",
            "早一点开始（`metrics.silence >= 7`），问一个人人能答的",
        ),
    ),
    (
        "later-life/sunset",
        pair(
            "decide what it asks: end the group, or give it a new reason",
            "把它问的事定下来：解散，还是换一个存在的理由",
        ),
    ),
    (
        "offline-event/meetup",
        pair(
            "give it the next date (`with: { meetups: … }`), smaller and nearer",
            "给它下一个日期（`with: { meetups: … }`），小一点，近一点",
        ),
    ),
    (
        "people/core-presence",
        pair(
            "ask each of the core for one thing that they like to do, and at another hour",
            "请每位核心成员做一件自己喜欢的事，换个时间提醒",
        ),
    ),
    (
        "people/csat",
        pair(
            "look through its last answers, and call whoever was not content",
            "看看最近的回答，给不满意的人打个电话",
        ),
    ),
    (
        "people/handover",
        pair(
            "put the open questions on its list, and let whoever takes over say the first word",
            "把没完的事写进清单，请接任的人先开口",
        ),
    ),
    (
        "people/keeper",
        pair(
            "move it to an hour at which its person is there, make its list shorter, or give the role a second person",
            "换到那个人在的时间，清单缩短，或者给这个角色加一个人",
        ),
    ),
    (
        "people/successor",
        pair(
            "name the person and the day, and let them lead the next evening",
            "写明是谁、哪天接，下一场就让 TA 主持",
        ),
    ),
    (
        "pruning/first-word",
        pair("ask more of them each time, and with a question of your own", "每次多问几位，用自己的话问"),
    ),
    (
        "pruning/one-in-one-out",
        pair(
            "set `capacity` to what the group really holds (`with: { capacity: … }`), and invite somebody for each who goes",
            "把 `capacity` 改成群里真正容得下的人数（`with: { capacity: … }`），走一位请一位",
        ),
    ),
    (
        "pruning/prune",
        pair(
            "let it come more often than each quarter, or count shorter silence",
            "比每季度更勤一点，或者把不说话的天数算短一点",
        ),
    ),
    (
        "rules/reminder",
        pair("say the one rule that is broken most, in other words", "只讲最常被违反的那一条，换一种说法"),
    ),
    (
        "rules/review",
        pair(
            "hold it now (`playbook start`), and soften one rung",
            "现在就开一次（`playbook start`），放软一级",
        ),
    ),
    (
        "rules/welcome",
        pair(
            "ask each newcomer one thing that others can answer to, and have somebody answer within the hour",
            "问新人一句别人接得上的话，一小时内有人接",
        ),
    ),
    (
        "seed-recruiting/first-days",
        pair(
            "ask sooner than on the third day, and let a member ask instead of the host",
            "不等第三天就问，换一位成员去问",
        ),
    ),
    (
        "seed-recruiting/month-check",
        pair(
            "look at it again now (`playbook start`), and decide one of the three",
            "现在再看一次（`playbook start`），三条里定下一条",
        ),
    ),
    (
        "service/ads-desk",
        pair(
            "let fewer through: one a fortnight, and only what was asked for",
            "少放一点：两周一条，只放有人问过的",
        ),
    ),
    (
        "weekly-games/digest",
        pair("six lines at most, with the names of those who helped", "最多六行，写上帮过忙的人的名字"),
    ),
    (
        "weekly-games/quiz",
        pair(
            "easier questions, another evening, and a prize that is a thank-you",
            "题目容易些，换个晚上，奖品只是一声谢谢",
        ),
    ),
    ("weekly-games/riddle-night", pair("let whoever solves it bring the next one", "猜中的人出下一道")),
    (
        "weekly-games/spotlight",
        pair(
            "ask those who have not been asked, with a question that can be answered in ten characters",
            "请没请过的人，问一句十个字能答的",
        ),
    ),
];

/// The prescribed plays that the playbook has.
pub fn in_file(ailment: &Ailment, playbook: &Playbook, state: &State) -> Vec<InFile> {
    let known = ailment.plays.iter().filter_map(|prescribed| {
        let play = playbook.plays.iter().find(|play| is_called(play, prescribed))?;
        Some(InFile { prescribed, play: play.name.clone(), says: says(play, prescribed, state) })
    });
    known.collect()
}

fn is_called(play: &Play, prescribed: &str) -> bool {
    let name = prescribed.split_once('/').map_or(prescribed, |(_, name)| name);
    let own = play.name.as_str();
    own.strip_suffix(name).is_some_and(|prefix| prefix.is_empty() || prefix.ends_with('-'))
}

fn says(play: &Play, prescribed: &str, state: &State) -> Phrase {
    let name = play.name.as_str();
    if !play.enabled {
        return phrase!(
            "`{name}` is in the file and switched off: take its `enabled: false` away",
            "文件里有 `{name}`，但关着：去掉它的 `enabled: false`"
        );
    }
    let lived = state.plays.get(&play.name);
    if lived.is_some_and(|lived| lived.paused) {
        return phrase!(
            "`{name}` is in the file and paused: `playbook resume {name}`",
            "文件里有 `{name}`，但暂停着：`playbook resume {name}`"
        );
    }
    if lived.is_none_or(|lived| lived.started == 0) {
        return phrase!(
            "`{name}` is in the file and has never started: `playbook why {name}` says why",
            "文件里有 `{name}`，但从没开始过：`playbook why {name}` 说得出为什么"
        );
    }
    let change =
        CHANGES.iter().find(|(known, _)| *known == prescribed).map(|(_, change)| Phrase::from(*change));
    let change = change.unwrap_or_default();
    phrase!("`{name}` is in the file: {change}", "文件里有 `{name}`：{change}"; change)
}

#[cfg(test)]
mod tests {
    use super::{super::table::AILMENTS, *};
    use std::collections::BTreeSet;

    #[test]
    fn every_prescribed_play_has_something_to_change() {
        let prescribed: BTreeSet<&str> = AILMENTS.iter().flat_map(|one| one.plays).copied().collect();
        let known: BTreeSet<&str> = CHANGES.iter().map(|(name, _)| *name).collect();
        assert_eq!(prescribed, known);
    }
}
