//! Why things happened and did not, in the words of a line: how a run ended, what holds a message, what was skipped.

use crate::{
    base::{
        ids::{EffectId, PlayName},
        locale::Locale,
        phrase::{Phrase, Words, pair, phrase},
        time::{Duration, Timestamp, Zone},
    },
    engine::{
        by_hand::Hush,
        effect::effect_run,
        entry::{HoldReason, Outcome, PhaseCause, Skip, Stale},
    },
};

/// How a run ended, in a word.
pub const fn outcome(outcome: Outcome) -> &'static str {
    ended(outcome).en
}

/// The same in every language.
pub const fn ended(outcome: Outcome) -> Words {
    match outcome {
        Outcome::Done => pair("done", "完成"),
        Outcome::Stopped => pair("stopped", "中止"),
        Outcome::Failed => pair("failed", "失败"),
        Outcome::Cancelled => pair("cancelled", "取消"),
        Outcome::Replaced => pair("replaced", "被新的一次代替"),
    }
}

/// Why a held message is not sent any more, in a few words.
pub fn gone_stale(stale: Stale, hush: Option<&Hush>, zone: &Zone) -> Phrase {
    if let Some(Hush { since, why, .. }) = hush {
        let (en, zh) = (Locale::En.time(*since, zone, *since), Locale::Zh.time(*since, zone, *since));
        let since = Phrase { en, zh };
        return phrase!("the group was hushed since {since}: {why}", "{since} 起这个群静默：{why}"; since);
    }
    match stale {
        Stale::Hushed => phrase!("it came while members saw nothing", "它来的时候成员什么都看不到"),
        Stale::Hold => phrase!("held for as long as it may be", "压住的时间到了上限"),
        Stale::LaterStep => phrase!("a later step of its run is due", "同一次活动的后一步到时间了"),
        Stale::Never { possible: Some(at) } => phrase!(
            "it would be held for too long; the first day that would be possible is {}",
            "要压太久；最早可以发的一天是 {}",
            zone.date(at)
        ),
        Stale::Never { possible: None } => phrase!(
            "it would be held for too long, and nobody knows when it would be possible",
            "要压太久，而且不知道什么时候才能发"
        ),
    }
}

/// Why a message is held, in words.
pub fn hold(reason: HoldReason) -> &'static str {
    held_by(reason).en
}

/// The same in every language.
pub const fn held_by(reason: HoldReason) -> Words {
    match reason {
        HoldReason::Quiet => pair("quiet hours", "静默时段"),
        HoldReason::PostsMax => pair("the posts of the day are used up", "发帖条数已用完"),
        HoldReason::PostsGap => pair("too soon after the last post", "离上一条太近"),
        HoldReason::PromoShare => pair("advertising would pass its share", "推广会超过占比上限"),
        HoldReason::PromoFew => {
            pair("one advertisement in 14 days while there are few posts", "帖子还少，14 天里只发一条推广")
        }
        HoldReason::PromoNotBefore => pair("the group is too young for advertising", "群龄还不够发推广"),
        HoldReason::PromoAround => pair("no key date is near", "不在关键日期前后"),
        HoldReason::PromoWhen => pair("the condition for advertising is not met", "推广的条件不成立"),
        HoldReason::LabelMax => pair("those of its label are used up", "这一类的条数已用完"),
        HoldReason::MentionsMax => pair("the mentions of the day are used up", "提醒次数已用完"),
        HoldReason::Order => pair("behind an earlier message", "排在更早的消息之后"),
        HoldReason::Ahead => pair("a message with a clock time comes first", "让定点的消息先发"),
        HoldReason::Session => pair("a session is on", "活动正在进行"),
        HoldReason::Hush => pair("members see nothing", "成员什么都看不到"),
    }
}

/// Why something did not happen, in words.
pub fn skip(reason: &Skip) -> String {
    skipped(reason).en
}

/// The same in every language.
pub fn skipped(reason: &Skip) -> Phrase {
    match reason {
        Skip::Late { by, max } => {
            let (by, max) = (long(coarse(*by)), long(*max));
            phrase!("{by} late, {max} is allowed", "迟了 {by}，最多允许 {max}"; by, max)
        }
        Skip::Behind => {
            phrase!("its time had passed when the run was started by hand", "手动开始时它的时间已经过了")
        }
        Skip::CatchUp => phrase!("catch_up chose others", "`catch_up` 补做了别的一次"),
        Skip::Overlap { open } => phrase!("{open} is still open", "{open} 还没结束"),
        Skip::Calendar { calendar } => {
            phrase!("the calendar {calendar} closes the day", "日历 {calendar} 上这天不开")
        }
        Skip::Phase { phase } => phrase!("the phase is {phase}", "阶段是 {phase}"),
        Skip::When { condition, .. } => phrase!("{condition} is false", "条件不成立：{condition}"),
        Skip::Paused => phrase!("paused", "已暂停"),
        Skip::Disabled => {
            phrase!("switched off in the file (`enabled: false`)", "文件里关掉了（`enabled: false`）")
        }
        Skip::LeftOut => {
            phrase!("left out: another play is rehearsed alone", "不在这次演练里：只演别的一个玩法")
        }
        Skip::Operator => phrase!("an operator said so", "人工跳过"),
        Skip::Undelivered { effect } => undelivered(effect.as_str()),
        Skip::Limit { limit } => phrase!("the limit is {limit}", "到了上限：{limit}"),
        Skip::Broken { error } => error.clone(),
    }
}

/// A length of time.
pub(super) fn long(length: Duration) -> Phrase {
    Phrase { en: length.to_string(), zh: Locale::Zh.duration(length) }
}

/// A length without the parts that nobody reads: seconds of hours, minutes of days.
fn coarse(length: Duration) -> Duration {
    let millis = length.as_millis();
    let unit = match millis.abs() {
        n if n >= Duration::DAY.as_millis() => Duration::HOUR,
        n if n >= Duration::HOUR.as_millis() => Duration::MINUTE,
        n if n >= Duration::SECOND.as_millis() => Duration::SECOND,
        _ => return length,
    };
    Duration::from_millis(millis / unit.as_millis() * unit.as_millis())
}

pub(super) fn phase_cause(cause: &PhaseCause) -> Phrase {
    match cause {
        PhaseCause::Adopted => phrase!("the first one", "第一个阶段"),
        PhaseCause::Until { condition } => phrase!("because {condition}", "因为 {condition}"),
        PhaseCause::Timeout => phrase!("because its time was over", "因为到了时限"),
        PhaseCause::Step { run } => phrase!("because {run} says so", "因为 {run} 这样说"),
        PhaseCause::Edit => {
            phrase!("because the file has no phase of the old name", "因为文件里没有原来的阶段名了")
        }
    }
}

/// A message by its step and by the moment of its run, which its play stands beside: `step 1 of 12-07 12:00`.
pub fn message_of(effect: &EffectId, now: Timestamp, zone: &Zone) -> Phrase {
    let run = effect_run(effect).unwrap_or_default();
    let step = effect.as_str().get(run.len() + 1..).and_then(|rest| rest.split('/').next());
    let (Some((_, moment)), Some(step)) = (run.split_once('@'), step) else {
        return Phrase::same(effect.as_str());
    };
    let moment = match moment.parse() {
        Ok(at) => super::brief(Timestamp::from_jiff(at), now, zone),
        Err(_) => moment.to_owned(),
    };
    phrase!("step {step} of {moment}", "{moment} 那次的步骤 {step}")
}

/// That a message was not delivered, by its play and its step: when it was the reader sees beside.
fn undelivered(effect: &str) -> Phrase {
    let parts = effect.rsplit_once('/').and_then(|(of, _)| of.rsplit_once('/'));
    match parts.and_then(|(run, step)| Some((run.split_once('@')?.0, step))) {
        Some((play, step)) => {
            phrase!("step {step} of {play} was not delivered", "{play} 的步骤 {step} 没有送达")
        }
        None => phrase!("{effect} was not delivered", "{effect} 没有送达"),
    }
}

/// What is paused, until a time or until somebody says so.
pub(super) fn paused(play: Option<&PlayName>, until: Option<String>) -> Phrase {
    let what = every(play);
    match until {
        None => what,
        Some(at) if what.is_empty() => phrase!("until {at}", "到 {at}"),
        Some(at) => phrase!("{what} until {at}", "{what}，到 {at}"; what),
    }
}

/// What is paused where it is no play alone.
pub(super) fn every(play: Option<&PlayName>) -> Phrase {
    if play.is_some() { Phrase::default() } else { pair("every play", "所有玩法").into() }
}
