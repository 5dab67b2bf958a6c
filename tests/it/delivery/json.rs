//! Delivery to the platforms that take JSON at a webhook's address, against stand-ins that behave like them.

use crate::{
    delivery::courier::{Post, channel, target_of},
    help::fakes::{self, Fake},
};
use playbook::{
    base::{
        ids::EffectId,
        time::{Duration, Timestamp},
    },
    courier::{ParcelOutcome, route::preset_rates},
    model::{
        channel::{Channel, ChannelKind, Rate},
        message::{Button, Message, Poll},
    },
    shell::delivery::{
        adapter::{Receipt, Response, adapter},
        job::Job,
        target::Target,
    },
};
use serde_json::{Value, json};
use std::sync::Arc;

const MINUTE: std::time::Duration = std::time::Duration::from_mins(1);

fn hasty(kind: ChannelKind, url: &str) -> Arc<Target> {
    let rate = Some(Rate { count: 100, per: Duration::from_millis(100) });
    target_of(&Channel { rate, ..channel(kind, url) })
}

fn at(fake: &Fake, path: &str) -> String {
    format!("http://127.0.0.1:{}{path}", fake.port)
}

fn job(post: &Post, target: &Arc<Target>, message: Message) -> Job {
    Job { message: Arc::new(message), ..post.job("g", target, "") }
}

fn rich() -> Message {
    Message {
        image: Some("https://x.example/p.png".into()),
        buttons: (1..=7)
            .map(|n| Button { text: format!("按钮{n}"), url: format!("https://x.example/{n}") })
            .collect(),
        ..Message::text("# 预告\n\n**贾老师**:怎样读\n\n|书|页|\n|-|-|\n|活着|191|")
    }
}

/// What the platform's answer means, by a word and its reason.
fn receipt(kind: ChannelKind, status: u16, headers: &[(&str, &str)], body: &str) -> (&'static str, String) {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let response = Response { status, headers, body: body.into(), at: Timestamp::default() };
    match adapter(kind).receipt(&response) {
        Receipt::Accepted { note } => ("accepted", note),
        Receipt::RetryLater { after, throttled, reason, .. } => {
            let wait = after.map_or("-".into(), |after| after.as_millis().to_string());
            (if throttled { "throttled" } else { "later" }, format!("{wait}: {reason}"))
        }
        Receipt::Refused { reason } => ("refused", reason),
        Receipt::Unclear { reason } => ("unclear", reason),
    }
}

#[tokio::test]
async fn slack_takes_text_and_blocks_and_throttling_is_waited_out() {
    let fake = fakes::slack::start(2, std::time::Duration::from_millis(300)).await;
    let post = Post::start();
    let target = hasty(ChannelKind::Slack, &fake.url());
    let long = Message::text("一句很长的话。".repeat(2_500));
    post.courier.submit([Message::text("**hi** <@U1>"), rich(), long].map(|m| job(&post, &target, m)).into());
    let settled = post.settled(3).await;
    assert!(settled.iter().all(|s| s.outcome == ParcelOutcome::Accepted && !s.in_doubt), "{settled:?}");
    assert_eq!(settled[2].part, 5, "17,500 characters in parts of 4,000");
    let seen = fake.seen();
    assert_eq!(seen[0].json(), json!({ "text": "*hi* &lt;@U1&gt;" }));
    let rich = seen[1].json();
    let types: Vec<&str> =
        rich["blocks"].as_array().unwrap().iter().map(|b| b["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["header", "section", "image", "actions"]);

    post.send("g", &hasty(ChannelKind::Slack, &at(&fake, "/archived")), &["x"]);
    let settled = post.settled(4).await;
    assert_eq!(
        settled[3].note,
        "the channel is archived: open it again, or use another webhook (410 channel_is_archived)"
    );
}

#[tokio::test]
async fn discord_saves_before_it_answers_and_its_fractions_are_honoured() {
    let fake = fakes::discord::start(2, std::time::Duration::from_millis(250)).await;
    let post = Post::start();
    let target = hasty(ChannelKind::Discord, &fake.url());
    let poll = Poll {
        question: "来不来?".into(),
        options: vec!["来".into(), "不来".into()],
        anonymous: false,
        several: false,
        closes: None,
    };
    let asked =
        Message { poll: Some(poll), ..Message::text("**来不来?**\n\n1. 来\n2. 不来\n\n截止:周五") };
    let long = Message::text("👩‍👩‍👧‍👦 字。".repeat(500));
    post.courier.submit([rich(), asked, long].map(|m| job(&post, &target, m)).into());
    let settled = post.settled(3).await;
    assert!(settled.iter().all(|s| s.outcome == ParcelOutcome::Accepted && !s.in_doubt), "{settled:?}");
    assert_eq!(settled[0].note, "message 1000");
    let seen = fake.seen();
    assert_eq!(seen[0].path, "/hook?key=k%20&x=1&wait=true&with_components=true");
    let body = seen[0].json();
    assert_eq!(body["allowed_mentions"], json!({ "parse": [] }));
    assert_eq!(body["embeds"], json!([{ "image": { "url": "https://x.example/p.png" } }]));
    assert_eq!(body["components"].as_array().unwrap().len(), 2);
    let asked = seen.iter().map(fakes::Seen::json).find(|body| body.get("poll").is_some()).unwrap();
    assert_eq!(
        (&asked["content"], &asked["poll"]["answers"][1]),
        (&json!("截止:周五"), &json!({ "poll_media": { "text": "不来" } }))
    );

    post.send("g", &hasty(ChannelKind::Discord, &at(&fake, "/gone")), &["x"]);
    let note = post.settled(4).await[3].note.clone();
    assert!(note.starts_with("the webhook was deleted: make a new one"), "{note}");
}

#[tokio::test]
async fn mattermost_is_told_apart_from_its_proxy_and_its_headers_are_read() {
    let fake = fakes::mattermost::start(1, std::time::Duration::from_millis(400)).await;
    let post = Post::start();
    let target = hasty(ChannelKind::Mattermost, &fake.url());
    let long = Message::text("字".repeat(20_000));
    post.courier
        .submit([Message::text("@channel <!here> **a**"), long].map(|m| job(&post, &target, m)).into());
    let settled = post.settled(2).await;
    assert_eq!((settled[1].part, settled[1].outcome.clone()), (2, ParcelOutcome::Accepted));
    let text = fake.seen()[0].json()["text"].as_str().unwrap().to_owned();
    assert_eq!(text, "@\u{200B}channel <\u{200B}!here> **a**");

    let off = hasty(ChannelKind::Mattermost, &at(&fake, "/off"));
    post.send("g", &off, &["x"]);
    let note = post.settled(3).await[2].note.clone();
    assert!(note.starts_with("incoming webhooks are turned off on this server"), "{note}");
}

#[tokio::test]
async fn teams_cards_are_taken_and_survive_their_run() {
    let (fake, runs) = fakes::teams::start().await;
    let post = Post::start();
    let target = hasty(ChannelKind::Teams, &fake.url());
    let long = Message::text("一句很长的话。".repeat(2_500));
    post.courier.submit([rich(), long].map(|m| job(&post, &target, m)).into());
    let settled = post.settled(2).await;
    assert!(settled.iter().all(|s| s.outcome == ParcelOutcome::Accepted), "{settled:?}");
    assert_eq!(*runs.lock().unwrap(), ["Succeeded"; 4]);

    post.send("g", &hasty(ChannelKind::Teams, &at(&fake, "/connector/404")), &["x"]);
    let note = post.settled(3).await[2].note.clone();
    assert!(
        note.starts_with("this is the URL of an Office 365 connector, which Microsoft has retired"),
        "{note}"
    );
    post.send("h", &hasty(ChannelKind::Teams, &at(&fake, "/hook?key=k%20&x=1&sig=cut")), &["x"]);
    let note = post.settled(4).await[3].note.clone();
    assert!(note.starts_with("the URL's signature is wrong or cut off"), "{note}");
}

#[tokio::test]
async fn google_chat_knows_a_second_attempt_and_keeps_threads() {
    let (fake, messages) = fakes::google_chat::start(100, MINUTE).await;
    let post = Post::start();
    let target = hasty(ChannelKind::GoogleChat, &fake.url());
    let first = job(&post, &target, rich());
    let answer = Message { reply_to: Some(EffectId::clone(&first.effect)), ..Message::text("re") };
    let answer = job(&post, &target, answer);
    post.courier.submit(vec![first, answer]);
    let settled = post.settled(2).await;
    assert_eq!((settled[0].in_doubt, settled[0].attempts), (true, 2), "the first answer was lost");
    let messages = messages.lock().unwrap().clone();
    assert_eq!(messages.len(), 2, "no second copy: {messages:?}");
    assert_eq!(messages[0].1, messages[1].1, "the answer is in the thread of what it answers");
    let seen = fake.seen();
    assert_eq!(seen[0].path, seen[1].path);
    assert!(seen[0].path.starts_with("/hook?key=k%20&x=1&messageReplyOption="), "{}", seen[0].path);
}

#[test]
fn every_shape_of_throttling_says_how_long_to_wait() {
    use ChannelKind::{Discord, GoogleChat, Mattermost, Slack, Teams};
    let wait = |kind, status, headers: &[(&str, &str)], body: &str| {
        let (class, reason) = receipt(kind, status, headers, body);
        format!("{class} {}", reason.split(':').next().unwrap())
    };
    assert_eq!(wait(Slack, 429, &[("retry-after", "30")], "rate_limited"), "throttled 30000");
    assert_eq!(
        wait(Slack, 200, &[("retry-after", "30")], r#"{"ok":false,"error":"ratelimited"}"#),
        "throttled 30000"
    );
    let limited = r#"{"message":"You are being rate limited.","retry_after":0.529,"global":false}"#;
    assert_eq!(wait(Discord, 429, &[("retry-after", "1")], limited), "throttled 529");
    assert_eq!(wait(Discord, 429, &[("x-ratelimit-reset-after", "1.25")], "{}"), "throttled 1250");
    let wall = "<html>error code: 1015</html>";
    assert_eq!(wait(Discord, 429, &[("retry-after", "3600")], wall), "throttled 3600000");
    let (_, global) = receipt(Discord, 429, &[], r#"{"message":"x","retry_after":64.57,"global":true}"#);
    assert!(global.contains("this address has sent too much to Discord altogether"), "{global}");
    assert_eq!(wait(Discord, 400, &[], r#"{"code":20028,"message":"write rate limit"}"#), "throttled -");
    assert_eq!(wait(Mattermost, 429, &[("x-ratelimit-reset", "7")], "limit exceeded"), "throttled 7000");
    assert_eq!(wait(Mattermost, 429, &[("retry-after", "2")], "limit exceeded"), "throttled 2000");
    assert_eq!(wait(Teams, 429, &[("retry-after", "5")], ""), "throttled 5000");
    let connector = "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 with ContextId";
    assert_eq!(wait(Teams, 200, &[], connector), "throttled -");
    let exhausted = r#"{"error":{"code":429,"message":"quota","status":"RESOURCE_EXHAUSTED"}}"#;
    assert_eq!(wait(GoogleChat, 429, &[], exhausted), "throttled -");
}

#[test]
fn what_is_not_the_platforms_own_word_is_no_success() {
    use ChannelKind::{Discord, GoogleChat, Mattermost, Slack, Teams};
    for kind in [Slack, Discord, Mattermost, Teams, GoogleChat] {
        for body in ["", "<html>log in</html>", "{}", "[]", "okay", r#"{"ok":true}"#, "null"] {
            let (class, reason) = receipt(kind, 200, &[], body);
            // Slack's Web API says no more than that of a pin or a removal.
            let own = kind == Slack && body == r#"{"ok":true}"#;
            assert_eq!(class, if own { "accepted" } else { "unclear" }, "{kind} {body:?}: {reason}");
        }
        assert_eq!(receipt(kind, 502, &[], "<html>bad gateway</html>").0, "later");
        assert_eq!(receipt(kind, 503, &[("retry-after", "3")], "").0, "throttled");
        assert_eq!(receipt(kind, 404, &[], "").0, "refused");
        assert!(!preset_rates(kind).is_empty());
    }
    assert_eq!(receipt(Discord, 204, &[], "").0, "accepted");
    assert_eq!(receipt(Slack, 200, &[], "ok\n").0, "accepted");
    assert_eq!(receipt(Slack, 500, &[], "rollup_error").0, "later");
    assert_eq!(receipt(Teams, 200, &[], "1").0, "accepted");
    assert_eq!(
        receipt(Mattermost, 403, &[], r#"{"id":"api.post","message":"no","status_code":403}"#).0,
        "refused"
    );
    let (_, form) = receipt(
        Discord,
        400,
        &[],
        r#"{"code":50035,"message":"Invalid Form Body","errors":{"embeds":{"0":{"image":{"url":{"_errors":[{"code":"X","message":"Not a well formed URL."}]}}}}}}"#,
    );
    assert_eq!(
        form,
        "Discord does not take the message as it is (50035): Invalid Form Body; embeds.0.image.url: Not a well formed URL."
    );
    let gone = r#"{"error":{"code":404,"message":"Requested entity was not found.","status":"NOT_FOUND"}}"#;
    assert_eq!(
        receipt(GoogleChat, 404, &[], gone).1,
        "the webhook or its space was deleted: add a new webhook in the space's settings (404 NOT_FOUND): Requested \
         entity was not found."
    );
    let again = r#"{"error":{"code":409,"message":"exists","status":"ALREADY_EXISTS"}}"#;
    assert_eq!(receipt(GoogleChat, 409, &[], again).0, "accepted");
}

#[test]
fn what_a_robot_may_not_do_is_said_with_the_right_to_give() {
    use ChannelKind::{Discord, Feishu, Matrix, Mattermost, Onebot, Slack, Telegram};
    for (kind, status, body, says) in [
        (Discord, 403, r#"{"message":"Missing Permissions","code":50013}"#, "Kick Members to remove"),
        (Discord, 403, r#"{"message":"Missing Access","code":50001}"#, "give it View Channel"),
        (Discord, 404, r#"{"message":"Unknown Message","code":10008}"#, "the message is gone"),
        (
            Slack,
            200,
            r#"{"ok":false,"error":"missing_scope","needed":"pins:write","provided":"chat:write"}"#,
            "the app lacks the scope `pins:write`",
        ),
        (Slack, 200, r#"{"ok":false,"error":"missing_scope"}"#, "the app lacks the scope `chat:write`"),
        (
            Slack,
            200,
            r#"{"ok":false,"error":"restricted_action"}"#,
            "an administrator of the workspace forbids",
        ),
        (Slack, 200, r#"{"ok":false,"error":"cant_kick_from_general"}"#, "nobody can be removed"),
        (Slack, 200, r#"{"ok":false,"error":"cant_delete_message"}"#, "is none of the app's"),
        (
            Mattermost,
            403,
            r#"{"id":"api.context.permissions.app_error","message":"You do not have the appropriate permissions.","status_code":403}"#,
            "Manage Channel Members to remove",
        ),
        (
            Telegram,
            400,
            r#"{"ok":false,"error_code":400,"description":"Bad Request: not enough rights to manage pinned messages in the chat"}"#,
            "make it an administrator",
        ),
        (
            Matrix,
            403,
            r#"{"errcode":"M_FORBIDDEN","error":"You don't have permission"}"#,
            "has to be a moderator",
        ),
        (
            Feishu,
            400,
            r#"{"code":99991672,"msg":"Access denied. One of the following scopes is required"}"#,
            "to pin",
        ),
        (
            Feishu,
            400,
            r#"{"code":230026,"msg":"No permission to recall this message."}"#,
            "deletes only what it has",
        ),
        (
            Onebot,
            200,
            r#"{"status":"failed","retcode":102,"wording":"NOT_MANAGEABLE"}"#,
            "make it an administrator",
        ),
    ] {
        let (class, reason) = receipt(kind, status, &[], body);
        assert_eq!(class, "refused", "{kind} {body}: {reason}");
        assert!(reason.contains(says), "{kind} {body}: {reason}");
        let told = playbook::shell::answers::in_words(&reason);
        assert_ne!(told.zh, told.en, "{kind} {body}");
    }
    // What is as it was wanted is done.
    for (kind, status, body) in [
        (Slack, 200, r#"{"ok":false,"error":"already_pinned"}"#),
        (Discord, 404, r#"{"message":"Unknown Member","code":10007}"#),
    ] {
        assert_eq!(receipt(kind, status, &[], body).0, "accepted", "{kind} {body}");
    }
}

#[test]
fn nobody_is_called_whom_the_message_does_not_call() {
    use playbook::{
        base::{
            ids::{ChannelName, GroupId, PersonId},
            person::Person,
        },
        model::message::Mention,
        shell::delivery::{adapter::Attempt, target::Robot},
    };
    let (group, channel, effect) = (GroupId::new("g"), ChannelName::new("c"), EffectId::new("e"));
    let body = |kind: ChannelKind, mentions: Vec<Mention>| -> Value {
        let attempt = Attempt::of(&group, &channel, &effect, Timestamp::default());
        let message = Message { mentions, ..Message::text("来") };
        let requests = adapter(kind).requests(&message, &Robot::placeholder(kind), &attempt).unwrap();
        serde_json::from_str(&requests[0].body).unwrap()
    };
    let person = |kind: ChannelKind, id: &str| {
        let handles = [(kind.as_str().to_owned(), id.to_owned())]
            .into_iter()
            .filter(|(_, id)| !id.is_empty())
            .collect();
        Mention::Person(Person { id: PersonId::new("lin"), name: "小*林*".into(), handles })
    };
    let text = |kind: ChannelKind, key: &str, id: &str| {
        body(kind, vec![Mention::All, person(kind, id), person(kind, "")])[key].as_str().unwrap().to_owned()
    };
    let name = "@小\u{200B}*\u{200B}林\u{200B}*\u{200B}";
    assert_eq!(text(ChannelKind::Slack, "text", "U12"), format!("<!channel> <@U12> {name} 来"));
    assert_eq!(text(ChannelKind::Slack, "text", "S12"), format!("<!channel> <!subteam^S12> {name} 来"));
    assert_eq!(
        text(ChannelKind::GoogleChat, "text", "users/12"),
        format!("<users/all> <users/12> {name} 来")
    );
    assert_eq!(text(ChannelKind::Mattermost, "text", "lin"), "@channel @lin @\u{200B}小\\*林\\* 来");
    let discord = body(
        ChannelKind::Discord,
        vec![Mention::All, person(ChannelKind::Discord, "12"), person(ChannelKind::Discord, "&34")],
    );
    assert_eq!(discord["content"], "@everyone <@12> <@&34> 来");
    assert_eq!(
        discord["allowed_mentions"],
        json!({ "parse": ["everyone"], "users": ["12"], "roles": ["34"] })
    );
    let teams = body(ChannelKind::Teams, vec![person(ChannelKind::Teams, "lin@x.example")]);
    let card = &teams["attachments"][0]["content"];
    assert_eq!(card["body"][0]["text"], "<at>小*林*</at>");
    assert_eq!(
        card["msteams"]["entities"],
        json!([{ "type": "mention", "text": "<at>小*林*</at>", "mentioned": { "id": "lin@x.example", "name": "小*林*" } }])
    );
}
