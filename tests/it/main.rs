//! Integration tests: the real binary, real files, a real database.

mod docs;
mod engine;
mod playground;
mod story;
mod store;
mod shelf;
mod tidy;
