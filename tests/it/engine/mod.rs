//! What the engine decides: told as stories through its face, and seen through the binary.

pub(crate) mod apart;
pub(crate) mod approvals;
pub(crate) mod budgets;
pub(crate) mod changed_files;
pub(crate) mod checklists;
pub(crate) mod doctor;
pub(crate) mod doctor_signs;
pub(crate) mod evening;
pub(crate) mod hands;
pub(crate) mod hours;
pub(crate) mod inputs;
pub(crate) mod language;
pub(crate) mod late;
pub(crate) mod members;
pub(crate) mod metrics;
pub(crate) mod numbers;
pub(crate) mod own_numbers;
pub(crate) mod people;
pub(crate) mod plugins;
pub(crate) mod polls;
pub(crate) mod presses;
pub(crate) mod properties;
pub(crate) mod standing;
pub(crate) mod stories;
pub(crate) mod whenever;
