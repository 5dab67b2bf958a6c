//! Slack by Socket Mode through the real binary: an app that hears and speaks, over sockets that are moved about, cut
//! and repeated.

use crate::{
    hearing::discord::PLAYS,
    hearing::ears::{listening, log, names, runtime, signals},
    help::{
        fakes::{
            Reply,
            slack_socket::{APP, BOT, CHAT, Workspace},
            sockets::Say,
        },
        playground::{Playground, eventually},
    },
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

fn club() -> (Runtime, Workspace, Playground) {
    let runtime = runtime();
    let slack = runtime.block_on(Workspace::start());
    let text = format!(
        "name: club\ntitle: Readers\ntimezone: UTC\nchannels:\n  group: {{ type: slack, app: {{ env: SLACK_APP }}, \
         token: {{ env: SLACK_BOT }}, chat: {CHAT}, base_url: \"http://127.0.0.1:{}/api\", rate: 1000 per 1s }}\n{PLAYS}",
        slack.fake.port
    );
    let play = Playground::new().file("p.yaml", &text).env("SLACK_APP", APP).env("SLACK_BOT", BOT);
    (runtime, slack, play)
}

fn member(kind: &str, user: &str) -> Value {
    json!({ "type": kind, "user": user, "channel": CHAT, "channel_type": "C", "team": "T1" })
}

#[test]
fn an_app_welcomes_by_name_and_hears_replies_reactions_and_leaves() {
    let (_runtime, slack, play) = club();
    assert!(!play.run(&["check", "p.yaml"]).exits(0).stdout.contains("cannot hear"), "an app hears");
    let engine = listening(&play);
    let said = |words: &str| slack.ts_of(words).is_some();
    slack.happens(&member("member_joined_channel", "U0ME"));
    slack.happens(&member("member_joined_channel", "U0BEN"));
    eventually("a welcome", || said("Welcome Ben!"));
    // What is not acknowledged in time comes again.
    eventually("two acknowledgements", || slack.acknowledged().len() == 2);
    let _ = play.run(&["signal", "riddle.asked"]).exits(0);
    eventually("the riddle", || said("What has keys?"));
    let riddle = slack.ts_of("What has keys?").unwrap();
    slack.writes("1800000100.000100", "U0BEN", "A piano", Some(&riddle));
    eventually("an answer", || {
        log(&play, "answered").first().is_some_and(|line| line["value"]["word"] == "A piano")
    });
    let _ = play.run(&["signal", "vote.asked"]).exits(0);
    eventually("the vote", || said("Which book?"));
    let vote = slack.ts_of("Which book?").unwrap();
    slack.writes("1800000150.000100", "U0BEN", "2", Some(&vote));
    eventually("a vote", || log(&play, "answered").iter().any(|line| line["value"] == "Ulysses"));
    slack.happens(&json!({
        "type": "reaction_added", "user": "U0BEN", "reaction": "tada", "item_user": "U0ME",
        "item": { "type": "message", "channel": CHAT, "ts": vote },
    }));
    eventually("a reaction", || said("Somebody likes it"));
    slack.happens(&member("member_left_channel", "U0BEN"));
    eventually("a farewell", || said("Farewell Ben"));
    eventually("all acknowledged", || slack.waiting() == 0);
    let _ = engine.stop().exits(0);
    let heard = signals(&play);
    assert_eq!(
        names(&heard),
        ["member.joined", "message", "answer", "message", "answer", "reaction", "member.left"],
        "{heard:?}"
    );
    assert!(heard.iter().all(|line| line["member"] == "slack:U0BEN"), "the app itself is nobody: {heard:?}");
    assert!(heard[1]["data"]["message"]["text"].is_null(), "who and when, never what was said");
    // The app may change and delete what it posted.
    let posts = play.run(&["outbox", "p.yaml", "--all", "--format", "json"]).exits(0).json_lines();
    let welcome = posts[0]["effect"].as_str().unwrap().to_owned();
    let engine = listening(&play);
    let _ = play.run(&["correct", &welcome, "Welcome, Ben"]).exits(0);
    let _ = play.run(&["recall", &welcome]).exits(0);
    let revised = |method: &str| slack.posts().iter().any(|(known, _)| known == method);
    eventually("a change and a deletion", || revised("chat.update") && revised("chat.delete"));
    let _ = engine.stop().exits(0);
}

#[test]
fn what_is_said_in_one_of_several_channels_says_in_which() {
    let (_runtime, slack, play) = club();
    let one = play.read("p.yaml");
    let line = one.lines().find(|line| line.trim_start().starts_with("group:")).unwrap();
    let help = line.replace("group:", "help:").replace(CHAT, "C0HELP");
    let play = play.file("p.yaml", &one.replace(line, &format!("{line}\n{help}")));
    let engine = listening(&play);
    slack.writes("1800000001.000100", "U0ANN", "hello", None);
    slack.happens(&json!({
        "type": "message", "channel": "C0HELP", "channel_type": "C", "team": "T1", "user": "U0ANN",
        "ts": "1800000002.000100", "event_ts": "1800000002.000100", "text": "how?",
    }));
    eventually("two messages", || signals(&play).len() == 2);
    let _ = engine.stop().exits(0);
    let channels: Vec<Value> =
        signals(&play).iter().map(|line| line["data"]["message"]["channel"].clone()).collect();
    assert_eq!(channels, ["group", "help"]);
}

#[test]
fn a_connection_that_is_moved_cut_or_stalled_loses_nothing_and_counts_nothing_twice() {
    let (_runtime, slack, play) = club();
    let engine = listening(&play);
    slack.writes("1800000001.000100", "U0ANN", "one", None);
    eventually("a message", || signals(&play).len() == 1);
    // The new socket opens before the old one closes, and what comes over the old one is heard.
    let first = slack.sockets.live()[0];
    slack.disconnects("refresh_requested");
    eventually("two sockets", || slack.sockets.live().len() == 2);
    slack.sockets.say(first, Say::Text(json!({
        "type": "events_api", "envelope_id": "old", "payload": { "type": "event_callback", "event_id": "Old", "event": {
            "type": "message", "channel": CHAT, "user": "U0ANN", "ts": "1800000002.000100", "text": "two",
            "event_ts": "1800000002.000100",
        } },
    }).to_string()));
    eventually("a message over the old socket", || slack.acknowledged().contains(&"old".to_owned()));
    slack.sockets.say(first, Say::Close(1000));
    slack.writes("1800000003.000100", "U0ANN", "three", None);
    eventually("a message over the new socket", || signals(&play).len() == 3);
    assert_eq!(slack.asked("apps.connections.open"), 2);
    // A connection that breaks leaves envelopes open; they come again, out of order, and count once.
    slack.answers_next("apps.connections.open", Reply::text(502, "<html>bad gateway</html>"));
    slack.sockets.say_newest(Say::Cut);
    engine.line("hears nothing");
    eventually("a new socket", || slack.sockets.live().len() == 1);
    slack.happens(&member("member_joined_channel", "U0BEN"));
    slack.repeats();
    slack.writes("1800000004.000100", "U0ANN", "four", None);
    slack.repeats();
    slack.repeats();
    eventually("all acknowledged", || slack.waiting() == 0);
    eventually("each once", || signals(&play).len() == 5);
    // Too many connections are nothing to fight about.
    slack.disconnects("too_many_websockets");
    engine.line("other programs hold all connections");
    let _ = engine.stop().exits(0);
    let heard = signals(&play);
    assert_eq!(names(&heard).iter().filter(|name| **name == "member.joined").count(), 1, "{heard:?}");
    // What was said while nobody listened is asked for; what comes once more counts once.
    slack
        .remembers(&json!({ "type": "message", "user": "U0ANN", "ts": "1800000004.000100", "text": "four" }));
    slack
        .remembers(&json!({ "type": "message", "user": "U0ANN", "ts": "1800000005.000100", "text": "five" }));
    slack.remembers(
        &json!({ "type": "message", "bot_id": "B1", "ts": "1800000006.000100", "text": "Welcome!" }),
    );
    let engine = listening(&play);
    eventually("what was said meanwhile", || signals(&play).len() == 6);
    slack.writes("1800000005.000100", "U0ANN", "five", None);
    eventually("all acknowledged", || slack.waiting() == 0);
    let _ = engine.stop().exits(0);
    assert_eq!(signals(&play).len(), 6);
    // Who came meanwhile stands in the history, who is not on the roster any more has left; what is told of it as an
    // event, too, counts once.
    let joins = json!({ "type": "message", "subtype": "channel_join", "user": "U0EVE", "ts": "1800000007.000100",
        "text": "<@U0EVE> has joined the channel" });
    slack.remembers(&joins);
    slack.has(&["U0ME", "U0ANN", "U0EVE"]);
    let engine = listening(&play);
    eventually("who came and who left", || signals(&play).len() == 8);
    slack.happens(&member("member_joined_channel", "U0EVE"));
    eventually("all acknowledged", || slack.waiting() == 0);
    let _ = engine.stop().exits(0);
    let heard = signals(&play);
    let moved =
        |name: &str| heard[6..].iter().find(|line| line["name"] == name).map(|line| line["member"].clone());
    assert_eq!(heard.len(), 8, "{heard:?}");
    assert_eq!(
        (moved("member.joined"), moved("member.left")),
        (Some(json!("slack:U0EVE")), Some(json!("slack:U0BEN")))
    );
}

#[test]
fn a_wrong_key_is_told_and_an_app_is_connected_in_a_dialogue() {
    let (_runtime, slack, play) = club();
    let manifest = play.run(&["connect", "group", "p.yaml", "--manifest"]).exits(0);
    let manifest: Value = serde_json::from_str(&manifest.stdout).unwrap();
    assert_eq!(manifest["display_information"]["name"], "Readers");
    let scopes = manifest["oauth_config"]["scopes"]["bot"].as_array().unwrap();
    assert!(scopes.contains(&json!("chat:write")) && scopes.contains(&json!("users:read")), "{scopes:?}");
    assert_eq!(manifest["settings"]["socket_mode_enabled"], true);
    let text = play.read("p.yaml");
    play.write("p.yaml", &text.replace("rate:", "hear: nothing, rate:"));
    let deaf = play.run(&["connect", "group", "p.yaml", "--manifest"]).exits(0);
    let deaf: Value = serde_json::from_str(&deaf.stdout).unwrap();
    assert_eq!(deaf["oauth_config"]["scopes"]["bot"], json!(["chat:write"]));
    assert_eq!(deaf["settings"]["socket_mode_enabled"], false);
    play.write("p.yaml", &text);
    let dialogue = play.start(&["connect", "group", "p.yaml"]);
    let lacks = dialogue.line("lacks scopes");
    assert!(lacks.contains("`reactions:read` (it hears no reactions)"), "{lacks}");
    eventually("a socket", || slack.sockets.live().len() == 1);
    slack.writes("1800000001.000100", "U0BEN", "hi", None);
    let heard = dialogue.wait().exits(0).stdout;
    assert!(heard.contains(&format!("heard 「hi」 in {CHAT} from U0BEN")), "{heard}");
    assert!(heard.contains("joins      ✓") && heard.contains("answers    ✓"), "{heard}");
    let wrong = play.env("SLACK_APP", "xapp-1-A1-another");
    let refused = wrong.run(&["connect", "group", "p.yaml"]).exits(4);
    assert!(refused.stderr.contains("begins with xapp-"), "{}", refused.stderr);
    let engine = wrong.start(&["run", "p.yaml"]);
    let line = engine.line("hears nothing: Slack does not take `app`");
    assert!(!line.contains("another"), "{line}");
    let _ = engine.stop().exits(0);
    // A robot that speaks hears by the app beside it, and is not told which message a post became.
    let robot = text.replace("rate:", "url: { env: ROBOT }, rate:");
    wrong.write("p.yaml", &robot);
    let app = wrong.env("ROBOT", "https://hooks.slack.com/services/x").run(&[
        "connect",
        "group",
        "p.yaml",
        "--manifest",
    ]);
    let app: Value = serde_json::from_str(&app.exits(0).stdout).unwrap();
    assert_eq!(app["oauth_config"]["scopes"]["bot"][0], "incoming-webhook");
}

/// The example as it stands, with Slack's address in the place of Slack's: nobody types anything.
#[test]
fn the_example_runs_by_itself() {
    let runtime = runtime();
    let slack = runtime.block_on(Workspace::start());
    let example = include_str!("../../../examples/slack-team/slack-team.yaml");
    let base = format!("chat: {CHAT}, base_url: \"http://127.0.0.1:{}/api\"", slack.fake.port);
    let text = example.replace(&format!("chat: {CHAT}"), &base);
    let play = Playground::new().file("p.yaml", &text).env("SLACK_APP", APP).env("SLACK_BOT", BOT);
    let engine = listening(&play);
    slack.happens(&member("member_joined_channel", "U0BEN"));
    eventually("a welcome", || slack.ts_of("Welcome, Ben!").is_some());
    eventually("a question", || slack.ts_of("What do you cook").is_some());
    let question = slack.ts_of("What do you cook").unwrap();
    slack.writes("1800000010.000100", "U0BEN", "Toast Hawaii", Some(&question));
    eventually("an answer", || {
        log(&play, "answered").first().is_some_and(|line| line["value"]["dish"] == "Toast Hawaii")
    });
    engine.line("Ben has found the kitchen");
    slack.happens(&member("member_left_channel", "U0BEN"));
    eventually("a task", || play.run(&["tasks", "p.yaml"]).exits(0).stdout.contains("Ben has left"));
    let _ = engine.stop().exits(0);
}
