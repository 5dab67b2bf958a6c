//! Integration tests: the real binary, real files, a real database.

mod cli_check;
mod cli_engine;
mod cli_next;
mod cli_plan;
mod cli_simulate;
mod codes;
mod crash;
mod docs;
mod engine;
mod compile;
mod language;
mod playground;
mod plugins;
mod shelf;
mod sink;
mod store;
mod story;
mod tidy;
mod delivery;
mod fakes;
