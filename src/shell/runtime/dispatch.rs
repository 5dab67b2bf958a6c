//! What committed entries want done outside: messages go to the courier, calls to the script threads.

#![expect(clippy::disallowed_methods, reason = "a rehearsal settles beside the driver")]

use super::{driver::Driver, event::Event, outbound::Outbound, places::Delivery, troubles};
use crate::{
    base::{
        ids::{ChannelName, EffectId, GroupId},
        phrase::pair,
    },
    courier::Parcel,
    engine::{self, input::Receipt},
    shell::{
        answers, clock,
        delivery::{courier::Goes, job::Job},
        scripts::Call,
        store::{MessageStatus, Settle},
    },
};
use std::sync::Arc;

/// What became of a message that the courier does not have.
struct SettledHere {
    key: i64,
    group: GroupId,
    effect: EffectId,
    status: MessageStatus,
    attempts: u32,
    part: u32,
    in_doubt: bool,
    awaited: bool,
    note: String,
}

impl SettledHere {
    /// Whether the engine hears of it.
    fn is_told(&self) -> bool {
        self.status == MessageStatus::Dead || self.awaited
    }
}

/// Delivered, as it counts in a rehearsal.
impl From<&Outbound> for SettledHere {
    fn from(out: &Outbound) -> Self {
        Self {
            key: out.key,
            group: out.group.clone(),
            effect: out.effect.clone(),
            status: MessageStatus::Delivered,
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
fn settle_gone(parcel: &Parcel) -> SettledHere {
    SettledHere {
        key: parcel.key,
        group: parcel.group.clone(),
        effect: parcel.effect.clone(),
        status: MessageStatus::Dead,
        attempts: parcel.attempts,
        part: parcel.part,
        in_doubt: parcel.in_doubt,
        awaited: parcel.awaited,
        note: gone(&parcel.route.name),
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
                _ if matches!(self.delivery, Delivery::Rehearsal) => settles.push(SettledHere::from(&out)),
                _ if book.is_some_and(|book| book.rehearses(&out.group)) => {
                    settles.push(SettledHere { note: REHEARSED.to_owned(), ..SettledHere::from(&out) });
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
                    settles.push(SettledHere {
                        status: MessageStatus::Dead,
                        note: gone(&out.channel),
                        ..SettledHere::from(&out)
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
    fn settle_here(&self, settles: Vec<SettledHere>) {
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
                for settled in settles.into_iter().filter(SettledHere::is_told) {
                    let receipt = match settled.status {
                        MessageStatus::Dead => Receipt::Refused { reason: answers::in_words(&settled.note) },
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
