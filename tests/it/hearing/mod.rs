//! What comes in: the door, hooks, the API and the ears.

pub(crate) mod discord;
pub(crate) mod door;
pub(crate) mod ears;
pub(crate) mod examples;
pub(crate) mod feishu;
pub(crate) mod hooks;
pub(crate) mod long;
pub(crate) mod onebot;
mod same_person;
pub(crate) mod signals;
pub(crate) mod slack;
pub(crate) mod v1;
