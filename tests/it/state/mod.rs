//! What lasts: the store, crashes, copies, upgrades, edits and forgetting.

pub(crate) mod broken;
pub(crate) mod crash;
pub(crate) mod disk;
pub(crate) mod edits;
pub(crate) mod files;
pub(crate) mod forget;
pub(crate) mod golden;
pub(crate) mod golden_life;
pub(crate) mod kill;
pub(crate) mod private;
pub(crate) mod retention;
pub(crate) mod store;
pub(crate) mod years;
