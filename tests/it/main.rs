//! Integration tests: the real binary, real files, a real database.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test touches the real world, and one that cannot go on has failed"
)]

mod abilities;
mod apart;
mod approvals;
mod asks;
mod browser;
mod budgets;
mod channels;
mod cli_check;
mod cli_engine;
mod cli_every;
mod cli_next;
mod cli_pages;
mod cli_plan;
mod cli_render;
mod cli_simulate;
mod cli_test;
mod cli_why;
mod codes;
mod compile;
mod crash;
mod delivery;
mod delivery_json;
mod delivery_proto;
mod devtools;
mod dialect_judges;
mod dialects;
mod docs;
mod door;
mod door_signals;
mod edits;
mod email;
mod engine;
mod engine_edits;
mod engine_hands;
mod engine_language;
mod engine_late;
mod engine_people;
mod fakes;
mod faults;
mod files;
mod fuzz;
mod generator;
mod golden;
mod golden_life;
mod hours;
mod inputs;
mod judge;
mod kill;
mod language;
mod members;
mod parts;
mod pictures;
mod platforms;
mod playground;
mod plugins;
mod presses;
mod private;
mod private_ca;
mod properties;
mod proto_judges;
mod replay;
mod run;
mod said;
mod scaling;
mod schedules;
mod schema;
mod scripts;
mod secrets;
mod shelf;
mod sink;
mod store;
mod story;
mod terminal;
mod tidy;
mod timing;
mod tour;
mod worlds;
mod written;
mod years;
