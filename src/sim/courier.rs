//! A virtual courier: an outbox and platforms in virtual time, with the lanes of the live courier between them.
//!
//! What is attempted when, and what the end of an attempt means, is [`crate::courier`]'s, the same code that runs live.
//! What becomes of an attempt is said by whoever drives this: a world with latency, limits and outages, or the faults.
//! Rows are as durable as the journal; claims and settlements become durable some time after they were asked for; an
//! attempt never is.

use super::world::{PlatformHabits, World};
use crate::{
    base::{
        ids::{ChannelName, EffectId, GroupId},
        phrase::Phrase,
        time::{Duration, Timestamp},
    },
    courier::{
        self, Action, BEGINNING, Dispatch, Finished, LaneKey, Now, Parcel, ParcelKey, ParcelOutcome, RobotId,
        RobotMemory, Route, Settlement, Stop, Ticks,
    },
    engine::{entry::Outgoing, input::Receipt},
    model::{
        channel::{Channel, Rate},
        group::Group,
        playbook::Playbook,
    },
};
use std::{collections::BTreeMap, sync::Arc};

/// What becomes of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttemptEnd {
    /// The platform takes it.
    Accepted,
    /// The platform refuses it for good.
    Refused,
    /// Too many; come back after this long.
    Throttled(Duration),
    /// There is no connection.
    Unreachable,
    /// The connection broke after the request was written; whether the platform took it.
    Lost {
        /// Whether it did.
        arrived: bool,
    },
}

/// What was seen of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CourierEvent {
    /// The platform has it, or another copy of it.
    Arrived {
        /// The channel that the message arrived at.
        channel: ChannelName,
        /// The message that arrived.
        effect: EffectId,
        /// Whether an earlier attempt of it was in doubt.
        in_doubt: bool,
    },
    /// The outcome of an attempt is unknown from now on.
    Doubted {
        /// Which message.
        effect: EffectId,
    },
    /// It has left the outbox.
    Settled {
        /// Which message.
        effect: EffectId,
        /// What the engine hears of it, if anything.
        receipt: Option<Receipt>,
    },
}

/// How hard a courier is made to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CourierTrial {
    /// Only the channels that a world describes have a platform; the others take every message at once.
    World,
    /// Every channel has one, with two robots and a narrow limit, and the ledger takes its time.
    Everything,
}

/// The outbox of one group and who empties it.
#[derive(Debug)]
pub struct Courier {
    dispatch: Dispatch,
    platforms: BTreeMap<ChannelName, SimPlatform>,
    /// Durable, in the order in which they were decided.
    rows: BTreeMap<ParcelKey, Parcel>,
    key: ParcelKey,
    /// Durable: what robots did lately.
    robots: BTreeMap<RobotId, RobotMemory>,
    /// What is under way; a crash takes it away.
    coming: BTreeMap<(Timestamp, u64), Arriving>,
    sequence: u64,
    origin: Timestamp,
    /// How long a commit of the ledger takes.
    commit: Duration,
    /// How far the clock by which `expires` is judged is ahead of the lanes'.
    pub skew: Duration,
}

/// What a copy of a state holds of an outbox.
#[derive(Debug)]
pub struct CourierCopy {
    open: Vec<EffectId>,
    robots: BTreeMap<RobotId, RobotMemory>,
}

#[derive(Debug)]
struct SimPlatform {
    route: Arc<Route>,
    line: PlatformHabits,
    outages: Vec<(Timestamp, Timestamp)>,
}

#[derive(Debug)]
enum Arriving {
    Decided(ParcelKey),
    Claimed(ParcelKey),
    Settled(Settlement),
    Remembered(RobotMemory),
    Ended(LaneKey, EffectId, Finished),
}

/// The limit of a channel that is made to work hard.
const NARROW: Rate = Rate { count: 4, per: Duration::from_millis(20_000) };
/// How long its ledger takes.
const COMMIT: Duration = Duration::from_millis(40);

impl Courier {
    /// A courier for a group's channels.
    pub fn new(
        playbook: &Playbook,
        group: Option<&Group>,
        world: &World,
        from: Timestamp,
        trial: CourierTrial,
    ) -> Self {
        let own = group.into_iter().flat_map(|group| group.channels.keys());
        let platform = |name: &ChannelName| {
            let group = group?;
            let line = world.channels.get(name).cloned();
            let channel = playbook.channel(group, name)?;
            (trial == CourierTrial::Everything || line.is_some())
                .then(|| SimPlatform::new(channel, line.unwrap_or_default(), from, trial))
        };
        Self {
            dispatch: Dispatch::default(),
            platforms: playbook
                .channels
                .keys()
                .chain(own)
                .filter_map(|name| Some((name.clone(), platform(name)?)))
                .collect(),
            rows: BTreeMap::new(),
            key: 0,
            robots: BTreeMap::new(),
            coming: BTreeMap::new(),
            sequence: 0,
            origin: from.plus(-Duration::from_millis(BEGINNING as i64)),
            commit: if trial == CourierTrial::Everything { COMMIT } else { Duration::ZERO },
            skew: Duration::ZERO,
        }
    }

    /// Takes a message into the outbox. What a person copies is not sent.
    ///
    /// Gives whether it goes through the outbox: an ideal channel takes it at once.
    pub fn submit(&mut self, group: &GroupId, out: &Outgoing, now: Timestamp) -> bool {
        let Some(platform) = self.platforms.get(&out.channel).filter(|_| out.manual.is_none()) else {
            return false;
        };
        let route = Arc::clone(&platform.route);
        let both = self.both(now);
        let claimed = self.dispatch.reserve(group, &route, both);
        self.key += 1;
        let parcel = Parcel {
            key: self.key,
            group: group.clone(),
            effect: out.effect.clone(),
            route,
            expires: out.expires,
            not_before: None,
            attempts: 0,
            part: 0,
            in_doubt: false,
            retried: false,
            awaited: out.is_awaited(),
            claimed,
        };
        self.rows.insert(self.key, parcel);
        self.later(now, Duration::ZERO, Arriving::Decided(self.key));
        true
    }

    /// When something happens next.
    pub fn next_at(&self) -> Option<Timestamp> {
        let deadline = self.dispatch.deadline();
        let deadline = deadline.map(|ticks| self.origin.plus(Duration::from_millis(ticks as i64)));
        let coming = self.coming.first_key_value().map(|((at, _), _)| *at);
        deadline.into_iter().chain(coming).min()
    }

    /// Messages that have not left the outbox.
    pub fn open(&self) -> impl Iterator<Item = &EffectId> {
        self.rows.values().map(|row| &row.effect)
    }

    /// Begins or ends the attempts whose time has come. `attempt` says what becomes of one, and how long it takes.
    pub fn step(
        &mut self,
        now: Timestamp,
        attempt: &mut dyn FnMut(&PlatformHabits) -> (AttemptEnd, Duration),
        events: &mut Vec<CourierEvent>,
    ) {
        let both = self.both(now);
        loop {
            for action in self.dispatch.drain() {
                match action {
                    Action::Claim(key) => self.later(now, self.commit, Arriving::Claimed(key)),
                    Action::Settle(settlement) => self.later(now, self.commit, Arriving::Settled(settlement)),
                    Action::Remember(memory) => self.later(now, self.commit, Arriving::Remembered(memory)),
                    Action::Attempt { lane, parcel, .. } => self.attempt(lane, &parcel, now, attempt, events),
                }
            }
            let is_due = self.coming.first_key_value().is_some_and(|((at, _), _)| *at <= now);
            if is_due && let Some((_, what)) = self.coming.pop_first() {
                self.comes(what, both, events);
            } else if self.dispatch.deadline().is_some_and(|at| at <= both.ticks) {
                self.dispatch.timeout(both);
            } else {
                return;
            }
        }
    }

    /// The process dies: what was claimed and is not settled is in doubt.
    pub fn crash(&mut self, events: &mut Vec<CourierEvent>) {
        self.dispatch = Dispatch::default();
        self.coming.clear();
        for row in self.rows.values_mut() {
            row.retried = false;
            if std::mem::take(&mut row.claimed) {
                row.in_doubt = true;
                row.attempts = row.attempts.max(1);
                events.push(CourierEvent::Doubted { effect: row.effect.clone() });
            }
        }
    }

    /// A copy of an earlier time is put back: what was on its way then is in doubt, and leaves the outbox as such.
    pub fn put_back(&mut self, copy: &CourierCopy, events: &mut Vec<CourierEvent>) {
        self.dispatch = Dispatch::default();
        self.coming.clear();
        self.rows.clear();
        self.robots.clone_from(&copy.robots);
        for effect in &copy.open {
            events.push(CourierEvent::Doubted { effect: effect.clone() });
            let receipt = Receipt::InDoubt { reason: Phrase::same("put back") };
            events.push(CourierEvent::Settled { effect: effect.clone(), receipt: Some(receipt) });
        }
    }

    /// What a copy of the state made now holds of it.
    pub fn copy(&self) -> CourierCopy {
        CourierCopy { open: self.open().cloned().collect(), robots: self.robots.clone() }
    }

    /// The process is back: everything that is open is handed out again.
    pub fn restart(&mut self, now: Timestamp) {
        let both = self.both(now);
        for memory in self.robots.values() {
            self.dispatch.remember(memory, both);
        }
        for key in self.rows.keys().copied().collect::<Vec<_>>() {
            self.later(now, Duration::ZERO, Arriving::Decided(key));
        }
    }

    fn both(&self, now: Timestamp) -> Now {
        let ticks = now.since(self.origin).as_millis().max(0) as Ticks;
        Now { ticks, wall: now.plus(self.skew) }
    }

    fn later(&mut self, now: Timestamp, wait: Duration, what: Arriving) {
        self.sequence += 1;
        self.coming.insert((now.plus(wait), self.sequence), what);
    }

    fn attempt(
        &mut self,
        lane: LaneKey,
        parcel: &Parcel,
        now: Timestamp,
        attempt: &mut dyn FnMut(&PlatformHabits) -> (AttemptEnd, Duration),
        events: &mut Vec<CourierEvent>,
    ) {
        let Some(platform) = self.platforms.get(&parcel.route.name) else { return };
        let is_out = platform.outages.iter().any(|(begin, end)| *begin <= now && now < *end);
        let (attempt, takes) =
            if is_out { (AttemptEnd::Unreachable, Duration::ZERO) } else { attempt(&platform.line) };
        if matches!(attempt, AttemptEnd::Accepted | AttemptEnd::Lost { arrived: true }) {
            let (effect, in_doubt) = (parcel.effect.clone(), parcel.in_doubt);
            events.push(CourierEvent::Arrived { channel: parcel.route.name.clone(), effect, in_doubt });
        }
        let ended = Arriving::Ended(lane, parcel.effect.clone(), finished(attempt));
        self.later(now, takes, ended);
    }

    fn comes(&mut self, what: Arriving, now: Now, events: &mut Vec<CourierEvent>) {
        match what {
            Arriving::Decided(key) => {
                if let Some(row) = self.rows.get(&key) {
                    self.dispatch.submit(row.clone(), now);
                }
            }
            Arriving::Claimed(key) => {
                let row = self.rows.get_mut(&key);
                let gone = row.is_none();
                if let Some(row) = row {
                    row.claimed = true;
                }
                self.dispatch.claimed(key, gone, now);
            }
            Arriving::Ended(lane, effect, finished) => {
                if matches!(finished, Finished::InDoubt { .. }) {
                    events.push(CourierEvent::Doubted { effect });
                }
                self.dispatch.finished(&lane, finished, now);
            }
            Arriving::Settled(settlement) => self.settled(&settlement, events),
            Arriving::Remembered(memory) => drop(self.robots.insert(memory.robot.clone(), memory)),
        }
    }

    fn settled(&mut self, settlement: &Settlement, events: &mut Vec<CourierEvent>) {
        self.dispatch.recorded(settlement);
        if let ParcelOutcome::Deferred { until, .. } = settlement.outcome {
            if let Some(row) = self.rows.get_mut(&settlement.key) {
                row.not_before = Some(until);
                row.attempts = settlement.attempts;
                row.part = settlement.part;
                row.in_doubt = settlement.in_doubt;
                row.claimed = false;
            }
        } else if self.rows.remove(&settlement.key).is_some() {
            let effect = settlement.effect.clone();
            events.push(CourierEvent::Settled { effect, receipt: settlement.receipt() });
        }
    }
}

impl SimPlatform {
    fn new(channel: &Channel, line: PlatformHabits, from: Timestamp, trial: CourierTrial) -> Self {
        let outages = line.outages.iter().map(|(begin, end)| (begin.at(from), end.at(from))).collect();
        let limit = line.limit.map(|(count, per)| Rate { count, per });
        let (robots, narrow) = if trial == CourierTrial::Everything { (2, Some(NARROW)) } else { (1, None) };
        let robot = |n| Stop {
            id: RobotId(format!("{}/{n}", channel.name)),
            host: channel.name.to_string(),
            bot: None,
        };
        let route = Route {
            name: channel.name.clone(),
            kind: channel.kind,
            robots: (0..robots).map(robot).collect(),
            rates: limit.or(narrow).into_iter().collect(),
            in_doubt: channel.in_doubt,
        };
        Self { route: Arc::new(route), line, outages }
    }
}

fn finished(attempt: AttemptEnd) -> Finished {
    let answered = |receipt| Finished::Answered { receipt, parts: 1 };
    match attempt {
        AttemptEnd::Accepted => answered(courier::Receipt::Accepted { note: String::new() }),
        AttemptEnd::Refused => {
            answered(courier::Receipt::Refused { reason: "the platform refused it".into() })
        }
        AttemptEnd::Throttled(after) => answered(courier::Receipt::RetryLater {
            after: Some(after),
            throttled: true,
            attempts_max: None,
            reason: "too often".into(),
        }),
        AttemptEnd::Unreachable => Finished::NotSent { reason: "no connection".into() },
        AttemptEnd::Lost { .. } => Finished::InDoubt { reason: "the connection broke".into() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::source::MemoryFolder,
        lang,
        model::message::Message,
        sim::world::{World, WorldMoment},
    };
    use std::sync::Arc;

    const GROUP: &str = "g";

    fn second(n: i64) -> Timestamp {
        Timestamp::from_millis(n * 1_000)
    }

    fn courier(line: PlatformHabits, hold: bool) -> Courier {
        let mut folder = MemoryFolder::default();
        let hold = if hold { ", in_doubt: hold" } else { "" };
        let text = format!(
            "name: a\nchannels: {{ group: {{ type: console{hold} }} }}\nplays:\n  p: {{ steps: [post: x] }}\n"
        );
        folder.0.insert("p.yaml".into(), Arc::from(text));
        let playbook = lang::compile(&folder, "p.yaml").playbook.expect("a playbook");
        let world = World { channels: [("group".into(), line)].into(), ..World::default() };
        let group = playbook.groups.values().next().map(Arc::as_ref);
        Courier::new(&playbook, group, &world, second(0), CourierTrial::World)
    }

    fn out(effect: &str, expires: Option<Timestamp>) -> Outgoing {
        Outgoing {
            effect: effect.into(),
            channel: "group".into(),
            message: Message::text("x"),
            label: None,
            own_label: None,
            play: None,
            due: second(0),
            expires,
            late_left: None,
            urgent: false,
            awaited: false,
            reactive: false,
            by_hand: false,
            before: None,
            muted: false,
            names_only: false,
            open_for: None,
            manual: None,
        }
    }

    /// Everything that happens, a line each.
    fn live(courier: &mut Courier, attempts: &[AttemptEnd]) -> Vec<String> {
        let mut attempts = attempts.iter().cloned();
        let mut lines = Vec::new();
        while let Some(at) = courier.next_at() {
            let mut events = Vec::new();
            let mut attempt =
                |line: &PlatformHabits| (attempts.next().unwrap_or(AttemptEnd::Accepted), line.latency);
            courier.step(at, &mut attempt, &mut events);
            lines.extend(events.iter().map(|event| match event {
                CourierEvent::Arrived { effect, in_doubt, .. } => {
                    format!("{} arrived {effect} {in_doubt}", at.as_seconds())
                }
                CourierEvent::Doubted { effect } => format!("{} doubted {effect}", at.as_seconds()),
                CourierEvent::Settled { effect, receipt } => {
                    let word = match receipt {
                        None => "accepted",
                        Some(Receipt::Accepted { .. }) => "accepted after all",
                        Some(Receipt::Refused { .. }) => "refused",
                        Some(Receipt::InDoubt { .. }) => "in doubt",
                        Some(Receipt::Expired) => "expired",
                    };
                    format!("{} {word} {effect}", at.as_seconds())
                }
            }));
        }
        lines
    }

    #[test]
    fn an_outage_delays_and_what_expires_meanwhile_is_not_sent() {
        let outage = (WorldMoment::After(Duration::ZERO), WorldMoment::After(Duration::MINUTE));
        let mut courier = courier(
            PlatformHabits { outages: vec![outage], latency: Duration::SECOND, ..PlatformHabits::default() },
            false,
        );
        courier.submit(&GROUP.into(), &out("a", Some(second(30))), second(0));
        courier.submit(&GROUP.into(), &out("b", None), second(1));
        let lines = live(&mut courier, &[]);
        assert_eq!(lines[0], "30 expired a");
        // The next attempt after the outage comes when its back-off allows, as it does live.
        let [arrived, accepted] = [&lines[1], &lines[2]].map(|line| line.split_once(' ').unwrap());
        assert_eq!((arrived.1, accepted.1), ("arrived b false", "accepted b"));
        let at: i64 = arrived.0.parse().unwrap();
        assert!((60..120).contains(&at), "{lines:?}");
        assert_eq!(accepted.0.parse(), Ok(at + 1));
    }

    #[test]
    fn a_limit_spreads_messages_and_throttling_waits() {
        let mut courier = courier(
            PlatformHabits { limit: Some((1, Duration::MINUTE)), ..PlatformHabits::default() },
            false,
        );
        for effect in ["a", "b"] {
            courier.submit(&GROUP.into(), &out(effect, None), second(0));
        }
        let throttled = [AttemptEnd::Accepted, AttemptEnd::Throttled(Duration::SECOND.times(90))];
        assert_eq!(
            live(&mut courier, &throttled),
            ["0 arrived a false", "0 accepted a", "150 arrived b false", "150 accepted b"]
        );
    }

    #[test]
    fn a_lost_response_is_a_second_copy_or_waits_for_a_person() {
        let lost = [AttemptEnd::Lost { arrived: true }];
        let mut resends = courier(PlatformHabits::default(), false);
        resends.submit(&GROUP.into(), &out("a", None), second(0));
        assert_eq!(
            live(&mut resends, &lost),
            ["0 arrived a false", "0 doubted a", "0 arrived a true", "0 accepted after all a"]
        );
        let mut holds = courier(PlatformHabits::default(), true);
        holds.submit(&GROUP.into(), &out("a", None), second(0));
        assert_eq!(live(&mut holds, &lost), ["0 arrived a false", "0 doubted a", "0 in doubt a"]);
    }

    #[test]
    fn nothing_is_claimed_out_of_turn_while_an_end_is_not_on_record() {
        let mut courier = courier(PlatformHabits::default(), false);
        courier.commit = COMMIT;
        courier.submit(&GROUP.into(), &out("a", Some(second(5))), second(0));
        courier.step(second(10), &mut |_| (AttemptEnd::Accepted, Duration::ZERO), &mut Vec::new());
        courier.submit(&GROUP.into(), &out("b", None), second(10));
        // Were `b` claimed now and the process to die, a clock set back would send `a` behind it.
        let claimed = |courier: &Courier| courier.rows.last_key_value().map(|(_, row)| row.claimed);
        assert_eq!(claimed(&courier), Some(false));
        assert_eq!(live(&mut courier, &[])[..2], ["10 expired a", "10 arrived b false"]);
        courier.submit(&GROUP.into(), &out("c", None), second(20));
        assert_eq!(claimed(&courier), Some(true), "the short way is open again");
    }

    #[test]
    fn a_crash_puts_only_what_was_under_way_in_doubt() {
        let mut courier =
            courier(PlatformHabits { latency: Duration::SECOND, ..PlatformHabits::default() }, false);
        for effect in ["a", "b"] {
            courier.submit(&GROUP.into(), &out(effect, None), second(0));
        }
        let mut events = Vec::new();
        courier.step(second(0), &mut |_| (AttemptEnd::Accepted, Duration::SECOND), &mut events);
        courier.crash(&mut events);
        assert_eq!(events.last(), Some(&CourierEvent::Doubted { effect: "a".into() }));
        courier.restart(second(1));
        let rest = live(&mut courier, &[]);
        assert_eq!(rest[..2], ["1 arrived a true", "2 accepted after all a"]);
        assert_eq!(rest[2..], ["2 arrived b false", "3 accepted b"]);
    }
}
