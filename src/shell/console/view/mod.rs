//! Views of the console: what a page shows, as plain values. Pure: from what is published, who asks, and the instant.

pub(super) mod phone;
pub(super) mod today;
pub(super) mod calendar;
pub(super) mod cards;
pub(super) mod day;
pub(super) mod look;
pub(super) mod place;
pub(super) mod everybody;
pub(super) mod health;
pub(super) mod access;
pub(super) mod evening;
pub(super) mod hush;
pub(super) mod channels;
pub(super) mod conduct;
pub(super) mod group;
pub(super) mod groups;
pub(super) mod logbook;
pub(super) mod members;
pub(super) mod question;
pub(super) mod run;
