//! Which planned messages a budget will probably hold: quiet hours, posts a day, the gap, mentions, the age for advertising.
//!
//! An estimate from the plan alone: scripts and signals may add messages, and conditions may take some away. What
//! is held in the end is the engine's decision.

use super::plan::Planned;
use crate::{
    base::{
        ids::{ChannelName, GroupId},
        phrase::{Phrase, phrase},
        time::Timestamp,
    },
    engine::entry::HoldReason,
    model::{
        budget::{Budgets, QuotaWindow},
        message::Label,
        playbook::Playbook,
    },
};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// What will probably hold a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Which budget.
    pub by: HoldReason,
    /// When it ends, where that is certain.
    pub until: Option<Timestamp>,
    /// In a few words: `quiet hours until 08:00`.
    pub says: Phrase,
}

/// A day of one channel of one group with more posts than its budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crowded {
    /// The group.
    pub group: GroupId,
    /// The channel.
    pub channel: ChannelName,
    /// Posts that are planned.
    pub posts: u32,
    /// Posts that are allowed.
    pub max: u32,
}

#[derive(Debug, Default)]
struct ForecastDay {
    date: Option<Date>,
    posts: u32,
    mentions: u32,
    last_due: Option<Timestamp>,
}

/// Follows a plan in order of time.
pub struct Forecast<'a> {
    playbook: &'a Playbook,
    days: BTreeMap<(GroupId, ChannelName), ForecastDay>,
}

impl<'a> Forecast<'a> {
    /// Before the first step of a plan.
    pub fn new(playbook: &'a Playbook) -> Self {
        Self { playbook, days: BTreeMap::new() }
    }

    /// What will probably hold the next step of the plan; none for what is no message, and for most that are.
    pub fn look(&mut self, planned: &Planned) -> Option<Expected> {
        let channel = planned.channel.as_ref().filter(|_| matches!(planned.verb, "post" | "ask"))?;
        let budgets = self.playbook.budgets.of(channel).filter(|budgets| **budgets != Budgets::default())?;
        let zone = &self.playbook.in_group(&planned.group).zone;
        let at = planned.at;
        let key = (planned.group.clone(), channel.clone());
        let day = self.days.entry(key).or_default();
        if day.date != Some(zone.date(at)) {
            *day =
                ForecastDay { date: Some(zone.date(at)), last_due: day.last_due, ..ForecastDay::default() };
        }
        day.posts += 1;
        day.mentions += u32::from(planned.mentions);
        let last_due = day.last_due.replace(at);
        let clock = |at: Timestamp| zone.civil(at).strftime("%H:%M").to_string();
        let expected = |by, until, says: Phrase| Some(Expected { by, until, says });
        if planned.label == Some(Label::Promo)
            && let Some(age) = budgets.promo.as_ref().and_then(|promo| promo.not_before)
            && let Some(until) = planned.created.map(|created| created.plus(age)).filter(|until| at < *until)
        {
            let says = phrase!("no advertising before {}", "{} 之前不发推广", zone.date(until));
            return expected(HoldReason::PromoNotBefore, Some(until), says);
        }
        let midnight = zone.day_bounds(at).1;
        if let Some(quota) = budgets.mentions.filter(|quota| quota.per == QuotaWindow::Day)
            && planned.mentions
            && day.mentions > quota.max
        {
            let says = phrase!(
                "mention {} of the day, the budget is {}",
                "这天第 {} 次提醒，预算是 {} 次",
                day.mentions,
                quota.max
            );
            return expected(HoldReason::MentionsMax, Some(midnight), says);
        }
        if let Some(ends) = budgets.quiet_ends(at, zone).filter(|_| !planned.urgent) {
            let says = phrase!("quiet hours until {}", "静默时段到 {}", clock(ends));
            return expected(HoldReason::Quiet, Some(ends), says);
        }
        if let Some(quota) = budgets.posts.filter(|quota| quota.per == QuotaWindow::Day)
            && day.posts > quota.max
        {
            let says = phrase!(
                "post {} of the day, the budget is {}",
                "这天第 {} 条，预算是 {} 条",
                day.posts,
                quota.max
            );
            return expected(HoldReason::PostsMax, Some(midnight), says);
        }
        if let Some(until) = budgets.gap.zip(last_due).map(|(gap, last)| last.plus(gap))
            && !planned.urgent
            && at < until
        {
            let says = phrase!("the gap until {}", "间隔到 {}", clock(until));
            return expected(HoldReason::PostsGap, Some(until), says);
        }
        None
    }

    /// The days that have more posts than their budget, among those that were seen last and are this day.
    pub fn crowded(&self, date: Date) -> impl Iterator<Item = Crowded> + '_ {
        self.days.iter().filter(move |(_, day)| day.date == Some(date)).filter_map(
            |((group, channel), day)| {
                let quota =
                    self.playbook.budgets.of(channel)?.posts.filter(|quota| quota.per == QuotaWindow::Day)?;
                let (group, channel) = (group.clone(), channel.clone());
                (day.posts > quota.max).then_some(Crowded {
                    group,
                    channel,
                    posts: day.posts,
                    max: quota.max,
                })
            },
        )
    }
}
