//! What leaves: the courier, the adapters, the dialects, and what must never leave.

pub(crate) mod abilities;
mod bots;
pub(crate) mod channels;
pub(crate) mod courier;
pub(crate) mod dialect_judges;
pub(crate) mod dialects;
pub(crate) mod email;
pub(crate) mod heartbeat;
pub(crate) mod in_chinese;
pub(crate) mod json;
pub(crate) mod pasting;
pub(crate) mod pictures;
pub(crate) mod platforms;
pub(crate) mod private_ca;
pub(crate) mod proto;
pub(crate) mod proto_judges;
pub(crate) mod revisions;
pub(crate) mod said;
pub(crate) mod secrets;
