//! Integration tests: the real binary, real files, a real database.

mod crash;
mod docs;
mod engine;
mod playground;
mod plugins;
mod shelf;
mod sink;
mod store;
mod story;
mod tidy;
//! Integration tests, one file a subject.

mod language;
