//! All hooks, one after another, through the real binary: what is signed with the channel's keys, lately and for it, is
//! a fact; everything else is refused and leaves no trace.

use crate::{
    hearing::door::{Said, ask, engine},
    help::playground::Playground,
};
use aes::Aes256;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use cbc::{
    Encryptor,
    cipher::{BlockModeEncrypt as _, KeyIvInit as _, block_padding::NoPadding},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use std::{
    fmt::Write as _,
    time::{SystemTime, UNIX_EPOCH},
};

/// What is wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Nothing,
    /// It is made with another key.
    Key,
    /// Somebody has changed it on its way.
    Touched,
    /// It says nothing of who sends it.
    Unsigned,
    /// It was made long ago.
    Old,
    /// It was made by a clock that is far ahead.
    Ahead,
    /// It is for somebody else: another company.
    Receiver,
    /// It tells of another chat.
    Chat,
}

const FAULTS: [Fault; 8] = [
    Fault::Nothing,
    Fault::Key,
    Fault::Touched,
    Fault::Unsigned,
    Fault::Old,
    Fault::Ahead,
    Fault::Receiver,
    Fault::Chat,
];

/// A request: what stands behind the path, its head, its body.
struct Made {
    query: String,
    head: Vec<(&'static str, String)>,
    body: String,
}

/// How a platform makes a request with a fault; none where it cannot have that fault.
type Makes = fn(Fault) -> Option<Made>;

/// Every hook there is: its channel, how requests are made, and the status of each that is right.
const HOOKS: [(&str, Makes); 9] = [
    ("slack", slack),
    ("feishu", feishu),
    ("town", mattermost),
    ("wecom", wecom),
    ("ding", dingtalk),
    ("push", dingtalk_push),
    ("telegram", telegram),
    ("qq", onebot),
    ("discord", discord),
];

const AES_KEY: &str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";

fn club() -> String {
    let public = hex(Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap().public_key().as_ref());
    format!(
        "name: club
timezone: UTC
channels:
  group: console
  slack: {{ type: slack, url: \"https://hooks.example.com/x\", secret: {{ env: KEY }}, chat: C1 }}
  neighbour: {{ type: slack, url: \"https://hooks.example.com/x\", secret: {{ env: OTHER }}, chat: C1 }}
  feishu: {{ type: feishu, url: \"https://hooks.example.com/x\", encrypt_key: {{ env: KEY }}, chat: C1 }}
  town: {{ type: mattermost, url: \"https://hooks.example.com/x\", secret: {{ env: KEY }}, chat: C1 }}
  wecom: {{ type: wecom, url: \"https://hooks.example.com/x\", token: {{ env: KEY }}, aes_key: {{ env: AES }}, corp: ww1, chat: C1 }}
  ding: {{ type: dingtalk, url: \"https://hooks.example.com/x\", app_secret: {{ env: KEY }}, chat: C1 }}
  push: {{ type: dingtalk, url: \"https://hooks.example.com/x\", app_secret: {{ env: KEY }}, token: {{ env: KEY }}, aes_key: {{ env: AES }}, corp: ww1, chat: C1 }}
  telegram: {{ type: telegram, token: {{ env: BOT }}, secret_token: {{ env: KEY }}, chat: \"-1\" }}
  qq: {{ type: onebot, url: \"http://127.0.0.1:1\", secret: {{ env: KEY }}, group: \"1\" }}
  discord: {{ type: discord, url: \"https://hooks.example.com/x\", public_key: \"{public}\", chat: C1 }}
plays:
  hello:
    on: member.joined
    steps:
      - post: hello
  said:
    on: message
    steps:
      - post: somebody says something
"
    )
}

const KEY: &str = "the-key_1";

fn key(fault: Fault) -> &'static str {
    if fault == Fault::Key { "the-key_2" } else { KEY }
}

fn chat(fault: Fault) -> &'static str {
    if fault == Fault::Chat { "C2" } else { "C1" }
}

/// When it was made, in seconds; `days` is what the platform's repeats may last.
fn at(fault: Fault) -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
    match fault {
        Fault::Old => now - 9 * 86_400,
        Fault::Ahead => now + 9 * 86_400,
        _ => now,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn hmac_sha256(key: &str, text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// Of a request whose body is signed: made whole, then touched where it is to be.
fn made(fault: Fault, head: Vec<(&'static str, String)>, body: String) -> Made {
    let body = if fault == Fault::Touched { body.replace("u1", "u2") } else { body };
    let head = if fault == Fault::Unsigned { Vec::new() } else { head };
    Made { query: String::new(), head, body }
}

fn slack(fault: Fault) -> Option<Made> {
    let body = json!({ "type": "event_callback", "event_id": "E1", "api_app_id": "A1", "event_time": at(Fault::Nothing),
        "event": { "type": "member_joined_channel", "user": "u1", "channel": chat(fault) } })
    .to_string();
    let at = at(fault);
    let signature = format!("v0={}", hex(&hmac_sha256(key(fault), &format!("v0:{at}:{body}"))));
    let head = vec![("x-slack-request-timestamp", at.to_string()), ("x-slack-signature", signature)];
    (fault != Fault::Receiver).then(|| made(fault, head, body))
}

fn feishu(fault: Fault) -> Option<Made> {
    let event = json!({ "schema": "2.0", "header": { "event_id": "e1", "event_type": "im.chat.member.user.added_v1" },
        "event": { "chat_id": chat(fault), "users": [{ "name": "", "user_id": { "open_id": "u1" } }] } });
    let digest: [u8; 32] = Sha256::digest(key(fault).as_bytes()).into();
    let mut plain = event.to_string().into_bytes();
    let pad = 16 - plain.len() % 16;
    plain.resize(plain.len() + pad, pad as u8);
    let iv = [9_u8; 16];
    let length = plain.len();
    let cipher = Encryptor::<Aes256>::new(&digest.into(), &iv.into());
    let sealed = cipher.encrypt_padded::<NoPadding>(&mut plain, length).unwrap();
    let body = json!({ "encrypt": STANDARD.encode([&iv, sealed].concat()) }).to_string();
    let at = at(fault).to_string();
    let signed = Sha256::digest(format!("{at}n{}{body}", key(fault)).as_bytes());
    let head = vec![
        ("x-lark-request-timestamp", at),
        ("x-lark-request-nonce", "n".to_owned()),
        ("x-lark-signature", hex(&signed)),
    ];
    let made = Made {
        body: if fault == Fault::Touched { format!("{body} ") } else { body.clone() },
        ..made(fault, head, body)
    };
    (fault != Fault::Receiver).then_some(made)
}

fn mattermost(fault: Fault) -> Option<Made> {
    let mut body = json!({ "token": key(fault), "channel_id": chat(fault), "post_id": "p1", "user_id": "u1",
        "user_name": "ann", "text": "hi" });
    if fault == Fault::Unsigned {
        body["token"] = Value::Null;
    }
    // Its token is in the body, so that it has no time and nothing that could be touched.
    let has = matches!(fault, Fault::Nothing | Fault::Key | Fault::Unsigned | Fault::Chat);
    has.then(|| Made { query: String::new(), head: Vec::new(), body: body.to_string() })
}

/// The envelope of WeCom and DingTalk, which counts time in milliseconds, and its signature.
fn envelope(fault: Fault, message: &str, in_a_second: i64) -> (String, String, String) {
    let receiver = if fault == Fault::Receiver { "ww2" } else { "ww1" };
    let key: [u8; 32] = STANDARD_LENIENT.decode(format!("{AES_KEY}=")).unwrap().try_into().unwrap();
    let mut plain = vec![b'r'; 16];
    plain.extend_from_slice(&(message.len() as u32).to_be_bytes());
    plain.extend_from_slice(message.as_bytes());
    plain.extend_from_slice(receiver.as_bytes());
    let pad = 32 - plain.len() % 32;
    plain.resize(plain.len() + pad, pad as u8);
    let (length, iv) = (plain.len(), <[u8; 16]>::try_from(&key[..16]).unwrap());
    let cipher = Encryptor::<Aes256>::new(&key.into(), &iv.into());
    let sealed = STANDARD.encode(cipher.encrypt_padded::<NoPadding>(&mut plain, length).unwrap());
    let at = (at(fault) * in_a_second).to_string();
    let mut parts = [self::key(fault), &at, "n1", &sealed];
    parts.sort_unstable();
    let signature = hex(&Sha1::digest(parts.concat().as_bytes()));
    let sealed =
        if fault == Fault::Touched { sealed.replacen(&sealed[..4], "AAAA", 1) } else { sealed.clone() };
    (sealed, at, if fault == Fault::Unsigned { String::new() } else { signature })
}

const STANDARD_LENIENT: base64::engine::GeneralPurpose = base64::engine::GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    base64::engine::GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

#[expect(clippy::unnecessary_wraps, reason = "one of a table of such functions")]
fn wecom(fault: Fault) -> Option<Made> {
    let message = format!(
        "<xml><ToUserName>ww1</ToUserName><CreateTime>{}</CreateTime><MsgType>event</MsgType>\
         <Event>change_external_chat</Event><ChatId>{}</ChatId><ChangeType>update</ChangeType>\
         <UpdateDetail>add_member</UpdateDetail><MemChangeList><Item>u1</Item></MemChangeList></xml>",
        at(Fault::Nothing),
        chat(fault)
    );
    let (sealed, at, signature) = envelope(fault, &message, 1);
    let query = format!("?msg_signature={signature}&timestamp={at}&nonce=n1");
    let body = format!("<xml><ToUserName>ww1</ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>");
    Some(Made { query, head: Vec::new(), body })
}

#[expect(clippy::unnecessary_wraps, reason = "one of a table of such functions")]
fn dingtalk_push(fault: Fault) -> Option<Made> {
    let event = json!({ "EventType": "chat_add_member", "eventId": "e1", "OpenConversationId": chat(fault), "UserId": ["u1"] });
    let (sealed, at, signature) = envelope(fault, &event.to_string(), 1_000);
    let query = format!("?signature={signature}&timestamp={at}&nonce=n1");
    Some(Made { query, head: Vec::new(), body: json!({ "encrypt": sealed }).to_string() })
}

fn dingtalk(fault: Fault) -> Option<Made> {
    let body = json!({ "conversationType": "2", "conversationId": chat(fault), "msgId": "m1", "senderStaffId": "u1",
        "senderNick": "Ann", "msgtype": "text", "text": { "content": "hi" } });
    let at = (at(fault) * 1_000).to_string();
    let signature = STANDARD.encode(hmac_sha256(key(fault), &format!("{at}\n{}", key(fault))));
    // The body is not signed.
    let has = !matches!(fault, Fault::Touched | Fault::Receiver);
    has.then(|| made(fault, vec![("timestamp", at), ("sign", signature)], body.to_string()))
}

fn telegram(fault: Fault) -> Option<Made> {
    let chat = if fault == Fault::Chat { -2 } else { -1 };
    let body = json!({ "update_id": 7, "message": { "message_id": 1, "date": at(Fault::Nothing), "chat": { "id": chat },
        "from": { "id": 42, "is_bot": false, "first_name": "Ann" }, "text": "hi" } });
    let has = matches!(fault, Fault::Nothing | Fault::Key | Fault::Unsigned | Fault::Chat);
    let head = vec![("x-telegram-bot-api-secret-token", key(fault).to_owned())];
    has.then(|| made(fault, head, body.to_string()))
}

fn onebot(fault: Fault) -> Option<Made> {
    let group = if fault == Fault::Chat { 2 } else { 1 };
    let body =
        json!({ "time": at(fault), "self_id": 1, "post_type": "notice", "notice_type": "group_increase",
        "sub_type": "approve", "group_id": group, "user_id": 42, "operator_id": 0, "by": "u1" })
        .to_string();
    let mut mac = Hmac::<Sha1>::new_from_slice(key(fault).as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let signature = format!("sha1={}", hex(&mac.finalize().into_bytes()));
    (fault != Fault::Receiver).then(|| made(fault, vec![("x-signature", signature)], body))
}

/// Its messages come over the gateway: here it only asks whether the address is right.
fn discord(fault: Fault) -> Option<Made> {
    let seed = if fault == Fault::Key { [8; 32] } else { [7; 32] };
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
    let (at, body) = (at(fault).to_string(), json!({ "type": 1, "by": "u1" }).to_string());
    let signature = hex(pair.sign(format!("{at}{body}").as_bytes()).as_ref());
    let head = vec![("x-signature-timestamp", at), ("x-signature-ed25519", signature)];
    (!matches!(fault, Fault::Receiver | Fault::Chat)).then(|| made(fault, head, body))
}

fn tell(port: u16, channel: &str, made: &Made) -> Said {
    let head: Vec<(&str, &str)> = made.head.iter().map(|(name, value)| (*name, value.as_str())).collect();
    ask(port, &format!("POST /hooks/club/{channel}{}", made.query), &head, made.body.as_bytes())
}

#[test]
fn every_hook_hears_what_is_signed_lately_for_it_and_nothing_else() {
    let play = Playground::new()
        .file("p.yaml", &club())
        .env("KEY", KEY)
        .env("OTHER", "the-key_9")
        .env("AES", AES_KEY)
        .env("BOT", "123456:fake-token_AbC");
    let (engine, port) = engine(&play);
    let known = || {
        let log = play.run(&["log", "--format", "json"]).exits(0).json_lines();
        let of_hook = |line: &&Value| line["id"].as_str().is_some_and(|id| id.starts_with("in/hook/"));
        log.iter().filter(|line| line["entry"] == "signal_received").filter(of_hook).count()
    };
    // What is wrong comes first, so that nothing of it is known as a repeat.
    let (mut facts, mut right_ones) = (0, Vec::new());
    for (channel, makes) in HOOKS {
        for fault in FAULTS.into_iter().rev() {
            let Some(made) = makes(fault) else { continue };
            let said = tell(port, channel, &made);
            let right = matches!(fault, Fault::Nothing | Fault::Chat);
            if right {
                assert!(said.status < 300, "{channel} {fault:?}: {said:?}");
            } else {
                let code = if matches!(fault, Fault::Old | Fault::Ahead) { "stale" } else { "signature" };
                assert_eq!((said.status, &said.json()["code"]), (401, &json!(code)), "{channel} {fault:?}");
                assert!(!said.body.contains(KEY) && !said.body.contains(AES_KEY), "{said:?}");
            }
            facts += usize::from(fault == Fault::Nothing && channel != "discord");
            if fault == Fault::Nothing {
                right_ones.push((channel, made));
            }
        }
        assert_eq!(known(), facts, "{channel}");
    }
    // What is signed for a channel is not for another one of the same platform.
    let neighbours = tell(port, "neighbour", &slack(Fault::Nothing).unwrap());
    assert_eq!((neighbours.status, &neighbours.json()["code"]), (401, &json!("signature")));
    // The same again, as it was signed, is known.
    for (channel, made) in &right_ones {
        assert!(tell(port, channel, made).status < 300);
    }
    assert_eq!(known(), facts);
    let _ = engine.stop().exits(0);
}
