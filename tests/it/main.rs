//! Integration tests: the real binary, real files, a real database.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test touches the real world, and one that cannot go on has failed"
)]

mod cli_check;
mod cli_engine;
mod cli_next;
mod cli_plan;
mod cli_render;
mod cli_simulate;
mod codes;
mod compile;
mod crash;
mod delivery;
mod docs;
mod edits;
mod engine;
mod engine_edits;
mod engine_language;
mod engine_late;
mod engine_people;
mod judge;
mod language;
mod playground;
mod plugins;
mod properties;
mod run;
mod schema;
mod shelf;
mod sink;
mod store;
mod story;
mod tidy;
mod fakes;
