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
        phrase::{Phrase, Words, pair, phrase},
        time::Timestamp,
    },
    model::{channel::ChannelKind, message::Message},
    shell::answers,
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
    pub lines: Vec<Phrase>,
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
                NoKey::NotSent(reason) => (End::Undelivered, not_sent(&reason), NOT_SENT.into()),
            };
            return Ok(TriedChannel { end, lines: vec![censored(robot, &words), indented(&advice)] });
        }
    };
    let attempt = Attempt { key: key.as_deref(), ..Attempt::of(group, &target.route.name, effect, now()) };
    let requests = adapter.requests(message, robot, &attempt)?;
    let mut tried = TriedChannel { end: End::Accepted, lines: Vec::new() };
    for (index, request) in requests.iter().enumerate() {
        if matches!(adapter.carrier(), Carrier::Terminal | Carrier::Person) {
            let shown = preview::console(&target.route.name, &request.body);
            tried.lines.push(shown.trim_end().into());
            continue;
        }
        let part = if requests.len() > 1 {
            phrase!("part {} of {}: ", "第 {} 段（共 {} 段）：", index + 1, requests.len())
        } else {
            Phrase::default()
        };
        let carrier = adapter.carrier();
        let answer = client.carry(carrier, request, target.timeout.to_std(), &target.way, now).await;
        let (end, words, advice) = match answer {
            Ok(response) => explain(&adapter.receipt(&response), carrier, response.status),
            Err(error) if error.written => (End::Undelivered, in_doubt(&error.reason), LOOK_FIRST.into()),
            Err(error) => {
                let advice = if error.reason.contains("certificate") { NO_TRUST } else { NOT_SENT };
                (End::Undelivered, not_sent(&error.reason), advice.into())
            }
        };
        tried.lines.push(censored(robot, &part.and(&words)));
        if end != End::Accepted {
            tried.lines.push(indented(&advice));
            tried.end = end;
            break;
        }
    }
    Ok(tried)
}

const LOOK_FIRST: Words = pair(
    "the message may have arrived: look at the chat before you send it again",
    "消息可能已经到了：重发之前先到群里看一眼",
);
const NO_TRUST: Words = pair(
    "nothing has left this machine: look at the server's certificate and at the channel's `ca`",
    "什么都没有发出去：看看服务器的证书和频道的 `ca`",
);
const NOT_SENT: Words = pair(
    "nothing has left this machine: check the address, the network and the channel's `proxy`",
    "什么都没有发出去：看看地址、网络和频道的 `proxy`",
);

fn not_sent(reason: &str) -> Phrase {
    let reason = answers::in_words(reason);
    phrase!("not sent: {reason}", "没有发出：{reason}"; reason)
}

fn in_doubt(reason: &str) -> Phrase {
    let reason = answers::in_words(reason);
    phrase!("in doubt: {reason}", "存疑：{reason}"; reason)
}

fn indented(advice: &Phrase) -> Phrase {
    phrase!("  {advice}", "  {advice}"; advice)
}

fn censored(robot: &Robot, words: &Phrase) -> Phrase {
    Phrase { en: robot.censor(&words.en), zh: robot.censor(&words.zh) }
}

/// A receipt in words, with what to do next.
fn explain(receipt: &Receipt, carrier: Carrier, status: u16) -> (End, Phrase, Phrase) {
    let protocol = if carrier == Carrier::Mail { "SMTP" } else { "HTTP" };
    match receipt {
        Receipt::Accepted { note } => {
            let note = answers::in_words(note);
            let note = if note.is_empty() { note } else { phrase!(": {note}", "：{note}"; note) };
            let how = Phrase::same(format!("{protocol} {status}"));
            let words = phrase!("accepted ({how}){note}", "已收下（{how}）{note}"; how, note);
            (End::Accepted, words, Phrase::default())
        }
        Receipt::RetryLater { after, reason, .. } => {
            let when = match after {
                Some(after) => {
                    let seconds = (after.as_millis().max(0) + 999) / 1_000;
                    phrase!("in {seconds} s", "{seconds} 秒后")
                }
                None => phrase!("in a while", "过一会儿"),
            };
            let advice = phrase!(
                "send it again {when}; a running engine does so by itself",
                "{when}再发；运行中的引擎会自己重试";
                when
            );
            let reason = answers::in_words(reason);
            (End::Undelivered, phrase!("not now: {reason}", "现在不行：{reason}"; reason), advice)
        }
        Receipt::Refused { reason } => {
            let advice = phrase!(
                "it was not posted, and sending the same again will not help: correct what is named here",
                "没有发出去，原样再发也没有用：把这里说的改好"
            );
            let reason = answers::in_words(reason);
            (End::Refused, phrase!("refused: {reason}", "被拒收：{reason}"; reason), advice)
        }
        Receipt::Unclear { reason } => (End::Undelivered, in_doubt(reason), LOOK_FIRST.into()),
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
