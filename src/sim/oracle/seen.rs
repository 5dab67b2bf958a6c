//! Ids that were seen: the last so many, or all of them.
//!
//! A simulation of many groups over years must not remember every id, so it keeps a window; the search for faults
//! keeps them all. By fingerprint: what matters is that two are told apart.

use std::collections::{BTreeSet, VecDeque};

/// How many ids are remembered where nothing else is said.
const WINDOW: usize = 256;

/// Ids that were seen.
#[derive(Debug, Clone)]
pub(super) struct SeenIds {
    most: usize,
    known: BTreeSet<u64>,
    order: VecDeque<u64>,
}

impl Default for SeenIds {
    fn default() -> Self {
        Self::of(WINDOW)
    }
}

impl SeenIds {
    /// Remembers the last so many.
    pub(super) fn of(most: usize) -> Self {
        Self { most, known: BTreeSet::new(), order: VecDeque::new() }
    }

    /// Whether the id is new.
    pub(super) fn insert(&mut self, id: &str) -> bool {
        // FNV-1a over 64 bits.
        let print = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let new = self.known.insert(print);
        if new {
            self.order.push_back(print);
            if self.order.len() > self.most
                && let Some(old) = self.order.pop_front()
            {
                self.known.remove(&old);
            }
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_forgets_the_oldest() {
        let mut seen = SeenIds::of(2);
        assert!(seen.insert("a") && seen.insert("b") && !seen.insert("a"));
        assert!(seen.insert("c") && seen.insert("a") && !seen.insert("c"));
    }
}
