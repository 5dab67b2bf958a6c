//! Blocks as the HTML of a mail: plain tags that every client shows, with text that is only text.
//!
//! No style sheet, no script, nothing fetched but the images that the message names.

use crate::{
    model::message::Button,
    shell::delivery::markup::{Align, Block, TableRow, TextSpan},
};
use std::fmt::Write as _;

/// The page of a mail: those whom it mentions, the text, the buttons.
pub(super) fn page(mentions: &str, blocks: &[Block], buttons: &[Button]) -> String {
    let mut out = String::from("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"></head><body>\n");
    if !mentions.is_empty() {
        let _ = writeln!(out, "<p>{}</p>", escape(mentions));
    }
    write_blocks(&mut out, blocks);
    if !buttons.is_empty() {
        let links: Vec<String> =
            buttons.iter().map(|button| anchor(&button.url, &escape(&button.text))).collect();
        let _ = writeln!(out, "<p>{}</p>", links.join(" · "));
    }
    out.push_str("</body></html>\n");
    out
}

fn write_blocks(out: &mut String, blocks: &[Block]) {
    for block in blocks {
        match block {
            Block::Heading(level, spans) => {
                let level = (*level).clamp(1, 6);
                let _ = writeln!(out, "<h{level}>{}</h{level}>", inline(spans));
            }
            Block::Paragraph(spans) => {
                let _ = writeln!(out, "<p>{}</p>", inline(spans));
            }
            Block::Code { text, .. } => {
                let _ = writeln!(out, "<pre><code>{}</code></pre>", escape(text));
            }
            Block::Quote(inner) => {
                out.push_str("<blockquote>\n");
                write_blocks(out, inner);
                out.push_str("</blockquote>\n");
            }
            Block::List { start, items } => list(out, *start, items),
            Block::Table { aligns, rows } => table(out, aligns, rows),
            Block::Rule => out.push_str("<hr>\n"),
        }
    }
}

fn list(out: &mut String, start: Option<u64>, items: &[Vec<Block>]) {
    let tag = match start {
        None => "ul",
        Some(_) => "ol",
    };
    match start {
        Some(first) if first != 1 => {
            let _ = writeln!(out, "<ol start=\"{first}\">");
        }
        _ => {
            let _ = writeln!(out, "<{tag}>");
        }
    }
    for item in items {
        out.push_str("<li>");
        match item.as_slice() {
            [Block::Paragraph(spans), rest @ ..] => {
                out.push_str(&inline(spans));
                if !rest.is_empty() {
                    out.push('\n');
                    write_blocks(out, rest);
                }
            }
            other => write_blocks(out, other),
        }
        out.push_str("</li>\n");
    }
    let _ = writeln!(out, "</{tag}>");
}

fn table(out: &mut String, aligns: &[Align], rows: &[TableRow]) {
    out.push_str("<table border=\"1\" cellpadding=\"4\" style=\"border-collapse:collapse\">\n");
    for (index, row) in rows.iter().enumerate() {
        let tag = if index == 0 { "th" } else { "td" };
        out.push_str("<tr>");
        for (column, cell) in row.iter().enumerate() {
            let align = match aligns.get(column) {
                Some(Align::Left) => " align=\"left\"",
                Some(Align::Center) => " align=\"center\"",
                Some(Align::Right) => " align=\"right\"",
                Some(Align::Unset) | None => "",
            };
            let _ = write!(out, "<{tag}{align}>{}</{tag}>", inline(cell));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</table>\n");
}

fn inline(spans: &[TextSpan]) -> String {
    spans.iter().map(one).collect()
}

fn one(span: &TextSpan) -> String {
    let mut text = escape(&span.text).replace('\n', "<br>\n");
    if let Some(url) = &span.image {
        text = if is_web(url) {
            format!("<img src=\"{}\" alt=\"{text}\" style=\"max-width:100%\">", escape(url))
        } else {
            format!("{text} {}", escape(url)).trim().to_owned()
        };
    }
    for (set, tag) in [
        (span.style.code, "code"),
        (span.style.strike, "s"),
        (span.style.italic, "em"),
        (span.style.bold, "strong"),
    ] {
        if set {
            text = format!("<{tag}>{text}</{tag}>");
        }
    }
    match &span.link {
        Some(url) => anchor(url, &text),
        None => text,
    }
}

/// A link, or where the address could run something, both as text.
fn anchor(url: &str, html: &str) -> String {
    if is_web(url) || url.starts_with("mailto:") {
        format!("<a href=\"{}\">{html}</a>", escape(url))
    } else {
        format!("{html} ({})", escape(url))
    }
}

fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && !matches!(c, '\n' | '\t') => {}
            c => out.push(c),
        }
    }
    out
}
