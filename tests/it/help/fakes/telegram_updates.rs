//! The other side of a Telegram server: updates that wait for whoever asks. A request is held while there are none,
//! what is not confirmed by the next offset comes again, and a second program with the token is fought off.

use super::{Fake, Reply, Seen};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

pub(crate) const TOKEN: &str = "123456:fake-token_AbC";
pub(crate) const CHAT: i64 = -1_001;

#[derive(Default)]
struct Inner {
    next: i64,
    waiting: Vec<Value>,
    /// Of each poll the offset that it confirmed.
    polls: Vec<Option<i64>>,
    /// What each next poll is answered instead, in turn.
    instead: Vec<Reply>,
    /// Messages that were taken, polls among them.
    sent: Vec<Value>,
    /// Buttons whose press was answered.
    pressed: Vec<String>,
    /// What else was asked for: the method and the body.
    done: Vec<(String, Value)>,
    /// Members whom the bot may not remove.
    kept: Vec<i64>,
}

/// A bot in one chat.
#[derive(Clone, Default)]
pub(crate) struct Bot(Arc<Mutex<Inner>>);

impl Bot {
    /// A server, and the bot on it.
    pub(crate) async fn start() -> (Self, Fake) {
        let bot = Self::default();
        bot.0.lock().unwrap().next = 841_231_877;
        let behave = bot.clone();
        let fake = Fake::start(move |seen, nth| behave.reply(seen, nth == usize::MAX)).await;
        (bot, fake)
    }

    /// Something happens.
    pub(crate) fn happens(&self, mut update: Value) {
        let mut inner = self.0.lock().unwrap();
        update["update_id"] = json!(inner.next);
        inner.next += 1;
        inner.waiting.push(update);
    }

    /// Somebody writes.
    pub(crate) fn writes(&self, number: i64, from: &Value, text: &str) {
        self.happens(json!({ "message": {
            "message_id": number, "date": now(), "chat": { "id": CHAT, "type": "supergroup" }, "from": from, "text": text,
        } }));
    }

    /// The next poll is answered so, instead of with what happened.
    pub(crate) fn answers_next(&self, reply: Reply) {
        self.0.lock().unwrap().instead.push(reply);
    }

    /// Whether a poll has taken each answer that it was to get instead.
    pub(crate) fn has_answered(&self) -> bool {
        self.0.lock().unwrap().instead.is_empty()
    }

    /// The offsets that were confirmed, of each poll one.
    pub(crate) fn polls(&self) -> Vec<Option<i64>> {
        self.0.lock().unwrap().polls.clone()
    }

    /// What was sent to the chat.
    pub(crate) fn sent(&self) -> Vec<Value> {
        self.0.lock().unwrap().sent.clone()
    }

    /// Buttons whose press was answered.
    pub(crate) fn pressed(&self) -> Vec<String> {
        self.0.lock().unwrap().pressed.clone()
    }

    /// The bodies with which something was asked for by a method.
    pub(crate) fn done(&self, method: &str) -> Vec<Value> {
        let done = &self.0.lock().unwrap().done;
        done.iter().filter(|(known, _)| known == method).map(|(_, body)| body.clone()).collect()
    }

    /// The bot may not remove this member.
    pub(crate) fn refuses(&self, user: i64) {
        self.0.lock().unwrap().kept.push(user);
    }

    fn reply(&self, seen: &Seen, again: bool) -> Reply {
        let Some(method) = seen.path.strip_prefix(&format!("/bot{TOKEN}/")) else {
            return refusal(401, "Unauthorized");
        };
        let mut inner = self.0.lock().unwrap();
        let body: Value = serde_json::from_str(&seen.body).unwrap_or_default();
        match method {
            "getMe" => ok(
                &json!({ "id": 123_456, "is_bot": true, "username": "ClubBot", "can_read_all_group_messages": false }),
            ),
            "getUpdates" => {
                if !again {
                    let offset = body["offset"].as_i64();
                    inner.polls.push(offset);
                    inner.waiting.retain(|update| update["update_id"].as_i64() >= offset);
                    if !inner.instead.is_empty() {
                        return inner.instead.remove(0);
                    }
                }
                let known = body["allowed_updates"].as_array().cloned().unwrap_or_default();
                let is_wanted =
                    |update: &&Value| known.iter().any(|kind| !update[kind.as_str().unwrap()].is_null());
                let found: Vec<&Value> = inner.waiting.iter().filter(is_wanted).take(100).collect();
                if found.is_empty() { Reply::Later } else { ok(&json!(found)) }
            }
            "deleteWebhook" => {
                inner.instead.clear();
                ok(&json!(true))
            }
            "pinChatMessage"
            | "banChatMember"
            | "unbanChatMember"
            | "restrictChatMember"
            | "approveChatJoinRequest"
            | "declineChatJoinRequest" => {
                let kept = body["user_id"].as_i64().is_some_and(|user| inner.kept.contains(&user));
                inner.done.push((method.to_owned(), body));
                if kept {
                    refusal(400, "Bad Request: user is an administrator of the chat")
                } else {
                    ok(&json!(true))
                }
            }
            "answerCallbackQuery" => {
                inner.pressed.push(body["callback_query_id"].as_str().unwrap_or_default().to_owned());
                ok(&json!(true))
            }
            "sendMessage" | "sendPhoto" | "sendPoll" => {
                if body["chat_id"] != CHAT {
                    return refusal(400, "Bad Request: chat not found");
                }
                inner.sent.push(body);
                let number = inner.sent.len() as i64;
                let mut result = json!({ "message_id": number, "chat": { "id": CHAT } });
                if method == "sendPoll" {
                    result["poll"] = json!({ "id": format!("77{number}") });
                }
                ok(&result)
            }
            _ => refusal(404, "Not Found: method not found"),
        }
    }
}

fn ok(result: &Value) -> Reply {
    Reply::json(&json!({ "ok": true, "result": result }))
}

/// An answer that refuses.
pub(crate) fn refusal(code: u16, description: &str) -> Reply {
    Reply::error(code, &json!({ "ok": false, "error_code": code, "description": description }))
}

fn now() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64
}
