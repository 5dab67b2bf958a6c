//! What a message becomes on a platform, and one try of a channel: `playbook render` and `playbook send`.

use super::{
    adapter::{Attempt, Carrier, Receipt, Refusal, Request, Unsupported, adapter},
    client::Client,
    preview,
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

/// Why a message cannot be rendered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// There is no adapter yet.
    #[error(transparent)]
    Unsupported(#[from] Unsupported),
    /// The platform cannot take it.
    #[error(transparent)]
    Refusal(#[from] Refusal),
}

/// The requests that the message becomes, one value each: `{method, url, headers, body}`, with placeholders where
/// a real channel has its address. A body that is JSON is given as JSON, any other as text.
pub fn render(kind: ChannelKind, message: &Message) -> Result<Vec<Value>, RenderError> {
    let (group, channel) = (GroupId::new("GROUP"), ChannelName::new("CHANNEL"));
    let effect = EffectId::new("EFFECT");
    let at = Timestamp::default();
    let attempt =
        Attempt { group: &group, channel: &channel, effect: &effect, label: None, at, reply_to: None };
    let requests = adapter(kind)?.requests(message, &Robot::placeholder(kind), &attempt)?;
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// Every part was accepted.
    pub is_accepted: bool,
    /// One line for each part that was tried, then nothing more after one that was not accepted.
    pub lines: Vec<String>,
}

/// Tries a channel for real, once, without retries; `effect` is the idempotency key. What a console or a manual
/// channel would show comes back as lines.
pub async fn send_once(
    client: &Client,
    target: &Target,
    message: &Message,
    (group, effect): (&GroupId, &EffectId),
    now: fn() -> Timestamp,
) -> Result<Tried, RenderError> {
    let adapter = adapter(target.kind)?;
    let attempt = Attempt { group, channel: &target.name, effect, label: None, at: now(), reply_to: None };
    let robot = target.robots.first().ok_or_else(|| Refusal("the channel has no address".into()))?;
    let requests = adapter.requests(message, robot, &attempt)?;
    let mut tried = Tried { is_accepted: true, lines: Vec::new() };
    for (index, request) in requests.iter().enumerate() {
        if adapter.carrier() != Carrier::Http {
            tried.lines.push(preview::console(&target.name, &request.body).trim_end().to_owned());
            continue;
        }
        let part = if requests.len() > 1 {
            format!("part {} of {}: ", index + 1, requests.len())
        } else {
            String::new()
        };
        let answer = client.send(request, target.timeout.to_std(), target.proxy.as_ref(), now).await;
        let (is_accepted, words) = match answer
            .map(|response| (response.status, adapter.receipt(&response).hiding(request)))
        {
            Ok((status, Receipt::Accepted { note })) if note.is_empty() => {
                (true, format!("accepted (HTTP {status})"))
            }
            Ok((status, Receipt::Accepted { note })) => (true, format!("accepted (HTTP {status}): {note}")),
            Ok((_, Receipt::RetryLater { reason, .. })) => (false, format!("not now: {reason}")),
            Ok((_, Receipt::Refused { reason })) => (false, format!("refused: {reason}")),
            Ok((_, Receipt::Unclear { reason })) => (false, format!("in doubt: {reason}")),
            Err(error) if error.written => (false, format!("in doubt: {error}")),
            Err(error) => (false, format!("not sent: {error}")),
        };
        tried.lines.push(format!("{part}{words}"));
        if !is_accepted {
            tried.is_accepted = false;
            break;
        }
    }
    Ok(tried)
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
        assert!(render(ChannelKind::Email, &Message::text("a")).is_err());
        assert!(render(ChannelKind::Feishu, &Message::text(" ")).is_err());
    }
}
