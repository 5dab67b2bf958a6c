//! A virtual courier: an outbox, lanes, attempts and receipts, as the live one has them, in virtual time.
//!
//! One lane a channel, in order, one attempt at a time. What becomes of an attempt is said by whoever drives it: a
//! world with latency, limits and outages, or the faults. Rows are as durable as the journal; an attempt is not.

use super::world::{Line, World};
use crate::{
    base::{
        ids::{ChannelName, EffectId},
        time::{Duration, Timestamp},
    },
    engine::{entry::Outgoing, input::Receipt},
    model::{
        channel::{Channel, InDoubt},
        group::Group,
        playbook::Playbook,
    },
};
use std::collections::{BTreeMap, VecDeque};

/// What becomes of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// The platform takes it.
    Accepted,
    /// The platform refuses it for good.
    Refused,
    /// Too many; come back after this long.
    Throttled(Duration),
    /// The connection broke after the request was written; whether the platform took it.
    Lost {
        /// Whether it did.
        arrived: bool,
    },
}

/// What was seen of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The platform has it, or another copy of it.
    Arrived {
        /// Where.
        channel: ChannelName,
        /// What.
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

/// The outbox of one group and who empties it.
#[derive(Debug, Default)]
pub struct Courier {
    lanes: BTreeMap<ChannelName, Lane>,
    /// How far the clock by which `expires` is judged is ahead of the lanes'.
    pub skew: Duration,
}

#[derive(Debug)]
struct Lane {
    line: Line,
    outages: Vec<(Timestamp, Timestamp)>,
    hold: bool,
    rows: VecDeque<Row>,
    begun: VecDeque<Timestamp>,
    next: Option<Timestamp>,
}

#[derive(Debug)]
struct Row {
    effect: EffectId,
    expires: Option<Timestamp>,
    not_before: Timestamp,
    in_doubt: bool,
    flight: Option<Attempt>,
}

impl Courier {
    /// A courier for the channels that a world describes, or for all; the others take every message at once.
    pub fn new(playbook: &Playbook, group: &Group, world: &World, from: Timestamp, all: bool) -> Self {
        let names = playbook.channels.keys().chain(group.channels.keys());
        let lane = |name: &ChannelName| {
            let line = world.channels.get(name).cloned();
            let channel = playbook.channel(group, name)?;
            (all || line.is_some()).then(|| Lane::new(channel, line.unwrap_or_default(), from))
        };
        let lanes = names.filter_map(|name| Some((name.clone(), lane(name)?))).collect();
        Self { lanes, skew: Duration::ZERO }
    }

    /// Takes a message into the outbox. What a person copies is not sent.
    pub fn submit(&mut self, out: &Outgoing, now: Timestamp) {
        let Some(lane) = self.lanes.get_mut(&out.channel).filter(|_| out.manual.is_none()) else { return };
        lane.rows.push_back(Row {
            effect: out.effect.clone(),
            expires: out.expires,
            not_before: now,
            in_doubt: false,
            flight: None,
        });
        lane.plan();
    }

    /// When something happens next.
    pub fn next_at(&self) -> Option<Timestamp> {
        self.lanes.values().filter_map(|lane| lane.next).min()
    }

    /// Messages that have not left the outbox.
    pub fn open(&self) -> impl Iterator<Item = &EffectId> {
        self.lanes.values().flat_map(|lane| lane.rows.iter().map(|row| &row.effect))
    }

    /// Begins or ends the attempts whose time has come. `attempt` says what becomes of one.
    pub fn step(
        &mut self,
        now: Timestamp,
        attempt: &mut dyn FnMut(&ChannelName, &Line) -> Attempt,
        events: &mut Vec<Event>,
    ) {
        let wall = now.plus(self.skew);
        for (name, lane) in &mut self.lanes {
            if lane.next.is_none_or(|next| next > now) {
                continue;
            }
            match lane.rows.front().and_then(|row| row.flight.clone()) {
                Some(flight) => lane.end(now, &flight, events),
                None => lane.begin(name, now, wall, attempt, events),
            }
            lane.plan();
        }
    }

    /// The process dies: attempts under way are in doubt.
    pub fn crash(&mut self, now: Timestamp, events: &mut Vec<Event>) {
        for lane in self.lanes.values_mut() {
            let flying = lane.rows.front_mut().filter(|row| row.flight.is_some());
            if let Some(row) = flying {
                row.flight = None;
                row.in_doubt = true;
                events.push(Event::Doubted { effect: row.effect.clone() });
                if lane.hold {
                    let reason = "the engine stopped meanwhile".into();
                    lane.settle(now, Some(Receipt::InDoubt { reason }), events);
                }
            }
            lane.plan();
        }
    }
}

impl Lane {
    fn new(channel: &Channel, line: Line, from: Timestamp) -> Self {
        let outages = line.outages.iter().map(|(begin, end)| (begin.at(from), end.at(from))).collect();
        Self {
            line,
            outages,
            hold: channel.in_doubt == InDoubt::Hold,
            rows: VecDeque::new(),
            begun: VecDeque::new(),
            next: None,
        }
    }

    /// When its first message is to be looked at next.
    fn plan(&mut self) {
        let Some(row) = self.rows.front() else {
            self.next = None;
            return;
        };
        let mut at = row.not_before;
        if row.flight.is_none() {
            if let Some((count, per)) = self.line.limit
                && self.begun.len() >= count as usize
                && let Some(oldest) = self.begun.front()
            {
                at = at.max(oldest.plus(per));
            }
            // Attempts into an outage come to nothing; the first that does not is the one after it.
            while let Some((_, end)) = self.outages.iter().find(|(begin, end)| *begin <= at && at < *end) {
                at = *end;
            }
        }
        self.next = Some(at);
    }

    fn begin(
        &mut self,
        name: &ChannelName,
        now: Timestamp,
        wall: Timestamp,
        attempt: &mut dyn FnMut(&ChannelName, &Line) -> Attempt,
        events: &mut Vec<Event>,
    ) {
        let Some(row) = self.rows.front_mut() else { return };
        if row.expires.is_some_and(|expires| expires < wall) {
            self.settle(now, Some(Receipt::Expired), events);
            return;
        }
        if let Some((count, _)) = self.line.limit {
            self.begun.push_back(now);
            while self.begun.len() > count as usize {
                self.begun.pop_front();
            }
        }
        let flight = attempt(name, &self.line);
        if matches!(flight, Attempt::Accepted | Attempt::Lost { arrived: true }) {
            let (effect, in_doubt) = (row.effect.clone(), row.in_doubt);
            events.push(Event::Arrived { channel: name.clone(), effect, in_doubt });
        }
        row.flight = Some(flight);
        row.not_before = now.plus(self.line.latency);
    }

    fn end(&mut self, now: Timestamp, flight: &Attempt, events: &mut Vec<Event>) {
        let hold = self.hold;
        let Some(row) = self.rows.front_mut() else { return };
        row.flight = None;
        match flight {
            Attempt::Accepted => {
                let receipt = row.in_doubt.then(|| Receipt::Accepted { note: "in doubt".into() });
                self.settle(now, receipt, events);
            }
            Attempt::Refused => {
                let reason = "the platform refused it".into();
                self.settle(now, Some(Receipt::Refused { reason }), events);
            }
            Attempt::Throttled(after) => row.not_before = now.plus(*after),
            Attempt::Lost { .. } => {
                row.in_doubt = true;
                row.not_before = now.plus(Duration::SECOND);
                events.push(Event::Doubted { effect: row.effect.clone() });
                if hold {
                    let reason = "the connection broke".into();
                    self.settle(now, Some(Receipt::InDoubt { reason }), events);
                }
            }
        }
    }

    /// The first message leaves; the one behind it has waited until now.
    fn settle(&mut self, now: Timestamp, receipt: Option<Receipt>, events: &mut Vec<Event>) {
        if let Some(row) = self.rows.pop_front() {
            events.push(Event::Settled { effect: row.effect, receipt });
        }
        if let Some(next) = self.rows.front_mut() {
            next.not_before = next.not_before.max(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::source::MemoryFolder,
        lang,
        model::message::Message,
        sim::world::{Moment, World},
    };
    use std::sync::Arc;

    fn second(n: i64) -> Timestamp {
        Timestamp::from_millis(n * 1_000)
    }

    fn courier(line: Line, hold: bool) -> Courier {
        let mut folder = MemoryFolder::default();
        let hold = if hold { ", in_doubt: hold" } else { "" };
        let text = format!(
            "name: a\nchannels: {{ group: {{ type: console{hold} }} }}\nplays:\n  p: {{ steps: [post: x] }}\n"
        );
        folder.0.insert("p.yaml".into(), Arc::from(text));
        let playbook = lang::compile(&folder, "p.yaml").playbook.expect("a playbook");
        let world = World { channels: [("group".into(), line)].into(), ..World::default() };
        let group = playbook.groups.values().next().unwrap().clone();
        Courier::new(&playbook, &group, &world, second(0), false)
    }

    fn out(effect: &str, expires: Option<Timestamp>) -> Outgoing {
        Outgoing {
            effect: effect.into(),
            channel: "group".into(),
            message: Message::text("x"),
            label: None,
            play: None,
            due: second(0),
            expires,
            late_left: None,
            urgent: false,
            manual: None,
        }
    }

    /// Everything that happens, a line each.
    fn live(courier: &mut Courier, attempts: &[Attempt]) -> Vec<String> {
        let mut attempts = attempts.iter().cloned();
        let mut lines = Vec::new();
        while let Some(at) = courier.next_at() {
            let mut events = Vec::new();
            courier.step(at, &mut |_, _| attempts.next().unwrap_or(Attempt::Accepted), &mut events);
            lines.extend(events.iter().map(|event| match event {
                Event::Arrived { effect, in_doubt, .. } => {
                    format!("{} arrived {effect} {in_doubt}", at.as_seconds())
                }
                Event::Doubted { effect } => format!("{} doubted {effect}", at.as_seconds()),
                Event::Settled { effect, receipt } => {
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
        let outage = (Moment::After(Duration::ZERO), Moment::After(Duration::MINUTE));
        let mut courier =
            courier(Line { outages: vec![outage], latency: Duration::SECOND, ..Line::default() }, false);
        courier.submit(&out("a", Some(second(30))), second(0));
        courier.submit(&out("b", None), second(1));
        assert_eq!(live(&mut courier, &[]), ["60 expired a", "60 arrived b false", "61 accepted b"]);
    }

    #[test]
    fn a_limit_spreads_messages_and_throttling_waits() {
        let mut courier = courier(Line { limit: Some((1, Duration::MINUTE)), ..Line::default() }, false);
        for effect in ["a", "b"] {
            courier.submit(&out(effect, None), second(0));
        }
        let throttled = [Attempt::Accepted, Attempt::Throttled(Duration::SECOND.times(90))];
        assert_eq!(
            live(&mut courier, &throttled),
            ["0 arrived a false", "0 accepted a", "150 arrived b false", "150 accepted b"]
        );
    }

    #[test]
    fn a_lost_response_is_a_second_copy_or_waits_for_a_person() {
        let lost = [Attempt::Lost { arrived: true }];
        let mut resends = courier(Line::default(), false);
        resends.submit(&out("a", None), second(0));
        assert_eq!(
            live(&mut resends, &lost),
            ["0 arrived a false", "0 doubted a", "1 arrived a true", "1 accepted after all a"]
        );
        let mut holds = courier(Line::default(), true);
        holds.submit(&out("a", None), second(0));
        assert_eq!(live(&mut holds, &lost), ["0 arrived a false", "0 doubted a", "0 in doubt a"]);
    }

    #[test]
    fn a_crash_puts_only_what_was_under_way_in_doubt() {
        let mut courier = courier(Line { latency: Duration::SECOND, ..Line::default() }, false);
        courier.submit(&out("a", None), second(0));
        courier.submit(&out("b", None), second(0));
        let mut events = Vec::new();
        courier.step(second(0), &mut |_, _| Attempt::Accepted, &mut events);
        courier.crash(second(0), &mut events);
        assert_eq!(events.last(), Some(&Event::Doubted { effect: "a".into() }));
        let rest = live(&mut courier, &[]);
        assert_eq!(rest[..2], ["1 arrived a true", "2 accepted after all a"]);
        assert_eq!(rest[2..], ["2 arrived b false", "3 accepted b"]);
    }
}
