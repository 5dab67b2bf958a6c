//! Integration tests: the real binary, real files, a real database.

mod delivery;
mod fakes;
