//! DingTalk's stream (open-dingtalk/dingtalk-stream-sdk-python 0.24): group events, and what is said to the robot.
//!
//! Pure. Keeps no history: what is not acknowledged within seconds may come again, and what happens between two
//! connections is not told. Acknowledged is what is recorded.

use super::ear::{Call, Frame, Heard, Memory, Next, Settings, Socket};
use crate::{
    base::time::Duration,
    model::channel::ChannelKind,
    shell::{
        delivery::adapter::{Request, Response, answer::excerpt},
        hooks,
    },
};
use serde_json::{Value, json};

/// How often a sign of life is asked for.
const BEAT: Duration = Duration::from_millis(30_000);
const ADDRESS: &str = "https://api.dingtalk.com";
/// What the robot hears.
const ROBOT: &str = "/v1.0/im/bot/messages/get";

/// What a frame means.
pub(super) fn hear(settings: &Settings, frame: &Frame<'_>, _memory: &mut Memory) -> Heard {
    match frame {
        Frame::Begin => Heard::nothing(Next::Call(ask(settings))),
        Frame::Answer(_, response) => Heard::nothing(opened(response)),
        Frame::Opened | Frame::Beat | Frame::Bytes(_) => Heard::nothing(Next::Listen),
        // A ticket is good for one connection.
        Frame::Shut(status) => Heard::nothing(Next::Again(format!("DingTalk answered {status}"))),
        Frame::Closed(code) => {
            let code = code.map(|code| format!(" ({code})")).unwrap_or_default();
            Heard::nothing(Next::Again(format!("DingTalk closed the connection{code}")))
        }
        Frame::Text(text) => told(&serde_json::from_str(text).unwrap_or_default()),
    }
}

fn ask(settings: &Settings) -> Call {
    let base = Some(settings.get("base_url")).filter(|url| !url.is_empty()).unwrap_or(ADDRESS);
    let body = json!({
        "clientId": settings.get("app"), "clientSecret": settings.get("app_secret"), "ua": "playbook", "localIp": "",
        "subscriptions": [{ "type": "EVENT", "topic": "*" }, { "type": "CALLBACK", "topic": ROBOT }],
    });
    let url = format!("{}/v1.0/gateway/connections/open", base.trim_end_matches('/'));
    let request = Request::post_json(&url, body.to_string());
    Call { what: "open", request, patience: Duration::from_millis(10_000), listens: false }
}

fn opened(response: &Response) -> Next {
    let body = response.json().unwrap_or_default();
    if let (Some(endpoint), Some(ticket)) = (body["endpoint"].as_str(), body["ticket"].as_str()) {
        let url = format!("{endpoint}?ticket={ticket}");
        return Next::Open(Socket { url, headers: Vec::new(), beat: BEAT });
    }
    let said = excerpt(body["message"].as_str().unwrap_or_default());
    match response.status {
        400 | 401 | 403 => Next::Refused(format!(
            "DingTalk does not take `app` and `app_secret` ({said}): they are the app's Client ID and Client Secret"
        )),
        _ => Next::Again(format!("DingTalk answered {}", response.in_words())),
    }
}

fn told(frame: &Value) -> Heard {
    let head = &frame["headers"];
    let data: Value = serde_json::from_str(frame["data"].as_str().unwrap_or_default()).unwrap_or_default();
    let (topic, id) =
        (head["topic"].as_str().unwrap_or_default(), head["messageId"].as_str().unwrap_or_default());
    let (signals, answer) = match (frame["type"].as_str(), topic) {
        (Some("SYSTEM"), "ping") => (Vec::new(), data),
        // This connection ends soon: the next one is opened at once.
        (Some("SYSTEM"), "disconnect") => return Heard::nothing(Next::Renew),
        (Some("EVENT"), _) => {
            let kind = head["eventType"].as_str().unwrap_or_default();
            let event = head["eventId"].as_str().unwrap_or(id);
            (hooks::dingtalk_event(kind, event, &data), json!({ "status": "SUCCESS", "message": "" }))
        }
        (Some("CALLBACK"), ROBOT) => {
            (hooks::happened(ChannelKind::Dingtalk, &data), json!({ "response": null }))
        }
        _ => return Heard::nothing(Next::Listen),
    };
    let ack = json!({
        "code": 200, "message": "OK", "headers": { "messageId": id, "contentType": "application/json" },
        "data": answer.to_string(),
    });
    Heard { signals, say: vec![ack.to_string()], ..Heard::nothing(Next::Listen) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::delivery::secret::Secret;
    use std::collections::BTreeMap;

    fn settings() -> Settings {
        let values = [("app", "dingx"), ("app_secret", "s3cret")];
        let values = values.map(|(name, value)| (name.to_owned(), Secret::new(value)));
        Settings { values: BTreeMap::from(values), chats: vec!["cid1".into()], text: true }
    }

    fn hears(frame: &Frame<'_>) -> Heard {
        hear(&settings(), frame, &mut Memory::default())
    }

    fn text(frame: &Value) -> Heard {
        hears(&Frame::Text(&frame.to_string()))
    }

    fn answered(status: u16, body: &Value) -> Next {
        let response = Response {
            status,
            headers: Vec::new(),
            body: body.to_string().into(),
            at: Memory::default().now,
        };
        hears(&Frame::Answer("open", &response)).next
    }

    #[test]
    fn a_ticket_opens_one_connection_and_a_wrong_credential_is_named() {
        let Next::Call(call) = hears(&Frame::Begin).next else { panic!() };
        assert_eq!(call.request.url, "https://api.dingtalk.com/v1.0/gateway/connections/open");
        let asked: Value = serde_json::from_str(&call.request.body).unwrap();
        assert_eq!(
            (&asked["clientId"], &asked["subscriptions"][1]["topic"]),
            (&json!("dingx"), &json!(ROBOT))
        );
        let open =
            answered(200, &json!({ "endpoint": "wss://wss-open.dingtalk.com:443/connect", "ticket": "t-1" }));
        let Next::Open(socket) = open else { panic!() };
        assert_eq!(socket.url, "wss://wss-open.dingtalk.com:443/connect?ticket=t-1");
        assert!(matches!(answered(400, &json!({ "message": "invalid client" })), Next::Refused(_)));
        assert!(matches!(answered(500, &json!({})), Next::Again(_)));
    }

    #[test]
    fn frames_are_told_and_acknowledged_by_their_id() {
        let head =
            |topic: &str| json!({ "topic": topic, "messageId": "m1", "contentType": "application/json" });
        let ping = text(&json!({ "type": "SYSTEM", "headers": head("ping"), "data": "{\"opaque\":\"x1\"}" }));
        let ack: Value = serde_json::from_str(&ping.say[0]).unwrap();
        assert_eq!((&ack["code"], &ack["headers"]["messageId"]), (&json!(200), &json!("m1")));
        assert_eq!(ack["data"], "{\"opaque\":\"x1\"}", "what it says comes back");
        let away = text(&json!({ "type": "SYSTEM", "headers": head("disconnect"), "data": "{}" }));
        assert!(away.next == Next::Renew && away.say.is_empty());
        let data = json!({ "openConversationId": "cid1", "userId": ["u1", "u2"], "operator": "u9", "eventBornTime": 1_800_000_000_000_i64 });
        let mut headers = head("*");
        headers["eventType"] = json!("chat_add_member");
        headers["eventId"] = json!("e1");
        let joined = text(&json!({ "type": "EVENT", "headers": headers, "data": data.to_string() }));
        let who: Vec<&Value> = joined.signals.iter().map(|signal| &signal["member"]["id"]).collect();
        assert_eq!(who, [&json!("u1"), &json!("u2")]);
        assert_eq!((&joined.signals[0]["id"], joined.say.len()), (&json!("dingtalk:e1:0"), 1));
        let data = json!({
            "conversationType": "2", "conversationId": "cid1", "msgId": "m9", "senderStaffId": "u1", "senderNick": "小朱",
            "msgtype": "text", "text": { "content": " 2 " }, "createAt": 1_800_000_000_000_i64,
        });
        let said = text(&json!({ "type": "CALLBACK", "headers": head(ROBOT), "data": data.to_string() }));
        assert_eq!(
            (&said.signals[0]["message"]["text"], &said.signals[0]["data"]["called"]),
            (&json!("2"), &json!(true))
        );
        assert_eq!(text(&json!("nonsense")), Heard::nothing(Next::Listen));
    }
}
