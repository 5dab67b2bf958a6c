//! Integration tests: the real binary, real files, a real database.

mod docs;
mod playground;
mod store;
mod shelf;
mod tidy;
