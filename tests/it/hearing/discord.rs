//! Discord's gateway through the real binary: a bot that hears and speaks, over sessions that are resumed, forgotten and
//! refused.

use crate::{
    hearing::ears::{listening, log, names, runtime, signals},
    help::{
        fakes::{
            discord_gateway::{CHAT, Gateway, TOKEN},
            sockets::Say,
        },
        playground::{Playground, eventually},
    },
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const BEN: &str = "80351110224678912";

/// A club whose plays welcome, ask, thank and say farewell, whatever it lives on.
pub(super) const PLAYS: &str = "\
plays:
  welcome:
    on: member.joined
    steps:
      - post: Welcome ${member.name}!
  riddle:
    on: riddle.asked
    steps:
      - { ask: What has keys?, fields: [word], open_for: 1h, as: guessed }
  vote:
    on: vote.asked
    steps:
      - { ask: \"Which book?\", options: [Emma, Ulysses], open_for: 1h, as: book }
  thanks:
    on: message
    where: member.messages == 2
    steps:
      - post: ${member.name} has written twice
  cheers:
    on: reaction
    steps:
      - post: Somebody likes it
  bye:
    on: member.left
    steps:
      - post: Farewell ${signal.member}
";

fn club() -> (Runtime, Gateway, Playground) {
    let runtime = runtime();
    let discord = runtime.block_on(Gateway::start());
    let text = format!(
        "name: club\ntimezone: UTC\nchannels:\n  group: {{ type: discord, token: {{ env: DISCORD_BOT }}, chat: \"{CHAT}\", \
         base_url: \"http://127.0.0.1:{}\", rate: 1000 per 1s }}\n{PLAYS}",
        discord.fake.port
    );
    let play = Playground::new().file("p.yaml", &text).env("DISCORD_BOT", TOKEN);
    (runtime, discord, play)
}

fn ben() -> Value {
    json!({ "id": BEN, "username": "ben.x", "global_name": "Ben" })
}

#[test]
fn a_bot_welcomes_and_hears_replies_votes_reactions_and_leaves() {
    let (_runtime, discord, play) = club();
    assert!(!play.run(&["check", "p.yaml"]).exits(0).stdout.contains("cannot hear"), "a bot hears");
    let engine = listening(&play);
    // Who comes, messages, reactions and votes; not what is said, which nothing reads.
    assert_eq!(discord.identified()[0]["intents"], (1 << 1) | (1 << 9) | (1 << 10) | (1 << 24));
    let said = |words: &str| discord.id_of(words).is_some();
    discord.happens("GUILD_MEMBER_ADD", &json!({ "user": ben(), "joined_at": "2027-01-15T08:00:00Z" }));
    discord.repeats();
    eventually("a welcome", || said("Welcome Ben!"));
    let _ = play.run(&["signal", "riddle.asked"]).exits(0);
    eventually("the riddle", || said("What has keys?"));
    discord.writes(700, BEN, "A piano", Some(&discord.id_of("What has keys?").unwrap()));
    eventually("an answer", || {
        log(&play, "answered").first().is_some_and(|line| line["value"]["word"] == "A piano")
    });
    let _ = play.run(&["signal", "vote.asked"]).exits(0);
    eventually("the poll", || discord.sent().iter().any(|sent| sent["poll"].is_object()));
    let poll = discord.id_of("Which book?").unwrap();
    let vote = |kind: &str, answer: u64| {
        discord.happens(
            kind,
            &json!({ "user_id": BEN, "channel_id": CHAT, "message_id": poll, "answer_id": answer }),
        );
    };
    vote("MESSAGE_POLL_VOTE_ADD", 1);
    vote("MESSAGE_POLL_VOTE_REMOVE", 1);
    vote("MESSAGE_POLL_VOTE_ADD", 2);
    eventually("another vote", || {
        log(&play, "answered").last().is_some_and(|line| line["value"] == "Ulysses")
    });
    discord.happens(
        "MESSAGE_REACTION_ADD",
        &json!({ "user_id": BEN, "channel_id": CHAT, "message_id": poll, "emoji": { "name": "🎉", "id": null } }),
    );
    eventually("a reaction", || said("Somebody likes it"));
    discord.writes(701, BEN, "hello", None);
    eventually("a count of two messages", || said("Ben has written twice"));
    discord.happens("GUILD_MEMBER_REMOVE", &json!({ "user": ben() }));
    eventually("a farewell", || said("Farewell Ben"));
    let beats = discord.heartbeats();
    eventually("heartbeats", || discord.heartbeats() > beats);
    let _ = engine.stop().exits(0);
    let heard = signals(&play);
    let told = names(&heard);
    assert_eq!(told.first(), Some(&"member.joined"), "{heard:?}");
    assert_eq!(told.iter().filter(|name| **name == "member.joined").count(), 1, "{heard:?}");
    assert!(heard.iter().all(|line| line["member"] == format!("discord:{BEN}")), "{heard:?}");
    assert!(heard[1]["data"]["message"]["text"].is_null(), "who and when, never what was said");
    // What was posted is changed and deleted by the id that Discord gave it.
    let posts = play.run(&["outbox", "p.yaml", "--all", "--format", "json"]).exits(0).json_lines();
    let welcome = posts[0]["effect"].as_str().unwrap().to_owned();
    let engine = listening(&play);
    let _ = play.run(&["correct", &welcome, "Welcome, Ben"]).exits(0);
    let _ = play.run(&["recall", &welcome]).exits(0);
    eventually("a change and a deletion", || discord.revised() == ["PATCH", "DELETE"]);
    let _ = engine.stop().exits(0);
}

#[test]
fn a_session_is_resumed_over_breaks_restarts_and_silence_and_nothing_counts_twice() {
    let (_runtime, discord, play) = club();
    let engine = listening(&play);
    discord.writes(600, BEN, "one", None);
    eventually("a message", || signals(&play).len() == 1);
    // A connection that breaks: what happens meanwhile is told when the session goes on.
    discord.sockets.say_newest(Say::Cut);
    engine.line("hears nothing");
    discord.writes(601, BEN, "two", None);
    eventually("what happened meanwhile", || signals(&play).len() == 2);
    assert_eq!(discord.resumed()[0]["session_id"], "s1");
    // One that Discord wants to move.
    discord.says(&json!({ "op": 7, "d": null }));
    eventually("another resume", || discord.resumed().len() == 2);
    // One that is open and leads nowhere.
    discord.is_deaf(true);
    engine.line("did not acknowledge a heartbeat");
    discord.is_deaf(false);
    eventually("a third resume", || discord.resumed().len() >= 3);
    discord.writes(602, BEN, "three", None);
    eventually("a message after that", || signals(&play).len() == 3);
    drop(engine.kill());
    // A restart goes on with the session, too.
    let before = discord.resumed().len();
    let engine = listening(&play);
    eventually("a resume", || discord.resumed().len() > before);
    assert_eq!(discord.identified().len(), 1, "a session is begun once");
    // A session that Discord has forgotten: the channel's history says what was said meanwhile.
    discord.forgets();
    discord.remembers(602, BEN, "three");
    discord.remembers(603, BEN, "four");
    discord.sockets.say_newest(Say::Close(4000));
    eventually("a new session", || discord.identified().len() == 2);
    eventually("what was said meanwhile", || signals(&play).len() == 4);
    discord.writes(603, BEN, "four", None);
    discord.writes(604, BEN, "five", None);
    eventually("each once", || signals(&play).len() == 5);
    // Of a forgotten session the roster says who has come meanwhile, and who is there no more.
    discord.has(&[(BEN, "2014-01-01T00:00:00+00:00"), ("777", "2027-01-15T08:00:00.000000+00:00")]);
    for (sessions, told) in [(3, 6), (4, 7)] {
        discord.forgets();
        discord.sockets.say_newest(Say::Close(4000));
        eventually("a new session", || discord.identified().len() == sessions);
        eventually("what the roster says", || signals(&play).len() == told);
        discord.has(&[(BEN, "2014-01-01T00:00:00+00:00")]);
    }
    let _ = engine.stop().exits(0);
    let heard = signals(&play);
    let moved: Vec<(&Value, &Value)> =
        heard[5..].iter().map(|line| (&line["name"], &line["member"])).collect();
    let eve = &json!("discord:777");
    assert_eq!(moved, [(&json!("member.joined"), eve), (&json!("member.left"), eve)]);
}

#[test]
fn what_discord_refuses_is_said_with_the_switch_and_not_tried_over_and_over() {
    let (_runtime, discord, play) = club();
    discord.closes_next(4014);
    let engine = play.start(&["run", "p.yaml"]);
    let line = engine.line("switch on Server Members Intent");
    assert!(!line.contains(TOKEN), "{line}");
    let status = play.run(&["status", "p.yaml"]).exits(0).stdout;
    assert!(status.contains("Server Members Intent"), "{status}");
    assert!(discord.sockets.live().is_empty() && discord.identified().is_empty());
    let _ = engine.stop().exits(0);
    // A thousand sessions a day, and not one more.
    discord.leaves(0);
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("as many sessions as Discord allows");
    assert!(discord.sockets.live().is_empty());
    let _ = engine.stop().exits(0);
    discord.leaves(5);
    // The dialogue names the switch before anything is heard, and asks for what is said only where it is wanted.
    let text = play.read("p.yaml");
    play.write("p.yaml", &text.replace("rate:", "hear: all, rate:"));
    discord.switches(1 << 15);
    let dialogue = play.start(&["connect", "group", "p.yaml"]);
    dialogue.line("switched off: Message Content Intent");
    eventually("a session", || discord.identified().len() == 1);
    assert_eq!(discord.identified()[0]["intents"].as_u64().unwrap() & (1 << 15), 1 << 15);
    eventually("a word", || {
        discord.writes(600, BEN, "hi", None);
        discord.sockets.live().is_empty()
    });
    let heard = dialogue.wait().exits(0).stdout;
    assert!(heard.contains(&format!("heard 「hi」 in {CHAT} from Ben")), "{heard}");
    assert!(heard.contains(&format!("write  chat: \"{CHAT}\"")), "{heard}");
    let wrong = play.env("DISCORD_BOT", "another-token");
    let refused = wrong.run(&["connect", "group", "p.yaml"]).exits(4);
    assert!(refused.stderr.contains("does not know this `token`"), "{}", refused.stderr);
    assert!(!refused.stderr.contains("another-token"), "{}", refused.stderr);
}
