//! What a message becomes on a platform, and one try of a channel: `playbook render` and `playbook send`.

use super::{
    adapter::{Attempt, Carrier, Receipt, Refusal, Request, adapter},
    client::Client,
    preview,
    sign_in::{NoKey, key_of},
    target::{Robot, Target},
};
use crate::{
    base::{
        ids::{ChannelName, EffectId, GroupId},
        time::Timestamp,
    },
    model::{channel::ChannelKind, message::Message},
};
use serde_json::{Map, Value, json};

/// The requests that the message becomes, one value each: `{method, url, headers, body}`, with placeholders where
/// a real channel has its address. A body that is JSON is given as JSON, any other as text.
pub fn render(kind: ChannelKind, message: &Message) -> Result<Vec<Value>, Refusal> {
    let (group, channel) = (GroupId::new("GROUP"), ChannelName::new("CHANNEL"));
    let effect = EffectId::new("EFFECT");
    let at = Timestamp::default();
    let attempt = Attempt::of(&group, &channel, &effect, at);
    let requests = adapter(kind).requests(message, &Robot::placeholder(kind), &attempt)?;
    Ok(requests.iter().map(to_json).collect())
}

fn to_json(request: &Request) -> Value {
    let headers: Map<String, Value> =
        request.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let body = serde_json::from_str::<Value>(&request.body).ok().filter(Value::is_object);
    json!({
        "method": request.method,
        "url": request.url,
        "headers": headers,
        "body": body.unwrap_or_else(|| json!(request.body)),
    })
}

/// How one try of a channel ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Every part was accepted.
    Accepted,
    /// The platform does not take it.
    Refused,
    /// It did not arrive, or nobody knows: trying again may help.
    Undelivered,
}

/// One try of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriedChannel {
    /// How it ended.
    pub end: End,
    /// What each part that was tried brought back, nothing after one that was not accepted; then what to do.
    pub lines: Vec<String>,
}

/// Tries a channel for real, once, without retries, with its first robot; `effect` is the idempotency key. What a
/// console or a manual channel would show comes back as lines.
pub async fn send_once(
    client: &Client,
    target: &Target,
    message: &Message,
    (group, effect): (&GroupId, &EffectId),
    now: fn() -> Timestamp,
) -> Result<TriedChannel, Refusal> {
    let adapter = adapter(target.route.kind);
    let robot = target.robots.first().ok_or_else(|| Refusal("the channel has no address".into()))?;
    let key = match key_of(client, target, robot, now).await {
        Ok(key) => key,
        Err(no) => {
            let (end, words, advice) = match no {
                NoKey::Answered(receipt, status) => explain(&receipt, adapter.carrier(), status),
                NoKey::NotSent(reason) => (End::Undelivered, format!("not sent: {reason}"), NOT_SENT.into()),
            };
            return Ok(TriedChannel { end, lines: vec![robot.censor(&words), format!("  {advice}")] });
        }
    };
    let attempt = Attempt { key: key.as_deref(), ..Attempt::of(group, &target.route.name, effect, now()) };
    let requests = adapter.requests(message, robot, &attempt)?;
    let mut tried = TriedChannel { end: End::Accepted, lines: Vec::new() };
    for (index, request) in requests.iter().enumerate() {
        if matches!(adapter.carrier(), Carrier::Terminal | Carrier::Person) {
            tried.lines.push(preview::console(&target.route.name, &request.body).trim_end().to_owned());
            continue;
        }
        let part = if requests.len() > 1 {
            format!("part {} of {}: ", index + 1, requests.len())
        } else {
            String::new()
        };
        let carrier = adapter.carrier();
        let answer = client.carry(carrier, request, target.timeout.to_std(), &target.way, now).await;
        let (end, words, advice) = match answer {
            Ok(response) => explain(&adapter.receipt(&response), carrier, response.status),
            Err(error) if error.written => {
                (End::Undelivered, format!("in doubt: {error}"), LOOK_FIRST.into())
            }
            Err(error) => {
                let advice = if error.reason.contains("certificate") { NO_TRUST } else { NOT_SENT };
                (End::Undelivered, format!("not sent: {error}"), advice.into())
            }
        };
        tried.lines.push(robot.censor(&format!("{part}{words}")));
        if end != End::Accepted {
            tried.lines.push(format!("  {advice}"));
            tried.end = end;
            break;
        }
    }
    Ok(tried)
}

const LOOK_FIRST: &str = "the message may have arrived: look at the chat before you send it again";
const NO_TRUST: &str =
    "nothing has left this machine: look at the server's certificate and at the channel's `ca`";
const NOT_SENT: &str =
    "nothing has left this machine: check the address, the network and the channel's `proxy`";

/// A receipt in words, with what to do next.
fn explain(receipt: &Receipt, carrier: Carrier, status: u16) -> (End, String, String) {
    let protocol = if carrier == Carrier::Mail { "SMTP" } else { "HTTP" };
    match receipt {
        Receipt::Accepted { note } if note.is_empty() => {
            (End::Accepted, format!("accepted ({protocol} {status})"), String::new())
        }
        Receipt::Accepted { note } => {
            (End::Accepted, format!("accepted ({protocol} {status}): {note}"), String::new())
        }
        Receipt::RetryLater { after, reason, .. } => {
            let when = match after {
                Some(after) => format!("in {} s", (after.as_millis().max(0) + 999) / 1_000),
                None => "in a while".to_owned(),
            };
            let advice = format!("send it again {when}; a running engine does so by itself");
            (End::Undelivered, format!("not now: {reason}"), advice)
        }
        Receipt::Refused { reason } => {
            let advice =
                "it was not posted, and sending the same again will not help: correct what is named here";
            (End::Refused, format!("refused: {reason}"), advice.to_owned())
        }
        Receipt::Unclear { reason } => {
            (End::Undelivered, format!("in doubt: {reason}"), LOOK_FIRST.to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_shown_without_a_channel() {
        let lines = render(ChannelKind::Wecom, &Message::text("你好")).unwrap();
        assert_eq!(
            lines,
            [json!({
                "method": "POST",
                "url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=KEY",
                "headers": { "content-type": "application/json; charset=utf-8" },
                "body": { "msgtype": "text", "text": { "content": "你好" } },
            })]
        );
        assert_eq!(render(ChannelKind::Manual, &Message::text("**a**")).unwrap()[0]["body"], "a");
        assert!(render(ChannelKind::Feishu, &Message::text(" ")).is_err());
    }
}
