//! The door: the HTTP side of a running engine. Facts come in, views go out, commands are passed on.
//!
//! ```text
//!   TcpListener ─▶ listen (bounds) ─▶ router (host, places) ─▶ a route ─▶ driver ─▶ commit ─▶ answer
//! ```
//!
//! Nothing listens unless `--listen` says so. A route changes nothing itself: what comes in becomes an input or a
//! command, and the answer comes after its commit. What only compares, parses or counts is pure and has a file of its
//! own.

mod address;
mod answer;
mod arrivals;
mod body;
mod bucket;
mod health;
mod hooks;
mod listen;
mod metrics;
mod openapi;
mod pulse;
pub(super) mod reported;
mod reverse;
mod inside;
mod router;
mod signals;
mod v1;

pub use address::{AddressProblem, Addresses, read as read_address};
pub use arrivals::{Arrival, Arrivals, Took};
pub use inside::{Inside, Peer};
pub use listen::{BoundDoor, OpenDoor};
pub use pulse::Pulse;
