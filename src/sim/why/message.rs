//! Why a message is held: the budget with its numbers, as they were when it was decided.
//!
//! The numbers are counted by the code that holds the message back.

use super::{
    Finding,
    words::{length, readings, when},
};
use crate::{
    base::time::{Timestamp, Zone},
    engine::{
        budget::{Near, QuotaUsed, promo_share, promo_window, quota_used},
        entry::{HoldReason, Outgoing},
        readings::Reader,
    },
    model::budget::{Promo, Quota, Window},
};

/// The key of `budgets` that holds a message.
pub const fn key(reason: HoldReason) -> &'static str {
    match reason {
        HoldReason::Quiet => "quiet",
        HoldReason::PostsMax => "posts.max",
        HoldReason::PostsGap => "posts.gap",
        HoldReason::PromoShare => "promo.max",
        HoldReason::PromoNotBefore => "promo.not_before",
        HoldReason::PromoAround => "promo.around",
        HoldReason::PromoWhen => "promo.when",
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

fn text(at: &Reader<'_>, out: &Outgoing, reason: HoldReason) -> Option<String> {
    let Reader { state, playbook, now, .. } = *at;
    if reason == HoldReason::Hush {
        let calendar = playbook.budgets.hush.as_ref()?;
        return Some(format!(
            "{} is a day of the calendar {calendar}, on which members see nothing",
            playbook.zone.date(now)
        ));
    }
    if reason == HoldReason::Session {
        let own = out.play.as_ref().map_or("its play", |play| play.as_str());
        return Some(format!(
            "a dated run of another play is on, and posts of others wait; `during_session: yes` at {own} lets it post"
        ));
    }
    let budgets = playbook.budgets.of(&out.channel)?;
    let zone = &playbook.zone;
    let used = |quota: Quota, mentions: bool| {
        quota_used(state, zone, &out.channel, quota, now, |r| !mentions || r.mentions)
    };
    Some(match reason {
        HoldReason::Quiet => {
            let quiet: Vec<String> =
                budgets.quiet.iter().map(|quiet| format!("{}-{}", quiet.from, quiet.to)).collect();
            format!("quiet hours are {}, and it was {}", quiet.join(" and "), when(now, zone))
        }
        HoldReason::PostsMax => quota(budgets.posts?, &used(budgets.posts?, false), "post", zone),
        HoldReason::MentionsMax => {
            quota(budgets.mentions?, &used(budgets.mentions?, true), "post that mentions somebody", zone)
        }
        HoldReason::PostsGap => {
            let last = state.released_to(&out.channel)?.back()?.due;
            format!("posts keep a gap of {}; the last one was due {}", length(budgets.gap?), when(last, zone))
        }
        HoldReason::Order => {
            let mut held = state.held.iter().filter(|held| held.outgoing.channel == out.channel);
            let first = held.find(|held| held.outgoing.effect != out.effect)?;
            format!(
                "messages of a channel keep their order, and {} before it is held by {}",
                first.outgoing.effect,
                key(first.reason)
            )
        }
        HoldReason::Ahead => format!(
            "a message with a clock time comes within the gap of {}, and this one has none",
            length(budgets.gap?)
        ),
        HoldReason::Session | HoldReason::Hush => return None,
        HoldReason::PromoShare
        | HoldReason::PromoNotBefore
        | HoldReason::PromoAround
        | HoldReason::PromoWhen => promo(at, out, budgets.promo.as_ref()?, reason)?,
    })
}

fn quota(quota: Quota, used: &QuotaUsed, noun: &str, zone: &Zone) -> String {
    let window = match quota.per {
        Window::Day => "a day".to_owned(),
        Window::Sliding(window) => format!("in {}", length(window)),
    };
    let clocks: Vec<String> =
        used.at.iter().rev().map(|at| zone.civil(*at).strftime("%H:%M").to_string()).collect();
    let limit = quota.max;
    let plural = if limit == 1 { "" } else { "s" };
    let noun = noun.replacen("post", &format!("post{plural}"), 1);
    format!("the budget is {limit} {noun} {window}, and {} had gone ({})", used.at.len(), clocks.join(", "))
}

fn promo(at: &Reader<'_>, out: &Outgoing, promo: &Promo, reason: HoldReason) -> Option<String> {
    let Reader { state, playbook, now, .. } = *at;
    let zone = &playbook.zone;
    Some(match reason {
        HoldReason::PromoNotBefore => format!(
            "no advertising before the group is {} old; it began {}",
            length(promo.not_before?),
            when(state.created, zone)
        ),
        HoldReason::PromoAround => {
            let name = promo.around.as_ref()?;
            let next = match promo_window(playbook, name, promo, now) {
                Near::Opens(Some(next)) => format!("; the next such time begins {}", when(next, zone)),
                Near::Opens(None) => "; the calendar has no further day".to_owned(),
                Near::Inside => String::new(),
            };
            format!("advertising goes only around the days of the calendar {name}{next}")
        }
        HoldReason::PromoWhen => {
            let source = promo.when.as_ref()?.source();
            let values = at.promo(promo);
            let values = if values.is_empty() { String::new() } else { format!(": {}", readings(&values)) };
            format!("advertising goes only when {source}, which was false{values}")
        }
        _ => {
            let (percent, window) = promo.share?;
            let share = promo_share(state, &out.channel, window, now);
            format!(
                "advertising may be {percent}% of the messages in {}; with this one it would be {} of {}",
                length(window),
                share.promos,
                share.all
            )
        }
    })
}

/// Until when, in words.
pub(super) fn until(at: Option<Timestamp>, zone: &Zone) -> String {
    at.map(|at| format!(", until {} at the latest", when(at, zone))).unwrap_or_default()
}
