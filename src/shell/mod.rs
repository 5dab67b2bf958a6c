//! What really happens: clock, files, database, threads, sockets, terminal. IO lives here and nowhere else.
//!
//! A module that owns a resource says so in one `#![expect(clippy::disallowed_methods, reason = "…")]`; adapters
//! and pages live here without that line, so the lint keeps them pure.

pub mod answers;
mod instant;
pub mod clock;
mod stage;
mod stance;
mod chain;
pub mod cli;
pub mod crash;
pub mod editions;
pub mod lock;
pub mod files;
pub mod private;
mod qr;
mod random;
pub mod refusals;
pub mod workspace;
pub mod watch;
pub mod store;
pub mod scripts;
pub mod delivery;
pub mod dialled;
mod pages;
pub mod terminal;
pub mod view;
pub mod survey;
mod past;
pub mod inquiry;
pub mod socket;
pub mod socket_server;
mod websocket;
pub mod door;
pub mod console;
pub mod ears;
pub mod heartbeat;
pub mod watchman;
pub mod hooks;
pub mod senders;
pub mod signing;
pub mod runtime;
