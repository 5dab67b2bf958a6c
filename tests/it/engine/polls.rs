//! A question on a platform that has polls: one message, which closes when its text says.

use crate::{
    help::fakes::{discord, telegram},
    help::playground::{Playground, eventually},
};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

#[test]
fn a_poll_is_one_message_and_closes_when_its_text_says() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (telegram, discord) = runtime
        .block_on(async { (telegram::start(0).await, discord::start(9, Duration::from_mins(1)).await) });
    let yaml = format!(
        "name: p\ntimezone: UTC\nchannels:\n  group: {{ type: telegram, base_url: \"http://127.0.0.1:{}\", token: \"{}\", \
         chat: \"{}\" }}\n  other: {{ type: discord, url: \"http://127.0.0.1:{}/hook\" }}\nplays:\n  ask:\n    on: go\n    steps:\n      \
         - {{ ask: Coming?, options: [yes, no], open_for: 2h }}\n  also:\n    on: go\n    steps:\n      \
         - {{ ask: Coming?, options: [yes, no], open_for: 90m, to: other }}\n  long:\n    on: go\n    steps:\n      \
         - {{ ask: For long?, options: [yes, no], open_for: 60d, to: other }}\n",
        telegram.port,
        telegram::TOKEN,
        telegram::CHAT,
        discord.port
    );
    let place = Playground::new().file("p.yaml", &yaml);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64;
    let before = now();
    let _ = place.run(&["signal", "go"]).exits(0);
    let settled = || place.run(&["outbox", "--all", "--format", "json"]).exits(0).json_lines();
    eventually("all are delivered", || {
        settled().iter().filter(|row| row["status"] == "delivered").count() == 3
    });
    let _ = engine.stop().exits(0);

    let mut seen = telegram.seen();
    seen.retain(|seen| seen.path.contains("/send"));
    assert_eq!(seen.len(), 1, "one question is one message: {seen:?}");
    assert!(seen[0].path.ends_with("/sendPoll"), "{}", seen[0].path);
    let poll = seen[0].json();
    assert!(poll["question"].as_str().unwrap().starts_with("Coming? · "), "{poll}");
    let closes = poll["close_date"].as_i64().unwrap();
    assert!((before + 7_200..=now() + 7_200).contains(&closes), "{closes}, asked at {before}");
    let hours: Vec<_> = discord.seen().iter().map(|seen| seen.json()["poll"]["duration"].clone()).collect();
    assert!(
        hours.contains(&2.into()) && hours.contains(&768.into()),
        "whole hours, 32 days at most: {hours:?}"
    );
}
