//! Integration tests, one file a subject.

mod language;
