//! Integration tests, one file a subject.
#![expect(clippy::unwrap_used, reason = "a test stops where its own helpers fail")]

mod codes;
mod compile;
mod language;
