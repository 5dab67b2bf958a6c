//! Every platform that has an adapter posts through the real engine: one playbook, one channel of each type.
//!
//! A new platform adds a row to [`ROWS`]; without one its test fails.

use crate::{
    fakes::{
        Fake, Reply, Seen,
        smtp::{MailServer, Say},
    },
    playground::{Playground, eventually},
};
use playbook::{model::channel::ChannelKind, shell::delivery::adapter::adapter};
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
];

const TEXT: &str = "今晚八点见";

#[test]
fn every_platform_posts_through_the_engine() {
    let missing: Vec<&str> = ChannelKind::ALL
        .iter()
        .filter(|kind| adapter(**kind).is_ok() && !ROWS.iter().any(|row| row.kind == **kind))
        .filter(|kind| !matches!(kind, ChannelKind::Console | ChannelKind::Manual | ChannelKind::Email))
        .map(|kind| kind.as_str())
        .collect();
    assert!(missing.is_empty(), "{missing:?} have an adapter and no row in tests/it/platforms.rs");

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
    let names: Vec<&str> =
        ["console", "manual", "email"].into_iter().chain(ROWS.iter().map(|row| row.kind.as_str())).collect();
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
        eventually(row.kind.as_str(), || fake.seen().iter().any(|seen| (row.text)(seen).contains(TEXT)));
    }
    eventually("email", || mail.mails().iter().any(|mail| mail.data.contains("Message-ID: <msg_")));
    eventually("console", || engine.stdout().contains(TEXT));
    eventually("manual", || place.run(&["tasks"]).exits(0).stdout.contains(TEXT));
    let on_the_way = || place.run(&["outbox", "--format", "json"]).exits(0).json_lines();
    // The one of the manual channel waits for a person.
    eventually("all are settled", || on_the_way().len() == 1);
    assert_eq!(on_the_way()[0]["channel"], "manual");
    let _ = engine.stop().exits(0);
    let delivered = place.run(&["outbox", "--all", "--format", "json"]).exits(0).json_lines();
    let accepted = delivered.iter().filter(|row| row["status"] == "delivered").count();
    assert_eq!(accepted, names.len() - 1, "{delivered:?}");
    assert!(delivered.iter().all(|row| row["attempts"].as_u64() <= Some(1)), "{delivered:?}");
}
