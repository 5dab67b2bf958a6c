//! What a file becomes: the compiler, its reports, the schema, schedules and scripts.

pub(crate) mod compile;
pub(crate) mod corpus;
pub(crate) mod fuzz;
pub(crate) mod scaling;
pub(crate) mod qr;
pub(crate) mod schedules;
pub(crate) mod schema;
pub(crate) mod scripts;
pub(crate) mod written;
