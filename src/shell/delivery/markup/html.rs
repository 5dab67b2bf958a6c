//! Blocks as HTML, for platforms that read a small, safe part of it.
//!
//! Only the elements that the Matrix specification lists for `org.matrix.custom.html`, without attributes but
//! `href`, `start` and a code's `class`. Every text is escaped; an image is a link.

use super::{
    Block, TableRow, TextSpan,
    write::{is_same_address, is_web},
};
use std::fmt::Write as _;

/// Writes blocks, each an element of its own.
pub fn write(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        self::block(&mut out, block);
    }
    out
}

/// Text that means only itself, also between quotes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // HTML has no other control characters.
            c if c.is_control() && c != '\n' && c != '\t' => {}
            c => out.push(c),
        }
    }
    out
}

fn block(out: &mut String, block: &Block) {
    match block {
        Block::Heading(level, spans) => {
            let level = (*level).clamp(1, 6);
            let _ = write!(out, "<h{level}>{}</h{level}>", self::spans(spans));
        }
        Block::Paragraph(spans) => {
            let _ = write!(out, "<p>{}</p>", self::spans(spans));
        }
        Block::Code { language, text } => {
            let is_word = |c: char| c.is_ascii_alphanumeric() || "+-_#.".contains(c);
            let class = if !language.is_empty() && language.chars().all(is_word) {
                format!(" class=\"language-{language}\"")
            } else {
                String::new()
            };
            let _ = write!(out, "<pre><code{class}>{}\n</code></pre>", escape(text));
        }
        Block::Quote(blocks) => {
            let _ = write!(out, "<blockquote>{}</blockquote>", write(blocks));
        }
        Block::List { start, items } => {
            let tag = if start.is_some() { "ol" } else { "ul" };
            let from = match start {
                Some(first) if *first != 1 => format!(" start=\"{first}\""),
                _ => String::new(),
            };
            let _ = write!(out, "<{tag}{from}>");
            for item in items {
                list_item(out, item);
            }
            let _ = write!(out, "</{tag}>");
        }
        Block::Table { rows, .. } => table(out, rows),
        Block::Rule => out.push_str("<hr>"),
    }
}

fn list_item(out: &mut String, blocks: &[Block]) {
    out.push_str("<li>");
    for (index, inner) in blocks.iter().enumerate() {
        match inner {
            // The text of an item stands beside its bullet.
            Block::Paragraph(spans) if index == 0 => out.push_str(&self::spans(spans)),
            other => block(out, other),
        }
    }
    out.push_str("</li>");
}

/// How columns are aligned cannot be said: no attribute for it is listed.
fn table(out: &mut String, rows: &[TableRow]) {
    out.push_str("<table>");
    for (index, row) in rows.iter().enumerate() {
        let tag = if index == 0 { "th" } else { "td" };
        out.push_str(match index {
            0 => "<thead><tr>",
            1 => "<tbody><tr>",
            _ => "<tr>",
        });
        for cell in row {
            let _ = write!(out, "<{tag}>{}</{tag}>", spans(cell));
        }
        out.push_str(if index == 0 { "</tr></thead>" } else { "</tr>" });
    }
    if rows.len() > 1 {
        out.push_str("</tbody>");
    }
    out.push_str("</table>");
}

fn spans(spans: &[TextSpan]) -> String {
    let mut out = String::new();
    for span in spans {
        let link = span.link.as_ref().or(span.image.as_ref());
        let text = match &span.image {
            Some(url) if span.text.trim().is_empty() => url,
            _ => &span.text,
        };
        let mut html = escape(text).replace('\n', "<br>");
        let style = span.style;
        for (on, tag) in
            [(style.code, "code"), (style.italic, "em"), (style.bold, "strong"), (style.strike, "del")]
        {
            if on && !html.is_empty() {
                html = format!("<{tag}>{html}</{tag}>");
            }
        }
        match link {
            Some(url) if is_web(url) => {
                let _ = write!(out, "<a href=\"{}\">{html}</a>", escape(url));
            }
            Some(url) if !is_same_address(url, text) => {
                let _ = write!(out, "{html} {}", escape(url));
            }
            _ => out.push_str(&html),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{super::parse, *};

    #[test]
    fn elements_are_closed_and_text_is_escaped() {
        let check = |text: &str, expected: &str| assert_eq!(write(&parse(text)), expected);
        check(
            "# a <b>\nc **d** _e_ ~~f~~ `g&h`",
            "<h1>a &lt;b&gt;</h1><p>c <strong>d</strong> <em>e</em> <del>f</del> <code>g&amp;h</code></p>",
        );
        check("3. a\n4. b\n   - c", "<ol start=\"3\"><li>a</li><li>b<ul><li>c</li></ul></li></ol>");
        check(
            "|a|b|\n|-|-|\n|1|2|",
            "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>",
        );
        check(
            "> q\n\n```x\" y\nz\n```\n---",
            "<blockquote><p>q</p></blockquote><pre><code>z\n</code></pre><hr>",
        );
        check(
            "[a](https://x.example/?b=1&c=\"2) ![](https://y.example)",
            "<p><a href=\"https://x.example/?b=1&amp;c=&quot;2\">a</a> <a href=\"https://y.example\">https://y.example</a></p>",
        );
        check("[a](javascript:b)", "<p>a javascript:b</p>");
    }
}
