//! Why a message did not arrive, read by somebody who reads Chinese: what the program says of it is Chinese, and what
//! the platform said stands as it came.

use crate::{
    cli::tongue,
    help::fakes::{Fake, Reply},
    help::playground::{Playground, eventually},
};
use playbook::shell::answers;
use serde_json::json;
use std::path::Path;

/// Where sentences about deliveries and ears are written.
const SOURCES: [&str; 13] = [
    "src/courier/dispatch/verdict.rs",
    "src/courier/dispatch/mod.rs",
    "src/shell/delivery/attempt.rs",
    "src/shell/delivery/sign_in.rs",
    "src/shell/delivery/client.rs",
    "src/shell/delivery/mailer.rs",
    "src/shell/delivery/picture.rs",
    "src/shell/delivery/adapter",
    "src/shell/websocket.rs",
    "src/shell/dialled.rs",
    "src/shell/ears",
    "src/shell/store/outbox.rs",
    "src/shell/runtime/dispatch.rs",
];

/// Texts of three words and more that are no sentence about a delivery.
const OTHERWISE: [&str; 21] = [
    // What a platform says, by which its answer is known.
    "not a member",
    "chat not found",
    "not enough rights",
    "need administrator rights",
    "inline keyboard button url",
    "web page content",
    // Parts of a sentence that begins elsewhere.
    "it is sent again with the same key ({})",
    "it is sent again, a second copy is possible",
    "in doubt: ",
    // Parts of a list behind `the app lacks scopes: `.
    "it cannot speak",
    "it hears no messages of public channels",
    "it hears no messages of private channels",
    "it does not hear who joins a public channel or leaves it",
    "it does not hear who joins a private channel or leaves it",
    "it hears no reactions",
    "it does not know the names of those who join",
    // A condition of a statement, and parts of requests.
    "UPDATE outbox",
    "DELETE FROM outbox",
    "SELECT",
    "<!DOCTYPE html>",
    "returned HTTP error ",
];

/// The texts in a source, with `{}` for whatever is put in, as far as they are said to somebody in one language.
fn texts(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let source: String =
        source.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(|l| [l, "\n"]).collect();
    let chars: Vec<char> = source.chars().collect();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < chars.len() {
        // A letter in quotes of its own, among them the double quote.
        if chars[at] == '\'' {
            let long = if chars.get(at + 1) == Some(&'\\') { 3 } else { 2 };
            at += if chars.get(at + long) == Some(&'\'') { long + 1 } else { 1 };
            continue;
        }
        if chars[at] != '"' {
            at += 1;
            continue;
        }
        let before: String = chars[at.saturating_sub(60)..at].iter().collect();
        let mut text = String::new();
        at += 1;
        while at < chars.len() && chars[at] != '"' {
            match (chars[at], chars.get(at + 1)) {
                // A text that goes on in the next line.
                ('\\', Some('\n')) => {
                    at += 1;
                    while chars.get(at + 1).is_some_and(|c| c.is_whitespace()) {
                        at += 1;
                    }
                }
                ('\\', Some(&c)) => {
                    text.push(c);
                    at += 1;
                }
                (c, _) => text.push(c),
            }
            at += 1;
        }
        let text = with_holes(&text);
        at += 1;
        let in_both = ["phrase!(", "pair(", "expect("].iter().any(|call| {
            before.rsplit_once(call).is_some_and(|(_, rest)| !rest.contains(';') && rest.trim().is_empty())
        });
        if !in_both && !before.ends_with("reason = ") {
            found.push(text);
        }
    }
    found
}

/// A text with `{}` for each `{…}` in it.
fn with_holes(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once('{') {
        let Some((_, behind)) = after.split_once('}') else { break };
        out.push_str(before);
        out.push_str("{}");
        rest = behind;
    }
    out + rest
}

fn sources(path: &Path, found: &mut Vec<std::path::PathBuf>) {
    if path.is_dir() {
        let mut inside: Vec<_> =
            std::fs::read_dir(path).expect("a folder").filter_map(Result::ok).map(|e| e.path()).collect();
        inside.sort();
        for path in &inside {
            sources(path, found);
        }
    } else if path.extension().is_some_and(|ending| ending == "rs") {
        found.push(path.to_owned());
    }
}

/// Whether a text is a sentence in English.
fn is_sentence(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let plain = |word: &&str| word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase());
    words.len() >= 3 && words.iter().filter(|word| plain(word)).count() >= 2
}

#[test]
fn every_sentence_about_a_delivery_has_its_chinese() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for path in SOURCES {
        sources(&root.join(path), &mut files);
    }
    let (mut missing, mut seen) = (Vec::new(), 0);
    for file in files {
        let source = std::fs::read_to_string(&file).expect("a source");
        for text in texts(&source).into_iter().filter(|text| is_sentence(text)) {
            if OTHERWISE.iter().any(|other| text.starts_with(other)) || text.chars().any(|c| c > '\u{2fff}') {
                continue;
            }
            seen += 1;
            let text = text.trim_start_matches("; ").replace("{}", "x");
            let told = answers::in_words(&text);
            if told.zh == told.en {
                missing.push(format!("{}: {text}", file.strip_prefix(root).unwrap_or(&file).display()));
            }
        }
    }
    assert!(seen > 200, "{seen} sentences were found");
    assert_eq!(missing, Vec::<String>::new(), "say these in src/shell/answers.zh");
}

/// A group of which two channels refuse and one does not answer.
fn file(refuses: &str, gone: &str, busy: &str) -> String {
    format!(
        "\
name: demo
title: 示范
locale: zh-CN
timezone: Asia/Shanghai
people: {{ zhu: {{ name: 小朱 }} }}
roles: {{ host: {{ people: [zhu] }} }}
channels:
  group: {{ type: wecom, url: \"{refuses}\" }}
  side: {{ type: webhook, url: \"{gone}\" }}
  busy: {{ type: webhook, url: \"{busy}\" }}
plays:
  begin:
    on: group.created
    steps:
      - {{ post: 开始 }}
      - {{ post: 旁边, to: side }}
      - {{ post: 忙着, to: busy }}
"
    )
}

/// An address at which nobody listens.
#[expect(clippy::disallowed_methods, reason = "asks the system for a port that is free")]
fn nobody() -> String {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    format!("http://{}/", socket.local_addr().expect("its address"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chinese_operator_reads_in_chinese_why_a_message_did_not_arrive() {
    let refuses = Fake::start(|_, _| Reply::json(&json!({ "errcode": 93000, "errmsg": "机器人不在" }))).await;
    let busy = Fake::start(|_, _| Reply::status(503).with("retry-after", "86400")).await;
    let text = file(&refuses.url(), &nobody(), &busy.url());
    let place = Playground::new().file("demo.yaml", &text).env("LANG", "zh_CN.UTF-8");
    let engine = place.start(&["run", "demo.yaml"]);
    let outbox = || place.run(&["outbox", "--all"]).stdout;
    eventually("all three attempts failed", || {
        let shown = outbox();
        ["机器人被移出了群", "连不上 http://127.0.0.1", "地址回答 503"]
            .iter()
            .all(|words| shown.contains(words))
    });
    eventually("somebody is asked to look", || place.run(&["tasks"]).stdout.contains("被拒收"));
    let mut said = vec![("outbox".to_owned(), outbox())];
    for args in [
        &["status"][..],
        &["status", "--all"],
        &["log", "--all"],
        &["why", "begin"],
        &["why", "begin/1"],
        &["why", "begin/2"],
        &["tasks"],
        &["report"],
        &["report", "--format", "html"],
        &["send", "side", "试试", "--file", "demo.yaml"],
        &["send", "group", "试试", "--file", "demo.yaml"],
        &["send", "busy", "试试", "--file", "demo.yaml"],
    ] {
        let output = place.run(args);
        said.push((args.join(" "), format!("{}{}", output.stdout, output.stderr)));
    }
    let ended = engine.stop().exits(0);
    said.push(("run".into(), format!("{}{}", ended.stdout, ended.stderr)));
    let begun = place.start(&["run", "demo.yaml"]);
    eventually("it runs again", || begun.stdout().contains("运行中"));
    let again = begun.stop().exits(0);
    said.push(("run again".into(), format!("{}{}", again.stdout, again.stderr)));
    // Names of a status of HTTP, of channels, and of what `why` looks at.
    let known = [
        "Service",
        "Unavailable",
        "side",
        "busy",
        "HTTP",
        "step",
        "delivery",
        "report",
        "from",
        "days",
        "host",
        "html",
    ];
    for (what, text) in said {
        let text = if what.contains("html") { words_of(&text) } else { text };
        // A bubble has what is sent, in the platform's own keys.
        let told: Vec<&str> =
            text.lines().filter(|line| !line.trim_start().starts_with(['╭', '│', '╰'])).collect();
        let foreign: Vec<String> = tongue::english(&told.join("\n"))
            .into_iter()
            .filter(|word| !known.contains(&word.as_str()))
            .collect();
        assert_eq!(foreign, Vec::<String>::new(), "{what}: {text}");
    }
    // What cannot be judged is said once for each reason, with the names of the rules.
    let doctor = place.run(&["doctor"]).exits(0).stdout;
    let (_, open) = doctor.split_once("无法判断：").expect("a deaf group has rules that cannot be judged");
    let mut reasons: Vec<&str> =
        open.lines().filter_map(|line| line.split_once('：')).map(|(why, _)| why).collect();
    let all = reasons.len();
    reasons.sort_unstable();
    reasons.dedup();
    assert!(all > 0 && reasons.len() == all, "{doctor}");
    let english = place.run(&["outbox", "--all", "--lang", "en"]).stdout;
    assert!(english.contains("the robot was removed from the group"), "{english}");
    let rows = place.run(&["outbox", "--all", "--format", "json"]).exits(0).json_lines();
    let note = rows.iter().find(|row| row["channel"] == "group").and_then(|row| row["note"].as_str());
    let note = note.expect("a note");
    assert!(note.starts_with("the robot was removed") && note.ends_with("机器人不在"), "{note}");
}

/// The words of a page, without its marks.
fn words_of(page: &str) -> String {
    let body = page.split_once("<body").map_or(page, |(_, body)| body);
    let mut words = String::new();
    // A script may have the signs of marks in it: what follows it begins where it ends.
    for piece in body.split("<script") {
        let piece = piece.split_once("</script>").map_or(piece, |(_, behind)| behind);
        for part in piece.split('<') {
            let (mark, text) = part.split_once('>').unwrap_or(("", part));
            if !["style", "code"].iter().any(|name| mark.starts_with(name)) {
                words.push_str(text);
            }
            words.push(' ');
        }
    }
    words
}
