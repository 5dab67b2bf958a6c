//! Integration tests: the real binary, real files, a real database.

mod codes;
mod crash;
mod docs;
mod engine;
mod compile;
mod language;
mod playground;
mod plugins;
mod shelf;
mod sink;
mod store;
mod story;
mod tidy;
