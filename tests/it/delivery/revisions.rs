//! What was sent is taken back and corrected: by the platform where it can, else by a person or another post; and
//! steps ahead are said in other words.

use crate::{
    delivery::courier::{Post, channel, target_of},
    help::fakes::{Fake, Reply, Seen},
    help::playground::{Playground, eventually},
    help::sink::Sink,
    help::story::Story,
};
use playbook::{
    base::ids::{EffectId, RunId, StepId},
    courier::ParcelOutcome,
    engine::{
        dispatched::{Dispatched, Stands},
        effect::Effect,
        entry::Outgoing,
        input::{Command, Input, Receipt},
    },
    model::{
        channel::{Channel, ChannelKind, Setting},
        message::{Message, Revising, Revision},
    },
    shell::delivery::job::Job,
};
use serde_json::json;
use std::sync::Arc;

fn set_up(kind: ChannelKind, settings: &[(&str, &str)]) -> Channel {
    let mut set_up = channel(kind, "http://unused");
    if settings.iter().any(|(name, _)| *name == "token") {
        // What is spoken for by a bot or an app has no address of its own.
        set_up.settings.remove("url");
    }
    for (name, value) in settings {
        set_up.settings.insert((*name).into(), vec![Setting::Literal((*value).into())]);
    }
    set_up
}

/// What a platform is asked when what it took is deleted, and when it is changed.
async fn asked(kind: ChannelKind, answers: &[&str], settings: &[(&str, &str)], does: Revising) -> Vec<Seen> {
    let answers =
        answers.iter().map(|body| Reply::Answer { status: 200, headers: Vec::new(), body: (*body).into() });
    let fake = Fake::scripted(answers.collect()).await;
    let base = fake.url().replace("/hook?key=k%20&x=1", "");
    let settings: Vec<(&str, String)> =
        settings.iter().map(|(name, value)| (*name, value.replace("BASE", &base))).collect();
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let (post, target) = (Post::start(), target_of(&set_up(kind, &settings)));
    let first = post.job("g", &target, "first words");
    let revises = Some(Revision { of: first.effect.clone(), does, heard: None });
    let words = Message { revises, ..Message::text("better words") };
    let second = Job { message: Arc::new(words), ..post.job("g", &target, "") };
    post.courier.submit(vec![first, second]);
    let settled = post.settled(2).await;
    assert!(settled.iter().all(|settled| settled.outcome == ParcelOutcome::Accepted), "{settled:?}");
    fake.seen()
}

#[tokio::test]
async fn telegram_deletes_and_edits() {
    let settings = [("token", "1:a"), ("chat", "-100"), ("base_url", "BASE")];
    let sent = r#"{"ok":true,"result":{"message_id":77}}"#;
    let seen =
        asked(ChannelKind::Telegram, &[sent, r#"{"ok":true,"result":true}"#], &settings, Revising::Deletes)
            .await;
    assert!(seen[1].path.ends_with("/deleteMessage"), "{}", seen[1].path);
    assert_eq!(seen[1].json(), json!({ "chat_id": -100, "message_id": 77 }));
    let seen = asked(ChannelKind::Telegram, &[sent, sent], &settings, Revising::Edits).await;
    assert!(seen[1].path.ends_with("/editMessageText"), "{}", seen[1].path);
    assert_eq!(seen[1].json(), json!({ "chat_id": -100, "message_id": 77, "text": "better words" }));
}

/// What a platform is asked by a message that does something to a member, or to what they wrote.
async fn asked_of_members(kind: ChannelKind, settings: &[(&str, &str)], messages: Vec<Message>) -> Vec<Seen> {
    let body = r#"{"ok":true,"result":{"message_id":5},"status":"ok","retcode":0,"event_id":"$r","id":"5"}"#;
    let fake =
        Fake::start(move |_, _| Reply::Answer { status: 200, headers: Vec::new(), body: body.into() }).await;
    let base = fake.url().replace("/hook?key=k%20&x=1", "");
    let settings: Vec<(&str, String)> =
        settings.iter().map(|(name, value)| (*name, value.replace("BASE", &base))).collect();
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let (post, target) = (Post::start(), target_of(&set_up(kind, &settings)));
    let many = messages.len();
    let jobs =
        messages.into_iter().map(|message| Job { message: Arc::new(message), ..post.job("g", &target, "") });
    post.courier.submit(jobs.collect());
    let settled = post.settled(many).await;
    assert!(settled.iter().all(|settled| settled.outcome == ParcelOutcome::Accepted), "{settled:?}");
    fake.seen()
}

#[tokio::test]
async fn what_members_wrote_is_taken_away_and_they_are_muted_where_the_platform_can() {
    let delete = |id: &str| {
        let revision = Revision { of: "of".into(), does: Revising::Deletes, heard: Some(Arc::from(id)) };
        Message { revises: Some(revision), ..Message::default() }
    };
    let from = crate::help::story::at("2026-12-01 09:00");
    let until = from.plus(playbook::base::time::Duration::DAY);
    let mutes = |member| [Some(until), None].map(|until| Message::silences(member, from, until));
    let [mute, unmute] = mutes("telegram:42");
    let settings = [("token", "1:a"), ("chat", "-100"), ("base_url", "BASE")];
    let seen = asked_of_members(ChannelKind::Telegram, &settings, vec![delete("991"), mute, unmute]).await;
    assert!(seen[0].path.ends_with("/deleteMessage"), "{}", seen[0].path);
    assert_eq!(seen[0].json(), json!({ "chat_id": -100, "message_id": 991 }));
    assert!(seen[1].path.ends_with("/restrictChatMember"), "{}", seen[1].path);
    let body = seen[1].json();
    assert_eq!((&body["user_id"], &body["permissions"]["can_send_messages"]), (&json!(42), &json!(false)));
    assert_eq!(body["until_date"], json!(until.as_millis() / 1000));
    let body = seen[2].json();
    assert_eq!((&body["permissions"]["can_send_messages"], body.get("until_date")), (&json!(true), None));

    let alone = |member: &str| Message { alone: Some(Arc::from(member)), ..Message::text("No ads here.") };
    let seen = asked_of_members(ChannelKind::Telegram, &settings, vec![alone("telegram:42")]).await;
    assert!(seen[0].path.ends_with("/sendMessage"), "{}", seen[0].path);
    assert_eq!((&seen[0].json()["chat_id"], &seen[0].json()["text"]), (&json!(42), &json!("No ads here.")));

    let [mute, unmute] = mutes("onebot:42");
    let settings = [("url", "BASE"), ("token", "t"), ("group", "10")];
    let all = vec![delete("-77"), mute, unmute, alone("onebot:42")];
    let seen = asked_of_members(ChannelKind::Onebot, &settings, all).await;
    assert!(seen[3].path.ends_with("/send_private_msg"), "{}", seen[3].path);
    assert_eq!((&seen[3].json()["user_id"], &seen[3].json()["group_id"]), (&json!(42), &json!(10)));
    assert!(seen[0].path.ends_with("/delete_msg") && seen[1].path.ends_with("/set_group_ban"));
    assert_eq!(seen[0].json(), json!({ "message_id": -77 }));
    assert_eq!(seen[1].json(), json!({ "group_id": 10, "user_id": 42, "duration": 86_400 }));
    assert_eq!(seen[2].json()["duration"], json!(0));

    let settings = [("url", "BASE"), ("token", "t"), ("room", "!r:x")];
    let seen = asked_of_members(ChannelKind::Matrix, &settings, vec![delete("$event")]).await;
    assert!(
        seen[0].path.contains("/rooms/!r:x/redact/$event/") || seen[0].path.contains("/redact/%24event/"),
        "{}",
        seen[0].path
    );
}

#[tokio::test]
async fn what_is_to_stay_at_the_top_is_pinned_where_the_platform_can() {
    let settings = [("token", "1:a"), ("chat", "-100"), ("base_url", "BASE")];
    let sent = r#"{"ok":true,"result":{"message_id":77}}"#;
    let seen =
        asked(ChannelKind::Telegram, &[sent, r#"{"ok":true,"result":true}"#], &settings, Revising::Pins)
            .await;
    assert!(seen[1].path.ends_with("/pinChatMessage"), "{}", seen[1].path);
    assert_eq!(seen[1].json()["message_id"], 77);
    let settings = [("token", "xoxb-1"), ("chat", "C1"), ("base_url", "BASE/api")];
    let sent = r#"{"ok":true,"ts":"1.5","channel":"C1"}"#;
    let seen = asked(ChannelKind::Slack, &[sent, r#"{"ok":true}"#], &settings, Revising::Pins).await;
    assert!(seen[1].path.ends_with("/pins.add"), "{}", seen[1].path);
    assert_eq!(seen[1].json(), json!({ "channel": "C1", "timestamp": "1.5" }));
    let settings = [("token", "t"), ("chat", "C1"), ("base_url", "BASE")];
    let seen =
        asked(ChannelKind::Discord, &[r#"{"id":"99"}"#, r#"{"id":"99"}"#], &settings, Revising::Pins).await;
    assert_eq!((seen[1].method.as_str(), seen[1].path.as_str()), ("PUT", "/channels/C1/messages/pins/99"));
    let settings = [("url", "BASE"), ("token", "t"), ("group", "10")];
    let sent = r#"{"status":"ok","retcode":0,"data":{"message_id":5}}"#;
    let seen = asked(ChannelKind::Onebot, &[sent, sent], &settings, Revising::Pins).await;
    assert!(seen[1].path.ends_with("/set_essence_msg"), "{}", seen[1].path);
    assert_eq!(seen[1].json(), json!({ "message_id": 5 }));
}

#[tokio::test]
async fn members_are_removed_where_the_platform_can() {
    let from = crate::help::story::at("2026-12-01 09:00");
    let gone = |member: &str| vec![Message::removes(member, from)];
    let settings = [("token", "1:a"), ("chat", "-100"), ("base_url", "BASE")];
    let seen = asked_of_members(ChannelKind::Telegram, &settings, gone("telegram:42")).await;
    assert!(seen[0].path.ends_with("/banChatMember") && seen[1].path.ends_with("/unbanChatMember"));
    assert_eq!(seen[1].json(), json!({ "chat_id": -100, "user_id": 42, "only_if_banned": true }));
    let settings = [("url", "BASE"), ("token", "t"), ("group", "10")];
    let seen = asked_of_members(ChannelKind::Onebot, &settings, gone("onebot:42")).await;
    assert!(seen[0].path.ends_with("/set_group_kick"), "{}", seen[0].path);
    assert_eq!(seen[0].json(), json!({ "group_id": 10, "user_id": 42, "reject_add_request": false }));
    let settings = [("url", "BASE"), ("token", "t"), ("room", "!r:x")];
    let seen = asked_of_members(ChannelKind::Matrix, &settings, gone("matrix:@ann:x")).await;
    assert!(seen[0].path.ends_with("/kick"), "{}", seen[0].path);
    assert_eq!(seen[0].json(), json!({ "user_id": "@ann:x" }));
    let settings = [("token", "xoxb-1"), ("chat", "C1"), ("base_url", "BASE/api")];
    let seen = asked_of_members(ChannelKind::Slack, &settings, gone("slack:U1")).await;
    assert!(seen[0].path.ends_with("/conversations.kick"), "{}", seen[0].path);
    assert_eq!(seen[0].json(), json!({ "channel": "C1", "user": "U1" }));
    let settings = [("token", "t"), ("chat", "C1"), ("guild", "G1"), ("base_url", "BASE")];
    let until = Some(from.plus(playbook::base::time::Duration::DAY));
    let mut all = gone("discord:42");
    all.push(Message::silences("discord:42", from, until));
    let seen = asked_of_members(ChannelKind::Discord, &settings, all).await;
    assert_eq!((seen[0].method.as_str(), seen[0].path.as_str()), ("DELETE", "/guilds/G1/members/42"));
    assert_eq!(seen[1].json(), json!({ "communication_disabled_until": "2026-12-02T01:00:00Z" }));
}

#[tokio::test]
async fn discord_deletes_and_edits() {
    let settings = [("url", "BASE/api/webhooks/1/key?thread_id=5")];
    let sent = r#"{"id":"99"}"#;
    for (does, method) in [(Revising::Deletes, "DELETE"), (Revising::Edits, "PATCH")] {
        let seen = asked(ChannelKind::Discord, &[sent, sent], &settings, does).await;
        assert_eq!(seen[1].method, method);
        assert_eq!(seen[1].path, "/api/webhooks/1/key/messages/99?thread_id=5");
        assert!(does == Revising::Deletes || seen[1].json()["content"] == "better words");
    }
}

#[tokio::test]
async fn matrix_redacts_and_replaces() {
    let settings = [("url", "BASE"), ("token", "t"), ("room", "!r:example.org")];
    let sent = r#"{"event_id":"$e"}"#;
    let seen = asked(ChannelKind::Matrix, &[sent, sent], &settings, Revising::Deletes).await;
    assert!(seen[1].path.contains("/redact/%24e/msg_"), "{}", seen[1].path);
    let seen = asked(ChannelKind::Matrix, &[sent, sent], &settings, Revising::Edits).await;
    let body = seen[1].json();
    assert_eq!(body["m.relates_to"], json!({ "rel_type": "m.replace", "event_id": "$e" }));
    assert_eq!(
        (&body["m.new_content"]["body"], &body["body"]),
        (&json!("better words"), &json!("* better words"))
    );
}

#[tokio::test]
async fn onebot_deletes_by_number() {
    let settings = [("url", "BASE"), ("group", "123456")];
    let sent = r#"{"status":"ok","retcode":0,"data":{"message_id":-77}}"#;
    let deleted = r#"{"status":"ok","retcode":0,"data":null}"#;
    let seen = asked(ChannelKind::Onebot, &[sent, deleted], &settings, Revising::Deletes).await;
    assert!(seen[1].path.ends_with("/delete_msg"), "{}", seen[1].path);
    assert_eq!(seen[1].json(), json!({ "message_id": -77 }));
}

#[tokio::test]
async fn every_part_of_a_long_message_is_found_again() {
    let parts = ["1", "2", "3", "4"].map(|n| Reply::Answer {
        status: 200,
        headers: Vec::new(),
        body: format!(r#"{{"id":"{n}"}}"#),
    });
    let fake = Fake::scripted(parts.into()).await;
    let url = fake.url().replace("/hook?key=k%20&x=1", "/api/webhooks/1/key");
    let (post, target) = (Post::start(), target_of(&channel(ChannelKind::Discord, &url)));
    let first = post.job("g", &target, &"Long words. ".repeat(250));
    let revises = Some(Revision { of: first.effect.clone(), does: Revising::Deletes, heard: None });
    let words = Message { revises, ..Message::default() };
    let second = Job { message: Arc::new(words), ..post.job("g", &target, "") };
    post.courier.submit(vec![first, second]);
    post.settled(2).await;
    let paths: Vec<String> =
        fake.seen().into_iter().map(|seen| format!("{} {}", seen.method, seen.path)).collect();
    assert_eq!(paths.len(), 4, "{paths:?}");
    assert!(paths[2].starts_with("DELETE") && paths[2].ends_with("/messages/1"), "{paths:?}");
    assert!(paths[3].starts_with("DELETE") && paths[3].ends_with("/messages/2"), "{paths:?}");
}

const PEOPLE: &str = "people: { zhu: { name: 小朱 } }\nroles: { host: { people: [zhu], channel: staff } }\n";

fn told(kind: &str) -> (Story, Dispatched) {
    let mut story = Story::new(
        "2026-12-01 23:30",
        &format!(
            "{PEOPLE}budgets: {{ quiet: 22:30-08:00 }}\nchannels: {{ group: {{ {kind} }}, staff: {{ type: console }} }}\nplays: {{ hi: {{ steps: [{{ post: 周五见, urgent: true }}] }} }}\n"
        ),
    );
    story.start("hi");
    let sent = story.entries.iter().find_map(|entry| match entry.effect() {
        Some(Effect::Send(out)) => Some(Outgoing::clone(out)),
        _ => None,
    });
    story.news();
    (story, Dispatched { outgoing: sent.expect("a post"), stands: Stands::Sent })
}

const TELEGRAM: &str = "type: telegram, token: '1:a', chat: '-100'";
const WECOM: &str = "type: wecom, url: 'https://example.org/x'";

fn recall(known: &Dispatched) -> Command {
    let (effect, by) = (known.outgoing.effect.clone(), Some("zhu".to_owned()));
    Command::Recall { effect, known: Some(Box::new(known.clone())), by }
}

fn correct(known: &Dispatched) -> Command {
    let (effect, by) = (known.outgoing.effect.clone(), Some("zhu".to_owned()));
    Command::Correct { effect, text: "周六见".into(), known: Some(Box::new(known.clone())), by }
}

#[test]
fn where_a_platform_does_not_do_it_a_person_is_asked_at_night_too() {
    let (mut story, known) = told(TELEGRAM);
    story.deliver = false;
    story.command(recall(&known));
    assert!(story.state.tasks.is_empty(), "Telegram is asked first");
    let revision = story.state.by_hand.revisions.keys().next().expect("it is waited for").clone();
    story.input_as(Input::receipt(&revision, Receipt::Refused { reason: "too old".into() }));
    let news = story.news();
    assert!(
        news.contains("tell staff: **Task t1** · Please delete this message in **story** now: “周五见”"),
        "{news}"
    );
    assert!(story.state.by_hand.revisions.is_empty());

    let (mut story, known) = told(WECOM);
    story.command(recall(&known));
    assert!(
        story.news().contains("Nobody can recall what a WeCom robot has posted")
            || story.state.tasks.len() == 1
    );
    assert!(story.state.tasks["t1"].task.text.contains("Nobody can recall what a WeCom robot has posted"));
}

#[test]
fn what_cannot_be_changed_is_corrected_by_another_post() {
    let (mut story, known) = told(WECOM);
    story.command(correct(&known));
    assert!(story.news().contains("post group: **Correction:** 周六见"));

    let (mut story, known) = told(TELEGRAM);
    story.deliver = false;
    story.command(correct(&known));
    let news = story.news();
    assert!(news.contains("tell group: 周六见") && !news.contains("Correction"), "{news}");
    let revision = story.state.by_hand.revisions.keys().next().expect("it is waited for").clone();
    story.input_as(Input::receipt(&revision, Receipt::Refused { reason: "too old".into() }));
    assert!(story.news().contains("post group: **Correction:** 周六见"));
}

#[test]
fn what_has_not_left_does_not_leave_and_what_never_arrived_is_refused() {
    let mut story = Story::new(
        "2026-12-01 23:30",
        "budgets: { quiet: 22:30-08:00 }\nplays: { hi: { steps: [{ post: 周五见 }] } }\n",
    );
    story.start("hi");
    let held = story.state.held.front().expect("a held message").outgoing.effect.clone();
    story.command(Command::Correct { effect: held.clone(), text: "周六见".into(), known: None, by: None });
    assert!(story.news().contains("has not left yet"));
    story.command(Command::Recall { effect: held, known: None, by: None });
    story.until("2026-12-02 12:00");
    assert!(story.posts().is_empty());
    let unknown = EffectId::new("hi@1/1/0");
    story.command(Command::Recall { effect: unknown, known: None, by: None });
    assert!(story.news().contains("refused: no message hi@1/1/0"));
    let (mut story, known) = told(TELEGRAM);
    story.command(recall(&Dispatched { stands: Stands::Lost, ..known }));
    assert!(story.news().contains("never arrived"));
}

#[test]
fn a_step_ahead_says_something_else_in_this_run_only() {
    let mut story = Story::new(
        "2026-12-01 08:00",
        "plays:\n  hi:\n    every: day at 08:30\n    steps: [{ id: a, post: 早 }, { wait: 1h }, { id: b, post: '${run.number} 见' }]\n",
    );
    story.until("2026-12-01 09:00");
    let run = story.state.runs.keys().next().expect("a run").clone();
    let reword = |step: &str, run: &RunId| Command::Reword {
        run: run.clone(),
        step: StepId::new(step),
        text: "周六 ${见}".into(),
        by: Some("zhu".into()),
    };
    story.command(reword("a", &run));
    assert!(story.news().contains(
        "refused: step a of `hi@2026-12-01T00:30:00Z` says nothing that is still ahead; steps that do are b"
    ));
    story.command(reword("b", &run));
    story.until("2026-12-02 12:00");
    assert_eq!(story.posts(), ["早", "周六 ${见}", "早", "2 见"]);
}

#[test]
fn one_command_reaches_every_group_that_got_the_message() {
    let sink = Sink::start();
    let file = format!(
        "name: club\ntimezone: UTC\npeople: {{ zhu: {{}} }}\nroles: {{ host: {{ people: [zhu] }} }}\nchannels:\n  group: {{ type: webhook, url: \"{}\" }}\n  staff: {{ type: console }}\n\
         groups: {{ a: {{}}, b: {{}}, c: {{}} }}\nplays:\n  talk:\n    dates: [{{ id: jia, at: 2099-12-05 20:00 }}]\n    steps: [{{ id: say, post: Friday }}, {{ id: thanks, at: +1d, post: Thanks }}]\n",
        sink.url("/hook")
    );
    let place = Playground::new().file("club.yaml", &file);
    let engine = place.start(&["run", "club.yaml"]);
    eventually("the groups", || place.run(&["status"]).stdout.contains('c'));
    for group in ["a", "b"] {
        let _ = place.run(&["start", "talk/jia", "--group", group]).exits(0);
    }
    eventually("both posts", || sink.got().len() == 2);
    let rows = || place.run(&["outbox", "--all", "--format", "json"]).json_lines();
    eventually("both receipts", || rows().iter().filter(|row| row["status"] == "delivered").count() == 2);
    let effect = rows()[0]["effect"].as_str().expect("an effect").to_owned();
    let said = place.run(&["recall", &effect, "--by", "Zhu"]).exits(0).stdout;
    assert!(said.contains("a: ") && said.contains("b: ") && !said.contains("c: "), "{said}");
    let tasks = place.run(&["tasks"]).stdout;
    assert!(tasks.matches("Please delete this message").count() == 2, "{tasks}");
    let _ = place.run(&["correct", &effect, "Saturday", "--group", "a", "--by", "Zhu"]).exits(0);
    eventually("a correction", || sink.got().iter().any(|got| got.body.contains("Saturday")));
    let _ = place.run(&["reword", "talk@jia/thanks", "Thank you", "--group", "a"]).exits(0);
    let log = place.run(&["log", "--group", "a", "--format", "json", "--all"]).json_lines();
    let did = |what: &str| log.iter().any(|line| line["did"] == what);
    assert!(did("recalled") && did("corrected") && did("reworded"), "{log:#?}");
    let missing = place.run(&["recall", "talk@yi/say/0"]).exits(4);
    assert!(missing.stderr.contains("no message talk@yi/say/0"), "{}", missing.stderr);
    let _ = engine.stop().exits(0);
}
