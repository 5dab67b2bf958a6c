//! QQ the other way round, through the real binary: a OneBot program that dials the engine or reports to it over HTTP;
//! and Telegram's webhook, which does the same.

use crate::{
    hearing::door::{Said, ask, engine},
    help::playground::{Playground, Process, eventually},
};
use futures_util::{SinkExt as _, StreamExt as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha1::Sha1;
use std::{
    fmt::Write as _,
    time::{SystemTime, UNIX_EPOCH},
};
use tokio_tungstenite::{
    client_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _},
};

const CLUB: &str = "\
name: club
timezone: UTC
channels:
  group: { type: onebot, url: \"http://127.0.0.1:9\", token: { env: TOKEN }, secret: { env: SECRET }, group: \"10001\", hear: names }
  telegram: { type: telegram, token: { env: BOT_TOKEN }, secret_token: { env: HOOK }, chat: \"-100\", hear: names, base_url: \"http://127.0.0.1:9\" }
  console: console
plays:
  hello:
    on: member.joined
    steps:
      - post: welcome ${member.id}
        to: console
  bye:
    on: member.left
    steps:
      - post: farewell, ${signal.data.how}
        to: console
";

fn club() -> (Playground, Process, u16) {
    let play = Playground::new().file("p.yaml", CLUB);
    let play =
        play.env("TOKEN", "tok-1").env("SECRET", "kSecret").env("HOOK", "s3cret_-X").env("BOT_TOKEN", "1:x");
    let (engine, port) = engine(&play);
    (play, engine, port)
}

fn now_s() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64
}

fn entries(play: &Playground, entry: &str) -> Vec<Value> {
    let log = play.run(&["log", "p.yaml", "--all", "--format", "json"]).exits(0).json_lines();
    log.into_iter().filter(|line| line["entry"] == entry).collect()
}

/// What platforms told, by name and member.
fn heard(play: &Playground) -> Vec<(Value, Value)> {
    let told = entries(play, "signal_received").into_iter();
    let told = told.filter(|line| line["id"].as_str().is_some_and(|id| id.starts_with("in/")));
    told.map(|line| (line["name"].clone(), line["member"].clone())).collect()
}

fn notice(kind: &str, sub: &str, user: i64) -> Value {
    json!({
        "time": now_s(), "self_id": 1, "post_type": "notice", "notice_type": kind, "sub_type": sub, "group_id": 10_001,
        "user_id": user, "operator_id": 7,
    })
}

fn written(number: i64, user: i64, text: &str) -> Value {
    json!({
        "time": now_s(), "self_id": 1, "post_type": "message", "message_type": "group", "sub_type": "normal",
        "group_id": 10_001, "user_id": user, "message_id": number,
        "message": [{ "type": "text", "data": { "text": text } }],
        "sender": { "user_id": user, "nickname": "ben", "card": "", "role": "member" },
    })
}

fn report(port: u16, event: &Value, secret: &str) -> Said {
    let body = event.to_string();
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let hex = mac.finalize().into_bytes().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    let signature = format!("sha1={hex}");
    let headers =
        [("content-type", "application/json"), ("x-self-id", "1"), ("x-signature", signature.as_str())];
    ask(port, "POST /hooks/club/group", &headers, body.as_bytes())
}

#[test]
fn onebot_reports_over_http_what_it_signs_once() {
    let (play, engine, port) = club();
    let joined = notice("group_increase", "approve", 42);
    for _ in 0..2 {
        assert_eq!(report(port, &joined, "kSecret").is(204).body, "");
    }
    report(port, &notice("group_increase", "approve", 43), "guessed").is(401);
    ask(port, "POST /hooks/club/group", &[], joined.to_string().as_bytes()).is(401);
    let mut old = joined;
    old["time"] = json!(now_s() - 30 * 86_400);
    report(port, &old, "kSecret").is(401);
    eventually("a welcome", || engine.stdout().contains("welcome onebot:42"));
    assert_eq!(heard(&play), [(json!("member.joined"), json!("onebot:42"))]);
    let _ = engine.stop().exits(0);
}

#[test]
fn onebot_dials_the_engine_and_tells_over_its_own_socket() {
    let (play, engine, port) = club();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let dial = |token: &str, query: &str| {
        let mut request =
            format!("ws://127.0.0.1:{port}/hooks/club/group{query}").into_client_request().unwrap();
        if !token.is_empty() {
            request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        }
        request.headers_mut().insert("x-client-role", "Universal".parse().unwrap());
        runtime.block_on(async {
            let stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            client_async(request, stream).await
        })
    };
    for (token, query) in [("", ""), ("wrong", ""), ("", "?access_token=wrong")] {
        let refused = dial(token, query).err();
        assert!(matches!(&refused, Some(Error::Http(answer)) if answer.status() == 401), "{refused:?}");
    }
    let (mut socket, _) = dial("tok-1", "").unwrap();
    let mut tell = |event: &Value| runtime.block_on(socket.send(Message::text(event.to_string()))).unwrap();
    tell(
        &json!({ "post_type": "meta_event", "meta_event_type": "lifecycle", "sub_type": "connect", "self_id": 1 }),
    );
    tell(&notice("group_increase", "invite", 42));
    eventually("a welcome", || engine.stdout().contains("welcome onebot:42"));
    // What nobody wants one by one is one fact for all that came together, without a word of it.
    for number in 0..300 {
        tell(&written(number, 42 + number % 2, &format!("secret words {number}")));
    }
    let said = || {
        let heard = entries(&play, "heard");
        let by = heard.iter().flat_map(|line| line["by"].as_array().unwrap().clone());
        (heard.len(), by.map(|one| one[1].as_u64().unwrap()).sum::<u64>())
    };
    eventually("all messages", || said().1 == 300);
    assert!(said().0 < 150, "{} facts for 300 messages", said().0);
    let shown = play.run(&["members", "show", "onebot:43"]).exits(0).stdout;
    assert!(shown.contains("150"), "{shown}");
    let log = play.run(&["log", "p.yaml", "--all", "--format", "json"]).exits(0).stdout;
    assert!(!log.contains("secret words"));
    // The token may stand in the address as well, and the engine's end closes the connection.
    let (mut other, _) = dial("", "?access_token=tok-1").unwrap();
    runtime.block_on(other.send(Message::text(notice("group_decrease", "leave", 42).to_string()))).unwrap();
    eventually("a farewell", || engine.stdout().contains("farewell, left"));
    let _ = engine.stop().exits(0);
    let last = runtime.block_on(other.next());
    assert!(matches!(last, Some(Ok(Message::Close(_)) | Err(_)) | None), "{last:?}");
}

/// The channel has no address: everything goes over the connection that the OneBot side has opened.
#[test]
fn who_dials_takes_over_the_same_connection_what_is_said() {
    let text = "\
name: club
timezone: UTC
channels:
  group: { type: onebot, token: { env: TOKEN }, group: \"10001\", rate: 100 per 1s }
plays:
  riddle:
    on: member.joined
    steps:
      - { ask: What has keys?, fields: [word], open_for: 1h, as: guessed }
";
    let play = Playground::new().file("p.yaml", text).env("TOKEN", "tok-1");
    let checked = play.run(&["check", "p.yaml", "--all"]).exits(0).stdout;
    assert!(!checked.contains("cannot hear"), "{checked}");
    let (engine, port) = engine(&play);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let dial = |role: &str| {
        let mut request = format!("ws://127.0.0.1:{port}/hooks/club/group").into_client_request().unwrap();
        request.headers_mut().insert("authorization", "Bearer tok-1".parse().unwrap());
        request.headers_mut().insert("x-client-role", role.parse().unwrap());
        let dialled = runtime.block_on(async {
            let stream = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            client_async(request, stream).await
        });
        dialled.unwrap().0
    };
    // One that only tells is asked for nothing, and what is to be said waits.
    let mut events = dial("Event");
    let joined = Message::text(notice("group_increase", "approve", 42).to_string());
    runtime.block_on(events.send(joined)).unwrap();
    let outbox = || play.run(&["outbox", "p.yaml", "--all", "--format", "json"]).exits(0).json_lines();
    eventually("a post that waits", || {
        outbox().first().is_some_and(|row| row.to_string().contains("no OneBot program is connected"))
    });
    let mut socket = dial("Universal");
    let next = |socket: &mut tokio_tungstenite::WebSocketStream<tokio::net::TcpStream>| loop {
        if let Message::Text(text) = runtime.block_on(socket.next()).unwrap().unwrap() {
            return serde_json::from_str::<Value>(text.as_str()).unwrap();
        }
    };
    let asked = next(&mut socket);
    assert_eq!((&asked["action"], &asked["params"]["group_id"]), (&json!("send_group_msg"), &json!(10_001)));
    let took = json!({ "status": "ok", "retcode": 0, "data": { "message_id": 5 }, "echo": asked["echo"] });
    runtime.block_on(socket.send(Message::text(took.to_string()))).unwrap();
    eventually("a receipt", || outbox().first().is_some_and(|row| row["status"] == "delivered"));
    let mut reply = written(900, 42, "A piano");
    reply["message"] = json!([
        { "type": "reply", "data": { "id": "5" } }, { "type": "text", "data": { "text": "A piano" } },
    ]);
    runtime.block_on(socket.send(Message::text(reply.to_string()))).unwrap();
    eventually("an answer", || {
        entries(&play, "answered").first().is_some_and(|line| line["value"]["word"] == "A piano")
    });
    let _ = engine.stop().exits(0);
}

#[test]
fn telegrams_webhook_is_heard_with_its_secret_and_a_join_that_is_told_twice_is_one() {
    let (play, engine, port) = club();
    let hook = |secret: &str, update: &Value| {
        let headers = [("content-type", "application/json"), ("x-telegram-bot-api-secret-token", secret)];
        ask(port, "POST /hooks/club/telegram", &headers, update.to_string().as_bytes())
    };
    let ben = json!({ "id": 42, "is_bot": false, "first_name": "Ben" });
    let joined = json!({ "update_id": 10, "message": {
        "message_id": 1, "date": now_s(), "chat": { "id": -100 }, "from": ben, "new_chat_members": [ben],
    } });
    let changed = json!({ "update_id": 11, "chat_member": {
        "date": now_s(), "chat": { "id": -100 }, "from": ben,
        "old_chat_member": { "user": ben, "status": "left" }, "new_chat_member": { "user": ben, "status": "member" },
    } });
    hook("guessed", &joined).is(401);
    for update in [&joined, &changed, &joined] {
        hook("s3cret_-X", update).is(200);
    }
    let pressed = json!({ "update_id": 12, "callback_query": {
        "id": "q1", "from": ben, "data": "A", "message": { "message_id": 5, "chat": { "id": -100 } },
    } });
    assert!(hook("s3cret_-X", &pressed).is(200).body.contains("answerCallbackQuery"));
    eventually("a welcome", || engine.stdout().contains("welcome telegram:42"));
    let left = json!({ "update_id": 13, "message": {
        "message_id": 6, "date": now_s(), "chat": { "id": -100 }, "from": ben, "left_chat_member": ben,
    } });
    hook("s3cret_-X", &left).is(200);
    eventually("a farewell", || engine.stdout().contains("farewell, left"));
    assert_eq!(
        heard(&play),
        [(json!("member.joined"), json!("telegram:42")), (json!("member.left"), json!("telegram:42"))]
    );
    // Whoever is told by a webhook does not ask: nothing was sent to the address of the bot.
    assert!(!engine.stdout().contains("hears nothing"));
    let _ = engine.stop().exits(0);
}
