//! A server of long connections: answers requests as it is told, keeps what clients say over its sockets, and tells
//! every client what happens. One port for both, as Mattermost has it; the others use a part of it.

use super::sockets::{Say, said};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::broadcast,
    task::JoinHandle,
};
use tokio_tungstenite::{accept_async, tungstenite::Message};

/// What is answered to a request (its number and its text), and to what is said over a socket.
pub(crate) struct Manners {
    pub(crate) request: fn(port: u16, nth: usize, text: &str) -> (u16, Value),
    pub(crate) said: fn(&Value) -> Option<Value>,
}

type Kept<T> = Arc<Mutex<Vec<T>>>;

/// A running server.
pub(crate) struct LongConnection {
    pub(crate) port: u16,
    events: broadcast::Sender<Say>,
    said: Arc<Mutex<Vec<Value>>>,
    asked: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl LongConnection {
    pub(crate) async fn start(manners: &'static Manners) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (events, said) = (broadcast::Sender::new(1_000), Arc::<Mutex<Vec<Value>>>::default());
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let (tell, kept) = (events.clone(), (said.clone(), asked.clone()));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, port, manners, tell.clone(), kept.clone()));
            }
        });
        Self { port, events, said, asked, task }
    }

    /// What was asked over HTTP: first lines, heads and bodies, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// Something happens.
    pub(crate) fn happens(&self, event: &Value) {
        self.says(Say::Text(event.to_string()));
    }

    /// Something is done at each connection.
    pub(crate) fn says(&self, say: Say) {
        let _ = self.events.send(say);
    }

    /// Every client is thrown out.
    pub(crate) fn closes(&self) {
        self.says(Say::Close(1_000));
    }

    /// What clients said over their sockets.
    pub(crate) fn said(&self) -> Vec<Value> {
        self.said.lock().unwrap().clone()
    }
}

impl Drop for LongConnection {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    port: u16,
    manners: &'static Manners,
    events: broadcast::Sender<Say>,
    (kept, asked): (Kept<Value>, Kept<String>),
) {
    let mut head = vec![0; 16 * 1024];
    let Ok(length) = stream.peek(&mut head).await else { return };
    let text = String::from_utf8_lossy(&head[..length]).into_owned();
    if !text.to_lowercase().contains("upgrade: websocket") {
        // A body that comes behind its head is small.
        let mut read = stream.read(&mut head).await.unwrap_or(0);
        let whole = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let (head, body) = text.split_once("\r\n\r\n")?;
            let length = head
                .to_lowercase()
                .split("content-length: ")
                .nth(1)?
                .lines()
                .next()?
                .parse::<usize>()
                .ok()?;
            (body.len() >= length).then(|| text.clone())
        };
        while text.starts_with("POST") && whole(&head[..read]).is_none() {
            match stream.read(&mut head[read..]).await {
                Ok(more) if more > 0 => read += more,
                _ => return,
            }
        }
        let text = String::from_utf8_lossy(&head[..read]).into_owned();
        let nth = {
            let mut asked = asked.lock().unwrap();
            asked.push(text.clone());
            asked.len() - 1
        };
        let (status, body) = (manners.request)(port, nth, &text);
        let body = body.to_string();
        let answer = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        let _ = stream.write_all(answer.as_bytes()).await;
        return;
    }
    let mut events = events.subscribe();
    let Ok(mut socket) = accept_async(stream).await else { return };
    loop {
        tokio::select! {
            event = events.recv() => match event {
                Ok(say) => if !said(&mut socket, say).await { return },
                Err(_) => return,
            },
            frame = socket.next() => match frame {
                Some(Ok(Message::Text(text))) => {
                    let told: Value = serde_json::from_str(text.as_str()).unwrap();
                    let answer = (manners.said)(&told);
                    kept.lock().unwrap().push(told);
                    if let Some(answer) = answer {
                        let _ = socket.send(Message::text(answer.to_string())).await;
                    }
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => {}
            },
        }
    }
}

/// A post that is the last one before something is posted at Mattermost while nobody listens, and somebody joins.
pub(crate) const HEARD_UNTIL: i64 = 1_850_000_000_000;
pub(crate) const MEANWHILE: i64 = 1_900_000_000_000;

/// Mattermost with the bot `bot1`, whose token is `mm-token`.
pub(crate) const MATTERMOST: Manners = Manners {
    request: |_, nth, text| match text.to_lowercase().contains("authorization: bearer mm-token") {
        true if text.starts_with("POST /api/v4/posts ") => (201, json!({ "id": format!("post{nth}") })),
        true if text.starts_with("GET /api/v4/channels/c1/posts?since=") => {
            let since = text.split(['=', ' ']).nth(2).unwrap_or_default().parse::<i64>().unwrap();
            let post = |id: &str, at: i64, kind: &str| json!({ "id": id, "create_at": at, "user_id": "u8", "channel_id": "c1", "message": id, "type": kind, "props": {} });
            // Only whoever has heard up to this asks about that.
            let all = if since < HEARD_UNTIL {
                Vec::new()
            } else {
                vec![post("h1", MEANWHILE, ""), post("h2", MEANWHILE + 1, "system_join_channel")]
            };
            let new: Vec<&Value> =
                all.iter().filter(|post| post["create_at"].as_i64().unwrap() > since).collect();
            let order: Vec<&Value> = new.iter().rev().map(|post| &post["id"]).collect();
            let posts: serde_json::Map<String, Value> =
                new.iter().map(|post| (post["id"].as_str().unwrap().to_owned(), (*post).clone())).collect();
            (200, json!({ "order": order, "posts": posts }))
        }
        true if text.starts_with("GET /api/v4/users/") && !text.starts_with("GET /api/v4/users/me ") => {
            let id = text.split(['/', ' ']).nth(5).unwrap_or_default();
            (200, json!({ "id": id, "username": format!("{id}.name"), "nickname": "" }))
        }
        true if text.starts_with("DELETE ") || text.contains("/pin ") => (200, json!({ "status": "OK" })),
        true if text.starts_with("PUT ") => (200, json!({ "id": "post" })),
        true if text.starts_with("GET /api/v4/users/me ") => {
            (200, json!({ "id": "bot1", "username": "host" }))
        }
        true => (404, json!({})),
        false => (401, json!({ "id": "api.context.session_expired.app_error" })),
    },
    said: |said| {
        let fine = said["action"] == "authentication_challenge" && said["data"]["token"] == "mm-token";
        Some(if fine {
            json!({ "event": "hello", "data": { "server_version": "10.11.0" }, "broadcast": {}, "seq": 0 })
        } else {
            json!({ "status": "FAIL", "seq_reply": said["seq"] })
        })
    },
};

/// DingTalk, which gives whoever has the app's secret a ticket.
pub(crate) const DINGTALK: Manners = Manners {
    request: |port, _, text| {
        if text.starts_with("POST /robot") {
            return (200, json!({ "errcode": 0, "errmsg": "ok" }));
        }
        let body = text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        let asked: Value = serde_json::from_str(body).unwrap_or_default();
        if text.starts_with("POST /v1.0/gateway/connections/open ") && asked["clientSecret"] == "ding-secret"
        {
            return (200, json!({ "endpoint": format!("ws://127.0.0.1:{port}/connect"), "ticket": "t-1" }));
        }
        (400, json!({ "code": "invalidClient", "message": "app not found" }))
    },
    said: |_| None,
};

/// WeCom, whose AI bot signs in over the socket.
pub(crate) const WECOM: Manners = Manners {
    request: |_, _, text| {
        if text.starts_with("POST /cgi-bin/webhook/send") {
            (200, json!({ "errcode": 0, "errmsg": "ok" }))
        } else {
            (404, json!({}))
        }
    },
    said: |said| {
        let fine = said["cmd"] != "aibot_subscribe" || said["body"]["secret"] == "bot-secret";
        let (code, text) = if fine { (0, "ok") } else { (600_041, "invalid secret") };
        Some(json!({ "headers": said["headers"], "errcode": code, "errmsg": text }))
    },
};
