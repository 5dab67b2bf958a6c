//! Libraries of the platforms, which know nothing of this program: what they write is heard through the real binary, and
//! what is posted, answered and signed is read by them.

#![expect(clippy::disallowed_methods, reason = "starts interpreters on this machine")]

use crate::{
    hearing::{
        door::{ask as asks, engine},
        ears::{listening, log, names, runtime, signals, telegram},
    },
    help::{
        fakes::{
            feishu_app::{self, LarkApp},
            long_connection::{DINGTALK, LongConnection},
            onebot_socket::{self, OnebotSocket},
            slack_socket::{self, Workspace},
            sockets::Say,
        },
        judge,
        playground::{Playground, eventually},
    },
};
use serde_json::{Value, json};
use std::{
    fmt::Write as _,
    io::Write as _,
    process::{Command, Stdio},
    time::{SystemTime, UNIX_EPOCH},
};

/// Gives a program JSON on its standard input and reads JSON from its standard output.
fn answered(mut program: Command, question: &Value) -> Value {
    let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(question.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the judge failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What a Python library says; none without it.
fn python(script: &str, question: &Value) -> Option<Value> {
    let mut program = Command::new(judge::python()?);
    program.args(["-c", script]);
    Some(answered(program, question))
}

/// What a Node library says; none without it.
fn node(script: &str, question: &Value) -> Option<Value> {
    let mut program = Command::new("node");
    program.args(["-e", script]).env("NODE_PATH", judge::node()?.join("node_modules"));
    Some(answered(program, question))
}

/// Bytes as pairs of digits, each with something before it.
fn hex(bytes: &[u8], before: &str) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{before}{byte:02x}");
        out
    })
}

fn now_s() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64
}

const HEARS: &str = "\
plays:
  all:
    on: message
    where: 'signal.data.message.text == \"hello\"'
    steps:
      - post: heard
  vote:
    on: vote.asked
    steps:
      - { ask: \"Which book?\", options: [Emma, Ulysses], open_for: 1h, as: book }
";

const TELEGRAM: &str = r#"
import json, sys, datetime as d
from telegram import (CallbackQuery, Chat, ChatJoinRequest, ChatMemberLeft, ChatMemberMember, ChatMemberUpdated, Message,
                      MessageReactionUpdated, PollAnswer, ReactionTypeEmoji, Update, User)
from telegram.constants import UpdateType
told = json.load(sys.stdin)
ben, club = User(42, "Ben", False), Chat(told["chat"], "supergroup", title="Club")
now = d.datetime.now(d.timezone.utc)
hello = Message(message_id=11, date=now, chat=club, from_user=ben, text="hello")
all = [
    dict(message=Message(message_id=10, date=now, chat=club, from_user=ben, new_chat_members=(ben,))),
    dict(message=hello),
    dict(edited_message=Message(message_id=11, date=now, chat=club, from_user=ben, text="hello!", edit_date=now)),
    dict(message_reaction=MessageReactionUpdated(club, 11, now, (), (ReactionTypeEmoji("🎉"),), user=ben)),
    dict(poll_answer=PollAnswer(told["poll"], (1,), user=ben, option_persistent_ids=("b",))),
    dict(chat_join_request=ChatJoinRequest(club, User(43, "Eve", False), now, 43)),
    dict(chat_member=ChatMemberUpdated(club, ben, now, ChatMemberMember(ben), ChatMemberLeft(ben))),
]
json.dump({"updates": [json.loads(Update(1, **one).to_json()) for one in all], "kinds": [k.value for k in UpdateType]}, sys.stdout)
"#;

#[test]
fn what_python_telegram_bot_writes_is_heard() {
    let hears = HEARS.replace("on: message\n", "on: message\n    max_late: 1d\n");
    let (_runtime, bot, _fake, play) = telegram(&hears);
    let text = play.read("p.yaml").replace("rate:", "hear: all, rate:");
    play.write("p.yaml", &text);
    let engine = listening(&play);
    let _ = play.run(&["signal", "vote.asked"]).exits(0);
    eventually("the poll", || bot.sent().iter().any(|sent| sent["question"].is_string()));
    let question = json!({ "chat": crate::help::fakes::telegram_updates::CHAT, "poll": "771" });
    let Some(told) = python(TELEGRAM, &question) else { return };
    for update in told["updates"].as_array().unwrap() {
        bot.happens(update.clone());
    }
    eventually("all of it", || signals(&play).len() == 7);
    eventually("the vote", || log(&play, "answered").iter().any(|line| line["value"] == "Ulysses"));
    eventually("the text", || bot.sent().iter().any(|sent| sent["text"] == "heard"));
    let _ = engine.stop().exits(0);
    let heard = signals(&play);
    let expected = [
        "member.joined",
        "message",
        "message.edited",
        "reaction",
        "answer",
        "member.requested",
        "member.left",
    ];
    assert_eq!(names(&heard), expected, "{heard:?}");
}

const SLACK: &str = r#"
import json, sys
from slack_sdk.models.blocks import Block
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
told = json.load(sys.stdin)
blocks = [block for block in Block.parse_all(told["blocks"])]
for block in blocks: block.validate_json()
request = SocketModeRequest.from_dict({"type": "interactive", "envelope_id": "e9", "payload": told["payload"], "accepts_response_payload": False})
json.dump({
    "kinds": [type(block).__name__ for block in blocks],
    "buttons": [element.value for block in blocks if type(block).__name__ == "ActionsBlock" for element in block.elements],
    "action": request.payload["actions"][0]["value"], "ack": SocketModeResponse(request.envelope_id).to_dict(),
    "signature": SignatureVerifier(signing_secret=told["secret"]).generate_signature(timestamp=told["at"], body=told["body"]),
}, sys.stdout)
"#;

#[test]
fn slacks_library_takes_the_buttons_and_what_it_signs_is_believed() {
    let runtime = runtime();
    let slack = runtime.block_on(Workspace::start());
    let chat = slack_socket::CHAT;
    let text = format!(
        "name: club\ntimezone: UTC\nchannels:\n  group: {{ type: slack, token: {{ env: BOT }}, secret: {{ env: SECRET }}, \
         chat: {chat}, base_url: \"http://127.0.0.1:{}/api\", rate: 1000 per 1s }}\n{HEARS}",
        slack.fake.port
    );
    let play = Playground::new().file("p.yaml", &text).env("BOT", slack_socket::BOT).env("SECRET", "shhh");
    let (engine, port) = engine(&play);
    let _ = play.run(&["signal", "vote.asked"]).exits(0);
    eventually("the poll", || slack.ts_of("Which book?").is_some());
    let (_, post) = slack.posts().pop().unwrap();
    let press = json!({
        "type": "block_actions", "api_app_id": "A1", "user": { "id": "U0EVE", "name": "eve" },
        "container": { "type": "message", "message_ts": slack.ts_of("Which book?").unwrap(), "channel_id": chat },
        "actions": [{ "type": "button", "action_id": "option-1", "value": "Ulysses", "action_ts": "1800000000.000100" }],
    });
    let pairs = format!("payload={}", hex(press.to_string().as_bytes(), "%"));
    let at = now_s().to_string();
    let question = json!({
        "blocks": post["blocks"], "payload": press, "secret": "shhh", "at": at, "body": pairs,
    });
    let Some(told) = python(SLACK, &question) else { return };
    assert_eq!(told["buttons"], json!(["Emma", "Ulysses"]));
    assert_eq!((&told["action"], &told["ack"]), (&json!("Ulysses"), &json!({ "envelope_id": "e9" })));
    let signature = told["signature"].as_str().unwrap();
    let head = |signature: &str| {
        let names = ["content-type", "x-slack-request-timestamp", "x-slack-signature"];
        let values = ["application/x-www-form-urlencoded".to_owned(), at.clone(), signature.to_owned()];
        names.into_iter().zip(values).collect::<Vec<_>>()
    };
    let post = |path: &str, signature: &str| {
        let head = head(signature);
        let head: Vec<(&str, &str)> = head.iter().map(|(name, value)| (*name, value.as_str())).collect();
        asks(port, &format!("POST {path}"), &head, pairs.as_bytes())
    };
    // A channel's address names the playbook or not.
    let _ = post("/hooks/group", "v0=00").is(401);
    let _ = post("/hooks/group", signature).is(200);
    let _ = post("/hooks/club/group", signature).is(200);
    let _ = post("/hooks/nowhere", signature).is(404);
    eventually("the answer", || log(&play, "answered").len() == 1);
    assert_eq!(log(&play, "answered")[0]["value"], "Ulysses");
    let _ = engine.stop().exits(0);
}

const LARK: &str = r#"
import json, sys
from lark_oapi.ws.pb.pbbp2_pb2 import Frame
told = json.load(sys.stdin)
def made(number, payload, sum, seq):
    frame = Frame()
    frame.SeqID, frame.LogID, frame.service, frame.method, frame.LogIDNew = number, 7, told["service"], 1, "log-1"
    for key, value in (("type", "event"), ("message_id", "m%d" % number), ("sum", str(sum)), ("seq", str(seq)), ("trace_id", "t")):
        header = frame.headers.add(); header.key, header.value = key, value
    frame.payload = payload
    return frame.SerializeToString().hex()
def read(text):
    frame = Frame(); frame.ParseFromString(bytes.fromhex(text))
    return {"service": frame.service, "method": frame.method, "headers": {h.key: h.value for h in frame.headers}, "payload": frame.payload.decode()}
frames = []
for number, event in enumerate(told["events"]):
    whole = json.dumps(event, ensure_ascii=False).encode()
    half = len(whole) // 2
    frames += [made(number, whole[half:], 2, 1), made(number, whole[:half], 2, 0)]
json.dump({"frames": frames, "read": [read(one) for one in told["written"]]}, sys.stdout)
"#;

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn larks_library_writes_frames_that_are_heard_and_reads_what_acknowledges_them() {
    let runtime = runtime();
    let lark = runtime.block_on(LarkApp::start());
    let chat = feishu_app::CHAT;
    let text = format!(
        "name: club\ntimezone: UTC\nchannels:\n  group: {{ type: feishu, app: {{ env: APP }}, secret: {{ env: SECRET }}, \
         chat: {chat}, hear: all, base_url: \"http://127.0.0.1:{}\", rate: 1000 per 1s }}\n{HEARS}",
        lark.fake.port
    );
    let play = Playground::new().file("p.yaml", &text).env("APP", feishu_app::APP);
    let play = play.env("SECRET", feishu_app::SECRET);
    let engine = listening(&play);
    let _ = play.run(&["signal", "vote.asked"]).exits(0);
    eventually("the card", || lark.id_of("Which book?").is_some());
    let head =
        |id: &str, kind: &str| json!({ "event_id": id, "event_type": kind, "create_time": "1800000000000" });
    let said = feishu_app::written("om_a", "ou_ben", "hello", None);
    let press = json!({
        "operator": { "open_id": "ou_eve" }, "action": { "tag": "button", "value": { "option": "Ulysses" } },
        "context": { "open_message_id": lark.id_of("Which book?").unwrap(), "open_chat_id": chat },
    });
    let events = json!([
        { "schema": "2.0", "header": head("e0", "im.message.receive_v1"), "event": said },
        { "schema": "2.0", "header": head("e1", "card.action.trigger"), "event": press },
    ]);
    let question = json!({ "service": feishu_app::SERVICE, "events": events, "written": [] });
    let Some(told) = python(LARK, &question) else { return };
    for frame in told["frames"].as_array().unwrap() {
        lark.sockets.say_newest(Say::Bytes(bytes(frame.as_str().unwrap())));
    }
    eventually("the words", || lark.id_of("heard").is_some());
    eventually("the answer", || log(&play, "answered").iter().any(|line| line["value"] == "Ulysses"));
    eventually("both acknowledged", || lark.acknowledged() >= 2);
    let _ = engine.stop().exits(0);
    let written: Vec<String> = lark.written().iter().map(|frame| hex(frame, "")).collect();
    let question = json!({ "service": feishu_app::SERVICE, "events": [], "written": written });
    let read = python(LARK, &question).unwrap()["read"].clone();
    let read = read.as_array().unwrap();
    let ping = read.iter().find(|frame| frame["method"] == 0).expect("a ping");
    assert_eq!((&ping["service"], &ping["headers"]["type"]), (&json!(feishu_app::SERVICE), &json!("ping")));
    let payloads: Vec<Value> = read
        .iter()
        .filter(|frame| frame["method"] == 1)
        .map(|frame| serde_json::from_str(frame["payload"].as_str().unwrap()).unwrap())
        .collect();
    assert!(payloads.len() >= 2 && payloads.iter().all(|payload| payload["code"] == 200), "{payloads:?}");
}

const DING: &str = r#"
import json, sys
from dingtalk_stream.frames import AckMessage, CallbackMessage, EventMessage, SystemMessage
from dingtalk_stream.chatbot import ChatbotMessage
told = json.load(sys.stdin)
ack = AckMessage(); ack.code, ack.message, ack.headers.message_id, ack.headers.content_type = AckMessage.STATUS_OK, "OK", "m1", "application/json"
ack.data = {"status": "SUCCESS", "message": ""}
event, said, ping = (kind.from_dict(frame) for kind, frame in zip((EventMessage, CallbackMessage, SystemMessage), told["frames"]))
message = ChatbotMessage.from_dict(said.data)
json.dump({"ack": ack.to_dict(), "event": [event.headers.event_type, event.headers.event_id, event.data["userId"]],
           "said": [message.text.content, message.conversation_id, message.sender_staff_id], "ping": [ping.headers.topic, ping.data["opaque"]]}, sys.stdout)
"#;

#[test]
fn dingtalks_library_reads_the_frames_that_are_heard_and_acknowledges_as_is_acknowledged_here() {
    let runtime = runtime();
    let fake = runtime.block_on(LongConnection::start(&DINGTALK));
    let text = format!(
        "name: club\nchannels:\n  group: {{ type: dingtalk, url: {{ env: URL }}, app: dingx, app_secret: {{ env: SECRET }}, \
         chat: cid1, base_url: \"http://127.0.0.1:{}\" }}\n{HEARS}",
        fake.port
    );
    let play = Playground::new().file("p.yaml", &text).env("SECRET", "ding-secret");
    let play = play.env("URL", &format!("http://127.0.0.1:{}/robot/send?access_token=x", fake.port));
    let head =
        |topic: &str, id: &str| json!({ "topic": topic, "messageId": id, "contentType": "application/json" });
    let mut of_event = head("*", "m1");
    (of_event["eventType"], of_event["eventId"]) = (json!("chat_add_member"), json!("e1"));
    let joined = json!({ "openConversationId": "cid1", "userId": ["u1"], "operator": "u9" }).to_string();
    let said = json!({
        "conversationType": "2", "conversationId": "cid1", "msgId": "m9", "senderStaffId": "u1", "senderNick": "朱",
        "msgtype": "text", "text": { "content": " 2 " },
    });
    let frames = json!([
        { "specVersion": "1.0", "type": "EVENT", "headers": of_event, "data": joined },
        { "specVersion": "1.0", "type": "CALLBACK", "headers": head("/v1.0/im/bot/messages/get", "m2"), "data": said.to_string() },
        { "specVersion": "1.0", "type": "SYSTEM", "headers": head("ping", "m0"), "data": "{\"opaque\":\"x\"}" },
    ]);
    let Some(told) = python(DING, &json!({ "frames": frames })) else { return };
    assert_eq!(told["event"], json!(["chat_add_member", "e1", ["u1"]]));
    assert_eq!((&told["said"], &told["ping"]), (&json!([" 2 ", "cid1", "u1"]), &json!(["ping", "x"])));
    let engine = play.start(&["run", "p.yaml"]);
    eventually("a ping is answered", || {
        fake.happens(&frames[2]);
        !fake.said().is_empty()
    });
    engine.line("listens for");
    let _ = play.run(&["signal", "vote.asked"]).exits(0);
    eventually("the question", || fake.asked().iter().any(|asked| asked.contains("Which book?")));
    fake.happens(&frames[0]);
    fake.happens(&frames[1]);
    eventually("the answer", || log(&play, "answered").iter().any(|line| line["value"] == "Ulysses"));
    let ack = || fake.said().into_iter().find(|said| said["headers"]["messageId"] == "m1");
    eventually("an acknowledgement", || ack().is_some());
    let _ = engine.stop().exits(0);
    let (mut ack, mut theirs) = (ack().unwrap(), told["ack"].clone());
    let data =
        |ack: &mut Value| -> Value { serde_json::from_str(ack["data"].take().as_str().unwrap()).unwrap() };
    assert_eq!(data(&mut ack), data(&mut theirs));
    assert_eq!(ack, theirs);
}

const NONEBOT: &str = r#"
import json, sys
from nonebot.adapters.onebot.v11 import (Adapter, GroupDecreaseNoticeEvent, GroupIncreaseNoticeEvent, GroupMessageEvent,
                                         GroupRecallNoticeEvent, GroupRequestEvent, Message, MessageSegment)
told = json.load(sys.stdin)
base = dict(time=1800000000, self_id=1, group_id=told["group"], user_id=42)
message = Message([MessageSegment(one["type"], one["data"]) for one in told["message"]])
all = [
    GroupIncreaseNoticeEvent(post_type="notice", notice_type="group_increase", sub_type="approve", operator_id=7, **base),
    GroupMessageEvent(post_type="message", message_type="group", sub_type="normal", message_id=77, message=message, original_message=message,
                      raw_message=str(message), font=0, sender={"user_id": 42, "nickname": "Ben", "card": "", "role": "member"}, **base),
    GroupRecallNoticeEvent(post_type="notice", notice_type="group_recall", operator_id=42, message_id=77, **base),
    GroupRequestEvent(post_type="request", request_type="group", sub_type="add", comment="tea", flag="f-1", **base),
    GroupDecreaseNoticeEvent(post_type="notice", notice_type="group_decrease", sub_type="leave", operator_id=42, **base),
]
events = [json.loads(event.model_dump_json()) for event in all]
for event in events:
    event.pop("original_message", None)
    assert Adapter.json_to_event(event) is not None
json.dump(events, sys.stdout)
"#;

#[test]
fn what_nonebot_takes_for_events_is_heard() {
    let runtime = runtime();
    let qq = runtime.block_on(OnebotSocket::start());
    let text = format!(
        "name: club\nchannels:\n  group: {{ type: onebot, url: \"ws://127.0.0.1:{}\", token: {{ env: TOKEN }}, \
         group: \"{}\", hear: all, rate: 100 per 1s }}\n{HEARS}",
        qq.port,
        onebot_socket::GROUP
    );
    let play = Playground::new().file("p.yaml", &text).env("TOKEN", onebot_socket::TOKEN);
    let message = json!([{ "type": "text", "data": { "text": "hello" } }]);
    let Some(events) = python(NONEBOT, &json!({ "group": onebot_socket::GROUP, "message": message })) else {
        return;
    };
    let engine = listening(&play);
    for event in events.as_array().unwrap() {
        qq.says(Say::Text(event.to_string()));
    }
    eventually("all of it", || signals(&play).len() == 5);
    let _ = engine.stop().exits(0);
    let heard = signals(&play);
    let expected = ["member.joined", "message", "message.deleted", "member.requested", "member.left"];
    assert_eq!(names(&heard), expected, "{heard:?}");
    assert_eq!(heard[1]["data"]["message"]["text"], "hello");
    assert_eq!(heard[3]["data"]["request"], "f-1");
}

const SIGN: &str = r#"
import json, sys, datetime as d
from standardwebhooks import Webhook
told = json.load(sys.stdin)
at = d.datetime.fromtimestamp(told["at"], d.timezone.utc)
json.dump(Webhook(told["secret"]).sign(told["id"], at, told["body"]), sys.stdout)
"#;

const SIGN_JS: &str = r#"
const { Webhook } = require("standardwebhooks");
const told = JSON.parse(require("fs").readFileSync(0));
process.stdout.write(JSON.stringify(new Webhook(told.secret).sign(told.id, new Date(told.at * 1000), told.body)));
"#;

#[test]
fn what_standard_webhooks_sign_in_two_languages_is_believed() {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let text = "name: club\ngroups: { xian: {} }\ninbound:\n  shop: { secret: { env: SECRET }, may: [order.paid] }\n\
                plays:\n  thanks:\n    on: order.paid\n    steps:\n      - post: thanks\n";
    let play = Playground::new().file("p.yaml", text).env("SECRET", secret);
    let (engine, port) = engine(&play);
    let mut accepted = 0;
    for (language, ask) in [
        ("python", python as fn(&str, &Value) -> Option<Value>),
        ("node", node as fn(&str, &Value) -> Option<Value>),
    ] {
        let at = now_s();
        let body = json!({ "id": format!("o-{language}"), "type": "order.paid", "data": { "what": "茶" } })
            .to_string();
        let question = json!({ "secret": secret, "id": format!("msg_{language}"), "at": at, "body": body });
        let script = if language == "python" { SIGN } else { SIGN_JS };
        let Some(signature) = ask(script, &question) else { return };
        let signature = signature.as_str().unwrap();
        let at = at.to_string();
        let id = format!("msg_{language}");
        let post = |signature: &str, body: &str| {
            let head = [
                ("content-type", "application/json"),
                ("webhook-id", id.as_str()),
                ("webhook-timestamp", at.as_str()),
                ("webhook-signature", signature),
            ];
            asks(port, "POST /signals", &head, body.as_bytes())
        };
        let _ = post(signature, &body.replace('茶', "金")).is(401);
        assert_eq!(post(signature, &body).is(200).json()["accepted"], 1);
        accepted += 1;
    }
    assert_eq!(accepted, 2);
    let _ = engine.stop().exits(0);
    // What is posted is signed so that they believe it: their signature of it is ours.
    let key = playbook::shell::signing::signing_key(secret).unwrap();
    let (id, at, body) = ("msg_1", now_s(), "{\"text\":\"你好\"}");
    let ours = playbook::shell::signing::sign(&key, id, at, body.as_bytes());
    let question = json!({ "secret": secret, "id": id, "at": at, "body": body });
    assert_eq!(python(SIGN, &question), Some(json!(ours)));
    assert_eq!(node(SIGN_JS, &question), Some(json!(ours)));
}
