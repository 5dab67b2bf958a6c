//! Integration tests: the real binary, real files, a real database.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test touches the real world, and one that cannot go on has failed"
)]

mod cli;
mod console;
mod delivery;
mod engine;
mod hearing;
mod help;
mod house;
mod lang;
mod sim;
mod state;
