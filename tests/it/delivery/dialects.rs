//! One page of hard Markdown, and hostile names, on every platform that has an adapter.
//!
//! Goes over all kinds, so that a new adapter joins by itself; its snapshot is added with `INSTA_UPDATE=always`.

use playbook::{
    base::{
        ids::{ChannelName, EffectId, GroupId, PersonId},
        markdown,
        person::Person,
        time::Timestamp,
    },
    model::{
        channel::ChannelKind,
        message::{Mention, Message},
    },
    shell::delivery::{
        adapter::{Adapter, Attempt, Refusal, Request, adapter},
        markup::{self, write::PLAIN},
        target::Robot,
    },
};
use proptest::prelude::*;
use serde_json::Value;

/// Everything that CommonMark has, where it is hardest.
pub(crate) const PAGE: &str = include_str!("dialects.md");

/// Names that try to be something else.
pub(crate) const NAMES: &[&str] = &[
    "*x*",
    "**重要**",
    "_a_ __b__",
    "~x~ ~~y~~",
    "`code",
    "```",
    "[a](https://evil.example)",
    "![i](https://e.example/i.png)",
    "<!channel>",
    "<!everyone>",
    "@everyone",
    "@here @all",
    "<@U1>",
    "<@!1> <@&2>",
    "</at>",
    "<at id=all></at>",
    "<at>Bob</at>",
    "<users/all>",
    "<https://evil.example|click>",
    "<https://evil.example>",
    "<b>x</b>",
    "&lt;b&gt; &amp;",
    "# h",
    "- i",
    "1. one",
    "> q",
    "+ p",
    "===",
    "---",
    "|a|b|",
    "a|b",
    "x |",
    "\\",
    "\\*",
    "{{DATE(2026-01-01T00:00:00Z)}}",
    "a\nb",
    "a\n\n# b",
    "||spoiler||",
    "<t:1:R>",
    "@channel",
    "👩\u{200D}👩\u{200D}👧",
    "-# small",
    ":smile",
    "a_b_c",
    "2 * 3 * 4",
];

pub(crate) fn requests(kind: ChannelKind, message: &Message) -> Result<Vec<Request>, Refusal> {
    let (group, channel, effect) = (GroupId::new("g"), ChannelName::new("c"), EffectId::new("e"));
    let at = Timestamp::default();
    let attempt = Attempt::of(&group, &channel, &effect, at);
    adapter(kind).requests(message, &Robot::placeholder(kind), &attempt)
}

/// Every kind with an adapter that writes in a dialect: the generic webhook sends the source.
pub(crate) fn kinds() -> impl Iterator<Item = (ChannelKind, &'static dyn Adapter)> {
    let all = ChannelKind::ALL.iter().filter(|kind| **kind != ChannelKind::Webhook);
    all.map(|kind| (*kind, adapter(*kind)))
}

/// The texts of a body with their paths; what shows nothing is made visible.
fn leaves(value: &Value, path: &str, out: &mut String) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, item)| leaves(item, &format!("{path}.{key}"), out)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| leaves(item, &format!("{path}[{index}]"), out));
        }
        Value::String(text) if text.contains('\n') => {
            let text = text.replace('\u{200B}', "⸱").replace('\r', "⏎\n");
            out.push_str(&format!("{path}:\n    {}\n", text.replace('\n', "\n    ")));
        }
        Value::String(text) => {
            out.push_str(&format!("{path}: {}\n", text.replace('\u{200B}', "⸱").replace('\r', "⏎")));
        }
        other => out.push_str(&format!("{path}: {other}\n")),
    }
}

#[test]
fn a_hard_page_on_every_platform() {
    for (kind, adapter) in kinds() {
        let mut out = String::new();
        let parts = requests(kind, &Message::text(PAGE)).unwrap();
        for (index, request) in parts.iter().enumerate() {
            let shown = adapter.shown(request);
            out.push_str(&format!("=== part {} of {} · {}\n", index + 1, parts.len(), shown.note.en));
            match serde_json::from_str::<Value>(&request.body) {
                Ok(body) if body.is_object() => leaves(&body, "", &mut out),
                _ => out.push_str(&request.body),
            }
            out.push_str(&format!("--- shown\n{}\n", shown.text));
        }
        let lines: Vec<&str> = out.lines().map(str::trim_end).collect();
        insta::assert_snapshot!(format!("page_{kind}"), lines.join("\n"));
    }
}

/// Emphasis beside CJK punctuation, which `CommonMark` alone reads as asterisks or around the wrong words.
#[test]
fn emphasis_works_beside_cjk_punctuation_on_every_platform() {
    for (source, bold) in [
        ("**活动：**今晚八点", &["活动："][..]),
        ("请看**《活着》**第三章，**“重点”**要背", &["《活着》", "“重点”"]),
        ("今日**（限前 10 名）**报名", &["（限前 10 名）"]),
        ("오늘 **밤(8시)**에 만나요", &["밤(8시)"]),
    ] {
        let body = requests(ChannelKind::Telegram, &Message::text(source)).unwrap().remove(0).body;
        let body: Value = serde_json::from_str(&body).unwrap();
        let text: Vec<u16> = body["text"].as_str().unwrap().encode_utf16().collect();
        let place = |entity: &Value, key: &str| usize::try_from(entity[key].as_u64().unwrap()).unwrap();
        let entities = body["entities"].as_array().unwrap().iter();
        let seen: Vec<String> = entities
            .map(|entity| {
                assert_eq!(entity["type"], "bold");
                let start = place(entity, "offset");
                String::from_utf16(&text[start..start + place(entity, "length")]).unwrap()
            })
            .collect();
        assert_eq!(seen, bold);
        for (kind, adapter) in kinds() {
            let shown = adapter.shown(&requests(kind, &Message::text(source)).unwrap()[0]).text;
            assert!(!shown.contains('*'), "{kind}: {shown}");
        }
    }
}

/// What a bare address holds is not read as marks, on any platform, and the sentence around it goes on.
#[test]
fn a_bare_address_arrives_as_it_was_written() {
    for (source, address, after) in [
        ("看 https://a.example/_v1_/u?q=_t_。今晚", "https://a.example/_v1_/u?q=_t_", "。今晚"),
        ("https://a.example/?x=1&copy;=2 完", "https://a.example/?x=1&copy;=2", " 完"),
        ("**见 https://a.example/a*b*c~d~** 完", "https://a.example/a*b*c~d~", " 完"),
        ("(https://a.example/wiki_(x)_y_)", "https://a.example/wiki_(x)_y_", ")"),
    ] {
        for (kind, adapter) in kinds() {
            let parts = requests(kind, &Message::text(source)).unwrap();
            let shown = adapter
                .shown(&parts[0])
                .text
                .replace("%5F", "_")
                .replace("%2A", "*")
                .replace("%7E", "~")
                .replace("%28", "(")
                .replace("%29", ")");
            let expected = format!("{address}{after}");
            // Where an address with marks is a link with escaped words, its address follows the words.
            let linked = format!("{address} {address}{after}");
            assert!(shown.contains(&expected) || shown.contains(&linked), "{kind}: {shown}");
        }
    }
}

/// Letters and digits: what no dialect may lose.
fn words(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric() && *c != 'ˋ').collect()
}

/// Whether the words are all there, in order; a table's header and a list's numbers may come again.
fn has_all(seen: &str, expected: &str) -> bool {
    let mut chars = seen.chars();
    expected.chars().all(|c| chars.any(|seen| seen == c))
}

fn shown(kind: ChannelKind, message: &Message) -> String {
    let adapter = adapter(kind);
    let parts = requests(kind, message).unwrap();
    parts.iter().map(|request| adapter.shown(request).text + "\n").collect()
}

/// How full a request is and how full it may be, in the platform's own unit, counted from its own field. None where
/// the platform has no such limit.
fn fill(kind: ChannelKind, request: &Request) -> Option<(usize, usize)> {
    let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let utf16 = |text: &str| text.encode_utf16().count();
    Some(match kind {
        ChannelKind::Wecom => {
            let form = text(&body["msgtype"]);
            let max = if form == "text" { 2_048 } else { 4_096 };
            (text(&body[&form]["content"]).len(), max)
        }
        ChannelKind::Feishu | ChannelKind::Dingtalk => (request.body.len(), 20_000),
        ChannelKind::Slack if body["blocks"].is_array() => {
            let blocks = body["blocks"].as_array().unwrap();
            assert!(blocks.len() <= 50, "{} blocks", blocks.len());
            let lengths: Vec<usize> = blocks.iter().map(|b| utf16(&text(&b["text"]["text"]))).collect();
            assert!(lengths.iter().all(|length| *length <= 3_000), "{lengths:?}");
            (lengths.iter().sum(), 13_000)
        }
        ChannelKind::Slack => (utf16(&text(&body["text"])), 4_000),
        ChannelKind::Discord => (utf16(&text(&body["content"])), 2_000),
        ChannelKind::Mattermost => (text(&body["text"]).chars().count(), 16_383),
        ChannelKind::Teams => (request.body.len(), 28 * 1_024),
        ChannelKind::GoogleChat => (request.body.len(), 32_000),
        ChannelKind::Matrix => (request.body.len(), 65_536),
        ChannelKind::Telegram => (text(&body["text"]).chars().count(), 4_096),
        ChannelKind::Onebot => {
            let segments = body["message"].as_array().into_iter().flatten();
            (segments.map(|segment| text(&segment["data"]["text"]).chars().count()).sum(), 4_500)
        }
        ChannelKind::Ntfy => {
            assert!(request.body.len() <= 8_192, "{} bytes of JSON", request.body.len());
            (text(&body["message"]).len(), 4_096)
        }
        ChannelKind::Console | ChannelKind::Manual | ChannelKind::Webhook | ChannelKind::Email => {
            return None;
        }
    })
}

fn is_valid(kind: ChannelKind, text: &str) -> Result<(), TestCaseError> {
    let Ok(parts) = requests(kind, &Message::text(text)) else {
        prop_assert!(
            markup::blocks(&Message::text(text)).is_empty() || text.len() > 16_000,
            "{kind} refuses {text:?}"
        );
        return Ok(());
    };
    for request in &parts {
        if let Some((length, max)) = fill(kind, request) {
            prop_assert!(length <= max, "{kind}: {length} of {max}: {text:?}");
        }
    }
    let expected = words(&PLAIN.write(&markup::parse(text)));
    let seen = words(&shown(kind, &Message::text(text)));
    prop_assert!(has_all(&seen, &expected), "{kind} lost something of {text:?}:\n{seen}\n{expected}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_text_fits_every_platform_and_keeps_its_words(
        text in r"([a-zA-Z0-9读书会。！* _`#>\-\[\]()|<@/&\\~\n👩é:.]{0,40}|[字词]{900,4000}\n?|(\| a \| b \|\n\|-\|-\|\n\| 1 \| 字 \|\n\n)){1,8}",
    ) {
        prop_assume!(!markup::blocks(&Message::text(&*text)).is_empty());
        for (kind, _) in kinds() {
            is_valid(kind, &text)?;
        }
    }

    #[test]
    fn a_name_is_only_a_name(name in r"[a-z0-9读 *_`#>\-\[\]()|<@/&\\~!:.{}=+\n]{1,24}") {
        prop_assume!(!words(&name).is_empty());
        for (kind, _) in kinds() {
            named(kind, &name)?;
        }
    }
}

/// A name in a sentence, and as somebody who is mentioned and has no id: it is shown as it is, and it is nothing else.
fn named(kind: ChannelKind, name: &str) -> Result<(), TestCaseError> {
    let person =
        Person { id: PersonId::new("p"), name: name.into(), handles: std::collections::BTreeMap::new() };
    let sentence = format!("{} 欢迎 {} 来。", markdown::escape(name), markdown::escape(name));
    for message in [
        Message::text(sentence),
        Message { mentions: vec![Mention::Person(person)], ..Message::text("欢迎。") },
    ] {
        let squeeze = |text: &str| text.split_whitespace().collect::<String>().replace('ˋ', "`");
        let shown = squeeze(&shown(kind, &message));
        prop_assert!(shown.contains(&squeeze(name)), "{kind}: {name:?} is shown as {shown:?}");
        for request in requests(kind, &message).unwrap() {
            let found = injected(kind, &request);
            prop_assert!(found.is_none(), "{kind}: {name:?} became {found:?} in {}", request.body);
        }
    }
    Ok(())
}

#[test]
fn hostile_names_are_only_names() {
    for name in NAMES {
        for (kind, _) in kinds() {
            named(kind, name).unwrap();
        }
    }
}

/// Markup or a call in a request that was to have none: an independent reading of each family.
pub(crate) fn injected(kind: ChannelKind, request: &Request) -> Option<String> {
    let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let follows = |text: &str, begin: &str, is_call: fn(char) -> bool| {
        text.match_indices(begin).any(|(at, _)| text[at + begin.len()..].chars().next().is_some_and(is_call))
    };
    match kind {
        ChannelKind::Slack => {
            let text = text(&body["text"]);
            (body.get("blocks").is_some() || text.contains(['<', '>'])).then_some(text)
        }
        ChannelKind::GoogleChat => {
            let text = text(&body["text"]);
            follows(&text, "<", |c| !c.is_whitespace() && c != '\u{200B}').then_some(text)
        }
        ChannelKind::Discord => {
            let text = text(&body["content"]);
            let calls = body["allowed_mentions"] != serde_json::json!({ "parse": [] })
                || text.contains("@everyone")
                || text.contains("@here");
            if calls { Some(text) } else { commonmark_marks(&text) }
        }
        ChannelKind::Mattermost => {
            let text = text(&body["text"]);
            let at = text.split(|c: char| !(c.is_alphanumeric() || "@._-".contains(c)));
            let calls =
                at.filter(|word| word.starts_with('@')).any(|word| !word.trim_start_matches('@').is_empty());
            let slack = ["<!", "<@", "<http"].iter().any(|begin| text.contains(begin));
            if calls || slack { Some(text) } else { commonmark_marks(&text) }
        }
        ChannelKind::Teams => {
            let card = &body["attachments"][0]["content"];
            if card["msteams"].get("entities").is_some() {
                return Some("a mention".into());
            }
            card["body"].as_array().into_iter().flatten().find_map(|block| {
                let text = text(&block["text"]);
                let other = block["type"] != "TextBlock" || text.contains("<at>") || text.contains("{{");
                if other { Some(block.to_string()) } else { commonmark_marks(&text) }
            })
        }
        // Plain text beside its looks: there is nothing to read but the looks.
        ChannelKind::Telegram => {
            let looks = body["entities"].as_array().is_some_and(|entities| !entities.is_empty());
            looks.then(|| body["entities"].to_string())
        }
        ChannelKind::Onebot => {
            let segments = body["message"].as_array().into_iter().flatten();
            let mut other = segments.filter(|segment| segment["type"] != "text");
            other.next().map(Value::to_string)
        }
        ChannelKind::Matrix => {
            let calls = body["m.mentions"] != serde_json::json!({});
            (calls || body.get("formatted_body").is_some()).then(|| body.to_string())
        }
        ChannelKind::Ntfy if body["markdown"] == true => commonmark_marks(&text(&body["message"])),
        ChannelKind::Dingtalk => {
            let calls = body.get("at").is_some() || body["msgtype"] == "actionCard";
            if calls { Some(body.to_string()) } else { commonmark_marks(&text(&body["markdown"]["text"])) }
        }
        _ => None,
    }
}

/// The first thing in a text that `CommonMark` with tables and strikethrough reads as more than text.
fn commonmark_marks(text: &str) -> Option<String> {
    use comrak::{Arena, Options, nodes::NodeValue, parse_document};
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    let arena = Arena::new();
    let root = parse_document(&arena, text, &options);
    root.descendants().find_map(|node| match &node.data().value {
        NodeValue::Document | NodeValue::Paragraph | NodeValue::Text(_) | NodeValue::SoftBreak => None,
        other => Some(format!("{other:?}")),
    })
}
