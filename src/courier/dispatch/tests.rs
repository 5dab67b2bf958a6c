//! The dispatch in virtual time, against platforms that take, refuse, hang, throttle and lock out as they are told.
//!
//! Nothing sleeps and nothing is random: the same day each time, in milliseconds.

use super::{Action, Dispatch, Finished, LaneKey, Now, Parcel, ParcelKey, ParcelOutcome, Settlement, Ticks};
use crate::{
    base::{
        ids::{ChannelName, EffectId, GroupId},
        time::{Duration, Timestamp},
    },
    courier::{
        memory::RobotMemory,
        receipt::Receipt,
        route::{Bot, RobotId, Route, Stop, bot_rates, preset_rates},
    },
    model::channel::{ChannelKind, InDoubt, Rate},
};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

/// How long a commit of the ledger takes.
const COMMIT_MS: Ticks = 2;

/// What a robot's platform does with a request.
#[derive(Debug, Clone, Default)]
pub(super) struct Platform {
    /// From the beginning of an attempt to its answer; it arrives half way.
    pub(super) latency: Ticks,
    /// No connection before this.
    pub(super) dead_until: Ticks,
    /// So many first requests are read and not answered for ten seconds.
    pub(super) hangs: usize,
    /// Those before this are answered all the same.
    pub(super) hangs_from: Ticks,
    /// Its answers are not the platform's.
    pub(super) babbles: bool,
    /// What it takes; more is throttled.
    pub(super) limits: Vec<Rate>,
    /// How long one who sends too much is locked out.
    pub(super) lockout: Ticks,
    pub(super) locked_until: Ticks,
    pub(super) taken: VecDeque<Ticks>,
    pub(super) refusals: usize,
}

enum Event {
    Claimed(ParcelKey),
    Ended(LaneKey, Finished),
}

/// A message that a platform took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Arrival {
    pub(super) at: Ticks,
    pub(super) key: ParcelKey,
    group: String,
    channel: String,
    pub(super) robot: String,
}

#[derive(Default)]
pub(super) struct World {
    pub(super) dispatch: Dispatch,
    pub(super) now: Ticks,
    events: BTreeMap<(Ticks, usize), Event>,
    sequence: usize,
    pub(super) platforms: BTreeMap<String, Platform>,
    /// Jobs that come later.
    pub(super) coming: BTreeMap<(Ticks, ParcelKey), Parcel>,
    keys: ParcelKey,
    pub(super) arrivals: Vec<Arrival>,
    pub(super) settled: BTreeMap<ParcelKey, (Ticks, Settlement)>,
    /// What a restart would begin with.
    pub(super) memories: BTreeMap<RobotId, RobotMemory>,
}

impl World {
    pub(super) fn now(&self) -> Now {
        Now { ticks: self.now, wall: Timestamp::from_millis(self.now as i64) }
    }

    pub(super) fn platform(&mut self, url: &str, platform: Platform) {
        self.platforms.insert(url.to_owned(), platform);
    }

    pub(super) fn post(&mut self, at: Ticks, group: &str, route: &Arc<Route>) -> ParcelKey {
        self.keys += 1;
        let job = Parcel {
            key: self.keys,
            group: GroupId::new(group),
            effect: EffectId::new(format!("e/{}", self.keys)),
            route: Arc::clone(route),
            expires: None,
            not_before: None,
            attempts: 0,
            part: 0,
            in_doubt: false,
            retried: false,
            awaited: false,
            claimed: false,
        };
        self.coming.insert((at, self.keys), job);
        self.keys
    }

    /// Until nothing is left to do, or until this instant.
    pub(super) fn run(&mut self, end: Ticks) {
        loop {
            for action in self.dispatch.drain() {
                self.act(action);
            }
            let due = [
                self.events.keys().next().map(|(at, _)| *at),
                self.coming.keys().next().map(|(at, _)| *at),
                self.dispatch.deadline(),
            ];
            let Some(next) = due.into_iter().flatten().min().filter(|at| *at <= end) else {
                return;
            };
            self.now = self.now.max(next);
            let now = self.now();
            if self.coming.first_key_value().is_some_and(|((at, _), _)| *at <= self.now) {
                let (_, job) = self.coming.pop_first().unwrap();
                self.dispatch.submit(job, now);
            } else if self.events.first_key_value().is_some_and(|((at, _), _)| *at <= self.now) {
                match self.events.pop_first().unwrap().1 {
                    Event::Claimed(key) => self.dispatch.claimed(key, false, now),
                    Event::Ended(lane, finished) => self.dispatch.finished(&lane, finished, now),
                }
            } else {
                self.dispatch.timeout(now);
            }
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Remember(memory) => drop(self.memories.insert(memory.robot.clone(), memory)),
            Action::Claim(key) => self.later(COMMIT_MS, Event::Claimed(key)),
            Action::Settle(settlement) => {
                if !matches!(settlement.outcome, ParcelOutcome::Deferred { .. }) {
                    self.settled.insert(settlement.key, (self.now, settlement));
                }
            }
            Action::Attempt { lane, robot, parcel: job } => {
                let url = job.route.robots[robot].id.0.clone();
                let platform = self.platforms.get_mut(&url).unwrap();
                let arrives = self.now + platform.latency / 2;
                let (wait, finished, took) = platform.answer(self.now, arrives);
                if took {
                    let arrival = Arrival {
                        at: arrives,
                        key: job.key,
                        group: job.group.to_string(),
                        channel: job.route.name.to_string(),
                        robot: url,
                    };
                    self.arrivals.push(arrival);
                }
                self.later(wait, Event::Ended(lane, finished));
            }
        }
    }

    fn later(&mut self, wait: Ticks, event: Event) {
        self.sequence += 1;
        self.events.insert((self.now + wait, self.sequence), event);
    }

    fn by_robot(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for arrival in &self.arrivals {
            *counts.entry(arrival.robot.as_str()).or_default() += 1;
        }
        counts
    }

    /// Every message was accepted, and those of a group and channel arrived in the order of their keys.
    pub(super) fn assert_whole_and_in_order(&self) {
        assert_eq!(self.settled.len(), self.keys as usize, "none is lost");
        let mut last: BTreeMap<(&str, &str), ParcelKey> = BTreeMap::new();
        for (_, settlement) in self.settled.values() {
            assert_eq!(settlement.outcome, ParcelOutcome::Accepted, "{settlement:?}");
        }
        for arrival in &self.arrivals {
            let before = last.insert((&arrival.group, &arrival.channel), arrival.key).unwrap_or(0);
            assert!(before < arrival.key, "{arrival:?} came after {before}");
        }
    }
}

impl Platform {
    fn answer(&mut self, now: Ticks, arrives: Ticks) -> (Ticks, Finished, bool) {
        if now < self.dead_until {
            return (0, Finished::NotSent { reason: "refused".into() }, false);
        }
        if self.hangs > 0 && now >= self.hangs_from {
            self.hangs -= 1;
            return (10_000, Finished::InDoubt { reason: "silence".into() }, false);
        }
        if self.babbles {
            self.refusals += 1;
            let unclear = Receipt::Unclear { reason: "this is no answer".into() };
            return (self.latency, Finished::Answered { receipt: unclear, parts: 1 }, false);
        }
        let exceeded = self.limits.iter().any(|limit| {
            let window = limit.per.as_millis() as Ticks;
            self.taken.iter().filter(|at| **at + window > arrives).count() >= limit.count as usize
        });
        if exceeded && self.lockout > 0 {
            self.locked_until = self.locked_until.max(arrives + self.lockout);
        }
        let answered = |receipt| Finished::Answered { receipt, parts: 1 };
        if exceeded || arrives < self.locked_until {
            self.refusals += 1;
            let left = self.locked_until.saturating_sub(arrives);
            let after = (left > 0).then(|| Duration::from_millis(left as i64));
            let reason = "too often".to_owned();
            let later = Receipt::RetryLater { after, throttled: true, attempts_max: None, reason };
            return (self.latency, answered(later), false);
        }
        self.taken.push_back(arrives);
        while self.taken.len() > 200 {
            self.taken.pop_front();
        }
        (self.latency, answered(Receipt::Accepted { note: String::new() }), true)
    }
}

/// Here a robot is named by its address.
pub(super) fn route(name: &str, kind: ChannelKind, urls: &[&str]) -> Arc<Route> {
    let stop = |url: &&str| {
        let end = url.match_indices('/').nth(2).map_or(url.len(), |(at, _)| at);
        Stop { id: RobotId((*url).to_owned()), host: url[..end].to_owned(), bot: None }
    };
    Arc::new(Route {
        name: ChannelName::new(name),
        kind,
        robots: urls.iter().map(stop).collect(),
        rates: preset_rates(kind),
        in_doubt: InDoubt::Resend,
    })
}

pub(super) fn quick() -> Platform {
    Platform { latency: 40, ..Platform::default() }
}

pub(super) fn limited(kind: ChannelKind, lockout: Ticks) -> Platform {
    Platform { limits: preset_rates(kind), lockout, ..quick() }
}

const MINUTE: Ticks = 60_000;
const DAY: Ticks = 1_440 * MINUTE;

/// When the last of so many messages can arrive at the earliest.
fn earliest(rates: &[Rate], count: usize) -> Ticks {
    let mut at: Vec<Ticks> = Vec::new();
    for index in 0..count {
        let after = |rate: &Rate| {
            let before = index.checked_sub(rate.count as usize)?;
            Some(at[before] + rate.per.as_millis() as Ticks)
        };
        at.push(rates.iter().filter_map(after).max().unwrap_or(0).max(at.last().copied().unwrap_or(0)));
    }
    at.last().copied().unwrap_or(0)
}

#[test]
fn ten_thousand_posts_over_a_hundred_channels_are_as_fast_as_the_presets_allow() {
    let kinds: Vec<ChannelKind> = ChannelKind::ALL
        .iter()
        .copied()
        .filter(|kind| !matches!(kind, ChannelKind::Console | ChannelKind::Manual))
        .collect();
    let mut world = World::default();
    let mut allowed = 0;
    let mut own: BTreeMap<String, Ticks> = BTreeMap::new();
    for channel in 0..100 {
        let kind = kinds[channel % kinds.len()];
        // What ntfy counts is the visitor of a server, whatever the topic.
        let host = if kind == ChannelKind::Ntfy { format!("ntfy{channel}") } else { kind.to_string() };
        let url = format!("https://{host}.test/{channel}");
        world.platform(&url, limited(kind, 0));
        let route = route(&format!("c{channel}"), kind, &[&url]);
        for post in 0..100 {
            world.post(0, &format!("g{}", post % 5), &route);
        }
        own.insert(format!("c{channel}"), earliest(&route.rates, 100));
        allowed = allowed.max(own[&format!("c{channel}")]);
    }
    world.run(DAY);
    world.assert_whole_and_in_order();
    assert_eq!(world.arrivals.len(), 10_000, "none twice");
    assert!(world.platforms.values().all(|platform| platform.refusals == 0), "no limit was exceeded");
    let last = world.arrivals.iter().map(|arrival| arrival.at).max().unwrap();
    assert!(last <= allowed + 1_000, "the last came at {last}, the presets allow {allowed}");
    // Not only the slowest platform: each channel's own last.
    let mut lasts: BTreeMap<&str, Ticks> = BTreeMap::new();
    for arrival in &world.arrivals {
        let last = lasts.entry(&arrival.channel).or_default();
        *last = arrival.at.max(*last);
    }
    let late: Vec<String> = lasts
        .iter()
        .filter(|(channel, last)| **last > own[**channel] + 1_000)
        .map(|(channel, last)| format!("{channel}: {last} for {}", own[*channel]))
        .collect();
    assert!(late.is_empty(), "{late:?}");
}

/// The greatest lag of a channel's posts, with what else is there.
fn lag(others: &[(&str, Platform)]) -> Ticks {
    let mut world = World::default();
    for (name, platform) in others {
        let url = format!("https://{name}.test/hook");
        world.platform(&url, platform.clone());
        let bad = route(name, ChannelKind::Webhook, &[&url]);
        for post in 0..2_000 {
            world.post(0, &format!("g{}", post % 500), &bad);
        }
    }
    world.platform("https://fourth.test/hook", quick());
    let fourth = route("fourth", ChannelKind::Webhook, &["https://fourth.test/hook"]);
    let keys: Vec<(Ticks, ParcelKey)> = (0..1_000)
        .map(|post| {
            let at = 5 * post as Ticks;
            (at, world.post(at, &format!("g{}", post % 50), &fourth))
        })
        .collect();
    world.run(10 * MINUTE);
    keys.iter().map(|(at, key)| world.settled[key].0 - at).max().unwrap()
}

#[test]
fn dead_hanging_and_throttling_channels_do_not_delay_a_fourth() {
    let limits = vec![Rate { count: 5, per: Duration::SECOND }];
    let alone = lag(&[]);
    let beside = lag(&[
        ("dead", Platform { dead_until: DAY, ..quick() }),
        ("hanging", Platform { hangs: usize::MAX, ..quick() }),
        ("throttling", Platform { limits, lockout: 10_000, ..quick() }),
    ]);
    assert!(alone > 0 && beside <= 2 * alone, "alone {alone} ms, beside three others {beside} ms");
}

#[test]
fn robots_of_one_channel_share_its_load() {
    let urls = ["https://w.test/a", "https://w.test/b", "https://w.test/c"];
    let mut world = World::default();
    for url in urls {
        world.platform(url, limited(ChannelKind::Wecom, 0));
    }
    let shared = route("group", ChannelKind::Wecom, &urls);
    for post in 0..120 {
        world.post(0, &format!("g{}", post % 40), &shared);
    }
    world.run(DAY);
    world.assert_whole_and_in_order();
    assert_eq!(world.by_robot().into_values().collect::<Vec<_>>(), [40, 40, 40]);
    // One robot would need five minutes.
    let last = world.arrivals.iter().map(|arrival| arrival.at).max().unwrap();
    assert!(last < MINUTE + 1_000, "{last}");
}

#[test]
fn a_robot_that_is_locked_out_lets_the_others_work() {
    let urls = ["https://d.test/a", "https://d.test/b"];
    let mut world = World::default();
    world.platform(
        urls[0],
        Platform { locked_until: 10 * MINUTE, ..limited(ChannelKind::Dingtalk, 10 * MINUTE) },
    );
    world.platform(urls[1], limited(ChannelKind::Dingtalk, 10 * MINUTE));
    let shared = route("group", ChannelKind::Dingtalk, &urls);
    for post in 0..60 {
        world.post(0, &format!("g{post}"), &shared);
    }
    world.run(DAY);
    world.assert_whole_and_in_order();
    assert_eq!(world.by_robot().into_values().collect::<Vec<_>>(), [60], "all by the other one");
    let last = world.arrivals.iter().map(|arrival| arrival.at).max().unwrap();
    assert!(last < 2 * MINUTE + 2_000, "{last}");
    // Those that were already under way found out; those that waited for it did not have to.
    assert!(world.platforms[urls[0]].refusals <= 20, "{}", world.platforms[urls[0]].refusals);
}

#[test]
fn a_dead_robot_is_tried_now_and_then_and_comes_back() {
    let urls = ["https://a.test/", "https://b.test/"];
    let mut world = World::default();
    world.platform(urls[0], Platform { dead_until: MINUTE, ..quick() });
    world.platform(urls[1], quick());
    let shared = route("group", ChannelKind::Webhook, &urls);
    for post in 0..400 {
        world.post(post * 500, &format!("g{}", post % 7), &shared);
    }
    world.run(DAY);
    world.assert_whole_and_in_order();
    let worst = world.settled.iter().map(|(key, (at, _))| at - (*key as Ticks - 1) * 500).max().unwrap();
    assert!(worst < 2_000, "the one that is well takes over: {worst}");
    let back = world.arrivals.iter().find(|arrival| arrival.robot == urls[0]).map(|arrival| arrival.at);
    assert!(back.is_some_and(|at| (MINUTE..2 * MINUTE).contains(&at)), "{back:?}");
}

#[test]
fn one_robot_has_one_limit_whoever_uses_it() {
    let url = "https://w.test/shared";
    let mut world = World::default();
    world.platform(url, limited(ChannelKind::Wecom, 0));
    // Two playbooks of one run have a channel each, with a name of its own, on the same robot.
    for name in ["group", "staff"] {
        let route = route(name, ChannelKind::Wecom, &[url]);
        for post in 0..20 {
            world.post(0, &format!("{name}{post}"), &route);
        }
    }
    world.run(DAY);
    world.assert_whole_and_in_order();
    assert_eq!(world.platforms[url].refusals, 0);
    let early = world.arrivals.iter().filter(|arrival| arrival.at < MINUTE).count();
    assert_eq!(early, 20);
}

#[test]
fn all_chats_of_one_bot_share_what_the_platform_allows_it() {
    let mut world = World::default();
    let of_bot = |name: &str, chat: usize, bot: &str| {
        let mut route =
            Route::clone(&route(name, ChannelKind::Telegram, &[&format!("https://t/{bot}/{chat}")]));
        let rates = bot_rates(ChannelKind::Telegram);
        route.robots[0].bot = Some(Bot { id: bot.to_owned(), rates });
        Arc::new(route)
    };
    for chat in 0..300 {
        world.platform(&format!("https://t/one/{chat}"), quick());
        let route = of_bot("group", chat, "one");
        for _ in 0..2 {
            world.post(0, &format!("g{chat}"), &route);
        }
    }
    world.platform("https://t/other/0", quick());
    let other = world.post(0, "other", &of_bot("group", 0, "other"));
    world.run(MINUTE);
    world.assert_whole_and_in_order();
    assert!(world.settled[&other].0 < 1_000, "another bot has its own");
    let mut at: Vec<Ticks> =
        world.arrivals.iter().filter(|arrival| arrival.key != other).map(|arrival| arrival.at).collect();
    at.sort_unstable();
    assert!(at.windows(31).all(|some| some[30] - some[0] >= 1_000), "never more than 30 in a second");
    // What the limit allows is used: 600 at 30 a second.
    assert!(at.last().is_some_and(|last| (19_000..23_000).contains(last)), "{at:?}");
    // Nobody waits for all the others: the first of each chat come before the second ones.
    let second = |arrival: &&Arrival| arrival.key % 2 == 0;
    let first_second = world.arrivals.iter().filter(second).map(|arrival| arrival.at).min().unwrap();
    assert!(first_second >= 9_000, "{first_second}");
}

#[test]
fn what_is_in_doubt_stays_with_the_robot_that_knows_its_key() {
    for (kind, expected) in
        [(ChannelKind::Webhook, "https://x.test/a"), (ChannelKind::Wecom, "https://x.test/b")]
    {
        let urls = ["https://x.test/a", "https://x.test/b"];
        let mut world = World::default();
        world.platform(urls[0], Platform { hangs: 1, ..quick() });
        world.platform(urls[1], quick());
        let key = world.post(0, "g", &route("group", kind, &urls));
        world.run(DAY);
        assert_eq!(
            world.arrivals.iter().map(|arrival| arrival.robot.as_str()).collect::<Vec<_>>(),
            [expected]
        );
        assert!(world.settled[&key].1.in_doubt);
    }
}

#[test]
fn what_is_held_in_doubt_is_held_although_the_platform_knows_keys() {
    let url = "https://x.test/a";
    let mut world = World::default();
    world.platform(url, Platform { hangs: 1, ..quick() });
    assert!(ChannelKind::Webhook.idempotency().is_some());
    let mut held = Route::clone(&route("group", ChannelKind::Webhook, &[url]));
    held.in_doubt = InDoubt::Hold;
    let key = world.post(0, "g", &Arc::new(held));
    world.run(DAY);
    assert_eq!(world.settled[&key].1.outcome, ParcelOutcome::Held);
    assert_eq!(world.arrivals, [], "nothing is sent again");
}

#[test]
fn a_message_that_expires_while_its_robot_is_locked_out_is_not_sent() {
    let url = "https://d.test/a";
    let mut world = World::default();
    world.platform(url, Platform { locked_until: 10 * MINUTE, ..quick() });
    let key = world.post(0, "g", &route("group", ChannelKind::Dingtalk, &[url]));
    for job in world.coming.values_mut() {
        job.expires = Some(Timestamp::from_millis(MINUTE as i64));
    }
    world.run(DAY);
    let (at, settlement) = &world.settled[&key];
    assert_eq!((settlement.outcome.clone(), *at), (ParcelOutcome::Expired, MINUTE + 1));
    assert_eq!(world.arrivals, []);
}
