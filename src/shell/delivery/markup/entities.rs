//! Blocks as plain text with marked ranges, for platforms that take the marks beside the text: nothing that a
//! member wrote can become markup, because no markup is ever read.
//!
//! Ranges are counted in UTF-16 units; two ranges are apart or one lies within the other.

use super::{
    Block, TextSpan,
    aligned::aligned,
    write::{cells, is_same_address, is_web},
};

/// Text and its marks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marked {
    /// What is read.
    pub text: String,
    /// How it looks, in the order in which the ranges end.
    pub entities: Vec<Entity>,
}

/// A marked range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// How it looks or what it does.
    pub kind: EntityKind,
    /// Where it begins, in UTF-16 units.
    pub offset: usize,
    /// How long it is, in UTF-16 units; never 0.
    pub length: usize,
}

/// What a range can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntityKind {
    /// Strong.
    Bold,
    /// Emphasis.
    Italic,
    /// Struck out.
    Strike,
    /// Code within a line.
    Code,
    /// Lines of code in letters of one width, and their language or nothing.
    Pre(String),
    /// A quotation.
    Quote,
    /// A link to a web address.
    Link(String),
    /// A person, by the platform's number.
    Person(i64),
}

impl Marked {
    /// Blocks, a blank line between them.
    pub fn write(blocks: &[Block]) -> Self {
        let mut writer = EntityWriter::default();
        writer.blocks(blocks, "\n\n");
        writer.marked
    }

    /// Length in Unicode code points.
    pub fn chars(&self) -> usize {
        self.text.chars().count()
    }

    /// Length in UTF-16 units.
    fn units(&self) -> usize {
        self.text.encode_utf16().count()
    }

    /// Adds plain text.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Adds text that is marked as a whole.
    pub fn push_as(&mut self, kind: EntityKind, text: &str) {
        let offset = self.units();
        self.push(text);
        self.mark(kind, offset);
    }

    /// Adds another text with its marks.
    pub fn append(&mut self, other: &Self) {
        let shift = self.units();
        self.push(&other.text);
        let moved = other.entities.iter().map(|e| Entity { offset: e.offset + shift, ..e.clone() });
        self.entities.extend(moved);
    }

    /// Marks everything from there to the end.
    fn mark(&mut self, kind: EntityKind, offset: usize) {
        let length = self.units() - offset;
        if length > 0 {
            self.entities.push(Entity { kind, offset, length });
        }
    }
}

#[derive(Default)]
struct EntityWriter {
    marked: Marked,
    /// What every further line of the open lists and inner quotations begins with.
    prefix: String,
    quoted: bool,
}

impl EntityWriter {
    fn line_break(&mut self) {
        while self.marked.text.ends_with(' ') {
            self.marked.text.pop();
        }
        self.marked.text.push('\n');
        self.marked.text.push_str(&self.prefix);
    }

    fn blocks(&mut self, blocks: &[Block], between: &str) {
        for (index, block) in blocks.iter().enumerate() {
            if index > 0 {
                between.chars().for_each(|_| self.line_break());
            }
            self.block(block);
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading(_, spans) => {
                let mut spans = spans.clone();
                for span in &mut spans {
                    span.style.bold = true;
                }
                self.spans(&spans);
            }
            Block::Paragraph(spans) => self.spans(spans),
            Block::Code { language, text } => self.pre(language, text),
            Block::Table { aligns, rows } => self.pre("", &aligned(aligns, &cells(rows))),
            Block::Quote(blocks) if !self.quoted => {
                let offset = self.marked.units();
                self.quoted = true;
                self.blocks(blocks, "\n\n");
                self.quoted = false;
                self.marked.mark(EntityKind::Quote, offset);
            }
            // A quotation inside a quotation has no mark of its own.
            Block::Quote(blocks) => self.within("> ", "> ", blocks, "\n\n"),
            Block::List { start, items } => {
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.line_break();
                    }
                    let marker = match start {
                        Some(first) => format!("{}. ", first.saturating_add(index as u64)),
                        None => "• ".to_owned(),
                    };
                    self.within(&marker, "   ", item, "\n");
                }
            }
            Block::Rule => self.marked.push("———"),
        }
    }

    /// Blocks behind a marker, their further lines behind a prefix.
    fn within(&mut self, marker: &str, prefix: &str, blocks: &[Block], between: &str) {
        self.marked.push(marker);
        let outer = self.prefix.len();
        self.prefix.push_str(prefix);
        self.blocks(blocks, between);
        self.prefix.truncate(outer);
    }

    fn pre(&mut self, language: &str, text: &str) {
        let offset = self.marked.units();
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                self.line_break();
            }
            self.marked.push(line);
        }
        self.marked.mark(EntityKind::Pre(language.to_owned()), offset);
    }

    fn spans(&mut self, spans: &[TextSpan]) {
        for span in spans {
            if let Some(url) = &span.image {
                let text = span.text.replace('\n', " ");
                let text = if text.trim().is_empty() { url } else { text.trim() };
                self.stretch(&TextSpan { link: Some(url.clone()), image: None, ..span.clone() }, text);
                continue;
            }
            for (index, line) in span.text.split('\n').enumerate() {
                if index > 0 {
                    self.line_break();
                }
                let line = if self.at_line_start() { line.trim_start() } else { line };
                let core = line.trim();
                let lead = &line[..line.len() - line.trim_start().len()];
                self.marked.push(lead);
                if !core.is_empty() {
                    self.stretch(span, core);
                    self.marked.push(&line[line.trim_end().len()..]);
                }
            }
        }
    }

    fn at_line_start(&self) -> bool {
        self.marked.text.is_empty() || self.marked.text.ends_with('\n')
    }

    /// Words of one look, without white space around them.
    fn stretch(&mut self, span: &TextSpan, core: &str) {
        let offset = self.marked.units();
        self.marked.push(core);
        match &span.link {
            Some(url) if is_same_address(url, core) => {}
            Some(url) if is_web(url) => self.marked.mark(EntityKind::Link(url.clone()), offset),
            Some(url) => self.marked.push(&format!(" {url}")),
            // Code lies in nothing but quotations and holds nothing.
            None if span.style.code => return self.marked.mark(EntityKind::Code, offset),
            None => {}
        }
        let style = span.style;
        for (on, kind) in [
            (style.bold, EntityKind::Bold),
            (style.italic, EntityKind::Italic),
            (style.strike, EntityKind::Strike),
        ] {
            if on {
                self.marked.mark(kind, offset);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::parse, *};
    use proptest::prelude::*;

    fn inner<'a>(units: &'a [u16], entity: &Entity) -> &'a [u16] {
        &units[entity.offset..entity.offset + entity.length]
    }

    /// Each mark as the text that it covers.
    fn marks(text: &str) -> (String, Vec<(EntityKind, String)>) {
        let marked = Marked::write(&parse(text));
        let units: Vec<u16> = marked.text.encode_utf16().collect();
        let covered = |e: &Entity| (e.kind.clone(), String::from_utf16(inner(&units, e)).unwrap());
        (marked.text.clone(), marked.entities.iter().map(covered).collect())
    }

    #[test]
    fn marks_cover_what_was_meant() {
        let (text, found) = marks("## 👩‍👩‍👧 标题\n**粗** [链接](https://x.example/a) `c*d`\n\n- a\n  - _b_");
        assert_eq!(text, "👩‍👩‍👧 标题\n\n粗 链接 c*d\n\n• a\n   • b");
        let link = EntityKind::Link("https://x.example/a".into());
        let expected = [
            (EntityKind::Bold, "👩‍👩‍👧 标题"),
            (EntityKind::Bold, "粗"),
            (link, "链接"),
            (EntityKind::Code, "c*d"),
            (EntityKind::Italic, "b"),
        ];
        assert_eq!(found, expected.map(|(kind, text)| (kind, text.to_owned())));
    }

    #[test]
    fn tables_and_code_are_of_one_width_and_quotes_do_not_nest() {
        let (text, found) = marks("|a|b|\n|-|-|\n|1|22|\n\n```rust\nfn\n```\n\n> q\n> > r");
        assert_eq!(text, "a | b\n--+---\n1 | 22\n\nfn\n\nq\n\n> r");
        let expected = [
            (EntityKind::Pre(String::new()), "a | b\n--+---\n1 | 22"),
            (EntityKind::Pre("rust".into()), "fn"),
            (EntityKind::Quote, "q\n\n> r"),
        ];
        assert_eq!(found, expected.map(|(kind, text)| (kind, text.to_owned())));
    }

    proptest! {
        #[test]
        fn ranges_lie_in_the_text_and_never_cross(
            text in r"([a-z读👩é]{0,6}[* _`#>\-\[\]()|~\n\\]{0,4}){0,24}",
        ) {
            let marked = Marked::write(&parse(&text));
            let units: Vec<u16> = marked.text.encode_utf16().collect();
            for entity in &marked.entities {
                prop_assert!(entity.length > 0 && entity.offset + entity.length <= units.len());
                prop_assert!(String::from_utf16(inner(&units, entity)).is_ok());
                for other in &marked.entities {
                    let (a, b) = (entity.offset, entity.offset + entity.length);
                    let (c, d) = (other.offset, other.offset + other.length);
                    prop_assert!(b <= c || d <= a || (a <= c && d <= b) || (c <= a && b <= d));
                }
            }
        }
    }
}
