//! One bot in many chats: each chat has its limit, and all of them together have the bot's.

use crate::{
    help::fakes::{Fake, Reply},
    help::playground::{Playground, eventually},
};
use serde_json::json;
use std::{collections::BTreeMap, fmt::Write as _, time::Duration};

#[test]
fn all_chats_of_a_telegram_bot_together_get_thirty_messages_a_second() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let fake = runtime.block_on(Fake::start(|seen, n| {
        // What the bot hears is another matter.
        if !seen.path.ends_with("/sendMessage") {
            return Reply::Hang;
        }
        Reply::json(&json!({ "ok": true, "result": { "message_id": n + 1 } }))
    }));
    let mut groups = String::new();
    for chat in 0..75 {
        let _ = writeln!(groups, "  g{chat}: {{ channels: {{ group: {{ chat: \"-{}\" }} }} }}", 1_000 + chat);
    }
    let text = format!(
        "name: club\ntimezone: UTC\nchannels:\n  group: {{ type: telegram, token: \"1:AbC\", chat: \"-1\", base_url: \
         \"http://127.0.0.1:{}\" }}\ngroups:\n{groups}plays:\n  hello:\n    on: group.created\n    steps:\n      - post: \
         first\n      - post: second\n",
        fake.port
    );
    let play = Playground::new().file("p.yaml", &text);
    let engine = play.start(&["run", "p.yaml"]);
    let sent = || {
        let seen = fake.seen().into_iter().filter(|seen| seen.path.ends_with("/sendMessage"));
        seen.collect::<Vec<_>>()
    };
    eventually("two messages a chat", || sent().len() == 150);
    let _ = engine.stop().exits(0);
    let seen = sent();
    let mut at: Vec<_> = seen.iter().map(|seen| seen.at).collect();
    at.sort();
    // What is written within a second may be read within less of one.
    let least = Duration::from_millis(900);
    for some in at.windows(31) {
        assert!(some[30] - some[0] >= least, "31 messages of one bot within {:?}", some[30] - some[0]);
    }
    // No chat's second message goes before the first of another.
    let mut of_chat: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for seen in &seen {
        let body = seen.json();
        let chat = body["chat_id"].as_i64().or_else(|| body["chat_id"].as_str()?.parse().ok()).unwrap();
        of_chat.entry(chat).or_default().push(body["text"].as_str().unwrap().to_owned());
    }
    assert_eq!(of_chat.len(), 75);
    assert!(of_chat.values().all(|texts| texts == &["first", "second"]), "{of_chat:?}");
}
