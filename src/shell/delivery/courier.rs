//! The courier: makes the attempts that lanes, rates and retries allow, and reports each outcome to the ledger.
//!
//! Owns the delivery's tasks and timers. Decides nothing itself: what is attempted when is [`crate::courier`]'s, what a
//! request or an answer means is the adapters'.

#![expect(clippy::disallowed_methods, reason = "owns the delivery's tasks and timers")]

use super::{
    adapter::{Carrier, adapter},
    attempt::{Load, attempt},
    client::Client,
    job::{CourierNeeds, Job, LedgerBatch},
    target::Target,
};
use crate::{
    base::{
        ids::{ChannelName, GroupId},
        limits::{COMMIT_DECISIONS_MAX, STOP_MS_MAX},
    },
    courier::{
        Action, BEGINNING, Dispatch, Hurried, LaneKey, Now, Parcel, ParcelKey, ParcelOutcome, RobotMemory,
        Settlement, Ticks,
    },
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
    sync::{Notify, mpsc},
    time::{Instant, sleep, sleep_until, timeout},
};

/// The wait before a batch that could not be recorded is tried again.
const LEDGER_RETRY: std::time::Duration = std::time::Duration::from_secs(1);
/// How often a batch is tried once the courier is being stopped.
const LEDGER_TRIES_AT_STOP: u32 = 3;

/// A running courier; clones lead to the same one.
#[derive(Clone)]
pub struct CourierHandle {
    shared: Arc<CourierShared>,
}

struct CourierShared {
    dispatch: Mutex<Timed>,
    /// The timer is to look again; or, when stopping, something has ended.
    changed: Notify,
    clerk: mpsc::UnboundedSender<LedgerItem>,
    clerk_done: Notify,
    surroundings: CourierNeeds,
    client: Client,
    started: Instant,
}

struct Timed {
    dispatch: Dispatch,
    /// What the lanes do not know of a message on its way.
    loads: BTreeMap<ParcelKey, Load>,
    /// What the timer is set for.
    armed: Ticks,
    stopping: bool,
}

/// Where a lane's messages go from now on.
pub enum Goes {
    /// To this address.
    To(Arc<Target>),
    /// To the one they have.
    AsBefore,
    /// Their channel is gone.
    Nowhere,
}

impl Timed {
    fn withdraw(&mut self, key: ParcelKey, now: Now) -> Option<Parcel> {
        let parcel = self.dispatch.withdraw(key, now)?;
        self.loads.remove(&key);
        Some(parcel)
    }

    fn take_back(&mut self, key: ParcelKey, now: Now) -> Option<Job> {
        let load = self.loads.get(&key).cloned()?;
        Some(load.job(self.withdraw(key, now)?))
    }

    /// The lanes that have messages, with their messages.
    fn waiting(&self) -> Vec<(LaneKey, Vec<ParcelKey>)> {
        self.dispatch.lanes().map(|(lane, keys)| (lane.clone(), keys.collect())).collect()
    }
}

/// Something for the ledger.
enum LedgerItem {
    Claim(ParcelKey),
    Settle(Settlement),
    Remember(RobotMemory),
    /// The last one.
    Stop,
}

/// Starts a courier on the current tokio runtime.
pub fn start(surroundings: CourierNeeds) -> CourierHandle {
    let (clerk, entries) = mpsc::unbounded_channel();
    let shared = Arc::new(CourierShared {
        dispatch: Mutex::new(Timed {
            dispatch: Dispatch::default(),
            loads: BTreeMap::new(),
            armed: Ticks::MAX,
            stopping: false,
        }),
        changed: Notify::new(),
        clerk,
        clerk_done: Notify::new(),
        client: Client::speaking_over(surroundings.dialled.clone()),
        surroundings,
        started: Instant::now(),
    });
    tokio::spawn(keep_time(Arc::clone(&shared)));
    tokio::spawn(keep_ledger(Arc::clone(&shared), entries));
    CourierHandle { shared }
}

impl CourierHandle {
    /// Takes jobs whose rows are committed. Order within a lane is the order given here.
    pub fn submit(&self, jobs: Vec<Job>) {
        CourierShared::with(&self.shared, |timed, now| {
            // What a person delivers waits for the person.
            for job in jobs.into_iter().filter(|job| carrier(&job.target) != Carrier::Person) {
                let parcel = job.parcel();
                let load = Load { target: job.target, message: job.message, label: job.label };
                timed.loads.insert(parcel.key, load);
                timed.dispatch.submit(parcel, now);
            }
        });
    }

    /// What robots did before this courier was started; before anything is submitted.
    pub fn remember(&self, memories: &[RobotMemory]) {
        CourierShared::with(&self.shared, |timed, now| {
            for memory in memories {
                timed.dispatch.remember(memory, now);
            }
        });
    }

    /// How many messages of a group wait for a channel.
    pub fn waiting(&self, group: &GroupId, channel: &ChannelName) -> u32 {
        let lane = (group.clone(), channel.clone());
        u32::try_from(self.shared.lock().dispatch.waiting(&lane)).unwrap_or(u32::MAX)
    }

    /// A person wants a message tried now.
    pub fn hurry(&self, key: ParcelKey) -> Hurried {
        CourierShared::with(&self.shared, |timed, now| timed.dispatch.hurry(key, now))
    }

    /// Channels may have new addresses: `goes` says where a lane's messages go. What waits takes it and is tried at
    /// once; an attempt under way ends where it began. Gives the messages that go nowhere any more, taken back.
    pub fn retarget(&self, goes: &dyn Fn(&GroupId, &ChannelName) -> Goes) -> Vec<Parcel> {
        CourierShared::with(&self.shared, |timed, now| {
            let mut nowhere = Vec::new();
            for (lane, keys) in timed.waiting() {
                let old = keys.first().and_then(|key| timed.loads.get(key)).map(|load| &load.target);
                let new = match goes(&lane.0, &lane.1) {
                    Goes::To(new) if old.is_none_or(|old| *old != new) => new,
                    Goes::To(_) | Goes::AsBefore => continue,
                    Goes::Nowhere => {
                        // From the last one on, so that none becomes the head meanwhile.
                        nowhere.extend(keys.iter().rev().filter_map(|key| timed.withdraw(*key, now)));
                        continue;
                    }
                };
                for key in timed.dispatch.retarget(&lane, &new.route, now) {
                    if let Some(load) = timed.loads.get_mut(&key) {
                        load.target = Arc::clone(&new);
                    }
                }
            }
            nowhere
        })
    }

    /// Asked before a row is committed: true when its attempt would begin as soon as it is submitted, so that
    /// the row is to be committed as claimed. The place is kept until the job is submitted with `claimed: true`
    /// or given back by [`Self::release`].
    pub fn reserve(&self, group: &GroupId, target: &Target) -> bool {
        matches!(carrier(target), Carrier::Http | Carrier::Mail)
            && CourierShared::with(&self.shared, |timed, now| {
                timed.dispatch.reserve(group, &target.route, now)
            })
    }

    /// Gives a reserved place back: the commit failed.
    pub fn release(&self, group: &GroupId, target: &Target) {
        CourierShared::with(&self.shared, |timed, now| timed.dispatch.release(group, &target.route, now));
    }

    /// Takes back what waits for channels of a group; an attempt under way goes on.
    pub fn take_back(&self, group: &GroupId, channels: &[ChannelName]) -> Vec<Job> {
        CourierShared::with(&self.shared, |timed, now| {
            let lanes = timed.waiting().into_iter();
            let theirs = lanes.filter(|(lane, _)| lane.0 == *group && channels.contains(&lane.1));
            let mut back = Vec::new();
            for (_, keys) in theirs {
                // From the last one on, so that none becomes the head meanwhile.
                let mut jobs: Vec<Job> =
                    keys.iter().rev().filter_map(|key| timed.take_back(*key, now)).collect();
                jobs.reverse();
                back.extend(jobs);
            }
            back
        })
    }

    /// Takes a job back that is not claimed; false when its attempt has begun or it is not here.
    pub fn withdraw(&self, key: ParcelKey) -> bool {
        CourierShared::with(&self.shared, |timed, now| timed.withdraw(key, now).is_some())
    }

    /// Begins no attempt from now on, waits some time for those in flight, has everything recorded, and returns. Jobs
    /// that were not attempted stay open in the ledger; an attempt that has not ended by then is left as it was
    /// claimed, so that it is in doubt.
    pub async fn stop(&self) {
        self.shared.lock().stopping = true;
        CourierShared::with(&self.shared, |timed, now| timed.dispatch.stop(now));
        let quiet = async {
            loop {
                let changed = self.shared.changed.notified();
                if self.shared.lock().dispatch.is_quiet() {
                    break;
                }
                changed.await;
            }
        };
        // Whether all have ended does not matter: the others are on record.
        let _ = timeout(std::time::Duration::from_millis(STOP_MS_MAX), quiet).await;
        let done = self.shared.clerk_done.notified();
        if self.shared.clerk.send(LedgerItem::Stop).is_ok() {
            done.await;
        }
    }
}

impl CourierShared {
    fn lock(&self) -> MutexGuard<'_, Timed> {
        self.dispatch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Now {
        Now {
            ticks: BEGINNING + self.started.elapsed().as_millis() as Ticks,
            wall: (self.surroundings.now)(),
        }
    }

    /// Every change of the dispatch goes through here: what it asks for is begun before the lock is let go, so
    /// that the ledger sees things in the order in which they happened.
    fn with<T>(shared: &Arc<Self>, change: impl FnOnce(&mut Timed, Now) -> T) -> T {
        let mut timed = shared.lock();
        let result = change(&mut timed, shared.now());
        for action in timed.dispatch.drain() {
            // The receiver lives as long as the ledger's task, which ends only after the last entry.
            match action {
                Action::Claim(key) => drop(shared.clerk.send(LedgerItem::Claim(key))),
                Action::Settle(settlement) => {
                    if !matches!(settlement.outcome, ParcelOutcome::Deferred { .. }) {
                        timed.loads.remove(&settlement.key);
                    }
                    drop(shared.clerk.send(LedgerItem::Settle(settlement)));
                }
                Action::Remember(memory) => drop(shared.clerk.send(LedgerItem::Remember(memory))),
                Action::Attempt { lane, robot, parcel } => {
                    if let Some(load) = timed.loads.get(&parcel.key).cloned() {
                        tokio::spawn(make_attempt(Arc::clone(shared), lane, robot, parcel, load));
                    }
                }
            }
        }
        let earlier = timed.dispatch.deadline().is_some_and(|deadline| deadline < timed.armed);
        if earlier || timed.stopping {
            shared.changed.notify_waiters();
            shared.changed.notify_one();
        }
        result
    }
}

/// Calls the dispatch at its deadlines.
async fn keep_time(shared: Arc<CourierShared>) {
    loop {
        let deadline = {
            let mut timed = shared.lock();
            if timed.stopping {
                return;
            }
            timed.armed = timed.dispatch.deadline().unwrap_or(Ticks::MAX);
            timed.armed
        };
        if deadline == Ticks::MAX {
            shared.changed.notified().await;
        } else {
            let at = shared.started + std::time::Duration::from_millis(deadline.saturating_sub(BEGINNING));
            tokio::select! {
                () = sleep_until(at) => CourierShared::with(&shared, |timed, now| timed.dispatch.timeout(now)),
                () = shared.changed.notified() => {}
            }
        }
    }
}

/// Records claims and settlements, as many in one commit as have come together.
async fn keep_ledger(shared: Arc<CourierShared>, mut entries: mpsc::UnboundedReceiver<LedgerItem>) {
    let mut waiting = Vec::new();
    let mut stop = false;
    while !stop && entries.recv_many(&mut waiting, COMMIT_DECISIONS_MAX).await > 0 {
        let mut batch = LedgerBatch::default();
        for entry in waiting.drain(..) {
            match entry {
                LedgerItem::Claim(key) => batch.claims.push(key),
                LedgerItem::Settle(settlement) => batch.settlements.push(settlement),
                LedgerItem::Remember(memory) => drop(batch.robots.insert(memory.robot.clone(), memory)),
                LedgerItem::Stop => stop = true,
            }
        }
        let claims = batch.claims.clone();
        let expired: Vec<Settlement> =
            batch.settlements.iter().filter(|one| one.outcome == ParcelOutcome::Expired).cloned().collect();
        if batch.settlements.is_empty() && claims.is_empty() && batch.robots.is_empty() {
            continue;
        }
        let gone = record(&shared, batch).await;
        if !claims.is_empty() || !expired.is_empty() {
            CourierShared::with(&shared, |timed, now| {
                for settlement in &expired {
                    timed.dispatch.recorded(settlement);
                }
                for key in claims {
                    // Without a record there is no attempt.
                    let gone = gone.as_ref().is_none_or(|gone| gone.contains(&key));
                    if gone {
                        timed.loads.remove(&key);
                    }
                    timed.dispatch.claimed(key, gone, now);
                }
            });
        }
    }
    shared.clerk_done.notify_one();
}

/// The claimed rows that are gone; nothing when the batch could not be recorded before the end.
async fn record(shared: &CourierShared, batch: LedgerBatch) -> Option<Vec<ParcelKey>> {
    let mut tries = 0;
    loop {
        match shared.surroundings.ledger.record(batch.clone()).await {
            Ok(gone) => return Some(gone),
            Err(_) if shared.lock().stopping && tries >= LEDGER_TRIES_AT_STOP => return None,
            // The store reports its own trouble; the courier only waits for it to end.
            Err(_) => sleep(LEDGER_RETRY).await,
        }
        tries += 1;
    }
}

fn carrier(target: &Target) -> Carrier {
    adapter(target.route.kind).carrier()
}

async fn make_attempt(shared: Arc<CourierShared>, lane: LaneKey, robot: usize, parcel: Parcel, load: Load) {
    let finished = attempt(&shared.surroundings, &shared.client, robot, &parcel, &load).await;
    CourierShared::with(&shared, |timed, now| timed.dispatch.finished(&lane, finished, now));
}
