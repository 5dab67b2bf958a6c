//! Writes blocks in a dialect: the one writer that all Markdown-like platforms and plain text share.
//!
//! A [`Dialect`] says what a platform has; what it lacks is approximated so that no word is lost.

use super::{Align, Block, Row, Span};
use std::fmt::Write as _;

/// What a platform's text can do, and how it is written there.
#[derive(Clone, Copy)]
pub struct Dialect {
    /// Makes text mean only itself. Told whether the text begins a line.
    pub escape: fn(&str, bool) -> String,
    /// Around strong text; empty where there is none.
    pub bold: &'static str,
    /// Around emphasis; empty where there is none.
    pub italic: &'static str,
    /// Around struck text; empty where there is none.
    pub strike: &'static str,
    /// Code within a line can be marked with backticks.
    pub code: bool,
    /// `[text](url)`; otherwise the address follows the text.
    pub links: bool,
    /// `![text](url)`; otherwise a link.
    pub images: bool,
    /// `#` headings; otherwise strong text, or text.
    pub headings: bool,
    /// `- ` lists with this indent; otherwise `• `.
    pub list_indent: Option<usize>,
    /// How deep quotations can be; what is deeper is one of the last depth.
    pub quotes: usize,
    /// Fenced code; otherwise its lines.
    pub fences: bool,
    /// Tables; otherwise lines with ` | ` between cells.
    pub tables: bool,
    /// A horizontal rule.
    pub rule: &'static str,
    /// Between two lines of a paragraph.
    pub line_break: &'static str,
}

/// Text without any markup.
pub const PLAIN: Dialect = Dialect {
    escape: |text, _| text.to_owned(),
    bold: "",
    italic: "",
    strike: "",
    code: false,
    links: false,
    images: false,
    headings: false,
    list_indent: None,
    quotes: 8,
    fences: false,
    tables: false,
    rule: "———",
    line_break: "\n",
};

impl Dialect {
    /// Writes blocks, a blank line between them.
    pub fn write(&self, blocks: &[Block]) -> String {
        self.blocks(blocks, 0, "\n\n")
    }

    fn blocks(&self, blocks: &[Block], quotes: usize, between: &str) -> String {
        let mut out = String::new();
        for block in blocks {
            let text = self.block(block, quotes);
            if !out.is_empty() {
                out.push_str(between);
            }
            out.push_str(&text);
        }
        out
    }

    fn block(&self, block: &Block, quotes: usize) -> String {
        match block {
            Block::Heading(level, spans) if self.headings => {
                let text = self.spans(spans, " ");
                format!("{} {text}", "#".repeat(usize::from(*level).clamp(1, 6)))
            }
            Block::Heading(_, spans) => {
                let mut spans = spans.clone();
                for span in &mut spans {
                    span.style.bold = true;
                }
                self.spans(&spans, self.line_break)
            }
            Block::Paragraph(spans) => self.spans(spans, self.line_break),
            Block::Code { language, text } if self.fences => {
                let fence = "`".repeat(longest_run(text, '`').max(2) + 1);
                format!("{fence}{}\n{text}\n{fence}", language.replace('`', ""))
            }
            Block::Code { text, .. } => {
                let lines: Vec<String> = text.split('\n').map(|line| (self.escape)(line, true)).collect();
                lines.join(self.line_break)
            }
            Block::Quote(blocks) if quotes < self.quotes => {
                let inner = self.blocks(blocks, quotes + 1, "\n\n");
                let lines: Vec<String> = inner
                    .split('\n')
                    .map(|line| if line.is_empty() { ">".into() } else { format!("> {line}") })
                    .collect();
                lines.join("\n")
            }
            Block::Quote(blocks) => self.blocks(blocks, quotes, "\n\n"),
            Block::List { start, items } => self.list(*start, items, quotes),
            Block::Table { aligns, rows } => self.table(aligns, rows),
            Block::Rule => self.rule.to_owned(),
        }
    }

    fn list(&self, start: Option<u64>, items: &[Vec<Block>], quotes: usize) -> String {
        let mut out = String::new();
        for (index, item) in items.iter().enumerate() {
            let marker = match start {
                Some(first) => format!("{}. ", first.saturating_add(index as u64)),
                None if self.list_indent.is_some() => "- ".to_owned(),
                None => "• ".to_owned(),
            };
            // Nested lines have to stand under the text of the item, at least as deep as the platform asks.
            let indent = self.list_indent.map_or(2, |indent| indent.max(marker.len()));
            let text = self.blocks(item, quotes, "\n");
            if index > 0 {
                out.push('\n');
            }
            out.push_str(&marker);
            for (line_index, line) in text.split('\n').enumerate() {
                if line_index > 0 {
                    out.push('\n');
                    if !line.is_empty() {
                        out.push_str(&" ".repeat(indent));
                    }
                }
                out.push_str(line);
            }
        }
        out
    }

    fn table(&self, aligns: &[Align], rows: &[Row]) -> String {
        let mut out = String::new();
        for (index, row) in rows.iter().enumerate() {
            let cells: Vec<String> = row.iter().map(|cell| self.cell(cell)).collect();
            if index > 0 {
                out.push_str(if self.tables { "\n" } else { self.line_break });
            }
            if !self.tables {
                out.push_str(&cells.join(" | "));
                continue;
            }
            let _ = write!(out, "| {} |", cells.join(" | "));
            if index == 0 {
                out.push_str("\n|");
                for align in aligns {
                    out.push_str(match align {
                        Align::Unset => " --- |",
                        Align::Left => " :-- |",
                        Align::Center => " :-: |",
                        Align::Right => " --: |",
                    });
                }
            }
        }
        out
    }

    fn cell(&self, spans: &[Span]) -> String {
        let text = self.spans(spans, " ");
        if self.tables { text.replace('|', "\\|") } else { text }
    }

    fn spans(&self, spans: &[Span], line_break: &str) -> String {
        let mut out = String::new();
        for span in spans {
            if span.image.is_some() {
                out.push_str(&self.image(span));
                continue;
            }
            for (index, line) in span.text.split('\n').enumerate() {
                if index > 0 {
                    out.truncate(out.trim_end_matches(' ').len());
                    out.push_str(line_break);
                }
                let at_start = out.is_empty() || out.ends_with('\n');
                self.stretch(&mut out, span, line, at_start);
            }
        }
        out
    }

    /// One line of a span: markers hug the words, white space stays outside.
    fn stretch(&self, out: &mut String, span: &Span, line: &str, at_start: bool) {
        let core = line.trim();
        if core.is_empty() {
            if !at_start {
                out.push_str(line);
            }
            return;
        }
        let lead = &line[..line.len() - line.trim_start().len()];
        let trail = &line[line.trim_end().len()..];
        if !at_start {
            out.push_str(lead);
        }
        let mut text = if span.style.code && self.code {
            let ticks = "`".repeat(longest_run(core, '`') + 1);
            let pad = if core.starts_with('`') || core.ends_with('`') { " " } else { "" };
            format!("{ticks}{pad}{core}{pad}{ticks}")
        } else {
            (self.escape)(core, at_start)
        };
        for (on, marker) in
            [(span.style.italic, self.italic), (span.style.bold, self.bold), (span.style.strike, self.strike)]
        {
            if on && !marker.is_empty() {
                text = format!("{marker}{text}{marker}");
            }
        }
        match &span.link {
            // An address that would be read as marks is written as a link with escaped words.
            Some(url)
                if is_same_address(url, core) && (!self.links || (self.escape)(core, false) == core) =>
            {
                out.push_str(core);
            }
            Some(url) if self.links && is_web(url) => {
                let _ = write!(out, "[{text}]({})", encode_address(url));
            }
            Some(url) => {
                let _ = write!(out, "{text} {}", (self.escape)(url, false));
            }
            None => out.push_str(&text),
        }
        out.push_str(trail);
    }

    fn image(&self, span: &Span) -> String {
        let url = span.image.as_deref().unwrap_or_default();
        let text = (self.escape)(&span.text.replace('\n', " "), false);
        match (self.images && is_web(url), self.links && is_web(url), text.is_empty()) {
            (true, ..) => format!("![{text}]({})", encode_address(url)),
            (false, true, false) => format!("[{text}]({})", encode_address(url)),
            (false, _, true) => (self.escape)(url, false),
            (false, false, false) => format!("{text} {}", (self.escape)(url, false)),
        }
    }
}

/// An address that stands for itself needs no link around it.
pub(super) fn is_same_address(url: &str, text: &str) -> bool {
    url == text || url.strip_prefix("mailto:") == Some(text)
}

/// Platforms open nothing else, and some refuse the whole message.
pub(in super::super) fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://") || url.starts_with("mailto:")
}

/// What would end a link early is percent-encoded.
fn encode_address(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for c in url.chars() {
        match c {
            '(' => out.push_str("%28"),
            ')' => out.push_str("%29"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '\\' => out.push_str("%5C"),
            ' ' => out.push_str("%20"),
            '\n' | '\r' | '\t' => {}
            _ => out.push(c),
        }
    }
    out
}

fn longest_run(text: &str, wanted: char) -> usize {
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        run = if c == wanted { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::{super::parse, *};

    fn plain(text: &str) -> String {
        PLAIN.write(&parse(text))
    }

    #[test]
    fn plain_text_keeps_every_word_and_line() {
        assert_eq!(plain("## 标题\n第一行\n第二**行**"), "标题\n\n第一行\n第二行");
        assert_eq!(plain("- a\n- b\n  1. c\n  2. d"), "• a\n• b\n  1. c\n  2. d");
        assert_eq!(plain("> q\n>\n> r"), "> q\n>\n> r");
        assert_eq!(
            plain("[书单](https://x.example/a) <https://y.example>"),
            "书单 https://x.example/a https://y.example"
        );
        assert_eq!(plain("|a|b|\n|-|-|\n|1|2|"), "a | b\n1 | 2");
        assert_eq!(plain("`x` ~~y~~ <b>z</b>"), "x y <b>z</b>");
        assert_eq!(plain("![图](https://x.example/p.png)"), "图 https://x.example/p.png");
    }

    #[test]
    fn depth_is_bounded() {
        let deep = format!("{}x", "> ".repeat(5_000));
        assert!(plain(&deep).ends_with('x'));
        let lists = (0..300).fold(String::new(), |text, n| format!("{text}{}- {n}\n", "  ".repeat(n)));
        assert!(plain(&lists).contains("299"));
    }
}
