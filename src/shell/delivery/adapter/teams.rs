//! Microsoft Teams: a Workflows webhook that posts an Adaptive Card (Microsoft Learn, "Create incoming webhooks";
//! the Adaptive Cards schema 1.5).
//!
//! A `TextBlock` reads a little Markdown only, so that every block of a message becomes an element of its own. The
//! address is signed in its query, which is sent as it was given. The workflow answers before the card is posted:
//! what fails later is only in its run history.

use super::{
    Adapter, Attempt, Receipt, Refusal, Request, Response, ShownRequest,
    answer::{by_status, excerpt, unclear},
    mention::Mentions,
    parts::{self, Own, Sorted},
};
use crate::{
    base::phrase::phrase,
    model::{
        channel::ChannelKind,
        message::{Button, Message},
    },
    shell::delivery::{
        markup::{
            self, Block, TableRow, TextSpan,
            escape::{self, INVISIBLE},
            write::{Dialect, PLAIN},
        },
        target::Robot,
    },
};
use serde_json::{Value, json};

/// The adapter of `type: teams`.
pub struct Teams;

/// Teams takes 28 KB, and cards of 21 KB were seen to fail.
const BODY_BYTES_MAX: usize = parts::longest(ChannelKind::Teams);
/// A card shows so many buttons beside each other; the others are links.
const BUTTONS_MAX: usize = 6;
/// Elements inside elements deeper than this are text.
const DEPTH_MAX: usize = 6;

const TEXT_BLOCK: Dialect = Dialect {
    escape: escape_text,
    bold: "**",
    italic: "_",
    links: true,
    quotes: 0,
    // A single line end may vanish.
    line_break: "\n\n",
    ..PLAIN
};

impl Adapter for Teams {
    fn requests(
        &self,
        message: &Message,
        robot: &Robot,
        _attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        parts::posts(robot.setting("url").unwrap_or_default(), bodies(message)?)
    }

    fn receipt(&self, response: &Response) -> Receipt {
        let said = String::from_utf8_lossy(&response.body);
        let in_words = |what: &str| format!("{what} ({})", response.in_words());
        let refused = |what: &str| Receipt::Refused { reason: in_words(what) };
        match response.status {
            202 => Receipt::Accepted {
                note: "the workflow took it; its run history tells whether it was posted".into(),
            },
            200 => connector(said.trim(), response),
            400 => refused(
                "the workflow does not take the message: it has to begin with \"When a Teams webhook request is received\"",
            ),
            401 | 403 => {
                refused("the URL's signature is wrong or cut off: copy the whole URL of the workflow again")
            }
            404 => refused(
                "the workflow was deleted or turned off, or the URL is wrong: copy it again from the workflow",
            ),
            410 => refused(RETIRED),
            _ => by_status(response).unwrap_or_else(|| unclear("a Teams workflow", response)),
        }
    }

    fn shown(&self, request: &Request) -> ShownRequest {
        let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
        let card = &body["attachments"][0]["content"];
        let mut shown = Vec::new();
        show(&card["body"], &mut shown);
        for action in card["actions"].as_array().into_iter().flatten() {
            let field = |name: &str| action[name].as_str().unwrap_or_default();
            shown.push(format!("[ {} ] {}", field("title"), field("url")));
        }
        ShownRequest {
            note: phrase!(
                "card · {} of {BODY_BYTES_MAX} bytes",
                "card · {} / {BODY_BYTES_MAX} 字节",
                request.body.len()
            ),
            text: shown.join("\n\n"),
        }
    }
}

const RETIRED: &str = "this is the URL of an Office 365 connector, which Microsoft has retired: make a workflow \
                       \"Post to a channel when a webhook request is received\" and use its URL";

/// A connector answers 200 whatever happened, and says in its text what it was.
fn connector(said: &str, response: &Response) -> Receipt {
    if said == "1" {
        return Receipt::Accepted {
            note: "by an Office 365 connector, which Microsoft retires: make a workflow".into(),
        };
    }
    let Some((_, after)) = said.split_once("returned HTTP error ") else {
        return unclear("a Teams workflow", response);
    };
    let status: u16 = after.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
    let reason = |what: &str| format!("{what}: {}", excerpt(said));
    match status {
        429 | 500.. => Receipt::RetryLater {
            after: response.retry_after(),
            throttled: status == 429,
            attempts_max: None,
            reason: reason("Teams got too much from this connector, or has a problem of its own"),
        },
        413 => Receipt::Refused { reason: reason("the message is too long for Teams") },
        _ => Receipt::Refused { reason: reason(RETIRED) },
    }
}

fn bodies(message: &Message) -> Result<Vec<Value>, Refusal> {
    let mentions = Mentions::of(message, ChannelKind::Teams);
    let suits = |button: &Button| !button.text.trim().is_empty();
    let Sorted { blocks, buttons, image } = parts::sort(
        message,
        &mentions,
        Own { buttons: BUTTONS_MAX, button: &suits, image: true, file: false, poll: false },
    )?;
    let fits = |body: &Value| body.to_string().len() <= BODY_BYTES_MAX;
    Ok(parts::bodies(blocks, &fits, &|part, ends| {
        let mut body = Vec::new();
        let mut entities = Vec::new();
        if ends.first && !mentions.in_words().is_empty() {
            body.push(text_block(call(&mentions, &mut entities)));
        }
        body.extend(elements(part, 0));
        let mut card = json!({
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard",
            "version": "1.5",
        });
        if ends.last {
            body.extend(image.iter().map(|url| picture(url, "")));
        }
        card["body"] = json!(body);
        if ends.last && !buttons.is_empty() {
            let open = |b: &Button| json!({ "type": "Action.OpenUrl", "title": b.text, "url": b.url });
            card["actions"] = json!(buttons.iter().map(open).collect::<Vec<_>>());
        }
        card["msteams"] = json!({ "width": "Full" });
        if !entities.is_empty() {
            card["msteams"]["entities"] = json!(entities);
        }
        let content_type = "application/vnd.microsoft.card.adaptive";
        json!({
            "type": "message",
            "attachments": [{ "contentType": content_type, "contentUrl": null, "content": card }],
        })
    }))
}

/// The line that calls people, and the entities that make it a call. Nobody can call everybody.
fn call(mentions: &Mentions, entities: &mut Vec<Value>) -> String {
    let mut words: Vec<String> =
        mentions.all.then(|| escape_text(mentions.everybody, false)).into_iter().collect();
    for (id, name) in &mentions.known {
        let name = name.replace(['<', '>', '&'], "");
        let text = format!("<at>{name}</at>");
        entities.push(json!({ "type": "mention", "text": text, "mentioned": { "id": id, "name": name } }));
        words.push(text);
    }
    words.extend(mentions.unknown.iter().map(|name| escape_text(&format!("@{name}"), false)));
    words.join(" ")
}

fn text_block(text: String) -> Value {
    json!({ "type": "TextBlock", "text": text, "wrap": true })
}

fn picture(url: &str, alt: &str) -> Value {
    let mut image = json!({ "type": "Image", "url": url });
    if !alt.trim().is_empty() {
        image["altText"] = json!(alt);
    }
    image
}

fn elements(blocks: &[Block], depth: usize) -> Vec<Value> {
    if depth > DEPTH_MAX {
        return vec![text_block(TEXT_BLOCK.write(blocks))];
    }
    let mut out: Vec<Value> = Vec::new();
    let mut ruled = false;
    for block in blocks {
        let from = out.len();
        match block {
            Block::Rule => {
                ruled = true;
                continue;
            }
            Block::Heading(level, spans) => out.push(heading(*level, spans)),
            Block::Paragraph(spans) => paragraph(spans, &mut out),
            Block::Code { text, .. } => out.push(code(text)),
            Block::Quote(inner) => {
                out.push(
                    json!({ "type": "Container", "style": "emphasis", "items": elements(inner, depth + 1) }),
                );
            }
            Block::List { start, items } => list(*start, items, depth, &mut out),
            Block::Table { rows, .. } => out.push(table(rows)),
        }
        if std::mem::take(&mut ruled)
            && let Some(first) = out.get_mut(from)
        {
            first["separator"] = json!(true);
        }
    }
    if ruled {
        out.push(text_block(TEXT_BLOCK.rule.to_owned()));
    }
    out
}

fn heading(level: u8, spans: &[TextSpan]) -> Value {
    let mut block = text_block(TEXT_BLOCK.write(&[Block::Paragraph(spans.to_vec())]));
    block["weight"] = json!("Bolder");
    block["size"] = json!(match level {
        1 => "ExtraLarge",
        2 => "Large",
        3 => "Medium",
        _ => "Default",
    });
    block
}

/// A picture parts the text around it.
fn paragraph(spans: &[TextSpan], out: &mut Vec<Value>) {
    let mut text: Vec<TextSpan> = Vec::new();
    let flush = |text: &mut Vec<TextSpan>, out: &mut Vec<Value>| {
        let mut spans = std::mem::take(text);
        markup::trim(&mut spans);
        if !spans.is_empty() {
            out.push(text_block(TEXT_BLOCK.write(&[Block::Paragraph(spans)])));
        }
    };
    for span in spans {
        match span.image.as_deref().filter(|url| markup::is_http(url)) {
            Some(url) => {
                flush(&mut text, out);
                out.push(picture(url, &span.text));
            }
            None => text.push(span.clone()),
        }
    }
    flush(&mut text, out);
}

fn code(text: &str) -> Value {
    // Two spaces are one, and an empty line would end the paragraph that a line is.
    let lines: Vec<String> =
        text.split('\n').map(|line| escape_text(&line.replace(' ', "\u{A0}"), true)).collect();
    let mut block = text_block(lines.join("\n\n"));
    block["fontType"] = json!("Monospace");
    json!({ "type": "Container", "style": "emphasis", "items": [block] })
}

/// Items of one line are a list of the text; others get a column for the bullet.
fn list(start: Option<u64>, items: &[Vec<Block>], depth: usize, out: &mut Vec<Value>) {
    let marker = |index: usize, bullet: &str| match start {
        Some(first) => format!("{}.", first.saturating_add(index as u64)),
        None => bullet.to_owned(),
    };
    let is_line = |item: &Vec<Block>| match item.as_slice() {
        [Block::Paragraph(spans)] => {
            spans.iter().all(|span| span.image.is_none() && !span.text.contains('\n'))
        }
        _ => false,
    };
    if items.iter().all(is_line) {
        let line = |(index, item): (usize, &Vec<Block>)| {
            format!("{} {}", marker(index, "-"), TEXT_BLOCK.write(item))
        };
        out.push(text_block(items.iter().enumerate().map(line).collect::<Vec<_>>().join("\r")));
        return;
    }
    for (index, item) in items.iter().enumerate() {
        let bullet = text_block(escape_text(&marker(index, "•"), true));
        out.push(json!({
            "type": "ColumnSet",
            "spacing": "Small",
            "columns": [
                { "type": "Column", "width": "auto", "items": [bullet] },
                { "type": "Column", "width": "stretch", "items": elements(item, depth + 1) },
            ],
        }));
    }
}

fn table(rows: &[TableRow]) -> Value {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let cell = |spans: &Vec<TextSpan>| {
        let text = TEXT_BLOCK.write(&[Block::Paragraph(spans.clone())]);
        json!({ "type": "TableCell", "items": [text_block(text)] })
    };
    let row =
        |row: &TableRow| json!({ "type": "TableRow", "cells": row.iter().map(cell).collect::<Vec<_>>() });
    json!({
        "type": "Table",
        "firstRowAsHeaders": true,
        "columns": vec![json!({ "width": 1 }); width],
        "rows": rows.iter().map(row).collect::<Vec<_>>(),
    })
}

/// Backslashes, and something invisible in what would be a tag or a date of Adaptive Cards: `{{DATE(…)}}`.
fn escape_text(text: &str, at_start: bool) -> String {
    escape::commonmark_without_tags(text, at_start, |_| false).replace("{{", "{\u{200B}{")
}

/// The elements of a card as plain text.
fn show(items: &Value, out: &mut Vec<String>) {
    for item in items.as_array().into_iter().flatten() {
        match item["type"].as_str().unwrap_or_default() {
            "TextBlock" => out.push(shown_text(item)),
            "Image" => {
                let field = |name: &str| item[name].as_str().unwrap_or_default();
                out.push(format!("{} {}", field("altText"), field("url")).trim().to_owned());
            }
            "Container" | "TableCell" | "Column" => show(&item["items"], out),
            "ColumnSet" => {
                let mut columns = Vec::new();
                for column in item["columns"].as_array().into_iter().flatten() {
                    let mut inner = Vec::new();
                    show(&column["items"], &mut inner);
                    columns.push(inner.join("\n"));
                }
                out.push(columns.join(" "));
            }
            "Table" => {
                for row in item["rows"].as_array().into_iter().flatten() {
                    let mut cells = Vec::new();
                    show(&row["cells"], &mut cells);
                    out.push(cells.join(" | "));
                }
            }
            _ => {}
        }
    }
}

fn shown_text(block: &Value) -> String {
    let text = block["text"].as_str().unwrap_or_default().replace('\r', "\n");
    let text = text.replace("<at>", "@").replace("</at>", "");
    PLAIN.write(&markup::parse(&text)).replace(INVISIBLE, "").replace('\u{A0}', " ")
}
