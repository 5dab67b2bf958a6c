//! The rules of the house, and that its pages and shelf are true.

pub(crate) mod advice;
mod buttons;
pub(crate) mod circles;
pub(crate) mod codes;
pub(crate) mod docs;
pub(crate) mod fields;
pub(crate) mod keys;
pub(crate) mod practices;
pub(crate) mod rhythm;
pub(crate) mod shelf;
pub(crate) mod tidy;
pub(crate) mod translations;
pub(crate) mod unused;
