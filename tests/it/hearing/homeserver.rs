//! A real Matrix homeserver judges what the engine does beside posting: the pin that it keeps, the mute by which it takes
//! somebody's messages no more, the invitation on which somebody comes in; and a vote that it carries is heard.

use crate::{
    delivery::proto_judges::Homeserver,
    hearing::{
        does::decide,
        ears::{listening, log, runtime},
    },
    help::{
        judge,
        playground::{Playground, eventually},
    },
};
use serde_json::{Value, json};

const PLAYS: &str = "\
people: { lin: { name: Lin } }
roles: { host: { people: [lin] } }
moderate: { watch: no, judge: host, ads: { words: [free money], say: No ads here., do: [mute 10s] } }
plays:
  rules:
    on: rules.asked
    steps: [{ post: Be kind., pin: true }]
  vote:
    on: vote.asked
    steps: [{ ask: Which book?, options: [Middlemarch, Ulysses], open_for: 1h }]
  door:
    on: member.requested
    per: member
    steps: [{ admit: yes }]
";

#[test]
fn a_real_homeserver_keeps_pins_mutes_lets_in_and_carries_votes() {
    let Some(python) = judge::python() else { return };
    let runtime = runtime();
    let server = runtime.block_on(Homeserver::start(&python));
    let (_, token) = runtime.block_on(server.account("bot"));
    let (reader, reading) = runtime.block_on(server.account("reader"));
    let (_, knocking) = runtime.block_on(server.account("knocker"));
    let post = |path: &str, token: &str, body: Value| runtime.block_on(server.post(path, token, body));
    let created = post("createRoom", &token, json!({ "preset": "public_chat" }));
    let room = created["room_id"].as_str().unwrap().to_owned();
    let at = room.replace('!', "%21").replace(':', "%3A");
    post(&format!("join/{at}"), &reading, json!({}));
    let put = |path: &str, token: &str, body: Value| runtime.block_on(server.put(path, token, body));
    let get = |path: &str| runtime.block_on(server.get(path, &token));
    put(&format!("rooms/{at}/state/m.room.join_rules"), &token, json!({ "join_rule": "knock" }));

    let text = format!(
        "name: club\ntimezone: UTC\nchannels:\n  group: {{ type: matrix, url: \"{}\", token: {{ env: MX_TOKEN }}, room: \"{room}\", \
         hear: all }}\n{PLAYS}",
        server.url
    );
    let play = Playground::new().file("p.yaml", &text).env("MX_TOKEN", &token);
    let engine = listening(&play);
    let events = || get(&format!("rooms/{at}/messages?dir=b&limit=100"))["chunk"].clone();
    let found = |kind: &str| {
        let all = events();
        all.as_array().into_iter().flatten().find(|event| event["type"] == kind).cloned()
    };

    let _ = play.run(&["signal", "rules.asked"]).exits(0);
    let pinned = || get(&format!("rooms/{at}/state/m.room.pinned_events"))["pinned"].clone();
    eventually("a pin", || pinned().as_array().is_some_and(|all| all.len() == 1));
    assert_eq!(pinned()[0], found("m.room.message").expect("the post")["event_id"]);

    let _ = play.run(&["signal", "vote.asked"]).exits(0);
    let poll = || found("org.matrix.msc3381.poll.start");
    eventually("a poll", || poll().is_some());
    let poll = poll().unwrap();
    let option = &poll["content"]["org.matrix.msc3381.poll.start"]["answers"][1]["id"];
    let vote = json!({
        "m.relates_to": { "rel_type": "m.reference", "event_id": poll["event_id"] },
        "org.matrix.msc3381.poll.response": { "answers": [option] },
    });
    put(&format!("rooms/{at}/send/org.matrix.msc3381.poll.response/v1"), &reading, vote);
    eventually("a vote", || log(&play, "answered").first().is_some_and(|line| line["value"] == "Ulysses"));

    let says = |n: usize, words: &str| {
        let body = json!({ "msgtype": "m.text", "body": words });
        put(&format!("rooms/{at}/send/m.room.message/t{n}"), &reading, body)
    };
    assert!(says(0, "free money")["event_id"].is_string());
    decide(&play, true);
    let mut n = 0;
    let mut takes = || {
        n += 1;
        says(n, "hello")
    };
    eventually("the homeserver takes nothing of the muted", || takes()["errcode"] == "M_FORBIDDEN");
    eventually("and takes it again", || takes()["event_id"].is_string());

    let knocked = post(&format!("knock/{at}"), &knocking, json!({}));
    assert_eq!(knocked["room_id"], room.as_str(), "{knocked}");
    eventually("whoever was invited comes in", || {
        post(&format!("join/{at}"), &knocking, json!({}))["room_id"] == room.as_str()
    });
    eventually("a join", || log(&play, "signal_received").iter().any(|line| line["name"] == "member.joined"));
    let _ = engine.stop().exits(0);
    assert!(log(&play, "answered")[0]["member"].as_str().is_some_and(|id| id.ends_with(&reader)));
}
