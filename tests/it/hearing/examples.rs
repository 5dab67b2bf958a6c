//! The examples that hear, each as it is shipped, against a stand-in of its platform: nothing is typed by hand. Only
//! where the platform is stands otherwise in the file.

use crate::help::{
    fakes::{
        discord_gateway::{self, Gateway},
        matrix_sync::{self, Homeserver},
        onebot_socket::{self, OnebotSocket},
        telegram_updates::{Bot, CHAT, TOKEN},
    },
    playground::{Playground, Process, eventually},
};
use serde_json::{Value, json};
use std::path::Path;
use tokio::runtime::Runtime;

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// An example with other words for where its platform is.
fn example(name: &str, other: &[(&str, String)]) -> Playground {
    let path = format!("examples/{name}/{name}.yaml");
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&path)).unwrap();
    let text = other.iter().fold(text, |text, (from, to)| {
        assert!(text.contains(from), "{path} has {from}");
        text.replace(from, to)
    });
    // Quiet hours would make a test of the night another one.
    let text = text.replace("budgets:\n  quiet:", "vars:\n  quiet:");
    Playground::new().file("p.yaml", &text)
}

fn listening(play: &Playground) -> Process {
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("listens for");
    engine
}

fn answers(play: &Playground) -> Vec<Value> {
    let log = play.run(&["log", "p.yaml", "--all", "--format", "json"]).exits(0).json_lines();
    log.into_iter().filter(|line| line["entry"] == "answered").map(|line| line["value"].clone()).collect()
}

#[test]
fn the_telegram_example_welcomes_asks_and_counts() {
    let runtime = runtime();
    let (bot, fake) = runtime.block_on(Bot::start());
    let play = example(
        "telegram-club",
        &[(
            "chat: \"-1001234567890\"",
            format!("chat: \"{CHAT}\", base_url: \"http://127.0.0.1:{}\", rate: 1000 per 1s", fake.port),
        )],
    )
    .env("BOT_TOKEN", TOKEN);
    let engine = listening(&play);
    let said = |words: &str| {
        bot.sent().iter().any(|sent| sent["text"].as_str().is_some_and(|text| text.contains(words)))
    };
    let ben = json!({ "id": 42, "is_bot": false, "first_name": "Ben" });
    bot.happens(json!({ "message": {
        "message_id": 10, "date": 1_800_000_000, "chat": { "id": CHAT }, "from": ben, "new_chat_members": [ben],
    } }));
    eventually("a welcome", || said("Ben"));
    bot.writes(11, &ben, "riddle");
    eventually("the riddle", || said("What has keys"));
    let number = bot.sent().len();
    bot.happens(json!({ "message": {
        "message_id": 12, "date": 1_800_000_100, "chat": { "id": CHAT }, "from": ben, "text": "A piano",
        "reply_to_message": { "message_id": number, "from": { "id": 123_456, "is_bot": true } },
    } }));
    bot.writes(13, &ben, "vote");
    eventually("the poll", || bot.sent().iter().any(|sent| sent["question"].is_string()));
    let number = bot.sent().len();
    bot.happens(
        json!({ "poll_answer": { "poll_id": format!("77{number}"), "user": ben, "option_ids": [1] } }),
    );
    eventually("both answers", || answers(&play) == [json!({ "word": "A piano" }), json!("A walk")]);
    bot.happens(json!({ "message": {
        "message_id": 14, "date": 1_800_000_200, "chat": { "id": CHAT }, "from": ben, "left_chat_member": ben,
    } }));
    eventually("a farewell", || said("Ben has left us"));
    let _ = engine.stop().exits(0);
}

#[test]
fn the_qq_example_welcomes_notes_who_is_there_and_asks() {
    let runtime = runtime();
    let qq = runtime.block_on(OnebotSocket::start());
    let play = example(
        "qq-group",
        &[
            ("ws://127.0.0.1:3001", format!("ws://127.0.0.1:{}", qq.port)),
            ("group: \"123456789\"", format!("group: \"{}\", rate: 100 per 1s", onebot_socket::GROUP)),
        ],
    )
    .env("ONEBOT_TOKEN", onebot_socket::TOKEN);
    let engine = listening(&play);
    let said = |words: &str| qq.sent().iter().any(|sent| sent.to_string().contains(words));
    let text = |words: &str| json!([{ "type": "text", "data": { "text": words } }]);
    qq.happens(json!({
        "post_type": "notice", "notice_type": "group_increase", "sub_type": "approve", "user_id": 42, "operator_id": 7,
    }));
    eventually("a welcome", || said("欢迎新朋友"));
    qq.writes(1, 42, "小本", &text("签到"));
    eventually("a check-in by name", || said("小本 今天签到了"));
    qq.writes(2, 42, "小本", &text("谜语"));
    eventually("the riddle", || said("什么东西有键"));
    let number = qq.sent().len().to_string();
    let mut reply = vec![json!({ "type": "reply", "data": { "id": number } })];
    reply.extend(text("钢琴").as_array().unwrap().clone());
    qq.writes(3, 42, "小本", &json!(reply));
    eventually("an answer", || answers(&play) == [json!({ "谜底": "钢琴" })]);
    qq.happens(json!({
        "post_type": "notice", "notice_type": "group_decrease", "sub_type": "leave", "user_id": 42, "operator_id": 42,
    }));
    eventually("a farewell", || said("小本 离开了"));
    let _ = engine.stop().exits(0);
}

#[test]
fn the_matrix_example_welcomes_and_asks() {
    let runtime = runtime();
    let (server, fake) = runtime.block_on(Homeserver::start());
    let play = example(
        "matrix-room",
        &[
            ("https://matrix.example.org", format!("http://127.0.0.1:{}", fake.port)),
            ("!room:example.org\"", format!("{}\", rate: 100 per 1s", matrix_sync::ROOM)),
        ],
    )
    .env("MX_TOKEN", matrix_sync::TOKEN);
    let engine = listening(&play);
    eventually("a question from a place", || server.since().last().is_some_and(Option::is_some));
    let moved = |membership: &str, before: &str| {
        let more =
            json!({ "state_key": "@ben:hs", "unsigned": { "prev_content": { "membership": before } } });
        let content = json!({ "membership": membership, "displayname": "Ben" });
        server.happens("m.room.member", "@ben:hs", &content, &more);
    };
    let said = |words: &str| {
        server.sent().iter().any(|sent| sent["body"].as_str().is_some_and(|body| body.contains(words)))
    };
    moved("join", "leave");
    eventually("a welcome", || said("Welcome to the reading room"));
    server.happens(
        "m.room.message",
        "@ben:hs",
        &json!({ "msgtype": "m.text", "body": "chapter" }),
        &json!({}),
    );
    eventually("the question", || said("Which sentence"));
    let asked = format!("$s{}", server.sent().len());
    let reply = json!({
        "msgtype": "m.text", "body": "Call me Ishmael", "m.relates_to": { "m.in_reply_to": { "event_id": asked } },
    });
    server.happens("m.room.message", "@ben:hs", &reply, &json!({}));
    eventually("an answer", || answers(&play) == [json!({ "sentence": "Call me Ishmael" })]);
    moved("leave", "join");
    eventually("a farewell", || said("Ben has left the room"));
    let _ = engine.stop().exits(0);
}

#[test]
fn the_discord_example_welcomes_together_and_puts_a_poll() {
    let runtime = runtime();
    let discord = runtime.block_on(Gateway::start());
    let base = format!("http://127.0.0.1:{}", discord.fake.port);
    let chat = format!("chat: \"{}\", base_url: \"{base}\", rate: 100 per 1s", discord_gateway::CHAT);
    let other = [("chat: \"1123456789012345678\"", chat), ("batch: 10m", "batch: 2s".into())];
    let play = example("discord-club", &other).env("DISCORD_BOT", discord_gateway::TOKEN);
    let engine = listening(&play);
    let said = |words: &str| discord.id_of(words).is_some();
    for (id, name) in [("80351110224678912", "Ben"), ("80351110224678913", "Eve")] {
        let user = json!({ "id": id, "username": "x", "global_name": name });
        discord.happens("GUILD_MEMBER_ADD", &json!({ "user": user, "joined_at": "2027-01-15T08:00:00Z" }));
    }
    eventually("a welcome for both", || said("Welcome, Ben, Eve!"));
    discord.writes(600, "80351110224678912", "game", None);
    eventually("a first message", || engine.stdout().contains("Ben has spoken up"));
    eventually("the poll", || discord.sent().iter().any(|sent| sent["poll"].is_object()));
    let vote = json!({
        "user_id": "80351110224678913", "channel_id": discord_gateway::CHAT, "answer_id": 2,
        "message_id": discord.id_of("What do we play").unwrap(),
    });
    discord.happens("MESSAGE_POLL_VOTE_ADD", &vote);
    eventually("a vote", || answers(&play) == [json!("Hanabi")]);
    let gone = json!({ "user": { "id": "80351110224678912", "username": "ben.x", "global_name": "Ben" } });
    discord.happens("GUILD_MEMBER_REMOVE", &gone);
    eventually("a task", || play.run(&["tasks", "p.yaml"]).exits(0).stdout.contains("Ben has left"));
    let _ = engine.stop().exits(0);
}
