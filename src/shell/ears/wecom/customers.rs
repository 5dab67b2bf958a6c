//! Who is in a customer group of WeCom (客户群): the app of the company asks for the list once an hour and compares
//! (`externalcontact/groupchat/get`, developer.work.weixin.qq.com path 92122).
//!
//! Pure. Nothing is said there that an app could hear; who came is told with the instant of their joining, who is on the
//! list no more has left. The cursor is the instant of the last look.

use crate::{
    base::time::{Duration, Timestamp},
    shell::{
        delivery::adapter::{Request, Response, answer::excerpt, parts},
        ears::ear::{Call, Frame, Heard, Memory, Next, Settings, instant, roster},
    },
};
use serde_json::{Value, json};
use std::borrow::Cow;

/// How often is looked.
const EVERY: Duration = Duration::from_millis(3_600_000);
const PATIENCE: Duration = Duration::from_millis(10_000);
const SERVER: &str = "https://qyapi.weixin.qq.com";

/// Whether a channel hears customer groups, and not by a bot.
pub(super) fn are_looked_at(settings: &Settings) -> bool {
    settings.get("bot").is_empty() && !settings.get("corp_secret").is_empty()
}

/// What a frame means.
pub(super) fn hear(settings: &Settings, frame: &Frame<'_>, memory: &mut Memory) -> Heard {
    match frame {
        Frame::Begin => {
            memory.words.insert("chats", json!(settings.chats).to_string());
            memory.words.remove("failed");
            memory.words.insert("looked", (memory.now.as_millis() / 1_000).to_string());
            if ends(memory) > memory.now { next_chat(settings, memory) } else { sign_in(settings) }
        }
        Frame::Answer("key", response) => signed_in(settings, response, memory),
        Frame::Answer(_, response) => looked(settings, response, memory),
        _ => Heard::nothing(Next::Listen),
    }
}

/// When the key ends that the platform gave.
fn ends(memory: &Memory) -> Timestamp {
    memory.word("ends").parse().map_or(Timestamp::MIN, Timestamp::from_millis)
}

fn sign_in(settings: &Settings) -> Heard {
    let word =
        |name| percent_encoding::utf8_percent_encode(settings.get(name), percent_encoding::NON_ALPHANUMERIC);
    let (corp, secret) = (word("corp"), word("corp_secret"));
    let path = format!("/cgi-bin/gettoken?corpid={corp}&corpsecret={secret}");
    let request = Request { method: Cow::Borrowed("GET"), url: address(settings, &path), ..Request::empty() };
    ask("key", request)
}

fn address(settings: &Settings, path: &str) -> String {
    let server = settings.get("base_url");
    parts::endpoint(if server.is_empty() { SERVER } else { server }, path)
}

fn ask(what: &'static str, request: Request) -> Heard {
    Heard::nothing(Next::Call(Call { what, request, patience: PATIENCE, listens: false }))
}

fn signed_in(settings: &Settings, response: &Response, memory: &mut Memory) -> Heard {
    let body = response.json().unwrap_or_default();
    let Some(key) = body["access_token"].as_str().filter(|key| !key.is_empty()) else {
        return Heard::nothing(in_the_way(&body, response));
    };
    memory.words.insert("key", key.to_owned());
    let lasts = body["expires_in"].as_i64().unwrap_or_default().clamp(0, 7_200);
    let ends = memory.now.plus(Duration::SECOND.times(lasts));
    memory.words.insert("ends", ends.as_millis().to_string());
    next_chat(settings, memory)
}

/// Asks for the list of the next group, or rests until the next look.
fn next_chat(settings: &Settings, memory: &Memory) -> Heard {
    let chats: Vec<String> = serde_json::from_str(memory.word("chats")).unwrap_or_default();
    if let Some(chat) = chats.first() {
        let path = format!("/cgi-bin/externalcontact/groupchat/get?access_token={}", memory.word("key"));
        let body = json!({ "chat_id": chat, "need_name": 1 });
        return ask("group", Request::post_json(&address(settings, &path), body.to_string()));
    }
    let (failed, looked) = (memory.word("failed"), memory.word("looked").to_owned());
    // What failed is looked at again soon, from the same instant as before.
    if !failed.is_empty() {
        return Heard::nothing(Next::Again(failed.to_owned()));
    }
    Heard { cursor: Some(looked), ..Heard::nothing(Next::Rest(EVERY)) }
}

fn looked(settings: &Settings, response: &Response, memory: &mut Memory) -> Heard {
    let body = response.json().unwrap_or_default();
    let mut chats: Vec<String> = serde_json::from_str(memory.word("chats")).unwrap_or_default();
    if chats.is_empty() {
        return Heard::nothing(Next::Rest(EVERY));
    }
    match body["errcode"].as_i64() {
        Some(0) => {}
        // The key is over, sooner than was said.
        Some(40_014 | 42_001) if ends(memory) > memory.now => {
            memory.words.remove("ends");
            return sign_in(settings);
        }
        Some(60_020 | 48_002 | 45_009 | -1) | None => return Heard::nothing(in_the_way(&body, response)),
        Some(code) => {
            let why = excerpt(body["errmsg"].as_str().unwrap_or_default());
            let said = format!("WeCom does not show the group {} ({code} {why})", chats[0]);
            memory.words.insert("failed", said);
        }
    }
    let chat = chats.remove(0);
    memory.words.insert("chats", json!(chats).to_string());
    let mut signals = Vec::new();
    if let (Some(0), Some(since)) = (body["errcode"].as_i64(), memory.cursor.clone()) {
        signals = members(&chat, &body["group_chat"]["member_list"], &since);
    }
    let next = next_chat(settings, memory);
    if let Some(cursor) = &next.cursor {
        memory.cursor = Some(cursor.clone());
    }
    Heard { signals, ..next }
}

/// Who came since the last look, and who is there. Who was there before the first one is no news.
fn members(chat: &str, list: &Value, since: &str) -> Vec<Value> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    let from: i64 = since.parse().unwrap_or_default();
    let came = list.iter().filter_map(|member| {
        let (user, at) = (member["userid"].as_str()?, member["join_time"].as_i64()?);
        // Who joined in the second of the last look may have been missed by it; who was not has the same id.
        (at >= from).then(|| joined(chat, user, at, member))
    });
    let here: Vec<Value> = list.iter().map(|member| member["userid"].clone()).collect();
    let all = roster("wecom", chat, since, &here);
    came.chain(std::iter::once(all)).collect()
}

fn joined(chat: &str, user: &str, at: i64, told: &Value) -> Value {
    let mut member = json!({ "id": user });
    let mut name = [&told["group_nickname"], &told["name"]].into_iter().filter_map(Value::as_str);
    if let Some(name) = name.find(|name| !name.is_empty()) {
        member["name"] = json!(name);
    }
    if let Some(inviter) = told["invitor"]["userid"].as_str() {
        member["inviter"] = json!(inviter);
    }
    let source = match told["join_scene"].as_i64() {
        Some(1) => Some("invited"),
        Some(2) => Some("link"),
        Some(3) => Some("qr"),
        _ => None,
    };
    if let Some(source) = source {
        member["source"] = json!(source);
    }
    json!({
        "id": format!("wecom:joined:{chat}:{user}:{at}"), "type": "member.joined", "time": instant(at), "chat": chat,
        "member": member,
    })
}

/// What is in the way of all groups.
fn in_the_way(body: &Value, response: &Response) -> Next {
    let why = excerpt(body["errmsg"].as_str().unwrap_or_default());
    match body["errcode"].as_i64() {
        Some(code @ (40_001 | 40_013 | 40_091)) => Next::Refused(format!(
            "WeCom does not take `corp` and `corp_secret` ({code} {why}): copy 企业ID from 我的企业, and the Secret of the app \
             from 应用管理"
        )),
        Some(60_020) => Next::Refused(format!(
            "WeCom does not answer this address ({why}): add it to 企业可信IP of the app"
        )),
        Some(48_002) => Next::Refused(format!(
            "the app may not see customer groups ({why}): give it 客户联系 → 可调用接口的应用"
        )),
        Some(45_009) => {
            Next::Pause(Duration::from_millis(600_000), format!("WeCom wants to be asked less often ({why})"))
        }
        Some(code) => Next::Again(format!("WeCom answered {code} {why}")),
        None => Next::Again(format!("WeCom answered {}", response.status)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::delivery::secret::Secret;
    use std::collections::BTreeMap;

    fn settings() -> Settings {
        let values = [("corp", "ww1"), ("corp_secret", "s&s")];
        let values = values.map(|(name, value)| (name.to_owned(), Secret::new(value)));
        Settings { values: BTreeMap::from(values), chats: vec!["wrX".into(), "wrY".into()], text: false }
    }

    fn answer(body: &Value) -> Response {
        Response { status: 200, headers: Vec::new(), body: body.to_string().into_bytes(), at: Timestamp::MIN }
    }

    fn called(heard: &Heard) -> (&'static str, &str) {
        let Next::Call(call) = &heard.next else { panic!("{heard:?}") };
        (call.what, &call.request.url)
    }

    #[test]
    fn each_group_is_looked_at_and_who_came_is_told_from_the_second_look_on() {
        let (settings, mut memory) = (settings(), Memory::default());
        memory.now = Timestamp::from_millis(1_000_000);
        let key = answer(&json!({ "errcode": 0, "access_token": "k1", "expires_in": 7200 }));
        let list = |at: i64| {
            answer(&json!({ "errcode": 0, "group_chat": { "chat_id": "wrX", "member_list": [
                { "userid": "li", "type": 1, "join_time": 10 },
                { "userid": "wmA", "type": 2, "join_time": at, "join_scene": 3, "name": "小何", "invitor": { "userid": "li" } },
            ] } }))
        };
        let heard = hear(&settings, &Frame::Begin, &mut memory);
        assert_eq!(
            called(&heard),
            ("key", "https://qyapi.weixin.qq.com/cgi-bin/gettoken?corpid=ww1&corpsecret=s%26s")
        );
        let heard = hear(&settings, &Frame::Answer("key", &key), &mut memory);
        assert!(called(&heard).1.ends_with("/groupchat/get?access_token=k1"), "{heard:?}");
        let heard = hear(&settings, &Frame::Answer("group", &list(900)), &mut memory);
        assert!(heard.signals.is_empty() && called(&heard).0 == "group", "nobody is new at first: {heard:?}");
        let heard = hear(&settings, &Frame::Answer("group", &list(900)), &mut memory);
        assert_eq!((heard.next, heard.cursor.as_deref()), (Next::Rest(EVERY), Some("1000")));
        // An hour later the key is still good.
        memory.now = Timestamp::from_millis(4_600_000);
        let heard = hear(&settings, &Frame::Begin, &mut memory);
        assert_eq!(called(&heard).0, "group");
        let heard = hear(&settings, &Frame::Answer("group", &list(2_000)), &mut memory);
        let told = &heard.signals[0];
        assert_eq!(told["member"], json!({ "id": "wmA", "name": "小何", "inviter": "li", "source": "qr" }));
        assert_eq!(
            (&told["type"], &told["id"]),
            (&json!("member.joined"), &json!("wecom:joined:wrX:wmA:2000"))
        );
        assert_eq!(heard.signals[1]["data"]["members"], json!(["li", "wmA"]));
    }

    #[test]
    fn what_is_in_the_way_is_named_and_one_group_keeps_none_of_the_others() {
        let (settings, mut memory) = (settings(), Memory::default());
        memory.now = Timestamp::from_millis(1_000_000);
        let fails = |code: i64| answer(&json!({ "errcode": code, "errmsg": "no" }));
        hear(&settings, &Frame::Begin, &mut memory);
        let heard = hear(&settings, &Frame::Answer("key", &fails(40_001)), &mut memory);
        assert!(matches!(heard.next, Next::Refused(why) if why.contains("corp_secret")));
        let key = answer(&json!({ "errcode": 0, "access_token": "k1", "expires_in": 7200 }));
        hear(&settings, &Frame::Answer("key", &key), &mut memory);
        let heard = hear(&settings, &Frame::Answer("group", &fails(60_020)), &mut memory);
        assert!(matches!(heard.next, Next::Refused(why) if why.contains("可信IP")));
        hear(&settings, &Frame::Begin, &mut memory);
        let heard = hear(&settings, &Frame::Answer("group", &fails(42_001)), &mut memory);
        assert_eq!(called(&heard).0, "key", "the key is over");
        hear(&settings, &Frame::Answer("key", &key), &mut memory);
        let heard = hear(&settings, &Frame::Answer("group", &fails(40_050)), &mut memory);
        assert_eq!(called(&heard).0, "group", "the other group is looked at");
        let good = answer(&json!({ "errcode": 0, "group_chat": { "member_list": [] } }));
        let heard = hear(&settings, &Frame::Answer("group", &good), &mut memory);
        assert!(matches!(heard.next, Next::Again(why) if why.contains("wrX") && why.contains("40050")));
        assert!(heard.cursor.is_none(), "nothing counts as seen");
    }
}
