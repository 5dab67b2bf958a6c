//! What a platform is asked to do beside posting: to keep a message at the top, to remove whom a person has decided to
//! let go; and who is asked where it does not.

use crate::{
    hearing::ears::{listening, log, runtime},
    help::{
        fakes::telegram_updates::{Bot, CHAT, TOKEN},
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
