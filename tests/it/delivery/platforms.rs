//! Every platform that has an adapter posts through the real engine: one playbook, one channel of each type.
//!
//! A new platform adds a row to [`ROWS`]; without one its test fails.

use crate::{
    help::fakes::{
        Fake, Reply, Seen,
        smtp::{MailServer, Say},
    },
    help::playground::{Playground, eventually},
};
use playbook::model::channel::ChannelKind;
use serde_json::json;

/// A platform: what its channel says beside `type` (`URL` is the address of its stand-in, `HOST` that without a
/// path), what the stand-in answers, and where the text is in what it got.
struct Row {
    kind: ChannelKind,
    settings: &'static str,
    answers: fn(&Seen) -> Reply,
    text: fn(&Seen) -> String,
}

/// Platforms over HTTP; `console`, `manual` and `email` travel another way.
const ROWS: &[Row] = &[
    Row {
        kind: ChannelKind::Webhook,
        settings: "url: \"URL\"",
        answers: |_| Reply::status(204),
        text: |seen| seen.json()["text"].as_str().unwrap_or_default().to_owned(),
    },
    Row {
        kind: ChannelKind::Wecom,
        settings: "url: \"URL\"",
        answers: |_| Reply::json(&json!({ "errcode": 0, "errmsg": "ok" })),
        text: |seen| seen.json()["text"]["content"].as_str().unwrap_or_default().to_owned(),
    },
    Row {
        kind: ChannelKind::Feishu,
        settings: "url: \"URL\", secret: sign-me",
        answers: |seen| {
            let is_signed = seen.json()["sign"].is_string();
            Reply::json(&json!({ "code": if is_signed { 0 } else { 19021 }, "msg": "" }))
        },
        text: |seen| seen.json()["content"]["text"].as_str().unwrap_or_default().to_owned(),
    },
    Row {
        kind: ChannelKind::Dingtalk,
        settings: "url: \"HOST/robot/send?access_token=k\", secret: SECret",
        answers: |seen| {
            let is_signed = seen.path.contains("access_token=k&timestamp=") && seen.path.contains("&sign=");
            Reply::json(
                &json!({ "errcode": if is_signed { 0 } else { 310_000 }, "errmsg": "sign not match" }),
            )
        },
        text: |seen| seen.json()["text"]["content"].as_str().unwrap_or_default().to_owned(),
    },
    Row {
        kind: ChannelKind::Slack,
        settings: "url: \"URL\"",
        answers: |_| Reply::text(200, "ok"),
        text: |seen| seen.json()["text"].as_str().unwrap_or_default().to_owned(),
    },
    Row {
        kind: ChannelKind::Discord,
        settings: "url: \"HOST/api/webhooks/1/t\"",
        answers: |seen| {
            let waits = seen.path == "/api/webhooks/1/t?wait=true";
            if waits { Reply::json(&json!({ "id": "1" })) } else { Reply::status(400) }
        },
        text: |seen| seen.json()["content"].as_str().unwrap_or_default().to_owned(),
    },
    Row {
        kind: ChannelKind::Telegram,
        settings: "base_url: HOST, token: \"123456:AbC\", chat: \"-1001\"",
        answers: |seen| {
            let is_right = seen.path == "/bot123456:AbC/sendMessage" && seen.json()["chat_id"] == -1001;
            Reply::json(&json!({ "ok": is_right, "result": { "message_id": 7 } }))
        },
        text: |seen| seen.json()["text"].as_str().unwrap_or_default().to_owned(),
    },
    Row {
        kind: ChannelKind::Teams,
        settings: "url: \"HOST/workflows/1?sig=s%20\"",
        answers: |seen| Reply::status(if seen.path == "/workflows/1?sig=s%20" { 202 } else { 401 }),
        text: |seen| {
            let text = &seen.json()["attachments"][0]["content"]["body"][0]["text"];
            text.as_str().unwrap_or_default().to_owned()
        },
    },
    Row {
        kind: ChannelKind::GoogleChat,
        settings: "url: \"HOST/v1/spaces/S/messages?key=k&token=t\"",
        answers: |seen| {
            let has_id = seen.path.starts_with("/v1/spaces/S/messages?key=k&token=t&")
                && seen.path.contains("requestId=msg_");
            Reply::json(&json!({ "name": if has_id { "spaces/S/messages/M" } else { "" } }))
        },
        text: |seen| seen.json()["text"].as_str().unwrap_or_default().to_owned(),
    },
    Row {
        kind: ChannelKind::Mattermost,
        settings: "url: \"URL\"",
        answers: |_| Reply::text(200, "ok"),
        text: |seen| seen.json()["text"].as_str().unwrap_or_default().to_owned(),
    },
    Row {
        kind: ChannelKind::Matrix,
        settings: "url: HOST, token: syt_token, room: \"!a:hs.example\"",
        answers: |seen| {
            let path = "/_matrix/client/v3/rooms/%21a%3Ahs.example/send/m.room.message/msg_";
            let is_right = seen.method == "PUT" && seen.path.starts_with(path);
            let is_known = seen.headers.get("authorization").is_some_and(|given| given == "Bearer syt_token");
            if is_right && is_known { Reply::json(&json!({ "event_id": "$e" })) } else { Reply::status(404) }
        },
        text: |seen| seen.json()["body"].as_str().unwrap_or_default().to_owned(),
    },
    Row {
        kind: ChannelKind::Onebot,
        settings: "url: HOST, token: ob, group: \"123456789\"",
        answers: |seen| {
            let is_right = seen.path == "/send_group_msg" && seen.json()["group_id"] == 123_456_789;
            let status = if is_right { "ok" } else { "failed" };
            Reply::json(&json!({ "status": status, "retcode": 0, "data": { "message_id": 1 } }))
        },
        text: |seen| seen.json()["message"][0]["data"]["text"].as_str().unwrap_or_default().to_owned(),
    },
    Row {
        kind: ChannelKind::Ntfy,
        settings: "url: HOST/topic, token: tk",
        answers: |seen| {
            let is_right = seen.path == "/" && seen.json()["topic"] == "topic";
            let event = if is_right { "message" } else { "" };
            Reply::json(&json!({ "id": "abc", "event": event }))
        },
        text: |seen| seen.json()["message"].as_str().unwrap_or_default().to_owned(),
    },
];

const TEXT: &str = "今晚八点见";

#[test]
fn every_platform_posts_through_the_engine() {
    let missing: Vec<&str> = ChannelKind::ALL
        .iter()
        .filter(|kind| !ROWS.iter().any(|row| row.kind == **kind))
        .filter(|kind| !matches!(kind, ChannelKind::Console | ChannelKind::Manual | ChannelKind::Email))
        .map(|kind| kind.as_str())
        .collect();
    assert!(missing.is_empty(), "{missing:?} have no row in tests/it/delivery/platforms.rs");

    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (fakes, mail) = runtime.block_on(async {
        let mut fakes = Vec::new();
        for row in ROWS {
            fakes.push((row, Fake::start(|seen, _| (row.answers)(seen)).await));
        }
        (fakes, MailServer::start(|_, _| Say::Yes).await)
    });

    let mut channels = format!(
        "  console: {{ type: console }}\n  manual: {{ type: manual }}\n  email: {{ type: email, url: \"{}\", from: bot@example.org, to: all@example.org }}\n",
        mail.url()
    );
    for (row, fake) in &fakes {
        let settings = row.settings.replace("URL", &fake.url());
        let settings = settings.replace("HOST", &format!("http://127.0.0.1:{}", fake.port));
        channels.push_str(&format!("  {0}: {{ type: {0}, {settings} }}\n", row.kind));
    }
    // What follows a post to paste waits until somebody has pasted it.
    let names: Vec<&str> = ["console", "email"]
        .into_iter()
        .chain(ROWS.iter().map(|row| row.kind.as_str()))
        .chain(["manual"])
        .collect();
    let steps = names
        .iter()
        .map(|name| format!("      - post: {TEXT}\n        to: {name}\n"))
        .collect::<Vec<_>>()
        .concat();
    let file = format!(
        "name: all\nchannels:\n{channels}plays:\n  hello:\n    on: group.created\n    steps:\n{steps}"
    );
    let place = Playground::new().file("all.yaml", &file);
    let engine = place.start(&["run", "all.yaml"]);

    engine.line("running");
    for (row, fake) in &fakes {
        eventually(row.kind.as_str(), || {
            // What asks for news has no body.
            fake.seen().iter().any(|seen| !seen.body.is_empty() && (row.text)(seen).contains(TEXT))
        });
    }
    eventually("email", || mail.mails().iter().any(|mail| mail.data.contains("Message-ID: <msg_")));
    eventually("console", || engine.stdout().contains(TEXT));
    eventually("manual", || place.run(&["tasks"]).exits(0).stdout.contains(TEXT));
    let on_the_way = || place.run(&["outbox", "--format", "json"]).exits(0).json_lines();
    // The one of the manual channel waits for a person.
    let said =
        || on_the_way().iter().map(|row| format!("{}: {}", row["channel"], row["note"])).collect::<Vec<_>>();
    eventually("all are settled", || {
        assert!(on_the_way().iter().all(|row| row["status"] != "dead"), "{:?}", said());
        on_the_way().len() == 1
    });
    assert_eq!(on_the_way()[0]["channel"], "manual");
    let _ = engine.stop().exits(0);
    let delivered = place.run(&["outbox", "--all", "--format", "json"]).exits(0).json_lines();
    let accepted = delivered.iter().filter(|row| row["status"] == "delivered").count();
    assert_eq!(accepted, names.len() - 1, "{delivered:?}");
    assert!(delivered.iter().all(|row| row["attempts"].as_u64() <= Some(1)), "{delivered:?}");
}
