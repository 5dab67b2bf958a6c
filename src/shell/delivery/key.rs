//! The keys with which apps speak for a while: kept until shortly before they end, and forgotten when an answer is no
//! acceptance, because it may be the key that is not taken any more. How one is got is `sign_in`.

use crate::{base::time::Timestamp, courier::RobotId};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// The keys of all apps.
#[derive(Debug, Default)]
pub(super) struct AppKeys(Mutex<BTreeMap<RobotId, (Arc<str>, Timestamp)>>);

impl AppKeys {
    /// A robot signs in again before its next message.
    pub(super) fn forget(&self, robot: &RobotId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(robot);
    }

    /// Keeps a key until an instant.
    pub(super) fn keep(&self, robot: &RobotId, key: Arc<str>, until: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(robot.clone(), (key, until));
    }

    /// The key of a robot, and until when it is used.
    pub(super) fn known(&self, robot: &RobotId) -> Option<(Arc<str>, Timestamp)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(robot).cloned()
    }
}
