//! What a platform is asked to do beside posting: to keep a message at the top, to remove whom a person has decided to
//! let go, to mute, to let in who asks; and who is asked where it does not.

use crate::{
    hearing::ears::{listening, log, runtime},
    help::{
        fakes::{
            Fake, Reply, Seen,
            matrix_sync::{self, Homeserver},
            onebot_socket::{self, OnebotSocket},
            telegram_updates::{Bot, CHAT, TOKEN},
        },
        playground::{Playground, eventually},
    },
};
use serde_json::{Value, json};

const PLAYS: &str = "\
people: { lin: { name: Lin } }
roles: { host: { people: [lin] } }
plays:
  rules:
    on: rules.asked
    steps:
      - { post: Be kind., pin: true }
      - { post: Said here, to: console, pin: true }
  tidy:
    on: tidy
    steps:
      - prune: member.idle > days(45)
        grace: 0d
        to: host
";

#[test]
fn a_platform_pins_and_removes_and_where_it_does_not_a_person_is_asked() {
    let runtime = runtime();
    let (bot, fake) = runtime.block_on(Bot::start());
    let text = format!(
        "name: club\ntimezone: UTC\nchannels:\n  group: {{ type: telegram, token: {{ env: BOT_TOKEN }}, chat: \"{CHAT}\", \
         base_url: \"http://127.0.0.1:{}\", rate: 1000 per 1s }}\n  console: console\n{PLAYS}",
        fake.port
    );
    let play = Playground::new().file("p.yaml", &text).env("BOT_TOKEN", TOKEN);
    let checked = play.run(&["check", "p.yaml", "--all"]).exits(0).stdout;
    assert!(!checked.contains("cannot remove"), "{checked}");
    let engine = listening(&play);
    let _ = play.run(&["signal", "rules.asked"]).exits(0);
    eventually("a pin", || bot.done("pinChatMessage").len() == 1);
    let pinned = json!({ "chat_id": CHAT, "message_id": 1, "disable_notification": true });
    assert_eq!(bot.done("pinChatMessage"), [pinned]);
    let tasks = || play.run(&["tasks", "p.yaml", "--format", "json"]).exits(0).json_lines();
    let asked = |words: &str| {
        tasks().into_iter().find(|task| task["text"].as_str().is_some_and(|text| text.contains(words)))
    };
    eventually("somebody is asked to pin", || asked("“Said here”").is_some());
    // Three who were silent for long: one comes back, one is removed by the platform, one it does not remove.
    play.write(
        "members.csv",
        "id,name,joined,seen\ntelegram:7,Ann,2020-01-01,2020-02-01\ntelegram:8,Bob,2020-01-01,2020-02-01\n",
    );
    let _ = play.run(&["members", "import", "members.csv"]).exits(0);
    bot.refuses(8);
    let _ = play.run(&["signal", "tidy"]).exits(0);
    eventually("a question", || tasks().iter().any(|task| task["kind"] == "approval"));
    assert!(bot.done("banChatMember").is_empty(), "nobody is removed without a person's yes");
    let question = tasks().into_iter().find(|task| task["kind"] == "approval").unwrap();
    let _ = play.run(&["approve", question["task"].as_str().unwrap(), "--by", "lin"]).exits(0);
    eventually("both are asked for", || bot.done("banChatMember").len() == 2);
    eventually("who was removed", || bot.done("unbanChatMember").len() == 1);
    let users: Vec<Value> = bot.done("banChatMember").iter().map(|body| body["user_id"].clone()).collect();
    assert_eq!((users, &bot.done("unbanChatMember")[0]["user_id"]), (vec![json!(7), json!(8)], &json!(7)));
    eventually("somebody is asked about the other", || asked("did not remove Bob").is_some());
    let members = || play.run(&["members", "p.yaml", "--format", "json"]).exits(0).json_lines();
    let known: Vec<Value> = members().iter().map(|member| member["id"].clone()).collect();
    assert_eq!(known, [json!("telegram:8")]);
    // They are removed by hand, which Telegram tells: the run goes on by itself.
    assert!(log(&play, "run_finished").len() < 2);
    let update = json!({ "chat_member": {
        "chat": { "id": CHAT }, "from": { "id": 1, "is_bot": false, "first_name": "Lin" }, "date": 1_800_000_000,
        "old_chat_member": { "status": "member", "user": { "id": 8, "is_bot": false, "first_name": "Bob" } },
        "new_chat_member": { "status": "kicked", "user": { "id": 8, "is_bot": false, "first_name": "Bob" } },
    } });
    bot.happens(update);
    eventually("the end of the run", || log(&play, "run_finished").len() == 2);
    assert!(members().is_empty());
    assert!(!tasks().iter().any(|task| task["kind"] == "removal"));
    let _ = engine.stop().exits(0);
}

const DOOR: &str = "\
people: { lin: { name: Lin } }
roles: { host: { people: [lin] } }
plays:
  door:
    on: member.requested
    per: member
    steps:
      - approve: 'Let ${member.name} in?'
        to: host
        no:
          - admit: no
          - stop: not let in
      - admit: yes
";

/// The next question whether somebody comes in, answered with yes or no.
pub(super) fn decide(play: &Playground, yes: bool) {
    let tasks = || play.run(&["tasks", "p.yaml", "--format", "json"]).exits(0).json_lines();
    let asked = || tasks().into_iter().find(|task| task["kind"] == "approval");
    eventually("a question", || asked().is_some());
    let task = asked().unwrap()["task"].as_str().unwrap().to_owned();
    let what = if yes { "approve" } else { "reject" };
    let _ = play.run(&[what, &task, "--by", "lin"]).exits(0);
}

#[test]
fn who_asks_to_come_in_is_let_in_or_turned_away_by_telegram() {
    let runtime = runtime();
    let (bot, fake) = runtime.block_on(Bot::start());
    let text = format!(
        "name: club\nchannels:\n  group: {{ type: telegram, token: {{ env: BOT_TOKEN }}, chat: \"{CHAT}\", \
         base_url: \"http://127.0.0.1:{}\", rate: 1000 per 1s }}\n{DOOR}",
        fake.port
    );
    let play = Playground::new().file("p.yaml", &text).env("BOT_TOKEN", TOKEN);
    let engine = listening(&play);
    let asks = |user: i64, name: &str| {
        bot.happens(json!({ "chat_join_request": {
            "chat": { "id": CHAT, "type": "supergroup" }, "user_chat_id": user, "date": 1_800_000_000,
            "from": { "id": user, "is_bot": false, "first_name": name },
        } }));
    };
    asks(42, "Ben");
    decide(&play, true);
    eventually("a yes", || bot.done("approveChatJoinRequest").len() == 1);
    assert_eq!(bot.done("approveChatJoinRequest"), [json!({ "chat_id": CHAT, "user_id": 42 })]);
    asks(43, "Eve");
    decide(&play, false);
    eventually("a no", || bot.done("declineChatJoinRequest").len() == 1);
    // What the platform refuses a person is asked to do.
    bot.refuses(44);
    asks(44, "Tom");
    decide(&play, true);
    let tasks = || play.run(&["tasks", "p.yaml"]).exits(0).stdout;
    eventually("a person is asked", || tasks().contains("Tom has asked to come in"));
    let _ = engine.stop().exits(0);
}

#[test]
fn who_asks_to_come_in_is_let_in_by_qq_and_by_matrix() {
    let runtime = runtime();
    let qq = runtime.block_on(OnebotSocket::start());
    let text = format!(
        "name: club\nchannels:\n  group: {{ type: onebot, url: \"ws://127.0.0.1:{}\", token: {{ env: QQ_TOKEN }}, \
         group: \"{}\", rate: 100 per 1s }}\n{DOOR}",
        qq.port,
        onebot_socket::GROUP
    );
    let play = Playground::new().file("p.yaml", &text).env("QQ_TOKEN", onebot_socket::TOKEN);
    let engine = listening(&play);
    qq.happens(json!({
        "post_type": "request", "request_type": "group", "sub_type": "add", "user_id": 42, "comment": "tea", "flag": "f-1",
    }));
    decide(&play, true);
    let answer = json!({ "flag": "f-1", "sub_type": "add", "approve": true });
    eventually("a yes", || qq.done("set_group_add_request") == [answer.clone()]);
    let _ = engine.stop().exits(0);

    let (server, fake) = runtime.block_on(Homeserver::start());
    let text = format!(
        "name: club\nchannels:\n  group: {{ type: matrix, url: \"http://127.0.0.1:{}\", token: {{ env: MX_TOKEN }}, \
         room: \"{}\", rate: 100 per 1s }}\n{DOOR}",
        fake.port,
        matrix_sync::ROOM
    );
    let play = Playground::new().file("p.yaml", &text).env("MX_TOKEN", matrix_sync::TOKEN);
    let engine = play.start(&["run", "p.yaml"]);
    eventually("a question from a place", || server.since().iter().any(Option::is_some));
    let knocks = |who: &str| {
        let content = json!({ "membership": "knock", "displayname": "N" });
        server.happens("m.room.member", who, &content, &json!({ "state_key": who }));
    };
    knocks("@ben:hs");
    decide(&play, true);
    eventually("an invitation", || server.done("invite") == [json!({ "user_id": "@ben:hs" })]);
    knocks("@eve:hs");
    decide(&play, false);
    eventually("a no", || server.done("kick") == [json!({ "user_id": "@eve:hs" })]);
    let _ = engine.stop().exits(0);
}

#[test]
fn a_room_keeps_its_pins_and_levels_where_one_is_added_and_a_mute_ends() {
    let runtime = runtime();
    let (server, fake) = runtime.block_on(Homeserver::start());
    let text = format!(
        "name: club\nchannels:\n  group: {{ type: matrix, url: \"http://127.0.0.1:{}\", token: {{ env: MX_TOKEN }}, \
         room: \"{}\", hear: all, rate: 100 per 1s }}\n  console: console\nmoderate:\n  watch: no\n  judge: host\n  \
         ads: {{ words: [free money], say: No ads here., do: [mute 2s] }}\n{PLAYS}",
        fake.port,
        matrix_sync::ROOM
    );
    let play = Playground::new().file("p.yaml", &text).env("MX_TOKEN", matrix_sync::TOKEN);
    server.sets("m.room.power_levels", &json!({ "users": { "@lin:hs": 100 }, "kick": 50 }));
    let engine = play.start(&["run", "p.yaml"]);
    eventually("a question from a place", || server.since().iter().any(Option::is_some));
    let pinned = || server.part("m.room.pinned_events")["pinned"].clone();
    let _ = play.run(&["signal", "rules.asked"]).exits(0);
    eventually("a pin in a room that had none", || pinned() == json!(["$s1"]));
    server.sets("m.room.pinned_events", &json!({ "pinned": ["$old", "$s1"] }));
    let _ = play.run(&["signal", "rules.asked"]).exits(0);
    eventually("a pin beside others", || pinned() == json!(["$old", "$s1", "$s2"]));
    let spam = json!({ "msgtype": "m.text", "body": "free money" });
    server.happens("m.room.message", "@ben:hs", &spam, &json!({}));
    decide(&play, true);
    let levels = || server.part("m.room.power_levels");
    let muted = json!({ "users": { "@lin:hs": 100, "@ben:hs": -1 }, "kick": 50 });
    eventually("a mute", || levels() == muted);
    // The room knows no end of it; the engine does.
    eventually("its end", || levels() == json!({ "users": { "@lin:hs": 100 }, "kick": 50 }));
    let _ = engine.stop().exits(0);
}

/// What is refused to a robot that may speak and nothing else: by Discord, Slack and Mattermost.
fn refuses(seen: &Seen) -> Reply {
    let (method, path) = (seen.method.as_str(), seen.path.as_str());
    match path {
        "/chat.postMessage" => Reply::json(&json!({ "ok": true, "ts": "1800000000.000100" })),
        "/pins.add" => Reply::json(&json!({ "ok": false, "error": "missing_scope", "needed": "pins:write" })),
        "/chat.delete" => Reply::json(&json!({ "ok": false, "error": "cant_delete_message" })),
        "/channels/7/messages" => Reply::json(&json!({ "id": "5000" })),
        _ if path.starts_with("/channels/7/") => {
            Reply::error(403, &json!({ "message": "Missing Permissions", "code": 50_013 }))
        }
        "/api/v4/posts" => Reply::Answer { status: 201, headers: Vec::new(), body: r#"{"id":"p1"}"#.into() },
        _ if path.starts_with("/api/v4/posts/") && method != "GET" => Reply::error(
            403,
            &json!({ "id": "api.context.permissions.app_error", "message": "You do not have the appropriate permissions.", "status_code": 403 }),
        ),
        _ => Reply::status(404),
    }
}

#[test]
fn what_a_robot_has_no_right_to_is_asked_of_a_person_with_the_right_to_give() {
    let runtime = runtime();
    for (channel, pins, deletes) in [
        ("type: discord, chat: \"7\"", "Pin Messages to pin", "Manage Messages to delete"),
        ("type: slack, chat: C1", "lacks the scope `pins:write`", "none of the app's"),
        ("type: mattermost, chat: c1", "You do not have the appropriate permissions", "Delete Others' Posts"),
    ] {
        let fake = runtime.block_on(Fake::start(|seen, _| refuses(seen)));
        let base = fake.url().replace("/hook?key=k%20&x=1", "");
        let text = format!(
            "name: club\ntimezone: UTC\nchannels:\n  group: {{ {channel}, token: {{ env: TOKEN }}, base_url: \"{base}\", hear: nothing, \
             rate: 1000 per 1s }}\n  console: console\n{PLAYS}"
        );
        let play = Playground::new().file("p.yaml", &text).env("TOKEN", "robots-token-1");
        let engine = play.start(&["run", "p.yaml"]);
        engine.line("running; stop");
        let _ = play.run(&["signal", "rules.asked"]).exits(0);
        let asked = |first: &str, why: &str| {
            eventually(&format!("{channel}: {first} {why}"), || {
                let tasks = play.run(&["tasks", "p.yaml", "--format", "json"]).exits(0).json_lines();
                let text = tasks.iter().filter_map(|task| task["text"].as_str());
                let mut text = text.filter(|text| text.contains(first) && text.contains("Be kind."));
                // A mark of Markdown is written with a stroke before it.
                text.any(|text| text.replace('\\', "").contains(why))
            });
        };
        asked("pin this message", pins);
        let posts = play.run(&["outbox", "p.yaml", "--all", "--format", "json"]).exits(0).json_lines();
        let effect = posts.iter().find(|row| row["channel"] == "group" && row["status"] == "done");
        let effect = effect.or(posts.first()).expect("a post")["effect"].as_str().unwrap().to_owned();
        let _ = play.run(&["recall", &effect]).exits(0);
        asked("delete this message", deletes);
        let _ = engine.stop().exits(0);
    }
}
