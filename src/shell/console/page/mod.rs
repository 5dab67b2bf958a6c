//! Pages: pure functions from a view and the frame around it to markup. Never asks what somebody may.

pub(super) mod phone;
pub(super) mod soon;
pub(super) mod today;
pub(super) mod calendar;
mod because;
mod cards;
mod charts;
mod line;
mod look;
pub(super) mod everybody;
mod health;
mod hearsay;
pub(super) mod access;
pub(super) mod evening;
pub(super) mod hush;
pub(super) mod channels;
mod conduct;
pub(super) mod group;
pub(super) mod groups;
pub(super) mod logbook;
pub(super) mod members;
pub(super) mod parts;
mod prose;
pub(super) mod question;
mod pausing;
mod revise;
pub(super) mod run;
pub(super) mod shelf;
pub(super) mod why;
mod wording;

#[cfg(test)]
mod tests;
