//! How facts about `moderate` change what is known; what is old or too much is let go of here.
//!
//! A part of `apply`: never looks at a playbook, never decides.

use super::{Breach, CountedMessage, Moderated, Moderating, Strike, WatchedRule};
use crate::{
    base::{
        ids::{EffectId, MemberId},
        limits,
        time::Timestamp,
    },
    engine::{apply::change::retime, state::State, timer::Timer},
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

/// Entries about `moderate`.
pub(in crate::engine) fn apply_moderation(state: &mut State, at: Timestamp, fact: &Moderating) {
    let all = Arc::make_mut(&mut state.moderation);
    match fact {
        Moderating::RuleBegan { rule, acts } => {
            let standing = WatchedRule {
                acts: *acts,
                caught: 0,
                of: BTreeSet::new(),
                last: VecDeque::new(),
                told: None,
            };
            all.rules.insert(rule.clone(), standing);
        }
        Moderating::RuleEnded { rule } => {
            all.rules.remove(rule);
        }
        Moderating::Watched { rule } => {
            if let Some(standing) = all.rules.get_mut(rule) {
                (standing.caught, standing.of, standing.last) = Default::default();
            }
        }
        Moderating::Counted { rule, member, counted, from } => count(all, rule, member, *counted, *from),
        Moderating::Broken(breach) => broken(all, at, breach),
        Moderating::CaseOpened { task, case } => {
            let strikes = all.strikes.get_mut(&case.member).filter(|_| case.about == super::Decides::Appeal);
            let strikes = strikes.into_iter().flat_map(|strikes| Arc::make_mut(strikes).iter_mut());
            strikes.filter(|strike| strike.at == case.strike).for_each(|strike| strike.appealed = true);
            all.cases.insert(task.clone(), super::Matter::clone(case));
        }
        Moderating::CaseGrew { task, words, text } => {
            if let Some(case) = all.cases.get_mut(task) {
                case.add(words);
            }
            if let Some(open) = state.tasks.get_mut(task) {
                Arc::make_mut(open).task.text.clone_from(text);
            }
        }
        Moderating::CaseClosed { task, judge } => {
            if let Some(case) = all.cases.remove(task)
                && let Some(strikes) = all.strikes.get_mut(&case.member)
                && let Some(strike) =
                    Arc::make_mut(strikes).iter_mut().find(|strike| strike.at == case.strike)
            {
                strike.judge.clone_from(judge);
            }
        }
        Moderating::PlatformAsked { effect, asked } => {
            if all.asked.len() >= limits::MODERATE_CASES_MAX {
                all.asked.pop_first();
            }
            all.asked.insert(effect.clone(), super::PlatformAsk::clone(asked));
        }
        Moderating::Told { rule } => {
            if let Some(known) = all.rules.get_mut(rule) {
                known.told = Some(at);
            }
        }
        Moderating::Muted { member, mute } => {
            all.muted.insert(member.clone(), mute.clone());
        }
        Moderating::Unmuted { member } => {
            all.muted.remove(member);
        }
        Moderating::Banned { member, ban } => {
            if all.banned.len() >= limits::BANS_KEPT_MAX
                && let Some(oldest) = all.banned.iter().min_by_key(|(_, ban)| ban.since)
            {
                let oldest = oldest.0.clone();
                all.banned.remove(&oldest);
            }
            all.banned.insert(member.clone(), ban.clone());
        }
        Moderating::BanEnded { member } => {
            all.banned.remove(member);
        }
        Moderating::Lifted { member, strike, .. } => lift(all, member, *strike),
        Moderating::JoinCounted { from } => {
            all.joins.push_back(at);
            while all.joins.front().is_some_and(|join| join <= from)
                || all.joins.len() > limits::MODERATED_WINDOW_MAX
            {
                all.joins.pop_front();
            }
        }
        Moderating::Raid { .. } => {
            all.raided = Some(at);
            all.joins.clear();
        }
    }
    wake(state, at);
}

/// A rule was broken, or would have been.
fn broken(all: &mut Moderated, at: Timestamp, breach: &Breach) {
    let strike = breach.until.map(|until| Strike {
        rule: breach.rule.clone(),
        at,
        until,
        words: breach.words.clone(),
        rung: breach.rung.clone(),
        judge: None,
        appealed: false,
    });
    if let Some(strike) = strike {
        strike_of(all, &breach.member, strike, at);
    }
    let Some(known) = all.rules.get_mut(&breach.rule) else { return };
    if breach.told {
        known.told = Some(at);
    }
    if breach.watched {
        watched(known, &breach.member, &breach.words);
    }
}

/// A strike is taken back.
fn lift(all: &mut Moderated, member: &MemberId, strike: Timestamp) {
    let left = all.strikes.get(member).map(|strikes| {
        let left = strikes.iter().filter(|known| known.at != strike);
        left.cloned().collect::<Vec<_>>()
    });
    match left.filter(|left| !left.is_empty()) {
        Some(left) => drop(all.strikes.insert(member.clone(), Arc::new(left))),
        None => drop(all.strikes.remove(member)),
    }
}

/// A message was let through or caught, and counts in its window.
fn count(all: &mut Moderated, rule: &Arc<str>, member: &MemberId, counted: CountedMessage, from: Timestamp) {
    if !all.counted.contains_key(member) && all.counted.len() >= limits::MODERATED_MEMBERS_MAX {
        let latest = |(_, rules): &(&MemberId, &Arc<_>)| {
            let rules: &BTreeMap<Arc<str>, VecDeque<CountedMessage>> = rules;
            rules.values().filter_map(|of| of.back()).map(|last| last.at).max()
        };
        if let Some(quiet) = all.counted.iter().min_by_key(latest).map(|(id, _)| id.clone()) {
            all.counted.remove(&quiet);
        }
    }
    let rules = Arc::make_mut(all.counted.entry(member.clone()).or_default());
    let window = rules.entry(rule.clone()).or_default();
    window.push_back(counted);
    while window.front().is_some_and(|old| old.at <= from) || window.len() > limits::MODERATED_WINDOW_MAX + 1
    {
        window.pop_front();
    }
}

fn strike_of(all: &mut Moderated, member: &MemberId, strike: Strike, at: Timestamp) {
    if !all.strikes.contains_key(member) && all.strikes.len() >= limits::STRUCK_MEMBERS_MAX {
        let oldest = all.strikes.iter().min_by_key(|(_, strikes)| strikes.last().map(|last| last.at));
        if let Some(oldest) = oldest.map(|(id, _)| id.clone()) {
            all.strikes.remove(&oldest);
        }
    }
    let strikes = Arc::make_mut(all.strikes.entry(member.clone()).or_default());
    strikes.retain(|strike| strike.until > at);
    strikes.push(strike);
    if strikes.len() > limits::STRIKES_KEPT_MAX {
        strikes.remove(0);
    }
}

fn watched(standing: &mut WatchedRule, member: &MemberId, words: &str) {
    standing.caught = standing.caught.saturating_add(1);
    if standing.of.len() < limits::WATCHED_KEPT_MAX {
        standing.of.insert(member.clone());
    }
    if !words.is_empty() {
        standing.last.push_back(words.to_owned());
        if standing.last.len() > limits::WATCHED_KEPT_MAX {
            standing.last.pop_front();
        }
    }
}

/// What counts no more is forgotten, with the words of it.
pub(in crate::engine) fn day_closed(state: &mut State, at: Timestamp) {
    let over = |strikes: &Arc<Vec<Strike>>| strikes.iter().any(|strike| strike.until <= at);
    let old: Vec<MemberId> =
        state.moderation.strikes.iter().filter(|(_, all)| over(all)).map(|(id, _)| id.clone()).collect();
    let ended = state.moderation.banned.values().any(|ban| ban.until <= at);
    if old.is_empty() && state.moderation.counted.is_empty() && !ended {
        return;
    }
    let all = Arc::make_mut(&mut state.moderation);
    all.banned.retain(|_, ban| ban.until > at);
    for member in old {
        let Some(strikes) = all.strikes.get_mut(&member) else { continue };
        let strikes = Arc::make_mut(strikes);
        strikes.retain(|strike| strike.until > at);
        if strikes.is_empty() {
            all.strikes.remove(&member);
        }
    }
}

/// A platform has done what it was asked, or a person is asked instead.
pub(in crate::engine) fn settled(state: &mut State, effect: &EffectId) {
    if state.moderation.asked.contains_key(effect) {
        Arc::make_mut(&mut state.moderation).asked.remove(effect);
    }
}

/// In a final phase nothing of it wakes the group.
pub(in crate::engine) fn sleeps(state: &mut State) {
    if state.moderation.next.is_some() {
        Arc::make_mut(&mut state.moderation).next = None;
    }
}

/// Two members turn out to be one: what was recorded of both is of that one.
pub(in crate::engine) fn join(state: &mut State, from: &MemberId, into: &MemberId) {
    let known = &state.moderation;
    let asked = |matter: &super::Matter| matter.member == *from;
    if !known.strikes.contains_key(from)
        && !known.counted.contains_key(from)
        && !known.muted.contains_key(from)
        && !known.banned.contains_key(from)
        && !known.cases.values().any(asked)
    {
        return;
    }
    let all = Arc::make_mut(&mut state.moderation);
    if let Some(strikes) = all.strikes.remove(from) {
        let own = Arc::make_mut(all.strikes.entry(into.clone()).or_default());
        own.extend(strikes.iter().cloned());
        own.sort_by_key(|strike| strike.at);
        let over = own.len().saturating_sub(limits::STRIKES_KEPT_MAX);
        own.drain(..over);
    }
    if let Some(counted) = all.counted.remove(from)
        && !all.counted.contains_key(into)
    {
        all.counted.insert(into.clone(), counted);
    }
    if let Some(mute) = all.muted.remove(from) {
        let own = all.muted.get(into).is_some_and(|own| own.until >= mute.until);
        if !own {
            all.muted.insert(into.clone(), mute);
        }
    }
    if let Some(ban) = all.banned.remove(from) {
        all.banned.insert(into.clone(), ban);
    }
    for case in all.cases.values_mut().filter(|case| asked(case)) {
        case.member = into.clone();
    }
    let at = state.clock;
    wake(state, at);
}

/// When something is due next.
fn wake(state: &mut State, at: Timestamp) {
    let all = &state.moderation;
    let watches = all.rules.values().filter(|rule| rule.caught > 0).map(|rule| rule.acts.max(at));
    let next = watches.chain(all.muted.values().map(|mute| mute.until)).min();
    let old = all.next;
    if old != next {
        Arc::make_mut(&mut state.moderation).next = next;
        retime(state, old, next, Timer::Moderation);
    }
}
