//! The courier: makes the attempts that lanes, rates and retries allow, and reports each outcome to the ledger.
//!
//! Owns the delivery's tasks and timers. Decides nothing itself: what is attempted when is `dispatch`'s, what a
//! request or an answer means is the adapters'.

#![expect(clippy::disallowed_methods, reason = "owns the delivery's tasks and timers")]

use super::{
    adapter::{self, Attempt, Carrier, Receipt, adapter},
    client::Client,
    dispatch::{Action, Dispatch, Finished, Now},
    job::{Batch, Job, Key, Ledger, Settlement},
    lane::LaneKey,
    preview,
    rate::Ticks,
    target::Target,
};
use crate::base::{
    ids::GroupId,
    limits::COMMIT_DECISIONS_MAX,
    time::{Duration, Timestamp},
};
use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
    sync::{Notify, mpsc},
    time::{Instant, sleep, sleep_until},
};

/// The wait before a batch that could not be recorded is tried again.
const LEDGER_RETRY: std::time::Duration = std::time::Duration::from_secs(1);
/// How often a batch is tried once the courier is being stopped.
const LEDGER_TRIES_AT_STOP: u32 = 3;

/// What the courier needs from the shell around it.
pub struct Surroundings {
    /// Records claims and settlements.
    pub ledger: Arc<dyn Ledger>,
    /// The real time.
    pub now: fn() -> Timestamp,
    /// Prints a post of a `console` channel.
    pub print: Arc<dyn Fn(&str) + Send + Sync>,
}

/// A running courier; clones lead to the same one.
#[derive(Clone)]
pub struct CourierHandle {
    shared: Arc<Shared>,
}

struct Shared {
    dispatch: Mutex<Timed>,
    /// The timer is to look again; or, when stopping, something has ended.
    changed: Notify,
    clerk: mpsc::UnboundedSender<Entry>,
    clerk_done: Notify,
    surroundings: Surroundings,
    client: Client,
    started: Instant,
}

struct Timed {
    dispatch: Dispatch,
    /// What the timer is set for.
    armed: Ticks,
    stopping: bool,
}

/// Something for the ledger.
enum Entry {
    Claim(Key),
    Settle(Settlement),
    /// The last one.
    Stop,
}

/// Starts a courier on the current tokio runtime.
pub fn start(surroundings: Surroundings) -> CourierHandle {
    let (clerk, entries) = mpsc::unbounded_channel();
    let shared = Arc::new(Shared {
        dispatch: Mutex::new(Timed { dispatch: Dispatch::default(), armed: Ticks::MAX, stopping: false }),
        changed: Notify::new(),
        clerk,
        clerk_done: Notify::new(),
        surroundings,
        client: Client::new(),
        started: Instant::now(),
    });
    tokio::spawn(keep_time(Arc::clone(&shared)));
    tokio::spawn(keep_ledger(Arc::clone(&shared), entries));
    CourierHandle { shared }
}

impl CourierHandle {
    /// Takes jobs whose rows are committed. Order within a lane is the order given here.
    pub fn submit(&self, jobs: Vec<Job>) {
        Shared::with(&self.shared, |dispatch, now| {
            for job in jobs {
                dispatch.submit(job, now);
            }
        });
    }

    /// Asked before a row is committed: true when its attempt would begin as soon as it is submitted, so that
    /// the row is to be committed as claimed. The place is kept until the job is submitted with `claimed: true`
    /// or given back by [`Self::release`].
    pub fn reserve(&self, group: &GroupId, target: &Target) -> bool {
        Shared::with(&self.shared, |dispatch, now| dispatch.reserve(group, target, now))
    }

    /// Gives a reserved place back: the commit failed.
    pub fn release(&self, group: &GroupId, target: &Target) {
        Shared::with(&self.shared, |dispatch, now| dispatch.release(group, target, now));
    }

    /// Takes a job back that is not claimed; false when its attempt has begun or it is not here.
    pub fn withdraw(&self, key: Key) -> bool {
        Shared::with(&self.shared, |dispatch, now| dispatch.withdraw(key, now))
    }

    /// Begins no attempt from now on, waits for those in flight (each is bounded by its channel's `timeout`),
    /// has everything recorded, and returns. Jobs that were not attempted stay open in the ledger.
    pub async fn stop(&self) {
        self.shared.lock().stopping = true;
        Shared::with(&self.shared, Dispatch::stop);
        loop {
            let changed = self.shared.changed.notified();
            if self.shared.lock().dispatch.is_quiet() {
                break;
            }
            changed.await;
        }
        let done = self.shared.clerk_done.notified();
        if self.shared.clerk.send(Entry::Stop).is_ok() {
            done.await;
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Timed> {
        self.dispatch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Now {
        Now { ticks: self.started.elapsed().as_millis() as Ticks, wall: (self.surroundings.now)() }
    }

    /// Every change of the dispatch goes through here: what it asks for is begun before the lock is let go, so
    /// that the ledger sees things in the order in which they happened.
    fn with<T>(shared: &Arc<Self>, change: impl FnOnce(&mut Dispatch, Now) -> T) -> T {
        let mut timed = shared.lock();
        let result = change(&mut timed.dispatch, shared.now());
        for action in timed.dispatch.drain() {
            // The receiver lives as long as the ledger's task, which ends only after the last entry.
            match action {
                Action::Claim(key) => drop(shared.clerk.send(Entry::Claim(key))),
                Action::Settle(settlement) => drop(shared.clerk.send(Entry::Settle(settlement))),
                Action::Attempt { lane, robot, job } => {
                    tokio::spawn(make_attempt(Arc::clone(shared), lane, robot, job));
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
async fn keep_time(shared: Arc<Shared>) {
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
            let at = shared.started + std::time::Duration::from_millis(deadline);
            tokio::select! {
                () = sleep_until(at) => Shared::with(&shared, Dispatch::timeout),
                () = shared.changed.notified() => {}
            }
        }
    }
}

/// Records claims and settlements, as many in one commit as have come together.
async fn keep_ledger(shared: Arc<Shared>, mut entries: mpsc::UnboundedReceiver<Entry>) {
    let mut waiting = Vec::new();
    let mut stop = false;
    while !stop && entries.recv_many(&mut waiting, COMMIT_DECISIONS_MAX).await > 0 {
        let mut batch = Batch::default();
        for entry in waiting.drain(..) {
            match entry {
                Entry::Claim(key) => batch.claims.push(key),
                Entry::Settle(settlement) => batch.settlements.push(settlement),
                Entry::Stop => stop = true,
            }
        }
        let claims = batch.claims.clone();
        if batch.settlements.is_empty() && claims.is_empty() {
            continue;
        }
        let gone = record(&shared, batch).await;
        if !claims.is_empty() {
            Shared::with(&shared, |dispatch, now| {
                for key in claims {
                    // Without a record there is no attempt.
                    dispatch.claimed(key, gone.as_ref().is_none_or(|gone| gone.contains(&key)), now);
                }
            });
        }
    }
    shared.clerk_done.notify_one();
}

/// The claimed rows that are gone; nothing when the batch could not be recorded before the end.
async fn record(shared: &Shared, batch: Batch) -> Option<Vec<Key>> {
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

async fn make_attempt(shared: Arc<Shared>, lane: LaneKey, robot: usize, mut job: Job) {
    let finished = attempt(&shared, robot, &mut job).await;
    Shared::with(&shared, |dispatch, now| dispatch.finished(&lane, finished, now));
}

async fn attempt(shared: &Shared, robot: usize, job: &mut Job) -> Finished {
    let refused = |reason: String| Finished::Answered { receipt: Receipt::Refused { reason }, parts: 1 };
    let adapter = adapter(job.target.kind);
    let Some(robot) = job.target.robots.get(robot) else {
        return refused(format!("channel `{}` has no address", job.target.name));
    };
    let reply_to = match &job.message.reply_to {
        Some(effect) => shared.surroundings.ledger.note(&job.group, effect).await,
        None => None,
    };
    let attempt = Attempt {
        group: &job.group,
        channel: &job.target.name,
        effect: &job.effect,
        label: job.label,
        at: (shared.surroundings.now)(),
        reply_to: reply_to.as_deref(),
    };
    // A message that breaks an adapter is parked, it never blocks its lane.
    let requests = catch_unwind(AssertUnwindSafe(|| adapter.requests(&job.message, robot, &attempt)));
    let mut requests = match requests {
        Ok(Ok(requests)) => requests,
        Ok(Err(refusal)) => return refused(refusal.to_string()),
        Err(_) => return refused(format!("the {} adapter broke on this message: our bug", job.target.kind)),
    };
    let parts = requests.len() as u32;
    let Some(request) = requests.get_mut(job.part as usize) else {
        // Every part was accepted before the courier was started again.
        return Finished::Answered { receipt: Receipt::Accepted { note: String::new() }, parts };
    };
    let request = mem::replace(request, adapter::Request::empty());
    if matches!(adapter.carrier(), Carrier::Terminal | Carrier::Person) {
        (shared.surroundings.print)(&preview::console(&job.target.name, &request.body));
        return Finished::Answered { receipt: Receipt::Accepted { note: String::new() }, parts };
    }
    let timeout = job.target.timeout.max(Duration::from_millis(1)).to_std();
    let (carrier, proxy) = (adapter.carrier(), job.target.proxy.as_ref());
    let answer = shared.client.carry(carrier, &request, timeout, proxy, shared.surroundings.now).await;
    match answer {
        Ok(response) => {
            let receipt = catch_unwind(AssertUnwindSafe(|| adapter.receipt(&response)));
            let receipt = receipt.unwrap_or_else(|_| Receipt::Unclear {
                reason: format!("the {} adapter broke on the answer: our bug", job.target.kind),
            });
            Finished::Answered { receipt: receipt.map_words(|words| robot.censor(words)), parts }
        }
        Err(error) if error.written => Finished::InDoubt { reason: robot.censor(&error.reason) },
        Err(error) => Finished::NotSent { reason: robot.censor(&error.reason) },
    }
}
