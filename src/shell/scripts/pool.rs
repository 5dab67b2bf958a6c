//! The threads on which scripts run: few, with a stack of their own, begun when they are needed.

use super::{
    Library,
    attempts::Attempts,
    host::{CallHost, DataCache, Web, deadline},
    library,
};
use crate::{
    base::{
        ids::{EffectId, GroupId},
        limits,
        phrase::{Phrase, phrase},
        value::Value,
    },
    script::{action::CallOutcome, facts::Facts},
    shell::workspace::DiskFolder,
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
};

/// One call of a script.
pub struct Call {
    /// The group.
    pub group: GroupId,
    /// The call's effect.
    pub effect: EffectId,
    /// The script's path.
    pub script: String,
    /// The function.
    pub function: String,
    /// The argument of the call.
    pub args: Value,
    /// What it sees.
    pub facts: Arc<Facts>,
    /// Where the script is.
    pub library: Arc<Library>,
    /// Where its data files are.
    pub folder: Arc<DiskFolder>,
    /// The hosts that it may fetch from.
    pub hosts: Vec<String>,
    /// The files that it may not read: secrets of channels.
    pub secrets: std::collections::BTreeSet<String>,
}

/// What a call brought back, or why it failed, with its place in the script.
pub type Returned = (GroupId, EffectId, Result<CallOutcome, Phrase>);

/// The threads. Each ends when the pool is dropped and its call is over.
pub struct Pool {
    calls: Sender<Call>,
    shared: Arc<PoolShared>,
}

struct PoolShared {
    waiting: Mutex<Receiver<Call>>,
    threads: AtomicUsize,
    /// Calls that are queued or under way.
    open: AtomicUsize,
    data: DataCache,
    web: Web,
    attempts: Attempts,
    done: Box<dyn Fn(Returned) + Send + Sync>,
}

impl Pool {
    /// A pool without threads yet. `done` is called on a script's thread. What is under way is marked in the state
    /// directory, if there is one.
    pub fn new(
        runtime: tokio::runtime::Handle,
        state: Option<&Path>,
        done: impl Fn(Returned) + Send + Sync + 'static,
    ) -> Self {
        let (calls, waiting) = channel();
        let shared = Arc::new(PoolShared {
            waiting: Mutex::new(waiting),
            threads: AtomicUsize::new(0),
            open: AtomicUsize::new(0),
            data: DataCache::default(),
            web: Web::new(runtime),
            attempts: Attempts::new(state),
            done: Box::new(done),
        });
        Self { calls, shared }
    }

    /// Queues a call. The caller sees to it that a group has one at a time, so the queue is bounded by the groups.
    pub fn call(&self, call: Call) {
        let open = self.shared.open.fetch_add(1, Ordering::SeqCst) + 1;
        let threads = self.shared.threads.load(Ordering::SeqCst);
        if open > threads && threads < limits::SCRIPT_THREADS_MAX {
            self.shared.threads.fetch_add(1, Ordering::SeqCst);
            let shared = self.shared.clone();
            let started = std::thread::Builder::new()
                .name("script".into())
                .stack_size(limits::SCRIPT_STACK_BYTES)
                .spawn(move || work(&shared));
            if started.is_err() {
                self.shared.threads.fetch_sub(1, Ordering::SeqCst);
            }
        }
        // The receiver is in `shared`, which lives as long as this pool.
        let _ = self.calls.send(call);
    }
}

fn work(shared: &PoolShared) {
    loop {
        let next = shared.waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(call) = next else { return };
        let result = catch_unwind(AssertUnwindSafe(|| run(shared, &call))).unwrap_or_else(|_| {
            Err(phrase!(
                "{}: the script broke the engine: our bug",
                "{}：脚本让引擎出错了，这是我们的毛病",
                call.script
            ))
        });
        shared.open.fetch_sub(1, Ordering::SeqCst);
        (shared.done)((call.group, call.effect, result));
    }
}

fn run(shared: &PoolShared, call: &Call) -> Result<CallOutcome, Phrase> {
    let script = call.library.get(&call.script)?;
    let host = CallHost {
        folder: &call.folder,
        hosts: &call.hosts,
        secrets: &call.secrets,
        data: &shared.data,
        web: &shared.web,
        until: deadline(),
    };
    shared.attempts.make(&call.effect, || {
        script.call(&call.function, &call.args, &call.facts, &host).map_err(|error| library::said(&error))
    })
}
