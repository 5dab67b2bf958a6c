//! Writes blocks in a dialect: the one writer that all Markdown-like platforms and plain text share.
//!
//! A [`Dialect`] says what a platform has; what it lacks is approximated so that no word is lost.

use super::{Align, Block, TableRow, TextSpan, aligned::aligned, escape::INVISIBLE_TEXT};
use std::fmt::Write as _;

/// What a platform's text can do, and how it is written there.
#[derive(Clone, Copy)]
pub struct Dialect {
    /// Whose rules the marks follow.
    pub family: Family,
    /// Makes text mean only itself. Told whether the text begins a line.
    pub escape: fn(&str, bool) -> String,
    /// Makes code mean only itself where the platform reads something even there.
    pub verbatim: fn(&str) -> String,
    /// Around strong text; empty where there is none.
    pub bold: &'static str,
    /// Around emphasis; empty where there is none.
    pub italic: &'static str,
    /// Around struck text; empty where there is none.
    pub strike: &'static str,
    /// Code within a line can be marked with backticks.
    pub code: bool,
    /// Links, as the family writes them; otherwise the address follows the text.
    pub links: bool,
    /// `![text](url)`; otherwise a link.
    pub images: bool,
    /// `#` headings; otherwise strong text, or text.
    pub headings: bool,
    /// The deepest level of a `#` heading; deeper ones are strong text.
    pub heading_levels: u8,
    /// `- ` lists with this indent; otherwise a bullet.
    pub list_indent: Option<usize>,
    /// Begins an item where there are no lists.
    pub bullet: &'static str,
    /// How deep quotations can be; what is deeper is one of the last depth.
    pub quotes: usize,
    /// An empty line of a quotation.
    pub blank_quote: &'static str,
    /// Fenced code; otherwise its lines.
    pub fences: bool,
    /// Tables; otherwise columns in fenced code, or lines with ` | ` between cells.
    pub tables: bool,
    /// A horizontal rule.
    pub rule: &'static str,
    /// Between two lines of a paragraph.
    pub line_break: &'static str,
}

/// Whose rules marks follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// `[text](url)`, marks of any length, code with a language.
    CommonMark,
    /// Slack's and Google Chat's: `<url|text>`, marks around a link and only at the edges of a word, code without a
    /// language, without backticks inside a line, and not in quotations.
    Mrkdwn,
}

/// Text without any markup.
pub const PLAIN: Dialect = Dialect {
    family: Family::CommonMark,
    verbatim: str::to_owned,
    escape: |text, _| text.to_owned(),
    bold: "",
    italic: "",
    strike: "",
    code: false,
    links: false,
    images: false,
    headings: false,
    heading_levels: 6,
    list_indent: None,
    bullet: "• ",
    quotes: 8,
    blank_quote: ">",
    fences: false,
    tables: false,
    rule: "———",
    line_break: "\n",
};

/// The cells of a table as plain text, each in one line.
pub fn cells(rows: &[TableRow]) -> Vec<Vec<String>> {
    let plain = |cell: &Vec<TextSpan>| PLAIN.write(&[Block::Paragraph(cell.clone())]).replace('\n', " ");
    rows.iter().map(|row| row.iter().map(plain).collect()).collect()
}

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
            Block::Heading(level, spans) if self.headings && *level <= self.heading_levels => {
                let text = self.spans(spans, " ");
                format!("{} {text}", "#".repeat(usize::from(*level).max(1)))
            }
            Block::Heading(_, spans) => {
                let mut spans = spans.clone();
                for span in &mut spans {
                    span.style.bold = true;
                }
                self.spans(&spans, self.line_break)
            }
            Block::Paragraph(spans) => self.spans(spans, self.line_break),
            Block::Code { language, text } if self.has_fences(quotes) => self.fenced(language, text),
            Block::Code { text, .. } => {
                let lines: Vec<String> = text.split('\n').map(|line| (self.escape)(line, true)).collect();
                lines.join(self.line_break)
            }
            Block::Quote(blocks) if quotes < self.quotes => {
                let inner = self.blocks(blocks, quotes + 1, "\n\n");
                let lines: Vec<String> = inner
                    .split('\n')
                    .map(|line| match line {
                        "" => self.blank_quote.to_owned(),
                        line => format!("> {line}"),
                    })
                    .collect();
                lines.join("\n")
            }
            Block::Quote(blocks) => self.blocks(blocks, quotes, "\n\n"),
            Block::List { start, items } => self.list(*start, items, quotes),
            Block::Table { aligns, rows } if !self.tables && self.has_fences(quotes) => {
                self.fenced("", &aligned(aligns, &cells(rows)))
            }
            Block::Table { aligns, rows } => self.table(aligns, rows),
            Block::Rule => self.rule.to_owned(),
        }
    }

    fn has_fences(&self, quotes: usize) -> bool {
        self.fences && (quotes == 0 || self.family == Family::CommonMark)
    }

    fn fenced(&self, language: &str, text: &str) -> String {
        let text = (self.verbatim)(text);
        let fence = "`".repeat(longest_run(&text, '`').max(2) + 1);
        let language =
            if self.family == Family::CommonMark { language.replace('`', "") } else { String::new() };
        format!("{fence}{language}\n{text}\n{fence}")
    }

    fn list(&self, start: Option<u64>, items: &[Vec<Block>], quotes: usize) -> String {
        let mut out = String::new();
        for (index, item) in items.iter().enumerate() {
            let marker = match start {
                Some(first) => format!("{}. ", first.saturating_add(index as u64)),
                None if self.list_indent.is_some() => "- ".to_owned(),
                None => self.bullet.to_owned(),
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

    fn table(&self, aligns: &[Align], rows: &[TableRow]) -> String {
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

    fn cell(&self, spans: &[TextSpan]) -> String {
        let text = self.spans(spans, " ");
        if self.tables { guard_pipes(&text) } else { text }
    }

    fn spans(&self, spans: &[TextSpan], line_break: &str) -> String {
        let mut out = String::new();
        for (index, span) in spans.iter().enumerate() {
            if span.image.is_some() {
                out.push_str(&self.image(span));
                continue;
            }
            let next = spans.get(index + 1).and_then(|next| next.text.chars().next());
            let mut lines = span.text.split('\n').peekable();
            let mut is_first = true;
            while let Some(line) = lines.next() {
                if !is_first {
                    out.truncate(out.trim_end_matches(' ').len());
                    out.push_str(line_break);
                }
                is_first = false;
                let next = if lines.peek().is_some() { None } else { next };
                self.stretch(&mut out, span, line, next);
            }
        }
        out
    }

    /// One line of a span: markers hug the words, white space stays outside. `next` follows it.
    fn stretch(&self, out: &mut String, span: &TextSpan, line: &str, next: Option<char>) {
        let at_start = out.is_empty() || out.ends_with('\n');
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
        let mrkdwn = self.family == Family::Mrkdwn;
        let is_code = span.style.code && self.code && !(mrkdwn && core.contains('`'));
        let same = span.link.as_deref().is_some_and(|url| is_same_address(url, core));
        let mut text = if is_code {
            self.code_span(core)
        } else if same && !self.means_itself(core) {
            self.words_of_address(core)
        } else {
            (self.escape)(core, at_start)
        };
        let before = out.chars().next_back().filter(|c| !c.is_whitespace());
        let after = if trail.is_empty() { next.filter(|c| !c.is_whitespace()) } else { None };
        if mrkdwn && let Some(url) = span.link.as_deref().filter(|_| self.links) {
            let ends_link = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '|');
            if !same || url.contains(ends_link) {
                text = self.link(&text, url);
            } else if !self.means_itself(core) && is_web(url) {
                text = format!("<{}>", (self.verbatim)(url));
            }
        }
        let mut is_marked = is_code;
        for (on, marker) in
            [(span.style.italic, self.italic), (span.style.bold, self.bold), (span.style.strike, self.strike)]
        {
            // Inside a word `_` is no mark.
            let inside =
                !mrkdwn && marker == "_" && [before, after].iter().flatten().any(|c| c.is_alphanumeric());
            if on && !marker.is_empty() && !inside {
                text = format!("{marker}{text}{marker}");
                is_marked = true;
            }
        }
        if mrkdwn && is_marked {
            let joint = |beside: Option<char>| beside.map_or("", |_| INVISIBLE_TEXT);
            text = format!("{}{text}{}", joint(before), joint(after));
        }
        match &span.link {
            // An address that would be read as marks is written as a link with escaped words.
            Some(_) if same && !mrkdwn && (!self.links || self.means_itself(core)) => out.push_str(core),
            Some(url) if !mrkdwn || !self.links => out.push_str(&self.link(&text, url)),
            _ => out.push_str(&text),
        }
        out.push_str(trail);
    }

    fn code_span(&self, core: &str) -> String {
        let core = (self.verbatim)(core);
        let ticks = "`".repeat(longest_run(&core, '`') + 1);
        let pad = if core.starts_with('`') || core.ends_with('`') { " " } else { "" };
        format!("{ticks}{pad}{core}{pad}{ticks}")
    }

    /// Whether an address holds no mark. What `&` begins is a parameter there.
    fn means_itself(&self, address: &str) -> bool {
        let address = address.replace('&', "");
        (self.escape)(&address, false) == address
    }

    /// An address as the words of a link: no part of it is taken for an address, so that every mark is escaped.
    fn words_of_address(&self, address: &str) -> String {
        match address.split_once("://") {
            Some((scheme, rest)) => format!("{scheme}://{}", (self.escape)(rest, false)),
            None => (self.escape)(address, false),
        }
    }

    /// A link around text that is written already.
    fn link(&self, text: &str, url: &str) -> String {
        if !self.links || !is_web(url) {
            return format!("{text} {}", (self.escape)(url, false));
        }
        match self.family {
            Family::CommonMark => format!("[{text}]({})", encode_address(url)),
            Family::Mrkdwn => {
                let url = encode_address(url).replace('|', "%7C");
                format!("<{}|{text}>", (self.verbatim)(&url))
            }
        }
    }

    fn image(&self, span: &TextSpan) -> String {
        let url = span.image.as_deref().unwrap_or_default();
        let text = (self.escape)(&span.text.replace('\n', " "), false);
        if self.images && is_web(url) {
            return format!("![{text}]({})", encode_address(url));
        }
        if text.is_empty() { (self.escape)(url, false) } else { self.link(&text, url) }
    }
}

/// A pipe would end its cell; one that is escaped already would not.
fn guard_pipes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '|' && !out.ends_with('\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// An address that stands for itself needs no link around it.
pub(super) fn is_same_address(url: &str, text: &str) -> bool {
    url == text || url.strip_prefix("mailto:") == Some(text)
}

/// Platforms open nothing else, and some refuse the whole message.
pub(super) fn is_web(url: &str) -> bool {
    super::is_http(url) || url.starts_with("mailto:")
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
