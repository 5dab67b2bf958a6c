//! 企业微信 group robot (`WeCom` developer centre, document 99110, 2025-08-07).
//!
//! Three forms, chosen as people there do: `text` where everybody is called or there is nothing to format,
//! `markdown` where persons are called or its few marks suffice, `markdown_v2` for lists, tables, pictures and
//! code, where nobody can be called. Rich content that calls somebody goes as `markdown_v2` and a short `text`.

use super::{
    Adapter, Attempt, Receipt, Refusal, Request, Response, ShownRequest,
    answer::{self, by_status, excerpt, unclear},
    mention::{Mentions, unbracket},
    parts::{self, Own, Sorted, TEXT_ONLY},
};
use crate::{
    base::{
        hex::hex,
        phrase::{pair, phrase},
    },
    model::{channel::ChannelKind, message::Message},
    shell::delivery::{
        markup::{
            self, Block,
            escape::{INVISIBLE, leading_mark},
            write::{Dialect, PLAIN},
        },
        picture::{self, Picture},
        target::Robot,
    },
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use md5::{Digest as _, Md5};
use serde_json::{Value, json};

/// The adapter of `type: wecom`.
pub struct Wecom;

const TEXT_BYTES_MAX: usize = 2_048;
const MARKDOWN_BYTES_MAX: usize = parts::longest(ChannelKind::Wecom);
/// More mentions than this in front of a `markdown` text would leave too little room for it.
const MENTIONS_BYTES_MAX: usize = 1_024;

const TEXT: Dialect = Dialect { escape: escape_text, ..PLAIN };

const MARKDOWN: Dialect = Dialect {
    escape: escape_markdown,
    bold: "**",
    code: true,
    links: true,
    headings: true,
    quotes: 1,
    ..PLAIN
};

const MARKDOWN_V2: Dialect = Dialect {
    escape: escape_markdown_v2,
    bold: "**",
    italic: "*",
    code: true,
    links: true,
    images: true,
    headings: true,
    list_indent: Some(4),
    fences: true,
    tables: true,
    rule: "---",
    ..PLAIN
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PostForm {
    Text,
    Markdown,
    MarkdownV2,
}

/// What a message needs to be shown well.
#[derive(Debug, Clone, Copy, Default)]
struct Needs {
    /// Headings, strong text, links, code within a line, quotations: both kinds of markdown have them.
    marks: bool,
    /// Lists, emphasis, rules: `markdown_v2` has them, elsewhere they read well as text.
    more: bool,
    /// Tables, pictures, code blocks: nothing else shows them well.
    rich: bool,
}

impl Adapter for Wecom {
    fn requests(
        &self,
        message: &Message,
        robot: &Robot,
        attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        let Some(url) = robot.setting("url") else {
            let why =
                "this channel only hears: customer groups of WeCom take no robot; post to a `manual` channel";
            return Err(Refusal(why.into()));
        };
        let mut bodies = bodies(message)?;
        bodies.extend(picture::path(message).map(|path| image(path, attempt.picture)));
        parts::posts(url, bodies)
    }

    fn receipt(&self, response: &Response) -> Receipt {
        let body = response.json();
        let Some(code) = answer::code(body.as_ref().and_then(|body| body.get("errcode"))) else {
            return by_status(response).unwrap_or_else(|| unclear("WeCom", response));
        };
        let said =
            body.as_ref().and_then(|body| body.get("errmsg")).and_then(Value::as_str).unwrap_or_default();
        let in_words = |what: &str| format!("{what} ({code}): {}", excerpt(said));
        let throttled = |what| Receipt::RetryLater {
            after: response.retry_after(),
            throttled: true,
            attempts_max: None,
            reason: in_words(what),
        };
        let refused = |what| Receipt::Refused { reason: in_words(what) };
        match code {
            0 => Receipt::Accepted { note: String::new() },
            // The documentation advises three retries at most.
            -1 => Receipt::RetryLater {
                after: None,
                throttled: false,
                attempts_max: Some(4),
                reason: in_words("WeCom is busy"),
            },
            45009 => throttled("the robot has sent too many messages in a minute"),
            45033 => throttled("the robot has sent too many messages at once"),
            93000 => refused("the robot was removed from the group or the URL is wrong"),
            40006 | 45001 => refused("WeCom does not take the picture: 2 MB at most, PNG or JPEG"),
            40058 => refused("a value is out of range, most often a text that is too long"),
            40008 | 40035 | 40063 | 44004 => refused("WeCom does not take the message as it is"),
            40007 | 41006 => refused("the media file is missing or too old: upload it again"),
            45008 => refused("there are too many articles"),
            _ => refused("WeCom refused the message"),
        }
    }

    fn shown(&self, request: &Request) -> ShownRequest {
        let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
        let form = body["msgtype"].as_str().unwrap_or_default();
        if form == "image" {
            let file = body[form]["file"].as_str().unwrap_or_default();
            return ShownRequest { note: pair("image", "图片").into(), text: format!("📷 {file}") };
        }
        let content = body[form]["content"].as_str().unwrap_or_default();
        let max = if form == "text" { TEXT_BYTES_MAX } else { MARKDOWN_BYTES_MAX };
        let mut text = content.replace(INVISIBLE, "");
        if form != "text" {
            text = PLAIN.write(&markup::parse(&unbracket(&text)));
        }
        if let Some(list) = body[form]["mentioned_list"].as_array() {
            let names: Vec<String> = list
                .iter()
                .filter_map(Value::as_str)
                .map(|id| if id == "@all" { "@所有人".into() } else { format!("@{id}") })
                .collect();
            text = format!("{text}\n{}", names.join(" "));
        }
        ShownRequest {
            note: phrase!("{form} · {} of {max} bytes", "{form} · {} / {max} 字节", content.len()),
            text,
        }
    }
}

fn bodies(message: &Message) -> Result<Vec<Value>, Refusal> {
    let mentions = Mentions::of(message, ChannelKind::Wecom);
    let own = Own { file: true, ..TEXT_ONLY };
    let Sorted { blocks, image, .. } = parts::sort(message, &mentions, own)?;
    if blocks.is_empty() && mentions.is_silent() && image.is_some() {
        return Ok(Vec::new());
    }
    let form = choose(needs(&blocks), &mentions);
    let called = Mentions { unknown: Vec::new(), ..mentions.clone() };
    Ok(match form {
        PostForm::Text => text_parts(blocks, &mentions),
        PostForm::Markdown => markdown_parts(blocks, &mentions),
        PostForm::MarkdownV2 if called.is_silent() => v2_parts(blocks, &mentions.unknown),
        PostForm::MarkdownV2 => {
            let title = title(&blocks);
            let mut bodies = v2_parts(blocks, &mentions.unknown);
            bodies.extend(text_parts(markup::parse(&title), &called));
            bodies
        }
    })
}

/// A picture is a message of its own, with the digest that proves it whole.
fn image(path: &str, picture: Option<&Picture>) -> Value {
    let image = match picture {
        Some(picture) => json!({
            "base64": STANDARD.encode(&picture.bytes),
            "md5": hex(&Md5::digest(&picture.bytes)),
        }),
        None => json!({ "file": path }),
    };
    json!({ "msgtype": "image", "image": image })
}

fn needs(blocks: &[Block]) -> Needs {
    let mut needs = Needs::default();
    for block in blocks {
        block.each_block(&mut |block| match block {
            Block::Heading(..) | Block::Quote(_) => needs.marks = true,
            Block::List { .. } | Block::Rule => needs.more = true,
            Block::Code { .. } | Block::Table { .. } => needs.rich = true,
            Block::Paragraph(_) => {}
        });
        block.each_span(&mut |span| {
            needs.rich |= span.image.is_some();
            needs.more |= span.style.italic;
            needs.marks |= span.style.bold || span.style.code;
            needs.marks |= span.link.as_ref().is_some_and(|link| *link != span.text);
        });
    }
    needs
}

fn choose(needs: Needs, mentions: &Mentions) -> PostForm {
    let room = mentions.known.iter().map(|(id, _)| id.len() + 4).sum::<usize>() <= MENTIONS_BYTES_MAX;
    if mentions.is_silent() {
        match needs {
            Needs { rich: true, .. } | Needs { more: true, .. } => PostForm::MarkdownV2,
            Needs { marks: true, .. } => PostForm::Markdown,
            Needs { .. } => PostForm::Text,
        }
    } else if needs.rich {
        PostForm::MarkdownV2
    } else if needs.marks && !mentions.all && room {
        PostForm::Markdown
    } else {
        PostForm::Text
    }
}

/// What a short call points at: the first line of the message.
fn title(blocks: &[Block]) -> String {
    let text = TEXT.write(blocks.get(..1).unwrap_or_default());
    let line: String = text.lines().next().unwrap_or_default().chars().take(60).collect();
    // Written out as text again, it must not be read as markup.
    escape_markdown_v2(&line, true)
}

fn names(unknown: &[String]) -> String {
    unknown.iter().flat_map(|name| ["@", name, " "]).collect()
}

fn text_parts(blocks: Vec<Block>, mentions: &Mentions) -> Vec<Value> {
    let prefix = escape_text(&names(&mentions.unknown), true);
    // A call without words: an empty text is refused.
    let blocks = if blocks.is_empty() { markup::parse("👆") } else { blocks };
    let mut list: Vec<&str> = mentions.known.iter().map(|(id, _)| id.as_str()).collect();
    if mentions.all {
        list.push("@all");
    }
    let fits = |body: &Value| content_length(body, "text") <= TEXT_BYTES_MAX;
    parts::bodies(blocks, &fits, &|part, ends| {
        let prefix = if ends.first { prefix.as_str() } else { "" };
        let mut text = json!({ "content": format!("{prefix}{}", TEXT.write(part)) });
        if ends.first && !list.is_empty() {
            text["mentioned_list"] = json!(list);
        }
        json!({ "msgtype": "text", "text": text })
    })
}

fn content_length(body: &Value, form: &str) -> usize {
    body[form]["content"].as_str().unwrap_or_default().len()
}

fn markdown_parts(blocks: Vec<Block>, mentions: &Mentions) -> Vec<Value> {
    let called: String = mentions.known.iter().flat_map(|(id, _)| ["<@", id, "> "]).collect();
    let prefix = format!("{called}{}", escape_markdown(&names(&mentions.unknown), false));
    let prefix = if prefix.is_empty() { prefix } else { format!("{}\n", prefix.trim_end()) };
    parts_with("markdown", &MARKDOWN, blocks, &prefix)
}

fn v2_parts(blocks: Vec<Block>, unknown: &[String]) -> Vec<Value> {
    let prefix = escape_markdown_v2(&names(unknown), true);
    let prefix = if prefix.is_empty() { prefix } else { format!("{}\n\n", prefix.trim_end()) };
    parts_with("markdown_v2", &MARKDOWN_V2, blocks, &prefix)
}

fn parts_with(form: &str, dialect: &Dialect, blocks: Vec<Block>, prefix: &str) -> Vec<Value> {
    let fits = |body: &Value| content_length(body, form) <= MARKDOWN_BYTES_MAX;
    parts::bodies(blocks, &fits, &|part, ends| {
        let prefix = if ends.first { prefix } else { "" };
        json!({ "msgtype": form, form: { "content": format!("{prefix}{}", dialect.write(part)) } })
    })
}

/// `text` reads `<@userid>` and nothing else.
fn escape_text(text: &str, _at_start: bool) -> String {
    text.replace("<@", &format!("<{INVISIBLE}@"))
}

/// `markdown` knows no way to escape, so that marks are broken up by a character that shows nothing.
fn escape_markdown(text: &str, at_start: bool) -> String {
    let mut out = String::with_capacity(text.len());
    if at_start && text.starts_with(['#', '>']) {
        out.push(INVISIBLE);
    }
    let mut last = ' ';
    for c in text.chars() {
        let is_pair = matches!((last, c), ('*', '*') | (']', '('));
        let is_tag = last == '<' && (c == '@' || c == '/' || c.is_ascii_alphabetic());
        if is_pair || is_tag {
            out.push(INVISIBLE);
        }
        // Two of them anywhere in a line would be code.
        out.push(if c == '`' { 'ˋ' } else { c });
        last = c;
    }
    out
}

/// `markdown_v2` is close to `CommonMark`: a backslash makes a mark mean itself. Only where it would be one, so
/// that a client that knows no backslashes shows few.
fn escape_markdown_v2(text: &str, at_start: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let chars: Vec<char> = text.chars().collect();
    let leads = if at_start { leading_mark(&chars) } else { None };
    for (index, &c) in chars.iter().enumerate() {
        let before = index.checked_sub(1).map_or(' ', |i| chars[i]);
        let after = chars.get(index + 1).copied().unwrap_or(' ');
        let is_mark = match c {
            '*' => !(before.is_whitespace() && after.is_whitespace()),
            '`' => true,
            '\\' => after.is_ascii_punctuation(),
            '[' => chars[index..].windows(2).any(|pair| pair == [']', '(']),
            '<' => after.is_ascii_alphabetic() || matches!(after, '/' | '!' | '?' | '@'),
            _ => false,
        };
        if is_mark || leads == Some(index) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{answer::tests::answer, *};
    use crate::{
        base::{
            ids::{ChannelName, EffectId, GroupId, PersonId},
            person::Person,
            time::Timestamp,
        },
        model::message::Mention,
    };
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn person(name: &str, id: Option<&str>) -> Mention {
        let handles: BTreeMap<String, String> =
            id.map(|id| ("wecom".into(), id.into())).into_iter().collect();
        Mention::Person(Person { id: PersonId::new(name), name: name.into(), handles })
    }

    fn requests(text: &str, mentions: Vec<Mention>) -> Vec<Value> {
        let (group, channel, effect) = (GroupId::new("g"), ChannelName::new("c"), EffectId::new("e"));
        let attempt = Attempt::of(&group, &channel, &effect, Timestamp::default());
        let message = Message { mentions, ..Message::text(text) };
        let robot = Robot::placeholder(ChannelKind::Wecom);
        let requests = Wecom.requests(&message, &robot, &attempt).unwrap();
        requests.iter().map(|request| serde_json::from_str(&request.body).unwrap()).collect()
    }

    fn check(text: &str, mentions: Vec<Mention>, expected: &[Value]) {
        assert_eq!(requests(text, mentions), expected);
    }

    #[test]
    fn plain_words_go_as_text() {
        check("你好\n朋友", vec![], &[json!({ "msgtype": "text", "text": { "content": "你好\n朋友" } })]);
        let all =
            json!({ "msgtype": "text", "text": { "content": "重要：开始", "mentioned_list": ["@all"] } });
        check("**重要**：开始", vec![Mention::All], &[all]);
        let lin = json!({ "msgtype": "text", "text": { "content": "@小何 在吗", "mentioned_list": ["LinXiaoLin"] } });
        check("在吗", vec![person("小林", Some("LinXiaoLin")), person("小何", None)], &[lin]);
    }

    #[test]
    fn light_marks_go_as_markdown_with_persons() {
        let expected = "<@LinXiaoLin>\n## 预告\n\n**贾老师**：怎样读\n[报名](https://x.example/a%28b%29)";
        check(
            "## 预告\n**贾老师**：怎样读\n[报名](<https://x.example/a(b)>)",
            vec![person("小林", Some("LinXiaoLin"))],
            &[json!({ "msgtype": "markdown", "markdown": { "content": expected } })],
        );
    }

    #[test]
    fn lists_tables_and_code_go_as_v2_and_a_call_follows() {
        let content = "- a\n    1. b\n\n| x |\n| --- |\n| 1 |\n\n```rust\nfn\n```";
        let text = "- a\n  1. b\n\n|x|\n|-|\n|1|\n\n```rust\nfn\n```";
        let v2 = json!({ "msgtype": "markdown_v2", "markdown_v2": { "content": content } });
        check(text, vec![], std::slice::from_ref(&v2));
        let call = json!({ "msgtype": "text", "text": { "content": "• a", "mentioned_list": ["@all"] } });
        check(text, vec![Mention::All], &[v2, call]);
    }

    #[test]
    fn text_cannot_become_markup() {
        let content = |text: &str| {
            let body = requests(text, vec![]).remove(0);
            let form = body["msgtype"].as_str().unwrap().to_owned();
            body[&form]["content"].as_str().unwrap().to_owned()
        };
        assert_eq!(content(r"hi \<@all>"), "hi <\u{200B}@all>");
        assert_eq!(
            content(r"**b** \*\*x\*\* \[t\](u) \`c\`"),
            "**b** *\u{200B}*x*\u{200B}* [t]\u{200B}(u) ˋcˋ"
        );
        assert_eq!(
            content("- 2 \\* 3 \\*x\\*\n- \\# no \n- 1\\. no"),
            "- 2 * 3 \\*x\\*\n- \\# no\n- 1\\. no"
        );
    }

    #[test]
    fn answers_are_told_apart_by_their_body() {
        let receipt = |body: &str| Wecom.receipt(&answer(200, body));
        assert_eq!(receipt(r#"{"errcode":0,"errmsg":"ok"}"#), Receipt::Accepted { note: String::new() });
        let Receipt::Refused { reason } = receipt(r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#)
        else {
            panic!("not refused");
        };
        assert_eq!(
            reason,
            "the robot was removed from the group or the URL is wrong (93000): invalid webhook url"
        );
        assert!(matches!(receipt(r#"{"errcode":45009}"#), Receipt::RetryLater { throttled: true, .. }));
        assert!(matches!(receipt(r#"{"errcode":-1}"#), Receipt::RetryLater { attempts_max: Some(4), .. }));
        assert!(matches!(receipt("<html>hello</html>"), Receipt::Unclear { .. }));
        assert!(matches!(receipt(""), Receipt::Unclear { .. }));
        assert!(matches!(Wecom.receipt(&answer(502, "bad")), Receipt::RetryLater { .. }));
    }

    #[test]
    fn previews_show_what_members_see() {
        let shown = |text: &str, mentions| {
            let body = requests(text, mentions).remove(0).to_string();
            Wecom.shown(&Request::post_json("u", body))
        };
        let text = shown("**a** [b](https://x)", vec![person("小林", Some("Lin"))]);
        assert_eq!(text.text, "@Lin\na b https://x");
        assert!(text.note.en.starts_with("markdown · "), "{}", text.note.en);
        assert_eq!(shown("hi", vec![Mention::All]).text, "hi\n@所有人");
    }

    /// Letters and digits: what no dialect may lose.
    fn words(text: &str) -> String {
        text.chars().filter(|c| c.is_alphanumeric() && *c != 'ˋ').collect()
    }

    proptest! {
        #[test]
        fn any_text_fits_and_keeps_its_words(
            text in r"([a-zA-Z0-9读书会。！* _`#>\-\[\]()|<@/&\\~\n👩é]{0,40}|[字词]{200,900}\n?){1,12}",
            all in any::<bool>(),
        ) {
            prop_assume!(!markup::blocks(&Message::text(&*text)).is_empty());
            let mentions = if all { vec![Mention::All] } else { vec![] };
            let bodies = requests(&text, mentions);
            let mut seen = String::new();
            for body in &bodies {
                let form = body["msgtype"].as_str().unwrap();
                let content = body[form]["content"].as_str().unwrap();
                let max = if form == "text" { TEXT_BYTES_MAX } else { MARKDOWN_BYTES_MAX };
                prop_assert!(content.len() <= max, "{form}: {}", content.len());
                prop_assert!(!content.is_empty());
                seen.push_str(&words(&content.replace(INVISIBLE, "")));
            }
            let expected = words(&PLAIN.write(&markup::blocks(&Message::text(&*text))));
            let mut chars = seen.chars();
            // In order; a table's header and a list's numbers may come again in a later part.
            for c in expected.chars() {
                prop_assert!(chars.any(|seen| seen == c), "lost {c:?} of {text:?}");
            }
        }
    }
}
