//! Why a message is held: the budget with its numbers, as they were when it was decided.
//!
//! The numbers are counted by the code that holds the message back.

use super::{
    Finding,
    words::{length, readings, when},
};
use crate::{
    base::{
        limits,
        phrase::{Phrase, phrase},
        time::{Timestamp, Zone},
    },
    engine::{
        advertising::{Near, promo_share, promo_window},
        budget::{QuotaUsed, quota_used},
        entry::{HoldReason, Outgoing},
        readings::Reader,
        state::State,
    },
    model::budget::{Promo, Quota, QuotaWindow, is_of, one_promo_in},
};

/// The key of `budgets` that holds a message.
pub const fn key(reason: HoldReason) -> &'static str {
    match reason {
        HoldReason::Quiet => "quiet",
        HoldReason::PostsMax => "posts.max",
        HoldReason::PostsGap => "posts.gap",
        HoldReason::PromoShare | HoldReason::PromoFew => "promo.max",
        HoldReason::PromoNotBefore => "promo.not_before",
        HoldReason::PromoAround => "promo.around",
        HoldReason::PromoWhen => "promo.when",
        HoldReason::LabelMax => "labels",
        HoldReason::MentionsMax => "mentions.max",
        HoldReason::Order => "order",
        HoldReason::Ahead => "posts.gap",
        HoldReason::Session => "session",
        HoldReason::Hush => "hush",
    }
}

/// The budget with its numbers.
pub(super) fn budget(at: &Reader<'_>, out: &Outgoing, reason: HoldReason) -> Finding {
    Finding::test(key(reason), false, text(at, out, reason).unwrap_or_default())
}

fn text(at: &Reader<'_>, out: &Outgoing, reason: HoldReason) -> Option<Phrase> {
    let Reader { state, playbook, now, .. } = *at;
    if reason == HoldReason::Hush {
        return Some(hush(at));
    }
    if reason == HoldReason::Session {
        let own = out.play.as_ref().map(|play| Phrase::same(play.as_str()));
        let own = own.unwrap_or_else(|| phrase!("its play", "它的玩法"));
        return Some(phrase!(
            "a dated run of another play is on, and posts of others wait; `during_session: yes` at {own} lets it post",
            "另一个玩法有定期的活动正在进行，别的消息要等；在 {own} 里写 `during_session: yes` 就可以发";
            own
        ));
    }
    let budgets = playbook.budgets.of(&out.channel)?;
    let zone = &playbook.zone;
    let used = |quota: Quota, mentions: bool| {
        quota_used(state.newest_to(&out.channel), (zone, now), quota, |r| !mentions || r.mentions)
    };
    Some(match reason {
        HoldReason::Quiet => {
            let quiet: Vec<String> =
                budgets.quiet.iter().map(|quiet| format!("{}-{}", quiet.from, quiet.to)).collect();
            let (en, zh, now) = (quiet.join(" and "), quiet.join("、"), when(now, zone));
            let quiet = Phrase { en, zh };
            phrase!(
                "quiet hours are {quiet}, and it was {now}",
                "静默时段是 {quiet}，当时是 {now}";
                quiet
            )
        }
        HoldReason::PostsMax => {
            quota(budgets.posts?, &used(budgets.posts?, false), [("post", "posts"), ("条", "条")], zone)
        }
        HoldReason::LabelMax => {
            let full = budgets.quotas_of(out.label, out.own_label.as_deref()).find_map(|(word, max)| {
                let same = |r: &crate::engine::state::Released| is_of(word, r.label, r.own_label.as_deref());
                let used = quota_used(state.newest_to(&out.channel), (zone, now), max, same);
                used.until.is_some().then_some((word, max, used))
            });
            let (word, max, used) = full?;
            let (en, zh) = (format!("post labelled {word}"), format!("条标为 {word} 的"));
            let many = format!("posts labelled {word}");
            quota(max, &used, [(&en, &many), (&zh, &zh)], zone)
        }
        HoldReason::MentionsMax => {
            let en = ("post that mentions somebody", "posts that mention somebody");
            quota(budgets.mentions?, &used(budgets.mentions?, true), [en, ("条 @ 人的", "条 @ 人的")], zone)
        }
        HoldReason::PostsGap => {
            let last = when(state.released_to(&out.channel)?.back()?.due, zone);
            let gap = length(budgets.gap?);
            phrase!(
                "posts keep a gap of {gap}; the last one was due {last}",
                "消息之间要隔 {gap}；上一条是 {last}";
                gap
            )
        }
        HoldReason::Order => behind(state, out, zone)?,
        HoldReason::Ahead => {
            let gap = length(budgets.gap?);
            phrase!(
                "a message with a clock time comes within the gap of {gap}, and this one has none",
                "{gap} 的间隔之内有一条定点的消息，这一条没有定点";
                gap
            )
        }
        HoldReason::Session | HoldReason::Hush => return None,
        HoldReason::PromoShare
        | HoldReason::PromoFew
        | HoldReason::PromoNotBefore
        | HoldReason::PromoAround
        | HoldReason::PromoWhen => promo(at, out, budgets.promo.as_ref()?, reason)?,
    })
}

/// What stands at the head of the queue that a message waits in, with what holds that.
fn behind(state: &State, out: &Outgoing, zone: &Zone) -> Option<Phrase> {
    let others = state
        .held
        .iter()
        .filter(|held| held.outgoing.channel == out.channel && held.outgoing.effect != out.effect);
    // At the head of the queue stands one that has a reason of its own.
    let mut heads = others.clone().filter(|held| held.reason != HoldReason::Order);
    let first = heads.next().or_else(|| others.clone().next())?;
    let until = first.until.map(|until| when(until, zone));
    let until = until.map(|until| phrase!(" until {until}", "，到 {until}")).unwrap_or_default();
    let (effect, key) = (Phrase::same(first.outgoing.effect.as_str()), Phrase::same(key(first.reason)));
    Some(phrase!(
        "messages of a channel go one after the other, and {effect} goes first; it is held by {key}{until}",
        "同一个频道的消息一条接一条发，{effect} 在它前面，被 {key} 压住{until}";
        effect, key, until
    ))
}

/// Who said that members see nothing: an operator, else a calendar.
fn hush(at: &Reader<'_>) -> Phrase {
    let Reader { state, playbook, now, .. } = *at;
    if let Some(hush) = &state.by_hand.hush {
        let (since, why) = (when(hush.since, &playbook.zone), &hush.why);
        return phrase!(
            "an operator has hushed the group since {since}: {why}",
            "{since} 起有人让群静默：{why}"
        );
    }
    let day = playbook.zone.date(now);
    let calendar = playbook.budgets.hush.as_ref();
    let calendar = calendar.filter(|name| playbook.calendars.get(*name).is_some_and(|days| days.has(day)));
    match calendar {
        Some(calendar) => phrase!(
            "{day} is a day of the calendar {calendar}, on which members see nothing",
            "{day} 在日历 {calendar} 里，这天成员什么都看不到"
        ),
        None => phrase!("members saw nothing until now", "在此之前成员什么都看不到"),
    }
}

/// `nouns` are what is counted, one and several, in English and in Chinese.
fn quota(quota: Quota, used: &QuotaUsed, nouns: [(&str, &str); 2], zone: &Zone) -> Phrase {
    let window = match quota.per {
        QuotaWindow::Day => phrase!("a day", "每天"),
        QuotaWindow::Sliding(window) => {
            let window = length(window);
            phrase!("in {window}", "每 {window} "; window)
        }
    };
    let clocks: Vec<String> =
        used.at.iter().rev().map(|at| zone.civil(*at).strftime("%H:%M").to_string()).collect();
    let (limit, gone) = (quota.max, used.at.len());
    let [en, zh] = nouns.map(|(one, many)| if limit == 1 { one } else { many }.to_owned());
    let (noun, clocks) = (Phrase { en, zh }, Phrase { en: clocks.join(", "), zh: clocks.join("、") });
    phrase!(
        "the budget is {limit} {noun} {window}, and {gone} had gone ({clocks})",
        "预算是{window} {limit} {noun}，已经发了 {gone} 条（{clocks}）";
        noun, window, clocks
    )
}

fn promo(at: &Reader<'_>, out: &Outgoing, promo: &Promo, reason: HoldReason) -> Option<Phrase> {
    let Reader { state, playbook, now, .. } = *at;
    let zone = &playbook.zone;
    Some(match reason {
        HoldReason::PromoNotBefore => {
            let (age, began) = (length(promo.not_before?), when(state.created, zone));
            phrase!(
                "no advertising before the group is {age} old; it began {began}",
                "建群满 {age} 之前不发推广；这个群是 {began} 开始的";
                age
            )
        }
        HoldReason::PromoAround => {
            let name = promo.around.as_ref()?;
            let next = match promo_window(playbook, name, promo, now) {
                Near::Opens(Some(next)) => {
                    phrase!("; the next such time begins {}", "；下一次从 {} 开始", when(next, zone))
                }
                Near::Opens(None) => {
                    phrase!("; the calendar has no further day", "；日历里后面没有日子了")
                }
                Near::Inside => Phrase::default(),
            };
            phrase!(
                "advertising goes only around the days of the calendar {name}{next}",
                "推广只在日历 {name} 的日子前后发{next}";
                next
            )
        }
        HoldReason::PromoWhen => {
            let source = promo.when.as_ref()?.source();
            let values = at.promo(promo);
            let text = phrase!(
                "advertising goes only when {source}, which was false",
                "推广只在 {source} 成立时发，当时不成立"
            );
            if values.is_empty() {
                return Some(text);
            }
            let values = readings(&values);
            phrase!("{text}: {values}", "{text}：{values}"; text, values)
        }
        HoldReason::PromoFew => {
            let (percent, window) = promo.share?;
            let share = promo_share(state, &out.channel, window, now);
            let (rest, least) = (length(one_promo_in()), limits::PROMO_MESSAGES_MIN);
            let (window, all, last) = (length(window), share.all, when(share.last?, zone));
            phrase!(
                "advertising may be {percent}% of the messages in {window}; with this one they would be {all}, and while they are fewer than {least} that means one advertisement in {rest}; the last went {last}",
                "推广最多占 {window} 内消息的 {percent}%；加上这一条才 {all} 条，不满 {least} 条时，就是 {rest} 里只发一条；上一条是 {last} 发的";
                rest, window
            )
        }
        _ => {
            let (percent, window) = promo.share?;
            let share = promo_share(state, &out.channel, window, now);
            let (window, promos, all) = (length(window), share.promos, share.all);
            phrase!(
                "advertising may be {percent}% of the messages in {window}; with this one it would be {promos} of {all}",
                "推广最多占 {window} 内消息的 {percent}%；加上这一条就是 {all} 条里的 {promos} 条";
                window
            )
        }
    })
}

/// Until when, in words.
pub(super) fn until(at: Option<Timestamp>, zone: &Zone) -> Phrase {
    at.map(|at| phrase!(", until {} at the latest", "，最晚到 {}", when(at, zone))).unwrap_or_default()
}
