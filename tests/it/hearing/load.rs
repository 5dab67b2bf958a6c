//! Many messages and an engine that is killed in the middle: what was confirmed to the platform is recorded, and nothing
//! counts twice.

use crate::{
    hearing::ears::runtime,
    help::{
        fakes::telegram_updates::{Bot, CHAT, TOKEN},
        playground::{Playground, eventually},
    },
};
use serde_json::{Value, json};

const MEMBERS: i64 = 300;

/// How many messages: as many of each member. `PLAYBOOK_HEARD_MESSAGES=1000000` makes it about so many.
fn messages() -> i64 {
    let wanted = std::env::var("PLAYBOOK_HEARD_MESSAGES").ok().and_then(|n| n.parse().ok());
    wanted.unwrap_or(6_000_i64).max(MEMBERS) / MEMBERS * MEMBERS
}

/// How many messages the journal counts.
pub(super) fn counted(play: &Playground) -> i64 {
    let log = play.run(&["log", "p.yaml", "--all", "--format", "json"]).exits(0).json_lines();
    let of = |line: &Value| match line["entry"].as_str() {
        Some("heard") => {
            line["by"].as_array().unwrap().iter().map(|one| one[1].as_i64().unwrap()).sum::<i64>()
        }
        Some("signal_received") if line["name"] == "message" => 1,
        _ => 0,
    };
    log.iter().map(of).sum()
}

#[test]
fn what_is_confirmed_is_recorded_and_counts_once_however_often_the_engine_is_killed() {
    let all = messages();
    let runtime = runtime();
    let (bot, fake) = runtime.block_on(Bot::start());
    let text = format!(
        "name: club\ntimezone: UTC\nchannels:\n  group: {{ type: telegram, token: {{ env: BOT_TOKEN }}, chat: \"{CHAT}\", \
         base_url: \"http://127.0.0.1:{}\" }}\nplays:\n  hello:\n    on: hello\n    steps:\n      - post: hello\n",
        fake.port
    );
    let play = Playground::new().file("p.yaml", &text).env("BOT_TOKEN", TOKEN);
    for n in 0..all {
        let user =
            json!({ "id": n % MEMBERS + 1, "is_bot": false, "first_name": format!("M{}", n % MEMBERS) });
        bot.writes(n + 1, &user, "hello");
    }
    let first = 841_231_877;
    let confirmed = || bot.polls().last().copied().flatten().unwrap_or(first) - first;
    for part in 1..=4 {
        let engine = play.start(&["run", "p.yaml"]);
        // However long it takes, as long as it goes on.
        let until = all * part / 4;
        while confirmed() < until {
            let before = confirmed();
            eventually("more is confirmed", || confirmed() > before || confirmed() >= until);
        }
        let known = confirmed();
        let _ = engine.kill();
        let counted = counted(&play);
        // What was recorded last may not be confirmed yet; nothing is confirmed that is not recorded.
        assert!((known..=all).contains(&counted), "{known} confirmed, {counted} recorded");
    }
    assert_eq!(counted(&play), all);
    let members = play.run(&["members", "p.yaml", "--format", "json"]).exits(0).json_lines();
    assert_eq!(members.len() as i64, MEMBERS);
    let each = members.iter().map(|member| member["messages"].as_i64().unwrap());
    assert_eq!(each.collect::<Vec<_>>(), vec![all / MEMBERS; MEMBERS as usize]);
}
