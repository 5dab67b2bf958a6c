//! Scripts as they are called for real: compiled once, swapped whole, run on threads of their own with a
//! wall-clock limit, files and web addresses.
//!
//! What a script may do is the sandbox's business; what its actions mean is the engine's.

mod address;
mod attempts;
mod library;
mod host;
mod pool;

pub use library::{Library, ScriptChange, paths, users};
pub use pool::{Call, Pool, Returned};
