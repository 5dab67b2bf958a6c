//! Long connections of Mattermost, DingTalk and WeCom through the real binary: who comes is welcomed, what is said to
//! the robot answers the question that is open, what was recorded is acknowledged, and what is in the way is named.

use crate::help::{
    fakes::long_connection::{DINGTALK, HEARD_UNTIL, LongConnection, MATTERMOST, Manners, WECOM},
    playground::{Playground, Process, eventually},
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const PLAYS: &str = "\
plays:
  welcome:
    on: member.joined
    steps:
      - { post: \"welcome ${member.id}\", to: console }
  riddle:
    on: riddle.asked
    steps:
      - { ask: What has keys?, fields: [word], open_for: 1h, as: guessed, to: console }
  bye:
    on: member.left
    steps:
      - { post: \"farewell, ${signal.data.how}\", to: console }
";

struct Scene {
    _runtime: Runtime,
    fake: LongConnection,
    play: Playground,
}

fn scene(manners: &'static Manners, channel: &str, env: &[(&str, &str)]) -> Scene {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let fake = runtime.block_on(LongConnection::start(manners));
    let channel = channel.replace("PORT", &fake.port.to_string());
    let text =
        format!("name: club\ntimezone: UTC\nchannels:\n  group: {channel}\n  console: console\n{PLAYS}");
    let play =
        env.iter().fold(Playground::new().file("p.yaml", &text), |play, (name, value)| play.env(name, value));
    Scene { _runtime: runtime, fake, play }
}

fn listening(play: &Playground) -> Process {
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("listens for");
    engine
}

fn log(play: &Playground, entry: &str) -> Vec<Value> {
    let log = play.run(&["log", "p.yaml", "--all", "--format", "json"]).exits(0).json_lines();
    log.into_iter().filter(|line| line["entry"] == entry).collect()
}

#[test]
fn mattermost_is_heard_by_a_bot_and_what_was_posted_meanwhile_is_asked_for() {
    let channel = "{ type: mattermost, url: { env: URL }, token: { env: TOKEN }, chat: c1 }";
    let scene = scene(&MATTERMOST, channel, &[("TOKEN", "mm-token")]);
    let url = format!("http://127.0.0.1:{}/hooks/abc", scene.fake.port);
    let play = scene.play.env("URL", &url);
    let engine = listening(&play);
    let event = |name: &str, data: Value| json!({ "event": name, "seq": 3, "data": data, "broadcast": { "channel_id": "c1", "user_id": "" } });
    scene.fake.happens(&event("user_added", json!({ "user_id": "u1", "team_id": "t" })));
    eventually("a welcome", || engine.stdout().contains("welcome mattermost:u1"));
    let post = json!({
        "id": "p1", "create_at": HEARD_UNTIL, "user_id": "u1", "channel_id": "c1", "message": "secret words",
        "type": "", "props": {},
    });
    let said = event("posted", json!({ "post": post.to_string(), "sender_name": "@ann" }));
    // What is told twice counts once.
    scene.fake.happens(&said);
    scene.fake.happens(&said);
    let heard = || log(&play, "heard");
    eventually("a message", || !heard().is_empty());
    scene.fake.closes();
    engine.line("hears nothing: Mattermost closed the connection");
    engine.line("listens for");
    scene.fake.happens(&event("user_removed", json!({ "user_id": "u1", "remover_id": "u9" })));
    eventually("a farewell", || engine.stdout().contains("farewell, removed"));
    assert!(log(&play, "gap").is_empty(), "its posts have it");
    eventually("somebody who came meanwhile", || engine.stdout().contains("welcome mattermost:u8"));
    let _ = engine.stop().exits(0);
    // Each once, however often the posts are asked for.
    let engine = listening(&play);
    let _ = engine.stop().exits(0);
    let by = |who: &str| {
        let heard = heard();
        let all = heard.iter().flat_map(|fact| fact["by"].as_array().unwrap().clone());
        all.filter(|one| one[0] == format!("mattermost:{who}")).filter_map(|one| one[1].as_u64()).sum::<u64>()
    };
    assert_eq!((by("u1"), by("u8")), (1, 1));
    let all = play.run(&["log", "p.yaml", "--all", "--format", "json"]).exits(0).stdout;
    assert!(!all.contains("secret words") && !all.contains("mm-token"));
    let play = play.env("TOKEN", "wrong-token-1");
    let engine = play.start(&["run", "p.yaml"]);
    let line = engine.line("does not take the token");
    assert!(!line.contains("wrong-token-1"), "{line}");
    let _ = engine.stop().exits(0);
}

#[test]
fn dingtalk_tells_over_its_stream_what_is_acknowledged_once_it_is_recorded() {
    let channel = "{ type: dingtalk, url: { env: URL }, app: dingx, app_secret: { env: SECRET }, chat: cid1, \
                   base_url: \"http://127.0.0.1:PORT\" }";
    let scene = scene(
        &DINGTALK,
        channel,
        &[("URL", "https://oapi.dingtalk.com/robot/send?access_token=x"), ("SECRET", "ding-secret")],
    );
    let (fake, play) = (&scene.fake, &scene.play);
    let engine = play.start(&["run", "p.yaml"]);
    let head =
        |topic: &str, id: &str| json!({ "topic": topic, "messageId": id, "contentType": "application/json" });
    let ping = json!({ "type": "SYSTEM", "headers": head("ping", "m0"), "data": "{\"opaque\":\"x\"}" });
    eventually("a ping is answered", || {
        fake.happens(&ping);
        fake.said().iter().any(|ack| ack["data"] == "{\"opaque\":\"x\"}")
    });
    engine.line("listens for");
    let mut headers = head("*", "m1");
    headers["eventType"] = json!("chat_add_member");
    headers["eventId"] = json!("e1");
    let data = json!({ "openConversationId": "cid1", "userId": ["u1"], "operator": "u9" }).to_string();
    let joined = json!({ "type": "EVENT", "headers": headers, "data": data });
    fake.happens(&joined);
    fake.happens(&joined);
    eventually("a welcome", || engine.stdout().contains("welcome dingtalk:u1"));
    eventually("both are acknowledged", || {
        fake.said().iter().filter(|ack| ack["headers"]["messageId"] == "m1" && ack["code"] == 200).count()
            == 2
    });
    // Whoever calls the robot answers the question that is open.
    let _ = play.run(&["signal", "riddle.asked"]).exits(0);
    let data = json!({
        "conversationType": "2", "conversationId": "cid1", "msgId": "m9", "senderStaffId": "u1", "senderNick": "朱",
        "msgtype": "text", "text": { "content": " 钢琴 " },
    });
    fake.happens(&json!({
        "type": "CALLBACK", "headers": head("/v1.0/im/bot/messages/get", "m2"), "data": data.to_string(),
    }));
    eventually("an answer", || {
        log(play, "answered").first().is_some_and(|line| line["value"]["word"] == "钢琴")
    });
    // Before a connection ends the next one is opened, without a pause and without a word.
    fake.happens(&json!({ "type": "SYSTEM", "headers": head("disconnect", "m3"), "data": "{}" }));
    let pings = || fake.said().iter().filter(|ack| ack["headers"]["messageId"] == "m4").count();
    let ping = json!({ "type": "SYSTEM", "headers": head("ping", "m4"), "data": "{}" });
    eventually("the next connection", || {
        fake.happens(&ping);
        pings() > 0
    });
    let _ = engine.stop().exits(0);
    assert_eq!(log(play, "signal_received").iter().filter(|line| line["name"] == "member.joined").count(), 1);
}

#[test]
fn wecoms_bot_hears_whoever_calls_it_and_is_not_fought_over() {
    let channel = "{ type: wecom, url: { env: URL }, bot: aib1, secret: { env: SECRET }, chat: wrX, \
                   base_url: \"http://127.0.0.1:PORT\" }";
    let url = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x";
    let scene = scene(&WECOM, channel, &[("URL", url), ("SECRET", "bot-secret")]);
    let (fake, play) = (&scene.fake, &scene.play);
    let engine = listening(play);
    assert_eq!(fake.said()[0]["cmd"], "aibot_subscribe");
    let _ = play.run(&["signal", "riddle.asked"]).exits(0);
    fake.happens(&json!({ "cmd": "aibot_msg_callback", "headers": { "req_id": "r1" }, "body": {
        "msgid": "m1", "chatid": "wrX", "chattype": "group", "from": { "userid": "zhu" }, "msgtype": "text",
        "text": { "content": "@机器人 钢琴" },
    } }));
    eventually("an answer", || {
        log(play, "answered")
            .first()
            .is_some_and(|line| line["value"]["word"] == "钢琴" && line["member"] == "wecom:zhu")
    });
    fake.happens(&json!({ "cmd": "aibot_event_callback", "headers": { "req_id": "r2" }, "body": {
        "event": { "eventtype": "disconnected_event" },
    } }));
    engine.line("another program holds this connection");
    let _ = engine.stop().exits(0);
    let play = scene.play.env("SECRET", "wrong-secret-1");
    let engine = play.start(&["run", "p.yaml"]);
    let line = engine.line("does not take `bot` and `secret`");
    assert!(!line.contains("wrong-secret-1"), "{line}");
    let _ = engine.stop().exits(0);
}
