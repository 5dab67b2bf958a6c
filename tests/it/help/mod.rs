//! What the tests stand on: playgrounds, stories, stand-ins of platforms, judges. Nothing here is a test of the product.

pub(crate) mod devtools;
pub(crate) mod fakes;
pub(crate) mod generator;
pub(crate) mod judge;
pub(crate) mod playground;
pub(crate) mod sink;
pub(crate) mod story;
