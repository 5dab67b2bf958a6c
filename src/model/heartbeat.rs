//! `heartbeat`: the address that is asked for as long as the engine works, so that somebody else notices when it does
//! not.

use super::channel::Setting;
use crate::base::time::Duration;

/// A watchman who is told again and again that the engine works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heartbeat {
    /// `url`: it is asked for with GET.
    pub url: Setting,
    /// `every`
    pub every: Duration,
}
