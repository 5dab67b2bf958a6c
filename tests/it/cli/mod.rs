//! The command line from outside, through the real binary.

pub(crate) mod asks;
pub(crate) mod chain;
pub(crate) mod check;
pub(crate) mod commands;
pub(crate) mod every;
pub(crate) mod languages;
pub(crate) mod hush;
pub(crate) mod moderate;
pub(crate) mod next;
pub(crate) mod outcomes;
pub(crate) mod people;
pub(crate) mod pages;
pub(crate) mod plan;
pub(crate) mod rehearse;
pub(crate) mod render;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod said;
pub(crate) mod slips;
pub(crate) mod small_things;
pub(crate) mod terminal;
pub(crate) mod test;
pub(crate) mod tongue;
pub(crate) mod tour;
pub(crate) mod typed;
pub(crate) mod why;
