//! Integration tests: the real binary, real files, a real database.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod codes;
mod compile;
mod crash;
mod delivery;
mod docs;
mod engine;
mod language;
mod playground;
mod plugins;
mod shelf;
mod sink;
mod store;
mod story;
mod tidy;
mod fakes;
