//! Independent judges of the adapters: a real Matrix homeserver, a Telegram client's library, a OneBot framework's.

#![expect(clippy::disallowed_methods, reason = "starts a homeserver and interpreters on this machine")]

use crate::{
    delivery::courier::{Post, target_of},
    delivery::proto::{HARD, submit, with},
    help::judge,
    help::playground::Playground,
};
use playbook::{
    base::{ids::PersonId, person::Person},
    courier::ParcelOutcome,
    model::{
        channel::ChannelKind,
        message::{Mention, Message},
    },
    shell::delivery::{job::Job, render::render},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io::Write as _,
    path::Path,
    process::{Child, Command, Stdio},
};

/// Gives a script JSON on its standard input and reads JSON from its standard output.
fn ask(python: &Path, script: &str, question: &Value) -> Value {
    let mut child = Command::new(python)
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(question.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Bodies as they would be sent.
fn bodies(kind: ChannelKind, message: &Message) -> Vec<Value> {
    render(kind, message).unwrap().into_iter().map(|mut request| request["body"].take()).collect()
}

const TELETHON: &str = r#"
import json, sys
from telethon.tl import types as t
from telethon.extensions import html
from telethon import utils
simple = {"bold": t.MessageEntityBold, "italic": t.MessageEntityItalic, "strikethrough": t.MessageEntityStrike,
          "code": t.MessageEntityCode, "blockquote": t.MessageEntityBlockquote}
def read(e):
    o, n, kind = e["offset"], e["length"], e["type"]
    if kind == "pre": return t.MessageEntityPre(o, n, e.get("language", ""))
    if kind == "text_link": return t.MessageEntityTextUrl(o, n, e["url"])
    return simple[kind](o, n)
body = json.load(sys.stdin)
entities = [read(e) for e in body["entities"]]
covered = [[e["type"], words] for e, words in zip(body["entities"], utils.get_inner_text(body["text"], entities))]
json.dump({"covered": covered, "html": html.unparse(body["text"], sorted(entities, key=lambda e: (e.offset, -e.length)))}, sys.stdout)
"#;

#[test]
fn a_telegram_client_sees_what_was_meant() {
    let Some(python) = judge::python() else { return };
    let found = ask(&python, TELETHON, &bodies(ChannelKind::Telegram, &Message::text(HARD))[0]);
    let covered = json!([
        ["bold", "周五"],
        ["bold", "Reading"],
        ["italic", "Reading"],
        ["bold", "& <b>游戏</b>"],
        ["bold", "粗"],
        ["bold", "斜"],
        ["italic", "斜"],
        ["strikethrough", "删"],
        ["code", "a*b_c"],
        ["text_link", "链接"],
        ["code", "x"],
        ["blockquote", "引用\n\n> 更深"],
        ["pre", "名字      | 分数\n----------+-----\n小林      |    9\nAnn | Bob |  120"],
        ["pre", "fn main() { println!(\"<&>`\"); }"],
        ["text_link", "图"],
    ]);
    assert_eq!(found["covered"], covered);
    let html = found["html"].as_str().unwrap();
    assert!(html.contains("&amp; &lt;b&gt;游戏&lt;/b&gt;"), "{html}");
    assert!(html.contains("2 * 3 *not* _this_ [a](b)"), "{html}");
}

const NONEBOT: &str = r#"
import json, sys
from nonebot.adapters.onebot.v11 import Message, MessageSegment
body = json.load(sys.stdin)
message = Message([MessageSegment(s["type"], s["data"]) for s in body["message"]])
again = Message(str(message))
json.dump({"text": message.extract_plain_text(), "kinds": [s.type for s in again], "again": again.extract_plain_text(),
           "at": [s.data["qq"] for s in again["at"]], "image": [s.data["file"] for s in again["image"]]}, sys.stdout)
"#;

#[test]
fn a_onebot_framework_sees_what_was_meant() {
    let Some(python) = judge::python() else { return };
    let handles = BTreeMap::from([("onebot".to_owned(), "10001".to_owned())]);
    let lin = Person { id: PersonId::new("lin"), name: "小林".into(), handles };
    let message = Message {
        mentions: vec![Mention::All, Mention::Person(lin)],
        image: Some("https://x.example/p.png?a=1,2&b=[3]".into()),
        ..Message::text("**读** [CQ:at,qq=all] \\&amp; <a>")
    };
    let found = ask(&python, NONEBOT, &bodies(ChannelKind::Onebot, &message)[0]);
    assert_eq!(found["text"], "  读 [CQ:at,qq=all] &amp; <a>\n");
    assert_eq!(found["again"], found["text"]);
    assert_eq!(found["at"], json!(["all", "10001"]));
    assert_eq!(found["image"], json!(["https://x.example/p.png?a=1,2&b=[3]"]));
    assert_eq!(found["kinds"], json!(["at", "text", "at", "text", "image"]));
}

/// A Synapse on a free port of this machine, with its data in a folder that goes with it.
pub(crate) struct Homeserver {
    process: Child,
    pub(crate) url: String,
    client: reqwest::Client,
    _folder: tempfile::TempDir,
}

impl Drop for Homeserver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Homeserver {
    pub(crate) async fn start(python: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let at = |name: &str| folder.path().join(name).display().to_string();
        let config = json!({
            "server_name": "hs.test",
            "report_stats": false,
            "pid_file": at("pid"),
            "signing_key_path": at("signing.key"),
            "media_store_path": at("media"),
            "listeners": [{
                "port": port, "bind_addresses": ["127.0.0.1"], "type": "http", "tls": false,
                "resources": [{ "names": ["client"], "compress": false }],
            }],
            "database": { "name": "sqlite3", "args": { "database": at("db.sqlite") } },
            "enable_registration": true,
            "enable_registration_without_verification": true,
            "trusted_key_servers": [],
            "suppress_key_server_warning": true,
            // Little enough that it says so, soon over.
            "rc_message": { "per_second": 4, "burst_count": 3 },
        });
        std::fs::write(at("hs.yaml"), config.to_string()).unwrap();
        let homeserver = || {
            let mut command = Command::new(python);
            command.args(["-m", "synapse.app.homeserver", "-c", &at("hs.yaml")]);
            command.current_dir(folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        assert!(homeserver().arg("--generate-keys").status().unwrap().success());
        let mut process = homeserver().spawn().unwrap();
        // Fails when another test was first, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("http://127.0.0.1:{port}");
        while client.get(format!("{url}/_matrix/client/versions")).send().await.is_err() {
            assert!(process.try_wait().unwrap().is_none(), "the homeserver has ended");
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        Self { process, url, client, _folder: folder }
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: Value) -> Value {
        self.asks(reqwest::Method::POST, path, token, body.to_string()).await
    }

    pub(crate) async fn put(&self, path: &str, token: &str, body: Value) -> Value {
        self.asks(reqwest::Method::PUT, path, token, body.to_string()).await
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Value {
        self.asks(reqwest::Method::GET, path, token, String::new()).await
    }

    async fn asks(&self, method: reqwest::Method, path: &str, token: &str, body: String) -> Value {
        let request = self.client.request(method, format!("{}/_matrix/client/v3/{path}", self.url));
        // A registration that shows a token is refused.
        let request = if token.is_empty() { request } else { request.bearer_auth(token) };
        let answer = request.body(body).send().await.unwrap();
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }

    /// An account; gives its id and its token.
    pub(crate) async fn account(&self, name: &str) -> (String, String) {
        let auth = json!({ "type": "m.login.dummy" });
        let body = json!({ "username": name, "password": "p4ssw0rd", "auth": auth });
        let answer = self.post("register", "", body).await;
        let word = |key: &str| answer[key].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
        (word("user_id"), word("access_token"))
    }

    /// The contents of the room's messages, oldest first.
    async fn messages(&self, room: &str, token: &str) -> Vec<Value> {
        let room = room.replace('!', "%21").replace(':', "%3A");
        let url = format!("{}/_matrix/client/v3/rooms/{room}/messages?dir=b&limit=100", self.url);
        let answer = self.client.get(url).bearer_auth(token).send().await.unwrap();
        let answer: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        let events = answer["chunk"].as_array().unwrap().iter().rev();
        events.filter(|event| event["type"] == "m.room.message").map(|e| e["content"].clone()).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_homeserver_takes_what_is_sent() {
    let Some(python) = judge::python() else { return };
    let homeserver = Homeserver::start(&python).await;
    let (_, token) = homeserver.account("bot").await;
    let (reader, reading) = homeserver.account("reader").await;
    let created = homeserver.post("createRoom", &token, json!({ "preset": "public_chat" })).await;
    let room = created["room_id"].as_str().unwrap().to_owned();
    homeserver.post(&format!("join/{}", room.replace('!', "%21")), &reading, json!({})).await;
    let settings = [("url", &*homeserver.url), ("token", &*token), ("room", &*room)];
    let fast = with(ChannelKind::Matrix, &settings);
    let post = Post::start();
    let handles = BTreeMap::from([("matrix".to_owned(), reader.clone())]);
    let person = Person { id: PersonId::new("r"), name: "Reader".into(), handles };
    let message = Message { mentions: vec![Mention::Person(person)], ..Message::text(HARD) };
    let first = submit(&post, &target_of(&fast), message);
    assert_eq!(post.settled(1).await[0].outcome, ParcelOutcome::Accepted);

    // The same effect again is the same transaction: one event.
    let again = Job { key: 1_000, ..first.clone() };
    post.courier.submit(vec![again]);
    post.settled(2).await;
    let seen = homeserver.messages(&room, &reading).await;
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0]["m.mentions"]["user_ids"], json!([reader]));
    assert!(seen[0]["formatted_body"].as_str().unwrap().contains("<td>Ann | Bob</td>"), "{}", seen[0]);

    // A burst meets the homeserver's own limit and is waited out; a reply names its event; the longest fits.
    submit(&post, &target_of(&fast), Message { reply_to: Some(first.effect), ..Message::text("reply") });
    for n in 0..6 {
        post.send("g", &target_of(&fast), &[&format!("burst {n}")]);
    }
    post.send("g", &target_of(&fast), &[&"**字**\"&".repeat(6_000)]);
    let settled = post.settled(10).await;
    assert!(settled.iter().all(|s| s.outcome == ParcelOutcome::Accepted), "{settled:?}");
    assert!(settled.iter().any(|s| s.attempts > 1 && s.part == 1), "never limited");
    let seen = homeserver.messages(&room, &reading).await;
    let event = settled[0].note.strip_prefix("event ").unwrap();
    assert_eq!(seen[1]["m.relates_to"]["m.in_reply_to"]["event_id"], event);
    let bodies: Vec<&str> = seen[2..8].iter().map(|content| content["body"].as_str().unwrap()).collect();
    assert_eq!(bodies, ["burst 0", "burst 1", "burst 2", "burst 3", "burst 4", "burst 5"]);
    let long: String = seen[8..].iter().map(|content| content["body"].as_str().unwrap()).collect();
    assert_eq!(long.chars().filter(|c| *c == '字').count(), 6_000);

    // By the command, and what a refusal says.
    let file = |token: &str| {
        let settings =
            format!("type: matrix, url: \"{}\", token: {{ env: {token} }}, room: \"{room}\"", homeserver.url);
        format!("name: demo\nchannels:\n  group: {{ {settings} }}\nplays: {{}}\n")
    };
    let place = Playground::new().file("demo.yaml", &file("TOKEN")).file("wrong.yaml", &file("WRONG"));
    let place = place.env("TOKEN", &token).env("WRONG", "syt_wrong_wrong");
    let gentle = std::time::Duration::from_millis(1_500);
    tokio::time::sleep(gentle).await;
    let sent = place.run(&["send", "group", "**by hand**", "--file", "demo.yaml"]).exits(0);
    assert!(sent.stdout.starts_with("accepted (HTTP 200): event $"), "{}", sent.stdout);
    let refused = place.run(&["send", "group", "hi", "--file", "wrong.yaml"]).exits(4);
    assert!(refused.stdout.contains("the homeserver does not know this token"), "{}", refused.stdout);
    let last = homeserver.messages(&room, &reading).await.pop().unwrap();
    assert_eq!(last["formatted_body"], "<p><strong>by hand</strong></p>");
}
