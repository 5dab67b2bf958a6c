//! `type: email`: against a real mail server whose mail Python reads, and against one with every fault.

#![expect(clippy::disallowed_methods, reason = "starts a mail server")]

use crate::{
    delivery::courier::{Post, channel, target_of},
    help::fakes::smtp::{MailServer, Say},
    help::judge,
    help::playground::Playground,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use playbook::{
    base::{
        ids::{ChannelName, EffectId, GroupId},
        time::{Duration, Timestamp},
    },
    courier::ParcelOutcome,
    model::{
        channel::{Channel, ChannelKind, InDoubt, Setting},
        message::Message,
    },
    shell::delivery::{
        adapter::{Attempt, Request, adapter},
        target::{Robot, Target},
    },
};
use proptest::prelude::*;
use serde_json::Value;
use std::{
    io::{BufRead as _, BufReader},
    process::{Child, ChildStdout, Command, Stdio},
    sync::Arc,
};

/// A real mail server; it ends with this.
struct RealServer {
    child: Child,
    lines: BufReader<ChildStdout>,
    port: u16,
}

impl RealServer {
    fn start(mode: &str, ca: &str) -> Option<Self> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/judges/smtp.py");
        let mut child = Command::new(judge::python()?)
            .args([script, mode, ca])
            .env("PASSWORD", "p@ss/wörd")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut server = Self { lines: BufReader::new(child.stdout.take().unwrap()), child, port: 0 };
        server.port = server.line().parse().unwrap();
        Some(server)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }
}

impl Drop for RealServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const PLAYBOOK: &str = "name: demo\nchannels:\n  group:\n    type: email\n    url: { env: SMTP_URL }\n    \
    from: 长安共读 <bot@example.org>\n    to: [小何 <he@example.org>, \"\\\"Lin, A.\\\" <lin@example.com>\"]\nplays: {}\n";

const TEXT: &str = "# 周三猜谜: 第<1>场 \u{1F389}\n\n你好,**西安** & *all*!\n.\n- 一 [规则](https://example.org/?a=1&b=2)\n- 二\n\n| 组 | 分 |\n|---|--:|\n| 甲 | 3 |\n\n`code` <script>alert(1)</script> [x](javascript:alert)";

#[test]
fn python_reads_the_mail_that_a_real_server_took() {
    let Some(mut server) = RealServer::start("plain", "-") else { return };
    let place = Playground::new()
        .file("demo.yaml", PLAYBOOK)
        .env("SMTP_URL", &format!("smtp://127.0.0.1:{}", server.port));
    let sent = place.run(&["send", "group", TEXT, "--file", "demo.yaml"]).exits(0);
    assert_eq!(sent.stdout, "accepted (SMTP 250)\n");
    let got: Value = serde_json::from_str(&server.line()).unwrap();
    assert_eq!(got["mail_from"], "bot@example.org");
    assert_eq!(got["rcpt_to"], serde_json::json!(["he@example.org", "lin@example.com"]));
    assert_eq!(
        got["addresses"],
        serde_json::json!([["小何", "he@example.org"], ["Lin, A.", "lin@example.com"]])
    );
    assert_eq!(got["sender"], "长安共读");
    assert_eq!(got["headers"]["Subject"], "周三猜谜: 第<1>场 \u{1F389}");
    assert_eq!(got["headers"]["Auto-Submitted"], "auto-generated");
    let id = got["headers"]["Message-ID"].as_str().unwrap();
    assert!(id.starts_with("<msg_") && id.ends_with("@example.org>"), "{id}");
    assert_eq!(got["order"], serde_json::json!(["multipart/alternative", "text/plain", "text/html"]));
    let (plain, html) =
        (got["parts"]["text/plain"].as_str().unwrap(), got["parts"]["text/html"].as_str().unwrap());
    insta::assert_snapshot!(plain.trim_end(), @r"
    你好,西安 & all!
    .

    • 一 规则 https://example.org/?a=1&b=2
    • 二

    组 | 分
    甲 | 3

    code <script>alert(1)</script> x javascript:alert
    ");
    insta::assert_snapshot!(html.trim_end(), @r#"
    <!DOCTYPE html>
    <html><head><meta charset="utf-8"></head><body>
    <p>你好,<strong>西安</strong> &amp; <em>all</em>!<br>
    .</p>
    <ul>
    <li>一 <a href="https://example.org/?a=1&amp;b=2">规则</a></li>
    <li>二</li>
    </ul>
    <table border="1" cellpadding="4" style="border-collapse:collapse">
    <tr><th>组</th><th align="right">分</th></tr>
    <tr><td>甲</td><td align="right">3</td></tr>
    </table>
    <p><code>code</code> &lt;script&gt;alert(1)&lt;/script&gt; x (javascript:alert)</p>
    </body></html>
    "#);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
    assert!((now - got["date"].as_f64().unwrap()).abs() < 60.0, "{}", got["date"]);
    assert_eq!((&got["defects"], &got["header_defects"]), (&serde_json::json!([]), &serde_json::json!([])));
    assert!(got["longest_line"].as_u64().unwrap() <= 998);
    assert_eq!((&got["raw_ascii"], &got["bare_lf"]), (&Value::Bool(true), &Value::Bool(false)));
}

#[test]
fn a_password_travels_only_over_tls_that_is_verified() {
    for (mode, scheme) in [("starttls", "smtp"), ("smtps", "smtps")] {
        let place = Playground::new().file("demo.yaml", PLAYBOOK);
        let ca = place.path("ca.pem").display().to_string();
        let Some(mut server) = RealServer::start(mode, &ca) else { return };
        let url = |password: &str| format!("{scheme}://bot:{password}@localhost:{}", server.port);
        let (right, wrong) = (url("p%40ss%2Fw%C3%B6rd"), url("guess-123"));
        let send = ["send", "group", "hello", "--file", "demo.yaml"];

        // A server that nobody vouches for gets nothing.
        let place = place.env("SMTP_URL", &right);
        let refused = place.run(&send).exits(3);
        assert!(refused.stdout.contains("certificate"), "{}", refused.stdout);

        let place = place.env("SSL_CERT_FILE", &ca);
        let _ = place.run(&send).exits(0);
        let got: Value = serde_json::from_str(&server.line()).unwrap();
        assert_eq!((&got["tls"], &got["signed_in"]), (&Value::Bool(true), &Value::Bool(true)), "{mode}");
        assert_eq!(got["parts"]["text/plain"].as_str().unwrap().trim(), "hello");

        let place = place.without_env("SMTP_URL").env("SMTP_URL", &wrong);
        let refused = place.run(&send).exits(4);
        assert!(
            refused.stdout.starts_with("refused: the mail server does not take the user or the password"),
            "{}",
            refused.stdout
        );
        assert!(!refused.stdout.contains("guess-123"), "{}", refused.stdout);
    }
}

fn mail_channel(server: &MailServer) -> Channel {
    let mut channel = channel(ChannelKind::Email, &server.url());
    for (name, value) in [("from", "bot@example.org"), ("to", "a@example.org, b@example.org")] {
        channel.settings.insert(name.into(), vec![Setting::Literal(value.into())]);
    }
    channel
}

fn mail_target(server: &MailServer) -> Arc<Target> {
    target_of(&mail_channel(server))
}

#[tokio::test]
async fn a_passing_fault_at_any_point_is_retried_and_nothing_is_in_doubt() {
    for point in ["", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "."] {
        for fault in [Say::Line("451 4.7.1 later"), Say::Line("421 4.3.2 closing"), Say::Drop] {
            if point == "." && matches!(fault, Say::Drop) {
                continue;
            }
            let server = MailServer::start(move |command, connection| {
                let here = if point.is_empty() { command.is_empty() } else { command.starts_with(point) };
                if here && connection == 0 { fault } else { Say::Yes }
            })
            .await;
            let post = Post::start();
            post.send("g", &mail_target(&server), &["hello"]);
            let settled = post.settled(1).await;
            let found = (settled[0].outcome.clone(), settled[0].attempts, settled[0].in_doubt);
            assert_eq!(found, (ParcelOutcome::Accepted, 2, false), "{point} {fault:?}: {:?}", post.all());
            assert_eq!(server.mails().len(), 1, "{point} {fault:?}");
        }
    }
}

#[tokio::test]
async fn a_refusal_at_any_point_is_final_and_says_what_to_do() {
    let words = [
        ("AUTH", "535 5.7.8 no", "the mail server does not take the user or the password in `url` (535)"),
        (
            "MAIL",
            "550 5.7.1 who?",
            "the mail server does not take mail from the address in `from` (550 5.7.1 who?)",
        ),
        ("DATA", "554 5.6.0 no", "the mail server refused the message (554 5.6.0 no)"),
        (
            ".",
            "552 5.3.4 big",
            "the message is larger than the mail server takes, or a mailbox is full (552 5.3.4 big)",
        ),
        (
            "MAIL",
            "530 5.7.0 sign in",
            "the mail server wants a user and password: write them in `url` (530 5.7.0 sign in)",
        ),
    ];
    for (point, line, expected) in words {
        let server = MailServer::start(
            move |command, _| {
                if command.starts_with(point) { Say::Line(line) } else { Say::Yes }
            },
        )
        .await;
        let post = Post::start();
        post.send("g", &mail_target(&server), &["hello"]);
        let settled = post.settled(1).await;
        assert_eq!((settled[0].outcome.clone(), settled[0].note.as_str()), (ParcelOutcome::Dead, expected));
    }
}

#[tokio::test]
async fn one_recipient_who_is_refused_keeps_nobody_else_from_the_mail() {
    let refuse_a = |command: &str, _| {
        if command.contains("a@example.org") { Say::Line("550 5.1.1 no such user") } else { Say::Yes }
    };
    let server = MailServer::start(refuse_a).await;
    let post = Post::start();
    post.send("g", &mail_target(&server), &["hello"]);
    let settled = post.settled(1).await;
    assert_eq!(settled[0].outcome, ParcelOutcome::Accepted);
    assert_eq!(
        settled[0].note,
        "accepted, but not for everybody: the server refused a@example.org: 550 5.1.1 no such user"
    );
    assert_eq!(server.mails()[0].to, ["RCPT TO:<b@example.org>"]);

    let nobody = MailServer::start(|command, _| {
        if command.starts_with("RCPT") { Say::Line("550 5.1.1 no such user") } else { Say::Yes }
    })
    .await;
    post.send("h", &mail_target(&nobody), &["hello"]);
    let settled = post.settled(2).await;
    assert!(settled[1].note.starts_with("the mail server refused every recipient: a@"), "{:?}", settled[1]);
    assert_eq!(nobody.mails().len(), 0);

    // One who may be reached later holds the mail for all: nobody gets it twice.
    let later = MailServer::start(|command, connection| {
        if command.contains("b@") && connection == 0 { Say::Line("450 4.2.0 greylisted") } else { Say::Yes }
    })
    .await;
    post.send("i", &mail_target(&later), &["hello"]);
    let settled = post.settled(3).await;
    assert_eq!((settled[2].attempts, later.mails().len()), (2, 1));
}

#[tokio::test]
async fn a_connection_lost_after_the_text_is_in_doubt() {
    for fault in [Say::Drop, Say::Hang] {
        let lose =
            move |command: &str, connection| if command == "." && connection == 0 { fault } else { Say::Yes };
        let server = MailServer::start(lose).await;
        let impatient = Channel { timeout: Some(Duration::from_millis(400)), ..mail_channel(&server) };
        let post = Post::start();
        post.send("g", &target_of(&impatient), &["hello"]);
        let settled = post.settled(1).await;
        assert_eq!((settled[0].attempts, settled[0].in_doubt), (2, true), "{fault:?}");
        let ids: Vec<String> = server.mails().iter().map(|mail| message_id(&mail.data)).collect();
        assert_eq!(ids.len(), 1);

        let server = MailServer::start(lose).await;
        let hold = Channel {
            in_doubt: InDoubt::Hold,
            timeout: Some(Duration::from_millis(400)),
            ..mail_channel(&server)
        };
        post.send("h", &target_of(&hold), &["hello"]);
        assert_eq!(post.settled(2).await[1].outcome, ParcelOutcome::Held);
        assert_eq!(server.connections(), 1);
    }
    // A server that falls silent before the text has nothing.
    let silent = MailServer::start(
        |command, n| if command.starts_with("RCPT") && n == 0 { Say::Hang } else { Say::Yes },
    )
    .await;
    let impatient = Channel { timeout: Some(Duration::from_millis(400)), ..mail_channel(&silent) };
    let post = Post::start();
    post.send("g", &target_of(&impatient), &["hello"]);
    assert!(!post.settled(1).await[0].in_doubt);
}

fn message_id(data: &str) -> String {
    data.lines().find(|line| line.starts_with("Message-ID:")).unwrap().to_owned()
}

#[tokio::test]
async fn nothing_of_a_text_becomes_a_header_or_ends_the_mail() {
    let server = MailServer::start(|_, _| Say::Yes).await;
    let post = Post::start();
    let text = "Hi\u{2028}Bcc: x@evil.test\rX-A: 1\n.\r\n.\r\nMAIL FROM:<evil@evil.test>\r\n\u{0}--=_msg";
    post.send("g", &mail_target(&server), &[text, "second"]);
    post.settled(2).await;
    let mails = server.mails();
    assert_eq!(mails.len(), 2);
    let head = mails[0].data.split("\r\n\r\n").next().unwrap();
    let names: Vec<&str> = head
        .lines()
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| name)
        .collect();
    let expected =
        ["From", "Subject", "Date", "Message-ID", "Auto-Submitted", "To", "MIME-Version", "Content-Type"];
    assert_eq!(names, expected);
    assert_ne!(message_id(&mails[0].data), message_id(&mails[1].data));
}

#[test]
fn what_a_mail_channel_needs_is_said_before_anything_is_sent() {
    let place = |from: &str, to: &str, more: &str| {
        let file = format!(
            "name: demo\nchannels:\n  group: {{ type: email, url: {{ env: SMTP_URL }}, from: {from}, to: {to}{more} }}\nplays: {{}}\n"
        );
        Playground::new().file("demo.yaml", &file).env("SMTP_URL", "smtp://127.0.0.1:1")
    };
    let says = |place: Playground, words: &str| {
        let output = place.run(&["send", "group", "x", "--file", "demo.yaml"]).exits(3);
        assert!(output.stderr.contains(words), "{}", output.stderr);
    };
    says(place("nobody", "a@b.org", ""), "`from` is \"nobody\", expected addresses");
    says(place("a@b.org", "\"a@b.org\\r\\nBcc: c@d.org\"", ""), "`to` holds a line break");
    says(place("a@b.org", "a@b.org", ", proxy: \"http://127.0.0.1:1\""), "`proxy` is for HTTP, not for mail");
    says(
        place("a@b.org", "a@b.org", "").without_env("SMTP_URL").env("SMTP_URL", "https://example.org"),
        "`url` is not an address of a mail server",
    );
}

#[test]
fn a_mail_is_rendered_as_its_readers_see_it() {
    let place = Playground::new().file("hi.md", "# 周三猜谜\n\n你好,**西安**");
    let shown = place.run(&["render", "hi.md", "--as", "email"]).exits(0).stdout;
    assert!(
        shown.contains("周三猜谜") && shown.contains("你好,西安") && shown.contains("text and HTML"),
        "{shown}"
    );
    let lines = place.run(&["render", "hi.md", "--as", "email", "--format", "json"]).exits(0).json_lines();
    assert_eq!(lines[0]["method"], "MAIL");
    assert_eq!(lines[0]["headers"]["rcpt-to"], "TO@example.org");
    assert!(lines[0]["body"].as_str().unwrap().contains("Message-ID: <msg_"), "{}", lines[0]);
}

/// The decoded parts of a mail: plain text and HTML.
fn parts(request: &Request) -> (String, String) {
    let (head, body) = request.body.split_once("\r\n\r\n").unwrap();
    let boundary = head.split("boundary=\"").nth(1).unwrap().split('"').next().unwrap();
    let decoded: Vec<String> = body
        .split(&format!("--{boundary}"))
        .filter_map(|part| part.trim_start().split_once("\r\n\r\n"))
        .map(|(head, text)| {
            let bytes = if head.contains("base64") {
                STANDARD.decode(text.replace("\r\n", "")).unwrap()
            } else {
                quoted_printable::decode(text, quoted_printable::ParseMode::Strict).unwrap()
            };
            String::from_utf8(bytes).unwrap()
        })
        .collect();
    assert_eq!(decoded.len(), 2);
    (decoded[0].clone(), decoded[1].clone())
}

/// The text of a page and the names of its tags.
fn read_html(html: &str) -> (String, Vec<String>) {
    let (mut text, mut tags) = (String::new(), Vec::new());
    for (index, piece) in html.split('<').enumerate() {
        if index == 0 {
            text.push_str(piece);
            continue;
        }
        let (tag, after) = piece.split_once('>').expect("a tag that ends");
        let name = tag.trim_start_matches('/').split(' ').next().unwrap_or_default();
        tags.push(name.to_owned());
        text.push_str(after);
    }
    for (entity, c) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
        text = text.replace(entity, c);
    }
    (text, tags)
}

fn visible(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

const TAGS: &str = "!DOCTYPE html head meta body p h1 h2 h3 h4 h5 h6 pre code blockquote ul ol li table tr th td hr \
    br img strong em s a";

fn mail_of(text: &str) -> Option<Request> {
    let (group, channel, effect) = (GroupId::new("g"), ChannelName::new("c"), EffectId::new("e/1"));
    let at = Timestamp::default();
    let attempt = Attempt::of(&group, &channel, &effect, at);
    let adapter = adapter(ChannelKind::Email);
    let robot = Robot::placeholder(ChannelKind::Email);
    adapter.requests(&Message::text(text), &robot, &attempt).ok().map(|mut requests| requests.remove(0))
}

proptest! {
    #[test]
    fn any_text_becomes_a_whole_mail_and_stays_text(
        text in "(# )?([a-z<>&\"'*_`~\\[\\]()!|.:=\\-\\n\\r 你好é\u{0}\u{85}\u{2028}\u{1F389}]|https://x\\.org/|\\r\\nBcc: |</p>|--=_){0,120}",
    ) {
        let Some(request) = mail_of(&text) else {
            return Ok(());
        };
        prop_assert!(request.body.is_ascii());
        prop_assert!(request.body.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\r', '\n'])));
        let head = request.body.split("\r\n\r\n").next().unwrap();
        prop_assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
        let (plain, html) = parts(&request);
        let (shown, tags) = read_html(&html);
        for tag in &tags {
            prop_assert!(TAGS.split(' ').any(|known| known == tag), "{tag} in {html}");
        }
        // Addresses of links stand in the text of one and in the tags of the other.
        if !plain.contains("https://") && !html.contains("src=") {
            let numbers = |text: &str| visible(text);
            prop_assert_eq!(numbers(&plain), numbers(&shown), "{}", html);
        }
    }
}
