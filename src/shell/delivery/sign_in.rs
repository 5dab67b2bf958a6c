//! How an app signs in: a key that is known and good for a while is used, else the platform is asked for one.

use super::{
    adapter::{Receipt, adapter},
    client::Client,
    target::{Robot, Target},
};
use crate::base::time::{Duration, Timestamp};
use std::sync::Arc;

/// For how long before its end a key is not used any more: a request is on its way for a while.
const SPARE: Duration = Duration::from_millis(300_000);

/// Why there is none. Nothing has been said to anybody, so nothing is in doubt.
#[derive(Debug)]
pub(super) enum NoKey {
    /// The platform answered, and this is what it means for the message.
    Answered(Receipt, u16),
    /// It was not reached, in words.
    NotSent(String),
}

/// The key with which a robot speaks now; none where its settings are enough.
pub(super) async fn key_of(
    client: &Client,
    target: &Target,
    robot: &Robot,
    now: fn() -> Timestamp,
) -> Result<Option<Arc<str>>, NoKey> {
    let adapter = adapter(target.route.kind);
    let Some(request) = adapter.sign_in(robot) else { return Ok(None) };
    if let Some((key, until)) = client.keys.known(&robot.id)
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
    client.keys.keep(&robot.id, key.clone(), until);
    Ok(Some(key))
}
