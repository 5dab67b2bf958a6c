//! WeCom's callbacks: of a self-built app (XML) and of an AI bot (JSON), signed by SHA-1 and sealed in an envelope.
//! Read from developer.work.weixin.qq.com, "加解密方案说明" (path 91144) and "客户群变更事件", 2024-07.
//!
//! Pure. Members of a group are heard only of *customer groups*; messages only where somebody calls the bot.

use super::{Came, HookSettings, HookTold, Meant, Wrong, crypt, key, text};
use quick_xml::{Reader, events::Event};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Reads a request.
pub(super) fn read(keys: HookSettings<'_>, came: &Came<'_>) -> Result<Meant, Wrong> {
    let (token, aes_key) = (key(keys, "token")?, key(keys, "aes_key")?);
    let asked = |name| came.asked(name).unwrap_or_default();
    let sealed = if came.asks { asked("echostr") } else { sealed(came)? };
    let (at, nonce) = (asked("timestamp"), asked("nonce"));
    if !crypt::same(&crypt::sorted_sha1([token, &at, &nonce, &sealed]), &asked("msg_signature")) {
        return Err(Wrong::Unsigned("msg_signature was not made with `token`"));
    }
    if !at.parse().is_ok_and(|at| came.is_remembered(at)) {
        return Err(Wrong::Stale);
    }
    let Some(envelope) = crypt::Envelope::new(aes_key) else {
        return Err(Wrong::Unreadable("`aes_key` is no EncodingAESKey: it has 43 letters and digits".into()));
    };
    let Some((message, receiver)) = envelope.open(&sealed) else {
        return Err(Wrong::Unsigned("the message was not sealed with `aes_key`"));
    };
    let corp = keys.get("corp").map_or("", |corp| corp.expose());
    if !corp.is_empty() && receiver != corp {
        return Err(Wrong::Unsigned("the message is for another company than `corp`"));
    }
    if came.asks {
        return Ok(Meant::Asked(HookTold::text(String::from_utf8_lossy(&message))));
    }
    let signals = if message.trim_ascii_start().starts_with(b"<") {
        changed(&fields(&message)?)
    } else {
        let json: Value = serde_json::from_slice(&message)
            .map_err(|error| Wrong::Unreadable(format!("the message is neither XML nor JSON: {error}")))?;
        told(&json).into_iter().collect()
    };
    Ok(Meant::Happened(signals, HookTold::nothing(200)))
}

fn sealed(came: &Came<'_>) -> Result<String, Wrong> {
    let found = if came.body.trim_ascii_start().starts_with(b"<") {
        fields(came.body)?.remove("Encrypt").and_then(|mut all| all.pop())
    } else {
        came.json()?["encrypt"].as_str().map(str::to_owned)
    };
    found.ok_or_else(|| Wrong::Unreadable("the body has no `Encrypt`".into()))
}

/// What stands in each element of a message; elements in elements stand beside each other.
fn fields(xml: &[u8]) -> Result<BTreeMap<String, Vec<String>>, Wrong> {
    let unreadable = |error: quick_xml::Error| Wrong::Unreadable(format!("the XML cannot be read: {error}"));
    let mut reader = Reader::from_reader(xml);
    let (mut all, mut path): (BTreeMap<String, Vec<String>>, Vec<String>) = (BTreeMap::new(), Vec::new());
    loop {
        let text = match reader.read_event().map_err(unreadable)? {
            Event::Start(start) => {
                path.push(start.name().as_ref().to_owned());
                continue;
            }
            Event::End(_) => {
                path.pop();
                continue;
            }
            Event::Text(text) => text.trim().to_owned(),
            Event::CData(text) => text.to_string(),
            Event::Eof => return Ok(all),
            _ => continue,
        };
        // The items of a list are the list's.
        let name = path.iter().rev().find(|name| *name != "Item");
        if let Some(name) = name.filter(|_| !text.is_empty()) {
            all.entry(name.clone()).or_default().push(text);
        }
    }
}

/// A customer group has changed.
fn changed(fields: &BTreeMap<String, Vec<String>>) -> Vec<Value> {
    let one = |name: &str| fields.get(name).and_then(|all| all.first()).map_or("", String::as_str);
    if one("Event") != "change_external_chat" {
        return Vec::new();
    }
    let (chat, at) = (one("ChatId"), one("CreateTime"));
    let name = match (one("ChangeType"), one("UpdateDetail")) {
        ("update", "add_member") => "member.joined",
        ("update", "del_member") => "member.left",
        ("update", "change_name") => "group.renamed",
        ("dismiss", _) => "group.dissolved",
        _ => return Vec::new(),
    };
    let list = fields.get("MemChangeList").map(Vec::as_slice).unwrap_or_default();
    let who: Vec<&str> =
        list.iter().flat_map(|all| all.split(',')).map(str::trim).filter(|id| !id.is_empty()).collect();
    let signal = |member: Option<&str>| {
        let id = format!("wecom:{chat}:{at}:{name}:{}", member.unwrap_or_default());
        let mut signal = json!({ "id": id, "type": name, "chat": chat });
        if let Ok(seconds) = at.parse() {
            signal["time"] = super::instant(seconds);
        }
        if let Some(member) = member {
            signal["member"] = json!({ "id": member });
        }
        match name {
            "member.left" => {
                signal["data"] = json!({ "how": if one("QuitScene") == "1" { "removed" } else { "left" } });
            }
            "member.joined" if member.is_none() => {
                signal["data"] = json!({ "count": one("MemChangeCnt").parse().unwrap_or(1) });
            }
            _ => {}
        }
        signal
    };
    let of_members = name.starts_with("member.") && !who.is_empty();
    if of_members { who.iter().map(|id| signal(Some(id))).collect() } else { vec![signal(None)] }
}

/// What an AI bot hears: whoever calls it, buttons of its cards, and votes. The same over its long connection.
pub(super) fn told(message: &Value) -> Option<Value> {
    let user = message["from"]["userid"].as_str()?;
    if message["chattype"] != "group" {
        return None;
    }
    let mut signal = json!({
        "id": format!("wecom:{}", text(message, "/msgid")), "chat": message["chatid"], "member": { "id": user },
    });
    if let Some(at) = message["create_time"].as_i64() {
        signal["time"] = super::instant(at);
    }
    if message["msgtype"] == "event" {
        let card = &message["event"]["template_card_event"];
        if !card.is_object() {
            return None;
        }
        let chosen = &card["selected_items"]["selected_item"][0]["option_ids"]["option_id"];
        let option = match chosen.as_array().map(Vec::as_slice) {
            Some([one]) => one,
            Some([_, _, ..]) => chosen,
            _ => &card["event_key"],
        };
        signal["type"] = json!("answer");
        signal["message"] = json!({ "id": card["task_id"] });
        signal["data"] = json!({ "option": option });
        return Some(signal);
    }
    let kind = match text(message, "/msgtype") {
        "text" | "mixed" => "text",
        "image" => "image",
        "voice" => "voice",
        "file" | "video" => "file",
        _ => "other",
    };
    let parts = message["mixed"]["msg_item"].as_array().map(Vec::as_slice).unwrap_or_default();
    let written: Vec<&str> = std::iter::once(message)
        .chain(parts)
        .filter_map(|part| part["text"]["content"].as_str().or_else(|| part["voice"]["content"].as_str()))
        .collect();
    let mut told = json!({ "id": message["msgid"], "kind": kind });
    if !written.is_empty() {
        let plain = without_call(&written.join("\n"));
        told["question"] = json!(super::is_question(&plain));
        told["text"] = json!(plain);
    }
    signal["type"] = json!("message");
    signal["message"] = told;
    signal["data"] = json!({ "called": true });
    Some(signal)
}

/// The text without the name of the bot that is called at its beginning.
fn without_call(text: &str) -> String {
    let called = text.trim_start().strip_prefix('@');
    let rest = called.and_then(|rest| rest.split_once([' ', '\u{2005}', '\u{a0}']));
    rest.map_or(text, |(_, rest)| rest).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{super::tests::*, *};

    const TOKEN: &str = "QDG6eK";
    const AES_KEY: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";
    const CORP: &str = "wx5823bf96d3bd56c7";
    const NOW: i64 = 1_409_659_589;

    fn set() -> BTreeMap<String, crate::shell::delivery::secret::Secret> {
        keys(&[("token", TOKEN), ("aes_key", AES_KEY), ("corp", CORP)])
    }

    #[test]
    fn the_vector_of_the_platforms_own_sample_echoes() {
        let query = "msg_signature=5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3&timestamp=1409659589&nonce=263014780\
            &echostr=P9nAzCzyDtyTWESHep1vC5X9xho%2FqYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp%2B4RPcs8TgAE7OaBO%2BFZXvnaqQ%3D%3D";
        let asks = |query: &'static str, now| Came { asks: true, ..came(&[], query, b"", now) };
        assert_eq!(read(&set(), &asks(query, NOW)), Ok(Meant::Asked(HookTold::text("1616140317555161061"))));
        assert_eq!(read(&set(), &asks(query, NOW + 8 * 86_400)), Err(Wrong::Stale));
        let touched = "msg_signature=5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd4&timestamp=1409659589&nonce=263014780&echostr=x";
        assert!(matches!(read(&set(), &asks(touched, NOW)), Err(Wrong::Unsigned(_))));
        let mut other = set();
        other.insert("corp".into(), crate::shell::delivery::secret::Secret::new("another"));
        assert!(
            matches!(read(&other, &asks(query, NOW)), Err(Wrong::Unsigned(_))),
            "sealed for somebody else"
        );
    }

    /// A request as WeCom makes it.
    fn hear(plain: &str, as_json: bool) -> Result<Meant, Wrong> {
        let sealed = crypt::Envelope::new(AES_KEY).unwrap().seal(plain.as_bytes(), CORP, [5; 16]);
        let at = NOW.to_string();
        let signature = crypt::sorted_sha1([TOKEN, &at, "n", &sealed]);
        let query = format!("msg_signature={signature}&timestamp={at}&nonce=n");
        let body = if as_json {
            json!({ "encrypt": sealed }).to_string()
        } else {
            format!(
                "<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
            )
        };
        read(&set(), &came(&[], &query, body.as_bytes(), NOW))
    }

    fn signals(meant: Result<Meant, Wrong>) -> Vec<Value> {
        match meant {
            Ok(Meant::Happened(signals, told)) if told == HookTold::nothing(200) => signals,
            other => panic!("{other:?}"),
        }
    }

    fn group_changed(inner: &str) -> Vec<Value> {
        let head = "<ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>\
            <CreateTime>1409659589</CreateTime><MsgType><![CDATA[event]]></MsgType>\
            <Event><![CDATA[change_external_chat]]></Event><ChatId><![CDATA[wrX]]></ChatId>";
        signals(hear(&format!("<xml>{head}{inner}</xml>"), false))
    }

    #[test]
    fn a_customer_groups_members_are_told_in_both_spellings_of_their_list() {
        let update = |list: &str| {
            group_changed(&format!(
                "<ChangeType><![CDATA[update]]></ChangeType><UpdateDetail><![CDATA[add_member]]></UpdateDetail>\
                 <MemChangeCnt>2</MemChangeCnt>{list}"
            ))
        };
        let items = update("<MemChangeList><Item><![CDATA[wmA]]></Item><Item>wmB</Item></MemChangeList>");
        let joined = update("<MemChangeList><![CDATA[wmA,wmB]]></MemChangeList>");
        assert_eq!(items, joined);
        assert_eq!(
            items[0],
            json!({ "id": "wecom:wrX:1409659589:member.joined:wmA", "type": "member.joined",
            "chat": "wrX", "time": "2014-09-02T12:06:29Z", "member": { "id": "wmA" } })
        );
        assert_eq!(update("")[0]["data"], json!({ "count": 2 }));
        let left = group_changed(
            "<ChangeType>update</ChangeType><UpdateDetail>del_member</UpdateDetail>\
            <QuitScene>1</QuitScene><MemChangeList><Item>wmA</Item></MemChangeList>",
        );
        assert_eq!(left[0]["data"], json!({ "how": "removed" }));
        assert_eq!(group_changed("<ChangeType>dismiss</ChangeType>")[0]["type"], "group.dissolved");
        assert!(signals(hear("<xml><Event>enter_agent</Event></xml>", false)).is_empty());
    }

    #[test]
    fn a_bot_hears_who_calls_it_and_what_is_pressed() {
        let called = hear(
            r#"{"msgid":"M1","chatid":"wrX","chattype":"group","from":{"userid":"lin"},
            "msgtype":"text","text":{"content":"@读书 1"}}"#,
            true,
        );
        assert_eq!(
            signals(called),
            [json!({ "id": "wecom:M1", "chat": "wrX", "member": { "id": "lin" },
            "type": "message", "message": { "id": "M1", "kind": "text", "question": false, "text": "1" }, "data": { "called": true } })]
        );
        let pressed = hear(
            r#"{"msgid":"M2","chatid":"wrX","chattype":"group","from":{"userid":"lin"},
            "msgtype":"event","event":{"eventtype":"template_card_event","template_card_event":{"task_id":"T1",
            "card_type":"vote_interaction","event_key":"send",
            "selected_items":{"selected_item":[{"question_key":"q","option_ids":{"option_id":["2"]}}]}}}}"#,
            true,
        );
        let pressed = signals(pressed);
        assert_eq!(
            (&pressed[0]["data"], &pressed[0]["message"]["id"]),
            (&json!({ "option": "2" }), &json!("T1"))
        );
        let alone = hear(
            r#"{"msgid":"M3","chattype":"single","from":{"userid":"lin"},"msgtype":"text","text":{"content":"x"}}"#,
            true,
        );
        assert!(signals(alone).is_empty());
        assert!(matches!(hear("neither", true), Err(Wrong::Unreadable(_))));
    }
}
