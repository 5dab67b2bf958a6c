//! What comes in: the door, hooks, the API and the ears.

pub(crate) mod asks;
mod connects;
pub(crate) mod customers;
pub(crate) mod discord;
pub(crate) mod does;
pub(crate) mod door;
pub(crate) mod ears;
pub(crate) mod examples;
pub(crate) mod faults;
pub(crate) mod feishu;
pub(crate) mod fuzzed;
mod homeserver;
pub(crate) mod hooks;
pub(crate) mod load;
pub(crate) mod long;
pub(crate) mod onebot;
pub(crate) mod refused;
mod same_person;
pub(crate) mod signals;
pub(crate) mod slack;
mod judges;
mod story;
pub(crate) mod v1;
