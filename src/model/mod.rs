//! A playbook as plain values: no spans, no text format, equal when the meaning is equal.
//!
//! Knows nothing of YAML and nothing of runs. Changes nothing; everything here can be shared.

pub mod playbook;
pub mod group;
pub mod group_at_edit;
pub mod heartbeat;
pub mod hours;
pub mod role;
pub mod access;
mod rights;
pub mod sender;
pub mod abilities;
pub mod channel;
pub mod ear;
pub mod keeping;
pub mod member_dates;
pub mod message;
pub mod moderation;
pub mod number;
pub mod text;
pub mod tier;
pub mod timetable;
pub mod calendar;
pub mod schedule;
pub mod trigger;
pub mod whenever;
pub mod wordlist;
pub mod play;
pub mod called;
pub mod step;
pub mod program;
pub mod phase;
pub mod budget;
pub mod occurrence;
pub mod alike;
mod outside;
pub mod edit;
pub mod rewording;
pub mod ending;
