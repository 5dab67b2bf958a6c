//! A picture that is a file beside the playbook: uploaded where the platform takes one, refused by `check` where it
//! does not, read when it is sent.

use crate::{
    help::fakes::{Fake, discord, matrix, ntfy, onebot, smtp::MailServer, smtp::Say, telegram, wecom},
    help::playground::{Playground, eventually},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use playbook::{
    model::{channel::ChannelKind, message::Message},
    shell::delivery::picture,
};
use std::time::Duration;

/// A file that begins as a PNG does and is no text.
fn png(n: u8) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\xff\r\n--playbook".to_vec();
    bytes.push(n);
    bytes
}

fn rows(place: &Playground) -> Vec<serde_json::Value> {
    place.run(&["outbox", "--all", "--format", "json"]).exits(0).json_lines()
}

/// One post with a picture, to a channel.
fn file(channel: &str, image: &str) -> String {
    format!(
        "name: p\ntimezone: UTC\nchannels:\n  group: {channel}\nplays:\n  go:\n    on: go\n    steps:\n      - post: Tonight\n        image: {image}\n"
    )
}

#[test]
fn a_picture_is_uploaded_where_the_platform_takes_one() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let minute = Duration::from_mins(1);
    let (telegram, discord, wecom, (matrix, events), (ntfy, shown), onebot, mail) = runtime.block_on(async {
        (
            telegram::start(0).await,
            discord::start(9, minute).await,
            wecom::start(9, minute).await,
            matrix::start(0, 0).await,
            ntfy::start(0).await,
            onebot::start(Vec::new()).await,
            MailServer::start(|_, _| Say::Yes).await,
        )
    });
    let host = |fake: &Fake| format!("http://127.0.0.1:{}", fake.port);
    let channels = [
        (
            "telegram",
            format!(
                "base_url: {}, token: \"{}\", chat: \"{}\"",
                host(&telegram),
                telegram::TOKEN,
                telegram::CHAT
            ),
        ),
        ("discord", format!("url: {}/hook", host(&discord))),
        ("wecom", format!("url: \"{}\"", wecom.url())),
        ("matrix", format!("url: {}, token: {}, room: \"{}\"", host(&matrix), matrix::TOKEN, matrix::ROOM)),
        ("ntfy", format!("url: {}/topic, token: {}", host(&ntfy), ntfy::TOKEN)),
        ("onebot", format!("url: {}, token: {}, group: \"{}\"", host(&onebot), onebot::TOKEN, onebot::GROUP)),
        ("email", format!("url: \"{}\", from: bot@example.org, to: all@example.org", mail.url())),
    ];
    let mut yaml = "name: p\ntimezone: UTC\nchannels:\n".to_owned();
    for (kind, settings) in &channels {
        yaml.push_str(&format!("  {kind}: {{ type: {kind}, {settings} }}\n"));
    }
    yaml.push_str("plays:\n  go:\n    on: go\n    steps:\n");
    for (kind, _) in &channels {
        yaml.push_str(&format!(
            "      - post: Tonight\n        to: {kind}\n        image: \"pics/海报.png\"\n"
        ));
    }
    let place = Playground::new().file("p.yaml", &yaml).file("pics/other.txt", "");
    place.write_bytes("pics/海报.png", &png(1));
    let output = place.run(&["check", "p.yaml"]).exits(0);
    assert!(output.stdout.contains("0 errors"), "{}", output.stdout);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    let _ = place.run(&["signal", "go"]).exits(0);
    eventually("all are delivered", || {
        let rows = rows(&place);
        assert!(rows.iter().all(|row| row["status"] != "dead"), "{rows:?}");
        rows.iter().filter(|row| row["status"] == "delivered").count() == channels.len()
    });
    assert!(rows(&place).iter().all(|row| row["attempts"].as_u64() <= Some(2)), "{:?}", rows(&place));
    let _ = engine.stop().exits(0);

    let one = |fake: &Fake| fake.seen().last().unwrap().clone();
    let photo = one(&telegram);
    assert!(photo.path.ends_with("/sendPhoto"), "{}", photo.path);
    let fields = photo.form().unwrap();
    let field = |name: &str| fields.iter().find(|field| field.name == name).unwrap();
    assert_eq!((field("photo").bytes.clone(), field("caption").text()), (png(1), "Tonight".to_owned()));
    let sent = one(&discord);
    assert_eq!(sent.form().unwrap().iter().find(|field| field.name == "files[0]").unwrap().bytes, png(1));
    assert_eq!(
        wecom.seen().iter().map(|seen| seen.json()["msgtype"].clone()).collect::<Vec<_>>(),
        ["text", "image"]
    );
    let events = events.lock().unwrap().clone();
    assert_eq!(
        (events.len(), &events[1]["msgtype"], &events[1]["info"]["size"]),
        (2, &"m.image".into(), &png(1).len().into())
    );
    let shown = shown.lock().unwrap().clone();
    assert_eq!(
        (shown.len(), &shown[0]["message"], &shown[1]["attachment"]["size"]),
        (2, &"Tonight".into(), &png(1).len().into())
    );
    let segments = one(&onebot).json()["message"].clone();
    assert_eq!(segments[1]["data"]["file"], format!("base64://{}", STANDARD.encode(png(1))));
    let mail = mail.mails().remove(0).data;
    let encoded = STANDARD.encode(png(1));
    assert!(
        mail.contains("multipart/mixed") && mail.contains(&encoded) && mail.contains("image/png"),
        "{mail}"
    );
    assert!(!mail.contains("pics/"), "the path is nobody's business: {mail}");
}

#[test]
fn a_picture_that_cannot_be_shown_is_an_error_of_check_at_its_line() {
    let place = Playground::new().file("token.png", "not a picture").file("p.yaml", "");
    place.write_bytes("poster.png", &png(1));
    place.write_bytes("party.gif", b"GIF89a..");
    place.write_bytes("large.png", &[png(1), vec![0; 2 << 20]].concat());
    let wecom = "{ type: wecom, url: { env: HOOK } }";
    let telegram = "{ type: telegram, token: { env: TOKEN }, chat: \"-1\" }";
    for (channel, image, found) in [
        (wecom, "gone.png", "there is no file"),
        (telegram, "../poster.png", "outside"),
        (telegram, "/etc/hostname", "outside"),
        (telegram, "token.png", "is not a picture"),
        (wecom, "large.png", "wecom takes 2097152 at most"),
        (wecom, "party.gif", "wecom takes no picture of the form GIF"),
        ("{ type: slack, url: { env: HOOK } }", "poster.png", "slack shows pictures by address only"),
        (
            "{ type: dingtalk, url: { env: HOOK } }",
            "\"pics/${run.number}.png\"",
            "dingtalk shows pictures by address only",
        ),
        ("{ type: console }", "gone.png", "there is no file"),
    ] {
        place.write("p.yaml", &file(channel, image));
        let output = place.run(&["check", "p.yaml"]).exits(1);
        assert!(
            output.stdout.contains(found) && output.stdout.contains("p.yaml:10:"),
            "{image}: {}",
            output.stdout
        );
    }
    for (channel, image) in [
        (telegram, "large.png"),
        (telegram, "party.gif"),
        (wecom, "poster.png"),
        ("{ type: slack, url: { env: HOOK } }", "https://x.example/p.png"),
        ("{ type: manual }", "poster.png"),
        (
            "{ type: slack, url: { env: HOOK } }",
            "\"${vars.host}/p.png\"\nvars: { host: \"https://x.example\" }",
        ),
    ] {
        place.write("p.yaml", &file(channel, image));
        let output = place.run(&["check", "p.yaml"]).exits(0);
        assert!(output.stdout.contains(" 0 errors"), "{image}: {}", output.stdout);
    }
    // Each date has its own.
    let dates = "name: p\ntimezone: UTC\nchannels:\n  group: { type: wecom, url: { env: HOOK } }\nplays:\n  show:\n    dates:\n      \
                 - { id: a, at: 2099-01-01 20:00, poster: poster.png }\n      - { id: b, at: 2099-01-02 20:00, poster: lost.png }\n    \
                 steps:\n      - post: Tonight\n        image: \"${date.poster}\"\n";
    place.write("p.yaml", dates);
    let output = place.run(&["check", "p.yaml"]).exits(1);
    assert!(output.stdout.contains("lost.png"), "{}", output.stdout);
}

#[test]
fn what_is_sent_is_what_the_file_holds_then_and_one_that_is_gone_waits_for_a_person() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let fake = runtime.block_on(telegram::start(0));
    let settings = format!(
        "{{ type: telegram, base_url: \"http://127.0.0.1:{}\", token: \"{}\", chat: \"{}\" }}",
        fake.port,
        telegram::TOKEN,
        telegram::CHAT
    );
    let place = Playground::new().file("p.yaml", &file(&settings, "poster.png"));
    place.write_bytes("poster.png", &png(1));
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    place.write_bytes("poster.png", &png(2));
    let _ = place.run(&["signal", "go"]).exits(0);
    // The channel hears by the same robot.
    let posts =
        || fake.seen().into_iter().filter(|seen| seen.path.ends_with("/sendPhoto")).collect::<Vec<_>>();
    eventually("it is sent", || !posts().is_empty());
    let sent = |n: usize| {
        let fields = posts()[n].form().unwrap();
        fields.into_iter().find(|field| field.name == "photo").unwrap().bytes
    };
    assert_eq!(sent(0), png(2));
    std::fs::remove_file(place.path("poster.png")).unwrap();
    let _ = place.run(&["signal", "go"]).exits(0);
    let dead = || rows(&place).into_iter().find(|row| row["status"] == "dead");
    eventually("it is refused", || dead().is_some());
    let row = dead().unwrap();
    assert!(row["note"].as_str().unwrap().contains("is not in the playbook's folder any more"), "{row}");
    place.write_bytes("poster.png", &png(3));
    let _ = place.run(&["retry", row["effect"].as_str().unwrap()]).exits(0);
    eventually("it is sent when it is back", || posts().len() == 2);
    assert_eq!(sent(1), png(3));
    let _ = engine.stop().exits(0);
}

#[test]
fn nothing_but_a_picture_of_the_folder_is_read() {
    let place = Playground::new().file("in/token.png", "secret").file("in/p.yaml", "");
    place.write_bytes("in/p.png", &png(1));
    place.write_bytes("out.png", &png(2));
    let load = |image: &str, kind| {
        let message = Message { image: Some(image.into()), ..Message::text("x") };
        picture::load(&place.path("in"), &message, kind).map(|found| found.map(|picture| picture.name))
    };
    assert_eq!(load("p.png", ChannelKind::Telegram), Ok(Some("p.png".into())));
    assert_eq!(load("p.png", ChannelKind::Manual), Ok(None));
    assert_eq!(load("https://x.example/p.png", ChannelKind::Slack), Ok(None));
    assert!(load("p.png", ChannelKind::Slack).unwrap_err().contains("by address only"));
    for (image, why) in [
        ("token.png", "not a picture"),
        ("../out.png", "outside"),
        ("gone.png", "not in the playbook's folder any more"),
    ] {
        let error = load(image, ChannelKind::Telegram).unwrap_err();
        assert!(error.contains(why), "{error}");
    }
}
