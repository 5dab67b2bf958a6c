//! Simulations on all cores: many runs side by side, or the groups of one.
//!
//! Each run and each group is pure and knows its seed, so that it does not matter which thread lives it: what comes
//! out is in the same order on any number of cores.

use super::failure::Failure;
use crate::{
    engine::state::State,
    model::playbook::Playbook,
    shell::terminal,
    sim::{
        Finding, Material, Options, Transition,
        part::{self, Part},
    },
};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
    mpsc,
};

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// What was not good, what was kept by each core, and the groups as they were at the end.
type Lives<S> = (Vec<Finding>, Vec<S>, Vec<State>);

/// [`sim::simulate`] with the groups spread over all cores. Each core begins with a `new` one of what `keep` changes;
/// they are given back in the order of their groups, to be joined, and the groups as they were at the end.
pub(super) fn groups<S: Send, T: Send>(
    (playbook, material, options): (&Arc<Playbook>, &Material, &Options),
    new: impl Fn() -> S + Sync,
    keep: impl Fn(&mut S, &Transition<'_>) -> Option<T> + Sync,
    mut sink: impl FnMut(T) -> Result<(), Failure>,
) -> Result<Lives<S>, Failure> {
    let groups = playbook.groups.len();
    let parts = cores().min(groups).max(1);
    let (new, keep) = (&new, &keep);
    std::thread::scope(|scope| {
        let mut threads = Vec::new();
        let kept: Vec<mpsc::Receiver<_>> = (0..parts)
            .map(|n| {
                let own = groups * n / parts..groups * (n + 1) / parts;
                // One stretch waits while the next one is lived: nobody runs ahead of who reads.
                let (to, from) = mpsc::sync_channel(1);
                threads.push(scope.spawn(move || {
                    let (mut part, mut seen) = (Part::new(playbook, material, options, own), new());
                    for end in part::stretches(options, groups) {
                        let kept = part.live(end, &mut |transition| keep(&mut seen, transition));
                        if to.send(kept).is_err() {
                            // Nobody reads any more: it is over.
                            break;
                        }
                    }
                    (seen, part.states())
                }));
                from
            })
            .collect();
        let mut findings = Vec::new();
        for _ in part::stretches(options, groups) {
            // A thread that panicked sends nothing more; joining it says so.
            let Ok(kept) = kept.iter().map(mpsc::Receiver::recv).collect() else { break };
            part::hand_over(part::in_order(kept), &mut findings, &mut sink)?;
        }
        let ended = threads.into_iter().map(|thread| match thread.join() {
            Ok(ended) => ended,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        let (seen, states): (Vec<S>, Vec<Vec<State>>) = ended.unzip();
        Ok((findings, seen, states.into_iter().flatten().collect()))
    })
}

/// Calls `live` for every seed from the first on, on all cores; results are in order of seed. Progress is shown
/// where a person watches.
pub(super) fn runs<T: Send>(first: u64, runs: u32, live: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let threads = cores().min(runs as usize);
    let shown = terminal::complaints_are_seen() && runs > 1;
    let (next, done) = (AtomicU64::new(0), AtomicU64::new(0));
    let work = || {
        let mut lived = Vec::new();
        loop {
            let run = next.fetch_add(1, Ordering::Relaxed);
            if run >= u64::from(runs) {
                return lived;
            }
            lived.push((run, live(first.wrapping_add(run))));
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if shown {
                terminal::progress(&format!("{done} of {runs} runs "));
            }
        }
    };
    let mut all: Vec<(u64, T)> = std::thread::scope(|scope| {
        let handles: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut all = work();
        for handle in handles {
            match handle.join() {
                Ok(lived) => all.extend(lived),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    if shown {
        terminal::progress(&" ".repeat(32));
        terminal::progress("");
    }
    all.sort_by_key(|(run, _)| *run);
    all.into_iter().map(|(_, lived)| lived).collect()
}
