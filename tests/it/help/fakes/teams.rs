//! A Teams workflow: takes everything that is signed, and fails later, where only its run history shows it.

use super::{Fake, Reply, Seen};
use serde_json::Value;
use std::sync::{Arc, Mutex};

/// A workflow and its run history: for each card that it took, what came of it.
pub(crate) async fn start() -> (Fake, Arc<Mutex<Vec<String>>>) {
    let runs: Arc<Mutex<Vec<String>>> = Arc::default();
    let history = Arc::clone(&runs);
    let fake = Fake::start(move |seen, _| answer(seen, &history)).await;
    (fake, runs)
}

fn answer(seen: &Seen, runs: &Mutex<Vec<String>>) -> Reply {
    match seen.path.as_str() {
        // The signature covers the query as it was given.
        "/hook?key=k%20&x=1" => {}
        "/connector/429" => {
            let text = "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 \
                        with ContextId tcid=0,server=DM1PEPF,cv=abc.";
            return Reply::text(200, text);
        }
        "/connector/404" => {
            let text = "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 404.";
            return Reply::text(200, text);
        }
        _ => {
            let body = r#"{"error":{"code":"AuthorizationFailed","message":"The authentication credentials are not valid."}}"#;
            return Reply::text(401, body);
        }
    }
    let Ok(body) = serde_json::from_str::<Value>(&seen.body) else {
        return Reply::text(400, r#"{"error":{"code":"InvalidRequestContent"}}"#);
    };
    let card = &body["attachments"][0]["content"];
    let run = if seen.body.len() > 28 * 1024 {
        "Failed: request entity too large"
    } else if body["type"] != "message" || card["type"] != "AdaptiveCard" || !card["body"].is_array() {
        "Failed: not a card"
    } else {
        "Succeeded"
    };
    runs.lock().unwrap().push(run.into());
    Reply::status(202)
}
