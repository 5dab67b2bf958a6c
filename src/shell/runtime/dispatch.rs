//! What committed entries want done outside: messages go to the courier, calls to the script threads.

#![expect(clippy::disallowed_methods, reason = "a rehearsal settles beside the driver")]

use super::{
    book::Book,
    driver::{Driver, Event},
    slot::Slot,
    troubles,
};
use crate::{
    base::{
        ids::{ChannelName, EffectId, GroupId},
        phrase::pair,
        time::Timestamp,
    },
    courier::Parcel,
    engine::{
        self,
        effect::Effect,
        entry::{Entry, Outgoing},
        input::Receipt,
    },
    model::message::{Label, Message, Revising},
    shell::{
        answers, clock,
        delivery::{
            courier::{CourierHandle, Goes},
            job::Job,
        },
        scripts::Call,
        store::{Doubt, OutboxRow, Settle, Status},
    },
};
use std::sync::Arc;

/// Where messages go.
pub(super) enum Delivery {
    /// To their platforms.
    Courier(CourierHandle),
    /// Nowhere: what was printed counts as delivered.
    Rehearsal,
}

impl Delivery {
    /// The courier, if anything is sent.
    pub(super) fn courier(&self) -> Option<&CourierHandle> {
        match self {
            Self::Courier(courier) => Some(courier),
            Self::Rehearsal => None,
        }
    }

    /// Begins no attempt from now on and waits for those in flight.
    pub(super) async fn stop(&self) {
        match self {
            Self::Courier(courier) => courier.stop().await,
            Self::Rehearsal => {}
        }
    }
}

/// A message whose row is committed.
pub(super) struct Outbound {
    key: i64,
    group: GroupId,
    effect: EffectId,
    channel: ChannelName,
    message: Message,
    label: Option<Label>,
    expires: Option<Timestamp>,
    not_before: Option<Timestamp>,
    attempts: u32,
    part: u32,
    in_doubt: bool,
    retried: bool,
    awaited: bool,
    claimed: bool,
}

impl Outbound {
    /// A message that was decided just now.
    pub(super) fn new(key: i64, group: &GroupId, out: &Outgoing, claimed: bool) -> Self {
        Self {
            key,
            group: group.clone(),
            effect: out.effect.clone(),
            channel: out.channel.clone(),
            message: out.message.clone(),
            label: out.label,
            expires: out.expires,
            not_before: None,
            attempts: 0,
            part: 0,
            in_doubt: false,
            retried: false,
            awaited: out.is_awaited(),
            claimed,
        }
    }
}

/// A message that was on its way.
impl From<OutboxRow> for Outbound {
    fn from(row: OutboxRow) -> Self {
        Self {
            key: row.key,
            awaited: row.outgoing.is_awaited(),
            group: row.group,
            effect: row.effect,
            channel: row.channel,
            message: row.outgoing.message,
            label: row.outgoing.label,
            expires: row.outgoing.expires,
            not_before: row.until,
            attempts: row.attempts,
            part: row.part,
            in_doubt: row.in_doubt,
            retried: false,
            claimed: false,
        }
    }
}

impl Outbound {
    /// A message that was taken back from the courier.
    pub(super) fn back(job: Job) -> Self {
        Self {
            key: job.key,
            group: job.group,
            effect: job.effect,
            channel: job.target.route.name.clone(),
            message: Message::clone(&job.message),
            label: job.label,
            expires: job.expires,
            not_before: job.not_before,
            attempts: job.attempts,
            part: job.part,
            in_doubt: job.in_doubt,
            retried: job.retried,
            awaited: job.awaited,
            claimed: false,
        }
    }

    /// Whether it is held by a hush: an attempt that has its place already is under way, and only what is said is a word.
    pub(super) fn waits_for_hush(&self) -> bool {
        let speaks = self.message.revises.as_ref().is_none_or(|revision| revision.does == Revising::Edits);
        !self.claimed && speaks && self.message.restricts.is_none()
    }

    /// The effect of what goes out.
    pub(super) const fn effect(&self) -> &EffectId {
        &self.effect
    }

    /// Whether the engine hears what becomes of it.
    pub(super) const fn is_awaited(&self) -> bool {
        self.awaited
    }

    /// A message that a person wants sent again.
    pub(super) fn again(row: OutboxRow) -> Self {
        Self { attempts: 0, retried: true, ..Self::from(row) }
    }
}

/// What became of a message that the courier does not have.
struct Settled {
    key: i64,
    group: GroupId,
    effect: EffectId,
    status: Status,
    attempts: u32,
    part: u32,
    in_doubt: bool,
    awaited: bool,
    note: String,
}

impl Settled {
    /// Whether the engine hears of it.
    fn is_told(&self) -> bool {
        self.status == Status::Dead || self.awaited
    }
}

/// Delivered, as it counts in a rehearsal.
impl From<&Outbound> for Settled {
    fn from(out: &Outbound) -> Self {
        Self {
            key: out.key,
            group: out.group.clone(),
            effect: out.effect.clone(),
            status: Status::Delivered,
            attempts: out.attempts,
            part: out.part,
            in_doubt: out.in_doubt,
            awaited: out.awaited,
            note: String::new(),
        }
    }
}

/// What is noted of a message of a group with `live: false`.
const REHEARSED: &str = "not sent: the group rehearses (`live: false`)";

fn gone(channel: &ChannelName) -> String {
    format!("the playbook has no channel `{channel}` any more")
}

/// A message whose channel is gone.
fn settle_gone(parcel: &Parcel) -> Settled {
    Settled {
        key: parcel.key,
        group: parcel.group.clone(),
        effect: parcel.effect.clone(),
        status: Status::Dead,
        attempts: parcel.attempts,
        part: parcel.part,
        in_doubt: parcel.in_doubt,
        awaited: parcel.awaited,
        note: gone(&parcel.route.name),
    }
}

/// The effects among entries that the courier would attempt at once; it keeps their places.
pub(super) fn reserve(
    delivery: &Delivery,
    books: &[Book],
    slot: &Slot,
    entries: &[Entry],
    doubt: Option<Doubt>,
) -> Vec<EffectId> {
    let Delivery::Courier(courier) = delivery else { return Vec::new() };
    let Some(book) = slot.book.and_then(|index| books.get(index)) else { return Vec::new() };
    if book.rehearses(slot.group()) {
        return Vec::new();
    }
    let mut claimed = Vec::new();
    for (_, effect) in engine::effects(entries) {
        if let Effect::Send(out) = effect
            && out.manual.is_none()
            && !doubt.is_some_and(|doubt| doubt.covers(out))
            && let Some(target) = book.targets.get(slot.group(), &out.channel)
            && courier.reserve(slot.group(), target)
        {
            claimed.push(out.effect.clone());
        }
    }
    claimed
}

/// Gives back the places of decisions that were not committed.
pub(super) fn release(delivery: &Delivery, books: &[Book], slot: &mut Slot) {
    let Delivery::Courier(courier) = delivery else { return };
    let flights = std::mem::take(&mut slot.flights);
    let Some(book) = slot.book.and_then(|index| books.get(index)) else { return };
    for flight in &flights {
        for (_, effect) in engine::effects(&flight.entries) {
            if let Effect::Send(out) = effect
                && flight.claimed.contains(&out.effect)
                && let Some(target) = book.targets.get(slot.group(), &out.channel)
            {
                courier.release(slot.group(), target);
            }
        }
    }
}

impl Driver {
    /// Hands messages to the courier, in order.
    pub(super) fn deliver(&mut self, outbound: Vec<Outbound>) {
        if outbound.is_empty() {
            return;
        }
        let mut jobs = Vec::with_capacity(outbound.len());
        let mut settles = Vec::new();
        for out in outbound {
            let book = self.slots.get(&out.group).and_then(|slot| slot.book).and_then(|i| self.books.get(i));
            let target = book.and_then(|book| book.targets.get(&out.group, &out.channel));
            match target {
                _ if matches!(self.delivery, Delivery::Rehearsal) => settles.push(Settled::from(&out)),
                _ if book.is_some_and(|book| book.rehearses(&out.group)) => {
                    settles.push(Settled { note: REHEARSED.to_owned(), ..Settled::from(&out) });
                }
                Some(_) if out.waits_for_hush() && self.is_hushed(&out.group, &out.channel) => {
                    self.hushed.entry(out.group.clone()).or_default().push(out);
                }
                Some(target) => jobs.push(Job {
                    key: out.key,
                    target: target.clone(),
                    group: out.group,
                    effect: out.effect,
                    message: Arc::new(out.message),
                    label: out.label,
                    // A rehearsal's clock is not the one by which its messages are sent.
                    expires: out.expires.filter(|_| self.rehearse.is_none()),
                    not_before: out.not_before.filter(|_| self.rehearse.is_none()),
                    attempts: out.attempts,
                    part: out.part,
                    in_doubt: out.in_doubt,
                    retried: out.retried,
                    awaited: out.awaited,
                    claimed: out.claimed,
                }),
                // The group rests: its messages wait until a file runs it again.
                None if book.is_none() => {
                    self.resting.entry(out.group.clone()).or_default().push(out);
                }
                None => {
                    settles.push(Settled {
                        status: Status::Dead,
                        note: gone(&out.channel),
                        ..Settled::from(&out)
                    });
                }
            }
        }
        if self.rehearse.is_some() {
            self.sending.extend(jobs.iter().map(|job| job.key));
        }
        match &self.delivery {
            Delivery::Courier(courier) => courier.submit(jobs),
            Delivery::Rehearsal => {}
        }
        self.settle_here(settles);
    }

    /// Settles rows that never go to the courier, or have come back from it.
    fn settle_here(&self, settles: Vec<Settled>) {
        if settles.is_empty() {
            return;
        }
        let rows = settles
            .iter()
            .map(|settled| Settle {
                key: settled.key,
                status: settled.status,
                attempts: settled.attempts,
                part: settled.part,
                in_doubt: settled.in_doubt,
                note: settled.note.clone(),
                until: None,
                failed: false,
                tell: settled.is_told(),
            })
            .collect();
        let store = self.store.clone();
        let events = self.events.clone();
        tokio::spawn(async move {
            // A store that has failed says so itself.
            if store.record(Vec::new(), rows, Vec::new()).await.is_ok() {
                for settled in settles.into_iter().filter(Settled::is_told) {
                    let receipt = match settled.status {
                        Status::Dead => Receipt::Refused { reason: answers::in_words(&settled.note) },
                        _ => Receipt::Accepted { note: settled.note },
                    };
                    let _ = events.send(Event::receipt(settled.group, settled.effect, receipt));
                }
            }
        });
    }

    /// Channels may have new addresses, or new secrets: what waits goes there.
    pub(super) fn retarget(&self) {
        let Delivery::Courier(courier) = &self.delivery else { return };
        let nowhere = courier.retarget(&|group, channel| {
            let book =
                self.slots.get(group).and_then(|slot| slot.book).and_then(|index| self.books.get(index));
            // A group that has left the file rests, and its messages with it.
            let Some(book) = book.filter(|book| book.playbook.groups.contains_key(group)) else {
                return Goes::AsBefore;
            };
            book.targets.get(group, channel).cloned().map_or(Goes::Nowhere, Goes::To)
        });
        self.settle_here(nowhere.into_iter().map(|parcel| settle_gone(&parcel)).collect());
    }

    /// News of channels become inputs of their groups.
    pub(super) fn spread(&mut self, news: Vec<troubles::News>) {
        for (group, news) in news {
            self.enqueue(&group, troubles::input(news, clock::now()));
        }
    }

    /// Channels that have failed long enough are told of.
    pub(super) fn look_at_channels(&mut self) {
        let now = clock::now();
        if self.troubles.next_at().is_none_or(|at| at > now) {
            return;
        }
        let Delivery::Courier(courier) = &self.delivery else { return };
        let news = self.troubles.due(now, &|group, channel| courier.waiting(group, channel));
        self.spread(news);
    }

    /// Starts the first call of a group that has not been started.
    pub(super) fn call_script(&mut self, group: &GroupId) {
        let Some(slot) = self.slots.get_mut(group) else { return };
        let Some(book) = slot.book.and_then(|index| self.books.get(index)) else { return };
        // A return that waits to be decided belongs to the call that was started last.
        let Some(call) = slot.state.calls.front().filter(|_| slot.calling.is_none()) else { return };
        slot.calling = Some(call.effect.clone());
        let Some(facts) = engine::script_facts(&slot.state, &self.playbooks, &call.effect) else {
            let reason = pair(
                "the playbook that this run began with is not known any more",
                "这场活动开始时的那一版剧本已经找不到了",
            )
            .into();
            let _ = self.events.send(Event::Script(group.clone(), call.effect.clone(), Err(reason)));
            return;
        };
        self.pool.call(Call {
            group: group.clone(),
            effect: call.effect.clone(),
            script: call.script.to_string(),
            function: call.function.to_string(),
            args: call.args.clone(),
            facts,
            library: book.library.clone(),
            folder: book.folder.clone(),
            hosts: book.playbook.fetch_hosts.clone(),
            secrets: book.playbook.secret_files(),
        });
    }
}
