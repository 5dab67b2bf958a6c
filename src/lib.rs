//! `playbook` runs a chat community from a file.
//!
//! A playbook is compiled like a program, decided like a protocol and committed like a ledger:
//!
//! ```text
//!   base ──▶ script ──▶ model ──┬──▶ lang ────────────────┐
//!                               └──▶ engine ─┬────────────┴▶ sim ──▶ shell ──▶ main
//!                                            └──▶ courier ─┘
//! ```
//!
//! Arrows read "is used by"; nothing names a layer to its right, and `lang` and `engine` never meet. Only
//! `shell` does IO. `ARCHITECTURE.md` has the map and the invariants.

pub mod base;
pub mod script;
pub mod model;
pub mod lang;
pub mod engine;
pub mod courier;
pub mod sim;
pub mod shell;
