//! `playbook render` and `playbook send` from outside.

#![expect(clippy::disallowed_methods, reason = "a platform on 127.0.0.1")]

use crate::help::playground::Playground;
use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
};

#[test]
fn a_message_is_rendered_as_requests() {
    let place = Playground::new().file("hi.md", "你好,**西安**");
    let lines = place.run(&["render", "hi.md", "--as", "wecom", "--format", "json"]).exits(0).json_lines();
    assert_eq!(lines.len(), 1);
    let keys: Vec<&str> = lines[0].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["method", "url", "headers", "body"]);
    assert!(lines[0]["body"].to_string().contains("西安"));
    let text = place.run(&["render", "hi.md", "--as", "wecom"]).exits(0).stdout;
    assert!(text.contains("西安") && !text.contains("\"msgtype\""), "{text}");
    let slip = place.run(&["render", "hi.md", "--as", "wecon"]).exits(2);
    assert!(slip.stderr.contains("did you mean wecom?"), "{}", slip.stderr);
}

#[test]
fn platforms_of_json_show_their_requests_and_what_is_seen() {
    let place =
        Playground::new().file("hi.md", "## 预告\n\n**贾老师** <!channel> [报名](https://x.example)\n");
    let body = |kind: &str| {
        let lines = place.run(&["render", "hi.md", "--as", kind, "--format", "json"]).exits(0).json_lines();
        assert_eq!((lines.len(), lines[0]["method"].as_str()), (1, Some("POST")), "{kind}");
        lines[0].clone()
    };
    let slack = body("slack");
    assert_eq!(slack["body"]["blocks"][0]["text"]["text"], "预告");
    assert_eq!(
        slack["body"]["blocks"][1]["text"]["text"],
        "*贾老师* &lt;!channel&gt; <https://x.example|报名>"
    );
    let discord = body("discord");
    assert_eq!(discord["url"], "https://discord.com/api/v10/webhooks/ID/TOKEN?wait=true");
    assert_eq!(discord["body"]["content"], "## 预告\n\n**贾老师** \\<!channel> [报名](https://x.example)");
    assert_eq!(
        body("mattermost")["body"]["text"],
        "## 预告\n\n**贾老师** <\u{200B}!channel> [报名](https://x.example)"
    );
    let card = &body("teams")["body"]["attachments"][0]["content"];
    assert_eq!((&card["body"][0]["text"], &card["body"][0]["size"]), (&"预告".into(), &"Large".into()));
    let chat = body("google_chat");
    assert_eq!(chat["body"]["text"], "*预告*\n\n*贾老师* <\u{200B}!channel> <https://x.example|报名>");
    for kind in ["slack", "discord", "mattermost", "teams", "google_chat"] {
        let text = place.run(&["render", "hi.md", "--as", kind]).exits(0).stdout;
        assert!(text.contains("贾老师 <!channel> 报名 https://x.example"), "{kind}: {text}");
    }
}

#[test]
fn a_channel_is_tried_once_and_the_receipt_is_printed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut chunk = [0; 4096];
        while !String::from_utf8_lossy(&request).contains("come all") {
            let n = stream.read(&mut chunk).unwrap();
            assert!(n > 0, "the request ended early");
            request.extend_from_slice(&chunk[..n]);
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}").unwrap();
        String::from_utf8_lossy(&request).into_owned()
    });
    let file = "name: demo\nchannels:\n  group: { type: webhook, url: { env: HOOK } }\nplays: {}\n";
    let place = Playground::new().file("demo.yaml", file);
    let missing = place.run(&["send", "group", "come all", "--file", "demo.yaml"]).exits(3);
    assert!(missing.stderr.contains("HOOK"), "{}", missing.stderr);
    let place = place.env("HOOK", &format!("http://{address}/in"));
    let output = place.run(&["send", "group", "come all", "--file", "demo.yaml"]).exits(0);
    assert!(output.stdout.starts_with("accepted (HTTP 200)"), "{}", output.stdout);
    assert!(server.join().unwrap().starts_with("POST /in"));
    let _ = place.run(&["send", "grup", "x", "--file", "demo.yaml"]).exits(2);
}
