//! Delivery: what the outbox holds becomes requests, answers become receipts.
//!
//! ```text
//!   Channel ──resolve──▶ Target ─┐
//!   outbox row ────────▶ Job ────┴▶ courier ⟷ crate::courier (lanes) ──▶ adapter ──▶ client ──▶ platform
//!                        Ledger ◀── claims and settlements ──┘
//! ```
//!
//! Adapters are pure: a message becomes requests, a response becomes a receipt. Only `client` and `mailer` have
//! sockets and only `courier` has tasks and timers. Nothing here decides whether a message should be sent, and no secret
//! leaves a [`secret::Secret`] but into a request.

pub mod secret;
pub mod target;
pub mod picture;
pub mod resolve;
pub mod markup;
pub mod adapter;
pub mod job;
mod key;
mod sign_in;
pub mod courier;
mod attempt;
mod send_error;
pub mod client;
pub mod mailer;
pub mod preview;
pub mod render;
