//! Other programs read what the dialects write: Discord's and Slack's marks, `CommonMark`'s reference, the library
//! of Adaptive Cards.

use crate::{
    delivery::dialects::{NAMES, PAGE, requests},
    help::judge,
};
use playbook::{
    base::markdown,
    model::{
        channel::ChannelKind,
        message::{Button, Message},
    },
};
use serde_json::{Value, json};
use std::{
    io::Write as _,
    process::{Command, Stdio},
};

/// What a judge saw in a text, and the kinds of markup that it found.
#[derive(Debug, PartialEq)]
struct Seen {
    text: String,
    kinds: Vec<String>,
}

/// Has a judge read these; none when it is not installed.
fn read(judge: &str, texts: &[String]) -> Option<Vec<Seen>> {
    let home = judge::node()?;
    let asked: Vec<Value> = texts.iter().map(|text| json!({ "judge": judge, "text": text })).collect();
    let mut program = Command::new("node")
        .arg(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judges/read.cjs"))
        .env("NODE_PATH", home.join("node_modules"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    program.stdin.take().unwrap().write_all(Value::from(asked).to_string().as_bytes()).unwrap();
    let output = program.wait_with_output().unwrap();
    assert!(output.status.success(), "the judge failed");
    let answers: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let seen = answers.iter().map(|answer| Seen {
        text: answer["text"].as_str().unwrap().replace('\u{200B}', ""),
        kinds: serde_json::from_value(answer["kinds"].clone()).unwrap(),
    });
    Some(seen.collect())
}

/// The text of the first part, as it is sent.
fn text(kind: ChannelKind, message: &Message) -> String {
    let request = requests(kind, message).unwrap().remove(0);
    let body: Value = serde_json::from_str(&request.body).unwrap();
    let text = match kind {
        ChannelKind::Discord => &body["content"],
        ChannelKind::Teams => &body["attachments"][0]["content"]["body"][0]["text"],
        _ => &body["text"],
    };
    text.as_str().unwrap().to_owned()
}

const READERS: [(ChannelKind, &str); 4] = [
    (ChannelKind::Discord, "discord"),
    (ChannelKind::Slack, "slack"),
    (ChannelKind::Mattermost, "commonmark"),
    (ChannelKind::Teams, "commonmark"),
];

#[test]
fn judges_see_hostile_names_as_they_are() {
    for (kind, judge) in READERS {
        let sentences: Vec<String> = NAMES
            .iter()
            .map(|name| {
                text(
                    kind,
                    &Message::text(format!("{} hi {}.", markdown::escape(name), markdown::escape(name))),
                )
            })
            .collect();
        let Some(seen) = read(judge, &sentences) else { return };
        for (name, seen) in NAMES.iter().zip(seen) {
            // Emoji are an element of their own, and a bare address leads there everywhere.
            let kinds: Vec<&String> = seen
                .kinds
                .iter()
                .filter(|kind| !["twemoji", "emoji", "Emoji", "url"].contains(&kind.as_str()))
                .collect();
            let squeeze = |text: &str| text.split_whitespace().collect::<String>();
            let expected = squeeze(&format!("{name} hi {name}."));
            assert_eq!((squeeze(&seen.text), kinds.len()), (expected, 0), "{kind}: {name:?}: {seen:?}");
        }
    }
}

#[test]
fn judges_find_the_markup_that_was_meant() {
    let source = "**重点**和*斜体*,~~删~~ `c<d>` [书单](https://x.example/a_b?c=1&d=2)\n第二行 <!channel> @everyone \\*不是\\*";
    let kinds = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    for (kind, judge, expected) in [
        (
            ChannelKind::Discord,
            "discord",
            kinds(&["br", "em", "inlineCode", "link", "strikethrough", "strong"]),
        ),
        (ChannelKind::Mattermost, "commonmark", kinds(&["code", "emph", "link", "strong"])),
    ] {
        let Some(seen) = read(judge, &[text(kind, &Message::text(source))]) else { return };
        let text = seen[0].text.replace("~~", "");
        assert_eq!(seen[0].kinds, expected, "{kind}");
        assert_eq!(
            text.trim_end(),
            "重点和斜体,删 c<d> 书单 https://x.example/a_b?c=1&d=2\n第二行 <!channel> @everyone *不是*",
            "{kind}"
        );
    }
    // Slack has marks at the edges of words only.
    let spaced =
        "a **b** *c* ~~d~~ `e<f>` [g](https://x.example/?c=1&d=2) <!channel>\n\n```rust\n<@U1> &amp;\n```";
    let Some(seen) = read("slack", &[text(ChannelKind::Slack, &Message::text(spaced))]) else { return };
    assert_eq!(seen[0].kinds, kinds(&["Bold", "Code", "Italic", "PreText", "Strike", "URL"]));
    for word in ["a b c d e<f> g https://x.example/?c=1&d=2 <!channel>", "<@U1> &amp;"] {
        assert!(seen[0].text.contains(word), "{:?}", seen[0].text);
    }
}

#[test]
fn the_library_of_adaptive_cards_takes_every_card() {
    let message = Message {
        image: Some("https://x.example/p.png".into()),
        buttons: vec![Button { text: "报名".into(), url: "https://x.example/in".into() }],
        ..Message::text(PAGE)
    };
    let cards: Vec<String> = requests(ChannelKind::Teams, &message)
        .unwrap()
        .iter()
        .map(|request| {
            let body: Value = serde_json::from_str(&request.body).unwrap();
            body["attachments"][0]["content"].to_string()
        })
        .collect();
    let Some(seen) = read("card", &cards) else { return };
    let problems: Vec<&str> =
        seen.iter().map(|seen| seen.text.as_str()).filter(|text| !text.is_empty()).collect();
    assert_eq!(problems, [""; 0]);
    let kinds: Vec<&str> = seen[0].kinds.iter().map(String::as_str).collect();
    for kind in ["AdaptiveCard", "Column", "ColumnSet", "Container", "Image", "Table", "TextBlock"] {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
    // The judge does find what is wrong.
    let wrong =
        json!({ "type": "AdaptiveCard", "version": "1.5", "body": [{ "type": "Picture" }] }).to_string();
    assert_ne!(read("card", &[wrong]).unwrap()[0].text, "");
}
