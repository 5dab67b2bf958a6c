//! What an expression or a script may do, and what it can never reach.
//!
//! The Rhai sandbox, the values that go in, the actions that come out. No clock, no file, no socket and no
//! randomness of its own: everything a script sees is in its [`facts::Facts`], everything from outside is
//! asked of the [`sandbox::Host`].

pub mod action;
pub mod allowance;
pub mod api;
pub mod expr;
pub mod facts;
pub mod names;
pub mod outside;
pub mod reserved;
pub mod people;
pub mod reading;
pub mod sandbox;

mod check;
mod convert;
mod cost;
mod engine;
mod failure;
mod frame;
mod held;
mod host;
mod modules;
mod objects;
mod place;
mod posting;
mod render;
pub mod beside;
mod stack;
mod suggest;
mod table;
mod weight;

pub(crate) use convert::{member_of, member_value};

#[cfg(test)]
mod tests;
