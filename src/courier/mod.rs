//! The courier's rules: which message is attempted when, and what the end of an attempt means.
//!
//! Lanes in order, robots within their rates, hosts within their places, back-off, doubt, expiry. Pure: the time is an
//! argument, what is to be done comes back as actions. The live courier and the search for faults both drive it, so
//! that a fault run shows what the real lanes do. Knows no words of a message, no address and no secret.

pub mod parcel;
pub mod route;
pub mod receipt;
mod memory;
mod lane;
mod rate;
mod backoff;
mod doubt;
mod dispatch;

pub use dispatch::{Action, Dispatch, Finished, Hurried, Now};
pub use doubt::Doubt;
pub use lane::LaneKey;
pub use memory::RobotMemory;
pub use parcel::{Parcel, ParcelKey, ParcelOutcome, Settlement};
pub use rate::{BEGINNING, Ticks};
pub use receipt::Receipt;
pub use route::{RobotId, Route, Stop};
