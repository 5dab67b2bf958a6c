//! How the driver is, as readers outside its loop see it: whether it is behind, and whether the store is held up.
//!
//! Written by the driver, read by the door. Never blocks either.

use crate::base::time::Timestamp;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

/// The driver's pulse.
#[derive(Debug)]
pub struct Pulse {
    due: AtomicI64,
    held_up: AtomicBool,
}

impl Default for Pulse {
    fn default() -> Self {
        Self { due: AtomicI64::new(i64::MAX), held_up: AtomicBool::new(false) }
    }
}

impl Pulse {
    /// What is due next, if anything.
    pub fn due(&self, at: Option<Timestamp>) {
        self.due.store(at.map_or(i64::MAX, Timestamp::as_millis), Ordering::Relaxed);
    }

    /// Whether something keeps the store from recording.
    pub fn held_up(&self, held_up: bool) {
        self.held_up.store(held_up, Ordering::Relaxed);
    }

    /// How far the driver is behind what was due, in milliseconds.
    pub fn behind_ms(&self, now: Timestamp) -> i64 {
        now.as_millis().saturating_sub(self.due.load(Ordering::Relaxed)).max(0)
    }

    /// Whether something keeps the store from recording.
    pub fn is_held_up(&self) -> bool {
        self.held_up.load(Ordering::Relaxed)
    }
}
