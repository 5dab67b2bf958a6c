//! The keys with which apps speak for a while: asked for when a message needs one, used until shortly before they end,
//! and forgotten when an answer is no acceptance, because it may be the key that is not taken any more.

use super::{
    adapter::{Receipt, adapter},
    client::Client,
    target::{Robot, Target},
};
use crate::{
    base::time::{Duration, Timestamp},
    courier::RobotId,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// For how long before its end a key is not used any more: a request is on its way for a while.
const SPARE: Duration = Duration::from_millis(300_000);

/// The keys of all apps.
#[derive(Debug, Default)]
pub struct Keys(Mutex<BTreeMap<RobotId, (Arc<str>, Timestamp)>>);

/// Why there is none. Nothing has been said to anybody, so nothing is in doubt.
#[derive(Debug)]
pub enum NoKey {
    /// The platform answered, and this is what it means for the message.
    Answered(Receipt, u16),
    /// It was not reached, in words.
    NotSent(String),
}

impl Keys {
    /// The key with which a robot speaks now; none where its settings are enough.
    pub async fn of(
        &self,
        client: &Client,
        target: &Target,
        robot: &Robot,
        now: fn() -> Timestamp,
    ) -> Result<Option<Arc<str>>, NoKey> {
        let adapter = adapter(target.route.kind);
        let Some(request) = adapter.sign_in(robot) else { return Ok(None) };
        if let Some((key, until)) = self.known(&robot.id)
            && now() < until
        {
            return Ok(Some(key));
        }
        let timeout = target.timeout.max(Duration::from_millis(1)).to_std();
        let answer = client.carry(adapter.carrier(), &request, timeout, &target.way, now).await;
        let response = answer.map_err(|error| NoKey::NotSent(error.reason))?;
        let Some((key, good_for)) = adapter.signed_in(&response) else {
            let receipt = match adapter.receipt(&response) {
                // What an app signs in with was taken, and no key came.
                Receipt::Accepted { .. } => {
                    Receipt::Unclear { reason: "the platform gave the app no key".into() }
                }
                receipt => receipt,
            };
            return Err(NoKey::Answered(receipt, response.status));
        };
        let key: Arc<str> = key.into();
        let until = now().plus(Duration::from_millis((good_for.as_millis() - SPARE.as_millis()).max(0)));
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(robot.id.clone(), (key.clone(), until));
        Ok(Some(key))
    }

    /// A robot signs in again before its next message.
    pub fn forget(&self, robot: &RobotId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(robot);
    }

    fn known(&self, robot: &RobotId) -> Option<(Arc<str>, Timestamp)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(robot).cloned()
    }
}
