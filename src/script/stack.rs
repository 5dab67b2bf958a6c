//! Room on the stack: deep code and deep values recurse, and a thread's own stack may be small.
//!
//! Runs on the same thread; only the memory is another.

use crate::base::limits::SCRIPT_STACK_BYTES;

/// Below this much room an expression gets a stack of its own.
const LOW: usize = 512 * 1024;
/// How much it gets.
const ENOUGH: usize = 4 * 1024 * 1024;

/// For expressions and for compiling: uses the thread's own stack where it has room.
pub(super) fn room<R>(body: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(LOW, ENOUGH, body)
}

/// For script calls: always enough for what the limits allow.
pub(super) fn plenty<R>(body: impl FnOnce() -> R) -> R {
    stacker::grow(SCRIPT_STACK_BYTES, body)
}
