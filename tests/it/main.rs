//! Integration tests, one file a subject.

mod codes;
mod compile;
mod language;
