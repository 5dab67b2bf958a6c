//! Simulated life: worlds, faults, and that it agrees with the real one.

pub(crate) mod faults;
pub(crate) mod parts;
pub(crate) mod replay;
pub(crate) mod simulate;
pub(crate) mod timing;
pub(crate) mod worlds;
