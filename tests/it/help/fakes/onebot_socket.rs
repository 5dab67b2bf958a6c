//! The WebSocket server of a OneBot program: tells every client what happens, takes actions, asks for a token.

use super::sockets::{Say, said};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::{net::TcpListener, sync::broadcast, task::JoinHandle};
use tokio_tungstenite::{
    accept_hdr_async,
    tungstenite::{
        Message,
        handshake::server::{ErrorResponse, Request, Response},
    },
};

pub(crate) const TOKEN: &str = "onebot-secret";
pub(crate) const GROUP: i64 = 10_001;
const ME: i64 = 1;

type Kept<T> = Arc<Mutex<Vec<T>>>;

/// A running server.
pub(crate) struct OnebotSocket {
    pub(crate) port: u16,
    events: broadcast::Sender<Say>,
    sent: Arc<Mutex<Vec<Value>>>,
    done: Arc<Mutex<Vec<(String, Value)>>>,
    task: JoinHandle<()>,
}

impl OnebotSocket {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let events = broadcast::Sender::new(1_000);
        let sent = Arc::<Mutex<Vec<Value>>>::default();
        let done = Arc::<Mutex<Vec<(String, Value)>>>::default();
        let (tell, taken) = (events.clone(), (sent.clone(), done.clone()));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, tell.subscribe(), taken.clone()));
            }
        });
        Self { port, events, sent, done, task }
    }

    /// What was asked for beside sending, by this action.
    pub(crate) fn done(&self, action: &str) -> Vec<Value> {
        let done = self.done.lock().unwrap();
        done.iter().filter(|(known, _)| known == action).map(|(_, params)| params.clone()).collect()
    }

    /// How many clients are there.
    pub(crate) fn clients(&self) -> usize {
        self.events.receiver_count()
    }

    /// Something happens in the group.
    pub(crate) fn happens(&self, mut event: Value) {
        event["self_id"] = json!(ME);
        event["group_id"] = json!(GROUP);
        event["time"] = json!(1_800_000_000);
        self.says(Say::Text(event.to_string()));
    }

    /// Somebody writes.
    pub(crate) fn writes(&self, number: i64, user: i64, name: &str, message: &Value) {
        self.happens(json!({
            "post_type": "message", "message_type": "group", "sub_type": "normal", "message_id": number, "user_id": user,
            "message": message, "sender": { "user_id": user, "nickname": name, "card": "", "role": "member" },
        }));
    }

    /// Something is done at each connection.
    pub(crate) fn says(&self, say: Say) {
        let _ = self.events.send(say);
    }

    /// Every client is thrown out.
    pub(crate) fn closes(&self) {
        self.says(Say::Close(1_000));
    }

    /// What was sent to the group; the n-th has the number n.
    pub(crate) fn sent(&self) -> Vec<Value> {
        self.sent.lock().unwrap().clone()
    }
}

impl Drop for OnebotSocket {
    fn drop(&mut self) {
        self.task.abort();
    }
}

#[expect(clippy::result_large_err, reason = "the library's own type of a refusal")]
async fn serve(
    stream: tokio::net::TcpStream,
    mut events: broadcast::Receiver<Say>,
    (sent, done): (Kept<Value>, Kept<(String, Value)>),
) {
    let check = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
        let token = request.headers().get("authorization").and_then(|value| value.to_str().ok());
        if token == Some(&format!("Bearer {TOKEN}")) {
            return Ok(response);
        }
        let mut refused = ErrorResponse::new(None);
        *refused.status_mut() = tokio_tungstenite::tungstenite::http::StatusCode::UNAUTHORIZED;
        Err(refused)
    };
    let Ok(mut socket) = accept_hdr_async(stream, check).await else { return };
    let hello = json!({ "post_type": "meta_event", "meta_event_type": "lifecycle", "sub_type": "connect", "self_id": ME });
    let _ = socket.send(Message::text(hello.to_string())).await;
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Ok(say) => if !said(&mut socket, say).await { return },
                Err(_) => return,
            },
            frame = socket.next() => match frame {
                Some(Ok(Message::Text(text))) => {
                    let asked: Value = serde_json::from_str(text.as_str()).unwrap();
                    let action = asked["action"].as_str().unwrap().to_owned();
                    if action != "send_group_msg" {
                        done.lock().unwrap().push((action, asked["params"].clone()));
                        let answer = json!({ "status": "ok", "retcode": 0, "data": null, "echo": asked["echo"] });
                        let _ = socket.send(Message::text(answer.to_string())).await;
                        continue;
                    }
                    assert_eq!(asked["params"]["group_id"], GROUP);
                    let number = {
                        let mut sent = sent.lock().unwrap();
                        sent.push(asked["params"]["message"].clone());
                        sent.len()
                    };
                    let answer = json!({
                        "status": "ok", "retcode": 0, "data": { "message_id": number }, "echo": asked["echo"],
                    });
                    let _ = socket.send(Message::text(answer.to_string())).await;
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
        }
    }
}
