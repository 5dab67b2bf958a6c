//! The console and the pages, over HTTP and in a real browser.

mod board;
pub(crate) mod browser;
pub(crate) mod day;
pub(crate) mod entrance;
mod hands;
pub(crate) mod links;
pub(crate) mod many;
pub(crate) mod operate;
pub(crate) mod pages;
mod pictures;
mod plain;
pub(crate) mod questions;
pub(crate) mod report_pages;
pub(crate) mod sheet;
