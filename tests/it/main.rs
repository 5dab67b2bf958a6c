//! Integration tests: the real binary, real files, a real database.

mod docs;
mod crash;
mod engine;
mod playground;
mod plugins;
mod sink;
mod story;
mod store;
mod shelf;
mod tidy;
