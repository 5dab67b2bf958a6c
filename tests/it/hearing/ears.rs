//! Ears through the real binary over real sockets: who joins is welcomed, what is answered counts, and what is in the
//! way is waited out and told.

use crate::{
    help::fakes::{
        Fake, Reply,
        matrix_sync::{self, Homeserver},
        onebot_socket::{self, OnebotSocket},
        telegram_updates::{Bot, CHAT, TOKEN, refusal},
    },
    help::playground::{Playground, Process, eventually},
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

pub(crate) fn telegram(plays: &str) -> (Runtime, Bot, Fake, Playground) {
    let runtime = runtime();
    let (bot, fake) = runtime.block_on(Bot::start());
    let text = format!(
        "name: club\ntimezone: UTC\nchannels:\n  group: {{ type: telegram, token: {{ env: BOT_TOKEN }}, chat: \"{CHAT}\", \
         base_url: \"http://127.0.0.1:{}\", rate: 1000 per 1s }}\n{plays}",
        fake.port
    );
    let play = Playground::new().file("p.yaml", &text).env("BOT_TOKEN", TOKEN);
    (runtime, bot, fake, play)
}

pub(crate) fn user(id: i64, name: &str) -> Value {
    json!({ "id": id, "is_bot": false, "first_name": name })
}

fn service(bot: &Bot, number: i64, from: &Value, key: &str, what: &Value) {
    let mut message =
        json!({ "message_id": number, "date": 1_800_000_000, "chat": { "id": CHAT }, "from": from });
    message[key] = what.clone();
    bot.happens(json!({ "message": message }));
}

fn said(bot: &Bot, words: &str) -> bool {
    bot.sent().iter().any(|sent| sent["text"].as_str().is_some_and(|text| text.contains(words)))
}

pub(crate) fn log(play: &Playground, entry: &str) -> Vec<Value> {
    let log = play.run(&["log", "p.yaml", "--all", "--format", "json"]).exits(0).json_lines();
    log.into_iter().filter(|line| line["entry"] == entry).collect()
}

/// What ears have told.
pub(crate) fn signals(play: &Playground) -> Vec<Value> {
    let heard = log(play, "signal_received").into_iter();
    heard.filter(|line| line["id"].as_str().is_some_and(|id| id.starts_with("in/"))).collect()
}

pub(crate) fn names(signals: &[Value]) -> Vec<&str> {
    signals.iter().filter_map(|line| line["name"].as_str()).collect()
}

pub(crate) fn listening(play: &Playground) -> Process {
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("listens for");
    // Whoever listens may not take commands yet.
    eventually("a running engine", || engine.stdout().contains("running; stop"));
    engine
}

const STORY: &str = "\
plays:
  welcome:
    on: member.joined
    steps:
      - post: Welcome ${member.name}!
  riddle:
    on: riddle.asked
    steps:
      - ask: What has keys and opens no door?
        fields: [word]
        open_for: 1h
        as: guessed
  vote:
    on: vote.asked
    steps:
      - { ask: \"Which book?\", options: [Emma, Ulysses], open_for: 1h, as: book }
  bye:
    on: member.left
    steps:
      - post: Farewell ${signal.member}, ${signal.data.how}
  thanks:
    on: message
    where: member.messages == 2
    steps:
      - post: ${member.name} has written twice
";

#[test]
fn whoever_joins_is_welcomed_and_what_is_answered_counts() {
    let (_runtime, bot, _fake, play) = telegram(STORY);
    let engine = listening(&play);
    let ben = user(42, "Ben");
    // Telegram tells of one join twice: as a message of the service, and as a change of a member.
    service(&bot, 10, &ben, "new_chat_members", &json!([ben]));
    bot.happens(json!({ "chat_member": {
        "date": 1_800_000_001, "chat": { "id": CHAT }, "from": ben,
        "old_chat_member": { "user": ben, "status": "left" }, "new_chat_member": { "user": ben, "status": "member" },
    } }));
    eventually("a welcome", || said(&bot, "Welcome Ben!"));
    // A riddle is answered by a reply to its message.
    let _ = play.run(&["signal", "riddle.asked"]).exits(0);
    eventually("the riddle", || said(&bot, "What has keys"));
    let number = bot.sent().len() as i64;
    bot.happens(json!({ "message": {
        "message_id": 20, "date": 1_800_000_100, "chat": { "id": CHAT }, "from": ben, "text": "A piano",
        "reply_to_message": { "message_id": number, "from": { "id": 123_456, "is_bot": true } },
    } }));
    // Or by a button under it.
    bot.happens(json!({ "callback_query": {
        "id": "q1", "from": ben, "data": "A piano!", "message": { "message_id": number, "chat": { "id": CHAT } },
    } }));
    eventually("an answer to who pressed", || bot.pressed() == ["q1"]);
    // A poll is answered by a vote.
    let _ = play.run(&["signal", "vote.asked"]).exits(0);
    eventually("the poll", || bot.sent().iter().any(|sent| sent["question"].is_string()));
    let number = bot.sent().len();
    bot.happens(
        json!({ "poll_answer": { "poll_id": format!("77{number}"), "user": ben, "option_ids": [1] } }),
    );
    let answered = || log(&play, "answered");
    eventually("three answers", || answered().len() == 3);
    let values: Vec<Value> = answered().iter().map(|line| line["value"].clone()).collect();
    assert_eq!(values, [json!({ "word": "A piano" }), json!({ "word": "A piano!" }), json!("Ulysses")]);
    bot.writes(30, &ben, "hello");
    eventually("a count of two messages", || said(&bot, "Ben has written twice"));
    service(&bot, 40, &user(7, "Ann"), "left_chat_member", &ben);
    eventually("a farewell", || said(&bot, "Farewell Ben, removed"));
    let _ = engine.stop().exits(0);
    let heard = signals(&play);
    assert_eq!(
        names(&heard),
        ["member.joined", "message", "answer", "answer", "answer", "message", "member.left"]
    );
    assert!(heard.iter().all(|line| line["member"] == "telegram:42"), "{heard:?}");
    // Who and when, never what was said: what answers a question is an answer.
    assert!(heard[1]["data"]["message"]["text"].is_null() && heard[5]["data"]["message"]["text"].is_null());
    assert_eq!(heard[2]["data"]["fields"]["word"], "A piano");
}

#[test]
fn what_was_committed_is_confirmed_and_nothing_is_heard_twice() {
    let (_runtime, bot, _fake, play) = telegram(STORY);
    let engine = listening(&play);
    bot.writes(1, &user(1, "Ann"), "one");
    bot.writes(2, &user(2, "Ben"), "two");
    eventually("two messages", || signals(&play).len() == 2);
    eventually("the next offset", || bot.polls().last() == Some(&Some(841_231_879)));
    drop(engine.kill());
    bot.writes(3, &user(1, "Ann"), "three");
    let engine = listening(&play);
    eventually("what came meanwhile", || signals(&play).len() == 3);
    let first_after = bot.polls().iter().rev().find(|offset| **offset == Some(841_231_879)).copied();
    assert!(first_after.is_some(), "it goes on where it was: {:?}", bot.polls());
    assert!(bot.polls().iter().skip(1).all(Option::is_some), "never from the beginning: {:?}", bot.polls());
    let _ = engine.stop().exits(0);
}

#[test]
fn what_is_in_the_way_is_told_once_and_waited_out() {
    let (_runtime, bot, _fake, play) = telegram(STORY);
    for reply in [Reply::Drop, Reply::text(502, "<html>bad gateway</html>"), Reply::text(200, "")] {
        bot.answers_next(reply);
    }
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("hears nothing");
    bot.writes(1, &user(1, "Ann"), "one");
    eventually("the message", || signals(&play).len() == 1);
    bot.answers_next(refusal(409, "Conflict: terminated by other getUpdates request"));
    bot.writes(2, &user(1, "Ann"), "two");
    let line = engine.line("another program holds this connection");
    assert!(!line.contains(TOKEN.split(':').nth(1).unwrap()), "{line}");
    let polls = bot.polls().len();
    let status = play.run(&["status", "p.yaml"]).exits(0);
    assert!(status.stdout.contains("another program holds this connection"), "{}", status.stdout);
    assert_eq!(bot.polls().len(), polls, "whoever holds it is not fought with");
    let _ = engine.stop().exits(0);
}

#[test]
fn a_poll_that_hangs_since_before_the_machine_slept_is_asked_anew() {
    let (_runtime, bot, _fake, play) = telegram(STORY);
    let play = play.file("clock", "0 0");
    let clock = play.path("clock").display().to_string();
    let play = play.env("PLAYBOOK_CLOCK", &clock);
    let engine = listening(&play);
    bot.writes(1, &user(1, "Ann"), "one");
    eventually("a message", || signals(&play).len() == 1);
    // The poll that waits now has what is written next; the one behind it hangs.
    bot.answers_next(Reply::Hang);
    bot.writes(2, &user(1, "Ann"), "two");
    eventually("a poll that hangs", || bot.has_answered());
    let known = signals(&play).len();
    bot.writes(3, &user(1, "Ann"), "three");
    play.write_by_rename("clock", "60000 60000");
    // It would be waited for longer than this looks.
    eventually("what came meanwhile", || signals(&play).len() == 3);
    assert!(known < 3, "the hanging poll brought nothing");
    let _ = engine.stop().exits(0);
}

#[test]
fn a_channel_says_how_much_it_hears_and_is_deaf_only_where_it_is() {
    let (_runtime, bot, _fake, play) = telegram(STORY);
    let text = play.read("p.yaml");
    assert!(!play.run(&["check", "p.yaml"]).exits(0).stdout.contains("cannot hear"), "telegram hears");
    let all = text.replace("rate:", "hear: all, rate:");
    play.write("p.yaml", &all);
    let checked = play.run(&["check", "p.yaml"]).exits(0);
    assert!(checked.stdout.contains("this playbook keeps no message text"), "{}", checked.stdout);
    let engine = listening(&play);
    bot.writes(1, &user(1, "Ann"), "read by nobody");
    eventually("a message", || signals(&play).len() == 1);
    assert!(signals(&play)[0]["data"]["message"]["text"].is_null(), "what nothing reads is not kept");
    let reads = "  hi:\n    on: message\n    where: signal.data.message.text == \"hi\"\n    steps:\n      - post: Hi!\n";
    play.write("p.yaml", &format!("{text}{reads}"));
    let checked = play.run(&["check", "p.yaml"]).exits(0);
    assert!(checked.stdout.contains("hear: all"), "who reads text has to say it: {}", checked.stdout);
    play.write("p.yaml", &format!("{all}{reads}"));
    let checked = play.run(&["check", "p.yaml"]).exits(0);
    assert!(checked.stdout.contains("keeps what members write"), "{}", checked.stdout);
    eventually("an answer to what was read", || {
        bot.writes(2, &user(1, "Ann"), "hi");
        said(&bot, "Hi!")
    });
    assert!(signals(&play).iter().any(|one| one["data"]["message"]["text"] == "hi"));
    play.write("p.yaml", &text.replace("rate:", "hear: nothing, rate:"));
    eventually("an edit that closes the ear", || {
        let before = bot.polls().len();
        bot.writes(2, &user(1, "Ann"), "unheard");
        std::thread::sleep(std::time::Duration::from_millis(200));
        bot.polls().len() == before
    });
    let checked = play.run(&["check", "p.yaml"]).exits(0);
    assert!(checked.stdout.contains("cannot hear who joins"), "{}", checked.stdout);
    let _ = engine.stop().exits(0);
    let robot = text.replace(
        "type: telegram, token: { env: BOT_TOKEN }, chat: \"-1001\", base_url:",
        "hear: all, type: teams, url:",
    );
    play.write("p.yaml", &robot);
    let refused = play.run(&["check", "p.yaml"]).exits(1);
    assert!(refused.stdout.contains("hears nothing"), "{}", refused.stdout);
}

/// Whether everything that is said today was heard, as far as the numbers know.
fn is_complete(play: &Playground) -> bool {
    let metrics = play.run(&["metrics", "p.yaml", "--format", "json"]).exits(0).json_lines();
    metrics.iter().any(|line| line["metric"] == "messages" && line["complete"] == true)
}

const QUESTION: &str = "\
plays:
  welcome:
    on: member.joined
    steps:
      - post: Welcome!
  riddle:
    on: riddle.asked
    steps:
      - { ask: What has keys?, fields: [word], open_for: 1h, as: guessed }
  bye:
    on: member.left
    steps:
      - post: Farewell, ${signal.data.how}
";

#[test]
fn a_qq_group_speaks_and_hears_over_one_address() {
    let runtime = runtime();
    let qq = runtime.block_on(OnebotSocket::start());
    let text = format!(
        "name: club\ntimezone: UTC\nchannels:\n  group: {{ type: onebot, url: \"ws://127.0.0.1:{}\", token: {{ env: QQ_TOKEN }}, \
         group: \"{}\", rate: 100 per 1s }}\n{QUESTION}",
        qq.port,
        onebot_socket::GROUP
    );
    let play = Playground::new().file("p.yaml", &text).env("QQ_TOKEN", onebot_socket::TOKEN);
    let engine = listening(&play);
    let said = |words: &str| qq.sent().iter().any(|sent| sent.to_string().contains(words));
    qq.happens(json!({ "post_type": "notice", "notice_type": "group_increase", "sub_type": "approve", "user_id": 42, "operator_id": 0 }));
    eventually("a welcome", || said("Welcome!"));
    let _ = play.run(&["signal", "riddle.asked"]).exits(0);
    eventually("the riddle", || said("What has keys?"));
    let number = qq.sent().len().to_string();
    qq.writes(
        77,
        42,
        "本",
        &json!([
            { "type": "reply", "data": { "id": number } }, { "type": "text", "data": { "text": "钢琴" } },
        ]),
    );
    eventually("an answer", || {
        log(&play, "answered").first().is_some_and(|line| line["value"]["word"] == "钢琴")
    });
    assert!(is_complete(&play));
    // Whoever is thrown out comes back, and a repeated event counts once.
    qq.closes();
    engine.line("hears nothing: the OneBot side closed the connection");
    engine.line("listens for");
    for _ in 0..2 {
        qq.happens(json!({ "post_type": "notice", "notice_type": "group_decrease", "sub_type": "kick", "user_id": 42, "operator_id": 7 }));
    }
    eventually("a farewell", || said("Farewell, removed"));
    // OneBot keeps nothing for whoever does not listen: from when to when is known, and so are the numbers.
    let gaps = log(&play, "gap");
    assert!(gaps.len() == 1 && gaps[0]["channel"] == "group" && gaps[0]["from"] != gaps[0]["to"], "{gaps:?}");
    assert!(!is_complete(&play));
    let _ = engine.stop().exits(0);
    eventually("the client is gone", || qq.clients() == 0);
    let heard = signals(&play);
    assert_eq!(names(&heard), ["member.joined", "message", "answer", "member.left"], "{heard:?}");
    assert!(heard.iter().all(|line| line["member"] == "onebot:42"), "{heard:?}");
    // A wrong token is said and not tried over and over.
    let play = play.env("QQ_TOKEN", "wrong-token-1");
    let engine = play.start(&["run", "p.yaml"]);
    let line = engine.line("does not take the token");
    assert!(!line.contains("wrong-token-1"), "{line}");
    let _ = engine.stop().exits(0);
}

#[test]
fn a_matrix_room_is_heard_from_where_it_was_left() {
    let runtime = runtime();
    let (server, fake) = runtime.block_on(Homeserver::start());
    let text = format!(
        "name: club\ntimezone: UTC\nchannels:\n  group: {{ type: matrix, url: \"http://127.0.0.1:{}\", token: {{ env: MX_TOKEN }}, \
         room: \"{}\", rate: 100 per 1s }}\n{QUESTION}",
        fake.port,
        matrix_sync::ROOM
    );
    let play = Playground::new().file("p.yaml", &text).env("MX_TOKEN", matrix_sync::TOKEN);
    server.happens(
        "m.room.message",
        "@ann:hs",
        &json!({ "msgtype": "m.text", "body": "long ago" }),
        &json!({}),
    );
    server.answers_next(Reply::error(
        429,
        &json!({ "errcode": "M_LIMIT_EXCEEDED", "error": "slow down", "retry_after_ms": 1 }),
    ));
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("asks for patience");
    eventually("a question from a place", || {
        server.since().last().is_some_and(|since| since.as_deref() == Some("1"))
    });
    let moved = |membership: &str, before: &str| {
        let more =
            json!({ "state_key": "@ben:hs", "unsigned": { "prev_content": { "membership": before } } });
        server.happens(
            "m.room.member",
            "@ben:hs",
            &json!({ "membership": membership, "displayname": "Ben" }),
            &more,
        );
    };
    moved("join", "leave");
    let said = |words: &str| {
        server.sent().iter().any(|sent| sent["body"].as_str().unwrap_or_default().contains(words))
    };
    eventually("a welcome", || said("Welcome!"));
    let _ = play.run(&["signal", "riddle.asked"]).exits(0);
    eventually("the riddle", || said("What has keys?"));
    let asked = format!("$s{}", server.sent().len());
    let reply = json!({ "msgtype": "m.text", "body": "A piano", "m.relates_to": { "m.in_reply_to": { "event_id": asked } } });
    server.happens("m.room.message", "@ben:hs", &reply, &json!({}));
    eventually("an answer", || {
        log(&play, "answered").first().is_some_and(|line| line["value"]["word"] == "A piano")
    });
    eventually("the cursor", || server.since().last().is_some_and(|since| since.as_deref() == Some("3")));
    drop(engine.kill());
    moved("leave", "join");
    let engine = play.start(&["run", "p.yaml"]);
    eventually("a farewell", || said("Farewell, left"));
    let _ = engine.stop().exits(0);
    let heard = signals(&play);
    assert_eq!(names(&heard), ["member.joined", "message", "answer", "member.left"], "{heard:?}");
    assert!(heard.iter().all(|line| line["member"] == "matrix:@ben:hs"), "{heard:?}");
}

#[test]
fn an_invitation_to_a_room_is_followed_and_an_encrypted_one_is_named() {
    let runtime = runtime();
    let (server, fake) = runtime.block_on(Homeserver::start());
    let text = format!(
        "name: club\nchannels:\n  group: {{ type: matrix, url: \"http://127.0.0.1:{}\", token: {{ env: MX_TOKEN }}, room: \"!r:x\" }}\n{QUESTION}",
        fake.port
    );
    let play = Playground::new().file("p.yaml", &text).env("MX_TOKEN", matrix_sync::TOKEN);
    server.invites();
    let dialogue = play.start(&["connect", "group", "p.yaml"]);
    dialogue.line("say anything");
    // What was said before anybody listened is no news.
    eventually("a question behind the invitation", || server.since().len() >= 2);
    server.happens(
        "m.room.encrypted",
        "@ann:hs",
        &json!({ "algorithm": "m.megolm.v1.aes-sha2" }),
        &json!({}),
    );
    let heard = dialogue.wait().exits(0).stdout;
    assert!(heard.contains("is encrypted") && heard.contains("only what is said to it"), "{heard}");
    assert!(heard.contains(&format!("write  room: \"{}\"", matrix_sync::ROOM)), "{heard}");
}

#[test]
fn a_channel_is_connected_in_a_dialogue() {
    let (_runtime, bot, _fake, play) = telegram(STORY);
    let silent = play.run(&["connect", "group", "p.yaml", "--wait", "1s"]).exits(3);
    assert!(
        silent.stdout.contains("the credential is taken") && silent.stdout.contains("/setprivacy"),
        "{silent:?}"
    );
    assert!(silent.stderr.contains("nothing was heard"), "{}", silent.stderr);
    let webhook = "Conflict: can't use getUpdates method while webhook is active";
    bot.answers_next(refusal(409, webhook));
    let refused = play.run(&["connect", "group", "p.yaml"]).exits(4);
    assert!(refused.stderr.contains("--fix"), "{}", refused.stderr);
    bot.answers_next(refusal(409, webhook));
    bot.writes(1, &user(42, "Ben"), "hi");
    let heard = play.run(&["connect", "group", "p.yaml", "--fix"]).exits(0).stdout;
    assert!(
        heard.contains("heard 「hi」 in -1001 from Ben") && heard.contains("write  chat: \"-1001\""),
        "{heard}"
    );
    assert!(heard.contains("joins      ✓") && heard.contains("answers    ✓"), "{heard}");
    assert!(bot.polls().iter().all(Option::is_none), "nothing is confirmed: the engine hears it, too");
    let wrong = play.env("BOT_TOKEN", "123456:another");
    let refused = wrong.run(&["connect", "group", "p.yaml"]).exits(4);
    assert!(refused.stderr.contains("does not know this token"), "{}", refused.stderr);
}

#[test]
fn a_channel_without_what_its_ear_needs_is_told_what_that_is() {
    let webhook = |kind: &str| {
        (format!("type: {kind}, url: {{ env: GUILD_WEBHOOK }}"), "is a webhook, which only posts")
    };
    let cases = [
        (webhook("discord"), "needs `token` and `chat`"),
        (webhook("slack"), "needs `app`, `token` and `chat`"),
        (webhook("feishu"), "needs `app`, `secret` and `chat`"),
        (webhook("dingtalk"), "needs `app`, `app_secret` and `chat`"),
        (webhook("mattermost"), "needs `token` and `chat`"),
    ];
    for ((channel, why), needs) in cases {
        let text = format!(
            "name: club\nchannels: {{ group: {{ {channel} }} }}\ngroups: {{ a: {{}} }}\nplays: {{ say: {{ steps: [post: Hi] }} }}\n"
        );
        let play = Playground::new().file("p.yaml", &text).env("GUILD_WEBHOOK", "http://127.0.0.1:1/hook");
        let said = play.run(&["connect", "group", "p.yaml"]).exits(4).stderr;
        assert!(said.contains(why) && said.contains(needs), "{channel}: {said}");
        let zh = play.run(&["connect", "group", "p.yaml", "--lang", "zh"]).exits(4).stderr;
        assert!(zh.contains("是 Webhook，只能发") && zh.contains("要听得到"), "{zh}");
    }
}

#[test]
fn a_matrix_account_signs_in_once_by_its_password() {
    let runtime = runtime();
    let (_server, fake) = runtime.block_on(Homeserver::start());
    let text = format!(
        "name: club\nchannels:\n  group: {{ type: matrix, url: \"http://127.0.0.1:{}\", token: {{ env: MX_TOKEN }}, room: \"!r:x\" }}\n{QUESTION}",
        fake.port
    );
    let play = Playground::new().file("p.yaml", &text);
    let login = |password: &str| {
        play.shell(&format!("echo '{password}' | \"$0\" connect group p.yaml --login club")).wait()
    };
    let signed_in = login("p4ss word").exits(0);
    assert!(signed_in.stdout.contains("MX_TOKEN") && signed_in.stdout.contains(matrix_sync::TOKEN));
    assert!(!format!("{signed_in:?}").contains("p4ss"), "the password is shown nowhere");
    assert!(login("wrong").exits(4).stderr.contains("Invalid username or password"));
    assert!(login("").exits(2).stderr.contains("no password"));
}
