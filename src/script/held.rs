//! What the functions of a script hold: each variable weighed when it is read, and again when it has changed.
//!
//! Weighs only; who holds too much is stopped by the frame.

use super::weight::{self, Excess, Weight};
use crate::base::limits;
use rhai::{Dynamic, Scope};
use std::collections::BTreeMap;

/// How many reads of a variable may pass before it is weighed again, at most: Rhai measures it meanwhile.
const READS_MAX: usize = 4_096;
/// The same for one that holds functions, of which Rhai measures nothing.
const READS_OF_FUNCTIONS_MAX: usize = 256;
/// Bytes that a read of a variable has for one operation: most reads copy a part of it, or nothing.
const READ_BYTES: u64 = 256 * 1024;
/// How many captured variables are kept before those that cannot be part of a circle are let go.
const CAPTURED_SWEEP: usize = 1_024;

/// What the functions of a script hold, each of the open calls its own variables.
#[derive(Default)]
pub(super) struct HeldVariables {
    levels: Vec<CallVariables>,
    /// Bytes of what native functions collect.
    pub(super) collected: usize,
    /// Variables that closures have captured, by where they are.
    pub(super) captured: BTreeMap<usize, (Dynamic, Weighed)>,
    captured_bytes: usize,
}

/// The variables of one open call.
#[derive(Default)]
struct CallVariables {
    variables: Vec<Weighed>,
    bytes: usize,
}

/// One variable as it was weighed last.
pub(super) struct Weighed {
    length: usize,
    bytes: usize,
    reads_left: usize,
}

impl HeldVariables {
    /// Weighs what is not weighed yet; what reading the variable costs, in operations.
    pub(super) fn read(
        &mut self,
        name: &str,
        index: usize,
        level: usize,
        scope: &Scope<'_>,
    ) -> Result<u64, Excess> {
        self.levels.truncate(level + 1);
        self.levels.resize_with(level + 1, CallVariables::default);
        let here = &mut self.levels[level];
        while here.variables.len() > scope.len() {
            here.bytes -= here.variables.pop().map_or(0, |variable| variable.bytes);
        }
        let known = here.variables.len();
        for (.., value) in scope.iter_raw().skip(known) {
            let weighed = if value.is_shared() { Weighed::elsewhere() } else { Weighed::of(value)? };
            here.bytes += weighed.bytes;
            here.variables.push(weighed);
        }
        let mut cost = 0;
        if let Some(at) = place_of(name, index, scope)
            && let Some((.., value)) = scope.iter_raw().nth(at)
        {
            let known = &mut here.variables[at];
            if value.is_shared() {
                here.bytes -= std::mem::replace(known, Weighed::elsewhere()).bytes;
                cost = self.read_captured(value)?;
            } else {
                let before = known.bytes;
                known.read(value)?;
                here.bytes = here.bytes - before + known.bytes;
                cost = known.bytes as u64 / READ_BYTES;
            }
        }
        self.total().map(|()| cost)
    }

    /// An error where more is held than a script may hold.
    pub(super) fn total(&self) -> Result<(), Excess> {
        let bytes: usize = self.levels.iter().map(|level| level.bytes).sum();
        let bytes = bytes + self.captured_bytes + self.collected;
        if bytes > limits::SCRIPT_HELD_BYTES_MAX { Err(Excess::Bytes) } else { Ok(()) }
    }

    /// Weighs a variable that a closure has captured: the same one in every function that sees it.
    fn read_captured(&mut self, value: &Dynamic) -> Result<u64, Excess> {
        let inner = value.read_lock::<Dynamic>();
        // One that is locked is in the middle of a call; it is weighed next time.
        let Some(place) = inner.map(|inner| std::ptr::from_ref::<Dynamic>(&inner).addr()) else {
            return Ok(0);
        };
        if let Some((_, weighed)) = self.captured.get_mut(&place) {
            let before = weighed.bytes;
            weighed.read(value)?;
            self.captured_bytes = self.captured_bytes - before + weighed.bytes;
            return Ok(weighed.bytes as u64 / READ_BYTES);
        }
        let weighed = Weighed::of(value)?;
        self.captured_bytes += weighed.bytes;
        self.captured.insert(place, (value.clone(), weighed));
        if self.captured.len().is_multiple_of(CAPTURED_SWEEP) {
            // What holds no function now is read again, and comes back, before it is made to hold one.
            self.captured.retain(|_, (value, _)| {
                value.is_locked() || weight::weigh(value).is_ok_and(|weight| weight.functions)
            });
            self.captured_bytes = self.captured.values().map(|(_, weighed)| weighed.bytes).sum();
            if self.captured.len() > limits::SCRIPT_CAPTURED_MAX {
                return Err(Excess::Captured);
            }
        }
        Ok(0)
    }
}

impl Weighed {
    fn of(value: &Dynamic) -> Result<Self, Excess> {
        let Weight { nodes, bytes, functions, .. } = weight::weigh(value)?;
        let most = if functions { READS_OF_FUNCTIONS_MAX } else { READS_MAX };
        Ok(Self { length: weight::length(value), bytes, reads_left: (nodes / 8).clamp(4, most) })
    }

    /// One that is weighed with the captured ones.
    fn elsewhere() -> Self {
        Self { length: 0, bytes: 0, reads_left: 0 }
    }

    /// Weighs it again if it has changed much, or was read often.
    fn read(&mut self, value: &Dynamic) -> Result<(), Excess> {
        let length = weight::length(value);
        let changed = length > self.length + self.length / 8 + 16 || length < self.length / 2;
        if changed || self.reads_left == 0 {
            *self = Self::of(value)?;
        } else {
            self.reads_left -= 1;
        }
        Ok(())
    }
}

/// Where in the scope a variable stands: Rhai counts from the end, or leaves it to its name.
pub(super) fn place_of(name: &str, index: usize, scope: &Scope<'_>) -> Option<usize> {
    if index > 0 {
        return scope.len().checked_sub(index);
    }
    let mut found = None;
    for (at, (known, ..)) in scope.iter_raw().enumerate() {
        if known == name {
            found = Some(at);
        }
    }
    found
}
