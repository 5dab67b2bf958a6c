//! What budgets will probably do to planned messages: hold them, let them come too late, or send them without their mention.
//!
//! An estimate from the plan alone, by the engine's own counts: scripts and signals may add messages, and conditions
//! may take some away. A share of advertising depends on weeks before the plan and is not foretold. What is held in the
//! end is the engine's decision.

use super::plan::Planned;
use crate::{
    base::{
        ids::{ChannelName, GroupId, PlayName},
        limits,
        phrase::{Phrase, phrase},
        time::{Duration, Timestamp, Zone},
    },
    engine::{
        advertising::{Near, promo_window},
        budget::{Hold, gap_ends, is_flow, quota_used},
        entry::HoldReason,
        state::Released,
    },
    model::{
        budget::{Budgets, Quota, QuotaWindow, is_of},
        message::Label,
        playbook::Playbook,
        timetable,
    },
};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// What will probably happen to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prospect {
    /// It waits, and goes.
    Waits,
    /// It waits longer than it may, and is missed.
    Missed,
    /// It goes in time, without its mention.
    Unmentioned,
}

/// What a budget will probably do to a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Which budget.
    pub by: HoldReason,
    /// When it ends, where that is certain.
    pub until: Option<Timestamp>,
    /// In a few words: `quiet hours until 08:00`.
    pub says: Phrase,
    /// What comes of it.
    pub prospect: Prospect,
}

impl Expected {
    /// What comes of it and why: `held: quiet hours until 08:00`.
    pub fn told(&self) -> Phrase {
        let says = &self.says;
        match self.prospect {
            Prospect::Waits => phrase!("held: {says}", "压住：{says}"; says),
            Prospect::Missed => phrase!("will be missed: {says}", "会错过：{says}"; says),
            Prospect::Unmentioned => {
                phrase!("goes without its mention: {says}", "不带提醒发出：{says}"; says)
            }
        }
    }
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

/// One channel of one group, as far as the plan was followed.
#[derive(Debug, Default)]
struct ForecastChannel {
    date: Option<Date>,
    /// Posts planned for that day.
    posts: u32,
    /// Those of them that the number of the day keeps waiting.
    waiting: u32,
    /// What goes, in order of time, also what waits still; whether it keeps those behind it waiting.
    went: Vec<(Released, bool)>,
}

impl ForecastChannel {
    /// What has gone at an instant, newest first.
    fn newest(&self, at: Timestamp) -> impl Iterator<Item = &Released> {
        self.went.iter().rev().map(|(released, _)| released).skip_while(move |released| released.at > at)
    }

    fn goes(&mut self, released: Released, is_flow: bool) {
        let place = self.went.partition_point(|(known, _)| known.at <= released.at);
        self.went.insert(place, (released, is_flow));
        if self.went.len() > limits::RELEASED_MAX {
            self.went.remove(0);
        }
    }

    /// Until when what is decided at an instant waits for what was decided before.
    fn behind(&self, at: Timestamp) -> Option<Hold> {
        let ahead = self.went.iter().rev().take_while(|(released, _)| released.at > at);
        let last = ahead.filter(|(_, is_flow)| *is_flow).map(|(released, _)| released.at).max();
        last.map(|last| (HoldReason::Order, Some(last)))
    }
}

/// Follows a plan in order of time.
pub struct Forecast<'a> {
    playbook: &'a Playbook,
    channels: BTreeMap<(GroupId, ChannelName), ForecastChannel>,
    /// The dated runs that have begun within a day or so.
    sessions: BTreeMap<GroupId, Vec<(PlayName, Timestamp)>>,
}

impl<'a> Forecast<'a> {
    /// Before the first step of a plan.
    pub fn new(playbook: &'a Playbook) -> Self {
        Self { playbook, channels: BTreeMap::new(), sessions: BTreeMap::new() }
    }

    /// What will probably be done to the next step of the plan; none for what is no message, and for most that are.
    pub fn look(&mut self, planned: &Planned) -> Option<Expected> {
        self.note_session(planned);
        let channel = planned.channel.as_ref().filter(|_| matches!(planned.verb, "post" | "ask"))?;
        let playbook = self.playbook.in_group(&planned.group);
        let (zone, at) = (&playbook.zone, planned.at);
        // Nothing holds anything where no budget is written and no session is on.
        let free = playbook.budgets.of(channel).is_none_or(|budgets| *budgets == Budgets::default());
        if free && playbook.budgets.hush.is_none() && !self.sessions.contains_key(&planned.group) {
            return None;
        }
        let mut known = self.channels.remove(&(planned.group.clone(), channel.clone())).unwrap_or_default();
        if known.date != Some(zone.date(at)) {
            (known.date, known.posts, known.waiting) = (Some(zone.date(at)), 0, 0);
        }
        known.posts += 1;
        let expected = self.expected(playbook, planned, (channel, &mut known));
        known.waiting += u32::from(expected.as_ref().is_some_and(|one| one.by == HoldReason::PostsMax));
        self.channels.insert((planned.group.clone(), channel.clone()), known);
        expected
    }

    fn expected(
        &self,
        playbook: &Playbook,
        planned: &Planned,
        (channel, known): (&ChannelName, &mut ForecastChannel),
    ) -> Option<Expected> {
        let at = planned.at;
        let behind = if planned.urgent { None } else { known.behind(at) };
        let first = self.hold(playbook, planned, (channel, known), at).or(behind);
        let limit = || latest(playbook, planned, channel);
        let (mut goes, mut last) = (at, first);
        // What one budget lets go another may hold: as often as there are budgets, and some more.
        for _ in 0..LOOKS {
            let Some((_, until)) = last else { break };
            let Some(until) = until.filter(|until| *until > goes && *until < limit()) else {
                let prospect = if until.is_some_and(|until| until >= limit()) || never(last) {
                    Prospect::Missed
                } else {
                    Prospect::Waits
                };
                return first.map(|hold| Self::told(playbook, planned, known, (hold, prospect)));
            };
            goes = until;
            last = self.hold(playbook, planned, (channel, known), goes);
        }
        let mentions = planned.mentions && Self::mention(playbook, channel, known, goes).is_none();
        let muted = planned.mentions && !mentions;
        let expected = match first {
            Some(hold) => Some(Self::told(playbook, planned, known, (hold, Prospect::Waits))),
            None if muted => {
                let hold = (HoldReason::MentionsMax, None);
                Some(Self::told(playbook, planned, known, (hold, Prospect::Unmentioned)))
            }
            None => None,
        };
        let released = Released {
            at: goes,
            due: goes,
            label: planned.label,
            own_label: planned.own_label.clone(),
            mentions,
            reactive: false,
        };
        known.goes(released, first.is_some_and(|(reason, _)| is_flow(reason)));
        expected
    }

    /// Why a message may not go at an instant, in the order in which the engine asks.
    fn hold(
        &self,
        playbook: &Playbook,
        planned: &Planned,
        (channel, known): (&ChannelName, &ForecastChannel),
        at: Timestamp,
    ) -> Option<Hold> {
        let zone = &playbook.zone;
        if let Some(calendar) = playbook.budgets.hush.as_ref().and_then(|name| playbook.calendars.get(name))
            && calendar.has(zone.date(at))
            && playbook.groups.get(&planned.group).is_some_and(|group| !playbook.is_for_staff(group, channel))
        {
            return Some((HoldReason::Hush, Some(zone.day_bounds(at).1)));
        }
        let (reason, until) = self.room(playbook, planned, (channel, known), at)?;
        let budgets = playbook.budgets.of(channel);
        let sleeps = budgets.filter(|budgets| !wakes(planned, budgets, zone));
        let ends = sleeps.zip(until).and_then(|(budgets, until)| budgets.quiet_ends(until, zone));
        Some((reason, ends.or(until)))
    }

    fn room(
        &self,
        playbook: &Playbook,
        planned: &Planned,
        (channel, known): (&ChannelName, &ForecastChannel),
        at: Timestamp,
    ) -> Option<Hold> {
        let zone = &playbook.zone;
        let budgets = playbook.budgets.of(channel);
        if planned.label == Some(Label::Promo)
            && let Some(promo) = budgets.and_then(|budgets| budgets.promo.as_ref())
        {
            let old = promo.not_before.zip(planned.created).map(|(age, created)| created.plus(age));
            if let Some(until) = old.filter(|until| at < *until) {
                return Some((HoldReason::PromoNotBefore, Some(until)));
            }
            let near = promo.around.as_ref().map(|name| promo_window(playbook, name, promo, at));
            if let Some(Near::Opens(opens)) = near {
                return Some((HoldReason::PromoAround, opens));
            }
        }
        if let Some(budgets) = budgets
            && let Some(ends) = budgets.quiet_ends(at, zone)
            && !wakes(planned, budgets, zone)
        {
            return Some((HoldReason::Quiet, Some(ends)));
        }
        if let Some(until) = self.session_ends(playbook, planned, channel, at) {
            return Some((HoldReason::Session, Some(until)));
        }
        let budgets = budgets.filter(|_| !planned.urgent)?;
        for (word, quota) in budgets.quotas_of(planned.label, planned.own_label.as_deref()) {
            let same = |one: &Released| is_of(word, one.label, one.own_label.as_deref());
            if let Some(until) = quota_used(known.newest(at), (zone, at), quota, same).until {
                return Some((HoldReason::LabelMax, Some(until)));
            }
        }
        if let Some(quota) = budgets.posts
            && let Some(until) = quota_used(known.newest(at), (zone, at), quota, |_| true).until
        {
            return Some((HoldReason::PostsMax, Some(until)));
        }
        let gap = gap_ends(known.newest(at), budgets.gap?, false, at);
        gap.map(|until| (HoldReason::PostsGap, Some(until)))
    }

    /// When there is room for a mention again; none where there is some.
    fn mention(
        playbook: &Playbook,
        channel: &ChannelName,
        known: &ForecastChannel,
        at: Timestamp,
    ) -> Option<Timestamp> {
        let quota = playbook.budgets.of(channel)?.mentions?;
        quota_used(known.newest(at), (&playbook.zone, at), quota, |one| one.mentions).until
    }

    fn note_session(&mut self, planned: &Planned) {
        let (anchor, dated) = planned.anchor;
        if !dated || planned.at < anchor {
            return;
        }
        let known = self.sessions.entry(planned.group.clone()).or_default();
        known.retain(|(_, begun)| planned.at.since(*begun) < SESSION);
        if !known.iter().any(|(play, begun)| *play == planned.play && *begun == anchor) {
            known.push((planned.play.clone(), anchor));
        }
    }

    /// Until when a message waits because a dated run of another play is on.
    fn session_ends(
        &self,
        playbook: &Playbook,
        planned: &Planned,
        channel: &ChannelName,
        at: Timestamp,
    ) -> Option<Timestamp> {
        let sessions = self.sessions.get(&planned.group)?;
        if playbook.play(&planned.play)?.during_session {
            return None;
        }
        let ends = |(name, anchor): &(PlayName, Timestamp)| {
            let play = playbook.play(name)?;
            timetable::session(play, *anchor, play.zone_or(&playbook.zone), channel, at)
        };
        let own = (planned.play.clone(), planned.anchor.0);
        // Two sessions at once do not silence each other.
        if planned.anchor.1 && ends(&own).is_some() {
            return None;
        }
        sessions.iter().filter(|(play, _)| *play != planned.play).filter_map(ends).max()
    }

    fn told(
        playbook: &Playbook,
        planned: &Planned,
        known: &ForecastChannel,
        ((by, until), prospect): (Hold, Prospect),
    ) -> Expected {
        let zone = &playbook.zone;
        let budgets = planned.channel.as_ref().and_then(|channel| playbook.budgets.of(channel));
        let days =
            |at: Timestamp| known.newest(at).take_while(|one| zone.date(one.at) == zone.date(at)).count();
        let nth = days(planned.at) + 1;
        let says = says((by, until), planned, budgets, (zone, nth));
        Expected { by, until, says, prospect }
    }

    /// The days that have more posts than their budget, among those that were seen last and are this day, where some of
    /// them have to wait for it.
    pub fn crowded(&self, date: Date) -> impl Iterator<Item = Crowded> + '_ {
        let of = move |((group, channel), day): (&(GroupId, ChannelName), &ForecastChannel)| {
            let of_day = |quota: &Quota| quota.per == QuotaWindow::Day;
            let quota = self.playbook.budgets.of(channel)?.posts.filter(of_day)?;
            let (group, channel, posts) = (group.clone(), channel.clone(), day.posts);
            (day.waiting > 0 && posts > quota.max).then_some(Crowded {
                group,
                channel,
                posts,
                max: quota.max,
            })
        };
        self.channels.iter().filter(move |(_, day)| day.date == Some(date)).filter_map(of)
    }
}

/// How often a message is looked at again after what held it is over.
const LOOKS: usize = 16;
/// After how long a session is over for certain.
const SESSION: Duration = Duration::DAY.times(2);

/// Whether what holds a message never ends.
fn never(hold: Option<Hold>) -> bool {
    matches!(hold, Some((HoldReason::PromoAround, None)))
}

/// Until when a message may be held: as long as its label may, and not past a later step of its own run.
fn latest(playbook: &Playbook, planned: &Planned, channel: &ChannelName) -> Timestamp {
    let limit = playbook.budgets.held_until(channel, planned.label, planned.at, &playbook.zone);
    let play = playbook.play(&planned.play);
    let later = play.and_then(|play| {
        let zone = play.zone_or(&playbook.zone);
        timetable::later_step(play, &planned.step, planned.anchor.0, planned.at, zone)
    });
    later.map_or(limit, |later| later.min(limit))
}

/// Whether an urgent message may go in quiet hours: its own clock time lies in them.
fn wakes(planned: &Planned, budgets: &Budgets, zone: &Zone) -> bool {
    planned.urgent && budgets.quiet_ends(planned.at, zone).is_some()
}

fn says(
    (by, until): Hold,
    planned: &Planned,
    budgets: Option<&Budgets>,
    (zone, nth): (&Zone, usize),
) -> Phrase {
    let until = until.unwrap_or(planned.at);
    let far = zone.date(until) != zone.date(planned.at);
    let clock = zone.civil(until).strftime("%H:%M").to_string();
    let until = match by {
        HoldReason::PromoNotBefore | HoldReason::PromoAround => zone.date(until).to_string(),
        HoldReason::LabelMax if far => format!("{} {clock}", zone.date(until)),
        _ => clock,
    };
    let quota = |quota: Option<Quota>| quota.map(|quota| quota.max).unwrap_or_default();
    match by {
        HoldReason::PromoNotBefore => phrase!("no advertising before {until}", "{until} 之前不发推广"),
        HoldReason::PromoAround => phrase!("advertising only around key dates", "推广只在重要日子前后发"),
        HoldReason::MentionsMax => {
            let max = quota(budgets.and_then(|budgets| budgets.mentions));
            phrase!("the budget of mentions is {max}, and used up", "提醒的预算是 {max} 次，已经用完")
        }
        HoldReason::Quiet => phrase!("quiet hours until {until}", "静默时段到 {until}"),
        HoldReason::PostsMax => {
            let max = budgets.and_then(|budgets| budgets.posts);
            if let Some(QuotaWindow::Sliding(length)) = max.map(|max| max.per) {
                let max = quota(max);
                phrase!("the budget is {max} in {length}", "预算是 {length} 内 {max} 条")
            } else {
                let max = quota(max);
                phrase!("post {nth} of the day, the budget is {max}", "这天第 {nth} 条，预算是 {max} 条")
            }
        }
        HoldReason::LabelMax => {
            let label =
                planned.own_label.as_deref().unwrap_or(planned.label.unwrap_or(Label::Content).as_str());
            phrase!(
                "the posts labelled {label} are used up until {until}",
                "标为 {label} 的消息到 {until} 之前已经用完"
            )
        }
        HoldReason::Session => phrase!("a session is on until {until}", "活动到 {until} 才结束"),
        HoldReason::Hush => phrase!("a day on which members see nothing", "这天成员什么都看不到"),
        HoldReason::Order => phrase!("the one before it waits until {until}", "前一条要等到 {until}"),
        HoldReason::PostsGap | HoldReason::Ahead => phrase!("the gap until {until}", "间隔到 {until}"),
        HoldReason::PromoShare | HoldReason::PromoFew | HoldReason::PromoWhen => {
            phrase!("the share of advertising", "推广的比例")
        }
    }
}
