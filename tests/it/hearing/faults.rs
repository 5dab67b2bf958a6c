//! What connections do to every ear that has a socket: they tell twice, in another order, in pieces, with rubbish in
//! between, are closed, cut and refused, and lead nowhere after the machine has slept; and still everything that was told
//! over an open one counts once.
//!
//! Where each misbehaviour is held, by ear; *here* is the test below, *wire* the one place that drops a silent socket,
//! tried with Discord's and Feishu's intervals, which a server sets.
//!
//! | ear | repeats, reorders | splits frames | closes, cuts | stalls | sleeps | a second program | moves |
//! |---|---|---|---|---|---|---|---|
//! | `telegram` | `ears` | long polls | `ears` | a poll's own patience | `ears` | 409: `ears` | – |
//! | `matrix` | `ears` | long polls | `ears` | a poll's own patience | as Telegram's | each hears all | – |
//! | `onebot` | here | here | here | wire | here | each hears all | – |
//! | `slack` | here | here | here | wire | here | `slack` | `slack` |
//! | `discord` | here | in pieces of JSON: here | here | `discord` | here | each hears all | `discord` |
//! | `feishu` | here | in pieces: here | here | `feishu` | here | `feishu` | each connection asks for its address |
//! | `mattermost` | here | here | here | wire | here | each hears all | – |
//! | `dingtalk` | here | here | here | wire | here | random share | `long` |
//! | `wecom` | here | here | here | wire | here | `long` | – |

use crate::{
    hearing::{ears::runtime, load::counted},
    help::{
        fakes::{
            discord_gateway::{self, Gateway},
            feishu_app::{self, LarkApp, written},
            long_connection::{DINGTALK, LongConnection, MATTERMOST, Manners, WECOM},
            onebot_socket::{self, OnebotSocket},
            slack_socket::{self, Workspace},
            sockets::Say,
        },
        playground::{Playground, eventually},
    },
};
use serde_json::json;
use tokio::runtime::Runtime;

/// A platform that tells messages by number: the same number is the same message.
pub(super) trait Platform {
    /// What the file says of the channel.
    fn channel(&self) -> String;
    /// Secrets by the name of their variable.
    fn env(&self) -> Vec<(&'static str, String)>;
    /// Tells a message over every open connection.
    fn tells(&self, number: usize);
    /// Does something at every open connection.
    fn says(&self, say: Say);
    /// The message as one frame of text; none where frames are something else.
    fn frame(&self, number: usize) -> Option<String>;
}

struct Qq(OnebotSocket);

impl Platform for Qq {
    fn channel(&self) -> String {
        let (port, group) = (self.0.port, onebot_socket::GROUP);
        format!(
            "{{ type: onebot, url: \"ws://127.0.0.1:{port}\", token: {{ env: TOKEN }}, group: \"{group}\" }}"
        )
    }

    fn env(&self) -> Vec<(&'static str, String)> {
        vec![("TOKEN", onebot_socket::TOKEN.into())]
    }

    fn tells(&self, number: usize) {
        self.says(Say::Text(self.frame(number).unwrap()));
    }

    fn says(&self, say: Say) {
        self.0.says(say);
    }

    fn frame(&self, number: usize) -> Option<String> {
        let event = json!({
            "time": 1_790_000_000, "self_id": 1, "post_type": "message", "message_type": "group", "sub_type": "normal",
            "group_id": onebot_socket::GROUP, "user_id": 42, "message_id": number,
            "message": [{ "type": "text", "data": { "text": "你好" } }],
            "sender": { "user_id": 42, "nickname": "ben", "card": "", "role": "member" },
        });
        Some(event.to_string())
    }
}

impl Platform for Workspace {
    fn channel(&self) -> String {
        let (port, chat) = (self.fake.port, slack_socket::CHAT);
        format!(
            "{{ type: slack, app: {{ env: APP }}, token: {{ env: TOKEN }}, chat: {chat}, base_url: \"http://127.0.0.1:{port}/api\" }}"
        )
    }

    fn env(&self) -> Vec<(&'static str, String)> {
        vec![("APP", slack_socket::APP.into()), ("TOKEN", slack_socket::BOT.into())]
    }

    fn tells(&self, number: usize) {
        self.writes(&format!("18000000{number:02}.000100"), "U0BEN", "hello", None);
    }

    fn says(&self, say: Say) {
        self.sockets.say_newest(say);
    }

    fn frame(&self, number: usize) -> Option<String> {
        let ts = format!("18000000{number:02}.000100");
        let event = json!({ "type": "message", "channel": slack_socket::CHAT, "user": "U0BEN", "ts": ts, "text": "hello" });
        let payload = json!({ "type": "event_callback", "event_id": format!("E{number}"), "event": event });
        Some(
            json!({ "type": "events_api", "envelope_id": format!("x{number}"), "payload": payload })
                .to_string(),
        )
    }
}

impl Platform for Gateway {
    fn channel(&self) -> String {
        let (port, chat) = (self.fake.port, discord_gateway::CHAT);
        format!(
            "{{ type: discord, token: {{ env: TOKEN }}, chat: \"{chat}\", base_url: \"http://127.0.0.1:{port}\" }}"
        )
    }

    fn env(&self) -> Vec<(&'static str, String)> {
        vec![("TOKEN", discord_gateway::TOKEN.into())]
    }

    // It goes in two frames, with a number of the session.
    fn tells(&self, number: usize) {
        self.writes(700 + number as u64, "80351110224678912", "hello", None);
    }

    fn says(&self, say: Say) {
        self.sockets.say_newest(say);
    }

    fn frame(&self, _: usize) -> Option<String> {
        None
    }
}

impl Platform for LarkApp {
    fn channel(&self) -> String {
        let (port, chat) = (self.fake.port, feishu_app::CHAT);
        format!(
            "{{ type: feishu, app: {{ env: APP }}, secret: {{ env: SECRET }}, chat: {chat}, base_url: \"http://127.0.0.1:{port}\" }}"
        )
    }

    fn env(&self) -> Vec<(&'static str, String)> {
        vec![("APP", feishu_app::APP.into()), ("SECRET", feishu_app::SECRET.into())]
    }

    // It goes in pieces, the last one first.
    fn tells(&self, number: usize) {
        let event = written(&format!("om_{number}"), "ou_ben", "你好", None);
        self.happens_as(number, "im.message.receive_v1", &event, number % 3 + 1);
    }

    fn says(&self, say: Say) {
        self.sockets.say_newest(say);
    }

    fn frame(&self, _: usize) -> Option<String> {
        None
    }
}

/// Mattermost, DingTalk and WeCom.
struct Long {
    fake: LongConnection,
    channel: &'static str,
    frame: fn(usize) -> String,
}

impl Platform for Long {
    fn channel(&self) -> String {
        self.channel.replace("PORT", &self.fake.port.to_string())
    }

    fn env(&self) -> Vec<(&'static str, String)> {
        vec![
            ("TOKEN", "mm-token".into()),
            ("DING", "ding-secret".into()),
            ("BOT", "bot-secret".into()),
            ("URL", format!("http://127.0.0.1:{}/hooks/abc", self.fake.port)),
            ("WECOM", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x".into()),
            ("OAPI", "https://oapi.dingtalk.com/robot/send?access_token=x".into()),
        ]
    }

    fn tells(&self, number: usize) {
        self.says(Say::Text((self.frame)(number)));
    }

    fn says(&self, say: Say) {
        self.fake.says(say);
    }

    fn frame(&self, number: usize) -> Option<String> {
        Some((self.frame)(number))
    }
}

fn mattermost(number: usize) -> String {
    let post = json!({
        "id": format!("p{number}"), "create_at": 1_800_000_000_000_i64, "user_id": "u1", "channel_id": "c1", "message": "hello",
        "type": "", "props": {},
    });
    let data = json!({ "post": post.to_string(), "sender_name": "@ann" });
    json!({ "event": "posted", "seq": number + 3, "data": data, "broadcast": { "channel_id": "c1", "user_id": "" } })
        .to_string()
}

fn dingtalk(number: usize) -> String {
    let data = json!({
        "conversationType": "2", "conversationId": "cid1", "msgId": format!("m{number}"), "senderStaffId": "u1",
        "senderNick": "朱", "msgtype": "text", "text": { "content": "你好" },
    });
    let headers = json!({
        "topic": "/v1.0/im/bot/messages/get", "messageId": format!("h{number}"), "contentType": "application/json",
    });
    json!({ "type": "CALLBACK", "headers": headers, "data": data.to_string() }).to_string()
}

fn wecom(number: usize) -> String {
    json!({ "cmd": "aibot_msg_callback", "headers": { "req_id": format!("r{number}") }, "body": {
        "msgid": format!("m{number}"), "chatid": "wrX", "chattype": "group", "from": { "userid": "zhu" },
        "msgtype": "text", "text": { "content": "@机器人 你好" },
    } })
    .to_string()
}

fn long(
    runtime: &Runtime,
    manners: &'static Manners,
    channel: &'static str,
    frame: fn(usize) -> String,
) -> Box<dyn Platform> {
    Box::new(Long { fake: runtime.block_on(LongConnection::start(manners)), channel, frame })
}

/// Every ear that has a socket.
pub(super) fn platforms(runtime: &Runtime) -> Vec<(&'static str, Box<dyn Platform>)> {
    vec![
        ("onebot", Box::new(Qq(runtime.block_on(OnebotSocket::start())))),
        ("slack", Box::new(runtime.block_on(Workspace::start()))),
        ("discord", Box::new(runtime.block_on(Gateway::start()))),
        ("feishu", Box::new(runtime.block_on(LarkApp::start()))),
        (
            "mattermost",
            long(
                runtime,
                &MATTERMOST,
                "{ type: mattermost, url: { env: URL }, token: { env: TOKEN }, chat: c1 }",
                mattermost,
            ),
        ),
        (
            "dingtalk",
            long(
                runtime,
                &DINGTALK,
                "{ type: dingtalk, url: { env: OAPI }, app: dingx, app_secret: { env: DING }, chat: cid1, base_url: \"http://127.0.0.1:PORT\" }",
                dingtalk,
            ),
        ),
        (
            "wecom",
            long(
                runtime,
                &WECOM,
                "{ type: wecom, url: { env: WECOM }, bot: aib1, secret: { env: BOT }, chat: wrX, base_url: \"http://127.0.0.1:PORT\" }",
                wecom,
            ),
        ),
    ]
}

#[test]
fn every_ear_counts_each_message_once_whatever_its_connection_does() {
    let runtime = runtime();
    for (name, platform) in platforms(&runtime) {
        let text = format!(
            "name: club\ntimezone: UTC\nchannels:\n  group: {}\nplays:\n  hello:\n    on: hello\n    steps:\n      - post: hello\n",
            platform.channel()
        );
        let play = Playground::new().file("p.yaml", &text).file("clock", "0 0");
        let clock = play.path("clock").display().to_string();
        let play = play.env("PLAYBOOK_CLOCK", &clock);
        let play = platform.env().iter().fold(play, |play, (name, value)| play.env(name, value));
        let engine = play.start(&["run", "p.yaml"]);
        engine.line("running");
        // Some greet nobody before something has happened; what is told again is the same message.
        let heard = |many: usize, number: usize, when: &str| {
            eventually(&format!("{name}: {when}"), || {
                platform.tells(number);
                counted(&play) == many as i64
            });
        };
        heard(1, 1, "a message, and once more");
        platform.tells(1);
        platform.tells(3);
        heard(3, 2, "one that was said before another and comes after it");
        if let Some(frame) = platform.frame(4) {
            platform.says(Say::Halves(frame));
        }
        heard(4, 4, "a frame in two pieces");
        for rubbish in
            ["", "nonsense", "{}", "[]", "null", "{\"op\":\"x\",\"type\":7,\"event\":[],\"cmd\":{}}"]
        {
            platform.says(Say::Text(rubbish.into()));
        }
        platform.says(Say::Bytes(vec![0xff; 64]));
        heard(5, 5, "a message after rubbish");
        for (number, say) in [(6, Say::Close(1_001)), (7, Say::Cut), (8, Say::Close(4_000))] {
            platform.says(say.clone());
            heard(number, number, &format!("a message after {say:?}"));
        }
        for number in 1..=8 {
            platform.tells(number);
        }
        heard(9, 9, "another one after all of them once more");
        // What was open before the machine slept is not believed.
        play.write_by_rename("clock", "60000 60000");
        engine.line("the machine slept");
        heard(10, 10, "a message after the machine slept");
        let output = engine.stop().exits(0);
        assert_eq!(counted(&play), 10, "{name}");
        assert!(!output.stderr.contains("bug of playbook"), "{name}: {}", output.stderr);
    }
}
